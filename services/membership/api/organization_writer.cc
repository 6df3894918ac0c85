#include "services/membership/api/organization_writer.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/status_macros.h"
#include "common/rpc/etag.h"
#include "services/membership/api/post_writer.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/organization_change_store.h"
#include "services/membership/store/party_worker_store.h"
#include "services/membership/store/unit_store.h"

namespace ronghe::membership {
namespace {

absl::Status TakeRootCode(sql::Session& session, const OrganizationRules& rules,
                          OrganizationRow& row) {
  RONGHE_RETURN_IF_ERROR(CheckPlace(rules, row.kind, 0));
  RONGHE_ASSIGN_OR_RETURN(const int32_t number, LockTree(session));
  RONGHE_ASSIGN_OR_RETURN(row.code, ChildCode("", number));
  return TakeRootNumber(session);
}

absl::Status TakeChildCode(sql::Session& session, const OrganizationRules& rules,
                           OrganizationRow& row) {
  RONGHE_ASSIGN_OR_RETURN(const OrganizationRow parent, LockOrganization(session, row.parent_id));
  if (parent.revoked_on) return OrganizationRevoked(parent.id);
  RONGHE_RETURN_IF_ERROR(CheckPlace(rules, row.kind, parent.kind));
  RONGHE_ASSIGN_OR_RETURN(row.code, ChildCode(parent.code, parent.next_child));
  return TakeChildNumber(session, parent.id);
}

absl::Status WriteRow(service::WriteTx& tx, OrganizationRow& row, const char* changed_field) {
  ++row.etag;
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateOrganization(tx.session(), row));
  tx.Emit(OrganizationEvent(row, {changed_field}));
  return absl::OkStatus();
}

absl::Status EndPostsIn(service::WriteTx& tx, int64_t organization_id, absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<PostRow> posts, LockPostsIn(tx.session(), organization_id));
  for (PostRow& post : posts) RONGHE_RETURN_IF_ERROR(EndPost(tx, post, day));
  return absl::OkStatus();
}

absl::Status EndOffice(service::WriteTx& tx, int64_t organization_id, absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<TermRow> term,
                          LockRunningTerm(tx.session(), organization_id));
  if (term) RONGHE_RETURN_IF_ERROR(EndTerm(tx, *term, day));
  RONGHE_ASSIGN_OR_RETURN(std::optional<CommitteeElectionRow> election,
                          LockOpenElection(tx.session(), organization_id));
  if (!election) return absl::OkStatus();
  election->state = ElectionState::kCancelled;
  ++election->etag;
  election->update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateElection(tx.session(), *election));
  return DropDeadlines(tx.session(), {"committeeElections", election->id}, tx.now());
}

// Errors: ORGANIZATION_MOVE_CYCLE, ORGANIZATION_TOO_DEEP.
absl::Status CheckDepth(sql::Session& session, const MembershipTree& tree, int64_t id,
                        int64_t parent_id) {
  int levels = 0;
  for (int64_t above = parent_id; above != 0 && levels <= kMaxLevels; ++levels) {
    if (above == id) return OrganizationMoveCycle();
    RONGHE_ASSIGN_OR_RETURN(above, ParentOf(session, above));
  }
  return levels + tree.LevelsBelow(id, kMaxLevels) > kMaxLevels ? OrganizationTooDeep(kMaxLevels)
                                                                : absl::OkStatus();
}

}  // namespace

absl::Status FoundOrganization(service::WriteTx& tx, const OrganizationRules& rules,
                               OrganizationRow& row) {
  RONGHE_RETURN_IF_ERROR(row.parent_id == 0 ? TakeRootCode(tx.session(), rules, row)
                                            : TakeChildCode(tx.session(), rules, row));
  row.id = tx.NextId();
  RONGHE_RETURN_IF_ERROR(InsertOrganization(tx.session(), row));
  tx.Emit(OrganizationEvent(row));
  return absl::OkStatus();
}

absl::Status EndOrganization(service::WriteTx& tx, OrganizationRow& row, absl::CivilDay day) {
  RONGHE_RETURN_IF_ERROR(EndPostsIn(tx, row.id, day));
  RONGHE_RETURN_IF_ERROR(EndOffice(tx, row.id, day));
  RONGHE_RETURN_IF_ERROR(DetachUnits(tx.session(), row.id, day));
  RONGHE_RETURN_IF_ERROR(EndPartyWorkIn(tx.session(), row.id, day, tx.now()));
  row.revoked_on = day;
  return WriteRow(tx, row, "revoked_on");
}

absl::Status EndTerm(service::WriteTx& tx, TermRow& term, absl::CivilDay day) {
  term.state = TermState::kEnded;
  term.ended_on = std::max(day, term.starts_on);
  ++term.etag;
  term.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateTerm(tx.session(), term));
  return DropDeadlines(tx.session(), {"terms", term.id}, tx.now());
}

absl::Status Reparent(service::WriteTx& tx, OrganizationRow& row, int64_t parent_id) {
  row.parent_id = parent_id;
  return WriteRow(tx, row, "parent");
}

absl::StatusOr<OrganizationRow> MoveUnder(service::WriteTx& tx, const MembershipTree& tree,
                                          const OrganizationRules& rules, int64_t id,
                                          int64_t parent_id, std::string_view etag) {
  sql::Session& session = tx.session();
  RONGHE_RETURN_IF_ERROR(LockTree(session).status());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows,
                          LockOrganizations(session, {id, parent_id}));
  const auto find = [&](int64_t wanted) {
    return std::find_if(rows.begin(), rows.end(),
                        [&](const OrganizationRow& row) { return row.id == wanted; });
  };
  if (find(id) == rows.end()) return OrganizationNotFound(id);
  if (find(parent_id) == rows.end()) return OrganizationNotFound(parent_id);
  OrganizationRow row = *find(id);
  const OrganizationRow& parent = *find(parent_id);
  RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
  if (row.revoked_on) return OrganizationRevoked(id);
  if (parent.revoked_on) return OrganizationRevoked(parent_id);
  RONGHE_RETURN_IF_ERROR(CheckDepth(session, tree, id, parent_id));
  RONGHE_RETURN_IF_ERROR(CheckPlace(rules, row.kind, parent.kind));
  if (row.parent_id != parent_id) RONGHE_RETURN_IF_ERROR(Reparent(tx, row, parent_id));
  return row;
}

}  // namespace ronghe::membership
