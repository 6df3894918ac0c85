#include "services/gateway/access/api/grants_api.h"

#include <algorithm>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/org/copy_store.h"
#include "common/rpc/convert.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/api/second_person.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/domain/grant_rules.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/store/grant_event.h"

namespace ronghe::gateway::access {
namespace {

constexpr std::string_view kAll = "organizations/-";
// Rows that one List looks at, at most, to fill a page.
constexpr int64_t kMaxScanned = 1000;
constexpr int64_t kBatch = 200;

Duty DutyOf(auth::RoleKind kind) {
  switch (kind) {
    case auth::RoleKind::kSystemAdministrator:
      return Duty::kSystem;
    case auth::RoleKind::kSecurityAdministrator:
      return Duty::kSecurity;
    case auth::RoleKind::kAuditAdministrator:
      return Duty::kAudit;
    default:
      return Duty::kBusiness;
  }
}

Tenure TenureOf(const auth::RoleTable& roles, const GrantRow& grant) {
  const auth::RoleInfo* const role = roles.Find(grant.role);
  return {grant.role, role == nullptr ? Duty::kBusiness : DutyOf(role->kind), grant.starts_at,
          grant.ends_at};
}

// Clients hold roles of clients, people all others; what a certificate gives nobody is granted.
bool Fits(auth::RoleKind role, HolderKind holder) {
  if (role == auth::RoleKind::kService) return false;
  return (role == auth::RoleKind::kClient) == (holder == HolderKind::kClient);
}

// Fills start and end of `row`. GRANT_PERIOD_INVALID.
absl::Status ReadPeriod(const v1::Grant& asked, absl::Time now, GrantRow* row) {
  row->starts_at = now;
  if (asked.has_start_time()) {
    RONGHE_ASSIGN_OR_RETURN(row->starts_at, rpc::FromProto(asked.start_time()));
  }
  if (!asked.has_end_time()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(row->ends_at, rpc::FromProto(asked.end_time()));
  return *row->ends_at <= row->starts_at || *row->ends_at <= now ? errors::GrantPeriodInvalid()
                                                                 : absl::OkStatus();
}

// Fills a page of grants. `read` answers up to kBatch rows after an id; rows that `visible` refuses
// are left out.
template <class Response>
absl::StatusOr<Response> Page(
    rpc::Call& call, service::Writer& writer, const rpc::PageTokens& tokens,
    const std::string& question, int32_t page_size, const std::string& page_token,
    const std::function<absl::StatusOr<std::vector<GrantRow>>(sql::Session&, int64_t)>& read,
    const std::function<bool(const GrantRow&)>& visible) {
  RONGHE_ASSIGN_OR_RETURN(int64_t after, tokens.OpenNumber(call.method(), question, page_token, 0));
  const int wanted = rpc::PageSize(page_size);
  Response response;
  bool more = true;
  for (int64_t scanned = 0; more && scanned < kMaxScanned && response.grants_size() < wanted;) {
    RONGHE_ASSIGN_OR_RETURN(const auto rows,
                            writer.database().Read(call.deadline(), [&](sql::Session& session) {
                              return read(session, after);
                            }));
    more = static_cast<int64_t>(rows.size()) == kBatch;
    for (const GrantRow& row : rows) {
      if (response.grants_size() == wanted) {
        more = true;
        break;
      }
      ++scanned;
      after = row.id;
      if (visible(row)) *response.add_grants() = ToProto(row);
    }
  }
  if (more) response.set_next_page_token(tokens.Seal(call.method(), question, absl::StrCat(after)));
  return response;
}

}  // namespace

absl::StatusOr<v1::Grant> GrantsApi::CreateGrant(rpc::Call& call,
                                                 const v1::CreateGrantRequest& request) {
  const v1::Grant& asked = request.grant();
  RONGHE_ASSIGN_OR_RETURN(const Holder holder, ParseHolder(request.parent()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization, OrganizationId(asked.organization(), kAll));
  RONGHE_RETURN_IF_ERROR(call.Authorize(organization));
  const auth::RoleInfo* const role = roles_.Find(asked.role());
  if (role == nullptr || !Fits(role->kind, holder.kind)) return errors::RoleInvalid(asked.role());
  if (!Knows(call, organization)) return errors::OrganizationUnknown(asked.organization());
  if (call.principal().subject == request.parent()) return errors::SelfGrant();
  RONGHE_RETURN_IF_ERROR(CheckMayGrant(call, *role, organization));
  GrantRow asked_row;
  asked_row.holder_kind = holder.kind;
  asked_row.holder_id = holder.id;
  asked_row.role = asked.role();
  asked_row.organization_id = organization;
  asked_row.created_at = call.now();
  asked_row.creator = call.principal().subject;
  asked_row.basis = asked.basis();
  RONGHE_RETURN_IF_ERROR(ReadPeriod(asked, call.now(), &asked_row));
  auto granted =
      writer_.Write<v1::Grant>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Grant> {
        GrantRow row = asked_row;
        RONGHE_RETURN_IF_ERROR(holder.kind == HolderKind::kAccount ? ForAccount(tx, &row)
                                                                   : ForClient(tx, row));
        if (role->needs_approval) tx.RequireApproval();
        RONGHE_RETURN_IF_ERROR(Save(tx, &row));
        return ToProto(row);
      });
  if (granted.ok()) Changed({request.parent()});
  return granted;
}

bool GrantsApi::Knows(const rpc::Call& call, int64_t organization) const {
  if (organization == 0 || organizations_.Contains(organization)) return true;
  organizations_.CatchUp(std::min(call.deadline(), absl::Now() + absl::Seconds(2)));
  return organizations_.Contains(organization);
}

absl::Status GrantsApi::ForAccount(service::WriteTx& tx, GrantRow* grant) const {
  const rpc::Call& call = tx.call();
  RONGHE_ASSIGN_OR_RETURN(const auto account,
                          account_store::LoadForUpdate(tx.session(), grant->holder_id));
  // Somebody else's account looks like none at all.
  if (!account.has_value() || !call.Holds(call.permission(), account->organization_id)) {
    return errors::NotFound(HolderName(grant->holder_kind, grant->holder_id));
  }
  RONGHE_RETURN_IF_ERROR(CheckHolder(tx, *account, *grant));
  RONGHE_ASSIGN_OR_RETURN(grant->member_inside, MemberInside(tx.session(), *account, *grant));
  return Decides(roles_, grant->role) ? AskSecondPerson(tx, roles_, account->id) : absl::OkStatus();
}

absl::Status GrantsApi::ForClient(service::WriteTx& tx, const GrantRow& grant) {
  RONGHE_ASSIGN_OR_RETURN(const auto client, client_store::Load(tx.session(), grant.holder_id));
  // Clients belong to the whole house.
  return client.has_value() && tx.call().HoldsEverywhere(tx.call().permission())
             ? absl::OkStatus()
             : errors::NotFound(HolderName(grant.holder_kind, grant.holder_id));
}

absl::Status GrantsApi::CheckMayGrant(const rpc::Call& call, const auth::RoleInfo& role,
                                      int64_t organization) const {
  for (const auth::Grant& held : call.principal().grants) {
    if (!held.on_behalf_of.empty() || held.ends <= call.now()) continue;
    const bool covers =
        held.organization_id == 0 || organizations_.Within(organization, held.organization_id);
    const auth::RoleInfo* const mine = roles_.Find(held.role);
    if (covers && mine != nullptr && roles_.Allows(held.role, call.permission()) &&
        std::find(mine->may_grant.begin(), mine->may_grant.end(), role.name) !=
            mine->may_grant.end()) {
      return absl::OkStatus();
    }
  }
  return errors::RoleNotGrantable(role.name, OrganizationName(organization, kAll));
}

absl::Status GrantsApi::CheckHolder(service::WriteTx& tx, const AccountRow& account,
                                    const GrantRow& grant) const {
  const auth::Principal& caller = tx.call().principal();
  if (caller.member_id != 0 && account.member_id == caller.member_id) return errors::SelfGrant();
  if (account.state == AccountState::kDisabled) {
    return errors::AccountDisabled(base::Name("accounts", account.id));
  }
  RONGHE_ASSIGN_OR_RETURN(const auto held, grant_store::NotEnded(tx.session(), HolderKind::kAccount,
                                                                 account.id, tx.now()));
  if (static_cast<int64_t>(held.size()) >= grant_store::kMaxGrants) {
    return errors::TooManyGrants(grant_store::kMaxGrants);
  }
  std::vector<Tenure> tenures;
  for (const GrantRow& one : held) tenures.push_back(TenureOf(roles_, one));
  return CheckExclusion(TenureOf(roles_, grant), tenures);
}

absl::StatusOr<bool> GrantsApi::MemberInside(sql::Session& session, const AccountRow& account,
                                             const GrantRow& grant) const {
  if (!account.member_id.has_value() || grant.organization_id == 0) return false;
  RONGHE_ASSIGN_OR_RETURN(
      const auto interval,
      org::IntervalOfMember(session, *account.member_id, base::ShanghaiDay(grant.created_at)));
  return interval.has_value() &&
         organizations_.Within(interval->organization_id, grant.organization_id);
}

absl::Status GrantsApi::Save(service::WriteTx& tx, GrantRow* grant) const {
  grant->id = tx.NextId();
  RONGHE_RETURN_IF_ERROR(grant_store::Insert(tx.session(), *grant));
  tx.Emit(GrantEvent(*grant));
  tx.Audit(grant->organization_id, base::Name("grants", grant->id));
  return absl::OkStatus();
}

absl::StatusOr<v1::Grant> GrantsApi::RevokeGrant(rpc::Call& call,
                                                 const v1::RevokeGrantRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "grants"));
  std::vector<std::string> holders;
  auto revoked =
      writer_.Write<v1::Grant>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Grant> {
        RONGHE_ASSIGN_OR_RETURN(const auto row, grant_store::LoadForUpdate(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.has_value() ? row->organization_id : 0));
        if (!row.has_value()) return errors::NotFound(request.name());
        RONGHE_ASSIGN_OR_RETURN(const GrantRow ended, Revoke(tx, *row, &holders));
        return ToProto(ended);
      });
  if (revoked.ok()) Changed(holders);
  return revoked;
}

