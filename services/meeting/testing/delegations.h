// What would membership say of a delegation? Tests say it here.
#ifndef RONGHE_SERVICES_MEETING_TESTING_DELEGATIONS_H_
#define RONGHE_SERVICES_MEETING_TESTING_DELEGATIONS_H_

#include <map>
#include <string>
#include <string_view>

#include "common/error/error.h"
#include "services/meeting/api/delegation_reader.h"

namespace ronghe::meeting {

// Answers what `known` holds by name. Not to be changed while calls are under way.
class FakeDelegations : public DelegationReader {
 public:
  absl::StatusOr<Delegation> Read(rpc::Call&, std::string_view name) override {
    const auto it = known.find(std::string(name));
    if (it != known.end()) return it->second;
    return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有这个代表团。");
  }

  std::map<std::string, Delegation> known;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_TESTING_DELEGATIONS_H_
