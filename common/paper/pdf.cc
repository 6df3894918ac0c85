#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/error/error.h"
#include "common/paper/layout.h"
#include "common/paper/paper.h"

namespace ronghe::paper {
namespace {

constexpr double kPointsPerMm = 72 / 25.4;
constexpr double kCellPadding = 4;
constexpr double kRedLine = 2;

double Points(double mm) { return mm * kPointsPerMm; }

struct DropLayout {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
};
using Layout = std::unique_ptr<PangoLayout, DropLayout>;

struct Color {
  double red = 0;
  double green = 0;
  double blue = 0;
};
constexpr Color kBlack = {0, 0, 0};
constexpr Color kRed = {1, 0, 0};
constexpr Color kGrey = {0.5, 0.5, 0.5};

// What a text looks like.
struct Style {
  Face face = Face::kBody;
  double points = kBodyPoints;
  double line_points = kLinePoints;
  Align align = Align::kLeft;
  double indent = 0;
  Color color = kBlack;
  bool justify = false;
};

// Draws blocks one below the other, page after page.
class Printer {
 public:
  Printer(cairo_t* cairo, const Paper& paper) : cairo_(cairo), paper_(paper) {}

  void Print() {
    BeginPage();
    if (!paper_.red_head.empty()) RedHead();
    if (!paper_.title.empty()) {
      Text(paper_.title, {Face::kTitle, kTitlePoints, 36, Align::kCenter});
      y_ += kLinePoints;
    }
    for (const Block& block : paper_.blocks) {
      std::visit([this](const auto& one) { Add(one); }, block);
    }
    EndPage();
  }

 private:
  static double Left() { return Points(kLeftMm); }
  static double Width() { return Points(kTextWidthMm); }
  static double Bottom() { return Points(kPageHeightMm - kBottomMm); }

  Layout Laid(std::string_view text, const Style& style, double width) const {
    Layout layout(pango_cairo_create_layout(cairo_));
    PangoFontDescription* const font = pango_font_description_new();
    pango_font_description_set_family(font, FontsOf(style.face).families);
    pango_font_description_set_absolute_size(font, style.points * PANGO_SCALE);
    // 小标宋 is as heavy as that by itself; what stands in its place is to be.
    if (style.face == Face::kTitle) {
      pango_font_description_set_weight(font, PANGO_WEIGHT_SEMIBOLD);
    }
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_context_set_language(pango_layout_get_context(layout.get()),
                               pango_language_from_string("zh-cn"));
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_justify(layout.get(), style.justify ? 1 : 0);
    pango_layout_set_indent(layout.get(), static_cast<int>(style.indent * PANGO_SCALE));
    pango_layout_set_alignment(layout.get(), style.align == Align::kCenter  ? PANGO_ALIGN_CENTER
                                             : style.align == Align::kRight ? PANGO_ALIGN_RIGHT
                                                                            : PANGO_ALIGN_LEFT);
    return layout;
  }

  // Draws the lines of a layout at a fixed pitch from `y` on and answers where they end. Where
  // `flow`, lines that have no room go to the next page.
  double Draw(const Layout& layout, const Style& style, double x, double y, bool flow) {
    PangoLayoutIter* const lines = pango_layout_get_iter(layout.get());
    do {
      if (flow && y + style.line_points > Bottom() + 1) {
        EndPage();
        BeginPage();
        y = y_;
      }
      PangoRectangle ink;
      PangoRectangle logical;
      pango_layout_iter_get_line_extents(lines, &ink, &logical);
      // The letters stand in the middle of their line.
      const double baseline = y + style.line_points / 2 + style.points * 0.36;
      cairo_set_source_rgb(cairo_, style.color.red, style.color.green, style.color.blue);
      cairo_move_to(cairo_, x + static_cast<double>(logical.x) / PANGO_SCALE, baseline);
      pango_cairo_show_layout_line(cairo_, pango_layout_iter_get_line_readonly(lines));
      y += style.line_points;
    } while (pango_layout_iter_next_line(lines) != 0);
    pango_layout_iter_free(lines);
    return y;
  }

  void Text(std::string_view text, const Style& style) {
    y_ = Draw(Laid(text, style, Width()), style, Left(), y_, true);
  }

  // A new page where less than `height` is left of this one.
  void Need(double height) {
    if (y_ + height <= Bottom() + 1) return;
    EndPage();
    BeginPage();
  }

  void Line(double x1, double y1, double x2, double y2, double width, Color color) {
    cairo_set_source_rgb(cairo_, color.red, color.green, color.blue);
    cairo_set_line_width(cairo_, width);
    cairo_move_to(cairo_, x1, y1);
    cairo_line_to(cairo_, x2, y2);
    cairo_stroke(cairo_);
  }

  void RedHead() {
    Text(paper_.red_head, {Face::kTitle, kRedHeadPoints, 60, Align::kCenter, 0, kRed});
    y_ += kLinePoints;
    Line(Left(), y_, Left() + Width(), y_, kRedLine, kRed);
    y_ += kLinePoints;
  }

  void Add(const Paragraph& one) {
    const bool left = one.align == Align::kLeft;
    Style style{one.face, one.points, LineOf(one.points), one.align};
    style.indent = one.indent && left ? 2 * one.points : 0;
    style.justify = left;
    Text(one.text, style);
  }