absl::StatusOr<GrantRow> GrantsApi::Revoke(service::WriteTx& tx, GrantRow grant,
                                           std::vector<std::string>* holders) const {
  holders->clear();
  tx.Audit(grant.organization_id, base::Name("grants", grant.id));
  if (grant.Ended(tx.now())) return grant;
  RONGHE_ASSIGN_OR_RETURN(std::vector<GrantRow> ended,
                          grant_store::End(tx.session(), {grant}, EndReason::kRevoked, tx.now()));
  for (const GrantRow& one : ended) {
    holders->push_back(HolderName(one.holder_kind, one.holder_id));
    tx.Emit(GrantEvent(one));
  }
  return ended.front();
}

void GrantsApi::Changed(const std::vector<std::string>& holders) const {
  if (changed_ == nullptr) return;
  for (const std::string& holder : holders) changed_(holder);
}

absl::StatusOr<v1::Grant> GrantsApi::DelegateGrant(rpc::Call& call,
                                                   const v1::DelegateGrantRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "grants"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t delegate, base::ParseName(request.delegate(), "accounts"));
  RONGHE_ASSIGN_OR_RETURN(const absl::Time ends, rpc::FromProto(request.end_time()));
  RONGHE_RETURN_IF_ERROR(CheckDelegationTerm(policy_, call.now(), ends));
  auto delegated =
      writer_.Write<v1::Grant>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Grant> {
        RONGHE_ASSIGN_OR_RETURN(const auto source, grant_store::LoadForUpdate(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(CheckDelegable(tx, request, source));
        GrantRow row;
        row.holder_id = delegate;
        row.role = source->role;
        row.organization_id = source->organization_id;
        row.starts_at = row.created_at = tx.now();
        row.ends_at = std::min(ends, source->ends_at.value_or(absl::InfiniteFuture()));
        row.creator = call.principal().subject;
        row.basis = request.reason();
        row.source_id = source->id;
        row.delegator_id = source->holder_id;
        RONGHE_RETURN_IF_ERROR(ForDelegate(tx, &row));
        RONGHE_RETURN_IF_ERROR(Save(tx, &row));
        return ToProto(row);
      });
  if (delegated.ok()) Changed({request.delegate()});
  return delegated;
}

