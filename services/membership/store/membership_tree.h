// How does this process know the tree and its counts, right up to its own last write?
//
// It loads organizations and counts of open intervals in one snapshot together with the position of
// the event feed, then applies the feed of its own schema, whoever wrote: itself or a replica.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBERSHIP_TREE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBERSHIP_TREE_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/event/publisher.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"

namespace ronghe::membership {

// Thread-safe after Start. The references must outlive it.
class MembershipTree : public auth::OrgScope {
 public:
  MembershipTree(sql::Database& database, event::Publisher& publisher);
  ~MembershipTree() override;
  MembershipTree(const MembershipTree&) = delete;
  MembershipTree& operator=(const MembershipTree&) = delete;

  // Loads the tree and follows the feed on a thread of its own. Call once.
  //
  // Errors: those of sql::Database.
  absl::Status Start();
  // Ends the thread. May be called twice.
  void Stop();

  const org::OrgTree& tree() const { return tree_; }
  // The levels of the tree at and below an organization, itself counted; stops past `limit`.
  int LevelsBelow(int64_t id, int limit) const;

  bool Contains(int64_t org) override { return tree_.Contains(org); }
  bool Within(int64_t org, int64_t ancestor) override { return tree_.Within(org, ancestor); }
  // Applies everything committed when this was called; calls that wait together share one pass.
  void CatchUp(absl::Time deadline) override { TryCatchUp(deadline).IgnoreError(); }
  // The same for who may not go on with what the tree knew before: work that visits every branch.
  //
  // Errors: those of sql::Database.
  absl::Status TryCatchUp(absl::Time deadline);

  // Called after a commit of this process; the next AfterOwnWrites sees it.
  void NoteWrite() { written_.fetch_add(1, std::memory_order_release); }
  // Catches up if this process has written something that is not applied yet.
  void AfterOwnWrites(absl::Time deadline);

 private:
  absl::Status Load(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Applies the numbered events after the position.
  absl::Status Drain(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();

  sql::Database& database_;
  event::Publisher& publisher_;
  org::OrgTree tree_;
  std::atomic<int64_t> position_ = 0;
  std::atomic<int64_t> written_ = 0;
  std::atomic<int64_t> applied_ = 0;
  absl::Mutex mutex_;
  absl::Time caught_up_from_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // Committed before the snapshot and numbered after it: already in the counts.
  absl::flat_hash_set<int64_t> counted_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBERSHIP_TREE_H_
