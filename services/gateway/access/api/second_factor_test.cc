#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/store/second_factor_store.h"
#include "services/gateway/access/testing/people_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;

class SecondFactorTest : public PeopleFixture {};

TEST_F(SecondFactorTest, S_9_2_d1_ASignInIsPendingUntilItsCode) {
  const Person person = Enrolled("zhang.san");
  const auto signed_in = SignIn("zhang.san", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_EQ(signed_in->session().second_factor(), v1::Session::SECOND_FACTOR_PENDING);
  EXPECT_EQ(signed_in->session().grants_size(), 0);
  // It ended no other session.
  EXPECT_THAT(credentials_.BySession(person.token, clock_.Now()), IsOk());
  const rpc::Outgoing out = As(signed_in->session_token());
  EXPECT_THAT(ChangePassword(out, kPassword, "Second-2026-ok"),
              HasReason("SECOND_FACTOR_REQUIRED"));
  EXPECT_THAT(factors_client_.EnrolSecondFactor(out, v1::EnrolSecondFactorRequest()),
              HasReason("SECOND_FACTOR_REQUIRED"));
  EXPECT_THAT(sessions_client_.RenewSession(out, v1::RenewSessionRequest()),
              HasReason("SECOND_FACTOR_REQUIRED"));
  EXPECT_THAT(Verify(out, "12345"), HasReason("FIELD_INVALID"));
  const std::string code = CodeOf(person);
  EXPECT_THAT(Verify(out, code == "000000" ? "000001" : "000000"),
              HasReason("SECOND_FACTOR_WRONG"));
  const auto verified = Verify(out, code);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->session().second_factor(), v1::Session::SECOND_FACTOR_DONE);
  EXPECT_EQ(verified->recovery_codes_left(), 10);
  // New tokens; those before, and the session before, are dead.
  EXPECT_THAT(credentials_.BySession(signed_in->session_token(), clock_.Now()),
              HasReason("SESSION_INVALID"));
  EXPECT_THAT(credentials_.BySession(person.token, clock_.Now()), HasReason("SESSION_INVALID"));
  EXPECT_THAT(credentials_.BySession(verified->session_token(), clock_.Now()), IsOk());
  EXPECT_EQ(OpenSessions(), 1);
  EXPECT_THAT(Verify(As(verified->session_token()), code), HasReason("SECOND_FACTOR_NOT_PENDING"));
  EXPECT_EQ(AuditRows("PERMISSION_DENIED SECOND_FACTOR_WRONG", person.account.name()), 1);
}

TEST_F(SecondFactorTest, S_9_2_d2_ACodeCountsOnceAndAStepEarlyOrLate) {
  const Person person = Enrolled("li.si");
  const auto session = [&] { return As(SignIn("li.si", kPassword)->session_token()); };
  const std::string code = CodeOf(person);
  ASSERT_THAT(Verify(session(), code), IsOk());
  EXPECT_THAT(Verify(session(), code), HasReason("TOTP_REPLAYED"));
  // Nor does a code from before the one that was taken.
  EXPECT_THAT(Verify(session(), TotpCode(person.secret, TotpStep(clock_.Now()) - 1)),
              HasReason("TOTP_REPLAYED"));
  // One step ahead is in the window, two are not.
  EXPECT_THAT(Verify(session(), TotpCode(person.secret, TotpStep(clock_.Now()) + 2)),
              HasReason("SECOND_FACTOR_WRONG"));
  EXPECT_THAT(Verify(session(), TotpCode(person.secret, TotpStep(clock_.Now()) + 1)), IsOk());
  clock_.Advance(absl::Minutes(5));
  const std::string late = CodeOf(person);
  clock_.Advance(absl::Seconds(30));
  EXPECT_THAT(Verify(session(), late), IsOk());
}

