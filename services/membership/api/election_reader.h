// Who was elected in a meeting? Asked of the meeting service, which keeps the ballots.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ELECTION_READER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ELECTION_READER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "services/membership/domain/organization/election.h"

namespace ronghe::rpc {
class Channel;
}

namespace ronghe::membership {

// Thread-safe.
class ElectionReader {
 public:
  virtual ~ElectionReader() = default;

  // The result of `election` ("elections/2"), read with the token of the call. Not to be asked
  // inside a transaction.
  //
  // Errors: NOT_FOUND and PERMISSION_DENIED as the meeting service answers them; UNAVAILABLE,
  // DEADLINE_EXCEEDED.
  virtual absl::StatusOr<ElectionVerdict> Read(rpc::Call& call, std::string_view election) = 0;
};

// Reads by gRPC. `channel` leads to the meeting service.
std::unique_ptr<ElectionReader> MakeElectionReader(std::shared_ptr<rpc::Channel> channel);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ELECTION_READER_H_
