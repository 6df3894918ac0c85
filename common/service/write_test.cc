#include "common/service/write.h"

#include <barrier>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/auth/authorizer.h"
#include "common/auth/role_table.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace ronghe::service {
namespace {

using google::protobuf::StringValue;
using ronghe::testing::EqualsProto;
using ronghe::testing::HasReason;
using ronghe::testing::IsOkAndHolds;
using ronghe::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;

constexpr int64_t kOrganization = 631;
constexpr char kMethod[] = "/ronghe.membership.v1.MemberService/CreateMember";
constexpr char kPermission[] = "membership.member.create";

struct CountRow {
  int64_t count;
};
struct AuditRow {
  std::string subject;
  std::string method;
  int64_t organization_id;
  std::string resource;
  std::string result;
  std::string trace_id;
  bool operator==(const AuditRow&) const = default;
};
struct OriginRow {
  std::string on_behalf_of;
  std::string peer;
  std::string detail;
  bool operator==(const OriginRow&) const = default;
};
struct StoredRow {
  sql::Bytes digest;
  sql::Bytes response;
};
const sql::Query<OriginRow> kOrigin("write_test.origin",
                                    "SELECT on_behalf_of, peer, detail FROM audit");
const sql::Query<StoredRow> kStored("write_test.stored",
                                    "SELECT digest, response FROM request_record");
const sql::Command kAddThing("write_test.add", "INSERT INTO thing (id) VALUES (?)");
const sql::Query<CountRow> kThings("write_test.things", "SELECT COUNT(*) AS count FROM thing");
const sql::Query<CountRow> kEvents("write_test.events", "SELECT COUNT(*) AS count FROM event");
const sql::Query<CountRow> kRecords("write_test.records",
                                    "SELECT COUNT(*) AS count FROM request_record");
const sql::Query<AuditRow> kAudit("write_test.audit",
                                  "SELECT subject, method, organization_id, resource, result, "
                                  "trace_id FROM audit ORDER BY id");
const sql::Query<CountRow> kConnection("write_test.connection", "SELECT CONNECTION_ID() AS count");

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class WriteTest : public ::testing::Test {
 protected:
  WriteTest() : schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})), ids_(1) {
    auto database = sql::Database::Open(schema_.options(), registry_);
    if (!database.ok()) std::abort();
    database_ = *std::move(database);
    EXPECT_OK(database_->Read(Soon(), [](sql::Session& session) {
      return session.RunText("test", "CREATE TABLE thing (id BIGINT NOT NULL, PRIMARY KEY (id))");
    }));
    writer_ = std::make_unique<Writer>(*database_, ids_, [this] { ++nudges_; });
    principal_ = std::make_shared<auth::Principal>(
        auth::Principal{.kind = auth::Principal::Kind::kPerson,
                        .subject = "accounts/7",
                        .grants = {{"organization_department", 0}}});
  }

  // A call with `request_id` and a request that says `body`.
  std::unique_ptr<rpc::Call> NewCall(const std::string& request_id, const std::string& body = "x",
                                     std::string_view method = kMethod,
                                     rpc::CallContext context = {}) {
    auto request = std::make_unique<StringValue>();
    request->set_value(body);
    rpc::Call::Init init;
    init.method = method;
    init.permission = permission_;
    init.principal = principal_;
    init.authorizer = &authorizer_;
    init.deadline = Soon();
    init.trace = trace_;
    init.request_id = request_id.empty() ? "made-up" : request_id;
    init.request_id_from_client = !request_id.empty();
    init.peer = "ipv4:127.0.0.1:1";
    init.context = std::move(context);
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
      init.request = requests_.back().get();
    }
    return std::make_unique<rpc::Call>(std::move(init));
  }

  absl::StatusOr<StringValue> Add(rpc::Call& call, int64_t id, absl::Status end = {}) {
    return writer_->Write<StringValue>(call, [&](WriteTx& tx) -> absl::StatusOr<StringValue> {
      ++runs_;
      RONGHE_RETURN_IF_ERROR(call.Authorize(kOrganization));
      RONGHE_RETURN_IF_ERROR(tx.session().Execute(kAddThing, id).status());
      tx.Emit({.type = "ronghe.test.thing.added",
               .subject = absl::StrCat("things/", id),
               .organization_id = kOrganization});
      tx.Audit(kOrganization, absl::StrCat("things/", id));
      if (!end.ok()) return end;
      StringValue response;
      response.set_value(absl::StrCat("thing ", id, " number ", runs_.load()));
      return response;
    });
  }

  int64_t Count(const sql::Query<CountRow>& query) {
    const auto row =
        database_->Read(Soon(), [&](sql::Session& session) { return session.SelectOne(query); });
    EXPECT_OK(row);
    return row.ok() && row->has_value() ? (**row).count : -1;
  }

  std::string_view permission_ = kPermission;
  metrics::Registry registry_;
  testing::TestSchema schema_;
  base::IdGenerator ids_;
  auth::Authorizer authorizer_{auth::RoleTable::Builtin(), nullptr};
  trace::Context trace_ = trace::Context::New();
  std::shared_ptr<auth::Principal> principal_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<StringValue>> requests_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<Writer> writer_;
  std::atomic<int> runs_{0};
  std::atomic<int> nudges_{0};
};

