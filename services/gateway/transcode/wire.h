// How are protobuf bytes read and written by hand? Varints, tags, and skipping what is not known.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace ronghe::gateway::transcode {

inline constexpr uint8_t kVarint = 0, kFixed64 = 1, kDelimited = 2, kStartGroup = 3, kEndGroup = 4,
                         kFixed32 = 5;

// Reads forward over one message. Every Read returns false past the end or on malformed bytes.
class WireReader {
 public:
  WireReader(const char* begin, const char* end) : p_(begin), end_(end) {}
  explicit WireReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) {}

  bool done() const { return p_ == end_; }
  const char* position() const { return p_; }

  bool ReadVarint(uint64_t* value) {
    uint64_t result = 0;
    const char* p = p_;
    for (int shift = 0; shift < 70 && p < end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*p++);
      if (shift < 64) result |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        p_ = p;
        *value = result;
        return true;
      }
    }
    return false;
  }
  bool ReadTag(int* number, uint8_t* wire_type) {
    if (p_ < end_ && static_cast<uint8_t>(*p_) < 0x80) {
      const auto byte = static_cast<uint8_t>(*p_++);
      *number = byte >> 3;
      *wire_type = byte & 7;
      return *number != 0;
    }
    uint64_t tag;
    if (!ReadVarint(&tag) || tag > UINT32_MAX) return false;
    *number = static_cast<int>(tag >> 3);
    *wire_type = static_cast<uint8_t>(tag & 7);
    return *number != 0;
  }
  bool ReadFixed32(uint32_t* value) {
    if (end_ - p_ < 4) return false;
    std::memcpy(value, p_, 4);
    p_ += 4;
    return true;
  }
  bool ReadFixed64(uint64_t* value) {
    if (end_ - p_ < 8) return false;
    std::memcpy(value, p_, 8);
    p_ += 8;
    return true;
  }
  bool ReadDelimited(std::string_view* bytes) {
    uint64_t size;
    if (!ReadVarint(&size) || size > static_cast<uint64_t>(end_ - p_)) return false;
    *bytes = std::string_view(p_, size);
    p_ += size;
    return true;
  }
  // Skips the value of a field whose tag was just read.
  bool Skip(int number, uint8_t wire_type, int depth = 0) {
    uint64_t ignored;
    uint32_t ignored32;
    std::string_view bytes;
    switch (wire_type) {
      case kVarint:
        return ReadVarint(&ignored);
      case kFixed64:
        return ReadFixed64(&ignored);
      case kDelimited:
        return ReadDelimited(&bytes);
      case kFixed32:
        return ReadFixed32(&ignored32);
      case kStartGroup: {
        if (depth > 100) return false;
        int inner;
        uint8_t inner_type;
        while (ReadTag(&inner, &inner_type)) {
          if (inner_type == kEndGroup) return inner == number;
          if (!Skip(inner, inner_type, depth + 1)) return false;
        }
        return false;
      }
      default:
        return false;
    }
  }

 private:
  const char* p_;
  const char* end_;
};

inline void AppendVarint(std::string* out, uint64_t value) {
  char bytes[10];
  size_t size = 0;
  while (value >= 0x80) {
    bytes[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes[size++] = static_cast<char>(value);
  out->append(bytes, size);
}

inline void AppendTag(std::string* out, int number, uint8_t wire_type) {
  AppendVarint(out, (static_cast<uint64_t>(number) << 3) | wire_type);
}

inline void AppendDelimited(std::string* out, std::string_view bytes) {
  AppendVarint(out, bytes.size());
  out->append(bytes.data(), bytes.size());
}

inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

// The last value of the top-level string or bytes field `number`, empty when it is absent.
inline std::string_view PeekDelimited(std::string_view message, int number) {
  WireReader reader(message);
  std::string_view found;
  int field;
  uint8_t wire_type;
  while (!reader.done()) {
    if (!reader.ReadTag(&field, &wire_type)) return {};
    if (field == number && wire_type == kDelimited) {
      if (!reader.ReadDelimited(&found)) return {};
    } else if (!reader.Skip(field, wire_type)) {
      return {};
    }
  }
  return found;
}

}  // namespace ronghe::gateway::transcode
