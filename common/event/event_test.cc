#include "common/event/event.h"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/event/consumer.h"
#include "common/event/event_store.h"
#include "common/event/feed.h"
#include "common/event/publisher.h"
#include "common/job/job_runner.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"

namespace ronghe::event {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSource[] = "services/membership";
constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

// What the consumers of these tests derive: how often each event was applied.
struct AppliedRow {
  int64_t sequence;
  int64_t times;
};
const sql::Command kApply("event_test.apply",
                          "INSERT INTO applied (sequence, times) VALUES (?, 1) "
                          "ON DUPLICATE KEY UPDATE times = times + 1");
const sql::Query<AppliedRow> kApplied("event_test.applied",
                                      "SELECT sequence, times FROM applied ORDER BY sequence");

class EventTest : public ::testing::Test {
 protected:
  EventTest()
      : schema_(ronghe::testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        ids_(1),
        tokens_(kKey) {
    EXPECT_OK(ronghe::testing::SharedMariaDb().Admin(
        absl::StrCat("CREATE TABLE ", schema_.name(),
                     ".applied (sequence BIGINT PRIMARY KEY, times BIGINT NOT NULL)")));
    absl::StatusOr<std::unique_ptr<sql::Database>> database =
        sql::Database::Open(schema_.options());
    EXPECT_OK(database);
    database_ = *std::move(database);
    publisher_ = std::make_unique<Publisher>(*database_, nullptr, base::Clock::Real(), kSource);
    feed_ = std::make_unique<FeedHandler>(*database_, *publisher_, tokens_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::EventFeedServiceTable(*feed_));
    server_ = std::make_unique<ronghe::testing::TestServer>(std::move(tables));
    client_ = std::make_unique<v1::EventFeedServiceClient>(server_->channel());
  }

  Draft Some(int64_t organization = 7, std::string type = "ronghe.test.thing.changed") {
    const int64_t id = ids_.Next();
    return {.type = std::move(type),
            .subject = absl::StrCat("things/", id),
            .organization_id = organization,
            .data = {{"thing", absl::StrCat(id)}},
            .changed_fields = {"title"},
            .trace_id = "0af7651916cd43dd8448eb211c80319c",
            .id = id,
            .time = absl::Now()};
  }

  absl::Status EmitCommitted(const std::vector<Draft>& drafts) {
    return database_->Transact(Soon(),
                               [&](sql::Session& session) { return EmitMany(session, drafts); });
  }

  absl::Status EmitCommitted(int count) {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) drafts.push_back(Some());
    return EmitCommitted(drafts);
  }

  std::vector<EventRow> Published() {
    absl::StatusOr<std::vector<EventRow>> rows = database_->Read(
        Soon(), [](sql::Session& session) { return EventsAfter(session, 0, 100000); });
    EXPECT_OK(rows);
    return *std::move(rows);
  }

  std::vector<AppliedRow> Applied() {
    absl::StatusOr<std::vector<AppliedRow>> rows =
        database_->Read(Soon(), [](sql::Session& session) { return session.Select(kApplied); });
    EXPECT_OK(rows);
    return *std::move(rows);
  }

  void ExpectEachAppliedOnce(int64_t count) {
    const std::vector<AppliedRow> rows = Applied();
    ASSERT_EQ(static_cast<int64_t>(rows.size()), count);
    for (int64_t i = 0; i < count; ++i) {
      EXPECT_EQ(rows[i].sequence, i + 1);
      EXPECT_EQ(rows[i].times, 1);
    }
  }

  static absl::Status ApplyAll(sql::Session& session, std::span<const v1::Event> events) {
    for (const v1::Event& event : events) {
      RONGHE_RETURN_IF_ERROR(session.Execute(kApply, event.sequence()).status());
    }
    return absl::OkStatus();
  }

  v1::ListEventsRequest Request(std::string token = "", int page_size = 0) {
    v1::ListEventsRequest request;
    request.set_source(kSource);
    request.set_resume_token(std::move(token));
    request.set_page_size(page_size);
    return request;
  }

