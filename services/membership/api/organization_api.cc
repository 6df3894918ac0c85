#include "services/membership/api/organization_api.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/rpc/field_mask.h"
#include "common/sql/statement.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/organization_writer.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/past_tree.h"

namespace ronghe::membership {
namespace {

constexpr std::array<std::string_view, 9> kUpdatable = {"title",
                                                        "short_title",
                                                        "sort",
                                                        "founded_on",
                                                        "unit_situation",
                                                        "region_code",
                                                        "can_approve_probationary",
                                                        "admits_floating",
                                                        "level"};

absl::StatusOr<int64_t> ParseOrganization(std::string_view name) {
  return base::ParseName(name, "organizations");
}

// Names and numbers that both Create and Update check.
void CheckFields(const v1::Organization& organization, bool title, absl::CivilDay today,
                 std::optional<absl::CivilDay> founded_on,
                 std::vector<error::FieldViolation>& violations) {
  if (title && Trim(organization.title()).empty()) {
    violations.push_back({"organization.title", "请填写党组织全称。"});
  }
  if (!v1::UnitSituation_IsValid(organization.unit_situation())) {
    violations.push_back({"organization.unit_situation", "党组织所在单位情况不在代码表中。"});
  }
  if (!v1::AdministrativeLevel_IsValid(organization.level())) {
    violations.push_back({"organization.level", "层级不在代码表中。"});
  }
  if (founded_on && *founded_on > today) {
    violations.push_back({"organization.founded_on", "成立日期不能晚于今天。"});
  }
}

// Only a committee leads a place.
absl::Status CheckLevel(const v1::Organization& wanted, int32_t kind) {
  if (wanted.level() == 0 || kind == v1::ORGANIZATION_KIND_COMMITTEE) return absl::OkStatus();
  return error::InvalidFields({{"organization.level", "只有地方党委有层级。"}});
}

// no other kind approves probationary members.
absl::Status CheckMayApprove(const v1::Organization& wanted, int32_t kind) {
  if (!wanted.can_approve_probationary() || kind == v1::ORGANIZATION_KIND_COMMITTEE) {
    return absl::OkStatus();
  }
  return error::InvalidFields(
      {{"organization.can_approve_probationary", "只有党委可以有审批预备党员权限。"}});
}

// What an organization above the caller's own shows of itself: the way there.
v1::Organization Signpost(const OrganizationRow& row) {
  const v1::Organization whole = ToProto(row);
  v1::Organization shown;
  shown.set_name(whole.name());
  shown.set_parent(whole.parent());
  shown.set_kind(whole.kind());
  shown.set_title(whole.title());
  shown.set_short_title(whole.short_title());
  return shown;
}

v1::OrganizationCounts ToProto(int64_t id, const org::OrgCounts& sums) {
  v1::OrganizationCounts counts;
  counts.set_name(base::Name("organizations", id));
  counts.set_full_members(sums.full);
  counts.set_probationary_members(sums.probationary);
  counts.set_organizations(sums.organizations);
  counts.set_branches(sums.branches);
  return counts;
}

bool StoodOn(const org::OrgNode& node, absl::CivilDay day) {
  return (!node.founded_on || *node.founded_on <= day) &&
         (!node.revoked_on || day < *node.revoked_on);
}

void AddOrganization(const org::OrgNode& node, org::OrgCounts& sums) {
  ++sums.organizations;
  if (node.kind == "631" || node.kind == "632") ++sums.branches;
}

// Adds who held a membership of normal standing in some branches at the end of a day.
absl::Status AddMembers(sql::Session& session, std::span<const int64_t> branches,
                        absl::CivilDay day, org::OrgCounts& sums) {
  for (size_t from = 0; from < branches.size(); from += sql::kMaxList) {
    const auto part = branches.subspan(from, std::min(sql::kMaxList, branches.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberCount> counts,
                            CountIntervalsAsOf(session, part, day));
    for (const MemberCount& count : counts) {
      (count.category == Category::kFull ? sums.full : sums.probationary) += count.count;
    }
  }
  return absl::OkStatus();
}

}  // namespace

OrganizationApi::OrganizationApi(service::Writer& writer, MembershipTree& tree,
                                 const OrganizationRuleBook& rules, const rpc::PageTokens& tokens,
                                 size_t most_on_past_day)
    : writer_(writer),
      tree_(tree),
      rules_(rules),
      tokens_(tokens),
      most_on_past_day_(most_on_past_day) {}

const OrganizationRules& OrganizationApi::RulesToday(const rpc::Call& call) const {
  return rules_.On(base::ShanghaiDay(call.now()));
}

absl::StatusOr<std::vector<OrganizationRow>> OrganizationApi::Load(
    rpc::Call& call, const std::vector<int64_t>& ids) {
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) { return LoadOrganizations(session, ids); });
}

