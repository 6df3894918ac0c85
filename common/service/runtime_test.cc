#include "common/service/runtime.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/crypto/signature.h"
#include "common/error/error.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "common/testing/certificates.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "ronghe/event/v1/event_feed.ronghe.h"
#include "ronghe/operation/v1/operation.ronghe.h"

namespace ronghe::service {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;

// An app that notes what is asked of it.
class NotingApp : public App {
 public:
  explicit NotingApp(std::vector<std::string>* notes) : notes_(notes) {}
  std::vector<rpc::ServiceTable> Tables() override {
    notes_->push_back("tables");
    return {};
  }
  absl::Status Load() override {
    notes_->push_back("load");
    return absl::OkStatus();
  }
  absl::Status Start() override {
    notes_->push_back("start");
    return fail_start ? absl::InternalError("no") : absl::OkStatus();
  }
  absl::Status Ready() override { return ready ? absl::OkStatus() : absl::UnavailableError("x"); }
  void Stop() override { notes_->push_back("stop"); }

  bool fail_start = false;
  std::atomic<bool> ready{true};

 private:
  std::vector<std::string>* const notes_;
};

class RuntimeTest : public ::testing::Test {
 protected:
  static constexpr const char* kMigrations = "common/sql/migrations";

  RuntimeTest()
      : schema_(ronghe::testing::SharedMariaDb().NewSchema({kMigrations})),
        signer_(crypto::Es256Signer::Generate()) {
    options_.service = "probe";
    options_.migrations = {kMigrations};
    options_.registry = &registry_;
    config::v1::Common& config = options_.config;
    const config::v1::Tls tls = authority_.Issue("probe.ronghe");
    *config.mutable_server()->mutable_tls() = tls;
    config.mutable_server()->set_listen("127.0.0.1:0");
    *config.mutable_database() = schema_.config();
    config.mutable_keys()->set_token_public_keys_file(
        Write("tokens.pem", signer_.verifier().ToPem()));
    config.mutable_keys()->set_page_token_key_file(Write("page.key", std::string(32, 'k')));
    auto* callers = config.add_callers();
    callers->set_service("*");
    callers->add_allowed_names("gateway.ronghe");
  }

  std::string Write(const std::string& name, const std::string& text) {
    const auto path = authority_.directory() / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
    return path.string();
  }

  std::shared_ptr<rpc::Channel> Connect(Runtime& runtime,
                                        const std::string& certificate = "gateway.ronghe") {
    config::v1::Peer peer;
    peer.set_target("127.0.0.1:" + std::to_string(runtime.server()->port()));
    peer.set_server_name("probe.ronghe");
    return *rpc::Channel::Create(peer, authority_.Issue(certificate), {.own_connections = true});
  }
  rpc::Outgoing As(const std::string& role) {
    rpc::Outgoing out = rpc::Outgoing::Background(absl::Seconds(10));
    out.bearer = *auth::TokenMinter(signer_).Mint(
        auth::Principal{auth::Principal::Kind::kPerson, "accounts/1", {{role, 0}}, "s"},
        absl::Now(), absl::Minutes(5));
    return out;
  }
  bool Ready(rpc::Channel& channel) {
    grpc::health::v1::HealthCheckResponse response;
    EXPECT_THAT(
        channel.Unary({"grpc.health.v1.Health", "Check", "/grpc.health.v1.Health/Check", true},
                      rpc::Outgoing::Background(absl::Seconds(10)),
                      grpc::health::v1::HealthCheckRequest(), false, &response),
        IsOk());
    return response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  }

