// Does what a process tells of its jobs, its events and its rules agree with what happened?
#include <algorithm>
#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/error/error.h"
#include "common/event/consumer.h"
#include "common/event/event.h"
#include "common/event/feed.h"
#include "common/event/publisher.h"
#include "common/job/job_runner.h"
#include "common/operation/api.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/convert.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "common/testing/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::operation {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

constexpr char kSource[] = "services/training";
const absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

RuleCatalogue Catalogue() {
  RuleCatalogue catalogue;
  catalogue.Add({.name = "train.hours",
                 .version = "2019-05",
                 .title = "学时",
                 .source = "《条例》",
                 .approver = "中共中央",
                 .effective_from = absl::CivilDay(2019, 5, 6),
                 .effective_to = {},
                 .rules = {{"member.half_hours", "T-01", "", "64", "×30分钟", "第二十条"}}});
  return catalogue;
}

class OperationTest : public ::testing::Test {
 protected:
  OperationTest()
      : schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        database_(*sql::Database::Open(schema_.options())),
        clock_(kNoon),
        jobs_(*database_, clock_, "training-3"),
        rules_(Catalogue()),
        api_({*database_, clock_, jobs_, rules_, kSource}),
        server_({v1::OperationServiceTable(api_)}),
        client_(server_.channel()) {}

  rpc::Outgoing System() const { return server_.As("system_administrator", 0); }

  v1::ListJobsResponse Jobs() {
    v1::ListJobsRequest request;
    request.set_source(kSource);
    auto response = client_.ListJobs(System(), request);
    EXPECT_THAT(response, IsOk());
    return response.value_or(v1::ListJobsResponse());
  }
  v1::ListEventLagResponse Lag() {
    v1::ListEventLagRequest request;
    request.set_source(kSource);
    auto response = client_.ListEventLag(System(), request);
    EXPECT_THAT(response, IsOk());
    return response.value_or(v1::ListEventLagResponse());
  }
  void Emit(int events) {
    for (int i = 0; i < events; ++i) {
      EXPECT_OK(database_->Transact(Soon(), [&](sql::Session& session) {
        return event::Emit(session, {.type = "ronghe.test.changed",
                                     .subject = "things/1",
                                     .data = {},
                                     .changed_fields = {},
                                     .trace_id = {},
                                     .id = ids_.Next(),
                                     .time = kNoon + absl::Seconds(i)});
      }));
    }
  }
  static absl::Time At(const google::protobuf::Timestamp& time) {
    return rpc::FromProto(time).value();
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_{1};
  job::JobRunner jobs_;
  const RuleCatalogue rules_;
  OperationApi api_;
  testing::TestServer server_;
  v1::OperationServiceClient client_;
};

TEST_F(OperationTest, JobsTellOfTheirRuns) {
  absl::Status outcome;
  jobs_.Add("training.b", absl::Seconds(60), [&](job::JobContext&) {
    clock_.Advance(absl::Seconds(2));
    return outcome;
  });
  jobs_.Add("training.a", absl::Milliseconds(50),
            [](job::JobContext&) { return absl::OkStatus(); });
  ASSERT_OK(jobs_.RunOnce("training.b"));
  outcome = error::Make(absl::StatusCode::kUnavailable, "FEED_GONE", "没有");
  EXPECT_FALSE(jobs_.RunOnce("training.b").ok());
  outcome = absl::InternalError("about somebody");
  EXPECT_FALSE(jobs_.RunOnce("training.b").ok());

  const v1::ListJobsResponse response = Jobs();
  EXPECT_EQ(At(response.start_time()), kNoon);
  ASSERT_EQ(response.jobs_size(), 2);
  const v1::Job& idle = response.jobs(0);
  EXPECT_EQ(idle.name(), "training.a");
  EXPECT_EQ(idle.interval().nanos(), 50'000'000);
  EXPECT_FALSE(idle.lease_held() || idle.has_last_start_time() || idle.has_last_success_time());
  const v1::Job& job = response.jobs(1);
  EXPECT_EQ(job.name(), "training.b");
  EXPECT_EQ(job.interval().seconds(), 60);
  EXPECT_TRUE(job.lease_held());
  EXPECT_TRUE(job.lease_held_here());
  EXPECT_EQ(At(job.lease_end_time()), kNoon + absl::Seconds(15));
  EXPECT_FALSE(job.running());
  EXPECT_EQ(At(job.last_success_time()), kNoon + absl::Seconds(2));
  EXPECT_EQ(At(job.last_start_time()), kNoon + absl::Seconds(4));
  EXPECT_EQ(At(job.last_end_time()), kNoon + absl::Seconds(6));
  EXPECT_EQ(At(job.last_failure_time()), kNoon + absl::Seconds(6));
  EXPECT_EQ(job.last_failure_reason(), "INTERNAL");
  EXPECT_EQ(job.succeeded(), 1);
  EXPECT_EQ(job.failed(), 2);
}

TEST_F(OperationTest, ALeaseIsShownWhoeverHoldsIt) {
  jobs_.Add("shared", absl::Seconds(1), [](job::JobContext&) { return absl::OkStatus(); });
  {
    job::JobRunner other(*database_, clock_, "training-4");
    other.Add("shared", absl::Seconds(1), [](job::JobContext&) { return absl::OkStatus(); });
    ASSERT_OK(other.RunOnce("shared"));
    EXPECT_THAT(jobs_.RunOnce("shared"), HasReason("LEASE_HELD"));
    const v1::Job job = Jobs().jobs(0);
    EXPECT_TRUE(job.lease_held());
    EXPECT_FALSE(job.lease_held_here());
    EXPECT_EQ(job.skipped(), 1);
    EXPECT_EQ(job.failed(), 0);
    EXPECT_FALSE(job.has_last_failure_time());
  }
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(Jobs().jobs(0).lease_held());
}

TEST_F(OperationTest, AJobThatRunsSaysSo) {
  absl::Notification begun, end;
  jobs_.Add("long", absl::Hours(1), [&](job::JobContext&) {
    begun.Notify();
    end.WaitForNotification();
    return absl::OkStatus();
  });
  jobs_.Start();
  begun.WaitForNotification();
  EXPECT_TRUE(Jobs().jobs(0).running());
  EXPECT_FALSE(Jobs().jobs(0).has_last_end_time());
  end.Notify();
  jobs_.Stop();
  EXPECT_FALSE(Jobs().jobs(0).running());
  EXPECT_EQ(Jobs().jobs(0).succeeded(), 1);
}

TEST_F(OperationTest, EventsWaitForTheirNumber) {
  EXPECT_EQ(Lag().outbox().unpublished(), 0);
  EXPECT_FALSE(Lag().outbox().has_oldest_time());
  Emit(3);
  EXPECT_EQ(Lag().outbox().unpublished(), 3);
  EXPECT_EQ(Lag().outbox().newest_sequence(), 0);
  EXPECT_EQ(At(Lag().outbox().oldest_time()), kNoon);
  event::Publisher publisher(*database_, nullptr, clock_, kSource);
  ASSERT_THAT(publisher.PublishPending(Soon()), IsOk());
  EXPECT_EQ(Lag().outbox().unpublished(), 0);
  EXPECT_EQ(Lag().outbox().newest_sequence(), 3);
}

// Takes every caller for a service, as its certificate would say.
class ServiceCalls : public rpc::Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(const rpc::Credentials&,
                                                                      absl::Time) const override {
    return std::make_shared<const auth::Principal>(auth::Principal{
        auth::Principal::Kind::kService, "services/meeting", {{"service_meeting", 0}}, ""});
  }
};

