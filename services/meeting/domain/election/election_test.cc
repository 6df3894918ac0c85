#include "services/meeting/domain/election/election.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/meeting/domain/election/count.h"
#include "services/meeting/domain/election/election_rules.h"
#include "services/meeting/domain/election/election_state.h"
#include "services/meeting/rules.h"

namespace ronghe::meeting {
namespace {

const RuleSet& Rules() {
  static const RuleSets* const kRules =
      new RuleSets(LoadRuleSets("services/meeting/domain/rules").value());
  return kRules->At(absl::CivilDay(2026, 11, 23));
}

std::string RuleOf(const absl::Status& status) { return error::MetadataValue(status, "rule_id"); }

// `roll` full members, the first `present` of them present, the first three on the committee; and a
// probationary member.
Meeting GeneralMeeting(int roll, int present) {
  Meeting meeting;
  meeting.kinds = {Kind::kGeneral};
  for (int i = 1; i <= roll + 1; ++i) {
    Attendee attendee;
    attendee.member_id = i;
    attendee.full = attendee.voting = i <= roll;
    attendee.committee = i <= 3;
    attendee.presence = i <= present ? Presence::kPresent : Presence::kAbsent;
    meeting.attendance.push_back(attendee);
  }
  return meeting;
}

std::vector<Candidate> Slate(const std::vector<int64_t>& members) {
  std::vector<Candidate> slate;
  for (int64_t member : members) {
    slate.push_back({member, static_cast<int32_t>(slate.size()) + 1, 0, 0, 0, {}});
  }
  return slate;
}

std::vector<int64_t> FirstMembers(int count) {
  std::vector<int64_t> members;
  for (int i = 1; i <= count; ++i) members.push_back(i);
  return members;
}

// An election of three committee members from four candidates by a roll of ten, all present; the
// tellers are 9 and 10.
Election CommitteeElection() {
  Election election;
  election.id = 1;
  election.seats = 3;
  election.state = ElectionState::kRollFixed;
  election.slate = Slate({1, 2, 3, 4});
  election.upper_approval = "镇党委〔2026〕12号";
  election.tellers = {{9, TellerDuty::kScrutineer, true}, {10, TellerDuty::kCounter, true}};
  election.voters = VotersOf(GeneralMeeting(10, 10), Electorate::kGeneralMeeting);
  election.roll = 10;
  return election;
}

Election Opened(Election election, int present) {
  const std::vector<int64_t> members = FirstMembers(present);
  election.rounds.push_back(NewRound(Rules(), election, 100, members));
  election.state = ElectionState::kOpen;
  return election;
}

// Decides the open round with these votes for its candidates, in ballot order.
void Decide(const std::vector<int32_t>& votes, Election* election) {
  Round& round = election->rounds.back();
  round.issued = round.returned = round.present;
  for (size_t i = 0; i < votes.size(); ++i) round.candidates[i].votes_for = votes[i];
  DecideRound(Rules(), election);
}

TEST(ElectionRules, X_01_TheGeneralMeetingElectsTheCommittee) {
  Election election;
  EXPECT_EQ(ElectorateOf(Rules(), election, {Kind::kGeneral}, "631").value(),
            Electorate::kGeneralMeeting);
  const auto committee = ElectorateOf(Rules(), election, {Kind::kCommittee}, "631");
  EXPECT_EQ(error::Reason(committee.status()), "X_MEETING_KIND");
  EXPECT_EQ(RuleOf(committee.status()), "X-01");
  EXPECT_FALSE(ElectorateOf(Rules(), election, {Kind::kThemeDay}, "631").ok());
}

TEST(ElectionRules, X_01_DelegatesElectACommitteeAndMembersElectDelegates) {
  Election committee;
  for (const char* kind : {"611", "621", "631", "632"}) {
    EXPECT_EQ(ElectorateOf(Rules(), committee, {Kind::kDelegates}, kind).value(),
              Electorate::kDelegates);
    EXPECT_EQ(ElectorateOf(Rules(), committee, {Kind::kGeneral}, kind).value(),
              Electorate::kGeneralMeeting);
  }
  Election secretary;
  secretary.office = Office::kSecretary;
  const auto direct = ElectorateOf(Rules(), secretary, {Kind::kDelegates}, "611");
  EXPECT_EQ(error::Reason(direct.status()), "X_MEETING_KIND");
  EXPECT_EQ(RuleOf(direct.status()), "X-06");
  secretary.committee_election_id = 7;
  EXPECT_EQ(ElectorateOf(Rules(), secretary, {Kind::kDelegates}, "611").value(),
            Electorate::kNewCommittee);

  Election delegates;
  delegates.office = Office::kDelegate;
  EXPECT_EQ(ElectorateOf(Rules(), delegates, {Kind::kGeneral}, "631").value(),
            Electorate::kGeneralMeeting);
  for (const Kind kind : {Kind::kDelegates, Kind::kCommittee, Kind::kThemeDay}) {
    const auto other = ElectorateOf(Rules(), delegates, {kind}, "631");
    EXPECT_EQ(error::Reason(other.status()), "X_MEETING_KIND");
    EXPECT_EQ(RuleOf(other.status()), "X-01");
  }
  EXPECT_TRUE(CheckDirectElection(Rules(), delegates, GeneralMeeting(20, 20)).ok());
  EXPECT_EQ(CandidatesNeeded(Rules().election, Office::kDelegate, 5), 6);
  EXPECT_EQ(PostCodeOf(Rules().election, Office::kDelegate), "");
}

TEST(ElectionRules, X_02_DelegatesMayElectSomebodyWhoIsNone) {
  Election election = CommitteeElection();
  election.delegation = "committeeElections/1/delegation";
  election.slate = Slate({1, 2, 3, 11});  // 11 is no delegate
  EXPECT_EQ(error::Reason(CheckOpening(Rules(), election, FirstMembers(10))), "X_CANDIDATE");
  election.eligible = {11, 12};
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(10)).ok());
  const Election opened = Opened(election, 10);
  const Round& round = opened.rounds.back();
  EXPECT_TRUE(CheckBallot(Rules(), opened, round, {{12}, {}}).ok()) << "written in";
  EXPECT_EQ(error::Reason(CheckBallot(Rules(), opened, round, {{13}, {}})), "X_CANDIDATE");
}

