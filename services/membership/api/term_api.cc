#include "services/membership/api/term_api.h"

#include <limits>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_reader.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/domain/organization/term.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/unit_store.h"

namespace ronghe::membership {
namespace {

constexpr char kTermDeadline[] = "DL-11";
constexpr int32_t kReminder = 0;
constexpr int32_t kElection = 1;

Subject SubjectOf(const TermRow& row) { return {"terms", row.id}; }

v1::Term ToProto(const TermRow& row, absl::CivilDay today) {
  v1::Term term;
  term.set_name(SubjectOf(row).name());
  term.set_organization(base::Name("organizations", row.organization_id));
  term.set_number(row.number);
  term.set_state(static_cast<v1::TermState>(row.state));
  *term.mutable_starts_on() = rpc::ToProto(row.starts_on);
  term.set_months(row.months);
  *term.mutable_expires_on() = rpc::ToProto(row.expires_on);
  term.set_adjusted_months(row.adjusted_months);
  term.set_approval_number(row.approval_number);
  if (row.ended_on) *term.mutable_ended_on() = rpc::ToProto(*row.ended_on);
  term.set_committee_seats(row.committee_seats);
  term.set_overdue(row.state == TermState::kRunning && row.expires_on < today);
  term.set_extended(row.adjusted_months > 0);
  if (row.committee_election_id != 0) {
    term.set_committee_election(base::Name("committeeElections", row.committee_election_id));
  }
  term.set_rule_id(row.rule_id);
  term.set_rule_set(row.rule_set);
  term.set_source(row.source);
  term.set_etag(rpc::EtagOf(row.etag));
  *term.mutable_create_time() = rpc::ToProto(row.create_time);
  *term.mutable_update_time() = rpc::ToProto(row.update_time);
  return term;
}

absl::StatusOr<v1::Term> Whole(sql::Session& session, const TermRow& row, absl::CivilDay today) {
  v1::Term term = ToProto(row, today);
  RONGHE_RETURN_IF_ERROR(ReadCase(session, SubjectOf(row), term));
  return term;
}

// The deadline of the election that ends a term, which its own rule sets.
DeadlineRow ElectionDue(service::WriteTx& tx, const TermRow& term, const Subject& subject) {
  const Rule rule{.id = term.rule_id, .key = "", .source = term.source, .set = term.rule_set};
  DeadlineRow due = MakeDeadline(tx.NextId(), kTermDeadline, subject, term.organization_id,
                                 term.expires_on, rule, tx.now());
  due.ordinal = kElection;
  return due;
}

absl::StatusOr<std::vector<int32_t>> NaturesOf(sql::Session& session, int64_t organization_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<StandingUnitRow> units,
                          StandingUnits(session, organization_id));
  std::vector<int32_t> natures;
  for (const StandingUnitRow& unit : units) natures.push_back(unit.nature);
  return natures;
}

}  // namespace

absl::Status SetTermDeadlines(service::WriteTx& tx, const RuleSet& elections, const TermRow& term,
                              const OrganizationRow& organization) {
  DeadlineRow reminder = MakeDeadline(
      tx.NextId(), kTermDeadline, SubjectOf(term), UpperOf(organization),
      ReminderDay(elections, term.expires_on), elections.Get("term.remind_months"), tx.now());
  reminder.ordinal = kReminder;
  RONGHE_RETURN_IF_ERROR(SetDeadline(tx.session(), reminder));
  return SetDeadline(tx.session(), ElectionDue(tx, term, SubjectOf(term)));
}

absl::Status SetElectionDeadline(service::WriteTx& tx, const TermRow& term,
                                 const CommitteeElectionRow& election) {
  return SetDeadline(tx.session(), ElectionDue(tx, term, {"committeeElections", election.id}));
}

