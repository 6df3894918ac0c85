// On what do the tests of dues stand? On a county, a town and a branch, with every service of dues
// behind the real pipeline and on a real database.
#ifndef RONGHE_SERVICES_MEMBERSHIP_TESTING_DUES_TESTING_H_
#define RONGHE_SERVICES_MEMBERSHIP_TESTING_DUES_TESTING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
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
#include "services/membership/api/dues_payment_api.h"
#include "services/membership/api/dues_report_api.h"
#include "services/membership/api/dues_standard_api.h"
#include "services/membership/api/fund_request_api.h"
#include "services/membership/api/ledger_api.h"
#include "services/membership/api/overlay_api.h"
#include "services/membership/api/remittance_api.h"
#include "services/membership/jobs/bill_runner.h"
#include "services/membership/jobs/ledger_checker.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/events.h"
#include "services/membership/testing/played_motions.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {

inline auto IsDenied() { return testing::StatusIs(absl::StatusCode::kPermissionDenied); }

inline absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

class DuesTest : public ::testing::Test, protected ServiceParts {
 protected:
  DuesTest()
      : clock_(Noon(absl::CivilDay(2026, 6, 15))),
        rates_(*LoadDuesRates(BuiltinDuesRatesFile())),
        runner_(ids_, tree_, books_, metrics_, [] {}),
        checker_(tree_),
        standard_api_(writer_, tree_, rates_, books_, motions_, tokens_),
        bill_api_(writer_, tree_, tokens_, [] {}),
        payment_api_(writer_, tree_, books_, tokens_),
        report_api_(writer_, tree_),
        remittance_api_(writer_, tree_, books_, tokens_),
        ledger_api_(writer_, tree_, books_, motions_, tokens_, [] {}),
        request_api_(writer_, tree_, books_, motions_, tokens_),
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
    Serve(std::move(tables), &clock_);
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

  static absl::Time Noon(absl::CivilDay day) {
    return base::ShanghaiMidnight(day) + absl::Hours(12);
  }

  // A motion that the organization's committee carried about `subject`.
  static MotionVerdict Carried(const std::string& subject, const std::string& organization) {
    return {.kind = MotionKind::kCommittee,
            .subject = subject,
            .organization_id = *base::ParseName(organization, "organizations"),
            .held_on = absl::CivilDay(2025, 1, 2),
            .settled = true,
            .carried = true};
  }
  std::string Decide(const std::string& subject, const std::string& organization) {
    return motions_.Hold(Carried(subject, organization));
  }
  // What a call of `ask` answers to each motion that is no decision of `organization` about
  // `subject`.
  void ExpectDecisionAsked(const std::string& subject, const std::string& organization,
                           const std::function<absl::Status(const std::string&)>& ask) {
    const MotionVerdict fit = Carried(subject, organization);
    const auto answer = [&](auto spoil) {
      MotionVerdict verdict = fit;
      spoil(verdict);
      return ask(motions_.Hold(verdict));
    };
    EXPECT_THAT(ask("a word in the corridor"), testing::HasReason("FUND_DECISION_REQUIRED"));
    // There is none; where the scope is loaded the caller does not learn that.
    EXPECT_THAT(ask("meetings/9/motions/9"),
                ::testing::AnyOf(IsDenied(), testing::HasReason("MOTION_NOT_FOUND")));
    const std::string hidden = motions_.Hold(fit);
    motions_.Refuse(hidden, error::Make(absl::StatusCode::kPermissionDenied, "SCOPE_DENIED", ""));
    EXPECT_THAT(ask(hidden), IsDenied());
    EXPECT_THAT(answer([](MotionVerdict& v) { v.kind = MotionKind::kDisposition; }),
                testing::HasReason("MOTION_MISMATCH"));
    EXPECT_THAT(answer([](MotionVerdict& v) { v.subject = "admissionCases/12"; }),
                testing::HasReason("MOTION_MISMATCH"));
    EXPECT_THAT(answer([](MotionVerdict& v) { ++v.organization_id; }),
                testing::HasReason("MOTION_MISMATCH"));
    EXPECT_THAT(answer([](MotionVerdict& v) { v.settled = false; }),
                testing::HasReason("MOTION_MISMATCH"));
    EXPECT_THAT(answer([](MotionVerdict& v) { v.carried = false; }),
                testing::HasReason("MOTION_NOT_CARRIED"));
  }

  v1::Member Join(const std::string& branch, int n,
                  absl::CivilDay from = absl::CivilDay(2024, 1, 1),
                  v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL) {
    auto member = TryJoin(branch, Someone(n, category), from);
    EXPECT_THAT(member, testing::IsOk());
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
      drafts.back().time = clock_.Now();
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
    EXPECT_THAT(run, testing::IsOk());
    if (!run.ok()) return {};
    EXPECT_OK(jobs_.RunOnce(kBillRunJob));
    v1::GetBillRunRequest get;
    get.set_name(run->name());
    auto done = bills_->GetBillRun(Department(), get);
    EXPECT_THAT(done, testing::IsOk());
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
    EXPECT_THAT(page, testing::IsOk());
    std::vector<v1::DuesBill> bills;
    if (page.ok()) bills.assign(page->bills().rbegin(), page->bills().rend());
    return bills;
  }
  v1::DuesAccount AccountOf(const v1::Member& member) {
    v1::GetDuesAccountRequest request;
    request.set_name(absl::StrCat(member.name(), "/duesAccount"));
    auto account = bills_->GetDuesAccount(Secretary(), request);
    EXPECT_THAT(account, testing::IsOk());
    return account.ok() ? *account : v1::DuesAccount();
  }
  v1::DuesCollection Collection(const std::string& parent, const std::string& from,
                                const std::string& to) {
    v1::GetDuesCollectionRequest request;
    request.set_parent(parent);
    request.set_from_month(from);
    request.set_to_month(to);
    auto collection = bills_->GetDuesCollection(Department(), request);
    EXPECT_THAT(collection, testing::IsOk());
    return collection.ok() ? *collection : v1::DuesCollection();
  }

  // The proof of the whole county's books.
  v1::LedgerCheck Check() {
    v1::CheckLedgerRequest request;
    request.set_parent(county_.name());
    auto check = ledger_->CheckLedger(Bookkeeper(), request);
    EXPECT_THAT(check, testing::IsOk());
    if (!check.ok()) return {};
    EXPECT_OK(jobs_.RunOnce(kLedgerCheckJob));
    v1::GetLedgerCheckRequest get;
    get.set_name(check->name());
    auto done = ledger_->GetLedgerCheck(Bookkeeper(), get);
    EXPECT_THAT(done, testing::IsOk());
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
                                        int64_t fen) {
    return Spend(parent, fund, use, fen, Decide(parent, parent));
  }
  absl::StatusOr<v1::LedgerEntry> Spend(const std::string& parent, v1::Fund fund, v1::FundUse use,
                                        int64_t fen, const std::string& decision) {
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

  base::ManualClock clock_;  // of the calls; jobs have the real one
  PlayedMotions motions_;
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

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_TESTING_DUES_TESTING_H_
