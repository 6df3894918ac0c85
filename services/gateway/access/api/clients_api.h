// ClientService: programs of other departments.
#pragma once

#include "absl/functional/function_ref.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/access/v1/client.ronghe.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/subject_changed.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::access {

class ClientsApi : public ::ronghe::access::v1::ClientServiceHandler {
 public:
  // `changed` is called with the name of every client that was changed, so that this process knows
  // of it at once; it must not block. Everything must outlive the API.
  ClientsApi(service::Writer& writer, const rpc::PageTokens& page_tokens,
             const transcode::MethodTable& methods, SubjectChanged changed)
      : writer_(writer),
        page_tokens_(page_tokens),
        methods_(methods),
        changed_(std::move(changed)) {}

  absl::StatusOr<::ronghe::access::v1::Client> CreateClient(
      rpc::Call& call, const ::ronghe::access::v1::CreateClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> GetClient(
      rpc::Call& call, const ::ronghe::access::v1::GetClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListClientsResponse> ListClients(
      rpc::Call& call, const ::ronghe::access::v1::ListClientsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> UpdateClient(
      rpc::Call& call, const ::ronghe::access::v1::UpdateClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> SuspendClient(
      rpc::Call& call, const ::ronghe::access::v1::SuspendClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> ResumeClient(
      rpc::Call& call, const ::ronghe::access::v1::ResumeClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> DisableClient(
      rpc::Call& call, const ::ronghe::access::v1::DisableClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::RotateClientSecretResponse> RotateClientSecret(
      rpc::Call& call, const ::ronghe::access::v1::RotateClientSecretRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> AddClientKey(
      rpc::Call& call, const ::ronghe::access::v1::AddClientKeyRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> RetireClientKey(
      rpc::Call& call, const ::ronghe::access::v1::RetireClientKeyRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::GetSharingCatalogueResponse> GetSharingCatalogue(
      rpc::Call& call, const ::ronghe::access::v1::GetSharingCatalogueRequest& request) override;

 private:
  // Changes the client of `name` in a transaction and answers it. `change` gets
  // the row, locked.
  absl::StatusOr<::ronghe::access::v1::Client> Change(
      rpc::Call& call, std::string_view name,
      absl::FunctionRef<absl::Status(service::WriteTx&, ClientRow&)> change);

  service::Writer& writer_;
  const rpc::PageTokens& page_tokens_;
  const transcode::MethodTable& methods_;
  const SubjectChanged changed_;
};

}  // namespace ronghe::gateway::access
