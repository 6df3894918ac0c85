#include "common/rotation/key_rotation.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"

namespace ronghe::rotation {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(30);
constexpr absl::Duration kStep = absl::Seconds(30);

int32_t Version(const crypto::KeyStore& keys) {
  return static_cast<int32_t>(keys.ring().current_version());
}

bool NeedsRotation(const crypto::KeyStore& keys) { return keys.ring().keys().size() > 1; }

// The two bytes of a version in an envelope.
std::string VersionBytes(uint32_t version) {
  return {static_cast<char>(version >> 8), static_cast<char>(version & 0xFF)};
}

absl::Status VersionInUse(uint32_t version, std::string_view table, int64_t rows) {
  return error::Make(
      absl::StatusCode::kFailedPrecondition, "KEY_VERSION_IN_USE",
      "仍有数据使用这个密钥版本，不能停用",
      {{"version", base::Cat(version)}, {"table", std::string(table)}, {"rows", base::Cat(rows)}});
}

}  // namespace

KeyRotation::KeyRotation(crypto::KeyStore& keys, job::JobRunner& jobs, metrics::Registry& registry)
    : keys_(keys), cipher_(keys), jobs_(jobs), registry_(registry) {
  jobs.Add(kRotationJob, kInterval, [this](job::JobContext& context) { return Run(context); });
  version_gauge_ =
      registry.AddCallbackGauge("ronghe_key_version", "The key version that seals new values.", {},
                                [&keys] { return static_cast<double>(Version(keys)); });
}

void KeyRotation::Add(std::unique_ptr<SealedTable> table) {
  const metrics::Labels labels = {{"table", std::string(table->name())}};
  tables_.push_back(
      {std::move(table),
       &registry_.AddCounter("ronghe_key_rotation_resealed_total",
                             "Rows sealed anew under a newer key.", labels),
       &registry_.AddGauge("ronghe_key_rotation_done_ratio",
                           "How much of a table the present walk has seen.", labels)});
}

absl::Status KeyRotation::Run(job::JobContext& context) {
  if (!NeedsRotation(keys_)) return absl::OkStatus();
  const int32_t version = Version(keys_);
  for (Table& table : tables_) {
    bool done = false;
    while (!done && !context.cancelled() && version == Version(keys_)) {
      RONGHE_ASSIGN_OR_RETURN(done, Walk(context, table, version));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RotationRow> KeyRotation::Begin(job::JobContext& context, const Table& table,
                                               int32_t version) {
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t total,
      context.database().Read(context.DeadlineIn(kStep),
                              [&](sql::Session& session) { return table.sealed->Count(session); }));
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::StatusOr<RotationRow> {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(std::optional<RotationRow> row,
                                LockRotation(session, version, table.sealed->name()));
        if (!row.has_value()) {
          row = RotationRow{.version = version,
                            .sealed_table = std::string(table.sealed->name()),
                            .started = context.now()};
        }
        if (!row->finished.has_value() && row->seen == 0) {
          row->total = total;
          RONGHE_RETURN_IF_ERROR(SaveRotation(session, *row));
        }
        return *std::move(row);
      });
}

absl::StatusOr<bool> KeyRotation::Walk(job::JobContext& context, Table& table, int32_t version) {
  RONGHE_ASSIGN_OR_RETURN(RotationRow row, Begin(context, table, version));
  const int32_t pass = row.pass;
  while (!row.finished.has_value() && row.pass == pass && !context.cancelled() &&
         version == Version(keys_)) {
    const int64_t resealed = row.resealed;
    RONGHE_ASSIGN_OR_RETURN(
        row,
        context.database().Transact(
            context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::StatusOr<RotationRow> {
              RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
              RONGHE_ASSIGN_OR_RETURN(std::optional<RotationRow> next,
                                      LockRotation(session, version, row.sealed_table));
              if (!next.has_value()) return row;
              RONGHE_RETURN_IF_ERROR(Step(session, *table.sealed, *next));
              RONGHE_RETURN_IF_ERROR(SaveRotation(session, *next));
              return *std::move(next);
            }));
    table.resealed->Increment(static_cast<double>(row.resealed - resealed));
    table.done->Set(
        row.finished.has_value() || row.total == 0
            ? 1
            : std::min(1.0, static_cast<double>(row.seen) / static_cast<double>(row.total)));
  }
  return row.finished.has_value();
}

absl::Status KeyRotation::Step(sql::Session& session, const SealedTable& table, RotationRow& row) {
  const int32_t limit = std::min(table.batch(), kMaxBatch);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<SealedRow> rows,
                          table.After(session, row.reached, limit));
  if (row.seen == 0) row.failed = 0;
  for (const SealedRow& before : rows) {
    SealedRow after = before;
    bool opened = true;
    if (!Reseal(before, static_cast<uint32_t>(row.version), after, opened)) continue;
    ++row.stale;
    if (!opened) {
      ++row.failed;
      log::Error("sealed_row_unreadable", {{"table", table.name()}, {"position", before.position}});
      continue;
    }
    RONGHE_ASSIGN_OR_RETURN(const bool replaced, table.Replace(session, before, after));
    if (replaced) ++row.resealed;
  }
  row.seen += static_cast<int64_t>(rows.size());
  if (!rows.empty()) row.reached = rows.back().position;
  if (static_cast<int32_t>(rows.size()) == limit) return absl::OkStatus();
  // What can't be opened stays as it is, however often the table is walked.
  if (row.stale == row.failed) {
    row.finished = absl::Now();
    return absl::OkStatus();
  }
  ++row.pass;
  row.reached.clear();
  row.seen = 0;
  row.stale = 0;
  return absl::OkStatus();
}

