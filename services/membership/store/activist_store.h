// Which SQL runs on activist_analysis, and what do the cases say of the activists below a
// committee?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ACTIVIST_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ACTIVIST_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

inline constexpr char kActivistAnalyses[] = "activistAnalyses";

// Activists, and those proposed as candidates who are none yet, in figures.
struct ActivistFigures {
  int64_t activists = 0;
  int64_t new_activists = 0;         // since the first day of the year
  int64_t ripe = 0;                  // cultivated long enough to be proposed
  int64_t examinations_overdue = 0;  // of the half year
  int64_t without_cultivator = 0;
  int64_t new_candidates = 0;  // of the year, whatever they are now
  int64_t branches = 0;        // with activists

  ActivistFigures& operator+=(const ActivistFigures& other);
  friend bool operator==(const ActivistFigures&, const ActivistFigures&) = default;
};

struct ActivistAnalysisRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int32_t year = 0;
  absl::CivilDay analysed_on;
  int32_t activists = 0;
  int32_t new_activists = 0;
  int32_t ripe = 0;
  int32_t examinations_overdue = 0;
  int32_t without_cultivator = 0;
  int32_t new_candidates = 0;
  int32_t branches = 0;
  std::string measures;  // codes, by comma
  std::string conclusion;
  std::string rule_set;
  absl::Time create_time;

  Subject subject() const { return {kActivistAnalyses, id}; }
};

// By which days activists are counted.
struct ActivistDays {
  absl::CivilDay first;       // of the year
  absl::CivilDay last;        // of the year
  absl::CivilDay today;       // examinations due before it are overdue
  absl::CivilDay ripe_since;  // who became an activist by then may be proposed
  int32_t review_months = 0;  // from one examination to the next
};

// The activists of branches (at most 256).
absl::StatusOr<ActivistFigures> CountActivists(sql::Session& session,
                                               std::span<const int64_t> branches,
                                               const ActivistDays& days);

// Up to `limit` branches with activists behind `after`, by id.
absl::StatusOr<std::vector<int64_t>> BranchesWithActivists(sql::Session& session, int64_t after,
                                                           int32_t limit);

// Errors: FAILED_PRECONDITION A_ANALYSED when the committee has analysed the year.
absl::Status InsertActivistAnalysis(sql::Session& session, const ActivistAnalysisRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<ActivistAnalysisRow> LoadActivistAnalysis(sql::Session& session, int64_t id);
// Up to `limit` analyses of a committee of years before `before_year`, the newest first.
absl::StatusOr<std::vector<ActivistAnalysisRow>> ActivistAnalysesOf(sql::Session& session,
                                                                    int64_t organization_id,
                                                                    int64_t before_year,
                                                                    int32_t limit);
// Those of the committees (at most 256) that have analysed the year.
absl::StatusOr<std::vector<int64_t>> CommitteesThatAnalysed(sql::Session& session,
                                                            std::span<const int64_t> committees,
                                                            int32_t year);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ACTIVIST_STORE_H_
