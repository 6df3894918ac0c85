// Which C++ types can be a column or a parameter, and which column may feed which field?
//
//   int32_t, enum      an integer column of at most 32 bits that fits; an enum is its number
//   int64_t            any integer but BIGINT UNSIGNED, and DECIMAL without fraction (a SUM)
//   uint64_t           an unsigned integer
//   bool               any integer (TINYINT(1))
//   double             DOUBLE, FLOAT, DECIMAL
//   std::string        CHAR, VARCHAR, TEXT: with a character set
//   sql::Bytes         BINARY, VARBINARY, BLOB
//   absl::Time         DATETIME(6), always UTC
//   absl::CivilDay     DATE
//   std::optional<T>   as T, but nullable; any other field needs a column that is never NULL
//
// A parameter may also be a std::string_view, a string literal or std::nullopt.
#ifndef RONGHE_COMMON_SQL_TYPES_H_
#define RONGHE_COMMON_SQL_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ronghe::sql {

// Octets that are no text: hashes, ciphertext, serialized messages.
struct Bytes : std::string {
  using std::string::string;
  Bytes() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Bytes(std::string value) : std::string(std::move(value)) {}
  explicit Bytes(std::string_view value) : std::string(value) {}
};

namespace internal {

enum class TypeClass : uint8_t { kInteger, kBool, kDouble, kText, kBinary, kTime, kDay };

// What a row field asks of its column.
struct FieldSpec {
  TypeClass type;
  uint8_t bits = 0;  // integers: width of the field
  bool is_unsigned = false;
  bool nullable = false;
  bool operator==(const FieldSpec&) const = default;
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
constexpr FieldSpec SpecOf() {
  if constexpr (kIsOptional<T>) {
    FieldSpec spec = SpecOf<typename T::value_type>();
    spec.nullable = true;
    return spec;
  } else if constexpr (std::is_same_v<T, bool>) {
    return {TypeClass::kBool};
  } else if constexpr (std::is_enum_v<T>) {
    return SpecOf<std::underlying_type_t<T>>();
  } else if constexpr (std::is_integral_v<T>) {
    static_assert(sizeof(T) >= 2 || std::is_unsigned_v<T> || std::is_signed_v<T>);
    return {TypeClass::kInteger, static_cast<uint8_t>(sizeof(T) * 8), std::is_unsigned_v<T>};
  } else if constexpr (std::is_same_v<T, double>) {
    return {TypeClass::kDouble};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {TypeClass::kText};
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return {TypeClass::kBinary};
  } else if constexpr (std::is_same_v<T, absl::Time>) {
    return {TypeClass::kTime};
  } else if constexpr (std::is_same_v<T, absl::CivilDay>) {
    return {TypeClass::kDay};
  } else {
    static_assert(!sizeof(T), "this type cannot be a column: see common/sql/types.h");
  }
}

}  // namespace internal
}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_TYPES_H_
