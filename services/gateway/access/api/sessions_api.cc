#include "services/gateway/access/api/sessions_api.h"

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/convert.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/api/session_view.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/store/second_factor_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr int64_t kMaxListed = 200;

v1::MySecondFactor FactorOf(const AccountRow& account, bool required, int64_t codes) {
  v1::MySecondFactor factor;
  factor.set_enrolled(account.second_factor_at.has_value());
  factor.set_required(required);
  if (account.second_factor_at.has_value()) {
    *factor.mutable_enrol_time() = rpc::ToProto(*account.second_factor_at);
  }
  factor.set_recovery_codes_left(static_cast<int32_t>(codes));
  return factor;
}

}  // namespace

SessionsApi::SessionsApi(service::Writer& writer, PasswordHasher& hasher, Attempts& attempts,
                         const LoginPolicy& policy, const auth::RoleTable& roles,
                         metrics::Registry& registry, SubjectChanged changed)
    : writer_(writer),
      hasher_(hasher),
      attempts_(attempts),
      policy_(policy),
      roles_(roles),
      changed_(std::move(changed)),
      signed_in_(registry.AddCounter("ronghe_gateway_sign_ins_total", "Sign-ins by result.",
                                     {{"result", "ok"}})),
      failed_(registry.AddCounter("ronghe_gateway_sign_ins_total", "Sign-ins by result.",
                                  {{"result", "failed"}})) {}

absl::StatusOr<AccountRow> SessionsApi::CheckPasswordOf(rpc::Call& call,
                                                        const v1::SignInRequest& request) {
  const absl::Status counted = attempts_.Count(call, request.login_name());
  RONGHE_ASSIGN_OR_RETURN(std::optional<AccountRow> account,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return account_store::ByLoginName(session, request.login_name());
                          }));
  if (account.has_value()) call.set_audit_resource(base::Name("accounts", account->id));
  RONGHE_RETURN_IF_ERROR(counted);
  RONGHE_ASSIGN_OR_RETURN(
      const bool right,
      hasher_.Verify(account.has_value() ? account->password_hash : "", request.password()));
  const bool may = account.has_value() &&
                   (account->state == AccountState::kActive ||
                    account->state == AccountState::kPasswordChangeRequired) &&
                   !Unused(policy_, account->used_at, call.now());
  if (!right || !may) {
    failed_.Increment();
    return errors::SignInFailed();
  }
  return *std::move(account);
}

absl::StatusOr<v1::SignInResponse> SessionsApi::SignIn(rpc::Call& call,
                                                       const v1::SignInRequest& request) {
  // Nobody tries passwords without leaving a session or a refusal.
  if (call.validate_only()) return errors::SignInNotPreviewed();
  RONGHE_ASSIGN_OR_RETURN(const AccountRow account, CheckPasswordOf(call, request));
  std::string rehashed;
  if (hasher_.Outdated(account.password_hash)) {
    RONGHE_ASSIGN_OR_RETURN(rehashed, hasher_.Hash(request.password()));
  }
  auto response = writer_.Write<v1::SignInResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::SignInResponse> {
        RONGHE_ASSIGN_OR_RETURN(auto row, account_store::LoadForUpdate(tx.session(), account.id));
        // What was checked must still stand.
        if (!row.has_value() || row->password_hash != account.password_hash ||
            row->state != account.state) {
          return errors::SignInFailed();
        }
        if (!rehashed.empty()) {
          row->password_hash = rehashed;
          RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &*row));
        }
        RONGHE_ASSIGN_OR_RETURN(const IssuedSession issued,
                                IssueSession(tx.session(), tx.NextId(), policy_, roles_,
                                             {.account = *row, .peer = call.peer()}, tx.now()));
        RONGHE_RETURN_IF_ERROR(
            Complete(issued.state)
                ? Attempts::Clear(tx.session(), row->login_name, tx.now())
                : attempts_.Forgive(tx.session(), tx.NextId(), row->login_name, tx.now()));
        audit::Entry entry;
        entry.subject = base::Name("accounts", row->id);
        entry.organization_id = row->organization_id;
        entry.resource = base::Name("authSessions", issued.id);
        tx.Audit(std::move(entry));
        RONGHE_ASSIGN_OR_RETURN(const auto session, session_store::Load(tx.session(), issued.id));
        if (!session.has_value()) return errors::SessionInvalid();
        return WithTokens<v1::SignInResponse>(tx.session(), policy_, roles_, issued,
                                              {*std::move(row), *session}, tx.now());
      });
  if (!response.ok()) return response;
  signed_in_.Increment();
  return Told(base::Name("accounts", account.id), std::move(response));
}

