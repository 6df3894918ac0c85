#include "services/membership/api/lapse_api.h"

#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "common/audit/read.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/audited_read.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/standing/disposition.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/store/disposition_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kMonthsShown = 24;

v1::MemberTask ToProto(const MemberTaskRow& row) {
  v1::MemberTask proto;
  proto.set_name(base::ChildName("members", row.member_id, "tasks", row.id));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_kind(static_cast<v1::MemberTaskKind>(row.kind));
  *proto.mutable_assigned_on() = rpc::ToProto(row.assigned_on);
  *proto.mutable_due_on() = rpc::ToProto(row.due_on);
  if (row.completed_on) *proto.mutable_completed_on() = rpc::ToProto(*row.completed_on);
  if (row.cancelled_on) *proto.mutable_cancelled_on() = rpc::ToProto(*row.cancelled_on);
  return proto;
}

v1::LapseCounter ToProto(const LapseCounterRow& row) {
  v1::LapseCounter proto;
  proto.set_name(
      base::ChildName("members", row.member_id, "lapseCounters", static_cast<int64_t>(row.ground)));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_ground(static_cast<v1::LapseGround>(row.ground));
  proto.set_months(row.months);
  proto.set_last_reset_month(row.last_reset_month);
  proto.set_counted_month(row.counted_month);
  proto.set_state(static_cast<v1::LapseState>(row.state));
  if (row.case_id != 0) {
    proto.set_disposition_case(base::Name(kDispositionCases, row.case_id));
  }
  return proto;
}

}  // namespace

LapseApi::LapseApi(service::Writer& writer, MembershipTree& tree, const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), tokens_(tokens) {}

absl::StatusOr<v1::MemberTask> LapseApi::AssignMemberTask(
    rpc::Call& call, const v1::AssignMemberTaskRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_assigned_on(),
                                                            request.assigned_on(), "assigned_on"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay due,
                          StepDay(call, request.has_due_on(), request.due_on(), "due_on"));
  if (!v1::MemberTaskKind_IsValid(request.kind()) ||
      request.kind() == v1::MEMBER_TASK_KIND_UNSPECIFIED) {
    return error::InvalidFields({{"kind", "取值不在代码表中。"}});
  }
  return writer_.Write<v1::MemberTask>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::MemberTask> {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(tx.session(), member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        if (due < day) return error::InvalidFields({{"due_on", "完成期限不能早于分配日期。"}});
        if (!IsMember(member.standing)) return MemberLeft();
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, member.joined_on, base::ShanghaiDay(call.now())));
        const MemberTaskRow row{.id = tx.NextId(),
                                .member_id = member_id,
                                .organization_id = member.organization_id,
                                .kind = static_cast<int32_t>(request.kind()),
                                .assigned_on = day,
                                .due_on = due,
                                .create_time = tx.now(),
                                .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertMemberTask(tx.session(), row));
        v1::MemberTask proto = ToProto(row);
        tx.Audit(row.organization_id, proto.name());
        return proto;
      });
}

absl::StatusOr<v1::MemberTask> LapseApi::EndTask(
    rpc::Call& call, const std::string& name, absl::CivilDay day,
    std::optional<absl::CivilDay> MemberTaskRow::*end) {
  RONGHE_ASSIGN_OR_RETURN(const auto ids, base::ParseChildName(name, "members", "tasks"));
  return writer_.Write<v1::MemberTask>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::MemberTask> {
        RONGHE_ASSIGN_OR_RETURN(MemberTaskRow row, LockMemberTask(tx.session(), ids.second));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.member_id != ids.first) return MemberTaskNotFound(ids.second);
        if (row.completed_on || row.cancelled_on) return TaskEnded();
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, row.assigned_on, base::ShanghaiDay(call.now())));
        row.*end = day;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateMemberTask(tx.session(), row));
        tx.Audit(row.organization_id, name);
        return ToProto(row);
      });
}

absl::StatusOr<v1::MemberTask> LapseApi::CompleteMemberTask(
    rpc::Call& call, const v1::CompleteMemberTaskRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_completed_on(), request.completed_on(), "completed_on"));
  return EndTask(call, request.name(), day, &MemberTaskRow::completed_on);
}

absl::StatusOr<v1::MemberTask> LapseApi::CancelMemberTask(
    rpc::Call& call, const v1::CancelMemberTaskRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_cancelled_on(), request.cancelled_on(), "cancelled_on"));
  return EndTask(call, request.name(), day, &MemberTaskRow::cancelled_on);
}

absl::StatusOr<v1::ListMemberTasksResponse> LapseApi::ListMemberTasks(
    rpc::Call& call, const v1::ListMemberTasksRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<MemberTaskRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_ASSIGN_OR_RETURN(rows, MemberTasksOf(session, id, before, size + 1));
        return absl::OkStatus();
      }));
  v1::ListMemberTasksResponse response;
  for (const MemberTaskRow& row : rows) {
    if (response.tasks_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_tasks() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::LapseCounter> LapseApi::GetLapseCounter(
    rpc::Call& call, const v1::GetLapseCounterRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.name(), "members", "lapseCounters"));
  return writer_.database().Transact(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::LapseCounter> {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, name.first));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, member.organization_id, request.name()));
        if (name.second == 0 || !v1::LapseGround_IsValid(static_cast<int>(name.second))) {
          return LapseCounterNotFound(name.first);
        }
        const std::vector<int64_t> ids = {name.first};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LapseCounterRow> counters,
                                LapseCountersOf(session, ids));
        // A member of whom no month was counted yet has missed none.
        LapseCounterRow counter{.member_id = name.first,
                                .ground = static_cast<LapseGround>(name.second),
                                .organization_id = member.organization_id};
        for (const LapseCounterRow& row : counters) {
          if (row.ground == counter.ground) counter = row;
        }
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<LapseMonthRow> months,
            LapseMonthsOf(session, counter.member_id, counter.ground, kMonthsShown));
        v1::LapseCounter proto = ToProto(counter);
        for (const LapseMonthRow& month : months) {
          v1::LapseMonth& behind = *proto.add_behind();
          behind.set_month(month.month);
          behind.set_verdict(static_cast<v1::LapseVerdict>(month.verdict));
          behind.set_run(month.run);
        }
        return proto;
      });
}

absl::StatusOr<v1::ListLapseCountersResponse> LapseApi::ListLapseCounters(
    rpc::Call& call, const v1::ListLapseCountersRequest& request) {
  const auto ground = static_cast<int32_t>(request.ground());
  RONGHE_ASSIGN_OR_RETURN(
      RowPage<LapseCounterRow> listed,
      ListAudited<LapseCounterRow>(
          call, writer_, tree_, tokens_,
          {request.parent(), base::Cat(ground), request.page_size(), request.page_token()},
          [&](sql::Session& session, std::span<const int64_t> branches, const SubtreePosition& at,
              int32_t limit) {
            return WarnedCounters(session, branches, ground, at.after_id, at.after_part, limit);
          },
          [](const LapseCounterRow& row, SubtreePosition& next) {
            next.after_id = row.member_id;
            next.after_part = static_cast<int32_t>(row.ground);
          }));
  v1::ListLapseCountersResponse response;
  for (const LapseCounterRow& row : listed.rows) *response.add_counters() = ToProto(row);
  response.set_next_page_token(std::move(listed.next_page_token));
  return response;
}

}  // namespace ronghe::membership
