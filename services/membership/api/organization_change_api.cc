#include "services/membership/api/organization_change_api.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/convert.h"
#include "services/membership/api/organization_writer.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

v1::OrganizationChange ToProto(const OrganizationChangeRow& row,
                               const std::vector<ChangeSourceRow>& sources) {
  v1::OrganizationChange change;
  change.set_name(base::Name("organizationChanges", row.id));
  change.set_kind(static_cast<v1::OrganizationChangeKind>(row.kind));
  change.set_state(static_cast<v1::OrganizationChangeState>(row.state));
  if (row.target_id != 0) change.set_target(base::Name("organizations", row.target_id));
  for (const ChangeSourceRow& source : sources) {
    v1::OrganizationChangeSource& shown = *change.add_sources();
    shown.set_organization(base::Name("organizations", source.organization_id));
    shown.set_done(source.done);
    shown.set_moved(source.moved);
  }
  *change.mutable_effective_on() = rpc::ToProto(row.effective_on);
  change.set_moved(row.moved);
  change.set_total(row.total);
  change.set_error_reason(row.error_reason);
  *change.mutable_create_time() = rpc::ToProto(row.create_time);
  *change.mutable_update_time() = rpc::ToProto(row.update_time);
  return change;
}

absl::StatusOr<std::vector<int64_t>> ReadNames(
    const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view collection) {
  std::vector<int64_t> ids;
  for (const std::string& name : names) {
    RONGHE_ASSIGN_OR_RETURN(ids.emplace_back(), base::ParseName(name, collection));
  }
  return ids;
}

OrganizationChangeRow NewChange(service::WriteTx& tx, OrganizationChangeKind kind, int64_t target,
                                absl::CivilDay day, int64_t total) {
  return {.id = tx.NextId(),
          .kind = kind,
          .target_id = target,
          .effective_on = day,
          .total = static_cast<int32_t>(total),
          .subject = tx.call().principal().subject,
          .create_time = tx.now(),
          .update_time = tx.now()};
}

std::vector<ChangeSourceRow> NewSources(const OrganizationChangeRow& change,
                                        const std::vector<OrganizationRow>& organizations) {
  std::vector<ChangeSourceRow> sources;
  for (const OrganizationRow& organization : organizations) {
    sources.push_back({.organization_change_id = change.id,
                       .organization_id = organization.id,
                       .ordinal = static_cast<int32_t>(sources.size())});
  }
  return sources;
}

absl::Status Finish(service::WriteTx& tx, OrganizationChangeRow& change) {
  change.state = OrganizationChangeState::kDone;
  return UpdateOrganizationChange(tx.session(), change);
}

}  // namespace

absl::StatusOr<v1::OrganizationChange> OrganizationChangeApi::MoveAll(rpc::Call& call,
                                                                      OrganizationChangeKind kind,
                                                                      std::vector<int64_t> sources,
                                                                      int64_t target,
                                                                      absl::CivilDay day) {
  tree_.AfterOwnWrites(call.deadline());
  bool background = false;
  auto result = writer_.Write<v1::OrganizationChange>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::OrganizationChange> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> organizations,
                                mover_.LockForChange(tx, kind, sources, target, day));
        RONGHE_ASSIGN_OR_RETURN(const int64_t members, CountMembersOf(session, sources));
        OrganizationChangeRow change = NewChange(tx, kind, target, day, members);
        std::vector<ChangeSourceRow> rows = NewSources(change, organizations);
        RONGHE_RETURN_IF_ERROR(InsertOrganizationChange(session, change));
        RONGHE_RETURN_IF_ERROR(InsertChangeSources(session, rows));
        background = members > at_once_;
        if (!background) {
          for (ChangeSourceRow& source : rows) {
            RONGHE_RETURN_IF_ERROR(mover_.MoveSource(tx, change, source));
          }
          RONGHE_RETURN_IF_ERROR(Finish(tx, change));
        }
        tx.Audit(target == 0 ? sources.front() : target,
                 base::Name("organizationChanges", change.id));
        return ToProto(change, rows);
      });
  if (result.ok()) tree_.NoteWrite();
  if (result.ok() && background) nudge_();
  return result;
}

