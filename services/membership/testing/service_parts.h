// On what do the tests of the whole service stand? On its parts, wired as app.cc wires them, behind
// the real pipeline and on a schema of their own.
#ifndef RONGHE_SERVICES_MEMBERSHIP_TESTING_SERVICE_PARTS_H_
#define RONGHE_SERVICES_MEMBERSHIP_TESTING_SERVICE_PARTS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/resource_name.h"
#include "common/crypto/key_store.h"
#include "common/event/publisher.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/rpc/convert.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "common/testing/testing.h"
#include "ronghe/membership/v1/member.ronghe.h"
#include "ronghe/membership/v1/my_record.ronghe.h"
#include "ronghe/membership/v1/organization.ronghe.h"
#include "services/membership/api/member_api.h"
#include "services/membership/api/my_record_api.h"
#include "services/membership/api/organization_api.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/store_testing.h"

namespace ronghe::membership {

// A valid identity number of a woman, different for each `n` below 500,000.
inline std::string Identity(int64_t n) {
  const std::string digits = absl::StrFormat("110105%04d%02d%02d%03d", 1950 + n / 500 % 50,
                                             1 + n / 25000 % 12, 1 + n / 300000, n % 500 * 2);
  return digits + IdentityCheckCharacter(digits);
}

inline std::string Phone(int64_t n) { return absl::StrFormat("138%08d", n); }

inline v1::Member Someone(int n, v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL) {
  v1::Member member;
  member.set_full_name(absl::StrCat("王小", n));
  member.set_identity_number(Identity(n));
  member.set_ethnicity("01");
  member.set_education("21");
  member.set_phone("13800000000");
  member.set_category(category);
  *member.mutable_joined_on() = rpc::ToProto(absl::CivilDay(2010, 7, 1));
  if (category == v1::MEMBER_CATEGORY_FULL) {
    *member.mutable_converted_on() = rpc::ToProto(absl::CivilDay(2011, 7, 1));
  }
  return member;
}

// Organizations, members and own records; a test adds what else it serves.
class ServiceParts {
  // Takes tokens as of now, whatever day the clock of the calls shows.
  class TokensOfToday : public rpc::Authenticator {
   public:
    explicit TokensOfToday(const std::unique_ptr<testing::TestServer>& server) : server_(server) {}
    absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(
        const rpc::Credentials& credentials, absl::Time) const override {
      return server_->authenticator().Authenticate(credentials, absl::Now());
    }

   private:
    const std::unique_ptr<testing::TestServer>& server_;
  };

 protected:
  explicit ServiceParts(std::unique_ptr<crypto::KeyStore> keys = std::make_unique<crypto::KeyStore>(
                            crypto::KeyRing::ForTesting(crypto::Suite::kSm)))
      : schema_(NewMembershipSchema()),
        database_(*sql::Database::Open(schema_.options())),
        publisher_(*database_, nullptr, base::Clock::Real(), "services/membership"),
        ids_(1),
        rules_(*LoadOrganizationRules(BuiltinOrganizationRulesFile())),
        unmask_rules_(*LoadUnmaskRules(BuiltinUnmaskRulesFile())),
        books_(*LoadRuleBooks()),
        keys_(std::move(keys)),
        fields_(*keys_),
        tokens_("0123456789abcdef0123456789abcdef"),
        writer_(*database_, ids_, [] {}),
        tree_(*database_, publisher_),
        organization_api_(writer_, tree_, rules_, tokens_),
        member_api_(writer_, tree_, rules_, books_, unmask_rules_, fields_, tokens_),
        my_record_api_(*database_, ids_, tree_, unmask_rules_, fields_, tokens_,
                       auth::RoleTable::Builtin()),
        jobs_(*database_, base::Clock::Real(), "test") {
    EXPECT_OK(tree_.Start());
  }
  ~ServiceParts() {
    server_.reset();
    tree_.Stop();
  }

