#include "services/meeting/api/meetings_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/meeting/domain/errors.h"
#include "services/meeting/domain/vote.h"
#include "services/meeting/store/roll_store.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

// A clock that runs ahead by less than this is forgiven.
constexpr absl::Duration kSkew = absl::Minutes(2);
constexpr absl::Duration kCatchUp = absl::Seconds(2);
constexpr size_t kMaxWalk = 256;

absl::Status InvalidField(std::string field, std::string_view message_zh) {
  return error::InvalidFields({{std::move(field), std::string(message_zh)}});
}

OrganizationFacts FactsOf(const org::OrgNode& node) {
  return {node.id, node.kind, node.founded_on, node.revoked_on};
}

// Where a list of meetings goes on: the organization, its place in the tree, and within it the last
// meeting answered.
struct ListCursor {
  org::OrgPath path;
  int64_t organization_id = 0;
  absl::CivilDay day{9999, 12, 31};
  int64_t meeting_id = std::numeric_limits<int64_t>::max();
};

std::string Format(const ListCursor& cursor) {
  return Cat(org::FormatPath(cursor.path), "|", cursor.organization_id, "|",
             base::FormatDay(cursor.day), "|", cursor.meeting_id);
}

absl::StatusOr<ListCursor> ParseCursor(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '|');
  ListCursor cursor;
  if (parts.size() == 4 && org::ParsePath(parts[0], &cursor.path).ok() &&
      absl::SimpleAtoi(parts[1], &cursor.organization_id) &&
      absl::SimpleAtoi(parts[3], &cursor.meeting_id)) {
    if (const auto day = base::ParseDay(parts[2]); day.ok()) {
      cursor.day = *day;
      return cursor;
    }
  }
  return error::Make(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID", "翻页标记无效。");
}

// whether these delegates can meet for the organization on `day`.
absl::Status CheckDelegation(const RuleSet& rules, const Delegation& delegation,
                             int64_t organization_id, absl::CivilDay day) {
  if (delegation.organization_id != organization_id) {
    return errors::DelegationInvalid(rules, base::Name("organizations", organization_id),
                                     base::Name("organizations", delegation.organization_id));
  }
  const std::optional<absl::CivilDay>& found = delegation.credentials_on;
  if (found.has_value() && *found <= day) return absl::OkStatus();
  return errors::DelegationInvalid(rules, Cat("credentials <= ", base::FormatDay(day)),
                                   found.has_value() ? base::FormatDay(*found) : "-");
}

}  // namespace

MeetingsApi::MeetingsApi(service::Writer& writer, const org::OrgTree& tree, auth::OrgScope& scope,
                         const RuleSets& rules, DutyBoard& board, const rpc::PageTokens& tokens,
                         metrics::Registry& metrics, DelegationReader& delegations,
                         absl::CivilDay calendar_start)
    : writer_(writer),
      tree_(tree),
      scope_(scope),
      rules_(rules),
      board_(board),
      tokens_(tokens),
      delegations_(delegations),
      ledger_(tree, rules, writer.ids(), calendar_start),
      failed_quorums_(metrics.AddCounter("ronghe_meeting_failed_quorums_total",
                                         "Motions of submitted records that had no quorum.")) {}

absl::StatusOr<v1::Meeting> MeetingsApi::CreateMeeting(rpc::Call& call,
                                                       const v1::CreateMeetingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(Meeting plan, PlanFromProto(request.meeting()));
  std::optional<org::OrgNode> node = tree_.Node(organization_id);
  if (!node.has_value()) {
    scope_.CatchUp(std::min(call.deadline(), absl::Now() + kCatchUp));
    node = tree_.Node(organization_id);
  }
  if (!node.has_value()) return errors::OrganizationNotFound(organization_id);
  const RuleSet& rules = rules_.At(plan.event_day);
  RONGHE_RETURN_IF_ERROR(CheckHolder(rules, FactsOf(*node), plan.kinds, plan.event_day));
  plan.organization_id = organization_id;
  plan.etag = 1;
  plan.rule_set = rules.Name();

  return writer_.Write<v1::Meeting>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Meeting> {
    Meeting meeting = plan;
    meeting.id = tx.NextId();
    meeting.root_id = meeting.id;
    RONGHE_RETURN_IF_ERROR(store_.Insert(tx.session(), meeting));
    tx.Audit(organization_id, base::Name("meetings", meeting.id));
    return ToProto(meeting);
  });
}

