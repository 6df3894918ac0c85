// How do dues go up the tree, and how are funds spent and proven, behind the real pipeline and on a
// real database?
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/testing/dues_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

TEST_F(DuesTest, C_12_C_14_DuesGoUpTheTreeAndPeriodsCloseOnlyWhenTheyAgree) {
  const v1::Organization other = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "另一党支部");
  const v1::Member member = Join(branch_.name(), 1);
  const v1::Member neighbour = Join(other.name(), 2);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  ASSERT_THAT(Fix(neighbour, 500'000), IsOk());
  Bill("2025-01");
  const auto paid = Pay(member, 1'500, absl::CivilDay(2025, 1, 5));
  const auto next_door = Pay(neighbour, 5'000, absl::CivilDay(2025, 1, 6));
  ASSERT_THAT(paid, IsOk());
  ASSERT_THAT(next_door, IsOk());
  const absl::CivilDay day(2026, 1, 5);
  EXPECT_THAT(Send(branch_.name(), "2025", absl::CivilDay(2025, 12, 31)),
              HasReason("REMITTANCE_PERIOD_NOT_OVER"));
  EXPECT_THAT(Send(branch_.name(), "2025", day), HasReason("LEDGER_OVERDRAWN"));  // not confirmed
  ASSERT_THAT(Confirm(paid->name()), IsOk());
  ASSERT_THAT(Confirm(next_door->name()), IsOk());
  const auto sent = Send(branch_.name(), "2025", day);
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->sent_fen(), 1'500);
  EXPECT_EQ(sent->rule_id(), "C-14");
  EXPECT_THAT(Send(branch_.name(), "2025-Q1", day), HasReason("REMITTANCE_PERIOD_OVERLAPS"));
  EXPECT_THAT(Pay(member, 1'500, absl::CivilDay(2025, 2, 1)), ::testing::Not(IsOk()));
  // The other branch has handed up nothing yet.
  auto closed = Close(town_.name(), "2025");
  EXPECT_THAT(closed, HasReason("REMITTANCE_DIFFERENCE"));
  const auto sent_too = Send(other.name(), "2025", day);
  ASSERT_THAT(sent_too, IsOk());
  EXPECT_THAT(Receive(sent->name(), 1'501, day), HasReason("REMITTANCE_AMOUNT_DIFFERS"));
  ASSERT_THAT(Receive(sent->name(), 1'500, day), IsOk());
  ASSERT_THAT(Receive(sent_too->name(), 4'999, day), IsOk());
  const std::string waiting = absl::StrCat("WT-02 ", sent_too->name());
  EXPECT_THAT(WaitingFor(town_.name()), ::testing::ElementsAre(waiting));
  closed = Close(town_.name(), "2025");
  EXPECT_THAT(closed, HasReason("REMITTANCE_DIFFERENCE"));
  EXPECT_EQ(error::MetadataValue(closed.status(), "organization"), other.name());
  EXPECT_EQ(error::MetadataValue(closed.status(), "difference_fen"), "1");
  EXPECT_THAT(Send(town_.name(), "2025", day), HasReason("REMITTANCE_CHILDREN_OPEN"));
  ASSERT_THAT(Receive(sent_too->name(), 1, day), IsOk());
  EXPECT_THAT(WaitingFor(town_.name()), ::testing::IsEmpty());
  closed = Close(town_.name(), "2025");
  ASSERT_THAT(closed, IsOk());
  EXPECT_EQ(closed->paid_fen(), 6'500);
  EXPECT_EQ(closed->received_fen(), 6'500);
  EXPECT_THAT(Close(town_.name(), "2025"), HasReason("REMITTANCE_PERIOD_CLOSED"));

  v1::SetRemittanceRatioRequest ratio;
  ratio.set_parent(town_.name());
  ratio.set_from_year(2025);
  ratio.set_basis(v1::REMITTANCE_BASIS_LEVEL);
  ratio.set_ratio_basis_points(3'333);
  ASSERT_THAT(remittances_->SetRemittanceRatio(Department(), ratio), IsOk());
  const auto from_town = Send(town_.name(), "2025", day);
  ASSERT_THAT(from_town, IsOk());
  EXPECT_EQ(from_town->sent_fen(), 2'166);  // 2166.45
  v1::ReverseRemittanceRequest back;
  back.set_name(from_town->name());
  EXPECT_THAT(WaitingFor(county_.name()), ::testing::SizeIs(1));
  ASSERT_THAT(remittances_->ReverseRemittance(Bookkeeper(), back), IsOk());
  EXPECT_THAT(WaitingFor(county_.name()), ::testing::IsEmpty());
  const auto again = Send(town_.name(), "2025", day);
  ASSERT_THAT(again, IsOk());
  ASSERT_THAT(Receive(again->name(), 2'166, day), IsOk());
  ASSERT_THAT(Close(county_.name(), "2025"), IsOk());
  // C-12: a root hands up 5 % of what its whole subtree collected.
  const auto to_centre = Send(county_.name(), "2025", day);
  ASSERT_THAT(to_centre, IsOk());
  EXPECT_EQ(to_centre->base_fen(), 6'500);
  EXPECT_EQ(to_centre->sent_fen(), 325);
  EXPECT_TRUE(to_centre->receiver().empty());
  ASSERT_THAT(Receive(to_centre->name(), 325, day), IsOk());
  ExpectProven();
}

TEST_F(DuesTest, C_13_ACommitteeUnderALocalOneHandsUpATenthOfItsSubtree) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  const auto paid = Pay(member, 1'500, absl::CivilDay(2025, 1, 5));
  ASSERT_THAT(paid, IsOk());
  ASSERT_THAT(Confirm(paid->name()), IsOk());
  v1::SetRemittanceRatioRequest ratio;
  ratio.set_parent(town_.name());
  ratio.set_from_year(2025);
  ratio.set_basis(v1::REMITTANCE_BASIS_LOCAL_COMMITTEE);
  const auto set = remittances_->SetRemittanceRatio(Department(), ratio);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->ratio_basis_points(), 1'000);
  const absl::CivilDay day(2026, 1, 5);
  const auto from_branch = Send(branch_.name(), "2025", day);
  ASSERT_THAT(from_branch, IsOk());
  ASSERT_THAT(Receive(from_branch->name(), 1'500, day), IsOk());
  ASSERT_THAT(Close(town_.name(), "2025"), IsOk());
  const auto sent = Send(town_.name(), "2025", day);
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->base_fen(), 1'500);
  EXPECT_EQ(sent->sent_fen(), 150);
  EXPECT_EQ(sent->rule_id(), "C-13");
}

TEST_F(DuesTest, C_20_C_21_DL_21_AYearIsPublishedOnceAndNamesNobody) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  Bill("2025-02");
  ASSERT_THAT(Pay(member, 1'500, absl::CivilDay(2025, 2, 5)), IsOk());
  v1::PublishDuesReportRequest publish;
  publish.set_parent(town_.name());
  publish.set_year(2025);
  const rpc::Outgoing above = As("committee_secretary", town_.name(), 20);
  const auto report = reports_->PublishDuesReport(above, publish);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->months_size(), 2);
  EXPECT_EQ(report->billed_fen(), 3'000);
  EXPECT_EQ(report->settled_fen(), 1'500);
  EXPECT_EQ(report->collected_fen(), 1'500);
  EXPECT_EQ(report->DebugString().find(member.full_name()), std::string::npos);
  EXPECT_THAT(reports_->PublishDuesReport(above, publish), HasReason("DUES_REPORT_PUBLISHED"));
  // What is paid later changes nothing in it.
  ASSERT_THAT(Pay(member, 1'500, absl::CivilDay(2025, 12, 5)), IsOk());
  v1::GetDuesReportRequest get;
  get.set_name(report->name());
  EXPECT_EQ(reports_->GetDuesReport(above, get)->settled_fen(), 1'500);
  v1::ListDuesReportsRequest list;
  list.set_parent(town_.name());
  EXPECT_EQ(reports_->ListDuesReports(above, list)->reports_size(), 1);
  clock_.Set(Noon(absl::CivilDay(2025, 12, 31)));
  publish.set_year(2025);
  publish.set_parent(branch_.name());
  EXPECT_THAT(reports_->PublishDuesReport(Secretary(), publish), HasReason("DUES_YEAR_NOT_OVER"));
  clock_.Set(Noon(absl::CivilDay(2026, 1, 1)));
  EXPECT_THAT(reports_->PublishDuesReport(Secretary(), publish), IsOk());
}

TEST_F(DuesTest, C_15_C_16_C_18_FundsAreNeverMixed) {
  v1::OpenFundAccountRequest open;
  open.set_parent(town_.name());
  open.set_fund(v1::FUND_DUES);
  open.set_bank("HSBC");
  EXPECT_THAT(ledger_->OpenFundAccount(Bookkeeper(), open), HasReason("DUES_BANK_NOT_ALLOWED"));
  open.set_bank("ABC");
  EXPECT_THAT(ledger_->OpenFundAccount(Bookkeeper(), open), IsOk());

  EXPECT_THAT(Earn(town_.name(), v1::FUND_DUES, v1::FUND_INCOME_BUDGET_GRANT, 1'000),
              HasReason("LEDGER_ACCOUNT_NOT_OF_FUND"));
  ASSERT_THAT(Earn(town_.name(), v1::FUND_ACTIVITY, v1::FUND_INCOME_BUDGET_GRANT, 10'000), IsOk());
  ASSERT_THAT(Earn(town_.name(), v1::FUND_DUES, v1::FUND_INCOME_INTEREST, 500), IsOk());
  EXPECT_THAT(Spend(town_.name(), v1::FUND_ACTIVITY, v1::FUND_USE_TRAINING, 100),
              HasReason("FUND_USE_NOT_ALLOWED"));
  EXPECT_THAT(Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_ACTIVITY, 100),
              HasReason("FUND_USE_NOT_ALLOWED"));
  EXPECT_THAT(Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 100, ""),
              HasReason("FUND_DECISION_REQUIRED"));
  EXPECT_THAT(Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 501),
              HasReason("LEDGER_OVERDRAWN"));
  const auto spent = Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 500);
  ASSERT_THAT(spent, IsOk());
  v1::ReverseFundEntryRequest reverse;
  reverse.set_name(spent->name());
  const auto reversal = ledger_->ReverseFundEntry(Bookkeeper(), reverse);
  ASSERT_THAT(reversal, IsOk());
  EXPECT_THAT(ledger_->ReverseFundEntry(Bookkeeper(), reverse), HasReason("LEDGER_ENTRY_REVERSED"));
  reverse.set_name(reversal->name());
  EXPECT_THAT(ledger_->ReverseFundEntry(Bookkeeper(), reverse), HasReason("LEDGER_ENTRY_REVERSED"));
  ExpectProven();
}

TEST_F(DuesTest, C_16_MoneyIsSpentByADecisionOfWhoseItIs) {
  ASSERT_THAT(Earn(town_.name(), v1::FUND_DUES, v1::FUND_INCOME_INTEREST, 500), IsOk());
  ExpectDecisionAsked(town_.name(), town_.name(), [&](const std::string& decision) {
    return Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 100, decision).status();
  });
  MotionVerdict general = Carried(town_.name(), town_.name());
  general.kind = MotionKind::kGeneral;
  const std::string decision = motions_.Hold(general);
  const auto spent = Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 100, decision);
  ASSERT_THAT(spent, IsOk());
  EXPECT_EQ(spent->decision(), decision);
}

TEST_F(DuesTest, C_17_NothingIsSpentThatIsNotThere) {
  ASSERT_THAT(Earn(town_.name(), v1::FUND_DUES, v1::FUND_INCOME_INTEREST, 500), IsOk());
  EXPECT_THAT(Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 501),
              HasReason("LEDGER_OVERDRAWN"));
  ASSERT_THAT(Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 500), IsOk());
  EXPECT_THAT(Spend(town_.name(), v1::FUND_DUES, v1::FUND_USE_TRAINING, 1),
              HasReason("LEDGER_OVERDRAWN"));
  ExpectProven();
}

TEST_F(DuesTest, L23_7_ShortageIsFlagged) {
  Join(branch_.name(), 1);
  ASSERT_THAT(Earn(town_.name(), v1::FUND_ACTIVITY, v1::FUND_INCOME_BUDGET_GRANT, 9'999), IsOk());
  ASSERT_THAT(Spend(town_.name(), v1::FUND_ACTIVITY, v1::FUND_USE_ACTIVITY, 9'500), IsOk());
  tree_.CatchUp(Soon());
  v1::GetFundPositionRequest request;
  request.set_parent(town_.name());
  request.set_year(2025);
  const auto position = ledger_->GetFundPosition(Bookkeeper(), request);
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(position->members(), 1);
  ASSERT_EQ(position->funds_size(), 1);
  EXPECT_EQ(position->funds(0).balance_fen(), 499);
  EXPECT_EQ(position->funds(0).per_member_fen(), 9'999);
  EXPECT_EQ(position->funds(0).warnings_size(), 2);
}

TEST_F(DuesTest, C_16_RequestsGoOneLevelUpOnly) {
  v1::CreateFundRequestRequest ask;
  ask.set_parent(branch_.name());
  ask.set_use(v1::FUND_USE_DIFFICULTY);
  ask.set_amount_fen(300);
  ExpectDecisionAsked(branch_.name(), branch_.name(), [&](const std::string& motion) {
    ask.set_motion(motion);
    return requests_->CreateFundRequest(Secretary(), ask).status();
  });
  ask.set_motion(Decide(branch_.name(), branch_.name()));
  const auto asked = requests_->CreateFundRequest(Secretary(), ask);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->decider(), town_.name());
  v1::ApproveFundRequestRequest approve;
  approve.set_name(asked->name());
  approve.set_decision(Decide(asked->name(), town_.name()));
  *approve.mutable_day() = rpc::ToProto(absl::CivilDay(2025, 6, 1));
  EXPECT_THAT(requests_->ApproveFundRequest(As("committee_secretary", branch_.name(), 20), approve),
              IsDenied());
  const rpc::Outgoing town = As("committee_secretary", town_.name(), 21);
  EXPECT_THAT(requests_->ApproveFundRequest(town, approve), HasReason("LEDGER_OVERDRAWN"));
  ASSERT_THAT(Earn(town_.name(), v1::FUND_DUES, v1::FUND_INCOME_INTEREST, 500), IsOk());
  ExpectDecisionAsked(asked->name(), town_.name(), [&](const std::string& decision) {
    v1::ApproveFundRequestRequest other = approve;
    other.set_decision(decision);
    return requests_->ApproveFundRequest(town, other).status();
  });
  approve.set_allotted_fen(200);
  EXPECT_THAT(WaitingFor(town_.name()),
              ::testing::ElementsAre(absl::StrCat("WT-03 ", asked->name())));
  const auto approved = requests_->ApproveFundRequest(town, approve);
  EXPECT_THAT(WaitingFor(town_.name()), ::testing::IsEmpty());
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->allotted_fen(), 200);
  EXPECT_THAT(requests_->ApproveFundRequest(town, approve), HasReason("FUND_REQUEST_STATE"));
  ask.set_parent(county_.name());
  ask.set_motion(Decide(county_.name(), county_.name()));
  EXPECT_THAT(requests_->CreateFundRequest(As("committee_secretary", county_.name(), 22), ask),
              HasReason("FUND_REQUEST_NO_LEVEL_ABOVE"));
  ExpectProven();
}

TEST_F(DuesTest, TheCheckNamesWhatSomebodyDoctored) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  ASSERT_THAT(Pay(member, 1'000, absl::CivilDay(2025, 1, 5)), IsOk());
  ExpectProven();
  ASSERT_OK(database_->Read(Soon(), [](sql::Session& session) {
    return session.RunText("dues_test.doctor", "UPDATE dues_bill SET paid_fen = 1500");
  }));
  v1::LedgerCheck check = Check();
  EXPECT_EQ(check.state(), v1::LEDGER_CHECK_STATE_DIFFERENT);
  ASSERT_EQ(check.differences_size(), 2);
  EXPECT_EQ(check.differences(0).rule(), "BILLS");
  EXPECT_EQ(check.differences(0).organization(), branch_.name());
  EXPECT_EQ(check.differences(0).expected_fen(), 1'000);
  EXPECT_EQ(check.differences(0).actual_fen(), 1'500);
  ASSERT_OK(database_->Read(Soon(), [](sql::Session& session) {
    return session.RunText(
        "dues_test.doctor2",
        "UPDATE ledger_balance SET debit_fen = debit_fen + 1 WHERE account = 10");
  }));
  check = Check();
  EXPECT_EQ(check.difference_count(), 3);
}

TEST_F(DuesTest, ThousandsOfRandomPostingsThroughSqlAgreeWithTheReference) {
  constexpr int kPostings = 3'000;
  const int64_t organization = *base::ParseName(town_.name(), "organizations");
  std::mt19937 random(11);
  const auto draw = [&random](int below) {
    return static_cast<int>(random() % static_cast<uint32_t>(below));
  };
  const std::vector<std::pair<LedgerAccount, LedgerAccount>> moves = {
      {LedgerAccount::kInHand, LedgerAccount::kInterest},
      {LedgerAccount::kBank, LedgerAccount::kInterest},
      {LedgerAccount::kBank, LedgerAccount::kInHand},
      {LedgerAccount::kExpense, LedgerAccount::kBank},
      {LedgerAccount::kBank, LedgerAccount::kBudgetGrant},
      {LedgerAccount::kAllottedBelow, LedgerAccount::kBank}};
  std::map<LedgerFund, FundBalances> books;
  std::vector<LedgerEntryRow> entered;
  std::set<int64_t> reversed;
  int refused = 0;
  for (int i = 0; i < kPostings; ++i) {
    const bool takes_back = !entered.empty() && draw(6) == 0;
    const LedgerEntryRow* const old =
        takes_back ? &entered[static_cast<size_t>(draw(static_cast<int>(entered.size())))]
                   : nullptr;
    Posting posting{
        .organization_id = organization, .fund = static_cast<LedgerFund>(1 + draw(3)), .lines = {}};
    const auto& move = moves[static_cast<size_t>(draw(static_cast<int>(moves.size())))];
    const int64_t fen = 1 + draw(1'000);
    posting.lines = {Debit(move.first, fen), Credit(move.second, fen)};
    FundBalances after;
    const absl::Status status =
        database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
          if (old != nullptr) {
            const auto reversal =
                PostReversal(session, ids_.Next(), *old, absl::CivilDay(2025, 1 + draw(12), 1),
                             "test", absl::UnixEpoch());
            RONGHE_RETURN_IF_ERROR(reversal.status());
            const std::vector<int64_t> ids = {old->id};
            RONGHE_ASSIGN_OR_RETURN(const auto lines, LinesOf(session, ids));
            posting = {.organization_id = organization, .fund = old->fund, .lines = {}};
            for (const LedgerLineRow& line : lines) {
              posting.lines.push_back({line.account, line.credit_fen, line.debit_fen});
            }
            return absl::OkStatus();
          }
          LedgerEntryRow entry{.id = ids_.Next(),
                               .kind = EntryKind::kIncome,
                               .day = absl::CivilDay(2024 + draw(2), 1 + draw(12), 1),
                               .posted_by = "test"};
          RONGHE_RETURN_IF_ERROR(PostEntry(session, entry, posting));
          entered.push_back(entry);
          return absl::OkStatus();
        });
    std::string expected;
    if (old != nullptr && reversed.contains(old->id)) {
      expected = "LEDGER_ENTRY_REVERSED";
    } else if (old == nullptr) {
      after = books[posting.fund];
      absl::Status judged = CheckPosting(posting);
      Apply(posting, after);
      if (judged.ok()) judged = CheckBalances(after);
      expected = error::Reason(judged);
    }
    if (old != nullptr && expected.empty() && !status.ok()) {
      EXPECT_THAT(status, HasReason("LEDGER_OVERDRAWN"));
      ++refused;
      continue;
    }
    ASSERT_EQ(error::Reason(status), expected) << i;
    if (!status.ok()) {
      ++refused;
      if (old == nullptr && !entered.empty() && expected == "LEDGER_OVERDRAWN") continue;
      continue;
    }
    Apply(posting, books[posting.fund]);
    if (old != nullptr) reversed.insert(old->id);
  }
  EXPECT_GT(refused, 300);
  for (const LedgerFund fund : {LedgerFund::kDues, LedgerFund::kActivity, LedgerFund::kWork}) {
    const auto balances = database_->Transact(
        Soon(), [&](sql::Session& session) { return LockBalances(session, organization, fund); });
    ASSERT_THAT(balances, IsOk());
    EXPECT_EQ(*balances, books[fund]);
  }
  const v1::LedgerCheck check = Check();
  EXPECT_EQ(check.state(), v1::LEDGER_CHECK_STATE_PROVEN) << check.DebugString();
}

}  // namespace
}  // namespace ronghe::membership
