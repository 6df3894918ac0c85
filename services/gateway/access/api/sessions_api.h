// SessionService: signing in and out.
#pragma once

#include "common/metrics/metrics.h"
#include "common/service/write.h"
#include "ronghe/access/v1/session.ronghe.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/password_hasher.h"
#include "services/gateway/access/store/account_store.h"

namespace ronghe::gateway::access {

class SessionsApi : public ::ronghe::access::v1::SessionServiceHandler {
 public:
  // All must outlive it.
  SessionsApi(service::Writer& writer, PasswordHasher& hasher, const LoginPolicy& policy,
              metrics::Registry& registry);

  absl::StatusOr<::ronghe::access::v1::SignInResponse> SignIn(
      rpc::Call& call, const ::ronghe::access::v1::SignInRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::SignOutResponse> SignOut(
      rpc::Call& call, const ::ronghe::access::v1::SignOutRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Session> GetCurrentSession(
      rpc::Call& call, const ::ronghe::access::v1::GetCurrentSessionRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ChangePasswordResponse> ChangePassword(
      rpc::Call& call, const ::ronghe::access::v1::ChangePasswordRequest& request) override;

 private:
  // Counts an attempt for the login name before its password is looked at.
  absl::Status Attempt(rpc::Call& call, std::string_view login_hash);
  // An audit row of a refused attempt.
  void RecordRefusal(rpc::Call& call, std::string resource, const absl::Status& refusal);
  absl::StatusOr<::ronghe::access::v1::Session> Describe(sql::Session& sql, int64_t session_id,
                                                         absl::Time now);

  service::Writer& writer_;
  PasswordHasher& hasher_;
  const LoginPolicy& policy_;
  metrics::Counter& signed_in_;
  metrics::Counter& failed_;
  metrics::Counter& locked_;
};

}  // namespace ronghe::gateway::access
