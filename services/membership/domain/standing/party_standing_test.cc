// Does the status machine of 3.2 know exactly its own changes?
#include "services/membership/domain/standing/party_standing.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using P = PartyStanding;
using C = ChangeCode;

constexpr P kAll[] = {P::kNone,   P::kProbationary, P::kFull,          P::kStopped,
                      P::kExited, P::kDisqualified, P::kNotRecognised, P::kDeceased};

std::vector<ChangeCode> Codes() {
  std::vector<ChangeCode> codes;
  for (const CodeName& code : ChangeCodes()) {
    int32_t number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(absl::string_view(code.code.data(), code.code.size()), &number));
    codes.push_back(*ChangeCodeOf(number));
  }
  return codes;
}

// 3.2, row by row: what leads where. Moves and transfers, which keep the standing, stand apart.
const std::map<std::pair<P, C>, P>& Machine() {
  static const auto& machine = *new std::map<std::pair<P, C>, P>{
      {{P::kNone, C::kAdmitted}, P::kProbationary},
      {{P::kNone, C::kAdmittedPosthumous}, P::kDeceased},
      {{P::kProbationary, C::kConverted}, P::kFull},
      {{P::kProbationary, C::kExtended}, P::kProbationary},
      {{P::kProbationary, C::kDisqualified}, P::kDisqualified},
      {{P::kProbationary, C::kNotRecognised}, P::kNotRecognised},
      {{P::kProbationary, C::kSuspended}, P::kStopped},
      {{P::kProbationary, C::kDeceased}, P::kDeceased},
      {{P::kFull, C::kExpelled}, P::kExited},
      {{P::kFull, C::kWithdrew}, P::kExited},
      {{P::kFull, C::kAdvisedOut}, P::kExited},
      {{P::kFull, C::kRemovedAfterAdvice}, P::kExited},
      {{P::kFull, C::kLapsed}, P::kExited},
      {{P::kFull, C::kLapsedUntraced}, P::kExited},
      {{P::kFull, C::kRemoved}, P::kExited},
      {{P::kFull, C::kSuspended}, P::kStopped},
      {{P::kFull, C::kDeceased}, P::kDeceased},
      {{P::kStopped, C::kRestored}, P::kFull},
      {{P::kStopped, C::kLapsed}, P::kExited},
      {{P::kStopped, C::kLapsedUntraced}, P::kExited},
      {{P::kStopped, C::kDeceased}, P::kDeceased},
      {{P::kExited, C::kAdmitted}, P::kProbationary},
      {{P::kExited, C::kAdmittedAgain}, P::kProbationary},
      {{P::kExited, C::kReinstated}, P::kFull},
      {{P::kDisqualified, C::kAdmitted}, P::kProbationary},
      {{P::kDisqualified, C::kAdmittedAgain}, P::kProbationary},
      {{P::kDisqualified, C::kReinstated}, P::kFull},
      {{P::kNotRecognised, C::kAdmitted}, P::kProbationary},
      {{P::kNotRecognised, C::kAdmittedAgain}, P::kProbationary},
      {{P::kNotRecognised, C::kReinstated}, P::kFull},
  };
  return machine;
}

bool KeepsStanding(C code) {
  return code == C::kMoved || code == C::kRightsChanged || code == C::kCategoryFixed ||
         IsTransferIn(code) || IsTransferOut(code);
}

TEST(PartyStanding, EveryStateTimesEveryCodeIsAsTheMachineSays) {
  size_t known = 0;
  for (const P from : kAll) {
    for (const C code : Codes()) {
      const auto next = NextStanding(from, code);
      if (KeepsStanding(code)) {
        const bool living = from == P::kProbationary || from == P::kFull || from == P::kStopped;
        EXPECT_EQ(next.has_value(), living) << NameOf(from) << " " << static_cast<int>(code);
        continue;
      }
      const auto expected = Machine().find({from, code});
      ASSERT_EQ(next.has_value(), expected != Machine().end())
          << NameOf(from) << " " << static_cast<int>(code);
      EXPECT_TRUE(!next || *next == expected->second) << NameOf(from);
      known += next.has_value() ? 1 : 0;
    }
  }
  EXPECT_EQ(known, Machine().size());
}

TEST(PartyStanding, M_05_RestorationGoesBackToTheCategory) {
  EXPECT_EQ(NextStanding(P::kStopped, C::kRestored, Category::kProbationary), P::kProbationary);
  EXPECT_EQ(NextStanding(P::kStopped, C::kRestored, Category::kFull), P::kFull);
}

TEST(PartyStanding, M_01_AMembershipTellsItsState) {
  Membership membership{1, Category::kProbationary, Standing::kNormal, false};
  EXPECT_EQ(StandingOf(membership, std::nullopt), P::kProbationary);
  membership.category = Category::kFull;
  EXPECT_EQ(StandingOf(membership, std::nullopt), P::kFull);
  membership.standing = Standing::kSuspended;
  EXPECT_EQ(StandingOf(membership, std::nullopt), P::kStopped);
  membership.standing = Standing::kLeft;
  EXPECT_EQ(StandingOf(membership, C::kLapsed), P::kExited);
  EXPECT_EQ(StandingOf(membership, C::kDisqualified), P::kDisqualified);
  EXPECT_EQ(StandingOf(membership, C::kNotRecognised), P::kNotRecognised);
  membership.standing = Standing::kDeceased;
  EXPECT_EQ(StandingOf(membership, std::nullopt), P::kDeceased);
  EXPECT_THAT(CheckStandingChange(membership, std::nullopt, C::kRestored),
              HasReason("STANDING_TRANSITION_NOT_ALLOWED"));
}

TEST(PartyStanding, M_06_ExpulsionBansForFiveYearsAndNothingElseDoes) {
  const RuleBooks books = *LoadRuleBooks();
  const RuleBook& rules = books.Get("standing");
  const absl::CivilDay day(2024, 2, 29);
  for (const C code : Codes()) {
    if (!IsExit(code)) continue;
    const PastExit exit{code, day};
    const std::vector<PastExit> exits = {exit};
    const auto ban = ReadmissionBan(rules, exits, absl::CivilDay(2025, 1, 1));
    EXPECT_EQ(ban.has_value(), code == C::kExpelled) << static_cast<int>(code);
  }
  const std::vector<PastExit> expelled = {{C::kExpelled, day}, {C::kWithdrew, day}};
  EXPECT_EQ(ReadmissionBan(rules, expelled, absl::CivilDay(2029, 2, 27)),
            absl::CivilDay(2029, 2, 28));
  EXPECT_EQ(ReadmissionBan(rules, expelled, absl::CivilDay(2029, 2, 28)), std::nullopt);
  EXPECT_EQ(ReadmissionBan(rules, {}, day), std::nullopt);
}

}  // namespace
}  // namespace ronghe::membership
