#include "services/membership/store/decision_store.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DECISION_COLUMNS                                                      \
  "id, subject_collection, subject_id, event, rule_id, rule_set, source, required, " \
  "actual, outcome, reason, time"

const sql::Command kInsert("decision.insert", "INSERT INTO decision (" RONGHE_DECISION_COLUMNS
                                              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DecisionRow> kOfSubject("decision.of_subject",
                                         "SELECT " RONGHE_DECISION_COLUMNS
                                         " FROM decision WHERE subject_collection = ? AND "
                                         "subject_id = ? AND id > ? ORDER BY id LIMIT ?");

}  // namespace

absl::Status InsertDecisions(sql::Session& session, base::IdGenerator& ids, const Subject& subject,
                             std::string_view event, std::span<const Decision> decisions,
                             absl::Time time) {
  std::vector<DecisionRow> rows;
  rows.reserve(decisions.size());
  for (const Decision& decision : decisions) {
    rows.push_back({ids.Next(), subject.collection, subject.id, std::string(event),
                    decision.rule_id, decision.rule_set, decision.source, decision.required,
                    decision.actual, decision.outcome, decision.reason, time});
  }
  return session.InsertMany(kInsert, rows);
}

absl::StatusOr<std::vector<DecisionRow>> DecisionsOf(sql::Session& session, const Subject& subject,
                                                     int64_t after_id, int32_t limit) {
  return session.Select(kOfSubject, subject.collection, subject.id, after_id, limit);
}

}  // namespace ronghe::membership
