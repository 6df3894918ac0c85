// Where do the rule sets come from? Every *.textproto of a folder is one version.
#ifndef RONGHE_SERVICES_MEETING_RULES_H_
#define RONGHE_SERVICES_MEETING_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/operation/rule_catalogue.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/rules.pb.h"

namespace ronghe::meeting {

// Errors: INVALID_ARGUMENT for an unknown code, an enum left out or a date that is none.
absl::StatusOr<RuleSet> FromProto(const rules::v1::RuleSet& proto);

// Errors: those of config::Load, FromProto and RuleSets::Create, naming the file; NOT_FOUND for a
// folder without rule sets. The versions are added to `shown`, where there is one.
absl::StatusOr<RuleSets> LoadRuleSets(const std::string& directory,
                                      operation::RuleCatalogue* shown = nullptr);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_RULES_H_
