// How do rows look as resources?
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ronghe/access/v1/account.pb.h"
#include "ronghe/access/v1/client.pb.h"
#include "ronghe/access/v1/grant.pb.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/store/grant_store.h"

namespace ronghe::gateway::access {

namespace v1 = ::ronghe::access::v1;

v1::Account ToProto(const AccountRow& row);
v1::Grant ToProto(const GrantRow& row);
v1::Client ToProto(const ClientRow& row);

// "organizations/{id}", and `all` for 0.
std::string OrganizationName(int64_t id, std::string_view all);
// The id of "organizations/{id}"; 0 for `all`. INVALID_ARGUMENT NAME_INVALID.
absl::StatusOr<int64_t> OrganizationId(std::string_view name, std::string_view all);

struct Holder {
  HolderKind kind = HolderKind::kAccount;
  int64_t id = 0;
};
std::string HolderName(HolderKind kind, int64_t id);
// "accounts/{id}" or "clients/{id}". INVALID_ARGUMENT NAME_INVALID.
absl::StatusOr<Holder> ParseHolder(std::string_view name);

}  // namespace ronghe::gateway::access
