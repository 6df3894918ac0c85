#include "services/membership/api/honour_api.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/care/care.h"
#include "services/membership/domain/care/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/honour_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kOfMember = 200;

using Names = absl::flat_hash_map<int64_t, std::string>;

// The names of the members who hold `rows`.
absl::StatusOr<Names> NamesOf(sql::Session& session, const std::vector<HonourRow>& rows) {
  std::vector<int64_t> ids;
  for (const HonourRow& row : rows) {
    if (row.member_id != 0) ids.push_back(row.member_id);
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
  Names names;
  for (const MemberRow& member : members) names.emplace(member.id, member.full_name);
  return names;
}

v1::Honour ToProto(const HonourRow& row, const Names& names) {
  v1::Honour honour;
  honour.set_name(base::Name("honours", row.id));
  honour.set_organization(base::Name("organizations", row.organization_id));
  if (row.member_id != 0) {
    honour.set_member(base::Name("members", row.member_id));
    const auto it = names.find(row.member_id);
    if (it != names.end()) honour.set_full_name(it->second);
  }
  honour.set_code(static_cast<v1::HonourCode>(row.code));
  honour.set_level(static_cast<v1::HonourLevel>(row.level));
  honour.set_title(row.title);
  honour.set_awarded_by(row.awarded_by);
  *honour.mutable_awarded_on() = rpc::ToProto(row.awarded_on);
  if (row.revoked_on) *honour.mutable_revoked_on() = rpc::ToProto(*row.revoked_on);
  return honour;
}

// An organization's honour has no member, and a member's needs one.
std::optional<error::FieldViolation> HolderViolation(const v1::RecordHonourRequest& request) {
  const bool for_organization = request.code() == v1::HONOUR_CODE_ADVANCED_ORGANIZATION;
  if (for_organization && !request.member().empty()) {
    return error::FieldViolation{"member", "这项荣誉授予党组织，不填写党员。"};
  }
  if (!for_organization && request.code() != v1::HONOUR_CODE_OTHER && request.member().empty()) {
    return error::FieldViolation{"member", "这项荣誉授予党员，请填写党员。"};
  }
  return std::nullopt;
}

}  // namespace

HonourApi::HonourApi(service::Writer& writer, const RuleBooks& books, const rpc::PageTokens& tokens)
    : writer_(writer), rules_(books.Get("care")), tokens_(tokens) {}

absl::StatusOr<v1::Honour> HonourApi::RecordHonour(rpc::Call& call,
                                                   const v1::RecordHonourRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  int64_t member_id = 0;
  if (!request.member().empty()) {
    RONGHE_ASSIGN_OR_RETURN(member_id, base::ParseName(request.member(), "members"));
  }
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_awarded_on(), request.awarded_on(), "awarded_on", violations)
          .value_or(today);
  if (const auto violation = HolderViolation(request)) violations.push_back(*violation);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (day > today) return EffectiveDateInFuture(day, today);

  return writer_.Write<v1::Honour>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Honour> {
    RONGHE_RETURN_IF_ERROR(LockOrganization(tx.session(), organization_id).status());
    Names names;
    if (member_id != 0) {
      RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(tx.session(), member_id));
      if (member.organization_id != organization_id) return MemberNotFound(member_id);
      names.emplace(member.id, member.full_name);
      if (request.code() == v1::HONOUR_CODE_FIFTY_YEARS) {
        std::optional<absl::CivilDay> since;
        if (member.converted_on) {
          since = StandingSince(*member.converted_on, member.adjustment_months);
        }
        RONGHE_RETURN_IF_ERROR(CheckMedal(rules_.On(day), since, day));
      }
    }
    const HonourRow row{.id = tx.NextId(),
                        .organization_id = organization_id,
                        .member_id = member_id,
                        .code = static_cast<HonourCode>(request.code()),
                        .level = request.level(),
                        .title = request.title(),
                        .awarded_by = request.awarded_by(),
                        .awarded_on = day,
                        .create_time = tx.now()};
    RONGHE_RETURN_IF_ERROR(InsertHonour(tx.session(), row));
    tx.Audit(organization_id, base::Name("honours", row.id));
    return ToProto(row, names);
  });
}

absl::StatusOr<v1::Honour> HonourApi::RevokeHonour(rpc::Call& call,
                                                   const v1::RevokeHonourRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "honours"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_revoked_on(),
                                                            request.revoked_on(), "revoked_on"));
  return writer_.Write<v1::Honour>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Honour> {
    RONGHE_ASSIGN_OR_RETURN(HonourRow row, LockHonour(tx.session(), id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    if (row.revoked_on) return HonourRevoked();
    if (day < row.awarded_on) return EffectiveDateBeforeInterval(day, row.awarded_on);
    row.revoked_on = day;
    RONGHE_RETURN_IF_ERROR(membership::RevokeHonour(tx.session(), id, day));
    RONGHE_ASSIGN_OR_RETURN(const Names names, NamesOf(tx.session(), {row}));
    tx.Audit(row.organization_id, request.name());
    return ToProto(row, names);
  });
}

absl::StatusOr<v1::ListHonoursResponse> HonourApi::ListHonours(
    rpc::Call& call, const v1::ListHonoursRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListHonoursResponse response;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const std::vector<HonourRow> rows,
                                HonoursOfOrganization(session, id, before, size + 1));
        RONGHE_ASSIGN_OR_RETURN(const Names names, NamesOf(session, rows));
        for (const HonourRow& row : rows) {
          if (response.honours_size() == size) {
            response.set_next_page_token(
                tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
            break;
          }
          *response.add_honours() = ToProto(row, names);
          before = row.id;
        }
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<v1::ListMemberHonoursResponse> HonourApi::ListMemberHonours(
    rpc::Call& call, const v1::ListMemberHonoursRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  v1::ListMemberHonoursResponse response;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
        if (members.empty()) return MemberNotFound(id);
        RONGHE_RETURN_IF_ERROR(call.Authorize(members.front().organization_id));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<HonourRow> rows,
                                HonoursOfMember(session, id, kOfMember));
        const Names names = {{id, members.front().full_name}};
        for (const HonourRow& row : rows) *response.add_honours() = ToProto(row, names);
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace ronghe::membership
