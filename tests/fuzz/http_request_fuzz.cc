// Bytes of a connection: the parser, what the front reads of the headers, and the transcoder.
#include "services/gateway/http/cookies.h"
#include "services/gateway/http/origins.h"
#include "services/gateway/http/request_parser.h"
#include "tests/fuzz/contracts.h"

namespace ronghe::gateway::http {
namespace {

struct Parsed {
  int refusal = 0;
  bool done = false;
  size_t used = 0;
  Request request;
};

Parsed Parse(std::string_view bytes, size_t step) {
  Parsed parsed;
  RequestParser parser(parsed.request, ParserLimits(), [] { return uint64_t{64 * 1024}; });
  size_t seen = 0;
  while (seen < bytes.size() && !parser.is_done() && parsed.refusal == 0) {
    seen = std::min(bytes.size(), seen + step);
    parsed.used += parser.Feed(bytes.substr(parsed.used, seen - parsed.used), &parsed.refusal);
  }
  parsed.done = parser.is_done() && parsed.refusal == 0;
  return parsed;
}

// However the bytes come, they are the same request.
void CheckSame(const Parsed& a, const Parsed& b) {
  FUZZ_CHECK(a.done == b.done);
  if (!a.done) return;
  FUZZ_CHECK(a.used == b.used);
  FUZZ_CHECK(a.request.method == b.request.method && a.request.path == b.request.path &&
             a.request.query == b.request.query && a.request.body == b.request.body);
  for (const KeptHeader& kept : KeptHeaders()) {
    FUZZ_CHECK(a.request.*kept.value == b.request.*kept.value);
    FUZZ_CHECK((a.request.*kept.value).find_first_of("\r\n") == std::string::npos);
    FUZZ_CHECK((a.request.*kept.value).find('\0') == std::string::npos);
  }
}

}  // namespace
}  // namespace ronghe::gateway::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace http = ronghe::gateway::http;
  static const auto* const kOrigins =
      new http::Origins(http::Origins::Parse({"https://ronghe.example"}).value());
  if (size == 0) return 0;
  const size_t step = 1 + data[0] % 16;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const http::Parsed whole = http::Parse(bytes, std::max<size_t>(1, bytes.size()));
  http::CheckSame(whole, http::Parse(bytes, step));
  if (!whole.done) return 0;
  const http::Request& request = whole.request;
  http::CookieValue(request.cookie, http::SessionCookieName(true));
  const bool own = kOrigins->Own(request.origin, request.sec_fetch_site, request.host, true);
  FUZZ_CHECK(!own || request.origin.empty() || request.origin.size() >= 22);
  kOrigins->KnowsHost(request.host);
  ronghe::fuzz::Contracts::Get().Transcode(request.method, request.path,
                                           {.query = request.query,
                                            .body = request.body,
                                            .idempotency_key = request.idempotency_key,
                                            .if_match = request.if_match});
  return 0;
}
