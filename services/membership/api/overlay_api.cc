#include "services/membership/api/overlay_api.h"

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/subtree_page.h"

namespace ronghe::membership {
namespace {

v1::Overlay ToProto(const OverlayRow& row) {
  v1::Overlay proto;
  proto.set_name(row.subject().name());
  proto.set_member(base::Name("members", row.member_id));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_kind(static_cast<v1::OverlayKind>(row.kind));
  *proto.mutable_valid_from() = rpc::ToProto(row.valid_from);
  if (!row.open()) *proto.mutable_valid_to() = rpc::ToProto(row.valid_to);
  proto.set_destination_organization(OrganizationName(row.destination_organization_id));
  proto.set_destination_region(row.destination_region);
  proto.set_reach(static_cast<v1::FloatingReach>(row.reach));
  proto.set_destination(static_cast<v1::FloatingDestination>(row.destination));
  proto.set_former_occupation(static_cast<v1::FloatingOccupation>(row.former_occupation));
  proto.set_certificate(row.certificate);
  if (row.contact_person_id != 0) {
    proto.set_contact_person(base::Name("members", row.contact_person_id));
  }
  proto.set_purpose(static_cast<v1::AbroadPurpose>(row.purpose));
  proto.set_reason(static_cast<v1::ExcuseReason>(row.reason));
  if (row.last_contact_on) *proto.mutable_last_contact_on() = rpc::ToProto(*row.last_contact_on);
  proto.set_contact_count(row.contact_count);
  if (row.acknowledged_on) *proto.mutable_acknowledged_on() = rpc::ToProto(*row.acknowledged_on);
  if (row.basis_id != 0) proto.set_basis(base::Name(row.basis_collection, row.basis_id));
  return proto;
}

// A value of a code list that a request must give.
template <class Code>
void NeedCode(Code code, bool known, const char* field,
              std::vector<error::FieldViolation>& violations) {
  if (!known || static_cast<int32_t>(code) == 0) {
    violations.push_back({field, "取值不在代码表中。"});
  }
}

// The contact person: another member of the same branch.
absl::Status CheckContactPerson(sql::Session& session, const MemberRow& member, int64_t person_id) {
  const std::vector<int64_t> ids = {person_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> found, LoadMembers(session, ids));
  if (found.empty() || person_id == member.id || !IsMember(found.front().standing) ||
      found.front().organization_id != member.organization_id) {
    return ContactPersonInvalid();
  }
  return absl::OkStatus();
}

bool IsReviewed(AbroadPurpose purpose) { return purpose != AbroadPurpose::kPosted; }

}  // namespace

OverlayApi::OverlayApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                       const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), rules_(books.Get("standing")), tokens_(tokens) {}

absl::StatusOr<v1::Overlay> OverlayApi::Register(
    rpc::Call& call, const std::string& parent, absl::CivilDay day,
    absl::FunctionRef<absl::Status(service::WriteTx&, const MemberRow&, OverlayRow&)> part) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(parent, "members"));
  return writer_.Write<v1::Overlay>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Overlay> {
    RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), member_id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
    if (!IsMember(member.standing)) return MemberLeft();
    RONGHE_RETURN_IF_ERROR(CheckStepDay(day, member.joined_on, base::ShanghaiDay(call.now())));
    OverlayRow row{.id = tx.NextId(),
                   .member_id = member_id,
                   .organization_id = member.organization_id,
                   .valid_from = day,
                   .create_time = tx.now(),
                   .update_time = tx.now()};
    RONGHE_RETURN_IF_ERROR(part(tx, member, row));
    row.open_kind = static_cast<int32_t>(row.kind);
    RONGHE_RETURN_IF_ERROR(OpenOverlay(tx, member, row));
    tx.Audit(row.organization_id, row.subject().name());
    return ToProto(row);
  });
}

