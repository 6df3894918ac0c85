#include "services/membership/domain/decision.h"

#include "common/error/error.h"

namespace ronghe::membership {

absl::Status RuleRefused(const Rule& rule, std::string_view reason, std::string_view message_zh,
                         std::string_view required, std::string_view actual) {
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message_zh,
                     {{"rule_id", rule.id},
                      {"rule_set", rule.set},
                      {"source", rule.source},
                      {"required", std::string(required)},
                      {"actual", std::string(actual)}});
}

absl::Status Guard::Require(bool met, const Rule& rule, std::string_view reason,
                            std::string_view message_zh, std::string_view required,
                            std::string_view actual) {
  return RequireUnless(false, met, rule, reason, message_zh, required, actual);
}

absl::Status Guard::RequireUnless(bool waived, bool met, const Rule& rule, std::string_view reason,
                                  std::string_view message_zh, std::string_view required,
                                  std::string_view actual) {
  if (!met && !waived) return RuleRefused(rule, reason, message_zh, required, actual);
  Note(rule, met ? Outcome::kMet : Outcome::kWaived, reason, required, actual);
  return absl::OkStatus();
}

void Guard::Expect(bool met, const Rule& rule, std::string_view reason, std::string_view required,
                   std::string_view actual) {
  Note(rule, met ? Outcome::kMet : Outcome::kWarned, reason, required, actual);
}

void Guard::Note(const Rule& rule, Outcome outcome, std::string_view reason,
                 std::string_view required, std::string_view actual) {
  decisions_.push_back({.rule_id = rule.id,
                        .rule_set = rule.set,
                        .source = rule.source,
                        .required = std::string(required),
                        .actual = std::string(actual),
                        .outcome = outcome,
                        .reason = outcome == Outcome::kMet ? "" : std::string(reason)});
}

}  // namespace ronghe::membership
