#include "services/membership/api/founding_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_reader.h"
#include "services/membership/api/organization_writer.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/setup_store.h"
#include "services/membership/store/term_store.h"
#include "services/membership/store/unit_store.h"

namespace ronghe::membership {
namespace {

constexpr char kReplyDeadline[] = "DL-12";

Subject SubjectOf(const FoundingCaseRow& row) { return {"foundingCases", row.id}; }

std::string StateName(FoundingState state) {
  return v1::FoundingState_Name(static_cast<v1::FoundingState>(state));
}

v1::FoundingCase ToProto(const FoundingCaseRow& row) {
  v1::FoundingCase founding;
  founding.set_name(SubjectOf(row).name());
  founding.set_parent(base::Name("organizations", row.parent_id));
  if (row.unit_id != 0) founding.set_unit(base::Name("units", row.unit_id));
  founding.set_kind(static_cast<v1::OrganizationKind>(row.kind));
  founding.set_title(row.title);
  founding.set_state(static_cast<v1::FoundingState>(row.state));
  *founding.mutable_applied_on() = rpc::ToProto(row.applied_on);
  if (row.replied_on) *founding.mutable_replied_on() = rpc::ToProto(*row.replied_on);
  if (row.organization_id != 0) {
    founding.set_organization(base::Name("organizations", row.organization_id));
  }
  if (row.filed_on) *founding.mutable_filed_on() = rpc::ToProto(*row.filed_on);
  founding.set_etag(rpc::EtagOf(row.etag));
  *founding.mutable_create_time() = rpc::ToProto(row.create_time);
  *founding.mutable_update_time() = rpc::ToProto(row.update_time);
  return founding;
}

absl::Status CheckState(const FoundingCaseRow& row, FoundingState state) {
  return row.state == state ? absl::OkStatus() : FoundingStateInvalid(StateName(row.state));
}

// Whether the members have elected: a term runs, or, where there are no terms, somebody leads.
absl::StatusOr<bool> HasElected(sql::Session& session, int64_t organization_id,
                                absl::CivilDay day) {
  const std::vector<int64_t> ids = {organization_id};
  RONGHE_ASSIGN_OR_RETURN(const auto terms, RunningTerms(session, ids));
  if (!terms.empty()) return true;
  RONGHE_ASSIGN_OR_RETURN(const auto rows, LoadOrganizations(session, ids));
  const bool temporary = !rows.empty() && !IsBranchKind(rows.front().kind) &&
                         rows.front().kind != kCommitteeKind &&
                         rows.front().kind != kGeneralBranchKind;
  if (!temporary) return false;
  RONGHE_ASSIGN_OR_RETURN(const auto secretaries, SecretariesAsOf(session, ids, day));
  return !secretaries.empty();
}

// B-01: a branch is not to be founded with fewer full members than one needs; the case goes on, and
// says so.
void ExpectMinimum(Guard& guard, const RuleSet& setup, int32_t kind, int64_t full) {
  if (kind != kBranchKind) return;
  const Rule& rule = setup.Get("branch.min_full");
  guard.Expect(full >= rule.number, rule, "FULL_MEMBERS_FEW", base::Cat(">= ", rule.number),
               base::Cat(full));
}

absl::Status CheckUnit(service::WriteTx& tx, int64_t unit_id) {
  if (unit_id == 0) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const UnitRow unit, LoadUnit(tx.session(), unit_id));
  if (!tx.call().Holds("membership.unit.read", unit.organization_id)) return UnitNotFound(unit_id);
  return unit.closed_on ? UnitClosed() : absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::FoundingCase> FoundingApi::Save(service::WriteTx& tx, FoundingCaseRow& row,
                                                   std::string_view event, const Guard& guard) {
  ++row.etag;
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateFoundingCase(tx.session(), row));
  RONGHE_RETURN_IF_ERROR(InsertDecisions(tx.session(), writer_.ids(), SubjectOf(row), event,
                                         guard.decisions(), tx.now()));
  tx.Audit(row.parent_id, SubjectOf(row).name());
  v1::FoundingCase founding = ToProto(row);
  RONGHE_RETURN_IF_ERROR(ReadCase(tx.session(), SubjectOf(row), founding));
  return founding;
}

absl::StatusOr<v1::FoundingCase> FoundingApi::ApplyFounding(
    rpc::Call& call, const v1::ApplyFoundingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t parent_id,
                          base::ParseName(request.parent(), "organizations"));
  int64_t unit_id = 0;
  if (!request.unit().empty()) {
    RONGHE_ASSIGN_OR_RETURN(unit_id, base::ParseName(request.unit(), "units"));
  }
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_applied_on(),
                                                            request.applied_on(), "applied_on"));
  return writer_.Write<v1::FoundingCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FoundingCase> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow parent, LockOrganization(session, parent_id));
        if (parent.revoked_on) return OrganizationRevoked(parent_id);
        RONGHE_RETURN_IF_ERROR(CheckPlace(kinds_.On(day), request.kind(), parent.kind));
        RONGHE_RETURN_IF_ERROR(CheckUnit(tx, unit_id));
        FoundingCaseRow row{.id = tx.NextId(),
                            .parent_id = parent_id,
                            .unit_id = unit_id,
                            .kind = request.kind(),
                            .title = std::string(Trim(request.title())),
                            .applied_on = day,
                            .etag = 0,
                            .create_time = tx.now(),
                            .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertFoundingCase(session, row));
        const RuleSet& rules = setup_.On(day);
        const Rule& reply = rules.Get("founding.reply_months");
        RONGHE_RETURN_IF_ERROR(SetDeadline(
            session,
            MakeDeadline(tx.NextId(), kReplyDeadline, SubjectOf(row), parent_id,
                         base::AddMonths(day, static_cast<int>(reply.number)), reply, tx.now())));
        Guard guard;
        ExpectMinimum(guard, rules, row.kind, request.full_members());
        return Save(tx, row, "ApplyFounding", guard);
      });
}

