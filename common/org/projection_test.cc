#include "common/org/projection.h"

#include <atomic>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/config/common.pb.h"
#include "common/event/event.h"
#include "common/event/feed.h"
#include "common/event/publisher.h"
#include "common/org/copy_store.h"
#include "common/org/interval_event.h"
#include "common/rpc/authenticator.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"

namespace ronghe::org {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::CivilDay kDay(2026, 3, 1);

// Takes every caller for the meeting service, as its certificate would say.
class MeetingCalls : public rpc::Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(const rpc::Credentials&,
                                                                      absl::Time) const override {
    return std::make_shared<const auth::Principal>(auth::Principal{
        auth::Principal::Kind::kService, "services/meeting", {{"service_meeting", 0}}, ""});
  }
};

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

// Membership's schema and feed on one side, a meeting service's copy on the other.
class ProjectionTest : public ::testing::Test {
 protected:
  ProjectionTest()
      : source_schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        copy_schema_(testing::SharedMariaDb().NewSchema({"common/sql/migrations"})),
        source_(*sql::Database::Open(source_schema_.options())),
        copy_(*sql::Database::Open(copy_schema_.options())),
        ids_(1, base::Clock::Real()),
        publisher_(*source_, nullptr, base::Clock::Real(), "services/membership"),
        tokens_("0123456789abcdef0123456789abcdef"),
        feed_(*source_, publisher_, tokens_) {
    StartServer();
  }

  void StartServer() {
    testing::TestServer::Options options;
    options.authenticator = &authenticator_;
    options.listen = absl::StrCat("127.0.0.1:", port_);
    server_ = std::make_unique<testing::TestServer>(
        std::vector<rpc::ServiceTable>{event::v1::EventFeedServiceTable(feed_)}, options);
    port_ = server_->server().port();
  }

  // Over TCP, so that the server may come and go.
  std::shared_ptr<rpc::Channel> Channel() {
    config::v1::Peer peer;
    peer.set_target(absl::StrCat("127.0.0.1:", port_));
    return *rpc::Channel::Create(peer, config::v1::Tls());
  }

  std::unique_ptr<Projection> NewProjection(Projection::Listener listener = nullptr) {
    return std::make_unique<Projection>(*copy_, Channel(), std::move(listener));
  }

  void Emit(std::string type, std::map<std::string, std::string> data) {
    EmitType("ronghe.membership." + type + ".changed", std::move(data));
  }

  void EmitType(std::string type, std::map<std::string, std::string> data) {
    event::Draft draft;
    draft.type = std::move(type);
    draft.subject = "subjects/1";
    draft.data = std::move(data);
    draft.id = ids_.Next();
    draft.time = absl::Now();
    ASSERT_OK(source_->Transact(
        Soon(), [&](sql::Session& session) { return event::Emit(session, draft); }));
  }

  void EmitOrg(int64_t id, int64_t parent, std::string kind, std::string revoked = "") {
    Emit("organization", {{"organization", absl::StrCat(id)},
                          {"parent", parent == 0 ? "" : absl::StrCat(parent)},
                          {"kind", std::move(kind)},
                          {"name", absl::StrCat("组织", id)},
                          {"code", absl::StrCat("C", id)},
                          {"sort", absl::StrCat(id)},
                          {"founded_on", "2020-01-01"},
                          {"revoked_on", std::move(revoked)}});
  }

  void EmitInterval(int64_t id, int64_t member, int64_t organization, int category,
                    std::string from, std::string to, std::string standing = "10") {
    Emit("interval", {{"interval", absl::StrCat(id)},
                      {"member", absl::StrCat(member)},
                      {"organization", absl::StrCat(organization)},
                      {"category", absl::StrCat(category)},
                      {"standing", std::move(standing)},
                      {"voting", category == 1 ? "1" : "0"},
                      {"valid_from", std::move(from)},
                      {"valid_to", std::move(to)}});
  }

