#include "services/membership/api/dues_report_api.h"

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/sql/error.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/dues_subtree.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/remittance_store.h"

namespace ronghe::membership {
namespace {

// Rows hold the figures as bytes: what was published stays as it was, whatever the contract
// becomes.
absl::StatusOr<v1::DuesReport> Open(const DuesReportRow& row) {
  v1::DuesReport report;
  if (!report.ParseFromString(row.figures)) {
    return absl::DataLossError("a published dues report can't be read");
  }
  report.set_name(base::ChildName("organizations", row.organization_id, "duesReports", row.year));
  *report.mutable_publish_time() = rpc::ToProto(row.publish_time);
  return report;
}

// Adds the ledger's figures of one year and organization to the report of the subtree of `root`.
void AddLedger(const LedgerBalanceRow& row, int32_t year, int64_t root, v1::DuesReport& report) {
  if (row.fund != LedgerFund::kDues || row.year != year) return;
  const int64_t credit = row.credit_fen - row.debit_fen;
  if (row.account == LedgerAccount::kVoluntary || row.account == LedgerAccount::kCentral) {
    report.set_voluntary_fen(report.voluntary_fen() + credit);
  }
  // What moves within the subtree is no income of it.
  if (row.organization_id != root) return;
  if (row.account == LedgerAccount::kReceivedFromBelow) report.set_received_fen(credit);
  if (row.account == LedgerAccount::kHandedUp) report.set_handed_up_fen(-credit);
}

}  // namespace

DuesReportApi::DuesReportApi(service::Writer& writer, MembershipTree& tree)
    : writer_(writer), tree_(tree) {}

absl::StatusOr<v1::DuesReport> DuesReportApi::Figures(sql::Session& session,
                                                      int64_t organization_id, int32_t year) const {
  v1::DuesReport report;
  report.set_organization(base::Name("organizations", organization_id));
  report.set_year(year);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesMonthRow> months,
                          SubtreeMonths(session, tree_.tree(), organization_id,
                                        MonthCode(Month(year, 1)), MonthCode(Month(year, 12))));
  for (const DuesMonthRow& month : months) {
    *report.add_months() = ToProto(month);
    report.set_billed_fen(report.billed_fen() + month.billed_fen);
    report.set_settled_fen(report.settled_fen() + month.settled_fen);
    report.set_collected_fen(report.collected_fen() + month.collected_fen);
  }
  std::map<FundUse, int64_t> uses;
  RONGHE_RETURN_IF_ERROR(
      ForSubtree(tree_.tree(), organization_id, [&](std::span<const int64_t> ids) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerBalanceRow> rows, BalancesOf(session, ids));
        for (const LedgerBalanceRow& row : rows) AddLedger(row, year, organization_id, report);
        RONGHE_ASSIGN_OR_RETURN(const std::vector<UseSum> sums,
                                UsesOf(session, LedgerFund::kDues, year, ids));
        for (const UseSum& sum : sums) uses[sum.use] += sum.fen;
        return absl::OkStatus();
      }));
  for (const auto& [use, fen] : uses) {
    if (fen == 0) continue;
    v1::DuesUse* const shown = report.add_uses();
    shown->set_use(static_cast<v1::FundUse>(use));
    shown->set_amount_fen(fen);
  }
  return report;
}

absl::StatusOr<v1::DuesReport> DuesReportApi::PublishDuesReport(
    rpc::Call& call, const v1::PublishDuesReportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  if (today.year() <= request.year()) return DuesYearNotOver(request.year());
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::DuesReport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesReport> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const v1::DuesReport figures, Figures(session, id, request.year()));
        const DuesReportRow row{.organization_id = id,
                                .year = request.year(),
                                .figures = sql::Bytes(figures.SerializeAsString()),
                                .publish_time = tx.now()};
        const absl::Status inserted = InsertReport(session, row);
        if (absl::IsAlreadyExists(inserted)) return DuesReportPublished();
        RONGHE_RETURN_IF_ERROR(inserted);
        RONGHE_RETURN_IF_ERROR(
            MeetRound(session, {"organizations", id}, "DL-21", request.year(), today, tx.now()));
        RONGHE_ASSIGN_OR_RETURN(const v1::DuesReport report, Open(row));
        tx.Audit(id, report.name());
        return report;
      });
}

absl::StatusOr<v1::DuesReport> DuesReportApi::GetDuesReport(
    rpc::Call& call, const v1::GetDuesReportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.name(), "organizations", "duesReports"));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<DuesReportRow> row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadReport(session, name.first,
                                              static_cast<int32_t>(name.second));
                          }));
  if (!row) return DuesNotFound("duesReports", name.second);
  return Open(*row);
}

absl::StatusOr<v1::ListDuesReportsResponse> DuesReportApi::ListDuesReports(
    rpc::Call& call, const v1::ListDuesReportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesReportRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return ReportsOf(session, id);
                          }));
  v1::ListDuesReportsResponse response;
  for (const DuesReportRow& row : rows) {
    RONGHE_ASSIGN_OR_RETURN(v1::DuesReport report, Open(row));
    report.clear_months();
    *response.add_reports() = std::move(report);
  }
  return response;
}

}  // namespace ronghe::membership
