// Which methods may a checked visitor call at the gateway, how often, and what do they get? People
// may call all of them, unless something of the sign-in is missing: the second factor, a new
// password, a second factor to begin with. A client may call what is shared with it, for the
// purposes and with the fields that the share names. What a visitor may do to whom is for the
// services to say.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "common/base/clock.h"
#include "services/gateway/access/domain/token_bucket.h"
#include "services/gateway/access/door/credentials.h"
#include "services/gateway/access/sharing/client_terms.h"
#include "services/gateway/access/sharing/quota.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::access {

// What a call that was let in has.
struct Admission {
  // What the caller said; of a client that said none, the one purpose that the share names.
  std::string purpose;
  // What of each answer passes; null: all of it.
  std::shared_ptr<const FieldFilter> filter;
};

// Thread-safe; one for all doors, because it counts.
class Gate {
 public:
  using Done = std::function<void(const absl::Status&)>;

  // `person`: how often an account may call. `quotas` may be null: then days are not counted.
  // Everything must outlive it.
  Gate(const transcode::MethodTable& methods, const base::Clock& clock, const Rate& person = {},
       Quotas* quotas = nullptr);

  // Lets a call in, and counts it. Never blocks: nullopt when the database must be asked for more
  // calls; ask Later, then Check again.
  //
  // PERMISSION_DENIED SECOND_FACTOR_REQUIRED, PASSWORD_CHANGE_REQUIRED or
  // SECOND_FACTOR_ENROLMENT_REQUIRED, in this order; those of ClientTerms::Find; RESOURCE_EXHAUSTED
  // QUOTA_EXCEEDED, RATE_LIMITED.
  std::optional<absl::Status> Check(const Credential& credential, const transcode::Method& method,
                                    std::string_view purpose, Admission* admission);
  // `done` runs when Check can answer, on another thread or at once. Errors: those of
  // Quotas::Fetch.
  void Later(const Credential& credential, Done done);

  // Whether a stream that was let in as `opened` may go on, and with which fields: for every
  // message, with the credential as it stands. ABORTED RIGHTS_CHANGED when its rights are others
  // now: what a stream shows was decided by those it began with; errors of ClientTerms::Find.
  absl::Status Renew(const Credential& opened, const Credential& credential,
                     const transcode::Method& method, Admission* admission) const;

 private:
  using Methods = absl::flat_hash_set<const transcode::Method*>;

  absl::Status CheckSignIn(const Credential& credential, const transcode::Method& method) const;
  std::optional<absl::Status> CheckClient(const Credential& credential,
                                          const transcode::Method& method);

  const base::Clock& clock_;
  const Rate person_;
  Quotas* const quotas_;
  TokenBuckets buckets_;
  // What a session may call that still needs one of the three.
  Methods pending_, password_, enrolment_;
};

}  // namespace ronghe::gateway::access
