#include "services/membership/api/remittance_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/sql/statement.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/api/request.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/dues_subtree.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

constexpr char kCollection[] = "remittances";
constexpr int32_t kRemittancesAtATime = 500;

absl::StatusOr<DuesPeriod> ReadPeriod(std::string_view text) {
  std::optional<DuesPeriod> period = ParsePeriod(text);
  if (!period) return error::InvalidFields({{"period", "期间应写作2026、2026-Q3或2026-07。"}});
  return *std::move(period);
}

// Locks an organization against other remittances of it.
absl::Status LockOne(sql::Session& session, int64_t id) {
  const std::vector<int64_t> ids = {id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, LockOrganizations(session, ids));
  return rows.empty() ? OrganizationNotFound(id) : absl::OkStatus();
}

// Locks the sums of an organization's months against payments that would still be dated in them.
absl::Status LockMonths(sql::Session& session, int64_t id, const DuesPeriod& period) {
  const std::vector<int64_t> ids = {id};
  for (Month month = period.first; month <= period.last; ++month) {
    RONGHE_RETURN_IF_ERROR(LockDuesMonths(session, MonthCode(month), ids).status());
  }
  return absl::OkStatus();
}

absl::Status Enter(service::WriteTx& tx, LedgerEntryRow entry, const RemittanceRow& row,
                   const Posting& posting) {
  entry.id = tx.NextId();
  entry.posted_by = tx.call().principal().subject;
  entry.create_time = tx.now();
  entry.set_reference({kCollection, row.id});
  return PostEntry(tx.session(), entry, posting);
}

// The lines of two amounts, one of which may be nothing.
void AddLines(std::vector<LedgerLine>& lines, const LedgerLine& first, const LedgerLine& second) {
  for (const LedgerLine& line : {first, second}) {
    if (line.debit_fen != 0 || line.credit_fen != 0) lines.push_back(line);
  }
}

// Who confirms what was handed up; without an organization above, the sender for the Centre.
int64_t ReceiverOf(const RemittanceRow& row) {
  return row.parent_id == 0 ? row.organization_id : row.parent_id;
}

// What closes a period: the sums below and the first organization that differs.
struct Closing {
  RemittancePeriodRow row;
  int64_t different = 0;
  absl::flat_hash_set<int64_t> handed_up;
};

absl::Status AddUpRemittances(sql::Session& session, const DuesPeriod& period, Closing& closing) {
  int64_t after = 0;
  while (true) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<RemittanceRow> rows,
        RemittancesOfPeriod(session, closing.row.organization_id, MonthCode(period.first),
                            MonthCode(period.last), after, kRemittancesAtATime));
    for (const RemittanceRow& row : rows) {
      const bool inside =
          row.first_month >= closing.row.first_month && row.last_month <= closing.row.last_month;
      if ((!inside || row.sent_fen != row.received_fen) && closing.different == 0) {
        closing.different = row.organization_id;
      }
      ++closing.row.remittance_count;
      closing.row.paid_fen += row.sent_fen;
      closing.row.received_fen += row.received_fen;
      closing.row.central_fen += row.central_fen;
      closing.handed_up.insert(row.organization_id);
      after = row.id;
    }
    if (rows.size() < kRemittancesAtATime) return absl::OkStatus();
  }
}

// Looks for an organization directly below that has something to hand up and did not.
absl::Status FindMissing(sql::Session& session, const org::OrgTree& tree, Closing& closing) {
  std::vector<int64_t> children;
  for (const org::OrgNode& child : tree.Children(closing.row.organization_id)) {
    if (!closing.handed_up.contains(child.id)) children.push_back(child.id);
  }
  for (size_t from = 0; from < children.size() && closing.different == 0; from += sql::kMaxList) {
    const std::span<const int64_t> ids = std::span<const int64_t>(children).subspan(
        from, std::min(sql::kMaxList, children.size() - from));
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<Collected> collected,
        CollectedBy(session, closing.row.first_month, closing.row.last_month, ids));
    for (const Collected& one : collected) {
      if (one.fen > 0 && closing.different == 0) closing.different = one.organization_id;
    }
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<RemittancePeriodRow> periods,
        PeriodsWithin(session, closing.row.first_month, closing.row.last_month, ids));
    for (const RemittancePeriodRow& one : periods) {
      if (one.received_fen > 0 && closing.different == 0) closing.different = one.organization_id;
    }
  }
  return absl::OkStatus();
}

}  // namespace

