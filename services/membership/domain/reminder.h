// When is somebody reminded of a deadline, and who hears of it when it stays undone?
//
// The deadline catalogue says for each code (11.3) how long before the day the one who must act is
// reminded, and after how many days it is told to the organization above, and the one above that.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_REMINDER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_REMINDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// What the catalogue says of one code.
struct DeadlineRule {
  std::string code;   // "DL-06"
  std::string title;  // "审批党支部大会接收预备党员的决议"
  // A day from which something may be done, rather than the last day for it: never overdue.
  bool earliest = false;
  std::vector<std::string> roles;      // who is reminded, in the organization that must act
  int32_t remind_days = 0;             // before the day
  std::vector<int32_t> escalate_days;  // after the day, one for each level above, rising
  bool waiting = false;                // somebody has done their part: reminded from the first day
};

class DeadlineCatalogue {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when a code stands twice, has no title or roles, its
  // days do not rise, or nobody can wait for it since it is an earliest day.
  static absl::StatusOr<DeadlineCatalogue> Create(std::vector<DeadlineRule> rules,
                                                  std::vector<std::string> escalation_roles);

  // Null for a code that it does not have.
  const DeadlineRule* Find(std::string_view code) const;
  const std::map<std::string, DeadlineRule, std::less<>>& rules() const { return rules_; }

  // Whether a reminder of this code and stage is for who holds `role` in the organization that it
  // was put before: who must act or, above that, who is told.
  bool IsFor(std::string_view code, int32_t stage, std::string_view role) const;

 private:
  std::vector<std::string> escalation_roles_;
  std::map<std::string, DeadlineRule, std::less<>> rules_;
};

// How far a deadline has come. Each level above kOverdue is one organization further up.
inline constexpr int32_t kNotYet = 0;
inline constexpr int32_t kDue = 1;
inline constexpr int32_t kOverdue = 2;

// What to do with an open deadline on a day.
struct ReminderPlan {
  int32_t stage = kNotYet;  // reached by now: kDue, kOverdue, or kOverdue + levels
  // When the next stage is reached; absl::CivilDay::max() when there is none.
  absl::CivilDay next_on = absl::CivilDay::max();

  friend bool operator==(const ReminderPlan&, const ReminderPlan&) = default;
};

// A deadline is overdue at 00:00 of the day after it; it is told to level n when more than
// escalate_days[n-1] days have passed since.
ReminderPlan PlanReminder(const DeadlineRule& rule, absl::CivilDay due_on, absl::CivilDay today);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_REMINDER_H_
