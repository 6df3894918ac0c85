#include "services/meeting/domain/vote.h"

#include <cstdint>
#include <string>
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

INSTANTIATE_TEST_SUITE_P(Rows, IntegerTable,
                         ::testing::Values(IntegerRow{3, 2, 2, 3, 2}, IntegerRow{4, 2, 3, 4, 3},
                                           IntegerRow{5, 3, 3, 4, 4}, IntegerRow{6, 3, 4, 5, 4},
                                           IntegerRow{7, 4, 4, 6, 5}, IntegerRow{8, 4, 5, 7, 6},
                                           IntegerRow{9, 5, 5, 8, 6}, IntegerRow{10, 5, 6, 8, 7},
                                           IntegerRow{15, 8, 8, 12, 10},
                                           IntegerRow{21, 11, 11, 17, 14},
                                           IntegerRow{30, 15, 16, 24, 20},
                                           IntegerRow{50, 25, 26, 40, 34}),
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
