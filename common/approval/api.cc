#include "common/approval/api.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "common/approval/errors.h"
#include "common/approval/event.h"
#include "common/approval/pending.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"

namespace ronghe::approval {
namespace {

constexpr char kRead[] = "approval.request.read";
// How many statements a page may take when the caller may see few of the rows.
constexpr int kMaxStatements = 4;

v1::Approval ToProto(std::string_view source, const Row& row, absl::Time now) {
  v1::Approval approval;
  approval.set_name(Name(source, row.id));
  approval.set_method(row.method);
  approval.set_requester(row.subject);
  approval.set_on_behalf_of(row.on_behalf_of);
  if (row.organization_id != 0) {
    approval.set_organization(base::Name("organizations", row.organization_id));
  }
  approval.set_resource(row.resource);
  approval.set_purpose(row.purpose);
  approval.set_request_json(row.request);
  approval.set_state(static_cast<v1::ApprovalState>(row.StateAt(now)));
  approval.set_decider(row.decided_by);
  approval.set_decided_on_behalf_of(row.decided_on_behalf_of);
  approval.set_reason(row.reason);
  *approval.mutable_create_time() = rpc::ToProto(row.create_time);
  *approval.mutable_expire_time() = rpc::ToProto(row.expire_time);
  if (row.decide_time) *approval.mutable_decide_time() = rpc::ToProto(*row.decide_time);
  if (row.use_time) *approval.mutable_use_time() = rpc::ToProto(*row.use_time);
  return approval;
}

}  // namespace

absl::StatusOr<int64_t> ApprovalApi::ParseName(const std::string& name) const {
  absl::string_view rest = name;
  if (!absl::ConsumePrefix(&rest, writer_.source()) || !absl::ConsumePrefix(&rest, "/")) {
    return NotFound(name);
  }
  return base::ParseName(base::Sv(rest), "approvals");
}

absl::StatusOr<v1::ListApprovalsResponse> ApprovalApi::ListApprovals(
    rpc::Call& call, const v1::ListApprovalsRequest& request) {
  if (request.source() != writer_.source()) {
    return error::Make(absl::StatusCode::kInvalidArgument, "SOURCE_UNKNOWN",
                       "此服务不保存所请求来源的审批。", {{"source", request.source()}});
  }
  std::optional<State> state;
  if (request.state() != v1::APPROVAL_STATE_UNSPECIFIED) {
    if (!v1::ApprovalState_IsValid(request.state())) {
      return error::InvalidFields({{"state", "不在代码表中"}});
    }
    state = static_cast<State>(request.state());
  }
  const std::string filter = base::Cat(request.source(), "|", request.state());
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), filter, request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListApprovalsResponse response;
  bool more = true;
  for (int i = 0; i < kMaxStatements && more && response.approvals_size() < size; ++i) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                            writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                              return List(session, state, call.now(), before, size);
                            }));
    more = rows.size() == static_cast<size_t>(size);
    for (const Row& row : rows) {
      if (response.approvals_size() == size) {
        more = true;
        break;
      }
      before = row.id;
      const bool visible = row.organization_id == 0 ? call.HoldsEverywhere(kRead)
                                                    : call.Holds(kRead, row.organization_id);
      if (visible) *response.add_approvals() = ToProto(writer_.source(), row, call.now());
    }
  }
  if (more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(before)));
  }
  return response;
}

absl::StatusOr<v1::Approval> ApprovalApi::GetApproval(rpc::Call& call,
                                                      const v1::GetApprovalRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseName(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Row> row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return Load(session, id);
                          }));
  if (!row.has_value()) return NotFound(request.name());
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return ToProto(writer_.source(), *row, call.now());
}

absl::StatusOr<v1::Approval> ApprovalApi::ApproveRequest(rpc::Call& call,
                                                         const v1::ApproveRequestRequest& request) {
  return Decide(call, request.name(), State::kApproved, request.reason());
}

absl::StatusOr<v1::Approval> ApprovalApi::RejectRequest(rpc::Call& call,
                                                        const v1::RejectRequestRequest& request) {
  return Decide(call, request.name(), State::kRejected, request.reason());
}

absl::StatusOr<v1::Approval> ApprovalApi::Decide(rpc::Call& call, const std::string& name,
                                                 State decision, const std::string& reason) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseName(name));
  return writer_.Write<v1::Approval>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Approval> {
        RONGHE_ASSIGN_OR_RETURN(std::optional<Row> row, Lock(tx.session(), id));
        if (!row.has_value()) return NotFound(name);
        RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
        if (IsOwn(row->subject, row->on_behalf_of, call.principal().subject, call.on_behalf_of())) {
          return OwnRequest();
        }
        const State state = row->StateAt(tx.now());
        if (state == State::kExpired) return Expired(*row);
        if (state != State::kPending) return Decided(*row);
        row->state = decision;
        row->decided_by = call.principal().subject;
        row->decided_on_behalf_of = call.on_behalf_of();
        row->reason = reason;
        row->decide_time = tx.now();
        RONGHE_RETURN_IF_ERROR(approval::Decide(tx.session(), *row));
        tx.Emit(Changed(writer_.source(), *row, "decided"));
        tx.Audit({.organization_id = row->organization_id,
                  .resource = name,
                  .detail = audit::Detail(call.purpose(),
                                          decision == State::kApproved ? "approved" : "rejected")});
        return ToProto(writer_.source(), *row, tx.now());
      });
}

}  // namespace ronghe::approval
