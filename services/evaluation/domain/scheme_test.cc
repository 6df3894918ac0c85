#include "services/evaluation/domain/scheme.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/evaluation/testing/test_scheme.h"

namespace ronghe::evaluation {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

TEST(Scheme, TheTestSchemeIsValid) { EXPECT_THAT(Validate(TestScheme()), IsEmpty()); }

TEST(Scheme, ReportsEveryProblemWithItsField) {
  struct Case {
    const char* field;
    void (*spoil)(Scheme*);
  };
  const Case cases[] = {
      {"code", [](Scheme* s) { s->code.clear(); }},
      {"title", [](Scheme* s) { s->title.clear(); }},
      {"source", [](Scheme* s) { s->source.clear(); }},
      {"peer_classes", [](Scheme* s) { s->peer_classes.clear(); }},
      {"peer_classes[1].code",
       [](Scheme* s) { s->peer_classes[1].code = s->peer_classes[0].code; }},
      {"peer_classes[1].organization_kinds",
       [](Scheme* s) { s->peer_classes[1].organization_kinds = {"631"}; }},
      {"peer_classes[0].organization_kinds",
       [](Scheme* s) { s->peer_classes[0].organization_kinds.clear(); }},
      {"parts", [](Scheme* s) { s->parts[0].weight = 6999; }},
      {"parts[0].when_absent",
       [](Scheme* s) { s->parts[0].when_absent = PartAbsence::kUnspecified; }},
      {"parts[2]",
       [](Scheme* s) {
         s->parts.push_back({"EMPTY", "空", 1, PartAbsence::kZero});
       }},
      {"indicators[0].code", [](Scheme* s) { s->indicators[0].code.clear(); }},
      {"indicators[1].code", [](Scheme* s) { s->indicators[1].code = s->indicators[0].code; }},
      {"vetoes[0].code", [](Scheme* s) { s->vetoes[0].code = s->indicators[0].code; }},
      {"indicators[0].part", [](Scheme* s) { s->indicators[0].part = "X"; }},
      {"indicators[0].category", [](Scheme* s) { s->indicators[0].category = "X"; }},
      {"indicators[0].points_milli", [](Scheme* s) { s->indicators[0].points = 0; }},
      {"indicators[0].full_at", [](Scheme* s) { s->indicators[0].full_at = 10001; }},
      {"indicators[0].zero_below",
       [](Scheme* s) {
         s->indicators[0].zero_below = 10000;
         s->indicators[0].full_at = 9999;
       }},
      {"indicators[0].source",
       [](Scheme* s) { s->indicators[0].source = IndicatorSource::kUnspecified; }},
      {"indicators[0].fact", [](Scheme* s) { s->indicators[0].fact.reset(); }},
      {"indicators[0].fact.source", [](Scheme* s) { s->indicators[0].fact->source = "meeting"; }},
      {"indicators[0].fact.indicator",
       [](Scheme* s) { s->indicators[0].fact->indicator = "training.x"; }},
      {"indicators[2].fact",
       [](Scheme* s) {
         s->indicators[2].fact = {"services/meeting", "meeting.x"};
       }},
      {"indicators[0].when_missing",
       [](Scheme* s) { s->indicators[0].when_missing = Absence::kUnspecified; }},
      {"indicators[0].when_nothing_due",
       [](Scheme* s) { s->indicators[0].when_nothing_due = Absence::kUnspecified; }},
      {"deductions[0].part", [](Scheme* s) { s->deductions[0].part = "X"; }},
      {"deductions[0].max_milli", [](Scheme* s) { s->deductions[0].max = 0; }},
      {"deductions[0].points_each_milli", [](Scheme* s) { s->deductions[0].points_each = 0; }},
      {"bonuses[0].part", [](Scheme* s) { s->bonuses[0].part = "X"; }},
      {"bonuses[0].max_milli", [](Scheme* s) { s->bonuses[0].max = 0; }},
      {"max_bonus_milli", [](Scheme* s) { s->max_bonus = -1; }},
      {"bands", [](Scheme* s) { s->bands.back().from = 1; }},
      {"bands[1].stars", [](Scheme* s) { s->bands[1].stars = 5; }},
      {"bands[1].from_milli", [](Scheme* s) { s->bands[1].from = 90000; }},
      {"caps[0].stars", [](Scheme* s) { s->caps[0].stars = 7; }},
      {"caps[0].stars", [](Scheme* s) { s->caps[0].stars = 1; }},
      {"caps[0].share", [](Scheme* s) { s->caps[0].share = 10001; }},
      {"vetoes[0].max_stars", [](Scheme* s) { s->vetoes[0].max_stars = 9; }},
      {"indicators", [](Scheme* s) { s->min_system_share = 7001; }},
  };
  for (const Case& c : cases) {
    Scheme scheme = TestScheme();
    c.spoil(&scheme);
    EXPECT_THAT(Validate(scheme), Contains(Field(&error::FieldViolation::field, c.field)))
        << c.field;
  }
}

TEST(Scheme, SystemShareIsWeightedByParts) {
  Scheme scheme = TestScheme();
  EXPECT_EQ(SystemShare(scheme), 7000);
  scheme.indicators[1].source = IndicatorSource::kOnSite;  // 40 of the 100 points of 70 %
  EXPECT_EQ(SystemShare(scheme), 4200);
  scheme.indicators[1].source = IndicatorSource::kSystem;
  scheme.indicators[2].source = IndicatorSource::kSystem;
  EXPECT_EQ(SystemShare(scheme), 10000);
}

TEST(Scheme, SharesThatMakeAWholeAreNotLostToRounding) {
  Scheme scheme = TestScheme();
  scheme.indicators.clear();
  for (const char* part : {"BASE", "APPRAISAL"}) {
    for (int i = 0; i < 3; ++i) {
      IndicatorRule rule;
      rule.part = part;
      rule.points = 1;
      rule.source = i == 2 ? IndicatorSource::kOnSite : IndicatorSource::kSystem;
      scheme.indicators.push_back(rule);
    }
  }
  scheme.parts[0].weight = 4500;
  scheme.parts[1].weight = 4500;  // 2/3 of 9000
  EXPECT_EQ(SystemShare(scheme), 6000);
}

TEST(Scheme, KnowsWhoIsComparedWithWhom) {
  const Scheme scheme = TestScheme();
  ASSERT_NE(PeerClassOf(scheme, "631"), nullptr);
  EXPECT_EQ(PeerClassOf(scheme, "631")->code, "BRANCH");
  EXPECT_EQ(PeerClassOf(scheme, "632")->code, "JOINT");
  EXPECT_EQ(PeerClassOf(scheme, "611"), nullptr);
}

TEST(Scheme, ListsEachFigureOnce) {
  EXPECT_THAT(FactsOf(TestScheme()), ElementsAre(FactReference{"services/meeting", "meeting.a"},
                                                 FactReference{"services/training", "training.b"}));
}

TEST(Scheme, OnlyWhatPeopleJudgeCanBeMarked) {
  const Scheme scheme = TestScheme();
  EXPECT_FALSE(FindMarkItem(scheme, "I1").has_value());  // SYSTEM
  EXPECT_FALSE(FindMarkItem(scheme, "D1").has_value());  // counted from facts
  EXPECT_FALSE(FindMarkItem(scheme, "?").has_value());
  EXPECT_EQ(FindMarkItem(scheme, "P1")->max_points, 100000);
  EXPECT_EQ(FindMarkItem(scheme, "D2")->max_points, 5000);
  EXPECT_EQ(FindMarkItem(scheme, "B1")->max_points, 3000);
  EXPECT_EQ(FindMarkItem(scheme, "V1")->max_points, 0);
  EXPECT_EQ(FindMarkItem(scheme, "V1")->kind, MarkItem::Kind::kVeto);
}

}  // namespace
}  // namespace ronghe::evaluation
