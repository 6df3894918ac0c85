#include "services/membership/app.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "common/event/publisher.h"
#include "common/fact/feed.h"
#include "common/object/directory_store.h"
#include "common/object/s3_store.h"
#include "common/rotation/key_rotation.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "ronghe/membership/v1/activist_analysis.ronghe.h"
#include "ronghe/membership/v1/admission.ronghe.h"
#include "ronghe/membership/v1/care.ronghe.h"
#include "ronghe/membership/v1/discipline.ronghe.h"
#include "ronghe/membership/v1/disposition.ronghe.h"
#include "ronghe/membership/v1/document.ronghe.h"
#include "ronghe/membership/v1/dues_bill.ronghe.h"
#include "ronghe/membership/v1/dues_payment.ronghe.h"
#include "ronghe/membership/v1/dues_report.ronghe.h"
#include "ronghe/membership/v1/dues_standard.ronghe.h"
#include "ronghe/membership/v1/finding.ronghe.h"
#include "ronghe/membership/v1/founding_case.ronghe.h"
#include "ronghe/membership/v1/fund_request.ronghe.h"
#include "ronghe/membership/v1/honour.ronghe.h"
#include "ronghe/membership/v1/import.ronghe.h"
#include "ronghe/membership/v1/lapse.ronghe.h"
#include "ronghe/membership/v1/ledger.ronghe.h"
#include "ronghe/membership/v1/ledger_export.ronghe.h"
#include "ronghe/membership/v1/member.ronghe.h"
#include "ronghe/membership/v1/member_export.ronghe.h"
#include "ronghe/membership/v1/my_record.ronghe.h"
#include "ronghe/membership/v1/organization.ronghe.h"
#include "ronghe/membership/v1/organization_change.ronghe.h"
#include "ronghe/membership/v1/overlay.ronghe.h"
#include "ronghe/membership/v1/party_worker.ronghe.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/reminder.ronghe.h"
#include "ronghe/membership/v1/reminder_talk.ronghe.h"
#include "ronghe/membership/v1/remittance.ronghe.h"
#include "ronghe/membership/v1/role_post.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "ronghe/membership/v1/standing.ronghe.h"
#include "ronghe/membership/v1/statistics.ronghe.h"
#include "ronghe/membership/v1/suspension.ronghe.h"
#include "ronghe/membership/v1/term.ronghe.h"
#include "ronghe/membership/v1/transfer.ronghe.h"
#include "ronghe/membership/v1/unit.ronghe.h"
#include "services/membership/api/activist_api.h"
#include "services/membership/api/admission_api.h"
#include "services/membership/api/care_api.h"
#include "services/membership/api/case_subjects.h"
#include "services/membership/api/committee_election_api.h"
#include "services/membership/api/delegation_api.h"
#include "services/membership/api/discipline_api.h"
#include "services/membership/api/discipline_source.h"
#include "services/membership/api/disposition_api.h"
#include "services/membership/api/document_api.h"
#include "services/membership/api/dues_bill_api.h"
#include "services/membership/api/dues_payment_api.h"
#include "services/membership/api/dues_report_api.h"
#include "services/membership/api/dues_standard_api.h"
#include "services/membership/api/election_reader.h"
#include "services/membership/api/fact_source.h"
#include "services/membership/api/finding_api.h"
#include "services/membership/api/founding_api.h"
#include "services/membership/api/fund_request_api.h"
#include "services/membership/api/honour_api.h"
#include "services/membership/api/import_api.h"
#include "services/membership/api/lapse_api.h"
#include "services/membership/api/ledger_api.h"
#include "services/membership/api/ledger_export_api.h"
#include "services/membership/api/meeting_reader.h"
#include "services/membership/api/member_api.h"
#include "services/membership/api/member_export_api.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/api/my_record_api.h"
#include "services/membership/api/organization_api.h"
#include "services/membership/api/organization_change_api.h"
#include "services/membership/api/organization_mover.h"
#include "services/membership/api/overlay_api.h"
#include "services/membership/api/party_worker_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/recorded_ledgers.h"
#include "services/membership/api/reminder_api.h"
#include "services/membership/api/reminder_talk_api.h"
#include "services/membership/api/remittance_api.h"
#include "services/membership/api/role_post_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/api/standing_api.h"
#include "services/membership/api/statistics_api.h"
#include "services/membership/api/suspension_api.h"
#include "services/membership/api/term_api.h"
#include "services/membership/api/transfer_api.h"
#include "services/membership/api/transfer_sources.h"
#include "services/membership/api/unit_api.h"
#include "services/membership/jobs/analysis_planner.h"
#include "services/membership/jobs/attendance_source.h"
#include "services/membership/jobs/bill_runner.h"
#include "services/membership/jobs/document_sweeper.h"
#include "services/membership/jobs/dues_base_kind.h"
#include "services/membership/jobs/importer.h"
#include "services/membership/jobs/lapse_counter.h"
#include "services/membership/jobs/ledger_checker.h"
#include "services/membership/jobs/recorded_sources.h"
#include "services/membership/jobs/reminder_raiser.h"
#include "services/membership/jobs/report_computer.h"
#include "services/membership/jobs/transfer_expirer.h"
#include "services/membership/jobs/unit_noter.h"
#include "services/membership/rules/forms.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/sealed_tables.h"

