// What does a handler know about the call that it answers?
#ifndef RONGHE_COMMON_RPC_CALL_H_
#define RONGHE_COMMON_RPC_CALL_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/auth/principal.h"
#include "common/base/clock.h"
#include "common/crypto/bytes.h"
#include "common/rpc/call_context.h"
#include "common/rpc/outgoing.h"
#include "common/trace/trace.h"

namespace google::protobuf {
class Message;
}

namespace ronghe::rpc {

// One incoming call. Used by one thread at a time; `cancelled` may be asked from any.
class Call {
 public:
  struct Init {
    // "/pkg.Service/Method"; must outlive the call.
    std::string_view method;
    // The permission of the method's policy; must outlive the call.
    std::string_view permission;
    std::shared_ptr<const auth::Principal> principal = auth::Anonymous();
    // May be null: then every Authorize is refused.
    const auth::Authorizer* authorizer = nullptr;
    absl::Time now = absl::Now();
    // Of a stream, which may outlive a grant: what Holds asks for the time. May be null: `now`.
    // Must outlive the call.
    const base::Clock* clock = nullptr;
    absl::Time deadline = absl::InfiniteFuture();
    trace::Context trace;
    std::string request_id;
    // False when the pipeline made up `request_id`.
    bool request_id_from_client = false;
    std::string bearer;
    // The other end of the connection, and what the gateway says about the caller behind it.
    std::string peer;
    CallContext context = {};
    // The parsed request; null for calls that carry bytes only. Must outlive the call.
    const google::protobuf::Message* request = nullptr;
    // The method's policy wants a second person's agreement for every call.
    bool needs_approval = false;
    // What digests of the request are made with.
    crypto::Suite suite = crypto::Suite::kAes;
    // Set when the caller went away; may be null. Must outlive the call.
    const std::atomic<bool>* cancelled = nullptr;
  };

  explicit Call(Init init) : init_(std::move(init)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const auth::Principal& principal() const { return *init_.principal; }
  const std::shared_ptr<const auth::Principal>& shared_principal() const { return init_.principal; }

  // When the caller stops waiting; InfiniteFuture for a stream without one.
  absl::Time deadline() const { return init_.deadline; }
  // True when nobody waits for the answer any more: the caller cancelled or its deadline passed.
  bool cancelled() const;

  const trace::Context& trace() const { return init_.trace; }

  // The caller's request id, or one that the pipeline made. Empty for methods that change nothing.
  const std::string& request_id() const { return init_.request_id; }
  // True when the caller chose the request id, so that it may send the same call again.
  bool request_id_from_client() const { return init_.request_id_from_client; }

  // "/pkg.Service/Method".
  std::string_view method() const { return init_.method; }
  std::string_view permission() const { return init_.permission; }

  // SHA-256 or SM3 (32 bytes) of the request in deterministic serialization, without its sensitive
  // and private fields: nobody who reads the digest can try out what stood in them. Computed at the
  // first use.
  const std::string& request_digest() const;

  // From where the caller calls: its address as the gateway saw it, else the other end of the
  // connection as gRPC writes it.
  std::string_view peer() const {
    return init_.context.peer.empty() ? init_.peer : init_.context.peer;
  }

  // Why the caller asks: a purpose code; empty where it gave none.
  const std::string& purpose() const { return init_.context.purpose; }

  // The parsed request; null for calls that carry bytes only.
  const google::protobuf::Message* request() const { return init_.request; }

  // True when the method's policy wants a second person's agreement for every call.
  bool needs_approval() const { return init_.needs_approval; }

  // True when nothing of the call is to be kept: the caller asks only whether it would succeed.
  bool validate_only() const { return init_.context.validate_only; }

  // The grant that allowed the call; null before that, and where none was needed. Lives as long as
  // the call.
  const auth::Grant* grant() const { return grant_; }

  // "accounts/7" when only a role that this account delegated allowed the call; else empty.
  const std::string& on_behalf_of() const { return on_behalf_of_; }

  // When the call was accepted; the same at every read.
  absl::Time now() const { return init_.now; }

  // Checks the method's permission on `organization_id` and marks the call as authorized. Waits a
  // second at most for an organization that the tree does not know yet.
  // PERMISSION_DENIED with reason SCOPE_DENIED, the same for an unknown organization and a foreign
  // one.
  absl::Status Authorize(int64_t organization_id);

  // True when the caller holds `permission` on `organization_id`; in a stream, still holds it.
  bool Holds(std::string_view permission, int64_t organization_id) const;

  // True when the caller holds `permission` on `organization_id` or on any part of it.
  bool HoldsWithin(std::string_view permission, int64_t organization_id) const;

  // True when the caller holds `permission` on all organizations.
  bool HoldsEverywhere(std::string_view permission) const;

  // What a call to another service on behalf of this one carries.
  Outgoing Out() const;

  // The refusal of Authorize: PERMISSION_DENIED with reason SCOPE_DENIED.
  static absl::Status ScopeDenied(std::string_view permission);
  // True after a successful Authorize.
  bool authorized() const { return authorized_; }
  // The organization of the last successful Authorize, by the pipeline or the handler; 0 for none.
  int64_t authorized_organization() const { return authorized_organization_; }

  // What the audit row of this call names; set by the handler, read by the writer.
  void set_audit_organization(int64_t id) { audit_organization_ = id; }
  void set_audit_resource(std::string name) { audit_resource_ = std::move(name); }
  int64_t audit_organization() const { return audit_organization_; }
  const std::string& audit_resource() const { return audit_resource_; }
  // Set by what writes the audit row that the method's policy wants (service::Writer,
  // audit::AuditRead); the pipeline answers no success without it.
  void set_audited() const { audited_ = true; }
  bool audited() const { return audited_; }

 private:
  friend class Pipeline;

  absl::Time Moment() const { return init_.clock == nullptr ? init_.now : init_.clock->Now(); }

  // Takes the call for one that `grant` allows.
  void ActUnder(const auth::Grant& grant) {
    grant_ = &grant;
    on_behalf_of_ = grant.on_behalf_of;
  }

  Init init_;
  bool authorized_ = false;
  int64_t authorized_organization_ = 0;
  const auth::Grant* grant_ = nullptr;
  std::string on_behalf_of_;
  int64_t audit_organization_ = 0;
  std::string audit_resource_;
  mutable bool audited_ = false;
  mutable std::string request_digest_;
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_CALL_H_
