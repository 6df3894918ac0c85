#include "services/meeting/api/elections_api.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/audit.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/event/event.h"
#include "common/rpc/etag.h"
#include "services/meeting/api/election_convert.h"
#include "services/meeting/domain/election/count.h"
#include "services/meeting/domain/election/errors.h"
#include "services/meeting/domain/errors.h"
#include "services/meeting/store/roll_store.h"

namespace ronghe::meeting {
namespace {

using base::Cat;
using errors::ElectionRefused;

constexpr char kRecord[] = "meeting.election.record";
constexpr size_t kTokenBytes = 16;

absl::Status InvalidField(std::string field, std::string_view message_zh) {
  return error::InvalidFields({{std::move(field), std::string(message_zh)}});
}

std::string HashOf(std::string_view token) { return crypto::Sha256(token); }

bool IsOpen(const Round& round) {
  return round.outcome == ElectionState::kOpen || round.outcome == ElectionState::kClosed;
}

std::vector<int64_t> MembersOf(const std::vector<Candidate>& candidates) {
  std::vector<int64_t> members;
  for (const Candidate& candidate : candidates) members.push_back(candidate.member_id);
  return members;
}

// The audit row of a ballot: that one was cast, and in which session. Who used a token stands with
// the tokens, without time; a row that said both would tell the order in which people voted.
audit::Entry BallotCast(const Election& election, const std::string& name) {
  audit::Entry entry;
  entry.organization_id = election.organization_id;
  entry.resource = name;
  entry.subject = name;
  entry.on_behalf_of = "-";
  entry.peer = "-";
  entry.trace_id = std::string(32, '0');
  entry.detail = Cat("ballot cast in session ", election.rounds.back().session_id);
  return entry;
}

}  // namespace

v1::Election ElectionsApi::Answer(const rpc::Call& call, const Election& election) const {
  return ToProto(RulesOf(election).election, election,
                 call.Holds(kRecord, election.organization_id));
}

absl::StatusOr<Meeting> ElectionsApi::StandingMeeting(sql::Session& session,
                                                      int64_t root_id) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Meeting> versions,
                          meetings_.Versions(session, root_id));
  if (versions.empty()) return errors::MeetingNotFound(root_id);
  const Meeting& standing = versions.back();
  if (standing.state == State::kPlanned || standing.state == State::kReturned) {
    return errors::StateInvalid(standing.state, "ELECT");
  }
  RONGHE_ASSIGN_OR_RETURN(std::optional<Meeting> meeting, meetings_.Load(session, standing.id));
  if (!meeting.has_value()) return errors::MeetingNotFound(standing.id);
  return *std::move(meeting);
}

absl::StatusOr<Electorate> ElectionsApi::ElectorateFor(const Election& election,
                                                       const Meeting& meeting) const {
  const std::optional<org::OrgNode> node = tree_.Node(meeting.organization_id);
  if (!node.has_value()) return errors::OrganizationNotFound(meeting.organization_id);
  return ElectorateOf(rules_.At(meeting.event_day), election, meeting.kinds, node->kind);
}

