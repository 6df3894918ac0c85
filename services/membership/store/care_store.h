// Which SQL runs on care_record, and who has been a full member since long ago?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_CARE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_CARE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/care/care.h"

namespace ronghe::membership {

struct CareRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  CareKind kind = CareKind::kVisit;
  int32_t occasion = 0;
  absl::CivilDay day;
  int64_t amount_fen = 0;
  Fund fund = Fund::kNone;
  int64_t giver_id = 0;
  bool voided = false;
  absl::Time create_time;
};

// A record with the member's name.
struct NamedCareRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  CareKind kind = CareKind::kVisit;
  int32_t occasion = 0;
  absl::CivilDay day;
  int64_t amount_fen = 0;
  Fund fund = Fund::kNone;
  int64_t giver_id = 0;
  bool voided = false;
  absl::Time create_time;
  std::string full_name;
};

absl::Status InsertCare(sql::Session& session, const CareRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<CareRow> LockCare(sql::Session& session, int64_t id);
absl::Status VoidCare(sql::Session& session, int64_t id);

// Up to `limit` records before `before_id`, the newest first.
absl::StatusOr<std::vector<NamedCareRow>> CareOfOrganization(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit);
absl::StatusOr<std::vector<NamedCareRow>> CareOfMember(sql::Session& session, int64_t member_id,
                                                       int64_t before_id, int32_t limit);

struct VeteranRow {
  int64_t id = 0;  // of the member
  int64_t organization_id = 0;
  std::string full_name;
  std::optional<absl::CivilDay> converted_on;  // always there
  int32_t adjustment_months = 0;
  int32_t medal = 0;  // 1: has a fifty-year medal that stands
};

// Up to `limit` full members of normal standing after `after_id` of one branch whose standing
// counts from `by` or before, by id.
absl::StatusOr<std::vector<VeteranRow>> VeteransOf(sql::Session& session, int64_t organization_id,
                                                   int64_t after_id, absl::CivilDay by,
                                                   int32_t limit);
// The same of `first_organization` after `after_id` and of all `organizations` (at most 256), by
// organization and id.
absl::StatusOr<std::vector<VeteranRow>> VeteransAcross(sql::Session& session,
                                                       int64_t first_organization, int64_t after_id,
                                                       std::span<const int64_t> organizations,
                                                       absl::CivilDay by, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_CARE_STORE_H_
