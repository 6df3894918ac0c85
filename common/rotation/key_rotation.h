// How do the sealed columns of a service come under a new key while it runs?
//
// The key ring gets a new version; from then on new values are sealed under it. This job walks
// every sealed table in key order, a few rows a transaction, seals what is under an older version
// anew and writes it back where nobody changed it meanwhile. It walks until a walk finds nothing,
// because a write that was under way when the version changed may come in behind it. Killed
// anywhere, it goes on at the last transaction.
#ifndef RONGHE_COMMON_ROTATION_KEY_ROTATION_H_
#define RONGHE_COMMON_ROTATION_KEY_ROTATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/field_cipher.h"
#include "common/crypto/key_store.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/rotation/sealed_table.h"
#include "common/rotation/store.h"
#include "common/sql/database.h"

namespace ronghe::rotation {

inline constexpr char kRotationJob[] = "key.rotation";

// Thread-safe once the tables are added.
class KeyRotation {
 public:
  // Adds its job to `jobs`. The references must outlive it and the jobs' threads.
  KeyRotation(crypto::KeyStore& keys, job::JobRunner& jobs, metrics::Registry& registry);

  // Before the jobs start.
  void Add(std::unique_ptr<SealedTable> table);

  crypto::KeyStore& keys() { return keys_; }

  // Asks the job to run soon.
  void Nudge() { jobs_.Nudge(kRotationJob); }

  // What the job does: works until every table is done or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

  struct Progress {
    uint32_t version = 0;           // the current one
    std::vector<RotationRow> rows;  // empty: there is one version only, or the job has not begun
    bool needed = false;            // the ring has older versions
    bool done = false;              // needed, and no table has a row of an older version
  };
  // Errors: those of sql::Session.
  absl::StatusOr<Progress> ProgressOf(sql::Session& session);

  // OK when no row is under `version`. Looks at every row. Where one is, its table is walked again.
  //
  // Errors: FAILED_PRECONDITION KEY_VERSION_IN_USE; those of sql::Database.
  absl::Status CheckUnused(sql::Database& database, uint32_t version, absl::Time deadline);

 private:
  struct Table {
    std::unique_ptr<SealedTable> sealed;
    metrics::Counter* resealed;
    metrics::Gauge* done;
  };

  // One walk or the rest of one; true when the table is done.
  absl::StatusOr<bool> Walk(job::JobContext& context, Table& table, int32_t version);
  absl::StatusOr<RotationRow> Begin(job::JobContext& context, const Table& table, int32_t version);
  absl::Status Step(sql::Session& session, const SealedTable& table, RotationRow& row);
  // Whether the row holds an envelope of an older version; `fresh` gets it sealed anew, `opened`
  // says whether that was possible.
  bool Reseal(const SealedRow& row, uint32_t version, SealedRow& fresh, bool& opened) const;

  crypto::KeyStore& keys_;
  const crypto::FieldCipher cipher_;
  job::JobRunner& jobs_;
  metrics::Registry& registry_;
  std::vector<Table> tables_;
  std::unique_ptr<metrics::Registry::CallbackHandle> version_gauge_;
};

}  // namespace ronghe::rotation

#endif  // RONGHE_COMMON_ROTATION_KEY_ROTATION_H_
