#include "services/meeting/api/convert.h"

#include <utility>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

absl::Status Invalid(std::string field, std::string_view message_zh) {
  return error::InvalidFields({{std::move(field), std::string(message_zh)}});
}

std::string Item(std::string_view field, int index, std::string_view name) {
  return Cat(field, "[", index, "].", name);
}

absl::StatusOr<std::optional<int64_t>> IdFrom(const std::string& name, std::string_view collection,
                                              std::string field) {
  if (name.empty()) return std::optional<int64_t>();
  absl::StatusOr<int64_t> id = base::ParseName(name, collection);
  if (!id.ok()) return Invalid(std::move(field), "资源名称格式不正确");
  return std::optional<int64_t>(*id);
}

std::string NameOf(std::string_view collection, const std::optional<int64_t>& id) {
  return id.has_value() ? base::Name(collection, *id) : std::string();
}

void SetTime(const std::optional<absl::Time>& time, google::protobuf::Timestamp* out) {
  if (time.has_value()) *out = rpc::ToProto(*time);
}

}  // namespace

v1::Meeting ToProto(const Meeting& meeting) {
  v1::Meeting proto;
  proto.set_name(base::Name("meetings", meeting.id));
  proto.set_etag(rpc::EtagOf(meeting.etag));
  proto.set_organization(base::Name("organizations", meeting.organization_id));
  proto.set_meeting_no(meeting.meeting_no);
  for (Kind kind : meeting.kinds.List()) proto.add_kinds(static_cast<v1::MeetingKind>(kind));
  proto.set_title(meeting.title);
  proto.set_state(static_cast<v1::MeetingState>(meeting.state));
  proto.set_mode(static_cast<v1::MeetingMode>(meeting.mode));
  *proto.mutable_planned_at() = rpc::ToProto(meeting.planned_at);
  if (meeting.opened_at.has_value()) SetTime(meeting.opened_at, proto.mutable_opened_at());
  if (meeting.closed_at.has_value()) SetTime(meeting.closed_at, proto.mutable_closed_at());
  *proto.mutable_event_date() = rpc::ToProto(meeting.event_day);
  proto.set_place(meeting.place);
  proto.set_chair(NameOf("members", meeting.chair_id));
  proto.set_recorder(NameOf("members", meeting.recorder_id));
  proto.set_should_attend(meeting.should_attend);
  proto.set_should_attend_voting(meeting.should_attend_voting);
  proto.set_attended(meeting.attended);
  proto.set_attended_voting(meeting.attended_voting);
  for (const Attendee& attendee : meeting.attendance) {
    v1::Attendance* item = proto.add_attendance();
    item->set_member(base::Name("members", attendee.member_id));
    item->set_presence(static_cast<v1::Presence>(attendee.presence));
    item->set_reason(static_cast<v1::AbsenceReason>(attendee.reason));
    item->set_approved_by(NameOf("members", attendee.approved_by));
    if (attendee.arrived_at.has_value()) SetTime(attendee.arrived_at, item->mutable_arrived_at());
    item->set_voting(attendee.voting);
    item->set_full(attendee.full);
    item->set_committee(attendee.committee);
  }
  for (const Observer& observer : meeting.observers) {
    v1::Observer* item = proto.add_observers();
    item->set_name(observer.name);
    item->set_member(NameOf("members", observer.member_id));
    item->set_capacity(observer.capacity);
  }
  for (const AgendaItem& agenda : meeting.agenda) {
    v1::AgendaItem* item = proto.add_agenda();
    item->set_title(agenda.title);
    item->set_code(agenda.code);
    item->set_speaker_count(agenda.speaker_count);
    item->set_summary(agenda.summary);
    item->set_pre_committee_meeting(NameOf("meetings", agenda.pre_committee_meeting_id));
  }
  proto.set_speaker_count(meeting.speaker_count);
  for (const Motion& motion : meeting.motions) {
    v1::Motion* item = proto.add_motions();
    item->set_text(motion.text);
    item->set_kind(static_cast<v1::MotionKind>(motion.kind));
    item->set_ballot_mode(static_cast<v1::BallotMode>(motion.ballot_mode));
    if (motion.voted_at.has_value()) SetTime(motion.voted_at, item->mutable_voted_at());
    if (motion.present.has_value()) item->set_present(*motion.present);
    item->set_written_for(motion.written_for);
    item->set_votes_for(motion.votes_for);
    item->set_votes_against(motion.votes_against);
    item->set_votes_abstain(motion.votes_abstain);
    item->set_votes_invalid(motion.votes_invalid);
    item->set_ballots_issued(motion.ballots_issued);
    item->set_ballots_returned(motion.ballots_returned);
    item->set_result(static_cast<v1::MotionResult>(motion.result));
    item->set_should_vote(motion.should_vote);
    item->set_required_present(motion.required_present);
    item->set_required_for(motion.required_for);
    item->set_rule_set(motion.rule_set);
    item->set_subject(motion.subject);
  }
  for (const Resolution& resolution : meeting.resolutions) {
    v1::Resolution* item = proto.add_resolutions();
    item->set_text(resolution.text);
    item->set_owner(resolution.owner);
    if (resolution.due_date.has_value()) {
      *item->mutable_due_date() = rpc::ToProto(*resolution.due_date);
    }
  }
  for (const Attachment& attachment : meeting.attachments) {
    v1::Attachment* item = proto.add_attachments();
    item->set_title(attachment.title);
    item->set_reference(attachment.reference);
  }
  proto.set_signed_by_chair(meeting.signed_by_chair);
  proto.set_signed_by_recorder(meeting.signed_by_recorder);
  if (meeting.submitted_at.has_value()) {
    SetTime(meeting.submitted_at, proto.mutable_submitted_at());
    for (RecordItem item : RecordItems(meeting.missing_items)) {
      proto.add_missing_items(static_cast<v1::RecordItem>(item));
    }
  }
  proto.set_late_entry(meeting.late_entry);
  proto.set_source(static_cast<v1::RecordSource>(meeting.source));
  if (meeting.decided_at.has_value()) SetTime(meeting.decided_at, proto.mutable_decided_at());
  proto.set_return_reason(meeting.return_reason);
  proto.set_correction_of(NameOf("meetings", meeting.correction_of));
  proto.set_corrected_by(NameOf("meetings", meeting.corrected_by));
  proto.set_correction_reason(meeting.correction_reason);
  proto.set_version(meeting.version);
  proto.set_rule_set(meeting.rule_set);
  proto.set_delegation(meeting.delegation);
  return proto;
}

