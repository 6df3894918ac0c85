#include "services/membership/store/term_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_TERM_COLUMNS                                                              \
  "id, organization_id, number, state, starts_on, months, expires_on, adjusted_months, " \
  "approval_number, approved_on, ended_on, committee_seats, committee_election_id, "     \
  "rule_id, rule_set, source, etag, create_time, update_time"
#define RONGHE_ELECTION_COLUMNS                                                          \
  "id, organization_id, term_id, new_term_id, state, committee_seats, deputy_seats, "    \
  "by_delegates, reminded_on, requested_on, replied_on, nominated_on, "                  \
  "candidates_approved_on, elected_on, reported_on, approved_on, closed_on, elections, " \
  "etag, create_time, update_time"

const sql::Command kInsertTerm("term.insert", "INSERT INTO term (" RONGHE_TERM_COLUMNS
                                              ", running_organization_id) VALUES (?, ?, ?, ?, ?, "
                                              "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdateTerm(
    "term.update",
    "UPDATE term SET state = ?, expires_on = ?, adjusted_months = ?, approval_number = ?, "
    "approved_on = ?, ended_on = ?, etag = ?, update_time = ?, running_organization_id = ? WHERE "
    "id = ?");
const sql::Query<TermRow> kTerm("term.by_id",
                                "SELECT " RONGHE_TERM_COLUMNS " FROM term WHERE id = ?");
const sql::Query<TermRow> kLockTerm("term.lock", "SELECT " RONGHE_TERM_COLUMNS
                                                 " FROM term WHERE id = ? FOR UPDATE");
const sql::Query<TermRow> kLockRunning("term.lock_running",
                                       "SELECT " RONGHE_TERM_COLUMNS
                                       " FROM term WHERE running_organization_id = ? FOR UPDATE");
const sql::Query<TermRow> kTermsOf("term.of_organization",
                                   "SELECT " RONGHE_TERM_COLUMNS
                                   " FROM term WHERE organization_id = ? AND id < ? ORDER BY id "
                                   "DESC LIMIT ?");

const sql::Command kInsertElection(
    "committee_election.insert",
    "INSERT INTO committee_election (" RONGHE_ELECTION_COLUMNS
    ", open_organization_id) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdateElection(
    "committee_election.update",
    "UPDATE committee_election SET new_term_id = ?, state = ?, committee_seats = ?, "
    "deputy_seats = ?, by_delegates = ?, requested_on = ?, replied_on = ?, nominated_on = ?, "
    "candidates_approved_on = ?, elected_on = ?, reported_on = ?, approved_on = ?, closed_on = ?, "
    "elections = ?, etag = ?, update_time = ?, open_organization_id = ? WHERE id = ?");
const sql::Query<CommitteeElectionRow> kElection("committee_election.by_id",
                                                 "SELECT " RONGHE_ELECTION_COLUMNS
                                                 " FROM committee_election WHERE id = ?");
const sql::Query<CommitteeElectionRow> kLockElection(
    "committee_election.lock",
    "SELECT " RONGHE_ELECTION_COLUMNS " FROM committee_election WHERE id = ? FOR UPDATE");
const sql::Query<CommitteeElectionRow> kLockOpen(
    "committee_election.lock_open",
    "SELECT " RONGHE_ELECTION_COLUMNS
    " FROM committee_election WHERE open_organization_id = ? FOR UPDATE");
const sql::Query<CommitteeElectionRow> kElectionsOf(
    "committee_election.of_organization",
    "SELECT " RONGHE_ELECTION_COLUMNS
    " FROM committee_election WHERE organization_id = ? AND id < ? ORDER BY id DESC LIMIT ?");

const sql::Command kDropCandidates("election_candidate.drop",
                                   "DELETE FROM election_candidate WHERE committee_election_id = "
                                   "?");
const sql::Command kInsertCandidate(
    "election_candidate.insert",
    "INSERT INTO election_candidate (committee_election_id, code, member_id, elected) VALUES (?, "
    "?, ?, ?)");
const sql::Query<NamedCandidateRow> kCandidates(
    "election_candidate.of_election",
    "SELECT c.committee_election_id, c.code, c.member_id, c.elected, m.full_name FROM "
    "election_candidate c JOIN member m ON m.id = c.member_id WHERE c.committee_election_id = ? "
    "ORDER BY c.code, c.member_id LIMIT 200");

std::optional<int64_t> RunningKey(const TermRow& row) {
  if (row.state != TermState::kRunning) return std::nullopt;
  return row.organization_id;
}

