#include "services/membership/store/delegation_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

struct DelegateRow {
  int64_t committee_election_id = 0;
  int64_t unit_id = 0;
  int64_t member_id = 0;
};

const sql::Command kInsert(
    "delegation.insert",
    "INSERT INTO delegation (committee_election_id, credentials_on, etag, create_time, "
    "update_time) VALUES (?, ?, ?, ?, ?)");
const sql::Command kUpdate("delegation.update",
                           "UPDATE delegation SET credentials_on = ?, etag = ?, update_time = ? "
                           "WHERE committee_election_id = ?");
const sql::Command kDrop("delegation.drop",
                         "DELETE FROM delegation WHERE committee_election_id = ?");
const sql::Query<DelegationRow> kById(
    "delegation.by_id",
    "SELECT committee_election_id, credentials_on, etag, create_time, update_time FROM delegation "
    "WHERE committee_election_id = ?");
const sql::Query<DelegationRow> kLock(
    "delegation.lock",
    "SELECT committee_election_id, credentials_on, etag, create_time, update_time FROM delegation "
    "WHERE committee_election_id = ? FOR UPDATE");

const sql::Command kInsertUnit(
    "delegation_unit.insert",
    "INSERT INTO delegation_unit (committee_election_id, unit_id, seats, election, elected_on) "
    "VALUES (?, ?, ?, ?, ?)");
const sql::Command kUpdateUnit(
    "delegation_unit.update",
    "UPDATE delegation_unit SET election = ?, elected_on = ? WHERE committee_election_id = ? AND "
    "unit_id = ?");
const sql::Command kDropUnits("delegation_unit.drop",
                              "DELETE FROM delegation_unit WHERE committee_election_id = ?");
const sql::Query<DelegationUnitRow> kUnits(
    "delegation_unit.of_election",
    "SELECT committee_election_id, unit_id, seats, election, elected_on FROM delegation_unit "
    "WHERE committee_election_id = ? ORDER BY unit_id LIMIT 300");

const sql::Command kInsertDelegate(
    "delegate.insert",
    "INSERT INTO delegate (committee_election_id, unit_id, member_id) VALUES (?, ?, ?)");
const sql::Command kDropDelegates(
    "delegate.drop", "DELETE FROM delegate WHERE committee_election_id = ? AND unit_id = ?");
const sql::Command kDropAllDelegates("delegate.drop_all",
                                     "DELETE FROM delegate WHERE committee_election_id = ?");
const sql::Query<NamedDelegateRow> kDelegates(
    "delegate.of_election",
    "SELECT d.unit_id, d.member_id, m.full_name, m.organization_id, m.voting, m.standing FROM "
    "delegate d JOIN member m ON m.id = d.member_id WHERE d.committee_election_id = ? ORDER BY "
    "d.unit_id, d.member_id LIMIT 1000");

absl::StatusOr<DelegationRow> Only(const std::optional<DelegationRow>& row, int64_t election_id) {
  if (!row) return DelegationNotFound(election_id);
  return *row;
}

}  // namespace

absl::Status ReplaceDelegation(sql::Session& session, const DelegationRow& row,
                               std::span<const DelegationUnitRow> units) {
  RONGHE_RETURN_IF_ERROR(DropDelegation(session, row.committee_election_id));
  RONGHE_RETURN_IF_ERROR(session
                             .Execute(kInsert, row.committee_election_id, row.credentials_on,
                                      row.etag, row.create_time, row.update_time)
                             .status());
  return session.InsertMany(kInsertUnit, units);
}

absl::Status DropDelegation(sql::Session& session, int64_t election_id) {
  for (const sql::Command* drop : {&kDropAllDelegates, &kDropUnits, &kDrop}) {
    RONGHE_RETURN_IF_ERROR(session.Execute(*drop, election_id).status());
  }
  return absl::OkStatus();
}

absl::Status UpdateDelegation(sql::Session& session, const DelegationRow& row) {
  return session
      .Execute(kUpdate, row.credentials_on, row.etag, row.update_time, row.committee_election_id)
      .status();
}

absl::StatusOr<DelegationRow> LoadDelegation(sql::Session& session, int64_t election_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kById, election_id));
  return Only(row, election_id);
}

absl::StatusOr<DelegationRow> LockDelegation(sql::Session& session, int64_t election_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kLock, election_id));
  return Only(row, election_id);
}

absl::StatusOr<std::vector<DelegationUnitRow>> UnitsOfDelegation(sql::Session& session,
                                                                 int64_t election_id) {
  return session.Select(kUnits, election_id);
}

absl::StatusOr<std::vector<NamedDelegateRow>> DelegatesOf(sql::Session& session,
                                                          int64_t election_id) {
  return session.Select(kDelegates, election_id);
}

absl::Status ReplaceDelegates(sql::Session& session, const DelegationUnitRow& unit,
                              std::span<const int64_t> members) {
  const int64_t id = unit.committee_election_id;
  RONGHE_RETURN_IF_ERROR(
      session.Execute(kUpdateUnit, unit.election, unit.elected_on, id, unit.unit_id).status());
  RONGHE_RETURN_IF_ERROR(session.Execute(kDropDelegates, id, unit.unit_id).status());
  std::vector<DelegateRow> rows;
  for (const int64_t member_id : members) rows.push_back({id, unit.unit_id, member_id});
  return session.InsertMany(kInsertDelegate, rows);
}

}  // namespace ronghe::membership
