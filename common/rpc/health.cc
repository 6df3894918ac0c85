#include "common/rpc/health.h"

#include "absl/time/clock.h"
#include "common/error/error.h"
#include "google/protobuf/descriptor.h"
#include "grpc/health/v1/health.pb.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

const options::v1::MethodPolicy& PublicPolicy() {
  static const auto* const policy = [] {
    auto* made = new options::v1::MethodPolicy;
    made->set_scope(options::v1::SCOPE_PUBLIC);
    made->set_audit(options::v1::AUDIT_NONE);
    return made;
  }();
  return *policy;
}

HealthCheckResponse Answer(bool serving) {
  HealthCheckResponse response;
  response.set_status(serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
  return response;
}

absl::Status Watch(const Health& health, const HealthCheckRequest& request, RawWriter& out) {
  if (request.service() == kLiveness || !request.service().empty()) {
    HealthCheckResponse response = Answer(true);
    if (request.service() != kLiveness) response.set_status(HealthCheckResponse::SERVICE_UNKNOWN);
    if (absl::Status status = out.Write(response); !status.ok()) return status;
    while (!out.WaitCancelled(absl::Now() + absl::Minutes(1))) {
    }
    return absl::OkStatus();
  }
  bool ready = health.ready();
  if (absl::Status status = out.Write(Answer(ready)); !status.ok()) return status;
  while (!out.cancelled()) {
    const bool now = health.WaitChange(ready, absl::Now() + absl::Milliseconds(500));
    if (now == ready) continue;
    ready = now;
    if (absl::Status status = out.Write(Answer(ready)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

void Health::SetReady(bool ready) {
  absl::MutexLock lock(&mutex_);
  ready_ = ready;
}

bool Health::ready() const {
  absl::MutexLock lock(&mutex_);
  return ready_;
}

bool Health::WaitChange(bool seen, absl::Time until) const {
  const auto changed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ready_ != seen; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithDeadline(absl::Condition(&changed), until);
  return ready_;
}

ServiceTable HealthTable(const Health& health) {
  constexpr std::string_view kService = "grpc.health.v1.Health";
  ServiceTable table(kService);
  const auto make = [&](const char* name, Method::Shape shape) {
    Method method;
    method.shape = shape;
    method.service = kService;
    method.name = name;
    method.full_name = std::string("/grpc.health.v1.Health/") + name;
    method.descriptor =
        HealthCheckRequest::descriptor()->file()->FindServiceByName("Health")->FindMethodByName(
            name);
    method.policy = &PublicPolicy();
    method.request_prototype = &HealthCheckRequest::default_instance();
    method.for_everyone = true;
    return method;
  };
  Method check = make("Check", Method::Shape::kUnary);
  check.immediate = true;
  check.unary = [&health](Call&, const google::protobuf::Message& message, Reply& reply) {
    const auto& request = static_cast<const HealthCheckRequest&>(message);
    if (request.service() == kLiveness) {
      reply.Set(Answer(true));
    } else if (request.service().empty()) {
      reply.Set(Answer(health.ready()));
    } else {
      return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有这个服务");
    }
    return absl::OkStatus();
  };
  Method watch = make("Watch", Method::Shape::kServerStream);
  watch.server_stream = [&health](Call&, const google::protobuf::Message& message, RawWriter& out) {
    return Watch(health, static_cast<const HealthCheckRequest&>(message), out);
  };
  table.AddMethod(std::move(check));
  table.AddMethod(std::move(watch));
  return table;
}

}  // namespace ronghe::rpc
