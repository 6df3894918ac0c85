// Where is the connection pool? Behind Database: this name leads there.
#ifndef RONGHE_COMMON_SQL_POOL_H_
#define RONGHE_COMMON_SQL_POOL_H_

#include "common/sql/database.h"  // IWYU pragma: export

#endif  // RONGHE_COMMON_SQL_POOL_H_
