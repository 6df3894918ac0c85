#include "services/gateway/access/api/grants_api.h"

#include "absl/strings/match.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

constexpr std::string_view kAll = "organizations/-";

}  // namespace

absl::StatusOr<v1::Grant> GrantsApi::CreateGrant(rpc::Call& call,
                                                 const v1::CreateGrantRequest& request) {
  const v1::Grant& asked = request.grant();
  RONGHE_ASSIGN_OR_RETURN(const Holder holder, ParseHolder(request.parent()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization, OrganizationId(asked.organization(), kAll));
  RONGHE_RETURN_IF_ERROR(call.Authorize(organization));
  if (!roles_.Contains(asked.role()) || absl::StartsWith(asked.role(), "service_")) {
    return errors::RoleInvalid(asked.role());
  }
  if (organization != 0 && !organizations_.Contains(organization)) {
    organizations_.CatchUp(std::min(call.deadline(), absl::Now() + absl::Seconds(2)));
    if (!organizations_.Contains(organization)) {
      return errors::OrganizationUnknown(asked.organization());
    }
  }
  for (const std::string& permission : permissions_) {
    if (roles_.Allows(asked.role(), permission) && !call.Holds(permission, organization)) {
      return errors::GrantAboveScope(asked.role(), asked.organization());
    }
  }
  GrantRow row;
  row.holder_kind = holder.kind;
  row.holder_id = holder.id;
  row.role = asked.role();
  row.organization_id = organization;
  row.starts_at = row.created_at = call.now();
  row.creator = call.principal().subject;
  if (asked.has_start_time()) {
    RONGHE_ASSIGN_OR_RETURN(row.starts_at, rpc::FromProto(asked.start_time()));
  }
  if (asked.has_end_time()) {
    RONGHE_ASSIGN_OR_RETURN(row.ends_at, rpc::FromProto(asked.end_time()));
    if (*row.ends_at <= row.starts_at || *row.ends_at <= call.now()) {
      return errors::GrantPeriodInvalid();
    }
  }
  return writer_.Write<v1::Grant>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Grant> {
    bool exists = false;
    if (holder.kind == HolderKind::kAccount) {
      RONGHE_ASSIGN_OR_RETURN(const auto account,
                              account_store::LoadForUpdate(tx.session(), holder.id));
      exists = account.has_value();
    } else {
      RONGHE_ASSIGN_OR_RETURN(const auto client, client_store::Load(tx.session(), holder.id));
      exists = client.has_value();
    }
    if (!exists) return errors::NotFound(request.parent());
    RONGHE_ASSIGN_OR_RETURN(const auto held,
                            grant_store::OfHolder(tx.session(), holder.kind, holder.id));
    if (static_cast<int64_t>(held.size()) >= grant_store::kMaxGrants) {
      return error::Make(absl::StatusCode::kFailedPrecondition, "TOO_MANY_GRANTS",
                         "授权数量已达上限");
    }
    row.id = tx.NextId();
    RONGHE_RETURN_IF_ERROR(grant_store::Insert(tx.session(), row));
    tx.Audit(organization, base::Name("grants", row.id), request.parent());
    return ToProto(row);
  });
}

absl::StatusOr<v1::Grant> GrantsApi::RevokeGrant(rpc::Call& call,
                                                 const v1::RevokeGrantRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "grants"));
  return writer_.Write<v1::Grant>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Grant> {
    RONGHE_ASSIGN_OR_RETURN(auto row, grant_store::LoadForUpdate(tx.session(), id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.has_value() ? row->organization_id : 0));
    if (!row.has_value()) return errors::NotFound(request.name());
    RONGHE_RETURN_IF_ERROR(grant_store::End(tx.session(), id, tx.now()));
    if (!row->ends_at.has_value() || *row->ends_at > tx.now()) row->ends_at = tx.now();
    tx.Audit(row->organization_id, request.name(), HolderName(row->holder_kind, row->holder_id));
    return ToProto(*row);
  });
}

absl::StatusOr<v1::ListGrantsResponse> GrantsApi::ListGrants(rpc::Call& call,
                                                             const v1::ListGrantsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const Holder holder, ParseHolder(request.parent()));
  RONGHE_ASSIGN_OR_RETURN(const auto grants,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return grant_store::OfHolder(session, holder.kind, holder.id);
                          }));
  v1::ListGrantsResponse response;
  for (const GrantRow& grant : grants) {
    if (call.Holds(call.permission(), grant.organization_id))
      *response.add_grants() = ToProto(grant);
  }
  return response;
}

}  // namespace ronghe::gateway::access
