// Who reads a member's numbers in full, under which keys do they lie, and what does the member see
// of it? With both suites.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/crypto/field_cipher.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rotation/key_rotation.h"
#include "common/sql/statement.h"
#include "common/testing/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/roster_import_store.h"
#include "services/membership/store/sealed_tables.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

struct DetailRow {
  std::string resource;
  std::string detail;
};
struct CountRow {
  int64_t count = 0;
};

const sql::Query<DetailRow> kAuditDetails("test.audit_details",
                                          "SELECT resource, detail FROM audit "
                                          "WHERE method = ? ORDER BY id");
const sql::Query<CountRow> kRecords("test.request_records",
                                    "SELECT COUNT(*) FROM request_record "
                                    "WHERE method LIKE '%Unmask%'");

constexpr char kUnmask[] = "/ronghe.membership.v1.MemberService/UnmaskMember";

class PersonalTest : public ::testing::TestWithParam<crypto::Suite>, protected ServiceParts {
 protected:
  PersonalTest() : PersonalTest(NewDirectory()) {}
  ~PersonalTest() override { std::filesystem::remove_all(directory_); }

  // Who may unmask in the first branch.
  rpc::Outgoing Unmasker(int64_t account = 7) const {
    return server_->As("unmasker", *base::ParseName(branch_, "organizations"), account);
  }
  // An account that belongs to a member and holds no role.
  rpc::Outgoing Own(const std::string& member) const {
    auth::Principal principal;
    principal.kind = auth::Principal::Kind::kPerson;
    principal.subject = "accounts/9";
    principal.member_id = member.empty() ? 0 : *base::ParseName(member, "members");
    return server_->As(principal);
  }

  v1::Member Join(const std::string& branch, int n) {
    v1::Member member = Someone(n);
    member.set_phone(Phone(n));
    auto joined = TryJoin(branch, member);
    EXPECT_THAT(joined, IsOk());
    return joined.ok() ? *joined : v1::Member();
  }

  absl::StatusOr<v1::UnmaskedMember> Unmask(const rpc::Outgoing& as, const std::string& name,
                                            const std::vector<v1::UnmaskField>& fields,
                                            const std::string& purpose = "transfer") {
    v1::UnmaskMemberRequest request;
    request.set_name(name);
    for (const v1::UnmaskField field : fields) request.add_fields(field);
    request.set_purpose(purpose);
    request.set_reason("核对介绍信");
    return members_->UnmaskMember(as, request);
  }

  std::vector<DetailRow> AuditDetails(std::string_view method) {
    return database_
        ->Read(absl::Now() + absl::Seconds(10),
               [&](sql::Session& session) { return session.Select(kAuditDetails, method); })
        .value();
  }

  std::vector<MemberRow> Rows(const std::vector<int64_t>& ids) {
    return database_
        ->Read(absl::Now() + absl::Seconds(10),
               [&](sql::Session& session) { return LoadMembers(session, ids); })
        .value();
  }

  const std::string directory_;
  rotation::KeyRotation rotation_;
  std::string branch_;
  std::string other_;

 private:
  explicit PersonalTest(const std::string& directory)
      : ServiceParts(KeysIn(directory)), directory_(directory), rotation_(*keys_, jobs_, metrics_) {
    for (auto& table : SealedTables()) rotation_.Add(std::move(table));
    Serve({});
    const std::string county = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委").name();
    branch_ = Found(county, v1::ORGANIZATION_KIND_BRANCH, "一村党支部").name();
    other_ = Found(county, v1::ORGANIZATION_KIND_BRANCH, "二村党支部").name();
  }

  static std::string NewDirectory() {
    std::string pattern = ::testing::TempDir() + "personal_test_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    return pattern;
  }
  static std::unique_ptr<crypto::KeyStore> KeysIn(const std::string& directory) {
    EXPECT_OK(crypto::KeyRing::Generate(directory + "/ring", GetParam()));
    return crypto::KeyStore::Open(std::make_unique<crypto::KeyFile>(directory + "/ring")).value();
  }
};

INSTANTIATE_TEST_SUITE_P(Suites, PersonalTest,
                         ::testing::Values(crypto::Suite::kSm, crypto::Suite::kAes),
                         [](const auto& info) {
                           return info.param == crypto::Suite::kSm ? "Sm" : "Aes";
                         });

