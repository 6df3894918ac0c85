// Where do the rule sets come from? Every *.textproto of a folder is one version.
#ifndef RONGHE_SERVICES_TRAINING_RULES_H_
#define RONGHE_SERVICES_TRAINING_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/operation/rule_catalogue.h"
#include "services/training/domain/rule_set.h"
#include "services/training/rules.pb.h"

namespace ronghe::training {

// Errors: INVALID_ARGUMENT for a date that is none.
absl::StatusOr<RuleSet> FromProto(const rules::v1::RuleSet& proto);

// Errors: those of config::Load, FromProto and RuleBook::Create; NOT_FOUND for a folder without
// rule sets. The versions are added to `shown`, where there is one.
absl::StatusOr<RuleBook> LoadRuleBook(const std::string& directory,
                                      operation::RuleCatalogue* shown = nullptr);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_RULES_H_
