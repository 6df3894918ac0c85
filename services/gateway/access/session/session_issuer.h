// How does a person who proved who they are get a session, and a session new tokens?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/role_table.h"
#include "common/sql/session.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {

struct NewSession {
  // Locked by the transaction.
  const AccountRow& account;
  // The caller's, as Call::peer() gives it.
  std::string_view peer;
  SignInMethod method = SignInMethod::kPassword;
  // True when somebody we trust has checked a second factor.
  bool second_factor_done = false;
};

// The tokens, which are kept nowhere.
struct IssuedSession {
  int64_t id = 0;
  std::string token;
  std::string csrf;
  SecondFactor state = SecondFactor::kNone;
};

// Opens a session in the transaction of `sql`. A complete one ends the sessions beyond the policy's
// number; one whose second factor is still to come lasts some minutes and ends no other.
//
// Errors of all three: those of the database.
absl::StatusOr<IssuedSession> IssueSession(sql::Session& sql, int64_t id, const LoginPolicy& policy,
                                           const auth::RoleTable& roles, const NewSession& asked,
                                           absl::Time now);

// Gives a session new tokens; the old ones open nothing any more.
absl::StatusOr<IssuedSession> RotateSession(sql::Session& sql, SessionRow* session, absl::Time now);

// Rotates a session whose second factor is done now: it lasts as long as a session does, and ends
// those beyond the policy's number.
absl::StatusOr<IssuedSession> CompleteSession(sql::Session& sql, const LoginPolicy& policy,
                                              SessionRow* session, absl::Time now);

// A new session or CSRF token: 256 random bits as text.
std::string NewToken();
// What is stored of a token.
std::string TokenHash(std::string_view token);

// The address in a peer, without scheme and port, in its shortest spelling: "ipv4:10.0.0.7:51234",
// "10.0.0.7" and "::ffff:10.0.0.7" are one.
std::string AddressOf(std::string_view peer);

}  // namespace ronghe::gateway::access
