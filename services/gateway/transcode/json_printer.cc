#include "services/gateway/transcode/json_printer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "google/protobuf/stubs/strutil.h"
#include "google/protobuf/util/json_util.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::FieldDescriptor;

// protobuf's own limit on nesting.
constexpr int kMaxDepth = 100;

enum class Outcome {
  kDone,
  // Right, but not as a serialiser writes it: protobuf itself must print the whole.
  kIrregular,
  kMalformed,
};

#define RONGHE_WALK(expr)                                          \
  do {                                                             \
    if (const Outcome walked = (expr); walked != Outcome::kDone) { \
      return walked;                                               \
    }                                                              \
  } while (false)

// 0: printed as it stands; 1: escaped; 2: starts a sequence of several bytes.
constexpr std::array<uint8_t, 256> MakeByteClasses() {
  std::array<uint8_t, 256> classes{};
  for (size_t c = 0; c < 256; ++c) {
    if (c >= 0x80) {
      classes[c] = 2;
    } else if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == 0x7f) {
      classes[c] = 1;
    }
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kByteClass = MakeByteClasses();
constexpr char kHex[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char* EscapeByte(uint8_t c, char* to) {
  *to++ = '\\';
  switch (c) {
    case '"':
      *to++ = '"';
      return to;
    case '\\':
      *to++ = '\\';
      return to;
    case '\b':
      *to++ = 'b';
      return to;
    case '\f':
      *to++ = 'f';
      return to;
    case '\n':
      *to++ = 'n';
      return to;
    case '\r':
      *to++ = 'r';
      return to;
    case '\t':
      *to++ = 't';
      return to;
    default:
      *to++ = 'u';
      *to++ = '0';
      *to++ = '0';
      *to++ = kHex[c >> 4];
      *to++ = kHex[c & 15];
      return to;
  }
}

// The length of the valid UTF-8 sequence at `p`, or 0.
size_t SequenceLength(const uint8_t* p, const uint8_t* end) {
  const auto more = [&](size_t count) {
    if (static_cast<size_t>(end - p) <= count) return false;
    for (size_t i = 1; i <= count; ++i) {
      if ((p[i] & 0xc0) != 0x80) return false;
    }
    return true;
  };
  const uint8_t lead = *p;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return more(1) ? 2 : 0;
  if (lead < 0xf0) {
    if (!more(2)) return 0;
    if (lead == 0xe0 && p[1] < 0xa0) return 0;
    if (lead == 0xed && p[1] >= 0xa0) return 0;
    return 3;
  }
  if (lead < 0xf5) {
    if (!more(3)) return 0;
    if (lead == 0xf0 && p[1] < 0x90) return 0;
    if (lead == 0xf4 && p[1] >= 0x90) return 0;
    return 4;
  }
  return 0;
}

void PrintBytes(std::string_view bytes, OutBuffer* out) {
  char* to = out->Reserve(bytes.size() / 3 * 4 + 6);
  *to++ = '"';
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, p += 3) {
    const uint32_t group = (uint32_t{p[0]} << 16) | (uint32_t{p[1]} << 8) | p[2];
    *to++ = kBase64[group >> 18];
    *to++ = kBase64[(group >> 12) & 63];
    *to++ = kBase64[(group >> 6) & 63];
    *to++ = kBase64[group & 63];
  }
  if (left > 0) {
    const uint32_t group = (uint32_t{p[0]} << 16) | (left > 1 ? uint32_t{p[1]} << 8 : 0);
    *to++ = kBase64[group >> 18];
    *to++ = kBase64[(group >> 12) & 63];
    *to++ = left > 1 ? kBase64[(group >> 6) & 63] : '=';
    *to++ = '=';
  }
  *to++ = '"';
  out->Commit(to);
}

template <class Integer>
void PrintInteger(Integer value, OutBuffer* out) {
  char* to = out->Reserve(24);
  out->Commit(std::to_chars(to, to + 24, value).ptr);
}

template <class Integer>
void PrintQuoted(Integer value, OutBuffer* out) {
  char* to = out->Reserve(26);
  *to++ = '"';
  to = std::to_chars(to, to + 24, value).ptr;
  *to++ = '"';
  out->Commit(to);
}

template <class Real>
void PrintReal(Real value, OutBuffer* out) {
  if (std::isnan(value)) {
    out->Append("\"NaN\"");
  } else if (std::isinf(value)) {
    out->Append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  } else if constexpr (std::is_same_v<Real, float>) {
    out->Append(google::protobuf::SimpleFtoa(value));
  } else {
    out->Append(google::protobuf::SimpleDtoa(value));
  }
}

// `.nnn`, `.nnnnnn` or `.nnnnnnnnn`, or nothing.
char* PrintFraction(uint32_t nanos, char* to) {
  if (nanos == 0) return to;
  int digits = 9;
  while (digits > 3 && nanos % 1000 == 0) {
    nanos /= 1000;
    digits -= 3;
  }
  *to++ = '.';
  for (int i = digits - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + nanos % 10);
    nanos /= 10;
  }
  return to + digits;
}

