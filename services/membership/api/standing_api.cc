#include "services/membership/api/standing_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/standing/party_standing.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

// A timeline holds at most so many changes, overlays and measures each.
constexpr int32_t kMostOfAKind = 200;
constexpr int64_t kFromTheNewest = std::numeric_limits<int64_t>::max();

struct Event {
  absl::CivilDay day;
  int64_t id = 0;
  int32_t kind = 0;  // of StandingEventKind
  v1::StandingEvent proto;

  // Of one day the later row first; an end after what it ends.
  auto key() const { return std::make_tuple(day, id, kind); }
};

std::string Basis(const std::string& collection, int64_t id) {
  return id == 0 ? std::string() : base::Name(collection, id);
}

Event Start(absl::CivilDay day, int64_t id, v1::StandingEventKind kind) {
  Event event{.day = day, .id = id, .kind = kind, .proto = {}};
  *event.proto.mutable_day() = rpc::ToProto(day);
  event.proto.set_kind(kind);
  return event;
}

v1::StandingEvent ChangeProto(const MembershipChangeRow& row) {
  v1::StandingEvent proto;
  *proto.mutable_day() = rpc::ToProto(row.day);
  proto.set_kind(v1::STANDING_EVENT_KIND_CHANGE);
  proto.set_change_code(static_cast<int32_t>(row.code));
  proto.set_change_title(
      std::string(NameOf(ChangeCodes(), base::Cat(static_cast<int32_t>(row.code)))));
  proto.set_from_organization(OrganizationName(row.from_organization_id));
  proto.set_to_organization(OrganizationName(row.to_organization_id));
  proto.set_basis(Basis(row.basis_collection, row.basis_id));
  return proto;
}

void AddOverlay(const OverlayRow& row, std::vector<Event>& events) {
  Event began = Start(row.valid_from, row.id, v1::STANDING_EVENT_KIND_OVERLAY_BEGAN);
  began.proto.set_overlay(static_cast<v1::OverlayKind>(row.kind));
  began.proto.set_basis(row.basis_id == 0 ? row.subject().name()
                                          : Basis(row.basis_collection, row.basis_id));
  if (!row.open()) {
    Event ended = Start(row.valid_to, row.id, v1::STANDING_EVENT_KIND_OVERLAY_ENDED);
    ended.proto.set_overlay(began.proto.overlay());
    ended.proto.set_basis(began.proto.basis());
    events.push_back(std::move(ended));
  }
  events.push_back(std::move(began));
}

void AddDiscipline(const DisciplineRow& row, std::vector<Event>& events) {
  Event began = Start(row.effect_from, row.id, v1::STANDING_EVENT_KIND_DISCIPLINE);
  began.proto.set_measure(static_cast<v1::DisciplineMeasure>(row.measure));
  began.proto.set_basis(Basis(row.basis_collection, row.basis_id));
  if (row.restored_on) {
    Event restored = Start(*row.restored_on, row.id, v1::STANDING_EVENT_KIND_RIGHTS_RESTORED);
    restored.proto.set_basis(base::Name("disciplines", row.id));
    events.push_back(std::move(restored));
  }
  events.push_back(std::move(began));
}

// Everything that happened to a member, the newest first.
absl::StatusOr<std::vector<Event>> EventsOf(sql::Session& session, int64_t member_id) {
  std::vector<Event> events;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MembershipChangeRow> changes,
                          ChangesOf(session, member_id, kFromTheNewest, kMostOfAKind));
  for (const MembershipChangeRow& row : changes) {
    events.push_back({row.day, row.id, v1::STANDING_EVENT_KIND_CHANGE, ChangeProto(row)});
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OverlayRow> overlays,
                          OverlaysOf(session, member_id, kFromTheNewest, kMostOfAKind));
  for (const OverlayRow& row : overlays) AddOverlay(row, events);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> disciplines,
                          DisciplinesOf(session, member_id, kFromTheNewest, kMostOfAKind));
  for (const DisciplineRow& row : disciplines) AddDiscipline(row, events);
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.key() > b.key(); });
  return events;
}

std::string Cursor(const Event& event) {
  return base::Cat(base::FormatDay(event.day), "|", event.id, "|", event.kind);
}

}  // namespace

StandingApi::StandingApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                         const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), rules_(books.Get("standing")), tokens_(tokens) {}

absl::StatusOr<v1::StandingEvent> StandingApi::ReinstateMember(
    rpc::Call& call, const v1::ReinstateMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t approver,
                          base::ParseName(request.approver(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_reinstated_on(), request.reinstated_on(), "reinstated_on"));
  tree_.AfterOwnWrites(call.deadline());
  auto result = writer_.Write<v1::StandingEvent>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::StandingEvent> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(ActFor(call, approver));
        RONGHE_ASSIGN_OR_RETURN(const std::optional<ChangeCode> exit, LastExit(session, id));
        RONGHE_RETURN_IF_ERROR(
            CheckStandingChange(member.membership(), exit, ChangeCode::kReinstated));
        Guard guard;
        RONGHE_ASSIGN_OR_RETURN(
            const Approver found,
            ApproverOf(session, tree_, member.organization_id, approver, Organ::kCommission));
        RONGHE_RETURN_IF_ERROR(CheckApprover(rules_.On(day), found, true, std::nullopt, guard));
        const std::vector<int64_t> places = {member.organization_id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> branch,
                                LoadOrganizations(session, places));
        if (branch.empty() || branch.front().revoked_on) {
          return OrganizationRevoked(member.organization_id);
        }
        const Subject subject{"members", id};
        Membership next = member.membership();
        next.standing = Standing::kNormal;
        RONGHE_RETURN_IF_ERROR(ResumeMembership(tx, member,
                                                {.next = next,
                                                 .day = day,
                                                 .code = ChangeCode::kReinstated,
                                                 .basis = subject,
                                                 .changed_field = "standing"}));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), subject, "REINSTATE",
                                               guard.decisions(), tx.now()));
        tx.Audit(member.organization_id, request.name());
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MembershipChangeRow> changes,
                                ChangesOf(session, id, kFromTheNewest, 1));
        return ChangeProto(changes.front());
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::ListStandingEventsResponse> StandingApi::ListStandingEvents(
    rpc::Call& call, const v1::ListStandingEventsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  std::string after;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(after,
                            tokens_.Open(call.method(), request.parent(), request.page_token()));
  }
  std::vector<Event> events;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(audit::AuditRead(session, writer_.ids(), call,
                                                member.organization_id, request.parent()));
        RONGHE_ASSIGN_OR_RETURN(events, EventsOf(session, id));
        return absl::OkStatus();
      }));
  const auto at = std::find_if(events.begin(), events.end(),
                               [&](const Event& event) { return Cursor(event) == after; });
  auto next = at == events.end() ? events.begin() : at + 1;
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListStandingEventsResponse response;
  for (; next != events.end(); ++next) {
    if (response.events_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), Cursor(*(next - 1))));
      break;
    }
    *response.add_events() = std::move(next->proto);
  }
  return response;
}

}  // namespace ronghe::membership
