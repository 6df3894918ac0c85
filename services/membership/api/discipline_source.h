// Which measures of discipline bear on somebody who is to sponsor or cultivate?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DISCIPLINE_SOURCE_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DISCIPLINE_SOURCE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

// A measure that has effect on the day asked for.
struct DisciplineFact {
  int64_t member_id = 0;
  bool probation_within_party =
      false;  // 留党察看, or its rights are not restored; else a lighter one
};

// Thread-safe.
class DisciplineSource {
 public:
  virtual ~DisciplineSource() = default;

  // The measures against members (at most 256) that have effect on `day`.
  //
  // Errors: those of sql::Session.
  virtual absl::StatusOr<std::vector<DisciplineFact>> InEffect(sql::Session& session,
                                                               std::span<const int64_t> member_ids,
                                                               absl::CivilDay day) const = 0;
};

// Reads the measures on record.
class RecordedDiscipline : public DisciplineSource {
 public:
  absl::StatusOr<std::vector<DisciplineFact>> InEffect(sql::Session& session,
                                                       std::span<const int64_t> member_ids,
                                                       absl::CivilDay day) const override;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DISCIPLINE_SOURCE_H_
