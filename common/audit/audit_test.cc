#include "common/audit/audit.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/chain.h"
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
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

struct StoredRow {
  int64_t id;
  absl::Time time;
  std::string subject;
  std::string on_behalf_of;
  std::string method;
  std::string resource;
  std::string result;
  sql::Bytes request_digest;
};
const sql::Query<StoredRow> kStored("audit_test.stored",
                                    "SELECT id, time, subject, on_behalf_of, method, resource, "
                                    "result, request_digest FROM audit ORDER BY id");

class AuditTest : public ::testing::TestWithParam<crypto::Suite> {
 protected:
  AuditTest()
      : schema_(ronghe::testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        ids_(1),
        first_id_(ids_.Next()) {
    absl::StatusOr<std::unique_ptr<sql::Database>> database =
        sql::Database::Open(schema_.options());
    EXPECT_OK(database);
    database_ = *std::move(database);
    chainer_ = std::make_unique<Chainer>(*database_, nullptr, base::Clock::Real(), GetParam());
  }

  Entry Some() {
    return {.id = ids_.Next(),
            .time = absl::FromUnixMicros(1767225600123456),
            .subject = "accounts/1",
            .on_behalf_of = "accounts/2",
            .peer = "gateway.ronghe",
            .method = "/ronghe.training.v1.SessionService/CreateSession",
            .organization_id = 7,
            .resource = "sessions/3",
            .result = "OK",
            .trace_id = "0af7651916cd43dd8448eb211c80319c",
            .request_digest = std::string(32, '\x8f')};
  }

  // Records `count` entries, one transaction each, and answers their ids.
  std::vector<int64_t> Write(int count) {
    std::vector<int64_t> written;
    for (int i = 0; i < count; ++i) {
      const Entry entry = Some();
      written.push_back(entry.id);
      EXPECT_OK(database_->Transact(Soon(),
                                    [&](sql::Session& session) { return Record(session, entry); }));
    }
    return written;
  }

  Head Chain() {
    absl::StatusOr<Head> head = chainer_->ChainPending(Soon());
    EXPECT_OK(head);
    return *std::move(head);
  }

  Verification Verify(std::optional<Head> expected = std::nullopt,
                      absl::Time unchained_before = absl::InfiniteFuture()) {
    absl::StatusOr<Verification> result = database_->Read(Soon(), [&](sql::Session& session) {
      return VerifyChain(
          session,
          {.suite = GetParam(), .expected_head = expected, .unchained_before = unchained_before});
    });
    EXPECT_OK(result);
    return *std::move(result);
  }

  // What someone with the administrator's rights does to the tables.
  void Tamper(const std::string& statement) {
    EXPECT_OK(ronghe::testing::SharedMariaDb().Admin(statement));
  }
  std::string Table(const std::string& name) const { return schema_.name() + "." + name; }

  ronghe::testing::TestSchema schema_;
  base::IdGenerator ids_;
  const int64_t first_id_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<Chainer> chainer_;
};

MATCHER_P3(Is, fault, sequence, audit_id, "") {
  return arg.fault == fault && arg.sequence == sequence && arg.audit_id == audit_id;
}

TEST_P(AuditTest, EveryStatementFitsTheRealServer) {
  EXPECT_THAT(ronghe::testing::PrepareAllStatements(*database_, "audit"), IsEmpty());
}

TEST_P(AuditTest, ARowHoldsTheEntry) {
  const Entry entry = Some();
  ASSERT_OK(
      database_->Transact(Soon(), [&](sql::Session& session) { return Record(session, entry); }));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<StoredRow> rows,
      database_->Read(Soon(), [](sql::Session& session) { return session.Select(kStored); }));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].id, entry.id);
  EXPECT_EQ(rows[0].time, entry.time);
  EXPECT_EQ(rows[0].subject, entry.subject);
  EXPECT_EQ(rows[0].on_behalf_of, entry.on_behalf_of);
  EXPECT_EQ(rows[0].method, entry.method);
  EXPECT_EQ(rows[0].resource, entry.resource);
  EXPECT_EQ(rows[0].result, entry.result);
  EXPECT_EQ(std::string(rows[0].request_digest), entry.request_digest);
}

TEST_P(AuditTest, ATextTooLongIsCutAndNeverRefused) {
  Entry entry = Some();
  entry.resource.clear();
  for (int i = 0; i < 100; ++i) entry.resource += "党员";
  entry.peer = std::string(5000, 'p');
  ASSERT_OK(
      database_->Transact(Soon(), [&](sql::Session& session) { return Record(session, entry); }));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<StoredRow> rows,
      database_->Read(Soon(), [](sql::Session& session) { return session.Select(kStored); }));
  EXPECT_EQ(rows[0].resource.size(), 159u);
  Chain();
  EXPECT_TRUE(Verify().ok());
}

TEST_P(AuditTest, ARolledBackActLeavesNoRow) {
  const absl::Status status =
      database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(Record(session, Some()));
        return absl::CancelledError("no");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Chain().sequence, 0);
}

TEST_P(AuditTest, CanonicalBytesTellEveryFieldApart) {
  const Entry entry = Some();
  std::vector<Entry> others(12, entry);
  others[0].id += 1;
  others[1].time += absl::Microseconds(1);
  others[2].subject += "x";
  others[3].on_behalf_of = "";
  others[4].peer += "x";
  others[5].method += "x";
  others[6].organization_id = 0;
  others[7].resource += "x";
  others[8].result = "PERMISSION_DENIED SCOPE_DENIED";
  others[9].trace_id = "";
  others[10].request_digest[0] ^= 1;
  others[11].subject = "accounts/1a";
  others[11].on_behalf_of = "ccounts/2";
  for (size_t i = 0; i < others.size(); ++i) {
    EXPECT_NE(CanonicalBytes(others[i]), CanonicalBytes(entry)) << i;
  }
  EXPECT_EQ(CanonicalBytes(Entry(entry)), CanonicalBytes(entry));
}