absl::StatusOr<v1::Meeting> MeetingsApi::GetMeeting(rpc::Call& call,
                                                    const v1::GetMeetingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "meetings"));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Meeting> meeting,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return store_.Load(session, id);
                          }));
  if (!meeting.has_value()) return errors::MeetingNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(meeting->organization_id));
  return ToProto(*meeting);
}

absl::StatusOr<v1::MotionVerdict> MeetingsApi::GetMotion(rpc::Call& call,
                                                         const v1::GetMotionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto ids,
                          base::ParseChildName(request.name(), "meetings", "motions"));
  const auto [id, number] = ids;
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Meeting> meeting,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return store_.LoadWithMotions(session, ids.first);
                          }));
  if (!meeting.has_value()) return errors::MeetingNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(meeting->organization_id));
  if (number > static_cast<int64_t>(meeting->motions.size())) {
    return errors::MotionNotFound(id, number);
  }
  return VerdictToProto(rules_.At(meeting->event_day), *meeting, static_cast<int32_t>(number));
}

absl::StatusOr<v1::ListMeetingsResponse> MeetingsApi::ListMeetings(
    rpc::Call& call, const v1::ListMeetingsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  if (!tree_.Contains(root)) return errors::OrganizationNotFound(root);
  MeetingFilter filter;
  for (int i = 0; i < request.states_size(); ++i) {
    if (request.states(i) < v1::MEETING_STATE_PLANNED ||
        request.states(i) > v1::MEETING_STATE_SUPERSEDED) {
      return InvalidField(Cat("states[", i, "]"), "会议状态不正确");
    }
    filter.states |= 1 << request.states(i);
  }
  RONGHE_ASSIGN_OR_RETURN(filter.kinds, KindsFrom(request.kinds(), "kinds"));
  if (request.has_start_date()) {
    RONGHE_ASSIGN_OR_RETURN(filter.from, DayFrom(request.start_date(), "start_date"));
  }
  if (request.has_end_date()) {
    RONGHE_ASSIGN_OR_RETURN(filter.to, DayFrom(request.end_date(), "end_date"));
  }
  const std::string filter_hash =
      Cat(root, "|", filter.states, "|", filter.kinds.bits(), "|", base::FormatDay(filter.from),
          "|", base::FormatDay(filter.to));
  std::optional<ListCursor> cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string opened,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, ParseCursor(opened));
  }
  const size_t page = static_cast<size_t>(rpc::PageSize(request.page_size()));

  std::vector<Meeting> meetings;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        meetings.clear();
        const size_t wanted = page + 1;
        std::optional<org::OrgPath> after;
        if (cursor.has_value()) {
          after = cursor->path;
          if (tree_.Within(cursor->organization_id, root)) {
            RONGHE_ASSIGN_OR_RETURN(
                meetings, store_.List(session, cursor->organization_id, filter, cursor->day,
                                      cursor->meeting_id, static_cast<int32_t>(wanted)));
          }
        }
        // The walk takes more organizations at a time the fewer of them have what is asked for.
        for (size_t chunk = 16; meetings.size() < wanted; chunk = std::min(chunk * 4, kMaxWalk)) {
          const std::vector<int64_t> organizations =
              tree_.SubtreeIds(root, after, chunk, [](const org::OrgBrief&) { return true; });
          if (organizations.empty()) break;
          RONGHE_ASSIGN_OR_RETURN(
              const std::vector<MeetingCountRow> counts,
              store_.Count(session, std::span<const int64_t>(organizations), filter));
          absl::flat_hash_map<int64_t, int64_t> count_of;
          for (const MeetingCountRow& row : counts) count_of[row.organization_id] = row.meetings;
          for (int64_t organization_id : organizations) {
            if (meetings.size() >= wanted) break;
            if (!count_of.contains(organization_id)) continue;
            RONGHE_ASSIGN_OR_RETURN(
                std::vector<Meeting> more,
                store_.List(session, organization_id, filter, absl::CivilDay(9999, 12, 31),
                            std::numeric_limits<int64_t>::max(),
                            static_cast<int32_t>(wanted - meetings.size())));
            for (Meeting& meeting : more) meetings.push_back(std::move(meeting));
          }
          if (organizations.size() < chunk) break;
          after = tree_.Path(root, organizations.back());
          if (!after.has_value()) break;
        }
        return absl::OkStatus();
      }));

  v1::ListMeetingsResponse response;
  const bool more = meetings.size() > page;
  if (more) meetings.resize(page);
  for (const Meeting& meeting : meetings) *response.add_meetings() = ToProto(meeting);
  if (more) {
    const Meeting& last = meetings.back();
    ListCursor next;
    next.path = tree_.Path(root, last.organization_id).value_or(org::OrgPath());
    next.organization_id = last.organization_id;
    next.day = last.event_day;
    next.meeting_id = last.id;
    response.set_next_page_token(tokens_.Seal(call.method(), filter_hash, Format(next)));
  }
  return response;
}

