// The methods of AdmissionApi that move a case on: each reads its facts and makes its event.
#include <optional>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/membership/api/admission_api.h"
#include "services/membership/api/admission_convert.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/admission_places.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

using admission::Event;
using admission::Person;

constexpr std::string_view kBackgroundReview = "BACKGROUND_REVIEW";

// The organization that acts; the branch itself is above nothing.
admission::Organization ActingIn(const std::optional<admission::Organization>& acting) {
  return acting.value_or(admission::Organization());
}

// An organization that the caller names and need not see: one that is not there, or no more, is one
// that the rules refuse.
absl::StatusOr<admission::Organization> DescribeAny(sql::Session& session, const org::OrgTree& tree,
                                                    int64_t id, int64_t branch) {
  absl::StatusOr<admission::Organization> seen = Describe(session, tree, id, branch);
  if (absl::IsNotFound(seen.status()) || absl::IsFailedPrecondition(seen.status())) {
    return admission::Organization{.id = id};
  }
  return seen;
}

std::vector<int64_t> ReadMembers(const google::protobuf::RepeatedPtrField<std::string>& names,
                                 std::string_view path, FieldReader& fields) {
  std::vector<int64_t> ids;
  for (const std::string& name : names) ids.push_back(fields.Member(name, path));
  return ids;
}

}  // namespace

// A method whose facts are a day and nothing else to look up.
#define RONGHE_SIMPLE_STEP(Method, facts)                                                       \
  absl::StatusOr<v1::AdmissionCase> AdmissionApi::Method(rpc::Call& call,                       \
                                                         const v1::Method##Request& request) {  \
    FieldReader fields;                                                                         \
    const absl::CivilDay day = fields.Day(request.facts().day(), #facts ".day");                \
    RONGHE_RETURN_IF_ERROR(fields.status());                                                    \
    return Take(                                                                                \
        call, request.name(), request.etag(), request.facts(), {},                              \
        [&](const Moment&) -> absl::StatusOr<Event> { return admission::Method{.day = day}; }); \
  }

RONGHE_SIMPLE_STEP(ReviewActivist, review)
RONGHE_SIMPLE_STEP(RecordOath, oath)
RONGHE_SIMPLE_STEP(ReviewProbation, review)
RONGHE_SIMPLE_STEP(ApplyForConversion, application)
#undef RONGHE_SIMPLE_STEP

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RecordTalk(rpc::Call& call,
                                                           const v1::RecordTalkRequest& request) {
  const v1::Talk& talk = request.talk();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(talk.day(), "talk.day");
  const std::vector<int64_t> talker = {fields.Member(talk.talker(), "talk.talker")};
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), talk, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                RONGHE_RETURN_IF_ERROR(People(moment.tx, talker, day).status());
                return admission::RecordTalk{.day = day};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ProposeActivist(
    rpc::Call& call, const v1::ProposeActivistRequest& request) {
  const v1::ActivistProposal& proposal = request.proposal();
  FieldReader fields;
  fields.Code(proposal.channel(), &v1::ActivistChannel_IsValid, "proposal.channel");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), proposal, {.motion = proposal.motion()},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::ProposeActivist{
                    .motion = *moment.verdict,
                    .channel = static_cast<admission::Channel>(proposal.channel())};
              });
}

// A filing with a committee above.
template <class Filed, class Request>
absl::StatusOr<v1::AdmissionCase> AdmissionApi::TakeFiling(rpc::Call& call,
                                                           const Request& request) {
  const v1::CommitteeFiling& filing = request.filing();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(filing.day(), "filing.day");
  const int64_t acting = fields.Organization(filing.organization(), "filing.organization");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), filing, {.acting = acting},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return Filed{.day = day, .committee = ActingIn(moment.acting)};
              });
}

