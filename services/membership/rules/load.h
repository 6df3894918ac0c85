// Where do the rules of the domain come from? From a textproto, checked as it is read.
#ifndef RONGHE_SERVICES_MEMBERSHIP_RULES_LOAD_H_
#define RONGHE_SERVICES_MEMBERSHIP_RULES_LOAD_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/operation/rule_catalogue.h"
#include "services/membership/domain/admission/steps.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/reminder.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/unmask.h"
#include "services/membership/domain/work_calendar.h"

namespace ronghe::membership {

// Versions that are read are added to `shown`, where there is one.

// Reads a textproto of ronghe.membership.rules.v1.OrganizationRuleBook.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<OrganizationRuleBook> LoadOrganizationRules(
    const std::string& path, operation::RuleCatalogue* shown = nullptr);

// Reads a textproto of ronghe.membership.rules.v1.UnmaskRuleBook.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<UnmaskRuleBook> LoadUnmaskRules(const std::string& path,
                                               operation::RuleCatalogue* shown = nullptr);

// Reads a textproto of ronghe.membership.rules.v1.DuesRateBook.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<DuesRateBook> LoadDuesRates(const std::string& path,
                                           operation::RuleCatalogue* shown = nullptr);

// Reads a textproto of ronghe.membership.rules.v1.RuleBook.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<RuleBook> LoadRuleBook(const std::string& path,
                                      operation::RuleCatalogue* shown = nullptr);

// Reads every book below books/; a file of the same name in `directory` (where
// that is not empty) takes the place of the built-in one and must have all its keys.
//
// Errors: as LoadRuleBook.
absl::StatusOr<RuleBooks> LoadRuleBooks(const std::string& directory = "",
                                        operation::RuleCatalogue* shown = nullptr);

// Reads a textproto of ronghe.membership.rules.v1.DeadlineCatalogue.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<DeadlineCatalogue> LoadDeadlineCatalogue(const std::string& path);
// Reads work_calendar.textproto, in `directory` or, where it is not there, the built-in one.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<WorkCalendar> LoadWorkCalendar(const std::string& directory = "");

// Reads admission_steps.textproto in the same way; `book` is the book "admission".
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<admission::StepList> LoadAdmissionSteps(const RuleBook& book,
                                                       const std::string& directory = "");

// The files that the binary was built with.
std::string BuiltinDeadlineCatalogueFile();
std::string BuiltinOrganizationRulesFile();
std::string BuiltinUnmaskRulesFile();
std::string BuiltinDuesRatesFile();

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_RULES_LOAD_H_
