#include "common/crypto/sm2.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/crypto/es256.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

// GB/T 32918.5-2017, annex A.2: signature on the recommended curve.
constexpr char kX[] = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020";
constexpr char kY[] = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
constexpr char kMessage[] = "message digest";
constexpr char kR[] = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
constexpr char kS[] = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

std::string StandardKeyPem() {
  const std::string der = absl::HexStringToBytes(
      absl::StrCat("3059301306072a8648ce3d020106082a811ccf5501822d03420004", kX, kY));
  return base::Cat("-----BEGIN PUBLIC KEY-----\n", absl::Base64Escape(der),
                   "\n-----END PUBLIC KEY-----\n");
}

TEST(Sm2Test, AcceptsTheSignatureOfTheStandard) {
  const auto verifier = Sm2Verifier::FromPem(StandardKeyPem());
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  const std::string signature = absl::HexStringToBytes(absl::StrCat(kR, kS));
  EXPECT_TRUE(verifier->Verify(kMessage, signature));
  EXPECT_FALSE(verifier->Verify("message digests", signature));
}

TEST(Sm2Test, SignsWhatItVerifies) {
  const Sm2Signer signer = Sm2Signer::Generate();
  for (size_t size : {0, 1, 31, 32, 1000}) {
    const std::string data = RandomBytes(size);
    const auto signature = signer.Sign(data);
    ASSERT_TRUE(signature.ok()) << signature.status();
    ASSERT_EQ(signature->size(), 64u);
    EXPECT_TRUE(signer.verifier().Verify(data, *signature));
    for (const size_t at : {size_t{0}, size_t{31}, size_t{32}, size_t{63}}) {
      std::string changed = *signature;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      EXPECT_FALSE(signer.verifier().Verify(data, changed));
    }
  }
}

TEST(Sm2Test, RefusesForeignAndMalformedSignatures) {
  const Sm2Signer signer = Sm2Signer::Generate();
  const Sm2Signer other = Sm2Signer::Generate();
  const std::string signature = signer.Sign("data").value();
  EXPECT_FALSE(other.verifier().Verify("data", signature));
  EXPECT_NE(other.key_id(), signer.key_id());
  EXPECT_FALSE(signer.verifier().Verify("data", signature.substr(1)));
  EXPECT_FALSE(signer.verifier().Verify("data", std::string(64, '\0')));
}

TEST(Sm2Test, KeysSurvivePemAndStayOnTheirCurve) {
  const Sm2Signer signer = Sm2Signer::Generate();
  const auto again = Sm2Signer::FromPem(signer.ToPem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->key_id(), signer.key_id());
  const auto verifier = Sm2Verifier::FromPem(signer.verifier().ToPem());
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_EQ(verifier->key_id(), signer.key_id());
  EXPECT_EQ(error::Reason(Sm2Signer::FromPem(Es256Signer::Generate().ToPem()).status()),
            "KEY_INVALID");
  EXPECT_EQ(error::Reason(Es256Signer::FromPem(signer.ToPem()).status()), "KEY_INVALID");
}

// The same signature, checked and made by the openssl command.
class OpensslTest : public ::testing::Test {
 protected:
  OpensslTest()
      : directory_(std::filesystem::temp_directory_path() /
                   base::Cat("sm2_test.", HexEncode(RandomBytes(8)))) {
    std::filesystem::create_directory(directory_);
  }
  ~OpensslTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  int Run(const std::string& arguments) const {
    return std::system(
        base::Cat("cd ", directory_.string(), " && openssl ", arguments, " >log 2>&1").c_str());
  }

  const std::filesystem::path directory_;
};

std::string DerOf(const std::string& signature) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  ECDSA_SIG* ecdsa = ECDSA_SIG_new();
  ECDSA_SIG_set0(ecdsa, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(ecdsa, &der);
  std::string result(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(ecdsa);
  return result;
}

TEST_F(OpensslTest, AgreesWithTheCommand) {
  const Sm2Signer signer = Sm2Signer::Generate();
  Write("public.pem", signer.verifier().ToPem());
  Write("data", "head 42");
  Write("signature", DerOf(signer.Sign("head 42").value()));
  EXPECT_EQ(Run("pkeyutl -verify -pubin -inkey public.pem -in data -rawin -digest sm3 -sigfile "
                "signature -pkeyopt distid:1234567812345678"),
            0)
      << Read("log");
  Write("data", "head 43");
  EXPECT_NE(Run("pkeyutl -verify -pubin -inkey public.pem -in data -rawin -digest sm3 -sigfile "
                "signature -pkeyopt distid:1234567812345678"),
            0);
}

TEST_F(OpensslTest, TakesAKeyOfTheCommand) {
  ASSERT_EQ(Run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out key.pem"), 0)
      << Read("log");
  ASSERT_EQ(::chmod(Path("key.pem").c_str(), 0600), 0);
  const auto signer = Sm2Signer::FromPemFile(Path("key.pem"));
  ASSERT_TRUE(signer.ok()) << signer.status();
  ASSERT_EQ(Run("pkey -in key.pem -pubout -out public.pem"), 0) << Read("log");
  const auto verifier = Sm2Verifier::FromPemFile(Path("public.pem"));
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_TRUE(verifier->Verify("x", signer->Sign("x").value()));
}

}  // namespace
}  // namespace ronghe::crypto
