// Which six digits does an authenticator show, and what do a new secret and its recovery codes look
// like? RFC 6238 over HMAC-SHA-1 with steps of 30 seconds, as every authenticator has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ronghe::gateway::access {

// The number of the half minute at `now`.
int64_t TotpStep(absl::Time now);

// The code of a step, with leading zeros.
std::string TotpCode(std::string_view secret, int64_t step, int digits = 6);

// The newest step, of the present one and `window` before and after it, whose code `code` is;
// nullopt when it is none of theirs. Takes the same time whichever it is.
std::optional<int64_t> MatchTotp(std::string_view secret, std::string_view code, absl::Time now,
                                 int64_t window);

// 160 random bits.
std::string NewTotpSecret();

// RFC 4648 section 6 without padding: how a secret is typed.
std::string Base32Encode(std::string_view bytes);

// What an authenticator reads from a square code.
std::string OtpauthUri(std::string_view secret, std::string_view login_name);

// 80 random bits as "ABCD-EFGH-IJKL-MNOP".
std::string NewRecoveryCode();

// What is stored of a recovery code of an account: 32 bytes, the same for any spelling by hyphens,
// spaces and case.
std::string RecoveryCodeHash(int64_t account_id, std::string_view code);

}  // namespace ronghe::gateway::access
