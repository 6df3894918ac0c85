// Where do the forms of annual reports come from? From textprotos, checked as they are read.
#ifndef RONGHE_SERVICES_MEMBERSHIP_RULES_FORMS_H_
#define RONGHE_SERVICES_MEMBERSHIP_RULES_FORMS_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/membership/domain/statistics/form.h"

namespace ronghe::membership {

// Reads a textproto of ronghe.membership.rules.v1.Form.
//
// Errors: those of config::Load; RULES_INVALID.
absl::StatusOr<Form> LoadForm(const std::string& path);

// Reads every form below forms/; a file of the same name in `directory`/forms (where `directory` is
// not empty) takes the place of the built-in one, and further files there are further years.
//
// Errors: as LoadForm.
absl::StatusOr<FormBook> LoadForms(const std::string& directory = "");

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_RULES_FORMS_H_
