#include "services/membership/api/dues_payment_api.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/sql/error.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/dues_review.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/remittance_store.h"

namespace ronghe::membership {
namespace {

constexpr char kCollection[] = "duesPayments";
constexpr int32_t kDecisions = 50;

absl::StatusOr<MemberRow> LoadMember(sql::Session& session, int64_t id) {
  const std::vector<int64_t> ids = {id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
  if (rows.empty()) return MemberNotFound(id);
  return rows.front();
}

// The standards of a member in two years that follow each other.
class MemberStandards {
 public:
  static absl::StatusOr<MemberStandards> Load(sql::Session& session, int64_t member_id, Month from,
                                              Month to) {
    MemberStandards standards;
    const std::vector<int64_t> ids = {member_id};
    for (auto year = from.year(); year <= to.year(); ++year) {
      RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesStandardRow> rows,
                              StandardsOfYear(session, static_cast<int32_t>(year), ids));
      for (const DuesStandardRow& row : rows) standards.all_.push_back(row.standard());
    }
    return standards;
  }
  const Standard* In(Month month) const { return StandardIn(all_, month); }

 private:
  std::vector<Standard> all_;
};

// What is owed, by month: open bills, then months that have no bill yet and may be paid now.
absl::StatusOr<std::vector<Owed>> OwedBy(sql::Session& session, int64_t member_id,
                                         absl::CivilDay paid_on, Month limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesBillRow> open, LockOpenBills(session, member_id));
  std::vector<Owed> owed;
  for (const DuesBillRow& bill : open) {
    owed.push_back({MonthOf(bill.month), bill.amount_fen - bill.paid_fen, true});
  }
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<DuesBillRow> newest,
      BillsOfMember(session, member_id, std::numeric_limits<int32_t>::max(), 1));
  Month next(paid_on);
  if (!newest.empty()) next = std::max(next, MonthOf(newest.front().month) + 1);
  RONGHE_ASSIGN_OR_RETURN(const MemberStandards standards,
                          MemberStandards::Load(session, member_id, Month(paid_on), limit));
  for (; next <= limit; ++next) {
    const Standard* const standard = standards.In(next);
    if (standard == nullptr) break;
    if (standard->dues.amount_fen > 0) owed.push_back({next, standard->dues.amount_fen, false});
  }
  return owed;
}

// Errors: DUES_PERIOD_CLOSED when the organization has handed up the month. The sums of the month
// must be locked.
absl::Status CheckOpen(sql::Session& session, int64_t organization_id, Month month) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<RemittanceRow> sent,
      RemittanceOverlapping(session, organization_id, MonthCode(month), MonthCode(month)));
  return sent ? DuesPeriodClosed(month) : absl::OkStatus();
}

// Counts money that came in (or went back) on a day.
absl::Status Collect(sql::Session& session, int64_t organization_id, absl::CivilDay day,
                     int64_t amount_fen) {
  RONGHE_RETURN_IF_ERROR(AddToDuesMonth(session, {.organization_id = organization_id,
                                                  .month = MonthCode(Month(day)),
                                                  .collected_fen = amount_fen}));
  return CheckOpen(session, organization_id, Month(day));
}

Posting PostingOf(const DuesPaymentRow& row) {
  const int64_t fen = row.amount_fen;
  switch (row.kind) {
    case PaymentKind::kCentral:
      return {row.organization_id,
              LedgerFund::kDues,
              {Debit(LedgerAccount::kCentralInHand, fen), Credit(LedgerAccount::kCentral, fen)}};
    case PaymentKind::kVoluntary:
      return {row.organization_id,
              LedgerFund::kDues,
              {Debit(LedgerAccount::kInHand, fen), Credit(LedgerAccount::kVoluntary, fen)}};
    case PaymentKind::kRegular:
      break;
  }
  return {row.organization_id,
          LedgerFund::kDues,
          {Debit(LedgerAccount::kInHand, fen), Credit(LedgerAccount::kCollected, fen)}};
}

}  // namespace

DuesPaymentApi::DuesPaymentApi(service::Writer& writer, MembershipTree& tree,
                               const RuleBooks& books, const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), books_(books), tokens_(tokens) {}

