#include "services/gateway/http/front.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "nlohmann/json.hpp"
#include "services/gateway/testing/house.h"
#include "services/gateway/testing/http_client.h"
#include "services/gateway/testing/tls_client.h"

namespace ronghe::gateway::http {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::House;
using testing::HttpClient;
using testing::TlsClient;

const std::vector<std::string> kGood = {"Authorization: Bearer good"};

class FrontTest : public ::testing::Test {
 protected:
  Answer Ask(std::string_view method, std::string_view target,
             const std::vector<std::string>& headers = kGood, std::string_view body = {}) {
    HttpClient client(house_.http->port());
    return client.Ask(method, target, headers, body).value_or(Answer());
  }
  // The reason of an error, with its status: "404 NOT_FOUND".
  std::string Refusal(std::string_view method, std::string_view target,
                      const std::vector<std::string>& headers = kGood, std::string_view body = {}) {
    const Answer answer = Ask(method, target, headers, body);
    const json error = json::parse(answer.body, nullptr, false);
    if (error.is_discarded() || !error.contains("error")) return answer.body;
    EXPECT_EQ(error["error"]["code"], answer.status);
    EXPECT_FALSE(error["error"]["message"].get<std::string>().empty());
    for (const json& detail : error["error"].value("details", json::array())) {
      if (detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo") {
        return absl::StrCat(answer.status, " ", detail["reason"].get<std::string>());
      }
    }
    return absl::StrCat(answer.status);
  }

  House house_;
};

TEST_F(FrontTest, AnswersWithTheEtagInTheHeader) {
  const Answer answer = Ask("GET", "/v1/things/1");
  EXPECT_EQ(answer.status, 200) << answer.body;
  const json thing = json::parse(answer.body);
  EXPECT_EQ(thing["name"], "things/1");
  EXPECT_EQ(thing["count"], "1");
  EXPECT_TRUE(absl::StartsWith(thing["displayName"].get<std::string>(), "first accounts/1 "));
  EXPECT_EQ(answer.headers.at("etag"), "\"7\"");
  EXPECT_EQ(answer.headers.at("content-type"), "application/json; charset=utf-8");
}

TEST_F(FrontTest, TheTraceOfTheCallerReachesTheService) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const Answer answer =
      Ask("GET", "/v1/things/1",
          {kGood[0], absl::StrCat("traceparent: 00-", trace, "-00f067aa0ba902b7-01")});
  EXPECT_TRUE(absl::StrContains(answer.body, trace)) << answer.body;
}

TEST_F(FrontTest, ChangesCarryKeyAndBody) {
  const Answer answer =
      Ask("PATCH", "/v1/things/9", {kGood[0], "Idempotency-Key: k1", "If-Match: \"3\""},
          R"({"displayName":"名"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body),
            json::parse(R"({"name":"things/9","displayName":"名|k1","etag":"3"})"));
  EXPECT_EQ(answer.headers.at("etag"), "\"3\"");
}

TEST_F(FrontTest, TheRouteFieldPicksTheService) {
  EXPECT_TRUE(absl::StrContains(Ask("GET", "/v1/services/first/things").body, "first of"));
  EXPECT_TRUE(absl::StrContains(Ask("GET", "/v1/services/second/things").body, "second of"));
  EXPECT_EQ(Refusal("GET", "/v1/services/third/things"), "400 FIELD_INVALID");
}

TEST_F(FrontTest, ErrorsOfTheServiceComeWithTheirDetails) {
  const Answer answer = Ask("GET", "/v1/things/missing");
  EXPECT_EQ(answer.status, 404);
  const json error = json::parse(answer.body)["error"];
  EXPECT_EQ(error["status"], "NOT_FOUND");
  EXPECT_EQ(error["message"], "没有找到这件东西");
  bool found = false;
  for (const json& detail : error["details"]) {
    found = found || detail.value("metadata", json::object()).value("name", "") == "things/missing";
  }
  EXPECT_TRUE(found) << answer.body;
  EXPECT_EQ(Refusal("GET", "/v1/things/stale"), "412 ETAG_MISMATCH");
  const Answer busy = Ask("GET", "/v1/things/busy");
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.at("retry-after"), "2");
}

