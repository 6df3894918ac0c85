// How many organizations below this one have met a duty, how many have not? Answered from memory.
//
// For every window that was asked for, the board keeps the standing of each organization and, at
// every organization above, the sums: a count is one look-up at any level, and no row of the
// database is hot. Writers apply the rows they changed after their commit; rows that another
// replica changed arrive by its events (jobs/board_follower.h). A row with an older etag than the
// one known is ignored, so the order of arrival does not matter.
#ifndef RONGHE_SERVICES_MEETING_STORE_DUTY_BOARD_H_
#define RONGHE_SERVICES_MEETING_STORE_DUTY_BOARD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"
#include "services/meeting/store/duty_store.h"

namespace ronghe::meeting {

// Sums over a subtree.
struct DutyCounts {
  int64_t open = 0;
  int64_t met = 0;
  int64_t exempt = 0;

  friend bool operator==(const DutyCounts&, const DutyCounts&) = default;
};

// Thread-safe. `database` and `tree` must outlive it.
class DutyBoard {
 public:
  // At most `max_windows` windows are kept; those asked for longest ago are forgotten.
  DutyBoard(sql::Database& database, const org::OrgTree& tree, size_t max_windows = 256);

  // Sums of one window of a rule over the subtree of `organization_id`. The window is loaded at
  // the first use.
  //
  // Errors: those of sql::Database::Read.
  absl::StatusOr<DutyCounts> Count(absl::Time deadline, const std::string& rule_id,
                                   absl::CivilDay window_start, int64_t organization_id);

  // Calls `fn` with a function that answers the standing of an organization in the window, or
  // nothing where it has no duty. `fn` must not call the board.
  //
  // Errors: those of sql::Database::Read.
  using StandingOf = absl::FunctionRef<std::optional<DutyStanding>(int64_t organization_id)>;
  absl::Status WithStandings(absl::Time deadline, const std::string& rule_id,
                             absl::CivilDay window_start, absl::FunctionRef<void(StandingOf)> fn);

  // Takes over rows as committed. Windows that are not loaded are left alone.
  void Apply(std::span<const DutyRow> rows);

  // Reads a window again if it is loaded, so that rows written elsewhere appear.
  //
  // Errors: those of sql::Database::Read.
  absl::Status Refresh(absl::Time deadline, const std::string& rule_id,
                       absl::CivilDay window_start);

  // Forgets all sums: organizations have moved.
  void Moved();

  // Organizations with an open duty in the window, over the whole tree; nothing unless loaded.
  std::optional<int64_t> Open(const std::string& rule_id, absl::CivilDay window_start) const;

 private:
  struct Entry {
    DutyStanding standing = DutyStanding::kDropped;
    int64_t etag = 0;
  };
  struct WindowState {
    absl::flat_hash_map<int64_t, Entry> entries;
    absl::flat_hash_map<int64_t, DutyCounts> sums;
    DutyCounts total;
    bool loaded = false;
    bool summed = false;
    uint64_t used = 0;
  };
  using Key = std::pair<std::string, absl::CivilDay>;

  // Reads the rows of a window into it; the newer etag wins.
  absl::Status Load(absl::Time deadline, const Key& key, WindowState& window)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The window, loaded.
  absl::StatusOr<std::shared_ptr<WindowState>> Loaded(absl::Time deadline, const Key& key)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Put(WindowState& window, int64_t organization_id, const Entry& entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Add(WindowState& window, int64_t organization_id, DutyStanding standing, int64_t sign)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Sum(WindowState& window) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  sql::Database& database_;
  const org::OrgTree& tree_;
  const size_t max_windows_;
  const DutyStore store_{};
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<Key, std::shared_ptr<WindowState>> windows_ ABSL_GUARDED_BY(mutex_);
  uint64_t tick_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_DUTY_BOARD_H_
