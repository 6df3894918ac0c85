#include "common/crypto/jws.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::crypto {
namespace {

using Json = nlohmann::json;

constexpr size_t kMinRsaBytes = 256;

absl::Status KeyInvalid(std::string_view why) {
  return error::Make(absl::StatusCode::kInvalidArgument, "KEY_INVALID",
                     base::Cat("公钥集合不可用:", why));
}

absl::Status Invalid() {
  return error::Make(absl::StatusCode::kUnauthenticated, "JWS_INVALID", "签名无效");
}

// The algorithms that a key may be used with; none for a key that is not for these signatures.
std::vector<std::string> AlgorithmsOf(const Json& key) {
  if (key.contains("use") && base::JsonText(key, "use") != "sig") return {};
  std::vector<std::string> algorithms;
  if (base::JsonText(key, "kty") == "RSA") algorithms = {"RS256", "PS256"};
  if (base::JsonText(key, "kty") == "EC" && base::JsonText(key, "crv") == "P-256")
    algorithms = {"ES256"};
  if (!key.contains("alg")) return algorithms;
  const std::string only = base::JsonText(key, "alg");
  const bool fits = std::find(algorithms.begin(), algorithms.end(), only) != algorithms.end();
  return fits ? std::vector<std::string>{only} : std::vector<std::string>();
}

absl::Status CheckStrength(const Json& key) {
  if (key.contains("d") || key.contains("k")) return KeyInvalid("含有私钥或对称密钥");
  if (base::JsonText(key, "kty") != "RSA") return absl::OkStatus();
  const auto modulus = Base64UrlDecode(base::JsonText(key, "n"));
  if (!modulus.ok() || modulus->size() < kMinRsaBytes) return KeyInvalid("RSA 密钥短于 2048 位");
  return absl::OkStatus();
}

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using JwsHandle = std::unique_ptr<cjose_jws_t, ReleaseJws>;

constexpr size_t kEs256Bytes = 64;

// The header, of three parts in the one spelling of base64url with a signature of the right length;
// null for anything else. The library is more lenient.
Json ReadHeader(std::string_view compact) {
  const size_t first = compact.find('.');
  const size_t last = compact.rfind('.');
  if (first == std::string_view::npos || compact.find('.', first + 1) != last) return nullptr;
  const auto header = Base64UrlDecode(compact.substr(0, first));
  const auto signature = Base64UrlDecode(compact.substr(last + 1));
  if (!header.ok() || !signature.ok() ||
      !Base64UrlDecode(compact.substr(first + 1, last - first - 1)).ok()) {
    return nullptr;
  }
  Json parsed = Json::parse(*header, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_object() && base::JsonText(parsed, "alg") == "ES256" &&
      signature->size() != kEs256Bytes) {
    return nullptr;
  }
  return parsed;
}

}  // namespace

absl::StatusOr<JwkSet> JwkSet::Parse(std::string_view json) {
  if (json.size() > kMaxJwkSetBytes) return KeyInvalid("过长");
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return KeyInvalid("不是 JSON 对象");
  const Json keys = document.contains("keys") ? document["keys"] : Json::array({document});
  if (!keys.is_array()) return KeyInvalid("keys 不是数组");
  JwkSet set;
  for (const Json& one : keys) {
    if (!one.is_object()) return KeyInvalid("密钥不是对象");
    RONGHE_RETURN_IF_ERROR(CheckStrength(one));
    std::vector<std::string> algorithms = AlgorithmsOf(one);
    if (algorithms.empty()) continue;
    const std::string text = one.dump();
    cjose_err error = {};
    cjose_jwk_t* key = cjose_jwk_import(text.data(), text.size(), &error);
    if (key == nullptr) return KeyInvalid(error.message == nullptr ? "" : error.message);
    set.keys_.push_back({base::JsonText(one, "kid"), std::move(algorithms),
                         std::shared_ptr<_cjose_jwk_int>(
                             key, [](_cjose_jwk_int* held) { cjose_jwk_release(held); })});
  }
  if (set.keys_.empty()) return KeyInvalid("没有可用于验证签名的密钥");
  return set;
}

absl::StatusOr<Jws> JwkSet::Verify(std::string_view compact) const {
  if (compact.size() > kMaxJwsBytes) return Invalid();
  const Json header = ReadHeader(compact);
  // "crit" names extensions that must be understood, and none is.
  if (!header.is_object() || header.contains("crit")) return Invalid();
  cjose_err error = {};
  const JwsHandle jws(cjose_jws_import(compact.data(), compact.size(), &error));
  if (jws == nullptr) return Invalid();
  Jws found;
  found.algorithm = base::JsonText(header, "alg");
  found.key_id = base::JsonText(header, "kid");
  found.type = base::JsonText(header, "typ");
  if (found.key_id.empty() && keys_.size() != 1) return Invalid();
  bool known = false;
  for (const Key& key : keys_) {
    if (!found.key_id.empty() && key.id != found.key_id) continue;
    known = true;
    if (std::find(key.algorithms.begin(), key.algorithms.end(), found.algorithm) ==
        key.algorithms.end()) {
      continue;
    }
    if (!cjose_jws_verify(jws.get(), key.key.get(), &error)) continue;
    uint8_t* payload = nullptr;
    size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, &error)) return Invalid();
    found.payload.assign(reinterpret_cast<const char*>(payload), size);
    return found;
  }
  if (known) return Invalid();
  return error::Make(absl::StatusCode::kUnauthenticated, "JWS_KEY_UNKNOWN", "签名所用的密钥未知");
}

}  // namespace ronghe::crypto