TEST(ElectionRules, B_26_TemporaryOrganizationsElectNobody) {
  for (const char* kind : {"931", "932"}) {
    const auto status = ElectorateOf(Rules(), Election(), {Kind::kGeneral}, kind).status();
    EXPECT_EQ(error::Reason(status), "X_ORGANIZATION_KIND");
    EXPECT_EQ(RuleOf(status), "B-26");
  }
  EXPECT_TRUE(ElectorateOf(Rules(), Election(), {Kind::kGeneral}, "632").ok());
}

TEST(ElectionRules, X_02_OnlyFullMembersWithTheRightToVoteAreOnTheRoll) {
  Meeting meeting = GeneralMeeting(5, 5);
  meeting.attendance[4].voting = false;
  const std::vector<Voter> voters = VotersOf(meeting, Electorate::kGeneralMeeting);
  ASSERT_EQ(voters.size(), 4u);
  EXPECT_EQ(voters.back().member_id, 4);
  EXPECT_EQ(VotersOf(meeting, Electorate::kCommittee).size(), 3u);

  Election election = CommitteeElection();
  election.slate = Slate({1, 2, 3, 11});  // 11 is probationary
  const absl::Status status = CheckOpening(Rules(), election, FirstMembers(10));
  EXPECT_EQ(error::Reason(status), "X_CANDIDATE");
  EXPECT_EQ(RuleOf(status), "X-02");
}

