#include "common/rpc/call_context.h"

#include <cstddef>

#include "common/base/strings.h"

namespace ronghe::rpc {
namespace {

constexpr size_t kMaxValueBytes = 256;
constexpr char kHex[] = "0123456789ABCDEF";

bool Plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == ':' || c == '_' || c == '-' || c == '/' || c == '[' || c == ']';
}

void Append(std::string_view key, std::string_view value, std::string* out) {
  if (value.empty()) return;
  if (!out->empty()) out->push_back(';');
  out->append(key);
  out->push_back('=');
  for (char c : base::Utf8Prefix(value, kMaxValueBytes)) {
    if (Plain(c)) {
      out->push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out->append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
}

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(std::string_view text) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      value.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? Digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? Digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return {};
    value.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return value;
}

}  // namespace

std::string CallContext::Encode() const {
  std::string text;
  Append("peer", peer, &text);
  Append("purpose", purpose, &text);
  if (validate_only) Append("dry", "1", &text);
  return text;
}

CallContext CallContext::Parse(std::string_view text) {
  CallContext context;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(';'));
    text.remove_prefix(part.size() < text.size() ? part.size() + 1 : text.size());
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = part.substr(0, equals);
    if (key == "peer") context.peer = Decode(part.substr(equals + 1));
    if (key == "purpose") context.purpose = Decode(part.substr(equals + 1));
    if (key == "dry") context.validate_only = part.substr(equals + 1) == "1";
  }
  return context;
}

}  // namespace ronghe::rpc
