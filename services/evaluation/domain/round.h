// What may be done with a round in which state?
#ifndef RONGHE_SERVICES_EVALUATION_DOMAIN_ROUND_H_
#define RONGHE_SERVICES_EVALUATION_DOMAIN_ROUND_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/evaluation/domain/scheme.h"

namespace ronghe::evaluation {

// DRAFT → COLLECTING → FROZEN → SCORED → PUBLISHED; COLLECTING → FAILED → COLLECTING.
enum class RoundState {
  kDraft = 1,
  kCollecting = 2,
  kFrozen = 3,
  kScored = 4,
  kPublished = 5,
  kFailed = 6,
};

// "DRAFT" and so on, for error metadata and metrics.
std::string_view StateName(RoundState state);

// FAILED_PRECONDITION ROUND_STATE unless a person may start the round: DRAFT or FAILED.
absl::Status CheckStart(RoundState state);
// … publish it: SCORED.
absl::Status CheckPublish(RoundState state);
// … record a mark: before the facts are frozen.
absl::Status CheckMark(RoundState state);
// … read scores: SCORED or PUBLISHED.
absl::Status CheckScores(RoundState state);

// INVALID_ARGUMENT PERIOD_INVALID unless start < end, the period is at most two years and begins
// no earlier than the scheme's effective date.
absl::Status CheckPeriod(const Scheme& scheme, absl::CivilDay start, absl::CivilDay end);

// INVALID_ARGUMENT MARK_ITEM_UNKNOWN, MARK_POINTS_INVALID.
absl::Status CheckMarkItem(const Scheme& scheme, std::string_view item, int64_t points);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_DOMAIN_ROUND_H_
