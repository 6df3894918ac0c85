#include "services/membership/domain/organization/delegation.h"

#include <algorithm>
#include <string>

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

using base::Cat;

std::string Organization(int64_t id) { return base::Name("organizations", id); }

}  // namespace

absl::Status CheckDelegationOpen(ElectionState state) {
  const bool open = state >= ElectionState::kReplied && state <= ElectionState::kCandidatesApproved;
  return open ? absl::OkStatus() : ElectionStateInvalid(StateName(state));
}

absl::Status CheckUnits(Guard& guard, const RuleSet& elections,
                        std::span<const SendingUnit> units) {
  const auto wrong = std::find_if(units.begin(), units.end(), [](const SendingUnit& unit) {
    return !unit.elects || !unit.below || unit.nested;
  });
  return guard.Require(wrong == units.end(), elections.Get("election.delegates_from_members"),
                       "DELEGATE_UNITS",
                       "代表名额应当分配到所辖的、能够召开党员大会的党组织，且不得重复、交叉。",
                       "units below, none in another",
                       wrong == units.end() ? Cat(units.size()) : Organization(wrong->unit_id));
}

absl::Status CheckNumber(Guard& guard, const RuleSet& elections, int64_t unit_id, int64_t seats,
                         int64_t sent, bool all) {
  const Rule& rule = elections.Get("election.delegates_from_members");
  return guard.Require(all ? sent == seats : sent <= seats, rule,
                       all ? "DELEGATES_MISSING" : "DELEGATES_TOO_MANY",
                       all ? "有的单位还没有选出批复确定的全部代表。" : "代表人数超过批复的名额。",
                       Cat(Organization(unit_id), all ? " = " : " <= ", seats), Cat(sent));
}

absl::Status CheckDelegates(Guard& guard, const RuleSet& elections,
                            std::span<const DelegateFacts> delegates) {
  const auto wrong = std::find_if(
      delegates.begin(), delegates.end(),
      [](const DelegateFacts& delegate) { return !delegate.belongs || !delegate.voting; });
  return guard.Require(
      wrong == delegates.end(), elections.Get("election.eligible"), "DELEGATE_NOT_ELIGIBLE",
      "代表应当是选举单位有选举权的正式党员。", "belongs,voting",
      wrong == delegates.end() ? Cat(delegates.size()) : base::Name("members", wrong->member_id));
}

}  // namespace ronghe::membership
