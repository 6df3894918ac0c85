#include "services/membership/jobs/report_computer.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/statistics/figures.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/past_tree.h"
#include "services/membership/store/statistics_source.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr size_t kFrameRows = 1000;
constexpr int32_t kDeleteAtATime = 2000;
constexpr int32_t kReadAtATime = 500;
// Differences kept of one organization: enough to see what is wrong with it.
constexpr size_t kDifferencesKept = 100;
// The ordinals of what Verify finds stand above those of Count.
constexpr int32_t kVerifyOrdinal = 1000;
constexpr char kGroupKind[] = "641";

// An organization of the frame.
struct Node {
  int64_t organization_id = 0;
  int32_t last = 0;  // position of the last organization below it
};

// Changes the report in a transaction in which the job still holds its lease.
template <class F>
absl::Status Advance(job::JobContext& context, ReportRow& report, F&& write) {
  ReportRow next;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(next, LockReport(session, report.id));
        RONGHE_RETURN_IF_ERROR(write(session, next));
        next.update_time = context.now();
        return UpdateReport(session, next);
      }));
  report = std::move(next);
  return absl::OkStatus();
}

// A subtree ends before the next organization that is not deeper.
void SetLast(std::vector<ReportOrganizationRow>& rows) {
  std::vector<int32_t> open;
  const auto close_from = [&](int32_t level, int32_t position) {
    while (static_cast<int32_t>(open.size()) > level) {
      rows[static_cast<size_t>(open.back())].last_position = position - 1;
      open.pop_back();
    }
  };
  for (const ReportOrganizationRow& row : rows) {
    close_from(row.level, row.position);
    open.push_back(row.position);
  }
  close_from(0, static_cast<int32_t>(rows.size()));
}

// The frame of a report: its organizations in tree order, without groups, in which nobody counts.
std::vector<ReportOrganizationRow> Frame(const PastTree& tree, const ReportRow& report) {
  std::vector<ReportOrganizationRow> rows;
  for (PastNode& node :
       tree.Subtree(report.organization_id, std::numeric_limits<int32_t>::max(),
                    [](const org::OrgNode& one) { return one.kind != kGroupKind; })) {
    rows.push_back({.report_id = report.id,
                    .position = static_cast<int32_t>(rows.size()),
                    .organization_id = node.node.id,
                    .parent_id = node.parent,
                    .level = node.level,
                    .title = std::move(node.node.name)});
  }
  SetLast(rows);
  return rows;
}

void AddTo(Figures& sum, const Figures& figures) {
  for (size_t cell = 0; cell < sum.size(); ++cell) sum[cell] += figures[cell];
}

Figures Less(Figures figures, const Figures& part) {
  for (size_t cell = 0; cell < figures.size(); ++cell) figures[cell] -= part[cell];
  return figures;
}

std::vector<ReportDifferenceRow> DifferenceRows(int64_t report_id, int32_t position,
                                                int64_t organization_id, int32_t ordinal,
                                                std::span<const Difference> differences) {
  std::vector<ReportDifferenceRow> rows;
  for (const Difference& difference : differences) {
    if (rows.size() == kDifferencesKept) break;
    rows.push_back({report_id, position, ++ordinal, organization_id, difference.table->number,
                    difference.table->rows[difference.row].number,
                    difference.table->columns[difference.column].number, difference.check,
                    difference.expected, difference.actual});
  }
  return rows;
}

