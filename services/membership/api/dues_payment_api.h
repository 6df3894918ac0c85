// How are payments of dues recorded, confirmed and taken back?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DUES_PAYMENT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DUES_PAYMENT_API_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/dues_payment.ronghe.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/dues/payment.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_payment_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in dues_payment.proto.
class DuesPaymentApi : public v1::DuesPaymentServiceHandler {
 public:
  DuesPaymentApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                 const rpc::PageTokens& tokens);

  absl::StatusOr<v1::DuesPayment> RecordDuesPayment(
      rpc::Call& call, const v1::RecordDuesPaymentRequest& request) override;
  absl::StatusOr<v1::DuesPayment> RecordVoluntaryDues(
      rpc::Call& call, const v1::RecordVoluntaryDuesRequest& request) override;
  absl::StatusOr<v1::DuesPayment> ConfirmDuesPayment(
      rpc::Call& call, const v1::ConfirmDuesPaymentRequest& request) override;
  absl::StatusOr<v1::DuesPayment> ReverseDuesPayment(
      rpc::Call& call, const v1::ReverseDuesPaymentRequest& request) override;
  absl::StatusOr<v1::DuesPayment> GetDuesPayment(rpc::Call& call,
                                                 const v1::GetDuesPaymentRequest& request) override;
  absl::StatusOr<v1::ListDuesPaymentsResponse> ListDuesPayments(
      rpc::Call& call, const v1::ListDuesPaymentsRequest& request) override;

 private:
  const RuleSet& Rules(absl::CivilDay day) const { return books_.Get("dues").On(day); }

  // Who collects: the branch of the relation, or for a floating member the branch of the place
  // (C-06); authorized.
  absl::StatusOr<int64_t> Collector(rpc::Call& call, const MemberRow& member,
                                    const std::string& organization, const Rule& rule,
                                    Guard& guard) const;
  // The earlier payment of the same external number, if that is the same payment.
  absl::StatusOr<std::optional<v1::DuesPayment>> Replayed(service::WriteTx& tx,
                                                          const DuesPaymentRow& row) const;
  // Settles months: writes bills, sums and the account.
  absl::Status Settle(service::WriteTx& tx, const MemberRow& member, DuesAccountRow account,
                      absl::CivilDay paid_on, std::span<const Allocation> allocations) const;
  // Gives a payment its receipt number, writes it with its entry and the decisions.
  absl::Status Save(service::WriteTx& tx, DuesPaymentRow& row, const Guard& guard,
                    std::string_view event) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBooks& books_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DUES_PAYMENT_API_H_
