// How do handlers read what many requests have alike: a day, and the place where a page goes on?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_REQUEST_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_REQUEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/call.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "google/type/date.pb.h"
#include "services/membership/api/convert.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {

// The day that a request gives under `path`; today when it gives none.
//
// Errors: INVALID_ARGUMENT FIELD_INVALID; FAILED_PRECONDITION EFFECTIVE_DATE_IN_FUTURE.
inline absl::StatusOr<absl::CivilDay> PastDay(const rpc::Call& call, bool present,
                                              const google::type::Date& date,
                                              std::string_view path) {
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day = ReadDay(present, date, path, violations).value_or(today);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (day > today) return EffectiveDateInFuture(day, today);
  return day;
}

// Rows of a page, and the token of the next one.
template <class Row>
struct RowPage {
  std::vector<Row> rows;
  std::string next_page_token;
};

// A page of rows that are ordered by their id, from behind `first` on (towards higher or lower ids,
// as `read` reads). `filter` is everything of the request but page size and token.
template <class Row>
absl::StatusOr<RowPage<Row>> ReadIdPage(
    rpc::Call& call, sql::Database& database, const rpc::PageTokens& tokens,
    std::string_view filter, int32_t page_size, std::string_view page_token, int64_t first,
    absl::FunctionRef<absl::StatusOr<std::vector<Row>>(sql::Session&, int64_t, int32_t)> read) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t behind,
                          tokens.OpenNumber(call.method(), filter, page_token, first));
  const int32_t size = rpc::PageSize(page_size);
  RowPage<Row> page;
  RONGHE_ASSIGN_OR_RETURN(page.rows, database.Read(call.deadline(), [&](sql::Session& session) {
    return read(session, behind, size + 1);
  }));
  if (page.rows.size() > static_cast<size_t>(size)) {
    page.rows.resize(static_cast<size_t>(size));
    page.next_page_token = tokens.Seal(call.method(), filter, base::Cat(page.rows.back().id));
  }
  return page;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_REQUEST_H_
