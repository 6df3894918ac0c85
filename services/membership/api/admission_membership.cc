#include "services/membership/api/admission_membership.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "services/membership/api/membership_writer.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {
namespace {

using admission::MembershipAct;

// Moves what the applicant stated into the member's row, whose id is set.
absl::Status MoveParticulars(const AdmissionApplicantRow& applicant, const PersonalFields& fields,
                             MemberRow& row) {
  RONGHE_ASSIGN_OR_RETURN(const std::string identity, fields.OpenIdentity(applicant));
  RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields.OpenPhone(applicant));
  row.full_name = applicant.full_name;
  row.gender = applicant.gender;
  row.birth_date = applicant.birth_date;
  row.ethnicity = applicant.ethnicity;
  row.education = applicant.education;
  row.degree = applicant.degree;
  row.occupation = applicant.occupation;
  row.technical_post = applicant.technical_post;
  row.migrant_worker = applicant.migrant_worker;
  row.residence_region = applicant.residence_region;
  row.household_region = applicant.household_region;
  RONGHE_RETURN_IF_ERROR(fields.SealIdentity(identity, row));
  return fields.SealPhone(phone, row);
}

struct Beginning {
  Membership membership;
  absl::CivilDay from;
  absl::CivilDay to = kOpenEnd;
  ChangeCode code = ChangeCode::kAdmitted;
};

Beginning BeginningOf(MembershipAct act, const AdmissionCaseRow& row) {
  Beginning begin{.membership = {row.organization_id, Category::kProbationary},
                  .from = *row.voted_on};
  if (act == MembershipAct::kAdmit) return begin;
  begin.membership.category = Category::kFull;
  if (act == MembershipAct::kAdmitDirectly) return begin;
  // Who is admitted posthumously is on record and on no roll.
  begin.membership.standing = Standing::kDeceased;
  begin.to = begin.from;
  begin.code = ChangeCode::kAdmittedPosthumous;
  return begin;
}

absl::Status AdmitAgain(service::WriteTx& tx, const Beginning& begin, const AdmissionCaseRow& row,
                        const AdmissionApplicantRow& applicant, const PersonalFields& fields,
                        MemberRow& member) {
  RONGHE_RETURN_IF_ERROR(MoveParticulars(applicant, fields, member));
  return ResumeMembership(tx, member,
                          {.next = begin.membership,
                           .day = begin.from,
                           .code = ChangeCode::kAdmittedAgain,
                           .basis = row.subject(),
                           .changed_field = "standing",
                           .counted_on = row.approved_on});
}

absl::Status Admit(service::WriteTx& tx, MembershipAct act, AdmissionCaseRow& row,
                   const AdmissionApplicantRow& applicant, const PersonalFields& fields) {
  const Beginning begin = BeginningOf(act, row);
  const std::vector<std::string> indexes = {applicant.identity_index};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> known,
                          MembersByIdentity(tx.session(), indexes));
  MemberRow member;
  if (!known.empty()) {
    RONGHE_ASSIGN_OR_RETURN(member, LockMember(tx.session(), known.front().id));
    if (member.standing != Standing::kLeft || act == MembershipAct::kAdmitPosthumous) {
      return MemberExists();
    }
  }
  member.joined_on = begin.from;
  member.converted_on.reset();
  if (begin.membership.category == Category::kFull) member.converted_on = begin.from;
  member.adjustment_months = 0;
  member.floating = row.floating;
  member.out_of_contact = false;
  if (!known.empty()) {
    row.member_id = member.id;
    return AdmitAgain(tx, begin, row, applicant, fields, member);
  }
  member.id = tx.NextId();
  member.create_time = tx.now();
  member.update_time = tx.now();
  row.member_id = member.id;
  RONGHE_RETURN_IF_ERROR(MoveParticulars(applicant, fields, member));
  const Interval first{begin.membership, begin.from, begin.to};
  return BeginMembership(tx, member, std::span(&first, 1), begin.code, row.subject(),
                         row.approved_on);
}

// The first day of the open interval: a member who moved since is converted from there on, whatever
// the standing years count from.
absl::StatusOr<absl::CivilDay> OpenSince(sql::Session& session, int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> open, OpenIntervals(session, ids));
  return open.empty() ? absl::CivilDay() : open.front().valid_from;
}

absl::Status Convert(service::WriteTx& tx, const AdmissionCaseRow& row, MemberRow& member) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay since, OpenSince(tx.session(), member.id));
  Membership next = member.membership();
  next.category = Category::kFull;
  member.converted_on = row.full_from;
  return ChangeMembership(tx, member,
                          {.next = next,
                           .day = std::max(since, *row.full_from),
                           .code = ChangeCode::kConverted,
                           .basis = row.subject(),
                           .changed_field = "category",
                           .counted_on = row.conversion_decided_on});
}

absl::Status Remove(service::WriteTx& tx, const AdmissionCaseRow& row, ChangeCode code,
                    MemberRow& member) {
  Membership next = member.membership();
  next.standing = Standing::kLeft;
  next.voting_suspended = false;
  return ChangeMembership(tx, member,
                          {.next = next,
                           .day = row.state_since,
                           .code = code,
                           .basis = row.subject(),
                           .changed_field = "standing"});
}

}  // namespace

absl::Status CarryOut(service::WriteTx& tx, MembershipAct act, AdmissionCaseRow& row,
                      const AdmissionApplicantRow& applicant, const PersonalFields& fields) {
  switch (act) {
    case MembershipAct::kNone:
      return absl::OkStatus();
    case MembershipAct::kAdmit:
    case MembershipAct::kAdmitDirectly:
    case MembershipAct::kAdmitPosthumous:
      return Admit(tx, act, row, applicant, fields);
    default:
      break;
  }
  RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
  if (!IsMember(member.standing)) return MemberLeft();
  switch (act) {
    case MembershipAct::kConvert:
      return Convert(tx, row, member);
    case MembershipAct::kNoteExtension:
      return NoteMembership(tx, member, *row.conversion_decided_on, ChangeCode::kExtended,
                            row.subject());
    case MembershipAct::kDisqualify:
      return Remove(tx, row, ChangeCode::kDisqualified, member);
    default:
      return Remove(tx, row, ChangeCode::kNotRecognised, member);
  }
}

}  // namespace ronghe::membership
