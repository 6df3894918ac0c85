#include "services/membership/api/committee_election_api.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/case_reader.h"
#include "services/membership/api/organization_writer.h"
#include "services/membership/api/post_writer.h"
#include "services/membership/api/request.h"
#include "services/membership/api/term_api.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/organization/delegation.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/domain/organization/setup.h"
#include "services/membership/domain/organization/term.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/delegation_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_change_store.h"
#include "services/membership/store/unit_store.h"

namespace ronghe::membership {
namespace {

constexpr char kTermDeadline[] = "DL-11";
constexpr int32_t kFiling = 2;  // the ordinal beside those of a term

Subject SubjectOf(const CommitteeElectionRow& row) { return {"committeeElections", row.id}; }

using Date = google::type::Date;

void SetDay(const std::optional<absl::CivilDay>& day, Date* (v1::CommitteeElection::*date)(),
            v1::CommitteeElection& election) {
  if (day) *(election.*date)() = rpc::ToProto(*day);
}

v1::CommitteeElection ToProto(const CommitteeElectionRow& row) {
  v1::CommitteeElection election;
  election.set_name(SubjectOf(row).name());
  election.set_organization(base::Name("organizations", row.organization_id));
  if (row.term_id != 0) election.set_term(base::Name("terms", row.term_id));
  election.set_state(static_cast<v1::CommitteeElectionState>(row.state));
  election.set_committee_seats(row.committee_seats);
  election.set_deputy_seats(row.deputy_seats);
  election.set_by_delegates(row.by_delegates);
  *election.mutable_reminded_on() = rpc::ToProto(row.reminded_on);
  using Election = v1::CommitteeElection;
  SetDay(row.requested_on, &Election::mutable_requested_on, election);
  SetDay(row.replied_on, &Election::mutable_replied_on, election);
  SetDay(row.nominated_on, &Election::mutable_nominated_on, election);
  SetDay(row.candidates_approved_on, &Election::mutable_candidates_approved_on, election);
  SetDay(row.elected_on, &Election::mutable_elected_on, election);
  SetDay(row.reported_on, &Election::mutable_reported_on, election);
  SetDay(row.approved_on, &Election::mutable_approved_on, election);
  SetDay(row.closed_on, &Election::mutable_closed_on, election);
  for (const absl::string_view name : absl::StrSplit(row.elections, ',', absl::SkipEmpty())) {
    election.add_elections(std::string(name));
  }
  if (row.new_term_id != 0) election.set_new_term(base::Name("terms", row.new_term_id));
  election.set_etag(rpc::EtagOf(row.etag));
  *election.mutable_create_time() = rpc::ToProto(row.create_time);
  *election.mutable_update_time() = rpc::ToProto(row.update_time);
  return election;
}

absl::StatusOr<v1::CommitteeElection> Whole(sql::Session& session,
                                            const CommitteeElectionRow& row) {
  v1::CommitteeElection election = ToProto(row);
  RONGHE_ASSIGN_OR_RETURN(const auto candidates, CandidatesOf(session, row.id));
  for (const NamedCandidateRow& candidate : candidates) {
    v1::Candidate& shown = *election.add_candidates();
    shown.set_member(base::Name("members", candidate.member_id));
    shown.set_full_name(candidate.full_name);
    shown.set_code(static_cast<v1::PostCode>(candidate.code));
    shown.set_elected(candidate.elected);
  }
  RONGHE_RETURN_IF_ERROR(ReadCase(session, SubjectOf(row), election));
  return election;
}

absl::CivilDay LastStep(const CommitteeElectionRow& row) {
  absl::CivilDay last = row.reminded_on;
  for (const std::optional<absl::CivilDay>& day :
       {row.requested_on, row.replied_on, row.nominated_on, row.candidates_approved_on,
        row.elected_on, row.reported_on, row.approved_on}) {
    if (day) last = std::max(last, *day);
  }
  return last;
}

// What the organization above is asked for in a state.
std::string_view WaitOf(ElectionState state) {
  switch (state) {
    case ElectionState::kRequested:
      return kElectionWaits;
    case ElectionState::kNominating:
      return kNomineesWait;
    case ElectionState::kReported:
      return kElectionResultWaits;
    default:
      return kNobody;
  }
}

absl::StatusOr<std::vector<Elected>> ReadCandidates(const v1::ProposeCandidatesRequest& request) {
  std::vector<Elected> people;
  std::vector<error::FieldViolation> violations;
  for (const v1::Candidate& candidate : request.candidates()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(candidate.member(), "members"));
    const std::optional<Post> code = PostOf(candidate.code());
    if (!code || !IsCommitteePost(*code)) {
      violations.push_back({"candidates.code", "候选人的职务不是委员会职务。"});
      continue;
    }
    people.push_back({id, *code});
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return people;
}

// The units that are to send delegates: given, and only, where delegates are to elect.
absl::StatusOr<std::vector<DelegationUnitRow>> ReadUnits(
    const v1::RequestCommitteeElectionRequest& request) {
  std::vector<DelegationUnitRow> units;
  int32_t seats = 0;
  for (const v1::DelegateSeats& unit : request.delegate_units()) {
    DelegationUnitRow& row = units.emplace_back();
    RONGHE_ASSIGN_OR_RETURN(row.unit_id, base::ParseName(unit.unit(), "organizations"));
    row.seats = unit.seats();
    seats += row.seats;
  }
  if (request.by_delegates() == units.empty()) {
    return error::InvalidFields({{"delegate_units", "由代表选举的，须填写各单位的代表名额。"}});
  }
  if (seats > kMaxDelegates) {
    return error::InvalidFields(
        {{"delegate_units", base::Cat("代表名额合计不能超过", kMaxDelegates, "名。")}});
  }
  return units;
}

std::vector<Elected> PeopleOf(std::span<const NamedCandidateRow> rows, bool elected_only) {
  std::vector<Elected> people;
  for (const NamedCandidateRow& row : rows) {
    if (row.elected || !elected_only) people.push_back({row.member_id, row.code});
  }
  return people;
}

// The candidates with those elected marked; who was written in is added.
std::vector<CandidateRow> MarkElected(int64_t election_id,
                                      std::span<const NamedCandidateRow> candidates,
                                      std::span<const Elected> elected) {
  std::vector<CandidateRow> rows;
  for (const NamedCandidateRow& row : candidates) {
    rows.push_back({election_id, row.code, row.member_id, false});
  }
  for (const Elected& one : elected) {
    const auto it = std::find_if(rows.begin(), rows.end(), [&](const CandidateRow& row) {
      return row.member_id == one.member_id && Leads(row.code) == Leads(one.code) &&
             (!Leads(one.code) || row.code == one.code);
    });
    if (it != rows.end()) {
      it->elected = true;
    } else {
      rows.push_back({election_id, one.code, one.member_id, true});
    }
  }
  return rows;
}

std::vector<int64_t> MembersOfPeople(std::span<const Elected> people) {
  std::vector<int64_t> ids;
  for (const Elected& one : people) ids.push_back(one.member_id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

CommitteeElectionApi::CommitteeElectionApi(service::Writer& writer, MembershipTree& tree,
                                           const RuleBooks& books, const rpc::PageTokens& tokens,
                                           ElectionReader& reader, DisciplinedMembers disciplined)
    : writer_(writer),
      tree_(tree),
      setup_(books.Get("organization")),
      elections_(books.Get("election")),
      workers_(books.Get("party_worker")),
      tokens_(tokens),
      reader_(reader),
      disciplined_(std::move(disciplined)) {}

template <class Request>
absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::Take(
    rpc::Call& call, const Request& request, Actor actor, std::string_view event,
    absl::CivilDay day, ElectionStep step, StepFunction apply) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "committeeElections"));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::CommitteeElection>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::CommitteeElection> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const CommitteeElectionRow found, LoadElection(session, id));
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization,
                                LockOrganization(session, found.organization_id));
        RONGHE_RETURN_IF_ERROR(
            call.Authorize(actor == Actor::kOwn ? organization.id : UpperOf(organization)));
        RONGHE_ASSIGN_OR_RETURN(CommitteeElectionRow row, LockElection(session, id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        RONGHE_ASSIGN_OR_RETURN(const ElectionState next, Follow(row.state, step));
        if (day < LastStep(row)) return EffectiveDateBeforeInterval(day, LastStep(row));
        Guard guard;
        Step work{row, organization, day, guard};
        RONGHE_RETURN_IF_ERROR(apply(tx, work));
        RONGHE_RETURN_IF_ERROR(MoveWait(tx, elections_.On(base::ShanghaiDay(tx.now())),
                                        SubjectOf(row),
                                        {.before = WaitOf(row.state),
                                         .after = WaitOf(next),
                                         .organization_id = UpperOf(organization)}));
        row.state = next;
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateElection(session, row));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), SubjectOf(row), event,
                                               guard.decisions(), tx.now()));
        tx.Audit(row.organization_id, SubjectOf(row).name());
        return Whole(session, row);
      });
}

