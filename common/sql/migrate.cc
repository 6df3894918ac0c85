#include "common/sql/migrate.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/common.pb.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/sql/error.h"
#include "common/sql/scan.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"

namespace ronghe::sql {
namespace {

constexpr char kCreateRecords[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL, "
    "name VARCHAR(128) NOT NULL, checksum VARCHAR(64) NOT NULL, applied_at DATETIME(6) NOT NULL, "
    "PRIMARY KEY (version)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
constexpr char kCreateLease[] =
    "CREATE TABLE IF NOT EXISTS schema_lease (id BIGINT NOT NULL, owner VARCHAR(64) NOT NULL, "
    "held_until DATETIME(6) NOT NULL, PRIMARY KEY (id)) "
    "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

struct RecordRow {
  int64_t version;
  std::string name;
  std::string checksum;
};

struct VersionRow {
  int64_t version;
};

const Query<RecordRow> kRecords("schema_migration.all",
                                "SELECT version, name, checksum FROM schema_migration");
const Query<VersionRow> kVersion(
    "schema_migration.version",
    "SELECT COALESCE(MAX(version), 0) AS version FROM schema_migration");
const Command kRecord("schema_migration.add",
                      "INSERT INTO schema_migration (version, name, checksum, applied_at) "
                      "VALUES (?, ?, ?, UTC_TIMESTAMP(6))");
const Command kLeaseRow("schema_lease.add",
                        "INSERT INTO schema_lease (id, owner, held_until) VALUES (1, '', "
                        "'1971-01-01 00:00:00') ON DUPLICATE KEY UPDATE id = id");
const Command kLeaseTake("schema_lease.take",
                         "UPDATE schema_lease SET owner = ?, "
                         "held_until = TIMESTAMPADD(MICROSECOND, ?, UTC_TIMESTAMP(6)) "
                         "WHERE id = 1 AND held_until < UTC_TIMESTAMP(6)");
const Command kLeaseRenew("schema_lease.renew",
                          "UPDATE schema_lease SET "
                          "held_until = TIMESTAMPADD(MICROSECOND, ?, UTC_TIMESTAMP(6)) "
                          "WHERE id = 1 AND owner = ?");
const Command kLeaseFree("schema_lease.free",
                         "UPDATE schema_lease SET held_until = '1971-01-01 00:00:00' "
                         "WHERE id = 1 AND owner = ?");

// Already there, already gone: the first run got so far and was cut off before it was recorded.
bool IsDoneBefore(int code) {
  return code == 1050 || code == 1060 || code == 1061 || code == 1091 || code == 1826;
}

absl::Status Malformed(const std::string& path, std::string_view why) {
  return error::Make(absl::StatusCode::kInvalidArgument, "MIGRATION_INVALID",
                     base::Cat("迁移文件无效：", path),
                     {{"file", path}, {"problem", std::string(why)}});
}

std::string Checksum(const std::string& content) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

absl::StatusOr<Migration> LoadMigration(const std::filesystem::path& path) {
  // V<digits>__<name>.sql
  Migration migration;
  migration.path = path.string();
  const std::string stem = path.stem().string();
  const size_t mark = stem.find("__");
  if (mark == std::string::npos || mark < 2 || mark + 2 >= stem.size() ||
      !absl::SimpleAtoi(stem.substr(1, mark - 1), &migration.version) || migration.version <= 0) {
    return Malformed(migration.path, "the name is not V<number>__<what>.sql");
  }
  migration.name = stem.substr(mark + 2);
  RONGHE_ASSIGN_OR_RETURN(const std::string content, config::ReadFile(migration.path));
  const std::string code = internal::CodeOnly(content);
  const size_t end = std::min(code.find(';'), code.size());
  if (end < code.size() &&
      !absl::StripAsciiWhitespace(absl::string_view(code).substr(end + 1)).empty()) {
    return Malformed(migration.path, "more than one statement");
  }
  const size_t begin = static_cast<size_t>(
      std::find_if(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(end),
                   [](char c) { return std::isspace(static_cast<unsigned char>(c)) == 0; }) -
      code.begin());
  if (begin == end) return Malformed(migration.path, "no statement");
  migration.statement = content.substr(begin, end - begin);
  migration.checksum = Checksum(content);
  return migration;
}

absl::Status Changed(const Migration& migration) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "MIGRATION_CHANGED",
                     "已执行的迁移文件被修改", {{"file", migration.path}});
}

absl::StatusOr<std::map<int64_t, std::string>> Recorded(Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RecordRow> rows, session.Select(kRecords));
  std::map<int64_t, std::string> checksums;
  for (const RecordRow& row : rows) checksums[row.version] = row.checksum;
  return checksums;
}

