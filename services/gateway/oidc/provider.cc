#include "services/gateway/oidc/provider.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::gateway::oidc {
namespace {

using Json = nlohmann::json;

constexpr char kDiscovery[] = "/.well-known/openid-configuration";

absl::Status ProviderInvalid(std::string_view field) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "IDENTITY_PROVIDER_INVALID",
                     "统一身份认证的配置不正确,请联系系统管理员", {{"field", std::string(field)}});
}

}  // namespace

absl::StatusOr<std::string> Provider::GetText(const std::string& url) const {
  RONGHE_ASSIGN_OR_RETURN(FetchResult result, fetcher_.Get(url));
  if (result.status != 200) return ProviderInvalid(url);
  return std::move(result.body);
}

absl::StatusOr<std::shared_ptr<const Provider::Metadata>> Provider::Discover() {
  {
    const std::lock_guard lock(mutex_);
    if (metadata_ != nullptr && clock_.Now() < metadata_at_ + options_.keep) return metadata_;
  }
  const bool slash = options_.issuer.ends_with('/');
  RONGHE_ASSIGN_OR_RETURN(
      const std::string text,
      GetText(base::Cat(options_.issuer.substr(0, options_.issuer.size() - (slash ? 1 : 0)),
                        kDiscovery)));
  const Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return ProviderInvalid("discovery");
  if (base::JsonText(document, "issuer") != options_.issuer) return ProviderInvalid("issuer");
  auto metadata = std::make_shared<Metadata>();
  for (const auto& [name, value] :
       {std::pair("authorization_endpoint", &metadata->authorization_endpoint),
        std::pair("token_endpoint", &metadata->token_endpoint),
        std::pair("jwks_uri", &metadata->jwks_uri)}) {
    *value = base::JsonText(document, name);
    if (!IsSafeUrl(*value)) return ProviderInvalid(name);
  }
  const std::lock_guard lock(mutex_);
  metadata_ = metadata;
  metadata_at_ = clock_.Now();
  return metadata_;
}

absl::StatusOr<std::shared_ptr<const crypto::JwkSet>> Provider::Keys(const crypto::JwkSet* stale) {
  {
    const std::lock_guard lock(mutex_);
    const bool fresh = keys_ != nullptr && clock_.Now() < keys_at_ + options_.keep;
    if (fresh && (keys_.get() != stale || clock_.Now() < keys_at_ + options_.refetch)) return keys_;
  }
  RONGHE_ASSIGN_OR_RETURN(const auto metadata, Discover());
  RONGHE_ASSIGN_OR_RETURN(const std::string text, GetText(metadata->jwks_uri));
  auto parsed = crypto::JwkSet::Parse(text);
  if (!parsed.ok()) return ProviderInvalid("jwks_uri");
  const std::lock_guard lock(mutex_);
  keys_ = std::make_shared<const crypto::JwkSet>(*std::move(parsed));
  keys_at_ = clock_.Now();
  return keys_;
}

absl::StatusOr<std::string> Provider::AuthorizationUrl(std::string_view state,
                                                       std::string_view nonce,
                                                       std::string_view verifier) {
  RONGHE_ASSIGN_OR_RETURN(const auto metadata, Discover());
  const std::string& endpoint = metadata->authorization_endpoint;
  return base::Cat(endpoint, endpoint.find('?') == std::string::npos ? "?" : "&",
                   "response_type=code&scope=openid&client_id=", FormEncode(options_.client_id),
                   "&redirect_uri=", FormEncode(options_.redirect_uri), "&state=", state,
                   "&nonce=", nonce, "&code_challenge_method=S256&code_challenge=",
                   crypto::Base64UrlEncode(crypto::Sha256(verifier)));
}

absl::StatusOr<std::string> Provider::Exchange(std::string_view code, std::string_view verifier) {
  RONGHE_ASSIGN_OR_RETURN(const auto metadata, Discover());
  const std::string form = base::Cat("grant_type=authorization_code&code=", FormEncode(code),
                                     "&redirect_uri=", FormEncode(options_.redirect_uri),
                                     "&code_verifier=", FormEncode(verifier));
  RONGHE_ASSIGN_OR_RETURN(
      const FetchResult result,
      fetcher_.Post(metadata->token_endpoint, form, FormEncode(options_.client_id),
                    FormEncode(options_.client_secret)));
  const Json answer = Json::parse(result.body, nullptr, /*allow_exceptions=*/false);
  std::string token = answer.is_object() ? base::JsonText(answer, "id_token") : std::string();
  if (result.status != 200 || token.empty()) {
    return error::Make(absl::StatusCode::kUnauthenticated, "CODE_REFUSED",
                       "统一身份认证未接受本次登录,请重新登录");
  }
  return token;
}

absl::StatusOr<crypto::Jws> Provider::Verify(std::string_view compact) {
  RONGHE_ASSIGN_OR_RETURN(const auto keys, Keys(nullptr));
  auto jws = keys->Verify(compact);
  if (error::Reason(jws.status()) != "JWS_KEY_UNKNOWN") return jws;
  RONGHE_ASSIGN_OR_RETURN(const auto again, Keys(keys.get()));
  return again->Verify(compact);
}

}  // namespace ronghe::gateway::oidc
