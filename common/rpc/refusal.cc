#include "common/rpc/refusal.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "common/audit/refusal_log.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/personal_text.h"
#include "common/rpc/pipeline.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace ronghe::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxNameBytes = 128;

// "collection/id", perhaps several of them: nothing else that a caller writes gets into the row.
bool IsName(std::string_view text) {
  if (text.size() > kMaxNameBytes || text.find('/') == std::string_view::npos) return false;
  char before = '/';
  for (char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (c == '/' ? before == '/' : !word) return false;
    before = c;
  }
  return before != '/';
}

}  // namespace

std::string NamedIn(const Message& request) {
  for (const char* key : {"name", "parent"}) {
    const FieldDescriptor* const field = request.GetDescriptor()->FindFieldByName(key);
    if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) {
      continue;
    }
    std::string name = request.GetReflection()->GetString(request, field);
    if (IsName(name)) return name;
  }
  return {};
}

bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    // That something exists may be more than the caller could see.
    case absl::StatusCode::kAlreadyExists:
      return true;
    case absl::StatusCode::kResourceExhausted: {
      const std::string reason = error::Reason(status);
      return reason != "OVERLOADED" && reason != "DEADLINE_TOO_SHORT";
    }
    default:
      return false;
  }
}

audit::Entry RefusalEntry(const Exchange& exchange, const absl::Status& status, absl::Time now) {
  audit::Entry entry;
  entry.time = now;
  entry.method = exchange.method->method->full_name;
  entry.trace_id = exchange.trace.trace_id;
  entry.result = absl::StatusCodeToString(status.code());
  if (const std::string reason = error::Reason(status); !reason.empty()) {
    entry.result += base::Cat(" ", reason);
  }
  if (!exchange.call.has_value()) {
    // Turned away before anybody looked at the request.
    entry.peer = !exchange.context.peer.empty() ? exchange.context.peer
                 : exchange.certificate.empty()
                     ? exchange.peer
                     : base::Cat(exchange.certificate, " ", exchange.peer);
    entry.detail = audit::Detail(exchange.context.purpose, "");
    return entry;
  }
  const Call& call = *exchange.call;
  entry.subject = call.principal().subject;
  entry.on_behalf_of = call.on_behalf_of();
  entry.peer = call.peer();
  entry.organization_id =
      call.audit_organization() != 0 ? call.audit_organization() : call.authorized_organization();
  entry.resource = call.audit_resource();
  entry.detail = audit::Detail(call.purpose(), "");
  if (call.request() != nullptr) {
    if (entry.resource.empty()) entry.resource = NamedIn(*call.request());
    entry.request_digest = call.request_digest();
  }
  // Somebody's number in the place of an id.
  if (FindPersonalNumber(entry.resource) != nullptr) {
    entry.resource.clear();
    entry.organization_id = 0;
  }
  return entry;
}

void RefusalRows::Add(audit::Entry entry) {
  {
    std::lock_guard lock(pending_->mutex);
    ++pending_->rows;
  }
  log_.Record(std::move(entry), [pending = pending_] {
    std::lock_guard lock(pending->mutex);
    if (--pending->rows == 0) pending->changed.notify_all();
  });
}

void RefusalRows::Wait(absl::Time deadline) {
  std::unique_lock lock(pending_->mutex);
  pending_->changed.wait_until(lock, absl::ToChronoTime(deadline),
                               [this] { return pending_->rows == 0; });
}

}  // namespace ronghe::rpc