absl::StatusOr<v1::Election> ElectionsApi::CreateElection(
    rpc::Call& call, const v1::CreateElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t meeting_id, base::ParseName(request.parent(), "meetings"));
  RONGHE_ASSIGN_OR_RETURN(const Election plan, ElectionFromProto(request.election()));
  return writer_.Write<v1::Election>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Election> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<Meeting> meeting,
                                meetings_.LoadBrief(tx.session(), meeting_id));
        std::optional<Election> committee;
        if (plan.committee_election_id.has_value()) {
          RONGHE_ASSIGN_OR_RETURN(committee,
                                  store_.Load(tx.session(), *plan.committee_election_id));
        }
        if (!meeting.has_value()) return errors::MeetingNotFound(meeting_id);
        RONGHE_RETURN_IF_ERROR(call.Authorize(meeting->organization_id));
        if (plan.committee_election_id.has_value() &&
            (!committee.has_value() || committee->organization_id != meeting->organization_id ||
             committee->office != Office::kCommittee)) {
          return errors::ElectionNotFound(*plan.committee_election_id);
        }
        if (meeting->state == State::kReturned || meeting->state == State::kSuperseded) {
          return errors::StateInvalid(meeting->state, "ELECT");
        }
        Election election = plan;
        election.id = tx.NextId();
        election.organization_id = meeting->organization_id;
        election.meeting_id = meeting->root_id;
        election.etag = 1;
        election.event_day = meeting->event_day;
        election.rule_set = rules_.At(meeting->event_day).Name();
        RONGHE_ASSIGN_OR_RETURN(const Electorate electorate, ElectorateFor(election, *meeting));
        if (electorate == Electorate::kDelegates) election.delegation = meeting->delegation;
        RONGHE_RETURN_IF_ERROR(CheckSlate(RulesOf(election), election));
        RONGHE_RETURN_IF_ERROR(store_.Insert(tx.session(), election));
        tx.Audit(election.organization_id, base::Name("elections", election.id));
        return Answer(call, election);
      });
}

absl::StatusOr<v1::Election> ElectionsApi::GetElection(rpc::Call& call,
                                                       const v1::GetElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "elections"));
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<Election> election,
      writer_.database().ReadSnapshot(
          call.deadline(), [&](sql::Session& session) { return store_.Load(session, id); }));
  if (!election.has_value()) return errors::ElectionNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(election->organization_id));
  return Answer(call, *election);
}

absl::StatusOr<v1::ListElectionsResponse> ElectionsApi::ListElections(
    rpc::Call& call, const v1::ListElectionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  if (!tree_.Contains(organization_id)) return errors::OrganizationNotFound(organization_id);
  const std::string filter_hash = Cat(organization_id);
  RONGHE_ASSIGN_OR_RETURN(const int64_t before,
                          tokens_.OpenNumber(call.method(), filter_hash, request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t page = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<Election> elections,
      writer_.database().ReadSnapshot(call.deadline(), [&](sql::Session& session) {
        return store_.List(session, organization_id, before, page + 1);
      }));
  const bool more = elections.size() > static_cast<size_t>(page);
  if (more) elections.resize(page);
  v1::ListElectionsResponse response;
  for (const Election& election : elections) *response.add_elections() = Answer(call, election);
  if (more) {
    response.set_next_page_token(
        tokens_.Seal(call.method(), filter_hash, Cat(elections.back().id)));
  }
  return response;
}

absl::StatusOr<Election> ElectionsApi::LoadForUpdate(service::WriteTx& tx, const std::string& name,
                                                     const std::string& etag,
                                                     ElectionAction action) const {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "elections"));
  RONGHE_ASSIGN_OR_RETURN(std::optional<Election> election, store_.LoadForUpdate(tx.session(), id));
  if (!election.has_value()) return errors::ElectionNotFound(id);
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(election->organization_id));
  RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, election->etag));
  RONGHE_RETURN_IF_ERROR(CheckElectionAction(*election, action));
  return *std::move(election);
}

absl::StatusOr<Election> ElectionsApi::LoadOpen(service::WriteTx& tx, const std::string& name,
                                                ElectionAction action) const {
  RONGHE_ASSIGN_OR_RETURN(Election election, LoadForUpdate(tx, name, "", action));
  if (election.mode != ElectionMode::kElectronic) return errors::NotElectronic();
  return election;
}

absl::StatusOr<v1::Election> ElectionsApi::Update(rpc::Call& call, const std::string& name,
                                                  const std::string& etag, ElectionAction action,
                                                  Change change) {
  return writer_.Write<v1::Election>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Election> {
        RONGHE_ASSIGN_OR_RETURN(Election election, LoadForUpdate(tx, name, etag, action));
        ChangedElectionParts changed;
        RONGHE_RETURN_IF_ERROR(change(tx, &election, &changed));
        RONGHE_RETURN_IF_ERROR(store_.Save(tx.session(), changed, &election));
        tx.Audit(election.organization_id, name);
        return Answer(call, election);
      });
}

