#include "services/meeting/store/election_store.h"

#include <string>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::meeting {
namespace {

// The columns of an election's row, in the order of ElectionRow.
#define RONGHE_ELECTION_COLUMNS                                                        \
  "id, organization_id, meeting_id, etag, state, office, seats, mode, "                \
  "committee_election_id, upper_approval, teller_resolution, seats_resolution, roll, " \
  "event_day, rule_set, delegation"

struct ElectionRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t meeting_id = 0;
  int64_t etag = 0;
  ElectionState state = ElectionState::kDraft;
  Office office = Office::kCommittee;
  int32_t seats = 0;
  ElectionMode mode = ElectionMode::kPaper;
  std::optional<int64_t> committee_election_id;
  std::string upper_approval;
  std::string teller_resolution;
  std::string seats_resolution;
  int32_t roll = 0;
  absl::CivilDay event_day;
  std::string rule_set;
  std::string delegation;
};

const sql::Query<ElectionRow> kById("election.by_id", "SELECT " RONGHE_ELECTION_COLUMNS
                                                      " FROM election WHERE id = ?");
const sql::Query<ElectionRow> kByIdForUpdate("election.by_id_for_update",
                                             "SELECT " RONGHE_ELECTION_COLUMNS
                                             " FROM election WHERE id = ? FOR UPDATE");
const sql::Query<ElectionRow> kList("election.list",
                                    "SELECT " RONGHE_ELECTION_COLUMNS
                                    " FROM election WHERE organization_id = ? AND id < ?"
                                    " ORDER BY id DESC LIMIT ?");
const sql::Command kInsert("election.insert",
                           "INSERT INTO election (" RONGHE_ELECTION_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate(
    "election.update",
    "UPDATE election SET state = ?, upper_approval = ?, teller_resolution = ?,"
    " seats_resolution = ?, roll = ?, event_day = ?, rule_set = ?, etag = etag + 1"
    " WHERE id = ? AND etag = ?");

struct CandidateRow {
  int64_t election_id = 0;
  int32_t round = 0;
  int64_t member_id = 0;
  int32_t position = 0;
  int32_t votes_for = 0;
  int32_t votes_against = 0;
  int32_t abstained = 0;
  CandidateOutcome outcome = CandidateOutcome::kNone;
};
constexpr int32_t kSlate = 0;
// Those written in have position 0 and stand last.
const sql::Query<CandidateRow> kCandidates(
    "election_candidate.of_elections",
    "SELECT election_id, round, member_id, position, votes_for, votes_against, abstained, outcome"
    " FROM election_candidate WHERE election_id IN (?*)"
    " ORDER BY election_id, round, position = 0, position, member_id");
const sql::Command kInsertCandidate(
    "election_candidate.insert",
    "INSERT INTO election_candidate (election_id, round, member_id, position, votes_for,"
    " votes_against, abstained, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kDeleteCandidates(
    "election_candidate.delete",
    "DELETE FROM election_candidate WHERE election_id = ? AND round = ?");

struct TellerRow {
  int64_t election_id = 0;
  int64_t member_id = 0;
  TellerDuty duty = TellerDuty::kScrutineer;
  bool no_relative_standing = false;
};
const sql::Query<TellerRow> kTellers(
    "election_teller.of_elections",
    "SELECT election_id, member_id, duty, no_relative_standing FROM election_teller"
    " WHERE election_id IN (?*) ORDER BY election_id, member_id");
const sql::Command kInsertTeller(
    "election_teller.insert",
    "INSERT INTO election_teller (election_id, member_id, duty, no_relative_standing)"
    " VALUES (?, ?, ?, ?)");
const sql::Command kDeleteTellers("election_teller.delete",
                                  "DELETE FROM election_teller WHERE election_id = ?");

struct VoterRow {
  int64_t election_id = 0;
  int64_t member_id = 0;
  ExclusionReason reason = ExclusionReason::kNone;
  std::string upper_consent;
  std::string resolution;
};
const sql::Query<VoterRow> kVoters(
    "election_voter.of_election",
    "SELECT election_id, member_id, reason, upper_consent, resolution FROM election_voter"
    " WHERE election_id = ? ORDER BY member_id");
const sql::Command kInsertVoter(
    "election_voter.insert",
    "INSERT INTO election_voter (election_id, member_id, reason, upper_consent, resolution)"
    " VALUES (?, ?, ?, ?, ?)");
const sql::Command kDeleteVoters("election_voter.delete",
                                 "DELETE FROM election_voter WHERE election_id = ?");

struct RoundRow {
  int64_t election_id = 0;
  int32_t number = 0;
  int64_t session_id = 0;
  int32_t seats = 0;
  bool runoff = false;
  int32_t present = 0;
  int32_t required_present = 0;
  int32_t issued = 0;
  int32_t returned = 0;
  int32_t invalid = 0;
  int32_t required_for = 0;
  ElectionState outcome = ElectionState::kOpen;
};
const sql::Query<RoundRow> kRounds(
    "election_round.of_election",
    "SELECT election_id, number, session_id, seats, runoff, present, required_present, issued,"
    " returned, invalid, required_for, outcome FROM election_round WHERE election_id = ?"
    " ORDER BY number");
const sql::Command kPutRound(
    "election_round.put",
    "INSERT INTO election_round (election_id, number, session_id, seats, runoff, present,"
    " required_present, issued, returned, invalid, required_for, outcome)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE issued = VALUES(issued), returned = VALUES(returned),"
    " invalid = VALUES(invalid), outcome = VALUES(outcome)");

Election FromRow(ElectionRow&& row) {
  Election election;
  election.id = row.id;
  election.organization_id = row.organization_id;
  election.meeting_id = row.meeting_id;
  election.etag = row.etag;
  election.state = row.state;
  election.office = row.office;
  election.seats = row.seats;
  election.mode = row.mode;
  election.committee_election_id = row.committee_election_id;
  election.upper_approval = std::move(row.upper_approval);
  election.teller_resolution = std::move(row.teller_resolution);
  election.seats_resolution = std::move(row.seats_resolution);
  election.roll = row.roll;
  election.event_day = row.event_day;
  election.rule_set = std::move(row.rule_set);
  election.delegation = std::move(row.delegation);
  return election;
}

absl::Status PutCandidates(sql::Session& session, int64_t election_id, int32_t round,
                           const std::vector<Candidate>& candidates) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteCandidates, election_id, round).status());
  std::vector<CandidateRow> rows;
  rows.reserve(candidates.size());
  for (const Candidate& item : candidates) {
    rows.push_back({election_id, round, item.member_id, item.position, item.votes_for,
                    item.votes_against, item.abstained, item.outcome});
  }
  return session.InsertMany(kInsertCandidate, rows);
}

