#ifndef RONGHE_COMMON_METRICS_PROCESS_H_
#define RONGHE_COMMON_METRICS_PROCESS_H_

// What does the kernel know about this process? The process_* series that Prometheus' own clients
// also have; prometheus-cpp has none.

#include <vector>

#include "prometheus/metric_family.h"

namespace ronghe::metrics {

// CPU seconds, memory, file descriptors, threads and start time, read from /proc at the call. What
// can't be read is left out.
std::vector<prometheus::MetricFamily> CollectProcess();

}  // namespace ronghe::metrics

#endif  // RONGHE_COMMON_METRICS_PROCESS_H_
