#include "services/gateway/access/api/convert.h"

#include "absl/strings/match.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"

namespace ronghe::gateway::access {

std::string OrganizationName(int64_t id, std::string_view all) {
  return id == 0 ? std::string(all) : base::Name("organizations", id);
}

absl::StatusOr<int64_t> OrganizationId(std::string_view name, std::string_view all) {
  if (name == all) return 0;
  return base::ParseName(name, "organizations");
}

std::string HolderName(HolderKind kind, int64_t id) {
  return base::Name(kind == HolderKind::kAccount ? "accounts" : "clients", id);
}

absl::StatusOr<Holder> ParseHolder(std::string_view name) {
  Holder holder;
  holder.kind =
      absl::StartsWith(base::Sv(name), "clients/") ? HolderKind::kClient : HolderKind::kAccount;
  RONGHE_ASSIGN_OR_RETURN(
      holder.id,
      base::ParseName(name, holder.kind == HolderKind::kClient ? "clients" : "accounts"));
  return holder;
}

v1::Account ToProto(const AccountRow& row) {
  v1::Account account;
  account.set_name(base::Name("accounts", row.id));
  account.set_login_name(row.login_name);
  account.set_display_name(row.display_name);
  account.set_organization(OrganizationName(row.organization_id, ""));
  account.set_state(static_cast<v1::Account::State>(row.state));
  *account.mutable_create_time() = rpc::ToProto(row.created_at);
  if (row.signed_in_at.has_value()) {
    *account.mutable_last_sign_in_time() = rpc::ToProto(*row.signed_in_at);
  }
  account.set_etag(rpc::EtagOf(row.etag));
  return account;
}

v1::Grant ToProto(const GrantRow& row) {
  v1::Grant grant;
  grant.set_name(base::Name("grants", row.id));
  grant.set_holder(HolderName(row.holder_kind, row.holder_id));
  grant.set_role(row.role);
  grant.set_organization(OrganizationName(row.organization_id, "organizations/-"));
  *grant.mutable_start_time() = rpc::ToProto(row.starts_at);
  if (row.ends_at.has_value()) *grant.mutable_end_time() = rpc::ToProto(*row.ends_at);
  *grant.mutable_create_time() = rpc::ToProto(row.created_at);
  grant.set_creator(row.creator);
  return grant;
}

v1::Client ToProto(const ClientRow& row) {
  v1::Client client;
  client.set_name(base::Name("clients", row.id));
  client.set_certificate_name(row.certificate_name);
  client.set_display_name(row.display_name);
  client.set_state(static_cast<v1::Client::State>(row.state));
  *client.mutable_create_time() = rpc::ToProto(row.created_at);
  return client;
}

}  // namespace ronghe::gateway::access