absl::Status PutTellers(sql::Session& session, const Election& election) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteTellers, election.id).status());
  std::vector<TellerRow> rows;
  for (const Teller& teller : election.tellers) {
    rows.push_back({election.id, teller.member_id, teller.duty, teller.no_relative_standing});
  }
  return session.InsertMany(kInsertTeller, rows);
}

absl::Status PutVoters(sql::Session& session, const Election& election) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteVoters, election.id).status());
  std::vector<VoterRow> rows;
  rows.reserve(election.voters.size());
  for (const Voter& voter : election.voters) {
    rows.push_back(
        {election.id, voter.member_id, voter.reason, voter.upper_consent, voter.resolution});
  }
  return session.InsertMany(kInsertVoter, rows);
}

absl::Status PutRound(sql::Session& session, int64_t election_id, const Round& round) {
  RONGHE_RETURN_IF_ERROR(session
                             .Execute(kPutRound, election_id, round.number, round.session_id,
                                      round.seats, round.runoff, round.present,
                                      round.required_present, round.issued, round.returned,
                                      round.invalid, round.required_for, round.outcome)
                             .status());
  return PutCandidates(session, election_id, round.number, round.candidates);
}

// Adds slates, tellers and the candidates of the rounds that are there. `elections` are at most
// 256.
absl::Status AddLists(sql::Session& session, std::vector<Election>& elections) {
  std::vector<int64_t> ids;
  for (const Election& election : elections) ids.push_back(election.id);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<CandidateRow> candidates,
                          session.Select(kCandidates, ids));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TellerRow> tellers, session.Select(kTellers, ids));
  for (Election& election : elections) {
    for (const CandidateRow& row : candidates) {
      if (row.election_id != election.id) continue;
      const size_t round = static_cast<size_t>(row.round);
      if (round > election.rounds.size()) continue;
      std::vector<Candidate>& list =
          row.round == kSlate ? election.slate : election.rounds[round - 1].candidates;
      list.push_back({row.member_id, row.position, row.votes_for, row.votes_against, row.abstained,
                      row.outcome});
    }
    for (const TellerRow& row : tellers) {
      if (row.election_id != election.id) continue;
      election.tellers.push_back({row.member_id, row.duty, row.no_relative_standing});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Election>> WithParts(sql::Session& session,
                                                  std::optional<ElectionRow> row) {
  if (!row.has_value()) return std::optional<Election>();
  std::vector<Election> one = {FromRow(*std::move(row))};
  Election& election = one.front();
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RoundRow> rounds, session.Select(kRounds, election.id));
  for (const RoundRow& round : rounds) {
    election.rounds.push_back({round.number,
                               round.session_id,
                               round.seats,
                               round.runoff,
                               round.present,
                               round.required_present,
                               round.issued,
                               round.returned,
                               round.invalid,
                               round.required_for,
                               round.outcome,
                               {}});
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<VoterRow> voters, session.Select(kVoters, election.id));
  for (VoterRow& voter : voters) {
    election.voters.push_back({voter.member_id, voter.reason, std::move(voter.upper_consent),
                               std::move(voter.resolution)});
  }
  RONGHE_RETURN_IF_ERROR(AddLists(session, one));
  return std::optional<Election>(std::move(election));
}

}  // namespace

