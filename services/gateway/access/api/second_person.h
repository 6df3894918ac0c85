// When does an act of a security administrator take a second person?
//
// Whoever gives rights and resets what people sign in with could make of one person two, and agree
// with themselves. So a role that decides on approvals, the second factor and the identity of those
// who hold a role that needs one, and the member that an account is taken for, take a second
// person's agreement (ronghe.approval.v1), as soon as there is one to give it. GB/T 22239-2019
// 8.1.5: the administrators restrain each other.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "common/auth/role_table.h"
#include "common/service/write.h"

namespace ronghe::gateway::access {

// Whether holders of the role agree to what others ask for.
bool Decides(const auth::RoleTable& roles, const std::string& role);

// Asks for a second person's agreement to what `tx` does to the account, where there is somebody,
// neither the caller nor the account's holder, who has a second factor and decides everywhere.
// Errors: those of the database.
absl::Status AskSecondPerson(service::WriteTx& tx, const auth::RoleTable& roles,
                             int64_t account_id);

// The same, where the account holds a role that needs a second factor.
absl::Status AskSecondPersonForTrusted(service::WriteTx& tx, const auth::RoleTable& roles,
                                       int64_t account_id);

}  // namespace ronghe::gateway::access
