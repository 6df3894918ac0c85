#include "services/membership/api/convert.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "ronghe/options/v1/options.pb.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/domain/membership.h"

namespace ronghe::membership {
namespace {

template <class Row>
v1::Member Basic(const Row& row) {
  v1::Member member;
  member.set_name(base::Name("members", row.id));
  member.set_full_name(row.full_name);
  member.set_gender(static_cast<v1::Gender>(row.gender));
  member.set_organization(base::Name("organizations", row.organization_id));
  member.set_category(static_cast<v1::MemberCategory>(row.category));
  member.set_standing(static_cast<v1::MemberStanding>(row.standing));
  member.set_voting(row.voting);
  member.set_etag(rpc::EtagOf(row.etag));
  return member;
}

// How a sensitive field is shown (P-06).
struct Mask {
  std::string_view field;
  void (*apply)(v1::Member&);
};
constexpr std::array kMasks = {
    Mask{"identity_number",
         [](v1::Member& member) {
           member.set_identity_number(MaskIdentityNumber(member.identity_number()));
         }},
    Mask{"phone", [](v1::Member& member) { member.set_phone(MaskMobileNumber(member.phone())); }},
    // The year alone: with the masked number the whole date would give the number away.
    Mask{"birth_date",
         [](v1::Member& member) {
           member.mutable_birth_date()->clear_month();
           member.mutable_birth_date()->clear_day();
         }},
};

// The sensitive fields that have none.
const std::vector<const google::protobuf::FieldDescriptor*>& FieldsWithoutMask() {
  static const auto* const fields = [] {
    auto* list = new std::vector<const google::protobuf::FieldDescriptor*>;
    const google::protobuf::Descriptor* type = v1::Member::descriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const google::protobuf::FieldDescriptor* const field = type->field(i);
      const bool masked = std::any_of(kMasks.begin(), kMasks.end(), [&](const Mask& mask) {
        return mask.field == field->name();
      });
      if (!masked && field->options().GetExtension(options::v1::sensitive)) list->push_back(field);
    }
    return list;
  }();
  return *fields;
}

}  // namespace

v1::Organization ToProto(const OrganizationRow& row) {
  v1::Organization organization;
  organization.set_name(base::Name("organizations", row.id));
  if (row.parent_id != 0) organization.set_parent(base::Name("organizations", row.parent_id));
  organization.set_kind(static_cast<v1::OrganizationKind>(row.kind));
  organization.set_code(row.code);
  organization.set_title(row.title);
  organization.set_short_title(row.short_title);
  organization.set_sort(row.sort);
  *organization.mutable_founded_on() = rpc::ToProto(row.founded_on);
  if (row.revoked_on) *organization.mutable_revoked_on() = rpc::ToProto(*row.revoked_on);
  organization.set_unit_situation(static_cast<v1::UnitSituation>(row.unit_situation));
  organization.set_region_code(row.region_code);
  organization.set_can_approve_probationary(row.can_approve_probationary);
  organization.set_admits_floating(row.admits_floating);
  organization.set_level(static_cast<v1::AdministrativeLevel>(row.level));
  organization.set_etag(rpc::EtagOf(row.etag));
  *organization.mutable_create_time() = rpc::ToProto(row.create_time);
  *organization.mutable_update_time() = rpc::ToProto(row.update_time);
  return organization;
}

v1::Member ToProto(const MemberBrief& row) { return Basic(row); }

v1::Member BasicToProto(const MemberRow& row) { return Basic(row); }

absl::StatusOr<v1::Member> FullToProto(const MemberRow& row, const PersonalFields& fields,
                                       absl::CivilDay today) {
  v1::Member member = Basic(row);
  RONGHE_ASSIGN_OR_RETURN(const std::string identity, fields.OpenIdentity(row));
  RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields.OpenPhone(row));
  member.set_identity_number(identity);
  member.set_ethnicity(row.ethnicity);
  *member.mutable_birth_date() = rpc::ToProto(row.birth_date);
  member.set_education(row.education);
  member.set_degree(row.degree);
  member.set_phone(phone);
  *member.mutable_joined_on() = rpc::ToProto(row.joined_on);
  if (row.converted_on) *member.mutable_converted_on() = rpc::ToProto(*row.converted_on);
  member.set_standing_years(StandingYears(row.converted_on, row.adjustment_months, today));
  member.set_standing_adjustment_months(row.adjustment_months);
  member.set_occupation(row.occupation);
  member.set_technical_post(row.technical_post);
  member.set_migrant_worker(row.migrant_worker);
  member.set_floating(row.floating);
  member.set_out_of_contact(row.out_of_contact);
  member.set_residence_region(row.residence_region);
  member.set_household_region(row.household_region);
  if (row.transfer_id != 0) member.set_transfer(base::Name("transfers", row.transfer_id));
  *member.mutable_create_time() = rpc::ToProto(row.create_time);
  *member.mutable_update_time() = rpc::ToProto(row.update_time);
  MaskMember(member);
  return member;
}

