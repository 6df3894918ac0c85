// What became of a motion in a meeting, and is it the one that a case rests on?
//
// Meetings keep the votes; a case reads the verdict by the motion's name and looks whether it is
// about this case, of the right organization and kind, and settled.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MOTION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MOTION_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// By which rule a motion was decided (11.1); numbers of ronghe.meeting.v1.MotionKind.
enum class MotionKind : int32_t {
  kGeneral = 1,      // Q-GEN
  kCommittee = 2,    // Q-COMM
  kAdmission = 3,    // Q-ADMIT
  kConversion = 4,   // Q-CONV
  kDisposition = 5,  // Q-DISP
  kApproval = 6,     // Q-APPR
};

// What the record of a meeting says of a motion.
struct MotionVerdict {
  std::string name;  // "meetings/1/motions/2"
  MotionKind kind = MotionKind::kGeneral;
  std::string subject;  // "admissionCases/12"
  int64_t organization_id = 0;
  absl::CivilDay held_on;
  bool settled =
      false;            // the record was submitted or accepted, and no other version took its place
  int64_t roll = 0;     // N of 11.1
  int64_t present = 0;  // A
  int64_t votes_for = 0;    // Y
  int64_t written_for = 0;  // Yw
  int64_t votes_against = 0;
  int64_t abstained = 0;
  bool secret = false;
  bool carried = false;

  friend bool operator==(const MotionVerdict&, const MotionVerdict&) = default;
};

// Whether the motion is of one of `kinds`, about `subject`, of the organization, and settled.
//
// Errors: FAILED_PRECONDITION MOTION_MISMATCH with what was required and found, and in `part` which
// of kind, subject, organization and state does not fit.
absl::Status CheckMotion(const MotionVerdict& verdict, std::initializer_list<MotionKind> kinds,
                         std::string_view subject, int64_t organization_id);

// The same, and whether it was carried.
//
// Errors: FAILED_PRECONDITION MOTION_MISMATCH; MOTION_NOT_CARRIED under the rule of its kind.
absl::Status CheckVote(const MotionVerdict& verdict, std::initializer_list<MotionKind> kinds,
                       std::string_view subject, int64_t organization_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MOTION_H_
