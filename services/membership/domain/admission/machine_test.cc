// Does every row of hold, under both versions of the rules?
#include "services/membership/domain/admission/machine.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/error/error.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/testing/admission_testing.h"

namespace ronghe::membership::admission {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::Contains;
using ::testing::IsEmpty;

constexpr absl::CivilDay kIssued(2026, 5, 11);

// What an effect says of a rule: outcome and code, "1" or "2 A_TALK_LATE"; empty for nothing.
std::string Said(const Effect& effect, std::string_view rule, std::string_view code = "") {
  for (const Decision& decision : effect.decisions) {
    if (decision.rule_id != rule || (!code.empty() && decision.reason != code)) continue;
    return std::to_string(static_cast<int>(decision.outcome)) +
           (decision.reason.empty() ? "" : " " + decision.reason);
  }
  return "";
}

std::optional<absl::CivilDay> DueOf(const Effect& effect, std::string_view code) {
  for (const DeadlineChange& change : effect.deadlines) {
    if (change.kind == DeadlineChange::Kind::kSet && change.code == code) return change.day;
  }
  return std::nullopt;
}

bool Meets(const Effect& effect, std::string_view code) {
  return std::any_of(effect.deadlines.begin(), effect.deadlines.end(),
                     [&](const DeadlineChange& change) {
                       return change.kind == DeadlineChange::Kind::kMeet && change.code == code;
                     });
}

bool DropsAll(const Effect& effect) {
  return std::any_of(
      effect.deadlines.begin(), effect.deadlines.end(),
      [](const DeadlineChange& change) { return change.kind == DeadlineChange::Kind::kDropAll; });
}

SubmitApplication Application(absl::CivilDay born, absl::CivilDay day) {
  return {.day = day, .birth_date = born, .receiver = Branch()};
}

RecordAdmissionVote Vote(absl::CivilDay day, int64_t roll, int64_t present, int64_t votes_for,
                         int64_t written_for, bool carried) {
  MotionVerdict motion = Motion(MotionKind::kAdmission, day);
  motion.roll = roll;
  motion.present = present;
  motion.votes_for = votes_for;
  motion.written_for = written_for;
  motion.carried = carried;
  return {motion, day};
}

RecordConversionVote Conversion(absl::CivilDay day, Proposal proposal, int32_t months = 0) {
  return {.motion = Motion(MotionKind::kConversion, day),
          .proposal = proposal,
          .months = months,
          .all_heard = true,
          .submitted_on = day};
}

DecideConversion Decision_(absl::CivilDay day, bool carried = true) {
  MotionVerdict motion = Motion(MotionKind::kApproval, day);
  motion.carried = carried;
  return {motion, Town()};
}

TEST(AdmissionRules, A_01_ApplicantsAreEighteen) {
  Walk walk;
  EXPECT_THAT(walk.Try(Application(absl::CivilDay(2008, 5, 12), kIssued)), HasReason("A_UNDERAGE"));
  EXPECT_THAT(walk.Try(Application(absl::CivilDay(2008, 5, 11), kIssued)), IsOk());
  // Born on a leap day: of age on 28 February.
  EXPECT_THAT(walk.Try(Application(absl::CivilDay(2008, 2, 29), absl::CivilDay(2026, 2, 27))),
              HasReason("A_UNDERAGE"));
  EXPECT_THAT(walk.Try(Application(absl::CivilDay(2008, 2, 29), absl::CivilDay(2026, 2, 28))),
              IsOk());
}

TEST(AdmissionRules, A_01_TheRefusalNamesRuleAndVersion) {
  const absl::Status refused =
      Walk().Try(Application(absl::CivilDay(2020, 1, 1), kIssued)).status();
  EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "A-01");
  EXPECT_EQ(error::MetadataValue(refused, "rule_set"), "admission/2026-05-11");
  EXPECT_EQ(error::MetadataValue(refused, "required"), "18");
  const absl::Status before =
      Walk().Try(Application(absl::CivilDay(2020, 1, 1), kIssued - 1)).status();
  EXPECT_EQ(error::MetadataValue(before, "rule_set"), "admission/2014-05-28");
}

TEST(AdmissionRules, A_02_BranchesReceiveApplications) {
  SubmitApplication application = Application(absl::CivilDay(1990, 1, 1), kIssued);
  for (const int32_t kind : {611, 612, 621, 641, 911, 921, 931, 932}) {
    application.receiver.kind = kind;
    EXPECT_THAT(Walk().Try(application), HasReason("A_RECEIVER")) << kind;
  }
  application.receiver.kind = 632;
  EXPECT_THAT(Walk().Try(application), IsOk());
}

TEST(AdmissionRules, A_03_TheTalkIsWithinAMonth) {
  Walk walk;
  walk.To(State::kApplied, absl::CivilDay(2026, 5, 31));
  EXPECT_THAT(walk.Try(RecordTalk{absl::CivilDay(2026, 5, 30)}), HasReason("A_DAY_ORDER"));
  // The deadline of a month is clamped to the month's end.
  const auto in_time = walk.Try(RecordTalk{absl::CivilDay(2026, 6, 30)});
  ASSERT_THAT(in_time, IsOk());
  EXPECT_EQ(Said(*in_time, "A-03"), "1");
  EXPECT_TRUE(Meets(*in_time, "DL-01"));
  const auto late = walk.Try(RecordTalk{absl::CivilDay(2026, 7, 1)});
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(Said(*late, "A-03"), "2 A_TALK_LATE");
  Walk fresh;
  EXPECT_EQ(DueOf(fresh.Do(Application(absl::CivilDay(1990, 1, 1), absl::CivilDay(2026, 5, 31))),
                  "DL-01"),
            absl::CivilDay(2026, 6, 30));
}

TEST(AdmissionRules, A_04_ActivistsAreNamedDecidedAndFiled) {
  Walk walk;
  walk.To(State::kTalked);
  const absl::CivilDay day = kIssued + 10;
  MotionVerdict motion = Motion(MotionKind::kCommittee, day);
  EXPECT_THAT(walk.Try(ProposeActivist{motion, Channel::kNone}), HasReason("A_CHANNEL"));
  EXPECT_THAT(walk.Try(ProposeActivist{motion, Channel::kMassOrganization}), IsOk());
  motion.kind = MotionKind::kGeneral;  // a branch without a committee
  EXPECT_THAT(walk.Try(ProposeActivist{motion, Channel::kMembers}), IsOk());
  motion.carried = false;
  EXPECT_THAT(walk.Try(ProposeActivist{motion, Channel::kMembers}), HasReason("A_NO_DECISION"));
  walk.Do(ProposeActivist{Motion(MotionKind::kCommittee, day), Channel::kMembers});
  EXPECT_THAT(walk.Try(FileActivist{day, Branch()}), HasReason("A_UPPER"));
  const Effect filed = walk.Do(FileActivist{day + 3, Town()});
  EXPECT_EQ(walk.now().state, State::kActivist);
  EXPECT_EQ(walk.now().activist_on, day);
  EXPECT_EQ(DueOf(filed, "DL-02"), base::AddMonths(day, 6));
  EXPECT_EQ(DueOf(filed, "DL-03"), base::AddMonths(day, 12));
}

