// Who may agree to what, and does an act that needs agreement happen exactly once?
#include <atomic>
#include <barrier>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/approval/api.h"
#include "common/approval/errors.h"
#include "common/approval/policy.h"
#include "common/auth/roles.pb.h"
#include "common/base/status_macros.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/member.pb.h"

namespace ronghe::approval {
namespace {

using google::protobuf::StringValue;
using membership::v1::CreateMemberRequest;
using ronghe::testing::HasReason;
using ronghe::testing::IsOk;
using ronghe::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSource[] = "services/membership";
constexpr char kMethod[] = "/ronghe.membership.v1.MemberService/CreateMember";
constexpr char kNumber[] = "11010519491231002X";
constexpr int64_t kOrganization = 631;

struct CountRow {
  int64_t count;
};
struct AuditRow {
  std::string resource;
  std::string detail;
  bool operator==(const AuditRow&) const = default;
};
struct EventRow {
  std::string type;
  std::string subject;
  bool operator==(const EventRow&) const = default;
};
struct RecordRow {
  sql::Bytes digest;
  sql::Bytes response;
};
const sql::Command kAdd("approval_test.add", "INSERT INTO thing (id) VALUES (?)");
const sql::Query<CountRow> kThings("approval_test.things", "SELECT COUNT(*) FROM thing");
const sql::Query<CountRow> kRows("approval_test.rows", "SELECT COUNT(*) FROM approval");
const sql::Query<AuditRow> kAudit("approval_test.audit",
                                  "SELECT resource, detail FROM audit ORDER BY id");
const sql::Query<EventRow> kEvents("approval_test.events",
                                   "SELECT type, subject FROM event ORDER BY id");
const sql::Query<RecordRow> kRecords("approval_test.records",
                                     "SELECT digest, response FROM request_record");

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

auth::RoleTable Roles() {
  auth::v1::Roles roles;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        roles {
          name: "asker"
          kind: BUSINESS
          permissions: "membership.member.create"
          permissions: "approval.request.read"
        }
        roles { name: "decider" kind: BUSINESS permissions: "approval.request.*" }
      )pb",
      &roles));
  return *auth::RoleTable::FromProto(roles);
}

// What a caller asks for.
struct Ask {
  int64_t account = 7;
  std::string request_id = {};
  std::string name = "王小明";
  std::string_view method = kMethod;
  std::string on_behalf_of = {};
  rpc::CallContext context = {};
};

class ApprovalTest : public ::testing::Test {
 protected:
  ApprovalTest()
      : schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        database_(*sql::Database::Open(schema_.options(), registry_)),
        ids_(1),
        tokens_("0123456789abcdef0123456789abcdef"),
        writer_(*database_, ids_, [] {}, {.source = kSource, .key = "0123456789abcdef"}),
        api_(writer_, tokens_),
        roles_(Roles()),
        server_({v1::ApprovalServiceTable(api_)}, ServerOptions()),
        client_(server_.channel()) {
    EXPECT_OK(database_->Read(Soon(), [](sql::Session& session) {
      return session.RunText("test", "CREATE TABLE thing (id BIGINT NOT NULL, PRIMARY KEY (id))");
    }));
  }

  testing::TestServer::Options ServerOptions() {
    testing::TestServer::Options options;
    options.roles = &roles_;
    options.workers = 8;
    return options;
  }

