// How does a store run its statements on one connection?
//
// A Session is handed to the functions given to Database::Read, ReadSnapshot and Transact and is
// valid only inside them, on one thread. Parameters are bound in order; one of them may be a list
// (std::span or std::vector) where the text has its "(?*)".
//
// Every call may return, besides what it documents:
//   UNAVAILABLE        the connection was lost or the server refuses work
//   ABORTED            a deadlock or a lock wait timeout; Transact runs the whole function again
//   DEADLINE_EXCEEDED  the statement ran past the deadline
//   ALREADY_EXISTS     a unique key; ViolatedKey() of common/sql/error.h names it
//   FAILED_PRECONDITION a foreign key; INVALID_ARGUMENT a value out of range
//   INTERNAL           anything else, and a statement that does not fit its row or parameters
#ifndef RONGHE_COMMON_SQL_SESSION_H_
#define RONGHE_COMMON_SQL_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sql/reflect.h"
#include "common/sql/statement.h"
#include "common/sql/types.h"

namespace ronghe::sql {

namespace internal {

class Connection;
struct Prepared;

// Writes the parameters of one execution, left to right. Throws what the connector throws.
class Binder {
 public:
  explicit Binder(Prepared& prepared) : prepared_(prepared) {}
  void Null();
  void Int(int64_t value);
  void Unsigned(uint64_t value);
  void Double(double value);
  void Text(std::string_view value);
  void Time(absl::Time value);
  void Day(absl::CivilDay value);
  int bound() const { return bound_; }

 private:
  Prepared& prepared_;
  int bound_ = 0;
};

// Reads the current row of a result by column number from 1. Throws what the connector throws.
class Reader {
 public:
  explicit Reader(void* result) : result_(result) {}
  bool Next();
  bool IsNull(uint32_t column) const;
  int64_t Int(uint32_t column) const;
  uint64_t Unsigned(uint32_t column) const;
  double Double(uint32_t column) const;
  std::string Text(uint32_t column) const;
  absl::Time Time(uint32_t column) const;
  absl::CivilDay Day(uint32_t column) const;
  size_t RowCount() const;

