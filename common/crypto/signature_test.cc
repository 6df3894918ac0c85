#include "common/crypto/signature.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

// What holds for both.
template <class Pair>
class SignatureTest : public ::testing::Test {};
struct Es256 {
  using Signer = Es256Signer;
  using Verifier = Es256Verifier;
};
struct Sm2 {
  using Signer = Sm2Signer;
  using Verifier = Sm2Verifier;
};
using Both = ::testing::Types<Es256, Sm2>;
TYPED_TEST_SUITE(SignatureTest, Both);

TYPED_TEST(SignatureTest, SignsWhatItVerifies) {
  const auto signer = TypeParam::Signer::Generate();
  for (const size_t size : {0, 1, 31, 32, 33, 49, 1000}) {
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

TYPED_TEST(SignatureTest, RefusesForeignAndMalformedSignatures) {
  const auto signer = TypeParam::Signer::Generate();
  const auto other = TypeParam::Signer::Generate();
  const std::string signature = signer.Sign("data").value();
  EXPECT_FALSE(other.verifier().Verify("data", signature));
  EXPECT_NE(other.key_id(), signer.key_id());
  for (const std::string& malformed : {std::string(), signature.substr(1), signature + "x",
                                       std::string(64, '\0'), std::string(64, '\xff')}) {
    EXPECT_FALSE(signer.verifier().Verify("data", malformed));
  }
}

TYPED_TEST(SignatureTest, KeysSurvivePem) {
  const auto signer = TypeParam::Signer::Generate();
  const auto again = TypeParam::Signer::FromPem(signer.ToPem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->key_id(), signer.key_id());
  const auto verifier = TypeParam::Verifier::FromPem(signer.verifier().ToPem());
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_EQ(verifier->key_id(), signer.key_id());
  EXPECT_TRUE(verifier->Verify("data", again->Sign("data").value()));
}

TEST(CurveTest, KeysStayOnTheirCurve) {
  const std::string es256 = Es256Signer::Generate().ToPem();
  const std::string sm2 = Sm2Signer::Generate().ToPem();
  EXPECT_EQ(error::Reason(Sm2Signer::FromPem(es256).status()), "KEY_INVALID");
  EXPECT_EQ(error::Reason(Es256Signer::FromPem(sm2).status()), "KEY_INVALID");
}

// RFC 7515, appendix A.3.
constexpr char kRfcX[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr char kRfcY[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr char kRfcInput[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
    "LmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr char kRfcSignature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string RfcKeyPem() {
  std::string der =
      absl::HexStringToBytes("3059301306072a8648ce3d020106082a8648ce3d03010703420004") +
      Base64UrlDecode(kRfcX).value() + Base64UrlDecode(kRfcY).value();
  return base::Cat("-----BEGIN PUBLIC KEY-----\n", absl::Base64Escape(der),
                   "\n-----END PUBLIC KEY-----\n");
}

TEST(Es256Test, AcceptsTheSignatureOfTheRfc) {
  auto verifier = Es256Verifier::FromPem(RfcKeyPem());
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  std::string signature = Base64UrlDecode(kRfcSignature).value();
  EXPECT_TRUE(verifier->Verify(kRfcInput, signature));
  EXPECT_FALSE(verifier->Verify(std::string(kRfcInput) + "x", signature));
  // RFC 7638 says which members are hashed, in which order.
  EXPECT_EQ(verifier->key_id(),
            Base64UrlEncode(Sha256(base::Cat(R"({"crv":"P-256","kty":"EC","x":")", kRfcX,
                                             R"(","y":")", kRfcY, "\"}"))));
}

TEST(Es256Test, KeyFilesMustBePrivate) {
  std::string path = base::Cat(::testing::TempDir(), "es256_test_", getpid());
  Es256Signer signer = Es256Signer::Generate();
  std::ofstream(path) << signer.ToPem();
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(error::Reason(Es256Signer::FromPemFile(path).status()), "SECRET_EXPOSED");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  auto loaded = Es256Signer::FromPemFile(path);
  unlink(path.c_str());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->key_id(), signer.key_id());
  EXPECT_EQ(error::Reason(Es256Verifier::FromPemFile(path).status()), "FILE_UNREADABLE");
}

TEST(Es256Test, RefusesOtherKeys) {
  // A P-384 key, and things that are no key.
  const char* kP384 =
      "-----BEGIN PUBLIC KEY-----\n"
      "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE7+h/2uN5y+mbflNKbo7l6Fxg+PNP5QM0\n"
      "mRfBLh+Pbk5JFyXgugnbRkuki4/up9lmzasE1MKvsMCzlEhYSJh41cLGhCaRsKTR\n"
      "CuBi0WaQvVWqdLK74I+YXW4zaypvZx5J\n"
      "-----END PUBLIC KEY-----\n";
  for (const std::string& pem : {std::string(kP384), std::string("nonsense"), std::string()}) {
    EXPECT_EQ(error::Reason(Es256Verifier::FromPem(pem).status()), "KEY_INVALID") << pem;
    EXPECT_EQ(error::Reason(Es256Signer::FromPem(pem).status()), "KEY_INVALID") << pem;
  }
  EXPECT_EQ(
      error::Reason(Es256Signer::FromPem(Es256Signer::Generate().verifier().ToPem()).status()),
      "KEY_INVALID");
}

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
