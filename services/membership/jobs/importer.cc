#include "services/membership/jobs/importer.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/event.h"
#include "common/log/log.h"
#include "services/membership/domain/errors.h"
#include "services/membership/jobs/organization_kind.h"
#include "services/membership/jobs/post_kind.h"
#include "services/membership/jobs/roster_kind.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr int32_t kDeleteAtATime = 1000;
constexpr int32_t kPurgeAtATime = 100;
// Imports among which one is sought that lies apart from those before it.
constexpr int32_t kLookAhead = 16;

constexpr char kRowsMetric[] = "ronghe_membership_roster_rows_total";
constexpr char kRowsHelp[] = "Rows of imported files written, by outcome.";

// Deletes the row errors of an import, a bounded number at a time.
absl::Status DeleteErrors(job::JobContext& context, int64_t import_id) {
  for (int64_t deleted = kDeleteAtATime; deleted == kDeleteAtATime && !context.cancelled();) {
    RONGHE_ASSIGN_OR_RETURN(
        deleted, context.database().Transact(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return DeleteRosterErrors(session, import_id, kDeleteAtATime);
        }));
  }
  return absl::OkStatus();
}

bool InWork(RosterState state) {
  return state == RosterState::kChecking || state == RosterState::kRunning;
}

void Fail(RosterImportRow& import, std::string_view reason, std::string message) {
  import.state = RosterState::kFailed;
  import.failure_reason = std::string(reason);
  import.failure_message = std::move(message);
}

// The state of an import whose last row is done.
void Finish(RosterImportRow& import) {
  if (import.state == RosterState::kRunning) {
    if (import.failed_count == 0) {
      import.state = RosterState::kSucceeded;
    } else if (import.failed_count < import.row_count) {
      import.state = RosterState::kPartial;
    } else {
      Fail(import, "ROSTER_ALL_ROWS_FAILED", "所有行都有错误，没有写入任何数据。");
    }
    return;
  }
  if (import.dry_run) {
    import.state = RosterState::kChecked;
  } else if (import.failed_count > 0) {
    Fail(import, "ROSTER_ROWS_WRONG",
         base::Cat("有", import.failed_count, "行错误，整个文件没有写入任何数据。"));
  } else {
    // Nothing is wrong: now it is written.
    import.state = RosterState::kRunning;
    import.processed_count = 0;
    import.created_count = 0;
    import.updated_count = 0;
    import.unchanged_count = 0;
  }
}

}  // namespace

Importer::Importer(base::IdGenerator& ids, MembershipTree& tree, const OrganizationRuleBook& rules,
                   const PersonalFields& fields, metrics::Registry& registry,
                   std::function<void()> after_chunk)
    : ids_(ids),
      tree_(tree),
      fields_(fields),
      after_chunk_(std::move(after_chunk)),
      created_(registry.AddCounter(kRowsMetric, kRowsHelp, {{"outcome", "created"}})),
      updated_(registry.AddCounter(kRowsMetric, kRowsHelp, {{"outcome", "updated"}})),
      unchanged_(registry.AddCounter(kRowsMetric, kRowsHelp, {{"outcome", "unchanged"}})),
      failed_(registry.AddCounter(kRowsMetric, kRowsHelp, {{"outcome", "failed"}})) {
  Add(ImportKind::kMembers, MakeRosterKind(ids, tree, rules, fields));
  Add(ImportKind::kOrganizations, MakeOrganizationKind(ids, tree, rules));
  Add(ImportKind::kPosts, MakePostKind(ids, tree, rules, fields));
}

void Importer::Add(ImportKind kind, std::unique_ptr<ImportKindHandler> handler) {
  kinds_[kind] = std::move(handler);
}

absl::Status Importer::Run(job::JobContext& context) {
  std::vector<absl::Status> ends(kImportLanes);
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < ends.size(); ++i) {
      others.emplace_back([&, i] { ends[i] = RunLane(context); });
    }
    ends[0] = RunLane(context);
  }
  absl::Status status;
  for (const absl::Status& end : ends) status.Update(end);
  return status;
}

absl::Status Importer::RunLane(job::JobContext& context) {
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<RosterImportRow> import, Take(context));
    if (!import) return absl::OkStatus();
    const absl::Status status = Import(context, *import);
    GiveBack(import->id);
    RONGHE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RosterImportRow>> Importer::Take(job::JobContext& context) {
  std::unique_lock lock(mutex_);
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<RosterImportRow> next,
        context.database().Read(context.DeadlineIn(kStep), [](sql::Session& session) {
          return NextRosterImports(session, kLookAhead);
        }));
    if (next.size() > 1) tree_.CatchUp(context.DeadlineIn(kStep));
    for (auto it = next.begin(); it != next.end(); ++it) {
      const bool apart = std::all_of(
          next.begin(), it, [&](const RosterImportRow& earlier) { return Apart(*it, earlier); });
      if (apart && in_work_.insert(it->id).second) return std::move(*it);
    }
    if (in_work_.empty() || context.cancelled()) return std::nullopt;
    given_back_.wait_for(lock, std::chrono::seconds(1));
  }
}

void Importer::GiveBack(int64_t import_id) {
  {
    const std::lock_guard lock(mutex_);
    in_work_.erase(import_id);
  }
  given_back_.notify_all();
}

bool Importer::Apart(const RosterImportRow& one, const RosterImportRow& other) const {
  return one.kind == ImportKind::kMembers && other.kind == ImportKind::kMembers &&
         !tree_.Within(one.organization_id, other.organization_id) &&
         !tree_.Within(other.organization_id, one.organization_id);
}

