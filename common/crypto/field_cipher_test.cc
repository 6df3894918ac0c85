#include "common/crypto/field_cipher.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

constexpr char kNumber[] = "11010519491231002X";
constexpr char kPlace[] = "member.identity_number:12";

class FieldCipherTest : public ::testing::TestWithParam<Suite> {
 protected:
  KeyStore keys_{KeyRing::ForTesting(GetParam())};
  FieldCipher cipher_{keys_};
};

INSTANTIATE_TEST_SUITE_P(Suites, FieldCipherTest, ::testing::Values(Suite::kSm, Suite::kAes),
                         [](const auto& suite) {
                           return suite.param == Suite::kSm ? "Sm" : "Aes";
                         });

TEST_P(FieldCipherTest, DecryptsWhatItEncrypted) {
  for (const std::string& plain : {std::string(kNumber), std::string(), std::string(5000, 'x')}) {
    auto envelope = cipher_.Encrypt(plain, kPlace);
    ASSERT_TRUE(envelope.ok());
    EXPECT_EQ(envelope->size(), plain.size() + 31);
    EXPECT_EQ(FieldCipher::VersionOf(*envelope), 1u);
    auto decrypted = cipher_.Decrypt(*envelope, kPlace);
    ASSERT_TRUE(decrypted.ok()) << decrypted.status();
    EXPECT_EQ(*decrypted, plain);
  }
}

TEST_P(FieldCipherTest, EqualValuesGiveDifferentEnvelopes) {
  EXPECT_NE(cipher_.Encrypt(kNumber, kPlace).value(), cipher_.Encrypt(kNumber, kPlace).value());
}

TEST_P(FieldCipherTest, NoticesEveryChangedBit) {
  std::string envelope = cipher_.Encrypt(kNumber, kPlace).value();
  for (size_t i = 0; i < envelope.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = envelope;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_FALSE(cipher_.Decrypt(changed, kPlace).ok()) << i << "." << bit;
    }
  }
  EXPECT_TRUE(cipher_.Decrypt(envelope, kPlace).ok());
}

TEST_P(FieldCipherTest, NoticesEveryMissingOrAddedByte) {
  std::string envelope = cipher_.Encrypt(kNumber, kPlace).value();
  for (size_t size = 0; size < envelope.size(); ++size) {
    EXPECT_EQ(error::Reason(cipher_.Decrypt(envelope.substr(0, size), kPlace).status()),
              "ENVELOPE_INVALID");
  }
  EXPECT_EQ(cipher_.Decrypt(envelope + "x", kPlace).status().code(), absl::StatusCode::kDataLoss);
}

TEST_P(FieldCipherTest, AnEnvelopeBelongsToItsPlace) {
  std::string envelope = cipher_.Encrypt(kNumber, kPlace).value();
  EXPECT_EQ(error::Reason(cipher_.Decrypt(envelope, "member.identity_number:13").status()),
            "ENVELOPE_INVALID");
}

TEST_P(FieldCipherTest, NamesAnUnknownKeyVersion) {
  std::string envelope = cipher_.Encrypt(kNumber, kPlace).value();
  envelope[2] = 9;
  absl::Status status = cipher_.Decrypt(envelope, kPlace).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error::Reason(status), "KEY_VERSION_UNKNOWN");
  EXPECT_EQ(error::MetadataValue(status, "version"), "9");
}

TEST_P(FieldCipherTest, OtherSuiteDoesNotOpenIt) {
  std::string envelope = cipher_.Encrypt(kNumber, kPlace).value();
  KeyStore keys(KeyRing::ForTesting(GetParam() == Suite::kSm ? Suite::kAes : Suite::kSm));
  FieldCipher other(keys);
  EXPECT_EQ(error::Reason(other.Decrypt(envelope, kPlace).status()), "ENVELOPE_INVALID");
}

TEST_P(FieldCipherTest, BlindIndexIsKeyedAndKeepsColumnsApart) {
  BlindIndex index(keys_);
  EXPECT_EQ(index.Of(kNumber, "identity_number").size(), 32u);
  EXPECT_EQ(index.Of(kNumber, "identity_number"), BlindIndex(keys_).Of(kNumber, "identity_number"));
  EXPECT_NE(index.Of(kNumber, "identity_number"), index.Of(kNumber, "phone"));
  EXPECT_NE(index.Of("bc", "a"), index.Of("c", "ab"));
  EXPECT_NE(index.Of(kNumber, "identity_number"), Hash(GetParam(), kNumber));
  KeyStore keys(KeyRing::ForTesting(GetParam() == Suite::kSm ? Suite::kAes : Suite::kSm));
  BlindIndex other(keys);
  EXPECT_NE(index.Of(kNumber, "identity_number"), other.Of(kNumber, "identity_number"));
}

}  // namespace
}  // namespace ronghe::crypto
