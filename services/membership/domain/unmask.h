// What may a member's numbers be read in full for, and how many members' within which time?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_UNMASK_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_UNMASK_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ronghe::membership {

// A purpose of reading (P-02).
struct Purpose {
  std::string code;
  std::string title;
  std::string rule_id;
  std::string source;
};

// One version of the rules.
struct UnmaskRules {
  std::string name;
  absl::CivilDay effective_from;
  std::vector<Purpose> purposes;
  int32_t limit_members = 0;
  absl::Duration limit_window;
  std::string limit_rule_id;
  std::string limit_source;
  absl::Duration download_window;  // of an export of members
  std::string download_rule_id;
  std::string download_source;

  // Null for a code that is none.
  const Purpose* Find(std::string_view code) const;
};

class UnmaskRuleBook {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when there is no version, two begin on one day, one has
  // no purpose, a purpose twice, one without a title or a source, or no positive limit.
  static absl::StatusOr<UnmaskRuleBook> Create(std::vector<UnmaskRules> versions);

  // The version in force on `day`; the oldest before that.
  const UnmaskRules& On(absl::CivilDay day) const;

 private:
  explicit UnmaskRuleBook(std::vector<UnmaskRules> versions) : versions_(std::move(versions)) {}
  std::vector<UnmaskRules> versions_;
};

// When an account last read a member within the window.
struct RecentRead {
  int64_t member_id = 0;
  absl::Time time;
};

// Whether an account that read `recent` (one entry a member) may read `member_id` at `now`. A
// member that it has just read is no further one.
//
// Errors: RESOURCE_EXHAUSTED UNMASK_LIMIT, with a RetryInfo of when the first place is free again.
absl::Status CheckUnmaskLimit(const UnmaskRules& rules, std::span<const RecentRead> recent,
                              int64_t member_id, absl::Time now);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_UNMASK_H_
