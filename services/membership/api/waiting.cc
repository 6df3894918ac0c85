#include "services/membership/api/waiting.h"

#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/membership/store/deadline_store.h"

namespace ronghe::membership {

absl::Status MoveWait(service::WriteTx& tx, const RuleSet& rules, const Subject& subject,
                      const Wait& wait) {
  if (wait.before == wait.after) return absl::OkStatus();
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  if (wait.before != kNobody) {
    RONGHE_RETURN_IF_ERROR(MeetDeadline(tx.session(), subject, wait.before, today, tx.now()));
  }
  if (wait.after == kNobody || wait.organization_id == 0) return absl::OkStatus();
  const Rule& days = rules.Get("waiting.days");
  return SetDeadline(tx.session(),
                     MakeDeadline(tx.NextId(), wait.after, subject, wait.organization_id,
                                  today + days.number, days, tx.now()));
}

}  // namespace ronghe::membership