char* PrintPadded(uint32_t value, int digits, char* to) {
  for (int i = digits - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return to + digits;
}

// The seconds and nanos of a Timestamp or Duration.
Outcome ReadSecondsAndNanos(std::string_view wire, int64_t* seconds, int32_t* nanos) {
  WireReader reader(wire);
  int last = 0;
  while (!reader.done()) {
    int number;
    uint8_t wire_type;
    if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
    if ((number == 1 || number == 2) && wire_type == kVarint) {
      if (number <= last) return Outcome::kIrregular;
      last = number;
      uint64_t value;
      if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
      if (number == 1) {
        *seconds = static_cast<int64_t>(value);
      } else {
        *nanos = static_cast<int32_t>(value);
      }
    } else if (!reader.Skip(number, wire_type)) {
      return Outcome::kMalformed;
    }
  }
  return Outcome::kDone;
}

Outcome PrintTimestamp(std::string_view wire, OutBuffer* out) {
  int64_t seconds = 0;
  int32_t nanos = 0;
  RONGHE_WALK(ReadSecondsAndNanos(wire, &seconds, &nanos));
  if (seconds < -62135596800 || seconds > 253402300799 || nanos < 0 || nanos > 999999999) {
    return Outcome::kMalformed;
  }
  // Days since 0000-03-01, split into eras of 400 years.
  const int64_t shifted = seconds + 62167219200 - 60 * 86400;
  const int64_t days = shifted >= 0 ? shifted / 86400 : (shifted - 86399) / 86400;
  const auto of_day = static_cast<uint32_t>(shifted - days * 86400);
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<uint32_t>(days - era * 146097);
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  const uint32_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const uint32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const auto year =
      static_cast<uint32_t>(static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0));
  char* to = out->Reserve(40);
  *to++ = '"';
  to = PrintPadded(year, 4, to);
  *to++ = '-';
  to = PrintPadded(month, 2, to);
  *to++ = '-';
  to = PrintPadded(day, 2, to);
  *to++ = 'T';
  to = PrintPadded(of_day / 3600, 2, to);
  *to++ = ':';
  to = PrintPadded(of_day / 60 % 60, 2, to);
  *to++ = ':';
  to = PrintPadded(of_day % 60, 2, to);
  to = PrintFraction(static_cast<uint32_t>(nanos), to);
  *to++ = 'Z';
  *to++ = '"';
  out->Commit(to);
  return Outcome::kDone;
}

