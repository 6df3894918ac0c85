#include "services/meeting/domain/errors.h"

#include <string>
#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::meeting::errors {
namespace {

using base::Cat;

absl::Status Refusal(const RuleSet& rules, std::string_view rule_id, std::string_view source,
                     std::string_view reason, std::string_view message_zh, std::string required,
                     std::string actual, error::Metadata more = {}) {
  error::Metadata metadata = {{"rule_id", std::string(rule_id)},
                              {"rule_set", rules.Name()},
                              {"source", std::string(source.empty() ? rules.source : source)},
                              {"required", std::move(required)},
                              {"actual", std::move(actual)}};
  for (auto& entry : more) metadata.push_back(std::move(entry));
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message_zh,
                     std::move(metadata));
}

// "631,632".
std::string Joined(const std::vector<std::string>& codes) {
  std::string joined;
  for (const std::string& code : codes) {
    if (!joined.empty()) joined += ',';
    joined += code;
  }
  return joined;
}

std::string_view BallotModeCode(BallotMode mode) {
  switch (mode) {
    case BallotMode::kVoice:
      return "VOICE";
    case BallotMode::kHands:
      return "HANDS";
    case BallotMode::kOpen:
      return "OPEN";
    case BallotMode::kSecret:
      return "SECRET";
  }
  return "UNKNOWN";
}

std::string_view StateZh(State state) {
  switch (state) {
    case State::kPlanned:
      return "已计划";
    case State::kOpen:
      return "进行中";
    case State::kClosed:
      return "已结束";
    case State::kSubmitted:
      return "已提交";
    case State::kAccepted:
      return "已审核通过";
    case State::kReturned:
      return "已退回";
    case State::kSuperseded:
      return "已被更正版本取代";
  }
  return "未知";
}

std::string_view StateCode(State state) {
  switch (state) {
    case State::kPlanned:
      return "PLANNED";
    case State::kOpen:
      return "OPEN";
    case State::kClosed:
      return "CLOSED";
    case State::kSubmitted:
      return "SUBMITTED";
    case State::kAccepted:
      return "ACCEPTED";
    case State::kReturned:
      return "RETURNED";
    case State::kSuperseded:
      return "SUPERSEDED";
  }
  return "UNKNOWN";
}

std::string_view ResultCode(MotionResult result) {
  switch (result) {
    case MotionResult::kUndecided:
      return "UNDECIDED";
    case MotionResult::kPassed:
      return "PASSED";
    case MotionResult::kRejected:
      return "REJECTED";
    case MotionResult::kNoQuorum:
      return "NO_QUORUM";
  }
  return "UNKNOWN";
}

}  // namespace

absl::Status OrganizationNotFound(int64_t organization_id) {
  return error::Make(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND", "没有这个党组织。",
                     {{"organization", base::Name("organizations", organization_id)}});
}

absl::Status MeetingNotFound(int64_t meeting_id) {
  return error::Make(absl::StatusCode::kNotFound, "MEETING_NOT_FOUND", "没有这次会议。",
                     {{"meeting", base::Name("meetings", meeting_id)}});
}

absl::Status DutyNotFound(int64_t duty_id) {
  return error::Make(absl::StatusCode::kNotFound, "DUTY_NOT_FOUND", "没有这项应办会议。",
                     {{"duty", base::Name("duties", duty_id)}});
}

absl::Status MotionNotFound(int64_t meeting_id, int64_t number) {
  return error::Make(absl::StatusCode::kNotFound, "MOTION_NOT_FOUND", "没有这项表决事项。",
                     {{"motion", base::ChildName("meetings", meeting_id, "motions", number)}});
}

absl::Status RuleNotFound(std::string_view rule_id) {
  return error::Make(absl::StatusCode::kNotFound, "RULE_NOT_FOUND", "没有这条制度。",
                     {{"rule_id", std::string(rule_id)}});
}

absl::Status StateInvalid(State actual, std::string_view action) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "STATE_INVALID",
                     Cat("会议", StateZh(actual), ",不能进行此操作。"),
                     {{"state", std::string(StateCode(actual))}, {"action", std::string(action)}});
}

absl::Status KindNotHeld(const RuleSet& rules, Kind kind, std::string_view organization_kind) {
  const KindRule* rule = rules.ForKind(kind);
  return Refusal(rules, "1.3", "", "B_KIND_NOT_HELD",
                 Cat("这类党组织不召开", KindNameZh(kind), "。"),
                 rule == nullptr ? "" : Joined(rule->organization_kinds),
                 std::string(organization_kind), {{"kind", std::string(KindCode(kind))}});
}

absl::Status OrganizationRevoked(const RuleSet& rules, int64_t organization_id,
                                 absl::CivilDay revoked_on, absl::CivilDay day) {
  return Refusal(rules, "1.3", "", "B_ORGANIZATION_REVOKED",
                 Cat("该党组织已于", base::FormatDay(revoked_on), "撤销。"),
                 Cat("<", base::FormatDay(revoked_on)), base::FormatDay(day),
                 {{"organization", base::Name("organizations", organization_id)}});
}

absl::Status RollEmpty(const RuleSet& rules, int64_t organization_id, absl::CivilDay day) {
  return Refusal(rules, "11.2", "", "B_ROLL_EMPTY",
                 Cat(base::FormatDay(day), "该党组织应到会人数为零,不能开会。"), ">=1", "0",
                 {{"organization", base::Name("organizations", organization_id)},
                  {"date", base::FormatDay(day)}});
}

