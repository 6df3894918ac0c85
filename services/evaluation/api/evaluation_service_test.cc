#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/approval/api.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/event/publisher.h"
#include "common/org/scope_testing.h"
#include "common/rpc/convert.h"
#include "common/service/write.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "services/evaluation/api/rounds_api.h"
#include "services/evaluation/api/schemes_api.h"
#include "services/evaluation/api/scores_api.h"
#include "services/evaluation/jobs/round_job.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/testing/fact_service.h"
#include "services/evaluation/testing/test_scheme.h"

namespace ronghe::evaluation {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kDepartment[] = "organization_department";
constexpr char kSecretary[] = "branch_secretary";
constexpr char kCommittee[] = "committee_secretary";

// The tree as the scope of all servers of the test.
struct EventRow {
  std::string type;
  std::string subject;
};

const sql::Query<EventRow> kEvents("evaluation_test.events",
                                   "SELECT type, subject FROM event ORDER BY id");

// 1 over towns 2 and 3 with 12 branches each; standard scheme X1 over three fact services.
class EvaluationServiceTest : public ::testing::Test {
 protected:
  EvaluationServiceTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/evaluation/migrations"})),
        database_(*sql::Database::Open(schema_.options())),
        scope_((FillCounty(&tree_, 2, 12), tree_)),
        meeting_("services/meeting",
                 {"meeting.general_on_time", "meeting.committee_on_time",
                  "meeting.theme_day_on_time", "meeting.record_complete", "meeting.on_time_entry",
                  "meeting.quorum_kept", "meeting.accepted"},
                 tree_, &scope_),
        training_(
            "services/training",
            {"training.member_hours_reached", "training.leader_hours_reached", "training.coverage"},
            tree_, &scope_),
        membership_(
            "services/membership",
            {"membership.size_within_limit", "membership.min_full", "membership.committee_present"},
            tree_, &scope_),
        sources_{{"services/meeting", meeting_.Channel()},
                 {"services/training", training_.Channel()},
                 {"services/membership", membership_.Channel()}},
        ids_(1, base::Clock::Real()),
        tokens_("0123456789abcdef0123456789abcdef"),
        writer_(*database_, ids_, [] {}, {.source = "services/evaluation"}),
        approval_api_(writer_, tokens_),
        jobs_(*database_, base::Clock::Real(), "evaluation"),
        job_(tree_, sources_),
        schemes_api_(writer_, tokens_),
        rounds_api_(writer_, tree_, tokens_, [this] { ++started_; }),
        scores_api_(*database_, tokens_, sources_),
        server_(
            {v1::SchemeServiceTable(schemes_api_), v1::RoundServiceTable(rounds_api_),
             v1::ScoreServiceTable(scores_api_), approval::v1::ApprovalServiceTable(approval_api_)},
            ServerOptions()),
        schemes_(server_.channel()),
        rounds_(server_.channel()),
        scores_(server_.channel()),
        approvals_(server_.channel()) {
    job_.AddTo(jobs_, absl::Hours(1));
    for (FactService* service : {&meeting_, &training_, &membership_}) {
      service->authenticator().SetTokens(&server_.authenticator());
      service->SetFigures([](int64_t branch, const std::string&) {
        return std::pair<int64_t, int64_t>(12 - branch % 5, 12);
      });
    }
  }

  testing::TestServer::Options ServerOptions() {
    testing::TestServer::Options options;
    options.scope = &scope_;
    return options;
  }

  rpc::Outgoing Department() { return server_.As(kDepartment, 1); }

