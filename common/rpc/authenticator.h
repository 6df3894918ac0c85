// Who is calling? From what the transport knows to a principal.
#ifndef RONGHE_COMMON_RPC_AUTHENTICATOR_H_
#define RONGHE_COMMON_RPC_AUTHENTICATOR_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/auth/token.h"

namespace ronghe::rpc {

// What a call brings along to say who makes it.
struct Credentials {
  // The token of "authorization: Bearer …"; empty where there is none.
  std::string_view bearer;
  // The common name of the verified client certificate; empty without TLS.
  std::string_view certificate;
  std::string_view peer;
};

// Thread-safe and quick: it runs for every call.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // The principal of `credentials`, auth::Anonymous() where there are none. UNAUTHENTICATED where
  // they are wrong.
  virtual absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(
      const Credentials& credentials, absl::Time now) const = 0;
};

// What services use: a bearer token is verified; without one the certificate name "X.ronghe" is
// the principal services/X with the role service_X on all organizations.
class ServiceAuthenticator : public Authenticator {
 public:
  // `verifier` must outlive this object.
  explicit ServiceAuthenticator(const auth::TokenVerifier& verifier) : verifier_(verifier) {}

  // Errors: those of TokenVerifier::Verify.
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(
      const Credentials& credentials, absl::Time now) const override;

 private:
  const auth::TokenVerifier& verifier_;
  mutable absl::Mutex mutex_;
  mutable absl::flat_hash_map<std::string, std::shared_ptr<const auth::Principal>> services_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_AUTHENTICATOR_H_
