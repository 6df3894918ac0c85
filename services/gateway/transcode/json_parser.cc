#include "services/gateway/transcode/json_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::transcode {
namespace {

using google::protobuf::FieldDescriptor;

absl::Status Invalid(std::string field, std::string description_zh) {
  if (field.empty()) field = "(body)";
  return error::InvalidFields({{std::move(field), std::move(description_zh)}});
}

}  // namespace

std::string_view ShownName(std::string_view name) {
  const bool word =
      !name.empty() && name.size() <= 64 &&
      !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
      });
  return word ? name : "(unknown)";
}

namespace {

// Base64, standard or URL-safe, padded or not.
bool DecodeBase64(std::string_view text, std::string* out) {
  static constexpr auto kValues = [] {
    std::array<int8_t, 256> values{};
    for (auto& value : values) value = -1;
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 64; ++i)
      values[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
    values['-'] = 62;
    values['_'] = 63;
    return values;
  }();
  const size_t given = text.size();
  size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  if (padding > 0 && given % 4 != 0) return false;
  if (text.size() % 4 == 1) return false;
  out->clear();
  out->reserve(text.size() / 4 * 3 + 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int8_t value = kValues[static_cast<uint8_t>(c)];
    if (value < 0) return false;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    if (++count == 4) {
      const char group[3] = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                             static_cast<char>(bits)};
      out->append(group, 3);
      bits = 0;
      count = 0;
    }
  }
  if (count == 2) {
    if (bits & 0xf) return false;
    out->push_back(static_cast<char>(bits >> 4));
  } else if (count == 3) {
    if (bits & 0x3) return false;
    out->push_back(static_cast<char>(bits >> 10));
    out->push_back(static_cast<char>(bits >> 2));
  }
  return true;
}

// An integer written as JSON writes numbers: "12", "-3", also "1.0" and "1e3" where they are whole.
template <class Integer>
bool ParseInteger(std::string_view text, Integer* value) {
  if (text.empty()) return false;
  const char* const end = text.data() + text.size();
  const size_t sign = text[0] == '-' ? 1 : 0;
  if (text.size() == sign) return false;
  if (text.size() > sign + 1 && text[sign] == '0' && absl::ascii_isdigit(text[sign + 1]))
    return false;
  if (!absl::ascii_isdigit(static_cast<unsigned char>(text[sign]))) return false;
  const auto whole = std::from_chars(text.data(), end, *value);
  if (whole.ec == std::errc() && whole.ptr == end) return true;
  if (std::is_unsigned_v<Integer> && text == "-0") {
    *value = 0;
    return true;
  }
  if (text.find_first_of(".eE") == std::string_view::npos || text.size() > 64) return false;
  double real;
  const auto parsed = std::from_chars(text.data(), end, real);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!(std::abs(real) <= kExact) || real != std::trunc(real)) return false;
  if (real < static_cast<double>(std::numeric_limits<Integer>::min()) ||
      real > static_cast<double>(std::numeric_limits<Integer>::max())) {
    return false;
  }
  *value = static_cast<Integer>(real);
  return true;
}

bool ParseDouble(std::string_view text, double* value) {
  if (text.empty() || text.size() > 400) return false;
  const size_t sign = text[0] == '-' ? 1 : 0;
  if (text.size() == sign || !absl::ascii_isdigit(static_cast<unsigned char>(text[sign])))
    return false;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), *value);
  if (parsed.ptr != text.data() + text.size()) return false;
  if (parsed.ec == std::errc::result_out_of_range) {
    // Too small is zero; too large is refused.
    return absl::SimpleAtod(base::Sv(text), value) && std::isfinite(*value);
  }
  return parsed.ec == std::errc();
}

// One JSON scalar as it stands: the text of a string (unescaped) or of a number, or a keyword.
struct Scalar {
  enum class Kind { kString, kNumber, kTrue, kFalse } kind;
  std::string_view text;
};

std::string_view TypeName(const Field& field) {
  switch (field.type) {
    case FieldDescriptor::TYPE_BOOL:
      return "布尔值 true 或 false";
    case FieldDescriptor::TYPE_STRING:
      return "字符串";
    case FieldDescriptor::TYPE_BYTES:
      return "Base64 字符串";
    case FieldDescriptor::TYPE_ENUM:
      return "枚举名称";
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_DOUBLE:
      return "数字";
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      switch (field.message->well_known) {
        case WellKnown::kTimestamp:
          return "RFC 3339 时间字符串,如 2026-11-23T08:00:00Z";
        case WellKnown::kDuration:
          return "时长字符串,如 1.5s";
        case WellKnown::kFieldMask:
          return "以逗号分隔的字段名";
        case WellKnown::kListValue:
          return "数组";
        default:
          return "对象";
      }
    default:
      return "整数";
  }
}

