// What can access refuse, and in which words? One constructor per error.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ronghe::gateway::access::errors {

// UNAUTHENTICATED SIGN_IN_FAILED: wrong name or password, or an account that may not sign in; which
// of them is not said.
absl::Status SignInFailed();
// INVALID_ARGUMENT VALIDATE_ONLY_INVALID.
absl::Status SignInNotPreviewed();
// UNAUTHENTICATED UNAUTHENTICATED_NO_TOKEN: neither token nor certificate.
absl::Status SignInRequired();
// UNAUTHENTICATED SESSION_INVALID: no such session, or it has ended.
absl::Status SessionInvalid();
// UNAUTHENTICATED CLIENT_UNKNOWN: no registered client that may call.
absl::Status ClientUnknown(std::string_view client);
// PERMISSION_DENIED PASSWORD_CHANGE_REQUIRED.
absl::Status PasswordChangeRequired();
// PERMISSION_DENIED CSRF_INVALID: a cookie without its token.
absl::Status CsrfInvalid();
// INVALID_ARGUMENT PASSWORD_REUSED with rule, source and required.
absl::Status PasswordReused(std::string_view rule_id, std::string_view source, int64_t history);
// PERMISSION_DENIED PASSWORD_WRONG: the current password of ChangePassword.
absl::Status PasswordWrong();
// UNAUTHENTICATED SESSION_MOVED: a session asked for from another address than its own.
absl::Status SessionMoved();
// ABORTED RIGHTS_CHANGED: a stream whose caller holds other roles now than when it began.
absl::Status RightsChanged();
// PERMISSION_DENIED SECOND_FACTOR_REQUIRED: the code is still to come.
absl::Status SecondFactorRequired();
// PERMISSION_DENIED SECOND_FACTOR_ENROLMENT_REQUIRED.
absl::Status SecondFactorEnrolmentRequired();
// PERMISSION_DENIED SECOND_FACTOR_WRONG: neither a code of the time nor a recovery code.
absl::Status SecondFactorWrong();
// PERMISSION_DENIED TOTP_REPLAYED: a code that was right and has been used.
absl::Status TotpReplayed();
// FAILED_PRECONDITION SECOND_FACTOR_NOT_PENDING: nothing to verify, or nothing to confirm.
absl::Status SecondFactorNotPending();
// FAILED_PRECONDITION REAUTHENTICATION_REQUIRED with rule, source and required minutes.
absl::Status ReauthenticationRequired(std::string_view rule_id, std::string_view source,
                                      int64_t minutes);
