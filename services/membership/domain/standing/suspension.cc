#include "services/membership/domain/standing/suspension.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

using State = SuspensionState;
using Event = SuspensionEvent;

struct Transition {
  State from;
  Event event;
  State to;
};

constexpr Transition kTransitions[] = {
    {State::kOpened, Event::kAttempt, State::kSearching},
    {State::kSearching, Event::kAttempt, State::kSearching},
    {State::kSearching, Event::kProposeStop, State::kStopProposed},
    {State::kStopProposed, Event::kAttempt, State::kStopProposed},
    {State::kStopProposed, Event::kStop, State::kStopped},
    {State::kStopped, Event::kAttempt, State::kStopped},
    {State::kStopped, Event::kProposeRemoval, State::kRemoveProposed},
    {State::kRemoveProposed, Event::kRemove, State::kRemoved},
    {State::kOpened, Event::kFind, State::kClosed},
    {State::kSearching, Event::kFind, State::kClosed},
    {State::kStopProposed, Event::kFind, State::kClosed},
    {State::kStopped, Event::kFind, State::kRestoreReview},
    {State::kRemoveProposed, Event::kFind, State::kRestoreReview},
    {State::kRestoreReview, Event::kRestore, State::kRestored},
};

constexpr Event kEvents[] = {Event::kAttempt, Event::kProposeStop,    Event::kStop,  Event::kFind,
                             Event::kRestore, Event::kProposeRemoval, Event::kRemove};

absl::CivilDay After(const RuleSet& rules, std::string_view key, absl::CivilDay day) {
  return base::AddMonths(day, static_cast<int>(rules.Number(key)));
}

}  // namespace

std::string_view NameOf(SuspensionState state) {
  constexpr std::string_view kNames[] = {
      "",         "OPENED",          "SEARCHING", "STOP_PROPOSED", "STOPPED", "RESTORE_REVIEW",
      "RESTORED", "REMOVE_PROPOSED", "REMOVED",   "CLOSED"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view NameOf(SuspensionEvent event) {
  constexpr std::string_view kNames[] = {"ATTEMPT", "PROPOSE_STOP",    "STOP",  "FIND",
                                         "RESTORE", "PROPOSE_REMOVAL", "REMOVE"};
  return kNames[static_cast<size_t>(event)];
}

std::optional<SuspensionState> NextSuspension(SuspensionGround ground, SuspensionState from,
                                              SuspensionEvent event) {
  if (ground == SuspensionGround::kAbroad && from == State::kOpened &&
      event == Event::kProposeStop) {
    return State::kStopProposed;
  }
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.event == event) return transition.to;
  }
  return std::nullopt;
}

absl::StatusOr<SuspensionState> StepSuspension(SuspensionGround ground, SuspensionState from,
                                               SuspensionEvent event) {
  const std::optional<SuspensionState> next = NextSuspension(ground, from, event);
  if (!next) return SuspensionStateInvalid(NameOf(from), NameOf(event));
  return *next;
}

std::vector<SuspensionState> AheadOf(SuspensionGround ground, SuspensionState state) {
  std::vector<SuspensionState> ahead;
  for (const Event event : kEvents) {
    const std::optional<State> next = NextSuspension(ground, state, event);
    if (next && *next != state) ahead.push_back(*next);
  }
  std::sort(ahead.begin(), ahead.end());
  return ahead;
}

absl::CivilDay StopAllowedFrom(const RuleSet& rules, SuspensionGround ground,
                               absl::CivilDay last_contact, bool settled) {
  if (ground == SuspensionGround::kOutOfContact) {
    return After(rules, "suspension.stop_months", last_contact);
  }
  return settled ? last_contact : After(rules, "abroad.review_months", last_contact);
}

absl::CivilDay RemovalAllowedFrom(const RuleSet& rules, absl::CivilDay stopped_on) {
  return After(rules, "suspension.remove_months", stopped_on);
}

absl::Status CheckStopProposal(const RuleSet& rules, const StopProposal& proposal, Guard& guard) {
  const bool lost = proposal.ground == SuspensionGround::kOutOfContact;
  const absl::CivilDay from =
      StopAllowedFrom(rules, proposal.ground, proposal.last_contact, proposal.settled);
  RONGHE_RETURN_IF_ERROR(guard.Require(
      proposal.day >= from, rules.Get(lost ? "suspension.stop_months" : "abroad.review_months"),
      "M_STOP_TOO_EARLY", "尚未达到停止党籍的时间。", base::FormatDay(from),
      base::FormatDay(proposal.day)));
  if (!lost) return absl::OkStatus();
  const Rule& attempts = rules.Get("suspension.min_attempts");
  return guard.Require(proposal.attempts >= attempts.number, attempts, "M_ATTEMPTS_TOO_FEW",
                       "查找记录不足，请继续多方查找。", absl::StrCat(attempts.number),
                       absl::StrCat(proposal.attempts));
}

absl::Status CheckRemovalProposal(const RuleSet& rules, absl::CivilDay stopped_on,
                                  absl::CivilDay day, Guard& guard) {
  const absl::CivilDay from = RemovalAllowedFrom(rules, stopped_on);
  return guard.Require(day >= from, rules.Get("suspension.remove_months"), "M_REMOVE_TOO_EARLY",
                       "停止党籍尚未满规定时间，不能按自行脱党除名。", base::FormatDay(from),
                       base::FormatDay(day));
}

}  // namespace ronghe::membership
