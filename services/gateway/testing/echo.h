// What does a server answer in a test of the server alone?
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/gateway/http/server.h"

namespace ronghe::gateway::testing {

// Answers with what was asked: method, path, query and body. Some paths do something else.
class Echo : public http::Handler {
 public:
  class EchoResponder : public http::Responder {
   public:
    EchoResponder(http::Exchange& exchange, Echo& echo) : exchange_(exchange), echo_(echo) {}
    uint64_t MaxBody() override {
      return exchange_.request().path == "/upload" ? 1 << 24 : 1 << 20;
    }
    void Handle() override {
      const http::Request& request = exchange_.request();
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
    http::Exchange& exchange_;
    Echo& echo_;
  };

  std::unique_ptr<http::Responder> Open(http::Exchange& exchange) override {
    return std::make_unique<EchoResponder>(exchange, *this);
  }
  std::atomic<int> gone = 0;
};

}  // namespace ronghe::gateway::testing
