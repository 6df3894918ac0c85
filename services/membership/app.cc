#include "services/membership/app.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/event/publisher.h"
#include "common/fact/feed.h"
#include "common/rotation/key_rotation.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "ronghe/membership/v1/member.ronghe.h"
#include "ronghe/membership/v1/member_export.ronghe.h"
#include "ronghe/membership/v1/my_record.ronghe.h"
#include "ronghe/membership/v1/organization.ronghe.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "ronghe/membership/v1/statistics.ronghe.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/member_api.h"
#include "services/membership/api/member_export_api.h"
#include "services/membership/api/my_record_api.h"
#include "services/membership/api/organization_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/api/statistics_api.h"
#include "services/membership/jobs/report_computer.h"
#include "services/membership/jobs/roster_importer.h"
#include "services/membership/rules/forms.h"
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
                FormBook forms, service::Runtime& runtime)
      : rules_(std::move(rules)),
        unmask_rules_(std::move(unmask_rules)),
        books_(std::move(books)),
        forms_(std::move(forms)),
        fields_(*runtime.keys()),
        tree_(runtime.database(), *runtime.publisher()),
        importer_(runtime.ids(), tree_, rules_, fields_, runtime.metrics(),
                  [&runtime] { runtime.publisher()->Nudge(); }),
        reports_(tree_, forms_, books_, runtime.metrics()),
        organizations_(runtime.writer(), tree_, rules_, runtime.page_tokens()),
        members_(runtime.writer(), tree_, rules_, unmask_rules_, fields_, runtime.page_tokens()),
        exports_(runtime.writer(), tree_, unmask_rules_, fields_, runtime.page_tokens()),
        my_record_(runtime.database(), runtime.ids(), tree_, unmask_rules_, fields_,
                   runtime.page_tokens(), runtime.roles()),
        posts_(runtime.writer(), tree_, rules_, runtime.page_tokens()),
        imports_(runtime.writer(), tree_, fields_, runtime.page_tokens(),
                 [&runtime] { runtime.jobs().Nudge(kRosterImportJob); }),
        statistics_(runtime.writer(), tree_, forms_, books_, runtime.page_tokens(),
                    [&runtime] { runtime.jobs().Nudge(kReportJob); }),
        facts_(runtime.database(), tree_.tree(), rules_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddReportJob(runtime.jobs(), reports_);
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
    tables.push_back(v1::StatisticsServiceTable(statistics_));
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
  const FormBook forms_;
  const PersonalFields fields_;
  MembershipTree tree_;
  RosterImporter importer_;
  ReportComputer reports_;
  OrganizationApi organizations_;
  MemberApi members_;
  MemberExportApi exports_;
  MyRecordApi my_record_;
  PostApi posts_;
  RosterImportApi imports_;
  StatisticsApi statistics_;
  FactSource facts_;
  fact::FeedHandler fact_feed_;
  std::vector<std::unique_ptr<metrics::Registry::CallbackHandle>> gauges_;
};

}  // namespace

absl::Status CheckConfig(const config::v1::Config& config) {
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  RONGHE_RETURN_IF_ERROR(LoadUnmaskRules(UnmaskFile(config)).status());
  RONGHE_RETURN_IF_ERROR(LoadRuleBooks(config.rules_directory()).status());
  RONGHE_RETURN_IF_ERROR(LoadForms(config.rules_directory()).status());
  return LoadOrganizationRules(RulesFile(config)).status();
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_RETURN_IF_ERROR(CheckConfig(config));
  RONGHE_ASSIGN_OR_RETURN(OrganizationRuleBook rules, LoadOrganizationRules(RulesFile(config)));
  RONGHE_ASSIGN_OR_RETURN(UnmaskRuleBook unmask_rules, LoadUnmaskRules(UnmaskFile(config)));
  RONGHE_ASSIGN_OR_RETURN(RuleBooks books, LoadRuleBooks(config.rules_directory()));
  RONGHE_ASSIGN_OR_RETURN(FormBook forms, LoadForms(config.rules_directory()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(forms), runtime);
}

}  // namespace ronghe::membership
