// What stands on letters, data sheets and dues ledgers of cases that are on record?
#include "services/membership/api/recorded_ledgers.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/key_ring.h"
#include "common/crypto/key_store.h"
#include "common/sql/database.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/store_testing.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kCounty = 1;
constexpr int64_t kTown = 10;
constexpr int64_t kBranch = 11;
constexpr int64_t kOtherTown = 20;
constexpr int64_t kOtherBranch = 21;
constexpr int64_t kMember = 101;
constexpr int64_t kSponsor = 102;
constexpr char kIdentity[] = "110105198001010021";
constexpr char kPhone[] = "13800000001";

class RecordedLedgersTest : public ::testing::Test {
 protected:
  RecordedLedgersTest()
      : schema_(NewMembershipSchema()),
        database_(*sql::Database::Open(schema_.options())),
        keys_(crypto::KeyRing::ForTesting(crypto::Suite::kSm)),
        fields_(keys_),
        ledgers_(RecordedLedgers(fields_)) {
    const std::vector<OrganizationRow> organizations = {
        TestOrganization(kCounty, 0, 611), TestOrganization(kTown, kCounty, 611),
        TestOrganization(kBranch, kTown, 631), TestOrganization(kOtherTown, kCounty, 611),
        TestOrganization(kOtherBranch, kOtherTown, 631)};
    MemberRow member = TestMember(kMember, kBranch);
    EXPECT_OK(fields_.SealIdentity(kIdentity, member));
    EXPECT_OK(fields_.SealPhone(kPhone, member));
    const std::vector<MemberRow> members = {member, TestMember(kSponsor, kBranch)};
    Write([&](sql::Session& session) -> absl::Status {
      absl::Status status = InsertOrganizations(session, organizations);
      if (status.ok()) status = InsertMembers(session, members);
      return status;
    });
  }

  template <class F>
  void Write(F fn) {
    EXPECT_OK(database_->Transact(absl::Now() + absl::Seconds(20), fn));
  }
  template <class F>
  auto Read(F fn) {
    return database_->Read(absl::Now() + absl::Seconds(20), fn);
  }

