#include "services/gateway/http/server.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <ctime>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "services/gateway/http/tls.h"

namespace ronghe::gateway::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using transcode::OutBuffer;

// What a connection keeps of its buffers between requests.
constexpr size_t kKeepBytes = 64 * 1024;
constexpr size_t kReadBytes = 4 * 1024;
// How often the certificate files are looked at.
constexpr int64_t kRefreshMs = 1000;

int64_t NowMs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// On every answer. The policies say what a browser may not do even if a page of ours were turned
// against its reader.
constexpr std::string_view kSecurityHeaders =
    "\r\nX-Content-Type-Options: nosniff"
    "\r\nX-Frame-Options: DENY"
    "\r\nReferrer-Policy: no-referrer"
    "\r\nPermissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
    "display-capture=(), interest-cohort=()"
    "\r\nCross-Origin-Opener-Policy: same-origin"
    "\r\nCross-Origin-Embedder-Policy: require-corp"
    "\r\nCross-Origin-Resource-Policy: same-origin";
constexpr std::string_view kNothingLoads =
    "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'";

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

class Connection;

// The connections of one thread, for the sweeper.
struct Roster {
  std::mutex mutex;
  std::set<Connection*> connections;
};

struct Shared {
  ServerOptions options;
  Handler* handler = nullptr;
  std::atomic<bool> draining = false;
  std::atomic<int> connections = 0;
  std::atomic<int64_t> turned_away = 0;
  std::unique_ptr<TlsFiles> tls;
};

