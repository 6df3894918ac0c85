// What may happen in an admission case, and what comes of it?
//
// The state machine of 2.3 under every version of the rules: each event is judged by the version in
// force on its own day. Pure: it says how the case is next, which decisions are to be stored, which
// deadlines begin and end and what happens to the membership, and changes nothing.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_MACHINE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_MACHINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/admission/case.h"
#include "services/membership/domain/admission/event.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/work_calendar.h"

namespace ronghe::membership::admission {

// Who must act by a deadline.
enum class Actor : int32_t { kBranch, kApprover };

// A deadline (11.3) that begins, is met, or falls away with the rest.
struct DeadlineChange {
  enum class Kind { kSet, kMeet, kDropAll };
  Kind kind = Kind::kSet;
  std::string code;     // "DL-06"
  int32_t ordinal = 0;  // of a recurring one
  absl::CivilDay day;   // due, or met
  Actor actor = Actor::kBranch;
  Rule rule = {};
};

// What happens to the membership.
enum class MembershipAct {
  kNone,
  kAdmit,            // probationary from voted_on; counted on approved_on
  kAdmitDirectly,    // full from full_from
  kAdmitPosthumous,  // on record, never counted
  kConvert,          // full from full_from; counted on conversion_decided_on
  kNoteExtension,
  kDisqualify,
  kRefuse,  // not recognised
};

struct Effect {
  Case next;
  std::vector<Decision> decisions;
  std::vector<DeadlineChange> deadlines;
  MembershipAct act = MembershipAct::kNone;
};

// Thread-safe. The references must outlive it.
class Machine {
 public:
  Machine(const RuleBook& book, const WorkCalendar& calendar) : book_(book), calendar_(calendar) {}

  // Errors: FAILED_PRECONDITION A_STATE, A_DAY_ORDER, EFFECTIVE_DATE_IN_FUTURE, MOTION_MISMATCH, and
  // RuleRefused with the codes that stand with the methods in admission.proto.
  absl::StatusOr<Effect> Apply(const Case& before, const Event& event, absl::CivilDay today) const;

 private:
  const RuleBook& book_;
  const WorkCalendar& calendar_;
};

// Whether an event may happen in a state at all, its other conditions apart.
bool IsAllowed(EventKind event, State state);

// The last day of the half year `ordinal` (from 1) of cultivation.
absl::CivilDay ReviewDue(absl::CivilDay activist_on, int32_t ordinal, int64_t months);

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_MACHINE_H_
