#include "services/gateway/http/caller.h"

#include <algorithm>
#include <cstddef>

#include "common/rpc/personal_text.h"
#include "services/gateway/http/refusals.h"

namespace ronghe::gateway::http {
namespace {

constexpr size_t kMaxPurpose = 64;

}  // namespace

bool IsPurpose(std::string_view text) {
  const bool code = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
  return code && !text.empty() && text.size() <= kMaxPurpose &&
         rpc::FindPersonalNumber(text) == nullptr;
}

absl::Status CheckCaller(std::string_view purpose, std::string_view validate_only) {
  if (!purpose.empty() && !IsPurpose(purpose)) return refusals::PurposeInvalid();
  if (validate_only.empty() || validate_only == "true" || validate_only == "false") {
    return absl::OkStatus();
  }
  return refusals::ValidateOnlyInvalid();
}

}  // namespace ronghe::gateway::http