// Counts a connection for as long as anything of it is left.
class Counted {
 public:
  // `address` has been counted by the limits, where there are any.
  Counted(Shared& shared, std::string address) : shared_(shared), address_(std::move(address)) {
    shared_.connections.fetch_add(1);
  }
  ~Counted() {
    if (shared_.options.addresses != nullptr) shared_.options.addresses->Disconnect(address_);
    shared_.connections.fetch_sub(1);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  const std::string& address() const { return address_; }

 private:
  Shared& shared_;
  const std::string address_;
};

class Connection final : public Exchange, public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::string address, asio::io_context& io, size_t lane,
             Roster& roster, Shared& shared)
      : counted_(shared, std::move(address)),
        io_(io),
        lane_(lane),
        roster_(roster),
        shared_(shared),
        socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    if (shared_.tls) {
      tls_context_ = shared_.tls->current();
      tls_.emplace(socket_, *tls_context_);
    }
    responder_ = shared_.handler->Open(*this);
    const std::lock_guard lock(roster_.mutex);
    roster_.connections.insert(this);
  }

  ~Connection() {
    const std::lock_guard lock(roster_.mutex);
    roster_.connections.erase(this);
  }

  // On the connection's own thread.
  void Run() {
    if (!tls_) return Greet();
    SetDeadline(shared_.options.handshake_timeout);
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](error_code ec) {
                            if (ec) return;
                            self->ReadClientCertificate();
                            self->Greet();
                          });
  }

  // Ends a connection whose time is up, or, when draining, an idle one. Any thread: only the
  // descriptor is touched, which stays open as long as this object lives.
  void Sweep(int64_t now, bool draining) {
    const int64_t deadline = deadline_.load(std::memory_order_relaxed);
    if (now >= deadline || (draining && idle_.load(std::memory_order_relaxed))) End();
  }

  void End() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

  // Ends the connection and what is under way on it. Any thread.
  void Abort() {
    End();
    responder_->ClientGone();
  }

  const Request& request() const override { return request_; }
  size_t lane() const override { return lane_; }
  const std::string& peer() const override { return counted_.address(); }
  bool secure() const override { return tls_.has_value(); }
  const ClientCertificate& certificate() const override { return certificate_; }
  OutBuffer& body() override { return body_; }

  void Respond(int status, std::string_view content_type, std::string_view headers) override {
    keep_alive_ = keep_alive_ && !shared_.draining.load(std::memory_order_relaxed);
    Head(status, content_type, headers, false);
    if (request_.method == "HEAD") body_.Clear();
    SetPace(shared_.options.write_timeout);
    stage_ = Stage::kAnswer;
    Write();
  }

  void BeginStream(int status, std::string_view content_type) override {
    keep_alive_ = false;
    streaming_ = true;
    Head(status, content_type, {}, true);
    head_sent_ = false;
    // A stream lasts as long as its client takes what it is sent.
    SetDeadline(absl::InfiniteDuration());
    asio::post(io_, [self = shared_from_this()] { self->WatchClose(); });
  }

  void Send(std::function<void(bool)> sent) override {
    sent_ = std::move(sent);
    if (head_sent_) head_.Clear();
    head_sent_ = true;
    char size[20];
    const auto end = std::to_chars(size, size + sizeof size, body_.size(), 16).ptr;
    head_.Append(size, static_cast<size_t>(end - size));
    head_.Append("\r\n");
    body_.Append("\r\n");
    SetPace(shared_.options.write_timeout);
    stage_ = Stage::kChunk;
    Write();
  }

  void EndStream() override {
    if (head_sent_) head_.Clear();
    body_.Clear();
    head_.Append("0\r\n\r\n");
    SetPace(shared_.options.write_timeout);
    stage_ = Stage::kAnswer;
    Write();
  }

  void Post(std::function<void()> work) override {
    asio::post(io_, [self = shared_from_this(), work = std::move(work)] { work(); });
  }

  std::shared_ptr<void> Hold() override { return shared_from_this(); }

 private:
  enum class Stage { kAnswer, kChunk };

  void ReadClientCertificate() {
    X509* const shown = SSL_get1_peer_certificate(tls_->native_handle());
    certificate_ = ReadCertificate(shown);
    X509_free(shown);
  }

  void SetDeadline(absl::Duration timeout) {
    deadline_.store(timeout == absl::InfiniteDuration()
                        ? std::numeric_limits<int64_t>::max()
                        : NowMs() + absl::ToInt64Milliseconds(timeout),
                    std::memory_order_relaxed);
  }

  // A transfer begins (ServerOptions::min_bytes_per_second).
  void SetPace(absl::Duration timeout) {
    window_ = absl::ToInt64Milliseconds(timeout);
    window_bytes_ = static_cast<size_t>(window_ * shared_.options.min_bytes_per_second / 1000);
    transfer_end_ = NowMs() + absl::ToInt64Milliseconds(shared_.options.transfer_timeout);
    OpenWindow(0);
  }

  void OpenWindow(size_t moved) {
    window_start_ = moved;
    deadline_.store(std::min(NowMs() + window_, transfer_end_), std::memory_order_relaxed);
  }

  // Of the transfer, `moved` bytes have moved so far.
  void Progress(size_t moved) {
    if (moved - window_start_ >= window_bytes_) OpenWindow(moved);
  }

  // The connection stands: its first request has as long as a header has.
  void Greet() {
    SetDeadline(shared_.options.header_timeout);
    NextRequest();
  }

  // Starts with what was read already, else reads.
  void NextRequest() {
    request_.Clear();
    body_.Shrink(kKeepBytes);
    keep_alive_ = false;
    continued_ = false;
    header_done_ = false;
    parser_.emplace(request_, shared_.options.parser, [this] { return responder_->MaxBody(); });
    if (filled_ > 0) {
      SetDeadline(shared_.options.header_timeout);
      return Parse();
    }
    if (!first_) SetDeadline(shared_.options.idle_timeout);
    idle_.store(true, std::memory_order_relaxed);
    if (shared_.draining.load()) return;
    Read();
  }

  void Read() {
    if (buffer_.size() - filled_ < kReadBytes / 2) {
      buffer_.resize(std::max(kReadBytes, buffer_.size() * 2));
    }
    const auto room = asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_);
    auto read = [self = shared_from_this()](error_code ec, size_t bytes) {
      self->OnRead(ec, bytes);
    };
    if (tls_) {
      tls_->async_read_some(room, std::move(read));
    } else {
      socket_.async_read_some(room, std::move(read));
    }
  }

  void OnRead(error_code ec, size_t bytes) {
    if (ec) return;
    if (idle_.exchange(false, std::memory_order_relaxed)) {
      first_ = false;
      SetDeadline(shared_.options.header_timeout);
    }
    filled_ += bytes;
    Parse();
  }

  void Parse() {
    idle_.store(false, std::memory_order_relaxed);
    int refusal = 0;
    const size_t used = parser_->Feed({buffer_.data(), filled_}, &refusal);
    if (refusal != 0) return Refused(refusal);
    if (used > 0) {
      std::memmove(buffer_.data(), buffer_.data() + used, filled_ - used);
      filled_ -= used;
    }
    if (!parser_->is_done()) {
      if (parser_->is_header_done() && !header_done_) {
        header_done_ = true;
        SetPace(shared_.options.body_timeout);
        if (parser_->expects_continue() && !continued_) {
          continued_ = true;
          return Continue();
        }
      }
      if (header_done_) Progress(request_.body.size());
      return Read();
    }
    if (buffer_.size() > kKeepBytes && filled_ == 0) {
      buffer_.resize(kReadBytes);
      buffer_.shrink_to_fit();
    }
    keep_alive_ = parser_->keep_alive();
    request_.received = absl::Now();
    // From here the answer's own deadline counts.
    SetDeadline(absl::InfiniteDuration());
    keep_ = shared_from_this();
    responder_->Handle();
  }

  void Refused(int status) {
    filled_ = 0;
    keep_alive_ = false;
    unread_ = true;
    keep_ = shared_from_this();
    request_.received = absl::Now();
    responder_->Refuse(status);
  }

  void Continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto written = [self = shared_from_this()](error_code ec, size_t) {
      if (!ec) self->Read();
    };
    const auto bytes = asio::buffer(kContinue.data(), kContinue.size());
    if (tls_) {
      asio::async_write(*tls_, bytes, std::move(written));
    } else {
      asio::async_write(socket_, bytes, std::move(written));
    }
  }

  void Head(int status, std::string_view content_type, std::string_view headers, bool chunked) {
    head_.Clear();
    char number[24];
    const auto text = [&](auto value) {
      const auto end = std::to_chars(number, number + sizeof number, value).ptr;
      return std::string_view(number, static_cast<size_t>(end - number));
    };
    head_.Append("HTTP/1.1 ");
    head_.Append(text(status));
    head_.Push(' ');
    head_.Append(ReasonPhrase(status));
    head_.Append("\r\nDate: ");
    head_.Append(HttpDate());
    if (!content_type.empty()) {
      head_.Append("\r\nContent-Type: ");
      head_.Append(content_type);
    }
    if (chunked) {
      head_.Append("\r\nTransfer-Encoding: chunked");
    } else if (status != 204 && status != 304) {
      head_.Append("\r\nContent-Length: ");
      head_.Append(text(body_.size()));
    }
    head_.Append(kSecurityHeaders);
    if (headers.find("Cache-Control:") == std::string_view::npos) {
      head_.Append("\r\nCache-Control: no-store");
    }
    if (headers.find("Content-Security-Policy:") == std::string_view::npos) {
      head_.Append(kNothingLoads);
    }
    if (tls_) head_.Append("\r\nStrict-Transport-Security: max-age=63072000");
    head_.Append(keep_alive_ ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n");
    head_.Append(headers);
    head_.Append("\r\n");
  }

  // Writes head_ and body_. In plain text at once, by the calling thread; what the socket does not
  // take waits on the connection's own.
  void Write() {
    written_ = 0;
    if (tls_) {
      asio::post(io_, [self = shared_from_this()] { self->WriteTls(); });
    } else {
      WriteSome();
    }
  }

  void WriteSome() {
    const size_t total = head_.size() + body_.size();
    while (written_ < total) {
      auto parts = Unwritten<iovec>([](const char* data, size_t size) {
        return iovec{const_cast<char*>(data), size};
      });
      msghdr message = {};
      message.msg_iov = parts.data();
      message.msg_iovlen = parts.size();
      const ssize_t sent =
          ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        written_ += static_cast<size_t>(sent);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Written(false);
      Progress(written_);
      asio::post(io_, [self = shared_from_this()] { self->WaitToWrite(); });
      return;
    }
    Written(true);
  }

  void WaitToWrite() {
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code ec) {
      if (ec) {
        self->Written(false);
      } else {
        self->WriteSome();
      }
    });
  }

  void WriteTls() {
    const auto parts = Unwritten<asio::const_buffer>(
        [](const char* data, size_t size) { return asio::const_buffer(data, size); });
    tls_->async_write_some(parts, [self = shared_from_this()](error_code ec, size_t bytes) {
      if (ec) return self->Written(false);
      self->written_ += bytes;
      if (self->written_ == self->head_.size() + self->body_.size()) return self->Written(true);
      self->Progress(self->written_);
      self->WriteTls();
    });
  }

  // What is left of head_ and body_; a part may be empty.
  template <class Part>
  std::array<Part, 2> Unwritten(Part (*make)(const char*, size_t)) const {
    const size_t head = std::min(written_, head_.size());
    const size_t body = written_ - head;
    return {make(head_.data() + head, head_.size() - head),
            make(body_.data() + body, body_.size() - body)};
  }

  void Written(bool ok) {
    // The last reference may go with this call.
    const std::shared_ptr<Connection> self = shared_from_this();
    if (stage_ == Stage::kChunk) {
      head_.Clear();
      body_.Clear();
      SetDeadline(absl::InfiniteDuration());
      const auto sent = std::exchange(sent_, nullptr);
      sent(ok);
      return;
    }
    keep_.reset();
    if (!ok) return End();
    if (!keep_alive_) return Finish();
    if (filled_ > 0) {
      asio::post(io_, [self] { self->NextRequest(); });
    } else {
      NextRequest();
    }
  }

  // Ends a connection after its last answer. Where the client may still be sending, what it sends
  // is thrown away for a moment: closing at once would take the answer from it.
  void Finish() {
    if (tls_ && !streaming_) {
      SetDeadline(absl::Seconds(2));
      asio::post(io_, [self = shared_from_this()] {
        self->tls_->async_shutdown([self](error_code) { self->End(); });
      });
      return;
    }
    ::shutdown(socket_.native_handle(), SHUT_WR);
    if (!unread_ || tls_) return End();
    SetDeadline(absl::Seconds(2));
    asio::post(io_, [self = shared_from_this()] { self->Discard(); });
  }

  void Discard() {
    buffer_.resize(kReadBytes);
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](error_code ec, size_t) {
                              if (ec) return self->End();
                              self->Discard();
                            });
  }

  // During a stream nothing is read; a client that goes away shows as readable with nothing to
  // read.
  void WatchClose() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code ec) {
      if (ec) return;
      char byte;
      const ssize_t got = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
        self->responder_->ClientGone();
      }
    });
  }

  // First, so that it goes last: after it the server and its threads may be gone.
  const Counted counted_;
  asio::io_context& io_;
  const size_t lane_;
  Roster& roster_;
  Shared& shared_;
  tcp::socket socket_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  ClientCertificate certificate_;
  std::unique_ptr<Responder> responder_;
  // Holds this object while a request is being answered.
  std::shared_ptr<Connection> keep_;

  std::optional<RequestParser> parser_;
  Request request_;
  std::vector<char> buffer_;
  size_t filled_ = 0;
  OutBuffer head_, body_;
  size_t written_ = 0;
  Stage stage_ = Stage::kAnswer;
  std::function<void(bool)> sent_;
  std::atomic<int64_t> deadline_ = std::numeric_limits<int64_t>::max();
  // Of a transfer: the length of a window in milliseconds, the bytes that must move in it and those
  // that had moved before it; and when all must have moved.
  int64_t window_ = 0;
  size_t window_bytes_ = 0;
  size_t window_start_ = 0;
  int64_t transfer_end_ = 0;
  std::atomic<bool> idle_ = true;
  bool first_ = true;
  bool keep_alive_ = false;
  bool streaming_ = false;
  bool head_sent_ = false;
  bool header_done_ = false;
  bool continued_ = false;
  bool unread_ = false;
};

