#include "services/training/api/certificate_api.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/sql/error.h"
#include "services/training/api/convert.h"
#include "services/training/store/account_store.h"
#include "services/training/store/credit_store.h"

namespace ronghe::training {

absl::StatusOr<v1::Certificate> CertificateApi::CreateCertificate(
    rpc::Call& call, const v1::CreateCertificateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member, base::ParseName(request.parent(), "members"));
  const v1::Certificate& asked = request.certificate();
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, rpc::FromProto(asked.date()));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  if (day > today) {
    return error::InvalidFields({{"certificate.date", "结业日期不能晚于今天。"}});
  }
  RONGHE_ASSIGN_OR_RETURN(const int64_t owner, members_.OwnerOf(call.deadline(), member, today));
  RONGHE_RETURN_IF_ERROR(call.Authorize(owner));
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.At(day));
  if (!rules->HasForm(asked.form())) {
    return errors::FormUnknown(asked.form(),
                               rules->Cite(rules->conversion.id, rules->conversion.source));
  }
  return writer_.Write<v1::Certificate>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Certificate> {
        const CertificateRow row = {.id = tx.NextId(),
                                    .member_id = member,
                                    .organization_id = owner,
                                    .issuer = asked.issuer(),
                                    .number = asked.number(),
                                    .title = asked.title(),
                                    .form = asked.form(),
                                    .day = day,
                                    .half_hours = asked.half_hours(),
                                    .recorded_by = call.principal().subject,
                                    .verified_by = "",
                                    .verified = absl::UnixEpoch(),
                                    .created = tx.now(),
                                    .etag = 1};
        const absl::Status inserted = InsertCertificate(tx.session(), row);
        if (sql::ViolatedKey(inserted) == "certificate_once") {
          return errors::CertificateKnown(row.number);
        }
        RONGHE_RETURN_IF_ERROR(inserted);
        tx.Audit(owner, base::Name("certificates", row.id));
        return ToProto(row);
      });
}

absl::StatusOr<v1::Certificate> CertificateApi::GetCertificate(
    rpc::Call& call, const v1::GetCertificateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "certificates"));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<CertificateRow> row,
                          writer_.database().Read(call.deadline(), [id](sql::Session& sql) {
                            return LoadCertificate(sql, id);
                          }));
  if (!row.has_value()) return errors::NotFound(request.name());
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return ToProto(*row);
}

absl::StatusOr<v1::Certificate> CertificateApi::VerifyCertificate(
    rpc::Call& call, const v1::VerifyCertificateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "certificates"));
  return writer_.Write<v1::Certificate>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Certificate> {
        RONGHE_ASSIGN_OR_RETURN(std::optional<CertificateRow> row,
                                LockCertificate(tx.session(), id));
        if (!row.has_value()) return errors::NotFound(request.name());
        RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row->etag));
        if (!row->verified_by.empty()) return errors::CertificateVerified(request.name());
        const std::string& verifier = call.principal().subject;
        if (verifier == row->recorded_by) return errors::SelfVerification(request.name());
        row->verified_by = verifier;
        row->verified = tx.now();
        ++row->etag;
        RONGHE_RETURN_IF_ERROR(MarkVerified(tx.session(), *row));
        const int year = static_cast<int>(row->day.year());
        RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.OfYear(year));
        const std::vector<CreditRow> credits = {{.id = tx.NextId(),
                                                 .member_id = row->member_id,
                                                 .source_id = id,
                                                 .year = year,
                                                 .kind = CreditKind::kCertificate,
                                                 .day = row->day,
                                                 .half_hours = row->half_hours,
                                                 .form = row->form,
                                                 .organization_id = row->organization_id,
                                                 .verified_by = verifier,
                                                 .created = tx.now()}};
        RONGHE_RETURN_IF_ERROR(InsertCredits(tx.session(), credits));
        RONGHE_RETURN_IF_ERROR(RefreshAccounts(tx.session(), *rules, year,
                                               base::ShanghaiDay(call.now()), tx.now(),
                                               std::span(&row->member_id, 1))
                                   .status());
        tx.Audit(row->organization_id, request.name());
        tx.Emit({.type = "ronghe.training.credit.granted",
                 .subject = base::Name("members", row->member_id),
                 .organization_id = row->organization_id,
                 .data = {{"member", std::to_string(row->member_id)},
                          {"certificate", std::to_string(id)},
                          {"half_hours", std::to_string(row->half_hours)},
                          {"date", base::FormatDay(row->day)}}});
        return ToProto(*row);
      });
}

}  // namespace ronghe::training
