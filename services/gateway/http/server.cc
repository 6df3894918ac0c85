#include "services/gateway/http/server.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>
#include <ctime>
#include <mutex>
#include <optional>
#include <set>

#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"

namespace ronghe::gateway::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using transcode::OutBuffer;

// What a connection keeps of its buffers between requests.
constexpr size_t kKeepBytes = 64 * 1024;
constexpr size_t kReadBytes = 4 * 1024;

int64_t NowMs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 302:
      return "Found";
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
    case 415:
      return "Unsupported Media Type";
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

// Beast's parser over fields of our own: only the headers that mean something here are kept.
class RequestParser final : public beast::http::basic_parser<true> {
 public:
  RequestParser(Request* request, uint32_t max_header, uint64_t max_body) : request_(request) {
    header_limit(max_header);
    body_limit(max_body);
    eager(true);
  }

  bool expects_continue() const { return expects_continue_; }
  bool refused() const { return refused_; }

 private:
  using string_view = beast::string_view;

  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code& ec) override {
    version_ = version;
    request_->method.assign(method.data(), method.size());
    if (target.empty() || target[0] != '/') {
      ec = beast::http::error::bad_target;
      return;
    }
    const std::string_view whole(target.data(), target.size());
    const size_t question = whole.find('?');
    request_->path = whole.substr(0, question);
    request_->query =
        question == std::string_view::npos ? std::string_view() : whole.substr(question + 1);
  }
  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(beast::http::field known, string_view name, string_view value,
                     error_code& ec) override {
    using beast::http::field;
    std::string* kept = nullptr;
    unsigned bit = 0;
    switch (known) {
      case field::host:
        bit = 1;
        break;
      case field::authorization:
        bit = 2;
        kept = &request_->authorization;
        break;
      case field::cookie:
        bit = 4;
        kept = &request_->cookie;
        break;
      case field::content_type:
        bit = 8;
        kept = &request_->content_type;
        break;
      case field::if_match:
        bit = 16;
        kept = &request_->if_match;
        break;
      case field::accept:
        if (request_->accept.empty()) request_->accept.assign(value.data(), value.size());
        return;
      case field::expect:
        expects_continue_ = beast::iequals(value, "100-continue");
        return;
      case field::unknown:
        if (beast::iequals(name, "traceparent")) {
          if (request_->traceparent.empty())
            request_->traceparent.assign(value.data(), value.size());
          return;
        }
        if (beast::iequals(name, "idempotency-key")) {
          bit = 32;
          kept = &request_->idempotency_key;
        } else if (beast::iequals(name, "x-ronghe-csrf")) {
          bit = 64;
          kept = &request_->csrf;
        }
        break;
      default:
        return;
    }
    if (bit == 0) return;
    // Twice the same header would let two readers understand two requests.
    if (seen_ & bit) {
      refused_ = true;
      ec = beast::http::error::bad_value;
      return;
    }
    seen_ |= bit;
    if (kept != nullptr) kept->assign(value.data(), value.size());
  }

  void on_header_impl(error_code& ec) override {
    if (version_ >= 11 && !(seen_ & 1)) {
      refused_ = true;
      ec = beast::http::error::bad_field;
    }
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) override {
    if (length) request_->body.reserve(static_cast<size_t>(std::min<uint64_t>(*length, 64 * 1024)));
  }
  std::size_t on_body_impl(string_view body, error_code&) override {
    request_->body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    request_->body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  Request* const request_;
  int version_ = 11;
  unsigned seen_ = 0;
  bool expects_continue_ = false;
  bool refused_ = false;
};

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
  std::optional<asio::ssl::context> tls;
};

