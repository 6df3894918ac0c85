#include "services/membership/api/admission_api.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/etag.h"
#include "services/membership/api/admission_convert.h"
#include "services/membership/api/admission_membership.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/admission/errors.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/admission_places.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/decision_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {
namespace {

using admission::Event;
using admission::EventKind;
using admission::Person;

constexpr std::string_view kCases = "admissionCases";
constexpr int32_t kHistory = 200;  // intervals, posts and changes of one person

// A page of a subtree: so many branches a statement, so many statements.
constexpr size_t kBranches = 256;
constexpr int kStatements = 8;

// What a committee is asked for in a state for which no article sets a day.
std::string_view WaitOf(admission::State state) {
  if (state == admission::State::kCandidateProposed) return kCandidateWaits;
  return state == admission::State::kBranchReviewed ? kPreReviewWaits : kNobody;
}

absl::CivilDay Today(const rpc::Call& call) { return base::ShanghaiDay(call.now()); }

// Where a list goes on: behind a case of the branches that follow `before`.
struct CaseCursor {
  std::optional<org::OrgPath> before;
  int64_t organization_id = 0;
  int64_t id = 0;
};

std::string FormatCaseCursor(const CaseCursor& cursor) {
  return base::Cat(cursor.before ? org::FormatPath(*cursor.before) : "", "|",
                   cursor.organization_id, "|", cursor.id);
}

absl::StatusOr<CaseCursor> ParseCaseCursor(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(text), '|');
  CaseCursor cursor;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &cursor.organization_id) ||
      !absl::SimpleAtoi(parts[2], &cursor.id)) {
    return absl::InvalidArgumentError("cursor");
  }
  if (!parts[0].empty()) {
    RONGHE_RETURN_IF_ERROR(org::ParsePath(parts[0], &cursor.before.emplace()));
  }
  return cursor;
}

// Who has a role from an event on; nothing for an event that gives none.
struct NewSponsors {
  SponsorRole role = SponsorRole::kCultivator;
  absl::CivilDay day;
  const std::vector<Person>* people = nullptr;
};
NewSponsors SponsorsIn(const Event& event) {
  if (const auto* taken = std::get_if<admission::AssignCultivators>(&event)) {
    return {SponsorRole::kCultivator, taken->day, &taken->people};
  }
  if (const auto* taken = std::get_if<admission::ChooseSponsors>(&event)) {
    return {SponsorRole::kSponsor, taken->day, &taken->people};
  }
  return {};
}

}  // namespace

AdmissionApi::AdmissionApi(service::Writer& writer, MembershipTree& tree,
                           const AdmissionRules& rules, const PersonalFields& fields,
                           const rpc::PageTokens& tokens, MotionReader& motions,
                           const DisciplineSource& discipline)
    : writer_(writer),
      tree_(tree),
      rules_(rules),
      fields_(fields),
      tokens_(tokens),
      motions_(motions),
      discipline_(discipline),
      machine_(rules.book, rules.calendar),
      view_(tree.tree(), rules.steps, rules.book, fields) {}

absl::StatusOr<int64_t> AdmissionApi::AuthorizeActing(rpc::Call& call, const AdmissionCaseRow& row,
                                                      const Doing& doing) {
  int64_t acting = doing.acting == 0 ? row.organization_id : doing.acting;
  if (doing.receives && row.relocating_to != 0) acting = row.relocating_to;
  // Whoever acts for an organization elsewhere learns nothing of the case.
  if (doing.acting != 0 && !tree_.Within(row.organization_id, acting)) {
    return rpc::Call::ScopeDenied(call.permission());
  }
  RONGHE_RETURN_IF_ERROR(call.Authorize(acting));
  return acting;
}

