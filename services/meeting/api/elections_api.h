// How are elections prepared, held and decided?
#ifndef RONGHE_SERVICES_MEETING_API_ELECTIONS_API_H_
#define RONGHE_SERVICES_MEETING_API_ELECTIONS_API_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/field_cipher.h"
#include "common/org/org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/meeting/v1/election.pb.h"
#include "ronghe/meeting/v1/election.ronghe.h"
#include "services/meeting/api/ballot_box.h"
#include "services/meeting/domain/election/election.h"
#include "services/meeting/domain/election/election_rules.h"
#include "services/meeting/domain/election/election_state.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/store/ballot_store.h"
#include "services/meeting/store/election_store.h"
#include "services/meeting/store/meeting_store.h"

namespace ronghe::meeting {

// Thread-safe. All references must outlive it.
class ElectionsApi : public v1::ElectionServiceHandler {
 public:
  // Ballots are sealed with `cipher`.
  ElectionsApi(service::Writer& writer, const org::OrgTree& tree, const RuleSets& rules,
               const crypto::FieldCipher& cipher, const rpc::PageTokens& tokens)
      : writer_(writer), tree_(tree), rules_(rules), tokens_(tokens), box_(cipher) {}

  absl::StatusOr<v1::Election> CreateElection(rpc::Call& call,
                                              const v1::CreateElectionRequest& request) override;
  absl::StatusOr<v1::Election> GetElection(rpc::Call& call,
                                           const v1::GetElectionRequest& request) override;
  absl::StatusOr<v1::ListElectionsResponse> ListElections(
      rpc::Call& call, const v1::ListElectionsRequest& request) override;
  absl::StatusOr<v1::Election> SetCandidates(rpc::Call& call,
                                             const v1::SetCandidatesRequest& request) override;
  absl::StatusOr<v1::Election> FixRoll(rpc::Call& call, const v1::FixRollRequest& request) override;
  absl::StatusOr<v1::Election> OpenElection(rpc::Call& call,
                                            const v1::OpenElectionRequest& request) override;
  absl::StatusOr<v1::IssueBallotTokensResponse> IssueBallotTokens(
      rpc::Call& call, const v1::IssueBallotTokensRequest& request) override;
  absl::StatusOr<v1::CastBallotResponse> CastBallot(rpc::Call& call,
                                                    const v1::CastBallotRequest& request) override;
  absl::StatusOr<v1::Election> CloseElection(rpc::Call& call,
                                             const v1::CloseElectionRequest& request) override;
  absl::StatusOr<v1::Election> DecideElection(rpc::Call& call,
                                              const v1::DecideElectionRequest& request) override;
  absl::StatusOr<v1::Election> ReduceSeats(rpc::Call& call,
                                           const v1::ReduceSeatsRequest& request) override;
  absl::StatusOr<v1::Election> CancelElection(rpc::Call& call,
                                              const v1::CancelElectionRequest& request) override;
  absl::StatusOr<v1::ElectionResult> GetElectionResult(
      rpc::Call& call, const v1::GetElectionResultRequest& request) override;

 private:
  // What a change does with the loaded election; it names the parts that it changed.
  using Change = absl::FunctionRef<absl::Status(service::WriteTx& tx, Election* election,
                                                ChangedElectionParts* changed)>;

  // Loads, authorizes, checks etag and state, runs `change`, saves and answers the election.
  absl::StatusOr<v1::Election> Update(rpc::Call& call, const std::string& name,
                                      const std::string& etag, ElectionAction action,
                                      Change change);
  absl::StatusOr<Election> LoadForUpdate(service::WriteTx& tx, const std::string& name,
                                         const std::string& etag, ElectionAction action) const;
  // The same for what voters do: the round must be open and electronic.
  absl::StatusOr<Election> LoadOpen(service::WriteTx& tx, const std::string& name,
                                    ElectionAction action) const;

  // The version of the meeting's record that stands, with all parts; its roll is frozen.
  //
  // Errors: NOT_FOUND MEETING_NOT_FOUND; FAILED_PRECONDITION STATE_INVALID for one that is planned
  // or returned.
  absl::StatusOr<Meeting> StandingMeeting(sql::Session& session, int64_t root_id) const;
  // Looks up who of the members (at most 256) can be elected beside the voters: only where
  // delegates vote, since else all who can be elected vote.
  absl::Status FindEligible(sql::Session& session, std::span<const int64_t> members,
                            Election* election) const;
  absl::StatusOr<Electorate> ElectorateFor(const Election& election, const Meeting& meeting) const;
  // The roll before anybody is left out.
  absl::StatusOr<std::vector<Voter>> RollOf(sql::Session& session, const Election& election,
                                            const Meeting& meeting, Electorate electorate) const;
  // True when `resolution` names an ordinary motion that a meeting of the organization's members or
  // delegates carried: the meeting of the election, or one whose record counts.
  absl::StatusOr<bool> Carried(sql::Session& session, const Election& election,
                               const std::string& resolution) const;
  absl::Status CheckExclusions(sql::Session& session, const Election& election,
                               const std::vector<Voter>& exclusions) const;
  absl::Status CheckTellerResolution(sql::Session& session, const Election& election) const;
  absl::StatusOr<std::vector<int64_t>> PresentIn(const Election& election, const Meeting& meeting,
                                                 const v1::OpenElectionRequest& request) const;
  absl::Status CloseOnPaper(sql::Session& session, const v1::CloseElectionRequest& request,
                            Election* election) const;
  absl::Status CloseBox(sql::Session& session, const v1::CloseElectionRequest& request,
                        Election* election) const;
  void EmitDecided(service::WriteTx& tx, const Election& election) const;

  const RuleSet& RulesOf(const Election& election) const { return rules_.At(election.event_day); }
  v1::Election Answer(const rpc::Call& call, const Election& election) const;

  service::Writer& writer_;
  const org::OrgTree& tree_;
  const RuleSets& rules_;
  const rpc::PageTokens& tokens_;
  const BallotBox box_;
  const ElectionStore store_{};
  const BallotStore ballots_{};
  const MeetingStore meetings_{};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_ELECTIONS_API_H_
