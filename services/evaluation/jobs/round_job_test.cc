#include "services/evaluation/jobs/round_job.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/store/scheme_store.h"
#include "services/evaluation/store/score_store.h"
#include "services/evaluation/testing/fact_service.h"
#include "services/evaluation/testing/test_scheme.h"

extern char** environ;

namespace ronghe::evaluation {
namespace {

using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::Not;

constexpr int64_t kScheme = 5;
constexpr int64_t kRound = 6;
constexpr int64_t kTowns = 4;
constexpr int64_t kBranches = 75;
constexpr int64_t kAllBranches = kTowns * kBranches;

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

// What a process that collects needs: the tree, the schema, the way to the services.
struct Process {
  Process(const sql::Options& options, FactSources sources, Identity identity)
      : database(*sql::Database::Open(options)),
        job((FillCounty(&tree, kTowns, kBranches), tree), std::move(sources), std::move(identity)),
        jobs(*database, base::Clock::Real(), "evaluation", absl::Seconds(1)) {
    job.AddTo(jobs, absl::Hours(1));
  }

  // Runs the job as soon as nobody else holds its lease.
  absl::Status Run() {
    while (true) {
      const absl::Status status = jobs.RunOnce(kRoundJob);
      if (error::Reason(status) != "LEASE_HELD") return status;
    }
  }

  org::OrgTree tree;
  std::unique_ptr<sql::Database> database;
  RoundJob job;
  job::JobRunner jobs;
};

class RoundJobTest : public ::testing::Test {
 protected:
  RoundJobTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/evaluation/migrations"})) {
    FillCounty(&tree_, kTowns, kBranches);
    meeting_ = std::make_unique<FactService>(
        "services/meeting", std::vector<std::string>{"meeting.a", "meeting.other"}, tree_);
    training_ = std::make_unique<FactService>("services/training",
                                              std::vector<std::string>{"training.b"}, tree_);
    meeting_->SetFigures([](int64_t branch, const std::string&) {
      return std::pair<int64_t, int64_t>(6 + branch % 7, 12);
    });
    training_->SetFigures([](int64_t branch, const std::string&) {
      return std::pair<int64_t, int64_t>(branch % 21, 20);
    });
    process_ = NewProcess();
    InsertRound();
  }

  std::unique_ptr<Process> NewProcess() {
    return std::make_unique<Process>(schema_.options(),
                                     FactSources{{"services/meeting", meeting_->Channel()},
                                                 {"services/training", training_->Channel()}},
                                     &rpc::Outgoing::Background);
  }

