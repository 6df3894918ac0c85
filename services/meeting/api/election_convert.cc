#include "services/meeting/api/election_convert.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/meeting/domain/election/election_rules.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

absl::Status Invalid(std::string field, std::string_view message_zh) {
  return error::InvalidFields({{std::move(field), std::string(message_zh)}});
}

std::string Item(std::string_view field, int index, std::string_view name) {
  return Cat(field, "[", index, "].", name);
}

absl::StatusOr<int64_t> MemberFrom(const std::string& name, std::string field) {
  absl::StatusOr<int64_t> id = base::ParseName(name, "members");
  if (!id.ok()) return Invalid(std::move(field), "党员名称格式不正确");
  return id;
}

std::string Member(int64_t id) { return base::Name("members", id); }

// Who was written in shows only with the tally, unless something came of it.
bool CandidateShown(const Candidate& candidate, bool tally) {
  return tally || !candidate.write_in() || candidate.outcome == CandidateOutcome::kElected ||
         candidate.outcome == CandidateOutcome::kTied;
}

v1::Candidate ToProto(const Candidate& candidate, bool tally) {
  v1::Candidate proto;
  proto.set_member(Member(candidate.member_id));
  proto.set_position(candidate.position);
  proto.set_write_in(candidate.write_in());
  proto.set_outcome(static_cast<v1::CandidateOutcome>(candidate.outcome));
  if (tally) {
    proto.set_votes_for(candidate.votes_for);
    proto.set_votes_against(candidate.votes_against);
    proto.set_abstained(candidate.abstained);
  }
  return proto;
}

v1::ElectionRound ToProto(const Round& round, bool tally) {
  v1::ElectionRound proto;
  proto.set_number(round.number);
  proto.set_seats(round.seats);
  proto.set_runoff(round.runoff);
  proto.set_present(round.present);
  proto.set_required_present(round.required_present);
  proto.set_issued(round.issued);
  proto.set_returned(round.returned);
  proto.set_invalid(round.invalid);
  proto.set_required_for(round.required_for);
  for (const Candidate& candidate : round.candidates) {
    if (CandidateShown(candidate, tally)) *proto.add_candidates() = ToProto(candidate, tally);
  }
  proto.set_outcome(static_cast<v1::ElectionState>(round.outcome));
  return proto;
}

}  // namespace

bool TallyShown(const ElectionRules& rules, const Election& election, const Round& round,
                bool recording) {
  switch (round.outcome) {
    case ElectionState::kDecided:
    case ElectionState::kRunoff:
    case ElectionState::kShort:
      return round.returned >= rules.min_shown_ballots;
    case ElectionState::kClosed:
      return recording && election.mode == ElectionMode::kPaper;
    default:
      return false;
  }
}

v1::Election ToProto(const ElectionRules& rules, const Election& election, bool recording) {
  v1::Election proto;
  proto.set_name(base::Name("elections", election.id));
  proto.set_etag(rpc::EtagOf(election.etag));
  proto.set_organization(base::Name("organizations", election.organization_id));
  proto.set_meeting(base::Name("meetings", election.meeting_id));
  proto.set_office(static_cast<v1::ElectionOffice>(election.office));
  proto.set_seats(election.seats);
  proto.set_mode(static_cast<v1::ElectionMode>(election.mode));
  proto.set_state(static_cast<v1::ElectionState>(election.state));
  if (election.committee_election_id.has_value()) {
    proto.set_committee_election(base::Name("elections", *election.committee_election_id));
  }
  for (const Candidate& candidate : election.slate) {
    *proto.add_candidates() = ToProto(candidate, false);
  }
  proto.set_upper_approval(election.upper_approval);
  for (const Teller& teller : election.tellers) {
    v1::Teller* item = proto.add_tellers();
    item->set_member(Member(teller.member_id));
    item->set_duty(static_cast<v1::TellerDuty>(teller.duty));
    item->set_no_relative_standing(teller.no_relative_standing);
  }
  proto.set_teller_resolution(election.teller_resolution);
  proto.set_roll(election.roll);
  for (const Voter& voter : election.voters) {
    if (voter.should_vote()) continue;
    v1::Exclusion* item = proto.add_exclusions();
    item->set_member(Member(voter.member_id));
    item->set_reason(static_cast<v1::ExclusionReason>(voter.reason));
    item->set_upper_consent(voter.upper_consent);
    item->set_resolution(voter.resolution);
  }
  for (const Round& round : election.rounds) {
    *proto.add_rounds() = ToProto(round, TallyShown(rules, election, round, recording));
  }
  for (int64_t member_id : Elected(election)) proto.add_elected(Member(member_id));
  proto.set_seats_resolution(election.seats_resolution);
  *proto.mutable_event_date() = rpc::ToProto(election.event_day);
  proto.set_rule_set(election.rule_set);
  proto.set_delegation(election.delegation);
  return proto;
}

