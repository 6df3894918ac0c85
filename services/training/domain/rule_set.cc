#include "services/training/domain/rule_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/strings.h"

namespace ronghe::training {

bool RuleSet::IsLeaderPost(std::string_view post_code) const {
  return std::find(leader.post_codes.begin(), leader.post_codes.end(), post_code) !=
         leader.post_codes.end();
}

bool RuleSet::HasForm(std::string_view code) const {
  return std::any_of(forms.begin(), forms.end(),
                     [code](const Form& form) { return form.code == code; });
}

const Exemption* RuleSet::FindExemption(std::string_view code) const {
  for (const Exemption& exemption : exemptions) {
    if (exemption.code == code) return &exemption;
  }
  return nullptr;
}

int32_t RuleSet::Convert(HourUnit unit, int32_t half_hours) const {
  switch (unit) {
    case HourUnit::kFullDay:
      return conversion.full_day;
    case HourUnit::kHalfDay:
      return conversion.half_day;
    case HourUnit::kHour:
      return half_hours * conversion.hour / 2;
    case HourUnit::kPracticeHalfDay:
      return conversion.practice_half_day;
  }
  return 0;
}

errors::Rule RuleSet::Cite(std::string_view rule_id, std::string_view rule_source) const {
  return {.id = std::string(rule_id),
          .set = base::Cat(id, "@", version),
          .source = std::string(rule_source)};
}

absl::StatusOr<RuleBook> RuleBook::Create(std::vector<RuleSet> versions) {
  if (versions.empty()) return absl::InvalidArgumentError("no training rules");
  std::sort(versions.begin(), versions.end(),
            [](const RuleSet& a, const RuleSet& b) { return a.effective_from < b.effective_from; });
  std::set<std::string> names;
  for (size_t i = 0; i < versions.size(); ++i) {
    const RuleSet& set = versions[i];
    const auto wrong = [&set](std::string_view what) {
      return absl::InvalidArgumentError(base::Cat("training rules ", set.version, ": ", what));
    };
    if (set.version.empty() || !names.insert(set.version).second)
      return wrong("version not unique");
    if (set.member.half_hours <= 0 || set.leader.half_hours < set.member.half_hours) {
      return wrong("requirements");
    }
    if (set.conversion.full_day <= 0 || set.conversion.half_day <= 0 || set.conversion.hour <= 0 ||
        set.conversion.practice_half_day <= 0) {
      return wrong("conversion");
    }
    if (set.forms.empty() || set.max_attendance <= 0) return wrong("forms or max_attendance");
    if (set.effective_to.has_value() && *set.effective_to <= set.effective_from) {
      return wrong("ends before it begins");
    }
    if (i + 1 < versions.size() &&
        (!set.effective_to.has_value() || *set.effective_to > versions[i + 1].effective_from)) {
      return wrong("overlaps the next version");
    }
  }
  RuleBook book;
  book.versions_ = std::move(versions);
  return book;
}

absl::StatusOr<const RuleSet*> RuleBook::At(absl::CivilDay day) const {
  for (const RuleSet& set : versions_) {
    if (set.effective_from <= day && (!set.effective_to.has_value() || day < *set.effective_to)) {
      return &set;
    }
  }
  return errors::NoRule(day);
}

}  // namespace ronghe::training
