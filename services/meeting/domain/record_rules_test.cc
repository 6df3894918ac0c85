#include "services/meeting/domain/record_rules.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/meeting/rules.h"

namespace ronghe::meeting {
namespace {

const RuleSet& Rules() {
  static const RuleSets* const kRules =
      new RuleSets(LoadRuleSets("services/meeting/domain/rules").value());
  return kRules->At(absl::CivilDay(2026, 11, 23));
}

const absl::Time kOpened = base::ShanghaiMidnight(absl::CivilDay(2026, 11, 20)) + absl::Hours(9);
const absl::Time kClosed = kOpened + absl::Hours(2);
const absl::Time kNow = kClosed + absl::Hours(24);

// A record that every rule is content with: four on the roll, one absent for age.
Meeting GoodRecord() {
  Meeting meeting;
  meeting.id = 7;
  meeting.organization_id = 31;
  meeting.kinds = {Kind::kGeneral, Kind::kThemeDay};
  meeting.state = State::kOpen;
  meeting.opened_at = kOpened;
  meeting.closed_at = kClosed;
  meeting.event_day = absl::CivilDay(2026, 11, 20);
  meeting.place = "党员活动室";
  meeting.chair_id = 1;
  meeting.recorder_id = 2;
  meeting.signed_by_chair = true;
  meeting.signed_by_recorder = true;
  for (int64_t id = 1; id <= 4; ++id) {
    Attendee attendee;
    attendee.member_id = id;
    attendee.full = true;
    attendee.voting = true;
    attendee.presence = id < 4 ? Presence::kPresent : Presence::kAbsent;
    if (id == 4) attendee.reason = AbsenceReason::kCareExempt;
    meeting.attendance.push_back(attendee);
  }
  meeting.agenda.push_back({"听取支部委员会工作报告", "REPORT", 2, "", std::nullopt});
  Motion motion;
  motion.text = "通过报告";
  motion.kind = MotionKind::kGeneral;
  motion.votes_for = 3;
  motion.ballots_issued = 3;
  motion.ballots_returned = 3;
  meeting.motions.push_back(motion);
  meeting.resolutions.push_back({"整修活动室", "张三", absl::CivilDay(2026, 12, 20)});
  SumUp(&meeting);
  return meeting;
}

TEST(LoadRuleSets, WhatIsReadIsShown) {
  operation::RuleCatalogue shown;
  ASSERT_TRUE(LoadRuleSets("services/meeting/domain/rules", &shown).ok());
  const operation::RuleSet* const set = shown.Find("branch-work@2018");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->title, "党支部组织生活");
  std::map<std::string, std::string> values;
  for (const operation::Rule& rule : set->rules) {
    EXPECT_TRUE(values.emplace(rule.key, rule.value).second) << rule.key;
    EXPECT_FALSE(rule.source.empty()) << rule.key;
  }
  EXPECT_EQ(values["late_entry_days"], "7");
  EXPECT_EQ(values["votes[Q-GEN].pass"], "超过 1/2");
}

TEST(CheckRecord, AGoodRecordPasses) {
  const Meeting meeting = GoodRecord();
  EXPECT_TRUE(CheckRecord(meeting, kNow).ok()) << CheckRecord(meeting, kNow);
  EXPECT_EQ(meeting.should_attend, 4);
  EXPECT_EQ(meeting.attended, 3);
  EXPECT_EQ(meeting.care_exempt, 1);
  EXPECT_EQ(meeting.missing_items, 0);
}

struct RecordCase {
  std::string name;
  std::function<void(Meeting&)> spoil;
  std::string field;
  std::string rule;
};
class RecordTable : public ::testing::TestWithParam<RecordCase> {};

TEST_P(RecordTable, Refused) {
  Meeting meeting = GoodRecord();
  GetParam().spoil(meeting);
  SumUp(&meeting);
  const absl::Status status = CheckRecord(meeting, kNow);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error::Reason(status), "FIELD_INVALID");
  bool found = false;
  for (const error::FieldViolation& violation : error::FieldViolations(status)) {
    found |= violation.field == GetParam().field &&
             violation.description_zh.find("规则 " + GetParam().rule) != std::string::npos;
  }
  EXPECT_TRUE(found) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Rule_1_4, RecordTable,
    ::testing::Values(
        RecordCase{"without_place", [](Meeting& m) { m.place.clear(); }, "record.place",
                   "1.4/place"},
        RecordCase{"written_opinions_of_more_than_the_absent",
                   [](Meeting& m) {
                     m.motions[0].kind = MotionKind::kAdmission;
                     m.motions[0].written_for = 2;  // one is absent
                   },
                   "record.motions[0].written_for", "A-18"},
        RecordCase{"without_chair", [](Meeting& m) { m.chair_id.reset(); }, "record.chair",
                   "1.4/chair"},
        RecordCase{"without_recorder", [](Meeting& m) { m.recorder_id.reset(); }, "record.recorder",
                   "1.4/recorder"},
        RecordCase{"not_closed", [](Meeting& m) { m.closed_at.reset(); }, "record.closed_at",
                   "1.4/closed_at"},
        RecordCase{"closed_before_opened", [](Meeting& m) { m.closed_at = kOpened; },
                   "record.closed_at", "1.4/closed_at"},
        RecordCase{"closed_in_the_future", [](Meeting& m) { m.closed_at = kNow + absl::Hours(1); },
                   "record.closed_at", "1.4/closed_at"},
        RecordCase{"somebody_unmarked",
                   [](Meeting& m) { m.attendance[1].presence = Presence::kUnmarked; },
                   "record.attendance", "1.4/attendance"},
        RecordCase{"absent_without_reason",
                   [](Meeting& m) { m.attendance[3].reason = AbsenceReason::kNone; },
                   "record.attendance", "1.4/absence_reason"},
        RecordCase{"votes_do_not_sum_up", [](Meeting& m) { m.motions[0].votes_against = 1; },
                   "record.motions[0].ballots_returned", "1.4/ballots"},
        RecordCase{"more_ballots_returned_than_issued",
                   [](Meeting& m) { m.motions[0].ballots_issued = 2; },
                   "record.motions[0].ballots_issued", "1.4/ballots"},
        RecordCase{"more_ballots_than_voters",
                   [](Meeting& m) {
                     m.motions[0].votes_for = 4;
                     m.motions[0].ballots_issued = 4;
                     m.motions[0].ballots_returned = 4;
                   },
                   "record.motions[0].ballots_issued", "1.4/ballots"},
        RecordCase{"more_present_at_the_vote_than_came",
                   [](Meeting& m) { m.motions[0].present = 4; }, "record.motions[0].present",
                   "1.4/attended"},
        RecordCase{"voted_after_closing",
                   [](Meeting& m) { m.motions[0].voted_at = kClosed + absl::Minutes(1); },
                   "record.motions[0].voted_at", "1.4/ballots"},
        RecordCase{"motion_without_kind", [](Meeting& m) { m.motions[0].kind = MotionKind::kNone; },
                   "record.motions[0].kind", "11.1"},
        RecordCase{"resolution_without_owner", [](Meeting& m) { m.resolutions[0].owner.clear(); },
                   "record.resolutions[0].owner", "1.4/resolution"},
        RecordCase{"resolution_without_due_day",
                   [](Meeting& m) { m.resolutions[0].due_date.reset(); },
                   "record.resolutions[0].due_date", "1.4/resolution"}),
    [](const auto& info) { return info.param.name; });

