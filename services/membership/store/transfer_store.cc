#include "services/membership/store/transfer_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/error.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/transfer/errors.h"
#include "services/membership/store/change_store.h"

namespace ronghe::membership {
namespace {

#define RONGHE_TRANSFER_COLUMNS                                                              \
  "id, transfer_no, kind, state, reason, reach, sender_organization_id, "                    \
  "from_organization_id, receiver_organization_id, to_organization_id, outside_title, "      \
  "outside_code, unit_organization_id, open_unit_id, member_count, upper_consent, "          \
  "away_since, no_personnel_file, letter_number, letter_issued_on, expires_on, extensions, " \
  "effective_on, receipt_number, completed_on, return_reason, closed_on, step, etag, "       \
  "create_time, update_time, pending_count, noted_to"
#define RONGHE_TRANSFER_COLUMNS_OF_T                                                          \
  "t.id, t.transfer_no, t.kind, t.state, t.reason, t.reach, t.sender_organization_id, "       \
  "t.from_organization_id, t.receiver_organization_id, t.to_organization_id, "                \
  "t.outside_title, t.outside_code, t.unit_organization_id, t.open_unit_id, t.member_count, " \
  "t.upper_consent, t.away_since, t.no_personnel_file, t.letter_number, t.letter_issued_on, " \
  "t.expires_on, t.extensions, t.effective_on, t.receipt_number, t.completed_on, "            \
  "t.return_reason, t.closed_on, t.step, t.etag, t.create_time, t.update_time, "              \
  "t.pending_count, t.noted_to"
// State, and M-16: nobody received them, they are members still, and there is no later transfer.
#define RONGHE_TRANSFER_FILTER                                                                \
  "(? = 0 OR t.state = ?) AND (? = 0 OR (t.state IN (6, 7) AND t.closed_on <= ? AND EXISTS (" \
  "SELECT 1 FROM transfer_member s JOIN member p ON p.id = s.member_id "                      \
  "WHERE s.transfer_id = t.id AND p.standing IN (10, 20)) AND NOT EXISTS ("                   \
  "SELECT 1 FROM transfer_member a JOIN transfer_member b ON b.member_id = a.member_id "      \
  "AND b.transfer_id > a.transfer_id WHERE a.transfer_id = t.id))) "                          \
  "ORDER BY t.id DESC LIMIT ?"
#define RONGHE_TRANSFER_MEMBER_COLUMNS                                       \
  "transfer_id, member_id, open_member_id, from_organization_id, category, " \
  "dues_paid_through, dues_source, standing"
#define RONGHE_TRANSFER_STEP_COLUMNS \
  "transfer_id, number, action, state, organization_id, actor, day, reason, time"

struct IdRow {
  int64_t id = 0;
};
struct NumberRow {
  int32_t number = 0;
};

const sql::Command kInsert("transfer.insert",
                           "INSERT INTO transfer (" RONGHE_TRANSFER_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                           "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<TransferRow> kById("transfer.by_id", "SELECT " RONGHE_TRANSFER_COLUMNS
                                                      " FROM transfer WHERE id = ?");
const sql::Query<TransferRow> kLock("transfer.lock", "SELECT " RONGHE_TRANSFER_COLUMNS
                                                     " FROM transfer WHERE id = ? FOR UPDATE");
const sql::Command kUpdate(
    "transfer.update",
    "UPDATE transfer SET state = ?, reach = ?, receiver_organization_id = ?, "
    "to_organization_id = ?, outside_title = ?, outside_code = ?, open_unit_id = ?, "
    "member_count = ?, upper_consent = ?, letter_number = ?, letter_issued_on = ?, "
    "expires_on = ?, extensions = ?, effective_on = ?, receipt_number = ?, completed_on = ?, "
    "return_reason = ?, closed_on = ?, step = ?, etag = ?, update_time = ?, pending_count = ?, "
    "noted_to = ? WHERE id = ?");
const sql::Command kNoteTo("transfer.note_to",
                           "UPDATE transfer SET pending_count = ?, noted_to = ? WHERE id = ?");
const sql::Query<IdRow> kPending(
    "transfer.pending",
    "SELECT id FROM transfer WHERE pending_count > 0 ORDER BY pending_count, id LIMIT 1");
const sql::Query<TransferRow> kFrom(
    "transfer.of_origin", "SELECT " RONGHE_TRANSFER_COLUMNS_OF_T
                          " FROM transfer t WHERE t.from_organization_id = ? AND t.id < ? "
                          "AND " RONGHE_TRANSFER_FILTER);
const sql::Query<TransferRow> kTo("transfer.of_destination",
                                  "SELECT " RONGHE_TRANSFER_COLUMNS_OF_T
                                  " FROM transfer t WHERE t.to_organization_id = ? AND t.id < ? "
                                  "AND " RONGHE_TRANSFER_FILTER);
const sql::Query<TransferRow> kBefore(
    "transfer.before", "SELECT " RONGHE_TRANSFER_COLUMNS_OF_T
                       " FROM transfer t WHERE t.id < ? AND " RONGHE_TRANSFER_FILTER);
const sql::Query<TransferRow> kOfMember("transfer.of_member",
                                        "SELECT " RONGHE_TRANSFER_COLUMNS_OF_T
                                        " FROM transfer_member m JOIN transfer t ON "
                                        "t.id = m.transfer_id WHERE m.member_id = ? AND "
                                        "m.transfer_id < ? ORDER BY m.transfer_id DESC LIMIT ?");
const sql::Query<TransitRow> kTransits(
    "transfer.transits",
    "SELECT m.member_id, t.letter_issued_on, COALESCE(t.effective_on, t.closed_on) FROM "
    "transfer_member m JOIN transfer t ON t.id = m.transfer_id WHERE m.member_id IN (?*) AND "
    "t.letter_issued_on <= ? AND (COALESCE(t.effective_on, t.closed_on) IS NULL OR "
    "COALESCE(t.effective_on, t.closed_on) >= ?)");
const sql::Query<IdRow> kOverdue("transfer.overdue",
                                 "SELECT id FROM transfer WHERE state = 3 AND expires_on < ? "
                                 "ORDER BY expires_on, id LIMIT ?");

const sql::Command kInsertStep("transfer_step.insert",
                               "INSERT INTO transfer_step (" RONGHE_TRANSFER_STEP_COLUMNS
                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<TransferStepRow> kSteps("transfer_step.of_transfer",
                                         "SELECT " RONGHE_TRANSFER_STEP_COLUMNS
                                         " FROM transfer_step WHERE transfer_id = ? "
                                         "ORDER BY number DESC LIMIT ?");

const sql::Command kCountTransfer(
    "transfer_counter.count_transfer",
    "INSERT INTO transfer_counter (organization_id, year, transfers, letters) "
    "VALUES (?, ?, 1, 0) ON DUPLICATE KEY UPDATE transfers = transfers + 1");
const sql::Query<NumberRow> kTransferCount("transfer_counter.transfers",
                                           "SELECT transfers FROM transfer_counter "
                                           "WHERE organization_id = ? AND year = ?");
const sql::Command kCountLetter(
    "transfer_counter.count_letter",
    "INSERT INTO transfer_counter (organization_id, year, transfers, letters) "
    "VALUES (?, ?, 0, 1) ON DUPLICATE KEY UPDATE letters = letters + 1");
const sql::Query<NumberRow> kLetterCount("transfer_counter.letters",
                                         "SELECT letters FROM transfer_counter "
                                         "WHERE organization_id = ? AND year = ?");

const sql::Command kInsertMember("transfer_member.insert",
                                 "INSERT INTO transfer_member (" RONGHE_TRANSFER_MEMBER_COLUMNS
                                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<TransferMemberRow> kMembers(
    "transfer_member.of_transfer",
    "SELECT " RONGHE_TRANSFER_MEMBER_COLUMNS
    " FROM transfer_member WHERE transfer_id = ? AND member_id > ? ORDER BY member_id LIMIT ?");
const sql::Command kMarkMembers("member.in_transit",
                                "UPDATE member SET transfer_id = ? WHERE id IN (?*)");
const sql::Command kUnmarkMembers(
    "member.not_in_transit",
    "UPDATE member SET transfer_id = 0 WHERE id IN (?*) AND transfer_id = ?");
const sql::Command kUpdateMember("transfer_member.update",
                                 "UPDATE transfer_member SET dues_paid_through = ?, "
                                 "dues_source = ? WHERE transfer_id = ? AND member_id = ?");
const sql::Command kReleaseMembers(
    "transfer_member.release",
    "UPDATE transfer_member SET open_member_id = NULL WHERE transfer_id = ?");
const sql::Command kHoldMembers(
    "transfer_member.hold",
    "UPDATE transfer_member SET open_member_id = member_id WHERE transfer_id = ?");
const sql::Query<IdRow> kInTransit("transfer_member.in_transit",
                                   "SELECT m.member_id FROM transfer_member m "
                                   "JOIN transfer t ON t.id = m.transfer_id "
                                   "WHERE m.open_member_id IN (?*) AND t.state = 3");

const sql::Command kInsertPerson(
    "transfer_person.insert",
    "INSERT INTO transfer_person (transfer_id, member_id, open_identity, particulars, "
    "dues_paid_through) VALUES (?, ?, ?, ?, ?)");
const sql::Query<TransferPersonRow> kPerson(
    "transfer_person.of_transfer",
    "SELECT transfer_id, member_id, open_identity, particulars, dues_paid_through "
    "FROM transfer_person WHERE transfer_id = ?");
const sql::Command kSetPersonMember(
    "transfer_person.set_member", "UPDATE transfer_person SET member_id = ? WHERE transfer_id = ?");
const sql::Command kReleasePerson("transfer_person.release",
                                  "UPDATE transfer_person SET open_identity = NULL, "
                                  "particulars = '' WHERE transfer_id = ?");

const sql::Command kListUnit(
    "transfer_member.list_unit",
    "INSERT INTO transfer_member (" RONGHE_TRANSFER_MEMBER_COLUMNS
    ") SELECT ?, id, NULL, organization_id, category, NULL, 0, standing FROM member "
    "WHERE organization_id IN (?*) AND standing IN (10, 20)");

// A unique key that holds what is in an open transfer.
absl::Status Named(absl::Status status) {
  if (status.code() != absl::StatusCode::kAlreadyExists) return status;
  const std::string key = sql::ViolatedKey(status);
  const bool held = key == "transfer_by_open_unit" || key == "transfer_member_by_open_member" ||
                    key == "transfer_person_by_open_identity";
  return held ? TransferOpen() : status;
}

absl::Status WriteRow(sql::Session& session, const TransferRow& row) {
  return Named(session
                   .Execute(kUpdate, row.state, row.reach, row.receiver_organization_id,
                            row.to_organization_id, row.outside_title, row.outside_code,
                            row.open_unit_id, row.member_count, row.upper_consent,
                            row.letter_number, row.letter_issued_on, row.expires_on, row.extensions,
                            row.effective_on, row.receipt_number, row.completed_on,
                            row.return_reason, row.closed_on, row.step, row.etag, row.update_time,
                            row.pending_count, row.noted_to, row.id)
                   .status());
}

// Makes the members show whether they are in transit by this transfer.
absl::Status FollowTransit(sql::Session& session, const TransferRow& row) {
  if (row.kind == TransferKind::kWholeUnit) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransferMemberRow> members,
                          MembersOfTransfer(session, row.id));
  if (members.empty()) return absl::OkStatus();
  std::vector<int64_t> ids;
  for (const TransferMemberRow& member : members) ids.push_back(member.member_id);
  if (row.state == TransferState::kInTransit) {
    return session.Execute(kMarkMembers, row.id, ids).status();
  }
  return session.Execute(kUnmarkMembers, ids, row.id).status();
}

// What one side is told of the last step.
event::Draft StepEvent(const TransferRow& row, const TransferStepRow& step, TransferSide side) {
  event::Draft draft{.type = std::string(kTransferChanged),
                     .subject = base::Name(kTransfers, row.id),
                     .organization_id = row.committee(side)};
  const auto number = [](auto code) { return absl::StrCat(static_cast<int64_t>(code)); };
  draft.data = {{"transfer", number(row.id)},
                {"transfer_no", row.transfer_no},
                {"step", number(step.number)},
                {"action", number(step.action)},
                {"state", number(row.state)},
                {"kind", number(row.kind)},
                {"reach", number(row.reach)},
                {"side", number(side)},
                {"organization", number(side == TransferSide::kSender ? row.from_organization_id
                                                                      : row.to_organization_id)},
                {"sender", number(row.sender_organization_id)},
                {"receiver", number(row.receiver_organization_id)},
                {"members", number(row.member_count)}};
  return draft;
}

// The parameters of RONGHE_TRANSFER_FILTER.
struct Bounds {
  explicit Bounds(const TransferFilter& filter)
      : state(filter.state),
        unreceived(filter.unreceived_by ? 1 : 0),
        closed_by(filter.unreceived_by.value_or(absl::CivilDay())) {}
  int32_t state, unreceived;
  absl::CivilDay closed_by;
};

}  // namespace

absl::Status InsertTransfer(sql::Session& session, const TransferRow& row) {
  return Named(session.InsertMany(kInsert, std::span(&row, 1)));
}

absl::StatusOr<std::optional<TransferRow>> LoadTransfer(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<TransferRow> LockTransfer(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<TransferRow> row, session.SelectOne(kLock, id));
  if (!row) return TransferNotFound(id);
  return *std::move(row);
}

absl::StatusOr<std::vector<event::Draft>> SaveStep(sql::Session& session, TransferRow& row,
                                                   TransferStepRow step, absl::Time now) {
  ++row.step;
  ++row.etag;
  row.update_time = now;
  step.transfer_id = row.id;
  step.number = row.step;
  step.state = row.state;
  step.time = now;
  RONGHE_RETURN_IF_ERROR(WriteRow(session, row));
  RONGHE_RETURN_IF_ERROR(
      session.InsertMany(kInsertStep, std::span<const TransferStepRow>(&step, 1)));
  RONGHE_RETURN_IF_ERROR(FollowTransit(session, row));
  std::vector<event::Draft> drafts;
  for (const TransferSide side : {TransferSide::kSender, TransferSide::kReceiver}) {
    if (row.committee(side) != 0) drafts.push_back(StepEvent(row, step, side));
  }
  return drafts;
}

absl::StatusOr<std::vector<TransferStepRow>> StepsOf(sql::Session& session, int64_t transfer_id,
                                                     int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<TransferStepRow> steps,
                          session.Select(kSteps, transfer_id, limit));
  std::reverse(steps.begin(), steps.end());
  return steps;
}

absl::StatusOr<int32_t> NextTransferNumber(sql::Session& session, int64_t organization_id,
                                           int64_t year) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kCountTransfer, organization_id, year).status());
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kTransferCount, organization_id, year));
  return row ? row->number : 0;
}

