// SecondFactorService: one-time codes and recovery codes of one's own account.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/auth/role_table.h"
#include "common/crypto/field_cipher.h"
#include "common/service/write.h"
#include "ronghe/access/v1/second_factor.ronghe.h"
#include "services/gateway/access/api/attempts.h"
#include "services/gateway/access/api/session_view.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/store/second_factor_store.h"
#include "services/gateway/access/subject_changed.h"

namespace ronghe::gateway::access {

class SecondFactorApi : public ::ronghe::access::v1::SecondFactorServiceHandler {
 public:
  // `cipher` seals the secrets; `changed` is told the subject ("accounts/1") whose sessions ended
  // or got new tokens, and may be null. All must outlive it.
  SecondFactorApi(service::Writer& writer, const crypto::FieldCipher& cipher, Attempts& attempts,
                  const LoginPolicy& policy, const auth::RoleTable& roles, SubjectChanged changed)
      : writer_(writer),
        cipher_(cipher),
        attempts_(attempts),
        policy_(policy),
        roles_(roles),
        changed_(std::move(changed)) {}

  absl::StatusOr<::ronghe::access::v1::VerifySecondFactorResponse> VerifySecondFactor(
      rpc::Call& call, const ::ronghe::access::v1::VerifySecondFactorRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::EnrolSecondFactorResponse> EnrolSecondFactor(
      rpc::Call& call, const ::ronghe::access::v1::EnrolSecondFactorRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ConfirmSecondFactorResponse> ConfirmSecondFactor(
      rpc::Call& call, const ::ronghe::access::v1::ConfirmSecondFactorRequest& request) override;

 private:
  // Counts an attempt at the codes of the caller's account.
  absl::Status Count(rpc::Call& call);
  // Takes a code or a recovery code in. PERMISSION_DENIED SECOND_FACTOR_WRONG, TOTP_REPLAYED.
  absl::Status Accept(sql::Session& sql, const AccountRow& account,
                      const ::ronghe::access::v1::VerifySecondFactorRequest& request,
                      absl::Time now) const;
  // Replaces the recovery codes of an account by new ones.
  absl::StatusOr<std::vector<std::string>> NewRecoveryCodes(service::WriteTx& tx,
                                                            int64_t account_id) const;

  service::Writer& writer_;
  const crypto::FieldCipher& cipher_;
  Attempts& attempts_;
  const LoginPolicy& policy_;
  const auth::RoleTable& roles_;
  const SubjectChanged changed_;
};

}  // namespace ronghe::gateway::access
