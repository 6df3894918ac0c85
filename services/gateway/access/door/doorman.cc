#include "services/gateway/access/door/doorman.h"

#include <pthread.h>

#include "absl/hash/hash.h"
#include "common/base/strings.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

// A wrong token is remembered for this long, so that trying it again costs no look-up.
constexpr absl::Duration kRemember = absl::Seconds(1);
// An access token with less life than this left is minted again.
constexpr absl::Duration kSpareLife = absl::Seconds(90);

absl::StatusOr<Credential> OpenClient(CredentialSource& source, std::string_view secret,
                                      absl::Time now) {
  const size_t space = secret.rfind(' ');
  return source.ByClientToken(secret.substr(0, space), secret.substr(space + 1), now);
}

}  // namespace

Doorman::Doorman(CredentialSource& source, const auth::TokenMinter& minter,
                 const base::Clock& clock, const DoormanOptions& options)
    : source_(source), minter_(minter), clock_(clock), options_(options) {
  for (int i = 0; i < std::max(1, options.threads); ++i) {
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "doorman");
      Work();
    });
  }
}

Doorman::~Doorman() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::string Doorman::ClientSecret(std::string_view token, std::string_view x5t) {
  return absl::StrCat(base::Sv(token), " ", base::Sv(x5t));
}

Doorman::Kind Doorman::KindOf(std::string_view token) {
  return token.find('.') == std::string_view::npos ? Kind::kSession : Kind::kClientToken;
}

std::string Doorman::KeyOf(Kind kind, std::string_view secret) {
  // Tokens are kept as hashes here too: nothing in memory opens a session.
  std::string key = TokenHash(secret);
  key.push_back(static_cast<char>(kind));
  return key;
}

Doorman::Shard& Doorman::ShardOf(const std::string& key) {
  return shards_[absl::Hash<std::string>()(key) % kShards];
}

std::optional<VisitorOr> Doorman::Known(Kind kind, std::string_view secret) {
  std::string key = KeyOf(kind, secret);
  const absl::Time now = clock_.Now();
  Shard& shard = ShardOf(key);
  bool refresh = false;
  std::optional<VisitorOr> known;
  {
    const std::lock_guard lock(shard.mutex);
    const auto it = shard.entries.find(key);
    if (it == shard.entries.end()) return std::nullopt;
    Entry& entry = it->second;
    const absl::Duration age = now - entry.checked;
    if (!entry.visitor.ok()) {
      if (age >= kRemember) return std::nullopt;
      return entry.visitor;
    }
    if (*entry.visitor == nullptr || age >= options_.trust || age < absl::ZeroDuration() ||
        now >= (*entry.visitor)->credential.ends || now >= (*entry.visitor)->grant_ends) {
      return std::nullopt;
    }
    if (age >= options_.trust / 2 && !entry.looking) {
      entry.looking = true;
      refresh = true;
    }
    known = entry.visitor;
  }
  if (refresh && !Enqueue({key, kind, std::string(secret)})) {
    const std::lock_guard lock(shard.mutex);
    const auto it = shard.entries.find(key);
    if (it != shard.entries.end()) it->second.looking = false;
  }
  return known;
}

void Doorman::LookUp(Kind kind, std::string_view secret, Done done) {
  Job job{KeyOf(kind, secret), kind, std::string(secret)};
  Shard& shard = ShardOf(job.key);
  {
    const std::lock_guard lock(shard.mutex);
    if (shard.entries.size() >= kMaxPerShard) Purge(shard, clock_.Now());
    Entry& entry = shard.entries[job.key];
    entry.waiting.push_back(std::move(done));
    if (entry.looking) return;
    entry.looking = true;
  }
  const std::string key = job.key;
  if (Enqueue(std::move(job))) return;
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(shard.mutex);
    Entry& entry = shard.entries[key];
    entry.looking = false;
    waiting.swap(entry.waiting);
  }
  for (const Done& one : waiting) one(errors::TooManySignIns());
}

