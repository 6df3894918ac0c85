#include "services/membership/store/workbook/table.h"

#include <zip.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/strings.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr char kTypes[] =
    R"(<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>)";
constexpr char kRootRels[] =
    R"(<Relationships xmlns="r"><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>)";
constexpr char kRels[] =
    R"(<Relationships xmlns="r"><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://x/styles" Target="styles.xml"/>
<Relationship Id="rId3" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/>
<Relationship Id="rId9" Type="http://x/worksheet" Target="worksheets/hidden.xml"/></Relationships>)";
constexpr char kWorkbook[] =
    R"(<workbook xmlns="m" xmlns:r="r"><sheets><sheet name="h" sheetId="9" state="hidden" r:id="rId9"/>
<sheet name="党员名册" sheetId="1" r:id="rId1"/></sheets></workbook>)";
constexpr char kStyles[] =
    R"(<styleSheet><numFmts><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="166" formatCode="0&quot;day&quot;"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>)";
constexpr char kShared[] =
    R"(<sst><si><t>姓名</t></si><si><r><t>王</t></r><r><t>小明</t></r><rPh><t>wang</t></rPh></si><si/></sst>)";

std::string Sheet(const std::string& rows) {
  return "<worksheet xmlns=\"m\"><sheetData>" + rows + "</sheetData></worksheet>";
}

using Parts = std::map<std::string, std::string>;

Parts Good(const std::string& rows) {
  return {{"[Content_Types].xml", kTypes},
          {"_rels/.rels", kRootRels},
          {"xl/workbook.xml", kWorkbook},
          {"xl/_rels/workbook.xml.rels", kRels},
          {"xl/styles.xml", kStyles},
          {"xl/sharedStrings.xml", kShared},
          {"xl/worksheets/sheet1.xml", Sheet(rows)}};
}

std::string Zip(const Parts& parts, const char* password = nullptr) {
  zip_error_t error;
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : parts) {
    const zip_int64_t index = zip_file_add(
        zip, name.c_str(), zip_source_buffer(zip, content.data(), content.size(), 0), 0);
    if (password != nullptr) zip_file_set_encryption(zip, index, ZIP_EM_AES_128, password);
  }
  zip_close(zip);
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(static_cast<size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

std::string ReasonOf(const absl::StatusOr<Table>& table) { return error::Reason(table.status()); }

TEST(ReadXlsxTest, SharedInlineNumbersAndDates) {
  const auto table = ReadXlsx(Zip(Good(
      R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t> 备注 </t></is></c></row>
<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>35977</v></c><c r="C3" s="2"><v>35977.5</v></c>
<c r="D3" s="3"><v>35977</v></c><c r="E3"><v>1.10105194912310E+17</v></c><c r="F3" t="b"><v>1</v></c><c r="G3" t="s"><v>2</v></c></row>
<row r="4"/><row r="5"><c r="A5"/></row>)")));
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0].number, 1);
  EXPECT_EQ(table->rows[0].cells[0].text, "姓名");
  EXPECT_EQ(table->rows[0].cells[2].text, "备注");
  const std::vector<Cell>& cells = table->rows[1].cells;
  EXPECT_EQ(table->rows[1].number, 3);
  ASSERT_EQ(cells.size(), 6u);
  EXPECT_EQ(cells[0].text, "王小明");
  EXPECT_EQ(cells[1].text, "1998-07-01");
  EXPECT_EQ(cells[2].text, "1998-07-01");
  EXPECT_EQ(cells[3].text, "35977");
  EXPECT_EQ(cells[4].text, "110105194912310000");
  EXPECT_TRUE(cells[4].number);
  EXPECT_EQ(cells[5].text, "是");
}

TEST(ReadXlsxTest, DateSystemOf1904) {
  Parts parts = Good(R"(<row r="1"><c r="A1" s="1"><v>34515</v></c></row>)");
  parts["xl/workbook.xml"].insert(parts["xl/workbook.xml"].find("<sheets>"),
                                  "<workbookPr date1904=\"1\"/>");
  const auto table = ReadXlsx(Zip(parts));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->date1904);
  EXPECT_EQ(table->rows[0].cells[0].text, "1998-07-01");
}

TEST(ReadXlsxTest, NamespacePrefixesAndCellsWithoutReferences) {
  Parts parts = Good("");
  parts["xl/worksheets/sheet1.xml"] =
      R"(<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c><x:v>7</x:v></x:c><x:c t="str"><x:v>b</x:v></x:c></x:row></x:sheetData></x:worksheet>)";
  const auto table = ReadXlsx(Zip(parts));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->rows[0].cells[0].text, "7");
  EXPECT_EQ(table->rows[0].cells[1].text, "b");
}

TEST(ReadXlsxTest, ManyRowsAcrossPieces) {
  std::string rows;
  for (int i = 1; i <= 20000; ++i) {
    rows += "<row r=\"" + std::to_string(i) + "\"><c r=\"A" + std::to_string(i) +
            "\" t=\"inlineStr\"><is><t>第" + std::to_string(i * 7919 % 100003) +
            "号</t></is></c></row>";
  }
  const auto table = ReadXlsx(Zip(Good(rows)));
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->rows.size(), 20000u);
  EXPECT_EQ(table->rows[19999].cells[0].text, "第" + std::to_string(20000 * 7919 % 100003) + "号");
}