absl::StatusOr<v1::Election> ElectionsApi::SetCandidates(rpc::Call& call,
                                                         const v1::SetCandidatesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Candidate> slate,
                          SlateFrom(request.candidates(), "candidates"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Teller> tellers,
                          TellersFrom(request.tellers(), "tellers"));
  return Update(
      call, request.name(), request.etag(), ElectionAction::kSetCandidates,
      [&](service::WriteTx&, Election* election, ChangedElectionParts* changed) -> absl::Status {
        ReplaceSlate(slate, election);
        changed->slate = true;
        changed->tellers = true;
        if (!request.upper_approval().empty()) election->upper_approval = request.upper_approval();
        if (!request.teller_resolution().empty()) {
          election->teller_resolution = request.teller_resolution();
        }
        if (!tellers.empty()) {
          election->tellers = tellers;
        }
        return CheckSlate(RulesOf(*election), *election);
      });
}

absl::Status ElectionsApi::FindEligible(sql::Session& session, std::span<const int64_t> members,
                                        Election* election) const {
  if (!election->by_delegates()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(
      election->eligible,
      VotingMembers(session, tree_, election->organization_id, members, election->event_day));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Voter>> ElectionsApi::RollOf(sql::Session& session,
                                                        const Election& election,
                                                        const Meeting& meeting,
                                                        Electorate electorate) const {
  if (electorate != Electorate::kNewCommittee) return VotersOf(meeting, electorate);
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Election> committee,
                          store_.Load(session, *election.committee_election_id));
  if (!committee.has_value() || committee->state != ElectionState::kDecided) {
    return ElectionRefused(
        RulesOf(election), "X-06", "X_COMMITTEE_ELECTION", "新一届委员会尚未选出。", "DECIDED",
        committee.has_value() ? std::string(ElectionStateCode(committee->state)) : std::string());
  }
  std::vector<int64_t> members = Elected(*committee);
  std::sort(members.begin(), members.end());
  std::vector<Voter> voters;
  for (int64_t member_id : members) {
    voters.push_back({member_id, ExclusionReason::kNone, "", ""});
  }
  return voters;
}

absl::StatusOr<bool> ElectionsApi::Carried(sql::Session& session, const Election& election,
                                           const std::string& resolution) const {
  const auto ids = base::ParseChildName(resolution, "meetings", "motions");
  if (!ids.ok()) return false;
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Meeting> meeting,
                          meetings_.LoadWithMotions(session, ids->first));
  if (!meeting.has_value() || meeting->organization_id != election.organization_id ||
      ids->second > static_cast<int64_t>(meeting->motions.size())) {
    return false;
  }
  const bool under_way = meeting->root_id == election.meeting_id &&
                         (meeting->state == State::kOpen || meeting->state == State::kClosed);
  const Motion& motion = meeting->motions[ids->second - 1];
  return (under_way || Counts(meeting->state)) && motion.kind == MotionKind::kGeneral &&
         motion.result == MotionResult::kPassed;
}

absl::Status ElectionsApi::CheckExclusions(sql::Session& session, const Election& election,
                                           const std::vector<Voter>& exclusions) const {
  std::map<std::string, bool> carried;
  for (const Voter& exclusion : exclusions) {
    const auto [it, first] = carried.emplace(exclusion.resolution, false);
    if (first) {
      RONGHE_ASSIGN_OR_RETURN(it->second, Carried(session, election, exclusion.resolution));
    }
    if (!it->second) {
      return ElectionRefused(RulesOf(election), "X-04", "X_EXCLUSION",
                             "不计入应到会人数须经党员大会表决通过。", "a motion carried",
                             exclusion.resolution);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Election> ElectionsApi::FixRoll(rpc::Call& call,
                                                   const v1::FixRollRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Voter> exclusions,
                          ExclusionsFrom(request.exclusions(), "exclusions"));
  return Update(
      call, request.name(), request.etag(), ElectionAction::kFixRoll,
      [&](service::WriteTx& tx, Election* election, ChangedElectionParts* changed) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const Meeting meeting,
                                StandingMeeting(tx.session(), election->meeting_id));
        election->event_day = meeting.event_day;
        const RuleSet& rules = RulesOf(*election);
        election->rule_set = rules.Name();
        RONGHE_ASSIGN_OR_RETURN(const Electorate electorate, ElectorateFor(*election, meeting));
        if (electorate == Electorate::kGeneralMeeting) {
          RONGHE_RETURN_IF_ERROR(CheckDirectElection(rules, *election, meeting));
        }
        RONGHE_ASSIGN_OR_RETURN(election->voters,
                                RollOf(tx.session(), *election, meeting, electorate));
        RONGHE_RETURN_IF_ERROR(Exclude(rules, meeting, electorate, exclusions, &election->voters));
        RONGHE_RETURN_IF_ERROR(CheckExclusions(tx.session(), *election, exclusions));
        election->roll = static_cast<int32_t>(
            std::count_if(election->voters.begin(), election->voters.end(),
                          [](const Voter& voter) { return voter.should_vote(); }));
        election->state = ElectionState::kRollFixed;
        changed->voters = true;
        return absl::OkStatus();
      });
}

