#include "services/gateway/http/front.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/refusal.h"
#include "common/trace/trace.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/backend/call.h"
#include "services/gateway/http/caller.h"
#include "services/gateway/http/cookies.h"
#include "services/gateway/http/refusals.h"
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
// Threads of each plain handler, and requests that may be with it or wait.
constexpr int kPlainThreads = 4;
constexpr int kPlainMost = 64;
constexpr absl::Duration kSlow = absl::Milliseconds(500);
constexpr std::string_view kJson = "application/json; charset=utf-8";

// Every status that the gateway answers with: one series each.
constexpr std::array<int, 25> kStatuses = {200, 201, 204, 302, 303, 304, 400, 401, 403,
                                           404, 405, 408, 409, 412, 413, 414, 415, 421,
                                           429, 431, 499, 501, 503, 504, 500};

// Any other is counted as the last.
size_t StatusIndex(int status) {
  const auto it = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  return static_cast<size_t>(it - kStatuses.begin());
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
    for (PlainHandler* const handler : parts.plain) {
      plain.push_back(std::make_unique<PlainPool>(*handler, kPlainThreads, kPlainMost));
    }
    issued.resize(parts.methods.all().size());
    for (const auto& method : parts.methods.all()) {
      const bool session = absl::StartsWith(method->path, "/ronghe.access.v1.SessionService/");
      if (!session && !absl::StartsWith(method->path, "/ronghe.access.v1.SecondFactorService/")) {
        continue;
      }
      of_session.insert(method.get());
      issued[method->index] = method->response->ByName("session_token");
    }
    sign_out = parts.methods.Find("/ronghe.access.v1.SessionService/SignOut");
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
  // By Method::index: the field of the answer with a new session token, where it has one.
  std::vector<const transcode::Field*> issued;
  // Those that may change what a session is worth.
  absl::flat_hash_set<const Method*> of_session;
  const Method* sign_out = nullptr;
  std::vector<std::unique_ptr<PlainPool>> plain;
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
             Doorman::Kind kind, std::string token, std::shared_ptr<const Visitor> opened,
             access::Admission admission, OnError fail, std::function<void(int)> done)
      : shared_(shared),
        method_(method),
        exchange_(exchange),
        hold_(exchange.Hold()),
        events_(events),
        kind_(kind),
        token_(std::move(token)),
        opened_(std::move(opened)),
        admission_(std::move(admission)),
        fail_(std::move(fail)),
        done_(std::move(done)) {}

  // Keeps itself until the stream is over.
  void Begin(const backend::Backend& backend, size_t lane, const backend::CallContext& context,
             grpc_byte_buffer* request) {
    self_ = this->shared_from_this();
    this->Start(backend, method_, lane, context, request);
  }

 private:
  // A stream is worth no more than what opened it: each message waits for that to be looked at.
  void OnMessage(grpc_byte_buffer* message) override {
    {
      const std::lock_guard lock(mutex_);
      sending_ = true;
    }
    if (token_.empty()) return Deliver(message);
    if (const auto known = shared_.parts.doorman.Known(kind_, token_)) {
      return Deliver(message, *known);
    }
    shared_.parts.doorman.LookUp(
        kind_, token_, [self = this->shared_from_this(), message](const VisitorOr& visitor) {
          self->Deliver(message, visitor);
        });
  }

  void Deliver(grpc_byte_buffer* message, const VisitorOr& visitor) {
    if (visitor.ok() &&
        shared_.parts.gate.Renew(opened_->credential, (*visitor)->credential, method_, &admission_)
            .ok()) {
      return Deliver(message);
    }
    grpc_byte_buffer_destroy(message);
    Sent(false);
  }

  void Deliver(grpc_byte_buffer* message) {
    if (!begun_) {
      begun_ = true;
      exchange_.BeginStream(200, events_ ? "text/event-stream; charset=utf-8"
                                         : "application/x-ndjson; charset=utf-8");
    }
    if (events_) exchange_.body().Append("data: ");
    const bool printed = Print(flat_.View(message));
    grpc_byte_buffer_destroy(message);
    if (!printed) {
      exchange_.body().Clear();
      return Sent(false);
    }
    exchange_.body().Append(events_ ? "\n\n" : "\n");
    exchange_.Send([self = this->shared_from_this()](bool ok) { self->Sent(ok); });
  }

  bool Print(std::string_view wire) {
    std::string filtered;
    if (admission_.filter != nullptr) {
      if (!admission_.filter->Apply(wire, &filtered)) return false;
      wire = filtered;
    }
    return transcode::PrintJson(shared_.parts.schema, *method_.response, wire, &exchange_.body())
        .ok();
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
  const Doorman::Kind kind_;
  const std::string token_;
  // Null where no session was asked for.
  const std::shared_ptr<const Visitor> opened_;
  access::Admission admission_;
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

  uint64_t MaxBody() override {
    const Request& request = exchange_.request();
    const FrontOptions& options = shared_.parts.options;
    Verb verb = Verb::kGet;
    if (!IsApi(request) || !ParseVerb(request.method, &verb)) return options.max_body_bytes;
    match_ = shared_.parts.router.Find(verb, request.path);
    return match_.binding != nullptr && match_.binding->method->upload ? options.max_upload_bytes
                                                                       : options.max_body_bytes;
  }

  void Handle() override {
    const Request& request = exchange_.request();
    visitor_.reset();
    trace_id_.clear();
    token_.clear();
    kind_ = Doorman::Kind::kSession;
    by_cookie_ = false;
    admission_ = {};
    if (IsProbe(request.path)) return Page(nullptr);
    if (!shared_.parts.options.origins.KnowsHost(request.host)) {
      return FailStranger(refusals::HostUnknown(), 421);
    }
    if (!IsApi(request)) return HandlePage();
    Verb verb = Verb::kGet;
    if (!ParseVerb(request.method, &verb)) return Fail(refusals::MethodNotAllowed(), 405);
    if (match_.bad_path) return Fail(refusals::PathInvalid());
    if (match_.binding == nullptr) return NoRoute();
    method_ = match_.binding->method;
    if (!request.body.empty() && !IsJson(request.content_type)) {
      return Fail(refusals::ContentTypeInvalid(), 415);
    }
    if (method_->policy.scope() == options::v1::SCOPE_PUBLIC) return HandlePublic();
    FindToken();
    if (token_.empty()) return FailStranger(access::errors::SignInRequired());
    if (auto known = shared_.parts.doorman.Known(kind_, token_)) {
      return Admit(*std::move(known));
    }
    // Whoever guesses tokens asks the database no more often than others ask for pages.
    if (!MightAsk()) return;
    shared_.parts.doorman.LookUp(kind_, token_,
                                 [this, hold = exchange_.Hold()](const VisitorOr& visitor) {
                                   exchange_.Post([this, visitor] { Admit(visitor); });
                                 });
  }

  void Refuse(int status) override {
    method_ = match_.binding == nullptr ? nullptr : match_.binding->method;
    FailStranger(refusals::Malformed(status), status);
  }

  void ClientGone() override {
    const std::lock_guard lock(mutex_);
    if (calling_) Cancel();
    if (const auto stream = stream_.lock()) stream->Cancel();
  }

 private:
  static bool IsApi(const Request& request) { return request.path.starts_with("/v1/"); }
  static bool IsProbe(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

  // Whether this address may ask once more without a session; else answers that it must wait.
  bool MayAsk(AddressLimits::Kind kind) {
    AddressLimits* const addresses = shared_.parts.addresses;
    if (addresses == nullptr) return true;
    return WaitedFor(addresses->Take(kind, exchange_.peer(), exchange_.request().received));
  }

  // The same without counting.
  bool MightAsk() {
    AddressLimits* const addresses = shared_.parts.addresses;
    if (addresses == nullptr) return true;
    return WaitedFor(addresses->Wait(AddressLimits::Kind::kAnonymous, exchange_.peer(),
                                     exchange_.request().received));
  }

  bool WaitedFor(absl::Duration wait) {
    if (wait == absl::ZeroDuration()) return true;
    const absl::Duration noticed = shared_.parts.addresses->Take(
        AddressLimits::Kind::kNotice, exchange_.peer(), exchange_.request().received);
    const absl::Status status = refusals::RateLimited(wait);
    if (noticed == absl::ZeroDuration()) Record(status);
    Fail(transcode::OwnedError(status).wire());
    return false;
  }

  // Refuses somebody who has no session that stands.
  void FailStranger(const absl::Status& status, int http = 0) {
    if (MayAsk(AddressLimits::Kind::kAnonymous)) Fail(status, http);
  }

  void HandlePage() {
    const Request& request = exchange_.request();
    const Asset* const asset = shared_.parts.assets.Find(request.path, request.accept_encoding);
    using Kind = AddressLimits::Kind;
    if (!MayAsk(asset == nullptr ? Kind::kAnonymous : Kind::kFile)) return;
    const std::string& method = request.method;
    if (method == "TRACE" || method == "CONNECT") return Fail(refusals::MethodNotAllowed(), 405);
    if (PlainPool* const plain = OwnerOf(request.path)) return Plain(*plain);
    Page(asset);
  }

  void HandlePublic() {
    const bool signs_in = shared_.issued[method_->index] != nullptr;
    if (!MayAsk(signs_in ? AddressLimits::Kind::kSignIn : AddressLimits::Kind::kAnonymous)) return;
    // A page elsewhere must not sign its reader in as somebody else either.
    if (!FromOwnPage()) return Fail(refusals::OriginNotAllowed());
    Call();
  }

  bool FromOwnPage() const {
    const Request& request = exchange_.request();
    return match_.binding->verb == Verb::kGet ||
           shared_.parts.options.origins.Own(request.origin, request.sec_fetch_site, request.host,
                                             exchange_.secure());
  }

  void NoRoute() {
    std::string allow;
    for (size_t i = 0; i < transcode::kVerbs; ++i) {
      if (!match_.other_verbs[i]) continue;
      absl::StrAppend(&allow, allow.empty() ? "" : ", ",
                      base::Sv(transcode::VerbName(static_cast<Verb>(i))));
    }
    if (allow.empty()) return Fail(refusals::RouteNotFound());
    headers_ = absl::StrCat("Allow: ", allow, "\r\n");
    Fail(refusals::MethodNotAllowed(), 405);
  }

  PlainPool* OwnerOf(std::string_view path) const {
    for (const auto& pool : shared_.plain) {
      if (pool->handler().Owns(path)) return pool.get();
    }
    return nullptr;
  }

  void Plain(PlainPool& pool) {
    const Request& from = exchange_.request();
    PlainRequest request{.method = from.method,
                         .path = from.path,
                         .query = from.query,
                         .headers = {},
                         .body = from.body,
                         .peer = exchange_.peer(),
                         .certificate = exchange_.certificate(),
                         .secure = exchange_.secure()};
    for (const KeptHeader& kept : KeptHeaders()) {
      const std::string& value = from.*kept.value;
      if (!value.empty()) request.headers.emplace(kept.name, value);
    }
    const bool taken =
        pool.Run(std::move(request), [this, hold = exchange_.Hold()](PlainResponse response) {
          exchange_.body().Append(response.body);
          headers_ = std::move(response.headers);
          Answer(response.status, response.content_type);
        });
    if (!taken) Fail(refusals::Overloaded(), 503);
  }

  // What the gateway answers by itself; `asset` is the file at the path, or null.
  void Page(const Asset* asset) {
    const Request& request = exchange_.request();
    const std::string& path = request.path;
    if (request.method != "GET" && request.method != "HEAD") {
      headers_ = "Allow: GET, HEAD\r\n";
      return Fail(refusals::MethodNotAllowed(), 405);
    }
    if (path == "/healthz") {
      exchange_.body().Append("ok\n");
      return Answer(200, "text/plain; charset=utf-8");
    }
    if (path == "/readyz") {
      const bool ready = shared_.parts.ready();
      exchange_.body().Append(ready ? "ready\n" : "not ready\n");
      return Answer(ready ? 200 : 503, "text/plain; charset=utf-8");
    }
    if (asset == nullptr && (path == "/" || path == "/docs")) {
      headers_ = "Location: /docs/\r\n";
      return Answer(302, "");
    }
    if (asset == nullptr) return Fail(refusals::RouteNotFound());
    headers_ = asset->headers;
    if (asset->Matches(request.if_none_match)) return Answer(304, "");
    exchange_.body().Append(asset->bytes);
    Answer(200, asset->content_type);
  }

  void FindToken() {
    const Request& request = exchange_.request();
    if (!request.authorization.empty()) {
      if (request.authorization.size() > 7 &&
          absl::EqualsIgnoreCase(base::Sv(std::string_view(request.authorization).substr(0, 7)),
                                 "bearer ")) {
        token_ = request.authorization.substr(7);
        kind_ = Doorman::KindOf(token_);
        if (kind_ == Doorman::Kind::kClientToken) {
          token_ = Doorman::ClientSecret(token_, exchange_.certificate().x5t_s256);
        }
      }
      return;
    }
    token_ = CookieValue(request.cookie, SessionCookieName(exchange_.secure()));
    by_cookie_ = !token_.empty();
  }

  void Admit(const VisitorOr& visitor) {
    if (absl::IsUnauthenticated(visitor.status())) return FailStranger(visitor.status());
    if (!visitor.ok()) return Fail(visitor.status());
    visitor_ = *visitor;
    const access::Credential& credential = visitor_->credential;
    if (absl::Status moved =
            shared_.parts.doorman.CheckAddress(*visitor_, token_, exchange_.peer());
        !moved.ok()) {
      return Fail(moved);
    }
    if (by_cookie_ && !FromOwnPage()) return Fail(refusals::OriginNotAllowed());
    if (by_cookie_ && match_.binding->verb != Verb::kGet &&
        (exchange_.request().csrf.empty() ||
         !crypto::ConstantTimeEqual(access::TokenHash(exchange_.request().csrf),
                                    credential.csrf_hash))) {
      return Fail(access::errors::CsrfInvalid());
    }
    const std::optional<absl::Status> status =
        shared_.parts.gate.Check(credential, *method_, exchange_.request().purpose, &admission_);
    if (!status.has_value()) return AdmitLater(visitor);
    if (!status->ok()) return Fail(*status);
    Call();
  }

  void AdmitLater(const VisitorOr& visitor) {
    shared_.parts.gate.Later(
        visitor_->credential, [this, visitor, hold = exchange_.Hold()](const absl::Status& asked) {
          exchange_.Post([this, visitor, asked] { asked.ok() ? Admit(visitor) : Fail(asked); });
        });
  }

  void Call() {
    const Request& request = exchange_.request();
    if (absl::Status status = CheckCaller(request.purpose, request.validate_only); !status.ok()) {
      return Fail(status);
    }
    auto wire = transcode::BuildRequest(*match_.binding, match_.segments,
                                        {.query = request.query,
                                         .body = request.body,
                                         .idempotency_key = request.idempotency_key,
                                         .if_match = request.if_match});
    if (!wire.ok()) return Fail(wire.status());
    if (wire->size() > kMaxMessageBytes) return Fail(refusals::Malformed(413), 413);
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
    context.caller = {.peer = exchange_.peer(),
                      .purpose = visitor_ == nullptr ? request.purpose : admission_.purpose,
                      .validate_only = request.validate_only == "true"};
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
        shared_, *method_, exchange_, events, kind_, token_, visitor_, admission_,
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
    std::string_view wire = flat_.View(response());
    std::string filtered;
    bool good = true;
    if (admission_.filter != nullptr) {
      good = admission_.filter->Apply(wire, &filtered);
      wire = filtered;
    }
    if (!good ||
        !transcode::PrintJson(shared_.parts.schema, *method_->response, wire, &exchange_.body())
             .ok()) {
      log::Error("response_malformed", {{"method", method_->label}, {"trace_id", trace_id_}});
      Reset();
      return Fail(absl::InternalError("malformed response"));
    }
    headers_.clear();
    if (method_->response_etag != nullptr &&
        method_->response_etag->type == google::protobuf::FieldDescriptor::TYPE_STRING) {
      const std::string_view etag = transcode::PeekDelimited(wire, method_->response_etag->number);
      if (!etag.empty() && HeaderSafe(etag) && etag.find('"') == std::string_view::npos) {
        headers_ = base::Cat("ETag: \"", etag, "\"\r\n");
      }
    }
    if (shared_.of_session.contains(method_)) KeepSession(wire);
    Reset();
    Answer(200, kJson);
  }

  // The session may be worth more or less than before, or be another one.
  void KeepSession(std::string_view answer) {
    if (!token_.empty() && match_.binding->verb != Verb::kGet) {
      shared_.parts.doorman.Forget(kind_, token_);
    }
    if (method_ == shared_.sign_out) headers_ += SetSessionCookie({}, exchange_.secure());
    const transcode::Field* const field = shared_.issued[method_->index];
    if (field == nullptr) return;
    const std::string_view token = transcode::PeekDelimited(answer, field->number);
    if (!token.empty()) headers_ += SetSessionCookie(token, exchange_.secure());
  }

  // Refuses what no service was asked about; it leaves an audit row.
  void Fail(const absl::Status& status, int http = 0) {
    Record(status);
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

  void Record(const absl::Status& status) {
    if (shared_.parts.refusals == nullptr || !rpc::IsRefusal(status)) return;
    audit::Entry entry;
    if (visitor_ != nullptr) entry.subject = visitor_->credential.principal.subject;
    entry.peer = exchange_.peer();
    entry.method = method_ == nullptr ? "(http)" : method_->path;
    entry.result =
        base::Cat(transcode::CodeName(static_cast<int>(status.code())), " ", error::Reason(status));
    shared_.parts.refusals->Record(std::move(entry));
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
    method_ = nullptr;
    match_ = {};
    exchange_.Respond(status, content_type, scratch_);
  }

  Shared& shared_;
  Exchange& exchange_;
  const Method* method_ = nullptr;
  transcode::Match match_;
  std::string token_;
  Doorman::Kind kind_ = Doorman::Kind::kSession;
  bool by_cookie_ = false;
  std::shared_ptr<const Visitor> visitor_;
  access::Admission admission_;
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