absl::StatusOr<v1::Organization> OrganizationApi::CreateOrganization(
    rpc::Call& call, const v1::CreateOrganizationRequest& request) {
  int64_t parent_id = 0;
  if (!request.parent().empty()) {
    RONGHE_ASSIGN_OR_RETURN(parent_id, ParseOrganization(request.parent()));
  }
  RONGHE_RETURN_IF_ERROR(call.Authorize(parent_id));
  const v1::Organization& wanted = request.organization();
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> founded_on =
      ReadDay(wanted.has_founded_on(), wanted.founded_on(), "organization.founded_on", violations);
  CheckFields(wanted, true, today, founded_on, violations);
  if (wanted.kind() == v1::ORGANIZATION_KIND_UNSPECIFIED ||
      !v1::OrganizationKind_IsValid(wanted.kind())) {
    violations.push_back({"organization.kind", "请选择党组织类别。"});
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  RONGHE_RETURN_IF_ERROR(CheckMayApprove(wanted, wanted.kind()));
  RONGHE_RETURN_IF_ERROR(CheckLevel(wanted, wanted.kind()));

  auto result = writer_.Write<v1::Organization>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Organization> {
        OrganizationRow row{.parent_id = parent_id,
                            .kind = wanted.kind(),
                            .title = std::string(Trim(wanted.title())),
                            .short_title = std::string(Trim(wanted.short_title())),
                            .sort = wanted.sort(),
                            .founded_on = founded_on.value_or(today),
                            .unit_situation = wanted.unit_situation(),
                            .region_code = wanted.region_code(),
                            .can_approve_probationary = wanted.can_approve_probationary(),
                            .admits_floating = wanted.admits_floating(),
                            .level = wanted.level(),
                            .create_time = tx.now(),
                            .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(FoundOrganization(tx, RulesToday(call), row));
        tx.Audit(parent_id == 0 ? row.id : parent_id, base::Name("organizations", row.id));
        return ToProto(row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::Organization> OrganizationApi::GetOrganization(
    rpc::Call& call, const v1::GetOrganizationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, Load(call, {id}));
  if (rows.empty()) return OrganizationNotFound(id);
  return ToProto(rows.front());
}

absl::StatusOr<v1::ListRootOrganizationsResponse> OrganizationApi::ListRootOrganizations(
    rpc::Call& call, const v1::ListRootOrganizationsRequest&) {
  tree_.AfterOwnWrites(call.deadline());
  std::vector<int64_t> ids;
  if (call.HoldsEverywhere(call.permission())) {
    ids = tree_.tree().Roots();
  } else {
    std::set<int64_t> granted;
    for (const auth::Grant& grant : call.principal().grants) {
      if (grant.organization_id != 0 && call.Holds(call.permission(), grant.organization_id)) {
        granted.insert(grant.organization_id);
      }
    }
    for (int64_t id : granted) {
      const std::vector<int64_t> above = tree_.tree().Ancestors(id);
      const bool covered = std::any_of(
          above.begin(), above.end(), [&](int64_t ancestor) { return granted.contains(ancestor); });
      if (!covered) ids.push_back(id);
    }
  }
  if (ids.size() > static_cast<size_t>(rpc::kMaxPageSize)) ids.resize(rpc::kMaxPageSize);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, Load(call, ids));
  v1::ListRootOrganizationsResponse response;
  for (const OrganizationRow& row : rows) *response.add_organizations() = ToProto(row);
  return response;
}

absl::StatusOr<v1::ListChildOrganizationsResponse> OrganizationApi::ListChildOrganizations(
    rpc::Call& call, const v1::ListChildOrganizationsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.parent()));
  tree_.AfterOwnWrites(call.deadline());
  const std::string filter = base::Cat(id, "|", request.include_revoked());
  org::OrgPath after;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_RETURN_IF_ERROR(org::ParsePath(cursor, &after));
  }
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  std::vector<int64_t> ids;
  org::OrgPath last;
  bool more = false;
  for (const org::OrgNode& child : tree_.tree().Children(id)) {
    const org::OrgKey key{child.sort, child.id};
    if ((!after.empty() && key <= after.front()) ||
        (child.revoked_on && !request.include_revoked())) {
      continue;
    }
    if (ids.size() == size) {
      more = true;
      break;
    }
    ids.push_back(child.id);
    last = {key};
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, Load(call, ids));
  v1::ListChildOrganizationsResponse response;
  for (const OrganizationRow& row : rows) *response.add_organizations() = ToProto(row);
  if (more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, org::FormatPath(last)));
  }
  return response;
}

