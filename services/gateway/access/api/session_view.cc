#include "services/gateway/access/api/session_view.h"

#include "absl/strings/numbers.h"
#include "common/base/resource_name.h"
#include "common/rpc/convert.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

absl::StatusOr<CallersSession> Open(const rpc::Call& call, std::optional<AccountRow> account,
                                    std::optional<SessionRow> session) {
  if (!account.has_value() || account->state == AccountState::kDisabled || !session.has_value() ||
      session->ended_at.has_value() || session->account_id != account->id ||
      session->expires_at <= call.now()) {
    return errors::SessionInvalid();
  }
  return CallersSession{*std::move(account), *std::move(session)};
}

}  // namespace

absl::StatusOr<int64_t> SessionId(const rpc::Call& call) {
  int64_t id = 0;
  if (!absl::SimpleAtoi(call.principal().session_id, &id)) return errors::SignInRequired();
  return id;
}

absl::StatusOr<int64_t> AccountId(const rpc::Call& call) {
  if (call.principal().kind != auth::Principal::Kind::kPerson) return errors::SignInRequired();
  return base::ParseName(call.principal().subject, "accounts");
}

absl::StatusOr<CallersSession> LockCallersSession(sql::Session& sql, const rpc::Call& call) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t account_id, AccountId(call));
  RONGHE_ASSIGN_OR_RETURN(const int64_t session_id, SessionId(call));
  RONGHE_ASSIGN_OR_RETURN(auto account, account_store::LoadForUpdate(sql, account_id));
  RONGHE_ASSIGN_OR_RETURN(auto session, session_store::LoadForUpdate(sql, session_id));
  return Open(call, std::move(account), std::move(session));
}

absl::StatusOr<CallersSession> LoadCallersSession(sql::Session& sql, const rpc::Call& call) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t account_id, AccountId(call));
  RONGHE_ASSIGN_OR_RETURN(const int64_t session_id, SessionId(call));
  RONGHE_ASSIGN_OR_RETURN(auto account, account_store::Load(sql, account_id));
  RONGHE_ASSIGN_OR_RETURN(auto session, session_store::Load(sql, session_id));
  return Open(call, std::move(account), std::move(session));
}

v1::Session ToProto(const SessionRow& row) {
  v1::Session session;
  session.set_name(base::Name("authSessions", row.id));
  session.set_account(base::Name("accounts", row.account_id));
  *session.mutable_create_time() = rpc::ToProto(row.created_at);
  *session.mutable_expire_time() = rpc::ToProto(row.expires_at);
  *session.mutable_last_use_time() = rpc::ToProto(row.seen_at);
  session.set_second_factor(static_cast<v1::Session::SecondFactor>(row.second_factor));
  session.set_address(row.address);
  return session;
}

absl::StatusOr<v1::Session> Describe(sql::Session& sql, const LoginPolicy& policy,
                                     const auth::RoleTable& roles, const SessionRow& session,
                                     const AccountRow& account, absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const SessionState state,
                          StateOf(sql, policy, roles, session, account, now));
  v1::Session view = ToProto(session);
  view.set_current(true);
  view.set_display_name(account.display_name);
  if (account.member_id.has_value()) view.set_member(base::Name("members", *account.member_id));
  view.set_second_factor(static_cast<v1::Session::SecondFactor>(state.second_factor));
  view.set_password_change_required(state.password_change_required);
  view.set_renewal_due(state.renewal_due);
  if (state.second_factor != SecondFactor::kPending) {
    for (const GrantRow& grant : state.grants) *view.add_grants() = ToProto(grant);
  }
  return view;
}

}  // namespace ronghe::gateway::access
