// Which of the meeting service's columns are sealed, and how does a key rotation walk them?
#ifndef RONGHE_SERVICES_MEETING_STORE_SEALED_TABLES_H_
#define RONGHE_SERVICES_MEETING_STORE_SEALED_TABLES_H_

#include <memory>
#include <vector>

#include "common/rotation/sealed_table.h"

namespace ronghe::meeting {

// ballot (choices of rounds that are not decided).
std::vector<std::unique_ptr<rotation::SealedTable>> SealedTables();

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_SEALED_TABLES_H_
