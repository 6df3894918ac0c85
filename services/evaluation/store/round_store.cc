#include "services/evaluation/store/round_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::evaluation::round_store {
namespace {

struct CountRow {
  int64_t count = 0;
};

#define RONGHE_ROUND_COLUMNS                                                                    \
  "id, scheme_id, organization_id, title, start_date, end_date, state, listed, organizations, " \
  "scored, facts_digest, results_digest, failure, etag, created_at, started_at, frozen_at, "    \
  "scored_at, published_at"

const sql::Query<RoundRow> kById("evaluation_round.by_id", "SELECT " RONGHE_ROUND_COLUMNS
                                                           " FROM evaluation_round WHERE id = ?");

const sql::Query<RoundRow> kByIdForUpdate("evaluation_round.by_id_for_update",
                                          "SELECT " RONGHE_ROUND_COLUMNS
                                          " FROM evaluation_round WHERE id = ? FOR UPDATE");

const sql::Query<RoundRow> kList("evaluation_round.list",
                                 "SELECT " RONGHE_ROUND_COLUMNS
                                 " FROM evaluation_round WHERE organization_id IN (?*) AND id < ? "
                                 "ORDER BY id DESC LIMIT ?");

const sql::Query<RoundRow> kUnfinished("evaluation_round.unfinished",
                                       "SELECT " RONGHE_ROUND_COLUMNS
                                       " FROM evaluation_round WHERE state IN (2, 3) "
                                       "ORDER BY id LIMIT ?");

const sql::Query<CountRow> kCountInState("evaluation_round.count_in_state",
                                         "SELECT COUNT(*) FROM evaluation_round WHERE state = ?");

const sql::Command kInsert("evaluation_round.insert",
                           "INSERT INTO evaluation_round (" RONGHE_ROUND_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

#undef RONGHE_ROUND_COLUMNS

const sql::Command kUpdate(
    "evaluation_round.update",
    "UPDATE evaluation_round SET state = ?, listed = ?, organizations = ?, scored = ?, "
    "facts_digest = ?, results_digest = ?, failure = ?, etag = ?, started_at = ?, frozen_at = ?, "
    "scored_at = ?, published_at = ? WHERE id = ?");

const sql::Command kDeleteOrganizations(
    "round_organization.delete", "DELETE FROM round_organization WHERE round_id = ? LIMIT ?");

const sql::Command kInsertOrganization("round_organization.insert",
                                       "INSERT INTO round_organization (round_id, position, "
                                       "end_position, organization_id, kind, name, "
                                       "peer_class) VALUES (?, ?, ?, ?, ?, ?, ?)");

const sql::Query<RoundOrganizationRow> kOrganization(
    "round_organization.by_id",
    "SELECT round_id, position, end_position, organization_id, kind, name, peer_class "
    "FROM round_organization WHERE round_id = ? AND organization_id = ?");

const sql::Query<RoundOrganizationRow> kOrganizations(
    "round_organization.page",
    "SELECT round_id, position, end_position, organization_id, kind, name, peer_class "
    "FROM round_organization WHERE round_id = ? AND position > ? ORDER BY position LIMIT ?");

const sql::Query<RoundSourceRow> kSources(
    "round_source.of_round",
    "SELECT round_id, source, resume_token, facts, done, problem FROM round_source "
    "WHERE round_id = ? ORDER BY source");

const sql::Command kPutSource(
    "round_source.put",
    "INSERT INTO round_source (round_id, source, resume_token, facts, done, problem) "
    "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE resume_token = VALUES(resume_token), "
    "facts = VALUES(facts), done = VALUES(done), problem = VALUES(problem)");

const sql::Query<RoundIndicatorRow> kIndicators(
    "round_indicator.of_round",
    "SELECT round_id, indicator, source, title, rule_id, rule_source, rule_version "
    "FROM round_indicator WHERE round_id = ? ORDER BY indicator");

const sql::Command kPutIndicator(
    "round_indicator.put",
    "INSERT INTO round_indicator (round_id, indicator, source, title, rule_id, rule_source, "
    "rule_version) VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE source = VALUES(source), "
    "title = VALUES(title), rule_id = VALUES(rule_id), rule_source = VALUES(rule_source), "
    "rule_version = VALUES(rule_version)");

const sql::Command kPutFact(
    "round_fact.put",
    "INSERT INTO round_fact (round_id, organization_id, indicator, numerator, denominator, "
    "evidence) VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE numerator = VALUES(numerator), "
    "denominator = VALUES(denominator), evidence = VALUES(evidence)");

const sql::Query<RoundFactRow> kFactsAfter(
    "round_fact.page",
    "SELECT round_id, organization_id, indicator, numerator, denominator, evidence FROM round_fact "
    "WHERE round_id = ? AND (organization_id > ? OR (organization_id = ? AND indicator > ?)) "
    "ORDER BY organization_id, indicator LIMIT ?");

const sql::Query<RoundFactRow> kFactsOf(
    "round_fact.of_organizations",
    "SELECT round_id, organization_id, indicator, numerator, denominator, evidence FROM round_fact "
    "WHERE round_id = ? AND organization_id IN (?*) ORDER BY organization_id, indicator");

const sql::Command kPutMark(
    "round_mark.put",
    "INSERT INTO round_mark (round_id, organization_id, item, points, basis, recorder, "
    "recorded_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE points = VALUES(points), "
    "basis = VALUES(basis), recorder = VALUES(recorder), recorded_at = VALUES(recorded_at)");

const sql::Query<RoundMarkRow> kMarksAfter(
    "round_mark.page",
    "SELECT round_id, organization_id, item, points, basis, recorder, recorded_at FROM round_mark "
    "WHERE round_id = ? AND (organization_id > ? OR (organization_id = ? AND item > ?)) "
    "ORDER BY organization_id, item LIMIT ?");

const sql::Query<RoundMarkRow> kMarksOf(
    "round_mark.of_organizations",
    "SELECT round_id, organization_id, item, points, basis, recorder, recorded_at FROM round_mark "
    "WHERE round_id = ? AND organization_id IN (?*) ORDER BY organization_id, item");

}  // namespace

absl::StatusOr<std::optional<RoundRow>> Get(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::optional<RoundRow>> GetForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::StatusOr<std::vector<RoundRow>> List(sql::Session& session,
                                           std::span<const int64_t> organization_ids,
                                           int64_t before_id, int64_t limit) {
  return session.Select(kList, organization_ids, before_id, limit);
}

absl::StatusOr<std::vector<RoundRow>> ListUnfinished(sql::Session& session, int64_t limit) {
  return session.Select(kUnfinished, limit);
}

absl::StatusOr<int64_t> CountInState(sql::Session& session, RoundState state) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<CountRow> row,
                          session.SelectOne(kCountInState, state));
  return row.has_value() ? row->count : 0;
}

