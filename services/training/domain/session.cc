#include "services/training/domain/session.h"

#include <algorithm>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::training {
namespace {

constexpr size_t kMaxDays = 62;
constexpr int32_t kMaxHalfHours = 16;

absl::Status CheckHeld(const Session& session, absl::CivilDay day, absl::CivilDay today) {
  if (session.state == SessionState::kCancelled) return errors::SessionCancelled(session.name());
  if (today < day) return errors::SessionNotHeld(session.name(), day, today);
  return absl::OkStatus();
}

absl::Status CheckOpen(const Session& session) {
  return session.state == SessionState::kPlanned ? absl::OkStatus()
                                                 : errors::SessionClosed(session.name());
}

}  // namespace

std::string Session::name() const { return base::Name("sessions", id); }

absl::Status Complete(const RuleBook& rules, Session& session) {
  std::vector<error::FieldViolation> missing;
  if (session.title.empty()) missing.push_back({"session.title", "请填写培训主题。"});
  if (session.form.empty()) missing.push_back({"session.form", "请选择培训形式。"});
  if (session.days.empty()) missing.push_back({"session.days", "请填写培训日期。"});
  if (!missing.empty()) return error::InvalidFields(std::move(missing));
  std::sort(session.days.begin(), session.days.end(),
            [](const SessionDay& a, const SessionDay& b) { return a.day < b.day; });
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const first, rules.At(session.first_day()));
  const errors::Rule rule = first->Cite(first->conversion.id, first->conversion.source);
  if (!first->HasForm(session.form)) return errors::FormUnknown(session.form, rule);
  if (session.days.size() > kMaxDays) {
    return errors::DaysInvalid("培训天数超过上限。", rule, std::to_string(kMaxDays),
                               std::to_string(session.days.size()));
  }
  if (session.last_day().year() > session.first_day().year() + 1) {
    return errors::DaysInvalid(
        "培训最多跨两个年度。", rule, "2",
        std::to_string(session.last_day().year() - session.first_day().year() + 1));
  }
  for (size_t i = 0; i < session.days.size(); ++i) {
    SessionDay& day = session.days[i];
    if (i > 0 && day.day == session.days[i - 1].day) {
      return errors::DaysInvalid("同一天只能填写一次。", rule, "1", base::FormatDay(day.day));
    }
    RONGHE_ASSIGN_OR_RETURN(const RuleSet* const in_force, rules.At(day.day));
    if (day.unit == HourUnit::kHour) {
      if (day.half_hours < 1 || day.half_hours > kMaxHalfHours) {
        return errors::DaysInvalid("按小时计算的,每天应为0.5至8小时。", rule, "1..16",
                                   std::to_string(day.half_hours));
      }
    } else if (day.half_hours != 0) {
      return errors::DaysInvalid("按天计算的,不填写小时数。", rule, "0",
                                 std::to_string(day.half_hours));
    }
    day.credited = in_force->Convert(day.unit, day.half_hours);
  }
  session.rule_version = first->version;
  return absl::OkStatus();
}

std::vector<YearPart> SplitByYear(const std::vector<SessionDay>& days) {
  std::vector<YearPart> parts;
  for (const SessionDay& day : days) {
    const int year = static_cast<int>(day.day.year());
    if (parts.empty() || parts.back().year != year) parts.push_back({.year = year});
    parts.back().half_hours += day.credited;
    parts.back().last_day = day.day;
  }
  return parts;
}

absl::Status CheckUpdate(const Session& session) { return CheckOpen(session); }

absl::Status CheckCancel(const Session& session) { return CheckOpen(session); }

absl::Status CheckEnrol(const Session& session) {
  return session.state == SessionState::kCancelled ? errors::SessionCancelled(session.name())
                                                   : absl::OkStatus();
}

absl::Status CheckRecord(const Session& session, absl::CivilDay today) {
  return CheckHeld(session, session.first_day(), today);
}

absl::Status CheckConfirm(const Session& session, absl::CivilDay today) {
  return CheckHeld(session, session.last_day(), today);
}

}  // namespace ronghe::training
