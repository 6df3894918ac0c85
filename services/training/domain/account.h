// How many hours does a year, or a period, ask of a member, and are they reached?
#ifndef RONGHE_SERVICES_TRAINING_DOMAIN_ACCOUNT_H_
#define RONGHE_SERVICES_TRAINING_DOMAIN_ACCOUNT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/training/domain/rule_set.h"

namespace ronghe::training {

// A stretch of membership, [from, to).
struct Stretch {
  int64_t organization_id = 0;
  bool normal = true;  // standing 10
  absl::CivilDay from;
  absl::CivilDay to;
};

// What is known of a member when the account is judged.
struct MemberFacts {
  std::vector<Stretch> stretches;
  std::vector<std::string> posts;  // codes held on the day that counts
  std::string exemption;           // reason code; empty: none
  int32_t credited = 0;            // half hours
  int32_t credits = 0;
};

// A member's hours in a year or period. Hours are half hours.
struct Account {
  int64_t member_id = 0;
  int32_t year = 0;
  int64_t organization_id = 0;  // 0: member of none on the day that counts
  Role role = Role::kMember;
  int32_t months = 0;
  int32_t required = 0;
  int32_t credited = 0;
  int32_t credits = 0;
  std::string exemption;

  bool exempt() const { return !exemption.empty(); }
  bool member() const { return organization_id != 0; }
  bool due() const { return member() && !exempt(); }
  bool reached() const { return due() && credited >= required; }
  bool covered() const { return due() && credits > 0; }
  int32_t missing() const { return due() && credited < required ? required - credited : 0; }

  friend bool operator==(const Account&, const Account&) = default;
};

// The day that decides organization and posts of an hour year: today, or its last day once past.
absl::CivilDay ReferenceDay(int year, absl::CivilDay today);

// Calendar months of [from, to) with normal membership. A month counts once it holds a day of it,
// or, where partial months do not count, only if every day of it does.
int MonthsOfMembership(const std::vector<Stretch>& stretches, absl::CivilDay from,
                       absl::CivilDay to, bool partial_month_counts);

// `yearly` for `months` of twelve, rounded up to the half hour.
int32_t ProRata(int32_t yearly, int months);

// Judges [from, to) as of `day`; a calendar year is from January 1 to January 1. Requirements are
// pro rata by months of membership (T-01, T-02).
Account Assess(const RuleSet& rules, absl::CivilDay from, absl::CivilDay to, absl::CivilDay day,
               const MemberFacts& facts);

// Sums over the members of an organization. What an account adds is decided in Contribution alone.
struct Summary {
  int64_t members = 0;
  int64_t exempt = 0;
  int64_t due = 0;
  int64_t reached = 0;
  int64_t covered = 0;
  int64_t missing_half_hours = 0;
  int64_t leaders_due = 0;
  int64_t leaders_reached = 0;

  int64_t short_members() const { return due - reached; }
  Summary& operator+=(const Summary& other);
  Summary& operator-=(const Summary& other);
  friend bool operator==(const Summary&, const Summary&) = default;
};

Summary Contribution(const Account& account);

// covered / due in hundredths of a percent, rounded down; 0 when nobody is due.
int32_t CoverageBasisPoints(const Summary& summary);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_DOMAIN_ACCOUNT_H_
