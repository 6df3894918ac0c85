#include "common/job/job_runner.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/metrics/metrics.h"
#include "common/sql/session.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"

namespace ronghe::job {
namespace {

using ronghe::testing::HasReason;
using ronghe::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Counts what jobs do, and lets the test wait for it.
class Tally {
 public:
  void Add() {
    std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  int count() {
    std::lock_guard lock(mutex_);
    return count_;
  }
  bool Reaches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class JobRunnerTest : public ::testing::Test {
 protected:
  JobRunnerTest() : schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})) {
    auto database = sql::Database::Open(schema_.options(), registry_);
    if (!database.ok()) std::abort();
    database_ = *std::move(database);
  }

  std::unique_ptr<JobRunner> Runner(const std::string& owner) {
    return std::make_unique<JobRunner>(*database_, clock_, owner);
  }

  metrics::Registry registry_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
};

TEST_F(JobRunnerTest, StatementsFitTheSchema) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_, "job_lease."), ::testing::IsEmpty());
}

TEST_F(JobRunnerTest, OnlyOneOwnerRunsAJob) {
  Tally first_runs;
  Tally second_runs;
  const auto first = Runner("first");
  const auto second = Runner("second");
  first->Add("test.one", absl::Hours(1), [&](JobContext&) {
    first_runs.Add();
    return absl::OkStatus();
  });
  second->Add("test.one", absl::Hours(1), [&](JobContext&) {
    second_runs.Add();
    return absl::OkStatus();
  });
  EXPECT_OK(first->RunOnce("test.one"));
  EXPECT_THAT(second->RunOnce("test.one"),
              AllOf(StatusIs(absl::StatusCode::kUnavailable), HasReason("LEASE_HELD")));
  EXPECT_OK(first->RunOnce("test.one"));
  EXPECT_EQ(first_runs.count(), 2);
  EXPECT_EQ(second_runs.count(), 0);
  first->Stop();
  EXPECT_OK(second->RunOnce("test.one"));
}

TEST_F(JobRunnerTest, JobsOfOneRunnerAreHeldSeparately) {
  const auto first = Runner("first");
  const auto second = Runner("second");
  for (const auto& runner : {first.get(), second.get()}) {
    runner->Add("test.a", absl::Hours(1), [](JobContext&) { return absl::OkStatus(); });
    runner->Add("test.b", absl::Hours(1), [](JobContext&) { return absl::OkStatus(); });
  }
  EXPECT_OK(first->RunOnce("test.a"));
  EXPECT_OK(second->RunOnce("test.b"));
}

TEST_F(JobRunnerTest, APausedHolderIsFencedOff) {
  const auto paused = Runner("paused");
  const auto next = Runner("next");
  absl::Status in_time;
  absl::Status too_late;
  std::optional<int64_t> first_token;
  std::optional<int64_t> second_token;
  const auto check = [&](JobContext& context) {
    return database_->Transact(absl::Now() + absl::Seconds(10),
                               [&](sql::Session& session) { return context.CheckLease(session); });
  };
  next->Add("test.fence", absl::Hours(1), [&](JobContext& context) {
    second_token = context.token();
    return check(context);
  });
  paused->Add("test.fence", absl::Hours(1), [&](JobContext& context) {
    first_token = context.token();
    in_time = check(context);
    // Stopped for longer than its lease; another process takes over.
    clock_.Advance(absl::Minutes(1));
    EXPECT_OK(next->RunOnce("test.fence"));
    too_late = check(context);
    return too_late;
  });
  EXPECT_THAT(paused->RunOnce("test.fence"), HasReason("LEASE_LOST"));
  EXPECT_OK(in_time);
  EXPECT_THAT(too_late, AllOf(StatusIs(absl::StatusCode::kAborted), HasReason("LEASE_LOST")));
  EXPECT_GT(*second_token, *first_token);
  EXPECT_THAT(paused->RunOnce("test.fence"), HasReason("LEASE_HELD"));
}

TEST_F(JobRunnerTest, ALeaseIsRenewedWhileItsHolderWorks) {
  const auto holder = Runner("holder");
  const auto other = Runner("other");
  holder->Add("test.renew", absl::Hours(1), [](JobContext&) { return absl::OkStatus(); });
  other->Add("test.renew", absl::Hours(1), [](JobContext&) { return absl::OkStatus(); });
  for (int i = 0; i < 5; ++i) {
    EXPECT_OK(holder->RunOnce("test.renew"));
    clock_.Advance(absl::Seconds(10));
    EXPECT_THAT(other->RunOnce("test.renew"), HasReason("LEASE_HELD"));
  }
  clock_.Advance(absl::Minutes(1));
  EXPECT_OK(other->RunOnce("test.renew"));
}

