// How are calls about exports of members answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_EXPORT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_EXPORT_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/member_export.ronghe.h"
#include "services/membership/domain/unmask.h"
#include "services/membership/store/member_export_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in member_export.proto.
class MemberExportApi : public v1::MemberExportServiceHandler {
 public:
  MemberExportApi(service::Writer& writer, MembershipTree& tree, const UnmaskRuleBook& rules,
                  const PersonalFields& fields, const rpc::PageTokens& tokens)
      : writer_(writer), tree_(tree), rules_(rules), fields_(fields), tokens_(tokens) {}

  absl::StatusOr<v1::MemberExport> CreateMemberExport(
      rpc::Call& call, const v1::CreateMemberExportRequest& request) override;
  absl::StatusOr<v1::MemberExport> GetMemberExport(
      rpc::Call& call, const v1::GetMemberExportRequest& request) override;
  absl::StatusOr<v1::ListMemberExportsResponse> ListMemberExports(
      rpc::Call& call, const v1::ListMemberExportsRequest& request) override;
  absl::Status DownloadMemberExport(rpc::Call& call, const v1::DownloadMemberExportRequest& request,
                                    rpc::StreamWriter<v1::MemberExportPart>& out) override;

 private:
  // Loads and authorizes.
  absl::StatusOr<MemberExportRow> LoadFor(rpc::Call& call, const std::string& name) const;
  // Sends the workbook and counts its rows.
  absl::Status Send(rpc::Call& call, const MemberExportRow& row,
                    rpc::StreamWriter<v1::MemberExportPart>& out, int64_t& rows) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const UnmaskRuleBook& rules_;
  const PersonalFields& fields_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_EXPORT_API_H_
