#include "services/meeting/store/sealed_tables.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/rotation/sealed_pairs.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "services/meeting/store/ballot_store.h"

namespace ronghe::meeting {
namespace {

using rotation::CountOf;
using rotation::CountRow;
using rotation::SealedRow;

const sql::Query<CountRow> kBallots("ballot.count", "SELECT COUNT(*) FROM ballot");
const sql::Query<BallotRow> kBallotsAfter(
    "ballot.sealed_after",
    "SELECT session_id, id, choice FROM ballot WHERE session_id > ? OR (session_id = ? AND id > ?)"
    " ORDER BY session_id, id LIMIT ?");
const sql::Command kReplaceBallot(
    "ballot.replace_sealed",
    "UPDATE ballot SET choice = ? WHERE session_id = ? AND id = ? AND choice = ?");
const sql::Query<CountRow> kBallotsUnder(
    "ballot.count_under", "SELECT COUNT(*) FROM ballot WHERE SUBSTRING(choice, 2, 2) = ?");

// A ballot's place in the walk: "{session}/{id in hexadecimal}"; the first one where it is empty.
struct Position {
  int64_t session_id = -1;
  sql::Bytes id;
};

Position ParsePosition(std::string_view text) {
  Position position;
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos ||
      !absl::SimpleAtoi(base::Sv(text.substr(0, slash)), &position.session_id)) {
    return position;
  }
  position.id = sql::Bytes(absl::HexStringToBytes(base::Sv(text.substr(slash + 1))));
  return position;
}

class SealedBallots : public rotation::SealedTable {
 public:
  std::string_view name() const override { return "ballot"; }

  absl::StatusOr<int64_t> Count(sql::Session& session) const override {
    return CountOf(session, kBallots);
  }

  absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session, std::string_view position,
                                               int32_t limit) const override {
    const Position after = ParsePosition(position);
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<BallotRow> ballots,
        session.Select(kBallotsAfter, after.session_id, after.session_id, after.id, limit));
    std::vector<SealedRow> rows;
    for (BallotRow& ballot : ballots) {
      rows.push_back({base::Cat(ballot.session_id, "/", crypto::HexEncode(ballot.id)),
                      {{std::move(ballot.choice), BallotPlace(ballot.session_id, ballot.id)}}});
    }
    return rows;
  }

  absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                               const SealedRow& after) const override {
    const Position at = ParsePosition(before.position);
    RONGHE_ASSIGN_OR_RETURN(
        const int64_t found,
        session.Execute(kReplaceBallot, sql::Bytes(after.values[0].envelope), at.session_id, at.id,
                        sql::Bytes(before.values[0].envelope)));
    return found == 1;
  }

  absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                     std::string_view version) const override {
    return CountOf(session, kBallotsUnder, version);
  }
};

}  // namespace

std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables() {
  std::vector<std::unique_ptr<rotation::SealedTable>> tables;
  tables.push_back(std::make_unique<SealedBallots>());
  return tables;
}

}  // namespace ronghe::meeting
