// How is an SQL statement written down, once, so that every statement of a binary can be listed?
//
//   struct MemberRow { int64_t id; std::string name; std::optional<absl::CivilDay> joined_on; };
//   const sql::Query<MemberRow> kMemberById(
//       "member.by_id", "SELECT id, name, joined_on FROM member WHERE id = ?");
//   const sql::Command kRename("member.rename", "UPDATE member SET name = ? WHERE id = ?");
//
// Statements are objects at namespace scope. Each registers itself under its name, which is also
// its metric label and what the log says of one that is slow. A text may contain one list marker
// "(?*)", which is expanded to 1, 4, 16, 64 or 256 placeholders.
#ifndef RONGHE_COMMON_SQL_STATEMENT_H_
#define RONGHE_COMMON_SQL_STATEMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/reflect.h"
#include "common/sql/types.h"

namespace ronghe::sql {

inline constexpr size_t kMaxList = 256;

namespace internal {

inline constexpr std::array<int, 5> kListSizes = {1, 4, 16, 64, 256};
inline constexpr std::array<int, 3> kBatchSizes = {1, 10, 100};
inline constexpr uint32_t kSlotsPerStatement = 8;

// One registered statement. Lives as long as the process.
struct StatementInfo {
  std::string name;
  std::string text;
  bool is_query = false;
  std::vector<FieldSpec> columns;  // of a query
  uint32_t index = 0;              // position in the registry
  int parameters = 0;              // placeholders, the list marker not counted
  bool has_list = false;
};

// Aborts the process if the name is taken by another text or the text is malformed (two list
// markers, no name): a mistake in the source that no run may survive.
const StatementInfo* Register(const char* name, const char* text, bool is_query,
                              std::vector<FieldSpec> columns);

// Every statement registered so far, in order of registration.
std::vector<const StatementInfo*> RegisteredStatements();

// The text sent to the server: comment, list marker expanded to `list_size` placeholders.
std::string ExpandedText(const StatementInfo& info, int list_size);

// The text with the VALUES tuple repeated `rows` times.
//
// Errors: INTERNAL naming the statement when there is no VALUES tuple with placeholders or
// when placeholders stand outside it.
absl::StatusOr<std::string> BatchText(const StatementInfo& info, int rows);

template <class Row>
std::vector<FieldSpec> ColumnsOf() {
  return []<class... F>(std::type_identity<std::tuple<F&...>>) {
    return std::vector<FieldSpec>{SpecOf<F>()...};
  }(std::type_identity<FieldTuple<Row>>{});
}

}  // namespace internal

// A statement that answers rows. `Row` is a plain struct with its fields in column order.
template <class Row>
class Query {
 public:
  Query(const char* name, const char* text)
      : info_(internal::Register(name, text, true, internal::ColumnsOf<Row>())) {}
  const internal::StatementInfo& info() const { return *info_; }

 private:
  const internal::StatementInfo* info_;
};

// A statement that changes rows.
class Command {
 public:
  Command(const char* name, const char* text) : info_(internal::Register(name, text, false, {})) {}
  const internal::StatementInfo& info() const { return *info_; }

 private:
  const internal::StatementInfo* info_;
};

}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_STATEMENT_H_
