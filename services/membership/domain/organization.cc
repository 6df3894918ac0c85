#include "services/membership/domain/organization.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kCountyLevel = 50;

bool IsKind(int32_t kind) { return !NameOf(OrganizationKinds(), absl::StrCat(kind)).empty(); }

const KindRule& RuleOf(const OrganizationRules& rules, int32_t kind) {
  static const KindRule& none = *new KindRule();
  const auto it = rules.kinds.find(kind);
  return it == rules.kinds.end() ? none : it->second;
}

}  // namespace

absl::StatusOr<OrganizationRuleBook> OrganizationRuleBook::Create(
    std::vector<OrganizationRules> versions) {
  if (versions.empty()) return RulesInvalid("no version");
  std::sort(versions.begin(), versions.end(),
            [](const OrganizationRules& a, const OrganizationRules& b) {
              return a.effective_from < b.effective_from;
            });
  for (size_t i = 0; i < versions.size(); ++i) {
    const OrganizationRules& version = versions[i];
    if (i > 0 && versions[i - 1].effective_from == version.effective_from) {
      return RulesInvalid(absl::StrCat(version.name, ": another version begins on the same day"));
    }
    for (const auto& [kind, rule] : version.kinds) {
      if (!IsKind(kind)) return RulesInvalid(absl::StrCat(version.name, ": unknown kind ", kind));
      for (int32_t child : rule.children) {
        if (!version.kinds.contains(child)) {
          return RulesInvalid(
              absl::StrCat(version.name, ": no rule for kind ", child, ", a child of ", kind));
        }
      }
      for (int32_t post : rule.posts) {
        if (!PostOf(post)) return RulesInvalid(absl::StrCat(version.name, ": unknown post ", post));
      }
    }
  }
  return OrganizationRuleBook(std::move(versions));
}

const OrganizationRules& OrganizationRuleBook::On(absl::CivilDay day) const {
  const OrganizationRules* found = &versions_.front();
  for (const OrganizationRules& version : versions_) {
    if (version.effective_from <= day) found = &version;
  }
  return *found;
}

std::optional<bool> OfCountyOrAbove(int32_t level) {
  if (level == 0) return std::nullopt;
  return level <= kCountyLevel;
}

absl::Status CheckPlace(const OrganizationRules& rules, int32_t kind, int32_t parent_kind) {
  const KindRule& rule = RuleOf(rules, parent_kind == 0 ? kind : parent_kind);
  const bool allowed = parent_kind == 0 ? rule.root : rule.children.contains(kind);
  if (allowed && rules.kinds.contains(kind)) return absl::OkStatus();
  return OrganizationKindNotAllowed(rules, rule, kind, parent_kind);
}

absl::Status CheckHoldsMembers(const OrganizationRules& rules, int32_t kind) {
  const KindRule& rule = RuleOf(rules, kind);
  if (rule.holds_members) return absl::OkStatus();
  return OrganizationHoldsNoMembers(rules, rule, kind);
}

absl::Status CheckPost(const OrganizationRules& rules, int32_t kind, Post post) {
  const KindRule& rule = RuleOf(rules, kind);
  if (rule.posts.contains(static_cast<int32_t>(post))) return absl::OkStatus();
  return PostNotAllowed(rules, rule, kind, post);
}

absl::StatusOr<std::string> ChildCode(std::string_view parent_code, int32_t number) {
  if (static_cast<int>(parent_code.size()) / kCodeDigitsPerLevel >= kMaxLevels) {
    return OrganizationTooDeep(kMaxLevels);
  }
  if (number > kMaxChildNumber) return OrganizationCodesExhausted(kMaxChildNumber);
  return absl::StrFormat("%s%03d", std::string(parent_code), number);
}

}  // namespace ronghe::membership