void MaskMember(v1::Member& member) {
  for (const Mask& mask : kMasks) mask.apply(member);
  for (const google::protobuf::FieldDescriptor* field : FieldsWithoutMask()) {
    member.GetReflection()->ClearField(&member, field);
  }
}

std::span<const std::string_view> MaskedFields() {
  static const auto* const names = [] {
    auto* list = new std::vector<std::string>;
    for (const Mask& mask : kMasks) {
      list->push_back(base::Cat(v1::Member::descriptor()->full_name(), ".", mask.field));
    }
    return new std::vector<std::string_view>(list->begin(), list->end());
  }();
  return *names;
}

std::string_view FieldName(v1::UnmaskField field) {
  switch (field) {
    case v1::UNMASK_FIELD_IDENTITY_NUMBER:
      return "identity_number";
    case v1::UNMASK_FIELD_PHONE:
      return "phone";
    case v1::UNMASK_FIELD_BIRTH_DATE:
      return "birth_date";
    default:
      return "";
  }
}

v1::UnmaskField UnmaskFieldOf(std::string_view name) {
  for (const v1::UnmaskField field : kUnmaskFields) {
    if (FieldName(field) == name) return field;
  }
  return v1::UNMASK_FIELD_UNSPECIFIED;
}

std::string FieldNames(std::span<const v1::UnmaskField> fields) {
  return absl::StrJoin(
      fields, ",", [](std::string* out, v1::UnmaskField field) { out->append(FieldName(field)); });
}

absl::StatusOr<v1::UnmaskedMember> UnmaskedToProto(const MemberRow& row,
                                                   std::span<const v1::UnmaskField> wanted,
                                                   const PersonalFields& fields) {
  v1::UnmaskedMember member;
  member.set_name(base::Name("members", row.id));
  for (const v1::UnmaskField field : wanted) {
    if (field == v1::UNMASK_FIELD_IDENTITY_NUMBER) {
      RONGHE_ASSIGN_OR_RETURN(*member.mutable_identity_number(), fields.OpenIdentity(row));
    } else if (field == v1::UNMASK_FIELD_PHONE) {
      RONGHE_ASSIGN_OR_RETURN(*member.mutable_phone(), fields.OpenPhone(row));
    } else if (field == v1::UNMASK_FIELD_BIRTH_DATE) {
      *member.mutable_birth_date() = rpc::ToProto(row.birth_date);
    }
  }
  return member;
}

absl::StatusOr<v1::Member> ToProto(const MemberRow& row, v1::MemberView view,
                                   v1::MemberView otherwise, const PersonalFields& fields,
                                   absl::CivilDay today) {
  if (view == v1::MEMBER_VIEW_UNSPECIFIED) view = otherwise;
  if (view == v1::MEMBER_VIEW_BASIC) return BasicToProto(row);
  return FullToProto(row, fields, today);
}

v1::MemberInterval ToProto(const MemberIntervalRow& row) {
  v1::MemberInterval interval;
  interval.set_name(base::ChildName("members", row.member_id, "intervals", row.id));
  interval.set_organization(base::Name("organizations", row.organization_id));
  interval.set_category(static_cast<v1::MemberCategory>(row.category));
  interval.set_standing(static_cast<v1::MemberStanding>(row.standing));
  interval.set_voting(row.voting);
  *interval.mutable_valid_from() = rpc::ToProto(row.valid_from);
  if (!row.open()) *interval.mutable_valid_to() = rpc::ToProto(row.valid_to);
  return interval;
}

