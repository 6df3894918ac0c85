#include "services/gateway/http/request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace ronghe::gateway::http {
namespace {

constexpr uint64_t kMaxBody = 1000;

struct Outcome {
  // 0: a whole request; -1: not yet one.
  int status = -1;
  size_t left = 0;
  Request request;
};

// Feeds `raw` in pieces of `step` bytes, as a connection does.
Outcome Parse(std::string_view raw, size_t step, const ParserLimits& limits = {}) {
  Outcome outcome;
  RequestParser parser(outcome.request, limits, [] { return kMaxBody; });
  std::string buffer;
  for (size_t at = 0; at < raw.size() && !parser.is_done(); at += step) {
    buffer.append(raw.substr(at, step));
    int refusal = 0;
    buffer.erase(0, parser.Feed(buffer, &refusal));
    if (refusal != 0) {
      outcome.status = refusal;
      return outcome;
    }
  }
  if (parser.is_done()) outcome.status = 0;
  outcome.left = buffer.size();
  return outcome;
}

TEST(RequestParserTest, KeepsWhatMeansSomething) {
  const std::string raw =
      "POST /v1/x?a=b HTTP/1.1\r\nHost: h\r\nX-Other: o\r\nX-RONGHE-Purpose: p\r\n"
      "Content-Length: 3\r\n\r\nabcGET";
  for (const size_t step : {raw.size(), size_t{1}, size_t{7}}) {
    const Outcome outcome = Parse(raw, step);
    ASSERT_EQ(outcome.status, 0) << step;
    EXPECT_EQ(outcome.request.method, "POST");
    EXPECT_EQ(outcome.request.path, "/v1/x");
    EXPECT_EQ(outcome.request.query, "a=b");
    EXPECT_EQ(outcome.request.host, "h");
    EXPECT_EQ(outcome.request.purpose, "p");
    EXPECT_EQ(outcome.request.body, "abc");
  }
  EXPECT_EQ(Parse(raw, raw.size()).left, 3u);
}

TEST(RequestParserTest, ChunksComeInAnyPieces) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view chunks : {"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", "0\r\n\r\n"}) {
    for (size_t step = 1; step < 12; ++step) {
      const Outcome outcome = Parse(base::Cat(head, chunks), step);
      EXPECT_EQ(outcome.status, 0) << step;
      EXPECT_EQ(outcome.request.body, chunks.size() > 10 ? "abc0123456789" : "") << step;
    }
  }
  // Half of the last line, and what is none.
  EXPECT_EQ(Parse(head + "0\r\n\x03", 1).status, -1);
  EXPECT_EQ(Parse(head + "0\r\n\x03\r\n\r\n", 1).status, 400);
}

TEST(RequestParserTest, WhatTwoReadersCouldTakeDifferentlyIsRefused) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n";
  using namespace std::string_literals;
  const std::vector<std::string> cases = {
      // Where the body ends.
      post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      chunked + "Content-Length: 3\r\n\r\n0\r\n\r\n",
      post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
      post + "Content-Length: 3, 3\r\n\r\nabc",
      post + "Content-Length: +3\r\n\r\nabc",
      post + "Content-Length: 0x3\r\n\r\nabc",
      post + "Content-Length: -1\r\n\r\n",
      post + "Content-Length:\r\n\r\n",
      post + "Content-Length: 99999999999999999999\r\n\r\n",
      post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: identity\r\n\r\n",
      post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
      chunked + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      // Chunks.
      chunked + "\r\nzz\r\nabc",
      chunked + "\r\n0x3\r\nabc\r\n0\r\n\r\n",
      chunked + "\r\n-1\r\nabc",
      chunked + "\r\nfffffffffffffffff\r\n",
      chunked + "\r\n3;ext=1\r\nabc\r\n0\r\n\r\n",
      chunked + "\r\n3\r\nabcd\r\n0\r\n\r\n",
      chunked + "\r\n3\nabc\n0\n\n\r\n\r\n",
      chunked + "\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
      chunked + "\r\n0;x\r\n\r\n",
      // Lines.
      get + "X-Fold: a\r\n b\r\n\r\n",
      get + "X-Fold:\r\n b\r\n\r\n",
      get + "X-Fold: a\r\n \r\n\r\n",
      post + "Content-Length:\r\n 3\r\n\r\nabc",
      "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
      "GET / HTTP/1.1\nHost: h\n\n\r\n\r\n",
      get + "X: a\nY: b\r\n\r\n",
      get + "X: a\rY: b\r\n\r\n",
      get + "X: a\0b\r\n\r\n"s,
      get + "X : a\r\n\r\n",
      get + ": a\r\n\r\n",
      get + "No colon\r\n\r\n",
      get + "X\x80: a\r\n\r\n",
      // Twice what may stand once.
      get + "Host: other\r\n\r\n",
      get + "Authorization: a\r\nAuthorization: b\r\n\r\n",
      get + "Cookie: a=1\r\nCookie: a=2\r\n\r\n",
      get + "X-Ronghe-CSRF: a\r\nx-ronghe-csrf: b\r\n\r\n",
      get + "X-Ronghe-Validate-Only: true\r\nX-Ronghe-Validate-Only: false\r\n\r\n",
      get + "Origin: a\r\nOrigin: b\r\n\r\n",
      // The request line.
      "GET / HTTP/1.1\r\n\r\n",
      "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
      "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
      "GET / http/1.1\r\nHost: h\r\n\r\n",
      "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /\x80 HTTP/1.1\r\nHost: h\r\n\r\n",
      "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
      "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  };
  for (const std::string& raw : cases) {
    for (const size_t step : {raw.size(), size_t{1}, size_t{5}}) {
      EXPECT_EQ(Parse(raw, step).status, 400) << step << ": " << raw;
    }
  }
}

TEST(RequestParserTest, WhatGrowsHasALimit) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string many = get, wide = get;
  for (int i = 0; i < 101; ++i) absl::StrAppend(&many, "X", i, ": y\r\n");
  for (int i = 0; i < 40; ++i) absl::StrAppend(&wide, "X", i, ": ", std::string(1000, 'y'), "\r\n");
  const std::vector<std::pair<std::string, int>> cases = {
      {absl::StrCat("GET /", std::string(9000, 'a'), " HTTP/1.1\r\nHost: h\r\n\r\n"), 414},
      {absl::StrCat("GET /?", std::string(9000, 'a'), " HTTP/1.1\r\nHost: h\r\n\r\n"), 414},
      {absl::StrCat("GET /", std::string(40000, 'a')), 431},
      {std::string(40000, 'G'), 431},
      {absl::StrCat(get, "X: ", std::string(40000, 'a')), 431},
      {many + "\r\n", 431},
      {wide + "\r\n", 431},
      {absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ", kMaxBody + 1, "\r\n\r\n"),
       413},
      {absl::StrCat(chunked, "3e9\r\n"), 413},
      {absl::StrCat(chunked, "200\r\n", std::string(0x200, 'a'), "\r\n200\r\n"), 413},
      // A line that never ends, where a chunk's size or the end of the body should stand.
      {absl::StrCat(chunked, std::string(40000, '0')), 431},
      {absl::StrCat(chunked, "0\r\n", std::string(40000, 'a')), 431},
  };
  for (const auto& [raw, status] : cases) {
    for (const size_t step : {raw.size(), size_t{64}}) {
      EXPECT_EQ(Parse(raw, step).status, status) << step << ": " << raw.substr(0, 100);
    }
  }
}

}  // namespace
}  // namespace ronghe::gateway::http
