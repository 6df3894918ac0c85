#include "services/gateway/access/api/identities_api.h"

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/sql/error.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/api/second_person.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/identity_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

v1::Identity ToProto(const IdentityRow& row) {
  v1::Identity identity;
  identity.set_name(base::Name("identities", row.id));
  identity.set_account(base::Name("accounts", row.account_id));
  identity.set_issuer(row.issuer);
  identity.set_subject(row.subject);
  *identity.mutable_create_time() = rpc::ToProto(row.created_at);
  identity.set_creator(row.creator);
  return identity;
}

// The account, with the call authorized on its organization.
absl::StatusOr<AccountRow> Authorized(rpc::Call& call,
                                      const absl::StatusOr<std::optional<AccountRow>>& account,
                                      std::string_view name) {
  RONGHE_RETURN_IF_ERROR(account.status());
  if (!account->has_value()) return errors::NotFound(name);
  RONGHE_RETURN_IF_ERROR(call.Authorize((*account)->organization_id));
  return **account;
}

}  // namespace

absl::StatusOr<v1::Identity> IdentitiesApi::CreateIdentity(
    rpc::Call& call, const v1::CreateIdentityRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t account_id, base::ParseName(request.parent(), "accounts"));
  return writer_.Write<v1::Identity>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Identity> {
        RONGHE_ASSIGN_OR_RETURN(
            const AccountRow account,
            Authorized(call, account_store::LoadForUpdate(tx.session(), account_id),
                       request.parent()));
        // Who ties their own account could come in as somebody else.
        if (call.principal().subject == request.parent()) return errors::SelfLink();
        const v1::Identity& asked = request.identity();
        if (issuer_.empty() || (!asked.issuer().empty() && asked.issuer() != issuer_)) {
          return errors::IdentityProviderUnknown(asked.issuer());
        }
        RONGHE_RETURN_IF_ERROR(AskSecondPersonForTrusted(tx, roles_, account_id));
        RONGHE_ASSIGN_OR_RETURN(const auto held,
                                identity_store::OfAccount(tx.session(), account_id));
        if (static_cast<int64_t>(held.size()) >= identity_store::kMaxPerAccount) {
          return errors::TooManyIdentities(identity_store::kMaxPerAccount);
        }
        const IdentityRow row{tx.NextId(),     account_id, issuer_,
                              asked.subject(), tx.now(),   call.principal().subject};
        const absl::Status inserted = identity_store::Insert(tx.session(), row);
        if (sql::ViolatedKey(inserted) == "oidc_identity_person") return errors::IdentityTaken();
        RONGHE_RETURN_IF_ERROR(inserted);
        tx.Audit(account.organization_id, request.parent());
        return ToProto(row);
      });
}

absl::StatusOr<v1::ListIdentitiesResponse> IdentitiesApi::ListIdentities(
    rpc::Call& call, const v1::ListIdentitiesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t account_id, base::ParseName(request.parent(), "accounts"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ListIdentitiesResponse> {
        RONGHE_RETURN_IF_ERROR(
            Authorized(call, account_store::Load(session, account_id), request.parent()).status());
        RONGHE_ASSIGN_OR_RETURN(const auto rows, identity_store::OfAccount(session, account_id));
        v1::ListIdentitiesResponse response;
        for (const IdentityRow& row : rows) *response.add_identities() = ToProto(row);
        return response;
      });
}

absl::StatusOr<v1::Identity> IdentitiesApi::DeleteIdentity(
    rpc::Call& call, const v1::DeleteIdentityRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "identities"));
  auto deleted =
      writer_.Write<v1::Identity>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Identity> {
        RONGHE_ASSIGN_OR_RETURN(const auto row, identity_store::LoadForUpdate(tx.session(), id));
        if (!row.has_value()) return errors::NotFound(request.name());
        RONGHE_ASSIGN_OR_RETURN(
            const AccountRow account,
            Authorized(call, account_store::LoadForUpdate(tx.session(), row->account_id),
                       request.name()));
        RONGHE_ASSIGN_OR_RETURN(const auto sessions,
                                identity_store::Sessions(tx.session(), id, ""));
        for (const int64_t session : sessions) {
          RONGHE_RETURN_IF_ERROR(session_store::End(tx.session(), session, tx.now()).status());
        }
        RONGHE_RETURN_IF_ERROR(identity_store::Delete(tx.session(), id));
        tx.Audit(account.organization_id, request.name(), base::Name("accounts", account.id));
        return ToProto(*row);
      });
  if (deleted.ok()) changed_(deleted->account());
  return deleted;
}

}  // namespace ronghe::gateway::access