struct Worker {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
  Roster roster;
  asio::steady_timer timer{io};
  std::thread thread;
};

}  // namespace

std::string_view HttpDate() {
  thread_local time_t made = 0;
  thread_local char text[40];
  thread_local size_t size = 0;
  const time_t now = std::time(nullptr);
  if (now != made) {
    tm parts;
    gmtime_r(&now, &parts);
    size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made = now;
  }
  return {text, size};
}

class Server::Impl {
 public:
  absl::Status Start(ServerOptions options, Handler& handler) {
    shared_.options = std::move(options);
    shared_.handler = &handler;
    tcp::endpoint endpoint;
    if (absl::Status status = Resolve(&endpoint); !status.ok()) return status;
    if (absl::Status status = LoadTls(endpoint); !status.ok()) return status;
    const int threads = std::max(1, shared_.options.threads);
    for (int i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>());
    acceptor_.emplace(workers_[0]->io);
    error_code ec;
    acceptor_->open(endpoint.protocol(), ec);
    if (!ec) acceptor_->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_->bind(endpoint, ec);
    if (!ec) acceptor_->listen(1024, ec);
    if (ec) {
      return error::Make(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
                         base::Cat("无法监听 ", shared_.options.listen, ":", ec.message()),
                         {{"address", shared_.options.listen}});
    }
    port_ = acceptor_->local_endpoint().port();
    Accept();
    for (auto& worker : workers_) {
      SweepLater(*worker);
      worker->thread = std::thread([w = worker.get()] {
        pthread_setname_np(pthread_self(), "http");
        w->io.run();
      });
    }
    return absl::OkStatus();
  }

