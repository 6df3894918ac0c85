#include "common/audit/refusal_log.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"

namespace ronghe::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

struct StoredRow {
  std::string subject;
  std::string result;
  std::string detail;
};
const sql::Query<StoredRow> kStored("refusal_log_test.stored",
                                    "SELECT subject, result, detail FROM audit ORDER BY id");

class RefusalLogTest : public ::testing::Test {
 protected:
  RefusalLogTest()
      : schema_(ronghe::testing::SharedMariaDb().NewSchema({"common/sql/migrations"})), ids_(1) {
    absl::StatusOr<std::unique_ptr<sql::Database>> database =
        sql::Database::Open(schema_.options());
    EXPECT_OK(database);
    database_ = *std::move(database);
    log_ = std::make_unique<RefusalLog>(*database_, ids_, base::Clock::Real(), "services/test");
  }

  static Entry Refusal(const std::string& subject) {
    return {.subject = subject, .method = "/a.B/C", .result = "PERMISSION_DENIED SCOPE_DENIED"};
  }

  std::vector<StoredRow> Rows() {
    auto rows =
        database_->Read(Soon(), [](sql::Session& session) { return session.Select(kStored); });
    EXPECT_OK(rows);
    return *std::move(rows);
  }

  ronghe::testing::TestSchema schema_;
  base::IdGenerator ids_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<RefusalLog> log_;
};

TEST_F(RefusalLogTest, ARowIsThereWhenItsCallerGoesOn) {
  ASSERT_OK(log_->RecordAndWait(Refusal("accounts/1"), Soon()));
  const std::vector<StoredRow> rows = Rows();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].subject, "accounts/1");
  EXPECT_EQ(rows[0].result, "PERMISSION_DENIED SCOPE_DENIED");
}

TEST_F(RefusalLogTest, RowsOfManyThreadsAllArrive) {
  constexpr int kThreads = 8;
  constexpr int kRows = 200;
  absl::BlockingCounter written(kThreads * kRows);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kRows; ++n) {
        log_->Record(Refusal("accounts/1"), [&written] { written.DecrementCount(); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  written.Wait();
  EXPECT_THAT(Rows(), SizeIs(kThreads * kRows));
}

TEST_F(RefusalLogTest, WhatIsQueuedIsWrittenAtTheEnd) {
  for (int i = 0; i < 1000; ++i) log_->Record(Refusal("accounts/1"));
  log_->Stop();
  EXPECT_THAT(Rows(), SizeIs(1000));
  bool done = false;
  log_->Record(Refusal("accounts/1"), [&done] { done = true; });
  EXPECT_TRUE(done);
  EXPECT_EQ(log_->RecordAndWait(Refusal("accounts/1"), Soon()).code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(RefusalLogTest, AFloodIsCountedInOneRow) {
  std::atomic<int> counted = 0;
  constexpr int kMore = 500;
  // The writer waits for the table while the queue fills.
  const absl::Status locked = database_->Read(Soon(), [&](sql::Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(session.RunText("test", "LOCK TABLES audit WRITE"));
    const size_t all = RefusalLog::kQueue + RefusalLog::kBatch + kMore;
    for (size_t i = 0; i < all; ++i) {
      log_->Record(Refusal("accounts/1"), [&, caller = std::this_thread::get_id()] {
        if (std::this_thread::get_id() == caller) ++counted;
      });
    }
    return session.RunText("test", "UNLOCK TABLES");
  });
  ASSERT_OK(locked);
  log_->Stop();
  EXPECT_GE(counted, kMore);
  int suppressed = 0;
  for (const StoredRow& row : Rows()) {
    if (row.result != "RESOURCE_EXHAUSTED REFUSALS_SUPPRESSED") continue;
    ++suppressed;
    EXPECT_EQ(row.subject, "services/test");
    EXPECT_EQ(row.detail, absl::StrCat("suppressed=", counted.load()));
  }
  EXPECT_EQ(suppressed, 1);
}

TEST_F(RefusalLogTest, TextsOfAnAttackerAreTamed) {
  Entry entry = Refusal(std::string("acc\xff\xfe") + std::string(500, 'x'));
  entry.peer = "\xed\xa0\x80";
  ASSERT_OK(log_->RecordAndWait(entry, Soon()));
  EXPECT_EQ(Rows()[0].subject.substr(0, 6), "acc??x");
}

}  // namespace
}  // namespace ronghe::audit
