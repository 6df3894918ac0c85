// How do rows become messages, and requests become particulars?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_CONVERT_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_CONVERT_H_

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/error/error.h"
#include "ronghe/membership/v1/member.pb.h"
#include "ronghe/membership/v1/organization.pb.h"
#include "ronghe/membership/v1/post.pb.h"
#include "services/membership/domain/member.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {

v1::Organization ToProto(const OrganizationRow& row);

// What both views show.
v1::Member ToProto(const MemberBrief& row);
v1::Member BasicToProto(const MemberRow& row);
// Everything, masked. `today` counts the years of standing.
//
// Errors: those of PersonalFields.
absl::StatusOr<v1::Member> FullToProto(const MemberRow& row, const PersonalFields& fields,
                                       absl::CivilDay today);
// Makes the sensitive fields of a member fit to be shown. A field without a mask of its own is
// cleared.
void MaskMember(v1::Member& member);
// The full names of the fields that have one.
std::span<const std::string_view> MaskedFields();

// The fields asked for, in full.
//
// Errors: those of PersonalFields.
absl::StatusOr<v1::UnmaskedMember> UnmaskedToProto(const MemberRow& row,
                                                   std::span<const v1::UnmaskField> wanted,
                                                   const PersonalFields& fields);
// Every field that can be asked for.
inline constexpr std::array kUnmaskFields = {v1::UNMASK_FIELD_IDENTITY_NUMBER,
                                             v1::UNMASK_FIELD_PHONE, v1::UNMASK_FIELD_BIRTH_DATE};
// "identity_number", and back; empty and UNSPECIFIED for what is none.
std::string_view FieldName(v1::UnmaskField field);
v1::UnmaskField UnmaskFieldOf(std::string_view name);
// "identity_number,phone".
std::string FieldNames(std::span<const v1::UnmaskField> fields);

// By view; UNSPECIFIED means `otherwise`.
absl::StatusOr<v1::Member> ToProto(const MemberRow& row, v1::MemberView view,
                                   v1::MemberView otherwise, const PersonalFields& fields,
                                   absl::CivilDay today);

v1::MemberInterval ToProto(const MemberIntervalRow& row);
v1::Post ToProto(const HeldPostRow& row);

// The day that a request field gives; nothing when it is absent. A bad date is added to
// `violations` under `path`.
std::optional<absl::CivilDay> ReadDay(bool present, const google::type::Date& date,
                                      std::string_view path,
                                      std::vector<error::FieldViolation>& violations);

// The particulars of a member as a request gives them, unchecked. Bad dates and an unknown gender
// or category are added to `violations`.
Particulars ReadParticulars(const v1::Member& member,
                            std::vector<error::FieldViolation>& violations);

// Problems as violations of "member.<path>".
void AddProblems(const std::vector<Problem>& problems,
                 std::vector<error::FieldViolation>& violations);

// Moves particulars into a row whose id is set; seals identity and telephone number when
// `with_identity` and `with_phone`.
absl::Status WriteParticulars(const Particulars& particulars, const PersonalFields& fields,
                              bool with_identity, bool with_phone, MemberRow& row);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_CONVERT_H_