TEST_F(OperationTest, AFeedTellsHowFarItIsFollowed) {
  const ServiceCalls calls;
  event::Publisher publisher(*database_, nullptr, clock_, kSource);
  const rpc::PageTokens tokens("0123456789abcdef0123456789abcdef");
  event::FeedHandler feed(*database_, publisher, tokens);
  testing::TestServer::Options options;
  options.authenticator = &calls;
  testing::TestServer source({event::v1::EventFeedServiceTable(feed)}, options);
  bool refuses = true;
  event::Consumer consumer(
      kSource, event::v1::EventFeedServiceClient(source.channel()), *database_,
      [&refuses](sql::Session&, std::span<const event::v1::Event> events) -> absl::Status {
        if (refuses && events.front().sequence() > 2) return absl::InternalError("no");
        return absl::OkStatus();
      },
      nullptr, {.name = "accounts", .types = {}, .batch = 2}, clock_);
  api_.AddConsumer(consumer);

  v1::FollowedFeed shown = Lag().feeds(0);
  EXPECT_EQ(shown.source(), kSource);
  EXPECT_EQ(shown.consumer(), "accounts");
  EXPECT_EQ(shown.last_sequence(), 0);
  EXPECT_FALSE(shown.has_update_time());
  EXPECT_EQ(shown.lag().seconds(), 0);

  Emit(5);
  EXPECT_FALSE(consumer.CatchUp(Soon()).ok());
  clock_.Advance(absl::Seconds(90));
  shown = Lag().feeds(0);
  EXPECT_EQ(shown.last_sequence(), 2);
  EXPECT_EQ(At(shown.update_time()), kNoon);
  EXPECT_EQ(shown.newest_sequence(), 5);
  EXPECT_EQ(shown.lag_events(), 3);
  EXPECT_EQ(shown.lag().seconds(), 90);

  refuses = false;
  ASSERT_OK(consumer.CatchUp(Soon()));
  shown = Lag().feeds(0);
  EXPECT_EQ(shown.last_sequence(), 5);
  EXPECT_EQ(shown.lag_events(), 0);
  EXPECT_EQ(shown.lag().seconds(), 0);
  EXPECT_EQ(shown.last_failure_reason(), "");
}

