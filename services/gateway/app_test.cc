#include "services/gateway/app.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "common/audit/refusal_log.h"
#include "common/crypto/key_ring.h"
#include "common/crypto/signature.h"
#include "common/testing/testing.h"
#include "nlohmann/json.hpp"
#include "services/gateway/access/api/accounts_api.h"
#include "services/gateway/access/session/totp.h"
#include "services/gateway/access/settings.h"
#include "services/gateway/access/testing/base32.h"
#include "services/gateway/testing/http_client.h"

namespace ronghe::gateway {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::HttpClient;

constexpr char kPassword[] = "Branch-2026-ok";

// The whole gateway on a real database, without the other services.
class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest()
      : schema_(::ronghe::testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/gateway/migrations"})) {
    char name[] = "/tmp/gateway_test_XXXXXX";
    directory_ = ::mkdtemp(name);
    const crypto::Es256Signer signer = crypto::Es256Signer::Generate();
    Write("token.pem", signer.ToPem());
    Write("token_public.pem", signer.verifier().ToPem());
    Write("page.key", "0123456789abcdef0123456789abcdef");
    auto& common = *config_.mutable_common();
    common.mutable_server()->set_listen("127.0.0.1:0");
    common.mutable_server()->set_node_id(7);
    *common.mutable_database() = schema_.config();
    common.mutable_keys()->set_token_public_keys_file(directory_ + "/token_public.pem");
    common.mutable_keys()->set_page_token_key_file(directory_ + "/page.key");
    common.mutable_keys()->set_field_keyring_file(directory_ + "/gateway.keyring");
    EXPECT_OK(crypto::KeyRing::Generate(directory_ + "/gateway.keyring", crypto::Suite::kSm));
    common.mutable_membership()->set_target("127.0.0.1:1");
    config_.mutable_http()->set_listen("127.0.0.1:0");
    config_.mutable_http()->set_docs_dir("services/gateway/static");
    config_.mutable_grpc()->set_listen("127.0.0.1:0");
    config_.set_descriptor_set_file(absl::StrCat(std::getenv("RONGHE_BUILD_DIR"), "/ronghe.binpb"));
    config_.mutable_token()->set_private_key_file(directory_ + "/token.pem");
    config_.mutable_access()->mutable_argon2()->set_memory_kib(256);
    config_.mutable_access()->mutable_argon2()->set_passes(1);
    config_.mutable_access()->set_session_cache_ms(50);
    AddBackend("services/gateway", "ronghe.access.v1", "");
    for (const char* name_of : {"membership", "meeting", "training", "evaluation"}) {
      AddBackend(absl::StrCat("services/", name_of), absl::StrCat("ronghe.", name_of, ".v1"),
                 "127.0.0.1:1");
    }
  }
  ~GatewayTest() override {
    if (runtime_ != nullptr) runtime_->Stop(absl::ZeroDuration(), absl::Seconds(1));
    app_.reset();
    runtime_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Write(const std::string& name, const std::string& content) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << content;
    ::chmod(path.c_str(), 0600);
  }
  void AddBackend(const std::string& service, const std::string& package,
                  const std::string& target) {
    v1::Backend& backend = *config_.add_backends();
    backend.set_service(service);
    backend.add_packages(package);
    backend.mutable_peer()->set_target(target);
  }

  void Start() {
    service::RuntimeOptions options;
    options.service = "gateway";
    options.config = config_.common();
    options.registry = &registry_;
    auto runtime = service::Runtime::Create(std::move(options));
    ASSERT_THAT(runtime, ::ronghe::testing::IsOk());
    runtime_ = *std::move(runtime);
    auto app = MakeGateway(config_, *runtime_);
    ASSERT_THAT(app, ::ronghe::testing::IsOk());
    app_ = *std::move(app);
    ASSERT_OK(runtime_->Start(*app_));
    access::PasswordHasher hasher(access::HashCostOf(config_.access()));
    auto password = access::CreateFirstAdministrator(runtime_->database(), runtime_->ids(), hasher,
                                                     "admin", absl::Now());
    ASSERT_THAT(password, ::ronghe::testing::IsOk());
    once_ = *password;
  }

