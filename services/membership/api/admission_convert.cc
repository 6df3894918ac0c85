#include "services/membership/api/admission_convert.h"

#include <array>
#include <optional>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/domain/membership.h"

namespace ronghe::membership {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

v1::VoteRecord ToProto(const MotionVerdict& verdict) {
  v1::VoteRecord vote;
  *vote.mutable_held_on() = rpc::ToProto(verdict.held_on);
  vote.set_roll(static_cast<int32_t>(verdict.roll));
  vote.set_present(static_cast<int32_t>(verdict.present));
  vote.set_votes_for(static_cast<int32_t>(verdict.votes_for));
  vote.set_written_for(static_cast<int32_t>(verdict.written_for));
  vote.set_votes_against(static_cast<int32_t>(verdict.votes_against));
  vote.set_abstained(static_cast<int32_t>(verdict.abstained));
  vote.set_carried(verdict.carried);
  return vote;
}

// The field of the oneof "facts" that holds messages of this type.
const FieldDescriptor* FactsField(const google::protobuf::Descriptor* type) {
  const OneofDescriptor* const facts = v1::AdmissionEvent::descriptor()->FindOneofByName("facts");
  for (int i = 0; i < facts->field_count(); ++i) {
    if (facts->field(i)->message_type() == type) return facts->field(i);
  }
  return nullptr;
}

int64_t IdOf(std::string_view name, std::string_view collection, std::string_view path,
             FieldReader& fields) {
  const absl::StatusOr<int64_t> id = base::ParseName(name, collection);
  if (id.ok()) return *id;
  fields.Refuse(path, "名称不正确。");
  return 0;
}

}  // namespace

absl::CivilDay FieldReader::Day(const google::type::Date& date, std::string_view path) {
  const absl::StatusOr<absl::CivilDay> day = rpc::FromProto(date);
  if (day.ok()) return *day;
  Refuse(path, "不是有效的日期。");
  return absl::CivilDay();
}

absl::CivilDay FieldReader::DayOr(bool present, const google::type::Date& date,
                                  std::string_view path, absl::CivilDay otherwise) {
  return present ? Day(date, path) : otherwise;
}

int64_t FieldReader::Member(std::string_view name, std::string_view path) {
  return IdOf(name, "members", path, *this);
}

int64_t FieldReader::Organization(std::string_view name, std::string_view path) {
  return IdOf(name, "organizations", path, *this);
}

void FieldReader::Refuse(std::string_view path, std::string_view message) {
  violations_.push_back({std::string(path), std::string(message)});
}

absl::Status FieldReader::status() const {
  return violations_.empty() ? absl::OkStatus() : error::InvalidFields(violations_);
}

Particulars ReadApplicant(const v1::Applicant& applicant, absl::CivilDay received_on,
                          absl::CivilDay today, FieldReader& fields) {
  Particulars particulars{.full_name = applicant.full_name(),
                          .gender = static_cast<Gender>(applicant.gender()),
                          .identity_number = applicant.identity_number(),
                          .ethnicity = applicant.ethnicity(),
                          .education = applicant.education(),
                          .degree = applicant.degree(),
                          .phone = applicant.phone(),
                          .category = Category::kProbationary,
                          .joined_on = received_on,
                          .occupation = applicant.occupation(),
                          .technical_post = applicant.technical_post(),
                          .migrant_worker = applicant.migrant_worker(),
                          .residence_region = applicant.residence_region(),
                          .household_region = applicant.household_region()};
  if (!v1::Gender_IsValid(applicant.gender())) {
    fields.Refuse("applicant.gender", "性别不在GB/T 2261.1代码表中。");
    particulars.gender = Gender::kUnknown;
  }
  if (!v1::ApplicantUnit_IsValid(applicant.unit())) {
    fields.Refuse("applicant.unit", "单位性质不在代码表中。");
  }
  if (applicant.has_birth_date()) {
    particulars.birth_date = fields.Day(applicant.birth_date(), "applicant.birth_date");
  }
  for (const Problem& problem : CheckParticulars(particulars, today)) {
    // The day of joining is not the applicant's to give.
    if (problem.field == Field::kJoinedOn) continue;
    fields.Refuse(base::Cat("applicant.", FieldPath(problem.field)), problem.message);
  }
  return particulars;
}

absl::Status WriteApplicant(const Particulars& particulars, int32_t unit,
                            const PersonalFields& fields, AdmissionApplicantRow& row) {
  row.full_name = particulars.full_name;
  row.gender = particulars.gender;
  row.birth_date = particulars.birth_date.value_or(absl::CivilDay());
  row.ethnicity = particulars.ethnicity;
  row.education = particulars.education;
  row.degree = particulars.degree;
  row.occupation = particulars.occupation;
  row.technical_post = particulars.technical_post;
  row.migrant_worker = particulars.migrant_worker;
  row.residence_region = particulars.residence_region;
  row.household_region = particulars.household_region;
  row.unit = unit;
  return fields.SealApplicant(particulars.identity_number, particulars.phone, row);
}

v1::Applicant BriefToProto(const AdmissionApplicantRow& row) {
  v1::Applicant applicant;
  applicant.set_full_name(row.full_name);
  applicant.set_gender(static_cast<v1::Gender>(row.gender));
  return applicant;
}

