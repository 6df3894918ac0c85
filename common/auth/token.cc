#include "common/auth/token.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "nlohmann/json.hpp"

namespace ronghe::auth {
namespace {

using Json = nlohmann::json;

absl::Status Invalid() {
  return error::Make(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID",
                     "登录凭证无效,请重新登录");
}

absl::Status Expired() {
  return error::Make(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED",
                     "登录凭证已过期,请重新登录");
}

// Who may be spoken for by a token. A service is not among them: only its certificate says who it
// is.
struct Bearer {
  Principal::Kind kind;
  std::string_view type;
  std::string_view subjects;
};
constexpr Bearer kBearers[] = {{Principal::Kind::kPerson, "person", "accounts/"},
                               {Principal::Kind::kClient, "client", "clients/"}};

// Null where no token may speak for a `kind` called `subject`.
const Bearer* BearerOf(Principal::Kind kind, std::string_view subject) {
  for (const Bearer& bearer : kBearers) {
    if (bearer.kind == kind && subject.starts_with(bearer.subjects)) return &bearer;
  }
  return nullptr;
}

bool ParseKind(std::string_view type, std::string_view subject, Principal::Kind* kind) {
  for (const Bearer& bearer : kBearers) {
    if (bearer.type != type || !subject.starts_with(bearer.subjects)) continue;
    *kind = bearer.kind;
    return true;
  }
  return false;
}

// The JSON object of a base64url part. A key that stands twice is refused: two readers could
// understand it differently.
bool ParseObject(std::string_view part, Json* object) {
  absl::StatusOr<std::string> text = crypto::Base64UrlDecode(part);
  if (!text.ok()) return false;
  std::vector<absl::flat_hash_set<std::string>> keys;
  bool twice = false;
  const auto watch = [&](int /*depth*/, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key) {
      if (!keys.back().insert(parsed.get<std::string>()).second) twice = true;
    }
    return true;
  };
  *object = Json::parse(*text, watch, /*allow_exceptions=*/false);
  return !twice && object->is_object();
}

const std::string* String(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

// Seconds since 1970; what is not a whole number in a sane range gives false.
bool ParseInstant(const Json& value, absl::Time* time) {
  if (!value.is_number_integer()) return false;
  const int64_t seconds = value.get<int64_t>();
  if (seconds < 0 || seconds > int64_t{253402300799}) return false;
  *time = absl::FromUnixSeconds(seconds);
  return true;
}

bool Instant(const Json& object, const char* key, absl::Time* time) {
  const auto found = object.find(key);
  return found != object.end() && ParseInstant(*found, time);
}

bool ParseNumber(const std::string& text, int64_t* id) {
  if (text.empty() || text.size() > 19) return false;
  int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    if (value > (std::numeric_limits<int64_t>::max() - (c - '0')) / 10) return false;
    value = value * 10 + (c - '0');
  }
  *id = value;
  return true;
}

// [role, organization], then its end in seconds where it has one, then who delegated it.
Json GrantJson(const Grant& grant) {
  Json item = Json::array({grant.role, std::to_string(grant.organization_id)});
  const bool ends = grant.ends != absl::InfiniteFuture();
  if (ends || !grant.on_behalf_of.empty()) {
    item.push_back(ends ? Json(absl::ToUnixSeconds(grant.ends)) : Json());
  }
  if (!grant.on_behalf_of.empty()) item.push_back(grant.on_behalf_of);
  return item;
}

bool ParseGrant(const Json& item, Grant* grant) {
  if (!item.is_array() || item.size() < 2 || item.size() > 4 || !item[0].is_string() ||
      !item[1].is_string()) {
    return false;
  }
  grant->role = item[0].get<std::string>();
  if (grant->role.empty() ||
      !ParseNumber(item[1].get_ref<const std::string&>(), &grant->organization_id)) {
    return false;
  }
  if (item.size() > 2 && !item[2].is_null() && !ParseInstant(item[2], &grant->ends)) return false;
  if (item.size() > 3) {
    if (!item[3].is_string() || item[3].get_ref<const std::string&>().empty()) return false;
    grant->on_behalf_of = item[3].get<std::string>();
  }
  return true;
}

bool ParseGrants(const Json& claims, std::vector<Grant>* grants) {
  const auto found = claims.find("grants");
  if (found == claims.end() || !found->is_array()) return false;
  for (const Json& item : *found) {
    if (!ParseGrant(item, &grants->emplace_back())) return false;
  }
  return true;
}

// A claim that may be missing; false when it is there and no text.
bool Optional(const Json& claims, const char* key, std::string* text) {
  if (!claims.contains(key)) return true;
  const std::string* found = String(claims, key);
  if (found != nullptr) *text = *found;
  return found != nullptr;
}

}  // namespace