// The walk over the frame: what is written when, and what is kept until it is complete.
class Walk {
 public:
  Walk(const Form& form, int64_t report_id, std::vector<Node> nodes)
      : form_(form), finder_(form), report_id_(report_id), nodes_(std::move(nodes)) {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      positions_[nodes_[i].organization_id] = static_cast<int32_t>(i);
    }
  }

  const std::vector<Node>& nodes() const { return nodes_; }

  SourceSet Sources() const {
    SourceSet sources;
    for (int32_t source = 1; source <= kSources; ++source) {
      sources[static_cast<size_t>(source)] = finder_.Asks(static_cast<Source>(source));
    }
    return sources;
  }

  // Takes up what an earlier run wrote of an organization that is not complete.
  absl::Status Resume(const ReportOrganizationRow& row) {
    RONGHE_ASSIGN_OR_RETURN(Figures own, DecodeFigures(form_, row.own_cells));
    RONGHE_ASSIGN_OR_RETURN(Figures cells, DecodeFigures(form_, row.cells));
    Figures below = Less(std::move(cells), own);
    open_.push_back({row.position, std::move(own), std::move(below)});
    return absl::OkStatus();
  }

  // Goes down to the next organization and counts its entries.
  void Visit(int32_t position, std::span<const Entry> entries) {
    open_.push_back({position, Figures(form_.cell_count()), Figures(form_.cell_count())});
    for (const Entry& entry : entries) {
      Figures* const meeting = MeetingPoint(entry.counterpart_id);
      finder_.Find(entry.item, [&](size_t cell) {
        ++open_.back().own[cell];
        if (meeting != nullptr) --(*meeting)[cell];
      });
    }
    while (!open_.empty() && Last(open_.back()) == position) Close();
  }

  // What was finished since the last call, and what is under way.
  std::vector<ReportOrganizationRow> TakeRows() {
    std::vector<ReportOrganizationRow> rows = std::move(finished_);
    finished_.clear();
    for (const Open& open : open_) {
      Figures whole = open.own;
      AddTo(whole, open.below);
      rows.push_back(RowOf(open, whole));
    }
    return rows;
  }
  std::vector<ReportDifferenceRow> TakeDifferences() { return std::exchange(differences_, {}); }

 private:
  struct Open {
    int32_t position = 0;
    Figures own;
    Figures below;  // of the complete organizations directly below it
  };

  int32_t Last(const Open& open) const { return nodes_[static_cast<size_t>(open.position)].last; }

  // The figures of the lowest organization above both the one that is visited and `counterpart`;
  // null when that is not in the report.
  Figures* MeetingPoint(int64_t counterpart) {
    if (counterpart == 0) return nullptr;
    const auto there = positions_.find(counterpart);
    if (there == positions_.end()) return nullptr;
    for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
      if (open->position <= there->second && there->second <= Last(*open)) return &open->own;
    }
    return nullptr;
  }

  ReportOrganizationRow RowOf(const Open& open, const Figures& whole) const {
    const Node& node = nodes_[static_cast<size_t>(open.position)];
    ReportOrganizationRow row{.report_id = report_id_,
                              .position = open.position,
                              .last_position = node.last,
                              .organization_id = node.organization_id};
    if (node.last != open.position) row.own_cells = EncodeFigures(form_, open.own);
    row.cells = EncodeFigures(form_, whole);
    return row;
  }

  void Close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    Figures whole = done.own;
    AddTo(whole, done.below);
    if (!open_.empty()) AddTo(open_.back().below, whole);
    finished_.push_back(RowOf(done, whole));
    FillSums(form_, whole);
    const std::vector<Difference> found = CheckFigures(form_, whole);
    const std::vector<ReportDifferenceRow> rows =
        DifferenceRows(report_id_, done.position, finished_.back().organization_id, 0, found);
    differences_.insert(differences_.end(), rows.begin(), rows.end());
  }

  const Form& form_;
  const CellFinder finder_;
  const int64_t report_id_;
  const std::vector<Node> nodes_;
  absl::flat_hash_map<int64_t, int32_t> positions_;
  std::vector<Open> open_;  // from the report's top down to where the walk stands
  std::vector<ReportOrganizationRow> finished_;
  std::vector<ReportDifferenceRow> differences_;
};

// Calls `visit` with every organization of a report in tree order.
template <class F>
absl::Status ForEachOrganization(job::JobContext& context, const ReportRow& report, F&& visit) {
  for (int32_t position = 0; position < report.organization_count;) {
    if (context.cancelled()) return absl::CancelledError("the job is stopping");
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<ReportOrganizationRow> rows,
        context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return ReportOrganizationsFrom(session, report.id, position,
                                         report.organization_count - 1, kReadAtATime);
        }));
    if (rows.empty()) break;
    for (const ReportOrganizationRow& row : rows) RONGHE_RETURN_IF_ERROR(visit(row));
    position = rows.back().position + 1;
  }
  return absl::OkStatus();
}

absl::StatusOr<Walk> StartWalk(job::JobContext& context, const Form& form,
                               const ReportRow& report) {
  std::vector<Node> nodes;
  std::vector<ReportOrganizationRow> under_way;
  RONGHE_RETURN_IF_ERROR(
      ForEachOrganization(context, report, [&](const ReportOrganizationRow& row) -> absl::Status {
        nodes.push_back({row.organization_id, row.last_position});
        const bool begun = row.position < report.computed_count;
        if (begun && row.last_position >= report.computed_count) under_way.push_back(row);
        return absl::OkStatus();
      }));
  Walk walk(form, report.id, std::move(nodes));
  for (const ReportOrganizationRow& row : under_way) RONGHE_RETURN_IF_ERROR(walk.Resume(row));
  return walk;
}

