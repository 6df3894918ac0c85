// SessionService: signing in and out, and what the caller may do.
#pragma once

#include <string>
#include <vector>

#include "common/auth/role_table.h"
#include "common/metrics/metrics.h"
#include "common/service/write.h"
#include "ronghe/access/v1/session.ronghe.h"
#include "services/gateway/access/api/attempts.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/session/password_hasher.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/subject_changed.h"

namespace ronghe::gateway::access {

class SessionsApi : public ::ronghe::access::v1::SessionServiceHandler {
 public:
  // `changed` is told the subject ("accounts/1") whose sessions ended or got new tokens; it may be
  // null. All must outlive it.
  SessionsApi(service::Writer& writer, PasswordHasher& hasher, Attempts& attempts,
              const LoginPolicy& policy, const auth::RoleTable& roles, metrics::Registry& registry,
              SubjectChanged changed);

  absl::StatusOr<::ronghe::access::v1::SignInResponse> SignIn(
      rpc::Call& call, const ::ronghe::access::v1::SignInRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::SignOutResponse> SignOut(
      rpc::Call& call, const ::ronghe::access::v1::SignOutRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Session> GetCurrentSession(
      rpc::Call& call, const ::ronghe::access::v1::GetCurrentSessionRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::RenewSessionResponse> RenewSession(
      rpc::Call& call, const ::ronghe::access::v1::RenewSessionRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListMySessionsResponse> ListMySessions(
      rpc::Call& call, const ::ronghe::access::v1::ListMySessionsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::EndSessionResponse> EndSession(
      rpc::Call& call, const ::ronghe::access::v1::EndSessionRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::MyAccess> GetMyAccess(
      rpc::Call& call, const ::ronghe::access::v1::GetMyAccessRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ChangePasswordResponse> ChangePassword(
      rpc::Call& call, const ::ronghe::access::v1::ChangePasswordRequest& request) override;

 private:
  // The account when name and password are right and it may sign in. Works as hard for a name that
  // nobody has. UNAUTHENTICATED SIGN_IN_FAILED.
  absl::StatusOr<AccountRow> CheckPasswordOf(rpc::Call& call,
                                             const ::ronghe::access::v1::SignInRequest& request);
  // OK for the account's password; counted, so that a stolen session is no way to try passwords.
  // PERMISSION_DENIED PASSWORD_WRONG; those of Attempts::Count.
  absl::Status CheckCurrentPassword(rpc::Call& call, const AccountRow& account,
                                    const std::string& password);
  // OK for a password that none of the hashes is of. INVALID_ARGUMENT PASSWORD_REUSED.
  absl::Status CheckNotUsed(const std::vector<std::string>& hashes, const std::string& password);
  // Tells `changed_` where the response says that something did.
  template <class Response>
  absl::StatusOr<Response> Told(const std::string& subject, absl::StatusOr<Response> response) {
    if (response.ok() && changed_ != nullptr) changed_(subject);
    return response;
  }

  service::Writer& writer_;
  PasswordHasher& hasher_;
  Attempts& attempts_;
  const LoginPolicy& policy_;
  const auth::RoleTable& roles_;
  const SubjectChanged changed_;
  metrics::Counter& signed_in_;
  metrics::Counter& failed_;
};

}  // namespace ronghe::gateway::access
