#include "common/workbook/xlsx_stream.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/workbook/xml_text.h"
#include "common/workbook/zip_stream.h"

namespace ronghe::workbook {
namespace {

constexpr std::string_view kDeclaration =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr std::string_view kRelations =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr std::string_view kPackage = "http://schemas.openxmlformats.org/package/2006";

// Indexes of kStyles' cellXfs.
constexpr int kText = 0;
constexpr int kTitle = 1;
constexpr int kWatermark = 2;
constexpr int kNumber = 3;
constexpr int kWarning = 4;
constexpr std::string_view kStyles =
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
    "<fonts count=\"4\"><font><sz val=\"11\"/></font><font><b/><sz val=\"11\"/></font>"
    "<font><b/><sz val=\"11\"/><color rgb=\"FFC00000\"/></font>"
    "<font><sz val=\"11\"/><color rgb=\"FFFF0000\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
    "</cellStyleXfs><cellXfs count=\"4\">"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"2\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"1\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"3\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "</cellXfs></styleSheet>";

// The text of a page's head or foot holds no more.
constexpr size_t kPageTextBytes = 240;

// As the text of a page's head: "&" begins a command there.
std::string PageText(std::string_view text) {
  std::string doubled;
  for (const char c : base::Utf8Prefix(text, kPageTextBytes)) {
    doubled.push_back(c);
    if (c == '&') doubled.push_back(c);
  }
  return Escaped(doubled);
}

std::string ColumnLetters(size_t column) {
  std::string letters;
  for (size_t n = column + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return letters;
}

void AppendCell(std::string& out, size_t column, int64_t row, int style, std::string_view text) {
  if (text.empty()) return;
  absl::StrAppend(&out, "<c r=\"", ColumnLetters(column), row, "\" s=\"", style,
                  "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
  AppendEscaped(out, text);
  out.append("</t></is></c>");
}

void AppendNumber(std::string& out, size_t column, int64_t row, int64_t number) {
  absl::StrAppend(&out, "<c r=\"", ColumnLetters(column), row, "\" s=\"", kNumber, "\"><v>", number,
                  "</v></c>");
}

std::string SheetPart(size_t number) { return absl::StrCat("xl/worksheets/sheet", number, ".xml"); }

void AppendType(std::string& types, std::string_view part, std::string_view kind) {
  types.append(base::Cat("<Override PartName=\"/", part, "\" ContentType=\"application/vnd.", kind,
                         "+xml\"/>"));
}

// Which part belongs to which.
class Relations {
 public:
  void Add(std::string_view id, std::string_view kind, std::string_view target) {
    xml_.append(
        base::Cat("<Relationship Id=\"", id, "\" Type=\"", kind, "\" Target=\"", target, "\"/>"));
  }
  std::string Xml() const { return base::Cat(xml_, "</Relationships>"); }

 private:
  std::string xml_ = base::Cat("<Relationships xmlns=\"", kPackage, "/relationships\">");
};

}  // namespace

XlsxStream::XlsxStream(XlsxOptions options, Sink sink)
    : options_(std::move(options)),
      zip_(std::make_unique<ZipStream>(std::move(sink), options_.chunk_bytes)) {}

XlsxStream::~XlsxStream() = default;

absl::Status XlsxStream::Start() {
  if (!options_.about.empty()) {
    const std::vector<Column> columns = {{"项目", 20}, {"内容", 80}};
    RONGHE_RETURN_IF_ERROR(OpenSheet("说明", columns));
    for (const auto& [title, value] : options_.about) {
      const std::array<std::string, 2> cells = {title, value};
      RONGHE_RETURN_IF_ERROR(Line(cells, columns));
    }
    RONGHE_RETURN_IF_ERROR(CloseSheet());
  }
  return OpenDataSheet();
}

absl::Status XlsxStream::OpenDataSheet() {
  ++data_sheets_;
  return OpenSheet(
      data_sheets_ == 1 ? options_.sheet : absl::StrCat(options_.sheet, " ", data_sheets_),
      options_.columns);
}

absl::Status XlsxStream::BeginSheet(std::string title, std::span<const int> widths, int frozen_rows,
                                    std::string& xml) {
  sheets_.push_back(std::move(title));
  merges_.clear();
  rows_of_sheet_ = 0;
  RONGHE_RETURN_IF_ERROR(zip_->Begin(SheetPart(sheets_.size())));
  xml = base::Cat(kDeclaration, "<worksheet xmlns=\"", kMain,
                  "\"><sheetViews><sheetView workbookViewId=\"0\">");
  if (frozen_rows > 0) {
    absl::StrAppend(&xml, "<pane ySplit=\"", frozen_rows, "\" topLeftCell=\"A", frozen_rows + 1,
                    "\" activePane=\"bottomLeft\" state=\"frozen\"/>");
  }
  xml.append("</sheetView></sheetViews><cols>");
  for (size_t i = 0; i < widths.size(); ++i) {
    absl::StrAppend(&xml, "<col min=\"", i + 1, "\" max=\"", i + 1, "\" width=\"", widths[i],
                    "\" customWidth=\"1\"/>");
  }
  xml.append("</cols><sheetData>");
  return absl::OkStatus();
}

void XlsxStream::AppendWatermark(std::string& xml) {
  if (options_.watermark.empty()) return;
  ++rows_of_sheet_;
  absl::StrAppend(&xml, "<row r=\"", rows_of_sheet_, "\">");
  AppendCell(xml, 0, rows_of_sheet_, kWatermark, options_.watermark);
  xml.append("</row>");
}

absl::Status XlsxStream::OpenSheet(std::string title, std::span<const Column> columns) {
  std::vector<int> widths;
  for (const Column& column : columns) widths.push_back(column.width);
  std::string xml;
  RONGHE_RETURN_IF_ERROR(
      BeginSheet(std::move(title), widths, options_.watermark.empty() ? 1 : 2, xml));
  AppendWatermark(xml);
  ++rows_of_sheet_;
  absl::StrAppend(&xml, "<row r=\"", rows_of_sheet_, "\">");
  for (size_t i = 0; i < columns.size(); ++i) {
    AppendCell(xml, i, rows_of_sheet_, kTitle, columns[i].title);
  }
  xml.append("</row>");
  return zip_->Write(xml);
}

absl::Status XlsxStream::NextSheet(const XlsxSheet& sheet) {
  if (!sheets_.empty()) RONGHE_RETURN_IF_ERROR(CloseSheet());
  std::string xml;
  RONGHE_RETURN_IF_ERROR(BeginSheet(sheet.title, sheet.widths, sheet.frozen_rows, xml));
  merges_ = sheet.merges;
  AppendWatermark(xml);
  return zip_->Write(xml);
}

absl::Status XlsxStream::Cells(std::span<const XlsxCell> cells) {
  ++rows_;
  ++rows_of_sheet_;
  std::string xml = absl::StrCat("<row r=\"", rows_of_sheet_, "\">");
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].number) {
      AppendNumber(xml, i, rows_of_sheet_, *cells[i].number);
    } else {
      AppendCell(xml, i, rows_of_sheet_, kText, cells[i].text);
    }
  }
  xml.append("</row>");
  return zip_->Write(xml);
}

