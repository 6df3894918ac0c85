#include "services/membership/store/activist_store.h"

#include <algorithm>
#include <set>

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/admission/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_ANALYSIS_COLUMNS                                                    \
  "id, organization_id, year, analysed_on, activists, new_activists, ripe, "       \
  "examinations_overdue, without_cultivator, new_candidates, branches, measures, " \
  "conclusion, rule_set, create_time"
// ACTIVIST, CANDIDATE_PROPOSED, CANDIDATE_CONSENTED and NOTICE_OPEN.
#define RONGHE_IS_ACTIVIST "c.state IN (4, 5, 6, 7)"

struct IdRow {
  int64_t id = 0;
};
struct NumberRow {
  int64_t number = 0;
};

const sql::Query<ActivistFigures> kCount(
    "admission_case.count_activists",
    "SELECT COUNT(*), COUNT(CASE WHEN c.activist_on >= ? AND c.activist_on <= ? THEN 1 END), "
    "COUNT(CASE WHEN c.activist_on <= ? THEN 1 END), "
    "COUNT(CASE WHEN DATE_ADD(c.activist_on, INTERVAL (c.review_ordinal * ?) MONTH) < ? THEN 1 "
    "END), "
    "COUNT(CASE WHEN NOT EXISTS (SELECT 1 FROM admission_sponsor s WHERE s.case_id = c.id AND "
    "s.role = 1 AND s.valid_to = '9999-12-31') THEN 1 END), "
    "CAST(0 AS SIGNED), COUNT(DISTINCT c.organization_id) "
    "FROM admission_case c WHERE c.organization_id IN (?*) AND " RONGHE_IS_ACTIVIST);
const sql::Query<NumberRow> kCountCandidates(
    "admission_case.count_candidates",
    "SELECT COUNT(*) FROM admission_case WHERE organization_id IN (?*) AND candidate_on >= ? AND "
    "candidate_on <= ?");
const sql::Query<IdRow> kBranches(
    "admission_case.branches_in_state",
    "SELECT DISTINCT organization_id FROM admission_case WHERE state = ? AND organization_id > ? "
    "ORDER BY organization_id LIMIT ?");

const sql::Command kInsert("activist_analysis.insert",
                           "INSERT INTO activist_analysis (" RONGHE_ANALYSIS_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ActivistAnalysisRow> kById("activist_analysis.by_id",
                                            "SELECT " RONGHE_ANALYSIS_COLUMNS
                                            " FROM activist_analysis WHERE id = ?");
const sql::Query<ActivistAnalysisRow> kOf(
    "activist_analysis.of_organization",
    "SELECT " RONGHE_ANALYSIS_COLUMNS
    " FROM activist_analysis WHERE organization_id = ? AND year < ? ORDER BY year DESC LIMIT ?");
const sql::Query<IdRow> kAnalysed(
    "activist_analysis.analysed",
    "SELECT organization_id FROM activist_analysis WHERE organization_id IN (?*) AND year = ?");

constexpr int32_t kActivistStates[] = {4, 5, 6, 7};

std::vector<int64_t> IdsOf(const std::vector<IdRow>& rows) {
  std::vector<int64_t> ids;
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

}  // namespace

ActivistFigures& ActivistFigures::operator+=(const ActivistFigures& other) {
  activists += other.activists;
  new_activists += other.new_activists;
  ripe += other.ripe;
  examinations_overdue += other.examinations_overdue;
  without_cultivator += other.without_cultivator;
  new_candidates += other.new_candidates;
  branches += other.branches;
  return *this;
}

absl::StatusOr<ActivistFigures> CountActivists(sql::Session& session,
                                               std::span<const int64_t> branches,
                                               const ActivistDays& days) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<ActivistFigures> counted,
                          session.SelectOne(kCount, days.first, days.last, days.ripe_since,
                                            days.review_months, days.today, branches));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<NumberRow> candidates,
                          session.SelectOne(kCountCandidates, branches, days.first, days.last));
  ActivistFigures figures = counted.value_or(ActivistFigures());
  figures.new_candidates = candidates.value_or(NumberRow()).number;
  return figures;
}

absl::StatusOr<std::vector<int64_t>> BranchesWithActivists(sql::Session& session, int64_t after,
                                                           int32_t limit) {
  std::set<int64_t> branches;
  for (const int32_t state : kActivistStates) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows,
                            session.Select(kBranches, state, after, limit));
    for (const IdRow& row : rows) branches.insert(row.id);
  }
  std::vector<int64_t> ids(branches.begin(), branches.end());
  ids.resize(std::min(ids.size(), static_cast<size_t>(limit)));
  return ids;
}

absl::Status InsertActivistAnalysis(sql::Session& session, const ActivistAnalysisRow& row) {
  const absl::Status status = session.InsertMany(kInsert, std::span(&row, 1));
  const bool twice = status.code() == absl::StatusCode::kAlreadyExists &&
                     sql::ViolatedKey(status) == "activist_analysis_by_year";
  return twice ? admission::AlreadyAnalysed(row.year) : status;
}

absl::StatusOr<ActivistAnalysisRow> LoadActivistAnalysis(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<ActivistAnalysisRow> row, session.SelectOne(kById, id));
  if (!row) return admission::AnalysisNotFound(id);
  return *std::move(row);
}

absl::StatusOr<std::vector<ActivistAnalysisRow>> ActivistAnalysesOf(sql::Session& session,
                                                                    int64_t organization_id,
                                                                    int64_t before_year,
                                                                    int32_t limit) {
  return session.Select(kOf, organization_id, before_year, limit);
}

absl::StatusOr<std::vector<int64_t>> CommitteesThatAnalysed(sql::Session& session,
                                                            std::span<const int64_t> committees,
                                                            int32_t year) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows,
                          session.Select(kAnalysed, committees, year));
  return IdsOf(rows);
}

}  // namespace ronghe::membership
