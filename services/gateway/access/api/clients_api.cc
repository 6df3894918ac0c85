#include "services/gateway/access/api/clients_api.h"

#include "absl/strings/match.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/sql/error.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {

absl::StatusOr<v1::Client> ClientsApi::CreateClient(rpc::Call& call,
                                                    const v1::CreateClientRequest& request) {
  const v1::Client& asked = request.client();
  // Names of the house itself are never a department's.
  if (absl::EndsWith(asked.certificate_name(), ".ronghe")) {
    return error::InvalidFields({{"client.certificate_name", "该证书名属于本系统的服务"}});
  }
  return writer_.Write<v1::Client>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Client> {
    ClientRow row;
    row.id = tx.NextId();
    row.certificate_name = asked.certificate_name();
    row.display_name = asked.display_name();
    row.created_at = tx.now();
    const absl::Status inserted = client_store::Insert(tx.session(), row);
    if (sql::ViolatedKey(inserted) == "client_certificate") {
      return errors::ClientExists(row.certificate_name);
    }
    RONGHE_RETURN_IF_ERROR(inserted);
    tx.Audit(0, base::Name("clients", row.id));
    return ToProto(row);
  });
}

absl::StatusOr<v1::Client> ClientsApi::GetClient(rpc::Call& call,
                                                 const v1::GetClientRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "clients"));
  RONGHE_ASSIGN_OR_RETURN(const auto row,
                          writer_.database().Read(call.deadline(), [id](sql::Session& session) {
                            return client_store::Load(session, id);
                          }));
  if (!row.has_value()) return errors::NotFound(request.name());
  return ToProto(*row);
}

absl::StatusOr<v1::ListClientsResponse> ClientsApi::ListClients(
    rpc::Call& call, const v1::ListClientsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(int64_t after,
                          page_tokens_.OpenNumber(call.method(), "", request.page_token(), 0));
  const int64_t wanted = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const auto rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return client_store::List(session, after, wanted + 1);
                          }));
  v1::ListClientsResponse response;
  for (const ClientRow& row : rows) {
    if (response.clients_size() == wanted) {
      response.set_next_page_token(page_tokens_.Seal(call.method(), "", absl::StrCat(after)));
      break;
    }
    *response.add_clients() = ToProto(row);
    after = row.id;
  }
  return response;
}

absl::StatusOr<v1::Client> ClientsApi::DisableClient(rpc::Call& call,
                                                     const v1::DisableClientRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "clients"));
  return writer_.Write<v1::Client>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Client> {
    RONGHE_ASSIGN_OR_RETURN(auto row, client_store::Load(tx.session(), id));
    if (!row.has_value()) return errors::NotFound(request.name());
    row->state = ClientState::kDisabled;
    RONGHE_RETURN_IF_ERROR(client_store::SetState(tx.session(), id, row->state));
    tx.Audit(0, request.name());
    return ToProto(*row);
  });
}

}  // namespace ronghe::gateway::access
