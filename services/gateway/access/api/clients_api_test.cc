// What may a client be registered with, and who sees it?
#include "services/gateway/access/api/clients_api.h"

#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/testing/clients_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using Json = nlohmann::json;

class ClientsApiTest : public ClientsFixture {};

TEST_F(ClientsApiTest, SharesSayWhatExistsAndOnlyOnce) {
  ASSERT_THAT(Create("census.province", {Share(kGet, {kAll, kFull}, {"census"})}), IsOk());
  EXPECT_THAT(Create("census.province"), HasReason("CLIENT_EXISTS"));
  auto unconditional = Share(kGet, {kFull}, {"census"});
  unconditional.set_attribute(v1::SHARE_ATTRIBUTE_UNCONDITIONAL);
  auto without_basis = Share(kGet, {kAll}, {"census"});
  without_basis.clear_legal_basis();
  int number = 0;
  for (const auto& shares : std::vector<std::vector<v1::Client::Share>>{
           {Share("ronghe.membership.v1.MemberService/Nothing", {}, {"census"})},
           {Share("ronghe.access.v1.SessionService/SignIn", {}, {"census"})},
           {Share(kGet, {"ronghe.membership.v1.Member.nothing"}, {"census"})},
           {Share(kGet, {"ronghe.meeting.v1.Meeting.*"}, {"census"})},
           {Share(kGet, {kAll}, {})},
           {Share(kGet, {kAll}, {"two words"})},
           {Share(kGet, {kAll}, {"census"}), Share(kGet, {kFull}, {"other", "census"})},
           {unconditional},
           {without_basis}}) {
    EXPECT_THAT(Create(absl::StrCat("c", ++number, ".province"), shares),
                HasReason("FIELD_INVALID"))
        << number;
  }
}

TEST_F(ClientsApiTest, AnUpdateChangesWhatItsMaskNames) {
  const auto made = Create("census.province", {Share(kGet, {kAll}, {"census"})}, 5);
  ASSERT_THAT(made, IsOk());
  v1::UpdateClientRequest request;
  request.mutable_client()->set_name(made->name());
  request.mutable_client()->set_department("省普查办");
  request.mutable_update_mask()->add_paths("department");
  auto updated = client_.UpdateClient(Security(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->department(), "省普查办");
  EXPECT_EQ(updated->shares_size(), 1);
  EXPECT_EQ(updated->limits().daily_quota(), 5);
  request.mutable_client()->set_etag(made->etag());
  EXPECT_THAT(client_.UpdateClient(Security(), request), HasReason("ETAG_MISMATCH"));
  request.mutable_client()->set_etag(updated->etag());
  request.mutable_update_mask()->set_paths(0, "shares");
  updated = client_.UpdateClient(Security(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->shares_size(), 0);
  EXPECT_EQ(updated->department(), "省普查办");
  for (const char* path : {"certificate_name", "state", "keys", "name"}) {
    request.mutable_client()->clear_etag();
    request.mutable_update_mask()->set_paths(0, path);
    EXPECT_THAT(client_.UpdateClient(Security(), request), HasReason("FIELD_INVALID")) << path;
  }
  EXPECT_THAT(changed_, ::testing::Each(made->name()));
}

TEST_F(ClientsApiTest, OnlyTheSecurityAdministratorKeepsClients) {
  const auto made = Create("census.province", {Share(kGet, {kAll}, {"census"})});
  ASSERT_THAT(made, IsOk());
  v1::GetClientRequest get;
  get.set_name(made->name());
  for (const char* role : {"system_administrator", "audit_administrator", "committee_secretary",
                           "department_client"}) {
    EXPECT_THAT(client_.GetClient(server_.As(role, 0, 2), get), HasReason("PERMISSION_DENIED"))
        << role;
  }
  v1::GetSharingCatalogueRequest catalogue;
  for (const char* role : {"inspector", "security_administrator", "audit_administrator"}) {
    EXPECT_THAT(client_.GetSharingCatalogue(server_.As(role, 0, 2), catalogue), IsOk()) << role;
  }
  EXPECT_THAT(client_.GetSharingCatalogue(server_.As("department_client", 0, 2), catalogue),
              HasReason("PERMISSION_DENIED"));
}

TEST_F(ClientsApiTest, ASecretIsShownOnceAndKeptAsItsHash) {
  const std::string name = Create("census.province").value().name();
  v1::RotateClientSecretRequest request;
  request.set_name(name);
  request.set_request_id("r1");
  const auto first = client_.RotateClientSecret(Security(), request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->secret().size(), 43u);
  const auto again = client_.RotateClientSecret(Security(), request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->key_id(), first->key_id());
  EXPECT_EQ(again->secret(), "");
  const auto keys = database_->Read(absl::Now() + absl::Seconds(5), [&](sql::Session& session) {
    return client_store::Keys(session, base::ParseName(name, "clients").value());
  });
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].material, crypto::HexEncode(crypto::Sha256(first->secret())));
}

