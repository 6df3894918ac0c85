#include "services/training/api/members.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "common/org/copy_store.h"
#include "common/sql/statement.h"
#include "services/training/domain/errors.h"

namespace ronghe::training {
namespace {

constexpr absl::Duration kCatchUp = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::map<int64_t, Members::Place>> Members::Places(absl::Time deadline,
                                                                  std::span<const int64_t> members,
                                                                  absl::CivilDay day) {
  for (const bool last_try : {false, true}) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<org::IntervalRow> rows,
        database_.Read(deadline,
                       [&](sql::Session& session) -> absl::StatusOr<std::vector<org::IntervalRow>> {
                         std::vector<org::IntervalRow> all;
                         std::span<const int64_t> rest = members;
                         while (!rest.empty()) {
                           const auto some = rest.first(std::min(rest.size(), sql::kMaxList));
                           RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> more,
                                                   org::IntervalsOfMembers(session, some));
                           all.insert(all.end(), more.begin(), more.end());
                           rest = rest.subspan(some.size());
                         }
                         return all;
                       }));
    std::map<int64_t, Place> places;
    std::map<int64_t, absl::CivilDay> latest;
    for (const org::IntervalRow& row : rows) {
      Place& place = places[row.member_id];
      if (row.valid_from <= day && day < row.valid_to) place.on_day = row.organization_id;
      const auto [known, fresh] = latest.try_emplace(row.member_id, row.valid_to);
      if (fresh || row.valid_to >= known->second) {
        known->second = row.valid_to;
        place.last = row.organization_id;
      }
    }
    const auto missing = std::find_if(members.begin(), members.end(), [&](int64_t member) {
      const auto found = places.find(member);
      return found == places.end() || (!last_try && found->second.on_day == 0);
    });
    if (missing == members.end()) return places;
    if (last_try) return errors::MemberUnknown(*missing);
    scope_.CatchUp(std::min(deadline, absl::Now() + kCatchUp));
  }
  return absl::InternalError("unreachable");
}

absl::StatusOr<std::map<int64_t, int64_t>> Members::OrganizationsOf(
    absl::Time deadline, std::span<const int64_t> members, absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const auto places, Places(deadline, members, day));
  std::map<int64_t, int64_t> result;
  for (const auto& [member, place] : places) result[member] = place.on_day;
  return result;
}

absl::StatusOr<int64_t> Members::OwnerOf(absl::Time deadline, int64_t member, absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const auto places, Places(deadline, std::span(&member, 1), day));
  const Place& place = places.at(member);
  return place.on_day != 0 ? place.on_day : place.last;
}

bool Members::Knows(absl::Time deadline, int64_t organization) {
  if (tree_.Contains(organization)) return true;
  scope_.CatchUp(std::min(deadline, absl::Now() + kCatchUp));
  return tree_.Contains(organization);
}

}  // namespace ronghe::training
