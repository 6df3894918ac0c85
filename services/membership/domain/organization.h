// Which organization may stand under which, and what is its code?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// What one version of the rules says of one kind of organization.
struct KindRule {
  std::set<int32_t> children;  // kinds that may stand under it
  std::set<int32_t> posts;     // posts that may be held in it
  bool root = false;           // may stand without a parent
  bool holds_members = false;  // members may belong to it
  bool temporary = false;      // B-06: no relations, no terms of office
  std::string rule_id;
  std::string source;
};

// A version of the rules on kinds, in force from a day on.
struct OrganizationRules {
  std::string name;  // "organization_kinds/2018-10-28"
  absl::CivilDay effective_from;
  std::map<int32_t, KindRule> kinds;
};

// All versions, the oldest first.
class OrganizationRuleBook {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when there is no version, two begin on one day, or a
  // kind or post is not on the code list.
  static absl::StatusOr<OrganizationRuleBook> Create(std::vector<OrganizationRules> versions);

  // The version in force on `day`; the oldest before that.
  const OrganizationRules& On(absl::CivilDay day) const;

 private:
  explicit OrganizationRuleBook(std::vector<OrganizationRules> versions)
      : versions_(std::move(versions)) {}
  std::vector<OrganizationRules> versions_;
};

// Digits of a code for one level, and the deepest level: a root has one part, its children two.
inline constexpr int kCodeDigitsPerLevel = 3;
inline constexpr int kMaxLevels = 20;
inline constexpr int32_t kMaxChildNumber = 999;

// Whether a committee of this level (GB/T 12404) is one of a county or above. Nothing when the
// level is not recorded.
std::optional<bool> OfCountyOrAbove(int32_t level);

// Whether `kind` may stand under `parent_kind` (0: as a root).
//
// Errors: FAILED_PRECONDITION ORGANIZATION_KIND_NOT_ALLOWED with the rule.
absl::Status CheckPlace(const OrganizationRules& rules, int32_t kind, int32_t parent_kind);

// Whether members may belong to an organization of this kind.
//
// Errors: FAILED_PRECONDITION ORGANIZATION_HOLDS_NO_MEMBERS with the rule (B-06, B-14).
absl::Status CheckHoldsMembers(const OrganizationRules& rules, int32_t kind);

// Whether the post exists in an organization of this kind.
//
// Errors: FAILED_PRECONDITION POST_NOT_ALLOWED with the rule.
absl::Status CheckPost(const OrganizationRules& rules, int32_t kind, Post post);

// The code of child number `number` (from 1) of the organization with `parent_code` (empty: a
// root): "001" + 12 = "001012".
//
// Errors: FAILED_PRECONDITION ORGANIZATION_CODES_EXHAUSTED past 999, ORGANIZATION_TOO_DEEP past
// twenty levels.
absl::StatusOr<std::string> ChildCode(std::string_view parent_code, int32_t number);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_H_
