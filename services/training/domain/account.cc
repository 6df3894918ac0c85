#include "services/training/domain/account.h"

#include <algorithm>

namespace ronghe::training {

absl::CivilDay ReferenceDay(int year, absl::CivilDay today) {
  return std::min(today, absl::CivilDay(year, 12, 31));
}

int MonthsOfMembership(const std::vector<Stretch>& stretches, absl::CivilDay from,
                       absl::CivilDay to, bool partial_month_counts) {
  int months = 0;
  for (absl::CivilMonth month(from); absl::CivilDay(month) < to; ++month) {
    const absl::CivilDay first = std::max(absl::CivilDay(month), from);
    const absl::CivilDay end = std::min(absl::CivilDay(month + 1), to);
    absl::civil_diff_t days = 0;
    for (const Stretch& stretch : stretches) {
      if (!stretch.normal) continue;
      days += std::max<absl::civil_diff_t>(
          0, std::min(end, stretch.to) - std::max(first, stretch.from));
    }
    if (partial_month_counts ? days > 0 : days >= end - first) ++months;
  }
  return months;
}

int32_t ProRata(int32_t yearly, int months) { return (yearly * months + 11) / 12; }

Account Assess(const RuleSet& rules, absl::CivilDay from, absl::CivilDay to, absl::CivilDay day,
               const MemberFacts& facts) {
  Account account;
  account.year = static_cast<int32_t>(from.year());
  account.credited = facts.credited;
  account.credits = facts.credits;
  account.exemption = facts.exemption;
  for (const Stretch& stretch : facts.stretches) {
    if (stretch.normal && stretch.from <= day && day < stretch.to) {
      account.organization_id = stretch.organization_id;
    }
  }
  const bool leader =
      std::any_of(facts.posts.begin(), facts.posts.end(),
                  [&rules](const std::string& code) { return rules.IsLeaderPost(code); });
  account.role = leader ? Role::kLeader : Role::kMember;
  account.months = MonthsOfMembership(facts.stretches, from, to, rules.partial_month_counts);
  if (account.due()) {
    account.required = ProRata(rules.Of(account.role).half_hours, account.months);
  }
  return account;
}

Summary& Summary::operator+=(const Summary& other) {
  members += other.members;
  exempt += other.exempt;
  due += other.due;
  reached += other.reached;
  covered += other.covered;
  missing_half_hours += other.missing_half_hours;
  leaders_due += other.leaders_due;
  leaders_reached += other.leaders_reached;
  return *this;
}

Summary& Summary::operator-=(const Summary& other) {
  members -= other.members;
  exempt -= other.exempt;
  due -= other.due;
  reached -= other.reached;
  covered -= other.covered;
  missing_half_hours -= other.missing_half_hours;
  leaders_due -= other.leaders_due;
  leaders_reached -= other.leaders_reached;
  return *this;
}

Summary Contribution(const Account& account) {
  Summary summary;
  if (!account.member()) return summary;
  summary.members = 1;
  if (account.exempt()) {
    summary.exempt = 1;
    return summary;
  }
  summary.due = 1;
  summary.reached = account.reached() ? 1 : 0;
  summary.covered = account.covered() ? 1 : 0;
  summary.missing_half_hours = account.missing();
  if (account.role == Role::kLeader) {
    summary.leaders_due = 1;
    summary.leaders_reached = summary.reached;
  }
  return summary;
}

int32_t CoverageBasisPoints(const Summary& summary) {
  return summary.due == 0 ? 0 : static_cast<int32_t>(10000 * summary.covered / summary.due);
}

}  // namespace ronghe::training
