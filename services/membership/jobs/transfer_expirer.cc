#include "services/membership/jobs/transfer_expirer.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/event/event.h"
#include "services/membership/domain/transfer/rules.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr absl::Duration kInterval = absl::Minutes(1);
constexpr std::string_view kActor = "services/membership";

bool Overdue(const TransferRow& row, absl::CivilDay today) {
  return StateAfter(row.kind, row.state, TransferAction::kExpire) && row.expires_on &&
         PastDue(*row.expires_on, today);
}

}  // namespace

TransferExpirer::TransferExpirer(base::IdGenerator& ids, const RuleBooks& books,
                                 metrics::Registry& registry, std::function<void()> after_batch)
    : ids_(ids),
      rules_(books.Get(kTransferBook)),
      after_batch_(std::move(after_batch)),
      expired_(registry.AddCounter("ronghe_membership_transfers_expired_total",
                                   "Transfers whose letter expired.", {})) {}

absl::Status TransferExpirer::Run(job::JobContext& context) {
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(const int32_t found, ExpireSome(context));
    if (found < kExpireAtATime) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<int32_t> TransferExpirer::ExpireSome(job::JobContext& context) {
  const absl::Time now = context.now();
  const absl::CivilDay today = base::ShanghaiDay(now);
  int32_t expired = 0;
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<int64_t> ids,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return OverdueTransfers(session, today, kExpireAtATime);
      }));
  if (ids.empty()) return 0;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        expired = 0;
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        for (const int64_t id : ids) {
          RONGHE_ASSIGN_OR_RETURN(TransferRow row, LockTransfer(session, id));
          if (!Overdue(row, today)) continue;
          RONGHE_RETURN_IF_ERROR(Expire(session, std::move(row), now));
          ++expired;
        }
        return absl::OkStatus();
      }));
  expired_.Increment(expired);
  if (expired > 0) after_batch_();
  return static_cast<int32_t>(ids.size());
}

absl::Status TransferExpirer::Expire(sql::Session& session, TransferRow row, absl::Time now) {
  const absl::CivilDay today = base::ShanghaiDay(now);
  const Decision decision = TimeOut(rules_.On(today), *row.expires_on, today);
  row.state = TransferState::kExpired;
  row.closed_on = today;
  RONGHE_RETURN_IF_ERROR(ReleaseSubjects(session, row));
  RONGHE_RETURN_IF_ERROR(DropDeadlines(session, row.subject(), now));
  RONGHE_RETURN_IF_ERROR(InsertDecisions(session, ids_, row.subject(), "ExpireTransfer",
                                         std::span(&decision, 1), now));
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<event::Draft> drafts,
      SaveStep(session, row,
               {.action = TransferAction::kExpire, .actor = std::string(kActor), .day = today},
               now));
  for (event::Draft& draft : drafts) {
    draft.id = ids_.Next();
    draft.time = now;
  }
  RONGHE_RETURN_IF_ERROR(event::EmitMany(session, drafts));
  return audit::Record(
      session, {.id = ids_.Next(),
                .time = now,
                .subject = std::string(kActor),
                .method = "/ronghe.membership.v1.TransferService/ExpireTransfer",
                .organization_id = row.committee(ActingSide(row.kind, TransferAction::kExpire)),
                .resource = base::Name(kTransfers, row.id)});
}

void AddTransferJobs(job::JobRunner& jobs, TransferExpirer& expirer) {
  jobs.Add(kTransferExpireJob, kInterval,
           [&expirer](job::JobContext& context) { return expirer.Run(context); });
}

}  // namespace ronghe::membership