TEST_F(FrontTest, WhatTheTransportSaysStaysInside) {
  EXPECT_FALSE(absl::StrContains(Ask("GET", "/v1/things/bare").body, "10.0.0.7"));
  const Answer gone = Ask("GET", "/v1/services/gone/things");
  EXPECT_EQ(gone.status, 503);
  EXPECT_FALSE(absl::StrContains(gone.body, "127.0.0.1")) << gone.body;
}

TEST_F(FrontTest, HeadersAboutTheCallMustBeUnderstood) {
  EXPECT_EQ(Ask("GET", "/v1/things/1", {kGood[0], "X-Ronghe-Purpose: annual-check"}).status, 200);
  EXPECT_EQ(Ask("GET", "/v1/things/1", {kGood[0], "X-Ronghe-Validate-Only: true"}).status, 200);
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {kGood[0], "X-Ronghe-Validate-Only: yes"}),
            "400 FIELD_INVALID");
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {kGood[0], "X-Ronghe-Purpose: 查"}),
            "400 FIELD_INVALID");
  EXPECT_EQ(Refusal("GET", "/v1/things/1",
                    {kGood[0], absl::StrCat("X-Ronghe-Purpose: ", std::string(65, 'x'))}),
            "400 FIELD_INVALID");
}

// Says what it was asked, and holds requests to /plain/wait until it is let go.
class Plain : public PlainHandler {
 public:
  explicit Plain(std::string folder = "/plain/") : folder_(std::move(folder)) {}
  bool Owns(std::string_view path) const override { return path.starts_with(folder_); }
  PlainResponse Handle(const PlainRequest& request) override {
    if (request.path == "/plain/throw") throw std::runtime_error("secret");
    if (request.path == "/plain/wait") {
      waiting.fetch_add(1);
      go.WaitForNotification();
    }
    return {.status = 201,
            .content_type = "text/plain",
            .headers = "X-Plain: yes\r\n",
            .body = absl::StrCat(request.method, " ", request.path, "?", request.query, " ",
                                 request.headers.at("content-type"), " ", request.body, " ",
                                 request.peer)};
  }
  std::atomic<int> waiting = 0;
  absl::Notification go;

 private:
  const std::string folder_;
};

TEST(FrontPlainTest, AnswersWhatIsNoRpc) {
  Plain plain;
  House house({.plain = {&plain}});
  HttpClient client(house.http->port());
  const auto answer = client.Ask("PUT", "/plain/a?b=c", {}, "body");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->headers.at("x-plain"), "yes");
  EXPECT_EQ(answer->body, "PUT /plain/a?b=c application/json body 127.0.0.1");
  const auto thrown = client.Ask("GET", "/plain/throw");
  ASSERT_TRUE(thrown.has_value());
  EXPECT_EQ(thrown->status, 500);
  EXPECT_EQ(thrown->body, "");
  EXPECT_EQ(client.Ask("GET", "/page")->body, "a page");
}

TEST(FrontPlainTest, AFullPoolIsSaidAtOnceAndHoldsUpNoCallAndNoOtherHandler) {
  Plain plain, other("/other/");
  House house({.plain = {&plain, &other}});
  std::vector<std::unique_ptr<HttpClient>> waiting;
  int refused = 0;
  for (int i = 0; i < 65; ++i) {
    waiting.push_back(std::make_unique<HttpClient>(house.http->port()));
    ASSERT_TRUE(waiting.back()->Request("POST", "/plain/wait", {}, "x"));
  }
  // Of 65 there is room for 64: the only answer that comes is a refusal.
  std::vector<pollfd> polled;
  for (const auto& one : waiting) polled.push_back({one->fd(), POLLIN, 0});
  ASSERT_GT(::poll(polled.data(), polled.size(), 10000), 0);
  for (size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents == 0) continue;
    ++refused;
    const auto answer = waiting[i]->Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 503);
    EXPECT_TRUE(answer->headers.contains("retry-after"));
  }
  EXPECT_EQ(refused, 1);
  HttpClient client(house.http->port());
  EXPECT_EQ(client.Ask("GET", "/v1/things/1", kGood)->status, 200);
  EXPECT_EQ(client.Ask("POST", "/other/a", {}, "x")->status, 201);
  plain.go.Notify();
}

