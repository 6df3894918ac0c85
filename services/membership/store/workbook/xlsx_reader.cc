#include <zip.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "pugixml.hpp"
#include "services/membership/store/workbook/refusals.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

// Of any sheet.
constexpr int32_t kLastRow = 1'048'576;
constexpr size_t kPiece = 64 * 1024;
constexpr int64_t kRatioFrom = 1 << 20;
constexpr size_t kMaxSmallPart = 8 << 20;  // parts read whole: styles, workbook, relationships
constexpr size_t kMaxElement = 4 << 20;    // one row, one shared string
constexpr std::string_view kOldFormat = "\xD0\xCF\x11\xE0";

struct CloseZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

// The name without its namespace prefix.
std::string_view Local(const char* name) {
  const std::string_view text(name);
  const size_t colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

pugi::xml_node Child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children()) {
    if (Local(child.name()) == name) return child;
  }
  return {};
}

std::string_view Attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    if (Local(attribute.name()) == name) return attribute.value();
  }
  return {};
}

// The text of an <si> or <is>: its <t> and those of its runs, without phonetic hints.
std::string TextOf(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    const std::string_view name = Local(child.name());
    if (name == "t") text += child.text().get();
    if (name == "r") text += Child(child, "t").text().get();
  }
  return text;
}

// A zip archive in memory, read within the limits.
class Package {
 public:
  static absl::StatusOr<Package> Open(std::string_view bytes, const TableLimits& limits) {
    if (bytes.starts_with(kOldFormat)) return FileEncrypted();
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) return FileDamaged("zip");
    zip_t* zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (zip == nullptr) {
      zip_source_free(source);
      return FileDamaged("zip");
    }
    Package package(zip, limits);
    const zip_int64_t parts = zip_get_num_entries(zip, 0);
    if (parts > limits.parts) return FileDamaged("parts");
    for (zip_int64_t i = 0; i < parts; ++i) {
      zip_stat_t stat;
      if (zip_stat_index(zip, i, 0, &stat) != 0 || stat.name == nullptr) return FileDamaged("zip");
      if (stat.encryption_method != ZIP_EM_NONE) return FileEncrypted();
      const std::string name = absl::AsciiStrToLower(stat.name);
      if (name.find("vbaproject") != std::string::npos ||
          name.find("xl/macrosheets/") != std::string::npos ||
          name.find("xl/activex/") != std::string::npos) {
        return HasMacro();
      }
    }
    return package;
  }

  bool Has(const std::string& name) const {
    return zip_name_locate(zip_.get(), name.c_str(), ZIP_FL_NOCASE) >= 0;
  }

  // Gives the part piece by piece.
  absl::Status Stream(const std::string& name,
                      absl::FunctionRef<absl::Status(std::string_view)> take) {
    const zip_int64_t index = zip_name_locate(zip_.get(), name.c_str(), ZIP_FL_NOCASE);
    zip_stat_t stat;
    if (index < 0 || zip_stat_index(zip_.get(), index, 0, &stat) != 0) return FileDamaged(name);
    const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(zip_.get(), index, 0));
    if (file == nullptr) return FileDamaged(name);
    const int64_t packed = std::max<int64_t>(1, static_cast<int64_t>(stat.comp_size));
    int64_t unpacked = 0;
    std::string piece(kPiece, '\0');
    while (true) {
      const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
      if (count < 0) return FileDamaged(name);
      if (count == 0) return absl::OkStatus();
      unpacked += count;
      left_ -= count;
      if (left_ < 0 || (unpacked > kRatioFrom && unpacked / packed > limits_->ratio)) {
        return TooLargeUnpacked(limits_->unpacked_bytes);
      }
      RONGHE_RETURN_IF_ERROR(take(std::string_view(piece.data(), static_cast<size_t>(count))));
    }
  }

  // A small part as a document.
  absl::Status Load(const std::string& name, pugi::xml_document& document) {
    std::string whole;
    RONGHE_RETURN_IF_ERROR(Stream(name, [&](std::string_view piece) -> absl::Status {
      if (whole.size() + piece.size() > kMaxSmallPart) {
        return TooLargeUnpacked(limits_->unpacked_bytes);
      }
      whole.append(piece);
      return absl::OkStatus();
    }));
    if (whole.find("<!DOCTYPE") != std::string::npos) return FileDamaged(name);
    if (!document.load_buffer(whole.data(), whole.size())) return FileDamaged(name);
    return absl::OkStatus();
  }

 private:
  Package(zip_t* zip, const TableLimits& limits)
      : zip_(zip), limits_(&limits), left_(limits.unpacked_bytes) {}

  std::unique_ptr<zip_t, CloseZip> zip_;
  const TableLimits* limits_;
  int64_t left_;
};