TEST(AdmissionRules, A_04_TheMotionMustBeAboutTheCase) {
  Walk walk;
  walk.To(State::kTalked);
  const auto refused = [&](auto change) {
    MotionVerdict motion = Motion(MotionKind::kCommittee, kIssued + 10);
    change(motion);
    const auto tried = walk.Try(ProposeActivist{motion, Channel::kMembers});
    EXPECT_THAT(tried, HasReason("MOTION_MISMATCH"));
    return error::MetadataValue(tried.status(), "part");
  };
  EXPECT_EQ(refused([](MotionVerdict& motion) { motion.kind = MotionKind::kAdmission; }), "kind");
  EXPECT_EQ(refused([](MotionVerdict& motion) { motion.subject = "admissionCases/13"; }),
            "subject");
  EXPECT_EQ(refused([](MotionVerdict& motion) { motion.organization_id = 99; }), "organization");
  EXPECT_EQ(refused([](MotionVerdict& motion) { motion.settled = false; }), "state");
}

TEST(AdmissionRules, A_05_OneOrTwoFullMembersCultivate) {
  Walk walk;
  walk.To(State::kActivist);
  const absl::CivilDay day = kIssued + 20;
  const auto with = [&](std::vector<Person> people) {
    return walk.Try(AssignCultivators{day, std::move(people)});
  };
  EXPECT_THAT(with({}), HasReason("A_CONTACT"));
  EXPECT_THAT(with({Member(1)}), IsOk());
  EXPECT_THAT(with({Member(1), Member(2)}), IsOk());
  EXPECT_THAT(with({Member(1), Member(1)}), HasReason("A_CONTACT"));
  EXPECT_THAT(with({Member(1), Member(2), Member(3)}), HasReason("A_CONTACT"));
  EXPECT_THAT(with({{.id = 1, .full = false}}), HasReason("A_CONTACT"));
  EXPECT_THAT(with({{.id = 1, .full = true, .suspended = true}}), HasReason("A_CONTACT"));
  // Replaced when one is unable, also once the applicant is a candidate.
  Walk later;
  later.To(State::kCandidate);
  EXPECT_THAT(later.Try(AssignCultivators{later.now().state_since, {Member(3)}}), IsOk());
}

TEST(AdmissionRules, A_06_EachHalfYearIsExaminedOnce) {
  Walk walk;
  walk.To(State::kActivist);
  const absl::CivilDay start = *walk.now().activist_on;
  const absl::CivilDay first = base::AddMonths(start, 6);
  const Effect in_time = walk.Do(ReviewActivist{first});
  EXPECT_EQ(Said(in_time, "A-06", "A_REVIEW_OVERDUE"), "");
  EXPECT_EQ(DueOf(in_time, "DL-02"), base::AddMonths(start, 12));
  EXPECT_THAT(walk.Try(ReviewActivist{first}), HasReason("A_REVIEW_WINDOW"));
  const Effect late = walk.Do(ReviewActivist{base::AddMonths(start, 12) + 1});
  EXPECT_EQ(Said(late, "A-06", "A_REVIEW_OVERDUE"), "2 A_REVIEW_OVERDUE");
  EXPECT_EQ(DueOf(late, "DL-02"), base::AddMonths(start, 18));
  // One that comes after whole windows were missed does for all of them.
  const Effect very_late = walk.Do(ReviewActivist{base::AddMonths(start, 31)});
  EXPECT_EQ(Said(very_late, "A-06", "A_REVIEW_OVERDUE"), "2 A_REVIEW_OVERDUE");
  EXPECT_EQ(DueOf(very_late, "DL-02"), base::AddMonths(start, 36));
}

TEST(AdmissionRules, A_06_HalfYearsOfAMonthsEndAreCountedFromTheStart) {
  Walk walk;
  walk.To(State::kActivist);
  walk.now().activist_on = absl::CivilDay(2026, 8, 31);
  walk.now().state_since = absl::CivilDay(2026, 8, 31);
  const Effect first = walk.Do(ReviewActivist{absl::CivilDay(2027, 2, 28)});
  EXPECT_EQ(Said(first, "A-06"), "1");
  EXPECT_EQ(DueOf(first, "DL-02"), absl::CivilDay(2027, 8, 31));
}

TEST(AdmissionRules, A_07_TheYearlyAnalysisHasItsFigureInBothVersions) {
  const Walk walk;
  for (const RuleSet& version : walk.book().versions()) {
    EXPECT_EQ(version.Number("activist.analyse_months"), 12) << version.name;
  }
}

TEST(AdmissionRules, A_08_TimeCountsOnWhenAnActivistMoves) {
  Walk walk;
  walk.To(State::kActivist);
  const absl::CivilDay start = *walk.now().activist_on;
  Organization other = Branch();
  other.id = 77;
  EXPECT_THAT(walk.Try(ReceiveApplicant{start + 40, other}), HasReason("A_STATE"));
  EXPECT_THAT(walk.Try(RelocateApplicant{start + 40, Branch()}), HasReason("A_RECEIVER"));
  walk.Do(RelocateApplicant{start + 40, other});
  EXPECT_EQ(walk.now().organization_id, kBranchId);
  EXPECT_THAT(walk.Try(ReceiveApplicant{start + 41, Branch()}), HasReason("A_STATE"));
  const Effect received = walk.Do(ReceiveApplicant{start + 41, other});
  EXPECT_EQ(walk.now().organization_id, 77);
  EXPECT_EQ(walk.now().activist_on, start);
  EXPECT_EQ(DueOf(received, "DL-03"), base::AddMonths(start, 12));
  EXPECT_EQ(Said(received, "A-08"), "1");
}

TEST(AdmissionRules, A_09_AYearOfCultivation) {
  Walk walk;
  walk.To(State::kActivist);
  const absl::CivilDay first = base::AddMonths(*walk.now().activist_on, 12);
  EXPECT_THAT(walk.Try(ProposeCandidate{Motion(MotionKind::kCommittee, first - 1), true}),
              HasReason("A_LT_1Y"));
  EXPECT_THAT(walk.Try(ProposeCandidate{Motion(MotionKind::kCommittee, first), true}), IsOk());
  EXPECT_THAT(walk.Try(ProposeCandidate{Motion(MotionKind::kCommittee, first), false}),
              HasReason("A_OPINIONS"));
  // A leap day: the year is over on 28 February.
  walk.now().activist_on = absl::CivilDay(2028, 2, 29);
  walk.now().state_since = absl::CivilDay(2028, 2, 29);
  const absl::CivilDay end(2029, 2, 28);
  EXPECT_THAT(walk.Try(ProposeCandidate{Motion(MotionKind::kCommittee, end - 1), true}),
              HasReason("A_LT_1Y"));
  EXPECT_THAT(walk.Try(ProposeCandidate{Motion(MotionKind::kCommittee, end), true}), IsOk());
}

