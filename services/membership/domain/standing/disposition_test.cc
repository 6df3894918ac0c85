// Does a case of disposition go its way and no other, and who may decide what in it?
#include "services/membership/domain/standing/disposition.h"

#include <set>
#include <tuple>

#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using K = DispositionKind;
using S = DispositionState;
using E = DispositionEvent;
using O = DispositionOutcome;

constexpr K kKinds[] = {K::kDisposition, K::kWithdrawal, K::kDiscipline};
constexpr S kStates[] = {S::kOpened,   S::kInvestigated, S::kTalked, S::kMeetingDecided,
                         S::kApproved, S::kTold,         S::kFiled,  S::kClosed};
constexpr E kEvents[] = {E::kInvestigate, E::kTalk, E::kDecide, E::kApprove,
                         E::kRefuse,      E::kTell, E::kFile,   E::kClose};

class DispositionRules : public ::testing::Test {
 protected:
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("standing").On(absl::CivilDay(2026, 6, 1));
  Guard guard_;
};

TEST_F(DispositionRules, D_05_EveryStateTimesEveryEvent) {
  const std::set<std::tuple<S, E, S>> common = {{S::kOpened, E::kInvestigate, S::kInvestigated},
                                                {S::kInvestigated, E::kTalk, S::kTalked},
                                                {S::kTalked, E::kDecide, S::kMeetingDecided},
                                                {S::kMeetingDecided, E::kApprove, S::kApproved},
                                                {S::kApproved, E::kTell, S::kTold},
                                                {S::kTold, E::kFile, S::kFiled},
                                                {S::kOpened, E::kClose, S::kClosed},
                                                {S::kInvestigated, E::kClose, S::kClosed},
                                                {S::kTalked, E::kClose, S::kClosed},
                                                {S::kMeetingDecided, E::kRefuse, S::kClosed}};
  for (const K kind : kKinds) {
    std::set<std::tuple<S, E, S>> legal = common;
    if (kind == K::kWithdrawal) {
      legal.emplace(S::kOpened, E::kTalk, S::kTalked);
      legal.erase({S::kMeetingDecided, E::kRefuse, S::kClosed});
    }
    std::set<std::tuple<S, E, S>> found;
    for (const S from : kStates) {
      for (const E event : kEvents) {
        if (const auto next = NextDisposition(kind, from, event)) {
          found.emplace(from, event, *next);
        } else {
          EXPECT_THAT(StepDisposition(kind, from, event), HasReason("DISPOSITION_STATE_INVALID"));
        }
      }
    }
    EXPECT_EQ(found, legal);
  }
}

TEST_F(DispositionRules, D_05_TheWayAheadEndsFiled) {
  for (const K kind : kKinds) {
    std::optional<S> state = S::kOpened;
    S last = S::kOpened;
    int steps = 0;
    while ((state = AheadOf(kind, last))) {
      last = *state;
      ++steps;
    }
    EXPECT_EQ(last, S::kFiled);
    EXPECT_EQ(steps, kind == K::kWithdrawal ? 5 : 6);
  }
  EXPECT_EQ(AheadOf(K::kDisposition, S::kClosed), std::nullopt);
}

