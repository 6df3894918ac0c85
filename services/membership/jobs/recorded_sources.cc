#include "services/membership/jobs/recorded_sources.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "services/membership/domain/month.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {
namespace {

std::vector<int64_t> IdsOf(std::span<const CountedMember> members) {
  std::vector<int64_t> ids;
  for (const CountedMember& member : members) ids.push_back(member.id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

DuesFact FactOf(const DuesBillRow& bill) {
  const bool exempt = bill.state == BillState::kWaived || bill.amount_fen == 0;
  return {.known = true, .paid = bill.paid_fen > 0, .exempt = exempt};
}

}  // namespace

absl::StatusOr<std::map<MemberMonth, DuesFact>> RecordedDues::Read(
    sql::Session& session, std::span<const CountedMember> members, absl::CivilMonth first,
    absl::CivilMonth last) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesBillRow> bills,
                          BillsFrom(session, MonthCode(first), IdsOf(members)));
  std::map<MemberMonth, DuesFact> facts;
  for (const DuesBillRow& bill : bills) {
    if (bill.month <= MonthCode(last)) facts[{bill.member_id, bill.month}] = FactOf(bill);
  }
  return facts;
}

absl::StatusOr<std::set<MemberMonth>> RecordedTransit::Read(sql::Session& session,
                                                            std::span<const CountedMember> members,
                                                            absl::CivilMonth first,
                                                            absl::CivilMonth last) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransitRow> transits,
                          TransitsOf(session, IdsOf(members), FirstDay(first), LastDay(last)));
  std::set<MemberMonth> months;
  for (const TransitRow& transit : transits) {
    if (!transit.since) continue;
    const absl::CivilMonth end(std::min(transit.until.value_or(LastDay(last)), LastDay(last)));
    for (absl::CivilMonth month(std::max(*transit.since, FirstDay(first))); month <= end; ++month) {
      months.insert({transit.member_id, MonthCode(month)});
    }
  }
  return months;
}

}  // namespace ronghe::membership
