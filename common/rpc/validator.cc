#include "common/rpc/validator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/personal_text.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "re2/re2.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::internal::WireFormatLite;

constexpr size_t kMaxViolations = 100;
constexpr int kMaxDepth = 64;

}  // namespace

struct ValidationPlan::Field {
  const FieldDescriptor* field = nullptr;
  bool required = false;
  size_t min_length = 0;
  size_t max_length = 0;  // 0: none
  int max_items = 0;
  std::optional<int64_t> min, max;
  std::unique_ptr<re2::RE2> pattern;
  // A text that may hold no personal number.
  bool impersonal = false;
  const ValidationPlan* message = nullptr;
  // Enum values are 0..contiguous_max without a gap; -1 where they are not.
  int contiguous_max = -1;
};

ValidationPlan::ValidationPlan() = default;
ValidationPlan::~ValidationPlan() = default;

// One pass over a message. With `violations` null it stops at the first violation.
class ValidationPlan::Walker {
 public:
  struct Violation {
    std::string field;
    std::string description_zh;
    bool missing = false;
    const v1::PersonalNumber* personal = nullptr;
  };

  explicit Walker(std::vector<Violation>* violations) : violations_(violations) {}

  // False when the walk should stop: a violation without anybody to tell, or enough of them.
  bool Walk(const ValidationPlan& plan, const Message& message, int depth) {
    if (depth > kMaxDepth) return Report("嵌套过深", false);
    const Reflection* reflection = message.GetReflection();
    for (const auto& field : plan.fields_) {
      const FieldDescriptor* descriptor = field->field;
      const size_t mark = path_.size();
      if (violations_ != nullptr) {
        if (mark > 0) path_ += '.';
        path_ += descriptor->name();
      }
      const bool go_on = descriptor->is_repeated() ? Repeated(*field, message, *reflection, depth)
                                                   : Singular(*field, message, *reflection, depth);
      path_.resize(mark);
      if (!go_on) return false;
    }
    return true;
  }

 private:
  bool Report(std::string description_zh, bool missing) {
    if (violations_ == nullptr) return false;
    violations_->push_back({path_, std::move(description_zh), missing});
    return violations_->size() < kMaxViolations;
  }

  bool Repeated(const Field& field, const Message& message, const Reflection& reflection,
                int depth) {
    const int size = reflection.FieldSize(message, field.field);
    if (size == 0) return !field.required || Report("不能为空", true);
    if (size > field.max_items) {
      return Report(base::Cat("最多 ", field.max_items, " 项"), false);
    }
    for (int i = 0; i < size; ++i) {
      const size_t mark = path_.size();
      if (violations_ != nullptr) path_ += base::Cat("[", i, "]");
      if (!Item(field, message, reflection, i, depth)) return false;
      path_.resize(mark);
    }
    return true;
  }

