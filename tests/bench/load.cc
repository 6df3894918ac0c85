// How many operations a second does a server complete, and how long does each take, at N callers or
// at a given rate?
//
// One load generator for both doors: unary gRPC (raw request bytes) and HTTP/1.1 (prepared
// requests). The requests are prepared beforehand, one a line: hex bytes of the message for gRPC;
// "METHOD PATH[ BODY]" for HTTP. In a closed loop every caller waits for its answer before it asks
// again; in an open loop a request starts at its due time however the server does, and its latency
// counts from that time.

#include <arpa/inet.h>
#include <fcntl.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

ABSL_FLAG(std::string, door, "grpc", "grpc or http");
ABSL_FLAG(std::string, host, "127.0.0.1", "IPv4 address of the server");
ABSL_FLAG(int, port, 0, "port of the server");
ABSL_FLAG(std::string, method, "", "gRPC: full method name, /package.Service/Method");
ABSL_FLAG(std::string, requests, "", "file of prepared requests, one a line");
ABSL_FLAG(std::string, bearer, "", "bearer token sent with every request");
ABSL_FLAG(int, callers, 1, "closed loop: callers; open loop: the most requests in flight");
ABSL_FLAG(double, rate, 0, "open loop: requests a second; 0 is a closed loop");
ABSL_FLAG(bool, once, false, "every request once, then stop; for writes that can't be repeated");
ABSL_FLAG(double, warmup, 2, "seconds before counting starts");
ABSL_FLAG(double, seconds, 5, "seconds that count");
ABSL_FLAG(std::string, pids, "", "server processes whose CPU time is counted, comma-separated");

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::nanoseconds Seconds(double s) {
  return std::chrono::nanoseconds(static_cast<int64_t>(s * 1e9));
}

// CPU seconds used so far by the processes, from /proc.
double CpuSeconds(const std::vector<std::string>& pids) {
  double total = 0;
  for (const std::string& pid : pids) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const size_t close = text.rfind(')');
    if (close == std::string::npos) continue;
    const std::vector<std::string> fields = absl::StrSplit(text.substr(close + 2), ' ');
    total += (std::atof(fields[11].c_str()) + std::atof(fields[12].c_str())) /
             static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return total;
}

// When may the next request start, which one is it, and what came of those that ended?
class Schedule {
 public:
  Schedule(size_t requests, double rate, double warmup, double seconds)
      : requests_(requests),
        interval_(rate > 0 ? Seconds(1 / rate) : std::chrono::nanoseconds(0)),
        start_(Clock::now()),
        count_from_(start_ + Seconds(warmup)),
        end_(count_from_ + Seconds(seconds)),
        next_due_(start_) {}

  bool open_loop() const { return interval_.count() > 0; }
  bool Over(Clock::time_point now) const {
    return now >= end_ || (absl::GetFlag(FLAGS_once) && next_request_ >= requests_);
  }
  Clock::time_point count_from() const { return count_from_; }
  Clock::time_point next_due() const { return next_due_; }
  size_t NextRequest() { return next_request_++ % requests_; }

  // The due time of the next request of an open loop.
  Clock::time_point TakeDue() {
    const Clock::time_point due = next_due_;
    next_due_ += interval_;
    return due;
  }

  void Done(Clock::time_point intended, bool ok) {
    const Clock::time_point now = Clock::now();
    if (now < count_from_ || now >= end_) return;
    last_ = now;
    if (!ok) {
      ++errors_;
      return;
    }
    micros_.push_back(static_cast<uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - intended).count()));
  }

  std::vector<uint32_t>& micros() { return micros_; }
  int64_t errors() const { return errors_; }
  // From the first moment that counts to the last answer.
  double Elapsed() const { return std::chrono::duration<double>(last_ - count_from_).count(); }

 private:
  const size_t requests_;
  const std::chrono::nanoseconds interval_;
  const Clock::time_point start_, count_from_, end_;
  Clock::time_point next_due_;
  Clock::time_point last_ = count_from_;
  size_t next_request_ = 0;
  std::vector<uint32_t> micros_;
  int64_t errors_ = 0;
};

