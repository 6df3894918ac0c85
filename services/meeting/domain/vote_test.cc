#include "services/meeting/domain/vote.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/meeting/rules.h"

namespace ronghe::meeting {
namespace {

const RuleSets& Rules() {
  static const RuleSets* const kRules =
      new RuleSets(LoadRuleSets("services/meeting/domain/rules").value());
  return *kRules;
}
const RuleSet& Rules2018() { return Rules().At(absl::CivilDay(2026, 11, 23)); }

// Domain rules 11.1, "Table of integers": the least present for ½ (以上), ½ (超过), ⅘ and ⅔.
struct IntegerRow {
  int64_t n, half, more_than_half, four_fifths, two_thirds;
};
const std::vector<IntegerRow>& Integers() {
  static const auto* const kRows = new std::vector<IntegerRow>{
      {3, 2, 2, 3, 2},    {4, 2, 3, 4, 3},      {5, 3, 3, 4, 4},      {6, 3, 4, 5, 4},
      {7, 4, 4, 6, 5},    {8, 4, 5, 7, 6},      {9, 5, 5, 8, 6},      {10, 5, 6, 8, 7},
      {15, 8, 8, 12, 10}, {21, 11, 11, 17, 14}, {30, 15, 16, 24, 20}, {50, 25, 26, 40, 34}};
  return *kRows;
}

class IntegerTable : public ::testing::TestWithParam<IntegerRow> {};

TEST_P(IntegerTable, LeastCountThatReachesTheShare) {
  const IntegerRow& row = GetParam();
  const Share half{1, 2, Share::Comparison::kAtLeast};
  const Share more{1, 2, Share::Comparison::kMoreThan};
  const Share fifths{4, 5, Share::Comparison::kAtLeast};
  const Share thirds{2, 3, Share::Comparison::kAtLeast};
  const std::vector<std::pair<Share, int64_t>> expected = {{half, row.half},
                                                           {more, row.more_than_half},
                                                           {fifths, row.four_fifths},
                                                           {thirds, row.two_thirds}};
  for (const auto& [share, least] : expected) {
    EXPECT_EQ(share.Least(row.n), least);
    EXPECT_TRUE(share.Reached(least, row.n));
    EXPECT_FALSE(share.Reached(least - 1, row.n));
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, IntegerTable, ::testing::ValuesIn(Integers()),
                         [](const auto& info) { return "N" + std::to_string(info.param.n); });

// Share::Least agrees with Share::Reached for every size of a branch.
TEST(Share, LeastIsTheFirstCountThatReaches) {
  for (const Share& share :
       {Share{1, 2, Share::Comparison::kAtLeast}, Share{1, 2, Share::Comparison::kMoreThan},
        Share{4, 5, Share::Comparison::kAtLeast}, Share{2, 3, Share::Comparison::kAtLeast},
        Share{2, 3, Share::Comparison::kMoreThan}}) {
    for (int64_t n = 1; n <= 600; ++n) {
      int64_t least = 0;
      while (!share.Reached(least, n)) ++least;
      ASSERT_EQ(share.Least(n), least) << n;
    }
  }
}

struct VoteRow {
  std::string name;
  MotionKind kind;
  int64_t n, present, votes_for;
  MotionResult result;
};
class VoteTable : public ::testing::TestWithParam<VoteRow> {};

TEST_P(VoteTable, Decides) {
  const VoteRow& row = GetParam();
  const auto verdict =
      Decide(Rules2018(), *Rules2018().Vote(row.kind), row.n, row.present, row.votes_for, 0);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(verdict->result(), row.result);
}

constexpr MotionKind kGen = MotionKind::kGeneral;
constexpr MotionKind kComm = MotionKind::kCommittee;
INSTANTIATE_TEST_SUITE_P(
    Rows, VoteTable,
    ::testing::Values(
        VoteRow{"Q_GEN_five_of_ten_is_a_quorum_but_five_votes_do_not_carry", kGen, 10, 5, 5,
                MotionResult::kRejected},
        VoteRow{"Q_GEN_six_of_ten_carry", kGen, 10, 6, 6, MotionResult::kPassed},
        VoteRow{"Q_GEN_four_of_ten_have_no_quorum", kGen, 10, 4, 4, MotionResult::kNoQuorum},
        VoteRow{"Q_GEN_majority_is_of_the_roll_not_of_those_present", kGen, 10, 8, 5,
                MotionResult::kRejected},
        VoteRow{"Q_GEN_odd_roll", kGen, 21, 11, 11, MotionResult::kPassed},
        VoteRow{"Q_GEN_odd_roll_one_short", kGen, 21, 10, 10, MotionResult::kNoQuorum},
        VoteRow{"Q_GEN_one_member", kGen, 1, 1, 1, MotionResult::kPassed},
        VoteRow{"Q_COMM_two_of_four_are_a_quorum_two_votes_do_not_carry", kComm, 4, 2, 2,
                MotionResult::kRejected},
        VoteRow{"Q_COMM_three_of_five_carry", kComm, 5, 3, 3, MotionResult::kPassed},
        VoteRow{"Q_COMM_two_of_five_have_no_quorum", kComm, 5, 2, 2, MotionResult::kNoQuorum},
        VoteRow{"Q_COMM_two_of_three_carry", kComm, 3, 2, 2, MotionResult::kPassed}),
    [](const auto& info) { return info.param.name; });

// Domain rules 11.1: one row a rule. `quorum` and `pass` name the column of the table of integers.
struct RuleRow {
  std::string name;
  MotionKind kind;
  int64_t IntegerRow::*quorum;
  int64_t IntegerRow::*pass;
  bool written, secret, subject;
};
class RuleTable : public ::testing::TestWithParam<RuleRow> {};

TEST_P(RuleTable, DecidesForEveryN) {
  const RuleRow& row = GetParam();
  const VoteRule& rule = *Rules2018().Vote(row.kind);
  EXPECT_EQ(rule.secret_ballot, row.secret);
  EXPECT_EQ(rule.subject_required, row.subject);
  EXPECT_EQ(rule.written_counts, row.written);
  EXPECT_FALSE(rule.source.empty());
  for (const IntegerRow& integers : Integers()) {
    const int64_t n = integers.n;
    const int64_t quorum = integers.*row.quorum;
    const int64_t pass = integers.*row.pass;
    const auto result = [&](int64_t present, int64_t votes_for, int64_t written) {
      const auto verdict = Decide(Rules2018(), rule, n, present, votes_for, written);
      EXPECT_TRUE(verdict.ok()) << verdict.status();
      EXPECT_EQ(verdict->required_present, quorum);
      EXPECT_EQ(verdict->required_for, pass);
      return verdict->result();
    };
    EXPECT_EQ(result(quorum - 1, quorum - 1, 0), MotionResult::kNoQuorum) << n;
    EXPECT_EQ(result(n, pass, 0), MotionResult::kPassed) << n;
    EXPECT_EQ(result(n, pass - 1, 0), MotionResult::kRejected) << n;
    if (row.written && quorum < n) {
      // The absent carry by writing what those present just did not.
      EXPECT_EQ(result(quorum, pass - 1, 1), MotionResult::kPassed) << n;
      EXPECT_EQ(result(quorum - 1, quorum - 1, n), MotionResult::kNoQuorum) << n;
    } else if (!row.written) {
      EXPECT_EQ(error::Reason(Decide(Rules2018(), rule, n, n, n - 1, 1).status()),
                "Q_WRITTEN_NOT_COUNTED");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RuleTable,
    ::testing::Values(RuleRow{"Q_GEN", MotionKind::kGeneral, &IntegerRow::half,
                              &IntegerRow::more_than_half, false, false, false},
                      RuleRow{"Q_COMM", MotionKind::kCommittee, &IntegerRow::half,
                              &IntegerRow::more_than_half, false, false, false},
                      RuleRow{"Q_ADMIT", MotionKind::kAdmission, &IntegerRow::more_than_half,
                              &IntegerRow::more_than_half, true, true, true},
                      RuleRow{"Q_CONV", MotionKind::kConversion, &IntegerRow::more_than_half,
                              &IntegerRow::more_than_half, true, true, true},
                      RuleRow{"Q_DISP", MotionKind::kDisposition, &IntegerRow::half,
                              &IntegerRow::more_than_half, false, false, true},
                      RuleRow{"Q_APPR", MotionKind::kApproval, &IntegerRow::more_than_half,
                              &IntegerRow::more_than_half, false, false, true}),
    [](const auto& info) { return info.param.name; });

// The edge cases of domain rules 2.3.
TEST(Vote, Q_ADMIT_AWrittenOpinionIsAVoteNotAttendance) {
  const VoteRule& rule = *Rules2018().Vote(MotionKind::kAdmission);
  const auto result = [&](int64_t present, int64_t votes_for, int64_t written) {
    return Decide(Rules2018(), rule, 10, present, votes_for, written)->result();
  };
  EXPECT_EQ(result(5, 5, 1), MotionResult::kNoQuorum);
  EXPECT_EQ(result(6, 5, 1), MotionResult::kPassed);
  EXPECT_EQ(result(6, 5, 0), MotionResult::kRejected);
}

TEST(Vote, Q_EMPTY_WhenNobodyHasTheRight) {
  const auto verdict = Decide(Rules2018(), *Rules2018().Vote(kGen), 0, 0, 0, 0);
  EXPECT_EQ(verdict.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error::Reason(verdict.status()), "Q_EMPTY");
  EXPECT_EQ(error::MetadataValue(verdict.status(), "rule_id"), "Q-GEN");
  EXPECT_EQ(error::MetadataValue(verdict.status(), "rule_set"), "branch-work@2018");
}

TEST(Vote, WrittenOpinionsAreNotCounted) {
  const auto verdict = Decide(Rules2018(), *Rules2018().Vote(kGen), 10, 6, 5, 2);
  EXPECT_EQ(error::Reason(verdict.status()), "Q_WRITTEN_NOT_COUNTED");
  RuleSet counted = Rules2018();
  for (VoteRule& rule : counted.votes) rule.written_counts = true;
  const auto passed = Decide(counted, *counted.Vote(kGen), 10, 6, 5, 2);
  ASSERT_TRUE(passed.ok());
  EXPECT_TRUE(passed->passed);
}

// Ten on the voting roll, one probationary member; the first `present` of the ten came.
Meeting GeneralMeeting(int present) {
  Meeting meeting;
  meeting.id = 1;
  meeting.kinds = {Kind::kGeneral};
  for (int i = 1; i <= 11; ++i) {
    Attendee attendee;
    attendee.member_id = i;
    attendee.full = i <= 10;
    attendee.voting = i <= 10;
    attendee.committee = i <= 3;
    attendee.presence = i <= present || i == 11 ? Presence::kPresent : Presence::kAbsent;
    if (attendee.presence == Presence::kAbsent) attendee.reason = AbsenceReason::kSick;
    meeting.attendance.push_back(attendee);
  }
  return meeting;
}

Motion OrdinaryMotion(int votes_for, MotionResult claimed = MotionResult::kUndecided) {
  Motion motion;
  motion.text = "通过年度工作计划";
  motion.kind = MotionKind::kGeneral;
  motion.votes_for = votes_for;
  motion.ballots_issued = votes_for;
  motion.ballots_returned = votes_for;
  motion.result = claimed;
  return motion;
}

TEST(DecideMotion, RecordsRuleAndNumbers) {
  const Meeting meeting = GeneralMeeting(7);
  Motion motion = OrdinaryMotion(6);
  ASSERT_TRUE(DecideMotion(Rules2018(), meeting, &motion).ok());
  EXPECT_EQ(motion.result, MotionResult::kPassed);
  EXPECT_EQ(motion.should_vote, 10);  // the probationary member does not vote
  EXPECT_EQ(motion.present, 7);
  EXPECT_EQ(motion.required_present, 5);
  EXPECT_EQ(motion.required_for, 6);
  EXPECT_EQ(motion.rule_set, "branch-work@2018");
}

TEST(DecideMotion, Q_QUORUM_RefusesAPassedClaimWithoutQuorum) {
  const Meeting meeting = GeneralMeeting(4);
  Motion motion = OrdinaryMotion(4, MotionResult::kPassed);
  const absl::Status status = DecideMotion(Rules2018(), meeting, &motion);
  EXPECT_EQ(error::Reason(status), "Q_QUORUM");
  EXPECT_EQ(error::MetadataValue(status, "required"), "5");
  EXPECT_EQ(error::MetadataValue(status, "actual"), "4");
  EXPECT_EQ(error::MetadataValue(status, "rule_id"), "Q-GEN");

  Motion honest = OrdinaryMotion(4, MotionResult::kNoQuorum);
  EXPECT_TRUE(DecideMotion(Rules2018(), meeting, &honest).ok());
}

TEST(DecideMotion, Q_MAJORITY_RefusesAPassedClaimWithoutMajority) {
  const Meeting meeting = GeneralMeeting(10);
  Motion motion = OrdinaryMotion(5, MotionResult::kPassed);
  const absl::Status status = DecideMotion(Rules2018(), meeting, &motion);
  EXPECT_EQ(error::Reason(status), "Q_MAJORITY");
  EXPECT_EQ(error::MetadataValue(status, "required"), "6");
}

TEST(DecideMotion, Q_RESULT_MISMATCH_RefusesAnyOtherWrongClaim) {
  const Meeting meeting = GeneralMeeting(10);
  Motion motion = OrdinaryMotion(9, MotionResult::kRejected);
  EXPECT_EQ(error::Reason(DecideMotion(Rules2018(), meeting, &motion)), "Q_RESULT_MISMATCH");
}

TEST(DecideMotion, LateArrivalDoesNotCountForAnEarlierVote) {
  Meeting meeting = GeneralMeeting(5);
  const absl::Time vote = absl::FromUnixSeconds(1790000000);
  meeting.attendance[4].arrived_at = vote + absl::Minutes(10);
  Motion before = OrdinaryMotion(4);
  before.voted_at = vote;
  ASSERT_TRUE(DecideMotion(Rules2018(), meeting, &before).ok());
  EXPECT_EQ(before.present, 4);
  EXPECT_EQ(before.result, MotionResult::kNoQuorum);
  Motion after = OrdinaryMotion(5);
  after.voted_at = vote + absl::Minutes(20);
  ASSERT_TRUE(DecideMotion(Rules2018(), meeting, &after).ok());
  EXPECT_EQ(after.present, 5);
  EXPECT_EQ(after.result, MotionResult::kRejected);
}

TEST(DecideMotion, CommitteeMotionsNeedTheCommittee) {
  Meeting meeting = GeneralMeeting(10);
  Motion motion = OrdinaryMotion(2);
  motion.kind = MotionKind::kCommittee;
  EXPECT_EQ(error::Reason(DecideMotion(Rules2018(), meeting, &motion)), "Q_KIND_NOT_HELD");
  meeting.kinds.Add(Kind::kCommittee);
  ASSERT_TRUE(DecideMotion(Rules2018(), meeting, &motion).ok());
  EXPECT_EQ(motion.should_vote, 3);
  EXPECT_EQ(motion.result, MotionResult::kPassed);
}

Motion SecretMotion(MotionKind kind, std::string subject, int votes_for) {
  Motion motion = OrdinaryMotion(votes_for);
  motion.kind = kind;
  motion.subject = std::move(subject);
  motion.ballot_mode = BallotMode::kSecret;
  return motion;
}

std::string Reason(const RuleSet& rules, std::string_view organization_kind, Meeting meeting) {
  return error::Reason(DecideMotions(rules, organization_kind, &meeting));
}

TEST(DecideMotions, Q_ADMIT_IsDecidedOneByOneBySecretBallot) {
  Meeting meeting = GeneralMeeting(6);
  meeting.motions = {SecretMotion(MotionKind::kAdmission, "admissionCases/12", 5)};
  meeting.motions[0].written_for = 1;
  ASSERT_TRUE(DecideMotions(Rules2018(), "631", &meeting).ok());
  EXPECT_EQ(meeting.motions[0].result, MotionResult::kPassed);
  EXPECT_EQ(meeting.motions[0].required_present, 6);
  EXPECT_EQ(meeting.motions[0].required_for, 6);

  Meeting open = meeting;
  open.motions[0].ballot_mode = BallotMode::kHands;
  EXPECT_EQ(Reason(Rules2018(), "631", open), "Q_SECRET_BALLOT");
  Meeting nameless = meeting;
  nameless.motions[0].subject.clear();
  EXPECT_EQ(Reason(Rules2018(), "631", nameless), "Q_ONE_BY_ONE");
  Meeting twice = meeting;
  twice.motions.push_back(twice.motions[0]);
  EXPECT_EQ(Reason(Rules2018(), "631", twice), "Q_ONE_BY_ONE");
  twice.motions[1].subject = "admissionCases/13";
  EXPECT_EQ(Reason(Rules2018(), "631", twice), "");
  // The same subject under another rule is another matter.
  twice.motions[1].subject = twice.motions[0].subject;
  twice.motions[1].kind = MotionKind::kConversion;
  EXPECT_EQ(Reason(Rules2018(), "631", twice), "");
}

TEST(DecideMotions, TemporaryOrganizationsNeitherAdmitNorDispose) {
  for (const auto& [kind, subject] : {std::pair{MotionKind::kAdmission, "admissionCases/1"},
                                      std::pair{MotionKind::kConversion, "admissionCases/1"},
                                      std::pair{MotionKind::kDisposition, "dispositions/1"}}) {
    Meeting meeting = GeneralMeeting(10);
    meeting.motions = {SecretMotion(kind, subject, 8)};
    EXPECT_EQ(Reason(Rules2018(), "931", meeting), "Q_ORGANIZATION_KIND");
    EXPECT_EQ(Reason(Rules2018(), "932", meeting), "Q_ORGANIZATION_KIND");
    EXPECT_EQ(Reason(Rules2018(), "632", meeting), "");
    meeting.kinds = {Kind::kOrgLife};
    EXPECT_EQ(Reason(Rules2018(), "631", meeting), "Q_KIND_NOT_HELD");
  }
  Meeting ordinary = GeneralMeeting(10);
  ordinary.motions = {OrdinaryMotion(6)};
  EXPECT_EQ(Reason(Rules2018(), "931", ordinary), "");
}

TEST(DecideMotions, Q_APPR_IsTheCommitteesOfABasicLevelCommittee) {
  Meeting meeting = GeneralMeeting(10);  // three of them on the committee
  meeting.kinds = {Kind::kCommittee};
  Motion motion = SecretMotion(MotionKind::kApproval, "admissionCases/12", 2);
  motion.ballot_mode = BallotMode::kHands;
  meeting.motions = {motion};
  EXPECT_EQ(Reason(Rules2018(), "631", meeting), "Q_ORGANIZATION_KIND");
  ASSERT_TRUE(DecideMotions(Rules2018(), "611", &meeting).ok());
  EXPECT_EQ(meeting.motions[0].should_vote, 3);
  EXPECT_EQ(meeting.motions[0].result, MotionResult::kPassed);
}

TEST(RuleSets, ChosenByTheDayOfTheEvent) {
  RuleSet old = Rules2018();
  old.effective_to = absl::CivilDay(2027, 1, 1);
  RuleSet next = Rules2018();
  next.version = "2027";
  next.effective_from = absl::CivilDay(2027, 1, 1);
  const auto sets = RuleSets::Create({next, old});
  ASSERT_TRUE(sets.ok()) << sets.status();
  EXPECT_EQ(sets->At(absl::CivilDay(2026, 12, 31)).Name(), "branch-work@2018");
  EXPECT_EQ(sets->At(absl::CivilDay(2027, 1, 1)).Name(), "branch-work@2027");
  old.effective_to.reset();
  EXPECT_FALSE(RuleSets::Create({next, old}).ok());
}

TEST(RuleSets, NoPassageOfDivisionCanBreakTheShares) {
  RuleSet broken = Rules2018();
  broken.votes[0].quorum.denominator = 0;
  EXPECT_FALSE(RuleSets::Create({broken}).ok());
}

}  // namespace
}  // namespace ronghe::meeting
