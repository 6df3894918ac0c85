// How do meetings and duties look on the wire?
#ifndef RONGHE_SERVICES_MEETING_API_CONVERT_H_
#define RONGHE_SERVICES_MEETING_API_CONVERT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "ronghe/meeting/v1/duty.pb.h"
#include "ronghe/meeting/v1/meeting.pb.h"
#include "services/meeting/domain/duty.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"
#include "services/meeting/store/duty_store.h"

namespace ronghe::meeting {

// All FromProto functions answer INVALID_ARGUMENT FIELD_INVALID with the paths below `field`.

v1::Meeting ToProto(const Meeting& meeting);

// The motion with that number, from 1, which must be there.
v1::MotionVerdict VerdictToProto(const RuleSet& rules, const Meeting& meeting, int32_t number);

absl::StatusOr<Kinds> KindsFrom(const google::protobuf::RepeatedField<int>& kinds,
                                std::string_view field);

absl::StatusOr<absl::Time> TimeFrom(const google::protobuf::Timestamp& time,
                                    std::string_view field);
// A date; a month (day 0) means its first day.
absl::StatusOr<absl::CivilDay> DayFrom(const google::type::Date& date, std::string_view field);

// The fields of a planned meeting.
absl::StatusOr<Meeting> PlanFromProto(const v1::Meeting& proto);

absl::StatusOr<std::vector<Attendee>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Attendance>& items, std::string_view field);
absl::StatusOr<std::vector<Observer>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Observer>& items, std::string_view field);
absl::StatusOr<std::vector<AgendaItem>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::AgendaItem>& items, std::string_view field);
absl::StatusOr<std::vector<Motion>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Motion>& items, std::string_view field);
absl::StatusOr<std::vector<Resolution>> FromProto(
    const google::protobuf::RepeatedPtrField<v1::Resolution>& items, std::string_view field);

// A record, or what remains of it. An absent part is empty.
struct RecordInput {
  std::optional<absl::Time> opened_at;
  std::optional<absl::Time> closed_at;
  std::string meeting_no;
  std::string place;
  std::optional<Mode> mode;
  std::optional<int64_t> chair_id;
  std::optional<int64_t> recorder_id;
  std::vector<Attendee> attendance;
  std::vector<Observer> observers;
  std::vector<AgendaItem> agenda;
  std::vector<Motion> motions;
  std::vector<Resolution> resolutions;
  std::vector<Attachment> attachments;
  std::optional<bool> signed_by_chair;
  std::optional<bool> signed_by_recorder;
};
absl::StatusOr<RecordInput> FromProto(const v1::MeetingRecord& record);

// `rule` may be null where the rule is not known any more.
v1::Duty ToProto(const DutyRow& row, const DutyRule* rule, const std::string& organization_name,
                 absl::CivilDay today);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_CONVERT_H_
