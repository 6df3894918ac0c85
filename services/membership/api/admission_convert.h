// How do admission cases, their events and applicants become protos and back?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_CONVERT_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_CONVERT_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/error/error.h"
#include "google/protobuf/message.h"
#include "google/type/date.pb.h"
#include "ronghe/membership/v1/admission.pb.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/motion.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Reads the fields of a request and collects what is wrong with them. Paths are as in the request.
class FieldReader {
 public:
  // A day that must be given.
  absl::CivilDay Day(const google::type::Date& date, std::string_view path);
  // A day that may be left out.
  absl::CivilDay DayOr(bool present, const google::type::Date& date, std::string_view path,
                       absl::CivilDay otherwise);
  int64_t Member(std::string_view name, std::string_view path);
  int64_t Organization(std::string_view name, std::string_view path);
  // A code that must be known and given; `E_IsValid` is the generated check.
  template <class E>
  void Code(E value, bool (*valid)(int), std::string_view path) {
    if (!valid(value) || static_cast<int>(value) == 0) Refuse(path, "不在代码表中。");
  }
  void Refuse(std::string_view path, std::string_view message);

  // Errors: INVALID_ARGUMENT FIELD_INVALID with all of them.
  absl::Status status() const;

 private:
  std::vector<error::FieldViolation> violations_;
};

// The applicant's particulars, checked; joined_on is set to `received_on`, so that the checks of a
// member hold.
Particulars ReadApplicant(const v1::Applicant& applicant, absl::CivilDay received_on,
                          absl::CivilDay today, FieldReader& fields);

// Particulars into a row whose case_id is set, sealed.
absl::Status WriteApplicant(const Particulars& particulars, int32_t unit,
                            const PersonalFields& fields, AdmissionApplicantRow& row);

// Masks what is sensitive in an answer (P-06), and the fields that it masks.
void MaskApplicant(v1::Applicant& applicant);
std::span<const std::string_view> MaskedApplicantFields();

// Masked.
absl::StatusOr<v1::Applicant> ToProto(const AdmissionApplicantRow& row,
                                      const PersonalFields& fields);
// Name and gender.
v1::Applicant BriefToProto(const AdmissionApplicantRow& row);

// What the row itself says: no applicant, steps, decisions, deadlines or documents.
v1::AdmissionCase ToProto(const AdmissionCaseRow& row);
v1::Sponsorship ToProto(const NamedSponsorRow& row);
absl::StatusOr<v1::AdmissionEvent> ToProto(const AdmissionEventRow& row);

// Facts and vote as an event row keeps them. `facts` is one of the messages of the event's oneof.
sql::Bytes PackFacts(const google::protobuf::Message& facts, const MotionVerdict* vote);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_CONVERT_H_