absl::StatusOr<v1::ListSubtreeOrganizationsResponse> OrganizationApi::ListSubtreeOrganizations(
    rpc::Call& call, const v1::ListSubtreeOrganizationsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.parent()));
  tree_.AfterOwnWrites(call.deadline());
  std::set<std::string, std::less<>> kinds;
  for (const int kind : request.kinds()) kinds.insert(absl::StrCat(kind));
  std::string filter = base::Cat(id, "|", request.include_revoked());
  for (const std::string& kind : kinds) absl::StrAppend(&filter, "|", kind);
  absl::StrAppend(&filter, "|", request.title_part());
  std::optional<org::OrgPath> after;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_RETURN_IF_ERROR(org::ParsePath(cursor, &after.emplace()));
  }
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  std::vector<int64_t> ids =
      tree_.tree().SubtreeIds(id, after, size + 1, [&](const org::OrgBrief& brief) {
        return (brief.active || request.include_revoked()) &&
               (kinds.empty() || kinds.contains(brief.kind)) &&
               brief.name.find(request.title_part()) != std::string_view::npos;
      });
  const bool more = ids.size() > size;
  if (more) ids.resize(size);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, Load(call, ids));
  v1::ListSubtreeOrganizationsResponse response;
  for (const OrganizationRow& row : rows) *response.add_organizations() = ToProto(row);
  if (more) {
    const std::optional<org::OrgPath> path = tree_.tree().Path(id, ids.back());
    if (path) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, org::FormatPath(*path)));
    }
  }
  return response;
}

absl::StatusOr<v1::ListAncestorOrganizationsResponse> OrganizationApi::ListAncestorOrganizations(
    rpc::Call& call, const v1::ListAncestorOrganizationsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.name()));
  tree_.AfterOwnWrites(call.deadline());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows,
                          Load(call, tree_.tree().Ancestors(id)));
  v1::ListAncestorOrganizationsResponse response;
  for (const OrganizationRow& row : rows) {
    const bool covered = call.Holds(call.permission(), row.id);
    *response.add_organizations() = covered ? ToProto(row) : Signpost(row);
  }
  return response;
}