v1::Post ToProto(const HeldPostRow& row) {
  v1::Post post;
  post.set_name(base::ChildName("members", row.member_id, "posts", row.id));
  post.set_member(base::Name("members", row.member_id));
  post.set_full_name(row.full_name);
  post.set_organization(base::Name("organizations", row.organization_id));
  post.set_code(static_cast<v1::PostCode>(row.code));
  *post.mutable_valid_from() = rpc::ToProto(row.valid_from);
  if (row.valid_to != kOpenEnd) *post.mutable_valid_to() = rpc::ToProto(row.valid_to);
  return post;
}

std::optional<absl::CivilDay> ReadDay(bool present, const google::type::Date& date,
                                      std::string_view path,
                                      std::vector<error::FieldViolation>& violations) {
  if (!present) return std::nullopt;
  const absl::StatusOr<absl::CivilDay> day = rpc::FromProto(date);
  if (!day.ok()) {
    violations.push_back({std::string(path), "不是有效的日期。"});
    return std::nullopt;
  }
  return *day;
}

Particulars ReadParticulars(const v1::Member& member,
                            std::vector<error::FieldViolation>& violations) {
  Particulars particulars{.full_name = member.full_name(),
                          .gender = static_cast<Gender>(member.gender()),
                          .identity_number = member.identity_number(),
                          .ethnicity = member.ethnicity(),
                          .education = member.education(),
                          .degree = member.degree(),
                          .phone = member.phone(),
                          .adjustment_months = member.standing_adjustment_months(),
                          .occupation = member.occupation(),
                          .technical_post = member.technical_post(),
                          .migrant_worker = member.migrant_worker(),
                          .floating = member.floating(),
                          .out_of_contact = member.out_of_contact(),
                          .residence_region = member.residence_region(),
                          .household_region = member.household_region()};
  if (!v1::Gender_IsValid(member.gender())) {
    violations.push_back({"member.gender", "性别不在GB/T 2261.1代码表中。"});
    particulars.gender = Gender::kUnknown;
  }
  if (const std::optional<Category> category = CategoryOf(member.category())) {
    particulars.category = *category;
  }
  // Answers carry the year alone; given back so, it says nothing new.
  const bool whole = member.has_birth_date() && member.birth_date().month() != 0;
  particulars.birth_date = ReadDay(whole, member.birth_date(), "member.birth_date", violations);
  particulars.joined_on =
      ReadDay(member.has_joined_on(), member.joined_on(), "member.joined_on", violations);
  particulars.converted_on =
      ReadDay(member.has_converted_on(), member.converted_on(), "member.converted_on", violations);
  return particulars;
}

void AddProblems(const std::vector<Problem>& problems,
                 std::vector<error::FieldViolation>& violations) {
  for (const Problem& problem : problems) {
    std::string path = base::Cat("member.", FieldPath(problem.field));
    bool said = false;
    for (const error::FieldViolation& violation : violations) said |= violation.field == path;
    if (!said) violations.push_back({std::move(path), problem.message});
  }
}

absl::Status WriteParticulars(const Particulars& particulars, const PersonalFields& fields,
                              bool with_identity, bool with_phone, MemberRow& row) {
  row.full_name = particulars.full_name;
  row.ethnicity = particulars.ethnicity;
  row.education = particulars.education;
  row.degree = particulars.degree;
  row.joined_on = particulars.joined_on.value_or(row.joined_on);
  row.converted_on = particulars.converted_on;
  row.adjustment_months = particulars.adjustment_months;
  row.occupation = particulars.occupation;
  row.technical_post = particulars.technical_post;
  row.migrant_worker = particulars.migrant_worker;
  row.floating = particulars.floating;
  row.out_of_contact = particulars.out_of_contact;
  row.residence_region = particulars.residence_region;
  row.household_region = particulars.household_region;
  if (with_identity) {
    row.gender = particulars.gender;
    row.birth_date = particulars.birth_date.value_or(row.birth_date);
    RONGHE_RETURN_IF_ERROR(fields.SealIdentity(particulars.identity_number, row));
  }
  if (with_phone) RONGHE_RETURN_IF_ERROR(fields.SealPhone(particulars.phone, row));
  return absl::OkStatus();
}

}  // namespace ronghe::membership
