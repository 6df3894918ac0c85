#include "services/membership/domain/transfer/rules.h"

#include <string>
#include <vector>

#include "common/error/error.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::IsEmpty;

constexpr absl::CivilDay kToday(2026, 9, 1);

const RuleSet& Rules() {
  static const RuleBooks* const books = new RuleBooks(*LoadRuleBooks());
  return books->Get(kTransferBook).On(kToday);
}

// A case that nothing is wrong with.
SendFacts Good() { return {.today = kToday, .members = 1, .dues_known = 1}; }

// The reasons of what the rules warned of or was waived.
std::vector<std::string> Remarks(const Guard& guard) {
  std::vector<std::string> reasons;
  for (const Decision& decision : guard.decisions()) {
    if (decision.outcome != Outcome::kMet) reasons.push_back(decision.reason);
  }
  return reasons;
}

TEST(TransferRules, M_07_AwayForSixMonths) {
  const struct {
    absl::CivilDay since;
    bool warned;
  } rows[] = {{absl::CivilDay(2026, 3, 1), false},
              {absl::CivilDay(2026, 3, 2), true},
              {absl::CivilDay(2025, 9, 1), false}};
  for (const auto& row : rows) {
    SendFacts facts = Good();
    facts.reason = TransferReason::kAway;
    facts.away_since = row.since;
    Guard guard;
    EXPECT_THAT(CheckSend(Rules(), facts, guard), IsOk());
    EXPECT_EQ(Remarks(guard),
              row.warned ? std::vector<std::string>{"M_AWAY_SHORT"} : std::vector<std::string>());
    EXPECT_EQ(guard.decisions().front().rule_id, "M-07");
  }
  Guard other;
  EXPECT_THAT(CheckSend(Rules(), Good(), other), IsOk());
  EXPECT_NE(other.decisions().front().rule_id, "M-07");
}

TEST(TransferRules, M_08_CommitteesThatApproveMembersOrLeadACountyTransferDirectly) {
  for (const int32_t kind : {611, 612, 621, 631, 632, 641, 911, 931}) {
    const bool committee = kind == 611;
    EXPECT_FALSE(MayTransferDirectly(Rules(), {.kind = kind})) << kind;
    EXPECT_EQ(MayTransferDirectly(Rules(), {.kind = kind, .can_approve_probationary = true}),
              committee)
        << kind;
    EXPECT_EQ(MayTransferDirectly(Rules(), {.kind = kind, .of_county = true}), committee) << kind;
  }
}

TEST(TransferRules, M_09_OnlyReasonsOfTheListSendBack) {
  for (int32_t reason = 0; reason <= 9; ++reason) {
    Guard guard;
    const absl::Status status = CheckReturn(Rules(), reason, guard);
    if (reason >= 1 && reason <= 7) {
      EXPECT_THAT(status, IsOk());
    } else {
      EXPECT_THAT(status, HasReason("TRANSFER_RETURN_UNREASONABLE"));
      EXPECT_EQ(error::MetadataValue(status, "rule_id"), "M-09");
    }
  }
}

TEST(TransferRules, M_10_GraduatesAreKeptForTwoYears) {
  EXPECT_EQ(GraduateKeptUntil(Rules(), absl::CivilDay(2024, 6, 30)), absl::CivilDay(2026, 6, 30));
  EXPECT_EQ(GraduateKeptUntil(Rules(), absl::CivilDay(2024, 2, 29)), absl::CivilDay(2026, 2, 28));
  const struct {
    absl::CivilDay kept_until;
    bool late;
  } rows[] = {{kToday, false}, {kToday - 1, true}};
  for (const auto& row : rows) {
    SendFacts facts = Good();
    facts.reason = TransferReason::kGraduated;
    facts.kept_until = row.kept_until;
    Guard guard;
    EXPECT_THAT(CheckSend(Rules(), facts, guard), IsOk());
    EXPECT_EQ(Remarks(guard),
              row.late ? std::vector<std::string>{"M_GRADUATE_LATE"} : std::vector<std::string>());
  }
}

