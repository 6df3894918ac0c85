#include "services/membership/domain/standing/overlay.h"

#include "common/base/civil.h"

namespace ronghe::membership {
namespace {

absl::CivilDay After(const RuleSet& rules, std::string_view key, absl::CivilDay day) {
  return base::AddMonths(day, static_cast<int>(rules.Number(key)));
}

}  // namespace

absl::CivilDay NextContactDue(const RuleSet& rules, absl::CivilDay last) {
  return After(rules, "abroad.contact_months", last);
}

absl::CivilDay AbroadReviewDue(const RuleSet& rules, absl::CivilDay left) {
  return After(rules, "abroad.review_months", left);
}

absl::CivilDay FloatingFrom(const RuleSet& rules, absl::CivilDay left) {
  return After(rules, "floating.months", left);
}

}  // namespace ronghe::membership
