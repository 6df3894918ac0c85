#include "services/meeting/store/meeting_store.h"

#include <string>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::meeting {
namespace {

// The columns of a meeting's row, in the order of MeetingRow.
#define RONGHE_MEETING_COLUMNS                                                               \
  "id, organization_id, etag, state, kinds, meeting_no, title, mode, planned_at, "           \
  "opened_at, closed_at, event_day, place, chair_id, recorder_id, signed_by_chair, "         \
  "signed_by_recorder, should_attend, should_attend_voting, attended, attended_voting, "     \
  "care_exempt, speaker_count, motion_count, motions_quorate, missing_items, submitted_at, " \
  "submitted_by, late_entry, source, decided_at, decided_by, return_reason, root_id, "       \
  "version, correction_of, corrected_by, correction_reason, rule_set, delegation"

struct MeetingRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t etag = 0;
  State state = {};
  int32_t kinds = 0;
  std::string meeting_no;
  std::string title;
  Mode mode = {};
  absl::Time planned_at;
  std::optional<absl::Time> opened_at;
  std::optional<absl::Time> closed_at;
  absl::CivilDay event_day;
  std::string place;
  std::optional<int64_t> chair_id;
  std::optional<int64_t> recorder_id;
  bool signed_by_chair = false;
  bool signed_by_recorder = false;
  int32_t should_attend = 0;
  int32_t should_attend_voting = 0;
  int32_t attended = 0;
  int32_t attended_voting = 0;
  int32_t care_exempt = 0;
  int32_t speaker_count = 0;
  int32_t motion_count = 0;
  int32_t motions_quorate = 0;
  int32_t missing_items = 0;
  std::optional<absl::Time> submitted_at;
  std::string submitted_by;
  bool late_entry = false;
  Source source = {};
  std::optional<absl::Time> decided_at;
  std::string decided_by;
  std::string return_reason;
  int64_t root_id = 0;
  int32_t version = 0;
  std::optional<int64_t> correction_of;
  std::optional<int64_t> corrected_by;
  std::string correction_reason;
  std::string rule_set;
  std::string delegation;
};

const sql::Query<MeetingRow> kById("meeting.by_id",
                                   "SELECT " RONGHE_MEETING_COLUMNS " FROM meeting WHERE id = ?");
const sql::Query<MeetingRow> kByIdForUpdate("meeting.by_id_for_update",
                                            "SELECT " RONGHE_MEETING_COLUMNS
                                            " FROM meeting WHERE id = ? FOR UPDATE");
const sql::Query<MeetingRow> kVersions("meeting.versions",
                                       "SELECT " RONGHE_MEETING_COLUMNS
                                       " FROM meeting WHERE root_id = ? ORDER BY version");
const sql::Query<MeetingRow> kList(
    "meeting.list", "SELECT " RONGHE_MEETING_COLUMNS
                    " FROM meeting WHERE organization_id = ? AND event_day >= ? AND event_day < ?"
                    " AND ((1 << state) & ?) <> 0 AND (kinds & ?) <> 0"
                    " AND (event_day < ? OR (event_day = ? AND id < ?))"
                    " ORDER BY event_day DESC, id DESC LIMIT ?");
const sql::Query<MeetingCountRow> kCount(
    "meeting.count",
    "SELECT organization_id, COUNT(*) FROM meeting WHERE organization_id IN (?*)"
    " AND event_day >= ? AND event_day < ? AND ((1 << state) & ?) <> 0 AND (kinds & ?) <> 0"
    " GROUP BY organization_id");
const sql::Command kInsert("meeting.insert",
                           "INSERT INTO meeting (" RONGHE_MEETING_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                           "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate(
    "meeting.update",
    "UPDATE meeting SET "
    "state = ?, kinds = ?, meeting_no = ?, title = ?, mode = ?, planned_at = ?, "
    "opened_at = ?, closed_at = ?, event_day = ?, place = ?, chair_id = ?, recorder_id = ?, "
    "signed_by_chair = ?, signed_by_recorder = ?, should_attend = ?, "
    "should_attend_voting = ?, attended = ?, attended_voting = ?, care_exempt = ?, "
    "speaker_count = ?, motion_count = ?, motions_quorate = ?, missing_items = ?, "
    "submitted_at = ?, submitted_by = ?, late_entry = ?, source = ?, decided_at = ?, "
    "decided_by = ?, return_reason = ?, corrected_by = ?, rule_set = ?"
    ", etag = etag + 1 WHERE id = ? AND etag = ?");

