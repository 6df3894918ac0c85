#include "common/rpc/call.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/rpc/personal.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"

namespace ronghe::rpc {
namespace {

// What a call to another service must leave of the caller's time for the way back.
constexpr absl::Duration kReturnMargin = absl::Milliseconds(5);

// How long a call waits for an organization that the tree does not know to appear in it. Calls that
// are answered together wait for each other.
constexpr absl::Duration kCatchUp = absl::Seconds(1);

}  // namespace

bool Call::cancelled() const {
  if (init_.cancelled != nullptr && init_.cancelled->load(std::memory_order_relaxed)) return true;
  return init_.deadline != absl::InfiniteFuture() && absl::Now() >= init_.deadline;
}

const std::string& Call::request_digest() const {
  if (request_digest_.empty()) {
    std::string bytes;
    if (init_.request != nullptr) {
      const std::unique_ptr<google::protobuf::Message> cleared(init_.request->New());
      cleared->CopyFrom(*init_.request);
      ClearPersonal(*cleared);
      google::protobuf::io::StringOutputStream stream(&bytes);
      google::protobuf::io::CodedOutputStream coded(&stream);
      coded.SetSerializationDeterministic(true);
      cleared->SerializeToCodedStream(&coded);
    }
    request_digest_ = crypto::Hash(init_.suite, bytes);
  }
  return request_digest_;
}

absl::Status Call::Authorize(int64_t organization_id) {
  const auth::Grant* const grant =
      init_.authorizer == nullptr
          ? nullptr
          : init_.authorizer->FindAfterCatchUp(*init_.principal, init_.permission, organization_id,
                                               init_.now,
                                               std::min(init_.deadline, absl::Now() + kCatchUp));
  if (grant == nullptr) return ScopeDenied(init_.permission);
  authorized_ = true;
  ActUnder(*grant);
  authorized_organization_ = organization_id;
  return absl::OkStatus();
}

absl::Status Call::ScopeDenied(std::string_view permission) {
  return error::Make(absl::StatusCode::kPermissionDenied, "SCOPE_DENIED",
                     "您没有该党组织范围内的操作权限", {{"permission", std::string(permission)}});
}

bool Call::Holds(std::string_view permission, int64_t organization_id) const {
  return init_.authorizer != nullptr &&
         init_.authorizer->Allows(*init_.principal, permission, organization_id, Moment());
}

bool Call::HoldsWithin(std::string_view permission, int64_t organization_id) const {
  return init_.authorizer != nullptr &&
         init_.authorizer->FindWithin(*init_.principal, permission, organization_id, Moment()) !=
             nullptr;
}

bool Call::HoldsEverywhere(std::string_view permission) const {
  return init_.authorizer != nullptr &&
         init_.authorizer->AllowsEverywhere(*init_.principal, permission, Moment());
}

Outgoing Call::Out() const {
  return Outgoing{init_.deadline - kReturnMargin, init_.trace, init_.bearer, nullptr,
                  init_.context};
}

}  // namespace ronghe::rpc
