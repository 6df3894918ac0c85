// How does the session token travel as a cookie?
#pragma once

#include <string>
#include <string_view>

namespace ronghe::gateway::http {

// The cookie that holds the session token: "__Host-ronghe_session" over TLS, which a browser takes
// from this very host over TLS alone, and "ronghe_session" on a loopback address in plain text.
std::string_view SessionCookieName(bool secure);

// The header line that sets it, "Set-Cookie: …\r\n"; an empty `token` takes it away. `token` must
// be one of ours: base64url.
std::string SetSessionCookie(std::string_view token, bool secure);

// The value of a cookie in a Cookie header; empty when it is not there.
std::string_view CookieValue(std::string_view header, std::string_view name);

}  // namespace ronghe::gateway::http
