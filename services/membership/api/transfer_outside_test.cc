// How do members leave the province and come from outside, and how does a whole unit go?
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/api/transfer_acceptance.h"
#include "services/membership/testing/transfer_testing.h"

namespace ronghe::membership {
namespace {

const sql::Query<CountRow> kWentWithUnit(
    "transfer_test.went_with_unit",
    "SELECT COUNT(*) FROM membership_change WHERE code = 38 AND basis_id = ?");
const sql::Query<CountRow> kNotedTwice("transfer_test.noted_twice",
                                       "SELECT COUNT(*) FROM (SELECT member_id FROM "
                                       "membership_change WHERE code = 38 AND basis_id = ? "
                                       "GROUP BY member_id HAVING COUNT(*) > 1) twice");

using ::ronghe::testing::HasReason;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(TransferTest, OutOfTheProvinceTheMemberLeavesWithTheReceipt) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Out(member.name()));
  EXPECT_EQ(sent.receiver(), "");
  EXPECT_EQ(*rpc::FromProto(sent.expires_on()), today_ + 90);
  EXPECT_EQ(LetterDeadline(Get(sent.name())).organization(), towns_[0].name());
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
  EXPECT_EQ(Members(towns_[0].name()), 1);
  ASSERT_OK_AND_ASSIGN(const v1::Transfer done, Complete(sent.name()));
  EXPECT_EQ(done.state(), v1::TRANSFER_STATE_DONE);
  EXPECT_EQ(Members(towns_[0].name()), 0);
  EXPECT_EQ(Member(member.name()).standing(), v1::MEMBER_STANDING_LEFT);
  EXPECT_EQ(Changes(member.name()).front().code, ChangeCode::kOut);
  EXPECT_EQ(Changes(member.name()).front().to_organization_id, 0);
  EXPECT_EQ(Count(kOpenIntervals, IdOf(member.name())), 0);
  // Only the side that is here is told.
  EXPECT_THAT(Events(sent.name()), SizeIs(4));
}

TEST_F(TransferTest, WhoComesFromOutsideIsAMemberFromAcceptanceOn) {
  const v1::Transfer arrived = MustCreate(In(1, 2));
  EXPECT_EQ(arrived.state(), v1::TRANSFER_STATE_IN_TRANSIT);
  EXPECT_EQ(arrived.sender(), "");
  EXPECT_EQ(arrived.letter_number(), "0457");
  EXPECT_EQ(*rpc::FromProto(arrived.expires_on()), today_ - 20 + 90);
  EXPECT_EQ(Members(towns_[1].name()), 0);
  EXPECT_EQ(Count(kPlain, absl::StrCat("%", "王小1", "%")), 0);
  EXPECT_EQ(Count(kPlain, absl::StrCat("%", Identity(1), "%")), 0);
  EXPECT_EQ(Get(arrived.name()).members(0).full_name(), "王小1");
  EXPECT_EQ(Get(arrived.name()).members(0).member(), "");
  EXPECT_THAT(Create(In(1, 4)), HasReason("TRANSFER_OPEN"));

  ASSERT_OK(Accept(arrived.name(), today_ - 5));
  EXPECT_EQ(Members(towns_[1].name()), 1);
  EXPECT_EQ(Count(kWithParticulars), 0);
  const v1::Transfer shown = Get(arrived.name());
  ASSERT_THAT(shown.members(), SizeIs(1));
  const v1::Member member = Member(shown.members(0).member());
  EXPECT_EQ(member.full_name(), "王小1");
  EXPECT_EQ(member.organization(), branches_[2].name());
  EXPECT_THAT(member.identity_number(), HasSubstr("********"));
  const auto changes = Changes(member.name());
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].code, ChangeCode::kInNation);
  EXPECT_EQ(changes[0].day, today_ - 5);
  EXPECT_EQ(MembersOn(2, today_ - 6), 0);
  EXPECT_EQ(MembersOn(2, today_ - 5), 1);
  EXPECT_THAT(Create(In(1, 4)), HasReason("MEMBER_EXISTS"));
  EXPECT_OK(Complete(arrived.name()));
}

