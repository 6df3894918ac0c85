// What is somebody told whose request waits for a second person, or who may not decide one?
#ifndef RONGHE_COMMON_APPROVAL_ERRORS_H_
#define RONGHE_COMMON_APPROVAL_ERRORS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/approval/store.h"

namespace ronghe::approval {

// "services/meeting/approvals/12".
std::string Name(std::string_view source, int64_t id);

// To the requester; each names the approval. FAILED_PRECONDITION APPROVAL_REQUIRED: waits, or was
// approved this moment; APPROVAL_EXPIRED: the one of `expired` is void, the row is a new one;
// APPROVAL_REJECTED: ask differently, or the one who refused.
absl::Status Required(std::string_view source, const Row& row);
absl::Status Renewed(std::string_view source, const Row& row, int64_t expired);
absl::Status Rejected(std::string_view source, const Row& row);

// To the decider. NOT_FOUND APPROVAL_NOT_FOUND.
absl::Status NotFound(std::string_view name);
// FAILED_PRECONDITION APPROVAL_OWN_REQUEST.
absl::Status OwnRequest();
// FAILED_PRECONDITION APPROVAL_DECIDED.
absl::Status Decided(const Row& row);
// FAILED_PRECONDITION APPROVAL_EXPIRED.
absl::Status Expired(const Row& row);

}  // namespace ronghe::approval

#endif  // RONGHE_COMMON_APPROVAL_ERRORS_H_
