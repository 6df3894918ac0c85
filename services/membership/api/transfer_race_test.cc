// Do transfers stay right when many act at once, a call is repeated or a step breaks?
#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/testing/transfer_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(TransferTest, ManyDraftsAtOnceMakeOne) {
  const v1::Member member = Join(0, 1);
  std::atomic<int> made = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const auto transfer = Create(Inside({member.name()}, 2));
      if (transfer.ok()) ++made;
      if (error::Reason(transfer.status()) == "TRANSFER_OPEN") ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 15);
}

TEST_F(TransferTest, EveryCallRepeatsUnderItsRequestId) {
  const v1::Member member = Join(0, 1);
  v1::CreateTransferRequest create = Inside({member.name()}, 2);
  std::string name;
  const auto twice = [&](auto request, auto method) {
    request.set_request_id(absl::StrCat("replay-", runs_++));
    if constexpr (requires { request.set_name(name); }) request.set_name(name);
    const auto first = method(request);
    EXPECT_OK(first);
    const std::string before = Image();
    const auto second = method(request);
    EXPECT_OK(second);
    EXPECT_EQ(Image(), before);
    if (!first.ok() || !second.ok()) return;
    EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
    name = first->name();
  };
  const auto as = Department();
  twice(create, [&](const auto& r) { return transfers_->CreateTransfer(as, r); });
  twice(v1::ApproveTransferOutRequest(),
        [&](const auto& r) { return transfers_->ApproveTransferOut(as, r); });
  twice(v1::IssueTransferLetterRequest(),
        [&](const auto& r) { return transfers_->IssueTransferLetter(as, r); });
  v1::RedirectTransferRequest redirect;
  redirect.set_to_organization(branches_[3].name());
  twice(redirect, [&](const auto& r) { return transfers_->RedirectTransfer(as, r); });
  ASSERT_OK(Issue(name));
  twice(v1::AcceptTransferRequest(),
        [&](const auto& r) { return transfers_->AcceptTransfer(as, r); });
  v1::CompleteTransferRequest complete;
  complete.set_receipt_number("R");
  twice(complete, [&](const auto& r) { return transfers_->CompleteTransfer(as, r); });

  name = Send(Inside({Join(0, 2).name()}, 2)).name();
  v1::ReturnTransferRequest back;
  back.set_reason(v1::TRANSFER_RETURN_REASON_WRONG_RECEIVER);
  twice(back, [&](const auto& r) { return transfers_->ReturnTransfer(as, r); });
  name = MustCreate(Inside({Join(0, 3).name()}, 2)).name();
  twice(v1::WithdrawTransferRequest(),
        [&](const auto& r) { return transfers_->WithdrawTransfer(as, r); });
}

TEST_F(TransferTest, OfThirtyTwoThatAcceptAtOnceOneDoes) {
  const v1::Member member = Join(0, 1);
  const v1::Transfer sent = Send(Inside({member.name()}, 2));
  std::atomic<int> accepted = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      const auto result = Accept(sent.name());
      if (result.ok()) ++accepted;
      if (error::Reason(result.status()) == "TRANSFER_STATE_INVALID") ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(refused, 31);
  EXPECT_EQ(Count(kOpenIntervals, IdOf(member.name())), 1);
  EXPECT_THAT(Changes(member.name()), SizeIs(2));
  EXPECT_EQ(Members(towns_[1].name()), 1);
  EXPECT_EQ(Members(towns_[0].name()), 0);
}

TEST_F(TransferTest, AcceptanceAndExpiryAtOnceLeaveOneOfThem) {
  constexpr int kRounds = 8;
  int received = 0;
  for (int round = 0; round < kRounds; ++round) {
    const v1::Member member = Join(0, round);
    const v1::Transfer sent = Send(Inside({member.name()}, 2));
    absl::Status acceptance;
    std::thread accept([&] { acceptance = Accept(sent.name()).status(); });
    std::thread expire([&] { ExpireAfter(31); });
    accept.join();
    expire.join();
    const v1::Transfer after = Get(sent.name());
    const bool here = Member(member.name()).organization() == branches_[2].name();
    if (acceptance.ok()) {
      ++received;
      EXPECT_EQ(after.state(), v1::TRANSFER_STATE_ACCEPTED);
      EXPECT_TRUE(here);
    } else {
      EXPECT_THAT(acceptance, HasReason("TRANSFER_STATE_INVALID"));
      EXPECT_EQ(after.state(), v1::TRANSFER_STATE_EXPIRED);
      EXPECT_FALSE(here);
    }
    EXPECT_THAT(after.steps(), SizeIs(4));
  }
  EXPECT_EQ(Members(towns_[1].name()), received);
  EXPECT_EQ(Members(towns_[0].name()), kRounds - received);
}

// Killed at any statement of an acceptance: the database refuses one table after the other, which
// rolls back what came before, and the same call then goes through.

