// How are clients kept? Every statement on client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::gateway::access {

enum class ClientState : int16_t { kActive = 1, kDisabled = 2 };

struct ClientRow {
  int64_t id = 0;
  std::string certificate_name;
  std::string display_name;
  ClientState state = ClientState::kActive;
  absl::Time created_at;
};

namespace client_store {

// ALREADY_EXISTS of key client_certificate.
absl::Status Insert(sql::Session& session, const ClientRow& client);
absl::StatusOr<std::optional<ClientRow>> Load(sql::Session& session, int64_t id);
absl::StatusOr<std::optional<ClientRow>> ByCertificate(sql::Session& session,
                                                       std::string_view certificate_name);
absl::StatusOr<std::vector<ClientRow>> List(sql::Session& session, int64_t after, int64_t limit);
absl::Status SetState(sql::Session& session, int64_t id, ClientState state);

}  // namespace client_store
}  // namespace ronghe::gateway::access