TEST(AdmissionRules, A_10_ConsentAndNoticeSince2026) {
  Walk walk;
  walk.To(State::kCandidateProposed);
  const absl::CivilDay day = walk.now().state_since + 1;
  EXPECT_THAT(walk.Try(ConsentToCandidate{day, Branch(), true}), HasReason("A_UPPER"));
  const auto refused = walk.Try(ConsentToCandidate{day, Town(), false});
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->next.state, State::kActivist);
  walk.Do(ConsentToCandidate{day, Town(), true});
  EXPECT_EQ(walk.now().state, State::kCandidateConsented);
  EXPECT_THAT(walk.Try(StartNotice{day, {}}), HasReason("A_NOTICE_SITE"));
  EXPECT_THAT(walk.Try(StartNotice{day, {Site::kOutflow}}), HasReason("A_NOTICE_SITE"));
  EXPECT_THAT(walk.Try(StartNotice{day, {Site::kResidence}}), IsOk());
  walk.now().floating = true;
  EXPECT_THAT(walk.Try(StartNotice{day, {Site::kUnit, Site::kOutflow}}),
              HasReason("A_NOTICE_SITE"));
  EXPECT_THAT(walk.Try(StartNotice{day, {Site::kInflow, Site::kOutflow}}), IsOk());
}

TEST(AdmissionRules, A_10_TheNoticeSpansHolidaysAndAdjustedWeekends) {
  struct Row {
    absl::CivilDay start, last;
  };
  const Row rows[] = {
      {absl::CivilDay(2026, 5, 11), absl::CivilDay(2026, 5, 15)},  // a plain week
      {absl::CivilDay(2026, 5, 16), absl::CivilDay(2026, 5, 22)},  // from a Saturday
      {absl::CivilDay(2026, 6, 17), absl::CivilDay(2026, 6, 24)},  // over the Dragon Boat days
      // Over the Mid-Autumn days, National Day and the Saturday of 10 October, which is worked.
      {absl::CivilDay(2026, 9, 30), absl::CivilDay(2026, 10, 12)},
      // The Sunday of 20 September, which is worked, counts.
      {absl::CivilDay(2026, 9, 17), absl::CivilDay(2026, 9, 22)},
  };
  for (const Row& row : rows) {
    Walk walk;
    walk.To(State::kCandidateConsented);
    walk.now().state_since = row.start;
    const Effect started = walk.Do(StartNotice{row.start, {Site::kUnit}});
    EXPECT_EQ(walk.now().notice_ends_on, row.last) << row.start;
    EXPECT_EQ(DueOf(started, "DL-04"), row.last);
    EXPECT_EQ(Said(started, "A-10", "A_CALENDAR_UNPUBLISHED"), "");
    EXPECT_THAT(walk.Try(CloseNotice{row.last, Objection::kNone}), HasReason("A_NOTICE_SHORT"));
    EXPECT_THAT(walk.Try(CloseNotice{row.last + 1, Objection::kNotSaid}),
                HasReason("A_NOTICE_RESULT"));
    EXPECT_THAT(walk.Try(CloseNotice{row.last + 1, Objection::kUnfounded}), IsOk());
    const Effect upheld = walk.Do(CloseNotice{row.last + 1, Objection::kUpheld});
    EXPECT_EQ(walk.now().state, State::kRejected);
    EXPECT_TRUE(DropsAll(upheld));
  }
}

TEST(AdmissionRules, A_10_AYearWithoutCalendarIsSaid) {
  Walk walk;
  walk.To(State::kCandidateConsented);
  const Effect started = walk.Do(StartNotice{absl::CivilDay(2028, 1, 3), {Site::kUnit}});
  EXPECT_EQ(Said(started, "A-10", "A_CALENDAR_UNPUBLISHED"), "2 A_CALENDAR_UNPUBLISHED");
  EXPECT_EQ(walk.now().notice_ends_on, absl::CivilDay(2028, 1, 7));
}

TEST(AdmissionRules, A_10_FilingAloneBefore2026StaysValid) {
  Walk walk;
  walk.To(State::kCandidateProposed, absl::CivilDay(2025, 3, 1));
  ASSERT_LT(walk.now().state_since, kIssued);
  Case before = walk.now();
  const Effect filed = walk.Do(ConsentToCandidate{kIssued - 1, Town(), true});
  EXPECT_EQ(walk.now().state, State::kCandidate);
  EXPECT_EQ(walk.now().candidate_on, kIssued - 1);
  EXPECT_TRUE(DropsAll(filed));
  ASSERT_FALSE(filed.decisions.empty());
  EXPECT_EQ(filed.decisions.front().rule_set, "admission/2014-05-28");
  // The case goes on under the new version without consent or notice.
  walk.Do(ChooseSponsors{kIssued + 1, {Member(1), Member(2)}});
  walk.Do(RecordBackgroundReview{kIssued + 2, Conclusion::kPassed, true});
  walk.Do(RecordTraining{.day = kIssued + 3, .hours = 24});
  walk.Do(ReviewByBranch{.motion = Motion(MotionKind::kCommittee, kIssued + 4)});
  EXPECT_EQ(walk.now().state, State::kBranchReviewed);
  // On the day itself the notice is due.
  Walk same;
  same.now() = before;
  same.Do(ConsentToCandidate{kIssued, Town(), true});
  EXPECT_EQ(same.now().state, State::kCandidateConsented);
}

TEST(AdmissionRules, A_11_TwoFullMembersIntroduce) {
  Walk walk;
  walk.To(State::kCandidate);
  const absl::CivilDay day = walk.now().state_since;
  const auto with = [&](std::vector<Person> people) {
    return walk.Try(ChooseSponsors{day, std::move(people)});
  };
  EXPECT_THAT(with({Member(1)}), HasReason("A_INTRODUCER"));
  EXPECT_THAT(with({Member(1), Member(2), Member(3)}), HasReason("A_INTRODUCER"));
  EXPECT_THAT(with({Member(1), Member(1)}), HasReason("A_INTRODUCER"));
  EXPECT_THAT(with({Member(1), {.id = 2}}), HasReason("A_INTRODUCER"));
  EXPECT_THAT(with({Member(1), {.id = 2, .full = true, .on_probation_within = true}}),
              HasReason("A_INTRODUCER_BAR"));
  EXPECT_THAT(with({Member(1), {.id = 2, .full = true, .suspended = true}}),
              HasReason("A_INTRODUCER_BAR"));
  const auto unfit = with({Member(1), {.id = 2, .full = true, .in_effect_period = true}});
  ASSERT_THAT(unfit, IsOk());
  EXPECT_EQ(Said(*unfit, "A-11", "A_INTRODUCER_UNFIT"), "2 A_INTRODUCER_UNFIT");
  ASSERT_THAT(with({Member(1), Member(2)}), IsOk());
}

