#include "services/membership/app.h"

#include <memory>
#include <span>
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
#include "ronghe/membership/v1/admission.ronghe.h"
#include "ronghe/membership/v1/discipline.ronghe.h"
#include "ronghe/membership/v1/disposition.ronghe.h"
#include "ronghe/membership/v1/lapse.ronghe.h"
#include "ronghe/membership/v1/care.ronghe.h"
#include "ronghe/membership/v1/honour.ronghe.h"
#include "ronghe/membership/v1/dues_bill.ronghe.h"
#include "ronghe/membership/v1/dues_payment.ronghe.h"
#include "ronghe/membership/v1/dues_report.ronghe.h"
#include "ronghe/membership/v1/dues_standard.ronghe.h"
#include "ronghe/membership/v1/fund_request.ronghe.h"
#include "ronghe/membership/v1/ledger.ronghe.h"
#include "ronghe/membership/v1/finding.ronghe.h"
#include "ronghe/membership/v1/founding_case.ronghe.h"
#include "ronghe/membership/v1/document.ronghe.h"
#include "ronghe/membership/v1/import.ronghe.h"
#include "ronghe/membership/v1/ledger_export.ronghe.h"
#include "ronghe/membership/v1/member.ronghe.h"
#include "ronghe/membership/v1/member_export.ronghe.h"
#include "ronghe/membership/v1/my_record.ronghe.h"
#include "ronghe/membership/v1/organization.ronghe.h"
#include "ronghe/membership/v1/overlay.ronghe.h"
#include "ronghe/membership/v1/organization_change.ronghe.h"
#include "ronghe/membership/v1/party_worker.ronghe.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/reminder.ronghe.h"
#include "ronghe/membership/v1/reminder_talk.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "ronghe/membership/v1/standing.ronghe.h"
#include "ronghe/membership/v1/suspension.ronghe.h"
#include "services/membership/api/admission_api.h"
#include "services/membership/api/discipline_api.h"
#include "services/membership/api/discipline_source.h"
#include "services/membership/api/disposition_api.h"
#include "ronghe/membership/v1/transfer.ronghe.h"
#include "ronghe/membership/v1/statistics.ronghe.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/lapse_api.h"
#include "ronghe/membership/v1/role_post.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "services/membership/api/care_api.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/honour_api.h"
#include "ronghe/membership/v1/remittance.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "services/membership/api/dues_bill_api.h"
#include "services/membership/api/dues_payment_api.h"
#include "services/membership/api/dues_report_api.h"
#include "services/membership/api/dues_standard_api.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/fund_request_api.h"
#include "services/membership/api/ledger_api.h"
#include "ronghe/membership/v1/term.ronghe.h"
#include "ronghe/membership/v1/unit.ronghe.h"
#include "services/membership/api/committee_election_api.h"
#include "services/membership/api/election_reader.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/finding_api.h"
#include "services/membership/api/founding_api.h"
#include "services/membership/api/document_api.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/import_api.h"
#include "services/membership/api/ledger_export_api.h"
#include "services/membership/api/member_api.h"
#include "services/membership/api/member_export_api.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/api/my_record_api.h"
#include "services/membership/api/organization_api.h"
#include "services/membership/api/overlay_api.h"
#include "services/membership/api/organization_change_api.h"
#include "services/membership/api/organization_mover.h"
#include "services/membership/api/party_worker_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/reminder_api.h"
#include "services/membership/api/role_post_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/jobs/reminder_raiser.h"
#include "services/membership/api/reminder_talk_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/api/standing_api.h"
#include "services/membership/api/suspension_api.h"
#include "services/membership/api/transfer_api.h"
#include "services/membership/api/transfer_sources.h"
#include "services/membership/api/remittance_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/jobs/bill_runner.h"
#include "services/membership/jobs/ledger_checker.h"
#include "services/membership/api/term_api.h"
#include "services/membership/api/unit_api.h"
#include "services/membership/jobs/roster_importer.h"
#include "services/membership/jobs/transfer_expirer.h"
#include "services/membership/api/statistics_api.h"
#include "services/membership/jobs/report_computer.h"
#include "services/membership/jobs/roster_importer.h"
#include "services/membership/rules/forms.h"
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

