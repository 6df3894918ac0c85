#include "services/membership/store/admission_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/admission/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_ADMISSION_CASE_COLUMNS                                                       \
  "id, organization_id, kind, state, state_since, member_id, floating, approver_id, "       \
  "relocating_to, received_on, activist_on, review_ordinal, notice_ends_on, candidate_on, " \
  "sponsors, background_review, trained, form_number, pre_reviewed_on, voted_on, "          \
  "submitted_on, approved_on, replied_on, probation_ends_on, extended_months, proposal, "   \
  "proposal_months, conversion_submitted_on, conversion_decided_on, conversion_outcome, "   \
  "full_from, postponed_to, transferred_in_on, ended_on, end_reason, etag, create_time, "   \
  "update_time"
#define RONGHE_ADMISSION_APPLICANT_COLUMNS                                                 \
  "case_id, open_key, identity_cipher, identity_index, phone_cipher, full_name, gender, "  \
  "birth_date, ethnicity, education, degree, occupation, technical_post, migrant_worker, " \
  "residence_region, household_region, unit"
#define RONGHE_ADMISSION_EVENT_COLUMNS                                                     \
  "id, case_id, kind, day, state_before, state_after, organization_id, branch_id, actor, " \
  "motion, facts, time"

const sql::Command kInsertCase("admission_case.insert",
                               "INSERT INTO admission_case (" RONGHE_ADMISSION_CASE_COLUMNS
                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                               "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<AdmissionCaseRow> kById("admission_case.by_id",
                                         "SELECT " RONGHE_ADMISSION_CASE_COLUMNS
                                         " FROM admission_case WHERE id = ?");
const sql::Query<AdmissionCaseRow> kLock("admission_case.lock",
                                         "SELECT " RONGHE_ADMISSION_CASE_COLUMNS
                                         " FROM admission_case WHERE id = ? FOR UPDATE");
const sql::Query<AdmissionCaseRow> kLockProbation(
    "admission_case.lock_probation",
    "SELECT " RONGHE_ADMISSION_CASE_COLUMNS
    " FROM admission_case WHERE member_id = ? AND state IN (14, 15, 16, 17) LIMIT 1 FOR UPDATE");
const sql::Command kUpdate(
    "admission_case.update",
    "UPDATE admission_case SET organization_id = ?, kind = ?, state = ?, state_since = ?, "
    "member_id = ?, "
    "floating = ?, approver_id = ?, relocating_to = ?, received_on = ?, activist_on = ?, "
    "review_ordinal = ?, notice_ends_on = ?, candidate_on = ?, sponsors = ?, "
    "background_review = ?, trained = ?, form_number = ?, pre_reviewed_on = ?, "
    "voted_on = ?, submitted_on = ?, approved_on = ?, replied_on = ?, "
    "probation_ends_on = ?, extended_months = ?, proposal = ?, proposal_months = ?, "
    "conversion_submitted_on = ?, conversion_decided_on = ?, conversion_outcome = ?, "
    "full_from = ?, postponed_to = ?, transferred_in_on = ?, ended_on = ?, end_reason = ?, "
    "etag = ?, update_time = ? "
    "WHERE id = ?");
const sql::Query<AdmissionCaseRow> kPage(
    "admission_case.page",
    "SELECT " RONGHE_ADMISSION_CASE_COLUMNS
    " FROM admission_case WHERE organization_id IN (?*) AND "
    "(organization_id > ? OR (organization_id = ? AND id > ?)) AND state >= ? AND state <= ? AND "
    "kind >= ? AND kind <= ? ORDER BY organization_id, id LIMIT ?");

