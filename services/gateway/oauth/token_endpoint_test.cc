// Who gets a token, and what is it worth?
#include "services/gateway/oauth/token_endpoint.h"

#include <map>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "services/gateway/access/testing/clients_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using Json = nlohmann::json;

class TokenEndpointTest : public ClientsFixture {
 protected:
  http::PlainRequest Request(const std::string& body) {
    http::PlainRequest request;
    request.method = "POST";
    request.path = "/oauth2/token";
    request.headers["content-type"] = "application/x-www-form-urlencoded";
    request.body = body;
    request.peer = "10.0.0.7";
    request.certificate = {"der", kThumbprint, "census.province"};
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
    static const sql::Query<CountRow> kCount(
        "token_endpoint_test.audit_rows",
        "SELECT COUNT(*) FROM audit WHERE result = ? AND method = '/oauth2/token'");
    return Count(kCount, result);
  }

  oauth::TokenEndpoint endpoint_{{*database_, ids_, clock_, tokens_, refusals_}};
  int jti_ = 0;
};

TEST_F(TokenEndpointTest, SecretsAndKeysOverlapForAsLongAsAsked) {
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

TEST_F(TokenEndpointTest, RefusesEveryBadAssertion) {
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

TEST_F(TokenEndpointTest, WantsOneProofOverTlsWithTheCertificate) {
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

TEST_F(TokenEndpointTest, SlowsDownWhoeverHammersIt) {
  std::string last;
  for (int i = 0; i < 30; ++i) {
    auto request = SecretRequest("clients/1", "wrong");
    clock_.Advance(absl::Seconds(-1));
    last = Ask(request);
  }
  EXPECT_EQ(last, "429 temporarily_unavailable");
}

TEST_F(TokenEndpointTest, ATokenIsWorthItsCertificateItsTimeAndItsClient) {
  const std::string name =
      Create("census.province", {Share(kGet, {kAll}, {"census"})}).value().name();
  const int64_t id = base::ParseName(name, "clients").value();
  const std::string token = Ask(SecretRequest(name, Secret(name)));
  const auto credential = door_.Open(token, kThumbprint, clock_.Now());
  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ(credential->principal.subject, name);
  ASSERT_NE(credential->terms, nullptr);
  EXPECT_THAT(door_.Open(token, "thumb-two", clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  EXPECT_THAT(door_.Open(token, "", clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  EXPECT_THAT(door_.Open(token, kThumbprint, clock_.Now() + absl::Minutes(11)),
              HasReason("CLIENT_TOKEN_EXPIRED"));
  std::string tampered = token;
  tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_THAT(door_.Open(tampered, kThumbprint, clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  // Of another house's key, and of ours for another issuer.
  const DoorTokens foreign(crypto::Es256Signer::Generate(), kIssuer);
  EXPECT_THAT(
      door_.Open(foreign.Mint(id, kThumbprint, clock_.Now()).value(), kThumbprint, clock_.Now()),
      HasReason("CLIENT_TOKEN_INVALID"));
  for (const char* text : {"", ".", "..", "a.b.c", "a.b"}) {
    EXPECT_THAT(door_.Open(text, kThumbprint, clock_.Now()), HasReason("CLIENT_TOKEN_INVALID"));
  }
  EXPECT_THAT(door_.Open(std::string(10'000, '.'), kThumbprint, clock_.Now()),
              HasReason("CLIENT_TOKEN_INVALID"));

  v1::UpdateClientRequest pin;
  pin.mutable_client()->set_name(name);
  pin.mutable_client()->add_certificate_thumbprints(std::string(43, 'A'));
  pin.mutable_update_mask()->add_paths("certificate_thumbprints");
  ASSERT_THAT(client_.UpdateClient(Security(), pin), IsOk());
  EXPECT_THAT(door_.Open(token, kThumbprint, clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  pin.mutable_client()->clear_certificate_thumbprints();
  ASSERT_THAT(client_.UpdateClient(Security(), pin), IsOk());
  EXPECT_THAT(door_.Open(token, kThumbprint, clock_.Now()), IsOk());
  ASSERT_THAT(Suspend(name), IsOk());
  EXPECT_THAT(door_.Open(token, kThumbprint, clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  v1::ResumeClientRequest resume;
  resume.set_name(name);
  ASSERT_THAT(client_.ResumeClient(Security(), resume), IsOk());
  EXPECT_THAT(client_.ResumeClient(Security(), resume), HasReason("CLIENT_NOT_SUSPENDED"));
  EXPECT_THAT(door_.Open(token, kThumbprint, clock_.Now()), IsOk());
  v1::DisableClientRequest disable;
  disable.set_name(name);
  ASSERT_THAT(client_.DisableClient(Security(), disable), IsOk());
  EXPECT_THAT(door_.Open(token, kThumbprint, clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  EXPECT_THAT(Suspend(name), HasReason("CLIENT_STRUCK_OFF"));
}

}  // namespace
}  // namespace ronghe::gateway::access
