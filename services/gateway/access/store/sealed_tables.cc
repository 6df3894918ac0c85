#include "services/gateway/access/store/sealed_tables.h"

#include "common/rotation/sealed_pairs.h"
#include "common/sql/statement.h"
#include "services/gateway/access/store/second_factor_store.h"

namespace ronghe::gateway::access {
namespace {

using rotation::CountRow;

const sql::Query<CountRow> kCount("second_factor.count", "SELECT COUNT(*) FROM second_factor");
const sql::Query<rotation::SealedPair> kAfter(
    "second_factor.sealed_after",
    "SELECT account_id, secret, pending FROM second_factor "
    "WHERE account_id > ? ORDER BY account_id LIMIT ?");
const sql::Command kReplace("second_factor.replace_sealed",
                            "UPDATE second_factor SET secret = ?, pending = ? "
                            "WHERE account_id = ? AND secret = ? AND pending = ?");
const sql::Query<CountRow> kUnder("second_factor.count_under",
                                  "SELECT COUNT(*) FROM second_factor "
                                  "WHERE SUBSTRING(secret, 2, 2) = ? "
                                  "OR SUBSTRING(pending, 2, 2) = ?");

}  // namespace

std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables() {
  std::vector<std::unique_ptr<rotation::SealedTable>> tables;
  tables.push_back(std::make_unique<rotation::SealedPairs>(
      "second_factor", rotation::SealedPairs::Statements{kCount, kAfter, kReplace, kUnder},
      &SecretPlace, &PendingPlace));
  return tables;
}

}  // namespace ronghe::gateway::access
