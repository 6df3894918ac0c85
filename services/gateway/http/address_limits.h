// How much may one address ask of the gateway before it says who it is?
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/gateway/access/domain/token_bucket.h"

namespace ronghe::gateway::http {

struct AddressLimitOptions {
  int max_connections = 256;
  // Requests without a session that stands: public methods, wrong tokens, what is not there.
  access::Rate anonymous = {100, 500};
  // Of them, those that open a session.
  access::Rate sign_in = {5, 100};
  // Files that lie in memory: those of the console, a few dozen each time that somebody opens a new
  // version of it.
  access::Rate file = {1000, 10'000};
};

// What counts as one address: an IPv4 address, or the 64 leading bits of an IPv6 address, which one
// subscriber has at least. Anything else is itself.
std::string AddressKey(std::string_view address);

// Counts per address. Thread-safe.
class AddressLimits {
 public:
  enum class Kind : uint8_t { kAnonymous, kSignIn, kFile, kNotice };

  explicit AddressLimits(const AddressLimitOptions& options) : options_(options) {}

  // Counts a connection of `address`; false, and not counted, when it has as many as it may.
  bool Connect(std::string_view address);
  // Ends one that Connect counted.
  void Disconnect(std::string_view address);

  // As access::TokenBuckets.
  absl::Duration Take(Kind kind, std::string_view address, absl::Time now);
  absl::Duration Wait(Kind kind, std::string_view address, absl::Time now);

 private:
  const access::Rate& RateOf(Kind kind) const;

  const AddressLimitOptions options_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, int> connections_;  // guarded by mutex_
  access::TokenBuckets buckets_[4];                    // by Kind
};

}  // namespace ronghe::gateway::http