// A choice of members for the applicant.
template <class Chosen, class Request>
absl::StatusOr<v1::AdmissionCase> AdmissionApi::TakeChoice(rpc::Call& call,
                                                           const Request& request) {
  const auto& choice = request.choice();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(choice.day(), "choice.day");
  const std::vector<int64_t> ids = ReadMembers(choice.members(), "choice.members", fields);
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), choice, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                RONGHE_ASSIGN_OR_RETURN(std::vector<Person> people, People(moment.tx, ids, day));
                return Chosen{.day = day, .people = std::move(people)};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::FileActivist(
    rpc::Call& call, const v1::FileActivistRequest& request) {
  return TakeFiling<admission::FileActivist>(call, request);
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::AssignCultivators(
    rpc::Call& call, const v1::AssignCultivatorsRequest& request) {
  return TakeChoice<admission::AssignCultivators>(call, request);
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RelocateApplicant(
    rpc::Call& call, const v1::RelocateApplicantRequest& request) {
  const v1::Relocation& relocation = request.relocation();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(relocation.day(), "relocation.day");
  const int64_t receiver =
      fields.Organization(relocation.organization(), "relocation.organization");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), relocation, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                admission::RelocateApplicant event{.day = day};
                RONGHE_ASSIGN_OR_RETURN(event.receiver,
                                        DescribeAny(moment.tx.session(), tree_.tree(), receiver,
                                                    moment.row.organization_id));
                return event;
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ReceiveApplicant(
    rpc::Call& call, const v1::ReceiveApplicantRequest& request) {
  const v1::RelocationReceipt& receipt = request.receipt();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(receipt.day(), "receipt.day");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), receipt, {.receives = true},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::ReceiveApplicant{.day = day, .receiver = ActingIn(moment.acting)};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ProposeCandidate(
    rpc::Call& call, const v1::ProposeCandidateRequest& request) {
  const v1::CandidateProposal& proposal = request.proposal();
  return Take(call, request.name(), request.etag(), proposal, {.motion = proposal.motion()},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::ProposeCandidate{
                    .motion = *moment.verdict,
                    .all_heard = proposal.group_heard() && proposal.cultivators_heard() &&
                                 proposal.members_heard() && proposal.masses_heard()};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ConsentToCandidate(
    rpc::Call& call, const v1::ConsentToCandidateRequest& request) {
  const v1::CommitteeConsent& consent = request.consent();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(consent.day(), "consent.day");
  const int64_t acting = fields.Organization(consent.organization(), "consent.organization");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), consent, {.acting = acting},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::ConsentToCandidate{.day = day,
                                                     .committee = ActingIn(moment.acting),
                                                     .consented = consent.consented()};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::StartNotice(rpc::Call& call,
                                                            const v1::StartNoticeRequest& request) {
  const v1::NoticeStart& notice = request.notice();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(notice.day(), "notice.day");
  std::vector<admission::Site> sites;
  for (const v1::NoticeSite& site : notice.sites()) {
    fields.Code(site.kind(), &v1::NoticeSiteKind_IsValid, "notice.sites.kind");
    sites.push_back(static_cast<admission::Site>(site.kind()));
  }
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), notice, {},
              [&](const Moment&) -> absl::StatusOr<Event> {
                return admission::StartNotice{.day = day, .sites = sites};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::CloseNotice(rpc::Call& call,
                                                            const v1::CloseNoticeRequest& request) {
  const v1::NoticeClose& notice = request.notice();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(notice.day(), "notice.day");
  fields.Code(notice.objection(), &v1::NoticeObjection_IsValid, "notice.objection");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), notice, {},
              [&](const Moment&) -> absl::StatusOr<Event> {
                return admission::CloseNotice{
                    .day = day, .objection = static_cast<admission::Objection>(notice.objection())};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ChooseSponsors(
    rpc::Call& call, const v1::ChooseSponsorsRequest& request) {
  return TakeChoice<admission::ChooseSponsors>(call, request);
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RecordBackgroundReview(
    rpc::Call& call, const v1::RecordBackgroundReviewRequest& request) {
  const v1::BackgroundReview& review = request.review();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(review.day(), "review.day");
  fields.Code(review.conclusion(), &v1::ReviewConclusion_IsValid, "review.conclusion");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), review, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                RONGHE_ASSIGN_OR_RETURN(const std::set<std::string> documents,
                                        Documents(moment.tx.session(), moment.row));
                return admission::RecordBackgroundReview{
                    .day = day,
                    .conclusion = static_cast<admission::Conclusion>(review.conclusion()),
                    .document = documents.contains(std::string(kBackgroundReview)),
                    .joint = review.joint(),
                    .household_asked = review.household_asked(),
                    .residence_asked = review.residence_asked()};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RecordTraining(
    rpc::Call& call, const v1::RecordTrainingRequest& request) {
  const v1::CandidateTraining& training = request.training();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(training.day(), "training.day");
  int64_t waived_by = 0;
  if (training.has_waiver()) {
    waived_by =
        fields.Organization(training.waiver().organization(), "training.waiver.organization");
    fields.Code(training.waiver().reason(), &v1::SpecialReason_IsValid, "training.waiver.reason");
  }
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), training, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                admission::RecordTraining event{
                    .day = day, .days = training.days(), .hours = training.hours()};
                if (waived_by == 0) return event;
                RONGHE_ASSIGN_OR_RETURN(event.waived_by,
                                        DescribeAny(moment.tx.session(), tree_.tree(), waived_by,
                                                    moment.row.organization_id));
                return event;
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ReviewByBranch(
    rpc::Call& call, const v1::ReviewByBranchRequest& request) {
  const v1::BranchReview& review = request.review();
  if (!v1::SpecialReason_IsValid(review.leaving_reason())) {
    FieldReader fields;
    fields.Refuse("review.leaving_reason", "不在代码表中。");
    return fields.status();
  }
  return Take(call, request.name(), request.etag(), review, {.motion = review.motion()},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::ReviewByBranch{
                    .motion = *moment.verdict,
                    .leaving_soon = review.leaving_soon(),
                    .leaving_excused = review.leaving_reason() != v1::SPECIAL_REASON_UNSPECIFIED};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::PreReviewAdmission(
    rpc::Call& call, const v1::PreReviewAdmissionRequest& request) {
  const v1::PreReview& review = request.review();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(review.day(), "review.day");
  const int64_t acting = fields.Organization(review.organization(), "review.organization");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), review, {.acting = acting},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::PreReviewAdmission{
                    .day = day,
                    .committee = ActingIn(moment.acting),
                    .passed = review.passed(),
                    .form_number = std::string(Trim(review.form_number()))};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RecordAdmissionVote(
    rpc::Call& call, const v1::RecordAdmissionVoteRequest& request) {
  const v1::AdmissionVote& vote = request.vote();
  return Take(call, request.name(), request.etag(), vote, {.motion = vote.motion()},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                FieldReader fields;
                const absl::CivilDay submitted_on =
                    fields.DayOr(vote.has_submitted_on(), vote.submitted_on(), "vote.submitted_on",
                                 moment.verdict->held_on);
                RONGHE_RETURN_IF_ERROR(fields.status());
                return admission::RecordAdmissionVote{.motion = *moment.verdict,
                                                      .submitted_on = submitted_on};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RecordUpperTalk(
    rpc::Call& call, const v1::RecordUpperTalkRequest& request) {
  const v1::UpperTalk& talk = request.talk();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(talk.day(), "talk.day");
  const int64_t acting = fields.Organization(talk.organization(), "talk.organization");
  const std::vector<int64_t> talker = {fields.Member(talk.talker(), "talk.talker")};
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(
      call, request.name(), request.etag(), talk, {.acting = acting},
      [&](const Moment& moment) -> absl::StatusOr<Event> {
        RONGHE_ASSIGN_OR_RETURN(std::vector<Person> people, People(moment.tx, talker, day, acting));
        return admission::RecordUpperTalk{
            .day = day, .committee = ActingIn(moment.acting), .talker = std::move(people.front())};
      });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ApproveAdmission(
    rpc::Call& call, const v1::ApproveAdmissionRequest& request) {
  const v1::Approval& approval = request.approval();
  FieldReader fields;
  const int64_t acting = fields.Organization(approval.organization(), "approval.organization");
  const bool special = approval.late_reason() != v1::SPECIAL_REASON_UNSPECIFIED;
  if (special) {
    fields.Code(approval.late_reason(), &v1::SpecialReason_IsValid, "approval.late_reason");
  }
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), approval,
              {.motion = approval.motion(), .acting = acting, .admits = true},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                FieldReader later;
                const absl::CivilDay replied_on =
                    later.DayOr(approval.has_replied_on(), approval.replied_on(),
                                "approval.replied_on", moment.verdict->held_on);
                RONGHE_RETURN_IF_ERROR(later.status());
                return admission::ApproveAdmission{.motion = *moment.verdict,
                                                   .committee = ActingIn(moment.acting),
                                                   .replied_on = replied_on,
                                                   .special = special};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::FileAdmission(
    rpc::Call& call, const v1::FileAdmissionRequest& request) {
  return TakeFiling<admission::FileAdmission>(call, request);
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::AssignGroup(rpc::Call& call,
                                                            const v1::AssignGroupRequest& request) {
  const v1::GroupAssignment& assignment = request.assignment();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(assignment.day(), "assignment.day");
  const int64_t group =
      assignment.group().empty() ? 0 : fields.Organization(assignment.group(), "assignment.group");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), assignment, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                const int64_t branch = moment.row.organization_id;
                RONGHE_ASSIGN_OR_RETURN(const int64_t parent, ParentOf(moment.tx.session(), group));
                return admission::AssignGroup{
                    .day = day, .of_branch = group == 0 || group == branch || parent == branch};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RecordConversionVote(
    rpc::Call& call, const v1::RecordConversionVoteRequest& request) {
  const v1::ConversionVote& vote = request.vote();
  FieldReader fields;
  fields.Code(vote.proposal(), &v1::ConversionProposal_IsValid, "vote.proposal");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), vote, {.motion = vote.motion()},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                FieldReader later;
                const absl::CivilDay submitted_on =
                    later.DayOr(vote.has_submitted_on(), vote.submitted_on(), "vote.submitted_on",
                                moment.verdict->held_on);
                RONGHE_RETURN_IF_ERROR(later.status());
                return admission::RecordConversionVote{
                    .motion = *moment.verdict,
                    .proposal = static_cast<admission::Proposal>(vote.proposal()),
                    .months = vote.months(),
                    .all_heard = vote.group_heard() && vote.members_heard() && vote.masses_heard(),
                    .submitted_on = submitted_on};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::DecideConversion(
    rpc::Call& call, const v1::DecideConversionRequest& request) {
  const v1::Approval& decision = request.decision();
  FieldReader fields;
  const int64_t acting = fields.Organization(decision.organization(), "decision.organization");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), decision,
              {.motion = decision.motion(), .acting = acting},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::DecideConversion{.motion = *moment.verdict,
                                                   .committee = ActingIn(moment.acting)};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::PostponeConversion(
    rpc::Call& call, const v1::PostponeConversionRequest& request) {
  const v1::Postponement& postponement = request.postponement();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(postponement.day(), "postponement.day");
  const absl::CivilDay until = fields.Day(postponement.until(), "postponement.until");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), postponement, {},
              [&](const Moment&) -> absl::StatusOr<Event> {
                return admission::PostponeConversion{.day = day, .until = until};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::RefuseRecognition(
    rpc::Call& call, const v1::RefuseRecognitionRequest& request) {
  const v1::RecognitionRefusal& refusal = request.refusal();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(refusal.day(), "refusal.day");
  const int64_t acting = fields.Organization(refusal.organization(), "refusal.organization");
  fields.Code(refusal.ground(), &v1::RefusalGround_IsValid, "refusal.ground");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), refusal, {.acting = acting},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                return admission::RefuseRecognition{
                    .day = day,
                    .committee = ActingIn(moment.acting),
                    .ground = static_cast<admission::Ground>(refusal.ground())};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::ArchiveAdmissionCase(
    rpc::Call& call, const v1::ArchiveAdmissionCaseRequest& request) {
  const v1::Archiving& archiving = request.archiving();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(archiving.day(), "archiving.day");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), archiving, {},
              [&](const Moment& moment) -> absl::StatusOr<Event> {
                RONGHE_ASSIGN_OR_RETURN(const std::set<std::string> documents,
                                        Documents(moment.tx.session(), moment.row));
                return admission::ArchiveAdmissionCase{
                    .day = day,
                    .missing = rules_.steps.MissingDocuments(moment.row.kind, documents)};
              });
}

absl::StatusOr<v1::AdmissionCase> AdmissionApi::EndAdmissionCase(
    rpc::Call& call, const v1::EndAdmissionCaseRequest& request) {
  const v1::Ending& ending = request.ending();
  FieldReader fields;
  const absl::CivilDay day = fields.Day(ending.day(), "ending.day");
  fields.Code(ending.reason(), &v1::EndingReason_IsValid, "ending.reason");
  RONGHE_RETURN_IF_ERROR(fields.status());
  return Take(call, request.name(), request.etag(), ending, {},
              [&](const Moment&) -> absl::StatusOr<Event> {
                return admission::EndAdmissionCase{
                    .day = day, .reason = static_cast<admission::EndReason>(ending.reason())};
              });
}

}  // namespace ronghe::membership
