// Is a report computed whole, checked before it is submitted, and locked from then on?
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/testing/statistics_testing.h"

namespace ronghe::membership::county {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::SizeIs;

TEST_F(StatisticsTest, APeriodMustFitItsKindAndBeOver) {
  Fill(World(1));
  const Day future = base::ShanghaiDay(absl::Now());
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), future).status(), HasReason("PERIOD_NOT_OVER"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 2), Day(2025, 12, 31), v1::REPORT_KIND_YEAR).status(),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 12, 30), v1::REPORT_KIND_YEAR).status(),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(
      TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 6, 29), v1::REPORT_KIND_HALF_YEAR).status(),
      HasReason("FIELD_INVALID"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 7, 1), Day(2025, 6, 30)).status(),
              HasReason("FIELD_INVALID"));
  auto year = TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 12, 31), v1::REPORT_KIND_YEAR);
  ASSERT_THAT(year, IsOk());
  EXPECT_EQ(year->state(), v1::REPORT_STATE_DRAFT);
  EXPECT_EQ(year->form(), "reportForms/2025");
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 12, 31), v1::REPORT_KIND_YEAR).status(),
              HasReason("REPORT_EXISTS"));
  EXPECT_THAT(TryCreate(kCounty, Day(2025, 1, 1), Day(2025, 6, 30), v1::REPORT_KIND_HALF_YEAR),
              IsOk());
  v1::SubmitStatisticsReportRequest submit;
  submit.set_name(year->name());
  EXPECT_THAT(statistics_->SubmitStatisticsReport(Department(), submit).status(),
              HasReason("REPORT_NOT_COMPUTED"));
  v1::CreateStatisticsReportRequest unknown;
  unknown.set_parent("organizations/2");
  unknown.mutable_statistics_report()->set_kind(v1::REPORT_KIND_PERIOD);
  unknown.mutable_statistics_report()->set_form("reportForms/1999");
  *unknown.mutable_statistics_report()->mutable_period_from() = rpc::ToProto(Day(2025, 1, 1));
  *unknown.mutable_statistics_report()->mutable_snapshot_day() = rpc::ToProto(Day(2025, 3, 1));
  EXPECT_THAT(statistics_->CreateStatisticsReport(Department(), unknown).status(),
              HasReason("FORM_UNKNOWN"));
}

TEST_F(StatisticsTest, AKilledJobGoesOnWhereItWas) {
  Fill(World(3));
  const std::string whole = Computed(kProvince, Day(2024, 1, 1), Day(2025, 6, 30));
  auto killed = TryCreate(kProvince, Day(2024, 1, 1), Day(2025, 6, 30), v1::REPORT_KIND_PERIOD);
  EXPECT_THAT(killed.status(), HasReason("REPORT_EXISTS"));
  const std::vector<CellBytes> expected = Rows(whole);
  ASSERT_THAT(expected, SizeIs(Places().size()));
  for (const int after : {1, 2, 3}) {
    ASSERT_OK(TryCompute(whole));
    steal_lease_after_ = after;
    EXPECT_THAT(jobs_.RunOnce(kReportJob), HasReason("LEASE_LOST"));
    EXPECT_EQ(Get(whole).state(), v1::REPORT_STATE_COMPUTING);
    EXPECT_EQ(Get(whole).computed_count(), 4 * after);
    EXPECT_THAT(Table(Department(), whole, "1", kProvince).status(),
                HasReason("REPORT_NOT_COMPUTED"));
    EXPECT_THAT(TryCompute(whole), HasReason("REPORT_COMPUTING"));
    RunSql("DELETE FROM job_lease");
    ASSERT_OK(jobs_.RunOnce(kReportJob));
    const std::vector<CellBytes> rows = Rows(whole);
    ASSERT_EQ(rows.size(), expected.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].organization_id, expected[i].organization_id);
      EXPECT_EQ(rows[i].cells, expected[i].cells) << i;
      EXPECT_EQ(rows[i].own_cells, expected[i].own_cells) << i;
    }
    EXPECT_EQ(Get(whole).difference_count(), 0);
  }
}

