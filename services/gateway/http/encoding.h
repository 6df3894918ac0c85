// May an answer go out compressed, and how does it become so?
#pragma once

#include <string>
#include <string_view>

namespace ronghe::gateway::http {

// Whether an Accept-Encoding header (RFC 9110, 12.5.3) takes gzip: named, or by "*", with a weight
// above 0. A missing header, which would take anything, is not asked for trouble.
bool AcceptsGzip(std::string_view accept_encoding);

// `bytes` as one gzip member (RFC 1952), as short as zlib makes it.
std::string Gzip(std::string_view bytes);

}  // namespace ronghe::gateway::http