TEST_F(FrontTest, BadRequestsAreTypedErrors) {
  EXPECT_EQ(Refusal("POST", "/v1/things/1:submit", kGood, "{"), "400 JSON_INVALID");
  EXPECT_EQ(Refusal("POST", "/v1/things/1:submit", kGood, R"({"x":1})"), "400 FIELD_INVALID");
  EXPECT_EQ(Refusal("GET", "/v1/things/1?deep=maybe"), "400 FIELD_INVALID");
  EXPECT_EQ(Refusal("GET", "/v1/things/%zz"), "400 FIELD_INVALID");
  EXPECT_EQ(Refusal("GET", "/v1/nothing"), "404 ROUTE_NOT_FOUND");
  EXPECT_EQ(Refusal("GET", "/nothing"), "404 ROUTE_NOT_FOUND");
  EXPECT_EQ(Refusal("GET", "/../../etc/passwd"), "404 ROUTE_NOT_FOUND");
  EXPECT_EQ(Refusal("BREW", "/v1/things/1"), "405 METHOD_NOT_ALLOWED");
  const Answer wrong = Ask("DELETE", "/v1/things/1");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, PATCH");
  HttpClient client(house_.http->port());
  client.Send(
      "POST /v1/things/1:submit HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
      "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(client.Read()->status, 415);
  EXPECT_TRUE(absl::StrContains(client.Ask("GET", "/v1/things/1", kGood)->body, "things/1"));
  client.Send("nonsense\r\n\r\n");
  EXPECT_TRUE(absl::StrContains(client.Read()->body, "HTTP_INVALID"));
}

TEST_F(FrontTest, MoreThanAServiceTakesIsRefusedHere) {
  EXPECT_EQ(Refusal("POST", "/v1/things/1:submit", kGood,
                    absl::StrCat("{\"reason\":\"", std::string(5 << 20, 'x'), "\"}")),
            "413 BODY_TOO_LARGE");
  EXPECT_EQ(Refusal("POST", "/v1/things/1:submit", kGood,
                    absl::StrCat("{\"reason\":\"", std::string(9 << 20, 'x'), "\"}")),
            "413 BODY_TOO_LARGE");
}

TEST_F(FrontTest, NobodyComesInWithoutASession) {
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {}), "401 UNAUTHENTICATED_NO_TOKEN");
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {"Authorization: Basic good"}),
            "401 UNAUTHENTICATED_NO_TOKEN");
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {"Authorization: Bearer forged"}),
            "401 SESSION_INVALID");
  EXPECT_EQ(Ask("GET", "/v1/things/1", {}).headers.at("www-authenticate"), "Bearer");
  // A public method does not ask who calls, and passes no principal on.
  EXPECT_TRUE(absl::StrContains(Ask("POST", "/v1/things/1:submit", kGood, R"({"reason":"r"})").body,
                                "\"r|\""));
}

TEST_F(FrontTest, CookiesNeedTheirToken) {
  const std::string cookie = "Cookie: a=b; ronghe_session=good; c=d";
  EXPECT_EQ(Ask("GET", "/v1/things/1", {cookie}).status, 200);
  EXPECT_EQ(Refusal("PATCH", "/v1/things/1", {cookie}, "{}"), "403 CSRF_INVALID");
  EXPECT_EQ(Refusal("PATCH", "/v1/things/1", {cookie, "X-Ronghe-CSRF: wrong"}, "{}"),
            "403 CSRF_INVALID");
  EXPECT_EQ(Ask("PATCH", "/v1/things/1", {cookie, "X-Ronghe-CSRF: csrf"}, "{}").status, 200);
  // A bearer token is proof enough.
  EXPECT_EQ(Ask("PATCH", "/v1/things/1", kGood, "{}").status, 200);
}

TEST_F(FrontTest, ASessionThatMovedEnds) {
  house_.credentials.SetSession("here", "accounts/2");
  house_.credentials.BindSession("here", "127.0.0.1");
  EXPECT_EQ(Ask("GET", "/v1/things/1", {"Authorization: Bearer here"}).status, 200);
  house_.credentials.SetSession("there", "accounts/3");
  house_.credentials.BindSession("there", "10.0.0.7");
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {"Authorization: Bearer there"}), "401 SESSION_MOVED");
  // It ends in the background; until then it opens nothing either.
  std::string refusal;
  do {
    refusal = Refusal("GET", "/v1/things/1", {"Authorization: Bearer there"});
  } while (refusal == "401 SESSION_MOVED");
  EXPECT_EQ(refusal, "401 SESSION_INVALID");
}

