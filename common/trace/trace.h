#ifndef RONGHE_COMMON_TRACE_TRACE_H_
#define RONGHE_COMMON_TRACE_TRACE_H_

// Which request does this thread work for? W3C trace context, carried from edge to database.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ronghe::trace {

struct Context {
  std::string trace_id;  // 32 lower-case hex digits, not all zero; empty: no trace
  std::string span_id;   // 16 lower-case hex digits, not all zero
  bool sampled = false;

  // A new trace with random ids, sampled.
  static Context New();

  // Reads a `traceparent` header. INVALID_ARGUMENT, reason TRACEPARENT_INVALID, where W3C Trace
  // Context says to ignore it, and for a trace id without a letter: that is no random one.
  static absl::StatusOr<Context> Parse(std::string_view traceparent);

  // "00-<trace id>-<span id>-<flags>"; empty without a trace.
  std::string ToHeader() const;

  // The same trace with a new span id.
  Context Child() const;

  bool empty() const { return trace_id.empty(); }
};

// The context of the innermost Scope of this thread; an empty one outside.
const Context& Current();

// Makes a context current in this thread until the end of the block. Scopes nest.
class Scope {
 public:
  explicit Scope(Context context);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Context context_;
  const Context* previous_;
};

}  // namespace ronghe::trace

#endif  // RONGHE_COMMON_TRACE_TRACE_H_
