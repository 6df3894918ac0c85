#include "services/membership/jobs/bill_runner.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/event/event.h"
#include "common/log/log.h"
#include "common/sql/statement.h"
#include "services/membership/domain/month.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_review.h"
#include "services/membership/store/dues_standard_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr size_t kWalkStep = 64;
constexpr size_t kDeadlinesAtATime = 200;

// The branches that collect dues; temporary ones never do (B-06).
bool Bills(const org::OrgBrief& brief) { return brief.kind == "631" || brief.kind == "632"; }

// Whether the deadlines of the year are set below a root: its own is set last. Those of a year that
// is further on than January are left as they are.
absl::StatusOr<bool> YearIsOpen(sql::Session& session, int64_t root, absl::CivilDay today) {
  if (today.month() != 1) return true;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(session, {"organizations", root}));
  return std::any_of(deadlines.begin(), deadlines.end(), [today](const DeadlineRow& row) {
    return row.code == "DL-20" && row.ordinal == today.year() - 1;
  });
}

std::optional<org::OrgPath> PathOf(const std::string& position) {
  org::OrgPath path;
  if (position.empty() || !org::ParsePath(position, &path).ok()) return std::nullopt;
  return path;
}

}  // namespace

BillRunner::BillRunner(base::IdGenerator& ids, MembershipTree& tree, const RuleBooks& books,
                       metrics::Registry& registry, std::function<void()> after_chunk)
    : ids_(ids),
      tree_(tree),
      books_(books),
      after_chunk_(std::move(after_chunk)),
      bills_(registry.AddCounter("ronghe_membership_dues_bills_total", "Bills of dues made.")) {}

absl::Status BillRunner::Run(job::JobContext& context) {
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(std::optional<BillRunRow> run,
                            context.database().Read(context.DeadlineIn(kStep), NextBillRun));
    if (!run) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(tree_.TryCatchUp(context.DeadlineIn(kStep)));
    while (run->state == RunState::kRunning) {
      if (context.cancelled()) return absl::OkStatus();
      RONGHE_ASSIGN_OR_RETURN(const std::vector<Batch> batches, NextBatches(context, *run));
      RONGHE_RETURN_IF_ERROR(BillSideBySide(context, *run, batches));
    }
    log::Info("bill_run_done", {{"bill_run", run->id},
                                {"month", run->month},
                                {"branches", run->branches_done},
                                {"bills", run->bills_made},
                                {"without_standard", run->without_standard}});
  }
  return absl::OkStatus();
}

absl::StatusOr<BillRunner::Batch> BillRunner::NextBatch(job::JobContext& context,
                                                        const BillRunRow& run) const {
  const org::OrgTree& tree = tree_.tree();
  Batch batch{.branches = {}, .range = {}, .position = run.position};
  int64_t members = 0;
  const std::vector<org::OrgStop> stops =
      tree.SubtreeStops(run.organization_id, PathOf(run.position), kWalkStep, Bills);
  for (const org::OrgStop& stop : stops) {
    const org::OrgCounts own = tree.OwnCount(stop.id);
    const int64_t size = own.full + own.probationary;
    if (!batch.branches.empty() && members + size > kBilledAtATime) break;
    batch.branches.push_back(stop.id);
    batch.position = org::FormatPath(stop.path);
    ++batch.branches_done;
    members += size;
  }
  const bool large = batch.branches.size() == 1 && members > kBilledAtATime;
  if (!large) return batch;
  // A branch that is larger than a transaction is billed by ranges of members.
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t last,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return LastOfNextMembers(session, batch.branches.front(), run.after_member, kBilledAtATime);
      }));
  batch.range.after_member = run.after_member;
  if (last == 0) return batch;
  batch.range.up_to_member = last;
  batch.position = run.position;
  batch.after_member = last;
  batch.branches_done = 0;
  return batch;
}

