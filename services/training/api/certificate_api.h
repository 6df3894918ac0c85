// How are certificates of training outside recorded, verified and credited?
#ifndef RONGHE_SERVICES_TRAINING_API_CERTIFICATE_API_H_
#define RONGHE_SERVICES_TRAINING_API_CERTIFICATE_API_H_

#include "absl/status/statusor.h"
#include "common/service/write.h"
#include "ronghe/training/v1/certificate.ronghe.h"
#include "services/training/api/members.h"
#include "services/training/domain/rule_set.h"

namespace ronghe::training {

// Errors of each method: see ronghe/training/v1/certificate.proto.
class CertificateApi : public v1::CertificateServiceHandler {
 public:
  CertificateApi(service::Writer& writer, Members& members, const RuleBook& rules)
      : writer_(writer), members_(members), rules_(rules) {}

  absl::StatusOr<v1::Certificate> CreateCertificate(
      rpc::Call& call, const v1::CreateCertificateRequest& request) override;
  absl::StatusOr<v1::Certificate> GetCertificate(rpc::Call& call,
                                                 const v1::GetCertificateRequest& request) override;
  absl::StatusOr<v1::Certificate> VerifyCertificate(
      rpc::Call& call, const v1::VerifyCertificateRequest& request) override;

 private:
  service::Writer& writer_;
  Members& members_;
  const RuleBook& rules_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_API_CERTIFICATE_API_H_