TEST(AdmissionRules, A_12_TheBackgroundReviewConcludesInADocument) {
  Walk walk;
  walk.To(State::kCandidate);
  const absl::CivilDay day = walk.now().state_since;
  EXPECT_THAT(walk.Try(RecordBackgroundReview{day, Conclusion::kPassed, false}),
              HasReason("A_DOCUMENT"));
  EXPECT_THAT(walk.Try(RecordBackgroundReview{day, Conclusion::kNone, true}),
              HasReason("A_DOCUMENT"));
  const auto alone = walk.Try(RecordBackgroundReview{day, Conclusion::kPassed, true});
  ASSERT_THAT(alone, IsOk());
  EXPECT_EQ(Said(*alone, "A-12", "A_JOINT_REVIEW"), "2 A_JOINT_REVIEW");
  const auto failed = walk.Try(RecordBackgroundReview{day, Conclusion::kFailed, true, true});
  ASSERT_THAT(failed, IsOk());
  EXPECT_EQ(failed->next.state, State::kRejected);
  walk.now().floating = true;
  EXPECT_THAT(walk.Try(RecordBackgroundReview{day, Conclusion::kPassed, true, true, true, false}),
              HasReason("A_REVIEW_FLOATING"));
  EXPECT_THAT(walk.Try(RecordBackgroundReview{day, Conclusion::kPassed, true, true, true, true}),
              IsOk());
}

TEST(AdmissionRules, A_12_TheJointReviewCameWith2026) {
  Walk walk;
  walk.To(State::kCandidateProposed, absl::CivilDay(2025, 1, 1));
  walk.Do(ConsentToCandidate{kIssued - 10, Town(), true});
  const auto review = walk.Try(RecordBackgroundReview{kIssued - 1, Conclusion::kPassed, true});
  ASSERT_THAT(review, IsOk());
  EXPECT_EQ(Said(*review, "A-12", "A_JOINT_REVIEW"), "");
}

TEST(AdmissionRules, A_13_ThreeDaysOrTwentyFourHours) {
  Walk walk;
  walk.To(State::kCandidate);
  const absl::CivilDay day = walk.now().state_since;
  const auto trained = [&](int64_t days, int64_t hours) {
    return walk.Try(RecordTraining{.day = day, .days = days, .hours = hours});
  };
  EXPECT_THAT(trained(2, 23), HasReason("A_TRAIN_SHORT"));
  EXPECT_THAT(trained(3, 0), IsOk());
  EXPECT_THAT(trained(0, 24), IsOk());
  EXPECT_THAT(walk.Try(RecordTraining{.day = day, .waived_by = Branch()}), HasReason("A_UPPER"));
  const auto waived = walk.Try(RecordTraining{.day = day, .waived_by = Town()});
  ASSERT_THAT(waived, IsOk());
  EXPECT_EQ(Said(*waived, "A-13", "A_TRAIN_SHORT"), "3 A_TRAIN_SHORT");
}

TEST(AdmissionRules, A_14_TheBranchReviewsWhatIsComplete) {
  Walk walk;
  walk.To(State::kCandidate);
  const absl::CivilDay day = walk.now().state_since;
  const ReviewByBranch review{.motion = Motion(MotionKind::kCommittee, day)};
  EXPECT_THAT(walk.Try(review), HasReason("A_PREREQ"));
  walk.Do(ChooseSponsors{day, {Member(1), Member(2)}});
  EXPECT_THAT(walk.Try(review), HasReason("A_PREREQ"));
  walk.Do(RecordTraining{.day = day, .days = 3});
  EXPECT_THAT(walk.Try(review), HasReason("A_PREREQ"));
  walk.Do(RecordBackgroundReview{day, Conclusion::kPassed, true, true});
  walk.Do(review);
  EXPECT_THAT(walk.Try(PreReviewAdmission{day, Town(), true, ""}), HasReason("A_FORM_NUMBER"));
  walk.Do(PreReviewAdmission{day, Town(), false, ""});
  EXPECT_EQ(walk.now().state, State::kReturned);
  walk.Do(ReviewByBranch{.motion = Motion(MotionKind::kGeneral, day)});
  walk.Do(PreReviewAdmission{day, Town(), true, "A-7"});
  EXPECT_EQ(walk.now().form_number, "A-7");
  EXPECT_EQ(walk.now().approver_id, kTownId);
}

TEST(AdmissionRules, A_15_WhoLeavesWithinThreeMonthsWaits) {
  Walk walk;
  walk.To(State::kCandidate);
  const absl::CivilDay day = walk.now().state_since;
  walk.Do(ChooseSponsors{day, {Member(1), Member(2)}});
  walk.Do(RecordTraining{.day = day, .days = 3});
  walk.Do(RecordBackgroundReview{day, Conclusion::kPassed, true, true});
  ReviewByBranch review{.motion = Motion(MotionKind::kCommittee, day), .leaving_soon = true};
  EXPECT_THAT(walk.Try(review), HasReason("A_LEAVING"));
  review.leaving_excused = true;
  const auto waived = walk.Try(review);
  ASSERT_THAT(waived, IsOk());
  EXPECT_EQ(Said(*waived, "A-15"), "3 A_LEAVING");
}

TEST(AdmissionRules, A_16_TheMeetingFollowsWithinAMonthSince2026) {
  Walk walk;
  walk.To(State::kPreReviewed);
  const absl::CivilDay last = base::AddMonths(*walk.now().pre_reviewed_on, 1);
  const auto in_time = walk.Try(Vote(last, 10, 8, 8, 0, true));
  ASSERT_THAT(in_time, IsOk());
  EXPECT_EQ(Said(*in_time, "A-16"), "1");
  EXPECT_TRUE(Meets(*in_time, "DL-05"));
  const auto late = walk.Try(Vote(last + 1, 10, 8, 8, 0, true));
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(Said(*late, "A-16"), "2 A_MEETING_LATE");
  // Of a pre-review under the old version no deadline is set.
  Walk old;
  old.To(State::kCandidateProposed, absl::CivilDay(2024, 1, 1));
  const absl::CivilDay day = kIssued - 60;
  old.Do(ConsentToCandidate{day, Town(), true});
  old.Do(ChooseSponsors{day, {Member(1), Member(2)}});
  old.Do(RecordTraining{.day = day, .days = 3});
  old.Do(RecordBackgroundReview{day, Conclusion::kPassed, true});
  old.Do(ReviewByBranch{.motion = Motion(MotionKind::kCommittee, day)});
  EXPECT_EQ(DueOf(old.Do(PreReviewAdmission{day, Town(), true, "A-1"}), "DL-05"), std::nullopt);
  const auto vote = old.Try(Vote(kIssued - 1, 10, 8, 8, 0, true));
  ASSERT_THAT(vote, IsOk());
  EXPECT_EQ(Said(*vote, "A-16"), "");
}

