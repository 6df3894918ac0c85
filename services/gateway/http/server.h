// How do HTTP requests come in and answers go out? An asynchronous HTTP/1.1 server over Boost.Asio
// with Beast's parser: a few threads, no thread per request, a limit on everything that a client
// can make grow or last.
//
// A connection is worked on by one thread at a time: its own reads it; while a request is being
// answered it belongs to whoever answers, and the answer is written by the thread that has it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/http/address_limits.h"
#include "services/gateway/http/certificate.h"
#include "services/gateway/http/request.h"
#include "services/gateway/http/request_parser.h"
#include "services/gateway/transcode/out_buffer.h"

namespace ronghe::gateway::http {

struct ServerOptions {
  // "host:port"; port 0 picks a free one.
  std::string listen = "127.0.0.1:0";
  // PEM files; empty: no TLS, for loopback addresses only.
  std::string cert_file, key_file;
  // Authorities of client certificates, which are asked for and never required; empty: not asked
  // for.
  std::string ca_file;
  int threads = 1;
  int max_connections = 4096;
  // Counts connections per address; null: they are not counted. Must outlive the server.
  AddressLimits* addresses = nullptr;
  ParserLimits parser;
  absl::Duration handshake_timeout = absl::Seconds(10);
  absl::Duration header_timeout = absl::Seconds(10);
  absl::Duration idle_timeout = absl::Seconds(60);
  // A body that comes, or an answer that is taken, has this long to be over; but as long as within
  // this time it moves `min_bytes_per_second`, it has as long again, up to `transfer_timeout`.
  absl::Duration body_timeout = absl::Seconds(10);
  absl::Duration write_timeout = absl::Seconds(10);
  int64_t min_bytes_per_second = 4096;
  absl::Duration transfer_timeout = absl::Minutes(5);
};

// The connection, as whoever answers a request sees it. Respond, or BeginStream … EndStream, is
// called exactly once per request, from any thread; then the request is gone.
class Exchange {
 public:
  virtual const Request& request() const = 0;
  // Number of the thread that reads this connection.
  virtual size_t lane() const = 0;
  // The address of the other end.
  virtual const std::string& peer() const = 0;
  virtual bool secure() const = 0;
  // The client certificate that was shown; all empty for none.
  virtual const ClientCertificate& certificate() const = 0;

  // The body of the answer, to print into. Empty at the start of each request.
  virtual transcode::OutBuffer& body() = 0;

  // Sends status, headers and body; of a request with HEAD, no body. `content_type` may be empty
  // for an answer without a body. `headers` are whole lines, "Name: value\r\n"; Cache-Control and
  // Content-Security-Policy among them replace what is sent otherwise: nothing is kept, and a page
  // loads nothing.
  virtual void Respond(int status, std::string_view content_type,
                       std::string_view headers = {}) = 0;

  // Sends the head of an answer of unknown length. The connection ends with the answer.
  virtual void BeginStream(int status, std::string_view content_type) = 0;
  // Sends what stands in `body()` as one chunk; `sent` says whether it went out, on any thread, and
  // must come before the next Send.
  virtual void Send(std::function<void(bool ok)> sent) = 0;
  virtual void EndStream() = 0;

  // Runs `work` on the thread that reads this connection, keeping the connection.
  virtual void Post(std::function<void()> work) = 0;
  // Keeps the connection, and with it this object and its responder, for as long as it is held.
  virtual std::shared_ptr<void> Hold() = 0;

 protected:
  ~Exchange() = default;
};

// Answers the requests of one connection, one after the other.
class Responder {
 public:
  virtual ~Responder() = default;
  // How many bytes the body of a request may have whose method, path and query stand in the
  // exchange; the rest of it is still to come. On the thread that reads the connection.
  virtual uint64_t MaxBody() = 0;
  // A request is complete. On the thread that reads the connection.
  virtual void Handle() = 0;
  // What came is no request that can be handled: 400, 413, 414 or 431. Must Respond; the
  // connection ends after it.
  virtual void Refuse(int status) = 0;
  // The client went away during a stream, or the server ends. Any thread, at any time, also when
  // nothing is under way.
  virtual void ClientGone() = 0;
};

// Makes the responder of each connection. Outlives the server.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual std::unique_ptr<Responder> Open(Exchange& exchange) = 0;
};

class Server {
 public:
  // INVALID_ARGUMENT for a bad address, plain text beyond loopback, or certificate files that can't
  // be used; UNAVAILABLE LISTEN_FAILED when the port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Create(ServerOptions options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  int connections() const;
  // Connections that were turned away because there were too many, of all or of one address.
  int64_t turned_away() const;

  // Stops accepting, ends idle connections, lets requests under way finish for `grace`, then ends
  // the rest. Idempotent. Returns when no connection is left.
  void Shutdown(absl::Duration grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "Mon, 23 Nov 2026 08:00:00 GMT" of now; made once a second.
std::string_view HttpDate();

}  // namespace ronghe::gateway::http
