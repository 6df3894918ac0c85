#include "services/training/domain/account.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/training/rules.h"

namespace ronghe::training {
namespace {

using absl::CivilDay;

const CivilDay kOpen(9999, 12, 31);

const RuleSet& Rules() {
  static const RuleBook* const book = new RuleBook(*LoadRuleBook("services/training/domain/rules"));
  return **book->OfYear(2026);
}

MemberFacts Since(CivilDay from, CivilDay to = kOpen) {
  MemberFacts facts;
  facts.stretches = {{.organization_id = 5, .normal = true, .from = from, .to = to}};
  return facts;
}

Account Judge(const MemberFacts& facts, CivilDay day = CivilDay(2026, 12, 31)) {
  return Assess(Rules(), CivilDay(2026, 1, 1), CivilDay(2027, 1, 1), day, facts);
}

TEST(AccountTest, T01MemberOfTheWholeYear) {
  for (const auto& [credited, reached, missing] : std::vector<std::tuple<int32_t, bool, int32_t>>{
           {0, false, 64}, {63, false, 1}, {64, true, 0}, {80, true, 0}}) {
    MemberFacts facts = Since(CivilDay(2001, 7, 1));
    facts.credited = credited;
    facts.credits = credited > 0 ? 1 : 0;
    const Account account = Judge(facts);
    EXPECT_EQ(account.role, Role::kMember);
    EXPECT_EQ(account.months, 12);
    EXPECT_EQ(account.required, 64);
    EXPECT_EQ(account.reached(), reached) << credited;
    EXPECT_EQ(account.missing(), missing) << credited;
    EXPECT_EQ(account.covered(), credited > 0);
  }
}

TEST(AccountTest, T02LeaderByPost) {
  for (const auto& [posts, role, required] :
       std::vector<std::tuple<std::vector<std::string>, Role, int32_t>>{
           {{}, Role::kMember, 64},
           {{"01"}, Role::kLeader, 112},
           {{"08"}, Role::kLeader, 112},
           {{"11"}, Role::kMember, 64},
           {{"21", "04"}, Role::kLeader, 112}}) {
    MemberFacts facts = Since(CivilDay(2001, 7, 1));
    facts.posts = posts;
    const Account account = Judge(facts);
    EXPECT_EQ(account.role, role);
    EXPECT_EQ(account.required, required);
  }
}

TEST(AccountTest, T01ProRataByMonthsOfMembership) {
  struct Case {
    CivilDay from, to;
    int months;
    int32_t required;
  };
  for (const Case& c : std::vector<Case>{{CivilDay(2026, 1, 1), kOpen, 12, 64},
                                         {CivilDay(2026, 1, 31), kOpen, 12, 64},
                                         {CivilDay(2026, 2, 1), kOpen, 11, 59},
                                         {CivilDay(2026, 3, 15), kOpen, 10, 54},
                                         {CivilDay(2026, 7, 1), kOpen, 6, 32},
                                         {CivilDay(2026, 12, 31), kOpen, 1, 6},
                                         {CivilDay(2025, 5, 1), CivilDay(2027, 1, 1), 12, 64}}) {
    const Account account = Judge(Since(c.from, c.to));
    EXPECT_EQ(account.months, c.months) << c.from;
    EXPECT_EQ(account.required, c.required) << c.from;
  }
}

TEST(AccountTest, T01ProRataRoundsUpToTheHalfHour) {
  EXPECT_EQ(ProRata(64, 12), 64);
  EXPECT_EQ(ProRata(64, 11), 59);  // 29.33 hours: 29.5
  EXPECT_EQ(ProRata(64, 7), 38);   // 18.67 hours: 19
  EXPECT_EQ(ProRata(64, 6), 32);
  EXPECT_EQ(ProRata(112, 1), 10);  // 4.67 hours: 5
  EXPECT_EQ(ProRata(112, 0), 0);
}

TEST(AccountTest, T01ReturnedAndStoppedMonthsCountOnce) {
  MemberFacts facts;
  facts.stretches = {{5, true, CivilDay(2020, 1, 1), CivilDay(2026, 2, 10)},
                     {5, false, CivilDay(2026, 2, 10), CivilDay(2026, 9, 20)},
                     {6, true, CivilDay(2026, 9, 20), CivilDay(2026, 9, 25)},
                     {7, true, CivilDay(2026, 9, 25), kOpen}};
  const Account account = Judge(facts);
  EXPECT_EQ(account.months, 6);  // January, February; September to December
  EXPECT_EQ(account.organization_id, 7);
}

TEST(AccountTest, PartialMonthsCanBeLeftOut) {
  const std::vector<Stretch> stretches = {{5, true, CivilDay(2026, 2, 2), kOpen}};
  EXPECT_EQ(MonthsOfMembership(stretches, CivilDay(2026, 1, 1), CivilDay(2027, 1, 1), true), 11);
  EXPECT_EQ(MonthsOfMembership(stretches, CivilDay(2026, 1, 1), CivilDay(2027, 1, 1), false), 10);
}

TEST(AccountTest, WhoBelongsNowhereOnTheDayIsNotDue) {
  const Account left = Judge(Since(CivilDay(2001, 7, 1), CivilDay(2026, 5, 1)));
  EXPECT_FALSE(left.due());
  EXPECT_EQ(left.required, 0);
  EXPECT_EQ(Contribution(left), Summary{});
  const Account before =
      Judge(Since(CivilDay(2001, 7, 1), CivilDay(2026, 5, 1)), CivilDay(2026, 4, 30));
  EXPECT_TRUE(before.due());
  MemberFacts stopped = Since(CivilDay(2001, 7, 1));
  stopped.stretches[0].normal = false;
  EXPECT_FALSE(Judge(stopped).member());
}

TEST(AccountTest, Article23ExemptMembersAreLeftOutOfTheRate) {
  MemberFacts facts = Since(CivilDay(2001, 7, 1));
  facts.exemption = "CARE";
  facts.credited = 10;
  facts.credits = 1;
  const Account account = Judge(facts);
  EXPECT_FALSE(account.due());
  EXPECT_FALSE(account.covered());
  EXPECT_EQ(account.required, 0);
  EXPECT_EQ(account.missing(), 0);
  const Summary summary = Contribution(account);
  EXPECT_EQ(summary.members, 1);
  EXPECT_EQ(summary.exempt, 1);
  EXPECT_EQ(summary.due, 0);
}

TEST(AccountTest, CoverageLeavesTheExemptOut) {
  Summary sum;
  for (int i = 0; i < 100; ++i) {
    MemberFacts facts = Since(CivilDay(2001, 7, 1));
    if (i < 4) facts.exemption = "CARE";
    if (i >= 10) {
      facts.credited = 2;
      facts.credits = 1;
    }
    sum += Contribution(Judge(facts));
  }
  EXPECT_EQ(sum.members, 100);
  EXPECT_EQ(sum.exempt, 4);
  EXPECT_EQ(sum.due, 96);
  EXPECT_EQ(sum.covered, 90);
  EXPECT_EQ(CoverageBasisPoints(sum), 9375);
  EXPECT_EQ(sum.missing_half_hours, 90 * 62 + 6 * 64);
  EXPECT_EQ(CoverageBasisPoints(Summary{}), 0);
}

TEST(AccountTest, APeriodAsksItsShareOfTheYear) {
  MemberFacts facts = Since(CivilDay(2001, 7, 1));
  const Account quarter =
      Assess(Rules(), CivilDay(2026, 7, 1), CivilDay(2026, 10, 1), CivilDay(2026, 9, 30), facts);
  EXPECT_EQ(quarter.months, 3);
  EXPECT_EQ(quarter.required, 16);
}

TEST(AccountTest, TheLastDayDecidesOnceTheYearIsPast) {
  EXPECT_EQ(ReferenceDay(2026, CivilDay(2026, 8, 3)), CivilDay(2026, 8, 3));
  EXPECT_EQ(ReferenceDay(2025, CivilDay(2026, 8, 3)), CivilDay(2025, 12, 31));
}

TEST(AccountTest, SummariesAddAndSubtract) {
  MemberFacts facts = Since(CivilDay(2001, 7, 1));
  facts.posts = {"01"};
  facts.credited = 112;
  facts.credits = 3;
  const Summary one = Contribution(Judge(facts));
  EXPECT_EQ(one.leaders_due, 1);
  EXPECT_EQ(one.leaders_reached, 1);
  Summary sum = one;
  sum += one;
  EXPECT_EQ(sum.reached, 2);
  sum -= one;
  EXPECT_EQ(sum, one);
}

}  // namespace
}  // namespace ronghe::training