const sql::Command kInsertApplicant(
    "admission_applicant.insert",
    "INSERT INTO admission_applicant (" RONGHE_ADMISSION_APPLICANT_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kFree("admission_applicant.free",
                         "UPDATE admission_applicant SET open_key = NULL WHERE case_id = ?");
const sql::Query<AdmissionApplicantRow> kApplicants("admission_applicant.of_cases",
                                                    "SELECT " RONGHE_ADMISSION_APPLICANT_COLUMNS
                                                    " FROM admission_applicant WHERE case_id IN "
                                                    "(?*)");

const sql::Command kInsertEvent("admission_event.insert",
                                "INSERT INTO admission_event (" RONGHE_ADMISSION_EVENT_COLUMNS
                                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<AdmissionEventRow> kEvents(
    "admission_event.of_case",
    "SELECT " RONGHE_ADMISSION_EVENT_COLUMNS
    " FROM admission_event WHERE case_id = ? AND id > ? ORDER BY id LIMIT ?");

const sql::Command kInsertSponsor(
    "admission_sponsor.insert",
    "INSERT INTO admission_sponsor (case_id, role, member_id, valid_from, valid_to) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to)");
const sql::Command kEndSponsors("admission_sponsor.end",
                                "UPDATE admission_sponsor SET valid_to = ? WHERE case_id = ? AND "
                                "role = ? AND valid_to = '9999-12-31'");
const sql::Query<NamedSponsorRow> kSponsors(
    "admission_sponsor.of_case",
    "SELECT s.case_id, s.role, s.member_id, m.full_name, s.valid_from, s.valid_to "
    "FROM admission_sponsor s JOIN member m ON m.id = s.member_id WHERE s.case_id = ? "
    "ORDER BY s.role, s.valid_from, s.member_id LIMIT 200");

absl::Status Named(absl::Status status) {
  if (status.code() == absl::StatusCode::kAlreadyExists &&
      sql::ViolatedKey(status) == "admission_applicant_open") {
    return admission::CaseOpen();
  }
  return status;
}

}  // namespace

admission::Case AdmissionCaseRow::facts() const {
  return {.id = id,
          .organization_id = organization_id,
          .kind = kind,
          .state = state,
          .state_since = state_since,
          .floating = floating,
          .approver_id = approver_id,
          .relocating_to = relocating_to,
          .received_on = received_on,
          .activist_on = activist_on,
          .review_ordinal = review_ordinal,
          .notice_ends_on = notice_ends_on,
          .candidate_on = candidate_on,
          .sponsors = sponsors,
          .background_review = background_review,
          .trained = trained,
          .form_number = form_number,
          .pre_reviewed_on = pre_reviewed_on,
          .voted_on = voted_on,
          .submitted_on = submitted_on,
          .approved_on = approved_on,
          .replied_on = replied_on,
          .probation_ends_on = probation_ends_on,
          .extended_months = extended_months,
          .proposal = proposal,
          .proposal_months = proposal_months,
          .conversion_submitted_on = conversion_submitted_on,
          .conversion_decided_on = conversion_decided_on,
          .conversion_outcome = conversion_outcome,
          .full_from = full_from,
          .postponed_to = postponed_to,
          .transferred_in_on = transferred_in_on,
          .ended_on = ended_on,
          .end_reason = end_reason};
}

void AdmissionCaseRow::set_facts(const admission::Case& facts) {
  id = facts.id;
  organization_id = facts.organization_id;
  kind = facts.kind;
  state = facts.state;
  state_since = facts.state_since;
  floating = facts.floating;
  approver_id = facts.approver_id;
  relocating_to = facts.relocating_to;
  received_on = facts.received_on;
  activist_on = facts.activist_on;
  review_ordinal = facts.review_ordinal;
  notice_ends_on = facts.notice_ends_on;
  candidate_on = facts.candidate_on;
  sponsors = facts.sponsors;
  background_review = facts.background_review;
  trained = facts.trained;
  form_number = facts.form_number;
  pre_reviewed_on = facts.pre_reviewed_on;
  voted_on = facts.voted_on;
  submitted_on = facts.submitted_on;
  approved_on = facts.approved_on;
  replied_on = facts.replied_on;
  probation_ends_on = facts.probation_ends_on;
  extended_months = facts.extended_months;
  proposal = facts.proposal;
  proposal_months = facts.proposal_months;
  conversion_submitted_on = facts.conversion_submitted_on;
  conversion_decided_on = facts.conversion_decided_on;
  conversion_outcome = facts.conversion_outcome;
  full_from = facts.full_from;
  postponed_to = facts.postponed_to;
  transferred_in_on = facts.transferred_in_on;
  ended_on = facts.ended_on;
  end_reason = facts.end_reason;
}

absl::Status InsertAdmissionCase(sql::Session& session, const AdmissionCaseRow& row,
                                 const AdmissionApplicantRow& applicant) {
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kInsertCase, std::span(&row, 1)));
  return Named(session.InsertMany(kInsertApplicant, std::span(&applicant, 1)));
}