absl::StatusOr<int64_t> DuesPaymentApi::Collector(rpc::Call& call, const MemberRow& member,
                                                  const std::string& organization, const Rule& rule,
                                                  Guard& guard) const {
  int64_t place = member.organization_id;
  if (!organization.empty()) {
    RONGHE_ASSIGN_OR_RETURN(place, base::ParseName(organization, "organizations"));
  }
  RONGHE_RETURN_IF_ERROR(call.Authorize(place));
  const std::optional<org::OrgNode> node = tree_.tree().Node(place);
  if (!node || (node->kind != "631" && node->kind != "632")) return DuesTemporaryOrganization();
  const bool elsewhere = place != member.organization_id;
  if (elsewhere) {
    // Whoever may not see the member does not learn that there is one.
    if (!member.floating) RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
    RONGHE_RETURN_IF_ERROR(
        guard.Require(member.floating, rule, "DUES_NOT_FLOATING",
                      "党费应交到组织关系所在党支部；流动党员可以交到流入地党支部。", "floating",
                      "not floating"));
  }
  return place;
}

absl::StatusOr<std::optional<v1::DuesPayment>> DuesPaymentApi::Replayed(
    service::WriteTx& tx, const DuesPaymentRow& row) const {
  if (!row.external_number) return std::optional<v1::DuesPayment>();
  RONGHE_ASSIGN_OR_RETURN(const std::optional<DuesPaymentRow> earlier,
                          PaymentByExternal(tx.session(), row.channel, *row.external_number));
  if (!earlier) return std::optional<v1::DuesPayment>();
  if (earlier->member_id != row.member_id || earlier->amount_fen != row.amount_fen ||
      earlier->organization_id != row.organization_id ||
      (earlier->kind == PaymentKind::kRegular) != (row.kind == PaymentKind::kRegular)) {
    return DuesExternalNumberUsed();
  }
  const std::vector<int64_t> ids = {earlier->id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAllocationRow> allocations,
                          AllocationsOf(tx.session(), ids));
  tx.Audit(earlier->organization_id, base::Name(kCollection, earlier->id));
  return std::optional<v1::DuesPayment>(ToProto(*earlier, allocations));
}

absl::Status DuesPaymentApi::Settle(service::WriteTx& tx, const MemberRow& member,
                                    DuesAccountRow account, absl::CivilDay paid_on,
                                    std::span<const Allocation> allocations) const {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(std::vector<DuesBillRow> open, LockOpenBills(session, member.id));
  RONGHE_ASSIGN_OR_RETURN(
      const MemberStandards standards,
      MemberStandards::Load(session, member.id, Month(paid_on), allocations.back().month));
  for (const Allocation& one : allocations) {
    DuesMonthRow sum{.month = MonthCode(one.month), .settled_fen = one.amount_fen};
    if (one.billed) {
      const auto bill = std::find_if(open.begin(), open.end(), [&one](const DuesBillRow& row) {
        return row.month == MonthCode(one.month);
      });
      if (bill == open.end()) return DuesBillMissing(one.month);
      bill->paid_fen += one.amount_fen;
      bill->settled = one.settles;
      bill->state = StateOfBill(bill->amount_fen, bill->paid_fen, false);
      RONGHE_RETURN_IF_ERROR(UpdateBill(session, *bill));
      sum.organization_id = bill->organization_id;
    } else {
      const Standard* const standard = standards.In(one.month);
      if (standard == nullptr) return DuesStandardMissing(one.month);
      const DuesBillRow bill{.member_id = member.id,
                             .month = MonthCode(one.month),
                             .organization_id = member.organization_id,
                             .amount_fen = standard->dues.amount_fen,
                             .paid_fen = one.amount_fen,
                             .state = StateOfBill(standard->dues.amount_fen, one.amount_fen, false),
                             .settled = one.settles};
      RONGHE_RETURN_IF_ERROR(AddBill(session, bill));
      sum.organization_id = bill.organization_id;
      sum.billed_members = 1;
      sum.billed_fen = bill.amount_fen;
    }
    RONGHE_RETURN_IF_ERROR(AddToDuesMonth(session, sum));
  }
  account.last_paid_on = std::max(account.last_paid_on.value_or(paid_on), paid_on);
  RONGHE_ASSIGN_OR_RETURN(std::vector<event::Draft> drafts,
                          ReviewAccounts(session, std::span(&account, 1), Month(paid_on),
                                         Rules(paid_on).Get("dues.unpaid_steps"), tx.now()));
  for (event::Draft& draft : drafts) tx.Emit(std::move(draft));
  return absl::OkStatus();
}

