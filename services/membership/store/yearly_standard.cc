#include "services/membership/store/yearly_standard.h"

#include <optional>
#include <set>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/dues/standard.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/dues_account_store.h"

namespace ronghe::membership {
namespace {

const DuesStandardRow* FirstOf(std::span<const DuesStandardRow> standards, int64_t member_id,
                               int32_t year) {
  for (const DuesStandardRow& row : standards) {
    if (row.member_id == member_id && row.year == year && row.revision == 0) return &row;
  }
  return nullptr;
}

// Meets the year's deadlines of the branches that lack no standard of the year.
absl::Status MeetComplete(sql::Session& session, int32_t year, const std::set<int64_t>& branches,
                          absl::Time now) {
  const std::vector<int64_t> ids(branches.begin(), branches.end());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> incomplete,
                          BranchesWithoutStandard(session, ids, year));
  const std::set<int64_t> open(incomplete.begin(), incomplete.end());
  for (const int64_t branch : ids) {
    if (open.contains(branch)) continue;
    RONGHE_RETURN_IF_ERROR(
        MeetRound(session, {"organizations", branch}, "DL-19", year, base::ShanghaiDay(now), now));
  }
  return absl::OkStatus();
}

}  // namespace

bool CollectsDues(const org::OrgTree& tree, int64_t organization_id) {
  const std::optional<org::OrgNode> node = tree.Node(organization_id);
  return node && (node->kind == "631" || node->kind == "632");
}

absl::StatusOr<YearlyStandard> JudgeYearly(const DuesRateBook& book, const MemberRow& member,
                                           int32_t year, const DuesBase& base,
                                           std::span<const DuesStandardRow> standards,
                                           absl::Time now) {
  if (!IsMember(member.standing)) return MemberLeft();
  const Month from = FirstMonthOfYear(year, member.joined_on);
  if (from.year() != year) return DuesStandardMissing(from);
  const DuesRates& rates = book.On(FirstDay(from));
  RONGHE_ASSIGN_OR_RETURN(const MonthlyDues dues, ReckonDues(rates, base));
  if (const DuesStandardRow* const first = FirstOf(standards, member.id, year); first != nullptr) {
    const Standard fixed = first->standard();
    if (fixed.category != base.category || fixed.dues != dues) {
      return DuesStandardExists(member.id, year);
    }
    return YearlyStandard{member.organization_id, *first, true};
  }
  DuesStandardRow row{
      .member_id = member.id, .rule_set = rates.name, .source = rates.source, .create_time = now};
  row.set_standard({.category = base.category, .dues = dues, .from = from, .to = Month(year, 12)});
  return YearlyStandard{member.organization_id, row, false};
}

absl::Status FixStandards(sql::Session& session, std::span<const YearlyStandard> standards,
                          absl::Time now) {
  if (standards.empty()) return absl::OkStatus();
  std::vector<DuesStandardRow> added;
  std::vector<DuesAccountRow> accounts;
  std::set<int64_t> branches;
  for (const YearlyStandard& one : standards) {
    branches.insert(one.organization_id);
    if (one.held) continue;
    added.push_back(one.row);
    accounts.push_back({.member_id = one.row.member_id,
                        .organization_id = one.organization_id,
                        .update_time = now});
  }
  RONGHE_RETURN_IF_ERROR(OpenDuesAccounts(session, accounts));
  RONGHE_RETURN_IF_ERROR(InsertStandards(session, added));
  return MeetComplete(session, standards.front().row.year, branches, now);
}

}  // namespace ronghe::membership
