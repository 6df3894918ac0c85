#include "services/membership/domain/care/care.h"

#include "common/base/civil.h"
#include "common/base/strings.h"
#include "services/membership/domain/care/errors.h"

namespace ronghe::membership {
namespace {

// A rule whose codes are a month and a day.
absl::CivilDay DayOf(const Rule& rule, int32_t year) {
  return absl::CivilDay(year, rule.codes.at(0), rule.codes.at(1));
}

}  // namespace

absl::CivilDay StandingSince(absl::CivilDay converted_on, int32_t adjustment_months) {
  return base::AddMonths(converted_on, -adjustment_months);
}

absl::CivilDay LatestForMedal(const RuleSet& rules, int32_t year) {
  const int64_t years = rules.Number("care.medal_years");
  return base::AddMonths(DayOf(rules.Get("care.medal_day"), year), static_cast<int>(-12 * years));
}

absl::Status CheckMedal(const RuleSet& rules, std::optional<absl::CivilDay> standing_since,
                        absl::CivilDay awarded_on) {
  const absl::CivilDay latest = LatestForMedal(rules, static_cast<int32_t>(awarded_on.year()));
  if (standing_since && *standing_since <= latest) return absl::OkStatus();
  return RuleRefused(rules.Get("care.medal_years"), "HONOUR_FIFTY_YEARS",
                     "党龄未满50年，不能颁发“光荣在党50年”纪念章。", base::FormatDay(latest),
                     standing_since ? base::FormatDay(*standing_since) : "");
}

absl::Status CheckHolder(const RuleSet& rules, const Membership& membership, bool under_discipline,
                         Guard& guard) {
  const absl::Status active =
      guard.Require(membership.counted(), rules.Get("role_post.holder_active"),
                    "RP_HOLDER_INACTIVE", "只有党籍正常的党员可以承担岗位。", "10",
                    base::Cat(static_cast<int32_t>(membership.standing)));
  if (!active.ok()) return active;
  return guard.Require(!under_discipline, rules.Get("role_post.no_discipline"),
                       "RP_HOLDER_UNDER_DISCIPLINE", "该党员在党纪处分影响期内，不能承担岗位。",
                       "0", under_discipline ? "1" : "0");
}

absl::CivilDay ReviewDay(const RuleSet& rules, int32_t year) {
  return DayOf(rules.Get("role_post.review_by"), year);
}

absl::Status CheckStage(ProjectStage from, ProjectStage to) {
  if (from == ProjectStage::kNone) return NotAProject();
  const int32_t a = static_cast<int32_t>(from);
  const int32_t b = static_cast<int32_t>(to);
  return b == a + 1 ? absl::OkStatus() : ProjectStageWrong(a, b);
}

}  // namespace ronghe::membership