TEST_F(TransferTest, WhoLeftTheProvinceAndComesBackIsTheSamePerson) {
  const v1::Member member = Join(0, 1);
  ASSERT_OK(Complete(Send(Out(member.name())).name()));
  const v1::Transfer back = MustCreate(In(1, 4));
  ASSERT_OK(Accept(back.name()));
  const v1::Member again = Member(member.name());
  EXPECT_EQ(again.organization(), branches_[4].name());
  EXPECT_EQ(again.standing(), v1::MEMBER_STANDING_NORMAL);
  EXPECT_EQ(Count(kOpenIntervals, IdOf(member.name())), 1);
  EXPECT_EQ(Members(city_.name()), 1);
  v1::ListMemberTransfersRequest list;
  list.set_parent(member.name());
  list.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(auto page, transfers_->ListMemberTransfers(Department(), list));
  EXPECT_EQ(page.transfers(0).kind(), v1::TRANSFER_KIND_IN);
  list.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, transfers_->ListMemberTransfers(Department(), list));
  EXPECT_EQ(page.transfers(0).kind(), v1::TRANSFER_KIND_OUT);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(TransferTest, ParticularsOfWhoDidNotComeAreDeleted) {
  const v1::Transfer returned = MustCreate(In(1, 2));
  const v1::Transfer late = MustCreate(In(2, 2));
  EXPECT_EQ(Count(kWithParticulars), 2);
  ASSERT_OK(Return(returned.name()));
  EXPECT_EQ(Count(kWithParticulars), 1);
  ExpireAfter(71);
  EXPECT_EQ(Get(late.name()).state(), v1::TRANSFER_STATE_EXPIRED);
  EXPECT_EQ(Count(kWithParticulars), 0);
  Attach(late.name(), kLateCertificate);
  Attach(late.name(), kLateApplication);
  EXPECT_THAT(Extend(late.name()), HasReason("TRANSFER_PERSON_GONE"));
  // A letter that is late already is not taken in.
  v1::CreateTransferRequest expired = In(3, 2);
  *expired.mutable_letter_issued_on() = rpc::ToProto(today_ - 91);
  EXPECT_THAT(Create(expired), HasReason("LETTER_EXPIRED"));
  expired.set_letter_days(91);
  EXPECT_THAT(Create(expired), HasReason("LETTER_TOO_LONG"));
}

TEST_F(TransferTest, AWholeUnitGoesWithEverybodyInIt) {
  const auto unit =
      FoundAt(towns_[0].name(), v1::ORGANIZATION_KIND_GENERAL_BRANCH, "某单位党总支部");
  std::vector<v1::Member> members;
  for (int i = 0; i < 2; ++i) {
    branches_.push_back(
        FoundAt(unit.name(), v1::ORGANIZATION_KIND_BRANCH, absl::StrCat("单位第", i, "党支部")));
    for (int n = 0; n < 3; ++n) members.push_back(Join(6 + i, 10 * i + n));
  }
  Join(0, 90);
  Join(2, 91);
  v1::CreateTransferRequest request;
  request.set_kind(v1::TRANSFER_KIND_WHOLE_UNIT);
  request.set_reason(v1::TRANSFER_REASON_REORGANIZED);
  request.set_unit(unit.name());
  request.set_to_organization(branches_[2].name());
  EXPECT_THAT(Create(request), HasReason("ORGANIZATION_KIND_NOT_ALLOWED"));
  request.set_to_organization(towns_[1].name());
  const v1::Transfer draft = MustCreate(request);
  EXPECT_EQ(draft.member_count(), 6);
  EXPECT_EQ(draft.reach(), v1::TRANSFER_REACH_WHOLE_UNIT);
  EXPECT_THAT(Create(request), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Approve(draft.name()));
  ASSERT_OK(Issue(draft.name()));
  // One more comes to the unit on the way.
  members.push_back(Join(6, 50));
  EXPECT_EQ(Members(towns_[0].name()), 8);
  EXPECT_EQ(Members(towns_[1].name()), 1);
  EXPECT_THAT(Accept(draft.name(), today_ - 1), HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer accepted, Accept(draft.name()));
  EXPECT_EQ(accepted.member_count(), 7);
  EXPECT_EQ(Members(towns_[0].name()), 1);
  EXPECT_EQ(Members(towns_[1].name()), 8);
  EXPECT_EQ(Members(city_.name()), 9);
  v1::GetOrganizationRequest get;
  get.set_name(unit.name());
  ASSERT_OK_AND_ASSIGN(const auto moved, organizations_->GetOrganization(Department(), get));
  EXPECT_EQ(moved.parent(), towns_[1].name());
  // Each side's number on every day follows from the changes: seven left one town for the other
  // today, and nobody changed branches.
  for (const v1::Member& member : members) {
    const auto changes = Changes(member.name());
    ASSERT_THAT(changes, SizeIs(2));
    EXPECT_EQ(changes[0].code, ChangeCode::kInWholeUnit);
    EXPECT_EQ(changes[0].day, today_);
    EXPECT_EQ(changes[0].from_organization_id, IdOf(towns_[0].name()));
    EXPECT_EQ(changes[0].to_organization_id, IdOf(towns_[1].name()));
    EXPECT_EQ(Member(member.name()).organization(), member.organization());
  }
  EXPECT_EQ(MembersOn(6, today_ - 1), MembersOn(6, today_));
  EXPECT_THAT(Get(draft.name()).members(), SizeIs(7));
  EXPECT_OK(Complete(draft.name()));
}

