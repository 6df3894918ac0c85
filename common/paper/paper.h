// What stands on a printed paper, whatever it is rendered to?
//
// The layout is that of GB/T 9704-2012: A4, margins of 37 mm above, 28 mm at the left, a text area
// of 156 by 225 mm, body in 仿宋 of size 三号 (16 pt) on lines of 28 pt, two characters of indent,
// title in 小标宋 of size 二号, page numbers between dashes outside.
#ifndef RONGHE_COMMON_PAPER_PAPER_H_
#define RONGHE_COMMON_PAPER_PAPER_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ronghe::paper {

enum class Align { kLeft, kCenter, kRight };

// 仿宋, 黑体, 楷体, 小标宋.
enum class Face { kBody, kHeading, kSubheading, kTitle };

// A line of text or several.
struct Paragraph {
  std::string text;
  Face face = Face::kBody;
  Align align = Align::kLeft;
  bool indent = true;  // by two characters, of what is aligned left
  double points = 16;
};

// Rows of as many cells as there are widths; 12 pt, lines around every cell.
struct Table {
  std::vector<double> widths;  // shares of the text area
  std::vector<std::vector<std::string>> rows;
};

// Who signs (may be empty) and when, at the right; in the size of the body with room for a seal
// above.
struct Signature {
  std::string signer;
  std::string date;
  double points = 16;
};

// A dashed line across with a text on it, along which the parts of a form are cut.
struct CutLine {
  std::string text;
};

struct PageBreak {};

using Block = std::variant<Paragraph, Table, Signature, CutLine, PageBreak>;

struct Paper {
  std::string red_head;  // 发文机关标志 above a red line; empty: none
  std::string title;
  std::vector<Block> blocks;
  // One line in small grey letters at the head and foot of every page; empty: none.
  std::string watermark;
  std::string author;
  absl::Time created = absl::UnixEpoch();
};

// Of the paper as an Office Open XML document. Fonts are named (方正小标宋简体, 黑体, 楷体_GB2312,
// 仿宋_GB2312) with others in their place where they are not installed.
//
// Errors: INTERNAL WORKBOOK_FAILED.
absl::StatusOr<std::string> RenderDocx(const Paper& paper);

// Of the paper as PDF, with the fonts that are installed here embedded. Thread-safe.
//
// Errors: INTERNAL PAPER_FAILED.
absl::StatusOr<std::string> RenderPdf(const Paper& paper);

}  // namespace ronghe::paper

#endif  // RONGHE_COMMON_PAPER_PAPER_H_