  bool Item(const Field& field, const Message& message, const Reflection& reflection, int i,
            int depth) {
    const FieldDescriptor* f = field.field;
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(field, reflection.GetRepeatedStringReference(message, f, i, &scratch_));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return field.message == nullptr ||
               Walk(*field.message, reflection.GetRepeatedMessage(message, f, i), depth + 1);
      case FieldDescriptor::CPPTYPE_ENUM:
        return Enum(field, reflection.GetRepeatedEnumValue(message, f, i));
      case FieldDescriptor::CPPTYPE_INT32:
        return Number(field, reflection.GetRepeatedInt32(message, f, i));
      case FieldDescriptor::CPPTYPE_INT64:
        return Number(field, reflection.GetRepeatedInt64(message, f, i));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Number(field, reflection.GetRepeatedUInt32(message, f, i));
      case FieldDescriptor::CPPTYPE_UINT64:
        return Unsigned(field, reflection.GetRepeatedUInt64(message, f, i));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Real(field, reflection.GetRepeatedDouble(message, f, i));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Real(field, reflection.GetRepeatedFloat(message, f, i));
      case FieldDescriptor::CPPTYPE_BOOL:
        return true;
    }
    return true;
  }

  bool Singular(const Field& field, const Message& message, const Reflection& reflection,
                int depth) {
    const FieldDescriptor* f = field.field;
    if (f->has_presence() && !reflection.HasField(message, f)) {
      return !field.required || f->real_containing_oneof() != nullptr || Report("不能为空", true);
    }
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string& text = reflection.GetStringReference(message, f, &scratch_);
        if (text.empty()) return !field.required || Report("不能为空", true);
        return Text(field, text);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return field.message == nullptr ||
               Walk(*field.message, reflection.GetMessage(message, f), depth + 1);
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = reflection.GetEnumValue(message, f);
        if (value == 0) return !field.required || Report("不能为空", true);
        return Enum(field, value);
      }
      case FieldDescriptor::CPPTYPE_INT32:
        return Scalar(field, reflection.GetInt32(message, f));
      case FieldDescriptor::CPPTYPE_INT64:
        return Scalar(field, reflection.GetInt64(message, f));
      case FieldDescriptor::CPPTYPE_UINT32:
        return Scalar(field, reflection.GetUInt32(message, f));
      case FieldDescriptor::CPPTYPE_UINT64: {
        const uint64_t value = reflection.GetUInt64(message, f);
        return Absent(field, value == 0) || Unsigned(field, value);
      }
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        const double value = reflection.GetDouble(message, f);
        return Absent(field, value == 0) || Real(field, value);
      }
      case FieldDescriptor::CPPTYPE_FLOAT: {
        const double value = reflection.GetFloat(message, f);
        return Absent(field, value == 0) || Real(field, value);
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return true;
    }
    return true;
  }

  // A zero that cannot be told from "not given" is checked only where the field is required.
  static bool Absent(const Field& field, bool zero) {
    return zero && !field.required && !field.field->has_presence();
  }
  bool Scalar(const Field& field, int64_t value) {
    return Absent(field, value == 0) || Number(field, value);
  }

  bool Text(const Field& field, const std::string& text) {
    const bool characters = field.field->type() == FieldDescriptor::TYPE_STRING;
    if (field.max_length > 0 && text.size() > field.max_length &&
        (!characters || base::Utf8Length(text) > field.max_length)) {
      return Report(base::Cat("长度不能超过 ", field.max_length, characters ? " 个字符" : " 字节"),
                    false);
    }
    if (field.min_length > 0 && text.size() < field.min_length * (characters ? 4 : 1) &&
        (characters ? base::Utf8Length(text) : text.size()) < field.min_length) {
      return Report(base::Cat("长度不能少于 ", field.min_length, characters ? " 个字符" : " 字节"),
                    false);
    }
    if (field.pattern != nullptr && !re2::RE2::FullMatch(text, *field.pattern)) {
      return Report("格式不正确", false);
    }
    return !field.impersonal || Impersonal(text);
  }

  bool Impersonal(const std::string& text) {
    const v1::PersonalNumber* const found = FindPersonalNumber(text);
    if (found == nullptr) return true;
    const bool go_on = Report(base::Cat("不能填写", found->title()), false);
    if (violations_ != nullptr) violations_->back().personal = found;
    return go_on;
  }

  bool Number(const Field& field, int64_t value) {
    if (field.min.has_value() && value < *field.min) return TooSmall(field);
    if (field.max.has_value() && value > *field.max) return TooLarge(field);
    return true;
  }
  bool Unsigned(const Field& field, uint64_t value) {
    if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Number(field, static_cast<int64_t>(value));
    }
    return !field.max.has_value() || TooLarge(field);
  }
  bool Real(const Field& field, double value) {
    if (std::isnan(value)) return Report("取值无效", false);
    if (field.min.has_value() && value < static_cast<double>(*field.min)) return TooSmall(field);
    if (field.max.has_value() && value > static_cast<double>(*field.max)) return TooLarge(field);
    return true;
  }
  bool TooSmall(const Field& field) { return Report(base::Cat("不能小于 ", *field.min), false); }
  bool TooLarge(const Field& field) { return Report(base::Cat("不能大于 ", *field.max), false); }

  bool Enum(const Field& field, int value) {
    const bool known = field.contiguous_max >= 0
                           ? value >= 0 && value <= field.contiguous_max
                           : field.field->enum_type()->FindValueByNumber(value) != nullptr;
    return known || Report("取值无效", false);
  }

  std::vector<Violation>* const violations_;
  std::string path_;
  std::string scratch_;
};