absl::Status AdmissionApi::LockBranch(sql::Session& session, int64_t id,
                                      absl::CivilDay today) const {
  RONGHE_ASSIGN_OR_RETURN(const OrganizationRow branch, LockOrganization(session, id));
  if (branch.revoked_on) return OrganizationRevoked(id);
  return CheckHoldsMembers(rules_.organizations.On(today), branch.kind);
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::Take(rpc::Call& call, std::string_view name,
                                                     std::string_view etag,
                                                     const google::protobuf::Message& facts,
                                                     const Doing& doing, const MakeEvent& make) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kCases));
  tree_.AfterOwnWrites(call.deadline());
  RONGHE_ASSIGN_OR_RETURN(const AdmissionCaseRow seen,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadAdmissionCase(session, id);
                          }));
  RONGHE_ASSIGN_OR_RETURN(const int64_t acting, AuthorizeActing(call, seen, doing));
  std::optional<MotionVerdict> verdict;
  if (!doing.motion.empty()) {
    RONGHE_ASSIGN_OR_RETURN(verdict, motions_.Read(call, doing.motion));
  }
  bool membership_changed = false;
  auto result = writer_.Write<v1::AdmissionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::AdmissionCase> {
        sql::Session& session = tx.session();
        if (doing.admits) {
          RONGHE_RETURN_IF_ERROR(LockBranch(session, seen.organization_id, Today(call)));
        }
        if (seen.member_id != 0) {
          RONGHE_RETURN_IF_ERROR(LockMember(session, seen.member_id).status());
        }
        RONGHE_ASSIGN_OR_RETURN(AdmissionCaseRow row, LockAdmissionCase(session, id));
        if (row.organization_id != seen.organization_id ||
            row.relocating_to != seen.relocating_to) {
          return admission::CaseChanged();
        }
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
        std::optional<admission::Organization> actor;
        if (acting != row.organization_id) {
          RONGHE_ASSIGN_OR_RETURN(actor,
                                  Describe(session, tree_.tree(), acting, row.organization_id));
        }
        RONGHE_ASSIGN_OR_RETURN(const Event event, make({tx, row, verdict, actor}));
        RONGHE_ASSIGN_OR_RETURN(const admission::Effect effect,
                                machine_.Apply(row.facts(), event, Today(call)));
        membership_changed = effect.act != admission::MembershipAct::kNone;
        return Commit(tx, row,
                      {.event = event,
                       .effect = effect,
                       .facts = facts,
                       .vote = verdict ? &*verdict : nullptr,
                       .acting = acting});
      });
  if (result.ok() && membership_changed) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::Open(rpc::Call& call, std::string_view parent,
                                                     const Particulars& applicant, int32_t unit,
                                                     const google::protobuf::Message& facts,
                                                     const MakeFirst& make) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t branch_id, base::ParseName(parent, "organizations"));
  tree_.AfterOwnWrites(call.deadline());
  auto result = writer_.Write<v1::AdmissionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::AdmissionCase> {
        sql::Session& session = tx.session();
        RONGHE_RETURN_IF_ERROR(LockOrganization(session, branch_id).status());
        RONGHE_ASSIGN_OR_RETURN(const admission::Organization branch,
                                Describe(session, tree_.tree(), branch_id, branch_id));
        AdmissionCaseRow row{.id = tx.NextId(), .create_time = tx.now(), .update_time = tx.now()};
        AdmissionApplicantRow fresh{.case_id = row.id};
        RONGHE_RETURN_IF_ERROR(WriteApplicant(applicant, unit, fields_, fresh));
        RONGHE_ASSIGN_OR_RETURN(const Event event, make(tx, branch, fresh.identity_index));
        RONGHE_ASSIGN_OR_RETURN(const admission::Effect effect,
                                machine_.Apply(row.facts(), event, Today(call)));
        if (admission::IsOpen(effect.next.state)) fresh.open_key = fresh.identity_index;
        return Commit(tx, row,
                      {.event = event,
                       .effect = effect,
                       .facts = facts,
                       .acting = branch_id,
                       .fresh = &fresh});
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::Status AdmissionApi::WriteMembership(service::WriteTx& tx, AdmissionCaseRow& row,
                                           const Happening& happening) {
  if (happening.effect.act == admission::MembershipAct::kNone) return absl::OkStatus();
  if (happening.fresh != nullptr) {
    return CarryOut(tx, happening.effect.act, row, *happening.fresh, fields_);
  }
  const std::vector<int64_t> ids = {row.id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AdmissionApplicantRow> applicants,
                          ApplicantsOf(tx.session(), ids));
  if (applicants.empty()) return admission::CaseNotFound(row.id);
  return CarryOut(tx, happening.effect.act, row, applicants.front(), fields_);
}

absl::Status AdmissionApi::WriteDeadlines(service::WriteTx& tx, const AdmissionCaseRow& row,
                                          std::span<const admission::DeadlineChange> changes) {
  for (const admission::DeadlineChange& change : changes) {
    switch (change.kind) {
      case admission::DeadlineChange::Kind::kMeet:
        RONGHE_RETURN_IF_ERROR(
            MeetDeadline(tx.session(), row.subject(), change.code, change.day, tx.now()));
        break;
      case admission::DeadlineChange::Kind::kDropAll:
        RONGHE_RETURN_IF_ERROR(DropDeadlines(tx.session(), row.subject(), tx.now()));
        break;
      case admission::DeadlineChange::Kind::kSet: {
        const bool upper = change.actor == admission::Actor::kApprover && row.approver_id != 0;
        DeadlineRow deadline = MakeDeadline(tx.NextId(), change.code, row.subject(),
                                            upper ? row.approver_id : row.organization_id,
                                            change.day, change.rule, tx.now());
        deadline.ordinal = change.ordinal;
        RONGHE_RETURN_IF_ERROR(SetDeadline(tx.session(), deadline));
        break;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status AdmissionApi::FollowWait(service::WriteTx& tx, admission::State before,
                                      const AdmissionCaseRow& row) const {
  Wait wait{.before = WaitOf(before), .after = WaitOf(row.state)};
  if (wait.before == wait.after) return absl::OkStatus();
  if (wait.after != kNobody) {
    RONGHE_ASSIGN_OR_RETURN(const Superiors over,
                            FindSuperiors(tx.session(), tree_.tree(), row.organization_id));
    wait.organization_id = wait.after == kPreReviewWaits ? over.approver : over.committee;
  }
  return MoveWait(tx, rules_.book.On(Today(tx.call())), row.subject(), wait);
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::Commit(service::WriteTx& tx, AdmissionCaseRow& row,
                                                       const Happening& happening) {
  sql::Session& session = tx.session();
  const admission::State before = row.state;
  const EventKind kind = admission::KindOf(happening.event);
  row.set_facts(happening.effect.next);
  RONGHE_RETURN_IF_ERROR(WriteMembership(tx, row, happening));
  if (happening.fresh != nullptr) {
    RONGHE_RETURN_IF_ERROR(InsertAdmissionCase(session, row, *happening.fresh));
  } else {
    ++row.etag;
    row.update_time = tx.now();
    RONGHE_RETURN_IF_ERROR(UpdateAdmissionCase(session, row));
    if (admission::IsOpen(before) && !admission::IsOpen(row.state)) {
      RONGHE_RETURN_IF_ERROR(FreeApplicant(session, row.id));
    }
  }
  const NewSponsors sponsors = SponsorsIn(happening.event);
  if (sponsors.people != nullptr) {
    std::vector<AdmissionSponsorRow> rows;
    for (const Person& person : *sponsors.people) {
      rows.push_back({row.id, sponsors.role, person.id, sponsors.day});
    }
    RONGHE_RETURN_IF_ERROR(ReplaceSponsors(session, row.id, sponsors.role, sponsors.day, rows));
  }
  const AdmissionEventRow event{.id = tx.NextId(),
                                .case_id = row.id,
                                .kind = kind,
                                .day = admission::DayOf(happening.event),
                                .state_before = before,
                                .state_after = row.state,
                                .organization_id = happening.acting,
                                .branch_id = row.organization_id,
                                .actor = tx.call().principal().subject,
                                .motion = happening.vote == nullptr ? "" : happening.vote->name,
                                .facts = PackFacts(happening.facts, happening.vote),
                                .time = tx.now()};
  RONGHE_RETURN_IF_ERROR(InsertAdmissionEvent(session, event));
  RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), row.subject(),
                                         admission::NameOf(kind), happening.effect.decisions,
                                         tx.now()));
  RONGHE_RETURN_IF_ERROR(WriteDeadlines(tx, row, happening.effect.deadlines));
  RONGHE_RETURN_IF_ERROR(FollowWait(tx, before, row));
  tx.Emit(AdmissionEvent(row, event));
  tx.Audit(happening.acting, row.subject().name());
  return view_.Whole(session, row, base::ShanghaiDay(tx.now()));
}

absl::StatusOr<std::vector<Person>> AdmissionApi::People(service::WriteTx& tx,
                                                         std::span<const int64_t> ids,
                                                         absl::CivilDay day,
                                                         int64_t posts_in) const {
  sql::Session& session = tx.session();
  std::vector<Person> people;
  if (ids.empty()) return people;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows, LoadMembers(session, ids));
  for (const int64_t id : ids) {
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const MemberRow& row) {
      return row.id == id && tx.call().Holds(tx.call().permission(), row.organization_id);
    });
    if (!known) return MemberNotFound(id);
    Person& person = people.emplace_back(Person{.id = id});
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> intervals,
                            IntervalsOf(session, id, kOpenEnd, kHistory));
    for (const MemberIntervalRow& interval : intervals) {
      if (day < interval.valid_from || day >= interval.valid_to) continue;
      const Membership membership = interval.interval().membership;
      person.full = membership.category == Category::kFull && membership.counted();
      person.suspended = membership.voting_suspended;
    }
    if (posts_in == 0) continue;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<HeldPostRow> posts,
                            PostsOf(session, id, std::numeric_limits<int64_t>::max(), kHistory));
    for (const HeldPostRow& post : posts) {
      const bool then = post.valid_from <= day && day < post.valid_to;
      if (then && post.organization_id == posts_in) person.posts.insert(post.code);
    }
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineFact> measures,
                          discipline_.InEffect(session, ids, day));
  for (const DisciplineFact& measure : measures) {
    for (Person& person : people) {
      if (person.id != measure.member_id) continue;
      (measure.probation_within_party ? person.on_probation_within : person.in_effect_period) =
          true;
    }
  }
  return people;
}

