// Does a statement stay within the SQL that MariaDB, MySQL, TiDB and OceanBase share?
#ifndef RONGHE_COMMON_SQL_LINT_H_
#define RONGHE_COMMON_SQL_LINT_H_

#include <string>
#include <string_view>
#include <vector>

namespace ronghe::sql {

// What is wrong with the text, in English, empty if nothing: forbidden constructs (AUTO_INCREMENT,
// triggers, procedures, views, FULLTEXT, GET_LOCK, XA, CASCADE, RETURNING, OFFSET, SELECT *,
// LOAD DATA, NOT IN over a list marker, …). Text in quotes and comments is not looked at.
std::vector<std::string> PortabilityProblems(std::string_view text);

// The same for a migration, and: a table needs a primary key, a character set and a binary
// collation; nothing destroys data.
std::vector<std::string> MigrationProblems(std::string_view text);

}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_LINT_H_
