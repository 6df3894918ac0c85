#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/paper/layout.h"
#include "common/paper/paper.h"
#include "common/workbook/xml_text.h"
#include "common/workbook/zip_stream.h"

namespace ronghe::paper {
namespace {

using base::Cat;
using workbook::Escaped;

constexpr std::string_view kDeclaration =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view kSpaces =
    " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
constexpr std::string_view kOffice =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
constexpr std::string_view kWordType =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.";
constexpr size_t kChunk = 256 << 10;

// Twentieths of a point.
int64_t Twips(double points) { return std::llround(points * 20); }
int64_t TwipsOfMm(double mm) { return std::llround(mm / 25.4 * 1440); }

std::string FontsXml(Face face) {
  const char* const name = FontsOf(face).named;
  return Cat("<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"",
             name, "\"/>");
}

std::string RunXml(std::string_view text, Face face, double points, std::string_view color = "") {
  const int64_t half = std::llround(points * 2);
  std::string xml = Cat("<w:r><w:rPr>", FontsXml(face));
  if (!color.empty()) xml += Cat("<w:color w:val=\"", color, "\"/>");
  return Cat(xml, "<w:sz w:val=\"", half, "\"/><w:szCs w:val=\"", half,
             "\"/></w:rPr><w:t xml:space=\"preserve\">", Escaped(text), "</w:t></w:r>");
}

std::string_view Justification(Align align) {
  switch (align) {
    case Align::kCenter:
      return "center";
    case Align::kRight:
      return "right";
    case Align::kLeft:
      break;
  }
  return "both";
}

// A paragraph of one run; `extra` are further properties, before spacing.
std::string ParagraphXml(std::string_view run, std::string_view justification, double line_points,
                         std::string_view extra = "", std::string_view indent = "") {
  return Cat("<w:p><w:pPr>", extra, "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"",
             Twips(line_points), "\" w:lineRule=\"exact\"/>", indent, "<w:jc w:val=\"",
             justification, "\"/></w:pPr>", run, "</w:p>");
}

std::string BorderXml(std::string_view side, std::string_view kind, int size,
                      std::string_view color) {
  return Cat("<w:", side, " w:val=\"", kind, "\" w:sz=\"", size, "\" w:space=\"1\" w:color=\"",
             color, "\"/>");
}

// Turns blocks into the body.
class Body {
 public:
  std::string Xml(const Paper& paper) {
    if (!paper.red_head.empty()) RedHead(paper.red_head);
    if (!paper.title.empty()) {
      xml_ += ParagraphXml(RunXml(paper.title, Face::kTitle, kTitlePoints), "center", 36);
      xml_ += ParagraphXml("", "both", kLinePoints);
    }
    for (const Block& block : paper.blocks) {
      std::visit([this](const auto& one) { Add(one); }, block);
    }
    return xml_;
  }

 private:
  void RedHead(const std::string& text) {
    xml_ += ParagraphXml(RunXml(text, Face::kTitle, kRedHeadPoints, "FF0000"), "center", 60);
    xml_ += ParagraphXml("", "both", kLinePoints,
                         Cat("<w:pBdr>", BorderXml("bottom", "single", 18, "FF0000"), "</w:pBdr>"));
    xml_ += ParagraphXml("", "both", kLinePoints);
  }

  void Add(const Paragraph& one) {
    const bool indent = one.indent && one.align == Align::kLeft;
    const std::string width = Cat(Twips(2 * one.points));
    xml_ += ParagraphXml(
        RunXml(one.text, one.face, one.points), Justification(one.align), LineOf(one.points), "",
        indent ? Cat("<w:ind w:firstLineChars=\"200\" w:firstLine=\"", width, "\"/>") : "");
  }

