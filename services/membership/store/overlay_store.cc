#include "services/membership/store/overlay_store.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_OVERLAY_COLUMNS                                                               \
  "id, member_id, organization_id, kind, valid_from, valid_to, "                             \
  "destination_organization_id, destination_region, reach, destination, former_occupation, " \
  "certificate, contact_person_id, purpose, reason, last_contact_on, contact_count, "        \
  "acknowledged_on, basis_collection, basis_id, create_time, update_time, open_kind"

const sql::Command kInsert("overlay.insert",
                           "INSERT INTO overlay (" RONGHE_OVERLAY_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                           "?, ?, ?)");
const sql::Query<OverlayRow> kLock("overlay.lock", "SELECT " RONGHE_OVERLAY_COLUMNS
                                                   " FROM overlay WHERE id = ? FOR UPDATE");
const sql::Command kUpdate(
    "overlay.update",
    "UPDATE overlay SET organization_id = ?, valid_to = ?, last_contact_on = ?, "
    "contact_count = ?, acknowledged_on = ?, update_time = ?, "
    "open_kind = ? WHERE id = ?");
const sql::Query<OverlayRow> kOpen("overlay.open", "SELECT " RONGHE_OVERLAY_COLUMNS
                                                   " FROM overlay WHERE member_id IN (?*) AND "
                                                   "open_kind > 0 ORDER BY member_id, open_kind");
const sql::Query<OverlayRow> kBetween("overlay.between",
                                      "SELECT " RONGHE_OVERLAY_COLUMNS
                                      " FROM overlay WHERE member_id IN (?*) AND valid_from < ? "
                                      "AND valid_to > ? ORDER BY member_id, id");
const sql::Query<OverlayRow> kOfMember("overlay.of_member",
                                       "SELECT " RONGHE_OVERLAY_COLUMNS
                                       " FROM overlay WHERE member_id = ? AND id < ? ORDER BY id "
                                       "DESC LIMIT ?");
const sql::Query<OverlayRow> kOpenIn("overlay.open_in_organizations",
                                     "SELECT " RONGHE_OVERLAY_COLUMNS
                                     " FROM overlay WHERE organization_id IN (?*) AND "
                                     "open_kind = ? AND id > ? ORDER BY id LIMIT ?");
const sql::Command kInsertContact("overlay_contact.insert",
                                  "INSERT INTO overlay_contact (id, overlay_id, day, method, "
                                  "create_time) VALUES (?, ?, ?, ?, ?)");

bool Flag(const MemberRow& member, OverlayKind kind) {
  return kind == OverlayKind::kFloating ? member.floating : member.out_of_contact;
}

OverlayRow Bare(int64_t id, const MemberRow& member, OverlayKind kind, absl::CivilDay day,
                absl::Time now) {
  return {.id = id,
          .member_id = member.id,
          .organization_id = member.organization_id,
          .kind = kind,
          .valid_from = day,
          .create_time = now,
          .update_time = now,
          .open_kind = static_cast<int32_t>(kind)};
}

// FollowFlags for at most 256 members.
absl::Status FollowSome(sql::Session& session, absl::FunctionRef<int64_t()> next_id,
                        std::span<const MemberRow> members, absl::CivilDay day, absl::Time now) {
  std::vector<int64_t> member_ids;
  for (const MemberRow& member : members) member_ids.push_back(member.id);
  RONGHE_ASSIGN_OR_RETURN(std::vector<OverlayRow> open, OpenOverlays(session, member_ids));
  std::vector<OverlayRow> missing;
  for (const MemberRow& member : members) {
    for (const OverlayKind kind : {OverlayKind::kFloating, OverlayKind::kOutOfContact}) {
      const auto found = std::find_if(open.begin(), open.end(), [&](const OverlayRow& row) {
        return row.member_id == member.id && row.kind == kind;
      });
      const bool flag = Flag(member, kind);
      if (flag && found == open.end()) {
        missing.push_back(Bare(next_id(), member, kind, day, now));
      } else if (!flag && found != open.end() && found->basis_id == 0) {
        found->valid_to = std::max(day, found->valid_from);
        found->open_kind.reset();
        found->update_time = now;
        RONGHE_RETURN_IF_ERROR(UpdateOverlay(session, *found));
      }
    }
  }
  return InsertOverlays(session, missing);
}

}  // namespace

absl::Status InsertOverlays(sql::Session& session, std::span<const OverlayRow> rows) {
  absl::Status status = session.InsertMany(kInsert, rows);
  if (status.code() == absl::StatusCode::kAlreadyExists &&
      sql::ViolatedKey(status) == "overlay_by_open") {
    return OverlayOpen();
  }
  return status;
}

absl::StatusOr<OverlayRow> LockOverlay(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<OverlayRow> row, session.SelectOne(kLock, id));
  if (!row) return OverlayNotFound(id);
  return *std::move(row);
}

absl::Status UpdateOverlay(sql::Session& session, const OverlayRow& row) {
  return session
      .Execute(kUpdate, row.organization_id, row.valid_to, row.last_contact_on, row.contact_count,
               row.acknowledged_on, row.update_time, row.open_kind, row.id)
      .status();
}

absl::StatusOr<std::vector<OverlayRow>> OpenOverlays(sql::Session& session,
                                                     std::span<const int64_t> member_ids) {
  return session.Select(kOpen, member_ids);
}

absl::StatusOr<std::vector<OverlayRow>> OverlaysBetween(sql::Session& session,
                                                        std::span<const int64_t> member_ids,
                                                        absl::CivilDay from, absl::CivilDay to) {
  return session.Select(kBetween, member_ids, to, from);
}

absl::StatusOr<std::vector<OverlayRow>> OverlaysOf(sql::Session& session, int64_t member_id,
                                                   int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

absl::StatusOr<std::vector<OverlayRow>> OpenOverlaysIn(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       OverlayKind kind, int64_t after_id,
                                                       int32_t limit) {
  return session.Select(kOpenIn, organization_ids, kind, after_id, limit);
}

absl::Status FollowFlags(sql::Session& session, absl::FunctionRef<int64_t()> next_id,
                         std::span<const MemberRow> members, absl::CivilDay day, absl::Time now) {
  for (size_t from = 0; from < members.size(); from += sql::kMaxList) {
    RONGHE_RETURN_IF_ERROR(FollowSome(
        session, next_id, members.subspan(from, std::min(sql::kMaxList, members.size() - from)),
        day, now));
  }
  return absl::OkStatus();
}

absl::Status InsertOverlayContact(sql::Session& session, const OverlayContactRow& row) {
  return session.InsertMany(kInsertContact, std::span(&row, 1));
}

}  // namespace ronghe::membership