Outcome PrintDuration(std::string_view wire, OutBuffer* out) {
  int64_t seconds = 0;
  int32_t nanos = 0;
  RONGHE_WALK(ReadSecondsAndNanos(wire, &seconds, &nanos));
  constexpr int64_t kMaxSeconds = 315576000000;
  if (seconds < -kMaxSeconds || seconds > kMaxSeconds || nanos < -999999999 || nanos > 999999999 ||
      (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)) {
    return Outcome::kMalformed;
  }
  char* to = out->Reserve(48);
  *to++ = '"';
  if (seconds < 0 || nanos < 0) *to++ = '-';
  to = std::to_chars(to, to + 24, seconds < 0 ? -seconds : seconds).ptr;
  to = PrintFraction(static_cast<uint32_t>(nanos < 0 ? -nanos : nanos), to);
  *to++ = 's';
  *to++ = '"';
  out->Commit(to);
  return Outcome::kDone;
}

// The keys of a map seen so far, as they stand on the wire.
class SeenKeys {
 public:
  // False when `key` was seen before.
  bool Add(std::string_view key) {
    const absl::string_view k(key.data(), key.size());
    if (few_.size() < few_.capacity()) {
      if (std::find(few_.begin(), few_.end(), k) != few_.end()) return false;
      few_.push_back(k);
      return true;
    }
    if (many_.empty()) many_.insert(few_.begin(), few_.end());
    return many_.insert(k).second;
  }

 private:
  absl::InlinedVector<absl::string_view, 8> few_;
  absl::flat_hash_set<absl::string_view> many_;
};

class Walker {
 public:
  Walker(const Schema& schema, OutBuffer* out) : schema_(schema), out_(*out) {}

  Outcome Message(const MessageTable& type, std::string_view wire, int depth) {
    if (depth > kMaxDepth) return Outcome::kMalformed;
    switch (type.well_known) {
      case WellKnown::kNone:
        out_.Push('{');
        RONGHE_WALK(Fields(type, wire, depth, true));
        out_.Push('}');
        return Outcome::kDone;
      case WellKnown::kTimestamp:
        return PrintTimestamp(wire, &out_);
      case WellKnown::kDuration:
        return PrintDuration(wire, &out_);
      case WellKnown::kFieldMask:
        return FieldMask(wire);
      case WellKnown::kStruct:
        return Struct(type, wire, depth);
      case WellKnown::kValue:
        return Value(type, wire, depth);
      case WellKnown::kListValue:
        return ListValue(type, wire, depth);
      case WellKnown::kWrapper:
        return Wrapper(type, wire, depth);
      case WellKnown::kAny:
        return Any(wire, depth);
    }
    return Outcome::kMalformed;
  }

 private:
  Outcome Fields(const MessageTable& type, std::string_view wire, int depth, bool first) {
    WireReader reader(wire);
    int last = 0;
    uint64_t oneofs = 0;
    // '\0', ']' or '}': what closes the repeated field that is being printed.
    char open = '\0';
    absl::InlinedVector<SeenKeys, 1> keys;
    while (!reader.done()) {
      int number;
      uint8_t wire_type;
      if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      const Field* field = type.ByNumber(number);
      const bool packed = field != nullptr && field->repeated && field->packable &&
                          wire_type == kDelimited && field->wire_type != kDelimited;
      if (field == nullptr || (wire_type != field->wire_type && !packed)) {
        if (!reader.Skip(number, wire_type)) return Outcome::kMalformed;
        continue;
      }
      if (number < last || (number == last && !field->repeated)) return Outcome::kIrregular;
      if (number != last && open != '\0') {
        out_.Push(open);
        open = '\0';
      }
      last = number;
      if (!field->repeated) {
        if (field->oneof >= 0) {
          if (field->oneof >= 64) return Outcome::kIrregular;
          const uint64_t bit = uint64_t{1} << field->oneof;
          if (oneofs & bit) return Outcome::kIrregular;
          oneofs |= bit;
        }
        RONGHE_WALK(Singular(*field, reader, depth, &first));
        continue;
      }
      if (packed) {
        std::string_view bytes;
        if (!reader.ReadDelimited(&bytes)) return Outcome::kMalformed;
        WireReader values(bytes);
        while (!values.done()) {
          Element(*field, &open, &first);
          RONGHE_WALK(Value(*field, values, depth));
        }
        continue;
      }
      if (field->map) {
        if (open == '\0') {
          Key(*field, &first);
          out_.Push('{');
          open = '}';
          keys.clear();
          keys.emplace_back();
        } else {
          out_.Push(',');
        }
        RONGHE_WALK(MapEntry(*field, reader, depth, &keys.back()));
        continue;
      }
      Element(*field, &open, &first);
      RONGHE_WALK(Value(*field, reader, depth));
    }
    if (open != '\0') out_.Push(open);
    return Outcome::kDone;
  }

