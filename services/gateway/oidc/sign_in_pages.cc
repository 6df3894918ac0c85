#include "services/gateway/oidc/sign_in_pages.h"

#include <nlohmann/json.hpp>

#include "common/audit/audit.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/sql/error.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/session/session_issuer.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/identity_store.h"
#include "services/gateway/access/store/session_store.h"
#include "services/gateway/http/cookies.h"
#include "services/gateway/http/form.h"

namespace ronghe::gateway::oidc {
namespace {

using access::AccountState;
using http::PlainRequest;
using http::PlainResponse;

constexpr absl::Duration kSqlTimeout = absl::Seconds(5);
constexpr char kJson[] = "application/json; charset=utf-8";

std::string_view LoginCookie(bool secure) { return secure ? "__Host-ronghe_oidc" : "ronghe_oidc"; }
std::string_view CsrfCookie(bool secure) { return secure ? "__Host-ronghe_csrf" : "ronghe_csrf"; }

// The provider sends the browser back from another site, so this cookie can't be Strict.
std::string SetLoginCookie(std::string_view sealed, bool secure) {
  return base::Cat("Set-Cookie: ", LoginCookie(secure), "=", sealed,
                   "; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=",
                   sealed.empty() ? "0" : absl::StrCat(absl::ToInt64Seconds(kLoginLife)), "\r\n");
}

// Readable by our own pages, which send it back as X-Ronghe-CSRF.
std::string SetCsrfCookie(std::string_view csrf, bool secure) {
  return base::Cat("Set-Cookie: ", CsrfCookie(secure), "=", csrf,
                   "; Path=/; Secure; SameSite=Strict\r\n");
}

PlainResponse Redirect(std::string_view to, std::string_view headers) {
  return {302, "", base::Cat("Location: ", to, "\r\nCache-Control: no-store\r\n", headers), ""};
}

absl::Status BadRequest() {
  return error::Make(absl::StatusCode::kInvalidArgument, "HTTP_INVALID", "请求不正确");
}

int HttpStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return 503;
    case absl::StatusCode::kInternal:
      return 500;
    default:
      return 400;
  }
}

// What a person in front of a browser reads. Our own texts only.
PlainResponse ErrorPage(const absl::Status& status) {
  const std::string reason = error::Reason(status);
  const std::string text = reason.empty() ? "登录没有成功,请稍后再试" : error::MessageZh(status);
  return {
      HttpStatus(status), "text/html; charset=utf-8", "Cache-Control: no-store\r\n",
      base::Cat("<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>登录</title>"
                "<p>",
                text, "</p><p>", reason,
                "</p><p><a href=\"/oidc/login\">重新登录</a> "
                "<a href=\"/\">返回登录页</a></p></html>")};
}

PlainResponse ErrorJson(const absl::Status& status) {
  const nlohmann::json body = {{"error", "invalid_request"},
                               {"error_description", error::Reason(status)}};
  return {HttpStatus(status), kJson, "Cache-Control: no-store\r\n", body.dump()};
}

// May come in by the provider's word. One who never had a password of ours may, too.
bool MaySignIn(const access::LoginPolicy& policy, const access::AccountRow& account,
               absl::Time now) {
  return account.state != AccountState::kDisabled && !access::Unused(policy, account.used_at, now);
}

}  // namespace

PlainResponse SignInPages::Handle(const PlainRequest& request) {
  if (request.path == "/oidc/backchannel-logout") {
    auto answer = request.method == "POST" ? Logout(request) : BadRequest();
    if (!answer.ok()) RecordRefusal(request, answer.status());
    return answer.ok() ? *std::move(answer) : ErrorJson(answer.status());
  }
  if (request.method != "GET") return ErrorPage(BadRequest());
  if (request.path == "/oidc/provider") {
    return {200, kJson, "", nlohmann::json({{"title", parts_.title}}).dump()};
  }
  absl::StatusOr<PlainResponse> answer = BadRequest();
  if (request.path == "/oidc/login") answer = Login(request);
  if (request.path == "/oidc/callback") answer = Callback(request);
  if (!answer.ok()) RecordRefusal(request, answer.status());
  return answer.ok() ? *std::move(answer) : ErrorPage(answer.status());
}

