// Under which names do people and systems reach the gateway, and does a request come from a page of
// our own?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ronghe::gateway::http {

class Origins {
 public:
  // No names: every Host is known, and own is whatever names the Host of the request. For loopback
  // addresses.
  Origins() = default;

  // `origins` as "https://ronghe.example.gov.cn" or "https://10.1.2.3:8443"; none: as above.
  // INVALID_ARGUMENT ORIGIN_INVALID.
  static absl::StatusOr<Origins> Parse(const std::vector<std::string>& origins);

  bool any() const { return origins_.empty(); }

  // Whether a Host header is one of our names.
  bool KnowsHost(std::string_view host) const;

  // Whether a request of a browser was made by a page of ours, as its headers say: Origin and
  // Sec-Fetch-Site, of which old browsers and other programs send neither. `secure`: it came by
  // TLS.
  bool Own(std::string_view origin, std::string_view sec_fetch_site, std::string_view host,
           bool secure) const;

 private:
  // In lower case and without the port that the scheme implies.
  std::vector<std::string> origins_;
};

}  // namespace ronghe::gateway::http
