// How do the tests of admission make cases and events?
#ifndef RONGHE_SERVICES_MEMBERSHIP_TESTING_ADMISSION_TESTING_H_
#define RONGHE_SERVICES_MEMBERSHIP_TESTING_ADMISSION_TESTING_H_

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/membership/domain/admission/machine.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership::admission {

inline constexpr int64_t kCaseId = 12;
inline constexpr int64_t kBranchId = 31;
inline constexpr int64_t kTownId = 20;
inline constexpr int64_t kCountyId = 10;
inline constexpr absl::CivilDay kFarOff(2035, 1, 1);

inline Organization Branch() { return {.id = kBranchId, .kind = 631}; }
inline Organization Town() {
  return {.id = kTownId, .kind = 611, .above_branch = true, .can_approve = true};
}
inline Organization County() {
  return {.id = kCountyId, .kind = 611, .above_branch = true, .of_county = true};
}
inline Person Member(int64_t id) { return {.id = id, .full = true}; }

inline MotionVerdict Motion(MotionKind kind, absl::CivilDay day) {
  return {.name = "meetings/1/motions/1",
          .kind = kind,
          .subject = "admissionCases/12",
          .organization_id = kind == MotionKind::kApproval ? kTownId : kBranchId,
          .held_on = day,
          .settled = true,
          .roll = 10,
          .present = 8,
          .votes_for = 8,
          .secret = kind == MotionKind::kAdmission || kind == MotionKind::kConversion,
          .carried = true};
}

// A case that is taken from event to event under the built-in rules.
class Walk {
 public:
  Walk()
      : books_(*LoadRuleBooks()),
        calendar_(*LoadWorkCalendar()),
        machine_(books_.Get("admission"), calendar_) {
    case_.id = kCaseId;
  }

  absl::StatusOr<Effect> Try(const Event& event, absl::CivilDay today = kFarOff) const {
    return machine_.Apply(case_, event, today);
  }
  // Takes an event that must be allowed.
  Effect Do(const Event& event) {
    absl::StatusOr<Effect> effect = Try(event);
    EXPECT_TRUE(effect.ok()) << NameOf(KindOf(event)) << ": " << effect.status();
    if (!effect.ok()) return {};
    case_ = effect->next;
    return *std::move(effect);
  }

  // Goes from nothing to `state` by the quickest way, the application received on `received_on`.
  Walk& To(State state, absl::CivilDay received_on = absl::CivilDay(2026, 5, 11)) {
    for (const Event& event : Path(received_on)) {
      if (case_.state == state) break;
      Do(event);
    }
    EXPECT_EQ(case_.state, state);
    return *this;
  }

  // Puts the case where somebody was admitted by the vote of `voted_on`.
  Walk& Admitted(absl::CivilDay voted_on) {
    To(State::kTalkedByUpper);
    case_.voted_on = voted_on;
    case_.submitted_on = voted_on;
    case_.state_since = voted_on;
    Do(ApproveAdmission{Motion(MotionKind::kApproval, voted_on + 10), Town(), voted_on + 10});
    return *this;
  }

  Case& now() { return case_; }
  const RuleBook& book() const { return books_.Get("admission"); }

 private:
  static std::vector<Event> Path(absl::CivilDay day) {
    const absl::CivilDay year = absl::CivilDay(day.year() + 1, day.month(), day.day()) + 10;
    return {
        SubmitApplication{
            .day = day, .birth_date = absl::CivilDay(1990, 1, 1), .receiver = Branch()},
        RecordTalk{day + 5},
        ProposeActivist{Motion(MotionKind::kCommittee, day + 6), Channel::kMembers},
        FileActivist{day + 7, Town()},
        ProposeCandidate{Motion(MotionKind::kCommittee, year), true},
        ConsentToCandidate{year + 1, Town(), true},
        StartNotice{year + 2, {Site::kUnit}},
        CloseNotice{year + 20, Objection::kNone},
        ChooseSponsors{year + 21, {Member(1), Member(2)}},
        RecordBackgroundReview{
            .day = year + 22, .conclusion = Conclusion::kPassed, .document = true, .joint = true},
        RecordTraining{.day = year + 23, .days = 3},
        ReviewByBranch{.motion = Motion(MotionKind::kCommittee, year + 24)},
        PreReviewAdmission{year + 25, Town(), true, "A-1"},
        RecordAdmissionVote{Motion(MotionKind::kAdmission, year + 30), year + 31},
        RecordUpperTalk{year + 32, Town(), {.id = 9, .posts = {Post::kOrganizer}}},
        ApproveAdmission{Motion(MotionKind::kApproval, year + 40), Town(), year + 41},
    };
  }

  const RuleBooks books_;
  const WorkCalendar calendar_;
  const Machine machine_;
  Case case_;
};

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_TESTING_ADMISSION_TESTING_H_