absl::Status DuesPaymentApi::Save(service::WriteTx& tx, DuesPaymentRow& row, const Guard& guard,
                                  std::string_view event) const {
  sql::Session& session = tx.session();
  const auto year = static_cast<int32_t>(row.paid_on.year());
  RONGHE_ASSIGN_OR_RETURN(const int32_t number, NextReceipt(session, row.organization_id, year));
  const std::optional<org::OrgNode> node = tree_.tree().Node(row.organization_id);
  row.receipt_number = absl::StrFormat(
      "%s-%d-%06d", node ? node->code : base::Cat(row.organization_id), year, number);
  const absl::Status inserted = InsertPayment(session, row);
  if (sql::ViolatedKey(inserted) == "dues_payment_by_external") return DuesExternalNumberUsed();
  RONGHE_RETURN_IF_ERROR(inserted);
  LedgerEntryRow entry{.id = tx.NextId(),
                       .kind = EntryKind::kPayment,
                       .day = row.paid_on,
                       .posted_by = row.recorded_by,
                       .create_time = tx.now()};
  entry.set_reference({kCollection, row.id});
  RONGHE_RETURN_IF_ERROR(PostEntry(session, entry, PostingOf(row)));
  RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), {kCollection, row.id}, event,
                                         guard.decisions(), tx.now()));
  tx.Audit(row.organization_id, base::Name(kCollection, row.id));
  return absl::OkStatus();
}

absl::StatusOr<v1::DuesPayment> DuesPaymentApi::RecordDuesPayment(
    rpc::Call& call, const v1::RecordDuesPaymentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay paid_on,
                          PastDay(call, request.has_paid_on(), request.paid_on(), "paid_on"));
  PaymentRequest asked{.amount_fen = request.amount_fen(),
                       .channel = request.channel(),
                       .paid_on = paid_on,
                       .month = std::nullopt,
                       .quarterly_consent = request.quarterly_consent()};
  if (!request.month().empty()) {
    RONGHE_ASSIGN_OR_RETURN(asked.month, ReadMonth(request.month(), "month"));
  }
  if (request.payer() < 0 || request.payer() > static_cast<int>(Payer::kOtherMember)) {
    return error::InvalidFields({{"payer", "交纳人不在代码表中。"}});
  }
  const RuleSet& rules = Rules(paid_on);
  tree_.AfterOwnWrites(call.deadline());

  return writer_.Write<v1::DuesPayment>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesPayment> {
        sql::Session& session = tx.session();
        Guard guard;
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, member_id));
        RONGHE_ASSIGN_OR_RETURN(const int64_t place, Collector(call, member, request.organization(),
                                                               rules.Get("dues.place"), guard));
        DuesPaymentRow row{
            .id = tx.NextId(),
            .member_id = member_id,
            .organization_id = place,
            .channel = asked.channel,
            .payer = request.payer() == 0 ? Payer::kSelf : static_cast<Payer>(request.payer()),
            .amount_fen = asked.amount_fen,
            .paid_on = paid_on,
            .recorded_by = call.principal().subject,
            .create_time = tx.now(),
            .update_time = tx.now()};
        if (!request.external_number().empty()) row.external_number = request.external_number();
        RONGHE_RETURN_IF_ERROR(CheckChannel(rules, asked.channel, guard));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<DuesAccountRow> account,
                                LockDuesAccount(session, member_id));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<v1::DuesPayment> earlier, Replayed(tx, row));
        if (earlier) return *earlier;
        if (!account) return DuesStandardMissing(asked.month.value_or(Month(paid_on)));
        bool month_settled = false;
        if (asked.month) {
          RONGHE_ASSIGN_OR_RETURN(const std::optional<DuesBillRow> bill,
                                  LockBill(session, member_id, MonthCode(*asked.month)));
          month_settled = bill && bill->settled;
        }
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<Owed> owed,
            OwedBy(session, member_id, paid_on, PaidAheadLimit(rules, paid_on)));
        guard = Guard();
        RONGHE_ASSIGN_OR_RETURN(const std::vector<Allocation> allocations,
                                Allocate(rules, asked, owed, month_settled, guard));
        row.late_make_up = IsLateMakeUp(rules, paid_on, allocations, guard);
        RONGHE_RETURN_IF_ERROR(Settle(tx, member, *account, paid_on, allocations));
        RONGHE_RETURN_IF_ERROR(Collect(session, place, paid_on, row.amount_fen));
        RONGHE_RETURN_IF_ERROR(Save(tx, row, guard, "RecordDuesPayment"));
        std::vector<DuesAllocationRow> given;
        for (const Allocation& one : allocations) {
          given.push_back({row.id, MonthCode(one.month), member_id, one.amount_fen, one.settles});
        }
        RONGHE_RETURN_IF_ERROR(InsertAllocations(session, given));
        return ToProto(row, given);
      });
}

