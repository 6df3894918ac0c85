#include "services/gateway/http/request_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <utility>

namespace ronghe::gateway::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::array<KeptHeader, 15> kKept = {{
    {"host", &Request::host},
    {"origin", &Request::origin},
    {"sec-fetch-site", &Request::sec_fetch_site},
    {"authorization", &Request::authorization},
    {"cookie", &Request::cookie},
    {"content-type", &Request::content_type},
    {"idempotency-key", &Request::idempotency_key},
    {"if-match", &Request::if_match},
    {"if-none-match", &Request::if_none_match},
    {"traceparent", &Request::traceparent},
    {"x-ronghe-csrf", &Request::csrf},
    {"x-ronghe-purpose", &Request::purpose},
    {"x-ronghe-validate-only", &Request::validate_only},
    {"accept", &Request::accept},
    {"accept-encoding", &Request::accept_encoding},
}};
constexpr size_t kHost = 0;
constexpr std::string_view kLastChunk = "0\r\n\r\n";
// What a body keeps of its memory between requests.
constexpr size_t kKeepBytes = 64 * 1024;

}  // namespace

void Request::Clear() {
  for (std::string* text : {&method, &path, &query}) text->clear();
  for (const KeptHeader& kept : kKept) (this->*kept.value).clear();
  if (body.capacity() > kKeepBytes) {
    std::string().swap(body);
  } else {
    body.clear();
  }
}

std::span<const KeptHeader> KeptHeaders() { return kKept; }

RequestParser::RequestParser(Request& request, const ParserLimits& limits,
                             std::function<uint64_t()> max_body)
    : request_(request), limits_(limits), max_body_(std::move(max_body)) {
  header_limit(limits.max_header_bytes);
  eager(true);
}

size_t RequestParser::Feed(std::string_view bytes, int* refusal) {
  fed_ = bytes;
  size_t used = 0;
  while (!is_done()) {
    // Until a chunked body is over at least its last line must come; of less Beast can't say what
    // it is.
    if (is_header_done() && chunked() && bytes.size() - used < kLastChunk.size()) break;
    error_code ec;
    const size_t taken = put({bytes.data() + used, bytes.size() - used}, ec);
    used += taken;
    // Beast bounds what it takes at a time, not their sum.
    if (!is_header_done() && (header_bytes_ += taken) > limits_.max_header_bytes) {
      ec = beast::http::error::header_limit;
    }
    if (ec == beast::http::error::need_more) break;
    if (ec) {
      *refusal = ec == beast::http::error::header_limit ? 431
                 : ec == beast::http::error::body_limit ? 413
                                                        : status_;
      return used;
    }
    if (taken == 0) break;
  }
  // A chunk's size or the lines after the last chunk: what is not taken must not grow for ever.
  if (!is_done() && bytes.size() - used > limits_.max_header_bytes) *refusal = 431;
  return used;
}

void RequestParser::Refuse(int status, error_code& ec) {
  status_ = status;
  ec = beast::http::error::bad_value;
}

void RequestParser::on_request_impl(beast::http::verb, string_view method, string_view target,
                                    int version, error_code& ec) {
  version_ = version;
  if (target.size() > limits_.max_target_bytes) return Refuse(414, ec);
  const bool ascii =
      std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (target.front() != '/' || !ascii) return Refuse(400, ec);
  request_.method.assign(method.data(), method.size());
  const std::string_view whole(target.data(), target.size());
  const size_t question = whole.find('?');
  request_.path = whole.substr(0, question);
  request_.query =
      question == std::string_view::npos ? std::string_view() : whole.substr(question + 1);
  body_limit(max_body_());
}

// Beast joins the lines of a folded header; then its value is a copy, or a line end stands before
// it.
bool RequestParser::Folded(string_view name, string_view value) const {
  const char* const from = name.data() + name.size();
  const char* const to = value.data() + value.size();
  const std::less<> before;
  if (before(to, from) || before(fed_.data() + fed_.size(), to)) return true;
  return std::find(from, to, '\n') != to;
}

void RequestParser::on_field_impl(field known, string_view name, string_view value,
                                  error_code& ec) {
  if (header_over_ || Folded(name, value)) return Refuse(400, ec);
  if (++headers_ > limits_.max_headers) return Refuse(431, ec);
  Framing(known, value, ec);
  if (!ec) Keep(name, value, ec);
}

void RequestParser::Framing(field known, string_view value, error_code& ec) {
  if (known == field::content_length) {
    const bool digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || std::exchange(length_seen_, true)) Refuse(400, ec);
  } else if (known == field::transfer_encoding) {
    if (version_ < 11 || !beast::iequals(value, "chunked")) Refuse(400, ec);
  } else if (known == field::expect) {
    expects_continue_ = beast::iequals(value, "100-continue");
  }
}

void RequestParser::Keep(string_view name, string_view value, error_code& ec) {
  for (size_t i = 0; i < kKept.size(); ++i) {
    if (!beast::iequals(name, string_view(kKept[i].name.data(), kKept[i].name.size()))) continue;
    // A list may come in several parts, of which the first is enough.
    const bool list =
        kKept[i].value == &Request::accept || kKept[i].value == &Request::accept_encoding;
    if (seen_[i] && !list) return Refuse(400, ec);
    if (!seen_[i]) (request_.*kKept[i].value).assign(value.data(), value.size());
    seen_[i] = true;
    return;
  }
}

void RequestParser::on_header_impl(error_code& ec) {
  header_over_ = true;
  if (version_ >= 11 && !seen_[kHost]) Refuse(400, ec);
}

void RequestParser::on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) {
  if (length) request_.body.reserve(static_cast<size_t>(std::min<uint64_t>(*length, kKeepBytes)));
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& ec) {
  if (!extensions.empty()) Refuse(400, ec);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

}  // namespace ronghe::gateway::http
