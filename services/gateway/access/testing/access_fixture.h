// On what do all tests of this folder stand? The schema of the gateway on a real database, a clock
// that the test sets, and a county.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "common/audit/refusal_log.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "common/sql/statement.h"
#include "common/testing/testing.h"
#include "services/gateway/access/domain/policy_testing.h"

namespace ronghe::gateway::access {

// A county (10) with two towns (20, 30), two branches in the first (21, 22) and one in the second
// (31).
class County : public auth::OrgScope {
 public:
  bool Contains(int64_t org) override { return Parent(org) >= 0; }
  bool Within(int64_t org, int64_t ancestor) override {
    if (!Contains(org) || !Contains(ancestor)) return false;
    for (; org > 0; org = Parent(org)) {
      if (org == ancestor) return true;
    }
    return false;
  }
  void CatchUp(absl::Time) override {}

 private:
  static int64_t Parent(int64_t org) {
    switch (org) {
      case 10:
        return 0;
      case 20:
      case 30:
        return 10;
      case 21:
      case 22:
        return 20;
      case 31:
        return 30;
      default:
        return -1;
    }
  }
};

struct CountRow {
  int64_t count = 0;
};

class AccessFixture : public ::testing::Test {
 protected:
  AccessFixture()
      : schema_(::ronghe::testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/gateway/migrations"})),
        database_(sql::Database::Open(schema_.options(), registry_).value()),
        clock_(absl::Now()),
        ids_(1, clock_),
        refusals_(*database_, ids_, clock_, "services/gateway"),
        writer_(*database_, ids_, [] {}),
        policy_(TestPolicy(2)),
        page_tokens_("0123456789abcdef0123456789abcdef") {}

  ::ronghe::testing::TestServer::Options Options() {
    ::ronghe::testing::TestServer::Options options;
    options.scope = &county_;
    options.clock = &clock_;
    options.refusals = &refusals_;
    options.workers = 8;
    return options;
  }

  void Change(const std::function<absl::Status(sql::Session&)>& change) {
    EXPECT_OK(database_->Transact(absl::Now() + absl::Seconds(10), change));
  }
  void Read(const std::function<void(sql::Session&)>& read) {
    EXPECT_OK(database_->Read(absl::Now() + absl::Seconds(5), [&](sql::Session& session) {
      read(session);
      return absl::OkStatus();
    }));
  }
  // One number out of the database.
  template <class... A>
  int64_t Count(const sql::Query<CountRow>& query, const A&... args) {
    int64_t count = -1;
    Read([&](sql::Session& session) { count = (*session.SelectOne(query, args...))->count; });
    return count;
  }

  metrics::Registry registry_;
  ::ronghe::testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  audit::RefusalLog refusals_;
  service::Writer writer_;
  LoginPolicy policy_;
  rpc::PageTokens page_tokens_;
  County county_;
};

}  // namespace ronghe::gateway::access