TEST_F(ClientsApiTest, OnlyOnePublicKeyWithIdAndAlgorithmIsTaken) {
  const std::string name = Create("census.province").value().name();
  const Json good = JwkOf(crypto::Es256Signer::Generate());
  Json none = good, symmetric = good, secret = good, other = good, nameless = good;
  none.erase("alg");
  nameless.erase("kid");
  symmetric = {{"kty", "oct"}, {"k", "c2VjcmV0c2VjcmV0"}, {"alg", "HS256"}, {"kid", "1"}};
  secret["d"] = good["x"];
  other["alg"] = "none";
  for (const Json& jwk :
       {none, symmetric, secret, other, nameless, Json{{"keys", {good}}}, Json("text")}) {
    EXPECT_THAT(AddKey(name, jwk), HasReason("FIELD_INVALID")) << jwk;
  }
  EXPECT_THAT(AddKey(name, good), IsOk());
}

TEST_F(ClientsApiTest, TheCatalogueSaysWhatIsSharedWithWhom) {
  const std::string one =
      Create("census.province", {Share(kGet, {kAll}, {"census"}), Share(kList, {}, {"census"})})
          .value()
          .name();
  const std::string two =
      Create("pension.province", {Share(kGet, {kFull}, {"pension"})}).value().name();
  GrantRow grant;
  grant.id = ids_.Next();
  grant.holder_kind = HolderKind::kClient;
  grant.holder_id = base::ParseName(one, "clients").value();
  grant.role = "department_client";
  grant.organization_id = 7;
  grant.starts_at = grant.created_at = clock_.Now() - absl::Seconds(1);
  grant.creator = "accounts/1";
  ASSERT_THAT(database_->Transact(
                  absl::Now() + absl::Seconds(5),
                  [&](sql::Session& session) { return grant_store::Insert(session, grant); }),
              IsOk());
  v1::GetSharingCatalogueRequest request;
  request.set_page_size(2);
  auto page = client_.GetSharingCatalogue(server_.As("inspector", 0, 3), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->entries_size(), 2);
  EXPECT_EQ(page->entries(0).client(), one);
  EXPECT_EQ(page->entries(0).department(), "省统计局");
  EXPECT_EQ(page->entries(0).share().method(), kGet);
  EXPECT_EQ(page->entries(0).share().legal_basis(), "政务数据共享条例 第十五条");
  ASSERT_EQ(page->entries(0).organizations_size(), 1);
  EXPECT_EQ(page->entries(0).organizations(0), "organizations/7");
  EXPECT_EQ(page->entries(1).share().method(), kList);
  request.set_page_token(page->next_page_token());
  page = client_.GetSharingCatalogue(server_.As("inspector", 0, 3), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->entries_size(), 1);
  EXPECT_EQ(page->entries(0).client(), two);
  EXPECT_EQ(page->next_page_token(), "");
  request.set_page_token("forged");
  EXPECT_THAT(client_.GetSharingCatalogue(server_.As("inspector", 0, 3), request),
              HasReason("PAGE_TOKEN_INVALID"));
}

}  // namespace
}  // namespace ronghe::gateway::access