  Answer Ask(std::string_view method, std::string_view target,
             const std::vector<std::string>& headers = {}, const json& body = nullptr) {
    HttpClient client(app_->http_port());
    return client.Ask(method, target, headers, body.is_null() ? "" : body.dump())
        .value_or(Answer());
  }
  static std::string Bearer(const json& signed_in) {
    return absl::StrCat("Authorization: Bearer ", signed_in["sessionToken"].get<std::string>());
  }
  // Signs in as the administrator with a password and a second factor of its own.
  json SignInReady() {
    const json first = json::parse(
        Ask("POST", "/v1/auth:signIn", {}, {{"loginName", "admin"}, {"password", once_}}).body);
    const Answer changed = Ask("POST", "/v1/auth:changePassword", {Bearer(first)},
                               {{"currentPassword", once_}, {"newPassword", kPassword}});
    EXPECT_EQ(changed.status, 200) << changed.body;
    return Enrol(Bearer(json::parse(changed.body)));
  }
  json Enrol(const std::string& bearer) {
    const Answer enrolled = Ask("POST", "/v1/auth:enrolSecondFactor", {bearer}, json::object());
    EXPECT_EQ(enrolled.status, 200) << enrolled.body;
    const std::string uri = json::parse(enrolled.body)["otpauthUri"].get<std::string>();
    EXPECT_TRUE(absl::StartsWith(uri, "otpauth://totp/ronghe:admin?secret=")) << uri;
    secret_ = access::Base32Decode(json::parse(enrolled.body)["secret"].get<std::string>()).value();
    const Answer confirmed =
        Ask("POST", "/v1/auth:confirmSecondFactor", {bearer},
            {{"code", access::TotpCode(secret_, access::TotpStep(absl::Now()))}});
    EXPECT_EQ(confirmed.status, 200) << confirmed.body;
    return json::parse(confirmed.body);
  }

  ::ronghe::testing::TestSchema schema_;
  std::string directory_;
  v1::Config config_;
  metrics::Registry registry_;
  std::unique_ptr<service::Runtime> runtime_;
  std::unique_ptr<GatewayApp> app_;
  std::string once_;
  std::string secret_;
};

TEST_F(GatewayTest, TheFirstSignInMustChangeThePassword) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const Answer signed_in =
      Ask("POST", "/v1/auth:signIn", {}, {{"loginName", "admin"}, {"password", once_}});
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  const json session = json::parse(signed_in.body);
  EXPECT_EQ(session["session"]["passwordChangeRequired"], true);
  const std::string cookie = signed_in.headers.at("set-cookie");
  EXPECT_TRUE(absl::StrContains(cookie, "; Path=/; HttpOnly; Secure; SameSite=Strict")) << cookie;
  EXPECT_TRUE(absl::StrContains(cookie, session["sessionToken"].get<std::string>()));

  const std::string bearer = Bearer(session);
  EXPECT_TRUE(
      absl::StrContains(Ask("GET", "/v1/accounts", {bearer}).body, "PASSWORD_CHANGE_REQUIRED"));
  EXPECT_EQ(Ask("GET", "/v1/auth/session", {bearer}).status, 200);
  EXPECT_TRUE(absl::StrContains(Ask("POST", "/v1/auth:changePassword", {bearer},
                                    {{"currentPassword", once_}, {"newPassword", "weak"}})
                                    .body,
                                "PASSWORD_TOO_WEAK"));
  const Answer changed = Ask("POST", "/v1/auth:changePassword", {bearer},
                             {{"currentPassword", once_}, {"newPassword", kPassword}});
  EXPECT_EQ(changed.status, 200);
  // New tokens, of which the old one knows nothing; the administrator goes on to the second factor.
  const json rotated = json::parse(changed.body);
  EXPECT_TRUE(absl::StrContains(changed.headers.at("set-cookie"),
                                rotated["sessionToken"].get<std::string>()));
  EXPECT_TRUE(absl::StrContains(Ask("GET", "/v1/auth/session", {bearer}).body, "SESSION_INVALID"));
  EXPECT_TRUE(absl::StrContains(Ask("GET", "/v1/accounts", {Bearer(rotated)}).body,
                                "SECOND_FACTOR_ENROLMENT_REQUIRED"));
  const json enrolled = Enrol(Bearer(rotated));
  EXPECT_EQ(enrolled["recoveryCodes"].size(), 10u);
  EXPECT_TRUE(
      absl::StrContains(Ask("GET", "/v1/accounts", {Bearer(rotated)}).body, "SESSION_INVALID"));
  const Answer accounts = Ask("GET", "/v1/accounts", {Bearer(enrolled)});
  EXPECT_EQ(accounts.status, 200) << accounts.body;
  EXPECT_EQ(json::parse(accounts.body)["accounts"][0]["loginName"], "admin");
}

