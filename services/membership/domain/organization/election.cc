#include "services/membership/domain/organization/election.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/domain/organization/setup.h"

namespace ronghe::membership {
namespace {

using base::Cat;

struct Transition {
  ElectionState from;
  ElectionStep step;
  ElectionState to;
};

constexpr std::array kTransitions = {
    Transition{ElectionState::kReminded, ElectionStep::kRequest, ElectionState::kRequested},
    Transition{ElectionState::kRequested, ElectionStep::kAgree, ElectionState::kReplied},
    Transition{ElectionState::kRequested, ElectionStep::kReturnRequest, ElectionState::kReminded},
    Transition{ElectionState::kReplied, ElectionStep::kPropose, ElectionState::kNominating},
    Transition{ElectionState::kNominating, ElectionStep::kPropose, ElectionState::kNominating},
    Transition{ElectionState::kNominating, ElectionStep::kApproveCandidates,
               ElectionState::kCandidatesApproved},
    Transition{ElectionState::kNominating, ElectionStep::kReturnCandidates,
               ElectionState::kReplied},
    Transition{ElectionState::kCandidatesApproved, ElectionStep::kRecordResult,
               ElectionState::kElected},
    Transition{ElectionState::kElected, ElectionStep::kReport, ElectionState::kReported},
    Transition{ElectionState::kReported, ElectionStep::kApproveResult, ElectionState::kApproved},
    Transition{ElectionState::kApproved, ElectionStep::kClose, ElectionState::kClosed},
};

constexpr std::array<std::string_view, 11> kStateNames = {
    "",        "REMINDED", "REQUESTED", "REPLIED", "NOMINATING", "CANDIDATES_APPROVED",
    "ELECTED", "REPORTED", "APPROVED",  "CLOSED",  "CANCELLED"};

int64_t CountOf(std::span<const CandidateFacts> people, Post code) {
  return std::count_if(people.begin(), people.end(),
                       [code](const CandidateFacts& one) { return one.code == code; });
}

// Who stands for, or won, a seat of the committee.
std::set<int64_t> Seated(std::span<const CandidateFacts> people) {
  std::set<int64_t> seated;
  for (const CandidateFacts& one : people) {
    if (!Leads(one.code)) seated.insert(one.member_id);
  }
  return seated;
}

absl::Status CheckOnce(std::span<const CandidateFacts> candidates) {
  std::set<std::pair<int64_t, bool>> seen;
  for (const CandidateFacts& one : candidates) {
    if (!seen.emplace(one.member_id, Leads(one.code)).second) {
      return error::Make(absl::StatusCode::kFailedPrecondition, "CANDIDATE_TWICE",
                         "名单中有人重复。");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEqual(Guard& guard, const RuleSet& elections, Post code, int64_t seats,
                        std::span<const CandidateFacts> candidates) {
  const int64_t standing = CountOf(candidates, code);
  return guard.Require(standing == seats, elections.Get("election.equal_posts"),
                       "CANDIDATES_NOT_EQUAL",
                       Cat(NameOf(Posts(), PostCode(code)), "候选人应当与应选名额相等。"),
                       Cat(seats), Cat(standing));
}

}  // namespace

bool Leads(Post code) { return code == Post::kSecretary || code == Post::kDeputySecretary; }

std::string_view StateName(ElectionState state) {
  return kStateNames[static_cast<size_t>(state) % kStateNames.size()];
}

absl::StatusOr<ElectionState> Follow(ElectionState state, ElectionStep step) {
  if (step == ElectionStep::kCancel && state < ElectionState::kApproved) {
    return ElectionState::kCancelled;
  }
  for (const Transition& transition : kTransitions) {
    if (transition.from == state && transition.step == step) return transition.to;
  }
  return ElectionStateInvalid(StateName(state));
}

absl::Status CheckSeats(Guard& guard, const RuleSet& setup, const RuleSet& elections,
                        const Seats& seats) {
  const Rule& from_full = setup.Get("branch_committee.from_full");
  const bool branch = IsBranchKind(seats.kind);
  if (branch && seats.full < from_full.number) {
    RONGHE_RETURN_IF_ERROR(guard.Require(
        seats.committee == 0, setup.Get("branch.secretary"), "ELECTION_SEATS",
        Cat("正式党员不足", from_full.number, "人的党支部不设支委会，只选书记和必要的副书记。"),
        "0", Cat(seats.committee)));
  } else {
    const Rule& least = setup.Get("branch_committee.min_size");
    RONGHE_RETURN_IF_ERROR(guard.Require(seats.committee >= least.number, least, "ELECTION_SEATS",
                                         Cat("委员会委员不少于", least.number, "名。"),
                                         Cat(">= ", least.number), Cat(seats.committee)));
  }
  if (branch && seats.committee > 0) {
    const Rule& most = setup.Get("branch_committee.max_size");
    guard.Expect(seats.committee <= most.number, most, "COMMITTEE_LARGE", Cat("<= ", most.number),
                 Cat(seats.committee));
  }
  if (seats.committee > 0) {
    RONGHE_RETURN_IF_ERROR(guard.Require(
        seats.deputies < seats.committee, setup.Get("branch_committee.min_size"), "ELECTION_SEATS",
        "副书记名额应当少于委员名额。", Cat("< ", seats.committee), Cat(seats.deputies)));
  }
  return seats.by_delegates ? CheckDelegatesElect(guard, elections, seats) : absl::OkStatus();
}

absl::Status CheckDelegatesElect(Guard& guard, const RuleSet& elections, const Seats& seats) {
  const Rule& delegates = elections.Get("election.delegates_from_members");
  if (seats.committee == 0) {
    return guard.Require(false, delegates, "ELECTION_DELEGATES",
                         "代表大会只选举委员会；不设委员会的，书记由党员大会选举。", "committee",
                         "0");
  }
  return guard.Require(
      seats.members >= delegates.number || seats.scattered_sites, delegates, "ELECTION_DELEGATES",
      Cat("党员", delegates.number, "人以上或者所辖党组织分散的，才可以召开代表大会选举。"),
      Cat(">= ", delegates.number, " or scattered"),
      Cat(seats.members, seats.scattered_sites ? ", scattered" : ""));
}

absl::Status CheckEligible(Guard& guard, const RuleSet& elections,
                           const CandidateFacts& candidate) {
  const bool eligible = candidate.belongs && candidate.voting && !candidate.disciplined;
  return guard.Require(
      eligible, elections.Get("election.eligible"), "CANDIDATE_NOT_ELIGIBLE",
      "候选人应当是本党组织有被选举权、不在处分影响期的正式党员。", "belongs,voting,no_discipline",
      Cat(candidate.belongs ? "belongs" : "-", ",", candidate.voting ? "voting" : "-", ",",
          candidate.disciplined ? "-" : "no_discipline"));
}

absl::Status CheckCandidates(Guard& guard, const RuleSet& setup, const RuleSet& elections,
                             int32_t committee_seats, int32_t deputy_seats,
                             std::span<const CandidateFacts> candidates, absl::CivilDay day) {
  RONGHE_RETURN_IF_ERROR(CheckOnce(candidates));
  for (const CandidateFacts& one : candidates) {
    RONGHE_RETURN_IF_ERROR(CheckEligible(guard, elections, one));
  }
  RONGHE_RETURN_IF_ERROR(CheckEqual(guard, elections, Post::kSecretary, 1, candidates));
  RONGHE_RETURN_IF_ERROR(
      CheckEqual(guard, elections, Post::kDeputySecretary, deputy_seats, candidates));
  const std::set<int64_t> seated = Seated(candidates);
  const Rule& ratio = elections.Get("election.candidates_per_seats");
  const int64_t least = committee_seats == 0 ? 0 : ratio.ratio.Least(committee_seats);
  const auto standing = static_cast<int64_t>(seated.size());
  RONGHE_RETURN_IF_ERROR(guard.Require(
      committee_seats == 0 ? standing == 0 : standing >= least, ratio, "CANDIDATES_TOO_FEW",
      committee_seats == 0 ? std::string("不设委员会，名单中不应有委员候选人。")
                           : Cat("委员候选人应当多于应选名额的20%，至少", least, "名。"),
      Cat(">= ", least), Cat(standing)));
  const Rule& standing_rule = setup.Get("secretary.standing_months");
  for (const CandidateFacts& one : candidates) {
    if (!Leads(one.code)) continue;
    RONGHE_RETURN_IF_ERROR(
        guard.Require(committee_seats == 0 || seated.contains(one.member_id),
                      elections.Get("election.equal_posts"), "CANDIDATES_NOT_EQUAL",
                      "书记、副书记候选人应当同时是委员候选人。", "seated", "not_seated"));
    if (one.code == Post::kSecretary) {
      guard.Expect(HasStandingFor(standing_rule, one.converted_on, one.adjustment_months, day),
                   standing_rule, "SECRETARY_STANDING_SHORT", Cat(">= ", standing_rule.number),
                   one.converted_on ? base::FormatDay(*one.converted_on) : std::string("-"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVerdict(const ElectionVerdict& verdict, const VerdictTerms& terms) {
  if (verdict.organization_id != terms.organization_id) {
    return ElectionResultInvalid("ORGANIZATION", "这次选举不是本党组织的选举。");
  }
  if (verdict.delegates.has_value() != terms.of_delegates) {
    return ElectionResultInvalid("OFFICE", "这次选举选的是另外的职务。");
  }
  if (verdict.committee && verdict.delegation != terms.delegation) {
    return ElectionResultInvalid("DELEGATES", "委员会应当由批复确定的代表或者党员大会选举产生。");
  }
  if (!verdict.decided) return ElectionResultInvalid("UNDECIDED", "选举还没有产生结果。");
  if (!verdict.settled) {
    return ElectionResultInvalid("RECORD_OPEN", "选举会议的记录还没有提交。");
  }
  if (verdict.held_on < terms.not_before) {
    return ElectionResultInvalid("HELD_BEFORE", "选举在批复之前举行，不是这次换届的选举。");
  }
  return absl::OkStatus();
}

absl::Status CheckElected(int32_t committee_seats, int32_t deputy_seats,
                          std::span<const CandidateFacts> elected) {
  if (CountOf(elected, Post::kSecretary) != 1) {
    return ElectionResultInvalid("SECRETARY", "选举结果中应当有且只有一名书记。");
  }
  const std::set<int64_t> seated = Seated(elected);
  if (CountOf(elected, Post::kDeputySecretary) > deputy_seats ||
      std::cmp_greater(seated.size(), committee_seats)) {
    return ElectionResultInvalid("SEATS", "当选人数超过应选名额。");
  }
  for (const CandidateFacts& one : elected) {
    if (Leads(one.code) && committee_seats > 0 && !seated.contains(one.member_id)) {
      return ElectionResultInvalid("NOT_SEATED", "书记、副书记应当从当选的委员中产生。");
    }
  }
  return absl::OkStatus();
}

bool HasStandingFor(const Rule& months, std::optional<absl::CivilDay> converted_on,
                    int32_t adjustment_months, absl::CivilDay day) {
  return converted_on &&
         base::AddMonths(*converted_on, static_cast<int>(months.number) - adjustment_months) <= day;
}

}  // namespace ronghe::membership