absl::Status ElectionsApi::CheckTellerResolution(sql::Session& session,
                                                 const Election& election) const {
  RONGHE_ASSIGN_OR_RETURN(const bool carried,
                          Carried(session, election, election.teller_resolution));
  if (carried) return absl::OkStatus();
  return ElectionRefused(RulesOf(election), "X-13", "X_TELLER", "监票人须经大会表决通过。",
                         "a motion carried", election.teller_resolution);
}

absl::StatusOr<std::vector<int64_t>> ElectionsApi::PresentIn(
    const Election& election, const Meeting& meeting,
    const v1::OpenElectionRequest& request) const {
  RONGHE_ASSIGN_OR_RETURN(std::vector<int64_t> present, MembersFrom(request.present(), "present"));
  if (present.empty()) {
    if (election.committee_election_id.has_value()) {
      return InvalidField("present", "请填写到会的选举人(规则 X-03)");
    }
    return PresentVoters(election, meeting);
  }
  RONGHE_RETURN_IF_ERROR(CheckPresent(RulesOf(election), election, meeting, present));
  return present;
}

absl::StatusOr<v1::Election> ElectionsApi::OpenElection(rpc::Call& call,
                                                        const v1::OpenElectionRequest& request) {
  return Update(
      call, request.name(), request.etag(), ElectionAction::kOpen,
      [&](service::WriteTx& tx, Election* election, ChangedElectionParts* changed) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const Meeting meeting,
                                StandingMeeting(tx.session(), election->meeting_id));
        if (election->mode == ElectionMode::kElectronic && meeting.state != State::kOpen) {
          return errors::StateInvalid(meeting.state, "ELECT");
        }
        RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> present,
                                PresentIn(*election, meeting, request));
        RONGHE_RETURN_IF_ERROR(FindEligible(tx.session(), MembersOf(election->slate), election));
        RONGHE_RETURN_IF_ERROR(CheckOpening(RulesOf(*election), *election, present));
        RONGHE_ASSIGN_OR_RETURN(const Electorate electorate, ElectorateFor(*election, meeting));
        if (electorate == Electorate::kGeneralMeeting || electorate == Electorate::kDelegates) {
          RONGHE_RETURN_IF_ERROR(CheckTellerResolution(tx.session(), *election));
        }
        election->rounds.push_back(NewRound(RulesOf(*election), *election, tx.NextId(), present));
        election->state = ElectionState::kOpen;
        changed->last_round = true;
        return ballots_.AddVoters(tx.session(), election->rounds.back().session_id,
                                  std::span<const int64_t>(present));
      });
}