TEST_F(TransferTest, AnAcceptanceThatBreaksAnywhereLeavesNothingBehind) {
  const v1::Member first = Join(0, 1);
  const v1::Member second = Join(1, 2);
  v1::AppointPostRequest appoint;
  appoint.set_parent(second.name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  ASSERT_OK(posts_->AppointPost(Department(), appoint));
  const v1::Transfer sent = Send(Inside({first.name(), second.name()}, 2));
  const std::string before = Image();
  const std::pair<const char*, const char*> writes[] = {{"member", "UPDATE"},
                                                        {"membership_interval", "UPDATE"},
                                                        {"membership_interval", "INSERT"},
                                                        {"post", "UPDATE"},
                                                        {"membership_change", "INSERT"},
                                                        {"deadline", "UPDATE"},
                                                        {"transfer_member", "UPDATE"},
                                                        {"decision", "INSERT"},
                                                        {"transfer", "UPDATE"},
                                                        {"transfer_step", "INSERT"},
                                                        {"event", "INSERT"},
                                                        {"audit", "INSERT"},
                                                        {"request_record", "UPDATE"}};
  const auto run = [&](const std::string& statement) {
    return database_->Read(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return session.RunText("transfer_test.ddl", statement);
    });
  };
  for (const auto& [table, verb] : writes) {
    ASSERT_OK(
        run(absl::StrCat("CREATE TRIGGER breaks BEFORE ", verb, " ON ", table,
                         " FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'killed'")));
    EXPECT_THAT(Accept(sent.name(), std::nullopt, "accept-once"), Not(IsOk()))
        << verb << " " << table;
    ASSERT_OK(run("DROP TRIGGER breaks"));
    EXPECT_EQ(Image(), before) << verb << " " << table;
  }
  ASSERT_OK(Accept(sent.name(), std::nullopt, "accept-once"));
  EXPECT_EQ(Members(towns_[1].name()), 2);
  EXPECT_EQ(Members(towns_[0].name()), 0);
}

// The saga beside a reference that is a dozen lines: thousands of random steps, legal or not.

TEST_F(TransferTest, RandomStepsAgreeWithASmallReference) {
  struct Model {
    std::string name;
    std::string member;
    char state = 'D';  // Draft, Approved, Transit, aCcepted, Finished; X: ended otherwise
    int to = 2;
  };
  std::mt19937 random(20261130);
  const auto pick = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  std::vector<std::string> members;
  std::map<std::string, int> at;
  for (int n = 0; n < 4; ++n) {
    members.push_back(Join(0, n).name());
    at[members.back()] = 0;
  }
  std::vector<Model> cases;
  const auto open = [&](const std::string& member) {
    return std::any_of(cases.begin(), cases.end(), [&](const Model& model) {
      return model.member == member && absl::StrContains("DAT", std::string(1, model.state));
    });
  };
  const auto town = [](int branch) { return branch / 2; };
  for (int i = 0; i < 400; ++i) {
    if (cases.empty() || pick(5) == 0) {
      const std::string& member = members[pick(members.size())];
      const int to = static_cast<int>(pick(6));
      const auto made = Create(Inside({member}, to));
      const bool may = town(to) != town(at[member]) && !open(member);
      ASSERT_EQ(made.ok(), may) << made.status();
      if (made.ok()) cases.push_back({made->name(), member, 'D', to});
      continue;
    }
    Model& model = cases[cases.size() - 1 - pick(std::min<size_t>(cases.size(), 6))];
    absl::Status status;
    bool may = false;
    switch (pick(7)) {
      case 0:
        may = model.state == 'D';
        status = Approve(model.name).status();
        if (may) model.state = 'A';
        break;
      case 1:
        may = model.state == 'A';
        status = Issue(model.name).status();
        if (may) model.state = 'T';
        break;
      case 2:
        may = model.state == 'T';
        status = Accept(model.name).status();
        if (may) {
          model.state = 'C';
          at[model.member] = model.to;
        }
        break;
      case 3:
        may = model.state == 'C';
        status = Complete(model.name).status();
        if (may) model.state = 'F';
        break;
      case 4:
        may = model.state == 'T';
        status = Return(model.name).status();
        if (may) model.state = 'X';
        break;
      case 5:
        may = absl::StrContains("DAT", std::string(1, model.state)) && pick(3) == 0;
        if (!may && absl::StrContains("DAT", std::string(1, model.state))) continue;
        status = Withdraw(model.name).status();
        if (may) model.state = 'X';
        break;
      default: {
        const int to = static_cast<int>(pick(6));
        const bool legal = absl::StrContains("DAT", std::string(1, model.state));
        may = legal && town(to) != town(at[model.member]);
        status = Redirect(model.name, to).status();
        if (may) {
          model.to = to;
          if (model.state == 'T') model.state = 'A';
        }
      }
    }
    ASSERT_EQ(status.ok(), may) << i << " " << model.state << " " << status;
  }
  std::map<int, int64_t> expected;
  for (const auto& [member, branch] : at) {
    EXPECT_EQ(Member(member).organization(), branches_[static_cast<size_t>(branch)].name());
    ++expected[branch];
  }
  for (int branch = 0; branch < 6; ++branch) {
    EXPECT_EQ(Members(branches_[static_cast<size_t>(branch)].name()), expected[branch]);
    EXPECT_EQ(MembersOn(branch, today_), expected[branch]);
  }
}

}  // namespace
}  // namespace ronghe::membership
