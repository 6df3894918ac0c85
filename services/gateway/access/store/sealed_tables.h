// Which columns of the access schema are sealed, and how does a key rotation walk them?
#pragma once

#include <memory>
#include <vector>

#include "common/rotation/sealed_table.h"

namespace ronghe::gateway::access {

// second_factor: the confirmed secret and the one that waits for its confirmation.
std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables();

}  // namespace ronghe::gateway::access