TEST_F(WriteTest, StatementsFitTheSchema) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_, ""), ::testing::IsEmpty());
}

TEST_F(WriteTest, OneWriteLeavesRowsRecordAuditAndEvent) {
  const auto call = NewCall("r1");
  EXPECT_THAT(Add(*call, 1), IsOkAndHolds(EqualsProto(R"pb(value: "thing 1 number 1")pb")));
  EXPECT_EQ(Count(kThings), 1);
  EXPECT_EQ(Count(kRecords), 1);
  EXPECT_EQ(Count(kEvents), 1);
  EXPECT_EQ(nudges_, 1);
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [](sql::Session& session) {
    return session.Select(kAudit);
  }));
  EXPECT_THAT(rows, ElementsAre(AuditRow{"accounts/7", kMethod, kOrganization, "things/1", "OK",
                                         trace_.trace_id}));
}

TEST_F(WriteTest, SameRequestGetsTheSameAnswer) {
  const auto first = NewCall("r1");
  const auto again = NewCall("r1");
  ASSERT_OK_AND_ASSIGN(const StringValue answer, Add(*first, 1));
  EXPECT_THAT(Add(*again, 1), IsOkAndHolds(EqualsProto(answer)));
  EXPECT_TRUE(again->authorized());
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(nudges_, 1);
  EXPECT_EQ(Count(kThings), 1);
  EXPECT_EQ(Count(kEvents), 1);
}

TEST_F(WriteTest, OtherRequestUnderTheSameIdIsRefused) {
  const auto first = NewCall("r1", "one");
  const auto other = NewCall("r1", "two");
  ASSERT_OK(Add(*first, 1));
  EXPECT_THAT(Add(*other, 2),
              AllOf(StatusIs(absl::StatusCode::kAlreadyExists), HasReason("REQUEST_ID_REUSED")));
  EXPECT_EQ(Count(kThings), 1);
}

TEST_F(WriteTest, IdsAreApartByCallerAndMethod) {
  const auto first = NewCall("r1");
  const auto other_method = NewCall("r1", "x", "/ronghe.membership.v1.MemberService/UpdateMember");
  ASSERT_OK(Add(*first, 1));
  ASSERT_OK(Add(*other_method, 2));
  principal_ = std::make_shared<auth::Principal>(*principal_);
  principal_->subject = "accounts/8";
  const auto other_caller = NewCall("r1");
  ASSERT_OK(Add(*other_caller, 3));
  EXPECT_EQ(Count(kThings), 3);
}

TEST_F(WriteTest, WhatASessionWasAnsweredIsForNoOtherSession) {
  permission_ = "";
  const auto run = [&](const std::string& session) {
    principal_ = std::make_shared<auth::Principal>(*principal_);
    principal_->session_id = session;
    const auto call = NewCall("r1");
    return writer_->Write<StringValue>(
        *call, [](WriteTx&) -> absl::StatusOr<StringValue> { return StringValue(); });
  };
  ASSERT_OK(run("1"));
  EXPECT_OK(run("1"));
  EXPECT_THAT(run("2"), HasReason("REQUEST_ID_REUSED"));
}

TEST_F(WriteTest, WithoutAnIdOfTheCallerNothingIsRecorded) {
  const auto first = NewCall("");
  const auto second = NewCall("");
  ASSERT_OK(Add(*first, 1));
  ASSERT_OK(Add(*second, 2));
  EXPECT_EQ(Count(kThings), 2);
  EXPECT_EQ(Count(kRecords), 0);
}

TEST_F(WriteTest, AnonymousCallersNeverGetEachOthersAnswers) {
  principal_ = std::make_shared<auth::Principal>();
  const auto run = [&] {
    const auto call = NewCall("r1");
    return writer_->Write<StringValue>(*call, [&](WriteTx&) -> absl::StatusOr<StringValue> {
      ++runs_;
      return StringValue();
    });
  };
  ASSERT_OK(run());
  ASSERT_OK(run());
  EXPECT_EQ(runs_, 2);
  EXPECT_EQ(Count(kRecords), 0);
}

