// Since when does a member belong where, in which category and standing?
//
// The answer is a chain of intervals of days, [from, to), that never overlap; a living member has
// exactly one that is open. A change closes the open interval and opens the next on the same day.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MEMBERSHIP_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MEMBERSHIP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// The end of an open interval.
inline constexpr absl::CivilDay kOpenEnd(9999, 12, 31);

// What an interval holds constant.
struct Membership {
  int64_t organization_id = 0;
  Category category = Category::kFull;
  Standing standing = Standing::kNormal;
  bool voting_suspended = false;  // 留党察看, detention or arrest (11.2)

  // 11.2: full members of normal standing whose rights are not suspended.
  bool voting() const {
    return category == Category::kFull && standing == Standing::kNormal && !voting_suspended;
  }
  // Whether the member counts in the organization's number of members.
  bool counted() const { return standing == Standing::kNormal; }

  friend bool operator==(const Membership&, const Membership&) = default;
};

// A membership over some days.
struct Interval {
  Membership membership;
  absl::CivilDay from;
  absl::CivilDay to = kOpenEnd;

  friend bool operator==(const Interval&, const Interval&) = default;
};

// What to do with the open interval.
struct ChangePlan {
  enum class Kind {
    kAmend,         // it began on the same day: it takes the new membership
    kCloseAndOpen,  // it ends, the next begins
    kClose,         // it ends, none follows
  };
  Kind kind = Kind::kAmend;
  absl::CivilDay day;

  friend bool operator==(const ChangePlan&, const ChangePlan&) = default;
};

// Plans the change of the open interval to `next` from `day` on. `next` with a standing of left or
// deceased ends the membership.
//
// Errors: FAILED_PRECONDITION EFFECTIVE_DATE_IN_FUTURE for a day after `today`;
// EFFECTIVE_DATE_BEFORE_INTERVAL when the open interval began later, or on the same day and the
// membership would end; MEMBER_UNCHANGED when nothing changes.
absl::StatusOr<ChangePlan> PlanChange(const Interval& open, const Membership& next,
                                      absl::CivilDay day, absl::CivilDay today);

// The intervals of a member who is new here from `day` on: none before `joined_on`, and for a full
// member who became one after that day first a probationary interval.
std::vector<Interval> FirstIntervals(const Membership& membership, absl::CivilDay joined_on,
                                     std::optional<absl::CivilDay> converted_on,
                                     absl::CivilDay day);

// Whole years of standing (党龄) on `today`: from the day of conversion, with the adjustment in
// months. 0 for probationary members.
int32_t StandingYears(std::optional<absl::CivilDay> converted_on, int32_t adjustment_months,
                      absl::CivilDay today);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MEMBERSHIP_H_
