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
// behind. Responses are kept for seven days as they are: what must not be stored does not belong in
// one.
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
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/event/event.h"
#include "common/rpc/call.h"
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
      : session_(session), call_(call), ids_(ids) {}
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
  // With everything in the writer's hand; id, time, subject, peer, method, trace id and digest are
  // filled in where they are not set.
  void Audit(audit::Entry entry);

 private:
  friend class Writer;

  // Writes the audit and outbox rows.
  absl::Status Finish();

  sql::Session& session_;
  rpc::Call& call_;
  base::IdGenerator& ids_;
  std::vector<event::Draft> drafts_;
  std::vector<audit::Entry> entries_;
};

class Writer {
 public:
  // `nudge` is called after each commit that emitted events (event::Publisher::Nudge). It must not
  // block.
  Writer(sql::Database& database, base::IdGenerator& ids, std::function<void()> nudge);

  // Runs `fn` in the transaction described above. It runs again, from the start, on a conflict. A
  // replay does not run it: the stored response is returned after the caller's permission on the
  // organization of the first answer has been checked again.
  //
  // Errors: those of `fn`; ALREADY_EXISTS REQUEST_ID_REUSED; those of Database::Transact.
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
    if (*replayed && !response.emplace().ParseFromString(replay)) return UnreadableRecord(call);
    return *std::move(response);
  }

  sql::Database& database() { return database_; }
  base::IdGenerator& ids() { return ids_; }

 private:
  using Function = absl::FunctionRef<absl::StatusOr<const google::protobuf::Message*>(WriteTx&)>;

  // True if `replay` holds the bytes of an earlier response.
  absl::StatusOr<bool> Run(rpc::Call& call, Function fn, std::string* replay);
  absl::Status UnreadableRecord(const rpc::Call& call) const;

  sql::Database& database_;
  base::IdGenerator& ids_;
  const std::function<void()> nudge_;
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