TEST_F(FrontTest, TheSecondFactorComesBeforeThePassword) {
  house_.credentials.SetSession("half", "accounts/2", true);
  house_.credentials.SetSecondFactor("half", access::SecondFactor::kPending);
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {"Authorization: Bearer half"}),
            "403 SECOND_FACTOR_REQUIRED");
  house_.credentials.SetSession("bare", "accounts/3");
  house_.credentials.SetSecondFactor("bare", access::SecondFactor::kEnrolmentRequired);
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {"Authorization: Bearer bare"}),
            "403 SECOND_FACTOR_ENROLMENT_REQUIRED");
}

TEST_F(FrontTest, APasswordToChangeComesFirst) {
  house_.credentials.SetSession("fresh", "accounts/2", true);
  EXPECT_EQ(Refusal("GET", "/v1/things/1", {"Authorization: Bearer fresh"}),
            "403 PASSWORD_CHANGE_REQUIRED");
}

TEST_F(FrontTest, StreamsAreLinesOfJson) {
  const Answer answer = Ask("GET", "/v1/services/second/things:watch?count=2");
  EXPECT_EQ(answer.headers.at("content-type"), "application/x-ndjson; charset=utf-8");
  EXPECT_EQ(answer.body,
            "{\"name\":\"things/0\",\"displayName\":\"second\"}\n"
            "{\"name\":\"things/1\",\"displayName\":\"second\"}\n");
  const Answer events = Ask("GET", "/v1/services/first/things:watch?count=1",
                            {kGood[0], "Accept: text/event-stream"});
  EXPECT_EQ(events.headers.at("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(events.body, "data: {\"name\":\"things/0\",\"displayName\":\"first\"}\n\n");
  EXPECT_EQ(Ask("GET", "/v1/services/first/things:watch?count=0").body, "");
}

TEST_F(FrontTest, AStreamThatFailsSaysSo) {
  const Answer answer = Ask("GET", "/v1/services/first/things:watch?count=3");
  EXPECT_EQ(answer.status, 200);
  const std::string last = answer.body.substr(answer.body.find("{\"error\""));
  EXPECT_EQ(json::parse(last)["error"]["message"], "到三为止");
  EXPECT_EQ(Refusal("GET", "/v1/services/first/things:watch?count=404"), "404 NOT_FOUND");
}

TEST_F(FrontTest, AClientThatLeavesEndsItsStream) {
  {
    HttpClient client(house_.http->port());
    ASSERT_TRUE(client.Request("GET", "/v1/services/first/things:watch?count=-1", kGood));
    ASSERT_TRUE(client.ReadHead().has_value());
    ASSERT_TRUE(client.ReadChunk().has_value());
  }
  while (house_.first.cancelled.load() == 0) std::this_thread::yield();
}

TEST_F(FrontTest, AReaderThatStopsStopsTheService) {
  HttpClient client(house_.http->port());
  ASSERT_TRUE(client.Request("GET", "/v1/services/first/things:watch?count=-1", kGood));
  ASSERT_TRUE(client.ReadHead().has_value());
  // With nobody reading, what was sent stands still once every buffer on the way is full.
  int before = -1, now = 0;
  for (int unchanged = 0; unchanged < 200000;) {
    now = house_.first.sent.load();
    unchanged = now == before ? unchanged + 1 : 0;
    before = now;
    std::this_thread::yield();
  }
  EXPECT_LT(now, 200000);
}

TEST(FrontSessionTest, AStreamEndsWithItsSession) {
  House::Options options;
  options.trust = absl::Milliseconds(20);
  House house(options);
  HttpClient client(house.http->port());
  ASSERT_TRUE(client.Request("GET", "/v1/services/first/things:watch?count=-1", kGood));
  ASSERT_TRUE(client.ReadHead().has_value());
  house.credentials.EndSession("good");
  while (true) {
    const auto chunk = client.ReadChunk();
    if (!chunk.has_value() || chunk->empty()) break;
  }
  EXPECT_EQ(house.first.cancelled.load() > 0 || house.first.sent.load() > 0, true);
}

TEST(FrontTlsTest, AnswersAndStreamsOverTls) {
  ::ronghe::testing::TestAuthority authority;
  const config::v1::Tls tls = authority.Issue("gateway.ronghe");
  House::Options options;
  options.http.cert_file = tls.cert_file();
  options.http.key_file = tls.key_file();
  House house(options);
  const auto ask = [&](std::string_view line, std::string_view token) {
    return TlsClient(house.http->port(), {.ca_file = tls.ca_file()})
        .Ask(base::Cat(line, " HTTP/1.1\r\nHost: x\r\n", token, "\r\nConnection: close\r\n\r\n"));
  };
  EXPECT_TRUE(absl::StrContains(ask("GET /v1/things/1", kGood[0]), "\"things/1\""));
  EXPECT_TRUE(absl::StrContains(ask("GET /v1/services/first/things:watch?count=200", kGood[0]),
                                "things/199"));
  // Over TLS the cookie is bound to this host by its name.
  EXPECT_TRUE(absl::StrContains(ask("GET /v1/things/1", "Cookie: __Host-ronghe_session=good"),
                                "\"things/1\""));
  EXPECT_TRUE(absl::StrContains(ask("GET /v1/things/1", "Cookie: ronghe_session=good"),
                                "UNAUTHENTICATED_NO_TOKEN"));
}

TEST_F(FrontTest, SessionsAreLookedUpOnceForMany) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      HttpClient client(house_.http->port());
      for (int i = 0; i < 50; ++i) {
        const auto answer = client.Ask("GET", "/v1/things/1", kGood);
        if (answer.has_value() && answer->status == 200) good.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 800);
  EXPECT_LT(house_.credentials.lookups(), 40);
}

TEST_F(FrontTest, ServesItsOwnPages) {
  EXPECT_EQ(Ask("GET", "/healthz", {}).body, "ok\n");
  EXPECT_EQ(Ask("GET", "/readyz", {}).status, 200);
  house_.ready = false;
  EXPECT_EQ(Ask("GET", "/readyz", {}).status, 503);
  EXPECT_EQ(Ask("GET", "/page", {}).body, "a page");
  EXPECT_EQ(Ask("GET", "/", {}).headers.at("location"), "/docs/");
  EXPECT_EQ(Ask("POST", "/page", {}).headers.at("allow"), "GET, HEAD");
  for (const char* method : {"TRACE", "CONNECT", "OPTIONS", "DELETE", "BREW"}) {
    EXPECT_EQ(Ask(method, "/page", {}).status, 405) << method;
  }
}

TEST_F(FrontTest, PagesAreKeptAndAskedForAgain) {
  const Answer page = Ask("GET", "/page", {});
  EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  const std::string etag = page.headers.at("etag");
  const Answer same = Ask("GET", "/page", {absl::StrCat("If-None-Match: \"x\", W/", etag)});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.headers.at("etag"), etag);
  EXPECT_EQ(Ask("GET", "/page", {"If-None-Match: \"x\""}).body, "a page");
  HttpClient client(house_.http->port());
  ASSERT_TRUE(client.Request("HEAD", "/page"));
  const auto head = client.ReadHead();
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers.at("content-length"), "6");
  EXPECT_EQ(head->headers.at("etag"), etag);
  EXPECT_EQ(client.Ask("GET", "/healthz")->body, "ok\n");
  EXPECT_EQ(Ask("GET", "/v1/things/1").headers.at("cache-control"), "no-store");
}

