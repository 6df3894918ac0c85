#include "services/gateway/access/api/second_factor_api.h"

#include "absl/cleanup/cleanup.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/session/session_issuer.h"
#include "services/gateway/access/session/totp.h"

namespace ronghe::gateway::access {
namespace {

namespace v1 = ::ronghe::access::v1;

}  // namespace

absl::Status SecondFactorApi::Count(rpc::Call& call) {
  RONGHE_ASSIGN_OR_RETURN(const CallersSession own,
                          writer_.database().Read(call.deadline(), [&](sql::Session& sql) {
                            return LoadCallersSession(sql, call);
                          }));
  call.set_audit_resource(base::Name("accounts", own.account.id));
  return attempts_.Count(call, own.account.login_name);
}

absl::Status SecondFactorApi::Accept(sql::Session& sql, const AccountRow& account,
                                     const v1::VerifySecondFactorRequest& request,
                                     absl::Time now) const {
  if (request.has_recovery_code()) {
    RONGHE_ASSIGN_OR_RETURN(
        const bool used,
        second_factor_store::UseRecoveryCode(
            sql, account.id, RecoveryCodeHash(account.id, request.recovery_code()), now));
    return used ? absl::OkStatus() : errors::SecondFactorWrong();
  }
  RONGHE_ASSIGN_OR_RETURN(const auto factor, second_factor_store::LoadForUpdate(sql, account.id));
  if (!factor.has_value() || factor->secret.empty()) return errors::SecondFactorNotPending();
  RONGHE_ASSIGN_OR_RETURN(std::string secret,
                          cipher_.Decrypt(factor->secret, SecretPlace(account.id)));
  const auto step = MatchTotp(secret, request.code(), now, policy_.code_window.value);
  crypto::Wipe(secret);
  if (!step.has_value()) return errors::SecondFactorWrong();
  RONGHE_ASSIGN_OR_RETURN(const bool fresh,
                          second_factor_store::AcceptStep(sql, account.id, *step, now));
  return fresh ? absl::OkStatus() : errors::TotpReplayed();
}

absl::StatusOr<v1::VerifySecondFactorResponse> SecondFactorApi::VerifySecondFactor(
    rpc::Call& call, const v1::VerifySecondFactorRequest& request) {
  RONGHE_RETURN_IF_ERROR(Count(call));
  auto response = writer_.Write<v1::VerifySecondFactorResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::VerifySecondFactorResponse> {
        RONGHE_ASSIGN_OR_RETURN(CallersSession own, LockCallersSession(tx.session(), call));
        if (own.session.second_factor != SecondFactor::kPending) {
          return errors::SecondFactorNotPending();
        }
        RONGHE_RETURN_IF_ERROR(Accept(tx.session(), own.account, request, tx.now()));
        RONGHE_RETURN_IF_ERROR(Attempts::Clear(tx.session(), own.account.login_name, tx.now()));
        RONGHE_ASSIGN_OR_RETURN(const IssuedSession issued,
                                CompleteSession(tx.session(), policy_, &own.session, tx.now()));
        tx.Audit(own.account.organization_id, base::Name("authSessions", issued.id));
        RONGHE_ASSIGN_OR_RETURN(
            auto answer, WithTokens<v1::VerifySecondFactorResponse>(tx.session(), policy_, roles_,
                                                                    issued, own, tx.now()));
        RONGHE_ASSIGN_OR_RETURN(const int64_t left, second_factor_store::CountRecoveryCodes(
                                                        tx.session(), own.account.id));
        answer.set_recovery_codes_left(static_cast<int32_t>(left));
        return answer;
      });
  if (response.ok() && changed_ != nullptr) changed_(call.principal().subject);
  return response;
}