// Cuts the elements of one name out of a stream, so that memory holds one at a time.
class ElementCutter {
 public:
  ElementCutter(std::string_view element, std::string_view root,
                absl::FunctionRef<absl::Status(const pugi::xml_node&)> take)
      : element_(element), root_(root), take_(take) {}

  absl::Status Feed(std::string_view piece) {
    buffer_.append(piece);
    if (open_.empty() && !FindRoot()) {
      return buffer_.size() > kPiece * 4 ? FileDamaged(root_) : absl::OkStatus();
    }
    size_t from = 0;
    while (true) {
      const size_t start = FindOpen(from);
      if (start == std::string::npos) {
        // What could be the beginning of a tag stays, and the end of the root is looked for.
        const size_t keep = std::min(buffer_.size() - from, close_root_.size());
        if (buffer_.find(close_root_, from) != std::string::npos) closed_ = true;
        buffer_.erase(0, buffer_.size() - keep);
        return absl::OkStatus();
      }
      const size_t tag_end = buffer_.find('>', start);
      size_t end = std::string::npos;
      if (tag_end != std::string::npos) {
        if (buffer_[tag_end - 1] == '/') {
          end = tag_end + 1;
        } else if (const size_t close = buffer_.find(close_, tag_end); close != std::string::npos) {
          end = close + close_.size();
        }
      }
      if (end == std::string::npos) {
        buffer_.erase(0, start);
        return buffer_.size() > kMaxElement ? FileDamaged(element_) : absl::OkStatus();
      }
      pugi::xml_document document;
      if (!document.load_buffer(buffer_.data() + start, end - start,
                                pugi::parse_default | pugi::parse_ws_pcdata_single)) {
        return FileDamaged(element_);
      }
      RONGHE_RETURN_IF_ERROR(take_(document.first_child()));
      from = end;
    }
  }

  // Errors: ROSTER_FILE_DAMAGED when the root never ended.
  absl::Status Finish() const { return closed_ ? absl::OkStatus() : FileDamaged(root_); }

 private:
  // Takes the namespace prefix from the root element.
  bool FindRoot() {
    for (size_t at = buffer_.find('<'); at != std::string::npos; at = buffer_.find('<', at + 1)) {
      if (at + 1 >= buffer_.size()) return false;
      if (buffer_[at + 1] == '?' || buffer_[at + 1] == '!') continue;
      const size_t end = buffer_.find_first_of(" \t\r\n/>", at + 1);
      if (end == std::string::npos || buffer_.find('>', at) == std::string::npos) return false;
      const std::string name = buffer_.substr(at + 1, end - at - 1);
      const size_t colon = name.find(':');
      const std::string prefix = colon == std::string::npos ? "" : name.substr(0, colon + 1);
      if (buffer_[buffer_.find('>', at) - 1] == '/') closed_ = true;
      open_ = base::Cat("<", prefix, element_);
      close_ = base::Cat("</", prefix, element_, ">");
      close_root_ = base::Cat("</", prefix, root_, ">");
      return true;
    }
    return false;
  }

