#include "services/gateway/http/address_limits.h"

#include <arpa/inet.h>

namespace ronghe::gateway::http {

std::string AddressKey(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  in6_addr v6;
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return text;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return text.substr(text.rfind(':') + 1);
  return std::string(reinterpret_cast<const char*>(v6.s6_addr), 8);
}

bool AddressLimits::Connect(std::string_view address) {
  std::string key = AddressKey(address);
  const std::lock_guard lock(mutex_);
  int& count = connections_[std::move(key)];
  if (count >= options_.max_connections) return false;
  ++count;
  return true;
}

void AddressLimits::Disconnect(std::string_view address) {
  const std::string key = AddressKey(address);
  const std::lock_guard lock(mutex_);
  const auto it = connections_.find(key);
  if (it != connections_.end() && --it->second == 0) connections_.erase(it);
}

const access::Rate& AddressLimits::RateOf(Kind kind) const {
  static constexpr access::Rate kOnceASecond = {1, 1};
  switch (kind) {
    case Kind::kAnonymous:
      return options_.anonymous;
    case Kind::kSignIn:
      return options_.sign_in;
    case Kind::kFile:
      return options_.file;
    case Kind::kNotice:
      return kOnceASecond;
  }
  return options_.anonymous;
}

absl::Duration AddressLimits::Take(Kind kind, std::string_view address, absl::Time now) {
  return buckets_[static_cast<size_t>(kind)].Take(AddressKey(address), RateOf(kind), now);
}

absl::Duration AddressLimits::Wait(Kind kind, std::string_view address, absl::Time now) {
  return buckets_[static_cast<size_t>(kind)].Wait(AddressKey(address), RateOf(kind), now);
}

}  // namespace ronghe::gateway::http
