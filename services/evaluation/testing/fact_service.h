// A service that has facts, for the tests of evaluation: a real gRPC server over the shared feed
// handler, with figures that the test sets.
#ifndef RONGHE_SERVICES_EVALUATION_TESTING_FACT_SERVICE_H_
#define RONGHE_SERVICES_EVALUATION_TESTING_FACT_SERVICE_H_

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/config/common.pb.h"
#include "common/fact/feed.h"
#include "common/rpc/authenticator.h"
#include "common/testing/test_server.h"
#include "services/evaluation/jobs/collector.h"

namespace ronghe::evaluation {

// Verifies a bearer token where `tokens` are known; takes everybody else for the evaluation
// service, as its certificate would say.
class EvaluationOrToken : public rpc::Authenticator {
 public:
  // `tokens` must outlive the calls; set before any call with a token.
  void SetTokens(const rpc::Authenticator* tokens) { tokens_ = tokens; }

  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(
      const rpc::Credentials& credentials, absl::Time now) const override {
    if (!credentials.bearer.empty() && tokens_ != nullptr) {
      return tokens_->Authenticate(credentials, now);
    }
    return std::make_shared<const auth::Principal>(auth::Principal{
        auth::Principal::Kind::kService, "services/evaluation", {{"service_evaluation", 0}}, ""});
  }

 private:
  const rpc::Authenticator* tokens_ = nullptr;
};

// Answers numerator/denominator for a branch and indicator.
using FigureFunction = std::function<std::pair<int64_t, int64_t>(int64_t, const std::string&)>;

class FactService : private fact::Source {
 public:
  // `name` is "services/meeting"; `indicators` are its indicators; `tree` must outlive it.
  FactService(std::string name, std::vector<std::string> indicators, const org::OrgTree& tree,
              auth::OrgScope* scope = nullptr)
      : name_(std::move(name)),
        indicators_(std::move(indicators)),
        tokens_("0123456789abcdef0123456789abcdef"),
        handler_(name_, *this, tree, tokens_, base::Clock::Real()) {
    testing::TestServer::Options options;
    options.listen = "127.0.0.1:0";
    options.scope = scope;
    options.authenticator = &authenticator_;
    server_ = std::make_unique<testing::TestServer>(
        std::vector<rpc::ServiceTable>{fact::v1::FactFeedServiceTable(handler_)}, options);
  }

  std::shared_ptr<rpc::Channel> Channel() const {
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("127.0.0.1:", port()));
    return *rpc::Channel::Create(peer, config::v1::Tls());
  }
  int port() const { return server_->server().port(); }
  EvaluationOrToken& authenticator() { return authenticator_; }

  void SetFigures(FigureFunction figures) {
    absl::MutexLock lock(&mutex_);
    figures_ = std::move(figures);
  }
  // Called with each batch of branches before it is answered; an error ends the stream.
  void SetGate(std::function<absl::Status(std::span<const int64_t>)> gate) {
    absl::MutexLock lock(&mutex_);
    gate_ = std::move(gate);
  }
  void SetRuleVersion(std::string version) {
    absl::MutexLock lock(&mutex_);
    rule_version_ = std::move(version);
  }

 private:
  std::vector<fact::v1::Indicator> Indicators(absl::CivilDay) const override {
    absl::MutexLock lock(&mutex_);
    std::vector<fact::v1::Indicator> indicators;
    for (const std::string& name : indicators_) {
      fact::v1::Indicator& indicator = indicators.emplace_back();
      indicator.set_name(name);
      indicator.set_title("标题 " + name);
      indicator.set_unit(fact::v1::INDICATOR_UNIT_RATIO);
      indicator.set_rule_id("B-30");
      indicator.set_rule_source("《中国共产党支部工作条例(试行)》");
      indicator.set_rule_version(rule_version_);
    }
    return indicators;
  }

  absl::StatusOr<std::vector<fact::Figure>> Figures(
      absl::Time, std::span<const int64_t> branches, const fact::Period&,
      std::span<const std::string> indicators) override {
    FigureFunction figures;
    std::function<absl::Status(std::span<const int64_t>)> gate;
    {
      absl::MutexLock lock(&mutex_);
      figures = figures_;
      gate = gate_;
    }
    if (gate) {
      absl::Status status = gate(branches);
      if (!status.ok()) return status;
    }
    std::vector<fact::Figure> answer;
    for (const int64_t branch : branches) {
      for (const std::string& indicator : indicators) {
        const auto [numerator, denominator] =
            figures ? figures(branch, indicator) : std::pair<int64_t, int64_t>(1, 1);
        answer.push_back({branch, indicator, numerator, denominator});
      }
    }
    return answer;
  }

  absl::StatusOr<fact::EvidencePage> Evidence(absl::Time, int64_t organization,
                                              const fact::EvidenceQuery& query, int32_t limit,
                                              std::string_view cursor) override {
    fact::EvidencePage page;
    int at = cursor.empty() ? 0 : std::stoi(std::string(cursor));
    for (; at < 5 && static_cast<int32_t>(page.records.size()) < limit; ++at) {
      fact::v1::EvidenceRecord& record = page.records.emplace_back();
      record.set_name(absl::StrCat("records/", organization, "0", at));
      record.set_title(query.indicator);
      record.set_counted(at != 4);
    }
    if (at < 5) page.next = absl::StrCat(at);
    return page;
  }

  const std::string name_;
  const std::vector<std::string> indicators_;
  mutable absl::Mutex mutex_;
  FigureFunction figures_ ABSL_GUARDED_BY(mutex_);
  std::function<absl::Status(std::span<const int64_t>)> gate_ ABSL_GUARDED_BY(mutex_);
  std::string rule_version_ ABSL_GUARDED_BY(mutex_) = "2026-01-01";
  rpc::PageTokens tokens_;
  fact::FeedHandler handler_;
  EvaluationOrToken authenticator_;
  std::unique_ptr<testing::TestServer> server_;
};

// 1 (county) over towns 2…, each over `branches` branches with the ids town × 1000 + i; every tenth
// is a joint branch.
inline void FillCounty(org::OrgTree* tree, int64_t towns, int64_t branches) {
  const auto put = [&](int64_t id, int64_t parent, std::string kind) {
    EXPECT_TRUE(tree->Upsert({.id = id,
                              .parent = parent,
                              .kind = std::move(kind),
                              .name = absl::StrCat("组织", id),
                              .code = absl::StrCat(id),
                              .sort = static_cast<int32_t>(id % 1000)})
                    .ok());
  };
  put(1, 0, "611");
  for (int64_t town = 2; town < 2 + towns; ++town) {
    put(town, 1, "611");
    for (int64_t i = 1; i <= branches; ++i) put(town * 1000 + i, town, i % 10 == 0 ? "632" : "631");
  }
}

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_TESTING_FACT_SERVICE_H_