absl::StatusOr<std::vector<CandidateFacts>> CommitteeElectionApi::Facts(
    sql::Session& session, int64_t organization_id, std::span<const Elected> people,
    absl::CivilDay day) {
  const std::vector<int64_t> ids = MembersOfPeople(people);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LockMembers(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> disciplined, disciplined_(session, ids, day));
  std::map<int64_t, const MemberRow*> by_id;
  for (const MemberRow& member : members) by_id[member.id] = &member;
  std::vector<CandidateFacts> facts;
  for (const Elected& one : people) {
    const auto it = by_id.find(one.member_id);
    if (it == by_id.end()) {  // answered like somebody of another organization
      facts.push_back({.member_id = one.member_id, .code = one.code});
      continue;
    }
    const MemberRow& member = *it->second;
    facts.push_back({.member_id = one.member_id,
                     .code = one.code,
                     .belongs = tree_.Within(member.organization_id, organization_id),
                     .voting = member.voting && member.standing == Standing::kNormal,
                     .disciplined = std::find(disciplined.begin(), disciplined.end(),
                                              one.member_id) != disciplined.end(),
                     .converted_on = member.converted_on,
                     .adjustment_months = member.adjustment_months});
  }
  return facts;
}

absl::Status CommitteeElectionApi::CheckList(service::WriteTx& tx, Step& step,
                                             std::span<const Elected> people) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<CandidateFacts> facts,
                          Facts(tx.session(), step.organization.id, people, step.day));
  return CheckCandidates(step.guard, setup_.On(step.day), elections_.On(step.day),
                         step.row.committee_seats, step.row.deputy_seats, facts, step.day);
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::StartCommitteeElection(
    rpc::Call& call, const v1::StartCommitteeElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_reminded_on(),
                                                            request.reminded_on(), "reminded_on"));
  return writer_.Write<v1::CommitteeElection>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::CommitteeElection> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization, LockOrganization(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(UpperOf(organization)));
        if (organization.revoked_on) return OrganizationRevoked(id);
        if (day < organization.founded_on) {
          return EffectiveDateBeforeInterval(day, organization.founded_on);
        }
        const RuleSet& rules = elections_.On(day);
        if (!HasTerms(rules, organization.kind)) {
          return TermNotDue(rules.Get("term.kinds"), organization.kind);
        }
        RONGHE_ASSIGN_OR_RETURN(const std::optional<TermRow> term, LockRunningTerm(session, id));
        CommitteeElectionRow row{.id = tx.NextId(),
                                 .organization_id = id,
                                 .term_id = term ? term->id : 0,
                                 .reminded_on = day,
                                 .create_time = tx.now(),
                                 .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertElection(session, row));
        if (term) {
          RONGHE_RETURN_IF_ERROR(
              MeetDeadline(session, {"terms", term->id}, kTermDeadline, day, tx.now()));
          RONGHE_RETURN_IF_ERROR(SetElectionDeadline(tx, *term, row));
        }
        tx.Audit(id, SubjectOf(row).name());
        return Whole(session, row);
      });
}

