#include "services/gateway/access/api/clients_api.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/json.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/crypto/jws.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/rpc/field_mask.h"
#include "common/sql/error.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/door/credentials.h"
#include "services/gateway/access/sharing/client_terms.h"

namespace ronghe::gateway::access {
namespace {

// The longest time for which an old secret or key may be kept beside the new
// one (L).
constexpr absl::Duration kMaxOverlap = absl::Hours(24 * 30);
constexpr size_t kMaxKeyId = 64;

constexpr std::array<std::string_view, 6> kChangeable = {
    "display_name", "department", "contact", "certificate_thumbprints", "shares", "limits"};

absl::StatusOr<std::vector<ClientShareRow>> SharesOf(const v1::Client& client) {
  std::vector<ClientShareRow> rows;
  for (const v1::Client::Share& share : client.shares()) {
    ClientShareRow& row = rows.emplace_back();
    row.method = share.method();
    row.fields = absl::StrJoin(share.fields(), " ");
    row.purposes = absl::StrJoin(share.purposes(), " ");
    row.legal_basis = share.legal_basis();
    if (share.attribute() != v1::SHARE_ATTRIBUTE_UNSPECIFIED) {
      row.attribute = static_cast<ShareAttribute>(share.attribute());
    }
    if (share.has_valid_until()) {
      RONGHE_ASSIGN_OR_RETURN(row.valid_until, rpc::FromProto(share.valid_until()));
    }
  }
  return rows;
}

// What of a client is in its own row and may be changed.
void Fill(const v1::Client& client, ClientRow* row) {
  row->display_name = client.display_name();
  row->department = client.department();
  row->contact = client.contact();
  row->thumbprints = absl::StrJoin(client.certificate_thumbprints(), " ");
  row->per_second = client.limits().per_second();
  row->burst = client.limits().burst();
  row->daily_quota = client.limits().daily_quota();
}

v1::Client::Share ToProto(const ClientShareRow& row) {
  v1::Client::Share share;
  share.set_method(row.method);
  for (const auto field : absl::StrSplit(row.fields, ' ', absl::SkipEmpty())) {
    share.add_fields(std::string(field));
  }
  for (const auto purpose : absl::StrSplit(row.purposes, ' ', absl::SkipEmpty())) {
    share.add_purposes(std::string(purpose));
  }
  share.set_legal_basis(row.legal_basis);
  share.set_attribute(static_cast<v1::ShareAttribute>(row.attribute));
  if (row.valid_until.has_value()) *share.mutable_valid_until() = rpc::ToProto(*row.valid_until);
  return share;
}

v1::Client::Key ToProto(const ClientKeyRow& row) {
  v1::Client::Key key;
  key.set_key_id(row.key_id);
  key.set_kind(static_cast<v1::Client::Key::Kind>(row.kind));
  key.set_algorithm(row.algorithm);
  *key.mutable_create_time() = rpc::ToProto(row.created_at);
  if (row.ends_at.has_value()) *key.mutable_end_time() = rpc::ToProto(*row.ends_at);
  return key;
}

// The client with its keys and shares.
absl::StatusOr<v1::Client> Whole(sql::Session& session, const ClientRow& row) {
  v1::Client client = ToProto(row);
  RONGHE_ASSIGN_OR_RETURN(const auto keys, client_store::Keys(session, row.id));
  for (const ClientKeyRow& key : keys) *client.add_keys() = ToProto(key);
  RONGHE_ASSIGN_OR_RETURN(const auto shares, client_store::Shares(session, row.id));
  for (const ClientShareRow& share : shares) *client.add_shares() = ToProto(share);
  return client;
}

// When something old ends: `asked`, or now where that is not said.
absl::StatusOr<absl::Time> EndOf(bool said, const google::protobuf::Timestamp& asked,
                                 std::string_view field, absl::Time now) {
  if (!said) return now;
  RONGHE_ASSIGN_OR_RETURN(const absl::Time end, rpc::FromProto(asked));
  if (end > now + kMaxOverlap) {
    return error::InvalidFields({{std::string(field), "新旧并用不得超过 30 天"}});
  }
  return std::max(end, now);
}

absl::Status CheckRoom(sql::Session& session, int64_t client_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto keys, client_store::Keys(session, client_id));
  return static_cast<int64_t>(keys.size()) < client_store::kMaxKeys
             ? absl::OkStatus()
             : errors::TooManyClientKeys(client_store::kMaxKeys);
}

// The row of a JWK: one public key that says its id and its algorithm.
absl::StatusOr<ClientKeyRow> KeyOf(const std::string& jwk) {
  const auto parsed = nlohmann::json::parse(jwk, nullptr, /*allow_exceptions=*/false);
  const auto text = [&parsed](const char* name) { return base::JsonText(parsed, name); };
  if (!parsed.is_object() || parsed.contains("keys") || text("alg").empty() ||
      text("kid").empty() || text("kid").size() > kMaxKeyId) {
    return error::InvalidFields({{"jwk", "应为一个带 kid(不超过 64 字节)和 alg 的公钥"}});
  }
  const auto set = crypto::JwkSet::Parse(jwk);
  if (!set.ok() || set->size() != 1) {
    return error::InvalidFields(
        {{"jwk", set.ok() ? "不是可用的公钥" : error::MessageZh(set.status())}});
  }
  ClientKeyRow row;
  row.key_id = text("kid");
  row.kind = ClientKeyKind::kPublicKey;
  row.algorithm = text("alg");
  row.material = jwk;
  return row;
}

}  // namespace

