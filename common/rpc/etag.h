// Has the row changed since the caller read it?
#ifndef RONGHE_COMMON_RPC_ETAG_H_
#define RONGHE_COMMON_RPC_ETAG_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ronghe::rpc {

// The etag of a row's version: a plain decimal number.
std::string EtagOf(int64_t version);

// OK when `etag` is empty (the caller does not care) or names `version`. Quotes as HTTP writes them
// ("7" or W/"7") are understood. ABORTED with reason ETAG_MISMATCH otherwise.
absl::Status CheckEtag(std::string_view etag, int64_t version);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_ETAG_H_
