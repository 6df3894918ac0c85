#include "services/membership/store/change_store.h"

namespace ronghe::membership {
namespace {

#define RONGHE_CHANGE_COLUMNS                                                           \
  "id, member_id, code, day, from_organization_id, to_organization_id, from_category, " \
  "to_category, from_standing, to_standing, basis_collection, basis_id, create_time"

const sql::Command kInsert("membership_change.insert",
                           "INSERT INTO membership_change (" RONGHE_CHANGE_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<MembershipChangeRow> kOfMember(
    "membership_change.of_member",
    "SELECT " RONGHE_CHANGE_COLUMNS
    " FROM membership_change WHERE member_id = ? AND id < ? ORDER BY id DESC LIMIT ?");

}  // namespace

MembershipChangeRow MakeChange(int64_t id, int64_t member_id, const Membership* before,
                               const Membership* after, absl::CivilDay day, ChangeCode code,
                               const Subject& basis, absl::Time now) {
  MembershipChangeRow change{.id = id,
                             .member_id = member_id,
                             .code = code,
                             .day = day,
                             .basis_collection = basis.collection,
                             .basis_id = basis.id,
                             .create_time = now};
  if (before != nullptr) {
    change.from_organization_id = before->organization_id;
    change.from_category = static_cast<int32_t>(before->category);
    change.from_standing = static_cast<int32_t>(before->standing);
  }
  if (after != nullptr) {
    change.to_organization_id = IsMember(after->standing) ? after->organization_id : 0;
    change.to_category = static_cast<int32_t>(after->category);
    change.to_standing = static_cast<int32_t>(after->standing);
  }
  return change;
}

absl::Status InsertChanges(sql::Session& session, std::span<const MembershipChangeRow> rows) {
  return session.InsertMany(kInsert, rows);
}

absl::StatusOr<std::vector<MembershipChangeRow>> ChangesOf(sql::Session& session, int64_t member_id,
                                                           int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

}  // namespace ronghe::membership
