#ifndef RONGHE_COMMON_METRICS_METRICS_H_
#define RONGHE_COMMON_METRICS_METRICS_H_

// What does a process count, and where can Prometheus read it?
//
// Names: ronghe_<service>_<noun>_<unit>, counters end in _total, durations are in seconds. Series
// are made at start; a label never holds user input.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "prometheus/collectable.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace ronghe::metrics {

using Counter = prometheus::Counter;      // Increment(), Increment(n), Value()
using Gauge = prometheus::Gauge;          // Set(x), Increment(), Decrement(), Value()
using Histogram = prometheus::Histogram;  // Observe(x)
using Labels = std::map<std::string, std::string>;
using Buckets = std::vector<double>;

// Seconds from 0.5 ms to 10 s: for calls and statements.
const Buckets& LatencyBuckets();

class Exposer;

// A set of metrics. Thread-safe. What Add* returns lives as long as the registry; the same name and
// labels give the same object. A malformed name, or one name with two types, ends the process:
// names are constants, so a test shows it.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The one that the process serves; it also holds the process_* series.
  static Registry& Default();

  Counter& AddCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& AddGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& AddHistogram(std::string_view name, std::string_view help, const Labels& labels = {},
                          const Buckets& buckets = LatencyBuckets());

  // A gauge whose value is asked for at every scrape, until the handle is destroyed. `value` is
  // called from the exposer's threads.
  class CallbackHandle {
   public:
    virtual ~CallbackHandle() = default;
  };
  [[nodiscard]] std::unique_ptr<CallbackHandle> AddCallbackGauge(std::string_view name,
                                                                 std::string_view help,
                                                                 const Labels& labels,
                                                                 std::function<double()> value);

  // Everything, in the text format that Prometheus reads.
  std::string Text() const;

 private:
  friend absl::StatusOr<std::unique_ptr<Exposer>> StartExposer(const std::string& listen,
                                                               Registry& registry);
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// ronghe_build_info{service,version} 1.
void SetBuildInfo(Registry& registry, std::string_view service);

// Serves GET /metrics until destroyed.
class Exposer {
 public:
  ~Exposer();
  int port() const;

 private:
  friend absl::StatusOr<std::unique_ptr<Exposer>> StartExposer(const std::string& listen,
                                                               Registry& registry);
  class Impl;
  explicit Exposer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Serves `registry` on `listen` ("127.0.0.1:9101"; port 0 picks a free one). UNAVAILABLE, reason
// ADMIN_PORT_BUSY, if it can't listen there.
absl::StatusOr<std::unique_ptr<Exposer>> StartExposer(const std::string& listen,
                                                      Registry& registry = Registry::Default());

}  // namespace ronghe::metrics

#endif  // RONGHE_COMMON_METRICS_METRICS_H_
