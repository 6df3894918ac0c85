// What does the gateway refuse before a service is asked, and in which words? One constructor per
// error. What a request said never comes back in one.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ronghe::gateway::http::refusals {

// What can't be handled at all, by HTTP status: INVALID_ARGUMENT HTTP_INVALID (400), BODY_TOO_LARGE
// (413), PATH_TOO_LONG (414), HEADER_TOO_LARGE (431).
absl::Status Malformed(int http_status);
// INVALID_ARGUMENT HOST_UNKNOWN: the Host header is no name of ours (421).
absl::Status HostUnknown();
// UNIMPLEMENTED METHOD_NOT_ALLOWED (405).
absl::Status MethodNotAllowed();
// INVALID_ARGUMENT FIELD_INVALID: a path whose escapes are wrong.
absl::Status PathInvalid();
// NOT_FOUND ROUTE_NOT_FOUND.
absl::Status RouteNotFound();
// INVALID_ARGUMENT CONTENT_TYPE_INVALID: a body that is no JSON (415).
absl::Status ContentTypeInvalid();
// INVALID_ARGUMENT FIELD_INVALID: X-Ronghe-Purpose, X-Ronghe-Validate-Only.
absl::Status PurposeInvalid();
absl::Status ValidateOnlyInvalid();
// PERMISSION_DENIED ORIGIN_NOT_ALLOWED: a page that is not ours made a browser ask.
absl::Status OriginNotAllowed();
// RESOURCE_EXHAUSTED RATE_LIMITED with RetryInfo: one address asks too often without signing in.
absl::Status RateLimited(absl::Duration wait);
// RESOURCE_EXHAUSTED OVERLOADED with RetryInfo (503).
absl::Status Overloaded();

}  // namespace ronghe::gateway::http::refusals