TEST_F(DispositionRules, D_03_GroundsBelongToKindsAndGiveOutcomes) {
  const std::set<std::pair<Ground, O>> allowed = {
      {Ground::kD31_1, O::kRemoved},    {Ground::kD31_2, O::kCorrection},
      {Ground::kD31_2, O::kAdvisedOut}, {Ground::kD31_2, O::kRemovedAfterAdvice},
      {Ground::kD31_3, O::kWithdrawn},  {Ground::kD31_4, O::kCorrection},
      {Ground::kD31_4, O::kAdvisedOut}, {Ground::kD31_4, O::kRemovedAfterAdvice},
      {Ground::kD31_5, O::kAdvisedOut}, {Ground::kD31_5, O::kRemovedAfterAdvice},
      {Ground::kD31_6, O::kCorrection}, {Ground::kD31_6, O::kLapsed},
      {Ground::kD30, O::kCorrection},   {Ground::kDiscipline, O::kDiscipline}};
  for (const Ground ground : {Ground::kD31_1, Ground::kD31_2, Ground::kD31_3, Ground::kD31_4,
                              Ground::kD31_5, Ground::kD31_6, Ground::kD30, Ground::kDiscipline}) {
    for (const O outcome : {O::kCorrection, O::kAdvisedOut, O::kRemovedAfterAdvice, O::kLapsed,
                            O::kRemoved, O::kWithdrawn, O::kDiscipline}) {
      const absl::Status status = CheckOutcome(rules_, ground, outcome, guard_);
      EXPECT_EQ(status.ok(), allowed.contains({ground, outcome}));
      if (status.ok()) continue;
      EXPECT_THAT(status, HasReason("OUTCOME_NOT_OF_GROUND"));
    }
    int kinds = 0;
    for (const K kind : kKinds) kinds += CheckGround(kind, ground).ok() ? 1 : 0;
    EXPECT_EQ(kinds, 1);
  }
  EXPECT_THAT(CheckGround(K::kDisposition, Ground::kD31_3), HasReason("GROUND_NOT_OF_KIND"));
}

TEST_F(DispositionRules, D_03_OutcomesEndMembershipsWithTheirCodes) {
  EXPECT_EQ(ExitOf(O::kWithdrawn, std::nullopt), ChangeCode::kWithdrew);
  EXPECT_EQ(ExitOf(O::kAdvisedOut, std::nullopt), ChangeCode::kAdvisedOut);
  EXPECT_EQ(ExitOf(O::kRemovedAfterAdvice, std::nullopt), ChangeCode::kRemovedAfterAdvice);
  EXPECT_EQ(ExitOf(O::kLapsed, std::nullopt), ChangeCode::kLapsed);
  EXPECT_EQ(ExitOf(O::kRemoved, std::nullopt), ChangeCode::kRemoved);
  EXPECT_EQ(ExitOf(O::kDiscipline, Measure::kExpelled), ChangeCode::kExpelled);
  for (const Measure measure : {Measure::kWarning, Measure::kSeriousWarning, Measure::kPostRemoved,
                                Measure::kProbationWithinParty}) {
    EXPECT_EQ(ExitOf(O::kDiscipline, measure), std::nullopt);
  }
  EXPECT_EQ(ExitOf(O::kCorrection, std::nullopt), std::nullopt);
}

TEST_F(DispositionRules, D_02_CorrectionLastsAtMostAYear) {
  EXPECT_OK(CheckCorrection(rules_, 1, guard_));
  EXPECT_OK(CheckCorrection(rules_, 12, guard_));
  EXPECT_THAT(CheckCorrection(rules_, 13, guard_), HasReason("D_CORRECTION_TOO_LONG"));
  EXPECT_THAT(CheckCorrection(rules_, 0, guard_), HasReason("D_CORRECTION_TOO_LONG"));
}

TEST_F(DispositionRules, D_01_CriticismNeedsTheTalk) {
  EXPECT_OK(CheckClose(K::kDisposition, S::kTalked, CloseReason::kCriticism));
  EXPECT_THAT(CheckClose(K::kDisposition, S::kInvestigated, CloseReason::kCriticism),
              HasReason("CLOSE_REASON_NOT_ALLOWED"));
  EXPECT_OK(CheckClose(K::kWithdrawal, S::kOpened, CloseReason::kWishWithdrawn));
  EXPECT_THAT(CheckClose(K::kDisposition, S::kTalked, CloseReason::kWishWithdrawn),
              HasReason("CLOSE_REASON_NOT_ALLOWED"));
  EXPECT_THAT(CheckClose(K::kDisposition, S::kOpened, CloseReason::kNoGround),
              HasReason("CLOSE_REASON_NOT_ALLOWED"));
  EXPECT_THAT(CheckClose(K::kDisposition, S::kTalked, CloseReason::kRefused),
              HasReason("CLOSE_REASON_NOT_ALLOWED"));
}

