#include "services/membership/api/care_api.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/audit/read.h"
#include "common/base/civil.h"
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
#include "services/membership/store/care_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/subtree_reader.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kMonthsOfYear = 12;

v1::CareRecord ToProto(const CareRow& row, std::string_view full_name) {
  v1::CareRecord record;
  record.set_name(base::Name("careRecords", row.id));
  record.set_member(base::Name("members", row.member_id));
  record.set_full_name(std::string(full_name));
  record.set_organization(base::Name("organizations", row.organization_id));
  record.set_kind(static_cast<v1::CareKind>(row.kind));
  record.set_occasion(static_cast<v1::CareOccasion>(row.occasion));
  *record.mutable_day() = rpc::ToProto(row.day);
  record.set_amount_fen(row.amount_fen);
  record.set_fund(static_cast<v1::FundType>(row.fund));
  record.set_giver(base::Name("organizations", row.giver_id));
  record.set_voided(row.voided);
  *record.mutable_create_time() = rpc::ToProto(row.create_time);
  return record;
}

v1::CareRecord ToProto(const NamedCareRow& row) {
  return ToProto(
      CareRow{row.id, row.member_id, row.organization_id, row.kind, row.occasion, row.day,
              row.amount_fen, row.fund, row.giver_id, row.voided, row.create_time},
      row.full_name);
}

v1::FiftyYearMember ToProto(const VeteranRow& row, int64_t years) {
  const absl::CivilDay since = StandingSince(*row.converted_on, row.adjustment_months);
  v1::FiftyYearMember member;
  member.set_member(base::Name("members", row.id));
  member.set_full_name(row.full_name);
  member.set_organization(base::Name("organizations", row.organization_id));
  *member.mutable_standing_since() = rpc::ToProto(since);
  *member.mutable_fifty_on() =
      rpc::ToProto(base::AddMonths(since, static_cast<int>(kMonthsOfYear * years)));
  member.set_medal_given(row.medal != 0);
  return member;
}

// Fills a page of `response` with `rows`, the newest first.
template <class Response>
void FillPage(const std::vector<NamedCareRow>& rows, int32_t size, const rpc::PageTokens& tokens,
              std::string_view method, std::string_view filter, Response& response) {
  for (const NamedCareRow& row : rows) {
    if (response.records_size() == size) {
      const std::string& last = response.records(size - 1).name();
      response.set_next_page_token(
          tokens.Seal(method, filter, base::Cat(*base::ParseName(last, "careRecords"))));
      return;
    }
    *response.add_records() = ToProto(row);
  }
}

}  // namespace

CareApi::CareApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                 const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), rules_(books.Get("care")), tokens_(tokens) {}

absl::StatusOr<v1::CareRecord> CareApi::RecordCare(rpc::Call& call,
                                                   const v1::RecordCareRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  int64_t giver_id = 0;
  if (!request.giver().empty()) {
    RONGHE_ASSIGN_OR_RETURN(giver_id, base::ParseName(request.giver(), "organizations"));
  }
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  if (request.amount_fen() > 0 && request.fund() == v1::FUND_TYPE_UNSPECIFIED) {
    return CareFundMissing();
  }
  if (giver_id != 0) tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::CareRecord>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::CareRecord> {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(tx.session(), member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        if (!IsMember(member.standing)) return MemberLeft();
        if (giver_id != 0 && !tree_.Within(member.organization_id, giver_id)) {
          return OrganizationNotFound(giver_id);
        }
        const CareRow row{
            .id = tx.NextId(),
            .member_id = member_id,
            .organization_id = member.organization_id,
            .kind = static_cast<CareKind>(request.kind()),
            .occasion = request.occasion(),
            .day = day,
            .amount_fen = request.amount_fen(),
            .fund = request.amount_fen() > 0 ? static_cast<Fund>(request.fund()) : Fund::kNone,
            .giver_id = giver_id == 0 ? member.organization_id : giver_id,
            .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertCare(tx.session(), row));
        tx.Audit(row.organization_id, base::Name("careRecords", row.id));
        return ToProto(row, member.full_name);
      });
}

absl::StatusOr<v1::CareRecord> CareApi::VoidCare(rpc::Call& call,
                                                 const v1::VoidCareRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "careRecords"));
  return writer_.Write<v1::CareRecord>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::CareRecord> {
        RONGHE_ASSIGN_OR_RETURN(CareRow row, LockCare(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.voided) return CareVoided();
        row.voided = true;
        RONGHE_RETURN_IF_ERROR(membership::VoidCare(tx.session(), id));
        const std::vector<int64_t> ids = {row.member_id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members,
                                LoadMembers(tx.session(), ids));
        tx.Audit(row.organization_id, request.name());
        return ToProto(row, members.empty() ? "" : members.front().full_name);
      });
}

absl::StatusOr<v1::ListCareRecordsResponse> CareApi::ListCareRecords(
    rpc::Call& call, const v1::ListCareRecordsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListCareRecordsResponse response;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        response.Clear();
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, id, request.parent()));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<NamedCareRow> rows,
                                CareOfOrganization(session, id, before, size + 1));
        FillPage(rows, size, tokens_, call.method(), request.parent(), response);
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<v1::ListMemberCareResponse> CareApi::ListMemberCare(
    rpc::Call& call, const v1::ListMemberCareRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListMemberCareResponse response;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        response.Clear();
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
        if (members.empty()) return MemberNotFound(id);
        const int64_t branch = members.front().organization_id;
        RONGHE_RETURN_IF_ERROR(call.Authorize(branch));
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, branch, request.parent()));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<NamedCareRow> rows,
                                CareOfMember(session, id, before, size + 1));
        FillPage(rows, size, tokens_, call.method(), request.parent(), response);
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<v1::ListFiftyYearMembersResponse> CareApi::ListFiftyYearMembers(
    rpc::Call& call, const v1::ListFiftyYearMembersRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const int32_t year = request.year() == 0 ? static_cast<int32_t>(today.year()) : request.year();
  const RuleSet& rules = rules_.On(today);
  MemberFilter filter;
  filter.standing_since_by = LatestForMedal(rules, year);
  const std::string filter_hash = base::Cat(request.parent(), "|", year);
  SubtreeCursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, ParseCursor(text));
  }
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  tree_.AfterOwnWrites(call.deadline());
  v1::ListFiftyYearMembersResponse response;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        response.Clear();
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, root, request.parent()));
        SubtreeReader<VeteranRow> reader(tree_.tree(), root, cursor, filter);
        RONGHE_ASSIGN_OR_RETURN(std::vector<VeteranRow> rows, reader.Read(session, size + 1));
        const bool cut = rows.size() > size;
        if (cut) rows.resize(size);
        for (const VeteranRow& row : rows) {
          *response.add_members() = ToProto(row, rules.Number("care.medal_years"));
        }
        std::string next;
        if (cut) {
          const auto path = tree_.tree().Path(root, rows.back().organization_id);
          if (path) next = FormatCursor(*path, rows.back().id);
        } else if (!reader.exhausted()) {
          next = reader.Here();
        }
        if (!next.empty()) {
          response.set_next_page_token(tokens_.Seal(call.method(), filter_hash, next));
        }
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace ronghe::membership
