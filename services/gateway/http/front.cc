#include "services/gateway/http/front.h"

#include <array>
#include <atomic>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/trace/trace.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/gate.h"
#include "services/gateway/backend/call.h"
#include "services/gateway/transcode/error_json.h"
#include "services/gateway/transcode/json_printer.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::http {
namespace {

using access::Doorman;
using access::Visitor;
using access::VisitorOr;
using transcode::Method;
using transcode::Verb;

constexpr absl::Duration kDefaultTimeout = absl::Seconds(10);
// What a service takes in one message.
constexpr size_t kMaxMessageBytes = 4 * 1024 * 1024;
constexpr absl::Duration kSlow = absl::Milliseconds(500);
constexpr std::string_view kJson = "application/json; charset=utf-8";

// Every status that the gateway answers with: one series each.
constexpr std::array<int, 20> kStatuses = {200, 204, 302, 400, 401, 403, 404, 405, 408, 409,
                                           412, 413, 415, 429, 431, 499, 500, 501, 503, 504};

size_t StatusIndex(int status) {
  for (size_t i = 0; i < kStatuses.size(); ++i) {
    if (kStatuses[i] == status) return i;
  }
  return 16;
}

// The series of one method.
struct Series {
  metrics::Histogram* seconds = nullptr;
  std::array<std::atomic<metrics::Counter*>, kStatuses.size()> requests = {};
};

bool ParseVerb(std::string_view method, Verb* verb) {
  for (size_t i = 0; i < transcode::kVerbs; ++i) {
    if (transcode::VerbName(static_cast<Verb>(i)) == method) {
      *verb = static_cast<Verb>(i);
      return true;
    }
  }
  return false;
}

// The value of a cookie in a Cookie header; empty when it is not there.
std::string_view CookieValue(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

bool IsJson(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(base::Sv(type)), "application/json");
}

grpc_byte_buffer* ToByteBuffer(std::string_view bytes) {
  grpc_slice slice = grpc_slice_from_copied_buffer(bytes.data(), bytes.size());
  grpc_byte_buffer* buffer = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  return buffer;
}

}  // namespace

struct Front::Shared {
  explicit Shared(FrontParts p) : parts(std::move(p)) {
    // One more for what belongs to no method.
    series = std::vector<Series>(parts.methods.all().size() + 1);
    for (const auto& method : parts.methods.all()) Declare(&series[method->index], method->label);
    Declare(&series.back(), "none");
    sign_in = parts.methods.Find("/ronghe.access.v1.SessionService/SignIn");
    sign_out = parts.methods.Find("/ronghe.access.v1.SessionService/SignOut");
    change_password = parts.methods.Find("/ronghe.access.v1.SessionService/ChangePassword");
    gate.emplace(parts.methods);
  }

  void Declare(Series* one, const std::string& label) {
    one->seconds = &parts.registry.AddHistogram("ronghe_http_seconds",
                                                "Seconds from a whole request to its answer.",
                                                {{"method_name", label}});
    CounterOf(*one, label, 200);
  }

  metrics::Counter& CounterOf(Series& one, const std::string& label, int status) {
    std::atomic<metrics::Counter*>& slot = one.requests[StatusIndex(status)];
    metrics::Counter* counter = slot.load(std::memory_order_acquire);
    if (counter == nullptr) {
      counter =
          &parts.registry.AddCounter("ronghe_http_requests_total", "HTTP requests answered.",
                                     {{"method_name", label}, {"code", absl::StrCat(status)}});
      slot.store(counter, std::memory_order_release);
    }
    return *counter;
  }

  void Count(const Method* method, int status, absl::Duration took) {
    static const std::string kNone = "none";
    Series& one = method == nullptr ? series.back() : series[method->index];
    CounterOf(one, method == nullptr ? kNone : method->label, status).Increment();
    one.seconds->Observe(absl::ToDoubleSeconds(took));
  }

  FrontParts parts;
  std::vector<Series> series;
  const Method* sign_in = nullptr;
  const Method* sign_out = nullptr;
  const Method* change_password = nullptr;
  std::optional<access::Gate> gate;
};

