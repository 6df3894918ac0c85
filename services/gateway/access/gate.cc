#include "services/gateway/access/gate.h"

#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {

Gate::Gate(const transcode::MethodTable& methods) {
  for (const char* name : {"ChangePassword", "SignOut", "GetCurrentSession"}) {
    always_.insert(methods.Find(absl::StrCat("/ronghe.access.v1.SessionService/", name)));
  }
}

absl::Status Gate::Check(const Credential& credential, const transcode::Method& method) const {
  if (!credential.password_change_required || always_.contains(&method)) return absl::OkStatus();
  return errors::PasswordChangeRequired();
}

}  // namespace ronghe::gateway::access
