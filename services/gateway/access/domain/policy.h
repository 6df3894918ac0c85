// What must a password be, when does a name lock, and when does a session end? GB/T 22239-2019,
// 8.1.4.1 (domain-rules 9.2); every number is a parameter with its source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/gateway/access/domain/token_bucket.h"

namespace ronghe::gateway::access {

// A number of the policy with the clause it comes from.
struct Parameter {
  int64_t value = 0;
  std::string rule_id;
  std::string source;
};

struct LoginPolicy {
  std::string version;
  Parameter min_length;
  Parameter min_classes;
  Parameter history;
  Parameter max_age_days;
  Parameter lock_failures;
  Parameter lock_minutes;
  Parameter idle_minutes;
  Parameter absolute_minutes;
  Parameter max_sessions;
  Parameter unused_days;
  // Who needs a second factor: 1 the holders of roles that say so, 2 everybody.
  Parameter second_factor;
  // Steps of half a minute that a one-time code may be early or late.
  Parameter code_window;
  Parameter recovery_codes;
  // Minutes within which a sign-in must be completed by its second factor.
  Parameter pending_minutes;
  // Minutes after a sign-in in which the second factor may be changed.
  Parameter reauthentication_minutes;
  // 1: a session opens nothing from another address than the one it was opened from; 0: it does.
  Parameter bind_address;
  Parameter delegation_days;
  // Calls of one account: per second on average (0: any number), and at once after a pause.
  Parameter calls_per_second;
  Parameter calls_burst;
};

// How often an account may call.
Rate PersonRate(const LoginPolicy& policy);

// OK when every parameter has a value in its range, a rule and a source. INVALID_ARGUMENT with
// reason LOGIN_POLICY_INVALID naming the parameter.
absl::Status CheckPolicy(const LoginPolicy& policy);

// OK for a password that is long and mixed enough and does not hold the login name.
// INVALID_ARGUMENT PASSWORD_TOO_WEAK with rule, source, required and actual. `password` is valid
// UTF-8.
absl::Status CheckPassword(const LoginPolicy& policy, std::string_view login_name,
                           std::string_view password);

// Of lower case, upper case, digit and other, how many occur.
int CharacterClasses(std::string_view password);

// How far the second factor of a session is; the numbers are those of the contract.
enum class SecondFactor : int16_t {
  kNone = 1,
  kPending = 2,
  kEnrolmentRequired = 3,
  kDone = 4,
};

// True when nothing of the sign-in is missing.
constexpr bool Complete(SecondFactor state) {
  return state == SecondFactor::kNone || state == SecondFactor::kDone;
}

// The failures of one login name, whether or not an account has it.
struct Guard {
  int64_t failures = 0;
  std::optional<absl::Time> locked_until;
};

// Counts an attempt before the password is looked at, so that attempts at one time can't outrun the
// lock. OK: the attempt may go on, `guard` counts it as failed until it is known to be good.
// RESOURCE_EXHAUSTED SIGN_IN_LOCKED with RetryInfo: the name is locked; `guard` is unchanged.
absl::Status CountAttempt(const LoginPolicy& policy, absl::Time now, Guard* guard);

// Takes back one counted attempt: its password was right, and its second factor is still to come.
// The failures before it stay, so that a password that leaked buys no more guesses at the codes.
void ForgiveAttempt(const LoginPolicy& policy, Guard* guard);

// When a session last seen at `last_seen` that ends at `expires` is over.
absl::Time SessionEnd(const LoginPolicy& policy, absl::Time last_seen, absl::Time expires);

// True when a password set at `changed` is too old at `now`.
bool PasswordExpired(const LoginPolicy& policy, absl::Time changed, absl::Time now);

// True when a person who signed in at `signed_in` must do so again before the second factor is
// changed.
bool ReauthenticationDue(const LoginPolicy& policy, absl::Time signed_in, absl::Time now);

// True when an account last used at `used` counts as abandoned at `now`.
bool Unused(const LoginPolicy& policy, absl::Time used, absl::Time now);

// A one-time password of 20 characters that satisfies any policy in range; `random` gives 20 bytes
// or more.
std::string OneTimePassword(std::string_view random);

}  // namespace ronghe::gateway::access
