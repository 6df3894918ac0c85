// How are calls about cases of disposition answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DISPOSITION_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DISPOSITION_API_H_

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/disposition.ronghe.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/disposition_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in disposition.proto.
class DispositionApi : public v1::DispositionServiceHandler {
 public:
  DispositionApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                 MotionReader& motions, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::DispositionCase> OpenDispositionCase(
      rpc::Call& call, const v1::OpenDispositionCaseRequest& request) override;
  absl::StatusOr<v1::DispositionCase> InvestigateDisposition(
      rpc::Call& call, const v1::InvestigateDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> TalkDisposition(
      rpc::Call& call, const v1::TalkDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> DecideDisposition(
      rpc::Call& call, const v1::DecideDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> ApproveDisposition(
      rpc::Call& call, const v1::ApproveDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> RefuseDisposition(
      rpc::Call& call, const v1::RefuseDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> TellDisposition(
      rpc::Call& call, const v1::TellDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> FileDisposition(
      rpc::Call& call, const v1::FileDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> CloseDisposition(
      rpc::Call& call, const v1::CloseDispositionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> ReviewCorrection(
      rpc::Call& call, const v1::ReviewCorrectionRequest& request) override;
  absl::StatusOr<v1::DispositionCase> GetDispositionCase(
      rpc::Call& call, const v1::GetDispositionCaseRequest& request) override;
  absl::StatusOr<v1::ListDispositionCasesResponse> ListDispositionCases(
      rpc::Call& call, const v1::ListDispositionCasesRequest& request) override;

 private:
  // What a step of a case has in common.
  struct Step {
    std::string_view name;  // of the case
    std::string_view etag;
    DispositionEvent event;
    absl::CivilDay day;
  };
  // The step's own part: checks and writes beside the case, into which it puts what it decided.
  using Part = absl::FunctionRef<absl::Status(service::WriteTx&, DispositionRow&, Guard&)>;

  absl::StatusOr<v1::DispositionCase> Take(rpc::Call& call, const Step& step, Part part);
  // That the caller acts for the committee and that it has the power.
  absl::Status CheckCommittee(service::WriteTx& tx, const DispositionRow& row, int64_t approver,
                              Organ organ, absl::CivilDay day, Guard& guard) const;
  // Carries out what was approved.
  absl::Status CarryOut(service::WriteTx& tx, DispositionRow& row) const;
  absl::Status BeginDiscipline(service::WriteTx& tx, const DispositionRow& row) const;
  absl::Status BeginCorrection(service::WriteTx& tx, DispositionRow& row) const;
  v1::DispositionCase Brief(const DispositionRow& row) const;
  absl::StatusOr<v1::DispositionCase> Present(sql::Session& session,
                                              const DispositionRow& row) const;
  const RuleSet& Rules(absl::CivilDay day) const { return rules_.On(day); }

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  MotionReader& motions_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DISPOSITION_API_H_
