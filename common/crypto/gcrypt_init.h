#ifndef RONGHE_COMMON_CRYPTO_GCRYPT_INIT_H_
#define RONGHE_COMMON_CRYPTO_GCRYPT_INIT_H_

// How is libgcrypt made ready before its first use?

#include <gcrypt.h>

namespace ronghe::crypto::internal {

// Initializes libgcrypt once per process; ends the process if the library is older than its header.
// Thread-safe.
void EnsureGcrypt();

}  // namespace ronghe::crypto::internal

#endif  // RONGHE_COMMON_CRYPTO_GCRYPT_INIT_H_
