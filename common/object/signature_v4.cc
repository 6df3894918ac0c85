#include "common/object/signature_v4.h"

#include "absl/strings/ascii.h"
#include "common/base/strings.h"

namespace ronghe::object {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kHex = "0123456789ABCDEF";

std::string Day(absl::Time time) { return absl::FormatTime("%Y%m%d", time, absl::UTCTimeZone()); }

// Without spaces around, runs of spaces within as one.
std::string TrimAll(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out.push_back(c);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string SignedHeaders(const SignedRequest& request) {
  std::string names;
  for (const auto& [name, value] : request.headers) {
    if (!names.empty()) names.push_back(';');
    names.append(name);
  }
  return names;
}

std::string Scope(const Credentials& credentials, absl::Time time) {
  return base::Cat(Day(time), "/", credentials.region, "/", credentials.service, "/aws4_request");
}

}  // namespace

std::string UriEncode(std::string_view text, bool path) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~' ||
        (path && c == '/')) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

std::string AmzDate(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

std::string CanonicalRequest(const SignedRequest& request) {
  // Sorted by encoded name, as the map of plain ones need not be.
  std::map<std::string, std::string> encoded;
  for (const auto& [name, value] : request.query) {
    encoded[UriEncode(name, false)] = UriEncode(value, false);
  }
  std::string query;
  for (const auto& [name, value] : encoded) {
    query = base::Cat(query, query.empty() ? "" : "&", name, "=", value);
  }
  std::string headers;
  for (const auto& [name, value] : request.headers) {
    headers = base::Cat(headers, name, ":", TrimAll(value), "\n");
  }
  return base::Cat(request.method, "\n", UriEncode(request.path, true), "\n", query, "\n", headers,
                   "\n", SignedHeaders(request), "\n", request.payload_sha256);
}

std::string StringToSign(const SignedRequest& request, const Credentials& credentials,
                         absl::Time time) {
  return base::Cat(kAlgorithm, "\n", AmzDate(time), "\n", Scope(credentials, time), "\n",
                   crypto::HexEncode(crypto::Sha256(CanonicalRequest(request))));
}

std::string SigningKey(const Credentials& credentials, absl::Time time) {
  std::string secret = base::Cat("AWS4", credentials.secret_key.view());
  std::string key = crypto::HmacSha256(secret, Day(time));
  crypto::Wipe(secret);
  key = crypto::HmacSha256(key, credentials.region);
  key = crypto::HmacSha256(key, credentials.service);
  return crypto::HmacSha256(key, "aws4_request");
}

std::string Authorization(const SignedRequest& request, const Credentials& credentials,
                          absl::Time time) {
  std::string key = SigningKey(credentials, time);
  const std::string signature =
      crypto::HexEncode(crypto::HmacSha256(key, StringToSign(request, credentials, time)));
  crypto::Wipe(key);
  return base::Cat(kAlgorithm, " Credential=", credentials.access_key, "/",
                   Scope(credentials, time), ", SignedHeaders=", SignedHeaders(request),
                   ", Signature=", signature);
}

}  // namespace ronghe::object
