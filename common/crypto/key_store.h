#ifndef RONGHE_COMMON_CRYPTO_KEY_STORE_H_
#define RONGHE_COMMON_CRYPTO_KEY_STORE_H_

// How does a running process come to use another key ring without a pause?

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/crypto/key_ring.h"
#include "common/crypto/key_source.h"

namespace ronghe::crypto {

// A ring made ready for use. Immutable; its ciphers are thread-safe.
class KeySet {
 public:
  struct Entry {
    Suite suite;
    std::unique_ptr<internal::Aead> aead;
  };

  explicit KeySet(KeyRing ring);

  const KeyRing& ring() const { return ring_; }
  const Entry& current() const { return entries_.at(ring_.current_version()); }
  // nullptr where there is no such version.
  const Entry* Find(uint32_t version) const;

 private:
  const KeyRing ring_;
  std::map<uint32_t, Entry> entries_;
};

// The ring in force. Reading it is one atomic load; a new one is loaded beside the old and takes
// its place. Sets that were replaced stay until the process ends, because readers don't lock: a
// retired key leaves the memory with the process. Thread-safe.
class KeyStore {
 public:
  // A ring that never changes.
  explicit KeyStore(KeyRing ring);
  // Errors: those of KeySource::Load.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Open(std::unique_ptr<KeySource> source);

  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // Valid as long as the store.
  const KeySet& keys() const { return *current_.load(std::memory_order_acquire); }
  const KeyRing& ring() const { return keys().ring(); }
  // The suite that the ring was born with: of the blind index, and of every hash that must stay
  // comparable over the years. A rotation to keys of the other suite doesn't change it.
  Suite index_suite() const { return ring().index_suite(); }

  // Puts the source's ring in force if it changed; true if so. On an error the present ring stays.
  //
  // Errors: those of KeySource; KEY_RING_INVALID when the index key would change.
  absl::StatusOr<bool> Refresh();

  // Adds a current key of `suite`, or takes an old version away, and puts the result in force.
  //
  // Errors: those of KeySource; FAILED_PRECONDITION, reason KEY_RING_FIXED, for a fixed ring.
  absl::Status Rotate(Suite suite);
  absl::Status Retire(uint32_t version);

 private:
  KeyStore(std::unique_ptr<KeySource> source, std::string mark, KeyRing ring);
  void Install(KeyRing ring);
  absl::Status Change(absl::Status changed);

  const std::unique_ptr<KeySource> source_;  // null: fixed
  std::mutex mutex_;
  std::string mark_;                           // guarded by mutex_
  std::vector<std::unique_ptr<KeySet>> sets_;  // guarded by mutex_
  std::atomic<const KeySet*> current_{nullptr};
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_KEY_STORE_H_