absl::StatusOr<v1::DuesPayment> DuesPaymentApi::RecordVoluntaryDues(
    rpc::Call& call, const v1::RecordVoluntaryDuesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay paid_on,
                          PastDay(call, request.has_paid_on(), request.paid_on(), "paid_on"));
  const RuleSet& rules = Rules(paid_on);
  tree_.AfterOwnWrites(call.deadline());

  return writer_.Write<v1::DuesPayment>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesPayment> {
        sql::Session& session = tx.session();
        Guard guard;
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, member_id));
        RONGHE_ASSIGN_OR_RETURN(const int64_t place,
                                Collector(call, member, "", rules.Get("dues.place"), guard));
        RONGHE_RETURN_IF_ERROR(CheckChannel(rules, request.channel(), guard));
        const Rule& central = rules.Get("dues.central_from_fen");
        const bool whole = request.amount_fen() >= central.number;
        if (whole) {
          guard.Expect(true, central, "", base::Cat(">=", central.number),
                       base::Cat(request.amount_fen()));
        }
        DuesPaymentRow row{.id = tx.NextId(),
                           .member_id = member_id,
                           .organization_id = place,
                           .kind = whole ? PaymentKind::kCentral : PaymentKind::kVoluntary,
                           .channel = request.channel(),
                           .amount_fen = request.amount_fen(),
                           .paid_on = paid_on,
                           .recorded_by = call.principal().subject,
                           .create_time = tx.now(),
                           .update_time = tx.now()};
        if (!request.external_number().empty()) row.external_number = request.external_number();
        RONGHE_RETURN_IF_ERROR(LockDuesAccount(session, member_id).status());
        RONGHE_ASSIGN_OR_RETURN(const std::optional<v1::DuesPayment> earlier, Replayed(tx, row));
        if (earlier) return *earlier;
        // What goes whole to the Centre is no part of the collection that ratios are taken of.
        RONGHE_RETURN_IF_ERROR(Collect(session, place, paid_on, whole ? 0 : row.amount_fen));
        RONGHE_RETURN_IF_ERROR(Save(tx, row, guard, "RecordVoluntaryDues"));
        return ToProto(row, {});
      });
}

absl::StatusOr<v1::DuesPayment> DuesPaymentApi::ConfirmDuesPayment(
    rpc::Call& call, const v1::ConfirmDuesPaymentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.Write<v1::DuesPayment>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesPayment> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DuesPaymentRow row, LockPayment(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.state != PaymentState::kRecorded) return DuesPaymentNotIn("RECORDED");
        const absl::CivilDay today = base::ShanghaiDay(tx.now());
        Guard guard;
        const std::string& who = call.principal().subject;
        RONGHE_RETURN_IF_ERROR(
            guard.Require(who != row.recorded_by &&
                              !call.Holds("membership.dues_payment.record", row.organization_id),
                          Rules(today).Get("dues.two_persons"), "DUES_SAME_PERSON",
                          "会计和出纳应由不同的人担任，收款人不能确认入账。", "2", "1"));
        if (row.kind != PaymentKind::kCentral) {
          LedgerEntryRow entry{.id = tx.NextId(),
                               .kind = EntryKind::kConfirmation,
                               .day = today,
                               .posted_by = who,
                               .create_time = tx.now()};
          entry.set_reference({kCollection, id});
          RONGHE_RETURN_IF_ERROR(PostEntry(session, entry,
                                           {row.organization_id,
                                            LedgerFund::kDues,
                                            {Debit(LedgerAccount::kBank, row.amount_fen),
                                             Credit(LedgerAccount::kInHand, row.amount_fen)}}));
        }
        row.state = PaymentState::kConfirmed;
        row.confirmed_by = who;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdatePaymentState(session, row));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), {kCollection, id},
                                               "ConfirmDuesPayment", guard.decisions(), tx.now()));
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAllocationRow> allocations,
                                AllocationsOf(session, ids));
        tx.Audit(row.organization_id, request.name());
        return ToProto(row, allocations);
      });
}

