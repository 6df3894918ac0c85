// How does the record of a meeting settle duties, in the transaction that changes the record?
#ifndef RONGHE_SERVICES_MEETING_API_DUTY_LEDGER_H_
#define RONGHE_SERVICES_MEETING_API_DUTY_LEDGER_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/base/ids.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "services/meeting/domain/duty.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"
#include "services/meeting/store/duty_store.h"
#include "services/meeting/store/meeting_store.h"

namespace ronghe::meeting {

// All functions add the duties they changed to `changed`, for DutyBoard::Apply after the commit,
// and return the errors of sql::Session. References must outlive it.
class DutyLedger {
 public:
  // Windows that ended before `calendar_start` hold no duties.
  DutyLedger(const org::OrgTree& tree, const RuleSets& rules, base::IdGenerator& ids,
             absl::CivilDay calendar_start)
      : tree_(tree), rules_(rules), ids_(ids), calendar_start_(calendar_start) {}

  // A record that counts: each of its tags meets its duty in the window of the event date, unless
  // another meeting has met it.
  absl::Status Meet(sql::Session& session, const Meeting& meeting,
                    std::vector<DutyRow>* changed) const;

  // A record that counts no longer: what it met goes to another meeting of the same window, or
  // stands open again. The meeting's row must have been saved.
  absl::Status Release(sql::Session& session, const Meeting& meeting,
                       std::vector<DutyRow>* changed) const;

  // A record superseded by `next`: what it met is met by the new version.
  absl::Status Transfer(sql::Session& session, const Meeting& old, const Meeting& next,
                        std::vector<DutyRow>* changed) const;

 private:
  absl::StatusOr<std::optional<DutyStanding>> Standing(sql::Session& session, const RuleSet& rules,
                                                       const DutyRule& rule, const Window& window,
                                                       int64_t organization_id) const;
  absl::Status ReadBack(sql::Session& session, const std::string& rule_id,
                        absl::CivilDay window_start, int64_t organization_id,
                        std::vector<DutyRow>* changed) const;

  const org::OrgTree& tree_;
  const RuleSets& rules_;
  base::IdGenerator& ids_;
  const absl::CivilDay calendar_start_;
  const DutyStore duties_{};
  const MeetingStore meetings_{};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_DUTY_LEDGER_H_
