#include "services/gateway/access/api/accounts_api.h"

#include "absl/cleanup/cleanup.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/org/copy_store.h"
#include "common/rpc/etag.h"
#include "common/sql/error.h"
#include "services/gateway/access/api/convert.h"
#include "services/gateway/access/api/second_person.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/door/credentials.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/store/member_check_store.h"
#include "services/gateway/access/store/second_factor_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

// Rows that one List looks at, at most, to fill a page.
constexpr int64_t kMaxScanned = 2000;
constexpr int64_t kBatch = 200;

// The account, authorized for. Whoever may not see it learns nothing about whether it exists.
absl::StatusOr<AccountRow> Authorized(rpc::Call& call, std::optional<AccountRow> row,
                                      std::string_view name) {
  RONGHE_RETURN_IF_ERROR(call.Authorize(row.has_value() ? row->organization_id : 0));
  if (!row.has_value()) return errors::NotFound(name);
  return *std::move(row);
}

}  // namespace

absl::StatusOr<v1::Account> AccountsApi::CreateAccount(rpc::Call& call,
                                                       const v1::CreateAccountRequest& request) {
  const v1::Account& asked = request.account();
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization, OrganizationId(asked.organization(), ""));
  RONGHE_RETURN_IF_ERROR(call.Authorize(organization));
  if (organization != 0 && !organizations_.Contains(organization)) {
    organizations_.CatchUp(std::min(call.deadline(), absl::Now() + absl::Seconds(2)));
    if (!organizations_.Contains(organization)) {
      return errors::OrganizationUnknown(asked.organization());
    }
  }
  return writer_.Write<v1::Account>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Account> {
    AccountRow row;
    row.id = tx.NextId();
    row.login_name = asked.login_name();
    row.display_name = asked.display_name();
    row.organization_id = organization;
    row.password_changed_at = row.used_at = row.created_at = tx.now();
    const absl::Status inserted = account_store::Insert(tx.session(), row);
    if (sql::ViolatedKey(inserted) == "account_login_name") {
      return errors::LoginNameTaken(row.login_name);
    }
    RONGHE_RETURN_IF_ERROR(inserted);
    tx.Audit(organization, base::Name("accounts", row.id));
    return ToProto(row);
  });
}

absl::StatusOr<v1::Account> AccountsApi::GetAccount(rpc::Call& call,
                                                    const v1::GetAccountRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "accounts"));
  RONGHE_ASSIGN_OR_RETURN(auto row,
                          writer_.database().Read(call.deadline(), [id](sql::Session& session) {
                            return account_store::Load(session, id);
                          }));
  RONGHE_ASSIGN_OR_RETURN(const AccountRow account,
                          Authorized(call, std::move(row), request.name()));
  return ToProto(account);
}

absl::StatusOr<v1::ListAccountsResponse> AccountsApi::ListAccounts(
    rpc::Call& call, const v1::ListAccountsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t top, OrganizationId(request.organization(), ""));
  RONGHE_RETURN_IF_ERROR(call.Authorize(top));
  RONGHE_ASSIGN_OR_RETURN(
      int64_t after,
      page_tokens_.OpenNumber(call.method(), request.organization(), request.page_token(), 0));
  const auto wanted = static_cast<size_t>(rpc::PageSize(request.page_size()));
  v1::ListAccountsResponse response;
  int64_t scanned = 0;
  bool more = true;
  while (more && scanned < kMaxScanned && static_cast<size_t>(response.accounts_size()) < wanted) {
    RONGHE_ASSIGN_OR_RETURN(
        const auto rows, writer_.database().Read(call.deadline(), [after](sql::Session& session) {
          return account_store::List(session, after, kBatch);
        }));
    more = static_cast<int64_t>(rows.size()) == kBatch;
    for (const AccountRow& row : rows) {
      if (static_cast<size_t>(response.accounts_size()) == wanted) {
        more = true;
        break;
      }
      ++scanned;
      after = row.id;
      if (top == 0 || organizations_.Within(row.organization_id, top)) {
        *response.add_accounts() = ToProto(row);
      }
    }
  }
  if (more) {
    response.set_next_page_token(
        page_tokens_.Seal(call.method(), request.organization(), absl::StrCat(after)));
  }
  return response;
}