namespace {

// 0..n without a gap: n, else -1.
int ContiguousMax(const google::protobuf::EnumDescriptor* type) {
  std::set<int> numbers;
  for (int i = 0; i < type->value_count(); ++i) numbers.insert(type->value(i)->number());
  const int last = static_cast<int>(numbers.size()) - 1;
  return *numbers.begin() == 0 && *numbers.rbegin() == last ? last : -1;
}

}  // namespace

const ValidationPlan& ValidationPlan::Of(const Descriptor* type) {
  struct Plans {
    absl::Mutex mutex;
    absl::flat_hash_map<const Descriptor*, std::unique_ptr<ValidationPlan>> plans;

    const ValidationPlan* Compile(const Descriptor* type) {
      std::unique_ptr<ValidationPlan>& slot = plans[type];
      if (slot != nullptr) return slot.get();
      // Entered before its fields, so that a type may contain itself.
      slot.reset(new ValidationPlan);
      ValidationPlan* const plan = slot.get();
      plan->type_ = type;
      for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* descriptor = type->field(i);
        const options::v1::FieldLimits& limits =
            descriptor->options().GetExtension(options::v1::limits);
        auto field = std::make_unique<Field>();
        field->field = descriptor;
        field->required = limits.required();
        field->min_length = static_cast<size_t>(std::max(0, limits.min_length()));
        field->max_length = static_cast<size_t>(std::max(0, limits.max_length()));
        field->max_items = limits.max_items() > 0 ? limits.max_items() : kDefaultMaxItems;
        if (limits.has_min()) field->min = limits.min();
        if (limits.has_max()) field->max = limits.max();
        if (!limits.pattern().empty()) {
          field->pattern = std::make_unique<re2::RE2>(limits.pattern(), re2::RE2::Quiet);
        }
        bool checks = field->required || descriptor->is_repeated() || field->min.has_value() ||
                      field->max.has_value();
        switch (descriptor->cpp_type()) {
          case FieldDescriptor::CPPTYPE_STRING:
            if (descriptor->type() == FieldDescriptor::TYPE_STRING && field->max_length == 0) {
              field->max_length = kDefaultMaxLength;
            }
            field->impersonal = descriptor->type() == FieldDescriptor::TYPE_STRING &&
                                !limits.opaque() &&
                                !descriptor->options().GetExtension(options::v1::sensitive);
            checks = true;
            break;
          case FieldDescriptor::CPPTYPE_ENUM:
            field->contiguous_max = ContiguousMax(descriptor->enum_type());
            checks = true;
            break;
          case FieldDescriptor::CPPTYPE_MESSAGE:
            field->message = Compile(descriptor->message_type());
            checks = true;
            break;
          case FieldDescriptor::CPPTYPE_DOUBLE:
          case FieldDescriptor::CPPTYPE_FLOAT:
            checks = true;
            break;
          default:
            break;
        }
        if (checks) plan->fields_.push_back(std::move(field));
      }
      return plan;
    }
  };
  static Plans* const plans = new Plans;
  absl::MutexLock lock(&plans->mutex);
  return *plans->Compile(type);
}