TEST_F(WriteTest, ErrorsLeaveNothingAndFreeTheId) {
  const auto failing = NewCall("r1");
  EXPECT_THAT(Add(*failing, 1, absl::FailedPreconditionError("rule")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Count(kThings), 0);
  EXPECT_EQ(Count(kRecords), 0);
  EXPECT_EQ(Count(kEvents), 0);
  EXPECT_EQ(nudges_, 0);
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [](sql::Session& session) {
    return session.Select(kAudit);
  }));
  EXPECT_TRUE(rows.empty());
  const auto again = NewCall("r1");
  EXPECT_OK(Add(*again, 1));
}

TEST_F(WriteTest, AWriteWithoutAuditIsAuditedFromTheCall) {
  const auto call = NewCall("r1");
  call->set_audit_organization(5);
  call->set_audit_resource("members/9");
  ASSERT_OK(writer_->Write<StringValue>(
      *call, [](WriteTx&) -> absl::StatusOr<StringValue> { return StringValue(); }));
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [](sql::Session& session) {
    return session.Select(kAudit);
  }));
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].organization_id, 5);
  EXPECT_EQ(rows[0].resource, "members/9");
  EXPECT_EQ(nudges_, 0);
}

TEST_F(WriteTest, IdenticalRequestsAtOnceDoTheWorkOnce) {
  constexpr int kCallers = 8;
  for (int round = 0; round < 10; ++round) {
    std::barrier start(kCallers);
    std::vector<std::string> answers(kCallers);
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, i] {
        const auto call = NewCall(absl::StrCat("round-", round));
        start.arrive_and_wait();
        const auto answer = Add(*call, round);
        EXPECT_OK(answer);
        if (answer.ok()) answers[i] = answer->value();
      });
    }
    for (std::thread& caller : callers) caller.join();
    for (const std::string& answer : answers) EXPECT_EQ(answer, answers[0]);
  }
  EXPECT_EQ(Count(kThings), 10);
  EXPECT_EQ(Count(kEvents), 10);
  EXPECT_EQ(nudges_, 10);
}

TEST_F(WriteTest, AReplayNeedsThePermissionStill) {
  const auto first = NewCall("r1");
  ASSERT_OK(Add(*first, 1));
  principal_ = std::make_shared<auth::Principal>(*principal_);
  principal_->grants = {{"organization_department", kOrganization + 1}};
  const auto again = NewCall("r1");
  EXPECT_THAT(Add(*again, 1),
              AllOf(StatusIs(absl::StatusCode::kPermissionDenied), HasReason("SCOPE_DENIED")));
}

