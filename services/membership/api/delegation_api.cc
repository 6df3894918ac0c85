#include "services/membership/api/delegation_api.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/strip.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/organization/delegation.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/delegation_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/term_store.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kSuffix = "/delegation";

Subject SubjectOf(const CommitteeElectionRow& row) { return {"committeeElections", row.id}; }

std::string NameOf(int64_t election_id) {
  return base::Cat(base::Name("committeeElections", election_id), kSuffix);
}

absl::StatusOr<int64_t> ParseDelegation(const std::string& name) {
  return base::ParseName(base::Sv(absl::StripSuffix(name, std::string(kSuffix))),
                         "committeeElections");
}

v1::DelegateUnit ToProto(const DelegationUnitRow& unit) {
  v1::DelegateUnit shown;
  shown.set_unit(base::Name("organizations", unit.unit_id));
  shown.set_seats(unit.seats);
  shown.set_election(unit.election);
  if (unit.elected_on) *shown.mutable_elected_on() = rpc::ToProto(*unit.elected_on);
  return shown;
}

void AddDelegate(const NamedDelegateRow& row, v1::DelegateUnit& unit) {
  v1::Delegate& delegate = *unit.add_delegates();
  delegate.set_member(base::Name("members", row.member_id));
  delegate.set_full_name(row.full_name);
}

absl::StatusOr<v1::Delegation> Whole(sql::Session& session, const CommitteeElectionRow& election,
                                     const DelegationRow& row) {
  v1::Delegation delegation;
  delegation.set_name(NameOf(election.id));
  delegation.set_organization(base::Name("organizations", election.organization_id));
  // A request that was sent back has a day of reply too.
  if (election.state >= ElectionState::kReplied && election.state <= ElectionState::kClosed) {
    *delegation.mutable_approved_on() = rpc::ToProto(*election.replied_on);
  }
  if (row.credentials_on) {
    *delegation.mutable_credentials_on() = rpc::ToProto(*row.credentials_on);
  }
  delegation.set_etag(rpc::EtagOf(row.etag));
  *delegation.mutable_create_time() = rpc::ToProto(row.create_time);
  *delegation.mutable_update_time() = rpc::ToProto(row.update_time);
  RONGHE_ASSIGN_OR_RETURN(const auto units, UnitsOfDelegation(session, election.id));
  std::map<int64_t, v1::DelegateUnit*> shown;
  for (const DelegationUnitRow& unit : units) {
    delegation.set_seats(delegation.seats() + unit.seats);
    v1::DelegateUnit* const added = delegation.add_units();
    *added = ToProto(unit);
    shown[unit.unit_id] = added;
  }
  RONGHE_ASSIGN_OR_RETURN(const auto delegates, DelegatesOf(session, election.id));
  for (const NamedDelegateRow& delegate : delegates) {
    AddDelegate(delegate, *shown.at(delegate.unit_id));
  }
  return delegation;
}

std::vector<DelegateFacts> FactsOf(MembershipTree& tree,
                                   const std::vector<NamedDelegateRow>& delegates) {
  std::vector<DelegateFacts> facts;
  for (const NamedDelegateRow& row : delegates) {
    facts.push_back({.member_id = row.member_id,
                     .belongs = tree.Within(row.organization_id, row.unit_id),
                     .voting = row.voting && row.standing == Standing::kNormal});
  }
  return facts;
}

absl::Status SaveDelegation(service::WriteTx& tx, DelegationRow& row) {
  ++row.etag;
  row.update_time = tx.now();
  return UpdateDelegation(tx.session(), row);
}

// The unit that sends delegates; of an election without delegates there is none.
absl::StatusOr<DelegationUnitRow> LoadUnit(sql::Session& session, int64_t election_id,
                                           int64_t unit_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto units, UnitsOfDelegation(session, election_id));
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [unit_id](const auto& row) { return row.unit_id == unit_id; });
  if (unit == units.end()) return DelegateUnitNotFound(unit_id);
  return *unit;
}

}  // namespace

absl::StatusOr<v1::Delegation> DelegationApi::GetDelegation(
    rpc::Call& call, const v1::GetDelegationRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDelegation(request.name()));
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Delegation> {
        RONGHE_ASSIGN_OR_RETURN(const DelegationRow row, LoadDelegation(session, id));
        RONGHE_ASSIGN_OR_RETURN(const CommitteeElectionRow election, LoadElection(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(election.organization_id));
        return Whole(session, election, row);
      });
}