absl::StatusOr<v1::ListMeetingVersionsResponse> MeetingsApi::ListMeetingVersions(
    rpc::Call& call, const v1::ListMeetingVersionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "meetings"));
  std::vector<Meeting> versions;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        versions.clear();
        RONGHE_ASSIGN_OR_RETURN(const std::optional<Meeting> meeting,
                                store_.LoadBrief(session, id));
        if (!meeting.has_value()) return errors::MeetingNotFound(id);
        RONGHE_ASSIGN_OR_RETURN(versions, store_.Versions(session, meeting->root_id));
        return absl::OkStatus();
      }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(versions.front().organization_id));
  v1::ListMeetingVersionsResponse response;
  for (const Meeting& version : versions) *response.add_versions() = ToProto(version);
  return response;
}

absl::StatusOr<Meeting> MeetingsApi::LoadForUpdate(service::WriteTx& tx, const std::string& name,
                                                   const std::string& etag, Action action) const {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "meetings"));
  RONGHE_ASSIGN_OR_RETURN(std::optional<Meeting> meeting, store_.LoadForUpdate(tx.session(), id));
  if (!meeting.has_value()) return errors::MeetingNotFound(id);
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(meeting->organization_id));
  RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, meeting->etag));
  RONGHE_RETURN_IF_ERROR(CheckAction(meeting->state, action));
  return *std::move(meeting);
}

absl::StatusOr<v1::Meeting> MeetingsApi::Update(rpc::Call& call, const std::string& name,
                                                const std::string& etag, Action action,
                                                Change change) {
  return writer_.Write<v1::Meeting>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Meeting> {
    RONGHE_ASSIGN_OR_RETURN(Meeting meeting, LoadForUpdate(tx, name, etag, action));
    ChangedParts changed;
    RONGHE_RETURN_IF_ERROR(change(tx, &meeting, &changed));
    SumUp(&meeting);
    RONGHE_RETURN_IF_ERROR(store_.Save(tx.session(), changed, &meeting));
    tx.Audit(meeting.organization_id, name);
    return ToProto(meeting);
  });
}

absl::StatusOr<v1::Meeting> MeetingsApi::WithCatchUp(
    rpc::Call& call, absl::FunctionRef<absl::StatusOr<v1::Meeting>()> write) {
  absl::StatusOr<v1::Meeting> result = write();
  const std::string reason = result.ok() ? std::string() : error::Reason(result.status());
  if (reason != "B_ROLL_EMPTY" && reason != "B_NOT_ON_ROLL") return result;
  scope_.CatchUp(std::min(call.deadline(), absl::Now() + kCatchUp));
  return write();
}

absl::StatusOr<std::optional<Delegation>> MeetingsApi::DelegationOf(rpc::Call& call,
                                                                    const std::string& name) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "meetings"));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Meeting> meeting,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return store_.LoadBrief(session, id);
                          }));
  if (!meeting.has_value() || meeting->delegation.empty() || meeting->state != State::kPlanned) {
    return std::optional<Delegation>();
  }
  RONGHE_RETURN_IF_ERROR(call.Authorize(meeting->organization_id));
  return delegations_.Read(call, meeting->delegation);
}