TEST_F(WriteTest, AConnectionKilledInsideRunsTheWholeAgain) {
  const auto call = NewCall("r1");
  int runs = 0;
  ASSERT_OK(writer_->Write<StringValue>(*call, [&](WriteTx& tx) -> absl::StatusOr<StringValue> {
    ++runs;
    tx.Emit({.type = "t", .subject = "s"});
    RONGHE_RETURN_IF_ERROR(tx.session().Execute(kAddThing, 1).status());
    if (runs == 1) {
      RONGHE_ASSIGN_OR_RETURN(const auto row, tx.session().SelectOne(kConnection));
      RONGHE_RETURN_IF_ERROR(testing::SharedMariaDb().Admin(absl::StrCat("KILL ", row->count)));
    }
    return StringValue();
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Count(kThings), 1);
  EXPECT_EQ(Count(kEvents), 1);
  EXPECT_EQ(Count(kRecords), 1);
}

// A caller that was told UNAVAILABLE asks again under the same id, whatever became of the first.
TEST_F(WriteTest, RepeatedUntilAnsweredIsDoneOnce) {
  for (int64_t id = 0; id < 20; ++id) {
    bool killed = false;
    absl::StatusOr<StringValue> answer;
    do {
      const auto call = NewCall(absl::StrCat("r", id));
      answer = writer_->Write<StringValue>(*call, [&](WriteTx& tx) -> absl::StatusOr<StringValue> {
        tx.Emit({.type = "t", .subject = "s"});
        RONGHE_RETURN_IF_ERROR(tx.session().Execute(kAddThing, id).status());
        if (!std::exchange(killed, true)) {
          RONGHE_ASSIGN_OR_RETURN(const auto row, tx.session().SelectOne(kConnection));
          std::thread([connection = row->count] {
            testing::SharedMariaDb().Admin(absl::StrCat("KILL ", connection)).IgnoreError();
          }).join();
        }
        return StringValue();
      });
    } while (absl::IsUnavailable(answer.status()));
    EXPECT_OK(answer);
  }
  EXPECT_EQ(Count(kThings), 20);
  EXPECT_EQ(Count(kEvents), 20);
  EXPECT_EQ(Count(kRecords), 20);
}

TEST_F(WriteTest, ValidatingAnswersAndLeavesNothing) {
  const auto trial = NewCall("r1", "x", kMethod, {.validate_only = true});
  EXPECT_THAT(Add(*trial, 1), IsOkAndHolds(EqualsProto(R"pb(value: "thing 1 number 1")pb")));
  const auto refused = NewCall("r1", "x", kMethod, {.validate_only = true});
  EXPECT_THAT(Add(*refused, 1, absl::FailedPreconditionError("rule")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Count(kThings), 0);
  EXPECT_EQ(Count(kRecords), 0);
  EXPECT_EQ(Count(kEvents), 0);
  EXPECT_EQ(nudges_, 0);
  const auto call = NewCall("r1");
  EXPECT_THAT(Add(*call, 1), IsOkAndHolds(EqualsProto(R"pb(value: "thing 1 number 3")pb")));
  // Afterwards too it only says what would be.
  const auto again = NewCall("r1", "x", kMethod, {.validate_only = true});
  EXPECT_OK(Add(*again, 2));
  EXPECT_EQ(Count(kThings), 1);
}

TEST_F(WriteTest, TheAuditRowSaysForWhomAndFromWhere) {
  principal_ = std::make_shared<auth::Principal>(*principal_);
  principal_->grants.front().on_behalf_of = "accounts/9";
  const auto call = NewCall("r1", "x", kMethod, {.peer = "203.0.113.7", .purpose = "DUTY"});
  ASSERT_OK(Add(*call, 1));
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [](sql::Session& session) {
    return session.Select(kOrigin);
  }));
  EXPECT_THAT(rows, ElementsAre(OriginRow{"accounts/9", "203.0.113.7", "purpose=DUTY"}));
}

TEST_F(WriteTest, RecordsAreReadableToReplicasWithTheKeyAlone) {
  const auto writer = [&](std::string key, crypto::Suite suite) {
    return std::make_unique<Writer>(
        *database_, ids_, [] {}, WriterOptions{.key = std::move(key), .suite = suite});
  };
  for (const crypto::Suite suite : {crypto::Suite::kSm, crypto::Suite::kAes}) {
    const std::string id = suite == crypto::Suite::kSm ? "sm" : "aes";
    const int64_t thing = suite == crypto::Suite::kSm ? 1 : 2;
    writer_ = writer("0123456789abcdef", suite);
    const auto first = NewCall(id);
    ASSERT_OK_AND_ASSIGN(const StringValue answer, Add(*first, thing));
    writer_ = writer("0123456789abcdef", suite);
    const auto replica = NewCall(id);
    EXPECT_THAT(Add(*replica, thing), IsOkAndHolds(EqualsProto(answer)));
    // The image of a request can't be made without the key.
    writer_ = writer("fedcba9876543210", suite);
    const auto stranger = NewCall(id);
    EXPECT_THAT(Add(*stranger, thing), HasReason("REQUEST_ID_REUSED"));
  }
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [](sql::Session& session) {
    return session.Select(kStored);
  }));
  ASSERT_EQ(rows.size(), 2);
  for (const StoredRow& row : rows) {
    EXPECT_EQ(row.response.find("thing"), std::string::npos);
    EXPECT_NE(row.digest, crypto::Sha256(requests_.front()->SerializeAsString()));
  }
}

TEST_F(WriteTest, OldRecordsArePurged) {
  for (int i = 0; i < 3; ++i) {
    const auto call = NewCall(absl::StrCat("r", i));
    ASSERT_OK(Add(*call, i));
  }
  EXPECT_THAT(PurgeRequestRecords(*database_, absl::Now() - absl::Hours(1), Soon()),
              IsOkAndHolds(0));
  base::ManualClock clock(absl::Now() + absl::Hours(8 * 24));
  job::JobRunner jobs(*database_, clock, "test");
  AddRequestRecordPurge(jobs);
  EXPECT_OK(jobs.RunOnce("request_record.purge"));
  EXPECT_EQ(Count(kRecords), 0);
}

}  // namespace
}  // namespace ronghe::service
