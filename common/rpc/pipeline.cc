#include "common/rpc/pipeline.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/bytes.h"
#include "common/rpc/refusal.h"
#include "common/rpc/status.h"
#include "google/protobuf/descriptor.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kOrganizations = "organizations/";

// How long a refused caller waits for its audit row; the log keeps the row in any case.
constexpr absl::Duration kRefusalPatience = absl::Seconds(1);

absl::Status NoToken() {
  return error::Make(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED_NO_TOKEN", "请先登录");
}

absl::Status Denied(std::string_view permission) {
  return error::Make(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED",
                     "您没有此项操作的权限", {{"permission", std::string(permission)}});
}

// The number of "organizations/{id}" or "organizations/{id}/…"; 0 for anything else.
int64_t OrganizationOf(std::string_view name) {
  if (!name.starts_with(kOrganizations)) return 0;
  name.remove_prefix(kOrganizations.size());
  int64_t id = 0;
  size_t digits = 0;
  for (; digits < name.size() && name[digits] >= '0' && name[digits] <= '9'; ++digits) {
    if (digits == 18) return 0;
    id = id * 10 + (name[digits] - '0');
  }
  if (digits == 0 || name.front() == '0') return 0;
  if (digits < name.size() && name[digits] != '/') return 0;
  return id;
}

std::string PathText(const std::vector<const FieldDescriptor*>& path) {
  return absl::StrJoin(path, ".", [](std::string* out, const FieldDescriptor* field) {
    out->append(field->name());
  });
}

std::vector<const FieldDescriptor*> CompilePath(const google::protobuf::Descriptor* type,
                                                std::string_view path) {
  std::vector<const FieldDescriptor*> fields;
  while (true) {
    const size_t dot = path.find('.');
    fields.push_back(type->FindFieldByName(std::string(path.substr(0, dot))));
    if (dot == std::string_view::npos) return fields;
    type = fields.back()->message_type();
    path.remove_prefix(dot + 1);
  }
}

// A request id as the pipeline makes them: 128 random bits.
std::string MakeRequestId() {
  thread_local absl::BitGen random;
  return absl::StrFormat("srv-%016x%016x", absl::Uniform<uint64_t>(random),
                         absl::Uniform<uint64_t>(random));
}

bool ServerFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

// The passwords and codes of a request.
std::vector<const FieldDescriptor*> SecretsOf(const google::protobuf::Descriptor* type) {
  std::vector<const FieldDescriptor*> secrets;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* const field = type->field(i);
    if (field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated() &&
        field->options().GetExtension(options::v1::limits).opaque()) {
      secrets.push_back(field);
    }
  }
  return secrets;
}

// What keeps a server with these options from offering the method.
std::vector<std::string> FaultsOf(const Method& method, const ServerOptions& options) {
  std::vector<std::string> faults = PolicyFaults(method);
  const options::v1::MethodPolicy& policy = *method.policy;
  if (options.authorizer != nullptr && !policy.permission().empty() &&
      !options.authorizer->roles().Grants(policy.permission())) {
    faults.push_back(base::Cat(method.full_name, ": no role holds the permission"));
  }
  if (faults.empty() && policy.scope() != options::v1::SCOPE_PUBLIC &&
      options.authenticator == nullptr && !options.pass_through) {
    faults.push_back(base::Cat(method.full_name, ": there is nobody to authenticate callers"));
  }
  return faults;
}

