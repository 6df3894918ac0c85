#include "services/membership/api/case_subjects.h"

#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/domain/transfer/errors.h"
#include "services/membership/store/activist_store.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/disposition_store.h"
#include "services/membership/store/founding_store.h"
#include "services/membership/store/role_post_store.h"
#include "services/membership/store/suspension_store.h"
#include "services/membership/store/term_store.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {
namespace {

// A collection whose rows are read by `load` and placed by `place`.
template <class Load, class Place>
void AddCases(SubjectRegistry& subjects, std::string collection, Load load, Place place) {
  subjects.Add(std::move(collection),
               [load, place](sql::Session& session, int64_t id) -> absl::StatusOr<SubjectPlace> {
                 RONGHE_ASSIGN_OR_RETURN(const auto row, load(session, id));
                 return place(row);
               });
}

absl::StatusOr<TransferRow> LoadKnownTransfer(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<TransferRow> row, LoadTransfer(session, id));
  if (!row) return TransferNotFound(id);
  return *std::move(row);
}

// A transfer's papers lie with the side that is here; with the sender when both are.
SubjectPlace PlaceOf(const TransferRow& row) {
  return {row.sender_organization_id != 0 ? row.from_organization_id : row.to_organization_id,
          !row.completed_on && !row.closed_on};
}

}  // namespace

SubjectRegistry AllSubjects() {
  SubjectRegistry subjects;
  AddOwnSubjects(subjects);
  AddCases(subjects, "admissionCases", LoadAdmissionCase, [](const AdmissionCaseRow& row) {
    return SubjectPlace{row.organization_id,
                        !admission::IsEnded(row.state) && row.state != admission::State::kArchived};
  });
  AddCases(subjects, kActivistAnalyses, LoadActivistAnalysis, [](const ActivistAnalysisRow& row) {
    return SubjectPlace{row.organization_id, true};
  });
  AddCases(subjects, kTransfers, LoadKnownTransfer, PlaceOf);
  AddCases(subjects, "dispositionCases", LoadDisposition, [](const DispositionRow& row) {
    return SubjectPlace{row.organization_id, !IsEnded(row.state)};
  });
  AddCases(subjects, "disciplines", LoadDiscipline, [](const DisciplineRow& row) {
    return SubjectPlace{row.organization_id, true};
  });
  AddCases(subjects, "suspensionCases", LoadSuspension, [](const SuspensionRow& row) {
    return SubjectPlace{row.organization_id, !IsEnded(row.state)};
  });
  AddCases(subjects, "foundingCases", LoadFoundingCase, [](const FoundingCaseRow& row) {
    return SubjectPlace{row.parent_id, !row.filed_on};
  });
  AddCases(subjects, "committeeElections", LoadElection, [](const CommitteeElectionRow& row) {
    return SubjectPlace{row.organization_id, !IsFinal(row.state)};
  });
  AddCases(subjects, "rolePosts", LoadRolePost, [](const RolePostRow& row) {
    return SubjectPlace{row.organization_id, row.open()};
  });
  return subjects;
}

}  // namespace ronghe::membership
