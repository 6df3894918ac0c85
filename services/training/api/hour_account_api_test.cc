#include "services/training/api/hour_account_api.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "services/training/training_fixture.h"

namespace ronghe::training {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HourAccountApiTest : public TrainingTest {
 protected:
  absl::StatusOr<v1::HourAccount> Exempt(int64_t member, std::string reason,
                                         const rpc::Outgoing& out) {
    v1::SetExemptionRequest request;
    request.set_name(absl::StrCat("members/", member, "/hourAccounts/2026"));
    request.set_reason(std::move(reason));
    return accounts_->SetExemption(out, request);
  }

  std::vector<std::string> Short(int64_t organization, int page_size) {
    v1::ListShortRequest request;
    request.set_organization(absl::StrCat("organizations/", organization));
    request.set_page_size(page_size);
    std::vector<std::string> members;
    for (int page = 0; page < 50; ++page) {
      absl::StatusOr<v1::ListShortResponse> response =
          accounts_->ListShort(Secretary(organization), request);
      EXPECT_OK(response);
      if (!response.ok()) break;
      for (const v1::Shortfall& item : response->shortfalls()) members.push_back(item.member());
      request.set_page_token(response->next_page_token());
      if (response->next_page_token().empty()) return members;
    }
    ADD_FAILURE() << "the list does not end";
    return members;
  }
};

TEST_F(HourAccountApiTest, T01AndT02ByRole) {
  AddMembers(21, 101, 2);
  EmitPost(1, 102, 21, "01", "2025-01-01");
  Sync();
  const v1::HourAccount member = AccountOf(101, 2026);
  EXPECT_EQ(member.role(), v1::HOUR_ROLE_MEMBER);
  EXPECT_EQ(member.required_half_hours(), 64);
  EXPECT_EQ(member.rule_id(), "T-01");
  EXPECT_EQ(member.organization(), "organizations/21");
  EXPECT_EQ(member.short_half_hours(), 64);
  const v1::HourAccount leader = AccountOf(102, 2026);
  EXPECT_EQ(leader.role(), v1::HOUR_ROLE_LEADER);
  EXPECT_EQ(leader.required_half_hours(), 112);
  EXPECT_EQ(leader.rule_id(), "T-02");
}

TEST_F(HourAccountApiTest, AnAccountFollowsPostsAndTransfers) {
  EmitInterval(1, 101, 21, "2001-07-01");
  Sync();
  Train(21, {101}, 10);
  EXPECT_EQ(CoverageOf(21).covered_count(), 1);
  EmitInterval(1, 101, 21, "2001-07-01", "2026-08-01");
  EmitInterval(2, 101, 31, "2026-08-01");
  EmitPost(1, 101, 31, "08", "2026-08-01");
  Sync();
  const v1::HourAccount account = AccountOf(101, 2026);
  EXPECT_EQ(account.organization(), "organizations/31");
  EXPECT_EQ(account.required_half_hours(), 112);
  EXPECT_EQ(account.credited_half_hours(), 10);
  EXPECT_EQ(CoverageOf(21).member_count(), 0);
  EXPECT_EQ(CoverageOf(31).covered_count(), 1);
  EXPECT_EQ(CoverageOf(1).covered_count(), 1);
  ExpectSummariesMatchAccounts();
}

TEST_F(HourAccountApiTest, AChangeOfTheFutureCountsFromItsDay) {
  EmitInterval(1, 101, 21, "2001-07-01", "2026-09-01");
  EmitInterval(2, 101, 31, "2026-09-01");
  EmitInterval(3, 102, 21, "2001-07-01");
  EmitPost(1, 102, 21, "01", "2026-09-01");
  Sync();
  EXPECT_EQ(AccountOf(101, 2026).organization(), "organizations/21");
  EXPECT_EQ(AccountOf(102, 2026).required_half_hours(), 64);
  GoTo(absl::CivilDay(2026, 9, 1));
  Sync();
  EXPECT_EQ(AccountOf(101, 2026).organization(), "organizations/31");
  EXPECT_EQ(AccountOf(102, 2026).required_half_hours(), 112);
  ExpectSummariesMatchAccounts();
}

TEST_F(HourAccountApiTest, T01NewMembersOweTheirMonths) {
  EmitInterval(1, 101, 21, "2026-07-15");
  Sync();
  const v1::HourAccount account = AccountOf(101, 2026);
  EXPECT_EQ(account.months(), 6);
  EXPECT_EQ(account.required_half_hours(), 32);
}

TEST_F(HourAccountApiTest, HoursLapseAtTheYearsEnd) {
  AddMembers(21, 101, 3);
  Sync();
  Train(21, {101, 102}, 16);
  GoTo(absl::CivilDay(2027, 1, 2));
  Sync();
  EXPECT_EQ(AccountOf(101, 2026).credited_half_hours(), 16);
  EXPECT_EQ(AccountOf(101, 2027).credited_half_hours(), 0);
  EXPECT_EQ(AccountOf(101, 2027).required_half_hours(), 64);
  EXPECT_EQ(CoverageOf(1, 2026).covered_count(), 2);
  EXPECT_EQ(CoverageOf(1, 2027).due_count(), 3);
  EXPECT_EQ(CoverageOf(1, 2027).covered_count(), 0);
  ExpectSummariesMatchAccounts();
}

TEST_F(HourAccountApiTest, CoverageOfASubtreeLeavesTheExemptOut) {
  AddMembers(21, 1000, 60);
  AddMembers(31, 2000, 40);
  Sync();
  for (int64_t member = 1000; member < 1004; ++member) {
    ASSERT_OK(Exempt(member, "CARE", Secretary(2)));
  }
  std::vector<int64_t> first;
  for (int64_t member = 1004; member < 1060; ++member) first.push_back(member);
  std::vector<int64_t> second;
  for (int64_t member = 2000; member < 2034; ++member) second.push_back(member);
  Train(21, first, 16);
  Train(31, second, 16);
  const v1::Coverage county = CoverageOf(1);
  EXPECT_EQ(county.member_count(), 100);
  EXPECT_EQ(county.exempt_count(), 4);
  EXPECT_EQ(county.due_count(), 96);
  EXPECT_EQ(county.covered_count(), 90);
  EXPECT_EQ(county.coverage_basis_points(), 9375);
  EXPECT_EQ(county.reached_count(), 0);
  EXPECT_EQ(county.short_count(), 96);
  EXPECT_EQ(county.short_half_hours(), 90 * 48 + 6 * 64);
  EXPECT_EQ(county.organization_due_count(), 2);
  EXPECT_EQ(CoverageOf(2).due_count(), 56);
  EXPECT_EQ(CoverageOf(22).due_count(), 0);
  ExpectSummariesMatchAccounts();
}

TEST_F(HourAccountApiTest, APastDayIsJudgedAsItWas) {
  AddMembers(21, 101, 2);
  EmitInterval(3, 103, 21, "2026-08-02");
  Sync();
  Train(21, {101}, 4);
  GoTo(absl::CivilDay(2026, 8, 20));
  Sync();
  Train(21, {102}, 4);
  v1::GetCoverageRequest request;
  request.set_organization("organizations/1");
  *request.mutable_as_of_date() = rpc::ToProto(absl::CivilDay(2026, 8, 10));
  ASSERT_OK_AND_ASSIGN(const v1::Coverage then, accounts_->GetCoverage(Secretary(1), request));
  EXPECT_EQ(then.member_count(), 3);
  EXPECT_EQ(then.covered_count(), 1);
  *request.mutable_as_of_date() = rpc::ToProto(absl::CivilDay(2026, 8, 1));
  ASSERT_OK_AND_ASSIGN(const v1::Coverage before, accounts_->GetCoverage(Secretary(1), request));
  EXPECT_EQ(before.member_count(), 2);
  EXPECT_EQ(before.covered_count(), 0);
  *request.mutable_as_of_date() = rpc::ToProto(absl::CivilDay(2026, 8, 20));
  ASSERT_OK_AND_ASSIGN(const v1::Coverage now, accounts_->GetCoverage(Secretary(1), request));
  EXPECT_EQ(now.covered_count(), 2);
  *request.mutable_as_of_date() = rpc::ToProto(absl::CivilDay(2026, 8, 21));
  EXPECT_THAT(accounts_->GetCoverage(Secretary(1), request), HasReason("TRAINING_AS_OF_INVALID"));
}

TEST_F(HourAccountApiTest, TheReadyAndTheJudgedSumsAgree) {
  AddMembers(21, 101, 7);
  AddMembers(22, 201, 3);
  EmitPost(1, 101, 21, "01", "2025-01-01");
  Sync();
  ASSERT_OK(Exempt(107, "CARE", Secretary(21)));
  for (int i = 0; i < 7; ++i) Train(2, {101, 102, 103, 201}, 16);
  const v1::Coverage ready = CoverageOf(1);
  GoTo(Today() + 1);
  v1::GetCoverageRequest request;
  request.set_organization("organizations/1");
  *request.mutable_as_of_date() = rpc::ToProto(Today() - 1);
  ASSERT_OK_AND_ASSIGN(v1::Coverage judged, accounts_->GetCoverage(Secretary(1), request));
  EXPECT_THAT(judged, ronghe::testing::EqualsProto(ready));
  EXPECT_EQ(judged.leader_reached_count(), 1);
  EXPECT_EQ(judged.reached_count(), 4);
}

TEST_F(HourAccountApiTest, TheShortComeInTreeOrderOnEveryPageSize) {
  AddMembers(31, 101, 3);
  AddMembers(21, 201, 4);
  AddMembers(22, 301, 2);
  Sync();
  for (int i = 0; i < 4; ++i) Train(1, {202, 301}, 16);
  const std::vector<std::string> expected = {"members/201", "members/203", "members/204",
                                             "members/302", "members/101", "members/102",
                                             "members/103"};
  for (const int size : {1, 2, 3, 7, 200}) EXPECT_EQ(Short(1, size), expected) << size;
  EXPECT_THAT(Short(3, 2), ElementsAre("members/101", "members/102", "members/103"));
  v1::ListShortRequest request;
  request.set_organization("organizations/1");
  EXPECT_THAT(accounts_->ListShort(Secretary(2), request), HasReason("SCOPE_DENIED"));
}

TEST_F(HourAccountApiTest, Article23ExemptionIsGivenAndTakenBack) {
  AddMembers(21, 101, 1);
  Sync();
  ASSERT_OK_AND_ASSIGN(const v1::HourAccount exempt, Exempt(101, "CARE", Secretary(21)));
  EXPECT_TRUE(exempt.exempt());
  EXPECT_EQ(exempt.required_half_hours(), 0);
  EXPECT_EQ(CoverageOf(21).exempt_count(), 1);
  ASSERT_OK_AND_ASSIGN(const v1::HourAccount back, Exempt(101, "", Secretary(21)));
  EXPECT_FALSE(back.exempt());
  EXPECT_EQ(back.required_half_hours(), 64);
  EXPECT_THAT(Exempt(101, "BUSY", Secretary(21)), HasReason("TRAINING_EXEMPTION_UNKNOWN"));
  EXPECT_THAT(Exempt(101, "CARE", Secretary(3)), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Exempt(999, "CARE", Secretary(1)), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Exempt(999, "CARE", As("organization_department", 0)), HasReason("MEMBER_UNKNOWN"));
  ExpectSummariesMatchAccounts();
}

TEST_F(HourAccountApiTest, CreditsPageOldestFirst) {
  AddMembers(21, 101, 1);
  Sync();
  for (int i = 0; i < 5; ++i) {
    GoTo(absl::CivilDay(2026, 8, 3 + i / 2));
    Train(21, {101}, i + 1);
  }
  v1::ListCreditsRequest request;
  request.set_parent("members/101/hourAccounts/2026");
  request.set_page_size(2);
  std::vector<int> half_hours;
  for (int page = 0; page < 4; ++page) {
    ASSERT_OK_AND_ASSIGN(const v1::ListCreditsResponse response,
                         accounts_->ListCredits(Secretary(21), request));
    for (const v1::Credit& credit : response.credits()) {
      half_hours.push_back(credit.half_hours());
    }
    request.set_page_token(response.next_page_token());
    if (response.next_page_token().empty()) break;
  }
  EXPECT_THAT(half_hours, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(AccountOf(101, 2026).credits(), SizeIs(5));
  EXPECT_EQ(AccountOf(101, 2026).credits(0).half_hours(), 5);
  EXPECT_THAT(accounts_->ListCredits(Secretary(3), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(HourAccountApiTest, YearsOutsideTheRulesAreRefused) {
  AddMembers(21, 101, 1);
  Sync();
  for (const char* year : {"2027", "2018", "9999"}) {
    v1::GetHourAccountRequest request;
    request.set_name(absl::StrCat("members/101/hourAccounts/", year));
    EXPECT_THAT(accounts_->GetHourAccount(Secretary(21), request),
                HasReason("TRAINING_YEAR_INVALID"))
        << year;
  }
  EXPECT_EQ(AccountOf(101, 2019).required_half_hours(), 64);
}

TEST_F(HourAccountApiTest, ACertificateCountsOnceVerifiedByAnother) {
  AddMembers(21, 101, 1);
  Sync();
  v1::CreateCertificateRequest request;
  request.set_parent("members/101");
  v1::Certificate& certificate = *request.mutable_certificate();
  certificate.set_issuer("县委党校");
  certificate.set_number("2026-17");
  certificate.set_title("基层党务培训班");
  certificate.set_form("19");
  certificate.set_half_hours(24);
  *certificate.mutable_date() = rpc::ToProto(absl::CivilDay(2026, 6, 30));
  const rpc::Outgoing recorder = As("committee_secretary", 21, 5);
  ASSERT_OK_AND_ASSIGN(const v1::Certificate created,
                       certificates_->CreateCertificate(recorder, request));
  EXPECT_FALSE(created.verified());
  EXPECT_EQ(AccountOf(101, 2026).credited_half_hours(), 0);
  EXPECT_THAT(certificates_->CreateCertificate(recorder, request),
              HasReason("TRAINING_CERTIFICATE_KNOWN"));
  v1::VerifyCertificateRequest verify;
  verify.set_name(created.name());
  EXPECT_THAT(certificates_->VerifyCertificate(recorder, verify),
              HasReason("TRAINING_SELF_VERIFICATION"));
  EXPECT_THAT(certificates_->VerifyCertificate(Secretary(3), verify), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(certificates_->VerifyCertificate(As("branch_secretary", 21, 6), verify),
              StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(const v1::Certificate verified,
                       certificates_->VerifyCertificate(As("committee_secretary", 2, 6), verify));
  EXPECT_EQ(verified.verified_by(), "accounts/6");
  EXPECT_THAT(certificates_->VerifyCertificate(As("committee_secretary", 2, 6), verify),
              HasReason("TRAINING_CERTIFICATE_VERIFIED"));
  const v1::HourAccount account = AccountOf(101, 2026);
  EXPECT_EQ(account.credited_half_hours(), 24);
  EXPECT_EQ(account.credits(0).source(), created.name());
  certificate.set_number("2026-18");
  *certificate.mutable_date() = rpc::ToProto(Today() + 1);
  EXPECT_THAT(certificates_->CreateCertificate(recorder, request), HasReason("FIELD_INVALID"));
  ExpectSummariesMatchAccounts();
}

TEST_F(HourAccountApiTest, FactsOpenToTheAccountsBehindThem) {
  AddMembers(21, 101, 4);
  EmitPost(1, 101, 21, "01", "2025-01-01");
  AddMembers(31, 301, 2);
  Sync();
  Train(21, {101, 102}, 16);
  Train(21, {101}, 16);
  fact::v1::StreamFactsRequest request;
  request.set_source("services/training");
  request.set_organization("organizations/1");
  *request.mutable_start_date() = rpc::ToProto(absl::CivilDay(2026, 7, 1));
  *request.mutable_end_date() = rpc::ToProto(absl::CivilDay(2026, 10, 1));
  std::map<std::string, fact::v1::Fact> facts;
  ASSERT_OK(facts_->StreamFacts(As("service_evaluation", 0), request,
                                [&](const fact::v1::StreamFactsResponse& message) {
                                  for (const fact::v1::Fact& fact : message.facts()) {
                                    facts[fact.organization() + " " + fact.indicator()] = fact;
                                  }
                                  return absl::OkStatus();
                                }));
  const auto expect = [&facts](const std::string& key, int64_t numerator, int64_t denominator) {
    ASSERT_TRUE(facts.contains(key)) << key;
    EXPECT_EQ(facts[key].numerator(), numerator) << key;
    EXPECT_EQ(facts[key].denominator(), denominator) << key;
  };
  expect("organizations/21 training.coverage", 2, 4);
  expect("organizations/21 training.member_hours_reached", 1, 3);
  expect("organizations/21 training.leader_hours_reached", 1, 1);
  expect("organizations/31 training.coverage", 0, 2);
  expect("organizations/31 training.leader_hours_reached", 0, 0);
  fact::v1::ListEvidenceRequest evidence;
  evidence.set_source("services/training");
  evidence.set_organization("organizations/21");
  evidence.set_evidence(facts["organizations/21 training.coverage"].evidence());
  evidence.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(const fact::v1::ListEvidenceResponse page,
                       facts_->ListEvidence(As("organization_department", 1), evidence));
  ASSERT_THAT(page.records(), SizeIs(3));
  EXPECT_EQ(page.records(0).name(), "members/101/hourAccounts/2026");
  EXPECT_TRUE(page.records(0).counted());
  EXPECT_EQ(page.records(0).detail(), "应修14学时,已修16学时,共2次");
  EXPECT_FALSE(page.records(2).counted());
  evidence.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(const fact::v1::ListEvidenceResponse rest,
                       facts_->ListEvidence(As("organization_department", 1), evidence));
  ASSERT_THAT(rest.records(), SizeIs(1));
  EXPECT_THAT(rest.next_page_token(), IsEmpty());
}

TEST_F(HourAccountApiTest, TheGaugeCountsTheShort) {
  AddMembers(21, 101, 3);
  Sync();
  for (int i = 0; i < 4; ++i) Train(21, {101}, 16);
  ASSERT_OK(keeper_.Measure(Soon()));
  EXPECT_EQ(metrics::Registry::Default()
                .AddGauge("ronghe_training_members_short",
                          "Members whose credited hours are below what the current year asks for.")
                .Value(),
            2);
}

}  // namespace
}  // namespace ronghe::training
