#include "common/sql/session.h"

#include "absl/strings/str_cat.h"
#include "common/sql/connection.h"

namespace ronghe::sql {

bool Session::in_transaction() const { return connection_.in_transaction(); }

absl::Time Session::deadline() const { return connection_.deadline(); }

absl::Status Session::Check(const internal::StatementInfo& statement) {
  return connection_.Check(statement);
}

absl::Status Session::RunText(std::string_view name, const std::string& text) {
  return connection_.Plain(name, text);
}

absl::Status Session::RunSelect(const internal::StatementInfo& info, int64_t list_length,
                                BindFunction bind,
                                absl::FunctionRef<void(internal::Reader&)> read) {
  return connection_.Select(info, list_length, bind, read);
}

absl::StatusOr<int64_t> Session::RunCommand(const internal::StatementInfo& info,
                                            int64_t list_length, BindFunction bind) {
  return connection_.Change(info, list_length, bind);
}

absl::Status Session::RunBatches(const internal::StatementInfo& info, size_t rows,
                                 absl::FunctionRef<void(internal::Binder&, size_t)> bind_row) {
  return connection_.Batches(info, rows, bind_row);
}

absl::Status Session::TooManyRows(const internal::StatementInfo& info) {
  return absl::InternalError(
      absl::StrCat("sql statement ", info.name, " answered more than one row"));
}

}  // namespace ronghe::sql
