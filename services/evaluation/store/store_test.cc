#include <fstream>
#include <sstream>

#include "common/crypto/bytes.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/schema_file.h"
#include "services/evaluation/store/round_store.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/store/scheme_store.h"
#include "services/evaluation/store/score_store.h"
#include "services/evaluation/testing/test_scheme.h"

namespace ronghe::evaluation {
namespace {

using ::ronghe::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

// The database keeps microseconds.
absl::Time At(int64_t second) { return absl::FromUnixSeconds(1'790'000'000 + second); }

class StoreTest : public ::testing::Test {
 protected:
  StoreTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/evaluation/migrations"})),
        database_(*sql::Database::Open(schema_.options())) {}

  template <class F>
  auto Transact(F fn) {
    return database_->Transact(Soon(), fn);
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
};

std::string StandardScheme() {
  std::ifstream file("services/evaluation/domain/schemes/x1_2026.textproto");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(SchemeCodec, StandardSchemeX1IsUsable) {
  ASSERT_OK_AND_ASSIGN(const v1::SchemeRules rules, ParseText(StandardScheme()));
  ASSERT_OK_AND_ASSIGN(const Scheme scheme, FromProto(rules));
  for (const error::FieldViolation& problem : Validate(scheme)) {
    ADD_FAILURE() << problem.field << ": " << problem.description_zh;
  }
  EXPECT_EQ(scheme.code, "X1");
  EXPECT_GE(SystemShare(scheme), 6000);
  int64_t system = 0;
  int64_t base = 0;
  for (const IndicatorRule& rule : scheme.indicators) {
    if (rule.source == IndicatorSource::kSystem) ++system;
    if (rule.part == "BASE") base += rule.points;
  }
  EXPECT_GE(system, 10);
  EXPECT_EQ(base, kFullPart);
  EXPECT_EQ(scheme.parts[0].weight, 7000);
  EXPECT_EQ(scheme.parts[1].weight, 3000);
  EXPECT_EQ(scheme.bands[0].from, 90000);
  EXPECT_EQ(scheme.caps[0].share, 3000);
  for (const VetoRule& veto : scheme.vetoes) EXPECT_EQ(veto.max_stars, 1);
}

TEST(SchemeCodec, MessagesReadBackAsWritten) {
  const v1::SchemeRules rules = ToProto(TestScheme());
  ASSERT_OK_AND_ASSIGN(const Scheme scheme, FromProto(rules));
  EXPECT_THAT(ToProto(scheme), testing::EqualsProto(rules));
  ASSERT_OK_AND_ASSIGN(const Scheme stored, FromBytes(DeterministicBytes(rules), 1));
  EXPECT_THAT(ToProto(stored), testing::EqualsProto(rules));
}

TEST(SchemeCodec, RefusesDaysThatDoNotExist) {
  v1::SchemeRules rules = ToProto(TestScheme());
  rules.mutable_effective_date()->set_month(6);
  rules.mutable_effective_date()->set_day(31);
  EXPECT_THAT(FromProto(rules), HasReason("FIELD_INVALID"));
  rules.clear_effective_date();
  EXPECT_THAT(FromProto(rules), HasReason("FIELD_INVALID"));
}

TEST(SchemeCodec, TextErrorsNameTheirPlace) {
  const absl::Status status = ParseText("code: \"X\"\n  nonsense: 1\n").status();
  EXPECT_THAT(status, HasReason("SCHEME_TEXT_INVALID"));
  EXPECT_EQ(error::MetadataValue(status, "line"), "2");
  EXPECT_THAT(FromBytes("\xff", 1), HasReason("STORED_UNREADABLE"));
}

TEST_F(StoreTest, StatementsFitTheSchema) {
  for (const char* prefix : {"scheme.", "evaluation_round.", "round_"}) {
    EXPECT_THAT(testing::PrepareAllStatements(*database_, prefix), IsEmpty());
  }
  EXPECT_THAT(testing::LintMigrations({"services/evaluation/migrations"}), IsEmpty());
}

TEST_F(StoreTest, TheSchemaIsWrittenDown) {
  EXPECT_TRUE(testing::SchemaIsWrittenDown(schema_, "services/evaluation/migrations"));
}

TEST_F(StoreTest, SchemesKeepTheirVersions) {
  const auto insert = [&](int64_t id, std::string code, int32_t version) {
    SchemeRow row;
    row.id = id;
    row.organization_id = 1;
    row.code = std::move(code);
    row.version = version;
    row.title = "方案";
    row.rules = sql::Bytes(DeterministicBytes(ToProto(TestScheme())));
    row.rules_digest = sql::Bytes(crypto::Sha256(row.rules));
    row.system_share = 7000;
    row.etag = 1;
    row.created_at = At(id);
    return Transact([&](sql::Session& session) { return scheme_store::Insert(session, row); });
  };
  ASSERT_OK(insert(1, "X1", 1));
  ASSERT_OK(insert(2, "X1", 2));
  ASSERT_OK(insert(3, "X2", 1));
  EXPECT_THAT(insert(4, "X2", 1), testing::StatusIs(absl::StatusCode::kAlreadyExists));

  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_THAT(scheme_store::LastVersion(session, "X1"), testing::IsOkAndHolds(2));
    EXPECT_THAT(scheme_store::LastVersion(session, "X9"), testing::IsOkAndHolds(0));
    const auto all = scheme_store::List(session, "", INT64_MAX, 2);
    EXPECT_EQ(all->size(), 2u);
    EXPECT_EQ((*all)[0].id, 3);
    const auto rest = scheme_store::List(session, "", 2, 10);
    EXPECT_EQ(rest->size(), 1u);
    EXPECT_EQ(scheme_store::List(session, "X1", INT64_MAX, 10)->size(), 2u);
    EXPECT_OK(scheme_store::Publish(session, 1, 2, At(9)));
    return absl::OkStatus();
  }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    const auto row = *scheme_store::Get(session, 1);
    EXPECT_EQ(row->state, SchemeState::kPublished);
    EXPECT_EQ(row->published_at, At(9));
    EXPECT_EQ(row->etag, 2);
    EXPECT_FALSE((*scheme_store::Get(session, 99)).has_value());
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, RoundsReadBackAsWritten) {
  RoundRow row;
  row.id = 10;
  row.scheme_id = 1;
  row.organization_id = 7;
  row.title = "三季度";
  row.start_date = absl::CivilDay(2026, 7, 1);
  row.end_date = absl::CivilDay(2026, 10, 1);
  row.etag = 1;
  row.created_at = At(0);
  ASSERT_OK(Transact([&](sql::Session& session) { return round_store::Insert(session, row); }));
  row.state = RoundState::kFrozen;
  row.listed = true;
  row.organizations = 5;
  row.scored = 2;
  row.facts_digest = sql::Bytes(crypto::Sha256("facts"));
  row.failure = "原因";
  row.etag = 4;
  row.started_at = At(1);
  row.frozen_at = At(2);
  ASSERT_OK(Transact([&](sql::Session& session) { return round_store::Update(session, row); }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    const auto back = *round_store::GetForUpdate(session, 10);
    EXPECT_EQ(back->state, RoundState::kFrozen);
    EXPECT_TRUE(back->listed);
    EXPECT_EQ(back->facts_digest, row.facts_digest);
    EXPECT_EQ(back->results_digest, "");
    EXPECT_EQ(back->failure, "原因");
    EXPECT_EQ(back->start_date, row.start_date);
    EXPECT_EQ(back->started_at, At(1));
    EXPECT_EQ(back->scored_at, std::nullopt);
    const std::vector<int64_t> organizations = {7, 8};
    EXPECT_EQ(round_store::List(session, organizations, INT64_MAX, 10)->size(), 1u);
    EXPECT_EQ(round_store::ListUnfinished(session, 10)->size(), 1u);
    EXPECT_THAT(round_store::CountInState(session, RoundState::kFrozen), testing::IsOkAndHolds(1));
    EXPECT_THAT(round_store::CountInState(session, RoundState::kDraft), testing::IsOkAndHolds(0));
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, FactsAndMarksReplaceThemselvesAndPageByKey) {
  std::vector<RoundFactRow> facts;
  for (int64_t organization = 1; organization <= 3; ++organization) {
    for (const char* indicator : {"meeting.a", "training.b"}) {
      facts.push_back({1, organization, indicator, organization, 10, "e"});
    }
  }
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_OK(round_store::PutFacts(session, facts));
    facts[0].numerator = 9;
    EXPECT_OK(round_store::PutFacts(session, facts));
    EXPECT_OK(round_store::PutMark(session, {1, 2, "P1", 90000, "测评", "accounts/1", At(0)}));
    EXPECT_OK(round_store::PutMark(session, {1, 2, "P1", 91000, "复核", "accounts/2", At(1)}));
    return absl::OkStatus();
  }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    std::vector<std::string> seen;
    RoundFactRow after;
    while (true) {
      const auto page =
          round_store::FactsAfter(session, 1, after.organization_id, after.indicator, 4);
      for (const RoundFactRow& row : *page) {
        seen.push_back(absl::StrCat(row.organization_id, row.indicator, row.numerator));
      }
      if (page->size() < 4) break;
      after = page->back();
    }
    EXPECT_THAT(seen, ElementsAre("1meeting.a9", "1training.b1", "2meeting.a2", "2training.b2",
                                  "3meeting.a3", "3training.b3"));
    const std::vector<int64_t> some = {1, 3};
    EXPECT_EQ(round_store::FactsOf(session, 1, some)->size(), 4u);
    const auto marks = round_store::MarksAfter(session, 1, 0, "", 10);
    EXPECT_EQ(marks->size(), 1u);
    EXPECT_EQ((*marks)[0].points, 91000);
    EXPECT_EQ(round_store::MarksAfter(session, 1, 2, "P1", 10)->size(), 0u);
    const std::vector<int64_t> two = {2};
    EXPECT_EQ(round_store::MarksOf(session, 1, two)->size(), 1u);
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, ScoresListBySubtreeAndBand) {
  std::vector<ScoreRow> rows;
  for (int64_t position = 0; position < 10; ++position) {
    rows.push_back({1, position, 100 + position, static_cast<int32_t>(position % 3),
                    sql::Bytes(absl::StrCat("s", position)), sql::Bytes("record")});
  }
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_OK(score_store::Put(session, rows));
    EXPECT_OK(score_store::Put(session, rows));
    return absl::OkStatus();
  }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    const auto page = score_store::List(session, 1, 2, 8, 3);
    EXPECT_EQ(page->size(), 3u);
    EXPECT_EQ((*page)[0].score, "s3");
    const auto band = score_store::ListOfStars(session, 1, 0, -1, 8, 10);
    EXPECT_EQ(band->size(), 3u);                                      // 0, 3, 6
    const auto counts = score_store::CountByStars(session, 1, 2, 8);  // 2 0 1 2 0 1
    EXPECT_EQ(counts->size(), 3u);
    EXPECT_EQ((*counts)[0].stars, 2);
    EXPECT_EQ((*counts)[0].organizations, 2);
    EXPECT_EQ((*score_store::Get(session, 1, 105))->position, 5);
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace ronghe::evaluation
