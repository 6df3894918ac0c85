#include "services/gateway/access/store/grant_event.h"

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"

namespace ronghe::gateway::access {

event::Draft GrantEvent(const GrantRow& grant) {
  const char* kind = grant.holder_kind == HolderKind::kAccount ? "accounts" : "clients";
  event::Draft draft{.type = "ronghe.access.grant.changed",
                     .subject = base::Name("grants", grant.id),
                     .organization_id = grant.organization_id};
  draft.data = {
      {"holder", base::Name(kind, grant.holder_id)},
      {"role", grant.role},
      {"organization", absl::StrCat(grant.organization_id)},
      {"starts", absl::StrCat(absl::ToUnixSeconds(grant.starts_at))},
      {"ends", grant.ends_at ? absl::StrCat(absl::ToUnixSeconds(*grant.ends_at)) : ""},
      {"end_reason", absl::StrCat(static_cast<int>(grant.end_reason))},
      {"delegator", grant.delegator_id == 0 ? "" : base::Name("accounts", grant.delegator_id)}};
  return draft;
}

event::Draft AccountDisabledEvent(int64_t account_id, int64_t organization_id) {
  return {.type = "ronghe.access.account.disabled",
          .subject = base::Name("accounts", account_id),
          .organization_id = organization_id,
          .data = {{"account", absl::StrCat(account_id)}}};
}

}  // namespace ronghe::gateway::access