TEST_F(GatewayTest, ASecondFactorStandsBetweenPasswordAndRights) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const json enrolled = SignInReady();
  const json pending = json::parse(
      Ask("POST", "/v1/auth:signIn", {}, {{"loginName", "admin"}, {"password", kPassword}}).body);
  EXPECT_EQ(pending["session"]["secondFactor"], "SECOND_FACTOR_PENDING");
  for (const char* path : {"/v1/accounts", "/v1/auth/access", "/v1/auth/sessions"}) {
    EXPECT_TRUE(
        absl::StrContains(Ask("GET", path, {Bearer(pending)}).body, "SECOND_FACTOR_REQUIRED"))
        << path;
  }
  EXPECT_TRUE(absl::StrContains(Ask("POST", "/v1/auth:changePassword", {Bearer(pending)},
                                    {{"currentPassword", kPassword}, {"newPassword", once_}})
                                    .body,
                                "SECOND_FACTOR_REQUIRED"));
  EXPECT_EQ(Ask("GET", "/v1/auth/session", {Bearer(pending)}).status, 200);
  // The session before goes on until the new one is complete.
  EXPECT_EQ(Ask("GET", "/v1/accounts", {Bearer(enrolled)}).status, 200);
  const Answer verified = Ask("POST", "/v1/auth:verifySecondFactor", {Bearer(pending)},
                              {{"recoveryCode", enrolled["recoveryCodes"][0].get<std::string>()}});
  ASSERT_EQ(verified.status, 200) << verified.body;
  const json done = json::parse(verified.body);
  EXPECT_EQ(done["recoveryCodesLeft"], 9);
  EXPECT_TRUE(absl::StrContains(verified.headers.at("set-cookie"),
                                done["sessionToken"].get<std::string>()));
  EXPECT_EQ(Ask("GET", "/v1/accounts", {Bearer(done)}).status, 200);
  EXPECT_EQ(Ask("GET", "/v1/accounts", {Bearer(pending)}).status, 401);
  const json access = json::parse(Ask("GET", "/v1/auth/access", {Bearer(done)}).body);
  EXPECT_EQ(access["loginName"], "admin");
  EXPECT_EQ(access["secondFactor"]["required"], true);
  EXPECT_EQ(access["grants"][0]["role"], "security_administrator");
}

TEST_F(GatewayTest, ABrowserSessionLivesInItsCookie) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const json session = SignInReady();
  const std::string cookie =
      absl::StrCat("Cookie: ronghe_session=", session["sessionToken"].get<std::string>());
  const std::string csrf = absl::StrCat("X-Ronghe-CSRF: ", session["csrfToken"].get<std::string>());
  const json account = {{"loginName", "zhang.san"}, {"displayName", "张三"}};
  EXPECT_TRUE(
      absl::StrContains(Ask("POST", "/v1/accounts", {cookie}, account).body, "CSRF_INVALID"));
  const Answer created =
      Ask("POST", "/v1/accounts", {cookie, csrf, "Idempotency-Key: a1"}, account);
  ASSERT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(created.headers.at("etag"), "\"1\"");
  // The same key gives the same account.
  const Answer again = Ask("POST", "/v1/accounts", {cookie, csrf, "Idempotency-Key: a1"}, account);
  EXPECT_EQ(json::parse(again.body)["name"], json::parse(created.body)["name"]);
  const Answer reused = Ask("POST", "/v1/accounts", {cookie, csrf, "Idempotency-Key: a1"},
                            {{"loginName", "li.si"}, {"displayName", "李四"}});
  EXPECT_TRUE(absl::StrContains(reused.body, "REQUEST_ID_REUSED"));
  const std::string name = json::parse(created.body)["name"].get<std::string>();
  const Answer stale = Ask("POST", absl::StrCat("/v1/", name, ":disable"),
                           {cookie, csrf, "If-Match: \"99\""}, json::object());
  EXPECT_EQ(stale.status, 412) << stale.body;
  const Answer out = Ask("POST", "/v1/auth:signOut", {cookie, csrf}, json::object());
  EXPECT_EQ(out.status, 200) << out.body;
  EXPECT_TRUE(absl::StrContains(out.headers.at("set-cookie"), "Max-Age=0"));
  EXPECT_EQ(Ask("GET", "/v1/auth/session", {cookie}).status, 401);
}

