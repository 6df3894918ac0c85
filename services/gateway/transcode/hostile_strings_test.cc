// Can a text in any field of any request do more than stand in that field? Every string field of
// every request of the contracts gets every one of these texts, by the body, the path and the
// query.
#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const std::vector<std::string>& Texts() {
  using namespace std::string_literals;
  static const auto* const kTexts = new std::vector<std::string>{
      // SQL
      "' OR '1'='1",
      "\"; DROP TABLE member; --",
      "1; SELECT SLEEP(9)#",
      "%' UNION SELECT 1 -- ",
      "\\",
      "\\'",
      "`",
      "/*!50000 x */",
      "0x27",
      "?",
      ":1",
      "\x1a",
      "_%",
      "\xbf\x27",
      // headers and lines
      "a\r\nSet-Cookie: b=c",
      "a\nb",
      "a\rb",
      "\t",
      "Bearer x",
      "a;peer=1.2.3.4;dry=1",
      "a=b&c=d",
      // paths
      "../../etc/passwd",
      "..\\..\\x",
      ".",
      "..",
      "%2e%2e%2f",
      "%252e",
      "%00",
      "//h/x",
      "a/b",
      "a:b",
      "file:///etc/passwd",
      "organizations/1/../2",
      "members/*",
      "members/-",
      // what other readers run
      "<script>alert(1)</script>",
      "{{7*7}}",
      "${jndi:ldap://h/x}",
      "=cmd|' /C x'!A0",
      "%s%n%x",
      "$(x)",
      "`x`",
      "{\"a\":1}",
      "[",
      "null",
      "true",
      "-1",
      "1e400",
      "NaN",
      "99999999999999999999",
      // text that is not what it looks like
      "\u202e\u0645",
      "\u200b",
      "\ufeff",
      "e\u0301",
      "\U00020bb7",
      "\ufffd",
      "\uffff",
      "\u2028",
      "",
      "a\0b"s,
      "\0"s,
      "\xff",
      "\xc0\xae",
      "\xed\xa0\x80",
      "\xf4\x90\x80\x80",
      "\xe5\x85",
      std::string(70000, 'x'),
  };
  return *kTexts;
}

// The text as a JSON string: as it stands where that is allowed, or every unit escaped.
std::string Quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json.append({'\\', c});
    } else if (byte < 0x20) {
      absl::StrAppend(&json, "\\u", absl::Hex(byte, absl::kZeroPad4));
    } else {
      json.push_back(c);
    }
  }
  return json + "\"";
}

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    absl::StrAppend(&encoded, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
  }
  return encoded;
}

// A string field somewhere below a request: the fields to go through, and the JSON around it.
struct Place {
  std::vector<const Field*> path;
  std::string before, after;
};

// All places of `type`; a message inside itself is entered once.
void FindPlaces(const MessageTable& type, const Place& outer, std::set<const MessageTable*>* inside,
                std::vector<Place>* places) {
  if (type.well_known != WellKnown::kNone || !inside->insert(&type).second) return;
  for (const Field& field : type.fields) {
    if (field.map) continue;
    Place place = outer;
    place.path.push_back(&field);
    absl::StrAppend(&place.before, "{\"", field.json_name, "\":", field.repeated ? "[" : "");
    place.after = base::Cat(field.repeated ? "]}" : "}", place.after);
    if (field.type == FieldDescriptor::TYPE_STRING) places->push_back(place);
    if (field.message != nullptr) FindPlaces(*field.message, place, inside, places);
  }
  inside->erase(&type);
}

// The text at the end of `path`; nullopt when anything else is set in the message.
std::optional<std::string> OnlyText(const Message& message, const std::vector<const Field*>& path,
                                    size_t at = 0) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByNumber(path[at]->number);
  const bool last = at + 1 == path.size();
  if (set.empty() && last && !field->is_repeated()) return "";
  if (set.size() != 1 || set[0] != field) return std::nullopt;
  if (!reflection.GetUnknownFields(message).empty()) return std::nullopt;
  if (field->is_repeated() && reflection.FieldSize(message, field) != 1) return std::nullopt;
  if (last) {
    return field->is_repeated() ? reflection.GetRepeatedString(message, field, 0)
                                : reflection.GetString(message, field);
  }
  return OnlyText(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, 0)
                                       : reflection.GetMessage(message, field),
                  path, at + 1);
}

bool TypedRefusal(const absl::Status& status, std::string_view text) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return false;
  if (error::Reason(status).empty() || error::MessageZh(status).empty()) return false;
  // Long texts can't be in a message by chance.
  return text.size() < 8 || status.ToString().find(text) == std::string::npos;
}

class HostileStringsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* build = std::getenv("RONGHE_BUILD_DIR");
    ASSERT_NE(build, nullptr);
    schema_ = Schema::Load(absl::StrCat(build, "/ronghe.binpb")).value();
    methods_ = MethodTable::Build(*schema_).value();
    router_ = Router::Build(*methods_).value();
  }

  std::unique_ptr<Message> Parse(const Method& method, const std::string& wire) {
    std::unique_ptr<Message> message(factory_.GetPrototype(method.request->descriptor)->New());
    return message->ParseFromString(wire) ? std::move(message) : nullptr;
  }

  // What came of `text` is a refusal with a name, or exactly `text` in the field and nothing else.
  void Check(const Method& method, const std::vector<const Field*>& path,
             const absl::StatusOr<std::string>& wire, std::string_view text,
             const std::string& expected) {
    if (!wire.ok()) {
      EXPECT_TRUE(TypedRefusal(wire.status(), text)) << method.label << " " << wire.status();
      ++refused_;
      return;
    }
    const auto message = Parse(method, *wire);
    ASSERT_NE(message, nullptr) << method.label;
    EXPECT_EQ(OnlyText(*message, path), expected) << method.label << " " << path.back()->name;
    ++taken_;
  }

  std::unique_ptr<Schema> schema_;
  std::unique_ptr<MethodTable> methods_;
  std::unique_ptr<Router> router_;
  google::protobuf::DynamicMessageFactory factory_;
  int refused_ = 0, taken_ = 0;
};

TEST_F(HostileStringsTest, InTheBody) {
  for (const auto& method : methods_->all()) {
    std::vector<Place> places;
    std::set<const MessageTable*> inside;
    FindPlaces(*method->request, {}, &inside, &places);
    for (const Place& place : places) {
      for (const std::string& text : Texts()) {
        std::string wire;
        const absl::Status status = ParseJson(
            *method->request, base::Cat(place.before, Quoted(text), place.after), "", &wire);
        const absl::StatusOr<std::string> result =
            status.ok() ? absl::StatusOr<std::string>(wire) : status;
        Check(*method, place.path, result, text, text);
        EXPECT_EQ(result.ok(), base::IsValidUtf8(text) && text.find('\0') == std::string::npos)
            << method->label << " " << place.path.back()->name;
      }
    }
  }
  EXPECT_GT(taken_, 10000);
  EXPECT_GT(refused_, 1000);
}

TEST_F(HostileStringsTest, InTheQuery) {
  for (const auto& binding : router_->bindings()) {
    if (binding->body_is_message) continue;
    for (const Field& field : binding->method->request->fields) {
      if (field.type != FieldDescriptor::TYPE_STRING || &field == binding->body_field) continue;
      for (const std::string& text : Texts()) {
        Binding bare = *binding;
        bare.variables.clear();
        Check(*binding->method, {&field},
              BuildRequest(bare, {},
                           {.query = base::Cat(field.json_name, "=", PercentEncoded(text)),
                            .body = {},
                            .idempotency_key = {},
                            .if_match = {}}),
              text, text);
      }
    }
  }
  EXPECT_GT(taken_, 1000);
}

TEST_F(HostileStringsTest, InThePath) {
  for (const auto& binding : router_->bindings()) {
    // "/v1/{name=members/*}:unmask" → the same with one text for each star.
    std::string pattern;
    for (const char c : binding->pattern) {
      if (c == '=' || c == '}') {
        if (c == '=') pattern.resize(pattern.rfind('{'));
        if (c == '}' && pattern.rfind('{') != std::string::npos) {
          pattern.resize(pattern.rfind('{'));
          pattern += '*';
        }
        continue;
      }
      pattern += c;
    }
    for (const std::string& text : Texts()) {
      std::string path;
      for (const char c : pattern) path += c == '*' ? PercentEncoded(text) : std::string(1, c);
      const Match match = router_->Find(binding->verb, path);
      if (match.bad_path) {
        ++refused_;
        continue;
      }
      // Empty and literal texts may lead elsewhere, which is for the router's own test.
      if (match.binding != binding.get() || binding->variables.size() != 1) continue;
      std::string expected;
      const Binding::Variable& variable = binding->variables[0];
      const std::vector<std::string> parts =
          absl::StrSplit(pattern.substr(1, pattern.rfind(':') - 1), '/');
      for (size_t i = variable.first; i < variable.first + variable.count; ++i) {
        absl::StrAppend(&expected, i > variable.first ? "/" : "",
                        parts[i] == "*" ? text : parts[i]);
      }
      Check(*binding->method, {variable.path.begin(), variable.path.end()},
            BuildRequest(*binding, match.segments,
                         {.query = {}, .body = {}, .idempotency_key = {}, .if_match = {}}),
            text, expected);
    }
  }
  EXPECT_GT(taken_, 1000);
  EXPECT_GT(refused_, 1000);
}

}  // namespace
}  // namespace ronghe::gateway::transcode
