// How are calls about transfers answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_API_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/transfer.ronghe.h"
#include "services/membership/api/transfer_party.h"
#include "services/membership/api/transfer_sources.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in transfer.proto.
class TransferApi : public v1::TransferServiceHandler {
 public:
  TransferApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& rules,
              const RuleBooks& books, const PersonalFields& fields, const TransferSources& sources,
              const rpc::PageTokens& tokens);

  absl::StatusOr<v1::Transfer> CreateTransfer(rpc::Call& call,
                                              const v1::CreateTransferRequest& request) override;
  absl::StatusOr<v1::Transfer> ApproveTransferOut(
      rpc::Call& call, const v1::ApproveTransferOutRequest& request) override;
  absl::StatusOr<v1::Transfer> IssueTransferLetter(
      rpc::Call& call, const v1::IssueTransferLetterRequest& request) override;
  absl::StatusOr<v1::Transfer> AcceptTransfer(rpc::Call& call,
                                              const v1::AcceptTransferRequest& request) override;
  absl::StatusOr<v1::Transfer> CompleteTransfer(
      rpc::Call& call, const v1::CompleteTransferRequest& request) override;
  absl::StatusOr<v1::Transfer> ReturnTransfer(rpc::Call& call,
                                              const v1::ReturnTransferRequest& request) override;
  absl::StatusOr<v1::Transfer> WithdrawTransfer(
      rpc::Call& call, const v1::WithdrawTransferRequest& request) override;
  absl::StatusOr<v1::Transfer> RedirectTransfer(
      rpc::Call& call, const v1::RedirectTransferRequest& request) override;
  absl::StatusOr<v1::Transfer> ExtendTransferLetter(
      rpc::Call& call, const v1::ExtendTransferLetterRequest& request) override;
  absl::StatusOr<v1::Transfer> GetTransfer(rpc::Call& call,
                                           const v1::GetTransferRequest& request) override;
  absl::StatusOr<v1::ListTransfersResponse> ListTransfers(
      rpc::Call& call, const v1::ListTransfersRequest& request) override;
  absl::StatusOr<v1::ListMemberTransfersResponse> ListMemberTransfers(
      rpc::Call& call, const v1::ListMemberTransfersRequest& request) override;
  absl::StatusOr<v1::TransferLetter> GetTransferLetter(
      rpc::Call& call, const v1::GetTransferLetterRequest& request) override;
  absl::StatusOr<v1::Deadline> RecordGraduation(
      rpc::Call& call, const v1::RecordGraduationRequest& request) override;

 private:
  // A step in work, inside its transaction.
  struct Step {
    service::WriteTx& tx;
    TransferRow& row;  // as it was before the step; the state is set after it
    Guard& guard;
    const RuleSet& rules;
    absl::CivilDay today;
    int32_t reason = 0;  // of a return
  };
  using Apply = absl::FunctionRef<absl::Status(Step&)>;

  // Locks the case, asks who may take the step and whether it may be taken, applies it and saves
  // it with its decisions and events.
  absl::StatusOr<v1::Transfer> Take(rpc::Call& call, std::string_view name, std::string_view etag,
                                    TransferAction action, Apply apply);
  absl::Status TakeInside(service::WriteTx& tx, std::string_view etag, TransferAction action,
                          Apply apply, TransferRow& row);

  // What a request to draft says, read.
  struct Given;
  static absl::StatusOr<Given> Read(const v1::CreateTransferRequest& request, absl::CivilDay today);
  // Fill the row of a new case, by kind.
  absl::Status DraftMembers(service::WriteTx& tx, const Given& given, const RuleSet& rules,
                            TransferRow& row);
  absl::Status DraftUnit(service::WriteTx& tx, const Given& given, TransferRow& row);
  absl::Status DraftPerson(service::WriteTx& tx, const Given& given, const RuleSet& rules,
                           TransferRow& row, Guard& guard);

  // Where a transfer goes.
  struct Destination {
    int64_t organization_id = 0;
    std::string outside_title;
    std::string outside_code;
    std::optional<ChangeCode> reach;
  };
  static absl::StatusOr<Destination> ReadDestination(TransferKind kind,
                                                     std::string_view to_organization,
                                                     std::string_view outside_title,
                                                     std::string_view outside_code,
                                                     v1::TransferReach reach);
  // Sets the receiving side of a row whose sending side is set.
  absl::Status Address(sql::Session& session, const Destination& destination, absl::CivilDay today,
                       TransferRow& row);
  // The branch, or the new parent of a unit, and the committee behind it.
  absl::StatusOr<TransferParty> ReceivingParty(sql::Session& session, int64_t organization_id,
                                               absl::CivilDay today, TransferKind kind);

  // The number, the row, the first step and its events.
  absl::Status Begin(service::WriteTx& tx, const Guard& guard, TransferRow& row);
  absl::Status FillDues(sql::Session& session, const std::optional<absl::CivilDay>& stated,
                        std::vector<TransferMemberRow>& members) const;
  absl::Status Approve(Step& step, const std::optional<absl::CivilDay>& stated_dues);
  absl::Status IssueLetter(Step& step, int32_t asked_days);
  absl::Status Accept(Step& step, absl::CivilDay day);
  absl::Status Extend(Step& step);
  // The receiver is still there; locks it.
  absl::Status LockReceiver(sql::Session& session, const TransferRow& row) const;
  absl::Status SetLetterDeadline(service::WriteTx& tx, const RuleSet& rules,
                                 const TransferRow& row);

  absl::StatusOr<std::vector<TransferRow>> ReadPage(sql::Session& session, int64_t root,
                                                    TransferSide side, const TransferFilter& filter,
                                                    int32_t limit, int64_t& before_id, bool& more);
  // Whoever may read one of the sides may read the case.
  absl::Status AuthorizeReader(rpc::Call& call, const TransferRow& row) const;
  const RuleSet& Rules(absl::CivilDay day) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& organization_rules_;
  const RuleBook& rules_;
  const PersonalFields& fields_;
  const TransferSources& sources_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_API_H_