  static std::string X1Text() {
    std::ifstream file("services/evaluation/domain/schemes/x1_2026.textproto");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  v1::CreateSchemeRequest X1() {
    v1::CreateSchemeRequest request;
    request.set_organization("organizations/1");
    request.set_text(X1Text());
    return request;
  }

  v1::Scheme PublishedScheme() {
    const auto created = schemes_.CreateScheme(Department(), X1());
    EXPECT_OK(created);
    v1::PublishSchemeRequest publish;
    publish.set_name(created->name());
    publish.set_etag(created->etag());
    const auto published = PublishApproved(publish);
    EXPECT_OK(published);
    return *published;
  }

  // Publishes with the agreement of the county's secretary.
  absl::StatusOr<v1::Scheme> PublishApproved(const v1::PublishSchemeRequest& publish) {
    const absl::Status asked = schemes_.PublishScheme(Department(), publish).status();
    EXPECT_THAT(asked, HasReason("APPROVAL_REQUIRED"));
    approval::v1::ApproveRequestRequest approve;
    approve.set_name(error::MetadataValue(asked, "approval"));
    EXPECT_OK(approvals_.ApproveRequest(server_.As(kCommittee, 1, 2), approve));
    return schemes_.PublishScheme(Department(), publish);
  }

  v1::CreateRoundRequest RoundRequest(const std::string& scheme,
                                      const std::string& organization = "organizations/1") {
    v1::CreateRoundRequest request;
    request.mutable_round()->set_title("2026年第三季度考评");
    request.mutable_round()->set_scheme(scheme);
    request.mutable_round()->set_organization(organization);
    *request.mutable_round()->mutable_start_date() = rpc::ToProto(absl::CivilDay(2026, 7, 1));
    *request.mutable_round()->mutable_end_date() = rpc::ToProto(absl::CivilDay(2026, 10, 1));
    return request;
  }

  absl::StatusOr<v1::Round> Start(const std::string& name) {
    v1::StartRoundRequest request;
    request.set_name(name);
    return rounds_.StartRound(Department(), request);
  }
  absl::StatusOr<v1::Round> Get(const std::string& name) {
    v1::GetRoundRequest request;
    request.set_name(name);
    return rounds_.GetRound(Department(), request);
  }
  absl::StatusOr<v1::Round> Publish(const std::string& name) {
    v1::PublishRoundRequest request;
    request.set_name(name);
    return rounds_.PublishRound(Department(), request);
  }
  absl::StatusOr<v1::Mark> Mark(const std::string& round, int64_t organization, std::string item,
                                int64_t points) {
    v1::RecordMarkRequest request;
    request.set_round(round);
    request.mutable_mark()->set_organization(absl::StrCat("organizations/", organization));
    request.mutable_mark()->set_item(std::move(item));
    request.mutable_mark()->set_points_milli(points);
    request.mutable_mark()->set_basis("民主测评汇总表");
    return rounds_.RecordMark(Department(), request);
  }

  std::string ScoredRound(const std::string& organization = "organizations/1") {
    const auto round =
        rounds_.CreateRound(Department(), RoundRequest(PublishedScheme().name(), organization));
    EXPECT_OK(round);
    EXPECT_OK(Mark(round->name(), 2001, "P1", 92000));
    EXPECT_OK(Mark(round->name(), 2005, "V1", 0));
    EXPECT_OK(Start(round->name()));
    EXPECT_OK(jobs_.RunOnce(kRoundJob));
    return round->name();
  }

  static v1::GetScoreRequest ScoreRequest(const std::string& round, int64_t organization) {
    v1::GetScoreRequest request;
    request.set_name(absl::StrCat(round, "/scores/", organization));
    return request;
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  org::OrgTree tree_;
  org::TreeScope scope_;
  FactService meeting_;
  FactService training_;
  FactService membership_;
  FactSources sources_;
  base::IdGenerator ids_;
  rpc::PageTokens tokens_;
  service::Writer writer_;
  approval::ApprovalApi approval_api_;
  job::JobRunner jobs_;
  RoundJob job_;
  int started_ = 0;
  SchemesApi schemes_api_;
  RoundsApi rounds_api_;
  ScoresApi scores_api_;
  testing::TestServer server_;
  v1::SchemeServiceClient schemes_;
  v1::RoundServiceClient rounds_;
  v1::ScoreServiceClient scores_;
  approval::v1::ApprovalServiceClient approvals_;
};

TEST_F(EvaluationServiceTest, SchemesComeAsTextOrMessageAndGetVersions) {
  ASSERT_OK_AND_ASSIGN(const v1::Scheme first, schemes_.CreateScheme(Department(), X1()));
  EXPECT_EQ(first.code(), "X1");
  EXPECT_EQ(first.version(), 1);
  EXPECT_EQ(first.state(), v1::SCHEME_STATE_DRAFT);
  EXPECT_EQ(first.system_share(), 7000);
  EXPECT_EQ(first.rules_digest().size(), 64u);

  v1::CreateSchemeRequest message;
  message.set_organization("organizations/1");
  *message.mutable_rules() = first.rules();
  ASSERT_OK_AND_ASSIGN(const v1::Scheme second, schemes_.CreateScheme(Department(), message));
  EXPECT_EQ(second.version(), 2);
  EXPECT_EQ(second.rules_digest(), first.rules_digest());

  v1::GetSchemeRequest get;
  get.set_name(first.name());
  EXPECT_THAT(schemes_.GetScheme(Department(), get),
              testing::IsOkAndHolds(testing::EqualsProto(first)));
  // A draft is nobody's business below.
  EXPECT_THAT(schemes_.GetScheme(server_.As(kSecretary, 2001), get),
              StatusIs(absl::StatusCode::kNotFound));
  get.set_name("schemes/99");
  EXPECT_THAT(schemes_.GetScheme(Department(), get), StatusIs(absl::StatusCode::kNotFound));

  v1::ListSchemesRequest list;
  list.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(v1::ListSchemesResponse page, schemes_.ListSchemes(Department(), list));
  ASSERT_EQ(page.schemes_size(), 1);
  EXPECT_EQ(page.schemes(0).version(), 2);
  EXPECT_FALSE(page.schemes(0).has_rules());
  list.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, schemes_.ListSchemes(Department(), list));
  EXPECT_EQ(page.schemes(0).version(), 1);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(EvaluationServiceTest, BadSchemesAreRefusedWithEveryProblem) {
  v1::CreateSchemeRequest request = X1();
  request.set_text("code: \"X1\" titel: \"x\"");
  EXPECT_THAT(schemes_.CreateScheme(Department(), request), HasReason("SCHEME_TEXT_INVALID"));
  request.clear_form();
  EXPECT_THAT(schemes_.CreateScheme(Department(), request), HasReason("SCHEME_FORM_REQUIRED"));
  Scheme scheme = TestScheme();
  scheme.parts[0].weight = 1;
  scheme.bands.back().from = 1;
  *request.mutable_rules() = ToProto(scheme);
  const absl::Status refused = schemes_.CreateScheme(Department(), request).status();
  EXPECT_THAT(refused, HasReason("SCHEME_INVALID"));
  EXPECT_EQ(error::FieldViolations(refused).size(), 2u);
  EXPECT_THAT(schemes_.CreateScheme(server_.As(kSecretary, 2001), X1()),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(EvaluationServiceTest, PublishedSchemesDoNotChange) {
  ASSERT_OK_AND_ASSIGN(const v1::Scheme draft, schemes_.CreateScheme(Department(), X1()));
  v1::PublishSchemeRequest publish;
  publish.set_name(draft.name());
  publish.set_etag("7");
  EXPECT_THAT(schemes_.PublishScheme(Department(), publish), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(rounds_.CreateRound(Department(), RoundRequest(draft.name())),
              HasReason("SCHEME_NOT_PUBLISHED"));
  publish.set_etag(draft.etag());
  EXPECT_THAT(schemes_.PublishScheme(server_.As(kDepartment, 2), publish),
              StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(const v1::Scheme published, PublishApproved(publish));
  EXPECT_EQ(published.state(), v1::SCHEME_STATE_PUBLISHED);
  EXPECT_THAT(published.rules(), testing::EqualsProto(draft.rules()));
  publish.set_etag(published.etag());
  EXPECT_THAT(schemes_.PublishScheme(Department(), publish), HasReason("SCHEME_PUBLISHED"));
}

TEST_F(EvaluationServiceTest, RoundsFitTheirScheme) {
  const v1::Scheme scheme = PublishedScheme();
  v1::CreateRoundRequest request = RoundRequest(scheme.name());
  *request.mutable_round()->mutable_end_date() = request.round().start_date();
  EXPECT_THAT(rounds_.CreateRound(Department(), request), HasReason("PERIOD_INVALID"));
  request = RoundRequest(scheme.name());
  request.mutable_round()->mutable_start_date()->set_year(2025);
  EXPECT_THAT(rounds_.CreateRound(Department(), request), HasReason("PERIOD_INVALID"));
  EXPECT_THAT(rounds_.CreateRound(Department(), RoundRequest("schemes/99")),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(rounds_.CreateRound(server_.As(kDepartment, 2), RoundRequest(scheme.name())),
              StatusIs(absl::StatusCode::kPermissionDenied));
  // A town may appraise by the county's scheme, the county not by a town's.
  EXPECT_OK(rounds_.CreateRound(server_.As(kDepartment, 2),
                                RoundRequest(scheme.name(), "organizations/2")));
  v1::CreateSchemeRequest town = X1();
  town.set_organization("organizations/2");
  ASSERT_OK_AND_ASSIGN(const v1::Scheme of_town, schemes_.CreateScheme(Department(), town));
  v1::PublishSchemeRequest publish;
  publish.set_name(of_town.name());
  ASSERT_OK(PublishApproved(publish));
  EXPECT_THAT(rounds_.CreateRound(Department(), RoundRequest(of_town.name())),
              HasReason("SCHEME_NOT_APPLICABLE"));
}

TEST_F(EvaluationServiceTest, TheSameRequestIdMakesOneRound) {
  const v1::Scheme scheme = PublishedScheme();
  v1::CreateRoundRequest request = RoundRequest(scheme.name());
  request.set_request_id("once");
  ASSERT_OK_AND_ASSIGN(const v1::Round first, rounds_.CreateRound(Department(), request));
  EXPECT_THAT(rounds_.CreateRound(Department(), request),
              testing::IsOkAndHolds(testing::EqualsProto(first)));
  request.mutable_round()->set_title("别的");
  EXPECT_THAT(rounds_.CreateRound(Department(), request), HasReason("REQUEST_ID_REUSED"));
}

TEST_F(EvaluationServiceTest, ARoundGoesFromDraftToPublished) {
  const v1::Scheme scheme = PublishedScheme();
  ASSERT_OK_AND_ASSIGN(const v1::Round draft,
                       rounds_.CreateRound(Department(), RoundRequest(scheme.name())));
  EXPECT_EQ(draft.state(), v1::ROUND_STATE_DRAFT);
  EXPECT_THAT(Publish(draft.name()), HasReason("ROUND_STATE"));
  ASSERT_OK(jobs_.RunOnce(kRoundJob));  // nothing is collected before the start
  ASSERT_OK_AND_ASSIGN(const v1::Round waiting, Get(draft.name()));
  EXPECT_EQ(waiting.state(), v1::ROUND_STATE_DRAFT);

  ASSERT_OK_AND_ASSIGN(const v1::Round collecting, Start(draft.name()));
  EXPECT_EQ(collecting.state(), v1::ROUND_STATE_COLLECTING);
  EXPECT_EQ(started_, 1);
  EXPECT_THAT(Start(draft.name()), HasReason("ROUND_STATE"));
  EXPECT_THAT(scores_.GetScore(Department(), ScoreRequest(draft.name(), 2001)),
              HasReason("ROUND_STATE"));
  ASSERT_OK(jobs_.RunOnce(kRoundJob));
  ASSERT_OK_AND_ASSIGN(const v1::Round scored, Get(draft.name()));
  EXPECT_EQ(scored.state(), v1::ROUND_STATE_SCORED);
  EXPECT_EQ(scored.progress().organizations(), 24);
  EXPECT_EQ(scored.progress().scored(), 24);
  EXPECT_EQ(scored.progress().facts(), 24 * 13);
  ASSERT_EQ(scored.progress().sources_size(), 3);
  for (const v1::SourceProgress& source : scored.progress().sources()) {
    EXPECT_TRUE(source.done());
    EXPECT_EQ(source.problem(), "");
  }
  EXPECT_EQ(scored.facts_digest().size(), 64u);
  EXPECT_EQ(scored.results_digest().size(), 64u);

  v1::PublishRoundRequest publish;
  publish.set_name(draft.name());
  publish.set_etag(draft.etag());
  EXPECT_THAT(rounds_.PublishRound(Department(), publish), HasReason("ETAG_MISMATCH"));
  ASSERT_OK_AND_ASSIGN(const v1::Round published, Publish(draft.name()));
  EXPECT_EQ(published.state(), v1::ROUND_STATE_PUBLISHED);
  EXPECT_EQ(published.results_digest(), scored.results_digest());
  EXPECT_THAT(Publish(draft.name()), HasReason("ROUND_STATE"));
  ASSERT_OK_AND_ASSIGN(const std::vector<EventRow> events,
                       database_->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
                         return session.Select(kEvents);
                       }));
  bool told = false;
  for (const EventRow& event : events) {
    told = told ||
           (event.type == "ronghe.evaluation.round.published" && event.subject == draft.name());
  }
  EXPECT_TRUE(told);
}

TEST_F(EvaluationServiceTest, MarksAreCheckedAndCloseWithTheFacts) {
  const v1::Scheme scheme = PublishedScheme();
  ASSERT_OK_AND_ASSIGN(
      const v1::Round round,
      rounds_.CreateRound(Department(), RoundRequest(scheme.name(), "organizations/2")));
  EXPECT_THAT(Mark(round.name(), 2001, "C1", 1000), HasReason("MARK_ITEM_UNKNOWN"));
  EXPECT_THAT(Mark(round.name(), 2001, "P1", 100001), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Mark(round.name(), 2001, "V1", 1), HasReason("MARK_POINTS_INVALID"));
  EXPECT_THAT(Mark(round.name(), 3001, "P1", 1000), HasReason("MARK_OUTSIDE_ROUND"));
  EXPECT_THAT(Mark(round.name(), 2, "P1", 1000), HasReason("MARK_OUTSIDE_ROUND"));
  ASSERT_OK_AND_ASSIGN(const v1::Mark mark, Mark(round.name(), 2001, "P1", 90000));
  EXPECT_EQ(mark.recorder(), "accounts/1");
  ASSERT_OK(Mark(round.name(), 2002, "K1", 1000));
  ASSERT_OK(Mark(round.name(), 2001, "P1", 91000));

  v1::ListMarksRequest list;
  list.set_round(round.name());
  list.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(v1::ListMarksResponse page, rounds_.ListMarks(Department(), list));
  ASSERT_EQ(page.marks_size(), 1);
  EXPECT_EQ(page.marks(0).points_milli(), 91000);
  list.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, rounds_.ListMarks(Department(), list));
  ASSERT_EQ(page.marks_size(), 1);
  EXPECT_EQ(page.marks(0).item(), "K1");
  EXPECT_EQ(page.next_page_token(), "");

  ASSERT_OK(Start(round.name()));
  ASSERT_OK(jobs_.RunOnce(kRoundJob));
  EXPECT_THAT(Mark(round.name(), 2001, "P1", 95000), HasReason("ROUND_STATE"));
}

TEST_F(EvaluationServiceTest, ScoresListBySubtreeAndBandInTreeOrder) {
  const std::string round = ScoredRound();
  v1::ListScoresRequest list;
  list.set_parent(round);
  list.set_page_size(10);
  std::vector<std::string> all;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const v1::ListScoresResponse page, scores_.ListScores(Department(), list));
    for (const v1::Score& score : page.scores()) all.push_back(score.organization());
    if (page.next_page_token().empty()) break;
    list.set_page_token(page.next_page_token());
  }
  ASSERT_EQ(all.size(), 24u);
  EXPECT_EQ(all.front(), "organizations/2001");
  EXPECT_EQ(all.back(), "organizations/3012");
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));

