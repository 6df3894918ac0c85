#include "services/gateway/access/door/credentials.h"

#include "common/audit/audit.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/door/client_door.h"
#include "services/gateway/access/session/session_state.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr absl::Duration kLookup = absl::Seconds(3);
// A session that is in use is written back this often.
constexpr absl::Duration kSeenEvery = absl::Seconds(60);

}  // namespace

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
        // One without a password has come in by an identity provider.
        if (!account.has_value() || account->state == AccountState::kDisabled) {
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
        credential.principal.member_id = account->member_id.value_or(0);
        if (policy_.bind_address.value == 1) credential.address = row->address;
        RONGHE_ASSIGN_OR_RETURN(const SessionState state,
                                StateOf(session, policy_, roles_, *row, *account, now));
        credential.password_change_required = state.password_change_required;
        credential.second_factor = state.second_factor;
        credential.ends = SessionEnd(policy_, std::max(row->seen_at, now), row->expires_at);
        // A token that goes out before everything is done carries no role.
        if (state.complete()) {
          for (const GrantRow& grant : state.grants) {
            credential.principal.grants.push_back(ToGrant(grant));
          }
        }
        return credential;
      });
}

void StoredCredentials::EndMoved(std::string_view token, std::string_view peer, absl::Time now) {
  const std::string hash = TokenHash(token);
  const absl::Status refusal = errors::SessionMoved();
  const absl::Status ended =
      database_.Transact(absl::Now() + kLookup, [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const auto row, session_store::ByToken(session, hash));
        if (!row.has_value()) return absl::OkStatus();
        RONGHE_ASSIGN_OR_RETURN(const bool open, session_store::End(session, row->id, now));
        // Somebody else saw it first.
        if (!open) return absl::OkStatus();
        audit::Entry entry;
        entry.id = ids_.Next();
        entry.time = now;
        entry.subject = base::Name("accounts", row->account_id);
        entry.peer = std::string(peer);
        entry.method = "session_moved";
        entry.resource = base::Name("authSessions", row->id);
        entry.result =
            absl::StrCat(absl::StatusCodeToString(refusal.code()), " ", error::Reason(refusal));
        return audit::Record(session, entry);
      });
  if (!ended.ok()) log::Error("moved_session_not_ended", {{"status", ended}});
}

absl::StatusOr<Credential> StoredCredentials::ByClientToken(std::string_view token,
                                                            std::string_view x5t, absl::Time now) {
  if (clients_ == nullptr) return errors::ClientTokenInvalid();
  return clients_->Open(token, x5t, now);
}

}  // namespace ronghe::gateway::access
