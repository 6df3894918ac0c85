#include "services/evaluation/domain/scoring.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/evaluation/testing/test_scheme.h"

namespace ronghe::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A scheme whose parts are one marked indicator each, so that the points of a part can be chosen.
Scheme MarkedScheme() {
  Scheme scheme = TestScheme();
  scheme.indicators = {{"BASE1", "基础", "C", "BASE", IndicatorSource::kOnSite, std::nullopt,
                        100000, 10000, 0, Absence::kExclude, Absence::kExclude},
                       {"P1", "评议", "C", "APPRAISAL", IndicatorSource::kBallot, std::nullopt,
                        100000, 10000, 0, Absence::kExclude, Absence::kExclude}};
  return scheme;
}

Figures Marked(int64_t base, int64_t appraisal) {
  Figures figures;
  figures.marks["BASE1"] = {base, "现场"};
  figures.marks["P1"] = {appraisal, "测评"};
  return figures;
}

TEST(Scoring, WeighsThePartsOfSchemeX1) {
  const OrganizationScore score = ScoreOrganization(MarkedScheme(), Marked(90000, 92000));
  EXPECT_TRUE(score.rated);
  EXPECT_EQ(score.total, 90600);  // 90 × 0.7 + 92 × 0.3
  EXPECT_EQ(score.stars_by_total, 5);
}

TEST(Scoring, BandsBeginExactlyWhereTheSchemeSays) {
  const struct {
    int64_t total;
    int32_t stars;
  } table[] = {{105000, 5}, {100000, 5}, {90000, 5}, {89999, 4}, {80000, 4}, {79999, 3},
               {70000, 3},  {69999, 2},  {60000, 2}, {59999, 1}, {0, 1}};
  for (const auto& row : table) {
    EXPECT_EQ(StarsByTotal(TestScheme(), row.total), row.stars) << row.total;
    EXPECT_EQ(ScoreOrganization(MarkedScheme(), Marked(std::min<int64_t>(row.total, 100000),
                                                       std::min<int64_t>(row.total, 100000)))
                  .stars_by_total,
              row.stars)
        << row.total;
  }
}

TEST(Scoring, IndicatorPointsFollowTheShare) {
  IndicatorRule rule;
  rule.points = 10000;
  const struct {
    int32_t full_at, zero_below;
    int64_t numerator, denominator, points;
  } table[] = {
      {10000, 0, 12, 12, 10000},  {10000, 0, 0, 12, 0},      {10000, 0, 6, 12, 5000},
      {10000, 0, 1, 3, 3333},     {10000, 0, 2, 3, 6667},    {10000, 0, 1, 16, 625},
      {10000, 5000, 6, 12, 5000}, {10000, 5000, 5, 12, 0},   {9500, 0, 95, 100, 10000},
      {9500, 0, 94, 100, 9895},   {9500, 0, 96, 100, 10000}, {9500, 6000, 59, 100, 0},
      {10000, 0, 15, 12, 10000},  {10000, 0, -3, 12, 0},     {10000, 0, 1LL << 61, 1LL << 62, 5000},
  };
  for (const auto& row : table) {
    rule.full_at = row.full_at;
    rule.zero_below = row.zero_below;
    EXPECT_EQ(IndicatorPoints(rule, row.numerator, row.denominator), row.points)
        << row.numerator << "/" << row.denominator << " full " << row.full_at;
  }
}

TEST(Scoring, RoundsHalfUpToTheThousandth) {
  IndicatorRule rule;
  rule.points = 1;
  EXPECT_EQ(IndicatorPoints(rule, 1, 2), 1);
  EXPECT_EQ(IndicatorPoints(rule, 49, 100), 0);
  rule.points = 25;
  EXPECT_EQ(IndicatorPoints(rule, 1, 10), 3);  // 2.5
}

TEST(Scoring, AbsentFiguresDoWhatTheSchemeSays) {
  const Scheme scheme = TestScheme();
  Figures figures;
  figures.facts["meeting.a"] = {0, 0, "e"};
  figures.facts["training.b"] = {0, 0, "e"};
  OrganizationScore score = ScoreOrganization(scheme, figures);
  EXPECT_EQ(score.items[0].basis, ItemBasis::kNothingDue);
  EXPECT_FALSE(score.items[0].counted);  // left out
  EXPECT_EQ(score.items[1].basis, ItemBasis::kNothingDue);
  EXPECT_EQ(score.items[1].points, 40000);  // full
  EXPECT_EQ(score.parts[0].available, 40000);
  EXPECT_EQ(score.parts[0].points, 100000);
  EXPECT_EQ(score.total, 100000);

  figures.facts.erase("training.b");
  score = ScoreOrganization(scheme, figures);
  EXPECT_EQ(score.items[1].basis, ItemBasis::kMissing);
  EXPECT_TRUE(score.items[1].counted);
  EXPECT_EQ(score.total, 0);  // zero
  EXPECT_TRUE(score.rated);
  EXPECT_EQ(score.stars_by_total, 1);
}