absl::Status RollTooLarge(const RuleSet& rules, size_t most) {
  return Refusal(rules, "X-01", rules.election.source, "B_ROLL_TOO_LARGE",
                 "下级党组织过多,不能召开全体党员大会,请报批后召开党员代表大会。",
                 Cat("<= ", most, " organizations"), Cat("> ", most));
}

absl::Status DelegationInvalid(const RuleSet& rules, std::string required, std::string actual) {
  return Refusal(rules, "X-01", rules.election.source, "X_DELEGATION",
                 "代表资格尚未审查通过,或者不是本党组织的代表,不能召开党员代表大会。",
                 std::move(required), std::move(actual));
}

absl::Status NotOnRoll(const RuleSet& rules, int64_t member_id) {
  return Refusal(rules, "11.2", "", "B_NOT_ON_ROLL",
                 "到会名单中有不在应到会名单上的人员;其他支部党员和来宾请记为列席。", "on the roll",
                 base::Name("members", member_id));
}

absl::Status EventDateFixed(const RuleSet& rules, absl::CivilDay fixed, absl::CivilDay claimed) {
  return Refusal(rules, "1.4/event_date", rules.late_entry_source, "B_EVENT_DATE_FIXED",
                 Cat("会议日期为", base::FormatDay(fixed), ",不得改动。"), base::FormatDay(fixed),
                 base::FormatDay(claimed));
}

absl::Status QuorumOfNobody(const RuleSet& rules, const VoteRule& rule) {
  return Refusal(rules, rule.id, rule.source, "Q_EMPTY", "应到会有表决权的人数为零,不能表决。",
                 ">=1", "0");
}

absl::Status NoQuorum(const RuleSet& rules, const VoteRule& rule, int64_t required,
                      int64_t present) {
  return Refusal(
      rules, rule.id, rule.source, "Q_QUORUM",
      Cat("到会有表决权的人数未达到规定(应不少于", required, "人,实到", present, "人),表决无效。"),
      Cat(required), Cat(present));
}

absl::Status NoMajority(const RuleSet& rules, const VoteRule& rule, int64_t required,
                        int64_t votes_for) {
  return Refusal(rules, rule.id, rule.source, "Q_MAJORITY",
                 Cat("赞成人数未超过应到会有表决权人数的半数(应不少于", required, "票,实得",
                     votes_for, "票),不能通过。"),
                 Cat(required), Cat(votes_for));
}

absl::Status WrittenNotCounted(const RuleSet& rules, const VoteRule& rule, int64_t written) {
  return Refusal(rules, rule.id, rule.source, "Q_WRITTEN_NOT_COUNTED",
                 "这类事项的书面意见不计入票数。", "0", Cat(written));
}

absl::Status ResultMismatch(const RuleSet& rules, const VoteRule& rule, MotionResult required,
                            MotionResult claimed) {
  return Refusal(rules, rule.id, rule.source, "Q_RESULT_MISMATCH", "所填表决结果与票数不符。",
                 std::string(ResultCode(required)), std::string(ResultCode(claimed)));
}

absl::Status MotionKindNotHeld(const RuleSet& rules, const VoteRule& rule, Kinds kinds) {
  return Refusal(rules, rule.id, rule.source, "Q_KIND_NOT_HELD",
                 "这类事项应由支部党员大会或委员会会议表决,本次会议不是这类会议。",
                 rule.meeting_kinds.Codes(), kinds.Codes());
}

absl::Status MotionNotFor(const RuleSet& rules, const VoteRule& rule,
                          std::string_view organization_kind) {
  return Refusal(rules, rule.id, rule.source, "Q_ORGANIZATION_KIND",
                 "这类党组织的会议不能表决这类事项。", Joined(rule.organization_kinds),
                 std::string(organization_kind));
}

absl::Status BallotNotSecret(const RuleSet& rules, const VoteRule& rule, BallotMode mode) {
  return Refusal(rules, rule.id, rule.source, "Q_SECRET_BALLOT",
                 "这类事项应采取无记名投票方式表决。", "SECRET", std::string(BallotModeCode(mode)));
}

absl::Status NoSubject(const RuleSet& rules, const VoteRule& rule) {
  return Refusal(rules, rule.id, rule.source, "Q_ONE_BY_ONE", "这类事项应逐个表决,请注明表决对象。",
                 "subject", "");
}

absl::Status SubjectTwice(const RuleSet& rules, const VoteRule& rule, std::string_view subject) {
  return Refusal(rules, rule.id, rule.source, "Q_ONE_BY_ONE",
                 "这类事项应逐个表决,同一对象在一次会议上只能表决一次。", "1", "2",
                 {{"subject", std::string(subject)}});
}

absl::Status SelfAccept(int64_t organization_id) {
  return error::Make(
      absl::StatusCode::kPermissionDenied, "B_SELF_ACCEPT", "会议记录只能由上级党组织审核或退回。",
      {{"organization", base::Name("organizations", organization_id)}, {"rule_id", "1.4/accept"}});
}

absl::Status BackfillDenied() {
  return error::Make(absl::StatusCode::kPermissionDenied, "B_BACKFILL_DENIED",
                     "没有补录历史记录的权限。", {{"permission", "meeting.meeting.backfill"}});
}

}  // namespace ronghe::meeting::errors