absl::StatusOr<v1::Client> ClientsApi::CreateClient(rpc::Call& call,
                                                    const v1::CreateClientRequest& request) {
  const v1::Client& asked = request.client();
  // Names of the house itself are never a department's.
  if (absl::EndsWith(asked.certificate_name(), ".ronghe")) {
    return error::InvalidFields({{"client.certificate_name", "该证书名属于本系统的服务"}});
  }
  RONGHE_ASSIGN_OR_RETURN(const auto shares, SharesOf(asked));
  RONGHE_RETURN_IF_ERROR(CheckShares(methods_, shares));
  return writer_.Write<v1::Client>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Client> {
    ClientRow row;
    row.id = tx.NextId();
    row.certificate_name = asked.certificate_name();
    row.created_at = tx.now();
    Fill(asked, &row);
    const absl::Status inserted = client_store::Insert(tx.session(), row);
    if (sql::ViolatedKey(inserted) == "client_certificate") {
      return errors::ClientExists(row.certificate_name);
    }
    RONGHE_RETURN_IF_ERROR(inserted);
    RONGHE_RETURN_IF_ERROR(client_store::SaveShares(tx.session(), row.id, shares));
    tx.Audit(0, base::Name("clients", row.id));
    return Whole(tx.session(), row);
  });
}

absl::StatusOr<v1::Client> ClientsApi::GetClient(rpc::Call& call,
                                                 const v1::GetClientRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "clients"));
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Client> {
        RONGHE_ASSIGN_OR_RETURN(const auto row, client_store::Load(session, id));
        if (!row.has_value()) return errors::NotFound(request.name());
        return Whole(session, *row);
      });
}

absl::StatusOr<v1::ListClientsResponse> ClientsApi::ListClients(
    rpc::Call& call, const v1::ListClientsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t first,
                          page_tokens_.OpenNumber(call.method(), "", request.page_token(), 0));
  const int64_t wanted = rpc::PageSize(request.page_size());
  return writer_.database().ReadSnapshot(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ListClientsResponse> {
        RONGHE_ASSIGN_OR_RETURN(const auto rows, client_store::List(session, first, wanted + 1));
        v1::ListClientsResponse response;
        int64_t after = first;
        for (const ClientRow& row : rows) {
          if (response.clients_size() == wanted) {
            response.set_next_page_token(page_tokens_.Seal(call.method(), "", absl::StrCat(after)));
            break;
          }
          RONGHE_ASSIGN_OR_RETURN(*response.add_clients(), Whole(session, row));
          after = row.id;
        }
        return response;
      });
}

