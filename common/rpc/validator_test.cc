#include "common/rpc/validator.h"

#include <string>
#include <vector>

#include "common/error/error.h"
#include "common/rpc/rpc_testing.pb.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::rpc {
namespace {

using ::ronghe::rpc::testing::v1::BadPatternRequest;
using ::ronghe::rpc::testing::v1::EchoRequest;
using ::ronghe::rpc::testing::v1::Thing;
using ::ronghe::rpc::testing::v1::UpdateThingRequest;
using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::UnorderedElementsAre;

Thing Good() {
  Thing thing;
  thing.set_name("things/1");
  thing.set_title("党员");
  return thing;
}

std::vector<std::string> Violations(const google::protobuf::Message& message) {
  const absl::Status status = ValidationPlan::Of(message.GetDescriptor()).Check(message);
  if (status.ok()) return {};
  EXPECT_THAT(status, HasReason("FIELD_INVALID"));
  std::vector<std::string> fields;
  for (const error::FieldViolation& violation : error::FieldViolations(status)) {
    EXPECT_FALSE(violation.description_zh.empty());
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(ValidatorTest, AcceptsWhatKeepsTheLimits) {
  Thing thing = Good();
  EXPECT_THAT(Violations(thing), UnorderedElementsAre());
  thing.set_code("123");
  thing.set_size(10);
  thing.set_weight(0);
  thing.set_look(testing::v1::LOOK_SHINY);
  *thing.add_parts() = Good();
  (*thing.mutable_labels())["k"] = "v";
  thing.set_data(std::string(100'000, 'x'));
  EXPECT_THAT(Violations(thing), UnorderedElementsAre());
}

TEST(ValidatorTest, NamesEveryViolationAtOnce) {
  Thing thing;
  thing.set_title("一二三四五六");
  thing.set_code("12a");
  thing.set_size(11);
  thing.set_weight(-1);
  thing.set_look(static_cast<testing::v1::Look>(9));
  *thing.add_parts() = Good();
  thing.add_parts()->set_name("things/2");
  thing.mutable_inner()->set_title("甲");
  EXPECT_THAT(Violations(thing),
              UnorderedElementsAre("name", "title", "code", "size", "weight", "look",
                                   "parts[1].title", "inner.name", "inner.title"));
}

TEST(ValidatorTest, LengthsCountCharacters) {
  Thing thing = Good();
  thing.set_title("一二三四五");  // 15 bytes
  EXPECT_THAT(Violations(thing), UnorderedElementsAre());
  thing.set_title("𠀀𠀁𠀂𠀃𠀄");  // 20 bytes
  EXPECT_THAT(Violations(thing), UnorderedElementsAre());
  thing.set_title("党");
  EXPECT_THAT(Violations(thing), UnorderedElementsAre("title"));
}

TEST(ValidatorTest, DefaultsHoldWhereNothingIsSaid) {
  EchoRequest echo;
  echo.set_text(std::string(4096, 'a'));
  EXPECT_THAT(Violations(echo), UnorderedElementsAre());
  echo.set_text(std::string(4097, 'a'));
  EXPECT_THAT(Violations(echo), UnorderedElementsAre("text"));
  Thing thing = Good();
  for (int i = 0; i < 1000; ++i) thing.add_notes("n");
  EXPECT_THAT(Violations(thing), UnorderedElementsAre());
  thing.add_notes("n");
  EXPECT_THAT(Violations(thing), UnorderedElementsAre("notes"));
  thing.clear_notes();
  (*thing.mutable_labels())["k"] = std::string(5000, 'a');
  EXPECT_THAT(Violations(thing), UnorderedElementsAre("labels[0].value"));
}

TEST(ValidatorTest, ZeroThatMayMeanAbsentIsNotAViolation) {
  Thing thing = Good();
  thing.set_size(0);
  EXPECT_THAT(Violations(thing), UnorderedElementsAre());
  thing.set_size(-1);
  EXPECT_THAT(Violations(thing), UnorderedElementsAre("size"));
}

TEST(ValidatorTest, UpdatesRequireOnlyWhatTheMaskNames) {
  UpdateThingRequest request;
  EXPECT_THAT(Violations(request), UnorderedElementsAre("thing"));
  request.mutable_thing()->set_name("things/1");
  request.mutable_thing()->set_size(3);
  EXPECT_THAT(Violations(request), UnorderedElementsAre());
  request.mutable_update_mask()->add_paths("size");
  EXPECT_THAT(Violations(request), UnorderedElementsAre());
  request.mutable_update_mask()->add_paths("title");
  EXPECT_THAT(Violations(request), UnorderedElementsAre("thing.title"));
  request.mutable_thing()->clear_name();
  EXPECT_THAT(Violations(request), UnorderedElementsAre("thing.title", "thing.name"));
  request.mutable_thing()->set_size(11);
  request.mutable_update_mask()->clear_paths();
  EXPECT_THAT(Violations(request), UnorderedElementsAre("thing.name", "thing.size"));
}

TEST(ValidatorTest, DeepNestingIsRefused) {
  Thing thing = Good();
  Thing* at = &thing;
  for (int i = 0; i < 90; ++i) {
    at = at->mutable_inner();
    *at = Good();
  }
  EXPECT_EQ(Violations(thing).size(), 1u);
}

TEST(ValidatorTest, AtMostAHundredViolationsAreNamed) {
  Thing thing = Good();
  for (int i = 0; i < 900; ++i) thing.add_notes(std::string(5000, 'x'));
  EXPECT_EQ(Violations(thing).size(), 100u);
}

TEST(ValidatorTest, PersonalNumbersStandInSensitiveFieldsOnly) {
  Thing thing = Good();
  thing.set_owner_phone("13800138000");
  thing.set_password("secret 13800138000");
  EXPECT_THAT(Violations(thing), ::testing::IsEmpty());
  thing.add_notes("see 11010519491231002X");
  thing.mutable_labels()->insert({"call", "13800138000"});
  UpdateThingRequest request;
  *request.mutable_thing() = thing;
  const absl::Status status = ValidationPlan::Of(UpdateThingRequest::descriptor()).Check(request);
  EXPECT_THAT(status, HasReason("PERSONAL_DATA_IN_TEXT"));
  EXPECT_EQ(error::MetadataValue(status, "rule_id"), "P-04");
  EXPECT_EQ(error::FieldViolations(status).size(), 2u);
  EXPECT_EQ(status.ToString().find("13800138000"), std::string::npos);
}

TEST(ValidatorTest, FaultyPatternsAreFound) {
  EXPECT_EQ(ValidationPlan::Faults(BadPatternRequest::descriptor()).size(), 1u);
  EXPECT_TRUE(ValidationPlan::Faults(UpdateThingRequest::descriptor()).empty());
}

TEST(ParseFailureTest, NamesTheStringsThatAreNotUtf8) {
  // The tags of `thing` (1), and in it of `title` (2) and twice of `notes` (12).
  const std::string inner = std::string("\x12\x02\xff\xfe", 4) + std::string("\x62\x01g", 3) +
                            std::string("\x62\x01\xc0", 3);
  std::string bytes = "\x0a";
  bytes += static_cast<char>(inner.size());
  bytes += inner;
  const absl::Status status = ExplainParseFailure(UpdateThingRequest::descriptor(), bytes);
  EXPECT_THAT(status, HasReason("FIELD_INVALID"));
  std::vector<std::string> fields;
  for (const auto& violation : error::FieldViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, UnorderedElementsAre("thing.title", "thing.notes[1]"));
}

TEST(ParseFailureTest, OtherDamageIsMalformed) {
  for (const std::string& bytes : {std::string("\x0a\xff"), std::string("\x0a\x7f"),
                                   std::string("\xff\xff\xff\xff\xff\xff"), std::string("\x0b")}) {
    EXPECT_THAT(ExplainParseFailure(UpdateThingRequest::descriptor(), bytes),
                HasReason("REQUEST_MALFORMED"));
  }
}

}  // namespace
}  // namespace ronghe::rpc
