#include "services/gateway/access/settings.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "google/protobuf/text_format.h"

namespace ronghe::gateway::access {
namespace {

constexpr char kBuiltinPolicy[] =
#include "services/gateway/access/login_policy.inc"
    ;

// The field where it says something, else what stands.
template <class From, class To>
void Set(From value, To* to) {
  if (value > 0) *to = static_cast<To>(value);
}

Parameter Convert(const gateway::v1::Parameter& from) {
  return {from.value(), from.rule_id(), from.source()};
}

LoginPolicy Convert(const gateway::v1::LoginPolicy& from) {
  return {.version = from.version(),
          .min_length = Convert(from.min_length()),
          .min_classes = Convert(from.min_classes()),
          .history = Convert(from.history()),
          .max_age_days = Convert(from.max_age_days()),
          .lock_failures = Convert(from.lock_failures()),
          .lock_minutes = Convert(from.lock_minutes()),
          .idle_minutes = Convert(from.idle_minutes()),
          .absolute_minutes = Convert(from.absolute_minutes()),
          .max_sessions = Convert(from.max_sessions()),
          .unused_days = Convert(from.unused_days()),
          .second_factor = Convert(from.second_factor()),
          .code_window = Convert(from.code_window()),
          .recovery_codes = Convert(from.recovery_codes()),
          .pending_minutes = Convert(from.pending_minutes()),
          .reauthentication_minutes = Convert(from.reauthentication_minutes()),
          .bind_address = Convert(from.bind_address()),
          .delegation_days = Convert(from.delegation_days()),
          .calls_per_second = Convert(from.calls_per_second()),
          .calls_burst = Convert(from.calls_burst())};
}

}  // namespace

absl::StatusOr<LoginPolicy> LoadLoginPolicy(const gateway::v1::Access& config,
                                            operation::RuleCatalogue* shown) {
  gateway::v1::LoginPolicy proto;
  if (!config.login_policy_file().empty()) {
    RONGHE_RETURN_IF_ERROR(config::LoadInto(config.login_policy_file(), &proto));
  } else if (!google::protobuf::TextFormat::ParseFromString(kBuiltinPolicy, &proto)) {
    return absl::InternalError("the login policy that was built in can't be read");
  }
  LoginPolicy policy = Convert(proto);
  RONGHE_RETURN_IF_ERROR(CheckPolicy(policy));
  if (shown != nullptr) shown->Add(proto, "login_policy", "登录策略");
  return policy;
}

HashCost HashCostOf(const gateway::v1::Access& config) {
  const gateway::v1::Argon2& argon2 = config.argon2();
  HashCost cost;
  Set(argon2.memory_kib(), &cost.memory_kib);
  Set(argon2.passes(), &cost.passes);
  Set(argon2.lanes(), &cost.lanes);
  Set(argon2.threads(), &cost.threads);
  Set(argon2.queue(), &cost.queue);
  return cost;
}

DoormanOptions DoormanOptionsOf(const gateway::v1::Config& config) {
  DoormanOptions options;
  if (const int ms = config.access().session_cache_ms(); ms > 0) {
    options.trust = std::min(options.trust, absl::Milliseconds(ms));
  }
  if (const int seconds = config.token().life_seconds(); seconds > 0) {
    options.token_life = absl::Seconds(seconds);
  }
  return options;
}

}  // namespace ronghe::gateway::access
