#include "services/membership/api/discipline_api.h"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/subtree_page.h"

namespace ronghe::membership {
namespace {

constexpr char kDisciplines[] = "disciplines";

v1::Discipline ToProto(const DisciplineRow& row, absl::CivilDay today) {
  v1::Discipline proto;
  proto.set_name(base::Name(kDisciplines, row.id));
  proto.set_member(base::Name("members", row.member_id));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_measure(static_cast<v1::DisciplineMeasure>(row.measure));
  *proto.mutable_decided_on() = rpc::ToProto(row.decided_on);
  *proto.mutable_effect_from() = rpc::ToProto(row.effect_from);
  if (row.effect_until != kOpenEnd) {
    *proto.mutable_effect_until() = rpc::ToProto(row.effect_until);
  }
  proto.set_organ(static_cast<v1::DisciplineOrgan>(row.organ));
  proto.set_decided_by(OrganizationName(row.decided_by_id));
  proto.set_basis(base::Name(row.basis_collection, row.basis_id));
  proto.set_in_effect(InEffect(row.period(), today));
  proto.set_rights_suspended(SuspendsRights(row.period(), today));
  if (row.restored_on) *proto.mutable_rights_restored_on() = rpc::ToProto(*row.restored_on);
  return proto;
}

}  // namespace

DisciplineApi::DisciplineApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                             MotionReader& motions, const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      rules_(books.Get("standing")),
      motions_(motions),
      tokens_(tokens) {}

absl::StatusOr<v1::Discipline> DisciplineApi::RestoreMemberRights(
    rpc::Call& call, const v1::RestoreMemberRightsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kDisciplines));
  RONGHE_ASSIGN_OR_RETURN(const int64_t approver,
                          base::ParseName(request.approver(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_restored_on(),
                                                            request.restored_on(), "restored_on"));
  if (request.organ() != v1::DISCIPLINE_ORGAN_BASIC_COMMITTEE &&
      request.organ() != v1::DISCIPLINE_ORGAN_COMMISSION) {
    return error::InvalidFields({{"organ", "取值不在代码表中。"}});
  }
  RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote, motions_.Read(call, request.motion()));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  tree_.AfterOwnWrites(call.deadline());
  auto result = writer_.Write<v1::Discipline>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Discipline> {
        sql::Session& session = tx.session();
        const Subject subject{kDisciplines, id};
        RONGHE_ASSIGN_OR_RETURN(DisciplineRow row, LockDiscipline(session, id));
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, row.member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(ActFor(call, approver));
        if (!SuspendsRights(row.period(), day)) return RightsNotSuspended();
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, row.effect_from, today));
        const RuleSet& rules = rules_.On(row.decided_on);
        Guard guard;
        RONGHE_RETURN_IF_ERROR(
            guard.Require(day >= row.effect_until, rules.Get("discipline.probation_months"),
                          "D_EFFECT_RUNNING", "留党察看期未满，不能恢复党员权利。",
                          base::FormatDay(row.effect_until), base::FormatDay(day)));
        RONGHE_RETURN_IF_ERROR(CheckApprover(rules,
                                             ApproverOf(tree_, member.organization_id, approver,
                                                        static_cast<Organ>(request.organ())),
                                             false, row.measure, guard));
        RONGHE_RETURN_IF_ERROR(
            CheckVote(vote, {MotionKind::kDisposition}, subject.name(), member.organization_id));
        row.restored_on = day;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateDiscipline(session, row));
        RONGHE_RETURN_IF_ERROR(FollowDisciplines(tx, member, day, subject));
        RONGHE_RETURN_IF_ERROR(MeetDeadline(session, subject, "DL-24", day, tx.now()));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), subject, "RESTORE_RIGHTS",
                                               guard.decisions(), tx.now()));
        tx.Audit(member.organization_id, subject.name());
        return ToProto(row, today);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::ListMemberDisciplinesResponse> DisciplineApi::ListMemberDisciplines(
    rpc::Call& call, const v1::ListMemberDisciplinesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<DisciplineRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(audit::AuditRead(session, writer_.ids(), call,
                                                member.organization_id, request.parent()));
        RONGHE_ASSIGN_OR_RETURN(rows, DisciplinesOf(session, id, before, size + 1));
        return absl::OkStatus();
      }));
  v1::ListMemberDisciplinesResponse response;
  for (const DisciplineRow& row : rows) {
    if (response.disciplines_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_disciplines() = ToProto(row, base::ShanghaiDay(call.now()));
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::ListDisciplinesResponse> DisciplineApi::ListDisciplines(
    rpc::Call& call, const v1::ListDisciplinesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const std::string filter = base::Cat(root, "|", request.in_effect() ? 1 : 0);
  SubtreePosition at;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(at, ParsePosition(cursor));
  }
  std::optional<absl::CivilDay> in_effect_on;
  if (request.in_effect()) in_effect_on = today;
  tree_.AfterOwnWrites(call.deadline());
  SubtreePage<DisciplineRow> page;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, root, request.parent()));
        RONGHE_ASSIGN_OR_RETURN(
            page,
            ReadSubtreePage<DisciplineRow>(
                tree_.tree(), root, at, rpc::PageSize(request.page_size()),
                [&](std::span<const int64_t> branches, const SubtreePosition& from, int32_t limit) {
                  return DisciplinesIn(session, branches, in_effect_on, from.after_id, limit);
                },
                [](const DisciplineRow& row, SubtreePosition& next) { next.after_id = row.id; }));
        return absl::OkStatus();
      }));
  v1::ListDisciplinesResponse response;
  for (const DisciplineRow& row : page.rows) *response.add_disciplines() = ToProto(row, today);
  if (page.more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, FormatPosition(page.next)));
  }
  return response;
}

}  // namespace ronghe::membership
