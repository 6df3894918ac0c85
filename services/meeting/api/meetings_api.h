// How are meetings planned, recorded, submitted, accepted and corrected?
#ifndef RONGHE_SERVICES_MEETING_API_MEETINGS_API_H_
#define RONGHE_SERVICES_MEETING_API_MEETINGS_API_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/auth/authorizer.h"
#include "common/metrics/metrics.h"
#include "common/org/org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/meeting/v1/meeting.pb.h"
#include "ronghe/meeting/v1/meeting.ronghe.h"
#include "services/meeting/api/convert.h"
#include "services/meeting/api/delegation_reader.h"
#include "services/meeting/api/duty_ledger.h"
#include "services/meeting/domain/meeting_state.h"
#include "services/meeting/domain/record_rules.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/store/duty_board.h"
#include "services/meeting/store/meeting_store.h"

namespace ronghe::meeting {

// Thread-safe. All references must outlive it.
class MeetingsApi : public v1::MeetingServiceHandler {
 public:
  // `scope` catches up with membership where something is missing. Windows that ended before
  // `calendar_start` hold no duties.
  MeetingsApi(service::Writer& writer, const org::OrgTree& tree, auth::OrgScope& scope,
              const RuleSets& rules, DutyBoard& board, const rpc::PageTokens& tokens,
              metrics::Registry& metrics, DelegationReader& delegations,
              absl::CivilDay calendar_start);

  absl::StatusOr<v1::Meeting> CreateMeeting(rpc::Call& call,
                                            const v1::CreateMeetingRequest& request) override;
  absl::StatusOr<v1::Meeting> GetMeeting(rpc::Call& call,
                                         const v1::GetMeetingRequest& request) override;
  absl::StatusOr<v1::MotionVerdict> GetMotion(rpc::Call& call,
                                              const v1::GetMotionRequest& request) override;
  absl::StatusOr<v1::ListMeetingsResponse> ListMeetings(
      rpc::Call& call, const v1::ListMeetingsRequest& request) override;
  absl::StatusOr<v1::ListMeetingVersionsResponse> ListMeetingVersions(
      rpc::Call& call, const v1::ListMeetingVersionsRequest& request) override;
  absl::StatusOr<v1::Meeting> OpenMeeting(rpc::Call& call,
                                          const v1::OpenMeetingRequest& request) override;
  absl::StatusOr<v1::Meeting> RecordAttendance(rpc::Call& call,
                                               const v1::RecordAttendanceRequest& request) override;
  absl::StatusOr<v1::Meeting> SetAgenda(rpc::Call& call,
                                        const v1::SetAgendaRequest& request) override;
  absl::StatusOr<v1::Meeting> SetMotions(rpc::Call& call,
                                         const v1::SetMotionsRequest& request) override;
  absl::StatusOr<v1::Meeting> SetResolutions(rpc::Call& call,
                                             const v1::SetResolutionsRequest& request) override;
  absl::StatusOr<v1::Meeting> CloseMeeting(rpc::Call& call,
                                           const v1::CloseMeetingRequest& request) override;
  absl::StatusOr<v1::Meeting> SubmitMeeting(rpc::Call& call,
                                            const v1::SubmitMeetingRequest& request) override;
  absl::StatusOr<v1::Meeting> AcceptMeeting(rpc::Call& call,
                                            const v1::AcceptMeetingRequest& request) override;
  absl::StatusOr<v1::Meeting> ReturnMeeting(rpc::Call& call,
                                            const v1::ReturnMeetingRequest& request) override;
  absl::StatusOr<v1::Meeting> CorrectMeeting(rpc::Call& call,
                                             const v1::CorrectMeetingRequest& request) override;

 private:
  // What a change does with the loaded meeting; it names the parts that it changed.
  using Change = absl::FunctionRef<absl::Status(service::WriteTx& tx, Meeting* meeting,
                                                ChangedParts* changed)>;

  // Loads, authorizes, checks etag and state, runs `change`, saves and answers the meeting.
  absl::StatusOr<v1::Meeting> Update(rpc::Call& call, const std::string& name,
                                     const std::string& etag, Action action, Change change);
  absl::StatusOr<Meeting> LoadForUpdate(service::WriteTx& tx, const std::string& name,
                                        const std::string& etag, Action action) const;
  // Runs `write` and, when somebody is missing on a roll, once more after catching up.
  absl::StatusOr<v1::Meeting> WithCatchUp(rpc::Call& call,
                                          absl::FunctionRef<absl::StatusOr<v1::Meeting>()> write);

  // The delegation of a meeting of delegates that is planned, which a call is about to open: read
  // before its transaction. Nothing for other meetings, and where there is none.
  absl::StatusOr<std::optional<Delegation>> DelegationOf(rpc::Call& call, const std::string& name);
  absl::Status Open(service::WriteTx& tx, absl::Time opened_at,
                    const std::optional<Delegation>& delegation, Meeting* meeting,
                    std::string_view field) const;
  absl::Status Apply(const RecordInput& record, Meeting* meeting, ChangedParts* changed) const;
  absl::Status Decide(Meeting* meeting) const;
  absl::Status CheckAccepter(rpc::Call& call, const Meeting& meeting) const;
  void Emit(service::WriteTx& tx, const Meeting& meeting, std::string_view what) const;
  void EmitMotions(service::WriteTx& tx, const Meeting& meeting) const;
  absl::StatusOr<v1::Meeting> Decide(rpc::Call& call, const std::string& name,
                                     const std::string& etag, Action action,
                                     const std::string& reason);

  service::Writer& writer_;
  const org::OrgTree& tree_;
  auth::OrgScope& scope_;
  const RuleSets& rules_;
  DutyBoard& board_;
  const rpc::PageTokens& tokens_;
  DelegationReader& delegations_;
  const MeetingStore store_{};
  const DutyLedger ledger_;
  metrics::Counter& failed_quorums_;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_MEETINGS_API_H_
