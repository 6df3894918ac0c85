#ifndef RONGHE_COMMON_BASE_STRINGS_H_
#define RONGHE_COMMON_BASE_STRINGS_H_

// How do std::string_view and Abseil's own string_view meet, and what is a character of a text?
// Debian builds Abseil with a string_view of its own.

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ronghe::base {

// Converts to the other kind of view; the bytes are shared.
inline absl::string_view Sv(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view Sv(absl::string_view s) { return {s.data(), s.size()}; }
inline absl::string_view Sv(const std::string& s) { return {s.data(), s.size()}; }
inline absl::string_view Sv(const char* s) { return s; }

namespace internal {
template <class T>
decltype(auto) CatArgument(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return Sv(std::string_view(value));
  } else {
    return (value);
  }
}
}  // namespace internal

// absl::StrCat that also takes std::string_view.
template <class... Args>
std::string Cat(const Args&... args) {
  return absl::StrCat(internal::CatArgument(args)...);
}

// Whether `s` is well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool IsValidUtf8(std::string_view s);

// The number of Unicode characters of `s`, which must be valid UTF-8.
size_t Utf8Length(std::string_view s);

// The longest prefix of `s` of at most `max_bytes` bytes that doesn't cut a character in two.
std::string_view Utf8Prefix(std::string_view s, size_t max_bytes);

}  // namespace ronghe::base

#endif  // RONGHE_COMMON_BASE_STRINGS_H_
