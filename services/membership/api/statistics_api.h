// How are calls about annual reports answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_STATISTICS_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_STATISTICS_API_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/statistics.ronghe.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/statistics/figures.h"
#include "services/membership/domain/statistics/form.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/report_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in statistics.proto.
class StatisticsApi : public v1::StatisticsServiceHandler {
 public:
  // `nudge` wakes the job; it must not block.
  StatisticsApi(service::Writer& writer, MembershipTree& tree, const FormBook& forms,
                const RuleBooks& books, const rpc::PageTokens& tokens, std::function<void()> nudge);

  absl::StatusOr<v1::ListReportFormsResponse> ListReportForms(
      rpc::Call& call, const v1::ListReportFormsRequest& request) override;
  absl::StatusOr<v1::ReportForm> GetReportForm(rpc::Call& call,
                                               const v1::GetReportFormRequest& request) override;
  absl::StatusOr<v1::StatisticsReport> CreateStatisticsReport(
      rpc::Call& call, const v1::CreateStatisticsReportRequest& request) override;
  absl::StatusOr<v1::StatisticsReport> GetStatisticsReport(
      rpc::Call& call, const v1::GetStatisticsReportRequest& request) override;
  absl::StatusOr<v1::ListStatisticsReportsResponse> ListStatisticsReports(
      rpc::Call& call, const v1::ListStatisticsReportsRequest& request) override;
  absl::StatusOr<v1::StatisticsReport> ComputeStatisticsReport(
      rpc::Call& call, const v1::ComputeStatisticsReportRequest& request) override;
  absl::StatusOr<v1::StatisticsReport> SubmitStatisticsReport(
      rpc::Call& call, const v1::SubmitStatisticsReportRequest& request) override;
  absl::StatusOr<v1::StatisticsReport> UnlockStatisticsReport(
      rpc::Call& call, const v1::UnlockStatisticsReportRequest& request) override;
  absl::StatusOr<v1::ReportTable> GetReportTable(rpc::Call& call,
                                                 const v1::GetReportTableRequest& request) override;
  absl::StatusOr<v1::ListCellOrganizationsResponse> ListCellOrganizations(
      rpc::Call& call, const v1::ListCellOrganizationsRequest& request) override;
  absl::StatusOr<v1::ListCellEntriesResponse> ListCellEntries(
      rpc::Call& call, const v1::ListCellEntriesRequest& request) override;
  absl::StatusOr<v1::ListReportDifferencesResponse> ListReportDifferences(
      rpc::Call& call, const v1::ListReportDifferencesRequest& request) override;
  absl::Status DownloadReport(rpc::Call& call, const v1::DownloadReportRequest& request,
                              rpc::StreamWriter<v1::DownloadReportResponse>& out) override;

 private:
  // An organization's part of a report with figures.
  struct Part {
    ReportRow report;
    const Form* form = nullptr;
    ReportOrganizationRow organization;
  };
  // A cell of such a part.
  struct CellOfPart {
    Part part;
    const FormTable* table = nullptr;
    size_t row = 0;
    size_t column = 0;

    size_t cell() const { return table->cell(row, column); }
  };

  // Loads the report and its organization (the top when not named) and authorizes the call there.
  absl::StatusOr<Part> LoadPart(rpc::Call& call, int64_t report_id,
                                const std::string& organization) const;
  template <class Request>
  absl::StatusOr<CellOfPart> LoadCell(rpc::Call& call, const Request& request) const;
  absl::StatusOr<Figures> WholeFigures(const Part& part) const;

  // Changes a report's state in one write; `change` refuses what its state does not allow.
  using Change = absl::FunctionRef<absl::Status(sql::Session&, ReportRow&)>;
  absl::StatusOr<v1::StatisticsReport> ChangeReport(rpc::Call& call, const std::string& name,
                                                    const std::string& etag, Change change);

  service::Writer& writer_;
  MembershipTree& tree_;
  const FormBook& forms_;
  const RuleBooks& books_;
  const rpc::PageTokens& tokens_;
  const std::function<void()> nudge_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_STATISTICS_API_H_