namespace {

// A stream of answers over one connection: newline-delimited JSON, or server-sent events. The next
// message is asked for when the last one has gone out.
template <class Shared>
class HttpStream final : public backend::StreamCall,
                         public std::enable_shared_from_this<HttpStream<Shared>> {
 public:
  using OnError = std::function<void(const transcode::WireError&)>;

  // `fail` answers an error that comes before the first message; `done` counts the end.
  HttpStream(Shared& shared, const Method& method, Exchange& exchange, bool events,
             std::string token, OnError fail, std::function<void(int)> done)
      : shared_(shared),
        method_(method),
        exchange_(exchange),
        hold_(exchange.Hold()),
        events_(events),
        token_(std::move(token)),
        fail_(std::move(fail)),
        done_(std::move(done)) {}

  // Keeps itself until the stream is over.
  void Begin(const backend::Backend& backend, size_t lane, const backend::CallContext& context,
             grpc_byte_buffer* request) {
    self_ = this->shared_from_this();
    this->Start(backend, method_, lane, context, request);
  }

 private:
  void OnMessage(grpc_byte_buffer* message) override {
    if (!begun_) {
      begun_ = true;
      exchange_.BeginStream(200, events_ ? "text/event-stream; charset=utf-8"
                                         : "application/x-ndjson; charset=utf-8");
    }
    if (events_) exchange_.body().Append("data: ");
    const absl::Status printed = transcode::PrintJson(shared_.parts.schema, *method_.response,
                                                      flat_.View(message), &exchange_.body());
    grpc_byte_buffer_destroy(message);
    if (!printed.ok()) {
      exchange_.body().Clear();
      this->Cancel();
      return;
    }
    exchange_.body().Append(events_ ? "\n\n" : "\n");
    CheckSession();
    {
      const std::lock_guard lock(mutex_);
      sending_ = true;
    }
    exchange_.Send([self = this->shared_from_this()](bool ok) { self->Sent(ok); });
  }

  void Sent(bool ok) {
    bool finished;
    {
      const std::lock_guard lock(mutex_);
      sending_ = false;
      broken_ = broken_ || !ok;
      finished = finished_;
    }
    if (finished) return Finish();
    if (!ok) {
      this->Cancel();
    } else {
      this->Read();
    }
  }

  void OnFinished(const backend::CallStatus& status) override {
    {
      const std::lock_guard lock(mutex_);
      status_ = status;
      finished_ = true;
      if (sending_) return;
    }
    Finish();
  }

  // A stream is worth no more than the session that opened it.
  void CheckSession() {
    if (token_.empty()) return;
    const auto known = shared_.parts.doorman.Known(Doorman::Kind::kSession, token_);
    if (known.has_value()) {
      if (!known->ok()) this->Cancel();
      return;
    }
    shared_.parts.doorman.LookUp(
        Doorman::Kind::kSession, token_,
        [weak = std::weak_ptr<HttpStream>(this->shared_from_this())](const VisitorOr& visitor) {
          if (visitor.ok()) return;
          if (const auto self = weak.lock()) self->Cancel();
        });
  }

  void Finish() {
    // Everything may go with this call.
    const std::shared_ptr<HttpStream> self = std::move(self_);
    const transcode::WireError error{status_.code, status_.message.view(), status_.details.view()};
    if (status_.code != GRPC_STATUS_OK && !begun_) return fail_(error);
    done_(status_.code == GRPC_STATUS_OK ? 200 : transcode::HttpStatus(error));
    if (!begun_) {
      begun_ = true;
      exchange_.BeginStream(200, events_ ? "text/event-stream; charset=utf-8"
                                         : "application/x-ndjson; charset=utf-8");
    }
    if (status_.code == GRPC_STATUS_OK || broken_) return exchange_.EndStream();
    if (events_) exchange_.body().Append("event: error\ndata: ");
    transcode::PrintError(shared_.parts.schema, error, &exchange_.body());
    exchange_.body().Append(events_ ? "\n\n" : "\n");
    exchange_.Send([self](bool) { self->exchange_.EndStream(); });
  }

  Shared& shared_;
  const Method& method_;
  Exchange& exchange_;
  const std::shared_ptr<void> hold_;
  const bool events_;
  const std::string token_;
  const OnError fail_;
  const std::function<void(int)> done_;
  std::shared_ptr<HttpStream> self_;
  backend::FlatBytes flat_;
  bool begun_ = false;
  std::mutex mutex_;
  bool sending_ = false;
  bool finished_ = false;
  bool broken_ = false;
  backend::CallStatus status_;
};

template <class Shared>
class FrontResponder final : public Responder, private backend::UnaryCall {
 public:
  FrontResponder(Shared& shared, Exchange& exchange) : shared_(shared), exchange_(exchange) {}

