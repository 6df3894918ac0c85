// What does the gateway know about a caller that the services behind it need too?
//
// It travels in one header, "ronghe-context", and in a field of the trunk's calls. Services believe
// it because only processes of the suite may call them; what an outside caller sends under this
// name never passes the gateway.
#ifndef RONGHE_COMMON_RPC_CALL_CONTEXT_H_
#define RONGHE_COMMON_RPC_CALL_CONTEXT_H_

#include <string>
#include <string_view>

namespace ronghe::rpc {

inline constexpr char kContextHeader[] = "ronghe-context";

struct CallContext {
  // The address of the person or system outside; empty: the transport's peer is all there is.
  std::string peer = {};
  // Why the caller asks: a purpose code, as "X-Ronghe-Purpose" gave it.
  std::string purpose = {};
  // The caller wants to know whether the call would succeed; nothing is to be kept of it.
  bool validate_only = false;

  bool empty() const { return peer.empty() && purpose.empty() && !validate_only; }

  // "peer=…;purpose=…;dry=1" with the values percent-encoded; parts without a value are left out,
  // so that an empty context is an empty text. Values are cut to 256 bytes.
  std::string Encode() const;

  // What Encode wrote. Parts that it does not know, and what is no context at all, are ignored.
  static CallContext Parse(std::string_view text);

  friend bool operator==(const CallContext&, const CallContext&) = default;
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_CALL_CONTEXT_H_
