#include "services/gateway/http/cookies.h"

#include "common/base/strings.h"

namespace ronghe::gateway::http {

std::string_view SessionCookieName(bool secure) {
  return secure ? "__Host-ronghe_session" : "ronghe_session";
}

std::string SetSessionCookie(std::string_view token, bool secure) {
  return base::Cat("Set-Cookie: ", SessionCookieName(secure), "=", token,
                   "; Path=/; HttpOnly; Secure; SameSite=Strict",
                   token.empty() ? "; Max-Age=0\r\n" : "\r\n");
}

std::string_view CookieValue(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

}  // namespace ronghe::gateway::http
