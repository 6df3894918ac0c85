// Which SQL runs on remittances, their ratios and periods, and on published reports?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_REMITTANCE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_REMITTANCE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

enum class RatioBasis : int32_t { kLevel = 1, kCentre = 2, kLocalCommittee = 3 };

struct RemittanceRatioRow {
  int64_t organization_id = 0;
  int32_t from_year = 0;
  RatioBasis basis = RatioBasis::kLevel;
  int32_t ratio_bp = 0;
  absl::Time update_time;
};
absl::Status SetRatio(sql::Session& session, const RemittanceRatioRow& row);
// The ratio in force in a year; nothing where none was set.
absl::StatusOr<std::optional<RemittanceRatioRow>> RatioIn(sql::Session& session,
                                                          int64_t organization_id, int32_t year);

enum class RemittanceState : int32_t { kSent = 1, kReceived = 2, kReversed = 3 };

struct RemittanceRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t parent_id = 0;  // 0: the Centre
  std::string period;
  int32_t first_month = 0;
  int32_t last_month = 0;
  int64_t base_fen = 0;
  int32_t ratio_bp = 0;
  int64_t ratio_fen = 0;
  int64_t central_fen = 0;
  int64_t sent_fen = 0;
  int64_t received_fen = 0;
  RemittanceState state = RemittanceState::kSent;
  std::string rule_id;
  int64_t entry_id = 0;  // of the sender's books; 0: nothing was to be sent
  absl::Time create_time;
  std::optional<absl::Time> receive_time;
};
absl::Status InsertRemittance(sql::Session& session, const RemittanceRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<RemittanceRow> LoadRemittance(sql::Session& session, int64_t id);
absl::StatusOr<RemittanceRow> LockRemittance(sql::Session& session, int64_t id);
absl::Status UpdateRemittance(sql::Session& session, const RemittanceRow& row);
// A remittance of the organization, not taken back, whose period shares a month with
// [first, last]; the newest.
absl::StatusOr<std::optional<RemittanceRow>> RemittanceOverlapping(sql::Session& session,
                                                                   int64_t organization_id,
                                                                   int32_t first, int32_t last);
// Remittances to an organization before `before_id`, the newest first.
absl::StatusOr<std::vector<RemittanceRow>> RemittancesTo(sql::Session& session, int64_t parent_id,
                                                         int64_t before_id, int32_t limit);
// Those of a period that were not taken back, by id after `after_id`.
absl::StatusOr<std::vector<RemittanceRow>> RemittancesOfPeriod(sql::Session& session,
                                                               int64_t parent_id, int32_t first,
                                                               int32_t last, int64_t after_id,
                                                               int32_t limit);

struct RemittancePeriodRow {
  int64_t organization_id = 0;
  std::string period;
  int32_t first_month = 0;
  int32_t last_month = 0;
  int32_t remittance_count = 0;
  int64_t paid_fen = 0;
  int64_t received_fen = 0;
  int64_t central_fen = 0;  // of it, what goes whole to the Centre
  absl::Time close_time;
};
// Errors: ALREADY_EXISTS when it is closed.
absl::Status InsertPeriod(sql::Session& session, const RemittancePeriodRow& row);
// The closed periods of organizations within [first, last]. At most 256 organizations.
absl::StatusOr<std::vector<RemittancePeriodRow>> PeriodsWithin(
    sql::Session& session, int32_t first, int32_t last, std::span<const int64_t> organization_ids);
// A closed period of the organization that holds a month.
absl::StatusOr<std::optional<RemittancePeriodRow>> PeriodOverlapping(sql::Session& session,
                                                                     int64_t organization_id,
                                                                     int32_t first, int32_t last);

// Sums by organization of what was received from it and by it. At most 256 organizations.
struct ReceivedSum {
  int64_t organization_id = 0;
  int64_t fen = 0;
};
absl::StatusOr<std::vector<ReceivedSum>> ReceivedFrom(sql::Session& session,
                                                      std::span<const int64_t> organization_ids);
absl::StatusOr<std::vector<ReceivedSum>> ReceivedBy(sql::Session& session,
                                                    std::span<const int64_t> organization_ids);

struct DuesReportRow {
  int64_t organization_id = 0;
  int32_t year = 0;
  sql::Bytes figures;
  absl::Time publish_time;
};
// Errors: ALREADY_EXISTS when the year is published.
absl::Status InsertReport(sql::Session& session, const DuesReportRow& row);
absl::StatusOr<std::optional<DuesReportRow>> LoadReport(sql::Session& session,
                                                        int64_t organization_id, int32_t year);
// The newest first; at most 200.
absl::StatusOr<std::vector<DuesReportRow>> ReportsOf(sql::Session& session,
                                                     int64_t organization_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_REMITTANCE_STORE_H_