v1::MotionVerdict VerdictToProto(const RuleSet& rules, const Meeting& meeting, int32_t number) {
  const Motion& motion = meeting.motions[number - 1];
  v1::MotionVerdict proto;
  proto.set_name(base::ChildName("meetings", meeting.id, "motions", number));
  proto.set_meeting(base::Name("meetings", meeting.id));
  proto.set_organization(base::Name("organizations", meeting.organization_id));
  proto.set_number(number);
  proto.set_kind(static_cast<v1::MotionKind>(motion.kind));
  proto.set_subject(motion.subject);
  *proto.mutable_held_on() = rpc::ToProto(meeting.event_day);
  proto.set_meeting_state(static_cast<v1::MeetingState>(meeting.state));
  proto.set_corrected_by(NameOf("meetings", meeting.corrected_by));
  proto.set_roll(motion.should_vote);
  proto.set_present(motion.present.value_or(0));
  proto.set_votes_for(motion.votes_for);
  proto.set_written_for(motion.written_for);
  proto.set_votes_against(motion.votes_against);
  proto.set_abstained(motion.votes_abstain);
  proto.set_ballot_mode(static_cast<v1::BallotMode>(motion.ballot_mode));
  proto.set_result(static_cast<v1::MotionResult>(motion.result));
  if (const VoteRule* rule = rules.Vote(motion.kind); rule != nullptr) {
    proto.set_rule_id(rule->id);
    proto.set_source(rule->source);
  }
  proto.set_rule_set(motion.rule_set);
  proto.set_required_present(motion.required_present);
  proto.set_required_for(motion.required_for);
  return proto;
}