struct QuorumRow {
  int n, least;
};
class X_03 : public ::testing::TestWithParam<QuorumRow> {};
TEST_P(X_03, FourFifthsOfThoseWhoShouldVote) {
  const auto [n, least] = GetParam();
  Election election = CommitteeElection();
  election.slate = Slate({1, 2});
  election.seats = 1;
  election.tellers = {{3, TellerDuty::kScrutineer, true}};
  election.voters = VotersOf(GeneralMeeting(n, n), Electorate::kGeneralMeeting);
  election.roll = n;
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(least)).ok());
  const absl::Status status = CheckOpening(Rules(), election, FirstMembers(least - 1));
  EXPECT_EQ(error::Reason(status), "X_QUORUM");
  EXPECT_EQ(RuleOf(status), "X-03");
  EXPECT_EQ(error::MetadataValue(status, "required"), std::to_string(least));
  EXPECT_EQ(Opened(election, n).rounds[0].required_present, least);
}
INSTANTIATE_TEST_SUITE_P(Rows, X_03,
                         ::testing::Values(QuorumRow{3, 3}, QuorumRow{4, 4}, QuorumRow{5, 4},
                                           QuorumRow{6, 5}, QuorumRow{7, 6}, QuorumRow{8, 7},
                                           QuorumRow{9, 8}, QuorumRow{10, 8}, QuorumRow{15, 12},
                                           QuorumRow{21, 17}, QuorumRow{30, 24}, QuorumRow{50, 40}),
                         [](const auto& info) { return "N" + std::to_string(info.param.n); });

Voter LeftOut(int64_t member, ExclusionReason reason) {
  return {member, reason, "镇党委〔2026〕13号", "meetings/1/motions/1"};
}

TEST(ElectionRules, X_04_SixReasonsLeaveAMemberOut) {
  const Meeting meeting = GeneralMeeting(10, 4);
  for (int reason = 1; reason <= kExclusionReasonCount; ++reason) {
    std::vector<Voter> voters = VotersOf(meeting, Electorate::kGeneralMeeting);
    ASSERT_TRUE(Exclude(Rules(), meeting, Electorate::kGeneralMeeting,
                        {LeftOut(10, static_cast<ExclusionReason>(reason))}, &voters)
                    .ok());
    EXPECT_FALSE(voters[9].should_vote());
    EXPECT_EQ(std::count_if(voters.begin(), voters.end(),
                            [](const Voter& voter) { return voter.should_vote(); }),
              9);
  }
}

TEST(ElectionRules, X_04_NobodyElseIsLeftOut) {
  const Meeting meeting = GeneralMeeting(10, 4);
  const auto reason = [&](Electorate electorate, const std::vector<Voter>& exclusions) {
    std::vector<Voter> voters = VotersOf(meeting, electorate);
    return error::Reason(Exclude(Rules(), meeting, electorate, exclusions, &voters));
  };
  const auto abroad = [](int64_t member) { return LeftOut(member, ExclusionReason::kAbroad); };
  EXPECT_EQ(reason(Electorate::kGeneralMeeting, {abroad(4)}), "X_EXCLUSION");   // is present
  EXPECT_EQ(reason(Electorate::kGeneralMeeting, {abroad(11)}), "X_EXCLUSION");  // has no vote
  EXPECT_EQ(reason(Electorate::kCommittee, {abroad(3)}), "X_EXCLUSION");
  EXPECT_EQ(reason(Electorate::kGeneralMeeting, {}), "");
  // Absent without being left out: still of those who should vote.
  Election election = CommitteeElection();
  EXPECT_EQ(PresentVoters(election, meeting).size(), 4u);
  EXPECT_EQ(error::Reason(CheckOpening(Rules(), election, PresentVoters(election, meeting))),
            "X_QUORUM");
}

