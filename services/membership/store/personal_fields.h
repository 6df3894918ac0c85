// How do identity numbers, telephone numbers and uploaded rosters get into the database and out?
//
// Encrypted, each envelope tied to its row and column; identity numbers are found through a blind
// index. Thread-safe.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_PERSONAL_FIELDS_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_PERSONAL_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/field_cipher.h"
#include "common/crypto/key_store.h"
#include "common/sql/types.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {

// What ties an envelope to its row and column.
std::string IdentityPlace(int64_t id);
std::string PhonePlace(int64_t id);
std::string ApplicantIdentityPlace(int64_t case_id);
std::string ApplicantPhonePlace(int64_t case_id);
std::string RosterPlace(int64_t id, int64_t start_byte);
std::string TransferPersonPlace(int64_t transfer_id);
std::string DocumentKeyPlace(int64_t id);

class PersonalFields {
 public:
  // `keys` must outlive it.
  explicit PersonalFields(crypto::KeyStore& keys) : cipher_(keys), index_(keys) {}

  // All answer the errors of crypto::FieldCipher.

  // Sets identity_cipher and identity_index of the row, whose id is set.
  absl::Status SealIdentity(std::string_view number, MemberRow& row) const;
  // Sets phone_cipher; an empty number clears it.
  absl::Status SealPhone(std::string_view number, MemberRow& row) const;
  absl::StatusOr<std::string> OpenIdentity(const MemberRow& row) const;
  // Empty when there is none.
  absl::StatusOr<std::string> OpenPhone(const MemberRow& row) const;

  // The same of the applicant of a case, whose case_id is set; the index is the member's.
  absl::Status SealApplicant(std::string_view number, std::string_view phone,
                             AdmissionApplicantRow& row) const;
  absl::StatusOr<std::string> OpenIdentity(const AdmissionApplicantRow& row) const;
  absl::StatusOr<std::string> OpenPhone(const AdmissionApplicantRow& row) const;

  // The blind index of a normalized identity number.
  std::string IdentityIndex(std::string_view number) const;

  absl::StatusOr<sql::Bytes> SealRosterBytes(std::string_view bytes, int64_t import_id,
                                             int64_t start_byte) const;
  absl::StatusOr<std::string> OpenRosterBytes(std::string_view sealed, int64_t import_id,
                                              int64_t start_byte) const;

  // The particulars of a person from outside, as serialized by the caller.
  absl::StatusOr<sql::Bytes> SealTransferPerson(std::string_view bytes, int64_t transfer_id) const;
  absl::StatusOr<std::string> OpenTransferPerson(std::string_view sealed,
                                                 int64_t transfer_id) const;

 private:
  crypto::FieldCipher cipher_;
  crypto::BlindIndex index_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_PERSONAL_FIELDS_H_