RemittanceApi::RemittanceApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                             const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), books_(books), tokens_(tokens) {}

absl::StatusOr<v1::RemittanceRatio> RemittanceApi::SetRemittanceRatio(
    rpc::Call& call, const v1::SetRemittanceRatioRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  if (request.basis() < v1::REMITTANCE_BASIS_LEVEL ||
      request.basis() > v1::REMITTANCE_BASIS_LOCAL_COMMITTEE) {
    return error::InvalidFields({{"basis", "上缴依据不在代码表中。"}});
  }
  int32_t part_bp = request.ratio_basis_points();
  const RuleSet& rules = books_.Get("dues").On(absl::CivilDay(request.from_year(), 1, 1));
  if (part_bp == 0 && request.basis() == v1::REMITTANCE_BASIS_CENTRE) {
    part_bp = static_cast<int32_t>(rules.Number("remit.centre_bp"));
  } else if (part_bp == 0 && request.basis() == v1::REMITTANCE_BASIS_LOCAL_COMMITTEE) {
    part_bp = static_cast<int32_t>(rules.Number("remit.local_bp"));
  }
  return writer_.Write<v1::RemittanceRatio>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RemittanceRatio> {
        RONGHE_RETURN_IF_ERROR(
            SetRatio(tx.session(), {.organization_id = id,
                                    .from_year = request.from_year(),
                                    .basis = static_cast<RatioBasis>(request.basis()),
                                    .ratio_bp = part_bp,
                                    .update_time = tx.now()}));
        v1::RemittanceRatio ratio;
        ratio.set_name(
            base::ChildName("organizations", id, "remittanceRatios", request.from_year()));
        ratio.set_organization(request.parent());
        ratio.set_from_year(request.from_year());
        ratio.set_basis(request.basis());
        ratio.set_ratio_basis_points(part_bp);
        tx.Audit(id, ratio.name());
        return ratio;
      });
}

absl::StatusOr<RemittanceApi::Ratio> RemittanceApi::RatioOf(sql::Session& session,
                                                            int64_t organization_id,
                                                            const DuesPeriod& period) const {
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<RemittanceRatioRow> set,
      RatioIn(session, organization_id, static_cast<int32_t>(period.first.year())));
  if (set) {
    const char* const rule = set->basis == RatioBasis::kCentre           ? "C-12"
                             : set->basis == RatioBasis::kLocalCommittee ? "C-13"
                                                                         : "C-14";
    return Ratio{set->basis, set->ratio_bp, rule};
  }
  const RuleSet& rules = books_.Get("dues").On(LastDay(period.last));
  const std::optional<org::OrgNode> node = tree_.tree().Node(organization_id);
  if (!node) return OrganizationNotFound(organization_id);
  const char* key = "remit.branch_bp";
  RatioBasis basis = RatioBasis::kLevel;
  if (node->parent == 0) {
    key = "remit.centre_bp";
    basis = RatioBasis::kCentre;
  } else if (node->kind == "611") {
    key = "remit.committee_bp";
  }
  const Rule& rule = rules.Get(key);
  return Ratio{basis, static_cast<int32_t>(rule.number), rule.id};
}

absl::StatusOr<int64_t> RemittanceApi::BaseOf(sql::Session& session, int64_t organization_id,
                                              const DuesPeriod& period, RatioBasis basis) const {
  const int32_t first = MonthCode(period.first);
  const int32_t last = MonthCode(period.last);
  int64_t base = 0;
  if (basis != RatioBasis::kLevel) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesMonthRow> months,
                            SubtreeMonths(session, tree_.tree(), organization_id, first, last));
    for (const DuesMonthRow& month : months) base += month.collected_fen;
    return base;
  }
  const std::vector<int64_t> ids = {organization_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Collected> own, CollectedBy(session, first, last, ids));
  for (const Collected& one : own) base += one.fen;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RemittancePeriodRow> closed,
                          PeriodsWithin(session, first, last, ids));
  for (const RemittancePeriodRow& one : closed) base += one.received_fen - one.central_fen;
  return base;
}

