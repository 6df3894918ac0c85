#include "services/meeting/store/ballot_store.h"

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/statement.h"

namespace ronghe::meeting {
namespace {

const sql::Command kAddVoter(
    "voter_token.insert",
    "INSERT INTO voter_token (session_id, member_id, token_hash, received, used)"
    " VALUES (?, ?, ?, ?, ?)");
const sql::Query<VoterTokenRow> kVotersForUpdate(
    "voter_token.of_members_for_update",
    "SELECT session_id, member_id, token_hash, received, used FROM voter_token"
    " WHERE session_id = ? AND member_id IN (?*) ORDER BY member_id FOR UPDATE");
const sql::Command kGiveToken(
    "voter_token.give",
    "INSERT INTO voter_token (session_id, member_id, token_hash, received, used)"
    " VALUES (?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE token_hash = VALUES(token_hash), received = VALUES(received)");
struct UsedRow {
  bool used = false;
};
const sql::Query<UsedRow> kTokenForUpdate(
    "voter_token.used_for_update",
    "SELECT used FROM voter_token WHERE token_hash = ? AND session_id = ? FOR UPDATE");
const sql::Command kUseToken("voter_token.use",
                             "UPDATE voter_token SET used = 1 WHERE token_hash = ? AND used = 0");
const sql::Query<TokenCounts> kCountTokens(
    "voter_token.count",
    "SELECT COALESCE(SUM(received), 0), COALESCE(SUM(used), 0) FROM voter_token"
    " WHERE session_id = ?");
const sql::Command kForgetTokens("voter_token.forget",
                                 "UPDATE voter_token SET token_hash = NULL WHERE session_id = ?");

const sql::Command kInsertBallot("ballot.insert",
                                 "INSERT INTO ballot (session_id, id, choice) VALUES (?, ?, ?)");
const sql::Query<BallotRow> kBallots(
    "ballot.of_session",
    "SELECT session_id, id, choice FROM ballot WHERE session_id = ? ORDER BY id");
const sql::Command kDeleteBallots("ballot.delete", "DELETE FROM ballot WHERE session_id = ?");

}  // namespace

std::string BallotPlace(int64_t session_id, std::string_view id) {
  return base::Cat("ballot.choice:", session_id, ":", id);
}

absl::Status BallotStore::AddVoters(sql::Session& session, int64_t session_id,
                                    std::span<const int64_t> member_ids) const {
  std::vector<VoterTokenRow> rows;
  rows.reserve(member_ids.size());
  for (int64_t member_id : member_ids) {
    rows.push_back({session_id, member_id, std::nullopt, false, false});
  }
  return session.InsertMany(kAddVoter, rows);
}

absl::StatusOr<std::vector<VoterTokenRow>> BallotStore::VotersForUpdate(
    sql::Session& session, int64_t session_id, std::span<const int64_t> member_ids) const {
  return session.Select(kVotersForUpdate, session_id, member_ids);
}

absl::Status BallotStore::GiveTokens(sql::Session& session,
                                     const std::vector<VoterTokenRow>& rows) const {
  return session.InsertMany(kGiveToken, rows);
}

absl::StatusOr<TokenUse> BallotStore::UseToken(sql::Session& session, int64_t session_id,
                                               std::string_view token_hash) const {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<UsedRow> row,
                          session.SelectOne(kTokenForUpdate, sql::Bytes(token_hash), session_id));
  if (!row.has_value()) return TokenUse::kUnknown;
  if (row->used) return TokenUse::kUsedBefore;
  RONGHE_RETURN_IF_ERROR(session.Execute(kUseToken, sql::Bytes(token_hash)).status());
  return TokenUse::kUsedNow;
}

absl::StatusOr<TokenCounts> BallotStore::CountTokens(sql::Session& session,
                                                     int64_t session_id) const {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TokenCounts> counts,
                          session.SelectOne(kCountTokens, session_id));
  return counts.value_or(TokenCounts());
}

absl::Status BallotStore::ForgetTokens(sql::Session& session, int64_t session_id) const {
  return session.Execute(kForgetTokens, session_id).status();
}

absl::Status BallotStore::PutBallots(sql::Session& session,
                                     const std::vector<BallotRow>& ballots) const {
  return session.InsertMany(kInsertBallot, ballots);
}

absl::StatusOr<std::vector<BallotRow>> BallotStore::Ballots(sql::Session& session,
                                                            int64_t session_id) const {
  return session.Select(kBallots, session_id);
}

absl::Status BallotStore::DeleteBallots(sql::Session& session, int64_t session_id) const {
  return session.Execute(kDeleteBallots, session_id).status();
}

}  // namespace ronghe::meeting