struct CandidateRow {
  int seats, candidates;
};
class X_05 : public ::testing::TestWithParam<CandidateRow> {};
TEST_P(X_05, AFifthMoreCandidatesThanSeats) {
  const auto [seats, candidates] = GetParam();
  EXPECT_EQ(CandidatesNeeded(Rules().election, Office::kCommittee, seats), candidates);
  EXPECT_EQ(CandidatesNeeded(Rules().election, Office::kDeputySecretary, seats), seats);
  Election election = CommitteeElection();
  election.voters = VotersOf(GeneralMeeting(20, 20), Electorate::kGeneralMeeting);
  election.roll = 20;
  election.seats = seats;
  election.tellers = {{20, TellerDuty::kScrutineer, true}};
  election.slate = Slate(FirstMembers(candidates));
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(20)).ok());
  election.slate.push_back({15, candidates + 1, 0, 0, 0, {}});
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(20)).ok()) << "more are welcome";
  election.slate = Slate(FirstMembers(candidates - 1));
  const absl::Status status = CheckOpening(Rules(), election, FirstMembers(20));
  EXPECT_EQ(error::Reason(status), "X_CANDIDATE_COUNT");
  EXPECT_EQ(RuleOf(status), "X-05");
}
INSTANTIATE_TEST_SUITE_P(Rows, X_05,
                         ::testing::Values(CandidateRow{1, 2}, CandidateRow{2, 3},
                                           CandidateRow{3, 4}, CandidateRow{4, 5},
                                           CandidateRow{5, 6}, CandidateRow{7, 9}),
                         [](const auto& info) {
                           return "Seats" + std::to_string(info.param.seats);
                         });

TEST(ElectionRules, X_06_SecretariesStandAloneAndAreElectedByTheCommittee) {
  Election election = CommitteeElection();
  election.office = Office::kSecretary;
  election.seats = 1;
  EXPECT_EQ(ElectorateOf(Rules(), election, {Kind::kCommittee}, "631").value(),
            Electorate::kCommittee);
  EXPECT_EQ(ElectorateOf(Rules(), election, {Kind::kCommittee}, "611").value(),
            Electorate::kCommittee);
  EXPECT_EQ(ElectorateOf(Rules(), election, {Kind::kLecture}, "631").status().code(),
            absl::StatusCode::kFailedPrecondition);
  election.committee_election_id = 7;
  EXPECT_EQ(ElectorateOf(Rules(), election, {Kind::kGeneral}, "631").value(),
            Electorate::kNewCommittee);

  // By the general meeting only where there is no committee: fewer than seven full members.
  EXPECT_TRUE(CheckDirectElection(Rules(), election, GeneralMeeting(6, 6)).ok());
  const absl::Status direct = CheckDirectElection(Rules(), election, GeneralMeeting(7, 7));
  EXPECT_EQ(error::Reason(direct), "X_MEETING_KIND");
  EXPECT_EQ(RuleOf(direct), "X-06");

  election.slate = Slate({1});
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(10)).ok());
  election.slate = Slate({1, 2});
  EXPECT_EQ(RuleOf(CheckOpening(Rules(), election, FirstMembers(10))), "X-06");
  election.slate = Slate({1});
  election.upper_approval.clear();
  EXPECT_EQ(error::Reason(CheckOpening(Rules(), election, FirstMembers(10))), "X_APPROVAL");
}

TEST(Count, X_07_TheOrderOfTheBallotIsKept) {
  Election election = Opened(CommitteeElection(), 10);
  std::vector<int32_t> positions;
  for (const Candidate& candidate : election.rounds[0].candidates) {
    positions.push_back(candidate.position);
  }
  EXPECT_EQ(positions, (std::vector<int32_t>{1, 2, 3, 4}));
  Decide({4, 6, 6, 6}, &election);
  EXPECT_EQ(election.rounds[0].candidates[0].member_id, 1);
}

// A count of ten ballots, one of them invalid.
PaperCount TenBallots() {
  return {10,
          10,
          1,
          {{1, 0, 9, 0, 0, {}}, {2, 0, 8, 1, 0, {}}, {3, 0, 6, 2, 1, {}}, {4, 0, 3, 5, 1, {}}}};
}

