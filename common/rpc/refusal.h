// What does the audit trail keep of a call that was refused?
#ifndef RONGHE_COMMON_RPC_REFUSAL_H_
#define RONGHE_COMMON_RPC_REFUSAL_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"

namespace google::protobuf {
class Message;
}
namespace ronghe::audit {
class RefusalLog;
}

namespace ronghe::rpc {

struct Exchange;

// True for an end of a call that says no to its caller: who it is, what it may, what it asked or
// how often. False for what is no fault of the caller, overload among it.
bool IsRefusal(const absl::Status& status);

// What stands in a request's `name` or `parent`; empty for what is not written as names are.
std::string NamedIn(const google::protobuf::Message& request);

// The audit row of the call that `status` refused. The resource is the one that the handler named,
// else the one that the request names.
audit::Entry RefusalEntry(const Exchange& exchange, const absl::Status& status, absl::Time now);

// Hands rows to a log and waits until they are safe, once for several.
class RefusalRows {
 public:
  explicit RefusalRows(audit::RefusalLog& log) : log_(log) {}
  RefusalRows(const RefusalRows&) = delete;
  RefusalRows& operator=(const RefusalRows&) = delete;

  void Add(audit::Entry entry);

  // Returns when every row is committed or counted, or at `deadline`: the log goes on trying.
  void Wait(absl::Time deadline);

 private:
  // Shared with the rows under way, which may outlive a wait that ended early.
  struct Pending {
    std::mutex mutex;
    std::condition_variable changed;
    int rows = 0;
  };
  audit::RefusalLog& log_;
  const std::shared_ptr<Pending> pending_ = std::make_shared<Pending>();
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_REFUSAL_H_