const sql::Query<MetByRow> kFirstMeeting(
    "meeting.first_of_kind",
    "SELECT organization_id, COALESCE(MIN(id), 0) FROM meeting WHERE organization_id IN (?*)"
    " AND event_day >= ? AND event_day < ? AND state IN (4, 5) AND (kinds & ?) <> 0"
    " GROUP BY organization_id");

struct IdRow {
  int64_t id = 0;
};
const sql::Query<IdRow> kFirstMeetingLocked(
    "meeting.first_of_kind_locked",
    "SELECT id FROM meeting WHERE organization_id = ? AND event_day >= ? AND event_day < ?"
    " AND state IN (4, 5) AND (kinds & ?) <> 0 ORDER BY id LIMIT 1 FOR UPDATE");

struct AttendanceRow {
  int64_t meeting_id = 0;
  int64_t member_id = 0;
  bool full_member = false;
  bool voting = false;
  bool committee = false;
  Presence presence = Presence::kUnmarked;
  AbsenceReason reason = AbsenceReason::kNone;
  std::optional<int64_t> approved_by;
  std::optional<absl::Time> arrived_at;
};
const sql::Query<AttendanceRow> kAttendance(
    "attendance.of_meeting",
    "SELECT meeting_id, member_id, full_member, voting, committee, presence, reason, approved_by,"
    " arrived_at FROM attendance WHERE meeting_id = ? ORDER BY member_id");
const sql::Command kPutAttendance(
    "attendance.put",
    "INSERT INTO attendance (meeting_id, member_id, full_member, voting, committee, presence,"
    " reason, approved_by, arrived_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE presence = VALUES(presence), reason = VALUES(reason),"
    " approved_by = VALUES(approved_by), arrived_at = VALUES(arrived_at)");

struct ObserverRow {
  int64_t meeting_id = 0;
  int32_t position = 0;
  std::string name;
  std::optional<int64_t> member_id;
  std::string capacity;
};
const sql::Query<ObserverRow> kObservers(
    "observer.of_meeting",
    "SELECT meeting_id, position, name, member_id, capacity FROM observer WHERE meeting_id = ?"
    " ORDER BY position");
const sql::Command kInsertObserver(
    "observer.insert",
    "INSERT INTO observer (meeting_id, position, name, member_id, capacity)"
    " VALUES (?, ?, ?, ?, ?)");
const sql::Command kDeleteObservers("observer.delete", "DELETE FROM observer WHERE meeting_id = ?");

struct AgendaRow {
  int64_t meeting_id = 0;
  int32_t position = 0;
  std::string title;
  std::string code;
  int32_t speaker_count = 0;
  std::string summary;
  std::optional<int64_t> pre_committee_meeting_id;
};
const sql::Query<AgendaRow> kAgenda(
    "agenda_item.of_meeting",
    "SELECT meeting_id, position, title, code, speaker_count, summary, pre_committee_meeting_id"
    " FROM agenda_item WHERE meeting_id = ? ORDER BY position");
const sql::Command kInsertAgenda(
    "agenda_item.insert",
    "INSERT INTO agenda_item (meeting_id, position, title, code, speaker_count, summary,"
    " pre_committee_meeting_id) VALUES (?, ?, ?, ?, ?, ?, ?)");
const sql::Command kDeleteAgenda("agenda_item.delete",
                                 "DELETE FROM agenda_item WHERE meeting_id = ?");

struct MotionRow {
  int64_t meeting_id = 0;
  int32_t position = 0;
  std::string text;
  MotionKind kind = MotionKind::kNone;
  std::string subject;
  BallotMode ballot_mode = BallotMode::kHands;
  std::optional<absl::Time> voted_at;
  int32_t present = 0;
  int32_t written_for = 0;
  int32_t votes_for = 0;
  int32_t votes_against = 0;
  int32_t votes_abstain = 0;
  int32_t votes_invalid = 0;
  int32_t ballots_issued = 0;
  int32_t ballots_returned = 0;
  MotionResult result = MotionResult::kUndecided;
  int32_t should_vote = 0;
  int32_t required_present = 0;
  int32_t required_for = 0;
  std::string rule_set;
};
const sql::Query<MotionRow> kMotions(
    "motion.of_meeting",
    "SELECT meeting_id, position, text, kind, subject, ballot_mode, voted_at, present, written_for,"
    " votes_for, votes_against, votes_abstain, votes_invalid, ballots_issued, ballots_returned,"
    " result, should_vote, required_present, required_for, rule_set"
    " FROM motion WHERE meeting_id = ? ORDER BY position");