// Entries by organization, in the order of `organizations`.
std::vector<std::span<const Entry>> ByOrganization(std::vector<Entry>& entries,
                                                   std::span<const int64_t> organizations) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.organization_id < b.organization_id; });
  std::vector<std::span<const Entry>> parts;
  for (const int64_t id : organizations) {
    const auto [from, to] = std::equal_range(
        entries.begin(), entries.end(), Entry{.organization_id = id},
        [](const Entry& a, const Entry& b) { return a.organization_id < b.organization_id; });
    parts.emplace_back(from, to);
  }
  return parts;
}

// Adds up the levels of a report as they were written.
class LevelCheck {
 public:
  explicit LevelCheck(const Form& form) : form_(form) {}

  absl::Status Visit(const ReportOrganizationRow& row) {
    RONGHE_ASSIGN_OR_RETURN(Figures whole, DecodeFigures(form_, row.cells));
    const bool leaf = row.last_position == row.position;
    Figures own = whole;
    if (!leaf) {
      RONGHE_ASSIGN_OR_RETURN(own, DecodeFigures(form_, row.own_cells));
    }
    open_.push_back({row, std::move(own), Figures(form_.cell_count()), std::move(whole)});
    while (!open_.empty() && open_.back().row.last_position == row.position) Close();
    return absl::OkStatus();
  }

  const std::vector<ReportDifferenceRow>& differences() const { return differences_; }

 private:
  struct Open {
    ReportOrganizationRow row;
    Figures own;
    Figures below;
    Figures whole;
  };

  void Close() {
    const Open done = std::move(open_.back());
    open_.pop_back();
    if (!open_.empty()) AddTo(open_.back().below, done.whole);
    const std::vector<Difference> found = CheckLevel(form_, done.own, done.below, done.whole);
    const std::vector<ReportDifferenceRow> rows = DifferenceRows(
        done.row.report_id, done.row.position, done.row.organization_id, kVerifyOrdinal, found);
    differences_.insert(differences_.end(), rows.begin(), rows.end());
  }

  const Form& form_;
  std::vector<Open> open_;
  std::vector<ReportDifferenceRow> differences_;
};

}  // namespace

ReportComputer::ReportComputer(MembershipTree& tree, const FormBook& forms, const RuleBooks& books,
                               metrics::Registry& registry, ReportComputerOptions options)
    : tree_(tree),
      forms_(forms),
      books_(books),
      options_(std::move(options)),
      organizations_(registry.AddCounter("ronghe_membership_report_organizations_total",
                                         "Organizations counted for statistics reports.", {})),
      entries_(registry.AddCounter("ronghe_membership_report_entries_total",
                                   "Entries counted for statistics reports.", {})) {}

absl::Status ReportComputer::Run(job::JobContext& context) {
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(
        std::optional<ReportRow> report,
        context.database().Read(context.DeadlineIn(kStep), [](sql::Session& session) {
          return NextReport(session, ReportState::kComputing);
        }));
    if (!report) return absl::OkStatus();
    const absl::Status status = Compute(context, *std::move(report));
    if (absl::IsCancelled(status) && context.cancelled()) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status ReportComputer::Compute(job::JobContext& context, ReportRow report) {
  const Form* const form = forms_.Find(report.form);
  if (form == nullptr) return Fail(context, report, "FORM_UNKNOWN");
  if (report.phase == ReportPhase::kFrame) RONGHE_RETURN_IF_ERROR(WriteFrame(context, report));
  if (report.phase == ReportPhase::kCount) RONGHE_RETURN_IF_ERROR(Count(context, *form, report));
  if (report.phase != ReportPhase::kVerify) return absl::OkStatus();
  return Verify(context, *form, report);
}

absl::Status ReportComputer::Fail(job::JobContext& context, ReportRow& report, const char* reason) {
  return Advance(context, report, [&](sql::Session&, ReportRow& next) {
    next.state = ReportState::kFailed;
    next.phase = ReportPhase::kNone;
    next.failure_reason = reason;
    ++next.etag;
    return absl::OkStatus();
  });
}

absl::Status ReportComputer::WriteFrame(job::JobContext& context, ReportRow& report) {
  for (auto* const remove : {&DeleteReportOrganizations, &DeleteReportDifferences}) {
    for (int64_t deleted = kDeleteAtATime; deleted == kDeleteAtATime;) {
      if (context.cancelled()) return absl::CancelledError("the job is stopping");
      RONGHE_RETURN_IF_ERROR(
          Advance(context, report, [&](sql::Session& session, ReportRow&) -> absl::Status {
            RONGHE_ASSIGN_OR_RETURN(deleted, remove(session, report.id, kDeleteAtATime));
            return absl::OkStatus();
          }));
    }
  }
  tree_.CatchUp(context.DeadlineIn(kStep));
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<PastParentRow> moved,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return ParentsOn(session, report.snapshot_day);
      }));
  const std::vector<ReportOrganizationRow> rows = Frame(PastTree(tree_.tree(), moved), report);
  if (rows.empty()) return Fail(context, report, "ORGANIZATION_NOT_FOUND");
  for (size_t from = 0; from < rows.size(); from += kFrameRows) {
    if (context.cancelled()) return absl::CancelledError("the job is stopping");
    const auto part = std::span(rows).subspan(from, std::min(kFrameRows, rows.size() - from));
    RONGHE_RETURN_IF_ERROR(
        Advance(context, report, [&](sql::Session& session, ReportRow& next) -> absl::Status {
          if (from + part.size() == rows.size()) {
            next.phase = ReportPhase::kCount;
            next.organization_count = static_cast<int32_t>(rows.size());
          }
          return PutReportOrganizations(session, part);
        }));
  }
  return absl::OkStatus();
}