TEST_F(FrontTest, LongPagesGoCompressedToWhoTakesIt) {
  const Answer plain = Ask("GET", "/long", {});
  EXPECT_EQ(plain.body.size(), 1000U);
  EXPECT_FALSE(plain.headers.contains("content-encoding"));
  const Answer gzip = Ask("GET", "/long", {"Accept-Encoding: br, gzip"});
  EXPECT_EQ(gzip.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(gzip.headers.at("vary"), "Accept-Encoding");
  EXPECT_LT(gzip.body.size(), 100U);
  const std::string etag = gzip.headers.at("etag");
  EXPECT_NE(etag, plain.headers.at("etag"));
  EXPECT_EQ(
      Ask("GET", "/long", {"Accept-Encoding: gzip", absl::StrCat("If-None-Match: ", etag)}).status,
      304);
  EXPECT_EQ(Ask("GET", "/long", {absl::StrCat("If-None-Match: ", etag)}).status, 200);
  HttpClient client(house_.http->port());
  ASSERT_TRUE(client.Request("HEAD", "/long", {"Accept-Encoding: gzip"}));
  EXPECT_EQ(client.ReadHead()->headers.at("content-length"), absl::StrCat(gzip.body.size()));
}

TEST_F(FrontTest, OnlyPagesOfOurOwnMayUseTheCookie) {
  const std::vector<std::string> own = {"Cookie: ronghe_session=good", "X-Ronghe-CSRF: csrf"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), own.begin(), own.end());
    return Refusal("PATCH", "/v1/things/1", more, "{}");
  };
  const std::string refused = "403 ORIGIN_NOT_ALLOWED";
  EXPECT_EQ(with({"Origin: http://evil.example"}), refused);
  EXPECT_EQ(with({"Origin: https://gateway"}), refused);
  EXPECT_EQ(with({"Origin: http://gateway.evil.example"}), refused);
  EXPECT_EQ(with({"Origin: null"}), refused);
  EXPECT_EQ(with({"Sec-Fetch-Site: cross-site"}), refused);
  EXPECT_EQ(with({"Sec-Fetch-Site: same-site"}), refused);
  EXPECT_EQ(with({"Origin: http://gateway", "Sec-Fetch-Site: cross-site"}), refused);
  EXPECT_TRUE(absl::StrContains(with({"Origin: http://GATEWAY:80"}), "things/1"));
  EXPECT_TRUE(absl::StrContains(with({"Origin: http://gateway", "Sec-Fetch-Site: same-origin"}),
                                "things/1"));
  // Reading changes nothing, and its answer stays with us: no CORS.
  const Answer read = Ask("GET", "/v1/things/1", {own[0], "Origin: http://evil.example"});
  EXPECT_EQ(read.status, 200);
  EXPECT_FALSE(read.headers.contains("access-control-allow-origin"));
  // No preflight is answered.
  EXPECT_EQ(Ask("OPTIONS", "/v1/things/1", {"Origin: http://evil.example"}).status, 405);
  // What is public is not for other pages either; programs send neither header.
  EXPECT_EQ(Refusal("POST", "/v1/things/1:submit", {"Origin: http://evil.example"}, "{}"), refused);
  // A token is no cookie: no browser sends it by itself.
  EXPECT_EQ(Ask("PATCH", "/v1/things/1", {kGood[0], "Origin: http://evil.example"}, "{}").status,
            200);
}

