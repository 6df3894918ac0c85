#include "common/rpc/outgoing.h"

namespace ronghe::rpc {

void CancelToken::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  for (const auto& [id, hook] : hooks_) hook();
  hooks_.clear();
}

bool CancelToken::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

CancelHook::CancelHook(std::shared_ptr<CancelToken> token, std::function<void()> cancel)
    : token_(std::move(token)) {
  if (token_ == nullptr) return;
  absl::MutexLock lock(&token_->mutex_);
  if (token_->cancelled_) {
    cancel();
    return;
  }
  id_ = ++token_->next_;
  token_->hooks_.emplace_back(id_, std::move(cancel));
}

CancelHook::~CancelHook() {
  if (token_ == nullptr || id_ == 0) return;
  absl::MutexLock lock(&token_->mutex_);
  auto& hooks = token_->hooks_;
  for (auto it = hooks.begin(); it != hooks.end(); ++it) {
    if (it->first == id_) {
      hooks.erase(it);
      break;
    }
  }
}

}  // namespace ronghe::rpc
