// How are calls about the books of the three funds answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_API_H_

#include <functional>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/ledger.ronghe.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/dues/ledger.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in ledger.proto.
class LedgerApi : public v1::LedgerServiceHandler {
 public:
  // `nudge` is called when a check waits.
  LedgerApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
            MotionReader& motions, const rpc::PageTokens& tokens, std::function<void()> nudge);

  absl::StatusOr<v1::FundAccount> OpenFundAccount(
      rpc::Call& call, const v1::OpenFundAccountRequest& request) override;
  absl::StatusOr<v1::LedgerEntry> PostFundEntry(rpc::Call& call,
                                                const v1::PostFundEntryRequest& request) override;
  absl::StatusOr<v1::LedgerEntry> ReverseFundEntry(
      rpc::Call& call, const v1::ReverseFundEntryRequest& request) override;
  absl::StatusOr<v1::ListLedgerEntriesResponse> ListLedgerEntries(
      rpc::Call& call, const v1::ListLedgerEntriesRequest& request) override;
  absl::StatusOr<v1::FundPosition> GetFundPosition(
      rpc::Call& call, const v1::GetFundPositionRequest& request) override;
  absl::StatusOr<v1::LedgerCheck> CheckLedger(rpc::Call& call,
                                              const v1::CheckLedgerRequest& request) override;
  absl::StatusOr<v1::LedgerCheck> GetLedgerCheck(rpc::Call& call,
                                                 const v1::GetLedgerCheckRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBooks& books_;
  MotionReader& motions_;
  const rpc::PageTokens& tokens_;
  const std::function<void()> nudge_;
};

// Whether a fund may pay for a use (C-15, 6.6).
//
// Errors: RuleRefused FUND_USE_NOT_ALLOWED.
absl::Status CheckFundUse(const RuleSet& rules, LedgerFund fund, FundUse use);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_LEDGER_API_H_
