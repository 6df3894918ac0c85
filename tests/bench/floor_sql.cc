// How fast is the same SQL through a bare prepared statement, with nothing of ours around it?
//
// N threads, each with its own connection and one prepared statement of Connector/C++, executed
// again and again with random lines of values from a file; every column is read, as a program
// would. The floor that reads are held against.

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

ABSL_FLAG(int, port, 0, "MariaDB's port on 127.0.0.1");
ABSL_FLAG(std::string, user, "", "database user");
ABSL_FLAG(std::string, password_file, "", "file with the user's password");
ABSL_FLAG(std::string, schema, "", "schema");
ABSL_FLAG(std::string, statement, "", "the SQL, with a ? for each value of a line");
ABSL_FLAG(std::string, keys, "", "file of values, a line for each execution, split by spaces");
ABSL_FLAG(int, callers, 1, "threads, each with a connection");
ABSL_FLAG(double, warmup, 2, "seconds before counting starts");
ABSL_FLAG(double, seconds, 5, "seconds that count");

namespace {

using Clock = std::chrono::steady_clock;

struct Result {
  std::vector<uint32_t> micros;
  int64_t bytes = 0;
};

// A value of a key: a number where it is one, else text.
using Value = std::variant<int64_t, std::string>;
using Key = std::vector<Value>;

Key ParseKey(const std::string& line) {
  Key key;
  for (absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    if (int64_t number = 0; absl::SimpleAtoi(word, &number)) {
      key.emplace_back(number);
    } else {
      key.emplace_back(std::string(word));
    }
  }
  return key;
}

void Bind(sql::PreparedStatement& statement, const Key& key) {
  for (unsigned i = 0; i < key.size(); ++i) {
    if (const auto* number = std::get_if<int64_t>(&key[i])) {
      statement.setInt64(i + 1, *number);
    } else {
      statement.setString(i + 1, sql::SQLString(std::get<std::string>(key[i])));
    }
  }
}

void Run(int seed, const std::string& password, const std::vector<Key>& keys,
         Clock::time_point from, Clock::time_point until, Result& result) {
  sql::ConnectOptionsMap options;
  options["hostName"] = absl::StrCat("tcp://127.0.0.1:", absl::GetFlag(FLAGS_port));
  options["userName"] = sql::SQLString(absl::GetFlag(FLAGS_user));
  options["password"] = sql::SQLString(password);
  options["schema"] = sql::SQLString(absl::GetFlag(FLAGS_schema));
  const std::unique_ptr<sql::Connection> connection(get_driver_instance()->connect(options));
  const std::unique_ptr<sql::PreparedStatement> statement(
      connection->prepareStatement(absl::GetFlag(FLAGS_statement)));
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  for (Clock::time_point start = Clock::now(); start < until; start = Clock::now()) {
    Bind(*statement, keys[random() % keys.size()]);
    const std::unique_ptr<sql::ResultSet> rows(statement->executeQuery());
    const uint32_t columns = rows->getMetaData()->getColumnCount();
    while (rows->next()) {
      for (uint32_t i = 1; i <= columns; ++i) {
        result.bytes += static_cast<int64_t>(rows->getString(i).length());
      }
    }
    if (start >= from) {
      result.micros.push_back(static_cast<uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count()));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::string password;
  std::getline(std::ifstream(absl::GetFlag(FLAGS_password_file)) >> std::ws, password);
  std::vector<Key> keys;
  std::ifstream file(absl::GetFlag(FLAGS_keys));
  for (std::string line; std::getline(file, line);) keys.push_back(ParseKey(line));
  if (keys.empty()) {
    std::cerr << "no keys in '" << absl::GetFlag(FLAGS_keys) << "'\n";
    return 2;
  }
  get_driver_instance();
  const auto after = [](double seconds) {
    return std::chrono::nanoseconds(static_cast<int64_t>(seconds * 1e9));
  };
  const Clock::time_point from = Clock::now() + after(absl::GetFlag(FLAGS_warmup));
  const Clock::time_point until = from + after(absl::GetFlag(FLAGS_seconds));
  std::vector<Result> results(static_cast<size_t>(absl::GetFlag(FLAGS_callers)));
  std::atomic<bool> failed = false;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        Run(static_cast<int>(i), password, keys, from, until, results[i]);
      } catch (const sql::SQLException& e) {
        std::cerr << e.what() << "\n";
        failed = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failed) return 1;
  std::vector<uint32_t> micros;
  for (const Result& result : results) {
    micros.insert(micros.end(), result.micros.begin(), result.micros.end());
  }
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double share) {
    return micros.empty()
               ? 0u
               : micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  std::printf("{\"ops\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u, \"errors\": 0}\n",
              static_cast<double>(micros.size()) / absl::GetFlag(FLAGS_seconds), at(0.5), at(0.99),
              at(1));
  return 0;
}