TEST(Scoring, AnAbsentPartIsReweightedOrZeroByTheScheme) {
  Scheme scheme = MarkedScheme();
  Figures figures;
  figures.marks["BASE1"] = {84000, "现场"};
  OrganizationScore score = ScoreOrganization(scheme, figures);
  EXPECT_EQ(score.total, 84000);
  EXPECT_EQ(score.parts[0].weight, 10000);
  EXPECT_FALSE(score.parts[1].present);
  EXPECT_EQ(score.parts[1].weight, 0);

  scheme.parts[1].when_absent = PartAbsence::kZero;
  score = ScoreOrganization(scheme, figures);
  EXPECT_EQ(score.total, 58800);
  EXPECT_EQ(score.parts[0].weight, 7000);
  EXPECT_EQ(score.parts[1].weight, 3000);
}

TEST(Scoring, WithoutAnyFigureThereIsNoRating) {
  Scheme scheme = MarkedScheme();
  const OrganizationScore score = ScoreOrganization(scheme, Figures());
  EXPECT_FALSE(score.rated);
  EXPECT_EQ(score.total, 0);
  EXPECT_EQ(score.stars_by_total, 0);
  EXPECT_EQ(score.parts[0].weight, 0);
}

TEST(Scoring, DeductionsAndBonusesStopAtTheirLimits) {
  const Scheme scheme = TestScheme();
  Figures figures;
  figures.facts["meeting.a"] = {10, 12, "e"};
  figures.facts["training.b"] = {1, 1, "e"};
  OrganizationScore score = ScoreOrganization(scheme, figures);
  EXPECT_EQ(score.parts[0].earned, 90000);
  EXPECT_EQ(score.parts[0].deducted, 2000);
  EXPECT_EQ(score.parts[0].points, 88000);

  figures.facts["meeting.a"] = {9, 12, "e"};
  EXPECT_EQ(ScoreOrganization(scheme, figures).parts[0].deducted, 2500);  // 3 × 1, at most 2.5

  figures.marks["D2"] = {9000, "通报"};
  figures.marks["B1"] = {3000, "表彰"};
  figures.marks["B2"] = {3000, "典型"};
  score = ScoreOrganization(scheme, figures);
  EXPECT_EQ(score.parts[0].deducted, 7500);
  EXPECT_EQ(score.parts[0].bonus, 5000);  // 6 offered, at most 5
  EXPECT_EQ(score.parts[0].points, 85000 - 7500 + 5000);

  figures.facts["meeting.a"] = {0, 12, "e"};
  figures.facts["training.b"] = {0, 1, "e"};
  figures.marks.erase("B1");
  figures.marks.erase("B2");
  EXPECT_EQ(ScoreOrganization(scheme, figures).parts[0].points, 0);  // never below nothing
}

TEST(Scoring, TheStrictestVetoCounts) {
  Figures figures = Marked(95000, 95000);
  EXPECT_FALSE(ScoreOrganization(MarkedScheme(), figures).veto_max_stars.has_value());
  figures.marks["V2"] = {0, "处分决定"};
  EXPECT_EQ(ScoreOrganization(MarkedScheme(), figures).veto_max_stars, 2);
  figures.marks["V1"] = {0, "核查"};
  const OrganizationScore score = ScoreOrganization(MarkedScheme(), figures);
  EXPECT_EQ(score.veto_max_stars, 1);
  EXPECT_EQ(score.total, 95000);
}

std::vector<Ranked> Totals(const std::vector<int64_t>& totals, const Scheme& scheme) {
  std::vector<Ranked> peers;
  for (const int64_t total : totals) {
    peers.push_back({.rated = true, .total = total, .stars_by_total = StarsByTotal(scheme, total)});
  }
  return peers;
}

std::vector<int32_t> Stars(const std::vector<Ranked>& peers) {
  std::vector<int32_t> stars;
  for (const Ranked& at : peers) stars.push_back(at.stars);
  return stars;
}

TEST(Ranking, CapLetsInTheBest) {
  const Scheme scheme = TestScheme();
  // floor(10 × 30 %) = 3
  std::vector<Ranked> peers =
      Totals({99000, 98000, 97000, 96000, 95000, 85000, 75000, 65000, 55000, 45000}, scheme);
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(5, 5, 5, 4, 4, 4, 3, 2, 1, 1));
  EXPECT_THAT(peers[2].notes, IsEmpty());
  EXPECT_THAT(peers[3].notes, ElementsAre(Note::kCapped));
  EXPECT_EQ(peers[3].rank, 4);
  EXPECT_EQ(peers[3].peers, 10);
}

