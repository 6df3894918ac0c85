// How are secret ballots put away and counted?
//
// A ballot is sealed for its row; all of a session are of one length. Before they are counted they
// are laid anew: every one under a new random id, sealed again, all in one transaction and in the
// order of the new ids, so that not even the place or the transaction of a row says when it came.
#ifndef RONGHE_SERVICES_MEETING_API_BALLOT_BOX_H_
#define RONGHE_SERVICES_MEETING_API_BALLOT_BOX_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/field_cipher.h"
#include "common/sql/session.h"
#include "services/meeting/domain/election/count.h"
#include "services/meeting/domain/election/election.h"
#include "services/meeting/store/ballot_store.h"

namespace ronghe::meeting {

// All functions return the errors of sql::Session and crypto::FieldCipher. Stateless.
class BallotBox {
 public:
  // `cipher` must outlive it.
  explicit BallotBox(const crypto::FieldCipher& cipher) : cipher_(cipher) {}

  // Puts a ballot into the round's box. It must have passed CheckBallot.
  absl::Status Put(sql::Session& session, const Round& round, const Ballot& ballot) const;

  // Lays the ballots of the round anew and answers them.
  //
  // Errors: DATA_LOSS BALLOTS_AND_TOKENS_DIFFER when there are not as many as tokens used.
  absl::StatusOr<std::vector<Ballot>> Open(sql::Session& session, const Round& round) const;

  // Destroys the ballots of the round.
  absl::Status Destroy(sql::Session& session, const Round& round) const;

 private:
  absl::StatusOr<BallotRow> Seal(const Round& round, std::string_view plain) const;

  const crypto::FieldCipher& cipher_;
  const BallotStore store_{};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_BALLOT_BOX_H_
