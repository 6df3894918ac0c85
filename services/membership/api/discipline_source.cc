#include "services/membership/api/discipline_source.h"

#include "common/base/status_macros.h"
#include "services/membership/store/admission_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kProbationWithinParty = 4;  // of D-06

}  // namespace

absl::StatusOr<std::vector<DisciplineFact>> RecordedDiscipline::InEffect(
    sql::Session& session, std::span<const int64_t> member_ids, absl::CivilDay day) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<EffectiveMeasureRow> rows,
                          MeasuresInEffect(session, member_ids, day));
  std::vector<DisciplineFact> facts;
  for (const EffectiveMeasureRow& row : rows) {
    facts.push_back({row.member_id, row.measure == kProbationWithinParty});
  }
  return facts;
}

}  // namespace ronghe::membership
