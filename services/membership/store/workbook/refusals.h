// Which words refuse a file as a whole?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_REFUSALS_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_REFUSALS_H_

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {

// A place in the file as an error may say it. Names of parts and cells stand in the file, where
// they may be anything.
inline std::string_view Shown(std::string_view place) {
  const bool plain = place.size() <= 64 && std::all_of(place.begin(), place.end(), [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == ' ' ||
                              c == '.' || c == '/' || c == '_' || c == '-';
                     });
  return plain ? place : "?";
}

inline absl::Status FileDamaged(std::string_view what) {
  return RosterFileRefused("ROSTER_FILE_DAMAGED", "文件不完整或已损坏，请重新保存后上传。",
                           Shown(what));
}
inline absl::Status FileEncrypted() {
  return RosterFileRefused("ROSTER_FILE_ENCRYPTED",
                           "文件设有密码或是旧版.xls格式，请去掉密码、另存为.xlsx后上传。");
}
inline absl::Status HasMacro() {
  return RosterFileRefused("ROSTER_HAS_MACRO", "文件含有宏，请另存为不含宏的.xlsx后上传。");
}
inline absl::Status HasFormula(std::string_view cell) {
  return RosterFileRefused("ROSTER_HAS_FORMULA",
                           base::Cat("单元格", Shown(cell), "含有公式，请改为数值或文本后上传。"),
                           Shown(cell));
}
inline absl::Status TooLargeUnpacked(int64_t limit) {
  return RosterFileRefused(
      "ROSTER_TOO_LARGE_UNPACKED",
      base::Cat("文件解压后过大(上限", limit / (1024 * 1024), " MiB)，请拆分后上传。"));
}
inline absl::Status TooManyRows(int32_t limit) {
  return RosterFileRefused("ROSTER_TOO_MANY_ROWS",
                           base::Cat("行数超过上限", limit - 1, "行，请拆分后上传。"));
}
inline absl::Status TooManyColumns(int32_t limit) {
  return RosterFileRefused("ROSTER_TOO_MANY_COLUMNS",
                           base::Cat("列数超过上限", limit, "列，请使用名册模板。"));
}
inline absl::Status TableEmpty() {
  return RosterFileRefused("ROSTER_EMPTY", "文件中没有党员数据。");
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_REFUSALS_H_