  ~Impl() { Shutdown(absl::ZeroDuration()); }

  int port() const { return port_; }
  int connections() const { return shared_.connections.load(); }
  int64_t turned_away() const { return shared_.turned_away.load(); }

  void Shutdown(absl::Duration grace) {
    const std::lock_guard lock(shutdown_mutex_);
    if (stopped_) return;
    stopped_ = true;
    if (workers_.empty()) return;
    shared_.draining = true;
    if (acceptor_) {
      asio::post(workers_[0]->io, [this] {
        error_code ignored;
        acceptor_->close(ignored);
      });
    }
    const absl::Time until = absl::Now() + grace;
    while (true) {
      const bool over = absl::Now() >= until;
      SweepAll(over);
      if (shared_.connections.load() == 0) break;
      absl::SleepFor(absl::Milliseconds(5));
    }
    for (auto& worker : workers_) {
      worker->guard.reset();
      worker->io.stop();
    }
    for (auto& worker : workers_) {
      if (worker->thread.joinable()) worker->thread.join();
    }
  }

 private:
  absl::Status Resolve(tcp::endpoint* endpoint) {
    const std::string& listen = shared_.options.listen;
    const size_t colon = listen.rfind(':');
    int port = -1;
    error_code ec;
    if (colon != std::string::npos && absl::SimpleAtoi(listen.substr(colon + 1), &port)) {
      std::string host = listen.substr(0, colon);
      if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
      if (host == "localhost") host = "127.0.0.1";
      const auto address = asio::ip::make_address(host, ec);
      if (!ec && port >= 0 && port <= 65535) {
        *endpoint = tcp::endpoint(address, static_cast<uint16_t>(port));
        return absl::OkStatus();
      }
    }
    return error::Make(absl::StatusCode::kInvalidArgument, "ADDRESS_INVALID",
                       base::Cat("监听地址有误:", listen), {{"address", listen}});
  }

