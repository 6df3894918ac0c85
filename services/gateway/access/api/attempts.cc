#include "services/gateway/access/api/attempts.h"

#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "services/gateway/access/store/account_store.h"

namespace ronghe::gateway::access {

Attempts::Attempts(service::Writer& writer, const LoginPolicy& policy, metrics::Registry& registry)
    : writer_(writer),
      policy_(policy),
      locked_(registry.AddCounter("ronghe_gateway_sign_ins_total", "Sign-ins by result.",
                                  {{"result", "locked"}})) {}

absl::Status Attempts::Count(rpc::Call& call, std::string_view login_name) {
  const int64_t id = writer_.ids().Next();
  const std::string hash = crypto::Sha256(login_name);
  const absl::Status counted =
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(Guard guard,
                                account_store::LockGuard(session, id, hash, call.now()));
        RONGHE_RETURN_IF_ERROR(CountAttempt(policy_, call.now(), &guard));
        return account_store::SaveGuard(session, hash, guard, call.now());
      });
  if (error::Reason(counted) == "SIGN_IN_LOCKED") locked_.Increment();
  return counted;
}

absl::Status Attempts::Clear(sql::Session& session, std::string_view login_name, absl::Time now) {
  return account_store::SaveGuard(session, crypto::Sha256(login_name), Guard(), now);
}

absl::Status Attempts::Forgive(sql::Session& session, int64_t id, std::string_view login_name,
                               absl::Time now) {
  const std::string hash = crypto::Sha256(login_name);
  RONGHE_ASSIGN_OR_RETURN(Guard guard, account_store::LockGuard(session, id, hash, now));
  ForgiveAttempt(policy_, &guard);
  return account_store::SaveGuard(session, hash, guard, now);
}

}  // namespace ronghe::gateway::access
