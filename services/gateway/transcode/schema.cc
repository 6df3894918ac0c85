#include "services/gateway/transcode/schema.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "google/protobuf/wire_format.h"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

// Field numbers below this are looked up by index.
constexpr int kDirectNumbers = 256;

WellKnown WellKnownOf(const Descriptor& descriptor) {
  switch (descriptor.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return WellKnown::kTimestamp;
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return WellKnown::kDuration;
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return WellKnown::kFieldMask;
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return WellKnown::kStruct;
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return WellKnown::kValue;
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return WellKnown::kListValue;
    case Descriptor::WELLKNOWNTYPE_ANY:
      return WellKnown::kAny;
    case Descriptor::WELLKNOWNTYPE_DOUBLEVALUE:
    case Descriptor::WELLKNOWNTYPE_FLOATVALUE:
    case Descriptor::WELLKNOWNTYPE_INT64VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT64VALUE:
    case Descriptor::WELLKNOWNTYPE_INT32VALUE:
    case Descriptor::WELLKNOWNTYPE_UINT32VALUE:
    case Descriptor::WELLKNOWNTYPE_STRINGVALUE:
    case Descriptor::WELLKNOWNTYPE_BYTESVALUE:
    case Descriptor::WELLKNOWNTYPE_BOOLVALUE:
      return WellKnown::kWrapper;
    default:
      return WellKnown::kNone;
  }
}

class ErrorText : public google::protobuf::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& filename, const std::string& element,
                const google::protobuf::Message*, ErrorLocation,
                const std::string& message) override {
    absl::StrAppend(&text_, text_.empty() ? "" : "; ", filename, ": ", element, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

const std::string* EnumTable::QuotedName(int32_t number) const {
  const auto it = quoted_names.find(number);
  return it == quoted_names.end() ? nullptr : &it->second;
}

const Field* MessageTable::ByLargeNumber(int number) const {
  if (number < kDirectNumbers) return nullptr;
  const auto it =
      std::lower_bound(fields.begin(), fields.end(), number,
                       [](const Field& field, int wanted) { return field.number < wanted; });
  return it != fields.end() && it->number == number ? &*it : nullptr;
}

const Field* MessageTable::ByName(std::string_view name) const {
  const auto it = by_name.find(absl::string_view(name.data(), name.size()));
  return it == by_name.end() ? nullptr : it->second;
}

absl::StatusOr<std::unique_ptr<Schema>> Schema::Load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("can't read the descriptor set ", path));
  FileDescriptorSet set;
  if (!set.ParseFromIstream(&in)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a descriptor set"));
  }
  return FromProto(set);
}

absl::StatusOr<std::unique_ptr<Schema>> Schema::FromProto(const FileDescriptorSet& set) {
  std::unique_ptr<Schema> schema(new Schema());
  for (const FileDescriptorProto& file : set.file()) {
    ErrorText errors;
    const FileDescriptor* built = schema->pool_.BuildFileCollectingErrors(file, &errors);
    if (built == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("bad descriptor set: ", file.name(), ": ", errors.text()));
    }
    schema->files_.push_back(built);
    schema->AddFile(built);
  }
  return schema;
}

const MessageTable* Schema::Message(std::string_view full_name) const {
  const auto it = messages_.find(absl::string_view(full_name.data(), full_name.size()));
  return it == messages_.end() ? nullptr : it->second.get();
}

std::vector<const MessageTable*> Schema::messages() const {
  std::vector<const MessageTable*> all;
  for (const auto& [name, table] : messages_) all.push_back(table.get());
  std::sort(all.begin(), all.end(), [](const MessageTable* a, const MessageTable* b) {
    return a->descriptor->full_name() < b->descriptor->full_name();
  });
  return all;
}

std::vector<const google::protobuf::ServiceDescriptor*> Schema::services() const {
  std::vector<const google::protobuf::ServiceDescriptor*> all;
  for (const FileDescriptor* file : files_) {
    for (int i = 0; i < file->service_count(); ++i) all.push_back(file->service(i));
  }
  return all;
}

const google::protobuf::Message* Schema::Prototype(const Descriptor* descriptor) const {
  return factory_.GetPrototype(descriptor);
}

void Schema::AddFile(const FileDescriptor* file) {
  for (int i = 0; i < file->message_type_count(); ++i) Declare(file->message_type(i));
}

const EnumTable* Schema::DeclareEnum(const EnumDescriptor* descriptor) {
  std::unique_ptr<EnumTable>& slot = enums_[descriptor->full_name()];
  if (slot == nullptr) {
    slot = std::make_unique<EnumTable>();
    slot->full_name = descriptor->full_name();
    slot->null_value = descriptor->full_name() == "google.protobuf.NullValue";
    for (int i = 0; i < descriptor->value_count(); ++i) {
      const auto* value = descriptor->value(i);
      slot->quoted_names.try_emplace(value->number(), absl::StrCat("\"", value->name(), "\""));
      slot->numbers.try_emplace(value->name(), value->number());
    }
  }
  return slot.get();
}

MessageTable* Schema::Declare(const Descriptor* descriptor) {
  std::unique_ptr<MessageTable>& slot = messages_[descriptor->full_name()];
  if (slot != nullptr) return slot.get();
  slot = std::make_unique<MessageTable>();
  MessageTable* table = slot.get();
  table->descriptor = descriptor;
  table->well_known = WellKnownOf(*descriptor);

  std::vector<const FieldDescriptor*> ordered;
  for (int i = 0; i < descriptor->field_count(); ++i) ordered.push_back(descriptor->field(i));
  std::sort(ordered.begin(), ordered.end(), [](const FieldDescriptor* a, const FieldDescriptor* b) {
    return a->number() < b->number();
  });
  int direct = 0;
  for (const FieldDescriptor* f : ordered) {
    if (f->number() < kDirectNumbers) direct = f->number() + 1;
  }
  table->by_number.assign(static_cast<size_t>(direct), -1);
  table->fields.reserve(ordered.size());
  for (const FieldDescriptor* f : ordered) {
    Field field;
    field.number = f->number();
    field.type = f->type();
    field.wire_type = static_cast<uint8_t>(
        google::protobuf::internal::WireFormat::WireTypeForFieldType(f->type()));
    field.repeated = f->is_repeated();
    field.packable = f->is_packable();
    field.map = f->is_map();
    field.presence = !f->is_repeated() && f->has_presence();
    field.oneof = f->real_containing_oneof() == nullptr ? -1 : f->real_containing_oneof()->index();
    field.index = static_cast<int>(table->fields.size());
    field.name = f->name();
    field.json_name = f->json_name();
    field.key = absl::StrCat("\"", f->json_name(), "\":");
    field.descriptor = f;
    if (f->enum_type() != nullptr) field.enumeration = DeclareEnum(f->enum_type());
    if (f->message_type() != nullptr) field.message = Declare(f->message_type());
    if (f->number() < kDirectNumbers) {
      table->by_number[static_cast<size_t>(f->number())] = static_cast<int16_t>(field.index);
    }
    table->fields.push_back(std::move(field));
  }
  for (const Field& field : table->fields) {
    table->by_name.try_emplace(field.json_name, &field);
    table->by_name.try_emplace(field.name, &field);
  }
  for (int i = 0; i < descriptor->nested_type_count(); ++i) Declare(descriptor->nested_type(i));
  return table;
}

}  // namespace ronghe::gateway::transcode
