#include "services/membership/store/party_worker_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_WORKER_COLUMNS                                                                  \
  "id, member_id, organization_id, post, full_time, started_on, ended_on, etag, create_time, " \
  "update_time"
#define RONGHE_EVENT_COLUMNS \
  "id, member_id, kind, title, from_day, to_day, document_id, organization_id, create_time"
#define RONGHE_EXCHANGE_COLUMNS \
  "id, member_id, from_organization_id, to_organization_id, starts_on, ends_on, create_time"

const sql::Command kInsert("party_worker.insert",
                           "INSERT INTO party_worker (" RONGHE_WORKER_COLUMNS
                           ", running_member_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kEnd("party_worker.end",
                        "UPDATE party_worker SET ended_on = ?, etag = ?, update_time = ?, "
                        "running_member_id = NULL WHERE id = ?");
const sql::Command kEndIn(
    "party_worker.end_in",
    "UPDATE party_worker SET ended_on = CASE WHEN started_on > ? THEN started_on ELSE ? END, "
    "running_member_id = NULL, etag = etag + 1, update_time = ? WHERE organization_id = ? AND "
    "ended_on = '9999-12-31'");
const sql::Query<PartyWorkerRow> kLock("party_worker.lock",
                                       "SELECT " RONGHE_WORKER_COLUMNS
                                       " FROM party_worker WHERE id = ? FOR UPDATE");
const sql::Query<PartyWorkerRow> kById("party_worker.by_id", "SELECT " RONGHE_WORKER_COLUMNS
                                                             " FROM party_worker WHERE id = ?");
const sql::Query<PartyWorkerRow> kOfMembers("party_worker.of_members",
                                            "SELECT " RONGHE_WORKER_COLUMNS
                                            " FROM party_worker WHERE member_id IN (?*) ORDER BY "
                                            "member_id, started_on, id LIMIT 5000");
const sql::Query<PartyWorkerRow> kOfOrganizations(
    "party_worker.of_organizations",
    "SELECT " RONGHE_WORKER_COLUMNS
    " FROM party_worker WHERE organization_id IN (?*) AND ended_on = '9999-12-31' AND id > ? ORDER "
    "BY organization_id, id LIMIT ?");

const sql::Command kInsertEvent("worker_event.insert",
                                "INSERT INTO worker_event (" RONGHE_EVENT_COLUMNS
                                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<WorkerEventRow> kEvents("worker_event.of_member",
                                         "SELECT " RONGHE_EVENT_COLUMNS
                                         " FROM worker_event WHERE member_id = ? AND from_day <= ? "
                                         "AND COALESCE(to_day, from_day) >= ? ORDER BY from_day, "
                                         "id LIMIT 500");
const sql::Query<WorkerSummaryRow> kSummaries(
    "worker_event.summaries",
    "SELECT member_id, COUNT(CASE WHEN kind = 3 THEN 1 END), "
    "MAX(CASE WHEN kind = 2 THEN COALESCE(to_day, from_day) END), "
    "COUNT(CASE WHEN kind = 2 AND from_day <= ? AND COALESCE(to_day, from_day) >= ? THEN 1 END) "
    "FROM worker_event WHERE member_id IN (?*) AND kind IN (2, 3) GROUP BY member_id");

const sql::Command kInsertExchange("worker_exchange.insert",
                                   "INSERT INTO worker_exchange (" RONGHE_EXCHANGE_COLUMNS
                                   ") VALUES (?, ?, ?, ?, ?, ?, ?)");
const sql::Query<WorkerExchangeRow> kTouching(
    "worker_exchange.touching", "SELECT " RONGHE_EXCHANGE_COLUMNS
                                " FROM worker_exchange WHERE member_id = ? AND starts_on <= ? AND "
                                "ends_on >= ? ORDER BY starts_on, id LIMIT 200");
const sql::Query<WorkerExchangeRow> kExchanges(
    "worker_exchange.of_member",
    "SELECT " RONGHE_EXCHANGE_COLUMNS
    " FROM worker_exchange WHERE member_id = ? AND (starts_on < ? OR (starts_on = ? AND id < ?)) "
    "ORDER BY starts_on DESC, id DESC LIMIT ?");

const sql::Query<HeldDaysRow> kPostsTouching(
    "post.touching",
    "SELECT id, organization_id, code, valid_from, valid_to FROM post WHERE member_id = ? AND "
    "valid_from <= ? AND valid_to > ? ORDER BY valid_from, id LIMIT 200");

}  // namespace