absl::StatusOr<Seats> CommitteeElectionApi::SeatsOf(sql::Session& session, const Step& step) {
  const int64_t id = step.organization.id;
  RONGHE_ASSIGN_OR_RETURN(const ProfileRow profile, LoadProfile(session, id));
  const org::OrgCounts all = tree_.tree().Count(id);
  return Seats{.kind = step.organization.kind,
               .full = tree_.tree().OwnCount(id).full,
               .members = all.full + all.probationary,
               .committee = step.row.committee_seats,
               .deputies = step.row.deputy_seats,
               .by_delegates = step.row.by_delegates,
               .scattered_sites = profile.scattered_sites};
}

absl::Status CommitteeElectionApi::AskForDelegates(service::WriteTx& tx, Step& step,
                                                   std::vector<DelegationUnitRow> units) {
  if (units.empty()) return DropDelegation(tx.session(), step.row.id);
  const RuleSet& rules = elections_.On(step.day);
  std::vector<SendingUnit> facts;
  for (DelegationUnitRow& unit : units) {
    unit.committee_election_id = step.row.id;
    const std::optional<org::OrgNode> node = tree_.tree().Node(unit.unit_id);
    const bool nested = std::any_of(units.begin(), units.end(), [&](const auto& other) {
      return &other != &unit && tree_.Within(unit.unit_id, other.unit_id);
    });
    facts.push_back({.unit_id = unit.unit_id,
                     .elects = node && !node->revoked_on && HasTerms(rules, KindOf(node->kind)),
                     .below = unit.unit_id != step.organization.id &&
                              tree_.Within(unit.unit_id, step.organization.id),
                     .nested = nested});
  }
  RONGHE_RETURN_IF_ERROR(CheckUnits(step.guard, rules, facts));
  return ReplaceDelegation(
      tx.session(),
      {.committee_election_id = step.row.id, .create_time = tx.now(), .update_time = tx.now()},
      units);
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::RequestCommitteeElection(
    rpc::Call& call, const v1::RequestCommitteeElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DelegationUnitRow> units, ReadUnits(request));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      PastDay(call, request.has_requested_on(), request.requested_on(), "requested_on"));
  return Take(call, request, Actor::kOwn, "RequestCommitteeElection", day, ElectionStep::kRequest,
              [&](service::WriteTx& tx, Step& step) -> absl::Status {
                step.row.committee_seats = request.committee_seats();
                step.row.deputy_seats = request.deputy_seats();
                step.row.by_delegates = request.by_delegates();
                step.row.requested_on = day;
                const RuleSet& rules = elections_.On(day);
                RONGHE_ASSIGN_OR_RETURN(const Seats seats, SeatsOf(tx.session(), step));
                RONGHE_RETURN_IF_ERROR(CheckSeats(step.guard, setup_.On(day), rules, seats));
                RONGHE_RETURN_IF_ERROR(AskForDelegates(tx, step, units));
                if (step.row.term_id == 0) return absl::OkStatus();
                RONGHE_ASSIGN_OR_RETURN(const TermRow term,
                                        LoadTerm(tx.session(), step.row.term_id));
                const Rule& before = rules.Get("election.request_months");
                const absl::CivilDay latest =
                    base::AddMonths(term.expires_on, -static_cast<int>(before.number));
                step.guard.Expect(day <= latest, before, "ELECTION_REQUEST_LATE",
                                  base::Cat("<= ", base::FormatDay(latest)), base::FormatDay(day));
                return absl::OkStatus();
              });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::ReplyCommitteeElection(
    rpc::Call& call, const v1::ReplyCommitteeElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_replied_on(),
                                                            request.replied_on(), "replied_on"));
  return Take(call, request, Actor::kUpper, "ReplyCommitteeElection", day,
              request.approved() ? ElectionStep::kAgree : ElectionStep::kReturnRequest,
              [&](service::WriteTx& tx, Step& step) -> absl::Status {
                step.row.replied_on = day;
                if (!request.approved() || !step.row.by_delegates) return absl::OkStatus();
                RONGHE_ASSIGN_OR_RETURN(const Seats seats, SeatsOf(tx.session(), step));
                return CheckDelegatesElect(step.guard, elections_.On(day), seats);
              });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::ProposeCandidates(
    rpc::Call& call, const v1::ProposeCandidatesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<Elected> people, ReadCandidates(request));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      PastDay(call, request.has_nominated_on(), request.nominated_on(), "nominated_on"));
  return Take(call, request, Actor::kOwn, "ProposeCandidates", day, ElectionStep::kPropose,
              [&](service::WriteTx& tx, Step& step) -> absl::Status {
                RONGHE_RETURN_IF_ERROR(CheckList(tx, step, people));
                std::vector<CandidateRow> rows;
                for (const Elected& one : people) {
                  rows.push_back({step.row.id, one.code, one.member_id, false});
                }
                step.row.nominated_on = day;
                return ReplaceCandidates(tx.session(), step.row.id, rows);
              });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::ApproveCandidates(
    rpc::Call& call, const v1::ApproveCandidatesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_approved_on(),
                                                            request.approved_on(), "approved_on"));
  return Take(
      call, request, Actor::kUpper, "ApproveCandidates", day,
      request.approved() ? ElectionStep::kApproveCandidates : ElectionStep::kReturnCandidates,
      [&](service::WriteTx& tx, Step& step) -> absl::Status {
        if (!request.approved()) return absl::OkStatus();
        RONGHE_ASSIGN_OR_RETURN(const auto candidates, CandidatesOf(tx.session(), step.row.id));
        RONGHE_RETURN_IF_ERROR(CheckList(tx, step, PeopleOf(candidates, false)));
        step.row.candidates_approved_on = day;
        return absl::OkStatus();
      });
}