  ronghe::testing::TestAuthority authority_;
  ronghe::testing::TestSchema schema_;
  crypto::Es256Signer signer_;
  metrics::Registry registry_;
  RuntimeOptions options_;
  std::vector<std::string> notes_;
};

TEST_F(RuntimeTest, StartsServesAndStopsInOrder) {
  options_.config.mutable_server()->set_admin_listen("127.0.0.1:0");
  auto runtime = Runtime::Create(options_);
  ASSERT_THAT(runtime, IsOk());
  EXPECT_EQ((*runtime)->source(), "services/probe");
  NotingApp app(&notes_);
  app.ready = false;
  ASSERT_THAT((*runtime)->Start(app), IsOk());
  auto channel = Connect(**runtime);
  EXPECT_FALSE(Ready(*channel)) << "alive, not ready";
  app.ready = true;
  (*runtime)->health().WaitChange(false, absl::InfiniteFuture());
  EXPECT_TRUE(Ready(*channel));
  EXPECT_THAT(registry_.Text(), ::testing::HasSubstr("ronghe_ready 1"));
  EXPECT_THAT(registry_.Text(), ::testing::HasSubstr("ronghe_build_info{"));

  event::v1::EventFeedServiceClient feed(channel);
  event::v1::ListEventsRequest request;
  request.set_source("services/probe");
  EXPECT_THAT(feed.ListEvents(As("organization_department"), request), IsOk());
  EXPECT_THAT(feed.ListEvents(As("nobody"), request), HasReason("PERMISSION_DENIED"));

  operation::v1::OperationServiceClient operation(channel);
  operation::v1::ListJobsRequest jobs;
  jobs.set_source("services/probe");
  const auto listed = operation.ListJobs(As("system_administrator"), jobs);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->jobs(),
              ::testing::Contains(::testing::Property(&operation::v1::Job::name, "event.publish")));
  operation::v1::ListRuleSetsRequest rules;
  rules.set_source("services/probe");
  const auto sets = operation.ListRuleSets(As("member"), rules);
  ASSERT_THAT(sets, IsOk());
  EXPECT_EQ(sets->rule_sets(0).rule_set(), "audit_retention");

  (*runtime)->Stop(absl::ZeroDuration(), absl::Seconds(5));
  EXPECT_THAT(feed.ListEvents(As("organization_department"), request),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(registry_.Text(), ::testing::HasSubstr("ronghe_ready 0"));
  EXPECT_THAT(notes_, ::testing::ElementsAre("load", "tables", "start", "stop"));
}

struct Refusal {
  std::string subject, peer, method, result, detail;
};
const sql::Query<Refusal> kRefusals(
    "test.refusals", "SELECT subject, peer, method, result, detail FROM audit ORDER BY id");

TEST_F(RuntimeTest, ARefusalHasItsAuditRowBeforeItsAnswer) {
  auto runtime = Runtime::Create(options_);
  ASSERT_THAT(runtime, IsOk());
  NotingApp app(&notes_);
  ASSERT_THAT((*runtime)->Start(app), IsOk());
  const auto refusals = [&] {
    return *(*runtime)->database().Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
      return session.Select(kRefusals);
    });
  };
  event::v1::EventFeedServiceClient feed(Connect(**runtime));
  event::v1::ListEventsRequest request;
  request.set_source("services/probe");
  rpc::Outgoing out = As("nobody");
  out.context = {.peer = "10.0.0.9", .purpose = "inspection"};
  EXPECT_THAT(feed.ListEvents(out, request), HasReason("PERMISSION_DENIED"));
  ASSERT_EQ(refusals().size(), 1u);
  EXPECT_EQ(refusals()[0].subject, "accounts/1");
  EXPECT_EQ(refusals()[0].peer, "10.0.0.9");
  EXPECT_EQ(refusals()[0].method, "/ronghe.event.v1.EventFeedService/ListEvents");
  EXPECT_EQ(refusals()[0].result, "PERMISSION_DENIED PERMISSION_DENIED");
  EXPECT_THAT(refusals()[0].detail, ::testing::HasSubstr("inspection"));

  out.bearer = "tampered";
  EXPECT_THAT(feed.ListEvents(out, request), HasReason("TOKEN_INVALID"));
  ASSERT_EQ(refusals().size(), 2u);
  EXPECT_EQ(refusals()[1].subject, "");
  EXPECT_EQ(refusals()[1].result, "UNAUTHENTICATED TOKEN_INVALID");
  EXPECT_EQ(refusals()[1].peer, "10.0.0.9");

  // Who may not call at all is not believed who it calls for.
  event::v1::EventFeedServiceClient stranger(Connect(**runtime, "meeting.ronghe"));
  EXPECT_THAT(stranger.ListEvents(out, request), HasReason("CALLER_NOT_ALLOWED"));
  ASSERT_EQ(refusals().size(), 3u);
  EXPECT_EQ(refusals()[2].result, "PERMISSION_DENIED CALLER_NOT_ALLOWED");
  EXPECT_THAT(refusals()[2].peer, ::testing::StartsWith("meeting.ronghe "));
  EXPECT_EQ(refusals()[2].detail, "");
}

