#include "services/membership/api/recorded_ledgers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/admission/errors.h"
#include "services/membership/domain/month.h"
#include "services/membership/domain/transfer/errors.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kMonthsOfYear = 12;
constexpr int32_t kPrinted = 5000;  // members of one letter

// The titles of organizations by id.
absl::StatusOr<std::map<int64_t, std::string>> Titles(sql::Session& session,
                                                      const std::vector<int64_t>& ids) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, LoadOrganizations(session, ids));
  std::map<int64_t, std::string> titles;
  for (const OrganizationRow& row : rows) titles.emplace(row.id, row.title);
  return titles;
}

absl::StatusOr<LetterPerson> PersonOf(const MemberRow& row, const TransferMemberRow& listed,
                                      const PersonalFields& fields) {
  LetterPerson person{.member_id = row.id,
                      .full_name = row.full_name,
                      .gender = row.gender,
                      .ethnicity = row.ethnicity,
                      .birth_date = row.birth_date,
                      .category = listed.category,
                      .dues_paid_through = listed.dues_paid_through};
  RONGHE_ASSIGN_OR_RETURN(person.identity_number, fields.OpenIdentity(row));
  RONGHE_ASSIGN_OR_RETURN(person.phone, fields.OpenPhone(row));
  return person;
}

absl::StatusOr<std::vector<LetterPerson>> PersonsOf(sql::Session& session, int64_t transfer_id,
                                                    const PersonalFields& fields) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<TransferMemberRow> listed,
                          MembersOfTransfer(session, transfer_id, 0, kPrinted));
  std::vector<LetterPerson> persons;
  for (size_t from = 0; from < listed.size(); from += sql::kMaxList) {
    std::map<int64_t, const TransferMemberRow*> part;
    for (size_t i = from; i < std::min(listed.size(), from + sql::kMaxList); ++i) {
      part.emplace(listed[i].member_id, &listed[i]);
    }
    std::vector<int64_t> ids;
    for (const auto& [id, row] : part) ids.push_back(id);
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
    for (const MemberRow& member : members) {
      RONGHE_ASSIGN_OR_RETURN(LetterPerson person, PersonOf(member, *part.at(member.id), fields));
      persons.push_back(std::move(person));
    }
  }
  return persons;
}

// A letter is printed by who issues it: the committee of the sender.
absl::StatusOr<TransferLetter> LetterOf(sql::Session& session, int64_t id,
                                        const PersonalFields& fields) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<TransferRow> row, LoadTransfer(session, id));
  if (!row) return TransferNotFound(id);
  if (!row->letter_issued_on || row->sender_organization_id == 0) return LetterNotIssued();
  RONGHE_ASSIGN_OR_RETURN(
      const auto titles, Titles(session, {row->sender_organization_id, row->from_organization_id,
                                          row->receiver_organization_id, row->to_organization_id}));
  const auto title = [&](int64_t organization_id) {
    const auto it = titles.find(organization_id);
    return it == titles.end() ? row->outside_title : it->second;
  };
  TransferLetter letter{
      .organization_id = row->from_organization_id,
      .number = row->letter_number,
      .issuer = title(row->sender_organization_id),
      .from = title(row->from_organization_id),
      .receiver = title(row->receiver_organization_id),
      .to = title(row->to_organization_id),
      .issued_on = *row->letter_issued_on,
      .valid_days = static_cast<int32_t>(*row->expires_on - *row->letter_issued_on)};
  RONGHE_ASSIGN_OR_RETURN(letter.persons, PersonsOf(session, id, fields));
  return letter;
}

std::string NameOrNone(std::span<const CodeName> list, std::string_view code) {
  return std::string(NameOf(list, code));
}

std::string Day(const std::optional<absl::CivilDay>& day) {
  return day ? base::FormatDay(*day) : "";
}

