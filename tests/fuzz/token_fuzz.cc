// Tokens: of people and clients inside the house, of clients at its door, and statements of others.
// The first byte says which, and whether the input is a whole token or a payload that is signed.
#include "common/auth/token.h"
#include "common/crypto/bytes.h"
#include "common/crypto/jws.h"
#include "services/gateway/access/door/door_token.h"
#include "tests/fuzz/check.h"

namespace {

using ronghe::crypto::Base64UrlEncode;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'795'000'000);

struct Keys {
  ronghe::crypto::Es256Signer signer = ronghe::crypto::Es256Signer::Generate();
  std::unique_ptr<ronghe::auth::TokenVerifier> verifier =
      ronghe::auth::TokenVerifier::FromPem(signer.verifier().ToPem()).value();
  ronghe::gateway::access::DoorTokens door{signer, "https://ronghe.example"};
  ronghe::crypto::JwkSet set = ronghe::crypto::JwkSet::Parse(door.Jwks()).value();
};

std::string Sign(const Keys& keys, std::string_view type, std::string_view payload) {
  const std::string header = absl::StrCat(R"({"alg":"ES256","typ":")", std::string(type),
                                          R"(","kid":")", keys.signer.key_id(), R"("})");
  const std::string text = absl::StrCat(Base64UrlEncode(header), ".", Base64UrlEncode(payload));
  return absl::StrCat(text, ".", Base64UrlEncode(keys.signer.Sign(text).value()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Keys& keys = *new Keys;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'v': {
      const auto verified = keys.verifier->Verify(Sign(keys, "JWT", text), kNow);
      FUZZ_CHECK(!verified.ok() || !verified->subject.empty());
      break;
    }
    case 'd':
      keys.door.Open(Sign(keys, "at+jwt", text), "x5t", kNow).IgnoreError();
      break;
    case 'k':
      ronghe::crypto::JwkSet::Parse(text).IgnoreError();
      break;
    default:
      // Nobody but us can sign.
      FUZZ_CHECK(!keys.verifier->Verify(text, kNow).ok());
      FUZZ_CHECK(!keys.door.Open(text, "x5t", kNow).ok());
      FUZZ_CHECK(!keys.set.Verify(text).ok());
  }
  return 0;
}