  // One call of a method that always needs an approval. Thread-safe.
  absl::StatusOr<std::string> Do(const Ask& ask) {
    CreateMemberRequest request;
    request.set_parent(absl::StrCat("organizations/", kOrganization));
    request.mutable_member()->set_full_name(ask.name);
    request.mutable_member()->set_identity_number(kNumber);
    request.mutable_member()->set_ethnicity("01");
    request.set_request_id(ask.request_id);
    rpc::Call::Init init;
    init.method = ask.method;
    init.permission = "membership.member.create";
    init.principal = std::make_shared<auth::Principal>(
        auth::Principal{.kind = auth::Principal::Kind::kPerson,
                        .subject = absl::StrCat("accounts/", ask.account),
                        .grants = {{"asker", kOrganization, ask.on_behalf_of}}});
    init.authorizer = &server_.authorizer();
    init.deadline = Soon();
    init.request = &request;
    init.request_id = ask.request_id;
    init.request_id_from_client = !ask.request_id.empty();
    init.needs_approval = true;
    init.context = ask.context;
    rpc::Call call(std::move(init));
    RONGHE_ASSIGN_OR_RETURN(
        const StringValue answer,
        writer_.Write<StringValue>(call, [&](service::WriteTx& tx) -> absl::StatusOr<StringValue> {
          RONGHE_RETURN_IF_ERROR(call.Authorize(kOrganization));
          const int64_t id = tx.NextId();
          RONGHE_RETURN_IF_ERROR(tx.session().Execute(kAdd, id).status());
          tx.Audit(kOrganization, "things/1");
          StringValue thing;
          thing.set_value(absl::StrCat("thing ", id));
          return thing;
        }));
    return answer.value();
  }

  // The name of the approval that a refused call names.
  std::string Refused(const absl::StatusOr<std::string>& answer,
                      const std::string& reason = "APPROVAL_REQUIRED") {
    EXPECT_THAT(answer, AllOf(StatusIs(absl::StatusCode::kFailedPrecondition), HasReason(reason)));
    return error::MetadataValue(answer.status(), "approval");
  }

  rpc::Outgoing Decider(int64_t account = 8, int64_t organization = kOrganization) {
    return server_.As("decider", organization, account);
  }
  absl::StatusOr<v1::Approval> Approve(const rpc::Outgoing& out, const std::string& name) {
    v1::ApproveRequestRequest request;
    request.set_name(name);
    request.set_reason("同意");
    return client_.ApproveRequest(out, request);
  }
  absl::StatusOr<v1::Approval> Reject(const rpc::Outgoing& out, const std::string& name) {
    v1::RejectRequestRequest request;
    request.set_name(name);
    request.set_reason("理由不足");
    return client_.RejectRequest(out, request);
  }
  absl::StatusOr<v1::Approval> Get(const std::string& name) {
    v1::GetApprovalRequest request;
    request.set_name(name);
    return client_.GetApproval(Decider(), request);
  }
  std::vector<std::string> List(const rpc::Outgoing& out, v1::ApprovalState state = {},
                                int32_t page_size = 0) {
    v1::ListApprovalsRequest request;
    request.set_source(kSource);
    request.set_state(state);
    request.set_page_size(page_size);
    std::vector<std::string> names;
    do {
      const auto page = client_.ListApprovals(out, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::Approval& approval : page->approvals()) names.push_back(approval.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  template <class Row>
  std::vector<Row> All(const sql::Query<Row>& query) {
    const auto rows =
        database_->Read(Soon(), [&](sql::Session& session) { return session.Select(query); });
    EXPECT_OK(rows);
    return rows.ok() ? *rows : std::vector<Row>();
  }
  // As if three days had passed.
  void LetExpire() {
    EXPECT_OK(database_->Read(Soon(), [](sql::Session& session) {
      return session.RunText("test", "UPDATE approval SET expire_time = '2026-01-01'");
    }));
  }
  int64_t Count(const sql::Query<CountRow>& query) { return All(query).front().count; }

  metrics::Registry registry_;
  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::IdGenerator ids_;
  rpc::PageTokens tokens_;
  service::Writer writer_;
  ApprovalApi api_;
  const auth::RoleTable roles_;
  testing::TestServer server_;
  v1::ApprovalServiceClient client_;
};

TEST_F(ApprovalTest, StatementsFitTheSchema) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_, ""), IsEmpty());
}

TEST(ApprovalPolicyTest, TheTermIsData) {
  EXPECT_EQ(BuiltinPolicy().life, absl::Hours(72));
  EXPECT_FALSE(BuiltinPolicy().rule_id.empty());
  EXPECT_FALSE(BuiltinPolicy().source.empty());
}