// INVALID_ARGUMENT MEMBER_UNKNOWN: no such member, or one beyond the caller's scope.
absl::Status MemberUnknown(std::string_view member);
// ALREADY_EXISTS MEMBER_LINKED: the member has another account.
absl::Status MemberLinked(std::string_view member);
// ALREADY_EXISTS LOGIN_NAME_TAKEN.
absl::Status LoginNameTaken(std::string_view login_name);
// PERMISSION_DENIED METHOD_NOT_SHARED: no share of the client that is in force says the method.
absl::Status MethodNotShared(std::string_view method);
// INVALID_ARGUMENT PURPOSE_REQUIRED: the method is shared for several purposes and none was said.
absl::Status PurposeRequired();
// PERMISSION_DENIED PURPOSE_NOT_ALLOWED: the method is not shared for the purpose.
absl::Status PurposeNotAllowed(std::string_view purpose);
// RESOURCE_EXHAUSTED RATE_LIMITED with RetryInfo.
absl::Status RateLimited(absl::Duration wait);
// RESOURCE_EXHAUSTED QUOTA_EXCEEDED with RetryInfo: the calls of the day are used up.
absl::Status QuotaExceeded(int64_t quota, absl::Duration wait);
// FAILED_PRECONDITION CLIENT_NOT_SUSPENDED, CLIENT_STRUCK_OFF: a state that the call can't leave.
absl::Status ClientNotSuspended(std::string_view client);
absl::Status ClientStruckOff(std::string_view client);
// ALREADY_EXISTS CLIENT_KEY_EXISTS: the client has had a key of this id.
absl::Status ClientKeyExists(std::string_view key_id);
// FAILED_PRECONDITION TOO_MANY_CLIENT_KEYS.
absl::Status TooManyClientKeys(int64_t most);
// UNAUTHENTICATED CLIENT_TOKEN_INVALID: no access token of ours for the certificate that was shown.
absl::Status ClientTokenInvalid();
// UNAUTHENTICATED CLIENT_TOKEN_EXPIRED.
absl::Status ClientTokenExpired();
// ALREADY_EXISTS CLIENT_EXISTS.
absl::Status ClientExists(std::string_view certificate_name);
// NOT_FOUND NOT_FOUND.
absl::Status NotFound(std::string_view name);
// INVALID_ARGUMENT ROLE_INVALID: no such role, or one that only a service holds.
absl::Status RoleInvalid(std::string_view role);
// INVALID_ARGUMENT ORGANIZATION_UNKNOWN.
absl::Status OrganizationUnknown(std::string_view organization);
// PERMISSION_DENIED ROLE_NOT_GRANTABLE: no role that the grantor holds there may grant this one.
absl::Status RoleNotGrantable(std::string_view role, std::string_view organization);
// PERMISSION_DENIED SELF_GRANT: nobody gives a role to themselves, by grant or delegation.
absl::Status SelfGrant();
// FAILED_PRECONDITION ROLE_EXCLUSION with rule, source, the role held and the one asked.
absl::Status RoleExclusion(std::string_view held, std::string_view asked);
// FAILED_PRECONDITION TOO_MANY_GRANTS.
absl::Status TooManyGrants(int64_t most);
// FAILED_PRECONDITION ACCOUNT_DISABLED: a disabled account gets no role.
absl::Status AccountDisabled(std::string_view account);
// FAILED_PRECONDITION ROLE_NOT_DELEGABLE.
absl::Status RoleNotDelegable(std::string_view role);
// FAILED_PRECONDITION GRANT_DELEGATED: what was handed on is not handed on again.
absl::Status GrantDelegated(std::string_view grant);
// FAILED_PRECONDITION DELEGATE_UNSUITABLE: there is no such account, or one that may not hold the
// role; which of them is not said.
absl::Status DelegateUnsuitable(std::string_view account);
// FAILED_PRECONDITION GRANT_NOT_IN_FORCE.
absl::Status GrantNotInForce(std::string_view grant);
// INVALID_ARGUMENT DELEGATION_TOO_LONG with rule, source, required and actual days.
absl::Status DelegationTooLong(std::string_view rule_id, std::string_view source, int64_t required,
                               int64_t actual);
// INVALID_ARGUMENT GRANT_PERIOD_INVALID: the end is not after the start, or is past.
absl::Status GrantPeriodInvalid();
// PERMISSION_DENIED SELF_LINK: nobody ties their own account to a person of a provider.
absl::Status SelfLink();
// FAILED_PRECONDITION IDENTITY_PROVIDER_UNKNOWN: the gateway is not set up for the issuer.
absl::Status IdentityProviderUnknown(std::string_view issuer);
// ALREADY_EXISTS IDENTITY_TAKEN: the person is tied to an account.
absl::Status IdentityTaken();
// FAILED_PRECONDITION TOO_MANY_IDENTITIES.
absl::Status TooManyIdentities(int64_t most);
// UNAUTHENTICATED IDENTITY_NOT_LINKED: no account that may sign in is tied to the person.
absl::Status IdentityNotLinked();
// FAILED_PRECONDITION SELF_DISABLE: nobody disables their own account.
absl::Status SelfDisable();
// RESOURCE_EXHAUSTED OVERLOADED with RetryInfo: too many passwords are being checked.
absl::Status TooManySignIns();

}  // namespace ronghe::gateway::access::errors
