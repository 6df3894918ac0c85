// What does an error look like over HTTP?
//
//   {"error":{"code":404,"status":"NOT_FOUND","message":"…","details":[{"@type":…,…}]}}
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/gateway/transcode/out_buffer.h"
#include "services/gateway/transcode/schema.h"

namespace ronghe::gateway::transcode {

// An error as it came over gRPC.
struct WireError {
  int code = 2;
  std::string_view message;
  // A serialised google.rpc.Status; may be empty.
  std::string_view details;
  // An HTTP status that no code maps to (405, 413, 415, 431); 0: by the code.
  int http = 0;
};

// The canonical name, "NOT_FOUND".
std::string_view CodeName(int code);
// The HTTP status of a gRPC code; 412 for an ABORTED that says ETAG_MISMATCH.
int HttpStatus(const WireError& error);
// The reason of the ErrorInfo in the details; empty where there is none.
std::string ReasonOf(const WireError& error);
// The delay of the RetryInfo in the details in whole seconds, at least 1; 0 where there is none.
int RetryAfterSeconds(const WireError& error);

// Appends the JSON. The message is the LocalizedMessage of the details; an error without one gets a
// general text by its code, because what the transport says speaks of our inside.
void PrintError(const Schema& schema, const WireError& error, OutBuffer* out);

// `status` as it would have come over gRPC: code, message and details that live as long as this.
class OwnedError {
 public:
  explicit OwnedError(const absl::Status& status, int http = 0);
  const WireError& wire() const { return wire_; }

 private:
  std::string message_, details_;
  WireError wire_;
};

}  // namespace ronghe::gateway::transcode