  void InsertRound() {
    SchemeRow scheme;
    scheme.id = kScheme;
    scheme.organization_id = 1;
    scheme.code = "T1";
    scheme.version = 1;
    scheme.title = "测试方案";
    scheme.state = SchemeState::kPublished;
    scheme.rules = sql::Bytes(DeterministicBytes(ToProto(TestScheme())));
    RoundRow round;
    round.id = kRound;
    round.scheme_id = kScheme;
    round.organization_id = 1;
    round.title = "三季度";
    round.start_date = absl::CivilDay(2026, 7, 1);
    round.end_date = absl::CivilDay(2026, 10, 1);
    round.state = RoundState::kCollecting;
    ASSERT_OK(process_->database->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      absl::Status status = scheme_store::Insert(session, scheme);
      if (!status.ok()) return status;
      status = round_store::Insert(session, round);
      if (!status.ok()) return status;
      return round_store::PutMark(
          session, {kRound, 2001, "P1", 92000, "测评", "accounts/1", absl::UnixEpoch()});
    }));
  }

  RoundRow Round() {
    return **process_->database->Read(
        Soon(), [](sql::Session& session) { return round_store::Get(session, kRound); });
  }
  std::map<std::string, RoundSourceRow> Sources() {
    std::map<std::string, RoundSourceRow> sources;
    const auto rows = process_->database->Read(
        Soon(), [](sql::Session& session) { return round_store::Sources(session, kRound); });
    for (const RoundSourceRow& row : *rows) sources[row.source] = row;
    return sources;
  }
  std::vector<RoundFactRow> Facts() {
    return *process_->database->Read(Soon(), [](sql::Session& session) {
      return round_store::FactsAfter(session, kRound, 0, "", 100000);
    });
  }
  std::vector<ScoreRow> Scores() {
    std::vector<ScoreRow> scores;
    const auto heads = process_->database->Read(Soon(), [](sql::Session& session) {
      return score_store::List(session, kRound, -1, 1 << 30, 100000);
    });
    for (const ScoreHead& head : *heads) {
      scores.push_back(**process_->database->Read(Soon(), [&](sql::Session& session) {
        return score_store::Get(session, kRound, head.organization_id);
      }));
    }
    return scores;
  }
  void SetState(RoundState state) {
    ASSERT_OK(process_->database->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      RoundRow row = **round_store::GetForUpdate(session, kRound);
      row.state = state;
      return round_store::Update(session, row);
    }));
  }
  // Every branch has its two facts, as the services gave them, and is counted once.
  void ExpectAllFactsOnce() {
    const std::vector<RoundFactRow> facts = Facts();
    EXPECT_EQ(facts.size(), 2u * kAllBranches);
    for (const RoundFactRow& fact : facts) {
      const int64_t branch = fact.organization_id;
      if (fact.indicator == "meeting.a") {
        EXPECT_EQ(fact.numerator, 6 + branch % 7);
        EXPECT_EQ(fact.denominator, 12);
      } else {
        EXPECT_EQ(fact.indicator, "training.b");
        EXPECT_EQ(fact.numerator, branch % 21);
      }
      EXPECT_EQ(fact.evidence, fact.indicator + "|2026-07-01|2026-10-01");
    }
    for (const auto& [source, row] : Sources()) {
      EXPECT_TRUE(row.done) << source;
      EXPECT_EQ(row.facts, kAllBranches) << source;
      EXPECT_EQ(row.problem, "") << source;
    }
  }

  testing::TestSchema schema_;
  org::OrgTree tree_;
  std::unique_ptr<FactService> meeting_;
  std::unique_ptr<FactService> training_;
  std::unique_ptr<Process> process_;
};

TEST_F(RoundJobTest, TakesARoundFromCollectingToScored) {
  ASSERT_OK(process_->Run());
  const RoundRow round = Round();
  EXPECT_EQ(round.state, RoundState::kScored);
  EXPECT_TRUE(round.listed);
  EXPECT_EQ(round.organizations, kAllBranches);
  EXPECT_EQ(round.scored, kAllBranches);
  EXPECT_EQ(round.facts_digest.size(), 32u);
  EXPECT_EQ(round.results_digest.size(), 32u);
  EXPECT_TRUE(round.frozen_at.has_value());
  EXPECT_TRUE(round.scored_at.has_value());
  ExpectAllFactsOnce();

  const std::vector<ScoreRow> scores = Scores();
  ASSERT_EQ(scores.size(), static_cast<size_t>(kAllBranches));
  v1::ScoreRecord record;
  ASSERT_TRUE(record.ParseFromString(scores[0].record));
  EXPECT_EQ(record.score().name(), "");  // nothing in the bytes tells the round
  EXPECT_EQ(record.score().organization_name(), "组织2001");
  EXPECT_EQ(record.score().peer_class(), "BRANCH");
  EXPECT_EQ(record.score().peers(), kTowns * (kBranches - 7));  // 7 of 75 are joint branches
  ASSERT_EQ(record.parts_size(), 2);
  // meeting 12 of 12; training 6 of 20; the appraisal was marked 92.
  EXPECT_EQ(record.parts(0).earned_milli(), 60000 + 12632);
  EXPECT_EQ(record.parts(1).points_milli(), 92000);
  EXPECT_EQ(record.score().total_milli(), (72632 * 7000 + 92000 * 3000 + 5000) / 10000);
  const v1::ScoreItem& item = record.items(0);
  EXPECT_EQ(item.code(), "I1");
  EXPECT_EQ(item.fact_source(), "services/meeting");
  EXPECT_EQ(item.rule_id(), "B-30");
  EXPECT_EQ(item.rule_version(), "2026-01-01");
  EXPECT_EQ(item.numerator(), 12);
  EXPECT_EQ(item.denominator(), 12);
  EXPECT_EQ(item.evidence(), "meeting.a|2026-07-01|2026-10-01");

  // The cap holds in each class.
  std::map<std::string, std::pair<int64_t, int64_t>> five;  // class → five stars, all
  for (const ScoreRow& row : scores) {
    ASSERT_TRUE(record.ParseFromString(row.record));
    auto& [stars, all] = five[record.score().peer_class()];
    ++all;
    if (row.stars == 5) ++stars;
  }
  EXPECT_EQ(five.size(), 2u);
  for (const auto& [peers, count] : five) EXPECT_LE(count.first * 10, count.second * 3) << peers;
}

