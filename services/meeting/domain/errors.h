// Which errors does the meeting service answer with? Every refusal by a rule carries rule_id,
// rule_set, source, required and actual in its metadata.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_ERRORS_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_ERRORS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting::errors {

// NOT_FOUND.
absl::Status OrganizationNotFound(int64_t organization_id);       // ORGANIZATION_NOT_FOUND
absl::Status MeetingNotFound(int64_t meeting_id);                 // MEETING_NOT_FOUND
absl::Status MotionNotFound(int64_t meeting_id, int64_t number);  // MOTION_NOT_FOUND
absl::Status DutyNotFound(int64_t duty_id);                       // DUTY_NOT_FOUND
absl::Status RuleNotFound(std::string_view rule_id);              // RULE_NOT_FOUND

// FAILED_PRECONDITION: the state does not allow the action.
absl::Status StateInvalid(State actual, std::string_view action);  // STATE_INVALID

// FAILED_PRECONDITION: refused by a rule.
// B_KIND_NOT_HELD: an organization of this kind does not hold such meetings.
absl::Status KindNotHeld(const RuleSet& rules, Kind kind, std::string_view organization_kind);
// B_ORGANIZATION_REVOKED: it no longer existed on that day.
absl::Status OrganizationRevoked(const RuleSet& rules, int64_t organization_id,
                                 absl::CivilDay revoked_on, absl::CivilDay day);
// B_ROLL_EMPTY: nobody is on the roll of a meeting that needs one (11.2).
absl::Status RollEmpty(const RuleSet& rules, int64_t organization_id, absl::CivilDay day);
// B_ROLL_TOO_LARGE: the members of so many organizations don't meet in one place.
absl::Status RollTooLarge(const RuleSet& rules, size_t most);
// X_DELEGATION: these delegates can't meet.
absl::Status DelegationInvalid(const RuleSet& rules, std::string required, std::string actual);
// B_NOT_ON_ROLL: attendance names somebody who is not on the frozen roll.
absl::Status NotOnRoll(const RuleSet& rules, int64_t member_id);
// B_EVENT_DATE_FIXED: the event date may not be altered (1.4).
absl::Status EventDateFixed(const RuleSet& rules, absl::CivilDay fixed, absl::CivilDay claimed);
// Q_EMPTY: a vote with nobody on the voting roll.
absl::Status QuorumOfNobody(const RuleSet& rules, const VoteRule& rule);
// Q_QUORUM: claimed as passed with too few present.
absl::Status NoQuorum(const RuleSet& rules, const VoteRule& rule, int64_t required,
                      int64_t present);
// Q_MAJORITY: claimed as passed with too few votes.
absl::Status NoMajority(const RuleSet& rules, const VoteRule& rule, int64_t required,
                        int64_t votes_for);
// Q_WRITTEN_NOT_COUNTED: written opinions where the rule knows none.
absl::Status WrittenNotCounted(const RuleSet& rules, const VoteRule& rule, int64_t written);
// Q_RESULT_MISMATCH: the votes say otherwise.
absl::Status ResultMismatch(const RuleSet& rules, const VoteRule& rule, MotionResult required,
                            MotionResult claimed);
// Q_KIND_NOT_HELD: such a motion needs another kind of meeting.
absl::Status MotionKindNotHeld(const RuleSet& rules, const VoteRule& rule, Kinds kinds);
// Q_ORGANIZATION_KIND: organizations of this kind do not decide such motions.
absl::Status MotionNotFor(const RuleSet& rules, const VoteRule& rule,
                          std::string_view organization_kind);
// Q_SECRET_BALLOT: the rule forces a secret ballot.
absl::Status BallotNotSecret(const RuleSet& rules, const VoteRule& rule, BallotMode mode);
// Q_ONE_BY_ONE: the motion does not say what it is about, or another one is about the same.
absl::Status NoSubject(const RuleSet& rules, const VoteRule& rule);
absl::Status SubjectTwice(const RuleSet& rules, const VoteRule& rule, std::string_view subject);

// PERMISSION_DENIED.
// B_SELF_ACCEPT: only an organization above the one that met accepts or returns its record.
absl::Status SelfAccept(int64_t organization_id);
// B_BACKFILL_DENIED: the time of an original submission needs a permission of its own.
absl::Status BackfillDenied();

}  // namespace ronghe::meeting::errors

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_ERRORS_H_
