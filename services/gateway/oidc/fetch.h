// How does the gateway ask another server over HTTPS? One blocking request at a time per call, with
// a limit on everything.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ronghe::gateway::oidc {

struct FetchOptions {
  // PEM authorities; empty: the system's.
  std::string ca_file;
  absl::Duration timeout = absl::Seconds(5);
  size_t max_bytes = 256 * 1024;
};

struct FetchResult {
  int status = 0;
  std::string body;
};

// Thread-safe.
class Fetcher {
 public:
  explicit Fetcher(FetchOptions options);

  // Follows no redirect; "http:" is taken for loopback addresses only. UNAVAILABLE
  // IDENTITY_PROVIDER_UNREACHABLE when there is no whole answer in time; INVALID_ARGUMENT
  // URL_INVALID.
  absl::StatusOr<FetchResult> Get(const std::string& url) const;
  // The same, sending `form` as application/x-www-form-urlencoded, with HTTP basic authentication
  // where `user` is not empty. Both must be form-encoded already (RFC 6749, 2.3.1).
  absl::StatusOr<FetchResult> Post(const std::string& url, const std::string& form,
                                   const std::string& user, const std::string& password) const;

 private:
  absl::StatusOr<FetchResult> Run(const std::string& url, const std::string* form,
                                  const std::string& credentials) const;

  const FetchOptions options_;
};

// `text` as application/x-www-form-urlencoded writes it.
std::string FormEncode(std::string_view text);
// True for an https address, or an http one on loopback.
bool IsSafeUrl(std::string_view url);

}  // namespace ronghe::gateway::oidc
