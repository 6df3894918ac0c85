// What is kept of an HTTP request?
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ronghe::gateway::http {

// Strings are kept from request to request so that they need no new memory.
struct Request {
  std::string method;
  std::string path;   // as sent, before the "?"
  std::string query;  // as sent, after it
  std::string host;
  std::string origin;
  std::string sec_fetch_site;
  std::string authorization;
  std::string cookie;
  std::string content_type;
  std::string idempotency_key;
  std::string if_match;
  std::string if_none_match;
  std::string traceparent;
  std::string csrf;
  std::string purpose;
  std::string validate_only;
  std::string accept;
  std::string accept_encoding;
  std::string body;
  absl::Time received;

  void Clear();
};

// A header that is kept of a request.
struct KeptHeader {
  std::string_view name;  // in lower case
  std::string Request::*value;
};

// All of them.
std::span<const KeptHeader> KeptHeaders();

}  // namespace ronghe::gateway::http
