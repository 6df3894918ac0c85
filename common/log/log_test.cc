#include "common/log/log.h"

#include <limits>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log_testing.pb.h"
#include "common/trace/trace.h"
#include "gmock/gmock.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace ronghe::log {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

google::protobuf::Struct ParseLine(const std::string& line) {
  google::protobuf::Struct parsed;
  auto status = google::protobuf::util::JsonStringToMessage(line, &parsed);
  EXPECT_TRUE(status.ok()) << status << "\n" << line;
  return parsed;
}

TEST(LogTest, ALineIsOneJsonObject) {
  Init("membership", Level::kInfo);
  Capture capture;
  Info("call_finished", {{"method", "Get\"Member\\\n\x01"},
                         {"count", 42},
                         {"seconds", 0.25},
                         {"ok", true},
                         {"status", absl::NotFoundError("gone")},
                         {"took", absl::Milliseconds(1500)},
                         {"name", std::string("党员")}});
  std::string line = capture.Text();
  ASSERT_TRUE(line.ends_with('\n'));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  auto fields = ParseLine(line).fields();
  EXPECT_EQ(fields.at("level").string_value(), "info");
  EXPECT_EQ(fields.at("service").string_value(), "membership");
  EXPECT_EQ(fields.at("event").string_value(), "call_finished");
  EXPECT_EQ(fields.at("method").string_value(), "Get\"Member\\\n\x01");
  EXPECT_EQ(fields.at("count").number_value(), 42);
  EXPECT_EQ(fields.at("seconds").number_value(), 0.25);
  EXPECT_TRUE(fields.at("ok").bool_value());
  EXPECT_EQ(fields.at("status").string_value(), "NOT_FOUND: gone");
  EXPECT_EQ(fields.at("took").number_value(), 1.5);
  EXPECT_EQ(fields.at("name").string_value(), "党员");
  EXPECT_FALSE(fields.contains("trace_id"));
}

TEST(LogTest, CarriesTheCurrentTrace) {
  Capture capture;
  trace::Context context = trace::Context::New();
  trace::Scope scope(context);
  Warn("slow");
  auto fields = ParseLine(capture.Text()).fields();
  EXPECT_EQ(fields.at("trace_id").string_value(), context.trace_id);
  EXPECT_EQ(fields.at("span_id").string_value(), context.span_id);
}

TEST(LogTest, BadValuesStillGiveAJsonLine) {
  Capture capture;
  Error("odd", {{"text", "a\xFFz"}, {"number", std::numeric_limits<double>::infinity()}});
  auto fields = ParseLine(capture.Text()).fields();
  EXPECT_EQ(fields.at("text").string_value(), "a\xEF\xBF\xBDz");
  EXPECT_TRUE(fields.at("number").has_null_value());
}

TEST(LogTest, LevelsBelowTheLeastAreSilent) {
  Capture capture;
  Init("x", Level::kWarn);
  Info("hidden");
  Warn("shown");
  EXPECT_FALSE(Enabled(Level::kInfo));
  Init("x", Level::kDebug);
  Debug("now_shown");
  Init("x", Level::kInfo);
  EXPECT_THAT(capture.Text(), Not(HasSubstr("hidden")));
  EXPECT_THAT(capture.Text(), HasSubstr("\"shown\""));
  EXPECT_THAT(capture.Text(), HasSubstr("now_shown"));
}

TEST(LogTest, ParsesLevels) {
  EXPECT_EQ(ParseLevel("").value(), Level::kInfo);
  EXPECT_EQ(ParseLevel("debug").value(), Level::kDebug);
  EXPECT_EQ(ParseLevel("error").value(), Level::kError);
  EXPECT_EQ(error::Reason(ParseLevel("loud").status()), "LOG_LEVEL_INVALID");
}

TEST(LogTest, ThreadsDoNotMixLines) {
  Capture capture;
  {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 200; ++i) Info("line", {{"thread", t}, {"i", i}});
      });
    }
    for (auto& thread : threads) thread.join();
  }
  std::vector<std::string> lines = absl::StrSplit(capture.Text(), '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.size(), 800u);
  for (const std::string& line : lines) ParseLine(line);
}

TEST(RedactTest, HidesSensitiveFieldsAtEveryDepth) {
  testing::Person person;
  person.set_name("张三");
  person.set_phone("13800000000");
  person.add_cards("11010519491231002X");
  person.add_relatives()->set_phone("13900000000");
  person.mutable_relatives(0)->set_name("李四");
  person.mutable_partner()->set_name("王五");
  (*person.mutable_friends())["a"].set_phone("13700000000");
  (*person.mutable_friends())["a"].set_name("赵六");
  (*person.mutable_friends())["a"].set_full_name("钱七");
  std::string text = Redact(person);
  EXPECT_THAT(text, HasSubstr("name: \"张三\""));
  EXPECT_THAT(text, HasSubstr("phone: [redacted]"));
  EXPECT_THAT(text, HasSubstr("李四"));
  EXPECT_THAT(text, HasSubstr("赵六"));
  for (const char* hidden :
       {"13800000000", "13900000000", "13700000000", "1101051949", "王五", "钱七"}) {
    EXPECT_THAT(text, Not(HasSubstr(hidden)));
  }
  EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST(RedactTest, DoesNotLookIntoPackedOrUnknownBytes) {
  testing::Person person;
  person.set_phone("13800000000");
  google::protobuf::Any any;
  any.PackFrom(person);
  EXPECT_THAT(Redact(any), Not(HasSubstr("13800000000")));
  testing::Person unknown;
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddLengthDelimited(99, "13800000000");
  EXPECT_EQ(Redact(unknown), "");
}

TEST(RedactTest, CutsLongTextBetweenCharacters) {
  testing::Person person;
  for (int i = 0; i < 3000; ++i) person.mutable_name()->append("党");
  std::string text = Redact(person);
  EXPECT_LE(text.size(), 4096u);
  EXPECT_TRUE(base::IsValidUtf8(text));
  EXPECT_TRUE(text.ends_with("…"));
}

}  // namespace
}  // namespace ronghe::log