  // A transfer of the member from town to town whose letter is out.
  static TransferRow Sent(int64_t id) {
    return {.id = id,
            .transfer_no = absl::StrCat("转", id),
            .state = TransferState::kInTransit,
            .sender_organization_id = kTown,
            .from_organization_id = kBranch,
            .receiver_organization_id = kOtherTown,
            .to_organization_id = kOtherBranch,
            .member_count = 1,
            .letter_number = "某组转〔2026〕12号",
            .letter_issued_on = absl::CivilDay(2026, 11, 23),
            .expires_on = absl::CivilDay(2026, 12, 23),
            .create_time = absl::FromUnixSeconds(1),
            .update_time = absl::FromUnixSeconds(1)};
  }
  void Add(const TransferRow& row) {
    const std::vector<TransferMemberRow> listed = {
        {.transfer_id = row.id,
         .member_id = kMember,
         .from_organization_id = kBranch,
         .category = Category::kProbationary,
         .dues_paid_through = absl::CivilDay(2026, 10, 1),
         .dues_source = DuesSource::kAccount}};
    Write([&](sql::Session& session) -> absl::Status {
      absl::Status status = InsertTransfer(session, row);
      if (status.ok()) status = InsertTransferMembers(session, listed);
      return status;
    });
  }
  absl::StatusOr<TransferLetter> Letter(int64_t id) {
    return Read([&](sql::Session& session) { return ledgers_.transfer_letter(session, id); });
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  crypto::KeyStore keys_;
  const PersonalFields fields_;
  const LedgerSources ledgers_;
};

TEST_F(RecordedLedgersTest, ALetterNamesBothSidesAndWhoGoes) {
  Add(Sent(7));
  ASSERT_OK_AND_ASSIGN(const TransferLetter letter, Letter(7));
  EXPECT_EQ(letter.organization_id, kBranch);
  EXPECT_EQ(letter.number, "某组转〔2026〕12号");
  EXPECT_EQ(letter.issuer, "第10党组织");
  EXPECT_EQ(letter.from, "第11党组织");
  EXPECT_EQ(letter.receiver, "第20党组织");
  EXPECT_EQ(letter.to, "第21党组织");
  EXPECT_EQ(letter.issued_on, absl::CivilDay(2026, 11, 23));
  EXPECT_EQ(letter.valid_days, 30);
  ASSERT_THAT(letter.persons, SizeIs(1));
  const LetterPerson& person = letter.persons[0];
  EXPECT_EQ(person.member_id, kMember);
  EXPECT_EQ(person.full_name, "党员101");
  EXPECT_EQ(person.birth_date, absl::CivilDay(1980, 1, 1));
  EXPECT_EQ(person.identity_number, kIdentity);
  EXPECT_EQ(person.phone, kPhone);
  // As it was when the letter was asked for, whatever the member became since.
  EXPECT_EQ(person.category, Category::kProbationary);
  EXPECT_EQ(person.dues_paid_through, absl::CivilDay(2026, 10, 1));
}

TEST_F(RecordedLedgersTest, ALetterOutOfTheProvinceNamesWhereItGoes) {
  TransferRow row = Sent(8);
  row.kind = TransferKind::kOut;
  row.receiver_organization_id = 0;
  row.to_organization_id = 0;
  row.outside_title = "外省某党委";
  Add(row);
  ASSERT_OK_AND_ASSIGN(const TransferLetter letter, Letter(8));
  EXPECT_EQ(letter.issuer, "第10党组织");
  EXPECT_EQ(letter.receiver, "外省某党委");
  EXPECT_EQ(letter.to, "外省某党委");
}

TEST_F(RecordedLedgersTest, ThereIsNoLetterBeforeItIsIssuedNorOneOfOthers) {
  TransferRow draft = Sent(9);
  draft.state = TransferState::kDraft;
  draft.letter_issued_on = std::nullopt;
  draft.expires_on = std::nullopt;
  Add(draft);
  EXPECT_THAT(Letter(9), HasReason("LETTER_NOT_ISSUED"));
  // Its letter was issued outside.
  TransferRow in = Sent(10);
  in.kind = TransferKind::kIn;
  in.sender_organization_id = 0;
  in.from_organization_id = 0;
  Add(in);
  EXPECT_THAT(Letter(10), HasReason("LETTER_NOT_ISSUED"));
  EXPECT_THAT(Letter(11), HasReason("NOT_FOUND"));
}

TEST_F(RecordedLedgersTest, ASheetHoldsParticularsCourseAndSponsors) {
  const AdmissionCaseRow row{.id = 12,
                             .organization_id = kBranch,
                             .state = admission::State::kPreReviewed,
                             .state_since = absl::CivilDay(2026, 6, 1),
                             .received_on = absl::CivilDay(2024, 5, 11),
                             .activist_on = absl::CivilDay(2024, 9, 1),
                             .form_number = "ZYS-1",
                             .create_time = absl::FromUnixSeconds(1),
                             .update_time = absl::FromUnixSeconds(1)};
  AdmissionApplicantRow applicant{.case_id = 12,
                                  .full_name = "李四",
                                  .gender = Gender::kFemale,
                                  .birth_date = absl::CivilDay(1990, 5, 6),
                                  .ethnicity = "01",
                                  .education = "21",
                                  .occupation = "村医"};
  ASSERT_OK(fields_.SealApplicant(kIdentity, kPhone, applicant));
  const std::vector<AdmissionSponsorRow> sponsors = {{.case_id = 12,
                                                      .role = SponsorRole::kSponsor,
                                                      .member_id = kSponsor,
                                                      .valid_from = absl::CivilDay(2026, 3, 1)}};
  Write([&](sql::Session& session) -> absl::Status {
    absl::Status status = InsertAdmissionCase(session, row, applicant);
    if (status.ok()) {
      status =
          ReplaceSponsors(session, 12, SponsorRole::kSponsor, absl::CivilDay(2026, 3, 1), sponsors);
    }
    return status;
  });
  const auto sheet_of = [&](int64_t id) {
    return Read([&](sql::Session& session) { return ledgers_.admission_sheet(session, id); });
  };

  ASSERT_OK_AND_ASSIGN(const AdmissionSheet sheet, sheet_of(12));
  EXPECT_EQ(sheet.organization_id, kBranch);
  EXPECT_EQ(sheet.full_name, "李四");
  EXPECT_EQ(sheet.form_number, "ZYS-1");
  EXPECT_THAT(sheet.member_ids, IsEmpty());
  ASSERT_THAT(sheet.sections, SizeIs(3));
  std::map<std::string, SheetField> by_label;
  for (const SheetSection& section : sheet.sections) {
    for (const SheetField& field : section.fields) by_label.emplace(field.label, field);
  }
  EXPECT_EQ(by_label["性别"].value, "女");
  EXPECT_EQ(by_label["民族"].value, "汉族");
  EXPECT_EQ(by_label["工作岗位"].value, "村医");
  EXPECT_EQ(by_label["出生日期"].value, "1990-05-06");
  EXPECT_EQ(by_label["出生日期"].sensitivity, Sensitivity::kBirthDate);
  EXPECT_EQ(by_label["公民身份号码"].value, kIdentity);
  EXPECT_EQ(by_label["公民身份号码"].sensitivity, Sensitivity::kIdentityNumber);
  EXPECT_EQ(by_label["手机号码"].value, kPhone);
  EXPECT_EQ(by_label["手机号码"].sensitivity, Sensitivity::kPhone);
  EXPECT_EQ(by_label["递交入党申请书"].value, "2024-05-11");
  EXPECT_EQ(by_label["确定为入党积极分子"].value, "2024-09-01");
  EXPECT_EQ(by_label["支部大会通过"].value, "");
  EXPECT_EQ(by_label["入党介绍人"].value, "党员102");
  EXPECT_THAT(sheet_of(13), HasReason("NOT_FOUND"));
}

TEST_F(RecordedLedgersTest, BillsOfAYearAreThoseOfItsTwelveMonths) {
  std::vector<DuesBillRow> bills;
  for (const int32_t month : {202512, 202601, 202612, 202701}) {
    bills.push_back({.member_id = kMember,
                     .month = month,
                     .organization_id = kBranch,
                     .amount_fen = month,
                     .paid_fen = 50});
  }
  bills.push_back({kSponsor, 202606, kBranch, 900, 900, BillState::kPaid, true});
  Write([&](sql::Session& session) { return InsertBills(session, bills); });
  const auto bills_of = [&](const std::vector<int64_t>& ids) {
    auto rows =
        Read([&](sql::Session& session) { return ledgers_.dues_bills(session, ids, 2026); });
    EXPECT_OK(rows);
    std::vector<std::string> texts;
    for (const DuesLedgerBill& bill : *rows) {
      texts.push_back(
          absl::StrCat(bill.member_id, "/", bill.month, ":", bill.due_fen, "-", bill.paid_fen));
    }
    return texts;
  };
  EXPECT_THAT(bills_of({kMember, kSponsor}),
              ElementsAre("101/1:202601-50", "101/12:202612-50", "102/6:900-900"));
  EXPECT_THAT(bills_of({kSponsor}), ElementsAre("102/6:900-900"));
}

}  // namespace
}  // namespace ronghe::membership
