// Who are the delegates of an election? Asked of membership, which keeps them.
#ifndef RONGHE_SERVICES_MEETING_API_DELEGATION_READER_H_
#define RONGHE_SERVICES_MEETING_API_DELEGATION_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/call.h"

namespace ronghe::rpc {
class Channel;
}

namespace ronghe::meeting {

struct Delegation {
  int64_t organization_id = 0;  // that elects
  std::optional<absl::CivilDay>
      credentials_on;  // when they were found in order; absent: they aren't
  std::vector<int64_t> members;
};

// Thread-safe.
class DelegationReader {
 public:
  virtual ~DelegationReader() = default;

  // The delegation `name` ("committeeElections/3/delegation"), read with the token of the call. Not
  // to be asked inside a transaction.
  //
  // Errors: NOT_FOUND and PERMISSION_DENIED as membership answers them; UNAVAILABLE,
  // DEADLINE_EXCEEDED.
  virtual absl::StatusOr<Delegation> Read(rpc::Call& call, std::string_view name) = 0;
};

// Reads by gRPC. `channel` leads to membership.
std::unique_ptr<DelegationReader> MakeDelegationReader(std::shared_ptr<rpc::Channel> channel);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_DELEGATION_READER_H_