absl::Status MeetingsApi::Open(service::WriteTx& tx, absl::Time opened_at,
                               const std::optional<Delegation>& delegation, Meeting* meeting,
                               std::string_view field) const {
  if (opened_at > tx.now() + kSkew) {
    return InvalidField(std::string(field), "会议开始时间不能晚于当前时间(规则 1.4/opened_at)");
  }
  const absl::CivilDay day = base::ShanghaiDay(opened_at);
  const RuleSet& rules = rules_.At(day);
  const std::optional<org::OrgNode> node = tree_.Node(meeting->organization_id);
  if (!node.has_value()) return errors::OrganizationNotFound(meeting->organization_id);
  RONGHE_RETURN_IF_ERROR(CheckHolder(rules, FactsOf(*node), meeting->kinds, day));
  if (delegation.has_value()) {
    RONGHE_RETURN_IF_ERROR(CheckDelegation(rules, *delegation, meeting->organization_id, day));
    meeting->attendance = DelegateRoll(delegation->members);
  } else {
    RONGHE_ASSIGN_OR_RETURN(
        meeting->attendance,
        LoadRoll(tx.session(), tree_, rules, meeting->organization_id, meeting->kinds, day));
  }
  if (meeting->attendance.empty() && RollRequired(rules, meeting->kinds)) {
    return errors::RollEmpty(rules, meeting->organization_id, day);
  }
  meeting->state = State::kOpen;
  meeting->opened_at = opened_at;
  meeting->event_day = day;
  meeting->rule_set = rules.Name();
  return absl::OkStatus();
}

absl::StatusOr<v1::Meeting> MeetingsApi::OpenMeeting(rpc::Call& call,
                                                     const v1::OpenMeetingRequest& request) {
  absl::Time opened_at = call.now();
  if (request.has_opened_at()) {
    RONGHE_ASSIGN_OR_RETURN(opened_at, TimeFrom(request.opened_at(), "opened_at"));
  }
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Delegation> delegation,
                          DelegationOf(call, request.name()));
  return WithCatchUp(call, [&] {
    return Update(call, request.name(), request.etag(), Action::kOpen,
                  [&](service::WriteTx& tx, Meeting* meeting, ChangedParts* changed) {
                    changed->attendance = true;
                    return Open(tx, opened_at, delegation, meeting, "opened_at");
                  });
  });
}

absl::StatusOr<v1::Meeting> MeetingsApi::RecordAttendance(
    rpc::Call& call, const v1::RecordAttendanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Attendee> marks,
                          FromProto(request.attendance(), "attendance"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Observer> observers,
                          FromProto(request.observers(), "observers"));
  return Update(call, request.name(), request.etag(), Action::kRecordAttendance,
                [&](service::WriteTx&, Meeting* meeting, ChangedParts* changed) {
                  changed->attendance = true;
                  if (!observers.empty()) {
                    meeting->observers = observers;
                    changed->observers = true;
                  }
                  return MarkAttendance(rules_.At(meeting->event_day), marks, "attendance",
                                        meeting);
                });
}

absl::StatusOr<v1::Meeting> MeetingsApi::SetAgenda(rpc::Call& call,
                                                   const v1::SetAgendaRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AgendaItem> agenda,
                          FromProto(request.agenda(), "agenda"));
  return Update(call, request.name(), request.etag(), Action::kSetAgenda,
                [&](service::WriteTx&, Meeting* meeting, ChangedParts* changed) {
                  meeting->agenda = agenda;
                  changed->agenda = true;
                  return absl::OkStatus();
                });
}

absl::Status MeetingsApi::Decide(Meeting* meeting) const {
  const std::optional<org::OrgNode> node = tree_.Node(meeting->organization_id);
  if (!node.has_value()) return errors::OrganizationNotFound(meeting->organization_id);
  return DecideMotions(rules_.At(meeting->event_day), node->kind, meeting);
}

absl::StatusOr<v1::Meeting> MeetingsApi::SetMotions(rpc::Call& call,
                                                    const v1::SetMotionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Motion> motions,
                          FromProto(request.motions(), "motions"));
  return Update(call, request.name(), request.etag(), Action::kSetMotions,
                [&](service::WriteTx&, Meeting* meeting, ChangedParts* changed) -> absl::Status {
                  meeting->motions = motions;
                  changed->motions = true;
                  RONGHE_RETURN_IF_ERROR(CheckMotions(*meeting, "motions"));
                  return Decide(meeting);
                });
}

