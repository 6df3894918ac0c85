#include "services/membership/rules/load.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "services/membership/domain/errors.h"
#include "services/membership/rules/rules.pb.h"

namespace ronghe::membership {
namespace {

absl::StatusOr<absl::CivilDay> FirstDay(const google::type::Date& date, std::string_view version) {
  const absl::CivilDay day(date.year(), date.month(), date.day());
  if (day.month() != date.month() || day.day() != date.day() || date.year() < 1921) {
    return RulesInvalid(base::Cat(version, ": effective_from is no day"));
  }
  return day;
}

}  // namespace

absl::StatusOr<OrganizationRuleBook> LoadOrganizationRules(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::OrganizationRuleBook>(path));
  std::vector<OrganizationRules> versions;
  for (const rules::v1::OrganizationRules& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    OrganizationRules rules{.name = version.name(),
                            .effective_from = from,
                            .branch_min_full = version.sizes().branch_min_full(),
                            .branch_max_members = version.sizes().branch_max_members(),
                            .committee_from_full = version.sizes().committee_from_full(),
                            .committee_min_size = version.sizes().committee_min_size(),
                            .size_source = version.source()};
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

absl::StatusOr<UnmaskRuleBook> LoadUnmaskRules(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::UnmaskRuleBook>(path));
  std::vector<UnmaskRules> versions;
  for (const rules::v1::UnmaskRules& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    UnmaskRules rules{.name = version.name(),
                      .effective_from = from,
                      .limit_members = version.limit().members(),
                      .limit_window = absl::Minutes(version.limit().minutes()),
                      .limit_rule_id = version.limit().rule_id(),
                      .limit_source = version.limit().source(),
                      .download_window = absl::Hours(version.download().hours()),
                      .download_rule_id = version.download().rule_id(),
                      .download_source = version.download().source()};
    if (version.download().hours() < 1) {
      return RulesInvalid(base::Cat(version.name(), ": no hours to download"));
    }
    for (const rules::v1::Purpose& purpose : version.purposes()) {
      rules.purposes.push_back(
          {purpose.code(), purpose.title(), purpose.rule_id(), purpose.source()});
    }
    versions.push_back(std::move(rules));
  }
  return UnmaskRuleBook::Create(std::move(versions));
}

std::string BuiltinUnmaskRulesFile() { return RONGHE_MEMBERSHIP_PURPOSES; }

std::string BuiltinOrganizationRulesFile() { return RONGHE_MEMBERSHIP_RULES; }

}  // namespace ronghe::membership