TEST(FrontOriginTest, OnlyOurNamesAreAnswered) {
  House::Options options;
  options.front.origins =
      Origins::Parse({"https://ronghe.example.gov.cn", "http://gateway"}).value();
  House house(options);
  const auto status = [&](std::string_view host, std::string_view path) {
    HttpClient client(house.http->port());
    client.Send(base::Cat("GET ", path, " HTTP/1.1\r\nHost: ", host, "\r\n\r\n"));
    const auto answer = client.Read();
    return answer.has_value() ? answer->status : 0;
  };
  EXPECT_EQ(status("ronghe.example.gov.cn", "/page"), 200);
  EXPECT_EQ(status("RONGHE.example.gov.cn:443", "/page"), 200);
  EXPECT_EQ(status("gateway", "/page"), 200);
  for (const char* host : {"evil.example", "ronghe.example.gov.cn.evil.example", "10.0.0.1", "",
                           "gateway:8080", "a@gateway", "gateway/x"}) {
    EXPECT_EQ(status(host, "/page"), 421) << host;
    EXPECT_EQ(status(host, "/v1/things/1"), 421) << host;
  }
  // A probe asks by the address of the pod.
  EXPECT_EQ(status("10.0.0.1:8443", "/healthz"), 200);
  EXPECT_EQ(error::Reason(Origins::Parse({"ronghe.example.gov.cn"}).status()), "ORIGIN_INVALID");
  EXPECT_EQ(error::Reason(Origins::Parse({"https://a/b"}).status()), "ORIGIN_INVALID");
}

