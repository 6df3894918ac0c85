#include "common/sql/error.h"

#include <cstdlib>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/error/error.h"
#include "common/log/log.h"

namespace ronghe::sql {
namespace {

// Inside the process only: the answer to a caller carries nothing but google.rpc payloads.
constexpr char kPayloadUrl[] = "ronghe.sql/server-error";
constexpr char kConflict[] = "TRANSACTION_CONFLICT";

std::string DuplicateKeyName(std::string_view message) {
  const size_t last = message.rfind('\'');
  if (last == std::string_view::npos || last == 0) return "";
  const size_t first = message.rfind('\'', last - 1);
  if (first == std::string_view::npos) return "";
  std::string_view name = message.substr(first + 1, last - first - 1);
  // MySQL 8 writes 'table.key'.
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
  return std::string(name);
}

absl::Status Classify(int code, std::string_view message) {
  using Code = absl::StatusCode;
  switch (code) {
    case 1062:
      return error::Make(Code::kAlreadyExists, "ROW_EXISTS", "记录已存在");
    case 1451:
    case 1452:
      return error::Make(Code::kFailedPrecondition, "ROW_REFERENCED",
                         "记录被其他数据引用，或引用的数据不存在");
    case 1264:
    case 1366:
    case 1406:
    case 3819:
    case 4025:
      return error::Make(Code::kInvalidArgument, "VALUE_REJECTED", "数据超出允许的范围");
    case 1969:
    case 3024:
      return error::Make(Code::kDeadlineExceeded, "STATEMENT_TIMEOUT", "操作超时，请稍后重试");
    case 1044:
    case 1045:
    case 1049:
    case 1142:
    case 1143:
      return error::Make(Code::kFailedPrecondition, "DATABASE_REFUSED", "数据库拒绝访问");
    default:
      break;
  }
  if (code == 1105 && message.find("max_allowed_packet") != std::string_view::npos) {
    return error::Make(Code::kInvalidArgument, "VALUE_REJECTED", "数据过大");
  }
  if (internal::IsConflict(code)) return Conflict();
  if (internal::IsLost(code) || code == 1290 || code == 1836 || code == 1040 || code == 1047 ||
      code == 1129 || code == 1053 || code == 1927) {
    return error::Make(Code::kUnavailable, "DATABASE_UNAVAILABLE", "数据库暂不可用，请稍后重试");
  }
  return error::Make(Code::kInternal, "INTERNAL", "系统内部错误");
}

}  // namespace

int ErrorCode(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  return payload.has_value() ? std::atoi(std::string(*payload).c_str()) : 0;
}

std::string ViolatedKey(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return "";
  const std::string text(*payload);
  const size_t blank = text.find(' ');
  return blank == std::string::npos ? "" : text.substr(blank + 1);
}

absl::Status Conflict() {
  return error::Make(absl::StatusCode::kAborted, kConflict, "操作冲突，请重试");
}

namespace internal {

bool IsConflict(const absl::Status& status) {
  return absl::IsAborted(status) && error::Reason(status) == kConflict;
}

absl::Status FromServer(int code, std::string_view message, std::string_view statement) {
  absl::Status status = Classify(code, message);
  std::string payload = absl::StrCat(code);
  if (code == 1062) absl::StrAppend(&payload, " ", DuplicateKeyName(message));
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  // Refusals of values may quote them: only failures of the machinery are written down.
  if (status.code() == absl::StatusCode::kInternal ||
      status.code() == absl::StatusCode::kUnavailable ||
      (code >= 1044 && status.code() == absl::StatusCode::kFailedPrecondition && code < 1451)) {
    log::Warn("sql_error", {{"statement", statement}, {"code", code}, {"message", message}});
  }
  return status;
}

bool IsLost(int code) {
  switch (code) {
    case 2002:  // cannot connect
    case 2003:
    case 2006:  // server has gone away
    case 2012:
    case 2013:  // lost connection during query
    case 2014:  // commands out of sync
    case 2026:  // TLS
    case 2027:  // malformed packet
    case 2048:
    case 2055:
    case 1053:  // server shutdown in progress
    case 1927:  // connection was killed
      return true;
    default:
      return false;
  }
}

bool IsConflict(int code) {
  switch (code) {
    case 1213:  // deadlock; Galera also at COMMIT
    case 1205:  // lock wait timeout
    case 1020:  // record changed since last read
    case 8002:  // TiDB: write conflict, schema change
    case 8022:
    case 8028:
    case 9007:
      return true;
    default:
      return false;
  }
}

bool IsStaleStatement(int code) {
  return code == 2057 || code == 1243 || code == 2030 || code == 1615;
}

}  // namespace internal
}  // namespace ronghe::sql
