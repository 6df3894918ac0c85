#include "common/rpc/server.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/auth/roles.pb.h"
#include "common/config/common.pb.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/bytes.h"
#include "common/rpc/pipeline.h"
#include "common/rpc/rpc_testing.ronghe.h"
#include "common/rpc/status.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/rpc_method.h"
#include "grpcpp/support/sync_stream.h"
#include "gtest/gtest.h"

namespace ronghe::rpc {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::ronghe::testing::TestServer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::v1::EchoRequest;
using testing::v1::EchoResponse;
using testing::v1::GetThingRequest;
using testing::v1::ProbeServiceClient;
using testing::v1::ProbeServiceHandler;
using testing::v1::ProbeServiceTable;
using testing::v1::Thing;
using testing::v1::UpdateThingRequest;
using testing::v1::WatchThingsRequest;

// Handlers that tests fill in.
class Probe : public ProbeServiceHandler {
 public:
  bool audits = true;
  std::function<absl::StatusOr<EchoResponse>(Call&, const EchoRequest&)> echo;
  std::function<void(std::span<Coalesced<GetThingRequest, Thing>>)> get;
  std::function<absl::StatusOr<Thing>(Call&, const UpdateThingRequest&)> update;
  std::function<absl::StatusOr<Thing>(Call&, const EchoRequest&)> load;
  std::function<absl::Status(Call&, const WatchThingsRequest&, StreamWriter<Thing>&)> watch;

  absl::StatusOr<EchoResponse> Echo(Call& call, const EchoRequest& request) override {
    return Say(call, request);
  }
  absl::StatusOr<EchoResponse> WhoAmI(Call& call, const EchoRequest&) override {
    EchoResponse response;
    response.set_text(call.principal().subject);
    return response;
  }
  absl::StatusOr<EchoResponse> Anywhere(Call& call, const EchoRequest& request) override {
    return Say(call, request);
  }
  absl::StatusOr<EchoResponse> Everywhere(Call& call, const EchoRequest& request) override {
    return Say(call, request);
  }
  void GetThing(std::span<Coalesced<GetThingRequest, Thing>> batch) override {
    if (get) {
      get(batch);
      return;
    }
    for (auto& item : batch) item.result = Named(item.request->name());
  }
  absl::StatusOr<Thing> UpdateThing(Call& call, const UpdateThingRequest& request) override {
    if (audits) call.set_audited();
    return update ? update(call, request) : Named(request.thing().name());
  }
  absl::StatusOr<Thing> LoadThing(Call& call, const EchoRequest& request) override {
    return load ? load(call, request) : Named(request.text());
  }
  absl::Status WatchThings(Call& call, const WatchThingsRequest& request,
                           StreamWriter<Thing>& out) override {
    return watch ? watch(call, request, out) : absl::OkStatus();
  }

  static Thing Named(const std::string& name) {
    Thing thing;
    thing.set_name(name);
    return thing;
  }

 private:
  absl::StatusOr<EchoResponse> Say(Call& call, const EchoRequest& request) {
    if (echo) return echo(call, request);
    EchoResponse response;
    response.set_text(request.text());
    return response;
  }
};

// Organization 1 with 10 and 11 below it, and 2; 12 is known after catching up.
class Tree : public auth::OrgScope {
 public:
  bool Within(int64_t org, int64_t ancestor) override {
    std::lock_guard lock(mutex_);
    if (!known_.contains(org)) return false;
    return org == ancestor || (ancestor == 1 && org >= 10);
  }
  void CatchUp(absl::Time) override {
    std::lock_guard lock(mutex_);
    ++catch_ups_;
    known_.insert(12);
  }
  int catch_ups() {
    std::lock_guard lock(mutex_);
    return catch_ups_;
  }

 private:
  std::mutex mutex_;
  std::set<int64_t> known_ = {1, 2, 10, 11};
  int catch_ups_ = 0;
};

auth::RoleTable Roles() {
  auth::v1::Roles roles;
  auto* reader = roles.add_roles();
  reader->set_name("reader");
  reader->set_kind(auth::v1::BUSINESS);
  reader->add_permissions("probe.thing.read");
  auto* writer = roles.add_roles();
  writer->set_name("writer");
  writer->set_kind(auth::v1::BUSINESS);
  writer->add_permissions("probe.*.*");
  auto* stranger = roles.add_roles();
  stranger->set_name("stranger");
  stranger->set_kind(auth::v1::BUSINESS);
  stranger->add_permissions("other.thing.read");
  return *auth::RoleTable::FromProto(roles);
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : roles_(Roles()) {}

  TestServer::Options Options() {
    TestServer::Options options;
    options.scope = &tree_;
    options.roles = &roles_;
    return options;
  }
  void Start() { Start(Options()); }
  void Start(const TestServer::Options& options) {
    server_ =
        std::make_unique<TestServer>(std::vector<ServiceTable>{ProbeServiceTable(probe_)}, options);
    client_ = std::make_unique<ProbeServiceClient>(server_->channel());
  }

  // On a port of loopback instead of in the process.
  void StartOnPort() {
    TestServer::Options options = Options();
    options.listen = "127.0.0.1:0";
    Start(options);
    config::v1::Peer peer;
    peer.set_target("127.0.0.1:" + std::to_string(server_->server().port()));
    auto channel = Channel::Create(peer, config::v1::Tls());
    ASSERT_THAT(channel, IsOk());
    client_ = std::make_unique<ProbeServiceClient>(*channel);
  }

  static EchoRequest Text(std::string text) {
    EchoRequest request;
    request.set_text(std::move(text));
    return request;
  }
  static GetThingRequest ThingOf(std::string name) {
    GetThingRequest request;
    request.set_name(std::move(name));
    return request;
  }
  static UpdateThingRequest Update(std::string name) {
    UpdateThingRequest request;
    request.mutable_thing()->set_name(std::move(name));
    return request;
  }
  double Handled(const char* method, const char* code) {
    return server_->registry()
        .AddCounter("grpc_server_handled_total", "",
                    {{"grpc_service", "ronghe.rpc.testing.v1.ProbeService"},
                     {"grpc_method", method},
                     {"grpc_code", code}})
        .Value();
  }

  Probe probe_;
  Tree tree_;
  auth::RoleTable roles_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<ProbeServiceClient> client_;
};

TEST_F(ServerTest, PublicMethodsNeedNobody) {
  Start();
  auto response = client_->Echo(server_->AsNobody(), Text("你好"));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->text(), "你好");
  // Not even a good token.
  Outgoing out = server_->AsNobody();
  out.bearer = "nonsense";
  EXPECT_THAT(client_->Echo(out, Text("x")), IsOk());
}

TEST_F(ServerTest, SignedInCallersOnly) {
  Start();
  const auto refused = client_->WhoAmI(server_->AsNobody(), Text(""));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(refused, HasReason("UNAUTHENTICATED_NO_TOKEN"));
  Outgoing forged = server_->As("reader", 1);
  forged.bearer.back() = forged.bearer.back() == 'A' ? 'B' : 'A';
  forged.bearer[forged.bearer.size() / 2] ^= 1;
  EXPECT_THAT(client_->WhoAmI(forged, Text("")), HasReason("TOKEN_INVALID"));
  auto response = client_->WhoAmI(server_->As("stranger", 1, 42), Text(""));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->text(), "accounts/42");
  response = client_->WhoAmI(server_->AsService("meeting"), Text(""));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->text(), "services/meeting");
}

