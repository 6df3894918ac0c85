#include "services/meeting/domain/election/election_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/meeting/domain/election/errors.h"

namespace ronghe::meeting {
namespace {

using base::Cat;
using errors::ElectionRefused;

bool Among(const std::vector<std::string>& list, std::string_view code) {
  return std::find(list.begin(), list.end(), code) != list.end();
}

bool Among(const std::vector<int64_t>& list, int64_t id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

std::string Member(int64_t id) { return base::Name("members", id); }

const Attendee* FindAttendee(const Meeting& meeting, int64_t member_id) {
  const auto it = std::lower_bound(
      meeting.attendance.begin(), meeting.attendance.end(), member_id,
      [](const Attendee& attendee, int64_t id) { return attendee.member_id < id; });
  return it != meeting.attendance.end() && it->member_id == member_id ? &*it : nullptr;
}

bool IsPresent(const Meeting& meeting, int64_t member_id) {
  const Attendee* attendee = FindAttendee(meeting, member_id);
  return attendee != nullptr && attendee->presence == Presence::kPresent;
}

// Whether the coming round is among tied candidates: a runoff that was void is one again.
bool RunoffNext(const Election& election) {
  return election.state == ElectionState::kRunoff ||
         (election.state == ElectionState::kVoid && election.rounds.back().runoff);
}

absl::Status WrongMeeting(const RuleSet& rules, std::string_view rule_id, std::string required,
                          Kinds kinds) {
  return ElectionRefused(rules, rule_id, "X_MEETING_KIND", "这类会议不能进行这项选举。",
                         std::move(required), kinds.Codes());
}

// Who votes, whatever the organization is.
absl::StatusOr<Electorate> VotersIn(const RuleSet& rules, const Election& election, Kinds kinds) {
  const Office office = election.office;
  if (election.committee_election_id.has_value()) {
    if (IsContested(office)) return WrongMeeting(rules, "X-01", "GENERAL", kinds);
    return Electorate::kNewCommittee;
  }
  if (kinds.Has(Kind::kDelegates)) {
    if (office == Office::kCommittee) return Electorate::kDelegates;
    return WrongMeeting(rules, office == Office::kDelegate ? "X-01" : "X-06",
                        office == Office::kDelegate ? "GENERAL" : "COMMITTEE", kinds);
  }
  if (kinds.Has(Kind::kGeneral)) return Electorate::kGeneralMeeting;
  if (IsContested(office)) return WrongMeeting(rules, "X-01", "GENERAL", kinds);
  if (kinds.Has(Kind::kCommittee)) return Electorate::kCommittee;
  return WrongMeeting(rules, "X-06", "COMMITTEE", kinds);
}

absl::Status CheckTellersPresent(const RuleSet& rules, const Election& election,
                                 const std::vector<int64_t>& present) {
  for (const Teller& teller : election.tellers) {
    if (teller.duty == TellerDuty::kScrutineer && Among(present, teller.member_id)) {
      return absl::OkStatus();
    }
  }
  return ElectionRefused(rules, "X-13", "X_TELLER", "监票人应由到会的非候选人担任。",
                         "a scrutineer present", "none");
}

}  // namespace

absl::StatusOr<Electorate> ElectorateOf(const RuleSet& rules, const Election& election, Kinds kinds,
                                        std::string_view organization_kind) {
  RONGHE_ASSIGN_OR_RETURN(const Electorate electorate, VotersIn(rules, election, kinds));
  const bool members =
      electorate == Electorate::kGeneralMeeting || electorate == Electorate::kDelegates;
  const std::vector<std::string>& allowed = members ? rules.election.general_organization_kinds
                                                    : rules.election.committee_organization_kinds;
  if (Among(allowed, organization_kind)) return electorate;
  return ElectionRefused(rules, "B-26", "X_ORGANIZATION_KIND", "这类党组织不进行这项选举。",
                         absl::StrJoin(allowed, ","), std::string(organization_kind));
}

std::vector<Voter> VotersOf(const Meeting& meeting, Electorate electorate) {
  std::vector<Voter> voters;
  for (const Attendee& attendee : meeting.attendance) {
    if (!attendee.voting) continue;
    if (electorate == Electorate::kCommittee && !attendee.committee) continue;
    voters.push_back({attendee.member_id, ExclusionReason::kNone, "", ""});
  }
  return voters;
}

absl::Status CheckDirectElection(const RuleSet& rules, const Election& election,
                                 const Meeting& meeting) {
  if (IsContested(election.office)) return absl::OkStatus();
  const int64_t full = std::count_if(meeting.attendance.begin(), meeting.attendance.end(),
                                     [](const Attendee& attendee) { return attendee.full; });
  if (full < rules.election.committee_required_from) return absl::OkStatus();
  return ElectionRefused(rules, "X-06", "X_MEETING_KIND",
                         "设委员会的党组织,书记、副书记由委员会选举产生。",
                         Cat("<", rules.election.committee_required_from), Cat(full));
}

absl::Status Exclude(const RuleSet& rules, const Meeting& meeting, Electorate electorate,
                     const std::vector<Voter>& exclusions, std::vector<Voter>* voters) {
  if (!exclusions.empty() && electorate != Electorate::kGeneralMeeting) {
    return ElectionRefused(rules, "X-04", "X_EXCLUSION", "代表、委员的应到会人数不得扣减。", "0",
                           Cat(exclusions.size()));
  }
  for (const Voter& exclusion : exclusions) {
    const auto voter =
        std::lower_bound(voters->begin(), voters->end(), exclusion.member_id,
                         [](const Voter& item, int64_t id) { return item.member_id < id; });
    if (voter == voters->end() || voter->member_id != exclusion.member_id) {
      return ElectionRefused(rules, "X-04", "X_EXCLUSION",
                             "不计入应到会人数的人员不在选举人名单上。", "on the roll",
                             Member(exclusion.member_id));
    }
    if (IsPresent(meeting, exclusion.member_id)) {
      return ElectionRefused(rules, "X-04", "X_EXCLUSION", "到会的选举人应计入应到会人数。",
                             "absent", Member(exclusion.member_id));
    }
    *voter = exclusion;
  }
  if (std::none_of(voters->begin(), voters->end(),
                   [](const Voter& voter) { return voter.should_vote(); })) {
    return ElectionRefused(rules, "X-03", "X_ROLL_EMPTY", "应到会选举人数为零,不能选举。", ">=1",
                           "0");
  }
  return absl::OkStatus();
}

std::vector<int64_t> PresentVoters(const Election& election, const Meeting& meeting) {
  std::vector<int64_t> present;
  for (const Voter& voter : election.voters) {
    if (voter.should_vote() && IsPresent(meeting, voter.member_id)) {
      present.push_back(voter.member_id);
    }
  }
  return present;
}

absl::Status CheckPresent(const RuleSet& rules, const Election& election, const Meeting& meeting,
                          const std::vector<int64_t>& present) {
  for (int64_t member_id : present) {
    const Voter* voter = FindVoter(election, member_id);
    const bool there = election.committee_election_id.has_value() || IsPresent(meeting, member_id);
    if (voter == nullptr || !voter->should_vote() || !there) {
      return ElectionRefused(rules, "X-11", "X_NOT_PRESENT",
                             "只有到会的选举人可以投票,不得委托他人投票。", "a voter present",
                             Member(member_id));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSlate(const RuleSet& rules, const Election& election) {
  const std::vector<int64_t> elected = Elected(election);
  std::set<int64_t> candidates;
  for (const Candidate& candidate : election.slate) {
    if (!candidates.insert(candidate.member_id).second || Among(elected, candidate.member_id)) {
      return ElectionRefused(rules, "X-02", "X_CANDIDATE", "候选人重复,或者已经当选。", "once",
                             Member(candidate.member_id));
    }
  }
  std::set<int64_t> tellers;
  for (const Teller& teller : election.tellers) {
    if (candidates.contains(teller.member_id) || !tellers.insert(teller.member_id).second) {
      return ElectionRefused(rules, "X-13", "X_TELLER", "候选人不得担任监票人、计票人,且不得重复。",
                             "no candidate", Member(teller.member_id));
    }
    if (!teller.no_relative_standing) {
      return ElectionRefused(rules, "X-13", "X_DECLARATION",
                             "监票人、计票人须声明与候选人没有近亲属关系,有近亲属关系的应回避。",
                             "no_relative_standing", Member(teller.member_id));
    }
  }
  return absl::OkStatus();
}

void ReplaceSlate(std::vector<Candidate> slate, Election* election) {
  const auto stood = [&](const Candidate& candidate) {
    return std::any_of(
        election->slate.begin(), election->slate.end(),
        [&](const Candidate& before) { return before.member_id == candidate.member_id; });
  };
  if (!std::all_of(slate.begin(), slate.end(), stood)) {
    for (Teller& teller : election->tellers) teller.no_relative_standing = false;
  }
  election->slate = std::move(slate);
}

absl::Status CheckOpening(const RuleSet& rules, const Election& election,
                          const std::vector<int64_t>& present) {
  const int64_t there = static_cast<int64_t>(present.size());
  if (!rules.election.quorum.Reached(there, election.roll)) {
    return ElectionRefused(rules, "X-03", "X_QUORUM",
                           "到会的选举人数未达到应到会人数的规定比例,不能选举。",
                           Cat(rules.election.quorum.Least(election.roll)), Cat(there));
  }
  RONGHE_RETURN_IF_ERROR(CheckSlate(rules, election));
  const int64_t seats = OpenSeats(election);
  const int64_t candidates = static_cast<int64_t>(election.slate.size());
  const int64_t needed = CandidatesNeeded(rules.election, election.office, seats);
  const bool equal_number = !IsContested(election.office);
  if (!RunoffNext(election) && (candidates < needed || (equal_number && candidates != needed))) {
    return ElectionRefused(rules, equal_number ? "X-06" : "X-05", "X_CANDIDATE_COUNT",
                           equal_number ? "书记、副书记候选人数应与应选名额相等。"
                                        : "候选人数应多于应选名额的百分之二十。",
                           Cat(equal_number ? "=" : ">=", needed), Cat(candidates));
  }
  for (const Candidate& candidate : election.slate) {
    if (!CanBeElected(election, candidate.member_id)) {
      return ElectionRefused(rules, "X-02", "X_CANDIDATE", "候选人没有被选举权。",
                             "a member who can be elected", Member(candidate.member_id));
    }
  }
  if (election.upper_approval.empty()) {
    return ElectionRefused(rules, "X-06", "X_APPROVAL", "候选人须经上级党组织审查同意。",
                           "upper_approval", "");
  }
  return CheckTellersPresent(rules, election, present);
}

Round NewRound(const RuleSet& rules, const Election& election, int64_t session_id,
               const std::vector<int64_t>& present) {
  Round round;
  round.number = static_cast<int32_t>(election.rounds.size()) + 1;
  round.session_id = session_id;
  round.seats = OpenSeats(election);
  round.runoff = RunoffNext(election);
  round.present = static_cast<int32_t>(present.size());
  round.required_present = static_cast<int32_t>(rules.election.quorum.Least(election.roll));
  round.required_for =
      round.runoff ? 0 : static_cast<int32_t>(rules.election.majority.Least(round.present));
  round.candidates = election.slate;
  return round;
}

int64_t CandidatesNeeded(const ElectionRules& rules, Office office, int64_t seats) {
  if (!IsContested(office)) return seats;
  const Ratio& ratio = rules.candidates;
  return (ratio.numerator * seats + ratio.denominator - 1) / ratio.denominator;
}

std::string PostCodeOf(const ElectionRules& rules, Office office) {
  switch (office) {
    case Office::kCommittee:
      return rules.committee_post_code;
    case Office::kSecretary:
      return rules.secretary_post_code;
    case Office::kDeputySecretary:
      return rules.deputy_post_code;
    case Office::kDelegate:
      break;
  }
  return "";
}

}  // namespace ronghe::meeting
