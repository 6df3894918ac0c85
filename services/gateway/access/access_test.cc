#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/sql/statement.h"
#include "common/testing/schema_file.h"
#include "common/testing/testing.h"
#include "services/gateway/access/api/accounts_api.h"
#include "services/gateway/access/api/clients_api.h"
#include "services/gateway/access/api/grants_api.h"
#include "services/gateway/access/api/sessions_api.h"
#include "services/gateway/access/domain/policy_testing.h"
#include "services/gateway/access/doorman.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

namespace v1 = ::ronghe::access::v1;
using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;

// A county (10) with two towns (20, 30), one branch each (21, 31).
class County : public auth::OrgScope {
 public:
  bool Contains(int64_t org) override { return Parent(org) >= 0; }
  bool Within(int64_t org, int64_t ancestor) override {
    if (!Contains(org) || !Contains(ancestor)) return false;
    for (; org > 0; org = Parent(org)) {
      if (org == ancestor) return true;
    }
    return false;
  }
  void CatchUp(absl::Time) override {}

 private:
  static int64_t Parent(int64_t org) {
    switch (org) {
      case 10:
        return 0;
      case 20:
      case 30:
        return 10;
      case 21:
        return 20;
      case 31:
        return 30;
      default:
        return -1;
    }
  }
};

constexpr char kPassword[] = "Branch-2026-ok";

