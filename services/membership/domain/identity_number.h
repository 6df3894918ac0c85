// Is this a resident identity number (公民身份号码, GB 11643-1999), and what does it say?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_IDENTITY_NUMBER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_IDENTITY_NUMBER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// What a valid number says.
struct IdentityNumber {
  std::string text;  // 18 characters, 'x' written as 'X'
  absl::CivilDay birth_date;
  Gender gender = Gender::kUnknown;  // the 17th digit: odd male, even female
};

// The check character of the first 17 digits: the weighted sum modulo 11, mapped by GB 11643.
// `digits` must be 17 digits.
char IdentityCheckCharacter(std::string_view digits);

// Reads a number; spaces around it are ignored. `today` bounds the date of birth from above.
//
// Errors: INVALID_ARGUMENT IDENTITY_NUMBER_INVALID with metadata `cause`: LENGTH (15-digit numbers
// are not accepted), CHARACTER, REGION (no such province), BIRTH_DATE, CHECK_CHARACTER. The number
// itself is in no error.
absl::StatusOr<IdentityNumber> ParseIdentityNumber(std::string_view text, absl::CivilDay today);

// "110105********002X": the first six and the last four characters. Anything shorter than ten
// characters is masked whole.
std::string MaskIdentityNumber(std::string_view number);

// True for a mobile number: 11 digits, the first 1, the second 3 to 9.
bool IsMobileNumber(std::string_view text);

// "138****0000". Anything but a mobile number is masked whole.
std::string MaskMobileNumber(std::string_view number);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_IDENTITY_NUMBER_H_