constexpr char kOneRow[] = R"(<row r="1"><c r="A1"><v>1</v></c></row>)";

TEST(ReadXlsxTest, RefusesFormula) {
  const auto table =
      ReadXlsx(Zip(Good(R"(<row r="2"><c r="B2"><f>SUM(A1:A9)</f><v>1</v></c></row>)")));
  EXPECT_EQ(ReasonOf(table), "ROSTER_HAS_FORMULA");
  EXPECT_EQ(error::MetadataValue(table.status(), "where"), "B2");
}

TEST(ReadXlsxTest, RefusesMacroByPartAndByContentType) {
  Parts parts = Good(kOneRow);
  parts["xl/vbaProject.bin"] = "x";
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(parts))), "ROSTER_HAS_MACRO");
  parts = Good(kOneRow);
  parts["[Content_Types].xml"] =
      R"(<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>)";
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(parts))), "ROSTER_HAS_MACRO");
}

TEST(ReadXlsxTest, RefusesBombByRatioAndBySize) {
  Parts parts = Good(kOneRow);
  parts["xl/worksheets/sheet1.xml"] =
      "<worksheet><sheetData>" + std::string(8 << 20, ' ') + "</sheetData></worksheet>";
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(parts))), "ROSTER_TOO_LARGE_UNPACKED");
  TableLimits limits;
  limits.unpacked_bytes = 512;
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(Good(kOneRow)), limits)), "ROSTER_TOO_LARGE_UNPACKED");
}

TEST(ReadXlsxTest, RefusesEveryTruncation) {
  const std::string whole = Zip(Good(kOneRow));
  for (size_t size = 0; size < whole.size(); size += 97) {
    EXPECT_FALSE(ReadXlsx(std::string_view(whole).substr(0, size)).ok()) << size;
  }
  EXPECT_EQ(ReasonOf(ReadXlsx(std::string_view(whole).substr(0, whole.size() / 2))),
            "ROSTER_FILE_DAMAGED");
}

TEST(ReadXlsxTest, SurvivesEveryFlippedByte) {
  const std::string whole = Zip(Good(kOneRow));
  for (size_t i = 0; i < whole.size(); i += 3) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    const auto table = ReadXlsx(damaged);
    if (!table.ok()) {
      EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(ReadXlsxTest, RefusesCutXmlInsideAGoodZip) {
  Parts parts = Good(kOneRow);
  std::string& sheet = parts["xl/worksheets/sheet1.xml"];
  sheet.resize(sheet.size() - 20);
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(parts))), "ROSTER_FILE_DAMAGED");
}

TEST(ReadXlsxTest, RefusesDocumentTypes) {
  Parts parts = Good(kOneRow);
  parts["xl/workbook.xml"] = "<!DOCTYPE a [<!ENTITY b \"c\">]>" + std::string(kWorkbook);
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(parts))), "ROSTER_FILE_DAMAGED");
}

TEST(ReadXlsxTest, RefusesPasswordsAndTheOldFormat) {
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(Good(kOneRow), "secret"))), "ROSTER_FILE_ENCRYPTED");
  EXPECT_EQ(ReasonOf(ReadXlsx("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest")), "ROSTER_FILE_ENCRYPTED");
}

TEST(ReadXlsxTest, RowsAreNumberedAsInASheet) {
  const auto with = [](const char* number) {
    return ReadXlsx(Zip(Good(
        absl::StrCat("<row r=\"", number, "\"><c><v>1</v></c></row><row><c><v>2</v></c></row>"))));
  };
  EXPECT_TRUE(with("7").ok());
  for (const char* number : {"0", "-1", "1048577", "2147483647", "99999999999"}) {
    EXPECT_EQ(ReasonOf(with(number)), "ROSTER_FILE_DAMAGED") << number;
  }
}

TEST(ReadXlsxTest, SaysNothingThatTheFileMadeUp) {
  for (const std::string& reference : {std::string("A\xff\xfe"), std::string("A1<党>")}) {
    const auto table =
        ReadXlsx(Zip(Good("<row r=\"1\"><c r=\"" + reference + "\"><f>1</f><v>1</v></c></row>")));
    ASSERT_FALSE(table.ok());
    EXPECT_EQ(table.status().ToString().find(reference), std::string::npos) << table.status();
    EXPECT_TRUE(base::IsValidUtf8(error::MessageZh(table.status())));
  }
}

TEST(ReadXlsxTest, RefusesTooManyRowsAndColumns) {
  TableLimits limits;
  limits.rows = 1;
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(Good(R"(<row r="1"><c r="A1"><v>1</v></c></row>
<row r="2"><c r="A2"><v>1</v></c></row>)")),
                              limits)),
            "ROSTER_TOO_MANY_ROWS");
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(Good(R"(<row r="1"><c r="BM1"><v>1</v></c></row>)")))),
            "ROSTER_TOO_MANY_COLUMNS");
}

