#include "services/gateway/oidc/claims.h"

#include <nlohmann/json.hpp>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::gateway::oidc {
namespace {

using Json = nlohmann::json;

constexpr int64_t kNow = 1'795'000'000;
const Expected kExpected{"https://id.example", "ronghe", absl::FromUnixSeconds(kNow)};

Json Good() {
  return {{"iss", "https://id.example"}, {"aud", "ronghe"}, {"iat", kNow - 5},
          {"exp", kNow + 300},           {"sub", "p-1"},    {"nonce", "n-1"}};
}

Json GoodLogout() {
  Json claims = Good();
  claims.erase("nonce");
  claims["jti"] = "j-1";
  claims["events"] = {{"http://schemas.openid.net/event/backchannel-logout", Json::object()}};
  return claims;
}

std::string ClaimOf(const absl::Status& status) {
  for (const auto& [key, value] : error::AllMetadata(status)) {
    if (key == "claim") return value;
  }
  return {};
}

TEST(IdToken, NamesThePerson) {
  Json claims = Good();
  claims["sid"] = "s-1";
  claims["amr"] = {"pwd", "otp"};
  const auto identity = ReadIdToken(claims.dump(), kExpected, "n-1");
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->subject, "p-1");
  EXPECT_EQ(identity->session, "s-1");
  EXPECT_TRUE(identity->second_factor);
}

TEST(IdToken, KnowsWhenOnlyAPasswordWasUsed) {
  Json claims = Good();
  EXPECT_FALSE(ReadIdToken(claims.dump(), kExpected, "n-1")->second_factor);
  claims["amr"] = {"pwd"};
  EXPECT_FALSE(ReadIdToken(claims.dump(), kExpected, "n-1")->second_factor);
  claims["amr"] = "mfa";
  EXPECT_FALSE(ReadIdToken(claims.dump(), kExpected, "n-1")->second_factor);
}

struct WrongClaim {
  const char* claim;
  Json patch;
};

TEST(IdToken, RefusesEachWrongClaim) {
  const WrongClaim wrongs[] = {
      {"iss", {{"iss", "https://elsewhere.example"}}},
      {"iss", {{"iss", nullptr}}},
      {"aud", {{"aud", "another"}}},
      {"aud", {{"aud", {"another"}}}},
      {"aud", {{"aud", nullptr}}},
      {"azp", {{"azp", "another"}}},
      {"azp", {{"aud", {"ronghe", "another"}}}},
      {"iat", {{"iat", kNow - 3600}}},
      {"iat", {{"iat", kNow + 3600}}},
      {"iat", {{"iat", "soon"}}},
      {"iat", {{"iat", 1e300}}},
      {"nbf", {{"nbf", kNow + 3600}}},
      {"exp", {{"exp", kNow - 100}}},
      {"exp", {{"exp", nullptr}}},
      {"nonce", {{"nonce", "n-2"}}},
      {"nonce", {{"nonce", nullptr}}},
      {"sub", {{"sub", nullptr}}},
      {"sub", {{"sub", std::string(256, 'x')}}},
      {"sid", {{"sid", std::string(256, 'x')}}},
  };
  for (const WrongClaim& wrong : wrongs) {
    Json claims = Good();
    claims.merge_patch(wrong.patch);
    const auto identity = ReadIdToken(claims.dump(), kExpected, "n-1");
    EXPECT_EQ(error::Reason(identity.status()), "ID_TOKEN_INVALID") << claims;
    EXPECT_EQ(ClaimOf(identity.status()), wrong.claim) << claims;
  }
}

TEST(IdToken, RefusesAnEmptyNonceOnBothSides) {
  Json claims = Good();
  claims["nonce"] = "";
  EXPECT_FALSE(ReadIdToken(claims.dump(), kExpected, "").ok());
}

TEST(IdToken, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[]", "1", "{", "null"}) {
    EXPECT_FALSE(ReadIdToken(text, kExpected, "n-1").ok()) << text;
  }
}

TEST(LogoutToken, NamesWhoMustGo) {
  Json claims = GoodLogout();
  claims["sid"] = "s-1";
  const auto logout = ReadLogoutToken(claims.dump(), "logout+jwt", kExpected);
  ASSERT_TRUE(logout.ok()) << logout.status();
  EXPECT_EQ(logout->id, "j-1");
  EXPECT_EQ(logout->subject, "p-1");
  EXPECT_EQ(logout->session, "s-1");
  EXPECT_EQ(logout->expires, absl::FromUnixSeconds(kNow + 300));
}

TEST(LogoutToken, RefusesEachWrongClaim) {
  const WrongClaim wrongs[] = {
      {"nonce", {{"nonce", "n-1"}}},
      {"events", {{"events", nullptr}}},
      {"events",
       {{"events",
         {{"http://schemas.openid.net/event/other", Json::object()},
          {"http://schemas.openid.net/event/backchannel-logout", nullptr}}}}},
      {"jti", {{"jti", nullptr}}},
      {"jti", {{"jti", std::string(256, 'x')}}},
      {"sub", {{"sub", nullptr}}},
      {"aud", {{"aud", "another"}}},
  };
  for (const WrongClaim& wrong : wrongs) {
    Json claims = GoodLogout();
    claims.merge_patch(wrong.patch);
    const auto logout = ReadLogoutToken(claims.dump(), "logout+jwt", kExpected);
    EXPECT_EQ(error::Reason(logout.status()), "LOGOUT_TOKEN_INVALID") << claims;
    EXPECT_EQ(ClaimOf(logout.status()), wrong.claim) << claims;
  }
}

TEST(LogoutToken, IsNoIdentityTokenAndTheOtherWayRound) {
  EXPECT_FALSE(ReadLogoutToken(Good().dump(), "JWT", kExpected).ok());
  EXPECT_FALSE(ReadIdToken(GoodLogout().dump(), kExpected, "n-1").ok());
  EXPECT_EQ(ClaimOf(ReadLogoutToken(GoodLogout().dump(), "at+jwt", kExpected).status()), "typ");
}

}  // namespace
}  // namespace ronghe::gateway::oidc