  void EmitPost(int64_t id, int64_t member, int64_t organization, std::string code,
                std::string from, std::string to) {
    Emit("post", {{"post", absl::StrCat(id)},
                  {"member", absl::StrCat(member)},
                  {"organization", absl::StrCat(organization)},
                  {"post_code", std::move(code)},
                  {"valid_from", std::move(from)},
                  {"valid_to", std::move(to)}});
  }

  template <class F>
  auto Read(F fn) {
    return copy_->Read(Soon(), fn);
  }

  std::vector<int64_t> MembersAsOf(int64_t organization, absl::CivilDay day) {
    const auto rows =
        Read([&](sql::Session& session) { return IntervalsAsOf(session, organization, day); });
    EXPECT_OK(rows);
    std::vector<int64_t> members;
    for (const IntervalRow& row : *rows) members.push_back(row.member_id);
    return members;
  }

  testing::TestSchema source_schema_;
  testing::TestSchema copy_schema_;
  std::unique_ptr<sql::Database> source_;
  std::unique_ptr<sql::Database> copy_;
  base::IdGenerator ids_;
  event::Publisher publisher_;
  rpc::PageTokens tokens_;
  event::FeedHandler feed_;
  MeetingCalls authenticator_;
  int port_ = 0;
  std::unique_ptr<testing::TestServer> server_;
};

TEST_F(ProjectionTest, StatementsFitTheSchema) {
  EXPECT_THAT(testing::PrepareAllStatements(*copy_, "org_copy"), IsEmpty());
  EXPECT_THAT(testing::PrepareAllStatements(*copy_, "interval_copy"), IsEmpty());
  EXPECT_THAT(testing::PrepareAllStatements(*copy_, "post_copy"), IsEmpty());
  EXPECT_THAT(testing::LintMigrations({"common/sql/migrations"}), IsEmpty());
}

