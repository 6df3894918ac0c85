// Which SQL runs on transfer and the tables around it?
//
// A transfer has a row, its members (transfer_member) or the person from outside (transfer_person,
// sealed), and its steps, which are only ever added. A member, a unit or a person in an open
// transfer stands in a unique key, so that there is no second one. Lock order: the transfer, then
// organizations, then members. Functions answer the errors of sql::Session besides what they
// document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_TRANSFER_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_TRANSFER_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/event/event.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/subject.h"
#include "services/membership/domain/transfer/transfer.h"

namespace ronghe::membership {

inline constexpr char kTransfers[] = "transfers";
inline constexpr std::string_view kTransferChanged = "ronghe.membership.transfer.changed";

struct TransferRow {
  int64_t id = 0;
  std::string transfer_no;
  TransferKind kind = TransferKind::kInside;
  TransferState state = TransferState::kDraft;
  TransferReason reason = TransferReason::kUnitChanged;
  ChangeCode reach = ChangeCode::kInCounty;
  int64_t sender_organization_id = 0;  // the committee; 0: outside
  int64_t from_organization_id = 0;
  int64_t receiver_organization_id = 0;  // the committee; 0: outside
  int64_t to_organization_id = 0;
  std::string outside_title;
  std::string outside_code;
  int64_t unit_organization_id = 0;     // 0: no whole unit
  std::optional<int64_t> open_unit_id;  // the unit, while the transfer holds it
  int32_t member_count = 0;
  std::string upper_consent;
  std::optional<absl::CivilDay> away_since;
  bool no_personnel_file = false;
  std::string letter_number;
  std::optional<absl::CivilDay> letter_issued_on;
  std::optional<absl::CivilDay> expires_on;
  int32_t extensions = 0;
  std::optional<absl::CivilDay> effective_on;
  std::string receipt_number;
  std::optional<absl::CivilDay> completed_on;
  int32_t return_reason = 0;
  std::optional<absl::CivilDay> closed_on;  // returned, expired or withdrawn
  int32_t step = 0;                         // the last one
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
  int32_t pending_count = 0;  // members of an accepted unit whose history is to be written
  int64_t noted_to = 0;       // the last one whose history is

