// What do the cases around a standing share: days of steps, committees above a branch, past exits?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_STANDING_SUPPORT_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_STANDING_SUPPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/call.h"
#include "common/service/write.h"
#include "google/type/date.pb.h"
#include "services/membership/api/membership_writer.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/standing/disposition.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/overlay_store.h"

namespace ronghe::membership {

// The day that a request gives; today when it gives none.
//
// Errors: INVALID_ARGUMENT FIELD_INVALID.
absl::StatusOr<absl::CivilDay> StepDay(const rpc::Call& call, bool present,
                                       const google::type::Date& date, std::string_view field);

// "organizations/12", empty for 0.
std::string OrganizationName(int64_t id);

// Errors: NOT_FOUND.
absl::StatusOr<MemberRow> LoadMember(sql::Session& session, int64_t id);

// The lowest committee (611) over a branch; 0 when there is none.
int64_t BasicCommitteeOver(const MembershipTree& tree, int64_t branch);

// Whether two branches are the same or stand under the same basic-level committee.
bool SharesCommittee(const MembershipTree& tree, int64_t branch, int64_t other);

// What is known of a committee that is to approve something about a branch. Where its level is not
// recorded, it counts as one of a county or above when it stands over the lowest committee.
absl::StatusOr<Approver> ApproverOf(sql::Session& session, const MembershipTree& tree,
                                    int64_t branch, int64_t approver, Organ organ);

// That the caller acts for `organization_id` too, beside the branch that was authorized.
//
// Errors: PERMISSION_DENIED SCOPE_DENIED.
absl::Status ActFor(const rpc::Call& call, int64_t organization_id);

// The code of the last change by which the membership ended; nothing when none did.
absl::StatusOr<std::optional<ChangeCode>> LastExit(sql::Session& session, int64_t member_id);

// M-06: until when (excluded) a person may not be admitted again; nothing when there is no ban on
// `day`. Asked by admission.
absl::StatusOr<std::optional<absl::CivilDay>> ReadmissionBanOf(sql::Session& session,
                                                               const RuleBooks& books,
                                                               int64_t member_id,
                                                               absl::CivilDay day);

// Changes the standing of a locked member by the machine of 3.2 (ChangeMembership).
//
// Errors: FAILED_PRECONDITION STANDING_TRANSITION_NOT_ALLOWED; those of ChangeMembership.
absl::Status ChangeStanding(service::WriteTx& tx, MemberRow& member, Standing next,
                            absl::CivilDay day, ChangeCode code, const Subject& basis);

// Makes the voting right of a locked member what the measures of discipline say on `day` (D-08).
// Changes nothing where it is so already.
absl::Status FollowDisciplines(service::WriteTx& tx, MemberRow& member, absl::CivilDay day,
                               const Subject& basis);

// Opens an overlay of a locked member and sets the flag of the member row that goes with it. It
// takes the place of one without particulars, which ends where it begins.
//
// Errors: ALREADY_EXISTS OVERLAY_OPEN.
absl::Status OpenOverlay(service::WriteTx& tx, MemberRow& member, const OverlayRow& row);
// Ends an open overlay of a locked member from `day` on, with its deadlines and the flag.
absl::Status CloseOverlay(service::WriteTx& tx, MemberRow& member, OverlayRow& row,
                          absl::CivilDay day);
// The open overlay of a kind of a member; nothing when there is none.
absl::StatusOr<std::optional<OverlayRow>> OpenOverlayOf(sql::Session& session, int64_t member_id,
                                                        OverlayKind kind);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_STANDING_SUPPORT_H_