v1::ElectionResult ResultToProto(const ElectionRules& rules, const Election& election,
                                 const Meeting& meeting) {
  v1::ElectionResult proto;
  const std::string post_code = PostCodeOf(rules, election.office);
  proto.set_name(base::Name("elections", election.id));
  proto.set_organization(base::Name("organizations", election.organization_id));
  proto.set_meeting(base::Name("meetings", meeting.id));
  proto.set_meeting_state(static_cast<v1::MeetingState>(meeting.state));
  *proto.mutable_held_on() = rpc::ToProto(election.event_day);
  proto.set_office(static_cast<v1::ElectionOffice>(election.office));
  proto.set_post_code(post_code);
  proto.set_seats(election.seats);
  proto.set_state(static_cast<v1::ElectionState>(election.state));
  for (int64_t member_id : Elected(election)) {
    v1::Winner* winner = proto.add_winners();
    winner->set_member(Member(member_id));
    winner->set_post_code(post_code);
    for (const Round& round : election.rounds) {
      for (const Candidate& candidate : round.candidates) {
        if (candidate.member_id != member_id || candidate.outcome != CandidateOutcome::kElected) {
          continue;
        }
        winner->set_round(round.number);
        if (TallyShown(rules, election, round, false)) winner->set_votes_for(candidate.votes_for);
      }
    }
  }
  proto.set_roll(election.roll);
  if (!election.rounds.empty()) {
    const Round& last = election.rounds.back();
    const bool tally = TallyShown(rules, election, last, false);
    proto.set_present(last.present);
    proto.set_valid(last.valid());
    for (const Candidate& candidate : last.candidates) {
      if (CandidateShown(candidate, tally)) *proto.add_candidates() = ToProto(candidate, tally);
    }
  }
  proto.set_rule_set(election.rule_set);
  proto.set_source(rules.source);
  proto.set_delegation(election.delegation);
  return proto;
}

absl::StatusOr<Election> ElectionFromProto(const v1::Election& proto) {
  Election election;
  if (!v1::ElectionOffice_IsValid(proto.office()) ||
      proto.office() == v1::ELECTION_OFFICE_UNSPECIFIED) {
    return Invalid("election.office", "请选择选举的职务");
  }
  election.office = static_cast<Office>(proto.office());
  election.seats = proto.seats();
  if (election.seats < 1) return Invalid("election.seats", "请填写应选名额");
  if (election.office == Office::kSecretary && election.seats != 1) {
    return Invalid("election.seats", "书记应选名额为一名");
  }
  if (!v1::ElectionMode_IsValid(proto.mode())) return Invalid("election.mode", "投票形式不正确");
  if (proto.mode() != v1::ELECTION_MODE_UNSPECIFIED) {
    election.mode = static_cast<ElectionMode>(proto.mode());
  }
  if (!proto.committee_election().empty()) {
    absl::StatusOr<int64_t> id = base::ParseName(proto.committee_election(), "elections");
    if (!id.ok()) return Invalid("election.committee_election", "资源名称格式不正确");
    election.committee_election_id = *id;
  }
  RONGHE_ASSIGN_OR_RETURN(election.slate, SlateFrom(proto.candidates(), "election.candidates"));
  election.upper_approval = proto.upper_approval();
  RONGHE_ASSIGN_OR_RETURN(election.tellers, TellersFrom(proto.tellers(), "election.tellers"));
  election.teller_resolution = proto.teller_resolution();
  return election;
}