absl::StatusOr<v1::Meeting> MeetingsApi::SetResolutions(rpc::Call& call,
                                                        const v1::SetResolutionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Resolution> resolutions,
                          FromProto(request.resolutions(), "resolutions"));
  return Update(call, request.name(), request.etag(), Action::kSetResolutions,
                [&](service::WriteTx&, Meeting* meeting, ChangedParts* changed) {
                  meeting->resolutions = resolutions;
                  changed->resolutions = true;
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Meeting> MeetingsApi::CloseMeeting(rpc::Call& call,
                                                      const v1::CloseMeetingRequest& request) {
  absl::Time closed_at = call.now();
  if (request.has_closed_at()) {
    RONGHE_ASSIGN_OR_RETURN(closed_at, TimeFrom(request.closed_at(), "closed_at"));
  }
  return Update(
      call, request.name(), request.etag(), Action::kClose,
      [&](service::WriteTx& tx, Meeting* meeting, ChangedParts*) -> absl::Status {
        if (closed_at <= *meeting->opened_at) {
          return InvalidField("closed_at", "会议结束时间应晚于开始时间(规则 1.4/closed_at)");
        }
        if (closed_at > tx.now() + kSkew) {
          return InvalidField("closed_at", "会议结束时间不能晚于当前时间(规则 1.4/closed_at)");
        }
        meeting->closed_at = closed_at;
        meeting->state = State::kClosed;
        return absl::OkStatus();
      });
}

// Lays the parts given over the meeting. Opening and closing are the caller's.
absl::Status MeetingsApi::Apply(const RecordInput& record, Meeting* meeting,
                                ChangedParts* changed) const {
  if (!record.meeting_no.empty()) meeting->meeting_no = record.meeting_no;
  if (!record.place.empty()) meeting->place = record.place;
  if (record.mode.has_value()) meeting->mode = *record.mode;
  if (record.chair_id.has_value()) meeting->chair_id = record.chair_id;
  if (record.recorder_id.has_value()) meeting->recorder_id = record.recorder_id;
  if (record.signed_by_chair.has_value()) meeting->signed_by_chair = *record.signed_by_chair;
  if (record.signed_by_recorder.has_value()) {
    meeting->signed_by_recorder = *record.signed_by_recorder;
  }
  if (!record.observers.empty()) {
    meeting->observers = record.observers;
    changed->observers = true;
  }
  if (!record.agenda.empty()) {
    meeting->agenda = record.agenda;
    changed->agenda = true;
  }
  if (!record.motions.empty()) meeting->motions = record.motions;
  if (!record.resolutions.empty()) {
    meeting->resolutions = record.resolutions;
    changed->resolutions = true;
  }
  if (!record.attachments.empty()) {
    meeting->attachments = record.attachments;
    changed->attachments = true;
  }
  if (!record.attendance.empty()) {
    changed->attendance = true;
    RONGHE_RETURN_IF_ERROR(MarkAttendance(rules_.At(meeting->event_day), record.attendance,
                                          "record.attendance", meeting));
  }
  if (!meeting->motions.empty()) changed->motions = true;
  return absl::OkStatus();
}

void MeetingsApi::Emit(service::WriteTx& tx, const Meeting& meeting, std::string_view what) const {
  event::Draft draft;
  draft.type = Cat("ronghe.meeting.meeting.", what);
  draft.subject = base::Name("meetings", meeting.id);
  draft.organization_id = meeting.organization_id;
  draft.data = {{"meeting", absl::StrCat(meeting.id)},
                {"organization", absl::StrCat(meeting.organization_id)},
                {"kinds", meeting.kinds.Codes()},
                {"event_date", base::FormatDay(meeting.event_day)},
                {"version", absl::StrCat(meeting.version)},
                {"late_entry", meeting.late_entry ? "1" : "0"}};
  if (meeting.correction_of.has_value()) {
    draft.data["correction_of"] = absl::StrCat(*meeting.correction_of);
  }
  tx.Emit(std::move(draft));
}

// What was voted on under a subject: whoever has a case about it learns that the meeting decided.
void MeetingsApi::EmitMotions(service::WriteTx& tx, const Meeting& meeting) const {
  for (size_t i = 0; i < meeting.motions.size(); ++i) {
    const Motion& motion = meeting.motions[i];
    if (motion.subject.empty()) continue;
    event::Draft draft;
    draft.type = "ronghe.meeting.motion.submitted";
    draft.subject = base::ChildName("meetings", meeting.id, "motions", static_cast<int64_t>(i) + 1);
    draft.organization_id = meeting.organization_id;
    draft.data = {{"meeting", absl::StrCat(meeting.id)},
                  {"number", absl::StrCat(i + 1)},
                  {"organization", absl::StrCat(meeting.organization_id)},
                  {"kind", std::string(MotionKindCode(motion.kind))},
                  {"subject", motion.subject},
                  {"passed", motion.result == MotionResult::kPassed ? "1" : "0"},
                  {"event_date", base::FormatDay(meeting.event_day)}};
    tx.Emit(std::move(draft));
  }
}

absl::StatusOr<v1::Meeting> MeetingsApi::SubmitMeeting(rpc::Call& call,
                                                       const v1::SubmitMeetingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const RecordInput record, FromProto(request.record()));
  std::optional<absl::Time> original;
  if (request.has_original_submitted_at()) {
    RONGHE_ASSIGN_OR_RETURN(original,
                            TimeFrom(request.original_submitted_at(), "original_submitted_at"));
  }
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Delegation> delegation,
                          DelegationOf(call, request.name()));
  std::vector<DutyRow> duties;
  int32_t failed_quorums = 0;
  const auto write = [&] {
    return Update(
        call, request.name(), request.etag(), Action::kSubmit,
        [&](service::WriteTx& tx, Meeting* meeting, ChangedParts* changed) -> absl::Status {
          duties.clear();
          if (meeting->state == State::kPlanned) {
            if (!record.opened_at.has_value()) {
              return InvalidField("record.opened_at", "请填写会议开始时间(规则 1.4/opened_at)");
            }
            RONGHE_RETURN_IF_ERROR(
                Open(tx, *record.opened_at, delegation, meeting, "record.opened_at"));
            changed->attendance = true;
          } else if (record.opened_at.has_value() && *record.opened_at != *meeting->opened_at) {
            return errors::EventDateFixed(rules_.At(meeting->event_day), meeting->event_day,
                                          base::ShanghaiDay(*record.opened_at));
          }
          if (record.closed_at.has_value() && meeting->closed_at.has_value() &&
              *record.closed_at != *meeting->closed_at) {
            return InvalidField("record.closed_at",
                                "会议已经结束,不能改动结束时间(规则 1.4/closed_at)");
          }
          if (record.closed_at.has_value()) meeting->closed_at = record.closed_at;
          RONGHE_RETURN_IF_ERROR(Apply(record, meeting, changed));
          SumUp(meeting);
          RONGHE_RETURN_IF_ERROR(CheckRecord(*meeting, tx.now() + kSkew));
          RONGHE_RETURN_IF_ERROR(Decide(meeting));

          const RuleSet& rules = rules_.At(meeting->event_day);
          meeting->submitted_at = tx.now();
          if (original.has_value()) {
            if (!call.Holds("meeting.meeting.backfill", meeting->organization_id)) {
              return errors::BackfillDenied();
            }
            if (*original > tx.now() || *original < *meeting->closed_at) {
              return InvalidField("original_submitted_at",
                                  "原提交时间应在会议结束之后、当前时间之前(规则 1.4/late_entry)");
            }
            meeting->submitted_at = original;
            meeting->source = Source::kHistory;
          }
          meeting->late_entry = IsLate(rules, *meeting->closed_at, *meeting->submitted_at);
          meeting->submitted_by = call.principal().subject;
          meeting->state = State::kSubmitted;
          meeting->rule_set = rules.Name();
          SumUp(meeting);
          failed_quorums = meeting->motion_count - meeting->motions_quorate;
          RONGHE_RETURN_IF_ERROR(ledger_.Meet(tx.session(), *meeting, &duties));
          Emit(tx, *meeting, "submitted");
          EmitMotions(tx, *meeting);
          return absl::OkStatus();
        });
  };
  absl::StatusOr<v1::Meeting> result = WithCatchUp(call, write);
  if (!result.ok()) return result;
  board_.Apply(duties);
  if (failed_quorums > 0) failed_quorums_.Increment(failed_quorums);
  return result;
}