  size_t FindOpen(size_t from) const {
    for (size_t at = buffer_.find(open_, from); at != std::string::npos;
         at = buffer_.find(open_, at + 1)) {
      const size_t next = at + open_.size();
      if (next >= buffer_.size()) return at;
      if (std::string_view(" \t\r\n/>").find(buffer_[next]) != std::string_view::npos) return at;
    }
    return std::string::npos;
  }

  const std::string element_;
  const std::string root_;
  const absl::FunctionRef<absl::Status(const pugi::xml_node&)> take_;
  std::string open_, close_, close_root_;
  std::string buffer_;
  bool closed_ = false;
};

bool IsBuiltInDateFormat(int id) {
  return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
}

// True when a format writes days, months or years outside quotes and brackets.
bool IsDateFormat(std::string_view code) {
  bool quoted = false;
  bool bracketed = false;
  bool escaped = false;
  for (const char c : code) {
    if (escaped) {
      escaped = false;
    } else if (c == '\\' || c == '_' || c == '*') {
      escaped = true;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '[') {
      bracketed = true;
    } else if (!quoted && c == ']') {
      bracketed = false;
    } else if (!quoted && !bracketed &&
               std::string_view("yYdD").find(c) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// "BC12" gives 54; -1 where there is no letter.
int ColumnOf(std::string_view reference) {
  int column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z' || column > 20000) break;
    column = column * 26 + (c - 'A' + 1);
  }
  return column - 1;
}

class XlsxReader {
 public:
  XlsxReader(Package package, const TableLimits& limits)
      : package_(std::move(package)), limits_(limits) {}

  absl::StatusOr<Table> Read() {
    RONGHE_RETURN_IF_ERROR(CheckContentTypes());
    RONGHE_RETURN_IF_ERROR(ReadWorkbook());
    RONGHE_RETURN_IF_ERROR(ReadStyles());
    RONGHE_RETURN_IF_ERROR(ReadSharedStrings());
    RONGHE_RETURN_IF_ERROR(ReadSheet());
    if (table_.rows.empty()) return TableEmpty();
    return std::move(table_);
  }

 private:
  absl::Status CheckContentTypes() {
    pugi::xml_document document;
    RONGHE_RETURN_IF_ERROR(package_.Load("[Content_Types].xml", document));
    for (const pugi::xml_node& type : document.first_child().children()) {
      const std::string content = absl::AsciiStrToLower(base::Sv(Attribute(type, "ContentType")));
      if (content.find("macroenabled") != std::string::npos ||
          content.find("vbaproject") != std::string::npos) {
        return HasMacro();
      }
    }
    return absl::OkStatus();
  }

  // The target of a relationship, as a path in the package.
  static std::string Resolve(std::string_view folder, std::string_view target) {
    if (target.starts_with("/")) return std::string(target.substr(1));
    std::string path(folder);
    while (target.starts_with("../")) {
      target.remove_prefix(3);
      const size_t slash = path.empty() ? std::string::npos : path.rfind('/', path.size() - 2);
      path = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    }
    return path + std::string(target);
  }

  absl::StatusOr<std::string> FindRelationship(const std::string& part, std::string_view folder,
                                               absl::FunctionRef<bool(const pugi::xml_node&)> is) {
    pugi::xml_document document;
    RONGHE_RETURN_IF_ERROR(package_.Load(part, document));
    for (const pugi::xml_node& relationship : document.first_child().children()) {
      if (Attribute(relationship, "TargetMode") != "External" && is(relationship)) {
        return Resolve(folder, Attribute(relationship, "Target"));
      }
    }
    return std::string();
  }

  absl::Status ReadWorkbook() {
    RONGHE_ASSIGN_OR_RETURN(
        const std::string workbook,
        FindRelationship("_rels/.rels", "", [](const pugi::xml_node& relationship) {
          return Attribute(relationship, "Type").ends_with("/officeDocument");
        }));
    if (workbook.empty()) return FileDamaged("workbook");
    const size_t slash = workbook.rfind('/');
    folder_ = slash == std::string::npos ? "" : workbook.substr(0, slash + 1);
    relationships_ = folder_ + "_rels/" + workbook.substr(folder_.size()) + ".rels";
    pugi::xml_document document;
    RONGHE_RETURN_IF_ERROR(package_.Load(workbook, document));
    const pugi::xml_node root = document.first_child();
    const std::string_view date1904 = Attribute(Child(root, "workbookPr"), "date1904");
    table_.date1904 = date1904 == "1" || date1904 == "true";
    for (const pugi::xml_node& sheet : Child(root, "sheets").children()) {
      const std::string_view state = Attribute(sheet, "state");
      if (Local(sheet.name()) != "sheet" || state == "hidden" || state == "veryHidden") continue;
      std::string id;
      for (const pugi::xml_attribute& attribute : sheet.attributes()) {
        const std::string_view name(attribute.name());
        if (Local(attribute.name()) == "id" && name != "id") id = attribute.value();
      }
      RONGHE_ASSIGN_OR_RETURN(sheet_, FindRelationship(relationships_, folder_,
                                                       [&](const pugi::xml_node& relationship) {
                                                         return Attribute(relationship, "Id") == id;
                                                       }));
      break;
    }
    return sheet_.empty() ? FileDamaged("sheet") : absl::OkStatus();
  }

  absl::StatusOr<std::string> PartOfType(std::string_view type) {
    return FindRelationship(relationships_, folder_, [&](const pugi::xml_node& relationship) {
      return Attribute(relationship, "Type").ends_with(type);
    });
  }

  absl::Status ReadStyles() {
    RONGHE_ASSIGN_OR_RETURN(const std::string part, PartOfType("/styles"));
    if (part.empty() || !package_.Has(part)) return absl::OkStatus();
    pugi::xml_document document;
    RONGHE_RETURN_IF_ERROR(package_.Load(part, document));
    const pugi::xml_node root = document.first_child();
    std::vector<int> dates;
    for (const pugi::xml_node& format : Child(root, "numFmts").children()) {
      int id = 0;
      if (absl::SimpleAtoi(base::Sv(Attribute(format, "numFmtId")), &id) &&
          IsDateFormat(Attribute(format, "formatCode"))) {
        dates.push_back(id);
      }
    }
    for (const pugi::xml_node& xf : Child(root, "cellXfs").children()) {
      int id = 0;
      static_cast<void>(absl::SimpleAtoi(base::Sv(Attribute(xf, "numFmtId")), &id));
      date_style_.push_back(IsBuiltInDateFormat(id) ||
                            std::find(dates.begin(), dates.end(), id) != dates.end());
    }
    return absl::OkStatus();
  }

  absl::Status ReadSharedStrings() {
    RONGHE_ASSIGN_OR_RETURN(const std::string part, PartOfType("/sharedStrings"));
    if (part.empty() || !package_.Has(part)) return absl::OkStatus();
    const auto take = [&](const pugi::xml_node& node) -> absl::Status {
      if (shared_.size() >= limits_.shared_strings) {
        return TooLargeUnpacked(limits_.unpacked_bytes);
      }
      shared_.push_back(TextOf(node));
      return absl::OkStatus();
    };
    ElementCutter cutter("si", "sst", take);
    RONGHE_RETURN_IF_ERROR(
        package_.Stream(part, [&](std::string_view piece) { return cutter.Feed(piece); }));
    return cutter.Finish();
  }

  absl::Status ReadSheet() {
    const auto take = [&](const pugi::xml_node& node) { return ReadRow(node); };
    ElementCutter cutter("row", "worksheet", take);
    RONGHE_RETURN_IF_ERROR(
        package_.Stream(sheet_, [&](std::string_view piece) { return cutter.Feed(piece); }));
    return cutter.Finish();
  }

  absl::Status ReadRow(const pugi::xml_node& node) {
    int32_t number = last_row_ + 1;
    if (const std::string_view text = Attribute(node, "r"); !text.empty()) {
      if (!absl::SimpleAtoi(base::Sv(text), &number) || number <= last_row_ || number > kLastRow) {
        return FileDamaged("row");
      }
    }
    last_row_ = number;
    TableRow row{.number = number};
    int column = -1;
    for (const pugi::xml_node& cell : node.children()) {
      if (Local(cell.name()) != "c") continue;
      const std::string_view reference = Attribute(cell, "r");
      column = reference.empty() ? column + 1 : ColumnOf(reference);
      if (column < 0) return FileDamaged("cell");
      if (Child(cell, "f")) {
        return HasFormula(reference.empty() ? base::Cat("R", number) : std::string(reference));
      }
      RONGHE_ASSIGN_OR_RETURN(Cell value, ReadCell(cell));
      if (value.text.empty()) continue;
      if (value.text.size() > limits_.cell_bytes) return FileDamaged(reference);
      if (column >= limits_.columns) return TooManyColumns(limits_.columns);
      if (static_cast<size_t>(column) >= row.cells.size()) row.cells.resize(column + 1);
      row.cells[column] = std::move(value);
    }
    if (row.cells.empty()) return absl::OkStatus();
    if (static_cast<int32_t>(table_.rows.size()) >= limits_.rows) return TooManyRows(limits_.rows);
    table_.rows.push_back(std::move(row));
    return absl::OkStatus();
  }

  absl::StatusOr<Cell> ReadCell(const pugi::xml_node& node) {
    const std::string_view type = Attribute(node, "t");
    if (type == "inlineStr") return Text(TextOf(Child(node, "is")));
    const std::string_view value = Child(node, "v").text().get();
    if (value.empty()) return Cell{};
    if (type == "s") {
      size_t index = 0;
      if (!absl::SimpleAtoi(base::Sv(Trim(value)), &index) || index >= shared_.size()) {
        return FileDamaged("sharedStrings");
      }
      return Text(shared_[index]);
    }
    if (type == "str" || type == "e") return Text(std::string(value));
    if (type == "b") return Cell{value == "1" ? "是" : "否"};
    if (type == "d") return Cell{std::string(value.substr(0, 10))};
    return Number(node, Trim(value));
  }

  static absl::StatusOr<Cell> Text(std::string text) {
    if (!base::IsValidUtf8(text)) return FileDamaged("text");
    return Cell{std::string(Trim(text))};
  }

  absl::StatusOr<Cell> Number(const pugi::xml_node& node, std::string_view value) const {
    double number = 0;
    if (!absl::SimpleAtod(base::Sv(value), &number) || !std::isfinite(number)) {
      return FileDamaged("number");
    }
    size_t style = 0;
    static_cast<void>(absl::SimpleAtoi(base::Sv(Attribute(node, "s")), &style));
    if (style < date_style_.size() && date_style_[style] && number >= 0 && number < 3e6) {
      const std::optional<absl::CivilDay> day =
          DayOfSerial(static_cast<int64_t>(number), table_.date1904);
      if (day) return Cell{base::FormatDay(*day)};
    }
    if (number == std::floor(number) && std::abs(number) < 1e19) {
      return Cell{absl::StrFormat("%.0f", number), true};
    }
    return Cell{std::string(value), true};
  }

  Package package_;
  const TableLimits& limits_;
  std::string folder_;
  std::string relationships_;
  std::string sheet_;
  std::vector<bool> date_style_;
  std::vector<std::string> shared_;
  int32_t last_row_ = 0;
  Table table_;
};

}  // namespace

absl::StatusOr<Table> ReadXlsx(std::string_view bytes, const TableLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(Package package, Package::Open(bytes, limits));
  return XlsxReader(std::move(package), limits).Read();
}

}  // namespace ronghe::membership
