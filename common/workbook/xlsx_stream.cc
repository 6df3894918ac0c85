#include "common/workbook/xlsx_stream.h"

#include <zlib.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"

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
constexpr std::string_view kStyles =
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
    "<fonts count=\"3\"><font><sz val=\"11\"/></font><font><b/><sz val=\"11\"/></font>"
    "<font><b/><sz val=\"11\"/><color rgb=\"FFC00000\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
    "</cellStyleXfs><cellXfs count=\"3\">"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"49\" fontId=\"2\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "</cellXfs></styleSheet>";

// The text of a page's head or foot holds no more.
constexpr size_t kPageTextBytes = 240;

absl::Status Failed(std::string_view step) {
  return error::Make(absl::StatusCode::kInternal, "WORKBOOK_FAILED", "生成工作簿失败，请稍后重试。",
                     {{"step", std::string(step)}});
}

// The two code points of the basic plane that XML can't hold, U+FFFE and U+FFFF, begin so in UTF-8.
constexpr std::string_view kNoCharacter = "\xEF\xBF";

// As XML text: markup escaped, what XML can't hold left out.
void AppendEscaped(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      default:
        if (text.substr(i, 2) == kNoCharacter && i + 2 < text.size() &&
            static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
          i += 2;
        } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') {
          out.push_back(c);
        }
    }
  }
}

std::string Escaped(std::string_view text) {
  std::string out;
  AppendEscaped(out, text);
  return out;
}

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

void AppendLittle(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

}  // namespace

