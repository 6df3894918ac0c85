#include <cstdint>
#include <limits>
#include <string>

#include "absl/time/clock.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/rpc/call_context.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/rpc/field_mask.h"
#include "common/rpc/outgoing.h"
#include "common/rpc/page_token.h"
#include "common/rpc/refusal.h"
#include "common/rpc/rpc_testing.pb.h"
#include "common/rpc/status.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace ronghe::rpc {
namespace {

using ::ronghe::rpc::testing::v1::Thing;
using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::IsOkAndHolds;
using ::ronghe::testing::StatusIs;

TEST(PageTokenTest, OpensOnlyWhatItSealed) {
  const PageTokens tokens("0123456789abcdef");
  const std::string token = tokens.Seal("/s/m", "filter", std::string("cur\0sor", 7));
  EXPECT_THAT(token, ::testing::Not(::testing::HasSubstr("=")));
  absl::StatusOr<std::string> cursor = tokens.Open("/s/m", "filter", token);
  ASSERT_THAT(cursor, IsOk());
  EXPECT_EQ(*cursor, std::string("cur\0sor", 7));

  // Nothing of it can be read, and asking twice gives the same.
  EXPECT_THAT(*crypto::Base64UrlDecode(token), ::testing::Not(::testing::HasSubstr("cur")));
  EXPECT_EQ(tokens.Seal("/s/m", "filter", *cursor), token);

  EXPECT_THAT(tokens.Open("/s/other", "filter", token).status(), HasReason("PAGE_TOKEN_INVALID"));
  EXPECT_THAT(tokens.Open("/s/m", "other", token).status(), HasReason("PAGE_TOKEN_INVALID"));
  EXPECT_THAT(PageTokens("another key 1234").Open("/s/m", "filter", token).status(),
              HasReason("PAGE_TOKEN_INVALID"));
}

TEST(PageTokenTest, RefusesEveryChangedByte) {
  const PageTokens tokens("0123456789abcdef");
  const std::string token = tokens.Seal("/s/m", "f", "cursor");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(tokens.Open("/s/m", "f", changed).status(), HasReason("PAGE_TOKEN_INVALID"))
        << "at " << i;
  }
  for (const char* bad : {"", "AQ", "!!!!", "organizations/1"}) {
    EXPECT_THAT(tokens.Open("/s/m", "f", bad).status(), HasReason("PAGE_TOKEN_INVALID"));
  }
  EXPECT_THAT(tokens.Open("/s/m", "f", std::string(100'000, 'A')).status(),
              HasReason("PAGE_TOKEN_INVALID"));
}

TEST(PageTokenTest, MethodAndFilterDoNotRunIntoEachOther) {
  const PageTokens tokens("0123456789abcdef");
  EXPECT_THAT(tokens.Open("ab", "c", tokens.Seal("a", "bc", "x")).status(),
              HasReason("PAGE_TOKEN_INVALID"));
}

TEST(PageTokenTest, OpensANumberOrStartsAtTheFirst) {
  const PageTokens tokens("0123456789abcdef");
  EXPECT_THAT(tokens.OpenNumber("/s/m", "f", "", 7), IsOkAndHolds(7));
  EXPECT_THAT(tokens.OpenNumber("/s/m", "f", tokens.Seal("/s/m", "f", "-42"), 7),
              IsOkAndHolds(-42));
  EXPECT_THAT(tokens.OpenNumber("/s/m", "f", "AQ", 7), HasReason("PAGE_TOKEN_INVALID"));
  EXPECT_THAT(tokens.OpenNumber("/s/m", "f", tokens.Seal("/s/m", "f", "x"), 7),
              StatusIs(absl::StatusCode::kInternal));
}

TEST(PageSizeTest, HasADefaultAndACap) {
  EXPECT_EQ(PageSize(0), 50);
  EXPECT_EQ(PageSize(-3), 50);
  EXPECT_EQ(PageSize(1), 1);
  EXPECT_EQ(PageSize(200), 200);
  EXPECT_EQ(PageSize(201), 200);
}

TEST(EtagTest, ComparesVersions) {
  EXPECT_EQ(EtagOf(7), "7");
  for (const char* good : {"", "7", "\"7\"", "W/\"7\""}) {
    EXPECT_THAT(CheckEtag(good, 7), IsOk()) << good;
  }
  for (const char* bad : {"8", "07", "\"7", "7 ", "*", "\""}) {
    EXPECT_THAT(CheckEtag(bad, 7), HasReason("ETAG_MISMATCH")) << bad;
  }
}

TEST(FieldMaskTest, CopiesNamedFieldsOnly) {
  Thing source, target;
  source.set_title("new");
  source.set_size(5);
  source.add_parts()->set_name("p");
  source.mutable_inner()->set_code("123");
  target.set_title("old");
  target.set_code("999");
  target.set_size(1);
  target.add_parts()->set_name("a");
  target.add_parts()->set_name("b");
  target.mutable_inner()->set_title("kept");
  google::protobuf::FieldMask mask;
  mask.add_paths("title");
  mask.add_paths("parts");
  mask.add_paths("inner.code");
  mask.add_paths("code");
  ASSERT_THAT(ApplyMask(mask, source, &target), IsOk());
  EXPECT_EQ(target.title(), "new");
  EXPECT_EQ(target.size(), 1);
  EXPECT_EQ(target.code(), "") << "named and absent from the source: cleared";
  ASSERT_EQ(target.parts_size(), 1);
  EXPECT_EQ(target.parts(0).name(), "p");
  EXPECT_EQ(target.inner().title(), "kept");
  EXPECT_EQ(target.inner().code(), "123");
}

TEST(FieldMaskTest, EmptyMaskMeansWhatIsSet) {
  Thing source, target;
  source.set_title("new");
  target.set_title("old");
  target.set_code("999");
  ASSERT_THAT(ApplyMask({}, source, &target), IsOk());
  EXPECT_EQ(target.title(), "new");
  EXPECT_EQ(target.code(), "999");
}

TEST(FieldMaskTest, UnknownPathsChangeNothing) {
  Thing source, target;
  source.set_title("new");
  google::protobuf::FieldMask mask;
  mask.add_paths("title");
  mask.add_paths("no_such");
  mask.add_paths("parts.name");
  mask.add_paths("title.deeper");
  const absl::Status status = ApplyMask(mask, source, &target);
  EXPECT_THAT(status, HasReason("FIELD_INVALID"));
  EXPECT_EQ(error::FieldViolations(status).size(), 3u);
  EXPECT_EQ(target.title(), "");

  constexpr std::string_view kAllowed[] = {"title", "code"};
  EXPECT_THAT(CheckMask(mask, kAllowed), HasReason("FIELD_INVALID"));
  google::protobuf::FieldMask good;
  good.add_paths("code");
  EXPECT_THAT(CheckMask(good, kAllowed), IsOk());
  EXPECT_TRUE(MaskCovers(good, "code"));
  EXPECT_TRUE(MaskCovers(good, "code.part"));
  EXPECT_FALSE(MaskCovers(good, "codec"));
  EXPECT_TRUE(MaskCovers({}, "anything"));
}

TEST(ConvertTest, DaysThereAndBack) {
  for (const absl::CivilDay day :
       {absl::CivilDay(1900, 1, 1), absl::CivilDay(2024, 2, 29), absl::CivilDay(9999, 12, 31)}) {
    absl::StatusOr<absl::CivilDay> back = FromProto(ToProto(day));
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(*back, day);
  }
  const auto date = [](int year, int month, int day) {
    google::type::Date made;
    made.set_year(year);
    made.set_month(month);
    made.set_day(day);
    return made;
  };
  for (const auto& bad : {date(2023, 2, 29), date(2024, 13, 1), date(2024, 0, 1), date(0, 1, 1),
                          date(2024, 4, 31), date(10000, 1, 1), date(2024, 1, 0)}) {
    EXPECT_THAT(FromProto(bad).status(), HasReason("FIELD_INVALID")) << bad.ShortDebugString();
  }
}

TEST(ConvertTest, InstantsThereAndBack) {
  for (const int64_t micros : {int64_t{0}, int64_t{1'700'000'000'123'456}, int64_t{-1}}) {
    absl::StatusOr<absl::Time> back = FromProto(ToProto(absl::FromUnixMicros(micros)));
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(*back, absl::FromUnixMicros(micros));
  }
  EXPECT_EQ(ToProto(absl::InfiniteFuture()).seconds(), 253402300799);
  EXPECT_EQ(ToProto(absl::InfinitePast()).seconds(), -62135596800);
  google::protobuf::Timestamp bad;
  bad.set_nanos(-1);
  EXPECT_THAT(FromProto(bad).status(), HasReason("FIELD_INVALID"));
  bad.set_nanos(0);
  bad.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_THAT(FromProto(bad).status(), HasReason("FIELD_INVALID"));
}

TEST(StatusTest, CataloguedErrorsCrossTheWireWhole) {
  const absl::Status status =
      error::WithRetryAfter(error::Make(absl::StatusCode::kFailedPrecondition, "QUORUM_MISSING",
                                        "到会人数不足", {{"required", "12"}, {"actual", "9"}}),
                            absl::Seconds(3));
  const absl::Status back = FromGrpc(ToGrpc(Presentable(status, trace::Context::New())));
  EXPECT_EQ(back, status);
  EXPECT_EQ(error::MetadataValue(back, "actual"), "9");
  EXPECT_EQ(error::RetryAfter(back), absl::Seconds(3));
}

TEST(StatusTest, NothingOfOurInsideIsShown) {
  const trace::Context trace = trace::Context::New();
  for (const absl::Status& status :
       {absl::InternalError("SELECT secret FROM member"), absl::UnknownError("SELECT secret"),
        absl::DataLossError("secret"),
        error::Make(absl::StatusCode::kInternal, "SQL_FAILED", "secret", {{"sql", "secret"}}),
        absl::NotFoundError("secret"), absl::UnavailableError("secret 10.0.0.1"),
        absl::InvalidArgumentError("secret")}) {
    const grpc::Status shown = ToGrpc(Presentable(status, trace));
    EXPECT_EQ(shown.error_message().find("secret"), std::string::npos) << status;
    EXPECT_EQ(shown.error_details().find("secret"), std::string::npos) << status;
    EXPECT_FALSE(error::Reason(FromGrpc(shown)).empty()) << status;
    EXPECT_FALSE(error::MessageZh(FromGrpc(shown)).empty()) << status;
  }
  const absl::Status internal = Presentable(absl::InternalError("x"), trace);
  EXPECT_THAT(internal, HasReason("INTERNAL"));
  EXPECT_EQ(error::MetadataValue(internal, "trace_id"), trace.trace_id);
}

TEST(StatusTest, LongErrorsAreCutAndStayReadable) {
  std::vector<error::FieldViolation> violations;
  for (int i = 0; i < 200; ++i) {
    violations.push_back({"members[" + std::to_string(i) + "].phone", std::string(300, 'x')});
  }
  error::Metadata metadata;
  std::string chinese;
  for (int i = 0; i < 2000; ++i) chinese += "党";
  for (int i = 0; i < 100; ++i) metadata.emplace_back("key" + std::to_string(i), chinese);
  for (const absl::Status& status :
       {error::InvalidFields(violations),
        error::Make(absl::StatusCode::kAborted, "LONG", chinese, metadata),
        absl::Status(absl::StatusCode::kAborted, chinese)}) {
    const grpc::Status cut = ToGrpc(status);
    size_t encoded = 0;
    for (char c : cut.error_message()) encoded += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
    EXPECT_LE(encoded, kMaxMessageBytes);
    EXPECT_LE(cut.error_details().size(), kMaxDetailBytes);
    google::rpc::Status details;
    EXPECT_TRUE(details.ParseFromString(cut.error_details()));
    EXPECT_EQ(error::Reason(FromGrpc(cut)), error::Reason(status));
  }
  EXPECT_GE(error::FieldViolations(FromGrpc(ToGrpc(error::InvalidFields(violations)))).size(), 5u);
}

TEST(CancelTest, HooksRunOnceAndOnlyWhileTheyLive) {
  auto token = std::make_shared<CancelToken>();
  int runs = 0;
  {
    CancelHook gone(token, [&] { ++runs; });
  }
  CancelHook alive(token, [&] { ++runs; });
  token->Cancel();
  token->Cancel();
  EXPECT_EQ(runs, 1);
  CancelHook late(token, [&] { ++runs; });
  EXPECT_EQ(runs, 2);
  CancelHook none(nullptr, [&] { ++runs; });
  EXPECT_EQ(runs, 2);
}

TEST(CallContextTest, ComesBackAsItWas) {
  for (const CallContext& context :
       {CallContext{}, CallContext{.peer = "10.0.0.1"}, CallContext{.purpose = "a=b;c%\r\n督查"},
        CallContext{.peer = "2001:db8::1", .purpose = "x", .validate_only = true}}) {
    const std::string text = context.Encode();
    EXPECT_EQ(CallContext::Parse(text), context) << text;
    EXPECT_EQ(text.empty(), context.empty());
    for (char c : text) EXPECT_TRUE(c > ' ' && c < 0x7f) << text;
  }
  EXPECT_EQ(CallContext::Parse(CallContext{.purpose = std::string(1000, 'x')}.Encode()).purpose,
            std::string(256, 'x'));
}

TEST(CallContextTest, ForgivesWhatItDoesNotKnow) {
  EXPECT_EQ(CallContext::Parse(";;=;x=y;peer=1.2.3.4;dry"), CallContext{.peer = "1.2.3.4"});
  EXPECT_EQ(CallContext::Parse("peer=%;purpose=%4"), CallContext{});
  EXPECT_EQ(CallContext::Parse("dry=0"), CallContext{});
}

TEST(RefusalTest, WhatIsTakenIsRefusedAndAFaultOfOursIsNot) {
  // "Already there" says that it is there, which the caller could perhaps not see.
  EXPECT_TRUE(IsRefusal(absl::AlreadyExistsError("")));
  EXPECT_TRUE(IsRefusal(absl::PermissionDeniedError("")));
  EXPECT_FALSE(IsRefusal(absl::InternalError("")));
  EXPECT_FALSE(IsRefusal(error::Make(absl::StatusCode::kResourceExhausted, "OVERLOADED", "")));
}

}  // namespace
}  // namespace ronghe::rpc