TEST(Count, X_08_MoreBallotsBackThanIssuedVoidTheRound) {
  Election election = Opened(CommitteeElection(), 10);
  PaperCount count = TenBallots();
  count.issued = 9;
  ASSERT_TRUE(TakeCount(Rules(), election, count, &election.rounds.back()).ok());
  DecideRound(Rules(), &election);
  EXPECT_EQ(election.state, ElectionState::kVoid);
  EXPECT_TRUE(Elected(election).empty());
  EXPECT_EQ(election.slate, Slate({1, 2, 3, 4})) << "the same is voted on again";
  count.issued = 10;
  Election fine = Opened(CommitteeElection(), 10);
  ASSERT_TRUE(TakeCount(Rules(), fine, count, &fine.rounds.back()).ok());
  DecideRound(Rules(), &fine);
  EXPECT_EQ(fine.state, ElectionState::kDecided);
  EXPECT_EQ(Elected(fine), (std::vector<int64_t>{1, 2, 3}));
}

TEST(Count, X_08_AVoidRunoffIsARunoffAgain) {
  Election election = CommitteeElection();
  election.seats = 1;
  election = Opened(election, 10);
  Decide({6, 6, 0, 0}, &election);
  ASSERT_EQ(election.state, ElectionState::kRunoff);
  election = Opened(election, 10);
  Round& round = election.rounds.back();
  EXPECT_TRUE(round.runoff);
  round.issued = 1;
  round.returned = 2;
  DecideRound(Rules(), &election);
  ASSERT_EQ(election.state, ElectionState::kVoid);
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(10)).ok());
  EXPECT_TRUE(NewRound(Rules(), election, 3, FirstMembers(10)).runoff);
}

TEST(Count, X_09_ABallotWithMoreMarksThanSeatsIsInvalid) {
  Election election = Opened(CommitteeElection(), 10);
  Round& round = election.rounds.back();
  CountBallots({{{1, 2, 3}, {4}}, {{1, 2, 3, 4}, {}}, {{5}, {1}}, {{}, {}}}, &round);
  EXPECT_EQ(round.returned, 4);
  EXPECT_EQ(round.invalid, 1);
  EXPECT_EQ(round.candidates[0], (Candidate{1, 1, 1, 1, 1, {}}));
  EXPECT_EQ(round.candidates[3], (Candidate{4, 4, 0, 1, 2, {}}));
  EXPECT_EQ(round.candidates[4], (Candidate{5, 0, 1, 0, 0, {}})) << "written in";

  const auto reason = [&](const Ballot& ballot) {
    return error::Reason(CheckBallot(Rules(), election, round, ballot));
  };
  EXPECT_EQ(reason({{1, 2, 3}, {4}}), "");
  EXPECT_EQ(reason({{}, {}}), "");
  EXPECT_EQ(reason({{1, 2, 3, 4}, {}}), "X_MARKS");
  EXPECT_EQ(reason({{1, 2, 5}, {}}), "") << "somebody else of the roll";
  EXPECT_EQ(reason({{11}, {}}), "X_CANDIDATE") << "has no right to be elected";
  EXPECT_EQ(reason({{1, 1}, {}}), "FIELD_INVALID");
  EXPECT_EQ(reason({{1}, {1}}), "FIELD_INVALID");
  EXPECT_EQ(reason({{1}, {5}}), "FIELD_INVALID") << "against candidates only";
}

TEST(Count, X_09_CountsOnPaperMustFit) {
  const Election election = Opened(CommitteeElection(), 10);
  const auto reason = [&](const PaperCount& count) {
    Round round = election.rounds.back();
    return error::Reason(TakeCount(Rules(), election, count, &round));
  };
  EXPECT_EQ(reason(TenBallots()), "");
  PaperCount count = TenBallots();
  count.counts[0].votes_for = 8;  // 8 of 9 valid ballots
  EXPECT_EQ(reason(count), "FIELD_INVALID");
  count = TenBallots();
  count.counts.pop_back();
  EXPECT_EQ(reason(count), "FIELD_INVALID");
  count = TenBallots();
  count.counts.push_back(count.counts[0]);
  EXPECT_EQ(reason(count), "FIELD_INVALID");
  count = TenBallots();
  count.invalid = 11;
  EXPECT_EQ(reason(count), "FIELD_INVALID");
  count = TenBallots();
  count.counts.push_back({5, 0, 2, 0, 0, {}});  // 28 marks on 9 ballots for 3 seats
  EXPECT_EQ(reason(count), "FIELD_INVALID");
  count.counts.back().votes_for = 1;
  EXPECT_EQ(reason(count), "");
  count.counts.back().member_id = 11;
  EXPECT_EQ(reason(count), "X_CANDIDATE");
}