absl::StatusOr<v1::SignOutResponse> SessionsApi::SignOut(rpc::Call& call,
                                                         const v1::SignOutRequest&) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, SessionId(call));
  return writer_.Write<v1::SignOutResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::SignOutResponse> {
        RONGHE_RETURN_IF_ERROR(session_store::End(tx.session(), id, tx.now()).status());
        tx.Audit(0, base::Name("authSessions", id));
        return v1::SignOutResponse();
      });
}

absl::StatusOr<v1::Session> SessionsApi::GetCurrentSession(rpc::Call& call,
                                                           const v1::GetCurrentSessionRequest&) {
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<v1::Session> {
        RONGHE_ASSIGN_OR_RETURN(const CallersSession own, LoadCallersSession(sql, call));
        return Describe(sql, policy_, roles_, own.session, own.account, call.now());
      });
}

absl::StatusOr<v1::RenewSessionResponse> SessionsApi::RenewSession(rpc::Call& call,
                                                                   const v1::RenewSessionRequest&) {
  auto response = writer_.Write<v1::RenewSessionResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RenewSessionResponse> {
        RONGHE_ASSIGN_OR_RETURN(CallersSession own, LockCallersSession(tx.session(), call));
        if (own.session.second_factor == SecondFactor::kPending) {
          return errors::SecondFactorRequired();
        }
        RONGHE_ASSIGN_OR_RETURN(const IssuedSession issued,
                                RotateSession(tx.session(), &own.session, tx.now()));
        tx.Audit(own.account.organization_id, base::Name("authSessions", issued.id));
        return WithTokens<v1::RenewSessionResponse>(tx.session(), policy_, roles_, issued, own,
                                                    tx.now());
      });
  return Told(call.principal().subject, std::move(response));
}

absl::StatusOr<v1::ListMySessionsResponse> SessionsApi::ListMySessions(
    rpc::Call& call, const v1::ListMySessionsRequest&) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t account, AccountId(call));
  RONGHE_ASSIGN_OR_RETURN(const auto open,
                          writer_.database().Read(call.deadline(), [&](sql::Session& sql) {
                            return session_store::OpenOf(sql, account, call.now());
                          }));
  v1::ListMySessionsResponse response;
  for (const SessionRow& row : open) {
    if (call.now() >= SessionEnd(policy_, row.seen_at, row.expires_at)) continue;
    v1::Session& session = *response.add_sessions();
    session = ToProto(row);
    session.set_current(absl::StrCat(row.id) == call.principal().session_id);
  }
  return response;
}

absl::StatusOr<v1::EndSessionResponse> SessionsApi::EndSession(
    rpc::Call& call, const v1::EndSessionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t account, AccountId(call));
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "authSessions"));
  auto response = writer_.Write<v1::EndSessionResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::EndSessionResponse> {
        RONGHE_ASSIGN_OR_RETURN(const auto row, session_store::LoadForUpdate(tx.session(), id));
        if (!row.has_value() || row->account_id != account) return errors::NotFound(request.name());
        RONGHE_RETURN_IF_ERROR(session_store::End(tx.session(), id, tx.now()).status());
        tx.Audit(0, request.name());
        return v1::EndSessionResponse();
      });
  return Told(call.principal().subject, std::move(response));
}

absl::StatusOr<v1::MyAccess> SessionsApi::GetMyAccess(rpc::Call& call,
                                                      const v1::GetMyAccessRequest&) {
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<v1::MyAccess> {
        RONGHE_ASSIGN_OR_RETURN(const CallersSession own, LoadCallersSession(sql, call));
        const AccountRow& account = own.account;
        RONGHE_ASSIGN_OR_RETURN(const auto held, grant_store::NotEnded(sql, HolderKind::kAccount,
                                                                       account.id, call.now()));
        RONGHE_ASSIGN_OR_RETURN(const auto given, grant_store::ListDelegated(
                                                      sql, account.id, call.now(), 0, kMaxListed));
        RONGHE_ASSIGN_OR_RETURN(const int64_t codes,
                                second_factor_store::CountRecoveryCodes(sql, account.id));
        v1::MyAccess access;
        access.set_account(base::Name("accounts", account.id));
        access.set_login_name(account.login_name);
        access.set_display_name(account.display_name);
        if (account.member_id.has_value()) {
          access.set_member(base::Name("members", *account.member_id));
        }
        RONGHE_ASSIGN_OR_RETURN(*access.mutable_session(),
                                Describe(sql, policy_, roles_, own.session, account, call.now()));
        for (const GrantRow& grant : held) {
          *(grant.delegator_id == 0 ? access.add_grants() : access.add_received_delegations()) =
              ToProto(grant);
        }
        for (const GrantRow& grant : given) *access.add_given_delegations() = ToProto(grant);
        *access.mutable_second_factor() =
            FactorOf(account, NeedsSecondFactor(policy_, roles_, held), codes);
        *access.mutable_password_expire_time() = rpc::ToProto(
            account.password_changed_at + absl::Hours(24 * policy_.max_age_days.value));
        return access;
      });
}