// The lease of the one migrator, renewed by a thread of its own until destroyed.
class Lease {
 public:
  Lease(Database& database, absl::Duration length) : database_(database), length_(length) {
    absl::BitGen random;
    owner_ = absl::StrCat("migrator-", absl::Hex(absl::Uniform<uint64_t>(random)));
  }

  ~Lease() {
    if (!renewer_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    renewer_.join();
    database_
        .Transact(absl::Now() + absl::Seconds(5),
                  [this](Session& session) { return session.Execute(kLeaseFree, owner_).status(); })
        .IgnoreError();
  }

  absl::Status Take(absl::Duration patience) {
    const absl::Time give_up = absl::Now() + patience;
    RONGHE_RETURN_IF_ERROR(database_.Transact(absl::InfiniteFuture(), [](Session& session) {
      return session.Execute(kLeaseRow).status();
    }));
    for (;;) {
      RONGHE_ASSIGN_OR_RETURN(const int64_t taken,
                              database_.Transact(absl::InfiniteFuture(), [this](Session& session) {
                                return session.Execute(kLeaseTake, owner_, Micros());
                              }));
      if (taken == 1) break;
      if (absl::Now() >= give_up) {
        return error::Make(absl::StatusCode::kAborted, "MIGRATION_LOCKED",
                           "另一个迁移正在进行，请稍后重试");
      }
      absl::SleepFor(absl::Milliseconds(100));
    }
    renewer_ = std::thread([this] { Renew(); });
    return absl::OkStatus();
  }

  // False once a renewal found another owner.
  bool held() {
    std::lock_guard lock(mutex_);
    return !taken_away_;
  }

 private:
  int64_t Micros() const { return absl::ToInt64Microseconds(length_); }

  void Renew() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, absl::ToChronoNanoseconds(length_ / 3),
                              [this] { return done_; })) {
      lock.unlock();
      const absl::StatusOr<int64_t> renewed = database_.Transact(
          absl::Now() + length_,
          [this](Session& session) { return session.Execute(kLeaseRenew, Micros(), owner_); });
      lock.lock();
      if (renewed.ok() && *renewed == 0) taken_away_ = true;
    }
  }

  Database& database_;
  const absl::Duration length_;
  std::string owner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  bool taken_away_ = false;
  std::thread renewer_;
};

absl::Status Apply(Database& database, const Migration& migration) {
  return database.Read(absl::InfiniteFuture(), [&](Session& session) -> absl::Status {
    const absl::Status status = session.RunText("schema_migration.apply", migration.statement);
    if (!status.ok() && !IsDoneBefore(ErrorCode(status))) return status;
    return session.Execute(kRecord, migration.version, migration.name, migration.checksum).status();
  });
}

}  // namespace

