#include "services/membership/api/collective_decision.h"

#include "common/base/resource_name.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {

absl::StatusOr<MotionVerdict> ReadDecision(MotionReader& motions, rpc::Call& call,
                                           std::string_view name) {
  if (!base::ParseChildName(name, "meetings", "motions").ok()) return FundDecisionRequired();
  return motions.Read(call, name);
}

absl::Status CheckDecision(const MotionVerdict& verdict, std::string_view subject,
                           int64_t organization_id) {
  return CheckVote(verdict, {MotionKind::kGeneral, MotionKind::kCommittee}, subject,
                   organization_id);
}

}  // namespace ronghe::membership