absl::Status GrantsApi::CheckDelegable(service::WriteTx& tx,
                                       const v1::DelegateGrantRequest& request,
                                       const std::optional<GrantRow>& source) const {
  const std::string& caller = tx.call().principal().subject;
  if (!source.has_value() || HolderName(source->holder_kind, source->holder_id) != caller) {
    return errors::NotFound(request.name());
  }
  if (request.delegate() == caller) return errors::SelfGrant();
  if (source->source_id != 0) return errors::GrantDelegated(request.name());
  if (!source->InForce(tx.now())) return errors::GrantNotInForce(request.name());
  const auth::RoleInfo* const role = roles_.Find(source->role);
  if (role == nullptr || !role->delegable) return errors::RoleNotDelegable(source->role);
  RONGHE_ASSIGN_OR_RETURN(
      const auto given,
      grant_store::ListDelegated(tx.session(), source->holder_id, tx.now(), 0, kBatch));
  return static_cast<int64_t>(given.size()) >= grant_store::kMaxGrants
             ? errors::TooManyGrants(grant_store::kMaxGrants)
             : absl::OkStatus();
}

absl::Status GrantsApi::ForDelegate(service::WriteTx& tx, GrantRow* grant) const {
  const std::string name = base::Name("accounts", grant->holder_id);
  RONGHE_ASSIGN_OR_RETURN(const auto account,
                          account_store::LoadForUpdate(tx.session(), grant->holder_id));
  const absl::Status fit =
      account.has_value() ? CheckHolder(tx, *account, *grant) : errors::NotFound(name);
  // What a delegate holds, or whether there is one, is not for the delegator to find out.
  if (absl::IsNotFound(fit) || absl::IsPermissionDenied(fit) || absl::IsFailedPrecondition(fit)) {
    return errors::DelegateUnsuitable(name);
  }
  RONGHE_RETURN_IF_ERROR(fit);
  RONGHE_ASSIGN_OR_RETURN(grant->member_inside, MemberInside(tx.session(), *account, *grant));
  return absl::OkStatus();
}

