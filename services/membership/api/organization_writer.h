// How does an organization come to be and end, whoever decided it?
//
// Every path to it (direct entry, a founding case, a split, a merger) comes here, so that code,
// row, event and everything that hangs on the organization always change together.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_WRITER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_WRITER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/service/write.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/term_store.h"

namespace ronghe::membership {

// Inserts the organization that `row` describes under its parent (0: as a root) and gives it an id
// and the next code there.
//
// Errors: NOT_FOUND; those of CheckPlace and ChildCode; ORGANIZATION_REVOKED of the parent.
absl::Status FoundOrganization(service::WriteTx& tx, const OrganizationRules& rules,
                               OrganizationRow& row);

// Revokes a locked organization on `day`, and ends what it can't have any more: posts held in it,
// its term and an election under way, its standing in units, Party work in it.
absl::Status EndOrganization(service::WriteTx& tx, OrganizationRow& row, absl::CivilDay day);

// Writes a term that ended on `day` (or where it began later, on that day), drops its deadlines.
absl::Status EndTerm(service::WriteTx& tx, TermRow& term, absl::CivilDay day);

// Puts a locked organization under another parent, which may hold its kind.
absl::Status Reparent(service::WriteTx& tx, OrganizationRow& row, int64_t parent_id);

// Locks the tree and both organizations, and puts `id` with everything below it under `parent_id`.
// Under its own parent it stays as it is. An empty etag is not checked. The caller has authorized
// both, and writes the audit row.
//
// Errors: NOT_FOUND; ETAG_MISMATCH; ORGANIZATION_REVOKED; ORGANIZATION_MOVE_CYCLE;
// ORGANIZATION_TOO_DEEP; ORGANIZATION_KIND_NOT_ALLOWED.
absl::StatusOr<OrganizationRow> MoveUnder(service::WriteTx& tx, const MembershipTree& tree,
                                          const OrganizationRules& rules, int64_t id,
                                          int64_t parent_id, std::string_view etag = {});

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_WRITER_H_
