#include "services/membership/jobs/analysis_planner.h"

#include <set>
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
  // Branches side by side have the same committees over them: one of them speaks for all.
  std::set<int64_t> parents;
  int64_t after = 0;
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<int64_t> branches,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return BranchesWithActivists(session, after, kBranchesAtATime);
        }));
    if (branches.empty()) return absl::OkStatus();
    std::vector<int64_t> speakers;
    for (const int64_t branch : branches) {
      const std::vector<int64_t> above = tree_.Ancestors(branch);
      if (!above.empty() && parents.insert(above.front()).second) speakers.push_back(branch);
    }
    if (!speakers.empty()) RONGHE_RETURN_IF_ERROR(Plan(context, speakers));
    after = branches.back();
  }
  return absl::OkStatus();
}

absl::Status AnalysisPlanner::Plan(job::JobContext& context,
                                   std::span<const int64_t> branches) const {
  const absl::CivilDay today = base::ShanghaiDay(context.now());
  const RuleSet& rules = rules_.On(today);
  const auto year = static_cast<int32_t>(today.year());
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> committees,
                                Committees(session, branches));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> analysed,
                                CommitteesThatAnalysed(session, committees, year));
        const std::set<int64_t> done(analysed.begin(), analysed.end());
        std::vector<DeadlineRow> due;
        for (const int64_t id : committees) {
          if (done.contains(id)) continue;
          due.push_back(MakeDeadline(ids_.Next(), admission::kAnalysisDeadline,
                                     {"organizations", id}, id, admission::AnalysisDue(rules, year),
                                     admission::AnalysisRule(rules), context.now()));
          due.back().ordinal = year;
        }
        return SetDeadlinesOnce(session, due);
      });
}

absl::StatusOr<std::vector<int64_t>> AnalysisPlanner::Committees(
    sql::Session& session, std::span<const int64_t> branches) const {
  std::set<int64_t> found;
  for (const int64_t branch : branches) {
    RONGHE_ASSIGN_OR_RETURN(const Superiors over, FindSuperiors(session, tree_, branch));
    for (const int64_t id : {over.committee, over.county}) {
      if (id != 0) found.insert(id);
    }
  }
  return std::vector<int64_t>(found.begin(), found.end());
}

void AddAnalysisJob(job::JobRunner& jobs, AnalysisPlanner& planner) {
  jobs.Add(kAnalysisJob, kInterval,
           [&planner](job::JobContext& context) { return planner.Run(context); });
}

}  // namespace ronghe::membership