absl::StatusOr<int32_t> NextLetterNumber(sql::Session& session, int64_t organization_id,
                                         int64_t year) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kCountLetter, organization_id, year).status());
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kLetterCount, organization_id, year));
  return row ? row->number : 0;
}

absl::StatusOr<std::vector<TransferRow>> TransfersAt(sql::Session& session, TransferSide side,
                                                     int64_t organization_id, int64_t before_id,
                                                     const TransferFilter& filter, int32_t limit) {
  const Bounds bounds(filter);
  return session.Select(side == TransferSide::kSender ? kFrom : kTo, organization_id, before_id,
                        bounds.state, bounds.state, bounds.unreceived, bounds.closed_by, limit);
}

absl::StatusOr<std::vector<TransferRow>> TransfersBefore(sql::Session& session, int64_t before_id,
                                                         const TransferFilter& filter,
                                                         int32_t limit) {
  const Bounds bounds(filter);
  return session.Select(kBefore, before_id, bounds.state, bounds.state, bounds.unreceived,
                        bounds.closed_by, limit);
}

absl::StatusOr<std::vector<TransferRow>> TransfersOfMember(sql::Session& session, int64_t member_id,
                                                           int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

absl::StatusOr<std::vector<int64_t>> OverdueTransfers(sql::Session& session, absl::CivilDay today,
                                                      int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows, session.Select(kOverdue, today, limit));
  std::vector<int64_t> ids;
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

absl::Status InsertTransferMembers(sql::Session& session, std::span<const TransferMemberRow> rows) {
  return Named(session.InsertMany(kInsertMember, rows));
}

absl::StatusOr<std::vector<TransferMemberRow>> MembersOfTransfer(sql::Session& session,
                                                                 int64_t transfer_id,
                                                                 int64_t after_member,
                                                                 int32_t limit) {
  return session.Select(kMembers, transfer_id, after_member, limit);
}

absl::Status UpdateTransferMember(sql::Session& session, const TransferMemberRow& row) {
  return session
      .Execute(kUpdateMember, row.dues_paid_through, row.dues_source, row.transfer_id,
               row.member_id)
      .status();
}

absl::StatusOr<std::vector<int64_t>> MembersInTransit(sql::Session& session,
                                                      std::span<const int64_t> member_ids) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows, session.Select(kInTransit, member_ids));
  std::vector<int64_t> ids;
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

