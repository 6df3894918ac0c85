#include "services/membership/api/fund_request_api.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/api/collective_decision.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/api/ledger_api.h"
#include "services/membership/api/request.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/store/ledger_store.h"

namespace ronghe::membership {
namespace {

constexpr char kCollection[] = "fundRequests";

// Moves dues from one organization to the one directly below it.
absl::Status Allot(service::WriteTx& tx, const FundRequestRow& row, absl::CivilDay day) {
  const auto post = [&](Posting posting) {
    LedgerEntryRow entry{.id = tx.NextId(),
                         .kind = EntryKind::kAllotment,
                         .day = day,
                         .use = row.use,
                         .decision = row.decision,
                         .posted_by = tx.call().principal().subject,
                         .create_time = tx.now()};
    entry.set_reference({kCollection, row.id});
    return PostEntry(tx.session(), entry, posting);
  };
  const int64_t fen = row.allotted_fen;
  RONGHE_RETURN_IF_ERROR(
      post({row.decider_id,
            LedgerFund::kDues,
            {Debit(LedgerAccount::kAllottedBelow, fen), Credit(LedgerAccount::kBank, fen)}}));
  return post({row.organization_id,
               LedgerFund::kDues,
               {Debit(LedgerAccount::kBank, fen), Credit(LedgerAccount::kAllottedFromAbove, fen)}});
}

}  // namespace

FundRequestApi::FundRequestApi(service::Writer& writer, MembershipTree& tree,
                               const RuleBooks& books, MotionReader& motions,
                               const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), books_(books), motions_(motions), tokens_(tokens) {}

absl::StatusOr<v1::FundRequest> FundRequestApi::CreateFundRequest(
    rpc::Call& call, const v1::CreateFundRequestRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote, ReadDecision(motions_, call, request.motion()));
  RONGHE_RETURN_IF_ERROR(CheckDecision(vote, request.parent(), id));
  const auto use = static_cast<FundUse>(request.use());
  const RuleSet& rules = books_.Get("dues").On(base::ShanghaiDay(call.now()));
  RONGHE_RETURN_IF_ERROR(CheckFundUse(rules, LedgerFund::kDues, use));
  tree_.AfterOwnWrites(call.deadline());
  const std::vector<int64_t> above = tree_.tree().Ancestors(id);
  if (above.empty()) return FundRequestNoLevelAbove();
  return writer_.Write<v1::FundRequest>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FundRequest> {
        const FundRequestRow row{.id = tx.NextId(),
                                 .organization_id = id,
                                 .decider_id = above.front(),
                                 .use = use,
                                 .amount_fen = request.amount_fen(),
                                 .motion = request.motion(),
                                 .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertFundRequest(tx.session(), row));
        RONGHE_RETURN_IF_ERROR(
            MoveWait(tx, rules, {kCollection, row.id},
                     {.after = kFundRequestWaits, .organization_id = row.decider_id}));
        tx.Audit(id, base::Name(kCollection, row.id));
        return ToProto(row);
      });
}

absl::Status FundRequestApi::Decide(service::WriteTx& tx, FundRequestRow& row) const {
  row.decide_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateFundRequest(tx.session(), row));
  return MoveWait(tx, books_.Get("dues").On(base::ShanghaiDay(tx.now())), {kCollection, row.id},
                  {.before = kFundRequestWaits});
}

absl::StatusOr<v1::FundRequest> FundRequestApi::ApproveFundRequest(
    rpc::Call& call, const v1::ApproveFundRequestRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  RONGHE_ASSIGN_OR_RETURN(const FundRequestRow asked,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadFundRequest(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(asked.decider_id));
  RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote,
                          ReadDecision(motions_, call, request.decision()));
  return writer_.Write<v1::FundRequest>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FundRequest> {
        RONGHE_ASSIGN_OR_RETURN(FundRequestRow row, LockFundRequest(tx.session(), id));
        if (row.state != RequestState::kAsked) return FundRequestDecided();
        RONGHE_RETURN_IF_ERROR(CheckDecision(vote, request.name(), row.decider_id));
        row.allotted_fen = request.allotted_fen() == 0 ? row.amount_fen : request.allotted_fen();
        if (row.allotted_fen > row.amount_fen) {
          return error::InvalidFields({{"allotted_fen", "下拨金额不能超过申请金额。"}});
        }
        row.decision = request.decision();
        row.state = RequestState::kApproved;
        RONGHE_RETURN_IF_ERROR(Allot(tx, row, day));
        RONGHE_RETURN_IF_ERROR(Decide(tx, row));
        tx.Audit(row.decider_id, request.name());
        return ToProto(row);
      });
}

absl::StatusOr<v1::FundRequest> FundRequestApi::RefuseFundRequest(
    rpc::Call& call, const v1::RefuseFundRequestRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.Write<v1::FundRequest>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FundRequest> {
        RONGHE_ASSIGN_OR_RETURN(FundRequestRow row, LockFundRequest(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.decider_id));
        if (row.state != RequestState::kAsked) return FundRequestDecided();
        row.state = RequestState::kRefused;
        RONGHE_RETURN_IF_ERROR(Decide(tx, row));
        tx.Audit(row.decider_id, request.name());
        return ToProto(row);
      });
}

absl::StatusOr<v1::FundRequest> FundRequestApi::GetFundRequest(
    rpc::Call& call, const v1::GetFundRequestRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(const FundRequestRow row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadFundRequest(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
  return ToProto(row);
}

absl::StatusOr<v1::ListFundRequestsResponse> FundRequestApi::ListFundRequests(
    rpc::Call& call, const v1::ListFundRequestsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<FundRequestRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return FundRequestsOf(session, id, before, size + 1);
                          }));
  v1::ListFundRequestsResponse response;
  for (const FundRequestRow& row : rows) {
    if (response.requests_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_requests() = ToProto(row);
    before = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
