// How does a test speak HTTP, also badly? A blocking socket and a small reader of answers.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ronghe::gateway::testing {

struct Answer {
  int status = 0;
  // Names in lower case; of a repeated header the last.
  std::map<std::string, std::string> headers;
  std::string body;
};

class HttpClient {
 public:
  // Reads give up after ten seconds. `from` is the loopback address to come from; `window` how many
  // bytes may wait for this end to read them, about. Either may be left out.
  explicit HttpClient(int port, const char* from = nullptr, int window = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    if (from != nullptr) {
      address.sin_family = AF_INET;
      inet_pton(AF_INET, from, &address.sin_addr);
      ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    if (window > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const timeval patience = {10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~HttpClient() { ::close(fd_); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // A whole request; `headers` are lines without their ends.
  bool Request(std::string_view method, std::string_view target,
               const std::vector<std::string>& headers = {}, std::string_view body = {}) {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: gateway\r\n");
    for (const std::string& header : headers) text.append(header).append("\r\n");
    if (!body.empty()) {
      text.append("Content-Type: application/json\r\nContent-Length: ")
          .append(std::to_string(body.size()))
          .append("\r\n");
    }
    text.append("\r\n").append(body);
    return Send(text);
  }

  // The next answer; nullopt when the connection ended before it was whole.
  std::optional<Answer> Read() {
    std::optional<Answer> answer = ReadHead();
    if (!answer.has_value()) return std::nullopt;
    if (answer->headers.contains("transfer-encoding")) {
      while (auto chunk = ReadChunk()) {
        if (chunk->empty()) return answer;
        answer->body += *chunk;
      }
      return std::nullopt;
    }
    const auto length = answer->headers.find("content-length");
    const size_t size =
        length == answer->headers.end() ? 0 : std::strtoul(length->second.c_str(), nullptr, 10);
    while (buffer_.size() < size) {
      if (!Fill()) return std::nullopt;
    }
    answer->body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }

  std::optional<Answer> Ask(std::string_view method, std::string_view target,
                            const std::vector<std::string>& headers = {},
                            std::string_view body = {}) {
    if (!Request(method, target, headers, body)) return std::nullopt;
    return Read();
  }

  // Status line and headers only, for streams.
  std::optional<Answer> ReadHead() {
    size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return std::nullopt;
    }
    Answer answer;
    std::string head = buffer_.substr(0, end);
    buffer_.erase(0, end + 4);
    size_t at = head.find("\r\n");
    const std::string first = head.substr(0, at);
    if (first.size() < 12 || !absl::SimpleAtoi(first.substr(9, 3), &answer.status)) {
      return std::nullopt;
    }
    while (at != std::string::npos) {
      const size_t next = head.find("\r\n", at + 2);
      const std::string line =
          head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
      const size_t colon = line.find(": ");
      if (colon != std::string::npos) {
        answer.headers[absl::AsciiStrToLower(line.substr(0, colon))] = line.substr(colon + 2);
      }
      at = next;
    }
    if (answer.status == 100) return ReadHead();
    return answer;
  }

  // The next chunk of a stream; empty at its end, nullopt when the connection ended before.
  std::optional<std::string> ReadChunk() {
    size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!Fill()) return std::nullopt;
    }
    const size_t size = std::strtoul(buffer_.substr(0, end).c_str(), nullptr, 16);
    while (buffer_.size() < end + 4 + size) {
      if (!Fill()) return std::nullopt;
    }
    std::string chunk = buffer_.substr(end + 2, size);
    buffer_.erase(0, end + 4 + size);
    return chunk;
  }

  // Waits for the other end to send or close, at most so long.
  bool Waits(int milliseconds) const {
    pollfd one = {fd_, POLLIN, 0};
    return ::poll(&one, 1, milliseconds) > 0;
  }

  // True when the other end closes without a further byte.
  bool ReadsEnd() { return buffer_.empty() && !Fill() && ended_; }

 private:
  bool Fill() {
    char bytes[16384];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      ended_ = got == 0 || errno == ECONNRESET;
      return false;
    }
    buffer_.append(bytes, static_cast<size_t>(got));
    return true;
  }

  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace ronghe::gateway::testing
