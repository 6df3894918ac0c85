#include "services/membership/jobs/analysis_planner.h"

#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/sql/statement.h"
#include "services/membership/domain/admission/analysis.h"
#include "services/membership/store/activist_store.h"
#include "services/membership/store/admission_places.h"
#include "services/membership/store/deadline_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr absl::Duration kInterval = absl::Hours(6);
constexpr int32_t kBranchesAtATime = 100;

static_assert(2 * kBranchesAtATime <= static_cast<int32_t>(sql::kMaxList));

}  // namespace

absl::Status AnalysisPlanner::Run(job::JobContext& context) {
  std::set<int64_t> done;
  int64_t after = 0;
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<int64_t> branches,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return BranchesWithActivists(session, after, kBranchesAtATime);
        }));
    if (branches.empty()) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(Plan(context, branches, done));
    after = branches.back();
  }
  return absl::OkStatus();
}

absl::Status AnalysisPlanner::Plan(job::JobContext& context, std::span<const int64_t> branches,
                                   std::set<int64_t>& done) const {
  const absl::CivilDay today = base::ShanghaiDay(context.now());
  const RuleSet& rules = rules_.On(today);
  const auto year = static_cast<int32_t>(today.year());
  std::set<int64_t> planned;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(planned, Committees(session, branches, done));
        const std::vector<int64_t> ids(planned.begin(), planned.end());
        RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> analysed,
                                CommitteesThatAnalysed(session, ids, year));
        std::set<int64_t> due = planned;
        for (const int64_t id : analysed) due.erase(id);
        for (const int64_t id : due) {
          DeadlineRow row = MakeDeadline(
              ids_.Next(), admission::kAnalysisDeadline, {"organizations", id}, id,
              admission::AnalysisDue(rules, year), admission::AnalysisRule(rules), context.now());
          row.ordinal = year;
          RONGHE_RETURN_IF_ERROR(SetDeadlineOnce(session, row));
        }
        return absl::OkStatus();
      }));
  done.insert(planned.begin(), planned.end());
  return absl::OkStatus();
}

absl::StatusOr<std::set<int64_t>> AnalysisPlanner::Committees(sql::Session& session,
                                                              std::span<const int64_t> branches,
                                                              const std::set<int64_t>& done) const {
  std::set<int64_t> found;
  for (const int64_t branch : branches) {
    RONGHE_ASSIGN_OR_RETURN(const Superiors over, FindSuperiors(session, tree_, branch));
    for (const int64_t id : {over.committee, over.county}) {
      if (id != 0 && !done.contains(id)) found.insert(id);
    }
  }
  return found;
}

void AddAnalysisJob(job::JobRunner& jobs, AnalysisPlanner& planner) {
  jobs.Add(kAnalysisJob, kInterval,
           [&planner](job::JobContext& context) { return planner.Run(context); });
}

}  // namespace ronghe::membership