  // `clock`: of the calls; null: the real one.
  void Serve(std::vector<rpc::ServiceTable> tables, const base::Clock* clock = nullptr) {
    tables.push_back(v1::OrganizationServiceTable(organization_api_));
    tables.push_back(v1::MemberServiceTable(member_api_));
    tables.push_back(v1::MyRecordServiceTable(my_record_api_));
    testing::TestServer::Options options;
    options.scope = &tree_;
    options.clock = clock;
    if (clock != nullptr) options.authenticator = &tokens_of_today_;
    server_ = std::make_unique<testing::TestServer>(std::move(tables), options);
    organizations_ = std::make_unique<v1::OrganizationServiceClient>(server_->channel());
    members_ = std::make_unique<v1::MemberServiceClient>(server_->channel());
    my_record_ = std::make_unique<v1::MyRecordServiceClient>(server_->channel());
  }

  rpc::Outgoing Department() const { return server_->As("organization_department", 0); }

  absl::StatusOr<v1::Organization> TryFound(const std::string& parent, v1::OrganizationKind kind,
                                            const std::string& title) {
    v1::CreateOrganizationRequest request;
    request.set_parent(parent);
    request.mutable_organization()->set_kind(kind);
    request.mutable_organization()->set_title(title);
    *request.mutable_organization()->mutable_founded_on() =
        rpc::ToProto(absl::CivilDay(2000, 1, 1));
    return organizations_->CreateOrganization(Department(), request);
  }
  v1::Organization Found(const std::string& parent, v1::OrganizationKind kind,
                         const std::string& title) {
    auto organization = TryFound(parent, kind, title);
    EXPECT_OK(organization.status());
    return organization.ok() ? *std::move(organization) : v1::Organization();
  }

  absl::StatusOr<v1::Member> TryJoin(const std::string& branch, const v1::Member& member,
                                     absl::CivilDay from = absl::CivilDay(2026, 1, 1)) {
    v1::CreateMemberRequest request;
    request.set_parent(branch);
    *request.mutable_member() = member;
    *request.mutable_valid_from() = rpc::ToProto(from);
    return members_->CreateMember(Department(), request);
  }

  // What waits for an organization to act (11.3), as "WT-01 duesReductions/5".
  std::vector<std::string> WaitingFor(const std::string& organization) {
    constexpr int32_t kAll = 1000;
    const auto open = database_->Read(absl::Now() + absl::Seconds(10), [&](sql::Session& session) {
      return OpenDeadlinesOf(session, *base::ParseName(organization, "organizations"),
                             absl::CivilDay(1000, 1, 1), 0, kAll);
    });
    EXPECT_OK(open.status());
    std::vector<std::string> waiting;
    for (const DeadlineRow& row : open.ok() ? *open : std::vector<DeadlineRow>()) {
      if (row.code.rfind("WT-", 0) != 0) continue;
      waiting.push_back(
          absl::StrCat(row.code, " ", base::Name(row.subject_collection, row.subject_id)));
    }
    return waiting;
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  event::Publisher publisher_;
  base::IdGenerator ids_;
  const OrganizationRuleBook rules_;
  const UnmaskRuleBook unmask_rules_;
  const RuleBooks books_;
  const std::unique_ptr<crypto::KeyStore> keys_;
  const PersonalFields fields_;
  rpc::PageTokens tokens_;
  metrics::Registry metrics_;
  service::Writer writer_;
  MembershipTree tree_;
  OrganizationApi organization_api_;
  MemberApi member_api_;
  MyRecordApi my_record_api_;
  job::JobRunner jobs_;
  const TokensOfToday tokens_of_today_{server_};
  std::unique_ptr<testing::TestServer> server_;
  std::unique_ptr<v1::OrganizationServiceClient> organizations_;
  std::unique_ptr<v1::MemberServiceClient> members_;
  std::unique_ptr<v1::MyRecordServiceClient> my_record_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_TESTING_SERVICE_PARTS_H_
