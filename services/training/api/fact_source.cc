#include "services/training/api/fact_source.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/training/api/convert.h"
#include "services/training/domain/account.h"
#include "services/training/store/account_store.h"

namespace ronghe::training {
namespace {

constexpr char kMemberReached[] = "training.member_hours_reached";
constexpr char kLeaderReached[] = "training.leader_hours_reached";
constexpr char kCoverage[] = "training.coverage";

// Whether an account counts for an indicator, and if so whether it is fulfilled; nothing when it is
// not due.
std::optional<bool> Verdict(std::string_view indicator, const Account& account) {
  if (!account.due()) return std::nullopt;
  if (indicator == kCoverage) return account.covered();
  const bool leader = account.role == Role::kLeader;
  if (indicator == kMemberReached && !leader) return account.reached();
  if (indicator == kLeaderReached && leader) return account.reached();
  return std::nullopt;
}

Span SpanOf(const fact::Period& period) { return {period.start, period.end, period.end - 1}; }

fact::v1::Indicator Describe(const char* name, const char* title, const RuleSet& rules,
                             const Requirement& requirement) {
  fact::v1::Indicator indicator;
  indicator.set_name(name);
  indicator.set_title(title);
  indicator.set_unit(fact::v1::INDICATOR_UNIT_RATIO);
  indicator.set_rule_id(requirement.id);
  indicator.set_rule_source(requirement.source);
  indicator.set_rule_version(base::Cat(rules.id, "@", rules.version));
  return indicator;
}

}  // namespace

std::vector<fact::v1::Indicator> FactSource::Indicators(absl::CivilDay day) const {
  const absl::StatusOr<const RuleSet*> found = rules_.At(day);
  if (!found.ok()) return {};
  const RuleSet& rules = **found;
  return {Describe(kCoverage, "参加集中学习培训的党员比例", rules, rules.member),
          Describe(kLeaderReached, "书记和班子成员学时达标率", rules, rules.leader),
          Describe(kMemberReached, "党员学时达标率", rules, rules.member)};
}

absl::StatusOr<std::vector<fact::Figure>> FactSource::Figures(
    absl::Time deadline, std::span<const int64_t> branches, const fact::Period& period,
    std::span<const std::string> indicators) {
  const Span span = SpanOf(period);
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.At(span.day));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Account> accounts,
                          database_.ReadSnapshot(deadline, [&](sql::Session& sql) {
                            return JudgeOrganizations(sql, *rules, span, branches);
                          }));
  std::map<int64_t, std::vector<const Account*>> by_branch;
  for (const Account& account : accounts) by_branch[account.organization_id].push_back(&account);
  std::vector<fact::Figure> figures;
  for (const int64_t branch : branches) {
    for (const std::string& indicator : indicators) {
      if (indicator != kMemberReached && indicator != kLeaderReached && indicator != kCoverage) {
        continue;
      }
      fact::Figure figure{.organization = branch, .indicator = indicator};
      for (const Account* account : by_branch[branch]) {
        const std::optional<bool> verdict = Verdict(indicator, *account);
        if (!verdict.has_value()) continue;
        ++figure.denominator;
        if (*verdict) ++figure.numerator;
      }
      figures.push_back(std::move(figure));
    }
  }
  return figures;
}

absl::StatusOr<fact::EvidencePage> FactSource::Evidence(absl::Time deadline, int64_t organization,
                                                        const fact::EvidenceQuery& query,
                                                        int32_t limit, std::string_view cursor) {
  int64_t after = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(base::Sv(cursor), &after)) {
    return absl::InternalError("an evidence cursor that cannot be read");
  }
  const Span span = SpanOf(query.period);
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.At(span.day));
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<Account> accounts, database_.ReadSnapshot(deadline, [&](sql::Session& sql) {
        return JudgeOrganizations(sql, *rules, span, std::span(&organization, 1));
      }));
  std::sort(accounts.begin(), accounts.end(),
            [](const Account& a, const Account& b) { return a.member_id < b.member_id; });
  fact::EvidencePage page;
  for (const Account& account : accounts) {
    if (account.member_id <= after) continue;
    const std::optional<bool> verdict = Verdict(query.indicator, account);
    if (!verdict.has_value()) continue;
    if (page.records.size() == static_cast<size_t>(limit)) {
      page.next = std::to_string(after);
      return page;
    }
    after = account.member_id;
    fact::v1::EvidenceRecord& record = page.records.emplace_back();
    record.set_name(AccountName(account.member_id, static_cast<int>(span.day.year())));
    record.set_title(account.role == Role::kLeader ? "学时账户(书记和班子成员)" : "学时账户(党员)");
    record.set_counted(*verdict);
    record.set_detail(base::Cat("应修", Hours(account.required), "学时,已修",
                                Hours(account.credited), "学时,共", account.credits, "次"));
  }
  return page;
}

}  // namespace ronghe::training
