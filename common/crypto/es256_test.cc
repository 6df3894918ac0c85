#include "common/crypto/es256.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::crypto {
namespace {

// RFC 7515, appendix A.3.
constexpr char kX[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr char kY[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr char kInput[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
    "LmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr char kSignature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string RfcKeyPem() {
  std::string der =
      absl::HexStringToBytes("3059301306072a8648ce3d020106082a8648ce3d03010703420004") +
      Base64UrlDecode(kX).value() + Base64UrlDecode(kY).value();
  return base::Cat("-----BEGIN PUBLIC KEY-----\n", absl::Base64Escape(der),
                   "\n-----END PUBLIC KEY-----\n");
}

TEST(Es256Test, AcceptsTheSignatureOfTheRfc) {
  auto verifier = Es256Verifier::FromPem(RfcKeyPem());
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  std::string signature = Base64UrlDecode(kSignature).value();
  EXPECT_TRUE(verifier->Verify(kInput, signature));
  EXPECT_FALSE(verifier->Verify(std::string(kInput) + "x", signature));
  // RFC 7638 says which members are hashed, in which order.
  EXPECT_EQ(verifier->key_id(),
            Base64UrlEncode(Sha256(
                base::Cat(R"({"crv":"P-256","kty":"EC","x":")", kX, R"(","y":")", kY, "\"}"))));
}

TEST(Es256Test, SignsWhatItVerifies) {
  Es256Signer signer = Es256Signer::Generate();
  for (int i = 0; i < 50; ++i) {
    std::string data = RandomBytes(static_cast<size_t>(i));
    auto signature = signer.Sign(data);
    ASSERT_TRUE(signature.ok());
    ASSERT_EQ(signature->size(), 64u);
    EXPECT_TRUE(signer.verifier().Verify(data, *signature));
    for (size_t at : {size_t{0}, size_t{31}, size_t{32}, size_t{63}}) {
      std::string changed = *signature;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      EXPECT_FALSE(signer.verifier().Verify(data, changed));
    }
  }
}

TEST(Es256Test, RefusesForeignAndMalformedSignatures) {
  Es256Signer signer = Es256Signer::Generate();
  Es256Signer other = Es256Signer::Generate();
  std::string signature = signer.Sign("data").value();
  EXPECT_FALSE(other.verifier().Verify("data", signature));
  EXPECT_NE(other.key_id(), signer.key_id());
  EXPECT_FALSE(signer.verifier().Verify("data", ""));
  EXPECT_FALSE(signer.verifier().Verify("data", signature.substr(1)));
  EXPECT_FALSE(signer.verifier().Verify("data", signature + "x"));
  EXPECT_FALSE(signer.verifier().Verify("data", std::string(64, '\0')));
  EXPECT_FALSE(signer.verifier().Verify("data", std::string(64, '\xff')));
}

TEST(Es256Test, KeysSurvivePem) {
  Es256Signer signer = Es256Signer::Generate();
  auto again = Es256Signer::FromPem(signer.ToPem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->key_id(), signer.key_id());
  auto verifier = Es256Verifier::FromPem(signer.verifier().ToPem());
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_TRUE(verifier->Verify("data", again->Sign("data").value()));
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

}  // namespace
}  // namespace ronghe::crypto
