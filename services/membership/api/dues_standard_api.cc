#include "services/membership/api/dues_standard_api.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/collective_decision.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/dues_review.h"
#include "services/membership/store/yearly_standard.h"

namespace ronghe::membership {
namespace {

constexpr char kCollection[] = "duesReductions";

constexpr int32_t kDecisions = 50;

std::vector<Standard> Standards(std::span<const DuesStandardRow> rows, int64_t member_id) {
  std::vector<Standard> standards;
  for (const DuesStandardRow& row : rows) {
    if (row.member_id == member_id) standards.push_back(row.standard());
  }
  return standards;
}

}  // namespace

DuesStandardApi::DuesStandardApi(service::Writer& writer, MembershipTree& tree,
                                 const DuesRateBook& rates, const RuleBooks& books,
                                 MotionReader& motions, const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      rates_(rates),
      books_(books),
      motions_(motions),
      tokens_(tokens) {}

absl::StatusOr<std::vector<DuesStandardRow>> DuesStandardApi::Fix(service::WriteTx& tx,
                                                                  int64_t branch, int32_t year,
                                                                  std::span<const Asked> asked,
                                                                  bool pass_over) {
  if (!CollectsDues(tree_.tree(), branch)) return DuesTemporaryOrganization();
  sql::Session& session = tx.session();
  std::vector<int64_t> ids;
  for (const Asked& one : asked) ids.push_back(one.first);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> held,
                          StandardsOfYear(session, year, ids));
  std::vector<YearlyStandard> fixed;
  std::vector<DuesStandardRow> answer;
  for (const Asked& one : asked) {
    const auto member = std::find_if(members.begin(), members.end(),
                                     [&one](const MemberRow& row) { return row.id == one.first; });
    if (member == members.end()) return MemberNotFound(one.first);
    if (member->organization_id != branch) return DuesMemberElsewhere(member->id);
    RONGHE_ASSIGN_OR_RETURN(const YearlyStandard standard,
                            JudgeYearly(rates_, *member, year, one.second, held, tx.now()));
    if (standard.held && !pass_over) return DuesStandardExists(member->id, year);
    answer.push_back(standard.row);
    fixed.push_back(standard);
  }
  RONGHE_RETURN_IF_ERROR(FixStandards(session, fixed, tx.now()));
  return answer;
}

absl::StatusOr<v1::DuesStandard> DuesStandardApi::SetDuesStandard(
    rpc::Call& call, const v1::SetDuesStandardRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const DuesBase base, ReadBase(request.base()));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::DuesStandard>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesStandard> {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(tx.session(), member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        const Asked asked(member_id, base);
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<DuesStandardRow> rows,
            Fix(tx, member.organization_id, request.year(), std::span(&asked, 1), false));
        tx.Audit(member.organization_id, ToProto(rows.front()).name());
        return ToProto(rows.front());
      });
}

absl::StatusOr<v1::BatchSetDuesStandardsResponse> DuesStandardApi::BatchSetDuesStandards(
    rpc::Call& call, const v1::BatchSetDuesStandardsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t branch, base::ParseName(request.parent(), "organizations"));
  std::vector<Asked> asked;
  for (const v1::MemberDuesBase& one : request.bases()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(one.member(), "members"));
    for (const Asked& other : asked) {
      if (other.first == member_id) {
        return error::InvalidFields({{"bases", "同一名党员不能出现两次。"}});
      }
    }
    RONGHE_ASSIGN_OR_RETURN(DuesBase base, ReadBase(one.base()));
    asked.emplace_back(member_id, std::move(base));
  }
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::BatchSetDuesStandardsResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::BatchSetDuesStandardsResponse> {
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> rows,
                                Fix(tx, branch, request.year(), asked, true));
        RONGHE_ASSIGN_OR_RETURN(const int64_t missing,
                                CountWithoutStandard(tx.session(), branch, request.year()));
        v1::BatchSetDuesStandardsResponse response;
        for (const DuesStandardRow& row : rows) *response.add_standards() = ToProto(row);
        response.set_missing_count(static_cast<int32_t>(missing));
        tx.Audit(branch, request.parent());
        return response;
      });
}

absl::Status DuesStandardApi::Carry(service::WriteTx& tx, int64_t member_id,
                                    const StandardPlan& plan) const {
  std::vector<DuesStandardRow> rows;
  for (const Standard& standard : plan.added) {
    const DuesRates& rates = rates_.On(FirstDay(standard.from));
    DuesStandardRow row{.member_id = member_id,
                        .rule_set = rates.name,
                        .source = rates.source,
                        .create_time = tx.now()};
    row.set_standard(standard);
    rows.push_back(std::move(row));
  }
  for (const auto& [revision, last] : plan.cut) {
    RONGHE_RETURN_IF_ERROR(
        CutStandard(tx.session(), member_id, rows.front().year, revision, MonthCode(last)));
  }
  return InsertStandards(tx.session(), rows);
}

