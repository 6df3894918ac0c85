#include "services/gateway/access/api/sessions_api.h"

#include "absl/strings/numbers.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/convert.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/store/session_store.h"
#include "services/gateway/access/visitor.h"

namespace ronghe::gateway::access {
namespace {

// Stands where an audit row keeps the digest of its request: a digest of a request with a password
// would let whoever reads the trail try passwords against it.
std::string NoDigest() { return std::string(32, '\0'); }

audit::Entry EntryFor(int64_t account_id, int64_t organization, std::string resource) {
  audit::Entry entry;
  entry.subject = base::Name("accounts", account_id);
  entry.organization_id = organization;
  entry.resource = std::move(resource);
  entry.request_digest = NoDigest();
  return entry;
}

absl::StatusOr<int64_t> SessionId(const rpc::Call& call) {
  int64_t id = 0;
  if (!absl::SimpleAtoi(call.principal().session_id, &id)) return errors::SignInRequired();
  return id;
}

}  // namespace

SessionsApi::SessionsApi(service::Writer& writer, PasswordHasher& hasher, const LoginPolicy& policy,
                         metrics::Registry& registry)
    : writer_(writer),
      hasher_(hasher),
      policy_(policy),
      signed_in_(registry.AddCounter("ronghe_gateway_sign_ins_total", "Sign-ins by result.",
                                     {{"result", "ok"}})),
      failed_(registry.AddCounter("ronghe_gateway_sign_ins_total", "Sign-ins by result.",
                                  {{"result", "failed"}})),
      locked_(registry.AddCounter("ronghe_gateway_sign_ins_total", "Sign-ins by result.",
                                  {{"result", "locked"}})) {}

absl::Status SessionsApi::Attempt(rpc::Call& call, std::string_view login_hash) {
  const int64_t id = writer_.ids().Next();
  const absl::Status counted =
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(Guard guard,
                                account_store::LockGuard(session, id, login_hash, call.now()));
        RONGHE_RETURN_IF_ERROR(CountAttempt(policy_, call.now(), &guard));
        return account_store::SaveGuard(session, login_hash, guard, call.now());
      });
  if (error::Reason(counted) == "SIGN_IN_LOCKED") locked_.Increment();
  return counted;
}

void SessionsApi::RecordRefusal(rpc::Call& call, std::string resource,
                                const absl::Status& refusal) {
  audit::Entry entry;
  entry.id = writer_.ids().Next();
  entry.time = call.now();
  entry.subject = resource;
  entry.peer = std::string(call.peer());
  entry.method = std::string(call.method());
  entry.resource = std::move(resource);
  entry.result =
      absl::StrCat(absl::StatusCodeToString(refusal.code()), " ", error::Reason(refusal));
  entry.trace_id = call.trace().trace_id;
  entry.request_digest = NoDigest();
  const absl::Status recorded = writer_.database().Transact(
      call.deadline(), [&](sql::Session& session) { return audit::Record(session, entry); });
  if (!recorded.ok()) log::Error("sign_in_audit_failed", {{"status", recorded}});
}

absl::StatusOr<v1::SignInResponse> SessionsApi::SignIn(rpc::Call& call,
                                                       const v1::SignInRequest& request) {
  const std::string login_hash = crypto::Sha256(request.login_name());
  const absl::Status counted = Attempt(call, login_hash);
  RONGHE_ASSIGN_OR_RETURN(const std::optional<AccountRow> account,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return account_store::ByLoginName(session, request.login_name());
                          }));
  const std::string resource =
      account.has_value() ? base::Name("accounts", account->id) : std::string();
  if (!counted.ok()) {
    if (error::Reason(counted) == "SIGN_IN_LOCKED") RecordRefusal(call, resource, counted);
    return counted;
  }
  RONGHE_ASSIGN_OR_RETURN(
      const bool right,
      hasher_.Verify(account.has_value() ? account->password_hash : "", request.password()));
  const bool may = account.has_value() &&
                   (account->state == AccountState::kActive ||
                    account->state == AccountState::kPasswordChangeRequired) &&
                   !Unused(policy_, account->used_at, call.now());
  if (!right || !may) {
    failed_.Increment();
    const absl::Status refusal = errors::SignInFailed();
    RecordRefusal(call, resource, refusal);
    return refusal;
  }
  std::string rehashed;
  if (hasher_.Outdated(account->password_hash)) {
    RONGHE_ASSIGN_OR_RETURN(rehashed, hasher_.Hash(request.password()));
  }
  const std::string token = NewToken();
  const std::string csrf = NewToken();
  auto response = writer_.Write<v1::SignInResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::SignInResponse> {
        RONGHE_ASSIGN_OR_RETURN(auto row, account_store::LoadForUpdate(tx.session(), account->id));
        // What was checked must still stand.
        if (!row.has_value() || row->password_hash != account->password_hash ||
            row->state != account->state) {
          return errors::SignInFailed();
        }
        if (!rehashed.empty()) {
          row->password_hash = rehashed;
          RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &*row));
        }
        RONGHE_RETURN_IF_ERROR(
            account_store::SaveGuard(tx.session(), login_hash, Guard(), tx.now()));
        if (policy_.max_sessions.value > 0) {
          RONGHE_RETURN_IF_ERROR(session_store::EndOldest(
              tx.session(), row->id, policy_.max_sessions.value - 1, tx.now()));
        }
        SessionRow session;
        session.id = tx.NextId();
        session.token_hash = TokenHash(token);
        session.csrf_hash = TokenHash(csrf);
        session.account_id = row->id;
        session.created_at = session.seen_at = tx.now();
        session.expires_at = tx.now() + absl::Minutes(policy_.absolute_minutes.value);
        RONGHE_RETURN_IF_ERROR(session_store::Insert(tx.session(), session));
        RONGHE_RETURN_IF_ERROR(account_store::MarkUsed(tx.session(), row->id, tx.now()));
        tx.Audit(EntryFor(row->id, row->organization_id, base::Name("authSessions", session.id)));
        v1::SignInResponse answer;
        answer.set_session_token(token);
        answer.set_csrf_token(csrf);
        RONGHE_ASSIGN_OR_RETURN(*answer.mutable_session(),
                                Describe(tx.session(), session.id, tx.now()));
        return answer;
      });
  if (response.ok()) signed_in_.Increment();
  return response;
}

