// Which certificate did the other end of a connection show?
#pragma once

#include <string>
#include <string_view>

struct x509_st;

namespace ronghe::gateway::http {

// A client certificate that our authority signed. All empty: none was shown.
struct ClientCertificate {
  std::string der;
  // Base64url of its SHA-256, without padding: "x5t#S256" of RFC 8705, 3.1.
  std::string x5t_s256;
  // The common name of its subject; empty where it has none.
  std::string common_name;
};

// What `certificate` says; empty for null.
ClientCertificate ReadCertificate(const x509_st* certificate);

}  // namespace ronghe::gateway::http
