// How does a schema come to its present shape, and how does a service know that it has?
//
// A migration is a file V0100__what.sql with one statement that may run twice. Applied files are
// recorded with their checksum in schema_migration; a file that changed afterwards is refused. A
// lease row keeps two migrators apart.
#ifndef RONGHE_COMMON_SQL_MIGRATE_H_
#define RONGHE_COMMON_SQL_MIGRATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace ronghe::sql {

struct Migration {
  int64_t version = 0;  // of V0100__x.sql: 100
  std::string name;     // "x"
  std::string path;
  std::string statement;  // without comments at its ends and without the closing semicolon
  std::string checksum;   // SHA-256 of the file, hexadecimal
};

// Every V*.sql of the directories, by version.
//
// Errors: NOT_FOUND for a directory that is missing or empty; INVALID_ARGUMENT naming the file for
// a malformed name, a version used twice, no statement or more than one.
absl::StatusOr<std::vector<Migration>> LoadMigrations(const std::vector<std::string>& directories);

struct MigrateOptions {
  absl::Duration wait = absl::Seconds(60);   // for another migrator to finish
  absl::Duration lease = absl::Seconds(15);  // renewed while working
};

// Applies what is not recorded yet, in order of version, with the `_migrate` user's options.
// Answers how many files were applied.
//
// Errors: those of LoadMigrations; FAILED_PRECONDITION MIGRATION_CHANGED for a recorded file with
// another checksum; ABORTED MIGRATION_LOCKED when another migrator holds the lease; those of the
// server, naming the file.
absl::StatusOr<int> Migrate(const Options& options, const std::vector<std::string>& directories,
                            const MigrateOptions& migrate_options = {});
absl::StatusOr<int> Migrate(const config::v1::Database& config,
                            const std::vector<std::string>& directories);

// OK if every file of the directories is recorded with the same checksum. A schema that is ahead
// is fine: it is expanded before the services that need it are started.
//
// Errors: FAILED_PRECONDITION SCHEMA_BEHIND (metadata version) or MIGRATION_CHANGED; those of
// LoadMigrations and Database::Read.
absl::Status CheckVersion(Database& database, const std::vector<std::string>& directories,
                          absl::Time deadline);

// The highest recorded version, 0 for an empty schema.
absl::StatusOr<int64_t> SchemaVersion(Database& database, absl::Time deadline);

}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_MIGRATE_H_