  void Add(const Table& table) {
    double total = 0;
    for (const double width : table.widths) total += width;
    const int64_t whole = TwipsOfMm(kTextWidthMm);
    std::vector<int64_t> widths;
    for (const double width : table.widths) {
      widths.push_back(std::llround(static_cast<double>(whole) * width / total));
    }
    xml_ += Cat("<w:tbl><w:tblPr><w:tblW w:w=\"", whole, "\" w:type=\"dxa\"/><w:tblBorders>");
    for (const std::string_view side : {"top", "left", "bottom", "right", "insideH", "insideV"}) {
      xml_ += BorderXml(side, "single", 4, "000000");
    }
    xml_ += "</w:tblBorders><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>";
    for (const int64_t width : widths) xml_ += Cat("<w:gridCol w:w=\"", width, "\"/>");
    xml_ += "</w:tblGrid>";
    for (const std::vector<std::string>& row : table.rows) {
      xml_ += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
      for (size_t i = 0; i < widths.size(); ++i) {
        xml_ += Cat("<w:tc><w:tcPr><w:tcW w:w=\"", widths[i],
                    "\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>",
                    ParagraphXml(RunXml(i < row.size() ? row[i] : "", Face::kBody, kTablePoints),
                                 "left", kTableLinePoints),
                    "</w:tc>");
      }
      xml_ += "</w:tr>";
    }
    xml_ += "</w:tbl>";
    // Two tables that touch would become one.
    xml_ += ParagraphXml("", "both", kTableLinePoints);
  }

  void Add(const Signature& signature) {
    const double line = LineOf(signature.points);
    if (signature.points >= kBodyPoints) xml_ += ParagraphXml("", "both", line, "<w:keepNext/>");
    const std::string indent = Cat("<w:ind w:right=\"", Twips(kSignatureRightPoints), "\"/>");
    if (!signature.signer.empty()) {
      xml_ += ParagraphXml(RunXml(signature.signer, Face::kBody, signature.points), "right", line,
                           "<w:keepNext/>", indent);
    }
    xml_ += ParagraphXml(RunXml(signature.date, Face::kBody, signature.points), "right", line, "",
                         indent);
  }

  void Add(const CutLine& line) {
    xml_ += ParagraphXml(RunXml(line.text, Face::kBody, kTablePoints), "center", kLinePoints,
                         Cat("<w:pBdr>", BorderXml("bottom", "dashed", 6, "808080"), "</w:pBdr>"));
    xml_ += ParagraphXml("", "both", kCutGapPoints);
  }

  void Add(const PageBreak&) { xml_ += "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>"; }

