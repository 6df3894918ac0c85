#ifndef RONGHE_COMMON_CRYPTO_CRYPTO_H_
#define RONGHE_COMMON_CRYPTO_CRYPTO_H_

// How are personal fields kept so that the database alone doesn't give them away? Encrypted under a
// key with a version, and found through a keyed blind index. Everything of this folder.

#include "common/crypto/bytes.h"         // IWYU pragma: export
#include "common/crypto/field_cipher.h"  // IWYU pragma: export
#include "common/crypto/key_ring.h"      // IWYU pragma: export
#include "common/crypto/key_source.h"    // IWYU pragma: export
#include "common/crypto/key_store.h"     // IWYU pragma: export
#include "common/crypto/signature.h"     // IWYU pragma: export

#endif  // RONGHE_COMMON_CRYPTO_CRYPTO_H_
