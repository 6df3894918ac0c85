// Where are secret ballots and the tokens of voters kept, so that nothing leads from one to the
// other?
//
// A voter's row says that the token was received and used, never when. A ballot's row has neither
// voter, token nor time; its id is random, and its choice is sealed and of one length. The two meet
// in nothing but the session, which is the same for all.
#ifndef RONGHE_SERVICES_MEETING_STORE_BALLOT_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_BALLOT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/session.h"

namespace ronghe::meeting {

struct BallotRow {
  int64_t session_id = 0;
  sql::Bytes id;      // 16 random bytes
  sql::Bytes choice;  // sealed
};

// What ties a sealed choice to its row.
std::string BallotPlace(int64_t session_id, std::string_view id);

struct VoterTokenRow {
  int64_t session_id = 0;
  int64_t member_id = 0;
  std::optional<sql::Bytes> token_hash;
  bool received = false;
  bool used = false;
};

struct TokenCounts {
  int64_t received = 0;
  int64_t used = 0;
};

// What became of a token.
enum class TokenUse { kUnknown, kUsedBefore, kUsedNow };

// All functions return the errors of sql::Session. Stateless.
class BallotStore {
 public:
  // Puts down who is present; nobody has a token yet.
  absl::Status AddVoters(sql::Session& session, int64_t session_id,
                         std::span<const int64_t> member_ids) const;
  // The rows of those of the members (at most 256) who are present, by member id, held until the
  // end of the transaction.
  absl::StatusOr<std::vector<VoterTokenRow>> VotersForUpdate(
      sql::Session& session, int64_t session_id, std::span<const int64_t> member_ids) const;
  // Gives voters who are present the tokens of their rows, instead of any before.
  absl::Status GiveTokens(sql::Session& session, const std::vector<VoterTokenRow>& rows) const;
  // Uses a token up; of several who try at once, one gets kUsedNow.
  absl::StatusOr<TokenUse> UseToken(sql::Session& session, int64_t session_id,
                                    std::string_view token_hash) const;
  absl::StatusOr<TokenCounts> CountTokens(sql::Session& session, int64_t session_id) const;
  // Tokens open nothing any more; who received and used one stays.
  absl::Status ForgetTokens(sql::Session& session, int64_t session_id) const;

  absl::Status PutBallots(sql::Session& session, const std::vector<BallotRow>& ballots) const;
  absl::StatusOr<std::vector<BallotRow>> Ballots(sql::Session& session, int64_t session_id) const;
  absl::Status DeleteBallots(sql::Session& session, int64_t session_id) const;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_BALLOT_STORE_H_
