// Does a case of suspended standing go its way, and no step before its day?
#include "services/membership/domain/standing/suspension.h"

#include <set>
#include <tuple>
#include <vector>

#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/domain/standing/overlay.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using G = SuspensionGround;
using S = SuspensionState;
using E = SuspensionEvent;

class SuspensionRules : public ::testing::Test {
 protected:
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("standing").On(absl::CivilDay(2026, 6, 1));
  Guard guard_;
};

TEST_F(SuspensionRules, EveryStateTimesEveryEvent) {
  const std::set<std::tuple<S, E, S>> common = {
      {S::kOpened, E::kAttempt, S::kSearching},
      {S::kSearching, E::kAttempt, S::kSearching},
      {S::kSearching, E::kProposeStop, S::kStopProposed},
      {S::kStopProposed, E::kAttempt, S::kStopProposed},
      {S::kStopProposed, E::kStop, S::kStopped},
      {S::kStopped, E::kAttempt, S::kStopped},
      {S::kStopped, E::kProposeRemoval, S::kRemoveProposed},
      {S::kRemoveProposed, E::kRemove, S::kRemoved},
      {S::kOpened, E::kFind, S::kClosed},
      {S::kSearching, E::kFind, S::kClosed},
      {S::kStopProposed, E::kFind, S::kClosed},
      {S::kStopped, E::kFind, S::kRestoreReview},
      {S::kRemoveProposed, E::kFind, S::kRestoreReview},
      {S::kRestoreReview, E::kRestore, S::kRestored}};
  for (const G ground : {G::kOutOfContact, G::kAbroad}) {
    std::set<std::tuple<S, E, S>> legal = common;
    if (ground == G::kAbroad) legal.emplace(S::kOpened, E::kProposeStop, S::kStopProposed);
    std::set<std::tuple<S, E, S>> found;
    for (int state = 1; state <= static_cast<int>(S::kClosed); ++state) {
      for (int event = 0; event <= static_cast<int>(E::kRemove); ++event) {
        const auto next = NextSuspension(ground, static_cast<S>(state), static_cast<E>(event));
        if (next) {
          found.emplace(static_cast<S>(state), static_cast<E>(event), *next);
        } else {
          EXPECT_THAT(StepSuspension(ground, static_cast<S>(state), static_cast<E>(event)),
                      HasReason("SUSPENSION_STATE_INVALID"));
        }
      }
    }
    EXPECT_EQ(found, legal);
  }
  EXPECT_EQ(AheadOf(G::kOutOfContact, S::kStopped),
            (std::vector<S>{S::kRestoreReview, S::kRemoveProposed}));
  EXPECT_TRUE(AheadOf(G::kOutOfContact, S::kRemoved).empty());
}

TEST_F(SuspensionRules, M_03_SixMonthsAfterTheLastContactAndThreeAttempts) {
  const auto check = [&](absl::CivilDay last, absl::CivilDay day, int32_t attempts) {
    return CheckStopProposal(rules_, {.last_contact = last, .attempts = attempts, .day = day},
                             guard_);
  };
  EXPECT_OK(check(absl::CivilDay(2026, 1, 10), absl::CivilDay(2026, 7, 10), 3));
  EXPECT_THAT(check(absl::CivilDay(2026, 1, 10), absl::CivilDay(2026, 7, 9), 3),
              HasReason("M_STOP_TOO_EARLY"));
  EXPECT_THAT(check(absl::CivilDay(2026, 1, 10), absl::CivilDay(2026, 7, 10), 2),
              HasReason("M_ATTEMPTS_TOO_FEW"));
  // Month ends: 31 August and six months are the last of February.
  EXPECT_OK(check(absl::CivilDay(2025, 8, 31), absl::CivilDay(2026, 2, 28), 3));
  EXPECT_THAT(check(absl::CivilDay(2023, 8, 31), absl::CivilDay(2024, 2, 28), 3),
              HasReason("M_STOP_TOO_EARLY"));
  EXPECT_OK(check(absl::CivilDay(2023, 8, 31), absl::CivilDay(2024, 2, 29), 3));
}

TEST_F(SuspensionRules, M_02_FiveYearsAbroadOrSettledThere) {
  const auto check = [&](absl::CivilDay left, absl::CivilDay day, bool settled) {
    return CheckStopProposal(
        rules_,
        {.ground = G::kAbroad, .last_contact = left, .settled = settled, .attempts = 0, .day = day},
        guard_);
  };
  EXPECT_THAT(check(absl::CivilDay(2020, 2, 29), absl::CivilDay(2025, 2, 27), false),
              HasReason("M_STOP_TOO_EARLY"));
  EXPECT_OK(check(absl::CivilDay(2020, 2, 29), absl::CivilDay(2025, 2, 28), false));
  EXPECT_OK(check(absl::CivilDay(2026, 1, 1), absl::CivilDay(2026, 1, 1), true));
  EXPECT_EQ(AbroadReviewDue(rules_, absl::CivilDay(2020, 2, 29)), absl::CivilDay(2025, 2, 28));
}

TEST_F(SuspensionRules, M_04_TwoYearsAfterTheSuspension) {
  EXPECT_OK(CheckRemovalProposal(rules_, absl::CivilDay(2024, 2, 29), absl::CivilDay(2026, 2, 28),
                                 guard_));
  EXPECT_THAT(CheckRemovalProposal(rules_, absl::CivilDay(2024, 2, 29), absl::CivilDay(2026, 2, 27),
                                   guard_),
              HasReason("M_REMOVE_TOO_EARLY"));
}

TEST_F(SuspensionRules, M_11_ContactEveryHalfYear) {
  EXPECT_EQ(NextContactDue(rules_, absl::CivilDay(2026, 8, 31)), absl::CivilDay(2027, 2, 28));
}

TEST_F(SuspensionRules, F_01_SixMonthsMakeAFloatingMember) {
  EXPECT_EQ(FloatingFrom(rules_, absl::CivilDay(2026, 3, 31)), absl::CivilDay(2026, 9, 30));
  EXPECT_TRUE(KeepsContact(OverlayKind::kFloating));  // F-03
  EXPECT_FALSE(KeepsContact(OverlayKind::kInCorrection));
  EXPECT_FALSE(IsRegistered(OverlayKind::kOutOfContact));
}

}  // namespace
}  // namespace ronghe::membership