absl::StatusOr<v1::DuesStandard> DuesStandardApi::ChangeDuesStandard(
    rpc::Call& call, const v1::ChangeDuesStandardRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const DuesBase base, ReadBase(request.base()));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const Month from = Month(today) + 1;  // in December January: the next year's standard
  return writer_.Write<v1::DuesStandard>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesStandard> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        if (!IsMember(member.standing)) return MemberLeft();
        RONGHE_RETURN_IF_ERROR(LockDuesAccount(session, member_id).status());
        const std::vector<int64_t> ids = {member_id};
        const auto year = static_cast<int32_t>(from.year());
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> held,
                                StandardsOfYear(session, year, ids));
        RONGHE_ASSIGN_OR_RETURN(const MonthlyDues dues,
                                ReckonDues(rates_.On(FirstDay(from)), base));
        const std::vector<Standard> standards = Standards(held, member_id);
        RONGHE_ASSIGN_OR_RETURN(
            const StandardPlan plan,
            PlanStandardChange(standards, base.category, dues,
                               static_cast<ChangeReason>(request.reason()), today));
        RONGHE_RETURN_IF_ERROR(Carry(tx, member_id, plan));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> now,
                                StandardsOfYear(session, year, ids));
        for (const DuesStandardRow& row : now) {
          if (row.revision != plan.added.front().revision) continue;
          tx.Audit(member.organization_id, ToProto(row).name());
          return ToProto(row);
        }
        return absl::InternalError("the changed standard is gone");
      });
}

absl::StatusOr<v1::ListDuesStandardsResponse> DuesStandardApi::ListDuesStandards(
    rpc::Call& call, const v1::ListDuesStandardsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int32_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<DuesStandardRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_ASSIGN_OR_RETURN(
            rows, StandardsBefore(session, member_id, static_cast<int32_t>(before / 100),
                                  static_cast<int32_t>(before % 100), size + 1));
        return absl::OkStatus();
      }));
  v1::ListDuesStandardsResponse response;
  for (const DuesStandardRow& row : rows) {
    if (response.standards_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_standards() = ToProto(row);
    before = int64_t{row.year} * 100 + row.revision;
  }
  return response;
}

absl::StatusOr<v1::DuesReduction> DuesStandardApi::ProposeDuesReduction(
    rpc::Call& call, const v1::ProposeDuesReductionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const Month from, ReadMonth(request.from_month(), "from_month"));
  RONGHE_ASSIGN_OR_RETURN(const Month to, ReadMonth(request.to_month(), "to_month"));
  if (to < from || to.year() != from.year()) {
    return error::InvalidFields({{"to_month", "应不早于开始月份，并在同一年度内。"}});
  }
  RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote, ReadDecision(motions_, call, request.motion()));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::DuesReduction>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesReduction> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckDecision(vote, request.parent(), member.organization_id));
        const int64_t committee = BasicCommitteeOver(tree_, member.organization_id);
        if (committee == 0) return DuesNoCommittee();
        RONGHE_RETURN_IF_ERROR(LockDuesAccount(session, member_id).status());
        RONGHE_ASSIGN_OR_RETURN(const bool open, HasOpenReduction(session, member_id));
        if (open) return DuesReductionOpen();
        const std::vector<int64_t> ids = {member_id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> held,
                                StandardsOfYear(session, static_cast<int32_t>(from.year()), ids));
        const std::vector<Standard> standards = Standards(held, member_id);
        RONGHE_RETURN_IF_ERROR(PlanReduction(standards, request.amount_fen(), from, to).status());
        const DuesReductionRow row{.id = tx.NextId(),
                                   .member_id = member_id,
                                   .organization_id = member.organization_id,
                                   .committee_id = committee,
                                   .amount_fen = request.amount_fen(),
                                   .from_month = MonthCode(from),
                                   .to_month = MonthCode(to),
                                   .motion = request.motion(),
                                   .proposed_by = call.principal().subject,
                                   .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertReduction(session, row));
        RONGHE_RETURN_IF_ERROR(MoveWait(tx, books_.Get("dues").On(base::ShanghaiDay(tx.now())),
                                        {kCollection, row.id},
                                        {.after = kReductionWaits, .organization_id = committee}));
        tx.Audit(member.organization_id, base::Name(kCollection, row.id));
        return ToProto(row);
      });
}

absl::Status DuesStandardApi::ReduceBills(service::WriteTx& tx, const DuesReductionRow& row) const {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(std::optional<DuesAccountRow> account,
                          LockDuesAccount(session, row.member_id));
  RONGHE_ASSIGN_OR_RETURN(std::vector<DuesBillRow> bills, LockOpenBills(session, row.member_id));
  for (DuesBillRow& bill : bills) {
    if (bill.month < row.from_month || bill.month > row.to_month || bill.paid_fen != 0) continue;
    if (bill.amount_fen <= row.amount_fen) continue;
    RONGHE_RETURN_IF_ERROR(
        AddToDuesMonth(session, {.organization_id = bill.organization_id,
                                 .month = bill.month,
                                 .billed_fen = row.amount_fen - bill.amount_fen}));
    bill.amount_fen = row.amount_fen;
    bill.settled = row.amount_fen == 0;
    bill.state = StateOfBill(bill.amount_fen, 0, true);
    RONGHE_RETURN_IF_ERROR(UpdateBill(session, bill));
  }
  if (!account) return absl::OkStatus();
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<event::Draft> drafts,
      ReviewAccounts(session, std::span(&*account, 1), Month(today),
                     books_.Get("dues").On(today).Get("dues.unpaid_steps"), tx.now()));
  for (event::Draft& draft : drafts) tx.Emit(std::move(draft));
  return absl::OkStatus();
}

