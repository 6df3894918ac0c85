// How is a transfer refused where no figure of a rule book says so?
//
// Reasons are stable; none carries personal data.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_ERRORS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/transfer/transfer.h"

namespace ronghe::membership {

// NOT_FOUND
absl::Status TransferNotFound(int64_t id);

// FAILED_PRECONDITION
// The step does not follow the state.
absl::Status TransferStateInvalid(TransferState state);
// A member, the unit or the person has an open transfer.
absl::Status TransferOpen();
// Both sides are below one committee.
absl::Status TransferNotNeeded(int64_t committee_id);
// Members move between committees by transfer only (`rule`: M-08).
absl::Status TransferRequired(const Rule& rule);
// No committee above the organization may transfer directly (`rule`: M-08).
absl::Status TransferNoCommittee(const Rule& rule, TransferSide side);
// The receiver was revoked: redirect or withdraw.
absl::Status TransferReceiverRevoked(int64_t organization_id);
// The member is not of normal standing (suspended, left or deceased).
absl::Status TransferMemberNotNormal(int64_t member_id);
// The member belongs below the sending committee no longer.
absl::Status TransferMemberMoved(int64_t member_id);
// The histories of so many members of the unit are still being written.
absl::Status TransferUnitPending(int64_t members);
// The unit stands elsewhere by now.
absl::Status TransferUnitMoved(int64_t unit_id);
// The particulars of the person from outside were deleted when the letter expired.
absl::Status TransferPersonGone();
absl::Status LetterNotIssued();

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_ERRORS_H_