absl::Status InsertPartyWorker(sql::Session& session, const PartyWorkerRow& row) {
  std::optional<int64_t> running;
  if (row.open()) running = row.member_id;
  const absl::Status status = session
                                  .Execute(kInsert, row.id, row.member_id, row.organization_id,
                                           row.post, row.full_time, row.started_on, row.ended_on,
                                           row.etag, row.create_time, row.update_time, running)
                                  .status();
  return status.code() == absl::StatusCode::kAlreadyExists ? WorkerRegistered() : status;
}

absl::Status EndPartyWorker(sql::Session& session, const PartyWorkerRow& row) {
  return session.Execute(kEnd, row.ended_on, row.etag, row.update_time, row.id).status();
}

absl::StatusOr<PartyWorkerRow> LockPartyWorker(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<PartyWorkerRow> row, session.SelectOne(kLock, id));
  if (!row) return PartyWorkerNotFound(id);
  return *row;
}

absl::StatusOr<PartyWorkerRow> LoadPartyWorker(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<PartyWorkerRow> row, session.SelectOne(kById, id));
  if (!row) return PartyWorkerNotFound(id);
  return *row;
}

absl::StatusOr<std::vector<PartyWorkerRow>> PartyWorkOf(sql::Session& session,
                                                        std::span<const int64_t> member_ids) {
  return session.Select(kOfMembers, member_ids);
}

absl::StatusOr<std::vector<PartyWorkerRow>> PartyWorkersOf(
    sql::Session& session, std::span<const int64_t> organization_ids, int64_t after_id,
    int32_t limit) {
  return session.Select(kOfOrganizations, organization_ids, after_id, limit);
}

absl::Status EndPartyWorkIn(sql::Session& session, int64_t organization_id, absl::CivilDay day,
                            absl::Time now) {
  return session.Execute(kEndIn, day, day, now, organization_id).status();
}

absl::Status InsertWorkerEvent(sql::Session& session, const WorkerEventRow& row) {
  return session.InsertMany(kInsertEvent, std::span(&row, 1));
}

absl::StatusOr<std::vector<WorkerEventRow>> WorkerEventsOf(sql::Session& session, int64_t member_id,
                                                           absl::CivilDay first,
                                                           absl::CivilDay last) {
  return session.Select(kEvents, member_id, last, first);
}

absl::StatusOr<std::vector<WorkerSummaryRow>> WorkerSummaries(sql::Session& session,
                                                              absl::CivilDay first,
                                                              absl::CivilDay last,
                                                              std::span<const int64_t> member_ids) {
  return session.Select(kSummaries, last, first, member_ids);
}

absl::Status InsertExchange(sql::Session& session, const WorkerExchangeRow& row) {
  return session.InsertMany(kInsertExchange, std::span(&row, 1));
}

absl::StatusOr<std::vector<WorkerExchangeRow>> ExchangesTouching(sql::Session& session,
                                                                 int64_t member_id,
                                                                 absl::CivilDay first,
                                                                 absl::CivilDay last) {
  return session.Select(kTouching, member_id, last, first);
}

absl::StatusOr<std::vector<WorkerExchangeRow>> ExchangesOf(sql::Session& session, int64_t member_id,
                                                           absl::CivilDay before_day,
                                                           int64_t before_id, int32_t limit) {
  return session.Select(kExchanges, member_id, before_day, before_day, before_id, limit);
}

absl::StatusOr<std::vector<HeldDaysRow>> PostsTouching(sql::Session& session, int64_t member_id,
                                                       absl::CivilDay first, absl::CivilDay last) {
  return session.Select(kPostsTouching, member_id, last, first);
}

}  // namespace ronghe::membership