absl::StatusOr<std::vector<Candidate>> SlateFrom(
    const google::protobuf::RepeatedPtrField<v1::Candidate>& items, std::string_view field) {
  std::vector<Candidate> slate;
  for (int i = 0; i < items.size(); ++i) {
    Candidate candidate;
    RONGHE_ASSIGN_OR_RETURN(candidate.member_id,
                            MemberFrom(items[i].member(), Item(field, i, "member")));
    candidate.position = i + 1;
    slate.push_back(candidate);
  }
  return slate;
}

absl::StatusOr<std::vector<Teller>> TellersFrom(
    const google::protobuf::RepeatedPtrField<v1::Teller>& items, std::string_view field) {
  std::vector<Teller> tellers;
  for (int i = 0; i < items.size(); ++i) {
    Teller teller;
    RONGHE_ASSIGN_OR_RETURN(teller.member_id,
                            MemberFrom(items[i].member(), Item(field, i, "member")));
    if (!v1::TellerDuty_IsValid(items[i].duty()) ||
        items[i].duty() == v1::TELLER_DUTY_UNSPECIFIED) {
      return Invalid(Item(field, i, "duty"), "请注明监票或者计票");
    }
    teller.duty = static_cast<TellerDuty>(items[i].duty());
    teller.no_relative_standing = items[i].no_relative_standing();
    tellers.push_back(teller);
  }
  std::sort(tellers.begin(), tellers.end(),
            [](const Teller& a, const Teller& b) { return a.member_id < b.member_id; });
  return tellers;
}

absl::StatusOr<std::vector<Voter>> ExclusionsFrom(
    const google::protobuf::RepeatedPtrField<v1::Exclusion>& items, std::string_view field) {
  std::vector<Voter> exclusions;
  for (int i = 0; i < items.size(); ++i) {
    Voter voter;
    RONGHE_ASSIGN_OR_RETURN(voter.member_id,
                            MemberFrom(items[i].member(), Item(field, i, "member")));
    if (!v1::ExclusionReason_IsValid(items[i].reason()) ||
        items[i].reason() == v1::EXCLUSION_REASON_UNSPECIFIED) {
      return Invalid(Item(field, i, "reason"), "请注明不计入应到会人数的情形");
    }
    voter.reason = static_cast<ExclusionReason>(items[i].reason());
    voter.upper_consent = items[i].upper_consent();
    voter.resolution = items[i].resolution();
    for (const Voter& other : exclusions) {
      if (other.member_id == voter.member_id) {
        return Invalid(Item(field, i, "member"), "同一党员出现了两次");
      }
    }
    exclusions.push_back(std::move(voter));
  }
  return exclusions;
}

absl::StatusOr<std::vector<int64_t>> MembersFrom(
    const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view field) {
  std::vector<int64_t> members;
  for (int i = 0; i < names.size(); ++i) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, MemberFrom(names[i], Cat(field, "[", i, "]")));
    members.push_back(id);
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

absl::StatusOr<Ballot> BallotFrom(const v1::CastBallotRequest& request) {
  Ballot ballot;
  for (const std::string& name : request.votes_for()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, MemberFrom(name, "votes_for"));
    ballot.votes_for.push_back(id);
  }
  for (const std::string& name : request.votes_against()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, MemberFrom(name, "votes_against"));
    ballot.votes_against.push_back(id);
  }
  return ballot;
}

absl::StatusOr<PaperCount> CountFrom(const v1::PaperCount& proto) {
  PaperCount count;
  count.issued = proto.issued();
  count.returned = proto.returned();
  count.invalid = proto.invalid();
  for (int i = 0; i < proto.counts_size(); ++i) {
    Candidate item;
    RONGHE_ASSIGN_OR_RETURN(
        item.member_id, MemberFrom(proto.counts(i).member(), Item("count.counts", i, "member")));
    item.votes_for = proto.counts(i).votes_for();
    item.votes_against = proto.counts(i).votes_against();
    item.abstained = proto.counts(i).abstained();
    count.counts.push_back(item);
  }
  return count;
}

}  // namespace ronghe::meeting
