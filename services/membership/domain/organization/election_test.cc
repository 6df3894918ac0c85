#include "services/membership/domain/organization/election.h"

#include <string>
#include <vector>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using Day = absl::CivilDay;
using ::testing::Contains;
using ::testing::Field;
using State = ElectionState;

class ElectionRules : public ::testing::Test {
 protected:
  static CandidateFacts Somebody(int64_t id, Post code) {
    return {.member_id = id,
            .code = code,
            .belongs = true,
            .voting = true,
            .converted_on = Day(2011, 7, 1)};
  }
  // A list of `seated` candidates for the committee, the first of them for secretary too.
  static std::vector<CandidateFacts> List(int seated, int deputies = 0) {
    std::vector<CandidateFacts> list;
    for (int i = 1; i <= seated; ++i) list.push_back(Somebody(i, Post::kCommitteeMember));
    list.push_back(Somebody(1, Post::kSecretary));
    for (int i = 0; i < deputies; ++i) list.push_back(Somebody(2 + i, Post::kDeputySecretary));
    return list;
  }
  std::string Check(int seats, int deputies, const std::vector<CandidateFacts>& list) {
    return error::Reason(CheckCandidates(guard_, setup_, elections_, seats, deputies, list, day_));
  }
  std::string SeatsReason(const Seats& seats) {
    return error::Reason(CheckSeats(guard_, setup_, elections_, seats));
  }

  const Day day_ = Day(2026, 11, 30);
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& setup_ = books_.Get("organization").On(day_);
  const RuleSet& elections_ = books_.Get("election").On(day_);
  Guard guard_;
};

TEST_F(ElectionRules, StepsFollowInOrder) {
  State state = State::kReminded;
  for (const ElectionStep step :
       {ElectionStep::kRequest, ElectionStep::kAgree, ElectionStep::kPropose,
        ElectionStep::kPropose, ElectionStep::kApproveCandidates, ElectionStep::kRecordResult,
        ElectionStep::kReport, ElectionStep::kApproveResult, ElectionStep::kClose}) {
    const auto next = Follow(state, step);
    ASSERT_TRUE(next.ok()) << StateName(state);
    state = *next;
  }
  EXPECT_EQ(state, State::kClosed);
}

TEST_F(ElectionRules, EveryOtherStepIsRefused) {
  int allowed = 0;
  for (int from = 1; from <= 10; ++from) {
    for (int step = 0; step <= static_cast<int>(ElectionStep::kCancel); ++step) {
      const auto next = Follow(static_cast<State>(from), static_cast<ElectionStep>(step));
      if (next.ok()) {
        ++allowed;
        continue;
      }
      EXPECT_EQ(error::Reason(next.status()), "ELECTION_STATE");
      EXPECT_EQ(error::MetadataValue(next.status(), "actual"), StateName(static_cast<State>(from)));
    }
  }
  EXPECT_EQ(allowed, 11 + 7);  // the table, and giving up before approval
}

TEST_F(ElectionRules, B_10_AndB_11_SeatsFitTheBranch) {
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 6, .committee = 0}), "");
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 6, .committee = 3}), "ELECTION_SEATS");
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 7, .committee = 0}), "ELECTION_SEATS");
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 7, .committee = 2}), "ELECTION_SEATS");
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 7, .committee = 3}), "");
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 7, .committee = 3, .deputies = 3}), "ELECTION_SEATS");
  EXPECT_EQ(SeatsReason({.kind = 611, .full = 0, .members = 300, .committee = 9}), "");
  EXPECT_THAT(guard_.decisions(),
              ::testing::Not(Contains(Field(&Decision::reason, "COMMITTEE_LARGE"))));
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 40, .committee = 8}), "");
  EXPECT_THAT(guard_.decisions(), Contains(Field(&Decision::reason, "COMMITTEE_LARGE")));
}

TEST_F(ElectionRules, X_01_WhoElectedIsWhomTheReplySays) {
  ElectionVerdict verdict{.organization_id = 7,
                          .held_on = day_,
                          .decided = true,
                          .settled = true,
                          .committee = true,
                          .delegation = "committeeElections/3/delegation"};
  VerdictTerms terms{.organization_id = 7, .not_before = day_};
  const auto cause = [&] { return error::MetadataValue(CheckVerdict(verdict, terms), "cause"); };
  EXPECT_EQ(cause(), "DELEGATES");  // the members were to elect themselves
  terms.delegation = "committeeElections/4/delegation";
  EXPECT_EQ(cause(), "DELEGATES");  // of another election
  terms.delegation = verdict.delegation;
  EXPECT_EQ(cause(), "");
  verdict.delegation = "";
  EXPECT_EQ(cause(), "DELEGATES");
  verdict.committee = false;  // the new committee elects its secretary
  EXPECT_EQ(cause(), "");
  verdict.delegates = {{1, 2}};
  EXPECT_EQ(cause(), "OFFICE");
  terms.of_delegates = true;
  EXPECT_EQ(cause(), "");
}

TEST_F(ElectionRules, X_01_DelegatesElectWhereThereAreManyMembersOrSites) {
  Seats seats{.kind = 611, .members = 499, .committee = 7, .by_delegates = true};
  EXPECT_EQ(SeatsReason(seats), "ELECTION_DELEGATES");
  seats.members = 500;
  EXPECT_EQ(SeatsReason(seats), "");
  seats.members = 10;
  seats.scattered_sites = true;
  EXPECT_EQ(SeatsReason(seats), "");
  const Decision& allowed = guard_.decisions().back();
  EXPECT_EQ(allowed.rule_id, "X-01");
  EXPECT_EQ(allowed.rule_set, "election/2020-07-13");
  EXPECT_EQ(allowed.required, ">= 500 or scattered");
  EXPECT_EQ(allowed.actual, "10, scattered");
  // Where there is no committee the members elect the secretary themselves.
  EXPECT_EQ(SeatsReason({.kind = 631, .full = 6, .by_delegates = true, .scattered_sites = true}),
            "ELECTION_DELEGATES");
}