absl::StatusOr<std::set<std::string>> AdmissionApi::Documents(sql::Session& session,
                                                              const AdmissionCaseRow& row) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> documents,
                          DocumentsOf(session, row.subject()));
  std::set<std::string> kinds;
  for (const DocumentRow& document : documents) {
    if (document.state == DocumentState::kStored) kinds.insert(document.kind);
  }
  return kinds;
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::SubmitApplication(
    rpc::Call& call, const v1::SubmitApplicationRequest& request) {
  const v1::Submission& submission = request.submission();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(submission.received_on(), "submission.received_on");
  fields.Code(submission.place(), &v1::ApplicationPlace_IsValid, "submission.place");
  const Particulars applicant = ReadApplicant(request.applicant(), day, Today(call), fields);
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Open(
      call, request.parent(), applicant, request.applicant().unit(), submission,
      [&](service::WriteTx& tx, const admission::Organization& branch,
          std::string_view index) -> absl::StatusOr<Event> {
        admission::SubmitApplication event{
            .day = day,
            .birth_date = *applicant.birth_date,
            .receiver = branch,
            .to_floating_organization = submission.place() == v1::APPLICATION_PLACE_FLOATING,
            .floating = submission.floating()};
        const std::vector<std::string> indexes = {std::string(index)};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> known,
                                MembersByIdentity(tx.session(), indexes));
        if (known.empty()) return event;
        if (known.front().standing != Standing::kLeft) return MemberExists();
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MembershipChangeRow> changes,
                                ChangesOf(tx.session(), known.front().id));
        for (const MembershipChangeRow& change : changes) {
          if (change.code != ChangeCode::kExpelled) continue;
          event.expelled_on = change.day;
          break;
        }
        return event;
      });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::AdmitSpecially(
    rpc::Call& call, const v1::AdmitSpeciallyRequest& request) {
  const v1::SpecialAdmission& decision = request.admission();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(decision.day(), "admission.day");
  fields.Code(decision.authority(), &v1::SpecialAuthority_IsValid, "admission.authority");
  const bool direct = decision.kind() == v1::ADMISSION_KIND_DIRECT;
  if (!direct && decision.kind() != v1::ADMISSION_KIND_POSTHUMOUS) {
    fields.Refuse("admission.kind", "只能是直接接收或者追认。");
  }
  const Particulars applicant = ReadApplicant(request.applicant(), day, Today(call), fields);
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Open(call, request.parent(), applicant, request.applicant().unit(), decision,
              [&](service::WriteTx& tx, const admission::Organization& branch,
                  std::string_view) -> absl::StatusOr<Event> {
                RONGHE_RETURN_IF_ERROR(LockBranch(tx.session(), branch.id, Today(call)));
                return admission::AdmitSpecially{
                    .day = day,
                    .receiver = branch,
                    .kind = direct ? admission::Kind::kDirect : admission::Kind::kPosthumous,
                    .by_province_or_centre = true};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::GetAdmissionCase(
    rpc::Call& call, const v1::GetAdmissionCaseRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCases));
  tree_.AfterOwnWrites(call.deadline());
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::AdmissionCase> {
        RONGHE_ASSIGN_OR_RETURN(const AdmissionCaseRow row, LoadAdmissionCase(session, id));
        // The branch that an applicant moves to reads what it is to acknowledge.
        const bool receiver =
            row.relocating_to != 0 && call.Holds(call.permission(), row.relocating_to);
        RONGHE_RETURN_IF_ERROR(call.Authorize(receiver ? row.relocating_to : row.organization_id));
        return view_.Whole(session, row, Today(call));
      });
}

