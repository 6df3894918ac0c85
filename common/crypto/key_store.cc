#include "common/crypto/key_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::crypto {
namespace {

absl::Status Fixed() {
  return error::Make(absl::StatusCode::kFailedPrecondition, "KEY_RING_FIXED",
                     "此进程没有可更换的密钥环");
}

}  // namespace

KeySet::KeySet(KeyRing ring) : ring_(std::move(ring)) {
  for (const auto& [version, key] : ring_.keys()) {
    entries_.emplace(version,
                     Entry{key.suite, internal::Aead::Create(key.suite, key.bytes.view())});
  }
}

const KeySet::Entry* KeySet::Find(uint32_t version) const {
  const auto it = entries_.find(version);
  return it == entries_.end() ? nullptr : &it->second;
}

KeyStore::KeyStore(KeyRing ring) { Install(std::move(ring)); }

KeyStore::KeyStore(std::unique_ptr<KeySource> source, std::string mark, KeyRing ring)
    : source_(std::move(source)), mark_(std::move(mark)) {
  Install(std::move(ring));
}

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Open(std::unique_ptr<KeySource> source) {
  // The mark before the ring: a change in between is noticed at the next look.
  RONGHE_ASSIGN_OR_RETURN(std::string mark, source->Mark());
  RONGHE_ASSIGN_OR_RETURN(KeyRing ring, source->Load());
  return std::unique_ptr<KeyStore>(
      new KeyStore(std::move(source), std::move(mark), std::move(ring)));
}

void KeyStore::Install(KeyRing ring) {
  sets_.push_back(std::make_unique<KeySet>(std::move(ring)));
  current_.store(sets_.back().get(), std::memory_order_release);
}

absl::StatusOr<bool> KeyStore::Refresh() {
  if (source_ == nullptr) return false;
  std::lock_guard lock(mutex_);
  RONGHE_ASSIGN_OR_RETURN(std::string mark, source_->Mark());
  if (mark == mark_) return false;
  RONGHE_ASSIGN_OR_RETURN(KeyRing fresh, source_->Load());
  if (fresh.index_suite() != ring().index_suite() ||
      !ConstantTimeEqual(fresh.index_key(), ring().index_key())) {
    return error::Make(absl::StatusCode::kInvalidArgument, "KEY_RING_INVALID",
                       "新的密钥环更换了索引密钥，未予采用");
  }
  Install(std::move(fresh));
  mark_ = std::move(mark);
  return true;
}

absl::Status KeyStore::Change(absl::Status changed) {
  RONGHE_RETURN_IF_ERROR(changed);
  return Refresh().status();
}

absl::Status KeyStore::Rotate(Suite suite) {
  return source_ == nullptr ? Fixed() : Change(source_->Rotate(suite));
}

absl::Status KeyStore::Retire(uint32_t version) {
  return source_ == nullptr ? Fixed() : Change(source_->Retire(version));
}

}  // namespace ronghe::crypto
