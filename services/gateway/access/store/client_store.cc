#include "services/gateway/access/store/client_store.h"

#include "common/sql/statement.h"

namespace ronghe::gateway::access::client_store {
namespace {

#define RONGHE_CLIENT_COLUMNS "id, certificate_name, display_name, state, created_at"

const sql::Command kInsert("client.insert",
                           "INSERT INTO client (" RONGHE_CLIENT_COLUMNS ") VALUES (?, ?, ?, ?, ?)");
const sql::Query<ClientRow> kById("client.by_id",
                                  "SELECT " RONGHE_CLIENT_COLUMNS " FROM client WHERE id = ?");
const sql::Query<ClientRow> kByCertificate("client.by_certificate",
                                           "SELECT " RONGHE_CLIENT_COLUMNS
                                           " FROM client WHERE certificate_name = ?");
const sql::Query<ClientRow> kList("client.list", "SELECT " RONGHE_CLIENT_COLUMNS
                                                 " FROM client WHERE id > ? ORDER BY id LIMIT ?");
const sql::Command kSetState("client.set_state", "UPDATE client SET state = ? WHERE id = ?");

}  // namespace

absl::Status Insert(sql::Session& session, const ClientRow& c) {
  return session.Execute(kInsert, c.id, c.certificate_name, c.display_name, c.state, c.created_at)
      .status();
}

absl::StatusOr<std::optional<ClientRow>> Load(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::optional<ClientRow>> ByCertificate(sql::Session& session,
                                                       std::string_view certificate_name) {
  return session.SelectOne(kByCertificate, certificate_name);
}

absl::StatusOr<std::vector<ClientRow>> List(sql::Session& session, int64_t after, int64_t limit) {
  return session.Select(kList, after, limit);
}

absl::Status SetState(sql::Session& session, int64_t id, ClientState state) {
  return session.Execute(kSetState, state, id).status();
}

}  // namespace ronghe::gateway::access::client_store
