#include "services/gateway/http/server.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/gateway/testing/http_client.h"

namespace ronghe::gateway::http {
namespace {

using testing::Answer;
using testing::HttpClient;

// Answers with what was asked: method, path, query and body. Some paths do something else.
class Echo : public Handler {
 public:
  class EchoResponder : public Responder {
   public:
    EchoResponder(Exchange& exchange, Echo& echo) : exchange_(exchange), echo_(echo) {}
    void Handle() override {
      const Request& request = exchange_.request();
      if (request.path == "/large") {
        exchange_.body().Append(std::string(8 << 20, 'x'));
        return exchange_.Respond(200, "text/plain");
      }
      if (request.path == "/later") {
        // From another thread, as a call to a service answers.
        std::thread([this] {
          exchange_.body().Append("later");
          exchange_.Respond(200, "text/plain");
        }).detach();
        return;
      }
      if (request.path == "/stream") {
        exchange_.BeginStream(200, "text/plain");
        return Next(3);
      }
      if (request.path == "/endless") {
        exchange_.BeginStream(200, "text/plain");
        return Forever();
      }
      exchange_.body().Append(request.method);
      exchange_.body().Push(' ');
      exchange_.body().Append(request.path);
      exchange_.body().Push('?');
      exchange_.body().Append(request.query);
      exchange_.body().Push('\n');
      exchange_.body().Append(request.body);
      exchange_.Respond(200, "text/plain", "X-Extra: yes\r\n");
    }
    void Refuse(int status) override {
      exchange_.body().Append("refused");
      exchange_.Respond(status, "text/plain");
    }
    void ClientGone() override { echo_.gone.fetch_add(1); }

   private:
    void Next(int left) {
      if (left == 0) return exchange_.EndStream();
      exchange_.body().Append(absl::StrCat("part ", left, "\n"));
      exchange_.Send([this, left](bool ok) {
        if (ok) return Next(left - 1);
        exchange_.EndStream();
      });
    }
    void Forever() {
      exchange_.body().Append(std::string(100000, 'y'));
      exchange_.Send([this](bool ok) {
        if (ok) return exchange_.Post([this] { Forever(); });
        exchange_.EndStream();
      });
    }
    Exchange& exchange_;
    Echo& echo_;
  };

  std::unique_ptr<Responder> Open(Exchange& exchange) override {
    return std::make_unique<EchoResponder>(exchange, *this);
  }
  std::atomic<int> gone = 0;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options) {
    options.threads = 2;
    auto server = Server::Create(std::move(options), echo_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void SetUp() override {
    ServerOptions options;
    options.max_body_bytes = 1 << 20;
    Start(std::move(options));
  }
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
    EXPECT_EQ(answer->headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer->headers.at("cache-control"), "no-store");
    EXPECT_TRUE(absl::StrContains(answer->headers.at("content-security-policy"), "'none'"));
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

TEST_F(HttpServerTest, MalformedRequestsAreRefused) {
  for (const std::string_view raw : {
           std::string_view("HELLO\r\n\r\n"),
           std::string_view("GET / HTTP/9.9\r\nHost: x\r\n\r\n"),
           std::string_view("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string_view("GET / HTTP/1.1\r\n\r\n"),
           std::string_view("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
           std::string_view(
               "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n"),
           std::string_view("GET / HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\nCookie: a=2\r\n\r\n"),
           std::string_view(
               "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
           std::string_view("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: "
                            "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
           std::string_view("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
           std::string_view(
               "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
           std::string_view("GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n"),
           std::string_view("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"),
       }) {
    EXPECT_EQ(StatusOf(raw), 400) << raw;
  }
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

TEST_F(HttpServerTest, HalfARequestTimesOut) {
  ServerOptions options;
  options.header_timeout = absl::Milliseconds(100);
  options.body_timeout = absl::Milliseconds(100);
  options.idle_timeout = absl::Milliseconds(100);
  Start(options);
  HttpClient header(server_->port()), body(server_->port()), idle(server_->port()),
      silent(server_->port());
  header.Send("GET / HTTP/1.1\r\nHost:");
  body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_TRUE(idle.Ask("GET", "/x").has_value());
  EXPECT_TRUE(header.ReadsEnd());
  EXPECT_TRUE(body.ReadsEnd());
  EXPECT_TRUE(idle.ReadsEnd());
  EXPECT_TRUE(silent.ReadsEnd());
}

TEST_F(HttpServerTest, AReaderThatTakesNothingTimesOut) {
  ServerOptions options;
  options.write_timeout = absl::Milliseconds(200);
  Start(options);
  HttpClient client(server_->port());
  ASSERT_TRUE(client.Request("GET", "/endless"));
  while (server_->connections() == 0) std::this_thread::yield();
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