TEST_F(ServerTest, PermissionAnywhereOrEverywhere) {
  Start();
  EXPECT_THAT(client_->Anywhere(server_->As("reader", 10), Text("")), IsOk());
  EXPECT_THAT(client_->Anywhere(server_->As("stranger", 0), Text("")),
              HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(client_->Everywhere(server_->As("reader", 1), Text("")),
              HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(client_->Everywhere(server_->As("reader", 0), Text("")), IsOk());
}

TEST_F(ServerTest, ScopeIsASubtree) {
  Start();
  EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/1")), IsOk());
  EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/11/things/5")),
              IsOk());
  EXPECT_THAT(client_->GetThing(server_->As("reader", 0), ThingOf("organizations/2")), IsOk());
  EXPECT_THAT(client_->GetThing(server_->As("reader", 10), ThingOf("organizations/1")),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(client_->GetThing(server_->As("stranger", 1), ThingOf("organizations/1")),
              HasReason("PERMISSION_DENIED"));
  for (const char* bad : {"", "organizations/", "organizations/x", "organizations/1x", "members/1",
                          "organizations/-1", "organizations/01", "organizations/-",
                          "organizations/99999999999999999999"}) {
    EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf(bad)),
                HasReason("FIELD_INVALID"))
        << bad;
  }
}

TEST_F(ServerTest, UnknownOrganizationsAnswerLikeForeignOnesAfterCatchingUpOnce) {
  Start();
  const auto foreign = client_->GetThing(server_->As("reader", 1), ThingOf("organizations/2"));
  EXPECT_EQ(tree_.catch_ups(), 0);
  const auto unknown = client_->GetThing(server_->As("reader", 1), ThingOf("organizations/99"));
  EXPECT_EQ(tree_.catch_ups(), 1);
  EXPECT_THAT(foreign, HasReason("SCOPE_DENIED"));
  EXPECT_EQ(foreign.status(), unknown.status());
  // 12 was learned on the way.
  EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/12")), IsOk());
  EXPECT_EQ(tree_.catch_ups(), 1);
}

TEST_F(ServerTest, NewOrganizationsAreFoundByCatchingUp) {
  Start();
  EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/12")), IsOk());
  EXPECT_EQ(tree_.catch_ups(), 1);
}

TEST_F(ServerTest, AuthorizationComesBeforeValidation) {
  Start();
  UpdateThingRequest request = Update("organizations/2");
  request.mutable_thing()->set_size(99);
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(client_->UpdateThing(server_->AsNobody(), request),
              HasReason("UNAUTHENTICATED_NO_TOKEN"));
  request.mutable_thing()->set_name("organizations/10");
  request.mutable_thing()->set_code("x");
  const auto invalid = client_->UpdateThing(server_->As("writer", 1), request);
  EXPECT_THAT(invalid, HasReason("FIELD_INVALID"));
  EXPECT_EQ(error::FieldViolations(invalid.status()).size(), 2u);
}

TEST_F(ServerTest, InvalidUtf8IsNamed) {
  Start();
  const ClientMethod method = {"ronghe.rpc.testing.v1.ProbeService", "Echo",
                               "/ronghe.rpc.testing.v1.ProbeService/Echo", true};
  const auto send = [&](std::string raw) {
    const grpc::Slice slice(raw);
    grpc::ByteBuffer answer;
    return server_->channel()->UnaryBytes(method, server_->AsNobody(), grpc::ByteBuffer(&slice, 1),
                                          false, &answer);
  };
  const absl::Status status = send(std::string("\x0a\x02\xff\xfe", 4));
  EXPECT_THAT(status, HasReason("FIELD_INVALID"));
  ASSERT_EQ(error::FieldViolations(status).size(), 1u);
  EXPECT_EQ(error::FieldViolations(status)[0].field, "text");
  EXPECT_THAT(send("\x0a\x7f"), HasReason("REQUEST_MALFORMED"));
}

TEST_F(ServerTest, NoSuccessWithoutTheAuditRowOfThePolicy) {
  Start();
  log::Capture logged;
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), Update("organizations/1")), IsOk());
  probe_.audits = false;
  const auto silent = client_->UpdateThing(server_->As("writer", 1), Update("organizations/1"));
  EXPECT_THAT(silent, StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(logged.Text(), HasSubstr("without leaving its audit row"));
}