absl::StatusOr<Kinds> KindsFrom(const google::protobuf::RepeatedField<int>& kinds,
                                std::string_view field) {
  Kinds set;
  for (int i = 0; i < kinds.size(); ++i) {
    if (kinds[i] < 1 || kinds[i] > kKindCount) {
      return Invalid(Cat(field, "[", i, "]"), "会议类别不正确");
    }
    set.Add(static_cast<Kind>(kinds[i]));
  }
  return set;
}

absl::StatusOr<absl::Time> TimeFrom(const google::protobuf::Timestamp& time,
                                    std::string_view field) {
  absl::StatusOr<absl::Time> parsed = rpc::FromProto(time);
  if (!parsed.ok() || *parsed < absl::FromUnixSeconds(-2208988800) ||
      *parsed > absl::FromUnixSeconds(253402214400)) {
    return Invalid(std::string(field), "时间不正确");
  }
  return *parsed;
}

absl::StatusOr<absl::CivilDay> DayFrom(const google::type::Date& date, std::string_view field) {
  google::type::Date full = date;
  if (full.day() == 0) full.set_day(1);
  absl::StatusOr<absl::CivilDay> day = rpc::FromProto(full);
  if (!day.ok()) return Invalid(std::string(field), "日期不正确");
  return *day;
}

absl::StatusOr<Meeting> PlanFromProto(const v1::Meeting& proto) {
  Meeting meeting;
  RONGHE_ASSIGN_OR_RETURN(meeting.kinds, KindsFrom(proto.kinds(), "meeting.kinds"));
  if (meeting.kinds.empty()) return Invalid("meeting.kinds", "请选择会议类别");
  const bool delegates = meeting.kinds.Has(Kind::kDelegates);
  if (delegates && meeting.kinds != Kinds{Kind::kDelegates}) {
    return Invalid("meeting.kinds", "党员代表大会不能同时是其他类别的会议");
  }
  if (delegates == proto.delegation().empty()) {
    return Invalid("meeting.delegation", "党员代表大会须填写、其他会议不填写换届选举的代表团");
  }
  meeting.delegation = proto.delegation();
  RONGHE_ASSIGN_OR_RETURN(meeting.planned_at, TimeFrom(proto.planned_at(), "meeting.planned_at"));
  meeting.event_day = base::ShanghaiDay(meeting.planned_at);
  meeting.meeting_no = proto.meeting_no();
  meeting.title = proto.title();
  if (proto.mode() != v1::MEETING_MODE_UNSPECIFIED) {
    if (!v1::MeetingMode_IsValid(proto.mode())) return Invalid("meeting.mode", "会议形式不正确");
    meeting.mode = static_cast<Mode>(proto.mode());
  }
  meeting.place = proto.place();
  RONGHE_ASSIGN_OR_RETURN(meeting.chair_id, IdFrom(proto.chair(), "members", "meeting.chair"));
  RONGHE_ASSIGN_OR_RETURN(meeting.recorder_id,
                          IdFrom(proto.recorder(), "members", "meeting.recorder"));
  return meeting;
}