TEST_F(JobRunnerTest, RunsAtOnceAndOnEveryNudge) {
  Tally runs;
  const auto runner = Runner("nudged");
  runner->Add("test.nudge", absl::Hours(1), [&](JobContext&) {
    runs.Add();
    return absl::OkStatus();
  });
  runner->Start();
  ASSERT_TRUE(runs.Reaches(1));
  runner->Nudge("test.nudge");
  ASSERT_TRUE(runs.Reaches(2));
  runner->Nudge("test.nudge");
  ASSERT_TRUE(runs.Reaches(3));
  runner->Nudge("unknown");
  runner->Stop();
  runner->Nudge("test.nudge");
}

TEST_F(JobRunnerTest, NudgesDuringARunLeadToOneMore) {
  Tally runs;
  JobRunner* self = nullptr;
  const auto runner = Runner("nudged");
  self = runner.get();
  runner->Add("test.nudge", absl::Hours(1), [&](JobContext&) {
    if (runs.count() == 0) {
      self->Nudge("test.nudge");
      self->Nudge("test.nudge");
    }
    runs.Add();
    return absl::OkStatus();
  });
  runner->Start();
  ASSERT_TRUE(runs.Reaches(2));
  runner->Stop();
  EXPECT_EQ(runs.count(), 2);
}

TEST_F(JobRunnerTest, RunsAgainAfterItsInterval) {
  Tally runs;
  const auto runner = Runner("often");
  runner->Add("test.often", absl::Milliseconds(1), [&](JobContext&) {
    runs.Add();
    return absl::OkStatus();
  });
  runner->Start();
  EXPECT_TRUE(runs.Reaches(20));
}

TEST_F(JobRunnerTest, StopAsksARunningJobToEnd) {
  Tally started;
  Tally ended;
  const auto runner = Runner("slow");
  runner->Add("test.slow", absl::Hours(1), [&](JobContext& context) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    started.Add();
    stopped.wait(lock, context.stop_token(), [] { return false; });
    EXPECT_TRUE(context.cancelled());
    ended.Add();
    return absl::OkStatus();
  });
  runner->Start();
  ASSERT_TRUE(started.Reaches(1));
  runner->Stop();
  EXPECT_EQ(ended.count(), 1);
}

TEST_F(JobRunnerTest, FailuresAreCountedAndTriedAgain) {
  Tally runs;
  const auto runner = Runner("failing");
  runner->Add("test.fail", absl::Milliseconds(1), [&](JobContext&) -> absl::Status {
    runs.Add();
    if (runs.count() == 1) return absl::InternalError("broken");
    if (runs.count() == 2) throw std::runtime_error("worse");
    return absl::OkStatus();
  });
  runner->Start();
  ASSERT_TRUE(runs.Reaches(4));
  runner->Stop();
  const std::string text = metrics::Registry::Default().Text();
  EXPECT_THAT(text, HasSubstr("ronghe_job_runs_total{job=\"test.fail\",result=\"error\"} 2"));
  EXPECT_THAT(text, HasSubstr("ronghe_job_last_success_timestamp_seconds{job=\"test.fail\"}"));
}

TEST_F(JobRunnerTest, LeasesSurviveLostConnections) {
  Tally runs;
  const auto runner = Runner("killed");
  runner->Add("test.killed", absl::Hours(1), [&](JobContext&) {
    runs.Add();
    return absl::OkStatus();
  });
  EXPECT_OK(runner->RunOnce("test.killed"));
  struct NumberRow {
    int64_t number;
  };
  static const sql::Query<NumberRow> kConnection("job_test.connection",
                                                 "SELECT CONNECTION_ID() AS number");
  ASSERT_OK_AND_ASSIGN(const auto id,
                       database_->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
                         return session.SelectOne(kConnection);
                       }));
  ASSERT_OK(testing::SharedMariaDb().Admin(absl::StrCat("KILL ", id->number)));
  clock_.Advance(absl::Seconds(10));
  EXPECT_OK(runner->RunOnce("test.killed"));
  EXPECT_EQ(runs.count(), 2);
}

TEST_F(JobRunnerTest, UnknownNamesAreErrors) {
  EXPECT_THAT(Runner("x")->RunOnce("nothing"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace ronghe::job
