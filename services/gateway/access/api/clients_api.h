// ClientService: programs of other departments.
#pragma once

#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/access/v1/client.ronghe.h"

namespace ronghe::gateway::access {

class ClientsApi : public ::ronghe::access::v1::ClientServiceHandler {
 public:
  // Both must outlive it.
  ClientsApi(service::Writer& writer, const rpc::PageTokens& page_tokens)
      : writer_(writer), page_tokens_(page_tokens) {}

  absl::StatusOr<::ronghe::access::v1::Client> CreateClient(
      rpc::Call& call, const ::ronghe::access::v1::CreateClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> GetClient(
      rpc::Call& call, const ::ronghe::access::v1::GetClientRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListClientsResponse> ListClients(
      rpc::Call& call, const ::ronghe::access::v1::ListClientsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Client> DisableClient(
      rpc::Call& call, const ::ronghe::access::v1::DisableClientRequest& request) override;

 private:
  service::Writer& writer_;
  const rpc::PageTokens& page_tokens_;
};

}  // namespace ronghe::gateway::access
