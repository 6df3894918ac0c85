// What might a service answer? Random contents for any message type, by reflection.
#pragma once

#include <random>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace ronghe::gateway::testdata {

class RandomMessage {
 public:
  explicit RandomMessage(uint64_t seed) : random_(seed) {}

  // Fills about half of the fields of `message`, nested ones down to `depth`.
  void Fill(google::protobuf::Message* message, int depth = 4) {
    using google::protobuf::Descriptor;
    const Descriptor* type = message->GetDescriptor();
    switch (type->well_known_type()) {
      case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
        SetInt(message, "seconds", Between(-62135596800, 253402300799));
        SetNanos(message, Nanos());
        return;
      case Descriptor::WELLKNOWNTYPE_DURATION: {
        const int64_t sign = Below(2) == 0 ? 1 : -1;
        SetInt(message, "seconds", sign * Between(0, Below(2) == 0 ? 3 : 315576000000));
        SetNanos(message, static_cast<int32_t>(sign) * Nanos());
        return;
      }
      case Descriptor::WELLKNOWNTYPE_FIELDMASK: {
        static const char* const kPaths[] = {"name", "display_name", "inner.text_of_it", "a_b_c"};
        const auto* paths = type->FindFieldByName("paths");
        for (uint64_t i = Below(4); i > 0; --i) {
          message->GetReflection()->AddString(message, paths, kPaths[Below(4)]);
        }
        return;
      }
      case Descriptor::WELLKNOWNTYPE_ANY:
        return;
      case Descriptor::WELLKNOWNTYPE_VALUE:
        FillValue(message, depth);
        return;
      default:
        break;
    }
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* field = type->field(i);
      if (field->containing_oneof() != nullptr &&
          message->GetReflection()->HasOneof(*message, field->containing_oneof())) {
        continue;
      }
      if (Below(2) == 0 && type->field_count() > 1) continue;
      if (field->is_map()) {
        FillMap(message, field, depth);
      } else if (field->is_repeated()) {
        for (uint64_t n = Below(4); n > 0; --n) Add(message, field, depth);
      } else {
        Set(message, field, depth);
      }
    }
  }

  uint64_t Below(uint64_t n) { return std::uniform_int_distribution<uint64_t>(0, n - 1)(random_); }
  int64_t Between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  std::string Text() {
    static const char* const kParts[] = {
        "党员", "a", "\"",   "\\",         "\n",           "\t", "/",  "<b>", "\x01",         "𠮷",
        "é",    " ", "\x7f", "支部委员会", "\xe2\x80\xa8", "~",  "{}", "\r",  "\xe2\x80\xa9", "0"};
    std::string text;
    for (uint64_t n = Below(12); n > 0; --n) text += kParts[Below(20)];
    return text;
  }

  std::string Bytes() {
    std::string bytes;
    for (uint64_t n = Below(20); n > 0; --n) bytes.push_back(static_cast<char>(Below(256)));
    return bytes;
  }

 private:
  int32_t Nanos() {
    switch (Below(4)) {
      case 0:
        return 0;
      case 1:
        return static_cast<int32_t>(Below(1000)) * 1000000;
      case 2:
        return static_cast<int32_t>(Below(1000000)) * 1000;
      default:
        return static_cast<int32_t>(Below(1000000000));
    }
  }
  void SetInt(google::protobuf::Message* message, const char* name, int64_t value) {
    message->GetReflection()->SetInt64(message, message->GetDescriptor()->FindFieldByName(name),
                                       value);
  }
  void SetNanos(google::protobuf::Message* message, int32_t value) {
    message->GetReflection()->SetInt32(message, message->GetDescriptor()->FindFieldByName("nanos"),
                                       value);
  }
  void FillValue(google::protobuf::Message* message, int depth) {
    const auto* type = message->GetDescriptor();
    const auto* r = message->GetReflection();
    switch (Below(depth > 0 ? 6 : 4)) {
      case 0:
        r->SetEnumValue(message, type->FindFieldByName("null_value"), 0);
        return;
      case 1:
        r->SetDouble(message, type->FindFieldByName("number_value"), Finite());
        return;
      case 2:
        r->SetString(message, type->FindFieldByName("string_value"), Text());
        return;
      case 3:
        r->SetBool(message, type->FindFieldByName("bool_value"), Below(2) == 0);
        return;
      case 4:
        Fill(r->MutableMessage(message, type->FindFieldByName("struct_value")), depth - 1);
        return;
      default:
        Fill(r->MutableMessage(message, type->FindFieldByName("list_value")), depth - 1);
    }
  }
  void FillMap(google::protobuf::Message* message, const google::protobuf::FieldDescriptor* field,
               int depth) {
    std::set<std::string> keys;
    for (uint64_t n = Below(4); n > 0; --n) {
      google::protobuf::Message* entry = message->GetReflection()->AddMessage(message, field);
      const auto* key = field->message_type()->map_key();
      Set(entry, key, depth);
      const std::string seen = entry->ShortDebugString();
      if (!keys.insert(seen).second) {
        message->GetReflection()->RemoveLast(message, field);
        continue;
      }
      Set(entry, field->message_type()->map_value(), depth);
    }
  }
  double Finite() {
    static constexpr double kValues[] = {0.1, 1.0 / 3, -2.5, 1e21, 1e-7, 123456789.125, 5e-324, 3};
    return kValues[Below(8)];
  }
  double Real() {
    switch (Below(8)) {
      case 0:
        return std::numeric_limits<double>::infinity();
      case 1:
        return -std::numeric_limits<double>::infinity();
      default:
        return Finite();
    }
  }
  int64_t Integer() {
    switch (Below(6)) {
      case 0:
        return 0;
      case 1:
        return std::numeric_limits<int64_t>::max();
      case 2:
        return std::numeric_limits<int64_t>::min();
      case 3:
        return Between(-200, 200);
      default:
        return static_cast<int64_t>(random_());
    }
  }
  int EnumNumber(const google::protobuf::FieldDescriptor* field) {
    const auto* type = field->enum_type();
    return type->value(static_cast<int>(Below(static_cast<uint64_t>(type->value_count()))))
        ->number();
  }
  void Set(google::protobuf::Message* m, const google::protobuf::FieldDescriptor* f, int depth) {
    using google::protobuf::FieldDescriptor;
    const auto* r = m->GetReflection();
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return r->SetInt32(m, f, static_cast<int32_t>(Integer()));
      case FieldDescriptor::CPPTYPE_INT64:
        return r->SetInt64(m, f, Integer());
      case FieldDescriptor::CPPTYPE_UINT32:
        return r->SetUInt32(m, f, static_cast<uint32_t>(Integer()));
      case FieldDescriptor::CPPTYPE_UINT64:
        return r->SetUInt64(m, f, static_cast<uint64_t>(Integer()));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return r->SetDouble(m, f, Real());
      case FieldDescriptor::CPPTYPE_FLOAT:
        return r->SetFloat(m, f, static_cast<float>(Real()));
      case FieldDescriptor::CPPTYPE_BOOL:
        return r->SetBool(m, f, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_ENUM:
        return r->SetEnumValue(m, f, EnumNumber(f));
      case FieldDescriptor::CPPTYPE_STRING:
        return r->SetString(m, f, f->type() == FieldDescriptor::TYPE_BYTES ? Bytes() : Text());
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth > 0) Fill(r->MutableMessage(m, f), depth - 1);
        // A Value without a kind has no JSON.
        if (depth <= 0 && f->message_type()->full_name() == "google.protobuf.Value") {
          FillValue(r->MutableMessage(m, f), 0);
        }
    }
  }
  void Add(google::protobuf::Message* m, const google::protobuf::FieldDescriptor* f, int depth) {
    using google::protobuf::FieldDescriptor;
    const auto* r = m->GetReflection();
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return r->AddInt32(m, f, static_cast<int32_t>(Integer()));
      case FieldDescriptor::CPPTYPE_INT64:
        return r->AddInt64(m, f, Integer());
      case FieldDescriptor::CPPTYPE_UINT32:
        return r->AddUInt32(m, f, static_cast<uint32_t>(Integer()));
      case FieldDescriptor::CPPTYPE_UINT64:
        return r->AddUInt64(m, f, static_cast<uint64_t>(Integer()));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return r->AddDouble(m, f, Real());
      case FieldDescriptor::CPPTYPE_FLOAT:
        return r->AddFloat(m, f, static_cast<float>(Real()));
      case FieldDescriptor::CPPTYPE_BOOL:
        return r->AddBool(m, f, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_ENUM:
        return r->AddEnumValue(m, f, EnumNumber(f));
      case FieldDescriptor::CPPTYPE_STRING:
        return r->AddString(m, f, f->type() == FieldDescriptor::TYPE_BYTES ? Bytes() : Text());
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        google::protobuf::Message* added = r->AddMessage(m, f);
        if (depth > 0) {
          Fill(added, depth - 1);
        } else if (f->message_type()->full_name() == "google.protobuf.Value") {
          FillValue(added, 0);
        }
      }
    }
  }

  std::mt19937_64 random_;
};

}  // namespace ronghe::gateway::testdata
