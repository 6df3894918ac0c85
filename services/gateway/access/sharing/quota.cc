#include "services/gateway/access/sharing/quota.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/store/client_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr absl::Duration kLookup = absl::Seconds(3);
// Reserved at a time: a hundredth of the quota, so that little lies idle at one gateway, and no
// more than this.
constexpr int64_t kMostAtOnce = 100;

int64_t Block(int64_t quota) { return std::clamp<int64_t>(quota / 100, 1, kMostAtOnce); }

}  // namespace

Quotas::Quotas(sql::Database& database, const base::Clock& clock, Run run)
    : database_(database), clock_(clock), run_(std::move(run)) {}

absl::CivilDay Quotas::Today() const { return base::ShanghaiDay(clock_.Now()); }

absl::Time Quotas::Renewal() const { return base::ShanghaiMidnight(Today() + 1); }

// Call with the mutex held. What was reserved under another day or quota counts no more.
Quotas::Count& Quotas::Current(int64_t client_id, int64_t quota) {
  Count& count = counts_[client_id];
  const absl::CivilDay today = Today();
  if (count.day != today || count.quota != quota) {
    count.day = today;
    count.quota = quota;
    count.left = 0;
    count.spent = false;
  }
  return count;
}

Quotas::Taken Quotas::Take(int64_t client_id, int64_t quota) {
  const std::lock_guard lock(mutex_);
  Count& count = Current(client_id, quota);
  if (count.left > 0) {
    --count.left;
    return Taken::kYes;
  }
  return count.spent ? Taken::kNo : Taken::kFetch;
}

void Quotas::Return(int64_t client_id) {
  const std::lock_guard lock(mutex_);
  const auto it = counts_.find(client_id);
  if (it != counts_.end() && it->second.day == Today()) ++it->second.left;
}

void Quotas::Fetch(int64_t client_id, int64_t quota, Done done) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<Done>& waiting = counts_[client_id].waiting;
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
  }
  if (run_([this, client_id, quota] { Reserve(client_id, quota); })) return;
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(counts_[client_id].waiting);
  }
  for (const Done& one : waiting) one(errors::TooManySignIns());
}

void Quotas::Reserve(int64_t client_id, int64_t quota) {
  absl::CivilDay day;
  int64_t wanted;
  {
    const std::lock_guard lock(mutex_);
    const Count& count = Current(client_id, quota);
    day = count.day;
    wanted = std::max(Block(quota), static_cast<int64_t>(count.waiting.size()));
  }
  const absl::StatusOr<int64_t> block = TakeBlock(client_id, day, quota, wanted);
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    Count& count = counts_[client_id];
    if (block.ok() && count.day == day && count.quota == quota) {
      count.left += *block;
      count.spent = *block == 0;
    }
    waiting.swap(count.waiting);
  }
  for (const Done& one : waiting) one(block.status());
}

// The largest of `wanted`, its half, its quarter, … that is left; 0 when nothing is.
absl::StatusOr<int64_t> Quotas::TakeBlock(int64_t client_id, absl::CivilDay day, int64_t quota,
                                          int64_t wanted) {
  for (int64_t block = std::min(wanted, quota); block > 0; block /= 2) {
    RONGHE_ASSIGN_OR_RETURN(const bool taken,
                            database_.Transact(absl::Now() + kLookup, [&](sql::Session& session) {
                              return client_store::TakeQuota(session, client_id, day, block, quota);
                            }));
    if (taken) return block;
  }
  return 0;
}

}  // namespace ronghe::gateway::access