absl::StatusOr<VerdictTerms> CommitteeElectionApi::ResultTerms(service::WriteTx& tx,
                                                               const Step& step) {
  const CommitteeElectionRow& row = step.row;
  VerdictTerms terms{.organization_id = row.organization_id,
                     .not_before = row.candidates_approved_on.value_or(row.reminded_on)};
  if (!row.by_delegates) return terms;
  RONGHE_ASSIGN_OR_RETURN(const DelegationRow delegation, LockDelegation(tx.session(), row.id));
  if (!delegation.credentials_on) return CredentialsMissing();
  terms.not_before = std::max(terms.not_before, *delegation.credentials_on);
  terms.delegation = base::Cat(SubjectOf(row).name(), "/delegation");
  return terms;
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::RecordElectionResult(
    rpc::Call& call, const v1::RecordElectionResultRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "committeeElections"));
  RONGHE_ASSIGN_OR_RETURN(const CommitteeElectionRow found,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadElection(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(found.organization_id));
  RONGHE_RETURN_IF_ERROR(Follow(found.state, ElectionStep::kRecordResult).status());
  std::vector<ElectionVerdict> verdicts;
  std::vector<Elected> elected;
  absl::CivilDay held_on = found.candidates_approved_on.value_or(found.reminded_on);
  for (const std::string& name : request.elections()) {
    RONGHE_ASSIGN_OR_RETURN(ElectionVerdict verdict, reader_.Read(call, name));
    elected.insert(elected.end(), verdict.elected.begin(), verdict.elected.end());
    held_on = std::max(held_on, verdict.held_on);
    verdicts.push_back(std::move(verdict));
  }
  return Take(
      call, request, Actor::kOwn, "RecordElectionResult", held_on, ElectionStep::kRecordResult,
      [&](service::WriteTx& tx, Step& step) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const VerdictTerms terms, ResultTerms(tx, step));
        for (const ElectionVerdict& verdict : verdicts) {
          RONGHE_RETURN_IF_ERROR(CheckVerdict(verdict, terms));
        }
        RONGHE_ASSIGN_OR_RETURN(const std::vector<CandidateFacts> facts,
                                Facts(tx.session(), step.organization.id, elected, held_on));
        RONGHE_RETURN_IF_ERROR(
            CheckElected(step.row.committee_seats, step.row.deputy_seats, facts));
        for (const CandidateFacts& one : facts) {
          RONGHE_RETURN_IF_ERROR(CheckEligible(step.guard, elections_.On(held_on), one));
        }
        RONGHE_ASSIGN_OR_RETURN(const auto candidates, CandidatesOf(tx.session(), step.row.id));
        RONGHE_RETURN_IF_ERROR(ReplaceCandidates(tx.session(), step.row.id,
                                                 MarkElected(step.row.id, candidates, elected)));
        step.row.elections = absl::StrJoin(request.elections(), ",");
        step.row.elected_on = held_on;
        if (step.row.term_id == 0) return absl::OkStatus();
        RONGHE_ASSIGN_OR_RETURN(const TermRow term, LoadTerm(tx.session(), step.row.term_id));
        const RuleSet& rules = elections_.On(held_on);
        const Rule& adjust = rules.Get("term.adjust_max_months");
        const absl::CivilDay first = ReminderDay(rules, term.expires_on);
        step.guard.Expect(first <= held_on && held_on <= term.expires_on, adjust,
                          held_on < first ? "ELECTION_EARLY" : "ELECTION_LATE",
                          base::Cat(base::FormatDay(first), "..", base::FormatDay(term.expires_on)),
                          base::FormatDay(held_on));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::ReportElectionResult(
    rpc::Call& call, const v1::ReportElectionResultRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_reported_on(),
                                                            request.reported_on(), "reported_on"));
  return Take(call, request, Actor::kOwn, "ReportElectionResult", day, ElectionStep::kReport,
              [&](service::WriteTx&, Step& step) {
                step.row.reported_on = day;
                return absl::OkStatus();
              });
}

