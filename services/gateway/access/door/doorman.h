// May this session or client come in, without asking the database every time? Checked
// credentials are kept for a moment together with the access token minted for them; while one is in
// use it is looked up again in the background, so that no request waits for that.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/token.h"
#include "common/base/clock.h"
#include "services/gateway/access/door/credentials.h"
#include "services/gateway/backend/slice.h"

namespace ronghe::gateway::access {

// A checked credential with its access token. Immutable.
struct Visitor {
  Credential credential;
  // "Bearer <access token>"
  backend::Slice authorization;
  absl::Time token_expires;
  // When the first of its grants ends: from then on it must be looked up again.
  absl::Time grant_ends = absl::InfiniteFuture();
};

using VisitorOr = absl::StatusOr<std::shared_ptr<const Visitor>>;

struct DoormanOptions {
  // How long a look into the database is trusted: what revocation takes at most.
  absl::Duration trust = absl::Seconds(2);
  absl::Duration token_life = absl::Minutes(5);
  // Threads that look up, and look-ups that may wait for one.
  int threads = 2;
  size_t queue = 4096;
};

// Thread-safe.
class Doorman {
 public:
  using Done = std::function<void(VisitorOr)>;
  enum class Kind : char { kSession = 's', kClientToken = 't' };

  // `source`, `minter` and `clock` must outlive it.
  Doorman(CredentialSource& source, const auth::TokenMinter& minter, const base::Clock& clock,
          const DoormanOptions& options);
  // Every look-up that was asked for is answered first.
  ~Doorman();
  Doorman(const Doorman&) = delete;
  Doorman& operator=(const Doorman&) = delete;

  // What a client shows: its token and the x5t#S256 of its certificate, as one secret.
  static std::string ClientSecret(std::string_view token, std::string_view x5t);
  // Of a bearer token: that of a client is signed, so it has dots, which a session's never has.
  static Kind KindOf(std::string_view token);

  // What is known of a secret, which is a session token or what ClientSecret makes; nullopt when it
  // must be looked up.
  std::optional<VisitorOr> Known(Kind kind, std::string_view secret);

  // Looks it up; `done` runs on a thread of the doorman. Those who ask at one time share one
  // look-up. Errors: those of the source; RESOURCE_EXHAUSTED OVERLOADED.
  void LookUp(Kind kind, std::string_view secret, Done done);

  // OK when a session is used from where it was opened. UNAUTHENTICATED SESSION_MOVED otherwise;
  // the session is forgotten at once and ended in the background. `peer` as AddressOf takes it.
  absl::Status CheckAddress(const Visitor& visitor, std::string_view token, std::string_view peer);

  // Has `task` run on a thread of the doorman, where it may wait for the database. False when there
  // is no room.
  bool Post(std::function<void()> task);

  // Forgets a token, so that the next request looks it up again.
  void Forget(Kind kind, std::string_view secret);

  // Forgets every token of "accounts/1" or "clients/1", whose rights have changed.
  void ForgetSubject(std::string_view subject);

 private:
  struct Entry {
    VisitorOr visitor = std::shared_ptr<const Visitor>();
    absl::Time checked = absl::InfinitePast();
    bool looking = false;
    // Set by Forget while a look-up runs: its result is from before.
    bool stale = false;
    std::vector<Done> waiting;
  };
  struct Shard {
    std::mutex mutex;
    absl::flat_hash_map<std::string, Entry> entries;
  };
  struct Job {
    std::string key;
    Kind kind;
    std::string secret;
    // Not null: this is all there is to do.
    std::function<void()> task = nullptr;
  };
  static constexpr size_t kShards = 16;
  static constexpr size_t kMaxPerShard = 8192;

  static std::string KeyOf(Kind kind, std::string_view secret);
  Shard& ShardOf(const std::string& key);
  bool Enqueue(Job job);
  void Work();
  void Run(const Job& job);
  VisitorOr Make(const Job& job, const std::shared_ptr<const Visitor>& before, absl::Time now);
  void Purge(Shard& shard, absl::Time now);

  CredentialSource& source_;
  const auth::TokenMinter& minter_;
  const base::Clock& clock_;
  const DoormanOptions options_;
  std::array<Shard, kShards> shards_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ronghe::gateway::access
