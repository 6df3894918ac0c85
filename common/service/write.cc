#include "common/service/write.h"

#include <memory>

#include "common/approval/errors.h"
#include "common/approval/event.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/job/job_runner.h"
#include "common/log/log.h"
#include "common/rpc/personal.h"
#include "common/rpc/refusal.h"
#include "common/sql/error.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "google/protobuf/util/json_util.h"

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

// Whether the answer is kept under the caller's request id. Without a name nobody may be given what
// another caller was answered.
bool Recorded(const rpc::Call& call) {
  return call.request_id_from_client() && !call.request_id().empty() &&
         !call.principal().subject.empty() && !call.validate_only();
}

// Ends a transaction that is to leave nothing behind without being a failure.
const absl::Status& RolledBack() {
  static const auto* const status = new absl::Status(absl::CancelledError("leaves nothing behind"));
  return *status;
}

// Which row an encrypted answer belongs to.
std::string RowOf(const rpc::Call& call) {
  return base::Cat(call.principal().subject, "\n", call.method(), "\n", call.request_id());
}

std::unique_ptr<google::protobuf::Message> WithoutRequestId(
    const google::protobuf::Message* request) {
  if (request == nullptr) return nullptr;
  std::unique_ptr<google::protobuf::Message> copy(request->New());
  copy->CopyFrom(*request);
  const auto* field = copy->GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);
  return copy;
}

// What the decider sees of the request.
void Describe(const google::protobuf::Message* request, approval::Row& row) {
  std::unique_ptr<google::protobuf::Message> shown = WithoutRequestId(request);
  if (shown == nullptr) return;
  rpc::ClearPersonal(*shown);
  shown->DiscardUnknownFields();
  row.resource = rpc::NamedIn(*shown);
  if (!google::protobuf::util::MessageToJsonString(*shown, &row.request).ok()) row.request.clear();
}

// The approval that is open for a call.
struct Asked {
  approval::Row row;
  bool fresh = false;
  int64_t expired = 0;  // the one whose place a fresh one took
};

// Inserts `row` under the key unless one is open there and not past its time.
absl::StatusOr<Asked> OpenApproval(sql::Session& session, const approval::Row& row,
                                   std::string_view key) {
  const absl::Time now = row.create_time;
  const absl::Status inserted = approval::Insert(session, row, key);
  if (inserted.ok()) return Asked{.row = row, .fresh = true};
  if (!absl::IsAlreadyExists(inserted)) return inserted;
  RONGHE_ASSIGN_OR_RETURN(std::optional<approval::Row> open, approval::FindOpen(session, key));
  if (open.has_value() && now >= open->expire_time) {
    RONGHE_ASSIGN_OR_RETURN(open, approval::LockOpen(session, key));
  }
  if (!open.has_value()) return sql::Conflict();
  if (now < open->expire_time) return Asked{.row = *std::move(open)};
  RONGHE_RETURN_IF_ERROR(approval::Close(session, open->id));
  RONGHE_RETURN_IF_ERROR(approval::Insert(session, row, key));
  return Asked{.row = row, .fresh = true, .expired = open->id};
}

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

Writer::Writer(sql::Database& database, base::IdGenerator& ids, std::function<void()> nudge,
               WriterOptions options)
    : database_(database),
      ids_(ids),
      nudge_(std::move(nudge)),
      source_(std::move(options.source)),
      approval_life_(options.approval_life),
      seal_(options.suite, options.key.empty() ? crypto::RandomBytes(32) : options.key) {}

absl::Status WriteTx::Finish() {
  if (entries_.empty()) Audit(call_.audit_organization(), call_.audit_resource());
  for (audit::Entry& entry : entries_) {
    if (entry.id == 0) entry.id = NextId();
    if (entry.time == absl::UnixEpoch()) entry.time = now();
    if (entry.subject.empty()) entry.subject = call_.principal().subject;
    if (entry.on_behalf_of.empty()) entry.on_behalf_of = call_.on_behalf_of();
    if (entry.peer.empty()) entry.peer = std::string(call_.peer());
    if (entry.method.empty()) entry.method = std::string(call_.method());
    if (entry.trace_id.empty()) entry.trace_id = call_.trace().trace_id;
    if (entry.request_digest.empty()) entry.request_digest = call_.request_digest();
    if (entry.detail.empty()) entry.detail = audit::Detail(call_.purpose(), approval_);
  }
  RONGHE_RETURN_IF_ERROR(audit::Record(session_, entries_));
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
  const std::string digest = Recorded(call) ? DigestOf(call) : "";
  Try result;
  const absl::Status status = database_.Transact(call.deadline(), [&](sql::Session& session) {
    result = Try();
    return RunOnce(session, call, fn, digest, result);
  });
  if (status == RolledBack()) {
    if (!result.missing.has_value()) return false;
    return AskApproval(call, *result.missing);
  }
  RONGHE_RETURN_IF_ERROR(status);
  if (result.replayed && result.organization.has_value()) {
    RONGHE_RETURN_IF_ERROR(call.Authorize(*result.organization));
  }
  if (result.emitted && nudge_) nudge_();
  *replay = std::move(result.replay);
  return result.replayed;
}