TEST(AdmissionRules, A_17_MoreThanHalfOfTheRollIsPresent) {
  Walk walk;
  walk.To(State::kPreReviewed);
  const absl::CivilDay day = *walk.now().pre_reviewed_on + 1;
  // A written opinion is a vote, not attendance: 5 present and 1 written are no quorum of 10.
  EXPECT_THAT(walk.Try(Vote(day, 10, 5, 5, 1, true)), HasReason("Q_ADMIT"));
  EXPECT_THAT(walk.Try(Vote(day, 10, 6, 6, 0, true)), IsOk());
  EXPECT_THAT(walk.Try(Vote(day, 0, 0, 0, 0, true)), HasReason("Q_ADMIT"));
  struct Row {
    int64_t roll, least;
  };
  // The table of 11.1: more than half.
  for (const Row& row :
       {Row{3, 2}, Row{4, 3}, Row{5, 3}, Row{6, 4}, Row{7, 4}, Row{8, 5}, Row{9, 5}, Row{10, 6},
        Row{15, 8}, Row{21, 11}, Row{30, 16}, Row{50, 26}}) {
    EXPECT_THAT(walk.Try(Vote(day, row.roll, row.least - 1, row.least - 1, 1, true)),
                HasReason("Q_ADMIT"))
        << row.roll;
    EXPECT_THAT(walk.Try(Vote(day, row.roll, row.least, row.least, 0, true)), IsOk()) << row.roll;
  }
}

TEST(AdmissionRules, A_18_MoreThanHalfOfTheRollIsInFavourBySecretBallot) {
  Walk walk;
  walk.To(State::kPreReviewed);
  const absl::CivilDay day = *walk.now().pre_reviewed_on + 1;
  // 10 voters, 6 present, 5 for and 1 written for: 6 carry it.
  const auto passed = walk.Try(Vote(day, 10, 6, 5, 1, true));
  ASSERT_THAT(passed, IsOk());
  EXPECT_EQ(passed->next.state, State::kBranchPassed);
  // 5 are not more than half of 10.
  const auto failed = walk.Try(Vote(day, 10, 6, 5, 0, false));
  ASSERT_THAT(failed, IsOk());
  EXPECT_EQ(failed->next.state, State::kNotPassed);
  EXPECT_EQ(Said(*failed, "A-18", "V_ADMIT"), "2 V_ADMIT");
  // The record may not say otherwise, either way.
  EXPECT_THAT(walk.Try(Vote(day, 10, 6, 5, 0, true)), HasReason("V_ADMIT"));
  EXPECT_THAT(walk.Try(Vote(day, 10, 6, 6, 0, false)), HasReason("V_ADMIT"));
  RecordAdmissionVote by_hand = Vote(day, 10, 8, 8, 0, true);
  by_hand.motion.secret = false;
  EXPECT_THAT(walk.Try(by_hand), HasReason("A_BALLOT"));
  by_hand.motion.kind = MotionKind::kGeneral;
  EXPECT_THAT(walk.Try(by_hand), HasReason("MOTION_MISMATCH"));
}

TEST(AdmissionRules, A_19_TheResolutionGoesUpOnOrAfterTheMeeting) {
  Walk walk;
  walk.To(State::kPreReviewed);
  const absl::CivilDay day = *walk.now().pre_reviewed_on + 1;
  RecordAdmissionVote vote = Vote(day, 10, 8, 8, 0, true);
  vote.submitted_on = day - 1;
  EXPECT_THAT(walk.Try(vote), HasReason("A_DAY_ORDER"));
  vote.submitted_on = day + 1;
  EXPECT_THAT(walk.Try(vote, day), HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  const Effect effect = walk.Do(vote);
  EXPECT_EQ(walk.now().submitted_on, day + 1);
  EXPECT_EQ(DueOf(effect, "DL-06"), base::AddMonths(day + 1, 3));
}

TEST(AdmissionRules, A_20_OnlyACommitteeWithThePowerApproves) {
  Walk walk;
  walk.To(State::kBranchReviewed);
  const absl::CivilDay day = walk.now().state_since;
  for (const int32_t kind : {612, 621, 631, 632, 641, 911, 921, 931, 932}) {
    Organization other = Town();
    other.kind = kind;
    EXPECT_THAT(walk.Try(PreReviewAdmission{day, other, true, "A-1"}), HasReason("A_APPROVER"))
        << kind;
  }
  Organization powerless = Town();  // a committee below a town or street committee
  powerless.can_approve = false;
  EXPECT_THAT(walk.Try(PreReviewAdmission{day, powerless, true, "A-1"}), HasReason("A_APPROVER"));
  Organization itself = Town();  // whoever proposes does not approve
  itself.above_branch = false;
  EXPECT_THAT(walk.Try(PreReviewAdmission{day, itself, true, "A-1"}), HasReason("A_APPROVER"));
  Walk later;
  later.To(State::kTalkedByUpper);
  EXPECT_THAT(later.Try(ApproveAdmission{Motion(MotionKind::kApproval, later.now().state_since),
                                         powerless, later.now().state_since}),
              HasReason("A_APPROVER"));
}

TEST(AdmissionRules, A_21_ACommitteeMemberOrOrganizerTalksBeforeApproval) {
  Walk walk;
  walk.To(State::kBranchPassed);
  const absl::CivilDay day = walk.now().state_since;
  EXPECT_THAT(walk.Try(ApproveAdmission{Motion(MotionKind::kApproval, day), Town(), day}),
              HasReason("A_STATE"));
  EXPECT_THAT(walk.Try(RecordUpperTalk{day, Town(), Member(3)}), HasReason("A_TALKER"));
  EXPECT_THAT(walk.Try(RecordUpperTalk{day, Town(), {.id = 3, .posts = {Post::kGroupLeader}}}),
              HasReason("A_TALKER"));
  EXPECT_THAT(walk.Try(RecordUpperTalk{day, Branch(), {.id = 3, .posts = {Post::kSecretary}}}),
              HasReason("A_UPPER"));
  EXPECT_THAT(walk.Try(RecordUpperTalk{day, Town(), {.id = 3, .posts = {Post::kYouthMember}}}),
              IsOk());
  EXPECT_THAT(walk.Try(RecordUpperTalk{day, Town(), {.id = 3, .posts = {Post::kOrganizer}}}),
              IsOk());
}

TEST(AdmissionRules, A_22_TheCommitteeVotesOnEachAlone) {
  Walk walk;
  walk.To(State::kTalkedByUpper);
  const absl::CivilDay day = walk.now().state_since;
  MotionVerdict motion = Motion(MotionKind::kApproval, day);
  motion.subject = "admissionCases/13";
  EXPECT_THAT(walk.Try(ApproveAdmission{motion, Town(), day}), HasReason("MOTION_MISMATCH"));
  motion = Motion(MotionKind::kApproval, day);
  motion.organization_id = kCountyId;
  EXPECT_THAT(walk.Try(ApproveAdmission{motion, Town(), day}), HasReason("MOTION_MISMATCH"));
  motion = Motion(MotionKind::kApproval, day);
  motion.carried = false;
  const auto refused = walk.Try(ApproveAdmission{motion, Town(), day});
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->next.state, State::kNotApproved);
  EXPECT_EQ(refused->act, MembershipAct::kNone);
  const auto approved = walk.Try(ApproveAdmission{Motion(MotionKind::kApproval, day), Town(), day});
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->act, MembershipAct::kAdmit);
  EXPECT_EQ(approved->next.approved_on, day);
}