// Counts a connection for as long as anything of it is left.
struct Counted {
  explicit Counted(std::atomic<int>& c) : count(c) { count.fetch_add(1); }
  ~Counted() { count.fetch_sub(1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::atomic<int>& count;
};

class Connection final : public Exchange, public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, asio::io_context& io, size_t lane, Roster& roster, Shared& shared)
      : counted_(shared.connections),
        io_(io),
        lane_(lane),
        roster_(roster),
        shared_(shared),
        socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    const auto endpoint = socket_.remote_endpoint(ignored);
    peer_ = endpoint.address().to_string();
    if (shared_.tls) tls_.emplace(socket_, *shared_.tls);
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
    SetDeadline(shared_.options.header_timeout);
    if (!tls_) return NextRequest();
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](error_code ec) {
                            if (!ec) self->NextRequest();
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
  const std::string& peer() const override { return peer_; }
  bool secure() const override { return tls_.has_value(); }
  OutBuffer& body() override { return body_; }

  void Respond(int status, std::string_view content_type, std::string_view headers) override {
    keep_alive_ = keep_alive_ && !shared_.draining.load(std::memory_order_relaxed);
    Head(status, content_type, headers, false);
    SetDeadline(shared_.options.write_timeout);
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
    SetDeadline(shared_.options.write_timeout);
    stage_ = Stage::kChunk;
    Write();
  }

  void EndStream() override {
    if (head_sent_) head_.Clear();
    body_.Clear();
    head_.Append("0\r\n\r\n");
    SetDeadline(shared_.options.write_timeout);
    stage_ = Stage::kAnswer;
    Write();
  }

  void Post(std::function<void()> work) override {
    asio::post(io_, [self = shared_from_this(), work = std::move(work)] { work(); });
  }

  std::shared_ptr<void> Hold() override { return shared_from_this(); }

 private:
  enum class Stage { kAnswer, kChunk };

  void SetDeadline(absl::Duration timeout) {
    deadline_.store(timeout == absl::InfiniteDuration()
                        ? std::numeric_limits<int64_t>::max()
                        : NowMs() + absl::ToInt64Milliseconds(timeout),
                    std::memory_order_relaxed);
  }

  // Starts with what was read already, else reads.
  void NextRequest() {
    request_.Clear();
    body_.Shrink(kKeepBytes);
    keep_alive_ = false;
    continued_ = false;
    header_done_ = false;
    parser_.emplace(&request_, shared_.options.max_header_bytes, shared_.options.max_body_bytes);
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
    size_t used = 0;
    while (!parser_->is_done()) {
      error_code ec;
      const size_t taken =
          parser_->put(asio::const_buffer(buffer_.data() + used, filled_ - used), ec);
      used += taken;
      if (ec == beast::http::error::need_more) break;
      if (ec) {
        filled_ = 0;
        return Refused(ec);
      }
      if (taken == 0) break;
    }
    if (used > 0) {
      std::memmove(buffer_.data(), buffer_.data() + used, filled_ - used);
      filled_ -= used;
    }
    if (!parser_->is_done()) {
      if (parser_->is_header_done() && !header_done_) {
        header_done_ = true;
        SetDeadline(shared_.options.body_timeout);
        if (parser_->expects_continue() && !continued_) {
          continued_ = true;
          return Continue();
        }
      }
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

  void Refused(error_code ec) {
    int status = 400;
    if (ec == beast::http::error::header_limit) status = 431;
    if (ec == beast::http::error::body_limit) status = 413;
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
    head_.Append(
        "\r\nCache-Control: no-store"
        "\r\nX-Content-Type-Options: nosniff"
        "\r\nX-Frame-Options: DENY"
        "\r\nReferrer-Policy: no-referrer");
    if (headers.find("Content-Security-Policy:") == std::string_view::npos) {
      head_.Append(
          "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri "
          "'none'");
    }
    if (tls_) head_.Append("\r\nStrict-Transport-Security: max-age=31536000");
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
      iovec parts[2];
      int count = 0;
      if (written_ < head_.size()) {
        parts[count++] = {head_.data() + written_, head_.size() - written_};
        if (body_.size() > 0) parts[count++] = {body_.data(), body_.size()};
      } else {
        const size_t at = written_ - head_.size();
        parts[count++] = {body_.data() + at, body_.size() - at};
      }
      msghdr message = {};
      message.msg_iov = parts;
      message.msg_iovlen = static_cast<size_t>(count);
      const ssize_t sent =
          ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        written_ += static_cast<size_t>(sent);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Written(false);
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
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(head_.data(), head_.size()),
                                                     asio::buffer(body_.data(), body_.size())};
    asio::async_write(*tls_, parts,
                      [self = shared_from_this()](error_code ec, size_t) { self->Written(!ec); });
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
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  std::string peer_;
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

void Request::Clear() {
  for (std::string* text : {&method, &path, &query, &authorization, &cookie, &content_type,
                            &idempotency_key, &if_match, &traceparent, &csrf, &accept}) {
    text->clear();
  }
  if (body.capacity() > kKeepBytes) {
    std::string().swap(body);
  } else {
    body.clear();
  }
}

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
    shared_.tls.emplace(asio::ssl::context::tls_server);
    asio::ssl::context& tls = *shared_.tls;
    error_code ec;
    tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1 | asio::ssl::context::single_dh_use |
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                        SSL_OP_CIPHER_SERVER_PREFERENCE,
                    ec);
    if (!ec) tls.use_certificate_chain_file(options.cert_file, ec);
    if (!ec) tls.use_private_key_file(options.key_file, asio::ssl::context::pem, ec);
    if (ec) {
      return error::Make(absl::StatusCode::kInvalidArgument, "TLS_FILES_INVALID",
                         base::Cat("无法使用证书文件:", ec.message()),
                         {{"cert_file", options.cert_file}});
    }
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(tls.native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
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
    if (shared_.connections.load() >= shared_.options.max_connections) {
      static constexpr std::string_view kFull =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
          "Connection: close\r\n\r\n";
      if (!shared_.tls) {
        ::send(socket.native_handle(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      }
      return;
    }
    auto connection =
        std::make_shared<Connection>(std::move(socket), worker.io, lane, worker.roster, shared_);
    asio::post(worker.io, [connection] { connection->Run(); });
  }

  void SweepLater(Worker& worker) {
    worker.timer.expires_after(std::chrono::milliseconds(250));
    worker.timer.async_wait([this, &worker](error_code ec) {
      if (ec) return;
      Sweep(worker, false);
      SweepLater(worker);
    });
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
void Server::Shutdown(absl::Duration grace) { impl_->Shutdown(grace); }

}  // namespace ronghe::gateway::http