TEST(TransferRules, M_12_WithoutPersonnelFileAPartyFileIsBuilt) {
  Guard without;
  NoteFile(Rules(), true, without);
  EXPECT_EQ(Remarks(without), std::vector<std::string>{"M_PARTY_FILE_NEEDED"});
  Guard with;
  NoteFile(Rules(), false, with);
  EXPECT_THAT(Remarks(with), IsEmpty());
  EXPECT_EQ(with.decisions().front().rule_id, "M-12");
}

TEST(TransferRules, M_13_LettersAreValidForNinetyDaysAtMost) {
  const struct {
    ChangeCode reach;
    int32_t asked;
    int32_t days;  // 0: refused
    bool long_for_its_reach;
  } rows[] = {{ChangeCode::kInCounty, 0, 30, false},   {ChangeCode::kInCity, 0, 30, false},
              {ChangeCode::kInProvince, 0, 30, false}, {ChangeCode::kInWholeUnit, 0, 30, false},
              {ChangeCode::kInNation, 0, 90, false},   {ChangeCode::kInArmy, 0, 90, false},
              {ChangeCode::kInSystem, 0, 90, false},   {ChangeCode::kInCounty, 7, 7, false},
              {ChangeCode::kInCounty, 90, 90, true},   {ChangeCode::kInCounty, 91, 0, false},
              {ChangeCode::kInNation, 91, 0, false},   {ChangeCode::kInNation, 90, 90, false}};
  for (const auto& row : rows) {
    Guard guard;
    const auto days = LetterDays(Rules(), row.reach, row.asked, guard);
    if (row.days == 0) {
      EXPECT_THAT(days, HasReason("LETTER_TOO_LONG"));
      EXPECT_EQ(error::MetadataValue(days.status(), "rule_id"), "M-13");
      continue;
    }
    ASSERT_OK(days);
    EXPECT_EQ(*days, row.days);
    EXPECT_EQ(!Remarks(guard).empty(), row.long_for_its_reach);
  }
}

TEST(TransferRules, M_13_ALetterIsGoodOnItsLastDay) {
  for (const int offset : {-1, 0, 1}) {
    Guard guard;
    const absl::Status status = CheckLetter(Rules(), kToday, kToday + offset, guard);
    EXPECT_EQ(PastDue(kToday, kToday + offset), offset > 0);
    if (offset > 0) {
      EXPECT_THAT(status, HasReason("LETTER_EXPIRED"));
      EXPECT_EQ(error::MetadataValue(status, "rule_id"), "M-13");
    } else {
      EXPECT_THAT(status, IsOk());
    }
  }
}

TEST(TransferRules, M_13_LateLettersAreExtendedOnceOnPaper) {
  const struct {
    int32_t extensions;
    bool certificate, application;
    const char* reason;  // empty: extended
  } rows[] = {{0, true, true, ""},
              {0, true, false, "TRANSFER_FILE_MISSING"},
              {0, false, true, "TRANSFER_FILE_MISSING"},
              {0, false, false, "TRANSFER_FILE_MISSING"},
              {1, true, true, "LETTER_EXTENDED"}};
  for (const auto& row : rows) {
    Guard guard;
    const auto until =
        ExtendedUntil(Rules(), row.extensions, row.certificate, row.application, kToday, guard);
    if (*row.reason == '\0') {
      ASSERT_OK(until);
      EXPECT_EQ(*until, kToday + 30);
    } else {
      EXPECT_THAT(until, HasReason(row.reason));
    }
  }
}

TEST(TransferRules, M_14_DuesAreRecordedAndTheStubIsKept) {
  SendFacts facts = Good();
  facts.members = 3;
  facts.dues_known = 2;
  Guard guard;
  const absl::Status status = CheckSend(Rules(), facts, guard);
  EXPECT_THAT(status, HasReason("TRANSFER_DUES_UNKNOWN"));
  EXPECT_EQ(error::MetadataValue(status, "rule_id"), "M-14");
  EXPECT_EQ(error::MetadataValue(status, "required"), "3");
  EXPECT_EQ(error::MetadataValue(status, "actual"), "2");
  facts.letter = false;
  EXPECT_THAT(CheckSend(Rules(), facts, guard), IsOk());
  EXPECT_EQ(StubKeptUntil(Rules(), absl::CivilDay(2026, 9, 1)), absl::CivilDay(2036, 9, 1));
}

