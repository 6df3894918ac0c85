// How does a client of another department get its access token? The token endpoint of RFC 6749
// (client credentials), with its key (private_key_jwt, RFC 7523) or its secret, over TLS with its
// certificate, to which the token is bound (RFC 8705). And where others read about it (RFC 8414).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/refusal_log.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/sql/database.h"
#include "services/gateway/access/domain/token_bucket.h"
#include "services/gateway/access/door/door_token.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/http/form.h"
#include "services/gateway/http/plain.h"

namespace ronghe::gateway::oauth {

struct TokenEndpointParts {
  sql::Database& database;
  base::IdGenerator& ids;
  const base::Clock& clock;
  const access::DoorTokens& tokens;
  audit::RefusalLog& refusals;
};

// Every attempt leaves an audit row.
class TokenEndpoint : public http::PlainHandler {
 public:
  // Everything in `parts` must outlive it.
  explicit TokenEndpoint(const TokenEndpointParts& parts) : parts_(parts) {}

  bool Owns(std::string_view path) const override;
  http::PlainResponse Handle(const http::PlainRequest& request) override;

 private:
  // What was asked for, in the names of the form.
  struct Ask;
  // How an attempt ended: the client as far as it is known, and why it was refused.
  struct Outcome;

  http::PlainResponse Token(const http::PlainRequest& request);
  Outcome Grant(const http::PlainRequest& request);
  // One way of proving oneself, and only one (RFC 6749, 2.3). nullopt: it is in `ask`.
  static std::optional<Outcome> ReadProof(const http::PlainRequest& request,
                                          const http::Fields& form, Ask* ask);
  Outcome GrantBySecret(const http::PlainRequest& request, const Ask& ask);
  Outcome GrantByAssertion(const http::PlainRequest& request, const Ask& ask);
  // The token of a client that has proved itself; in the transaction that remembers the assertion.
  Outcome Issue(const http::PlainRequest& request, int64_t client_id, std::string_view key_id,
                std::string_view jti_hash, absl::Time jti_expires);
  std::string Metadata() const;

  const TokenEndpointParts parts_;
  access::TokenBuckets buckets_;
};

}  // namespace ronghe::gateway::oauth
