#include "services/membership/api/unit_api.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/rpc/field_mask.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/domain/organization/unit.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

constexpr std::array<std::string_view, 10> kUnitFields = {
    "title",       "credit_code", "nature", "legal_person", "staff_count",
    "affiliation", "holding",     "scale",  "region_code",  "closed_on"};
constexpr std::array<std::string_view, 5> kSiteFields = {"title", "starts_on", "ends_on",
                                                         "full_members", "branch"};
constexpr std::array<std::string_view, 9> kProfileFields = {
    "statistics_title",  "former_titles",     "contact",         "functional",   "founded_by",
    "new_business_form", "stationed_outside", "scattered_sites", "size_approved"};
constexpr std::string_view kProfileSuffix = "/profile";
// What the caller may see of a second resource that a request names.
constexpr std::string_view kReadMember = "membership.member.read";
constexpr std::string_view kReadOrganization = "membership.organization.read";
constexpr std::string_view kReadUnit = "membership.unit.read";

v1::Unit ToProto(const UnitRow& row) {
  v1::Unit unit;
  unit.set_name(base::Name("units", row.id));
  unit.set_organization(base::Name("organizations", row.organization_id));
  unit.set_title(row.title);
  unit.set_credit_code(row.credit_code.value_or(""));
  unit.set_nature(static_cast<v1::UnitNature>(row.nature));
  unit.set_legal_person(row.legal_person);
  unit.set_staff_count(row.staff_count);
  unit.set_affiliation(row.affiliation);
  unit.set_holding(row.holding);
  unit.set_scale(row.scale);
  unit.set_region_code(row.region_code);
  if (row.closed_on) *unit.mutable_closed_on() = rpc::ToProto(*row.closed_on);
  unit.set_etag(rpc::EtagOf(row.etag));
  *unit.mutable_create_time() = rpc::ToProto(row.create_time);
  *unit.mutable_update_time() = rpc::ToProto(row.update_time);
  return unit;
}

v1::OrganizationUnit ToProto(const StandingUnitRow& row) {
  v1::OrganizationUnit shown;
  shown.set_organization(base::Name("organizations", row.organization_id));
  shown.set_unit(base::Name("units", row.unit_id));
  shown.set_title(row.title);
  shown.set_nature(static_cast<v1::UnitNature>(row.nature));
  *shown.mutable_valid_from() = rpc::ToProto(row.valid_from);
  return shown;
}

v1::OrganizationUnit ToProto(const OrganizationUnitRow& row, const UnitRow& unit) {
  v1::OrganizationUnit shown = ToProto(
      StandingUnitRow{row.organization_id, row.unit_id, unit.title, unit.nature, row.valid_from});
  if (row.valid_to != kOpenEnd) *shown.mutable_valid_to() = rpc::ToProto(row.valid_to);
  return shown;
}

v1::Site ToProto(const SiteRow& row) {
  v1::Site site;
  site.set_name(base::ChildName("units", row.unit_id, "sites", row.id));
  site.set_title(row.title);
  *site.mutable_starts_on() = rpc::ToProto(row.starts_on);
  if (row.ends_on) *site.mutable_ends_on() = rpc::ToProto(*row.ends_on);
  site.set_full_members(row.full_members);
  if (row.branch_id != 0) site.set_branch(base::Name("organizations", row.branch_id));
  site.set_etag(rpc::EtagOf(row.etag));
  *site.mutable_create_time() = rpc::ToProto(row.create_time);
  *site.mutable_update_time() = rpc::ToProto(row.update_time);
  return site;
}

v1::OrganizationProfile ToProto(const ProfileRow& row) {
  v1::OrganizationProfile profile;
  profile.set_name(base::Cat(base::Name("organizations", row.organization_id), kProfileSuffix));
  profile.set_statistics_title(row.statistics_title);
  profile.set_former_titles(row.former_titles);
  if (row.contact_member_id != 0) {
    profile.set_contact(base::Name("members", row.contact_member_id));
  }
  profile.set_functional(row.functional);
  if (row.founded_by_id != 0) {
    profile.set_founded_by(base::Name("organizations", row.founded_by_id));
  }
  profile.set_new_business_form(row.new_business_form);
  profile.set_stationed_outside(row.stationed_outside);
  profile.set_scattered_sites(row.scattered_sites);
  profile.set_size_approved(row.size_approved);
  profile.set_etag(rpc::EtagOf(row.etag));
  return profile;
}

