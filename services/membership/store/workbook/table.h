// How does a roster file become rows of cells, whatever it holds?
//
// A file comes from outside: it is read with bounds on everything, nothing in it is executed, and
// what can't be a plain table (macros, formulas, passwords) is refused as a whole.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_TABLE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/membership/domain/import/sheet.h"
#include "services/membership/domain/roster.h"

namespace ronghe::membership {

struct TableRow {
  int32_t number = 0;  // as the sheet counts, from 1
  std::vector<Cell> cells;
};

// The rows that hold anything.
struct Table {
  std::vector<TableRow> rows;
  bool date1904 = false;
};

struct TableLimits {
  int64_t unpacked_bytes = 256 << 20;  // of all parts read together
  int64_t ratio = 200;                 // unpacked to packed, of one part above 1 MiB
  int32_t parts = 512;
  int32_t rows = 100'001;
  int32_t columns = 64;
  size_t cell_bytes = 4096;
  size_t shared_strings = 2'000'000;
};

// Reads the first visible sheet of an XLSX workbook: shared and inline strings, numbers, dates of
// both date systems.
//
// Errors: INVALID_ARGUMENT ROSTER_FILE_DAMAGED (no workbook, cut short, bad check sum),
// ROSTER_FILE_ENCRYPTED (a password, or the old .xls), ROSTER_HAS_MACRO, ROSTER_HAS_FORMULA naming
// the cell, ROSTER_TOO_LARGE_UNPACKED, ROSTER_TOO_MANY_ROWS, ROSTER_TOO_MANY_COLUMNS,
// ROSTER_EMPTY.
absl::StatusOr<Table> ReadXlsx(std::string_view bytes, const TableLimits& limits = {});

// Reads comma-separated values (RFC 4180) in UTF-8, with or without a byte order mark, or GB18030.
//
// Errors: INVALID_ARGUMENT ROSTER_ENCODING_UNKNOWN, ROSTER_FILE_DAMAGED (a quote that is never
// closed), ROSTER_HAS_FORMULA, ROSTER_TOO_MANY_ROWS, ROSTER_TOO_MANY_COLUMNS, ROSTER_EMPTY.
absl::StatusOr<Table> ReadCsv(std::string_view bytes, const TableLimits& limits = {});

enum class RosterFormat { kXlsx, kCsv };

// The format of a file by its name.
//
// Errors: INVALID_ARGUMENT ROSTER_FORMAT_UNSUPPORTED.
absl::StatusOr<RosterFormat> FormatOf(std::string_view file_name);

// A roster: the layout by its header and the rows below it.
struct Roster {
  RosterLayout layout;
  std::vector<Cell> header;
  std::vector<TableRow> rows;
  bool date1904 = false;
};

// Reads a roster from a file. The header may stand in any of the first ten rows.
//
// Errors: those of the reader and of RosterLayout; ROSTER_EMPTY without a row below the header.
absl::StatusOr<Roster> ReadRoster(std::string_view file_name, std::string_view bytes,
                                  const TableLimits& limits = {});

// A sheet of these columns: the layout by its header and the rows below it.
struct Sheet {
  SheetLayout layout;
  std::vector<Cell> header;
  std::vector<TableRow> rows;
  bool date1904 = false;
};

// Reads a sheet from a file. Errors and header as ReadRoster.
absl::StatusOr<Sheet> ReadSheet(std::span<const SheetColumn> columns, std::string_view file_name,
                                std::string_view bytes, const TableLimits& limits = {});

// The header of an imported file of a kind and the rows below it.
struct PlainSheet {
  std::vector<Cell> header;
  std::vector<TableRow> rows;
};
absl::StatusOr<PlainSheet> ReadPlainSheet(ImportKind kind, std::string_view file_name,
                                          std::string_view bytes);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_TABLE_H_
