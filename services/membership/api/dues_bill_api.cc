#include "services/membership/api/dues_bill_api.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/dues_subtree.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/subtree_reader.h"

namespace ronghe::membership {
namespace {

constexpr int kMostMonths = 24;
// Branches that a page of arrears looks at: a page may be short, never slow.
constexpr int kBranchesAPage = 64;

absl::StatusOr<int64_t> BranchOfMember(sql::Session& session, int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
  if (rows.empty()) return MemberNotFound(member_id);
  return rows.front().organization_id;
}

absl::StatusOr<DuesAccountRow> AccountOf(sql::Session& session, int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAccountRow> rows, PaidThrough(session, ids));
  return rows.empty() ? DuesAccountRow{.member_id = member_id} : rows.front();
}

}  // namespace

DuesBillApi::DuesBillApi(service::Writer& writer, MembershipTree& tree,
                         const rpc::PageTokens& tokens, std::function<void()> nudge)
    : writer_(writer), tree_(tree), tokens_(tokens), nudge_(std::move(nudge)) {}

absl::StatusOr<v1::BillRun> DuesBillApi::CreateBillRun(rpc::Call& call,
                                                       const v1::CreateBillRunRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const Month month, ReadMonth(request.month(), "month"));
  if (month > Month(base::ShanghaiDay(call.now()))) return MonthInFuture(month);
  absl::StatusOr<v1::BillRun> run =
      writer_.Write<v1::BillRun>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::BillRun> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<BillRunRow> last,
                                BillRunOf(tx.session(), id, MonthCode(month)));
        if (last && last->state == RunState::kRunning) return BillRunActive(last->id);
        const BillRunRow row{.id = tx.NextId(),
                             .organization_id = id,
                             .month = MonthCode(month),
                             .requested_by = call.principal().subject,
                             .trace_id = call.trace().trace_id,
                             .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertBillRun(tx.session(), row));
        tx.Audit(id, base::Name("billRuns", row.id));
        return ToProto(row);
      });
  if (run.ok()) nudge_();
  return run;
}

absl::StatusOr<v1::BillRun> DuesBillApi::GetBillRun(rpc::Call& call,
                                                    const v1::GetBillRunRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "billRuns"));
  RONGHE_ASSIGN_OR_RETURN(const BillRunRow row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadBillRun(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
  return ToProto(row);
}

absl::StatusOr<v1::ListBillRunsResponse> DuesBillApi::ListBillRuns(
    rpc::Call& call, const v1::ListBillRunsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BillRunRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return BillRunsOf(session, id, before, size + 1);
                          }));
  v1::ListBillRunsResponse response;
  for (const BillRunRow& row : rows) {
    if (response.runs_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_runs() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::ListDuesBillsResponse> DuesBillApi::ListDuesBills(
    rpc::Call& call, const v1::ListDuesBillsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const Month month, ReadMonth(request.month(), "month"));
  const std::string filter = base::Cat(id, "|", request.month());
  RONGHE_ASSIGN_OR_RETURN(int64_t after,
                          tokens_.OpenNumber(call.method(), filter, request.page_token(), 0));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<NamedBillRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return BillsOfBranch(session, id, MonthCode(month), after, size + 1);
                          }));
  v1::ListDuesBillsResponse response;
  for (const NamedBillRow& row : rows) {
    if (response.bills_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(after)));
      break;
    }
    *response.add_bills() = ToProto(row);
    after = row.member_id;
  }
  return response;
}

absl::StatusOr<v1::ListDuesOfMemberResponse> DuesBillApi::ListDuesOfMember(
    rpc::Call& call, const v1::ListDuesOfMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int32_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<DuesBillRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const int64_t branch, BranchOfMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(branch));
        RONGHE_ASSIGN_OR_RETURN(rows,
                                BillsOfMember(session, id, static_cast<int32_t>(before), size + 1));
        return absl::OkStatus();
      }));
  v1::ListDuesOfMemberResponse response;
  for (const DuesBillRow& row : rows) {
    if (response.bills_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_bills() = ToProto(row);
    before = row.month;
  }
  return response;
}

