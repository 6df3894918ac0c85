#include "services/meeting/domain/election/errors.h"

#include <utility>

#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "services/meeting/domain/election/election_state.h"

namespace ronghe::meeting::errors {

absl::Status ElectionNotFound(int64_t election_id) {
  return error::Make(absl::StatusCode::kNotFound, "ELECTION_NOT_FOUND", "没有这次选举。",
                     {{"election", base::Name("elections", election_id)}});
}

absl::Status ElectionStateInvalid(ElectionState actual, std::string_view action) {
  return error::Make(
      absl::StatusCode::kFailedPrecondition, "STATE_INVALID", "选举的当前状态不允许此操作。",
      {{"state", std::string(ElectionStateCode(actual))}, {"action", std::string(action)}});
}

absl::Status TokenUnknown() {
  return error::Make(absl::StatusCode::kPermissionDenied, "X_TOKEN_UNKNOWN", "投票凭证无效。",
                     {{"rule_id", "X-11"}});
}

absl::Status TokenUsed() {
  return error::Make(absl::StatusCode::kFailedPrecondition, "X_TOKEN_USED", "此投票凭证已经使用。",
                     {{"rule_id", "X-11"}});
}

absl::Status NotElectronic() {
  return error::Make(absl::StatusCode::kFailedPrecondition, "X_BALLOT_MODE",
                     "这次选举使用纸质选票。");
}

absl::Status ElectionRefused(const RuleSet& rules, std::string_view rule_id,
                             std::string_view reason, std::string_view message_zh,
                             std::string required, std::string actual) {
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message_zh,
                     {{"rule_id", std::string(rule_id)},
                      {"rule_set", rules.Name()},
                      {"source", rules.election.source},
                      {"required", std::move(required)},
                      {"actual", std::move(actual)}});
}

}  // namespace ronghe::meeting::errors
