#include "services/meeting/api/duty_ledger.h"

#include <array>
#include <optional>
#include <span>
#include <string>

#include "common/base/status_macros.h"
#include "services/meeting/store/roll_store.h"

namespace ronghe::meeting {

absl::StatusOr<std::optional<DutyStanding>> DutyLedger::Standing(sql::Session& session,
                                                                 const RuleSet& rules,
                                                                 const DutyRule& rule,
                                                                 const Window& window,
                                                                 int64_t organization_id) const {
  const std::optional<org::OrgNode> node = tree_.Node(organization_id);
  if (!node.has_value()) return std::optional<DutyStanding>();
  bool has_committee = false;
  if (rule.needs_committee) {
    const std::array<int64_t, 1> ids = {organization_id};
    RONGHE_ASSIGN_OR_RETURN(
        const auto holders,
        CommitteeHolders(session, rules.committee, std::span<const int64_t>(ids), window.start));
    const auto it = holders.find(organization_id);
    has_committee = it != holders.end() && CommitteeExists(rules.committee, it->second);
  }
  return InitialStanding(rule, window, {node->id, node->kind, node->founded_on, node->revoked_on},
                         has_committee);
}

absl::Status DutyLedger::ReadBack(sql::Session& session, const std::string& rule_id,
                                  absl::CivilDay window_start, int64_t organization_id,
                                  std::vector<DutyRow>* changed) const {
  const std::array<int64_t, 1> ids = {organization_id};
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<DutyRow> rows,
      duties_.OfWindow(session, rule_id, window_start, std::span<const int64_t>(ids)));
  changed->insert(changed->end(), rows.begin(), rows.end());
  return absl::OkStatus();
}

absl::Status DutyLedger::Meet(sql::Session& session, const Meeting& meeting,
                              std::vector<DutyRow>* changed) const {
  for (const DutyWindow& window : DutyWindowsAt(rules_, meeting.event_day)) {
    if (!Meets(*window.rule, window.window, meeting.kinds, meeting.event_day) ||
        window.window.end <= calendar_start_) {
      continue;
    }
    RONGHE_ASSIGN_OR_RETURN(
        const std::optional<DutyStanding> standing,
        Standing(session, *window.rules, *window.rule, window.window, meeting.organization_id));
    if (!standing.has_value()) continue;
    RONGHE_RETURN_IF_ERROR(duties_.MarkMet(
        session,
        {ids_.Next(), window.rule->id, window.window.start, window.window.end,
         meeting.organization_id, DutyStanding::kMet, meeting.id, window.rules->Name(), 1}));
    RONGHE_RETURN_IF_ERROR(
        ReadBack(session, window.rule->id, window.window.start, meeting.organization_id, changed));
  }
  return absl::OkStatus();
}

absl::Status DutyLedger::Release(sql::Session& session, const Meeting& meeting,
                                 std::vector<DutyRow>* changed) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DutyRow> met,
                          duties_.MetBy(session, meeting.organization_id, meeting.id));
  for (const DutyRow& duty : met) {
    const RuleSet& rules = rules_.At(duty.window_start);
    const DutyRule* rule = rules.Duty(duty.rule_id);
    std::optional<int64_t> other;
    std::optional<DutyStanding> standing;
    if (rule != nullptr) {
      RONGHE_ASSIGN_OR_RETURN(other, meetings_.FirstMeetingLocked(session, meeting.organization_id,
                                                                  rule->kind, duty.window()));
      RONGHE_ASSIGN_OR_RETURN(
          standing, Standing(session, rules, *rule, duty.window(), meeting.organization_id));
    }
    RONGHE_RETURN_IF_ERROR(
        duties_.Release(session, duty, meeting.id, other, standing.value_or(DutyStanding::kDropped))
            .status());
    RONGHE_RETURN_IF_ERROR(
        ReadBack(session, duty.rule_id, duty.window_start, meeting.organization_id, changed));
  }
  return absl::OkStatus();
}

absl::Status DutyLedger::Transfer(sql::Session& session, const Meeting& old, const Meeting& next,
                                  std::vector<DutyRow>* changed) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DutyRow> met,
                          duties_.MetBy(session, old.organization_id, old.id));
  for (const DutyRow& duty : met) {
    RONGHE_RETURN_IF_ERROR(
        duties_.Release(session, duty, old.id, next.id, DutyStanding::kMet).status());
    RONGHE_RETURN_IF_ERROR(
        ReadBack(session, duty.rule_id, duty.window_start, old.organization_id, changed));
  }
  return absl::OkStatus();
}

}  // namespace ronghe::meeting
