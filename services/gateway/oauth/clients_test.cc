// Clients on a real database: registration, proof, terms, quota and the token endpoint.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/synchronization/notification.h"
#include "common/audit/refusal_log.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/sql/statement.h"
#include "common/testing/testing.h"
#include "services/gateway/access/api/clients_api.h"
#include "services/gateway/access/client_door.h"
#include "services/gateway/access/gate.h"
#include "services/gateway/access/quota.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/oauth/token_endpoint.h"

namespace ronghe::gateway::access {
namespace {

namespace v1 = ::ronghe::access::v1;
using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using Json = nlohmann::json;

constexpr char kIssuer[] = "https://ronghe.test";
constexpr char kGet[] = "ronghe.membership.v1.MemberService/GetMember";
constexpr char kList[] = "ronghe.membership.v1.MemberService/ListMembers";
constexpr char kFull[] = "ronghe.membership.v1.Member.full_name";
constexpr char kAll[] = "ronghe.membership.v1.Member.*";

// Runs what may wait for the database on threads of its own, as the doorman does.
class Threads {
 public:
  Threads() {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~Threads() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  bool Run(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return true;
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class ClientsTest : public ::testing::Test {
 protected:
  ClientsTest()
      : schema_(::ronghe::testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/gateway/migrations"})),
        database_(sql::Database::Open(schema_.options(), registry_).value()),
        clock_(absl::Now()),
        ids_(1, clock_),
        refusals_(*database_, ids_, clock_, "services/gateway"),
        writer_(*database_, ids_, [] {}),
        page_tokens_("0123456789abcdef0123456789abcdef"),
        contracts_(
            transcode::Schema::Load(std::string(std::getenv("RONGHE_BUILD_DIR")) + "/ronghe.binpb")
                .value()),
        methods_(transcode::MethodTable::Build(*contracts_).value()),
        api_(writer_, page_tokens_, *methods_,
             [this](const std::string& name) { changed_.push_back(name); }),
        server_({v1::ClientServiceTable(api_)}, Options()),
        client_(server_.channel()),
        tokens_(crypto::Es256Signer::Generate(), kIssuer),
        door_(*database_, *methods_, tokens_),
        endpoint_({*database_, ids_, clock_, tokens_, refusals_}) {}

  ::ronghe::testing::TestServer::Options Options() {
    ::ronghe::testing::TestServer::Options options;
    options.clock = &clock_;
    return options;
  }

  rpc::Outgoing Security() { return server_.As("security_administrator", 0, 1); }

  static v1::Client::Share Share(const std::string& method, std::vector<std::string> fields,
                                 std::vector<std::string> purposes) {
    v1::Client::Share share;
    share.set_method(method);
    share.mutable_fields()->Assign(fields.begin(), fields.end());
    share.mutable_purposes()->Assign(purposes.begin(), purposes.end());
    share.set_legal_basis("政务数据共享条例 第十五条");
    share.set_attribute(v1::SHARE_ATTRIBUTE_CONDITIONAL);
    return share;
  }
  absl::StatusOr<v1::Client> Create(const std::string& certificate,
                                    std::vector<v1::Client::Share> shares = {}, int64_t quota = 0) {
    v1::CreateClientRequest request;
    v1::Client& client = *request.mutable_client();
    client.set_certificate_name(certificate);
    client.set_display_name("普查系统");
    client.set_department("省统计局");
    client.mutable_shares()->Assign(shares.begin(), shares.end());
    client.mutable_limits()->set_daily_quota(quota);
    return client_.CreateClient(Security(), request);
  }
  std::string Secret(const std::string& name, absl::Duration keep_old = absl::ZeroDuration()) {
    v1::RotateClientSecretRequest request;
    request.set_name(name);
    if (keep_old > absl::ZeroDuration()) {
      *request.mutable_old_until() = rpc::ToProto(clock_.Now() + keep_old);
    }
    const auto response = client_.RotateClientSecret(Security(), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->secret() : "";
  }
  absl::Status AddKey(const std::string& name, const Json& jwk) {
    v1::AddClientKeyRequest request;
    request.set_name(name);
    request.set_jwk(jwk.dump());
    return client_.AddClientKey(Security(), request).status();
  }
  // The public key of a signer, taken from a key set of ours.
  static Json JwkOf(const crypto::Es256Signer& signer) {
    return Json::parse(DoorTokens(signer, kIssuer).Jwks())["keys"][0];
  }

  http::PlainRequest Request(const std::string& body) {
    http::PlainRequest request;
    request.method = "POST";
    request.path = "/oauth2/token";
    request.headers["content-type"] = "application/x-www-form-urlencoded";
    request.body = body;
    request.peer = "10.0.0.7";
    request.certificate = {"der", "thumb-one", "census.province"};
    request.secure = true;
    // A second between attempts, so that none is one too many.
    clock_.Advance(absl::Seconds(1));
    return request;
  }
  http::PlainRequest SecretRequest(const std::string& name, const std::string& secret) {
    return Request(
        base::Cat("grant_type=client_credentials&client_id=", name, "&client_secret=", secret));
  }
  http::PlainRequest AssertionRequest(const std::string& assertion) {
    return Request(base::Cat(
        "grant_type=client_credentials&client_assertion_type="
        "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=",
        assertion));
  }
  Json Claims(const std::string& name) {
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    return {{"iss", name}, {"sub", name},      {"aud", kIssuer},
            {"iat", now},  {"exp", now + 200}, {"jti", absl::StrCat("j", ++jti_)}};
  }
  static std::string Sign(const crypto::Es256Signer& signer, const Json& header,
                          const Json& claims) {
    std::string text = base::Cat(crypto::Base64UrlEncode(header.dump()), ".",
                                 crypto::Base64UrlEncode(claims.dump()));
    return base::Cat(text, ".", crypto::Base64UrlEncode(signer.Sign(text).value()));
  }
  // The token, or "status error".
  std::string Ask(const http::PlainRequest& request) {
    const http::PlainResponse response = endpoint_.Handle(request);
    const Json body = Json::parse(response.body);
    EXPECT_NE(response.headers.find("Cache-Control: no-store"), std::string::npos);
    if (response.status == 200) {
      EXPECT_EQ(body["token_type"], "Bearer");
      EXPECT_EQ(body["expires_in"], 600);
      return body["access_token"];
    }
    return absl::StrCat(response.status, " ", body["error"].get<std::string>());
  }
  int64_t AuditRows(const std::string& result) {
    struct CountRow {
      int64_t count = 0;
    };
    static const sql::Query<CountRow> kCount(
        "clients_test.audit_rows",
        "SELECT COUNT(*) FROM audit WHERE result = ? AND method = '/oauth2/token'");
    const auto row = database_->Read(absl::Now() + absl::Seconds(5), [&](sql::Session& session) {
      return session.SelectOne(kCount, result);
    });
    return row.ok() && row->has_value() ? (*row)->count : -1;
  }
  absl::Status Suspend(const std::string& name) {
    v1::SuspendClientRequest request;
    request.set_name(name);
    return client_.SuspendClient(Security(), request).status();
  }

  metrics::Registry registry_;
  ::ronghe::testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  audit::RefusalLog refusals_;
  service::Writer writer_;
  rpc::PageTokens page_tokens_;
  std::unique_ptr<transcode::Schema> contracts_;
  std::unique_ptr<transcode::MethodTable> methods_;
  std::vector<std::string> changed_;
  ClientsApi api_;
  ::ronghe::testing::TestServer server_;
  v1::ClientServiceClient client_;
  DoorTokens tokens_;
  ClientDoor door_;
  oauth::TokenEndpoint endpoint_;
  int jti_ = 0;
};

TEST_F(ClientsTest, SharesSayWhatExistsAndOnlyOnce) {
  ASSERT_THAT(Create("census.province", {Share(kGet, {kAll, kFull}, {"census"})}), IsOk());
  EXPECT_THAT(Create("census.province"), HasReason("CLIENT_EXISTS"));
  auto unconditional = Share(kGet, {kFull}, {"census"});
  unconditional.set_attribute(v1::SHARE_ATTRIBUTE_UNCONDITIONAL);
  auto without_basis = Share(kGet, {kAll}, {"census"});
  without_basis.clear_legal_basis();
  int number = 0;
  for (const auto& shares : std::vector<std::vector<v1::Client::Share>>{
           {Share("ronghe.membership.v1.MemberService/Nothing", {}, {"census"})},
           {Share("ronghe.access.v1.SessionService/SignIn", {}, {"census"})},
           {Share(kGet, {"ronghe.membership.v1.Member.nothing"}, {"census"})},
           {Share(kGet, {"ronghe.meeting.v1.Meeting.*"}, {"census"})},
           {Share(kGet, {kAll}, {})},
           {Share(kGet, {kAll}, {"two words"})},
           {Share(kGet, {kAll}, {"census"}), Share(kGet, {kFull}, {"other", "census"})},
           {unconditional},
           {without_basis}}) {
    EXPECT_THAT(Create(absl::StrCat("c", ++number, ".province"), shares),
                HasReason("FIELD_INVALID"))
        << number;
  }
}

TEST_F(ClientsTest, AnUpdateChangesWhatItsMaskNames) {
  const auto made = Create("census.province", {Share(kGet, {kAll}, {"census"})}, 5);
  ASSERT_THAT(made, IsOk());
  v1::UpdateClientRequest request;
  request.mutable_client()->set_name(made->name());
  request.mutable_client()->set_department("省普查办");
  request.mutable_update_mask()->add_paths("department");
  auto updated = client_.UpdateClient(Security(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->department(), "省普查办");
  EXPECT_EQ(updated->shares_size(), 1);
  EXPECT_EQ(updated->limits().daily_quota(), 5);
  request.mutable_client()->set_etag(made->etag());
  EXPECT_THAT(client_.UpdateClient(Security(), request), HasReason("ETAG_MISMATCH"));
  request.mutable_client()->set_etag(updated->etag());
  request.mutable_update_mask()->set_paths(0, "shares");
  updated = client_.UpdateClient(Security(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->shares_size(), 0);
  EXPECT_EQ(updated->department(), "省普查办");
  for (const char* path : {"certificate_name", "state", "keys", "name"}) {
    request.mutable_client()->clear_etag();
    request.mutable_update_mask()->set_paths(0, path);
    EXPECT_THAT(client_.UpdateClient(Security(), request), HasReason("FIELD_INVALID")) << path;
  }
  EXPECT_THAT(changed_, ::testing::Each(made->name()));
}

TEST_F(ClientsTest, OnlyTheSecurityAdministratorKeepsClients) {
  const auto made = Create("census.province", {Share(kGet, {kAll}, {"census"})});
  ASSERT_THAT(made, IsOk());
  v1::GetClientRequest get;
  get.set_name(made->name());
  for (const char* role : {"system_administrator", "audit_administrator", "committee_secretary",
                           "department_client"}) {
    EXPECT_THAT(client_.GetClient(server_.As(role, 0, 2), get), HasReason("PERMISSION_DENIED"))
        << role;
  }
  v1::GetSharingCatalogueRequest catalogue;
  for (const char* role : {"inspector", "security_administrator", "audit_administrator"}) {
    EXPECT_THAT(client_.GetSharingCatalogue(server_.As(role, 0, 2), catalogue), IsOk()) << role;
  }
  EXPECT_THAT(client_.GetSharingCatalogue(server_.As("department_client", 0, 2), catalogue),
              HasReason("PERMISSION_DENIED"));
}

TEST_F(ClientsTest, ASecretIsShownOnceAndKeptAsItsHash) {
  const std::string name = Create("census.province").value().name();
  v1::RotateClientSecretRequest request;
  request.set_name(name);
  request.set_request_id("r1");
  const auto first = client_.RotateClientSecret(Security(), request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->secret().size(), 43u);
  const auto again = client_.RotateClientSecret(Security(), request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->key_id(), first->key_id());
  EXPECT_EQ(again->secret(), "");
  const auto keys = database_->Read(absl::Now() + absl::Seconds(5), [&](sql::Session& session) {
    return client_store::Keys(session, base::ParseName(name, "clients").value());
  });
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].material, crypto::HexEncode(crypto::Sha256(first->secret())));
}

TEST_F(ClientsTest, SecretsAndKeysOverlapForAsLongAsAsked) {
  const std::string name = Create("census.province").value().name();
  const std::string old = Secret(name);
  const std::string young = Secret(name, absl::Minutes(5));
  EXPECT_GT(Ask(SecretRequest(name, old)).size(), 100u);
  EXPECT_GT(Ask(SecretRequest(name, young)).size(), 100u);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(Ask(SecretRequest(name, old)), "401 invalid_client");
  EXPECT_GT(Ask(SecretRequest(name, young)).size(), 100u);
  EXPECT_EQ(AuditRows("UNAUTHENTICATED SECRET_ENDED"), 1);

  const auto one = crypto::Es256Signer::Generate();
  const auto two = crypto::Es256Signer::Generate();
  ASSERT_THAT(AddKey(name, JwkOf(one)), IsOk());
  ASSERT_THAT(AddKey(name, JwkOf(two)), IsOk());
  EXPECT_THAT(AddKey(name, JwkOf(two)), HasReason("CLIENT_KEY_EXISTS"));
  v1::RetireClientKeyRequest retire;
  retire.set_name(name);
  retire.set_key_id(one.key_id());
  *retire.mutable_end_time() = rpc::ToProto(clock_.Now() + absl::Minutes(5));
  ASSERT_THAT(client_.RetireClientKey(Security(), retire), IsOk());
  const auto sign = [&](const crypto::Es256Signer& signer) {
    return Ask(
        AssertionRequest(Sign(signer, {{"alg", "ES256"}, {"kid", signer.key_id()}}, Claims(name))));
  };
  EXPECT_GT(sign(one).size(), 100u);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(sign(one), "401 invalid_client");
  EXPECT_EQ(AuditRows("UNAUTHENTICATED ASSERTION_KEY_ENDED"), 1);
  EXPECT_GT(sign(two).size(), 100u);
  *retire.mutable_end_time() = rpc::ToProto(clock_.Now() + absl::Hours(24 * 31));
  EXPECT_THAT(client_.RetireClientKey(Security(), retire), HasReason("FIELD_INVALID"));
}

TEST_F(ClientsTest, OnlyOnePublicKeyWithIdAndAlgorithmIsTaken) {
  const std::string name = Create("census.province").value().name();
  const Json good = JwkOf(crypto::Es256Signer::Generate());
  Json none = good, symmetric = good, secret = good, other = good, nameless = good;
  none.erase("alg");
  nameless.erase("kid");
  symmetric = {{"kty", "oct"}, {"k", "c2VjcmV0c2VjcmV0"}, {"alg", "HS256"}, {"kid", "1"}};
  secret["d"] = good["x"];
  other["alg"] = "none";
  for (const Json& jwk :
       {none, symmetric, secret, other, nameless, Json{{"keys", {good}}}, Json("text")}) {
    EXPECT_THAT(AddKey(name, jwk), HasReason("FIELD_INVALID")) << jwk;
  }
  EXPECT_THAT(AddKey(name, good), IsOk());
}

TEST_F(ClientsTest, TheEndpointRefusesEveryBadAssertion) {
  const std::string name = Create("census.province").value().name();
  const auto signer = crypto::Es256Signer::Generate();
  const auto stranger = crypto::Es256Signer::Generate();
  ASSERT_THAT(AddKey(name, JwkOf(signer)), IsOk());
  const Json header = {{"alg", "ES256"}, {"kid", signer.key_id()}, {"typ", "JWT"}};
  const auto with = [&](const char* claim, const Json& value) {
    Json claims = Claims(name);
    claims[claim] = value;
    return claims;
  };
  const auto without = [&](const char* claim) {
    Json claims = Claims(name);
    claims.erase(claim);
    return claims;
  };
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const std::string good = Sign(signer, header, Claims(name));
  std::string tampered = good;
  tampered[good.find('.') + 5] = tampered[good.find('.') + 5] == 'A' ? 'B' : 'A';
  const std::string unsigned_text =
      base::Cat(crypto::Base64UrlEncode(Json{{"alg", "none"}, {"kid", signer.key_id()}}.dump()),
                ".", crypto::Base64UrlEncode(Claims(name).dump()), ".");
  const std::vector<std::pair<std::string, std::string>> table = {
      {"ASSERTION_EXPIRED", Sign(signer, header, with("exp", now - 1))},
      {"ASSERTION_EXPIRED", Sign(signer, header, without("exp"))},
      {"ASSERTION_EXPIRED", Sign(signer, header, with("exp", "soon"))},
      {"ASSERTION_LIFE", Sign(signer, header, with("exp", now + 3600))},
      {"ASSERTION_NOT_YET_VALID", Sign(signer, header, with("nbf", now + 120))},
      {"ASSERTION_NOT_YET_VALID", Sign(signer, header, with("iat", now + 120))},
      {"ASSERTION_AUDIENCE", Sign(signer, header, with("aud", "https://other.test"))},
      {"ASSERTION_AUDIENCE", Sign(signer, header, with("aud", Json::array({kIssuer, "x"})))},
      {"ASSERTION_AUDIENCE", Sign(signer, header, without("aud"))},
      {"ASSERTION_ISSUER", Sign(signer, header, with("iss", "clients/2"))},
      {"CLIENT_UNKNOWN", Sign(signer, header, with("sub", "clients/2"))},
      {"CLIENT_UNKNOWN", Sign(signer, header, with("sub", "accounts/1"))},
      {"ASSERTION_JTI", Sign(signer, header, without("jti"))},
      {"ASSERTION_JTI", Sign(signer, header, with("jti", std::string(256, 'j')))},
      {"ASSERTION_KEY_UNKNOWN", Sign(signer, {{"alg", "ES256"}, {"kid", "other"}}, Claims(name))},
      {"ASSERTION_KEY_UNKNOWN", Sign(signer, {{"alg", "ES256"}}, Claims(name))},
      {"ASSERTION_SIGNATURE",
       Sign(stranger, {{"alg", "ES256"}, {"kid", signer.key_id()}}, Claims(name))},
      {"ASSERTION_SIGNATURE",
       Sign(signer, {{"alg", "HS256"}, {"kid", signer.key_id()}}, Claims(name))},
      {"ASSERTION_SIGNATURE",
       Sign(signer, {{"alg", "RS256"}, {"kid", signer.key_id()}}, Claims(name))},
      {"ASSERTION_SIGNATURE", unsigned_text},
      {"ASSERTION_MALFORMED", "abc"},
      {"ASSERTION_MALFORMED", "a.b.c"},
      {"ASSERTION_MALFORMED", std::string(20'000, 'a')},
  };
  std::map<std::string, int> expected;
  for (const auto& [reason, assertion] : table) {
    EXPECT_EQ(Ask(AssertionRequest(assertion)), "401 invalid_client") << reason;
    EXPECT_EQ(AuditRows("UNAUTHENTICATED " + reason), ++expected[reason]) << reason;
  }
  EXPECT_EQ(Ask(AssertionRequest(tampered)), "401 invalid_client");
  EXPECT_GT(Ask(AssertionRequest(good)).size(), 100u);
  EXPECT_EQ(Ask(AssertionRequest(good)), "401 invalid_client");
  EXPECT_EQ(AuditRows("UNAUTHENTICATED ASSERTION_REPLAYED"), 1);
  EXPECT_EQ(AuditRows("OK"), 1);
}

TEST_F(ClientsTest, TheEndpointWantsOneProofOverTlsWithTheCertificate) {
  const std::string name = Create("census.province").value().name();
  const std::string secret = Secret(name);
  const auto basic = [&](const std::string& user, const std::string& password) {
    auto request = Request("grant_type=client_credentials");
    std::string encoded;
    absl::Base64Escape(base::Cat(user, ":", password), &encoded);
    request.headers["authorization"] = "Basic " + encoded;
    return request;
  };
  std::string escaped = name;
  escaped.replace(escaped.find('/'), 1, "%2F");
  EXPECT_GT(Ask(basic(escaped, secret)).size(), 100u);
  EXPECT_GT(Ask(SecretRequest(name, secret)).size(), 100u);

  EXPECT_EQ(Ask(basic(name, secret + "x")), "401 invalid_client");
  EXPECT_EQ(Ask(basic("clients/2", secret)), "401 invalid_client");
  auto request = basic(name, secret);
  request.body += "&client_secret=" + secret;
  EXPECT_EQ(Ask(request), "400 invalid_request");
  EXPECT_EQ(Ask(Request("grant_type=client_credentials")), "401 invalid_client");
  EXPECT_EQ(Ask(Request("client_id=" + name)), "400 invalid_request");
  EXPECT_EQ(Ask(Request("grant_type=a&grant_type=b")), "400 invalid_request");
  request = SecretRequest(name, secret);
  request.body.replace(0, 29, "grant_type=authorization_code");
  EXPECT_EQ(Ask(request), "400 unsupported_grant_type") << request.body;
  request = SecretRequest(name, secret);
  request.headers["content-type"] = "application/json";
  EXPECT_EQ(Ask(request), "400 invalid_request");
  request = SecretRequest(name, secret);
  request.secure = false;
  EXPECT_EQ(Ask(request), "401 invalid_client");
  request = SecretRequest(name, secret);
  request.certificate = {};
  EXPECT_EQ(Ask(request), "401 invalid_client");
  request = SecretRequest(name, secret);
  request.certificate.common_name = "other.province";
  EXPECT_EQ(Ask(request), "401 invalid_client");
  EXPECT_EQ(AuditRows("UNAUTHENTICATED CERTIFICATE_NAME_OTHER"), 1);
  ASSERT_THAT(Suspend(name), IsOk());
  EXPECT_EQ(Ask(SecretRequest(name, secret)), "401 invalid_client");
  EXPECT_EQ(AuditRows("UNAUTHENTICATED CLIENT_NOT_ACTIVE"), 1);
  request.method = "GET";
  EXPECT_EQ(endpoint_.Handle(request).status, 405);
}

TEST_F(ClientsTest, TheEndpointSlowsDownWhoeverHammersIt) {
  std::string last;
  for (int i = 0; i < 30; ++i) {
    auto request = SecretRequest("clients/1", "wrong");
    clock_.Advance(absl::Seconds(-1));
    last = Ask(request);
  }
  EXPECT_EQ(last, "429 temporarily_unavailable");
}

TEST_F(ClientsTest, ATokenIsWorthItsCertificateItsTimeAndItsClient) {
  const std::string name =
      Create("census.province", {Share(kGet, {kAll}, {"census"})}).value().name();
  const int64_t id = base::ParseName(name, "clients").value();
  const std::string token = Ask(SecretRequest(name, Secret(name)));
  const auto credential = door_.Open(token, "thumb-one", clock_.Now());
  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ(credential->principal.subject, name);
  ASSERT_NE(credential->terms, nullptr);
  EXPECT_THAT(door_.Open(token, "thumb-two", clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  EXPECT_THAT(door_.Open(token, "", clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  EXPECT_THAT(door_.Open(token, "thumb-one", clock_.Now() + absl::Minutes(11)),
              HasReason("CLIENT_TOKEN_EXPIRED"));
  std::string tampered = token;
  tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_THAT(door_.Open(tampered, "thumb-one", clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  // Of another house's key, and of ours for another issuer.
  const DoorTokens foreign(crypto::Es256Signer::Generate(), kIssuer);
  EXPECT_THAT(
      door_.Open(foreign.Mint(id, "thumb-one", clock_.Now()).value(), "thumb-one", clock_.Now()),
      HasReason("CLIENT_TOKEN_INVALID"));
  for (const char* text : {"", ".", "..", "a.b.c", "a.b"}) {
    EXPECT_THAT(door_.Open(text, "thumb-one", clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  }
  EXPECT_THAT(door_.Open(std::string(10'000, '.'), "thumb-one", clock_.Now()),
              HasReason("CLIENT_TOKEN_INVALID"));

  v1::UpdateClientRequest pin;
  pin.mutable_client()->set_name(name);
  pin.mutable_client()->add_certificate_thumbprints(std::string(43, 'A'));
  pin.mutable_update_mask()->add_paths("certificate_thumbprints");
  ASSERT_THAT(client_.UpdateClient(Security(), pin), IsOk());
  EXPECT_THAT(door_.Open(token, "thumb-one", clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  pin.mutable_client()->clear_certificate_thumbprints();
  ASSERT_THAT(client_.UpdateClient(Security(), pin), IsOk());
  EXPECT_THAT(door_.Open(token, "thumb-one", clock_.Now()), IsOk());
  ASSERT_THAT(Suspend(name), IsOk());
  EXPECT_THAT(door_.Open(token, "thumb-one", clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  v1::ResumeClientRequest resume;
  resume.set_name(name);
  ASSERT_THAT(client_.ResumeClient(Security(), resume), IsOk());
  EXPECT_THAT(client_.ResumeClient(Security(), resume), HasReason("CLIENT_NOT_SUSPENDED"));
  EXPECT_THAT(door_.Open(token, "thumb-one", clock_.Now()), IsOk());
  v1::DisableClientRequest disable;
  disable.set_name(name);
  ASSERT_THAT(client_.DisableClient(Security(), disable), IsOk());
  EXPECT_THAT(door_.Open(token, "thumb-one", clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  EXPECT_THAT(Suspend(name), HasReason("CLIENT_STRUCK_OFF"));
}

TEST_F(ClientsTest, TheGateLetsInWhatIsShared) {
  auto ended = Share("ronghe.membership.v1.OrganizationService/GetOrganization", {}, {"census"});
  *ended.mutable_valid_until() = rpc::ToProto(clock_.Now() - absl::Seconds(1));
  auto refused = Share("ronghe.meeting.v1.MeetingService/GetMeeting", {}, {"census"});
  refused.set_attribute(v1::SHARE_ATTRIBUTE_NONE);
  const std::string name =
      Create("census.province",
             {Share(kGet, {kAll}, {"census"}), Share(kList, {kFull}, {"census", "check"}),
              Share(kList, {kAll}, {"audit"}), ended, refused})
          .value()
          .name();
  const std::string token = Ask(SecretRequest(name, Secret(name)));
  const auto credential = door_.Open(token, "thumb-one", clock_.Now());
  ASSERT_THAT(credential, IsOk());
  Gate gate(*methods_, clock_);
  const auto check = [&](std::string_view method, std::string_view purpose) {
    Admission admission;
    const auto status =
        gate.Check(*credential, *methods_->Find(base::Cat("/", method)), purpose, &admission);
    if (!status->ok()) return error::Reason(*status);
    EXPECT_NE(admission.filter, nullptr);
    return base::Cat("OK ", admission.purpose);
  };
  EXPECT_EQ(check(kGet, ""), "OK census");
  EXPECT_EQ(check(kGet, "census"), "OK census");
  EXPECT_EQ(check(kGet, "audit"), "PURPOSE_NOT_ALLOWED");
  EXPECT_EQ(check(kList, ""), "PURPOSE_REQUIRED");
  EXPECT_EQ(check(kList, "audit"), "OK audit");
  EXPECT_EQ(check(ended.method(), ""), "METHOD_NOT_SHARED");
  EXPECT_EQ(check(refused.method(), ""), "METHOD_NOT_SHARED");
  EXPECT_EQ(check("ronghe.membership.v1.MemberService/UpdateMember", ""), "METHOD_NOT_SHARED");
  // 10 a second, 20 at once; of each method by itself.
  std::string last;
  for (int i = 0; i < 20; ++i) last = check(kGet, "");
  EXPECT_EQ(last, "RATE_LIMITED");
  EXPECT_EQ(check(kList, "check"), "OK check");
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(check(kGet, ""), "OK census");
}

TEST_F(ClientsTest, APersonCallsAsOftenAsThePolicySays) {
  Credential person;
  person.principal = {auth::Principal::Kind::kPerson, "accounts/1"};
  Credential other = person;
  other.principal.subject = "accounts/2";
  Gate gate(*methods_, clock_, {2, 3});
  Admission admission;
  const auto reason = [&](const Credential& credential, const char* method) {
    const auto status =
        gate.Check(credential, *methods_->Find(base::Cat("/", method)), "why", &admission);
    return status->ok() ? "OK" : error::Reason(*status);
  };
  for (const char* method : {kGet, kList, kGet}) EXPECT_EQ(reason(person, method), "OK");
  EXPECT_EQ(admission.purpose, "why");
  EXPECT_EQ(admission.filter, nullptr);
  EXPECT_EQ(reason(person, kList), "RATE_LIMITED");
  EXPECT_EQ(reason(other, kList), "OK");
  clock_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(reason(person, kList), "OK");
}

TEST_F(ClientsTest, AHundredCallersAtOnceGetExactlyTheQuota) {
  constexpr int64_t kQuota = 357;
  const std::string name =
      Create("census.province", {Share(kGet, {kAll}, {"census"})}, kQuota).value().name();
  const std::string token = Ask(SecretRequest(name, Secret(name)));
  v1::UpdateClientRequest fast;
  fast.mutable_client()->set_name(name);
  fast.mutable_client()->mutable_limits()->set_per_second(10000);
  fast.mutable_client()->mutable_limits()->set_burst(100000);
  fast.mutable_client()->mutable_limits()->set_daily_quota(kQuota);
  fast.mutable_update_mask()->add_paths("limits");
  ASSERT_THAT(client_.UpdateClient(Security(), fast), IsOk());
  const auto credential = door_.Open(token, "thumb-one", clock_.Now());
  ASSERT_THAT(credential, IsOk());
  Threads threads;
  Quotas quotas(*database_, clock_, [&](auto task) { return threads.Run(std::move(task)); });
  Gate gate(*methods_, clock_, {}, &quotas);
  const auto& method = *methods_->Find(base::Cat("/", kGet));
  std::atomic<int64_t> admitted = 0, refused = 0, failed = 0;
  const auto call = [&] {
    Admission admission;
    while (true) {
      const auto status = gate.Check(*credential, method, "", &admission);
      if (status.has_value()) {
        (status->ok()                                 ? admitted
         : error::Reason(*status) == "QUOTA_EXCEEDED" ? refused
                                                      : failed)
            .fetch_add(1);
        return;
      }
      absl::Notification done;
      gate.Later(*credential, [&](const absl::Status& asked) {
        EXPECT_THAT(asked, IsOk());
        done.Notify();
      });
      done.WaitForNotification();
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 100; ++i) {
    callers.emplace_back([&] {
      for (int k = 0; k < 5; ++k) call();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(admitted, kQuota);
  EXPECT_EQ(refused, 500 - kQuota);
  EXPECT_EQ(failed, 0);

  // Another gateway, or this one after a crash, has nothing more to give.
  Quotas after(*database_, clock_, [&](auto task) { return threads.Run(std::move(task)); });
  Gate other(*methods_, clock_, {}, &after);
  const auto before = admitted.load();
  Admission admission;
  EXPECT_FALSE(other.Check(*credential, method, "", &admission).has_value());
  absl::Notification done;
  other.Later(*credential, [&](const absl::Status&) { done.Notify(); });
  done.WaitForNotification();
  const auto status = other.Check(*credential, method, "", &admission);
  ASSERT_TRUE(status.has_value());
  EXPECT_THAT(*status, HasReason("QUOTA_EXCEEDED"));
  EXPECT_GT(error::RetryAfter(*status), absl::ZeroDuration());
  EXPECT_LE(error::RetryAfter(*status), absl::Hours(24));
  EXPECT_EQ(admitted, before);
  // A new day.
  clock_.Advance(absl::Hours(24));
  call();
  EXPECT_EQ(admitted, before + 1);
}

TEST_F(ClientsTest, NoBlockIsGivenTwiceWhateverCrashes) {
  const std::string name = Create("census.province", {}, 100).value().name();
  const int64_t id = base::ParseName(name, "clients").value();
  Threads threads;
  int64_t admitted = 0;
  for (int crash = 0; crash < 40; ++crash) {
    Quotas quotas(*database_, clock_, [&](auto task) { return threads.Run(std::move(task)); });
    absl::Notification done;
    quotas.Fetch(id, 100, [&](const absl::Status&) { done.Notify(); });
    done.WaitForNotification();
    // Three calls, then the process is gone with what it had left.
    for (int i = 0; i < 3; ++i) {
      if (quotas.Take(id, 100) == Quotas::Taken::kYes) ++admitted;
    }
  }
  EXPECT_LE(admitted, 100);
  EXPECT_GT(admitted, 0);
}

TEST_F(ClientsTest, TheCatalogueSaysWhatIsSharedWithWhom) {
  const std::string one =
      Create("census.province", {Share(kGet, {kAll}, {"census"}), Share(kList, {}, {"census"})})
          .value()
          .name();
  const std::string two =
      Create("pension.province", {Share(kGet, {kFull}, {"pension"})}).value().name();
  GrantRow grant;
  grant.id = ids_.Next();
  grant.holder_kind = HolderKind::kClient;
  grant.holder_id = base::ParseName(one, "clients").value();
  grant.role = "department_client";
  grant.organization_id = 7;
  grant.starts_at = grant.created_at = clock_.Now() - absl::Seconds(1);
  grant.creator = "accounts/1";
  ASSERT_THAT(database_->Transact(
                  absl::Now() + absl::Seconds(5),
                  [&](sql::Session& session) { return grant_store::Insert(session, grant); }),
              IsOk());
  v1::GetSharingCatalogueRequest request;
  request.set_page_size(2);
  auto page = client_.GetSharingCatalogue(server_.As("inspector", 0, 3), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->entries_size(), 2);
  EXPECT_EQ(page->entries(0).client(), one);
  EXPECT_EQ(page->entries(0).department(), "省统计局");
  EXPECT_EQ(page->entries(0).share().method(), kGet);
  EXPECT_EQ(page->entries(0).share().legal_basis(), "政务数据共享条例 第十五条");
  ASSERT_EQ(page->entries(0).organizations_size(), 1);
  EXPECT_EQ(page->entries(0).organizations(0), "organizations/7");
  EXPECT_EQ(page->entries(1).share().method(), kList);
  request.set_page_token(page->next_page_token());
  page = client_.GetSharingCatalogue(server_.As("inspector", 0, 3), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->entries_size(), 1);
  EXPECT_EQ(page->entries(0).client(), two);
  EXPECT_EQ(page->next_page_token(), "");
  request.set_page_token("forged");
  EXPECT_THAT(client_.GetSharingCatalogue(server_.As("inspector", 0, 3), request),
              HasReason("PAGE_TOKEN_INVALID"));
}

}  // namespace
}  // namespace ronghe::gateway::access
