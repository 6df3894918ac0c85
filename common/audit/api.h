// How does the audit administrator read, check and export the trail of a process?
#ifndef RONGHE_COMMON_AUDIT_API_H_
#define RONGHE_COMMON_AUDIT_API_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/chain.h"
#include "common/audit/head.h"
#include "common/audit/retention.h"
#include "common/audit/search.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/audit/v1/audit.ronghe.h"

namespace ronghe::audit {

// Serves AuditService over the schema's own audit table; the source is the writer's. Errors are
// those that audit.proto names.
class AuditApi : public v1::AuditServiceHandler {
 public:
  struct Parts {
    service::Writer& writer;
    const rpc::PageTokens& tokens;
    crypto::Suite suite;
    const HeadFile* heads;  // may be null
    Retention retention;
    Within within;  // asked from any thread
  };

  // What `parts` refers to must outlive the handler.
  explicit AuditApi(Parts parts) : parts_(std::move(parts)) {}

  absl::StatusOr<v1::SearchAuditResponse> SearchAudit(
      rpc::Call& call, const v1::SearchAuditRequest& request) override;
  absl::StatusOr<v1::ListChainHeadsResponse> ListChainHeads(
      rpc::Call& call, const v1::ListChainHeadsRequest& request) override;
  absl::StatusOr<v1::ChainStatus> GetChainStatus(rpc::Call& call,
                                                 const v1::GetChainStatusRequest& request) override;
  absl::StatusOr<v1::AuditExport> CreateAuditExport(
      rpc::Call& call, const v1::CreateAuditExportRequest& request) override;
  absl::Status DownloadAuditExport(
      rpc::Call& call, const v1::DownloadAuditExportRequest& request,
      rpc::StreamWriter<v1::DownloadAuditExportResponse>& out) override;

 private:
  class Download;

  const std::string& source() const { return parts_.writer.source(); }
  absl::Status CheckSource(const std::string& asked) const;
  // The request of an export that the caller may download now.
  absl::StatusOr<v1::CreateAuditExportRequest> Claim(rpc::Call& call, const std::string& name);
  absl::Status SendWorkbook(const rpc::Call& call, const Filter& filter, Download& download);
  absl::Status SendChain(const rpc::Call& call, Download& download);

  const Parts parts_;
};

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_API_H_