TEST_F(ApprovalTest, NothingHappensBeforeASecondPersonAgrees) {
  const std::string name = Refused(Do({.request_id = "r1", .context = {.purpose = "DUTY"}}));
  EXPECT_EQ(Count(kThings), 0);
  EXPECT_THAT(All(kRecords), IsEmpty());
  EXPECT_THAT(All(kAudit),
              ElementsAre(AuditRow{name, audit::Detail("DUTY", "approval requested")}));
  EXPECT_THAT(All(kEvents), ElementsAre(EventRow{"ronghe.membership.approval.requested", name}));

  ASSERT_OK_AND_ASSIGN(const v1::Approval approval, Get(name));
  EXPECT_EQ(approval.state(), v1::APPROVAL_STATE_PENDING);
  EXPECT_EQ(approval.requester(), "accounts/7");
  EXPECT_EQ(approval.method(), kMethod);
  EXPECT_EQ(approval.organization(), "organizations/631");
  EXPECT_EQ(approval.resource(), "organizations/631");
  EXPECT_EQ(approval.purpose(), "DUTY");
  EXPECT_EQ(approval.expire_time().seconds() - approval.create_time().seconds(), 72 * 3600);
  EXPECT_THAT(approval.request_json(), HasSubstr("\"ethnicity\":\"01\""));
  EXPECT_THAT(approval.request_json(), Not(HasSubstr(kNumber)));
  EXPECT_THAT(approval.request_json(), Not(HasSubstr("王小明")));
  EXPECT_THAT(approval.request_json(), Not(HasSubstr("r1")));
}

TEST_F(ApprovalTest, AnApprovedRequestIsCarriedOutOnce) {
  const std::string name = Refused(Do({.request_id = "r1"}));
  ASSERT_OK_AND_ASSIGN(const v1::Approval approved, Approve(Decider(), name));
  EXPECT_EQ(approved.state(), v1::APPROVAL_STATE_APPROVED);
  EXPECT_EQ(approved.decider(), "accounts/8");
  EXPECT_EQ(approved.reason(), "同意");
  ASSERT_OK_AND_ASSIGN(const std::string answer, Do({.request_id = "r1"}));
  EXPECT_EQ(Count(kThings), 1);
  EXPECT_THAT(All(kAudit).back(), (AuditRow{"things/1", name}));
  ASSERT_OK_AND_ASSIGN(const v1::Approval used, Get(name));
  EXPECT_EQ(used.state(), v1::APPROVAL_STATE_USED);
  EXPECT_TRUE(used.has_use_time());

  // The same id gives the same answer; another one needs another approval.
  EXPECT_THAT(Do({.request_id = "r1"}), testing::IsOkAndHolds(answer));
  EXPECT_NE(Refused(Do({.request_id = "r2"})), name);
  EXPECT_EQ(Count(kThings), 1);
  EXPECT_THAT(All(kEvents),
              ElementsAre(EventRow{"ronghe.membership.approval.requested", name},
                          EventRow{"ronghe.membership.approval.decided", name}, ::testing::_));
}

TEST_F(ApprovalTest, ItIsBoundToWhoAsksForWhat) {
  const std::string name = Refused(Do({.request_id = "r1"}));
  EXPECT_EQ(Refused(Do({.request_id = "r2"})), name);
  EXPECT_EQ(Refused(Do({})), name);
  const std::set<std::string> others = {
      Refused(Do({.account = 9})), Refused(Do({.name = "王大明"})),
      Refused(Do({.method = "/ronghe.membership.v1.MemberService/UpdateMember"})),
      Refused(Do({.context = {.purpose = "another"}}))};
  EXPECT_THAT(others, SizeIs(4));
  EXPECT_FALSE(others.contains(name));
  ASSERT_OK(Approve(Decider(), name));
  Refused(Do({.account = 9}));
  Refused(Do({.name = "王大明"}));
  Refused(Do({.context = {.purpose = "another"}}));
  EXPECT_EQ(Count(kThings), 0);
  EXPECT_OK(Do({}));
}