absl::Status XlsxStream::CloseSheet() {
  std::string xml = "</sheetData>";
  if (!merges_.empty()) {
    absl::StrAppend(&xml, "<mergeCells count=\"", merges_.size(), "\">");
    for (const std::string& merge : merges_) {
      absl::StrAppend(&xml, "<mergeCell ref=\"", merge, "\"/>");
    }
    xml.append("</mergeCells>");
  }
  if (!options_.watermark.empty()) {
    const std::string text = PageText(options_.watermark);
    absl::StrAppend(&xml, "<headerFooter><oddHeader>&amp;C", text, "</oddHeader><oddFooter>&amp;C",
                    text, "</oddFooter></headerFooter>");
  }
  xml.append("</worksheet>");
  RONGHE_RETURN_IF_ERROR(zip_->Write(xml));
  return zip_->End();
}

absl::Status XlsxStream::Row(std::span<const std::string> cells) {
  if (sheets_.empty()) RONGHE_RETURN_IF_ERROR(Start());
  if (rows_of_sheet_ >= options_.rows_per_sheet) {
    RONGHE_RETURN_IF_ERROR(CloseSheet());
    RONGHE_RETURN_IF_ERROR(OpenDataSheet());
  }
  ++rows_;
  return Line(cells, options_.columns);
}

absl::Status XlsxStream::Line(std::span<const std::string> cells, std::span<const Column> columns) {
  ++rows_of_sheet_;
  std::string xml = absl::StrCat("<row r=\"", rows_of_sheet_, "\">");
  for (size_t i = 0; i < cells.size() && i < columns.size(); ++i) {
    AppendCell(xml, i, rows_of_sheet_, columns[i].warn ? kWarning : kText, cells[i]);
  }
  xml.append("</row>");
  return zip_->Write(xml);
}