absl::Status Doorman::CheckAddress(const Visitor& visitor, std::string_view token,
                                   std::string_view peer) {
  const std::string& bound = visitor.credential.address;
  if (bound.empty() || bound == peer) return absl::OkStatus();
  std::string address = AddressOf(peer);
  if (bound == address) return absl::OkStatus();
  Forget(Kind::kSession, token);
  Post([this, token = std::string(token), address = std::move(address)] {
    source_.EndMoved(token, address, clock_.Now());
    Forget(Kind::kSession, token);
  });
  return errors::SessionMoved();
}

void Doorman::Forget(Kind kind, std::string_view secret) {
  const std::string key = KeyOf(kind, secret);
  Shard& shard = ShardOf(key);
  const std::lock_guard lock(shard.mutex);
  const auto it = shard.entries.find(key);
  if (it == shard.entries.end()) return;
  it->second.checked = absl::InfinitePast();
  it->second.stale = it->second.looking;
}

void Doorman::ForgetSubject(std::string_view subject) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (auto& [key, entry] : shard.entries) {
      const bool known = entry.visitor.ok() && *entry.visitor != nullptr;
      if (known && (*entry.visitor)->credential.principal.subject != subject) continue;
      // A look-up under way may be for this subject too.
      // What was refused may be let in now.
      if (!known && !entry.looking && entry.visitor.ok()) continue;
      entry.checked = absl::InfinitePast();
      entry.stale = entry.looking;
    }
  }
}

bool Doorman::Enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= options_.queue) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Doorman::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Run(job);
    lock.lock();
  }
}

bool Doorman::Post(std::function<void()> task) {
  return Enqueue({{}, Kind::kSession, {}, std::move(task)});
}

void Doorman::Run(const Job& job) {
  if (job.task != nullptr) return job.task();
  Shard& shard = ShardOf(job.key);
  VisitorOr visitor = std::shared_ptr<const Visitor>();
  std::vector<Done> waiting;
  // A second round is for those who were forgotten while the first was under way.
  for (int round = 0; round < 2; ++round) {
    std::shared_ptr<const Visitor> before;
    {
      const std::lock_guard lock(shard.mutex);
      Entry& entry = shard.entries[job.key];
      entry.stale = false;
      if (entry.visitor.ok()) before = *entry.visitor;
    }
    const absl::Time asked = clock_.Now();
    visitor = Make(job, before, asked);
    const std::lock_guard lock(shard.mutex);
    Entry& entry = shard.entries[job.key];
    if (entry.stale && round == 0) continue;
    // A failure of the database says nothing about the credential: nothing is remembered of it.
    const bool answer = visitor.ok() || absl::IsUnauthenticated(visitor.status());
    if (answer) entry.visitor = visitor;
    entry.checked = answer ? asked : absl::InfinitePast();
    entry.looking = false;
    waiting.swap(entry.waiting);
    break;
  }
  for (const Done& done : waiting) done(visitor);
}

VisitorOr Doorman::Make(const Job& job, const std::shared_ptr<const Visitor>& before,
                        absl::Time now) {
  absl::StatusOr<Credential> credential = job.kind == Kind::kSession
                                              ? source_.BySession(job.secret, now)
                                              : OpenClient(source_, job.secret, now);
  if (!credential.ok()) return credential.status();
  auto visitor = std::make_shared<Visitor>();
  visitor->credential = *std::move(credential);
  for (const auth::Grant& grant : visitor->credential.principal.grants) {
    visitor->grant_ends = std::min(visitor->grant_ends, grant.ends);
  }
  if (before != nullptr && before->credential.principal == visitor->credential.principal &&
      before->token_expires > now + kSpareLife) {
    visitor->authorization = before->authorization;
    visitor->token_expires = before->token_expires;
    return std::shared_ptr<const Visitor>(std::move(visitor));
  }
  const auto token = minter_.Mint(visitor->credential.principal, now, options_.token_life);
  if (!token.ok()) return token.status();
  visitor->authorization = backend::Slice::Copy(absl::StrCat("Bearer ", *token));
  visitor->token_expires = now + options_.token_life;
  return std::shared_ptr<const Visitor>(std::move(visitor));
}

void Doorman::Purge(Shard& shard, absl::Time now) {
  for (auto it = shard.entries.begin(); it != shard.entries.end();) {
    const auto here = it++;
    if (!here->second.looking && now - here->second.checked >= options_.trust) {
      shard.entries.erase(here);
    }
  }
}

}  // namespace ronghe::gateway::access
