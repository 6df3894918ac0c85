#include "common/crypto/jws.h"

#include <cjose/cjose.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

using Json = nlohmann::json;

// Somebody else's key pair.
class Signer {
 public:
  Signer(cjose_jwk_t* key, std::string id) : key_(key, cjose_jwk_release), id_(std::move(id)) {
    cjose_err error = {};
    if (!id_.empty()) cjose_jwk_set_kid(key, id_.data(), id_.size(), &error);
  }
  static Signer Ec(std::string id) {
    cjose_err error = {};
    return {cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error), std::move(id)};
  }
  static Signer Rsa(std::string id, size_t bits = 2048) {
    cjose_err error = {};
    return {cjose_jwk_create_RSA_random(bits, nullptr, 0, &error), std::move(id)};
  }

  Json Public(bool with_private = false) const {
    cjose_err error = {};
    char* text = cjose_jwk_to_json(key_.get(), with_private, &error);
    Json json = Json::parse(text);
    std::free(text);
    return json;
  }

  std::string Sign(std::string_view payload, const char* algorithm,
                   std::vector<std::pair<std::string, std::string>> headers = {}) const {
    cjose_err error = {};
    cjose_header_t* header = cjose_header_new(&error);
    cjose_header_set(header, "alg", algorithm, &error);
    if (!id_.empty()) cjose_header_set(header, "kid", id_.c_str(), &error);
    for (const auto& [name, value] : headers) {
      cjose_header_set(header, name.c_str(), value.c_str(), &error);
    }
    cjose_jws_t* jws =
        cjose_jws_sign(key_.get(), header, reinterpret_cast<const uint8_t*>(payload.data()),
                       payload.size(), &error);
    const char* compact = nullptr;
    cjose_jws_export(jws, &compact, &error);
    std::string result(compact);
    cjose_jws_release(jws);
    cjose_header_release(header);
    return result;
  }

 private:
  std::unique_ptr<_cjose_jwk_int, bool (*)(cjose_jwk_t*)> key_;
  std::string id_;
};

std::string SetOf(const std::vector<Json>& keys) { return Json{{"keys", keys}}.dump(); }

std::string ReasonOf(const absl::StatusOr<Jws>& result) { return error::Reason(result.status()); }

class JwsTest : public testing::Test {
 protected:
  const Signer ec_ = Signer::Ec("ec-1");
  const Signer rsa_ = Signer::Rsa("rsa-1");
  const JwkSet keys_ = *JwkSet::Parse(SetOf({ec_.Public(), rsa_.Public()}));
};

TEST_F(JwsTest, VerifiesEachAlgorithm) {
  for (const auto& [signer, algorithm] :
       {std::pair(&ec_, "ES256"), std::pair(&rsa_, "RS256"), std::pair(&rsa_, "PS256")}) {
    const auto jws = keys_.Verify(signer->Sign("{\"sub\":\"1\"}", algorithm, {{"typ", "JWT"}}));
    ASSERT_TRUE(jws.ok()) << algorithm << ": " << jws.status();
    EXPECT_EQ(jws->algorithm, algorithm);
    EXPECT_EQ(jws->type, "JWT");
    EXPECT_EQ(jws->payload, "{\"sub\":\"1\"}");
  }
}

TEST_F(JwsTest, RefusesAnUnknownKeyByItsOwnReason) {
  EXPECT_EQ(ReasonOf(keys_.Verify(Signer::Ec("ec-2").Sign("{}", "ES256"))), "JWS_KEY_UNKNOWN");
}

TEST_F(JwsTest, RefusesAnotherKeyUnderAKnownId) {
  EXPECT_EQ(ReasonOf(keys_.Verify(Signer::Ec("ec-1").Sign("{}", "ES256"))), "JWS_INVALID");
}