TEST(AdmissionRules, A_23_ApprovalWithinThreeMonthsAndNeverAfterSix) {
  Walk walk;
  walk.To(State::kTalkedByUpper);
  const auto on = [&](absl::CivilDay day, bool special = true) {
    return walk.Try(ApproveAdmission{Motion(MotionKind::kApproval, day), Town(), day, special});
  };
  const absl::CivilDay submitted = *walk.now().submitted_on;
  const auto in_time = on(base::AddMonths(submitted, 3), false);
  ASSERT_THAT(in_time, IsOk());
  EXPECT_EQ(Said(*in_time, "A-23", "A_APPROVE_3M"), "");
  // Longer in a special case alone, and never longer than six months.
  EXPECT_THAT(on(base::AddMonths(submitted, 3) + 1, false), HasReason("A_APPROVE_3M"));
  const auto special = on(base::AddMonths(submitted, 3) + 1);
  ASSERT_THAT(special, IsOk());
  EXPECT_EQ(Said(*special, "A-23", "A_APPROVE_3M"), "3 A_APPROVE_3M");
  EXPECT_THAT(on(base::AddMonths(submitted, 6)), IsOk());
  EXPECT_THAT(on(base::AddMonths(submitted, 6), false), HasReason("A_APPROVE_3M"));
  EXPECT_THAT(on(base::AddMonths(submitted, 6) + 1), HasReason("A_APPROVE_6M"));
  // From the last day of August: the last day of February.
  walk.now().submitted_on = absl::CivilDay(2028, 8, 31);
  walk.now().voted_on = absl::CivilDay(2028, 8, 31);
  walk.now().state_since = absl::CivilDay(2028, 8, 31);
  EXPECT_THAT(on(absl::CivilDay(2029, 2, 28)), IsOk());
  EXPECT_THAT(on(absl::CivilDay(2029, 3, 1)), HasReason("A_APPROVE_6M"));
}

TEST(AdmissionRules, A_23_OutOfTimeTheBranchVotesAgain) {
  Walk walk;
  walk.To(State::kTalkedByUpper);
  const absl::CivilDay last = base::AddMonths(*walk.now().submitted_on, 6);
  EXPECT_THAT(walk.Try(Vote(last, 10, 8, 8, 0, true)), HasReason("A_STATE"));
  walk.Do(Vote(last + 1, 10, 8, 8, 0, true));
  EXPECT_EQ(walk.now().state, State::kBranchPassed);
  EXPECT_EQ(walk.now().voted_on, last + 1);
}

TEST(AdmissionRules, A_23_AdmissionsAreFiledOneLevelUp) {
  Walk walk;
  walk.To(State::kProbationary);
  const absl::CivilDay day = *walk.now().approved_on;
  EXPECT_THAT(walk.Try(FileAdmission{day, Town()}), HasReason("A_UPPER"));
  EXPECT_THAT(walk.Try(FileAdmission{day, County()}), IsOk());
}

TEST(AdmissionRules, A_24_TheCentreAndTheProvinceAdmitDirectly) {
  const absl::CivilDay day = kIssued + 1;
  AdmitSpecially special{day, Branch(), Kind::kDirect, false};
  EXPECT_THAT(Walk().Try(special), HasReason("A_SPECIAL"));
  special.by_province_or_centre = true;
  const auto direct = Walk().Try(special);
  ASSERT_THAT(direct, IsOk());
  EXPECT_EQ(direct->act, MembershipAct::kAdmitDirectly);
  EXPECT_EQ(direct->next.full_from, day);
  EXPECT_EQ(direct->next.state, State::kFull);
  special.kind = Kind::kPosthumous;
  const auto posthumous = Walk().Try(special);
  ASSERT_THAT(posthumous, IsOk());
  EXPECT_EQ(posthumous->act, MembershipAct::kAdmitPosthumous);
}

TEST(AdmissionRules, A_25_TheOathFollowsWithinAMonthSince2026) {
  Walk walk;
  walk.To(State::kProbationary);
  const absl::CivilDay last = base::AddMonths(*walk.now().replied_on, 1);
  const auto in_time = walk.Try(RecordOath{last});
  ASSERT_THAT(in_time, IsOk());
  EXPECT_TRUE(Meets(*in_time, "DL-07"));
  EXPECT_EQ(Said(*in_time, "A-25"), "1");
  const auto late = walk.Try(RecordOath{last + 1});
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(Said(*late, "A-25"), "2 A_OATH_LATE");
  // Before the new version there was no limit.
  walk.now().approved_on = kIssued - 90;
  walk.now().replied_on = kIssued - 90;
  const auto old = walk.Try(RecordOath{kIssued - 1});
  ASSERT_THAT(old, IsOk());
  EXPECT_EQ(Said(*old, "A-25"), "");
}

TEST(AdmissionRules, A_26_AYearOfProbationFromTheVote) {
  struct Row {
    absl::CivilDay voted, end;
  };
  for (const Row& row : {Row{absl::CivilDay(2024, 2, 29), absl::CivilDay(2025, 2, 28)},
                         Row{absl::CivilDay(2026, 7, 1), absl::CivilDay(2027, 7, 1)},
                         Row{absl::CivilDay(2027, 2, 28), absl::CivilDay(2028, 2, 28)}}) {
    Walk walk;
    walk.To(State::kTalkedByUpper);
    walk.now().voted_on = row.voted;
    walk.now().submitted_on = row.voted;
    walk.now().state_since = row.voted;
    const Effect approved = walk.Do(
        ApproveAdmission{Motion(MotionKind::kApproval, row.voted + 30), Town(), row.voted + 30});
    EXPECT_EQ(walk.now().probation_ends_on, row.end);
    EXPECT_EQ(DueOf(approved, "DL-08"), row.end);
    EXPECT_EQ(walk.now().voted_on, row.voted);
    EXPECT_EQ(walk.now().approved_on, row.voted + 30);
  }
}

