#include "services/gateway/transcode/json_parser.h"

#include <gtest/gtest.h>

#include "common/error/error.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/gateway/transcode/testdata/kitchen.pb.h"
#include "services/gateway/transcode/testdata/random_message.h"

namespace ronghe::gateway::transcode {
namespace {

using testdata::RandomMessage;
using testdata::v1::Kitchen;

const Schema& KitchenSchema() {
  static const Schema* const schema = [] {
    google::protobuf::FileDescriptorSet set;
    std::set<std::string> added;
    std::function<void(const google::protobuf::FileDescriptor*)> add =
        [&](const google::protobuf::FileDescriptor* file) {
          if (!added.insert(file->name()).second) return;
          for (int i = 0; i < file->dependency_count(); ++i) add(file->dependency(i));
          file->CopyTo(set.add_file());
          file->CopyJsonNameTo(&*set.mutable_file()->rbegin());
        };
    add(Kitchen::descriptor()->file());
    return Schema::FromProto(set)->release();
  }();
  return *schema;
}

const MessageTable& KitchenType() {
  return *KitchenSchema().Message(Kitchen::descriptor()->full_name());
}

absl::StatusOr<Kitchen> Parse(std::string_view json) {
  std::string wire;
  const absl::Status status = ParseJson(KitchenType(), json, "", &wire);
  if (!status.ok()) return status;
  Kitchen kitchen;
  if (!kitchen.ParseFromString(wire)) return absl::InternalError("bad wire");
  return kitchen;
}

TEST(JsonParserTest, ReadsWhatJsonUtilPrints) {
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    RandomMessage random(seed);
    Kitchen kitchen;
    random.Fill(&kitchen);
    kitchen.clear_mask();
    kitchen.clear_any();
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = seed % 2 == 0;
    options.add_whitespace = seed % 3 == 0;
    options.always_print_enums_as_ints = seed % 5 == 0;
    std::string json;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(kitchen, &json, options).ok());
    Kitchen wanted;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &wanted).ok()) << json;
    const auto parsed = Parse(json);
    ASSERT_TRUE(parsed.ok()) << seed << parsed.status() << json;
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*parsed, wanted))
        << seed << "\n"
        << json << "\n"
        << parsed->ShortDebugString() << "\n"
        << wanted.ShortDebugString();
  }
}

TEST(JsonParserTest, FieldMasksTakeBothSpellings) {
  const auto parsed = Parse(R"({"mask":"displayName,inner.a_b"})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->mask().paths(0), "display_name");
  EXPECT_EQ(parsed->mask().paths(1), "inner.a_b");
}

TEST(JsonParserTest, NumbersTakeEveryFormOfAWholeNumber) {
  const auto parsed =
      Parse(R"({"anInt64":"-9223372036854775808","aUint64":18446744073709551615,"anInt32":1.0,)"
            R"("aSint32":"2e2","aDouble":"-Infinity","aFloat":1e-3})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->an_int64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parsed->a_uint64(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(parsed->an_int32(), 1);
  EXPECT_EQ(parsed->a_sint32(), 200);
}

struct Bad {
  const char* name;
  std::string json;
  const char* reason;
  // The path of the violation, or the offset of the syntax error.
  const char* where;
};

class BadJsonTest : public testing::TestWithParam<Bad> {};

TEST_P(BadJsonTest, IsRefusedWithItsPlace) {
  const auto parsed = Parse(GetParam().json);
  ASSERT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << GetParam().json;
  EXPECT_EQ(error::Reason(parsed.status()), GetParam().reason) << parsed.status();
  EXPECT_FALSE(error::MessageZh(parsed.status()).empty());
  // What was sent does not come back.
  EXPECT_FALSE(absl::StrContains(parsed.status().ToString(), "110105194912310021"));
  EXPECT_FALSE(absl::StrContains(parsed.status().ToString(), "KIND_NINE"));
  if (std::string_view(GetParam().reason) == "FIELD_INVALID") {
    const auto violations = error::FieldViolations(parsed.status());
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].field, GetParam().where) << violations[0].description_zh;
  } else if (*GetParam().where != '\0') {
    EXPECT_EQ(error::MetadataValue(parsed.status(), "offset"), GetParam().where);
  }
}

std::string Nested(int depth) {
  std::string json;
  for (int i = 0; i < depth; ++i) json += R"({"inner":)";
  json += "{}";
  for (int i = 0; i < depth; ++i) json += "}";
  return json;
}
const std::string kDeep = Nested(80);