namespace ronghe::membership {
namespace {

using Tables = std::vector<rpc::ServiceTable>;

template <class... Table>
void Push(Tables& tables, Table&&... more) {
  (tables.push_back(std::forward<Table>(more)), ...);
}

std::string Or(const std::string& configured, const std::string& builtin) {
  return configured.empty() ? builtin : configured;
}

// Everything that is data and not code.
struct Rules {
  OrganizationRuleBook kinds;
  UnmaskRuleBook unmask;
  RuleBooks books;
  DeadlineCatalogue deadlines;
  WorkCalendar calendar;
  admission::StepList admission_steps;
  DuesRateBook dues_rates;
  FormBook forms;
};

absl::StatusOr<Rules> LoadRules(const config::v1::Config& config,
                                operation::RuleCatalogue* shown = nullptr) {
  const std::string& directory = config.rules_directory();
  RONGHE_ASSIGN_OR_RETURN(
      OrganizationRuleBook kinds,
      LoadOrganizationRules(Or(config.organization_rules_file(), BuiltinOrganizationRulesFile()),
                            shown));
  RONGHE_ASSIGN_OR_RETURN(
      UnmaskRuleBook unmask,
      LoadUnmaskRules(Or(config.unmask_rules_file(), BuiltinUnmaskRulesFile()), shown));
  RONGHE_ASSIGN_OR_RETURN(RuleBooks books, LoadRuleBooks(directory, shown));
  RONGHE_ASSIGN_OR_RETURN(
      DeadlineCatalogue deadlines,
      LoadDeadlineCatalogue(Or(config.deadlines_file(), BuiltinDeadlineCatalogueFile())));
  RONGHE_ASSIGN_OR_RETURN(WorkCalendar calendar, LoadWorkCalendar(directory));
  RONGHE_ASSIGN_OR_RETURN(admission::StepList steps,
                          LoadAdmissionSteps(books.Get("admission"), directory));
  RONGHE_ASSIGN_OR_RETURN(
      DuesRateBook dues_rates,
      LoadDuesRates(Or(config.dues_rates_file(), BuiltinDuesRatesFile()), shown));
  RONGHE_ASSIGN_OR_RETURN(FormBook forms, LoadForms(directory));
  return Rules{std::move(kinds),    std::move(unmask), std::move(books),      std::move(deadlines),
               std::move(calendar), std::move(steps),  std::move(dues_rates), std::move(forms)};
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

absl::StatusOr<std::vector<int64_t>> Disciplined(sql::Session& session,
                                                 std::span<const int64_t> member_ids,
                                                 absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DisciplineRow> measures,
                          DisciplinesInEffect(session, member_ids, day));
  std::vector<int64_t> ids;
  for (const DisciplineRow& measure : measures) ids.push_back(measure.member_id);
  return ids;
}

// What every area stands on.
struct Ground {
  Ground(Rules loaded, std::shared_ptr<rpc::Channel> meeting_channel,
         std::unique_ptr<object::ObjectStore> store, service::Runtime& process)
      : runtime(process),
        rules(std::move(loaded)),
        meetings(std::move(meeting_channel)),
        objects(std::move(store)),
        fields(*process.keys()),
        tree(process.database(), *process.publisher()),
        motions(MakeMotionReader(meetings)),
        held(MakeMeetingReader(meetings)) {}