  absl::Status LoadTls(const tcp::endpoint& endpoint) {
    const ServerOptions& options = shared_.options;
    if (options.cert_file.empty()) {
      if (endpoint.address().is_loopback()) return absl::OkStatus();
      return error::Make(absl::StatusCode::kInvalidArgument, "TLS_REQUIRED",
                         "非回环地址的 HTTP 端口必须配置 TLS 证书", {{"address", options.listen}});
    }
    RONGHE_ASSIGN_OR_RETURN(shared_.tls,
                            TlsFiles::Load(options.cert_file, options.key_file, options.ca_file));
    return absl::OkStatus();
  }

  void Accept() {
    Worker& worker = *workers_[next_ % workers_.size()];
    const size_t lane = next_++ % workers_.size();
    acceptor_->async_accept(worker.io, [this, &worker, lane](error_code ec, tcp::socket socket) {
      if (shared_.draining) return;
      if (!ec) Welcome(std::move(socket), worker, lane);
      if (ec == asio::error::operation_aborted) return;
      if (ec && ec != asio::error::connection_aborted) {
        // No descriptors or memory: trying again at once would only burn what is left.
        log::Warn("http_accept_failed", {{"error", ec.message()}});
        accept_timer_.emplace(workers_[0]->io, std::chrono::milliseconds(100));
        accept_timer_->async_wait([this](error_code) {
          if (!shared_.draining) Accept();
        });
        return;
      }
      Accept();
    });
  }