class AccessTest : public ::testing::Test {
 protected:
  AccessTest()
      : schema_(::ronghe::testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/gateway/migrations"})),
        database_(sql::Database::Open(schema_.options(), registry_).value()),
        clock_(absl::Now()),
        ids_(1, clock_),
        writer_(*database_, ids_, [] {}),
        hasher_({.memory_kib = 256, .passes = 1, .lanes = 1, .threads = 4, .queue = 64}),
        policy_(TestPolicy(2)),
        page_tokens_("0123456789abcdef0123456789abcdef"),
        accounts_(writer_, hasher_, county_, page_tokens_),
        sessions_(writer_, hasher_, policy_, registry_),
        grants_(writer_, auth::RoleTable::Builtin(), county_,
                {"membership.member.read", "meeting.meeting.read", "access.grant.create",
                 "access.account.create", "evaluation.round.publish"}),
        clients_(writer_, page_tokens_),
        server_({v1::AccountServiceTable(accounts_), v1::SessionServiceTable(sessions_),
                 v1::GrantServiceTable(grants_), v1::ClientServiceTable(clients_)},
                Options()),
        accounts_client_(server_.channel()),
        sessions_client_(server_.channel()),
        grants_client_(server_.channel()),
        clients_client_(server_.channel()),
        credentials_(*database_, policy_) {}

  ::ronghe::testing::TestServer::Options Options() {
    ::ronghe::testing::TestServer::Options options;
    options.scope = &county_;
    options.clock = &clock_;
    options.workers = 8;
    return options;
  }

  rpc::Outgoing Admin() { return server_.As("administrator", 0, 1); }

  v1::Account Create(const std::string& login, const std::string& organization = "") {
    v1::CreateAccountRequest request;
    request.mutable_account()->set_login_name(login);
    request.mutable_account()->set_display_name("张三");
    request.mutable_account()->set_organization(organization);
    auto account = accounts_client_.CreateAccount(Admin(), request);
    EXPECT_THAT(account, IsOk());
    return account.value_or(v1::Account());
  }
  std::string Reset(const std::string& name) {
    v1::ResetPasswordRequest request;
    request.set_name(name);
    auto response = accounts_client_.ResetPassword(Admin(), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->one_time_password() : "";
  }
  absl::StatusOr<v1::SignInResponse> SignIn(const std::string& login, const std::string& password) {
    v1::SignInRequest request;
    request.set_login_name(login);
    request.set_password(password);
    return sessions_client_.SignIn(server_.AsNobody(), request);
  }
  // What the gateway mints for a session token.
  rpc::Outgoing As(const std::string& session_token) {
    const auto credential = credentials_.BySession(session_token, clock_.Now());
    EXPECT_THAT(credential, IsOk());
    rpc::Outgoing out = server_.AsNobody();
    out.bearer =
        server_.minter().Mint(credential->principal, clock_.Now(), absl::Minutes(5)).value();
    return out;
  }
  absl::Status ChangePassword(const rpc::Outgoing& out, const std::string& from,
                              const std::string& to) {
    v1::ChangePasswordRequest request;
    request.set_current_password(from);
    request.set_new_password(to);
    return sessions_client_.ChangePassword(out, request).status();
  }
  // An account that has changed its first password.
  v1::Account Ready(const std::string& login, const std::string& organization = "") {
    const v1::Account account = Create(login, organization);
    const std::string once = Reset(account.name());
    const auto signed_in = SignIn(login, once);
    EXPECT_THAT(signed_in, IsOk());
    EXPECT_OK(ChangePassword(As(signed_in->session_token()), once, kPassword));
    return account;
  }
  absl::StatusOr<v1::Grant> Grant(const rpc::Outgoing& out, const std::string& parent,
                                  const std::string& role, const std::string& organization) {
    v1::CreateGrantRequest request;
    request.set_parent(parent);
    request.mutable_grant()->set_role(role);
    request.mutable_grant()->set_organization(organization);
    return grants_client_.CreateGrant(out, request);
  }
  int64_t AuditRows(const std::string& result) {
    struct CountRow {
      int64_t count = 0;
    };
    static const sql::Query<CountRow> kCount("access_test.audit_rows",
                                             "SELECT COUNT(*) FROM audit WHERE result = ?");
    const auto row = database_->Read(absl::Now() + absl::Seconds(5), [&](sql::Session& session) {
      return session.SelectOne(kCount, result);
    });
    return row.ok() && row->has_value() ? (*row)->count : -1;
  }

  metrics::Registry registry_;
  ::ronghe::testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  service::Writer writer_;
  PasswordHasher hasher_;
  LoginPolicy policy_;
  rpc::PageTokens page_tokens_;
  County county_;
  AccountsApi accounts_;
  SessionsApi sessions_;
  GrantsApi grants_;
  ClientsApi clients_;
  ::ronghe::testing::TestServer server_;
  v1::AccountServiceClient accounts_client_;
  v1::SessionServiceClient sessions_client_;
  v1::GrantServiceClient grants_client_;
  v1::ClientServiceClient clients_client_;
  StoredCredentials credentials_;
};

TEST_F(AccessTest, EveryStatementFitsTheSchema) {
  for (const char* prefix : {"account.", "password_history.", "sign_in_guard.", "auth_session.",
                             "role_grant.", "client."}) {
    EXPECT_EQ(::ronghe::testing::PrepareAllStatements(*database_, prefix),
              std::vector<std::string>());
  }
  EXPECT_EQ(::ronghe::testing::LintMigrations({"services/gateway/migrations"}),
            std::vector<std::string>());
}

TEST_F(AccessTest, TheSchemaIsWrittenDown) {
  EXPECT_TRUE(::ronghe::testing::SchemaIsWrittenDown(schema_, "services/gateway/migrations"));
}

TEST_F(AccessTest, TheFirstPasswordOpensOnlyItsOwnChange) {
  const v1::Account account = Create("zhang.san");
  EXPECT_EQ(account.state(), v1::Account::STATE_NEW);
  // Without a password nobody signs in.
  EXPECT_THAT(SignIn("zhang.san", ""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(SignIn("zhang.san", "anything"), HasReason("SIGN_IN_FAILED"));
  ASSERT_THAT(Grant(Admin(), account.name(), "leader", "organizations/10"), IsOk());

  const std::string once = Reset(account.name());
  const auto first = SignIn("zhang.san", once);
  ASSERT_THAT(first, IsOk());
  EXPECT_TRUE(first->session().password_change_required());
  const auto before = credentials_.BySession(first->session_token(), clock_.Now());
  ASSERT_THAT(before, IsOk());
  EXPECT_TRUE(before->password_change_required);
  EXPECT_TRUE(before->principal.grants.empty());

  const rpc::Outgoing out = As(first->session_token());
  EXPECT_THAT(ChangePassword(out, "wrong password", kPassword), HasReason("PASSWORD_WRONG"));
  EXPECT_THAT(ChangePassword(out, once, "short"), HasReason("PASSWORD_TOO_WEAK"));
  EXPECT_THAT(ChangePassword(out, once, once), HasReason("PASSWORD_REUSED"));
  ASSERT_OK(ChangePassword(out, once, kPassword));
  const auto after = credentials_.BySession(first->session_token(), clock_.Now());
  ASSERT_THAT(after, IsOk());
  EXPECT_FALSE(after->password_change_required);
  EXPECT_EQ(after->principal.grants, (std::vector<auth::Grant>{{"leader", 10}}));

  const auto current = sessions_client_.GetCurrentSession(As(first->session_token()),
                                                          v1::GetCurrentSessionRequest());
  ASSERT_THAT(current, IsOk());
  EXPECT_EQ(current->account(), account.name());
  EXPECT_EQ(current->grants_size(), 1);
  EXPECT_THAT(SignIn("zhang.san", once), HasReason("SIGN_IN_FAILED"));
}

TEST_F(AccessTest, OldPasswordsDoNotComeBack) {
  Ready("li.si");
  auto out = As(SignIn("li.si", kPassword)->session_token());
  ASSERT_OK(ChangePassword(out, kPassword, "Second-2026-ok"));
  EXPECT_THAT(ChangePassword(out, "Second-2026-ok", kPassword), HasReason("PASSWORD_REUSED"));
  ASSERT_OK(ChangePassword(out, "Second-2026-ok", "Third-2026-ok"));
  ASSERT_OK(ChangePassword(out, "Third-2026-ok", "Fourth-2026-ok"));
  // The history of the test's policy holds two.
  ASSERT_OK(ChangePassword(out, "Fourth-2026-ok", kPassword));
}

TEST_F(AccessTest, AnUnknownNameAnswersLikeAWrongPassword) {
  Ready("known");
  const absl::Status wrong = SignIn("known", "Wrong-pass-1").status();
  const absl::Status unknown = SignIn("unknown", "Wrong-pass-1").status();
  EXPECT_EQ(wrong.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(wrong.code(), unknown.code());
  EXPECT_EQ(wrong.message(), unknown.message());
  EXPECT_EQ(error::MessageZh(wrong), error::MessageZh(unknown));
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(SignIn("known", "Wrong-pass-1"), HasReason("SIGN_IN_FAILED"));
    EXPECT_THAT(SignIn("unknown", "Wrong-pass-1"), HasReason("SIGN_IN_FAILED"));
  }
  const absl::Status locked = SignIn("known", "Wrong-pass-1").status();
  const absl::Status locked_too = SignIn("unknown", "Wrong-pass-1").status();
  EXPECT_THAT(locked, HasReason("SIGN_IN_LOCKED"));
  EXPECT_EQ(locked.message(), locked_too.message());
  EXPECT_EQ(AuditRows("RESOURCE_EXHAUSTED SIGN_IN_LOCKED"), 2);
}

TEST_F(AccessTest, ALockHoldsForTheRightPasswordToo) {
  Ready("wang.wu");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(SignIn("wang.wu", "Wrong-pass-1").ok());
  EXPECT_THAT(SignIn("wang.wu", kPassword), HasReason("SIGN_IN_LOCKED"));
  clock_.Advance(absl::Minutes(31));
  EXPECT_THAT(SignIn("wang.wu", kPassword), IsOk());
  // A good sign-in forgets the failures before it.
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(SignIn("wang.wu", "Wrong-pass-1").ok());
  EXPECT_THAT(SignIn("wang.wu", kPassword), IsOk());
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(SignIn("wang.wu", "Wrong-pass-1").ok());
  EXPECT_THAT(SignIn("wang.wu", kPassword), IsOk());
}

TEST_F(AccessTest, GuessesAtOneTimeDoNotOutrunTheLock) {
  Ready("target");
  std::atomic<int> tried = 0, locked = 0, other = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 24; ++t) {
    threads.emplace_back([&, t] {
      const absl::Status status = SignIn("target", absl::StrCat("Wrong-pass-", t)).status();
      const std::string reason = error::Reason(status);
      (reason == "SIGN_IN_FAILED"   ? tried
       : reason == "SIGN_IN_LOCKED" ? locked
                                    : other)
          .fetch_add(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tried.load(), 5);
  EXPECT_EQ(locked.load(), 19);
  EXPECT_EQ(other.load(), 0);
}

TEST_F(AccessTest, SessionsEndByIdlenessAgeAndSuccession) {
  Ready("zhao.liu");
  const std::string first = SignIn("zhao.liu", kPassword)->session_token();
  EXPECT_THAT(credentials_.BySession(first, clock_.Now()), IsOk());
  // Used every ten minutes it lasts its eight hours, and no longer.
  for (int i = 0; i < 47; ++i) {
    clock_.Advance(absl::Minutes(10));
    ASSERT_THAT(credentials_.BySession(first, clock_.Now()), IsOk()) << i;
  }
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(credentials_.BySession(first, clock_.Now()), HasReason("SESSION_INVALID"));

  const std::string second = SignIn("zhao.liu", kPassword)->session_token();
  clock_.Advance(absl::Minutes(15));
  EXPECT_THAT(credentials_.BySession(second, clock_.Now()), HasReason("SESSION_INVALID"));

  // One session at a time: a new one ends the one before.
  const std::string third = SignIn("zhao.liu", kPassword)->session_token();
  const std::string fourth = SignIn("zhao.liu", kPassword)->session_token();
  EXPECT_THAT(credentials_.BySession(third, clock_.Now()), HasReason("SESSION_INVALID"));
  const rpc::Outgoing out = As(fourth);
  ASSERT_THAT(sessions_client_.SignOut(out, v1::SignOutRequest()), IsOk());
  EXPECT_THAT(credentials_.BySession(fourth, clock_.Now()), HasReason("SESSION_INVALID"));
  EXPECT_THAT(sessions_client_.GetCurrentSession(out, v1::GetCurrentSessionRequest()),
              HasReason("SESSION_INVALID"));
  EXPECT_THAT(credentials_.BySession("no such token", clock_.Now()), HasReason("SESSION_INVALID"));
}

TEST_F(AccessTest, OldPasswordsMustBeChangedAndUnusedAccountsStayOut) {
  Ready("sun.qi");
  for (int day = 0; day < 90; day += 30) {
    ASSERT_THAT(SignIn("sun.qi", kPassword), IsOk());
    clock_.Advance(absl::Hours(24 * 30));
  }
  const auto expired = SignIn("sun.qi", kPassword);
  ASSERT_THAT(expired, IsOk());
  EXPECT_TRUE(expired->session().password_change_required());
  clock_.Advance(absl::Hours(24 * 91));
  EXPECT_THAT(SignIn("sun.qi", kPassword), HasReason("SIGN_IN_FAILED"));
}

TEST_F(AccessTest, SecretsAreNotStored) {
  Ready("zhou.ba");
  const auto signed_in = SignIn("zhou.ba", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  struct CountRow {
    int64_t count = 0;
  };
  static const sql::Query<CountRow> kToken(
      "access_test.token", "SELECT COUNT(*) FROM auth_session WHERE token_hash = ?");
  static const sql::Query<CountRow> kDigest("access_test.digest",
                                            "SELECT COUNT(*) FROM audit WHERE request_digest = ?");
  v1::SignInRequest request;
  request.set_login_name("zhou.ba");
  request.set_password(kPassword);
  EXPECT_OK(database_->Read(absl::Now() + absl::Seconds(5), [&](sql::Session& session) {
    EXPECT_EQ((*session.SelectOne(kToken, TokenHash(signed_in->session_token())))->count, 1);
    EXPECT_EQ((*session.SelectOne(kDigest, crypto::Sha256(request.SerializeAsString())))->count, 0);
    const auto account = account_store::ByLoginName(session, "zhou.ba");
    EXPECT_TRUE((*account)->password_hash.starts_with("$argon2id$"));
    return absl::OkStatus();
  }));
}

TEST_F(AccessTest, AccountsAreKeptInScope) {
  const v1::Account town = Create("town.one", "organizations/20");
  const v1::Account house = Create("house.one");
  const rpc::Outgoing twenty = server_.As("administrator", 20, 2);
  const rpc::Outgoing thirty = server_.As("administrator", 30, 3);

  v1::CreateAccountRequest create;
  create.mutable_account()->set_login_name("new.one");
  create.mutable_account()->set_display_name("新");
  create.mutable_account()->set_organization("organizations/21");
  EXPECT_THAT(accounts_client_.CreateAccount(thirty, create), HasReason("SCOPE_DENIED"));
  ASSERT_THAT(accounts_client_.CreateAccount(twenty, create), IsOk());
  EXPECT_THAT(accounts_client_.CreateAccount(twenty, create), HasReason("LOGIN_NAME_TAKEN"));
  create.mutable_account()->set_login_name("other.one");
  create.mutable_account()->clear_organization();
  EXPECT_THAT(accounts_client_.CreateAccount(twenty, create), HasReason("SCOPE_DENIED"));
  create.mutable_account()->set_organization("organizations/999");
  EXPECT_THAT(accounts_client_.CreateAccount(Admin(), create), HasReason("ORGANIZATION_UNKNOWN"));
  create.mutable_account()->set_login_name("Bad Name");
  EXPECT_THAT(accounts_client_.CreateAccount(Admin(), create), HasReason("FIELD_INVALID"));

  v1::GetAccountRequest get;
  get.set_name(town.name());
  EXPECT_THAT(accounts_client_.GetAccount(twenty, get), IsOk());
  EXPECT_THAT(accounts_client_.GetAccount(thirty, get), HasReason("SCOPE_DENIED"));
  get.set_name(house.name());
  EXPECT_THAT(accounts_client_.GetAccount(twenty, get), HasReason("SCOPE_DENIED"));
  // Whether an account exists is told to nobody whose scope it could not be in.
  get.set_name("accounts/12345");
  EXPECT_THAT(accounts_client_.GetAccount(twenty, get), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(accounts_client_.GetAccount(Admin(), get), HasReason("NOT_FOUND"));

  v1::ListAccountsRequest list;
  list.set_organization("organizations/20");
  const auto listed = accounts_client_.ListAccounts(twenty, list);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->accounts_size(), 2);
  list.clear_organization();
  EXPECT_THAT(accounts_client_.ListAccounts(twenty, list), HasReason("SCOPE_DENIED"));
  list.set_page_size(2);
  int all = 0;
  do {
    const auto page = accounts_client_.ListAccounts(Admin(), list);
    ASSERT_THAT(page, IsOk());
    all += page->accounts_size();
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(all, 3);
  list.set_page_token("forged");
  EXPECT_THAT(accounts_client_.ListAccounts(Admin(), list), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(AccessTest, DisablingEndsSessionsAtOnce) {
  const v1::Account account = Ready("wu.jiu");
  const std::string token = SignIn("wu.jiu", kPassword)->session_token();
  v1::DisableAccountRequest request;
  request.set_name(account.name());
  request.set_etag("999");
  EXPECT_THAT(accounts_client_.DisableAccount(Admin(), request), HasReason("ETAG_MISMATCH"));
  request.clear_etag();
  request.set_request_id("once");
  const auto disabled = accounts_client_.DisableAccount(Admin(), request);
  ASSERT_THAT(disabled, IsOk());
  EXPECT_EQ(disabled->state(), v1::Account::STATE_DISABLED);
  // The same request again gives the same answer.
  const auto again = accounts_client_.DisableAccount(Admin(), request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->etag(), disabled->etag());
  EXPECT_THAT(credentials_.BySession(token, clock_.Now()), HasReason("SESSION_INVALID"));
  EXPECT_THAT(SignIn("wu.jiu", kPassword), HasReason("SIGN_IN_FAILED"));
  v1::DisableAccountRequest self;
  self.set_name(account.name());
  const std::string id = account.name().substr(account.name().find('/') + 1);
  EXPECT_THAT(accounts_client_.DisableAccount(server_.As("administrator", 0, std::stoll(id)), self),
              HasReason("SELF_DISABLE"));
  // A new one-time password brings the account back.
  const std::string once = Reset(account.name());
  EXPECT_THAT(SignIn("wu.jiu", once), IsOk());
}

TEST_F(AccessTest, NobodyGrantsAboveTheirScope) {
  const v1::Account account = Create("zheng.shi", "organizations/20");
  const rpc::Outgoing twenty = server_.As("administrator", 20, 2);
  EXPECT_THAT(Grant(twenty, account.name(), "leader", "organizations/21"), IsOk());
  EXPECT_THAT(Grant(twenty, account.name(), "administrator", "organizations/21"), IsOk());
  EXPECT_THAT(Grant(twenty, account.name(), "leader", "organizations/30"),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Grant(twenty, account.name(), "leader", "organizations/10"),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Grant(twenty, account.name(), "leader", "organizations/-"),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Grant(server_.As("leader", 0, 5), account.name(), "leader", "organizations/21"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Grant(Admin(), account.name(), "no_such_role", "organizations/21"),
              HasReason("ROLE_INVALID"));
  EXPECT_THAT(Grant(Admin(), account.name(), "service_meeting", "organizations/-"),
              HasReason("ROLE_INVALID"));
  EXPECT_THAT(Grant(Admin(), account.name(), "leader", "organizations/77"),
              HasReason("ORGANIZATION_UNKNOWN"));
  EXPECT_THAT(Grant(Admin(), "accounts/404", "leader", "organizations/20"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Grant(Admin(), account.name(), "leader", "organizations/-"), IsOk());

  v1::ListGrantsRequest list;
  list.set_parent(account.name());
  EXPECT_EQ(grants_client_.ListGrants(Admin(), list)->grants_size(), 3);
  EXPECT_EQ(grants_client_.ListGrants(twenty, list)->grants_size(), 2);
  const auto grants = grants_client_.ListGrants(Admin(), list);
  v1::RevokeGrantRequest revoke;
  revoke.set_name(grants->grants(2).name());
  EXPECT_THAT(grants_client_.RevokeGrant(twenty, revoke), HasReason("SCOPE_DENIED"));
  revoke.set_name(grants->grants(0).name());
  const auto revoked = grants_client_.RevokeGrant(twenty, revoke);
  ASSERT_THAT(revoked, IsOk());
  EXPECT_TRUE(revoked->has_end_time());
}

TEST_F(AccessTest, GrantsHoldForTheirTime) {
  const v1::Account account = Ready("feng.one");
  v1::CreateGrantRequest request;
  request.set_parent(account.name());
  request.mutable_grant()->set_role("leader");
  request.mutable_grant()->set_organization("organizations/10");
  request.mutable_grant()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) +
                                                             300);
  request.mutable_grant()->mutable_end_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 600);
  ASSERT_THAT(grants_client_.CreateGrant(Admin(), request), IsOk());
  const std::string token = SignIn("feng.one", kPassword)->session_token();
  EXPECT_EQ(credentials_.BySession(token, clock_.Now())->principal.grants.size(), 0u);
  clock_.Advance(absl::Seconds(301));
  EXPECT_EQ(credentials_.BySession(token, clock_.Now())->principal.grants.size(), 1u);
  clock_.Advance(absl::Seconds(300));
  EXPECT_EQ(credentials_.BySession(token, clock_.Now())->principal.grants.size(), 0u);
  request.mutable_grant()->mutable_end_time()->set_seconds(1);
  EXPECT_THAT(grants_client_.CreateGrant(Admin(), request), HasReason("GRANT_PERIOD_INVALID"));
}

TEST_F(AccessTest, ClientsAreKnownByTheirCertificate) {
  v1::CreateClientRequest request;
  request.mutable_client()->set_certificate_name("census.province");
  request.mutable_client()->set_display_name("统计局");
  const auto client = clients_client_.CreateClient(Admin(), request);
  ASSERT_THAT(client, IsOk());
  EXPECT_THAT(clients_client_.CreateClient(Admin(), request), HasReason("CLIENT_EXISTS"));
  EXPECT_THAT(clients_client_.CreateClient(server_.As("administrator", 20), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
  request.mutable_client()->set_certificate_name("meeting.ronghe");
  EXPECT_THAT(clients_client_.CreateClient(Admin(), request), HasReason("FIELD_INVALID"));

  ASSERT_THAT(Grant(Admin(), client->name(), "department_client", "organizations/10"), IsOk());
  const auto credential = credentials_.ByCertificate("census.province", clock_.Now());
  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ(credential->principal.subject, client->name());
  EXPECT_EQ(credential->principal.grants, (std::vector<auth::Grant>{{"department_client", 10}}));
  EXPECT_THAT(credentials_.ByCertificate("nobody", clock_.Now()), HasReason("CLIENT_UNKNOWN"));
  v1::DisableClientRequest disable;
  disable.set_name(client->name());
  ASSERT_THAT(clients_client_.DisableClient(Admin(), disable), IsOk());
  EXPECT_THAT(credentials_.ByCertificate("census.province", clock_.Now()),
              HasReason("CLIENT_UNKNOWN"));
  EXPECT_EQ(clients_client_.ListClients(Admin(), v1::ListClientsRequest())->clients_size(), 1);
}

TEST_F(AccessTest, TheFirstAdministratorIsMadeOnce) {
  const auto password = CreateFirstAdministrator(*database_, ids_, hasher_, "admin", clock_.Now());
  ASSERT_THAT(password, IsOk());
  const auto signed_in = SignIn("admin", *password);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_TRUE(signed_in->session().password_change_required());
  ASSERT_OK(ChangePassword(As(signed_in->session_token()), *password, kPassword));
  EXPECT_EQ(credentials_.BySession(signed_in->session_token(), clock_.Now())->principal.grants,
            (std::vector<auth::Grant>{{"administrator", 0}}));
  EXPECT_THAT(CreateFirstAdministrator(*database_, ids_, hasher_, "admin2", clock_.Now()),
              HasReason("ACCOUNTS_EXIST"));
}

TEST_F(AccessTest, TheDoormanNoticesARevocationWithinItsTrust) {
  const v1::Account account = Ready("qian.one");
  const std::string token = SignIn("qian.one", kPassword)->session_token();
  DoormanOptions options;
  options.trust = absl::Seconds(2);
  Doorman doorman(credentials_, server_.minter(), clock_, options);
  const auto look_up = [&] {
    absl::Notification done;
    VisitorOr result = std::shared_ptr<const Visitor>();
    doorman.LookUp(Doorman::Kind::kSession, token, [&](VisitorOr visitor) {
      result = std::move(visitor);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  };
  EXPECT_FALSE(doorman.Known(Doorman::Kind::kSession, token).has_value());
  const VisitorOr first = look_up();
  ASSERT_THAT(first, IsOk());
  EXPECT_TRUE((*first)->authorization.view().starts_with("Bearer "));
  // A second look-up keeps the access token.
  EXPECT_EQ((*look_up())->authorization.view(), (*first)->authorization.view());
  // A grant makes another one.
  ASSERT_THAT(Grant(Admin(), account.name(), "leader", "organizations/10"), IsOk());
  EXPECT_NE((*look_up())->authorization.view(), (*first)->authorization.view());

  v1::DisableAccountRequest disable;
  disable.set_name(account.name());
  ASSERT_THAT(accounts_client_.DisableAccount(Admin(), disable), IsOk());
  EXPECT_TRUE(doorman.Known(Doorman::Kind::kSession, token).has_value());
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(doorman.Known(Doorman::Kind::kSession, token).has_value());
  EXPECT_THAT(look_up(), HasReason("SESSION_INVALID"));
  const auto known = doorman.Known(Doorman::Kind::kSession, token);
  ASSERT_TRUE(known.has_value());
  EXPECT_THAT(*known, HasReason("SESSION_INVALID"));
}

TEST(PasswordHasherTest, HashesVerifyAndAFullQueueRefuses) {
  PasswordHasher hasher({.memory_kib = 64, .passes = 1, .lanes = 1, .threads = 1, .queue = 1});
  const auto hash = hasher.Hash("secret");
  ASSERT_THAT(hash, IsOk());
  EXPECT_TRUE(*hasher.Verify(*hash, "secret"));
  EXPECT_FALSE(*hasher.Verify(*hash, "Secret"));
  EXPECT_FALSE(*hasher.Verify("", "secret"));
  EXPECT_FALSE(hasher.Outdated(*hash));
  EXPECT_TRUE(hasher.Outdated("$argon2id$v=19$m=1024,t=1,p=1$x"));
  EXPECT_NE(*hash, *hasher.Hash("secret"));
  PasswordHasher slow({.memory_kib = 16384, .passes = 2, .lanes = 1, .threads = 1, .queue = 1});
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      if (error::Reason(slow.Hash("x").status()) == "OVERLOADED") refused.fetch_add(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(refused.load(), 0);
}

}  // namespace
}  // namespace ronghe::gateway::access