absl::Status ElectionStore::Insert(sql::Session& session, const Election& election) const {
  RONGHE_RETURN_IF_ERROR(
      session
          .Execute(kInsert, election.id, election.organization_id, election.meeting_id,
                   election.etag, election.state, election.office, election.seats, election.mode,
                   election.committee_election_id, election.upper_approval,
                   election.teller_resolution, election.seats_resolution, election.roll,
                   election.event_day, election.rule_set, election.delegation)
          .status());
  RONGHE_RETURN_IF_ERROR(PutCandidates(session, election.id, kSlate, election.slate));
  return PutTellers(session, election);
}

absl::Status ElectionStore::Save(sql::Session& session, const ChangedElectionParts& changed,
                                 Election* election) const {
  const Election& e = *election;
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t found,
      session.Execute(kUpdate, e.state, e.upper_approval, e.teller_resolution, e.seats_resolution,
                      e.roll, e.event_day, e.rule_set, e.id, e.etag));
  if (found == 0) {
    return error::Make(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                       "选举已被他人修改,请刷新后重试。",
                       {{"election", base::Name("elections", e.id)}});
  }
  election->etag += 1;
  if (changed.slate) RONGHE_RETURN_IF_ERROR(PutCandidates(session, e.id, kSlate, e.slate));
  if (changed.tellers) RONGHE_RETURN_IF_ERROR(PutTellers(session, e));
  if (changed.voters) RONGHE_RETURN_IF_ERROR(PutVoters(session, e));
  if (changed.last_round) RONGHE_RETURN_IF_ERROR(PutRound(session, e.id, e.rounds.back()));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Election>> ElectionStore::Load(sql::Session& session,
                                                            int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<ElectionRow> row, session.SelectOne(kById, id));
  return WithParts(session, std::move(row));
}

absl::StatusOr<std::optional<Election>> ElectionStore::LoadForUpdate(sql::Session& session,
                                                                     int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<ElectionRow> row, session.SelectOne(kByIdForUpdate, id));
  return WithParts(session, std::move(row));
}

absl::StatusOr<std::vector<Election>> ElectionStore::List(sql::Session& session,
                                                          int64_t organization_id, int64_t before,
                                                          int32_t limit) const {
  RONGHE_ASSIGN_OR_RETURN(std::vector<ElectionRow> rows,
                          session.Select(kList, organization_id, before, limit));
  std::vector<Election> elections;
  for (ElectionRow& row : rows) elections.push_back(FromRow(std::move(row)));
  RONGHE_RETURN_IF_ERROR(AddLists(session, elections));
  return elections;
}

}  // namespace ronghe::meeting