absl::StatusOr<v1::Overlay> OverlayApi::RegisterFloatingMember(
    rpc::Call& call, const v1::RegisterFloatingMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_valid_from(),
                                                            request.valid_from(), "valid_from"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t person,
                          base::ParseName(request.contact_person(), "members"));
  int64_t destination = 0;
  if (!request.destination_organization().empty()) {
    RONGHE_ASSIGN_OR_RETURN(destination,
                            base::ParseName(request.destination_organization(), "organizations"));
  }
  std::vector<error::FieldViolation> violations;
  NeedCode(request.reach(), v1::FloatingReach_IsValid(request.reach()), "reach", violations);
  NeedCode(request.destination(), v1::FloatingDestination_IsValid(request.destination()),
           "destination", violations);
  NeedCode(request.former_occupation(), v1::FloatingOccupation_IsValid(request.former_occupation()),
           "former_occupation", violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Register(
      call, request.parent(), day,
      [&](service::WriteTx& tx, const MemberRow& member, OverlayRow& row) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(CheckContactPerson(tx.session(), member, person));
        row.kind = OverlayKind::kFloating;
        row.destination_organization_id = destination;
        row.destination_region = request.destination_region();
        row.reach = static_cast<int32_t>(request.reach());
        row.destination = static_cast<int32_t>(request.destination());
        row.former_occupation = static_cast<int32_t>(request.former_occupation());
        row.certificate = request.certificate();
        row.contact_person_id = person;
        const RuleSet& rules = rules_.On(day);
        const absl::CivilDay today = base::ShanghaiDay(call.now());
        Guard guard;
        guard.Expect(today >= FloatingFrom(rules, day), rules.Get("floating.months"),
                     "F_NOT_YET_SIX_MONTHS", base::FormatDay(FloatingFrom(rules, day)),
                     base::FormatDay(today));
        return InsertDecisions(tx.session(), writer_.ids(), row.subject(), "REGISTER",
                               guard.decisions(), tx.now());
      });
}

absl::StatusOr<v1::Overlay> OverlayApi::RegisterAbroad(rpc::Call& call,
                                                       const v1::RegisterAbroadRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_valid_from(),
                                                            request.valid_from(), "valid_from"));
  int64_t person = 0;
  if (!request.contact_person().empty()) {
    RONGHE_ASSIGN_OR_RETURN(person, base::ParseName(request.contact_person(), "members"));
  }
  std::vector<error::FieldViolation> violations;
  NeedCode(request.purpose(), v1::AbroadPurpose_IsValid(request.purpose()), "purpose", violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Register(
      call, request.parent(), day,
      [&](service::WriteTx& tx, const MemberRow& member, OverlayRow& row) -> absl::Status {
        if (person != 0) {
          RONGHE_RETURN_IF_ERROR(CheckContactPerson(tx.session(), member, person));
        }
        row.kind = OverlayKind::kAbroad;
        row.destination_region = request.country();
        row.purpose = static_cast<int32_t>(request.purpose());
        row.contact_person_id = person;
        const auto purpose = static_cast<AbroadPurpose>(row.purpose);
        const RuleSet& rules = rules_.On(day);
        if (IsReviewed(purpose)) {
          RONGHE_RETURN_IF_ERROR(SetDeadline(
              tx.session(), MakeDeadline(tx.NextId(), "DL-14", row.subject(), row.organization_id,
                                         AbroadReviewDue(rules, day),
                                         rules.Get("abroad.review_months"), tx.now())));
        }
        if (purpose != AbroadPurpose::kStudy) return absl::OkStatus();
        return SetDeadline(
            tx.session(),
            MakeDeadline(tx.NextId(), "DL-27", row.subject(), row.organization_id,
                         NextContactDue(rules, day), rules.Get("abroad.contact_months"), tx.now()));
      });
}

absl::StatusOr<v1::Overlay> OverlayApi::ExcuseMember(rpc::Call& call,
                                                     const v1::ExcuseMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_valid_from(),
                                                            request.valid_from(), "valid_from"));
  std::vector<error::FieldViolation> violations;
  NeedCode(request.reason(), v1::ExcuseReason_IsValid(request.reason()), "reason", violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Register(call, request.parent(), day,
                  [&](service::WriteTx&, const MemberRow&, OverlayRow& row) -> absl::Status {
                    row.kind = OverlayKind::kExcused;
                    row.reason = static_cast<int32_t>(request.reason());
                    return absl::OkStatus();
                  });
}

absl::StatusOr<v1::Overlay> OverlayApi::AcknowledgeFloatingMember(
    rpc::Call& call, const v1::AcknowledgeFloatingMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kOverlays));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_acknowledged_on(), request.acknowledged_on(), "acknowledged_on"));
  return writer_.Write<v1::Overlay>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Overlay> {
    RONGHE_ASSIGN_OR_RETURN(OverlayRow row, LockOverlay(tx.session(), id));
    const bool known = row.destination_organization_id != 0;
    RONGHE_RETURN_IF_ERROR(
        call.Authorize(known ? row.destination_organization_id : row.organization_id));
    if (!known) return OverlayHasNoDestination();
    if (!row.open()) return OverlayEnded();
    RONGHE_RETURN_IF_ERROR(CheckStepDay(day, row.valid_from, base::ShanghaiDay(call.now())));
    row.acknowledged_on = day;
    row.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(UpdateOverlay(tx.session(), row));
    tx.Audit(row.destination_organization_id, row.subject().name());
    return ToProto(row);
  });
}

