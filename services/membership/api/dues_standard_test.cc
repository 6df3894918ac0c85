// How are dues fixed for a year, changed and reduced, behind the real pipeline and on a real
// database?
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/testing/dues_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(DuesTest, C_02_OneStandardAYearAndAPayrollBaseStaysPrivate) {
  const v1::Member member = Join(branch_.name(), 1);
  const auto standard = Fix(member, 300'001);
  ASSERT_THAT(standard, IsOk());
  EXPECT_EQ(standard->amount_fen(), 3'000);
  EXPECT_EQ(standard->from_month(), "2025-01");
  EXPECT_EQ(standard->to_month(), "2025-12");
  EXPECT_EQ(standard->rule_set(), "dues_rates/2017-01-01");
  EXPECT_THAT(Fix(member, 300'001), HasReason("DUES_STANDARD_EXISTS"));
  EXPECT_THAT(Fix(member, 300'001, 2026), IsOk());
}

// A change from the next month on; in December that is January, of the next year's standard.
struct ChangeOn {
  absl::CivilDay today;
  const char* before;  // the last month of the amount that held
  const char* from;
};

class DuesStandardChangeTest : public DuesTest, public ::testing::WithParamInterface<ChangeOn> {
 protected:
  static v1::ChangeDuesStandardRequest Retired(const v1::Member& member) {
    v1::ChangeDuesStandardRequest change;
    change.set_parent(member.name());
    change.mutable_base()->set_category(v1::DUES_CATEGORY_RETIRED);
    change.mutable_base()->set_base_fen(500'000);
    change.set_reason(v1::DUES_CHANGE_REASON_RETIRED);
    return change;
  }
};

TEST_P(DuesStandardChangeTest, C_02_OnlyForAReasonAndFromNextMonth) {
  clock_.Set(Noon(GetParam().today));
  const v1::Member member = Join(branch_.name(), 1);
  const auto year = static_cast<int32_t>((Month(GetParam().today) + 1).year());
  ASSERT_THAT(Fix(member, 300'000, year), IsOk());
  v1::ChangeDuesStandardRequest change = Retired(member);
  change.clear_reason();
  EXPECT_THAT(standards_->ChangeDuesStandard(Secretary(), change), ::testing::Not(IsOk()));
  const auto changed = standards_->ChangeDuesStandard(Secretary(), Retired(member));
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->amount_fen(), 2'500);
  EXPECT_EQ(changed->from_month(), GetParam().from);
  EXPECT_EQ(changed->to_month(), FormatMonth(Month(year, 12)));
  EXPECT_THAT(standards_->ChangeDuesStandard(Secretary(), Retired(member)),
              HasReason("DUES_STANDARD_UNCHANGED"));
  v1::ListDuesStandardsRequest list;
  list.set_parent(member.name());
  list.set_page_size(1);
  const auto first = standards_->ListDuesStandards(Secretary(), list);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->standards(0).kind(), v1::DUES_STANDARD_KIND_CHANGED);
  list.set_page_token(first->next_page_token());
  const auto second = standards_->ListDuesStandards(Secretary(), list);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->standards(0).to_month(), GetParam().before);
  EXPECT_TRUE(second->next_page_token().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Days, DuesStandardChangeTest,
    ::testing::Values(ChangeOn{absl::CivilDay(2025, 1, 1), "2025-01", "2025-02"},
                      ChangeOn{absl::CivilDay(2024, 2, 29), "2024-02", "2024-03"},
                      ChangeOn{absl::CivilDay(2025, 11, 30), "2025-11", "2025-12"},
                      ChangeOn{absl::CivilDay(2025, 12, 1), "2025-12", "2026-01"},
                      ChangeOn{absl::CivilDay(2025, 12, 31), "2025-12", "2026-01"}));

TEST_F(DuesStandardChangeTest, C_02_InDecemberTheYearThatEndsIsLeftAsItIs) {
  clock_.Set(Noon(absl::CivilDay(2025, 12, 10)));
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000, 2025), IsOk());
  EXPECT_THAT(standards_->ChangeDuesStandard(Secretary(), Retired(member)),
              HasReason("DUES_CHANGE_TOO_LATE"));
  ASSERT_THAT(Fix(member, 300'000, 2026), IsOk());
  ASSERT_THAT(standards_->ChangeDuesStandard(Secretary(), Retired(member)), IsOk());
  clock_.Set(Noon(absl::CivilDay(2026, 1, 5)));
  Bill("2025-12");
  Bill("2026-01");
  const std::vector<v1::DuesBill> bills = BillsOf(member);
  ASSERT_THAT(bills, SizeIs(2));
  EXPECT_EQ(bills[0].amount_fen(), 1'500);
  EXPECT_EQ(bills[1].amount_fen(), 2'500);
}

TEST_F(DuesStandardChangeTest, C_11_AChangedWageIsAReason) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000, 2026), IsOk());
  v1::ChangeDuesStandardRequest change = Retired(member);
  change.mutable_base()->set_category(v1::DUES_CATEGORY_SALARY);
  change.set_reason(v1::DUES_CHANGE_REASON_WAGE_CHANGED);
  const auto changed = standards_->ChangeDuesStandard(Secretary(), change);
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->reason(), v1::DUES_CHANGE_REASON_WAGE_CHANGED);
  EXPECT_EQ(changed->amount_fen(), 5'000);
  // Not from the month in which the wage was drawn: the year is fixed (C-02).
  EXPECT_EQ(changed->from_month(), "2026-07");
}

TEST_F(DuesTest, C_03_AnAmountAboveTheNormalCeilingIsCutAndFlagged) {
  const auto below = Fix(Join(branch_.name(), 1), 5'000'000);
  ASSERT_THAT(below, IsOk());
  EXPECT_EQ(below->amount_fen(), 100'000);
  EXPECT_FALSE(below->capped());
  const auto above = Fix(Join(branch_.name(), 2), 6'000'000);
  ASSERT_THAT(above, IsOk());
  EXPECT_EQ(above->amount_fen(), 100'000);
  EXPECT_TRUE(above->capped());
}

TEST_F(DuesTest, C_05_AProbationaryMemberPaysFromTheMonthOfTheVote) {
  v1::Member someone = Someone(1, v1::MEMBER_CATEGORY_PROBATIONARY);
  *someone.mutable_joined_on() = rpc::ToProto(absl::CivilDay(2025, 6, 30));
  const auto member = TryJoin(branch_.name(), someone, absl::CivilDay(2025, 6, 30));
  ASSERT_THAT(member, IsOk());
  const auto standard = Fix(*member, 300'000);
  ASSERT_THAT(standard, IsOk());
  EXPECT_EQ(standard->from_month(), "2025-06");
  EXPECT_THAT(Fix(*member, 300'000, 2024), HasReason("DUES_STANDARD_MISSING"));
  EXPECT_EQ(Bill("2025-05").bills_made(), 0);
  EXPECT_EQ(Bill("2025-06").bills_made(), 1);
}

// The deadline (DL-19) by which a branch has fixed the standards of a year.
class DuesYearTest : public DuesTest {
 protected:
  void OpenStandardsOf(int64_t branch, int32_t year) {
    DeadlineRow row = MakeDeadline(
        ids_.Next(), "DL-19", {"organizations", branch}, branch, absl::CivilDay(year, 1, 31),
        books_.Get("dues").On(absl::CivilDay(year, 1, 1)).Get("dues.standard_by"), clock_.Now());
    row.ordinal = year;
    ASSERT_OK(database_->Transact(
        Soon(), [&](sql::Session& session) { return SetDeadline(session, row); }));
  }
  std::vector<int32_t> OpenYearsOf(int64_t branch) {
    const auto deadlines = database_->Read(Soon(), [&](sql::Session& session) {
      return DeadlinesOf(session, {"organizations", branch});
    });
    EXPECT_THAT(deadlines, IsOk());
    std::vector<int32_t> years;
    if (!deadlines.ok()) return years;
    for (const DeadlineRow& row : *deadlines) {
      if (row.code == "DL-19" && row.state == DeadlineState::kOpen) years.push_back(row.ordinal);
    }
    return years;
  }
};

TEST_F(DuesYearTest, DL_19_ABatchFixesABranchAllOrNone) {
  v1::BatchSetDuesStandardsRequest batch;
  batch.set_parent(branch_.name());
  batch.set_year(2025);
  std::vector<v1::Member> members;
  for (int n = 1; n <= 3; ++n) {
    members.push_back(Join(branch_.name(), n));
    v1::MemberDuesBase* const base = batch.add_bases();
    base->set_member(members.back().name());
    base->mutable_base()->set_category(v1::DUES_CATEGORY_STUDENT);
  }
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  OpenStandardsOf(branch, 2025);
  batch.mutable_bases(2)->mutable_base()->set_category(v1::DUES_CATEGORY_SALARY);
  EXPECT_THAT(standards_->BatchSetDuesStandards(Secretary(), batch),
              HasReason("DUES_BASE_REQUIRED"));
  batch.mutable_bases(2)->mutable_base()->set_base_fen(1'000'001);
  auto answer = standards_->BatchSetDuesStandards(Secretary(), batch);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->standards(0).amount_fen(), 20);
  EXPECT_EQ(answer->standards(2).amount_fen(), 20'000);
  EXPECT_EQ(answer->missing_count(), 0);
  EXPECT_THAT(standards_->BatchSetDuesStandards(Secretary(), batch), IsOk());  // passed over
  EXPECT_THAT(OpenYearsOf(branch), IsEmpty());

  const v1::Organization other = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "另一党支部");
  batch.mutable_bases(0)->set_member(Join(other.name(), 9).name());
  EXPECT_THAT(standards_->BatchSetDuesStandards(Secretary(), batch), HasReason("MEMBER_ELSEWHERE"));
}

TEST_F(DuesYearTest, DL_19_TheStandardsOfAYearMeetThatYearsDeadlineOnly) {
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  const v1::Member member = Join(branch_.name(), 1);
  OpenStandardsOf(branch, 2025);
  OpenStandardsOf(branch, 2026);
  ASSERT_THAT(Fix(member, 300'000, 2026), IsOk());
  EXPECT_THAT(OpenYearsOf(branch), ElementsAre(2025));
  ASSERT_THAT(Fix(member, 300'000, 2024), IsOk());
  EXPECT_THAT(OpenYearsOf(branch), ElementsAre(2025));
  ASSERT_THAT(Fix(member, 300'000, 2025), IsOk());
  EXPECT_THAT(OpenYearsOf(branch), IsEmpty());
}

TEST_F(DuesTest, HardshipIsProposedByTheBranchAndApprovedAbove) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  Bill("2025-02");
  v1::ProposeDuesReductionRequest propose;
  propose.set_parent(member.name());
  propose.set_from_month("2025-02");
  propose.set_to_month("2025-06");
  ExpectDecisionAsked(member.name(), branch_.name(), [&](const std::string& motion) {
    propose.set_motion(motion);
    return standards_->ProposeDuesReduction(Secretary(), propose).status();
  });
  propose.set_motion(Decide(member.name(), branch_.name()));
  const auto proposed = standards_->ProposeDuesReduction(Secretary(), propose);
  ASSERT_THAT(proposed, IsOk());
  EXPECT_EQ(proposed->committee(), town_.name());
  EXPECT_THAT(WaitingFor(town_.name()),
              ::testing::ElementsAre(absl::StrCat("WT-01 ", proposed->name())));
  EXPECT_THAT(standards_->ProposeDuesReduction(Secretary(), propose),
              HasReason("DUES_REDUCTION_OPEN"));
  v1::ApproveDuesReductionRequest approve;
  approve.set_name(proposed->name());
  EXPECT_THAT(standards_->ApproveDuesReduction(Secretary(), approve), IsDenied());
  const rpc::Outgoing above = As("committee_secretary", town_.name(), 20);
  const auto approved = standards_->ApproveDuesReduction(above, approve);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::DUES_REDUCTION_STATE_APPROVED);
  EXPECT_THAT(WaitingFor(town_.name()), ::testing::IsEmpty());
  EXPECT_THAT(standards_->ApproveDuesReduction(above, approve), HasReason("DUES_REDUCTION_STATE"));
  std::vector<v1::DuesBill> bills = BillsOf(member);
  EXPECT_EQ(bills[0].state(), v1::DUES_BILL_STATE_BILLED);
  EXPECT_EQ(bills[1].state(), v1::DUES_BILL_STATE_WAIVED);
  Bill("2025-03");
  Bill("2025-07");
  bills = BillsOf(member);
  EXPECT_EQ(bills[2].state(), v1::DUES_BILL_STATE_WAIVED);
  EXPECT_EQ(bills[3].amount_fen(), 1'500);
  v1::GetDuesReductionRequest get;
  get.set_name(proposed->name());
  EXPECT_EQ(standards_->GetDuesReduction(above, get)->decisions_size(), 1);
  ExpectProven();
}

TEST_F(DuesYearTest, DL_19_DL_20_DL_21_TheMonthOpensItsRunsAndTheYearItsDeadlines) {
  base::ManualClock clock(
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 12, 0, 0), absl::UTCTimeZone()));
  job::JobRunner jobs(*database_, clock, "opener");
  BillRunner runner(ids_, tree_, books_, metrics_, [] {});
  AddBillJobs(jobs, runner);
  // One branch has fixed the year's standards in December, another has not.
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  const v1::Organization late = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "另一党支部");
  const int64_t late_id = *base::ParseName(late.name(), "organizations");
  ASSERT_THAT(Fix(Join(branch_.name(), 1), 300'000, 2026), IsOk());
  const v1::Member unfixed = Join(late.name(), 2);
  ASSERT_OK(jobs.RunOnce(kDuesMonthJob));
  EXPECT_THAT(OpenYearsOf(branch), IsEmpty());
  EXPECT_THAT(OpenYearsOf(late_id), ElementsAre(2026));
  // What was met meanwhile stays met.
  ASSERT_THAT(Fix(unfixed, 300'000, 2026), IsOk());
  ASSERT_OK(jobs.RunOnce(kDuesMonthJob));
  EXPECT_THAT(OpenYearsOf(late_id), IsEmpty());
  v1::ListBillRunsRequest list;
  list.set_parent(county_.name());
  const auto runs = bills_->ListBillRuns(Department(), list);
  ASSERT_THAT(runs, IsOk());
  ASSERT_EQ(runs->runs_size(), 1);
  EXPECT_EQ(runs->runs(0).month(), "2026-01");
  std::map<std::string, absl::CivilDay> due;
  for (const v1::Organization& one : {county_, branch_}) {
    const auto deadlines = database_->Read(Soon(), [&](sql::Session& session) {
      return DeadlinesOf(session, {"organizations", *base::ParseName(one.name(), "organizations")});
    });
    ASSERT_THAT(deadlines, IsOk());
    for (const DeadlineRow& row : *deadlines) {
      due[row.code] = row.due_on;
      EXPECT_EQ(row.state == DeadlineState::kMet, row.code == "DL-19") << row.code;
    }
  }
  EXPECT_EQ(due["DL-19"], absl::CivilDay(2026, 1, 31));
  EXPECT_EQ(due["DL-20"], absl::CivilDay(2026, 4, 30));
  EXPECT_EQ(due["DL-21"], absl::CivilDay(2026, 3, 31));
}

}  // namespace
}  // namespace ronghe::membership