// Takes the fields of the mask into a row (all of them for an empty one), and checks them.
absl::Status ReadUnit(const v1::Unit& wanted, const google::protobuf::FieldMask& mask,
                      absl::CivilDay today, UnitRow& row) {
  const auto covers = [&](std::string_view path) { return rpc::MaskCovers(mask, path); };
  std::vector<error::FieldViolation> violations;
  if (covers("title")) row.title = std::string(Trim(wanted.title()));
  if (covers("nature")) row.nature = wanted.nature();
  if (covers("legal_person")) row.legal_person = wanted.legal_person();
  if (covers("staff_count")) row.staff_count = wanted.staff_count();
  if (covers("affiliation")) row.affiliation = wanted.affiliation();
  if (covers("holding")) row.holding = wanted.holding();
  if (covers("scale")) row.scale = wanted.scale();
  if (covers("region_code")) row.region_code = wanted.region_code();
  if (covers("closed_on")) {
    row.closed_on =
        ReadDay(wanted.has_closed_on(), wanted.closed_on(), "unit.closed_on", violations);
    if (row.closed_on && *row.closed_on > today)
      return EffectiveDateInFuture(*row.closed_on, today);
  }
  if (covers("credit_code")) {
    row.credit_code.reset();
    if (!wanted.credit_code().empty()) {
      RONGHE_RETURN_IF_ERROR(CheckCreditCode(wanted.credit_code()));
      row.credit_code = wanted.credit_code();
    }
  }
  if (row.title.empty()) violations.push_back({"unit.title", "请填写单位全称。"});
  if (row.nature == 0 || !v1::UnitNature_IsValid(row.nature)) {
    violations.push_back({"unit.nature", "请选择单位性质类别。"});
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ParseOptional(std::string_view name, std::string_view collection) {
  if (name.empty()) return 0;
  return base::ParseName(name, collection);
}

absl::StatusOr<int64_t> ParseProfile(std::string_view name) {
  absl::string_view rest(name.data(), name.size());
  absl::ConsumeSuffix(&rest, absl::string_view(kProfileSuffix.data(), kProfileSuffix.size()));
  return base::ParseName(base::Sv(rest), "organizations");
}

}  // namespace

absl::StatusOr<v1::Unit> UnitApi::CreateUnit(rpc::Call& call,
                                             const v1::CreateUnitRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t keeper, base::ParseName(request.parent(), "organizations"));
  UnitRow row{.organization_id = keeper};
  RONGHE_RETURN_IF_ERROR(ReadUnit(request.unit(), {}, base::ShanghaiDay(call.now()), row));
  return writer_.Write<v1::Unit>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Unit> {
    RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization,
                            LockOrganization(tx.session(), keeper));
    if (organization.revoked_on) return OrganizationRevoked(keeper);
    row.id = tx.NextId();
    row.create_time = row.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(InsertUnit(tx.session(), row));
    tx.Audit(keeper, base::Name("units", row.id));
    return ToProto(row);
  });
}

absl::StatusOr<v1::Unit> UnitApi::GetUnit(rpc::Call& call, const v1::GetUnitRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "units"));
  RONGHE_ASSIGN_OR_RETURN(const UnitRow row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadUnit(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
  return ToProto(row);
}

absl::StatusOr<v1::ListUnitsResponse> UnitApi::ListUnits(rpc::Call& call,
                                                         const v1::ListUnitsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t keeper, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const RowPage<UnitRow> page,
      ReadIdPage<UnitRow>(call, writer_.database(), tokens_, request.parent(), request.page_size(),
                          request.page_token(), 0,
                          [keeper](sql::Session& session, int64_t after, int32_t limit) {
                            return UnitsOf(session, keeper, after, limit);
                          }));
  v1::ListUnitsResponse response;
  for (const UnitRow& row : page.rows) *response.add_units() = ToProto(row);
  response.set_next_page_token(page.next_page_token);
  return response;
}

absl::StatusOr<v1::Unit> UnitApi::UpdateUnit(rpc::Call& call,
                                             const v1::UpdateUnitRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.unit().name(), "units"));
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kUnitFields));
  return writer_.Write<v1::Unit>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Unit> {
    RONGHE_ASSIGN_OR_RETURN(UnitRow row, LockUnit(tx.session(), id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.unit().etag(), row.etag));
    RONGHE_RETURN_IF_ERROR(
        ReadUnit(request.unit(), request.update_mask(), base::ShanghaiDay(call.now()), row));
    ++row.etag;
    row.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(membership::UpdateUnit(tx.session(), row));
    tx.Audit(row.organization_id, base::Name("units", id));
    return ToProto(row);
  });
}