TEST(AdmissionRules, A_27_OneExtensionOfSixToTwelveMonths) {
  const absl::CivilDay voted(2026, 7, 1);
  Walk walk;
  walk.Admitted(voted).Do(ApplyForConversion{absl::CivilDay(2027, 7, 1)});
  const absl::CivilDay day(2027, 7, 2);
  EXPECT_THAT(walk.Try(Conversion(day, Proposal::kExtend, 5)), HasReason("A_EXT_RANGE"));
  EXPECT_THAT(walk.Try(Conversion(day, Proposal::kExtend, 13)), HasReason("A_EXT_RANGE"));
  EXPECT_THAT(walk.Try(Conversion(day, Proposal::kExtend, 6)), IsOk());
  EXPECT_THAT(walk.Try(Conversion(day, Proposal::kExtend, 12)), IsOk());
  walk.Do(Conversion(day, Proposal::kExtend, 6));
  const Effect extended = walk.Do(Decision_(day + 5));
  EXPECT_EQ(extended.act, MembershipAct::kNoteExtension);
  EXPECT_EQ(walk.now().state, State::kProbationExtended);
  EXPECT_EQ(walk.now().probation_ends_on, absl::CivilDay(2028, 1, 1));
  EXPECT_EQ(DueOf(extended, "DL-08"), absl::CivilDay(2028, 1, 1));
  // From an extension only conversion or the end.
  const absl::CivilDay end(2028, 1, 1);
  EXPECT_THAT(walk.Try(Conversion(end, Proposal::kExtend, 6)), HasReason("A_EXT_TWICE"));
  EXPECT_THAT(walk.Try(Conversion(end, Proposal::kCancel)), IsOk());
  walk.Do(ApplyForConversion{end});
  EXPECT_THAT(walk.Try(Conversion(end, Proposal::kExtend, 6)), HasReason("A_EXT_TWICE"));
  walk.Do(Conversion(end, Proposal::kOnTime));
  walk.Do(Decision_(end + 10));
  EXPECT_EQ(walk.now().full_from, end);
  EXPECT_EQ(walk.now().conversion_outcome, ConversionOutcome::kAfterExtension);
}

TEST(AdmissionRules, A_27_TheProbationMayEndEarlyOrWithIt) {
  const absl::CivilDay voted(2026, 7, 1);
  Walk early;
  early.Admitted(voted).Do(Conversion(absl::CivilDay(2027, 1, 5), Proposal::kCancel));
  const Effect cancelled = early.Do(Decision_(absl::CivilDay(2027, 2, 1)));
  EXPECT_EQ(early.now().state, State::kDisqualified);
  EXPECT_EQ(cancelled.act, MembershipAct::kDisqualify);
  EXPECT_EQ(early.now().conversion_outcome, ConversionOutcome::kCancelledEarly);
  EXPECT_TRUE(DropsAll(cancelled));
  Walk due;
  due.Admitted(voted).Do(ApplyForConversion{absl::CivilDay(2027, 7, 1)});
  due.Do(Conversion(absl::CivilDay(2027, 7, 5), Proposal::kCancel));
  due.Do(Decision_(absl::CivilDay(2027, 7, 20)));
  EXPECT_EQ(due.now().conversion_outcome, ConversionOutcome::kCancelled);
}

TEST(AdmissionRules, A_28_ConversionIsAppliedForHeardAndVotedOn) {
  const absl::CivilDay end(2027, 7, 1);
  Walk walk;
  walk.Admitted(absl::CivilDay(2026, 7, 1));
  EXPECT_THAT(walk.Try(ApplyForConversion{end - 16}), HasReason("A_CONVERT_EARLY"));
  EXPECT_THAT(walk.Try(Conversion(end, Proposal::kOnTime)), HasReason("A_STATE"));
  walk.Do(ApplyForConversion{end - 15});
  EXPECT_THAT(walk.Try(Conversion(end - 1, Proposal::kOnTime)), HasReason("A_CONVERT_EARLY"));
  RecordConversionVote vote = Conversion(end, Proposal::kOnTime);
  vote.all_heard = false;
  EXPECT_THAT(walk.Try(vote), HasReason("A_OPINIONS"));
  vote.all_heard = true;
  vote.motion.present = 5;
  EXPECT_THAT(walk.Try(vote), HasReason("Q_CONV"));
  vote.motion.present = 6;
  vote.motion.votes_for = 5;
  EXPECT_THAT(walk.Try(vote), HasReason("V_CONV"));
  vote.motion.written_for = 1;
  EXPECT_THAT(walk.Try(vote), IsOk());
  vote.motion.secret = false;
  EXPECT_THAT(walk.Try(vote), HasReason("A_BALLOT"));
  // A motion that was lost leaves the case where it is.
  RecordConversionVote lost = Conversion(end, Proposal::kOnTime);
  lost.motion.votes_for = 5;
  lost.motion.carried = false;
  walk.Do(lost);
  EXPECT_EQ(walk.now().state, State::kConversionApplied);
}

TEST(AdmissionRules, A_29_ConversionIsApprovedWithinThreeMonths) {
  const absl::CivilDay end(2027, 7, 1);
  Walk walk;
  walk.Admitted(absl::CivilDay(2026, 7, 1)).Do(ApplyForConversion{end});
  const Effect voted = walk.Do(Conversion(end, Proposal::kOnTime));
  EXPECT_TRUE(Meets(voted, "DL-08"));
  EXPECT_EQ(DueOf(voted, "DL-09"), absl::CivilDay(2027, 10, 1));
  const auto in_time = walk.Try(Decision_(absl::CivilDay(2027, 10, 1)));
  ASSERT_THAT(in_time, IsOk());
  EXPECT_EQ(Said(*in_time, "A-29"), "1");
  const auto late = walk.Try(Decision_(absl::CivilDay(2027, 10, 2)));
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(Said(*late, "A-29"), "2 A_CONVERT_LATE");
  // Not approved, the probation goes on and the branch votes anew.
  const auto refused = walk.Try(Decision_(end + 5, false));
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->next.state, State::kProbationary);
  EXPECT_EQ(refused->act, MembershipAct::kNone);
}

TEST(AdmissionRules, A_30_StandingYearsCountFromTheEndOfProbation) {
  const absl::CivilDay end(2027, 7, 1);
  Walk walk;
  walk.Admitted(absl::CivilDay(2026, 7, 1)).Do(ApplyForConversion{end});
  walk.Do(Conversion(end + 3, Proposal::kOnTime));
  const Effect decided = walk.Do(Decision_(end + 60));
  EXPECT_EQ(decided.act, MembershipAct::kConvert);
  EXPECT_EQ(walk.now().state, State::kFull);
  EXPECT_EQ(walk.now().full_from, end);
  EXPECT_EQ(walk.now().conversion_decided_on, end + 60);
  EXPECT_EQ(walk.now().conversion_outcome, ConversionOutcome::kOnTime);
}

