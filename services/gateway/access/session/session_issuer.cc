#include "services/gateway/access/session/session_issuer.h"

#include <arpa/inet.h>

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "services/gateway/access/session/session_state.h"

namespace ronghe::gateway::access {
namespace {

// Leaves the session and as many of the others as the policy allows.
absl::Status EndBeyondPolicy(sql::Session& sql, const LoginPolicy& policy, int64_t account_id,
                             int64_t session_id, absl::Time now) {
  if (policy.max_sessions.value == 0) return absl::OkStatus();
  return session_store::EndOthers(sql, account_id, session_id, now, policy.max_sessions.value - 1);
}

IssuedSession NewTokens(SessionRow* session, absl::Time now) {
  IssuedSession issued;
  issued.id = session->id;
  issued.token = NewToken();
  issued.csrf = NewToken();
  issued.state = session->second_factor;
  session->token_hash = TokenHash(issued.token);
  session->csrf_hash = TokenHash(issued.csrf);
  session->issued_at = session->seen_at = now;
  return issued;
}

}  // namespace

std::string NewToken() { return crypto::Base64UrlEncode(crypto::RandomBytes(32)); }

std::string TokenHash(std::string_view token) { return crypto::Sha256(token); }

std::string AddressOf(std::string_view peer) {
  // gRPC writes brackets with percent signs.
  const std::string plain = absl::StrReplaceAll(base::Sv(peer), {{"%5B", "["}, {"%5D", "]"}});
  absl::string_view text = plain;
  if (!absl::ConsumePrefix(&text, "ipv4:")) absl::ConsumePrefix(&text, "ipv6:");
  if (absl::ConsumePrefix(&text, "[")) {
    text = text.substr(0, text.find(']'));
  } else if (text.find(':') == text.rfind(':')) {
    text = text.substr(0, text.find(':'));
  }
  const std::string address(text);
  in6_addr six;
  if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return address;
  char spelled[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    inet_ntop(AF_INET, &six.s6_addr[12], spelled, sizeof(spelled));
  } else {
    inet_ntop(AF_INET6, &six, spelled, sizeof(spelled));
  }
  return spelled;
}

absl::StatusOr<IssuedSession> IssueSession(sql::Session& sql, int64_t id, const LoginPolicy& policy,
                                           const auth::RoleTable& roles, const NewSession& asked,
                                           absl::Time now) {
  const AccountRow& account = asked.account;
  SessionRow session;
  session.id = id;
  session.account_id = account.id;
  session.created_at = now;
  session.method = asked.method;
  session.address = AddressOf(asked.peer);
  if (asked.second_factor_done) {
    session.second_factor = SecondFactor::kDone;
  } else if (account.second_factor_at.has_value()) {
    session.second_factor = SecondFactor::kPending;
  } else {
    RONGHE_ASSIGN_OR_RETURN(const auto grants,
                            grant_store::InForce(sql, HolderKind::kAccount, account.id, now));
    if (NeedsSecondFactor(policy, roles, grants)) {
      session.second_factor = SecondFactor::kEnrolmentRequired;
    }
  }
  const bool complete = Complete(session.second_factor);
  session.expires_at =
      now + absl::Minutes(complete ? policy.absolute_minutes.value : policy.pending_minutes.value);
  IssuedSession issued = NewTokens(&session, now);
  RONGHE_RETURN_IF_ERROR(session_store::Insert(sql, session));
  if (complete) {
    RONGHE_RETURN_IF_ERROR(EndBeyondPolicy(sql, policy, account.id, id, now));
    RONGHE_RETURN_IF_ERROR(account_store::MarkUsed(sql, account.id, now));
  }
  return issued;
}

absl::StatusOr<IssuedSession> RotateSession(sql::Session& sql, SessionRow* session,
                                            absl::Time now) {
  IssuedSession issued = NewTokens(session, now);
  RONGHE_RETURN_IF_ERROR(session_store::Update(sql, *session));
  return issued;
}

absl::StatusOr<IssuedSession> CompleteSession(sql::Session& sql, const LoginPolicy& policy,
                                              SessionRow* session, absl::Time now) {
  session->second_factor = SecondFactor::kDone;
  session->expires_at = session->created_at + absl::Minutes(policy.absolute_minutes.value);
  RONGHE_RETURN_IF_ERROR(EndBeyondPolicy(sql, policy, session->account_id, session->id, now));
  RONGHE_RETURN_IF_ERROR(account_store::MarkUsed(sql, session->account_id, now));
  return RotateSession(sql, session, now);
}

}  // namespace ronghe::gateway::access