const sql::Command kInsertMotion(
    "motion.insert",
    "INSERT INTO motion (meeting_id, position, text, kind, subject, ballot_mode, voted_at, present,"
    " written_for, votes_for, votes_against, votes_abstain, votes_invalid, ballots_issued,"
    " ballots_returned, result, should_vote, required_present, required_for, rule_set)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kDeleteMotions("motion.delete", "DELETE FROM motion WHERE meeting_id = ?");

struct ResolutionRow {
  int64_t meeting_id = 0;
  int32_t position = 0;
  std::string text;
  std::string owner;
  std::optional<absl::CivilDay> due_date;
};
const sql::Query<ResolutionRow> kResolutions(
    "resolution.of_meeting",
    "SELECT meeting_id, position, text, owner, due_date FROM resolution WHERE meeting_id = ?"
    " ORDER BY position");
const sql::Command kInsertResolution(
    "resolution.insert",
    "INSERT INTO resolution (meeting_id, position, text, owner, due_date)"
    " VALUES (?, ?, ?, ?, ?)");
const sql::Command kDeleteResolutions("resolution.delete",
                                      "DELETE FROM resolution WHERE meeting_id = ?");

struct AttachmentRow {
  int64_t meeting_id = 0;
  int32_t position = 0;
  std::string title;
  std::string reference;
};
const sql::Query<AttachmentRow> kAttachments(
    "attachment.of_meeting",
    "SELECT meeting_id, position, title, reference FROM attachment WHERE meeting_id = ?"
    " ORDER BY position");
const sql::Command kInsertAttachment(
    "attachment.insert",
    "INSERT INTO attachment (meeting_id, position, title, reference) VALUES (?, ?, ?, ?)");
const sql::Command kDeleteAttachments("attachment.delete",
                                      "DELETE FROM attachment WHERE meeting_id = ?");

Meeting FromRow(MeetingRow&& row) {
  Meeting meeting;
  meeting.id = row.id;
  meeting.organization_id = row.organization_id;
  meeting.etag = row.etag;
  meeting.state = row.state;
  meeting.kinds = Kinds::FromBits(row.kinds);
  meeting.meeting_no = std::move(row.meeting_no);
  meeting.title = std::move(row.title);
  meeting.mode = row.mode;
  meeting.planned_at = row.planned_at;
  meeting.opened_at = row.opened_at;
  meeting.closed_at = row.closed_at;
  meeting.event_day = row.event_day;
  meeting.place = std::move(row.place);
  meeting.chair_id = row.chair_id;
  meeting.recorder_id = row.recorder_id;
  meeting.signed_by_chair = row.signed_by_chair;
  meeting.signed_by_recorder = row.signed_by_recorder;
  meeting.should_attend = row.should_attend;
  meeting.should_attend_voting = row.should_attend_voting;
  meeting.attended = row.attended;
  meeting.attended_voting = row.attended_voting;
  meeting.care_exempt = row.care_exempt;
  meeting.speaker_count = row.speaker_count;
  meeting.motion_count = row.motion_count;
  meeting.motions_quorate = row.motions_quorate;
  meeting.missing_items = row.missing_items;
  meeting.submitted_at = row.submitted_at;
  meeting.submitted_by = std::move(row.submitted_by);
  meeting.late_entry = row.late_entry;
  meeting.source = row.source;
  meeting.decided_at = row.decided_at;
  meeting.decided_by = std::move(row.decided_by);
  meeting.return_reason = std::move(row.return_reason);
  meeting.root_id = row.root_id;
  meeting.version = row.version;
  meeting.correction_of = row.correction_of;
  meeting.corrected_by = row.corrected_by;
  meeting.correction_reason = std::move(row.correction_reason);
  meeting.rule_set = std::move(row.rule_set);
  meeting.delegation = std::move(row.delegation);
  return meeting;
}

MeetingRow ToRow(const Meeting& meeting) {
  MeetingRow row;
  row.id = meeting.id;
  row.organization_id = meeting.organization_id;
  row.etag = meeting.etag;
  row.state = meeting.state;
  row.kinds = meeting.kinds.bits();
  row.meeting_no = meeting.meeting_no;
  row.title = meeting.title;
  row.mode = meeting.mode;
  row.planned_at = meeting.planned_at;
  row.opened_at = meeting.opened_at;
  row.closed_at = meeting.closed_at;
  row.event_day = meeting.event_day;
  row.place = meeting.place;
  row.chair_id = meeting.chair_id;
  row.recorder_id = meeting.recorder_id;
  row.signed_by_chair = meeting.signed_by_chair;
  row.signed_by_recorder = meeting.signed_by_recorder;
  row.should_attend = meeting.should_attend;
  row.should_attend_voting = meeting.should_attend_voting;
  row.attended = meeting.attended;
  row.attended_voting = meeting.attended_voting;
  row.care_exempt = meeting.care_exempt;
  row.speaker_count = meeting.speaker_count;
  row.motion_count = meeting.motion_count;
  row.motions_quorate = meeting.motions_quorate;
  row.missing_items = meeting.missing_items;
  row.submitted_at = meeting.submitted_at;
  row.submitted_by = meeting.submitted_by;
  row.late_entry = meeting.late_entry;
  row.source = meeting.source;
  row.decided_at = meeting.decided_at;
  row.decided_by = meeting.decided_by;
  row.return_reason = meeting.return_reason;
  row.root_id = meeting.root_id;
  row.version = meeting.version;
  row.correction_of = meeting.correction_of;
  row.corrected_by = meeting.corrected_by;
  row.correction_reason = meeting.correction_reason;
  row.rule_set = meeting.rule_set;
  row.delegation = meeting.delegation;
  return row;
}

// The bits of the states of a filter.
int32_t StateBits(const MeetingFilter& filter) {
  if (filter.states != 0) return filter.states;
  int32_t bits = 0;
  for (State state : {State::kPlanned, State::kOpen, State::kClosed, State::kSubmitted,
                      State::kAccepted, State::kReturned}) {
    bits |= 1 << static_cast<int32_t>(state);
  }
  return bits;
}

int32_t KindBits(const MeetingFilter& filter) {
  return filter.kinds.empty() ? Kinds::FromBits(-1).bits() : filter.kinds.bits();
}

template <class Row, class Item, class Make>
std::vector<Row> RowsOf(const std::vector<Item>& items, Make make) {
  std::vector<Row> rows;
  rows.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) rows.push_back(make(static_cast<int32_t>(i), items[i]));
  return rows;
}

