// What can access refuse, and in which words? One constructor per error.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace ronghe::gateway::access::errors {

// UNAUTHENTICATED SIGN_IN_FAILED: wrong name or password, or an account that may not sign in; which
// of them is not said.
absl::Status SignInFailed();
// UNAUTHENTICATED UNAUTHENTICATED_NO_TOKEN: neither token nor certificate.
absl::Status SignInRequired();
// UNAUTHENTICATED SESSION_INVALID: no such session, or it has ended.
absl::Status SessionInvalid();
// UNAUTHENTICATED CLIENT_UNKNOWN: the certificate belongs to no registered client.
absl::Status ClientUnknown(std::string_view certificate_name);
// PERMISSION_DENIED PASSWORD_CHANGE_REQUIRED.
absl::Status PasswordChangeRequired();
// PERMISSION_DENIED CSRF_INVALID: a cookie without its token.
absl::Status CsrfInvalid();
// INVALID_ARGUMENT PASSWORD_REUSED with rule, source and required.
absl::Status PasswordReused(std::string_view rule_id, std::string_view source, int64_t history);
// PERMISSION_DENIED PASSWORD_WRONG: the current password of ChangePassword.
absl::Status PasswordWrong();
// ALREADY_EXISTS LOGIN_NAME_TAKEN.
absl::Status LoginNameTaken(std::string_view login_name);
// ALREADY_EXISTS CLIENT_EXISTS.
absl::Status ClientExists(std::string_view certificate_name);
// NOT_FOUND NOT_FOUND.
absl::Status NotFound(std::string_view name);
// INVALID_ARGUMENT ROLE_INVALID: no such role, or one that only a service holds.
absl::Status RoleInvalid(std::string_view role);
// INVALID_ARGUMENT ORGANIZATION_UNKNOWN.
absl::Status OrganizationUnknown(std::string_view organization);
// PERMISSION_DENIED GRANT_ABOVE_SCOPE: the grantor does not hold all that the role would give
// there.
absl::Status GrantAboveScope(std::string_view role, std::string_view organization);
// INVALID_ARGUMENT GRANT_PERIOD_INVALID: the end is not after the start, or is past.
absl::Status GrantPeriodInvalid();
// FAILED_PRECONDITION SELF_DISABLE: nobody disables their own account.
absl::Status SelfDisable();
// RESOURCE_EXHAUSTED OVERLOADED with RetryInfo: too many passwords are being checked.
absl::Status TooManySignIns();

}  // namespace ronghe::gateway::access::errors
