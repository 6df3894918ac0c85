#include "services/membership/domain/admission/event.h"

#include <array>
#include <type_traits>

namespace ronghe::membership::admission {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Event>> kEventNames = {
    "SubmitApplication", "AdmitSpecially",
    "RecordTalk",        "ProposeActivist",
    "FileActivist",      "AssignCultivators",
    "ReviewActivist",    "RelocateApplicant",
    "ReceiveApplicant",  "ProposeCandidate",
    "ConsentToCandidate", "StartNotice",
    "CloseNotice",       "ChooseSponsors",
    "RecordBackgroundReview", "RecordTraining",
    "ReviewByBranch",    "PreReviewAdmission",
    "RecordAdmissionVote", "RecordUpperTalk",
    "ApproveAdmission",  "FileAdmission",
    "AssignGroup",       "RecordOath",
    "ReviewProbation",   "ApplyForConversion",
    "RecordConversionVote", "DecideConversion",
    "PostponeConversion", "RefuseRecognition",
    "ArchiveAdmissionCase", "EndAdmissionCase",
    "LeaveParty"};

template <class T>
concept RestsOnMotion = requires(const T& event) { event.motion; };

}  // namespace

std::string_view NameOf(EventKind kind) {
  const size_t index = static_cast<size_t>(kind) - 1;
  return index < kEventNames.size() ? kEventNames[index] : "";
}

absl::CivilDay DayOf(const Event& event) {
  return std::visit(
      [](const auto& taken) {
        if constexpr (RestsOnMotion<std::remove_cvref_t<decltype(taken)>>) {
          return taken.motion.held_on;
        } else {
          return taken.day;
        }
      },
      event);
}

const MotionVerdict* MotionOf(const Event& event) {
  return std::visit(
      [](const auto& taken) -> const MotionVerdict* {
        if constexpr (RestsOnMotion<std::remove_cvref_t<decltype(taken)>>) {
          return &taken.motion;
        } else {
          return nullptr;
        }
      },
      event);
}

std::string_view NameOf(State state) {
  switch (state) {
    case State::kNone:
      return "NONE";
    case State::kApplied:
      return "APPLIED";
    case State::kTalked:
      return "TALKED";
    case State::kActivistDecided:
      return "ACTIVIST_DECIDED";
    case State::kActivist:
      return "ACTIVIST";
    case State::kCandidateProposed:
      return "CANDIDATE_PROPOSED";
    case State::kCandidateConsented:
      return "CANDIDATE_CONSENTED";
    case State::kNoticeOpen:
      return "NOTICE_OPEN";
    case State::kCandidate:
      return "CANDIDATE";
    case State::kBranchReviewed:
      return "BRANCH_REVIEWED";
    case State::kPreReviewed:
      return "PRE_REVIEWED";
    case State::kReturned:
      return "RETURNED";
    case State::kBranchPassed:
      return "BRANCH_PASSED";
    case State::kTalkedByUpper:
      return "TALKED_BY_UPPER";
    case State::kProbationary:
      return "PROBATIONARY";
    case State::kConversionApplied:
      return "CONVERSION_APPLIED";
    case State::kConversionPassed:
      return "CONVERSION_PASSED";
    case State::kProbationExtended:
      return "PROBATION_EXTENDED";
    case State::kFull:
      return "FULL";
    case State::kArchived:
      return "ARCHIVED";
    case State::kRejected:
      return "REJECTED";
    case State::kNotPassed:
      return "NOT_PASSED";
    case State::kNotApproved:
      return "NOT_APPROVED";
    case State::kDisqualified:
      return "DISQUALIFIED";
    case State::kNotRecognised:
      return "NOT_RECOGNISED";
    case State::kClosed:
      return "CLOSED";
  }
  return "";
}

}  // namespace ronghe::membership::admission
