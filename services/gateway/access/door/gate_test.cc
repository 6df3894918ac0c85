// What does the gate let in, and how often?
#include "services/gateway/access/door/gate.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/gateway/access/sharing/quota.h"
#include "services/gateway/access/testing/clients_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

// Runs what may wait for the database on threads of its own, as the doorman does.
class Threads {
 public:
  Threads() {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~Threads() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  bool Run(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return true;
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class GateTest : public ClientsFixture {};

TEST_F(GateTest, WhatIsSharedComesIn) {
  auto ended = Share("ronghe.membership.v1.OrganizationService/GetOrganization", {}, {"census"});
  *ended.mutable_valid_until() = rpc::ToProto(clock_.Now() - absl::Seconds(1));
  auto refused = Share("ronghe.meeting.v1.MeetingService/GetMeeting", {}, {"census"});
  refused.set_attribute(v1::SHARE_ATTRIBUTE_NONE);
  const std::string name =
      Create("census.province",
             {Share(kGet, {kAll}, {"census"}), Share(kList, {kFull}, {"census", "check"}),
              Share(kList, {kAll}, {"audit"}), ended, refused})
          .value()
          .name();
  const Credential credential = Opened(name);
  Gate gate(*methods_, clock_);
  const auto check = [&](std::string_view method, std::string_view purpose) {
    Admission admission;
    const auto status =
        gate.Check(credential, *methods_->Find(base::Cat("/", method)), purpose, &admission);
    if (!status->ok()) return error::Reason(*status);
    EXPECT_NE(admission.filter, nullptr);
    return base::Cat("OK ", admission.purpose);
  };
  EXPECT_EQ(check(kGet, ""), "OK census");
  EXPECT_EQ(check(kGet, "census"), "OK census");
  EXPECT_EQ(check(kGet, "audit"), "PURPOSE_NOT_ALLOWED");
  EXPECT_EQ(check(kList, ""), "PURPOSE_REQUIRED");
  EXPECT_EQ(check(kList, "audit"), "OK audit");
  EXPECT_EQ(check(ended.method(), ""), "METHOD_NOT_SHARED");
  EXPECT_EQ(check(refused.method(), ""), "METHOD_NOT_SHARED");
  EXPECT_EQ(check("ronghe.membership.v1.MemberService/UpdateMember", ""), "METHOD_NOT_SHARED");
  // 10 a second, 20 at once; of each method by itself.
  std::string last;
  for (int i = 0; i < 20; ++i) last = check(kGet, "");
  EXPECT_EQ(last, "RATE_LIMITED");
  EXPECT_EQ(check(kList, "check"), "OK check");
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(check(kGet, ""), "OK census");
}

TEST_F(GateTest, APersonCallsAsOftenAsThePolicySays) {
  Credential person;
  person.principal = {auth::Principal::Kind::kPerson, "accounts/1"};
  Credential other = person;
  other.principal.subject = "accounts/2";
  Gate gate(*methods_, clock_, {2, 3});
  Admission admission;
  const auto reason = [&](const Credential& credential, const char* method) {
    const auto status =
        gate.Check(credential, *methods_->Find(base::Cat("/", method)), "why", &admission);
    return status->ok() ? "OK" : error::Reason(*status);
  };
  for (const char* method : {kGet, kList, kGet}) EXPECT_EQ(reason(person, method), "OK");
  EXPECT_EQ(admission.purpose, "why");
  EXPECT_EQ(admission.filter, nullptr);
  EXPECT_EQ(reason(person, kList), "RATE_LIMITED");
  EXPECT_EQ(reason(other, kList), "OK");
  clock_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(reason(person, kList), "OK");
}

TEST_F(GateTest, AHundredCallersAtOnceGetExactlyTheQuota) {
  constexpr int64_t kQuota = 357;
  const std::string name =
      Create("census.province", {Share(kGet, {kAll}, {"census"})}, kQuota).value().name();
  v1::UpdateClientRequest fast;
  fast.mutable_client()->set_name(name);
  fast.mutable_client()->mutable_limits()->set_per_second(10000);
  fast.mutable_client()->mutable_limits()->set_burst(100000);
  fast.mutable_client()->mutable_limits()->set_daily_quota(kQuota);
  fast.mutable_update_mask()->add_paths("limits");
  ASSERT_THAT(client_.UpdateClient(Security(), fast), IsOk());
  const Credential credential = Opened(name);
  Threads threads;
  Quotas quotas(*database_, clock_, [&](auto task) { return threads.Run(std::move(task)); });
  Gate gate(*methods_, clock_, {}, &quotas);
  const auto& method = *methods_->Find(base::Cat("/", kGet));
  std::atomic<int64_t> admitted = 0, refused = 0, failed = 0;
  const auto call = [&] {
    Admission admission;
    while (true) {
      const auto status = gate.Check(credential, method, "", &admission);
      if (status.has_value()) {
        (status->ok()                                 ? admitted
         : error::Reason(*status) == "QUOTA_EXCEEDED" ? refused
                                                      : failed)
            .fetch_add(1);
        return;
      }
      absl::Notification done;
      gate.Later(credential, [&](const absl::Status& asked) {
        EXPECT_THAT(asked, IsOk());
        done.Notify();
      });
      done.WaitForNotification();
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 100; ++i) {
    callers.emplace_back([&] {
      for (int k = 0; k < 5; ++k) call();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(admitted, kQuota);
  EXPECT_EQ(refused, 500 - kQuota);
  EXPECT_EQ(failed, 0);

  // Another gateway, or this one after a crash, has nothing more to give.
  Quotas after(*database_, clock_, [&](auto task) { return threads.Run(std::move(task)); });
  Gate other(*methods_, clock_, {}, &after);
  const auto before = admitted.load();
  Admission admission;
  EXPECT_FALSE(other.Check(credential, method, "", &admission).has_value());
  absl::Notification done;
  other.Later(credential, [&](const absl::Status&) { done.Notify(); });
  done.WaitForNotification();
  const auto status = other.Check(credential, method, "", &admission);
  ASSERT_TRUE(status.has_value());
  EXPECT_THAT(*status, HasReason("QUOTA_EXCEEDED"));
  EXPECT_GT(error::RetryAfter(*status), absl::ZeroDuration());
  EXPECT_LE(error::RetryAfter(*status), absl::Hours(24));
  EXPECT_EQ(admitted, before);
  // A new day.
  clock_.Advance(absl::Hours(24));
  call();
  EXPECT_EQ(admitted, before + 1);
}

TEST_F(GateTest, NoBlockIsGivenTwiceWhateverCrashes) {
  const std::string name = Create("census.province", {}, 100).value().name();
  const int64_t id = base::ParseName(name, "clients").value();
  Threads threads;
  int64_t admitted = 0;
  for (int crash = 0; crash < 40; ++crash) {
    Quotas quotas(*database_, clock_, [&](auto task) { return threads.Run(std::move(task)); });
    absl::Notification done;
    quotas.Fetch(id, 100, [&](const absl::Status&) { done.Notify(); });
    done.WaitForNotification();
    // Three calls, then the process is gone with what it had left.
    for (int i = 0; i < 3; ++i) {
      if (quotas.Take(id, 100) == Quotas::Taken::kYes) ++admitted;
    }
  }
  EXPECT_LE(admitted, 100);
  EXPECT_GT(admitted, 0);
}

}  // namespace
}  // namespace ronghe::gateway::access