TEST_F(ServerTest, LoadedScopeMustBeChecked) {
  Start();
  log::Capture logged;
  const auto forgotten = client_->LoadThing(server_->As("reader", 1), Text("t"));
  EXPECT_THAT(forgotten, StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(logged.Text(), HasSubstr("without calling Authorize"));
  probe_.load = [](Call& call, const EchoRequest&) -> absl::StatusOr<Thing> {
    if (absl::Status status = call.Authorize(10); !status.ok()) return status;
    EXPECT_EQ(call.authorized_organization(), 10);
    return Thing();
  };
  EXPECT_THAT(client_->LoadThing(server_->As("reader", 1), Text("t")), IsOk());
  EXPECT_THAT(client_->LoadThing(server_->As("reader", 2), Text("t")), HasReason("SCOPE_DENIED"));
  // What is not there is refused like what is somebody else's, but not to one who may see it all.
  probe_.load = [](Call&, const EchoRequest&) -> absl::StatusOr<Thing> {
    return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有");
  };
  EXPECT_THAT(client_->LoadThing(server_->As("reader", 2), Text("t")), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(client_->LoadThing(server_->As("reader", 0), Text("t")), HasReason("NOT_FOUND"));
}

TEST_F(ServerTest, InternalErrorsTellNothingButTheTrace) {
  Start();
  log::Capture logged;
  Outgoing out = server_->AsNobody();
  probe_.echo = [](Call&, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    if (request.text() == "throw") throw std::runtime_error("SELECT * FROM secret");
    if (request.text() == "throw int") throw 7;
    return absl::InternalError("SELECT * FROM secret");
  };
  for (const char* how : {"throw", "throw int", "return"}) {
    const auto failed = client_->Echo(out, Text(how));
    EXPECT_THAT(failed, StatusIs(absl::StatusCode::kInternal, Not(HasSubstr("SELECT"))));
    EXPECT_EQ(error::MetadataValue(failed.status(), "trace_id"), out.trace.trace_id);
    EXPECT_THAT(error::MessageZh(failed.status()), HasSubstr("系统内部错误"));
  }
  EXPECT_THAT(logged.Text(), HasSubstr("SELECT * FROM secret"));
  EXPECT_EQ(Handled("Echo", "Internal"), 3);
}

TEST_F(ServerTest, TheCallKnowsItsCaller) {
  Start();
  const Outgoing out = server_->As("reader", 1, 7);
  probe_.echo = [&](Call& call, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    EXPECT_EQ(call.principal().subject, "accounts/7");
    EXPECT_EQ(call.principal().session_id, "session");
    EXPECT_EQ(call.method(), "/ronghe.rpc.testing.v1.ProbeService/Anywhere");
    EXPECT_EQ(call.trace().trace_id, out.trace.trace_id);
    EXPECT_NE(call.trace().span_id, out.trace.span_id);
    EXPECT_EQ(trace::Current().trace_id, out.trace.trace_id);
    EXPECT_EQ(call.request_digest().size(), 32u);
    EXPECT_TRUE(call.request_id().empty());
    EXPECT_TRUE(call.Holds("probe.thing.read", 11));
    EXPECT_FALSE(call.Holds("probe.thing.update", 11));
    EXPECT_FALSE(call.Holds("probe.thing.read", 2));
    EXPECT_EQ(call.Out().bearer, out.bearer);
    EXPECT_LT(call.Out().deadline, call.deadline());
    EXPECT_FALSE(call.cancelled());
    // The policy's timeout of five seconds is shorter than the caller's ten.
    EXPECT_LE(call.deadline(), absl::Now() + absl::Seconds(5));
    return EchoResponse();
  };
  EXPECT_THAT(client_->Anywhere(out, Text("x")), IsOk());
}

TEST_F(ServerTest, WhatTheGatewaySaysAboutTheCallerTravelsOn) {
  Start();
  Outgoing out = server_->As("reader", 1);
  out.context = {.peer = "10.1.2.3", .purpose = "核查;=%", .validate_only = true};
  probe_.echo = [&](Call& call, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    EXPECT_EQ(call.peer(), "10.1.2.3");
    EXPECT_EQ(call.purpose(), "核查;=%");
    EXPECT_TRUE(call.validate_only());
    EXPECT_EQ(call.Out().context, out.context);
    return EchoResponse();
  };
  EXPECT_THAT(client_->Anywhere(out, Text("x")), IsOk());
  out.context = {};
  probe_.echo = [&](Call& call, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    EXPECT_FALSE(call.peer().empty());
    EXPECT_TRUE(call.purpose().empty());
    EXPECT_FALSE(call.validate_only());
    return EchoResponse();
  };
  EXPECT_THAT(client_->Anywhere(out, Text("x")), IsOk());
}

TEST_F(ServerTest, ACallUnderADelegatedRoleNamesWhoDelegatedIt) {
  Start();
  std::string behalf;
  probe_.load = [&](Call& call, const EchoRequest& request) -> absl::StatusOr<Thing> {
    const absl::Status status = call.Authorize(request.text() == "2" ? 2 : 11);
    if (!status.ok()) return status;
    behalf = call.on_behalf_of();
    return Thing();
  };
  const auto as = [&](std::vector<auth::Grant> grants) {
    return server_->As(
        auth::Principal{auth::Principal::Kind::kPerson, "accounts/7", std::move(grants)});
  };
  const auth::Grant delegated{"reader", 1, "accounts/8"};
  const auth::Grant own{"reader", 11};
  EXPECT_THAT(client_->LoadThing(as({delegated}), Text("1")), IsOk());
  EXPECT_EQ(behalf, "accounts/8");
  EXPECT_THAT(client_->LoadThing(as({delegated, own}), Text("1")), IsOk());
  EXPECT_EQ(behalf, "");
  EXPECT_THAT(client_->LoadThing(as({delegated}), Text("2")), HasReason("SCOPE_DENIED"));
  auth::Grant over = delegated;
  over.ends = absl::Now() - absl::Seconds(1);
  EXPECT_THAT(client_->LoadThing(as({over}), Text("1")), HasReason("PERMISSION_DENIED"));
}

TEST_F(ServerTest, TheDigestTellsNothingPersonal) {
  Start();
  std::vector<std::string> digests;
  probe_.update = [&](Call& call, const UpdateThingRequest&) -> absl::StatusOr<Thing> {
    digests.push_back(call.request_digest());
    return Thing();
  };
  UpdateThingRequest request = Update("organizations/1");
  const auto send = [&] {
    EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), IsOk());
    return digests.back();
  };
  const std::string plain = send();
  request.mutable_thing()->set_owner_phone("13800138000");
  request.mutable_thing()->mutable_inner()->set_name("x");
  request.mutable_thing()->mutable_inner()->set_title("标题");
  const std::string inner = send();
  EXPECT_NE(inner, plain);
  request.mutable_thing()->set_owner_phone("13900139000");
  request.mutable_thing()->mutable_inner()->set_password("secret");
  EXPECT_EQ(send(), inner);
  request.mutable_thing()->set_size(3);
  EXPECT_NE(send(), inner);
}

TEST_F(ServerTest, AGrantThatEndsEndsInTheMiddleOfAStream) {
  base::ManualClock clock(absl::Now());
  TestServer::Options options = Options();
  options.clock = &clock;
  Start(options);
  auth::Principal deputy{auth::Principal::Kind::kPerson, "accounts/7", {{"reader", 1}}};
  deputy.grants[0].ends = absl::FromUnixSeconds(absl::ToUnixSeconds(clock.Now()) + 60);
  std::vector<bool> held;
  probe_.watch = [&](Call& call, const WatchThingsRequest&, StreamWriter<Thing>&) {
    held.push_back(call.Holds("probe.thing.read", 11));
    clock.Advance(absl::Seconds(61));
    held.push_back(call.Holds("probe.thing.read", 11));
    return absl::OkStatus();
  };
  EXPECT_THAT(client_->WatchThings(server_->As(deputy), WatchThingsRequest(),
                                   [](const Thing&) { return absl::OkStatus(); }),
              IsOk());
  EXPECT_THAT(held, ::testing::ElementsAre(true, false));
}

TEST_F(ServerTest, MissingDeadlineGetsADefault) {
  Start();
  absl::Time deadline;
  probe_.echo = [&](Call& call, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    deadline = call.deadline();
    return EchoResponse();
  };
  Outgoing out = server_->AsNobody();
  out.deadline = absl::InfiniteFuture();
  EXPECT_THAT(client_->Echo(out, Text("x")), IsOk());
  EXPECT_GT(deadline, absl::Now());
  EXPECT_LE(deadline, absl::Now() + absl::Seconds(10));
}

TEST_F(ServerTest, RequestIdsOfChanges) {
  Start();
  std::vector<std::pair<std::string, bool>> seen;
  probe_.update = [&](Call& call, const UpdateThingRequest&) -> absl::StatusOr<Thing> {
    seen.emplace_back(call.request_id(), call.request_id_from_client());
    return Thing();
  };
  UpdateThingRequest request = Update("organizations/1");
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), IsOk());
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), IsOk());
  request.set_request_id("mine");
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), IsOk());
  request.set_request_id(std::string(65, 'x'));
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), HasReason("FIELD_INVALID"));
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_THAT(seen[0].first, ::testing::StartsWith("srv-"));
  EXPECT_FALSE(seen[0].second);
  EXPECT_NE(seen[0].first, seen[1].first);
  EXPECT_EQ(seen[2], std::make_pair(std::string("mine"), true));
}

