#include "services/membership/api/transfer_party.h"

#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/transfer/errors.h"
#include "services/membership/domain/transfer/rules.h"

namespace ronghe::membership {
namespace {

CommitteeFacts FactsOf(const OrganizationRow& row) {
  return {.kind = row.kind,
          .can_approve_probationary = row.can_approve_probationary,
          .of_county = OfCountyOrAbove(row.level).value_or(false)};
}

}  // namespace

absl::StatusOr<std::optional<TransferParty>> FindParty(sql::Session& session, const RuleSet& rules,
                                                       int64_t organization_id) {
  TransferParty party;
  int64_t at = organization_id;
  for (int level = 0; at != 0 && level <= kMaxLevels && party.region.empty(); ++level) {
    const std::vector<int64_t> ids = {at};
    RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> rows, LoadOrganizations(session, ids));
    if (rows.empty()) break;
    OrganizationRow& row = rows.front();
    at = row.parent_id;
    if (level == 0) party.organization = row;
    if (party.committee.id == 0 && !row.revoked_on && MayTransferDirectly(rules, FactsOf(row))) {
      party.committee = row;
    }
    if (party.committee.id != 0) party.region = std::move(row.region_code);
  }
  if (party.organization.id == 0) return std::optional<TransferParty>();
  return std::optional<TransferParty>(std::move(party));
}

absl::Status CheckSameCommittee(sql::Session& session, const RuleSet& rules, int64_t from_id,
                                int64_t to_id) {
  if (from_id == to_id) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferParty> from,
                          FindParty(session, rules, from_id));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferParty> to, FindParty(session, rules, to_id));
  if (!from || !to || from->committee.id == 0 || to->committee.id == 0 ||
      from->committee.id == to->committee.id) {
    return absl::OkStatus();
  }
  return TransferRequired(rules.Get("transfer.committee_kinds"));
}

}  // namespace ronghe::membership
