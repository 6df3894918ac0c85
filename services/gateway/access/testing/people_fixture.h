// On what do the tests of accounts and sessions stand? The services of people, the doorman, and an
// authenticator of the test's own.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/base/resource_name.h"
#include "common/crypto/bytes.h"
#include "common/crypto/field_cipher.h"
#include "common/error/error.h"
#include "services/gateway/access/api/accounts_api.h"
#include "services/gateway/access/api/second_factor_api.h"
#include "services/gateway/access/api/sessions_api.h"
#include "services/gateway/access/door/doorman.h"
#include "services/gateway/access/session/totp.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/store/session_store.h"
#include "services/gateway/access/testing/access_fixture.h"
#include "services/gateway/access/testing/base32.h"

namespace ronghe::gateway::access {

namespace v1 = ::ronghe::access::v1;

inline constexpr char kPassword[] = "Branch-2026-ok";

class PeopleFixture : public AccessFixture {
 protected:
  PeopleFixture()
      : hasher_({.memory_kib = 256, .passes = 1, .lanes = 1, .threads = 4, .queue = 128}),
        keys_(crypto::KeyRing::ForTesting(crypto::Suite::kSm)),
        cipher_(keys_),
        attempts_(writer_, policy_, registry_),
        accounts_(writer_, hasher_, auth::RoleTable::Builtin(), county_, page_tokens_, Changed()),
        sessions_(writer_, hasher_, attempts_, policy_, auth::RoleTable::Builtin(), registry_,
                  Changed()),
        second_factors_(writer_, cipher_, attempts_, policy_, auth::RoleTable::Builtin(),
                        Changed()),
        server_({v1::AccountServiceTable(accounts_), v1::SessionServiceTable(sessions_),
                 v1::SecondFactorServiceTable(second_factors_)},
                Options()),
        accounts_client_(server_.channel()),
        sessions_client_(server_.channel()),
        factors_client_(server_.channel()),
        credentials_(*database_, ids_, policy_, auth::RoleTable::Builtin()) {}