absl::StatusOr<v1::Client> ClientsApi::Change(
    rpc::Call& call, std::string_view name,
    absl::FunctionRef<absl::Status(service::WriteTx&, ClientRow&)> change) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "clients"));
  auto client =
      writer_.Write<v1::Client>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Client> {
        RONGHE_ASSIGN_OR_RETURN(auto row, client_store::LoadForUpdate(tx.session(), id));
        if (!row.has_value()) return errors::NotFound(name);
        RONGHE_RETURN_IF_ERROR(change(tx, *row));
        RONGHE_RETURN_IF_ERROR(client_store::Update(tx.session(), &*row));
        tx.Audit(0, std::string(name));
        return Whole(tx.session(), *row);
      });
  if (client.ok()) changed_(std::string(name));
  return client;
}

absl::StatusOr<v1::Client> ClientsApi::UpdateClient(rpc::Call& call,
                                                    const v1::UpdateClientRequest& request) {
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kChangeable));
  const auto& paths = request.update_mask().paths();
  const bool shares_change =
      std::find(paths.begin(), paths.end(), "shares") != paths.end() ||
      (rpc::MaskCovers(request.update_mask(), "shares") && request.client().shares_size() > 0);
  std::vector<ClientShareRow> shares;
  if (shares_change) {
    RONGHE_ASSIGN_OR_RETURN(shares, SharesOf(request.client()));
    RONGHE_RETURN_IF_ERROR(CheckShares(methods_, shares));
  }
  return Change(
      call, request.client().name(), [&](service::WriteTx& tx, ClientRow& row) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.client().etag(), row.etag));
        v1::Client client = ToProto(row);
        RONGHE_RETURN_IF_ERROR(rpc::ApplyMask(request.update_mask(), request.client(), &client));
        Fill(client, &row);
        return shares_change ? client_store::SaveShares(tx.session(), row.id, shares)
                             : absl::OkStatus();
      });
}