TEST(ReadXlsxTest, RefusesNonsense) {
  EXPECT_EQ(ReasonOf(ReadXlsx("")), "ROSTER_FILE_DAMAGED");
  EXPECT_EQ(ReasonOf(ReadXlsx("姓名,性别\n")), "ROSTER_FILE_DAMAGED");
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip({{"a", "b"}}))), "ROSTER_FILE_DAMAGED");
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(Good("")))), "ROSTER_EMPTY");
  EXPECT_EQ(ReasonOf(ReadXlsx(Zip(Good(R"(<row r="1"><c r="A1" t="s"><v>99</v></c></row>)")))),
            "ROSTER_FILE_DAMAGED");
}

TEST(ReadCsvTest, Utf8WithAndWithoutMark) {
  for (const char* mark : {"", "\xEF\xBB\xBF"}) {
    const auto table =
        ReadCsv(std::string(mark) + "姓名, 性别\r\n\"王,\"\"小\"\"明\",男\r\n,,\r\n\n李,女");
    ASSERT_TRUE(table.ok()) << table.status();
    ASSERT_EQ(table->rows.size(), 3u);
    EXPECT_EQ(table->rows[0].cells[0].text, "姓名");
    EXPECT_EQ(table->rows[0].cells[1].text, "性别");
    EXPECT_EQ(table->rows[1].cells[0].text, "王,\"小\"明");
    EXPECT_EQ(table->rows[2].number, 5);
  }
}

TEST(ReadCsvTest, Gb18030) {
  // 姓名,性别 / 王,男 and 㐂 (four bytes).
  const auto table =
      ReadCsv("\xD0\xD5\xC3\xFB,\xD0\xD4\xB1\xF0\n\xCD\xF5\x81\x39\xEE\x39,\xC4\xD0\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->rows[0].cells[0].text, "姓名");
  EXPECT_EQ(table->rows[1].cells[0].text.substr(0, 3), "王");
  EXPECT_EQ(table->rows[1].cells[1].text, "男");
}

TEST(ReadCsvTest, Refusals) {
  EXPECT_EQ(ReasonOf(ReadCsv("a,\xFF\xFE\n")), "ROSTER_ENCODING_UNKNOWN");
  EXPECT_EQ(ReasonOf(ReadCsv(std::string("a\0b", 3))), "ROSTER_ENCODING_UNKNOWN");
  EXPECT_EQ(ReasonOf(ReadCsv("\xEF\xBB\xBF\xC3")), "ROSTER_ENCODING_UNKNOWN");
  EXPECT_EQ(ReasonOf(ReadCsv("a,\"b\n")), "ROSTER_FILE_DAMAGED");
  EXPECT_EQ(ReasonOf(ReadCsv("a,\"b\"c\n")), "ROSTER_FILE_DAMAGED");
  EXPECT_EQ(ReasonOf(ReadCsv("a,=1+1\n")), "ROSTER_HAS_FORMULA");
  EXPECT_EQ(ReasonOf(ReadCsv("a,\"=HYPERLINK(1)\"\n")), "ROSTER_HAS_FORMULA");
  EXPECT_EQ(ReasonOf(ReadCsv("\n,\n")), "ROSTER_EMPTY");
  std::string wide(65, ',');
  wide.back() = 'x';
  EXPECT_EQ(ReasonOf(ReadCsv(wide)), "ROSTER_TOO_MANY_COLUMNS");
  TableLimits limits;
  limits.rows = 1;
  EXPECT_EQ(ReasonOf(ReadCsv("a\nb\n", limits)), "ROSTER_TOO_MANY_ROWS");
}

TEST(ReadRosterTest, FindsTheHeaderBelowATitle) {
  const auto roster = ReadRoster(
      "名册.CSV",
      "某县党员名册\n姓名,性别,公民身份号码,民族,学历,人员类别,所在党支部,入党日期\n王小明,男,1,汉,"
      "大专,正式党员,一支部,2010-07-01\n");
  ASSERT_TRUE(roster.ok()) << roster.status();
  ASSERT_EQ(roster->rows.size(), 1u);
  EXPECT_EQ(roster->rows[0].number, 3);
  EXPECT_EQ(roster->layout.At(roster->rows[0].cells, Field::kOrganization).text, "一支部");
}

TEST(ReadRosterTest, Refusals) {
  EXPECT_EQ(error::Reason(ReadRoster("a.xlsm", "x").status()), "ROSTER_FORMAT_UNSUPPORTED");
  EXPECT_EQ(error::Reason(ReadRoster("a.csv", "姓名,性别\n王,男\n").status()),
            "ROSTER_HEADER_MISSING");
  EXPECT_EQ(
      error::Reason(
          ReadRoster("a.csv", "姓名,性别,公民身份号码,民族,学历,人员类别,所在党支部,入党日期\n")
              .status()),
      "ROSTER_EMPTY");
}

}  // namespace
}  // namespace ronghe::membership