struct DecisionRow {
  std::string name;
  std::vector<int32_t> votes;
  ElectionState state;
  std::vector<int64_t> elected;
  std::vector<int64_t> next;  // whom the coming round is about
};
class X_10 : public ::testing::TestWithParam<DecisionRow> {};
TEST_P(X_10, DecidesTenPresentAndThreeSeats) {
  const DecisionRow& row = GetParam();
  Election election = Opened(CommitteeElection(), 10);
  EXPECT_EQ(election.rounds[0].required_for, 6);
  Decide(row.votes, &election);
  EXPECT_EQ(election.state, row.state);
  EXPECT_EQ(Elected(election), row.elected);
  EXPECT_EQ(election.slate, Slate(row.next));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, X_10,
    ::testing::Values(
        DecisionRow{"as_many_as_seats", {6, 7, 8, 5}, ElectionState::kDecided, {3, 2, 1}, {}},
        DecisionRow{"half_of_those_present_is_too_little",
                    {5, 7, 8, 5},
                    ElectionState::kShort,
                    {3, 2},
                    {1, 4}},
        DecisionRow{
            "more_than_seats_by_votes", {6, 9, 8, 7}, ElectionState::kDecided, {2, 3, 4}, {}},
        DecisionRow{
            "a_tie_above_the_edge_is_none", {9, 9, 8, 7}, ElectionState::kDecided, {1, 2, 3}, {}},
        DecisionRow{"a_tie_at_the_edge", {9, 8, 7, 7}, ElectionState::kRunoff, {1, 2}, {3, 4}},
        DecisionRow{
            "a_tie_of_three_at_the_edge", {9, 7, 7, 7}, ElectionState::kRunoff, {1}, {2, 3, 4}},
        DecisionRow{"all_tied", {7, 7, 7, 7}, ElectionState::kRunoff, {}, {1, 2, 3, 4}},
        DecisionRow{"a_tie_below_the_majority_is_none",
                    {9, 8, 5, 5},
                    ElectionState::kShort,
                    {1, 2},
                    {3, 4}},
        DecisionRow{"nobody", {5, 4, 3, 2}, ElectionState::kShort, {}, {1, 2, 3, 4}}),
    [](const auto& info) { return info.param.name; });

TEST(Count, X_10_InARunoffMoreVotesDecide) {
  Election election = Opened(CommitteeElection(), 10);
  Decide({9, 8, 7, 7}, &election);
  ASSERT_TRUE(CheckOpening(Rules(), election, FirstMembers(10)).ok());
  election = Opened(election, 10);
  EXPECT_EQ(election.rounds[1].seats, 1);
  EXPECT_EQ(election.rounds[1].required_for, 0);
  EXPECT_EQ(error::Reason(CheckBallot(Rules(), election, election.rounds[1], {{5}, {}})),
            "X_CANDIDATE")
      << "only those tied";
  Election again = election;
  Decide({4, 4}, &again);
  EXPECT_EQ(again.state, ElectionState::kRunoff);
  Decide({4, 3}, &election);  // less than half of those present
  EXPECT_EQ(election.state, ElectionState::kDecided);
  EXPECT_EQ(Elected(election), (std::vector<int64_t>{1, 2, 3}));
}

TEST(Count, X_10_SeatsThatStayedOpenAreElectedAnew) {
  Election election = Opened(CommitteeElection(), 10);
  Decide({9, 8, 5, 5}, &election);
  ASSERT_EQ(election.state, ElectionState::kShort);
  ASSERT_TRUE(CheckOpening(Rules(), election, FirstMembers(10)).ok()) << "two for one seat";
  election.slate = Slate({1, 3});
  EXPECT_EQ(error::Reason(CheckSlate(Rules(), election)), "X_CANDIDATE") << "1 is elected";
  election.slate = Slate({3, 4});
  election = Opened(election, 9);
  EXPECT_EQ(election.rounds[1].required_for, 5) << "of those present now";
  EXPECT_EQ(error::Reason(CheckBallot(Rules(), election, election.rounds[1], {{1}, {}})),
            "X_CANDIDATE");
  Decide({4, 5}, &election);
  EXPECT_EQ(election.state, ElectionState::kDecided);
  EXPECT_EQ(Elected(election), (std::vector<int64_t>{1, 2, 4}));
}