absl::Status Writer::RunOnce(sql::Session& session, rpc::Call& call, Function fn,
                             std::string_view digest, Try& result) const {
  // What follows leaves the row or fails.
  call.set_audited();
  if (Recorded(call)) {
    RONGHE_RETURN_IF_ERROR(Claim(session, call, digest, result));
    if (result.replayed) return absl::OkStatus();
  }
  WriteTx tx(session, call, ids_);
  RONGHE_ASSIGN_OR_RETURN(const google::protobuf::Message* response, fn(tx));
  if (call.validate_only()) return RolledBack();
  if (tx.needs_approval_) {
    RONGHE_RETURN_IF_ERROR(UseApproval(tx, result));
    if (result.missing.has_value()) return RolledBack();
  }
  RONGHE_RETURN_IF_ERROR(tx.Finish());
  result.emitted = !tx.drafts_.empty();
  return Recorded(call) ? Complete(session, call, *response) : absl::OkStatus();
}

absl::Status Writer::Claim(sql::Session& session, const rpc::Call& call, std::string_view digest,
                           Try& result) const {
  const std::string& subject = call.principal().subject;
  const absl::Status claimed = session
                                   .Execute(kClaim, subject, call.method(), call.request_id(),
                                            sql::Bytes(digest), call.now())
                                   .status();
  if (!absl::IsAlreadyExists(claimed)) return claimed;
  RONGHE_ASSIGN_OR_RETURN(const auto record,
                          session.SelectOne(kLoad, subject, call.method(), call.request_id()));
  if (!record.has_value()) return sql::Conflict();
  if (!crypto::ConstantTimeEqual(record->digest, digest)) {
    return error::Make(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                       "请求编号已用于其他请求", {{"request_id", call.request_id()}});
  }
  absl::StatusOr<std::string> response = seal_.Open(record->response, RowOf(call));
  if (!response.ok()) return Unreadable(call);
  result.organization = record->organization_id;
  result.replay = *std::move(response);
  result.replayed = true;
  return absl::OkStatus();
}

absl::Status Writer::Complete(sql::Session& session, const rpc::Call& call,
                              const google::protobuf::Message& response) const {
  RONGHE_ASSIGN_OR_RETURN(const std::string sealed,
                          seal_.Seal(response.SerializeAsString(), RowOf(call)));
  std::optional<int64_t> authorized;
  if (call.authorized()) authorized = call.authorized_organization();
  return session
      .Execute(kComplete, authorized, sql::Bytes(sealed), call.principal().subject, call.method(),
               call.request_id())
      .status();
}

std::string Writer::DigestOf(const rpc::Call& call) const {
  std::string digest = seal_.Digest(call.request());
  // What needs no permission is about the caller's own session: its answer, which may hold tokens
  // of that session, is for no other one.
  if (!call.permission().empty()) return digest;
  return crypto::Sha256(base::Cat(digest, call.principal().session_id));
}

std::string Writer::OpenKey(const rpc::Call& call) const {
  std::unique_ptr<google::protobuf::Message> request = WithoutRequestId(call.request());
  return crypto::Sha256(base::Cat(call.principal().subject, "\n", call.method(), "\n",
                                  call.purpose(), "\n", seal_.Digest(request.get())));
}

absl::Status Writer::UseApproval(WriteTx& tx, Try& result) const {
  const rpc::Call& call = tx.call();
  if (call.principal().subject.empty()) {
    return absl::InternalError("an approval for a caller without a name");
  }
  RONGHE_ASSIGN_OR_RETURN(const std::optional<approval::Row> open,
                          approval::LockOpen(tx.session(), OpenKey(call)));
  if (open.has_value() && open->StateAt(call.now()) == approval::State::kApproved) {
    tx.approval_ = approval::Name(source_, open->id);
    return approval::MarkUsed(tx.session(), open->id, call.now());
  }
  approval::Row& row = result.missing.emplace();
  row.id = tx.NextId();
  row.subject = call.principal().subject;
  row.on_behalf_of = call.on_behalf_of();
  row.method = call.method();
  row.organization_id =
      tx.entries_.empty() ? call.authorized_organization() : tx.entries_.front().organization_id;
  row.purpose = base::Utf8Prefix(call.purpose(), 255);
  Describe(call.request(), row);
  row.create_time = call.now();
  row.expire_time = call.now() + approval_life_;
  return absl::OkStatus();
}

absl::Status Writer::AskApproval(rpc::Call& call, const approval::Row& row) {
  const std::string key = OpenKey(call);
  RONGHE_ASSIGN_OR_RETURN(
      const Asked asked,
      database_.Transact(call.deadline(), [&](sql::Session& session) -> absl::StatusOr<Asked> {
        RONGHE_ASSIGN_OR_RETURN(Asked asking, OpenApproval(session, row, key));
        if (!asking.fresh) return asking;
        WriteTx tx(session, call, ids_);
        tx.Audit({.organization_id = row.organization_id,
                  .resource = approval::Name(source_, row.id),
                  .detail = audit::Detail(row.purpose, "approval requested")});
        tx.Emit(approval::Changed(source_, row, "requested"));
        RONGHE_RETURN_IF_ERROR(tx.Finish());
        return asking;
      }));
  if (asked.fresh && nudge_) nudge_();
  if (asked.expired != 0) return approval::Renewed(source_, asked.row, asked.expired);
  return asked.row.state == approval::State::kRejected ? approval::Rejected(source_, asked.row)
                                                       : approval::Required(source_, asked.row);
}

absl::Status Writer::Unreadable(const rpc::Call& call) const {
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