absl::Status MeetingsApi::CheckAccepter(rpc::Call& call, const Meeting& meeting) const {
  const std::optional<org::OrgNode> node = tree_.Node(meeting.organization_id);
  const bool above = node.has_value() && node->parent != 0
                         ? call.Holds(call.permission(), node->parent)
                         : call.HoldsEverywhere(call.permission());
  if (!above) return errors::SelfAccept(meeting.organization_id);
  return absl::OkStatus();
}

absl::StatusOr<v1::Meeting> MeetingsApi::Decide(rpc::Call& call, const std::string& name,
                                                const std::string& etag, Action action,
                                                const std::string& reason) {
  std::vector<DutyRow> duties;
  absl::StatusOr<v1::Meeting> result =
      writer_.Write<v1::Meeting>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Meeting> {
        duties.clear();
        RONGHE_ASSIGN_OR_RETURN(Meeting meeting, LoadForUpdate(tx, name, etag, action));
        RONGHE_RETURN_IF_ERROR(CheckAccepter(call, meeting));
        meeting.state = action == Action::kAccept ? State::kAccepted : State::kReturned;
        meeting.decided_at = tx.now();
        meeting.decided_by = call.principal().subject;
        meeting.return_reason = reason;
        RONGHE_RETURN_IF_ERROR(store_.Save(tx.session(), ChangedParts(), &meeting));
        if (action == Action::kReturn) {
          RONGHE_RETURN_IF_ERROR(ledger_.Release(tx.session(), meeting, &duties));
        }
        Emit(tx, meeting, action == Action::kAccept ? "accepted" : "returned");
        tx.Audit(meeting.organization_id, name);
        return ToProto(meeting);
      });
  if (result.ok()) board_.Apply(duties);
  return result;
}