TEST_F(RoundJobTest, TheSameFrozenFactsGiveTheSameBytes) {
  ASSERT_OK(process_->Run());
  const RoundRow first = Round();
  const std::vector<ScoreRow> scores = Scores();
  // The services change their minds afterwards; nothing frozen follows them.
  meeting_->SetFigures(
      [](int64_t, const std::string&) { return std::pair<int64_t, int64_t>(0, 1); });
  SetState(RoundState::kFrozen);
  process_ = NewProcess();
  ASSERT_OK(process_->Run());
  const RoundRow second = Round();
  EXPECT_EQ(second.state, RoundState::kScored);
  EXPECT_EQ(second.facts_digest, first.facts_digest);
  EXPECT_EQ(second.results_digest, first.results_digest);
  const std::vector<ScoreRow> again = Scores();
  ASSERT_EQ(again.size(), scores.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(again[i].record, scores[i].record);
    EXPECT_EQ(again[i].score, scores[i].score);
    EXPECT_EQ(again[i].stars, scores[i].stars);
  }
}

TEST_F(RoundJobTest, ADifferentFactGivesAnotherDigest) {
  ASSERT_OK(process_->Run());
  const RoundRow first = Round();
  ASSERT_OK(process_->database->Transact(Soon(), [&](sql::Session& session) {
    return round_store::PutFacts(session, {{kRound, 2001, "meeting.a", 11, 12, "e"}});
  }));
  SetState(RoundState::kFrozen);
  ASSERT_OK(process_->Run());
  EXPECT_NE(Round().facts_digest, first.facts_digest);
  EXPECT_NE(Round().results_digest, first.results_digest);
}

TEST_F(RoundJobTest, GoesOnWhereAServiceBrokeOff) {
  std::atomic<int> batches = 0;
  std::atomic<int64_t> first_asked = 0;
  meeting_->SetGate([&](std::span<const int64_t>) {
    return ++batches > 2 ? absl::UnavailableError("restarting") : absl::OkStatus();
  });
  EXPECT_THAT(process_->Run(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Round().state, RoundState::kCollecting);
  EXPECT_EQ(Sources().at("services/meeting").facts, 128);
  EXPECT_FALSE(Sources().at("services/meeting").done);
  EXPECT_NE(Sources().at("services/meeting").problem, "");
  EXPECT_TRUE(Sources().at("services/training").done);  // the other one was not held up

  meeting_->SetGate([&](std::span<const int64_t> branches) {
    int64_t none = 0;
    first_asked.compare_exchange_strong(none, branches.front());
    return absl::OkStatus();
  });
  process_ = NewProcess();
  ASSERT_OK(process_->Run());
  EXPECT_EQ(first_asked, 3054);  // 128 branches were there: 75 of town 2, 53 of town 3
  ExpectAllFactsOnce();
  EXPECT_EQ(Round().state, RoundState::kScored);
}

TEST_F(RoundJobTest, StartsASourceAgainWhenItsTokenIsVoid) {
  std::atomic<int> batches = 0;
  meeting_->SetGate([&](std::span<const int64_t>) {
    return ++batches > 2 ? absl::UnavailableError("restarting") : absl::OkStatus();
  });
  EXPECT_THAT(process_->Run(), Not(IsOk()));
  ASSERT_OK(process_->database->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
    const auto rows = round_store::Sources(session, kRound);
    for (RoundSourceRow row : *rows) {
      if (row.source != "services/meeting") continue;
      row.resume_token = "forged";
      return round_store::PutSource(session, row);
    }
    return absl::OkStatus();
  }));
  meeting_->SetGate(nullptr);
  EXPECT_THAT(process_->Run(), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_OK(process_->Run());
  ExpectAllFactsOnce();
}

TEST_F(RoundJobTest, ARefusalFailsTheRoundUntilItIsStartedAgain) {
  meeting_ = std::make_unique<FactService>("services/meeting",
                                           std::vector<std::string>{"meeting.other"}, tree_);
  process_ = NewProcess();
  ASSERT_OK(process_->Run());
  RoundRow round = Round();
  EXPECT_EQ(round.state, RoundState::kFailed);
  EXPECT_THAT(round.failure, ::testing::HasSubstr("meeting.a"));
  ASSERT_OK(process_->Run());  // a failed round is left alone
  EXPECT_EQ(Round().state, RoundState::kFailed);
}