absl::StatusOr<std::vector<Migration>> LoadMigrations(const std::vector<std::string>& directories) {
  std::vector<Migration> migrations;
  for (const std::string& directory : directories) {
    std::error_code failure;
    const size_t before = migrations.size();
    for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with('V') || !file.ends_with(".sql")) continue;
      RONGHE_ASSIGN_OR_RETURN(Migration migration, LoadMigration(entry.path()));
      migrations.push_back(std::move(migration));
    }
    if (failure || migrations.size() == before) {
      return error::Make(absl::StatusCode::kNotFound, "MIGRATIONS_MISSING", "找不到迁移文件",
                         {{"directory", directory}});
    }
  }
  std::sort(migrations.begin(), migrations.end(),
            [](const Migration& a, const Migration& b) { return a.version < b.version; });
  for (size_t i = 1; i < migrations.size(); ++i) {
    if (migrations[i].version == migrations[i - 1].version) {
      return Malformed(migrations[i].path,
                       base::Cat("the version is taken by ", migrations[i - 1].path));
    }
  }
  return migrations;
}

absl::StatusOr<int> Migrate(const Options& options, const std::vector<std::string>& directories,
                            const MigrateOptions& migrate_options) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Migration> migrations, LoadMigrations(directories));
  Options patient = options;
  patient.pool = 2;
  patient.longest_statement = absl::Hours(24);
  patient.read_timeout = absl::Hours(25);
  metrics::Registry unserved;
  RONGHE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                          Database::Open(patient, unserved));
  RONGHE_RETURN_IF_ERROR(
      database->Read(absl::InfiniteFuture(), [](Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(session.RunText("schema_migration.create", kCreateRecords));
        return session.RunText("schema_lease.create", kCreateLease);
      }));
  Lease lease(*database, migrate_options.lease);
  RONGHE_RETURN_IF_ERROR(lease.Take(migrate_options.wait));
  RONGHE_ASSIGN_OR_RETURN(const auto recorded, database->Read(absl::InfiniteFuture(), Recorded));
  for (const Migration& migration : migrations) {
    const auto found = recorded.find(migration.version);
    if (found != recorded.end() && found->second != migration.checksum) return Changed(migration);
  }
  int applied = 0;
  for (const Migration& migration : migrations) {
    if (recorded.contains(migration.version)) continue;
    if (!lease.held()) {
      return error::Make(absl::StatusCode::kAborted, "MIGRATION_LOCKED",
                         "迁移锁已失去，请重新执行");
    }
    if (absl::Status status = Apply(*database, migration); !status.ok()) {
      log::Error("migration_failed", {{"file", migration.path}, {"status", status}});
      return error::Make(status.code(), "MIGRATION_FAILED", "迁移失败",
                         {{"file", migration.path}, {"code", absl::StrCat(ErrorCode(status))}});
    }
    log::Debug("migration_applied", {{"file", migration.path}});
    ++applied;
  }
  return applied;
}

absl::StatusOr<int> Migrate(const config::v1::Database& config,
                            const std::vector<std::string>& directories) {
  RONGHE_ASSIGN_OR_RETURN(const Options options, OptionsFrom(config));
  return Migrate(options, directories);
}

absl::Status CheckVersion(Database& database, const std::vector<std::string>& directories,
                          absl::Time deadline) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Migration> migrations, LoadMigrations(directories));
  const auto recorded = database.Read(deadline, Recorded);
  if (!recorded.ok() && ErrorCode(recorded.status()) != 1146) return recorded.status();
  for (const Migration& migration : migrations) {
    const bool known = recorded.ok() && recorded->contains(migration.version);
    if (!known) {
      return error::Make(absl::StatusCode::kFailedPrecondition, "SCHEMA_BEHIND",
                         "数据库结构版本过低，请先执行迁移",
                         {{"version", absl::StrCat(migration.version)}, {"file", migration.path}});
    }
    if (recorded->at(migration.version) != migration.checksum) return Changed(migration);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SchemaVersion(Database& database, absl::Time deadline) {
  return database.Read(deadline, [](Session& session) -> absl::StatusOr<int64_t> {
    const auto row = session.SelectOne(kVersion);
    if (!row.ok())
      return ErrorCode(row.status()) == 1146 ? absl::StatusOr<int64_t>(0) : row.status();
    return (*row)->version;
  });
}

}  // namespace ronghe::sql