struct GrpcCall {
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer response;
  grpc::Status status;
  Clock::time_point intended;
};

void RunGrpc(Schedule& schedule, const std::vector<std::string>& requests) {
  const std::string method = absl::GetFlag(FLAGS_method);
  const std::string bearer = "Bearer " + absl::GetFlag(FLAGS_bearer);
  auto channel =
      grpc::CreateChannel(absl::StrCat(absl::GetFlag(FLAGS_host), ":", absl::GetFlag(FLAGS_port)),
                          grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  std::vector<grpc::ByteBuffer> bodies;
  for (const std::string& line : requests) {
    const std::string bytes = absl::HexStringToBytes(line);
    const grpc::Slice slice(bytes);
    bodies.emplace_back(&slice, 1);
  }
  int in_flight = 0;
  const auto send = [&](Clock::time_point intended) {
    auto* call = new GrpcCall;
    call->intended = intended;
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    if (bearer.size() > 7) call->context.AddMetadata("authorization", bearer);
    call->reader =
        stub.PrepareUnaryCall(&call->context, method, bodies[schedule.NextRequest()], &queue);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->status, call);
    ++in_flight;
  };
  const int callers = absl::GetFlag(FLAGS_callers);
  if (!schedule.open_loop()) {
    for (int i = 0; i < callers; ++i) send(Clock::now());
  }
  while (true) {
    const Clock::time_point now = Clock::now();
    if (schedule.Over(now) && in_flight == 0) break;
    if (schedule.open_loop()) {
      while (!schedule.Over(now) && in_flight < callers && schedule.next_due() <= now) {
        send(schedule.TakeDue());
      }
    }
    void* tag = nullptr;
    bool ok = false;
    const auto wait = schedule.open_loop() && in_flight < callers && !schedule.Over(now)
                          ? schedule.next_due() - now
                          : std::chrono::nanoseconds(std::chrono::milliseconds(100));
    if (queue.AsyncNext(
            &tag, &ok,
            std::chrono::system_clock::now() + std::max(wait, std::chrono::nanoseconds(0))) !=
        grpc::CompletionQueue::GOT_EVENT) {
      continue;
    }
    std::unique_ptr<GrpcCall> call(static_cast<GrpcCall*>(tag));
    --in_flight;
    schedule.Done(call->intended, ok && call->status.ok());
    if (!schedule.open_loop() && !schedule.Over(Clock::now())) send(Clock::now());
  }
  queue.Shutdown();
}

// One keep-alive connection; answers are read by their Content-Length.
struct HttpConnection {
  int fd = -1;
  Clock::time_point intended;
  std::string input;
};

int Connect() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(absl::GetFlag(FLAGS_port)));
  inet_pton(AF_INET, absl::GetFlag(FLAGS_host).c_str(), &address.sin_addr);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

void SendAll(int fd, const std::string& text) {
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<size_t>(n);
    } else if (errno != EAGAIN) {
      std::perror("send");
      std::exit(1);
    }
  }
}

// Whether one whole answer stands in the input; takes it out and tells whether its code is 2xx.
bool TakeAnswer(std::string& input, bool& ok) {
  const size_t head = input.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  size_t length = 0;
  for (absl::string_view line : absl::StrSplit(absl::string_view(input).substr(0, head), "\r\n")) {
    if (absl::StartsWithIgnoreCase(line, "content-length:")) {
      if (!absl::SimpleAtoi(line.substr(15), &length)) std::exit(1);
    }
  }
  if (input.size() < head + 4 + length) return false;
  ok = input.size() > 9 && input[9] == '2';
  input.erase(0, head + 4 + length);
  return true;
}