absl::StatusOr<v1::OrganizationUnit> UnitApi::AttachUnit(rpc::Call& call,
                                                         const v1::AttachUnitRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t unit_id, base::ParseName(request.unit(), "units"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_valid_from(),
                                                            request.valid_from(), "valid_from"));
  return writer_.Write<v1::OrganizationUnit>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::OrganizationUnit> {
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization,
                                LockOrganization(tx.session(), organization_id));
        if (organization.revoked_on) return OrganizationRevoked(organization_id);
        RONGHE_ASSIGN_OR_RETURN(const UnitRow unit, LoadUnit(tx.session(), unit_id));
        if (!call.Holds(kReadUnit, unit.organization_id)) return UnitNotFound(unit_id);
        if (unit.closed_on) return UnitClosed();
        const OrganizationUnitRow row{tx.NextId(), organization_id, unit_id, day};
        RONGHE_RETURN_IF_ERROR(membership::AttachUnit(tx.session(), row));
        tx.Audit(organization_id, base::Name("units", unit_id));
        return ToProto(row, unit);
      });
}

absl::StatusOr<v1::OrganizationUnit> UnitApi::DetachUnit(rpc::Call& call,
                                                         const v1::DetachUnitRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t unit_id, base::ParseName(request.unit(), "units"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_valid_to(), request.valid_to(), "valid_to"));
  return writer_.Write<v1::OrganizationUnit>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::OrganizationUnit> {
        RONGHE_ASSIGN_OR_RETURN(OrganizationUnitRow row,
                                LockAttachment(tx.session(), organization_id, unit_id));
        if (day < row.valid_from) return EffectiveDateBeforeInterval(day, row.valid_from);
        row.valid_to = day;
        RONGHE_RETURN_IF_ERROR(membership::DetachUnit(tx.session(), row.id, day));
        RONGHE_ASSIGN_OR_RETURN(const UnitRow unit, LoadUnit(tx.session(), unit_id));
        tx.Audit(organization_id, base::Name("units", unit_id));
        return ToProto(row, unit);
      });
}

absl::StatusOr<v1::ListOrganizationUnitsResponse> UnitApi::ListOrganizationUnits(
    rpc::Call& call, const v1::ListOrganizationUnitsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<StandingUnitRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return StandingUnits(session, id);
                          }));
  v1::ListOrganizationUnitsResponse response;
  for (const StandingUnitRow& row : rows) *response.add_organization_units() = ToProto(row);
  return response;
}

absl::Status UnitApi::ReadSite(service::WriteTx& tx, const v1::Site& wanted,
                               const google::protobuf::FieldMask& mask, SiteRow& row) {
  const auto covers = [&](std::string_view path) { return rpc::MaskCovers(mask, path); };
  std::vector<error::FieldViolation> violations;
  if (covers("title")) row.title = std::string(Trim(wanted.title()));
  if (covers("full_members")) row.full_members = wanted.full_members();
  if (covers("starts_on")) {
    const auto day =
        ReadDay(wanted.has_starts_on(), wanted.starts_on(), "site.starts_on", violations);
    if (!wanted.has_starts_on()) violations.push_back({"site.starts_on", "请填写开始日期。"});
    row.starts_on = day.value_or(row.starts_on);
  }
  if (covers("ends_on")) {
    row.ends_on = ReadDay(wanted.has_ends_on(), wanted.ends_on(), "site.ends_on", violations);
  }
  if (row.title.empty()) violations.push_back({"site.title", "请填写项目(工地)名称。"});
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (row.ends_on && *row.ends_on < row.starts_on) return SiteDaysReversed();
  if (!covers("branch")) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(row.branch_id, ParseOptional(wanted.branch(), "organizations"));
  if (row.branch_id == 0) return absl::OkStatus();
  const std::vector<int64_t> ids = {row.branch_id};
  RONGHE_ASSIGN_OR_RETURN(const auto organizations, LoadOrganizations(tx.session(), ids));
  if (organizations.empty() || !tx.call().Holds(kReadOrganization, row.branch_id)) {
    return OrganizationNotFound(row.branch_id);
  }
  const OrganizationRow& branch = organizations.front();
  if (branch.revoked_on) return OrganizationRevoked(branch.id);
  const OrganizationRules& kinds = kinds_.On(base::ShanghaiDay(tx.now()));
  if (kinds.kinds.at(branch.kind).temporary) return absl::OkStatus();
  return CheckHoldsMembers(kinds, branch.kind);
}

