#include "services/membership/api/discipline_source.h"

#include "common/base/status_macros.h"
#include "services/membership/store/discipline_store.h"

namespace ronghe::membership {

absl::StatusOr<std::vector<DisciplineFact>> RecordedDiscipline::InEffect(
    sql::Session& session, std::span<const int64_t> member_ids, absl::CivilDay day) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> rows,
                          DisciplinesInEffect(session, member_ids, day));
  std::vector<DisciplineFact> facts;
  for (const DisciplineRow& row : rows) {
    facts.push_back({row.member_id, row.measure == Measure::kProbationWithinParty});
  }
  return facts;
}

}  // namespace ronghe::membership
