// Is what came an HTTP request, and one that every reader understands alike? Beast's parser, made
// strict: whatever RFC 9112 lets two readers take differently is refused, because a reader before
// us may have taken it the other way (request smuggling).
#pragma once

#include <bitset>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "services/gateway/http/request.h"

namespace ronghe::gateway::http {

struct ParserLimits {
  uint32_t max_header_bytes = 16 * 1024;
  uint32_t max_headers = 100;
  uint32_t max_target_bytes = 8 * 1024;
};

// Parses one request into a Request. Refused, besides what is no HTTP/1.0 or 1.1:
//   a target that is no path (absolute form, authority form, "*") or not ASCII;
//   a kept header that stands twice, except Accept; a missing Host in HTTP/1.1;
//   Content-Length twice or with anything but digits, or together with Transfer-Encoding;
//   a Transfer-Encoding other than "chunked", or in HTTP/1.0; chunk extensions and trailers;
//   folded header lines.
class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  using error_code = boost::system::error_code;

  // `max_body` gives the limit of the body when method, path and query stand in `request`.
  RequestParser(Request& request, const ParserLimits& limits, std::function<uint64_t()> max_body);

  // Takes bytes and returns how many; an HTTP status in `refusal` when they can't be the rest of a
  // request, after which nothing more may be fed. What is not taken must be fed again with more
  // behind it.
  size_t Feed(std::string_view bytes, int* refusal);

  using basic_parser::is_done;
  using basic_parser::is_header_done;
  using basic_parser::keep_alive;
  bool expects_continue() const { return expects_continue_; }

 private:
  using string_view = boost::beast::string_view;
  using field = boost::beast::http::field;

  void on_request_impl(boost::beast::http::verb, string_view method, string_view target,
                       int version, error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field known, string_view name, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code& ec) override;
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  void Refuse(int status, error_code& ec);
  bool Folded(string_view name, string_view value) const;
  void Framing(field known, string_view value, error_code& ec);
  void Keep(string_view name, string_view value, error_code& ec);

  Request& request_;
  const ParserLimits limits_;
  const std::function<uint64_t()> max_body_;
  std::string_view fed_;
  int status_ = 400;
  int version_ = 11;
  uint32_t headers_ = 0;
  size_t header_bytes_ = 0;
  std::bitset<32> seen_;  // by position in KeptHeaders()
  bool length_seen_ = false;
  bool expects_continue_ = false;
  bool header_over_ = false;
};

}  // namespace ronghe::gateway::http
