#include "services/membership/jobs/document_sweeper.h"

#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "services/membership/store/document_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr int32_t kAtATime = 100;

// Whether a document, which is locked, is to be swept.
bool IsDue(const DocumentRow& row, absl::Time now) {
  return row.sweep_after.has_value() && *row.sweep_after < now;
}

}  // namespace

absl::Status DocumentSweeper::Run(job::JobContext& context) {
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<int64_t> ids,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return DocumentsToSweep(session, context.now(), kAtATime);
        }));
    for (const int64_t id : ids) {
      if (context.cancelled()) return absl::OkStatus();
      RONGHE_RETURN_IF_ERROR(Sweep(context, id));
    }
    if (ids.size() < kAtATime) return absl::OkStatus();
  }
}

absl::Status DocumentSweeper::Sweep(job::JobContext& context, int64_t id) {
  std::string object_key;
  bool due = false;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(DocumentRow row, LockDocument(session, id));
        due = IsDue(row, context.now());
        if (!due) return absl::OkStatus();
        object_key = row.object_key;
        row.state = DocumentState::kRemoved;
        row.sealed_key.clear();
        row.update_time = context.now();
        return UpdateDocument(session, row);
      }));
  if (!due) return absl::OkStatus();
  if (!object_key.empty()) RONGHE_RETURN_IF_ERROR(objects_.Delete(object_key));
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(DocumentRow row, LockDocument(session, id));
        RONGHE_RETURN_IF_ERROR(DeleteDocumentChunks(session, id));
        row.object_key.clear();
        row.sweep_after.reset();
        return UpdateDocument(session, row);
      });
}

void AddDocumentSweep(job::JobRunner& jobs, DocumentSweeper& sweeper) {
  jobs.Add(kDocumentSweepJob, absl::Minutes(10),
           [&sweeper](job::JobContext& context) { return sweeper.Run(context); });
}

}  // namespace ronghe::membership