TEST(ElectionRules, X_11_NobodyVotesForTheAbsent) {
  const Election election = CommitteeElection();
  const Meeting meeting = GeneralMeeting(10, 8);
  EXPECT_TRUE(CheckPresent(Rules(), election, meeting, FirstMembers(8)).ok());
  const absl::Status absent = CheckPresent(Rules(), election, meeting, {9});
  EXPECT_EQ(error::Reason(absent), "X_NOT_PRESENT");
  EXPECT_EQ(RuleOf(absent), "X-11");
  EXPECT_EQ(error::Reason(CheckPresent(Rules(), election, meeting, {11})), "X_NOT_PRESENT");

  Election opened = Opened(election, 8);
  PaperCount count = TenBallots();  // ten for eight present
  const absl::Status issued = TakeCount(Rules(), opened, count, &opened.rounds.back());
  EXPECT_EQ(error::Reason(issued), "X_ISSUED");
  EXPECT_EQ(RuleOf(issued), "X-11");
}

TEST(ElectionRules, X_13_TellersAreNoCandidates) {
  Election election = CommitteeElection();
  election.tellers = {{4, TellerDuty::kCounter, true}, {9, TellerDuty::kScrutineer, true}};
  EXPECT_EQ(error::Reason(CheckSlate(Rules(), election)), "X_TELLER");
  election.tellers = {{9, TellerDuty::kCounter, true}};
  const absl::Status none = CheckOpening(Rules(), election, FirstMembers(10));
  EXPECT_EQ(error::Reason(none), "X_TELLER");
  EXPECT_EQ(RuleOf(none), "X-13");
  election.tellers = {{9, TellerDuty::kScrutineer, true}};
  EXPECT_EQ(error::Reason(CheckOpening(Rules(), election, FirstMembers(8))), "X_TELLER")
      << "the scrutineer is not there";
  EXPECT_TRUE(CheckOpening(Rules(), election, FirstMembers(9)).ok());
}

TEST(ElectionRules, X_13_TellersDeclareToHaveNoRelativeAmongTheCandidates) {
  Election election = CommitteeElection();
  for (Teller& teller : election.tellers) {
    teller.no_relative_standing = false;
    const absl::Status status = CheckSlate(Rules(), election);
    EXPECT_EQ(error::Reason(status), "X_DECLARATION");
    EXPECT_EQ(RuleOf(status), "X-13");
    EXPECT_EQ(error::MetadataValue(status, "required"), "no_relative_standing");
    teller.no_relative_standing = true;
  }
  EXPECT_TRUE(CheckSlate(Rules(), election).ok());
  ReplaceSlate(Slate({4, 2, 1}), &election);  // nobody new: what was declared still holds
  EXPECT_TRUE(CheckSlate(Rules(), election).ok());
  ReplaceSlate(Slate({4, 2, 5}), &election);
  EXPECT_EQ(error::Reason(CheckSlate(Rules(), election)), "X_DECLARATION");
}