absl::StatusOr<v1::DelegateUnit> DelegationApi::RegisterDelegates(
    rpc::Call& call, const v1::RegisterDelegatesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDelegation(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t unit_id, base::ParseName(request.unit(), "organizations"));
  // Looked at before the meeting service is asked, and again under the lock.
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        return LoadUnit(session, id, unit_id).status();
      }));
  RONGHE_RETURN_IF_ERROR(call.Authorize(unit_id));
  RONGHE_ASSIGN_OR_RETURN(const ElectionVerdict verdict, reader_.Read(call, request.election()));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::DelegateUnit>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DelegateUnit> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DelegationRow row, LockDelegation(session, id));
        RONGHE_ASSIGN_OR_RETURN(const CommitteeElectionRow election, LoadElection(session, id));
        RONGHE_ASSIGN_OR_RETURN(DelegationUnitRow unit, LoadUnit(session, id, unit_id));
        RONGHE_RETURN_IF_ERROR(CheckDelegationOpen(election.state));
        RONGHE_RETURN_IF_ERROR(CheckVerdict(verdict, {.organization_id = unit_id,
                                                      .not_before = *election.replied_on,
                                                      .of_delegates = true}));
        const RuleSet& rules = elections_.On(verdict.held_on);
        const auto sent = static_cast<int64_t>(verdict.delegates->size());
        Guard guard;
        RONGHE_RETURN_IF_ERROR(CheckNumber(guard, rules, unit_id, unit.seats, sent, /*all=*/false));
        unit.election = verdict.name;
        unit.elected_on = verdict.held_on;
        RONGHE_RETURN_IF_ERROR(ReplaceDelegates(session, unit, *verdict.delegates));
        RONGHE_ASSIGN_OR_RETURN(auto delegates, DelegatesOf(session, id));
        std::erase_if(delegates, [unit_id](const auto& one) { return one.unit_id != unit_id; });
        RONGHE_RETURN_IF_ERROR(CheckDelegates(guard, rules, FactsOf(tree_, delegates)));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), SubjectOf(election),
                                               "RegisterDelegates", guard.decisions(), tx.now()));
        row.credentials_on.reset();
        RONGHE_RETURN_IF_ERROR(SaveDelegation(tx, row));
        tx.Audit(unit_id, NameOf(id));
        v1::DelegateUnit shown = ToProto(unit);
        for (const NamedDelegateRow& delegate : delegates) AddDelegate(delegate, shown);
        return shown;
      });
}

absl::StatusOr<v1::Delegation> DelegationApi::CheckCredentials(
    rpc::Call& call, const v1::CheckCredentialsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDelegation(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_checked_on(),
                                                            request.checked_on(), "checked_on"));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::Delegation>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Delegation> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DelegationRow row, LockDelegation(session, id));
        RONGHE_ASSIGN_OR_RETURN(const CommitteeElectionRow election, LoadElection(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(election.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        RONGHE_RETURN_IF_ERROR(CheckDelegationOpen(election.state));
        RONGHE_ASSIGN_OR_RETURN(const auto units, UnitsOfDelegation(session, id));
        RONGHE_ASSIGN_OR_RETURN(const auto delegates, DelegatesOf(session, id));
        std::map<int64_t, int64_t> sent;
        for (const NamedDelegateRow& delegate : delegates) ++sent[delegate.unit_id];
        const RuleSet& rules = elections_.On(day);
        Guard guard;
        for (const DelegationUnitRow& unit : units) {
          RONGHE_RETURN_IF_ERROR(CheckNumber(guard, rules, unit.unit_id, unit.seats,
                                             sent[unit.unit_id], /*all=*/true));
          if (day < *unit.elected_on) return EffectiveDateBeforeInterval(day, *unit.elected_on);
        }
        RONGHE_RETURN_IF_ERROR(CheckDelegates(guard, rules, FactsOf(tree_, delegates)));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), SubjectOf(election),
                                               "CheckCredentials", guard.decisions(), tx.now()));
        row.credentials_on = day;
        RONGHE_RETURN_IF_ERROR(SaveDelegation(tx, row));
        tx.Audit(election.organization_id, NameOf(id));
        return Whole(session, election, row);
      });
}

}  // namespace ronghe::membership
