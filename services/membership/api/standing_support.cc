#include "services/membership/api/standing_support.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "services/membership/api/convert.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/standing/party_standing.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

constexpr char kCommitteeKind[] = "611";

// The flag of a member row that an overlay of this kind stands for; null: none.
bool* FlagOf(MemberRow& member, OverlayKind kind) {
  if (kind == OverlayKind::kFloating) return &member.floating;
  return kind == OverlayKind::kOutOfContact ? &member.out_of_contact : nullptr;
}

absl::Status SetFlag(service::WriteTx& tx, MemberRow& member, OverlayKind kind, bool value) {
  bool* const flag = FlagOf(member, kind);
  if (flag == nullptr || *flag == value) return absl::OkStatus();
  *flag = value;
  ++member.etag;
  member.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateMember(tx.session(), member));
  tx.Emit(MemberEvent(member, {kind == OverlayKind::kFloating ? "floating" : "out_of_contact"}));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PastExit>> ExitsOf(sql::Session& session, int64_t member_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MembershipChangeRow> changes,
                          ChangesOf(session, member_id));
  std::vector<PastExit> exits;
  for (const MembershipChangeRow& change : changes) {
    if (IsExit(change.code)) exits.push_back({change.code, change.day});
  }
  return exits;
}

}  // namespace

absl::StatusOr<absl::CivilDay> StepDay(const rpc::Call& call, bool present,
                                       const google::type::Date& date, std::string_view field) {
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> day = ReadDay(present, date, field, violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return day.value_or(base::ShanghaiDay(call.now()));
}

std::string OrganizationName(int64_t id) {
  return id == 0 ? std::string() : base::Name("organizations", id);
}

absl::StatusOr<MemberRow> LoadMember(sql::Session& session, int64_t id) {
  const std::vector<int64_t> ids = {id};
  RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> rows, LoadMembers(session, ids));
  if (rows.empty()) return MemberNotFound(id);
  return std::move(rows.front());
}

int64_t BasicCommitteeOver(const MembershipTree& tree, int64_t branch) {
  for (const int64_t id : tree.tree().Ancestors(branch)) {
    const std::optional<org::OrgNode> node = tree.tree().Node(id);
    if (node && node->kind == kCommitteeKind) return id;
  }
  return 0;
}

bool SharesCommittee(const MembershipTree& tree, int64_t branch, int64_t other) {
  if (branch == other) return true;
  const int64_t basic = BasicCommitteeOver(tree, branch);
  return basic != 0 && basic == BasicCommitteeOver(tree, other);
}

absl::StatusOr<Approver> ApproverOf(sql::Session& session, const MembershipTree& tree,
                                    int64_t branch, int64_t approver, Organ organ) {
  Approver found{.id = approver, .organ = organ};
  const std::vector<int64_t> ids = {approver};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, LoadOrganizations(session, ids));
  if (rows.empty() || rows.front().revoked_on) return found;
  found.kind = rows.front().kind;
  found.above_branch = approver != branch && tree.tree().Within(branch, approver);
  const int64_t basic = BasicCommitteeOver(tree, branch);
  found.of_county =
      OfCountyOrAbove(rows.front().level)
          .value_or(basic != 0 && approver != basic && tree.tree().Within(basic, approver));
  return found;
}

absl::Status ActFor(const rpc::Call& call, int64_t organization_id) {
  if (call.Holds(call.permission(), organization_id)) return absl::OkStatus();
  return rpc::Call::ScopeDenied(call.permission());
}

absl::StatusOr<std::optional<ChangeCode>> LastExit(sql::Session& session, int64_t member_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<PastExit> exits, ExitsOf(session, member_id));
  if (exits.empty()) return std::nullopt;
  return exits.front().code;
}

absl::StatusOr<std::optional<absl::CivilDay>> ReadmissionBanOf(sql::Session& session,
                                                               const RuleBooks& books,
                                                               int64_t member_id,
                                                               absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<PastExit> exits, ExitsOf(session, member_id));
  return ReadmissionBan(books.Get("standing"), exits, day);
}

absl::Status ChangeStanding(service::WriteTx& tx, MemberRow& member, Standing next,
                            absl::CivilDay day, ChangeCode code, const Subject& basis) {
  RONGHE_RETURN_IF_ERROR(CheckStandingChange(member.membership(), std::nullopt, code));
  Membership membership = member.membership();
  membership.standing = next;
  membership.voting_suspended = false;
  if (next == Standing::kNormal && membership.category == Category::kFull) {
    const std::vector<int64_t> ids = {member.id};
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> rows,
                            DisciplinesInEffect(tx.session(), ids, day));
    membership.voting_suspended =
        std::any_of(rows.begin(), rows.end(),
                    [day](const DisciplineRow& row) { return SuspendsRights(row.period(), day); });
  }
  return ChangeMembership(
      tx, member,
      {.next = membership, .day = day, .code = code, .basis = basis, .changed_field = "standing"});
}

absl::Status FollowDisciplines(service::WriteTx& tx, MemberRow& member, absl::CivilDay day,
                               const Subject& basis) {
  const std::vector<int64_t> ids = {member.id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> rows,
                          DisciplinesInEffect(tx.session(), ids, day));
  Membership next = member.membership();
  if (next.category != Category::kFull || next.standing != Standing::kNormal) {
    return absl::OkStatus();
  }
  next.voting_suspended = std::any_of(rows.begin(), rows.end(), [day](const DisciplineRow& row) {
    return SuspendsRights(row.period(), day);
  });
  if (next == member.membership()) return absl::OkStatus();
  return ChangeMembership(tx, member,
                          {.next = next,
                           .day = day,
                           .code = ChangeCode::kRightsChanged,
                           .basis = basis,
                           .changed_field = "voting"});
}

absl::Status OpenOverlay(service::WriteTx& tx, MemberRow& member, const OverlayRow& row) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<OverlayRow> open,
                          OpenOverlayOf(tx.session(), member.id, row.kind));
  if (open && open->bare()) {
    RONGHE_RETURN_IF_ERROR(CloseOverlay(tx, member, *open, row.valid_from));
  }
  RONGHE_RETURN_IF_ERROR(InsertOverlays(tx.session(), std::span(&row, 1)));
  return SetFlag(tx, member, row.kind, true);
}

absl::Status CloseOverlay(service::WriteTx& tx, MemberRow& member, OverlayRow& row,
                          absl::CivilDay day) {
  row.valid_to = std::max(day, row.valid_from);
  row.open_kind.reset();
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateOverlay(tx.session(), row));
  RONGHE_RETURN_IF_ERROR(DropDeadlines(tx.session(), row.subject(), tx.now()));
  return SetFlag(tx, member, row.kind, false);
}

absl::StatusOr<std::optional<OverlayRow>> OpenOverlayOf(sql::Session& session, int64_t member_id,
                                                        OverlayKind kind) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(std::vector<OverlayRow> rows, OpenOverlays(session, ids));
  for (OverlayRow& row : rows) {
    if (row.kind == kind) return std::optional<OverlayRow>(std::move(row));
  }
  return std::nullopt;
}

}  // namespace ronghe::membership
