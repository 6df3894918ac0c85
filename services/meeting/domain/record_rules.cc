#include "services/meeting/domain/record_rules.h"

#include <algorithm>
#include <set>

#include "common/base/clock.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/meeting/domain/errors.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

// Collects field violations and names the rule behind each.
class Violations {
 public:
  void Add(std::string field, std::string_view rule, std::string_view message_zh) {
    list_.push_back({std::move(field), Cat(message_zh, "(规则 ", rule, ")")});
  }
  absl::Status Result() {
    if (list_.empty()) return absl::OkStatus();
    return error::InvalidFields(std::move(list_));
  }

 private:
  std::vector<error::FieldViolation> list_;
};

std::string Item(std::string_view field, size_t index, std::string_view name) {
  return Cat(field, "[", index, "].", name);
}

bool NeedsApproval(AbsenceReason reason) {
  return reason != AbsenceReason::kNone && reason != AbsenceReason::kUnexcused &&
         reason != AbsenceReason::kCareExempt;
}

}  // namespace

absl::Status CheckHolder(const RuleSet& rules, const OrganizationFacts& organization, Kinds kinds,
                         absl::CivilDay day) {
  for (Kind kind : kinds.List()) {
    const std::vector<std::string>& allowed = rules.ForKind(kind)->organization_kinds;
    if (!allowed.empty() &&
        std::find(allowed.begin(), allowed.end(), organization.kind) == allowed.end()) {
      return errors::KindNotHeld(rules, kind, organization.kind);
    }
  }
  if (organization.revoked_on.has_value() && *organization.revoked_on <= day) {
    return errors::OrganizationRevoked(rules, organization.id, *organization.revoked_on, day);
  }
  return absl::OkStatus();
}

bool RollRequired(const RuleSet& rules, Kinds kinds) {
  for (Kind kind : kinds.List()) {
    if (!rules.ForKind(kind)->empty_roll_allowed) return true;
  }
  return false;
}

absl::Status MarkAttendance(const RuleSet& rules, const std::vector<Attendee>& marks,
                            std::string_view field, Meeting* meeting) {
  Violations violations;
  std::set<int64_t> seen;
  for (size_t i = 0; i < marks.size(); ++i) {
    const Attendee& mark = marks[i];
    auto it = std::lower_bound(
        meeting->attendance.begin(), meeting->attendance.end(), mark.member_id,
        [](const Attendee& attendee, int64_t id) { return attendee.member_id < id; });
    if (it == meeting->attendance.end() || it->member_id != mark.member_id) {
      return errors::NotOnRoll(rules, mark.member_id);
    }
    if (!seen.insert(mark.member_id).second) {
      violations.Add(Item(field, i, "member"), "1.4/attendance", "同一党员出现了两次");
    }
    if (mark.presence == Presence::kUnmarked) {
      violations.Add(Item(field, i, "presence"), "1.4/attendance", "请填写到会情况");
    }
    if (mark.presence == Presence::kAbsent && mark.reason == AbsenceReason::kNone) {
      violations.Add(Item(field, i, "reason"), "1.4/absence_reason", "缺席须注明原因");
    }
    if (mark.presence == Presence::kPresent && mark.reason != AbsenceReason::kNone) {
      violations.Add(Item(field, i, "reason"), "1.4/absence_reason", "到会的不填缺席原因");
    }
    if (mark.arrived_at.has_value()) {
      if (mark.presence != Presence::kPresent) {
        violations.Add(Item(field, i, "arrived_at"), "11.2/arrival", "缺席的不填到会时间");
      } else if (meeting->closed_at.has_value() && *mark.arrived_at > *meeting->closed_at) {
        violations.Add(Item(field, i, "arrived_at"), "11.2/arrival", "到会时间晚于会议结束时间");
      }
    }
    it->presence = mark.presence;
    it->reason = mark.reason;
    it->approved_by = mark.approved_by;
    it->arrived_at = mark.arrived_at;
  }
  return violations.Result();
}

namespace {

void AddMotionViolations(const Meeting& meeting, std::string_view field, Violations* violations) {
  for (size_t i = 0; i < meeting.motions.size(); ++i) {
    const Motion& motion = meeting.motions[i];
    if (motion.kind == MotionKind::kNone) {
      violations->Add(Item(field, i, "kind"), "11.1", "请注明表决事项的类别");
      continue;
    }
    const int64_t votes = int64_t{motion.votes_for} + motion.votes_against + motion.votes_abstain +
                          motion.votes_invalid;
    if (votes != motion.ballots_returned) {
      violations->Add(Item(field, i, "ballots_returned"), "1.4/ballots",
                      "赞成、反对、弃权、无效票之和应等于收回票数");
    }
    if (motion.ballots_returned > motion.ballots_issued) {
      violations->Add(Item(field, i, "ballots_issued"), "1.4/ballots", "收回票数不能多于发出票数");
    }
    int64_t roll = 0;
    int64_t most = 0;
    for (const Attendee& attendee : meeting.attendance) {
      if (!attendee.voting || (CommitteeDecides(motion.kind) && !attendee.committee)) continue;
      ++roll;
      const bool counted = attendee.presence == Presence::kPresent &&
                           !(motion.voted_at.has_value() && attendee.arrived_at.has_value() &&
                             *attendee.arrived_at > *motion.voted_at);
      if (counted) ++most;
    }
    if (motion.present.has_value() && *motion.present > most) {
      violations->Add(Item(field, i, "present"), "1.4/attended",
                      "表决时在场的有表决权人数不能多于到会的有表决权人数");
    }
    if (motion.ballots_issued > motion.present.value_or(static_cast<int32_t>(most))) {
      violations->Add(Item(field, i, "ballots_issued"), "1.4/ballots",
                      "发出票数不能多于到会的有表决权人数");
    }
    if (motion.written_for > 0 && motion.present.value_or(most) + motion.written_for > roll) {
      violations->Add(Item(field, i, "written_for"), "A-18",
                      "书面意见只由未到会的人提出,与到会人数之和不能多于应到会有表决权人数");
    }
    if (motion.voted_at.has_value() &&
        ((meeting.opened_at.has_value() && *motion.voted_at < *meeting.opened_at) ||
         (meeting.closed_at.has_value() && *motion.voted_at > *meeting.closed_at))) {
      violations->Add(Item(field, i, "voted_at"), "1.4/ballots", "表决时间应在会议期间");
    }
  }
}

}  // namespace