absl::StatusOr<v1::Account> AccountsApi::Change(
    rpc::Call& call, const std::string& name, std::string_view etag,
    absl::FunctionRef<absl::Status(service::WriteTx&, AccountRow&)> change) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "accounts"));
  auto changed =
      writer_.Write<v1::Account>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Account> {
        RONGHE_ASSIGN_OR_RETURN(auto row, account_store::LoadForUpdate(tx.session(), id));
        RONGHE_ASSIGN_OR_RETURN(AccountRow account, Authorized(call, std::move(row), name));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, account.etag));
        RONGHE_RETURN_IF_ERROR(change(tx, account));
        RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &account));
        RONGHE_RETURN_IF_ERROR(session_store::EndOthers(tx.session(), id, 0, tx.now()));
        tx.Audit(account.organization_id, name);
        return ToProto(account);
      });
  if (changed.ok() && changed_ != nullptr) changed_(name);
  return changed;
}

absl::StatusOr<v1::Account> AccountsApi::DisableAccount(rpc::Call& call,
                                                        const v1::DisableAccountRequest& request) {
  return Change(call, request.name(), request.etag(),
                [&](service::WriteTx&, AccountRow& account) -> absl::Status {
                  if (call.principal().subject == request.name()) return errors::SelfDisable();
                  account.state = AccountState::kDisabled;
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Account> AccountsApi::ResetSecondFactor(
    rpc::Call& call, const v1::ResetSecondFactorRequest& request) {
  return Change(call, request.name(), "",
                [&](service::WriteTx& tx, AccountRow& account) -> absl::Status {
                  RONGHE_RETURN_IF_ERROR(AskSecondPersonForTrusted(tx, roles_, account.id));
                  account.second_factor_at.reset();
                  return second_factor_store::Erase(tx.session(), account.id);
                });
}

absl::StatusOr<v1::EndSessionsResponse> AccountsApi::EndSessions(
    rpc::Call& call, const v1::EndSessionsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "accounts"));
  auto ended = writer_.Write<v1::EndSessionsResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::EndSessionsResponse> {
        RONGHE_ASSIGN_OR_RETURN(auto row, account_store::LoadForUpdate(tx.session(), id));
        RONGHE_ASSIGN_OR_RETURN(const AccountRow account,
                                Authorized(call, std::move(row), request.name()));
        RONGHE_RETURN_IF_ERROR(session_store::EndOthers(tx.session(), id, 0, tx.now()));
        tx.Audit(account.organization_id, request.name());
        return v1::EndSessionsResponse();
      });
  if (ended.ok() && changed_ != nullptr) changed_(request.name());
  return ended;
}