bool KeyRotation::Reseal(const SealedRow& row, uint32_t version, SealedRow& fresh,
                         bool& opened) const {
  bool stale = false;
  for (size_t i = 0; i < row.values.size(); ++i) {
    const SealedValue& value = row.values[i];
    if (value.envelope.empty() || crypto::FieldCipher::VersionOf(value.envelope) == version) {
      continue;
    }
    stale = true;
    absl::StatusOr<std::string> plain = cipher_.Decrypt(value.envelope, value.place);
    absl::StatusOr<std::string> sealed =
        plain.ok() ? cipher_.Encrypt(*plain, value.place) : plain.status();
    if (plain.ok()) crypto::Wipe(*plain);
    opened = opened && sealed.ok();
    if (sealed.ok()) fresh.values[i].envelope = *std::move(sealed);
  }
  return stale;
}

absl::StatusOr<KeyRotation::Progress> KeyRotation::ProgressOf(sql::Session& session) {
  Progress progress;
  progress.version = keys_.ring().current_version();
  progress.needed = NeedsRotation(keys_);
  if (!progress.needed) return progress;
  RONGHE_ASSIGN_OR_RETURN(progress.rows,
                          RotationsTo(session, static_cast<int32_t>(progress.version)));
  const auto finished = [](const RotationRow& row) { return row.finished.has_value(); };
  progress.done = static_cast<size_t>(std::count_if(progress.rows.begin(), progress.rows.end(),
                                                    finished)) >= tables_.size();
  return progress;
}

absl::Status KeyRotation::CheckUnused(sql::Database& database, uint32_t version,
                                      absl::Time deadline) {
  const std::string bytes = VersionBytes(version);
  for (const Table& table : tables_) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t rows, database.Read(deadline, [&](sql::Session& session) {
      return table.sealed->CountUnder(session, bytes);
    }));
    if (rows == 0) continue;
    RONGHE_RETURN_IF_ERROR(database.Transact(deadline, [&](sql::Session& session) -> absl::Status {
      RONGHE_ASSIGN_OR_RETURN(std::optional<RotationRow> row,
                              LockRotation(session, Version(keys_), table.sealed->name()));
      if (!row.has_value() || !row->finished.has_value()) return absl::OkStatus();
      ++row->pass;
      row->reached.clear();
      row->seen = 0;
      row->finished.reset();
      return SaveRotation(session, *row);
    }));
    Nudge();
    return VersionInUse(version, table.sealed->name(), rows);
  }
  return absl::OkStatus();
}

}  // namespace ronghe::rotation
