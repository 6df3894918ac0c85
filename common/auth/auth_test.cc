#include <map>
#include <set>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/auth/authorizer.h"
#include "common/auth/role_table.h"
#include "common/auth/roles.pb.h"
#include "common/auth/token.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace ronghe::auth {
namespace {

using Json = nlohmann::json;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

Principal Person() {
  return Principal{Principal::Kind::kPerson,
                   "accounts/7",
                   {{"branch_secretary", 123}, {"leader", 0}},
                   "sessions/9"};
}

class TokenTest : public ::testing::Test {
 protected:
  TokenTest()
      : signer_(crypto::Es256Signer::Generate()),
        minter_(signer_),
        verifier_(*TokenVerifier::FromPem(signer_.verifier().ToPem())) {}

  Json Header() { return {{"alg", "ES256"}, {"typ", "JWT"}, {"kid", signer_.key_id()}}; }
  static Json Claims() {
    return {{"iss", "ronghe-gateway"}, {"aud", "ronghe"},
            {"sub", "accounts/7"},     {"typ", "person"},
            {"iat", 1'800'000'000},    {"nbf", 1'800'000'000},
            {"exp", 1'800'000'600},    {"grants", Json::array({Json::array({"leader", "5"})})}};
  }
  // A token with any header and claims, truly signed.
  std::string Signed(const std::string& header, const std::string& claims) {
    std::string token = crypto::Base64UrlEncode(header) + "." + crypto::Base64UrlEncode(claims);
    return token + "." + crypto::Base64UrlEncode(*signer_.Sign(token));
  }
  std::string SignedJson(const Json& header, const Json& claims) {
    return Signed(header.dump(), claims.dump());
  }
  std::string Reason(const std::string& token, absl::Time now = kNow) {
    const auto principal = verifier_->Verify(token, now);
    if (principal.ok()) return "OK";
    EXPECT_EQ(principal.status().code(), absl::StatusCode::kUnauthenticated);
    return error::Reason(principal.status());
  }

  crypto::Es256Signer signer_;
  TokenMinter minter_;
  std::unique_ptr<TokenVerifier> verifier_;
};

TEST_F(TokenTest, CarriesThePrincipal) {
  const std::string token = *minter_.Mint(Person(), kNow, absl::Minutes(10));
  for (int i = 0; i < 3; ++i) {
    const auto principal = verifier_->Verify(token, kNow + absl::Minutes(i));
    ASSERT_TRUE(principal.ok()) << principal.status();
    EXPECT_EQ(*principal, Person());
  }
  EXPECT_EQ(verifier_->VerifyShared(token, kNow)->get(),
            verifier_->VerifyShared(token, kNow)->get())
      << "verified once";
  const Principal client{Principal::Kind::kClient, "clients/3", {{"department_client", 4}}};
  EXPECT_EQ(*verifier_->Verify(*minter_.Mint(client, kNow, absl::Minutes(1)), kNow), client);
}

TEST_F(TokenTest, CarriesTermsDelegationsAndTheMember) {
  Principal deputy = Person();
  deputy.member_id = 42;
  deputy.grants = {{"branch_secretary", 5, "accounts/8", kNow + absl::Hours(24)},
                   {"leader", 6, "", kNow + absl::Hours(48)},
                   {"leader", 7, "accounts/9"}};
  const auto read = verifier_->Verify(*minter_.Mint(deputy, kNow, absl::Minutes(1)), kNow);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, deputy);
}

TEST_F(TokenTest, NoTokenSpeaksForAService) {
  const Principal service{Principal::Kind::kService, "services/meeting", {{"service_meeting", 0}}};
  EXPECT_EQ(error::Reason(minter_.Mint(service, kNow, absl::Minutes(1)).status()),
            "TOKEN_UNMINTABLE");
  Principal disguised = service;
  disguised.kind = Principal::Kind::kPerson;
  EXPECT_FALSE(minter_.Mint(disguised, kNow, absl::Minutes(1)).ok());
  for (const auto& [type, subject] :
       std::vector<std::pair<const char*, const char*>>{{"service", "services/meeting"},
                                                        {"person", "services/meeting"},
                                                        {"client", "services/meeting"},
                                                        {"person", "clients/3"},
                                                        {"client", "accounts/7"}}) {
    Json claims = Claims();
    claims["typ"] = type;
    claims["sub"] = subject;
    EXPECT_EQ(Reason(SignedJson(Header(), claims)), "TOKEN_INVALID") << type << " " << subject;
  }
}

TEST_F(TokenTest, TenKilobytesOfGrantsAreRefused) {
  Json claims = Claims();
  Json grants = Json::array();
  for (int i = 0; grants.dump().size() < 10 * 1024; ++i) {
    grants.push_back(Json::array({"leader", std::to_string(100 + i)}));
  }
  claims["grants"] = grants;
  EXPECT_EQ(Reason(SignedJson(Header(), claims)), "TOKEN_INVALID");
}

TEST_F(TokenTest, HandMadeTokensOfTheRightShapePass) {
  EXPECT_EQ(Reason(SignedJson(Header(), Claims())), "OK");
}

TEST_F(TokenTest, ExpiryHoldsForRememberedTokensToo) {
  const std::string token = *minter_.Mint(Person(), kNow, absl::Minutes(10));
  EXPECT_EQ(Reason(token), "OK");
  EXPECT_EQ(Reason(token, kNow + absl::Minutes(10) - absl::Seconds(1)), "OK");
  EXPECT_EQ(Reason(token, kNow + absl::Minutes(10)), "TOKEN_EXPIRED");
  EXPECT_EQ(Reason(token, kNow + absl::Hours(20)), "TOKEN_EXPIRED");
  EXPECT_EQ(Reason(token, kNow - absl::Seconds(20)), "OK") << "clocks differ a little";
  EXPECT_EQ(Reason(token, kNow - absl::Minutes(2)), "TOKEN_INVALID");
}

TEST_F(TokenTest, OtherAlgorithmsAreRefused) {
  for (const char* alg : {"none", "None", "NONE", "", "HS256", "RS256", "ES384", "es256"}) {
    Json header = Header();
    header["alg"] = alg;
    EXPECT_EQ(Reason(SignedJson(header, Claims())), "TOKEN_INVALID") << alg;
  }
  // The classic: algorithm none, no signature.
  Json none = Header();
  none["alg"] = "none";
  EXPECT_EQ(Reason(crypto::Base64UrlEncode(none.dump()) + "." +
                   crypto::Base64UrlEncode(Claims().dump()) + "."),
            "TOKEN_INVALID");
  // And the public key taken for a shared secret.
  Json hmac = Header();
  hmac["alg"] = "HS256";
  std::string token =
      crypto::Base64UrlEncode(hmac.dump()) + "." + crypto::Base64UrlEncode(Claims().dump());
  token += "." + crypto::Base64UrlEncode(crypto::HmacSha256(signer_.verifier().ToPem(), token));
  EXPECT_EQ(Reason(token), "TOKEN_INVALID");
  Json missing = Header();
  missing.erase("alg");
  EXPECT_EQ(Reason(SignedJson(missing, Claims())), "TOKEN_INVALID");
  Json critical = Header();
  critical["crit"] = Json::array({"exp"});
  EXPECT_EQ(Reason(SignedJson(critical, Claims())), "TOKEN_INVALID");
}

TEST_F(TokenTest, OtherKeysAreRefused) {
  Json header = Header();
  header["kid"] = "another";
  EXPECT_EQ(Reason(SignedJson(header, Claims())), "TOKEN_INVALID");
  header.erase("kid");
  EXPECT_EQ(Reason(SignedJson(header, Claims())), "TOKEN_INVALID");
  // Another key under our key's name.
  const crypto::Es256Signer other = crypto::Es256Signer::Generate();
  std::string token =
      crypto::Base64UrlEncode(Header().dump()) + "." + crypto::Base64UrlEncode(Claims().dump());
  EXPECT_EQ(Reason(token + "." + crypto::Base64UrlEncode(*other.Sign(token))), "TOKEN_INVALID");
}

TEST_F(TokenTest, SeveralKeysMayBeKnown) {
  const crypto::Es256Signer other = crypto::Es256Signer::Generate();
  auto both = TokenVerifier::FromPem(signer_.verifier().ToPem() + "\n" + other.verifier().ToPem());
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_TRUE((*both)->Verify(*minter_.Mint(Person(), kNow, absl::Minutes(1)), kNow).ok());
  EXPECT_TRUE(
      (*both)->Verify(*TokenMinter(other).Mint(Person(), kNow, absl::Minutes(1)), kNow).ok());
  EXPECT_FALSE(
      verifier_->Verify(*TokenMinter(other).Mint(Person(), kNow, absl::Minutes(1)), kNow).ok());
  EXPECT_FALSE(TokenVerifier::FromPem("").ok());
  EXPECT_FALSE(
      TokenVerifier::FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").ok());
}

TEST_F(TokenTest, ClaimsThatAreNotForUsAreRefused) {
  const std::vector<std::pair<const char*, Json>> changes = {
      {"iss", "someone"},
      {"iss", nullptr},
      {"aud", "others"},
      {"aud", Json::array({"ronghe"})},
      {"sub", ""},
      {"sub", 7},
      {"typ", "anonymous"},
      {"typ", "god"},
      {"exp", "1800000600"},
      {"exp", 1'800'000'600.5},
      {"exp", 99'999'999'999'999},
      {"exp", -1},
      {"exp", 1'800'004'000},  // longer than a token may live
      {"nbf", nullptr},
      {"nbf", 1'800'000'100},
      {"iat", nullptr},
      {"sid", 7},
      {"member", 7},
      {"member", "x"},
      {"grants", Json::array({Json::array({"leader", "5", "soon"})})},
      {"grants", Json::array({Json::array({"leader", "5", -1})})},
      {"grants", Json::array({Json::array({"leader", "5", nullptr, ""})})},
      {"grants", Json::array({Json::array({"leader", "5", nullptr, "accounts/8", "x"})})},
      {"grants", nullptr},
      {"grants", "leader"},
      {"grants", Json::array({Json::array({"leader"})})},
      {"grants", Json::array({Json::array({"leader", 5})})},
      {"grants", Json::array({Json::array({"leader", "-5"})})},
      {"grants", Json::array({Json::array({"leader", ""})})},
      {"grants", Json::array({Json::array({"leader", "99999999999999999999"})})},
      {"grants", Json::array({Json::array({"", "5"})})},
  };
  for (const auto& [claim, value] : changes) {
    Json claims = Claims();
    if (value.is_null()) {
      claims.erase(claim);
    } else {
      claims[claim] = value;
    }
    EXPECT_EQ(Reason(SignedJson(Header(), claims)), "TOKEN_INVALID") << claims.dump();
  }
  Json expired = Claims();
  expired["exp"] = 1'799'999'999;
  EXPECT_EQ(Reason(SignedJson(Header(), expired)), "TOKEN_EXPIRED");
}

TEST_F(TokenTest, AKeyThatStandsTwiceIsRefused) {
  std::string claims = Claims().dump();
  claims.insert(1, "\"sub\":\"accounts/1\",");
  EXPECT_EQ(Reason(Signed(Header().dump(), claims)), "TOKEN_INVALID");
}

TEST_F(TokenTest, EveryChangedCharacterIsNoticed) {
  const std::string token = *minter_.Mint(Person(), kNow, absl::Minutes(10));
  EXPECT_EQ(Reason(token), "OK");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(Reason(changed), "TOKEN_INVALID") << "at " << i;
  }
}

TEST_F(TokenTest, OtherShapesAreRefused) {
  const std::string token = *minter_.Mint(Person(), kNow, absl::Minutes(10));
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), token + ".",
        token + "=", " " + token, token.substr(0, token.rfind('.')),
        token.substr(0, token.rfind('.') + 1), std::string(kMaxTokenBytes + 1, 'A'),
        Signed("[]", "{}"), Signed("{}", "[]"), Signed(Header().dump(), "{"),
        Signed(Header().dump(), std::string(4000, '['))}) {
    EXPECT_EQ(Reason(bad), "TOKEN_INVALID") << bad.substr(0, 40);
  }
}

TEST_F(TokenTest, WhatCannotBeMinted) {
  EXPECT_FALSE(minter_.Mint(Principal(), kNow, absl::Minutes(1)).ok());
  EXPECT_FALSE(minter_.Mint(Person(), kNow, absl::ZeroDuration()).ok());
  EXPECT_FALSE(minter_.Mint(Person(), kNow, absl::Hours(2)).ok());
  Principal many = Person();
  for (int i = 0; i < 1000; ++i) many.grants.push_back({"leader", i + 1});
  EXPECT_EQ(error::Reason(minter_.Mint(many, kNow, absl::Minutes(1)).status()), "TOKEN_TOO_LONG");
}

v1::Roles RolesOf(std::map<std::string, std::vector<std::string>> table) {
  v1::Roles roles;
  for (const auto& [name, permissions] : table) {
    auto* role = roles.add_roles();
    role->set_name(name);
    role->set_kind(v1::BUSINESS);
    for (const auto& permission : permissions) role->add_permissions(permission);
  }
  return roles;
}

TEST(RoleTableTest, MatchesPartByPart) {
  const auto table = *RoleTable::FromProto(RolesOf({{"all", {"*.*.*"}},
                                                    {"reader", {"*.*.read", "event.feed.watch"}},
                                                    {"meeting", {"meeting.*.*"}},
                                                    {"none", {}}}));
  EXPECT_TRUE(table.Allows("all", "a.b.c"));
  EXPECT_TRUE(table.Allows("reader", "a.b.read"));
  EXPECT_TRUE(table.Allows("reader", "event.feed.watch"));
  EXPECT_FALSE(table.Allows("reader", "a.b.write"));
  EXPECT_FALSE(table.Allows("reader", "a.read"));
  EXPECT_FALSE(table.Allows("reader", "a.b.c.read"));
  EXPECT_TRUE(table.Allows("meeting", "meeting.x.y"));
  EXPECT_FALSE(table.Allows("meeting", "meetings.x.y"));
  EXPECT_FALSE(table.Allows("none", "a.b.c"));
  EXPECT_FALSE(table.Allows("unknown", "a.b.c"));
  EXPECT_FALSE(table.Allows("all", ""));
}

TEST(RoleTableTest, RefusesFaultyTables) {
  EXPECT_FALSE(RoleTable::FromProto(RolesOf({{"a", {"x"}}})).ok());
  EXPECT_FALSE(RoleTable::FromProto(RolesOf({{"a", {"x.y"}}})).ok());
  EXPECT_FALSE(RoleTable::FromProto(RolesOf({{"a", {"x..z"}}})).ok());
  EXPECT_FALSE(RoleTable::FromProto(RolesOf({{"a", {"x.y.z.w"}}})).ok());
  EXPECT_FALSE(RoleTable::FromProto(RolesOf({{"", {"x.y.z"}}})).ok());
  v1::Roles kindless = RolesOf({{"a", {}}});
  kindless.mutable_roles(0)->clear_kind();
  EXPECT_FALSE(RoleTable::FromProto(kindless).ok());
  v1::Roles generous = RolesOf({{"a", {}}});
  generous.mutable_roles(0)->add_may_grant("b");
  EXPECT_FALSE(RoleTable::FromProto(generous).ok());
  v1::Roles twice = RolesOf({{"a", {}}});
  *twice.add_roles() = twice.roles(0);
  EXPECT_FALSE(RoleTable::FromProto(twice).ok());
}

TEST(RoleTableTest, TheBuiltInTableKeepsTheContract) {
  const RoleTable& table = RoleTable::Builtin();
  for (const char* role :
       {"member", "group_leader", "branch_secretary", "branch_committee_member", "party_worker",
        "committee_secretary", "organization_department", "inspector", "leader", "unmasker",
        "system_administrator", "security_administrator", "audit_administrator",
        "department_client", "service_meeting", "service_training", "service_evaluation",
        "service_gateway", "service_membership"}) {
    EXPECT_TRUE(table.Contains(role)) << role;
  }
  EXPECT_FALSE(table.Contains("administrator"));
  EXPECT_FALSE(table.Allows("leader", "meeting.meeting.submit"));
  EXPECT_FALSE(table.Allows("department_client", "meeting.meeting.read"));
}

TEST(RoleTableTest, OnlyTheSecurityAdministratorDecidesAboutRights) {
  const RoleTable& table = RoleTable::Builtin();
  for (const std::string& role : table.names()) {
    const bool security = table.Find(role)->kind == RoleKind::kSecurityAdministrator;
    for (const char* permission : {"access.grant.create", "access.grant.revoke",
                                   "access.account.create", "access.client.create"}) {
      EXPECT_EQ(table.Allows(role, permission), security) << role << " " << permission;
    }
    EXPECT_EQ(table.Find(role)->may_grant.empty(), !security) << role;
  }
  // Nobody grants what a certificate gives.
  for (const std::string& role : table.Find("security_administrator")->may_grant) {
    EXPECT_NE(table.Find(role)->kind, RoleKind::kService) << role;
  }
}

TEST(RoleTableTest, NoAdministratorHasBusinessPermissionsNorTheOtherWayRound) {
  const RoleTable& table = RoleTable::Builtin();
  for (const std::string& name : table.names()) {
    const RoleInfo& role = *table.Find(name);
    const bool administrator = role.kind == RoleKind::kSystemAdministrator ||
                               role.kind == RoleKind::kSecurityAdministrator ||
                               role.kind == RoleKind::kAuditAdministrator;
    for (const std::string& permission : role.permissions) {
      const std::string service = permission.substr(0, permission.find('.'));
      const bool business = service == "membership" || service == "meeting" ||
                            service == "training" || service == "evaluation" || service == "fact" ||
                            service == "event" || service == "*";
      EXPECT_FALSE(administrator && business) << name << " " << permission;
      EXPECT_FALSE(service == "audit" && role.kind != RoleKind::kAuditAdministrator) << name;
      EXPECT_FALSE(service == "crypto" && role.kind != RoleKind::kSystemAdministrator) << name;
    }
    if (administrator) {
      EXPECT_TRUE(role.second_factor) << name;
      EXPECT_FALSE(role.delegable) << name;
    }
    // Approvers prove themselves by a second factor, and who sees numbers whole was approved.
    EXPECT_TRUE(role.second_factor || !table.Allows(name, "approval.request.decide")) << name;
    EXPECT_EQ(table.Allows(name, "membership.member.unmask"), role.needs_approval) << name;
    EXPECT_FALSE(role.delegable && role.kind != RoleKind::kBusiness) << name;
  }
}

// 1 above 10 above 100; 200 appears by catching up.
class Tree : public OrgScope {
 public:
  bool Within(int64_t org, int64_t ancestor) override {
    if (!known_.contains(org) || !known_.contains(ancestor)) return false;
    for (; org > 0; org = org == 200 ? 10 : org / 10) {
      if (org == ancestor) return true;
    }
    return false;
  }
  void CatchUp(absl::Time) override {
    ++catch_ups;
    known_.insert(200);
  }
  int catch_ups = 0;

