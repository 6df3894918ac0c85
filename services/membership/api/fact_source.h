// Which facts does membership give to evaluation, and from which records are they counted?
//
//   membership.size_within_limit  B-02: a branch has no more members than is normal
//   membership.min_full           B-01: a branch has the full members that it needs
//   membership.committee_present  B-10: a branch with enough full members has a committee
//
// All as of the last day of the period, by the rules in force on that day. Each is 1 of 1 or 0 of
// 1; 0 of 0 where the rule asks nothing of the organization.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_FACT_SOURCE_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_FACT_SOURCE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/fact/feed.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it.
class FactSource : public fact::Source {
 public:
  FactSource(sql::Database& database, const org::OrgTree& tree, const RuleBooks& books)
      : database_(database),
        tree_(tree),
        setup_(books.Get("organization")),
        elections_(books.Get("election")),
        workers_(books.Get("party_worker")) {}

  std::vector<fact::v1::Indicator> Indicators(absl::CivilDay day) const override;

  // Errors: those of sql::Database.
  absl::StatusOr<std::vector<fact::Figure>> Figures(
      absl::Time deadline, std::span<const int64_t> branches, const fact::Period& period,
      std::span<const std::string> indicators) override;

  // Members (size, full members) or committee posts. Errors: those of sql::Database.
  absl::StatusOr<fact::EvidencePage> Evidence(absl::Time deadline, int64_t organization,
                                              const fact::EvidenceQuery& query, int32_t limit,
                                              std::string_view cursor) override;

 private:
  sql::Database& database_;
  const org::OrgTree& tree_;
  const RuleBook& setup_;
  const RuleBook& elections_;
  const RuleBook& workers_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_FACT_SOURCE_H_