absl::StatusOr<v1::ListAdmissionCasesResponse> AdmissionApi::ListAdmissionCases(
    rpc::Call& call, const v1::ListAdmissionCasesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  const std::string filter_hash = base::Cat(root, "|", request.state(), "|", request.kind());
  CaseCursor start;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(start, ParseCaseCursor(text));
  }
  tree_.AfterOwnWrites(call.deadline());
  const size_t size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  const AdmissionFilter filter{.state = request.state(), .kind = request.kind()};
  CaseCursor cursor;
  std::vector<AdmissionCaseRow> rows;
  std::vector<AdmissionApplicantRow> applicants;
  bool more = true;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        cursor = start;
        rows.clear();
        more = true;
        for (int i = 0; i < kStatements && more && rows.size() <= size; ++i) {
          const std::vector<org::OrgStop> stops = tree_.tree().SubtreeStops(
              root, cursor.before, kBranches,
              [](const org::OrgBrief& brief) { return org::IsBranchKind(brief.kind); });
          more = !stops.empty();
          if (!more) break;
          std::vector<int64_t> ids;
          for (const org::OrgStop& stop : stops) ids.push_back(stop.id);
          const size_t need = size + 1 - rows.size();
          RONGHE_ASSIGN_OR_RETURN(std::vector<AdmissionCaseRow> found,
                                  AdmissionCasesOf(session, ids, cursor.organization_id, cursor.id,
                                                   filter, static_cast<int32_t>(need)));
          const bool full = found.size() == need;
          if (full) found.pop_back();
          if (!found.empty()) {
            cursor.organization_id = found.back().organization_id;
            cursor.id = found.back().id;
          }
          std::move(found.begin(), found.end(), std::back_inserter(rows));
          if (full) break;
          cursor = {stops.back().path, 0, 0};
        }
        std::vector<int64_t> ids;
        for (const AdmissionCaseRow& row : rows) ids.push_back(row.id);
        applicants.clear();
        if (ids.empty()) return absl::OkStatus();
        RONGHE_ASSIGN_OR_RETURN(applicants, ApplicantsOf(session, ids));
        return absl::OkStatus();
      }));
  v1::ListAdmissionCasesResponse response;
  for (const AdmissionCaseRow& row : rows) {
    v1::AdmissionCase& shown = *response.add_admission_cases() = ToProto(row);
    for (const AdmissionApplicantRow& applicant : applicants) {
      if (applicant.case_id == row.id) *shown.mutable_applicant() = BriefToProto(applicant);
    }
  }
  if (more) {
    response.set_next_page_token(
        tokens_.Seal(call.method(), filter_hash, FormatCaseCursor(cursor)));
  }
  return response;
}

absl::StatusOr<v1::ListAdmissionEventsResponse> AdmissionApi::ListAdmissionEvents(
    rpc::Call& call, const v1::ListAdmissionEventsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), kCases));
  RONGHE_ASSIGN_OR_RETURN(
      int64_t after, tokens_.OpenNumber(call.method(), request.parent(), request.page_token(), 0));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<AdmissionEventRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const AdmissionCaseRow row, LoadAdmissionCase(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_ASSIGN_OR_RETURN(rows, AdmissionEventsOf(session, id, after, size + 1));
        return absl::OkStatus();
      }));
  v1::ListAdmissionEventsResponse response;
  for (const AdmissionEventRow& row : rows) {
    if (response.events_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), request.parent(), base::Cat(after)));
      break;
    }
    RONGHE_ASSIGN_OR_RETURN(*response.add_events(), ToProto(row));
    after = row.id;
  }
  return response;
}

}  // namespace ronghe::membership
