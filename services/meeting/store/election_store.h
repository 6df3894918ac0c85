// Where are elections kept, but for their ballots?
#ifndef RONGHE_SERVICES_MEETING_STORE_ELECTION_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_ELECTION_STORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "services/meeting/domain/election/election.h"

namespace ronghe::meeting {

// Parts of an election that Save writes again.
struct ChangedElectionParts {
  bool slate = false;
  bool tellers = false;
  bool voters = false;
  bool last_round = false;  // its row and its candidates
};

// All functions return the errors of sql::Session besides their own. Stateless.
class ElectionStore {
 public:
  // Inserts a new election with slate and tellers.
  absl::Status Insert(sql::Session& session, const Election& election) const;

  // Writes the election's row if its etag is still `election->etag`, and raises it; the parts named
  // are written again.
  //
  // Errors: ABORTED ETAG_MISMATCH.
  absl::Status Save(sql::Session& session, const ChangedElectionParts& changed,
                    Election* election) const;

  // With all parts. Nothing when there is none.
  absl::StatusOr<std::optional<Election>> Load(sql::Session& session, int64_t id) const;
  // The same, and holds the row until the end of the transaction.
  absl::StatusOr<std::optional<Election>> LoadForUpdate(sql::Session& session, int64_t id) const;

  // Up to `limit` elections of an organization with an id below `before`, the latest first, with
  // slate and tellers.
  absl::StatusOr<std::vector<Election>> List(sql::Session& session, int64_t organization_id,
                                             int64_t before, int32_t limit) const;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_ELECTION_STORE_H_