TEST_F(ProjectionTest, FollowsOrganizationsMembersAndPosts) {
  EmitOrg(1, 0, "611");
  EmitOrg(2, 1, "631");
  EmitInterval(11, 101, 2, 1, "2026-01-01", "");
  EmitInterval(12, 102, 2, 2, "2026-02-01", "");
  EmitPost(21, 101, 2, "01", "2026-01-15", "");
  auto projection = NewProjection();
  ASSERT_OK(projection->Start());
  projection->CatchUp(Soon());

  EXPECT_TRUE(projection->Within(2, 1));
  EXPECT_TRUE(projection->Contains(2));
  EXPECT_FALSE(projection->Contains(3));
  EXPECT_EQ(projection->tree().Name(2), "组织2");
  EXPECT_EQ(projection->tree().Node(2)->founded_on, absl::CivilDay(2020, 1, 1));
  EXPECT_EQ(projection->tree().Count(1), (OrgCounts{1, 1, 2, 1}));
  EXPECT_THAT(MembersAsOf(2, absl::CivilDay(2026, 1, 31)), ElementsAre(101));
  EXPECT_THAT(MembersAsOf(2, kDay), ElementsAre(101, 102));
  EXPECT_THAT(MembersAsOf(2, absl::CivilDay(2025, 12, 31)), IsEmpty());

  // A full member leaves for another branch: one interval closed, another opened.
  EmitOrg(3, 1, "631");
  EmitInterval(11, 101, 2, 1, "2026-01-01", "2026-05-01");
  EmitInterval(13, 101, 3, 1, "2026-05-01", "");
  EmitPost(21, 101, 2, "01", "2026-01-15", "2026-05-01");
  projection->CatchUp(Soon());
  EXPECT_THAT(MembersAsOf(2, absl::CivilDay(2026, 4, 30)), ElementsAre(101, 102));
  EXPECT_THAT(MembersAsOf(2, absl::CivilDay(2026, 5, 1)), ElementsAre(102));
  EXPECT_THAT(MembersAsOf(3, absl::CivilDay(2026, 5, 1)), ElementsAre(101));
  EXPECT_EQ(projection->tree().Count(2), (OrgCounts{0, 1, 1, 1}));
  EXPECT_EQ(projection->tree().Count(3), (OrgCounts{1, 0, 1, 1}));

  const std::vector<int64_t> both = {2, 3};
  ASSERT_OK_AND_ASSIGN(const auto posts, Read([&](sql::Session& session) {
                         return PostsAsOf(session, both, absl::CivilDay(2026, 4, 30));
                       }));
  ASSERT_EQ(posts.size(), 1u);
  EXPECT_EQ(posts[0],
            (PostRow{21, 101, 2, "01", absl::CivilDay(2026, 1, 15), absl::CivilDay(2026, 5, 1)}));
  ASSERT_OK_AND_ASSIGN(const auto none, Read([&](sql::Session& session) {
                         return PostsAsOf(session, both, absl::CivilDay(2026, 5, 1));
                       }));
  EXPECT_THAT(none, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto sizes, Read([&](sql::Session& session) {
                         return SizesAsOf(session, both, absl::CivilDay(2026, 5, 1));
                       }));
  EXPECT_THAT(sizes, ElementsAre(OrgSizeRow{2, 0, 1}, OrgSizeRow{3, 1, 0}));
  ASSERT_OK_AND_ASSIGN(const auto within, Read([&](sql::Session& session) {
                         return IntervalsWithin(session, both, absl::CivilDay(2026, 4, 1),
                                                absl::CivilDay(2026, 7, 1));
                       }));
  EXPECT_EQ(within.size(), 3u);
  const std::vector<int64_t> member = {101};
  ASSERT_OK_AND_ASSIGN(const auto history, Read([&](sql::Session& session) {
                         return IntervalsOfMembers(session, member);
                       }));
  EXPECT_EQ(history.size(), 2u);
  ASSERT_OK_AND_ASSIGN(const auto now, Read([&](sql::Session& session) {
                         return IntervalOfMember(session, 101, absl::CivilDay(2026, 5, 1));
                       }));
  ASSERT_TRUE(now.has_value());
  EXPECT_EQ(now->organization_id, 3);
  EXPECT_EQ(now->valid_to, kOpenEnd);
}

TEST_F(ProjectionTest, ServesItsCopyWhileMembershipIsDown) {
  EmitOrg(1, 0, "611");
  EmitOrg(2, 1, "631");
  EmitInterval(11, 101, 2, 1, "2026-01-01", "");
  {
    auto projection = NewProjection();
    ASSERT_OK(projection->Start());
    projection->CatchUp(Soon());
  }
  EmitOrg(3, 1, "631");  // not seen before the stop

  server_.reset();
  auto projection = NewProjection();
  ASSERT_OK(projection->Start());
  EXPECT_TRUE(projection->Within(2, 1));
  EXPECT_EQ(projection->tree().Count(1), (OrgCounts{1, 0, 2, 1}));
  EXPECT_THAT(MembersAsOf(2, kDay), ElementsAre(101));
  projection->CatchUp(absl::Now() + absl::Milliseconds(200));  // no answer, no harm
  EXPECT_FALSE(projection->Contains(3));

  StartServer();
  for (const absl::Time give_up = Soon(); !projection->Contains(3) && absl::Now() < give_up;) {
    projection->CatchUp(give_up);
  }
  EXPECT_TRUE(projection->Within(3, 1));
}