TEST_F(RoundJobTest, AServiceThatIsDownIsAskedAgainLater) {
  training_.reset();
  EXPECT_THAT(process_->Run(), Not(IsOk()));
  EXPECT_EQ(Round().state, RoundState::kCollecting);
  EXPECT_NE(Sources().at("services/training").problem, "");
  training_ = std::make_unique<FactService>("services/training",
                                            std::vector<std::string>{"training.b"}, tree_);
  training_->SetFigures([](int64_t branch, const std::string&) {
    return std::pair<int64_t, int64_t>(branch % 21, 20);
  });
  process_ = NewProcess();
  ASSERT_OK(process_->Run());
  ExpectAllFactsOnce();
}

// What the process does that the next test starts and kills: it collects until it is killed.
int CollectAsChild() {
  sql::Options options;
  options.host = std::getenv("RONGHE_TEST_CHILD_SOCKET");
  options.user = std::getenv("RONGHE_TEST_CHILD_USER");
  options.schema = std::getenv("RONGHE_TEST_CHILD_SCHEMA");
  FactSources sources;
  for (const char* name : {"meeting", "training"}) {
    config::v1::Peer peer;
    peer.set_target(
        absl::StrCat("127.0.0.1:", std::getenv(absl::StrCat("RONGHE_TEST_CHILD_", name).c_str())));
    sources[absl::StrCat("services/", name)] = *rpc::Channel::Create(peer, config::v1::Tls());
  }
  Process process(options, std::move(sources), &rpc::Outgoing::Background);
  return process.Run().ok() ? 0 : 1;
}

TEST_F(RoundJobTest, NothingIsLostOrDoubledWhenTheCollectorIsKilled) {
  std::atomic<int> batches = 0;
  absl::Notification third_batch;
  absl::Notification released;
  meeting_->SetGate([&](std::span<const int64_t>) {
    if (++batches == 3) {
      third_batch.Notify();
      released.WaitForNotification();
      return absl::UnavailableError("the caller is gone");
    }
    return absl::OkStatus();
  });

  const sql::Options options = schema_.options();
  std::vector<std::string> environment;
  for (char** at = environ; *at != nullptr; ++at) environment.emplace_back(*at);
  environment.push_back("RONGHE_TEST_CHILD_SOCKET=" + options.host);
  environment.push_back("RONGHE_TEST_CHILD_USER=" + options.user);
  environment.push_back("RONGHE_TEST_CHILD_SCHEMA=" + options.schema);
  environment.push_back(absl::StrCat("RONGHE_TEST_CHILD_meeting=", meeting_->port()));
  environment.push_back(absl::StrCat("RONGHE_TEST_CHILD_training=", training_->port()));
  std::vector<char*> envp;
  for (std::string& entry : environment) envp.push_back(entry.data());
  envp.push_back(nullptr);
  std::string program = "/proc/self/exe";
  char* const argv[] = {program.data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, argv, envp.data()), 0);

  third_batch.WaitForNotification();
  // At least one message must be in before the kill.
  while (Sources()["services/meeting"].facts == 0) {
  }
  ASSERT_EQ(kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const int64_t stored = Sources().at("services/meeting").facts;
  EXPECT_LT(stored, kAllBranches);
  EXPECT_EQ(static_cast<int64_t>(Facts().size()), stored);  // token, count and facts agree

  std::atomic<int64_t> asked = 0;
  meeting_->SetGate([&](std::span<const int64_t> branches) {
    asked += std::ssize(branches);
    return absl::OkStatus();
  });
  released.Notify();
  ASSERT_OK(process_->Run());
  EXPECT_EQ(asked, kAllBranches - stored);
  ExpectAllFactsOnce();
  EXPECT_EQ(Round().state, RoundState::kScored);
  EXPECT_EQ(Scores().size(), static_cast<size_t>(kAllBranches));
}

}  // namespace
}  // namespace ronghe::evaluation

int main(int argc, char** argv) {
  if (std::getenv("RONGHE_TEST_CHILD_SOCKET") != nullptr) {
    return ronghe::evaluation::CollectAsChild();
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