class FrontLimitsTest : public ::testing::Test {
 protected:
  FrontLimitsTest()
      : addresses_({.anonymous = {0.001, 5}, .sign_in = {0.001, 2}, .file = {0.001, 3}}),
        house_(With()) {}

  House::Options With() {
    House::Options options;
    options.addresses = &addresses_;
    return options;
  }
  int Status(std::string_view method, std::string_view path,
             const std::vector<std::string>& headers, std::string_view body = {},
             const char* from = "127.0.0.1") {
    HttpClient client(house_.http->port(), from);
    const auto answer = client.Ask(method, path, headers, body);
    if (!answer.has_value()) return 0;
    if (answer->status == 429) {
      EXPECT_TRUE(absl::StrContains(answer->body, "RATE_LIMITED")) << answer->body;
      EXPECT_TRUE(answer->headers.contains("retry-after"));
    }
    return answer->status;
  }

  AddressLimits addresses_;
  House house_;
};

TEST_F(FrontLimitsTest, StrangersOfOneAddressAreHeldBack) {
  const std::vector<std::string> forged = {"Authorization: Bearer forged"};
  EXPECT_EQ(Status("GET", "/nothing", {}), 404);
  EXPECT_EQ(Status("GET", "/v1/things/1", {}), 401);
  EXPECT_EQ(Status("GET", "/v1/things/1", forged), 401);
  EXPECT_EQ(Status("POST", "/v1/things/1:submit", {}, "{}"), 200);
  EXPECT_EQ(Status("NONSENSE /", "/", {}), 400);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Status("GET", "/nothing", {}), 429);
    EXPECT_EQ(Status("GET", "/v1/things/1", {}), 429);
    EXPECT_EQ(Status("GET", "/v1/things/1", {"Authorization: Bearer forged2"}), 429);
    EXPECT_EQ(Status("POST", "/v1/things/1:submit", {}, "{}"), 429);
  }
  // Tokens that were not looked up cost the database nothing.
  EXPECT_EQ(house_.credentials.lookups(), 1);
  // Nobody else is held back, nor are probes.
  EXPECT_EQ(Status("GET", "/nothing", {}, {}, "127.0.0.2"), 404);
  EXPECT_EQ(Status("GET", "/healthz", {}), 200);
}

TEST_F(FrontLimitsTest, FilesAreCountedByThemselves) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Status("GET", "/page", {}), 200);
  EXPECT_EQ(Status("GET", "/page", {}), 429);
  EXPECT_EQ(Status("GET", "/nothing", {}), 404);
  EXPECT_EQ(Status("GET", "/page", {}, {}, "127.0.0.2"), 200);
}

TEST_F(FrontLimitsTest, WhoIsSignedInIsNotAStranger) {
  ASSERT_EQ(Status("GET", "/v1/things/1", kGood), 200);
  for (int i = 0; i < 10; ++i) Status("GET", "/nothing", {});
  EXPECT_EQ(Status("GET", "/nothing", {}), 429);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Status("GET", "/v1/things/1", kGood), 200);
}

TEST_F(FrontTest, PathsThatMeanAnotherPathAreRefused) {
  for (const char* path : {"/v1/things/..",           "/v1/things/.",
                           "/v1/../v1/things/1",      "/v1/things/%2e%2e",
                           "/v1/things/%2E%2e",       "/v1/things/.%2e",
                           "/v1/%2e%2e/things/1",     "/v1/things/1%2f2",
                           "/v1/things/1%2F2",        "/v1/things/%c0%ae%c0%ae",
                           "/v1/things/%c0%af",       "/v1/things/%00",
                           "/v1/things/1%00",         "/v1/things/%0d%0aX:y",
                           "/v1/things/%zz",          "/v1/things/%",
                           "/v1/things/%2",           "/v1/things/%ed%a0%80",
                           "/v1/things/%f4%90%80%80", "/v1/things/%ff",
                           "/v1/things/%5c",          "/v1/things/%7f"}) {
    EXPECT_EQ(Refusal("GET", path), "400 FIELD_INVALID") << path;
  }
  // Encoded twice, it is a name with a percent sign, which is nobody's.
  EXPECT_TRUE(absl::StrContains(Ask("GET", "/v1/things/%252e%252e").body, "things/%2e%2e"));
  EXPECT_EQ(Refusal("GET", "/v1//things/1"), "404 ROUTE_NOT_FOUND");
  EXPECT_EQ(Refusal("GET", "/docs/../v1/things/1"), "404 ROUTE_NOT_FOUND");
  EXPECT_EQ(Refusal("GET", "/docs/%2e%2e/config"), "404 ROUTE_NOT_FOUND");
}