TEST_F(GatewayTest, GuessingIsCountedAndLocked) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const json guess = {{"loginName", "admin"}, {"password", "Wrong-pass-1"}};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask("POST", "/v1/auth:signIn", {}, guess).status, 401);
  const Answer locked = Ask("POST", "/v1/auth:signIn", {}, guess);
  EXPECT_EQ(locked.status, 429);
  EXPECT_EQ(locked.headers.at("retry-after"), "1800");
  EXPECT_FALSE(locked.headers.contains("set-cookie"));
  EXPECT_TRUE(
      absl::StrContains(registry_.Text(), "ronghe_gateway_sign_ins_total{result=\"failed\"} 5"));
  EXPECT_TRUE(
      absl::StrContains(registry_.Text(), "ronghe_gateway_sign_ins_total{result=\"locked\"} 1"));
}

TEST_F(GatewayTest, WhatIsNotThereIsUnavailableAndPagesAreServed) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const std::string bearer = Bearer(SignInReady());
  const Answer gone = Ask("GET", "/v1/services/meeting/events", {bearer});
  EXPECT_EQ(gone.status, 503) << gone.body;
  const Answer page = Ask("GET", "/openapi.json");
  EXPECT_EQ(json::parse(page.body)["openapi"], "3.1.0");
  const Answer docs = Ask("GET", "/docs/");
  EXPECT_EQ(docs.headers.at("content-type"), "text/html; charset=utf-8");
  const std::string& policy = docs.headers.at("content-security-policy");
  EXPECT_TRUE(absl::StartsWith(policy, "default-src 'self'; ")) << policy;
  EXPECT_FALSE(absl::StrContains(policy, "unsafe")) << policy;
  EXPECT_EQ(Ask("GET", "/healthz").status, 200);
}

TEST_F(GatewayTest, TheConsoleIsServedWithWhatItMustKnow) {
  const std::string console = directory_ + "/console";
  std::filesystem::create_directories(console + "/assets");
  Write("console/index.html", "<!DOCTYPE html>");
  Write("console/assets/index-1.js", "export {};");
  config_.mutable_http()->set_console_dir(console);
  Start();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(Ask("GET", "/").body, "<!DOCTYPE html>");
  EXPECT_EQ(Ask("GET", "/").headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(Ask("GET", "/assets/index-1.js").headers.at("cache-control"),
            "public, max-age=31536000, immutable");
  const json known = json::parse(Ask("GET", "/console.json").body);
  EXPECT_FALSE(known["version"].get<std::string>().empty());
  EXPECT_TRUE(known["oidc"].is_null());
  EXPECT_EQ(Ask("GET", "/docs").headers.at("location"), "/docs/");
  EXPECT_EQ(Ask("GET", "/assets/").status, 404);
}

TEST_F(GatewayTest, RolesAndTheGatewaysOwnRulesAreRead) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const std::string bearer = Bearer(SignInReady());
  const json roles = json::parse(Ask("GET", "/v1/roles", {bearer}).body);
  EXPECT_GT(roles["roles"].size(), 10U);
  const json sets = json::parse(Ask("GET", "/v1/services/gateway/ruleSets", {bearer}).body);
  const std::string name = "services/gateway/ruleSets/login_policy@";
  const auto policy = std::find_if(
      sets["ruleSets"].begin(), sets["ruleSets"].end(),
      [&name](const json& set) { return set["name"].get<std::string>().starts_with(name); });
  ASSERT_NE(policy, sets["ruleSets"].end()) << sets;
  std::string path = absl::StrCat("/v1/", (*policy)["name"].get<std::string>());
  const json whole = json::parse(Ask("GET", path, {bearer}).body);
  EXPECT_EQ(whole["rules"][0]["key"], "min_length");
  EXPECT_EQ(whole["rules"][0]["value"], "10");
  // As clients write it that encode a segment.
  EXPECT_EQ(json::parse(Ask("GET", path.replace(path.find('@'), 1, "%40"), {bearer}).body), whole);
  // Whoever says who may do what does not watch the machine.
  EXPECT_EQ(Ask("GET", "/v1/services/gateway/jobs", {bearer}).status, 403);
}