absl::StatusOr<v1::EnrolSecondFactorResponse> SecondFactorApi::EnrolSecondFactor(
    rpc::Call& call, const v1::EnrolSecondFactorRequest&) {
  std::string secret = NewTotpSecret();
  const absl::Cleanup wipe = [&secret] { crypto::Wipe(secret); };
  return writer_.Write<v1::EnrolSecondFactorResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::EnrolSecondFactorResponse> {
        RONGHE_ASSIGN_OR_RETURN(const CallersSession own, LockCallersSession(tx.session(), call));
        const AccountRow& account = own.account;
        if (own.session.second_factor == SecondFactor::kPending) {
          return errors::SecondFactorRequired();
        }
        if (ReauthenticationDue(policy_, own.session.created_at, tx.now())) {
          const Parameter& rule = policy_.reauthentication_minutes;
          return errors::ReauthenticationRequired(rule.rule_id, rule.source, rule.value);
        }
        RONGHE_ASSIGN_OR_RETURN(auto row,
                                second_factor_store::LoadForUpdate(tx.session(), account.id));
        SecondFactorRow factor = std::move(row).value_or(SecondFactorRow{.account_id = account.id});
        RONGHE_ASSIGN_OR_RETURN(factor.pending, cipher_.Encrypt(secret, PendingPlace(account.id)));
        factor.updated_at = tx.now();
        RONGHE_RETURN_IF_ERROR(second_factor_store::Save(tx.session(), factor));
        tx.Audit(account.organization_id, base::Name("accounts", account.id));
        v1::EnrolSecondFactorResponse answer;
        answer.set_secret(Base32Encode(secret));
        answer.set_otpauth_uri(OtpauthUri(secret, account.login_name));
        return answer;
      });
}

absl::StatusOr<std::vector<std::string>> SecondFactorApi::NewRecoveryCodes(
    service::WriteTx& tx, int64_t account_id) const {
  RONGHE_RETURN_IF_ERROR(second_factor_store::EraseRecoveryCodes(tx.session(), account_id));
  std::vector<std::string> codes;
  for (int64_t i = 0; i < policy_.recovery_codes.value; ++i) {
    codes.push_back(NewRecoveryCode());
    RONGHE_RETURN_IF_ERROR(
        second_factor_store::AddRecoveryCode(tx.session(), tx.NextId(), account_id,
                                             RecoveryCodeHash(account_id, codes.back()), tx.now()));
  }
  return codes;
}

absl::StatusOr<v1::ConfirmSecondFactorResponse> SecondFactorApi::ConfirmSecondFactor(
    rpc::Call& call, const v1::ConfirmSecondFactorRequest& request) {
  RONGHE_RETURN_IF_ERROR(Count(call));
  auto response = writer_.Write<v1::ConfirmSecondFactorResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::ConfirmSecondFactorResponse> {
        RONGHE_ASSIGN_OR_RETURN(CallersSession own, LockCallersSession(tx.session(), call));
        AccountRow& account = own.account;
        if (own.session.second_factor == SecondFactor::kPending) {
          return errors::SecondFactorRequired();
        }
        RONGHE_ASSIGN_OR_RETURN(auto factor,
                                second_factor_store::LoadForUpdate(tx.session(), account.id));
        if (!factor.has_value() || factor->pending.empty()) {
          return errors::SecondFactorNotPending();
        }
        RONGHE_ASSIGN_OR_RETURN(std::string secret,
                                cipher_.Decrypt(factor->pending, PendingPlace(account.id)));
        const absl::Cleanup wipe = [&secret] { crypto::Wipe(secret); };
        const auto step = MatchTotp(secret, request.code(), tx.now(), policy_.code_window.value);
        if (!step.has_value()) return errors::SecondFactorWrong();
        RONGHE_ASSIGN_OR_RETURN(factor->secret, cipher_.Encrypt(secret, SecretPlace(account.id)));
        factor->pending.clear();
        factor->last_step = *step;
        factor->updated_at = tx.now();
        RONGHE_RETURN_IF_ERROR(second_factor_store::Save(tx.session(), *factor));
        RONGHE_ASSIGN_OR_RETURN(const auto codes, NewRecoveryCodes(tx, account.id));
        account.second_factor_at = tx.now();
        RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &account));
        RONGHE_RETURN_IF_ERROR(Attempts::Clear(tx.session(), account.login_name, tx.now()));
        // Sessions without the new factor are worth nothing any more.
        RONGHE_RETURN_IF_ERROR(
            session_store::EndOthers(tx.session(), account.id, own.session.id, tx.now()));
        RONGHE_ASSIGN_OR_RETURN(const IssuedSession issued,
                                CompleteSession(tx.session(), policy_, &own.session, tx.now()));
        tx.Audit(account.organization_id, base::Name("accounts", account.id));
        RONGHE_ASSIGN_OR_RETURN(
            auto answer, WithTokens<v1::ConfirmSecondFactorResponse>(tx.session(), policy_, roles_,
                                                                     issued, own, tx.now()));
        for (const std::string& code : codes) answer.add_recovery_codes(code);
        return answer;
      });
  if (response.ok() && changed_ != nullptr) changed_(call.principal().subject);
  return response;
}

}  // namespace ronghe::gateway::access
