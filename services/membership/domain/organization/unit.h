// Is a unified social credit code (GB 32100-2015) right, and how long does a site last?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_UNIT_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_UNIT_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// The check character of the first 17 characters; nothing when one is outside the alphabet (digits
// and capital letters without I, O, S, V, Z) or there are not 17.
std::optional<char> CreditCodeCheckCharacter(std::string_view first17);

// Errors: INVALID_ARGUMENT CREDIT_CODE_INVALID unless `code` has 18 characters of the alphabet and
// the last one checks.
absl::Status CheckCreditCode(std::string_view code);

// Whether days from `first` to `last` (the last one counted; absent: no end is planned) come to at
// least `months` months.
bool LastsMonths(absl::CivilDay first, std::optional<absl::CivilDay> last, int months);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_UNIT_H_
