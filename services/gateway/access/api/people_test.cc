#include <set>

#include "absl/synchronization/notification.h"
#include "common/testing/schema_file.h"
#include "services/gateway/access/jobs/unused_accounts.h"
#include "services/gateway/access/testing/people_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;

class PeopleTest : public PeopleFixture {};

TEST_F(PeopleTest, EveryStatementFitsTheSchema) {
  for (const char* prefix : {"account.", "password_history.", "sign_in_guard.", "auth_session.",
                             "second_factor.", "recovery_code."}) {
    EXPECT_EQ(::ronghe::testing::PrepareAllStatements(*database_, prefix),
              std::vector<std::string>());
  }
  EXPECT_EQ(::ronghe::testing::LintMigrations({"services/gateway/migrations"}),
            std::vector<std::string>());
}

TEST_F(PeopleTest, TheSchemaIsWrittenDown) {
  EXPECT_TRUE(::ronghe::testing::SchemaIsWrittenDown(schema_, "services/gateway/migrations"));
}

TEST_F(PeopleTest, TheFirstPasswordOpensOnlyItsOwnChange) {
  const v1::Account account = Create("zhang.san");
  EXPECT_EQ(account.state(), v1::Account::STATE_NEW);
  // Without a password nobody signs in.
  EXPECT_THAT(SignIn("zhang.san", ""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(SignIn("zhang.san", "anything"), HasReason("SIGN_IN_FAILED"));
  Give(account, "leader", 10);

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
  const auto changed = ChangePassword(out, once, kPassword);
  ASSERT_THAT(changed, IsOk());
  // The change gives new tokens; the old ones are dead.
  EXPECT_THAT(credentials_.BySession(first->session_token(), clock_.Now()),
              HasReason("SESSION_INVALID"));
  const auto after = credentials_.BySession(changed->session_token(), clock_.Now());
  ASSERT_THAT(after, IsOk());
  EXPECT_FALSE(after->password_change_required);
  EXPECT_EQ(after->principal.grants, (std::vector<auth::Grant>{{"leader", 10}}));

  const auto current = sessions_client_.GetCurrentSession(As(changed->session_token()),
                                                          v1::GetCurrentSessionRequest());
  ASSERT_THAT(current, IsOk());
  EXPECT_EQ(current->account(), account.name());
  EXPECT_EQ(current->grants_size(), 1);
  EXPECT_THAT(SignIn("zhang.san", once), HasReason("SIGN_IN_FAILED"));
}

TEST_F(PeopleTest, S_9_2_a4_OldPasswordsDoNotComeBack) {
  Ready("li.si");
  auto out = As(SignIn("li.si", kPassword)->session_token());
  ASSERT_THAT(ChangePassword(out, kPassword, "Second-2026-ok"), IsOk());
  EXPECT_THAT(ChangePassword(out, "Second-2026-ok", kPassword), HasReason("PASSWORD_REUSED"));
  ASSERT_THAT(ChangePassword(out, "Second-2026-ok", "Third-2026-ok"), IsOk());
  ASSERT_THAT(ChangePassword(out, "Third-2026-ok", "Fourth-2026-ok"), IsOk());
  // The history of the test's policy holds two.
  ASSERT_THAT(ChangePassword(out, "Fourth-2026-ok", kPassword), IsOk());
}

TEST_F(PeopleTest, AnUnknownNameAnswersLikeAWrongPassword) {
  const v1::Account account = Ready("known");
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
  EXPECT_EQ(AuditRows("RESOURCE_EXHAUSTED SIGN_IN_LOCKED", account.name(), "10.0.0.7"), 1);
  // Five refusals of each, with the person's address; who knows the name sees whose it is.
  EXPECT_EQ(AuditRows("UNAUTHENTICATED SIGN_IN_FAILED", "%", "10.0.0.7"), 10);
  EXPECT_EQ(AuditRows("UNAUTHENTICATED SIGN_IN_FAILED", account.name(), "10.0.0.7"), 5);
}

TEST_F(PeopleTest, NobodyTriesAPasswordUnseen) {
  Ready("wang.li");
  v1::SignInRequest request;
  request.set_login_name("wang.li");
  request.set_password(kPassword);
  rpc::Outgoing preview = server_.AsNobody();
  preview.context.validate_only = true;
  EXPECT_THAT(sessions_client_.SignIn(preview, request), HasReason("VALIDATE_ONLY_INVALID"));
  EXPECT_EQ(AuditRows("INVALID_ARGUMENT VALIDATE_ONLY_INVALID"), 1);
}

TEST_F(PeopleTest, ALockHoldsForTheRightPasswordToo) {
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

TEST_F(PeopleTest, S_9_2_b1_AHundredGuessesAtOneTimeDoNotOutrunTheLock) {
  Ready("target");
  for (const std::string name : {"target", "nobody.at.all"}) {
    const int64_t before = hasher_.runs();
    std::atomic<int> tried = 0, locked = 0, other = 0;
    AtOnce(100, [&](int i) {
      const std::string reason =
          error::Reason(SignIn(name, absl::StrCat("Wrong-pass-", i)).status());
      (reason == "SIGN_IN_FAILED"   ? tried
       : reason == "SIGN_IN_LOCKED" ? locked
                                    : other)
          .fetch_add(1);
    });
    EXPECT_EQ(tried.load(), 5);
    EXPECT_EQ(locked.load(), 95);
    EXPECT_EQ(other.load(), 0);
    // Exactly the policy's number of attempts reached the hasher, whoever the name belongs to.
    EXPECT_EQ(hasher_.runs() - before, 5);
  }
}

TEST_F(PeopleTest, EveryRefusedSignInCostsTheSameWork) {
  Ready("right.one");
  const v1::Account disabled = Ready("disabled.one");
  v1::DisableAccountRequest disable;
  disable.set_name(disabled.name());
  ASSERT_THAT(accounts_client_.DisableAccount(Admin(), disable), IsOk());
  Create("without.password");
  const absl::Status wrong = SignIn("right.one", "Wrong-pass-1").status();
  for (const std::string name : {"right.one", "disabled.one", "without.password", "nobody"}) {
    const int64_t before = hasher_.runs();
    const absl::Status refused = SignIn(name, "Wrong-pass-1").status();
    EXPECT_EQ(refused, wrong) << name;
    EXPECT_EQ(hasher_.runs() - before, 1) << name;
  }
  EXPECT_EQ(SignIn("disabled.one", kPassword).status(), wrong);
}

TEST_F(PeopleTest, S_9_2_b5_AHundredSignInsAtOneTimeLeaveOneSession) {
  Ready("many.at.once");
  policy_.lock_failures.value = 1000;
  std::atomic<int> opened = 0;
  AtOnce(100, [&](int) {
    if (SignIn("many.at.once", kPassword).ok()) opened.fetch_add(1);
  });
  EXPECT_EQ(opened.load(), 100);
  EXPECT_EQ(OpenSessions(), 1);
}

TEST_F(PeopleTest, S_9_2_b3_b4_b5_SessionsEndByIdlenessAgeAndSuccession) {
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

TEST_F(PeopleTest, OldPasswordsMustBeChangedAndUnusedAccountsStayOut) {
  Ready("sun.qi");
  for (int day = 0; day < 90; day += 30) {
    ASSERT_THAT(SignIn("sun.qi", kPassword), IsOk());
    clock_.Advance(absl::Hours(24 * 30));
  }
  const auto expired = SignIn("sun.qi", kPassword);
  ASSERT_THAT(expired, IsOk());
  EXPECT_TRUE(expired->session().password_change_required());
  clock_.Advance(absl::Hours(24 * 90));
  EXPECT_THAT(SignIn("sun.qi", kPassword), HasReason("SIGN_IN_FAILED"));
}

TEST_F(PeopleTest, S_9_2_c1_UnusedAccountsAreDisabled) {
  const v1::Account unused = Ready("unused.one");
  const v1::Account young = Create("never.signed.in");
  clock_.Advance(absl::Hours(24 * 89));
  const v1::Account used = Ready("used.one");
  EXPECT_EQ(DisableUnusedAccounts(*database_, ids_, policy_, clock_.Now()).value(), 0);
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(DisableUnusedAccounts(*database_, ids_, policy_, clock_.Now()).value(), 2);
  EXPECT_EQ(DisableUnusedAccounts(*database_, ids_, policy_, clock_.Now()).value(), 0);
  const auto state = [&](const v1::Account& account) {
    v1::GetAccountRequest request;
    request.set_name(account.name());
    return accounts_client_.GetAccount(Admin(), request)->state();
  };
  EXPECT_EQ(state(unused), v1::Account::STATE_DISABLED);
  EXPECT_EQ(state(young), v1::Account::STATE_DISABLED);
  EXPECT_EQ(state(used), v1::Account::STATE_ACTIVE);
}

TEST_F(PeopleTest, SecretsAreNotStored) {
  Ready("zhou.ba");
  const auto signed_in = SignIn("zhou.ba", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  static const sql::Query<CountRow> kToken(
      "people_test.token", "SELECT COUNT(*) FROM auth_session WHERE token_hash = ?");
  static const sql::Query<CountRow> kDigest("people_test.digest",
                                            "SELECT COUNT(*) FROM audit WHERE request_digest = ?");
  v1::SignInRequest request;
  request.set_login_name("zhou.ba");
  request.set_password(kPassword);
  EXPECT_EQ(Count(kToken, TokenHash(signed_in->session_token())), 1);
  EXPECT_EQ(Count(kDigest, crypto::Sha256(request.SerializeAsString())), 0);
  Read([&](sql::Session& session) {
    const auto account = account_store::ByLoginName(session, "zhou.ba");
    EXPECT_TRUE((*account)->password_hash.starts_with("$argon2id$"));
  });
}

TEST_F(PeopleTest, AccountsAreKeptInScope) {
  const v1::Account town = Create("town.one", "organizations/20");
  const v1::Account house = Create("house.one");
  const rpc::Outgoing twenty = WithRole("security_administrator", 20, 2);
  const rpc::Outgoing thirty = WithRole("security_administrator", 30, 3);

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

TEST_F(PeopleTest, DisablingEndsSessionsAtOnce) {
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
  EXPECT_THAT(
      accounts_client_.DisableAccount(WithRole("security_administrator", 0, std::stoll(id)), self),
      HasReason("SELF_DISABLE"));
  // A new one-time password brings the account back.
  const std::string once = Reset(account.name());
  EXPECT_THAT(SignIn("wu.jiu", once), IsOk());
}

TEST_F(PeopleTest, TheFirstAdministratorIsMadeOnce) {
  const auto password = CreateFirstAdministrator(*database_, ids_, hasher_, "admin", clock_.Now());
  ASSERT_THAT(password, IsOk());
  const auto signed_in = SignIn("admin", *password);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_TRUE(signed_in->session().password_change_required());
  const auto changed = ChangePassword(As(signed_in->session_token()), *password, kPassword);
  ASSERT_THAT(changed, IsOk());
  // An administrator without a second factor may do nothing but enrol one.
  EXPECT_EQ(changed->session().second_factor(), v1::Session::SECOND_FACTOR_ENROLMENT_REQUIRED);
  const auto credential = credentials_.BySession(changed->session_token(), clock_.Now());
  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ(credential->second_factor, SecondFactor::kEnrolmentRequired);
  EXPECT_TRUE(credential->principal.grants.empty());
  const rpc::Outgoing out = As(changed->session_token());
  Person admin;
  admin.secret =
      Base32Decode(factors_client_.EnrolSecondFactor(out, v1::EnrolSecondFactorRequest())->secret())
          .value();
  const auto confirmed = Confirm(out, CodeOf(admin));
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(credentials_.BySession(confirmed->session_token(), clock_.Now())->principal.grants,
            (std::vector<auth::Grant>{{"security_administrator", 0}}));
  EXPECT_THAT(CreateFirstAdministrator(*database_, ids_, hasher_, "admin2", clock_.Now()),
              HasReason("ACCOUNTS_EXIST"));
}

TEST_F(PeopleTest, TheDoormanNoticesARevocationWithinItsTrust) {
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
  // So does one after a grant: the session waits for its renewal.
  clock_.Advance(absl::Milliseconds(1));
  Give(account, "leader", 10);
  EXPECT_EQ((*look_up())->authorization.view(), (*first)->authorization.view());

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
