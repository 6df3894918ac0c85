#include "services/membership/domain/membership.h"

#include <algorithm>

#include "services/membership/domain/errors.h"

namespace ronghe::membership {

absl::StatusOr<ChangePlan> PlanChange(const Interval& open, const Membership& next,
                                      absl::CivilDay day, absl::CivilDay today) {
  if (day > today) return EffectiveDateInFuture(day, today);
  if (next == open.membership) return MemberUnchanged();
  const bool ends = !IsMember(next.standing);
  if (day < open.from || (ends && day == open.from)) {
    return EffectiveDateBeforeInterval(day, ends ? open.from + 1 : open.from);
  }
  if (ends) return ChangePlan{ChangePlan::Kind::kClose, day};
  return ChangePlan{day == open.from ? ChangePlan::Kind::kAmend : ChangePlan::Kind::kCloseAndOpen,
                    day};
}

std::vector<Interval> FirstIntervals(const Membership& membership, absl::CivilDay joined_on,
                                     std::optional<absl::CivilDay> converted_on,
                                     absl::CivilDay day) {
  const absl::CivilDay from = std::max(day, joined_on);
  if (membership.category != Category::kFull || !converted_on || *converted_on <= from) {
    return {{membership, from, kOpenEnd}};
  }
  Membership before = membership;
  before.category = Category::kProbationary;
  return {{before, from, *converted_on}, {membership, *converted_on, kOpenEnd}};
}

int32_t StandingYears(std::optional<absl::CivilDay> converted_on, int32_t adjustment_months,
                      absl::CivilDay today) {
  if (!converted_on) return 0;
  int64_t months =
      (today.year() - converted_on->year()) * 12 + (today.month() - converted_on->month());
  if (today.day() < converted_on->day()) --months;
  months += adjustment_months;
  return months < 0 ? 0 : static_cast<int32_t>(months / 12);
}

}  // namespace ronghe::membership
