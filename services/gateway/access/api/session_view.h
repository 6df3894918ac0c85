// How does a session look to the person that it belongs to?
#pragma once

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/rpc/call.h"
#include "ronghe/access/v1/session.pb.h"
#include "services/gateway/access/session/session_issuer.h"
#include "services/gateway/access/session/session_state.h"

namespace ronghe::gateway::access {

// The session of the call with its account, both open, locked until the transaction ends. To be
// asked for in the order account, session, everything else.
struct CallersSession {
  AccountRow account;
  SessionRow session;
};

// The id in the call's principal. UNAUTHENTICATED UNAUTHENTICATED_NO_TOKEN for a caller without a
// session.
absl::StatusOr<int64_t> SessionId(const rpc::Call& call);
absl::StatusOr<int64_t> AccountId(const rpc::Call& call);

// UNAUTHENTICATED SESSION_INVALID for one that ended, also of an account that was disabled.
absl::StatusOr<CallersSession> LockCallersSession(sql::Session& sql, const rpc::Call& call);
// The same without a lock.
absl::StatusOr<CallersSession> LoadCallersSession(sql::Session& sql, const rpc::Call& call);

// The session with the grants that it carries; none while its second factor is pending.
absl::StatusOr<::ronghe::access::v1::Session> Describe(sql::Session& sql, const LoginPolicy& policy,
                                                       const auth::RoleTable& roles,
                                                       const SessionRow& session,
                                                       const AccountRow& account, absl::Time now);
// An answer with a session's new tokens, and the session as Describe shows it.
template <class Response>
absl::StatusOr<Response> WithTokens(sql::Session& sql, const LoginPolicy& policy,
                                    const auth::RoleTable& roles, const IssuedSession& issued,
                                    const CallersSession& own, absl::Time now) {
  Response response;
  response.set_session_token(issued.token);
  response.set_csrf_token(issued.csrf);
  RONGHE_ASSIGN_OR_RETURN(*response.mutable_session(),
                          Describe(sql, policy, roles, own.session, own.account, now));
  return response;
}
// What the row alone says.
::ronghe::access::v1::Session ToProto(const SessionRow& row);

}  // namespace ronghe::gateway::access