 private:
  void* result_;  // the connector's ResultSet: its headers stay out of ours
};

template <class T>
inline constexpr bool kIsText =
    std::is_convertible_v<const T&, std::string_view> || std::is_same_v<T, absl::string_view>;

template <class T>
inline constexpr bool kIsList = false;
template <class T, size_t N>
inline constexpr bool kIsList<std::span<T, N>> = true;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;

template <class T>
void BindOne(Binder& binder, const T& value) {
  if constexpr (std::is_same_v<T, std::nullopt_t>) {
    binder.Null();
  } else if constexpr (kIsOptional<T>) {
    if (value.has_value()) {
      BindOne(binder, *value);
    } else {
      binder.Null();
    }
  } else if constexpr (std::is_enum_v<T>) {
    BindOne(binder, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_integral_v<T> && (std::is_signed_v<T> || std::is_same_v<T, bool>)) {
    binder.Int(static_cast<int64_t>(value));
  } else if constexpr (std::is_integral_v<T>) {
    binder.Unsigned(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    binder.Double(value);
  } else if constexpr (std::is_same_v<T, absl::Time>) {
    binder.Time(value);
  } else if constexpr (std::is_same_v<T, absl::CivilDay>) {
    binder.Day(value);
  } else if constexpr (std::is_same_v<T, absl::string_view>) {
    binder.Text(std::string_view(value.data(), value.size()));
  } else if constexpr (kIsText<T>) {
    binder.Text(std::string_view(value));
  } else {
    static_assert(!sizeof(T), "this type cannot be a parameter: see common/sql/types.h");
  }
}

template <class T>
void Bind(Binder& binder, const T& value, [[maybe_unused]] int list_size) {
  if constexpr (kIsList<T>) {
    int n = 0;
    for (const auto& item : value) {
      BindOne(binder, item);
      ++n;
    }
    for (; n < list_size; ++n) BindOne(binder, value.back());
  } else {
    BindOne(binder, value);
  }
}

template <class T>
void ReadField(const Reader& reader, uint32_t column, T& out) {
  if constexpr (kIsOptional<T>) {
    if (reader.IsNull(column)) {
      out.reset();
    } else {
      ReadField(reader, column, out.emplace());
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    out = reader.Int(column) != 0;
  } else if constexpr (std::is_enum_v<T> || (std::is_integral_v<T> && std::is_signed_v<T>)) {
    out = static_cast<T>(reader.Int(column));
  } else if constexpr (std::is_integral_v<T>) {
    out = static_cast<T>(reader.Unsigned(column));
  } else if constexpr (std::is_same_v<T, double>) {
    out = reader.Double(column);
  } else if constexpr (std::is_same_v<T, absl::Time>) {
    out = reader.Time(column);
  } else if constexpr (std::is_same_v<T, absl::CivilDay>) {
    out = reader.Day(column);
  } else {
    out = T(reader.Text(column));
  }
}

template <class Row>
void ReadRow(const Reader& reader, Row& row) {
  std::apply(
      [&reader](auto&... field) {
        uint32_t column = 0;
        (ReadField(reader, ++column, field), ...);
      },
      Tie(row));
}

template <class... A>
constexpr size_t ListArguments() {
  return (static_cast<size_t>(kIsList<A>) + ... + 0);
}

// The length of the list argument, or -1 without one.
template <class... A>
int64_t ListLength(const A&... args) {
  int64_t length = -1;
  (
      [&length](const auto& arg) {
        if constexpr (kIsList<std::remove_cvref_t<decltype(arg)>>) {
          length = static_cast<int64_t>(arg.size());
        }
      }(args),
      ...);
  return length;
}

}  // namespace internal

class Session {
 public:
  explicit Session(internal::Connection& connection) : connection_(connection) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Every row of the result, in the order of the statement. With an empty list: no rows, no query.
  template <class Row, class... A>
  absl::StatusOr<std::vector<Row>> Select(const Query<Row>& query, const A&... args) {
    std::vector<Row> rows;
    absl::Status status = RunQuery(query.info(), args..., [&rows](internal::Reader& reader) {
      rows.clear();
      rows.reserve(reader.RowCount());
      while (reader.Next()) internal::ReadRow(reader, rows.emplace_back());
    });
    if (!status.ok()) return status;
    return rows;
  }

  // The only row, or nothing.
  //
  // Errors: INTERNAL when the statement answers more than one row.
  template <class Row, class... A>
  absl::StatusOr<std::optional<Row>> SelectOne(const Query<Row>& query, const A&... args) {
    std::optional<Row> row;
    size_t count = 0;
    absl::Status status = RunQuery(query.info(), args..., [&row, &count](internal::Reader& reader) {
      row.reset();
      count = reader.RowCount();
      if (reader.Next()) internal::ReadRow(reader, row.emplace());
    });
    if (!status.ok()) return status;
    if (count > 1) return TooManyRows(query.info());
    return row;
  }

  // The number of rows that the statement found, changed or not. With an empty list: 0, no
  // statement. (An INSERT … ON DUPLICATE KEY UPDATE counts 1 for a new and 2 for a changed row.)
  template <class... A>
  absl::StatusOr<int64_t> Execute(const Command& command, const A&... args) {
    static_assert(internal::ListArguments<A...>() <= 1, "a statement takes one list");
    const int64_t length = internal::ListLength(args...);
    return RunCommand(
        command.info(), length,
        [&]([[maybe_unused]] internal::Binder& binder, [[maybe_unused]] int list_size) {
          (internal::Bind(binder, args, list_size), ...);
        });
  }

  // Runs a one-row "INSERT … VALUES (?, …)" for all rows, up to 100 rows a statement. The fields of
  // `Row` are the placeholders in order. The text may end in ON DUPLICATE KEY UPDATE without
  // placeholders. Not atomic outside a transaction.
  template <class Row>
  absl::Status InsertMany(const Command& one_row_insert, const std::vector<Row>& rows) {
    return InsertMany(one_row_insert, std::span<const Row>(rows));
  }
  template <class Row>
  absl::Status InsertMany(const Command& one_row_insert, std::span<const Row> rows) {
    return RunBatches(
        one_row_insert.info(), rows.size(), [rows](internal::Binder& binder, size_t index) {
          std::apply([&binder](const auto&... field) { (internal::BindOne(binder, field), ...); },
                     internal::Tie(rows[index]));
        });
  }

  // True inside Transact and ReadSnapshot.
  bool in_transaction() const;

  // When the caller of Read, ReadSnapshot or Transact gives up.
  absl::Time deadline() const;

  // Prepares the statement, in every size if it takes a list, and checks its columns against the
  // row struct without running it. For tests and start-up checks.
  absl::Status Check(const internal::StatementInfo& statement);

  // Runs a text without parameters or result that is no registered statement: DDL of migrations and
  // fixtures. `name` is its metric label.
  absl::Status RunText(std::string_view name, const std::string& text);

 private:
  using BindFunction = absl::FunctionRef<void(internal::Binder&, int list_size)>;

  // The arguments and, last, the function that reads the result.
  template <class... A>
  absl::Status RunQuery(const internal::StatementInfo& info, const A&... args_and_read) {
    constexpr size_t kArgs = sizeof...(A) - 1;
    auto all = std::forward_as_tuple(args_and_read...);
    return [&]<size_t... I>(std::index_sequence<I...>) {
      static_assert(internal::ListArguments<
                        std::remove_cvref_t<std::tuple_element_t<I, decltype(all)>>...>() <= 1,
                    "a statement takes one list");
      const int64_t length = internal::ListLength(std::get<I>(all)...);
      return RunSelect(
          info, length,
          [&all]([[maybe_unused]] internal::Binder& binder, [[maybe_unused]] int list_size) {
            static_cast<void>(all);
            (internal::Bind(binder, std::get<I>(all), list_size), ...);
          },
          std::get<kArgs>(all));
    }
    (std::make_index_sequence<kArgs>{});
  }

  absl::Status RunSelect(const internal::StatementInfo& info, int64_t list_length,
                         BindFunction bind, absl::FunctionRef<void(internal::Reader&)> read);
  absl::StatusOr<int64_t> RunCommand(const internal::StatementInfo& info, int64_t list_length,
                                     BindFunction bind);
  absl::Status RunBatches(const internal::StatementInfo& info, size_t rows,
                          absl::FunctionRef<void(internal::Binder&, size_t index)> bind_row);
  absl::Status TooManyRows(const internal::StatementInfo& info);

  internal::Connection& connection_;
};

}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_SESSION_H_
