// Which monthly amount holds in which months of a year, and how does it change (C-02, HARDSHIP)?
//
// The standards of a member and year are revisions that never overlap; an earlier one is cut short
// where a later one takes its place, and stays as history (a revision of no months when it never
// held).
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_STANDARD_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_STANDARD_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/domain/month.h"

namespace ronghe::membership {

enum class StandardKind : int32_t { kYearly = 1, kChanged = 2, kReduced = 3, kWaived = 4 };

// Why a standard changes within the year; 0: it does not.
enum class ChangeReason : int32_t {
  kNone = 0,
  kWageChanged = 1,
  kRetired = 2,
  kJobChanged = 3,
  kCorrected = 4,
};

// One revision of a member's standard in a year.
struct Standard {
  int32_t revision = 0;
  StandardKind kind = StandardKind::kYearly;
  DuesCategory category = DuesCategory::kSalary;
  MonthlyDues dues;
  Month from;
  Month to;  // before `from` when it never held
  ChangeReason reason = ChangeReason::kNone;

  bool Holds(Month month) const { return from <= month && month <= to; }
  friend bool operator==(const Standard&, const Standard&) = default;
};

// What a change does to the revisions of a year.
struct StandardPlan {
  std::vector<std::pair<int32_t, Month>> cut;  // revision and its new last month
  std::vector<Standard> added;
};

// The month from which a member of that joining day pays in a year: January, or the month of the
// vote (C-05).
Month FirstMonthOfYear(absl::civil_year_t year, absl::CivilDay joined_on);

// The revision that holds in `month`; null: none.
const Standard* StandardIn(std::span<const Standard> year, Month month);

// Lets `next` (its revision is set here) take the place of whatever holds from next.from to
// next.to. What held behind it goes on.
StandardPlan Overlay(std::span<const Standard> year, Standard next);

// A change from the month after `today` on; `year` holds the revisions of that month's year.
//
// Errors: FAILED_PRECONDITION DUES_STANDARD_MISSING, DUES_STANDARD_UNCHANGED,
// DUES_CHANGE_TOO_LATE in December when the next year's is not fixed yet; INVALID_ARGUMENT
// DUES_CHANGE_REASON_REQUIRED.
absl::StatusOr<StandardPlan> PlanStandardChange(std::span<const Standard> year,
                                                DuesCategory category, const MonthlyDues& dues,
                                                ChangeReason reason, absl::CivilDay today);

// A reduction to `amount_fen` (0: waived) in [from, to] of one year.
//
// Errors: FAILED_PRECONDITION DUES_STANDARD_MISSING when a month has none,
// DUES_REDUCTION_NOT_LOWER when a month pays no more already.
absl::StatusOr<StandardPlan> PlanReduction(std::span<const Standard> year, int64_t amount_fen,
                                           Month from, Month to);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_STANDARD_H_