  ronghe::testing::TestSchema schema_;
  base::IdGenerator ids_;
  rpc::PageTokens tokens_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<FeedHandler> feed_;
  std::unique_ptr<ronghe::testing::TestServer> server_;
  std::unique_ptr<v1::EventFeedServiceClient> client_;
};

TEST_F(EventTest, EveryStatementFitsTheRealServer) {
  EXPECT_THAT(ronghe::testing::PrepareAllStatements(*database_, "event"), IsEmpty());
  EXPECT_THAT(ronghe::testing::PrepareAllStatements(*database_, "consumer_position"), IsEmpty());
  EXPECT_THAT(ronghe::testing::LintMigrations({"common/sql/migrations"}), IsEmpty());
}

TEST_F(EventTest, AnEventComesOutAsItWentIn) {
  const Draft draft = Some(7);
  ASSERT_OK(EmitCommitted({draft}));
  ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse response,
                       client_->ListEvents(server_->AsService("meeting"), Request()));
  ASSERT_THAT(response.events(), SizeIs(1));
  const v1::Event& event = response.events(0);
  EXPECT_EQ(event.id(), absl::StrCat(draft.id));
  EXPECT_EQ(event.sequence(), 1);
  EXPECT_EQ(event.source(), kSource);
  EXPECT_EQ(event.type(), draft.type);
  EXPECT_EQ(event.subject(), draft.subject);
  EXPECT_EQ(event.organization(), "organizations/7");
  EXPECT_EQ(event.data().at("thing"), absl::StrCat(draft.id));
  EXPECT_THAT(event.changed_fields(), ElementsAre("title"));
  EXPECT_EQ(event.trace_id(), draft.trace_id);
  EXPECT_EQ(event.time().seconds(), absl::ToUnixSeconds(draft.time));
  EXPECT_TRUE(response.at_head());
}

TEST_F(EventTest, ARolledBackTransactionEmitsNothing) {
  const absl::Status status =
      database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(Emit(session, Some()));
        return absl::CancelledError("changed my mind");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(publisher_->PublishPending(Soon()), ronghe::testing::IsOkAndHolds(0));
}

TEST_F(EventTest, ADraftWithoutIdOrTooLargeIsRefused) {
  Draft anonymous = Some();
  anonymous.id = 0;
  EXPECT_THAT(EmitCommitted({anonymous}), ronghe::testing::StatusIs(absl::StatusCode::kInternal));
  Draft large = Some();
  large.data["text"] = std::string(8001, 'x');
  EXPECT_THAT(EmitCommitted({large}), ronghe::testing::StatusIs(absl::StatusCode::kInternal));
}

TEST_F(EventTest, SequencesAreDenseUnderConcurrentWritersAndPublishers) {
  constexpr int kWriters = 4;
  constexpr int kTransactions = 30;
  std::atomic<bool> writing = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < kTransactions; ++n) EXPECT_OK(EmitCommitted(3));
    });
  }
  std::vector<std::thread> publishers;
  for (int i = 0; i < 2; ++i) {
    publishers.emplace_back([&] {
      Publisher publisher(*database_, nullptr, base::Clock::Real(), kSource);
      while (writing) EXPECT_OK(publisher.PublishPending(Soon()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  writing = false;
  for (std::thread& thread : publishers) thread.join();
  EXPECT_OK(publisher_->PublishPending(Soon()));
  const std::vector<EventRow> rows = Published();
  ASSERT_EQ(rows.size(), static_cast<size_t>(kWriters * kTransactions * 3));
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].sequence, static_cast<int64_t>(i + 1));
  }
}

TEST_F(EventTest, APublisherTakesMoreThanOneBatch) {
  for (int i = 0; i < 6; ++i) ASSERT_OK(EmitCommitted(200));
  EXPECT_THAT(publisher_->PublishPending(Soon()), ronghe::testing::IsOkAndHolds(1200));
  EXPECT_EQ(publisher_->head(), 1200);
  EXPECT_THAT(Published(), SizeIs(1200));
}

TEST_F(EventTest, TheJobPublishesWhenNudged) {
  job::JobRunner jobs(*database_, base::Clock::Real(), "test");
  Publisher publisher(*database_, &jobs, base::Clock::Real(), kSource);
  jobs.Start();
  ASSERT_OK(EmitCommitted(2));
  publisher.Nudge();
  EXPECT_TRUE(publisher.WaitBeyond(1, absl::Now() + absl::Seconds(20)));
  jobs.Stop();
}

TEST_F(EventTest, PagesContinueWithoutLossOrRepetition) {
  ASSERT_OK(EmitCommitted(23));
  std::string token;
  int64_t expected = 0;
  for (int page = 0;; ++page) {
    ASSERT_LT(page, 10);
    ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse response,
                         client_->ListEvents(server_->AsService("meeting"), Request(token, 5)));
    for (const v1::Event& event : response.events()) EXPECT_EQ(event.sequence(), ++expected);
    token = response.resume_token();
    if (response.at_head()) break;
  }
  EXPECT_EQ(expected, 23);
  ASSERT_OK(EmitCommitted(1));
  ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse more,
                       client_->ListEvents(server_->AsService("meeting"), Request(token)));
  ASSERT_THAT(more.events(), SizeIs(1));
  EXPECT_EQ(more.events(0).sequence(), 24);
}

