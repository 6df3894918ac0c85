#include "common/operation/rule_flattener.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "common/base/strings.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/type/date.pb.h"

namespace ronghe::operation {
namespace {

using base::Cat;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kSourceSuffix = "_source";
// Fields that tell a part from its neighbours, the best first.
constexpr std::array<const char*, 4> kLabels = {"key", "id", "code", "kind"};

struct Unit {
  std::string_view ending;  // of the last word of a key
  std::string_view name;
};

// The first that fits.
constexpr std::array<Unit, 13> kUnits = {{{"workdays", "个工作日"},
                                          {"days", "天"},
                                          {"months", "个月"},
                                          {"years", "年"},
                                          {"minutes", "分钟"},
                                          {"half_hours", "×30分钟"},
                                          {"hours", "小时"},
                                          {"members", "人"},
                                          {"persons", "人"},
                                          {"age", "岁"},
                                          {"fen", "分"},
                                          {"bp", "‱"},
                                          {"bytes", "字节"}}};

bool EndsAWord(std::string_view text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  if (text.size() == ending.size()) return true;
  const char before = text[text.size() - ending.size() - 1];
  return before == '_' || before == '.';
}

std::string UnitOf(std::string_view key, const std::string& value) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(value, &number)) return {};
  for (const Unit& unit : kUnits) {
    if (EndsAWord(key, unit.ending)) return std::string(unit.name);
  }
  return {};
}

const FieldDescriptor* FieldOf(const Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

// "ROLL_BASE_NONE" of the enum RollBase is "NONE".
std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  prefix += '_';
  const std::string& name = value.name();
  return absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name;
}

