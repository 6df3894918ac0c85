// How do bills and payments behave behind the real pipeline and on a real database, killed and
// concurrent?
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/testing/dues_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(DuesTest, TheRollOfAMonthIsBilledOnce) {
  const v1::Member member = Join(branch_.name(), 1);
  const v1::Member probationary =
      Join(branch_.name(), 2, absl::CivilDay(2025, 3, 15), v1::MEMBER_CATEGORY_PROBATIONARY);
  const v1::Member unfixed = Join(branch_.name(), 3);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  ASSERT_THAT(Fix(probationary, 500'000), IsOk());

  v1::BillRun run = Bill("2025-02");
  EXPECT_EQ(run.state(), v1::BILL_RUN_STATE_DONE);
  EXPECT_EQ(run.bills_made(), 1);
  EXPECT_EQ(run.branches_done(), 1);
  EXPECT_EQ(run.members_without_standard(), 1);
  EXPECT_EQ(Bill("2025-02").bills_made(), 0);
  // C-05: who was admitted within the month pays for it.
  EXPECT_EQ(Bill("2025-03").bills_made(), 2);

  const std::vector<v1::DuesBill> bills = BillsOf(member);
  ASSERT_THAT(bills, SizeIs(2));
  EXPECT_EQ(bills[0].amount_fen(), 1'500);
  EXPECT_EQ(bills[0].state(), v1::DUES_BILL_STATE_BILLED);
  const v1::DuesCollection collection = Collection(county_.name(), "2025-01", "2025-12");
  ASSERT_EQ(collection.months_size(), 2);
  EXPECT_EQ(collection.months(1).members(), 3);
  EXPECT_EQ(collection.months(1).billed_members(), 2);
  EXPECT_EQ(collection.billed_fen(), 1'500 * 2 + 5'000);
  v1::ListDuesBillsRequest list;
  list.set_parent(branch_.name());
  list.set_month("2025-03");
  list.set_page_size(1);
  std::set<std::string> names;
  do {
    const auto page = bills_->ListDuesBills(Secretary(), list);
    ASSERT_THAT(page, IsOk());
    for (const v1::DuesBill& bill : page->bills()) names.insert(bill.full_name());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(names, SizeIs(2));
}

TEST_F(DuesTest, TheSuspendedAreNotBilled) {
  const v1::Member suspended = Join(branch_.name(), 1);
  const v1::Member member = Join(branch_.name(), 2);
  ASSERT_THAT(Fix(suspended, 300'000), IsOk());
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  const int64_t id = *base::ParseName(suspended.name(), "members");
  ASSERT_OK(database_->Read(Soon(), [id](sql::Session& session) {
    return session.RunText(
        "dues_test.suspend",
        absl::StrCat("UPDATE membership_interval SET standing = 20 WHERE member_id = ", id));
  }));
  EXPECT_EQ(Bill("2025-02").bills_made(), 1);
  EXPECT_THAT(BillsOf(suspended), IsEmpty());
  EXPECT_THAT(BillsOf(member), SizeIs(1));
}

TEST_F(DuesTest, NobodyIsBilledTwiceWhoMovedWithinTheMonth) {
  const v1::Organization other = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "另一党支部");
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  v1::MoveMemberRequest move;
  move.set_name(member.name());
  move.set_organization(other.name());
  *move.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2025, 2, 10));
  ASSERT_THAT(members_->MoveMember(Department(), move), IsOk());
  EXPECT_EQ(Bill("2025-02").bills_made(), 1);
  EXPECT_EQ(Bill("2025-03").bills_made(), 1);
  const auto list = [&](const std::string& branch, const std::string& month) {
    v1::ListDuesBillsRequest request;
    request.set_parent(branch);
    request.set_month(month);
    return bills_->ListDuesBills(Department(), request)->bills_size();
  };
  EXPECT_EQ(list(branch_.name(), "2025-02"), 1);
  EXPECT_EQ(list(other.name(), "2025-02"), 0);
  EXPECT_EQ(list(other.name(), "2025-03"), 1);
}

TEST_F(DuesTest, ABillRunStoppedAgainAndAgainLosesAndDoublesNothing) {
  constexpr int kBranches = 40;
  for (int b = 0; b < kBranches; ++b) FillBranch(absl::StrCat("支部", b), 30);
  v1::CreateBillRunRequest request;
  request.set_parent(county_.name());
  request.set_month("2025-05");
  const auto run = bills_->CreateBillRun(Department(), request);
  ASSERT_THAT(run, IsOk());
  EXPECT_THAT(bills_->CreateBillRun(Department(), request), HasReason("BILL_RUN_ACTIVE"));
  v1::GetBillRunRequest get;
  get.set_name(run->name());
  v1::BillRun progress;
  for (int stops = 0; progress.state() != v1::BILL_RUN_STATE_DONE; ++stops) {
    job::JobRunner stopped(*database_, base::Clock::Real(), absl::StrCat("stopped", stops));
    BillRunner runner(ids_, tree_, books_, metrics_, [] {});
    AddBillJobs(stopped, runner);
    stopped.Start();
    for (const int64_t seen = progress.bills_made();
         progress.bills_made() == seen && progress.state() != v1::BILL_RUN_STATE_DONE;) {
      const auto now = bills_->GetBillRun(Department(), get);
      ASSERT_THAT(now, IsOk());
      progress = *now;
    }
    stopped.Stop();
  }
  ExpectAllBilled(progress, kBranches, 30);
}

TEST_F(DuesTest, ABillRunKilledInTheMiddleOfItsTransactionsLosesAndDoublesNothing) {
  constexpr int kBranches = 60;
  for (int b = 0; b < kBranches; ++b) FillBranch(absl::StrCat("支部", b), 60);
  v1::CreateBillRunRequest request;
  request.set_parent(county_.name());
  request.set_month("2025-05");
  const auto run = bills_->CreateBillRun(Department(), request);
  ASSERT_THAT(run, IsOk());
  const int64_t id = *base::ParseName(run->name(), "billRuns");

  // Somebody shoots every connection of the schema but the own one, wherever it is, thirty times
  // while the run goes on; the job comes back each time.
  struct ConnectionId {
    int64_t id = 0;
  };
  static const sql::Query<ConnectionId> kOthers(
      "dues_test.connections",
      "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> "
      "CONNECTION_ID()");
  auto killer = sql::Database::Open(schema_.options());
  ASSERT_THAT(killer, IsOk());
  std::atomic<bool> done = false;
  std::thread worker([&] {
    while (!done) jobs_.RunOnce(kBillRunJob).IgnoreError();
  });
  constexpr int kShots = 30;
  int shots = 0;
  int reads = 0;
  BillRunRow row;
  while (row.state != RunState::kDone) {
    const auto now =
        (*killer)->Read(Soon(), [&](sql::Session& session) -> absl::StatusOr<BillRunRow> {
          if (++reads % 32 == 0 && shots < kShots) {
            ++shots;
            RONGHE_ASSIGN_OR_RETURN(const auto others, session.Select(kOthers));
            for (const ConnectionId& one : others) {
              session.RunText("dues_test.kill", absl::StrCat("KILL ", one.id)).IgnoreError();
            }
          }
          return LoadBillRun(session, id);
        });
    EXPECT_THAT(now, IsOk());
    if (!now.ok()) break;
    row = *now;
  }
  done = true;
  worker.join();
  EXPECT_GT(shots, 0);
  ExpectAllBilled(ToProto(row), kBranches, 60);
}

TEST_F(DuesTest, ABranchLargerThanATransactionIsBilledByRanges) {
  constexpr int kMembers = kBilledAtATime * 2 + 100;
  FillBranch("大支部", kMembers);
  const v1::BillRun run = Bill("2025-05");
  EXPECT_EQ(run.bills_made(), kMembers - 1);
  EXPECT_EQ(run.branches_done(), 2);
  EXPECT_EQ(run.members_without_standard(), 1);
}

TEST_F(DuesTest, PaymentsThatMeetTheirBillRunSettleItsBills) {
  constexpr int kPayers = 8;
  constexpr int kMonths = 12;
  std::vector<v1::Member> members;
  for (int n = 1; n <= kPayers; ++n) {
    members.push_back(Join(branch_.name(), n));
    ASSERT_THAT(Fix(members.back(), 300'000), IsOk());
  }
  for (int month = 1; month <= kMonths; ++month) {
    const absl::CivilDay day(2025, month, 10);
    std::vector<absl::Status> answers(kPayers, absl::UnknownError("not yet"));
    std::vector<std::thread> payers;
    for (size_t i = 0; i < answers.size(); ++i) {
      payers.emplace_back(
          [&, i] { answers[i] = Pay(members[i], 1'500, day, FormatMonth(Month(day))).status(); });
    }
    Bill(FormatMonth(Month(day)));
    for (std::thread& payer : payers) payer.join();
    for (const absl::Status& answer : answers) EXPECT_THAT(answer, IsOk());
  }
  for (const v1::Member& member : members) {
    const std::vector<v1::DuesBill> bills = BillsOf(member);
    ASSERT_THAT(bills, SizeIs(kMonths));
    for (const v1::DuesBill& bill : bills) {
      EXPECT_EQ(bill.state(), v1::DUES_BILL_STATE_PAID) << bill.DebugString();
    }
  }
  ExpectProven();
}

// The conflict by the book: the run commits its bill between what the payment read and what it
// writes.
TEST_F(DuesTest, APaymentWhoseBillComesInBetweenIsTriedAgain) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  const int64_t id = *base::ParseName(member.name(), "members");
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  int tries = 0;
  ASSERT_OK(database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesBillRow> open, LockOpenBills(session, id));
    if (++tries == 1) {
      EXPECT_THAT(open, IsEmpty());
      EXPECT_EQ(Bill("2025-01").bills_made(), 1);
    }
    if (!open.empty()) return absl::OkStatus();
    const DuesBillRow bill{
        .member_id = id, .month = 202501, .organization_id = branch, .amount_fen = 1'500};
    return AddBill(session, bill);
  }));
  EXPECT_EQ(tries, 2);
  EXPECT_THAT(BillsOf(member), SizeIs(1));
}

TEST_F(DuesTest, C_07_C_08_PartialPaymentsMakeUpTheOldestMonthsFirst) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  for (const char* const month : {"2025-01", "2025-02", "2025-03", "2025-09"}) Bill(month);
  EXPECT_EQ(AccountOf(member).arrears_months(), 3);
  EXPECT_EQ(AccountOf(member).arrears_fen(), 4'500);
  const auto part = Pay(member, 2'000, absl::CivilDay(2025, 9, 10));
  ASSERT_THAT(part, IsOk());
  EXPECT_TRUE(part->late_make_up());
  ASSERT_EQ(part->allocations_size(), 2);
  EXPECT_TRUE(part->allocations(0).settled());
  EXPECT_FALSE(part->allocations(1).settled());
  std::vector<v1::DuesBill> bills = BillsOf(member);
  EXPECT_EQ(bills[0].state(), v1::DUES_BILL_STATE_PAID);
  EXPECT_EQ(bills[1].state(), v1::DUES_BILL_STATE_PARTIAL);
  v1::DuesAccount account = AccountOf(member);
  EXPECT_EQ(account.paid_through().month(), 1);
  EXPECT_EQ(account.arrears_fen(), 2'500);
  ASSERT_THAT(Pay(member, 4'000, absl::CivilDay(2025, 9, 11)), IsOk());
  account = AccountOf(member);
  EXPECT_EQ(account.paid_through().month(), 9);
  EXPECT_EQ(account.arrears_months(), 0);
  // The receipts of a branch have no gaps.
  EXPECT_EQ(part->receipt_number(), absl::StrCat(branch_.code(), "-2025-000001"));
  EXPECT_EQ(Pay(member, 1, absl::CivilDay(2025, 9, 11)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ExpectProven();
}

TEST_F(DuesTest, C_07_C_23_PayingAheadMakesTheBillsThatTheRunThenLeavesAlone) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  v1::RecordDuesPaymentRequest quarter = Payment(member, 4'500, absl::CivilDay(2025, 1, 5));
  EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), quarter),
              HasReason("DUES_QUARTERLY_CONSENT"));
  quarter.set_quarterly_consent(true);
  quarter.set_amount_fen(4'501);
  EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), quarter), HasReason("DUES_PREPAY_LIMIT"));
  quarter.set_amount_fen(4'500);
  ASSERT_THAT(payments_->RecordDuesPayment(Cashier(), quarter), IsOk());
  EXPECT_EQ(AccountOf(member).paid_through().month(), 3);
  EXPECT_EQ(Bill("2025-02").bills_made(), 0);
  const v1::DuesCollection collection = Collection(county_.name(), "2025-01", "2025-03");
  EXPECT_EQ(collection.billed_fen(), 4'500);
  EXPECT_EQ(collection.settled_fen(), 4'500);
  EXPECT_EQ(collection.rate_basis_points(), 10'000);
  ExpectProven();
}

TEST_F(DuesTest, C_09_SixMonthsUnpaidAreAnEventAndChangeNoStanding) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  for (int month = 1; month <= 7; ++month) Bill(FormatMonth(Month(2025, month)));
  EXPECT_EQ(AccountOf(member).unpaid_months(), 6);
  v1::ListArrearsRequest list;
  list.set_parent(county_.name());
  list.set_min_months(6);
  const auto arrears = bills_->ListArrears(Department(), list);
  ASSERT_THAT(arrears, IsOk());
  ASSERT_EQ(arrears->arrears_size(), 1);
  EXPECT_EQ(arrears->arrears(0).member(), member.name());
  list.set_min_months(7);
  EXPECT_EQ(bills_->ListArrears(Department(), list)->arrears_size(), 0);

  ASSERT_THAT(Pay(member, 1'500, absl::CivilDay(2025, 7, 20)), IsOk());
  v1::GetMemberRequest get;
  get.set_name(member.name());
  EXPECT_EQ(members_->GetMember(Department(), get)->standing(), member.standing());
  struct EventId {
    int64_t id = 0;
  };
  static const sql::Query<EventId> kUnpaid(
      "dues_test.unpaid",
      "SELECT id FROM event WHERE type = 'ronghe.membership.dues_unpaid.changed'");
  const auto events =
      database_->Read(Soon(), [](sql::Session& session) { return session.Select(kUnpaid); });
  ASSERT_THAT(events, IsOk());
  EXPECT_THAT(*events, SizeIs(4));  // at 3, 5 and 6 months, and when the payment came
}

TEST_F(DuesTest, C_10_C_06_ChannelsAndPlaces) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  v1::RecordDuesPaymentRequest payment = Payment(member, 1'500, absl::CivilDay(2025, 1, 5));
  for (const v1::DuesChannel channel :
       {v1::DUES_CHANNEL_PAYROLL_DEDUCTION, v1::DUES_CHANNEL_ORGANIZATION_PAID,
        v1::DUES_CHANNEL_SPECIAL_LEVY}) {
    payment.set_channel(channel);
    EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), payment), HasReason("DUES_CHANNEL_BANNED"));
  }
  payment.set_channel(v1::DUES_CHANNEL_CASH);
  const v1::Organization away = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "流入地党支部");
  payment.set_organization(away.name());
  EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), payment), HasReason("DUES_NOT_FLOATING"));
  payment.set_organization(town_.name());
  EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), payment),
              HasReason("DUES_TEMPORARY_ORGANIZATION"));
  v1::RegisterFloatingMemberRequest floating;
  floating.set_parent(member.name());
  *floating.mutable_valid_from() = rpc::ToProto(absl::CivilDay(2025, 1, 1));
  floating.set_destination_organization(away.name());
  floating.set_destination_region("440100");
  floating.set_reach(v1::FLOATING_REACH_OVER_PROVINCES);
  floating.set_destination(v1::FLOATING_DESTINATION_PRIVATE_ENTERPRISE);
  floating.set_former_occupation(v1::FLOATING_OCCUPATION_FARMER);
  floating.set_contact_person(Join(branch_.name(), 2).name());
  ASSERT_THAT(overlays_->RegisterFloatingMember(Secretary(), floating), IsOk());
  payment.set_organization(away.name());
  payment.set_payer(v1::DUES_PAYER_RELATIVE);
  const auto paid = payments_->RecordDuesPayment(Cashier(), payment);
  ASSERT_THAT(paid, IsOk());
  EXPECT_EQ(paid->organization(), away.name());
  EXPECT_EQ(BillsOf(member)[0].organization(), branch_.name());
  EXPECT_EQ(Collection(away.name(), "2025-01", "2025-01").months(0).collected_fen(), 1'500);
  ExpectProven();
}

TEST_F(DuesTest, C_04_AVoluntaryExtraFrom1000YuanGoesWholeToTheCentre) {
  const v1::Member member = Join(branch_.name(), 1);
  v1::RecordVoluntaryDuesRequest extra;
  extra.set_parent(member.name());
  extra.set_channel(v1::DUES_CHANNEL_BANK_TRANSFER);
  *extra.mutable_paid_on() = rpc::ToProto(absl::CivilDay(2025, 1, 5));
  extra.set_amount_fen(99'999);
  const auto small = payments_->RecordVoluntaryDues(Cashier(), extra);
  ASSERT_THAT(small, IsOk());
  EXPECT_EQ(small->kind(), v1::DUES_PAYMENT_KIND_VOLUNTARY);
  extra.set_amount_fen(100'000);
  const auto large = payments_->RecordVoluntaryDues(Cashier(), extra);
  ASSERT_THAT(large, IsOk());
  EXPECT_EQ(large->kind(), v1::DUES_PAYMENT_KIND_CENTRAL);
  EXPECT_NE(large->receipt_number(), small->receipt_number());
  ASSERT_THAT(Confirm(small->name()), IsOk());
  ASSERT_THAT(Confirm(large->name()), IsOk());

  // Branch and town hand it up whole, whatever their ratios.
  auto sent = Send(branch_.name(), "2025-01", absl::CivilDay(2025, 2, 3));
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->base_fen(), 99'999);
  EXPECT_EQ(sent->central_fen(), 100'000);
  EXPECT_EQ(sent->sent_fen(), 199'999);
  ASSERT_THAT(Receive(sent->name(), 199'999, absl::CivilDay(2025, 2, 4)), IsOk());
  ASSERT_THAT(Close(town_.name(), "2025-01"), IsOk());
  sent = Send(town_.name(), "2025-01", absl::CivilDay(2025, 2, 5));
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->base_fen(), 99'999);
  EXPECT_EQ(sent->ratio_fen(), 20'000);  // 20 % rounded half up
  EXPECT_EQ(sent->central_fen(), 100'000);
  ASSERT_THAT(Receive(sent->name(), 120'000, absl::CivilDay(2025, 2, 6)), IsOk());
  ASSERT_THAT(Close(county_.name(), "2025-01"), IsOk());
  ExpectProven();
}

TEST_F(DuesTest, APaymentReplayedIsOnePayment) {
  const v1::Member member = Join(branch_.name(), 1);
  const v1::Member other = Join(branch_.name(), 2);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  ASSERT_THAT(Fix(other, 300'000), IsOk());
  Bill("2025-01");
  v1::RecordDuesPaymentRequest payment = Payment(member, 700, absl::CivilDay(2025, 1, 5));
  payment.set_external_number("4200001234202501051111");
  payment.set_request_id("one");
  const auto first = payments_->RecordDuesPayment(Cashier(), payment);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(payments_->RecordDuesPayment(Cashier(), payment)->name(), first->name());
  payment.set_request_id("two");
  const auto again = payments_->RecordDuesPayment(Cashier(), payment);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->name(), first->name());
  EXPECT_EQ(again->receipt_number(), first->receipt_number());
  EXPECT_EQ(BillsOf(member)[0].paid_fen(), 700);
  payment.set_request_id("three");
  payment.set_amount_fen(800);
  EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), payment),
              HasReason("DUES_EXTERNAL_NUMBER_USED"));
  payment.set_request_id("four");
  payment.set_amount_fen(700);
  payment.set_parent(other.name());
  EXPECT_THAT(payments_->RecordDuesPayment(Cashier(), payment),
              HasReason("DUES_EXTERNAL_NUMBER_USED"));
  ExpectProven();
}

TEST_F(DuesTest, Of32ConcurrentPaymentsOfABillOneSettlesItAndNoneIsLost) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 640'000), IsOk());  // 96.00 a month
  Bill("2025-01");
  constexpr int kPayers = 32;
  const auto pay_all = [&](int64_t fen, absl::CivilDay day, const std::string& month) {
    std::vector<absl::StatusOr<v1::DuesPayment>> answers(kPayers, absl::UnknownError("not yet"));
    std::vector<std::thread> threads;
    for (int i = 0; i < kPayers; ++i) {
      threads.emplace_back(
          [&, i] { answers[static_cast<size_t>(i)] = Pay(member, fen, day, month); });
    }
    for (std::thread& thread : threads) thread.join();
    return answers;
  };
  // Each pays a part, together the whole.
  int settled = 0;
  for (const auto& answer : pay_all(300, absl::CivilDay(2025, 1, 5), "")) {
    ASSERT_THAT(answer, IsOk());
    ASSERT_EQ(answer->allocations_size(), 1);
    if (answer->allocations(0).settled()) ++settled;
  }
  EXPECT_EQ(settled, 1);
  EXPECT_EQ(BillsOf(member)[0].paid_fen(), 9'600);
  EXPECT_EQ(BillsOf(member)[0].state(), v1::DUES_BILL_STATE_PAID);
  // Each pays the whole of the next month.
  Bill("2025-02");
  int taken = 0;
  for (const auto& answer : pay_all(9'600, absl::CivilDay(2025, 2, 5), "2025-02")) {
    if (answer.ok()) {
      ++taken;
    } else {
      EXPECT_THAT(answer, HasReason("DUES_BILL_SETTLED"));
    }
  }
  EXPECT_EQ(taken, 1);
  v1::ListDuesPaymentsRequest list;
  list.set_parent(branch_.name());
  list.set_page_size(200);
  const auto payments = payments_->ListDuesPayments(Cashier(), list);
  ASSERT_THAT(payments, IsOk());
  EXPECT_EQ(payments->payments_size(), kPayers + 1);
  std::set<std::string> receipts;
  for (const v1::DuesPayment& one : payments->payments()) receipts.insert(one.receipt_number());
  EXPECT_THAT(receipts, SizeIs(kPayers + 1));
  ExpectProven();
}

TEST_F(DuesTest, C_19_WhoRecordsAPaymentCantConfirmIt) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  const auto paid = Pay(member, 1'500, absl::CivilDay(2025, 1, 5));
  ASSERT_THAT(paid, IsOk());
  v1::ConfirmDuesPaymentRequest confirm;
  confirm.set_name(paid->name());
  EXPECT_THAT(payments_->ConfirmDuesPayment(Cashier(), confirm), IsDenied());
  EXPECT_THAT(payments_->ConfirmDuesPayment(As("dues_bookkeeper", county_.name(), 8), confirm),
              HasReason("DUES_SAME_PERSON"));
  const int64_t county = *base::ParseName(county_.name(), "organizations");
  auth::Principal both{.kind = auth::Principal::Kind::kPerson, .subject = "accounts/10"};
  both.grants.push_back({.role = "dues_bookkeeper", .organization_id = county});
  both.grants.push_back({.role = "dues_cashier", .organization_id = county});
  EXPECT_THAT(payments_->ConfirmDuesPayment(server_->As(both), confirm),
              HasReason("DUES_SAME_PERSON"));
  const auto confirmed = Confirm(paid->name());
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->state(), v1::DUES_PAYMENT_STATE_CONFIRMED);
  EXPECT_THAT(Confirm(paid->name()), HasReason("DUES_PAYMENT_STATE"));
}

TEST_F(DuesTest, AReversalTakesAPaymentBackWhole) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  Bill("2025-02");
  const auto paid = Pay(member, 3'000, absl::CivilDay(2025, 2, 5));
  ASSERT_THAT(paid, IsOk());
  ASSERT_THAT(Confirm(paid->name()), IsOk());
  EXPECT_EQ(AccountOf(member).paid_through().month(), 2);
  const auto reversed = Reverse(paid->name(), absl::CivilDay(2025, 3, 1));
  ASSERT_THAT(reversed, IsOk());
  EXPECT_EQ(reversed->state(), v1::DUES_PAYMENT_STATE_REVERSED);
  EXPECT_THAT(Reverse(paid->name(), absl::CivilDay(2025, 3, 1)), HasReason("DUES_PAYMENT_STATE"));
  EXPECT_EQ(BillsOf(member)[0].state(), v1::DUES_BILL_STATE_BILLED);
  EXPECT_EQ(AccountOf(member).arrears_months(), 1);
  EXPECT_EQ(Collection(branch_.name(), "2025-03", "2025-03").months(0).collected_fen(), -3'000);
  v1::ListLedgerEntriesRequest list;
  list.set_parent(branch_.name());
  list.set_fund(v1::FUND_DUES);
  const auto entries = ledger_->ListLedgerEntries(Bookkeeper(), list);
  ASSERT_THAT(entries, IsOk());
  ASSERT_EQ(entries->entries_size(), 4);
  EXPECT_EQ(entries->entries(0).kind(), v1::LEDGER_ENTRY_KIND_REVERSAL);
  v1::ReverseFundEntryRequest reverse;
  reverse.set_name(entries->entries(3).name());
  EXPECT_THAT(ledger_->ReverseFundEntry(Bookkeeper(), reverse),
              HasReason("LEDGER_ENTRY_OF_PAYMENT"));
  ASSERT_THAT(Pay(member, 3'000, absl::CivilDay(2025, 3, 2)), IsOk());
  EXPECT_EQ(BillsOf(member)[1].state(), v1::DUES_BILL_STATE_PAID);
  ExpectProven();
}

TEST_F(DuesTest, AMemberSeesTheOwnDuesAndNobodyElses) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  EXPECT_THAT(bills_->ListMyDues(Secretary(), {}), HasReason("MEMBER_LINK_MISSING"));
  auth::Principal self{.kind = auth::Principal::Kind::kPerson, .subject = "accounts/30"};
  self.member_id = *base::ParseName(member.name(), "members");
  const auto mine = bills_->ListMyDues(server_->As(self), {});
  ASSERT_THAT(mine, IsOk());
  ASSERT_EQ(mine->bills_size(), 1);
  v1::ListDuesOfMemberRequest other;
  other.set_parent(member.name());
  EXPECT_THAT(bills_->ListDuesOfMember(server_->As(self), other), IsDenied());
}

TEST_F(DuesTest, BadInputIsRefused) {
  const v1::Member member = Join(branch_.name(), 1);
  v1::CreateBillRunRequest run;
  run.set_parent(county_.name());
  run.set_month("2025-13");
  EXPECT_THAT(bills_->CreateBillRun(Department(), run), ::testing::Not(IsOk()));
  run.set_month("9000-01");
  EXPECT_THAT(bills_->CreateBillRun(Department(), run), HasReason("MONTH_IN_FUTURE"));
  EXPECT_THAT(Pay(member, 100, absl::CivilDay(2025, 1, 1)), HasReason("DUES_STANDARD_MISSING"));
  EXPECT_THAT(Pay(member, 0, absl::CivilDay(2025, 1, 1)), ::testing::Not(IsOk()));
  EXPECT_THAT(Pay(member, 100, absl::CivilDay(2999, 1, 1)), HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  EXPECT_THAT(Send(branch_.name(), "2025-Q9", absl::CivilDay(2026, 1, 1)), ::testing::Not(IsOk()));
  EXPECT_THAT(Confirm("duesPayments/1"), ::testing::Not(IsOk()));
  v1::GetDuesAccountRequest account;
  account.set_name("members/1");
  EXPECT_THAT(bills_->GetDuesAccount(Secretary(), account), ::testing::Not(IsOk()));
}

}  // namespace
}  // namespace ronghe::membership
