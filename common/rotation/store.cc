#include "common/rotation/store.h"

#include "common/sql/statement.h"

namespace ronghe::rotation {
namespace {

#define RONGHE_ROTATION_COLUMNS \
  "version, sealed_table, pass, reached, total, seen, stale, failed, resealed, started, finished"

const sql::Query<RotationRow> kOfVersion("key_rotation.of_version",
                                         "SELECT " RONGHE_ROTATION_COLUMNS
                                         " FROM key_rotation WHERE version = ? "
                                         "ORDER BY sealed_table");
const sql::Query<RotationRow> kLock("key_rotation.lock",
                                    "SELECT " RONGHE_ROTATION_COLUMNS
                                    " FROM key_rotation WHERE version = ? AND sealed_table = ? "
                                    "FOR UPDATE");
const sql::Command kSave("key_rotation.save",
                         "INSERT INTO key_rotation (" RONGHE_ROTATION_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                         "pass = VALUES(pass), reached = VALUES(reached), total = VALUES(total), "
                         "seen = VALUES(seen), stale = VALUES(stale), failed = VALUES(failed), "
                         "resealed = VALUES(resealed), finished = VALUES(finished)");

}  // namespace

absl::StatusOr<std::vector<RotationRow>> RotationsTo(sql::Session& session, int32_t version) {
  return session.Select(kOfVersion, version);
}

absl::StatusOr<std::optional<RotationRow>> LockRotation(sql::Session& session, int32_t version,
                                                        std::string_view table) {
  return session.SelectOne(kLock, version, table);
}

absl::Status SaveRotation(sql::Session& session, const RotationRow& row) {
  return session
      .Execute(kSave, row.version, row.sealed_table, row.pass, row.reached, row.total, row.seen,
               row.stale, row.failed, row.resealed, row.started, row.finished)
      .status();
}

}  // namespace ronghe::rotation
