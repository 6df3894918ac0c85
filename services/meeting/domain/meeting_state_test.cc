#include "services/meeting/domain/meeting_state.h"

#include <set>
#include <utility>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::meeting {
namespace {

constexpr State kStates[] = {State::kPlanned,   State::kOpen,     State::kClosed,
                             State::kSubmitted, State::kAccepted, State::kReturned,
                             State::kSuperseded};
constexpr Action kActions[] = {Action::kOpen,       Action::kRecordAttendance, Action::kSetAgenda,
                               Action::kSetMotions, Action::kSetResolutions,   Action::kClose,
                               Action::kSubmit,     Action::kAccept,           Action::kReturn,
                               Action::kCorrect};

// Every pair that is allowed; all others are refused.
TEST(CheckAction, AllPairs) {
  const std::set<std::pair<State, Action>> allowed = {
      {State::kPlanned, Action::kOpen},          {State::kPlanned, Action::kSetAgenda},
      {State::kPlanned, Action::kSubmit},        {State::kOpen, Action::kRecordAttendance},
      {State::kOpen, Action::kSetAgenda},        {State::kOpen, Action::kSetMotions},
      {State::kOpen, Action::kSetResolutions},   {State::kOpen, Action::kClose},
      {State::kOpen, Action::kSubmit},           {State::kClosed, Action::kRecordAttendance},
      {State::kClosed, Action::kSetAgenda},      {State::kClosed, Action::kSetMotions},
      {State::kClosed, Action::kSetResolutions}, {State::kClosed, Action::kSubmit},
      {State::kSubmitted, Action::kAccept},      {State::kSubmitted, Action::kReturn},
      {State::kSubmitted, Action::kCorrect},     {State::kAccepted, Action::kCorrect},
      {State::kReturned, Action::kCorrect},
  };
  for (State state : kStates) {
    for (Action action : kActions) {
      const absl::Status status = CheckAction(state, action);
      if (allowed.contains({state, action})) {
        EXPECT_TRUE(status.ok()) << status;
      } else {
        EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_EQ(error::Reason(status), "STATE_INVALID");
        EXPECT_EQ(error::MetadataValue(status, "action"), ActionCode(action));
      }
    }
  }
}

TEST(CheckAction, NothingChangesASubmittedRecordInPlace) {
  for (State state : {State::kSubmitted, State::kAccepted, State::kReturned, State::kSuperseded}) {
    for (Action action :
         {Action::kOpen, Action::kRecordAttendance, Action::kSetAgenda, Action::kSetMotions,
          Action::kSetResolutions, Action::kClose, Action::kSubmit}) {
      EXPECT_FALSE(CheckAction(state, action).ok());
    }
  }
}

TEST(Counts, OnlySubmittedAndAcceptedRecordsCount) {
  for (State state : kStates) {
    EXPECT_EQ(Counts(state), state == State::kSubmitted || state == State::kAccepted);
  }
}

}  // namespace
}  // namespace ronghe::meeting