TEST_F(ElectionRules, X_02_OnlyVotingMembersOfTheOrganizationStand) {
  EXPECT_EQ(Check(3, 0, List(4)), "");
  auto elsewhere = List(4);
  elsewhere[3].belongs = false;
  EXPECT_EQ(Check(3, 0, elsewhere), "CANDIDATE_NOT_ELIGIBLE");
  auto probationary = List(4);
  probationary[3].voting = false;
  EXPECT_EQ(Check(3, 0, probationary), "CANDIDATE_NOT_ELIGIBLE");
  auto disciplined = List(4);
  disciplined[3].disciplined = true;
  const absl::Status refused = CheckCandidates(guard_, setup_, elections_, 3, 0, disciplined, day_);
  EXPECT_EQ(error::Reason(refused), "CANDIDATE_NOT_ELIGIBLE");
  EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "X-02");
}

TEST_F(ElectionRules, X_05_ATableOfCandidatesPerSeats) {
  const std::vector<std::pair<int, int>> table = {{1, 2}, {2, 3},  {3, 4},  {5, 6},
                                                  {7, 9}, {9, 11}, {10, 12}};
  for (const auto& [seats, least] : table) {
    EXPECT_EQ(Check(seats, 0, List(least)), "") << seats;
    EXPECT_EQ(Check(seats, 0, List(least - 1)), "CANDIDATES_TOO_FEW") << seats;
  }
  EXPECT_EQ(Check(0, 0, {Somebody(1, Post::kSecretary)}), "");
  EXPECT_EQ(Check(0, 0, List(2)), "CANDIDATES_TOO_FEW");  // there is no committee
}

TEST_F(ElectionRules, X_06_SecretaryAndDeputiesStandInEqualNumber) {
  EXPECT_EQ(Check(3, 1, List(4, 1)), "");
  EXPECT_EQ(Check(3, 1, List(4, 0)), "CANDIDATES_NOT_EQUAL");
  EXPECT_EQ(Check(3, 1, List(4, 2)), "CANDIDATES_NOT_EQUAL");
  auto two = List(4);
  two.push_back(Somebody(2, Post::kSecretary));
  EXPECT_EQ(Check(3, 0, two), "CANDIDATES_NOT_EQUAL");
  auto outsider = List(4);
  outsider[4].member_id = 9;  // stands for secretary, but for no seat
  EXPECT_EQ(Check(3, 0, outsider), "CANDIDATES_NOT_EQUAL");
  auto twice = List(4);
  twice.push_back(Somebody(3, Post::kPublicityMember));
  EXPECT_EQ(Check(3, 0, twice), "CANDIDATE_TWICE");
}

TEST_F(ElectionRules, B_12_ASecretaryOfLessThanAYearIsOnlyWarnedOf) {
  auto list = List(4);
  list[4].converted_on = Day(2025, 12, 1);
  EXPECT_EQ(Check(3, 0, list), "");
  EXPECT_THAT(guard_.decisions(), Contains(Field(&Decision::reason, "SECRETARY_STANDING_SHORT")));
  const Rule& months = setup_.Get("secretary.standing_months");
  EXPECT_TRUE(HasStandingFor(months, Day(2025, 11, 30), 0, day_));
  EXPECT_FALSE(HasStandingFor(months, Day(2025, 12, 1), 0, day_));
  EXPECT_TRUE(HasStandingFor(months, Day(2025, 12, 1), 1, day_));
  EXPECT_FALSE(HasStandingFor(months, std::nullopt, 0, day_));
}

TEST_F(ElectionRules, AVerdictBelongsToThisElection) {
  ElectionVerdict verdict{.name = "elections/1",
                          .organization_id = 7,
                          .held_on = day_,
                          .decided = true,
                          .settled = true};
  const auto cause = [&](int64_t organization, Day approved) {
    return error::MetadataValue(
        CheckVerdict(verdict, {.organization_id = organization, .not_before = approved}), "cause");
  };
  EXPECT_EQ(cause(7, day_), "");
  EXPECT_EQ(cause(8, day_), "ORGANIZATION");
  EXPECT_EQ(cause(7, day_ + 1), "HELD_BEFORE");
  verdict.settled = false;
  EXPECT_EQ(cause(7, day_), "RECORD_OPEN");
  verdict.decided = false;
  EXPECT_EQ(cause(7, day_), "UNDECIDED");
}

TEST_F(ElectionRules, AResultFitsTheSeats) {
  const auto cause = [](int seats, int deputies, const std::vector<CandidateFacts>& elected) {
    return error::MetadataValue(CheckElected(seats, deputies, elected), "cause");
  };
  EXPECT_EQ(cause(3, 1, List(3, 1)), "");
  EXPECT_EQ(cause(3, 1, List(2, 0)), "");  // seats may stay open
  EXPECT_EQ(cause(3, 0, List(4)), "SEATS");
  EXPECT_EQ(cause(3, 0, List(3, 1)), "SEATS");
  EXPECT_EQ(cause(3, 0, {Somebody(1, Post::kCommitteeMember)}), "SECRETARY");
  EXPECT_EQ(cause(3, 0, {Somebody(1, Post::kCommitteeMember), Somebody(2, Post::kSecretary)}),
            "NOT_SEATED");
  EXPECT_EQ(cause(0, 0, {Somebody(2, Post::kSecretary)}), "");
}

}  // namespace
}  // namespace ronghe::membership