TEST_F(ApprovalTest, CallersAtOnceShareOneApprovalAndOneUse) {
  constexpr int kCallers = 16;
  const auto all_at_once = [&] {
    std::barrier start(kCallers);
    std::vector<absl::StatusOr<std::string>> answers(kCallers);
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, i] {
        start.arrive_and_wait();
        do {
          answers[i] = Do({.request_id = absl::StrCat("r", i)});
        } while (absl::IsAborted(answers[i].status()));
      });
    }
    for (std::thread& caller : callers) caller.join();
    return answers;
  };
  std::set<std::string> names;
  for (const auto& answer : all_at_once()) names.insert(Refused(answer));
  ASSERT_THAT(names, SizeIs(1));
  EXPECT_EQ(Count(kRows), 1);
  ASSERT_OK(Approve(Decider(), *names.begin()));
  int done = 0;
  for (const auto& answer : all_at_once()) {
    if (answer.ok()) {
      ++done;
    } else {
      EXPECT_THAT(answer, HasReason("APPROVAL_REQUIRED"));
    }
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(Count(kThings), 1);
}

TEST_F(ApprovalTest, ARefusalHoldsUntilItExpires) {
  const std::string name = Refused(Do({}));
  ASSERT_OK_AND_ASSIGN(const v1::Approval rejected, Reject(Decider(), name));
  EXPECT_EQ(rejected.state(), v1::APPROVAL_STATE_REJECTED);
  EXPECT_EQ(Refused(Do({}), "APPROVAL_REJECTED"), name);
  EXPECT_NE(Refused(Do({.name = "王大明"})), name);
  LetExpire();
  EXPECT_NE(Refused(Do({}), "APPROVAL_EXPIRED"), name);
}

TEST_F(ApprovalTest, WhatIsLateIsAskedForAgain) {
  const std::string pending = Refused(Do({}));
  const std::string approved = Refused(Do({.name = "王大明"}));
  ASSERT_OK(Approve(Decider(), approved));
  LetExpire();
  EXPECT_THAT(Approve(Decider(), pending), HasReason("APPROVAL_EXPIRED"));
  EXPECT_THAT(List(Decider(), v1::APPROVAL_STATE_EXPIRED), ElementsAre(approved, pending));
  const std::string again = Refused(Do({.name = "王大明"}), "APPROVAL_EXPIRED");
  EXPECT_NE(again, approved);
  EXPECT_EQ(Count(kThings), 0);
  ASSERT_OK(Approve(Decider(), again));
  EXPECT_OK(Do({.name = "王大明"}));
}

TEST_F(ApprovalTest, NobodyDecidesInTheirOwnMatter) {
  const std::string own = Refused(Do({}));
  EXPECT_THAT(Approve(Decider(7), own), HasReason("APPROVAL_OWN_REQUEST"));
  EXPECT_THAT(Reject(Decider(7), own), HasReason("APPROVAL_OWN_REQUEST"));
  const auto in_place_of = [&](int64_t account, const std::string& other) {
    return server_.As(auth::Principal{.kind = auth::Principal::Kind::kPerson,
                                      .subject = absl::StrCat("accounts/", account),
                                      .grants = {{"decider", kOrganization, other}}});
  };
  EXPECT_THAT(Approve(in_place_of(8, "accounts/7"), own), HasReason("APPROVAL_OWN_REQUEST"));
  const std::string for_nine = Refused(Do({.name = "王大明", .on_behalf_of = "accounts/9"}));
  EXPECT_THAT(Approve(Decider(9), for_nine), HasReason("APPROVAL_OWN_REQUEST"));
  EXPECT_THAT(Approve(in_place_of(8, "accounts/9"), for_nine), HasReason("APPROVAL_OWN_REQUEST"));
  ASSERT_OK_AND_ASSIGN(const v1::Approval approved,
                       Approve(in_place_of(8, "accounts/10"), for_nine));
  EXPECT_EQ(approved.on_behalf_of(), "accounts/9");
  EXPECT_EQ(approved.decided_on_behalf_of(), "accounts/10");
}

