// What is an election made of? The words of domain rules 7.1, with the codes they are stored under.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

namespace ronghe::meeting {

enum class Office : int32_t { kCommittee = 1, kSecretary = 2, kDeputySecretary = 3, kDelegate = 4 };

// Seats that more stand for than there are, and that the members fill, not a committee: of the
// committee and of delegates. The others stand in equal number.
constexpr bool IsContested(Office office) {
  return office == Office::kCommittee || office == Office::kDelegate;
}

enum class ElectionMode : int32_t { kPaper = 1, kElectronic = 2 };

enum class ElectionState : int32_t {
  kDraft = 1,
  kRollFixed = 2,
  kOpen = 3,
  kClosed = 4,
  kDecided = 5,
  kVoid = 6,
  kRunoff = 7,
  kShort = 8,
  kCancelled = 9,
};

// The six reasons of X-04.
enum class ExclusionReason : int32_t {
  kNone = 0,
  kUnableToExpress = 1,
  kAbroad = 2,
  kServingSentence = 3,
  kBedridden = 4,
  kRelationNotMoved = 5,
  kRetiredNativePlace = 6,
};
inline constexpr int kExclusionReasonCount = 6;

enum class TellerDuty : int32_t { kScrutineer = 1, kCounter = 2 };

enum class CandidateOutcome : int32_t { kNone = 0, kElected = 1, kNotElected = 2, kTied = 3 };

// Who votes.
enum class Electorate { kGeneralMeeting, kDelegates, kCommittee, kNewCommittee };

// Somebody who stands, with the votes on the valid ballots.
struct Candidate {
  int64_t member_id = 0;
  int32_t position = 0;  // on the ballot, from 1; 0: written in
  int32_t votes_for = 0;
  int32_t votes_against = 0;
  int32_t abstained = 0;
  CandidateOutcome outcome = CandidateOutcome::kNone;

  bool write_in() const { return position == 0; }
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct Teller {
  int64_t member_id = 0;
  TellerDuty duty = TellerDuty::kScrutineer;
  bool no_relative_standing = false;  // as the teller declared of the candidates of that time

  friend bool operator==(const Teller&, const Teller&) = default;
};

// One of the roll; with a reason, left out of those who should vote.
struct Voter {
  int64_t member_id = 0;
  ExclusionReason reason = ExclusionReason::kNone;
  std::string upper_consent;
  std::string resolution;  // meetings/{id}/motions/{number}

  bool should_vote() const { return reason == ExclusionReason::kNone; }
  friend bool operator==(const Voter&, const Voter&) = default;
};

// One round of voting. Its ballots know only `session_id`.
struct Round {
  int32_t number = 0;  // from 1
  int64_t session_id = 0;
  int32_t seats = 0;
  bool runoff = false;  // among candidates who were tied
  int32_t present = 0;
  int32_t required_present = 0;
  int32_t issued = 0;
  int32_t returned = 0;
  int32_t invalid = 0;
  int32_t required_for = 0;
  ElectionState outcome = ElectionState::kOpen;
  std::vector<Candidate> candidates;  // in ballot order, then those written in

  int32_t valid() const { return returned - invalid; }
  friend bool operator==(const Round&, const Round&) = default;
};

struct Election {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t meeting_id = 0;  // the first version of the meeting's record
  int64_t etag = 0;
  ElectionState state = ElectionState::kDraft;
  Office office = Office::kCommittee;
  int32_t seats = 0;
  ElectionMode mode = ElectionMode::kPaper;
  std::optional<int64_t> committee_election_id;
  std::string delegation;  // whose delegates vote, "committeeElections/3/delegation"
  std::string upper_approval;
  std::string teller_resolution;
  std::string seats_resolution;
  int32_t roll = 0;  // who should vote
  absl::CivilDay event_day;
  std::string rule_set;

  std::vector<Candidate> slate;  // of the coming round, in ballot order
  std::vector<Teller> tellers;   // by member id
  std::vector<Voter> voters;     // by member id
  std::vector<Round> rounds;     // the first one first

  // Who can be elected beside the voters, where delegates vote: of those whom a step names. By
  // member id; not stored.
  std::vector<int64_t> eligible;

  bool by_delegates() const { return !delegation.empty(); }
  friend bool operator==(const Election&, const Election&) = default;
};

// Elected in any round, in the order of rounds and, within one, of votes.
std::vector<int64_t> Elected(const Election& election);
// Seats that nobody has been elected to.
int32_t OpenSeats(const Election& election);
// The voter of that id; null when not on the roll.
const Voter* FindVoter(const Election& election, int64_t member_id);
// Whether the member can be elected.
bool CanBeElected(const Election& election, int64_t member_id);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_H_
