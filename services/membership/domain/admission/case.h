// What does an admission case hold that its rules look at?
//
// Numbers of the enums are those of ronghe.membership.v1 and of the database.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_CASE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_CASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"

namespace ronghe::membership::admission {

enum class Kind : int32_t { kGeneral = 1, kDirect = 2, kPosthumous = 3 };

enum class State : int32_t {
  kNone = 0,  // before the application
  kApplied = 1,
  kTalked = 2,
  kActivistDecided = 3,
  kActivist = 4,
  kCandidateProposed = 5,
  kCandidateConsented = 6,
  kNoticeOpen = 7,
  kCandidate = 8,
  kBranchReviewed = 9,
  kPreReviewed = 10,
  kReturned = 11,
  kBranchPassed = 12,
  kTalkedByUpper = 13,
  kProbationary = 14,
  kConversionApplied = 15,
  kConversionPassed = 16,
  kProbationExtended = 17,
  kFull = 18,
  kArchived = 19,
  kRejected = 30,
  kNotPassed = 31,
  kNotApproved = 32,
  kDisqualified = 33,
  kNotRecognised = 34,
  kClosed = 35,
};

// "PRE_REVIEWED".
std::string_view NameOf(State state);

// Whether the applicant is a probationary member in this state.
inline bool IsProbation(State state) {
  return state >= State::kProbationary && state <= State::kProbationExtended;
}
// Whether the case came to a member and keeps being one of that member.
inline bool IsFull(State state) { return state == State::kFull || state == State::kArchived; }
// Whether the case ended without a member, or the member is none any more.
inline bool IsEnded(State state) { return state >= State::kRejected; }
// Whether nobody was admitted yet and the case still goes on.
inline bool IsBeforeApproval(State state) {
  return state >= State::kApplied && state <= State::kTalkedByUpper;
}
// Whether a person may have no other case meanwhile.
inline bool IsOpen(State state) { return IsBeforeApproval(state) || IsProbation(state); }

enum class Conclusion : int32_t { kNone = 0, kPassed = 1, kFailed = 2 };
enum class Proposal : int32_t { kNone = 0, kOnTime = 1, kExtend = 2, kCancel = 3 };
enum class EndReason : int32_t {
  kNone = 0,
  kWithdrawn = 1,
  kDeceased = 2,
  kUnsuitable = 3,
  kEnteredInError = 4,
  kObjection = 11,
  kBackgroundReview = 12,
  kLeftParty = 13,
};

// What was decided on the conversion; statistics table 15.
enum class ConversionOutcome : int32_t {
  kNone = 0,
  kOnTime = 1,
  kAfterExtension = 2,
  kAfterPostponement = 3,
  kExtended = 4,
  kCancelled = 5,
  kCancelledEarly = 6,  // before the probation ended
};

struct Case {
  int64_t id = 0;
  int64_t organization_id = 0;  // the branch
  Kind kind = Kind::kGeneral;
  State state = State::kNone;
  absl::CivilDay state_since;
  bool floating = false;
  int64_t approver_id = 0;    // the committee that pre-reviewed; 0: none yet
  int64_t relocating_to = 0;  // the branch that has the materials but not acknowledged them; 0: none
  absl::CivilDay received_on;
  std::optional<absl::CivilDay> activist_on;
  int32_t review_ordinal = 0;  // the half year of cultivation to be examined next, from 1
  std::optional<absl::CivilDay> notice_ends_on;
  std::optional<absl::CivilDay> candidate_on;
  int32_t sponsors = 0;
  Conclusion background_review = Conclusion::kNone;
  bool trained = false;
  std::string form_number;
  std::optional<absl::CivilDay> pre_reviewed_on;
  std::optional<absl::CivilDay> voted_on;
  std::optional<absl::CivilDay> submitted_on;
  std::optional<absl::CivilDay> approved_on;
  std::optional<absl::CivilDay> replied_on;
  std::optional<absl::CivilDay> probation_ends_on;  // with the extension
  int32_t extended_months = 0;
  Proposal proposal = Proposal::kNone;
  int32_t proposal_months = 0;
  std::optional<absl::CivilDay> conversion_submitted_on;
  std::optional<absl::CivilDay> conversion_decided_on;
  ConversionOutcome conversion_outcome = ConversionOutcome::kNone;
  std::optional<absl::CivilDay> full_from;  // standing years count from it
  std::optional<absl::CivilDay> postponed_to;
  std::optional<absl::CivilDay> transferred_in_on;
  std::optional<absl::CivilDay> ended_on;
  EndReason end_reason = EndReason::kNone;

  friend bool operator==(const Case&, const Case&) = default;
};

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_CASE_H_