absl::StatusOr<v1::Organization> OrganizationApi::UpdateOrganization(
    rpc::Call& call, const v1::UpdateOrganizationRequest& request) {
  const v1::Organization& wanted = request.organization();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(wanted.name()));
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kUpdatable));
  const auto covers = [&](std::string_view path) {
    return rpc::MaskCovers(request.update_mask(), path);
  };
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> founded_on =
      ReadDay(wanted.has_founded_on(), wanted.founded_on(), "organization.founded_on", violations);
  CheckFields(wanted, covers("title"), base::ShanghaiDay(call.now()), founded_on, violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));

  auto result = writer_.Write<v1::Organization>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Organization> {
        RONGHE_ASSIGN_OR_RETURN(OrganizationRow row, LockOrganization(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(wanted.etag(), row.etag));
        if (row.revoked_on) return OrganizationRevoked(id);
        std::vector<std::string> changed;
        const auto set = [&](std::string_view path, auto& field, auto value) {
          if (!covers(path) || field == value) return;
          field = std::move(value);
          changed.emplace_back(path);
        };
        set("title", row.title, std::string(Trim(wanted.title())));
        set("short_title", row.short_title, std::string(Trim(wanted.short_title())));
        set("sort", row.sort, wanted.sort());
        if (founded_on) set("founded_on", row.founded_on, *founded_on);
        set("unit_situation", row.unit_situation, static_cast<int32_t>(wanted.unit_situation()));
        set("region_code", row.region_code, wanted.region_code());
        if (covers("can_approve_probationary")) {
          RONGHE_RETURN_IF_ERROR(CheckMayApprove(wanted, row.kind));
        }
        set("can_approve_probationary", row.can_approve_probationary,
            wanted.can_approve_probationary());
        set("admits_floating", row.admits_floating, wanted.admits_floating());
        if (covers("level")) RONGHE_RETURN_IF_ERROR(CheckLevel(wanted, row.kind));
        set("level", row.level, static_cast<int32_t>(wanted.level()));
        if (!changed.empty()) {
          ++row.etag;
          row.update_time = tx.now();
          RONGHE_RETURN_IF_ERROR(membership::UpdateOrganization(tx.session(), row));
          tx.Emit(OrganizationEvent(row, std::move(changed)));
        }
        tx.Audit(id, base::Name("organizations", id));
        return ToProto(row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::Organization> OrganizationApi::MoveOrganization(
    rpc::Call& call, const v1::MoveOrganizationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t parent_id, ParseOrganization(request.new_parent()));
  RONGHE_RETURN_IF_ERROR(call.Authorize(parent_id));
  RONGHE_RETURN_IF_ERROR(call.Authorize(id));
  auto result = writer_.Write<v1::Organization>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Organization> {
        RONGHE_ASSIGN_OR_RETURN(
            const OrganizationRow row,
            MoveUnder(tx, tree_, RulesToday(call), id, parent_id, request.etag()));
        tx.Audit(id, base::Name("organizations", id));
        return ToProto(row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::Organization> OrganizationApi::RevokeOrganization(
    rpc::Call& call, const v1::RevokeOrganizationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_revoked_on(),
                                                            request.revoked_on(), "revoked_on"));
  auto result = writer_.Write<v1::Organization>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Organization> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(OrganizationRow row, LockOrganization(session, id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        if (row.revoked_on) return OrganizationRevoked(id);
        if (day < row.founded_on) return EffectiveDateBeforeInterval(day, row.founded_on);
        RONGHE_ASSIGN_OR_RETURN(const bool children, HasActiveChildren(session, id));
        if (children) return OrganizationHasChildren();
        RONGHE_ASSIGN_OR_RETURN(const bool members, HasMembers(session, id));
        if (members) return OrganizationHasMembers();
        RONGHE_RETURN_IF_ERROR(EndOrganization(tx, row, day));
        tx.Audit(id, base::Name("organizations", id));
        return ToProto(row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::OrganizationCounts> OrganizationApi::GetOrganizationCounts(
    rpc::Call& call, const v1::GetOrganizationCountsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseOrganization(request.name()));
  tree_.AfterOwnWrites(call.deadline());
  if (!tree_.Contains(id)) return OrganizationNotFound(id);
  if (request.has_as_of()) {
    const absl::CivilDay today = base::ShanghaiDay(call.now());
    std::vector<error::FieldViolation> violations;
    const absl::CivilDay day = ReadDay(true, request.as_of(), "as_of", violations).value_or(today);
    if (!violations.empty()) return error::InvalidFields(std::move(violations));
    if (day > today) return AsOfInFuture(day, today);
    if (day < today) return CountsOn(call, id, day);
  }
  return ToProto(id, tree_.tree().Count(id));
}

absl::StatusOr<v1::OrganizationCounts> OrganizationApi::CountsOn(rpc::Call& call, int64_t id,
                                                                 absl::CivilDay day) {
  org::OrgCounts sums;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().ReadSnapshot(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const std::vector<PastParentRow> moved, ParentsOn(session, day));
        const std::vector<PastNode> nodes =
            PastTree(tree_.tree(), moved)
                .Subtree(id, most_on_past_day_ + 1, [](const org::OrgNode&) { return true; });
        if (nodes.size() > most_on_past_day_) return SubtreeTooLarge(most_on_past_day_);
        sums = {};
        std::vector<int64_t> ids;
        for (const PastNode& one : nodes) {
          if (StoodOn(one.node, day)) AddOrganization(one.node, sums);
          if (org::IsBranchKind(one.node.kind)) ids.push_back(one.node.id);
        }
        return AddMembers(session, ids, day, sums);
      }));
  v1::OrganizationCounts counts = ToProto(id, sums);
  *counts.mutable_as_of() = rpc::ToProto(day);
  return counts;
}

}  // namespace ronghe::membership