  Subject subject() const { return {kTransfers, id}; }
  // The committee of a side; 0: outside.
  int64_t committee(TransferSide side) const {
    return side == TransferSide::kSender ? sender_organization_id : receiver_organization_id;
  }
};

// Who says up to which month dues are paid.
enum class DuesSource : int32_t { kUnknown = 0, kAccount = 1, kStated = 2 };

struct TransferMemberRow {
  int64_t transfer_id = 0;
  int64_t member_id = 0;
  std::optional<int64_t> open_member_id;  // the member, while the transfer holds it
  int64_t from_organization_id = 0;
  Category category = Category::kFull;
  std::optional<absl::CivilDay> dues_paid_through;  // first day of the month
  DuesSource dues_source = DuesSource::kUnknown;
  Standing standing = Standing::kNormal;
};

// A person from outside until they are a member here.
struct TransferPersonRow {
  int64_t transfer_id = 0;
  int64_t member_id = 0;                    // 0: not accepted
  std::optional<sql::Bytes> open_identity;  // blind index, while the transfer holds the person
  sql::Bytes particulars;                   // sealed; empty once the case ended
  std::optional<absl::CivilDay> dues_paid_through;
};

struct TransferStepRow {
  int64_t transfer_id = 0;
  int32_t number = 0;
  TransferAction action = TransferAction::kCreate;
  TransferState state = TransferState::kDraft;
  int64_t organization_id = 0;  // 0: the system
  std::string actor;
  absl::CivilDay day;
  int32_t reason = 0;  // of a return
  absl::Time time;
};

// What a list is filtered by.
struct TransferFilter {
  int32_t state = 0;  // 0: any
  // Only those returned or expired by this day, of members who are still members and have no later
  // transfer.
  std::optional<absl::CivilDay> unreceived_by;
};

// Errors: FAILED_PRECONDITION TRANSFER_OPEN when the unit has an open transfer.
absl::Status InsertTransfer(sql::Session& session, const TransferRow& row);
absl::StatusOr<std::optional<TransferRow>> LoadTransfer(sql::Session& session, int64_t id);
// Errors: NOT_FOUND.
absl::StatusOr<TransferRow> LockTransfer(sql::Session& session, int64_t id);

// Takes a step: writes what changed in the row with the next step number and etag, adds the step,
// and answers what both sides are told, the sender first. `step` needs action, organization, actor,
// day and reason; the rest is taken from the row.
//
// Errors: TRANSFER_OPEN.
absl::StatusOr<std::vector<event::Draft>> SaveStep(sql::Session& session, TransferRow& row,
                                                   TransferStepRow step, absl::Time now);
// The latest `limit` steps, the first one first.
absl::StatusOr<std::vector<TransferStepRow>> StepsOf(sql::Session& session, int64_t transfer_id,
                                                     int32_t limit);

// The number of the committee's next transfer, and of its next letter, in a year, from 1. Taken in
// the caller's transaction, so that none is left out or given twice.
absl::StatusOr<int32_t> NextTransferNumber(sql::Session& session, int64_t organization_id,
                                           int64_t year);
absl::StatusOr<int32_t> NextLetterNumber(sql::Session& session, int64_t organization_id,
                                         int64_t year);

// Up to `limit` transfers from, or to, an organization with an id below `before_id`, the newest
// first.
absl::StatusOr<std::vector<TransferRow>> TransfersAt(sql::Session& session, TransferSide side,
                                                     int64_t organization_id, int64_t before_id,
                                                     const TransferFilter& filter, int32_t limit);
// The same of all organizations.
absl::StatusOr<std::vector<TransferRow>> TransfersBefore(sql::Session& session, int64_t before_id,
                                                         const TransferFilter& filter,
                                                         int32_t limit);
absl::StatusOr<std::vector<TransferRow>> TransfersOfMember(sql::Session& session, int64_t member_id,
                                                           int64_t before_id, int32_t limit);
// The ids of up to `limit` transfers in transit whose letter's last day is before `today`.
absl::StatusOr<std::vector<int64_t>> OverdueTransfers(sql::Session& session, absl::CivilDay today,
                                                      int32_t limit);

// Errors: FAILED_PRECONDITION TRANSFER_OPEN when a member has an open transfer.
absl::Status InsertTransferMembers(sql::Session& session, std::span<const TransferMemberRow> rows);
// Up to `limit` members behind `after_member`, by member id. Without a limit as many as one letter
// can have; a whole unit has more.
inline constexpr int32_t kMaxLetterMembers = 200;
absl::StatusOr<std::vector<TransferMemberRow>> MembersOfTransfer(sql::Session& session,
                                                                 int64_t transfer_id,
                                                                 int64_t after_member = 0,
                                                                 int32_t limit = kMaxLetterMembers);
absl::Status UpdateTransferMember(sql::Session& session, const TransferMemberRow& row);
// Of these members, those that are in transit. At most 256 ids.
absl::StatusOr<std::vector<int64_t>> MembersInTransit(sql::Session& session,
                                                      std::span<const int64_t> member_ids);

// The days over which a member's relation was on its way.
struct TransitRow {
  int64_t member_id = 0;
  std::optional<absl::CivilDay> since;  // the day of the letter
  std::optional<absl::CivilDay> until;  // acceptance or return; absent while it is under way
};
// The transits of members (at most 256) that touch the days `first` to `last`.
absl::StatusOr<std::vector<TransitRow>> TransitsOf(sql::Session& session,
                                                   std::span<const int64_t> member_ids,
                                                   absl::CivilDay first, absl::CivilDay last);

// Errors: FAILED_PRECONDITION TRANSFER_OPEN when the person has an open transfer.
absl::Status InsertTransferPerson(sql::Session& session, const TransferPersonRow& row);
absl::StatusOr<std::optional<TransferPersonRow>> PersonOfTransfer(sql::Session& session,
                                                                  int64_t transfer_id);
// The person is a member now.
absl::Status SetTransferPersonMember(sql::Session& session, int64_t transfer_id, int64_t member_id);

// The transfer holds its members, its unit and its person no longer; the person's particulars are
// deleted. Sets open_unit_id of the row, which SaveStep writes.
absl::Status ReleaseSubjects(sql::Session& session, TransferRow& row);
// It holds its members and its unit again.
//
// Errors: FAILED_PRECONDITION TRANSFER_OPEN when one of them has another open transfer.
absl::Status HoldSubjects(sql::Session& session, TransferRow& row);

// Lists all members of organizations (at most 256), of normal or suspended standing, as they are
// now, and answers how many they are. The list is made in the database: its rows travel nowhere.
absl::StatusOr<int32_t> ListUnitMembers(sql::Session& session, int64_t transfer_id,
                                        std::span<const int64_t> organization_ids);

// Writes into the history of up to `limit` listed members of an accepted unit that they went with
// it, moves noted_to and pending_count on, and writes these. Each call is to be a transaction of
// its own, or part of one.
absl::Status NoteUnitMembers(sql::Session& session, absl::FunctionRef<int64_t()> next_id,
                             TransferRow& row, int32_t limit, absl::Time now);
// The id of a transfer with members to note; nothing when there is none.
absl::StatusOr<std::optional<int64_t>> PendingTransfer(sql::Session& session);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_TRANSFER_STORE_H_
