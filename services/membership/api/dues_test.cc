// How do dues behave from the standard to the published year, behind the real pipeline and on a
// real database?
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/dues_bill.ronghe.h"
#include "ronghe/membership/v1/dues_payment.ronghe.h"
#include "ronghe/membership/v1/dues_report.ronghe.h"
#include "ronghe/membership/v1/dues_standard.ronghe.h"
#include "ronghe/membership/v1/fund_request.ronghe.h"
#include "ronghe/membership/v1/ledger.ronghe.h"
#include "ronghe/membership/v1/overlay.ronghe.h"
#include "ronghe/membership/v1/remittance.ronghe.h"
#include "services/membership/api/dues_bill_api.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/api/dues_payment_api.h"
#include "services/membership/api/dues_report_api.h"
#include "services/membership/api/dues_standard_api.h"
#include "services/membership/api/fund_request_api.h"
#include "services/membership/api/ledger_api.h"
#include "services/membership/api/overlay_api.h"
#include "services/membership/api/remittance_api.h"
#include "services/membership/jobs/bill_runner.h"
#include "services/membership/jobs/ledger_checker.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_review.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMotion[] = "meetings/1/motions/1";

auto IsDenied() { return StatusIs(absl::StatusCode::kPermissionDenied); }

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

class DuesTest : public ::testing::Test, protected ServiceParts {
 protected:
  DuesTest()
      : rates_(*LoadDuesRates(BuiltinDuesRatesFile())),
        runner_(ids_, tree_, books_, metrics_, [] {}),
        checker_(tree_),
        standard_api_(writer_, tree_, rates_, books_, tokens_),
        bill_api_(writer_, tree_, tokens_, [] {}),
        payment_api_(writer_, tree_, books_, tokens_),
        report_api_(writer_, tree_),
        remittance_api_(writer_, tree_, books_, tokens_),
        ledger_api_(writer_, tree_, books_, tokens_, [] {}),
        request_api_(writer_, tree_, books_, tokens_),
        overlay_api_(writer_, tree_, books_, tokens_) {
    AddBillJobs(jobs_, runner_);
    AddLedgerJobs(jobs_, checker_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::DuesStandardServiceTable(standard_api_));
    tables.push_back(v1::DuesBillServiceTable(bill_api_));
    tables.push_back(v1::DuesPaymentServiceTable(payment_api_));
    tables.push_back(v1::DuesReportServiceTable(report_api_));
    tables.push_back(v1::RemittanceServiceTable(remittance_api_));
    tables.push_back(v1::LedgerServiceTable(ledger_api_));
    tables.push_back(v1::FundRequestServiceTable(request_api_));
    tables.push_back(v1::OverlayServiceTable(overlay_api_));
    Serve(std::move(tables));
    standards_ = std::make_unique<v1::DuesStandardServiceClient>(server_->channel());
    bills_ = std::make_unique<v1::DuesBillServiceClient>(server_->channel());
    payments_ = std::make_unique<v1::DuesPaymentServiceClient>(server_->channel());
    reports_ = std::make_unique<v1::DuesReportServiceClient>(server_->channel());
    remittances_ = std::make_unique<v1::RemittanceServiceClient>(server_->channel());
    ledger_ = std::make_unique<v1::LedgerServiceClient>(server_->channel());
    requests_ = std::make_unique<v1::FundRequestServiceClient>(server_->channel());
    overlays_ = std::make_unique<v1::OverlayServiceClient>(server_->channel());
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    town_ = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "某镇党委");
    branch_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "某村党支部");
  }
  ~DuesTest() override { server_.reset(); }

  rpc::Outgoing As(const char* role, const std::string& organization, int64_t account) const {
    return server_->As(role, *base::ParseName(organization, "organizations"), account);
  }
  rpc::Outgoing Secretary() const { return As("branch_secretary", branch_.name(), 7); }
  rpc::Outgoing Cashier() const { return As("dues_cashier", county_.name(), 8); }
  rpc::Outgoing Bookkeeper() const { return As("dues_bookkeeper", county_.name(), 9); }

  v1::Member Join(const std::string& branch, int n,
                  absl::CivilDay from = absl::CivilDay(2024, 1, 1),
                  v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL) {
    auto member = TryJoin(branch, Someone(n, category), from);
    EXPECT_THAT(member, IsOk());
    return member.ok() ? *std::move(member) : v1::Member();
  }

  absl::StatusOr<v1::DuesStandard> Fix(const v1::Member& member, int64_t base_fen,
                                       int32_t year = 2025) {
    v1::SetDuesStandardRequest request;
    request.set_parent(member.name());
    request.set_year(year);
    request.mutable_base()->set_category(v1::DUES_CATEGORY_SALARY);
    request.mutable_base()->set_base_fen(base_fen);
    return standards_->SetDuesStandard(As("branch_secretary", member.organization(), 7), request);
  }

  // A branch full of members, laid into the tables as an import would; the first of them has no
  // standard.
  void FillBranch(const std::string& title, int count) {
    const v1::Organization branch = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, title);
    const int64_t organization = *base::ParseName(branch.name(), "organizations");
    std::vector<MemberRow> members;
    std::vector<MemberIntervalRow> intervals;
    std::vector<DuesStandardRow> standards;
    std::vector<event::Draft> drafts;
    for (int m = 0; m < count; ++m) {
      members.push_back(TestMember(ids_.Next(), organization));
      intervals.push_back(TestInterval(ids_.Next(), members.back(), absl::CivilDay(2020, 1, 1)));
      drafts.push_back(InsertedEvent(intervals.back()));
      drafts.back().id = ids_.Next();
      drafts.back().time = absl::Now();
      if (m == 0) continue;
      DuesStandardRow standard{
          .member_id = members.back().id, .rule_set = "test", .source = "test"};
      standard.set_standard({.dues = {.base_fen = 300'000, .rate_bp = 50, .amount_fen = 1'500},
                             .from = Month(2025, 1),
                             .to = Month(2025, 12)});
      standards.push_back(standard);
    }
    ASSERT_OK(database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      RONGHE_RETURN_IF_ERROR(InsertMembers(session, members));
      RONGHE_RETURN_IF_ERROR(InsertIntervals(session, intervals));
      RONGHE_RETURN_IF_ERROR(InsertStandards(session, standards));
      return event::EmitMany(session, drafts);
    }));
  }
  // Everybody of so many such branches is billed once for 2025-05, as the run says.
  void ExpectAllBilled(const v1::BillRun& run, int branches, int members) {
    const int64_t billed = int64_t{branches} * (members - 1);
    EXPECT_EQ(run.bills_made(), billed);
    EXPECT_EQ(run.members_without_standard(), branches);
    EXPECT_EQ(run.branches_done(), branches + 1);
    const v1::DuesCollection collection = Collection(county_.name(), "2025-05", "2025-05");
    ASSERT_EQ(collection.months_size(), 1);
    EXPECT_EQ(collection.months(0).members(), billed + branches);
    EXPECT_EQ(collection.months(0).billed_members(), billed);
    EXPECT_EQ(collection.billed_fen(), billed * 1'500);
    EXPECT_EQ(Bill("2025-05").bills_made(), 0);
  }

  v1::BillRun Bill(const std::string& month, const std::string& parent = "") {
    v1::CreateBillRunRequest request;
    request.set_parent(parent.empty() ? county_.name() : parent);
    request.set_month(month);
    auto run = bills_->CreateBillRun(Department(), request);
    EXPECT_THAT(run, IsOk());
    if (!run.ok()) return {};
    EXPECT_OK(jobs_.RunOnce(kBillRunJob));
    v1::GetBillRunRequest get;
    get.set_name(run->name());
    auto done = bills_->GetBillRun(Department(), get);
    EXPECT_THAT(done, IsOk());
    return done.ok() ? *done : v1::BillRun();
  }

  v1::RecordDuesPaymentRequest Payment(const v1::Member& member, int64_t fen, absl::CivilDay day,
                                       const std::string& month = "") {
    v1::RecordDuesPaymentRequest request;
    request.set_parent(member.name());
    request.set_amount_fen(fen);
    request.set_channel(v1::DUES_CHANNEL_MOBILE);
    *request.mutable_paid_on() = rpc::ToProto(day);
    request.set_month(month);
    return request;
  }
  absl::StatusOr<v1::DuesPayment> Pay(const v1::Member& member, int64_t fen, absl::CivilDay day,
                                      const std::string& month = "") {
    return payments_->RecordDuesPayment(Cashier(), Payment(member, fen, day, month));
  }
  absl::StatusOr<v1::DuesPayment> Confirm(const std::string& name) {
    v1::ConfirmDuesPaymentRequest request;
    request.set_name(name);
    return payments_->ConfirmDuesPayment(Bookkeeper(), request);
  }
  absl::StatusOr<v1::DuesPayment> Reverse(const std::string& name, absl::CivilDay day) {
    v1::ReverseDuesPaymentRequest request;
    request.set_name(name);
    *request.mutable_day() = rpc::ToProto(day);
    return payments_->ReverseDuesPayment(Bookkeeper(), request);
  }

  std::vector<v1::DuesBill> BillsOf(const v1::Member& member) {
    v1::ListDuesOfMemberRequest request;
    request.set_parent(member.name());
    auto page = bills_->ListDuesOfMember(Secretary(), request);
    EXPECT_THAT(page, IsOk());
    std::vector<v1::DuesBill> bills;
    if (page.ok()) bills.assign(page->bills().rbegin(), page->bills().rend());
    return bills;
  }
  v1::DuesAccount AccountOf(const v1::Member& member) {
    v1::GetDuesAccountRequest request;
    request.set_name(absl::StrCat(member.name(), "/duesAccount"));
    auto account = bills_->GetDuesAccount(Secretary(), request);
    EXPECT_THAT(account, IsOk());
    return account.ok() ? *account : v1::DuesAccount();
  }
  v1::DuesCollection Collection(const std::string& parent, const std::string& from,
                                const std::string& to) {
    v1::GetDuesCollectionRequest request;
    request.set_parent(parent);
    request.set_from_month(from);
    request.set_to_month(to);
    auto collection = bills_->GetDuesCollection(Department(), request);
    EXPECT_THAT(collection, IsOk());
    return collection.ok() ? *collection : v1::DuesCollection();
  }

  // The proof of the whole county's books.
  v1::LedgerCheck Check() {
    v1::CheckLedgerRequest request;
    request.set_parent(county_.name());
    auto check = ledger_->CheckLedger(Bookkeeper(), request);
    EXPECT_THAT(check, IsOk());
    if (!check.ok()) return {};
    EXPECT_OK(jobs_.RunOnce(kLedgerCheckJob));
    v1::GetLedgerCheckRequest get;
    get.set_name(check->name());
    auto done = ledger_->GetLedgerCheck(Bookkeeper(), get);
    EXPECT_THAT(done, IsOk());
    return done.ok() ? *done : v1::LedgerCheck();
  }
  void ExpectProven() {
    const v1::LedgerCheck check = Check();
    EXPECT_EQ(check.state(), v1::LEDGER_CHECK_STATE_PROVEN) << check.DebugString();
    EXPECT_EQ(check.debit_fen(), check.credit_fen());
  }

  absl::StatusOr<v1::Remittance> Send(const std::string& parent, const std::string& period,
                                      absl::CivilDay day) {
    v1::SendRemittanceRequest request;
    request.set_parent(parent);
    request.set_period(period);
    *request.mutable_day() = rpc::ToProto(day);
    return remittances_->SendRemittance(Bookkeeper(), request);
  }
  absl::StatusOr<v1::Remittance> Receive(const std::string& name, int64_t fen, absl::CivilDay day) {
    v1::ReceiveRemittanceRequest request;
    request.set_name(name);
    request.set_received_fen(fen);
    *request.mutable_day() = rpc::ToProto(day);
    return remittances_->ReceiveRemittance(Bookkeeper(), request);
  }
  absl::StatusOr<v1::RemittancePeriod> Close(const std::string& parent, const std::string& period) {
    v1::CloseRemittancePeriodRequest request;
    request.set_parent(parent);
    request.set_period(period);
    return remittances_->CloseRemittancePeriod(Bookkeeper(), request);
  }
  absl::StatusOr<v1::LedgerEntry> Spend(const std::string& parent, v1::Fund fund, v1::FundUse use,
                                        int64_t fen, const std::string& decision = kMotion) {
    v1::PostFundEntryRequest request;
    request.set_parent(parent);
    request.set_fund(fund);
    request.set_use(use);
    request.set_amount_fen(fen);
    request.set_decision(decision);
    *request.mutable_day() = rpc::ToProto(absl::CivilDay(2025, 6, 1));
    return ledger_->PostFundEntry(Bookkeeper(), request);
  }
  absl::StatusOr<v1::LedgerEntry> Earn(const std::string& parent, v1::Fund fund,
                                       v1::FundIncome income, int64_t fen) {
    v1::PostFundEntryRequest request;
    request.set_parent(parent);
    request.set_fund(fund);
    request.set_income(income);
    request.set_amount_fen(fen);
    *request.mutable_day() = rpc::ToProto(absl::CivilDay(2025, 1, 5));
    return ledger_->PostFundEntry(Bookkeeper(), request);
  }

  const DuesRateBook rates_;
  BillRunner runner_;
  LedgerChecker checker_;
  DuesStandardApi standard_api_;
  DuesBillApi bill_api_;
  DuesPaymentApi payment_api_;
  DuesReportApi report_api_;
  RemittanceApi remittance_api_;
  LedgerApi ledger_api_;
  FundRequestApi request_api_;
  OverlayApi overlay_api_;
  std::unique_ptr<v1::DuesStandardServiceClient> standards_;
  std::unique_ptr<v1::DuesBillServiceClient> bills_;
  std::unique_ptr<v1::DuesPaymentServiceClient> payments_;
  std::unique_ptr<v1::DuesReportServiceClient> reports_;
  std::unique_ptr<v1::RemittanceServiceClient> remittances_;
  std::unique_ptr<v1::LedgerServiceClient> ledger_;
  std::unique_ptr<v1::FundRequestServiceClient> requests_;
  std::unique_ptr<v1::OverlayServiceClient> overlays_;
  v1::Organization county_;
  v1::Organization town_;
  v1::Organization branch_;
};