SheetSection ParticularsOf(const AdmissionApplicantRow& row, std::string identity,
                           std::string phone) {
  return {"基本情况",
          {{"姓名", row.full_name},
           {"性别", NameOrNone(Genders(), absl::StrCat(static_cast<int32_t>(row.gender)))},
           {"民族", NameOrNone(EthnicGroups(), row.ethnicity)},
           {"出生日期", base::FormatDay(row.birth_date), Sensitivity::kBirthDate},
           {"学历", NameOrNone(Educations(), row.education)},
           {"学位", NameOrNone(Degrees(), row.degree)},
           {"公民身份号码", std::move(identity), Sensitivity::kIdentityNumber},
           {"手机号码", std::move(phone), Sensitivity::kPhone},
           {"工作岗位", row.occupation},
           {"专业技术职务", row.technical_post},
           {"现居住地", row.residence_region},
           {"户籍所在地", row.household_region}}};
}

SheetSection CourseOf(const AdmissionCaseRow& row) {
  return {"发展过程",
          {{"递交入党申请书", base::FormatDay(row.received_on)},
           {"确定为入党积极分子", Day(row.activist_on)},
           {"确定为发展对象", Day(row.candidate_on)},
           {"上级党委预审", Day(row.pre_reviewed_on)},
           {"支部大会通过", Day(row.voted_on)},
           {"上级党委批准", Day(row.approved_on)},
           {"预备期满", Day(row.probation_ends_on)},
           {"转为正式党员", Day(row.full_from)}}};
}

SheetSection SponsorsSection(const std::vector<NamedSponsorRow>& rows) {
  SheetSection section{"培养联系人和入党介绍人", {}};
  for (const NamedSponsorRow& row : rows) {
    section.fields.push_back(
        {row.role == SponsorRole::kSponsor ? "入党介绍人" : "培养联系人", row.full_name});
  }
  return section;
}

absl::StatusOr<AdmissionSheet> SheetOf(sql::Session& session, int64_t id,
                                       const PersonalFields& fields) {
  RONGHE_ASSIGN_OR_RETURN(const AdmissionCaseRow row, LoadAdmissionCase(session, id));
  const std::vector<int64_t> ids = {id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AdmissionApplicantRow> applicants,
                          ApplicantsOf(session, ids));
  if (applicants.empty()) return admission::CaseNotFound(id);
  const AdmissionApplicantRow& applicant = applicants.front();
  RONGHE_ASSIGN_OR_RETURN(std::string identity, fields.OpenIdentity(applicant));
  RONGHE_ASSIGN_OR_RETURN(std::string phone, fields.OpenPhone(applicant));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<NamedSponsorRow> sponsors, SponsorsOf(session, id));
  AdmissionSheet sheet{.organization_id = row.organization_id,
                       .full_name = applicant.full_name,
                       .form_number = row.form_number};
  if (row.member_id != 0) sheet.member_ids.push_back(row.member_id);
  sheet.sections = {ParticularsOf(applicant, std::move(identity), std::move(phone)), CourseOf(row),
                    SponsorsSection(sponsors)};
  return sheet;
}

absl::StatusOr<std::vector<DuesLedgerBill>> BillsOfYear(sql::Session& session,
                                                        std::span<const int64_t> member_ids,
                                                        int32_t year) {
  const int32_t first = MonthCode(Month(year, 1));
  const int32_t last = MonthCode(Month(year, kMonthsOfYear));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesBillRow> rows,
                          BillsBetween(session, first, last, member_ids));
  std::vector<DuesLedgerBill> bills;
  for (const DuesBillRow& row : rows) {
    bills.push_back({row.member_id, row.month - first + 1, row.amount_fen, row.paid_fen});
  }
  return bills;
}

}  // namespace

LedgerSources RecordedLedgers(const PersonalFields& fields) {
  return {.transfer_letter = [&fields](sql::Session& session,
                                       int64_t id) { return LetterOf(session, id, fields); },
          .admission_sheet = [&fields](sql::Session& session,
                                       int64_t id) { return SheetOf(session, id, fields); },
          .dues_bills = BillsOfYear};
}

}  // namespace ronghe::membership
