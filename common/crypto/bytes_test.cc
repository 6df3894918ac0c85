#include "common/crypto/bytes.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

TEST(BytesTest, Sm3GivesTheSamplesOfTheStandard) {
  // GB/T 32905-2016, appendix A.
  EXPECT_EQ(HexEncode(Sm3("abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  std::string text;
  for (int i = 0; i < 16; ++i) text += "abcd";
  EXPECT_EQ(HexEncode(Sm3(text)),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  EXPECT_EQ(HexEncode(Hash(Suite::kSm, "abc")), HexEncode(Sm3("abc")));
}

TEST(BytesTest, Sha256GivesTheSamplesOfTheStandard) {
  // FIPS 180-4.
  EXPECT_EQ(HexEncode(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexEncode(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hash(Suite::kAes, "abc"), Sha256("abc"));
}

TEST(BytesTest, HmacGivesPublishedResults) {
  // RFC 4231, case 2, and the same key and text with SM3 as libgcrypt's own test has it.
  EXPECT_EQ(HexEncode(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HexEncode(HmacSm3("Jefe", "what do ya want for nothing?")),
            "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882");
  // RFC 4231, case 6: a key longer than a block.
  EXPECT_EQ(HexEncode(Hmac(Suite::kAes, std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(BytesTest, RandomBytesDiffer) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(33).size(), 33u);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

TEST(BytesTest, Base64UrlHasOneSpelling) {
  for (const char* plain : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd", "党"}) {
    auto decoded = Base64UrlDecode(Base64UrlEncode(plain));
    ASSERT_TRUE(decoded.ok()) << plain;
    EXPECT_EQ(*decoded, plain);
  }
  EXPECT_EQ(Base64UrlEncode("\xfb\xff\xfe"), "-__-");
  for (const char* text : {"Zg==", "Zg=", "Zh", "Z", "+//+", "Zm 9v", "Zm9v\n", "Zm9v.", "Zm9vY"}) {
    EXPECT_EQ(error::Reason(Base64UrlDecode(text).status()), "BASE64_INVALID") << text;
  }
}

TEST(BytesTest, ComparesWholeTexts) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abcd"));
}

TEST(BytesTest, WipeClearsTheWholeBuffer) {
  std::string secret = "a secret that is long enough to live on the heap";
  secret.resize(8);
  const char* data = secret.data();
  size_t capacity = secret.capacity();
  Wipe(secret);
  EXPECT_TRUE(secret.empty());
  ASSERT_EQ(secret.data(), data);
  for (size_t i = 0; i < capacity; ++i) ASSERT_EQ(data[i], '\0') << i;
}

TEST(BytesTest, SecretsMoveAndCopy) {
  Secret a("0123456789");
  Secret b = a;
  EXPECT_EQ(b.view(), "0123456789");
  Secret c = std::move(a);
  EXPECT_EQ(c.view(), "0123456789");
  b = Secret("x");
  EXPECT_EQ(b.view(), "x");
  c = b;
  EXPECT_EQ(c.view(), "x");
}

}  // namespace
}  // namespace ronghe::crypto