TokenMinter::TokenMinter(crypto::Es256Signer signer)
    : signer_(std::move(signer)),
      header_(
          base::Cat(crypto::Base64UrlEncode(
                        Json{{"alg", "ES256"}, {"typ", "JWT"}, {"kid", signer_.key_id()}}.dump()),
                    ".")) {}

absl::StatusOr<std::unique_ptr<TokenMinter>> TokenMinter::Load(const std::string& pem_path) {
  absl::StatusOr<crypto::Es256Signer> signer = crypto::Es256Signer::FromPemFile(pem_path);
  if (!signer.ok()) return signer.status();
  return std::make_unique<TokenMinter>(*std::move(signer));
}

absl::StatusOr<std::string> TokenMinter::Mint(const Principal& principal, absl::Time now,
                                              absl::Duration ttl) const {
  const Bearer* const bearer = BearerOf(principal.kind, principal.subject);
  if (ttl <= absl::ZeroDuration() || ttl > kMaxTokenLife || bearer == nullptr) {
    return error::Make(absl::StatusCode::kInvalidArgument, "TOKEN_UNMINTABLE", "无法签发登录凭证");
  }
  Json grants = Json::array();
  for (const Grant& grant : principal.grants) {
    grants.push_back(GrantJson(grant));
  }
  Json claims = {{"iss", std::string(kIssuer)},
                 {"aud", std::string(kAudience)},
                 {"sub", principal.subject},
                 {"typ", std::string(bearer->type)},
                 {"iat", absl::ToUnixSeconds(now)},
                 {"nbf", absl::ToUnixSeconds(now)},
                 {"exp", absl::ToUnixSeconds(now + ttl)},
                 {"grants", std::move(grants)}};
  if (!principal.session_id.empty()) claims["sid"] = principal.session_id;
  if (principal.member_id != 0) claims["member"] = std::to_string(principal.member_id);
  std::string token = base::Cat(header_, crypto::Base64UrlEncode(claims.dump(
                                             -1, ' ', false, Json::error_handler_t::replace)));
  absl::StatusOr<std::string> signature = signer_.Sign(token);
  if (!signature.ok()) return signature.status();
  token += '.';
  token += crypto::Base64UrlEncode(*signature);
  if (token.size() > kMaxTokenBytes) {
    return error::Make(absl::StatusCode::kInvalidArgument, "TOKEN_TOO_LONG",
                       "授权过多,无法签发登录凭证",
                       {{"grants", std::to_string(principal.grants.size())}});
  }
  return token;
}

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::FromPem(std::string_view pem) {
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  auto verifier = std::unique_ptr<TokenVerifier>(new TokenVerifier);
  for (size_t at = 0;;) {
    const size_t end = pem.find(kEnd, at);
    if (end == std::string_view::npos) break;
    absl::StatusOr<crypto::Es256Verifier> key =
        crypto::Es256Verifier::FromPem(pem.substr(at, end + kEnd.size() - at));
    if (!key.ok()) return key.status();
    verifier->keys_.emplace(key->key_id(), *key);
    at = end + kEnd.size();
  }
  if (verifier->keys_.empty()) {
    return error::Make(absl::StatusCode::kInvalidArgument, "KEY_INVALID", "没有可用的验证公钥");
  }
  return verifier;
}

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Load(const std::string& path) {
  absl::StatusOr<std::string> pem = config::ReadFile(path);
  if (!pem.ok()) return pem.status();
  return FromPem(*pem);
}