absl::Status Importer::Refuse(job::JobContext& context, int64_t import_id,
                              const absl::Status& reason) {
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(session, import_id));
        Fail(row, error::Reason(reason), error::MessageZh(reason));
        row.update_time = context.now();
        return UpdateRosterImport(session, row);
      });
}

absl::Status Importer::Import(job::JobContext& context, RosterImportRow import) {
  const auto kind = kinds_.find(import.kind);
  if (kind == kinds_.end()) return Refuse(context, import.id, ImportKindUnsupported());
  const absl::StatusOr<std::string> bytes = context.database().Read(
      context.DeadlineIn(kStep),
      [&](sql::Session& session) { return RosterBytes(session, fields_, import); });
  if (!bytes.ok()) {
    const bool lasting = error::Reason(bytes.status()) == "ROSTER_FILE_EXPIRED" ||
                         bytes.status().code() == absl::StatusCode::kDataLoss;
    return lasting ? Refuse(context, import.id, bytes.status()) : bytes.status();
  }
  // A second run starts with the errors of the first one gone.
  if (import.processed_count == 0) RONGHE_RETURN_IF_ERROR(DeleteErrors(context, import.id));
  tree_.CatchUp(context.DeadlineIn(kStep));
  absl::StatusOr<std::unique_ptr<ImportRun>> run =
      kind->second->Open(import, *bytes, base::ShanghaiDay(context.now()));
  if (!run.ok()) return Refuse(context, import.id, run.status());
  const RosterState state = import.state;
  while (import.state == state) {
    if (context.cancelled()) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(ImportChunk(context, *kind->second, **run, import));
    tree_.NoteWrite();
    after_chunk_();
  }
  log::Info("roster_import_done", {{"roster_import", import.id},
                                   {"dry_run", import.dry_run},
                                   {"created", import.created_count},
                                   {"updated", import.updated_count},
                                   {"unchanged", import.unchanged_count},
                                   {"failed", import.failed_count}});
  return absl::OkStatus();
}

absl::Status Importer::ImportChunk(job::JobContext& context, const ImportKindHandler& kind,
                                   ImportRun& run, RosterImportRow& import) {
  const bool check = import.state == RosterState::kChecking;
  const RowRange range{import.processed_count,
                       std::min(run.rows(), import.processed_count + run.chunk_rows())};
  run.Prepare(import, range);
  const absl::Time now = context.now();
  RosterImportRow row;
  ImportOutcome outcome;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        outcome = ImportOutcome();
        RONGHE_ASSIGN_OR_RETURN(row, LockRosterImport(session, import.id));
        if (row.state != import.state || row.processed_count != import.processed_count) {
          return RosterStateInvalid(base::Cat(static_cast<int32_t>(row.state)));
        }
        RONGHE_RETURN_IF_ERROR(run.Write(session, row, check, now, outcome));
        if (!check) {
          for (event::Draft& draft : outcome.drafts) {
            draft.id = ids_.Next();
            draft.time = now;
            draft.trace_id = row.trace_id;
          }
          RONGHE_RETURN_IF_ERROR(event::EmitMany(session, outcome.drafts));
          RONGHE_RETURN_IF_ERROR(
              audit::Record(session, {.id = ids_.Next(),
                                      .time = now,
                                      .subject = "services/membership",
                                      .on_behalf_of = row.requested_by,
                                      .method = std::string(kind.method()),
                                      .organization_id = row.organization_id,
                                      .resource = base::Name(kind.collection(), row.id),
                                      .trace_id = row.trace_id}));
        }
        RONGHE_RETURN_IF_ERROR(InsertRosterErrors(session, outcome.errors));
        row.row_count = run.rows();
        row.processed_count = range.to;
        row.created_count += outcome.created;
        row.updated_count += outcome.updated;
        row.unchanged_count += outcome.unchanged;
        row.failed_count += outcome.failed;
        row.update_time = now;
        if (row.processed_count >= row.row_count) Finish(row);
        RONGHE_RETURN_IF_ERROR(UpdateRosterImport(session, row));
        // What the chunks of all lanes lock comes last, so that they wait for no more than each
        // other's end.
        return context.CheckLease(session);
      }));
  import = row;
  if (!check) Count(outcome);
  return absl::OkStatus();
}

void Importer::Count(const ImportOutcome& outcome) {
  created_.Increment(outcome.created);
  updated_.Increment(outcome.updated);
  unchanged_.Increment(outcome.unchanged);
  failed_.Increment(outcome.failed);
}

absl::Status Importer::Purge(job::JobContext& context) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<int64_t> ids,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return RosterImportsBefore(session, context.now() - kRosterKept, kPurgeAtATime);
      }));
  for (const int64_t id : ids) {
    if (context.cancelled()) return absl::OkStatus();
    bool purged = false;
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          purged = false;
          RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
          RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(session, id));
          if (InWork(row.state)) return absl::OkStatus();
          RONGHE_RETURN_IF_ERROR(DeleteRosterChunks(session, id));
          row.file_deleted = true;
          if (row.state == RosterState::kUploading) row.state = RosterState::kFailed;
          purged = true;
          return UpdateRosterImport(session, row);
        }));
    if (purged) RONGHE_RETURN_IF_ERROR(DeleteErrors(context, id));
  }
  return absl::OkStatus();
}

void AddRosterJobs(job::JobRunner& jobs, Importer& importer) {
  jobs.Add(kRosterImportJob, absl::Seconds(5),
           [&importer](job::JobContext& context) { return importer.Run(context); });
  jobs.Add(kRosterPurgeJob, absl::Hours(1),
           [&importer](job::JobContext& context) { return importer.Purge(context); });
}

}  // namespace ronghe::membership