absl::Status CheckMotions(const Meeting& meeting, std::string_view field) {
  Violations violations;
  AddMotionViolations(meeting, field, &violations);
  return violations.Result();
}

absl::Status CheckRecord(const Meeting& meeting, absl::Time now) {
  Violations violations;
  if (!meeting.opened_at.has_value()) {
    violations.Add("record.opened_at", "1.4/opened_at", "请填写会议开始时间");
  }
  if (!meeting.closed_at.has_value()) {
    violations.Add("record.closed_at", "1.4/closed_at", "请填写会议结束时间");
  } else {
    if (meeting.opened_at.has_value() && *meeting.closed_at <= *meeting.opened_at) {
      violations.Add("record.closed_at", "1.4/closed_at", "会议结束时间应晚于开始时间");
    }
    if (*meeting.closed_at > now) {
      violations.Add("record.closed_at", "1.4/closed_at", "会议结束时间不能晚于当前时间");
    }
  }
  if (meeting.place.empty() && meeting.mode != Mode::kVideo) {
    violations.Add("record.place", "1.4/place", "请填写会议地点");
  }
  if (!meeting.chair_id.has_value()) {
    violations.Add("record.chair", "1.4/chair", "请填写主持人");
  }
  if (!meeting.recorder_id.has_value()) {
    violations.Add("record.recorder", "1.4/recorder", "请填写记录人");
  }
  size_t unmarked = 0;
  for (const Attendee& attendee : meeting.attendance) {
    if (attendee.presence == Presence::kUnmarked) {
      ++unmarked;
    } else if (attendee.presence == Presence::kAbsent && attendee.reason == AbsenceReason::kNone) {
      violations.Add("record.attendance", "1.4/absence_reason", "缺席须注明原因");
    }
  }
  if (unmarked > 0) {
    violations.Add("record.attendance", "1.4/attendance",
                   Cat("应到会人员中有", unmarked, "人未填写到会情况"));
  }
  if (meeting.attended > meeting.should_attend) {
    violations.Add("record.attendance", "1.4/attended", "实到人数不能多于应到人数");
  }
  AddMotionViolations(meeting, "record.motions", &violations);
  for (size_t i = 0; i < meeting.resolutions.size(); ++i) {
    if (meeting.resolutions[i].owner.empty()) {
      violations.Add(Item("record.resolutions", i, "owner"), "1.4/resolution", "决议须有责任人");
    }
    if (!meeting.resolutions[i].due_date.has_value()) {
      violations.Add(Item("record.resolutions", i, "due_date"), "1.4/resolution",
                     "决议须有完成期限");
    }
  }
  return violations.Result();
}

void SumUp(Meeting* meeting) {
  meeting->should_attend = static_cast<int32_t>(meeting->attendance.size());
  meeting->should_attend_voting = 0;
  meeting->attended = 0;
  meeting->attended_voting = 0;
  meeting->care_exempt = 0;
  for (const Attendee& attendee : meeting->attendance) {
    if (attendee.voting) ++meeting->should_attend_voting;
    if (attendee.presence == Presence::kPresent) {
      ++meeting->attended;
      if (attendee.voting) ++meeting->attended_voting;
    } else if (attendee.presence == Presence::kAbsent &&
               attendee.reason == AbsenceReason::kCareExempt) {
      ++meeting->care_exempt;
    }
  }
  meeting->speaker_count = 0;
  for (const AgendaItem& item : meeting->agenda) meeting->speaker_count += item.speaker_count;
  meeting->motion_count = static_cast<int32_t>(meeting->motions.size());
  meeting->motions_quorate = 0;
  for (const Motion& motion : meeting->motions) {
    if (motion.result == MotionResult::kPassed || motion.result == MotionResult::kRejected) {
      ++meeting->motions_quorate;
    }
  }
  meeting->missing_items = MissingItems(*meeting);
}

int32_t MissingItems(const Meeting& meeting) {
  int32_t bits = 0;
  if (meeting.agenda.empty()) bits |= Bit(RecordItem::kAgenda);
  if (std::none_of(meeting.agenda.begin(), meeting.agenda.end(),
                   [](const AgendaItem& item) { return item.speaker_count > 0; })) {
    bits |= Bit(RecordItem::kSpeakers);
  }
  if (!meeting.signed_by_chair) bits |= Bit(RecordItem::kSignedByChair);
  if (!meeting.signed_by_recorder) bits |= Bit(RecordItem::kSignedByRecorder);
  for (const Attendee& attendee : meeting.attendance) {
    if (attendee.presence == Presence::kAbsent && NeedsApproval(attendee.reason) &&
        !attendee.approved_by.has_value()) {
      bits |= Bit(RecordItem::kAbsenceApproval);
    }
  }
  return bits;
}

bool IsLate(const RuleSet& rules, absl::Time closed_at, absl::Time submitted_at) {
  return base::ShanghaiDay(submitted_at) - base::ShanghaiDay(closed_at) > rules.late_entry_days;
}

}  // namespace ronghe::meeting
