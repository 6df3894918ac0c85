// How does membership learn who took part in organizational life?
#ifndef RONGHE_SERVICES_MEETING_API_ATTENDANCE_API_H_
#define RONGHE_SERVICES_MEETING_API_ATTENDANCE_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/meeting/v1/attendance.pb.h"
#include "ronghe/meeting/v1/attendance.ronghe.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/store/attendance_store.h"

namespace ronghe::meeting {

// Thread-safe. References must outlive it.
class AttendanceApi : public v1::AttendanceServiceHandler {
 public:
  AttendanceApi(sql::Database& database, const RuleSets& rules, const rpc::PageTokens& tokens)
      : database_(database), rules_(rules), tokens_(tokens) {}

  absl::StatusOr<v1::ListAttendanceResponse> ListAttendance(
      rpc::Call& call, const v1::ListAttendanceRequest& request) override;

 private:
  sql::Database& database_;
  const RuleSets& rules_;
  const rpc::PageTokens& tokens_;
  const AttendanceStore store_{};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_ATTENDANCE_API_H_