absl::StatusOr<v1::IssueBallotTokensResponse> ElectionsApi::IssueBallotTokens(
    rpc::Call& call, const v1::IssueBallotTokensRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> members,
                          MembersFrom(request.members(), "members"));
  return writer_.Write<v1::IssueBallotTokensResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::IssueBallotTokensResponse> {
        RONGHE_ASSIGN_OR_RETURN(const Election election,
                                LoadOpen(tx, request.name(), ElectionAction::kIssueTokens));
        RONGHE_ASSIGN_OR_RETURN(
            std::vector<VoterTokenRow> voters,
            ballots_.VotersForUpdate(tx.session(), election.rounds.back().session_id,
                                     std::span<const int64_t>(members)));
        if (voters.size() != members.size()) {
          return ElectionRefused(RulesOf(election), "X-11", "X_NOT_PRESENT",
                                 "只有到会的选举人可以领取选票。", Cat(members.size()),
                                 Cat(voters.size()));
        }
        v1::IssueBallotTokensResponse response;
        for (VoterTokenRow& voter : voters) {
          if (voter.used) return errors::TokenUsed();
          v1::BallotToken* token = response.add_tokens();
          token->set_member(base::Name("members", voter.member_id));
          token->set_token(crypto::Base64UrlEncode(crypto::RandomBytes(kTokenBytes)));
          voter.token_hash = sql::Bytes(HashOf(token->token()));
          voter.received = true;
        }
        RONGHE_RETURN_IF_ERROR(ballots_.GiveTokens(tx.session(), voters));
        tx.Audit(election.organization_id, request.name());
        return response;
      });
}

absl::StatusOr<v1::CastBallotResponse> ElectionsApi::CastBallot(
    rpc::Call& call, const v1::CastBallotRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const Ballot ballot, BallotFrom(request));
  return writer_.Write<v1::CastBallotResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::CastBallotResponse> {
        RONGHE_ASSIGN_OR_RETURN(Election election,
                                LoadOpen(tx, request.name(), ElectionAction::kCast));
        const Round& round = election.rounds.back();
        RONGHE_ASSIGN_OR_RETURN(
            const TokenUse use,
            ballots_.UseToken(tx.session(), round.session_id, HashOf(request.token())));
        if (use == TokenUse::kUnknown) return errors::TokenUnknown();
        if (use == TokenUse::kUsedBefore) return errors::TokenUsed();
        RONGHE_RETURN_IF_ERROR(FindEligible(tx.session(), ballot.votes_for, &election));
        // A refusal undoes the use of the token.
        RONGHE_RETURN_IF_ERROR(CheckBallot(RulesOf(election), election, round, ballot));
        RONGHE_RETURN_IF_ERROR(box_.Put(tx.session(), round, ballot));
        tx.Audit(BallotCast(election, request.name()));
        return v1::CastBallotResponse();
      });
}

absl::Status ElectionsApi::CloseOnPaper(sql::Session& session,
                                        const v1::CloseElectionRequest& request,
                                        Election* election) const {
  if (!request.has_count()) return InvalidField("count", "请填写计票结果");
  RONGHE_ASSIGN_OR_RETURN(const PaperCount count, CountFrom(request.count()));
  RONGHE_RETURN_IF_ERROR(FindEligible(session, MembersOf(count.counts), election));
  return TakeCount(RulesOf(*election), *election, count, &election->rounds.back());
}

absl::Status ElectionsApi::CloseBox(sql::Session& session, const v1::CloseElectionRequest& request,
                                    Election* election) const {
  if (request.has_count()) return InvalidField("count", "电子投票由系统计票");
  Round& round = election->rounds.back();
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Ballot> ballots, box_.Open(session, round));
  RONGHE_ASSIGN_OR_RETURN(const TokenCounts tokens,
                          ballots_.CountTokens(session, round.session_id));
  CountBallots(ballots, &round);
  round.issued = static_cast<int32_t>(tokens.received);
  return ballots_.ForgetTokens(session, round.session_id);
}

absl::StatusOr<v1::Election> ElectionsApi::CloseElection(rpc::Call& call,
                                                         const v1::CloseElectionRequest& request) {
  return Update(
      call, request.name(), request.etag(), ElectionAction::kClose,
      [&](service::WriteTx& tx, Election* election, ChangedElectionParts* changed) -> absl::Status {
        if (election->mode == ElectionMode::kPaper) {
          RONGHE_RETURN_IF_ERROR(CloseOnPaper(tx.session(), request, election));
        } else {
          RONGHE_RETURN_IF_ERROR(CloseBox(tx.session(), request, election));
        }
        election->rounds.back().outcome = ElectionState::kClosed;
        election->state = ElectionState::kClosed;
        changed->last_round = true;
        return absl::OkStatus();
      });
}