  service::Writer& writer() { return runtime.writer(); }
  const rpc::PageTokens& tokens() const { return runtime.page_tokens(); }
  std::function<void()> Publish() {
    return [this] { runtime.publisher()->Nudge(); };
  }
  std::function<void()> Start(const char* job) {
    return [this, job] { runtime.jobs().Nudge(job); };
  }

  service::Runtime& runtime;
  const Rules rules;
  const std::shared_ptr<rpc::Channel> meetings;
  const std::unique_ptr<object::ObjectStore> objects;
  const PersonalFields fields;
  MembershipTree tree;
  const std::unique_ptr<MotionReader> motions;
  const std::unique_ptr<MeetingReader> held;
};

// Organizations, units, terms of office and posts.
struct Organizations {
  explicit Organizations(Ground& g)
      : organizations(g.writer(), g.tree, g.rules.kinds, g.tokens()),
        posts(g.writer(), g.tree, g.rules.kinds, g.rules.books.Get("party_worker"), g.tokens()),
        foundings(g.writer(), g.tree, g.rules.kinds, g.rules.books.Get("organization"), g.tokens()),
        findings(g.runtime.database(), g.tree, g.rules.kinds, g.rules.books, g.tokens()),
        units(g.writer(), g.tree, g.rules.kinds, g.tokens()),
        terms(g.writer(), g.rules.books.Get("election"), g.tokens()),
        election_reader(MakeElectionReader(g.meetings)),
        elections(g.writer(), g.tree, g.rules.books, g.tokens(), *election_reader, Disciplined),
        delegations(g.writer(), g.tree, g.rules.books, *election_reader),
        mover(g.writer(), g.tree, g.rules.kinds),
        changes(g.writer(), g.tree, g.rules.kinds, mover, g.tokens(),
                g.Start(kOrganizationChangeJob)),
        party_workers(g.writer(), g.tree, g.tokens()) {
    AddOrganizationChangeJob(g.runtime.jobs(), mover);
  }
  void AddTables(Tables& tables) {
    Push(tables, v1::OrganizationServiceTable(organizations), v1::PostServiceTable(posts),
         v1::FoundingServiceTable(foundings), v1::FindingServiceTable(findings),
         v1::UnitServiceTable(units), v1::TermServiceTable(terms),
         v1::CommitteeElectionServiceTable(elections), v1::DelegationServiceTable(delegations),
         v1::OrganizationChangeServiceTable(changes), v1::PartyWorkerServiceTable(party_workers));
  }