absl::Status XlsxStream::Part(const std::string& name, std::string_view content) {
  RONGHE_RETURN_IF_ERROR(zip_->Begin(name));
  RONGHE_RETURN_IF_ERROR(zip_->Write(kDeclaration));
  RONGHE_RETURN_IF_ERROR(zip_->Write(content));
  return zip_->End();
}

absl::Status XlsxStream::WorkbookParts(std::string& types) {
  constexpr std::string_view kSheetMl = "openxmlformats-officedocument.spreadsheetml.";
  Relations relations;
  std::string workbook =
      base::Cat("<workbook xmlns=\"", kMain, "\" xmlns:r=\"", kRelations, "\"><sheets>");
  for (size_t i = 1; i <= sheets_.size(); ++i) {
    const std::string id = absl::StrCat("rId", i);
    workbook.append(base::Cat("<sheet name=\"", Escaped(sheets_[i - 1]), "\" sheetId=\"", i,
                              "\" r:id=\"", id, "\"/>"));
    relations.Add(id, base::Cat(kRelations, "/worksheet"),
                  absl::StrCat("worksheets/sheet", i, ".xml"));
    AppendType(types, SheetPart(i), base::Cat(kSheetMl, "worksheet"));
  }
  workbook.append("</sheets></workbook>");
  relations.Add("rIdStyles", base::Cat(kRelations, "/styles"), "styles.xml");
  AppendType(types, "xl/workbook.xml", base::Cat(kSheetMl, "sheet.main"));
  AppendType(types, "xl/styles.xml", base::Cat(kSheetMl, "styles"));
  RONGHE_RETURN_IF_ERROR(Part("xl/workbook.xml", workbook));
  RONGHE_RETURN_IF_ERROR(Part("xl/_rels/workbook.xml.rels", relations.Xml()));
  return Part("xl/styles.xml", kStyles);
}

absl::Status XlsxStream::Properties(std::string& types) {
  AppendType(types, "docProps/core.xml", "openxmlformats-package.core-properties");
  AppendType(types, "docProps/custom.xml", "openxmlformats-officedocument.custom-properties");
  RONGHE_RETURN_IF_ERROR(
      Part("docProps/core.xml",
           base::Cat("<cp:coreProperties xmlns:cp=\"", kPackage,
                     "/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                     "xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                     "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:creator>",
                     Escaped(options_.author), "</dc:creator><dc:description>",
                     Escaped(options_.watermark),
                     "</dc:description><dcterms:created xsi:type=\"dcterms:W3CDTF\">",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", options_.created, absl::UTCTimeZone()),
                     "</dcterms:created></cp:coreProperties>")));
  std::string custom(
      "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/"
      "custom-properties\" xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/"
      "docPropsVTypes\">");
  int id = 2;  // the first that the format leaves free
  for (const auto& [name, value] : options_.properties) {
    custom.append(base::Cat("<property fmtid=\"{D5CDD505-2E9C-101B-9397-08002B2CF9AE}\" pid=\"",
                            id++, "\" name=\"", Escaped(name), "\"><vt:lpwstr>", Escaped(value),
                            "</vt:lpwstr></property>"));
  }
  custom.append("</Properties>");
  return Part("docProps/custom.xml", custom);
}

absl::Status XlsxStream::Finish() {
  if (sheets_.empty()) RONGHE_RETURN_IF_ERROR(Start());
  RONGHE_RETURN_IF_ERROR(CloseSheet());
  std::string types =
      base::Cat("<Types xmlns=\"", kPackage,
                "/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd."
                "openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" "
                "ContentType=\"application/xml\"/>");
  RONGHE_RETURN_IF_ERROR(WorkbookParts(types));
  RONGHE_RETURN_IF_ERROR(Properties(types));
  types.append("</Types>");
  Relations relations;
  relations.Add("rId1", base::Cat(kRelations, "/officeDocument"), "xl/workbook.xml");
  relations.Add("rId2", base::Cat(kPackage, "/relationships/metadata/core-properties"),
                "docProps/core.xml");
  relations.Add("rId3", base::Cat(kRelations, "/custom-properties"), "docProps/custom.xml");
  RONGHE_RETURN_IF_ERROR(Part("_rels/.rels", relations.Xml()));
  RONGHE_RETURN_IF_ERROR(Part("[Content_Types].xml", types));
  return zip_->Close();
}

}  // namespace ronghe::workbook
