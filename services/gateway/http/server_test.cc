#include "services/gateway/http/server.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/gateway/testing/echo.h"
#include "services/gateway/testing/http_client.h"

namespace ronghe::gateway::http {
namespace {

using testing::Echo;
using testing::HttpClient;

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options) {
    options.threads = 2;
    auto server = Server::Create(std::move(options), echo_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void SetUp() override { Start({}); }
  int StatusOf(std::string_view raw) {
    HttpClient client(server_->port());
    client.Send(raw);
    const auto answer = client.Read();
    return answer.has_value() ? answer->status : 0;
  }

  Echo echo_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  HttpClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.Ask("POST", "/a/b?c=d", {}, "body");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST /a/b?c=d\nbody");
    EXPECT_EQ(answer->headers.at("connection"), "keep-alive");
    EXPECT_EQ(answer->headers.at("x-extra"), "yes");
    EXPECT_TRUE(absl::EndsWith(answer->headers.at("date"), " GMT"));
  }
}

TEST_F(HttpServerTest, ManyConnectionsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      HttpClient client(server_->port());
      for (int i = 0; i < 200; ++i) {
        const auto answer = client.Ask("GET", i % 3 == 0 ? "/later" : "/x");
        if (answer.has_value() && answer->status == 200) good.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 16 * 200);
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  HttpClient client(server_->port());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&all, "GET /", i % 2 == 0 ? "later" : "n", "?", i,
                    " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  ASSERT_TRUE(client.Send(all));
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value()) << i;
    EXPECT_EQ(answer->body, i % 2 == 0 ? "later" : absl::StrCat("GET /n?", i, "\n"));
  }
}

TEST_F(HttpServerTest, ByteByByteIsARequestToo) {
  HttpClient client(server_->port());
  for (const char c :
       std::string("PUT /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
    ASSERT_TRUE(client.Send(std::string(1, c)));
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "PUT /slow?\nabc");
}

TEST_F(HttpServerTest, ChunkedBodiesAndContinue) {
  HttpClient client(server_->port());
  client.Send(
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  client.Send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "POST /c?\nabcde");
}

TEST_F(HttpServerTest, MalformedRequestsAreRefusedAndEndTheConnection) {
  HttpClient client(server_->port());
  client.Send(
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
      "\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(client.ReadsEnd());
  EXPECT_EQ(StatusOf("HELLO\r\n\r\n"), 400);
}

TEST_F(HttpServerTest, HeadGetsTheHeadOnly) {
  HttpClient client(server_->port());
  ASSERT_TRUE(client.Request("HEAD", "/x"));
  const auto head = client.ReadHead();
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->headers.at("content-length"), "9");
  // What follows is the next answer, not a body.
  EXPECT_EQ(client.Ask("GET", "/y")->body, "GET /y?\n");
}

TEST_F(HttpServerTest, EveryAnswerSaysWhatABrowserMayNotDo) {
  HttpClient client(server_->port());
  for (const char* path : {"/x", "/stream"}) {
    const auto answer = client.Ask("GET", path);
    ASSERT_TRUE(answer.has_value());
    const auto& headers = answer->headers;
    EXPECT_EQ(headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(headers.at("x-frame-options"), "DENY");
    EXPECT_EQ(headers.at("referrer-policy"), "no-referrer");
    EXPECT_EQ(headers.at("cache-control"), "no-store");
    EXPECT_EQ(headers.at("cross-origin-opener-policy"), "same-origin");
    EXPECT_EQ(headers.at("cross-origin-embedder-policy"), "require-corp");
    EXPECT_EQ(headers.at("cross-origin-resource-policy"), "same-origin");
    EXPECT_TRUE(absl::StrContains(headers.at("permissions-policy"), "camera=()"));
    EXPECT_EQ(headers.at("content-security-policy"),
              "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    EXPECT_FALSE(headers.contains("server"));
    EXPECT_FALSE(headers.contains("access-control-allow-origin"));
    EXPECT_FALSE(headers.contains("strict-transport-security"));
  }
}

TEST_F(HttpServerTest, TheLimitOfABodyIsThatOfItsRoute) {
  const std::string length = " HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n";
  EXPECT_EQ(StatusOf("POST /other" + length), 413);
  EXPECT_EQ(StatusOf("POST /upload" + length + std::string(2000000, 'x')), 200);
}

TEST_F(HttpServerTest, LargeHeadersAndBodiesAreRefused) {
  EXPECT_EQ(StatusOf(absl::StrCat("GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", std::string(40000, 'x'),
                                  "\r\n\r\n")),
            431);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"), 413);
  HttpClient client(server_->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = absl::StrCat("10000\r\n", std::string(0x10000, 'x'), "\r\n");
  for (int i = 0; i < 32 && client.Send(chunk); ++i) {
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client.ReadsEnd());
}

TEST_F(HttpServerTest, LargeAnswersReachASlowReader) {
  HttpClient client(server_->port());
  ASSERT_TRUE(client.Request("GET", "/large"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body.size(), 8u << 20);
  EXPECT_TRUE(client.Ask("GET", "/next").has_value());
}

TEST_F(HttpServerTest, StreamsEndTheConnection) {
  HttpClient client(server_->port());
  const auto answer = client.Ask("GET", "/stream");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "part 3\npart 2\npart 1\n");
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(client.ReadsEnd());
}

TEST_F(HttpServerTest, AClientThatLeavesAStreamIsNoticed) {
  {
    HttpClient client(server_->port());
    ASSERT_TRUE(client.Request("GET", "/endless"));
    ASSERT_TRUE(client.ReadHead().has_value());
    ASSERT_TRUE(client.ReadChunk().has_value());
  }
  while (server_->connections() > 0) std::this_thread::yield();
}

TEST_F(HttpServerTest, TooManyConnectionsAreTurnedAway) {
  ServerOptions options;
  options.max_connections = 2;
  Start(options);
  HttpClient first(server_->port()), second(server_->port());
  ASSERT_TRUE(first.Ask("GET", "/x").has_value());
  ASSERT_TRUE(second.Ask("GET", "/x").has_value());
  HttpClient third(server_->port());
  const auto answer = third.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(server_->turned_away(), 1);
}

TEST_F(HttpServerTest, ShutdownEndsIdleConnectionsAndFinishesRequests) {
  HttpClient idle(server_->port());
  ASSERT_TRUE(idle.Ask("GET", "/x").has_value());
  HttpClient endless(server_->port());
  ASSERT_TRUE(endless.Request("GET", "/endless"));
  ASSERT_TRUE(endless.ReadHead().has_value());
  server_->Shutdown(absl::Milliseconds(50));
  EXPECT_TRUE(idle.ReadsEnd());
  EXPECT_GE(echo_.gone.load(), 1);
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(HttpServerTest, RefusesBadAddressesAndTakenPorts) {
  const auto code = [&](std::string listen) {
    ServerOptions options;
    options.listen = std::move(listen);
    return Server::Create(options, echo_).status().code();
  };
  EXPECT_EQ(code("nowhere"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("0.0.0.0:0"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(absl::StrCat("127.0.0.1:", server_->port())), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace ronghe::gateway::http