  OrganizationApi organizations;
  PostApi posts;
  FoundingApi foundings;
  FindingApi findings;
  UnitApi units;
  TermApi terms;
  const std::unique_ptr<ElectionReader> election_reader;
  CommitteeElectionApi elections;
  DelegationApi delegations;
  OrganizationMover mover;
  OrganizationChangeApi changes;
  PartyWorkerApi party_workers;
};

// Members, how they come in and how they are exported.
struct Members {
  explicit Members(Ground& g)
      : importer(g.runtime.ids(), g.tree, g.rules.kinds, g.fields, g.runtime.metrics(),
                 g.Publish()),
        members(g.writer(), g.tree, g.rules.kinds, g.rules.books, g.rules.unmask, g.fields,
                g.tokens()),
        exports(g.writer(), g.tree, g.rules.unmask, g.fields, g.tokens()),
        my_record(g.runtime.database(), g.runtime.ids(), g.tree, g.rules.unmask, g.fields,
                  g.tokens(), g.runtime.roles()),
        rosters(g.writer(), g.tree, g.fields, g.tokens(), g.Start(kRosterImportJob)),
        imports(g.writer(), g.tree, g.fields, g.tokens(), g.Start(kRosterImportJob)),
        admissions(g.writer(), g.tree,
                   {g.rules.books.Get("admission"), g.rules.calendar, g.rules.admission_steps,
                    g.rules.kinds},
                   g.fields, g.tokens(), *g.motions, discipline),
        activists(g.writer(), g.tree, g.rules.books, g.tokens()),
        planner(g.runtime.ids(), g.rules.books, g.tree.tree()),
        expirer(g.runtime.ids(), g.rules.books, g.runtime.metrics(), g.Publish()),
        noter(g.runtime.ids()),
        transfers(g.writer(), g.tree, g.rules.kinds, g.rules.books, g.fields, transfer_sources,
                  g.tokens()) {
    importer.Add(ImportKind::kDuesBases, MakeDuesBaseKind(g.tree, g.rules.dues_rates, g.fields));
    AddRosterJobs(g.runtime.jobs(), importer);
    AddAnalysisJob(g.runtime.jobs(), planner);
    AddTransferJobs(g.runtime.jobs(), expirer);
    AddUnitNoteJob(g.runtime.jobs(), noter);
  }
  void AddTables(Tables& tables) {
    Push(tables, v1::MemberServiceTable(members), v1::MemberExportServiceTable(exports),
         v1::MyRecordServiceTable(my_record), v1::RosterImportServiceTable(rosters),
         v1::ImportServiceTable(imports), v1::AdmissionServiceTable(admissions),
         v1::ActivistAnalysisServiceTable(activists), v1::TransferServiceTable(transfers));
  }

  Importer importer;
  MemberApi members;
  MemberExportApi exports;
  MyRecordApi my_record;
  RosterImportApi rosters;
  ImportApi imports;
  const RecordedDiscipline discipline;
  AdmissionApi admissions;
  ActivistApi activists;
  AnalysisPlanner planner;
  TransferExpirer expirer;
  UnitNoter noter;
  const RecordedTransferSources transfer_sources;
  TransferApi transfers;
};

// Standing: dispositions, discipline, overlays and the six-month counters.
struct Standings {
  explicit Standings(Ground& g)
      : dispositions(g.writer(), g.tree, g.rules.books, *g.motions, g.tokens()),
        disciplines(g.writer(), g.tree, g.rules.books, *g.motions, g.tokens()),
        suspensions(g.writer(), g.tree, g.rules.books, *g.motions, g.tokens()),
        overlays(g.writer(), g.tree, g.rules.books, g.tokens()),
        lapses(g.writer(), g.tree, g.tokens()),
        talks(g.writer(), g.tree, g.tokens()),
        standings(g.writer(), g.tree, g.rules.books, g.tokens()),
        attendance(MakeAttendanceSource(g.meetings, g.tree.tree())),
        counter(g.runtime.database(), g.runtime.ids(), g.rules.books, *attendance, dues, transit,
                g.runtime.metrics()) {
    AddLapseJob(g.runtime.jobs(), counter);
  }
  void AddTables(Tables& tables) {
    Push(tables, v1::DispositionServiceTable(dispositions), v1::DisciplineServiceTable(disciplines),
         v1::SuspensionServiceTable(suspensions), v1::OverlayServiceTable(overlays),
         v1::LapseServiceTable(lapses), v1::ReminderTalkServiceTable(talks),
         v1::StandingServiceTable(standings));
  }