std::unique_ptr<CompiledMethod> Compile(const Method& method) {
  const options::v1::MethodPolicy& policy = *method.policy;
  auto compiled = std::make_unique<CompiledMethod>();
  compiled->method = &method;
  compiled->raw = method.request_prototype == nullptr;
  compiled->stream = method.shape == Method::Shape::kServerStream ||
                     method.shape == Method::Shape::kBidi ||
                     method.shape == Method::Shape::kRawServerStream;
  compiled->mutation = policy.audit() == options::v1::AUDIT_WRITE;
  compiled->timeout = absl::Milliseconds(policy.timeout_ms());
  if (method.shape == Method::Shape::kCoalesced) {
    compiled->coalesce = static_cast<size_t>(policy.coalesce());
  }
  if (compiled->raw) return compiled;
  const auto* type = method.request_prototype->GetDescriptor();
  compiled->plan = &ValidationPlan::Of(type);
  compiled->secrets = SecretsOf(type);
  if (policy.scope() == options::v1::SCOPE_ORGANIZATION) {
    compiled->scope_path = CompilePath(type, policy.scope_field());
  }
  const FieldDescriptor* const id = type->FindFieldByName("request_id");
  if (compiled->mutation && id != nullptr && id->type() == FieldDescriptor::TYPE_STRING &&
      !id->is_repeated()) {
    compiled->request_id = id;
  }
  return compiled;
}

void AddSeries(metrics::Registry& registry, CompiledMethod& compiled) {
  const metrics::Labels labels = {{"grpc_service", compiled.method->service},
                                  {"grpc_method", compiled.method->name}};
  compiled.started = &registry.AddCounter("grpc_server_started_total",
                                          "Calls that arrived at the server.", labels);
  compiled.seconds = &registry.AddHistogram("grpc_server_handling_seconds",
                                            "Time from arrival to answer, in seconds.", labels);
  for (int code = 0; code < 17; ++code) {
    metrics::Labels with_code = labels;
    with_code["grpc_code"] = CodeLabel(code);
    compiled.handled[static_cast<size_t>(code)] = &registry.AddCounter(
        "grpc_server_handled_total", "Calls that the server answered.", with_code);
  }
}

}  // namespace

Exchange::~Exchange() {
  if (method == nullptr || request == nullptr) return;
  for (const FieldDescriptor* const field : method->secrets) {
    std::string unset;
    const std::string& secret =
        request->GetReflection()->GetStringReference(*request, field, &unset);
    // The default value, which every message shares, is empty.
    if (!secret.empty()) crypto::Wipe(const_cast<std::string&>(secret));
  }
}

std::string_view CodeLabel(int code) {
  static constexpr std::string_view kLabels[] = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  return code >= 0 && code < 17 ? kLabels[code] : kLabels[2];
}

Pipeline::Pipeline(const ServerOptions& options)
    : authenticator_(options.authenticator),
      authorizer_(options.authorizer),
      clock_(options.clock == nullptr ? base::Clock::Real() : *options.clock),
      default_timeout_(options.default_timeout),
      slow_call_(options.slow_call),
      suite_(options.suite),
      refusal_log_(options.pass_through ? nullptr : options.refusals),
      pass_through_(options.pass_through) {}

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Create(
    const ServerOptions& options, bool tls, const std::vector<ServiceTable>& tables) {
  auto pipeline = std::unique_ptr<Pipeline>(new Pipeline(options));
  for (const AllowedCallers& callers : options.callers) {
    auto& names = pipeline->callers_[callers.service];
    names.insert(callers.names.begin(), callers.names.end());
  }
  metrics::Registry& registry =
      options.registry == nullptr ? metrics::Registry::Default() : *options.registry;
  std::vector<std::string> faults;
  for (const ServiceTable& table : tables) {
    for (const Method& method : table.methods()) {
      const std::vector<std::string> own = FaultsOf(method, options);
      if (!own.empty()) {
        faults.insert(faults.end(), own.begin(), own.end());
        continue;
      }
      std::unique_ptr<CompiledMethod> compiled = Compile(method);
      compiled->index = pipeline->methods_.size();
      if (tls && !method.for_everyone) {
        compiled->allowed_callers = &pipeline->CallersOf(method.service);
      }
      AddSeries(registry, *compiled);
      if (!pipeline->by_name_.emplace(method.full_name, compiled.get()).second) {
        faults.push_back(base::Cat(method.full_name, ": offered twice"));
      }
      pipeline->methods_.push_back(std::move(compiled));
    }
  }
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  }
  return pipeline;
}