// A ZIP archive that only grows: every size follows its part (APPNOTE 4.3.9).
class XlsxStream::Zip {
 public:
  Zip(Sink sink, size_t chunk_bytes) : sink_(std::move(sink)), chunk_bytes_(chunk_bytes) {
    stream_ = {};
    ready_ = deflateInit2(&stream_, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Zip() {
    if (ready_) deflateEnd(&stream_);
  }
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;

  absl::Status Begin(const std::string& name) {
    if (!ready_ || deflateReset(&stream_) != Z_OK) return Failed("deflate");
    Entry& entry = entries_.emplace_back();
    entry.name = name;
    entry.offset = written_;
    entry.crc = static_cast<uint32_t>(crc32(0, nullptr, 0));
    std::string head = "PK\3\4";
    AppendCommon(head, entry, /*sizes=*/false);
    AppendLittle(head, entry.name.size(), 2);
    AppendLittle(head, 0, 2);
    head.append(entry.name);
    return Put(head);
  }

  absl::Status Write(std::string_view bytes) { return Deflate(bytes, Z_NO_FLUSH); }

  absl::Status End() {
    RONGHE_RETURN_IF_ERROR(Deflate({}, Z_FINISH));
    std::string tail = "PK\7\10";
    AppendSizes(tail, entries_.back());
    return Put(tail);
  }

  absl::Status Close() {
    const uint64_t start = written_;
    for (const Entry& entry : entries_) {
      std::string head = "PK\1\2";
      AppendLittle(head, 20, 2);
      AppendCommon(head, entry, /*sizes=*/true);
      AppendLittle(head, entry.name.size(), 2);
      // No extra field, comment, disk or attributes.
      AppendLittle(head, 0, 12);
      AppendLittle(head, entry.offset, 4);
      head.append(entry.name);
      RONGHE_RETURN_IF_ERROR(Put(head));
    }
    std::string end = "PK\5\6";
    const uint64_t size = written_ - start;
    AppendLittle(end, 0, 4);
    AppendLittle(end, entries_.size(), 2);
    AppendLittle(end, entries_.size(), 2);
    AppendLittle(end, size, 4);
    AppendLittle(end, start, 4);
    AppendLittle(end, 0, 2);
    RONGHE_RETURN_IF_ERROR(Put(end));
    return pending_.empty() ? absl::OkStatus() : sink_(std::move(pending_));
  }

 private:
  struct Entry {
    std::string name;
    uint64_t offset = 0;
    uint32_t crc = 0;
    uint64_t packed = 0;
    uint64_t plain = 0;
  };

  static void AppendSizes(std::string& out, const Entry& entry) {
    AppendLittle(out, entry.crc, 4);
    AppendLittle(out, entry.packed, 4);
    AppendLittle(out, entry.plain, 4);
  }

  // Version, flags (sizes follow), method, time and date (1980-01-01), sizes.
  static void AppendCommon(std::string& out, const Entry& entry, bool sizes) {
    AppendLittle(out, 20, 2);
    AppendLittle(out, 8, 2);
    AppendLittle(out, 8, 2);
    AppendLittle(out, 0, 2);
    AppendLittle(out, 33, 2);
    if (sizes) {
      AppendSizes(out, entry);
    } else {
      AppendLittle(out, 0, 12);
    }
  }

  absl::Status Deflate(std::string_view bytes, int flush) {
    Entry& entry = entries_.back();
    // Of no bytes, crc32 answers that of nothing at all.
    if (!bytes.empty()) {
      entry.crc =
          static_cast<uint32_t>(crc32(entry.crc, reinterpret_cast<const Bytef*>(bytes.data()),
                                      static_cast<uInt>(bytes.size())));
    }
    entry.plain += bytes.size();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, 16 * 1024> packed;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(packed.data());
      stream_.avail_out = packed.size();
      if (deflate(&stream_, flush) == Z_STREAM_ERROR) return Failed("deflate");
      const size_t made = packed.size() - stream_.avail_out;
      entry.packed += made;
      RONGHE_RETURN_IF_ERROR(Put(std::string_view(packed.data(), made)));
    } while (stream_.avail_out == 0);
    // Larger ones would need the 64-bit form of the archive.
    return entry.plain > 0xFFFFFFFF ? Failed("size") : absl::OkStatus();
  }

  absl::Status Put(std::string_view bytes) {
    written_ += bytes.size();
    if (written_ > 0xFFFFFFFF) return Failed("size");
    pending_.append(bytes);
    if (pending_.size() < chunk_bytes_) return absl::OkStatus();
    std::string chunk;
    chunk.swap(pending_);
    return sink_(std::move(chunk));
  }

  const Sink sink_;
  const size_t chunk_bytes_;
  z_stream stream_;
  bool ready_ = false;
  std::vector<Entry> entries_;
  uint64_t written_ = 0;
  std::string pending_;
};

XlsxStream::XlsxStream(XlsxOptions options, Sink sink)
    : options_(std::move(options)),
      zip_(std::make_unique<Zip>(std::move(sink), options_.chunk_bytes)) {}

XlsxStream::~XlsxStream() = default;

absl::Status XlsxStream::Start() {
  if (!options_.about.empty()) {
    const std::vector<Column> columns = {{"项目", 20}, {"内容", 80}};
    RONGHE_RETURN_IF_ERROR(OpenSheet("说明", columns));
    for (const auto& [title, value] : options_.about) {
      const std::array<std::string, 2> cells = {title, value};
      RONGHE_RETURN_IF_ERROR(Line(cells, columns.size()));
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

absl::Status XlsxStream::OpenSheet(std::string title, std::span<const Column> columns) {
  sheets_.push_back(std::move(title));
  rows_of_sheet_ = 0;
  RONGHE_RETURN_IF_ERROR(zip_->Begin(SheetPart(sheets_.size())));
  const int frozen = options_.watermark.empty() ? 1 : 2;
  std::string xml =
      base::Cat(kDeclaration, "<worksheet xmlns=\"", kMain,
                "\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"", frozen,
                "\" topLeftCell=\"A", frozen + 1,
                "\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>");
  for (size_t i = 0; i < columns.size(); ++i) {
    absl::StrAppend(&xml, "<col min=\"", i + 1, "\" max=\"", i + 1, "\" width=\"", columns[i].width,
                    "\" customWidth=\"1\"/>");
  }
  xml.append("</cols><sheetData>");
  if (!options_.watermark.empty()) {
    ++rows_of_sheet_;
    absl::StrAppend(&xml, "<row r=\"", rows_of_sheet_, "\">");
    AppendCell(xml, 0, rows_of_sheet_, kWatermark, options_.watermark);
    xml.append("</row>");
  }
  ++rows_of_sheet_;
  absl::StrAppend(&xml, "<row r=\"", rows_of_sheet_, "\">");
  for (size_t i = 0; i < columns.size(); ++i) {
    AppendCell(xml, i, rows_of_sheet_, kTitle, columns[i].title);
  }
  xml.append("</row>");
  return zip_->Write(xml);
}

absl::Status XlsxStream::CloseSheet() {
  std::string xml = "</sheetData>";
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
  return Line(cells, options_.columns.size());
}

absl::Status XlsxStream::Line(std::span<const std::string> cells, size_t columns) {
  ++rows_of_sheet_;
  std::string xml = absl::StrCat("<row r=\"", rows_of_sheet_, "\">");
  for (size_t i = 0; i < cells.size() && i < columns; ++i) {
    AppendCell(xml, i, rows_of_sheet_, kText, cells[i]);
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
