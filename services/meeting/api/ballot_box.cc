#include "services/meeting/api/ballot_box.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::meeting {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kMemberBytes = 8;

void AppendMember(int64_t member_id, std::string* bytes) {
  for (size_t i = 0; i < kMemberBytes; ++i) {
    bytes->push_back(static_cast<char>(static_cast<uint64_t>(member_id) >> (8 * i)));
  }
}

// What every ballot of a round fills: the lengths of both lists, then room for the longest ones
// there can be.
size_t PlainBytes(const Round& round) {
  return 2 + kMemberBytes * (static_cast<size_t>(round.seats) + round.candidates.size());
}

std::string Encode(const Round& round, const Ballot& ballot) {
  std::string bytes;
  bytes.push_back(static_cast<char>(ballot.votes_for.size()));
  bytes.push_back(static_cast<char>(ballot.votes_against.size()));
  for (int64_t member_id : ballot.votes_for) AppendMember(member_id, &bytes);
  for (int64_t member_id : ballot.votes_against) AppendMember(member_id, &bytes);
  bytes.resize(PlainBytes(round), '\0');
  return bytes;
}

absl::StatusOr<Ballot> Decode(std::string_view bytes) {
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(bytes[at]); };
  const size_t all = bytes.size() < 2 ? 0 : size_t{byte(0)} + byte(1);
  if (bytes.size() < 2 + kMemberBytes * all) return absl::DataLossError("a ballot that is none");
  Ballot ballot;
  for (size_t i = 0; i < all; ++i) {
    uint64_t member_id = 0;
    for (size_t j = kMemberBytes; j-- > 0;) {
      member_id = member_id << 8 | byte(2 + i * kMemberBytes + j);
    }
    (i < byte(0) ? ballot.votes_for : ballot.votes_against)
        .push_back(static_cast<int64_t>(member_id));
  }
  return ballot;
}

}  // namespace

absl::StatusOr<BallotRow> BallotBox::Seal(const Round& round, std::string_view plain) const {
  BallotRow row;
  row.session_id = round.session_id;
  row.id = sql::Bytes(crypto::RandomBytes(kIdBytes));
  RONGHE_ASSIGN_OR_RETURN(std::string sealed,
                          cipher_.Encrypt(plain, BallotPlace(round.session_id, row.id)));
  row.choice = sql::Bytes(std::move(sealed));
  return row;
}

absl::Status BallotBox::Put(sql::Session& session, const Round& round, const Ballot& ballot) const {
  RONGHE_ASSIGN_OR_RETURN(BallotRow row, Seal(round, Encode(round, ballot)));
  return store_.PutBallots(session, {std::move(row)});
}

absl::StatusOr<std::vector<Ballot>> BallotBox::Open(sql::Session& session,
                                                    const Round& round) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BallotRow> rows,
                          store_.Ballots(session, round.session_id));
  RONGHE_ASSIGN_OR_RETURN(const TokenCounts tokens, store_.CountTokens(session, round.session_id));
  if (tokens.used != static_cast<int64_t>(rows.size())) {
    return error::Make(absl::StatusCode::kDataLoss, "BALLOTS_AND_TOKENS_DIFFER",
                       "选票数与已使用的投票凭证数不一致,请联系管理员。",
                       {{"ballots", base::Cat(rows.size())}, {"tokens", base::Cat(tokens.used)}});
  }
  std::vector<Ballot> ballots;
  std::vector<BallotRow> anew;
  for (const BallotRow& row : rows) {
    RONGHE_ASSIGN_OR_RETURN(const std::string plain,
                            cipher_.Decrypt(row.choice, BallotPlace(row.session_id, row.id)));
    RONGHE_ASSIGN_OR_RETURN(Ballot ballot, Decode(plain));
    RONGHE_ASSIGN_OR_RETURN(BallotRow again, Seal(round, plain));
    ballots.push_back(std::move(ballot));
    anew.push_back(std::move(again));
  }
  std::sort(anew.begin(), anew.end(), [](const BallotRow& a, const BallotRow& b) {
    return static_cast<const std::string&>(a.id) < static_cast<const std::string&>(b.id);
  });
  RONGHE_RETURN_IF_ERROR(store_.DeleteBallots(session, round.session_id));
  RONGHE_RETURN_IF_ERROR(store_.PutBallots(session, anew));
  return ballots;
}

absl::Status BallotBox::Destroy(sql::Session& session, const Round& round) const {
  RONGHE_RETURN_IF_ERROR(store_.ForgetTokens(session, round.session_id));
  return store_.DeleteBallots(session, round.session_id);
}

}  // namespace ronghe::meeting
