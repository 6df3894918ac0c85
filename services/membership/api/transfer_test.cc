// How do transfers go, behind the real pipeline and on a real database?
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/testing/transfer_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(TransferTest, AMemberGoesFromBranchToBranchInTheWholeSaga) {
  const v1::Member member = Join(0, 1);
  v1::AppointPostRequest appoint;
  appoint.set_parent(member.name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  ASSERT_OK(posts_->AppointPost(Department(), appoint));

  // Each side does its own part with its own rights.
  ASSERT_OK_AND_ASSIGN(const v1::Transfer draft,
                       transfers_->CreateTransfer(Worker(0), Inside({member.name()}, 2)));
  EXPECT_EQ(draft.state(), v1::TRANSFER_STATE_DRAFT);
  EXPECT_EQ(draft.reach(), v1::TRANSFER_REACH_COUNTY);
  EXPECT_EQ(draft.sender(), towns_[0].name());
  EXPECT_EQ(draft.receiver(), towns_[1].name());
  EXPECT_EQ(draft.transfer_no(), absl::StrCat(towns_[0].code(), "-", today_.year(), "-00001"));
  EXPECT_THAT(WaitingFor(towns_[0].name()),
              ::testing::ElementsAre(absl::StrCat("WT-09 ", draft.name())));
  v1::ApproveTransferOutRequest approve;
  approve.set_name(draft.name());
  EXPECT_OK(transfers_->ApproveTransferOut(Town(0), approve));
  EXPECT_THAT(WaitingFor(towns_[0].name()), IsEmpty());
  v1::IssueTransferLetterRequest issue;
  issue.set_name(draft.name());
  ASSERT_OK_AND_ASSIGN(const v1::Transfer sent, transfers_->IssueTransferLetter(Town(0), issue));
  EXPECT_EQ(sent.state(), v1::TRANSFER_STATE_IN_TRANSIT);
  EXPECT_EQ(sent.letter_number(), absl::StrCat(today_.year(), "-0001"));
  EXPECT_EQ(*rpc::FromProto(sent.expires_on()), today_ + 30);
  // M-09: the sender keeps the member until then.
  EXPECT_EQ(Member(member.name()).organization(), branches_[0].name());
  EXPECT_EQ(Members(towns_[0].name()), 1);
  EXPECT_EQ(Members(towns_[1].name()), 0);

  ASSERT_OK_AND_ASSIGN(const v1::Transfer accepted, AcceptAs(Town(1), draft.name()));
  EXPECT_EQ(accepted.state(), v1::TRANSFER_STATE_ACCEPTED);
  EXPECT_EQ(Member(member.name()).organization(), branches_[2].name());
  EXPECT_EQ(Members(towns_[0].name()), 0);
  EXPECT_EQ(Members(towns_[1].name()), 1);
  const auto changes = Changes(member.name());
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].code, ChangeCode::kInCounty);
  EXPECT_EQ(changes[0].from_organization_id, IdOf(branches_[0].name()));
  EXPECT_EQ(changes[0].to_organization_id, IdOf(branches_[2].name()));
  EXPECT_EQ(changes[0].basis_collection, kTransfers);
  EXPECT_EQ(changes[0].basis_id, IdOf(draft.name()));
  v1::ListMemberPostsRequest posts;
  posts.set_parent(member.name());
  ASSERT_OK_AND_ASSIGN(const auto held, posts_->ListMemberPosts(Department(), posts));
  EXPECT_TRUE(held.posts(0).has_valid_to());

  v1::CompleteTransferRequest complete;
  complete.set_name(draft.name());
  complete.set_receipt_number("R-1");
  ASSERT_OK_AND_ASSIGN(const v1::Transfer done, transfers_->CompleteTransfer(Town(0), complete));
  EXPECT_EQ(done.state(), v1::TRANSFER_STATE_DONE);
  EXPECT_EQ(done.receipt_number(), "R-1");

  const v1::Transfer shown = Get(draft.name());
  ASSERT_THAT(shown.steps(), SizeIs(5));
  EXPECT_EQ(shown.steps(0).action(), v1::TRANSFER_ACTION_CREATE);
  EXPECT_EQ(shown.steps(0).actor(), "accounts/20");
  EXPECT_EQ(shown.steps(3).organization(), branches_[2].name());
  EXPECT_EQ(shown.steps(4).state(), v1::TRANSFER_STATE_DONE);
  EXPECT_THAT(shown.next_steps(), IsEmpty());
  ASSERT_THAT(shown.deadlines(), SizeIs(2));
  EXPECT_EQ(shown.deadlines(0).code(), "WT-09");
  EXPECT_EQ(shown.deadlines(0).organization(), towns_[0].name());
  EXPECT_EQ(shown.deadlines(1).code(), "DL-16");
  EXPECT_EQ(shown.deadlines(1).organization(), towns_[1].name());
  for (const v1::Deadline& deadline : shown.deadlines()) {
    EXPECT_EQ(deadline.state(), v1::DEADLINE_STATE_MET);
  }
  std::set<std::string> rules;
  for (const auto& decision : shown.decisions()) rules.insert(decision.rule_id());
  EXPECT_THAT(rules, UnorderedElementsAre("M-SAGA", "M-14", "M-13", "M-15", "M-12"));
  ASSERT_THAT(shown.members(), SizeIs(1));
  EXPECT_EQ(shown.members(0).full_name(), "王小1");
  EXPECT_EQ(shown.members(0).dues_paid_through().month(), 8);
  EXPECT_EQ(shown.members(0).dues_paid_through().day(), 1);
  EXPECT_FALSE(shown.members(0).dues_confirmed());
}

