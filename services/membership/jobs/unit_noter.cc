#include "services/membership/jobs/unit_noter.h"

#include <optional>

#include "common/base/status_macros.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr absl::Duration kInterval = absl::Seconds(15);

}  // namespace

absl::Status UnitNoter::Run(job::JobContext& context) {
  while (!context.cancelled()) {
    bool noted = false;
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
          RONGHE_ASSIGN_OR_RETURN(const std::optional<int64_t> id, PendingTransfer(session));
          noted = id.has_value();
          if (!id) return absl::OkStatus();
          RONGHE_ASSIGN_OR_RETURN(TransferRow row, LockTransfer(session, *id));
          if (row.pending_count == 0) return absl::OkStatus();
          return NoteUnitMembers(
              session, [&] { return ids_.Next(); }, row, kNoteAtATime, context.now());
        }));
    if (!noted) return absl::OkStatus();
  }
  return absl::OkStatus();
}

void AddUnitNoteJob(job::JobRunner& jobs, UnitNoter& noter) {
  jobs.Add(kUnitNoteJob, kInterval,
           [&noter](job::JobContext& context) { return noter.Run(context); });
}

}  // namespace ronghe::membership