absl::StatusOr<v1::Grant> GrantsApi::RevokeDelegation(rpc::Call& call,
                                                      const v1::RevokeDelegationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "grants"));
  std::vector<std::string> holders;
  auto revoked =
      writer_.Write<v1::Grant>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Grant> {
        RONGHE_ASSIGN_OR_RETURN(const auto row, grant_store::LoadForUpdate(tx.session(), id));
        if (!row.has_value() || row->delegator_id == 0 ||
            base::Name("accounts", row->delegator_id) != call.principal().subject) {
          return errors::NotFound(request.name());
        }
        RONGHE_ASSIGN_OR_RETURN(const GrantRow ended, Revoke(tx, *row, &holders));
        return ToProto(ended);
      });
  if (revoked.ok()) Changed(holders);
  return revoked;
}

absl::StatusOr<v1::ListGrantsResponse> GrantsApi::ListGrants(rpc::Call& call,
                                                             const v1::ListGrantsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const Holder holder, ParseHolder(request.parent()));
  return Page<v1::ListGrantsResponse>(
      call, writer_, page_tokens_, request.parent(), request.page_size(), request.page_token(),
      [&](sql::Session& session, int64_t after) {
        return grant_store::List(session, holder.kind, holder.id, after, kBatch);
      },
      [&](const GrantRow& grant) { return call.Holds(call.permission(), grant.organization_id); });
}

absl::StatusOr<v1::ListOrganizationGrantsResponse> GrantsApi::ListOrganizationGrants(
    rpc::Call& call, const v1::ListOrganizationGrantsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization, OrganizationId(request.parent(), kAll));
  RONGHE_RETURN_IF_ERROR(call.Authorize(organization));
  return Page<v1::ListOrganizationGrantsResponse>(
      call, writer_, page_tokens_, request.parent(), request.page_size(), request.page_token(),
      [&](sql::Session& session, int64_t after) {
        return grant_store::ListOnOrganization(session, organization, call.now(), after, kBatch);
      },
      [](const GrantRow&) { return true; });
}

absl::StatusOr<v1::ListDelegationsResponse> GrantsApi::ListDelegations(
    rpc::Call& call, const v1::ListDelegationsRequest& request) {
  const std::string& subject = call.principal().subject;
  // Clients and services delegate nothing.
  if (call.principal().kind != auth::Principal::Kind::kPerson) {
    return v1::ListDelegationsResponse();
  }
  RONGHE_ASSIGN_OR_RETURN(const int64_t account, base::ParseName(subject, "accounts"));
  return Page<v1::ListDelegationsResponse>(
      call, writer_, page_tokens_, subject, request.page_size(), request.page_token(),
      [&](sql::Session& session, int64_t after) {
        return grant_store::ListDelegated(session, account, call.now(), after, kBatch);
      },
      [](const GrantRow&) { return true; });
}

}  // namespace ronghe::gateway::access