TEST_F(SecondFactorTest, WrongCodesLockLikeWrongPasswords) {
  const Person person = Enrolled("wang.wu");
  const auto wrong = [&] { return TotpCode(person.secret, TotpStep(clock_.Now()) + 1000); };
  // A password that leaked buys no more than the policy's guesses, however often it is used.
  int guesses = 0;
  absl::StatusOr<v1::SignInResponse> signed_in = SignIn("wang.wu", kPassword);
  while (signed_in.ok() && guesses < 20) {
    EXPECT_THAT(Verify(As(signed_in->session_token()), wrong()), HasReason("SECOND_FACTOR_WRONG"));
    ++guesses;
    signed_in = SignIn("wang.wu", kPassword);
  }
  EXPECT_THAT(signed_in, HasReason("SIGN_IN_LOCKED"));
  EXPECT_LE(guesses, 5);
  clock_.Advance(absl::Minutes(31));
  signed_in = SignIn("wang.wu", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_THAT(Verify(As(signed_in->session_token()), CodeOf(person)), IsOk());
  // A sign-in that never came to its code locks nobody out.
  for (int i = 0; i < 10; ++i) EXPECT_THAT(SignIn("wang.wu", kPassword), IsOk());
}

TEST_F(SecondFactorTest, S_9_2_d3_RecoveryCodesOpenOneSessionEach) {
  const Person person = Enrolled("zhao.liu");
  ASSERT_EQ(person.recovery_codes.size(), 10u);
  EXPECT_EQ(
      std::set<std::string>(person.recovery_codes.begin(), person.recovery_codes.end()).size(),
      10u);
  const auto session = [&] { return As(SignIn("zhao.liu", kPassword)->session_token()); };
  const auto recovered = Recover(session(), person.recovery_codes[3]);
  ASSERT_THAT(recovered, IsOk());
  EXPECT_EQ(recovered->recovery_codes_left(), 9);
  EXPECT_THAT(Recover(session(), person.recovery_codes[3]), HasReason("SECOND_FACTOR_WRONG"));
  const std::string typed =
      absl::AsciiStrToLower(absl::StrReplaceAll(person.recovery_codes[4], {{"-", " "}}));
  EXPECT_THAT(Recover(session(), typed), IsOk());
  // Somebody else's is none.
  const Person other = Enrolled("sun.qi");
  EXPECT_THAT(Recover(session(), other.recovery_codes[0]), HasReason("SECOND_FACTOR_WRONG"));
}

TEST_F(SecondFactorTest, AHundredUsesOfOneCodeHaveOneWinner) {
  const Person person = Enrolled("many.at.once");
  policy_.lock_failures.value = 1000;
  std::vector<rpc::Outgoing> pending;
  for (int i = 0; i < 100; ++i) {
    pending.push_back(As(SignIn("many.at.once", kPassword)->session_token()));
  }
  const std::string code = CodeOf(person);
  std::atomic<int> won = 0;
  AtOnce(100, [&](int i) {
    if (Verify(pending[static_cast<size_t>(i)], code).ok()) won.fetch_add(1);
  });
  EXPECT_EQ(won.load(), 1);
  EXPECT_EQ(OpenSessions(), 1);
}

TEST_F(SecondFactorTest, AHundredUsesOfOneRecoveryCodeHaveOneWinner) {
  const Person person = Enrolled("many.at.once");
  policy_.lock_failures.value = 1000;
  std::vector<rpc::Outgoing> pending;
  for (int i = 0; i < 100; ++i) {
    pending.push_back(As(SignIn("many.at.once", kPassword)->session_token()));
  }
  std::atomic<int> won = 0;
  AtOnce(100, [&](int i) {
    if (Recover(pending[static_cast<size_t>(i)], person.recovery_codes[0]).ok()) won.fetch_add(1);
  });
  EXPECT_EQ(won.load(), 1);
  EXPECT_EQ(OpenSessions(), 1);
}

TEST_F(SecondFactorTest, S_9_2_d5_ChangingTheFactorAsksForAFreshSignIn) {
  const Person person = Enrolled("zhou.ba");
  const auto verified = Verify(As(SignIn("zhou.ba", kPassword)->session_token()), CodeOf(person));
  ASSERT_THAT(verified, IsOk());
  const rpc::Outgoing out = As(verified->session_token());
  EXPECT_THAT(Confirm(out, CodeOf(person)), HasReason("SECOND_FACTOR_NOT_PENDING"));
  Person anew = person;
  const auto enrolled = factors_client_.EnrolSecondFactor(out, v1::EnrolSecondFactorRequest());
  ASSERT_THAT(enrolled, IsOk());
  anew.secret = Base32Decode(enrolled->secret()).value();
  EXPECT_NE(anew.secret, person.secret);
  EXPECT_EQ(enrolled->otpauth_uri(),
            absl::StrCat("otpauth://totp/ronghe:zhou.ba?secret=", enrolled->secret(),
                         "&issuer=ronghe&algorithm=SHA1&digits=6&period=30"));
  // Until it is confirmed the old one counts.
  clock_.Advance(absl::Seconds(30));
  EXPECT_THAT(Confirm(out, CodeOf(person)), HasReason("SECOND_FACTOR_WRONG"));
  ASSERT_THAT(Confirm(out, CodeOf(anew)), IsOk());
  clock_.Advance(absl::Seconds(30));
  const rpc::Outgoing next = As(SignIn("zhou.ba", kPassword)->session_token());
  EXPECT_THAT(Verify(next, CodeOf(person)), HasReason("SECOND_FACTOR_WRONG"));
  EXPECT_THAT(Recover(next, person.recovery_codes[0]), HasReason("SECOND_FACTOR_WRONG"));
  const auto done = Verify(next, CodeOf(anew));
  ASSERT_THAT(done, IsOk());
  clock_.Advance(absl::Minutes(10));
  const absl::Status late =
      factors_client_.EnrolSecondFactor(As(done->session_token()), v1::EnrolSecondFactorRequest())
          .status();
  EXPECT_THAT(late, HasReason("REAUTHENTICATION_REQUIRED"));
  EXPECT_EQ(error::MetadataValue(late, "required"), "10");
}

TEST_F(SecondFactorTest, S_9_2_d4_ARoleWithASecondFactorOpensNothingWithoutOne) {
  const v1::Account account = Ready("wu.jiu");
  clock_.Advance(absl::Seconds(1));
  Give(account, "committee_secretary", 10);
  const auto signed_in = SignIn("wu.jiu", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_EQ(signed_in->session().second_factor(), v1::Session::SECOND_FACTOR_ENROLMENT_REQUIRED);
  EXPECT_TRUE(
      credentials_.BySession(signed_in->session_token(), clock_.Now())->principal.grants.empty());
  // It must be enrolled within the policy's minutes.
  const rpc::Outgoing out = As(signed_in->session_token());
  Person person;
  person.secret =
      Base32Decode(factors_client_.EnrolSecondFactor(out, v1::EnrolSecondFactorRequest())->secret())
          .value();
  const auto confirmed = Confirm(out, CodeOf(person));
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(
      credentials_.BySession(confirmed->session_token(), clock_.Now())->principal.grants.size(),
      1u);
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(credentials_.BySession(confirmed->session_token(), clock_.Now()), IsOk());
  const auto abandoned = SignIn("wu.jiu", kPassword);
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(credentials_.BySession(abandoned->session_token(), clock_.Now()),
              HasReason("SESSION_INVALID"));
  // The policy may ask everybody.
  policy_.second_factor.value = 2;
  Ready("member.one");
  EXPECT_EQ(SignIn("member.one", kPassword)->session().second_factor(),
            v1::Session::SECOND_FACTOR_ENROLMENT_REQUIRED);
}

TEST_F(SecondFactorTest, AnAdministratorResetsALostDevice) {
  const Person person = Enrolled("feng.shi");
  v1::ResetSecondFactorRequest reset;
  reset.set_name(person.account.name());
  EXPECT_THAT(accounts_client_.ResetSecondFactor(WithRole("system_administrator", 0, 3), reset),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::GetAccountRequest get;
  get.set_name(person.account.name());
  EXPECT_TRUE(accounts_client_.GetAccount(Admin(), get)->second_factor());
  const auto account = accounts_client_.ResetSecondFactor(Admin(), reset);
  ASSERT_THAT(account, IsOk());
  EXPECT_FALSE(account->second_factor());
  EXPECT_THAT(credentials_.BySession(person.token, clock_.Now()), HasReason("SESSION_INVALID"));
  const auto signed_in = SignIn("feng.shi", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  EXPECT_EQ(signed_in->session().second_factor(), v1::Session::SECOND_FACTOR_NONE);
  EXPECT_THAT(Recover(As(signed_in->session_token()), person.recovery_codes[0]),
              HasReason("SECOND_FACTOR_NOT_PENDING"));
}

TEST_F(SecondFactorTest, NobodyMakesTwoPersonsOfOne) {
  Change([&](sql::Session& session) {
    static const sql::Command kInterval(
        "second_factor_test.member",
        "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting, "
        "valid_from, valid_to) VALUES (1, 71, 21, 1, '10', 1, '2020-01-01', '9999-12-31')");
    return session.Execute(kInterval).status();
  });
  const Person decider = Enrolled("decider");
  const Person trusted = Enrolled("trusted");
  const v1::Account clerk = Create("clerk");
  Give(trusted.account, "unmasker", 20);
  v1::LinkMemberRequest link;
  link.set_name(clerk.name());
  link.set_member("members/71");
  v1::ResetSecondFactorRequest reset;
  reset.set_name(trusted.account.name());
  // Where nobody could agree, nobody is asked.
  EXPECT_THAT(accounts_client_.ResetSecondFactor(Admin(), reset), IsOk());
  Give(decider.account, "audit_administrator", 0);
  EXPECT_THAT(accounts_client_.ResetSecondFactor(Admin(), reset), HasReason("APPROVAL_REQUIRED"));
  EXPECT_THAT(accounts_client_.LinkMember(Admin(), link), HasReason("APPROVAL_REQUIRED"));
  // Who is concerned can't agree; nor need anybody for whom no role asks for a second factor.
  reset.set_name(decider.account.name());
  EXPECT_THAT(accounts_client_.ResetSecondFactor(Admin(), reset), IsOk());
  reset.set_name(clerk.name());
  EXPECT_THAT(accounts_client_.ResetSecondFactor(Admin(), reset), IsOk());
  // The own account isn't anybody's to link: its holder would read a stranger's record as the own.
  int64_t self = 0;
  ASSERT_TRUE(absl::SimpleAtoi(absl::StripPrefix(clerk.name(), "accounts/"), &self));
  EXPECT_THAT(accounts_client_.LinkMember(WithRole("security_administrator", 0, self), link),
              HasReason("SELF_LINK"));
}

TEST_F(SecondFactorTest, NeitherSecretNorCodesAreStoredInTheClear) {
  const Person person = Enrolled("chen.yi");
  const int64_t id = base::ParseName(person.account.name(), "accounts").value();
  Change([&](sql::Session& session) {
    const auto row = second_factor_store::LoadForUpdate(session, id);
    EXPECT_EQ((*row)->secret.find(person.secret), std::string::npos);
    EXPECT_TRUE((*row)->pending.empty());
    EXPECT_EQ(*cipher_.Decrypt((*row)->secret, absl::StrCat("second_factor.secret:", id)),
              person.secret);
    // The envelope belongs to its account and column.
    EXPECT_FALSE(
        cipher_.Decrypt((*row)->secret, absl::StrCat("second_factor.secret:", id + 1)).ok());
    return absl::OkStatus();
  });
  static const sql::Query<CountRow> kPlain(
      "second_factor_test.plain", "SELECT COUNT(*) FROM recovery_code WHERE code_hash = ?");
  EXPECT_EQ(Count(kPlain, crypto::Sha256(person.recovery_codes[0])), 0);
  EXPECT_EQ(Count(kPlain, RecoveryCodeHash(id, person.recovery_codes[0])), 1);
}

TEST_F(SecondFactorTest, ASessionNeverGainsAGrant) {
  const v1::Account account = Ready("chu.er");
  const auto signed_in = SignIn("chu.er", kPassword);
  ASSERT_THAT(signed_in, IsOk());
  clock_.Advance(absl::Seconds(1));
  Give(account, "leader", 10);
  const std::string& token = signed_in->session_token();
  EXPECT_TRUE(credentials_.BySession(token, clock_.Now())->principal.grants.empty());
  const auto current =
      sessions_client_.GetCurrentSession(As(token), v1::GetCurrentSessionRequest());
  EXPECT_TRUE(current->renewal_due());
  EXPECT_EQ(current->grants_size(), 0);
  const auto renewed = sessions_client_.RenewSession(As(token), v1::RenewSessionRequest());
  ASSERT_THAT(renewed, IsOk());
  EXPECT_FALSE(renewed->session().renewal_due());
  EXPECT_EQ(renewed->session().grants_size(), 1);
  EXPECT_NE(renewed->csrf_token(), signed_in->csrf_token());
  EXPECT_EQ(renewed->session().expire_time().seconds(), current->expire_time().seconds());
  EXPECT_THAT(credentials_.BySession(token, clock_.Now()), HasReason("SESSION_INVALID"));
  EXPECT_EQ(credentials_.BySession(renewed->session_token(), clock_.Now())->principal.grants,
            (std::vector<auth::Grant>{{"leader", 10}}));
  // A role that needs a second factor takes effect with it only.
  clock_.Advance(absl::Seconds(1));
  Give(account, "committee_secretary", 10);
  const auto again =
      sessions_client_.RenewSession(As(renewed->session_token()), v1::RenewSessionRequest());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->session().second_factor(), v1::Session::SECOND_FACTOR_ENROLMENT_REQUIRED);
}

TEST_F(SecondFactorTest, S_9_2_b6_ASessionStaysWhereItWasOpened) {
  const v1::Account account = Ready("jiang.san");
  const std::string token = SignIn("jiang.san", kPassword, "ipv4:10.0.0.7:51234")->session_token();
  const auto visitor = Ask(token);
  ASSERT_THAT(visitor, IsOk());
  EXPECT_OK(doorman_->CheckAddress(**visitor, token, "10.0.0.7"));
  EXPECT_OK(doorman_->CheckAddress(**visitor, token, "ipv6:[::ffff:10.0.0.7]:443"));
  EXPECT_THAT(doorman_->CheckAddress(**visitor, token, "10.0.0.8"), HasReason("SESSION_MOVED"));
  EXPECT_THAT(doorman_->CheckAddress(**visitor, token, "10.0.0.8"), HasReason("SESSION_MOVED"));
  // The session ends in the background.
  while (Ask(token).ok()) {
  }
  EXPECT_THAT(Ask(token), HasReason("SESSION_INVALID"));
  EXPECT_EQ(AuditRows("UNAUTHENTICATED SESSION_MOVED"), 1);
  policy_.bind_address.value = 0;
  const std::string free = SignIn("jiang.san", kPassword)->session_token();
  EXPECT_EQ(credentials_.BySession(free, clock_.Now())->address, "");
}

TEST_F(SecondFactorTest, TokensThatWereReplacedAreDeadAtOnce) {
  const v1::Account account = Ready("yang.liu");
  const std::string first = SignIn("yang.liu", kPassword)->session_token();
  EXPECT_THAT(Ask(first), IsOk());
  const auto renewed = sessions_client_.RenewSession(As(first), v1::RenewSessionRequest());
  ASSERT_THAT(renewed, IsOk());
  EXPECT_THAT(Ask(first), HasReason("SESSION_INVALID"));
  EXPECT_THAT(Ask(renewed->session_token()), IsOk());
  const auto changed = ChangePassword(As(renewed->session_token()), kPassword, "Second-2026-ok");
  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(Ask(renewed->session_token()), HasReason("SESSION_INVALID"));
  EXPECT_THAT(Ask(changed->session_token()), IsOk());
  // One session at a time: the next sign-in ends it.
  const std::string next = SignIn("yang.liu", "Second-2026-ok")->session_token();
  EXPECT_THAT(Ask(changed->session_token()), HasReason("SESSION_INVALID"));
  EXPECT_THAT(Ask(next), IsOk());
  v1::EndSessionsRequest end;
  end.set_name(account.name());
  ASSERT_THAT(accounts_client_.EndSessions(Admin(), end), IsOk());
  EXPECT_THAT(Ask(next), HasReason("SESSION_INVALID"));
}

TEST(AddressTest, PeersAreComparedByTheirAddress) {
  for (const char* peer : {"10.0.0.7", "ipv4:10.0.0.7:51234", "10.0.0.7:80", "::ffff:10.0.0.7",
                           "ipv6:[::ffff:10.0.0.7]:51234", "ipv6:%5B::ffff:10.0.0.7%5D:51234"}) {
    EXPECT_EQ(AddressOf(peer), "10.0.0.7") << peer;
  }
  for (const char* peer :
       {"2001:db8::1", "2001:0db8:0:0::1", "[2001:db8::1]:443", "ipv6:%5B2001:db8::1%5D:443"}) {
    EXPECT_EQ(AddressOf(peer), "2001:db8::1") << peer;
  }
  EXPECT_EQ(AddressOf(""), "");
}

TEST_F(SecondFactorTest, PeopleSeeAndEndTheirOwnSessions) {
  policy_.max_sessions.value = 3;
  const v1::Account account = Ready("shen.si");
  Give(account, "leader", 10);
  clock_.Advance(absl::Seconds(1));
  const auto first = SignIn("shen.si", kPassword, "10.0.0.1");
  const auto second = SignIn("shen.si", kPassword, "10.0.0.2");
  const rpc::Outgoing out = As(second->session_token());
  const auto listed = sessions_client_.ListMySessions(out, v1::ListMySessionsRequest());
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->sessions_size(), 3);
  EXPECT_EQ(listed->sessions(0).name(), second->session().name());
  EXPECT_TRUE(listed->sessions(0).current());
  EXPECT_FALSE(listed->sessions(1).current());
  EXPECT_EQ(listed->sessions(1).address(), "10.0.0.1");
  v1::EndSessionRequest end;
  end.set_name(first->session().name());
  ASSERT_THAT(sessions_client_.EndSession(out, end), IsOk());
  EXPECT_THAT(credentials_.BySession(first->session_token(), clock_.Now()),
              HasReason("SESSION_INVALID"));
  // Not those of others.
  Ready("han.wu");
  end.set_name(SignIn("han.wu", kPassword)->session().name());
  EXPECT_THAT(sessions_client_.EndSession(out, end), HasReason("NOT_FOUND"));
  end.set_name("authSessions/123");
  EXPECT_THAT(sessions_client_.EndSession(out, end), HasReason("NOT_FOUND"));

  const auto access = sessions_client_.GetMyAccess(out, v1::GetMyAccessRequest());
  ASSERT_THAT(access, IsOk());
  EXPECT_EQ(access->login_name(), "shen.si");
  EXPECT_EQ(access->grants_size(), 1);
  EXPECT_FALSE(access->second_factor().enrolled());
  EXPECT_FALSE(access->second_factor().required());
  EXPECT_GT(access->password_expire_time().seconds(), absl::ToUnixSeconds(clock_.Now()));

  v1::EndSessionsRequest all;
  all.set_name(account.name());
  EXPECT_THAT(accounts_client_.EndSessions(WithRole("audit_administrator", 0, 4), all),
              StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_THAT(accounts_client_.EndSessions(Admin(), all), IsOk());
  EXPECT_THAT(credentials_.BySession(second->session_token(), clock_.Now()),
              HasReason("SESSION_INVALID"));
}

TEST_F(SecondFactorTest, AnAccountBelongsToOneMemberWithinScope) {
  const v1::Account account = Create("wei.jin", "organizations/20");
  const v1::Account other = Create("other.one", "organizations/20");
  Change([&](sql::Session& session) {
    static const sql::Command kInterval(
        "second_factor_test.interval",
        "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting, "
        "valid_from, valid_to) VALUES (?, ?, ?, 1, '10', 1, '2020-01-01', '9999-12-31')");
    RONGHE_RETURN_IF_ERROR(session.Execute(kInterval, 1, 71, 21).status());
    return session.Execute(kInterval, 2, 72, 31).status();
  });
  const rpc::Outgoing twenty = WithRole("security_administrator", 20, 2);
  v1::LinkMemberRequest link;
  link.set_name(account.name());
  link.set_member("members/72");
  // A member of a foreign organization is as unknown as one that is nowhere.
  EXPECT_THAT(accounts_client_.LinkMember(twenty, link), HasReason("MEMBER_UNKNOWN"));
  link.set_member("members/73");
  EXPECT_THAT(accounts_client_.LinkMember(twenty, link), HasReason("MEMBER_UNKNOWN"));
  EXPECT_THAT(accounts_client_.LinkMember(WithRole("security_administrator", 30, 2), link),
              HasReason("SCOPE_DENIED"));
  link.set_member("members/71");
  const auto linked = accounts_client_.LinkMember(twenty, link);
  ASSERT_THAT(linked, IsOk());
  EXPECT_EQ(linked->member(), "members/71");
  link.set_name(other.name());
  EXPECT_THAT(accounts_client_.LinkMember(twenty, link), HasReason("MEMBER_LINKED"));

  const std::string once = Reset(account.name());
  const auto token = SignIn("wei.jin", once)->session_token();
  EXPECT_EQ(credentials_.BySession(token, clock_.Now())->principal.member_id, 71);
  v1::UnlinkMemberRequest unlink;
  unlink.set_name(account.name());
  EXPECT_EQ(accounts_client_.UnlinkMember(twenty, unlink)->member(), "");
  EXPECT_THAT(credentials_.BySession(token, clock_.Now()), HasReason("SESSION_INVALID"));
  EXPECT_THAT(accounts_client_.LinkMember(twenty, link), IsOk());
}

}  // namespace
}  // namespace ronghe::gateway::access
