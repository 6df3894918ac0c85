#include "services/membership/rules/load.h"

#include <filesystem>
#include <utility>
#include <vector>

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

Rule ReadRule(const rules::v1::Rule& rule, const RuleSet& set) {
  Rule read{.id = rule.id(),
            .key = rule.key(),
            .source = base::Cat(set.source, rule.article()),
            .set = set.name,
            .number = rule.number(),
            .codes = {rule.codes().begin(), rule.codes().end()}};
  if (rule.has_ratio()) {
    read.ratio = {rule.ratio().numerator(), rule.ratio().denominator(), rule.ratio().more_than()};
  }
  return read;
}

}  // namespace

absl::StatusOr<OrganizationRuleBook> LoadOrganizationRules(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::OrganizationRuleBook>(path));
  std::vector<OrganizationRules> versions;
  for (const rules::v1::OrganizationRules& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    OrganizationRules rules{.name = version.name(), .effective_from = from, .kinds = {}};
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

absl::StatusOr<RuleBook> LoadRuleBook(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto book, config::Load<rules::v1::RuleBook>(path));
  std::vector<RuleSet> versions;
  for (const rules::v1::RuleSet& version : book.versions()) {
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            FirstDay(version.effective_from(), version.name()));
    RuleSet set{.name = version.name(),
                .title = version.title(),
                .source = version.source(),
                .approved_by = version.approved_by(),
                .effective_from = from,
                .rules = {}};
    for (const rules::v1::Rule& rule : version.rules()) {
      if (!set.rules.emplace(rule.key(), ReadRule(rule, set)).second) {
        return RulesInvalid(base::Cat(set.name, ": ", rule.key(), " stands twice"));
      }
    }
    versions.push_back(std::move(set));
  }
  return RuleBook::Create(std::move(versions));
}

absl::StatusOr<RuleBooks> LoadRuleBooks(const std::string& directory) {
  RuleBooks books;
  for (const auto& file : std::filesystem::directory_iterator(RONGHE_MEMBERSHIP_RULE_BOOKS)) {
    RONGHE_ASSIGN_OR_RETURN(RuleBook book, LoadRuleBook(file.path().string()));
    const std::filesystem::path other = std::filesystem::path(directory) / file.path().filename();
    if (!directory.empty() && std::filesystem::exists(other)) {
      RONGHE_ASSIGN_OR_RETURN(RuleBook replacement, LoadRuleBook(other.string()));
      RONGHE_RETURN_IF_ERROR(replacement.Covers(book));
      book = std::move(replacement);
    }
    books.Add(file.path().stem().string(), std::move(book));
  }
  return books;
}

std::string BuiltinUnmaskRulesFile() { return RONGHE_MEMBERSHIP_PURPOSES; }

std::string BuiltinOrganizationRulesFile() { return RONGHE_MEMBERSHIP_RULES; }

}  // namespace ronghe::membership
