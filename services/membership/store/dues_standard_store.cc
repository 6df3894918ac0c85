#include "services/membership/store/dues_standard_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DUES_STANDARD_COLUMNS                                                   \
  "member_id, year, revision, kind, category, base_fen, rate_bp, amount_fen, capped, " \
  "from_month, to_month, reason, rule_set, source, create_time"
#define RONGHE_DUES_REDUCTION_COLUMNS                                                        \
  "id, member_id, organization_id, committee_id, amount_fen, from_month, to_month, motion, " \
  "state, proposed_by, decided_by, etag, create_time, decide_time"

struct Number {
  int64_t number = 0;
};

const sql::Command kInsert("dues_standard.insert",
                           "INSERT INTO dues_standard (" RONGHE_DUES_STANDARD_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kCut("dues_standard.cut",
                        "UPDATE dues_standard SET to_month = ? WHERE member_id = ? AND year = ? "
                        "AND revision = ?");
const sql::Query<DuesStandardRow> kOfYear("dues_standard.of_year",
                                          "SELECT " RONGHE_DUES_STANDARD_COLUMNS
                                          " FROM dues_standard WHERE year = ? AND member_id IN "
                                          "(?*) ORDER BY member_id, revision");
const sql::Query<DuesStandardRow> kBefore(
    "dues_standard.before",
    "SELECT " RONGHE_DUES_STANDARD_COLUMNS
    " FROM dues_standard WHERE member_id = ? AND (year < ? OR (year = ? AND revision < ?)) "
    "ORDER BY year DESC, revision DESC LIMIT ?");
const sql::Query<Number> kWithout(
    "dues_standard.count_without",
    "SELECT COUNT(*) FROM member m WHERE m.organization_id = ? AND m.standing = 10 AND NOT EXISTS "
    "(SELECT 1 FROM dues_standard s WHERE s.member_id = m.id AND s.year = ?)");
const sql::Query<Number> kBranchesWithout(
    "dues_standard.branches_without",
    "SELECT DISTINCT m.organization_id FROM member m WHERE m.organization_id IN (?*) AND "
    "m.standing = 10 AND NOT EXISTS (SELECT 1 FROM dues_standard s WHERE s.member_id = m.id AND "
    "s.year = ?)");

const sql::Command kInsertReduction("dues_reduction.insert",
                                    "INSERT INTO dues_reduction (" RONGHE_DUES_REDUCTION_COLUMNS
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DuesReductionRow> kLoadReduction("dues_reduction.load",
                                                  "SELECT " RONGHE_DUES_REDUCTION_COLUMNS
                                                  " FROM dues_reduction WHERE id = ?");
const sql::Query<DuesReductionRow> kLockReduction("dues_reduction.lock",
                                                  "SELECT " RONGHE_DUES_REDUCTION_COLUMNS
                                                  " FROM dues_reduction WHERE id = ? FOR UPDATE");
const sql::Command kUpdateReduction("dues_reduction.update",
                                    "UPDATE dues_reduction SET state = ?, decided_by = ?, etag = "
                                    "?, decide_time = ? WHERE id = ?");
const sql::Query<Number> kOpenReductions("dues_reduction.open",
                                         "SELECT COUNT(*) FROM dues_reduction WHERE member_id = ? "
                                         "AND state = 1");
const sql::Query<DuesReductionRow> kReductionsOf(
    "dues_reduction.of_organization",
    "SELECT " RONGHE_DUES_REDUCTION_COLUMNS
    " FROM dues_reduction WHERE (organization_id = ? OR committee_id = ?) AND id < ? "
    "ORDER BY id DESC LIMIT ?");

}  // namespace

Standard DuesStandardRow::standard() const {
  return {.revision = revision,
          .kind = kind,
          .category = category,
          .dues = {base_fen, rate_bp, amount_fen, capped},
          .from = MonthOf(from_month),
          .to = MonthOf(to_month),
          .reason = reason};
}

void DuesStandardRow::set_standard(const Standard& standard) {
  year = static_cast<int32_t>(standard.from.year());
  revision = standard.revision;
  kind = standard.kind;
  category = standard.category;
  base_fen = standard.dues.base_fen;
  rate_bp = standard.dues.rate_bp;
  amount_fen = standard.dues.amount_fen;
  capped = standard.dues.capped;
  from_month = MonthCode(standard.from);
  to_month = MonthCode(standard.to);
  reason = standard.reason;
}

absl::Status InsertStandards(sql::Session& session, std::span<const DuesStandardRow> rows) {
  return session.InsertMany(kInsert, rows);
}

absl::Status CutStandard(sql::Session& session, int64_t member_id, int32_t year, int32_t revision,
                         int32_t to_month) {
  return session.Execute(kCut, to_month, member_id, year, revision).status();
}

absl::StatusOr<std::vector<DuesStandardRow>> StandardsOfYear(sql::Session& session, int32_t year,
                                                             std::span<const int64_t> member_ids) {
  return session.Select(kOfYear, year, member_ids);
}

absl::StatusOr<std::vector<DuesStandardRow>> StandardsBefore(sql::Session& session,
                                                             int64_t member_id, int32_t year,
                                                             int32_t revision, int32_t limit) {
  return session.Select(kBefore, member_id, year, year, revision, limit);
}

absl::StatusOr<int64_t> CountWithoutStandard(sql::Session& session, int64_t organization_id,
                                             int32_t year) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Number> row,
                          session.SelectOne(kWithout, organization_id, year));
  return row ? row->number : 0;
}

absl::StatusOr<std::vector<int64_t>> BranchesWithoutStandard(
    sql::Session& session, std::span<const int64_t> organization_ids, int32_t year) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Number> rows,
                          session.Select(kBranchesWithout, organization_ids, year));
  std::vector<int64_t> ids;
  for (const Number& row : rows) ids.push_back(row.number);
  return ids;
}

absl::Status InsertReduction(sql::Session& session, const DuesReductionRow& row) {
  return session.InsertMany(kInsertReduction, std::span<const DuesReductionRow>(&row, 1));
}

absl::StatusOr<DuesReductionRow> LockReduction(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<DuesReductionRow> row,
                          session.SelectOne(kLockReduction, id));
  if (!row) return DuesNotFound("duesReductions", id);
  return *row;
}

absl::StatusOr<DuesReductionRow> LoadReduction(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<DuesReductionRow> row,
                          session.SelectOne(kLoadReduction, id));
  if (!row) return DuesNotFound("duesReductions", id);
  return *row;
}

absl::Status UpdateReduction(sql::Session& session, const DuesReductionRow& row) {
  return session
      .Execute(kUpdateReduction, row.state, row.decided_by, row.etag, row.decide_time, row.id)
      .status();
}

absl::StatusOr<bool> HasOpenReduction(sql::Session& session, int64_t member_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Number> row,
                          session.SelectOne(kOpenReductions, member_id));
  return row && row->number > 0;
}

absl::StatusOr<std::vector<DuesReductionRow>> ReductionsOf(sql::Session& session,
                                                           int64_t organization_id,
                                                           int64_t before_id, int32_t limit) {
  return session.Select(kReductionsOf, organization_id, organization_id, before_id, limit);
}

}  // namespace ronghe::membership
