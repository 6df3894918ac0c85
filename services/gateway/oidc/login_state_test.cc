#include "services/gateway/oidc/login_state.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::gateway::oidc {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

class LoginStateTest : public testing::Test {
 protected:
  crypto::KeyStore keys_{crypto::KeyRing::ForTesting(crypto::Suite::kSm)};
  const crypto::FieldCipher cipher_{keys_};
};

TEST_F(LoginStateTest, ComesBackAsItWent) {
  const LoginState login = NewLoginState("/members?x=1", kNow);
  const auto back = Open(cipher_, *Seal(cipher_, login), login.state, kNow + absl::Minutes(9));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->nonce, login.nonce);
  EXPECT_EQ(back->verifier, login.verifier);
  EXPECT_EQ(back->return_to, "/members?x=1");
}

TEST_F(LoginStateTest, IsNeverTheSameTwice) {
  const LoginState one = NewLoginState("/", kNow), other = NewLoginState("/", kNow);
  EXPECT_NE(one.state, other.state);
  EXPECT_NE(one.nonce, other.nonce);
  EXPECT_NE(one.verifier, other.verifier);
  EXPECT_NE(one.state, one.nonce);
}

TEST_F(LoginStateTest, RefusesAnotherSignInALateOneAndWhatIsNone) {
  const LoginState login = NewLoginState("/", kNow);
  const std::string sealed = *Seal(cipher_, login);
  EXPECT_EQ(error::Reason(Open(cipher_, sealed, "another", kNow).status()), "LOGIN_STATE_INVALID");
  EXPECT_FALSE(Open(cipher_, sealed, "", kNow).ok());
  EXPECT_FALSE(Open(cipher_, sealed, login.state, kNow + kLoginLife).ok());
  EXPECT_FALSE(Open(cipher_, "", login.state, kNow).ok());
  EXPECT_FALSE(Open(cipher_, "no base64!", login.state, kNow).ok());
  std::string changed = sealed;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(Open(cipher_, changed, login.state, kNow).ok());
}

TEST_F(LoginStateTest, LeadsNowhereElse) {
  for (const char* elsewhere : {"//evil.example", "/\\evil.example", "https://evil.example", "",
                                "/a\r\nSet-Cookie: x=1", "javascript:alert(1)", "/\xe5\x85\x9a"}) {
    EXPECT_EQ(NewLoginState(elsewhere, kNow).return_to, "/") << elsewhere;
  }
  EXPECT_EQ(NewLoginState(std::string(600, '/'), kNow).return_to, "/");
}

}  // namespace
}  // namespace ronghe::gateway::oidc
