// Are these the particulars of a member, complete and consistent with each other?
//
// The same checks serve the API and the roster import; each names the field in its own way.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MEMBER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MEMBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// What is recorded about a member beside where the member belongs.
struct Particulars {
  std::string full_name;
  Gender gender = Gender::kUnknown;  // unknown: taken from the identity number
  std::string identity_number;
  std::string ethnicity;
  std::optional<absl::CivilDay> birth_date;  // absent: taken from the identity number
  std::string education;
  std::string degree;
  std::string phone;
  Category category = Category::kFull;
  std::optional<absl::CivilDay> joined_on;
  std::optional<absl::CivilDay> converted_on;
  int32_t adjustment_months = 0;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
  bool floating = false;
  bool out_of_contact = false;
  std::string residence_region;
  std::string household_region;

  friend bool operator==(const Particulars&, const Particulars&) = default;
};

enum class Field {
  kFullName,
  kGender,
  kIdentityNumber,
  kEthnicity,
  kBirthDate,
  kEducation,
  kDegree,
  kCategory,
  kOrganizationCode,
  kOrganization,
  kPhone,
  kJoinedOn,
  kConvertedOn,
  kPosts,
  kOccupation,
  kTechnicalPost,
  kMigrantWorker,
  kFloating,
  kOutOfContact,
};

// The field's path in ronghe.membership.v1.Member, "identity_number".
std::string_view FieldPath(Field field);

// Something wrong with a field, in words for the user, without personal data.
struct Problem {
  Field field;
  std::string message;

  friend bool operator==(const Problem&, const Problem&) = default;
};

// Checks the particulars and brings them into their normal form: trimmed, identity number with a
// capital X, gender and date of birth from the identity number. With problems the particulars are
// not to be used. `identity_known` leaves out the checks of the identity number, gender and date of
// birth, for a member whose number stays as it is.
std::vector<Problem> CheckParticulars(Particulars& particulars, absl::CivilDay today,
                                      bool identity_known = false);

// Whole years from `birth` to `day`; 0 before it.
int32_t AgeOn(absl::CivilDay birth, absl::CivilDay day);

// `text` without spaces (ASCII and ideographic), tabs and line ends around it.
std::string_view Trim(std::string_view text);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MEMBER_H_
