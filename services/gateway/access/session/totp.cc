#include "services/gateway/access/session/totp.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"

namespace ronghe::gateway::access {
namespace {

constexpr int64_t kStepSeconds = 30;
constexpr size_t kSecretBytes = 20;
constexpr size_t kRecoveryBytes = 10;
constexpr char kIssuer[] = "ronghe";

}  // namespace

int64_t TotpStep(absl::Time now) { return absl::ToUnixSeconds(now) / kStepSeconds; }

std::string TotpCode(std::string_view secret, int64_t step, int digits) {
  std::string counter(8, '\0');
  for (int i = 7; i >= 0; --i, step >>= 8)
    counter[static_cast<size_t>(i)] = static_cast<char>(step);
  const std::string mac = crypto::HmacSha1(secret, counter);
  const auto byte = [&mac](size_t i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(mac[i]));
  };
  // RFC 4226 section 5.3: 31 bits from where the last four bits say.
  const size_t at = byte(19) & 0xf;
  const uint32_t bits =
      (byte(at) & 0x7f) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  uint32_t modulus = 1;
  for (int i = 0; i < digits; ++i) modulus *= 10;
  std::string code = absl::StrCat(bits % modulus);
  code.insert(0, static_cast<size_t>(digits) - code.size(), '0');
  return code;
}

std::optional<int64_t> MatchTotp(std::string_view secret, std::string_view code, absl::Time now,
                                 int64_t window) {
  const int64_t present = TotpStep(now);
  std::optional<int64_t> match;
  for (int64_t step = present - window; step <= present + window; ++step) {
    if (crypto::ConstantTimeEqual(TotpCode(secret, step), code)) match = step;
  }
  return match;
}

std::string NewTotpSecret() { return crypto::RandomBytes(kSecretBytes); }

std::string Base32Encode(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(c);
    for (held += 8; held >= 5; held -= 5) text.push_back(kAlphabet[bits >> (held - 5) & 0x1f]);
  }
  if (held > 0) text.push_back(kAlphabet[bits << (5 - held) & 0x1f]);
  return text;
}

std::string OtpauthUri(std::string_view secret, std::string_view login_name) {
  // A login name has no character that needs an escape.
  return base::Cat("otpauth://totp/", kIssuer, ":", login_name, "?secret=", Base32Encode(secret),
                   "&issuer=", kIssuer, "&algorithm=SHA1&digits=6&period=30");
}

std::string NewRecoveryCode() {
  std::string code = Base32Encode(crypto::RandomBytes(kRecoveryBytes));
  for (size_t at = 12; at > 0; at -= 4) code.insert(at, 1, '-');
  return code;
}

std::string RecoveryCodeHash(int64_t account_id, std::string_view code) {
  std::string plain = absl::StrCat("recovery_code:", account_id, ":");
  for (const char c : code) {
    if (c != '-' && c != ' ') plain.push_back(absl::ascii_toupper(static_cast<uint8_t>(c)));
  }
  std::string hash = crypto::Sha256(plain);
  crypto::Wipe(plain);
  return hash;
}

}  // namespace ronghe::gateway::access
