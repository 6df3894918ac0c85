// Where is everything that an integration test uses?
#ifndef RONGHE_COMMON_TESTING_TESTING_H_
#define RONGHE_COMMON_TESTING_TESTING_H_

#include "common/testing/mariadb.h"      // IWYU pragma: export
#include "common/testing/matchers.h"     // IWYU pragma: export
#include "common/testing/test_server.h"  // IWYU pragma: export

#endif  // RONGHE_COMMON_TESTING_TESTING_H_
