#include "services/membership/app.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/event/publisher.h"
#include "common/fact/feed.h"
#include "common/object/directory_store.h"
#include "common/object/s3_store.h"
#include "common/rotation/key_rotation.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "ronghe/membership/v1/document.ronghe.h"
#include "ronghe/membership/v1/import.ronghe.h"
#include "ronghe/membership/v1/ledger_export.ronghe.h"
#include "ronghe/membership/v1/member.ronghe.h"
#include "ronghe/membership/v1/member_export.ronghe.h"
#include "ronghe/membership/v1/my_record.ronghe.h"
#include "ronghe/membership/v1/organization.ronghe.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "services/membership/api/document_api.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/import_api.h"
#include "services/membership/api/ledger_export_api.h"
#include "services/membership/api/member_api.h"
#include "services/membership/api/member_export_api.h"
#include "services/membership/api/my_record_api.h"
#include "services/membership/api/organization_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/api/subject_registry.h"
#include "services/membership/jobs/document_sweeper.h"
#include "services/membership/jobs/importer.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/sealed_tables.h"

namespace ronghe::membership {
namespace {

std::string RulesFile(const config::v1::Config& config) {
  return config.organization_rules_file().empty() ? BuiltinOrganizationRulesFile()
                                                  : config.organization_rules_file();
}

std::string UnmaskFile(const config::v1::Config& config) {
  return config.unmask_rules_file().empty() ? BuiltinUnmaskRulesFile() : config.unmask_rules_file();
}

// Errors: OBJECT_STORE_INVALID, OBJECT_STORE_FAILED; those of config::ReadSecret.
absl::StatusOr<std::unique_ptr<object::ObjectStore>> OpenObjects(const config::v1::Objects& config,
                                                                 const base::Clock& clock) {
  if (!config.has_s3()) return object::DirectoryStore::Open(config.directory());
  const config::v1::S3& s3 = config.s3();
  RONGHE_ASSIGN_OR_RETURN(std::string secret, ronghe::config::ReadSecret(s3.secret_key_file()));
  object::S3Options options{.endpoint = s3.endpoint(),
                            .bucket = s3.bucket(),
                            .prefix = s3.prefix(),
                            .ca_file = s3.ca_file(),
                            .credentials = {.access_key = s3.access_key(),
                                            .secret_key = crypto::Secret(secret),
                                            .region = s3.region()}};
  crypto::Wipe(secret);
  return object::S3Store::Create(std::move(options), clock);
}

// What documents may be about. An area adds its cases here.
SubjectRegistry Subjects() {
  SubjectRegistry subjects;
  AddOwnSubjects(subjects);
  return subjects;
}

// The sums over every root.
org::OrgCounts Total(const org::OrgTree& tree) {
  org::OrgCounts total;
  for (const int64_t root : tree.Roots()) {
    const org::OrgCounts counts = tree.Count(root);
    total.full += counts.full;
    total.probationary += counts.probationary;
    total.organizations += counts.organizations;
    total.branches += counts.branches;
  }
  return total;
}

class MembershipApp : public service::App {
 public:
  MembershipApp(OrganizationRuleBook rules, UnmaskRuleBook unmask_rules, RuleBooks books,
                std::unique_ptr<object::ObjectStore> objects, service::Runtime& runtime)
      : rules_(std::move(rules)),
        unmask_rules_(std::move(unmask_rules)),
        books_(std::move(books)),
        subjects_(Subjects()),
        objects_(std::move(objects)),
        fields_(*runtime.keys()),
        tree_(runtime.database(), *runtime.publisher()),
        importer_(runtime.ids(), tree_, rules_, fields_, runtime.metrics(),
                  [&runtime] { runtime.publisher()->Nudge(); }),
        organizations_(runtime.writer(), tree_, rules_, runtime.page_tokens()),
        members_(runtime.writer(), tree_, rules_, unmask_rules_, fields_, runtime.page_tokens()),
        exports_(runtime.writer(), tree_, unmask_rules_, fields_, runtime.page_tokens()),
        my_record_(runtime.database(), runtime.ids(), tree_, unmask_rules_, fields_,
                   runtime.page_tokens(), runtime.roles()),
        posts_(runtime.writer(), tree_, rules_, runtime.page_tokens()),
        imports_(runtime.writer(), tree_, fields_, runtime.page_tokens(),
                 [&runtime] { runtime.jobs().Nudge(kRosterImportJob); }),
        kind_imports_(runtime.writer(), tree_, fields_, runtime.page_tokens(),
                      [&runtime] { runtime.jobs().Nudge(kRosterImportJob); }),
        ledgers_(runtime.writer(), tree_, unmask_rules_, fields_, runtime.page_tokens(),
                 LedgerSources()),
        documents_(runtime.writer(), subjects_, books_.Get("document"), *runtime.keys(), *objects_),
        sweeper_(*objects_),
        facts_(runtime.database(), tree_.tree(), rules_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddDocumentSweep(runtime.jobs(), sweeper_);
    for (auto& table : SealedTables()) runtime.rotation()->Add(std::move(table));
    const auto gauge = [&](const char* name, const char* help, const metrics::Labels& labels,
                           int64_t org::OrgCounts::*field) {
      gauges_.push_back(runtime.metrics().AddCallbackGauge(name, help, labels, [this, field] {
        return static_cast<double>(Total(tree_.tree()).*field);
      }));
    };
    constexpr char kMembers[] = "ronghe_membership_members";
    constexpr char kMembersHelp[] = "Members of normal standing, by category.";
    gauge(kMembers, kMembersHelp, {{"category", "full"}}, &org::OrgCounts::full);
    gauge(kMembers, kMembersHelp, {{"category", "probationary"}}, &org::OrgCounts::probationary);
    gauge("ronghe_membership_organizations", "Active organizations.", {},
          &org::OrgCounts::organizations);
    gauge("ronghe_membership_branches", "Active branches and joint branches.", {},
          &org::OrgCounts::branches);
    gauges_.push_back(runtime.metrics().AddCallbackGauge(
        "ronghe_membership_tree_bytes", "Memory held by the organization tree.", {},
        [this] { return static_cast<double>(tree_.tree().MemoryBytes()); }));
  }