absl::StatusOr<v1::Client> ClientsApi::SuspendClient(rpc::Call& call,
                                                     const v1::SuspendClientRequest& request) {
  return Change(call, request.name(), [&](service::WriteTx&, ClientRow& row) {
    if (row.state == ClientState::kDisabled) return errors::ClientStruckOff(request.name());
    row.state = ClientState::kSuspended;
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::Client> ClientsApi::ResumeClient(rpc::Call& call,
                                                    const v1::ResumeClientRequest& request) {
  return Change(call, request.name(), [&](service::WriteTx&, ClientRow& row) {
    if (row.state != ClientState::kSuspended) return errors::ClientNotSuspended(request.name());
    row.state = ClientState::kActive;
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::Client> ClientsApi::DisableClient(rpc::Call& call,
                                                     const v1::DisableClientRequest& request) {
  return Change(call, request.name(), [](service::WriteTx&, ClientRow& row) {
    row.state = ClientState::kDisabled;
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::RotateClientSecretResponse> ClientsApi::RotateClientSecret(
    rpc::Call& call, const v1::RotateClientSecretRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "clients"));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::Time old_until,
      EndOf(request.has_old_until(), request.old_until(), "old_until", call.now()));
  const std::string secret = NewToken();
  // The answer that is kept for a repeated call is without the secret.
  bool made = false;
  auto response = writer_.Write<v1::RotateClientSecretResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RotateClientSecretResponse> {
        RONGHE_ASSIGN_OR_RETURN(auto row, client_store::LoadForUpdate(tx.session(), id));
        if (!row.has_value()) return errors::NotFound(request.name());
        RONGHE_RETURN_IF_ERROR(CheckRoom(tx.session(), id));
        ClientKeyRow key;
        key.client_id = id;
        key.key_id = absl::StrCat("secret-", tx.NextId());
        key.material = crypto::HexEncode(crypto::Sha256(secret));
        key.created_at = tx.now();
        RONGHE_RETURN_IF_ERROR(client_store::InsertKey(tx.session(), key));
        RONGHE_RETURN_IF_ERROR(client_store::EndSecrets(tx.session(), id, key.key_id, old_until));
        RONGHE_RETURN_IF_ERROR(client_store::Update(tx.session(), &*row));
        tx.Audit(0, request.name());
        v1::RotateClientSecretResponse answer;
        RONGHE_ASSIGN_OR_RETURN(*answer.mutable_client(), Whole(tx.session(), *row));
        answer.set_key_id(key.key_id);
        made = true;
        return answer;
      });
  if (!response.ok()) return response.status();
  if (made) response->set_secret(secret);
  changed_(request.name());
  return response;
}

absl::StatusOr<v1::Client> ClientsApi::AddClientKey(rpc::Call& call,
                                                    const v1::AddClientKeyRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(ClientKeyRow key, KeyOf(request.jwk()));
  return Change(call, request.name(), [&](service::WriteTx& tx, ClientRow& row) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(CheckRoom(tx.session(), row.id));
    key.client_id = row.id;
    key.created_at = tx.now();
    const absl::Status inserted = client_store::InsertKey(tx.session(), key);
    return absl::IsAlreadyExists(inserted) ? errors::ClientKeyExists(key.key_id) : inserted;
  });
}

absl::StatusOr<v1::Client> ClientsApi::RetireClientKey(rpc::Call& call,
                                                       const v1::RetireClientKeyRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::Time end, EndOf(request.has_end_time(), request.end_time(),
                                                      "end_time", call.now()));
  return Change(call, request.name(), [&](service::WriteTx& tx, ClientRow& row) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const bool ended,
                            client_store::EndKey(tx.session(), row.id, request.key_id(), end));
    return ended ? absl::OkStatus() : errors::NotFound(request.key_id());
  });
}

absl::StatusOr<v1::GetSharingCatalogueResponse> ClientsApi::GetSharingCatalogue(
    rpc::Call& call, const v1::GetSharingCatalogueRequest& request) {
  // The cursor: client and position of the last entry.
  int64_t client_id = 0;
  int32_t position = 0;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            page_tokens_.Open(call.method(), "", request.page_token()));
    const std::pair<std::string, std::string> parts = absl::StrSplit(cursor, '/');
    if (!absl::SimpleAtoi(parts.first, &client_id) || !absl::SimpleAtoi(parts.second, &position)) {
      return absl::InternalError("a cursor that is none");
    }
  }
  const int64_t wanted = rpc::PageSize(request.page_size());
  return writer_.database().ReadSnapshot(
      call.deadline(),
      [&](sql::Session& session) -> absl::StatusOr<v1::GetSharingCatalogueResponse> {
        RONGHE_ASSIGN_OR_RETURN(
            auto shares, client_store::SharesAfter(session, client_id, position, wanted + 1));
        v1::GetSharingCatalogueResponse response;
        if (static_cast<int64_t>(shares.size()) > wanted) {
          shares.pop_back();
          response.set_next_page_token(page_tokens_.Seal(
              call.method(), "",
              absl::StrCat(shares.back().client_id, "/", shares.back().position)));
        }
        std::map<int64_t, v1::GetSharingCatalogueResponse::Entry> heads;
        for (const ClientShareRow& share : shares) {
          auto head = heads.find(share.client_id);
          if (head == heads.end()) {
            v1::GetSharingCatalogueResponse::Entry entry;
            RONGHE_ASSIGN_OR_RETURN(const auto client,
                                    client_store::Load(session, share.client_id));
            if (!client.has_value()) return absl::InternalError("a share without its client");
            entry.set_client(base::Name("clients", client->id));
            entry.set_display_name(client->display_name);
            entry.set_department(client->department);
            entry.set_state(static_cast<v1::Client::State>(client->state));
            RONGHE_ASSIGN_OR_RETURN(
                const auto grants,
                grant_store::InForce(session, HolderKind::kClient, client->id, call.now()));
            for (const GrantRow& grant : grants) {
              entry.add_organizations(OrganizationName(grant.organization_id, "organizations/-"));
            }
            head = heads.emplace(client->id, std::move(entry)).first;
          }
          auto* entry = response.add_entries();
          *entry = head->second;
          *entry->mutable_share() = ToProto(share);
        }
        return response;
      });
}

}  // namespace ronghe::gateway::access