TEST_F(ServerTest, FaultyPoliciesRefuseToStart) {
  struct Faulty : testing::v1::FaultyServiceHandler {
    using R = absl::StatusOr<EchoResponse>;
    R NoPolicy(Call&, const EchoRequest&) override { return EchoResponse(); }
    R NoPermission(Call&, const EchoRequest&) override { return EchoResponse(); }
    R NoAudit(Call&, const EchoRequest&) override { return EchoResponse(); }
    R NoField(Call&, const EchoRequest&) override { return EchoResponse(); }
    R NeedlessApproval(Call&, const EchoRequest&) override { return EchoResponse(); }
    R BadPattern(Call&, const testing::v1::BadPatternRequest&) override { return EchoResponse(); }
  } faulty;
  ServerOptions options;
  options.listen = "";
  auto server = Server::Create(options, {testing::v1::FaultyServiceTable(faulty)});
  ASSERT_THAT(server, StatusIs(absl::StatusCode::kInvalidArgument));
  const std::string text(server.status().message());
  for (const char* expected :
       {"NoPolicy: the policy has no scope", "NoPolicy: the policy has no permission",
        "NoPolicy: the policy does not say what is audited",
        "NoPermission: the policy has no permission",
        "NoAudit: the policy does not say what is audited",
        "NoField: the scope field does not lead to a string",
        "NeedlessApproval: approval is for methods that write", "the pattern is no RE2"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }

  // A permission that nobody can hold is a slip of the pen.
  auth::v1::Roles roles;
  auto* role = roles.add_roles();
  role->set_name("reader");
  role->set_kind(auth::v1::BUSINESS);
  role->add_permissions("probe.thing.read");
  const auth::RoleTable table = *auth::RoleTable::FromProto(roles);
  const auth::Authorizer authorizer(table, nullptr);
  options.authorizer = &authorizer;
  const TestServer other(std::vector<ServiceTable>{});
  options.authenticator = &other.authenticator();
  EXPECT_THAT(Server::Create(options, {ProbeServiceTable(probe_)}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("UpdateThing: no role holds the permission")));
}

TEST_F(ServerTest, RefusesPlainTextBeyondLoopbackAndTakenPorts) {
  ServerOptions options;
  options.authenticator = nullptr;
  options.listen = "0.0.0.0:0";
  EXPECT_THAT(Server::Create(options, {}), HasReason("TLS_REQUIRED"));
  options.listen = "127.0.0.1:0";
  auto first = Server::Create(options, {});
  ASSERT_THAT(first, IsOk());
  options.listen = "127.0.0.1:" + std::to_string((*first)->port());
  EXPECT_THAT(Server::Create(options, {}), HasReason("PORT_BUSY"));
}

TEST_F(ServerTest, UnknownMethodsAreUnimplemented) {
  Start();
  const ClientMethod method = {"x.Y", "Z", "/x.Y/Z", true};
  grpc::ByteBuffer answer;
  const absl::Status status = server_->channel()->UnaryBytes(
      method, server_->AsNobody(), ToBytes(EchoRequest()), false, &answer);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(status, HasReason("METHOD_UNKNOWN"));
}

// Calls that hold the workers until they are let go.
struct Gate {
  absl::Mutex mutex;
  int inside = 0;
  bool open = false;

  void Pass() {
    absl::MutexLock lock(&mutex);
    ++inside;
    mutex.Await(absl::Condition(&open));
  }
  void AwaitInside(int count) {
    absl::MutexLock lock(&mutex);
    const auto reached = [&] { return inside >= count; };
    mutex.Await(absl::Condition(&reached));
  }
  void Open() {
    absl::MutexLock lock(&mutex);
    open = true;
  }
};

TEST_F(ServerTest, AFullQueueRefusesAtOnce) {
  TestServer::Options options = Options();
  options.workers = 1;
  options.queue = 2;
  Start(options);
  Gate gate;
  probe_.echo = [&](Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    gate.Pass();
    return EchoResponse();
  };
  std::vector<std::thread> callers;
  std::atomic<int> answered{0};
  const auto call = [&] {
    if (client_->Echo(server_->AsNobody(), Text("x")).ok()) ++answered;
  };
  callers.emplace_back(call);
  gate.AwaitInside(1);
  callers.emplace_back(call);
  callers.emplace_back(call);
  while (server_->server().queue_depth() < 2) std::this_thread::yield();
  const auto refused = client_->Echo(server_->AsNobody(), Text("x"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(refused, HasReason("OVERLOADED"));
  EXPECT_GT(error::RetryAfter(refused.status()), absl::ZeroDuration());
  // Health is answered all the same.
  grpc::health::v1::HealthCheckResponse health;
  EXPECT_THAT(server_->channel()->Unary(
                  {"grpc.health.v1.Health", "Check", "/grpc.health.v1.Health/Check", true},
                  server_->AsNobody(), grpc::health::v1::HealthCheckRequest(), false, &health),
              IsOk());
  gate.Open();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 3);
  EXPECT_EQ(server_->server().queue_depth(), 0);
  EXPECT_EQ(Handled("Echo", "ResourceExhausted"), 1);
}

TEST(AdmissionTest, RefusesWhatCannotBeInTime) {
  metrics::Registry registry;
  ServerOptions options;
  options.registry = &registry;
  const auto pipeline = Pipeline::Create(options, /*tls=*/false, {});
  ASSERT_THAT(pipeline, IsOk());
  Exchange exchange;
  exchange.arrived = absl::Now();
  exchange.deadline = exchange.arrived + absl::Seconds(1);
  EXPECT_THAT((*pipeline)->Admit(exchange, false, absl::Milliseconds(900)), IsOk());
  const absl::Status late = (*pipeline)->Admit(exchange, false, absl::Seconds(2));
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(late, HasReason("DEADLINE_TOO_SHORT"));
  EXPECT_EQ(error::RetryAfter(late), absl::Seconds(2));
  EXPECT_THAT((*pipeline)->Admit(exchange, true, absl::ZeroDuration()), HasReason("OVERLOADED"));
  exchange.deadline = absl::InfiniteFuture();
  EXPECT_THAT((*pipeline)->Admit(exchange, false, absl::Seconds(60)), IsOk());
}

TEST_F(ServerTest, CallsWhoseTimeRanOutInTheQueueDoNotRun) {
  TestServer::Options options = Options();
  options.workers = 1;
  Start(options);
  Gate gate;
  std::atomic<int> runs{0};
  probe_.echo = [&](Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    ++runs;
    gate.Pass();
    return EchoResponse();
  };
  std::thread first([&] { EXPECT_THAT(client_->Echo(server_->AsNobody(), Text("x")), IsOk()); });
  gate.AwaitInside(1);
  Outgoing brief = server_->AsNobody();
  brief.deadline = absl::Now() + absl::Milliseconds(50);
  EXPECT_THAT(client_->Echo(brief, Text("x")), StatusIs(absl::StatusCode::kDeadlineExceeded));
  gate.Open();
  first.join();
  // The one that waited is taken and ended without its handler.
  server_->server().Shutdown(absl::Seconds(10));
  EXPECT_EQ(runs, 1);
}

TEST_F(ServerTest, WaitingCallsAreHandedOverTogether) {
  TestServer::Options options = Options();
  options.workers = 8;
  Start(options);
  constexpr int kCallers = 48;
  Gate gate;
  std::mutex mutex;
  std::vector<size_t> sizes;
  std::atomic<int> in_flight{0}, most{0};
  probe_.get = [&](std::span<Coalesced<GetThingRequest, Thing>> batch) {
    const int now = ++in_flight;
    for (int old = most; now > old && !most.compare_exchange_weak(old, now);) {
    }
    {
      std::lock_guard lock(mutex);
      sizes.push_back(batch.size());
    }
    gate.Pass();
    for (auto& item : batch) {
      EXPECT_EQ(item.call->principal().subject,
                "accounts/" + item.request->name().substr(item.request->name().rfind('/') + 1));
      if (item.request->name().ends_with("/13")) {
        item.result = error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有");
      } else {
        item.result = Probe::Named(item.request->name());
      }
    }
    --in_flight;
  };
  std::vector<std::thread> callers;
  std::atomic<int> right{0}, foreign{0};
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      // Every sixth is refused before the batch.
      const int64_t organization = i % 6 == 5 ? 2 : 1;
      const std::string name = "organizations/10/things/" + std::to_string(i);
      const auto thing = client_->GetThing(server_->As("reader", organization, i), ThingOf(name));
      if (organization == 2) {
        if (error::Reason(thing.status()) == "SCOPE_DENIED") ++foreign;
      } else if (i == 13 ? error::Reason(thing.status()) == "NOT_FOUND"
                         : thing.ok() && thing->name() == name) {
        ++right;
      }
    });
  }
  gate.AwaitInside(2);
  // Two batches are held; everyone else gathers behind them.
  while (server_->server().queue_depth() < kCallers - 2 * 8) std::this_thread::yield();
  gate.Open();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(right, 40);
  EXPECT_EQ(foreign, 8);
  EXPECT_LE(most, 2);
  EXPECT_LE(*std::max_element(sizes.begin(), sizes.end()), 8u);
  EXPECT_GT(*std::max_element(sizes.begin(), sizes.end()), 1u);
}

