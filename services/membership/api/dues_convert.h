// How do the rows of dues become messages, and requests become values?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DUES_CONVERT_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DUES_CONVERT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/call.h"
#include "ronghe/membership/v1/dues_bill.pb.h"
#include "ronghe/membership/v1/dues_payment.pb.h"
#include "ronghe/membership/v1/dues_standard.pb.h"
#include "ronghe/membership/v1/fund_request.pb.h"
#include "ronghe/membership/v1/ledger.pb.h"
#include "ronghe/membership/v1/remittance.pb.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/dues_payment_store.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/ledger_check_store.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/remittance_store.h"

namespace ronghe::membership {

v1::DuesStandard ToProto(const DuesStandardRow& row);
v1::DuesReduction ToProto(const DuesReductionRow& row);
v1::BillRun ToProto(const BillRunRow& row);
v1::DuesBill ToProto(const DuesBillRow& row);
v1::DuesBill ToProto(const NamedBillRow& row);
v1::DuesAccount ToProto(const DuesAccountRow& row);
v1::Arrears ToProto(const ArrearsRow& row);
v1::DuesMonth ToProto(const DuesMonthRow& row);
v1::DuesPayment ToProto(const DuesPaymentRow& row, std::span<const DuesAllocationRow> allocations);
v1::LedgerEntry ToProto(const LedgerEntryRow& row, std::span<const LedgerLineRow> lines);
v1::FundRequest ToProto(const FundRequestRow& row);
v1::Remittance ToProto(const RemittanceRow& row);
v1::RemittancePeriod ToProto(const RemittancePeriodRow& row);
v1::LedgerCheck ToProto(const LedgerCheckRow& row,
                        std::span<const LedgerDifferenceRow> differences);

// The base that a request gives. Errors: INVALID_ARGUMENT FIELD_INVALID for an unknown category.
absl::StatusOr<DuesBase> ReadBase(const v1::DuesBase& base);

// The month of a field. Errors: INVALID_ARGUMENT FIELD_INVALID.
absl::StatusOr<Month> ReadMonth(std::string_view text, std::string_view path);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DUES_CONVERT_H_
