// AccountService: who may sign in.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "common/auth/authorizer.h"
#include "common/auth/role_table.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/access/v1/account.ronghe.h"
#include "services/gateway/access/session/password_hasher.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/subject_changed.h"

namespace ronghe::gateway::access {

class AccountsApi : public ::ronghe::access::v1::AccountServiceHandler {
 public:
  // `changed` is told the subject ("accounts/1") whose sessions ended; it may be null. All must
  // outlive it.
  AccountsApi(service::Writer& writer, PasswordHasher& hasher, const auth::RoleTable& roles,
              auth::OrgScope& organizations, const rpc::PageTokens& page_tokens,
              SubjectChanged changed)
      : writer_(writer),
        hasher_(hasher),
        roles_(roles),
        organizations_(organizations),
        page_tokens_(page_tokens),
        changed_(std::move(changed)) {}

  absl::StatusOr<::ronghe::access::v1::Account> CreateAccount(
      rpc::Call& call, const ::ronghe::access::v1::CreateAccountRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Account> GetAccount(
      rpc::Call& call, const ::ronghe::access::v1::GetAccountRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListAccountsResponse> ListAccounts(
      rpc::Call& call, const ::ronghe::access::v1::ListAccountsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Account> DisableAccount(
      rpc::Call& call, const ::ronghe::access::v1::DisableAccountRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ResetPasswordResponse> ResetPassword(
      rpc::Call& call, const ::ronghe::access::v1::ResetPasswordRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Account> ResetSecondFactor(
      rpc::Call& call, const ::ronghe::access::v1::ResetSecondFactorRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::EndSessionsResponse> EndSessions(
      rpc::Call& call, const ::ronghe::access::v1::EndSessionsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Account> LinkMember(
      rpc::Call& call, const ::ronghe::access::v1::LinkMemberRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Account> UnlinkMember(
      rpc::Call& call, const ::ronghe::access::v1::UnlinkMemberRequest& request) override;

 private:
  // Changes the account that `name` means, ends its sessions and tells `changed`. `change` works on
  // the locked row of an account that the caller may change.
  absl::StatusOr<::ronghe::access::v1::Account> Change(
      rpc::Call& call, const std::string& name, std::string_view etag,
      absl::FunctionRef<absl::Status(service::WriteTx&, AccountRow&)> change);
  // OK when the member belongs to an organization where the caller may link. INVALID_ARGUMENT
  // MEMBER_UNKNOWN otherwise, whether or not there is such a member.
  absl::Status CheckMember(rpc::Call& call, int64_t member_id, std::string_view name);

  service::Writer& writer_;
  PasswordHasher& hasher_;
  const auth::RoleTable& roles_;
  auth::OrgScope& organizations_;
  const rpc::PageTokens& page_tokens_;
  const SubjectChanged changed_;
};

// Makes the account of the first security administrator with a grant on all organizations and
// answers its one-time password. FAILED_PRECONDITION ACCOUNTS_EXIST when any account exists.
absl::StatusOr<std::string> CreateFirstAdministrator(sql::Database& database,
                                                     base::IdGenerator& ids, PasswordHasher& hasher,
                                                     std::string_view login_name, absl::Time now);

}  // namespace ronghe::gateway::access