absl::StatusOr<v1::Remittance> RemittanceApi::SendRemittance(
    rpc::Call& call, const v1::SendRemittanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const DuesPeriod period, ReadPeriod(request.period()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  if (day <= LastDay(period.last)) return RemittancePeriodNotOver(period.last);
  tree_.AfterOwnWrites(call.deadline());
  const std::optional<org::OrgNode> node = tree_.tree().Node(id);
  if (!node) return OrganizationNotFound(id);

  return writer_.Write<v1::Remittance>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Remittance> {
        sql::Session& session = tx.session();
        RONGHE_RETURN_IF_ERROR(LockOne(session, id));
        const int32_t first = MonthCode(period.first);
        const int32_t last = MonthCode(period.last);
        RONGHE_ASSIGN_OR_RETURN(const std::optional<RemittanceRow> earlier,
                                RemittanceOverlapping(session, id, first, last));
        if (earlier) return RemittancePeriodOverlaps(earlier->period);
        RONGHE_RETURN_IF_ERROR(LockMonths(session, id, period));
        RONGHE_ASSIGN_OR_RETURN(const Ratio ratio, RatioOf(session, id, period));
        // What came from below counts once its period is closed.
        RONGHE_ASSIGN_OR_RETURN(const std::vector<RemittanceRow> below,
                                RemittancesOfPeriod(session, id, first, last, 0, 1));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<RemittancePeriodRow> closed,
                                PeriodOverlapping(session, id, first, last));
        if (!below.empty() && !closed) {
          return RemittanceChildrenOpen(below.front().organization_id);
        }
        RONGHE_ASSIGN_OR_RETURN(const int64_t base, BaseOf(session, id, period, ratio.basis));
        RONGHE_ASSIGN_OR_RETURN(FundBalances balances,
                                LockBalances(session, id, LedgerFund::kDues));
        RemittanceRow row{.id = tx.NextId(),
                          .organization_id = id,
                          .parent_id = node->parent,
                          .period = period.name,
                          .first_month = first,
                          .last_month = last,
                          .base_fen = base,
                          .ratio_bp = ratio.part_bp,
                          .ratio_fen = PartOf(base, ratio.part_bp),
                          .central_fen = balances[LedgerAccount::kCentralInHand],
                          .rule_id = ratio.rule_id,
                          .create_time = tx.now()};
        row.sent_fen = row.ratio_fen + row.central_fen;
        if (row.sent_fen == 0) {
          row.state = RemittanceState::kReceived;
          row.receive_time = tx.now();
        } else {
          Posting posting{.organization_id = id,
                          .fund = LedgerFund::kDues,
                          .lines = {Debit(LedgerAccount::kInTransit, row.sent_fen)}};
          AddLines(posting.lines, Credit(LedgerAccount::kBank, row.ratio_fen),
                   Credit(LedgerAccount::kCentralInHand, row.central_fen));
          RONGHE_RETURN_IF_ERROR(
              Enter(tx, {.kind = EntryKind::kRemittance, .day = day}, row, posting));
        }
        RONGHE_RETURN_IF_ERROR(InsertRemittance(session, row));
        if (row.state == RemittanceState::kSent) {
          RONGHE_RETURN_IF_ERROR(MoveWait(
              tx, books_.Get("dues").On(base::ShanghaiDay(tx.now())), {kCollection, row.id},
              {.after = kRemittanceWaits, .organization_id = ReceiverOf(row)}));
        }
        if (row.parent_id == 0 && period.last.month() == 12) {
          RONGHE_RETURN_IF_ERROR(MeetRound(session, {"organizations", id}, "DL-20",
                                           static_cast<int32_t>(period.last.year()), day,
                                           tx.now()));
        }
        tx.Audit(id, base::Name(kCollection, row.id));
        return ToProto(row);
      });
}

absl::Status RemittanceApi::EndWait(service::WriteTx& tx, const RemittanceRow& row) const {
  return MoveWait(tx, books_.Get("dues").On(base::ShanghaiDay(tx.now())), {kCollection, row.id},
                  {.before = kRemittanceWaits});
}