TEST(Ranking, TiesAtTheCapGoDownTogether) {
  const Scheme scheme = TestScheme();
  std::vector<Ranked> peers =
      Totals({99000, 98000, 97000, 97000, 96000, 85000, 75000, 65000, 55000, 45000}, scheme);
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(5, 5, 4, 4, 4, 4, 3, 2, 1, 1));
  EXPECT_THAT(peers[2].notes, ElementsAre(Note::kTiedAtCap));
  EXPECT_THAT(peers[3].notes, ElementsAre(Note::kTiedAtCap));
  EXPECT_THAT(peers[4].notes, ElementsAre(Note::kCapped));
  EXPECT_EQ(peers[2].rank, 3);
  EXPECT_EQ(peers[3].rank, 3);
  EXPECT_EQ(peers[4].rank, 5);
}

TEST(Ranking, TiesThatAllFitStay) {
  const Scheme scheme = TestScheme();
  std::vector<Ranked> peers =
      Totals({99000, 97000, 97000, 85000, 85000, 85000, 75000, 65000, 55000, 45000}, scheme);
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(5, 5, 5, 4, 4, 4, 3, 2, 1, 1));
}

TEST(Ranking, OneOrganizationGetsNoPlaceUnderAThirtyPercentCap) {
  const Scheme scheme = TestScheme();
  std::vector<Ranked> peers = Totals({90600}, scheme);
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(4));
  peers = Totals({90600, 80000, 80000, 80000}, scheme);  // floor(1.2) = 1
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(5, 4, 4, 4));
}

TEST(Ranking, VetoesTakeNoPlaceUnderTheCap) {
  const Scheme scheme = TestScheme();
  std::vector<Ranked> peers = Totals({99000, 95000, 94000, 50000}, scheme);
  peers[0].veto_max_stars = 1;
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(1, 5, 4, 1));
  EXPECT_THAT(peers[0].notes, ElementsAre(Note::kVetoed));
  EXPECT_EQ(peers[0].rank, 1);
  EXPECT_EQ(peers[0].stars_by_total, 5);
}

TEST(Ranking, AVetoThatChangesNothingLeavesNoNote) {
  const Scheme scheme = TestScheme();
  std::vector<Ranked> peers = Totals({50000}, scheme);
  peers[0].veto_max_stars = 1;
  RankPeers(scheme, peers);
  EXPECT_THAT(peers[0].notes, IsEmpty());
}

TEST(Ranking, CapsCascadeFromTheTop) {
  Scheme scheme = TestScheme();
  scheme.caps = {{5, 1000}, {4, 5000}};  // scheme X3: 10 % and 40 % more
  std::vector<Ranked> peers =
      Totals({99000, 98000, 97000, 96000, 95000, 94000, 93000, 92000, 91000, 90000}, scheme);
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(5, 4, 4, 4, 4, 3, 3, 3, 3, 3));
  EXPECT_THAT(peers[9].notes, ElementsAre(Note::kCapped, Note::kCapped));
}

TEST(Ranking, ThoseNotRatedDoNotCount) {
  const Scheme scheme = TestScheme();
  std::vector<Ranked> peers = Totals({99000, 98000, 97000}, scheme);
  for (int i = 0; i < 7; ++i) peers.push_back({});
  RankPeers(scheme, peers);
  EXPECT_THAT(Stars(peers), ElementsAre(4, 4, 4, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(peers[5].notes, ElementsAre(Note::kNotRated));
  EXPECT_EQ(peers[5].rank, 0);
  EXPECT_EQ(peers[5].peers, 3);
}

// Whatever the totals: the cap holds, the order holds, equal totals get equal stars, and the result
// does not depend on the order in which the organizations come.
TEST(Ranking, HoldsItsPromisesForRandomClasses) {
  const Scheme scheme = TestScheme();
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const size_t n = 1 + random() % 40;
    std::vector<Ranked> peers(n);
    for (Ranked& at : peers) {
      at.rated = random() % 10 != 0;
      if (!at.rated) continue;
      at.total = 70000 + static_cast<int64_t>(random() % 12) * 2500;
      at.stars_by_total = StarsByTotal(scheme, at.total);
      if (random() % 8 == 0) at.veto_max_stars = 1;
    }
    RankPeers(scheme, peers);
    int64_t five = 0;
    int64_t rated = 0;
    for (const Ranked& a : peers) {
      rated += a.rated ? 1 : 0;
      five += a.stars == 5 ? 1 : 0;
      EXPECT_LE(a.stars, a.stars_by_total);
      for (const Ranked& b : peers) {
        if (!a.rated || !b.rated || a.veto_max_stars.has_value() || b.veto_max_stars.has_value()) {
          continue;
        }
        if (a.total >= b.total) {
          EXPECT_GE(a.stars, b.stars) << "seed " << seed;
          EXPECT_LE(a.rank, b.rank) << "seed " << seed;
        }
      }
    }
    EXPECT_LE(five, rated * 3 / 10) << "seed " << seed;

    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<Ranked> shuffled;
    for (const size_t i : order) shuffled.push_back(peers[i]);
    RankPeers(scheme, shuffled);
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(shuffled[i].stars, peers[order[i]].stars) << "seed " << seed;
      EXPECT_EQ(shuffled[i].rank, peers[order[i]].rank) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace ronghe::evaluation
