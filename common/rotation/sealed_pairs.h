// How is a sealed table walked whose key is one number and which has two sealed columns?
#ifndef RONGHE_COMMON_ROTATION_SEALED_PAIRS_H_
#define RONGHE_COMMON_ROTATION_SEALED_PAIRS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rotation/sealed_table.h"
#include "common/sql/statement.h"

namespace ronghe::rotation {

struct SealedPair {
  int64_t id = 0;
  sql::Bytes first;
  sql::Bytes second;
};

struct CountRow {
  int64_t count = 0;
};

// The number that a COUNT(*) answers. Errors: those of sql::Session.
template <class... Args>
absl::StatusOr<int64_t> CountOf(sql::Session& session, const sql::Query<CountRow>& query,
                                const Args&... args) {
  const absl::StatusOr<std::optional<CountRow>> row = session.SelectOne(query, args...);
  if (!row.ok()) return row.status();
  return row->has_value() ? (*row)->count : 0;
}

class SealedPairs : public SealedTable {
 public:
  // What ties an envelope to its row and column.
  using Place = std::string (*)(int64_t id);

  // With their parameters, in this order; they must outlive the table.
  struct Statements {
    const sql::Query<CountRow>& count;
    const sql::Query<SealedPair>& after;  // id, limit
    const sql::Command& replace;          // first, second after; id; first, second before
    const sql::Query<CountRow>& under;    // version, twice
  };

  SealedPairs(std::string_view name, Statements statements, Place first, Place second)
      : name_(name), statements_(statements), first_(first), second_(second) {}

  std::string_view name() const override { return name_; }
  absl::StatusOr<int64_t> Count(sql::Session& session) const override;
  absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session, std::string_view position,
                                               int32_t limit) const override;
  absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                               const SealedRow& after) const override;
  absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                     std::string_view version) const override;

 private:
  const std::string_view name_;
  const Statements statements_;
  const Place first_;
  const Place second_;
};

}  // namespace ronghe::rotation

#endif  // RONGHE_COMMON_ROTATION_SEALED_PAIRS_H_
