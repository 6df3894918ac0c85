// By which rule was a step of a case allowed, and what did it require and find?
//
//   Guard guard;
//   RONGHE_RETURN_IF_ERROR(guard.Require(hours >= rule.number, rule, "A_TRAIN_SHORT", "...", ...));
//   ... InsertDecisions(session, subject, "FinishTraining", guard.decisions(), ...);
//
// A rule that is met, only warned of or waived leaves a decision, which is stored with the case; a
// rule that is not met is an error that says the same to the user.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DECISION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DECISION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

enum class Outcome : int32_t {
  kMet = 1,
  kWarned = 2,  // not met, and the rule only warns
  kWaived = 3,  // not met, and somebody answers for going on
};

// One rule applied to one event.
struct Decision {
  std::string rule_id;
  std::string rule_set;
  std::string source;
  std::string required;
  std::string actual;
  Outcome outcome = Outcome::kMet;
  std::string reason;  // the code of the warning or of what was waived: "A_TALK_LATE"

  friend bool operator==(const Decision&, const Decision&) = default;
};

// FAILED_PRECONDITION `reason` with rule_id, rule_set, source, required and actual of the rule.
absl::Status RuleRefused(const Rule& rule, std::string_view reason, std::string_view message_zh,
                         std::string_view required, std::string_view actual);

// Collects the decisions on one event.
class Guard {
 public:
  // Errors: RuleRefused when the rule is not met.
  absl::Status Require(bool met, const Rule& rule, std::string_view reason,
                       std::string_view message_zh, std::string_view required,
                       std::string_view actual);
  // The same, but a rule that is not met is noted as waived where `waived` says that somebody
  // answers for it.
  absl::Status RequireUnless(bool waived, bool met, const Rule& rule, std::string_view reason,
                             std::string_view message_zh, std::string_view required,
                             std::string_view actual);
  // A rule that only warns.
  void Expect(bool met, const Rule& rule, std::string_view reason, std::string_view required,
              std::string_view actual);

  const std::vector<Decision>& decisions() const { return decisions_; }

 private:
  void Note(const Rule& rule, Outcome outcome, std::string_view reason, std::string_view required,
            std::string_view actual);

  std::vector<Decision> decisions_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DECISION_H_
