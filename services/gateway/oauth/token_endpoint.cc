#include "services/gateway/oauth/token_endpoint.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "common/audit/audit.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/crypto/jws.h"
#include "common/log/log.h"
#include "services/gateway/access/door/client_door.h"
#include "services/gateway/http/form.h"
#include "services/gateway/oauth/assertion.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::oauth {
namespace {

using access::ClientKeyKind;
using access::ClientKeyRow;
using access::ClientRow;
using Json = nlohmann::json;

constexpr std::string_view kTokenPath = "/oauth2/token";
constexpr std::string_view kMetadataPath = "/.well-known/oauth-authorization-server";
constexpr std::string_view kJwksPath = "/.well-known/jwks.json";
constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr size_t kMaxForm = 32 * 1024;
constexpr absl::Duration kLookup = absl::Seconds(3);
// Attempts of one certificate.
constexpr access::Rate kAttempts = {5, 20};

http::PlainResponse Answer(int status, const Json& body) {
  return {.status = status,
          .content_type = "application/json",
          .headers = "Cache-Control: no-store\r\nPragma: no-cache\r\n",
          .body = body.dump()};
}

std::string FormDecode(std::string_view text) {
  std::string out;
  return transcode::PercentDecode(text, /*plus_is_space=*/true, &out) ? out : std::string();
}

}  // namespace

struct TokenEndpoint::Ask {
  std::string client_id;
  std::string secret;
  std::string assertion;
};

struct TokenEndpoint::Outcome {
  int64_t client_id = 0;
  // Which key or secret proved it; also of a refusal.
  std::string key_id;
  // Empty on success; else the code of RFC 6749, 5.2.
  std::string error = {};
  // What the audit row says of the refusal, in words of ours.
  std::string reason = {};
  int status = 200;
  absl::Duration retry = absl::ZeroDuration();
  std::string token = {};

  static Outcome Refused(std::string_view error, std::string_view reason, int64_t client_id = 0,
                         std::string_view key_id = {}) {
    Outcome outcome;
    outcome.client_id = client_id;
    outcome.key_id = std::string(key_id);
    outcome.error = std::string(error);
    outcome.reason = std::string(reason);
    outcome.status = error == "invalid_client" ? 401 : 400;
    return outcome;
  }
  // The database did not answer: no fault of the client.
  static Outcome Failed() {
    Outcome outcome = Refused("temporarily_unavailable", "UNAVAILABLE");
    outcome.status = 503;
    outcome.retry = absl::Seconds(1);
    return outcome;
  }
};

namespace {

// A client with what it may prove itself with.
struct Known {
  ClientRow row;
  std::vector<ClientKeyRow> keys;
};

absl::StatusOr<std::optional<Known>> Find(sql::Database& database, std::string_view name) {
  const auto id = base::ParseName(name, "clients");
  if (!id.ok()) return std::nullopt;
  return database.ReadSnapshot(
      absl::Now() + kLookup, [&](sql::Session& session) -> absl::StatusOr<std::optional<Known>> {
        RONGHE_ASSIGN_OR_RETURN(auto row, access::client_store::Load(session, *id));
        if (!row.has_value()) return std::nullopt;
        RONGHE_ASSIGN_OR_RETURN(auto keys, access::client_store::Keys(session, *id));
        return Known{*std::move(row), std::move(keys)};
      });
}

// Why a client that has proved itself gets no token; empty: it gets one.
std::string_view Fault(const ClientRow& client, const http::ClientCertificate& certificate) {
  if (client.certificate_name != certificate.common_name) return "CERTIFICATE_NAME_OTHER";
  if (!access::MayShow(client, certificate.x5t_s256)) return "CERTIFICATE_NOT_REGISTERED";
  if (client.state != access::ClientState::kActive) return "CLIENT_NOT_ACTIVE";
  return {};
}

}  // namespace

bool TokenEndpoint::Owns(std::string_view path) const {
  return path == kTokenPath || path == kMetadataPath || path == kJwksPath;
}

http::PlainResponse TokenEndpoint::Handle(const http::PlainRequest& request) {
  const bool token = request.path == kTokenPath;
  if (request.method != (token ? "POST" : "GET") && (token || request.method != "HEAD")) {
    return {.status = 405,
            .content_type = {},
            .headers = token ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n",
            .body = {}};
  }
  if (token) return Token(request);
  return {.status = 200,
          .content_type = "application/json",
          .headers = "Cache-Control: public, max-age=300\r\n",
          .body = request.path == kJwksPath ? parts_.tokens.Jwks() : Metadata()};
}

