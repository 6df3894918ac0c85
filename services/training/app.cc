#include "services/training/app.h"

#include <span>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/fact/feed.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "services/training/api/certificate_api.h"
#include "services/training/api/fact_source.h"
#include "services/training/api/hour_account_api.h"
#include "services/training/api/members.h"
#include "services/training/api/session_api.h"
#include "services/training/jobs/account_keeper.h"
#include "services/training/rules.h"

namespace ronghe::training {
namespace {

class TrainingApp : public service::App {
 public:
  TrainingApp(service::Runtime& runtime, RuleBook rules, org::Projection& projection,
              std::shared_ptr<rpc::Channel> membership)
      : rules_(std::move(rules)),
        members_(runtime.database(), projection.tree(), projection),
        keeper_(runtime.database(), runtime.ids(), runtime.clock(), rules_, runtime.jobs(),
                std::move(membership)),
        sessions_(runtime.writer(), members_, rules_, runtime.page_tokens()),
        accounts_(runtime.writer(), members_, rules_, runtime.page_tokens()),
        certificates_(runtime.writer(), members_, rules_),
        source_(runtime.database(), rules_),
        facts_(runtime.source(), source_, projection.tree(), runtime.page_tokens(),
               runtime.clock()) {
    runtime.ShowConsumer(keeper_.consumer());
  }

  std::vector<rpc::ServiceTable> Tables() override {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::SessionServiceTable(sessions_));
    tables.push_back(v1::HourAccountServiceTable(accounts_));
    tables.push_back(v1::CertificateServiceTable(certificates_));
    tables.push_back(fact::v1::FactFeedServiceTable(facts_));
    return tables;
  }

  absl::Status Start() override {
    keeper_.Start();
    return absl::OkStatus();
  }

  void Stop() override { keeper_.Stop(); }

 private:
  const RuleBook rules_;
  Members members_;
  AccountKeeper keeper_;
  SessionApi sessions_;
  HourAccountApi accounts_;
  CertificateApi certificates_;
  FactSource source_;
  fact::FeedHandler facts_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime) {
  RONGHE_ASSIGN_OR_RETURN(RuleBook rules, LoadRuleBook(config.rules_dir(), &runtime.rule_sets()));
  // The keeper judges an account once the copies hold the event that it waits for.
  job::JobRunner& jobs = runtime.jobs();
  RONGHE_ASSIGN_OR_RETURN(org::Projection* const projection,
                          runtime.MakeProjection([&jobs](std::span<const event::v1::Event>) {
                            jobs.Nudge(AccountKeeper::kJob);
                          }));
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> membership, runtime.ConnectMembership());
  return std::make_unique<TrainingApp>(runtime, std::move(rules), *projection,
                                       std::move(membership));
}

absl::Status CheckConfig(const config::v1::Config& config) {
  return LoadRuleBook(config.rules_dir()).status();
}

}  // namespace ronghe::training