absl::Status InsertTransferPerson(sql::Session& session, const TransferPersonRow& row) {
  return Named(session.InsertMany(kInsertPerson, std::span(&row, 1)));
}

absl::StatusOr<std::optional<TransferPersonRow>> PersonOfTransfer(sql::Session& session,
                                                                  int64_t transfer_id) {
  return session.SelectOne(kPerson, transfer_id);
}

absl::Status SetTransferPersonMember(sql::Session& session, int64_t transfer_id,
                                     int64_t member_id) {
  return session.Execute(kSetPersonMember, member_id, transfer_id).status();
}

absl::Status ReleaseSubjects(sql::Session& session, TransferRow& row) {
  row.open_unit_id.reset();
  RONGHE_RETURN_IF_ERROR(session.Execute(kReleaseMembers, row.id).status());
  return session.Execute(kReleasePerson, row.id).status();
}

absl::Status HoldSubjects(sql::Session& session, TransferRow& row) {
  if (row.unit_organization_id != 0) row.open_unit_id = row.unit_organization_id;
  return Named(session.Execute(kHoldMembers, row.id).status());
}

absl::StatusOr<int32_t> ListUnitMembers(sql::Session& session, int64_t transfer_id,
                                        std::span<const int64_t> organization_ids) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t listed,
                          session.Execute(kListUnit, transfer_id, organization_ids));
  return static_cast<int32_t>(listed);
}