TEST_P(AuditTest, AnUntouchedChainVerifies) {
  EXPECT_TRUE(Verify().ok());
  Write(5);
  Chain();
  Write(3);
  const Head head = Chain();
  EXPECT_EQ(head.sequence, 8);
  const Verification result = Verify(head);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.links, 8);
  EXPECT_EQ(result.head.sequence, 8);
  EXPECT_EQ(result.head.hash, head.hash);
}

TEST_P(AuditTest, MoreThanABatchIsChainedAndVerified) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([this] {
      for (int n = 0; n < 10; ++n) {
        EXPECT_OK(database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
          for (int row = 0; row < 30; ++row) {
            RONGHE_RETURN_IF_ERROR(Record(session, Some()));
          }
          return absl::OkStatus();
        }));
      }
    });
  }
  Chain();
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Chain().sequence, 1200);
  const Verification result = Verify();
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.links, 1200);
}

TEST_P(AuditTest, ARowThatCommitsLateIsStillChained) {
  const Entry late = Some();
  const std::vector<int64_t> others = Write(3);
  Chain();
  ASSERT_OK(
      database_->Transact(Soon(), [&](sql::Session& session) { return Record(session, late); }));
  EXPECT_EQ(Chain().sequence, 4);
  EXPECT_TRUE(Verify().ok());
}

TEST_P(AuditTest, AChangedRowIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  Tamper(
      absl::StrCat("UPDATE ", Table("audit"), " SET subject = 'accounts/9' WHERE id = ", ids[2]));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kChanged, 3, ids[2])));
}

TEST_P(AuditTest, ARemovedRowIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  Tamper(absl::StrCat("DELETE FROM ", Table("audit"), " WHERE id = ", ids[4]));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kMissing, 5, ids[4])));
}

TEST_P(AuditTest, ARowRemovedWithItsLinkLeavesAGap) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  Tamper(absl::StrCat("DELETE FROM ", Table("audit"), " WHERE id = ", ids[1]));
  Tamper(absl::StrCat("DELETE FROM ", Table("audit_chain"), " WHERE sequence = 2"));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kMissing, 2, 0)));
}

TEST_P(AuditTest, ALinkWithoutGapCannotBeForged) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  Tamper(absl::StrCat("DELETE FROM ", Table("audit"), " WHERE id = ", ids[1]));
  Tamper(absl::StrCat("DELETE FROM ", Table("audit_chain"), " WHERE sequence = 2"));
  for (int sequence = 3; sequence <= 6; ++sequence) {
    Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET sequence = ", sequence - 1,
                        " WHERE sequence = ", sequence));
  }
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kChanged, 2, ids[2])));
}

TEST_P(AuditTest, AnInsertedRowIsNamed) {
  Write(4);
  Chain();
  Tamper(absl::StrCat("INSERT INTO ", Table("audit"), " SELECT ", first_id_,
                      ", time, 'accounts/9', on_behalf_of, peer, method, organization_id, "
                      "resource, result, trace_id, request_digest FROM ",
                      Table("audit"), " LIMIT 1"));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kInserted, 0, first_id_)));
}

TEST_P(AuditTest, ARowStillWaitingForTheChainerIsNoFinding) {
  Write(1);
  EXPECT_TRUE(Verify(std::nullopt, absl::Now() - absl::Minutes(10)).ok());
}

TEST_P(AuditTest, ReorderedRowsAreNamed) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET audit_id = -1 WHERE sequence = 2"));
  Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET audit_id = ", ids[1],
                      " WHERE sequence = 5"));
  Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET audit_id = ", ids[4],
                      " WHERE sequence = 2"));
  EXPECT_THAT(Verify().findings,
              ElementsAre(Is(Fault::kReordered, 2, ids[4]), Is(Fault::kReordered, 5, ids[1])));
}

TEST_P(AuditTest, AHeadKeptOutsideShowsACutTail) {
  const std::vector<int64_t> ids = Write(6);
  const Head head = Chain();
  Tamper(absl::StrCat("DELETE FROM ", Table("audit_chain"), " WHERE sequence > 4"));
  Tamper(absl::StrCat("DELETE FROM ", Table("audit"), " WHERE id >= ", ids[4]));
  EXPECT_TRUE(Verify().ok());
  EXPECT_THAT(Verify(head).findings, ElementsAre(Is(Fault::kTruncated, 6, 0)));
  Write(2);
  Chain();
  EXPECT_THAT(Verify(head).findings, ElementsAre(Is(Fault::kTruncated, 6, 0)));
}

TEST_P(AuditTest, TwoChainersAtOnceMakeOneChain) {
  Write(40);
  Chainer other(*database_, nullptr, base::Clock::Real(), GetParam());
  std::vector<std::thread> threads;
  for (Chainer* chainer : {chainer_.get(), &other}) {
    threads.emplace_back([chainer] { static_cast<void>(chainer->ChainPending(Soon())); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Chain().sequence, 40);
  EXPECT_TRUE(Verify().ok());
}

INSTANTIATE_TEST_SUITE_P(Suites, AuditTest,
                         ::testing::Values(crypto::Suite::kSm, crypto::Suite::kAes),
                         [](const auto& info) {
                           return info.param == crypto::Suite::kSm ? "Sm" : "Aes";
                         });

}  // namespace
}  // namespace ronghe::audit
