#include <iconv.h>

#include <cerrno>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/store/workbook/refusals.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status EncodingUnknown() {
  return RosterFileRefused("ROSTER_ENCODING_UNKNOWN",
                           "无法识别文件编码，请另存为UTF-8或GB18030编码的CSV。");
}

absl::StatusOr<std::string> FromGb18030(std::string_view bytes) {
  const iconv_t converter = iconv_open("UTF-8", "GB18030");
  if (converter == reinterpret_cast<iconv_t>(-1)) return EncodingUnknown();
  std::string text(bytes.size() * 2 + 16, '\0');
  char* in = const_cast<char*>(bytes.data());
  size_t in_left = bytes.size();
  char* out = text.data();
  size_t out_left = text.size();
  const size_t result = iconv(converter, &in, &in_left, &out, &out_left);
  iconv_close(converter);
  if (result == static_cast<size_t>(-1) || in_left != 0) return EncodingUnknown();
  text.resize(text.size() - out_left);
  return text;
}

absl::StatusOr<std::string> Decode(std::string_view bytes) {
  if (bytes.find('\0') != std::string_view::npos) return EncodingUnknown();
  if (bytes.starts_with(kByteOrderMark)) {
    bytes.remove_prefix(kByteOrderMark.size());
    if (!base::IsValidUtf8(bytes)) return EncodingUnknown();
    return std::string(bytes);
  }
  if (base::IsValidUtf8(bytes)) return std::string(bytes);
  return FromGb18030(bytes);
}

// "B12"
std::string CellName(size_t column, int32_t row) {
  std::string letters;
  for (size_t n = column + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return base::Cat(letters, row);
}

class Parser {
 public:
  Parser(std::string_view text, const TableLimits& limits) : text_(text), limits_(limits) {}

  absl::StatusOr<Table> Parse() {
    while (at_ < text_.size()) {
      RONGHE_RETURN_IF_ERROR(Record());
    }
    if (table_.rows.empty()) return TableEmpty();
    return std::move(table_);
  }

 private:
  absl::Status Record() {
    TableRow row{.number = line_};
    bool filled = false;
    for (size_t column = 0;; ++column) {
      std::string value;
      RONGHE_RETURN_IF_ERROR(Value(value));
      if (value.starts_with("=") || value.starts_with("@")) {
        return HasFormula(CellName(column, row.number));
      }
      if (value.size() > limits_.cell_bytes) return FileDamaged(CellName(column, row.number));
      if (!value.empty()) {
        filled = true;
        if (static_cast<int32_t>(column) >= limits_.columns) return TooManyColumns(limits_.columns);
      }
      if (static_cast<int32_t>(column) < limits_.columns) row.cells.push_back({std::move(value)});
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      break;
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    if (!filled) return absl::OkStatus();
    if (static_cast<int32_t>(table_.rows.size()) >= limits_.rows) return TooManyRows(limits_.rows);
    table_.rows.push_back(std::move(row));
    return absl::OkStatus();
  }

  absl::Status Value(std::string& value) {
    if (at_ >= text_.size() || text_[at_] != '"') {
      const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      value = std::string(Trim(text_.substr(at_, end - at_)));
      at_ = end;
      return absl::OkStatus();
    }
    ++at_;
    while (at_ < text_.size()) {
      if (text_[at_] != '"') {
        value.push_back(text_[at_++]);
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value.push_back('"');
        at_ += 2;
      } else {
        ++at_;
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (at_ < text_.size() &&
            std::string_view(",\r\n").find(text_[at_]) == std::string_view::npos) {
          return FileDamaged(base::Cat("line ", line_));
        }
        value = std::string(Trim(value));
        return absl::OkStatus();
      }
    }
    return FileDamaged(base::Cat("line ", line_));
  }

  const std::string_view text_;
  const TableLimits& limits_;
  size_t at_ = 0;
  int32_t line_ = 1;
  Table table_;
};

}  // namespace

absl::StatusOr<Table> ReadCsv(std::string_view bytes, const TableLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(const std::string text, Decode(bytes));
  return Parser(text, limits).Parse();
}

}  // namespace ronghe::membership
