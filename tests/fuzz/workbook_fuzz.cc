// Roster files. The first byte says what the rest is: a whole workbook ('x'), a table of
// comma-separated values ('c'), or one part of a workbook that is good otherwise: its sheet ('s'),
// its shared strings ('t'), its list of sheets ('w'), its styles ('y') or its relations ('r').
#include <zip.h>

#include <array>
#include <utility>

#include "services/membership/store/workbook/table.h"
#include "tests/fuzz/check.h"

namespace {

constexpr char kRootRels[] =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>)";
constexpr char kTypes[] =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>)";
constexpr char kWorkbook[] =
    R"(<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>)";
constexpr char kRels[] =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>)";
constexpr char kShared[] =
    R"(<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>a</t></si></sst>)";
constexpr char kStyles[] =
    R"(<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>)";
constexpr char kSheet[] =
    R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>)";

std::string Workbook(char part, std::string_view content) {
  const auto or_good = [&](char which, std::string_view good) {
    return which == part ? content : good;
  };
  const std::array<std::pair<const char*, std::string_view>, 7> parts = {{
      {"[Content_Types].xml", kTypes},
      {"_rels/.rels", kRootRels},
      {"xl/workbook.xml", or_good('w', kWorkbook)},
      {"xl/_rels/workbook.xml.rels", or_good('r', kRels)},
      {"xl/styles.xml", or_good('y', kStyles)},
      {"xl/sharedStrings.xml", or_good('t', kShared)},
      {"xl/worksheets/sheet1.xml", or_good('s', kSheet)},
  }};
  zip_error_t error;
  zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* const zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const auto& [name, bytes] : parts) {
    const zip_int64_t index =
        zip_file_add(zip, name, zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ronghe::membership;
  if (size == 0) return 0;
  const char what = static_cast<char>(data[0]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Small, so that a bomb is one at once.
  TableLimits limits;
  limits.unpacked_bytes = 1 << 20;
  limits.rows = 2000;
  const auto table = what == 'c'   ? ReadCsv(text, limits)
                     : what == 'x' ? ReadXlsx(text, limits)
                                   : ReadXlsx(Workbook(what, text), limits);
  if (!table.ok()) {
    FUZZ_CHECK(table.status().code() == absl::StatusCode::kInvalidArgument);
    return 0;
  }
  FUZZ_CHECK(table->rows.size() <= static_cast<size_t>(limits.rows));
  for (const TableRow& row : table->rows) {
    FUZZ_CHECK(row.cells.size() <= static_cast<size_t>(limits.columns));
  }
  return 0;
}