  void Welcome(tcp::socket socket, Worker& worker, size_t lane) {
    error_code ec;
    std::string address = socket.remote_endpoint(ec).address().to_string();
    if (ec) return;
    if (shared_.connections.load() >= shared_.options.max_connections ||
        (shared_.options.addresses != nullptr && !shared_.options.addresses->Connect(address))) {
      return TurnAway(socket);
    }
    auto connection = std::make_shared<Connection>(std::move(socket), std::move(address), worker.io,
                                                   lane, worker.roster, shared_);
    asio::post(worker.io, [connection] { connection->Run(); });
  }

  void TurnAway(tcp::socket& socket) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
        "Connection: close\r\n\r\n";
    shared_.turned_away.fetch_add(1);
    if (shared_.tls != nullptr) return;
    ::send(socket.native_handle(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void SweepLater(Worker& worker) {
    worker.timer.expires_after(std::chrono::milliseconds(250));
    worker.timer.async_wait([this, &worker](error_code ec) {
      if (ec) return;
      Sweep(worker, false);
      if (&worker == workers_[0].get()) RefreshTls();
      SweepLater(worker);
    });
  }

  void RefreshTls() {
    if (shared_.tls == nullptr || NowMs() < next_refresh_) return;
    next_refresh_ = NowMs() + kRefreshMs;
    shared_.tls->Refresh();
  }

  void Sweep(Worker& worker, bool all) {
    const int64_t now = NowMs();
    const std::lock_guard lock(worker.roster.mutex);
    for (Connection* connection : worker.roster.connections) {
      if (all) {
        connection->Abort();
      } else {
        connection->Sweep(now, shared_.draining.load());
      }
    }
  }

  void SweepAll(bool all) {
    for (auto& worker : workers_) Sweep(*worker, all);
  }

  Shared shared_;
  // Before the acceptor: its queue holds what the acceptor waits for.
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> accept_timer_;
  size_t next_ = 0;
  int64_t next_refresh_ = 0;  // of the first worker's thread
  int port_ = 0;
  std::mutex shutdown_mutex_;
  bool stopped_ = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Create(ServerOptions options, Handler& handler) {
  auto impl = std::make_unique<Impl>();
  if (absl::Status status = impl->Start(std::move(options), handler); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const { return impl_->port(); }
int Server::connections() const { return impl_->connections(); }
int64_t Server::turned_away() const { return impl_->turned_away(); }
void Server::Shutdown(absl::Duration grace) { impl_->Shutdown(grace); }

}  // namespace ronghe::gateway::http
