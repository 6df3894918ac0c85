#include "services/membership/domain/identity_number.h"

#include <algorithm>
#include <array>

#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::string_view kCheckCharacters = "10X98765432";

// Province prefixes of GB/T 2260. Codes below them change; old ones stay in old numbers.
constexpr std::array<int, 34> kProvinces = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34,
                                            35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
                                            53, 54, 61, 62, 63, 64, 65, 71, 81, 82};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int Number(std::string_view digits) {
  int number = 0;
  for (char c : digits) number = number * 10 + (c - '0');
  return number;
}

}  // namespace

char IdentityCheckCharacter(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += (digits[i] - '0') * kWeights[i];
  return kCheckCharacters[sum % 11];
}

absl::StatusOr<IdentityNumber> ParseIdentityNumber(std::string_view text, absl::CivilDay today) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.size() != 18) return IdentityNumberInvalid("LENGTH");
  IdentityNumber number{.text = std::string(text), .birth_date = {}};
  if (number.text.back() == 'x') number.text.back() = 'X';
  const std::string_view digits = std::string_view(number.text).substr(0, 17);
  if (!std::all_of(digits.begin(), digits.end(), IsDigit) ||
      (!IsDigit(number.text.back()) && number.text.back() != 'X')) {
    return IdentityNumberInvalid("CHARACTER");
  }
  const int province = Number(digits.substr(0, 2));
  if (std::find(kProvinces.begin(), kProvinces.end(), province) == kProvinces.end()) {
    return IdentityNumberInvalid("REGION");
  }
  const int year = Number(digits.substr(6, 4));
  const int month = Number(digits.substr(10, 2));
  const int day = Number(digits.substr(12, 2));
  number.birth_date = absl::CivilDay(year, month, day);
  if (number.birth_date.year() != year || number.birth_date.month() != month ||
      number.birth_date.day() != day || year < 1900 || number.birth_date > today) {
    return IdentityNumberInvalid("BIRTH_DATE");
  }
  if (IdentityCheckCharacter(digits) != number.text.back()) {
    return IdentityNumberInvalid("CHECK_CHARACTER");
  }
  number.gender = (digits[16] - '0') % 2 == 1 ? Gender::kMale : Gender::kFemale;
  return number;
}

std::string MaskIdentityNumber(std::string_view number) {
  std::string masked(number);
  const size_t from = number.size() < 10 ? 0 : 6;
  const size_t to = number.size() < 10 ? number.size() : number.size() - 4;
  std::fill(masked.begin() + from, masked.begin() + to, '*');
  return masked;
}

bool IsMobileNumber(std::string_view text) {
  return text.size() == 11 && std::all_of(text.begin(), text.end(), IsDigit) && text[0] == '1' &&
         text[1] >= '3';
}

std::string MaskMobileNumber(std::string_view number) {
  std::string masked(number);
  const bool mobile = IsMobileNumber(number);
  std::fill(masked.begin() + (mobile ? 3 : 0), mobile ? masked.begin() + 7 : masked.end(), '*');
  return masked;
}

}  // namespace ronghe::membership