  // As the gateway does: what changed is looked up again at once.
  std::function<void(const std::string&)> Changed() {
    return [this](const std::string& subject) {
      if (doorman_ != nullptr) doorman_->ForgetSubject(subject);
    };
  }
  // What the doorman of a gateway says of a session token. With a look-up of its own, which it
  // shares with nobody, when it knows nothing of it.
  VisitorOr Ask(const std::string& token) {
    if (doorman_ == nullptr) {
      doorman_ =
          std::make_unique<Doorman>(credentials_, server_.minter(), clock_, DoormanOptions());
    }
    if (const auto known = doorman_->Known(Doorman::Kind::kSession, token)) return *known;
    absl::Notification done;
    VisitorOr result = std::shared_ptr<const Visitor>();
    doorman_->LookUp(Doorman::Kind::kSession, token, [&](VisitorOr visitor) {
      result = std::move(visitor);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }

  // Somebody with a role, as of the test's clock.
  rpc::Outgoing WithRole(const std::string& role, int64_t organization, int64_t account) {
    const auth::Principal principal{.kind = auth::Principal::Kind::kPerson,
                                    .subject = base::Name("accounts", account),
                                    .grants = {{role, organization}}};
    rpc::Outgoing out = server_.AsNobody();
    out.bearer = server_.minter().Mint(principal, clock_.Now(), absl::Minutes(5)).value();
    return out;
  }
  rpc::Outgoing Admin() { return WithRole("security_administrator", 0, 1); }

  v1::Account Create(const std::string& login, const std::string& organization = "") {
    v1::CreateAccountRequest request;
    request.mutable_account()->set_login_name(login);
    request.mutable_account()->set_display_name("张三");
    request.mutable_account()->set_organization(organization);
    auto account = accounts_client_.CreateAccount(Admin(), request);
    EXPECT_THAT(account, ::ronghe::testing::IsOk());
    return account.value_or(v1::Account());
  }
  std::string Reset(const std::string& name) {
    v1::ResetPasswordRequest request;
    request.set_name(name);
    auto response = accounts_client_.ResetPassword(Admin(), request);
    EXPECT_THAT(response, ::ronghe::testing::IsOk());
    return response.ok() ? response->one_time_password() : "";
  }
  absl::StatusOr<v1::SignInResponse> SignIn(const std::string& login, const std::string& password,
                                            const std::string& address = "10.0.0.7") {
    v1::SignInRequest request;
    request.set_login_name(login);
    request.set_password(password);
    rpc::Outgoing out = server_.AsNobody();
    out.context.peer = address;
    return sessions_client_.SignIn(out, request);
  }
  // What the gateway mints for a session token.
  rpc::Outgoing As(const std::string& session_token) {
    const auto credential = credentials_.BySession(session_token, clock_.Now());
    EXPECT_THAT(credential, ::ronghe::testing::IsOk());
    rpc::Outgoing out = server_.AsNobody();
    if (!credential.ok()) return out;
    out.bearer =
        server_.minter().Mint(credential->principal, clock_.Now(), absl::Minutes(5)).value();
    return out;
  }
  absl::StatusOr<v1::ChangePasswordResponse> ChangePassword(const rpc::Outgoing& out,
                                                            const std::string& from,
                                                            const std::string& to) {
    v1::ChangePasswordRequest request;
    request.set_current_password(from);
    request.set_new_password(to);
    return sessions_client_.ChangePassword(out, request);
  }
  // An account that has changed its first password.
  v1::Account Ready(const std::string& login, const std::string& organization = "") {
    const v1::Account account = Create(login, organization);
    const std::string once = Reset(account.name());
    const auto signed_in = SignIn(login, once);
    EXPECT_THAT(signed_in, ::ronghe::testing::IsOk());
    EXPECT_THAT(ChangePassword(As(signed_in->session_token()), once, kPassword),
                ::ronghe::testing::IsOk());
    return account;
  }

  // A person whose second factor is enrolled, with the session that did it.
  struct Person {
    v1::Account account;
    std::string secret;
    std::string token;
    std::vector<std::string> recovery_codes;
  };
  absl::StatusOr<v1::ConfirmSecondFactorResponse> Confirm(const rpc::Outgoing& out,
                                                          const std::string& code) {
    v1::ConfirmSecondFactorRequest request;
    request.set_code(code);
    return factors_client_.ConfirmSecondFactor(out, request);
  }
  Person Enrolled(const std::string& login) {
    Person person;
    person.account = Ready(login);
    const auto signed_in = SignIn(login, kPassword);
    EXPECT_THAT(signed_in, ::ronghe::testing::IsOk());
    const rpc::Outgoing out = As(signed_in->session_token());
    const auto enrolled = factors_client_.EnrolSecondFactor(out, v1::EnrolSecondFactorRequest());
    EXPECT_THAT(enrolled, ::ronghe::testing::IsOk());
    person.secret = Base32Decode(enrolled->secret()).value();
    const auto confirmed = Confirm(out, CodeOf(person));
    EXPECT_THAT(confirmed, ::ronghe::testing::IsOk());
    if (!confirmed.ok()) return person;
    person.token = confirmed->session_token();
    person.recovery_codes.assign(confirmed->recovery_codes().begin(),
                                 confirmed->recovery_codes().end());
    // The step of the confirmation is spent.
    clock_.Advance(absl::Seconds(30));
    return person;
  }
  std::string CodeOf(const Person& person) {
    return TotpCode(person.secret, TotpStep(clock_.Now()));
  }
  absl::StatusOr<v1::VerifySecondFactorResponse> Verify(const rpc::Outgoing& out,
                                                        const std::string& code) {
    v1::VerifySecondFactorRequest request;
    request.set_code(code);
    return factors_client_.VerifySecondFactor(out, request);
  }
  absl::StatusOr<v1::VerifySecondFactorResponse> Recover(const rpc::Outgoing& out,
                                                         const std::string& code) {
    v1::VerifySecondFactorRequest request;
    request.set_recovery_code(code);
    return factors_client_.VerifySecondFactor(out, request);
  }
  // Gives an account a role, now and for good.
  void Give(const v1::Account& account, const std::string& role, int64_t organization) {
    GrantRow grant;
    grant.id = ids_.Next();
    grant.holder_id = base::ParseName(account.name(), "accounts").value();
    grant.role = role;
    grant.organization_id = organization;
    grant.starts_at = grant.created_at = clock_.Now();
    grant.creator = "accounts/1";
    Change([&](sql::Session& session) { return grant_store::Insert(session, grant); });
  }
  int64_t OpenSessions() {
    int64_t open = -1;
    Read([&](sql::Session& session) {
      open = session_store::CountOpen(session, clock_.Now()).value();
    });
    return open;
  }
  // Rows with this result; those of the refusal log are there once the call is answered.
  int64_t AuditRows(const std::string& result, const std::string& resource = "%",
                    const std::string& peer = "%") {
    static const sql::Query<CountRow> kCount(
        "people_fixture.audit_rows",
        "SELECT COUNT(*) FROM audit WHERE result = ? AND resource LIKE ? AND peer LIKE ?");
    return Count(kCount, result, resource, peer);
  }
  // Runs `work(0)` to `work(count - 1)` at one time.
  static void AtOnce(int count, const std::function<void(int)>& work) {
    std::vector<std::thread> threads;
    std::atomic<int> ready = 0;
    threads.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        ready.fetch_add(1);
        while (ready.load() < count) std::this_thread::yield();
        work(i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  PasswordHasher hasher_;
  crypto::KeyStore keys_;
  crypto::FieldCipher cipher_;
  Attempts attempts_;
  AccountsApi accounts_;
  SessionsApi sessions_;
  SecondFactorApi second_factors_;
  ::ronghe::testing::TestServer server_;
  v1::AccountServiceClient accounts_client_;
  v1::SessionServiceClient sessions_client_;
  v1::SecondFactorServiceClient factors_client_;
  StoredCredentials credentials_;
  // Made by the first Ask.
  std::unique_ptr<Doorman> doorman_;
};

}  // namespace ronghe::gateway::access
