// Where does an organization depart from the rules on its set-up, its term and its workers?
//
// B-01 to B-15, B-20 to B-25, 7.2 and T-04, each a pure function of facts: whoever gathers them (a
// page of findings, a fact for the appraisal) gets the same answer.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_SETUP_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_SETUP_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

inline constexpr int32_t kCommitteeKind = 611;
inline constexpr int32_t kGeneralBranchKind = 621;
inline constexpr int32_t kBranchKind = 631;
inline constexpr int32_t kJointBranchKind = 632;
inline constexpr int32_t kGroupKind = 641;

// The kind that the tree keeps as text: "631"; 0 for what is none.
int32_t KindOf(std::string_view code);

// True for the kinds that members belong to.
inline bool IsBranchKind(int32_t kind) { return kind == kBranchKind || kind == kJointBranchKind; }

// B-07.
enum class FoundingState : int32_t { kApplied = 1, kApproved = 2, kRefused = 3, kFiled = 4 };

// The numbers are those of ronghe.membership.v1.FindingCode.
enum class FindingCode : int32_t {
  kBelowMinimum = 1,
  kAboveNormalSize = 2,
  kTooManyUnits = 3,
  kSiteWithoutBranch = 4,
  kFloatingBranchDue = 5,
  kTemporaryExceeded = 6,
  kFoundingReplyLate = 7,
  kGeneralBranchSize = 8,
  kCommitteeSize = 9,
  kCommitteeMissing = 10,
  kCommitteeTooLarge = 11,
  kCommitteeNotDue = 12,
  kSecretaryMissing = 13,
  kSecretaryStanding = 14,
  kGroupSize = 15,
  kMembersMisplaced = 16,
  kDelegatesAdvised = 17,
  kTermMissing = 18,
  kTermExpired = 19,
  kTermExpiring = 20,
  kStaffingShort = 21,
  kTrainingLate = 22,
};
inline constexpr int kFindingCodes = 23;
using FindingSet = std::bitset<kFindingCodes>;

struct Finding {
  FindingCode code = FindingCode::kBelowMinimum;
  std::string rule_id;
  std::string rule_set;
  std::string source;
  std::string required;
  std::string actual;
  std::vector<int32_t> offered;  // kinds that would meet the rule
  std::string subject;           // resource name where it is not the organization itself

  friend bool operator==(const Finding&, const Finding&) = default;
};

// A site that nobody serves (B-04).
struct SiteFacts {
  std::string name;
  absl::CivilDay starts_on;
  std::optional<absl::CivilDay> ends_on;
  int64_t full_members = 0;
};

// A unit whose topmost organization this is (7.2).
struct StaffFacts {
  std::string unit;
  int32_t nature = 0;
  int64_t staff = 0;
  int64_t full_time_workers = 0;
};

// Something that was due, and under which rule.
struct LateFacts {
  std::string subject;
  absl::CivilDay due_on;
  std::string rule_id;
  std::string rule_set;
  std::string source;
};

// What is known of one organization on one day.
struct SetupFacts {
  int32_t kind = 0;
  bool root = false;
  bool local = false;  // a committee of a county or above, which is no basic-level committee
  bool revoked = false;
  bool holds_members = false;  // kinds rule
  bool temporary = false;      // kinds rule
  bool functional = false;
  bool scattered_sites = false;
  bool size_approved = false;
  int64_t full = 0;  // directly in it
  int64_t probationary = 0;
  int64_t subtree_members = 0;
  int64_t groups = 0;
  int64_t units = 0;
  int64_t floating = 0;
  int64_t committee = 0;  // people in posts of the committee
  bool has_secretary = false;
  std::string secretary_post;
  std::optional<absl::CivilDay> secretary_converted_on;
  int32_t secretary_adjustment_months = 0;
  std::optional<LateFacts> term;  // the running one, due on its expiry
  bool election_open = false;
  std::vector<SiteFacts> sites;
  std::vector<StaffFacts> staffs;
  std::vector<LateFacts> replies_late;
  std::vector<LateFacts> trainings_late;

  int64_t members() const { return full + probationary; }
};

// The versions in force on the day that is asked about.
struct SetupRules {
  const RuleSet& setup;
  const RuleSet& elections;
  const RuleSet& workers;
};

// The findings of the wanted codes in the order of their codes. A revoked organization can only
// hold members that it should not.
std::vector<Finding> CheckSetup(const SetupRules& rules, const SetupFacts& facts,
                                absl::CivilDay day, const FindingSet& wanted);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_SETUP_H_