absl::StatusOr<v1::DuesReduction> DuesStandardApi::ApproveDuesReduction(
    rpc::Call& call, const v1::ApproveDuesReductionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.Write<v1::DuesReduction>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesReduction> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DuesReductionRow row, LockReduction(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.committee_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        if (row.state != ReductionState::kProposed) return DuesReductionEnded();
        if (row.proposed_by == call.principal().subject) return DuesOwnProposal();
        const std::vector<int64_t> ids = {row.member_id};
        RONGHE_RETURN_IF_ERROR(LockDuesAccount(session, row.member_id).status());
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> held,
                                StandardsOfYear(session, row.from_month / 100, ids));
        const std::vector<Standard> standards = Standards(held, row.member_id);
        RONGHE_ASSIGN_OR_RETURN(const StandardPlan plan,
                                PlanReduction(standards, row.amount_fen, MonthOf(row.from_month),
                                              MonthOf(row.to_month)));
        RONGHE_RETURN_IF_ERROR(Carry(tx, row.member_id, plan));
        RONGHE_RETURN_IF_ERROR(ReduceBills(tx, row));
        row.state = ReductionState::kApproved;
        row.decided_by = call.principal().subject;
        row.decide_time = tx.now();
        ++row.etag;
        RONGHE_RETURN_IF_ERROR(UpdateReduction(session, row));
        const RuleSet& rules = books_.Get("dues").On(base::ShanghaiDay(tx.now()));
        RONGHE_RETURN_IF_ERROR(MoveWait(tx, rules, {kCollection, id}, {.before = kReductionWaits}));
        Guard guard;
        guard.Expect(true, rules.Get("dues.hardship"), "", "branch, committee",
                     base::Cat(row.motion));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), {kCollection, id},
                                               "ApproveDuesReduction", guard.decisions(),
                                               tx.now()));
        tx.Audit(row.committee_id, request.name());
        return ToProto(row);
      });
}

absl::StatusOr<v1::DuesReduction> DuesStandardApi::End(rpc::Call& call, const std::string& name,
                                                       const std::string& etag,
                                                       ReductionState state) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kCollection));
  return writer_.Write<v1::DuesReduction>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesReduction> {
        RONGHE_ASSIGN_OR_RETURN(DuesReductionRow row, LockReduction(tx.session(), id));
        const int64_t place =
            state == ReductionState::kRefused ? row.committee_id : row.organization_id;
        RONGHE_RETURN_IF_ERROR(call.Authorize(place));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
        if (row.state != ReductionState::kProposed) return DuesReductionEnded();
        row.state = state;
        row.decided_by = call.principal().subject;
        row.decide_time = tx.now();
        ++row.etag;
        RONGHE_RETURN_IF_ERROR(UpdateReduction(tx.session(), row));
        RONGHE_RETURN_IF_ERROR(MoveWait(tx, books_.Get("dues").On(base::ShanghaiDay(tx.now())),
                                        {kCollection, id}, {.before = kReductionWaits}));
        tx.Audit(place, name);
        return ToProto(row);
      });
}

absl::StatusOr<v1::DuesReduction> DuesStandardApi::RefuseDuesReduction(
    rpc::Call& call, const v1::RefuseDuesReductionRequest& request) {
  return End(call, request.name(), request.etag(), ReductionState::kRefused);
}

absl::StatusOr<v1::DuesReduction> DuesStandardApi::WithdrawDuesReduction(
    rpc::Call& call, const v1::WithdrawDuesReductionRequest& request) {
  return End(call, request.name(), request.etag(), ReductionState::kWithdrawn);
}

absl::StatusOr<v1::DuesReduction> DuesStandardApi::GetDuesReduction(
    rpc::Call& call, const v1::GetDuesReductionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::DuesReduction> {
        RONGHE_ASSIGN_OR_RETURN(const DuesReductionRow row, LoadReduction(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        v1::DuesReduction reduction = ToProto(row);
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                                DecisionsOf(session, {kCollection, id}, 0, kDecisions));
        for (const DecisionRow& one : decisions) *reduction.add_decisions() = ToProto(one);
        return reduction;
      });
}

absl::StatusOr<v1::ListDuesReductionsResponse> DuesStandardApi::ListDuesReductions(
    rpc::Call& call, const v1::ListDuesReductionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesReductionRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return ReductionsOf(session, id, before, size + 1);
                          }));
  v1::ListDuesReductionsResponse response;
  for (const DuesReductionRow& row : rows) {
    if (response.reductions_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_reductions() = ToProto(row);
    before = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
