// On what do the tests of clients stand? The register of clients, and the door that opens their
// tokens.
#pragma once

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/resource_name.h"
#include "common/crypto/signature.h"
#include "common/rpc/convert.h"
#include "services/gateway/access/api/clients_api.h"
#include "services/gateway/access/door/client_door.h"
#include "services/gateway/access/testing/access_fixture.h"

namespace ronghe::gateway::access {

namespace v1 = ::ronghe::access::v1;

inline constexpr char kIssuer[] = "https://ronghe.test";
inline constexpr char kGet[] = "ronghe.membership.v1.MemberService/GetMember";
inline constexpr char kList[] = "ronghe.membership.v1.MemberService/ListMembers";
inline constexpr char kFull[] = "ronghe.membership.v1.Member.full_name";
inline constexpr char kAll[] = "ronghe.membership.v1.Member.*";
// The x5t#S256 of the certificate that clients show.
inline constexpr char kThumbprint[] = "thumb-one";

class ClientsFixture : public AccessFixture {
 protected:
  ClientsFixture()
      : contracts_(
            transcode::Schema::Load(std::string(std::getenv("RONGHE_BUILD_DIR")) + "/ronghe.binpb")
                .value()),
        methods_(transcode::MethodTable::Build(*contracts_).value()),
        api_(writer_, page_tokens_, *methods_,
             [this](const std::string& name) { changed_.push_back(name); }),
        server_({v1::ClientServiceTable(api_)}, Options()),
        client_(server_.channel()),
        tokens_(crypto::Es256Signer::Generate(), kIssuer),
        door_(*database_, *methods_, tokens_) {}

  rpc::Outgoing Security() { return server_.As("security_administrator", 0, 1); }

  static v1::Client::Share Share(const std::string& method, std::vector<std::string> fields,
                                 std::vector<std::string> purposes) {
    v1::Client::Share share;
    share.set_method(method);
    share.mutable_fields()->Assign(fields.begin(), fields.end());
    share.mutable_purposes()->Assign(purposes.begin(), purposes.end());
    share.set_legal_basis("政务数据共享条例 第十五条");
    share.set_attribute(v1::SHARE_ATTRIBUTE_CONDITIONAL);
    return share;
  }
  absl::StatusOr<v1::Client> Create(const std::string& certificate,
                                    std::vector<v1::Client::Share> shares = {}, int64_t quota = 0) {
    v1::CreateClientRequest request;
    v1::Client& client = *request.mutable_client();
    client.set_certificate_name(certificate);
    client.set_display_name("普查系统");
    client.set_department("省统计局");
    client.mutable_shares()->Assign(shares.begin(), shares.end());
    client.mutable_limits()->set_daily_quota(quota);
    return client_.CreateClient(Security(), request);
  }
  std::string Secret(const std::string& name, absl::Duration keep_old = absl::ZeroDuration()) {
    v1::RotateClientSecretRequest request;
    request.set_name(name);
    if (keep_old > absl::ZeroDuration()) {
      *request.mutable_old_until() = rpc::ToProto(clock_.Now() + keep_old);
    }
    const auto response = client_.RotateClientSecret(Security(), request);
    EXPECT_THAT(response, ::ronghe::testing::IsOk());
    return response.ok() ? response->secret() : "";
  }
  absl::Status AddKey(const std::string& name, const nlohmann::json& jwk) {
    v1::AddClientKeyRequest request;
    request.set_name(name);
    request.set_jwk(jwk.dump());
    return client_.AddClientKey(Security(), request).status();
  }
  // The public key of a signer, taken from a key set of ours.
  static nlohmann::json JwkOf(const crypto::Es256Signer& signer) {
    return nlohmann::json::parse(DoorTokens(signer, kIssuer).Jwks())["keys"][0];
  }

  absl::Status Suspend(const std::string& name) {
    v1::SuspendClientRequest request;
    request.set_name(name);
    return client_.SuspendClient(Security(), request).status();
  }

  // What a client may do that shows a token of its own.
  Credential Opened(const std::string& name) {
    const std::string token =
        tokens_.Mint(base::ParseName(name, "clients").value(), kThumbprint, clock_.Now()).value();
    const auto credential = door_.Open(token, kThumbprint, clock_.Now());
    EXPECT_THAT(credential, ::ronghe::testing::IsOk());
    return credential.value_or(Credential());
  }

  std::unique_ptr<transcode::Schema> contracts_;
  std::unique_ptr<transcode::MethodTable> methods_;
  std::vector<std::string> changed_;
  ClientsApi api_;
  ::ronghe::testing::TestServer server_;
  v1::ClientServiceClient client_;
  DoorTokens tokens_;
  ClientDoor door_;
};

}  // namespace ronghe::gateway::access
