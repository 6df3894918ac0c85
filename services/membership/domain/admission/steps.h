// Which of the steps that people count are done, which come next, and which documents belong to
// them?
//
// The steps (25 in five stages, 2.2) are data laid over events and states; the machine knows none.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_STEPS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_STEPS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/admission/case.h"
#include "services/membership/domain/admission/event.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership::admission {

enum class StepActor : int32_t {
  kApplicant = 1,
  kBranch = 2,
  kCommittee = 3,
  kApprover = 4,
  kDepartment = 5,
};

struct StepDocument {
  std::string kind;  // "BACKGROUND_REVIEW"
  std::string title;
  bool required = false;  // the file is not complete without it
};

// An event that does a step, into a state or, without one, into any.
struct StepDone {
  EventKind event = EventKind::kSubmitApplication;
  std::optional<State> into;
};

struct StepInfo {
  int32_t number = 0;
  int32_t stage = 0;
  std::string title;
  std::string rule;  // a key of the book
  StepActor actor = StepActor::kBranch;
  std::vector<EventKind> events;  // that are recorded for it
  std::vector<StepDone> done_by;
  std::set<State> states;  // in which it is to be done
  bool repeats = false;    // in these states it is to be done again
  std::vector<std::string> deadlines;
  std::vector<StepDocument> documents;
};

class StepList {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when there is no step, a number stands twice, nothing
  // does a step, a version of `book` has no rule of a step, or a kind of document stands twice.
  static absl::StatusOr<StepList> Create(std::vector<StepInfo> steps,
                                         std::vector<StepDocument> special, const RuleBook& book);

  const std::vector<StepInfo>& steps() const { return steps_; }  // by number
  // The documents that the file of a case of this kind is not complete without.
  std::vector<std::string> RequiredDocuments(Kind kind) const;
  // The required kinds that are not among `present`.
  std::vector<std::string> MissingDocuments(Kind kind, const std::set<std::string>& present) const;

 private:
  StepList(std::vector<StepInfo> steps, std::vector<StepDocument> special)
      : steps_(std::move(steps)), special_(std::move(special)) {}
  std::vector<StepInfo> steps_;
  std::vector<StepDocument> special_;
};

enum class StepState : int32_t { kDone = 1, kCurrent = 2, kLater = 3, kSkipped = 4 };

// Something that happened.
struct PastEvent {
  EventKind kind = EventKind::kSubmitApplication;
  absl::CivilDay day;
  State into = State::kNone;
};

struct StepProgress {
  StepState state = StepState::kLater;
  std::optional<absl::CivilDay> done_on;  // the last time
};

// How the steps stand in a case, in the order of the list. `events` in the order they happened.
std::vector<StepProgress> Progress(const StepList& list, State state,
                                   std::span<const PastEvent> events);

// The event or state of a name; nothing for none.
std::optional<EventKind> EventOf(std::string_view name);
std::optional<State> StateOf(std::string_view name);

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_STEPS_H_