  void Handle() override {
    const Request& request = exchange_.request();
    method_ = nullptr;
    visitor_.reset();
    Verb verb = Verb::kGet;
    const bool known_verb = ParseVerb(request.method, &verb);
    if (!absl::StartsWith(request.path, "/v1/")) return Page(known_verb && verb == Verb::kGet);
    if (!known_verb) return Fail(NotAllowed(), 405);
    match_ = shared_.parts.router.Find(verb, request.path);
    if (match_.bad_path) {
      return Fail(error::InvalidFields({{"(path)", "路径的百分号编码不正确或不是合法的 UTF-8"}}));
    }
    if (match_.binding == nullptr) return NoRoute();
    method_ = match_.binding->method;
    if (!request.body.empty() && !IsJson(request.content_type)) {
      return Fail(error::Make(absl::StatusCode::kInvalidArgument, "CONTENT_TYPE_INVALID",
                              "请求正文的类型应为 application/json"),
                  415);
    }
    if (method_->policy.scope() == options::v1::SCOPE_PUBLIC) return Call();
    FindToken();
    if (token_.empty()) return Fail(access::errors::SignInRequired());
    if (auto known = shared_.parts.doorman.Known(Doorman::Kind::kSession, token_)) {
      return Admit(*std::move(known));
    }
    shared_.parts.doorman.LookUp(Doorman::Kind::kSession, token_,
                                 [this, hold = exchange_.Hold()](const VisitorOr& visitor) {
                                   exchange_.Post([this, visitor] { Admit(visitor); });
                                 });
  }

  void Refuse(int status) override {
    method_ = nullptr;
    const absl::Status refusal =
        status == 413
            ? error::Make(absl::StatusCode::kInvalidArgument, "BODY_TOO_LARGE", "请求正文过大")
        : status == 431
            ? error::Make(absl::StatusCode::kInvalidArgument, "HEADER_TOO_LARGE", "请求头过大")
            : error::Make(absl::StatusCode::kInvalidArgument, "HTTP_INVALID",
                          "不是合法的 HTTP 请求");
    Fail(refusal, status);
  }

  void ClientGone() override {
    const std::lock_guard lock(mutex_);
    if (calling_) Cancel();
    if (const auto stream = stream_.lock()) stream->Cancel();
  }

 private:
  static absl::Status NotAllowed() {
    return error::Make(absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED",
                       "该路径不支持此 HTTP 方法");
  }

  void NoRoute() {
    std::string allow;
    for (size_t i = 0; i < transcode::kVerbs; ++i) {
      if (!match_.other_verbs[i]) continue;
      absl::StrAppend(&allow, allow.empty() ? "" : ", ",
                      base::Sv(transcode::VerbName(static_cast<Verb>(i))));
    }
    if (allow.empty()) {
      return Fail(error::Make(absl::StatusCode::kNotFound, "ROUTE_NOT_FOUND", "没有这个接口"));
    }
    headers_ = absl::StrCat("Allow: ", allow, "\r\n");
    Fail(NotAllowed(), 405);
  }