absl::Status NoteUnitMembers(sql::Session& session, absl::FunctionRef<int64_t()> next_id,
                             TransferRow& row, int32_t limit, absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransferMemberRow> members,
                          MembersOfTransfer(session, row.id, row.noted_to, limit));
  std::vector<MembershipChangeRow> changes;
  for (const TransferMemberRow& member : members) {
    const Membership before{row.from_organization_id, member.category, member.standing, false};
    Membership after = before;
    after.organization_id = row.to_organization_id;
    changes.push_back(MakeChange(next_id(), member.member_id, &before, &after, *row.effective_on,
                                 ChangeCode::kInWholeUnit, row.subject(), now));
    row.noted_to = member.member_id;
  }
  RONGHE_RETURN_IF_ERROR(InsertChanges(session, changes));
  row.pending_count = members.size() < static_cast<size_t>(limit)
                          ? 0
                          : row.pending_count - static_cast<int32_t>(members.size());
  return session.Execute(kNoteTo, row.pending_count, row.noted_to, row.id).status();
}

absl::StatusOr<std::optional<int64_t>> PendingTransfer(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<IdRow> row, session.SelectOne(kPending));
  return row ? std::optional<int64_t>(row->id) : std::nullopt;
}

absl::StatusOr<std::vector<TransitRow>> TransitsOf(sql::Session& session,
                                                   std::span<const int64_t> member_ids,
                                                   absl::CivilDay first, absl::CivilDay last) {
  return session.Select(kTransits, member_ids, last, first);
}

}  // namespace ronghe::membership
