// What can happen in an admission case (2.3), with the facts that its rules look at?
//
// The caller has looked up whoever and whatever an event names, so that the rules are pure.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_EVENT_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_EVENT_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/domain/admission/case.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/motion.h"

namespace ronghe::membership::admission {

// Numbers of ronghe.membership.v1.AdmissionEventKind and of the database.
enum class EventKind : int32_t {
  kSubmitApplication = 1,
  kAdmitSpecially = 2,
  kRecordTalk = 3,
  kProposeActivist = 4,
  kFileActivist = 5,
  kAssignCultivators = 6,
  kReviewActivist = 7,
  kRelocateApplicant = 8,
  kReceiveApplicant = 9,
  kProposeCandidate = 10,
  kConsentToCandidate = 11,
  kStartNotice = 12,
  kCloseNotice = 13,
  kChooseSponsors = 14,
  kRecordBackgroundReview = 15,
  kRecordTraining = 16,
  kReviewByBranch = 17,
  kPreReviewAdmission = 18,
  kRecordAdmissionVote = 19,
  kRecordUpperTalk = 20,
  kApproveAdmission = 21,
  kFileAdmission = 22,
  kAssignGroup = 23,
  kRecordOath = 24,
  kReviewProbation = 25,
  kApplyForConversion = 26,
  kRecordConversionVote = 27,
  kDecideConversion = 28,
  kPostponeConversion = 29,
  kRefuseRecognition = 30,
  kArchiveAdmissionCase = 31,
  kEndAdmissionCase = 32,
  kLeaveParty = 33,
};
inline constexpr int32_t kEventKinds = 33;

// "RecordTalk".
std::string_view NameOf(EventKind kind);

// An organization that receives or acts.
struct Organization {
  int64_t id = 0;
  int32_t kind = 0;
  bool above_branch = false;  // a committee over the branch, not the branch itself
  bool can_approve = false;   // may approve probationary members
  bool admits_floating = false;
  bool of_county = false;  // of a county or above
};

// A member as an event finds them on its day.
struct Person {
  int64_t id = 0;
  bool full = false;                 // a full member of normal standing
  bool suspended = false;            // the right to vote is suspended
  bool on_probation_within = false;  // 留党察看, rights not restored
  bool in_effect_period = false;     // of a warning, serious warning or dismissal
  std::set<Post> posts;              // held in the upper committee that the event names
};

struct SubmitApplication {
  absl::CivilDay day;
  absl::CivilDay birth_date;
  Organization receiver;
  bool to_floating_organization = false;
  bool floating = false;
  std::optional<absl::CivilDay> expelled_on;  // the last expulsion of the same person
};
struct AdmitSpecially {
  absl::CivilDay day;
  Organization receiver;
  Kind kind = Kind::kDirect;
  bool by_province_or_centre = false;
};
struct RecordTalk {
  absl::CivilDay day;
};
enum class Channel : int32_t { kNone = 0, kMembers = 1, kMassOrganization = 2 };
struct ProposeActivist {
  MotionVerdict motion;
  Channel channel = Channel::kNone;
};
struct FileActivist {
  absl::CivilDay day;
  Organization committee;
};
struct AssignCultivators {
  absl::CivilDay day;
  std::vector<Person> people;
};
struct ReviewActivist {
  absl::CivilDay day;
};
struct RelocateApplicant {
  absl::CivilDay day;
  Organization receiver;
};
struct ReceiveApplicant {
  absl::CivilDay day;
  Organization receiver;
};
struct ProposeCandidate {
  MotionVerdict motion;
  bool all_heard = false;  // group, cultivators, members and masses
};
struct ConsentToCandidate {
  absl::CivilDay day;
  Organization committee;
  bool consented = false;
};
enum class Site : int32_t { kNone = 0, kUnit = 1, kResidence = 2, kOutflow = 3, kInflow = 4 };
struct StartNotice {
  absl::CivilDay day;
  std::vector<Site> sites;
};
enum class Objection : int32_t { kNotSaid = 0, kNone = 1, kUnfounded = 2, kUpheld = 3 };
struct CloseNotice {
  absl::CivilDay day;
  Objection objection = Objection::kNotSaid;
};
struct ChooseSponsors {
  absl::CivilDay day;
  std::vector<Person> people;
};
struct RecordBackgroundReview {
  absl::CivilDay day;
  Conclusion conclusion = Conclusion::kNone;
  bool document = false;  // the concluding document is with the case
  bool joint = false;
  bool household_asked = false;
  bool residence_asked = false;
};
struct RecordTraining {
  absl::CivilDay day;
  int64_t days = 0;
  int64_t hours = 0;
  std::optional<Organization> waived_by;
};
struct ReviewByBranch {
  MotionVerdict motion;
  bool leaving_soon = false;
  bool leaving_excused = false;
};
struct PreReviewAdmission {
  absl::CivilDay day;
  Organization committee;
  bool passed = false;
  std::string form_number;
};
struct RecordAdmissionVote {
  MotionVerdict motion;
  absl::CivilDay submitted_on;
};
struct RecordUpperTalk {
  absl::CivilDay day;
  Organization committee;
  Person talker;
};
struct ApproveAdmission {
  MotionVerdict motion;
  Organization committee;
  absl::CivilDay replied_on;
  bool special = false;  // a special case, which may take longer
};
struct FileAdmission {
  absl::CivilDay day;
  Organization committee;
};
struct AssignGroup {
  absl::CivilDay day;
  bool of_branch = false;  // the branch itself or a group of it
};
struct RecordOath {
  absl::CivilDay day;
};
struct ReviewProbation {
  absl::CivilDay day;
};
struct ApplyForConversion {
  absl::CivilDay day;
};
struct RecordConversionVote {
  MotionVerdict motion;
  Proposal proposal = Proposal::kNone;
  int32_t months = 0;
  bool all_heard = false;  // group, members and masses
  absl::CivilDay submitted_on;
};
struct DecideConversion {
  MotionVerdict motion;
  Organization committee;
};
struct PostponeConversion {
  absl::CivilDay day;
  absl::CivilDay until;
};
enum class Ground : int32_t { kNone = 0, kUnconfirmed = 1, kIrregular = 2 };
struct RefuseRecognition {
  absl::CivilDay day;
  Organization committee;
  Ground ground = Ground::kNone;
};
struct ArchiveAdmissionCase {
  absl::CivilDay day;
  std::vector<std::string> missing;  // kinds of required documents that are not there
};
struct EndAdmissionCase {
  absl::CivilDay day;
  EndReason reason = EndReason::kNone;
};

// In the order of EventKind, without kLeaveParty, which comes from outside (Leave in machine.h).
using Event =
    std::variant<SubmitApplication, AdmitSpecially, RecordTalk, ProposeActivist, FileActivist,
                 AssignCultivators, ReviewActivist, RelocateApplicant, ReceiveApplicant,
                 ProposeCandidate, ConsentToCandidate, StartNotice, CloseNotice, ChooseSponsors,
                 RecordBackgroundReview, RecordTraining, ReviewByBranch, PreReviewAdmission,
                 RecordAdmissionVote, RecordUpperTalk, ApproveAdmission, FileAdmission, AssignGroup,
                 RecordOath, ReviewProbation, ApplyForConversion, RecordConversionVote,
                 DecideConversion, PostponeConversion, RefuseRecognition, ArchiveAdmissionCase,
                 EndAdmissionCase>;

inline EventKind KindOf(const Event& event) { return static_cast<EventKind>(event.index() + 1); }

// The day that an event counts on: its own, or the meeting's.
absl::CivilDay DayOf(const Event& event);

// The motion that an event rests on; null for none.
const MotionVerdict* MotionOf(const Event& event);

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_EVENT_H_
