// How long are letters valid, and what becomes of those that are late?
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/testing/transfer_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(TransferTest, LettersExpireAtMidnightAfterTheirLastDayAndOnce) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ExpireAfter(30, absl::Hours(24) - absl::Seconds(1));
  EXPECT_EQ(Get(sent.name()).state(), v1::TRANSFER_STATE_IN_TRANSIT);
  ExpireAfter(31);
  const v1::Transfer expired = Get(sent.name());
  EXPECT_EQ(expired.state(), v1::TRANSFER_STATE_EXPIRED);
  EXPECT_EQ(expired.steps(3).action(), v1::TRANSFER_ACTION_EXPIRE);
  EXPECT_EQ(expired.steps(3).actor(), "services/membership");
  EXPECT_EQ(LetterDeadline(expired).state(), v1::DEADLINE_STATE_DROPPED);
  EXPECT_EQ(expired.decisions().rbegin()->rule_id(), "M-15");
  const std::string before = Image();
  ExpireAfter(32);
  EXPECT_EQ(Image(), before);
  EXPECT_EQ(Member(member.name()).organization(), branches_[0].name());
  EXPECT_THAT(Events(sent.name()), SizeIs(8));
  MustCreate(Inside({member.name()}, 2));
}

TEST_F(TransferTest, TheJobWorksThroughMoreThanOneBatch) {
  std::vector<std::string> sent;
  for (int n = 0; n < kExpireAtATime + 7; ++n) {
    sent.push_back(Send(Inside({Join(n % 2, n).name()}, 2)).name());
  }
  ExpireAfter(31);
  for (const std::string& name : sent) {
    EXPECT_EQ(Get(name).state(), v1::TRANSFER_STATE_EXPIRED);
  }
}

TEST_F(TransferTest, ALateLetterIsNotAcceptedEvenBeforeTheJobCame) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  Shift(sent.name(), 31);
  EXPECT_THAT(Accept(sent.name()), HasReason("LETTER_EXPIRED"));
  Shift(sent.name(), 30);
  EXPECT_OK(Accept(sent.name()));
}

TEST_F(TransferTest, LettersAreExtendedOnceOnPaperWithASecondPerson) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ExpireAfter(31);
  EXPECT_THAT(Extend(sent.name()), HasReason("TRANSFER_FILE_MISSING"));
  Attach(sent.name(), kLateCertificate);
  Attach(sent.name(), kLateApplication, DocumentState::kPending);
  EXPECT_THAT(Extend(sent.name()), HasReason("TRANSFER_FILE_MISSING"));
  Attach(sent.name(), kLateApplication);
  v1::ExtendTransferLetterRequest request;
  request.set_name(sent.name());
  EXPECT_THAT(transfers_->ExtendTransferLetter(Department(), request),
              HasReason("APPROVAL_REQUIRED"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer extended, Extend(sent.name()));
  EXPECT_EQ(extended.state(), v1::TRANSFER_STATE_IN_TRANSIT);
  EXPECT_EQ(*rpc::FromProto(extended.expires_on()), today_ + 30);
  EXPECT_EQ(extended.extensions(), 1);
  // It holds the member again, and its deadline is open again.
  EXPECT_THAT(Create(Inside({member.name()}, 4)), HasReason("TRANSFER_OPEN"));
  EXPECT_EQ(LetterDeadline(Get(sent.name())).state(), v1::DEADLINE_STATE_OPEN);
  EXPECT_THAT(Extend(sent.name()), HasReason("LETTER_EXTENDED"));
  EXPECT_OK(Accept(sent.name()));
}

TEST_F(TransferTest, AnExpiredCaseIsNotReopenedBesideANewOne) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ExpireAfter(31);
  Attach(sent.name(), kLateCertificate);
  Attach(sent.name(), kLateApplication);
  MustCreate(Inside({member.name()}, 4));
  EXPECT_THAT(Extend(sent.name()), HasReason("TRANSFER_OPEN"));
}

