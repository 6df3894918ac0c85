#include "services/membership/api/transfer_acceptance.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "ronghe/membership/v1/member.pb.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/membership_writer.h"
#include "services/membership/api/organization_writer.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/transfer/errors.h"
#include "services/membership/store/deadline_store.h"

namespace ronghe::membership {
namespace {

// The school need not keep who was received elsewhere (DL-15).
absl::Status MeetGraduateDeadline(service::WriteTx& tx, int64_t member_id, absl::CivilDay day) {
  return MeetDeadline(tx.session(), {"members", member_id}, "DL-15", day, tx.now());
}

// A change of every member of the case.
template <class Next>
absl::Status ChangeMembers(service::WriteTx& tx, MembershipTree& tree, const TransferRow& row,
                           absl::CivilDay day, ChangeCode code, std::string_view field, Next next) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> members, LockTransferMembers(tx, tree, row));
  for (MemberRow& member : members) {
    RONGHE_RETURN_IF_ERROR(ChangeMembership(tx, member,
                                            {.next = next(member.membership()),
                                             .day = day,
                                             .code = code,
                                             .basis = row.subject(),
                                             .changed_field = field}));
    RONGHE_RETURN_IF_ERROR(MeetGraduateDeadline(tx, member.id, day));
  }
  return absl::OkStatus();
}

// Somebody who is on record comes back.
absl::Status Resume(service::WriteTx& tx, const PersonalFields& fields, const Particulars& person,
                    MemberRow row, const MembershipChange& change) {
  if (IsMember(row.standing)) return MemberExists();
  RONGHE_RETURN_IF_ERROR(WriteParticulars(person, fields, true, true, row));
  return ResumeMembership(tx, row, change);
}

// Lists the members of all organizations of a unit, and answers how many they are.
absl::StatusOr<int32_t> ListUnit(sql::Session& session, const org::OrgTree& tree,
                                 const TransferRow& row) {
  const std::vector<int64_t> ids =
      tree.SubtreeIds(row.unit_organization_id, std::nullopt, std::numeric_limits<int32_t>::max(),
                      [](const org::OrgBrief&) { return true; });
  int32_t count = 0;
  for (size_t from = 0; from < ids.size(); from += sql::kMaxList) {
    const auto some =
        std::span<const int64_t>(ids).subspan(from, std::min(sql::kMaxList, ids.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const int32_t listed, ListUnitMembers(session, row.id, some));
    count += listed;
  }
  return count;
}

}  // namespace

absl::StatusOr<std::vector<MemberRow>> LockTransferMembers(service::WriteTx& tx,
                                                           MembershipTree& tree,
                                                           const TransferRow& row) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransferMemberRow> members,
                          MembersOfTransfer(tx.session(), row.id));
  std::vector<MemberRow> locked;
  locked.reserve(members.size());
  for (const TransferMemberRow& member : members) {
    RONGHE_ASSIGN_OR_RETURN(MemberRow found, LockMember(tx.session(), member.member_id));
    if (found.standing != Standing::kNormal) return TransferMemberNotNormal(found.id);
    if (!tree.Within(found.organization_id, row.sender_organization_id)) {
      return TransferMemberMoved(found.id);
    }
    locked.push_back(std::move(found));
  }
  return locked;
}

absl::Status MoveMembersIn(service::WriteTx& tx, MembershipTree& tree, const TransferRow& row,
                           absl::CivilDay day) {
  return ChangeMembers(tx, tree, row, day, row.reach, "organization", [&](Membership membership) {
    membership.organization_id = row.to_organization_id;
    return membership;
  });
}

absl::Status LetMembersGo(service::WriteTx& tx, MembershipTree& tree, const TransferRow& row,
                          absl::CivilDay day) {
  return ChangeMembers(tx, tree, row, day, ChangeCode::kOut, "standing", [](Membership membership) {
    membership.standing = Standing::kLeft;
    membership.voting_suspended = false;
    return membership;
  });
}