TEST_F(FrontTest, CountsWhatItAnswers) {
  Ask("GET", "/v1/things/1");
  Ask("GET", "/v1/things/missing");
  Ask("GET", "/v1/nothing");
  const std::string text = house_.registry.Text();
  EXPECT_TRUE(absl::StrContains(
      text,
      "ronghe_http_requests_total{code=\"200\",method_name=\"ronghe.gateway.testdata.v1."
      "ThingService/GetThing\"} 1"))
      << text.substr(0, 2000);
  EXPECT_TRUE(absl::StrContains(
      text,
      "ronghe_http_requests_total{code=\"404\",method_name=\"ronghe.gateway.testdata.v1."
      "ThingService/GetThing\"} 1"));
  EXPECT_TRUE(
      absl::StrContains(text, "ronghe_http_requests_total{code=\"404\",method_name=\"none\"} 1"));
}

TEST_F(FrontTest, ShutdownCancelsWhatIsUnderWay) {
  HttpClient client(house_.http->port());
  ASSERT_TRUE(client.Request("GET", "/v1/things/slow", kGood));
  while (house_.first.waiting.load() == 0) std::this_thread::yield();
  house_.http->Shutdown(absl::Milliseconds(10));
  while (house_.first.cancelled.load() == 0) std::this_thread::yield();
}

// Calls that come together travel together (backend/trunk.h).
class TrunkFrontTest : public FrontTest {
 protected:
  TrunkFrontTest() { AwaitTrunk(); }

  int64_t Carried() const { return house_.backends->all().front()->carried(); }
  void AwaitTrunk() {
    HttpClient client(house_.http->port());
    const int64_t before = Carried();
    for (int i = 0; i < 2000 && Carried() == before; ++i) {
      ASSERT_TRUE(client.Ask("GET", "/v1/things/1", kGood, {}).has_value());
    }
    ASSERT_GT(Carried(), before);
  }
};

TEST_F(TrunkFrontTest, ManyCallersGetTheirOwnAnswers) {
  std::vector<std::thread> callers;
  std::atomic<int> wrong = 0;
  const int64_t before = Carried();
  for (int c = 0; c < 16; ++c) {
    callers.emplace_back([&, c] {
      HttpClient client(house_.http->port());
      for (int i = 0; i < 100; ++i) {
        const bool missing = i % 7 == 0;
        const std::string name = missing ? "missing" : absl::StrCat(c, "-", i);
        const Answer answer =
            client.Ask("GET", absl::StrCat("/v1/things/", name), kGood, {}).value_or(Answer());
        if (answer.status != (missing ? 404 : 200) ||
            !absl::StrContains(answer.body, absl::StrCat("things/", name))) {
          wrong.fetch_add(1);
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(Carried() - before, 1000);
}

TEST_F(TrunkFrontTest, ErrorsKeepTheirDetails) {
  const int64_t before = Carried();
  EXPECT_EQ(Refusal("GET", "/v1/things/missing"), "404 NOT_FOUND");
  EXPECT_EQ(Refusal("GET", "/v1/things/stale"), "412 ETAG_MISMATCH");
  const Answer busy = Ask("GET", "/v1/things/busy");
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.at("retry-after"), "2");
  EXPECT_EQ(Carried() - before, 3);
}

TEST_F(TrunkFrontTest, WhatIsUnderWayIsLostWithTheStreamAndLaterCallsRecover) {
  std::thread caller([this] {
    const Answer answer = Ask("GET", "/v1/things/slow");
    EXPECT_EQ(answer.status, 503) << answer.body;
  });
  while (house_.first.waiting == 0) std::this_thread::yield();
  house_.StopFirst(absl::Milliseconds(100));
  caller.join();
  EXPECT_EQ(house_.first.cancelled, 1);
  EXPECT_EQ(Ask("GET", "/v1/things/1").status, 503);
  EXPECT_EQ(Ask("GET", "/v1/services/second/things").status, 200);
}

}  // namespace
}  // namespace ronghe::gateway::http
