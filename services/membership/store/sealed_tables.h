// Which of membership's columns are sealed, and how does a key rotation walk them?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_SEALED_TABLES_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_SEALED_TABLES_H_

#include <memory>
#include <vector>

#include "common/rotation/sealed_table.h"

namespace ronghe::membership {

// member (identity and telephone number) and roster_import_chunk (uploaded files).
std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables();

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_SEALED_TABLES_H_
