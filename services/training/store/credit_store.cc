#include "services/training/store/credit_store.h"

#include "common/sql/statement.h"

namespace ronghe::training {
namespace {

#define CREDIT_COLUMNS                                                             \
  "id, member_id, source_id, year, kind, day, half_hours, form, organization_id, " \
  "verified_by, created"
#define CERTIFICATE_COLUMNS                                                        \
  "id, member_id, organization_id, issuer, number, title, form, day, half_hours, " \
  "recorded_by, verified_by, verified, created, etag"

const sql::Command kInsert("credit.insert", "INSERT INTO credit (" CREDIT_COLUMNS
                                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<CreditRow> kList("credit.list",
                                  "SELECT " CREDIT_COLUMNS
                                  " FROM credit WHERE member_id = ? AND day >= ? AND day < ? "
                                  "AND (day > ? OR id > ?) ORDER BY day, id LIMIT ?");
const sql::Query<CreditRow> kLatest("credit.latest",
                                    "SELECT " CREDIT_COLUMNS
                                    " FROM credit WHERE member_id = ? AND day >= ? AND day < ? "
                                    "ORDER BY day DESC, id DESC LIMIT ?");
const sql::Command kInsertCertificate("certificate.insert",
                                      "INSERT INTO certificate (" CERTIFICATE_COLUMNS
                                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<CertificateRow> kCertificate("certificate.by_id",
                                              "SELECT " CERTIFICATE_COLUMNS
                                              " FROM certificate WHERE id = ?");
const sql::Query<CertificateRow> kLockCertificate("certificate.lock",
                                                  "SELECT " CERTIFICATE_COLUMNS
                                                  " FROM certificate WHERE id = ? FOR UPDATE");
const sql::Command kVerified("certificate.verified",
                             "UPDATE certificate SET verified_by = ?, verified = ?, etag = ? "
                             "WHERE id = ?");

#undef CREDIT_COLUMNS
#undef CERTIFICATE_COLUMNS

}  // namespace

absl::Status InsertCredits(sql::Session& session, const std::vector<CreditRow>& rows) {
  return session.InsertMany(kInsert, rows);
}

absl::StatusOr<std::vector<CreditRow>> ListCredits(sql::Session& session, int64_t member_id,
                                                   absl::CivilDay from, absl::CivilDay to,
                                                   absl::CivilDay after_day, int64_t after_id,
                                                   int32_t limit) {
  return session.Select(kList, member_id, std::max(from, after_day), to, after_day, after_id,
                        limit);
}

absl::StatusOr<std::vector<CreditRow>> LatestCredits(sql::Session& session, int64_t member_id,
                                                     absl::CivilDay from, absl::CivilDay to,
                                                     int32_t limit) {
  return session.Select(kLatest, member_id, from, to, limit);
}

absl::Status InsertCertificate(sql::Session& session, const CertificateRow& row) {
  return session.InsertMany(kInsertCertificate, std::vector<CertificateRow>{row});
}

absl::StatusOr<std::optional<CertificateRow>> LoadCertificate(sql::Session& session, int64_t id) {
  return session.SelectOne(kCertificate, id);
}

absl::StatusOr<std::optional<CertificateRow>> LockCertificate(sql::Session& session, int64_t id) {
  return session.SelectOne(kLockCertificate, id);
}

absl::Status MarkVerified(sql::Session& session, const CertificateRow& row) {
  return session.Execute(kVerified, row.verified_by, row.verified, row.etag, row.id).status();
}

}  // namespace ronghe::training
