// Which SQL runs on dues_payment, dues_allocation and dues_receipt: what did members pay?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_PAYMENT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_PAYMENT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/dues/payment.h"

namespace ronghe::membership {

struct DuesPaymentRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  PaymentKind kind = PaymentKind::kRegular;
  int32_t channel = 0;
  Payer payer = Payer::kSelf;
  int64_t amount_fen = 0;
  absl::CivilDay paid_on;
  std::optional<std::string> external_number;
  std::string receipt_number;
  PaymentState state = PaymentState::kRecorded;
  bool late_make_up = false;
  std::string recorded_by;
  std::string confirmed_by;
  absl::Time create_time;
  absl::Time update_time;
};

struct DuesAllocationRow {
  int64_t payment_id = 0;
  int32_t month = 0;
  int64_t member_id = 0;
  int64_t amount_fen = 0;
  bool settled = false;
};

// Errors: ALREADY_EXISTS when the channel has the external number.
absl::Status InsertPayment(sql::Session& session, const DuesPaymentRow& row);
absl::Status InsertAllocations(sql::Session& session, std::span<const DuesAllocationRow> rows);
// Errors: NOT_FOUND.
absl::StatusOr<DuesPaymentRow> LoadPayment(sql::Session& session, int64_t id);
absl::StatusOr<DuesPaymentRow> LockPayment(sql::Session& session, int64_t id);
absl::Status UpdatePaymentState(sql::Session& session, const DuesPaymentRow& row);
absl::StatusOr<std::optional<DuesPaymentRow>> PaymentByExternal(sql::Session& session,
                                                                int32_t channel,
                                                                std::string_view external_number);
// Payments that an organization collected, before `before_id`, the newest first.
absl::StatusOr<std::vector<DuesPaymentRow>> PaymentsOf(sql::Session& session,
                                                       int64_t organization_id, int64_t before_id,
                                                       int32_t limit);
// The allocations of payments, by payment and month. At most 256 payments.
absl::StatusOr<std::vector<DuesAllocationRow>> AllocationsOf(sql::Session& session,
                                                             std::span<const int64_t> payment_ids);

// The next receipt number of an organization in a year, from 1; numbers have no gaps.
absl::StatusOr<int32_t> NextReceipt(sql::Session& session, int64_t organization_id, int32_t year);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_PAYMENT_STORE_H_
