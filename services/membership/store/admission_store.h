// Which SQL runs on admission_case, admission_applicant, admission_event and admission_sponsor?
//
// A case has one applicant row, which holds what is personal, sealed where it must be, under the
// same id. Events are only ever added. Lock order: organizations, members, then the case. Functions
// answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ADMISSION_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ADMISSION_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/admission/case.h"
#include "services/membership/domain/admission/event.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

struct AdmissionCaseRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  admission::Kind kind = admission::Kind::kGeneral;
  admission::State state = admission::State::kNone;
  absl::CivilDay state_since;
  int64_t member_id = 0;  // 0: nobody yet
  bool floating = false;
  int64_t approver_id = 0;
  int64_t relocating_to = 0;
  absl::CivilDay received_on;
  std::optional<absl::CivilDay> activist_on;
  int32_t review_ordinal = 0;
  std::optional<absl::CivilDay> notice_ends_on;
  std::optional<absl::CivilDay> candidate_on;
  int32_t sponsors = 0;
  admission::Conclusion background_review = admission::Conclusion::kNone;
  bool trained = false;
  std::string form_number;
  std::optional<absl::CivilDay> pre_reviewed_on;
  std::optional<absl::CivilDay> voted_on;
  std::optional<absl::CivilDay> submitted_on;
  std::optional<absl::CivilDay> approved_on;
  std::optional<absl::CivilDay> replied_on;
  std::optional<absl::CivilDay> probation_ends_on;
  int32_t extended_months = 0;
  admission::Proposal proposal = admission::Proposal::kNone;
  int32_t proposal_months = 0;
  std::optional<absl::CivilDay> conversion_submitted_on;
  std::optional<absl::CivilDay> conversion_decided_on;
  admission::ConversionOutcome conversion_outcome = admission::ConversionOutcome::kNone;
  std::optional<absl::CivilDay> full_from;
  std::optional<absl::CivilDay> postponed_to;
  std::optional<absl::CivilDay> transferred_in_on;
  std::optional<absl::CivilDay> ended_on;
  admission::EndReason end_reason = admission::EndReason::kNone;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;

  Subject subject() const { return {"admissionCases", id}; }
  // What the rules look at, and back: everything but member, etag and times.
  admission::Case facts() const;
  void set_facts(const admission::Case& facts);
};

struct AdmissionApplicantRow {
  int64_t case_id = 0;
  std::optional<sql::Bytes> open_key;  // the identity index while the case is open
  sql::Bytes identity_cipher;
  sql::Bytes identity_index;
  sql::Bytes phone_cipher;  // empty: none
  std::string full_name;
  Gender gender = Gender::kUnknown;
  absl::CivilDay birth_date;
  std::string ethnicity;
  std::string education;  // when the application was received, as all that follows
  std::string degree;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
  std::string residence_region;
  std::string household_region;
  int32_t unit = 0;
};

struct AdmissionEventRow {
  int64_t id = 0;
  int64_t case_id = 0;
  admission::EventKind kind = admission::EventKind::kSubmitApplication;
  absl::CivilDay day;
  admission::State state_before = admission::State::kNone;
  admission::State state_after = admission::State::kNone;
  int64_t organization_id = 0;  // for which it was recorded
  int64_t branch_id = 0;        // of the case, after it
  std::string actor;
  std::string motion;
  sql::Bytes facts;  // of ronghe.membership.v1.AdmissionEvent: facts and vote
  absl::Time time;
};

enum class SponsorRole : int32_t { kCultivator = 1, kSponsor = 2 };

struct AdmissionSponsorRow {
  int64_t case_id = 0;
  SponsorRole role = SponsorRole::kCultivator;
  int64_t member_id = 0;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};

struct NamedSponsorRow {
  int64_t case_id = 0;
  SponsorRole role = SponsorRole::kCultivator;
  int64_t member_id = 0;
  std::string full_name;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};

// Errors: ALREADY_EXISTS CASE_OPEN when the person has an open case.
absl::Status InsertAdmissionCase(sql::Session& session, const AdmissionCaseRow& row,
                                 const AdmissionApplicantRow& applicant);

// Errors: NOT_FOUND.
absl::StatusOr<AdmissionCaseRow> LoadAdmissionCase(sql::Session& session, int64_t id);
absl::StatusOr<AdmissionCaseRow> LockAdmissionCase(sql::Session& session, int64_t id);

// Locks the case of a member whose probation runs; nothing when there is none.
absl::StatusOr<std::optional<AdmissionCaseRow>> LockProbationOf(sql::Session& session,
                                                                int64_t member_id);

// Writes everything but id and create_time.
absl::Status UpdateAdmissionCase(sql::Session& session, const AdmissionCaseRow& row);

// Lets the person have another case.
absl::Status FreeApplicant(sql::Session& session, int64_t case_id);

// What a page is filtered by.
struct AdmissionFilter {
  int32_t state = 0;  // 0: any
  int32_t kind = 0;   // 0: any
};

// Up to `limit` cases of organizations (at most 256) after (`after_organization`, `after_id`), by
// organization and id.
absl::StatusOr<std::vector<AdmissionCaseRow>> AdmissionCasesOf(
    sql::Session& session, std::span<const int64_t> organization_ids, int64_t after_organization,
    int64_t after_id, const AdmissionFilter& filter, int32_t limit);

// The applicants of cases, in any order. At most 256 ids.
absl::StatusOr<std::vector<AdmissionApplicantRow>> ApplicantsOf(sql::Session& session,
                                                                std::span<const int64_t> case_ids);

absl::Status InsertAdmissionEvent(sql::Session& session, const AdmissionEventRow& row);

// Up to `limit` events of a case after `after_id`, the oldest first.
absl::StatusOr<std::vector<AdmissionEventRow>> AdmissionEventsOf(sql::Session& session,
                                                                 int64_t case_id, int64_t after_id,
                                                                 int32_t limit);

// Ends those who have the role in a case on `day` and begins `rows`.
absl::Status ReplaceSponsors(sql::Session& session, int64_t case_id, SponsorRole role,
                             absl::CivilDay day, std::span<const AdmissionSponsorRow> rows);

// All who have or had a role in a case, with their names, by role and first day. At most 200.
absl::StatusOr<std::vector<NamedSponsorRow>> SponsorsOf(sql::Session& session, int64_t case_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ADMISSION_STORE_H_