absl::StatusOr<std::vector<BillRunner::Batch>> BillRunner::NextBatches(
    job::JobContext& context, const BillRunRow& run) const {
  std::vector<Batch> batches;
  BillRunRow at = run;
  while (batches.size() < kBillLanes) {
    RONGHE_ASSIGN_OR_RETURN(Batch batch, NextBatch(context, at));
    if (batch.branches.empty()) break;
    at.position = batch.position;
    at.after_member = batch.after_member;
    batches.push_back(std::move(batch));
    // The ranges of a large branch come one after the other: the last one counts who has no bill.
    if (at.after_member != 0) break;
  }
  return batches;
}

absl::Status BillRunner::BillSideBySide(job::JobContext& context, BillRunRow& run,
                                        std::span<const Batch> batches) {
  std::vector<absl::StatusOr<Billed>> lanes(batches.size(), Billed());
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < batches.size(); ++i) {
      others.emplace_back([&, i] { lanes[i] = Bill(context, run, batches[i]); });
    }
    if (!batches.empty()) lanes[0] = Bill(context, run, batches[0]);
  }
  absl::Status status;
  Billed all;
  for (const absl::StatusOr<Billed>& lane : lanes) {
    if (!lane.ok()) {
      status.Update(lane.status());
      continue;
    }
    all.made += lane->made;
    all.without_standard += lane->without_standard;
    all.emitted = all.emitted || lane->emitted;
  }
  bills_.Increment(static_cast<double>(all.made));
  if (all.emitted) after_chunk_();
  RONGHE_RETURN_IF_ERROR(status);
  return MoveOn(context, run, batches, all.without_standard);
}

absl::StatusOr<bool> BillRunner::Review(sql::Session& session, Month month,
                                        std::span<const int64_t> members, absl::Time now) {
  const Rule& steps = books_.Get("dues").On(LastDay(month)).Get("dues.unpaid_steps");
  std::vector<DuesAccountRow> accounts;
  for (size_t from = 0; from < members.size(); from += sql::kMaxList) {
    const auto ids = members.subspan(from, std::min(sql::kMaxList, members.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAccountRow> some, LockDuesAccounts(session, ids));
    accounts.insert(accounts.end(), some.begin(), some.end());
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<event::Draft> drafts,
                          ReviewAccounts(session, accounts, month, steps, now));
  for (event::Draft& draft : drafts) draft.id = ids_.Next();
  RONGHE_RETURN_IF_ERROR(event::EmitMany(session, drafts));
  return !drafts.empty();
}

absl::StatusOr<BillRunner::Billed> BillRunner::Bill(job::JobContext& context, const BillRunRow& run,
                                                    const Batch& batch) {
  const Month month = MonthOf(run.month);
  Billed billed;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        billed = {};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesMonthRow> before,
                                LockDuesMonths(session, run.month, batch.branches));
        RONGHE_RETURN_IF_ERROR(MakeBills(session, month, batch.branches, batch.range));
        RONGHE_ASSIGN_OR_RETURN(const RecountedMonths after,
                                RecountDuesMonths(session, month, batch.branches));
        billed.made = after.billed_members;
        for (const DuesMonthRow& one : before) billed.made -= one.billed_members;
        // Of a branch that is billed by ranges, the last range counts.
        if (batch.branches_done > 0) billed.without_standard = after.without_bill;
        RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> members,
                                MembersToReview(session, month, batch.branches, batch.range));
        RONGHE_ASSIGN_OR_RETURN(billed.emitted, Review(session, month, members, context.now()));
        // What all transactions of the run lock comes last, so that they wait for no more than
        // each other's end.
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        return AddToBillRun(session, run.id, billed.made);
      }));
  return billed;
}

absl::Status BillRunner::MoveOn(job::JobContext& context, BillRunRow& run,
                                std::span<const Batch> batches, int64_t without_standard) {
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(BillRunRow row, LockBillRun(session, run.id));
        if (row.position != run.position || row.after_member != run.after_member) {
          return absl::AbortedError("the run was moved on by another holder");
        }
        for (const Batch& batch : batches) {
          row.position = batch.position;
          row.after_member = batch.after_member;
          row.branches_done += batch.branches_done;
        }
        row.without_standard += without_standard;
        if (batches.empty()) {
          row.state = RunState::kDone;
          row.end_time = context.now();
        }
        RONGHE_RETURN_IF_ERROR(UpdateBillRun(session, row));
        run = std::move(row);
        return absl::OkStatus();
      });
}

