// Who stands behind an organization in a transfer?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_PARTY_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_PARTY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {

struct TransferParty {
  OrganizationRow organization;
  // The nearest committee at or above it that may transfer directly (M-08); id 0: there is none.
  OrganizationRow committee;
  // The administrative division of the committee, or of the nearest organization above it that
  // says; empty: unknown.
  std::string region;
};

// Nothing when there is no such organization.
//
// Errors: those of sql::Session.
absl::StatusOr<std::optional<TransferParty>> FindParty(sql::Session& session, const RuleSet& rules,
                                                       int64_t organization_id);

// Whether a member may be moved between two branches without a transfer: both are below one
// committee, or one of them below none.
//
// Errors: TRANSFER_REQUIRED.
absl::Status CheckSameCommittee(sql::Session& session, const RuleSet& rules, int64_t from_id,
                                int64_t to_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_PARTY_H_
