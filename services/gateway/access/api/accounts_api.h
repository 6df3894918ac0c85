// AccountService: who may sign in.
#pragma once

#include <functional>

#include "common/auth/authorizer.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/access/v1/account.ronghe.h"
#include "services/gateway/access/password_hasher.h"

namespace ronghe::gateway::access {

class AccountsApi : public ::ronghe::access::v1::AccountServiceHandler {
 public:
  // All must outlive it.
  AccountsApi(service::Writer& writer, PasswordHasher& hasher, auth::OrgScope& organizations,
              const rpc::PageTokens& page_tokens)
      : writer_(writer),
        hasher_(hasher),
        organizations_(organizations),
        page_tokens_(page_tokens) {}

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

 private:
  service::Writer& writer_;
  PasswordHasher& hasher_;
  auth::OrgScope& organizations_;
  const rpc::PageTokens& page_tokens_;
};

// Makes the account of the first administrator with a grant on all organizations and answers its
// one-time password. FAILED_PRECONDITION ACCOUNTS_EXIST when any account exists.
absl::StatusOr<std::string> CreateFirstAdministrator(sql::Database& database,
                                                     base::IdGenerator& ids, PasswordHasher& hasher,
                                                     std::string_view login_name, absl::Time now);

}  // namespace ronghe::gateway::access
