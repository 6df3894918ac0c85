#include "services/membership/store/care_store.h"

#include <optional>

#include "common/base/status_macros.h"
#include "services/membership/domain/care/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_CARE_COLUMNS                                                                   \
  "id, member_id, organization_id, kind, occasion, day, amount_fen, fund, giver_id, voided, " \
  "create_time"
#define RONGHE_NAMED_CARE                                                                      \
  "SELECT c.id, c.member_id, c.organization_id, c.kind, c.occasion, c.day, c.amount_fen, "     \
  "c.fund, c.giver_id, c.voided, c.create_time, m.full_name FROM care_record c JOIN member m " \
  "ON m.id = c.member_id "

const sql::Command kInsert("care_record.insert", "INSERT INTO care_record (" RONGHE_CARE_COLUMNS
                                                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<CareRow> kLock("care_record.lock", "SELECT " RONGHE_CARE_COLUMNS
                                                    " FROM care_record WHERE id = ? FOR UPDATE");
const sql::Command kVoid("care_record.void", "UPDATE care_record SET voided = 1 WHERE id = ?");
const sql::Query<NamedCareRow> kOfOrganization(
    "care_record.of_organization",
    RONGHE_NAMED_CARE "WHERE c.organization_id = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?");
const sql::Query<NamedCareRow> kOfMember(
    "care_record.of_member",
    RONGHE_NAMED_CARE "WHERE c.member_id = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?");
#define RONGHE_VETERANS                                                                          \
  "SELECT m.id, m.organization_id, m.full_name, m.converted_on, m.adjustment_months, "           \
  "EXISTS (SELECT 1 FROM honour h WHERE h.member_id = m.id AND h.code = 4 AND "                  \
  "h.revoked_on IS NULL) FROM member m WHERE m.standing = 10 AND m.category = 1 AND "            \
  "m.converted_on IS NOT NULL AND DATE_SUB(m.converted_on, INTERVAL m.adjustment_months MONTH) " \
  "<= ? AND "
const sql::Query<VeteranRow> kVeteransOf(
    "member.veterans_of",
    RONGHE_VETERANS "m.organization_id = ? AND m.id > ? ORDER BY m.id LIMIT ?");
const sql::Query<VeteranRow> kVeteransAcross(
    "member.veterans_across", RONGHE_VETERANS
    "((m.organization_id = ? AND m.id > ?) OR m.organization_id IN (?*)) "
    "ORDER BY m.organization_id, m.id LIMIT ?");

}  // namespace

absl::Status InsertCare(sql::Session& session, const CareRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<CareRow> LockCare(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<CareRow> row, session.SelectOne(kLock, id));
  if (!row) return CareRecordNotFound(id);
  return *row;
}

absl::Status VoidCare(sql::Session& session, int64_t id) {
  return session.Execute(kVoid, id).status();
}

absl::StatusOr<std::vector<NamedCareRow>> CareOfOrganization(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit) {
  return session.Select(kOfOrganization, organization_id, before_id, limit);
}

absl::StatusOr<std::vector<NamedCareRow>> CareOfMember(sql::Session& session, int64_t member_id,
                                                       int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

absl::StatusOr<std::vector<VeteranRow>> VeteransOf(sql::Session& session, int64_t organization_id,
                                                   int64_t after_id, absl::CivilDay by,
                                                   int32_t limit) {
  return session.Select(kVeteransOf, by, organization_id, after_id, limit);
}

absl::StatusOr<std::vector<VeteranRow>> VeteransAcross(sql::Session& session,
                                                       int64_t first_organization, int64_t after_id,
                                                       std::span<const int64_t> organizations,
                                                       absl::CivilDay by, int32_t limit) {
  return session.Select(kVeteransAcross, by, first_organization, after_id, organizations, limit);
}

}  // namespace ronghe::membership
