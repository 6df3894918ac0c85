// How are the yearly figures of dues published and read?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DUES_REPORT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DUES_REPORT_API_H_

#include "absl/status/statusor.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/dues_report.ronghe.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in dues_report.proto.
class DuesReportApi : public v1::DuesReportServiceHandler {
 public:
  DuesReportApi(service::Writer& writer, MembershipTree& tree);

  absl::StatusOr<v1::DuesReport> PublishDuesReport(
      rpc::Call& call, const v1::PublishDuesReportRequest& request) override;
  absl::StatusOr<v1::DuesReport> GetDuesReport(rpc::Call& call,
                                               const v1::GetDuesReportRequest& request) override;
  absl::StatusOr<v1::ListDuesReportsResponse> ListDuesReports(
      rpc::Call& call, const v1::ListDuesReportsRequest& request) override;

 private:
  // The figures of a year over a subtree, without name and time.
  absl::StatusOr<v1::DuesReport> Figures(sql::Session& session, int64_t organization_id,
                                         int32_t year) const;

  service::Writer& writer_;
  MembershipTree& tree_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DUES_REPORT_API_H_