absl::StatusOr<v1::FoundingCase> FoundingApi::ReplyFounding(
    rpc::Call& call, const v1::ReplyFoundingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "foundingCases"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_replied_on(),
                                                            request.replied_on(), "replied_on"));
  auto result = writer_.Write<v1::FoundingCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FoundingCase> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(FoundingCaseRow row, LockFoundingCase(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.parent_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        RONGHE_RETURN_IF_ERROR(CheckState(row, FoundingState::kApplied));
        if (day < row.applied_on) return EffectiveDateBeforeInterval(day, row.applied_on);
        row.replied_on = day;
        row.state = request.approved() ? FoundingState::kApproved : FoundingState::kRefused;
        Guard guard;
        const Rule& reply = setup_.On(row.applied_on).Get("founding.reply_months");
        const absl::CivilDay due = base::AddMonths(row.applied_on, static_cast<int>(reply.number));
        guard.Expect(day <= due, reply, "FOUNDING_REPLY_LATE",
                     base::Cat("<= ", base::FormatDay(due)), base::FormatDay(day));
        RONGHE_RETURN_IF_ERROR(
            MeetDeadline(session, SubjectOf(row), kReplyDeadline, day, tx.now()));
        if (request.approved()) {
          OrganizationRow organization{.parent_id = row.parent_id,
                                       .kind = row.kind,
                                       .title = row.title,
                                       .founded_on = day,
                                       .create_time = tx.now(),
                                       .update_time = tx.now()};
          RONGHE_RETURN_IF_ERROR(FoundOrganization(tx, kinds_.On(day), organization));
          row.organization_id = organization.id;
          tx.Audit(row.parent_id, base::Name("organizations", organization.id));
          RONGHE_RETURN_IF_ERROR(SaveProfile(session, {.organization_id = organization.id,
                                                       .founded_by_id = row.parent_id,
                                                       .etag = 1,
                                                       .update_time = tx.now()}));
          if (row.unit_id != 0) {
            RONGHE_RETURN_IF_ERROR(AttachUnit(session, {.id = tx.NextId(),
                                                        .organization_id = organization.id,
                                                        .unit_id = row.unit_id,
                                                        .valid_from = day}));
          }
        }
        return Save(tx, row, "ReplyFounding", guard);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::FoundingCase> FoundingApi::FileFounding(rpc::Call& call,
                                                           const v1::FileFoundingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "foundingCases"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_filed_on(), request.filed_on(), "filed_on"));
  return writer_.Write<v1::FoundingCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FoundingCase> {
        RONGHE_ASSIGN_OR_RETURN(FoundingCaseRow row, LockFoundingCase(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.parent_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        RONGHE_RETURN_IF_ERROR(CheckState(row, FoundingState::kApproved));
        if (day < *row.replied_on) return EffectiveDateBeforeInterval(day, *row.replied_on);
        RONGHE_ASSIGN_OR_RETURN(const bool elected,
                                HasElected(tx.session(), row.organization_id, day));
        if (!elected) return FoundingNotElected();
        row.filed_on = day;
        row.state = FoundingState::kFiled;
        return Save(tx, row, "FileFounding", Guard());
      });
}

absl::StatusOr<v1::FoundingCase> FoundingApi::GetFoundingCase(
    rpc::Call& call, const v1::GetFoundingCaseRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "foundingCases"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::FoundingCase> {
        RONGHE_ASSIGN_OR_RETURN(const FoundingCaseRow row, LoadFoundingCase(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.parent_id));
        v1::FoundingCase founding = ToProto(row);
        RONGHE_RETURN_IF_ERROR(ReadCase(session, SubjectOf(row), founding));
        return founding;
      });
}

absl::StatusOr<v1::ListFoundingCasesResponse> FoundingApi::ListFoundingCases(
    rpc::Call& call, const v1::ListFoundingCasesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t parent_id,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const RowPage<FoundingCaseRow> page,
      ReadIdPage<FoundingCaseRow>(
          call, writer_.database(), tokens_, request.parent(), request.page_size(),
          request.page_token(), std::numeric_limits<int64_t>::max(),
          [parent_id](sql::Session& session, int64_t before, int32_t limit) {
            return FoundingCasesOf(session, parent_id, before, limit);
          }));
  v1::ListFoundingCasesResponse response;
  for (const FoundingCaseRow& row : page.rows) *response.add_founding_cases() = ToProto(row);
  response.set_next_page_token(page.next_page_token);
  return response;
}

}  // namespace ronghe::membership