TEST_F(DispositionRules, D_06_ABasicCommitteeApprovesAndACommissionExpels) {
  Approver town{.id = 2, .kind = 611, .above_branch = true, .of_county = false};
  Approver county{
      .id = 1, .kind = 611, .above_branch = true, .of_county = true, .organ = Organ::kCommission};
  EXPECT_OK(CheckApprover(rules_, town, false, std::nullopt, guard_));
  EXPECT_OK(CheckApprover(rules_, town, false, Measure::kProbationWithinParty, guard_));
  EXPECT_OK(CheckApprover(rules_, county, false, std::nullopt, guard_));
  EXPECT_OK(CheckApprover(rules_, county, false, Measure::kExpelled, guard_));
  EXPECT_OK(CheckApprover(rules_, county, true, std::nullopt, guard_));
  EXPECT_THAT(CheckApprover(rules_, town, false, Measure::kExpelled, guard_),
              HasReason("D_APPROVER"));
  EXPECT_THAT(CheckApprover(rules_, town, true, std::nullopt, guard_), HasReason("D_APPROVER"));
  town.organ = Organ::kCommission;  // a town has none
  EXPECT_THAT(CheckApprover(rules_, town, false, std::nullopt, guard_), HasReason("D_APPROVER"));
  county.organ = Organ::kBasicCommittee;
  EXPECT_THAT(CheckApprover(rules_, county, false, Measure::kExpelled, guard_),
              HasReason("D_APPROVER"));
  county.above_branch = false;
  EXPECT_THAT(CheckApprover(rules_, county, false, std::nullopt, guard_), HasReason("D_APPROVER"));
  Approver general{.id = 3, .kind = 621, .above_branch = true};
  EXPECT_THAT(CheckApprover(rules_, general, false, std::nullopt, guard_), HasReason("D_APPROVER"));
}

TEST_F(DispositionRules, Q_DISP_TheVoteIsAboutThisCaseAndCarried) {
  MotionVerdict vote{.name = "meetings/1/motions/1",
                     .kind = MotionKind::kDisposition,
                     .subject = "dispositionCases/7",
                     .organization_id = 5,
                     .held_on = absl::CivilDay(2026, 6, 1),
                     .settled = true,
                     .carried = true};
  const auto check = [](const MotionVerdict& verdict) {
    return CheckVote(verdict, {MotionKind::kDisposition}, "dispositionCases/7", 5);
  };
  EXPECT_OK(check(vote));
  MotionVerdict other = vote;
  other.kind = MotionKind::kGeneral;
  EXPECT_THAT(check(other), HasReason("MOTION_MISMATCH"));
  other = vote;
  other.subject = "dispositionCases/8";
  EXPECT_THAT(check(other), HasReason("MOTION_MISMATCH"));
  other = vote;
  other.organization_id = 6;
  EXPECT_THAT(check(other), HasReason("MOTION_MISMATCH"));
  other = vote;
  other.settled = false;
  EXPECT_THAT(check(other), HasReason("MOTION_MISMATCH"));
  other = vote;
  other.carried = false;
  EXPECT_THAT(check(other), HasReason("MOTION_NOT_CARRIED"));
}

TEST_F(DispositionRules, StepsGoForwardInTime) {
  const absl::CivilDay before(2026, 5, 1);
  const absl::CivilDay today(2026, 6, 1);
  EXPECT_OK(CheckStepDay(before, before, today));
  EXPECT_OK(CheckStepDay(today, before, today));
  EXPECT_THAT(CheckStepDay(before - 1, before, today), HasReason("STEP_DAY_INVALID"));
  EXPECT_THAT(CheckStepDay(today + 1, before, today), HasReason("STEP_DAY_INVALID"));
}

}  // namespace
}  // namespace ronghe::membership
