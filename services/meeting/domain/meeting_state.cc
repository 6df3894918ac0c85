#include "services/meeting/domain/meeting_state.h"

#include "services/meeting/domain/errors.h"

namespace ronghe::meeting {
namespace {

bool Allowed(State state, Action action) {
  switch (action) {
    case Action::kOpen:
      return state == State::kPlanned;
    case Action::kRecordAttendance:
    case Action::kSetMotions:
    case Action::kSetResolutions:
      return state == State::kOpen || state == State::kClosed;
    case Action::kSetAgenda:
      return state == State::kPlanned || state == State::kOpen || state == State::kClosed;
    case Action::kClose:
      return state == State::kOpen;
    case Action::kSubmit:
      return state == State::kPlanned || state == State::kOpen || state == State::kClosed;
    case Action::kAccept:
    case Action::kReturn:
      return state == State::kSubmitted;
    case Action::kCorrect:
      return state == State::kSubmitted || state == State::kAccepted || state == State::kReturned;
  }
  return false;
}

}  // namespace

std::string_view ActionCode(Action action) {
  switch (action) {
    case Action::kOpen:
      return "OPEN";
    case Action::kRecordAttendance:
      return "RECORD_ATTENDANCE";
    case Action::kSetAgenda:
      return "SET_AGENDA";
    case Action::kSetMotions:
      return "SET_MOTIONS";
    case Action::kSetResolutions:
      return "SET_RESOLUTIONS";
    case Action::kClose:
      return "CLOSE";
    case Action::kSubmit:
      return "SUBMIT";
    case Action::kAccept:
      return "ACCEPT";
    case Action::kReturn:
      return "RETURN";
    case Action::kCorrect:
      return "CORRECT";
  }
  return "UNKNOWN";
}

absl::Status CheckAction(State state, Action action) {
  if (Allowed(state, action)) return absl::OkStatus();
  return errors::StateInvalid(state, ActionCode(action));
}

}  // namespace ronghe::meeting
