// What do the rules ask of a transfer (M-07 to M-16, A-31)?
//
// All figures come from the book "transfer". A rule that is met or only warns leaves its decision
// in the guard; one that is not met is the error.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_RULES_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_RULES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/transfer/transfer.h"

namespace ronghe::membership {

inline constexpr char kTransferBook[] = "transfer";

// Kinds of documents that a case asks for.
inline constexpr char kProbationFile[] = "PROBATION_FILE";      // training and review file
inline constexpr char kLateCertificate[] = "LATE_CERTIFICATE";  // the branch's, M-13
inline constexpr char kLateApplication[] = "LATE_APPLICATION";  // the member's own, M-13

// What M-08 looks at of an organization.
struct CommitteeFacts {
  int32_t kind = 0;
  bool can_approve_probationary = false;  // the power to approve probationary members
  bool of_county = false;                 // recorded as a local committee of a county or above
};

// M-08: whether a committee may transfer and receive directly, nationwide: a basic-level committee
// with the power to approve probationary members, or a local committee with its organization
// department.
bool MayTransferDirectly(const RuleSet& rules, const CommitteeFacts& committee);

// What is known when the sender approves.
struct SendFacts {
  absl::CivilDay today;
  TransferReason reason = TransferReason::kUnitChanged;
  std::optional<absl::CivilDay> away_since;
  // The earliest day until which a school may keep one of the members.
  std::optional<absl::CivilDay> kept_until;
  bool open_case = false;       // a disposition or discipline case of a member
  std::string upper_consent;    // reference of the consent to go on all the same
  int32_t members = 0;          // who stand in the letter
  int32_t dues_known = 0;       // of them, with the month up to which dues are paid
  int32_t probationary = 0;     // of them
  int32_t probation_files = 0;  // are attached, one for each of these
  bool letter = true;           // false: a whole unit, whose accounts and files stay where they are
};

// The sender's approval.
//
// Errors: TRANSFER_CASE_OPEN (local), TRANSFER_DUES_UNKNOWN (M-14), TRANSFER_FILE_MISSING.
// Warnings: M_AWAY_SHORT (M-07), M_GRADUATE_LATE (M-10).
absl::Status CheckSend(const RuleSet& rules, const SendFacts& facts, Guard& guard);

// The days for which a letter of this reach is valid: `asked`, or as the rules say when 0.
//
// Errors: LETTER_TOO_LONG (M-13).
absl::StatusOr<int32_t> LetterDays(const RuleSet& rules, ChangeCode reach, int32_t asked,
                                   Guard& guard);

// A letter is good on its last day, and no longer.
bool PastDue(absl::CivilDay expires_on, absl::CivilDay today);

// Errors: LETTER_EXPIRED (M-13).
absl::Status CheckLetter(const RuleSet& rules, absl::CivilDay expires_on, absl::CivilDay today,
                         Guard& guard);

// The decision on a letter whose time ran out: back to the sender by itself (M-15).
Decision TimeOut(const RuleSet& rules, absl::CivilDay expires_on, absl::CivilDay today);

// The last day of a letter that is extended today.
//
// Errors: LETTER_EXTENDED, TRANSFER_FILE_MISSING (M-13).
absl::StatusOr<absl::CivilDay> ExtendedUntil(const RuleSet& rules, int32_t extensions,
                                             bool certificate, bool application,
                                             absl::CivilDay today, Guard& guard);

// What acceptance leaves to do: a Party file where there is no personnel file (M-12).
void NoteFile(const RuleSet& rules, bool no_personnel_file, Guard& guard);

// Whether `reason` is one for which a transfer may be sent back.
//
// Errors: TRANSFER_RETURN_UNREASONABLE (M-09).
absl::Status CheckReturn(const RuleSet& rules, int32_t reason, Guard& guard);

// M-14: until when the stub of a letter is kept.
absl::CivilDay StubKeptUntil(const RuleSet& rules, absl::CivilDay issued_on);

// M-10, DL-15: until when the school keeps the relation of a graduate.
absl::CivilDay GraduateKeptUntil(const RuleSet& rules, absl::CivilDay graduated_on);

// M-16: cases closed without being received by this day are asked about today.
absl::CivilDay UnreceivedBy(const RuleSet& rules, absl::CivilDay today);

// M-16: the finding on a case that was returned or expired on `closed_on`; nothing before its time.
std::optional<Decision> FindUnreceived(const RuleSet& rules, TransferState state,
                                       absl::CivilDay closed_on, absl::CivilDay today);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_TRANSFER_RULES_H_
