#include "services/membership/api/admission_follow.h"

#include <optional>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/admission/machine.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/events.h"

namespace ronghe::membership {
namespace {

absl::Status CloseCase(service::WriteTx& tx, AdmissionCaseRow& row, absl::CivilDay day) {
  AdmissionEventRow event{.id = tx.NextId(),
                          .case_id = row.id,
                          .kind = admission::EventKind::kLeaveParty,
                          .day = day,
                          .state_before = row.state,
                          .state_after = admission::State::kClosed,
                          .organization_id = row.organization_id,
                          .branch_id = row.organization_id,
                          .actor = tx.call().principal().subject,
                          .time = tx.now()};
  row.set_facts(admission::Leave(row.facts(), day));
  RONGHE_RETURN_IF_ERROR(InsertAdmissionEvent(tx.session(), event));
  RONGHE_RETURN_IF_ERROR(FreeApplicant(tx.session(), row.id));
  RONGHE_RETURN_IF_ERROR(DropDeadlines(tx.session(), row.subject(), tx.now()));
  tx.Emit(AdmissionEvent(row, event));
  return absl::OkStatus();
}

// The branch's open deadlines become the new branch's.
absl::Status MoveCase(service::WriteTx& tx, AdmissionCaseRow& row, int64_t organization_id,
                      const MembershipChange& change) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(tx.session(), row.subject()));
  for (DeadlineRow& deadline : deadlines) {
    if (deadline.state != DeadlineState::kOpen) continue;
    if (deadline.organization_id != row.organization_id) continue;
    deadline.organization_id = organization_id;
    deadline.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(SetDeadline(tx.session(), deadline));
  }
  row.organization_id = organization_id;
  if (IsTransferIn(change.code)) row.transferred_in_on = change.day;
  return absl::OkStatus();
}

}  // namespace

absl::Status LetAdmissionFollow(service::WriteTx& tx, const MemberRow& row,
                                const Membership& before, const MembershipChange& change) {
  const bool left = !IsMember(row.standing);
  const bool moved = row.organization_id != before.organization_id;
  if (change.basis.collection == "admissionCases" || (!left && !moved)) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(std::optional<AdmissionCaseRow> found,
                          LockProbationOf(tx.session(), row.id));
  if (!found) return absl::OkStatus();
  if (left) {
    RONGHE_RETURN_IF_ERROR(CloseCase(tx, *found, change.day));
  } else {
    RONGHE_RETURN_IF_ERROR(MoveCase(tx, *found, row.organization_id, change));
  }
  ++found->etag;
  found->update_time = tx.now();
  return UpdateAdmissionCase(tx.session(), *found);
}

}  // namespace ronghe::membership