TEST_F(TransferTest, BothSidesAreToldOfEveryStepInOrder) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ASSERT_OK(Accept(sent.name()));
  ASSERT_OK(Complete(sent.name()));
  const std::vector<std::string> told = Events(sent.name());
  ASSERT_THAT(told, SizeIs(10));
  for (int step = 1; step <= 5; ++step) {
    for (int side = 1; side <= 2; ++side) {
      const std::string& event = told[static_cast<size_t>(2 * (step - 1) + side - 1)];
      const std::string& town = towns_[static_cast<size_t>(side - 1)].name();
      EXPECT_TRUE(absl::StartsWith(event, absl::StrCat(IdOf(town), " "))) << event;
      EXPECT_THAT(event, HasSubstr(sent.transfer_no()));
      EXPECT_THAT(event, Not(HasSubstr("王小")));
    }
  }
}

TEST_F(TransferTest, NobodyActsForTheOtherSideOrSeesTheCasesOfOthers) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  EXPECT_THAT(AcceptAs(Town(0), sent.name()), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(AcceptAs(Worker(2), sent.name()), HasReason("PERMISSION_DENIED"));
  v1::WithdrawTransferRequest withdraw;
  withdraw.set_name(sent.name());
  EXPECT_THAT(transfers_->WithdrawTransfer(Town(1), withdraw), HasReason("SCOPE_DENIED"));
  v1::GetTransferRequest get;
  get.set_name(sent.name());
  for (const rpc::Outgoing& as : {Town(0), Town(1), Worker(0), Worker(2)}) {
    EXPECT_OK(transfers_->GetTransfer(as, get));
  }
  const absl::Status foreign = transfers_->GetTransfer(Town(2), get).status();
  EXPECT_THAT(foreign, HasReason("SCOPE_DENIED"));
  get.set_name("transfers/99");
  EXPECT_EQ(transfers_->GetTransfer(Town(2), get).status(), foreign);
  // A member of others is refused like one that is not there, whatever else is wrong.
  v1::CreateTransferRequest theirs = Inside({member.name()}, 2);
  theirs.clear_to_organization();
  const absl::Status there = transfers_->CreateTransfer(Town(2), theirs).status();
  EXPECT_THAT(there, HasReason("SCOPE_DENIED"));
  theirs.set_members(0, "members/99");
  EXPECT_EQ(transfers_->CreateTransfer(Town(2), theirs).status(), there);
}

