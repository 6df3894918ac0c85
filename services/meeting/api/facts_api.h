// Which figures does the meeting service offer to appraisal, and from which records are they
// counted?
#ifndef RONGHE_SERVICES_MEETING_API_FACTS_API_H_
#define RONGHE_SERVICES_MEETING_API_FACTS_API_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/fact/feed.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/store/fact_store.h"

namespace ronghe::meeting {

// Figures of a branch include those of its groups. Duties are counted in the period that their
// window's last day lies in, records by their event date. Thread-safe. References must outlive it.
class FactsApi : public fact::Source {
 public:
  FactsApi(sql::Database& database, const org::OrgTree& tree, const RuleSets& rules)
      : database_(database), tree_(tree), rules_(rules) {}

  std::vector<fact::v1::Indicator> Indicators(absl::CivilDay day) const override;
  absl::StatusOr<std::vector<fact::Figure>> Figures(
      absl::Time deadline, std::span<const int64_t> branches, const fact::Period& period,
      std::span<const std::string> indicators) override;
  absl::StatusOr<fact::EvidencePage> Evidence(absl::Time deadline, int64_t organization,
                                              const fact::EvidenceQuery& query, int32_t limit,
                                              std::string_view cursor) override;

 private:
  // The branch and its groups.
  std::vector<int64_t> WithGroups(int64_t branch) const;

  sql::Database& database_;
  const org::OrgTree& tree_;
  const RuleSets& rules_;
  const FactStore store_{};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_FACTS_API_H_
