// How is what members pay fixed for a year, once (C-02)?
//
// Calls and imports judge and write a yearly standard here, by one rule.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_YEARLY_STANDARD_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_YEARLY_STANDARD_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {

// True for a branch; temporary organizations collect no dues (B-06).
bool CollectsDues(const org::OrgTree& tree, int64_t organization_id);

// The standard of a member for a year.
struct YearlyStandard {
  int64_t organization_id = 0;  // the member's branch
  DuesStandardRow row;
  bool held = false;  // it stands already
};

// Judges the standard that a base comes to: from January or the month of the vote (C-05) on.
// `standards` are revisions of the year, of any members.
//
// Errors: FAILED_PRECONDITION MEMBER_LEFT, DUES_STANDARD_EXISTS when another one is fixed,
// DUES_STANDARD_MISSING for a year before the vote; those of ReckonDues.
absl::StatusOr<YearlyStandard> JudgeYearly(const DuesRateBook& book, const MemberRow& member,
                                           int32_t year, const DuesBase& base,
                                           std::span<const DuesStandardRow> standards,
                                           absl::Time now);

// Writes those that are not held, opens the members' accounts, and meets the year's deadline
// (DL-19) of each branch that has all of its standards now. At most 256, all of one year.
//
// Errors: those of sql::Session.
absl::Status FixStandards(sql::Session& session, std::span<const YearlyStandard> standards,
                          absl::Time now);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_YEARLY_STANDARD_H_
