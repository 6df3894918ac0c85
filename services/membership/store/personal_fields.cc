#include "services/membership/store/personal_fields.h"

#include "common/base/status_macros.h"
#include "common/base/strings.h"

namespace ronghe::membership {

std::string IdentityPlace(int64_t id) { return base::Cat("member.identity_number:", id); }
std::string PhonePlace(int64_t id) { return base::Cat("member.phone:", id); }
std::string ApplicantIdentityPlace(int64_t case_id) {
  return base::Cat("admission_applicant.identity_number:", case_id);
}
std::string ApplicantPhonePlace(int64_t case_id) {
  return base::Cat("admission_applicant.phone:", case_id);
}
std::string RosterPlace(int64_t id, int64_t start_byte) {
  return base::Cat("roster_import_chunk.content:", id, ":", start_byte);
}
std::string TransferPersonPlace(int64_t transfer_id) {
  return base::Cat("transfer_person.particulars:", transfer_id);
}
std::string DocumentKeyPlace(int64_t id) { return base::Cat("document.sealed_key:", id); }

absl::Status PersonalFields::SealIdentity(std::string_view number, MemberRow& row) const {
  RONGHE_ASSIGN_OR_RETURN(row.identity_cipher, cipher_.Encrypt(number, IdentityPlace(row.id)));
  row.identity_index = sql::Bytes(IdentityIndex(number));
  return absl::OkStatus();
}

absl::Status PersonalFields::SealPhone(std::string_view number, MemberRow& row) const {
  row.phone_cipher.clear();
  if (number.empty()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(row.phone_cipher, cipher_.Encrypt(number, PhonePlace(row.id)));
  return absl::OkStatus();
}

absl::StatusOr<std::string> PersonalFields::OpenIdentity(const MemberRow& row) const {
  return cipher_.Decrypt(row.identity_cipher, IdentityPlace(row.id));
}

absl::StatusOr<std::string> PersonalFields::OpenPhone(const MemberRow& row) const {
  if (row.phone_cipher.empty()) return std::string();
  return cipher_.Decrypt(row.phone_cipher, PhonePlace(row.id));
}

absl::Status PersonalFields::SealApplicant(std::string_view number, std::string_view phone,
                                           AdmissionApplicantRow& row) const {
  RONGHE_ASSIGN_OR_RETURN(row.identity_cipher,
                          cipher_.Encrypt(number, ApplicantIdentityPlace(row.case_id)));
  row.identity_index = sql::Bytes(IdentityIndex(number));
  row.phone_cipher.clear();
  if (phone.empty()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(row.phone_cipher,
                          cipher_.Encrypt(phone, ApplicantPhonePlace(row.case_id)));
  return absl::OkStatus();
}

absl::StatusOr<std::string> PersonalFields::OpenIdentity(const AdmissionApplicantRow& row) const {
  return cipher_.Decrypt(row.identity_cipher, ApplicantIdentityPlace(row.case_id));
}

absl::StatusOr<std::string> PersonalFields::OpenPhone(const AdmissionApplicantRow& row) const {
  if (row.phone_cipher.empty()) return std::string();
  return cipher_.Decrypt(row.phone_cipher, ApplicantPhonePlace(row.case_id));
}

std::string PersonalFields::IdentityIndex(std::string_view number) const {
  return index_.Of(number, "member.identity_number");
}

absl::StatusOr<sql::Bytes> PersonalFields::SealRosterBytes(std::string_view bytes,
                                                           int64_t import_id,
                                                           int64_t start_byte) const {
  RONGHE_ASSIGN_OR_RETURN(std::string sealed,
                          cipher_.Encrypt(bytes, RosterPlace(import_id, start_byte)));
  return sql::Bytes(std::move(sealed));
}

absl::StatusOr<std::string> PersonalFields::OpenRosterBytes(std::string_view sealed,
                                                            int64_t import_id,
                                                            int64_t start_byte) const {
  return cipher_.Decrypt(sealed, RosterPlace(import_id, start_byte));
}

absl::StatusOr<sql::Bytes> PersonalFields::SealTransferPerson(std::string_view bytes,
                                                              int64_t transfer_id) const {
  RONGHE_ASSIGN_OR_RETURN(std::string sealed,
                          cipher_.Encrypt(bytes, TransferPersonPlace(transfer_id)));
  return sql::Bytes(std::move(sealed));
}

absl::StatusOr<std::string> PersonalFields::OpenTransferPerson(std::string_view sealed,
                                                               int64_t transfer_id) const {
  return cipher_.Decrypt(sealed, TransferPersonPlace(transfer_id));
}

}  // namespace ronghe::membership
