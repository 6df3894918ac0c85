// Which RPC does an HTTP request mean, and what request message does it say? The routes come from
// the google.api.http options of every method of the descriptor set; the gateway names none.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "ronghe/options/v1/options.pb.h"
#include "services/gateway/transcode/json_parser.h"
#include "services/gateway/transcode/schema.h"

namespace ronghe::gateway::transcode {

// One RPC of the contracts.
struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  // "/ronghe.membership.v1.MemberService/GetMember"
  std::string path;
  // "ronghe.membership.v1.MemberService/GetMember", the metric label.
  std::string label;
  const MessageTable* request = nullptr;
  const MessageTable* response = nullptr;
  options::v1::MethodPolicy policy;
  bool server_streaming = false;
  // Takes a file: its request holds bytes.
  bool upload = false;
  // Top-level fields, or nullptr where the message has none of that name.
  const Field* request_id = nullptr;
  const Field* response_etag = nullptr;
  const Field* route_field = nullptr;
  // The etag of the request: of the message itself or of the resource in its body.
  FieldPath request_etag;
  // Position in MethodTable::all().
  size_t index = 0;
};

// Every method of the descriptor set that carries a policy.
class MethodTable {
 public:
  // INVALID_ARGUMENT for a method whose policy is missing, misses its scope or audit, or names a
  // field that the request does not have. Services outside the package "ronghe" are left out.
  static absl::StatusOr<std::unique_ptr<MethodTable>> Build(const Schema& schema);

  // The method of a gRPC path, or nullptr.
  const Method* Find(std::string_view path) const;
  const std::vector<std::unique_ptr<Method>>& all() const { return methods_; }

 private:
  std::vector<std::unique_ptr<Method>> methods_;
  absl::flat_hash_map<std::string, const Method*> by_path_;
};

enum class Verb : uint8_t { kGet, kPut, kPost, kDelete, kPatch };
inline constexpr size_t kVerbs = 5;
std::string_view VerbName(Verb verb);

// One HTTP mapping of a method.
struct Binding {
  struct Variable {
    FieldPath path;
    // The segments it holds; the last one of a `**` takes all that are left.
    size_t first = 0;
    size_t count = 0;
    bool rest = false;
  };
  const Method* method = nullptr;
  Verb verb = Verb::kGet;
  // The template as written, "/v1/{name=members/*}".
  std::string pattern;
  std::vector<Variable> variables;
  bool body_is_message = false;
  const Field* body_field = nullptr;
};

// The decoded segments of a request's path.
using Segments = absl::InlinedVector<std::string, 8>;

struct Match {
  const Binding* binding = nullptr;
  Segments segments;
  // Without a binding: the path exists with these other verbs.
  std::array<bool, kVerbs> other_verbs = {};
  bool bad_path = false;
};

class Router {
 public:
  // INVALID_ARGUMENT for a template that can't be parsed, binds a field that does not exist or
  // can't stand in a path, or equals another method's template for the same verb.
  static absl::StatusOr<std::unique_ptr<Router>> Build(const MethodTable& methods);

  // Literal segments win over `*`, `*` over `**`. `path` is what stands before the `?`, as sent. A
  // segment that decodes to "." or "..", or to one with a slash, a backslash or a control
  // character, is a bad path.
  Match Find(Verb verb, std::string_view path) const;

  const std::vector<std::unique_ptr<Binding>>& bindings() const { return bindings_; }

  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  ~Router();

 private:
  struct Node;
  Router();
  absl::Status Add(const Method& method, const google::protobuf::Message& rule, bool additional);
  const Binding* Walk(const Node& node, Verb verb, const Segments& segments, size_t at,
                      std::string_view custom, std::array<bool, kVerbs>* other_verbs) const;

  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Binding>> bindings_;
};

// What an HTTP request says besides its path.
struct RequestParts {
  std::string_view query;
  std::string_view body;
  // The Idempotency-Key header; empty when absent.
  std::string_view idempotency_key;
  // The If-Match header; empty when absent.
  std::string_view if_match;
};

// The bytes of the request message. INVALID_ARGUMENT as ParseJson and AppendText, also for a query
// parameter that is no field, a body where the method takes none, and an If-Match header that the
// method can't honour.
absl::StatusOr<std::string> BuildRequest(const Binding& binding, const Segments& segments,
                                         const RequestParts& parts);

// Decodes %xx; with `plus_is_space` also "+". False for a broken escape.
bool PercentDecode(std::string_view text, bool plus_is_space, std::string* out);

}  // namespace ronghe::gateway::transcode
