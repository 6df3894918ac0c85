#include "services/meeting/domain/duty.h"

#include <algorithm>
#include <set>
#include <string>

namespace ronghe::meeting {

Window WindowOf(WindowUnit unit, absl::CivilDay day) {
  switch (unit) {
    case WindowUnit::kMonth: {
      const absl::CivilMonth month(day);
      return {absl::CivilDay(month), absl::CivilDay(month + 1)};
    }
    case WindowUnit::kQuarter: {
      const absl::CivilMonth first(day.year(), (day.month() - 1) / 3 * 3 + 1);
      return {absl::CivilDay(first), absl::CivilDay(first + 3)};
    }
    case WindowUnit::kYear:
      break;
  }
  return {absl::CivilDay(day.year(), 1, 1), absl::CivilDay(day.year() + 1, 1, 1)};
}

Window WindowBefore(WindowUnit unit, const Window& window) {
  return WindowOf(unit, window.start - 1);
}

DutyState StateOn(DutyStanding standing, const Window& window, absl::CivilDay today) {
  switch (standing) {
    case DutyStanding::kMet:
      return DutyState::kMet;
    case DutyStanding::kExempt:
    case DutyStanding::kDropped:
      return DutyState::kExempt;
    case DutyStanding::kOpen:
      break;
  }
  return today >= window.end ? DutyState::kOverdue : DutyState::kDue;
}

std::optional<DutyStanding> InitialStanding(const DutyRule& rule, const Window& window,
                                            const OrganizationFacts& organization,
                                            bool has_committee) {
  if (!rule.enabled) return std::nullopt;
  if (std::find(rule.organization_kinds.begin(), rule.organization_kinds.end(),
                organization.kind) == rule.organization_kinds.end()) {
    return std::nullopt;
  }
  if (organization.founded_on.has_value() && *organization.founded_on >= window.end) {
    return std::nullopt;
  }
  if (organization.revoked_on.has_value() && *organization.revoked_on < window.end) {
    return std::nullopt;
  }
  if (rule.founding_exempt && organization.founded_on.has_value() &&
      window.Contains(*organization.founded_on)) {
    return DutyStanding::kExempt;
  }
  if (rule.needs_committee && !has_committee) return std::nullopt;
  return DutyStanding::kOpen;
}

bool Meets(const DutyRule& rule, const Window& window, Kinds kinds, absl::CivilDay day) {
  return kinds.Has(rule.kind) && window.Contains(day);
}

std::vector<const DutyRule*> DutiesOf(const RuleSet& rules, Kinds kinds) {
  std::vector<const DutyRule*> duties;
  for (const DutyRule& rule : rules.duties) {
    if (rule.enabled && kinds.Has(rule.kind)) duties.push_back(&rule);
  }
  return duties;
}

namespace {

// Ids and units of all rules that any version has switched on.
std::vector<std::string> RuleIds(const RuleSets& sets) {
  std::vector<std::string> ids;
  std::set<std::string> seen;
  for (const RuleSet& set : sets.all()) {
    for (const DutyRule& rule : set.duties) {
      if (rule.enabled && seen.insert(rule.id).second) ids.push_back(rule.id);
    }
  }
  return ids;
}

std::optional<DutyWindow> DutyWindowOf(const RuleSets& sets, const std::string& rule_id,
                                       absl::CivilDay day) {
  const DutyRule* asked = sets.At(day).Duty(rule_id);
  if (asked == nullptr) return std::nullopt;
  const Window window = WindowOf(asked->window, day);
  const RuleSet& rules = sets.At(window.start);
  const DutyRule* rule = rules.Duty(rule_id);
  if (rule == nullptr || !rule->enabled) return std::nullopt;
  return DutyWindow{&rules, rule, WindowOf(rule->window, day)};
}

}  // namespace

std::vector<DutyWindow> DutyWindows(const RuleSets& sets, absl::CivilDay from, absl::CivilDay to) {
  std::vector<DutyWindow> windows;
  for (const std::string& id : RuleIds(sets)) {
    for (absl::CivilDay day = from; day <= to;) {
      const std::optional<DutyWindow> window = DutyWindowOf(sets, id, day);
      if (!window.has_value()) {
        day = absl::CivilDay(absl::CivilMonth(day) + 1);
        continue;
      }
      windows.push_back(*window);
      day = window->window.end;
    }
  }
  std::stable_sort(windows.begin(), windows.end(), [](const DutyWindow& a, const DutyWindow& b) {
    return a.window.start < b.window.start;
  });
  return windows;
}

std::vector<DutyWindow> DutyWindowsAt(const RuleSets& sets, absl::CivilDay day) {
  std::vector<DutyWindow> windows;
  for (const std::string& id : RuleIds(sets)) {
    if (const std::optional<DutyWindow> window = DutyWindowOf(sets, id, day); window.has_value()) {
      windows.push_back(*window);
    }
  }
  return windows;
}

}  // namespace ronghe::meeting
