#include "services/membership/domain/admission/steps.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership::admission {
namespace {

constexpr int32_t kLastState = 40;  // above every state

absl::Status CheckStep(const StepInfo& step, const RuleBook& book) {
  if (step.done_by.empty()) {
    return RulesInvalid(base::Cat("step ", step.number, ": nothing does it"));
  }
  for (const RuleSet& version : book.versions()) {
    if (version.Find(step.rule) != nullptr) continue;
    return RulesInvalid(base::Cat("step ", step.number, ": ", version.name, " has no ", step.rule));
  }
  return absl::OkStatus();
}

bool Does(const StepInfo& step, const PastEvent& event) {
  return std::any_of(step.done_by.begin(), step.done_by.end(), [&](const StepDone& done) {
    return done.event == event.kind && (!done.into || *done.into == event.into);
  });
}

std::optional<absl::CivilDay> LastDone(const StepInfo& step, std::span<const PastEvent> events) {
  const auto it = std::find_if(events.rbegin(), events.rend(),
                               [&](const PastEvent& event) { return Does(step, event); });
  if (it == events.rend()) return std::nullopt;
  return it->day;
}

}  // namespace

absl::StatusOr<StepList> StepList::Create(std::vector<StepInfo> steps,
                                          std::vector<StepDocument> special, const RuleBook& book) {
  if (steps.empty()) return RulesInvalid("no step");
  std::sort(steps.begin(), steps.end(),
            [](const StepInfo& a, const StepInfo& b) { return a.number < b.number; });
  std::set<std::string> kinds;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i > 0 && steps[i - 1].number == steps[i].number) {
      return RulesInvalid(base::Cat("step ", steps[i].number, " stands twice"));
    }
    RONGHE_RETURN_IF_ERROR(CheckStep(steps[i], book));
    for (const StepDocument& document : steps[i].documents) {
      if (!kinds.insert(document.kind).second) {
        return RulesInvalid(base::Cat("document ", document.kind, " stands twice"));
      }
    }
  }
  return StepList(std::move(steps), std::move(special));
}

std::vector<std::string> StepList::RequiredDocuments(Kind kind) const {
  std::vector<std::string> kinds;
  const auto add = [&](const std::vector<StepDocument>& documents) {
    for (const StepDocument& document : documents) {
      if (document.required) kinds.push_back(document.kind);
    }
  };
  if (kind != Kind::kGeneral) {
    add(special_);
    return kinds;
  }
  for (const StepInfo& step : steps_) add(step.documents);
  return kinds;
}

std::vector<std::string> StepList::MissingDocuments(Kind kind,
                                                    const std::set<std::string>& present) const {
  std::vector<std::string> missing = RequiredDocuments(kind);
  std::erase_if(missing, [&](const std::string& wanted) { return present.contains(wanted); });
  return missing;
}

std::vector<StepProgress> Progress(const StepList& list, State state,
                                   std::span<const PastEvent> events) {
  std::vector<StepProgress> progress;
  size_t done_before = 0;  // one past the last step that is done
  for (const StepInfo& step : list.steps()) {
    StepProgress& made = progress.emplace_back();
    made.done_on = LastDone(step, events);
    const bool due = step.states.contains(state);
    if (due && (step.repeats || !made.done_on)) {
      made.state = StepState::kCurrent;
    } else if (made.done_on) {
      made.state = StepState::kDone;
    }
    if (made.done_on) done_before = progress.size();
  }
  for (size_t i = 0; i < progress.size(); ++i) {
    const bool over = IsEnded(state) || state == State::kArchived || i < done_before;
    if (progress[i].state == StepState::kLater && over) progress[i].state = StepState::kSkipped;
  }
  return progress;
}

std::optional<EventKind> EventOf(std::string_view name) {
  for (int32_t i = 1; i <= kEventKinds; ++i) {
    if (NameOf(static_cast<EventKind>(i)) == name) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

std::optional<State> StateOf(std::string_view name) {
  for (int32_t i = 0; i < kLastState; ++i) {
    if (!name.empty() && NameOf(static_cast<State>(i)) == name) return static_cast<State>(i);
  }
  return std::nullopt;
}

}  // namespace ronghe::membership::admission
