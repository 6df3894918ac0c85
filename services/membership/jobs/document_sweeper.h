// How do the bytes of documents go that were removed, or never finished?
//
// A document whose time to be swept has come loses its key and state first, then its object, then
// the parts of its upload. Killed anywhere, the next run goes on: each step may be done twice.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_DOCUMENT_SWEEPER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_DOCUMENT_SWEEPER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/job/job_runner.h"
#include "common/object/object_store.h"

namespace ronghe::membership {

inline constexpr char kDocumentSweepJob[] = "document.sweep";

// Thread-safe. `objects` must outlive it.
class DocumentSweeper {
 public:
  explicit DocumentSweeper(object::ObjectStore& objects) : objects_(objects) {}

  // Works until nothing waits or the run is cancelled.
  //
  // Errors: those of sql::Database and of the store; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  absl::Status Sweep(job::JobContext& context, int64_t id);

  object::ObjectStore& objects_;
};

// Adds the job to `jobs`. `sweeper` must outlive the runner's threads.
void AddDocumentSweep(job::JobRunner& jobs, DocumentSweeper& sweeper);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_DOCUMENT_SWEEPER_H_