TEST(AdmissionRules, A_31_WhoCannotBeConfirmedIsNotRecognised) {
  Walk walk;
  walk.Admitted(absl::CivilDay(2026, 7, 1));
  const RefuseRecognition refusal{absl::CivilDay(2027, 1, 1), County(), Ground::kUnconfirmed};
  EXPECT_THAT(walk.Try(refusal), HasReason("A_TRANSFERRED"));
  walk.now().transferred_in_on = absl::CivilDay(2026, 12, 1);
  EXPECT_THAT(walk.Try(RefuseRecognition{refusal.day, Town(), Ground::kUnconfirmed}),
              HasReason("A_COUNTY"));
  const auto refused = walk.Try(refusal);
  ASSERT_THAT(refused, IsOk());
  EXPECT_EQ(refused->next.state, State::kNotRecognised);
  EXPECT_EQ(refused->act, MembershipAct::kRefuse);
}

TEST(AdmissionRules, A_32_DiscussionIsPostponedByHalfAYearAtMost) {
  const absl::CivilDay end(2027, 7, 1);
  Walk walk;
  walk.Admitted(absl::CivilDay(2026, 7, 1));
  EXPECT_THAT(walk.Try(PostponeConversion{end, end + 90}), HasReason("A_POSTPONE"));
  walk.now().transferred_in_on = end - 3;
  EXPECT_THAT(walk.Try(PostponeConversion{end, end}), HasReason("A_POSTPONE"));
  EXPECT_THAT(walk.Try(PostponeConversion{end, absl::CivilDay(2028, 1, 2)}),
              HasReason("A_POSTPONE"));
  const Effect postponed = walk.Do(PostponeConversion{end, absl::CivilDay(2028, 1, 1)});
  EXPECT_EQ(DueOf(postponed, "DL-10"), absl::CivilDay(2028, 1, 1));
  walk.Do(ApplyForConversion{absl::CivilDay(2027, 12, 1)});
  const auto late = walk.Try(Conversion(absl::CivilDay(2028, 1, 2), Proposal::kOnTime));
  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(Said(*late, "A-32"), "2 A_POSTPONE_LATE");
  walk.Do(Conversion(absl::CivilDay(2027, 12, 20), Proposal::kOnTime));
  walk.Do(Decision_(absl::CivilDay(2028, 1, 10)));
  // The effective day stays the original expiry.
  EXPECT_EQ(walk.now().full_from, end);
  EXPECT_EQ(walk.now().conversion_outcome, ConversionOutcome::kAfterPostponement);
}

TEST(AdmissionRules, A_33_TheFileIsClosedWhenItIsComplete) {
  const absl::CivilDay end(2027, 7, 1);
  Walk walk;
  walk.Admitted(absl::CivilDay(2026, 7, 1)).Do(ApplyForConversion{end});
  walk.Do(Conversion(end, Proposal::kOnTime));
  EXPECT_THAT(walk.Try(ArchiveAdmissionCase{end, {}}), HasReason("A_STATE"));
  walk.Do(Decision_(end + 1));
  const auto refused = walk.Try(ArchiveAdmissionCase{end + 2, {"ADMISSION_FORM", "APPLICATION"}});
  EXPECT_THAT(refused, HasReason("A_DOCUMENT"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "required"), "ADMISSION_FORM,APPLICATION");
  walk.Do(ArchiveAdmissionCase{end + 2, {}});
  EXPECT_EQ(walk.now().state, State::kArchived);
}

TEST(AdmissionRules, A_34_AFloatingOrganizationAdmitsWhenItIsQualified) {
  SubmitApplication application = Application(absl::CivilDay(1990, 1, 1), kIssued);
  application.to_floating_organization = true;
  application.floating = true;
  EXPECT_THAT(Walk().Try(application), HasReason("A_FLOATING_ORG"));
  application.receiver.admits_floating = true;
  const auto received = Walk().Try(application);
  ASSERT_THAT(received, IsOk());
  EXPECT_TRUE(received->next.floating);
}

TEST(AdmissionRules, A_35_WhatWasIrregularIsVoid) {
  for (const State state : {State::kApplied, State::kCandidate, State::kProbationary}) {
    Walk walk;
    walk.To(state);
    const RefuseRecognition refusal{walk.now().state_since, County(), Ground::kIrregular};
    EXPECT_THAT(walk.Try(RefuseRecognition{refusal.day, Town(), Ground::kIrregular}),
                HasReason("A_COUNTY"));
    const auto refused = walk.Try(refusal);
    ASSERT_THAT(refused, IsOk());
    EXPECT_EQ(refused->next.state, State::kNotRecognised);
    EXPECT_EQ(refused->act,
              state == State::kProbationary ? MembershipAct::kRefuse : MembershipAct::kNone);
    EXPECT_TRUE(DropsAll(*refused));
  }
}

TEST(AdmissionRules, M_06_FiveYearsAfterAnExpulsion) {
  SubmitApplication again = Application(absl::CivilDay(1970, 1, 1), absl::CivilDay(2026, 5, 31));
  again.expelled_on = absl::CivilDay(2021, 6, 1);
  EXPECT_THAT(Walk().Try(again), HasReason("A_REJOIN_BAN"));
  again.day = absl::CivilDay(2026, 6, 1);
  EXPECT_THAT(Walk().Try(again), IsOk());
}

TEST(AdmissionMachine, EveryEventIsRefusedWhereTheCaseIsOver) {
  Walk walk;
  walk.To(State::kApplied).Do(EndAdmissionCase{kIssued + 1, EndReason::kWithdrawn});
  for (int32_t kind = 1; kind < kEventKinds; ++kind) {
    for (const State state : {State::kRejected, State::kNotPassed, State::kNotApproved,
                              State::kDisqualified, State::kNotRecognised, State::kClosed}) {
      EXPECT_FALSE(IsAllowed(static_cast<EventKind>(kind), state)) << kind;
    }
  }
  EXPECT_THAT(walk.Try(RecordTalk{kIssued + 2}), HasReason("A_STATE"));
  EXPECT_EQ(walk.now().end_reason, EndReason::kWithdrawn);
}

TEST(AdmissionMachine, NothingHappensInTheFuture) {
  Walk walk;
  walk.To(State::kApplied);
  EXPECT_THAT(walk.Try(RecordTalk{kIssued + 2}, kIssued + 1),
              HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  EXPECT_THAT(walk.Try(RecordTalk{kIssued + 1}, kIssued + 1), IsOk());
}

TEST(AdmissionMachine, EndingIsForBeforeApprovalAndLeavingForAfter) {
  Walk walk;
  walk.To(State::kProbationary);
  EXPECT_THAT(walk.Try(EndAdmissionCase{walk.now().state_since, EndReason::kDeceased}),
              HasReason("A_STATE"));
  const Case left = Leave(walk.now(), absl::CivilDay(2029, 1, 1));
  EXPECT_EQ(left.state, State::kClosed);
  EXPECT_EQ(left.end_reason, EndReason::kLeftParty);
}

}  // namespace
}  // namespace ronghe::membership::admission