std::optional<int64_t> OpenKey(const CommitteeElectionRow& row) {
  if (IsFinal(row.state)) return std::nullopt;
  return row.organization_id;
}

}  // namespace

absl::Status InsertTerm(sql::Session& session, const TermRow& row) {
  const absl::Status status =
      session
          .Execute(kInsertTerm, row.id, row.organization_id, row.number, row.state, row.starts_on,
                   row.months, row.expires_on, row.adjusted_months, row.approval_number,
                   row.approved_on, row.ended_on, row.committee_seats, row.committee_election_id,
                   row.rule_id, row.rule_set, row.source, row.etag, row.create_time,
                   row.update_time, RunningKey(row))
          .status();
  return status.code() == absl::StatusCode::kAlreadyExists ? TermRunning() : status;
}

absl::Status UpdateTerm(sql::Session& session, const TermRow& row) {
  return session
      .Execute(kUpdateTerm, row.state, row.expires_on, row.adjusted_months, row.approval_number,
               row.approved_on, row.ended_on, row.etag, row.update_time, RunningKey(row), row.id)
      .status();
}

absl::StatusOr<TermRow> LoadTerm(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TermRow> row, session.SelectOne(kTerm, id));
  if (!row) return TermNotFound(id);
  return *row;
}

absl::StatusOr<TermRow> LockTerm(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TermRow> row, session.SelectOne(kLockTerm, id));
  if (!row) return TermNotFound(id);
  return *row;
}

absl::StatusOr<std::optional<TermRow>> LockRunningTerm(sql::Session& session,
                                                       int64_t organization_id) {
  return session.SelectOne(kLockRunning, organization_id);
}

absl::StatusOr<std::vector<TermRow>> TermsOf(sql::Session& session, int64_t organization_id,
                                             int64_t before_id, int32_t limit) {
  return session.Select(kTermsOf, organization_id, before_id, limit);
}

absl::Status InsertElection(sql::Session& session, const CommitteeElectionRow& row) {
  const absl::Status status =
      session
          .Execute(kInsertElection, row.id, row.organization_id, row.term_id, row.new_term_id,
                   row.state, row.committee_seats, row.deputy_seats, row.by_delegates,
                   row.reminded_on, row.requested_on, row.replied_on, row.nominated_on,
                   row.candidates_approved_on, row.elected_on, row.reported_on, row.approved_on,
                   row.closed_on, row.elections, row.etag, row.create_time, row.update_time,
                   OpenKey(row))
          .status();
  return status.code() == absl::StatusCode::kAlreadyExists ? ElectionOpen() : status;
}

absl::Status UpdateElection(sql::Session& session, const CommitteeElectionRow& row) {
  return session
      .Execute(kUpdateElection, row.new_term_id, row.state, row.committee_seats, row.deputy_seats,
               row.by_delegates, row.requested_on, row.replied_on, row.nominated_on,
               row.candidates_approved_on, row.elected_on, row.reported_on, row.approved_on,
               row.closed_on, row.elections, row.etag, row.update_time, OpenKey(row), row.id)
      .status();
}

absl::StatusOr<CommitteeElectionRow> LoadElection(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<CommitteeElectionRow> row,
                          session.SelectOne(kElection, id));
  if (!row) return ElectionNotFound(id);
  return *row;
}

absl::StatusOr<CommitteeElectionRow> LockElection(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<CommitteeElectionRow> row,
                          session.SelectOne(kLockElection, id));
  if (!row) return ElectionNotFound(id);
  return *row;
}

absl::StatusOr<std::optional<CommitteeElectionRow>> LockOpenElection(sql::Session& session,
                                                                     int64_t organization_id) {
  return session.SelectOne(kLockOpen, organization_id);
}

absl::StatusOr<std::vector<CommitteeElectionRow>> ElectionsOf(sql::Session& session,
                                                              int64_t organization_id,
                                                              int64_t before_id, int32_t limit) {
  return session.Select(kElectionsOf, organization_id, before_id, limit);
}

absl::Status ReplaceCandidates(sql::Session& session, int64_t election_id,
                               std::span<const CandidateRow> rows) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kDropCandidates, election_id).status());
  return session.InsertMany(kInsertCandidate, rows);
}

absl::StatusOr<std::vector<NamedCandidateRow>> CandidatesOf(sql::Session& session,
                                                            int64_t election_id) {
  return session.Select(kCandidates, election_id);
}

}  // namespace ronghe::membership