TEST_F(TransferTest, TheReachFollowsTheDivisionsOfTheCommittees) {
  const v1::Member member = Join(0, 1);
  EXPECT_EQ(MustCreate(Inside({member.name()}, 4)).reach(), v1::TRANSFER_REACH_CITY);
  // Without divisions it must be said.
  const auto bare = FoundAt("", v1::ORGANIZATION_KIND_COMMITTEE, "无区划党委");
  branches_.push_back(FoundAt(bare.name(), v1::ORGANIZATION_KIND_BRANCH, "无区划党支部"));
  const v1::Member other = Join(0, 2);
  v1::CreateTransferRequest request = Inside({other.name()}, 6);
  EXPECT_EQ(error::FieldViolations(Create(request).status()).front().field, "reach");
  request.set_reach(v1::TRANSFER_REACH_ARMY);
  EXPECT_EQ(error::FieldViolations(Create(request).status()).front().field, "reach");
  request.set_reach(v1::TRANSFER_REACH_PROVINCE);
  EXPECT_EQ(MustCreate(request).reach(), v1::TRANSFER_REACH_PROVINCE);
}

TEST_F(TransferTest, MembersOfACommitteeGoTogetherOrNotAtAll) {
  std::vector<std::string> names;
  for (int n = 1; n <= 4; ++n) names.push_back(Join(n % 2, n).name());
  const v1::Transfer sent = Send(Inside(names, 2));
  EXPECT_EQ(sent.member_count(), 4);
  EXPECT_EQ(sent.from_organization(), towns_[0].name());
  // One of them dies on the way: nobody goes.
  v1::ChangeMemberStandingRequest standing;
  standing.set_name(names[3]);
  standing.set_standing(v1::MEMBER_STANDING_DECEASED);
  ASSERT_OK(members_->ChangeMemberStanding(Department(), standing));
  const std::string before = Image();
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_MEMBER_NOT_NORMAL"));
  EXPECT_EQ(Image(), before);
  ASSERT_OK(Withdraw(sent.name()));
  names.pop_back();
  const v1::Transfer again = Send(Inside(names, 2));
  ASSERT_OK(Accept(again.name()));
  EXPECT_EQ(Members(branches_[2].name()), 3);
  EXPECT_EQ(Members(towns_[0].name()), 0);
  // Of two committees they don't go with one letter.
  const v1::Member here = Join(0, 8);
  const v1::Member there = Join(4, 9);
  EXPECT_EQ(
      error::FieldViolations(Create(Inside({here.name(), there.name()}, 2)).status()).front().field,
      "members");
}

TEST_F(TransferTest, WhoIsInOneTransferCannotBeInAnother) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_THAT(Create(Inside({member.name()}, 4)), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Approve(draft.name()));
  EXPECT_THAT(Create(Out(member.name())), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Issue(draft.name()));
  EXPECT_THAT(Create(Inside({member.name()}, 4)), HasReason("TRANSFER_OPEN"));
  ASSERT_OK(Accept(draft.name()));
  // Accepted, the member belongs to the receiver and may go on.
  const v1::Transfer next = MustCreate(Inside({member.name()}, 4));
  EXPECT_EQ(next.sender(), towns_[1].name());
  EXPECT_NE(next.transfer_no(), draft.transfer_no());
}