absl::StatusOr<v1::Remittance> RemittanceApi::ReceiveRemittance(
    rpc::Call& call, const v1::ReceiveRemittanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  return writer_.Write<v1::Remittance>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Remittance> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(RemittanceRow row, LockRemittance(session, id));
        const int64_t place = ReceiverOf(row);
        RONGHE_RETURN_IF_ERROR(call.Authorize(place));
        if (row.state != RemittanceState::kSent) return RemittanceNotOpen();
        const int64_t open = row.sent_fen - row.received_fen;
        const int64_t now = request.received_fen();
        if (now > open) return RemittanceAmountDiffers(open, now);
        RONGHE_RETURN_IF_ERROR(Enter(
            tx, {.kind = EntryKind::kRemittance, .day = day}, row,
            {row.organization_id,
             LedgerFund::kDues,
             {Debit(LedgerAccount::kHandedUp, now), Credit(LedgerAccount::kInTransit, now)}}));
        if (row.parent_id != 0) {
          // What goes whole to the Centre comes first.
          const int64_t central = std::clamp<int64_t>(row.central_fen - row.received_fen, 0, now);
          Posting posting{.organization_id = row.parent_id, .fund = LedgerFund::kDues, .lines = {}};
          AddLines(posting.lines, Debit(LedgerAccount::kCentralInHand, central),
                   Debit(LedgerAccount::kBank, now - central));
          posting.lines.push_back(Credit(LedgerAccount::kReceivedFromBelow, now));
          RONGHE_RETURN_IF_ERROR(
              Enter(tx, {.kind = EntryKind::kReceipt, .day = day}, row, posting));
        }
        row.received_fen += now;
        if (row.received_fen == row.sent_fen) row.state = RemittanceState::kReceived;
        row.receive_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateRemittance(session, row));
        if (row.state == RemittanceState::kReceived) RONGHE_RETURN_IF_ERROR(EndWait(tx, row));
        tx.Audit(place, request.name());
        return ToProto(row);
      });
}

absl::StatusOr<v1::Remittance> RemittanceApi::ReverseRemittance(
    rpc::Call& call, const v1::ReverseRemittanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  return writer_.Write<v1::Remittance>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Remittance> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(RemittanceRow row, LockRemittance(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.state == RemittanceState::kReversed || row.received_fen != 0) {
          return RemittanceNotOpen();
        }
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerEntryRow> entries,
                                EntriesOf(session, {kCollection, id}));
        for (const LedgerEntryRow& entry : entries) {
          RONGHE_RETURN_IF_ERROR(
              PostReversal(session, tx.NextId(), entry, day, call.principal().subject, tx.now())
                  .status());
        }
        row.state = RemittanceState::kReversed;
        RONGHE_RETURN_IF_ERROR(UpdateRemittance(session, row));
        RONGHE_RETURN_IF_ERROR(EndWait(tx, row));
        tx.Audit(row.organization_id, request.name());
        return ToProto(row);
      });
}

absl::StatusOr<v1::Remittance> RemittanceApi::GetRemittance(
    rpc::Call& call, const v1::GetRemittanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(const RemittanceRow row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadRemittance(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
  return ToProto(row);
}

absl::StatusOr<v1::ListRemittancesResponse> RemittanceApi::ListRemittances(
    rpc::Call& call, const v1::ListRemittancesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RemittanceRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return RemittancesTo(session, id, before, size + 1);
                          }));
  v1::ListRemittancesResponse response;
  for (const RemittanceRow& row : rows) {
    if (response.remittances_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_remittances() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::RemittancePeriod> RemittanceApi::CloseRemittancePeriod(
    rpc::Call& call, const v1::CloseRemittancePeriodRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const DuesPeriod period, ReadPeriod(request.period()));
  if (base::ShanghaiDay(call.now()) <= LastDay(period.last)) {
    return RemittancePeriodNotOver(period.last);
  }
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::RemittancePeriod>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RemittancePeriod> {
        sql::Session& session = tx.session();
        RONGHE_RETURN_IF_ERROR(LockOne(session, id));
        const int32_t first = MonthCode(period.first);
        const int32_t last = MonthCode(period.last);
        RONGHE_ASSIGN_OR_RETURN(const std::optional<RemittancePeriodRow> earlier,
                                PeriodOverlapping(session, id, first, last));
        if (earlier) return RemittancePeriodIsClosed();
        Closing closing{.row = {.organization_id = id,
                                .period = period.name,
                                .first_month = first,
                                .last_month = last,
                                .close_time = tx.now()},
                        .handed_up = {}};
        RONGHE_RETURN_IF_ERROR(AddUpRemittances(session, period, closing));
        RONGHE_RETURN_IF_ERROR(FindMissing(session, tree_.tree(), closing));
        if (closing.different != 0) {
          return RemittanceDifference(closing.row.paid_fen, closing.row.received_fen,
                                      closing.different);
        }
        RONGHE_RETURN_IF_ERROR(InsertPeriod(session, closing.row));
        tx.Audit(id, ToProto(closing.row).name());
        return ToProto(closing.row);
      });
}

}  // namespace ronghe::membership
