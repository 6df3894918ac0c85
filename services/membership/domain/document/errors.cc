#include "services/membership/domain/document/errors.h"

#include <string>

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

using absl::StatusCode;
using base::Cat;

absl::Status Invalid(std::string_view reason, std::string_view message_zh,
                     error::Metadata metadata = {}) {
  return error::Make(StatusCode::kInvalidArgument, reason, message_zh, std::move(metadata));
}

absl::Status Refused(std::string_view reason, std::string_view message_zh,
                     error::Metadata metadata = {}) {
  return error::Make(StatusCode::kFailedPrecondition, reason, message_zh, std::move(metadata));
}

error::Metadata OfRule(const Rule& rule, int64_t actual) {
  return {{"rule_id", rule.id},
          {"rule_set", rule.set},
          {"source", rule.source},
          {"required", Cat(rule.number)},
          {"actual", Cat(actual)}};
}

}  // namespace

absl::Status DocumentSubjectUnknown(std::string_view subject) {
  return Invalid("DOCUMENT_SUBJECT_UNKNOWN", "这类对象不能附加材料。",
                 {{"subject", std::string(subject)}});
}

absl::Status DocumentTypeUnsupported() {
  return Invalid("DOCUMENT_TYPE_UNSUPPORTED", "只能上传PDF、JPEG、PNG、DOCX和XLSX文件。");
}

absl::Status DocumentTooLarge(const Rule& rule, int64_t actual) {
  return Invalid("DOCUMENT_TOO_LARGE", Cat("文件超过大小上限", rule.number / (1 << 20), " MiB。"),
                 OfRule(rule, actual));
}

absl::Status DocumentTooLong(int64_t announced, int64_t actual) {
  return Invalid("DOCUMENT_TOO_LARGE", "上传的内容超过了声明的文件大小。",
                 {{"required", Cat(announced)}, {"actual", Cat(actual)}});
}

absl::Status DocumentTypeMismatch(std::string_view media_type) {
  return Invalid("DOCUMENT_TYPE_MISMATCH", "文件内容与声明的类型不一致。",
                 {{"required", std::string(media_type)}});
}

absl::Status DocumentDamaged() {
  return Invalid("DOCUMENT_DAMAGED", "文件不完整或已损坏，请重新保存后上传。");
}

absl::Status DocumentHasMacro() {
  return Invalid("DOCUMENT_HAS_MACRO", "文件含有宏，请另存为不含宏的文件后上传。");
}

absl::Status DocumentClassified(std::string_view place) {
  return Invalid("DOCUMENT_CLASSIFIED",
                 Cat(place == "title" ? "标题" : "文件内容", "带有密级标志。", kUploadNotice),
                 {{"place", std::string(place)}});
}

absl::Status DocumentUndeclared() { return Refused("DOCUMENT_UNDECLARED", kUploadNotice); }

absl::Status DocumentSubjectClosed() {
  return Refused("DOCUMENT_SUBJECT_CLOSED", "该事项已经办结，不能再增减材料。");
}

absl::Status DocumentTooMany(const Rule& rule, int64_t actual) {
  return Refused("DOCUMENT_TOO_MANY", Cat("每个事项最多附加", rule.number, "份材料。"),
                 OfRule(rule, actual));
}

absl::Status DocumentStateInvalid(std::string_view state) {
  return Refused("DOCUMENT_STATE_INVALID", "这份材料现在的状态不允许该操作。",
                 {{"actual", std::string(state)}});
}

absl::Status DocumentOffsetMismatch(int64_t expected, int64_t actual) {
  return Refused("DOCUMENT_OFFSET_MISMATCH", Cat("上传位置不连续，请从第", expected, "字节继续。"),
                 {{"required", Cat(expected)}, {"actual", Cat(actual)}});
}

absl::Status DocumentIncomplete(int64_t size, int64_t uploaded) {
  return Refused("DOCUMENT_INCOMPLETE", "文件还没有上传完。",
                 {{"required", Cat(size)}, {"actual", Cat(uploaded)}});
}

absl::Status DocumentDigestMismatch() {
  return Refused("DOCUMENT_DIGEST_MISMATCH", "文件内容与声明的摘要不一致，请重新上传。");
}

}  // namespace ronghe::membership