absl::StatusOr<v1::Meeting> MeetingsApi::AcceptMeeting(rpc::Call& call,
                                                       const v1::AcceptMeetingRequest& request) {
  return Decide(call, request.name(), request.etag(), Action::kAccept, "");
}

absl::StatusOr<v1::Meeting> MeetingsApi::ReturnMeeting(rpc::Call& call,
                                                       const v1::ReturnMeetingRequest& request) {
  return Decide(call, request.name(), request.etag(), Action::kReturn, request.reason());
}

absl::StatusOr<v1::Meeting> MeetingsApi::CorrectMeeting(rpc::Call& call,
                                                        const v1::CorrectMeetingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const RecordInput record, FromProto(request.record()));
  std::vector<DutyRow> duties;
  absl::StatusOr<v1::Meeting> result =
      writer_.Write<v1::Meeting>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Meeting> {
        duties.clear();
        RONGHE_ASSIGN_OR_RETURN(
            Meeting old, LoadForUpdate(tx, request.name(), request.etag(), Action::kCorrect));
        const RuleSet& rules = rules_.At(old.event_day);
        Meeting next = old;
        if (record.opened_at.has_value()) {
          if (base::ShanghaiDay(*record.opened_at) != old.event_day) {
            return errors::EventDateFixed(rules, old.event_day,
                                          base::ShanghaiDay(*record.opened_at));
          }
          next.opened_at = record.opened_at;
        }
        if (record.closed_at.has_value()) next.closed_at = record.closed_at;
        next.id = tx.NextId();
        next.etag = 1;
        next.version = old.version + 1;
        next.correction_of = old.id;
        next.corrected_by = std::nullopt;
        next.correction_reason = request.reason();
        ChangedParts changed;
        RONGHE_RETURN_IF_ERROR(Apply(record, &next, &changed));
        SumUp(&next);
        RONGHE_RETURN_IF_ERROR(CheckRecord(next, tx.now() + kSkew));
        RONGHE_RETURN_IF_ERROR(Decide(&next));
        next.state = State::kSubmitted;
        next.submitted_at = tx.now();
        next.submitted_by = call.principal().subject;
        next.decided_at = std::nullopt;
        next.decided_by.clear();
        next.return_reason.clear();
        next.rule_set = rules.Name();
        SumUp(&next);

        old.state = State::kSuperseded;
        old.corrected_by = next.id;
        RONGHE_RETURN_IF_ERROR(store_.Save(tx.session(), ChangedParts(), &old));
        RONGHE_RETURN_IF_ERROR(store_.Insert(tx.session(), next));
        RONGHE_RETURN_IF_ERROR(ledger_.Transfer(tx.session(), old, next, &duties));
        RONGHE_RETURN_IF_ERROR(ledger_.Meet(tx.session(), next, &duties));
        Emit(tx, next, "corrected");
        EmitMotions(tx, next);
        tx.Audit(next.organization_id, base::Name("meetings", next.id));
        return ToProto(next);
      });
  if (result.ok()) board_.Apply(duties);
  return result;
}

}  // namespace ronghe::meeting
