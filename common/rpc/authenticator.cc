#include "common/rpc/authenticator.h"

#include "common/base/strings.h"

namespace ronghe::rpc {
namespace {

constexpr std::string_view kServiceSuffix = ".ronghe";

}  // namespace

absl::StatusOr<std::shared_ptr<const auth::Principal>> ServiceAuthenticator::Authenticate(
    const Credentials& credentials, absl::Time now) const {
  if (!credentials.bearer.empty()) return verifier_.VerifyShared(credentials.bearer, now);
  std::string_view name = credentials.certificate;
  if (!name.ends_with(kServiceSuffix) || name.size() == kServiceSuffix.size()) {
    return auth::Anonymous();
  }
  name.remove_suffix(kServiceSuffix.size());
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<const auth::Principal>& principal = services_[base::Sv(name)];
  if (principal == nullptr) {
    principal =
        std::make_shared<auth::Principal>(auth::Principal{auth::Principal::Kind::kService,
                                                          base::Cat("services/", name),
                                                          {{base::Cat("service_", name), 0}},
                                                          ""});
  }
  return principal;
}

}  // namespace ronghe::rpc
