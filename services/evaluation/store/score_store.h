// Where are the results of rounds kept, and how does a result look as the bytes that are stored?
#ifndef RONGHE_SERVICES_EVALUATION_STORE_SCORE_STORE_H_
#define RONGHE_SERVICES_EVALUATION_STORE_SCORE_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "ronghe/evaluation/v1/score.pb.h"
#include "services/evaluation/domain/scoring.h"
#include "services/evaluation/store/round_store.h"

namespace ronghe::evaluation {

struct ScoreRow {
  int64_t round_id = 0;
  int64_t position = 0;  // of the organization in the round
  int64_t organization_id = 0;
  int32_t stars = 0;
  sql::Bytes score;   // v1::Score
  sql::Bytes record;  // v1::ScoreRecord, the score included
};

// A score without its record.
struct ScoreHead {
  int64_t position = 0;
  int64_t organization_id = 0;
  sql::Bytes score;
};

struct StarsCount {
  int32_t stars = 0;
  int64_t organizations = 0;
};

// The row of one organization: its bytes follow from the facts and the scheme alone, so that two
// rounds over the same ones hold the same bytes; the name, which tells the round, is left to the
// reader. `indicators` are those of the round by name.
ScoreRow MakeScoreRow(const Scheme& scheme, const RoundOrganizationRow& organization,
                      const OrganizationScore& score, const Ranked& ranked,
                      const std::map<std::string, RoundIndicatorRow>& indicators);

// Every function returns the errors of sql::Session.
namespace score_store {

absl::Status Put(sql::Session& session, const std::vector<ScoreRow>& rows);
absl::StatusOr<std::optional<ScoreRow>> Get(sql::Session& session, int64_t round_id,
                                            int64_t organization_id);
// Scores at positions in (after, end), in order.
absl::StatusOr<std::vector<ScoreHead>> List(sql::Session& session, int64_t round_id,
                                            int64_t after_position, int64_t end_position,
                                            int64_t limit);
// The same, of one band.
absl::StatusOr<std::vector<ScoreHead>> ListOfStars(sql::Session& session, int64_t round_id,
                                                   int32_t stars, int64_t after_position,
                                                   int64_t end_position, int64_t limit);
// Counts by stars at positions in [from, end), from the most stars down.
absl::StatusOr<std::vector<StarsCount>> CountByStars(sql::Session& session, int64_t round_id,
                                                     int64_t from_position, int64_t end_position);

}  // namespace score_store
}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_STORE_SCORE_STORE_H_
