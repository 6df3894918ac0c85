// Which figures hold on a day: hours per year, conversion of time, forms, exemptions?
#ifndef RONGHE_SERVICES_TRAINING_DOMAIN_RULE_SET_H_
#define RONGHE_SERVICES_TRAINING_DOMAIN_RULE_SET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/training/domain/errors.h"

namespace ronghe::training {

// The values are stored and sent: do not renumber.
enum class HourUnit : int32_t { kFullDay = 1, kHalfDay = 2, kHour = 3, kPracticeHalfDay = 4 };
enum class Role : int32_t { kMember = 1, kLeader = 2 };

struct Requirement {
  std::string id;
  int32_t half_hours = 0;
  std::string source;
  std::vector<std::string> post_codes;
};

struct Conversion {
  std::string id;
  int32_t full_day = 0;  // all in half hours
  int32_t half_day = 0;
  int32_t hour = 0;
  int32_t practice_half_day = 0;
  std::string source;
};

struct Exemption {
  std::string code;
  std::string title;
  std::string source;
};

struct Form {
  std::string code;
  std::string title;
};

// One version of the rules, in force on [effective_from, effective_to).
struct RuleSet {
  std::string id;
  std::string version;
  std::string title;
  std::string source;
  absl::CivilDay effective_from;
  std::optional<absl::CivilDay> effective_to;
  Requirement member;
  Requirement leader;
  Conversion conversion;
  bool partial_month_counts = true;
  std::vector<Exemption> exemptions;
  std::vector<Form> forms;
  int32_t max_attendance = 0;

  // What the year asks of a role.
  const Requirement& Of(Role role) const { return role == Role::kLeader ? leader : member; }
  bool IsLeaderPost(std::string_view post_code) const;
  bool HasForm(std::string_view code) const;
  const Exemption* FindExemption(std::string_view code) const;
  // Half hours credited for a unit; `half_hours` counts only with kHour.
  int32_t Convert(HourUnit unit, int32_t half_hours) const;
  // What an error says of a rule of this set.
  errors::Rule Cite(std::string_view rule_id, std::string_view rule_source) const;
};

// All versions. Immutable.
class RuleBook {
 public:
  // Errors: INVALID_ARGUMENT for no version, overlapping versions, a version named twice, or
  // figures that make no sense.
  static absl::StatusOr<RuleBook> Create(std::vector<RuleSet> versions);

  // The version in force on `day`.
  //
  // Errors: FAILED_PRECONDITION TRAINING_NO_RULE.
  absl::StatusOr<const RuleSet*> At(absl::CivilDay day) const;

  // The version by which an hour year is judged: the one in force on its last day.
  absl::StatusOr<const RuleSet*> OfYear(int year) const { return At(absl::CivilDay(year, 12, 31)); }

  const std::vector<RuleSet>& versions() const { return versions_; }

 private:
  std::vector<RuleSet> versions_;  // by effective_from
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_DOMAIN_RULE_SET_H_