TEST_F(GatewayTest, DepartmentsReachAccessOverGrpcToo) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const json session = SignInReady();
  config::v1::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", app_->grpc_port()));
  auto channel = rpc::Channel::Create(peer, config::v1::Tls());
  ASSERT_THAT(channel, ::ronghe::testing::IsOk());
  ::ronghe::access::v1::AccountServiceClient client(*channel);
  rpc::Outgoing out = rpc::Outgoing::Background(absl::Seconds(10));
  EXPECT_THAT(client.ListAccounts(out, {}),
              ::ronghe::testing::HasReason("UNAUTHENTICATED_NO_TOKEN"));
  out.bearer = session["sessionToken"].get<std::string>();
  const auto accounts = client.ListAccounts(out, {});
  ASSERT_THAT(accounts, ::ronghe::testing::IsOk());
  EXPECT_EQ(accounts->accounts_size(), 1);
}

struct RefusalRow {
  std::string subject, peer, result, resource, detail;
};

TEST_F(GatewayTest, WhatTheDoorRefusesLeavesARow) {
  static const sql::Query<RefusalRow> kRefusals(
      "gateway_test.refusals",
      "SELECT subject, peer, result, resource, detail FROM audit WHERE method = ? ORDER BY id");
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const json session = SignInReady();
  const std::string cookie =
      absl::StrCat("Cookie: ronghe_session=", session["sessionToken"].get<std::string>());
  const std::string number = "110105194912310021";
  Ask("GET", "/v1/accounts?pageToken=" + number);
  Ask("GET", "/v1/accounts", {"Authorization: Bearer " + number});
  Ask("GET", "/v1/accounts?" + number + "=1", {Bearer(session)});
  Ask("POST", "/v1/accounts", {cookie}, {{"loginName", number}});
  Ask("POST", "/v1/accounts", {cookie, "Origin: http://evil.example"}, {{"loginName", number}});
  Ask("POST", "/v1/accounts", {Bearer(session)}, {{"loginName", 1}});
  HttpClient client(app_->http_port());
  client.Send("GET /v1/accounts HTTP/1.1\r\nHost: x\r\nHost: " + number + "\r\n\r\n");
  client.Read();
  // What was refused before this row is written before it.
  ASSERT_OK(
      runtime_->refusals().RecordAndWait({.method = "marker"}, absl::Now() + absl::Minutes(1)));
  const auto rows = [&](const std::string& method) {
    return runtime_->database()
        .Read(absl::Now() + absl::Seconds(10),
              [&](sql::Session& db) { return db.Select(kRefusals, method); })
        .value();
  };
  const auto has = [&](const std::string& method, const std::string& subject,
                       const std::string& result) {
    bool found = false;
    for (const RefusalRow& row : rows(method)) {
      EXPECT_EQ(absl::StrCat(row.subject, row.resource, row.detail, row.result).find(number),
                std::string::npos);
      found = found || (row.subject == subject && row.result == result && row.peer == "127.0.0.1");
    }
    return found;
  };
  const std::string list = "/ronghe.access.v1.AccountService/ListAccounts";
  const std::string create = "/ronghe.access.v1.AccountService/CreateAccount";
  const std::string admin = session["session"]["account"].get<std::string>();
  EXPECT_TRUE(has(list, "", "UNAUTHENTICATED UNAUTHENTICATED_NO_TOKEN"));
  EXPECT_TRUE(has(list, "", "UNAUTHENTICATED SESSION_INVALID"));
  EXPECT_TRUE(has(list, admin, "INVALID_ARGUMENT FIELD_INVALID"));
  EXPECT_TRUE(has(list, "", "INVALID_ARGUMENT HTTP_INVALID"));
  EXPECT_TRUE(has(create, admin, "PERMISSION_DENIED CSRF_INVALID"));
  EXPECT_TRUE(has(create, admin, "PERMISSION_DENIED ORIGIN_NOT_ALLOWED"));
  EXPECT_TRUE(has(create, admin, "INVALID_ARGUMENT FIELD_INVALID"));
}

