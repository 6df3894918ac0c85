#include "services/membership/domain/dues/rates.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

constexpr int64_t kWhole = 10'000;  // hundredths of a per cent
constexpr int64_t kJiao = 10;       // fen

absl::Status CheckBrackets(std::string_view where, const std::vector<Bracket>& brackets) {
  int64_t below = 0;
  for (const Bracket& bracket : brackets) {
    if (bracket.up_to_fen <= below || bracket.rate_bp < 1 || bracket.rate_bp > kWhole) {
      return RulesInvalid(base::Cat(where, ": brackets do not rise"));
    }
    below = bracket.up_to_fen;
  }
  if (below != kNoLimit) return RulesInvalid(base::Cat(where, ": the last bracket ends"));
  return absl::OkStatus();
}

absl::Status CheckVersion(const DuesRates& rates) {
  if (rates.cap_fen < 1) return RulesInvalid(base::Cat(rates.name, ": no ceiling"));
  for (int32_t code = 1; DuesCategoryOf(code); ++code) {
    const std::string where = base::Cat(rates.name, " category ", code);
    const auto found = rates.categories.find(*DuesCategoryOf(code));
    if (found == rates.categories.end()) return RulesInvalid(base::Cat(where, ": missing"));
    const CategoryRate& rate = found->second;
    if (!rate.brackets.empty()) {
      RONGHE_RETURN_IF_ERROR(CheckBrackets(where, rate.brackets));
    } else if (rate.fixed_min_fen < 1 || rate.fixed_fen < rate.fixed_min_fen ||
               rate.fixed_fen > rate.fixed_max_fen) {
      return RulesInvalid(base::Cat(where, ": the fixed amount is out of bounds"));
    }
  }
  return absl::OkStatus();
}

// base × rate, rounded as the version says.
int64_t Round(int64_t base_fen, int32_t rate_bp, Rounding rounding) {
  const int64_t exact = base_fen * rate_bp;  // in 1/10,000 fen
  switch (rounding) {
    case Rounding::kJiaoHalfUp:
      return (exact + kWhole * kJiao / 2) / (kWhole * kJiao) * kJiao;
    case Rounding::kJiaoUp:
      return (exact + kWhole * kJiao - 1) / (kWhole * kJiao) * kJiao;
    case Rounding::kFenHalfUp:
      break;
  }
  return (exact + kWhole / 2) / kWhole;
}

absl::StatusOr<int64_t> SumOfItems(const DuesRates& rates, const DuesBase& base) {
  int64_t sum = 0;
  for (const auto& [code, amount] : base.items) {
    const auto item = rates.items.find(code);
    if (item == rates.items.end()) return DuesBaseItemUnknown(code);
    if (!item->second.counts) return DuesBaseItemExcluded(rates, item->second);
    sum += amount;
  }
  return sum;
}

}  // namespace

std::optional<DuesCategory> DuesCategoryOf(int32_t code) {
  if (code < 1 || code > static_cast<int32_t>(DuesCategory::kMinimumLiving)) return std::nullopt;
  return static_cast<DuesCategory>(code);
}

absl::StatusOr<DuesRateBook> DuesRateBook::Create(std::vector<DuesRates> versions) {
  if (versions.empty()) return RulesInvalid("no version");
  std::sort(versions.begin(), versions.end(), [](const DuesRates& a, const DuesRates& b) {
    return a.effective_from < b.effective_from;
  });
  for (size_t i = 0; i < versions.size(); ++i) {
    if (i > 0 && versions[i].effective_from == versions[i - 1].effective_from) {
      return RulesInvalid(base::Cat(versions[i].name, ": begins on the day of another version"));
    }
    RONGHE_RETURN_IF_ERROR(CheckVersion(versions[i]));
  }
  return DuesRateBook(std::move(versions));
}

const DuesRates& DuesRateBook::On(absl::CivilDay day) const {
  const DuesRates* found = &versions_.front();
  for (const DuesRates& version : versions_) {
    if (version.effective_from <= day) found = &version;
  }
  return *found;
}

absl::StatusOr<MonthlyDues> ReckonDues(const DuesRates& rates, const DuesBase& base) {
  const CategoryRate& rate = rates.categories.at(base.category);
  if (rate.brackets.empty()) {
    const int64_t amount = base.fixed_fen == 0 ? rate.fixed_fen : base.fixed_fen;
    if (amount < rate.fixed_min_fen || amount > rate.fixed_max_fen) {
      return DuesFixedAmountOutOfRange(rates, rate, amount);
    }
    return MonthlyDues{.amount_fen = amount};
  }
  int64_t base_fen = base.base_fen;
  if (!base.items.empty()) {
    RONGHE_ASSIGN_OR_RETURN(base_fen, SumOfItems(rates, base));
  }
  if (base_fen < 1) return DuesBaseRequired();
  const auto bracket =
      std::find_if(rate.brackets.begin(), rate.brackets.end(),
                   [base_fen](const Bracket& one) { return base_fen <= one.up_to_fen; });
  const int64_t amount = Round(base_fen, bracket->rate_bp, rates.rounding);
  return MonthlyDues{.base_fen = base_fen,
                     .rate_bp = bracket->rate_bp,
                     .amount_fen = std::min(amount, rates.cap_fen),
                     .capped = amount > rates.cap_fen};
}

int64_t PartOf(int64_t amount_fen, int32_t part_bp) {
  if (amount_fen <= 0) return 0;
  // Split so that no amount overflows.
  return amount_fen / kWhole * part_bp + (amount_fen % kWhole * part_bp + kWhole / 2) / kWhole;
}

}  // namespace ronghe::membership
