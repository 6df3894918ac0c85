// Which SQL runs on key_rotation?
//
// A row per key version and sealed table: where the job stands. Functions answer the errors of
// sql::Session besides what they document.
#ifndef RONGHE_COMMON_ROTATION_STORE_H_
#define RONGHE_COMMON_ROTATION_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::rotation {

struct RotationRow {
  int32_t version = 0;
  std::string sealed_table;
  int32_t pass = 1;      // which walk over the whole table
  std::string reached;   // the position of the last row that was looked at; empty: none
  int64_t total = 0;     // rows when the pass began
  int64_t seen = 0;      // rows looked at in the pass
  int64_t stale = 0;     // rows of an older version met in the pass
  int64_t failed = 0;    // of these, rows that can't be opened
  int64_t resealed = 0;  // rows sealed anew in all passes
  absl::Time started;
  std::optional<absl::Time> finished;
};

// The rows of a version, by table.
absl::StatusOr<std::vector<RotationRow>> RotationsTo(sql::Session& session, int32_t version);
// The row of one table, locked; nothing where there is none.
absl::StatusOr<std::optional<RotationRow>> LockRotation(sql::Session& session, int32_t version,
                                                        std::string_view table);
// Writes everything but version, table and start; a new row is inserted.
absl::Status SaveRotation(sql::Session& session, const RotationRow& row);

}  // namespace ronghe::rotation

#endif  // RONGHE_COMMON_ROTATION_STORE_H_