  void Key(const Field& field, bool* first) {
    if (!*first) out_.Push(',');
    *first = false;
    out_.Append(field.key);
  }

  void Element(const Field& field, char* open, bool* first) {
    if (*open == '\0') {
      Key(field, first);
      out_.Push('[');
      *open = ']';
    } else {
      out_.Push(',');
    }
  }

  // A singular field; a default value without presence is left out.
  Outcome Singular(const Field& field, WireReader& reader, int depth, bool* first) {
    if (!field.presence) {
      WireReader ahead = reader;
      uint64_t value = 0;
      uint32_t value32 = 0;
      std::string_view bytes;
      bool empty = false;
      switch (field.wire_type) {
        case kVarint:
          if (!ahead.ReadVarint(&value)) return Outcome::kMalformed;
          empty = Is32Bit(field.type) ? static_cast<uint32_t>(value) == 0 : value == 0;
          break;
        case kFixed64:
          if (!ahead.ReadFixed64(&value)) return Outcome::kMalformed;
          empty = value == 0;
          break;
        case kFixed32:
          if (!ahead.ReadFixed32(&value32)) return Outcome::kMalformed;
          empty = value32 == 0;
          break;
        case kDelimited:
          if (!ahead.ReadDelimited(&bytes)) return Outcome::kMalformed;
          empty = bytes.empty();
          break;
        default:
          break;
      }
      if (empty) {
        reader = ahead;
        return Outcome::kDone;
      }
    }
    Key(field, first);
    return Value(field, reader, depth);
  }

  static bool Is32Bit(FieldDescriptor::Type type) {
    return type == FieldDescriptor::TYPE_INT32 || type == FieldDescriptor::TYPE_UINT32 ||
           type == FieldDescriptor::TYPE_SINT32 || type == FieldDescriptor::TYPE_ENUM;
  }

