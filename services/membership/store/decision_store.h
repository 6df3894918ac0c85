// Which SQL runs on decision? Decisions are only ever added.
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DECISION_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DECISION_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/ids.h"
#include "common/sql/session.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

struct DecisionRow {
  int64_t id = 0;
  std::string subject_collection;
  int64_t subject_id = 0;
  std::string event;
  std::string rule_id;
  std::string rule_set;
  std::string source;
  std::string required;
  std::string actual;
  Outcome outcome = Outcome::kMet;
  std::string reason;
  absl::Time time;
};

// Stores the decisions on one event of a subject.
absl::Status InsertDecisions(sql::Session& session, base::IdGenerator& ids, const Subject& subject,
                             std::string_view event, std::span<const Decision> decisions,
                             absl::Time time);

// Up to `limit` decisions on a subject after `after_id`, the oldest first.
absl::StatusOr<std::vector<DecisionRow>> DecisionsOf(sql::Session& session, const Subject& subject,
                                                     int64_t after_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DECISION_STORE_H_
