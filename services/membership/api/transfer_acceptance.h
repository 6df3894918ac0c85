// What does the acceptance of a transfer do to memberships?
//
// Each function runs inside the transaction of the step, so that the state of the case and the
// memberships change together or not at all.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_ACCEPTANCE_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_ACCEPTANCE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/service/write.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {

// So many members of a unit have their history written by the acceptance itself; what is left is
// written by a job (jobs/unit_noter.h).
inline constexpr int32_t kNotedAtOnce = 500;

// Locks the members of a transfer, by id.
//
// Errors: TRANSFER_MEMBER_NOT_NORMAL; TRANSFER_MEMBER_MOVED when one belongs below the sending
// committee no longer.
absl::StatusOr<std::vector<MemberRow>> LockTransferMembers(service::WriteTx& tx,
                                                           MembershipTree& tree,
                                                           const TransferRow& row);

// From `day` on the members belong to the receiving branch. Errors: those of LockTransferMembers
// and of ChangeMembership.
absl::Status MoveMembersIn(service::WriteTx& tx, MembershipTree& tree, const TransferRow& row,
                           absl::CivilDay day);

// From `day` on the members are members elsewhere. Errors: as MoveMembersIn.
absl::Status LetMembersGo(service::WriteTx& tx, MembershipTree& tree, const TransferRow& row,
                          absl::CivilDay day);

// The person from outside becomes a member, or is one again, from `day` on.
//
// Errors: MEMBER_EXISTS; those of BeginMembership, ResumeMembership and PersonalFields.
absl::Status TakePersonIn(service::WriteTx& tx, const PersonalFields& fields,
                          const TransferRow& row, absl::CivilDay day);

// The unit goes under the receiver today, whatever its size, and its members are listed in the case
// as they are at this moment. Every one of them gets a change of the code for whole units from the
// old parent to the new one: the first ones now, the others as pending_count says. Sets
// effective_on, member_count, pending_count and noted_to.
//
// Errors: TRANSFER_UNIT_MOVED; those of Reparent.
absl::Status MoveUnit(service::WriteTx& tx, MembershipTree& tree, const OrganizationRules& rules,
                      TransferRow& row, absl::CivilDay today);

// The particulars of a person from outside as they lie in a case, and back.
//
// Errors: those of PersonalFields; INTERNAL.
absl::StatusOr<sql::Bytes> SealParticulars(const PersonalFields& fields,
                                           const Particulars& particulars, int64_t transfer_id);
absl::StatusOr<Particulars> OpenParticulars(const PersonalFields& fields, std::string_view sealed,
                                            int64_t transfer_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_TRANSFER_ACCEPTANCE_H_
