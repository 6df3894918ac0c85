// How are credits and the certificates behind some of them stored?
#ifndef RONGHE_SERVICES_TRAINING_STORE_CREDIT_STORE_H_
#define RONGHE_SERVICES_TRAINING_STORE_CREDIT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::training {

enum class CreditKind : int32_t { kSession = 1, kCertificate = 2 };

// Hours of one member from one source in one hour year. The unique key credit_once (member, source,
// year) makes a second credit impossible; a source inside one year gives one row.
struct CreditRow {
  int64_t id;
  int64_t member_id;
  int64_t source_id;  // the session or certificate
  int32_t year;
  CreditKind kind;
  absl::CivilDay day;
  int32_t half_hours;
  std::string form;
  int64_t organization_id;
  std::string verified_by;
  absl::Time created;
};

struct CertificateRow {
  int64_t id;
  int64_t member_id;
  int64_t organization_id;  // the member's when it was recorded
  std::string issuer;
  std::string number;
  std::string title;
  std::string form;
  absl::CivilDay day;
  int32_t half_hours;
  std::string recorded_by;
  std::string verified_by;  // empty before
  absl::Time verified;
  absl::Time created;
  int64_t etag;
};

// All answer the errors of sql::Session.

absl::Status InsertCredits(sql::Session& session, const std::vector<CreditRow>& rows);
// At most `limit` credits with a day in [from, to), after (day, id), oldest first.
absl::StatusOr<std::vector<CreditRow>> ListCredits(sql::Session& session, int64_t member_id,
                                                   absl::CivilDay from, absl::CivilDay to,
                                                   absl::CivilDay after_day, int64_t after_id,
                                                   int32_t limit);
// At most `limit` credits with a day in [from, to), newest first.
absl::StatusOr<std::vector<CreditRow>> LatestCredits(sql::Session& session, int64_t member_id,
                                                     absl::CivilDay from, absl::CivilDay to,
                                                     int32_t limit);

// Errors: ALREADY_EXISTS with the key certificate_once.
absl::Status InsertCertificate(sql::Session& session, const CertificateRow& row);
absl::StatusOr<std::optional<CertificateRow>> LoadCertificate(sql::Session& session, int64_t id);
absl::StatusOr<std::optional<CertificateRow>> LockCertificate(sql::Session& session, int64_t id);
absl::Status MarkVerified(sql::Session& session, const CertificateRow& row);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_STORE_CREDIT_STORE_H_
