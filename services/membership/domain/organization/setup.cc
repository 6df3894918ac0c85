#include "services/membership/domain/organization/setup.h"

#include <array>
#include <charconv>
#include <utility>

#include "common/base/civil.h"
#include "common/base/strings.h"
#include "services/membership/domain/organization/election.h"
#include "services/membership/domain/organization/term.h"
#include "services/membership/domain/organization/unit.h"

namespace ronghe::membership {
namespace {

using base::Cat;

// What a check sees and adds to.
struct Work {
  const SetupRules& rules;
  const SetupFacts& facts;
  absl::CivilDay day;
  std::vector<Finding>& findings;

  const Rule& setup(std::string_view key) const { return rules.setup.Get(key); }

  void Add(FindingCode code, const Rule& rule, std::string required, std::string actual,
           std::vector<int32_t> offered = {}, std::string subject = {}) {
    findings.push_back({.code = code,
                        .rule_id = rule.id,
                        .rule_set = rule.set,
                        .source = rule.source,
                        .required = std::move(required),
                        .actual = std::move(actual),
                        .offered = std::move(offered),
                        .subject = std::move(subject)});
  }
  void AddLate(FindingCode code, const LateFacts& late) {
    findings.push_back({.code = code,
                        .rule_id = late.rule_id,
                        .rule_set = late.rule_set,
                        .source = late.source,
                        .required = Cat("<= ", base::FormatDay(late.due_on)),
                        .actual = base::FormatDay(day),
                        .offered = {},
                        .subject = late.subject});
  }
};

std::string AtLeast(int64_t number) { return Cat(">= ", number); }
std::string AtMost(int64_t number) { return Cat("<= ", number); }

std::vector<int32_t> Kinds(const Rule& rule) { return {rule.codes.begin(), rule.codes.end()}; }

void BelowMinimum(Work& work) {
  const Rule& rule = work.setup("branch.min_full");
  if (work.facts.kind != kBranchKind || work.facts.functional || work.facts.full >= rule.number) {
    return;
  }
  work.Add(FindingCode::kBelowMinimum, rule, AtLeast(rule.number), Cat(work.facts.full),
           Kinds(work.setup("branch.offered_below")));
}

void AboveNormalSize(Work& work) {
  const Rule& rule = work.setup("branch.max_members");
  if (!IsBranchKind(work.facts.kind) || work.facts.members() <= rule.number) return;
  work.Add(FindingCode::kAboveNormalSize, rule, AtMost(rule.number), Cat(work.facts.members()),
           {kGeneralBranchKind});
}

void TooManyUnits(Work& work) {
  const Rule& rule = work.setup("joint.max_units");
  if (work.facts.kind != kJointBranchKind || work.facts.units <= rule.number) return;
  work.Add(FindingCode::kTooManyUnits, rule, AtMost(rule.number), Cat(work.facts.units));
}

void SiteWithoutBranch(Work& work) {
  const Rule& months = work.setup("site.min_months");
  const Rule& full = work.setup("branch.min_full");
  for (const SiteFacts& site : work.facts.sites) {
    if (site.full_members < full.number ||
        !LastsMonths(site.starts_on, site.ends_on, static_cast<int>(months.number))) {
      continue;
    }
    work.Add(FindingCode::kSiteWithoutBranch, months,
             Cat(AtLeast(months.number), "m, full ", AtLeast(full.number)),
             Cat(base::FormatDay(site.starts_on), "..",
                 site.ends_on ? base::FormatDay(*site.ends_on) : std::string(), ", full ",
                 site.full_members),
             Kinds(work.setup("site.offered")), site.name);
  }
}

void FloatingBranchDue(Work& work) {
  const Rule& rule = work.setup("floating.from_members");
  if (!IsBranchKind(work.facts.kind) || work.facts.floating < rule.number) return;
  work.Add(FindingCode::kFloatingBranchDue, rule, Cat("< ", rule.number), Cat(work.facts.floating),
           {kBranchKind});
}

void TemporaryExceeded(Work& work) {
  if (!work.facts.temporary || (work.facts.members() == 0 && !work.facts.term)) return;
  work.Add(FindingCode::kTemporaryExceeded, work.setup("temporary.guard"), "members 0, terms 0",
           Cat("members ", work.facts.members(), ", terms ", work.facts.term ? 1 : 0));
}

void FoundingReplyLate(Work& work) {
  for (const LateFacts& late : work.facts.replies_late) {
    work.AddLate(FindingCode::kFoundingReplyLate, late);
  }
}

void GeneralBranchSize(Work& work) {
  if (work.facts.kind != kGeneralBranchKind || work.facts.size_approved) return;
  const Rule& least = work.setup("general_branch.min_members");
  const Rule& most = work.setup("committee.min_members");
  const int64_t members = work.facts.subtree_members;
  if (members < least.number) {
    work.Add(FindingCode::kGeneralBranchSize, least, AtLeast(least.number), Cat(members),
             {kBranchKind});
  } else if (members >= most.number) {
    work.Add(FindingCode::kGeneralBranchSize, most, Cat("< ", most.number), Cat(members),
             {kCommitteeKind});
  }
}

void CommitteeSize(Work& work) {
  const Rule& least = work.setup("committee.min_members");
  if (work.facts.kind != kCommitteeKind || work.facts.local || work.facts.size_approved ||
      work.facts.subtree_members >= least.number) {
    return;
  }
  work.Add(FindingCode::kCommitteeSize, least, AtLeast(least.number),
           Cat(work.facts.subtree_members), {kGeneralBranchKind});
}

bool NeedsCommittee(const Work& work) {
  return IsBranchKind(work.facts.kind) &&
         work.facts.full >= work.setup("branch_committee.from_full").number;
}

void CommitteeMissing(Work& work) {
  const Rule& least = work.setup("branch_committee.min_size");
  if (!NeedsCommittee(work) || work.facts.committee >= least.number) return;
  work.Add(FindingCode::kCommitteeMissing, least,
           Cat(least.number, "..", work.setup("branch_committee.usual_size").number),
           Cat(work.facts.committee));
}

void CommitteeTooLarge(Work& work) {
  const Rule& most = work.setup("branch_committee.max_size");
  if (!NeedsCommittee(work) || work.facts.committee <= most.number) return;
  work.Add(FindingCode::kCommitteeTooLarge, most, AtMost(most.number), Cat(work.facts.committee));
}

void CommitteeNotDue(Work& work) {
  const Rule& least = work.setup("branch_committee.min_size");
  if (!IsBranchKind(work.facts.kind) || NeedsCommittee(work) ||
      work.facts.committee < least.number) {
    return;
  }
  const Rule& rule = work.setup("branch.secretary");
  work.Add(FindingCode::kCommitteeNotDue, rule, Cat("< ", least.number),
           Cat(work.facts.committee, ", full ", work.facts.full));
}

void SecretaryMissing(Work& work) {
  if (!HasTerms(work.rules.elections, work.facts.kind) || work.facts.has_secretary) return;
  work.Add(FindingCode::kSecretaryMissing, work.setup("branch.secretary"), "1", "0");
}

void SecretaryStanding(Work& work) {
  const Rule& rule = work.setup("secretary.standing_months");
  const SetupFacts& facts = work.facts;
  if (!IsBranchKind(facts.kind) || !facts.has_secretary ||
      HasStandingFor(rule, facts.secretary_converted_on, facts.secretary_adjustment_months,
                     work.day)) {
    return;
  }
  work.Add(FindingCode::kSecretaryStanding, rule, Cat(AtLeast(rule.number), "m"),
           facts.secretary_converted_on ? base::FormatDay(*facts.secretary_converted_on)
                                        : std::string("-"),
           {}, facts.secretary_post);
}

// Which member is in which group is not on record: what can be told is their size on average.
void GroupSize(Work& work) {
  const Rule& least = work.setup("group.min_size");
  const Rule& most = work.setup("group.max_size");
  const SetupFacts& facts = work.facts;
  if (!IsBranchKind(facts.kind) || facts.groups == 0) return;
  const bool small = facts.members() < facts.groups * least.number;
  const bool large = facts.members() > facts.groups * most.number;
  if (!small && !large) return;
  work.Add(FindingCode::kGroupSize, small ? least : most,
           Cat(least.number, "..", most.number, " a group on average"),
           Cat("members ", facts.members(), ", groups ", facts.groups));
}

void MembersMisplaced(Work& work) {
  const SetupFacts& facts = work.facts;
  const bool placed = facts.holds_members && !facts.revoked;
  // What a temporary organization holds is B-06's.
  if (placed || facts.temporary || facts.members() == 0) return;
  work.Add(FindingCode::kMembersMisplaced, work.setup("member.organizations"), "0",
           Cat(facts.members()), {kBranchKind, kJointBranchKind});
}

void DelegatesAdvised(Work& work) {
  const Rule& rule = work.setup("delegates.from_members");
  const SetupFacts& facts = work.facts;
  if (!HasTerms(work.rules.elections, facts.kind) || facts.local ||
      (facts.subtree_members < rule.number && !facts.scattered_sites)) {
    return;
  }
  work.Add(FindingCode::kDelegatesAdvised, rule, Cat("< ", rule.number),
           Cat(facts.subtree_members));
}

void TermMissing(Work& work) {
  const SetupFacts& facts = work.facts;
  if (!HasTerms(work.rules.elections, facts.kind) || facts.local || facts.term) return;
  const Rule& rule = work.rules.elections.Get(facts.kind == kCommitteeKind ? "term.committee_months"
                                                                           : "term.branch_months");
  work.Add(FindingCode::kTermMissing, rule, "1", "0");
}

void TermExpired(Work& work) {
  const std::optional<LateFacts>& term = work.facts.term;
  if (work.facts.temporary || !term || term->due_on >= work.day) return;
  work.AddLate(FindingCode::kTermExpired, *term);
}

void TermExpiring(Work& work) {
  const std::optional<LateFacts>& term = work.facts.term;
  if (work.facts.temporary || !term || term->due_on < work.day || work.facts.election_open) return;
  const Rule& rule = work.rules.elections.Get("term.remind_months");
  if (work.day < ReminderDay(work.rules.elections, term->due_on)) return;
  work.Add(FindingCode::kTermExpiring, rule, Cat("<= ", base::FormatDay(term->due_on)),
           base::FormatDay(work.day), {}, term->subject);
}

void StaffingShort(Work& work) {
  for (const StaffFacts& staff : work.facts.staffs) {
    for (const char* key : {"staffing.enterprise", "staffing.organ"}) {
      const Rule& rule = work.rules.workers.Get(key);
      const int64_t least = rule.ratio.Least(staff.staff);
      if (!rule.Has(staff.nature) || staff.full_time_workers >= least) continue;
      work.Add(FindingCode::kStaffingShort, rule, AtLeast(least), Cat(staff.full_time_workers), {},
               staff.unit);
    }
  }
}

void TrainingLate(Work& work) {
  for (const LateFacts& late : work.facts.trainings_late) {
    work.AddLate(FindingCode::kTrainingLate, late);
  }
}

// By code, from 1.
constexpr std::array<void (*)(Work&), kFindingCodes> kChecks = {
    nullptr,           BelowMinimum,      AboveNormalSize,   TooManyUnits,      SiteWithoutBranch,
    FloatingBranchDue, TemporaryExceeded, FoundingReplyLate, GeneralBranchSize, CommitteeSize,
    CommitteeMissing,  CommitteeTooLarge, CommitteeNotDue,   SecretaryMissing,  SecretaryStanding,
    GroupSize,         MembersMisplaced,  DelegatesAdvised,  TermMissing,       TermExpired,
    TermExpiring,      StaffingShort,     TrainingLate};

}  // namespace

int32_t KindOf(std::string_view code) {
  int32_t kind = 0;
  std::from_chars(code.data(), code.data() + code.size(), kind);
  return kind;
}

std::vector<Finding> CheckSetup(const SetupRules& rules, const SetupFacts& facts,
                                absl::CivilDay day, const FindingSet& wanted) {
  std::vector<Finding> findings;
  Work work{rules, facts, day, findings};
  for (int code = 1; code < kFindingCodes; ++code) {
    const bool applies = !facts.revoked || code == static_cast<int>(FindingCode::kMembersMisplaced);
    if (applies && wanted.test(static_cast<size_t>(code))) kChecks[static_cast<size_t>(code)](work);
  }
  return findings;
}

}  // namespace ronghe::membership
