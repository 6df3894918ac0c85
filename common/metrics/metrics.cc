#include "common/metrics/metrics.h"

#include <algorithm>
#include <exception>
#include <list>
#include <utility>

#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/metrics/process.h"
#include "prometheus/exposer.h"
#include "prometheus/family.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

#ifndef RONGHE_VERSION
#define RONGHE_VERSION "unknown"
#endif

namespace ronghe::metrics {
namespace {

// prometheus-cpp writes the help text as it is, and a line break in it breaks the scrape.
std::string Help(std::string_view help) {
  return absl::StrReplaceAll(base::Sv(help), {{"\n", " "}, {"\\", "/"}});
}

struct CallbackGauge {
  std::string name;
  std::string help;
  Labels labels;
  std::function<double()> value;
};

}  // namespace

const Buckets& LatencyBuckets() {
  static const auto* buckets =
      new Buckets{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
  return *buckets;
}

class Registry::Impl : public prometheus::Collectable,
                       public std::enable_shared_from_this<Registry::Impl> {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families = registry.Collect();
    {
      absl::MutexLock lock(&mutex);
      for (const CallbackGauge& gauge : callbacks) AddTo(families, gauge);
    }
    if (with_process) {
      for (auto& family : CollectProcess()) families.push_back(std::move(family));
    }
    return families;
  }

  prometheus::Registry registry;
  bool with_process = false;
  mutable absl::Mutex mutex;
  std::list<CallbackGauge> callbacks ABSL_GUARDED_BY(mutex);

 private:
  static void AddTo(std::vector<prometheus::MetricFamily>& families, const CallbackGauge& gauge) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : gauge.labels) metric.label.push_back({name, value});
    metric.gauge.value = gauge.value();
    auto same = std::find_if(families.begin(), families.end(),
                             [&](const auto& family) { return family.name == gauge.name; });
    if (same == families.end()) {
      families.push_back({gauge.name, gauge.help, prometheus::MetricType::Gauge, {}});
      same = std::prev(families.end());
    }
    same->metric.push_back(std::move(metric));
  }
};

Registry::Registry() : impl_(std::make_shared<Impl>()) {}
Registry::~Registry() = default;

Registry& Registry::Default() {
  static auto* registry = [] {
    auto* made = new Registry;
    made->impl_->with_process = true;
    return made;
  }();
  return *registry;
}

Counter& Registry::AddCounter(std::string_view name, std::string_view help, const Labels& labels) {
  return prometheus::BuildCounter()
      .Name(std::string(name))
      .Help(Help(help))
      .Register(impl_->registry)
      .Add(labels);
}

Gauge& Registry::AddGauge(std::string_view name, std::string_view help, const Labels& labels) {
  return prometheus::BuildGauge()
      .Name(std::string(name))
      .Help(Help(help))
      .Register(impl_->registry)
      .Add(labels);
}

Histogram& Registry::AddHistogram(std::string_view name, std::string_view help,
                                  const Labels& labels, const Buckets& buckets) {
  return prometheus::BuildHistogram()
      .Name(std::string(name))
      .Help(Help(help))
      .Register(impl_->registry)
      .Add(labels, buckets);
}

std::unique_ptr<Registry::CallbackHandle> Registry::AddCallbackGauge(
    std::string_view name, std::string_view help, const Labels& labels,
    std::function<double()> value) {
  class Handle : public CallbackHandle {
   public:
    Handle(std::shared_ptr<Impl> impl, std::list<CallbackGauge>::iterator gauge)
        : impl_(std::move(impl)), gauge_(gauge) {}
    ~Handle() override {
      absl::MutexLock lock(&impl_->mutex);
      impl_->callbacks.erase(gauge_);
    }

   private:
    std::shared_ptr<Impl> impl_;
    std::list<CallbackGauge>::iterator gauge_;
  };
  absl::MutexLock lock(&impl_->mutex);
  auto gauge = impl_->callbacks.insert(impl_->callbacks.end(),
                                       {std::string(name), Help(help), labels, std::move(value)});
  return std::make_unique<Handle>(impl_, gauge);
}

std::string Registry::Text() const {
  return prometheus::TextSerializer().Serialize(impl_->Collect());
}

void SetBuildInfo(Registry& registry, std::string_view service) {
  registry
      .AddGauge("ronghe_build_info", "Always 1; the labels say what runs.",
                {{"service", std::string(service)}, {"version", RONGHE_VERSION}})
      .Set(1);
}

class Exposer::Impl {
 public:
  Impl(const std::string& listen, std::shared_ptr<prometheus::Collectable> collectable)
      : collectable_(std::move(collectable)), exposer_(listen, /*num_threads=*/2) {
    exposer_.RegisterCollectable(collectable_);
  }
  int port() const { return exposer_.GetListeningPorts().front(); }

 private:
  std::shared_ptr<prometheus::Collectable> collectable_;  // the exposer only holds it weakly
  prometheus::Exposer exposer_;
};

Exposer::Exposer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Exposer::~Exposer() = default;
int Exposer::port() const { return impl_->port(); }

absl::StatusOr<std::unique_ptr<Exposer>> StartExposer(const std::string& listen,
                                                      Registry& registry) {
  try {
    return std::unique_ptr<Exposer>(
        new Exposer(std::make_unique<Exposer::Impl>(listen, registry.impl_)));
  } catch (const std::exception& e) {
    return error::Make(absl::StatusCode::kUnavailable, "ADMIN_PORT_BUSY",
                       base::Cat("指标端口 ", listen, " 无法监听"),
                       {{"listen", listen}, {"cause", e.what()}});
  }
}

}  // namespace ronghe::metrics
