// How does an RPC change something exactly once, leave a trace and tell the others?
//
//   return writer_.Write<Meeting>(call, [&](service::WriteTx& tx) -> absl::StatusOr<Meeting> {
//     ... load, Authorize, ask the rules, save through tx.session() ...
//     tx.Emit({.type = "ronghe.meeting.meeting.submitted", .subject = name, ...});
//     tx.Audit(organization_id, name);
//     return ToProto(meeting);
//   });
//
// One transaction holds the rows, the request record, the audit rows and the outbox rows. The same
// request id from the same caller on the same method gives the stored response again if the request
// is the same, and REQUEST_ID_REUSED if it is not. An error from the function leaves nothing
// behind. Records are kept for seven days; they hold a keyed image of the request and the answer
// encrypted.
//
// A method whose policy wants it, or a function that calls RequireApproval, is carried out only
// with the agreement of a second person (common/approval): without one everything is rolled back
// and asked for. A call that only validates runs the function and keeps nothing.
#ifndef RONGHE_COMMON_SERVICE_WRITE_H_
#define RONGHE_COMMON_SERVICE_WRITE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/approval/policy.h"
#include "common/approval/store.h"
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/crypto/bytes.h"
#include "common/event/event.h"
#include "common/rpc/call.h"
#include "common/service/record_seal.h"
#include "common/sql/database.h"
#include "google/protobuf/message.h"

namespace ronghe::job {
class JobRunner;
}

namespace ronghe::service {

// What the function of a Write works with; one per try of the transaction.
class WriteTx {
 public:
  WriteTx(sql::Session& session, rpc::Call& call, base::IdGenerator& ids)
      : session_(session), call_(call), ids_(ids), needs_approval_(call.needs_approval()) {}
  WriteTx(const WriteTx&) = delete;
  WriteTx& operator=(const WriteTx&) = delete;

  sql::Session& session() { return session_; }
  rpc::Call& call() { return call_; }
  int64_t NextId() { return ids_.Next(); }
  // When the call was accepted.
  absl::Time now() const { return call_.now(); }

  // Published after the commit. Id, time and trace id are filled in where they are not set.
  void Emit(event::Draft draft);

  // Adds an audit row. A write that names none gets one with the call's audit organization and
  // resource.
  void Audit(int64_t organization_id, std::string resource);
  // The same for an act done for somebody else (an account).
  void Audit(int64_t organization_id, std::string resource, std::string on_behalf_of);
  // With everything in the writer's hand; id, time, subject, on behalf of whom, peer, method, trace
  // id, digest and detail are filled in where they are not set.
  void Audit(audit::Entry entry);

  // This call needs a second person's agreement. The approval is asked for on the organization of
  // the first audit row; where there is none, on the one that the call was authorized for.
  void RequireApproval() { needs_approval_ = true; }

 private:
  friend class Writer;

  // Writes the audit and outbox rows.
  absl::Status Finish();

  sql::Session& session_;
  rpc::Call& call_;
  base::IdGenerator& ids_;
  std::vector<event::Draft> drafts_;
  std::vector<audit::Entry> entries_;
  bool needs_approval_;
  std::string approval_;  // the name of the one that is used
};

struct WriterOptions {
  // "services/meeting": what the names of approvals and the types of their events begin with.
  std::string source = "services/unnamed";
  // The secret of request records, shared by all replicas; empty: one of this process.
  std::string key = {};
  crypto::Suite suite = crypto::Suite::kSm;
  // How long an approval is good for, from the request on.
  absl::Duration approval_life = approval::BuiltinPolicy().life;
};

class Writer {
 public:
  // `nudge` is called after each commit that emitted events (event::Publisher::Nudge). It must not
  // block.
  Writer(sql::Database& database, base::IdGenerator& ids, std::function<void()> nudge,
         WriterOptions options = {});

  // Runs `fn` in the transaction described above. It runs again, from the start, on a conflict. A
  // replay does not run it: the stored response is returned after the caller's permission on the
  // organization of the first answer has been checked again. With call.validate_only() it answers
  // what `fn` does and keeps nothing.
  //
  // Errors: those of `fn`; ALREADY_EXISTS REQUEST_ID_REUSED; FAILED_PRECONDITION APPROVAL_REQUIRED,
  // APPROVAL_REJECTED, APPROVAL_EXPIRED; those of Database::Transact.
  template <class Resp>
  absl::StatusOr<Resp> Write(rpc::Call& call,
                             absl::FunctionRef<absl::StatusOr<Resp>(WriteTx&)> fn) {
    std::optional<Resp> response;
    std::string replay;
    absl::StatusOr<bool> replayed = Run(
        call,
        [&](WriteTx& tx) -> absl::StatusOr<const google::protobuf::Message*> {
          response.reset();
          absl::StatusOr<Resp> result = fn(tx);
          if (!result.ok()) return result.status();
          return &response.emplace(*std::move(result));
        },
        &replay);
    if (!replayed.ok()) return replayed.status();
    if (*replayed && !response.emplace().ParseFromString(replay)) return Unreadable(call);
    return *std::move(response);
  }

  sql::Database& database() { return database_; }
  base::IdGenerator& ids() { return ids_; }
  const std::string& source() const { return source_; }

 private:
  using Function = absl::FunctionRef<absl::StatusOr<const google::protobuf::Message*>(WriteTx&)>;

  // What one try of the transaction came to.
  struct Try {
    std::string replay;  // bytes of an earlier response; see `replayed`
    bool replayed = false;
    std::optional<int64_t> organization;  // of the earlier response
    bool emitted = false;
    std::optional<approval::Row> missing;  // the approval to ask for
  };

  // True if `replay` holds the bytes of an earlier response.
  absl::StatusOr<bool> Run(rpc::Call& call, Function fn, std::string* replay);
  absl::Status RunOnce(sql::Session& session, rpc::Call& call, Function fn, std::string_view digest,
                       Try& result) const;
  // Takes the request id; finds what was answered under it before.
  absl::Status Claim(sql::Session& session, const rpc::Call& call, std::string_view digest,
                     Try& result) const;
  absl::Status Complete(sql::Session& session, const rpc::Call& call,
                        const google::protobuf::Message& response) const;
  // Uses the approval of this call; leaves what to ask for in `result` where there is none.
  absl::Status UseApproval(WriteTx& tx, Try& result) const;
  // Asks for the approval, once for all who ask for the same; what the caller is told.
  absl::Status AskApproval(rpc::Call& call, const approval::Row& row);
  // Equal for the same request of the same caller.
  std::string DigestOf(const rpc::Call& call) const;
  // Equal for the same requester, method, purpose and request, whatever the request id.
  std::string OpenKey(const rpc::Call& call) const;
  absl::Status Unreadable(const rpc::Call& call) const;

  sql::Database& database_;
  base::IdGenerator& ids_;
  const std::function<void()> nudge_;
  const std::string source_;
  const absl::Duration approval_life_;
  const RecordSeal seal_;
};

// Adds the job "request_record.purge", which deletes request records older than seven days, at most
// 500 a transaction, once an hour.
void AddRequestRecordPurge(job::JobRunner& jobs);

// Deletes the request records made before `before` and answers how many.
//
// Errors: those of Database::Transact.
absl::StatusOr<int64_t> PurgeRequestRecords(sql::Database& database, absl::Time before,
                                            absl::Time deadline);

}  // namespace ronghe::service

#endif  // RONGHE_COMMON_SERVICE_WRITE_H_