absl::StatusOr<TermRow> BeginTerm(service::WriteTx& tx, const RuleSet& elections,
                                  const OrganizationRow& organization, absl::CivilDay starts_on,
                                  int32_t committee_seats, int64_t committee_election_id) {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int32_t> natures, NaturesOf(session, organization.id));
  RONGHE_ASSIGN_OR_RETURN(const Rule* const rule,
                          TermRule(elections, organization.kind, natures, committee_seats > 0));
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<TermRow> last,
      TermsOf(session, organization.id, std::numeric_limits<int64_t>::max(), 1));
  const auto months = static_cast<int32_t>(rule->number);
  TermRow term{.id = tx.NextId(),
               .organization_id = organization.id,
               .number = last.empty() ? 1 : last.front().number + 1,
               .starts_on = starts_on,
               .months = months,
               .expires_on = TermExpiry(starts_on, months, 0),
               .committee_seats = committee_seats,
               .committee_election_id = committee_election_id,
               .rule_id = rule->id,
               .rule_set = rule->set,
               .source = rule->source,
               .create_time = tx.now(),
               .update_time = tx.now()};
  RONGHE_RETURN_IF_ERROR(InsertTerm(session, term));
  RONGHE_RETURN_IF_ERROR(SetTermDeadlines(tx, elections, term, organization));
  return term;
}

absl::StatusOr<v1::Term> TermApi::RecordTerm(rpc::Call& call,
                                             const v1::RecordTermRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_starts_on(), request.starts_on(), "starts_on"));
  return writer_.Write<v1::Term>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Term> {
    RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization, LockOrganization(tx.session(), id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(UpperOf(organization)));
    if (organization.revoked_on) return OrganizationRevoked(id);
    if (day < organization.founded_on) {
      return EffectiveDateBeforeInterval(day, organization.founded_on);
    }
    RONGHE_ASSIGN_OR_RETURN(const TermRow term,
                            BeginTerm(tx, elections_.On(day), organization, day,
                                      request.committee_seats(), /*committee_election_id=*/0));
    tx.Audit(id, SubjectOf(term).name());
    return Whole(tx.session(), term, base::ShanghaiDay(call.now()));
  });
}

absl::StatusOr<v1::Term> TermApi::GetTerm(rpc::Call& call, const v1::GetTermRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "terms"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Term> {
        RONGHE_ASSIGN_OR_RETURN(const TermRow row, LoadTerm(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        return Whole(session, row, base::ShanghaiDay(call.now()));
      });
}

absl::StatusOr<v1::ListTermsResponse> TermApi::ListTerms(rpc::Call& call,
                                                         const v1::ListTermsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const RowPage<TermRow> page,
      ReadIdPage<TermRow>(call, writer_.database(), tokens_, request.parent(), request.page_size(),
                          request.page_token(), std::numeric_limits<int64_t>::max(),
                          [id](sql::Session& session, int64_t before, int32_t limit) {
                            return TermsOf(session, id, before, limit);
                          }));
  v1::ListTermsResponse response;
  for (const TermRow& row : page.rows) {
    *response.add_terms() = ToProto(row, base::ShanghaiDay(call.now()));
  }
  response.set_next_page_token(page.next_page_token);
  return response;
}

absl::StatusOr<v1::Term> TermApi::AdjustTerm(rpc::Call& call,
                                             const v1::AdjustTermRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "terms"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_approved_on(),
                                                            request.approved_on(), "approved_on"));
  return writer_.Write<v1::Term>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Term> {
    sql::Session& session = tx.session();
    // The organization is locked first, as everywhere.
    RONGHE_ASSIGN_OR_RETURN(const TermRow found, LoadTerm(session, id));
    RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization,
                            LockOrganization(session, found.organization_id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(UpperOf(organization)));
    RONGHE_ASSIGN_OR_RETURN(TermRow term, LockTerm(session, id));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), term.etag));
    if (term.state != TermState::kRunning) return TermEnded();
    const RuleSet& rules = elections_.On(day);
    Guard guard;
    const int32_t months = term.adjusted_months + request.months();
    RONGHE_RETURN_IF_ERROR(CheckAdjustment(guard, rules, months));
    term.adjusted_months = months;
    term.expires_on = TermExpiry(term.starts_on, term.months, months);
    term.approval_number = request.approval_number();
    term.approved_on = day;
    ++term.etag;
    term.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(UpdateTerm(session, term));
    RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), SubjectOf(term), "AdjustTerm",
                                           guard.decisions(), tx.now()));
    RONGHE_ASSIGN_OR_RETURN(const auto election, LockOpenElection(session, organization.id));
    RONGHE_RETURN_IF_ERROR(election ? SetElectionDeadline(tx, term, *election)
                                    : SetTermDeadlines(tx, rules, term, organization));
    tx.Audit(term.organization_id, SubjectOf(term).name());
    return Whole(session, term, base::ShanghaiDay(call.now()));
  });
}

}  // namespace ronghe::membership
