#include "services/membership/store/workbook/writer.h"

#include "gtest/gtest.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

TEST(WriteRosterTemplateTest, ItsOwnReaderFindsEveryColumn) {
  const std::vector<BranchChoice> branches = {{"001001", "第一党支部"}, {"001002", "第二党支部"}};
  const auto bytes = WriteRosterTemplate("某县委", branches);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto table = ReadXlsx(*bytes);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows.size(), 1u);
  ASSERT_EQ(table->rows[0].cells.size(), RosterColumns().size());
  const auto layout = RosterLayout::FromHeader(table->rows[0].cells);
  ASSERT_TRUE(layout.ok()) << layout.status();
  for (const RosterColumn& column : RosterColumns()) EXPECT_TRUE(layout->Has(column.field));
}

TEST(WriteErrorsTest, RepeatsRowsWithReasonsAndReadsBack) {
  const std::vector<Cell> header = {{"姓名*"}, {"公民身份号码"}, {"备注"}};
  const std::vector<FailedRow> rows = {{{{"王小明"}, {"110105194912310021"}}, "校验码不正确"},
                                       {{{"𠮷田"}, {}, {"=1+1"}}, "请填写公民身份号码"}};
  const auto bytes = WriteErrors("党员名册", header, rows);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto table = ReadXlsx(*bytes);
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows.size(), 3u);
  EXPECT_EQ(table->rows[0].cells[3].text, "错误原因");
  EXPECT_EQ(table->rows[1].cells[1].text, "110105194912310021");
  EXPECT_FALSE(table->rows[1].cells[1].number);
  EXPECT_EQ(table->rows[1].cells[3].text, "校验码不正确");
  EXPECT_EQ(table->rows[2].cells[0].text, "𠮷田");
  EXPECT_EQ(table->rows[2].cells[2].text, "=1+1");
}

TEST(WriteErrorsTest, AColumnOfReasonsThatIsThereAlreadyIsNotDoubled) {
  const std::vector<Cell> header = {{"姓名*"}, {"错误原因"}, {"备注"}};
  const std::vector<FailedRow> rows = {{{{"王小明"}, {"旧"}, {"x"}}, "新"}};
  const auto table = ReadXlsx(*WriteErrors("党员名册", header, rows));
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows[1].cells.size(), 3u);
  EXPECT_EQ(table->rows[1].cells[1].text, "x");
  EXPECT_EQ(table->rows[1].cells[2].text, "新");
}

TEST(WriteSheetTemplateTest, ItsOwnReaderFindsEveryColumn) {
  for (const ImportKind kind :
       {ImportKind::kOrganizations, ImportKind::kPosts, ImportKind::kDuesBases}) {
    const std::vector<BranchChoice> choices = {{"001001", "第一党支部"}};
    const auto bytes = WriteSheetTemplate(kind, "某县委", choices);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    const auto table = ReadXlsx(*bytes);
    ASSERT_TRUE(table.ok()) << table.status();
    ASSERT_EQ(table->rows[0].cells.size(), ColumnsOf(kind).size());
    EXPECT_TRUE(IsSheetHeader(ColumnsOf(kind), table->rows[0].cells));
    EXPECT_TRUE(SheetLayout::FromHeader(ColumnsOf(kind), table->rows[0].cells).ok());
  }
}

}  // namespace
}  // namespace ronghe::membership
