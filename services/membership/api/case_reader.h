// What did the rules make of a case, and what is due in it?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_CASE_READER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_CASE_READER_H_

#include "absl/status/status.h"
#include "common/base/status_macros.h"
#include "common/sql/session.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

inline constexpr int32_t kMaxDecisions = 200;

// Adds the decisions and deadlines of `subject` to a message that has both.
template <class Message>
absl::Status ReadCase(sql::Session& session, const Subject& subject, Message& message) {
  RONGHE_ASSIGN_OR_RETURN(const auto decisions, DecisionsOf(session, subject, 0, kMaxDecisions));
  for (const DecisionRow& row : decisions) *message.add_decisions() = ToProto(row);
  RONGHE_ASSIGN_OR_RETURN(const auto deadlines, DeadlinesOf(session, subject));
  for (const DeadlineRow& row : deadlines) *message.add_deadlines() = ToProto(row);
  return absl::OkStatus();
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_CASE_READER_H_
