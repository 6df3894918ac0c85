#include "services/membership/rules/load.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "services/membership/domain/errors.h"
#include "services/membership/rules/rules.pb.h"

namespace ronghe::membership {

absl::StatusOr<OrganizationRuleBook> LoadOrganizationRules(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::OrganizationRuleBook>(path));
  std::vector<OrganizationRules> versions;
  for (const rules::v1::OrganizationRules& version : book.versions()) {
    const google::type::Date& date = version.effective_from();
    OrganizationRules rules{.name = version.name(),
                            .effective_from = absl::CivilDay(date.year(), date.month(), date.day()),
                            .branch_min_full = version.sizes().branch_min_full(),
                            .branch_max_members = version.sizes().branch_max_members(),
                            .committee_from_full = version.sizes().committee_from_full(),
                            .committee_min_size = version.sizes().committee_min_size(),
                            .size_source = version.source()};
    if (rules.effective_from.month() != date.month() || rules.effective_from.day() != date.day() ||
        date.year() < 1921) {
      return RulesInvalid(base::Cat(version.name(), ": effective_from is no day"));
    }
    for (const rules::v1::Kind& kind : version.kinds()) {
      KindRule rule{.root = kind.root(),
                    .holds_members = kind.holds_members(),
                    .temporary = kind.temporary(),
                    .rule_id = kind.rule_id(),
                    .source = kind.source().empty() ? version.source() : kind.source()};
      rule.children.insert(kind.children().begin(), kind.children().end());
      rule.posts.insert(kind.posts().begin(), kind.posts().end());
      if (!rules.kinds.emplace(kind.code(), std::move(rule)).second) {
        return RulesInvalid(base::Cat(version.name(), ": kind ", kind.code(), " stands twice"));
      }
    }
    versions.push_back(std::move(rules));
  }
  return OrganizationRuleBook::Create(std::move(versions));
}

std::string BuiltinOrganizationRulesFile() { return RONGHE_MEMBERSHIP_RULES; }

}  // namespace ronghe::membership
