#include "common/crypto/gcrypt_init.h"

#include <cstdio>
#include <cstdlib>

namespace ronghe::crypto::internal {

void EnsureGcrypt() {
  static const bool ready = [] {
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) return true;
    if (gcry_check_version(GCRYPT_VERSION) == nullptr) {
      std::fprintf(stderr, "libgcrypt is older than %s\n", GCRYPT_VERSION);
      std::abort();
    }
    // Locked pages are few and their pool is one mutex; keys are wiped by their owners instead.
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
  }();
  static_cast<void>(ready);
}

}  // namespace ronghe::crypto::internal