TEST_F(EventTest, EachReaderSeesOnlyTheOrganizationsGranted) {
  ASSERT_OK(EmitCommitted({Some(7), Some(8), Some(0), Some(7)}));
  ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse own,
                       client_->ListEvents(server_->As("department_client", 7), Request()));
  ASSERT_THAT(own.events(), SizeIs(2));
  EXPECT_EQ(own.events(0).sequence(), 1);
  EXPECT_EQ(own.events(1).sequence(), 4);
  ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse all,
                       client_->ListEvents(server_->As("department_client", 0), Request()));
  EXPECT_THAT(all.events(), SizeIs(4));
  EXPECT_THAT(client_->ListEvents(server_->As("leader", 7), Request()),
              ronghe::testing::StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(client_->ListEvents(server_->AsNobody(), Request()),
              ronghe::testing::StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(EventTest, TypesCanBeChosen) {
  ASSERT_OK(EmitCommitted(
      {Some(7, "ronghe.test.a"), Some(7, "ronghe.test.b"), Some(7, "ronghe.test.a")}));
  v1::ListEventsRequest request = Request();
  request.add_types("ronghe.test.a");
  ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse response,
                       client_->ListEvents(server_->AsService("meeting"), request));
  EXPECT_THAT(response.events(), SizeIs(2));
  request.set_resume_token(response.resume_token());
  request.add_types("ronghe.test.b");
  EXPECT_THAT(client_->ListEvents(server_->AsService("meeting"), request),
              HasReason("RESUME_TOKEN_INVALID"));
}

TEST_F(EventTest, ForgedTokensAndForeignSourcesAreRefused) {
  ASSERT_OK(EmitCommitted(1));
  ASSERT_OK_AND_ASSIGN(const v1::ListEventsResponse response,
                       client_->ListEvents(server_->AsService("meeting"), Request()));
  std::string forged = response.resume_token();
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_THAT(client_->ListEvents(server_->AsService("meeting"), Request(forged)),
              HasReason("RESUME_TOKEN_INVALID"));
  EXPECT_THAT(client_->ListEvents(server_->AsService("meeting"), Request("1")),
              HasReason("RESUME_TOKEN_INVALID"));
  v1::ListEventsRequest foreign = Request();
  foreign.set_source("services/meeting");
  EXPECT_THAT(client_->ListEvents(server_->AsService("meeting"), foreign),
              HasReason("SOURCE_UNKNOWN"));
}

TEST_F(EventTest, AWatchTellsWhatIsPublishedAfterItBegan) {
  v1::WatchEventsRequest request;
  request.set_source(kSource);
  std::vector<int64_t> seen;
  bool emitted = false;
  rpc::Outgoing out = server_->AsService("meeting");
  const absl::Status status =
      client_->WatchEvents(out, request, [&](const v1::WatchEventsResponse& message) {
        if (!emitted && message.at_head()) {
          emitted = true;
          EXPECT_OK(EmitCommitted(3));
          EXPECT_OK(publisher_->PublishPending(Soon()));
        }
        for (const v1::Event& event : message.events()) seen.push_back(event.sequence());
        return seen.size() < 3 ? absl::OkStatus() : absl::CancelledError("enough");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

TEST_F(EventTest, AWatchNoticesWhatAnotherReplicaPublished) {
  Publisher replica(*database_, nullptr, base::Clock::Real(), kSource);
  v1::WatchEventsRequest request;
  request.set_source(kSource);
  bool emitted = false;
  int64_t seen = 0;
  const absl::Status status = client_->WatchEvents(
      server_->AsService("meeting"), request, [&](const v1::WatchEventsResponse& message) {
        if (!emitted && message.at_head()) {
          emitted = true;
          EXPECT_OK(EmitCommitted(1));
          EXPECT_OK(replica.PublishPending(Soon()));
        }
        for (const v1::Event& event : message.events()) seen = event.sequence();
        return seen == 0 ? absl::OkStatus() : absl::CancelledError("enough");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(seen, 1);
}

// Takes every caller for the meeting service, as its certificate would say.
class MeetingCalls : public rpc::Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(const rpc::Credentials&,
                                                                      absl::Time) const override {
    return std::make_shared<const auth::Principal>(auth::Principal{
        auth::Principal::Kind::kService, "services/meeting", {{"service_meeting", 0}}, ""});
  }
};

class ConsumerTest : public EventTest {
 protected:
  // Counts how often the feed is listed.
  class CountingFeed : public FeedHandler {
   public:
    using FeedHandler::FeedHandler;
    absl::StatusOr<v1::ListEventsResponse> ListEvents(
        rpc::Call& call, const v1::ListEventsRequest& request) override {
      ++lists_;
      return FeedHandler::ListEvents(call, request);
    }
    int lists() const { return lists_; }

   private:
    std::atomic<int> lists_ = 0;
  };

  ConsumerTest() : counting_(*database_, *publisher_, tokens_) {
    ronghe::testing::TestServer::Options options;
    options.authenticator = &meeting_;
    open_server_ = std::make_unique<ronghe::testing::TestServer>(
        std::vector<rpc::ServiceTable>{v1::EventFeedServiceTable(counting_)}, options);
  }

  v1::EventFeedServiceClient OpenClient() {
    return v1::EventFeedServiceClient(open_server_->channel());
  }

  std::unique_ptr<Consumer> Make(Consumer::Apply apply = ApplyAll,
                                 Consumer::AfterCommit after = nullptr,
                                 ConsumerOptions options = {}) {
    return std::make_unique<Consumer>(kSource, OpenClient(), *database_, std::move(apply),
                                      std::move(after), std::move(options));
  }

  MeetingCalls meeting_;
  CountingFeed counting_;
  std::unique_ptr<ronghe::testing::TestServer> open_server_;
};

TEST_F(ConsumerTest, CatchUpAppliesEverythingCommittedSoFar) {
  ASSERT_OK(EmitCommitted(450));
  const auto consumer = Make();
  ASSERT_OK(consumer->CatchUp(Soon()));
  ExpectEachAppliedOnce(450);
  EXPECT_EQ(consumer->position(), 450);
  EXPECT_EQ(metrics::Registry::Default()
                .AddGauge("ronghe_event_lag_seconds",
                          "How far the consumer of a source is behind what the source has "
                          "published.",
                          {{"source", kSource}})
                .Value(),
            0.0);
  ASSERT_OK(EmitCommitted(1));
  ASSERT_OK(consumer->CatchUp(Soon()));
  ExpectEachAppliedOnce(451);
}

TEST_F(ConsumerTest, AFailedApplyLeavesNothingAndIsRepeated) {
  ASSERT_OK(EmitCommitted(30));
  int failures = 3;
  ConsumerOptions options;
  options.batch = 10;
  const auto consumer = Make(
      [&failures](sql::Session& session, std::span<const v1::Event> events) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(ApplyAll(session, events));
        if (events.front().sequence() == 11 && failures-- > 0) {
          return absl::UnavailableError("crashed after writing");
        }
        return absl::OkStatus();
      },
      nullptr, options);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(consumer->CatchUp(Soon()).ok());
  ExpectEachAppliedOnce(10);
  ASSERT_OK(consumer->CatchUp(Soon()));
  ExpectEachAppliedOnce(30);
}

TEST_F(ConsumerTest, ANewProcessContinuesWhereTheOldOneCommitted) {
  ASSERT_OK(EmitCommitted(25));
  for (int life = 0; life < 3; ++life) {
    ConsumerOptions options;
    options.batch = 10;
    int batches = 0;
    const auto consumer = Make(
        [&batches](sql::Session& session, std::span<const v1::Event> events) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(ApplyAll(session, events));
          return ++batches > 1 ? absl::UnavailableError("killed before the commit")
                               : absl::OkStatus();
        },
        nullptr, options);
    static_cast<void>(consumer->CatchUp(Soon()));
  }
  ExpectEachAppliedOnce(25);
}

TEST_F(ConsumerTest, TwoReplicasApplyOnceAndBothSeeEverything) {
  ASSERT_OK(EmitCommitted(120));
  std::atomic<int64_t> seen[2] = {0, 0};
  std::vector<std::unique_ptr<Consumer>> replicas;
  for (int i = 0; i < 2; ++i) {
    ConsumerOptions options;
    options.batch = 7;
    replicas.push_back(Make(
        ApplyAll,
        [&seen, i](std::span<const v1::Event> events) {
          for (const v1::Event& event : events) EXPECT_EQ(event.sequence(), ++seen[i]);
        },
        options));
    ASSERT_OK(replicas.back()->Load(Soon()));
  }
  std::vector<std::thread> threads;
  for (const auto& replica : replicas) {
    threads.emplace_back([&replica] { EXPECT_OK(replica->CatchUp(Soon())); });
  }
  for (std::thread& thread : threads) thread.join();
  ExpectEachAppliedOnce(120);
  EXPECT_EQ(seen[0], 120);
  EXPECT_EQ(seen[1], 120);
}

TEST_F(ConsumerTest, NamedConsumersOfOneSourceKeepTheirOwnPositions) {
  ASSERT_OK(EmitCommitted(3));
  const auto one = Make();
  std::atomic<int> other_seen = 0;
  ConsumerOptions options;
  options.name = "other";
  const auto other =
      Make([](sql::Session&, std::span<const v1::Event>) { return absl::OkStatus(); },
           [&other_seen](std::span<const v1::Event> events) {
             other_seen += static_cast<int>(events.size());
           },
           options);
  ASSERT_OK(one->CatchUp(Soon()));
  ASSERT_OK(other->CatchUp(Soon()));
  EXPECT_EQ(other_seen, 3);
  ExpectEachAppliedOnce(3);
}

TEST_F(ConsumerTest, ChangedTypesReadAgainWithoutApplyingTwice) {
  ASSERT_OK(EmitCommitted({Some(7, "ronghe.test.a"), Some(7, "ronghe.test.b")}));
  ConsumerOptions options;
  options.types = {"ronghe.test.a", "ronghe.test.b"};
  ASSERT_OK(Make(ApplyAll, nullptr, options)->CatchUp(Soon()));
  ASSERT_OK(EmitCommitted({Some(7, "ronghe.test.a"), Some(7, "ronghe.test.b")}));
  options.types = {"ronghe.test.b"};
  ASSERT_OK(Make(ApplyAll, nullptr, options)->CatchUp(Soon()));
  const std::vector<AppliedRow> rows = Applied();
  ASSERT_THAT(rows, SizeIs(3));
  for (const AppliedRow& row : rows) EXPECT_EQ(row.times, 1);
  EXPECT_EQ(rows.back().sequence, 4);
}

TEST_F(ConsumerTest, FollowsTheFeedAndStopsAtOnce) {
  absl::Notification done;
  const auto consumer = Make(ApplyAll, [&done](std::span<const v1::Event> events) {
    if (events.back().sequence() == 40 && !done.HasBeenNotified()) done.Notify();
  });
  consumer->Start();
  for (int i = 0; i < 8; ++i) {
    ASSERT_OK(EmitCommitted(5));
    ASSERT_OK(publisher_->PublishPending(Soon()));
  }
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(20)));
  consumer->Stop();
  ExpectEachAppliedOnce(40);
}

TEST_F(ConsumerTest, FollowingGoesOnAfterAFailedApply) {
  absl::Notification done;
  std::atomic<int> failures = 2;
  ConsumerOptions options;
  options.min_backoff = absl::Milliseconds(1);
  const auto consumer = Make(
      [&failures](sql::Session& session, std::span<const v1::Event> events) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(ApplyAll(session, events));
        return failures-- > 0 ? absl::InternalError("not yet") : absl::OkStatus();
      },
      [&done](std::span<const v1::Event> events) {
        if (events.back().sequence() == 5) done.Notify();
      },
      options);
  ASSERT_OK(EmitCommitted(5));
  ASSERT_OK(publisher_->PublishPending(Soon()));
  consumer->Start();
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(20)));
  consumer->Stop();
  ExpectEachAppliedOnce(5);
  const ConsumerProgress progress = consumer->progress();
  EXPECT_EQ(progress.last_failure_reason, "INTERNAL");
  EXPECT_GT(progress.last_failure, absl::Now() - absl::Minutes(1));
  EXPECT_EQ(progress.newest, 5);
  EXPECT_EQ(progress.behind, 0);
}

TEST_F(ConsumerTest, CallersWhoWaitTogetherShareOneReading) {
  ASSERT_OK(EmitCommitted(1));
  absl::Notification applying;
  absl::Notification go_on;
  const auto consumer =
      Make([&](sql::Session& session, std::span<const v1::Event> events) -> absl::Status {
        applying.Notify();
        go_on.WaitForNotification();
        return ApplyAll(session, events);
      });
  std::thread first([&] { EXPECT_OK(consumer->CatchUp(Soon())); });
  applying.WaitForNotification();
  EXPECT_THAT(consumer->CatchUp(absl::Now()),
              ronghe::testing::StatusIs(absl::StatusCode::kDeadlineExceeded));
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i) {
    others.emplace_back([&] { EXPECT_OK(consumer->CatchUp(Soon())); });
  }
  go_on.Notify();
  first.join();
  for (std::thread& thread : others) thread.join();
  EXPECT_LE(counting_.lists(), 9);
  ExpectEachAppliedOnce(1);
}

}  // namespace
}  // namespace ronghe::event
