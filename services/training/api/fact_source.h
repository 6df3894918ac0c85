// Which figures does training give to an appraisal, and which accounts stand behind them?
#ifndef RONGHE_SERVICES_TRAINING_API_FACT_SOURCE_H_
#define RONGHE_SERVICES_TRAINING_API_FACT_SOURCE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/fact/feed.h"
#include "common/sql/database.h"
#include "services/training/domain/rule_set.h"

namespace ronghe::training {

// Serves training.member_hours_reached (T-01, members without a leading post),
// training.leader_hours_reached (T-02, secretaries and committee members) and training.coverage
// (members with at least one credit). Members and posts are those of the period's last day; the
// hours asked for are pro rata by the months of the period.
class FactSource : public fact::Source {
 public:
  FactSource(sql::Database& database, const RuleBook& rules) : database_(database), rules_(rules) {}

  std::vector<fact::v1::Indicator> Indicators(absl::CivilDay day) const override;
  absl::StatusOr<std::vector<fact::Figure>> Figures(
      absl::Time deadline, std::span<const int64_t> branches, const fact::Period& period,
      std::span<const std::string> indicators) override;
  absl::StatusOr<fact::EvidencePage> Evidence(absl::Time deadline, int64_t organization,
                                              const fact::EvidenceQuery& query, int32_t limit,
                                              std::string_view cursor) override;

 private:
  sql::Database& database_;
  const RuleBook& rules_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_API_FACT_SOURCE_H_
