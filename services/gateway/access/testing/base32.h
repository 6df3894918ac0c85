// How does a test come from a secret as it is shown to its bytes?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ronghe::gateway::access {

// nullopt for characters that are not of base32; bits that make no whole byte are dropped.
inline std::optional<std::string> Base32Decode(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const bool letter = c >= 'A' && c <= 'Z';
    if (!letter && (c < '2' || c > '7')) return std::nullopt;
    bits = bits << 5 | static_cast<uint32_t>(letter ? c - 'A' : c - '2' + 26);
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held));
  }
  return bytes;
}

}  // namespace ronghe::gateway::access
