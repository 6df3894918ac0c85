// Where are meetings and the parts of their records kept?
#ifndef RONGHE_SERVICES_MEETING_STORE_MEETING_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_MEETING_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/meeting/domain/duty.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// Which meetings a list is about.
struct MeetingFilter {
  int32_t states = 0;  // bits 1 << state; 0: all but superseded ones
  Kinds kinds;         // empty: all
  absl::CivilDay from{1, 1, 1};
  absl::CivilDay to{9999, 12, 31};
};

// How many meetings of an organization pass a filter.
struct MeetingCountRow {
  int64_t organization_id = 0;
  int64_t meetings = 0;
};

// The first submitted of the meetings of an organization that meet a duty.
struct MetByRow {
  int64_t organization_id = 0;
  int64_t meeting_id = 0;
};

// Parts of a record that Save writes again.
struct ChangedParts {
  bool attendance = false;
  bool observers = false;
  bool agenda = false;
  bool motions = false;
  bool resolutions = false;
  bool attachments = false;

  static ChangedParts All() { return {true, true, true, true, true, true}; }
};

// All functions return the errors of sql::Session besides their own. Stateless.
class MeetingStore {
 public:
  // Inserts a meeting with all its parts; `meeting.etag` is taken as it is.
  absl::Status Insert(sql::Session& session, const Meeting& meeting) const;

  // Writes the meeting's row if its etag is still `meeting->etag`, and raises it; the parts named
  // are written again.
  //
  // Errors: ABORTED ETAG_MISMATCH.
  absl::Status Save(sql::Session& session, const ChangedParts& changed, Meeting* meeting) const;

  // With all parts. Nothing when there is none.
  absl::StatusOr<std::optional<Meeting>> Load(sql::Session& session, int64_t id) const;
  // The same, and holds the row until the end of the transaction.
  absl::StatusOr<std::optional<Meeting>> LoadForUpdate(sql::Session& session, int64_t id) const;
  // With its motions, but no other part.
  absl::StatusOr<std::optional<Meeting>> LoadWithMotions(sql::Session& session, int64_t id) const;
  // Without parts.
  absl::StatusOr<std::optional<Meeting>> LoadBrief(sql::Session& session, int64_t id) const;

  // All versions of a record without parts, the first one first.
  absl::StatusOr<std::vector<Meeting>> Versions(sql::Session& session, int64_t root_id) const;

  // Counts of the organizations (at most 256) that have meetings passing the filter.
  absl::StatusOr<std::vector<MeetingCountRow>> Count(sql::Session& session,
                                                     std::span<const int64_t> organization_ids,
                                                     const MeetingFilter& filter) const;
  // Up to `limit` meetings of one organization without parts, the latest first, after the one with
  // that day and id.
  absl::StatusOr<std::vector<Meeting>> List(sql::Session& session, int64_t organization_id,
                                            const MeetingFilter& filter, absl::CivilDay after_day,
                                            int64_t after_id, int32_t limit) const;

  // For each organization (at most 256), the first submitted meeting that counts and is held as
  // `kind` within the window; none where there is none.
  absl::StatusOr<std::vector<MetByRow>> FirstMeeting(sql::Session& session,
                                                     std::span<const int64_t> organization_ids,
                                                     Kind kind, const Window& window) const;
  // The same for one organization, seeing what other transactions have committed meanwhile.
  absl::StatusOr<std::optional<int64_t>> FirstMeetingLocked(sql::Session& session,
                                                            int64_t organization_id, Kind kind,
                                                            const Window& window) const;

 private:
  absl::Status LoadMotions(sql::Session& session, Meeting* meeting) const;
  absl::Status LoadParts(sql::Session& session, Meeting* meeting) const;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_MEETING_STORE_H_
