// What must a kind of import say, so that the one machine can carry it out?
//
// The machine (jobs/importer.h) keeps uploads, chunks, errors, counts, states and restarts; a kind
// reads its rows, decides what each does, and writes a chunk of them.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORT_KIND_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORT_KIND_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/event/event.h"
#include "common/sql/session.h"
#include "services/membership/store/roster_import_store.h"

namespace ronghe::membership {

// What a chunk came to. Events need no id, time or trace.
struct ImportOutcome {
  std::vector<RosterErrorRow> errors;
  std::vector<event::Draft> drafts;
  int32_t created = 0;
  int32_t updated = 0;
  int32_t unchanged = 0;
  int32_t failed = 0;
};

// Rows of a file, counted from 0, [from, to).
struct RowRange {
  int32_t from = 0;
  int32_t to = 0;

  friend bool operator==(const RowRange&, const RowRange&) = default;
};

// Rows of a chunk, unless the kind says otherwise: with what each of them writes, a transaction
// stays below about a thousand rows.
inline constexpr int32_t kChunkRows = 200;

// A file in work. Used by one thread.
class ImportRun {
 public:
  virtual ~ImportRun() = default;

  virtual int32_t rows() const = 0;

  // Rows that one transaction takes.
  virtual int32_t chunk_rows() const { return kChunkRows; }

  // Makes rows ready, outside of any transaction.
  virtual void Prepare(const RosterImportRow& import, RowRange range) = 0;

  // Decides the rows that are ready and, unless `check`, writes what they do. Runs again, from the
  // start, when the transaction does.
  //
  // Errors: those of sql::Session and of PersonalFields.
  virtual absl::Status Write(sql::Session& session, const RosterImportRow& import, bool check,
                             absl::Time now, ImportOutcome& outcome) = 0;
};

class ImportKindHandler {
 public:
  virtual ~ImportKindHandler() = default;

  // The method that the audit rows of its chunks name.
  virtual std::string_view method() const = 0;

  // The collection that they name, "rosterImports".
  virtual std::string_view collection() const = 0;

  // Reads a file.
  //
  // Errors: those that refuse a file as a whole (domain/errors.h, RosterFileRefused).
  virtual absl::StatusOr<std::unique_ptr<ImportRun>> Open(const RosterImportRow& import,
                                                          std::string_view bytes,
                                                          absl::CivilDay today) = 0;
};

// Adds a problem of a row, numbered from 1 within it.
inline void AddError(const RosterImportRow& import, int32_t row, int32_t item,
                     std::string_view column, std::string_view message, ImportOutcome& outcome) {
  outcome.errors.push_back({import.id, row, item, std::string(column), std::string(message)});
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORT_KIND_H_