absl::Status SessionsApi::CheckCurrentPassword(rpc::Call& call, const AccountRow& account,
                                               const std::string& password) {
  RONGHE_RETURN_IF_ERROR(attempts_.Count(call, account.login_name));
  RONGHE_ASSIGN_OR_RETURN(const bool right, hasher_.Verify(account.password_hash, password));
  if (!right) return errors::PasswordWrong();
  // The password was right, so it was no failure, whatever becomes of the new one.
  return writer_.database().Transact(call.deadline(), [&](sql::Session& session) {
    return Attempts::Clear(session, account.login_name, call.now());
  });
}

absl::Status SessionsApi::CheckNotUsed(const std::vector<std::string>& hashes,
                                       const std::string& password) {
  for (const std::string& hash : hashes) {
    RONGHE_ASSIGN_OR_RETURN(const bool again, hasher_.Verify(hash, password));
    if (again) {
      return errors::PasswordReused(policy_.history.rule_id, policy_.history.source,
                                    policy_.history.value);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ChangePasswordResponse> SessionsApi::ChangePassword(
    rpc::Call& call, const v1::ChangePasswordRequest& request) {
  std::vector<std::string> used;
  RONGHE_ASSIGN_OR_RETURN(
      const CallersSession before,
      writer_.database().Read(
          call.deadline(), [&](sql::Session& sql) -> absl::StatusOr<CallersSession> {
            RONGHE_ASSIGN_OR_RETURN(CallersSession own, LoadCallersSession(sql, call));
            RONGHE_ASSIGN_OR_RETURN(
                used, account_store::History(sql, own.account.id, policy_.history.value));
            return own;
          }));
  const AccountRow& account = before.account;
  // Whoever knows the password alone must not change it.
  if (before.session.second_factor == SecondFactor::kPending) return errors::SecondFactorRequired();
  call.set_audit_resource(base::Name("accounts", account.id));
  RONGHE_RETURN_IF_ERROR(CheckCurrentPassword(call, account, request.current_password()));
  RONGHE_RETURN_IF_ERROR(CheckPassword(policy_, account.login_name, request.new_password()));
  used.push_back(account.password_hash);
  RONGHE_RETURN_IF_ERROR(CheckNotUsed(used, request.new_password()));
  RONGHE_ASSIGN_OR_RETURN(const std::string hash, hasher_.Hash(request.new_password()));
  auto response = writer_.Write<v1::ChangePasswordResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::ChangePasswordResponse> {
        RONGHE_ASSIGN_OR_RETURN(CallersSession own, LockCallersSession(tx.session(), call));
        if (own.account.password_hash != account.password_hash) return errors::SessionInvalid();
        RONGHE_RETURN_IF_ERROR(account_store::AddHistory(tx.session(), tx.NextId(), account.id,
                                                         own.account.password_hash, tx.now()));
        own.account.password_hash = hash;
        own.account.state = AccountState::kActive;
        own.account.password_changed_at = tx.now();
        RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &own.account));
        RONGHE_RETURN_IF_ERROR(
            session_store::EndOthers(tx.session(), account.id, own.session.id, tx.now()));
        RONGHE_ASSIGN_OR_RETURN(const IssuedSession issued,
                                RotateSession(tx.session(), &own.session, tx.now()));
        tx.Audit(account.organization_id, base::Name("accounts", account.id));
        return WithTokens<v1::ChangePasswordResponse>(tx.session(), policy_, roles_, issued, own,
                                                      tx.now());
      });
  return Told(call.principal().subject, std::move(response));
}

}  // namespace ronghe::gateway::access