absl::Status PutAttendance(sql::Session& session, const Meeting& meeting) {
  return session.InsertMany(
      kPutAttendance,
      RowsOf<AttendanceRow>(meeting.attendance, [&](int32_t, const Attendee& attendee) {
        return AttendanceRow{meeting.id,      attendee.member_id,   attendee.full,
                             attendee.voting, attendee.committee,   attendee.presence,
                             attendee.reason, attendee.approved_by, attendee.arrived_at};
      }));
}

absl::Status InsertObservers(sql::Session& session, const Meeting& meeting) {
  return session.InsertMany(
      kInsertObserver, RowsOf<ObserverRow>(meeting.observers, [&](int32_t i, const Observer& item) {
        return ObserverRow{meeting.id, i, item.name, item.member_id, item.capacity};
      }));
}

absl::Status InsertAgenda(sql::Session& session, const Meeting& meeting) {
  return session.InsertMany(
      kInsertAgenda, RowsOf<AgendaRow>(meeting.agenda, [&](int32_t i, const AgendaItem& item) {
        return AgendaRow{meeting.id,
                         i,
                         item.title,
                         item.code,
                         item.speaker_count,
                         item.summary,
                         item.pre_committee_meeting_id};
      }));
}

absl::Status InsertMotions(sql::Session& session, const Meeting& meeting) {
  return session.InsertMany(kInsertMotion,
                            RowsOf<MotionRow>(meeting.motions, [&](int32_t i, const Motion& item) {
                              return MotionRow{meeting.id,
                                               i,
                                               item.text,
                                               item.kind,
                                               item.subject,
                                               item.ballot_mode,
                                               item.voted_at,
                                               item.present.value_or(0),
                                               item.written_for,
                                               item.votes_for,
                                               item.votes_against,
                                               item.votes_abstain,
                                               item.votes_invalid,
                                               item.ballots_issued,
                                               item.ballots_returned,
                                               item.result,
                                               item.should_vote,
                                               item.required_present,
                                               item.required_for,
                                               item.rule_set};
                            }));
}

absl::Status InsertResolutions(sql::Session& session, const Meeting& meeting) {
  return session.InsertMany(
      kInsertResolution,
      RowsOf<ResolutionRow>(meeting.resolutions, [&](int32_t i, const Resolution& item) {
        return ResolutionRow{meeting.id, i, item.text, item.owner, item.due_date};
      }));
}