absl::StatusOr<v1::Session> SessionsApi::Describe(sql::Session& sql, int64_t session_id,
                                                  absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session_store::Load(sql, session_id));
  if (!row.has_value() || row->ended_at.has_value()) return errors::SessionInvalid();
  RONGHE_ASSIGN_OR_RETURN(const auto account, account_store::Load(sql, row->account_id));
  if (!account.has_value()) return errors::SessionInvalid();
  v1::Session session;
  session.set_name(base::Name("authSessions", row->id));
  session.set_account(base::Name("accounts", account->id));
  session.set_display_name(account->display_name);
  session.set_password_change_required(account->state == AccountState::kPasswordChangeRequired ||
                                       PasswordExpired(policy_, account->password_changed_at, now));
  *session.mutable_create_time() = rpc::ToProto(row->created_at);
  *session.mutable_expire_time() = rpc::ToProto(row->expires_at);
  RONGHE_ASSIGN_OR_RETURN(const auto grants,
                          grant_store::InForce(sql, HolderKind::kAccount, account->id, now));
  for (const GrantRow& grant : grants) *session.add_grants() = ToProto(grant);
  return session;
}

absl::StatusOr<v1::SignOutResponse> SessionsApi::SignOut(rpc::Call& call,
                                                         const v1::SignOutRequest&) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, SessionId(call));
  return writer_.Write<v1::SignOutResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::SignOutResponse> {
        RONGHE_RETURN_IF_ERROR(session_store::End(tx.session(), id, tx.now()));
        tx.Audit(0, base::Name("authSessions", id));
        return v1::SignOutResponse();
      });
}

absl::StatusOr<v1::Session> SessionsApi::GetCurrentSession(rpc::Call& call,
                                                           const v1::GetCurrentSessionRequest&) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, SessionId(call));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) { return Describe(session, id, call.now()); });
}

absl::StatusOr<v1::ChangePasswordResponse> SessionsApi::ChangePassword(
    rpc::Call& call, const v1::ChangePasswordRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t session_id, SessionId(call));
  RONGHE_ASSIGN_OR_RETURN(const int64_t account_id,
                          base::ParseName(call.principal().subject, "accounts"));
  std::vector<std::string> used;
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<AccountRow> account,
      writer_.database().Read(
          call.deadline(), [&](sql::Session& session) -> absl::StatusOr<std::optional<AccountRow>> {
            RONGHE_ASSIGN_OR_RETURN(
                used, account_store::History(session, account_id, policy_.history.value));
            return account_store::Load(session, account_id);
          }));
  if (!account.has_value()) return errors::SessionInvalid();
  // A stolen session must not be a way to try passwords.
  const std::string login_hash = crypto::Sha256(account->login_name);
  RONGHE_RETURN_IF_ERROR(Attempt(call, login_hash));
  RONGHE_ASSIGN_OR_RETURN(const bool right,
                          hasher_.Verify(account->password_hash, request.current_password()));
  if (!right) {
    const absl::Status refusal = errors::PasswordWrong();
    RecordRefusal(call, call.principal().subject, refusal);
    return refusal;
  }
  // The password was right, so it was no failure, whatever becomes of the new one.
  RONGHE_RETURN_IF_ERROR(writer_.database().Transact(call.deadline(), [&](sql::Session& session) {
    return account_store::SaveGuard(session, login_hash, Guard(), call.now());
  }));
  RONGHE_RETURN_IF_ERROR(CheckPassword(policy_, account->login_name, request.new_password()));
  used.push_back(account->password_hash);
  for (const std::string& hash : used) {
    RONGHE_ASSIGN_OR_RETURN(const bool again, hasher_.Verify(hash, request.new_password()));
    if (again) {
      return errors::PasswordReused(policy_.history.rule_id, policy_.history.source,
                                    policy_.history.value);
    }
  }
  RONGHE_ASSIGN_OR_RETURN(const std::string hash, hasher_.Hash(request.new_password()));
  return writer_.Write<v1::ChangePasswordResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::ChangePasswordResponse> {
        RONGHE_ASSIGN_OR_RETURN(auto row, account_store::LoadForUpdate(tx.session(), account_id));
        if (!row.has_value() || row->password_hash != account->password_hash ||
            row->state == AccountState::kDisabled) {
          return errors::SessionInvalid();
        }
        RONGHE_RETURN_IF_ERROR(account_store::AddHistory(tx.session(), tx.NextId(), account_id,
                                                         row->password_hash, tx.now()));
        row->password_hash = hash;
        row->state = AccountState::kActive;
        row->password_changed_at = tx.now();
        RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &*row));
        RONGHE_RETURN_IF_ERROR(
            session_store::EndOthers(tx.session(), account_id, session_id, tx.now()));
        tx.Audit(EntryFor(account_id, row->organization_id, base::Name("accounts", account_id)));
        return v1::ChangePasswordResponse();
      });
}

}  // namespace ronghe::gateway::access
