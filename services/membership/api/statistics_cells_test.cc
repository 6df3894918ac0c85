// To whom does a cell open, who may see it, and how does it look on paper?
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/testing/statistics_testing.h"

namespace ronghe::membership::county {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(StatisticsTest, EveryCellOpensToAsManyAsItCounts) {
  const World world(7);
  Fill(world);
  const std::string report = Computed(kProvince, Day(2024, 7, 1), Day(2025, 9, 30));
  size_t opened = 0;
  for (const int64_t organization : {kProvince, kCounty, int64_t{10}, kMovingBranch}) {
    for (const FormTable& table : forms_.Find("2025")->tables()) {
      auto shown = Table(Department(), report, table.number, organization);
      ASSERT_THAT(shown, IsOk());
      for (const auto& [at, value] : CellsOf(*shown)) {
        const size_t row = *table.FindRow(at.first);
        const size_t column = *table.FindColumn(at.second);
        const int32_t page = table.number == "1" ? 7 : 200;
        auto entries =
            Entries(Department(), report, table.number, at.first, at.second, organization, page);
        if (!table.Counts(row, column)) {
          EXPECT_THAT(entries.status(), HasReason("CELL_IS_COMPUTED"));
          continue;
        }
        ASSERT_THAT(entries, IsOk());
        EXPECT_EQ(static_cast<int64_t>(entries->size()), value)
            << organization << " " << table.number << "." << at.first << "." << at.second;
        std::set<std::string> seen;
        for (const v1::CellEntry& entry : *entries) {
          EXPECT_FALSE(entry.resource().empty());
          EXPECT_FALSE(entry.display_name().empty());
          seen.insert(absl::StrCat(entry.resource(), entry.organization(),
                                   entry.day().DebugString(), entry.change_code()));
        }
        EXPECT_LE(seen.size(), entries->size());
        ++opened;
      }
    }
  }
  EXPECT_GT(opened, 400u);
}

TEST_F(StatisticsTest, ZeroCellsOpenToNobody) {
  Fill(World(7));
  const std::string report = Computed(24, Day(2025, 1, 1), Day(2025, 1, 2));
  auto entries = Entries(Department(), report, "1", 3, 1, 24);
  ASSERT_THAT(entries, IsOk());
  EXPECT_THAT(*entries, IsEmpty());
}

TEST_F(StatisticsTest, ABranchSecretarySeesTheOwnCellsOnly) {
  const World world(11);
  Fill(world);
  const std::string report = Computed(kProvince, Day(2025, 1, 1), Day(2025, 12, 31));
  const rpc::Outgoing secretary = server_->As("branch_secretary", 20);
  auto own = Table(secretary, report, "2", 20);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->organization(), "organizations/20");
  EXPECT_GT(own->cells_size(), 0);
  for (const int64_t other : {kProvince, kCounty, int64_t{12}, int64_t{21}, int64_t{9999}}) {
    EXPECT_EQ(Table(secretary, report, "2", other).status().code(),
              absl::StatusCode::kPermissionDenied)
        << other;
  }
  EXPECT_THAT(Entries(secretary, report, "2", 1, 1, 20), IsOk());
  EXPECT_EQ(Entries(secretary, report, "2", 1, 1, kCounty).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Entries(server_->As("leader", kCounty), report, "2", 1, 1, 20).status().code(),
            absl::StatusCode::kPermissionDenied);
  v1::ListStatisticsReportsRequest list;
  list.set_parent("organizations/20");
  auto reports = statistics_->ListStatisticsReports(secretary, list);
  ASSERT_THAT(reports, IsOk());
  ASSERT_EQ(reports->statistics_reports_size(), 1);
  EXPECT_EQ(reports->statistics_reports(0).name(), report);
  EXPECT_EQ(reports->statistics_reports(0).organization_count(), 0);
  v1::ComputeStatisticsReportRequest compute;
  compute.set_name(report);
  EXPECT_EQ(statistics_->ComputeStatisticsReport(secretary, compute).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(StatisticsTest, WhoseBranchMovedAwayIsCountedWithoutAName) {
  const World world(7);
  Fill(world);
  // Town 10 still had the moving branch on that day.
  const std::string report = Computed(kProvince, Day(2024, 1, 1), Day(2024, 12, 31));
  auto table = Table(Department(), report, "2", 10);
  ASSERT_THAT(table, IsOk());
  const int64_t value = CellsOf(*table)[std::pair(1, 1)];
  auto entries = Entries(server_->As("inspector", 10), report, "2", 1, 1, 10, 200);
  ASSERT_THAT(entries, IsOk());
  EXPECT_EQ(static_cast<int64_t>(entries->size()), value);
  int64_t moved = 0;
  for (const v1::CellEntry& entry : *entries) {
    const bool away = entry.organization() == absl::StrCat("organizations/", kMovingBranch);
    moved += away ? 1 : 0;
    EXPECT_EQ(entry.resource().empty(), away);
    EXPECT_EQ(entry.display_name().empty(), away);
  }
  EXPECT_GT(moved, 0);
}

TEST_F(StatisticsTest, ChildrenOfACellAddUpToIt) {
  Fill(World(7));
  const std::string report = Computed(kProvince, Day(2025, 1, 1), Day(2025, 12, 31));
  v1::ListCellOrganizationsRequest request;
  request.set_parent(absl::StrCat(report, "/tables/1"));
  request.set_organization(absl::StrCat("organizations/", kCounty));
  request.set_row(16);
  request.set_column(1);
  request.set_page_size(2);
  int64_t sum = 0;
  std::vector<std::string> names;
  do {
    auto page = statistics_->ListCellOrganizations(Department(), request);
    ASSERT_THAT(page, IsOk());
    for (const v1::CellOrganization& child : page->organizations()) {
      names.push_back(child.organization());
      sum += child.value();
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("organizations/10", "organizations/11", "organizations/24"));
  auto table = Table(Department(), report, "1", kCounty);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(sum, CellsOf(*table)[std::pair(16, 1)]);
  request.set_row(99);
  EXPECT_THAT(statistics_->ListCellOrganizations(Department(), request).status(),
              HasReason("CELL_UNKNOWN"));
}

TEST_F(StatisticsTest, TheWorkbookHoldsTheTableAsTheFormHasIt) {
  Fill(World(7));
  const std::string report = Computed(kCounty, Day(2025, 1, 1), Day(2025, 12, 31));
  v1::DownloadReportRequest request;
  request.set_name(report);
  std::string bytes;
  ASSERT_OK(statistics_->DownloadReport(Department(), request,
                                        [&](const v1::DownloadReportResponse& part) {
                                          bytes.append(part.content());
                                          return absl::OkStatus();
                                        }));
  auto sheet = ReadXlsx(bytes);
  ASSERT_THAT(sheet, IsOk());
  auto shown = Table(Department(), report, "1", kCounty);
  ASSERT_THAT(shown, IsOk());
  TableCells cells = CellsOf(*shown);
  const auto text = [&](size_t row, size_t column) {
    return column < sheet->rows[row].cells.size() ? sheet->rows[row].cells[column].text : "";
  };
  // Watermark, title, heading, titles, numbers (table 1 has no groups), then the rows.
  ASSERT_GE(sheet->rows.size(), 22u);
  EXPECT_EQ(text(1, 0), "表1  党员数量变化情况");
  EXPECT_EQ(text(2, 0), "填报单位：第2党组织  统计期间：2025年1月1日至2025年12月31日  单位：人");
  EXPECT_EQ(text(3, 2), "合计");
  const FormTable& form = *forms_.Find("2025")->Find("1");
  for (size_t row = 0; row < form.rows.size(); ++row) {
    EXPECT_EQ(text(row + 5, 0), form.rows[row].title);
    for (size_t column = 0; column < form.columns.size(); ++column) {
      EXPECT_EQ(text(row + 5, column + 2),
                absl::StrCat(cells[std::pair(form.rows[row].number, form.columns[column].number)]))
          << row << " " << column;
    }
  }
  EXPECT_EQ(text(5 + form.rows.size() + 1, 0), "校验(行) 2 = 3 + 5 + 7：通过");
}

}  // namespace
}  // namespace ronghe::membership::county
