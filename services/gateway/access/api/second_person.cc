#include "services/gateway/access/api/second_person.h"

#include <algorithm>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/grant_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr char kDecide[] = "approval.request.decide";
constexpr int64_t kBatch = 200;

absl::StatusOr<bool> CanSignIn(sql::Session& session, int64_t account_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto account, account_store::Load(session, account_id));
  return account.has_value() && account->state != AccountState::kDisabled &&
         account->second_factor_at.has_value();
}

absl::StatusOr<bool> AnotherDecides(service::WriteTx& tx, const auth::RoleTable& roles,
                                    int64_t account_id) {
  for (int64_t after = 0;;) {
    RONGHE_ASSIGN_OR_RETURN(const auto grants, grant_store::ListOnOrganization(
                                                   tx.session(), 0, tx.now(), after, kBatch));
    for (const GrantRow& grant : grants) {
      after = grant.id;
      if (!grant.InForce(tx.now()) || !Decides(roles, grant.role) ||
          grant.holder_kind != HolderKind::kAccount || grant.holder_id == account_id ||
          base::Name("accounts", grant.holder_id) == tx.call().principal().subject) {
        continue;
      }
      RONGHE_ASSIGN_OR_RETURN(const bool can, CanSignIn(tx.session(), grant.holder_id));
      if (can) return true;
    }
    if (static_cast<int64_t>(grants.size()) < kBatch) return false;
  }
}

}  // namespace

bool Decides(const auth::RoleTable& roles, const std::string& role) {
  return roles.Allows(role, kDecide);
}

absl::Status AskSecondPerson(service::WriteTx& tx, const auth::RoleTable& roles,
                             int64_t account_id) {
  RONGHE_ASSIGN_OR_RETURN(const bool another, AnotherDecides(tx, roles, account_id));
  if (another) tx.RequireApproval();
  return absl::OkStatus();
}

absl::Status AskSecondPersonForTrusted(service::WriteTx& tx, const auth::RoleTable& roles,
                                       int64_t account_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto held, grant_store::NotEnded(tx.session(), HolderKind::kAccount,
                                                                 account_id, tx.now()));
  const bool trusted = std::any_of(held.begin(), held.end(), [&roles](const GrantRow& grant) {
    const auth::RoleInfo* const role = roles.Find(grant.role);
    return role != nullptr && role->second_factor;
  });
  return trusted ? AskSecondPerson(tx, roles, account_id) : absl::OkStatus();
}

}  // namespace ronghe::gateway::access