absl::StatusOr<TokenVerifier::Verified> TokenVerifier::Check(std::string_view jwt) const {
  const size_t first = jwt.find('.');
  if (first == std::string_view::npos) return Invalid();
  const size_t second = jwt.find('.', first + 1);
  if (second == std::string_view::npos || jwt.find('.', second + 1) != std::string_view::npos) {
    return Invalid();
  }
  Json header;
  if (!ParseObject(jwt.substr(0, first), &header)) return Invalid();
  // The algorithm belongs to the key, never to the token: only its one name is let through.
  const std::string* alg = String(header, "alg");
  const std::string* kid = String(header, "kid");
  if (alg == nullptr || *alg != "ES256" || kid == nullptr || header.contains("crit")) {
    return Invalid();
  }
  if (const auto typ = header.find("typ"); typ != header.end() && *typ != "JWT") return Invalid();
  const auto key = keys_.find(*kid);
  if (key == keys_.end()) return Invalid();
  absl::StatusOr<std::string> signature = crypto::Base64UrlDecode(jwt.substr(second + 1));
  if (!signature.ok() || !key->second.Verify(jwt.substr(0, second), *signature)) return Invalid();

  Json claims;
  if (!ParseObject(jwt.substr(first + 1, second - first - 1), &claims)) return Invalid();
  const std::string* issuer = String(claims, "iss");
  const std::string* audience = String(claims, "aud");
  const std::string* subject = String(claims, "sub");
  const std::string* type = String(claims, "typ");
  if (issuer == nullptr || *issuer != kIssuer || audience == nullptr || *audience != kAudience ||
      subject == nullptr || type == nullptr) {
    return Invalid();
  }
  Verified verified;
  absl::Time issued;
  if (!Instant(claims, "exp", &verified.expires) || !Instant(claims, "nbf", &verified.not_before) ||
      !Instant(claims, "iat", &issued) || verified.expires - issued > kMaxTokenLife) {
    return Invalid();
  }
  auto principal = std::make_shared<Principal>();
  principal->subject = *subject;
  std::string member;
  if (!ParseKind(*type, *subject, &principal->kind) || !ParseGrants(claims, &principal->grants) ||
      !Optional(claims, "sid", &principal->session_id) || !Optional(claims, "member", &member) ||
      (!member.empty() && !ParseNumber(member, &principal->member_id))) {
    return Invalid();
  }
  verified.principal = std::move(principal);
  return verified;
}

absl::StatusOr<std::shared_ptr<const Principal>> TokenVerifier::VerifyShared(std::string_view jwt,
                                                                             absl::Time now) const {
  if (jwt.size() > kMaxTokenBytes) return Invalid();
  Shard& shard = shards_[absl::HashOf(base::Sv(jwt)) % kShards];
  const auto in_force =
      [&](const Verified& verified) -> absl::StatusOr<std::shared_ptr<const Principal>> {
    if (now >= verified.expires) return Expired();
    if (now < verified.not_before - kClockSkew) return Invalid();
    return verified.principal;
  };
  {
    absl::MutexLock lock(&shard.mutex);
    if (const auto found = shard.verified.find(base::Sv(jwt)); found != shard.verified.end()) {
      return in_force(found->second);
    }
  }
  absl::StatusOr<Verified> verified = Check(jwt);
  if (!verified.ok()) return verified.status();
  absl::StatusOr<std::shared_ptr<const Principal>> principal = in_force(*verified);
  if (principal.ok()) {
    absl::MutexLock lock(&shard.mutex);
    if (shard.verified.size() >= kMaxPerShard) {
      absl::erase_if(shard.verified,
                     [&](const auto& entry) { return now >= entry.second.expires; });
      if (shard.verified.size() >= kMaxPerShard) shard.verified.clear();
    }
    shard.verified.emplace(std::string(jwt), *std::move(verified));
  }
  return principal;
}

absl::StatusOr<Principal> TokenVerifier::Verify(std::string_view jwt, absl::Time now) const {
  absl::StatusOr<std::shared_ptr<const Principal>> principal = VerifyShared(jwt, now);
  if (!principal.ok()) return principal.status();
  return **principal;
}

}  // namespace ronghe::auth
