// What does every message of the contracts look like on the wire and in JSON? Flat tables, compiled
// once at start from the descriptor set, that the printer and the parser walk without reflection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"

namespace ronghe::gateway::transcode {

// Messages whose JSON is not an object of their fields.
enum class WellKnown : uint8_t {
  kNone,
  kTimestamp,
  kDuration,
  kFieldMask,
  kStruct,
  kValue,
  kListValue,
  kWrapper,
  kAny,
};

struct EnumTable {
  std::string full_name;
  // google.protobuf.NullValue prints as null.
  bool null_value = false;
  // Values by number; of several names for one number the first declared.
  absl::flat_hash_map<int32_t, std::string> quoted_names;
  absl::flat_hash_map<std::string, int32_t> numbers;

  // The name in quotes, or nullptr for a number without a name.
  const std::string* QuotedName(int32_t number) const;
};

struct MessageTable;

struct Field {
  int number = 0;
  google::protobuf::FieldDescriptor::Type type = google::protobuf::FieldDescriptor::TYPE_INT32;
  // The wire type of one value that is not packed.
  uint8_t wire_type = 0;
  bool repeated = false;
  bool packable = false;
  bool map = false;
  // True when a value equal to the default is still printed: optional, oneof member or message.
  bool presence = false;
  // Position among the message's real oneofs, or -1.
  int oneof = -1;
  // Position in MessageTable::fields.
  int index = 0;
  std::string name;
  std::string json_name;
  // `"jsonName":`
  std::string key;
  const MessageTable* message = nullptr;
  const EnumTable* enumeration = nullptr;
  const google::protobuf::FieldDescriptor* descriptor = nullptr;
};

struct MessageTable {
  const google::protobuf::Descriptor* descriptor = nullptr;
  WellKnown well_known = WellKnown::kNone;
  // In the order of the field numbers.
  std::vector<Field> fields;
  // Field number → position in `fields`, or -1; numbers past its end are looked up by search.
  std::vector<int16_t> by_number;
  // Both the JSON name and the proto name of every field.
  absl::flat_hash_map<std::string, const Field*> by_name;

  const Field* ByNumber(int number) const {
    if (static_cast<size_t>(number) < by_number.size()) {
      const int16_t index = by_number[static_cast<size_t>(number)];
      return index < 0 ? nullptr : &fields[static_cast<size_t>(index)];
    }
    return ByLargeNumber(number);
  }
  const Field* ByName(std::string_view name) const;

 private:
  const Field* ByLargeNumber(int number) const;
};

// Immutable once built; safe to read from any thread.
class Schema {
 public:
  // Reads a serialised FileDescriptorSet. Errors: NOT_FOUND when the file can't be read,
  // INVALID_ARGUMENT when it is not a complete descriptor set.
  static absl::StatusOr<std::unique_ptr<Schema>> Load(const std::string& path);
  static absl::StatusOr<std::unique_ptr<Schema>> FromProto(
      const google::protobuf::FileDescriptorSet& set);

  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // The table of a message by its full name, or nullptr.
  const MessageTable* Message(std::string_view full_name) const;
  // Every message's table.
  std::vector<const MessageTable*> messages() const;
  // The files of the set, in its order.
  const std::vector<const google::protobuf::FileDescriptor*>& files() const { return files_; }
  // Every service, in the order of the files.
  std::vector<const google::protobuf::ServiceDescriptor*> services() const;
  const google::protobuf::DescriptorPool& pool() const { return pool_; }
  // A prototype of `descriptor`, for the rare wires that the tables leave to reflection.
  const google::protobuf::Message* Prototype(const google::protobuf::Descriptor* descriptor) const;

 private:
  Schema() : factory_(&pool_) {}
  void AddFile(const google::protobuf::FileDescriptor* file);
  MessageTable* Declare(const google::protobuf::Descriptor* descriptor);
  const EnumTable* DeclareEnum(const google::protobuf::EnumDescriptor* descriptor);

  google::protobuf::DescriptorPool pool_;
  mutable google::protobuf::DynamicMessageFactory factory_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
  absl::flat_hash_map<std::string, std::unique_ptr<MessageTable>> messages_;
  absl::flat_hash_map<std::string, std::unique_ptr<EnumTable>> enums_;
};

}  // namespace ronghe::gateway::transcode