  DispositionApi dispositions;
  DisciplineApi disciplines;
  SuspensionApi suspensions;
  OverlayApi overlays;
  LapseApi lapses;
  ReminderTalkApi talks;
  StandingApi standings;
  const std::unique_ptr<AttendanceSource> attendance;
  RecordedDues dues;
  RecordedTransit transit;
  LapseCounter counter;
};

// Dues, from the standard to the remittance, and the ledger of all funds.
struct Dues {
  explicit Dues(Ground& g)
      : bill_runner(g.runtime.ids(), g.tree, g.rules.books, g.runtime.metrics(), g.Publish()),
        ledger_checker(g.tree),
        standards(g.writer(), g.tree, g.rules.dues_rates, g.rules.books, *g.motions, g.tokens()),
        bills(g.writer(), g.tree, g.tokens(), g.Start(kBillRunJob)),
        payments(g.writer(), g.tree, g.rules.books, g.tokens()),
        reports(g.writer(), g.tree),
        remittances(g.writer(), g.tree, g.rules.books, g.tokens()),
        ledger(g.writer(), g.tree, g.rules.books, *g.motions, g.tokens(), g.Start(kLedgerCheckJob)),
        fund_requests(g.writer(), g.tree, g.rules.books, *g.motions, g.tokens()) {
    AddBillJobs(g.runtime.jobs(), bill_runner);
    AddLedgerJobs(g.runtime.jobs(), ledger_checker);
  }
  void AddTables(Tables& tables) {
    Push(tables, v1::DuesStandardServiceTable(standards), v1::DuesBillServiceTable(bills),
         v1::DuesPaymentServiceTable(payments), v1::DuesReportServiceTable(reports),
         v1::RemittanceServiceTable(remittances), v1::LedgerServiceTable(ledger),
         v1::FundRequestServiceTable(fund_requests));
  }

  BillRunner bill_runner;
  LedgerChecker ledger_checker;
  DuesStandardApi standards;
  DuesBillApi bills;
  DuesPaymentApi payments;
  DuesReportApi reports;
  RemittanceApi remittances;
  LedgerApi ledger;
  FundRequestApi fund_requests;
};

// Care, honours, role posts and reminders.
struct Care {
  explicit Care(Ground& g)
      : care(g.writer(), g.tree, g.rules.books, g.tokens()),
        honours(g.writer(), g.rules.books, g.tokens()),
        role_posts(g.writer(), g.tree, g.rules.books, *g.held, g.tokens()),
        raiser(g.rules.deadlines, g.tree.tree(), g.runtime.ids(), g.runtime.metrics(), g.Publish()),
        reminders(g.runtime.database(), g.tree, g.runtime.roles(), g.rules.deadlines, g.tokens(),
                  g.runtime.source()) {
    AddReminderJob(g.runtime.jobs(), raiser);
  }
  void AddTables(Tables& tables) {
    Push(tables, v1::CareServiceTable(care), v1::HonourServiceTable(honours),
         v1::RolePostServiceTable(role_posts), v1::ReminderServiceTable(reminders));
  }

  CareApi care;
  HonourApi honours;
  RolePostApi role_posts;
  ReminderRaiser raiser;
  ReminderApi reminders;
};

// Documents, printed ledgers and statistics.
struct Papers {
  explicit Papers(Ground& g)
      : subjects(AllSubjects()),
        documents(g.writer(), subjects, g.rules.books.Get("document"), *g.runtime.keys(),
                  *g.objects),
        sweeper(*g.objects),
        ledgers(g.writer(), g.tree, g.rules.unmask, g.fields, g.tokens(),
                RecordedLedgers(g.fields)),
        reports(g.tree, g.rules.forms, g.rules.books, g.runtime.metrics()),
        statistics(g.writer(), g.tree, g.rules.forms, g.rules.books, g.tokens(),
                   g.Start(kReportJob)) {
    AddDocumentSweep(g.runtime.jobs(), sweeper);
    AddReportJob(g.runtime.jobs(), reports);
  }
  void AddTables(Tables& tables) {
    Push(tables, v1::DocumentServiceTable(documents), v1::LedgerExportServiceTable(ledgers),
         v1::StatisticsServiceTable(statistics));
  }