absl::Status ValidationPlan::Check(const Message& request) const {
  if (Walker(nullptr).Walk(*this, request, 0)) return absl::OkStatus();
  std::vector<Walker::Violation> found;
  Walker(&found).Walk(*this, request, 0);

  // Which fields of the resource an update leaves alone.
  const google::protobuf::FieldMask* mask = nullptr;
  if (const FieldDescriptor* field = type_->FindFieldByName("update_mask");
      field != nullptr && field->message_type() == google::protobuf::FieldMask::descriptor() &&
      !field->is_repeated()) {
    mask = static_cast<const google::protobuf::FieldMask*>(
        &request.GetReflection()->GetMessage(request, field));
  }
  const auto excused = [&](const Walker::Violation& violation) {
    const size_t dot = violation.field.find('.');
    if (mask == nullptr || !violation.missing || dot == std::string::npos) return false;
    const std::string_view inner = std::string_view(violation.field).substr(dot + 1);
    if (inner == "name") return false;
    for (const std::string& path : mask->paths()) {
      if (inner == path || (inner.starts_with(path) && inner[path.size()] == '.')) return false;
    }
    return true;
  };
  std::vector<error::FieldViolation> violations;
  const v1::PersonalNumber* personal = nullptr;
  for (Walker::Violation& violation : found) {
    if (!excused(violation)) {
      if (personal == nullptr) personal = violation.personal;
      violations.push_back({std::move(violation.field), std::move(violation.description_zh)});
    }
  }
  if (violations.empty()) return absl::OkStatus();
  if (personal == nullptr) return error::InvalidFields(std::move(violations));
  return error::InvalidFields(std::move(violations), "PERSONAL_DATA_IN_TEXT",
                              {{"rule_id", personal->rule_id()}, {"source", personal->source()}});
}

std::vector<std::string> ValidationPlan::Faults(const Descriptor* type) {
  std::vector<std::string> faults;
  std::set<const ValidationPlan*> seen;
  std::vector<const ValidationPlan*> open = {&Of(type)};
  while (!open.empty()) {
    const ValidationPlan* plan = open.back();
    open.pop_back();
    if (!seen.insert(plan).second) continue;
    for (const auto& field : plan->fields_) {
      if (field->pattern != nullptr && !field->pattern->ok()) {
        faults.push_back(base::Cat(field->field->full_name(),
                                   ": the pattern is no RE2: ", field->pattern->error()));
      }
      if (field->message != nullptr) open.push_back(field->message);
    }
  }
  return faults;
}

namespace {

// Collects the strings of `type` that are not UTF-8. False when the bytes are not well-formed.
bool FindBadStrings(const Descriptor* type, google::protobuf::io::CodedInputStream* in,
                    const std::string& path, int depth,
                    std::vector<error::FieldViolation>* violations) {
  if (depth > kMaxDepth) return false;
  std::map<int, int> index;
  while (true) {
    const uint32_t tag = in->ReadTag();
    if (tag == 0) return in->ConsumedEntireMessage();
    const FieldDescriptor* field = type->FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    if (field == nullptr ||
        WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED ||
        (field->type() != FieldDescriptor::TYPE_STRING &&
         field->type() != FieldDescriptor::TYPE_MESSAGE)) {
      if (!WireFormatLite::SkipField(in, tag)) return false;
      continue;
    }
    std::string name = path.empty() ? field->name() : base::Cat(path, ".", field->name());
    if (field->is_repeated()) name += base::Cat("[", index[field->number()]++, "]");
    uint32_t size = 0;
    if (!in->ReadVarint32(&size) || size > static_cast<uint32_t>(std::numeric_limits<int>::max())) {
      return false;
    }
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      std::string text;
      if (!in->ReadString(&text, static_cast<int>(size))) return false;
      if (!base::IsValidUtf8(text) && violations->size() < kMaxViolations) {
        violations->push_back({std::move(name), "不是有效的 UTF-8 文本"});
      }
      continue;
    }
    const auto limit = in->PushLimit(static_cast<int>(size));
    if (!FindBadStrings(field->message_type(), in, name, depth + 1, violations)) return false;
    in->PopLimit(limit);
  }
}

}  // namespace

absl::Status ExplainParseFailure(const Descriptor* type, std::string_view bytes) {
  std::vector<error::FieldViolation> violations;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  FindBadStrings(type, &in, "", 0, &violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED", "请求内容无法解析");
}

}  // namespace ronghe::rpc
