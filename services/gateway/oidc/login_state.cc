#include "services/gateway/oidc/login_state.h"

#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::gateway::oidc {
namespace {

using Json = nlohmann::json;

// What the seal is for: a value sealed for anything else does not open here.
constexpr char kPurpose[] = "oidc.login";
constexpr size_t kMaxReturnBytes = 512;

std::string Random() { return crypto::Base64UrlEncode(crypto::RandomBytes(32)); }

absl::Status Invalid() {
  return error::Make(absl::StatusCode::kUnauthenticated, "LOGIN_STATE_INVALID",
                     "本次登录已失效或不是由这个浏览器发起的,请重新登录");
}

// "/members?x=1", and not "//elsewhere" or "/\elsewhere".
bool IsOwnPath(std::string_view path) {
  if (path.empty() || path.size() > kMaxReturnBytes || path.front() != '/') return false;
  if (path.size() > 1 && path[1] == '/') return false;
  for (const char c : path) {
    if (c <= ' ' || c > '~' || c == '\\') return false;
  }
  return true;
}

}  // namespace

LoginState NewLoginState(std::string_view return_to, absl::Time now) {
  return {Random(), Random(), Random(), IsOwnPath(return_to) ? std::string(return_to) : "/",
          now + kLoginLife};
}

absl::StatusOr<std::string> Seal(const crypto::FieldCipher& cipher, const LoginState& login) {
  const Json json = {login.state, login.nonce, login.verifier, login.return_to,
                     absl::ToUnixSeconds(login.expires)};
  RONGHE_ASSIGN_OR_RETURN(const std::string sealed, cipher.Encrypt(json.dump(), kPurpose));
  return crypto::Base64UrlEncode(sealed);
}

absl::StatusOr<LoginState> Open(const crypto::FieldCipher& cipher, std::string_view sealed,
                                std::string_view state, absl::Time now) {
  const auto bytes = crypto::Base64UrlDecode(sealed);
  if (!bytes.ok()) return Invalid();
  const auto plain = cipher.Decrypt(*bytes, kPurpose);
  if (!plain.ok()) return Invalid();
  const Json json = Json::parse(*plain, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array() || json.size() != 5) return Invalid();
  LoginState login{json[0], json[1], json[2], json[3],
                   absl::FromUnixSeconds(json[4].get<int64_t>())};
  if (now >= login.expires || !crypto::ConstantTimeEqual(login.state, state)) return Invalid();
  return login;
}

}  // namespace ronghe::gateway::oidc
