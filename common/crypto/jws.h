#ifndef RONGHE_COMMON_CRYPTO_JWS_H_
#define RONGHE_COMMON_CRYPTO_JWS_H_

// Did the holder of one of these keys sign this statement? JSON Web Signatures (RFC 7515) of other
// parties, checked against their published key set (RFC 7517).

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct _cjose_jwk_int;

namespace ronghe::crypto {

// A longer statement or key set is refused before it is looked at.
inline constexpr size_t kMaxJwsBytes = 16 * 1024;
inline constexpr size_t kMaxJwkSetBytes = 256 * 1024;

// What was signed.
struct Jws {
  std::string algorithm;  // "ES256", "RS256" or "PS256"
  std::string key_id;     // of the key that verified it; may be empty
  std::string type;       // "typ"; may be empty
  std::string payload;
};

// Public keys by their ids. Immutable, thread-safe; copies share the keys.
class JwkSet {
 public:
  // A key set or a single key, as JSON. Keys for other things than ES256, RS256 and PS256 are left
  // out. INVALID_ARGUMENT KEY_INVALID: no JSON, too long, no key left, a private or symmetric key
  // (nobody should hand one out), or RSA shorter than 2048 bits.
  static absl::StatusOr<JwkSet> Parse(std::string_view json);

  // The statement, if one of the keys signed it with an algorithm that the key is for; a statement
  // without a key id needs a set of one key. UNAUTHENTICATED JWS_KEY_UNKNOWN where the set has no
  // such key (it may have changed since), JWS_INVALID for anything else. Says nothing of the
  // payload.
  absl::StatusOr<Jws> Verify(std::string_view compact) const;

  size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::string id;
    std::vector<std::string> algorithms;
    std::shared_ptr<_cjose_jwk_int> key;
  };
  std::vector<Key> keys_;
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_JWS_H_