  // What the gateway answers by itself.
  void Page(bool get) {
    const std::string& path = exchange_.request().path;
    if (!get) return Fail(NotAllowed(), 405);
    if (path == "/healthz") {
      exchange_.body().Append("ok\n");
      return Answer(200, "text/plain; charset=utf-8");
    }
    if (path == "/readyz") {
      const bool ready = shared_.parts.ready();
      exchange_.body().Append(ready ? "ready\n" : "not ready\n");
      return Answer(ready ? 200 : 503, "text/plain; charset=utf-8");
    }
    if (path == "/" || path == "/docs") {
      headers_ = "Location: /docs/\r\n";
      return Answer(302, "");
    }
    const Asset* asset = shared_.parts.assets.Find(path);
    if (asset == nullptr) {
      return Fail(error::Make(absl::StatusCode::kNotFound, "ROUTE_NOT_FOUND", "没有这个页面"));
    }
    exchange_.body().Append(asset->bytes);
    headers_ = asset->headers;
    Answer(200, asset->content_type);
  }

  void FindToken() {
    const Request& request = exchange_.request();
    by_cookie_ = false;
    token_.clear();
    if (!request.authorization.empty()) {
      if (request.authorization.size() > 7 &&
          absl::EqualsIgnoreCase(base::Sv(std::string_view(request.authorization).substr(0, 7)),
                                 "bearer ")) {
        token_ = request.authorization.substr(7);
      }
      return;
    }
    token_ = CookieValue(request.cookie, kSessionCookie);
    by_cookie_ = !token_.empty();
  }

  void Admit(const VisitorOr& visitor) {
    if (!visitor.ok()) return Fail(visitor.status());
    visitor_ = *visitor;
    const access::Credential& credential = visitor_->credential;
    if (by_cookie_ && match_.binding->verb != Verb::kGet &&
        (exchange_.request().csrf.empty() ||
         !crypto::ConstantTimeEqual(access::TokenHash(exchange_.request().csrf),
                                    credential.csrf_hash))) {
      return Fail(access::errors::CsrfInvalid());
    }
    if (const absl::Status status = shared_.gate->Check(credential, *method_); !status.ok()) {
      return Fail(status);
    }
    Call();
  }

  void Call() {
    const Request& request = exchange_.request();
    auto wire = transcode::BuildRequest(*match_.binding, match_.segments,
                                        {.query = request.query,
                                         .body = request.body,
                                         .idempotency_key = request.idempotency_key,
                                         .if_match = request.if_match});
    if (!wire.ok()) return Fail(wire.status());
    if (wire->size() > kMaxMessageBytes) return Refuse(413);
    const auto backend = shared_.parts.backends.Route(*method_, *wire);
    if (!backend.ok()) return Fail(backend.status());

    trace::Context trace;
    if (!request.traceparent.empty()) {
      if (auto parsed = trace::Context::Parse(request.traceparent); parsed.ok()) {
        trace = parsed->Child();
      }
    }
    if (trace.empty()) trace = trace::Context::New();
    const std::string traceparent = trace.ToHeader();
    trace_id_ = std::move(trace.trace_id);

    backend::CallContext context;
    if (visitor_ != nullptr) context.authorization = &visitor_->authorization;
    context.traceparent = traceparent;
    if (method_->server_streaming) return Stream(**backend, context, *wire);
    context.timeout = method_->policy.timeout_ms() > 0
                          ? absl::Milliseconds(method_->policy.timeout_ms())
                          : kDefaultTimeout;
    // Before Start returns the lane's thread may already be answering, and the connection end.
    const std::shared_ptr<void> hold = exchange_.Hold();
    const std::lock_guard lock(mutex_);
    calling_ = true;
    Start(**backend, *method_, exchange_.lane(), context, ToByteBuffer(*wire));
  }

  void Stream(const backend::Backend& backend, const backend::CallContext& context,
              const std::string& wire) {
    const bool events = absl::StrContains(exchange_.request().accept, "text/event-stream");
    const Method* method = method_;
    const absl::Time received = exchange_.request().received;
    auto stream = std::make_shared<HttpStream<Shared>>(
        shared_, *method_, exchange_, events, token_,
        [this](const transcode::WireError& error) { Fail(error); },
        [this, method, received](int status) {
          shared_.Count(method, status, absl::Now() - received);
        });
    {
      const std::lock_guard lock(mutex_);
      stream_ = stream;
    }
    stream->Begin(backend, exchange_.lane(), context, ToByteBuffer(wire));
  }

