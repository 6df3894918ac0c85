#include "services/membership/domain/admission/steps.h"

#include <string>
#include <vector>

#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"
#include "services/membership/testing/admission_testing.h"

namespace ronghe::membership::admission {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::CivilDay kDay(2026, 6, 1);

class AdmissionStepsTest : public ::testing::Test {
 protected:
  // The numbers of the steps that stand so.
  std::vector<int> Numbers(State state, const std::vector<PastEvent>& events,
                           StepState wanted) const {
    const std::vector<StepProgress> progress = Progress(list_, state, events);
    std::vector<int> numbers;
    for (size_t i = 0; i < progress.size(); ++i) {
      if (progress[i].state == wanted) numbers.push_back(list_.steps()[i].number);
    }
    return numbers;
  }

  const RuleBooks books_ = *LoadRuleBooks();
  const StepList list_ = *LoadAdmissionSteps(books_.Get("admission"));
};

TEST_F(AdmissionStepsTest, TwentyFiveStepsInFiveStages) {
  ASSERT_THAT(list_.steps(), SizeIs(25));
  std::vector<int> stages;
  for (const StepInfo& step : list_.steps()) {
    if (stages.empty() || stages.back() != step.stage) stages.push_back(step.stage);
  }
  EXPECT_THAT(stages, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(AdmissionStepsTest, A_33_SixDocumentsMakeTheFile) {
  EXPECT_THAT(list_.RequiredDocuments(Kind::kGeneral),
              ElementsAre("APPLICATION", "CULTIVATION_RECORD", "BACKGROUND_REVIEW",
                          "ADMISSION_FORM", "PROBATION_RECORD", "CONVERSION_APPLICATION"));
  EXPECT_THAT(
      list_.MissingDocuments(Kind::kGeneral, {"APPLICATION", "BACKGROUND_REVIEW", "NOTICE"}),
      ElementsAre("CULTIVATION_RECORD", "ADMISSION_FORM", "PROBATION_RECORD",
                  "CONVERSION_APPLICATION"));
  EXPECT_THAT(list_.MissingDocuments(Kind::kDirect, {"SPECIAL_DECISION"}), IsEmpty());
}

TEST_F(AdmissionStepsTest, EveryStateBeforeTheEndHasSomethingToDo) {
  for (int32_t i = 1; i <= static_cast<int32_t>(State::kFull); ++i) {
    const State state = static_cast<State>(i);
    EXPECT_FALSE(Numbers(state, {}, StepState::kCurrent).empty()) << NameOf(state);
  }
  EXPECT_THAT(Numbers(State::kArchived, {}, StepState::kCurrent), IsEmpty());
}

TEST_F(AdmissionStepsTest, EveryEventOfACurrentStepIsAllowedOrFollowsOneThatIs) {
  for (const StepInfo& step : list_.steps()) {
    for (const State state : step.states) {
      bool possible = false;
      for (const EventKind event : step.events) possible |= IsAllowed(event, state);
      EXPECT_TRUE(possible) << step.number << " in " << NameOf(state);
    }
  }
}

TEST_F(AdmissionStepsTest, WhatIsDoneAndWhatIsNext) {
  std::vector<PastEvent> events = {{EventKind::kSubmitApplication, kDay, State::kApplied}};
  EXPECT_THAT(Numbers(State::kApplied, events, StepState::kDone), ElementsAre(1));
  EXPECT_THAT(Numbers(State::kApplied, events, StepState::kCurrent), ElementsAre(2));
  events.push_back({EventKind::kRecordTalk, kDay + 1, State::kTalked});
  events.push_back({EventKind::kProposeActivist, kDay + 2, State::kActivistDecided});
  events.push_back({EventKind::kFileActivist, kDay + 3, State::kActivist});
  EXPECT_THAT(Numbers(State::kActivist, events, StepState::kCurrent), ElementsAre(5, 6, 7));
  events.push_back({EventKind::kAssignCultivators, kDay + 4, State::kActivist});
  events.push_back({EventKind::kReviewActivist, kDay + 5, State::kActivist});
  // The half-yearly review comes again.
  EXPECT_THAT(Numbers(State::kActivist, events, StepState::kCurrent), ElementsAre(6, 7));
  EXPECT_EQ(Progress(list_, State::kActivist, events)[5].done_on, kDay + 5);
}

TEST_F(AdmissionStepsTest, ReturnedTheBranchReviewsAgain) {
  const std::vector<PastEvent> events = {
      {EventKind::kChooseSponsors, kDay, State::kCandidate},
      {EventKind::kRecordBackgroundReview, kDay, State::kCandidate},
      {EventKind::kRecordTraining, kDay, State::kCandidate},
      {EventKind::kReviewByBranch, kDay, State::kBranchReviewed},
      {EventKind::kPreReviewAdmission, kDay, State::kReturned}};
  EXPECT_THAT(Numbers(State::kReturned, events, StepState::kCurrent), ElementsAre(12));
  EXPECT_THAT(Numbers(State::kReturned, events, StepState::kDone), ElementsAre(9, 10, 11));
}

TEST_F(AdmissionStepsTest, WhatWasLeftOutIsSkipped) {
  const std::vector<PastEvent> events = {{EventKind::kApproveAdmission, kDay, State::kProbationary},
                                         {EventKind::kDecideConversion, kDay + 400, State::kFull}};
  const std::vector<int> skipped = Numbers(State::kFull, events, StepState::kSkipped);
  EXPECT_THAT(skipped, ::testing::IsSupersetOf({18, 19, 20}));
  EXPECT_THAT(Numbers(State::kFull, events, StepState::kCurrent), ElementsAre(25));
  EXPECT_THAT(Numbers(State::kClosed, {}, StepState::kSkipped), SizeIs(25));
}

TEST_F(AdmissionStepsTest, BadListsAreRefused) {
  const RuleBook& book = books_.Get("admission");
  const StepInfo good{.number = 1,
                      .rule = "talk.months",
                      .done_by = {{EventKind::kRecordTalk, std::nullopt}},
                      .documents = {{"APPLICATION", "t", true}}};
  EXPECT_THAT(StepList::Create({good}, {}, book), IsOk());
  EXPECT_THAT(StepList::Create({}, {}, book), HasReason("RULES_INVALID"));
  EXPECT_THAT(StepList::Create({good, good}, {}, book), HasReason("RULES_INVALID"));
  StepInfo other = good;
  other.number = 2;
  EXPECT_THAT(StepList::Create({good, other}, {}, book), HasReason("RULES_INVALID"));
  other.documents.clear();
  other.rule = "nothing";
  EXPECT_THAT(StepList::Create({good, other}, {}, book), HasReason("RULES_INVALID"));
  other.rule = good.rule;
  other.done_by.clear();
  EXPECT_THAT(StepList::Create({good, other}, {}, book), HasReason("RULES_INVALID"));
}

}  // namespace
}  // namespace ronghe::membership::admission
