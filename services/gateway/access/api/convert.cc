#include "services/gateway/access/api/convert.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
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
  if (row.member_id.has_value()) account.set_member(base::Name("members", *row.member_id));
  account.set_second_factor(row.second_factor_at.has_value());
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
  grant.set_basis(row.basis);
  if (row.source_id != 0) grant.set_source(base::Name("grants", row.source_id));
  if (row.delegator_id != 0) grant.set_delegator(base::Name("accounts", row.delegator_id));
  grant.set_end_reason(static_cast<v1::Grant::EndReason>(row.end_reason));
  return grant;
}

v1::Client ToProto(const ClientRow& row) {
  v1::Client client;
  client.set_name(base::Name("clients", row.id));
  client.set_certificate_name(row.certificate_name);
  client.set_display_name(row.display_name);
  client.set_state(static_cast<v1::Client::State>(row.state));
  *client.mutable_create_time() = rpc::ToProto(row.created_at);
  client.set_department(row.department);
  client.set_contact(row.contact);
  for (const auto thumbprint : absl::StrSplit(row.thumbprints, ' ', absl::SkipEmpty())) {
    client.add_certificate_thumbprints(std::string(thumbprint));
  }
  client.mutable_limits()->set_per_second(row.per_second);
  client.mutable_limits()->set_burst(row.burst);
  client.mutable_limits()->set_daily_quota(row.daily_quota);
  client.set_etag(rpc::EtagOf(row.etag));
  return client;
}

}  // namespace ronghe::gateway::access