  std::string xml_;
};

// One kind of head or foot.
std::string HeadXml(std::string_view element, std::string_view content) {
  return Cat(kDeclaration, "<w:", element, kSpaces, ">", content, "</w:", element, ">");
}

std::string MarkXml(std::string_view text) {
  return ParagraphXml(RunXml(text, Face::kHeading, kMarkPoints, "808080"), "center", 12);
}

// "— 1 —" outside, one character in, and the mark below.
std::string FootXml(bool odd, std::string_view mark) {
  const std::string fonts =
      Cat("<w:rPr><w:rFonts w:ascii=\"宋体\" w:hAnsi=\"宋体\" w:eastAsia=\"宋体\"/><w:sz w:val=\"",
          std::llround(kNumberPoints * 2), "\"/></w:rPr>");
  const std::string run = Cat(
      "<w:r>", fonts, "<w:t xml:space=\"preserve\">— </w:t></w:r><w:fldSimple w:instr=\"PAGE\">",
      "<w:r>", fonts, "<w:t>1</w:t></w:r></w:fldSimple><w:r>", fonts,
      "<w:t xml:space=\"preserve\"> —</w:t></w:r>");
  const std::string indent =
      Cat("<w:ind w:", odd ? "right" : "left", "=\"", Twips(kNumberPoints), "\"/>");
  return HeadXml("ftr", Cat(ParagraphXml(run, odd ? "right" : "left", 20, "", indent),
                            mark.empty() ? "" : MarkXml(mark)));
}

std::string DocumentXml(const Paper& paper) {
  const auto reference = [](std::string_view element, std::string_view kind, std::string_view id) {
    return Cat("<w:", element, "Reference w:type=\"", kind, "\" r:id=\"", id, "\"/>");
  };
  return Cat(kDeclaration, "<w:document", kSpaces, "><w:body>", Body().Xml(paper), "<w:sectPr>",
             reference("header", "default", "rId3"), reference("header", "even", "rId3"),
             reference("footer", "default", "rId4"), reference("footer", "even", "rId5"),
             "<w:pgSz w:w=\"", TwipsOfMm(kPageWidthMm), "\" w:h=\"", TwipsOfMm(kPageHeightMm),
             "\"/><w:pgMar w:top=\"", TwipsOfMm(kTopMm), "\" w:right=\"", TwipsOfMm(kRightMm),
             "\" w:bottom=\"", TwipsOfMm(kBottomMm), "\" w:left=\"", TwipsOfMm(kLeftMm),
             "\" w:header=\"", TwipsOfMm(15), "\" w:footer=\"", TwipsOfMm(22),
             "\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>");
}

std::string FontTableXml() {
  std::string xml = Cat(kDeclaration, "<w:fonts", kSpaces, ">");
  for (const Face face : {Face::kBody, Face::kHeading, Face::kSubheading, Face::kTitle}) {
    const FaceFonts fonts = FontsOf(face);
    xml += Cat("<w:font w:name=\"", fonts.named, "\"><w:altName w:val=\"", fonts.instead,
               "\"/><w:charset w:val=\"86\"/></w:font>");
  }
  return Cat(xml, "</w:fonts>");
}

std::string PropertiesXml(const Paper& paper) {
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", paper.created, absl::UTCTimeZone());
  return Cat(
      kDeclaration,
      "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/"
      "core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:dcterms=\"http://purl.org/dc/terms/\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>",
      Escaped(paper.title), "</dc:title><dc:creator>", Escaped(paper.author),
      "</dc:creator><cp:keywords>", Escaped(paper.watermark),
      "</cp:keywords><dcterms:created xsi:type=\"dcterms:W3CDTF\">", time,
      "</dcterms:created></cp:coreProperties>");
}

std::string TypesXml() {
  const auto override = [](std::string_view part, std::string_view type) {
    return Cat("<Override PartName=\"/", part, "\" ContentType=\"", type, "\"/>");
  };
  return Cat(
      kDeclaration,
      "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
      "<Default Extension=\"rels\" "
      "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>",
      override("word/document.xml", Cat(kWordType, "document.main+xml")),
      override("word/settings.xml", Cat(kWordType, "settings+xml")),
      override("word/fontTable.xml", Cat(kWordType, "fontTable+xml")),
      override("word/header1.xml", Cat(kWordType, "header+xml")),
      override("word/footer1.xml", Cat(kWordType, "footer+xml")),
      override("word/footer2.xml", Cat(kWordType, "footer+xml")),
      override("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
      "</Types>");
}

std::string RelationsXml(const std::vector<std::pair<std::string, std::string>>& relations) {
  std::string xml = Cat(kDeclaration,
                        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/"
                        "relationships\">");
  int id = 0;
  for (const auto& [type, target] : relations) {
    xml += Cat("<Relationship Id=\"rId", ++id, "\" Type=\"", type, "\" Target=\"", target, "\"/>");
  }
  return Cat(xml, "</Relationships>");
}

}  // namespace

absl::StatusOr<std::string> RenderDocx(const Paper& paper) {
  const std::vector<std::pair<std::string, std::string>> parts = {
      {"[Content_Types].xml", TypesXml()},
      {"_rels/.rels",
       RelationsXml({{Cat(kOffice, "officeDocument"), "word/document.xml"},
                     {"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
                      "core-properties",
                      "docProps/core.xml"}})},
      {"docProps/core.xml", PropertiesXml(paper)},
      {"word/document.xml", DocumentXml(paper)},
      {"word/_rels/document.xml.rels", RelationsXml({{Cat(kOffice, "settings"), "settings.xml"},
                                                     {Cat(kOffice, "fontTable"), "fontTable.xml"},
                                                     {Cat(kOffice, "header"), "header1.xml"},
                                                     {Cat(kOffice, "footer"), "footer1.xml"},
                                                     {Cat(kOffice, "footer"), "footer2.xml"}})},
      {"word/settings.xml",
       Cat(kDeclaration, "<w:settings", kSpaces, "><w:evenAndOddHeaders/></w:settings>")},
      {"word/fontTable.xml", FontTableXml()},
      {"word/header1.xml", HeadXml("hdr", MarkXml(paper.watermark))},
      {"word/footer1.xml", FootXml(true, paper.watermark)},
      {"word/footer2.xml", FootXml(false, paper.watermark)}};
  std::string bytes;
  workbook::ZipStream zip(
      [&bytes](std::string part) {
        bytes += part;
        return absl::OkStatus();
      },
      kChunk);
  for (const auto& [name, content] : parts) {
    RONGHE_RETURN_IF_ERROR(zip.Begin(name));
    RONGHE_RETURN_IF_ERROR(zip.Write(content));
    RONGHE_RETURN_IF_ERROR(zip.End());
  }
  RONGHE_RETURN_IF_ERROR(zip.Close());
  return bytes;
}

}  // namespace ronghe::paper
