// How much does a member pay a month, and which rate says so (4.1)?
//
// The whole base takes the rate of the bracket that it falls into (C-01); some categories pay a
// fixed amount. Rates are versioned data, chosen by the first day that they are to hold for.
// Amounts are fen, rates hundredths of a per cent.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_RATES_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_RATES_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

enum class DuesCategory : int32_t {
  kSalary = 1,
  kAnnualSalary = 2,
  kIrregular = 3,
  kRetired = 4,
  kFarmer = 5,
  kStudent = 6,
  kUnemployed = 7,
  kRelief = 8,
  kMinimumLiving = 9,
};
std::optional<DuesCategory> DuesCategoryOf(int32_t code);

// How an amount that is no whole number of fen is rounded (C-22).
enum class Rounding : int32_t { kFenHalfUp = 1, kJiaoHalfUp = 2, kJiaoUp = 3 };

inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// The rate of bases up to and including `up_to_fen`.
struct Bracket {
  int64_t up_to_fen = kNoLimit;
  int32_t rate_bp = 0;
};

// A category has brackets, or a fixed amount between a least and a greatest one.
struct CategoryRate {
  std::vector<Bracket> brackets;
  int64_t fixed_fen = 0;
  int64_t fixed_min_fen = 0;
  int64_t fixed_max_fen = 0;
};

// An item of income, and whether it is part of the base.
struct BaseItem {
  std::string code;  // "POST_WAGE"
  std::string title;
  bool counts = false;
  std::string rule_id;
};

// One version.
struct DuesRates {
  std::string name;  // "dues_rates/2008-04-01"
  std::string source;
  absl::CivilDay effective_from;
  int64_t cap_fen = 0;  // C-03
  Rounding rounding = Rounding::kFenHalfUp;
  std::map<DuesCategory, CategoryRate> categories;
  std::map<std::string, BaseItem, std::less<>> items;
};

// All versions, the oldest first.
class DuesRateBook {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when there is no version, two begin on one day, a
  // category is missing, brackets do not rise to kNoLimit, or a fixed amount lies outside its
  // bounds.
  static absl::StatusOr<DuesRateBook> Create(std::vector<DuesRates> versions);

  // The version in force on `day`; the oldest before that.
  const DuesRates& On(absl::CivilDay day) const;

 private:
  explicit DuesRateBook(std::vector<DuesRates> versions) : versions_(std::move(versions)) {}
  std::vector<DuesRates> versions_;
};

// What a monthly amount is reckoned from: a base, or the items that it is the sum of; for farmers
// the province's amount.
struct DuesBase {
  DuesCategory category = DuesCategory::kSalary;
  int64_t base_fen = 0;
  std::vector<std::pair<std::string, int64_t>> items;
  int64_t fixed_fen = 0;
};

struct MonthlyDues {
  int64_t base_fen = 0;
  int32_t rate_bp = 0;
  int64_t amount_fen = 0;
  bool capped = false;  // C-03

  friend bool operator==(const MonthlyDues&, const MonthlyDues&) = default;
};

// Errors: INVALID_ARGUMENT DUES_BASE_REQUIRED without a base where there is no fixed amount,
// DUES_BASE_ITEM_UNKNOWN; FAILED_PRECONDITION DUES_BASE_ITEM_EXCLUDED,
// DUES_FIXED_AMOUNT_OUT_OF_RANGE.
absl::StatusOr<MonthlyDues> ReckonDues(const DuesRates& rates, const DuesBase& base);

// `part_bp` hundredths of a per cent of an amount, rounded half up to whole fen; 0 of a negative
// amount.
int64_t PartOf(int64_t amount_fen, int32_t part_bp);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_RATES_H_
