// What do the six-month counters ask of others: attendance of meeting, dues, transfers under way?
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_LAPSE_SOURCES_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_LAPSE_SOURCES_H_

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <span>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/standing/lapse.h"
#include "services/membership/store/lapse_store.h"

namespace ronghe::membership {

// A month of a member.
struct MemberMonth {
  int64_t member_id = 0;
  int32_t month = 0;  // 202611

  friend auto operator<=>(const MemberMonth&, const MemberMonth&) = default;
};

// What meetings say. A month that is missing says nothing: nobody was invited.
class AttendanceSource {
 public:
  virtual ~AttendanceSource() = default;

  // The months `first` to `last` (included) of members: invited, attended, excused. A member who
  // moved stands in `members` once for each organization.
  //
  // Errors: UNAVAILABLE, DEADLINE_EXCEEDED; what the meeting service answers.
  virtual absl::StatusOr<std::map<MemberMonth, AttendanceFact>> Read(
      absl::Time deadline, std::span<const CountedMember> members, absl::CivilMonth first,
      absl::CivilMonth last) = 0;
};

// What the accounts of dues say. A month that is missing has no account: nothing was to be paid.
class DuesHistory {
 public:
  virtual ~DuesHistory() = default;

  // The months `first` to `last` (included) of members. At most 256.
  //
  // Errors: those of sql::Session.
  virtual absl::StatusOr<std::map<MemberMonth, DuesFact>> Read(
      sql::Session& session, std::span<const CountedMember> members, absl::CivilMonth first,
      absl::CivilMonth last) = 0;
};

// Who was on the way to another organization.
class TransitSource {
 public:
  virtual ~TransitSource() = default;

  // The months `first` to `last` (included) in which members were in transit on some day. At most
  // 256.
  //
  // Errors: those of sql::Session.
  virtual absl::StatusOr<std::set<MemberMonth>> Read(sql::Session& session,
                                                     std::span<const CountedMember> members,
                                                     absl::CivilMonth first,
                                                     absl::CivilMonth last) = 0;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_LAPSE_SOURCES_H_