TEST_F(ServerTest, ASingleCallerIsABatchOfOne) {
  Start();
  std::vector<size_t> sizes;
  probe_.get = [&](std::span<Coalesced<GetThingRequest, Thing>> batch) {
    sizes.push_back(batch.size());
    batch[0].result = Thing();
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/1")), IsOk());
  }
  EXPECT_EQ(sizes, std::vector<size_t>(5, 1));
}

TEST_F(ServerTest, ABatchThatThrowsOrForgetsAnswersInternal) {
  Start();
  probe_.get = [](std::span<Coalesced<GetThingRequest, Thing>>) {};
  EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/1")),
              StatusIs(absl::StatusCode::kInternal));
  probe_.get = [](std::span<Coalesced<GetThingRequest, Thing>>) { throw std::logic_error("x"); };
  EXPECT_THAT(client_->GetThing(server_->As("reader", 1), ThingOf("organizations/1")),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(ServerTest, ManyCallersAtOnceEachGetTheirOwn) {
  Start();
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  const Outgoing out = server_->As("reader", 1);
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&, i] {
      for (int j = 0; j < 100; ++j) {
        const std::string text = std::to_string(i * 1000 + j);
        const auto echo = client_->Anywhere(out, Text(text));
        const auto thing = client_->GetThing(out, ThingOf("organizations/1/things/" + text));
        if (echo.ok() && echo->text() == text && thing.ok() && thing->name().ends_with(text)) {
          ++right;
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(right, 1600);
  EXPECT_EQ(Handled("Anywhere", "OK"), 1600);
}

TEST_F(ServerTest, StreamsArriveInOrder) {
  Start();
  probe_.watch = [](Call&, const WatchThingsRequest& request, StreamWriter<Thing>& out) {
    for (int i = 0; i < request.count(); ++i) {
      if (absl::Status status = out.Write(Probe::Named(std::to_string(i))); !status.ok()) {
        return status;
      }
    }
    return error::Make(absl::StatusCode::kAborted, "AT_END", "完");
  };
  WatchThingsRequest request;
  request.set_count(500);
  int next = 0;
  const absl::Status status =
      client_->WatchThings(server_->As("reader", 1), request, [&](const Thing& thing) {
        EXPECT_EQ(thing.name(), std::to_string(next++));
        return absl::OkStatus();
      });
  EXPECT_EQ(next, 500);
  EXPECT_THAT(status, HasReason("AT_END"));
  EXPECT_THAT(client_->WatchThings(server_->As("stranger", 1), request,
                                   [](const Thing&) { return absl::OkStatus(); }),
              HasReason("PERMISSION_DENIED"));
}

TEST_F(ServerTest, AWriterIsNeverFarAheadOfItsReader) {
  StartOnPort();  // the flow control of HTTP/2, not of the in-process transport
  constexpr int kMessages = 600;
  constexpr int kBytes = 256 * 1024;
  std::atomic<int> read{0}, most{0};
  probe_.watch = [&](Call&, const WatchThingsRequest& request, StreamWriter<Thing>& out) {
    Thing thing;
    thing.set_data(std::string(static_cast<size_t>(request.bytes()), 'x'));
    for (int i = 0; i < request.count(); ++i) {
      if (absl::Status status = out.Write(thing); !status.ok()) return status;
      most = std::max<int>(most, i + 1 - read);
    }
    return absl::OkStatus();
  };
  WatchThingsRequest request;
  request.set_count(kMessages);
  request.set_bytes(kBytes);
  Outgoing out = server_->As("reader", 1);
  out.deadline = absl::Now() + absl::Seconds(60);
  EXPECT_THAT(client_->WatchThings(out, request,
                                   [&](const Thing& thing) {
                                     EXPECT_EQ(thing.data().size(), kBytes);
                                     ++read;
                                     return absl::OkStatus();
                                   }),
              IsOk());
  EXPECT_EQ(read, kMessages);
  EXPECT_LT(most, kMessages / 4) << "150 MB would have been buffered";
}

TEST_F(ServerTest, AReaderThatLeavesEndsTheWriter) {
  Start();
  absl::Notification ended;
  absl::Status seen;
  probe_.watch = [&](Call& call, const WatchThingsRequest&, StreamWriter<Thing>& out) {
    absl::Status status;
    while (status.ok()) status = out.Write(Thing());
    EXPECT_TRUE(call.cancelled());
    seen = status;
    ended.Notify();
    return status;
  };
  int got = 0;
  EXPECT_THAT(client_->WatchThings(server_->As("reader", 1), {},
                                   [&](const Thing&) {
                                     return ++got < 3 ? absl::OkStatus()
                                                      : absl::OutOfRangeError("enough");
                                   }),
              StatusIs(absl::StatusCode::kOutOfRange));
  ended.WaitForNotification();
  EXPECT_THAT(seen, HasReason("CANCELLED"));
}

TEST_F(ServerTest, ACancelTokenEndsAStreamThatSaysNothing) {
  Start();
  absl::Notification began;
  probe_.watch = [&](Call&, const WatchThingsRequest&, StreamWriter<Thing>& out) {
    began.Notify();
    while (!out.WaitCancelled(absl::Now() + absl::Hours(1))) {
    }
    return absl::OkStatus();
  };
  Outgoing out = server_->As("reader", 1);
  out.deadline = absl::InfiniteFuture();
  out.cancel = std::make_shared<CancelToken>();
  std::thread canceller([&] {
    began.WaitForNotification();
    out.cancel->Cancel();
  });
  EXPECT_THAT(client_->WatchThings(out, {}, [](const Thing&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
}

TEST_F(ServerTest, LongStreamsLeaveTheWorkersAloneAndAreLimited) {
  TestServer::Options options = Options();
  options.workers = 1;
  options.streams = 2;
  Start(options);
  Gate gate;
  probe_.watch = [&](Call&, const WatchThingsRequest&, StreamWriter<Thing>& out) {
    if (absl::Status status = out.Write(Thing()); !status.ok()) return status;
    gate.Pass();
    return absl::OkStatus();
  };
  std::vector<std::thread> watchers;
  for (int i = 0; i < 2; ++i) {
    watchers.emplace_back([&] {
      EXPECT_THAT(client_->WatchThings(server_->As("reader", 1), {},
                                       [](const Thing&) { return absl::OkStatus(); }),
                  IsOk());
    });
  }
  gate.AwaitInside(2);
  EXPECT_THAT(client_->Echo(server_->AsNobody(), Text("x")), IsOk());
  EXPECT_THAT(client_->WatchThings(server_->As("reader", 1), {},
                                   [](const Thing&) { return absl::OkStatus(); }),
              HasReason("OVERLOADED"));
  gate.Open();
  for (std::thread& watcher : watchers) watcher.join();
}

TEST_F(ServerTest, ShutdownLetsCallsFinishAndEndsStreams) {
  StartOnPort();
  Gate gate;
  absl::Notification watching;
  probe_.echo = [&](Call&, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    gate.Pass();
    EchoResponse response;
    response.set_text(request.text());
    return response;
  };
  probe_.watch = [&](Call&, const WatchThingsRequest&, StreamWriter<Thing>& out) {
    watching.Notify();
    EXPECT_TRUE(out.WaitCancelled(absl::InfiniteFuture()));
    gate.Open();
    return out.Write(Thing());
  };
  std::thread caller([&] { EXPECT_THAT(client_->Echo(server_->AsNobody(), Text("x")), IsOk()); });
  std::thread watcher([&] {
    Outgoing out = server_->As("reader", 1);
    out.deadline = absl::InfiniteFuture();
    EXPECT_THAT(client_->WatchThings(out, {}, [](const Thing&) { return absl::OkStatus(); }),
                StatusIs(absl::StatusCode::kUnavailable));
  });
  gate.AwaitInside(1);
  watching.WaitForNotification();
  server_->server().Shutdown(absl::Seconds(20));
  caller.join();
  watcher.join();
  EXPECT_THAT(client_->Echo(server_->AsNobody(), Text("x")),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ServerTest, ReadsAndRepeatableChangesAreTriedAgain) {
  Start();
  std::atomic<int> tries{0};
  probe_.echo = [&](Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    if (++tries < 3) return absl::UnavailableError("soon");
    return EchoResponse();
  };
  EXPECT_THAT(client_->Echo(server_->AsNobody(), Text("x")), IsOk());
  EXPECT_EQ(tries, 3);
  tries = -10;
  EXPECT_THAT(client_->Echo(server_->AsNobody(), Text("x")),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(tries, -7) << "three tries";

  probe_.update = [&](Call&, const UpdateThingRequest&) -> absl::StatusOr<Thing> {
    if (++tries < 2) return absl::UnavailableError("soon");
    return Thing();
  };
  tries = 0;
  UpdateThingRequest request = Update("organizations/1");
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(tries, 1);
  tries = 0;
  request.set_request_id("once");
  EXPECT_THAT(client_->UpdateThing(server_->As("writer", 1), request), IsOk());
  EXPECT_EQ(tries, 2);
}

TEST_F(ServerTest, CallsWithoutWaiting) {
  Start();
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      "ronghe.rpc.testing.v1.ProbeService.Echo");
  ASSERT_NE(descriptor, nullptr);
  std::atomic<int> tries{0};
  probe_.echo = [&](Call&, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    if (++tries == 1) return absl::UnavailableError("soon");
    EchoResponse response;
    response.set_text(request.text());
    return response;
  };
  absl::Notification done;
  server_->channel()->UnaryAsync(ClientMethodOf(*descriptor), server_->AsNobody(),
                                 ToBytes(Text("async")), false,
                                 [&](absl::Status status, const grpc::ByteBuffer& bytes) {
                                   EXPECT_THAT(status, IsOk());
                                   EchoResponse response;
                                   EXPECT_THAT(ParseBytes(bytes, &response), IsOk());
                                   EXPECT_EQ(response.text(), "async");
                                   done.Notify();
                                 });
  done.WaitForNotification();
  EXPECT_EQ(tries, 2);
}

TEST_F(ServerTest, RawMethodsPassBytesOn) {
  Start();  // the backend
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "ronghe.rpc.testing.v1.ProbeService");
  ServiceTable table(service->full_name());
  const ClientMethod update = ClientMethodOf(*service->FindMethodByName("UpdateThing"));
  const ClientMethod watch = ClientMethodOf(*service->FindMethodByName("WatchThings"));
  EXPECT_FALSE(update.read);
  table.AddRawUnary(service->FindMethodByName("UpdateThing"),
                    [&](Call& call, const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
                      return server_->channel()->UnaryBytes(update, call.Out(), request, false,
                                                            response);
                    });
  table.AddRawServerStream(service->FindMethodByName("WatchThings"),
                           [&](Call& call, const grpc::ByteBuffer& request, RawWriter& out) {
                             return server_->channel()->ServerStreamBytes(
                                 watch, call.Out(), request, [&](const grpc::ByteBuffer& message) {
                                   return out.WriteBytes(message);
                                 });
                           });
  ServerOptions options;
  options.listen = "";
  metrics::Registry registry;
  options.registry = &registry;
  options.authenticator = &server_->authenticator();
  auto front = Server::Create(options, {table});
  ASSERT_THAT(front, IsOk());
  {
    ProbeServiceClient client((*front)->InProcessChannel({.registry = &registry}));
    probe_.watch = [](Call&, const WatchThingsRequest&, StreamWriter<Thing>& out) {
      return out.Write(Probe::Named("far"));
    };
    const auto thing =
        client.UpdateThing(server_->As("writer", 1), Update("organizations/10/things/3"));
    ASSERT_THAT(thing, IsOk());
    EXPECT_EQ(thing->name(), "organizations/10/things/3");
    EXPECT_THAT(client.UpdateThing(server_->As("writer", 2), Update("organizations/10")),
                HasReason("SCOPE_DENIED"));
    EXPECT_THAT(client.UpdateThing(server_->AsNobody(), Update("organizations/10")),
                HasReason("UNAUTHENTICATED_NO_TOKEN"));
    std::vector<std::string> names;
    EXPECT_THAT(client.WatchThings(server_->As("reader", 1), {},
                                   [&](const Thing& message) {
                                     names.push_back(message.name());
                                     return absl::OkStatus();
                                   }),
                IsOk());
    EXPECT_THAT(names, ::testing::ElementsAre("far"));
  }
  (*front)->Shutdown(absl::ZeroDuration());
}

TEST_F(ServerTest, SeriesExistBeforeTheFirstCall) {
  Start();
  const std::string text = server_->registry().Text();
  for (const char* expected :
       {"grpc_server_started_total{grpc_method=\"GetThing\"", "grpc_server_handled_total{",
        "grpc_code=\"ResourceExhausted\"", "grpc_server_handling_seconds_bucket{",
        "ronghe_rpc_queue_depth 0", "grpc_client_started_total{grpc_method=\"WatchThings\"",
        "grpc_client_handling_seconds_count{"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
}

TEST_F(ServerTest, PassThroughSkipsEveryStage) {
  TestServer::Options options = Options();
  options.pass_through = true;
  Start(options);
  EXPECT_THAT(client_->Everywhere(server_->AsNobody(), Text("x")), IsOk());
  EXPECT_THAT(client_->GetThing(server_->AsNobody(), ThingOf("anything")), IsOk());
  EXPECT_EQ(Handled("Everywhere", "OK"), 0);
}

TEST_F(ServerTest, HealthTellsReadinessApartFromLiveness) {
  Start();
  using Response = grpc::health::v1::HealthCheckResponse;
  const auto check = [&](const std::string& service) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    Response response;
    const absl::Status status = server_->channel()->Unary(
        {"grpc.health.v1.Health", "Check", "/grpc.health.v1.Health/Check", true},
        server_->AsNobody(), request, false, &response);
    return status.ok() ? Response::ServingStatus_Name(response.status()) : error::Reason(status);
  };
  EXPECT_EQ(check(""), "SERVING");
  server_->health().SetReady(false);
  EXPECT_EQ(check(""), "NOT_SERVING");
  EXPECT_EQ(check("ronghe.liveness"), "SERVING");
  EXPECT_EQ(check("other"), "NOT_FOUND");

  std::vector<int> seen;
  const absl::Status status = server_->channel()->ServerStream(
      {"grpc.health.v1.Health", "Watch", "/grpc.health.v1.Health/Watch", true}, server_->AsNobody(),
      grpc::health::v1::HealthCheckRequest(), [&](const grpc::ByteBuffer& bytes) -> absl::Status {
        Response response;
        if (absl::Status parsed = ParseBytes(bytes, &response); !parsed.ok()) return parsed;
        seen.push_back(response.status());
        server_->health().SetReady(true);
        return seen.size() < 2 ? absl::OkStatus() : absl::CancelledError("seen enough");
      });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(seen, ::testing::ElementsAre(Response::NOT_SERVING, Response::SERVING));
}

TEST_F(ServerTest, ReflectionListsServicesAndDescribesThem) {
  TestServer::Options options = Options();
  options.reflection = true;
  Start(options);
  using grpc::reflection::v1alpha::ServerReflectionRequest;
  using grpc::reflection::v1alpha::ServerReflectionResponse;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  const grpc::internal::RpcMethod method(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      grpc::internal::RpcMethod::BIDI_STREAMING);
  std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          server_->channel()->grpc_channel().get(), method, &context));
  const auto ask = [&](const ServerReflectionRequest& request) {
    EXPECT_TRUE(stream->Write(ToBytes(request)));
    grpc::ByteBuffer bytes;
    EXPECT_TRUE(stream->Read(&bytes));
    ServerReflectionResponse response;
    EXPECT_TRUE(FromBytes(bytes, &response));
    return response;
  };
  ServerReflectionRequest request;
  request.set_list_services("*");
  std::vector<std::string> names;
  const ServerReflectionResponse list = ask(request);
  for (const auto& service : list.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("ronghe.rpc.testing.v1.ProbeService",
                                                     "grpc.health.v1.Health",
                                                     "grpc.reflection.v1alpha.ServerReflection"));
  for (const std::string& name : names) {
    request.set_file_containing_symbol(name);
    EXPECT_GE(ask(request).file_descriptor_response().file_descriptor_proto_size(), 1) << name;
  }
  request.set_file_by_filename("common/rpc/rpc_testing.proto");
  EXPECT_EQ(ask(request).file_descriptor_response().file_descriptor_proto_size(), 4);
  request.set_file_containing_symbol("no.such");
  EXPECT_EQ(ask(request).error_response().error_code(), 5);
  auto* extension = request.mutable_file_containing_extension();
  extension->set_containing_type("google.protobuf.MethodOptions");
  extension->set_extension_number(50001);
  EXPECT_GE(ask(request).file_descriptor_response().file_descriptor_proto_size(), 1);
  request.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");
  EXPECT_GE(ask(request).all_extension_numbers_response().extension_number_size(), 2);
  EXPECT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
}

class TlsServerTest : public ServerTest {
 protected:
  void StartTls(TestServer::Options options) {
    options.listen = "127.0.0.1:0";
    options.tls = {own_.cert_file(), own_.key_file(), own_.ca_file()};
    Start(options);
    port_ = server_->server().port();
    peer_.set_target("127.0.0.1:" + std::to_string(port_));
    peer_.set_server_name("probe.ronghe");
  }
  ProbeServiceClient Client(const config::v1::Tls& tls) const {
    return ProbeServiceClient(*Channel::Create(peer_, tls, {.own_connections = true}));
  }

  ronghe::testing::TestAuthority authority_;
  const config::v1::Tls own_ = authority_.Issue("probe.ronghe");
  config::v1::Peer peer_;
  int port_ = 0;
};

TEST_F(TlsServerTest, OverTlsOnlyListedCertificatesGetIn) {
  TestServer::Options options = Options();
  options.callers = {{"ronghe.rpc.testing.v1.ProbeService", {"meeting.ronghe", "gateway.ronghe"}}};
  auth::v1::Roles roles;
  auto* role = roles.add_roles();
  role->set_name("service_meeting");
  role->set_kind(auth::v1::SERVICE);
  role->add_permissions("probe.thing.read");
  auto* writer = roles.add_roles();
  writer->set_name("writer");
  writer->set_kind(auth::v1::BUSINESS);
  writer->add_permissions("probe.thing.update");
  const auth::RoleTable table = *auth::RoleTable::FromProto(roles);
  options.roles = &table;
  StartTls(options);

  // A certificate is a principal by itself.
  auto meeting = Client(authority_.Issue("meeting.ronghe"));
  const auto who = meeting.WhoAmI(server_->AsNobody(), Text(""));
  ASSERT_THAT(who, IsOk());
  EXPECT_EQ(who->text(), "services/meeting");
  EXPECT_THAT(meeting.Everywhere(server_->AsNobody(), Text("")), IsOk());
  // A token goes before the certificate.
  const auto forwarded = meeting.WhoAmI(server_->As("reader", 1, 5), Text(""));
  ASSERT_THAT(forwarded, IsOk());
  EXPECT_EQ(forwarded->text(), "accounts/5");
  // Together they may do what the person may, and a service's role helps no person.
  EXPECT_THAT(meeting.Everywhere(server_->As("writer", 0), Text("")),
              HasReason("PERMISSION_DENIED"));
  EXPECT_THAT(meeting.Everywhere(server_->As("service_meeting", 0), Text("")),
              HasReason("PERMISSION_DENIED"));

  // Listed, without permission; not listed; nobody of ours.
  EXPECT_THAT(Client(authority_.Issue("gateway.ronghe")).Everywhere(server_->AsNobody(), Text("")),
              HasReason("PERMISSION_DENIED"));
  auto training = Client(authority_.Issue("training.ronghe"));
  EXPECT_THAT(training.Echo(server_->AsNobody(), Text("")), HasReason("CALLER_NOT_ALLOWED"));
  EXPECT_THAT(training.Echo(server_->As("reader", 1), Text("")), HasReason("CALLER_NOT_ALLOWED"));
  ronghe::testing::TestAuthority stranger;
  config::v1::Tls forged = stranger.Issue("meeting.ronghe");
  forged.set_ca_file(own_.ca_file());
  EXPECT_THAT(Client(forged).Echo(server_->AsNobody(), Text("")),
              StatusIs(absl::StatusCode::kUnavailable));
  // The client looks at the server's name as well.
  peer_.set_server_name("membership.ronghe");
  EXPECT_THAT(Client(authority_.Issue("meeting.ronghe")).Echo(server_->AsNobody(), Text("")),
              StatusIs(absl::StatusCode::kUnavailable));
  // Health is for every certificate.
  peer_.set_server_name("probe.ronghe");
  grpc::health::v1::HealthCheckResponse health;
  EXPECT_THAT(training.channel()->Unary(
                  {"grpc.health.v1.Health", "Check", "/grpc.health.v1.Health/Check", true},
                  server_->AsNobody(), grpc::health::v1::HealthCheckRequest(), false, &health),
              IsOk());
}

// The serial number of the certificate that a server shows, and how a connection of `version` with
// `ciphers` ends.
struct Handshake {
  bool done = false;
  std::string protocol;
  long serial = 0;
};
Handshake ShakeHands(int port, const config::v1::Tls& tls, int version, const char* ciphers) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_cipher_list(context.get(), ciphers);
  SSL_CTX_use_certificate_chain_file(context.get(), tls.cert_file().c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), tls.key_file().c_str(), SSL_FILETYPE_PEM);
  constexpr unsigned char kHttp2[] = "\x02h2";
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, 3);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> connection(BIO_new_ssl_connect(context.get()),
                                                                 BIO_free_all);
  BIO_set_conn_hostname(connection.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  Handshake result;
  result.done = BIO_do_handshake(connection.get()) == 1;
  if (!result.done) return result;
  SSL* ssl = nullptr;
  BIO_get_ssl(connection.get(), &ssl);
  result.protocol = SSL_get_version(ssl);
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl),
                                                          X509_free);
  result.serial = ASN1_INTEGER_get(X509_get0_serialNumber(shown.get()));
  return result;
}

TEST_F(TlsServerTest, OldProtocolsAndSuitesAreNotSpoken) {
  StartTls(Options());
  const config::v1::Tls mine = authority_.Issue("gateway.ronghe");
  EXPECT_EQ(ShakeHands(port_, mine, TLS1_3_VERSION, "DEFAULT").protocol, "TLSv1.3");
  EXPECT_EQ(ShakeHands(port_, mine, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256").protocol,
            "TLSv1.2");
  EXPECT_FALSE(ShakeHands(port_, mine, TLS1_1_VERSION, "ALL").done);
  for (const char* old : {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384",
                          "AES128-GCM-SHA256", "AES256-SHA", "NULL"}) {
    EXPECT_FALSE(ShakeHands(port_, mine, TLS1_2_VERSION, old).done) << old;
  }
}

TEST_F(TlsServerTest, FollowsItsCertificates) {
  TestServer::Options options = Options();
  options.callers = {{"ronghe.rpc.testing.v1.ProbeService", {"gateway.ronghe"}}};
  StartTls(options);
  const config::v1::Tls mine = authority_.Issue("gateway.ronghe");
  ProbeServiceClient client = Client(mine);
  // A stream from before the change, held open across it.
  std::atomic<bool> replaced = false;
  probe_.watch = [&](Call&, const WatchThingsRequest&, StreamWriter<Thing>& out) {
    absl::Status status = out.Write(Probe::Named("before"));
    while (status.ok() && !replaced) out.WaitCancelled(absl::Now() + absl::Milliseconds(5));
    return status.ok() ? out.Write(Probe::Named("after")) : status;
  };
  std::vector<std::string> heard;
  std::atomic<bool> begun = false;
  absl::Status ended;
  Outgoing patient = server_->As("reader", 1);
  patient.deadline = absl::Now() + absl::Seconds(60);
  std::thread watcher([&] {
    ended = client.WatchThings(patient, WatchThingsRequest(), [&](const Thing& thing) {
      heard.push_back(thing.name());
      begun = true;
      return absl::OkStatus();
    });
  });
  while (!begun) std::this_thread::yield();
  const long before = ShakeHands(port_, mine, TLS1_3_VERSION, "DEFAULT").serial;
  ASSERT_GT(before, 0);

  // Both ends get new files of the same names.
  authority_.Issue("probe.ronghe");
  authority_.Issue("gateway.ronghe");
  long after = before;
  for (const absl::Time end = absl::Now() + absl::Seconds(30);
       after <= before && absl::Now() < end;) {
    const Handshake shaken = ShakeHands(port_, mine, TLS1_3_VERSION, "DEFAULT");
    if (shaken.done) after = shaken.serial;
  }
  EXPECT_GT(after, before);
  replaced = true;
  watcher.join();
  EXPECT_THAT(ended, IsOk());
  EXPECT_THAT(heard, ::testing::ElementsAre("before", "after"));
  EXPECT_THAT(Client(mine).Echo(server_->AsNobody(), Text("x")), IsOk());
}

TEST_F(TlsServerTest, ACertificateOfAnotherKeyRefusesToStart) {
  ServerOptions options;
  options.tls = {own_.cert_file(), authority_.Issue("other.ronghe").key_file(), own_.ca_file()};
  EXPECT_THAT(Server::Create(options, {}), HasReason("TLS_FILES_INVALID"));
}

TEST_F(TlsServerTest, OverTlsAServiceThatIsNotNamedAnswersNobody) {
  StartTls(Options());
  EXPECT_THAT(Client(authority_.Issue("gateway.ronghe")).Echo(server_->AsNobody(), Text("")),
              HasReason("CALLER_NOT_ALLOWED"));
}

TEST_F(TlsServerTest, AServicesOwnListStandsInsteadOfTheListForAll) {
  TestServer::Options options = Options();
  options.callers = {{"*", {"gateway.ronghe"}},
                     {"ronghe.rpc.testing.v1.ProbeService", {"meeting.ronghe"}}};
  StartTls(options);
  const auto echo = [&](const std::string& name) {
    return Client(authority_.Issue(name)).Echo(server_->AsNobody(), Text(""));
  };
  EXPECT_THAT(echo("meeting.ronghe"), IsOk());
  EXPECT_THAT(echo("gateway.ronghe"), HasReason("CALLER_NOT_ALLOWED"));
  EXPECT_THAT(echo("meeting.ronghe.evil"), HasReason("CALLER_NOT_ALLOWED"));
}

}  // namespace
}  // namespace ronghe::rpc
