// How are training sessions planned, attended, confirmed and read?
#ifndef RONGHE_SERVICES_TRAINING_API_SESSION_API_H_
#define RONGHE_SERVICES_TRAINING_API_SESSION_API_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/training/v1/session.ronghe.h"
#include "services/training/api/members.h"
#include "services/training/domain/session.h"

namespace ronghe::training {

// Errors of each method: see ronghe/training/v1/session.proto.
class SessionApi : public v1::SessionServiceHandler {
 public:
  SessionApi(service::Writer& writer, Members& members, const RuleBook& rules,
             const rpc::PageTokens& tokens)
      : writer_(writer), members_(members), rules_(rules), tokens_(tokens) {}

  absl::StatusOr<v1::Session> CreateSession(rpc::Call& call,
                                            const v1::CreateSessionRequest& request) override;
  absl::StatusOr<v1::Session> GetSession(rpc::Call& call,
                                         const v1::GetSessionRequest& request) override;
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      rpc::Call& call, const v1::ListSessionsRequest& request) override;
  absl::StatusOr<v1::Session> UpdateSession(rpc::Call& call,
                                            const v1::UpdateSessionRequest& request) override;
  absl::StatusOr<v1::Session> EnrolMembers(rpc::Call& call,
                                           const v1::EnrolMembersRequest& request) override;
  absl::StatusOr<v1::Session> RecordAttendance(rpc::Call& call,
                                               const v1::RecordAttendanceRequest& request) override;
  absl::StatusOr<v1::Session> ConfirmAttendance(
      rpc::Call& call, const v1::ConfirmAttendanceRequest& request) override;
  absl::StatusOr<v1::Session> CancelSession(rpc::Call& call,
                                            const v1::CancelSessionRequest& request) override;
  absl::StatusOr<v1::ListAttendancesResponse> ListAttendances(
      rpc::Call& call, const v1::ListAttendancesRequest& request) override;
  absl::StatusOr<v1::ListTrainingFormsResponse> ListTrainingForms(
      rpc::Call& call, const v1::ListTrainingFormsRequest& request) override;

 private:
  // Member ids with what to record; nothing recorded yet: only enrol.
  using Wanted = std::map<int64_t, AttendanceState>;
  absl::StatusOr<v1::Session> Attend(rpc::Call& call, const std::string& name, const Wanted& wanted,
                                     bool record);

  service::Writer& writer_;
  Members& members_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_API_SESSION_API_H_