TEST_F(StatisticsTest, ABrokenHistoryIsNamedByCellAndBlocksSubmission) {
  const World world(5);
  Fill(world);
  const auto member = std::find_if(world.people.begin(), world.people.end(), [](const Person& one) {
    return one.changes.size() == 1 && one.changes[0].day < Day(2024, 12, 1) &&
           one.row.organization_id == 20;
  });
  ASSERT_NE(member, world.people.end());
  // Gone without a change: 实有 is one less than 应有.
  RunSql(absl::StrCat("UPDATE membership_interval SET valid_to = '2025-05-01' WHERE member_id = ",
                      member->row.id));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  EXPECT_GT(Get(report).difference_count(), 0);
  v1::ListReportDifferencesRequest request;
  request.set_parent(report);
  request.set_organization("organizations/20");
  auto differences = statistics_->ListReportDifferences(Department(), request);
  ASSERT_THAT(differences, IsOk());
  ASSERT_GE(differences->differences_size(), 1);
  const v1::ReportDifference& first = differences->differences(0);
  EXPECT_EQ(first.table(), "1");
  EXPECT_EQ(first.row(), 16);
  EXPECT_EQ(first.column(), 1);
  EXPECT_EQ(first.check(), "16 = 15");
  EXPECT_EQ(first.actual() - first.expected(), -1);
  auto table = Table(Department(), report, "1", 20);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(CellsOf(*table)[std::pair(17, 1)], -1);
  request.set_organization("organizations/22");
  differences = statistics_->ListReportDifferences(Department(), request);
  ASSERT_THAT(differences, IsOk());
  EXPECT_EQ(differences->differences_size(), 0);
  request.set_organization("");
  request.set_page_size(1);
  int pages = 0;
  do {
    differences = statistics_->ListReportDifferences(Department(), request);
    ASSERT_THAT(differences, IsOk());
    request.set_page_token(differences->next_page_token());
    pages += differences->differences_size();
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, Get(report).difference_count());
  v1::SubmitStatisticsReportRequest submit;
  submit.set_name(report);
  const absl::Status refused = statistics_->SubmitStatisticsReport(Department(), submit).status();
  EXPECT_THAT(refused, HasReason("REPORT_HAS_DIFFERENCES"));
  EXPECT_EQ(error::MetadataValue(refused, "table"), "1");
  EXPECT_EQ(error::MetadataValue(refused, "row"), "16");
}

TEST_F(StatisticsTest, ATamperedLevelIsFoundBySumsOfLevels) {
  Fill(World(5));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  const int64_t id = *base::ParseName(report, "statisticsReports");
  ASSERT_OK(TryCompute(report));
  steal_lease_after_ = 3;  // everything counted, nothing verified
  EXPECT_THAT(jobs_.RunOnce(kReportJob), HasReason("LEASE_LOST"));
  RunSql(
      absl::StrCat("UPDATE report_organization SET cells = '' WHERE organization_id = 20 AND "
                   "report_id = ",
                   id));
  RunSql("DELETE FROM job_lease");
  ASSERT_OK(jobs_.RunOnce(kReportJob));
  ASSERT_GT(Get(report).difference_count(), 0);
  v1::ListReportDifferencesRequest request;
  request.set_parent(report);
  auto differences = statistics_->ListReportDifferences(Department(), request);
  ASSERT_THAT(differences, IsOk());
  EXPECT_EQ(differences->differences(0).organization(), "organizations/12");
  EXPECT_EQ(differences->differences(0).check(), "本级 + 下级合计");
}

TEST_F(StatisticsTest, SubmissionLocksUntilASecondPersonAgreesToUnlock) {
  Fill(World(11));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  v1::SubmitStatisticsReportRequest submit;
  submit.set_name(report);
  submit.set_etag("1");
  EXPECT_THAT(statistics_->SubmitStatisticsReport(Department(), submit).status(),
              HasReason("ETAG_MISMATCH"));
  submit.clear_etag();
  auto submitted = statistics_->SubmitStatisticsReport(Department(), submit);
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->state(), v1::REPORT_STATE_SUBMITTED);
  EXPECT_TRUE(submitted->has_submit_time());
  EXPECT_THAT(TryCompute(report), HasReason("REPORT_LOCKED"));
  EXPECT_THAT(statistics_->SubmitStatisticsReport(Department(), submit).status(),
              HasReason("REPORT_LOCKED"));
  EXPECT_THAT(Table(Department(), report, "1", 20), IsOk());

  v1::UnlockStatisticsReportRequest unlock;
  unlock.set_name(report);
  const absl::Status asked = statistics_->UnlockStatisticsReport(Department(), unlock).status();
  ASSERT_THAT(asked, HasReason("APPROVAL_REQUIRED"));
  approval::v1::ApproveRequestRequest approve;
  approve.set_name(error::MetadataValue(asked, "approval"));
  ASSERT_OK(approvals_->ApproveRequest(server_->As("committee_secretary", 0, 2), approve).status());
  auto unlocked = statistics_->UnlockStatisticsReport(Department(), unlock);
  ASSERT_THAT(unlocked, IsOk());
  EXPECT_EQ(unlocked->state(), v1::REPORT_STATE_UNLOCKED);
  EXPECT_THAT(statistics_->UnlockStatisticsReport(Department(), unlock).status(),
              HasReason("REPORT_NOT_SUBMITTED"));
  EXPECT_OK(TryCompute(report));
}

TEST_F(StatisticsTest, FormsAreListedAndRead) {
  auto forms = statistics_->ListReportForms(Department(), {});
  ASSERT_THAT(forms, IsOk());
  ASSERT_EQ(forms->report_forms_size(), 1);
  EXPECT_EQ(forms->report_forms(0).tables_size(), 0);
  v1::GetReportFormRequest request;
  request.set_name("reportForms/2025");
  auto form = statistics_->GetReportForm(Department(), request);
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(form->tables_size(), 14);
  EXPECT_EQ(form->tables(0).identities(3), "16 = 15");
  EXPECT_TRUE(form->tables(0).rows(14).computed());
  request.set_name("reportForms/1999");
  EXPECT_EQ(statistics_->GetReportForm(Department(), request).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ronghe::membership::county