absl::Status InsertAttachments(sql::Session& session, const Meeting& meeting) {
  return session.InsertMany(
      kInsertAttachment,
      RowsOf<AttachmentRow>(meeting.attachments, [&](int32_t i, const Attachment& item) {
        return AttachmentRow{meeting.id, i, item.title, item.reference};
      }));
}

std::vector<Meeting> FromRows(std::vector<MeetingRow>&& rows) {
  std::vector<Meeting> meetings;
  meetings.reserve(rows.size());
  for (MeetingRow& row : rows) meetings.push_back(FromRow(std::move(row)));
  return meetings;
}

}  // namespace

absl::Status MeetingStore::Insert(sql::Session& session, const Meeting& meeting) const {
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kInsert, std::vector<MeetingRow>{ToRow(meeting)}));
  RONGHE_RETURN_IF_ERROR(PutAttendance(session, meeting));
  RONGHE_RETURN_IF_ERROR(InsertObservers(session, meeting));
  RONGHE_RETURN_IF_ERROR(InsertAgenda(session, meeting));
  RONGHE_RETURN_IF_ERROR(InsertMotions(session, meeting));
  RONGHE_RETURN_IF_ERROR(InsertResolutions(session, meeting));
  return InsertAttachments(session, meeting);
}

absl::Status MeetingStore::Save(sql::Session& session, const ChangedParts& changed,
                                Meeting* meeting) const {
  const Meeting& m = *meeting;
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t found,
      session.Execute(kUpdate, m.state, m.kinds.bits(), m.meeting_no, m.title, m.mode, m.planned_at,
                      m.opened_at, m.closed_at, m.event_day, m.place, m.chair_id, m.recorder_id,
                      m.signed_by_chair, m.signed_by_recorder, m.should_attend,
                      m.should_attend_voting, m.attended, m.attended_voting, m.care_exempt,
                      m.speaker_count, m.motion_count, m.motions_quorate, m.missing_items,
                      m.submitted_at, m.submitted_by, m.late_entry, m.source, m.decided_at,
                      m.decided_by, m.return_reason, m.corrected_by, m.rule_set, m.id, m.etag));
  if (found == 0) {
    return error::Make(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                       "会议记录已被他人修改,请刷新后重试。",
                       {{"meeting", base::Name("meetings", m.id)}});
  }
  meeting->etag += 1;
  if (changed.attendance) RONGHE_RETURN_IF_ERROR(PutAttendance(session, m));
  if (changed.observers) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteObservers, m.id).status());
    RONGHE_RETURN_IF_ERROR(InsertObservers(session, m));
  }
  if (changed.agenda) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteAgenda, m.id).status());
    RONGHE_RETURN_IF_ERROR(InsertAgenda(session, m));
  }
  if (changed.motions) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteMotions, m.id).status());
    RONGHE_RETURN_IF_ERROR(InsertMotions(session, m));
  }
  if (changed.resolutions) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteResolutions, m.id).status());
    RONGHE_RETURN_IF_ERROR(InsertResolutions(session, m));
  }
  if (changed.attachments) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteAttachments, m.id).status());
    RONGHE_RETURN_IF_ERROR(InsertAttachments(session, m));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Meeting>> MeetingStore::Load(sql::Session& session, int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<MeetingRow> row, session.SelectOne(kById, id));
  if (!row.has_value()) return std::optional<Meeting>();
  Meeting meeting = FromRow(*std::move(row));
  RONGHE_RETURN_IF_ERROR(LoadParts(session, &meeting));
  return std::optional<Meeting>(std::move(meeting));
}

absl::StatusOr<std::optional<Meeting>> MeetingStore::LoadForUpdate(sql::Session& session,
                                                                   int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<MeetingRow> row, session.SelectOne(kByIdForUpdate, id));
  if (!row.has_value()) return std::optional<Meeting>();
  Meeting meeting = FromRow(*std::move(row));
  RONGHE_RETURN_IF_ERROR(LoadParts(session, &meeting));
  return std::optional<Meeting>(std::move(meeting));
}

absl::StatusOr<std::optional<Meeting>> MeetingStore::LoadWithMotions(sql::Session& session,
                                                                     int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<Meeting> meeting, LoadBrief(session, id));
  if (meeting.has_value()) RONGHE_RETURN_IF_ERROR(LoadMotions(session, &*meeting));
  return meeting;
}