absl::Status ReportComputer::Count(job::JobContext& context, const Form& form, ReportRow& report) {
  RONGHE_ASSIGN_OR_RETURN(Walk walk, StartWalk(context, form, report));
  const SourceSet sources = walk.Sources();
  const int64_t months =
      books_.Get("admission").On(report.snapshot_day).Get("probation.months").number;
  const StatisticsSource source(form, {report.period_from, report.snapshot_day},
                                static_cast<int32_t>(months));
  while (report.computed_count < report.organization_count) {
    if (context.cancelled()) return absl::CancelledError("the job is stopping");
    const auto from = static_cast<size_t>(report.computed_count);
    const size_t to = std::min(walk.nodes().size(), from + options_.batch);
    std::vector<int64_t> ids;
    for (size_t i = from; i < to; ++i) ids.push_back(walk.nodes()[i].organization_id);
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<Entry> entries,
        context.database().ReadSnapshot(context.DeadlineIn(kStep), [&](sql::Session& session) {
          return source.Read(session, ids, sources);
        }));
    const std::vector<std::span<const Entry>> parts = ByOrganization(entries, ids);
    for (size_t i = 0; i < parts.size(); ++i) {
      walk.Visit(static_cast<int32_t>(from + i), parts[i]);
    }
    const std::vector<ReportOrganizationRow> rows = walk.TakeRows();
    const std::vector<ReportDifferenceRow> differences = walk.TakeDifferences();
    RONGHE_RETURN_IF_ERROR(
        Advance(context, report, [&](sql::Session& session, ReportRow& next) -> absl::Status {
          next.computed_count = static_cast<int32_t>(to);
          next.difference_count += static_cast<int32_t>(differences.size());
          if (next.computed_count == next.organization_count) next.phase = ReportPhase::kVerify;
          RONGHE_RETURN_IF_ERROR(InsertReportDifferences(session, differences));
          return PutReportOrganizations(session, rows);
        }));
    organizations_.Increment(static_cast<double>(ids.size()));
    entries_.Increment(static_cast<double>(entries.size()));
    if (options_.after_batch) options_.after_batch();
  }
  return absl::OkStatus();
}

absl::Status ReportComputer::Verify(job::JobContext& context, const Form& form, ReportRow& report) {
  LevelCheck check(form);
  RONGHE_RETURN_IF_ERROR(ForEachOrganization(
      context, report, [&](const ReportOrganizationRow& row) { return check.Visit(row); }));
  return Advance(context, report, [&](sql::Session& session, ReportRow& next) -> absl::Status {
    next.state = ReportState::kComputed;
    next.phase = ReportPhase::kNone;
    next.difference_count += static_cast<int32_t>(check.differences().size());
    next.compute_time = context.now();
    ++next.etag;
    return InsertReportDifferences(session, check.differences());
  });
}

void AddReportJob(job::JobRunner& jobs, ReportComputer& computer) {
  jobs.Add(kReportJob, absl::Seconds(5),
           [&computer](job::JobContext& context) { return computer.Run(context); });
}

}  // namespace ronghe::membership
