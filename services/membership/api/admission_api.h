// How are calls about the admission of members answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_API_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "google/protobuf/message.h"
#include "ronghe/membership/v1/admission.ronghe.h"
#include "services/membership/api/admission_view.h"
#include "services/membership/api/discipline_source.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/admission/machine.h"
#include "services/membership/domain/admission/steps.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/work_calendar.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// What admissions are judged by.
struct AdmissionRules {
  const RuleBook& book;  // "admission"
  const WorkCalendar& calendar;
  const admission::StepList& steps;
  const OrganizationRuleBook& organizations;
};

// Thread-safe. The references must outlive it. Each method's errors stand in admission.proto.
class AdmissionApi : public v1::AdmissionServiceHandler {
 public:
  AdmissionApi(service::Writer& writer, MembershipTree& tree, const AdmissionRules& rules,
               const PersonalFields& fields, const rpc::PageTokens& tokens, MotionReader& motions,
               const DisciplineSource& discipline);

  absl::StatusOr<v1::AdmissionCase> SubmitApplication(
      rpc::Call& call, const v1::SubmitApplicationRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> AdmitSpecially(
      rpc::Call& call, const v1::AdmitSpeciallyRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordTalk(rpc::Call& call,
                                               const v1::RecordTalkRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ProposeActivist(
      rpc::Call& call, const v1::ProposeActivistRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> FileActivist(rpc::Call& call,
                                                 const v1::FileActivistRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> AssignCultivators(
      rpc::Call& call, const v1::AssignCultivatorsRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ReviewActivist(
      rpc::Call& call, const v1::ReviewActivistRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RelocateApplicant(
      rpc::Call& call, const v1::RelocateApplicantRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ReceiveApplicant(
      rpc::Call& call, const v1::ReceiveApplicantRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ProposeCandidate(
      rpc::Call& call, const v1::ProposeCandidateRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ConsentToCandidate(
      rpc::Call& call, const v1::ConsentToCandidateRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> StartNotice(rpc::Call& call,
                                                const v1::StartNoticeRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> CloseNotice(rpc::Call& call,
                                                const v1::CloseNoticeRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ChooseSponsors(
      rpc::Call& call, const v1::ChooseSponsorsRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordBackgroundReview(
      rpc::Call& call, const v1::RecordBackgroundReviewRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordTraining(
      rpc::Call& call, const v1::RecordTrainingRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ReviewByBranch(
      rpc::Call& call, const v1::ReviewByBranchRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> PreReviewAdmission(
      rpc::Call& call, const v1::PreReviewAdmissionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordAdmissionVote(
      rpc::Call& call, const v1::RecordAdmissionVoteRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordUpperTalk(
      rpc::Call& call, const v1::RecordUpperTalkRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ApproveAdmission(
      rpc::Call& call, const v1::ApproveAdmissionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> FileAdmission(rpc::Call& call,
                                                  const v1::FileAdmissionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> AssignGroup(rpc::Call& call,
                                                const v1::AssignGroupRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordOath(rpc::Call& call,
                                               const v1::RecordOathRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ReviewProbation(
      rpc::Call& call, const v1::ReviewProbationRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ApplyForConversion(
      rpc::Call& call, const v1::ApplyForConversionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RecordConversionVote(
      rpc::Call& call, const v1::RecordConversionVoteRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> DecideConversion(
      rpc::Call& call, const v1::DecideConversionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> PostponeConversion(
      rpc::Call& call, const v1::PostponeConversionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> RefuseRecognition(
      rpc::Call& call, const v1::RefuseRecognitionRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> ArchiveAdmissionCase(
      rpc::Call& call, const v1::ArchiveAdmissionCaseRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> EndAdmissionCase(
      rpc::Call& call, const v1::EndAdmissionCaseRequest& request) override;
  absl::StatusOr<v1::AdmissionCase> GetAdmissionCase(
      rpc::Call& call, const v1::GetAdmissionCaseRequest& request) override;
  absl::StatusOr<v1::ListAdmissionCasesResponse> ListAdmissionCases(
      rpc::Call& call, const v1::ListAdmissionCasesRequest& request) override;
  absl::StatusOr<v1::ListAdmissionEventsResponse> ListAdmissionEvents(
      rpc::Call& call, const v1::ListAdmissionEventsRequest& request) override;

 private:
  // What is known of a case while an event is made of a request, inside the transaction.
  struct Moment {
    service::WriteTx& tx;
    const AdmissionCaseRow& row;
    const std::optional<MotionVerdict>& verdict;           // of Doing.motion
    const std::optional<admission::Organization>& acting;  // of Doing.acting
  };
  using MakeEvent = std::function<absl::StatusOr<admission::Event>(const Moment&)>;

  // What a step needs beside its facts.
  struct Doing {
    std::string_view motion = {};  // to be read
    int64_t acting = 0;            // the organization it is done for; 0: the branch
    bool admits = false;           // somebody becomes a member of the branch
    bool receives = false;         // done for the branch that the applicant moves to
  };

  // Moves a case on by one event: reads it and the motion, and then, in one transaction, locks it,
  // makes the event, asks the machine and writes what comes of it.
  absl::StatusOr<v1::AdmissionCase> Take(rpc::Call& call, std::string_view name,
                                         std::string_view etag,
                                         const google::protobuf::Message& facts, const Doing& doing,
                                         const MakeEvent& make);

  // Opens a case by its first event, which `make` makes of the branch and the id of the case.
  using MakeFirst = std::function<absl::StatusOr<admission::Event>(
      service::WriteTx& tx, const admission::Organization& branch, std::string_view index)>;
  absl::StatusOr<v1::AdmissionCase> Open(rpc::Call& call, std::string_view parent,
                                         const Particulars& applicant, int32_t unit,
                                         const google::protobuf::Message& facts,
                                         const MakeFirst& make);

  // The organization that an event is recorded for, once the caller has been found to act for it.
  absl::StatusOr<int64_t> AuthorizeActing(rpc::Call& call, const AdmissionCaseRow& row,
                                          const Doing& doing);
  // A branch that members may join, locked.
  absl::Status LockBranch(sql::Session& session, int64_t id, absl::CivilDay today) const;

  // One event with everything that goes with it.
  struct Happening {
    const admission::Event& event;
    const admission::Effect& effect;
    const google::protobuf::Message& facts;
    const MotionVerdict* vote = nullptr;
    int64_t acting = 0;
    const AdmissionApplicantRow* fresh = nullptr;  // of a case that is only now inserted
  };
  absl::StatusOr<v1::AdmissionCase> Commit(service::WriteTx& tx, AdmissionCaseRow& row,
                                           const Happening& happening);
  absl::Status WriteMembership(service::WriteTx& tx, AdmissionCaseRow& row,
                               const Happening& happening);
  absl::Status WriteDeadlines(service::WriteTx& tx, const AdmissionCaseRow& row,
                              std::span<const admission::DeadlineChange> changes);
  // Puts the case before the committee that it waits for now, and no longer before the last one.
  absl::Status FollowWait(service::WriteTx& tx, admission::State before,
                          const AdmissionCaseRow& row) const;

  // The steps that differ in nothing but their event.
  template <class Filed, class Request>
  absl::StatusOr<v1::AdmissionCase> TakeFiling(rpc::Call& call, const Request& request);
  template <class Chosen, class Request>
  absl::StatusOr<v1::AdmissionCase> TakeChoice(rpc::Call& call, const Request& request);

  // Members as an event finds them on `day`; with their posts in `posts_in`. One whom the caller
  // may not act on is answered like one who does not exist.
  absl::StatusOr<std::vector<admission::Person>> People(service::WriteTx& tx,
                                                        std::span<const int64_t> ids,
                                                        absl::CivilDay day,
                                                        int64_t posts_in = 0) const;
  // The kinds of documents that are with a case.
  absl::StatusOr<std::set<std::string>> Documents(sql::Session& session,
                                                  const AdmissionCaseRow& row) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const AdmissionRules rules_;
  const PersonalFields& fields_;
  const rpc::PageTokens& tokens_;
  MotionReader& motions_;
  const DisciplineSource& discipline_;
  const admission::Machine machine_;
  const AdmissionView view_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_API_H_