absl::Status CommitteeElectionApi::Inaugurate(service::WriteTx& tx, Step& step) {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(const auto candidates, CandidatesOf(session, step.row.id));
  const std::vector<Elected> elected = PeopleOf(candidates, true);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<CandidateFacts> facts,
                          Facts(session, step.organization.id, elected, step.day));
  std::map<int64_t, Post> posts;  // the lowest code that somebody was elected to leads
  for (const CandidateFacts& one : facts) {
    RONGHE_RETURN_IF_ERROR(CheckEligible(step.guard, elections_.On(step.day), one));
    const auto [it, first] = posts.try_emplace(one.member_id, one.code);
    if (!first) it->second = std::min(it->second, one.code);
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<PostRow> old, LockPostsIn(session, step.organization.id));
  std::erase_if(old, [](const PostRow& post) { return !IsCommitteePost(post.code); });
  for (const auto& [member_id, code] : posts) {
    const PostRow next{tx.NextId(), member_id, step.organization.id, code, step.day};
    const auto before = std::find_if(old.begin(), old.end(), [&next](const PostRow& post) {
      return post.member_id == next.member_id && post.code == next.code;
    });
    RONGHE_RETURN_IF_ERROR(before == old.end()
                               ? BeginPost(tx, next, workers_.On(step.day))
                               : ContinuePost(tx, next, *before, workers_.On(step.day)));
  }
  for (PostRow& post : old) RONGHE_RETURN_IF_ERROR(EndPost(tx, post, step.day));
  return absl::OkStatus();
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::ApproveElectionResult(
    rpc::Call& call, const v1::ApproveElectionResultRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_approved_on(),
                                                            request.approved_on(), "approved_on"));
  return Take(
      call, request, Actor::kUpper, "ApproveElectionResult", day, ElectionStep::kApproveResult,
      [&](service::WriteTx& tx, Step& step) -> absl::Status {
        sql::Session& session = tx.session();
        const RuleSet& rules = elections_.On(day);
        step.guard.Expect(true, rules.Get("election.approved_posts"), "", "upper", "upper");
        RONGHE_RETURN_IF_ERROR(Inaugurate(tx, step));
        RONGHE_ASSIGN_OR_RETURN(std::optional<TermRow> running,
                                LockRunningTerm(session, step.organization.id));
        if (running) RONGHE_RETURN_IF_ERROR(EndTerm(tx, *running, day));
        RONGHE_ASSIGN_OR_RETURN(
            const TermRow term,
            BeginTerm(tx, rules, step.organization, day, step.row.committee_seats, step.row.id));
        step.row.new_term_id = term.id;
        step.row.approved_on = day;
        RONGHE_RETURN_IF_ERROR(MeetDeadline(session, SubjectOf(step.row), kTermDeadline,
                                            *step.row.elected_on, tx.now()));
        const Rule& filing = rules.Get("election.filing_days");
        DeadlineRow due = MakeDeadline(tx.NextId(), kTermDeadline, SubjectOf(step.row),
                                       step.organization.id, day + filing.number, filing, tx.now());
        due.ordinal = kFiling;
        return SetDeadline(session, due);
      });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::CloseCommitteeElection(
    rpc::Call& call, const v1::CloseCommitteeElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_closed_on(), request.closed_on(), "closed_on"));
  return Take(
      call, request, Actor::kOwn, "CloseCommitteeElection", day, ElectionStep::kClose,
      [&](service::WriteTx& tx, Step& step) -> absl::Status {
        const Rule& filing = elections_.On(*step.row.approved_on).Get("election.filing_days");
        const absl::CivilDay due = *step.row.approved_on + filing.number;
        step.guard.Expect(day <= due, filing, "ELECTION_FILING_LATE",
                          base::Cat("<= ", base::FormatDay(due)), base::FormatDay(day));
        step.row.closed_on = day;
        return MeetDeadline(tx.session(), SubjectOf(step.row), kTermDeadline, day, tx.now());
      });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::CancelCommitteeElection(
    rpc::Call& call, const v1::CancelCommitteeElectionRequest& request) {
  return Take(call, request, Actor::kUpper, "CancelCommitteeElection",
              base::ShanghaiDay(call.now()), ElectionStep::kCancel,
              [&](service::WriteTx& tx, Step& step) -> absl::Status {
                RONGHE_RETURN_IF_ERROR(DropDeadlines(tx.session(), SubjectOf(step.row), tx.now()));
                RONGHE_ASSIGN_OR_RETURN(const std::optional<TermRow> term,
                                        LockRunningTerm(tx.session(), step.organization.id));
                if (!term) return absl::OkStatus();
                return SetTermDeadlines(tx, elections_.On(step.day), *term, step.organization);
              });
}

absl::StatusOr<v1::CommitteeElection> CommitteeElectionApi::GetCommitteeElection(
    rpc::Call& call, const v1::GetCommitteeElectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "committeeElections"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::CommitteeElection> {
        RONGHE_ASSIGN_OR_RETURN(const CommitteeElectionRow row, LoadElection(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        return Whole(session, row);
      });
}

absl::StatusOr<v1::ListCommitteeElectionsResponse> CommitteeElectionApi::ListCommitteeElections(
    rpc::Call& call, const v1::ListCommitteeElectionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const RowPage<CommitteeElectionRow> page,
      ReadIdPage<CommitteeElectionRow>(call, writer_.database(), tokens_, request.parent(),
                                       request.page_size(), request.page_token(),
                                       std::numeric_limits<int64_t>::max(),
                                       [id](sql::Session& session, int64_t before, int32_t limit) {
                                         return ElectionsOf(session, id, before, limit);
                                       }));
  v1::ListCommitteeElectionsResponse response;
  for (const CommitteeElectionRow& row : page.rows) {
    *response.add_committee_elections() = ToProto(row);
  }
  response.set_next_page_token(page.next_page_token);
  return response;
}

}  // namespace ronghe::membership
