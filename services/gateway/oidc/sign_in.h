// How is sign-in by an identity provider put together?
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/service/runtime.h"
#include "services/gateway/config.pb.h"
#include "services/gateway/oidc/fetch.h"
#include "services/gateway/oidc/provider.h"
#include "services/gateway/oidc/sign_in_pages.h"

namespace ronghe::gateway::oidc {

class SignIn {
 public:
  // `changed` is told whose sessions changed. The references must outlive it. Errors: those of
  // CheckConfig; FAILED_PRECONDITION KEY_RING_MISSING where the process has no field keys.
  static absl::StatusOr<std::unique_ptr<SignIn>> Create(const v1::Oidc& config,
                                                        service::Runtime& runtime,
                                                        const access::LoginPolicy& policy,
                                                        access::SubjectChanged changed);

  http::PlainHandler& pages() { return pages_; }

 private:
  SignIn(const v1::Oidc& config, std::string secret, service::Runtime& runtime,
         const access::LoginPolicy& policy, access::SubjectChanged changed);

  const Fetcher fetcher_;
  Provider provider_;
  const crypto::FieldCipher cipher_;
  SignInPages pages_;
};

// INVALID_ARGUMENT OIDC_CONFIG_INVALID naming the setting that is missing or no safe address; what
// reading the secret returns.
absl::Status CheckConfig(const v1::Oidc& config);

}  // namespace ronghe::gateway::oidc