absl::StatusOr<v1::ListMyDuesResponse> DuesBillApi::ListMyDues(
    rpc::Call& call, const v1::ListMyDuesRequest& request) {
  const int64_t id = call.principal().member_id;
  if (id == 0) return MemberLinkMissing();
  const std::string filter = base::Name("members", id);
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), filter, request.page_token(),
                                             std::numeric_limits<int32_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListMyDuesResponse response;
  std::vector<DuesBillRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const DuesAccountRow account, AccountOf(session, id));
        *response.mutable_account() = ToProto(account);
        RONGHE_ASSIGN_OR_RETURN(rows,
                                BillsOfMember(session, id, static_cast<int32_t>(before), size + 1));
        return absl::OkStatus();
      }));
  for (const DuesBillRow& row : rows) {
    if (response.bills_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(before)));
      break;
    }
    *response.add_bills() = ToProto(row);
    before = row.month;
  }
  return response;
}

absl::StatusOr<v1::DuesAccount> DuesBillApi::GetDuesAccount(
    rpc::Call& call, const v1::GetDuesAccountRequest& request) {
  constexpr std::string_view kSuffix = "/duesAccount";
  const std::string_view name = request.name();
  if (!name.ends_with(kSuffix)) {
    return error::InvalidFields({{"name", "应写作members/{id}/duesAccount。"}});
  }
  RONGHE_ASSIGN_OR_RETURN(const int64_t id,
                          base::ParseName(name.substr(0, name.size() - kSuffix.size()), "members"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::DuesAccount> {
        RONGHE_ASSIGN_OR_RETURN(const int64_t branch, BranchOfMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(branch));
        RONGHE_ASSIGN_OR_RETURN(const DuesAccountRow account, AccountOf(session, id));
        return ToProto(account);
      });
}

absl::StatusOr<v1::ListArrearsResponse> DuesBillApi::ListArrears(
    rpc::Call& call, const v1::ListArrearsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  const int32_t least = request.min_months() == 0 ? 1 : request.min_months();
  const std::string filter = base::Cat(root, "|", least);
  SubtreeCursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, ParseCursor(text));
  }
  const int32_t size = rpc::PageSize(request.page_size());
  const org::OrgTree& tree = tree_.tree();
  v1::ListArrearsResponse response;
  // Goes on within the branch that the last page ended in, then with those behind it.
  std::vector<org::OrgStop> stops;
  if (cursor.after_id != 0 && cursor.path) {
    stops.push_back({cursor.path->empty() ? root : cursor.path->back().id, *cursor.path});
  }
  const std::vector<org::OrgStop> next =
      tree.SubtreeStops(root, cursor.path, kBranchesAPage,
                        [](const org::OrgBrief& brief) { return org::IsBranchKind(brief.kind); });
  stops.insert(stops.end(), next.begin(), next.end());
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        response.Clear();
        int64_t after = cursor.after_id;
        for (const org::OrgStop& stop : stops) {
          const int32_t room = size - response.arrears_size();
          RONGHE_ASSIGN_OR_RETURN(const std::vector<ArrearsRow> rows,
                                  ArrearsOf(session, stop.id, after, least, room + 1));
          for (const ArrearsRow& row : rows) {
            if (response.arrears_size() == size) {
              response.set_next_page_token(
                  tokens_.Seal(call.method(), filter, FormatCursor(stop.path, after)));
              return absl::OkStatus();
            }
            *response.add_arrears() = ToProto(row);
            after = row.member_id;
          }
          after = 0;
        }
        if (next.size() == kBranchesAPage) {
          response.set_next_page_token(
              tokens_.Seal(call.method(), filter, FormatCursor(next.back().path, 0)));
        }
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<v1::DuesCollection> DuesBillApi::GetDuesCollection(
    rpc::Call& call, const v1::GetDuesCollectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const Month first, ReadMonth(request.from_month(), "from_month"));
  RONGHE_ASSIGN_OR_RETURN(const Month last, ReadMonth(request.to_month(), "to_month"));
  if (last < first || last - first > kMostMonths) {
    return error::InvalidFields({{"to_month", "应不早于开始月份，最多24个月。"}});
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesMonthRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return SubtreeMonths(session, tree_.tree(), root, MonthCode(first),
                                                 MonthCode(last));
                          }));
  v1::DuesCollection collection;
  collection.set_organization(request.parent());
  int64_t billed = 0;
  int64_t settled = 0;
  for (const DuesMonthRow& row : rows) {
    *collection.add_months() = ToProto(row);
    billed += row.billed_fen;
    settled += row.settled_fen;
  }
  collection.set_billed_fen(billed);
  collection.set_settled_fen(settled);
  constexpr int64_t kWhole = 10'000;
  if (billed > 0) {
    collection.set_rate_basis_points(static_cast<int32_t>(settled * kWhole / billed));
  }
  return collection;
}

}  // namespace ronghe::membership