TEST(CheckRecord, NamesEveryViolationAtOnce) {
  Meeting meeting = GoodRecord();
  meeting.place.clear();
  meeting.chair_id.reset();
  meeting.recorder_id.reset();
  EXPECT_EQ(error::FieldViolations(CheckRecord(meeting, kNow)).size(), 3u);
}

TEST(CheckRecord, AVideoMeetingNeedsNoPlace) {
  Meeting meeting = GoodRecord();
  meeting.place.clear();
  meeting.mode = Mode::kVideo;
  EXPECT_TRUE(CheckRecord(meeting, kNow).ok());
}

TEST(MissingItems, MarksWhatPracticeAsksFor) {
  Meeting meeting = GoodRecord();
  meeting.agenda.clear();
  meeting.signed_by_chair = false;
  meeting.signed_by_recorder = false;
  meeting.attendance[3].reason = AbsenceReason::kSick;
  EXPECT_EQ(RecordItems(MissingItems(meeting)),
            (std::vector<RecordItem>{RecordItem::kAgenda, RecordItem::kSpeakers,
                                     RecordItem::kSignedByChair, RecordItem::kSignedByRecorder,
                                     RecordItem::kAbsenceApproval}));
  meeting.attendance[3].approved_by = 1;
  EXPECT_EQ(MissingItems(meeting) & Bit(RecordItem::kAbsenceApproval), 0);
}

