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
            .request_digest = std::string(32, '\x8f'),
            .detail = "purpose=ROSTER"};
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
    const absl::StatusOr<Link> head = chainer_->ChainPending(Soon());
    EXPECT_OK(head);
    return {.sequence = head->sequence, .hash = head->hash};
  }

  Verification Verify(std::vector<Head> heads = {},
                      absl::Time unchained_before = absl::InfiniteFuture()) {
    absl::StatusOr<Verification> result = database_->Read(Soon(), [&](sql::Session& session) {
      return VerifyChain(session, {.suite = GetParam(), .heads = heads}, unchained_before);
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
  std::vector<Entry> others(13, entry);
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
  others[12].detail = "";
  for (size_t i = 0; i < others.size(); ++i) {
    EXPECT_NE(CanonicalBytes(others[i]), CanonicalBytes(entry)) << i;
  }
  EXPECT_EQ(CanonicalBytes(Entry(entry)), CanonicalBytes(entry));
}

// Bytes once hashed must never come out otherwise: written down here from the format's description.
TEST_P(AuditTest, CanonicalBytesAreTheSameForEver) {
  const Entry entry{.id = 0x0102,
                    .time = absl::FromUnixMicros(3),
                    .subject = "s",
                    .on_behalf_of = "",
                    .peer = "pp",
                    .method = "m",
                    .organization_id = 7,
                    .resource = "r",
                    .result = "OK",
                    .trace_id = "t",
                    .request_digest = "d",
                    .detail = "purpose=X"};
  const std::string first =
      "0000000000000102"
      "0000000000000003"
      "000000000000000173"
      "0000000000000000"
      "00000000000000027070"
      "00000000000000016d"
      "0000000000000007"
      "000000000000000172"
      "00000000000000024f4b"
      "000000000000000174"
      "000000000000000164";
  EXPECT_EQ(crypto::HexEncode(CanonicalBytes(entry, 1)), first);
  EXPECT_EQ(crypto::HexEncode(CanonicalBytes(entry, 2)), first +
                                                             "0000000000000009"
                                                             "707572706f73653d58");
  EXPECT_EQ(CanonicalBytes(entry), CanonicalBytes(entry, 2));
}

TEST_P(AuditTest, AnUntouchedChainVerifies) {
  EXPECT_TRUE(Verify().ok());
  Write(5);
  Chain();
  Write(3);
  const Head head = Chain();
  EXPECT_EQ(head.sequence, 8);
  const Verification result = Verify({head});
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.rows, 8);
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
  EXPECT_EQ(result.rows, 1200);
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
                      "resource, result, trace_id, request_digest, detail FROM ",
                      Table("audit"), " LIMIT 1"));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kInserted, 0, first_id_)));
}

TEST_P(AuditTest, ARowStillWaitingForTheChainerIsNoFinding) {
  Write(1);
  EXPECT_TRUE(Verify({}, absl::Now() - absl::Minutes(10)).ok());
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
  EXPECT_THAT(Verify({head}).findings, ElementsAre(Is(Fault::kTruncated, 6, 0)));
  Write(2);
  Chain();
  ASSERT_THAT(Verify({head}).findings, SizeIs(1));
  EXPECT_EQ(Verify({head}).findings[0].fault, Fault::kRewritten);
}

// Rows that were chained before `detail` stood: their links say version 1.
TEST_P(AuditTest, RowsOfTheFirstVersionStayVerifiable) {
  const std::vector<int64_t> ids = Write(4);
  Tamper(absl::StrCat("UPDATE ", Table("audit"), " SET detail = ''"));
  std::string hash;
  for (size_t i = 0; i < 2; ++i) {
    Entry entry = Some();
    entry.id = ids[i];
    entry.detail = "";
    hash = LinkHash(GetParam(), hash, entry, 1);
    Tamper(absl::StrCat("INSERT INTO ", Table("audit_chain"), " VALUES (", i + 1, ", ", ids[i],
                        ", X'", crypto::HexEncode(hash), "', 1)"));
  }
  Chain();
  EXPECT_TRUE(Verify().ok());
  Tamper(absl::StrCat("UPDATE ", Table("audit"), " SET detail = 'x' WHERE id = ", ids[1]));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kChanged, 2, ids[1])));
  Tamper(absl::StrCat("UPDATE ", Table("audit"), " SET detail = '' WHERE id = ", ids[1]));
  Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET version = 1 WHERE sequence = 3"));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kChanged, 3, ids[2])));
}