const absl::flat_hash_set<std::string>& Pipeline::CallersOf(const std::string& service) const {
  auto names = callers_.find(service);
  if (names == callers_.end()) names = callers_.find("*");
  return names == callers_.end() ? nobody_ : names->second;
}

const CompiledMethod* Pipeline::Find(std::string_view full_name) const {
  const auto found = by_name_.find(base::Sv(full_name));
  return found == by_name_.end() ? nullptr : found->second;
}

void Pipeline::Open(Exchange& exchange) const {
  exchange.arrived = absl::Now();
  const CompiledMethod& method = *exchange.method;
  if (!pass_through_) {
    absl::StatusOr<trace::Context> parent =
        exchange.traceparent.empty() ? absl::StatusOr<trace::Context>(trace::Context::New())
                                     : trace::Context::Parse(exchange.traceparent);
    exchange.trace = !parent.ok()                   ? trace::Context::New()
                     : exchange.traceparent.empty() ? *std::move(parent)
                                                    : parent->Child();
    method.started->Increment();
  }
  if (method.timeout > absl::ZeroDuration()) {
    exchange.deadline = std::min(exchange.deadline, exchange.arrived + method.timeout);
  } else if (!method.stream && exchange.deadline == absl::InfiniteFuture()) {
    exchange.deadline = exchange.arrived + default_timeout_;
  }
}

absl::Status Pipeline::Admit(const Exchange& exchange, bool full, absl::Duration wait) const {
  const absl::Duration retry = std::clamp(wait, absl::Milliseconds(50), absl::Seconds(5));
  if (full) {
    return error::WithRetryAfter(
        error::Make(absl::StatusCode::kResourceExhausted, "OVERLOADED", "系统繁忙,请稍后重试"),
        retry);
  }
  if (exchange.deadline != absl::InfiniteFuture() && exchange.arrived + wait >= exchange.deadline) {
    return error::WithRetryAfter(
        error::Make(absl::StatusCode::kResourceExhausted, "DEADLINE_TOO_SHORT",
                    "系统繁忙,在要求的时间内无法完成,请稍后重试"),
        retry);
  }
  return absl::OkStatus();
}

absl::Status Pipeline::CheckCaller(const Exchange& exchange) const {
  const auto* allowed = exchange.method->allowed_callers;
  if (allowed == nullptr || allowed->contains(exchange.certificate)) return absl::OkStatus();
  return error::Make(
      absl::StatusCode::kPermissionDenied, "CALLER_NOT_ALLOWED", "该调用方不允许访问此服务",
      {{"caller", exchange.certificate}, {"service", exchange.method->method->service}});
}

absl::Status Pipeline::Authorize(Exchange& exchange) const {
  const options::v1::MethodPolicy& policy = *exchange.method->method->policy;
  Call& call = *exchange.call;
  const auth::Principal& principal = call.principal();
  if (policy.scope() == options::v1::SCOPE_PUBLIC) return absl::OkStatus();
  if (!principal.signed_in()) return NoToken();
  // Whoever reads the bytes of a raw method asks the rest.
  if (exchange.method->raw || policy.scope() == options::v1::SCOPE_SELF) return absl::OkStatus();
  const bool everywhere = policy.scope() == options::v1::SCOPE_GLOBAL;
  const auth::Grant* grant = nullptr;
  if (authorizer_ != nullptr) {
    grant = everywhere ? authorizer_->FindEverywhere(principal, policy.permission(), call.now())
                       : authorizer_->FindSomewhere(principal, policy.permission(), call.now());
  }
  if (grant == nullptr) return Denied(policy.permission());
  switch (policy.scope()) {
    case options::v1::SCOPE_GLOBAL:
    case options::v1::SCOPE_AUTHENTICATED:
      call.ActUnder(*grant);
      return absl::OkStatus();
    case options::v1::SCOPE_ORGANIZATION: {
      const auto& path = exchange.method->scope_path;
      const Message* message = exchange.request.get();
      for (size_t i = 0; i + 1 < path.size(); ++i) {
        message = &message->GetReflection()->GetMessage(*message, path[i]);
      }
      std::string scratch;
      const std::string& name =
          message->GetReflection()->GetStringReference(*message, path.back(), &scratch);
      const int64_t organization = OrganizationOf(name);
      if (organization == 0) {
        return error::InvalidFields(
            {{PathText(path), name.empty() ? "不能为空" : "不是有效的党组织名称"}});
      }
      return call.Authorize(organization);
    }
    default:
      return absl::OkStatus();
  }
}

