// Where are rounds kept: the round itself, its organizations, sources, indicators, facts, marks?
#ifndef RONGHE_SERVICES_EVALUATION_STORE_ROUND_STORE_H_
#define RONGHE_SERVICES_EVALUATION_STORE_ROUND_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/evaluation/domain/round.h"

namespace ronghe::evaluation {

struct RoundRow {
  int64_t id = 0;
  int64_t scheme_id = 0;
  int64_t organization_id = 0;
  std::string title;
  absl::CivilDay start_date;
  absl::CivilDay end_date;
  RoundState state = RoundState::kDraft;
  bool listed = false;        // its organizations are written down
  int64_t organizations = 0;  // those that get a score
  int64_t scored = 0;
  sql::Bytes facts_digest;    // empty until frozen
  sql::Bytes results_digest;  // empty until scored
  std::string failure;
  int64_t etag = 0;
  absl::Time created_at;
  std::optional<absl::Time> started_at;
  std::optional<absl::Time> frozen_at;
  std::optional<absl::Time> scored_at;
  std::optional<absl::Time> published_at;
};

// An organization as it stood in the tree when the round began. Its subtree is
// [position, end_position) of the round.
struct RoundOrganizationRow {
  int64_t round_id = 0;
  int64_t position = 0;
  int64_t end_position = 0;
  int64_t organization_id = 0;
  std::string kind;
  std::string name;
  std::string peer_class;  // empty: no score
};

struct RoundSourceRow {
  int64_t round_id = 0;
  std::string source;
  std::string resume_token;
  int64_t facts = 0;
  bool done = false;
  std::string problem;
};

struct RoundIndicatorRow {
  int64_t round_id = 0;
  std::string indicator;
  std::string source;
  std::string title;
  std::string rule_id;
  std::string rule_source;
  std::string rule_version;
};

struct RoundFactRow {
  int64_t round_id = 0;
  int64_t organization_id = 0;
  std::string indicator;
  int64_t numerator = 0;
  int64_t denominator = 0;
  std::string evidence;
};

struct RoundMarkRow {
  int64_t round_id = 0;
  int64_t organization_id = 0;
  std::string item;
  int64_t points = 0;
  std::string basis;
  std::string recorder;
  absl::Time recorded_at;
};

// Every function returns the errors of sql::Session.
namespace round_store {

absl::StatusOr<std::optional<RoundRow>> Get(sql::Session& session, int64_t id);
// The same with the row locked until the end of the transaction.
absl::StatusOr<std::optional<RoundRow>> GetForUpdate(sql::Session& session, int64_t id);
// Rounds of any of the organizations, the newest first, below `before_id`.
absl::StatusOr<std::vector<RoundRow>> List(sql::Session& session,
                                           std::span<const int64_t> organization_ids,
                                           int64_t before_id, int64_t limit);
// Rounds that wait for background work (COLLECTING or FROZEN), the oldest first.
absl::StatusOr<std::vector<RoundRow>> ListUnfinished(sql::Session& session, int64_t limit);
// How many rounds are in the state.
absl::StatusOr<int64_t> CountInState(sql::Session& session, RoundState state);
absl::Status Insert(sql::Session& session, const RoundRow& row);
// Writes everything but id, scheme, organization, title, dates and created_at.
absl::Status Update(sql::Session& session, const RoundRow& row);

// Deletes up to `limit` organizations of the round and says how many.
absl::StatusOr<int64_t> DeleteOrganizations(sql::Session& session, int64_t round_id, int64_t limit);
absl::Status InsertOrganizations(sql::Session& session, std::span<const RoundOrganizationRow> rows);
absl::StatusOr<std::optional<RoundOrganizationRow>> Organization(sql::Session& session,
                                                                 int64_t round_id,
                                                                 int64_t organization_id);
// In tree order after `after_position` (-1: from the start).
absl::StatusOr<std::vector<RoundOrganizationRow>> Organizations(sql::Session& session,
                                                                int64_t round_id,
                                                                int64_t after_position,
                                                                int64_t limit);

absl::StatusOr<std::vector<RoundSourceRow>> Sources(sql::Session& session, int64_t round_id);
absl::Status PutSource(sql::Session& session, const RoundSourceRow& row);

absl::StatusOr<std::vector<RoundIndicatorRow>> Indicators(sql::Session& session, int64_t round_id);
absl::Status PutIndicators(sql::Session& session, const std::vector<RoundIndicatorRow>& rows);

// A fact received again replaces the one before.
absl::Status PutFacts(sql::Session& session, const std::vector<RoundFactRow>& rows);
// In the order of (organization, indicator), after the given pair (0 and "": from the start).
absl::StatusOr<std::vector<RoundFactRow>> FactsAfter(sql::Session& session, int64_t round_id,
                                                     int64_t organization_id,
                                                     std::string_view indicator, int64_t limit);
// All facts of up to 256 organizations.
absl::StatusOr<std::vector<RoundFactRow>> FactsOf(sql::Session& session, int64_t round_id,
                                                  std::span<const int64_t> organization_ids);

absl::Status PutMark(sql::Session& session, const RoundMarkRow& row);
// In the order of (organization, item), after the given pair.
absl::StatusOr<std::vector<RoundMarkRow>> MarksAfter(sql::Session& session, int64_t round_id,
                                                     int64_t organization_id, std::string_view item,
                                                     int64_t limit);
absl::StatusOr<std::vector<RoundMarkRow>> MarksOf(sql::Session& session, int64_t round_id,
                                                  std::span<const int64_t> organization_ids);

}  // namespace round_store
}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_STORE_ROUND_STORE_H_
