#include "services/gateway/oidc/claims.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::gateway::oidc {
namespace {

using Json = nlohmann::json;

constexpr char kLogoutEvent[] = "http://schemas.openid.net/event/backchannel-logout";
constexpr size_t kMaxIdBytes = 255;
// Where a token says no end of its own.
constexpr absl::Duration kDefaultLife = kMaxAge;

// InfinitePast for a claim that is missing or no number.
absl::Time TimeOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return absl::InfinitePast();
  return absl::UnixEpoch() + absl::Seconds(found->get<double>());
}

bool Names(const Json& audience, const std::string& client) {
  if (audience.is_string()) return audience.get<std::string>() == client;
  return audience.is_array() && std::any_of(audience.begin(), audience.end(), [&](const Json& one) {
           return one.is_string() && one.get<std::string>() == client;
         });
}

// The first claim of those that every token has which is not as expected; empty when all are.
std::string_view WrongClaim(const Json& claims, const Expected& expected) {
  if (base::JsonText(claims, "iss") != expected.issuer) return "iss";
  if (!claims.contains("aud") || !Names(claims["aud"], expected.client_id)) return "aud";
  if (const std::string azp = base::JsonText(claims, "azp");
      !azp.empty() && azp != expected.client_id) {
    return "azp";
  }
  if (claims["aud"].is_array() && claims["aud"].size() > 1 &&
      base::JsonText(claims, "azp").empty()) {
    return "azp";
  }
  const absl::Time issued = TimeOf(claims, "iat");
  if (issued < expected.now - kMaxAge || issued > expected.now + kClockSkew) return "iat";
  if (claims.contains("nbf") && TimeOf(claims, "nbf") > expected.now + kClockSkew) return "nbf";
  if (claims.contains("exp") && TimeOf(claims, "exp") + kClockSkew <= expected.now) return "exp";
  if (base::JsonText(claims, "sub").size() > kMaxIdBytes) return "sub";
  if (base::JsonText(claims, "sid").size() > kMaxIdBytes) return "sid";
  return {};
}

bool SecondFactor(const Json& claims) {
  static constexpr std::array<std::string_view, 5> kMethods = {"mfa", "otp", "hwk", "sc", "swk"};
  const auto methods = claims.find("amr");
  if (methods == claims.end() || !methods->is_array()) return false;
  return std::any_of(methods->begin(), methods->end(), [](const Json& one) {
    return one.is_string() &&
           std::find(kMethods.begin(), kMethods.end(), one.get<std::string>()) != kMethods.end();
  });
}

absl::Status IdTokenInvalid(std::string_view claim) {
  return error::Make(absl::StatusCode::kUnauthenticated, "ID_TOKEN_INVALID",
                     "统一身份认证返回的身份凭证无效,请重新登录", {{"claim", std::string(claim)}});
}

absl::Status LogoutTokenInvalid(std::string_view claim) {
  return error::Make(absl::StatusCode::kInvalidArgument, "LOGOUT_TOKEN_INVALID", "注销凭证无效",
                     {{"claim", std::string(claim)}});
}

}  // namespace

absl::StatusOr<Identity> ReadIdToken(std::string_view payload, const Expected& expected,
                                     std::string_view nonce) {
  const Json claims = Json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return IdTokenInvalid("payload");
  if (const std::string_view wrong = WrongClaim(claims, expected); !wrong.empty()) {
    return IdTokenInvalid(wrong);
  }
  if (!claims.contains("exp")) return IdTokenInvalid("exp");
  if (nonce.empty() || base::JsonText(claims, "nonce") != nonce) return IdTokenInvalid("nonce");
  Identity identity{base::JsonText(claims, "sub"), base::JsonText(claims, "sid"),
                    SecondFactor(claims)};
  if (identity.subject.empty()) return IdTokenInvalid("sub");
  return identity;
}

absl::StatusOr<Logout> ReadLogoutToken(std::string_view payload, std::string_view type,
                                       const Expected& expected) {
  // The type is only recommended, but an identity token must not pass for a logout token.
  if (!type.empty() && type != "logout+jwt" && type != "JWT") return LogoutTokenInvalid("typ");
  const Json claims = Json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return LogoutTokenInvalid("payload");
  if (const std::string_view wrong = WrongClaim(claims, expected); !wrong.empty()) {
    return LogoutTokenInvalid(wrong);
  }
  if (claims.contains("nonce")) return LogoutTokenInvalid("nonce");
  const auto events = claims.find("events");
  if (events == claims.end() || !events->is_object() || !events->contains(kLogoutEvent) ||
      !(*events)[kLogoutEvent].is_object()) {
    return LogoutTokenInvalid("events");
  }
  Logout logout{base::JsonText(claims, "jti"), base::JsonText(claims, "sub"),
                base::JsonText(claims, "sid"),
                claims.contains("exp") ? TimeOf(claims, "exp") : expected.now + kDefaultLife};
  if (logout.id.empty() || logout.id.size() > kMaxIdBytes) return LogoutTokenInvalid("jti");
  if (logout.subject.empty() && logout.session.empty()) return LogoutTokenInvalid("sub");
  return logout;
}

}  // namespace ronghe::gateway::oidc
