// How are calls about the election of committees answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_COMMITTEE_ELECTION_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_COMMITTEE_ELECTION_API_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/term.ronghe.h"
#include "services/membership/api/election_reader.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/organization/election.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/delegation_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/term_store.h"

namespace ronghe::membership {

// Which of these members (at most 256) are under discipline in effect on a day?
using DisciplinedMembers = std::function<absl::StatusOr<std::vector<int64_t>>(
    sql::Session&, std::span<const int64_t>, absl::CivilDay)>;

// Thread-safe. The references must outlive it. Each method's errors stand in term.proto.
class CommitteeElectionApi : public v1::CommitteeElectionServiceHandler {
 public:
  CommitteeElectionApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                       const rpc::PageTokens& tokens, ElectionReader& reader,
                       DisciplinedMembers disciplined);

  absl::StatusOr<v1::CommitteeElection> StartCommitteeElection(
      rpc::Call& call, const v1::StartCommitteeElectionRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> RequestCommitteeElection(
      rpc::Call& call, const v1::RequestCommitteeElectionRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> ReplyCommitteeElection(
      rpc::Call& call, const v1::ReplyCommitteeElectionRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> ProposeCandidates(
      rpc::Call& call, const v1::ProposeCandidatesRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> ApproveCandidates(
      rpc::Call& call, const v1::ApproveCandidatesRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> RecordElectionResult(
      rpc::Call& call, const v1::RecordElectionResultRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> ReportElectionResult(
      rpc::Call& call, const v1::ReportElectionResultRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> ApproveElectionResult(
      rpc::Call& call, const v1::ApproveElectionResultRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> CloseCommitteeElection(
      rpc::Call& call, const v1::CloseCommitteeElectionRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> CancelCommitteeElection(
      rpc::Call& call, const v1::CancelCommitteeElectionRequest& request) override;
  absl::StatusOr<v1::CommitteeElection> GetCommitteeElection(
      rpc::Call& call, const v1::GetCommitteeElectionRequest& request) override;
  absl::StatusOr<v1::ListCommitteeElectionsResponse> ListCommitteeElections(
      rpc::Call& call, const v1::ListCommitteeElectionsRequest& request) override;

 private:
  // Who takes a step: the organization itself, or the one above it.
  enum class Actor { kOwn, kUpper };
  // A step under way: the locked case and its organization, and what the rules made of it.
  struct Step {
    CommitteeElectionRow& row;
    const OrganizationRow& organization;
    absl::CivilDay day;
    Guard& guard;
  };
  using StepFunction = absl::FunctionRef<absl::Status(service::WriteTx&, Step&)>;

  // Locks a case of the request (name, etag), lets `apply` change it, and writes it with its
  // decisions. `day` is not before the last step.
  template <class Request>
  absl::StatusOr<v1::CommitteeElection> Take(rpc::Call& call, const Request& request, Actor actor,
                                             std::string_view event, absl::CivilDay day,
                                             ElectionStep step, StepFunction apply);

  // Members with their post as the rules look at them, on `day`.
  absl::StatusOr<std::vector<CandidateFacts>> Facts(sql::Session& session, int64_t organization_id,
                                                    std::span<const Elected> people,
                                                    absl::CivilDay day);
  absl::Status CheckList(service::WriteTx& tx, Step& step, std::span<const Elected> people);
  // What is asked for, and how many members there are now.
  absl::StatusOr<Seats> SeatsOf(sql::Session& session, const Step& step);
  // Keeps how many delegates each unit is to send; none: the members elect themselves.
  absl::Status AskForDelegates(service::WriteTx& tx, Step& step,
                               std::vector<DelegationUnitRow> units);
  // What the elections of a result must have been.
  absl::StatusOr<VerdictTerms> ResultTerms(service::WriteTx& tx, const Step& step);
  // What a result comes to in posts: each elected with one post, the leading one where it leads.
  absl::Status Inaugurate(service::WriteTx& tx, Step& step);

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& setup_;
  const RuleBook& elections_;
  const RuleBook& workers_;
  const rpc::PageTokens& tokens_;
  ElectionReader& reader_;
  const DisciplinedMembers disciplined_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_COMMITTEE_ELECTION_API_H_
