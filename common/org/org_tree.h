// Where does an organization stand: who is above it, who is below it, in which order, and how many
// members and organizations does each subtree hold?
//
// The whole tree of a province (280,000 organizations) is kept in memory, so that scope checks,
// subtree pages and roll-up counts need no SQL. Siblings are ordered by (sort, id); a subtree is
// read in pre-order, and a page goes on from a path of such keys, so it goes on even after the
// organization it stopped at has moved away.
#ifndef RONGHE_COMMON_ORG_ORG_TREE_H_
#define RONGHE_COMMON_ORG_ORG_TREE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"

namespace ronghe::org {

// An organization as membership publishes it.
struct OrgNode {
  int64_t id = 0;
  int64_t parent = 0;  // 0: no parent
  std::string kind;    // category code, "631"
  std::string name;
  std::string code;
  int32_t sort = 0;
  std::optional<absl::CivilDay> founded_on = std::nullopt;
  std::optional<absl::CivilDay> revoked_on = std::nullopt;

  friend bool operator==(const OrgNode&, const OrgNode&) = default;
};

// What a filter sees of an organization without copying it. `name` and `code` live until the
// filter returns.
struct OrgBrief {
  int64_t id = 0;
  int64_t parent = 0;
  std::string_view kind;
  std::string_view name;
  std::string_view code;
  int32_t sort = 0;
  int32_t depth = 0;   // below the root of the walk, whose depth is 0
  bool active = true;  // not revoked
};

// Sums over a subtree, its root included. `organizations` and `branches` leave revoked ones out;
// `branches` are the kinds 631 and 632, as statistics table 24 counts them.
struct OrgCounts {
  int64_t full = 0;
  int64_t probationary = 0;
  int64_t organizations = 0;
  int64_t branches = 0;

  friend bool operator==(const OrgCounts&, const OrgCounts&) = default;
};

// One step of a path from the root of a walk to an organization.
struct OrgKey {
  int32_t sort = 0;
  int64_t id = 0;

  friend auto operator<=>(const OrgKey&, const OrgKey&) = default;
};

// The keys from below the root of a walk down to an organization; empty for the root itself.
using OrgPath = std::vector<OrgKey>;

// An organization met on a walk.
struct OrgStop {
  int64_t id = 0;
  OrgPath path;
};

// "sort.id/sort.id/…" and back, for page and resume tokens. The path of the root is ".".
std::string FormatPath(const OrgPath& path);
// Errors: INVALID_ARGUMENT when `text` is not such a path.
absl::Status ParsePath(std::string_view text, OrgPath* path);

// True for the kinds that members belong to and that hold the meetings of a branch:
// 631, 632 and the temporary 931, 932.
bool IsBranchKind(std::string_view kind);

// Thread-safe. Readers share; a write holds all readers off for the length of one path.
class OrgTree {
 public:
  using Filter = absl::FunctionRef<bool(const OrgBrief&)>;

  OrgTree();
  ~OrgTree();
  OrgTree(const OrgTree&) = delete;
  OrgTree& operator=(const OrgTree&) = delete;

  // Adds or replaces an organization and moves its subtree, with all counts, when its parent
  // changed. The parent may still be unknown: it counts as known once it is upserted itself.
  // Errors: INVALID_ARGUMENT for an id below 1; FAILED_PRECONDITION when the parent lies inside the
  // organization's own subtree.
  absl::Status Upsert(const OrgNode& node);

  // Adds to the members directly in `id`; the sums of all its ancestors follow. An unknown
  // organization keeps its count until it is upserted.
  void AddCount(int64_t id, int64_t full_delta, int64_t probationary_delta);
  // The same with the members directly in `id` given whole instead of as a difference.
  void SetCount(int64_t id, int64_t full, int64_t probationary);

  bool Contains(int64_t id) const;
  size_t size() const;

  // True when `id` is `ancestor` or below it; false when either is unknown.
  bool Within(int64_t id, int64_t ancestor) const;

  std::optional<OrgNode> Node(int64_t id) const;
  // The name of an organization; empty when unknown.
  std::string Name(int64_t id) const;
  // From the parent up to the top; empty when unknown.
  std::vector<int64_t> Ancestors(int64_t id) const;
  // Direct children in order, revoked ones included.
  std::vector<OrgNode> Children(int64_t id) const;
  // The organizations without a parent, in order.
  std::vector<int64_t> Roots() const;

  // Sums over the subtree of `id`; zeros when unknown.
  OrgCounts Count(int64_t id) const;
  // Members directly in `id` only; organizations and branches are those of `id` alone.
  OrgCounts OwnCount(int64_t id) const;

  // Up to `limit` organizations of the subtree of `root` (itself first) in pre-order that pass
  // `filter`, after `after_id` (0: from the start). Empty when `root` is unknown, or when
  // `after_id` is not in the subtree any more: use the path form where a page must survive moves.
  std::vector<OrgNode> SubtreeWalk(int64_t root, int64_t after_id, size_t limit,
                                   Filter filter) const;
  // The same, after a path, whether or not its organizations are still there.
  std::vector<OrgNode> SubtreeWalk(int64_t root, const std::optional<OrgPath>& after, size_t limit,
                                   Filter filter) const;
  // The same, ids only.
  std::vector<int64_t> SubtreeIds(int64_t root, const std::optional<OrgPath>& after, size_t limit,
                                  Filter filter) const;

  // The same, each id with its path, from any of which a walk can go on.
  std::vector<OrgStop> SubtreeStops(int64_t root, const std::optional<OrgPath>& after, size_t limit,
                                    Filter filter) const;

  // The keys from `root` down to `id`; nothing when `id` is not in the subtree.
  std::optional<OrgPath> Path(int64_t root, int64_t id) const;

  // Forgets everything.
  void Clear();

  // Bytes held, near enough for a gauge.
  size_t MemoryBytes() const;

 private:
  struct Record;

  Record* Find(int64_t id) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  Record* FindOrAdd(int64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddUp(Record* from, const OrgCounts& delta) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Link(Record* record, Record* parent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Unlink(Record* record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<OrgPath> PathLocked(const Record* root, const Record* record) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void Walk(const Record* root, const std::optional<OrgPath>& after, Filter filter,
            absl::FunctionRef<bool(const Record&)> visit) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<int64_t, Record*> index_ ABSL_GUARDED_BY(mutex_);
  std::deque<Record> records_ ABSL_GUARDED_BY(mutex_);
  std::vector<Record*> roots_ ABSL_GUARDED_BY(mutex_);
  size_t known_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t text_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace ronghe::org

#endif  // RONGHE_COMMON_ORG_ORG_TREE_H_