TEST(TransferRules, M_15_WhatIsNotAcceptedInTimeGoesBackByItself) {
  const Decision decision = TimeOut(Rules(), kToday, kToday + 1);
  EXPECT_EQ(decision.rule_id, "M-15");
  EXPECT_EQ(decision.outcome, Outcome::kWarned);
  EXPECT_EQ(decision.reason, "M_LETTER_TIMED_OUT");
  EXPECT_EQ(decision.required, "2026-09-01");
  EXPECT_EQ(decision.actual, "2026-09-02");
}

TEST(TransferRules, M_16_SixMonthsWithoutBeingReceivedAreAFinding) {
  const struct {
    TransferState state;
    absl::CivilDay closed_on;
    bool found;
  } rows[] = {{TransferState::kExpired, absl::CivilDay(2026, 2, 28), true},
              {TransferState::kExpired, absl::CivilDay(2026, 3, 1), false},
              {TransferState::kReturned, absl::CivilDay(2026, 2, 28), true},
              {TransferState::kReturned, absl::CivilDay(2026, 8, 1), false},
              {TransferState::kWithdrawn, absl::CivilDay(2020, 1, 1), false},
              {TransferState::kDone, absl::CivilDay(2020, 1, 1), false}};
  for (const auto& row : rows) {
    const auto finding = FindUnreceived(Rules(), row.state, row.closed_on, kToday);
    EXPECT_EQ(finding.has_value(), row.found) << row.closed_on;
    if (finding) {
      EXPECT_EQ(finding->rule_id, "M-16");
    }
  }
}

// The day by which a list asks and the finding on one case agree, at the ends of months too.
TEST(TransferRules, M_16_TheListFindsWhatTheCaseShows) {
  for (absl::CivilDay today(2026, 1, 1); today < absl::CivilDay(2029, 1, 1); ++today) {
    const absl::CivilDay by = UnreceivedBy(Rules(), today);
    EXPECT_TRUE(FindUnreceived(Rules(), TransferState::kExpired, by, today)) << today;
    EXPECT_FALSE(FindUnreceived(Rules(), TransferState::kExpired, by + 1, today)) << today;
  }
}

TEST(TransferRules, A_31_ProbationaryMembersComeWithTheirFile) {
  SendFacts facts = Good();
  facts.probationary = 1;
  Guard guard;
  const absl::Status status = CheckSend(Rules(), facts, guard);
  EXPECT_THAT(status, HasReason("TRANSFER_FILE_MISSING"));
  EXPECT_EQ(error::MetadataValue(status, "rule_id"), "A-31");
  facts.probation_files = 1;
  EXPECT_THAT(CheckSend(Rules(), facts, guard), IsOk());
  facts.probationary = 2;
  EXPECT_THAT(CheckSend(Rules(), facts, guard), HasReason("TRANSFER_FILE_MISSING"));
  facts.letter = false;
  EXPECT_THAT(CheckSend(Rules(), facts, guard), IsOk());
}

TEST(TransferRules, AnOpenCaseNeedsTheUpperOrganizationsConsent) {
  SendFacts facts = Good();
  facts.open_case = true;
  Guard guard;
  EXPECT_THAT(CheckSend(Rules(), facts, guard), HasReason("TRANSFER_CASE_OPEN"));
  facts.upper_consent = "某组〔2026〕3号";
  Guard consented;
  EXPECT_THAT(CheckSend(Rules(), facts, consented), IsOk());
  EXPECT_EQ(Remarks(consented), std::vector<std::string>{"TRANSFER_CASE_OPEN"});
  EXPECT_EQ(consented.decisions().front().outcome, Outcome::kWaived);
}

}  // namespace
}  // namespace ronghe::membership
