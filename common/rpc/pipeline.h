// What happens to a call between the transport and its handler, and on the way back?
//
// In this order: exceptions, trace, metrics, log, deadline, admission, authenticate, authorize,
// validate, request id, handler, audit row of a refusal, status mapping. The first three and the
// last two wrap the others: they see every call, also one that a later stage refuses. Open and
// Admit run on the thread that drives gRPC and never block; everything from authentication on runs
// on the worker that runs the handler.
#ifndef RONGHE_COMMON_RPC_PIPELINE_H_
#define RONGHE_COMMON_RPC_PIPELINE_H_

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/metrics/metrics.h"
#include "common/rpc/call.h"
#include "common/rpc/method.h"
#include "common/rpc/server.h"
#include "common/rpc/validator.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

namespace ronghe::rpc {

// A method with everything about it looked up once, at start.
struct CompiledMethod {
  const Method* method = nullptr;
  absl::Duration timeout = absl::ZeroDuration();  // zero: none
  std::vector<const google::protobuf::FieldDescriptor*> scope_path;
  const ValidationPlan* plan = nullptr;
  // The request's `string request_id`, for methods that change something.
  const google::protobuf::FieldDescriptor* request_id = nullptr;
  // The request's passwords and codes: texts with `limits {opaque: true}`.
  std::vector<const google::protobuf::FieldDescriptor*> secrets;
  bool mutation = false;
  // Null: everyone.
  const absl::flat_hash_set<std::string>* allowed_callers = nullptr;
  // Raw methods: only authentication, no look into the bytes.
  bool raw = false;
  bool stream = false;
  size_t coalesce = 0;
  size_t index = 0;

  metrics::Counter* started = nullptr;
  std::array<metrics::Counter*, 17> handled{};
  metrics::Histogram* seconds = nullptr;
};

// One call on its way. The transport fills the first part.
struct Exchange {
  // Overwrites the passwords and codes of the request (GB/T 22239-2019 8.1.4.10).
  ~Exchange();

  const CompiledMethod* method = nullptr;
  grpc::ByteBuffer request_bytes;
  std::string bearer;
  std::string traceparent;
  std::string certificate;
  std::string peer;
  // Emptied where the caller turns out to be none of ours.
  CallContext context;
  // InfiniteFuture where the caller gave none.
  absl::Time deadline = absl::InfiniteFuture();
  std::atomic<bool> cancelled = false;

  absl::Time arrived;
  trace::Context trace;
  std::unique_ptr<google::protobuf::Message> request;
  std::optional<Call> call;
};

class Pipeline {
 public:
  // INVALID_ARGUMENT with every fault of every policy, one line each. `tables` must outlive the
  // pipeline; `tls` says whether callers have certificates.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(const ServerOptions& options, bool tls,
                                                          const std::vector<ServiceTable>& tables);

  // Null for a method that is not served.
  const CompiledMethod* Find(std::string_view full_name) const;
  const std::vector<std::unique_ptr<CompiledMethod>>& methods() const { return methods_; }

  // Trace, metrics, deadline.
  void Open(Exchange& exchange) const;

  // Admission of a call that would wait about `wait` for a worker; `full` says that the queue is.
  // RESOURCE_EXHAUSTED with reason OVERLOADED or DEADLINE_TOO_SHORT and RetryInfo.
  absl::Status Admit(const Exchange& exchange, bool full, absl::Duration wait) const;

  // Authenticate, authorize, validate, request id: makes exchange.call.
  absl::Status Prepare(Exchange& exchange) const;

  // Prepares the calls and runs their handler. `reply` of every item keeps the answer; the statuses
  // say how each call ended. Exchanges are of one method. A refusal has its audit row when Run…
  // returns.
  struct Item {
    Exchange* exchange = nullptr;
    Reply* reply = nullptr;
    absl::Status status;
  };
  void RunUnary(std::span<Item> items) const;
  absl::Status RunRawUnary(Exchange& exchange, grpc::ByteBuffer* response) const;
  absl::Status RunStream(Exchange& exchange, RawStream& stream) const;

  // Status mapping, log, metrics. Called once for every opened exchange.
  grpc::Status Close(Exchange& exchange, const absl::Status& outcome) const;

 private:
  explicit Pipeline(const ServerOptions& options);

  // Who may call the service over TLS: its own list, else the one for all.
  const absl::flat_hash_set<std::string>& CallersOf(const std::string& service) const;

  absl::Status CheckCaller(const Exchange& exchange) const;
  // The stages of Prepare, in this order; validation comes before the last.
  absl::Status Authenticate(Exchange& exchange, Call::Init& init) const;
  static absl::Status Parse(Exchange& exchange);
  absl::Status Authorize(Exchange& exchange) const;
  static void TakeRequestId(Exchange& exchange);

  // RunUnary before the rows of what was refused.
  void HandleUnary(std::span<Item> items) const;
  // Leaves the audit row of a refusal; returns `status`.
  absl::Status Keep(const Exchange& exchange, absl::Status status) const;
  // What a method that is authorized after loading (SCOPE_LOADED) may answer: INTERNAL for an OK
  // without a call of Authorize; for NOT_FOUND the refusal that somebody else's resource gets, so
  // that nobody learns by guessing which ids exist, unless the caller may see all organizations.
  // INTERNAL for an OK of a method whose policy wants an audit row that was not left.
  absl::Status Settle(const Exchange& exchange, absl::Status status) const;
  bool MissesAudit(const Exchange& exchange) const;
  // Runs `handler`; an exception becomes INTERNAL.
  static absl::Status Guard(absl::FunctionRef<absl::Status()> handler);

  const Authenticator* const authenticator_;
  const auth::Authorizer* const authorizer_;
  const base::Clock& clock_;
  const absl::Duration default_timeout_;
  const absl::Duration slow_call_;
  const crypto::Suite suite_;
  audit::RefusalLog* const refusal_log_;
  const bool pass_through_;
  std::vector<std::unique_ptr<CompiledMethod>> methods_;
  absl::flat_hash_map<std::string, const CompiledMethod*> by_name_;
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>> callers_;
  absl::flat_hash_set<std::string> nobody_;
  // When a refusal of admission was last logged, and how many since: one line a second.
  mutable std::atomic<int64_t> refusal_logged_{0};
  mutable std::atomic<int64_t> refusals_{0};
};

// The canonical name of a code, as metrics label it: "OK", "InvalidArgument" as gRPC's middleware
// for Prometheus writes them.
std::string_view CodeLabel(int code);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_PIPELINE_H_