void ElectionsApi::EmitDecided(service::WriteTx& tx, const Election& election) const {
  event::Draft draft;
  draft.type = "ronghe.meeting.election.decided";
  draft.subject = base::Name("elections", election.id);
  draft.organization_id = election.organization_id;
  draft.data = {{"election", absl::StrCat(election.id)},
                {"meeting", absl::StrCat(election.meeting_id)},
                {"organization", absl::StrCat(election.organization_id)},
                {"post_code", PostCodeOf(RulesOf(election).election, election.office)},
                {"elected", absl::StrCat(Elected(election).size())},
                {"event_date", base::FormatDay(election.event_day)}};
  tx.Emit(std::move(draft));
}

absl::StatusOr<v1::Election> ElectionsApi::DecideElection(
    rpc::Call& call, const v1::DecideElectionRequest& request) {
  return Update(
      call, request.name(), request.etag(), ElectionAction::kDecide,
      [&](service::WriteTx& tx, Election* election, ChangedElectionParts* changed) -> absl::Status {
        DecideRound(RulesOf(*election), election);
        changed->last_round = true;
        changed->slate = true;
        if (election->state == ElectionState::kDecided) EmitDecided(tx, *election);
        return box_.Destroy(tx.session(), election->rounds.back());
      });
}

absl::StatusOr<v1::Election> ElectionsApi::ReduceSeats(rpc::Call& call,
                                                       const v1::ReduceSeatsRequest& request) {
  return Update(
      call, request.name(), request.etag(), ElectionAction::kReduceSeats,
      [&](service::WriteTx& tx, Election* election, ChangedElectionParts* changed) -> absl::Status {
        const RuleSet& rules = RulesOf(*election);
        if (Elected(*election).empty()) {
          return ElectionRefused(rules, "X-10", "X_NOBODY_ELECTED", "无人当选,应重新选举。", ">=1",
                                 "0");
        }
        RONGHE_ASSIGN_OR_RETURN(const bool carried,
                                Carried(tx.session(), *election, request.resolution()));
        if (!carried) {
          return ElectionRefused(rules, "X-10", "X_RESOLUTION", "减少名额须经半数以上选举人同意。",
                                 "a motion carried", request.resolution());
        }
        election->seats_resolution = request.resolution();
        election->slate.clear();
        election->state = ElectionState::kDecided;
        changed->slate = true;
        EmitDecided(tx, *election);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::Election> ElectionsApi::CancelElection(
    rpc::Call& call, const v1::CancelElectionRequest& request) {
  return Update(
      call, request.name(), request.etag(), ElectionAction::kCancel,
      [&](service::WriteTx& tx, Election* election, ChangedElectionParts* changed) -> absl::Status {
        election->state = ElectionState::kCancelled;
        if (election->rounds.empty() || !IsOpen(election->rounds.back())) return absl::OkStatus();
        election->rounds.back().outcome = ElectionState::kCancelled;
        changed->last_round = true;
        return box_.Destroy(tx.session(), election->rounds.back());
      });
}

absl::StatusOr<v1::ElectionResult> ElectionsApi::GetElectionResult(
    rpc::Call& call, const v1::GetElectionResultRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "elections"));
  std::optional<Election> election;
  std::vector<Meeting> versions;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().ReadSnapshot(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(election, store_.Load(session, id));
        if (!election.has_value()) return errors::ElectionNotFound(id);
        RONGHE_ASSIGN_OR_RETURN(versions, meetings_.Versions(session, election->meeting_id));
        if (versions.empty()) return errors::MeetingNotFound(election->meeting_id);
        return absl::OkStatus();
      }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(election->organization_id));
  return ResultToProto(RulesOf(*election).election, *election, versions.back());
}

}  // namespace ronghe::meeting
