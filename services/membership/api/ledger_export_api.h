// How are calls about exports of ledgers and papers answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_EXPORT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_EXPORT_API_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/paper/paper.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/ledger_export.ronghe.h"
#include "services/membership/api/export_walk.h"
#include "services/membership/domain/ledger/ledger.h"
#include "services/membership/domain/unmask.h"
#include "services/membership/store/ledger_export_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Where the content of what other areas own comes from; what is not set can't be exported. Each
// answers NOT_FOUND for an id that is none, and what else its area refuses.
struct LedgerSources {
  // Of "transfers".
  std::function<absl::StatusOr<TransferLetter>(sql::Session& session, int64_t transfer_id)>
      transfer_letter;
  // Of "admissionCases".
  std::function<absl::StatusOr<AdmissionSheet>(sql::Session& session, int64_t case_id)>
      admission_sheet;
  // The bills of members in a year, by member and month. At most 256 members.
  std::function<absl::StatusOr<std::vector<DuesLedgerBill>>(
      sql::Session& session, std::span<const int64_t> member_ids, int32_t year)>
      dues_bills;
};

// Thread-safe. The references must outlive it. Each method's errors stand in ledger_export.proto.
class LedgerExportApi : public v1::LedgerExportServiceHandler {
 public:
  LedgerExportApi(service::Writer& writer, MembershipTree& tree, const UnmaskRuleBook& rules,
                  const PersonalFields& fields, const rpc::PageTokens& tokens,
                  LedgerSources sources)
      : writer_(writer),
        tree_(tree),
        rules_(rules),
        fields_(fields),
        tokens_(tokens),
        sources_(std::move(sources)) {}

  absl::StatusOr<v1::LedgerExport> CreateLedgerExport(
      rpc::Call& call, const v1::CreateLedgerExportRequest& request) override;
  absl::StatusOr<v1::LedgerExport> GetLedgerExport(
      rpc::Call& call, const v1::GetLedgerExportRequest& request) override;
  absl::StatusOr<v1::ListLedgerExportsResponse> ListLedgerExports(
      rpc::Call& call, const v1::ListLedgerExportsRequest& request) override;
  absl::Status DownloadLedgerExport(rpc::Call& call, const v1::DownloadLedgerExportRequest& request,
                                    rpc::StreamWriter<v1::LedgerExportPart>& out) override;

 private:
  using Out = rpc::StreamWriter<v1::LedgerExportPart>;

  // A paper, whose particulars it holds and to which organization it belongs.
  struct Printed {
    int64_t organization_id = 0;
    std::vector<int64_t> member_ids;
    paper::Paper paper;
    int64_t persons = 0;
  };

  // Whether there is such a ledger or paper in such a format, at the organization of the row.
  absl::Status Check(rpc::Call& call, const LedgerExportRow& row) const;
  // Loads and authorizes.
  absl::StatusOr<LedgerExportRow> LoadFor(rpc::Call& call, const std::string& name) const;
  absl::StatusOr<Printed> Print(rpc::Call& call, const LedgerExportRow& row) const;
  // Each sends the file and counts its rows or persons.
  absl::Status SendMembers(rpc::Call& call, const LedgerExportRow& row, Out& out,
                           int64_t& rows) const;
  absl::Status SendDues(rpc::Call& call, const LedgerExportRow& row, Out& out, int64_t& rows) const;
  absl::Status SendPaper(rpc::Call& call, const LedgerExportRow& row, Out& out,
                         int64_t& rows) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const UnmaskRuleBook& rules_;
  const PersonalFields& fields_;
  const rpc::PageTokens& tokens_;
  const LedgerSources sources_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_EXPORT_API_H_
