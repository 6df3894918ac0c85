#include "services/membership/jobs/reminder_raiser.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/event/event.h"
#include "services/membership/domain/membership.h"
#include "services/membership/store/reminder_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kBatch = 200;
constexpr absl::Duration kStep = absl::Seconds(10);

event::Draft RaisedEvent(const DeadlineRow& row, const ReminderRow& reminder) {
  event::Draft draft{.type = std::string(kReminderRaised),
                     .subject = absl::StrCat(row.subject_collection, "/", row.subject_id),
                     .organization_id = reminder.organization_id};
  draft.data = {{"code", row.code},
                {"due_on", base::FormatDay(row.due_on)},
                {"stage", absl::StrCat(reminder.stage)},
                {"organization", absl::StrCat(reminder.organization_id)},
                {"acting_organization", absl::StrCat(row.organization_id)}};
  return draft;
}

}  // namespace

// What one transaction writes.
struct ReminderRaiser::Batch {
  std::vector<DeadlineRow> looked_at;
  std::vector<ReminderRow> raised;
  std::vector<int64_t> closed;
  std::vector<event::Draft> drafts;
};

ReminderRaiser::ReminderRaiser(const DeadlineCatalogue& catalogue, const org::OrgTree& tree,
                               base::IdGenerator& ids, metrics::Registry& registry,
                               std::function<void()> after_batch)
    : catalogue_(catalogue),
      tree_(tree),
      ids_(ids),
      after_batch_(std::move(after_batch)),
      raised_(registry.AddCounter("ronghe_membership_reminders_total",
                                  "Reminders raised, escalations included.")) {}

absl::Status ReminderRaiser::Run(job::JobContext& context) {
  Position position;
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(const bool more, RunBatch(context, position));
    if (!more) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReminderRaiser::RunBatch(job::JobContext& context, Position& position) {
  const absl::Time now = context.now();
  const absl::CivilDay today = base::ShanghaiDay(now);
  Batch batch;
  Position next;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        batch = Batch();
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(batch.looked_at, LockDeadlinesToLookAt(session, today, position.day,
                                                                       position.id, kBatch));
        if (batch.looked_at.empty()) return absl::OkStatus();
        next = {batch.looked_at.back().stage_on, batch.looked_at.back().id};
        for (DeadlineRow& row : batch.looked_at) Advance(row, today, now, batch);
        for (const DeadlineRow& row : batch.looked_at) {
          RONGHE_RETURN_IF_ERROR(SetStage(session, row));
        }
        RONGHE_RETURN_IF_ERROR(DeleteReminders(session, batch.closed));
        RONGHE_RETURN_IF_ERROR(RaiseReminders(session, batch.raised));
        for (event::Draft& draft : batch.drafts) {
          draft.id = ids_.Next();
          draft.time = now;
        }
        return event::EmitMany(session, batch.drafts);
      }));
  if (batch.looked_at.empty()) return false;
  position = next;
  raised_.Increment(static_cast<double>(batch.drafts.size()));
  if (!batch.drafts.empty()) after_batch_();
  return true;
}

void ReminderRaiser::Advance(DeadlineRow& row, absl::CivilDay today, absl::Time now,
                             Batch& batch) const {
  const DeadlineRule* const rule = catalogue_.Find(row.code);
  ReminderPlan plan;
  if (rule != nullptr && row.state == DeadlineState::kOpen) {
    plan = PlanReminder(*rule, row.due_on, today);
  }
  // A deadline that was closed, or moved to a later day, leaves all inboxes first.
  if (plan.stage < row.stage || row.stage == kNotYet) batch.closed.push_back(row.id);
  if (plan.stage > row.stage) {
    std::vector<int64_t> concerned = {row.organization_id};
    const std::vector<int64_t> above = tree_.Ancestors(row.organization_id);
    const size_t levels = static_cast<size_t>(std::max(0, plan.stage - kOverdue));
    concerned.insert(concerned.end(), above.begin(),
                     above.begin() + static_cast<std::ptrdiff_t>(std::min(levels, above.size())));
    for (size_t level = 0; level < concerned.size(); ++level) {
      const int32_t stage =
          level == 0 ? std::min(plan.stage, kOverdue) : kOverdue + static_cast<int32_t>(level);
      const ReminderRow reminder{row.id, concerned[level], row.code, row.due_on, stage, now};
      batch.raised.push_back(reminder);
      if (stage > row.stage) batch.drafts.push_back(RaisedEvent(row, reminder));
    }
  }
  row.stage = plan.stage;
  row.stage_on = std::min(plan.next_on, kOpenEnd);
}

void AddReminderJob(job::JobRunner& jobs, ReminderRaiser& raiser) {
  jobs.Add(kReminderJob, absl::Minutes(1),
           [&raiser](job::JobContext& context) { return raiser.Run(context); });
}

}  // namespace ronghe::membership