TEST_F(RuntimeTest, AnAppThatDoesNotStartLeavesNothingRunning) {
  auto runtime = Runtime::Create(options_);
  ASSERT_THAT(runtime, IsOk());
  NotingApp app(&notes_);
  app.fail_start = true;
  EXPECT_THAT((*runtime)->Start(app), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(notes_, ::testing::ElementsAre("load", "tables", "start", "stop"));
}

TEST_F(RuntimeTest, ASchemaThatIsBehindRefusesToStart) {
  const auto schema = ronghe::testing::SharedMariaDb().NewSchema({});
  *options_.config.mutable_database() = schema.config();
  EXPECT_FALSE(Runtime::Create(options_).ok());
}

TEST_F(RuntimeTest, ATakenPortIsSaid) {
  auto first = Runtime::Create(options_);
  ASSERT_THAT(first, IsOk());
  NotingApp app(&notes_);
  ASSERT_THAT((*first)->Start(app), IsOk());
  RuntimeOptions second = options_;
  second.config.mutable_server()->set_listen("127.0.0.1:" +
                                             std::to_string((*first)->server()->port()));
  metrics::Registry registry;
  second.registry = &registry;
  auto runtime = Runtime::Create(second);
  ASSERT_THAT(runtime, IsOk());
  NotingApp other(&notes_);
  EXPECT_THAT((*runtime)->Start(other), HasReason("PORT_BUSY"));
}

TEST_F(RuntimeTest, ChecksTheCommonSettings) {
  const config::v1::Common good = options_.config;
  EXPECT_THAT(CheckCommonConfig(good), IsOk());
  const auto broken = [&](auto change) {
    config::v1::Common config = good;
    change(config);
    return error::Reason(CheckCommonConfig(config));
  };
  using Config = config::v1::Common;
  EXPECT_EQ(broken([](Config& c) { c.mutable_server()->clear_listen(); }), "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_server()->set_node_id(1024); }), "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_server()->set_workers(-1); }), "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_database()->clear_schema(); }), "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_keys()->clear_token_public_keys_file(); }),
            "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_keys()->clear_page_token_key_file(); }),
            "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_database()->set_host("10.0.0.5"); }),
            "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) {
              c.mutable_database()->set_host("10.0.0.5");
              c.mutable_database()->set_ca_file("/etc/ssl/database.pem");
            }),
            "");
  EXPECT_EQ(broken([](Config& c) { c.add_callers(); }), "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.set_log_level("loud"); }), "LOG_LEVEL_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_server()->mutable_tls()->clear_ca_file(); }),
            "FILE_UNREADABLE");
  EXPECT_EQ(broken([](Config& c) {
              c.mutable_server()->clear_tls();
              c.mutable_server()->set_listen("0.0.0.0:7101");
            }),
            "CONFIG_INVALID");
  EXPECT_EQ(broken([&](Config& c) {
              c.mutable_keys()->set_page_token_key_file(Write("short.key", "short"));
            }),
            "CONFIG_INVALID");
  EXPECT_EQ(broken([](Config& c) { c.mutable_audit()->set_retention_days(179); }),
            "RETENTION_TOO_SHORT");
  EXPECT_EQ(broken([](Config& c) { c.mutable_audit()->set_decision_retention_days(180); }),
            "RETENTION_TOO_SHORT");
  const std::string key = Write("audit.key", crypto::Es256Signer::Generate().ToPem());
  const auto audit = [&key](const std::string& heads, const std::string& signing_key) {
    return [heads, signing_key](Config& c) {
      c.mutable_audit()->set_heads_file(heads);
      c.mutable_audit()->set_signing_key_file(signing_key);
    };
  };
  EXPECT_EQ(broken(audit(key + ".heads", "")), "CONFIG_INVALID");
  EXPECT_EQ(broken(audit("/nowhere/heads", key)), "CONFIG_INVALID");
  EXPECT_EQ(broken(audit(key + ".heads", key + ".none")), "FILE_UNREADABLE");
  // Without a key ring the chain uses SM3, whose heads SM2 signs.
  EXPECT_EQ(broken(audit(key + ".heads", key)), "KEY_INVALID");
  const std::string sm2 = Write("sm2.key", crypto::Sm2Signer::Generate().ToPem());
  EXPECT_EQ(broken(audit(key + ".heads", sm2)), "");
  const std::string open = Write("open.key", std::string(32, 'k'));
  ::chmod(open.c_str(), 0644);
  EXPECT_EQ(broken([&](Config& c) { c.mutable_keys()->set_page_token_key_file(open); }),
            "SECRET_EXPOSED");
}

}  // namespace
}  // namespace ronghe::service