absl::StatusOr<v1::Overlay> OverlayApi::Change(
    rpc::Call& call, const std::string& name,
    absl::FunctionRef<absl::Status(service::WriteTx&, OverlayRow&)> part) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kOverlays));
  return writer_.Write<v1::Overlay>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Overlay> {
    RONGHE_ASSIGN_OR_RETURN(OverlayRow row, LockOverlay(tx.session(), id));
    RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
    if (!row.open()) return OverlayEnded();
    row.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(part(tx, row));
    tx.Audit(row.organization_id, row.subject().name());
    return ToProto(row);
  });
}

absl::StatusOr<v1::Overlay> OverlayApi::RecordOverlayContact(
    rpc::Call& call, const v1::RecordOverlayContactRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_contacted_on(), request.contacted_on(), "contacted_on"));
  std::vector<error::FieldViolation> violations;
  NeedCode(request.method(), v1::ContactMethod_IsValid(request.method()), "method", violations);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return Change(call, request.name(), [&](service::WriteTx& tx, OverlayRow& row) -> absl::Status {
    if (!KeepsContact(row.kind)) return OverlayKindInvalid();
    RONGHE_RETURN_IF_ERROR(CheckStepDay(day, row.last_contact_on.value_or(row.valid_from),
                                        base::ShanghaiDay(call.now())));
    RONGHE_RETURN_IF_ERROR(InsertOverlayContact(
        tx.session(),
        {tx.NextId(), row.id, day, static_cast<int32_t>(request.method()), tx.now()}));
    row.last_contact_on = day;
    ++row.contact_count;
    RONGHE_RETURN_IF_ERROR(UpdateOverlay(tx.session(), row));
    if (row.purpose != static_cast<int32_t>(AbroadPurpose::kStudy)) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(MeetDeadline(tx.session(), row.subject(), "DL-27", day, tx.now()));
    const RuleSet& rules = rules_.On(day);
    DeadlineRow next =
        MakeDeadline(tx.NextId(), "DL-27", row.subject(), row.organization_id,
                     NextContactDue(rules, day), rules.Get("abroad.contact_months"), tx.now());
    next.ordinal = row.contact_count;
    return SetDeadline(tx.session(), next);
  });
}

absl::StatusOr<v1::Overlay> OverlayApi::EndOverlay(rpc::Call& call,
                                                   const v1::EndOverlayRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_valid_to(), request.valid_to(), "valid_to"));
  return Change(call, request.name(), [&](service::WriteTx& tx, OverlayRow& row) -> absl::Status {
    if (!IsRegistered(row.kind)) return OverlayKindInvalid();
    RONGHE_RETURN_IF_ERROR(CheckStepDay(day, row.last_contact_on.value_or(row.valid_from),
                                        base::ShanghaiDay(call.now())));
    RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
    return CloseOverlay(tx, member, row, day);
  });
}

absl::StatusOr<v1::ListMemberOverlaysResponse> OverlayApi::ListMemberOverlays(
    rpc::Call& call, const v1::ListMemberOverlaysRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<OverlayRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_ASSIGN_OR_RETURN(rows, OverlaysOf(session, id, before, size + 1));
        return absl::OkStatus();
      }));
  v1::ListMemberOverlaysResponse response;
  for (const OverlayRow& row : rows) {
    if (response.overlays_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_overlays() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::ListOverlaysResponse> OverlayApi::ListOverlays(
    rpc::Call& call, const v1::ListOverlaysRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  const auto kind = static_cast<OverlayKind>(request.kind());
  const std::string filter = base::Cat(root, "|", static_cast<int32_t>(kind));
  SubtreePosition at;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(at, ParsePosition(cursor));
  }
  tree_.AfterOwnWrites(call.deadline());
  RONGHE_ASSIGN_OR_RETURN(
      const SubtreePage<OverlayRow> page,
      writer_.database().Read(call.deadline(), [&](sql::Session& session) {
        return ReadSubtreePage<OverlayRow>(
            tree_.tree(), root, at, rpc::PageSize(request.page_size()),
            [&](std::span<const int64_t> branches, const SubtreePosition& from, int32_t limit) {
              return OpenOverlaysIn(session, branches, kind, from.after_id, limit);
            },
            [](const OverlayRow& row, SubtreePosition& next) { next.after_id = row.id; });
      }));
  v1::ListOverlaysResponse response;
  for (const OverlayRow& row : page.rows) *response.add_overlays() = ToProto(row);
  if (page.more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, FormatPosition(page.next)));
  }
  return response;
}

}  // namespace ronghe::membership
