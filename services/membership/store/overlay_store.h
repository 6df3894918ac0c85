// Which SQL runs on overlay and overlay_contact?
//
// A member has at most one open overlay of a kind, by a unique key. Single ones are written by
// api/overlay_writer.h, those of a roster by FollowFlags: so the flags of the member row stay in
// step. Functions answer the errors of
// sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_OVERLAY_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_OVERLAY_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/standing/overlay.h"
#include "services/membership/domain/subject.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {

inline constexpr char kOverlays[] = "overlays";

struct OverlayRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  OverlayKind kind = OverlayKind::kFloating;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
  int64_t destination_organization_id = 0;  // 0: unknown
  std::string destination_region;           // GB/T 2260, or a country of GB/T 2659
  int32_t reach = 0;                        // of FloatingReach
  int32_t destination = 0;                  // of FloatingDestination
  int32_t former_occupation = 0;            // of FloatingOccupation
  bool certificate = false;
  int64_t contact_person_id = 0;  // 0: none
  int32_t purpose = 0;            // of AbroadPurpose
  int32_t reason = 0;             // of ExcuseReason
  std::optional<absl::CivilDay> last_contact_on;
  int32_t contact_count = 0;
  std::optional<absl::CivilDay> acknowledged_on;
  std::string basis_collection;  // the case that it belongs to; empty: none
  int64_t basis_id = 0;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<int32_t> open_kind;  // the kind while it is open

  bool open() const { return open_kind.has_value(); }
  // Came from a flag, without particulars (FollowFlags).
  bool bare() const { return basis_id == 0 && reach == 0 && purpose == 0 && reason == 0; }
  Subject subject() const { return {kOverlays, id}; }
};

struct OverlayContactRow {
  int64_t id = 0;
  int64_t overlay_id = 0;
  absl::CivilDay day;
  int32_t method = 0;  // of ContactMethod
  absl::Time create_time;
};

// Errors: OVERLAY_OPEN when one of the same kind is open.
absl::Status InsertOverlays(sql::Session& session, std::span<const OverlayRow> rows);

// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<OverlayRow> LockOverlay(sql::Session& session, int64_t id);

// Writes organization, end, contacts and acknowledgement.
absl::Status UpdateOverlay(sql::Session& session, const OverlayRow& row);

// The open overlays of members, by member and kind. At most 256 ids.
absl::StatusOr<std::vector<OverlayRow>> OpenOverlays(sql::Session& session,
                                                     std::span<const int64_t> member_ids);

// The overlays of members that cover some day of [from, to), by member and id. At most 256 ids.
absl::StatusOr<std::vector<OverlayRow>> OverlaysBetween(sql::Session& session,
                                                        std::span<const int64_t> member_ids,
                                                        absl::CivilDay from, absl::CivilDay to);

// Up to `limit` overlays of a member before `before_id`, the newest first.
absl::StatusOr<std::vector<OverlayRow>> OverlaysOf(sql::Session& session, int64_t member_id,
                                                   int64_t before_id, int32_t limit);

// Up to `limit` open overlays of a kind in branches (at most 256) after `after_id`, by id.
absl::StatusOr<std::vector<OverlayRow>> OpenOverlaysIn(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       OverlayKind kind, int64_t after_id,
                                                       int32_t limit);

// Brings the overlays in step with the flags `floating` and `out_of_contact` of members that were
// entered as they are (a roster, the opening records): opens what is missing from `day` on, without
// particulars, and ends what no flag says any more and no case holds.
// `next_id` gives the ids.
absl::Status FollowFlags(sql::Session& session, absl::FunctionRef<int64_t()> next_id,
                         std::span<const MemberRow> members, absl::CivilDay day, absl::Time now);

absl::Status InsertOverlayContact(sql::Session& session, const OverlayContactRow& row);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_OVERLAY_STORE_H_