TEST_F(ProjectionTest, MovesAndRevocationsChangeTheCounts) {
  EmitOrg(1, 0, "611");
  EmitOrg(2, 1, "611");
  EmitOrg(3, 1, "611");
  EmitOrg(4, 2, "631");
  for (int64_t i = 0; i < 5; ++i) EmitInterval(100 + i, 200 + i, 4, 1, "2026-01-01", "");
  auto projection = NewProjection();
  ASSERT_OK(projection->Start());
  projection->CatchUp(Soon());
  EXPECT_EQ(projection->tree().Count(2), (OrgCounts{5, 0, 2, 1}));
  EmitOrg(4, 3, "631");
  projection->CatchUp(Soon());
  EXPECT_EQ(projection->tree().Count(2), (OrgCounts{0, 0, 1, 0}));
  EXPECT_EQ(projection->tree().Count(3), (OrgCounts{5, 0, 2, 1}));
  EmitInterval(100, 200, 4, 1, "2026-01-01", "2026-06-01");
  EmitInterval(101, 201, 4, 1, "2026-01-01", "", "20");  // suspended: not counted
  EmitOrg(4, 3, "631", "2026-06-01");
  projection->CatchUp(Soon());
  EXPECT_EQ(projection->tree().Count(3), (OrgCounts{3, 0, 1, 0}));
}

TEST_F(ProjectionTest, IntervalsOpenedTogetherAreLikeThoseOpenedOneByOne) {
  EmitOrg(1, 0, "611");
  EmitOrg(2, 1, "631");
  EmitInterval(11, 101, 2, 1, "2026-01-01", "");
  EmitType(kIntervalsOpened, {{"organization", "2"},
                              {"full", "1"},
                              {"probationary", "1"},
                              {"intervals",
                               "12,102,2,10,0,2026-02-01,;13,103,2,10,0,2026-01-01,2026-03-01;"
                               "14,103,1,10,1,2026-03-01,"}});
  auto projection = NewProjection();
  ASSERT_OK(projection->Start());
  projection->CatchUp(Soon());
  EXPECT_EQ(projection->tree().Count(1), (OrgCounts{2, 1, 2, 1}));
  EXPECT_THAT(MembersAsOf(2, absl::CivilDay(2026, 1, 31)), ElementsAre(101, 103));
  const auto rows = Read(
      [&](sql::Session& session) { return IntervalsAsOf(session, 2, absl::CivilDay(2026, 3, 1)); });
  ASSERT_OK(rows);
  EXPECT_THAT(
      *rows,
      ElementsAre(::testing::_,
                  IntervalRow{12, 102, 2, 2, "10", false, absl::CivilDay(2026, 2, 1), kOpenEnd},
                  IntervalRow{14, 103, 2, 1, "10", true, absl::CivilDay(2026, 3, 1), kOpenEnd}));
}

TEST(IntervalEvent, AListThatCannotBeReadIsAnError) {
  for (const char* list : {"12,102,2,10,0,2026-02-01", "x,102,2,10,0,2026-02-01,",
                           "12,102,2,10,0,2026-02-30,", "12,102,2,10,0,,", "12;13"}) {
    event::v1::Event event;
    event.set_type(kIntervalsOpened);
    (*event.mutable_data())["organization"] = "2";
    (*event.mutable_data())["intervals"] = list;
    EXPECT_THAT(IntervalsIn(event), testing::HasReason("EVENT_INVALID")) << list;
  }
}

TEST_F(ProjectionTest, ManyEventsAreAppliedOnceEach) {
  EmitOrg(1, 0, "611");
  for (int64_t i = 2; i <= 120; ++i) EmitOrg(i, 1, "631");
  for (int64_t i = 0; i < 300; ++i) {
    EmitInterval(1000 + i, 5000 + i, 2 + i % 119, i % 3 == 0 ? 2 : 1, "2026-01-01", "");
  }
  std::atomic<int64_t> heard = 0;
  auto projection =
      NewProjection([&](std::span<const event::v1::Event> events) { heard += std::ssize(events); });
  ASSERT_OK(projection->Start());
  projection->CatchUp(Soon());
  EXPECT_EQ(projection->tree().Count(1), (OrgCounts{200, 100, 120, 119}));
  EXPECT_EQ(heard, 420);
  projection->Stop();

  auto again = NewProjection();
  ASSERT_OK(again->Start());
  EXPECT_EQ(again->tree().Count(1), (OrgCounts{200, 100, 120, 119}));
}

}  // namespace
}  // namespace ronghe::org
