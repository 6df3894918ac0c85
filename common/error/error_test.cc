#include "common/error/error.h"

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace ronghe::error {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ErrorTest, HoldsReasonMessageAndMetadata) {
  absl::Status status = Make(absl::StatusCode::kFailedPrecondition, "QUORUM_MISSING",
                             "到会人数不足", {{"rule_id", "Q-GEN"}, {"actual", "10"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "QUORUM_MISSING rule_id=Q-GEN actual=10");
  EXPECT_EQ(Reason(status), "QUORUM_MISSING");
  EXPECT_EQ(MessageZh(status), "到会人数不足");
  EXPECT_EQ(MetadataValue(status, "rule_id"), "Q-GEN");
  EXPECT_EQ(MetadataValue(status, "absent"), "");
  EXPECT_THAT(AllMetadata(status), ElementsAre(Pair("actual", "10"), Pair("rule_id", "Q-GEN")));
}

TEST(ErrorTest, PayloadsAreTheGooglePayloadsClientsRead) {
  absl::Status status = Make(absl::StatusCode::kNotFound, "NOT_FOUND", "找不到", {{"name", "x"}});
  auto info_bytes = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  ASSERT_TRUE(info_bytes.has_value());
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(std::string(*info_bytes)));
  EXPECT_EQ(info.domain(), "ronghe");
  auto message_bytes = status.GetPayload("type.googleapis.com/google.rpc.LocalizedMessage");
  ASSERT_TRUE(message_bytes.has_value());
  google::rpc::LocalizedMessage message;
  ASSERT_TRUE(message.ParseFromString(std::string(*message_bytes)));
  EXPECT_EQ(message.locale(), "zh-CN");
}

TEST(ErrorTest, CollectsFieldViolations) {
  absl::Status status = InvalidFields({{"member.phone", "不能为空"}, {"page_size", "不能为负"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Reason(status), "FIELD_INVALID");
  EXPECT_EQ(MetadataValue(status, "fields"), "member.phone,page_size");
  auto violations = FieldViolations(status);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "member.phone");
  EXPECT_EQ(violations[0].description_zh, "不能为空");
  EXPECT_EQ(violations[1].field, "page_size");
  EXPECT_EQ(MessageZh(status), "请求内容有误:member.phone 不能为空 等 2 处");
}

TEST(ErrorTest, RetryAfterKeepsFractionsAndLeavesOkAlone) {
  absl::Status status =
      WithRetryAfter(Make(absl::StatusCode::kResourceExhausted, "OVERLOADED", "系统繁忙"),
                     absl::Milliseconds(1250));
  EXPECT_EQ(RetryAfter(status), absl::Milliseconds(1250));
  EXPECT_EQ(Reason(status), "OVERLOADED");
  EXPECT_TRUE(WithRetryAfter(absl::OkStatus(), absl::Seconds(1)).ok());
}

TEST(ErrorTest, PlainStatusSaysNothing) {
  absl::Status status = absl::InternalError("x");
  EXPECT_EQ(Reason(status), "");
  EXPECT_EQ(MessageZh(status), "");
  EXPECT_TRUE(AllMetadata(status).empty());
  EXPECT_TRUE(FieldViolations(status).empty());
  EXPECT_EQ(RetryAfter(status), absl::ZeroDuration());
}

TEST(ErrorTest, AnErrorIsNeverOk) {
  EXPECT_EQ(Make(absl::StatusCode::kOk, "X", "x").code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace ronghe::error
