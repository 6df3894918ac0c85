// Which figures of the regulations judge a meeting? Rule sets are versioned data; the one in force
// on the day of the event is applied, and its name is stored with each decision.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_RULE_SET_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_RULE_SET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// A share that a count must reach: 以上 (kAtLeast) includes the number itself, 超过 (kMoreThan)
// does not. Compared by cross-multiplication, never by division.
struct Share {
  enum class Comparison { kAtLeast, kMoreThan };

  int64_t numerator = 1;
  int64_t denominator = 2;
  Comparison comparison = Comparison::kAtLeast;

  bool Reached(int64_t count, int64_t of) const {
    return comparison == Comparison::kAtLeast ? denominator * count >= numerator * of
                                              : denominator * count > numerator * of;
  }
  // The least count that reaches it.
  int64_t Least(int64_t of) const {
    return comparison == Comparison::kAtLeast ? (numerator * of + denominator - 1) / denominator
                                              : numerator * of / denominator + 1;
  }

  friend bool operator==(const Share&, const Share&) = default;
};

// How one kind of motion is decided (domain rules 11.1).
struct VoteRule {
  std::string id;  // "Q-GEN"
  MotionKind kind = MotionKind::kNone;
  Share quorum;  // of present among the voting roll
  Share pass;    // of votes for among the voting roll
  bool written_counts = false;
  std::string source;
  bool secret_ballot = false;                   // other ballots are refused
  bool subject_required = false;                // one by one: a subject, and each once in a meeting
  Kinds meeting_kinds;                          // of the meetings that decide such motions
  std::vector<std::string> organization_kinds;  // whose meetings decide them; empty: any
};

// Who stands on the roll of a meeting, the narrowest first.
enum class RollBase {
  kNone,        // nobody: participants are written down as observers
  kCommittee,   // holders of the committee's posts
  kAllMembers,  // all members of the organization and its groups with normal standing
  kSubtree,     // the same of the organization and all below it
  kDelegates,   // the delegates of an election, whom membership keeps
};

// Which organizations may hold a kind of meeting, and who is expected.
struct KindRule {
  Kind kind = Kind::kGeneral;
  RollBase roll = RollBase::kAllMembers;
  std::vector<std::string> organization_kinds;  // "631"; empty: any
  bool empty_roll_allowed = false;
};

enum class WindowUnit { kMonth, kQuarter, kYear };

// A frequency of domain rules 1.3: at least one meeting of a kind in every window.
struct DutyRule {
  std::string id;  // "B-30"
  Kind kind = Kind::kGeneral;
  std::string title;  // zh-CN
  std::string source;
  WindowUnit window = WindowUnit::kMonth;
  std::vector<std::string> organization_kinds;
  bool needs_committee = false;  // asked only where a committee exists
  bool founding_exempt = true;   // an organization founded inside a window is exempt from it
  bool enabled = true;           // off: a local parameter that is not in use
};

// The posts that make a committee (domain rules 8.1, B-10, B-11).
struct CommitteeRule {
  std::vector<std::string> post_codes;
  int32_t min_holders = 3;  // fewer holders: a secretary, but no committee
};

struct Ratio {
  int64_t numerator = 1;
  int64_t denominator = 1;
};

// The figures of elections (domain rules 7.1).
struct ElectionRules {
  std::string source;
  Share quorum;                         // X-03, of present among those who should vote
  Ratio candidates;                     // X-05, of seats, rounded up
  int32_t committee_required_from = 7;  // B-10: full members from which there is a committee (X-06)
  Share majority;                       // X-10, of votes for among those present
  int32_t min_shown_ballots = 3;        // fewer ballots: the tally is not shown
  std::string committee_post_code;
  std::string secretary_post_code;
  std::string deputy_post_code;
  std::vector<std::string> general_organization_kinds;    // whose members or delegates elect
  std::vector<std::string> committee_organization_kinds;  // whose committees elect
};

struct RuleSet {
  std::string id;       // "branch-work"
  std::string version;  // "2018"
  std::string title;
  std::string source;
  std::string approved_by;
  absl::CivilDay effective_from;
  std::optional<absl::CivilDay> effective_to;  // the first day it no longer holds

  int32_t late_entry_days = 7;
  std::string late_entry_source;
  CommitteeRule committee;
  std::vector<VoteRule> votes;
  std::vector<KindRule> kinds;
  std::vector<DutyRule> duties;
  ElectionRules election;
  Kinds organizational_life;  // what counts as taking part in organizational life (D-04)

  // "branch-work@2018".
  std::string Name() const { return id + "@" + version; }
  const VoteRule* Vote(MotionKind kind) const;
  const KindRule* ForKind(Kind kind) const;
  const DutyRule* Duty(std::string_view rule_id) const;
};

// All versions of the rules. Immutable.
class RuleSets {
 public:
  // Errors: INVALID_ARGUMENT for versions that overlap, a share that is no share, a kind without a
  // rule, a rule id twice.
  static absl::StatusOr<RuleSets> Create(std::vector<RuleSet> sets);

  // The rules in force on `day`; before the first version, the first one.
  const RuleSet& At(absl::CivilDay day) const;
  const std::vector<RuleSet>& all() const { return sets_; }

 private:
  explicit RuleSets(std::vector<RuleSet> sets) : sets_(std::move(sets)) {}

  std::vector<RuleSet> sets_;  // by effective_from
};

// The posts 01…08 make a committee. True when `holders` distinct members suffice.
bool CommitteeExists(const CommitteeRule& rule, int64_t holders);
bool IsCommitteePost(const CommitteeRule& rule, std::string_view post_code);

// The roll of a meeting of several kinds: the widest that one of them asks for.
RollBase RollOf(const RuleSet& rules, Kinds kinds);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_RULE_SET_H_