absl::Status BillRunner::OpenMonth(job::JobContext& context) {
  const absl::CivilDay today = base::ShanghaiDay(context.now());
  const int32_t month = MonthCode(Month(today));
  RONGHE_RETURN_IF_ERROR(tree_.TryCatchUp(context.DeadlineIn(kStep)));
  for (const int64_t root : tree_.tree().Roots()) {
    if (context.cancelled()) return absl::OkStatus();
    bool year_open = false;
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
          RONGHE_ASSIGN_OR_RETURN(year_open, YearIsOpen(session, root, today));
          RONGHE_ASSIGN_OR_RETURN(const std::optional<BillRunRow> last,
                                  BillRunOf(session, root, month));
          if (last) return absl::OkStatus();
          return InsertBillRun(session, {.id = ids_.Next(),
                                         .organization_id = root,
                                         .month = month,
                                         .requested_by = "services/membership",
                                         .create_time = context.now()});
        }));
    if (!year_open) RONGHE_RETURN_IF_ERROR(SetDeadlines(context, root, today));
  }
  return absl::OkStatus();
}

absl::Status BillRunner::SetDeadlines(job::JobContext& context, int64_t root,
                                      absl::CivilDay today) {
  const RuleSet& rules = books_.Get("dues").On(today);
  const auto year = static_cast<int32_t>(today.year());
  const auto make = [&](std::string_view code, int64_t organization, const char* key,
                        int32_t ordinal) {
    const Rule& rule = rules.Get(key);
    DeadlineRow row = MakeDeadline(ids_.Next(), code, {"organizations", organization}, organization,
                                   DayInYear(year, rule.number), rule, context.now());
    row.ordinal = ordinal;
    return row;
  };
  std::optional<org::OrgPath> after;
  while (!context.cancelled()) {
    const std::vector<org::OrgStop> stops =
        tree_.tree().SubtreeStops(root, after, kDeadlinesAtATime, [](const org::OrgBrief& brief) {
          return brief.active && (Bills(brief) || brief.kind == "611" || brief.kind == "621");
        });
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
          std::vector<DeadlineRow> deadlines;
          std::vector<int64_t> branches;
          for (const org::OrgStop& stop : stops) {
            const std::optional<org::OrgNode> node = tree_.tree().Node(stop.id);
            if (!node) continue;
            if (node->kind == "631" || node->kind == "632") branches.push_back(stop.id);
            deadlines.push_back(make("DL-21", stop.id, "report.publish_by", year - 1));
          }
          std::set<int64_t> without;
          if (!branches.empty()) {
            RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> ids,
                                    BranchesWithoutStandard(session, branches, year));
            without.insert(ids.begin(), ids.end());
          }
          for (const int64_t branch : branches) {
            deadlines.push_back(make("DL-19", branch, "dues.standard_by", year));
            if (without.contains(branch)) continue;
            // It has fixed all of them already, in the year before.
            deadlines.back().state = DeadlineState::kMet;
            deadlines.back().met_on = today;
          }
          if (stops.empty()) deadlines.push_back(make("DL-20", root, "remit.centre_by", year - 1));
          return membership::SetDeadlines(session, deadlines);
        }));
    if (stops.empty()) return absl::OkStatus();
    after = stops.back().path;
  }
  return absl::OkStatus();
}

void AddBillJobs(job::JobRunner& jobs, BillRunner& runner) {
  jobs.Add(kBillRunJob, absl::Seconds(30),
           [&runner](job::JobContext& context) { return runner.Run(context); });
  jobs.Add(kDuesMonthJob, absl::Hours(1),
           [&runner](job::JobContext& context) { return runner.OpenMonth(context); });
}

}  // namespace ronghe::membership