absl::StatusOr<v1::OrganizationChange> OrganizationChangeApi::MergeOrganizations(
    rpc::Call& call, const v1::MergeOrganizationsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t target, base::ParseName(request.target(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(std::vector<int64_t> sources,
                          ReadNames(request.sources(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      PastDay(call, request.has_effective_on(), request.effective_on(), "effective_on"));
  for (const int64_t source : sources) RONGHE_RETURN_IF_ERROR(call.Authorize(source));
  RONGHE_RETURN_IF_ERROR(call.Authorize(target));
  return MoveAll(call, OrganizationChangeKind::kMerge, std::move(sources), target, day);
}

absl::StatusOr<v1::OrganizationChange> OrganizationChangeApi::DissolveOrganization(
    rpc::Call& call, const v1::DissolveOrganizationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t source, base::ParseName(request.source(), "organizations"));
  int64_t target = 0;
  if (!request.target().empty()) {
    RONGHE_ASSIGN_OR_RETURN(target, base::ParseName(request.target(), "organizations"));
    RONGHE_RETURN_IF_ERROR(call.Authorize(target));
  }
  RONGHE_RETURN_IF_ERROR(call.Authorize(source));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      PastDay(call, request.has_effective_on(), request.effective_on(), "effective_on"));
  return MoveAll(call, OrganizationChangeKind::kDissolve, {source}, target, day);
}

absl::StatusOr<v1::OrganizationChange> OrganizationChangeApi::SplitOrganization(
    rpc::Call& call, const v1::SplitOrganizationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t source, base::ParseName(request.source(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> members,
                          ReadNames(request.members(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> groups,
                          ReadNames(request.groups(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      PastDay(call, request.has_effective_on(), request.effective_on(), "effective_on"));
  const v1::Organization& wanted = request.organization();
  if (Trim(wanted.title()).empty()) {
    return error::InvalidFields({{"organization.title", "请填写党组织全称。"}});
  }
  tree_.AfterOwnWrites(call.deadline());
  auto result = writer_.Write<v1::OrganizationChange>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::OrganizationChange> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const int64_t parent, ParentOf(session, source));
        OrganizationRow next{.parent_id = parent,
                             .kind = wanted.kind(),
                             .title = std::string(Trim(wanted.title())),
                             .short_title = std::string(Trim(wanted.short_title())),
                             .sort = wanted.sort(),
                             .founded_on = day,
                             .unit_situation = wanted.unit_situation(),
                             .region_code = wanted.region_code(),
                             .create_time = tx.now(),
                             .update_time = tx.now()};
        // The parent, which gives the code, before the source: organizations by id.
        RONGHE_RETURN_IF_ERROR(LockTree(session).status());
        RONGHE_RETURN_IF_ERROR(LockOrganizations(session, {parent, source}).status());
        RONGHE_RETURN_IF_ERROR(FoundOrganization(tx, kinds_.On(day), next));
        RONGHE_RETURN_IF_ERROR(CheckHoldsMembers(kinds_.On(day), next.kind));
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<OrganizationRow> organizations,
            mover_.LockForChange(tx, OrganizationChangeKind::kSplit, {source}, next.id, day));
        OrganizationChangeRow change =
            NewChange(tx, OrganizationChangeKind::kSplit, next.id, day, request.members_size());
        std::vector<ChangeSourceRow> rows = NewSources(change, organizations);
        RONGHE_RETURN_IF_ERROR(InsertOrganizationChange(session, change));
        RONGHE_RETURN_IF_ERROR(InsertChangeSources(session, rows));
        RONGHE_RETURN_IF_ERROR(mover_.MovePart(tx, change, rows.front(), members, groups));
        RONGHE_RETURN_IF_ERROR(Finish(tx, change));
        tx.Audit(source, base::Name("organizationChanges", change.id));
        return ToProto(change, rows);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::OrganizationChange> OrganizationChangeApi::GetOrganizationChange(
    rpc::Call& call, const v1::GetOrganizationChangeRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "organizationChanges"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::OrganizationChange> {
        RONGHE_ASSIGN_OR_RETURN(const OrganizationChangeRow row,
                                LoadOrganizationChange(session, id));
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const auto sources, SourcesOf(session, ids));
        const int64_t place =
            row.target_id != 0 || sources.empty() ? row.target_id : sources.front().organization_id;
        RONGHE_RETURN_IF_ERROR(call.Authorize(place));
        return ToProto(row, sources);
      });
}

absl::StatusOr<v1::ListOrganizationChangesResponse> OrganizationChangeApi::ListOrganizationChanges(
    rpc::Call& call, const v1::ListOrganizationChangesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  std::map<int64_t, std::vector<ChangeSourceRow>> sources;
  RONGHE_ASSIGN_OR_RETURN(
      const RowPage<OrganizationChangeRow> page,
      ReadIdPage<OrganizationChangeRow>(
          call, writer_.database(), tokens_, request.parent(), request.page_size(),
          request.page_token(), std::numeric_limits<int64_t>::max(),
          [&](sql::Session& session, int64_t before,
              int32_t limit) -> absl::StatusOr<std::vector<OrganizationChangeRow>> {
            sources.clear();
            RONGHE_ASSIGN_OR_RETURN(auto rows, ChangesOfOrganization(session, id, before, limit));
            std::vector<int64_t> ids;
            for (const OrganizationChangeRow& row : rows) ids.push_back(row.id);
            RONGHE_ASSIGN_OR_RETURN(const auto found, SourcesOf(session, ids));
            for (const ChangeSourceRow& source : found) {
              sources[source.organization_change_id].push_back(source);
            }
            return rows;
          }));
  v1::ListOrganizationChangesResponse response;
  for (const OrganizationChangeRow& row : page.rows) {
    *response.add_organization_changes() = ToProto(row, sources[row.id]);
  }
  response.set_next_page_token(page.next_page_token);
  return response;
}

}  // namespace ronghe::membership
