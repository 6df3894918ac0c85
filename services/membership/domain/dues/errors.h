// What can dues refuse, and what does it tell the user then?
//
// No refusal carries a name or a base.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "services/membership/domain/dues/ledger.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/domain/month.h"

namespace ronghe::membership {

// NOT_FOUND, one for each collection: "billRuns", "duesPayments", ...
absl::Status DuesNotFound(std::string_view collection, int64_t id);

// INVALID_ARGUMENT
absl::Status DuesBaseRequired();
absl::Status DuesBaseItemUnknown(std::string_view code);
absl::Status DuesChangeReasonRequired();

// FAILED_PRECONDITION: standards
absl::Status DuesBaseItemExcluded(const DuesRates& rates, const BaseItem& item);
absl::Status DuesFixedAmountOutOfRange(const DuesRates& rates, const CategoryRate& rate,
                                       int64_t amount_fen);
absl::Status DuesStandardExists(int64_t member_id, absl::civil_year_t year);
absl::Status DuesStandardMissing(Month month);
absl::Status DuesStandardUnchanged();
absl::Status DuesChangeTooLate(Month from);
absl::Status DuesReductionNotLower(int64_t held_fen, int64_t asked_fen);
absl::Status DuesReductionOpen();
absl::Status DuesReductionEnded();
absl::Status DuesOwnProposal();
absl::Status DuesNoCommittee();
absl::Status DuesTemporaryOrganization();
absl::Status DuesMemberElsewhere(int64_t member_id);

// FAILED_PRECONDITION: bills and payments
absl::Status BillRunActive(int64_t id);
absl::Status MonthInFuture(Month month);
absl::Status DuesBillSettled(Month month);
absl::Status DuesBillMissing(Month month);
absl::Status DuesAmountExceeds(int64_t rest_fen, int64_t amount_fen);
absl::Status DuesExternalNumberUsed();
absl::Status DuesNotFloating();
absl::Status DuesPaymentNotIn(std::string_view state);
absl::Status DuesPeriodClosed(Month month);

// FAILED_PRECONDITION: ledger
absl::Status LedgerUnbalanced(int64_t debit_fen, int64_t credit_fen);
absl::Status LedgerAccountNotOfFund(LedgerFund fund, LedgerAccount account);
absl::Status LedgerOverdrawn(LedgerAccount account, int64_t missing_fen);
absl::Status LedgerEntryReversed();
absl::Status LedgerEntryOfPayment();
absl::Status FundDecisionRequired();
absl::Status FundRequestDecided();
absl::Status FundRequestNoLevelAbove();

// FAILED_PRECONDITION: remittances and reports
absl::Status RemittancePeriodOverlaps(std::string_view period);
absl::Status RemittancePeriodNotOver(Month last);
absl::Status RemittanceChildrenOpen(int64_t organization_id);
absl::Status RemittanceNotOpen();
absl::Status RemittanceAmountDiffers(int64_t open_fen, int64_t received_fen);
absl::Status RemittancePeriodIsClosed();
// The sum below is not the sum above; `organization_id` is the first below that differs.
absl::Status RemittanceDifference(int64_t paid_fen, int64_t received_fen, int64_t organization_id);
absl::Status DuesReportPublished();
absl::Status DuesYearNotOver(absl::civil_year_t year);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_ERRORS_H_
