// Which SQL runs on party_worker, worker_event and worker_exchange?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_PARTY_WORKER_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_PARTY_WORKER_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/organization/worker.h"

namespace ronghe::membership {

struct PartyWorkerRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  int32_t post = 0;  // v1::WorkerPost
  bool full_time = false;
  absl::CivilDay started_on;
  absl::CivilDay ended_on = kOpenEnd;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;

  bool open() const { return ended_on == kOpenEnd; }
};

// Errors: WORKER_REGISTERED when the same work there is not over.
absl::Status InsertPartyWorker(sql::Session& session, const PartyWorkerRow& row);
absl::Status EndPartyWorker(sql::Session& session, const PartyWorkerRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<PartyWorkerRow> LockPartyWorker(sql::Session& session, int64_t id);
absl::StatusOr<PartyWorkerRow> LoadPartyWorker(sql::Session& session, int64_t id);
// Every entry of members, by member and first day. At most 256 members, 5,000 entries.
absl::StatusOr<std::vector<PartyWorkerRow>> PartyWorkOf(sql::Session& session,
                                                        std::span<const int64_t> member_ids);
// Up to `limit` open entries of organizations (at most 256) with an id above `after_id`, by
// organization and id.
absl::StatusOr<std::vector<PartyWorkerRow>> PartyWorkersOf(
    sql::Session& session, std::span<const int64_t> organization_ids, int64_t after_id,
    int32_t limit);

// Ends all work in an organization, on `day` or where it began later on that day.
absl::Status EndPartyWorkIn(sql::Session& session, int64_t organization_id, absl::CivilDay day,
                            absl::Time now);

struct WorkerEventRow {
  int64_t id = 0;
  int64_t member_id = 0;
  WorkerEventKind kind = WorkerEventKind::kTask;
  std::string title;
  absl::CivilDay from;
  std::optional<absl::CivilDay> to;
  int64_t document_id = 0;
  int64_t organization_id = 0;
  absl::Time create_time;
};

absl::Status InsertWorkerEvent(sql::Session& session, const WorkerEventRow& row);
// The events of a member that touch the days [first, last], by first day. At most 500.
absl::StatusOr<std::vector<WorkerEventRow>> WorkerEventsOf(sql::Session& session, int64_t member_id,
                                                           absl::CivilDay first,
                                                           absl::CivilDay last);
// What is on record of members: certificates, the last day of training, and how often they were
// trained in the days [first, last]. Members without either are left out. At most 256 members.
struct WorkerSummaryRow {
  int64_t member_id = 0;
  int64_t certificates = 0;
  std::optional<absl::CivilDay> trained_on;
  int64_t trained = 0;
};
absl::StatusOr<std::vector<WorkerSummaryRow>> WorkerSummaries(sql::Session& session,
                                                              absl::CivilDay first,
                                                              absl::CivilDay last,
                                                              std::span<const int64_t> member_ids);

struct WorkerExchangeRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t from_organization_id = 0;
  int64_t to_organization_id = 0;
  absl::CivilDay starts_on;
  absl::CivilDay ends_on;
  absl::Time create_time;
};

absl::Status InsertExchange(sql::Session& session, const WorkerExchangeRow& row);
// The exchanges of a member that touch the days [first, last], by first day. At most 200.
absl::StatusOr<std::vector<WorkerExchangeRow>> ExchangesTouching(sql::Session& session,
                                                                 int64_t member_id,
                                                                 absl::CivilDay first,
                                                                 absl::CivilDay last);
// Up to `limit` exchanges of a member that begin before (`before_day`, `before_id`), the latest
// first.
absl::StatusOr<std::vector<WorkerExchangeRow>> ExchangesOf(sql::Session& session, int64_t member_id,
                                                           absl::CivilDay before_day,
                                                           int64_t before_id, int32_t limit);

// The posts of a member that touch the days [first, last], by first day. At most 200.
struct HeldDaysRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  Post code = Post::kSecretary;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};
absl::StatusOr<std::vector<HeldDaysRow>> PostsTouching(sql::Session& session, int64_t member_id,
                                                       absl::CivilDay first, absl::CivilDay last);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_PARTY_WORKER_STORE_H_
