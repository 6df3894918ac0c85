#include "services/gateway/oauth/assertion.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/crypto/bytes.h"
#include "common/crypto/jws.h"

namespace ronghe::gateway::oauth {
namespace {

using Json = nlohmann::json;

// RFC 7523 says an assertion may be refused that lives unreasonably long.
constexpr absl::Duration kMaxLife = absl::Minutes(5);
// The difference between the clocks of two machines.
constexpr absl::Duration kClockSkew = absl::Seconds(30);
constexpr size_t kMaxJti = 255;

// A NumericDate; nullopt for none or one that makes no sense.
std::optional<absl::Time> Instant(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= 253402300799.0)) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

// Whether the audience is us, and nobody else.
bool IsAudience(const Json& claims, const std::string& issuer) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (found->is_string()) return found->get<std::string>() == issuer;
  return found->is_array() && found->size() == 1 && (*found)[0].is_string() &&
         (*found)[0].get<std::string>() == issuer;
}

// The JSON object of a part of a JWS, or null.
Json Part(std::string_view part) {
  const auto text = crypto::Base64UrlDecode(part);
  return text.ok() ? Json::parse(*text, nullptr, /*allow_exceptions=*/false) : Json();
}

// Whether a time from which on something holds, if it is said, is still to come.
bool IsAhead(const Json& claims, const char* name, absl::Time now) {
  return claims.contains(name) &&
         Instant(claims, name).value_or(absl::InfiniteFuture()) > now + kClockSkew;
}

}  // namespace

std::optional<Claimed> PeekAssertion(std::string_view compact) {
  const size_t first = compact.find('.');
  const size_t last = compact.rfind('.');
  if (first == std::string_view::npos || first == last || compact.size() > crypto::kMaxJwsBytes) {
    return std::nullopt;
  }
  const Json header = Part(compact.substr(0, first));
  const Json claims = Part(compact.substr(first + 1, last - first - 1));
  if (!header.is_object() || !claims.is_object()) return std::nullopt;
  return Claimed{base::JsonText(header, "kid"), base::JsonText(claims, "sub")};
}

std::string_view ReadAssertion(std::string_view payload, std::string_view client,
                               const std::string& issuer, absl::Time now, Assertion* assertion) {
  const Json claims = Json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return "ASSERTION_MALFORMED";
  if (base::JsonText(claims, "iss") != client || base::JsonText(claims, "sub") != client) {
    return "ASSERTION_ISSUER";
  }
  if (!IsAudience(claims, issuer)) return "ASSERTION_AUDIENCE";
  const auto expires = Instant(claims, "exp");
  if (!expires.has_value() || now >= *expires) return "ASSERTION_EXPIRED";
  if (*expires > now + kMaxLife + kClockSkew) return "ASSERTION_LIFE";
  if (IsAhead(claims, "nbf", now) || IsAhead(claims, "iat", now)) return "ASSERTION_NOT_YET_VALID";
  *assertion = {base::JsonText(claims, "jti"), *expires + kClockSkew};
  if (assertion->id.empty() || assertion->id.size() > kMaxJti) return "ASSERTION_JTI";
  return {};
}

}  // namespace ronghe::gateway::oauth
