#include "common/workbook/xlsx_stream.h"

#include <zip.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pugixml.hpp"

namespace ronghe::workbook {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

using Parts = std::map<std::string, std::string>;

// The parts of an archive, with every check sum checked.
Parts Unzip(const std::string& bytes) {
  Parts parts;
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  EXPECT_NE(archive, nullptr) << zip_error_strerror(&error);
  if (archive == nullptr) return parts;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    EXPECT_EQ(zip_stat_index(archive, i, 0, &stat), 0);
    std::string content(stat.size, '\0');
    zip_file_t* file = zip_fopen_index(archive, i, 0);
    EXPECT_EQ(zip_fread(file, content.data(), content.size()),
              static_cast<zip_int64_t>(content.size()));
    // Reading on to the end is what checks the sum.
    char rest;
    EXPECT_EQ(zip_fread(file, &rest, 1), 0);
    zip_fclose(file);
    parts[stat.name] = std::move(content);
  }
  zip_discard(archive);
  return parts;
}

std::vector<std::vector<std::string>> Cells(const std::string& xml) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_buffer(xml.data(), xml.size()));
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : document.child("worksheet").child("sheetData").children("row")) {
    auto& cells = rows.emplace_back();
    for (const auto& cell : row.children("c")) {
      EXPECT_STREQ(cell.attribute("t").value(), "inlineStr");
      cells.emplace_back(cell.child("is").child_value("t"));
    }
  }
  return rows;
}

TEST(XlsxStreamTest, EverySheetCarriesTheWatermark) {
  std::string bytes;
  XlsxStream workbook({.sheet = "名册",
                       .columns = {{"姓名", 12}, {"电话", 16}},
                       .watermark = "accounts/7 2026-11-23 用途<A&B>",
                       .author = "accounts/7",
                       .created = absl::FromUnixSeconds(1763859600),
                       .properties = {{"ExportId", "memberExports/1"}, {"Purpose", "A&B"}},
                       .rows_per_sheet = 4},
                      [&](std::string chunk) {
                        bytes.append(chunk);
                        return absl::OkStatus();
                      });
  for (const char* name : {"王 小明", "=1+1", "a<b>&\"c\"\x01\xEF\xBF\xBF"}) {
    ASSERT_OK(workbook.Row(std::vector<std::string>{name, "138****0000", "beyond"}));
  }
  ASSERT_OK(workbook.Finish());
  EXPECT_EQ(workbook.rows(), 3);

  const Parts parts = Unzip(bytes);
  EXPECT_THAT(parts, AllOf(Contains(Key("[Content_Types].xml")), Contains(Key("_rels/.rels")),
                           Contains(Key("xl/_rels/workbook.xml.rels"))));
  const std::vector<std::string> titles = {"姓名", "电话"};
  const std::vector<std::string> mark = {"accounts/7 2026-11-23 用途<A&B>"};
  EXPECT_THAT(Cells(parts.at("xl/worksheets/sheet1.xml")),
              ElementsAre(mark, titles, ElementsAre("王 小明", "138****0000"),
                          ElementsAre("=1+1", "138****0000")));
  EXPECT_THAT(Cells(parts.at("xl/worksheets/sheet2.xml")),
              ElementsAre(mark, titles, ElementsAre("a<b>&\"c\"", "138****0000")));
  for (const char* sheet : {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_buffer(parts.at(sheet).data(), parts.at(sheet).size()));
    const auto page = document.child("worksheet").child("headerFooter");
    EXPECT_STREQ(page.child_value("oddHeader"), "&Caccounts/7 2026-11-23 用途<A&&B>");
    EXPECT_STREQ(page.child_value("oddFooter"), "&Caccounts/7 2026-11-23 用途<A&&B>");
  }
  EXPECT_THAT(parts.at("xl/workbook.xml"), HasSubstr("name=\"名册 2\""));
  EXPECT_THAT(parts.at("docProps/core.xml"), HasSubstr("用途&lt;A&amp;B&gt;"));
  EXPECT_THAT(parts.at("docProps/core.xml"), HasSubstr("2025-11-23T"));
  EXPECT_THAT(parts.at("docProps/custom.xml"), HasSubstr("memberExports/1"));
  for (const auto& [name, content] : parts) {
    pugi::xml_document document;
    EXPECT_TRUE(document.load_buffer(content.data(), content.size())) << name;
  }
}

TEST(XlsxStreamTest, AWorkbookWithoutRowsIsOne) {
  std::string bytes;
  XlsxStream workbook({.sheet = "名册", .columns = {{"姓名"}}}, [&](std::string chunk) {
    bytes.append(chunk);
    return absl::OkStatus();
  });
  ASSERT_OK(workbook.Finish());
  EXPECT_THAT(Cells(Unzip(bytes).at("xl/worksheets/sheet1.xml")), ElementsAre(ElementsAre("姓名")));
}

