#include "services/membership/domain/reminder.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {

absl::StatusOr<DeadlineCatalogue> DeadlineCatalogue::Create(
    std::vector<DeadlineRule> rules, std::vector<std::string> escalation_roles) {
  DeadlineCatalogue catalogue;
  catalogue.escalation_roles_ = std::move(escalation_roles);
  for (DeadlineRule& rule : rules) {
    if (rule.title.empty() || rule.roles.empty()) {
      return RulesInvalid(base::Cat(rule.code, " has no title or no roles"));
    }
    const auto falls = std::adjacent_find(rule.escalate_days.begin(), rule.escalate_days.end(),
                                          [](int32_t a, int32_t b) { return a >= b; });
    if (rule.remind_days < 0 || falls != rule.escalate_days.end()) {
      return RulesInvalid(base::Cat(rule.code, ": the days do not rise"));
    }
    if (rule.waiting && rule.earliest) {
      return RulesInvalid(base::Cat(rule.code, " can't wait for an earliest day"));
    }
    const std::string code = rule.code;
    if (!catalogue.rules_.emplace(code, std::move(rule)).second) {
      return RulesInvalid(base::Cat(code, " stands twice"));
    }
  }
  return catalogue;
}

const DeadlineRule* DeadlineCatalogue::Find(std::string_view code) const {
  const auto it = rules_.find(code);
  return it == rules_.end() ? nullptr : &it->second;
}

bool DeadlineCatalogue::IsFor(std::string_view code, int32_t stage, std::string_view role) const {
  const DeadlineRule* const rule = Find(code);
  if (rule == nullptr) return false;
  const std::vector<std::string>& roles = stage > kOverdue ? escalation_roles_ : rule->roles;
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

ReminderPlan PlanReminder(const DeadlineRule& rule, absl::CivilDay due_on, absl::CivilDay today) {
  std::vector<absl::CivilDay> reached = {rule.waiting ? std::min(today, due_on)
                                                      : due_on - rule.remind_days};
  if (!rule.earliest) {
    reached.push_back(due_on + 1);
    for (const int32_t days : rule.escalate_days) reached.push_back(due_on + 1 + days);
  }
  ReminderPlan plan;
  for (const absl::CivilDay day : reached) {
    if (day > today) {
      plan.next_on = day;
      break;
    }
    ++plan.stage;
  }
  return plan;
}

}  // namespace ronghe::membership
