// What is a meeting record made of? The words of the meeting service, with the codes they are
// stored under.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_TYPES_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_TYPES_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ronghe::meeting {

// What a meeting is held as (domain rules 1.3).
enum class Kind : int32_t {
  kGeneral = 1,
  kCommittee = 2,
  kGroup = 3,
  kLecture = 4,
  kThemeDay = 5,
  kOrgLife = 6,
  kAppraisal = 7,
  kTalk = 8,
  kDemocraticLife = 9,
  kCentralGroup = 10,
  kReading = 11,
  kDelegates = 12,
};
inline constexpr int kKindCount = 12;

// Codes in rule data and events, "GENERAL".
std::string_view KindCode(Kind kind);
std::optional<Kind> ParseKindCode(std::string_view code);
// 支部党员大会 and so on.
std::string_view KindNameZh(Kind kind);

// A set of kinds as one number, as it is stored.
class Kinds {
 public:
  constexpr Kinds() = default;
  constexpr Kinds(std::initializer_list<Kind> kinds) {
    for (Kind kind : kinds) Add(kind);
  }
  static constexpr Kinds FromBits(int32_t bits) {
    Kinds kinds;
    kinds.bits_ = bits & ((1 << kKindCount) - 1);
    return kinds;
  }

  constexpr void Add(Kind kind) { bits_ |= Bit(kind); }
  constexpr bool Has(Kind kind) const { return (bits_ & Bit(kind)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr int32_t bits() const { return bits_; }
  // In the order of their numbers.
  std::vector<Kind> List() const;
  // "GENERAL,THEME_DAY".
  std::string Codes() const;

  static constexpr int32_t Bit(Kind kind) { return 1 << (static_cast<int32_t>(kind) - 1); }

  friend constexpr bool operator==(const Kinds&, const Kinds&) = default;

 private:
  int32_t bits_ = 0;
};

enum class State : int32_t {
  kPlanned = 1,
  kOpen = 2,
  kClosed = 3,
  kSubmitted = 4,
  kAccepted = 5,
  kReturned = 6,
  kSuperseded = 7,
};

enum class Mode : int32_t { kOnsite = 1, kVideo = 2, kMixed = 3 };

enum class Source : int32_t { kEntry = 1, kHistory = 2 };

enum class Presence : int32_t { kUnmarked = 0, kPresent = 1, kAbsent = 2 };

// The codes of the list of absence reasons (domain rules 8.1).
enum class AbsenceReason : int32_t {
  kNone = 0,
  kOfficialBusiness = 1,
  kSick = 2,
  kPersonal = 3,
  kAbroad = 4,
  kFloating = 5,
  kCareExempt = 6,
  kTraining = 7,
  kOnDuty = 8,
  kUnexcused = 99,
};

// One member of the frozen roll.
struct Attendee {
  int64_t member_id = 0;
  bool full = false;
  bool voting = false;
  bool committee = false;
  Presence presence = Presence::kUnmarked;
  AbsenceReason reason = AbsenceReason::kNone;
  std::optional<int64_t> approved_by;
  std::optional<absl::Time> arrived_at;

  friend bool operator==(const Attendee&, const Attendee&) = default;
};

struct Observer {
  std::string name;
  std::optional<int64_t> member_id;
  std::string capacity;

  friend bool operator==(const Observer&, const Observer&) = default;
};

struct AgendaItem {
  std::string title;
  std::string code;
  int32_t speaker_count = 0;
  std::string summary;
  std::optional<int64_t> pre_committee_meeting_id;

  friend bool operator==(const AgendaItem&, const AgendaItem&) = default;
};

// The rule a motion is decided by (domain rules 11.1).
enum class MotionKind : int32_t {
  kNone = 0,
  kGeneral = 1,
  kCommittee = 2,
  kAdmission = 3,
  kConversion = 4,
  kDisposition = 5,
  kApproval = 6,
};
inline constexpr int kMotionKindCount = 6;

// True where the committee decides, not all members with the right to vote.
constexpr bool CommitteeDecides(MotionKind kind) {
  return kind == MotionKind::kCommittee || kind == MotionKind::kApproval;
}

// Codes in rule data, "ADMISSION".
std::string_view MotionKindCode(MotionKind kind);
std::optional<MotionKind> ParseMotionKindCode(std::string_view code);

enum class BallotMode : int32_t { kVoice = 1, kHands = 2, kOpen = 3, kSecret = 4 };

enum class MotionResult : int32_t { kUndecided = 0, kPassed = 1, kRejected = 2, kNoQuorum = 3 };

struct Motion {
  std::string text;
  MotionKind kind = MotionKind::kNone;
  std::string subject;  // what it is about, "admissionCases/12"; may be empty
  BallotMode ballot_mode = BallotMode::kHands;
  std::optional<absl::Time> voted_at;
  std::optional<int32_t> present;  // with voting right when the vote was taken
  int32_t written_for = 0;
  int32_t votes_for = 0;
  int32_t votes_against = 0;
  int32_t votes_abstain = 0;
  int32_t votes_invalid = 0;
  int32_t ballots_issued = 0;
  int32_t ballots_returned = 0;
  MotionResult result = MotionResult::kUndecided;
  // What the rule made of it.
  int32_t should_vote = 0;
  int32_t required_present = 0;
  int32_t required_for = 0;
  std::string rule_set;

  friend bool operator==(const Motion&, const Motion&) = default;
};

struct Resolution {
  std::string text;
  std::string owner;
  std::optional<absl::CivilDay> due_date;

  friend bool operator==(const Resolution&, const Resolution&) = default;
};

struct Attachment {
  std::string title;
  std::string reference;

  friend bool operator==(const Attachment&, const Attachment&) = default;
};

// Parts of a record that practice asks for (domain rules 1.4); a record without them is taken and
// marked.
enum class RecordItem : int32_t {
  kAgenda = 1,
  kSpeakers = 2,
  kSignedByChair = 3,
  kSignedByRecorder = 4,
  kAbsenceApproval = 5,
};

// A meeting with its record. Times are moments; event_day is the day in Asia/Shanghai.
struct Meeting {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t etag = 0;
  State state = State::kPlanned;
  Kinds kinds;
  std::string delegation;  // "committeeElections/3/delegation" of a meeting of delegates
  std::string meeting_no;
  std::string title;
  Mode mode = Mode::kOnsite;
  absl::Time planned_at;
  std::optional<absl::Time> opened_at;
  std::optional<absl::Time> closed_at;
  absl::CivilDay event_day;  // the planned day while planned
  std::string place;
  std::optional<int64_t> chair_id;
  std::optional<int64_t> recorder_id;
  bool signed_by_chair = false;
  bool signed_by_recorder = false;

  std::vector<Attendee> attendance;  // by member id
  std::vector<Observer> observers;
  std::vector<AgendaItem> agenda;
  std::vector<Motion> motions;
  std::vector<Resolution> resolutions;
  std::vector<Attachment> attachments;

  // Sums of the parts above, kept with the meeting so that lists and figures need not read them.
  int32_t should_attend = 0;
  int32_t should_attend_voting = 0;
  int32_t attended = 0;
  int32_t attended_voting = 0;
  int32_t care_exempt = 0;  // absent for age or illness
  int32_t speaker_count = 0;
  int32_t motion_count = 0;
  int32_t motions_quorate = 0;
  int32_t missing_items = 0;  // bits 1 << (item - 1)

  std::optional<absl::Time> submitted_at;
  std::string submitted_by;
  bool late_entry = false;
  Source source = Source::kEntry;
  std::optional<absl::Time> decided_at;
  std::string decided_by;
  std::string return_reason;
  int64_t root_id = 0;  // the first version
  int32_t version = 1;
  std::optional<int64_t> correction_of;
  std::optional<int64_t> corrected_by;
  std::string correction_reason;
  std::string rule_set;

  friend bool operator==(const Meeting&, const Meeting&) = default;
};

// True when the record counts towards duties.
constexpr bool Counts(State state) {
  return state == State::kSubmitted || state == State::kAccepted;
}

// The items whose bits are set.
std::vector<RecordItem> RecordItems(int32_t bits);
constexpr int32_t Bit(RecordItem item) { return 1 << (static_cast<int32_t>(item) - 1); }

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_TYPES_H_
