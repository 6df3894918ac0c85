#include "services/gateway/http/origins.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::gateway::http {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool IsHost(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  });
}

// The origin as it is compared; empty for what is none.
std::string Normal(std::string_view origin) {
  std::string text = absl::AsciiStrToLower(base::Sv(origin));
  const bool https = text.starts_with(kHttps);
  if (!https && !text.starts_with(kHttp)) return {};
  const std::string_view scheme = https ? kHttps : kHttp;
  if (!IsHost(std::string_view(text).substr(scheme.size()))) return {};
  const std::string_view implied = https ? ":443" : ":80";
  if (text.ends_with(implied)) text.resize(text.size() - implied.size());
  return text;
}

std::string OriginOf(std::string_view host, bool secure) {
  return Normal(base::Cat(secure ? kHttps : kHttp, host));
}

}  // namespace

absl::StatusOr<Origins> Origins::Parse(const std::vector<std::string>& origins) {
  Origins parsed;
  for (const std::string& origin : origins) {
    std::string normal = Normal(origin);
    if (normal.empty()) {
      return error::Make(absl::StatusCode::kInvalidArgument, "ORIGIN_INVALID",
                         base::Cat("对外地址应为 https://主机名[:端口]:", origin),
                         {{"origin", origin}});
    }
    parsed.origins_.push_back(std::move(normal));
  }
  return parsed;
}

bool Origins::KnowsHost(std::string_view host) const {
  if (origins_.empty()) return IsHost(host);
  for (const bool secure : {true, false}) {
    if (std::find(origins_.begin(), origins_.end(), OriginOf(host, secure)) != origins_.end()) {
      return true;
    }
  }
  return false;
}

bool Origins::Own(std::string_view origin, std::string_view sec_fetch_site, std::string_view host,
                  bool secure) const {
  if (!sec_fetch_site.empty() && sec_fetch_site != "same-origin") return false;
  if (origin.empty()) return true;
  const std::string normal = Normal(origin);
  if (normal.empty()) return false;
  if (origins_.empty()) return normal == OriginOf(host, secure);
  return std::find(origins_.begin(), origins_.end(), normal) != origins_.end();
}

}  // namespace ronghe::gateway::http
