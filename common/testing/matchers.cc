#include "common/testing/matchers.h"

namespace ronghe::testing::internal {

std::string Describe(const absl::Status& status) {
  if (status.ok()) return "which is OK";
  std::string text = "which is " + status.ToString(absl::StatusToStringMode::kWithNoExtraData);
  const std::string reason = error::Reason(status);
  if (!reason.empty()) text += ", reason " + reason;
  const std::string message = error::MessageZh(status);
  if (!message.empty()) text += ", \"" + message + "\"";
  for (const auto& [key, value] : error::AllMetadata(status)) text += ", " + key + "=" + value;
  for (const auto& violation : error::FieldViolations(status)) {
    text += ", " + violation.field + ": " + violation.description_zh;
  }
  return text;
}

bool EqualsMessage(const google::protobuf::Message& actual,
                   const google::protobuf::Message& expected, std::string* difference) {
  if (actual.GetDescriptor() != expected.GetDescriptor()) {
    *difference = "which is a " + actual.GetTypeName() + ", not a " + expected.GetTypeName();
    return false;
  }
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(difference);
  const bool equal = differencer.Compare(expected, actual);
  if (!equal) *difference = "which differs:\n" + *difference;
  return equal;
}

bool EqualsText(const google::protobuf::Message& actual, const std::string& text,
                std::string* difference) {
  const std::unique_ptr<google::protobuf::Message> expected(actual.New());
  if (!google::protobuf::TextFormat::ParseFromString(text, expected.get())) {
    *difference = "and the expected text is no " + actual.GetTypeName();
    return false;
  }
  return EqualsMessage(actual, *expected, difference);
}

}  // namespace ronghe::testing::internal