void MaskApplicant(v1::Applicant& applicant) {
  applicant.set_identity_number(MaskIdentityNumber(applicant.identity_number()));
  applicant.set_phone(MaskMobileNumber(applicant.phone()));
  // The year alone: with the masked number the whole date would give the number away.
  applicant.mutable_birth_date()->clear_month();
  applicant.mutable_birth_date()->clear_day();
}

std::span<const std::string_view> MaskedApplicantFields() {
  static constexpr std::array<std::string_view, 3> kFields = {
      "ronghe.membership.v1.Applicant.identity_number", "ronghe.membership.v1.Applicant.phone",
      "ronghe.membership.v1.Applicant.birth_date"};
  return kFields;
}

absl::StatusOr<v1::Applicant> ToProto(const AdmissionApplicantRow& row,
                                      const PersonalFields& fields) {
  RONGHE_ASSIGN_OR_RETURN(const std::string identity, fields.OpenIdentity(row));
  RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields.OpenPhone(row));
  v1::Applicant applicant = BriefToProto(row);
  applicant.set_identity_number(identity);
  *applicant.mutable_birth_date() = rpc::ToProto(row.birth_date);
  applicant.set_ethnicity(row.ethnicity);
  applicant.set_education(row.education);
  applicant.set_degree(row.degree);
  applicant.set_phone(phone);
  applicant.set_occupation(row.occupation);
  applicant.set_technical_post(row.technical_post);
  applicant.set_migrant_worker(row.migrant_worker);
  applicant.set_residence_region(row.residence_region);
  applicant.set_household_region(row.household_region);
  applicant.set_unit(static_cast<v1::ApplicantUnit>(row.unit));
  MaskApplicant(applicant);
  return applicant;
}

v1::AdmissionCase ToProto(const AdmissionCaseRow& row) {
  v1::AdmissionCase shown;
  shown.set_name(row.subject().name());
  shown.set_organization(base::Name("organizations", row.organization_id));
  shown.set_kind(static_cast<v1::AdmissionKind>(row.kind));
  shown.set_state(static_cast<v1::AdmissionState>(row.state));
  *shown.mutable_state_since() = rpc::ToProto(row.state_since);
  if (row.member_id != 0) shown.set_member(base::Name("members", row.member_id));
  shown.set_floating(row.floating);
  if (row.relocating_to != 0) {
    shown.set_relocating_to(base::Name("organizations", row.relocating_to));
  }
  *shown.mutable_received_on() = rpc::ToProto(row.received_on);
  const auto set = [](const std::optional<absl::CivilDay>& day, auto mutable_field) {
    if (day) *mutable_field() = rpc::ToProto(*day);
  };
  set(row.activist_on, [&] { return shown.mutable_activist_on(); });
  set(row.notice_ends_on, [&] { return shown.mutable_notice_ends_on(); });
  set(row.candidate_on, [&] { return shown.mutable_candidate_on(); });
  shown.set_form_number(row.form_number);
  set(row.voted_on, [&] { return shown.mutable_voted_on(); });
  set(row.approved_on, [&] { return shown.mutable_approved_on(); });
  set(row.probation_ends_on, [&] { return shown.mutable_probation_ends_on(); });
  shown.set_extended_months(row.extended_months);
  set(row.postponed_to, [&] { return shown.mutable_postponed_to(); });
  set(row.full_from, [&] { return shown.mutable_full_from(); });
  set(row.ended_on, [&] { return shown.mutable_ended_on(); });
  shown.set_etag(rpc::EtagOf(row.etag));
  *shown.mutable_create_time() = rpc::ToProto(row.create_time);
  *shown.mutable_update_time() = rpc::ToProto(row.update_time);
  return shown;
}

v1::Sponsorship ToProto(const NamedSponsorRow& row) {
  v1::Sponsorship sponsor;
  sponsor.set_member(base::Name("members", row.member_id));
  sponsor.set_full_name(row.full_name);
  *sponsor.mutable_valid_from() = rpc::ToProto(row.valid_from);
  if (row.valid_to != kOpenEnd) *sponsor.mutable_valid_to() = rpc::ToProto(row.valid_to);
  return sponsor;
}

absl::StatusOr<v1::AdmissionEvent> ToProto(const AdmissionEventRow& row) {
  v1::AdmissionEvent event;
  if (!event.ParseFromString(row.facts)) {
    return error::Make(
        absl::StatusCode::kInternal, "EVENT_UNREADABLE", "系统内部错误",
        {{"name", base::ChildName("admissionCases", row.case_id, "events", row.id)}});
  }
  event.set_name(base::ChildName("admissionCases", row.case_id, "events", row.id));
  event.set_kind(static_cast<v1::AdmissionEventKind>(row.kind));
  *event.mutable_day() = rpc::ToProto(row.day);
  event.set_state_before(static_cast<v1::AdmissionState>(row.state_before));
  event.set_state_after(static_cast<v1::AdmissionState>(row.state_after));
  event.set_organization(base::Name("organizations", row.organization_id));
  event.set_actor(row.actor);
  *event.mutable_time() = rpc::ToProto(row.time);
  event.set_motion(row.motion);
  return event;
}

sql::Bytes PackFacts(const google::protobuf::Message& facts, const MotionVerdict* vote) {
  v1::AdmissionEvent event;
  if (const FieldDescriptor* const field = FactsField(facts.GetDescriptor())) {
    event.GetReflection()->MutableMessage(&event, field)->CopyFrom(facts);
  }
  if (vote != nullptr) *event.mutable_vote() = ToProto(*vote);
  return sql::Bytes(event.SerializeAsString());
}

}  // namespace ronghe::membership