  void Add(const Table& table) {
    double total = 0;
    for (const double width : table.widths) total += width;
    const Style style{Face::kBody, kTablePoints, kTableLinePoints};
    for (const std::vector<std::string>& row : table.rows) {
      std::vector<Layout> cells;
      int most = 1;
      for (size_t i = 0; i < table.widths.size(); ++i) {
        const double width = Width() * table.widths[i] / total;
        cells.push_back(Laid(i < row.size() ? row[i] : "", style, width - 2 * kCellPadding));
        most = std::max(most, pango_layout_get_line_count(cells.back().get()));
      }
      const double height = most * kTableLinePoints + 2 * kCellPadding;
      Need(height);
      double x = Left();
      for (size_t i = 0; i < table.widths.size(); ++i) {
        const double width = Width() * table.widths[i] / total;
        const double text = pango_layout_get_line_count(cells[i].get()) * kTableLinePoints;
        Draw(cells[i], style, x + kCellPadding, y_ + (height - text) / 2, false);
        cairo_set_source_rgb(cairo_, 0, 0, 0);
        cairo_set_line_width(cairo_, 0.5);
        cairo_rectangle(cairo_, x, y_, width, height);
        cairo_stroke(cairo_);
        x += width;
      }
      y_ += height;
    }
    y_ += kTableLinePoints;
  }

  void Add(const Signature& signature) {
    const double line = LineOf(signature.points);
    Need(3 * line);
    if (signature.points >= kBodyPoints) y_ += line;
    const Style style{Face::kBody, signature.points, line, Align::kRight};
    for (const std::string* text : {&signature.signer, &signature.date}) {
      if (text->empty()) continue;
      y_ = Draw(Laid(*text, style, Width() - kSignatureRightPoints), style, Left(), y_, true);
    }
  }

  void Add(const CutLine& line) {
    Need(kLinePoints);
    Text(line.text, {Face::kBody, kTablePoints, kLinePoints, Align::kCenter});
    const double dashes[] = {4, 3};
    cairo_set_dash(cairo_, dashes, 2, 0);
    Line(Left(), y_, Left() + Width(), y_, 0.75, kGrey);
    cairo_set_dash(cairo_, nullptr, 0, 0);
    y_ += kCutGapPoints;
  }

  void Add(const PageBreak&) {
    EndPage();
    BeginPage();
  }

  void BeginPage() {
    ++page_;
    y_ = Points(kTopMm);
  }

  // The page's number outside, one character in, and the mark at head and foot.
  void EndPage() {
    const bool odd = page_ % 2 == 1;
    const Style number{Face::kBody, kNumberPoints, 20, odd ? Align::kRight : Align::kLeft};
    const double below = Bottom() + Points(7);
    Draw(Laid(absl::StrCat("— ", page_, " —"), number, Width() - kNumberPoints), number,
         odd ? Left() : Left() + kNumberPoints, below, false);
    if (!paper_.watermark.empty()) {
      const Style mark{Face::kHeading, kMarkPoints, 12, Align::kCenter, 0, kGrey};
      const Layout layout = Laid(paper_.watermark, mark, Width());
      Draw(layout, mark, Left(), Points(15), false);
      Draw(layout, mark, Left(), below + 22, false);
    }
    cairo_show_page(cairo_);
  }

  cairo_t* const cairo_;
  const Paper& paper_;
  int page_ = 0;
  double y_ = 0;
};

cairo_status_t Append(void* into, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

absl::Status PaperFailed(cairo_status_t status) {
  return error::Make(absl::StatusCode::kInternal, "PAPER_FAILED", "生成PDF失败，请稍后重试。",
                     {{"cause", cairo_status_to_string(status)}});
}

}  // namespace

absl::StatusOr<std::string> RenderPdf(const Paper& paper) {
  std::string bytes;
  const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
      cairo_pdf_surface_create_for_stream(&Append, &bytes, Points(kPageWidthMm),
                                          Points(kPageHeightMm)),
      cairo_surface_destroy);
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", paper.created, absl::UTCTimeZone());
  const std::pair<cairo_pdf_metadata_t, const std::string*> metadata[] = {
      {CAIRO_PDF_METADATA_TITLE, &paper.title},
      {CAIRO_PDF_METADATA_AUTHOR, &paper.author},
      {CAIRO_PDF_METADATA_KEYWORDS, &paper.watermark},
      {CAIRO_PDF_METADATA_CREATE_DATE, &time}};
  for (const auto& [kind, text] : metadata) {
    cairo_pdf_surface_set_metadata(surface.get(), kind, text->c_str());
  }
  const std::unique_ptr<cairo_t, void (*)(cairo_t*)> cairo(cairo_create(surface.get()),
                                                           cairo_destroy);
  Printer(cairo.get(), paper).Print();
  const cairo_status_t drawn = cairo_status(cairo.get());
  cairo_surface_finish(surface.get());
  const cairo_status_t written = cairo_surface_status(surface.get());
  if (drawn != CAIRO_STATUS_SUCCESS) return PaperFailed(drawn);
  if (written != CAIRO_STATUS_SUCCESS) return PaperFailed(written);
  return bytes;
}

}  // namespace ronghe::paper
