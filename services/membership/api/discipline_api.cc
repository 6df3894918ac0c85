#include "services/membership/api/discipline_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/audited_read.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/discipline_store.h"

namespace ronghe::membership {
namespace {

constexpr char kDisciplines[] = "disciplines";
constexpr int32_t kIntervals = 200;  // of one member
constexpr int32_t kMeasures = 200;   // against one member

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
  proto.set_decided_by_title(row.decided_by_title);
  proto.set_document_number(row.document_number);
  proto.set_past_reason(static_cast<v1::PastDisciplineReason>(row.past_reason));
  return proto;
}

// What a measure recorded from paper says, without what the record adds.
absl::StatusOr<PastMeasure> ReadPast(const v1::RecordPastDisciplineRequest& request,
                                     absl::CivilDay today) {
  std::vector<error::FieldViolation> violations;
  const auto day = [&](bool present, const google::type::Date& date, std::string_view path) {
    return ReadDay(present, date, path, violations);
  };
  PastMeasure past{.measure = static_cast<Measure>(request.measure()),
                   .months = request.months(),
                   .explained = request.reason() != v1::PAST_DISCIPLINE_REASON_UNSPECIFIED};
  past.decided_on =
      day(request.has_decided_on(), request.decided_on(), "decided_on").value_or(today);
  past.effect_from = day(request.has_effect_from(), request.effect_from(), "effect_from")
                         .value_or(past.decided_on);
  past.restored_on =
      day(request.has_rights_restored_on(), request.rights_restored_on(), "rights_restored_on");
  if (!v1::DisciplineMeasure_IsValid(request.measure()) ||
      request.measure() == v1::DISCIPLINE_MEASURE_EXPELLED) {
    violations.push_back({"measure", "只能是警告、严重警告、撤销党内职务或者留党察看。"});
  }
  if (!v1::DisciplineOrgan_IsValid(request.organ())) {
    violations.push_back({"organ", "取值不在代码表中。"});
  }
  if (!v1::PastDisciplineReason_IsValid(request.reason())) {
    violations.push_back({"reason", "取值不在代码表中。"});
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return past;
}

// Where the member stood on a day that may lie before everything recorded, and from which day on
// the present stretch of the membership holds.
struct PastPlace {
  int64_t organization_id = 0;
  absl::CivilDay present_from;
};
absl::StatusOr<PastPlace> PlaceOn(sql::Session& session, const MemberRow& member,
                                  absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> intervals,
                          IntervalsOf(session, member.id, kOpenEnd, kIntervals));
  PastPlace place{.organization_id = member.organization_id, .present_from = day};
  for (const MemberIntervalRow& interval : intervals) {
    if (interval.valid_to == kOpenEnd) place.present_from = interval.valid_from;
    if (interval.valid_from <= day && day < interval.valid_to) {
      place.organization_id = interval.organization_id;
    }
  }
  return place;
}

// That the same measure of the same day isn't on record.
absl::Status CheckNew(sql::Session& session, int64_t member_id, const PastMeasure& past) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<DisciplineRow> rows,
      DisciplinesOf(session, member_id, std::numeric_limits<int64_t>::max(), kMeasures));
  const bool known = std::any_of(rows.begin(), rows.end(), [&](const DisciplineRow& row) {
    return row.measure == past.measure && row.decided_on == past.decided_on;
  });
  return known ? PastDisciplineExists() : absl::OkStatus();
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
        RONGHE_ASSIGN_OR_RETURN(const Approver found,
                                ApproverOf(session, tree_, member.organization_id, approver,
                                           static_cast<Organ>(request.organ())));
        RONGHE_RETURN_IF_ERROR(CheckApprover(rules, found, false, row.measure, guard));
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

absl::StatusOr<v1::Discipline> DisciplineApi::RecordPastDiscipline(
    rpc::Call& call, const v1::RecordPastDisciplineRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  RONGHE_ASSIGN_OR_RETURN(const PastMeasure past, ReadPast(request, today));
  auto result = writer_.Write<v1::Discipline>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Discipline> {
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        if (!IsMember(member.standing)) return MemberLeft();
        DisciplineRow row{.organ = static_cast<Organ>(request.organ()),
                          .decided_by_title = request.decided_by_title(),
                          .document_number = request.document_number(),
                          .past_reason = request.reason()};
        RONGHE_RETURN_IF_ERROR(TakeOver(tx, past, today, member, row));
        tx.Audit(member.organization_id, base::Name(kDisciplines, row.id));
        return ToProto(row, today);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::Status DisciplineApi::TakeOver(service::WriteTx& tx, const PastMeasure& past,
                                     absl::CivilDay today, MemberRow& member, DisciplineRow& row) {
  sql::Session& session = tx.session();
  const RuleSet& rules = rules_.On(past.decided_on);
  Guard guard;
  RONGHE_ASSIGN_OR_RETURN(
      const DisciplinePeriod period,
      PastPeriod(rules, past, {member.joined_on, base::ShanghaiDay(member.create_time), today},
                 guard));
  RONGHE_RETURN_IF_ERROR(CheckNew(session, member.id, past));
  RONGHE_ASSIGN_OR_RETURN(const PastPlace place, PlaceOn(session, member, past.decided_on));
  row.id = tx.NextId();
  row.member_id = member.id;
  row.organization_id = place.organization_id;
  row.measure = past.measure;
  row.decided_on = past.decided_on;
  row.effect_from = period.from;
  row.effect_until = period.until;
  row.basis_collection = kDisciplines;
  row.basis_id = row.id;
  row.restored_on = period.restored_on;
  row.create_time = row.update_time = tx.now();
  const Subject subject{kDisciplines, row.id};
  RONGHE_RETURN_IF_ERROR(InsertDiscipline(session, row));
  RONGHE_RETURN_IF_ERROR(
      InsertDecisions(session, writer_.ids(), subject, "RECORD_PAST", guard.decisions(), tx.now()));
  if (!InEffect(period, today)) return absl::OkStatus();
  RONGHE_RETURN_IF_ERROR(
      SetDeadline(session, MakeDeadline(tx.NextId(), "DL-24", subject, member.organization_id,
                                        period.until, EffectRule(rules, past.measure), tx.now())));
  return FollowDisciplines(tx, member, std::max(period.from, place.present_from), subject);
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
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::optional<absl::CivilDay> in_effect_on;
  if (request.in_effect()) in_effect_on = today;
  RONGHE_ASSIGN_OR_RETURN(RowPage<DisciplineRow> listed,
                          ListAudited<DisciplineRow>(
                              call, writer_, tree_, tokens_,
                              {request.parent(), request.in_effect() ? "1" : "0",
                               request.page_size(), request.page_token()},
                              [&](sql::Session& session, std::span<const int64_t> branches,
                                  const SubtreePosition& at, int32_t limit) {
                                return DisciplinesIn(session, branches, in_effect_on, at.after_id,
                                                     limit);
                              },
                              NoteId<DisciplineRow>));
  v1::ListDisciplinesResponse response;
  for (const DisciplineRow& row : listed.rows) *response.add_disciplines() = ToProto(row, today);
  response.set_next_page_token(std::move(listed.next_page_token));
  return response;
}

}  // namespace ronghe::membership