absl::StatusOr<v1::Site> UnitApi::CreateSite(rpc::Call& call,
                                             const v1::CreateSiteRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t unit_id, base::ParseName(request.parent(), "units"));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::Site>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Site> {
    RONGHE_ASSIGN_OR_RETURN(const UnitRow unit, LockUnit(tx.session(), unit_id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(unit.organization_id));
    if (unit.closed_on) return UnitClosed();
    SiteRow row{.id = tx.NextId(),
                .unit_id = unit_id,
                .organization_id = unit.organization_id,
                .create_time = tx.now(),
                .update_time = tx.now()};
    RONGHE_RETURN_IF_ERROR(ReadSite(tx, request.site(), {}, row));
    RONGHE_RETURN_IF_ERROR(InsertSite(tx.session(), row));
    tx.Audit(unit.organization_id, base::ChildName("units", unit_id, "sites", row.id));
    return ToProto(row);
  });
}

absl::StatusOr<v1::Site> UnitApi::UpdateSite(rpc::Call& call,
                                             const v1::UpdateSiteRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.site().name(), "units", "sites"));
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kSiteFields));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::Site>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Site> {
    RONGHE_ASSIGN_OR_RETURN(SiteRow row, LockSite(tx.session(), name.second));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    if (row.unit_id != name.first) return SiteNotFound(name.second);
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.site().etag(), row.etag));
    RONGHE_RETURN_IF_ERROR(ReadSite(tx, request.site(), request.update_mask(), row));
    ++row.etag;
    row.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(membership::UpdateSite(tx.session(), row));
    tx.Audit(row.organization_id, request.site().name());
    return ToProto(row);
  });
}

absl::StatusOr<v1::ListSitesResponse> UnitApi::ListSites(rpc::Call& call,
                                                         const v1::ListSitesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t unit_id, base::ParseName(request.parent(), "units"));
  RONGHE_ASSIGN_OR_RETURN(const UnitRow unit,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadUnit(session, unit_id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(unit.organization_id));
  RONGHE_ASSIGN_OR_RETURN(
      const RowPage<SiteRow> page,
      ReadIdPage<SiteRow>(call, writer_.database(), tokens_, request.parent(), request.page_size(),
                          request.page_token(), 0,
                          [unit_id](sql::Session& session, int64_t after, int32_t limit) {
                            return SitesOf(session, unit_id, after, limit);
                          }));
  v1::ListSitesResponse response;
  for (const SiteRow& row : page.rows) *response.add_sites() = ToProto(row);
  response.set_next_page_token(page.next_page_token);
  return response;
}

absl::StatusOr<v1::OrganizationProfile> UnitApi::GetOrganizationProfile(
    rpc::Call& call, const v1::GetOrganizationProfileRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseProfile(request.name()));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::OrganizationProfile> {
        RONGHE_ASSIGN_OR_RETURN(const ProfileRow row, LoadProfile(session, id));
        return ToProto(row);
      });
}

absl::StatusOr<v1::OrganizationProfile> UnitApi::UpdateOrganizationProfile(
    rpc::Call& call, const v1::UpdateOrganizationProfileRequest& request) {
  const v1::OrganizationProfile& wanted = request.profile();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseProfile(wanted.name()));
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kProfileFields));
  RONGHE_ASSIGN_OR_RETURN(const int64_t contact, ParseOptional(wanted.contact(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t founder,
                          ParseOptional(wanted.founded_by(), "organizations"));
  return writer_.Write<v1::OrganizationProfile>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::OrganizationProfile> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization, LockOrganization(session, id));
        if (organization.revoked_on) return OrganizationRevoked(id);
        RONGHE_ASSIGN_OR_RETURN(ProfileRow row, LoadProfile(session, id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(wanted.etag(), row.etag));
        if (contact != 0) {
          const std::vector<int64_t> ids = {contact};
          RONGHE_ASSIGN_OR_RETURN(const auto members, LoadMembers(session, ids));
          if (members.empty() || !call.Holds(kReadMember, members.front().organization_id)) {
            return MemberNotFound(contact);
          }
        }
        const auto set = [&](std::string_view path, auto& field, auto value) {
          if (rpc::MaskCovers(request.update_mask(), path)) field = std::move(value);
        };
        set("statistics_title", row.statistics_title, wanted.statistics_title());
        set("former_titles", row.former_titles, wanted.former_titles());
        set("contact", row.contact_member_id, contact);
        set("functional", row.functional, wanted.functional());
        set("founded_by", row.founded_by_id, founder);
        set("new_business_form", row.new_business_form, wanted.new_business_form());
        set("stationed_outside", row.stationed_outside, wanted.stationed_outside());
        set("scattered_sites", row.scattered_sites, wanted.scattered_sites());
        set("size_approved", row.size_approved, wanted.size_approved());
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(SaveProfile(session, row));
        tx.Audit(id, base::Cat(base::Name("organizations", id), kProfileSuffix));
        return ToProto(row);
      });
}

}  // namespace ronghe::membership