absl::Status TakePersonIn(service::WriteTx& tx, const PersonalFields& fields,
                          const TransferRow& row, absl::CivilDay day) {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferPersonRow> person,
                          PersonOfTransfer(session, row.id));
  if (!person || person->particulars.empty()) return TransferPersonGone();
  RONGHE_ASSIGN_OR_RETURN(const Particulars particulars,
                          OpenParticulars(fields, person->particulars, row.id));
  const MembershipChange change{.next = {row.to_organization_id, particulars.category},
                                .day = day,
                                .code = row.reach,
                                .basis = row.subject(),
                                .changed_field = "organization"};
  const std::vector<std::string> indexes = {fields.IdentityIndex(particulars.identity_number)};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> known, MembersByIdentity(session, indexes));
  int64_t member_id = 0;
  if (known.empty()) {
    MemberRow member{.id = tx.NextId(), .create_time = tx.now(), .update_time = tx.now()};
    member_id = member.id;
    RONGHE_RETURN_IF_ERROR(WriteParticulars(particulars, fields, true, true, member));
    RONGHE_RETURN_IF_ERROR(BeginMembership(
        tx, member,
        FirstIntervals(change.next, *particulars.joined_on, particulars.converted_on, day),
        change.code, change.basis));
  } else {
    member_id = known.front().id;
    RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, member_id));
    RONGHE_RETURN_IF_ERROR(Resume(tx, fields, particulars, std::move(member), change));
  }
  RONGHE_RETURN_IF_ERROR(SetTransferPersonMember(session, row.id, member_id));
  const TransferMemberRow listed{.transfer_id = row.id,
                                 .member_id = member_id,
                                 .category = particulars.category,
                                 .dues_paid_through = person->dues_paid_through,
                                 .dues_source = DuesSource::kStated};
  return InsertTransferMembers(session, std::span(&listed, 1));
}

absl::Status MoveUnit(service::WriteTx& tx, MembershipTree& tree, const OrganizationRules& rules,
                      TransferRow& row, absl::CivilDay today) {
  sql::Session& session = tx.session();
  RONGHE_RETURN_IF_ERROR(LockTree(session).status());
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<OrganizationRow> locked,
      LockOrganizations(session, {row.unit_organization_id, row.to_organization_id}));
  const auto unit = std::find_if(locked.begin(), locked.end(), [&](const OrganizationRow& found) {
    return found.id == row.unit_organization_id;
  });
  if (unit == locked.end() || unit->parent_id != row.from_organization_id) {
    return TransferUnitMoved(row.unit_organization_id);
  }
  RONGHE_ASSIGN_OR_RETURN(row.member_count, ListUnit(session, tree.tree(), row));
  RONGHE_RETURN_IF_ERROR(
      MoveUnder(tx, tree, rules, row.unit_organization_id, row.to_organization_id).status());
  row.effective_on = today;
  row.pending_count = row.member_count;
  return NoteUnitMembers(
      session, [&tx] { return tx.NextId(); }, row, kNotedAtOnce, tx.now());
}

absl::StatusOr<sql::Bytes> SealParticulars(const PersonalFields& fields,
                                           const Particulars& particulars, int64_t transfer_id) {
  v1::Member member;
  member.set_full_name(particulars.full_name);
  member.set_gender(static_cast<v1::Gender>(particulars.gender));
  member.set_identity_number(particulars.identity_number);
  member.set_ethnicity(particulars.ethnicity);
  if (particulars.birth_date) {
    *member.mutable_birth_date() = rpc::ToProto(*particulars.birth_date);
  }
  member.set_education(particulars.education);
  member.set_degree(particulars.degree);
  member.set_phone(particulars.phone);
  member.set_category(static_cast<v1::MemberCategory>(particulars.category));
  if (particulars.joined_on) *member.mutable_joined_on() = rpc::ToProto(*particulars.joined_on);
  if (particulars.converted_on) {
    *member.mutable_converted_on() = rpc::ToProto(*particulars.converted_on);
  }
  member.set_standing_adjustment_months(particulars.adjustment_months);
  member.set_occupation(particulars.occupation);
  member.set_technical_post(particulars.technical_post);
  member.set_migrant_worker(particulars.migrant_worker);
  member.set_residence_region(particulars.residence_region);
  member.set_household_region(particulars.household_region);
  return fields.SealTransferPerson(member.SerializeAsString(), transfer_id);
}

absl::StatusOr<Particulars> OpenParticulars(const PersonalFields& fields, std::string_view sealed,
                                            int64_t transfer_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes, fields.OpenTransferPerson(sealed, transfer_id));
  v1::Member member;
  std::vector<error::FieldViolation> violations;
  if (!member.ParseFromString(bytes)) {
    return error::Make(absl::StatusCode::kDataLoss, "PARTICULARS_DAMAGED", "系统内部错误");
  }
  return ReadParticulars(member, violations);
}

}  // namespace ronghe::membership