TEST(ElectionState, WhatMayFollowWhat) {
  using Action = ElectionAction;
  using State = ElectionState;
  const std::map<State, std::set<Action>> allowed = {
      {State::kDraft, {Action::kSetCandidates, Action::kFixRoll, Action::kCancel}},
      {State::kRollFixed,
       {Action::kSetCandidates, Action::kFixRoll, Action::kOpen, Action::kCancel}},
      {State::kOpen, {Action::kIssueTokens, Action::kCast, Action::kClose, Action::kCancel}},
      {State::kClosed, {Action::kClose, Action::kDecide, Action::kCancel}},
      {State::kDecided, {}},
      {State::kVoid, {Action::kOpen, Action::kCancel}},
      {State::kRunoff, {Action::kOpen, Action::kCancel}},
      {State::kShort,
       {Action::kSetCandidates, Action::kOpen, Action::kReduceSeats, Action::kCancel}},
      {State::kCancelled, {}}};
  for (const auto& [state, actions] : allowed) {
    for (int i = 0; i <= static_cast<int>(Action::kCancel); ++i) {
      Election election;
      election.state = state;
      const Action action = static_cast<Action>(i);
      EXPECT_EQ(CheckElectionAction(election, action).ok(), actions.contains(action))
          << ElectionStateCode(state) << " " << i;
    }
  }
  Election counted;
  counted.state = State::kClosed;
  counted.mode = ElectionMode::kElectronic;
  EXPECT_FALSE(CheckElectionAction(counted, Action::kClose).ok()) << "counted once and for all";
  Election partly = Opened(CommitteeElection(), 10);
  Decide({9, 8, 5, 5}, &partly);
  EXPECT_FALSE(CheckElectionAction(partly, Action::kCancel).ok()) << "somebody is elected";
}

// Counting and deciding against a reference that knows nothing but sets and sorting.
TEST(CountModel, AgreesWithASmallReference) {
  std::mt19937 random(20261123);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int trial = 0; trial < 3000; ++trial) {
    Election election = CommitteeElection();
    election.seats = 1 + below(4);
    const int candidates = election.seats + 1 + below(3);
    election.slate = Slate(FirstMembers(candidates));
    election = Opened(election, 10);
    Round& round = election.rounds.back();
    std::vector<Ballot> ballots(static_cast<size_t>(below(11)));
    std::map<int64_t, int> votes;
    int invalid = 0;
    for (Ballot& ballot : ballots) {
      for (int64_t member = 1; member <= 10; ++member) {
        const bool candidate = member <= candidates;
        const int draw = below(candidate ? 3 : 12);
        if (draw == 0) ballot.votes_for.push_back(member);
        if (draw == 1 && candidate) ballot.votes_against.push_back(member);
      }
      if (ballot.votes_for.size() > static_cast<size_t>(election.seats)) {
        ++invalid;
        continue;
      }
      for (int64_t member : ballot.votes_for) ++votes[member];
    }
    std::shuffle(ballots.begin(), ballots.end(), random);
    CountBallots(ballots, &round);
    round.issued = round.returned;
    DecideRound(Rules(), &election);

    EXPECT_EQ(round.invalid, invalid);
    std::vector<int> passed;
    for (const Candidate& candidate : round.candidates) {
      ASSERT_EQ(candidate.votes_for, votes[candidate.member_id]);
      if (!candidate.write_in()) {
        ASSERT_EQ(candidate.votes_for + candidate.votes_against + candidate.abstained,
                  round.valid());
      }
    }
    for (const auto& [member, count] : votes) {
      if (2 * count > 10) passed.push_back(count);
    }
    std::sort(passed.rbegin(), passed.rend());
    const size_t seats = static_cast<size_t>(election.seats);
    std::set<int64_t> elected;
    std::set<int64_t> tied;
    const bool tie = passed.size() > seats && passed[seats] == passed[seats - 1];
    for (const auto& [member, count] : votes) {
      if (2 * count <= 10) continue;
      if (passed.size() <= seats || count > passed[seats]) elected.insert(member);
      if (tie && count == passed[seats]) tied.insert(member);
    }
    const std::vector<int64_t> got = Elected(election);
    ASSERT_EQ(std::set<int64_t>(got.begin(), got.end()), elected) << trial;
    ASSERT_EQ(election.state, tie                      ? ElectionState::kRunoff
                              : elected.size() < seats ? ElectionState::kShort
                                                       : ElectionState::kDecided);
    if (tie) {
      std::set<int64_t> next;
      for (const Candidate& candidate : election.slate) next.insert(candidate.member_id);
      ASSERT_EQ(next, tied);
    }
  }
}

}  // namespace
}  // namespace ronghe::meeting