  list.clear_page_token();
  list.set_page_size(0);
  list.set_organization("organizations/3");
  ASSERT_OK_AND_ASSIGN(v1::ListScoresResponse town, scores_.ListScores(Department(), list));
  EXPECT_EQ(town.scores_size(), 12);
  EXPECT_EQ(town.scores(0).organization(), "organizations/3001");

  v1::SummarizeScoresRequest summarize;
  summarize.set_parent(round);
  ASSERT_OK_AND_ASSIGN(const v1::SummarizeScoresResponse summary,
                       scores_.SummarizeScores(Department(), summarize));
  ASSERT_EQ(summary.bands_size(), 6);
  EXPECT_EQ(summary.bands(0).stars(), 5);
  EXPECT_EQ(summary.bands(0).title(), "五星");
  int64_t sum = 0;
  list.clear_organization();
  for (const v1::BandCount& band : summary.bands()) {
    sum += band.organizations();
    list.set_stars(band.stars());
    ASSERT_OK_AND_ASSIGN(const v1::ListScoresResponse page, scores_.ListScores(Department(), list));
    EXPECT_EQ(page.scores_size(), band.organizations()) << band.stars();
    for (const v1::Score& score : page.scores()) EXPECT_EQ(score.stars(), band.stars());
  }
  EXPECT_EQ(sum, 24);