  void OnDone() override {
    {
      const std::lock_guard lock(mutex_);
      calling_ = false;
    }
    if (status().code != GRPC_STATUS_OK) {
      // The error's bytes must outlive Reset.
      const backend::CallStatus ended = status();
      Reset();
      return Fail(transcode::WireError{ended.code, ended.message.view(), ended.details.view()});
    }
    const std::string_view wire = flat_.View(response());
    const absl::Status printed =
        transcode::PrintJson(shared_.parts.schema, *method_->response, wire, &exchange_.body());
    if (!printed.ok()) {
      log::Error("response_malformed", {{"method", method_->label}, {"trace_id", trace_id_}});
      Reset();
      return Fail(absl::InternalError("malformed response"));
    }
    headers_.clear();
    if (method_->response_etag != nullptr &&
        method_->response_etag->type == google::protobuf::FieldDescriptor::TYPE_STRING) {
      const std::string_view etag = transcode::PeekDelimited(wire, method_->response_etag->number);
      if (!etag.empty() && etag.find_first_of("\"\r\n") == std::string_view::npos) {
        headers_ = base::Cat("ETag: \"", etag, "\"\r\n");
      }
    }
    if (method_ == shared_.sign_in) {
      const transcode::Field* token = method_->response->ByName("session_token");
      headers_ += base::Cat("Set-Cookie: ", kSessionCookie, "=",
                            transcode::PeekDelimited(wire, token->number),
                            "; Path=/; HttpOnly; Secure; SameSite=Strict\r\n");
    } else if (method_ == shared_.sign_out) {
      shared_.parts.doorman.Forget(Doorman::Kind::kSession, token_);
      headers_ += base::Cat("Set-Cookie: ", kSessionCookie,
                            "=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0\r\n");
    } else if (method_ == shared_.change_password) {
      shared_.parts.doorman.Forget(Doorman::Kind::kSession, token_);
    }
    Reset();
    Answer(200, kJson);
  }

  void Fail(const absl::Status& status, int http = 0) {
    Fail(transcode::OwnedError(status, http).wire());
  }

  void Fail(const transcode::WireError& error) {
    exchange_.body().Clear();
    transcode::PrintError(shared_.parts.schema, error, &exchange_.body());
    const int http = transcode::HttpStatus(error);
    if (http != 405) headers_.clear();
    if (const int seconds = transcode::RetryAfterSeconds(error); seconds > 0) {
      absl::StrAppend(&headers_, "Retry-After: ", seconds, "\r\n");
    }
    if (http == 401) headers_ += "WWW-Authenticate: Bearer\r\n";
    if (http >= 500) {
      log::Warn("http_failed", {{"method", method_ == nullptr ? "none" : method_->label},
                                {"status", http},
                                {"grpc_code", transcode::CodeName(error.code)},
                                {"message", error.message},
                                {"trace_id", trace_id_}});
    }
    Answer(http, kJson);
  }

  // The last word on a request: nothing of this object may be touched after it.
  void Answer(int status, std::string_view content_type) {
    const absl::Duration took = absl::Now() - exchange_.request().received;
    shared_.Count(method_, status, took);
    if (took >= kSlow && status < 500) {
      log::Info("http_slow", {{"method", method_ == nullptr ? "none" : method_->label},
                              {"status", status},
                              {"seconds", took},
                              {"trace_id", trace_id_}});
    }
    scratch_.swap(headers_);
    headers_.clear();
    exchange_.Respond(status, content_type, scratch_);
  }

  Shared& shared_;
  Exchange& exchange_;
  const Method* method_ = nullptr;
  transcode::Match match_;
  std::string token_;
  bool by_cookie_ = false;
  std::shared_ptr<const Visitor> visitor_;
  std::string headers_, scratch_;
  std::string trace_id_;
  backend::FlatBytes flat_;
  std::mutex mutex_;
  bool calling_ = false;
  std::weak_ptr<HttpStream<Shared>> stream_;
};

}  // namespace

Front::Front(FrontParts parts) : shared_(std::make_unique<Shared>(std::move(parts))) {}
Front::~Front() = default;

std::unique_ptr<Responder> Front::Open(Exchange& exchange) {
  return std::make_unique<FrontResponder<Shared>>(*shared_, exchange);
}

}  // namespace ronghe::gateway::http