  const SubjectRegistry subjects;
  DocumentApi documents;
  DocumentSweeper sweeper;
  LedgerExportApi ledgers;
  ReportComputer reports;
  StatisticsApi statistics;
};

// Facts for evaluation.
struct Facts {
  explicit Facts(Ground& g)
      : source(g.runtime.database(), g.tree.tree(), g.rules.books),
        feed(g.runtime.source(), source, g.tree.tree(), g.tokens(), g.runtime.clock()) {}
  void AddTables(Tables& tables) { tables.push_back(fact::v1::FactFeedServiceTable(feed)); }

  FactSource source;
  fact::FeedHandler feed;
};

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

// What the tree shows to Prometheus.
struct Gauges {
  Gauges(const org::OrgTree& tree, metrics::Registry& registry) {
    const auto gauge = [&](const char* name, const char* help, const metrics::Labels& labels,
                           int64_t org::OrgCounts::*field) {
      handles.push_back(registry.AddCallbackGauge(
          name, help, labels, [&tree, field] { return static_cast<double>(Total(tree).*field); }));
    };
    constexpr char kMembers[] = "ronghe_membership_members";
    constexpr char kMembersHelp[] = "Members of normal standing, by category.";
    gauge(kMembers, kMembersHelp, {{"category", "full"}}, &org::OrgCounts::full);
    gauge(kMembers, kMembersHelp, {{"category", "probationary"}}, &org::OrgCounts::probationary);
    gauge("ronghe_membership_organizations", "Active organizations.", {},
          &org::OrgCounts::organizations);
    gauge("ronghe_membership_branches", "Active branches and joint branches.", {},
          &org::OrgCounts::branches);
    handles.push_back(registry.AddCallbackGauge(
        "ronghe_membership_tree_bytes", "Memory held by the organization tree.", {},
        [&tree] { return static_cast<double>(tree.MemoryBytes()); }));
  }

  std::vector<std::unique_ptr<metrics::Registry::CallbackHandle>> handles;
};

class MembershipApp : public service::App {
 public:
  MembershipApp(Rules rules, std::shared_ptr<rpc::Channel> meetings,
                std::unique_ptr<object::ObjectStore> objects, service::Runtime& runtime)
      : ground_(std::move(rules), std::move(meetings), std::move(objects), runtime),
        organizations_(ground_),
        members_(ground_),
        standings_(ground_),
        dues_(ground_),
        care_(ground_),
        papers_(ground_),
        facts_(ground_),
        gauges_(ground_.tree.tree(), runtime.metrics()) {
    for (auto& table : SealedTables()) runtime.rotation()->Add(std::move(table));
  }

  std::vector<rpc::ServiceTable> Tables() override {
    membership::Tables tables;
    organizations_.AddTables(tables);
    members_.AddTables(tables);
    standings_.AddTables(tables);
    dues_.AddTables(tables);
    care_.AddTables(tables);
    papers_.AddTables(tables);
    facts_.AddTables(tables);
    return tables;
  }

  auth::OrgScope* scope() override { return &ground_.tree; }
  absl::Status Load() override { return ground_.tree.Start(); }
  void Stop() override { ground_.tree.Stop(); }

 private:
  Ground ground_;
  Organizations organizations_;
  Members members_;
  Standings standings_;
  Dues dues_;
  Care care_;
  Papers papers_;
  Facts facts_;
  const Gauges gauges_;
};

}  // namespace

absl::Status CheckConfig(const config::v1::Config& config) {
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  if (config.meeting().target().empty()) {
    return absl::InvalidArgumentError("meeting.target is not set");
  }
  if (config.objects().store_case() == config::v1::Objects::STORE_NOT_SET) {
    return absl::InvalidArgumentError("objects is not set");
  }
  return LoadRules(config).status();
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_RETURN_IF_ERROR(CheckConfig(config));
  RONGHE_ASSIGN_OR_RETURN(Rules rules, LoadRules(config, &runtime.rule_sets()));
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> meetings,
                          runtime.Connect(config.meeting()));
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<object::ObjectStore> objects,
                          OpenObjects(config.objects(), runtime.clock()));
  return std::make_unique<MembershipApp>(std::move(rules), std::move(meetings), std::move(objects),
                                         runtime);
}

}  // namespace ronghe::membership
