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

TEST(ParseYuanTest, YuanAreFenExactly) {
  const struct {
    const char* text;
    std::optional<int64_t> fen;
  } cases[] = {
      {"3000", 300'000},
      {"3000.01", 300'001},
      {"3000.1", 300'010},
      {"0", 0},
      {"0.07", 7},
      {"007", 700},
      {"1000000000", 100'000'000'000},
      {"1000000000.00", 100'000'000'000},
      {"1000000000.01", std::nullopt},
      {"99999999999999999999", std::nullopt},
      {"3000.001", std::nullopt},
      {"3000.000", std::nullopt},
      {"3,000.01", std::nullopt},
      {"-3000", std::nullopt},
      {"+3000", std::nullopt},
      {"3000.", std::nullopt},
      {".5", std::nullopt},
      {"3.0.1", std::nullopt},
      {"3e3", std::nullopt},
      {"3000元", std::nullopt},
      {"３０００", std::nullopt},
      {"30 00", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& one : cases) EXPECT_EQ(ParseYuan(one.text), one.fen) << one.text;
}

class ReadDuesBaseRowTest : public ::testing::Test {
 protected:
  std::vector<size_t> Problems(const std::vector<Cell>& row) {
    record_ = DuesBaseRecord();
    return ColumnsOf(ReadDuesBaseRow(layout_, row, kToday, record_));
  }

  const SheetLayout layout_ = *SheetLayout::FromHeader(
      dues_base_sheet::Columns(), Cells({"姓名", "公民身份号码", "年度", "类别*", "基数（元）"}));
  DuesBaseRecord record_;
};

TEST_F(ReadDuesBaseRowTest, ACategoryIsACodeOrAName) {
  EXPECT_THAT(Problems(Cells({"王小明", "11010519491231002x", "2026", "按月领取工资", "3000.01"})),
              IsEmpty());
  EXPECT_EQ(record_.identity_number, "11010519491231002X");
  EXPECT_EQ(record_.year, 2026);
  EXPECT_EQ(record_.category, 1);
  EXPECT_EQ(record_.base_fen, 300'001);
  EXPECT_THAT(Problems(Cells({"王小明", "11010519491231002X", "2027", "6"})), IsEmpty());
  EXPECT_EQ(record_.category, 6);
  EXPECT_EQ(record_.base_fen, 0);
}

TEST_F(ReadDuesBaseRowTest, AFixedAmountIsReadWhereTheFileHasTheColumn) {
  const SheetLayout layout = *SheetLayout::FromHeader(
      dues_base_sheet::Columns(),
      Cells({"姓名", "公民身份号码", "年度", "类别", "基数(元)", "固定数额（元）"}));
  const auto read = [&](const char* fixed) {
    record_ = DuesBaseRecord();
    return ColumnsOf(
        ReadDuesBaseRow(layout, Cells({"王小明", "11010519491231002X", "2026", "农民", "", fixed}),
                        kToday, record_));
  };
  EXPECT_THAT(read("0.5"), IsEmpty());
  EXPECT_EQ(record_.fixed_fen, 50);
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_EQ(record_.fixed_fen, std::nullopt);
  for (const char* fixed : {"0", "0.00", "-1", "五角"}) {
    EXPECT_THAT(read(fixed), ElementsAre(dues_base_sheet::kFixed)) << fixed;
  }
  EXPECT_THAT(Problems(Cells({"王小明", "11010519491231002X", "2026", "农民", ""})), IsEmpty());
  EXPECT_EQ(record_.fixed_fen, std::nullopt);
}

TEST_F(ReadDuesBaseRowTest, EveryWrongCellIsNamed) {
  EXPECT_THAT(
      Problems(Cells({"", "110105194912310021", "2028", "月薪", "3,000"})),
      ElementsAre(dues_base_sheet::kFullName, dues_base_sheet::kIdentityNumber,
                  dues_base_sheet::kYear, dues_base_sheet::kCategory, dues_base_sheet::kBase));
  for (const char* year : {"2007", "26", "2026年", "-026"}) {
    EXPECT_THAT(Problems(Cells({"王小明", "11010519491231002X", year, "1", "3000"})),
                ElementsAre(dues_base_sheet::kYear))
        << year;
  }
}

TEST_F(ReadDuesBaseRowTest, AnAmountThatACommaHasSplitIsNotTakenForItsFirstPart) {
  EXPECT_THAT(Problems(Cells({"王小明", "11010519491231002X", "2026", "1", "3", "000.01"})),
              ElementsAre(dues_base_sheet::kBase));
  EXPECT_THAT(Problems(Cells({"王小明", "11010519491231002X", "2026", "1", "3", " "})), IsEmpty());
}

TEST_F(ReadDuesBaseRowTest, ANumberOfAWorkbookIsWhatWasTyped) {
  std::vector<Cell> row = Cells({"王小明", "11010519491231002X", "2026", "1", ""});
  const struct {
    const char* held;
    std::optional<int64_t> fen;
  } cases[] = {{"3000", 300'000},
               {"3000.0999999999999", 300'010},
               {"3000.0100000000002", 300'001},
               {"999999999.98999999", 99'999'999'999},
               {"3000.001", std::nullopt},
               {"-3000", std::nullopt},
               {"1E-3", std::nullopt},
               {"3.0E3", 300'000}};
  for (const auto& one : cases) {
    row.back() = {one.held, true};
    EXPECT_EQ(Problems(row).empty(), one.fen.has_value()) << one.held;
    EXPECT_EQ(record_.base_fen, one.fen.value_or(0)) << one.held;
  }
}

}  // namespace
}  // namespace ronghe::membership
