#include "services/gateway/oidc/sign_in.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/error/error.h"

namespace ronghe::gateway::oidc {
namespace {

absl::Status Invalid(const char* setting) {
  return error::Make(absl::StatusCode::kInvalidArgument, "OIDC_CONFIG_INVALID",
                     base::Cat("oidc.", setting, " 未设置或不是 https 地址"),
                     {{"setting", base::Cat("oidc.", setting)}});
}

}  // namespace

absl::Status CheckConfig(const v1::Oidc& config) {
  if (!IsSafeUrl(config.issuer())) return Invalid("issuer");
  if (!IsSafeUrl(config.public_url()) || config.public_url().ends_with('/')) {
    return Invalid("public_url");
  }
  if (config.client_id().empty()) return Invalid("client_id");
  return config::ReadSecret(config.client_secret_file()).status();
}

SignIn::SignIn(const v1::Oidc& config, std::string secret, service::Runtime& runtime,
               const access::LoginPolicy& policy, access::SubjectChanged changed)
    : fetcher_({.ca_file = config.ca_file()}),
      provider_({.issuer = config.issuer(),
                 .client_id = config.client_id(),
                 .client_secret = std::move(secret),
                 .redirect_uri = base::Cat(config.public_url(), "/oidc/callback")},
                fetcher_, runtime.clock()),
      cipher_(*runtime.keys()),
      pages_({.database = runtime.database(),
              .ids = runtime.ids(),
              .clock = runtime.clock(),
              .policy = policy,
              .roles = runtime.roles(),
              .cipher = cipher_,
              .refusals = runtime.refusals(),
              .provider = provider_,
              .title = config.title(),
              .changed = std::move(changed)}) {}

absl::StatusOr<std::unique_ptr<SignIn>> SignIn::Create(const v1::Oidc& config,
                                                       service::Runtime& runtime,
                                                       const access::LoginPolicy& policy,
                                                       access::SubjectChanged changed) {
  RONGHE_RETURN_IF_ERROR(CheckConfig(config));
  if (runtime.keys() == nullptr) {
    return error::Make(absl::StatusCode::kFailedPrecondition, "KEY_RING_MISSING",
                       "统一身份登录需要 keys.field_keyring_file");
  }
  RONGHE_ASSIGN_OR_RETURN(std::string secret, config::ReadSecret(config.client_secret_file()));
  return std::unique_ptr<SignIn>(
      new SignIn(config, std::move(secret), runtime, policy, std::move(changed)));
}

}  // namespace ronghe::gateway::oidc
