// How does a service other than membership know the organizations and who belonged to them when?
//
// It follows membership's event feed into three tables of its own schema (org_copy, interval_copy,
// post_copy) and keeps the tree in memory. At start it serves from its copy, so membership may be
// down; what it missed arrives when membership is back.
#ifndef RONGHE_COMMON_ORG_PROJECTION_H_
#define RONGHE_COMMON_ORG_PROJECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/event/consumer.h"
#include "common/metrics/metrics.h"
#include "common/org/org_tree.h"
#include "common/rpc/channel.h"
#include "common/sql/database.h"
#include "ronghe/event/v1/event_feed.pb.h"

namespace ronghe::org {

// Thread-safe after Start. `database` must outlive it.
class Projection : public auth::OrgScope {
 public:
  // Called after a batch of membership's events is committed here, on the consumer's thread.
  using Listener = std::function<void(std::span<const event::v1::Event>)>;
  // Writes what else the events mean, in the transaction that copies them and after they are in the
  // copy. May run again: no effects outside the session.
  using Follower = std::function<absl::Status(sql::Session&, std::span<const event::v1::Event>)>;

  // `membership` is a channel to the membership service. `listener` and `follower` may be null.
  Projection(sql::Database& database, std::shared_ptr<rpc::Channel> membership,
             Listener listener = nullptr, Follower follower = nullptr);
  ~Projection() override;
  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;

  // Loads the tree and its counts from the copy, then follows the feed on a thread of its own. Does
  // not wait for membership. Call once. Errors: those of the database.
  absl::Status Start();
  // Stops following and joins the thread. Called by the destructor.
  void Stop();

  // The organizations with their counts of members as of the last event applied.
  const OrgTree& tree() const { return tree_; }
  OrgTree& tree() { return tree_; }

  bool Contains(int64_t org) override;
  bool Within(int64_t org, int64_t ancestor) override;
  // Waits until everything that membership had published when this was called is applied here, or
  // until `deadline`. For a miss: an organization or member created a moment ago.
  void CatchUp(absl::Time deadline) override;
  // The same, saying whether it is so. Errors: those of event::Consumer::CatchUp.
  absl::Status TryCatchUp(absl::Time deadline);

  // What follows the feed.
  const event::Consumer& consumer() const { return *consumer_; }

 private:
  absl::Status Load();
  void AfterCommit(std::span<const event::v1::Event> events);
  absl::Status Refresh(const std::vector<int64_t>& organizations,
                       const std::vector<int64_t>& counted);

  sql::Database& database_;
  OrgTree tree_;
  const Listener listener_;
  metrics::Gauge& organizations_;
  metrics::Gauge& tree_bytes_;
  // Touched by the consumer's callbacks only, which never run at the same time: what a failed
  // refresh left to be read again.
  std::set<int64_t> stale_organizations_;
  std::set<int64_t> stale_counts_;
  std::unique_ptr<event::Consumer> consumer_;
};

}  // namespace ronghe::org

#endif  // RONGHE_COMMON_ORG_PROJECTION_H_
