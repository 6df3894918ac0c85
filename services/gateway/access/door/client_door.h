// Does the database still know the client of an access token, and what may it do?
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"
#include "services/gateway/access/door/credentials.h"
#include "services/gateway/access/door/door_token.h"
#include "services/gateway/access/sharing/client_terms.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::access {

// Blocking; thread-safe.
class ClientDoor {
 public:
  // Everything must outlive it.
  ClientDoor(sql::Database& database, const transcode::MethodTable& methods,
             const DoorTokens& tokens)
      : database_(database), methods_(methods), tokens_(tokens) {}

  // The client of `token`, shown with a certificate of this x5t#S256. UNAUTHENTICATED as
  // DoorTokens::Open; CLIENT_UNKNOWN for a client that is suspended, struck off or may no longer
  // show that certificate.
  absl::StatusOr<Credential> Open(std::string_view token, std::string_view x5t, absl::Time now);

 private:
  struct Compiled {
    int64_t etag = 0;
    std::shared_ptr<const ClientTerms> terms;
  };
  // The terms of a client as they stand, compiled anew only after a change.
  absl::StatusOr<std::shared_ptr<const ClientTerms>> TermsOf(sql::Session& session,
                                                             const ClientRow& client);

  sql::Database& database_;
  const transcode::MethodTable& methods_;
  const DoorTokens& tokens_;
  std::mutex mutex_;
  absl::flat_hash_map<int64_t, Compiled> compiled_;
};

// True when a client may show a certificate of this x5t#S256.
bool MayShow(const ClientRow& client, std::string_view x5t);

}  // namespace ronghe::gateway::access
