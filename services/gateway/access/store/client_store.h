// How are clients kept? Every statement on client, client_key, client_share, client_assertion and
// client_quota.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::gateway::access {

enum class ClientState : int16_t { kActive = 1, kDisabled = 2, kSuspended = 3 };

struct ClientRow {
  int64_t id = 0;
  std::string certificate_name;
  std::string display_name;
  ClientState state = ClientState::kActive;
  absl::Time created_at;
  std::string department;
  std::string contact;
  // x5t#S256 of the certificates that it may show, by space; empty: any of the name.
  std::string thumbprints;
  // 0 stands for the default in each.
  int32_t per_second = 0;
  int32_t burst = 0;
  int64_t daily_quota = 0;
  int64_t etag = 1;
};

enum class ClientKeyKind : int16_t { kSecret = 1, kPublicKey = 2 };

struct ClientKeyRow {
  int64_t client_id = 0;
  std::string key_id;
  ClientKeyKind kind = ClientKeyKind::kSecret;
  // Of a public key: "ES256", "RS256" or "PS256".
  std::string algorithm;
  // The JWK, or the SHA-256 of the secret in hexadecimal.
  std::string material;
  absl::Time created_at;
  std::optional<absl::Time> ends_at;

  bool InForce(absl::Time now) const { return !ends_at.has_value() || now < *ends_at; }
};

enum class ShareAttribute : int16_t { kUnconditional = 1, kConditional = 2, kNone = 3 };

struct ClientShareRow {
  int64_t client_id = 0;
  int32_t position = 0;
  // "ronghe.membership.v1.MemberService/GetMember".
  std::string method;
  // Full names and codes, by space.
  std::string fields;
  std::string purposes;
  std::string legal_basis;
  ShareAttribute attribute = ShareAttribute::kNone;
  std::optional<absl::Time> valid_until;
};

namespace client_store {

// More keys than this, ended ones counted, a client can't have.
inline constexpr int64_t kMaxKeys = 100;

// ALREADY_EXISTS of key client_certificate.
absl::Status Insert(sql::Session& session, const ClientRow& client);
absl::StatusOr<std::optional<ClientRow>> Load(sql::Session& session, int64_t id);
absl::StatusOr<std::optional<ClientRow>> LoadForUpdate(sql::Session& session, int64_t id);
absl::StatusOr<std::vector<ClientRow>> List(sql::Session& session, int64_t after, int64_t limit);
// Writes everything but certificate name and creation, and counts the etag up, also in `client`.
absl::Status Update(sql::Session& session, ClientRow* client);

// ALREADY_EXISTS of key PRIMARY.
absl::Status InsertKey(sql::Session& session, const ClientKeyRow& key);
// Those of a client, oldest first.
absl::StatusOr<std::vector<ClientKeyRow>> Keys(sql::Session& session, int64_t client_id);
// Ends a key at `at` if it would open longer. False where there is none that would.
absl::StatusOr<bool> EndKey(sql::Session& session, int64_t client_id, std::string_view key_id,
                            absl::Time at);
// The same for every secret of a client but `except`.
absl::Status EndSecrets(sql::Session& session, int64_t client_id, std::string_view except,
                        absl::Time at);

// Replaces the shares of a client.
absl::Status SaveShares(sql::Session& session, int64_t client_id,
                        const std::vector<ClientShareRow>& shares);
// Those of a client, in their order.
absl::StatusOr<std::vector<ClientShareRow>> Shares(sql::Session& session, int64_t client_id);
// Those of all clients after (client, position), in that order.
absl::StatusOr<std::vector<ClientShareRow>> SharesAfter(sql::Session& session, int64_t client_id,
                                                        int32_t position, int64_t limit);

// Remembers an assertion until it expires. ALREADY_EXISTS where it was used before.
absl::Status UseAssertion(sql::Session& session, int64_t client_id, std::string_view jti_hash,
                          absl::Time expires_at);
// Forgets those that expired before `before`, at most `limit`; answers how many.
absl::StatusOr<int64_t> PurgeAssertions(sql::Session& session, absl::Time before, int64_t limit);

// Reserves `calls` of the day's `quota`, by one statement: true when they were left.
absl::StatusOr<bool> TakeQuota(sql::Session& session, int64_t client_id, absl::CivilDay day,
                               int64_t calls, int64_t quota);
// Forgets the counts of days before `before`.
absl::StatusOr<int64_t> PurgeQuota(sql::Session& session, absl::CivilDay before, int64_t limit);

}  // namespace client_store
}  // namespace ronghe::gateway::access
