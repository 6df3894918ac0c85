// Is the schema that a service's migrations make the one written down in its repository folder?
//
//   EXPECT_TRUE(testing::SchemaIsWrittenDown(schema_, "services/meeting/migrations"));
//
// The file, <folder>/schema.sql, is there to be read and reviewed; nothing runs it. With
// RONGHE_UPDATE_SCHEMA=1 in the environment the test writes it anew instead.
#ifndef RONGHE_COMMON_TESTING_SCHEMA_FILE_H_
#define RONGHE_COMMON_TESTING_SCHEMA_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/testing/mariadb.h"
#include "gtest/gtest.h"

namespace ronghe::testing {

// SHOW CREATE TABLE of every table in the order of their names, without what depends on the rows.
//
// Errors: UNAVAILABLE with the server's message.
absl::StatusOr<std::string> DumpSchema(const TestSchema& schema);

// Whether <folder>/schema.sql (relative to the repository root) is the dump of the schema; if not,
// says the first line that differs.
::testing::AssertionResult SchemaIsWrittenDown(const TestSchema& schema, const std::string& folder);

}  // namespace ronghe::testing

#endif  // RONGHE_COMMON_TESTING_SCHEMA_FILE_H_