TEST_F(ApprovalTest, DecidersNeedThePermissionThere) {
  const std::string name = Refused(Do({}));
  EXPECT_THAT(Approve(server_.As("asker", kOrganization, 8), name),
              StatusIs(absl::StatusCode::kPermissionDenied));
  const absl::Status foreign = Approve(Decider(8, 632), name).status();
  EXPECT_THAT(foreign, HasReason("SCOPE_DENIED"));
  // What is not there is refused in the same way.
  EXPECT_EQ(Approve(Decider(8, 632), absl::StrCat(kSource, "/approvals/99")).status(), foreign);
  EXPECT_THAT(Approve(Decider(8, 0), absl::StrCat(kSource, "/approvals/99")),
              HasReason("APPROVAL_NOT_FOUND"));
  EXPECT_THAT(Approve(Decider(8, 0), "services/meeting/approvals/1"),
              HasReason("APPROVAL_NOT_FOUND"));
  EXPECT_THAT(List(Decider(8, 632)), IsEmpty());
}

TEST_F(ApprovalTest, OfAHundredDecidersExactlyOneDecides) {
  constexpr int kDeciders = 100;
  const std::string name = Refused(Do({}));
  std::barrier start(kDeciders);
  std::atomic<int> decided = 0;
  std::vector<std::thread> deciders;
  for (int i = 0; i < kDeciders; ++i) {
    deciders.emplace_back([&, i] {
      const rpc::Outgoing out = Decider(100 + i);
      start.arrive_and_wait();
      const auto answer = i % 2 == 0 ? Approve(out, name) : Reject(out, name);
      if (answer.ok()) {
        ++decided;
      } else {
        EXPECT_THAT(answer, HasReason("APPROVAL_DECIDED"));
      }
    });
  }
  for (std::thread& decider : deciders) decider.join();
  EXPECT_EQ(decided, 1);
  EXPECT_THAT(All(kEvents), SizeIs(2));
}

TEST_F(ApprovalTest, ListsAreFilteredAndPaged) {
  std::vector<std::string> newest_first;
  for (const char* name : {"甲", "乙", "丙", "丁", "戊"}) {
    newest_first.insert(newest_first.begin(), Refused(Do({.name = name})));
  }
  ASSERT_OK(Approve(Decider(), newest_first[1]));
  ASSERT_OK(Reject(Decider(), newest_first[3]));
  EXPECT_EQ(List(Decider(), {}, 2), newest_first);
  EXPECT_THAT(List(Decider(), v1::APPROVAL_STATE_PENDING, 1),
              ElementsAre(newest_first[0], newest_first[2], newest_first[4]));
  EXPECT_THAT(List(Decider(), v1::APPROVAL_STATE_APPROVED), ElementsAre(newest_first[1]));
  EXPECT_THAT(List(Decider(), v1::APPROVAL_STATE_REJECTED), ElementsAre(newest_first[3]));
  v1::ListApprovalsRequest request;
  request.set_source("services/meeting");
  EXPECT_THAT(client_.ListApprovals(Decider(), request), HasReason("SOURCE_UNKNOWN"));
  request.set_source(kSource);
  request.set_page_token("forged");
  EXPECT_THAT(client_.ListApprovals(Decider(), request), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(ApprovalTest, ValidatingAsksNobody) {
  EXPECT_THAT(Do({.request_id = "r1", .context = {.validate_only = true}}), IsOk());
  EXPECT_EQ(Count(kThings), 0);
  EXPECT_EQ(Count(kRows), 0);
  EXPECT_THAT(All(kRecords), IsEmpty());
  EXPECT_THAT(All(kAudit), IsEmpty());
}

TEST_F(ApprovalTest, RecordsTellNothing) {
  const std::string name = Refused(Do({.request_id = "r1"}));
  ASSERT_OK(Approve(Decider(), name));
  ASSERT_OK(Do({.request_id = "r1"}));
  for (const RecordRow& row : All(kRecords)) {
    EXPECT_THAT(row.digest, SizeIs(32));
    EXPECT_FALSE(absl::StrContains(row.response, "thing"));
  }
}

}  // namespace
}  // namespace ronghe::approval
