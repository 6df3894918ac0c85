#include "services/membership/domain/dues/standard.h"

#include <algorithm>

#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {

Month FirstMonthOfYear(absl::civil_year_t year, absl::CivilDay joined_on) {
  return std::max(Month(year, 1), Month(joined_on));
}

const Standard* StandardIn(std::span<const Standard> year, Month month) {
  for (const Standard& one : year) {
    if (one.Holds(month)) return &one;
  }
  return nullptr;
}

StandardPlan Overlay(std::span<const Standard> year, Standard next) {
  StandardPlan plan;
  int32_t revision = 0;
  for (const Standard& one : year) revision = std::max(revision, one.revision + 1);
  next.revision = revision++;
  plan.added.push_back(next);
  for (const Standard& one : year) {
    if (one.to < next.from || one.from > next.to || one.to < one.from) continue;
    plan.cut.emplace_back(one.revision, std::max(next.from, one.from) - 1);
    if (one.to > next.to) {
      Standard rest = one;
      rest.revision = revision++;
      rest.from = next.to + 1;
      plan.added.push_back(rest);
    }
  }
  return plan;
}

absl::StatusOr<StandardPlan> PlanStandardChange(std::span<const Standard> year,
                                                DuesCategory category, const MonthlyDues& dues,
                                                ChangeReason reason, absl::CivilDay today) {
  if (reason == ChangeReason::kNone) return DuesChangeReasonRequired();
  const Month from = Month(today) + 1;
  if (year.empty() && from.year() != today.year()) return DuesChangeTooLate(from);
  Month last = from - 1;
  for (const Standard& one : year) last = std::max(last, one.to);
  const Standard* const held = StandardIn(year, std::min(from, last));
  if (held == nullptr || last < from) return DuesStandardMissing(from);
  if (held->category == category && held->dues == dues) return DuesStandardUnchanged();
  return Overlay(year, {.kind = StandardKind::kChanged,
                        .category = category,
                        .dues = dues,
                        .from = from,
                        .to = last,
                        .reason = reason});
}

absl::StatusOr<StandardPlan> PlanReduction(std::span<const Standard> year, int64_t amount_fen,
                                           Month from, Month to) {
  const Standard* first = nullptr;
  for (Month month = from; month <= to; ++month) {
    const Standard* const held = StandardIn(year, month);
    if (held == nullptr) return DuesStandardMissing(month);
    if (held->dues.amount_fen <= amount_fen) {
      return DuesReductionNotLower(held->dues.amount_fen, amount_fen);
    }
    if (first == nullptr) first = held;
  }
  if (first == nullptr) return DuesStandardMissing(from);
  Standard reduced = *first;
  reduced.kind = amount_fen == 0 ? StandardKind::kWaived : StandardKind::kReduced;
  reduced.dues.amount_fen = amount_fen;
  reduced.dues.capped = false;
  reduced.from = from;
  reduced.to = to;
  reduced.reason = ChangeReason::kNone;
  return Overlay(year, reduced);
}

}  // namespace ronghe::membership
