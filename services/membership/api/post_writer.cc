#include "services/membership/api/post_writer.h"

#include <algorithm>
#include <span>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/subject.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/events.h"

namespace ronghe::membership {
namespace {

constexpr char kTrainingDeadline[] = "DL-22";

Subject SubjectOf(const PostRow& row) { return {"posts", row.id}; }

absl::Status Insert(service::WriteTx& tx, const PostRow& row) {
  RONGHE_RETURN_IF_ERROR(InsertPosts(tx.session(), std::span(&row, 1)));
  tx.Emit(PostEvent(row));
  return absl::OkStatus();
}

absl::Status SetTraining(service::WriteTx& tx, const PostRow& row, const Rule& rule,
                         absl::CivilDay due_on) {
  return SetDeadline(tx.session(), MakeDeadline(tx.NextId(), kTrainingDeadline, SubjectOf(row),
                                                row.organization_id, due_on, rule, tx.now()));
}

}  // namespace

absl::Status BeginPost(service::WriteTx& tx, const PostRow& row, const RuleSet& workers) {
  RONGHE_RETURN_IF_ERROR(Insert(tx, row));
  if (row.code != Post::kSecretary) return absl::OkStatus();
  const Rule& rule = workers.Get("secretary.training_months");
  return SetTraining(tx, row, rule, base::AddMonths(row.valid_from, static_cast<int>(rule.number)));
}

absl::Status ContinuePost(service::WriteTx& tx, const PostRow& row, const PostRow& before,
                          const RuleSet& workers) {
  RONGHE_RETURN_IF_ERROR(Insert(tx, row));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(tx.session(), SubjectOf(before)));
  for (const DeadlineRow& deadline : deadlines) {
    if (deadline.code != kTrainingDeadline || deadline.state != DeadlineState::kOpen) continue;
    RONGHE_RETURN_IF_ERROR(
        SetTraining(tx, row, workers.Get("secretary.training_months"), deadline.due_on));
  }
  return absl::OkStatus();
}

absl::Status EndPost(service::WriteTx& tx, PostRow& row, absl::CivilDay day) {
  row.valid_to = std::max(day, row.valid_from);
  const std::vector<int64_t> ids = {row.id};
  RONGHE_RETURN_IF_ERROR(EndPosts(tx.session(), ids, row.valid_to));
  tx.Emit(PostEvent(row));
  if (row.code != Post::kSecretary) return absl::OkStatus();
  return DropDeadlines(tx.session(), SubjectOf(row), tx.now());
}

}  // namespace ronghe::membership
