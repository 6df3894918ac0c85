#include "services/gateway/http/settings.h"

#include "common/base/status_macros.h"
#include "common/error/error.h"

namespace ronghe::gateway::http {
namespace {

// The field where it says something, else what stands.
template <class From, class To>
void Set(From value, To* to) {
  if (value > 0) *to = static_cast<To>(value);
}

void SetTime(int32_t ms, absl::Duration* to) {
  if (ms > 0) *to = absl::Milliseconds(ms);
}

bool IsLoopback(std::string_view listen) {
  return listen.starts_with("127.") || listen.starts_with("localhost:") ||
         listen.starts_with("[::1]:");
}

}  // namespace

AddressLimitOptions AddressLimitOptionsOf(const v1::Http& config) {
  const v1::AddressLimits& limits = config.address_limits();
  AddressLimitOptions options;
  Set(limits.max_connections(), &options.max_connections);
  Set(limits.requests_per_second(), &options.anonymous.per_second);
  Set(limits.request_burst(), &options.anonymous.burst);
  Set(limits.sign_ins_per_second(), &options.sign_in.per_second);
  Set(limits.sign_in_burst(), &options.sign_in.burst);
  Set(limits.files_per_second(), &options.file.per_second);
  Set(limits.file_burst(), &options.file.burst);
  return options;
}

absl::StatusOr<FrontOptions> FrontOptionsOf(const v1::Http& config) {
  FrontOptions options;
  RONGHE_ASSIGN_OR_RETURN(options.origins, Origins::Parse({config.public_origins().begin(),
                                                           config.public_origins().end()}));
  if (options.origins.any() && !IsLoopback(config.listen())) {
    return error::Make(absl::StatusCode::kInvalidArgument, "ORIGINS_REQUIRED",
                       "非回环地址的 HTTP 端口必须配置对外地址 public_origins",
                       {{"address", config.listen()}});
  }
  Set(config.max_body_bytes(), &options.max_body_bytes);
  Set(config.max_upload_bytes(), &options.max_upload_bytes);
  return options;
}

ServerOptions ServerOptionsOf(const v1::Http& config, int threads) {
  ServerOptions options;
  options.listen = config.listen();
  options.cert_file = config.tls().cert_file();
  options.key_file = config.tls().key_file();
  options.ca_file = config.tls().ca_file();
  options.threads = threads;
  Set(config.threads(), &options.threads);
  Set(config.max_connections(), &options.max_connections);
  Set(config.max_header_bytes(), &options.parser.max_header_bytes);
  Set(config.max_headers(), &options.parser.max_headers);
  Set(config.max_target_bytes(), &options.parser.max_target_bytes);
  SetTime(config.handshake_timeout_ms(), &options.handshake_timeout);
  SetTime(config.header_timeout_ms(), &options.header_timeout);
  SetTime(config.idle_timeout_ms(), &options.idle_timeout);
  SetTime(config.body_timeout_ms(), &options.body_timeout);
  SetTime(config.write_timeout_ms(), &options.write_timeout);
  SetTime(config.transfer_timeout_ms(), &options.transfer_timeout);
  Set(config.min_bytes_per_second(), &options.min_bytes_per_second);
  return options;
}

}  // namespace ronghe::gateway::http