TEST_F(TransferTest, AReturnNeedsAReasonAndLeavesTheMemberWhereHeWas) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  EXPECT_THAT(Return(sent.name(), static_cast<v1::TransferReturnReason>(42)),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(Return(sent.name(), v1::TRANSFER_RETURN_REASON_UNSPECIFIED),
              HasReason("FIELD_INVALID"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer returned, Return(sent.name()));
  EXPECT_EQ(returned.state(), v1::TRANSFER_STATE_RETURNED);
  EXPECT_EQ(returned.return_reason(), v1::TRANSFER_RETURN_REASON_DOCUMENTS_MISSING);
  EXPECT_EQ(Member(member.name()).organization(), branches_[0].name());
  EXPECT_EQ(LetterDeadline(Get(sent.name())).state(), v1::DEADLINE_STATE_DROPPED);
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
  MustCreate(Inside({member.name()}, 2));
}

TEST_F(TransferTest, TheSenderTakesBackAtAnyTimeBeforeAcceptance) {
  const v1::Member member = Join(0, 1);
  for (int steps = 0; steps < 3; ++steps) {
    const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
    if (steps > 0) {
      ASSERT_OK(Approve(draft.name()));
    }
    if (steps > 1) {
      ASSERT_OK(Issue(draft.name()));
    }
    ASSERT_OK_AND_ASSIGN(const v1::Transfer withdrawn, Withdraw(draft.name()));
    EXPECT_EQ(withdrawn.state(), v1::TRANSFER_STATE_WITHDRAWN);
    EXPECT_THAT(Withdraw(draft.name()), HasReason("TRANSFER_STATE_INVALID"));
  }
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  ASSERT_OK(Accept(sent.name()));
  EXPECT_THAT(Withdraw(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
}

TEST_F(TransferTest, WhenTheReceiverIsRevokedTheSenderRedirectsOrWithdraws) {
  const v1::Member member = Join(0, 1);
  const v1::Member other = Join(0, 2);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  const v1::Transfer second = Send(Inside({other.name()}, 2));
  v1::RevokeOrganizationRequest revoke;
  revoke.set_name(branches_[2].name());
  ASSERT_OK(organizations_->RevokeOrganization(Department(), revoke));
  const auto refused = Accept(sent.name());
  EXPECT_THAT(refused, HasReason("TRANSFER_RECEIVER_REVOKED"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "organization"), branches_[2].name());
  EXPECT_THAT(Create(Inside({Join(0, 3).name()}, 2)), HasReason("TRANSFER_RECEIVER_REVOKED"));

  EXPECT_THAT(Redirect(sent.name(), 1), HasReason("TRANSFER_NOT_NEEDED"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer redirected, Redirect(sent.name(), 4));
  EXPECT_EQ(redirected.state(), v1::TRANSFER_STATE_OUT_APPROVED);
  EXPECT_EQ(redirected.reach(), v1::TRANSFER_REACH_CITY);
  EXPECT_EQ(redirected.receiver(), towns_[2].name());
  EXPECT_EQ(redirected.letter_number(), "");
  EXPECT_THAT(Accept(sent.name()), HasReason("TRANSFER_STATE_INVALID"));
  ASSERT_OK_AND_ASSIGN(const v1::Transfer again, Issue(sent.name()));
  EXPECT_NE(again.letter_number(), sent.letter_number());
  EXPECT_EQ(again.transfer_no(), sent.transfer_no());
  ASSERT_OK(Accept(sent.name()));
  EXPECT_EQ(Member(member.name()).organization(), branches_[4].name());
  EXPECT_EQ(Changes(member.name()).front().code, ChangeCode::kInCity);

  EXPECT_OK(Withdraw(second.name()));
  EXPECT_EQ(Member(other.name()).organization(), branches_[0].name());
}

TEST_F(TransferTest, HeadcountFollowsTheEffectiveDayOnBothSides) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  Shift(sent.name(), 10);
  EXPECT_THAT(Accept(sent.name(), today_ - 11), HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  EXPECT_THAT(Accept(sent.name(), today_ + 1), HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  ASSERT_OK(Accept(sent.name(), today_ - 5));
  for (int offset = -12; offset <= 0; ++offset) {
    const bool before = offset < -5;
    EXPECT_EQ(MembersOn(0, today_ + offset), before ? 1 : 0) << offset;
    EXPECT_EQ(MembersOn(2, today_ + offset), before ? 0 : 1) << offset;
  }
}

TEST_F(TransferTest, OpenCasesNeedTheUpperOrganizationsConsent) {
  const v1::Member member = Join(0, 1);
  sources_.with_cases.insert(IdOf(member.name()));
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_THAT(Approve(draft.name()), HasReason("TRANSFER_CASE_OPEN"));
  v1::ApproveTransferOutRequest request;
  request.set_name(draft.name());
  request.set_upper_consent("市组〔2026〕8号");
  ASSERT_OK(transfers_->ApproveTransferOut(Department(), request));
  const v1::Transfer shown = Get(draft.name());
  EXPECT_EQ(shown.upper_consent(), "市组〔2026〕8号");
  EXPECT_EQ(shown.decisions(0).outcome(), v1::DECISION_OUTCOME_WAIVED);
}

TEST_F(TransferTest, TheSystemsOwnFigureOfDuesGoesBeforeTheStatedOne) {
  const v1::Member known = Join(0, 1);
  const v1::Member unknown = Join(0, 2);
  sources_.paid[IdOf(known.name())] = absl::CivilMonth(2026, 10);
  v1::CreateTransferRequest request = Inside({known.name(), unknown.name()}, 2);
  request.clear_dues_paid_through();
  const v1::Transfer draft = MustCreate(request);
  EXPECT_THAT(Approve(draft.name()), HasReason("TRANSFER_DUES_UNKNOWN"));
  v1::ApproveTransferOutRequest approve;
  approve.set_name(draft.name());
  *approve.mutable_dues_paid_through() = rpc::ToProto(absl::CivilDay(2026, 7, 31));
  ASSERT_OK(transfers_->ApproveTransferOut(Department(), approve));
  std::map<std::string, std::pair<int, bool>> dues;
  const v1::Transfer shown = Get(draft.name());
  for (const auto& member : shown.members()) {
    dues[member.member()] = {member.dues_paid_through().month(), member.dues_confirmed()};
  }
  EXPECT_EQ(dues[known.name()], std::pair(10, true));
  EXPECT_EQ(dues[unknown.name()], std::pair(7, false));
}

TEST_F(TransferTest, AProbationaryMemberComesWithTheFile) {
  const v1::Member member = Join(0, 1, v1::MEMBER_CATEGORY_PROBATIONARY);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  EXPECT_THAT(Approve(draft.name()), HasReason("TRANSFER_FILE_MISSING"));
  Attach(draft.name(), kProbationFile);
  EXPECT_OK(Approve(draft.name()));
  EXPECT_EQ(Get(draft.name()).documents(0).kind(), kProbationFile);
}

TEST_F(TransferTest, BothSidesNeedACommitteeAndTheReceiverHoldsMembers) {
  const v1::Member member = Join(0, 1);
  v1::CreateTransferRequest request = Inside({member.name()}, 2);
  request.set_to_organization(towns_[1].name());
  EXPECT_THAT(Create(request), HasReason("ORGANIZATION_HOLDS_NO_MEMBERS"));
  request.set_to_organization(branches_[1].name());
  EXPECT_THAT(Create(request), HasReason("TRANSFER_NOT_NEEDED"));
  request.set_to_organization("organizations/99");
  EXPECT_EQ(error::FieldViolations(Create(request).status()).front().field, "to_organization");
}

TEST_F(TransferTest, BadRequestsNameTheirFields) {
  const v1::Member member = Join(0, 1);
  const auto fields = [&](const v1::CreateTransferRequest& request) {
    std::vector<std::string> names;
    for (const auto& violation : error::FieldViolations(Create(request).status())) {
      names.push_back(violation.field);
    }
    return names;
  };
  v1::CreateTransferRequest request = Inside({member.name()}, 2);
  request.set_kind(static_cast<v1::TransferKind>(9));
  EXPECT_THAT(fields(request), ElementsAre("kind"));
  request = Inside({}, 2);
  EXPECT_THAT(fields(request), ElementsAre("members"));
  request = Inside({member.name(), member.name()}, 2);
  EXPECT_THAT(fields(request), ElementsAre("members"));
  request = Inside({member.name()}, 2);
  request.clear_to_organization();
  EXPECT_THAT(fields(request), ElementsAre("to_organization"));
  request = Inside({member.name()}, 2);
  request.set_reason(v1::TRANSFER_REASON_AWAY);
  EXPECT_THAT(fields(request), ElementsAre("away_since"));
  *request.mutable_away_since() = rpc::ToProto(today_ + 1);
  EXPECT_THAT(fields(request), ElementsAre("away_since"));
  request = Out(member.name());
  request.clear_outside_title();
  request.set_reach(v1::TRANSFER_REACH_COUNTY);
  EXPECT_THAT(fields(request), ElementsAre("outside_title", "reach"));
  request = In(5, 2);
  request.clear_person();
  request.clear_letter_number();
  request.clear_letter_issued_on();
  EXPECT_THAT(fields(request), ElementsAre("person", "letter_number", "letter_issued_on"));
  request = In(5, 2);
  request.mutable_person()->set_identity_number("110105194912310021");
  request.mutable_person()->clear_ethnicity();
  EXPECT_THAT(fields(request), ElementsAre("person.identity_number", "person.ethnicity"));
  request = In(5, 2);
  request.set_outside_title("电话13812345678");
  EXPECT_THAT(Create(request), HasReason("PERSONAL_DATA_IN_TEXT"));
}

TEST_F(TransferTest, ANewerVersionOfTheCaseIsNotOverwritten) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  ASSERT_OK(Redirect(draft.name(), 3));
  v1::ApproveTransferOutRequest approve;
  approve.set_name(draft.name());
  approve.set_etag(draft.etag());
  EXPECT_THAT(transfers_->ApproveTransferOut(Department(), approve), HasReason("ETAG_MISMATCH"));
}

TEST_F(TransferTest, MembersMoveBetweenCommitteesByTransferOnly) {
  const v1::Member member = Join(0, 1);
  v1::MoveMemberRequest move;
  move.set_name(member.name());
  move.set_organization(branches_[2].name());
  const rpc::Outgoing city = server_->As("organization_department", IdOf(city_.name()), 3);
  const auto refused = members_->MoveMember(city, move);
  EXPECT_THAT(refused, HasReason("TRANSFER_REQUIRED"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "M-08");
  move.set_organization(branches_[1].name());
  EXPECT_OK(members_->MoveMember(city, move));
}

TEST_F(TransferTest, ListsShowASubtreeFromOneSide) {
  std::vector<std::string> sent;
  for (int n = 0; n < 5; ++n) {
    sent.push_back(Send(Inside({Join(n % 2, n).name()}, n < 3 ? 2 : 4)).name());
  }
  ASSERT_OK(Return(sent[0]));
  const auto list = [&](const std::string& parent, v1::TransferSide side,
                        v1::TransferState state = v1::TRANSFER_STATE_UNSPECIFIED) {
    v1::ListTransfersRequest request;
    request.set_parent(parent);
    request.set_side(side);
    request.set_state(state);
    request.set_page_size(2);
    std::vector<std::string> names;
    do {
      const auto page = transfers_->ListTransfers(Department(), request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      EXPECT_LE(page->transfers_size(), 2);
      for (const auto& transfer : page->transfers()) names.push_back(transfer.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  EXPECT_THAT(list(towns_[0].name(), v1::TRANSFER_SIDE_SENDER),
              ElementsAre(sent[4], sent[3], sent[2], sent[1], sent[0]));
  EXPECT_THAT(list(branches_[1].name(), v1::TRANSFER_SIDE_SENDER), ElementsAre(sent[3], sent[1]));
  EXPECT_THAT(list(towns_[1].name(), v1::TRANSFER_SIDE_RECEIVER),
              ElementsAre(sent[2], sent[1], sent[0]));
  EXPECT_THAT(list(towns_[1].name(), v1::TRANSFER_SIDE_RECEIVER, v1::TRANSFER_STATE_IN_TRANSIT),
              ElementsAre(sent[2], sent[1]));
  EXPECT_THAT(list(city_.name(), v1::TRANSFER_SIDE_RECEIVER, v1::TRANSFER_STATE_RETURNED),
              ElementsAre(sent[0]));
  EXPECT_THAT(list(towns_[1].name(), v1::TRANSFER_SIDE_SENDER), IsEmpty());
  v1::ListTransfersRequest request;
  request.set_parent(towns_[1].name());
  request.set_side(v1::TRANSFER_SIDE_RECEIVER);
  EXPECT_THAT(transfers_->ListTransfers(Town(0), request), HasReason("SCOPE_DENIED"));
  request.set_page_token("forged");
  EXPECT_THAT(transfers_->ListTransfers(Town(1), request), HasReason("PAGE_TOKEN_INVALID"));
}

// The way to read a subtree that is too large to be read organization by organization.

TEST_F(TransferTest, LargeSubtreesAreListedTheSameWay) {
  const auto elsewhere = FoundAt("", v1::ORGANIZATION_KIND_COMMITTEE, "另一市委", "330200");
  ASSERT_OK(Write([&](sql::Session& session) -> absl::Status {
    for (int64_t id = 1000; id < 1300; ++id) {
      absl::Status status =
          InsertOrganization(session, TestOrganization(id, IdOf(towns_[2].name()), 631));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }));
  tree_.Stop();
  MembershipTree tree(*database_, publisher_);
  ASSERT_OK(tree.Start());
  TransferApi api(writer_, tree, rules_, books_, fields_, sources_, tokens_);
  testing::TestServer::Options options;
  options.scope = &tree;
  testing::TestServer server({v1::TransferServiceTable(api)}, options);
  v1::TransferServiceClient client(server.channel());
  std::vector<std::string> names;
  for (int n = 0; n < 3; ++n) {
    const auto transfer = client.CreateTransfer(server.As("organization_department", 0),
                                                Inside({Join(0, n).name()}, n == 1 ? 4 : 2));
    ASSERT_OK(transfer);
    names.push_back(transfer->name());
  }
  const auto list = [&](const std::string& parent, v1::TransferSide side) {
    v1::ListTransfersRequest request;
    request.set_parent(parent);
    request.set_side(side);
    request.set_page_size(1);
    std::vector<std::string> found;
    do {
      const auto page = client.ListTransfers(server.As("organization_department", 0), request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      for (const auto& transfer : page->transfers()) found.push_back(transfer.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  EXPECT_THAT(list(city_.name(), v1::TRANSFER_SIDE_SENDER),
              ElementsAre(names[2], names[1], names[0]));
  EXPECT_THAT(list(towns_[2].name(), v1::TRANSFER_SIDE_RECEIVER), ElementsAre(names[1]));
  tree.Stop();
}

TEST_F(TransferTest, AMemberShowsTheTransferWhileOnTheWay) {
  const v1::Member member = Join(0, 1);
  const auto listed = [&] {
    v1::ListMembersRequest request;
    request.set_parent(city_.name());
    request.set_view(v1::MEMBER_VIEW_FULL);
    const auto page = members_->ListMembers(Department(), request);
    EXPECT_OK(page);
    return page.ok() && page->members_size() == 1 ? page->members(0).transfer() : "?";
  };
  const auto shown = [&] {
    EXPECT_EQ(listed(), Member(member.name()).transfer());
    return Member(member.name()).transfer();
  };
  const v1::Transfer draft = MustCreate(Inside({member.name()}, 2));
  ASSERT_OK(Approve(draft.name()));
  EXPECT_EQ(shown(), "");
  ASSERT_OK(Issue(draft.name()));
  EXPECT_EQ(shown(), draft.name());
  // A change of particulars on the way does not lose it.
  v1::UpdateMemberRequest update;
  *update.mutable_member() = Member(member.name());
  update.mutable_member()->set_occupation("护士");
  update.mutable_update_mask()->add_paths("occupation");
  ASSERT_OK(members_->UpdateMember(Department(), update));
  EXPECT_EQ(shown(), draft.name());
  ASSERT_OK(Redirect(draft.name(), 4));
  EXPECT_EQ(shown(), "");
  ASSERT_OK(Issue(draft.name()));
  ASSERT_OK(Accept(draft.name()));
  EXPECT_EQ(shown(), "");

  const v1::Transfer returned = Send(Inside({member.name()}, 2));
  EXPECT_EQ(shown(), returned.name());
  ASSERT_OK(Return(returned.name()));
  EXPECT_EQ(shown(), "");
  const v1::Transfer withdrawn = Send(Inside({member.name()}, 2));
  ASSERT_OK(Withdraw(withdrawn.name()));
  EXPECT_EQ(shown(), "");
  const v1::Transfer late = Send(Inside({member.name()}, 2));
  ExpireAfter(31);
  EXPECT_EQ(shown(), "");
  Attach(late.name(), kLateCertificate);
  Attach(late.name(), kLateApplication);
  ASSERT_OK(Extend(late.name()));
  EXPECT_EQ(shown(), late.name());
}

}  // namespace
}  // namespace ronghe::membership
