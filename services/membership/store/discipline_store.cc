#include "services/membership/store/discipline_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DISCIPLINE_COLUMNS                                                             \
  "id, member_id, organization_id, measure, decided_on, effect_from, effect_until, "          \
  "organ, decided_by_id, basis_collection, basis_id, restored_on, create_time, update_time, " \
  "decided_by_title, document_number, past_reason"
// InEffect() in SQL: probation (4) until the rights are restored, the others to their end.
#define RONGHE_DISCIPLINE_IN_EFFECT                                                \
  "effect_from <= ? AND ((measure <> 4 AND effect_until > ?) OR (measure = 4 AND " \
  "(restored_on IS NULL OR restored_on > ?)))"

const sql::Command kInsert("discipline.insert",
                           "INSERT INTO discipline (" RONGHE_DISCIPLINE_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DisciplineRow> kById("discipline.by_id", "SELECT " RONGHE_DISCIPLINE_COLUMNS
                                                          " FROM discipline WHERE id = ?");
const sql::Query<DisciplineRow> kLock("discipline.lock",
                                      "SELECT " RONGHE_DISCIPLINE_COLUMNS
                                      " FROM discipline WHERE id = ? FOR UPDATE");
const sql::Command kUpdate("discipline.update",
                           "UPDATE discipline SET restored_on = ?, update_time = ? WHERE id = ?");
const sql::Query<DisciplineRow> kInEffect(
    "discipline.in_effect",
    "SELECT " RONGHE_DISCIPLINE_COLUMNS
    " FROM discipline WHERE member_id IN (?*) AND " RONGHE_DISCIPLINE_IN_EFFECT
    " ORDER BY member_id, id");
const sql::Query<DisciplineRow> kOfMember(
    "discipline.of_member", "SELECT " RONGHE_DISCIPLINE_COLUMNS
                            " FROM discipline WHERE member_id = ? AND id < ? ORDER BY id DESC "
                            "LIMIT ?");
const sql::Query<DisciplineRow> kIn("discipline.in_organizations",
                                    "SELECT " RONGHE_DISCIPLINE_COLUMNS
                                    " FROM discipline WHERE organization_id IN (?*) AND id > ? "
                                    "ORDER BY id LIMIT ?");
const sql::Query<DisciplineRow> kInEffectIn(
    "discipline.in_effect_in_organizations",
    "SELECT " RONGHE_DISCIPLINE_COLUMNS
    " FROM discipline WHERE organization_id IN (?*) AND id > ? AND " RONGHE_DISCIPLINE_IN_EFFECT
    " ORDER BY id LIMIT ?");

}  // namespace

absl::Status InsertDiscipline(sql::Session& session, const DisciplineRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<DisciplineRow> LoadDiscipline(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<DisciplineRow> row, session.SelectOne(kById, id));
  if (!row) return DisciplineNotFound(id);
  return *std::move(row);
}

absl::StatusOr<DisciplineRow> LockDiscipline(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<DisciplineRow> row, session.SelectOne(kLock, id));
  if (!row) return DisciplineNotFound(id);
  return *std::move(row);
}

absl::Status UpdateDiscipline(sql::Session& session, const DisciplineRow& row) {
  return session.Execute(kUpdate, row.restored_on, row.update_time, row.id).status();
}

absl::StatusOr<std::vector<DisciplineRow>> DisciplinesInEffect(sql::Session& session,
                                                               std::span<const int64_t> member_ids,
                                                               absl::CivilDay day) {
  return session.Select(kInEffect, member_ids, day, day, day);
}

absl::StatusOr<std::vector<DisciplineRow>> DisciplinesOf(sql::Session& session, int64_t member_id,
                                                         int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

absl::StatusOr<std::vector<DisciplineRow>> DisciplinesIn(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         std::optional<absl::CivilDay> in_effect_on,
                                                         int64_t after_id, int32_t limit) {
  if (!in_effect_on) return session.Select(kIn, organization_ids, after_id, limit);
  const absl::CivilDay day = *in_effect_on;
  return session.Select(kInEffectIn, organization_ids, after_id, day, day, day, limit);
}

}  // namespace ronghe::membership
