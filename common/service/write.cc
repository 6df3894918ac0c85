#include "common/service/write.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/job/job_runner.h"
#include "common/log/log.h"
#include "common/sql/error.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"

namespace ronghe::service {
namespace {

constexpr absl::Duration kKeep = absl::Hours(7 * 24);
constexpr int64_t kPurgeBatch = 500;

struct RecordRow {
  sql::Bytes digest;
  std::optional<int64_t> organization_id;
  sql::Bytes response;
};

// The claim comes first: a second call with the same id waits for the first to end instead of doing
// its work again.
const sql::Command kClaim(
    "request_record.claim",
    "INSERT INTO request_record (subject, method, request_id, digest, response, created_at) "
    "VALUES (?, ?, ?, ?, '', ?)");
const sql::Command kComplete("request_record.complete",
                             "UPDATE request_record SET organization_id = ?, response = ? "
                             "WHERE subject = ? AND method = ? AND request_id = ?");
const sql::Query<RecordRow> kLoad("request_record.load",
                                  "SELECT digest, organization_id, response FROM request_record "
                                  "WHERE subject = ? AND method = ? AND request_id = ?");
const sql::Command kPurge(
    "request_record.purge",
    "DELETE FROM request_record WHERE created_at < ? ORDER BY created_at LIMIT ?");

}  // namespace

void WriteTx::Emit(event::Draft draft) { drafts_.push_back(std::move(draft)); }

void WriteTx::Audit(int64_t organization_id, std::string resource) {
  Audit(organization_id, std::move(resource), "");
}

void WriteTx::Audit(int64_t organization_id, std::string resource, std::string on_behalf_of) {
  audit::Entry entry;
  entry.organization_id = organization_id;
  entry.resource = std::move(resource);
  entry.on_behalf_of = std::move(on_behalf_of);
  Audit(std::move(entry));
}

void WriteTx::Audit(audit::Entry entry) { entries_.push_back(std::move(entry)); }

Writer::Writer(sql::Database& database, base::IdGenerator& ids, std::function<void()> nudge)
    : database_(database), ids_(ids), nudge_(std::move(nudge)) {}

absl::Status WriteTx::Finish() {
  if (entries_.empty()) Audit(call_.audit_organization(), call_.audit_resource());
  for (audit::Entry& entry : entries_) {
    if (entry.id == 0) entry.id = NextId();
    if (entry.time == absl::UnixEpoch()) entry.time = now();
    if (entry.subject.empty()) entry.subject = call_.principal().subject;
    if (entry.peer.empty()) entry.peer = std::string(call_.peer());
    if (entry.method.empty()) entry.method = std::string(call_.method());
    if (entry.trace_id.empty()) entry.trace_id = call_.trace().trace_id;
    if (entry.request_digest.empty()) entry.request_digest = call_.request_digest();
    RONGHE_RETURN_IF_ERROR(audit::Record(session_, entry));
  }
  if (drafts_.empty()) return absl::OkStatus();
  // Ids are taken here, after the function has locked the rows that it changed: for one row, the
  // order of ids is the order of changes.
  for (event::Draft& draft : drafts_) {
    if (draft.id == 0) draft.id = NextId();
    if (draft.time == absl::UnixEpoch()) draft.time = now();
    if (draft.trace_id.empty()) draft.trace_id = call_.trace().trace_id;
  }
  return event::EmitMany(session_, drafts_);
}

absl::StatusOr<bool> Writer::Run(rpc::Call& call, Function fn, std::string* replay) {
  const std::string& subject = call.principal().subject;
  // Without a name nobody may be given what another caller was answered.
  const bool recorded =
      call.request_id_from_client() && !call.request_id().empty() && !subject.empty();
  bool emitted = false;
  std::optional<int64_t> organization;
  const absl::StatusOr<bool> replayed =
      database_.Transact(call.deadline(), [&](sql::Session& session) -> absl::StatusOr<bool> {
        emitted = false;
        if (recorded) {
          const absl::Status claimed =
              session
                  .Execute(kClaim, subject, call.method(), call.request_id(), call.request_digest(),
                           call.now())
                  .status();
          if (absl::IsAlreadyExists(claimed)) {
            RONGHE_ASSIGN_OR_RETURN(
                const auto record,
                session.SelectOne(kLoad, subject, call.method(), call.request_id()));
            if (!record.has_value()) {
              return error::Make(absl::StatusCode::kAborted, "TRANSACTION_CONFLICT",
                                 "操作冲突，请重试");
            }
            if (record->digest != call.request_digest()) {
              return error::Make(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                                 "请求编号已用于其他请求", {{"request_id", call.request_id()}});
            }
            organization = record->organization_id;
            *replay = record->response;
            return true;
          }
          RONGHE_RETURN_IF_ERROR(claimed);
        }
        WriteTx tx(session, call, ids_);
        RONGHE_ASSIGN_OR_RETURN(const google::protobuf::Message* response, fn(tx));
        RONGHE_RETURN_IF_ERROR(tx.Finish());
        emitted = !tx.drafts_.empty();
        if (recorded) {
          std::optional<int64_t> authorized;
          if (call.authorized()) authorized = call.authorized_organization();
          RONGHE_RETURN_IF_ERROR(session
                                     .Execute(kComplete, authorized, response->SerializeAsString(),
                                              subject, call.method(), call.request_id())
                                     .status());
        }
        return false;
      });
  if (!replayed.ok()) return replayed;
  if (*replayed && organization.has_value()) {
    RONGHE_RETURN_IF_ERROR(call.Authorize(*organization));
  }
  if (emitted && nudge_) nudge_();
  return replayed;
}

absl::Status Writer::UnreadableRecord(const rpc::Call& call) const {
  log::Error("request_record_unreadable", {{"method", call.method()}});
  return error::Make(absl::StatusCode::kInternal, "INTERNAL", "系统内部错误");
}

absl::StatusOr<int64_t> PurgeRequestRecords(sql::Database& database, absl::Time before,
                                            absl::Time deadline) {
  int64_t total = 0;
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t deleted,
                            database.Transact(deadline, [before](sql::Session& session) {
                              return session.Execute(kPurge, before, kPurgeBatch);
                            }));
    total += deleted;
    if (deleted < kPurgeBatch) return total;
  }
}

void AddRequestRecordPurge(job::JobRunner& jobs) {
  jobs.Add("request_record.purge", absl::Hours(1), [](job::JobContext& context) {
    return PurgeRequestRecords(context.database(), context.now() - kKeep,
                               context.DeadlineIn(absl::Minutes(5)))
        .status();
  });
}

}  // namespace ronghe::service