absl::StatusOr<AdmissionCaseRow> LoadAdmissionCase(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<AdmissionCaseRow> row, session.SelectOne(kById, id));
  if (!row) return admission::CaseNotFound(id);
  return *std::move(row);
}

absl::StatusOr<AdmissionCaseRow> LockAdmissionCase(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<AdmissionCaseRow> row, session.SelectOne(kLock, id));
  if (!row) return admission::CaseNotFound(id);
  return *std::move(row);
}

absl::StatusOr<std::optional<AdmissionCaseRow>> LockProbationOf(sql::Session& session,
                                                                int64_t member_id) {
  return session.SelectOne(kLockProbation, member_id);
}

absl::Status UpdateAdmissionCase(sql::Session& session, const AdmissionCaseRow& row) {
  return session
      .Execute(kUpdate, row.organization_id, row.kind, row.state, row.state_since, row.member_id,
               row.floating, row.approver_id, row.relocating_to, row.received_on, row.activist_on,
               row.review_ordinal, row.notice_ends_on, row.candidate_on, row.sponsors,
               row.background_review, row.trained, row.form_number, row.pre_reviewed_on,
               row.voted_on, row.submitted_on, row.approved_on, row.replied_on,
               row.probation_ends_on, row.extended_months, row.proposal, row.proposal_months,
               row.conversion_submitted_on, row.conversion_decided_on, row.conversion_outcome,
               row.full_from, row.postponed_to, row.transferred_in_on, row.ended_on, row.end_reason,
               row.etag, row.update_time, row.id)
      .status();
}

absl::Status FreeApplicant(sql::Session& session, int64_t case_id) {
  return session.Execute(kFree, case_id).status();
}

absl::StatusOr<std::vector<AdmissionCaseRow>> AdmissionCasesOf(
    sql::Session& session, std::span<const int64_t> organization_ids, int64_t after_organization,
    int64_t after_id, const AdmissionFilter& filter, int32_t limit) {
  constexpr int32_t kAny = 127;  // above every state and kind
  return session.Select(kPage, organization_ids, after_organization, after_organization, after_id,
                        filter.state, filter.state == 0 ? kAny : filter.state, filter.kind,
                        filter.kind == 0 ? kAny : filter.kind, limit);
}

absl::StatusOr<std::vector<AdmissionApplicantRow>> ApplicantsOf(sql::Session& session,
                                                                std::span<const int64_t> case_ids) {
  return session.Select(kApplicants, case_ids);
}

absl::Status InsertAdmissionEvent(sql::Session& session, const AdmissionEventRow& row) {
  return session.InsertMany(kInsertEvent, std::span(&row, 1));
}

absl::StatusOr<std::vector<AdmissionEventRow>> AdmissionEventsOf(sql::Session& session,
                                                                 int64_t case_id, int64_t after_id,
                                                                 int32_t limit) {
  return session.Select(kEvents, case_id, after_id, limit);
}

absl::Status ReplaceSponsors(sql::Session& session, int64_t case_id, SponsorRole role,
                             absl::CivilDay day, std::span<const AdmissionSponsorRow> rows) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kEndSponsors, day, case_id, role).status());
  return session.InsertMany(kInsertSponsor, rows);
}

absl::StatusOr<std::vector<NamedSponsorRow>> SponsorsOf(sql::Session& session, int64_t case_id) {
  return session.Select(kSponsors, case_id);
}

}  // namespace ronghe::membership
