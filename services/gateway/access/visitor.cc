#include "services/gateway/access/visitor.h"

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr absl::Duration kLookup = absl::Seconds(3);
// A session that is in use is written back this often.
constexpr absl::Duration kSeenEvery = absl::Seconds(60);

absl::Status AddGrants(sql::Session& session, HolderKind kind, int64_t id, absl::Time now,
                       auth::Principal* principal) {
  RONGHE_ASSIGN_OR_RETURN(const auto grants, grant_store::InForce(session, kind, id, now));
  for (const GrantRow& grant : grants) {
    principal->grants.push_back({grant.role, grant.organization_id});
  }
  return absl::OkStatus();
}

}  // namespace

std::string NewToken() { return crypto::Base64UrlEncode(crypto::RandomBytes(32)); }

std::string TokenHash(std::string_view token) { return crypto::Sha256(token); }

absl::StatusOr<Credential> StoredCredentials::BySession(std::string_view token, absl::Time now) {
  const std::string hash = TokenHash(token);
  return database_.Read(
      absl::Now() + kLookup, [&](sql::Session& session) -> absl::StatusOr<Credential> {
        RONGHE_ASSIGN_OR_RETURN(const auto row, session_store::ByToken(session, hash));
        if (!row.has_value() || row->ended_at.has_value() ||
            !crypto::ConstantTimeEqual(row->token_hash, hash) ||
            now >= SessionEnd(policy_, row->seen_at, row->expires_at)) {
          return errors::SessionInvalid();
        }
        RONGHE_ASSIGN_OR_RETURN(const auto account, account_store::Load(session, row->account_id));
        if (!account.has_value() || account->state == AccountState::kDisabled ||
            account->state == AccountState::kNew) {
          return errors::SessionInvalid();
        }
        if (now >= row->seen_at + kSeenEvery) {
          RONGHE_RETURN_IF_ERROR(session_store::MarkSeen(session, row->id, now));
        }
        Credential credential;
        credential.principal.kind = auth::Principal::Kind::kPerson;
        credential.principal.subject = base::Name("accounts", account->id);
        credential.principal.session_id = absl::StrCat(row->id);
        credential.csrf_hash = row->csrf_hash;
        credential.password_change_required =
            account->state == AccountState::kPasswordChangeRequired ||
            PasswordExpired(policy_, account->password_changed_at, now);
        credential.ends = SessionEnd(policy_, std::max(row->seen_at, now), row->expires_at);
        // A token that goes out before the password is changed carries no role.
        if (!credential.password_change_required) {
          RONGHE_RETURN_IF_ERROR(
              AddGrants(session, HolderKind::kAccount, account->id, now, &credential.principal));
        }
        return credential;
      });
}

absl::StatusOr<Credential> StoredCredentials::ByCertificate(std::string_view name, absl::Time now) {
  return database_.Read(
      absl::Now() + kLookup, [&](sql::Session& session) -> absl::StatusOr<Credential> {
        RONGHE_ASSIGN_OR_RETURN(const auto client, client_store::ByCertificate(session, name));
        if (!client.has_value() || client->state != ClientState::kActive) {
          return errors::ClientUnknown(name);
        }
        Credential credential;
        credential.principal.kind = auth::Principal::Kind::kClient;
        credential.principal.subject = base::Name("clients", client->id);
        RONGHE_RETURN_IF_ERROR(
            AddGrants(session, HolderKind::kClient, client->id, now, &credential.principal));
        return credential;
      });
}

}  // namespace ronghe::gateway::access
