// What answers a request that is no RPC, such as a token endpoint or a sign-in by redirect?
// Blocking handlers on a few threads of their own, so that a slow one holds up no call.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/rpc/worker_pool.h"
#include "services/gateway/http/certificate.h"

namespace ronghe::gateway::http {

struct PlainRequest {
  std::string method;
  std::string path;   // as sent, before the "?"
  std::string query;  // as sent, after it
  // By lower-case name; those that the server keeps (Request in server.h), if they were sent.
  std::map<std::string, std::string> headers;
  std::string body;
  // The address of the other end.
  std::string peer;
  // The client certificate, if one was shown.
  ClientCertificate certificate;
  bool secure = false;
};

struct PlainResponse {
  int status = 200;
  // May be empty for an answer without a body.
  std::string content_type;
  // Whole lines, "Name: value\r\n". No value may hold what a request said without a check for CR,
  // LF and NUL (HeaderSafe).
  std::string headers;
  std::string body;
};

// Thread-safe.
class PlainHandler {
 public:
  virtual ~PlainHandler() = default;
  // Whether requests to `path` are for this handler, whatever their method. Paths of "/v1/" never
  // come here. On the thread that reads the connection: at once.
  virtual bool Owns(std::string_view path) const = 0;
  // May block.
  virtual PlainResponse Handle(const PlainRequest& request) = 0;
};

// True for a value that may stand in a header: no CR, LF, NUL or other control character.
bool HeaderSafe(std::string_view value);

// Runs one handler on a fixed number of threads of its own, so that a handler that waits for
// somebody else holds up no other. Thread-safe.
class PlainPool {
 public:
  using Done = std::function<void(PlainResponse)>;

  // `handler` must outlive it. At most `most` requests are under way or wait at a time.
  PlainPool(PlainHandler& handler, int threads, int most)
      : handler_(handler), most_(most), pool_(threads) {}

  const PlainHandler& handler() const { return handler_; }

  // Has the handler answer; `done` runs on a thread of the pool. False, and no `done`, when there
  // is no room. What the handler throws becomes an answer of status 500.
  bool Run(PlainRequest request, Done done);

 private:
  class Task;
  PlainHandler& handler_;
  const int most_;
  std::atomic<int> running_ = 0;
  rpc::WorkerPool pool_;
};

}  // namespace ronghe::gateway::http