TEST_F(OperationTest, RulesAreReadByEverybodyWhoIsSignedIn) {
  v1::ListRuleSetsRequest list;
  list.set_source(kSource);
  const auto sets = client_.ListRuleSets(server_.As("member", 7), list);
  ASSERT_THAT(sets, IsOk());
  ASSERT_EQ(sets->rule_sets_size(), 1);
  const v1::RuleSet& set = sets->rule_sets(0);
  EXPECT_EQ(set.name(), "services/training/ruleSets/train.hours@2019-05");
  EXPECT_EQ(set.rule_set(), "train.hours");
  EXPECT_EQ(set.version(), "2019-05");
  EXPECT_EQ(set.approver(), "中共中央");
  EXPECT_EQ(set.effective_from().year(), 2019);
  EXPECT_FALSE(set.has_effective_to());
  EXPECT_EQ(set.rule_count(), 1);
  EXPECT_EQ(set.rules_size(), 0);

  v1::GetRuleSetRequest get;
  get.set_name(set.name());
  const auto whole = client_.GetRuleSet(server_.As("member", 7), get);
  ASSERT_THAT(whole, IsOk());
  ASSERT_EQ(whole->rules_size(), 1);
  EXPECT_EQ(whole->rules(0).key(), "member.half_hours");
  EXPECT_EQ(whole->rules(0).rule_id(), "T-01");
  EXPECT_EQ(whole->rules(0).value(), "64");
  EXPECT_EQ(whole->rules(0).unit(), "×30分钟");
  EXPECT_EQ(whole->rules(0).source(), "第二十条");

  for (const char* const other : {"services/training/ruleSets/train.hours@2030",
                                  "services/meeting/ruleSets/train.hours@2019-05"}) {
    get.set_name(other);
    EXPECT_THAT(client_.GetRuleSet(server_.As("member", 7), get), HasReason("NOT_FOUND")) << other;
  }
  get.set_name("services/training/ruleSets/x");
  EXPECT_THAT(client_.GetRuleSet(server_.As("member", 7), get), HasReason("FIELD_INVALID"));
  EXPECT_THAT(client_.ListRuleSets(server_.AsNobody(), list),
              testing::StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(OperationTest, OnlyAdministratorsOfTheWholeHouseWatchTheWork) {
  v1::ListJobsRequest jobs;
  jobs.set_source(kSource);
  v1::ListEventLagRequest lag;
  lag.set_source(kSource);
  for (const char* const role : {"system_administrator", "audit_administrator"}) {
    EXPECT_THAT(client_.ListJobs(server_.As(role, 0), jobs), IsOk()) << role;
    EXPECT_THAT(client_.ListEventLag(server_.As(role, 0), lag), IsOk()) << role;
    EXPECT_FALSE(client_.ListJobs(server_.As(role, 7), jobs).ok()) << role;
  }
  for (const char* const role : {"security_administrator", "organization_department", "member"}) {
    EXPECT_THAT(client_.ListJobs(server_.As(role, 0), jobs), HasReason("PERMISSION_DENIED"));
    EXPECT_THAT(client_.ListEventLag(server_.As(role, 0), lag), HasReason("PERMISSION_DENIED"));
  }
}

TEST_F(OperationTest, AProcessSpeaksForItselfOnly) {
  v1::ListJobsRequest jobs;
  jobs.set_source("services/meeting");
  EXPECT_THAT(client_.ListJobs(System(), jobs), HasReason("SOURCE_UNKNOWN"));
  v1::ListEventLagRequest lag;
  lag.set_source("services/meeting");
  EXPECT_THAT(client_.ListEventLag(System(), lag), HasReason("SOURCE_UNKNOWN"));
  v1::ListRuleSetsRequest rules;
  rules.set_source("services/meeting");
  EXPECT_THAT(client_.ListRuleSets(System(), rules), HasReason("SOURCE_UNKNOWN"));
}

}  // namespace
}  // namespace ronghe::operation
