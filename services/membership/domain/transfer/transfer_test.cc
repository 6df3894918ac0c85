#include "services/membership/domain/transfer/transfer.h"

#include <map>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum TransferState;

constexpr TransferKind kKinds[] = {TransferKind::kInside, TransferKind::kOut, TransferKind::kIn,
                                   TransferKind::kWholeUnit};
constexpr TransferState kStates[] = {kDraft, kOutApproved, kInTransit, kAccepted,
                                     kDone,  kReturned,    kExpired,   kWithdrawn};
constexpr TransferAction kActions[] = {TransferAction::kCreate,       TransferAction::kApproveOut,
                                       TransferAction::kIssueLetter,  TransferAction::kAccept,
                                       TransferAction::kComplete,     TransferAction::kReturn,
                                       TransferAction::kWithdraw,     TransferAction::kRedirect,
                                       TransferAction::kExtendLetter, TransferAction::kExpire};

// The legal steps, written down a second time, by kind and as people say them.
std::map<std::tuple<TransferState, TransferAction>, TransferState> Expected(TransferKind kind) {
  using A = TransferAction;
  std::map<std::tuple<TransferState, TransferAction>, TransferState> legal = {
      {{kInTransit, A::kReturn}, kReturned},        {{kInTransit, A::kWithdraw}, kWithdrawn},
      {{kInTransit, A::kExtendLetter}, kInTransit}, {{kInTransit, A::kExpire}, kExpired},
      {{kExpired, A::kExtendLetter}, kInTransit},
  };
  if (kind == TransferKind::kOut) {
    legal[{kInTransit, A::kComplete}] = kDone;
  } else {
    legal[{kInTransit, A::kAccept}] = kAccepted;
    legal[{kAccepted, A::kComplete}] = kDone;
  }
  if (kind != TransferKind::kIn) {
    legal[{kDraft, A::kApproveOut}] = kOutApproved;
    legal[{kOutApproved, A::kIssueLetter}] = kInTransit;
    legal[{kDraft, A::kWithdraw}] = kWithdrawn;
    legal[{kOutApproved, A::kWithdraw}] = kWithdrawn;
    legal[{kDraft, A::kRedirect}] = kDraft;
    legal[{kOutApproved, A::kRedirect}] = kOutApproved;
    legal[{kInTransit, A::kRedirect}] = kOutApproved;
  }
  return legal;
}

TEST(Transfer, EveryStepIsLegalOrNotByTheTable) {
  for (const TransferKind kind : kKinds) {
    const auto legal = Expected(kind);
    for (const TransferState state : kStates) {
      for (const TransferAction action : kActions) {
        const auto it = legal.find({state, action});
        const std::optional<TransferState> expected =
            it == legal.end() ? std::nullopt : std::optional(it->second);
        EXPECT_EQ(StateAfter(kind, state, action), expected)
            << "kind " << static_cast<int>(kind) << " " << NameOf(state) << " action "
            << static_cast<int>(action);
      }
    }
  }
}

TEST(Transfer, NextActionsAreTheLegalOnesOfPeople) {
  for (const TransferKind kind : kKinds) {
    for (const TransferState state : kStates) {
      for (const TransferAction action : NextActions(kind, state)) {
        EXPECT_TRUE(StateAfter(kind, state, action));
        EXPECT_NE(action, TransferAction::kExpire);
      }
    }
    EXPECT_THAT(NextActions(kind, kDone), IsEmpty());
    EXPECT_THAT(NextActions(kind, kReturned), IsEmpty());
    EXPECT_THAT(NextActions(kind, kWithdrawn), IsEmpty());
  }
  EXPECT_THAT(
      NextActions(TransferKind::kInside, kInTransit),
      ElementsAre(TransferAction::kAccept, TransferAction::kReturn, TransferAction::kWithdraw,
                  TransferAction::kRedirect, TransferAction::kExtendLetter));
}

TEST(Transfer, EachSideTakesItsOwnSteps) {
  for (const TransferAction action : kActions) {
    const bool receivers = action == TransferAction::kAccept || action == TransferAction::kReturn;
    for (const TransferKind kind : {TransferKind::kInside, TransferKind::kWholeUnit}) {
      EXPECT_EQ(ActingSide(kind, action),
                receivers ? TransferSide::kReceiver : TransferSide::kSender);
    }
    EXPECT_EQ(ActingSide(TransferKind::kOut, action), TransferSide::kSender);
    EXPECT_EQ(ActingSide(TransferKind::kIn, action), TransferSide::kReceiver);
  }
}

TEST(Transfer, SubjectsAreHeldUntilTheRelationMovedOrStaysForGood) {
  for (const TransferState state : kStates) {
    const bool open = state == kDraft || state == kOutApproved || state == kInTransit;
    EXPECT_EQ(HoldsSubjects(state), open) << NameOf(state);
  }
  EXPECT_EQ(FirstState(TransferKind::kIn), kInTransit);
  EXPECT_EQ(FirstState(TransferKind::kInside), kDraft);
}

TEST(Transfer, ReachFollowsTheAdministrativeDivisions) {
  EXPECT_EQ(ReachBetween("330102", "330102"), ChangeCode::kInCounty);
  EXPECT_EQ(ReachBetween("330102", "330106"), ChangeCode::kInCity);
  EXPECT_EQ(ReachBetween("330102", "330206"), ChangeCode::kInProvince);
  EXPECT_EQ(ReachBetween("330102", "110101"), ChangeCode::kInNation);
  EXPECT_EQ(ReachBetween("", "330102"), std::nullopt);
  EXPECT_EQ(ReachBetween("330102", "3301"), std::nullopt);
  EXPECT_TRUE(IsOutsideReach(ChangeCode::kInArmy));
  EXPECT_FALSE(IsOutsideReach(ChangeCode::kInProvince));
  EXPECT_FALSE(IsOutsideReach(ChangeCode::kInWholeUnit));
}

}  // namespace
}  // namespace ronghe::membership
