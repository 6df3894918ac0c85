// Which months does a payment settle, and may it be taken at all (C-04, C-07, C-08, C-10, C-23)?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_PAYMENT_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_PAYMENT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/month.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

enum class BillState : int32_t {
  kBilled = 1,
  kPartial = 2,
  kPaid = 3,
  kWaived = 4,
  kReduced = 5,
};

enum class PaymentKind : int32_t { kRegular = 1, kVoluntary = 2, kCentral = 3 };
enum class PaymentState : int32_t { kRecorded = 1, kConfirmed = 2, kReversed = 3 };
enum class Payer : int32_t { kSelf = 1, kRelative = 2, kOtherMember = 3 };

// What is still owed for a month.
struct Owed {
  Month month;
  int64_t rest_fen = 0;
  bool billed = true;  // false: it would be paid ahead of its bill
};

// What a payment gives for a month.
struct Allocation {
  Month month;
  int64_t amount_fen = 0;
  bool settles = false;
  bool billed = true;

  friend bool operator==(const Allocation&, const Allocation&) = default;
};

struct PaymentRequest {
  int64_t amount_fen = 0;
  int32_t channel = 0;
  absl::CivilDay paid_on;
  std::optional<Month> month;  // the only month that it is for
  bool quarterly_consent = false;
};

// The last month that may be paid ahead on a day: the end of the quarter (C-07) or the months that
// a local rule allows (C-23), whichever is later.
Month PaidAheadLimit(const RuleSet& rules, absl::CivilDay paid_on);

// Whether dues may come by this channel (C-10).
//
// Errors: RuleRefused DUES_CHANNEL_BANNED.
absl::Status CheckChannel(const RuleSet& rules, int32_t channel, Guard& guard);

// Spreads a payment over `owed`: the unsettled months and those that may be paid ahead, in order of
// month, the oldest first. The rules applied are noted in `guard`.
//
// Errors: FAILED_PRECONDITION DUES_CHANNEL_BANNED (C-10); DUES_QUARTERLY_CONSENT (C-07);
// DUES_PREPAY_LIMIT (C-23) when more is paid than can be taken; for a named month
// DUES_BILL_SETTLED when `settled` says so, DUES_BILL_MISSING, DUES_AMOUNT_EXCEEDS.
absl::StatusOr<std::vector<Allocation>> Allocate(const RuleSet& rules,
                                                 const PaymentRequest& request,
                                                 std::span<const Owed> owed, bool month_settled,
                                                 Guard& guard);

// Whether a payment makes up months that lie further back than is normal (C-08); noted as a
// warning.
bool IsLateMakeUp(const RuleSet& rules, absl::CivilDay paid_on,
                  std::span<const Allocation> allocations, Guard& guard);

// Where a bill stands after `paid_fen` of `amount_fen` are paid; `reduced`: it was reduced.
BillState StateOfBill(int64_t amount_fen, int64_t paid_fen, bool reduced);

// A bill as the account of its member sees it.
struct BillLine {
  Month month;
  int64_t amount_fen = 0;
  int64_t paid_fen = 0;
  bool settled = false;
};

// What the bills of a member, by month, come to. A month is past when a later one is billed.
struct AccountFigures {
  std::optional<absl::CivilDay> paid_through;
  int32_t arrears_months = 0;
  int32_t unpaid_months = 0;
  int64_t arrears_fen = 0;
};
AccountFigures FiguresOf(std::span<const BillLine> bills);

// The greatest step of C-09 (3, 5, 6 months) that lies in (before, after]; 0: none.
int64_t StepReached(const Rule& steps, int32_t before, int32_t after);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_PAYMENT_H_
