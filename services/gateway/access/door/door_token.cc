#include "services/gateway/access/door/door_token.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxTokenBytes = 2048;
// The difference between the clocks of two gateways.
constexpr absl::Duration kClockSkew = absl::Seconds(30);

std::string HeaderOf(const std::string& key_id) {
  return crypto::Base64UrlEncode(Json{{"alg", "ES256"}, {"typ", "at+jwt"}, {"kid", key_id}}.dump());
}

// The public key as a JWK.
Json JwkOf(const crypto::Es256Verifier& key) {
  const std::string pem = key.ToPem();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> parsed(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  // An uncompressed point: 4, x, y.
  unsigned char point[65] = {};
  size_t size = 0;
  EVP_PKEY_get_octet_string_param(parsed.get(), "pub", point, sizeof(point), &size);
  const std::string_view bytes(reinterpret_cast<const char*>(point), sizeof(point));
  return {{"kty", "EC"},
          {"crv", "P-256"},
          {"use", "sig"},
          {"alg", "ES256"},
          {"kid", key.key_id()},
          {"x", crypto::Base64UrlEncode(bytes.substr(1, 32))},
          {"y", crypto::Base64UrlEncode(bytes.substr(33, 32))}};
}

absl::Time Instant(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  return found != claims.end() && found->is_number_integer()
             ? absl::FromUnixSeconds(found->get<int64_t>())
             : absl::InfinitePast();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DoorTokens>> DoorTokens::Load(const std::string& private_key_path,
                                                             const std::string& public_keys_path,
                                                             std::string issuer) {
  RONGHE_ASSIGN_OR_RETURN(auto signer, crypto::Es256Signer::FromPemFile(private_key_path));
  auto tokens = std::make_unique<DoorTokens>(std::move(signer), std::move(issuer));
  RONGHE_ASSIGN_OR_RETURN(const std::string keys, config::ReadFile(public_keys_path));
  RONGHE_RETURN_IF_ERROR(tokens->Accept(keys));
  return tokens;
}

DoorTokens::DoorTokens(crypto::Es256Signer signer, std::string issuer)
    : signer_(std::move(signer)), issuer_(std::move(issuer)) {
  by_header_.emplace(HeaderOf(signer_.key_id()), signer_.verifier());
}

absl::Status DoorTokens::Accept(std::string_view pem) {
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  for (size_t at = 0;;) {
    const size_t end = pem.find(kEnd, at);
    if (end == std::string_view::npos) return absl::OkStatus();
    RONGHE_ASSIGN_OR_RETURN(const auto key,
                            crypto::Es256Verifier::FromPem(pem.substr(at, end + kEnd.size() - at)));
    by_header_.emplace(HeaderOf(key.key_id()), key);
    at = end + kEnd.size();
  }
}

absl::StatusOr<std::string> DoorTokens::Mint(int64_t client_id, std::string_view x5t,
                                             absl::Time now) const {
  const std::string name = base::Name("clients", client_id);
  const Json claims = {{"iss", issuer_},
                       {"aud", std::string(kDoorAudience)},
                       {"sub", name},
                       {"client_id", name},
                       {"iat", absl::ToUnixSeconds(now)},
                       {"exp", absl::ToUnixSeconds(now + kDoorTokenLife)},
                       {"jti", crypto::Base64UrlEncode(crypto::RandomBytes(16))},
                       {"cnf", {{"x5t#S256", std::string(x5t)}}}};
  std::string token =
      absl::StrCat(HeaderOf(signer_.key_id()), ".", crypto::Base64UrlEncode(claims.dump()));
  RONGHE_ASSIGN_OR_RETURN(const std::string signature, signer_.Sign(token));
  absl::StrAppend(&token, ".", crypto::Base64UrlEncode(signature));
  return token;
}

absl::StatusOr<DoorTokens::Opened> DoorTokens::Open(std::string_view token, std::string_view x5t,
                                                    absl::Time now) const {
  if (token.size() > kMaxTokenBytes || x5t.empty()) return errors::ClientTokenInvalid();
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return errors::ClientTokenInvalid();
  const auto key = by_header_.find(base::Sv(token.substr(0, first)));
  const auto signature = crypto::Base64UrlDecode(token.substr(last + 1));
  if (key == by_header_.end() || !signature.ok() ||
      !key->second.Verify(token.substr(0, last), *signature)) {
    return errors::ClientTokenInvalid();
  }
  // From here on it is what one of us wrote.
  const auto payload = crypto::Base64UrlDecode(token.substr(first + 1, last - first - 1));
  if (!payload.ok()) return errors::ClientTokenInvalid();
  const Json claims = Json::parse(*payload, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object() || base::JsonText(claims, "iss") != issuer_ ||
      base::JsonText(claims, "aud") != kDoorAudience || !claims.contains("cnf") ||
      !claims["cnf"].is_object() ||
      !crypto::ConstantTimeEqual(base::JsonText(claims["cnf"], "x5t#S256"), x5t) ||
      Instant(claims, "iat") > now + kClockSkew || Instant(claims, "nbf") > now + kClockSkew) {
    return errors::ClientTokenInvalid();
  }
  Opened opened;
  const auto id = base::ParseName(base::JsonText(claims, "sub"), "clients");
  if (!id.ok()) return errors::ClientTokenInvalid();
  opened.client_id = *id;
  opened.expires = Instant(claims, "exp");
  if (now >= opened.expires) return errors::ClientTokenExpired();
  return opened;
}

std::string DoorTokens::Jwks() const {
  Json keys = Json::array();
  for (const auto& [header, key] : by_header_) keys.push_back(JwkOf(key));
  return Json{{"keys", std::move(keys)}}.dump();
}

}  // namespace ronghe::gateway::access
