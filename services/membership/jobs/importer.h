// How does an uploaded file become records?
//
// The job takes waiting imports in order and works through each in chunks. A chunk is one
// transaction: what the rows write, their events, an audit row, row errors and the position. Killed
// anywhere, it goes on after the last chunk; rows already in are found again and are unchanged. A
// file that is to be written whole is checked from end to end first, and refused for one wrong row.
//
// Rosters of organizations that lie apart are worked through side by side: while the server writes
// a chunk of one, the job reads and seals the next of another. Everything else waits its turn, so
// that what was sent in later to the same place is also written later.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORTER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORTER_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "services/membership/domain/organization.h"
#include "services/membership/jobs/import_kind.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/roster_import_store.h"

namespace ronghe::membership {

// How long the bytes and errors of a finished import are kept.
inline constexpr absl::Duration kRosterKept = absl::Hours(24 * 30);

// Imports in work at a time.
inline constexpr size_t kImportLanes = 2;

inline constexpr char kRosterImportJob[] = "roster.import";
inline constexpr char kRosterPurgeJob[] = "roster.purge";

// The references must outlive it. One run at a time, which the jobs' lease sees to.
class Importer {
 public:
  // Of members, organizations and posts. `after_chunk` is called after each commit, to publish its
  // events.
  Importer(base::IdGenerator& ids, MembershipTree& tree, const OrganizationRuleBook& rules,
           const PersonalFields& fields, metrics::Registry& registry,
           std::function<void()> after_chunk);

  // Adds another kind. Called before the first run.
  void Add(ImportKind kind, std::unique_ptr<ImportKindHandler> handler);

  // Works until nothing waits or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

  // Deletes the bytes and errors of imports that are older than kRosterKept.
  //
  // Errors: those of sql::Database.
  absl::Status Purge(job::JobContext& context);

 private:
  // Works until nothing waits, an import fails, or the run is cancelled.
  absl::Status RunLane(job::JobContext& context);
  // The oldest import that may start now and is from now on in work; waits for one as long as
  // another is in work. Nothing: none is left.
  absl::StatusOr<std::optional<RosterImportRow>> Take(job::JobContext& context);
  void GiveBack(int64_t import_id);
  // Whether the two may be in work at a time, whichever was sent first.
  bool Apart(const RosterImportRow& one, const RosterImportRow& other) const;
  absl::Status Import(job::JobContext& context, RosterImportRow import);
  absl::Status ImportChunk(job::JobContext& context, const ImportKindHandler& kind, ImportRun& run,
                           RosterImportRow& import);
  absl::Status Refuse(job::JobContext& context, int64_t import_id, const absl::Status& reason);
  void Count(const ImportOutcome& outcome);

  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const PersonalFields& fields_;
  const std::function<void()> after_chunk_;
  std::map<ImportKind, std::unique_ptr<ImportKindHandler>> kinds_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::set<int64_t> in_work_;  // under mutex_
  metrics::Counter& created_;
  metrics::Counter& updated_;
  metrics::Counter& unchanged_;
  metrics::Counter& failed_;
};

// Adds both jobs to `jobs`. `importer` must outlive the runner's threads.
void AddRosterJobs(job::JobRunner& jobs, Importer& importer);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORTER_H_
