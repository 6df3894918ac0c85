#include "services/membership/domain/transfer/rules.h"

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"

namespace ronghe::membership {
namespace {

using base::Cat;
using base::FormatDay;

int Months(const Rule& rule) { return static_cast<int>(rule.number); }

// Inside the province, and beyond or to another system.
const Rule& UsualDays(const RuleSet& rules, ChangeCode reach) {
  return rules.Get(IsOutsideReach(reach) ? "transit.default_days" : "transit.province_days");
}

}  // namespace

bool MayTransferDirectly(const RuleSet& rules, const CommitteeFacts& committee) {
  return rules.Get("transfer.committee_kinds").Has(committee.kind) &&
         (committee.can_approve_probationary || committee.of_county);
}

absl::Status CheckSend(const RuleSet& rules, const SendFacts& facts, Guard& guard) {
  if (facts.reason == TransferReason::kAway) {
    const Rule& away = rules.Get("transfer.away_months");
    const absl::CivilDay since = facts.away_since.value_or(facts.today);
    guard.Expect(base::AddMonths(since, Months(away)) <= facts.today, away, "M_AWAY_SHORT",
                 Cat(away.number, " months"), FormatDay(since));
  }
  if (facts.kept_until) {
    guard.Expect(facts.today <= *facts.kept_until, rules.Get("graduate.keep_months"),
                 "M_GRADUATE_LATE", FormatDay(*facts.kept_until), FormatDay(facts.today));
  }
  RONGHE_RETURN_IF_ERROR(guard.RequireUnless(
      !facts.upper_consent.empty(), !facts.open_case, rules.Get("transfer.case_consent"),
      "TRANSFER_CASE_OPEN", "党员有尚未办结的组织处置或者纪律处分，须经上级党组织同意方可转出。",
      "no open case or the upper organization's consent",
      facts.open_case ? "open case" : "no open case"));
  if (!facts.letter) return absl::OkStatus();
  RONGHE_RETURN_IF_ERROR(guard.Require(
      facts.dues_known == facts.members, rules.Get("letter.dues_month"), "TRANSFER_DUES_UNKNOWN",
      "请写明每名党员党费缴纳到哪个月。", Cat(facts.members), Cat(facts.dues_known)));
  if (facts.probationary == 0) return absl::OkStatus();
  return guard.Require(facts.probation_files >= facts.probationary,
                       rules.Get("transfer.probation_file"), "TRANSFER_FILE_MISSING",
                       "转出预备党员，每人须附培养教育和考察材料。", Cat(facts.probationary),
                       Cat(facts.probation_files));
}

absl::StatusOr<int32_t> LetterDays(const RuleSet& rules, ChangeCode reach, int32_t asked,
                                   Guard& guard) {
  const Rule& usual = UsualDays(rules, reach);
  const Rule& longest = rules.Get("letter.max_days");
  const int64_t days = asked == 0 ? usual.number : asked;
  RONGHE_RETURN_IF_ERROR(guard.Require(days <= longest.number, longest, "LETTER_TOO_LONG",
                                       Cat("介绍信的有效期最长不超过", longest.number, "天。"),
                                       Cat(longest.number), Cat(days)));
  guard.Expect(days <= usual.number, usual, "M_LETTER_LONG", Cat(usual.number), Cat(days));
  return static_cast<int32_t>(days);
}

bool PastDue(absl::CivilDay expires_on, absl::CivilDay today) { return today > expires_on; }

absl::Status CheckLetter(const RuleSet& rules, absl::CivilDay expires_on, absl::CivilDay today,
                         Guard& guard) {
  return guard.Require(!PastDue(expires_on, today), rules.Get("letter.max_days"), "LETTER_EXPIRED",
                       "介绍信已经超过有效期，请凭所在党支部证明和本人申请办理延期。",
                       FormatDay(expires_on), FormatDay(today));
}

Decision TimeOut(const RuleSet& rules, absl::CivilDay expires_on, absl::CivilDay today) {
  Guard guard;
  guard.Expect(!PastDue(expires_on, today), rules.Get("transit.default_days"), "M_LETTER_TIMED_OUT",
               FormatDay(expires_on), FormatDay(today));
  return guard.decisions().front();
}

absl::StatusOr<absl::CivilDay> ExtendedUntil(const RuleSet& rules, int32_t extensions,
                                             bool certificate, bool application,
                                             absl::CivilDay today, Guard& guard) {
  const Rule& times = rules.Get("letter.extensions");
  RONGHE_RETURN_IF_ERROR(guard.Require(extensions < times.number, times, "LETTER_EXTENDED",
                                       Cat("介绍信最多延期", times.number, "次。"),
                                       Cat(times.number), Cat(extensions + 1)));
  const Rule& days = rules.Get("letter.extension_days");
  RONGHE_RETURN_IF_ERROR(guard.Require(
      certificate && application, days, "TRANSFER_FILE_MISSING",
      "介绍信延期，须附所在党支部证明和本人申请。", Cat(kLateCertificate, ",", kLateApplication),
      Cat(certificate ? kLateCertificate : "", ",", application ? kLateApplication : "")));
  return today + days.number;
}

void NoteFile(const RuleSet& rules, bool no_personnel_file, Guard& guard) {
  guard.Expect(!no_personnel_file, rules.Get("transfer.party_file"), "M_PARTY_FILE_NEEDED",
               "personnel file", no_personnel_file ? "none" : "personnel file");
}

absl::Status CheckReturn(const RuleSet& rules, int32_t reason, Guard& guard) {
  const Rule& reasons = rules.Get("transfer.return_reasons");
  return guard.Require(reasons.Has(reason), reasons, "TRANSFER_RETURN_UNREASONABLE",
                       "无正当理由不得拒绝接收，请选择退回的原因。", "a reason of the list",
                       Cat(reason));
}

absl::CivilDay StubKeptUntil(const RuleSet& rules, absl::CivilDay issued_on) {
  constexpr int kMonthsOfAYear = 12;
  return base::AddMonths(issued_on, Months(rules.Get("letter.stub_years")) * kMonthsOfAYear);
}

absl::CivilDay GraduateKeptUntil(const RuleSet& rules, absl::CivilDay graduated_on) {
  return base::AddMonths(graduated_on, Months(rules.Get("graduate.keep_months")));
}

absl::CivilDay UnreceivedBy(const RuleSet& rules, absl::CivilDay today) {
  const int months = Months(rules.Get("letter.refused_months"));
  // Months differ in length: the last day whose months are over.
  constexpr int kLongestDifference = 3;
  absl::CivilDay day = base::AddMonths(today, -months) + kLongestDifference;
  while (base::AddMonths(day, months) >= today) --day;
  return day;
}

std::optional<Decision> FindUnreceived(const RuleSet& rules, TransferState state,
                                       absl::CivilDay closed_on, absl::CivilDay today) {
  if (state != TransferState::kReturned && state != TransferState::kExpired) return std::nullopt;
  const Rule& months = rules.Get("letter.refused_months");
  if (base::AddMonths(closed_on, Months(months)) >= today) return std::nullopt;
  Guard guard;
  guard.Expect(false, months, "M_NOT_RECEIVED", Cat(months.number, " months"),
               FormatDay(closed_on));
  return guard.decisions().front();
}

}  // namespace ronghe::membership