  Outcome Value(const Field& field, WireReader& reader, int depth) {
    uint64_t value;
    uint32_t value32;
    std::string_view bytes;
    switch (field.type) {
      case FieldDescriptor::TYPE_INT32:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        PrintInteger(static_cast<int32_t>(value), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_INT64:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        PrintQuoted(static_cast<int64_t>(value), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_UINT32:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        PrintInteger(static_cast<uint32_t>(value), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_UINT64:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        PrintQuoted(value, &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_SINT32:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        PrintInteger(static_cast<int32_t>(UnZigZag(static_cast<uint32_t>(value))), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_SINT64:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        PrintQuoted(UnZigZag(value), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_FIXED32:
        if (!reader.ReadFixed32(&value32)) return Outcome::kMalformed;
        PrintInteger(value32, &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_SFIXED32:
        if (!reader.ReadFixed32(&value32)) return Outcome::kMalformed;
        PrintInteger(static_cast<int32_t>(value32), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_FIXED64:
        if (!reader.ReadFixed64(&value)) return Outcome::kMalformed;
        PrintQuoted(value, &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_SFIXED64:
        if (!reader.ReadFixed64(&value)) return Outcome::kMalformed;
        PrintQuoted(static_cast<int64_t>(value), &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_FLOAT: {
        if (!reader.ReadFixed32(&value32)) return Outcome::kMalformed;
        float real;
        std::memcpy(&real, &value32, sizeof real);
        PrintReal(real, &out_);
        return Outcome::kDone;
      }
      case FieldDescriptor::TYPE_DOUBLE: {
        if (!reader.ReadFixed64(&value)) return Outcome::kMalformed;
        double real;
        std::memcpy(&real, &value, sizeof real);
        PrintReal(real, &out_);
        return Outcome::kDone;
      }
      case FieldDescriptor::TYPE_BOOL:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        out_.Append(value != 0 ? "true" : "false");
        return Outcome::kDone;
      case FieldDescriptor::TYPE_ENUM:
        if (!reader.ReadVarint(&value)) return Outcome::kMalformed;
        Enum(*field.enumeration, static_cast<int32_t>(value));
        return Outcome::kDone;
      case FieldDescriptor::TYPE_STRING:
        if (!reader.ReadDelimited(&bytes)) return Outcome::kMalformed;
        PrintJsonString(bytes, &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_BYTES:
        if (!reader.ReadDelimited(&bytes)) return Outcome::kMalformed;
        PrintBytes(bytes, &out_);
        return Outcome::kDone;
      case FieldDescriptor::TYPE_MESSAGE:
        if (!reader.ReadDelimited(&bytes)) return Outcome::kMalformed;
        return Message(*field.message, bytes, depth + 1);
      case FieldDescriptor::TYPE_GROUP:
        return Outcome::kIrregular;
    }
    return Outcome::kMalformed;
  }

  void Enum(const EnumTable& type, int32_t number) {
    if (type.null_value) {
      out_.Append("null");
    } else if (const std::string* name = type.QuotedName(number)) {
      out_.Append(*name);
    } else {
      PrintInteger(number, &out_);
    }
  }

  // The value of a field that is absent from a map entry or a wrapper.
  Outcome Default(const Field& field, int depth) {
    switch (field.type) {
      case FieldDescriptor::TYPE_MESSAGE:
        return Message(*field.message, {}, depth + 1);
      case FieldDescriptor::TYPE_STRING:
      case FieldDescriptor::TYPE_BYTES:
        out_.Append("\"\"");
        return Outcome::kDone;
      case FieldDescriptor::TYPE_GROUP:
        return Outcome::kIrregular;
      default: {
        static constexpr char kZero[8] = {};
        WireReader zero(kZero, kZero + sizeof kZero);
        return Value(field, zero, depth);
      }
    }
  }

  Outcome MapEntry(const Field& field, WireReader& reader, int depth, SeenKeys* seen) {
    std::string_view entry;
    if (!reader.ReadDelimited(&entry)) return Outcome::kMalformed;
    const Field& key = field.message->fields[0];
    const Field& value = field.message->fields[1];
    WireReader inner(entry);
    bool has_key = false, has_value = false;
    WireReader key_at(entry), value_at(entry);
    std::string_view raw_key;
    while (!inner.done()) {
      int number;
      uint8_t wire_type;
      if (!inner.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      const char* const at = inner.position();
      if (number == 1 && wire_type == key.wire_type) {
        if (has_key) return Outcome::kIrregular;
        has_key = true;
        key_at = inner;
      } else if (number == 2 && wire_type == value.wire_type) {
        if (has_value) return Outcome::kIrregular;
        has_value = true;
        value_at = inner;
      }
      if (!inner.Skip(number, wire_type)) return Outcome::kMalformed;
      if (number == 1) {
        raw_key = std::string_view(at, static_cast<size_t>(inner.position() - at));
      }
    }
    // An absent key and a written default are the same key.
    const bool default_key = !has_key || raw_key == std::string_view("\0", 1) ||
                             raw_key == std::string_view("\0\0\0\0", 4) ||
                             raw_key == std::string_view("\0\0\0\0\0\0\0\0", 8);
    if (!seen->Add(default_key ? std::string_view() : raw_key)) return Outcome::kIrregular;
    const bool quoted = key.type == FieldDescriptor::TYPE_STRING ||
                        google::protobuf::FieldDescriptor::TypeToCppType(key.type) ==
                            FieldDescriptor::CPPTYPE_INT64 ||
                        google::protobuf::FieldDescriptor::TypeToCppType(key.type) ==
                            FieldDescriptor::CPPTYPE_UINT64;
    if (!quoted) out_.Push('"');
    RONGHE_WALK(has_key ? Value(key, key_at, depth) : Default(key, depth));
    if (!quoted) out_.Push('"');
    out_.Push(':');
    return has_value ? Value(value, value_at, depth) : Default(value, depth);
  }

  Outcome FieldMask(std::string_view wire) {
    WireReader reader(wire);
    out_.Push('"');
    bool first = true;
    while (!reader.done()) {
      int number;
      uint8_t wire_type;
      if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      std::string_view path;
      if (number != 1 || wire_type != kDelimited) {
        if (!reader.Skip(number, wire_type)) return Outcome::kMalformed;
        continue;
      }
      if (!reader.ReadDelimited(&path)) return Outcome::kMalformed;
      if (!first) out_.Push(',');
      first = false;
      char* to = out_.Reserve(path.size());
      bool upper = false;
      for (const char c : path) {
        if (c == '_') {
          upper = true;
          continue;
        }
        if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.') {
          return Outcome::kIrregular;
        }
        *to++ = upper ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
        upper = false;
      }
      out_.Commit(to);
    }
    out_.Push('"');
    return Outcome::kDone;
  }

  Outcome Struct(const MessageTable& type, std::string_view wire, int depth) {
    WireReader reader(wire);
    SeenKeys seen;
    out_.Push('{');
    bool first = true;
    while (!reader.done()) {
      int number;
      uint8_t wire_type;
      if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      if (number != 1 || wire_type != kDelimited) {
        if (!reader.Skip(number, wire_type)) return Outcome::kMalformed;
        continue;
      }
      if (!first) out_.Push(',');
      first = false;
      RONGHE_WALK(MapEntry(type.fields[0], reader, depth + 1, &seen));
    }
    out_.Push('}');
    return Outcome::kDone;
  }

  Outcome ListValue(const MessageTable& type, std::string_view wire, int depth) {
    WireReader reader(wire);
    out_.Push('[');
    bool first = true;
    while (!reader.done()) {
      int number;
      uint8_t wire_type;
      if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      if (number != 1 || wire_type != kDelimited) {
        if (!reader.Skip(number, wire_type)) return Outcome::kMalformed;
        continue;
      }
      if (!first) out_.Push(',');
      first = false;
      RONGHE_WALK(Value(type.fields[0], reader, depth));
    }
    out_.Push(']');
    return Outcome::kDone;
  }

  // google.protobuf.Value: exactly one member of its oneof.
  Outcome Value(const MessageTable& type, std::string_view wire, int depth) {
    WireReader reader(wire);
    bool printed = false;
    while (!reader.done()) {
      int number;
      uint8_t wire_type;
      if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      const Field* field = type.ByNumber(number);
      if (field == nullptr || wire_type != field->wire_type) {
        if (!reader.Skip(number, wire_type)) return Outcome::kMalformed;
        continue;
      }
      if (printed) return Outcome::kIrregular;
      printed = true;
      RONGHE_WALK(Value(*field, reader, depth));
    }
    if (!printed) out_.Append("null");
    return Outcome::kDone;
  }

  Outcome Wrapper(const MessageTable& type, std::string_view wire, int depth) {
    const Field& field = type.fields[0];
    WireReader reader(wire);
    bool printed = false;
    while (!reader.done()) {
      int number;
      uint8_t wire_type;
      if (!reader.ReadTag(&number, &wire_type)) return Outcome::kMalformed;
      if (number != 1 || wire_type != field.wire_type) {
        if (!reader.Skip(number, wire_type)) return Outcome::kMalformed;
        continue;
      }
      if (printed) return Outcome::kIrregular;
      printed = true;
      RONGHE_WALK(Value(field, reader, depth));
    }
    return printed ? Outcome::kDone : Default(field, depth);
  }

  Outcome Any(std::string_view wire, int depth) {
    const std::string_view url = PeekDelimited(wire, 1);
    const std::string_view value = PeekDelimited(wire, 2);
    if (url.empty()) {
      out_.Append("{}");
      return value.empty() ? Outcome::kDone : Outcome::kMalformed;
    }
    const size_t slash = url.rfind('/');
    const MessageTable* type =
        slash == std::string_view::npos ? nullptr : schema_.Message(url.substr(slash + 1));
    if (type == nullptr) return Outcome::kMalformed;
    out_.Append("{\"@type\":");
    PrintJsonString(url, &out_);
    if (type->well_known == WellKnown::kNone) {
      RONGHE_WALK(Fields(*type, value, depth + 1, false));
    } else {
      out_.Append(",\"value\":");
      RONGHE_WALK(Message(*type, value, depth + 1));
    }
    out_.Push('}');
    return Outcome::kDone;
  }

  const Schema& schema_;
  OutBuffer& out_;
};

#undef RONGHE_WALK

// A dynamic message keeps its map entries as they came: of those with one key only the last counts.
void KeepLastMapEntries(google::protobuf::Message* message) {
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      KeepLastMapEntries(reflection->MutableMessage(message, field));
      continue;
    }
    absl::flat_hash_set<std::string> seen;
    for (int i = reflection->FieldSize(*message, field) - 1; i >= 0; --i) {
      google::protobuf::Message* item = reflection->MutableRepeatedMessage(message, field, i);
      KeepLastMapEntries(item);
      if (!field->is_map()) continue;
      std::unique_ptr<google::protobuf::Message> key(item->New());
      key->CopyFrom(*item);
      key->GetReflection()->ClearField(key.get(), field->message_type()->map_value());
      if (seen.insert(key->SerializeAsString()).second) continue;
      for (int j = i; j + 1 < reflection->FieldSize(*message, field); ++j) {
        reflection->SwapElements(message, field, j, j + 1);
      }
      reflection->RemoveLast(message, field);
    }
  }
}

absl::Status Malformed(const MessageTable& type) {
  return absl::InternalError(absl::StrCat("malformed ", type.descriptor->full_name()));
}

}  // namespace

void PrintJsonString(std::string_view text, OutBuffer* out) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* const end = p + text.size();
  // An escape takes six bytes at most; a replaced byte takes three.
  char* to = out->Reserve(text.size() * 6 + 2);
  *to++ = '"';
  while (p < end) {
    const uint8_t c = *p;
    switch (kByteClass[c]) {
      case 0:
        *to++ = static_cast<char>(c);
        ++p;
        break;
      case 1:
        to = EscapeByte(c, to);
        ++p;
        break;
      default: {
        const size_t length = SequenceLength(p, end);
        if (length == 0) {
          to = std::copy_n("\xef\xbf\xbd", 3, to);
          ++p;
        } else if (length == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9)) {
          // The line separators that JavaScript once did not take in a string.
          to = std::copy_n(p[2] == 0xa8 ? "\\u2028" : "\\u2029", 6, to);
          p += 3;
        } else {
          std::memcpy(to, p, length);
          to += length;
          p += length;
        }
      }
    }
  }
  *to++ = '"';
  out->Commit(to);
}

absl::Status PrintJson(const Schema& schema, const MessageTable& type, std::string_view wire,
                       OutBuffer* out) {
  const size_t start = out->size();
  Walker walker(schema, out);
  const Outcome outcome = walker.Message(type, wire, 0);
  if (outcome == Outcome::kDone) return absl::OkStatus();
  out->Truncate(start);
  if (outcome == Outcome::kMalformed) return Malformed(type);
  std::unique_ptr<google::protobuf::Message> message(schema.Prototype(type.descriptor)->New());
  if (!message->ParseFromArray(wire.data(), static_cast<int>(wire.size()))) return Malformed(type);
  KeepLastMapEntries(message.get());
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(*message, &json).ok()) return Malformed(type);
  out->Append(json);
  return absl::OkStatus();
}

}  // namespace ronghe::gateway::transcode
