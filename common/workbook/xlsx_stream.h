// How is a workbook of any length written while it is sent, in constant memory and never on a disk?
//
//   XlsxStream workbook({.sheet = "党员名册", .columns = {{"姓名", 12}}, .watermark = "…"}, sink);
//   for (...) RONGHE_RETURN_IF_ERROR(workbook.Row({name}));
//   return workbook.Finish();
//
// Cells are text or whole numbers, so that nothing in them is ever a formula. The watermark stands
// in the first row of every sheet, in the head and foot of every printed page and in the properties
// of the file. A workbook of forms rather than lists has a sheet of its own for each (NextSheet).
#ifndef RONGHE_COMMON_WORKBOOK_XLSX_STREAM_H_
#define RONGHE_COMMON_WORKBOOK_XLSX_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ronghe::workbook {

class ZipStream;

struct Column {
  std::string title;
  int width = 16;     // in characters
  bool warn = false;  // its cells are red
};

// A cell of a form: its text, or its number where there is one.
struct XlsxCell {
  std::string text;
  std::optional<int64_t> number = std::nullopt;
};

// A sheet laid out by its rows alone, without a row of column titles.
struct XlsxSheet {
  std::string title;        // at most 31 characters
  std::vector<int> widths;  // of its columns, in characters
  // Cells that are one, as "A2:D2"; the watermark is row 1.
  std::vector<std::string> merges = {};
  int frozen_rows = 0;  // that stay when the sheet is scrolled
};

struct XlsxOptions {
  // Name of the first sheet, at most 25 characters; the next is "<name> 2".
  std::string sheet;
  std::vector<Column> columns;
  // One line; empty: none.
  std::string watermark = {};
  // What a first sheet 说明 says, as pairs of title and value; empty: there is no such sheet.
  std::vector<std::pair<std::string, std::string>> about = {};
  // Properties of the document: its maker, its time and any others by name.
  std::string author = {};
  absl::Time created = absl::UnixEpoch();
  std::vector<std::pair<std::string, std::string>> properties = {};
  // A sheet of the format ends at 1,048,576 rows.
  int64_t rows_per_sheet = 1'000'000;
  // Bytes handed to the sink at a time, about.
  size_t chunk_bytes = 256 << 10;
};

// Used by one thread.
class XlsxStream {
 public:
  // Takes the next bytes of the file; an error ends the writing and is answered by it.
  using Sink = std::function<absl::Status(std::string bytes)>;

  XlsxStream(XlsxOptions options, Sink sink);
  ~XlsxStream();
  XlsxStream(const XlsxStream&) = delete;
  XlsxStream& operator=(const XlsxStream&) = delete;

  // One row; a cell beyond the columns is left out.
  //
  // Errors: those of the sink; INTERNAL WORKBOOK_FAILED beyond 4 GiB.
  absl::Status Row(std::span<const std::string> cells);

  // Ends the sheet before, if any, and begins one; its rows follow by Cells. `rows_per_sheet` does
  // not hold for it. Errors: as Row.
  absl::Status NextSheet(const XlsxSheet& sheet);
  // One row of such a sheet. Errors: as Row.
  absl::Status Cells(std::span<const XlsxCell> cells);

  // Ends the file. Called once, after which no row follows. Errors: as Row.
  absl::Status Finish();

  int64_t rows() const { return rows_; }

 private:
  // The sheet 说明, where there is one, and the first with rows.
  absl::Status Start();
  absl::Status OpenDataSheet();
  absl::Status OpenSheet(std::string title, std::span<const Column> columns);
  // Names the sheet and writes everything before its first row but the watermark.
  absl::Status BeginSheet(std::string title, std::span<const int> widths, int frozen_rows,
                          std::string& xml);
  void AppendWatermark(std::string& xml);
  absl::Status Line(std::span<const std::string> cells, std::span<const Column> columns);
  absl::Status CloseSheet();
  // Write parts and name their types.
  absl::Status WorkbookParts(std::string& types);
  absl::Status Properties(std::string& types);
  absl::Status Part(const std::string& name, std::string_view content);

  const XlsxOptions options_;
  const std::unique_ptr<ZipStream> zip_;
  std::vector<std::string> sheets_;  // titles
  int data_sheets_ = 0;
  int64_t rows_ = 0;
  int64_t rows_of_sheet_ = 0;
  std::vector<std::string> merges_;  // of the open sheet
};

}  // namespace ronghe::workbook

#endif  // RONGHE_COMMON_WORKBOOK_XLSX_STREAM_H_