absl::StatusOr<PlainResponse> SignInPages::Login(const PlainRequest& request) {
  const auto fields = http::ParseForm(request.query);
  if (!fields.has_value()) return BadRequest();
  const LoginState login = NewLoginState(http::Field(*fields, "return_to"), parts_.clock.Now());
  RONGHE_ASSIGN_OR_RETURN(const std::string sealed, Seal(parts_.cipher, login));
  RONGHE_ASSIGN_OR_RETURN(const std::string url, parts_.provider.AuthorizationUrl(
                                                     login.state, login.nonce, login.verifier));
  return Redirect(url, SetLoginCookie(sealed, request.secure));
}

absl::StatusOr<PlainResponse> SignInPages::Callback(const PlainRequest& request) {
  const auto fields = http::ParseForm(request.query);
  if (!fields.has_value()) return BadRequest();
  const std::string_view cookies = http::Field(request.headers, "cookie");
  RONGHE_ASSIGN_OR_RETURN(
      const LoginState login,
      Open(parts_.cipher, http::CookieValue(cookies, LoginCookie(request.secure)),
           http::Field(*fields, "state"), parts_.clock.Now()));
  // RFC 9207: an answer that names another provider is not ours.
  const std::string_view issuer = http::Field(*fields, "iss");
  const std::string_view code = http::Field(*fields, "code");
  if (code.empty() || (!issuer.empty() && issuer != parts_.provider.options().issuer)) {
    return error::Make(absl::StatusCode::kUnauthenticated, "CODE_REFUSED",
                       "统一身份认证没有完成登录,请重新登录");
  }
  RONGHE_ASSIGN_OR_RETURN(const std::string token, parts_.provider.Exchange(code, login.verifier));
  RONGHE_ASSIGN_OR_RETURN(const crypto::Jws jws, parts_.provider.Verify(token));
  RONGHE_ASSIGN_OR_RETURN(const Identity identity,
                          ReadIdToken(jws.payload, ExpectedNow(), login.nonce));
  RONGHE_ASSIGN_OR_RETURN(const std::string session,
                          OpenSession(identity, request.peer, request.secure));
  return Redirect(login.return_to, base::Cat(session, SetLoginCookie("", request.secure)));
}

Expected SignInPages::ExpectedNow() const {
  const ProviderOptions& options = parts_.provider.options();
  return {options.issuer, options.client_id, parts_.clock.Now()};
}

absl::StatusOr<std::string> SignInPages::OpenSession(const Identity& identity,
                                                     const std::string& peer, bool secure) {
  const absl::Time now = parts_.clock.Now();
  const int64_t session_id = parts_.ids.Next();
  const int64_t audit_id = parts_.ids.Next();
  std::string subject;
  auto cookies = parts_.database.Transact(
      now + kSqlTimeout, [&](sql::Session& session) -> absl::StatusOr<std::string> {
        RONGHE_ASSIGN_OR_RETURN(const auto tie,
                                access::identity_store::ByPerson(
                                    session, parts_.provider.options().issuer, identity.subject));
        if (!tie.has_value()) return access::errors::IdentityNotLinked();
        RONGHE_ASSIGN_OR_RETURN(const auto account,
                                access::account_store::LoadForUpdate(session, tie->account_id));
        if (!account.has_value() || !MaySignIn(parts_.policy, *account, now)) {
          return access::errors::IdentityNotLinked();
        }
        subject = base::Name("accounts", account->id);
        RONGHE_ASSIGN_OR_RETURN(
            const access::IssuedSession issued,
            access::IssueSession(session, session_id, parts_.policy, parts_.roles,
                                 {.account = *account,
                                  .peer = peer,
                                  .method = access::SignInMethod::kIdentityProvider,
                                  .second_factor_done = identity.second_factor},
                                 now));
        RONGHE_RETURN_IF_ERROR(access::identity_store::AddSession(session, session_id, tie->id,
                                                                  identity.session, now));
        RONGHE_RETURN_IF_ERROR(
            audit::Record(session, {.id = audit_id,
                                    .time = now,
                                    .subject = subject,
                                    .peer = peer,
                                    .method = "/oidc/callback",
                                    .organization_id = account->organization_id,
                                    .resource = base::Name("authSessions", session_id)}));
        return base::Cat(http::SetSessionCookie(issued.token, secure),
                         SetCsrfCookie(issued.csrf, secure));
      });
  if (cookies.ok()) parts_.changed(subject);
  return cookies;
}