  std::vector<rpc::ServiceTable> Tables() override {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::OrganizationServiceTable(organizations_));
    tables.push_back(v1::MemberServiceTable(members_));
    tables.push_back(v1::MemberExportServiceTable(exports_));
    tables.push_back(v1::MyRecordServiceTable(my_record_));
    tables.push_back(v1::PostServiceTable(posts_));
    tables.push_back(v1::RosterImportServiceTable(imports_));
    tables.push_back(v1::ImportServiceTable(kind_imports_));
    tables.push_back(v1::LedgerExportServiceTable(ledgers_));
    tables.push_back(v1::DocumentServiceTable(documents_));
    tables.push_back(fact::v1::FactFeedServiceTable(fact_feed_));
    return tables;
  }

  auth::OrgScope* scope() override { return &tree_; }
  absl::Status Load() override { return tree_.Start(); }
  void Stop() override { tree_.Stop(); }

 private:
  const OrganizationRuleBook rules_;
  const UnmaskRuleBook unmask_rules_;
  const RuleBooks books_;
  const SubjectRegistry subjects_;
  const std::unique_ptr<object::ObjectStore> objects_;
  const PersonalFields fields_;
  MembershipTree tree_;
  Importer importer_;
  OrganizationApi organizations_;
  MemberApi members_;
  MemberExportApi exports_;
  MyRecordApi my_record_;
  PostApi posts_;
  RosterImportApi imports_;
  ImportApi kind_imports_;
  LedgerExportApi ledgers_;
  DocumentApi documents_;
  DocumentSweeper sweeper_;
  FactSource facts_;
  fact::FeedHandler fact_feed_;
  std::vector<std::unique_ptr<metrics::Registry::CallbackHandle>> gauges_;
};

}  // namespace

absl::Status CheckConfig(const config::v1::Config& config) {
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  if (config.objects().store_case() == config::v1::Objects::STORE_NOT_SET) {
    return absl::InvalidArgumentError("objects is not set");
  }
  RONGHE_RETURN_IF_ERROR(LoadUnmaskRules(UnmaskFile(config)).status());
  RONGHE_RETURN_IF_ERROR(LoadRuleBooks(config.rules_directory()).status());
  return LoadOrganizationRules(RulesFile(config)).status();
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_RETURN_IF_ERROR(CheckConfig(config));
  RONGHE_ASSIGN_OR_RETURN(OrganizationRuleBook rules, LoadOrganizationRules(RulesFile(config)));
  RONGHE_ASSIGN_OR_RETURN(UnmaskRuleBook unmask_rules, LoadUnmaskRules(UnmaskFile(config)));
  RONGHE_ASSIGN_OR_RETURN(RuleBooks books, LoadRuleBooks(config.rules_directory()));
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<object::ObjectStore> objects,
                          OpenObjects(config.objects(), runtime.clock()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(objects), runtime);
}

}  // namespace ronghe::membership