TEST_F(TransferTest, AUnitThatWasMovedMeanwhileIsNotMovedAgain) {
  const auto unit = FoundAt(towns_[0].name(), v1::ORGANIZATION_KIND_GENERAL_BRANCH, "某党总支部");
  v1::CreateTransferRequest request;
  request.set_kind(v1::TRANSFER_KIND_WHOLE_UNIT);
  request.set_reason(v1::TRANSFER_REASON_REORGANIZED);
  request.set_unit(unit.name());
  request.set_to_organization(towns_[1].name());
  const v1::Transfer sent = Send(request);
  v1::MoveOrganizationRequest move;
  move.set_name(unit.name());
  move.set_new_parent(towns_[2].name());
  ASSERT_OK(organizations_->MoveOrganization(Department(), move));
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_UNIT_MOVED"));
}

// More members than the acceptance itself notes: the job notes the others, those who were listed.
TEST_F(TransferTest, ALargeUnitGoesAtOnceAndItsHistoryFollowsByTheList) {
  constexpr int kOver = 3;
  const auto unit =
      FoundAt(towns_[0].name(), v1::ORGANIZATION_KIND_GENERAL_BRANCH, "某大单位党总支部");
  branches_.push_back(FoundAt(unit.name(), v1::ORGANIZATION_KIND_BRANCH, "单位党支部"));
  std::vector<v1::Member> members;
  for (int n = 0; n < kNotedAtOnce + kOver; ++n) members.push_back(Join(6, n));
  v1::CreateTransferRequest request;
  request.set_kind(v1::TRANSFER_KIND_WHOLE_UNIT);
  request.set_reason(v1::TRANSFER_REASON_REORGANIZED);
  request.set_unit(unit.name());
  request.set_to_organization(towns_[1].name());
  const v1::Transfer sent = Send(request);
  ASSERT_OK_AND_ASSIGN(const v1::Transfer accepted, Accept(sent.name()));
  EXPECT_EQ(accepted.member_count(), kNotedAtOnce + kOver);
  EXPECT_EQ(accepted.pending_count(), kOver);
  EXPECT_EQ(Members(towns_[1].name()), kNotedAtOnce + kOver);
  EXPECT_THAT(Complete(sent.name()), HasReason("TRANSFER_UNIT_PENDING"));

  // One comes and one goes before the job; the list says who went with the unit.
  const v1::Member late = Join(6, 900);
  const v1::Member& left = members.back();
  v1::MoveMemberRequest move;
  move.set_name(left.name());
  move.set_organization(branches_[2].name());
  ASSERT_OK(members_->MoveMember(Department(), move));
  // A transaction that breaks off leaves nothing behind.
  EXPECT_FALSE(Write([&](sql::Session& session) -> absl::Status {
                 auto row = LockTransfer(session, IdOf(sent.name()));
                 EXPECT_OK(row);
                 EXPECT_OK(NoteUnitMembers(
                     session, [&] { return ids_.Next(); }, *row, 1, absl::Now()));
                 return absl::InternalError("killed");
               }).ok());
  EXPECT_EQ(Get(sent.name()).pending_count(), kOver);
  NoteUnits();
  NoteUnits();
  EXPECT_EQ(Get(sent.name()).pending_count(), 0);
  EXPECT_EQ(Count(kWentWithUnit, IdOf(sent.name())), kNotedAtOnce + kOver);
  EXPECT_EQ(Count(kNotedTwice, IdOf(sent.name())), 0);
  EXPECT_THAT(Changes(late.name()), SizeIs(1));
  EXPECT_THAT(Changes(left.name()), SizeIs(3));
  EXPECT_OK(Complete(sent.name()));
}

TEST_F(TransferTest, M_08_ACommitteeWithoutThePowerTransfersThroughTheOneAbove) {
  v1::CreateOrganizationRequest found;
  found.set_parent(city_.name());
  found.mutable_organization()->set_kind(v1::ORGANIZATION_KIND_COMMITTEE);
  found.mutable_organization()->set_title("无审批权限的党委");
  ASSERT_OK_AND_ASSIGN(const auto weak, organizations_->CreateOrganization(Department(), found));
  branches_.push_back(FoundAt(weak.name(), v1::ORGANIZATION_KIND_BRANCH, "其下党支部"));
  const v1::Member member = Join(6, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_EQ(draft.sender(), city_.name());
  EXPECT_EQ(draft.receiver(), towns_[1].name());

  // A local committee of a county transfers by its organization department, whatever it approves.
  v1::UpdateOrganizationRequest level;
  *level.mutable_organization() = weak;
  level.mutable_organization()->set_level(v1::ADMINISTRATIVE_LEVEL_COUNTY);
  level.mutable_update_mask()->add_paths("level");
  ASSERT_OK(organizations_->UpdateOrganization(Department(), level));
  EXPECT_EQ(MustCreate(Inside({Join(6, 2).name()}, 2)).sender(), weak.name());
}

}  // namespace
}  // namespace ronghe::membership
