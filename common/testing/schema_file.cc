#include "common/testing/schema_file.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/sql/database.h"

namespace ronghe::testing {
namespace {

constexpr char kUpdateVariable[] = "RONGHE_UPDATE_SCHEMA";
constexpr char kHeader[] =
    "-- Which tables does the schema have after all migrations? Written by the test that compares\n"
    "-- it, with RONGHE_UPDATE_SCHEMA=1; nothing runs this file.\n";

// The counter of the next AUTO_INCREMENT value depends on the rows that there have been.
std::string WithoutCounter(std::string create) {
  constexpr std::string_view kCounter = " AUTO_INCREMENT=";
  const size_t begin = create.rfind(kCounter);
  if (begin == std::string::npos || begin < create.rfind('\n')) return create;
  size_t end = begin + kCounter.size();
  while (end < create.size() && absl::ascii_isdigit(create[end])) ++end;
  return create.erase(begin, end - begin);
}

}  // namespace

absl::StatusOr<std::string> DumpSchema(const TestSchema& schema) {
  const sql::Options options = schema.options();
  ::sql::ConnectOptionsMap map;
  map["hostName"] = ::sql::SQLString("localhost");
  map["socket"] = ::sql::SQLString(options.host);
  map["userName"] = ::sql::SQLString(options.user);
  map["password"] = ::sql::SQLString(options.password);
  map["schema"] = ::sql::SQLString(options.schema);
  map["OPT_CHARSET_NAME"] = ::sql::SQLString("utf8mb4");
  try {
    const std::unique_ptr<::sql::Connection> connection(get_driver_instance()->connect(map));
    const std::unique_ptr<::sql::Statement> statement(connection->createStatement());
    std::set<std::string> tables;
    const std::unique_ptr<::sql::ResultSet> names(statement->executeQuery("SHOW TABLES"));
    while (names->next()) tables.insert(names->getString(1).asStdString());
    std::string dump = kHeader;
    for (const std::string& table : tables) {
      const std::unique_ptr<::sql::ResultSet> shown(
          statement->executeQuery(absl::StrCat("SHOW CREATE TABLE `", table, "`")));
      if (!shown->next()) return absl::UnavailableError(absl::StrCat("no table ", table));
      absl::StrAppend(&dump, "\n", WithoutCounter(shown->getString(2).asStdString()), ";\n");
    }
    return dump;
  } catch (const ::sql::SQLException& error) {
    return absl::UnavailableError(error.what());
  }
}

::testing::AssertionResult SchemaIsWrittenDown(const TestSchema& schema,
                                               const std::string& folder) {
  const absl::StatusOr<std::string> dump = DumpSchema(schema);
  if (!dump.ok()) return ::testing::AssertionFailure() << dump.status();
  const std::string path = folder + "/schema.sql";
  const char* update = std::getenv(kUpdateVariable);
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << *dump;
    out.close();
    if (out.fail()) return ::testing::AssertionFailure() << "cannot write " << path;
    return ::testing::AssertionSuccess();
  }
  std::ifstream in(path, std::ios::binary);
  const std::string written((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (written == *dump) return ::testing::AssertionSuccess();
  const std::vector<absl::string_view> expected = absl::StrSplit(written, '\n');
  const std::vector<absl::string_view> actual = absl::StrSplit(*dump, '\n');
  size_t line = 0;
  while (line < expected.size() && line < actual.size() && expected[line] == actual[line]) ++line;
  const auto text = [line](const std::vector<absl::string_view>& lines) {
    return line < lines.size() ? lines[line] : absl::string_view("(the end)");
  };
  return ::testing::AssertionFailure()
         << path << " is not the schema of the migrations. Line " << line + 1
         << "\n  file:   " << text(expected) << "\n  schema: " << text(actual)
         << "\nIf the schema is meant, run this test with " << kUpdateVariable << "=1.";
}

}  // namespace ronghe::testing
