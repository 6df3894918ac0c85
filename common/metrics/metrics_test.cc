#include "common/metrics/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <thread>

#include "common/base/strings.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// GET /metrics from loopback, whole answer.
std::string Scrape(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::string request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
    std::array<char, 4096> buffer;
    ssize_t count;
    while ((count = read(fd, buffer.data(), buffer.size())) > 0) {
      answer.append(buffer.data(), static_cast<size_t>(count));
    }
  }
  close(fd);
  return answer;
}

TEST(MetricsTest, WritesWhatWasCounted) {
  Registry registry;
  Counter& calls = registry.AddCounter("ronghe_test_calls_total", "Calls.", {{"kind", "a"}});
  calls.Increment();
  registry.AddCounter("ronghe_test_calls_total", "Calls.", {{"kind", "a"}}).Increment(2);
  registry.AddGauge("ronghe_test_open", "Open things.").Set(7);
  registry.AddHistogram("ronghe_test_seconds", "Time.", {}, {0.1, 1}).Observe(0.5);
  EXPECT_EQ(calls.Value(), 3);
  std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("ronghe_test_calls_total{kind=\"a\"} 3"));
  EXPECT_THAT(text, HasSubstr("ronghe_test_open 7"));
  EXPECT_THAT(text, HasSubstr("ronghe_test_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(text, HasSubstr("ronghe_test_seconds_bucket{le=\"1\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("process_")));
}

TEST(MetricsTest, CallbackGaugesShareAFamilyAndEndWithTheirHandle) {
  Registry registry;
  double lag = 1.5;
  auto first = registry.AddCallbackGauge("ronghe_test_lag_seconds", "Lag.", {{"source", "a"}},
                                         [&lag] { return lag; });
  auto second = registry.AddCallbackGauge("ronghe_test_lag_seconds", "Lag.", {{"source", "b"}},
                                          [] { return 3.0; });
  std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("ronghe_test_lag_seconds{source=\"a\"} 1.5"));
  EXPECT_THAT(text, HasSubstr("ronghe_test_lag_seconds{source=\"b\"} 3"));
  EXPECT_EQ(text.find("# TYPE ronghe_test_lag_seconds"),
            text.rfind("# TYPE ronghe_test_lag_seconds"));
  lag = 2;
  second.reset();
  text = registry.Text();
  EXPECT_THAT(text, HasSubstr("source=\"a\"} 2"));
  EXPECT_THAT(text, Not(HasSubstr("source=\"b\"")));
}

TEST(MetricsTest, HelpStaysOnItsLine) {
  Registry registry;
  registry.AddGauge("ronghe_test_x", "one\ntwo").Set(1);
  EXPECT_THAT(registry.Text(), HasSubstr("# HELP ronghe_test_x one two\n"));
}

TEST(MetricsTest, ProcessSeriesAreThere) {
  std::string text = Registry::Default().Text();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
                           "process_threads", "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr(base::Cat("\n", name, " "))) << name;
  }
}

TEST(MetricsTest, ExposerServesAndFreesItsPort) {
  Registry registry;
  SetBuildInfo(registry, "test");
  int port = 0;
  {
    auto exposer = StartExposer("127.0.0.1:0", registry);
    ASSERT_TRUE(exposer.ok()) << exposer.status();
    port = (*exposer)->port();
    EXPECT_THAT(Scrape(port), HasSubstr("ronghe_build_info{service=\"test\",version=\""));
    auto second = StartExposer(base::Cat("127.0.0.1:", port), registry);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(error::Reason(second.status()), "ADMIN_PORT_BUSY");
  }
  EXPECT_EQ(Scrape(port), "");
}

TEST(MetricsTest, PromtoolFindsNothingToSay) {
  Registry& registry = Registry::Default();
  SetBuildInfo(registry, "test");
  registry.AddCounter("ronghe_test_calls_total", "Calls.", {{"kind", "a"}}).Increment();
  registry.AddHistogram("ronghe_test_seconds", "Time.").Observe(0.5);
  auto exposer = StartExposer("127.0.0.1:0", registry);
  ASSERT_TRUE(exposer.ok()) << exposer.status();
  Scrape((*exposer)->port());
  std::string answer = Scrape((*exposer)->port());
  size_t body = answer.find("\r\n\r\n");
  ASSERT_NE(body, std::string::npos);
  std::string path = ::testing::TempDir() + base::Cat("metrics_test_", getpid());
  std::ofstream(path) << answer.substr(body + 4);
  FILE* promtool = popen(base::Cat("promtool check metrics < ", path, " 2>&1").c_str(), "r");
  ASSERT_NE(promtool, nullptr);
  std::string said;
  std::array<char, 1024> buffer;
  while (fgets(buffer.data(), buffer.size(), promtool) != nullptr) said += buffer.data();
  int exit = pclose(promtool);
  unlink(path.c_str());
  EXPECT_TRUE(WIFEXITED(exit) && WEXITSTATUS(exit) == 0) << said;
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace ronghe::metrics