TEST_F(DuesTest, C_02_OneStandardAYearAndAPayrollBaseStaysPrivate) {
  const v1::Member member = Join(branch_.name(), 1);
  const auto standard = Fix(member, 300'001);
  ASSERT_THAT(standard, IsOk());
  EXPECT_EQ(standard->amount_fen(), 3'000);
  EXPECT_EQ(standard->from_month(), "2025-01");
  EXPECT_EQ(standard->to_month(), "2025-12");
  EXPECT_EQ(standard->rule_set(), "dues_rates/2017-01-01");
  EXPECT_THAT(Fix(member, 300'001), HasReason("DUES_STANDARD_EXISTS"));
  EXPECT_THAT(Fix(member, 300'001, 2026), IsOk());
}

TEST_F(DuesTest, C_02_AStandardChangesWithinTheYearOnlyForAReasonAndFromNextMonth) {
  const v1::Member member = Join(branch_.name(), 1);
  const absl::CivilDay today = base::ShanghaiDay(absl::Now());
  if (today.month() == 12) GTEST_SKIP() << "in December a change is the next year's standard";
  ASSERT_THAT(Fix(member, 300'000, static_cast<int32_t>(today.year())), IsOk());
  v1::ChangeDuesStandardRequest change;
  change.set_parent(member.name());
  change.mutable_base()->set_category(v1::DUES_CATEGORY_RETIRED);
  change.mutable_base()->set_base_fen(500'000);
  EXPECT_THAT(standards_->ChangeDuesStandard(Secretary(), change), ::testing::Not(IsOk()));
  change.set_reason(v1::DUES_CHANGE_REASON_RETIRED);
  const auto changed = standards_->ChangeDuesStandard(Secretary(), change);
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->amount_fen(), 2'500);
  EXPECT_EQ(changed->from_month(), FormatMonth(Month(today) + 1));
  EXPECT_THAT(standards_->ChangeDuesStandard(Secretary(), change),
              HasReason("DUES_STANDARD_UNCHANGED"));
  v1::ListDuesStandardsRequest list;
  list.set_parent(member.name());
  list.set_page_size(1);
  const auto first = standards_->ListDuesStandards(Secretary(), list);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->standards(0).kind(), v1::DUES_STANDARD_KIND_CHANGED);
  list.set_page_token(first->next_page_token());
  const auto second = standards_->ListDuesStandards(Secretary(), list);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->standards(0).to_month(), FormatMonth(Month(today)));
  EXPECT_TRUE(second->next_page_token().empty());
}

TEST_F(DuesTest, DL_19_ABatchFixesABranchAllOrNone) {
  v1::BatchSetDuesStandardsRequest batch;
  batch.set_parent(branch_.name());
  batch.set_year(2025);
  std::vector<v1::Member> members;
  for (int n = 1; n <= 3; ++n) {
    members.push_back(Join(branch_.name(), n));
    v1::MemberDuesBase* const base = batch.add_bases();
    base->set_member(members.back().name());
    base->mutable_base()->set_category(v1::DUES_CATEGORY_STUDENT);
  }
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  ASSERT_OK(database_->Transact(Soon(), [&](sql::Session& session) {
    return SetDeadline(
        session,
        MakeDeadline(ids_.Next(), "DL-19", {"organizations", branch}, branch,
                     absl::CivilDay(2025, 1, 31),
                     books_.Get("dues").On(absl::CivilDay(2025, 1, 1)).Get("dues.standard_by"),
                     absl::Now()));
  }));
  batch.mutable_bases(2)->mutable_base()->set_category(v1::DUES_CATEGORY_SALARY);
  EXPECT_THAT(standards_->BatchSetDuesStandards(Secretary(), batch),
              HasReason("DUES_BASE_REQUIRED"));
  batch.mutable_bases(2)->mutable_base()->set_base_fen(1'000'001);
  auto answer = standards_->BatchSetDuesStandards(Secretary(), batch);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->standards(0).amount_fen(), 20);
  EXPECT_EQ(answer->standards(2).amount_fen(), 20'000);
  EXPECT_EQ(answer->missing_count(), 0);
  EXPECT_THAT(standards_->BatchSetDuesStandards(Secretary(), batch), IsOk());  // passed over
  const auto deadlines = database_->Read(Soon(), [&](sql::Session& session) {
    return DeadlinesOf(session, {"organizations", branch});
  });
  ASSERT_THAT(deadlines, IsOk());
  ASSERT_THAT(*deadlines, SizeIs(1));
  EXPECT_EQ(deadlines->front().state, DeadlineState::kMet);

  const v1::Organization other = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "另一党支部");
  batch.mutable_bases(0)->set_member(Join(other.name(), 9).name());
  EXPECT_THAT(standards_->BatchSetDuesStandards(Secretary(), batch), HasReason("MEMBER_ELSEWHERE"));
}

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

TEST_F(DuesTest, HardshipIsProposedByTheBranchAndApprovedAbove) {
  const v1::Member member = Join(branch_.name(), 1);
  ASSERT_THAT(Fix(member, 300'000), IsOk());
  Bill("2025-01");
  Bill("2025-02");
  v1::ProposeDuesReductionRequest propose;
  propose.set_parent(member.name());
  propose.set_from_month("2025-02");
  propose.set_to_month("2025-06");
  propose.set_motion("a word in the corridor");
  EXPECT_THAT(standards_->ProposeDuesReduction(Secretary(), propose),
              HasReason("FUND_DECISION_REQUIRED"));
  propose.set_motion(kMotion);
  const auto proposed = standards_->ProposeDuesReduction(Secretary(), propose);
  ASSERT_THAT(proposed, IsOk());
  EXPECT_EQ(proposed->committee(), town_.name());
  EXPECT_THAT(standards_->ProposeDuesReduction(Secretary(), propose),
              HasReason("DUES_REDUCTION_OPEN"));
  v1::ApproveDuesReductionRequest approve;
  approve.set_name(proposed->name());
  EXPECT_THAT(standards_->ApproveDuesReduction(Secretary(), approve), IsDenied());
  const rpc::Outgoing above = As("committee_secretary", town_.name(), 20);
  const auto approved = standards_->ApproveDuesReduction(above, approve);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->state(), v1::DUES_REDUCTION_STATE_APPROVED);
  EXPECT_THAT(standards_->ApproveDuesReduction(above, approve), HasReason("DUES_REDUCTION_STATE"));
  std::vector<v1::DuesBill> bills = BillsOf(member);
  EXPECT_EQ(bills[0].state(), v1::DUES_BILL_STATE_BILLED);
  EXPECT_EQ(bills[1].state(), v1::DUES_BILL_STATE_WAIVED);
  Bill("2025-03");
  Bill("2025-07");
  bills = BillsOf(member);
  EXPECT_EQ(bills[2].state(), v1::DUES_BILL_STATE_WAIVED);
  EXPECT_EQ(bills[3].amount_fen(), 1'500);
  v1::GetDuesReductionRequest get;
  get.set_name(proposed->name());
  EXPECT_EQ(standards_->GetDuesReduction(above, get)->decisions_size(), 1);
  ExpectProven();
}

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
  closed = Close(town_.name(), "2025");
  EXPECT_THAT(closed, HasReason("REMITTANCE_DIFFERENCE"));
  EXPECT_EQ(error::MetadataValue(closed.status(), "organization"), other.name());
  EXPECT_EQ(error::MetadataValue(closed.status(), "difference_fen"), "1");
  EXPECT_THAT(Send(town_.name(), "2025", day), HasReason("REMITTANCE_CHILDREN_OPEN"));
  ASSERT_THAT(Receive(sent_too->name(), 1, day), IsOk());
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
  ASSERT_THAT(remittances_->ReverseRemittance(Bookkeeper(), back), IsOk());
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
  publish.set_year(static_cast<int32_t>(base::ShanghaiDay(absl::Now()).year()));
  EXPECT_THAT(reports_->PublishDuesReport(above, publish), HasReason("DUES_YEAR_NOT_OVER"));
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
  ask.set_motion(kMotion);
  const auto asked = requests_->CreateFundRequest(Secretary(), ask);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->decider(), town_.name());
  v1::ApproveFundRequestRequest approve;
  approve.set_name(asked->name());
  approve.set_decision("meetings/2/motions/5");
  *approve.mutable_day() = rpc::ToProto(absl::CivilDay(2025, 6, 1));
  EXPECT_THAT(requests_->ApproveFundRequest(As("committee_secretary", branch_.name(), 20), approve),
              IsDenied());
  const rpc::Outgoing town = As("committee_secretary", town_.name(), 21);
  EXPECT_THAT(requests_->ApproveFundRequest(town, approve), HasReason("LEDGER_OVERDRAWN"));
  ASSERT_THAT(Earn(town_.name(), v1::FUND_DUES, v1::FUND_INCOME_INTEREST, 500), IsOk());
  approve.set_allotted_fen(200);
  const auto approved = requests_->ApproveFundRequest(town, approve);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->allotted_fen(), 200);
  EXPECT_THAT(requests_->ApproveFundRequest(town, approve), HasReason("FUND_REQUEST_STATE"));
  ask.set_parent(county_.name());
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

// Thousands of random payments, confirmations, reversals, expenses and grants through the
// pipeline's store; after every few hundred the proof must hold.
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

TEST_F(DuesTest, TheMonthOpensItsRunsAndTheYearItsDeadlines) {
  base::ManualClock clock(
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 12, 0, 0), absl::UTCTimeZone()));
  job::JobRunner jobs(*database_, clock, "opener");
  BillRunner runner(ids_, tree_, books_, metrics_, [] {});
  AddBillJobs(jobs, runner);
  ASSERT_OK(jobs.RunOnce(kDuesMonthJob));
  // What was met meanwhile stays met.
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  ASSERT_OK(database_->Transact(Soon(), [&](sql::Session& session) {
    return MeetDeadline(session, {"organizations", branch}, "DL-19", absl::CivilDay(2026, 1, 2),
                        clock.Now());
  }));
  ASSERT_OK(jobs.RunOnce(kDuesMonthJob));
  v1::ListBillRunsRequest list;
  list.set_parent(county_.name());
  const auto runs = bills_->ListBillRuns(Department(), list);
  ASSERT_THAT(runs, IsOk());
  ASSERT_EQ(runs->runs_size(), 1);
  EXPECT_EQ(runs->runs(0).month(), "2026-01");
  std::map<std::string, absl::CivilDay> due;
  for (const v1::Organization& one : {county_, branch_}) {
    const auto deadlines = database_->Read(Soon(), [&](sql::Session& session) {
      return DeadlinesOf(session, {"organizations", *base::ParseName(one.name(), "organizations")});
    });
    ASSERT_THAT(deadlines, IsOk());
    for (const DeadlineRow& row : *deadlines) {
      due[row.code] = row.due_on;
      EXPECT_EQ(row.state == DeadlineState::kMet, row.code == "DL-19") << row.code;
    }
  }
  EXPECT_EQ(due["DL-19"], absl::CivilDay(2026, 1, 31));
  EXPECT_EQ(due["DL-20"], absl::CivilDay(2026, 4, 30));
  EXPECT_EQ(due["DL-21"], absl::CivilDay(2026, 3, 31));
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