absl::Status AccountsApi::CheckMember(rpc::Call& call, int64_t member_id, std::string_view name) {
  const auto organization = [&]() -> absl::StatusOr<std::optional<int64_t>> {
    RONGHE_ASSIGN_OR_RETURN(
        const auto interval, writer_.database().Read(call.deadline(), [&](sql::Session& session) {
          return org::IntervalOfMember(session, member_id, base::ShanghaiDay(call.now()));
        }));
    if (!interval.has_value()) return std::nullopt;
    return interval->organization_id;
  };
  RONGHE_ASSIGN_OR_RETURN(auto found, organization());
  if (!found.has_value()) {
    organizations_.CatchUp(std::min(call.deadline(), absl::Now() + absl::Seconds(2)));
    RONGHE_ASSIGN_OR_RETURN(found, organization());
  }
  if (!found.has_value() || !call.Holds(call.permission(), *found)) {
    return errors::MemberUnknown(name);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Account> AccountsApi::LinkMember(rpc::Call& call,
                                                    const v1::LinkMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member, base::ParseName(request.member(), "members"));
  const absl::Status may = CheckMember(call, member, request.member());
  auto linked = Change(call, request.name(), request.etag(),
                       [&](service::WriteTx& tx, AccountRow& account) -> absl::Status {
                         RONGHE_RETURN_IF_ERROR(may);
                         // Whoever ties the own account reads somebody's record as the own one.
                         if (call.principal().subject == request.name()) return errors::SelfLink();
                         RONGHE_RETURN_IF_ERROR(AskSecondPerson(tx, roles_, account.id));
                         account.member_id = member;
                         return member_check_store::Mark(tx.session(), member, tx.now());
                       });
  if (sql::ViolatedKey(linked.status()) == "account_member") {
    return errors::MemberLinked(request.member());
  }
  return linked;
}

absl::StatusOr<v1::Account> AccountsApi::UnlinkMember(rpc::Call& call,
                                                      const v1::UnlinkMemberRequest& request) {
  return Change(call, request.name(), request.etag(),
                [](service::WriteTx&, AccountRow& account) -> absl::Status {
                  account.member_id.reset();
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::ResetPasswordResponse> AccountsApi::ResetPassword(
    rpc::Call& call, const v1::ResetPasswordRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "accounts"));
  RONGHE_ASSIGN_OR_RETURN(auto found,
                          writer_.database().Read(call.deadline(), [id](sql::Session& session) {
                            return account_store::Load(session, id);
                          }));
  RONGHE_RETURN_IF_ERROR(Authorized(call, std::move(found), request.name()).status());
  std::string password = OneTimePassword(crypto::RandomBytes(32));
  const absl::Cleanup wipe = [&password] { crypto::Wipe(password); };
  RONGHE_ASSIGN_OR_RETURN(const std::string hash, hasher_.Hash(password));
  auto reset = writer_.Write<v1::ResetPasswordResponse>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::ResetPasswordResponse> {
        RONGHE_ASSIGN_OR_RETURN(auto row, account_store::LoadForUpdate(tx.session(), id));
        RONGHE_ASSIGN_OR_RETURN(AccountRow account,
                                Authorized(call, std::move(row), request.name()));
        account.state = AccountState::kPasswordChangeRequired;
        account.password_hash = hash;
        account.password_changed_at = account.used_at = tx.now();
        RONGHE_RETURN_IF_ERROR(account_store::Update(tx.session(), &account));
        RONGHE_RETURN_IF_ERROR(session_store::EndOthers(tx.session(), id, 0, tx.now()));
        RONGHE_RETURN_IF_ERROR(account_store::SaveGuard(
            tx.session(), crypto::Sha256(account.login_name), Guard(), tx.now()));
        tx.Audit(account.organization_id, request.name());
        v1::ResetPasswordResponse response;
        *response.mutable_account() = ToProto(account);
        response.set_one_time_password(password);
        return response;
      });
  if (reset.ok() && changed_ != nullptr) changed_(request.name());
  return reset;
}

absl::StatusOr<std::string> CreateFirstAdministrator(sql::Database& database,
                                                     base::IdGenerator& ids, PasswordHasher& hasher,
                                                     std::string_view login_name, absl::Time now) {
  const std::string password = OneTimePassword(crypto::RandomBytes(32));
  RONGHE_ASSIGN_OR_RETURN(const std::string hash, hasher.Hash(password));
  const absl::Status made = database.Transact(
      absl::Now() + absl::Seconds(10), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const bool any, account_store::Any(session));
        if (any) {
          return error::Make(absl::StatusCode::kFailedPrecondition, "ACCOUNTS_EXIST",
                             "已有账号,不能再创建首个管理员");
        }
        AccountRow row;
        row.id = ids.Next();
        row.login_name = login_name;
        row.display_name = "安全管理员";
        row.state = AccountState::kPasswordChangeRequired;
        row.password_hash = hash;
        row.password_changed_at = row.used_at = row.created_at = now;
        RONGHE_RETURN_IF_ERROR(account_store::Insert(session, row));
        GrantRow grant;
        grant.id = ids.Next();
        grant.holder_id = row.id;
        grant.role = "security_administrator";
        grant.starts_at = grant.created_at = now;
        grant.creator = "services/gateway";
        RONGHE_RETURN_IF_ERROR(grant_store::Insert(session, grant));
        audit::Entry entry;
        entry.id = ids.Next();
        entry.time = now;
        entry.subject = "services/gateway";
        entry.method = "create_admin";
        entry.resource = base::Name("accounts", row.id);
        return audit::Record(session, entry);
      });
  RONGHE_RETURN_IF_ERROR(made);
  return password;
}

}  // namespace ronghe::gateway::access