// Of a scalar; `index` where it is repeated, else -1.
std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? reflection.GetString(message, &field)
                 : reflection.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection.GetBool(message, &field)
                  : reflection.GetRepeatedBool(message, &field, index))
                 ? "是"
                 : "否";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(*(one ? reflection.GetEnum(message, &field)
                            : reflection.GetRepeatedEnum(message, &field, index)));
    case FieldDescriptor::CPPTYPE_INT32:
      return Cat(one ? reflection.GetInt32(message, &field)
                     : reflection.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return Cat(one ? reflection.GetInt64(message, &field)
                     : reflection.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Cat(one ? reflection.GetUInt32(message, &field)
                     : reflection.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Cat(one ? reflection.GetUInt64(message, &field)
                     : reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Cat(one ? reflection.GetDouble(message, &field)
                     : reflection.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Cat(one ? reflection.GetFloat(message, &field)
                     : reflection.GetRepeatedFloat(message, &field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return {};
  }
  return {};
}

// Of a field that is no message, all its values.
std::string Text(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return ScalarText(message, field, -1);
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    values.push_back(ScalarText(message, field, i));
  }
  return absl::StrJoin(values, "、");
}

// Of the field of that name where the message has one that is text or a number, else empty.
std::string TextOf(const Message& message, const char* name) {
  const FieldDescriptor* const field = FieldOf(message, name);
  if (field == nullptr || field->is_repeated() || field->message_type() != nullptr) return {};
  const bool set = message.GetReflection()->HasField(message, field);
  return set ? ScalarText(message, *field, -1) : std::string();
}

bool IsShare(const Message& message) {
  return FieldOf(message, "numerator") != nullptr && FieldOf(message, "denominator") != nullptr;
}

// "超过 1/2", "不少于 2/3", or "6/5" where nothing is compared.
std::string ShareText(const Message& message) {
  const std::string fraction =
      Cat(TextOf(message, "numerator"), "/", TextOf(message, "denominator"));
  const bool compared =
      FieldOf(message, "more_than") != nullptr || FieldOf(message, "comparison") != nullptr;
  if (!compared) return fraction;
  const bool more = !TextOf(message, "more_than").empty() ||
                    absl::EndsWith(TextOf(message, "comparison"), "MORE_THAN");
  return Cat(more ? "超过 " : "不少于 ", fraction);
}

std::optional<absl::CivilDay> DayOf(const Message& message, const char* name) {
  const FieldDescriptor* const field = FieldOf(message, name);
  if (field == nullptr || !message.GetReflection()->HasField(message, field)) return {};
  if (field->message_type() == google::type::Date::descriptor()) {
    google::type::Date date;
    date.CopyFrom(message.GetReflection()->GetMessage(message, field));
    return absl::CivilDay(date.year(), date.month(), date.day());
  }
  absl::CivilDay day;
  if (!absl::ParseCivilTime(TextOf(message, name), &day)) return {};
  return day;
}

// What holds for everything in a part.
struct Part {
  std::string key;
  std::string rule_id;
  std::string title;
  std::string source;
};

class Flattener {
 public:
  explicit Flattener(RuleSet& set) : set_(set) {}

  // The fields of the version that are not about the version itself.
  void Walk(const Message& version) {
    Fields(version, {.key = {}, .rule_id = {}, .title = {}, .source = set_.source},
           {"id", "name", "version", "title", "source", "approved_by", "effective_from",
            "effective_to"});
  }

 private:
  using Names = std::vector<std::string_view>;

  // A part of the version; `part.key` is that of the field that holds it.
  void Inner(const Message& message, Part part, std::string_view label) {
    for (const char* const name : {"rule_id", "id"}) {
      if (const std::string id = TextOf(message, name); !id.empty()) {
        part.rule_id = id;
        break;
      }
    }
    if (const std::string title = TextOf(message, "title"); !title.empty()) part.title = title;
    if (const std::string source = TextOf(message, "source"); !source.empty()) {
      part.source = source;
    }
    part.source += TextOf(message, "article");
    const size_t before = set_.rules.size();
    Fields(message, part, {"rule_id", "id", "title", "source", "article", label});
    if (set_.rules.size() == before) Emit(part, {});
  }

  void Fields(const Message& message, const Part& part, const Names& known) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    const std::map<std::string, std::string> sources = SourcesIn(message, fields);
    for (const FieldDescriptor* const field : fields) {
      const std::string& name = field->name();
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      Part own = part;
      if (absl::EndsWith(name, base::Sv(kSourceSuffix))) {
        const std::string prefix = SourcePrefix(*field);
        if (!IsAlone(fields, prefix)) continue;
        own.key = Join(part.key, prefix);
        own.source = sources.at(prefix);
        Emit(std::move(own), {});
        continue;
      }
      for (const auto& [prefix, source] : sources) {
        if (absl::StartsWith(name, prefix)) own.source = source;
      }
      Field(message, *field, std::move(own));
    }
  }

  void Field(const Message& message, const FieldDescriptor& field, Part part) {
    const bool itself = FieldOf(message, "key") != nullptr || field.name() == "value";
    const bool taken = !set_.rules.empty() && set_.rules.back().key == part.key;
    const std::string key = itself && !taken ? part.key : Join(part.key, field.name());
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (field.message_type() == nullptr) {
      part.key = key;
      return Emit(std::move(part), Text(message, field));
    }
    if (!field.is_repeated()) {
      part.key = key;
      return One(reflection.GetMessage(message, &field), std::move(part), {});
    }
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& element = reflection.GetRepeatedMessage(message, &field, i);
      Part own = part;
      const std::string_view label = LabelOf(element);
      const std::string text = label.empty() ? Cat(i + 1) : TextOf(element, label.data());
      own.key = label == kLabels[0] ? text : Cat(key, "[", text, "]");
      One(element, std::move(own), label);
    }
  }

  void One(const Message& message, Part part, std::string_view label) {
    if (IsShare(message)) return Emit(std::move(part), ShareText(message));
    Inner(message, std::move(part), label);
  }

  void Emit(Part part, std::string value) {
    std::string unit = UnitOf(part.key, value);
    set_.rules.push_back({std::move(part.key), std::move(part.rule_id), std::move(part.title),
                          std::move(value), std::move(unit), std::move(part.source)});
  }

  // The name of the field by which a part is told from its neighbours; empty for none.
  static std::string_view LabelOf(const Message& message) {
    for (const char* const name : kLabels) {
      if (!TextOf(message, name).empty()) return name;
    }
    return {};
  }

  // By the beginning of the names that they are about: what the x_source fields say.
  static std::map<std::string, std::string> SourcesIn(
      const Message& message, const std::vector<const FieldDescriptor*>& fields) {
    std::map<std::string, std::string> sources;
    for (const FieldDescriptor* const field : fields) {
      if (!absl::EndsWith(field->name(), base::Sv(kSourceSuffix))) continue;
      sources[SourcePrefix(*field)] = Text(message, *field);
    }
    return sources;
  }
  static std::string SourcePrefix(const FieldDescriptor& field) {
    return field.name().substr(0, field.name().size() - kSourceSuffix.size());
  }

  // Whether no other field begins with it.
  static bool IsAlone(const std::vector<const FieldDescriptor*>& fields,
                      const std::string& prefix) {
    return std::count_if(fields.begin(), fields.end(), [&prefix](const FieldDescriptor* field) {
             return absl::StartsWith(field->name(), prefix);
           }) == 1;
  }

  static std::string Join(const std::string& key, const std::string& name) {
    return key.empty() ? name : Cat(key, ".", name);
  }

  RuleSet& set_;
};

}  // namespace

RuleSet Flatten(const Message& version) {
  RuleSet set;
  set.name = TextOf(version, "name");
  set.version = TextOf(version, "version");
  const std::string id = TextOf(version, "id");
  if (const size_t slash = set.name.find('/'); slash != std::string::npos) {
    set.version = set.name.substr(slash + 1);
    set.name.resize(slash);
  } else if (set.name.empty()) {
    set.name = id;
  }
  if (set.version.empty()) set.version = id;
  set.title = TextOf(version, "title");
  set.source = TextOf(version, "source");
  set.approver = TextOf(version, "approved_by");
  set.effective_from = DayOf(version, "effective_from");
  set.effective_to = DayOf(version, "effective_to");
  Flattener(set).Walk(version);
  return set;
}

}  // namespace ronghe::operation