TEST_F(TransferTest, GraduatesHaveTwoYearsToGo) {
  const v1::Member member = Join(0, 1);
  v1::RecordGraduationRequest record;
  record.set_name(member.name());
  *record.mutable_graduated_on() = rpc::ToProto(today_ + 1);
  EXPECT_THAT(transfers_->RecordGraduation(Worker(0), record),
              HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  const absl::CivilDay graduated = base::AddMonths(today_, -24) - 1;
  *record.mutable_graduated_on() = rpc::ToProto(graduated);
  ASSERT_OK_AND_ASSIGN(const v1::Deadline deadline,
                       transfers_->RecordGraduation(Worker(0), record));
  EXPECT_EQ(deadline.code(), "DL-15");
  EXPECT_EQ(deadline.organization(), towns_[0].name());
  EXPECT_EQ(*rpc::FromProto(deadline.due_on()), base::AddMonths(graduated, 24));
  v1::CreateTransferRequest request = Inside({member.name()}, 2);
  request.set_reason(v1::TRANSFER_REASON_GRADUATED);
  const v1::Transfer sent = Send(request);
  EXPECT_EQ(Get(sent.name()).decisions(0).reason(), "M_GRADUATE_LATE");
  ASSERT_OK(Accept(sent.name()));
  ASSERT_OK_AND_ASSIGN(const auto rows, Read([&](sql::Session& session) {
                         return DeadlinesOf(session, {"members", IdOf(member.name())});
                       }));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].state, DeadlineState::kMet);
}

TEST_F(TransferTest, TheLetterHasWhatItsThreePartsSay) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  v1::GetTransferLetterRequest request;
  request.set_name(draft.name());
  EXPECT_THAT(transfers_->GetTransferLetter(Town(0), request), HasReason("LETTER_NOT_ISSUED"));
  ASSERT_OK(Approve(draft.name()));
  EXPECT_THAT(Issue(draft.name(), 91), HasReason("LETTER_TOO_LONG"));
  ASSERT_OK(Issue(draft.name(), 7));
  ASSERT_OK_AND_ASSIGN(const v1::TransferLetter letter,
                       transfers_->GetTransferLetter(Town(1), request));
  EXPECT_EQ(letter.sender_title(), "第1镇党委");
  EXPECT_EQ(letter.receiver_title(), "第2镇党委");
  EXPECT_EQ(letter.to_title(), "2镇1村党支部");
  EXPECT_EQ(letter.valid_days(), 7);
  EXPECT_EQ(*rpc::FromProto(letter.stub_kept_until()), base::AddMonths(today_, 120));
  ASSERT_THAT(letter.members(), SizeIs(1));
  EXPECT_THAT(letter.members(0).identity_number(), HasSubstr("********"));
  EXPECT_EQ(letter.members(0).ethnicity(), "01");
  EXPECT_THAT(transfers_->GetTransferLetter(Town(2), request), HasReason("SCOPE_DENIED"));
  // Of a person from outside too.
  request.set_name(MustCreate(In(7, 2)).name());
  ASSERT_OK_AND_ASSIGN(const v1::TransferLetter foreign,
                       transfers_->GetTransferLetter(Town(1), request));
  EXPECT_EQ(foreign.sender_title(), "外省某党委");
  EXPECT_THAT(foreign.members(0).identity_number(), HasSubstr("********"));
}

TEST_F(TransferTest, M_16_WhoWasReceivedNowhereForSixMonthsIsFound) {
  const v1::Member lost = Join(0, 1);
  const v1::Member gone = Join(0, 2);
  const v1::Member again = Join(0, 3);
  std::vector<std::string> names;
  for (const v1::Member* member : {&lost, &gone, &again}) {
    names.push_back(Send(Inside({member->name()}, 2)).name());
  }
  ExpireAfter(31);
  const auto close_on = [&](const std::string& name, absl::CivilDay day) {
    ASSERT_OK(Write([&](sql::Session& session) {
      return session.Execute(kClosedOn, day, IdOf(name)).status();
    }));
  };
  const absl::CivilDay old = base::AddMonths(today_, -6) - 4;
  for (const std::string& name : names) close_on(name, old);
  v1::ChangeMemberStandingRequest standing;
  standing.set_name(gone.name());
  standing.set_standing(v1::MEMBER_STANDING_DECEASED);
  ASSERT_OK(members_->ChangeMemberStanding(Department(), standing));
  MustCreate(Inside({again.name()}, 2));
  v1::ListTransfersRequest request;
  request.set_parent(towns_[0].name());
  request.set_side(v1::TRANSFER_SIDE_SENDER);
  request.set_unreceived(true);
  ASSERT_OK_AND_ASSIGN(auto page, transfers_->ListTransfers(Department(), request));
  ASSERT_THAT(page.transfers(), SizeIs(1));
  EXPECT_EQ(page.transfers(0).name(), names[0]);
  ASSERT_THAT(Get(names[0]).findings(), SizeIs(1));
  EXPECT_EQ(Get(names[0]).findings(0).rule_id(), "M-16");
  close_on(names[0], today_ - 1);
  ASSERT_OK_AND_ASSIGN(page, transfers_->ListTransfers(Department(), request));
  EXPECT_THAT(page.transfers(), IsEmpty());
  EXPECT_THAT(Get(names[0]).findings(), IsEmpty());
}

}  // namespace
}  // namespace ronghe::membership