TEST(MarkAttendance, OnlyTheRollCanBeMarked) {
  Meeting meeting = GoodRecord();
  Attendee stranger;
  stranger.member_id = 99;
  stranger.presence = Presence::kPresent;
  const absl::Status status = MarkAttendance(Rules(), {stranger}, "attendance", &meeting);
  EXPECT_EQ(error::Reason(status), "B_NOT_ON_ROLL");
  EXPECT_EQ(error::MetadataValue(status, "actual"), "members/99");
}

TEST(MarkAttendance, MarksDoNotChangeTheRoll) {
  Meeting meeting = GoodRecord();
  Attendee mark;
  mark.member_id = 4;
  mark.presence = Presence::kPresent;
  mark.voting = false;
  ASSERT_TRUE(MarkAttendance(Rules(), {mark}, "attendance", &meeting).ok());
  EXPECT_EQ(meeting.attendance[3].presence, Presence::kPresent);
  EXPECT_EQ(meeting.attendance[3].reason, AbsenceReason::kNone);
  EXPECT_TRUE(meeting.attendance[3].voting);
}

TEST(MarkAttendance, RefusesContradictions) {
  Meeting meeting = GoodRecord();
  Attendee absent;
  absent.member_id = 1;
  absent.presence = Presence::kAbsent;
  absent.arrived_at = kOpened;
  Attendee present;
  present.member_id = 2;
  present.presence = Presence::kPresent;
  present.reason = AbsenceReason::kSick;
  const absl::Status status =
      MarkAttendance(Rules(), {absent, present, present}, "attendance", &meeting);
  std::vector<std::string> fields;
  for (const auto& violation : error::FieldViolations(status)) fields.push_back(violation.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"attendance[0].reason", "attendance[0].arrived_at",
                                              "attendance[1].reason", "attendance[2].member",
                                              "attendance[2].reason"}));
}

TEST(IsLate, DL_26_SevenDaysAfterTheDayOfClosing) {
  const absl::Time closed = base::ShanghaiMidnight(absl::CivilDay(2026, 11, 1)) + absl::Hours(10);
  EXPECT_FALSE(IsLate(Rules(), closed,
                      base::ShanghaiMidnight(absl::CivilDay(2026, 11, 9)) - absl::Microseconds(1)));
  EXPECT_TRUE(IsLate(Rules(), closed, base::ShanghaiMidnight(absl::CivilDay(2026, 11, 9))));
}

TEST(CheckHolder, KindsOfOrganizations) {
  const OrganizationFacts branch{1, "631", std::nullopt, std::nullopt};
  const OrganizationFacts group{2, "641", std::nullopt, std::nullopt};
  const absl::CivilDay day(2026, 11, 20);
  EXPECT_TRUE(CheckHolder(Rules(), branch, {Kind::kGeneral, Kind::kLecture}, day).ok());
  EXPECT_EQ(error::Reason(CheckHolder(Rules(), group, {Kind::kGeneral}, day)), "B_KIND_NOT_HELD");
  EXPECT_EQ(error::Reason(CheckHolder(Rules(), branch, {Kind::kGroup}, day)), "B_KIND_NOT_HELD");
  EXPECT_TRUE(CheckHolder(Rules(), group, {Kind::kGroup}, day).ok());
  const OrganizationFacts revoked{3, "631", std::nullopt, absl::CivilDay(2026, 11, 20)};
  EXPECT_EQ(error::Reason(CheckHolder(Rules(), revoked, {Kind::kGeneral}, day)),
            "B_ORGANIZATION_REVOKED");
  EXPECT_TRUE(CheckHolder(Rules(), revoked, {Kind::kGeneral}, day - 1).ok());
}

TEST(RollOf, AllMembersAsSoonAsOneKindAsksForThem) {
  EXPECT_EQ(RollOf(Rules(), {Kind::kCommittee}), RollBase::kCommittee);
  EXPECT_EQ(RollOf(Rules(), {Kind::kCommittee, Kind::kThemeDay}), RollBase::kAllMembers);
  EXPECT_EQ(RollOf(Rules(), {Kind::kTalk}), RollBase::kNone);
}

}  // namespace
}  // namespace ronghe::meeting