http::PlainResponse TokenEndpoint::Token(const http::PlainRequest& request) {
  const Outcome outcome = Grant(request);
  if (outcome.error.empty()) {
    return Answer(200, {{"access_token", outcome.token},
                        {"token_type", "Bearer"},
                        {"expires_in", absl::ToInt64Seconds(access::kDoorTokenLife)}});
  }
  audit::Entry entry;
  if (outcome.client_id != 0) {
    entry.subject = base::Name("clients", outcome.client_id);
    entry.resource = entry.subject;
  }
  entry.peer = request.peer;
  entry.method = std::string(kTokenPath);
  entry.result = base::Cat("UNAUTHENTICATED ", outcome.reason);
  entry.detail = base::Cat("certificate=", request.certificate.common_name,
                           outcome.key_id.empty() ? "" : ";key=", outcome.key_id);
  parts_.refusals.RecordAndWait(std::move(entry), absl::Now() + kLookup).IgnoreError();
  http::PlainResponse response = Answer(outcome.status, {{"error", outcome.error}});
  if (outcome.status == 401) response.headers += "WWW-Authenticate: Basic realm=\"ronghe\"\r\n";
  if (outcome.retry > absl::ZeroDuration()) {
    absl::StrAppend(&response.headers, "Retry-After: ",
                    absl::ToInt64Seconds(absl::Ceil(outcome.retry, absl::Seconds(1))), "\r\n");
  }
  return response;
}

TokenEndpoint::Outcome TokenEndpoint::Grant(const http::PlainRequest& request) {
  if (!request.secure || request.certificate.x5t_s256.empty()) {
    return Outcome::Refused("invalid_client", "CERTIFICATE_MISSING");
  }
  const absl::Duration wait =
      buckets_.Take(request.certificate.common_name, kAttempts, parts_.clock.Now());
  if (wait > absl::ZeroDuration()) {
    Outcome outcome = Outcome::Refused("temporarily_unavailable", "RATE_LIMITED");
    outcome.status = 429;
    outcome.retry = wait;
    return outcome;
  }
  const std::string_view type = http::Field(request.headers, "content-type");
  if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(base::Sv(type.substr(0, type.find(';')))),
                              "application/x-www-form-urlencoded") ||
      request.body.size() > kMaxForm) {
    return Outcome::Refused("invalid_request", "FORM_MISSING");
  }
  const auto form = http::ParseForm(request.body);
  if (!form.has_value()) return Outcome::Refused("invalid_request", "FORM_MALFORMED");
  const std::string_view grant_type = http::Field(*form, "grant_type");
  if (grant_type.empty()) return Outcome::Refused("invalid_request", "GRANT_TYPE_MISSING");

  Ask ask;
  if (auto refused = ReadProof(request, *form, &ask)) return *std::move(refused);
  if (grant_type != "client_credentials") {
    return Outcome::Refused("unsupported_grant_type", "GRANT_TYPE_UNSUPPORTED");
  }
  return ask.assertion.empty() ? GrantBySecret(request, ask) : GrantByAssertion(request, ask);
}

std::optional<TokenEndpoint::Outcome> TokenEndpoint::ReadProof(const http::PlainRequest& request,
                                                               const http::Fields& form, Ask* ask) {
  ask->client_id = std::string(http::Field(form, "client_id"));
  ask->secret = std::string(http::Field(form, "client_secret"));
  ask->assertion = std::string(http::Field(form, "client_assertion"));
  int ways = (ask->secret.empty() ? 0 : 1) + (ask->assertion.empty() ? 0 : 1);
  const std::string_view authorization = http::Field(request.headers, "authorization");
  if (!authorization.empty()) {
    ++ways;
    std::string pair;
    const size_t space = authorization.find(' ');
    if (!absl::EqualsIgnoreCase(base::Sv(authorization.substr(0, space)), "basic") ||
        space == std::string_view::npos ||
        !absl::Base64Unescape(base::Sv(authorization.substr(space + 1)), &pair) ||
        pair.find(':') == std::string::npos) {
      return Outcome::Refused("invalid_client", "BASIC_MALFORMED");
    }
    const std::string named = FormDecode(std::string_view(pair).substr(0, pair.find(':')));
    if (!ask->client_id.empty() && ask->client_id != named) {
      return Outcome::Refused("invalid_request", "CLIENT_ID_TWICE");
    }
    ask->client_id = named;
    ask->secret = FormDecode(std::string_view(pair).substr(pair.find(':') + 1));
  }
  if (ways == 0) return Outcome::Refused("invalid_client", "PROOF_MISSING");
  if (ways > 1) return Outcome::Refused("invalid_request", "PROOF_TWICE");
  if (!ask->assertion.empty() && http::Field(form, "client_assertion_type") != kAssertionType) {
    return Outcome::Refused("invalid_request", "ASSERTION_TYPE");
  }
  return std::nullopt;
}

TokenEndpoint::Outcome TokenEndpoint::GrantBySecret(const http::PlainRequest& request,
                                                    const Ask& ask) {
  const auto found = Find(parts_.database, ask.client_id);
  if (!found.ok()) return Outcome::Failed();
  if (!found->has_value()) return Outcome::Refused("invalid_client", "CLIENT_UNKNOWN");
  const Known& client = **found;
  const std::string hash = crypto::HexEncode(crypto::Sha256(ask.secret));
  const absl::Time now = parts_.clock.Now();
  const ClientKeyRow* proof = nullptr;
  for (const ClientKeyRow& key : client.keys) {
    if (key.kind == ClientKeyKind::kSecret && crypto::ConstantTimeEqual(key.material, hash)) {
      proof = &key;
    }
  }
  if (proof == nullptr || !proof->InForce(now)) {
    return Outcome::Refused("invalid_client", proof == nullptr ? "SECRET_WRONG" : "SECRET_ENDED",
                            client.row.id, proof == nullptr ? "" : proof->key_id);
  }
  if (const std::string_view fault = Fault(client.row, request.certificate); !fault.empty()) {
    return Outcome::Refused("invalid_client", fault, client.row.id, proof->key_id);
  }
  return Issue(request, client.row.id, proof->key_id, {}, now);
}

