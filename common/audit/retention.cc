#include "common/audit/retention.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/audit/retention.pb.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/operation/rule_catalogue.h"
#include "google/protobuf/text_format.h"

namespace ronghe::audit {
namespace {

constexpr char kText[] =
#include "common/audit/retention.inc"
    ;

struct Version {
  absl::CivilDay from;
  RetentionDuty routine;
  RetentionDuty decision;
};

struct Rules {
  std::vector<Version> versions;
  std::vector<std::string> decision_packages;
};

// A mistake in what was built in: no run may survive it.
[[noreturn]] void Refuse(const char* why) {
  std::fprintf(stderr, "retention.textproto: %s\n", why);
  std::abort();
}

rules::Retention ReadText() {
  rules::Retention text;
  if (!google::protobuf::TextFormat::ParseFromString(kText, &text)) Refuse("unreadable");
  return text;
}

Rules Load() {
  const rules::Retention text = ReadText();
  Rules rules;
  for (const rules::Version& version : text.versions()) {
    Version& to = rules.versions.emplace_back();
    if (!absl::ParseCivilTime(version.effective_from(), &to.from)) Refuse("effective_from");
    for (const rules::Duty& duty : version.duties()) {
      RetentionDuty& side = duty.kind() == rules::KIND_DECISION ? to.decision : to.routine;
      side = {duty.days(), duty.rule_id(), duty.source()};
    }
    if (to.routine.days <= 0 || to.decision.days <= 0) Refuse("a kind without duty");
  }
  if (rules.versions.empty()) Refuse("no version");
  rules.decision_packages.assign(text.decision_packages().begin(), text.decision_packages().end());
  return rules;
}

const Rules& Builtin() {
  static const Rules* const rules = new Rules(Load());
  return *rules;
}

}  // namespace

RowKind KindOf(const Entry& entry) {
  if (entry.result != "OK") return RowKind::kRoutine;
  const std::vector<std::string>& packages = Builtin().decision_packages;
  const bool decision =
      std::any_of(packages.begin(), packages.end(), [&](const std::string& package) {
        return absl::StartsWith(entry.method, absl::StrCat("/", package));
      });
  return decision ? RowKind::kDecision : RowKind::kRoutine;
}

const RetentionDuty& DutyOn(RowKind kind, absl::CivilDay day) {
  const std::vector<Version>& versions = Builtin().versions;
  const Version* version = &versions.front();
  for (const Version& other : versions) {
    if (other.from <= day) version = &other;
  }
  return kind == RowKind::kDecision ? version->decision : version->routine;
}

void ShowRetention(operation::RuleCatalogue& shown) {
  const rules::Retention text = ReadText();
  for (const rules::Version& version : text.versions()) {
    shown.Add(version, "audit_retention", "审计记录留存");
  }
}

int32_t Retention::Days(RowKind kind, absl::CivilDay day) const {
  const int32_t wanted = kind == RowKind::kDecision ? decision_days_ : routine_days_;
  return std::max(wanted, DutyOn(kind, day).days);
}

bool Retention::Expired(const Entry& entry, absl::Time now) const {
  // The id cannot be changed to an earlier time without breaking the chain; the later of the two.
  const absl::CivilDay day = base::ShanghaiDay(std::max(entry.time, base::TimeOf(entry.id)));
  return base::ShanghaiDay(now) > day + Days(KindOf(entry), day);
}

absl::Status CheckRetention(const config::v1::Audit& config, absl::CivilDay today) {
  const auto check = [today](const char* setting, int32_t days, RowKind kind) -> absl::Status {
    const RetentionDuty& duty = DutyOn(kind, today);
    if (days == 0 || days >= duty.days) return absl::OkStatus();
    return error::Make(absl::StatusCode::kInvalidArgument, "RETENTION_TOO_SHORT",
                       "审计记录的保存期限低于规定的最低期限",
                       {{"setting", setting},
                        {"rule_id", duty.rule_id},
                        {"rule_source", duty.source},
                        {"required", absl::StrCat(duty.days)},
                        {"actual", absl::StrCat(days)}});
  };
  RONGHE_RETURN_IF_ERROR(check("audit.retention_days", config.retention_days(), RowKind::kRoutine));
  return check("audit.decision_retention_days", config.decision_retention_days(),
               RowKind::kDecision);
}

}  // namespace ronghe::audit