absl::StatusOr<PlainResponse> SignInPages::Logout(const PlainRequest& request) {
  const auto fields = http::ParseForm(request.body);
  if (!fields.has_value()) return BadRequest();
  RONGHE_ASSIGN_OR_RETURN(const crypto::Jws jws,
                          parts_.provider.Verify(http::Field(*fields, "logout_token")));
  RONGHE_ASSIGN_OR_RETURN(const oidc::Logout logout,
                          ReadLogoutToken(jws.payload, jws.type, ExpectedNow()));
  const std::string& issuer = parts_.provider.options().issuer;
  const absl::Time now = parts_.clock.Now();
  const int64_t audit_id = parts_.ids.Next();
  std::string subject;
  RONGHE_RETURN_IF_ERROR(
      parts_.database.Transact(now + kSqlTimeout, [&](sql::Session& session) -> absl::Status {
        const absl::Status used = access::identity_store::UseLogoutToken(
            session, crypto::Sha256(base::Cat(issuer, "\n", logout.id)),
            std::max(logout.expires, now + kMaxAge + kClockSkew));
        if (absl::IsAlreadyExists(used)) {
          return error::Make(absl::StatusCode::kInvalidArgument, "LOGOUT_TOKEN_INVALID",
                             "注销凭证已使用过", {{"claim", "jti"}});
        }
        RONGHE_RETURN_IF_ERROR(used);
        std::vector<int64_t> sessions;
        if (logout.subject.empty()) {
          RONGHE_ASSIGN_OR_RETURN(
              sessions, access::identity_store::SessionsOf(session, issuer, logout.session));
        } else {
          RONGHE_ASSIGN_OR_RETURN(
              const auto tie, access::identity_store::ByPerson(session, issuer, logout.subject));
          // Somebody who never came in here has nothing to end.
          if (!tie.has_value()) return absl::OkStatus();
          subject = base::Name("accounts", tie->account_id);
          RONGHE_ASSIGN_OR_RETURN(
              sessions, access::identity_store::Sessions(session, tie->id, logout.session));
        }
        for (const int64_t id : sessions) {
          RONGHE_RETURN_IF_ERROR(access::session_store::End(session, id, now).status());
        }
        return audit::Record(
            session, {.id = audit_id,
                      .time = now,
                      .subject = subject,
                      .peer = request.peer,
                      .method = "/oidc/backchannel-logout",
                      .resource = sessions.empty() ? std::string()
                                                   : base::Name("authSessions", sessions[0])});
      }));
  if (!subject.empty()) parts_.changed(subject);
  return PlainResponse{200, "", "Cache-Control: no-store\r\n", ""};
}

void SignInPages::RecordRefusal(const PlainRequest& request, const absl::Status& refusal) {
  audit::Entry entry;
  entry.time = parts_.clock.Now();
  entry.peer = request.peer;
  entry.method = request.path;
  entry.result = base::Cat(absl::StatusCodeToString(refusal.code()), " ", error::Reason(refusal));
  parts_.refusals.Record(std::move(entry));
}

}  // namespace ronghe::gateway::oidc
