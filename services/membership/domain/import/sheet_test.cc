#include "services/membership/domain/import/sheet.h"

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::CivilDay kToday(2026, 11, 23);

std::vector<Cell> Cells(std::initializer_list<const char*> texts) {
  std::vector<Cell> cells;
  for (const char* text : texts) cells.push_back({text});
  return cells;
}

std::vector<size_t> ColumnsOf(const std::vector<CellProblem>& problems) {
  std::vector<size_t> columns;
  for (const CellProblem& problem : problems) columns.push_back(problem.column);
  return columns;
}

TEST(SheetLayoutTest, FindsColumnsInAnyOrderAndSaysWhatIsMissing) {
  const auto header = Cells({"党组织类别*", "备注", " 党组织全称 ", "上级党组织"});
  EXPECT_TRUE(IsSheetHeader(organization_sheet::Columns(), header));
  const auto layout = SheetLayout::FromHeader(organization_sheet::Columns(), header);
  ASSERT_TRUE(layout.ok());
  const auto row = Cells({"党支部", "x", "\u3000第一党支部 "});
  EXPECT_EQ(layout->At(row, organization_sheet::kTitle).text, "第一党支部");
  EXPECT_EQ(layout->At(row, organization_sheet::kParent).text, "");
  EXPECT_EQ(layout->At(row, organization_sheet::kRegionCode).text, "");
  EXPECT_EQ(error::Reason(SheetLayout::FromHeader(post_sheet::Columns(), header).status()),
            "ROSTER_HEADER_MISSING");
  EXPECT_EQ(
      error::Reason(SheetLayout::FromHeader(organization_sheet::Columns(),
                                            Cells({"党组织全称", "党组织全称*", "党组织类别"}))
                        .status()),
      "ROSTER_HEADER_MISSING");
}

TEST(ReadOrganizationRowTest, EveryWrongCellIsNamed) {
  const auto header = Cells({"上级党组织编码", "上级党组织", "党组织全称", "党组织简称",
                             "党组织类别", "成立日期", "行政区划代码"});
  const auto layout = *SheetLayout::FromHeader(organization_sheet::Columns(), header);
  OrganizationRecord record;
  EXPECT_THAT(ReadOrganizationRow(
                  layout, Cells({"001", "", "一支部", "", "党支部", "1998-07-01", "110105"}), false,
                  kToday, record),
              IsEmpty());
  EXPECT_EQ(record.kind, 631);
  EXPECT_EQ(record.founded_on, absl::CivilDay(1998, 7, 1));
  EXPECT_EQ(record.region_code, "110105");
  const auto problems = ReadOrganizationRow(
      layout, Cells({"", "", "", "", "俱乐部", "2027-01-01", "11010X"}), false, kToday, record);
  EXPECT_THAT(ColumnsOf(problems),
              ElementsAre(organization_sheet::kTitle, organization_sheet::kParent,
                          organization_sheet::kKind, organization_sheet::kFoundedOn,
                          organization_sheet::kRegionCode));
}

TEST(ReadPostRowTest, EveryWrongCellIsNamed) {
  const auto header = Cells(
      {"姓名", "公民身份号码", "任职党组织编码", "任职党组织", "党内职务", "任职日期", "离任日期"});
  const auto layout = *SheetLayout::FromHeader(post_sheet::Columns(), header);
  PostRecord record;
  EXPECT_THAT(
      ReadPostRow(layout, Cells({"王小明", "11010519491231002x", "", "", "书记", "2026-01-01", ""}),
                  false, kToday, record),
      IsEmpty());
  EXPECT_EQ(record.identity_number, "11010519491231002X");
  EXPECT_EQ(record.post, Post::kSecretary);
  const auto problems = ReadPostRow(
      layout, Cells({"", "110105194912310021", "", "", "班长", "2026-05-01", "2026-04-01"}), false,
      kToday, record);
  EXPECT_THAT(ColumnsOf(problems), ElementsAre(post_sheet::kFullName, post_sheet::kIdentityNumber,
                                               post_sheet::kPost, post_sheet::kValidTo));
  std::vector<Cell> number = Cells({"王小明", "110105194912310000", "", "", "书记"});
  number[1].number = true;
  EXPECT_THAT(ColumnsOf(ReadPostRow(layout, number, false, kToday, record)),
              ElementsAre(post_sheet::kIdentityNumber));
}

}  // namespace
}  // namespace ronghe::membership
