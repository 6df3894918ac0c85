// What does a case show: what is done, what comes next, who must act by when, what is missing?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_VIEW_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_VIEW_H_

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "ronghe/membership/v1/admission.pb.h"
#include "services/membership/domain/admission/steps.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it.
class AdmissionView {
 public:
  AdmissionView(const org::OrgTree& tree, const admission::StepList& steps, const RuleBook& book,
                const PersonalFields& fields)
      : tree_(tree), steps_(steps), book_(book), fields_(fields) {}

  // The whole case as it stands on `today`.
  //
  // Errors: those of sql::Session and PersonalFields.
  absl::StatusOr<v1::AdmissionCase> Whole(sql::Session& session, const AdmissionCaseRow& row,
                                          absl::CivilDay today) const;

 private:
  const org::OrgTree& tree_;
  const admission::StepList& steps_;
  const RuleBook& book_;
  const PersonalFields& fields_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_VIEW_H_
