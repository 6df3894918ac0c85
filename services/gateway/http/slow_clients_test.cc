// Can somebody who is slow, on purpose or not, hold the server while others wait?
#include <fcntl.h>
#include <gtest/gtest.h>

#include <thread>

#include "services/gateway/http/server.h"
#include "services/gateway/testing/echo.h"
#include "services/gateway/testing/http_client.h"

namespace ronghe::gateway::http {
namespace {

using testing::Echo;
using testing::HttpClient;

constexpr int kSlow = 60;

class SlowClientsTest : public ::testing::Test {
 protected:
  SlowClientsTest() {
    options_.header_timeout = absl::Milliseconds(300);
    options_.body_timeout = absl::Milliseconds(300);
    options_.idle_timeout = absl::Milliseconds(300);
    options_.write_timeout = absl::Milliseconds(300);
    options_.min_bytes_per_second = 100000;
  }

  void Start() { server_ = Server::Create(options_, echo_).value(); }

  std::vector<std::unique_ptr<HttpClient>> Clients(std::string_view first, int window = 0) {
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < kSlow; ++i) {
      clients.push_back(std::make_unique<HttpClient>(server_->port(), nullptr, window));
      EXPECT_TRUE(clients.back()->Send(first));
    }
    return clients;
  }

  // Sends `piece` by every client again and again, until the server has ended all of them; somebody
  // else is served all the while.
  void ServesWhile(std::vector<std::unique_ptr<HttpClient>> slow, std::string_view piece) {
    int served = 0;
    while (!slow.empty()) {
      HttpClient client(server_->port());
      const auto answer = client.Ask("GET", "/x");
      ASSERT_TRUE(answer.has_value());
      EXPECT_EQ(answer->status, 200);
      ++served;
      std::erase_if(slow, [&](auto& one) { return one->Waits(1) || !one->Send(piece); });
    }
    EXPECT_GT(served, 1);
  }

  Echo echo_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

TEST_F(SlowClientsTest, AHeaderThatTrickles) {
  Start();
  ServesWhile(Clients("GET / HTTP/1.1\r\nHost: x\r\nX: "), "a");
}

TEST_F(SlowClientsTest, HeadersThatTrickle) {
  Start();
  ServesWhile(Clients("GET / HTTP/1.1\r\nHost: x\r\n"), "X: y\r\n");
}

TEST_F(SlowClientsTest, ABodyThatTrickles) {
  Start();
  ServesWhile(Clients("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"), "a");
}

TEST_F(SlowClientsTest, ChunksThatTrickle) {
  Start();
  ServesWhile(Clients("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"),
              "1\r\na\r\n");
}

TEST_F(SlowClientsTest, ConnectionsThatSayNothing) {
  Start();
  ServesWhile(Clients(""), "");
}

TEST_F(SlowClientsTest, ConnectionsThatGoIdle) {
  Start();
  auto clients = Clients("");
  for (auto& client : clients) ASSERT_TRUE(client->Ask("GET", "/x").has_value());
  ServesWhile(std::move(clients), "");
}

TEST_F(SlowClientsTest, ABodyThatKeepsMovingGoesOnPastTheTimeout) {
  options_.body_timeout = absl::Milliseconds(50);
  options_.min_bytes_per_second = 1000;
  Start();
  HttpClient client(server_->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(client.Waits(20));
    ASSERT_TRUE(client.Send(std::string(1000, 'a')));
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
}

TEST_F(SlowClientsTest, NoTransferLastsForEver) {
  options_.min_bytes_per_second = 1;
  options_.transfer_timeout = absl::Milliseconds(300);
  Start();
  HttpClient client(server_->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  while (!client.Waits(10) && client.Send(std::string(1000, 'a'))) {
  }
  EXPECT_FALSE(client.Read().has_value());
}

TEST_F(SlowClientsTest, AReaderThatTakesLittle) {
  Start();
  const auto clients = Clients("GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
  HttpClient other(server_->port());
  EXPECT_EQ(other.Ask("GET", "/x")->status, 200);
  // Every one of them takes a byte now and then, until the server has ended all.
  char byte;
  while (server_->connections() > 1) {
    for (const auto& client : clients) ::recv(client->fd(), &byte, 1, MSG_DONTWAIT);
    HttpClient next(server_->port());
    ASSERT_EQ(next.Ask("GET", "/x")->status, 200);
  }
}

TEST_F(SlowClientsTest, AReaderThatTakesNothingOfAStream) {
  Start();
  HttpClient client(server_->port(), nullptr, 4096);
  ASSERT_TRUE(client.Request("GET", "/endless"));
  while (server_->connections() == 0) std::this_thread::yield();
  while (server_->connections() > 0) std::this_thread::yield();
}

TEST_F(SlowClientsTest, WhoAsksWithoutReadingIsReadNoFurther) {
  options_.write_timeout = absl::Seconds(30);
  Start();
  HttpClient client(server_->port(), nullptr, 4096);
  ::fcntl(client.fd(), F_SETFL, O_NONBLOCK);
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  // At most what the sockets hold; then the server waits for its answer to be taken.
  size_t sent = 0;
  while (sent < (64u << 20) && client.Send(requests)) sent += requests.size();
  EXPECT_LT(sent, 64u << 20);
  HttpClient other(server_->port());
  EXPECT_EQ(other.Ask("GET", "/x")->status, 200);
}

TEST_F(SlowClientsTest, OneAddressCannotTakeEveryConnection) {
  AddressLimits addresses({.max_connections = 4});
  options_.idle_timeout = absl::Seconds(30);
  options_.addresses = &addresses;
  Start();
  std::vector<std::unique_ptr<HttpClient>> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(std::make_unique<HttpClient>(server_->port()));
    ASSERT_EQ(held.back()->Ask("GET", "/x")->status, 200);
  }
  EXPECT_EQ(HttpClient(server_->port()).Read()->status, 503);
  EXPECT_EQ(HttpClient(server_->port(), "127.0.0.2").Ask("GET", "/x")->status, 200);
  held.pop_back();
  while (server_->connections() > 3) std::this_thread::yield();
  EXPECT_EQ(HttpClient(server_->port()).Ask("GET", "/x")->status, 200);
  held.clear();
  server_.reset();
}

}  // namespace
}  // namespace ronghe::gateway::http
