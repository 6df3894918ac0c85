// How are the ties between accounts and persons of an identity provider kept? Every statement on
// oidc_identity, oidc_session and oidc_logout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::gateway::access {

struct IdentityRow {
  int64_t id = 0;
  int64_t account_id = 0;
  std::string issuer;
  std::string subject;
  absl::Time created_at;
  std::string creator;
};

namespace identity_store {

inline constexpr int64_t kMaxPerAccount = 10;

// ALREADY_EXISTS of key oidc_identity_person.
absl::Status Insert(sql::Session& session, const IdentityRow& identity);
absl::StatusOr<std::optional<IdentityRow>> LoadForUpdate(sql::Session& session, int64_t id);
absl::StatusOr<std::optional<IdentityRow>> ByPerson(sql::Session& session, std::string_view issuer,
                                                    std::string_view subject);
// Those of an account, by id, kMaxPerAccount at most.
absl::StatusOr<std::vector<IdentityRow>> OfAccount(sql::Session& session, int64_t account_id);
absl::Status Delete(sql::Session& session, int64_t id);

// Notes that a session came in by an identity, in the provider's session `provider_session`.
absl::Status AddSession(sql::Session& session, int64_t session_id, int64_t identity_id,
                        std::string_view provider_session, absl::Time now);
// The sessions that came in by an identity, newest first, 1000 at most; only those of the
// provider's session `provider_session` unless that is empty.
absl::StatusOr<std::vector<int64_t>> Sessions(sql::Session& session, int64_t identity_id,
                                              std::string_view provider_session);
// Those of a provider's session, whoever's they are.
absl::StatusOr<std::vector<int64_t>> SessionsOf(sql::Session& session, std::string_view issuer,
                                                std::string_view provider_session);

// Marks a logout token as used. ALREADY_EXISTS of key PRIMARY when it was.
absl::Status UseLogoutToken(sql::Session& session, std::string_view token_hash,
                            absl::Time expires_at);
// Forgets sessions made before `before` and logout tokens that expired before `now`, at most
// `limit` of each.
absl::Status Purge(sql::Session& session, absl::Time before, absl::Time now, int64_t limit);

}  // namespace identity_store
}  // namespace ronghe::gateway::access
