#include "services/meeting/domain/election/election_state.h"

#include <array>

#include "services/meeting/domain/election/errors.h"

namespace ronghe::meeting {
namespace {

constexpr std::array<std::string_view, 9> kStateCodes = {
    "DRAFT", "ROLL_FIXED", "OPEN", "CLOSED", "DECIDED", "VOID", "RUNOFF", "SHORT", "CANCELLED"};
constexpr std::array<std::string_view, 9> kActionCodes = {
    "SET_CANDIDATES", "FIX_ROLL", "OPEN",         "ISSUE_TOKENS", "CAST",
    "CLOSE",          "DECIDE",   "REDUCE_SEATS", "CANCEL"};

bool Allowed(const Election& election, ElectionAction action) {
  const ElectionState state = election.state;
  switch (action) {
    case ElectionAction::kSetCandidates:
      return state == ElectionState::kDraft || state == ElectionState::kRollFixed ||
             state == ElectionState::kShort;
    case ElectionAction::kFixRoll:
      return state == ElectionState::kDraft || state == ElectionState::kRollFixed;
    case ElectionAction::kOpen:
      return state == ElectionState::kRollFixed || state == ElectionState::kVoid ||
             state == ElectionState::kRunoff || state == ElectionState::kShort;
    case ElectionAction::kIssueTokens:
    case ElectionAction::kCast:
      return state == ElectionState::kOpen;
    case ElectionAction::kClose:
      // Counts on paper may be put right until they are decided on.
      return state == ElectionState::kOpen ||
             (state == ElectionState::kClosed && election.mode == ElectionMode::kPaper);
    case ElectionAction::kDecide:
      return state == ElectionState::kClosed;
    case ElectionAction::kReduceSeats:
      return state == ElectionState::kShort;
    case ElectionAction::kCancel:
      return state != ElectionState::kDecided && state != ElectionState::kCancelled &&
             Elected(election).empty();
  }
  return false;
}

}  // namespace

std::string_view ElectionStateCode(ElectionState state) {
  return kStateCodes[static_cast<size_t>(state) - 1];
}

absl::Status CheckElectionAction(const Election& election, ElectionAction action) {
  if (Allowed(election, action)) return absl::OkStatus();
  return errors::ElectionStateInvalid(election.state, kActionCodes[static_cast<size_t>(action)]);
}

}  // namespace ronghe::meeting