  list.set_organization("organizations/99");
  EXPECT_THAT(scores_.ListScores(Department(), list), StatusIs(absl::StatusCode::kNotFound));
  list.clear_organization();
  list.set_page_token("forged");
  EXPECT_THAT(scores_.ListScores(Department(), list), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(EvaluationServiceTest, EveryPointIsExplainedAndOpensToItsRecords) {
  const std::string round = ScoredRound();
  v1::ExplainScoreRequest explain;
  explain.set_name(absl::StrCat(round, "/scores/2001"));
  ASSERT_OK_AND_ASSIGN(const v1::ExplainScoreResponse why,
                       scores_.ExplainScore(Department(), explain));
  EXPECT_EQ(why.scheme_code(), "X1");
  EXPECT_EQ(why.scheme_version(), 1);
  EXPECT_EQ(why.facts_digest().size(), 64u);
  std::map<std::string, v1::ScoreItem> items;
  int64_t earned = 0;
  int64_t deducted = 0;
  for (const v1::ScoreItem& item : why.items()) {
    items[item.code()] = item;
    if (item.kind() == v1::SCORE_ITEM_KIND_INDICATOR && item.part() == "BASE") {
      earned += item.earned_milli();
      EXPECT_EQ(item.rule_id(), "B-30");
      EXPECT_EQ(item.rule_version(), "2026-01-01");
      EXPECT_EQ(item.numerator(), 11);
      EXPECT_EQ(item.denominator(), 12);
      EXPECT_FALSE(item.evidence().empty());
      EXPECT_TRUE(item.counted());
    }
    if (item.kind() == v1::SCORE_ITEM_KIND_DEDUCTION) deducted += item.earned_milli();
  }
  ASSERT_EQ(why.parts_size(), 2);
  EXPECT_EQ(why.parts(0).earned_milli(), earned);
  EXPECT_EQ(why.parts(0).available_milli(), 100000);
  EXPECT_EQ(why.parts(0).deducted_milli(), deducted);
  EXPECT_EQ(why.parts(0).points_milli(), earned - deducted);
  EXPECT_EQ(why.parts(1).points_milli(), 92000);
  EXPECT_EQ(why.score().total_milli(),
            (why.parts(0).points_milli() * 7000 + 92000 * 3000 + 5000) / 10000);
  EXPECT_EQ(items["P1"].basis(), v1::SCORE_ITEM_BASIS_MARK);
  EXPECT_EQ(items["P1"].mark_basis(), "民主测评汇总表");
  EXPECT_EQ(items["C1"].fact_source(), "services/meeting");
  EXPECT_EQ(items["C1"].fact_indicator(), "meeting.general_on_time");

  v1::ListScoreEvidenceRequest open;
  open.set_name(explain.name());
  open.set_item("C1");
  open.set_page_size(3);
  std::vector<int> sizes;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const v1::ListScoreEvidenceResponse page,
                         scores_.ListScoreEvidence(Department(), open));
    EXPECT_EQ(page.source(), "services/meeting");
    sizes.push_back(page.records_size());
    for (const fact::v1::EvidenceRecord& record : page.records()) {
      EXPECT_EQ(record.title(), "meeting.general_on_time");
    }
    if (page.next_page_token().empty()) break;
    open.set_page_token(page.next_page_token());
  }
  EXPECT_THAT(sizes, ElementsAre(3, 2));
  open.clear_page_token();
  open.set_item("P1");
  EXPECT_THAT(scores_.ListScoreEvidence(Department(), open),
              HasReason("INDICATOR_WITHOUT_RECORDS"));
}

TEST_F(EvaluationServiceTest, AVetoKeepsTheStarsDown) {
  const std::string round = ScoredRound();
  ASSERT_OK_AND_ASSIGN(const v1::Score score,
                       scores_.GetScore(Department(), ScoreRequest(round, 2005)));
  EXPECT_EQ(score.total_milli(), 100000);  // 12 of 12 everywhere, reweighted without a ballot
  EXPECT_EQ(score.stars(), 1);
  EXPECT_EQ(score.stars_by_total(), 5);
  ASSERT_EQ(score.notes_size(), 1);
  EXPECT_EQ(score.notes(0), v1::SCORE_NOTE_VETOED);
}

TEST_F(EvaluationServiceTest, WhatIsOthersLooksLikeWhatIsNotThere) {
  const std::string foreign = ScoredRound("organizations/2");
  ASSERT_OK(Publish(foreign));
  const rpc::Outgoing secretary = server_.As(kSecretary, 3001);
  const absl::Status score = scores_.GetScore(secretary, ScoreRequest("rounds/99", 3001)).status();
  EXPECT_THAT(score, HasReason("SCOPE_DENIED"));
  EXPECT_EQ(scores_.GetScore(secretary, ScoreRequest(foreign, 3001)).status(), score);
  v1::ListScoresRequest list;
  list.set_organization("organizations/3001");
  list.set_parent("rounds/99");
  const absl::Status scores = scores_.ListScores(secretary, list).status();
  list.set_parent(foreign);
  EXPECT_EQ(scores_.ListScores(secretary, list).status(), scores);

  const rpc::Outgoing department = server_.As(kDepartment, 3);
  v1::RecordMarkRequest mark;
  mark.mutable_mark()->set_organization("organizations/3001");
  mark.mutable_mark()->set_item("P1");
  mark.mutable_mark()->set_points_milli(1000);
  mark.mutable_mark()->set_basis("民主测评汇总表");
  mark.set_round("rounds/99");
  const absl::Status marked = rounds_.RecordMark(department, mark).status();
  EXPECT_THAT(marked, HasReason("SCOPE_DENIED"));
  mark.set_round(foreign);
  EXPECT_EQ(rounds_.RecordMark(department, mark).status(), marked);

  // A scheme that town 2 keeps for itself; what the county publishes all may read.
  v1::CreateSchemeRequest own = X1();
  own.set_organization("organizations/2");
  ASSERT_OK_AND_ASSIGN(const v1::Scheme draft,
                       schemes_.CreateScheme(server_.As(kDepartment, 2), own));
  v1::GetSchemeRequest get;
  get.set_name(draft.name());
  EXPECT_OK(schemes_.GetScheme(server_.As(kDepartment, 2), get));
  EXPECT_THAT(schemes_.GetScheme(department, get), HasReason("NOT_FOUND"));
  ASSERT_OK_AND_ASSIGN(const v1::ListSchemesResponse seen, schemes_.ListSchemes(secretary, {}));
  ASSERT_EQ(seen.schemes_size(), 1);
  EXPECT_EQ(seen.schemes(0).state(), v1::SCHEME_STATE_PUBLISHED);
  EXPECT_THAT(rounds_.CreateRound(department, RoundRequest(draft.name(), "organizations/3")),
              HasReason("NOT_FOUND"));
}

TEST_F(EvaluationServiceTest, ABranchSeesItsOwnScoreOnceItIsPublished) {
  const std::string round = ScoredRound();
  const rpc::Outgoing secretary = server_.As(kSecretary, 2001);
  EXPECT_THAT(scores_.GetScore(secretary, ScoreRequest(round, 2001)),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::ListRoundsRequest list;
  list.set_organization("organizations/2001");
  ASSERT_OK_AND_ASSIGN(v1::ListRoundsResponse rounds, rounds_.ListRounds(secretary, list));
  EXPECT_EQ(rounds.rounds_size(), 0);
  ASSERT_OK(Publish(round));
  ASSERT_OK_AND_ASSIGN(rounds, rounds_.ListRounds(secretary, list));
  ASSERT_EQ(rounds.rounds_size(), 1);
  EXPECT_EQ(rounds.rounds(0).name(), round);

  EXPECT_OK(scores_.GetScore(secretary, ScoreRequest(round, 2001)));
  EXPECT_THAT(scores_.GetScore(secretary, ScoreRequest(round, 2002)),
              StatusIs(absl::StatusCode::kPermissionDenied));
  v1::ListScoresRequest scores;
  scores.set_parent(round);
  EXPECT_THAT(scores_.ListScores(secretary, scores), StatusIs(absl::StatusCode::kPermissionDenied));
  scores.set_organization("organizations/2001");
  ASSERT_OK_AND_ASSIGN(const v1::ListScoresResponse own, scores_.ListScores(secretary, scores));
  EXPECT_EQ(own.scores_size(), 1);

  // The records open with the caller's own rights at the service that owns them.
  v1::ListScoreEvidenceRequest open;
  open.set_name(absl::StrCat(round, "/scores/2001"));
  open.set_item("D1");
  EXPECT_OK(scores_.ListScoreEvidence(secretary, open));
  EXPECT_THAT(scores_.ListScoreEvidence(server_.As("department_client", 2001), open),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace ronghe::evaluation