TEST_F(JwsTest, RefusesNoneAndSwappedAlgorithms) {
  const std::string payload = Base64UrlEncode("{}");
  const std::string none =
      base::Cat(Base64UrlEncode(R"({"alg":"none","kid":"ec-1"})"), ".", payload, ".");
  EXPECT_EQ(ReasonOf(keys_.Verify(none)), "JWS_INVALID");
  // HMAC with the public key's text as the secret.
  const std::string head =
      base::Cat(Base64UrlEncode(R"({"alg":"HS256","kid":"rsa-1"})"), ".", payload);
  const std::string hs =
      base::Cat(head, ".", Base64UrlEncode(HmacSha256(rsa_.Public().dump(), head)));
  EXPECT_EQ(ReasonOf(keys_.Verify(hs)), "JWS_INVALID");
}

TEST_F(JwsTest, RefusesAnAlgorithmThatTheKeyIsNotFor) {
  Json only = rsa_.Public();
  only["alg"] = "PS256";
  const JwkSet keys = *JwkSet::Parse(SetOf({only}));
  EXPECT_TRUE(keys.Verify(rsa_.Sign("{}", "PS256")).ok());
  EXPECT_EQ(ReasonOf(keys.Verify(rsa_.Sign("{}", "RS256"))), "JWS_INVALID");
}

TEST_F(JwsTest, RefusesATamperedPayloadAndSignature) {
  const std::string good = ec_.Sign("{\"sub\":\"1\"}", "ES256");
  const size_t first = good.find('.');
  const size_t second = good.rfind('.');
  EXPECT_EQ(
      ReasonOf(keys_.Verify(base::Cat(good.substr(0, first + 1), Base64UrlEncode("{\"sub\":\"2\"}"),
                                      good.substr(second)))),
      "JWS_INVALID");
  EXPECT_EQ(ReasonOf(keys_.Verify(good.substr(0, second + 1))), "JWS_INVALID");
  EXPECT_EQ(ReasonOf(keys_.Verify(good + "A")), "JWS_INVALID");
}

TEST_F(JwsTest, RefusesWhatIsNoStatement) {
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("a.b"), std::string("a.b.c.d"),
        std::string("\xff\xfe.."), std::string(kMaxJwsBytes + 1, 'a')}) {
    EXPECT_EQ(ReasonOf(keys_.Verify(text)), "JWS_INVALID");
  }
}

TEST_F(JwsTest, RefusesExtensionsThatMustBeUnderstood) {
  EXPECT_EQ(ReasonOf(keys_.Verify(ec_.Sign("{}", "ES256", {{"crit", "exp"}}))), "JWS_INVALID");
}

TEST_F(JwsTest, NeedsAKeyIdWhereThereAreSeveralKeys) {
  const Signer unnamed = Signer::Ec("");
  const JwkSet one = *JwkSet::Parse(SetOf({unnamed.Public()}));
  EXPECT_TRUE(one.Verify(unnamed.Sign("{}", "ES256")).ok());
  const JwkSet two = *JwkSet::Parse(SetOf({unnamed.Public(), rsa_.Public()}));
  EXPECT_EQ(ReasonOf(two.Verify(unnamed.Sign("{}", "ES256"))), "JWS_INVALID");
}

TEST_F(JwsTest, RefusesKeysThatNobodyShouldHandOut) {
  for (const std::string& set :
       {SetOf({ec_.Public(true)}), SetOf({Json{{"kty", "oct"}, {"k", "c2VjcmV0"}}}),
        SetOf({Signer::Rsa("weak", 1024).Public()}), SetOf({}), std::string("[]"),
        std::string("{\"keys\":1}"), std::string("no json")}) {
    EXPECT_EQ(error::Reason(JwkSet::Parse(set).status()), "KEY_INVALID") << set;
  }
}

TEST_F(JwsTest, LeavesOutKeysForOtherThings) {
  Json encryption = rsa_.Public();
  encryption["use"] = "enc";
  encryption["kid"] = "enc-1";
  EXPECT_EQ(JwkSet::Parse(SetOf({ec_.Public(), encryption}))->size(), 1u);
}

}  // namespace
}  // namespace ronghe::crypto
