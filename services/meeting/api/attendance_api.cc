#include "services/meeting/api/attendance_api.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/meeting/api/convert.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

constexpr int kMaxMonths = 24;
constexpr int32_t kMaxPage = 1000;

absl::Status InvalidField(std::string field, std::string_view message_zh) {
  return error::InvalidFields({{std::move(field), std::string(message_zh)}});
}

absl::StatusOr<std::vector<int64_t>> OrganizationsOf(const v1::ListAttendanceRequest& request) {
  std::vector<int64_t> ids;
  for (const std::string& name : request.organizations()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "organizations"));
    ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// "12|24321": the member and month of the last row.
absl::StatusOr<MemberMonth> ParseCursor(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '|');
  MemberMonth cursor;
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &cursor.member_id) &&
      absl::SimpleAtoi(parts[1], &cursor.month)) {
    return cursor;
  }
  return error::Make(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID", "翻页标记无效。");
}

v1::MemberMonth ToProto(const MemberMonthRow& row) {
  v1::MemberMonth proto;
  proto.set_member(base::Name("members", row.member_id));
  *proto.mutable_month() = rpc::ToProto(absl::CivilDay(MonthOf(row.month)));
  proto.set_attended(row.attended > 0);
  proto.set_excused(row.attended == 0 && row.excused == row.meetings);
  if (proto.excused()) proto.set_reason(static_cast<v1::AbsenceReason>(row.reason));
  proto.set_meetings(static_cast<int32_t>(row.meetings));
  proto.set_excused_meetings(static_cast<int32_t>(row.excused));
  return proto;
}

}  // namespace

absl::StatusOr<v1::ListAttendanceResponse> AttendanceApi::ListAttendance(
    rpc::Call& call, const v1::ListAttendanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> organizations, OrganizationsOf(request));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay first,
                          DayFrom(request.first_month(), "first_month"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay last, DayFrom(request.last_month(), "last_month"));
  const absl::CivilMonth start(first);
  const absl::CivilMonth end = absl::CivilMonth(last) + 1;
  if (end <= start || end - start > kMaxMonths) {
    return InvalidField("last_month", "月份范围应为一至二十四个月");
  }
  const std::string filter_hash =
      Cat(absl::StrJoin(organizations, ","), "|", MonthNumber(absl::CivilDay(start)), "|",
          MonthNumber(absl::CivilDay(end)));
  MemberMonth after;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(after, ParseCursor(cursor));
  }
  const int32_t page =
      request.page_size() <= 0 ? rpc::kDefaultPageSize : std::min(request.page_size(), kMaxPage);
  RONGHE_ASSIGN_OR_RETURN(std::vector<MemberMonthRow> rows,
                          database_.ReadSnapshot(call.deadline(), [&](sql::Session& session) {
                            return store_.List(session, std::span<const int64_t>(organizations),
                                               rules_.At(last).organizational_life,
                                               absl::CivilDay(start), absl::CivilDay(end), after,
                                               page + 1);
                          }));
  v1::ListAttendanceResponse response;
  const bool more = rows.size() > static_cast<size_t>(page);
  if (more) rows.resize(page);
  for (const MemberMonthRow& row : rows) *response.add_months() = ToProto(row);
  if (more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter_hash,
                                              Cat(rows.back().member_id, "|", rows.back().month)));
  }
  return response;
}

}  // namespace ronghe::meeting