std::string DeadlinesFile(const config::v1::Config& config) {
  return config.deadlines_file().empty() ? BuiltinDeadlineCatalogueFile() : config.deadlines_file();
std::string DuesRatesFile(const config::v1::Config& config) {
  return config.dues_rates_file().empty() ? BuiltinDuesRatesFile() : config.dues_rates_file();
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

// Everything that is data and not code.
struct Rules {
  OrganizationRuleBook organizations;
  UnmaskRuleBook unmask;
  RuleBooks books;
  WorkCalendar calendar;
  admission::StepList admission_steps;
};

absl::StatusOr<Rules> LoadRules(const config::v1::Config& config) {
  RONGHE_ASSIGN_OR_RETURN(OrganizationRuleBook organizations,
                          LoadOrganizationRules(RulesFile(config)));
  RONGHE_ASSIGN_OR_RETURN(UnmaskRuleBook unmask, LoadUnmaskRules(UnmaskFile(config)));
  RONGHE_ASSIGN_OR_RETURN(RuleBooks books, LoadRuleBooks(config.rules_directory()));
  RONGHE_ASSIGN_OR_RETURN(WorkCalendar calendar, LoadWorkCalendar(config.rules_directory()));
  RONGHE_ASSIGN_OR_RETURN(admission::StepList steps,
                          LoadAdmissionSteps(books.Get("admission"), config.rules_directory()));
  return Rules{std::move(organizations), std::move(unmask), std::move(books), std::move(calendar),
               std::move(steps)};
// Measures that leave the voting right are not on record here; those that take it (留党察看) show
// in the membership itself.
absl::StatusOr<std::vector<int64_t>> NobodyDisciplined(sql::Session&, std::span<const int64_t>,
                                                       absl::CivilDay) {
  return std::vector<int64_t>();
}

class MembershipApp : public service::App {
 public:
  MembershipApp(OrganizationRuleBook rules, UnmaskRuleBook unmask_rules, RuleBooks books,
                DeadlineCatalogue deadlines, service::Runtime& runtime)
                std::shared_ptr<rpc::Channel> meeting, service::Runtime& runtime)
      : rules_(std::move(rules)),
        unmask_rules_(std::move(unmask_rules)),
        books_(std::move(books)),
        deadlines_(std::move(deadlines)),
  MembershipApp(Rules rules, std::shared_ptr<rpc::Channel> meetings, service::Runtime& runtime)
      : rules_(std::move(rules.organizations)),
        unmask_rules_(std::move(rules.unmask)),
        books_(std::move(rules.books)),
        calendar_(std::move(rules.calendar)),
        admission_steps_(std::move(rules.admission_steps)),
        motions_(MakeMotionReader(std::move(meetings))),
                DuesRateBook dues_rates, service::Runtime& runtime)
      : rules_(std::move(rules)),
        unmask_rules_(std::move(unmask_rules)),
        books_(std::move(books)),
        dues_rates_(std::move(dues_rates)),
                FormBook forms, service::Runtime& runtime)
      : rules_(std::move(rules)),
        unmask_rules_(std::move(unmask_rules)),
        books_(std::move(books)),
        forms_(std::move(forms)),
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
        reminder_raiser_(deadlines_, tree_.tree(), runtime.ids(), runtime.metrics(),
                         [&runtime] { runtime.publisher()->Nudge(); }),
        expirer_(runtime.ids(), books_, runtime.metrics(),
                 [&runtime] { runtime.publisher()->Nudge(); }),
        reports_(tree_, forms_, books_, runtime.metrics()),
        organizations_(runtime.writer(), tree_, rules_, runtime.page_tokens()),
        members_(runtime.writer(), tree_, rules_, books_, unmask_rules_, fields_,
                 runtime.page_tokens()),
        exports_(runtime.writer(), tree_, unmask_rules_, fields_, runtime.page_tokens()),
        my_record_(runtime.database(), runtime.ids(), tree_, unmask_rules_, fields_,
                   runtime.page_tokens(), runtime.roles()),
        posts_(runtime.writer(), tree_, rules_, books_.Get("party_worker"), runtime.page_tokens()),
        foundings_(runtime.writer(), tree_, rules_, books_.Get("organization"),
                   runtime.page_tokens()),
        findings_(runtime.database(), tree_, rules_, books_, runtime.page_tokens()),
        units_(runtime.writer(), rules_, runtime.page_tokens()),
        terms_(runtime.writer(), books_.Get("election"), runtime.page_tokens()),
        election_reader_(MakeElectionReader(std::move(meeting))),
        committee_elections_(runtime.writer(), tree_, books_, runtime.page_tokens(),
                             *election_reader_, NobodyDisciplined),
        mover_(runtime.writer(), tree_, rules_),
        organization_changes_(runtime.writer(), tree_, rules_, mover_, runtime.page_tokens(),
                              [&runtime] { runtime.jobs().Nudge(kOrganizationChangeJob); }),
        party_workers_(runtime.writer(), tree_, runtime.page_tokens()),
        imports_(runtime.writer(), tree_, fields_, runtime.page_tokens(),
                 [&runtime] { runtime.jobs().Nudge(kRosterImportJob); }),
        care_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        honours_(runtime.writer(), books_, runtime.page_tokens()),
        role_posts_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        reminders_(runtime.database(), tree_, deadlines_, runtime.page_tokens()),
        admissions_(runtime.writer(), tree_,
                    {books_.Get("admission"), calendar_, admission_steps_, rules_}, fields_,
                    runtime.page_tokens(), *motions_, discipline_),
        dispositions_(runtime.writer(), tree_, books_, *motions_, runtime.page_tokens()),
        disciplines_(runtime.writer(), tree_, books_, *motions_, runtime.page_tokens()),
        suspensions_(runtime.writer(), tree_, books_, *motions_, runtime.page_tokens()),
        overlays_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        lapses_(runtime.writer(), tree_, runtime.page_tokens()),
        talks_(runtime.writer(), tree_, runtime.page_tokens()),
        standings_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        facts_(runtime.database(), tree_.tree(), rules_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddReminderJob(runtime.jobs(), reminder_raiser_);
        transfers_(runtime.writer(), tree_, rules_, books_, fields_, transfer_sources_,
                   runtime.page_tokens()),
        facts_(runtime.database(), tree_.tree(), rules_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddTransferJobs(runtime.jobs(), expirer_);
        bill_runner_(runtime.ids(), tree_, books_, runtime.metrics(),
                     [&runtime] { runtime.publisher()->Nudge(); }),
        ledger_checker_(tree_),
        dues_standards_(runtime.writer(), tree_, dues_rates_, books_, runtime.page_tokens()),
        dues_bills_(runtime.writer(), tree_, runtime.page_tokens(),
                    [&runtime] { runtime.jobs().Nudge(kBillRunJob); }),
        dues_payments_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        dues_reports_(runtime.writer(), tree_),
        remittances_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        ledger_(runtime.writer(), tree_, books_, runtime.page_tokens(),
                [&runtime] { runtime.jobs().Nudge(kLedgerCheckJob); }),
        fund_requests_(runtime.writer(), tree_, books_, runtime.page_tokens()),
        facts_(runtime.database(), tree_.tree(), rules_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddBillJobs(runtime.jobs(), bill_runner_);
    AddLedgerJobs(runtime.jobs(), ledger_checker_);
        facts_(runtime.database(), tree_.tree(), books_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddOrganizationChangeJob(runtime.jobs(), mover_);
        statistics_(runtime.writer(), tree_, forms_, books_, runtime.page_tokens(),
                    [&runtime] { runtime.jobs().Nudge(kReportJob); }),
        facts_(runtime.database(), tree_.tree(), rules_),
        fact_feed_(runtime.source(), facts_, tree_.tree(), runtime.page_tokens(), runtime.clock()) {
    AddRosterJobs(runtime.jobs(), importer_);
    AddReportJob(runtime.jobs(), reports_);
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
    tables.push_back(v1::AdmissionServiceTable(admissions_));
    tables.push_back(v1::DispositionServiceTable(dispositions_));
    tables.push_back(v1::DisciplineServiceTable(disciplines_));
    tables.push_back(v1::SuspensionServiceTable(suspensions_));
    tables.push_back(v1::OverlayServiceTable(overlays_));
    tables.push_back(v1::LapseServiceTable(lapses_));
    tables.push_back(v1::ReminderTalkServiceTable(talks_));
    tables.push_back(v1::StandingServiceTable(standings_));
    tables.push_back(v1::MemberExportServiceTable(exports_));
    tables.push_back(v1::MyRecordServiceTable(my_record_));
    tables.push_back(v1::PostServiceTable(posts_));
    tables.push_back(v1::RosterImportServiceTable(imports_));
    tables.push_back(v1::CareServiceTable(care_));
    tables.push_back(v1::HonourServiceTable(honours_));
    tables.push_back(v1::RolePostServiceTable(role_posts_));
    tables.push_back(v1::ReminderServiceTable(reminders_));
    tables.push_back(v1::TransferServiceTable(transfers_));
    tables.push_back(v1::DuesStandardServiceTable(dues_standards_));
    tables.push_back(v1::DuesBillServiceTable(dues_bills_));
    tables.push_back(v1::DuesPaymentServiceTable(dues_payments_));
    tables.push_back(v1::DuesReportServiceTable(dues_reports_));
    tables.push_back(v1::RemittanceServiceTable(remittances_));
    tables.push_back(v1::LedgerServiceTable(ledger_));
    tables.push_back(v1::FundRequestServiceTable(fund_requests_));
    tables.push_back(v1::FoundingServiceTable(foundings_));
    tables.push_back(v1::FindingServiceTable(findings_));
    tables.push_back(v1::UnitServiceTable(units_));
    tables.push_back(v1::TermServiceTable(terms_));
    tables.push_back(v1::CommitteeElectionServiceTable(committee_elections_));
    tables.push_back(v1::OrganizationChangeServiceTable(organization_changes_));
    tables.push_back(v1::PartyWorkerServiceTable(party_workers_));
    tables.push_back(v1::StatisticsServiceTable(statistics_));
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
  const DeadlineCatalogue deadlines_;
  const WorkCalendar calendar_;
  const admission::StepList admission_steps_;
  const std::unique_ptr<MotionReader> motions_;
  const RecordedDiscipline discipline_;
  const DuesRateBook dues_rates_;
  const PersonalFields fields_;
  MembershipTree tree_;
  RosterImporter importer_;
  ReminderRaiser reminder_raiser_;
  TransferExpirer expirer_;
  const FormBook forms_;
  const PersonalFields fields_;
  MembershipTree tree_;
  RosterImporter importer_;
  ReportComputer reports_;
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
  FoundingApi foundings_;
  FindingApi findings_;
  UnitApi units_;
  TermApi terms_;
  const std::unique_ptr<ElectionReader> election_reader_;
  CommitteeElectionApi committee_elections_;
  OrganizationMover mover_;
  OrganizationChangeApi organization_changes_;
  PartyWorkerApi party_workers_;
  RosterImportApi imports_;
  CareApi care_;
  HonourApi honours_;
  RolePostApi role_posts_;
  ReminderApi reminders_;
  AdmissionApi admissions_;
  DispositionApi dispositions_;
  DisciplineApi disciplines_;
  SuspensionApi suspensions_;
  OverlayApi overlays_;
  LapseApi lapses_;
  ReminderTalkApi talks_;
  StandingApi standings_;
  const TransferSources transfer_sources_;
  TransferApi transfers_;
  BillRunner bill_runner_;
  LedgerChecker ledger_checker_;
  DuesStandardApi dues_standards_;
  DuesBillApi dues_bills_;
  DuesPaymentApi dues_payments_;
  DuesReportApi dues_reports_;
  RemittanceApi remittances_;
  LedgerApi ledger_;
  FundRequestApi fund_requests_;
  StatisticsApi statistics_;
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
  if (config.meeting().target().empty()) {
    return absl::InvalidArgumentError("meeting.target is not set");
  }
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  if (config.objects().store_case() == config::v1::Objects::STORE_NOT_SET) {
    return absl::InvalidArgumentError("objects is not set");
  }
  RONGHE_RETURN_IF_ERROR(LoadUnmaskRules(UnmaskFile(config)).status());
  RONGHE_RETURN_IF_ERROR(LoadRuleBooks(config.rules_directory()).status());
  RONGHE_RETURN_IF_ERROR(LoadDeadlineCatalogue(DeadlinesFile(config)).status());
  RONGHE_RETURN_IF_ERROR(LoadDuesRates(DuesRatesFile(config)).status());
  RONGHE_RETURN_IF_ERROR(LoadForms(config.rules_directory()).status());
  return LoadOrganizationRules(RulesFile(config)).status();
  if (config.meeting().target().empty()) {
    return absl::InvalidArgumentError("meeting.target is not set");
  }
  return LoadRules(config).status();
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_RETURN_IF_ERROR(CheckConfig(config));
  RONGHE_ASSIGN_OR_RETURN(OrganizationRuleBook rules, LoadOrganizationRules(RulesFile(config)));
  RONGHE_ASSIGN_OR_RETURN(UnmaskRuleBook unmask_rules, LoadUnmaskRules(UnmaskFile(config)));
  RONGHE_ASSIGN_OR_RETURN(RuleBooks books, LoadRuleBooks(config.rules_directory()));
  RONGHE_ASSIGN_OR_RETURN(DeadlineCatalogue deadlines,
                          LoadDeadlineCatalogue(DeadlinesFile(config)));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(deadlines), runtime);
  RONGHE_ASSIGN_OR_RETURN(Rules rules, LoadRules(config));
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> meetings,
                          runtime.Connect(config.meeting()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(meetings), runtime);
  RONGHE_ASSIGN_OR_RETURN(DuesRateBook dues_rates, LoadDuesRates(DuesRatesFile(config)));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(dues_rates), runtime);
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> meeting, runtime.Connect(config.meeting()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(meeting), runtime);
  RONGHE_ASSIGN_OR_RETURN(FormBook forms, LoadForms(config.rules_directory()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(forms), runtime);
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<object::ObjectStore> objects,
                          OpenObjects(config.objects(), runtime.clock()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(unmask_rules),
                                         std::move(books), std::move(objects), runtime);
}

}  // namespace ronghe::membership