absl::StatusOr<std::vector<Attendee>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Attendance>& items, std::string_view field) {
  std::vector<Attendee> attendance;
  attendance.reserve(items.size());
  for (int i = 0; i < items.size(); ++i) {
    const v1::Attendance& proto = items[i];
    Attendee attendee;
    RONGHE_ASSIGN_OR_RETURN(const std::optional<int64_t> member,
                            IdFrom(proto.member(), "members", Item(field, i, "member")));
    if (!member.has_value()) return Invalid(Item(field, i, "member"), "请填写党员");
    attendee.member_id = *member;
    if (!v1::Presence_IsValid(proto.presence())) {
      return Invalid(Item(field, i, "presence"), "到会情况不正确");
    }
    attendee.presence = static_cast<Presence>(proto.presence());
    if (!v1::AbsenceReason_IsValid(proto.reason())) {
      return Invalid(Item(field, i, "reason"), "缺席原因代码不正确");
    }
    attendee.reason = static_cast<AbsenceReason>(proto.reason());
    RONGHE_ASSIGN_OR_RETURN(attendee.approved_by,
                            IdFrom(proto.approved_by(), "members", Item(field, i, "approved_by")));
    if (proto.has_arrived_at()) {
      RONGHE_ASSIGN_OR_RETURN(attendee.arrived_at,
                              TimeFrom(proto.arrived_at(), Item(field, i, "arrived_at")));
    }
    attendance.push_back(attendee);
  }
  return attendance;
}

absl::StatusOr<std::vector<Observer>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Observer>& items, std::string_view field) {
  std::vector<Observer> observers;
  for (int i = 0; i < items.size(); ++i) {
    Observer observer;
    observer.name = items[i].name();
    RONGHE_ASSIGN_OR_RETURN(observer.member_id,
                            IdFrom(items[i].member(), "members", Item(field, i, "member")));
    observer.capacity = items[i].capacity();
    observers.push_back(std::move(observer));
  }
  return observers;
}

absl::StatusOr<std::vector<AgendaItem>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::AgendaItem>& items, std::string_view field) {
  std::vector<AgendaItem> agenda;
  for (int i = 0; i < items.size(); ++i) {
    AgendaItem item;
    item.title = items[i].title();
    item.code = items[i].code();
    item.speaker_count = items[i].speaker_count();
    item.summary = items[i].summary();
    RONGHE_ASSIGN_OR_RETURN(item.pre_committee_meeting_id,
                            IdFrom(items[i].pre_committee_meeting(), "meetings",
                                   Item(field, i, "pre_committee_meeting")));
    agenda.push_back(std::move(item));
  }
  return agenda;
}

absl::StatusOr<std::vector<Motion>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Motion>& items, std::string_view field) {
  std::vector<Motion> motions;
  for (int i = 0; i < items.size(); ++i) {
    const v1::Motion& proto = items[i];
    if (!v1::MotionKind_IsValid(proto.kind())) {
      return Invalid(Item(field, i, "kind"), "表决事项类别不正确");
    }
    if (!v1::BallotMode_IsValid(proto.ballot_mode())) {
      return Invalid(Item(field, i, "ballot_mode"), "表决方式不正确");
    }
    if (!v1::MotionResult_IsValid(proto.result())) {
      return Invalid(Item(field, i, "result"), "表决结果不正确");
    }
    Motion motion;
    motion.text = proto.text();
    motion.kind = static_cast<MotionKind>(proto.kind());
    motion.subject = proto.subject();
    if (proto.ballot_mode() != v1::BALLOT_MODE_UNSPECIFIED) {
      motion.ballot_mode = static_cast<BallotMode>(proto.ballot_mode());
    }
    if (proto.has_voted_at()) {
      RONGHE_ASSIGN_OR_RETURN(motion.voted_at,
                              TimeFrom(proto.voted_at(), Item(field, i, "voted_at")));
    }
    if (proto.has_present()) motion.present = proto.present();
    motion.written_for = proto.written_for();
    motion.votes_for = proto.votes_for();
    motion.votes_against = proto.votes_against();
    motion.votes_abstain = proto.votes_abstain();
    motion.votes_invalid = proto.votes_invalid();
    motion.ballots_issued = proto.ballots_issued();
    motion.ballots_returned = proto.ballots_returned();
    if (motion.ballot_mode != BallotMode::kSecret && motion.ballots_issued == 0 &&
        motion.ballots_returned == 0) {
      motion.ballots_returned =
          motion.votes_for + motion.votes_against + motion.votes_abstain + motion.votes_invalid;
      motion.ballots_issued = motion.ballots_returned;
    }
    motion.result = static_cast<MotionResult>(proto.result());
    motions.push_back(std::move(motion));
  }
  return motions;
}