TEST_P(PersonalTest, StatementsFitTheServer) {
  for (const char* prefix : {"unmask_", "member.", "roster_import_chunk."}) {
    EXPECT_THAT(testing::PrepareAllStatements(*database_, prefix), IsEmpty());
  }
}

TEST_P(PersonalTest, TheNumbersLieSealedAndAreFoundByTheirIndex) {
  const v1::Member member = Join(branch_, 1);
  EXPECT_EQ(member.identity_number(), MaskIdentityNumber(Identity(1)));
  EXPECT_EQ(member.phone(), "138****0001");
  EXPECT_EQ(member.birth_date().month(), 0);
  const std::vector<MemberRow> rows = Rows({*base::ParseName(member.name(), "members")});
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].identity_cipher[0], GetParam() == crypto::Suite::kSm ? 1 : 2);
  EXPECT_THAT(rows[0].identity_cipher, Not(HasSubstr(Identity(1))));
  v1::SearchMembersRequest search;
  search.set_parent(branch_);
  search.set_identity_number(Identity(1));
  auto found = members_->SearchMembers(Department(), search);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->members_size(), 1);
}

TEST_P(PersonalTest, UnmaskingAnswersWhatWasAskedForAndIsWrittenDown) {
  const v1::Member member = Join(branch_, 1);
  log::Capture log;
  auto phone = Unmask(Unmasker(), member.name(), {v1::UNMASK_FIELD_PHONE});
  ASSERT_THAT(phone, IsOk());
  EXPECT_EQ(phone->phone(), Phone(1));
  EXPECT_EQ(phone->identity_number(), "");
  EXPECT_FALSE(phone->has_birth_date());
  auto both = Unmask(Unmasker(), member.name(),
                     {v1::UNMASK_FIELD_IDENTITY_NUMBER, v1::UNMASK_FIELD_BIRTH_DATE}, "care");
  ASSERT_THAT(both, IsOk());
  EXPECT_EQ(both->identity_number(), Identity(1));
  EXPECT_EQ(both->birth_date().day(), 1);
  EXPECT_EQ(both->phone(), "");

  const std::vector<DetailRow> rows = AuditDetails(kUnmask);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].resource, member.name());
  EXPECT_EQ(rows[0].detail, "unmask for=transfer fields=phone");
  EXPECT_EQ(rows[1].detail, "unmask for=care fields=identity_number,birth_date");
  EXPECT_THAT(log.Text(), Not(HasSubstr(Identity(1))));
  EXPECT_THAT(log.Text(), Not(HasSubstr(Phone(1))));
  // Answers are kept nowhere.
  const auto records = database_->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
    return session.SelectOne(kRecords);
  });
  EXPECT_EQ((*records)->count, 0);
}

