#include "services/gateway/oidc/fetch.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::gateway::oidc {
namespace {

struct Sink {
  std::string body;
  size_t most = 0;
};

size_t Take(char* data, size_t size, size_t count, void* into) {
  Sink& sink = *static_cast<Sink*>(into);
  if (sink.body.size() + size * count > sink.most) return 0;
  sink.body.append(data, size * count);
  return size * count;
}

// `url` without the address and port of a prefix, or the whole when it does not start so.
bool HostIs(std::string_view url, std::string_view prefix) {
  if (!url.starts_with(prefix)) return false;
  url.remove_prefix(prefix.size());
  return url.empty() || url.front() == ':' || url.front() == '/';
}

}  // namespace

bool IsSafeUrl(std::string_view url) {
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '\\') return false;
  }
  if (url.find('@') != std::string_view::npos) return false;
  return (url.starts_with("https://") && url.size() > 8) || HostIs(url, "http://127.0.0.1") ||
         HostIs(url, "http://localhost") || HostIs(url, "http://[::1]");
}

std::string FormEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return encoded;
}

Fetcher::Fetcher(FetchOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

absl::StatusOr<FetchResult> Fetcher::Get(const std::string& url) const {
  return Run(url, nullptr, "");
}

absl::StatusOr<FetchResult> Fetcher::Post(const std::string& url, const std::string& form,
                                          const std::string& user,
                                          const std::string& password) const {
  std::string credentials = user.empty() ? std::string() : base::Cat(user, ":", password);
  auto result = Run(url, &form, credentials);
  crypto::Wipe(credentials);
  return result;
}

absl::StatusOr<FetchResult> Fetcher::Run(const std::string& url, const std::string* form,
                                         const std::string& credentials) const {
  if (!IsSafeUrl(url)) {
    return error::Make(absl::StatusCode::kInvalidArgument, "URL_INVALID",
                       "身份提供方的地址应为 https");
  }
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr) return absl::InternalError("curl_easy_init");
  Sink sink{.body = {}, .most = options_.max_bytes};
  char problem[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, problem);
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (form != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, form->c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(form->size()));
  }
  if (!credentials.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl.get(), CURLOPT_USERPWD, credentials.c_str());
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return error::Make(absl::StatusCode::kUnavailable, "IDENTITY_PROVIDER_UNREACHABLE",
                       "统一身份认证暂时无法访问,请稍后再试",
                       {{"problem", problem[0] != 0 ? problem : curl_easy_strerror(code)}});
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return FetchResult{static_cast<int>(status), std::move(sink.body)};
}

}  // namespace ronghe::gateway::oidc