absl::StatusOr<std::vector<Resolution>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Resolution>& items, std::string_view field) {
  std::vector<Resolution> resolutions;
  for (int i = 0; i < items.size(); ++i) {
    Resolution resolution;
    resolution.text = items[i].text();
    resolution.owner = items[i].owner();
    if (items[i].has_due_date()) {
      absl::StatusOr<absl::CivilDay> day = rpc::FromProto(items[i].due_date());
      if (!day.ok()) return Invalid(Item(field, i, "due_date"), "日期不正确");
      resolution.due_date = *day;
    }
    resolutions.push_back(std::move(resolution));
  }
  return resolutions;
}

absl::StatusOr<RecordInput> FromProto(const v1::MeetingRecord& record) {
  RecordInput input;
  if (record.has_opened_at()) {
    RONGHE_ASSIGN_OR_RETURN(input.opened_at, TimeFrom(record.opened_at(), "record.opened_at"));
  }
  if (record.has_closed_at()) {
    RONGHE_ASSIGN_OR_RETURN(input.closed_at, TimeFrom(record.closed_at(), "record.closed_at"));
  }
  input.meeting_no = record.meeting_no();
  input.place = record.place();
  if (record.mode() != v1::MEETING_MODE_UNSPECIFIED) {
    if (!v1::MeetingMode_IsValid(record.mode())) return Invalid("record.mode", "会议形式不正确");
    input.mode = static_cast<Mode>(record.mode());
  }
  RONGHE_ASSIGN_OR_RETURN(input.chair_id, IdFrom(record.chair(), "members", "record.chair"));
  RONGHE_ASSIGN_OR_RETURN(input.recorder_id,
                          IdFrom(record.recorder(), "members", "record.recorder"));
  RONGHE_ASSIGN_OR_RETURN(input.attendance, FromProto(record.attendance(), "record.attendance"));
  RONGHE_ASSIGN_OR_RETURN(input.observers, FromProto(record.observers(), "record.observers"));
  RONGHE_ASSIGN_OR_RETURN(input.agenda, FromProto(record.agenda(), "record.agenda"));
  RONGHE_ASSIGN_OR_RETURN(input.motions, FromProto(record.motions(), "record.motions"));
  RONGHE_ASSIGN_OR_RETURN(input.resolutions, FromProto(record.resolutions(), "record.resolutions"));
  for (const v1::Attachment& attachment : record.attachments()) {
    input.attachments.push_back({attachment.title(), attachment.reference()});
  }
  if (record.has_signed_by_chair()) input.signed_by_chair = record.signed_by_chair();
  if (record.has_signed_by_recorder()) input.signed_by_recorder = record.signed_by_recorder();
  return input;
}

v1::Duty ToProto(const DutyRow& row, const DutyRule* rule, const std::string& organization_name,
                 absl::CivilDay today) {
  v1::Duty proto;
  proto.set_name(base::Name("duties", row.id));
  proto.set_organization(base::Name("organizations", row.organization_id));
  proto.set_organization_display_name(organization_name);
  proto.set_rule(row.rule_id);
  if (rule != nullptr) {
    proto.set_kind(static_cast<v1::MeetingKind>(rule->kind));
    proto.set_title(rule->title);
  }
  *proto.mutable_window_start_date() = rpc::ToProto(row.window_start);
  *proto.mutable_window_end_date() = rpc::ToProto(row.window_end);
  proto.set_state(static_cast<v1::DutyState>(StateOn(row.standing, row.window(), today)));
  proto.set_met_by(NameOf("meetings", row.met_by));
  proto.set_rule_set(row.rule_set);
  return proto;
}

}  // namespace ronghe::meeting
