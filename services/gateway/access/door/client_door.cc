#include "services/gateway/access/door/client_door.h"

#include "absl/strings/str_split.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/session/session_state.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/store/grant_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr absl::Duration kLookup = absl::Seconds(3);

}  // namespace

bool MayShow(const ClientRow& client, std::string_view x5t) {
  if (client.thumbprints.empty()) return true;
  for (const absl::string_view one : absl::StrSplit(client.thumbprints, ' ')) {
    if (std::string_view(one.data(), one.size()) == x5t) return true;
  }
  return false;
}

absl::StatusOr<Credential> ClientDoor::Open(std::string_view token, std::string_view x5t,
                                            absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const DoorTokens::Opened opened, tokens_.Open(token, x5t, now));
  return database_.ReadSnapshot(
      absl::Now() + kLookup, [&](sql::Session& session) -> absl::StatusOr<Credential> {
        RONGHE_ASSIGN_OR_RETURN(const auto client, client_store::Load(session, opened.client_id));
        if (!client.has_value() || client->state != ClientState::kActive ||
            !MayShow(*client, x5t)) {
          return errors::ClientUnknown(base::Name("clients", opened.client_id));
        }
        Credential credential;
        credential.principal.kind = auth::Principal::Kind::kClient;
        credential.principal.subject = base::Name("clients", client->id);
        credential.ends = opened.expires;
        RONGHE_ASSIGN_OR_RETURN(
            const auto grants, grant_store::InForce(session, HolderKind::kClient, client->id, now));
        for (const GrantRow& grant : grants) {
          credential.principal.grants.push_back(ToGrant(grant));
        }
        RONGHE_ASSIGN_OR_RETURN(credential.terms, TermsOf(session, *client));
        return credential;
      });
}

absl::StatusOr<std::shared_ptr<const ClientTerms>> ClientDoor::TermsOf(sql::Session& session,
                                                                       const ClientRow& client) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = compiled_.find(client.id);
    if (found != compiled_.end() && found->second.etag == client.etag) return found->second.terms;
  }
  RONGHE_ASSIGN_OR_RETURN(const auto shares, client_store::Shares(session, client.id));
  auto terms = std::make_shared<const ClientTerms>(methods_, client, shares);
  const std::lock_guard lock(mutex_);
  compiled_[client.id] = {client.etag, terms};
  return terms;
}

}  // namespace ronghe::gateway::access