absl::StatusOr<std::optional<Meeting>> MeetingStore::LoadBrief(sql::Session& session,
                                                               int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<MeetingRow> row, session.SelectOne(kById, id));
  if (!row.has_value()) return std::optional<Meeting>();
  return std::optional<Meeting>(FromRow(*std::move(row)));
}

absl::StatusOr<std::vector<Meeting>> MeetingStore::Versions(sql::Session& session,
                                                            int64_t root_id) const {
  RONGHE_ASSIGN_OR_RETURN(std::vector<MeetingRow> rows, session.Select(kVersions, root_id));
  return FromRows(std::move(rows));
}

absl::StatusOr<std::vector<MeetingCountRow>> MeetingStore::Count(
    sql::Session& session, std::span<const int64_t> organization_ids,
    const MeetingFilter& filter) const {
  return session.Select(kCount, organization_ids, filter.from, filter.to, StateBits(filter),
                        KindBits(filter));
}

absl::StatusOr<std::vector<Meeting>> MeetingStore::List(sql::Session& session,
                                                        int64_t organization_id,
                                                        const MeetingFilter& filter,
                                                        absl::CivilDay after_day, int64_t after_id,
                                                        int32_t limit) const {
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<MeetingRow> rows,
      session.Select(kList, organization_id, filter.from, filter.to, StateBits(filter),
                     KindBits(filter), after_day, after_day, after_id, limit));
  return FromRows(std::move(rows));
}

absl::StatusOr<std::vector<MetByRow>> MeetingStore::FirstMeeting(
    sql::Session& session, std::span<const int64_t> organization_ids, Kind kind,
    const Window& window) const {
  return session.Select(kFirstMeeting, organization_ids, window.start, window.end,
                        Kinds::Bit(kind));
}

absl::StatusOr<std::optional<int64_t>> MeetingStore::FirstMeetingLocked(
    sql::Session& session, int64_t organization_id, Kind kind, const Window& window) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<IdRow> row,
                          session.SelectOne(kFirstMeetingLocked, organization_id, window.start,
                                            window.end, Kinds::Bit(kind)));
  if (!row.has_value()) return std::optional<int64_t>();
  return std::optional<int64_t>(row->id);
}

absl::Status MeetingStore::LoadMotions(sql::Session& session, Meeting* meeting) const {
  RONGHE_ASSIGN_OR_RETURN(std::vector<MotionRow> motions, session.Select(kMotions, meeting->id));
  for (MotionRow& row : motions) {
    meeting->motions.push_back(
        {std::move(row.text), row.kind, std::move(row.subject), row.ballot_mode, row.voted_at,
         row.present, row.written_for, row.votes_for, row.votes_against, row.votes_abstain,
         row.votes_invalid, row.ballots_issued, row.ballots_returned, row.result, row.should_vote,
         row.required_present, row.required_for, std::move(row.rule_set)});
  }
  return absl::OkStatus();
}

absl::Status MeetingStore::LoadParts(sql::Session& session, Meeting* meeting) const {
  RONGHE_ASSIGN_OR_RETURN(std::vector<AttendanceRow> attendance,
                          session.Select(kAttendance, meeting->id));
  meeting->attendance.reserve(attendance.size());
  for (const AttendanceRow& row : attendance) {
    meeting->attendance.push_back({row.member_id, row.full_member, row.voting, row.committee,
                                   row.presence, row.reason, row.approved_by, row.arrived_at});
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<ObserverRow> observers,
                          session.Select(kObservers, meeting->id));
  for (ObserverRow& row : observers) {
    meeting->observers.push_back({std::move(row.name), row.member_id, std::move(row.capacity)});
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<AgendaRow> agenda, session.Select(kAgenda, meeting->id));
  for (AgendaRow& row : agenda) {
    meeting->agenda.push_back({std::move(row.title), std::move(row.code), row.speaker_count,
                               std::move(row.summary), row.pre_committee_meeting_id});
  }
  RONGHE_RETURN_IF_ERROR(LoadMotions(session, meeting));
  RONGHE_ASSIGN_OR_RETURN(std::vector<ResolutionRow> resolutions,
                          session.Select(kResolutions, meeting->id));
  for (ResolutionRow& row : resolutions) {
    meeting->resolutions.push_back({std::move(row.text), std::move(row.owner), row.due_date});
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<AttachmentRow> attachments,
                          session.Select(kAttachments, meeting->id));
  for (AttachmentRow& row : attachments) {
    meeting->attachments.push_back({std::move(row.title), std::move(row.reference)});
  }
  return absl::OkStatus();
}

}  // namespace ronghe::meeting
