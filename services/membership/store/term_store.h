// Which SQL runs on term, committee_election and election_candidate?
//
// An organization has at most one running term and one open election, which unique keys see to.
// Statistics of a day: terms whose starts_on and ended_on hold it; "expired" are those with
// expires_on before it, "elected in a period" those with starts_on in it and an election.
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_TERM_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_TERM_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/organization/election.h"
#include "services/membership/domain/organization/term.h"

namespace ronghe::membership {

struct TermRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int32_t number = 1;
  TermState state = TermState::kRunning;
  absl::CivilDay starts_on;
  int32_t months = 0;
  absl::CivilDay expires_on;  // with the adjustment
  int32_t adjusted_months = 0;
  std::string approval_number;
  std::optional<absl::CivilDay> approved_on;
  std::optional<absl::CivilDay> ended_on;
  int32_t committee_seats = 0;
  int64_t committee_election_id = 0;  // 0: recorded
  std::string rule_id;
  std::string rule_set;
  std::string source;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

// Errors: TERM_RUNNING when the organization has a running term.
absl::Status InsertTerm(sql::Session& session, const TermRow& row);
// Writes state, expiry, adjustment and end.
absl::Status UpdateTerm(sql::Session& session, const TermRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<TermRow> LoadTerm(sql::Session& session, int64_t id);
absl::StatusOr<TermRow> LockTerm(sql::Session& session, int64_t id);
absl::StatusOr<std::optional<TermRow>> LockRunningTerm(sql::Session& session,
                                                       int64_t organization_id);
// Up to `limit` terms of an organization with an id below `before_id`, the newest first.
absl::StatusOr<std::vector<TermRow>> TermsOf(sql::Session& session, int64_t organization_id,
                                             int64_t before_id, int32_t limit);

struct CommitteeElectionRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t term_id = 0;      // that it ends; 0: a first election
  int64_t new_term_id = 0;  // that it began
  ElectionState state = ElectionState::kReminded;
  int32_t committee_seats = 0;
  int32_t deputy_seats = 0;
  bool by_delegates = false;
  absl::CivilDay reminded_on;
  std::optional<absl::CivilDay> requested_on;
  std::optional<absl::CivilDay> replied_on;
  std::optional<absl::CivilDay> nominated_on;
  std::optional<absl::CivilDay> candidates_approved_on;
  std::optional<absl::CivilDay> elected_on;
  std::optional<absl::CivilDay> reported_on;
  std::optional<absl::CivilDay> approved_on;
  std::optional<absl::CivilDay> closed_on;
  std::string elections;  // names in the meeting service, comma-separated
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

// Errors: ELECTION_OPEN when the organization has an open one.
absl::Status InsertElection(sql::Session& session, const CommitteeElectionRow& row);
absl::Status UpdateElection(sql::Session& session, const CommitteeElectionRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<CommitteeElectionRow> LoadElection(sql::Session& session, int64_t id);
absl::StatusOr<CommitteeElectionRow> LockElection(sql::Session& session, int64_t id);
absl::StatusOr<std::optional<CommitteeElectionRow>> LockOpenElection(sql::Session& session,
                                                                     int64_t organization_id);
absl::StatusOr<std::vector<CommitteeElectionRow>> ElectionsOf(sql::Session& session,
                                                              int64_t organization_id,
                                                              int64_t before_id, int32_t limit);

struct CandidateRow {
  int64_t committee_election_id = 0;
  Post code = Post::kCommitteeMember;
  int64_t member_id = 0;
  bool elected = false;
};

// Puts `rows` in the place of an election's candidates.
absl::Status ReplaceCandidates(sql::Session& session, int64_t election_id,
                               std::span<const CandidateRow> rows);
// By post and member, with names. At most 200.
struct NamedCandidateRow {
  int64_t committee_election_id = 0;
  Post code = Post::kCommitteeMember;
  int64_t member_id = 0;
  bool elected = false;
  std::string full_name;
};
absl::StatusOr<std::vector<NamedCandidateRow>> CandidatesOf(sql::Session& session,
                                                            int64_t election_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_TERM_STORE_H_
