// Who is expected at a meeting? The roll of domain rules 11.2, read from this service's copy of
// membership as of a day.
#ifndef RONGHE_SERVICES_MEETING_STORE_ROLL_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_ROLL_STORE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// How many members hold posts of the committee, by organization, on `day`; organizations without
// any are left out. At most 256 organizations.
//
// Errors: those of sql::Session.
absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> CommitteeHolders(
    sql::Session& session, const CommitteeRule& rule, std::span<const int64_t> organization_ids,
    absl::CivilDay day);

// The roll of a meeting of `kinds` on `day`, by member id, nobody marked yet: the members with
// normal standing of the organization and its groups, or of all below it, or the holders of the
// committee's posts. Full members in normal standing with the right to vote are on the voting roll.
// Delegates are not read here (DelegateRoll).
//
// Errors: FAILED_PRECONDITION B_ROLL_TOO_LARGE; those of sql::Session.
absl::StatusOr<std::vector<Attendee>> LoadRoll(sql::Session& session, const org::OrgTree& tree,
                                               const RuleSet& rules, int64_t organization_id,
                                               Kinds kinds, absl::CivilDay day);

// The roll of a meeting of these delegates: all of them vote.
std::vector<Attendee> DelegateRoll(std::vector<int64_t> members);

// Those of the members (at most 256) who on `day` are full members with the right to vote of an
// organization of the subtree of `root`, by member id.
//
// Errors: those of sql::Session.
absl::StatusOr<std::vector<int64_t>> VotingMembers(sql::Session& session, const org::OrgTree& tree,
                                                   int64_t root, std::span<const int64_t> members,
                                                   absl::CivilDay day);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_ROLL_STORE_H_