 private:
  std::set<int64_t> known_ = {1, 10, 100, 2};
};

TEST(AuthorizerTest, ARoleHoldsOnItsSubtree) {
  const auto roles = *RoleTable::FromProto(RolesOf({{"reader", {"a.b.read"}}, {"other", {}}}));
  Tree tree;
  const Authorizer authorizer(roles, &tree);
  const auto reads = [&](std::vector<Grant> grants, int64_t org) {
    return authorizer.Allows(Principal{Principal::Kind::kPerson, "accounts/1", grants, ""},
                             "a.b.read", org, kNow);
  };
  EXPECT_TRUE(reads({{"reader", 10}}, 10));
  EXPECT_TRUE(reads({{"reader", 10}}, 100));
  EXPECT_FALSE(reads({{"reader", 10}}, 1));
  EXPECT_FALSE(reads({{"reader", 10}}, 2));
  EXPECT_FALSE(reads({{"reader", 10}, {"other", 0}}, 2)) << "roles and places are not mixed";
  EXPECT_TRUE(reads({{"reader", 0}}, 2));
  EXPECT_TRUE(reads({{"reader", 0}}, 999));
  EXPECT_FALSE(reads({}, 1));
}

TEST(AuthorizerTest, OwnGrantsComeBeforeDelegatedOnesAndEndedOnesCountNoMore) {
  const auto roles = *RoleTable::FromProto(RolesOf({{"reader", {"a.b.read"}}, {"other", {}}}));
  Tree tree;
  const Authorizer authorizer(roles, &tree);
  Principal principal{Principal::Kind::kPerson, "accounts/1", {}};
  principal.grants = {{"reader", 10, "accounts/8", kNow + absl::Hours(1)},
                      {"reader", 100, "", kNow + absl::Minutes(1)}};
  const auto holder = [&](int64_t organization, absl::Time now) -> std::string {
    const Grant* grant = authorizer.Find(principal, "a.b.read", organization, now);
    return grant == nullptr ? "nobody" : grant->on_behalf_of;
  };
  EXPECT_EQ(holder(100, kNow), "") << "its own";
  EXPECT_EQ(holder(10, kNow), "accounts/8");
  EXPECT_EQ(holder(100, kNow + absl::Minutes(1)), "accounts/8") << "its own has ended";
  EXPECT_EQ(holder(100, kNow + absl::Hours(1)), "nobody");
  EXPECT_FALSE(authorizer.AllowsSomewhere(principal, "a.b.read", kNow + absl::Hours(1)));
  EXPECT_FALSE(authorizer.AllowsEverywhere(principal, "a.b.read", kNow));
}

TEST(AuthorizerTest, WithinLooksDownAsWell) {
  const auto roles = *RoleTable::FromProto(RolesOf({{"reader", {"a.b.read"}}, {"other", {}}}));
  Tree tree;
  const Authorizer authorizer(roles, &tree);
  const auto within = [&](std::vector<Grant> grants, int64_t organization) {
    const Principal principal{Principal::Kind::kPerson, "accounts/1", std::move(grants)};
    return authorizer.FindWithin(principal, "a.b.read", organization, kNow) != nullptr;
  };
  EXPECT_TRUE(within({{"reader", 100}}, 1));
  EXPECT_TRUE(within({{"reader", 1}}, 100));
  EXPECT_TRUE(within({{"reader", 0}}, 2));
  EXPECT_FALSE(within({{"reader", 100}}, 2));
  EXPECT_FALSE(within({{"other", 100}}, 1));
}

TEST(AuthorizerTest, ServiceRolesCountForServicesOnly) {
  v1::Roles file = RolesOf({{"service_probe", {"a.b.read"}}});
  file.mutable_roles(0)->set_kind(v1::SERVICE);
  const auto roles = *RoleTable::FromProto(file);
  const Authorizer authorizer(roles, nullptr);
  using Kind = Principal::Kind;
  for (const auto kind : {Kind::kPerson, Kind::kClient, Kind::kService}) {
    const Principal principal{kind, "x/1", {{"service_probe", 0}}};
    EXPECT_EQ(authorizer.Allows(principal, "a.b.read", 1, kNow), kind == Kind::kService);
    EXPECT_EQ(authorizer.AllowsSomewhere(principal, "a.b.read", kNow), kind == Kind::kService);
    EXPECT_EQ(authorizer.AllowsEverywhere(principal, "a.b.read", kNow), kind == Kind::kService);
  }
}

TEST(AuthorizerTest, CatchesUpOnlyForWhoeverMayGain) {
  const auto roles = *RoleTable::FromProto(RolesOf({{"reader", {"a.b.read"}}, {"other", {}}}));
  Tree tree;
  const Authorizer authorizer(roles, &tree);
  const Principal reader{Principal::Kind::kPerson, "accounts/1", {{"reader", 10}}, ""};
  const Principal other{Principal::Kind::kPerson, "accounts/2", {{"other", 10}}, ""};
  const absl::Time deadline = absl::InfiniteFuture();
  EXPECT_EQ(authorizer.FindAfterCatchUp(other, "a.b.read", 200, kNow, deadline), nullptr);
  EXPECT_EQ(authorizer.FindAfterCatchUp(reader, "a.b.read", 2, kNow, deadline), nullptr);
  EXPECT_EQ(authorizer.FindAfterCatchUp(reader, "a.b.read", 0, kNow, deadline), nullptr);
  EXPECT_EQ(tree.catch_ups, 0);
  EXPECT_NE(authorizer.FindAfterCatchUp(reader, "a.b.read", 200, kNow, deadline), nullptr);
  EXPECT_EQ(tree.catch_ups, 1);
  const Authorizer without(roles, nullptr);
  EXPECT_NE(without.FindAfterCatchUp(reader, "a.b.read", 10, kNow, deadline), nullptr);
  EXPECT_EQ(without.FindAfterCatchUp(reader, "a.b.read", 100, kNow, deadline), nullptr);
}

}  // namespace
}  // namespace ronghe::auth
