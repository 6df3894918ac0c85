#include "services/gateway/access/door/gate.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {

Gate::Gate(const transcode::MethodTable& methods, const base::Clock& clock, const Rate& person,
           Quotas* quotas)
    : clock_(clock), person_(person), quotas_(quotas) {
  const auto session = [&methods](const char* name) {
    return methods.Find(absl::StrCat("/ronghe.access.v1.SessionService/", name));
  };
  const auto factor = [&methods](const char* name) {
    return methods.Find(absl::StrCat("/ronghe.access.v1.SecondFactorService/", name));
  };
  const Methods always = {session("SignOut"), session("GetCurrentSession")};
  pending_ = password_ = enrolment_ = always;
  pending_.insert(factor("VerifySecondFactor"));
  password_.insert(session("ChangePassword"));
  enrolment_.insert(
      {session("ChangePassword"), factor("EnrolSecondFactor"), factor("ConfirmSecondFactor")});
}

absl::Status Gate::CheckSignIn(const Credential& credential,
                               const transcode::Method& method) const {
  if (credential.second_factor == SecondFactor::kPending && !pending_.contains(&method)) {
    return errors::SecondFactorRequired();
  }
  if (credential.password_change_required && credential.second_factor != SecondFactor::kPending &&
      !password_.contains(&method)) {
    return errors::PasswordChangeRequired();
  }
  if (credential.second_factor == SecondFactor::kEnrolmentRequired &&
      !enrolment_.contains(&method)) {
    return errors::SecondFactorEnrolmentRequired();
  }
  return absl::OkStatus();
}

std::optional<absl::Status> Gate::Check(const Credential& credential,
                                        const transcode::Method& method, std::string_view purpose,
                                        Admission* admission) {
  *admission = {std::string(purpose), nullptr};
  if (credential.terms != nullptr) {
    if (absl::Status status = Renew(credential, credential, method, admission); !status.ok()) {
      return status;
    }
    return CheckClient(credential, method);
  }
  if (absl::Status status = CheckSignIn(credential, method); !status.ok()) return status;
  const absl::Duration wait = buckets_.Take(credential.principal.subject, person_, clock_.Now());
  return wait > absl::ZeroDuration() ? errors::RateLimited(wait) : absl::OkStatus();
}

absl::Status Gate::Renew(const Credential& opened, const Credential& credential,
                         const transcode::Method& method, Admission* admission) const {
  if (credential.principal != opened.principal) return errors::RightsChanged();
  if (credential.terms == nullptr) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(auto allowed,
                          credential.terms->Find(method, admission->purpose, clock_.Now()));
  *admission = {std::move(allowed.purpose), std::move(allowed.filter)};
  return absl::OkStatus();
}

std::optional<absl::Status> Gate::CheckClient(const Credential& credential,
                                              const transcode::Method& method) {
  const ClientTerms& terms = *credential.terms;
  if (quotas_ != nullptr) {
    switch (quotas_->Take(terms.client_id(), terms.daily_quota())) {
      case Quotas::Taken::kYes:
        break;
      case Quotas::Taken::kFetch:
        return std::nullopt;
      case Quotas::Taken::kNo:
        return errors::QuotaExceeded(terms.daily_quota(), quotas_->Renewal() - clock_.Now());
    }
  }
  const absl::Duration wait = buckets_.Take(
      absl::StrCat(credential.principal.subject, " ", method.index), terms.rate(), clock_.Now());
  if (wait <= absl::ZeroDuration()) return absl::OkStatus();
  if (quotas_ != nullptr) quotas_->Return(terms.client_id());
  return errors::RateLimited(wait);
}

void Gate::Later(const Credential& credential, Done done) {
  quotas_->Fetch(credential.terms->client_id(), credential.terms->daily_quota(), std::move(done));
}

}  // namespace ronghe::gateway::access