absl::Status WrongType(const std::string& path, const Field& field) {
  return Invalid(path, base::Cat("类型不符,应为", TypeName(field)));
}

// Appends the value of a scalar field without its tag. `path` names it in errors.
absl::Status AppendScalar(const Field& field, const Scalar& scalar, const std::string& path,
                          std::string* out) {
  const bool number = scalar.kind == Scalar::Kind::kNumber || scalar.kind == Scalar::Kind::kString;
  const auto out_of_range = [&] { return Invalid(path, "不是该字段范围内的整数"); };
  switch (field.type) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SFIXED32: {
      int32_t value;
      if (!number) return WrongType(path, field);
      if (!ParseInteger(scalar.text, &value)) return out_of_range();
      if (field.type == FieldDescriptor::TYPE_SFIXED32) {
        out->append(reinterpret_cast<const char*>(&value), sizeof value);
      } else if (field.type == FieldDescriptor::TYPE_SINT32) {
        AppendVarint(out, ZigZag(value));
      } else {
        AppendVarint(out, static_cast<uint64_t>(int64_t{value}));
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_SFIXED64: {
      int64_t value;
      if (!number) return WrongType(path, field);
      if (!ParseInteger(scalar.text, &value)) return out_of_range();
      if (field.type == FieldDescriptor::TYPE_SFIXED64) {
        out->append(reinterpret_cast<const char*>(&value), sizeof value);
      } else if (field.type == FieldDescriptor::TYPE_SINT64) {
        AppendVarint(out, ZigZag(value));
      } else {
        AppendVarint(out, static_cast<uint64_t>(value));
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32: {
      uint32_t value;
      if (!number) return WrongType(path, field);
      if (!ParseInteger(scalar.text, &value)) return out_of_range();
      if (field.type == FieldDescriptor::TYPE_FIXED32) {
        out->append(reinterpret_cast<const char*>(&value), sizeof value);
      } else {
        AppendVarint(out, value);
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64: {
      uint64_t value;
      if (!number) return WrongType(path, field);
      if (!ParseInteger(scalar.text, &value)) return out_of_range();
      if (field.type == FieldDescriptor::TYPE_FIXED64) {
        out->append(reinterpret_cast<const char*>(&value), sizeof value);
      } else {
        AppendVarint(out, value);
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_DOUBLE: {
      double value;
      if (!number) return WrongType(path, field);
      if (scalar.kind == Scalar::Kind::kString && scalar.text == "NaN") {
        value = std::numeric_limits<double>::quiet_NaN();
      } else if (scalar.kind == Scalar::Kind::kString && scalar.text == "Infinity") {
        value = std::numeric_limits<double>::infinity();
      } else if (scalar.kind == Scalar::Kind::kString && scalar.text == "-Infinity") {
        value = -std::numeric_limits<double>::infinity();
      } else if (!ParseDouble(scalar.text, &value) ||
                 (field.type == FieldDescriptor::TYPE_FLOAT &&
                  std::abs(value) > double{std::numeric_limits<float>::max()})) {
        return Invalid(path, "不是该字段范围内的数字");
      }
      if (field.type == FieldDescriptor::TYPE_DOUBLE) {
        out->append(reinterpret_cast<const char*>(&value), sizeof value);
      } else {
        const auto narrow = static_cast<float>(value);
        out->append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_BOOL:
      if (scalar.kind != Scalar::Kind::kTrue && scalar.kind != Scalar::Kind::kFalse) {
        return WrongType(path, field);
      }
      out->push_back(scalar.kind == Scalar::Kind::kTrue ? 1 : 0);
      return absl::OkStatus();
    case FieldDescriptor::TYPE_ENUM: {
      if (!number) return WrongType(path, field);
      int32_t value;
      if (scalar.kind == Scalar::Kind::kNumber) {
        if (!ParseInteger(scalar.text, &value) || field.enumeration->QuotedName(value) == nullptr) {
          return Invalid(path, "没有这个编号的枚举值");
        }
      } else {
        const auto it = field.enumeration->numbers.find(base::Sv(scalar.text));
        if (it == field.enumeration->numbers.end()) {
          return Invalid(path, "没有这个名称的枚举值");
        }
        value = it->second;
      }
      AppendVarint(out, static_cast<uint64_t>(int64_t{value}));
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_STRING:
      if (scalar.kind != Scalar::Kind::kString) return WrongType(path, field);
      AppendDelimited(out, scalar.text);
      return absl::OkStatus();
    case FieldDescriptor::TYPE_BYTES: {
      if (scalar.kind != Scalar::Kind::kString) return WrongType(path, field);
      std::string bytes;
      if (!DecodeBase64(scalar.text, &bytes)) return Invalid(path, "不是合法的 Base64 内容");
      AppendDelimited(out, bytes);
      return absl::OkStatus();
    }
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      break;
  }
  return WrongType(path, field);
}

// Writes `length` before the bytes that stand from `start` to the end of `out`; one byte was kept
// for it.
void PatchLength(std::string* out, size_t start) {
  const size_t length = out->size() - start;
  if (length < 0x80) {
    (*out)[start - 1] = static_cast<char>(length);
    return;
  }
  std::string varint;
  AppendVarint(&varint, length);
  (*out)[start - 1] = varint[0];
  out->insert(start, varint, 1);
}

void AppendSecondsAndNanos(int64_t seconds, int32_t nanos, std::string* out) {
  if (seconds != 0) {
    AppendTag(out, 1, kVarint);
    AppendVarint(out, static_cast<uint64_t>(seconds));
  }
  if (nanos != 0) {
    AppendTag(out, 2, kVarint);
    AppendVarint(out, static_cast<uint64_t>(int64_t{nanos}));
  }
}

// Digits after a decimal point as nanoseconds; `text` starts after the point.
bool ParseNanos(std::string_view text, int32_t* nanos) {
  if (text.empty() || text.size() > 9) return false;
  *nanos = 0;
  for (size_t i = 0; i < 9; ++i) {
    int digit = 0;
    if (i < text.size()) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
      digit = text[i] - '0';
    }
    *nanos = *nanos * 10 + digit;
  }
  return true;
}

bool ParseTimestamp(std::string_view text, std::string* out) {
  // 2026-11-23T08:00:00[.fff](Z|±hh:mm)
  if (text.size() < 20 || text.size() > 40 || text[4] != '-' || text[7] != '-' || text[10] != 'T') {
    return false;
  }
  for (const size_t i : {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18}) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  const auto digits = [&](size_t from, size_t count) {
    int value = 0;
    for (size_t i = from; i < from + count; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  if (text[13] != ':' || text[16] != ':') return false;
  int32_t nanos = 0;
  size_t at = 19;
  if (text[at] == '.') {
    size_t end = at + 1;
    while (end < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (!ParseNanos(text.substr(at + 1, end - at - 1), &nanos)) return false;
    at = end;
  }
  const std::string_view zone = text.substr(at);
  int offset = 0;
  if (zone != "Z") {
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return false;
    for (const size_t i : {1, 2, 4, 5}) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(zone[i]))) return false;
    }
    const int hours = (zone[1] - '0') * 10 + zone[2] - '0';
    const int minutes = (zone[4] - '0') * 10 + zone[5] - '0';
    if (hours > 23 || minutes > 59) return false;
    offset = (hours * 3600 + minutes * 60) * (zone[0] == '-' ? -1 : 1);
  }
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  const int hour = digits(11, 2), minute = digits(14, 2), second = digits(17, 2);
  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  if (civil.year() != year || civil.month() != month || civil.day() != day ||
      civil.hour() != hour || civil.minute() != minute || civil.second() != second) {
    return false;
  }
  const int64_t seconds = absl::ToUnixSeconds(absl::FromCivil(civil, absl::UTCTimeZone())) - offset;
  if (seconds < -62135596800 || seconds > 253402300799) return false;
  AppendSecondsAndNanos(seconds, nanos, out);
  return true;
}

bool ParseDuration(std::string_view text, std::string* out) {
  if (text.size() < 2 || text.size() > 32 || text.back() != 's') return false;
  text.remove_suffix(1);
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > 12) return false;
  int64_t seconds = 0;
  for (const char c : whole) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
    seconds = seconds * 10 + (c - '0');
  }
  int32_t nanos = 0;
  if (point != std::string_view::npos && !ParseNanos(text.substr(point + 1), &nanos)) return false;
  if (seconds > 315576000000) return false;
  AppendSecondsAndNanos(negative ? -seconds : seconds, negative ? -nanos : nanos, out);
  return true;
}

// Appends a path of a field mask, in camel or in snake case, as the message holds it: in snake
// case. False for one that camel case can't say: it names no field.
bool AppendMaskPath(std::string_view path, std::string* snake) {
  if (path == "*") {
    snake->push_back('*');
    return true;
  }
  bool within = false;  // a word has begun
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool joins = c == '.' || c == '_';
    if (!absl::ascii_islower(byte) && !(within && (joins || absl::ascii_isalnum(byte)))) {
      return false;
    }
    if (absl::ascii_isupper(byte)) snake->push_back('_');
    snake->push_back(absl::ascii_tolower(byte));
    within = !joins;
  }
  return within;
}

bool ParseFieldMask(std::string_view text, std::string* out) {
  if (text.empty()) return true;
  while (true) {
    const size_t comma = text.find(',');
    std::string snake;
    if (!AppendMaskPath(text.substr(0, comma), &snake)) return false;
    AppendTag(out, 1, kDelimited);
    AppendDelimited(out, snake);
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

bool IsTextMessage(const MessageTable& type) {
  return type.well_known == WellKnown::kTimestamp || type.well_known == WellKnown::kDuration ||
         type.well_known == WellKnown::kFieldMask;
}

// Appends the content of a well-known message that is a string in JSON.
absl::Status AppendTextMessage(const Field& field, std::string_view text, const std::string& path,
                               std::string* out) {
  bool good = false;
  switch (field.message->well_known) {
    case WellKnown::kTimestamp:
      good = ParseTimestamp(text, out);
      break;
    case WellKnown::kDuration:
      good = ParseDuration(text, out);
      break;
    case WellKnown::kFieldMask:
      good = ParseFieldMask(text, out);
      break;
    default:
      break;
  }
  return good ? absl::OkStatus() : WrongType(path, field);
}

class Parser {
 public:
  Parser(std::string_view json, std::string_view prefix, std::string* out)
      : begin_(json.data()), p_(begin_), end_(begin_ + json.size()), path_(prefix), out_(out) {}

  absl::Status Document(const MessageTable& type) {
    SkipSpace();
    RONGHE_RETURN_IF_ERROR(MessageBody(nullptr, type, 0));
    SkipSpace();
    if (p_ != end_) return Syntax("正文之后还有多余的内容");
    return absl::OkStatus();
  }

 private:
  absl::Status Syntax(std::string_view what_zh) {
    const std::string offset = absl::StrCat(p_ - begin_);
    return error::Make(absl::StatusCode::kInvalidArgument, "JSON_INVALID",
                       base::Cat("请求正文不是合法的 JSON(第 ", offset, " 字节处):", what_zh),
                       {{"offset", offset}});
  }

  void SkipSpace() {
    while (p_ < end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
  }

  bool Take(char c) {
    if (p_ < end_ && *p_ == c) {
      ++p_;
      return true;
    }
    return false;
  }

  bool TakeWord(std::string_view word) {
    if (static_cast<size_t>(end_ - p_) < word.size() ||
        std::memcmp(p_, word.data(), word.size()) != 0) {
      return false;
    }
    p_ += word.size();
    return true;
  }

  // Reads four hex digits.
  bool Hex4(uint32_t* value) {
    if (end_ - p_ < 4) return false;
    *value = 0;
    for (int i = 0; i < 4; ++i) {
      const auto c = static_cast<unsigned char>(p_[i]);
      if (!absl::ascii_isxdigit(c)) return false;
      *value = *value * 16 +
               static_cast<uint32_t>(c <= '9' ? c - '0' : (absl::ascii_tolower(c) - 'a' + 10));
    }
    p_ += 4;
    return true;
  }

  // Reads a string. `text` points into the JSON, or into `unescaped` when there was an escape.
  absl::Status String(std::string* unescaped, std::string_view* text) {
    if (!Take('"')) return Syntax("此处应为字符串");
    const char* start = p_;
    bool escaped = false;
    bool ascii = true;
    while (true) {
      if (p_ == end_) return Syntax("字符串没有结束");
      const auto c = static_cast<unsigned char>(*p_);
      if (c == '"') break;
      if (c < 0x20) return Syntax("字符串中有未转义的控制字符");
      if (c >= 0x80) ascii = false;
      if (c != '\\') {
        ++p_;
        continue;
      }
      if (!escaped) {
        escaped = true;
        unescaped->clear();
      }
      unescaped->append(start, static_cast<size_t>(p_ - start));
      ++p_;
      if (p_ == end_) return Syntax("字符串没有结束");
      switch (*p_++) {
        case '"':
          unescaped->push_back('"');
          break;
        case '\\':
          unescaped->push_back('\\');
          break;
        case '/':
          unescaped->push_back('/');
          break;
        case 'b':
          unescaped->push_back('\b');
          break;
        case 'f':
          unescaped->push_back('\f');
          break;
        case 'n':
          unescaped->push_back('\n');
          break;
        case 'r':
          unescaped->push_back('\r');
          break;
        case 't':
          unescaped->push_back('\t');
          break;
        case 'u': {
          uint32_t unit;
          if (!Hex4(&unit)) return Syntax("\\u 之后应为四位十六进制数");
          if (unit == 0) return Syntax("字符串中不能有 NUL 字符");
          if (unit >= 0xdc00 && unit <= 0xdfff) return Syntax("单独的低位代理项");
          if (unit >= 0xd800 && unit <= 0xdbff) {
            uint32_t low;
            if (!Take('\\') || !Take('u') || !Hex4(&low) || low < 0xdc00 || low > 0xdfff) {
              return Syntax("单独的高位代理项");
            }
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          }
          AppendUtf8(unit, unescaped);
          break;
        }
        default:
          --p_;
          return Syntax("未知的转义字符");
      }
      start = p_;
    }
    const std::string_view rest(start, static_cast<size_t>(p_ - start));
    if (escaped) {
      unescaped->append(rest.data(), rest.size());
      *text = *unescaped;
    } else {
      *text = rest;
    }
    if (!ascii && !base::IsValidUtf8(*text)) {
      p_ = start;
      return Syntax("字符串不是合法的 UTF-8");
    }
    ++p_;
    return absl::OkStatus();
  }

  static void AppendUtf8(uint32_t code, std::string* out) {
    if (code < 0x80) {
      out->push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out->push_back(static_cast<char>(0xc0 | (code >> 6)));
      out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
      out->push_back(static_cast<char>(0xe0 | (code >> 12)));
      out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
      out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else {
      out->push_back(static_cast<char>(0xf0 | (code >> 18)));
      out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3f)));
      out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
      out->push_back(static_cast<char>(0x80 | (code & 0x3f)));
    }
  }

  // Reads a number as it stands, checked against JSON's grammar.
  absl::Status Number(std::string_view* text) {
    const char* const start = p_;
    Take('-');
    const auto digits = [&] {
      const char* from = p_;
      while (p_ < end_ && absl::ascii_isdigit(static_cast<unsigned char>(*p_))) ++p_;
      return p_ != from;
    };
    if (Take('0')) {
      if (p_ < end_ && absl::ascii_isdigit(static_cast<unsigned char>(*p_))) {
        return Syntax("数字不能以 0 开头");
      }
    } else if (!digits()) {
      return Syntax("此处应为一个值");
    }
    if (Take('.') && !digits()) return Syntax("小数点之后应为数字");
    if (p_ < end_ && (*p_ == 'e' || *p_ == 'E')) {
      ++p_;
      if (!Take('+')) Take('-');
      if (!digits()) return Syntax("指数应为数字");
    }
    *text = std::string_view(start, static_cast<size_t>(p_ - start));
    return absl::OkStatus();
  }

  // Reads a scalar; false in `*is` when an object, array or null stands here instead.
  absl::Status MaybeScalar(std::string* unescaped, Scalar* scalar, bool* is) {
    *is = true;
    if (p_ == end_) return Syntax("内容不完整");
    switch (*p_) {
      case '"':
        scalar->kind = Scalar::Kind::kString;
        return String(unescaped, &scalar->text);
      case '{':
      case '[':
        *is = false;
        return absl::OkStatus();
      case 't':
        if (!TakeWord("true")) return Syntax("此处应为一个值");
        scalar->kind = Scalar::Kind::kTrue;
        return absl::OkStatus();
      case 'f':
        if (!TakeWord("false")) return Syntax("此处应为一个值");
        scalar->kind = Scalar::Kind::kFalse;
        return absl::OkStatus();
      case 'n':
        *is = false;
        return absl::OkStatus();
      default:
        scalar->kind = Scalar::Kind::kNumber;
        return Number(&scalar->text);
    }
  }

  // Goes over the members of an object: `member` is called before each value with its key.
  template <class F>
  absl::Status Object(int depth, F member) {
    if (depth >= kMaxJsonDepth) return Syntax("嵌套过深");
    if (!Take('{')) return Syntax("此处应为对象");
    SkipSpace();
    if (Take('}')) return absl::OkStatus();
    std::string unescaped;
    while (true) {
      SkipSpace();
      std::string_view key;
      RONGHE_RETURN_IF_ERROR(String(&unescaped, &key));
      SkipSpace();
      if (!Take(':')) return Syntax("此处应为冒号");
      SkipSpace();
      RONGHE_RETURN_IF_ERROR(member(key));
      SkipSpace();
      if (Take(',')) continue;
      if (Take('}')) return absl::OkStatus();
      return Syntax("此处应为逗号或右花括号");
    }
  }

  template <class F>
  absl::Status Array(int depth, F element) {
    if (depth >= kMaxJsonDepth) return Syntax("嵌套过深");
    if (!Take('[')) return Syntax("此处应为数组");
    SkipSpace();
    if (Take(']')) return absl::OkStatus();
    for (size_t index = 0;; ++index) {
      SkipSpace();
      RONGHE_RETURN_IF_ERROR(element(index));
      SkipSpace();
      if (Take(',')) continue;
      if (Take(']')) return absl::OkStatus();
      return Syntax("此处应为逗号或右方括号");
    }
  }

  // Appends `part` to the path for as long as the guard lives.
  class PathPart {
   public:
    PathPart(std::string* path, std::string_view part) : path_(path), size_(path->size()) {
      if (!path->empty()) path->push_back('.');
      path->append(part.data(), part.size());
    }
    PathPart(std::string* path, size_t index) : path_(path), size_(path->size()) {
      absl::StrAppend(path, "[", index, "]");
    }
    ~PathPart() { path_->resize(size_); }
    PathPart(const PathPart&) = delete;
    PathPart& operator=(const PathPart&) = delete;

   private:
    std::string* path_;
    size_t size_;
  };

  // The content of a message, without tag and length. `field` is null at the top.
  absl::Status MessageBody(const Field* field, const MessageTable& type, int depth) {
    switch (type.well_known) {
      case WellKnown::kNone:
        return Fields(type, depth);
      case WellKnown::kTimestamp:
      case WellKnown::kDuration:
      case WellKnown::kFieldMask: {
        std::string unescaped;
        Scalar scalar;
        bool is;
        RONGHE_RETURN_IF_ERROR(MaybeScalar(&unescaped, &scalar, &is));
        if (field == nullptr) return Invalid(path_, "类型不符");
        if (!is || scalar.kind != Scalar::Kind::kString) return WrongType(path_, *field);
        return AppendTextMessage(*field, scalar.text, path_, out_);
      }
      case WellKnown::kWrapper: {
        AppendTag(out_, 1, type.fields[0].wire_type);
        return ScalarValue(type.fields[0]);
      }
      case WellKnown::kStruct:
        if (p_ < end_ && *p_ != '{') return Invalid(path_, "类型不符,应为对象");
        return Map(type.fields[0], depth);
      case WellKnown::kListValue:
        if (p_ < end_ && *p_ != '[') return Invalid(path_, "类型不符,应为数组");
        return Array(depth, [&](size_t index) -> absl::Status {
          PathPart part(&path_, index);
          return DelimitedMessage(type.fields[0], depth);
        });
      case WellKnown::kValue:
        return AnyValue(type, depth);
      case WellKnown::kAny:
        return Invalid(path_, "请求中不支持此类型");
    }
    return Invalid(path_, "请求中不支持此类型");
  }

  absl::Status AnyValue(const MessageTable& type, int depth) {
    if (p_ < end_ && *p_ == 'n') {
      if (!TakeWord("null")) return Syntax("此处应为一个值");
      AppendTag(out_, 1, kVarint);
      AppendVarint(out_, 0);
      return absl::OkStatus();
    }
    if (p_ < end_ && *p_ == '{') return DelimitedMessage(*type.ByNumber(5), depth);
    if (p_ < end_ && *p_ == '[') return DelimitedMessage(*type.ByNumber(6), depth);
    std::string unescaped;
    Scalar scalar;
    bool is;
    RONGHE_RETURN_IF_ERROR(MaybeScalar(&unescaped, &scalar, &is));
    const int number = scalar.kind == Scalar::Kind::kNumber   ? 2
                       : scalar.kind == Scalar::Kind::kString ? 3
                                                              : 4;
    const Field& member = *type.ByNumber(number);
    AppendTag(out_, number, member.wire_type);
    return AppendScalar(member, scalar, path_, out_);
  }

  // A member message with tag and length.
  absl::Status DelimitedMessage(const Field& field, int depth) {
    AppendTag(out_, field.number, kDelimited);
    out_->push_back('\0');
    const size_t start = out_->size();
    if (field.message->well_known == WellKnown::kNone && p_ < end_ && *p_ != '{') {
      return WrongType(path_, field);
    }
    RONGHE_RETURN_IF_ERROR(MessageBody(&field, *field.message, depth + 1));
    PatchLength(out_, start);
    return absl::OkStatus();
  }

  // A scalar without its tag.
  absl::Status ScalarValue(const Field& field) {
    std::string unescaped;
    Scalar scalar;
    bool is;
    RONGHE_RETURN_IF_ERROR(MaybeScalar(&unescaped, &scalar, &is));
    if (!is) return WrongType(path_, field);
    return AppendScalar(field, scalar, path_, out_);
  }

  absl::Status OneValue(const Field& field, int depth) {
    if (field.message != nullptr) return DelimitedMessage(field, depth);
    AppendTag(out_, field.number, field.wire_type);
    return ScalarValue(field);
  }

  static bool TakesNull(const Field& field) {
    return (field.message != nullptr && field.message->well_known == WellKnown::kValue) ||
           (field.enumeration != nullptr && field.enumeration->null_value);
  }

  absl::Status Fields(const MessageTable& type, int depth) {
    if (p_ < end_ && *p_ != '{') {
      // A syntax error is told before a wrong type.
      std::string unescaped;
      Scalar scalar;
      bool is;
      RONGHE_RETURN_IF_ERROR(MaybeScalar(&unescaped, &scalar, &is));
      return Invalid(path_, "类型不符,应为对象");
    }
    absl::InlinedVector<uint64_t, 2> seen((type.fields.size() + 63) / 64, 0);
    uint64_t oneofs = 0;
    return Object(depth, [&](std::string_view key) -> absl::Status {
      const Field* field = type.ByName(key);
      PathPart part(&path_, field == nullptr ? ShownName(key) : std::string_view(field->name));
      if (field == nullptr) return Invalid(path_, "没有这个字段");
      uint64_t& word = seen[static_cast<size_t>(field->index) / 64];
      const uint64_t bit = uint64_t{1} << (field->index % 64);
      if (word & bit) return Invalid(path_, "字段重复出现");
      word |= bit;
      if (p_ < end_ && *p_ == 'n' && !(TakesNull(*field) && !field->repeated)) {
        if (!TakeWord("null")) return Syntax("此处应为一个值");
        return absl::OkStatus();
      }
      if (field->oneof >= 0 && field->oneof < 64) {
        const uint64_t member = uint64_t{1} << field->oneof;
        if (oneofs & member) return Invalid(path_, "与同组的另一个字段不能同时给出");
        oneofs |= member;
      }
      if (field->enumeration != nullptr && field->enumeration->null_value && p_ < end_ &&
          *p_ == 'n') {
        if (!TakeWord("null")) return Syntax("此处应为一个值");
        AppendTag(out_, field->number, kVarint);
        AppendVarint(out_, 0);
        return absl::OkStatus();
      }
      if (field->map) {
        if (p_ < end_ && *p_ != '{') return Invalid(path_, "类型不符,应为对象");
        return Map(*field, depth + 1);
      }
      if (field->repeated) {
        if (p_ < end_ && *p_ != '[') return Invalid(path_, "类型不符,应为数组");
        return Array(depth + 1, [&](size_t index) -> absl::Status {
          PathPart element(&path_, index);
          if (p_ < end_ && *p_ == 'n' && !TakesNull(*field)) {
            if (!TakeWord("null")) return Syntax("此处应为一个值");
            return Invalid(path_, "数组元素不能为 null");
          }
          return OneValue(*field, depth + 1);
        });
      }
      return OneValue(*field, depth);
    });
  }

  absl::Status Map(const Field& field, int depth) {
    const Field& key_field = field.message->fields[0];
    const Field& value_field = field.message->fields[1];
    absl::flat_hash_set<std::string> seen;
    return Object(depth, [&](std::string_view key) -> absl::Status {
      PathPart part(&path_, ShownName(key));
      if (!seen.insert(std::string(key)).second) return Invalid(path_, "键重复出现");
      AppendTag(out_, field.number, kDelimited);
      out_->push_back('\0');
      const size_t start = out_->size();
      AppendTag(out_, 1, key_field.wire_type);
      Scalar scalar{Scalar::Kind::kString, key};
      if (key_field.type == FieldDescriptor::TYPE_BOOL) {
        if (key != "true" && key != "false") return WrongType(path_, key_field);
        scalar.kind = key == "true" ? Scalar::Kind::kTrue : Scalar::Kind::kFalse;
      }
      RONGHE_RETURN_IF_ERROR(AppendScalar(key_field, scalar, path_, out_));
      if (p_ < end_ && *p_ == 'n' && !TakesNull(value_field)) {
        if (!TakeWord("null")) return Syntax("此处应为一个值");
        return Invalid(path_, "键的值不能为 null");
      }
      RONGHE_RETURN_IF_ERROR(OneValue(value_field, depth));
      PatchLength(out_, start);
      return absl::OkStatus();
    });
  }

  const char* const begin_;
  const char* p_;
  const char* const end_;
  std::string path_;
  std::string* out_;
};

}  // namespace

absl::Status ParseJson(const MessageTable& type, std::string_view json, std::string_view prefix,
                       std::string* wire) {
  return Parser(json, prefix, wire).Document(type);
}

absl::StatusOr<FieldPath> ResolvePath(const MessageTable& type, std::string_view path) {
  FieldPath steps;
  const MessageTable* at = &type;
  while (true) {
    const size_t dot = path.find('.');
    const Field* field = at == nullptr ? nullptr : at->ByName(path.substr(0, dot));
    if (field == nullptr) return absl::NotFoundError(base::Cat("no field ", path));
    if (!steps.empty() && steps.back()->repeated) {
      return absl::NotFoundError(base::Cat("field below a repeated field: ", path));
    }
    steps.push_back(field);
    if (dot == std::string_view::npos) return steps;
    at = field->message;
    path.remove_prefix(dot + 1);
  }
}

bool TakesText(const Field& field) {
  if (field.map || field.type == FieldDescriptor::TYPE_GROUP) return false;
  if (field.message == nullptr) return true;
  return IsTextMessage(*field.message) || field.message->well_known == WellKnown::kWrapper;
}

absl::Status AppendText(const FieldPath& path, std::string_view text, std::string* wire) {
  const auto name = [&] {
    return absl::StrJoin(path, ".", [](std::string* out, const Field* f) { out->append(f->name); });
  };
  const Field& field = *path.back();
  if (!base::IsValidUtf8(text)) return Invalid(name(), "不是合法的 UTF-8");
  if (text.find('\0') != std::string_view::npos) return Invalid(name(), "不能有 NUL 字符");
  std::string nested;
  std::string* out = path.size() == 1 ? wire : &nested;
  AppendTag(out, field.number, field.message != nullptr ? kDelimited : field.wire_type);
  const Field* scalar_field = &field;
  std::string content;
  if (field.message != nullptr) {
    if (IsTextMessage(*field.message)) {
      RONGHE_RETURN_IF_ERROR(AppendTextMessage(field, text, name(), &content));
      scalar_field = nullptr;
    } else if (field.message->well_known == WellKnown::kWrapper) {
      scalar_field = &field.message->fields[0];
      AppendTag(&content, 1, scalar_field->wire_type);
    } else {
      return Invalid(name(), "此字段不能出现在路径或查询参数中");
    }
  }
  if (scalar_field != nullptr) {
    Scalar scalar{Scalar::Kind::kString, text};
    if (scalar_field->type == FieldDescriptor::TYPE_BOOL) {
      if (text == "true") scalar.kind = Scalar::Kind::kTrue;
      if (text == "false") scalar.kind = Scalar::Kind::kFalse;
    } else if (scalar_field->type == FieldDescriptor::TYPE_ENUM && !text.empty() &&
               absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) {
      scalar.kind = Scalar::Kind::kNumber;
    }
    if (field.message == nullptr) {
      RONGHE_RETURN_IF_ERROR(
          AppendScalar(*scalar_field, scalar, path.size() == 1 ? scalar_field->name : name(), out));
    } else {
      RONGHE_RETURN_IF_ERROR(AppendScalar(*scalar_field, scalar, name(), &content));
    }
  }
  if (field.message != nullptr) AppendDelimited(out, content);
  for (size_t i = path.size() - 1; i-- > 0;) {
    std::string outer;
    AppendTag(&outer, path[i]->number, kDelimited);
    AppendDelimited(&outer, nested);
    if (i == 0) {
      wire->append(outer);
    } else {
      nested = std::move(outer);
    }
  }
  return absl::OkStatus();
}

}  // namespace ronghe::gateway::transcode
