#include "services/gateway/access/store/sealed_tables.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/statement.h"
#include "services/gateway/access/store/second_factor_store.h"

namespace ronghe::gateway::access {
namespace {

using rotation::SealedRow;

struct CountRow {
  int64_t count = 0;
};

struct SealedFactor {
  int64_t account_id = 0;
  sql::Bytes secret;
  sql::Bytes pending;
};

const sql::Query<CountRow> kCount("second_factor.count", "SELECT COUNT(*) FROM second_factor");
const sql::Query<SealedFactor> kAfter("second_factor.sealed_after",
                                      "SELECT account_id, secret, pending FROM second_factor "
                                      "WHERE account_id > ? ORDER BY account_id LIMIT ?");
const sql::Command kReplace("second_factor.replace_sealed",
                            "UPDATE second_factor SET secret = ?, pending = ? "
                            "WHERE account_id = ? AND secret = ? AND pending = ?");
const sql::Query<CountRow> kUnder("second_factor.count_under",
                                  "SELECT COUNT(*) FROM second_factor "
                                  "WHERE SUBSTRING(secret, 2, 2) = ? "
                                  "OR SUBSTRING(pending, 2, 2) = ?");

// The account at which a walk stands; 0 before the first.
int64_t AccountAt(std::string_view position) {
  int64_t id = 0;
  return absl::SimpleAtoi(base::Sv(position), &id) ? id : 0;
}

class SecondFactors : public rotation::SealedTable {
 public:
  std::string_view name() const override { return "second_factor"; }

  absl::StatusOr<int64_t> Count(sql::Session& session) const override {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<CountRow> row, session.SelectOne(kCount));
    return row.has_value() ? row->count : 0;
  }

  absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session, std::string_view position,
                                               int32_t limit) const override {
    RONGHE_ASSIGN_OR_RETURN(std::vector<SealedFactor> factors,
                            session.Select(kAfter, AccountAt(position), limit));
    std::vector<SealedRow> rows;
    rows.reserve(factors.size());
    for (SealedFactor& factor : factors) {
      rows.push_back({absl::StrCat(factor.account_id),
                      {{std::move(factor.secret), SecretPlace(factor.account_id)},
                       {std::move(factor.pending), PendingPlace(factor.account_id)}}});
    }
    return rows;
  }

  absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                               const SealedRow& after) const override {
    RONGHE_ASSIGN_OR_RETURN(const int64_t found,
                            session.Execute(kReplace, after.values[0].envelope,
                                            after.values[1].envelope, AccountAt(before.position),
                                            before.values[0].envelope, before.values[1].envelope));
    return found == 1;
  }

  absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                     std::string_view version) const override {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<CountRow> row,
                            session.SelectOne(kUnder, version, version));
    return row.has_value() ? row->count : 0;
  }
};

}  // namespace

std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables() {
  std::vector<std::unique_ptr<rotation::SealedTable>> tables;
  tables.push_back(std::make_unique<SecondFactors>());
  return tables;
}

}  // namespace ronghe::gateway::access
