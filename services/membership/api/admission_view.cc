#include "services/membership/api/admission_view.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/convert.h"
#include "services/membership/api/admission_convert.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/domain/admission/errors.h"
#include "services/membership/store/admission_places.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/document_store.h"

namespace ronghe::membership {
namespace {

// More than any case has: half-yearly reviews of decades.
constexpr int32_t kMaxEvents = 500;
constexpr int32_t kMaxDecisions = 200;

int64_t OrganizationOf(admission::StepActor actor, const AdmissionCaseRow& row,
                       const Superiors& superiors) {
  switch (actor) {
    case admission::StepActor::kApplicant:
    case admission::StepActor::kBranch:
      return row.organization_id;
    case admission::StepActor::kCommittee:
      return superiors.committee;
    case admission::StepActor::kApprover:
      return row.approver_id != 0 ? row.approver_id : superiors.approver;
    case admission::StepActor::kDepartment:
      return superiors.department;
  }
  return 0;
}

// The first open deadline of the codes, in their order; null for none.
const DeadlineRow* OpenDeadline(const std::vector<std::string>& codes,
                                const std::vector<DeadlineRow>& deadlines) {
  for (const std::string& code : codes) {
    for (const DeadlineRow& deadline : deadlines) {
      if (deadline.code == code && deadline.state == DeadlineState::kOpen) return &deadline;
    }
  }
  return nullptr;
}

void AddDocuments(const admission::StepInfo& info, const std::set<std::string>& present,
                  v1::AdmissionStep& step) {
  for (const admission::StepDocument& wanted : info.documents) {
    v1::AdmissionDocument* const document = step.add_documents();
    document->set_kind(wanted.kind);
    document->set_title(wanted.title);
    document->set_required(wanted.required);
    document->set_present(present.contains(wanted.kind));
  }
}

v1::AdmissionStep StepToProto(const admission::StepInfo& info,
                              const admission::StepProgress& progress, const RuleBook& book,
                              absl::CivilDay today) {
  v1::AdmissionStep step;
  step.set_number(info.number);
  step.set_stage(info.stage);
  step.set_title(info.title);
  step.set_state(static_cast<v1::AdmissionStepState>(progress.state));
  if (progress.done_on) *step.mutable_done_on() = rpc::ToProto(*progress.done_on);
  step.set_actor(static_cast<v1::AdmissionActor>(info.actor));
  const bool done = progress.state == admission::StepState::kDone;
  const Rule& rule = book.On(done ? *progress.done_on : today).Get(info.rule);
  step.set_rule_id(rule.id);
  step.set_source(rule.source);
  for (const admission::EventKind event : info.events) {
    step.add_events(static_cast<v1::AdmissionEventKind>(event));
  }
  return step;
}

std::vector<admission::PastEvent> Past(const std::vector<AdmissionEventRow>& rows) {
  std::vector<admission::PastEvent> events;
  for (const AdmissionEventRow& row : rows) {
    events.push_back({row.kind, row.day, row.state_after});
  }
  return events;
}

}  // namespace

absl::StatusOr<v1::AdmissionCase> AdmissionView::Whole(sql::Session& session,
                                                       const AdmissionCaseRow& row,
                                                       absl::CivilDay today) const {
  const std::vector<int64_t> ids = {row.id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AdmissionApplicantRow> applicants,
                          ApplicantsOf(session, ids));
  if (applicants.empty()) return admission::CaseNotFound(row.id);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<NamedSponsorRow> sponsors, SponsorsOf(session, row.id));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AdmissionEventRow> events,
                          AdmissionEventsOf(session, row.id, 0, kMaxEvents));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                          DecisionsOf(session, row.subject(), 0, kMaxDecisions));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(session, row.subject()));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> documents,
                          DocumentsOf(session, row.subject()));
  RONGHE_ASSIGN_OR_RETURN(const Superiors superiors,
                          FindSuperiors(session, tree_, row.organization_id));

  v1::AdmissionCase shown = ToProto(row);
  RONGHE_ASSIGN_OR_RETURN(*shown.mutable_applicant(), ToProto(applicants.front(), fields_));
  for (const NamedSponsorRow& sponsor : sponsors) {
    *(sponsor.role == SponsorRole::kCultivator ? shown.add_cultivators() : shown.add_sponsors()) =
        ToProto(sponsor);
  }
  std::set<std::string> present;
  for (const DocumentRow& document : documents) {
    if (document.state == DocumentState::kStored) present.insert(document.kind);
    *shown.add_documents() = ToProto(document);
  }
  const std::vector<admission::StepProgress> progress =
      admission::Progress(steps_, row.state, Past(events));
  const bool general = row.kind == admission::Kind::kGeneral;
  for (size_t i = 0; general && i < progress.size(); ++i) {
    const admission::StepInfo& info = steps_.steps()[i];
    v1::AdmissionStep& step = *shown.add_steps() = StepToProto(info, progress[i], book_, today);
    AddDocuments(info, present, step);
    if (progress[i].state != admission::StepState::kCurrent) continue;
    const int64_t actor = OrganizationOf(info.actor, row, superiors);
    if (actor != 0) step.set_organization(base::Name("organizations", actor));
    if (const DeadlineRow* const due = OpenDeadline(info.deadlines, deadlines)) {
      *step.mutable_due_on() = rpc::ToProto(due->due_on);
      step.set_deadline_code(due->code);
    }
  }
  for (const DecisionRow& decision : decisions) *shown.add_decisions() = ToProto(decision);
  for (const DeadlineRow& deadline : deadlines) *shown.add_deadlines() = ToProto(deadline);
  for (const std::string& kind : steps_.MissingDocuments(row.kind, present)) {
    shown.add_missing_documents(kind);
  }
  return shown;
}

}  // namespace ronghe::membership
