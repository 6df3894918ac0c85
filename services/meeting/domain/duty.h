// What must an organization hold, in which window, and has it? Domain rules 1.3.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_DUTY_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_DUTY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/meeting/domain/record_rules.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// Days from `start` up to and without `end`, Asia/Shanghai.
struct Window {
  absl::CivilDay start;
  absl::CivilDay end;

  bool Contains(absl::CivilDay day) const { return start <= day && day < end; }
  friend bool operator==(const Window&, const Window&) = default;
};

// The calendar month, quarter or year that contains `day`.
Window WindowOf(WindowUnit unit, absl::CivilDay day);
// The window before.
Window WindowBefore(WindowUnit unit, const Window& window);

// What is stored of a duty; due and overdue are told apart by the day it is asked.
enum class DutyStanding : int32_t {
  kOpen = 0,
  kMet = 1,
  kExempt = 2,
  kDropped = 3,  // was open, but is not asked of the organization any more (revoked)
};

// What a reader sees.
enum class DutyState : int32_t { kDue = 1, kMet = 2, kOverdue = 3, kExempt = 4 };

// Open becomes overdue at 00:00 of the first day after the window. Not for kDropped.
DutyState StateOn(DutyStanding standing, const Window& window, absl::CivilDay today);

// Where a duty stands while no meeting meets it; nothing where the rule does not ask the
// organization, which may have been revoked before the window's end or founded after it.
// `has_committee` is as of the window's first day.
std::optional<DutyStanding> InitialStanding(const DutyRule& rule, const Window& window,
                                            const OrganizationFacts& organization,
                                            bool has_committee);

// True when a meeting of `kinds` on `day` meets `rule` in `window`: one of its tags is the rule's
// kind. READING is no rule's kind, so a meeting that is nothing else meets nothing.
bool Meets(const DutyRule& rule, const Window& window, Kinds kinds, absl::CivilDay day);

// The rules a meeting of `kinds` can meet: enabled ones whose kind is among its tags.
std::vector<const DutyRule*> DutiesOf(const RuleSet& rules, Kinds kinds);

// A rule's window with the version of the rules that asks for it: the one in force on the window's
// first day. Absent when that version does not know the rule or has it switched off.
struct DutyWindow {
  const RuleSet* rules = nullptr;
  const DutyRule* rule = nullptr;
  Window window;
};

// Every window of every enabled rule that touches [from, to], oldest first.
std::vector<DutyWindow> DutyWindows(const RuleSets& sets, absl::CivilDay from, absl::CivilDay to);

// The windows of all enabled rules that contain `day`, in the order of the rules.
std::vector<DutyWindow> DutyWindowsAt(const RuleSets& sets, absl::CivilDay day);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_DUTY_H_