// Every text is bound, never part of a statement: it comes back as it went, or not at all.
TEST_F(GatewayTest, TextsReachTheDatabaseAsTheyAre) {
  Start();
  ASSERT_FALSE(HasFatalFailure());
  const std::string bearer = Bearer(SignInReady());
  const std::vector<std::string> texts = {"' OR '1'='1",
                                          "\"; DROP TABLE account; --",
                                          "%' UNION SELECT 1 -- ",
                                          "\\",
                                          "\\'",
                                          "`",
                                          "?",
                                          "/*!50000 x */",
                                          "\x1a",
                                          "_%",
                                          "a\r\nSet-Cookie: b=c",
                                          "${jndi:ldap://h}",
                                          "<b>&amp;</b>",
                                          "\u202e党",
                                          "\U00020bb7",
                                          "accounts/1",
                                          "null"};
  int kept = 0, number = 0;
  for (const std::string& text : texts) {
    for (const json& account :
         {json{{"loginName", absl::StrCat("user", ++number)}, {"displayName", text}},
          json{{"loginName", text}, {"displayName", "名"}}}) {
      const Answer created = Ask("POST", "/v1/accounts", {bearer}, account);
      ASSERT_TRUE(created.status == 200 || created.status == 400) << created.body;
      if (created.status == 400) continue;
      ++kept;
      const json made = json::parse(created.body);
      const json read = json::parse(
          Ask("GET", absl::StrCat("/v1/", made["name"].get<std::string>()), {bearer}).body);
      EXPECT_EQ(read["displayName"], account["displayName"]);
      EXPECT_EQ(read["loginName"], account["loginName"]);
    }
    const Answer guess =
        Ask("POST", "/v1/auth:signIn", {}, {{"loginName", text}, {"password", text}});
    EXPECT_TRUE(guess.status == 401 || guess.status == 400) << guess.body;
    EXPECT_FALSE(guess.headers.contains("b"));
  }
  EXPECT_GT(kept, 5);
  EXPECT_EQ(json::parse(Ask("GET", "/v1/accounts?pageSize=200", {bearer}).body)["accounts"].size(),
            static_cast<size_t>(kept + 1));
}

TEST_F(GatewayTest, TheOpenApiPageCanBePrinted) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(PrintOpenApi(config_.descriptor_set_file()), 0);
  const json page = json::parse(::testing::internal::GetCapturedStdout());
  EXPECT_EQ(page["openapi"], "3.1.0");
  EXPECT_TRUE(page["paths"].contains("/v1/auth:signIn"));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(PrintOpenApi(directory_ + "/nothing"), 1);
  EXPECT_NE(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(GatewayTest, TheConfigurationIsChecked) {
  EXPECT_OK(CheckConfig(config_));
  v1::Config bad = config_;
  bad.mutable_backends()->RemoveLast();
  EXPECT_FALSE(CheckConfig(bad).ok());
  bad = config_;
  bad.set_descriptor_set_file(directory_ + "/nothing");
  EXPECT_THAT(CheckConfig(bad), ::ronghe::testing::StatusIs(absl::StatusCode::kNotFound));
  bad = config_;
  bad.mutable_http()->set_docs_dir(directory_ + "/nothing");
  EXPECT_FALSE(CheckConfig(bad).ok());
  bad = config_;
  bad.mutable_http()->set_console_dir(directory_ + "/nothing");
  EXPECT_THAT(CheckConfig(bad), ::ronghe::testing::StatusIs(absl::StatusCode::kNotFound));
  bad = config_;
  bad.mutable_http()->set_listen("0.0.0.0:0");
  EXPECT_THAT(CheckConfig(bad), ::ronghe::testing::HasReason("ORIGINS_REQUIRED"));
  bad.mutable_http()->add_public_origins("ronghe.example");
  EXPECT_THAT(CheckConfig(bad), ::ronghe::testing::HasReason("ORIGIN_INVALID"));
  Write("policy.textproto", "version: \"x\" min_length { value: 4 }");
  bad = config_;
  bad.mutable_access()->set_login_policy_file(directory_ + "/policy.textproto");
  EXPECT_THAT(CheckConfig(bad), ::ronghe::testing::HasReason("LOGIN_POLICY_INVALID"));
}

}  // namespace
}  // namespace ronghe::gateway