INSTANTIATE_TEST_SUITE_P(
    All, BadJsonTest,
    testing::Values(
        Bad{"Empty", "", "JSON_INVALID", "0"}, Bad{"NotAnObject", "[1]", "FIELD_INVALID", "(body)"},
        Bad{"Truncated", R"({"aString":"x)", "JSON_INVALID", ""},
        Bad{"TrailingText", R"({} x)", "JSON_INVALID", "3"},
        Bad{"TrailingComma", R"({"aBool":true,})", "JSON_INVALID", "14"},
        Bad{"UnknownField", R"({"inner":{"nothing":1}})", "FIELD_INVALID", "inner.nothing"},
        Bad{"Twice", R"({"aString":"x","a_string":"y"})", "FIELD_INVALID", "a_string"},
        Bad{"MapKeyTwice", R"({"stringMap":{"k":"1","k":"2"}})", "FIELD_INVALID", "string_map.k"},
        Bad{"StructKeyTwice", R"({"aStruct":{"k":1,"k":2}})", "FIELD_INVALID", "a_struct.k"},
        Bad{"StringForBool", R"({"aBool":"true"})", "FIELD_INVALID", "a_bool"},
        Bad{"NumberForString", R"({"aString":1})", "FIELD_INVALID", "a_string"},
        Bad{"ObjectForString", R"({"aString":{}})", "FIELD_INVALID", "a_string"},
        Bad{"ArrayForMessage", R"({"inner":[]})", "FIELD_INVALID", "inner"},
        Bad{"ScalarForArray", R"({"strings":"x"})", "FIELD_INVALID", "strings"},
        Bad{"WrongElement", R"({"int32s":[1,"x"]})", "FIELD_INVALID", "int32s[1]"},
        Bad{"NullElement", R"({"strings":["a",null]})", "FIELD_INVALID", "strings[1]"},
        Bad{"DeepElement", R"({"inners":[{},{"numbers":[1,2,true]}]})", "FIELD_INVALID",
            "inners[1].numbers[2]"},
        Bad{"Int32TooLarge", R"({"anInt32":2147483648})", "FIELD_INVALID", "an_int32"},
        Bad{"Int64TooLarge", R"({"anInt64":"9223372036854775808"})", "FIELD_INVALID", "an_int64"},
        Bad{"HugeNumber", R"({"anInt64":1e400})", "FIELD_INVALID", "an_int64"},
        Bad{"Fraction", R"({"anInt32":1.5})", "FIELD_INVALID", "an_int32"},
        Bad{"NegativeUnsigned", R"({"aUint32":-1})", "FIELD_INVALID", "a_uint32"},
        Bad{"DoubleTooLarge", R"({"aDouble":1e999})", "FIELD_INVALID", "a_double"},
        Bad{"FloatTooLarge", R"({"aFloat":1e39})", "FIELD_INVALID", "a_float"},
        Bad{"LeadingZero", R"({"anInt32":01})", "JSON_INVALID", ""},
        Bad{"LeadingPlus", R"({"anInt32":+1})", "JSON_INVALID", ""},
        Bad{"SpaceInNumber", R"({"anInt32":" 1"})", "FIELD_INVALID", "an_int32"},
        Bad{"BareNaN", R"({"aDouble":NaN})", "JSON_INVALID", ""},
        Bad{"UnknownEnum", R"({"kind":"KIND_NINE"})", "FIELD_INVALID", "kind"},
        Bad{"UnknownEnumNumber", R"({"kind":9})", "FIELD_INVALID", "kind"},
        Bad{"BadBase64", R"({"aBytes":"a*b"})", "FIELD_INVALID", "a_bytes"},
        Bad{"Base64Length", R"({"aBytes":"abcde"})", "FIELD_INVALID", "a_bytes"},
        Bad{"LoneHighSurrogate", R"({"aString":"\ud800x"})", "JSON_INVALID", ""},
        Bad{"LoneLowSurrogate", R"({"aString":"\udc00"})", "JSON_INVALID", ""},
        Bad{"HighThenHigh", R"({"aString":"\ud800\ud800"})", "JSON_INVALID", ""},
        Bad{"BadEscape", R"({"aString":"\x"})", "JSON_INVALID", ""},
        Bad{"ControlCharacter", "{\"aString\":\"a\nb\"}", "JSON_INVALID", ""},
        Bad{"InvalidUtf8", "{\"aString\":\"\xff\"}", "JSON_INVALID", ""},
        Bad{"OverlongUtf8", "{\"aString\":\"\xc0\xaf\"}", "JSON_INVALID", ""},
        Bad{"InvalidUtf8Key", "{\"\xff\":1}", "JSON_INVALID", ""},
        Bad{"TwoOfAOneof", R"({"chosenString":"x","chosenBool":true})", "FIELD_INVALID",
            "chosen_bool"},
        Bad{"BadTime", R"({"time":"2026-02-30T00:00:00Z"})", "FIELD_INVALID", "time"},
        Bad{"TimeWithoutZone", R"({"time":"2026-02-03T00:00:00"})", "FIELD_INVALID", "time"},
        Bad{"BadDuration", R"({"duration":"5m"})", "FIELD_INVALID", "duration"},
        Bad{"BadMask", R"({"mask":"a b"})", "FIELD_INVALID", "mask"},
        Bad{"MaskOfCapitals", R"({"mask":"NN"})", "FIELD_INVALID", "mask"},
        Bad{"MaskThatEndsInADot", R"({"mask":"inner."})", "FIELD_INVALID", "mask"},
        Bad{"MaskWithTwoUnderscores", R"({"mask":"a__b"})", "FIELD_INVALID", "mask"},
        Bad{"MaskWithAnEmptyPath", R"({"mask":"a,,b"})", "FIELD_INVALID", "mask"},
        Bad{"Any", R"({"any":{"@type":"x"}})", "FIELD_INVALID", "any"},
        Bad{"NulEscape", R"({"aString":"a\u0000b"})", "JSON_INVALID", ""},
        Bad{"Nul", std::string("{\"aString\":\"a\0b\"}", 17), "JSON_INVALID", ""},
        Bad{"NulAfterTheEnd", std::string("{}\0", 3), "JSON_INVALID", "2"},
        Bad{"ByteOrderMark", "\xef\xbb\xbf{}", "JSON_INVALID", "0"},
        Bad{"TwoDocuments", "{}{}", "JSON_INVALID", "2"},
        Bad{"Comment", "{/*x*/}", "JSON_INVALID", "1"},
        Bad{"SingleQuotes", "{'aString':'x'}", "JSON_INVALID", "1"},
        Bad{"ValueAsName", R"({"110105194912310021":1})", "FIELD_INVALID", "(unknown)"},
        Bad{"NameThatIsNoWord", R"({"a b\r\nX: y":1})", "FIELD_INVALID", "(unknown)"},
        Bad{"ManyDigits", "{\"anInt64\":" + std::string(100000, '9') + "}", "FIELD_INVALID",
            "an_int64"},
        Bad{"ManyDigitsOfADouble", "{\"aDouble\":0." + std::string(100000, '9') + "}",
            "FIELD_INVALID", "a_double"},
        Bad{"DeepArrays", std::string(100000, '['), "FIELD_INVALID", "(body)"},
        Bad{"DeepValue", "{\"aValue\":" + std::string(100000, '['), "JSON_INVALID", ""},
        Bad{"TooDeep", kDeep, "JSON_INVALID", ""}),
    [](const auto& info) { return info.param.name; });

