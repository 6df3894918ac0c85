// Which columns of a service are sealed, and how are they sealed anew?
//
// A service lists each of its tables once, with its SQL; the rotation does the rest.
#ifndef RONGHE_COMMON_ROTATION_SEALED_TABLE_H_
#define RONGHE_COMMON_ROTATION_SEALED_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sql/session.h"

namespace ronghe::rotation {

struct SealedValue {
  std::string envelope;  // empty: nothing is there
  std::string place;     // what ties the envelope to its row and column (FieldCipher's aad)
};

struct SealedRow {
  std::string position;  // where the table's walk stands at this row; at most 128 bytes, no zero
  std::vector<SealedValue> values;  // every sealed column, in a fixed order
};

// All functions answer the errors of sql::Session.
class SealedTable {
 public:
  virtual ~SealedTable() = default;

  // The table's name, which also stands in metrics.
  virtual std::string_view name() const = 0;

  // Rows of one transaction; less for tables of long values.
  virtual int32_t batch() const { return 200; }

  virtual absl::StatusOr<int64_t> Count(sql::Session& session) const = 0;

  // Up to `limit` rows in key order behind `position`; from the first where it is empty. Takes no
  // locks.
  virtual absl::StatusOr<std::vector<SealedRow>> After(sql::Session& session,
                                                       std::string_view position,
                                                       int32_t limit) const = 0;

  // Writes the envelopes of `after` in the row of `before` if they are still what `before` says;
  // whether they were. Nothing else of the row changes.
  virtual absl::StatusOr<bool> Replace(sql::Session& session, const SealedRow& before,
                                       const SealedRow& after) const = 0;

  // Rows with an envelope under a version, which `version` gives as its two bytes in an envelope.
  virtual absl::StatusOr<int64_t> CountUnder(sql::Session& session,
                                             std::string_view version) const = 0;
};

// The most rows that any transaction of a rotation touches.
inline constexpr int32_t kMaxBatch = 500;

}  // namespace ronghe::rotation

#endif  // RONGHE_COMMON_ROTATION_SEALED_TABLE_H_