TokenEndpoint::Outcome TokenEndpoint::GrantByAssertion(const http::PlainRequest& request,
                                                       const Ask& ask) {
  const std::optional<Claimed> claimed = PeekAssertion(ask.assertion);
  if (!claimed.has_value()) return Outcome::Refused("invalid_client", "ASSERTION_MALFORMED");
  const std::string& name = claimed->client;
  if (!ask.client_id.empty() && ask.client_id != name) {
    return Outcome::Refused("invalid_client", "ASSERTION_ISSUER");
  }
  const auto found = Find(parts_.database, name);
  if (!found.ok()) return Outcome::Failed();
  if (!found->has_value()) return Outcome::Refused("invalid_client", "CLIENT_UNKNOWN");
  const Known& client = **found;
  const int64_t id = client.row.id;
  const absl::Time now = parts_.clock.Now();
  const std::string& kid = claimed->key_id;
  const ClientKeyRow* proof = nullptr;
  for (const ClientKeyRow& key : client.keys) {
    if (key.kind == ClientKeyKind::kPublicKey && key.key_id == kid) proof = &key;
  }
  if (proof == nullptr) return Outcome::Refused("invalid_client", "ASSERTION_KEY_UNKNOWN", id);
  if (!proof->InForce(now)) {
    return Outcome::Refused("invalid_client", "ASSERTION_KEY_ENDED", id, kid);
  }
  const auto keys = crypto::JwkSet::Parse(proof->material);
  const auto verified = keys.ok() ? keys->Verify(ask.assertion) : keys.status();
  if (!verified.ok() || verified->algorithm != proof->algorithm) {
    return Outcome::Refused("invalid_client", "ASSERTION_SIGNATURE", id, kid);
  }
  Assertion assertion;
  std::string_view fault =
      ReadAssertion(verified->payload, name, parts_.tokens.issuer(), now, &assertion);
  if (fault.empty()) fault = Fault(client.row, request.certificate);
  if (!fault.empty()) return Outcome::Refused("invalid_client", fault, id, kid);
  return Issue(request, id, kid, crypto::Sha256(assertion.id), assertion.forget_at);
}

TokenEndpoint::Outcome TokenEndpoint::Issue(const http::PlainRequest& request, int64_t client_id,
                                            std::string_view key_id, std::string_view jti_hash,
                                            absl::Time jti_expires) {
  const absl::Time now = parts_.clock.Now();
  auto token = parts_.tokens.Mint(client_id, request.certificate.x5t_s256, now);
  if (!token.ok()) return Outcome::Failed();
  const absl::Status kept =
      parts_.database.Transact(absl::Now() + kLookup, [&](sql::Session& session) -> absl::Status {
        if (!jti_hash.empty()) {
          RONGHE_RETURN_IF_ERROR(
              access::client_store::UseAssertion(session, client_id, jti_hash, jti_expires));
        }
        audit::Entry entry;
        entry.id = parts_.ids.Next();
        entry.time = now;
        entry.subject = base::Name("clients", client_id);
        entry.resource = entry.subject;
        entry.peer = request.peer;
        entry.method = std::string(kTokenPath);
        entry.detail = base::Cat("certificate=", request.certificate.common_name, ";key=", key_id);
        return audit::Record(session, entry);
      });
  if (absl::IsAlreadyExists(kept)) {
    return Outcome::Refused("invalid_client", "ASSERTION_REPLAYED", client_id, key_id);
  }
  if (!kept.ok()) {
    log::Error("token_not_issued", {{"status", kept}});
    return Outcome::Failed();
  }
  Outcome outcome;
  outcome.client_id = client_id;
  outcome.token = *std::move(token);
  return outcome;
}

std::string TokenEndpoint::Metadata() const {
  const std::string& issuer = parts_.tokens.issuer();
  return Json{{"issuer", issuer},
              {"token_endpoint", base::Cat(issuer, kTokenPath)},
              {"jwks_uri", base::Cat(issuer, kJwksPath)},
              {"grant_types_supported", {"client_credentials"}},
              {"response_types_supported", Json::array()},
              {"token_endpoint_auth_methods_supported",
               {"private_key_jwt", "client_secret_basic", "client_secret_post"}},
              {"token_endpoint_auth_signing_alg_values_supported", {"ES256", "RS256", "PS256"}},
              {"tls_client_certificate_bound_access_tokens", true}}
      .dump();
}

}  // namespace ronghe::gateway::oauth