void RunHttp(Schedule& schedule, const std::vector<std::string>& requests) {
  std::vector<std::string> texts;
  for (const std::string& line : requests) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    std::string text = absl::StrCat(parts[0], " ", parts[1], " HTTP/1.1\r\nHost: localhost\r\n");
    if (!absl::GetFlag(FLAGS_bearer).empty()) {
      absl::StrAppend(&text, "Authorization: Bearer ", absl::GetFlag(FLAGS_bearer), "\r\n");
    }
    if (parts.size() > 2) {
      absl::StrAppend(&text, "Content-Type: application/json\r\nContent-Length: ", parts[2].size(),
                      "\r\n\r\n", parts[2]);
    } else {
      text += "\r\n";
    }
    texts.push_back(std::move(text));
  }
  const int epoll = epoll_create1(0);
  std::vector<HttpConnection> connections(static_cast<size_t>(absl::GetFlag(FLAGS_callers)));
  std::vector<HttpConnection*> idle;
  for (HttpConnection& c : connections) {
    c.fd = Connect();
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.ptr = &c;
    epoll_ctl(epoll, EPOLL_CTL_ADD, c.fd, &event);
    idle.push_back(&c);
  }
  const auto send = [&](HttpConnection* c, Clock::time_point intended) {
    c->intended = intended;
    SendAll(c->fd, texts[schedule.NextRequest()]);
  };
  if (!schedule.open_loop()) {
    for (HttpConnection* c : idle) send(c, Clock::now());
    idle.clear();
  }
  std::vector<epoll_event> events(256);
  std::vector<char> buffer(1 << 16);
  while (!schedule.Over(Clock::now())) {
    if (schedule.open_loop()) {
      while (!idle.empty() && schedule.next_due() <= Clock::now()) {
        send(idle.back(), schedule.TakeDue());
        idle.pop_back();
      }
    }
    const int wait = schedule.open_loop() ? 0 : 100;
    const int n = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), wait);
    for (int i = 0; i < n; ++i) {
      auto* c = static_cast<HttpConnection*>(events[static_cast<size_t>(i)].data.ptr);
      const ssize_t got = recv(c->fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        std::cerr << "the server closed a connection\n";
        std::exit(1);
      }
      c->input.append(buffer.data(), static_cast<size_t>(got));
      bool ok = false;
      if (!TakeAnswer(c->input, ok)) continue;
      schedule.Done(c->intended, ok);
      if (schedule.open_loop()) {
        idle.push_back(c);
      } else {
        send(c, Clock::now());
      }
    }
  }
  for (const HttpConnection& c : connections) close(c.fd);
  close(epoll);
}

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::ifstream file(absl::GetFlag(FLAGS_requests));
  std::vector<std::string> requests;
  for (std::string line; std::getline(file, line);) requests.push_back(line);
  if (requests.empty()) {
    std::cerr << "no requests in '" << absl::GetFlag(FLAGS_requests) << "'\n";
    return 2;
  }
  const std::vector<std::string> pids =
      absl::StrSplit(absl::GetFlag(FLAGS_pids), ',', absl::SkipEmpty());
  Schedule schedule(requests.size(), absl::GetFlag(FLAGS_rate), absl::GetFlag(FLAGS_warmup),
                    absl::GetFlag(FLAGS_seconds));
  double cpu_at_start = 0;
  std::thread at_start([&] {
    std::this_thread::sleep_until(schedule.count_from());
    cpu_at_start = CpuSeconds(pids);
  });
  if (absl::GetFlag(FLAGS_door) == "http") {
    RunHttp(schedule, requests);
  } else {
    RunGrpc(schedule, requests);
  }
  at_start.join();
  const double cpu = CpuSeconds(pids) - cpu_at_start;

  std::vector<uint32_t>& micros = schedule.micros();
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double share) {
    return micros.empty()
               ? 0u
               : micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))];
  };
  const double seconds = schedule.Elapsed();
  const auto count = static_cast<double>(micros.size());
  std::printf(
      "{\"ops\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u, \"errors\": %lld, "
      "\"cpu_us_per_call\": %.1f}\n",
      seconds > 0 ? count / seconds : 0.0, at(0.5), at(0.99), at(1),
      static_cast<long long>(schedule.errors()), count > 0 ? cpu * 1e6 / count : 0.0);
  return 0;
}