TEST(XlsxStreamTest, TheFirstSheetMaySayWhatItIs) {
  std::string bytes;
  XlsxStream workbook({.sheet = "记录",
                       .columns = {{"时间"}},
                       .watermark = "水印",
                       .about = {{"导出人", "accounts/7"}, {"条件", "全部"}}},
                      [&](std::string chunk) {
                        bytes.append(chunk);
                        return absl::OkStatus();
                      });
  ASSERT_OK(workbook.Row(std::vector<std::string>{"2026-11-23"}));
  ASSERT_OK(workbook.Finish());
  const Parts parts = Unzip(bytes);
  EXPECT_THAT(Cells(parts.at("xl/worksheets/sheet1.xml")),
              ElementsAre(ElementsAre("水印"), ElementsAre("项目", "内容"),
                          ElementsAre("导出人", "accounts/7"), ElementsAre("条件", "全部")));
  EXPECT_THAT(Cells(parts.at("xl/worksheets/sheet2.xml")),
              ElementsAre(ElementsAre("水印"), ElementsAre("时间"), ElementsAre("2026-11-23")));
  EXPECT_THAT(parts.at("xl/workbook.xml"),
              AllOf(HasSubstr("name=\"说明\" sheetId=\"1\""), HasSubstr("name=\"记录\" ")));
}

TEST(XlsxStreamTest, BytesGoOutAsTheyComeUp) {
  size_t sent = 0;
  size_t largest = 0;
  XlsxStream workbook({.sheet = "s", .columns = {{"n"}}, .chunk_bytes = 64 << 10},
                      [&](std::string chunk) {
                        sent += chunk.size();
                        largest = std::max(largest, chunk.size());
                        return absl::OkStatus();
                      });
  size_t before_end = 0;
  uint64_t noise = 1;
  for (int i = 0; i < 100'000; ++i) {
    noise = noise * 6364136223846793005 + 1442695040888963407;
    ASSERT_OK(workbook.Row(std::vector<std::string>{absl::StrCat(noise)}));
    before_end = sent;
  }
  ASSERT_OK(workbook.Finish());
  EXPECT_GT(before_end, 500'000u);
  EXPECT_LT(largest, size_t{96} << 10);
}

TEST(XlsxStreamTest, ARefusalOfTheSinkEndsIt) {
  XlsxStream workbook({.sheet = "s", .columns = {{"n"}}, .chunk_bytes = 1},
                      [](std::string) { return absl::CancelledError("gone"); });
  EXPECT_THAT(workbook.Row(std::vector<std::string>{"1"}),
              testing::StatusIs(absl::StatusCode::kCancelled));
}

TEST(XlsxStreamTest, SheetsOfFormsHaveNumbersAndMergedCells) {
  std::string bytes;
  XlsxStream workbook({.sheet = "", .columns = {}, .watermark = "accounts/7"},
                      [&](std::string chunk) {
                        bytes.append(chunk);
                        return absl::OkStatus();
                      });
  ASSERT_OK(workbook.NextSheet(
      {.title = "表1", .widths = {20, 8}, .merges = {"A2:B2", "A3:B3"}, .frozen_rows = 3}));
  ASSERT_OK(workbook.Cells(std::vector<XlsxCell>{{"党员数量变化情况"}}));
  ASSERT_OK(workbook.Cells(std::vector<XlsxCell>{{"差"}, {"", -1}}));
  ASSERT_OK(workbook.NextSheet({.title = "表2", .widths = {20}}));
  ASSERT_OK(workbook.Cells(std::vector<XlsxCell>{{"=1+1"}}));
  ASSERT_OK(workbook.Finish());

  const Parts parts = Unzip(bytes);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(parts.at("xl/worksheets/sheet1.xml").c_str()));
  const pugi::xml_node sheet = document.child("worksheet");
  EXPECT_STREQ(sheet.child("sheetViews").first_child().child("pane").attribute("ySplit").value(),
               "3");
  const pugi::xml_node last = sheet.child("sheetData").last_child();
  EXPECT_STREQ(last.attribute("r").value(), "3");
  EXPECT_STREQ(last.last_child().attribute("r").value(), "B3");
  EXPECT_STREQ(last.last_child().child_value("v"), "-1");
  EXPECT_STREQ(sheet.child("sheetData").next_sibling().name(), "mergeCells");
  EXPECT_STREQ(sheet.child("mergeCells").last_child().attribute("ref").value(), "A3:B3");
  EXPECT_THAT(Cells(parts.at("xl/worksheets/sheet2.xml")),
              ElementsAre(ElementsAre("accounts/7"), ElementsAre("=1+1")));
  EXPECT_THAT(parts.at("xl/workbook.xml"), HasSubstr("表2"));
  EXPECT_THAT(parts.at("xl/worksheets/sheet2.xml"), Not(HasSubstr("mergeCells")));
}

}  // namespace
}  // namespace ronghe::workbook
