#include "services/membership/api/transfer_sources.h"

#include <set>

#include "common/base/status_macros.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/disposition_store.h"
#include "services/membership/store/dues_account_store.h"

namespace ronghe::membership {

absl::StatusOr<std::vector<int64_t>> RecordedTransferSources::WithOpenCases(
    sql::Session& session, std::span<const int64_t> member_ids, absl::CivilDay day) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OpenCase> cases, OpenDispositions(session, member_ids));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> measures,
                          DisciplinesInEffect(session, member_ids, day));
  std::set<int64_t> members;
  for (const OpenCase& open : cases) members.insert(open.member_id);
  for (const DisciplineRow& measure : measures) members.insert(measure.member_id);
  return std::vector<int64_t>(members.begin(), members.end());
}

absl::StatusOr<std::vector<DuesPaid>> RecordedTransferSources::DuesPaidThrough(
    sql::Session& session, std::span<const int64_t> member_ids) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAccountRow> accounts,
                          PaidThrough(session, member_ids));
  std::vector<DuesPaid> paid;
  for (const DuesAccountRow& account : accounts) {
    if (account.paid_through) {
      paid.push_back({account.member_id, absl::CivilMonth(*account.paid_through)});
    }
  }
  return paid;
}

}  // namespace ronghe::membership