absl::Status Insert(sql::Session& session, const RoundRow& row) {
  return session.InsertMany(kInsert, std::vector<RoundRow>{row});
}

absl::Status Update(sql::Session& session, const RoundRow& row) {
  return session
      .Execute(kUpdate, row.state, row.listed, row.organizations, row.scored, row.facts_digest,
               row.results_digest, row.failure, row.etag, row.started_at, row.frozen_at,
               row.scored_at, row.published_at, row.id)
      .status();
}

absl::StatusOr<int64_t> DeleteOrganizations(sql::Session& session, int64_t round_id,
                                            int64_t limit) {
  return session.Execute(kDeleteOrganizations, round_id, limit);
}

absl::Status InsertOrganizations(sql::Session& session,
                                 std::span<const RoundOrganizationRow> rows) {
  return session.InsertMany(kInsertOrganization, rows);
}

absl::StatusOr<std::optional<RoundOrganizationRow>> Organization(sql::Session& session,
                                                                 int64_t round_id,
                                                                 int64_t organization_id) {
  return session.SelectOne(kOrganization, round_id, organization_id);
}

absl::StatusOr<std::vector<RoundOrganizationRow>> Organizations(sql::Session& session,
                                                                int64_t round_id,
                                                                int64_t after_position,
                                                                int64_t limit) {
  return session.Select(kOrganizations, round_id, after_position, limit);
}

absl::StatusOr<std::vector<RoundSourceRow>> Sources(sql::Session& session, int64_t round_id) {
  return session.Select(kSources, round_id);
}

absl::Status PutSource(sql::Session& session, const RoundSourceRow& row) {
  return session.InsertMany(kPutSource, std::vector<RoundSourceRow>{row});
}

absl::StatusOr<std::vector<RoundIndicatorRow>> Indicators(sql::Session& session, int64_t round_id) {
  return session.Select(kIndicators, round_id);
}

absl::Status PutIndicators(sql::Session& session, const std::vector<RoundIndicatorRow>& rows) {
  return session.InsertMany(kPutIndicator, rows);
}

absl::Status PutFacts(sql::Session& session, const std::vector<RoundFactRow>& rows) {
  return session.InsertMany(kPutFact, rows);
}

absl::StatusOr<std::vector<RoundFactRow>> FactsAfter(sql::Session& session, int64_t round_id,
                                                     int64_t organization_id,
                                                     std::string_view indicator, int64_t limit) {
  return session.Select(kFactsAfter, round_id, organization_id, organization_id, indicator, limit);
}

absl::StatusOr<std::vector<RoundFactRow>> FactsOf(sql::Session& session, int64_t round_id,
                                                  std::span<const int64_t> organization_ids) {
  return session.Select(kFactsOf, round_id, organization_ids);
}

absl::Status PutMark(sql::Session& session, const RoundMarkRow& row) {
  return session.InsertMany(kPutMark, std::vector<RoundMarkRow>{row});
}

absl::StatusOr<std::vector<RoundMarkRow>> MarksAfter(sql::Session& session, int64_t round_id,
                                                     int64_t organization_id, std::string_view item,
                                                     int64_t limit) {
  return session.Select(kMarksAfter, round_id, organization_id, organization_id, item, limit);
}

absl::StatusOr<std::vector<RoundMarkRow>> MarksOf(sql::Session& session, int64_t round_id,
                                                  std::span<const int64_t> organization_ids) {
  return session.Select(kMarksOf, round_id, organization_ids);
}

}  // namespace ronghe::evaluation::round_store
