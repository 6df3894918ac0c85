#include "services/gateway/access/session/totp.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "services/gateway/access/testing/base32.h"

namespace ronghe::gateway::access {
namespace {

// RFC 6238 appendix B, the rows of SHA-1.
struct Vector {
  int64_t seconds;
  const char* code;
};
constexpr Vector kVectors[] = {
    {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
    {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"},
};
constexpr char kSecret[] = "12345678901234567890";

class Rfc6238AppendixB : public ::testing::TestWithParam<Vector> {};

TEST_P(Rfc6238AppendixB, Sha1) {
  const absl::Time now = absl::FromUnixSeconds(GetParam().seconds);
  EXPECT_EQ(TotpCode(kSecret, TotpStep(now), 8), GetParam().code);
  EXPECT_EQ(TotpCode(kSecret, TotpStep(now)), std::string(GetParam().code).substr(2));
  EXPECT_EQ(MatchTotp(kSecret, TotpCode(kSecret, TotpStep(now)), now, 0), TotpStep(now));
}

INSTANTIATE_TEST_SUITE_P(Rfc6238, Rfc6238AppendixB, ::testing::ValuesIn(kVectors),
                         [](const auto& row) { return absl::StrCat("T", row.param.seconds); });

// RFC 4226 appendix D: the counters 0 to 9.
TEST(TotpTest, Rfc4226AppendixD) {
  const char* const codes[] = {"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
  for (int64_t counter = 0; counter < 10; ++counter) {
    EXPECT_EQ(TotpCode(kSecret, counter), codes[counter]) << counter;
  }
}

TEST(TotpTest, AWindowIsCountedInSteps) {
  const absl::Time now = absl::FromUnixSeconds(1111111109);
  const int64_t step = TotpStep(now);
  for (int64_t window = 0; window <= 2; ++window) {
    for (int64_t off = -3; off <= 3; ++off) {
      const auto match = MatchTotp(kSecret, TotpCode(kSecret, step + off), now, window);
      EXPECT_EQ(match.has_value(), off >= -window && off <= window) << window << " " << off;
      EXPECT_EQ(match.value_or(step + off), step + off);
    }
  }
  EXPECT_FALSE(MatchTotp(kSecret, "", now, 1).has_value());
  EXPECT_FALSE(MatchTotp(kSecret, "07081804", now, 1).has_value());
}

// RFC 4648 section 10.
TEST(TotpTest, Rfc4648Base32) {
  EXPECT_EQ(Base32Encode(""), "");
  EXPECT_EQ(Base32Encode("f"), "MY");
  EXPECT_EQ(Base32Encode("fo"), "MZXQ");
  EXPECT_EQ(Base32Encode("foo"), "MZXW6");
  EXPECT_EQ(Base32Encode("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32Encode("fooba"), "MZXW6YTB");
  EXPECT_EQ(Base32Encode("foobar"), "MZXW6YTBOI");
  for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(Base32Decode(Base32Encode(text)), text);
  }
  EXPECT_FALSE(Base32Decode("MZ1W6").has_value());
  EXPECT_FALSE(Base32Decode("mzxw6").has_value());
}

TEST(TotpTest, RecoveryCodesAreSpelledFreelyAndBoundToTheirAccount) {
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) all.insert(NewRecoveryCode());
  EXPECT_EQ(all.size(), 1000u);
  const std::string code = *all.begin();
  EXPECT_EQ(code.size(), 19u);
  EXPECT_EQ(RecoveryCodeHash(7, code),
            RecoveryCodeHash(7, absl::AsciiStrToLower(absl::StrReplaceAll(code, {{"-", " "}}))));
  EXPECT_NE(RecoveryCodeHash(7, code), RecoveryCodeHash(8, code));
  EXPECT_EQ(NewTotpSecret().size(), 20u);
}

}  // namespace
}  // namespace ronghe::gateway::access