TEST_P(AuditTest, SwappedIdsOfRowsAreNamed) {
  const std::vector<int64_t> ids = Write(6);
  Tamper(
      absl::StrCat("UPDATE ", Table("audit"), " SET subject = 'accounts/2' WHERE id = ", ids[4]));
  Chain();
  const std::string update = absl::StrCat("UPDATE ", Table("audit"), " SET id = ");
  Tamper(absl::StrCat(update, "-1 WHERE id = ", ids[1]));
  Tamper(absl::StrCat(update, ids[1], " WHERE id = ", ids[4]));
  Tamper(absl::StrCat(update, ids[4], " WHERE id = -1"));
  EXPECT_THAT(Verify().findings,
              ElementsAre(Is(Fault::kReordered, 2, ids[1]), Is(Fault::kReordered, 5, ids[4])));
}

TEST_P(AuditTest, LinksThatChangedPlacesAreNamed) {
  const std::vector<int64_t> ids = Write(8);
  Chain();
  const std::string update = absl::StrCat("UPDATE ", Table("audit_chain"), " SET sequence = ");
  const auto swap = [&](int one, int other) {
    Tamper(absl::StrCat(update, "-1 WHERE sequence = ", one));
    Tamper(absl::StrCat(update, one, " WHERE sequence = ", other));
    Tamper(absl::StrCat(update, other, " WHERE sequence = -1"));
  };
  swap(2, 6);
  EXPECT_THAT(Verify().findings,
              ElementsAre(Is(Fault::kReordered, 2, ids[5]), Is(Fault::kReordered, 6, ids[1])));
  swap(2, 6);
  EXPECT_TRUE(Verify().ok());
  swap(3, 4);
  EXPECT_THAT(Verify().findings,
              ElementsAre(Is(Fault::kReordered, 3, ids[3]), Is(Fault::kReordered, 4, ids[2])));
}

TEST_P(AuditTest, AChangedLinkIsToldFromAChangedRow) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET hash = REVERSE(hash) WHERE ",
                      "sequence = 3"));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kLinkChanged, 3, ids[2])));
}

TEST_P(AuditTest, ALinkPutBetweenTwoOthersIsNamed) {
  const std::vector<int64_t> ids = Write(6);
  Chain();
  for (int sequence = 6; sequence >= 3; --sequence) {
    Tamper(absl::StrCat("UPDATE ", Table("audit_chain"), " SET sequence = ", sequence + 1,
                        " WHERE sequence = ", sequence));
  }
  Entry forged = Some();
  forged.subject = "accounts/9";
  ASSERT_OK(
      database_->Transact(Soon(), [&](sql::Session& session) { return Record(session, forged); }));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<LinkedRow> links,
      database_->Read(Soon(), [](sql::Session& session) { return LinksAfter(session, 1, 1); }));
  const auto insert = [&](const std::string& hash) {
    Tamper(absl::StrCat("DELETE FROM ", Table("audit_chain"), " WHERE sequence = 3"));
    Tamper(absl::StrCat("INSERT INTO ", Table("audit_chain"), " VALUES (3, ", forged.id, ", X'",
                        crypto::HexEncode(hash), "', 2)"));
  };
  // A hash that fits, and one that does not.
  insert(LinkHash(GetParam(), links[0].link.hash, forged, 2));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kInserted, 3, forged.id)));
  insert(std::string(32, '\x01'));
  EXPECT_THAT(Verify().findings, ElementsAre(Is(Fault::kInserted, 3, forged.id)));
}

TEST_P(AuditTest, AChainThatWasComputedAnewContradictsItsHead) {
  const std::vector<int64_t> ids = Write(4);
  const Head first = Chain();
  Write(3);
  const Head second = Chain();
  Tamper(
      absl::StrCat("UPDATE ", Table("audit"), " SET subject = 'accounts/9' WHERE id > ", ids[3]));
  Tamper(absl::StrCat("DELETE FROM ", Table("audit_chain"), " WHERE sequence > 4"));
  Chain();
  EXPECT_TRUE(Verify({first}).ok());
  const Verification result = Verify({second, first});
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].fault, Fault::kRewritten);
  EXPECT_EQ(result.findings[0].from, 5);
  EXPECT_EQ(result.findings[0].sequence, 7);
  EXPECT_EQ(result.covered, 4);
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
