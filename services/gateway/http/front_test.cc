#include "services/gateway/http/front.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"
#include "services/gateway/testing/house.h"
#include "services/gateway/testing/http_client.h"

namespace ronghe::gateway::http {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::House;
using testing::HttpClient;

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

// One request over TLS; empty when no connection comes about. `most` is the newest protocol
// offered.
std::string AskOverTls(int port, const std::string& ca_file, int most, std::string_view request) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             &SSL_CTX_free);
  SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), most);
  HttpClient socket(port);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(ssl.get(), socket.fd());
  if (SSL_connect(ssl.get()) != 1) return "";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
  std::string answer;
  char bytes[4096];
  for (int got; (got = SSL_read(ssl.get(), bytes, sizeof bytes)) > 0;) {
    answer.append(bytes, static_cast<size_t>(got));
  }
  return answer;
}

TEST(FrontTlsTest, SpeaksTls12AndNewerOnly) {
  ::ronghe::testing::TestAuthority authority;
  const config::v1::Tls tls = authority.Issue("gateway.ronghe");
  House::Options options;
  options.http.cert_file = tls.cert_file();
  options.http.key_file = tls.key_file();
  House house(options);
  const int port = house.http->port();
  const std::string head = "Host: x\r\nAuthorization: Bearer good\r\nConnection: close\r\n\r\n";
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string answer =
        AskOverTls(port, tls.ca_file(), version, "GET /v1/things/1 HTTP/1.1\r\n" + head);
    EXPECT_TRUE(absl::StrContains(answer, "HTTP/1.1 200 OK")) << answer;
    EXPECT_TRUE(absl::StrContains(answer, "Strict-Transport-Security"));
    EXPECT_TRUE(absl::StrContains(answer, "\"things/1\""));
  }
  const std::string stream =
      AskOverTls(port, tls.ca_file(), TLS1_3_VERSION,
                 "GET /v1/services/first/things:watch?count=200 HTTP/1.1\r\n" + head);
  EXPECT_TRUE(absl::StrContains(stream, "things/199")) << stream.size();
  EXPECT_EQ(AskOverTls(port, tls.ca_file(), TLS1_1_VERSION, "GET /healthz HTTP/1.1\r\n" + head),
            "");
  // Plain text on a TLS port is no request.
  HttpClient plain(port);
  ASSERT_TRUE(plain.Request("GET", "/healthz"));
  const auto answer = plain.Read();
  EXPECT_FALSE(answer.has_value());
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
  EXPECT_EQ(Ask("POST", "/page", {}).status, 405);
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
