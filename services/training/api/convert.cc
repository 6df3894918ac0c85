#include "services/training/api/convert.h"

#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"

namespace ronghe::training {
namespace {

std::string OrganizationName(int64_t id) {
  return id == 0 ? std::string() : base::Name("organizations", id);
}

std::string SourceName(const CreditRow& row) {
  return base::Name(row.kind == CreditKind::kSession ? "sessions" : "certificates", row.source_id);
}

}  // namespace

v1::Session ToProto(const Session& session) {
  v1::Session proto;
  proto.set_name(session.name());
  proto.set_organization(OrganizationName(session.organization_id));
  proto.set_title(session.title);
  proto.set_form(session.form);
  proto.set_place(session.place);
  proto.set_description(session.description);
  for (const SessionDay& day : session.days) {
    v1::SessionDay& item = *proto.add_days();
    *item.mutable_date() = rpc::ToProto(day.day);
    item.set_unit(static_cast<v1::HourUnit>(day.unit));
    item.set_half_hours(day.half_hours);
  }
  proto.set_state(static_cast<v1::SessionState>(session.state));
  int32_t total = 0;
  for (const YearPart& part : SplitByYear(session.days)) {
    v1::YearHours& item = *proto.add_year_hours();
    item.set_year(part.year);
    item.set_half_hours(part.half_hours);
    total += part.half_hours;
  }
  proto.set_half_hours(total);
  proto.set_enrolled_count(session.enrolled);
  proto.set_present_count(session.present);
  proto.set_credited_count(session.credited);
  proto.set_confirmed_by(session.confirmed_by);
  if (session.state == SessionState::kConfirmed) {
    *proto.mutable_confirm_time() = rpc::ToProto(session.confirmed);
  }
  proto.set_rule_version(session.rule_version);
  *proto.mutable_create_time() = rpc::ToProto(session.created);
  *proto.mutable_update_time() = rpc::ToProto(session.updated);
  proto.set_etag(rpc::EtagOf(session.etag));
  return proto;
}

absl::StatusOr<Session> FromProto(const v1::Session& proto) {
  Session session;
  session.title = proto.title();
  session.form = proto.form();
  session.place = proto.place();
  session.description = proto.description();
  std::vector<error::FieldViolation> wrong;
  for (int i = 0; i < proto.days_size(); ++i) {
    const v1::SessionDay& day = proto.days(i);
    const std::string path = "session.days[" + std::to_string(i) + "]";
    const absl::StatusOr<absl::CivilDay> date = rpc::FromProto(day.date());
    if (!date.ok()) wrong.push_back({path + ".date", "请填写有效的日期。"});
    if (!v1::HourUnit_IsValid(day.unit()) || day.unit() == v1::HOUR_UNIT_UNSPECIFIED) {
      wrong.push_back({path + ".unit", "请选择学时计算单位。"});
    }
    session.days.push_back({.day = date.value_or(absl::CivilDay()),
                            .unit = static_cast<HourUnit>(day.unit()),
                            .half_hours = day.half_hours()});
  }
  if (!wrong.empty()) return error::InvalidFields(std::move(wrong));
  return session;
}

v1::Attendance ToProto(const AttendanceRow& row) {
  v1::Attendance proto;
  proto.set_member(base::Name("members", row.member_id));
  proto.set_state(static_cast<v1::AttendanceState>(row.state));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_credited(row.credited);
  return proto;
}

absl::StatusOr<AttendanceState> FromProto(v1::AttendanceState state) {
  if (!v1::AttendanceState_IsValid(state) || state == v1::ATTENDANCE_STATE_UNSPECIFIED) {
    return error::InvalidFields({{"attendances.state", "请选择到课情况。"}});
  }
  return static_cast<AttendanceState>(state);
}

v1::HourAccount ToProto(const Account& account, const RuleSet& rules) {
  v1::HourAccount proto;
  proto.set_name(AccountName(account.member_id, account.year));
  proto.set_organization(OrganizationName(account.organization_id));
  proto.set_role(static_cast<v1::HourRole>(account.role));
  proto.set_months(account.months);
  proto.set_required_half_hours(account.required);
  proto.set_credited_half_hours(account.credited);
  proto.set_credit_count(account.credits);
  proto.set_exempt(account.exempt());
  proto.set_exemption_reason(account.exemption);
  proto.set_reached(account.reached());
  proto.set_short_half_hours(account.missing());
  const Requirement& requirement = rules.Of(account.role);
  proto.set_rule_id(requirement.id);
  proto.set_rule_version(rules.version);
  proto.set_rule_source(requirement.source);
  return proto;
}

v1::Credit ToProto(const CreditRow& row) {
  v1::Credit proto;
  proto.set_name(AccountName(row.member_id, row.year) + "/credits/" + std::to_string(row.id));
  proto.set_source(SourceName(row));
  *proto.mutable_date() = rpc::ToProto(row.day);
  proto.set_half_hours(row.half_hours);
  proto.set_form(row.form);
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_verified_by(row.verified_by);
  *proto.mutable_create_time() = rpc::ToProto(row.created);
  return proto;
}

v1::Certificate ToProto(const CertificateRow& row) {
  v1::Certificate proto;
  proto.set_name(base::Name("certificates", row.id));
  proto.set_member(base::Name("members", row.member_id));
  proto.set_issuer(row.issuer);
  proto.set_number(row.number);
  proto.set_title(row.title);
  proto.set_form(row.form);
  *proto.mutable_date() = rpc::ToProto(row.day);
  proto.set_half_hours(row.half_hours);
  proto.set_verified(!row.verified_by.empty());
  proto.set_recorded_by(row.recorded_by);
  proto.set_verified_by(row.verified_by);
  if (!row.verified_by.empty()) *proto.mutable_verify_time() = rpc::ToProto(row.verified);
  *proto.mutable_create_time() = rpc::ToProto(row.created);
  proto.set_etag(rpc::EtagOf(row.etag));
  return proto;
}

std::string AccountName(int64_t member_id, int year) {
  return base::ChildName("members", member_id, "hourAccounts", year);
}

absl::StatusOr<std::pair<int64_t, int>> ParseAccountName(std::string_view name) {
  RONGHE_ASSIGN_OR_RETURN(const auto ids, base::ParseChildName(name, "members", "hourAccounts"));
  return std::pair<int64_t, int>(ids.first, static_cast<int>(ids.second));
}

std::string Hours(int64_t half_hours) {
  return std::to_string(half_hours / 2) + (half_hours % 2 != 0 ? ".5" : "");
}

}  // namespace ronghe::training
