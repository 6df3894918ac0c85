// Which SQL runs on dues_standard and dues_reduction: what must members pay a month?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_STANDARD_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_STANDARD_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/dues/standard.h"

namespace ronghe::membership {

struct DuesStandardRow {
  int64_t member_id = 0;
  int32_t year = 0;
  int32_t revision = 0;
  StandardKind kind = StandardKind::kYearly;
  DuesCategory category = DuesCategory::kSalary;
  int64_t base_fen = 0;
  int32_t rate_bp = 0;
  int64_t amount_fen = 0;
  bool capped = false;
  int32_t from_month = 0;
  int32_t to_month = 0;
  ChangeReason reason = ChangeReason::kNone;
  std::string rule_set;
  std::string source;
  absl::Time create_time;

  Standard standard() const;
  void set_standard(const Standard& standard);
};

absl::Status InsertStandards(sql::Session& session, std::span<const DuesStandardRow> rows);

// Gives a revision its new last month.
absl::Status CutStandard(sql::Session& session, int64_t member_id, int32_t year, int32_t revision,
                         int32_t to_month);

// The revisions of a year, by member and revision. At most 256 members.
absl::StatusOr<std::vector<DuesStandardRow>> StandardsOfYear(sql::Session& session, int32_t year,
                                                             std::span<const int64_t> member_ids);

// Revisions of a member before (`year`, `revision`), the newest first.
absl::StatusOr<std::vector<DuesStandardRow>> StandardsBefore(sql::Session& session,
                                                             int64_t member_id, int32_t year,
                                                             int32_t revision, int32_t limit);

// Members of normal standing in a branch who have no standard in a year.
absl::StatusOr<int64_t> CountWithoutStandard(sql::Session& session, int64_t organization_id,
                                             int32_t year);

// Those of some branches where the count above is not 0. At most 256 ids.
absl::StatusOr<std::vector<int64_t>> BranchesWithoutStandard(
    sql::Session& session, std::span<const int64_t> organization_ids, int32_t year);

enum class ReductionState : int32_t { kProposed = 1, kApproved = 2, kRefused = 3, kWithdrawn = 4 };

struct DuesReductionRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  int64_t committee_id = 0;
  int64_t amount_fen = 0;
  int32_t from_month = 0;
  int32_t to_month = 0;
  std::string motion;
  ReductionState state = ReductionState::kProposed;
  std::string proposed_by;
  std::string decided_by;
  int64_t etag = 1;
  absl::Time create_time;
  std::optional<absl::Time> decide_time;
};

absl::Status InsertReduction(sql::Session& session, const DuesReductionRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<DuesReductionRow> LockReduction(sql::Session& session, int64_t id);
absl::StatusOr<DuesReductionRow> LoadReduction(sql::Session& session, int64_t id);
absl::Status UpdateReduction(sql::Session& session, const DuesReductionRow& row);
// Whether a proposal for the member waits.
absl::StatusOr<bool> HasOpenReduction(sql::Session& session, int64_t member_id);
// Reductions of a branch or of the committee that decides, before `before_id`, the newest first.
absl::StatusOr<std::vector<DuesReductionRow>> ReductionsOf(sql::Session& session,
                                                           int64_t organization_id,
                                                           int64_t before_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_STANDARD_STORE_H_
