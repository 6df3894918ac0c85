#include "services/membership/domain/organization/unit.h"

#include "common/base/civil.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr int kBase = 31;
constexpr int kWeightBase = 3;
constexpr size_t kLength = 18;

}  // namespace

std::optional<char> CreditCodeCheckCharacter(std::string_view first17) {
  if (first17.size() != kLength - 1) return std::nullopt;
  int sum = 0;
  int weight = 1;
  for (const char c : first17) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    sum += static_cast<int>(value) * weight;
    weight = weight * kWeightBase % kBase;
  }
  return kAlphabet[static_cast<size_t>((kBase - sum % kBase) % kBase)];
}

absl::Status CheckCreditCode(std::string_view code) {
  if (code.size() != kLength) return CreditCodeInvalid();
  const std::optional<char> check = CreditCodeCheckCharacter(code.substr(0, kLength - 1));
  return check && *check == code.back() ? absl::OkStatus() : CreditCodeInvalid();
}

bool LastsMonths(absl::CivilDay first, std::optional<absl::CivilDay> last, int months) {
  return !last || base::AddMonths(first, months) <= *last + 1;
}

}  // namespace ronghe::membership
