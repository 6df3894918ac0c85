// Which changes of standing (党籍) are there at all? The status machine of 3.2.
//
// NONE → PROBATIONARY → FULL; either may be stopped (M-02, M-03), then restored or ended as lapsed;
// a full member may exit; a probationary one may be disqualified or not recognised; anybody may
// die. Codes that leave the standing as it is (moves, transfers, voting right) are not its matter.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_PARTY_STANDING_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_PARTY_STANDING_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

enum class PartyStanding : int32_t {
  kNone = 0,
  kProbationary = 1,
  kFull = 2,
  kStopped = 3,
  kExited = 4,
  kDisqualified = 5,
  kNotRecognised = 6,
  kDeceased = 7,
};

// "FULL".
std::string_view NameOf(PartyStanding standing);

// The state of a member; `last_exit` is the code of the change that ended the membership, where it
// has ended.
PartyStanding StandingOf(const Membership& membership, std::optional<ChangeCode> last_exit);

// Where a change leads from a state; a state stays the same where the code does not touch it.
// Nothing when the machine has no such change. `category` is that of the membership, which a
// restoration goes back to.
std::optional<PartyStanding> NextStanding(PartyStanding from, ChangeCode code,
                                          Category category = Category::kFull);

// Errors: FAILED_PRECONDITION STANDING_TRANSITION_NOT_ALLOWED.
absl::Status CheckStandingChange(const Membership& membership, std::optional<ChangeCode> last_exit,
                                 ChangeCode code);

// The exit of a person who was a member.
struct PastExit {
  ChangeCode code = ChangeCode::kRemoved;
  absl::CivilDay day;
};

// M-06: the day until which (excluded) a person who left may not be admitted again: after an
// expulsion so many months as the rule book ("standing") says; nothing when there is no ban on
// `day`.
std::optional<absl::CivilDay> ReadmissionBan(const RuleBook& rules, std::span<const PastExit> exits,
                                             absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_PARTY_STANDING_H_