absl::StatusOr<v1::DuesPayment> DuesPaymentApi::ReverseDuesPayment(
    rpc::Call& call, const v1::ReverseDuesPaymentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  return writer_.Write<v1::DuesPayment>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DuesPayment> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DuesPaymentRow row, LoadPayment(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        // Accounts before payments: the order in which a payment is recorded.
        RONGHE_ASSIGN_OR_RETURN(std::optional<DuesAccountRow> account,
                                LockDuesAccount(session, row.member_id));
        RONGHE_ASSIGN_OR_RETURN(row, LockPayment(session, id));
        if (row.state == PaymentState::kReversed) return DuesPaymentNotIn("RECORDED, CONFIRMED");
        if (day < row.paid_on) return EffectiveDateBeforeInterval(day, row.paid_on);
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAllocationRow> allocations,
                                AllocationsOf(session, ids));
        for (const DuesAllocationRow& one : allocations) {
          RONGHE_ASSIGN_OR_RETURN(std::optional<DuesBillRow> bill,
                                  LockBill(session, one.member_id, one.month));
          if (!bill) return DuesBillMissing(MonthOf(one.month));
          RONGHE_ASSIGN_OR_RETURN(const MemberStandards standards,
                                  MemberStandards::Load(session, one.member_id, MonthOf(one.month),
                                                        MonthOf(one.month)));
          const Standard* const standard = standards.In(MonthOf(one.month));
          bill->paid_fen -= one.amount_fen;
          bill->settled = bill->paid_fen >= bill->amount_fen;
          bill->state =
              StateOfBill(bill->amount_fen, bill->paid_fen,
                          standard != nullptr && standard->kind == StandardKind::kReduced);
          RONGHE_RETURN_IF_ERROR(UpdateBill(session, *bill));
          RONGHE_RETURN_IF_ERROR(AddToDuesMonth(session, {.organization_id = bill->organization_id,
                                                          .month = one.month,
                                                          .settled_fen = -one.amount_fen}));
        }
        const bool central = row.kind == PaymentKind::kCentral;
        RONGHE_RETURN_IF_ERROR(
            Collect(session, row.organization_id, day, central ? 0 : -row.amount_fen));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerEntryRow> entries,
                                EntriesOf(session, {kCollection, id}));
        // The confirmation is taken back before the payment: no account falls below zero on the
        // way.
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
          RONGHE_RETURN_IF_ERROR(
              PostReversal(session, tx.NextId(), *entry, day, call.principal().subject, tx.now())
                  .status());
        }
        row.state = PaymentState::kReversed;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdatePaymentState(session, row));
        if (account && !allocations.empty()) {
          RONGHE_ASSIGN_OR_RETURN(std::vector<event::Draft> drafts,
                                  ReviewAccounts(session, std::span(&*account, 1), Month(day),
                                                 Rules(day).Get("dues.unpaid_steps"), tx.now()));
          for (event::Draft& draft : drafts) tx.Emit(std::move(draft));
        }
        tx.Audit(row.organization_id, request.name());
        return ToProto(row, allocations);
      });
}

absl::StatusOr<v1::DuesPayment> DuesPaymentApi::GetDuesPayment(
    rpc::Call& call, const v1::GetDuesPaymentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::DuesPayment> {
        RONGHE_ASSIGN_OR_RETURN(const DuesPaymentRow row, LoadPayment(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesAllocationRow> allocations,
                                AllocationsOf(session, ids));
        v1::DuesPayment payment = ToProto(row, allocations);
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                                DecisionsOf(session, {kCollection, id}, 0, kDecisions));
        for (const DecisionRow& one : decisions) *payment.add_decisions() = ToProto(one);
        return payment;
      });
}

absl::StatusOr<v1::ListDuesPaymentsResponse> DuesPaymentApi::ListDuesPayments(
    rpc::Call& call, const v1::ListDuesPaymentsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<DuesPaymentRow> rows;
  std::vector<DuesAllocationRow> allocations;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(rows, PaymentsOf(session, id, before, size + 1));
        std::vector<int64_t> ids;
        for (const DuesPaymentRow& row : rows) ids.push_back(row.id);
        RONGHE_ASSIGN_OR_RETURN(allocations, AllocationsOf(session, ids));
        return absl::OkStatus();
      }));
  v1::ListDuesPaymentsResponse response;
  for (const DuesPaymentRow& row : rows) {
    if (response.payments_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_payments() = ToProto(row, allocations);
    before = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