absl::Status Pipeline::Authenticate(Exchange& exchange, Call::Init& init) const {
  if (absl::Status status = CheckCaller(exchange); !status.ok()) {
    exchange.context = {};
    return status;
  }
  if (authenticator_ != nullptr) {
    auto principal = authenticator_->Authenticate(
        Credentials{exchange.bearer, exchange.certificate, exchange.peer}, init.now);
    if (principal.ok()) {
      init.principal = *std::move(principal);
    } else if (exchange.method->method->policy->scope() != options::v1::SCOPE_PUBLIC) {
      return principal.status();
    }
  }
  init.bearer = exchange.bearer;
  init.peer = exchange.peer;
  init.context = exchange.context;
  return absl::OkStatus();
}

absl::Status Pipeline::Parse(Exchange& exchange) {
  if (exchange.method->raw) return absl::OkStatus();
  if (FromBytes(exchange.request_bytes, exchange.request.get())) {
    exchange.request_bytes.Clear();
    return absl::OkStatus();
  }
  // Explained to signed-in callers only.
  if (exchange.method->method->policy->scope() != options::v1::SCOPE_PUBLIC &&
      !exchange.call->principal().signed_in()) {
    return NoToken();
  }
  std::string flat;
  std::vector<grpc::Slice> slices;
  if (exchange.request_bytes.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  return ExplainParseFailure(exchange.request->GetDescriptor(), flat);
}

void Pipeline::TakeRequestId(Exchange& exchange) {
  const CompiledMethod& method = *exchange.method;
  if (!method.mutation) return;
  Call::Init& known = exchange.call->init_;
  if (method.request_id != nullptr) {
    known.request_id =
        exchange.request->GetReflection()->GetString(*exchange.request, method.request_id);
  }
  known.request_id_from_client = !known.request_id.empty();
  if (known.request_id.empty()) known.request_id = MakeRequestId();
}

absl::Status Pipeline::Prepare(Exchange& exchange) const {
  const CompiledMethod& method = *exchange.method;
  Call::Init init;
  init.method = method.method->full_name;
  init.permission = method.method->policy->permission();
  init.needs_approval = method.method->policy->approval() == options::v1::APPROVAL_ALWAYS;
  init.authorizer = authorizer_;
  init.suite = suite_;
  init.now = clock_.Now();
  if (method.stream) init.clock = &clock_;
  init.deadline = exchange.deadline;
  init.trace = exchange.trace;
  init.cancelled = &exchange.cancelled;
  if (!method.raw) {
    exchange.request.reset(method.method->request_prototype->New());
    init.request = exchange.request.get();
  }
  if (pass_through_) {
    exchange.call.emplace(std::move(init));
    if (!method.raw && !FromBytes(exchange.request_bytes, exchange.request.get())) {
      return absl::InvalidArgumentError("malformed");
    }
    return absl::OkStatus();
  }

  if (exchange.cancelled.load(std::memory_order_relaxed)) {
    return error::Make(absl::StatusCode::kCancelled, "CANCELLED", "请求已取消");
  }
  if (exchange.deadline != absl::InfiniteFuture() && absl::Now() >= exchange.deadline) {
    return error::Make(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                       "处理超时,请稍后重试");
  }
  if (absl::Status status = Authenticate(exchange, init); !status.ok()) return status;
  exchange.call.emplace(std::move(init));
  if (absl::Status status = Parse(exchange); !status.ok()) return status;
  if (absl::Status status = Authorize(exchange); !status.ok()) return status;
  if (method.raw) return absl::OkStatus();
  if (absl::Status status = method.plan->Check(*exchange.request); !status.ok()) return status;
  TakeRequestId(exchange);
  return absl::OkStatus();
}

absl::Status Pipeline::Guard(absl::FunctionRef<absl::Status()> handler) {
  try {
    return handler();
  } catch (const std::exception& exception) {
    return absl::InternalError(base::Cat("the handler threw: ", exception.what()));
  } catch (...) {
    return absl::InternalError("the handler threw");
  }
}

bool Pipeline::MissesAudit(const Exchange& exchange) const {
  if (pass_through_ || exchange.method->raw || exchange.call->audited()) return false;
  const options::v1::Audit audit = exchange.method->method->policy->audit();
  return audit == options::v1::AUDIT_WRITE || audit == options::v1::AUDIT_READ;
}

absl::Status Pipeline::Settle(const Exchange& exchange, absl::Status status) const {
  if (status.ok() && MissesAudit(exchange)) {
    return absl::InternalError("the handler answered without leaving its audit row");
  }
  if (pass_through_ || exchange.method->raw || exchange.call->authorized() ||
      exchange.method->method->policy->scope() != options::v1::SCOPE_LOADED) {
    return status;
  }
  if (status.ok()) {
    return absl::InternalError("the handler answered without calling Authorize");
  }
  const Call& call = *exchange.call;
  if (absl::IsNotFound(status) && !call.HoldsEverywhere(call.permission())) {
    return Call::ScopeDenied(call.permission());
  }
  return status;
}

void Pipeline::RunUnary(std::span<Item> items) const {
  if (items.empty()) return;
  HandleUnary(items);
  const auto refused = [](const Item& item) { return IsRefusal(item.status); };
  if (std::none_of(items.begin(), items.end(), refused) || refusal_log_ == nullptr) return;
  RefusalRows rows(*refusal_log_);
  for (const Item& item : items) {
    if (refused(item)) {
      rows.Add(RefusalEntry(*item.exchange, item.status, clock_.Now()));
    }
  }
  rows.Wait(absl::Now() + kRefusalPatience);
}

absl::Status Pipeline::Keep(const Exchange& exchange, absl::Status status) const {
  if (refusal_log_ == nullptr || !IsRefusal(status)) return status;
  RefusalRows rows(*refusal_log_);
  rows.Add(RefusalEntry(exchange, status, clock_.Now()));
  rows.Wait(absl::Now() + kRefusalPatience);
  return status;
}

void Pipeline::HandleUnary(std::span<Item> items) const {
  const Method& method = *items.front().exchange->method->method;
  if (method.shape != Method::Shape::kCoalesced) {
    for (Item& item : items) {
      trace::Scope scope(item.exchange->trace);
      item.status = Guard([&] {
        absl::Status status = Prepare(*item.exchange);
        if (!status.ok()) return status;
        return Settle(*item.exchange,
                      method.unary(*item.exchange->call, *item.exchange->request, *item.reply));
      });
    }
    return;
  }
  std::vector<BatchItem> batch;
  std::vector<Item*> owners;
  batch.reserve(items.size());
  owners.reserve(items.size());
  for (Item& item : items) {
    trace::Scope scope(item.exchange->trace);
    item.status = Guard([&] { return Prepare(*item.exchange); });
    if (!item.status.ok()) continue;
    batch.push_back(BatchItem{&*item.exchange->call, item.exchange->request.get(), item.reply,
                              absl::UnknownError("unanswered")});
    owners.push_back(&item);
  }
  if (batch.empty()) return;
  trace::Scope scope(owners.front()->exchange->trace);
  const absl::Status whole = Guard([&] {
    method.coalesced(std::span<BatchItem>(batch));
    return absl::OkStatus();
  });
  for (size_t i = 0; i < batch.size(); ++i) {
    owners[i]->status = Settle(*owners[i]->exchange, whole.ok() ? batch[i].status : whole);
  }
}

absl::Status Pipeline::RunRawUnary(Exchange& exchange, grpc::ByteBuffer* response) const {
  trace::Scope scope(exchange.trace);
  return Keep(exchange, Guard([&] {
                absl::Status status = Prepare(exchange);
                if (!status.ok()) return status;
                return exchange.method->method->raw_unary(*exchange.call, exchange.request_bytes,
                                                          response);
              }));
}

absl::Status Pipeline::RunStream(Exchange& exchange, RawStream& stream) const {
  trace::Scope scope(exchange.trace);
  absl::Status outcome = Guard([&] {
    absl::Status status = Prepare(exchange);
    if (!status.ok()) return status;
    const Method& method = *exchange.method->method;
    switch (method.shape) {
      case Method::Shape::kServerStream:
        status = method.server_stream(*exchange.call, *exchange.request, stream);
        break;
      case Method::Shape::kRawServerStream:
        status = method.raw_server_stream(*exchange.call, exchange.request_bytes, stream);
        break;
      case Method::Shape::kBidi:
        status = method.bidi(*exchange.call, stream);
        break;
      default:
        status = absl::InternalError("not a stream");
    }
    return Settle(exchange, std::move(status));
  });
  return Keep(exchange, std::move(outcome));
}

grpc::Status Pipeline::Close(Exchange& exchange, const absl::Status& outcome) const {
  if (pass_through_) return ToGrpc(outcome);
  const absl::Status shown = Presentable(outcome, exchange.trace);
  const absl::Duration took = absl::Now() - exchange.arrived;
  const CompiledMethod& method = *exchange.method;
  method.handled[static_cast<size_t>(shown.code()) % 17]->Increment();
  method.seconds->Observe(absl::ToDoubleSeconds(took));

  const bool slow =
      took > slow_call_ && method.coalesce == 0 && method.method->shape == Method::Shape::kUnary;
  if (outcome.ok() && !method.mutation && !slow) return ToGrpc(shown);

  trace::Scope scope(exchange.trace);
  const std::string_view name = method.method->full_name;
  const std::string_view subject =
      exchange.call.has_value() ? std::string_view(exchange.call->principal().subject) : "";
  if (outcome.ok()) {
    if (slow) {
      log::Warn("rpc_slow", {{"method", name}, {"subject", subject}, {"seconds", took}});
    } else {
      log::Info("rpc", {{"method", name}, {"subject", subject}, {"code", "OK"}, {"seconds", took}});
    }
    return ToGrpc(shown);
  }
  const std::string code = absl::StatusCodeToString(outcome.code());
  const std::string reason = error::Reason(shown);
  if (ServerFault(outcome.code())) {
    log::Error("rpc_failed",
               {{"method", name}, {"subject", subject}, {"error", outcome}, {"seconds", took}});
  } else if (outcome.code() == absl::StatusCode::kResourceExhausted) {
    const int64_t second = absl::ToUnixSeconds(exchange.arrived);
    refusals_.fetch_add(1, std::memory_order_relaxed);
    int64_t last = refusal_logged_.load(std::memory_order_relaxed);
    if (second != last && refusal_logged_.compare_exchange_strong(last, second)) {
      log::Warn("rpc_refused", {{"method", name},
                                {"reason", reason},
                                {"refusals", refusals_.exchange(0, std::memory_order_relaxed)}});
    }
  } else {
    log::Info("rpc", {{"method", name},
                      {"subject", subject},
                      {"code", code},
                      {"reason", reason},
                      {"seconds", took}});
  }
  return ToGrpc(shown);
}

}  // namespace ronghe::rpc