TEST_P(PersonalTest, UnmaskingNeedsItsOwnPermissionAndAPurpose) {
  const v1::Member member = Join(branch_, 1);
  const v1::Member foreign = Join(other_, 2);
  EXPECT_THAT(Unmask(Department(), member.name(), {v1::UNMASK_FIELD_PHONE}),
              StatusIs(absl::StatusCode::kPermissionDenied));
  const absl::Status not_mine =
      Unmask(Unmasker(), foreign.name(), {v1::UNMASK_FIELD_PHONE}).status();
  const absl::Status not_there =
      Unmask(Unmasker(), "members/12", {v1::UNMASK_FIELD_PHONE}).status();
  EXPECT_THAT(not_mine, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(not_mine.message(), not_there.message());
  EXPECT_EQ(error::AllMetadata(not_mine), error::AllMetadata(not_there));
  EXPECT_THAT(Unmask(Unmasker(), member.name(), {v1::UNMASK_FIELD_PHONE}, "curiosity"),
              HasReason("PURPOSE_UNKNOWN"));
  EXPECT_THAT(Unmask(Unmasker(), member.name(), {}), HasReason("FIELD_INVALID"));
  EXPECT_THAT(Unmask(Unmasker(), member.name(), {v1::UNMASK_FIELD_UNSPECIFIED}),
              HasReason("FIELD_INVALID"));
  v1::UnmaskMemberRequest telling;
  telling.set_name(member.name());
  telling.add_fields(v1::UNMASK_FIELD_PHONE);
  telling.set_purpose("transfer");
  telling.set_reason("他的号码是" + Identity(1));
  EXPECT_THAT(members_->UnmaskMember(Unmasker(), telling), HasReason("PERSONAL_DATA_IN_TEXT"));
  EXPECT_THAT(AuditDetails(kUnmask), IsEmpty());
}

TEST_P(PersonalTest, TheLimitIsExactHoweverManyAskAtOnce) {
  constexpr int kMembers = 24;
  std::vector<std::string> names;
  for (int n = 0; n < kMembers; ++n) names.push_back(Join(branch_, n).name());
  std::atomic<int> answered{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> askers;
  for (int asker = 0; asker < 8; ++asker) {
    askers.emplace_back([&, asker] {
      for (int n = asker; n < kMembers; n += 8) {
        const auto read = Unmask(Unmasker(), names[n], {v1::UNMASK_FIELD_PHONE});
        if (read.ok()) {
          ++answered;
        } else if (error::Reason(read.status()) == "UNMASK_LIMIT") {
          ++refused;
          EXPECT_GT(error::RetryAfter(read.status()), absl::Minutes(50));
        }
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(answered, 20);
  EXPECT_EQ(refused, kMembers - 20);
  EXPECT_THAT(AuditDetails(kUnmask), SizeIs(20));
  // Somebody else has not read any.
  EXPECT_OK(Unmask(Unmasker(8), names[0], {v1::UNMASK_FIELD_PHONE}));
}

TEST_P(PersonalTest, AMemberSeesTheOwnRecordAndWhoReadIt) {
  const v1::Member member = Join(branch_, 1);
  const v1::Member other = Join(branch_, 2);
  ASSERT_OK(Unmask(Unmasker(), member.name(), {v1::UNMASK_FIELD_PHONE}));
  ASSERT_OK(Unmask(Unmasker(), other.name(), {v1::UNMASK_FIELD_PHONE}));

  v1::GetMyRecordRequest request;
  auto masked = my_record_->GetMyRecord(Own(member.name()), request);
  ASSERT_THAT(masked, IsOk());
  EXPECT_EQ(masked->member().full_name(), member.full_name());
  EXPECT_EQ(masked->member().identity_number(), MaskIdentityNumber(Identity(1)));
  EXPECT_FALSE(masked->has_unmasked());
  EXPECT_EQ(masked->intervals_size(), 1);
  request.set_unmask(true);
  auto whole = my_record_->GetMyRecord(Own(member.name()), request);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->unmasked().identity_number(), Identity(1));
  EXPECT_EQ(whole->unmasked().phone(), Phone(1));
  EXPECT_EQ(whole->unmasked().birth_date().year(), 1950);
  EXPECT_THAT(AuditDetails("/ronghe.membership.v1.MyRecordService/GetMyRecord"), SizeIs(2));

  tree_.CatchUp(absl::Now() + absl::Seconds(10));
  v1::ListMyRecordReadsRequest list;
  list.set_page_size(1);
  auto newest = my_record_->ListMyRecordReads(Own(member.name()), list);
  ASSERT_THAT(newest, IsOk());
  ASSERT_EQ(newest->reads_size(), 1);
  EXPECT_EQ(newest->reads(0).kind(), v1::RecordRead::KIND_OWN);
  list.set_page_token(newest->next_page_token());
  auto reads = my_record_->ListMyRecordReads(Own(member.name()), list);
  ASSERT_THAT(reads, IsOk());
  ASSERT_EQ(reads->reads_size(), 1);
  const v1::RecordRead& read = reads->reads(0);
  EXPECT_EQ(read.kind(), v1::RecordRead::KIND_UNMASK);
  EXPECT_EQ(read.subject(), "accounts/7");
  EXPECT_EQ(read.role(), "unmasker");
  EXPECT_FALSE(read.role_title().empty());
  EXPECT_EQ(read.organization(), branch_);
  EXPECT_EQ(read.organization_title(), "一村党支部");
  EXPECT_THAT(read.fields(), ElementsAre(v1::UNMASK_FIELD_PHONE));
  EXPECT_EQ(read.purpose(), "transfer");
  EXPECT_EQ(read.purpose_title(), "组织关系转接");
  EXPECT_EQ(read.reason(), "核对介绍信");
  EXPECT_EQ(reads->next_page_token(), "");
}

TEST_P(PersonalTest, AnAccountWithoutAMemberIsToldWhatToDo) {
  auto record = my_record_->GetMyRecord(Own(""), {});
  EXPECT_THAT(record, HasReason("MEMBER_LINK_MISSING"));
  EXPECT_THAT(error::MessageZh(record.status()), HasSubstr("管理员"));
  EXPECT_THAT(my_record_->ListMyRecordReads(Own(""), {}), HasReason("MEMBER_LINK_MISSING"));
}

TEST_P(PersonalTest, ARotationToTheOtherSuiteLosesNoWrite) {
  constexpr int kMembers = 40;
  std::vector<std::string> names;
  std::vector<int64_t> ids;
  for (int n = 0; n < kMembers; ++n) {
    names.push_back(Join(branch_, n).name());
    ids.push_back(*base::ParseName(names.back(), "members"));
  }
  const std::string content(100'000, 'r');
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(10), [&](sql::Session& session) {
    for (int64_t start = 0; start < 6; ++start) {
      const absl::Status inserted =
          InsertRosterChunk(session, {5,
                                      start,
                                      static_cast<int64_t>(content.size()),
                                      {},
                                      fields_.SealRosterBytes(content, 5, start).value()});
      if (!inserted.ok()) return inserted;
    }
    return absl::OkStatus();
  }));

  const crypto::Suite target =
      GetParam() == crypto::Suite::kSm ? crypto::Suite::kAes : crypto::Suite::kSm;
  std::vector<std::string> phones(kMembers);
  for (int n = 0; n < kMembers; ++n) phones[n] = Phone(n);
  std::atomic<bool> rotated{false};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (int turn = 1; turn <= 60 || !rotated; ++turn) {
        const int n = (turn * 7 % (kMembers / 2)) * 2 + writer;
        v1::UpdateMemberRequest request;
        request.mutable_member()->set_name(names[n]);
        const std::string phone = absl::StrFormat("139%04d%04d", turn, n);
        request.mutable_member()->set_phone(phone);
        request.mutable_update_mask()->add_paths("phone");
        if (members_->UpdateMember(Department(), request).ok()) phones[n] = phone;
      }
    });
  }
  EXPECT_OK(keys_->Rotate(target));
  EXPECT_OK(jobs_.RunOnce(rotation::kRotationJob));
  rotated = true;
  for (std::thread& writer : writers) writer.join();

  if (!rotation_.CheckUnused(*database_, 1, absl::Now() + absl::Seconds(10)).ok()) {
    EXPECT_OK(jobs_.RunOnce(rotation::kRotationJob));
  }
  ASSERT_OK(rotation_.CheckUnused(*database_, 1, absl::Now() + absl::Seconds(10)));
  ASSERT_OK(keys_->Retire(1));
  std::vector<MemberRow> rows = Rows(ids);
  ASSERT_THAT(rows, SizeIs(kMembers));
  for (const MemberRow& row : rows) {
    const size_t n = static_cast<size_t>(std::find(ids.begin(), ids.end(), row.id) - ids.begin());
    EXPECT_EQ(row.identity_cipher[0], target == crypto::Suite::kSm ? 1 : 2);
    EXPECT_EQ(fields_.OpenIdentity(row).value(), Identity(static_cast<int>(n)));
    EXPECT_EQ(fields_.OpenPhone(row).value(), phones[n]);
  }
  const auto chunk = database_->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
    return LoadRosterChunk(session, 5, 3);
  });
  EXPECT_EQ(fields_.OpenRosterBytes((*chunk)->content, 5, 3).value(), content);
  // Numbers are still found, and still unique.
  v1::SearchMembersRequest search;
  search.set_parent(branch_);
  search.set_identity_number(Identity(3));
  EXPECT_EQ(members_->SearchMembers(Department(), search)->members(0).name(), names[3]);
  v1::CreateMemberRequest twin;
  twin.set_parent(other_);
  *twin.mutable_member() = v1::Member();
  twin.mutable_member()->set_full_name("同号");
  twin.mutable_member()->set_identity_number(Identity(3));
  twin.mutable_member()->set_ethnicity("01");
  twin.mutable_member()->set_education("21");
  twin.mutable_member()->set_category(v1::MEMBER_CATEGORY_PROBATIONARY);
  *twin.mutable_member()->mutable_joined_on() = rpc::ToProto(absl::CivilDay(2026, 7, 1));
  EXPECT_THAT(members_->CreateMember(Department(), twin), HasReason("MEMBER_EXISTS"));
}

}  // namespace
}  // namespace ronghe::membership