TEST(JsonParserTest, NullMeansNotSet) {
  const auto parsed = Parse(R"({"inner":null,"strings":null,"aString":null,"aValue":null})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_FALSE(parsed->has_inner());
  EXPECT_EQ(parsed->a_value().kind_case(), google::protobuf::Value::kNullValue);
}

TEST(JsonParserTest, SurrogatePairsAndEscapesBecomeUtf8) {
  const auto parsed = Parse(R"({"aString":"\u515a\u5458\ud842\udfb7\/\b\f\n\r\t\"\\"})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->a_string(), "党员𠮷/\b\f\n\r\t\"\\");
}

TEST(JsonParserTest, LongNestedMessagesKeepTheirLength) {
  const std::string text(100000, 'x');
  const auto parsed =
      Parse(absl::StrCat(R"({"inner":{"inner":{"text":")", text, R"("},"text":"y"}})"));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->inner().inner().text(), text);
  EXPECT_EQ(parsed->inner().text(), "y");
}

// Whatever text comes, what is accepted is a message.
TEST(JsonParserTest, RandomTextNeverBreaksIt) {
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    RandomMessage random(seed);
    Kitchen kitchen;
    random.Fill(&kitchen, 2);
    std::string json;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(kitchen, &json).ok());
    static constexpr char kBytes[] = "{}[]\",:\\u0d8e+-.nulltrue\xe5\xff";
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      const size_t at = random.Below(json.size());
      if (random.Below(2) == 0) {
        json[at] = kBytes[random.Below(sizeof kBytes - 1)];
      } else {
        json.erase(at, 1 + random.Below(5));
        if (json.empty()) json = "{";
      }
    }
    const auto parsed = Parse(json);
    EXPECT_NE(parsed.status().code(), absl::StatusCode::kInternal) << json;
  }
}

TEST(AppendTextTest, SetsNestedFieldsAndWellKnownTypes) {
  const auto text = [](std::string_view path, std::string_view value, std::string* wire) {
    const auto resolved = ResolvePath(KitchenType(), path);
    return resolved.ok() ? AppendText(*resolved, value, wire) : resolved.status();
  };
  std::string wire;
  EXPECT_TRUE(text("inner.inner.text", "深", &wire).ok());
  EXPECT_TRUE(text("anInt64", "-5", &wire).ok());
  EXPECT_TRUE(text("kind", "KIND_TWO", &wire).ok());
  EXPECT_TRUE(text("time", "2026-11-23T08:00:00+08:00", &wire).ok());
  EXPECT_TRUE(text("strings", "a", &wire).ok());
  EXPECT_TRUE(text("strings", "b", &wire).ok());
  EXPECT_TRUE(text("wrappedBool", "true", &wire).ok());
  EXPECT_TRUE(text("wrapped_int64", "7", &wire).ok());
  EXPECT_FALSE(text("an_int32", "seven", &wire).ok());
  EXPECT_FALSE(text("a_bool", "yes", &wire).ok());
  EXPECT_FALSE(text("inner", "x", &wire).ok());
  EXPECT_FALSE(text("strings.x", "x", &wire).ok());
}

}  // namespace
}  // namespace ronghe::gateway::transcode
