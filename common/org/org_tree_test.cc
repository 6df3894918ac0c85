#include "common/org/org_tree.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::org {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OrgNode Org(int64_t id, int64_t parent, int32_t sort = 0, std::string kind = "631") {
  return {.id = id,
          .parent = parent,
          .kind = std::move(kind),
          .name = "组织" + std::to_string(id),
          .code = std::to_string(1000 + id),
          .sort = sort};
}

bool All(const OrgBrief&) { return true; }

std::vector<int64_t> Ids(const std::vector<OrgNode>& nodes) {
  std::vector<int64_t> ids;
  for (const OrgNode& node : nodes) ids.push_back(node.id);
  return ids;
}

// 1 ── 2 ── 4, 5
//   └─ 3 ── 6
void Fill(OrgTree* tree) {
  ASSERT_TRUE(tree->Upsert(Org(1, 0, 0, "611")).ok());
  ASSERT_TRUE(tree->Upsert(Org(3, 1, 2, "611")).ok());
  ASSERT_TRUE(tree->Upsert(Org(2, 1, 1, "611")).ok());
  ASSERT_TRUE(tree->Upsert(Org(5, 2, 2)).ok());
  ASSERT_TRUE(tree->Upsert(Org(4, 2, 1)).ok());
  ASSERT_TRUE(tree->Upsert(Org(6, 3, 1)).ok());
}

TEST(OrgTree, KnowsWhoIsAboveAndBelow) {
  OrgTree tree;
  Fill(&tree);
  EXPECT_EQ(tree.size(), 6u);
  EXPECT_TRUE(tree.Within(4, 1));
  EXPECT_TRUE(tree.Within(4, 4));
  EXPECT_FALSE(tree.Within(4, 3));
  EXPECT_FALSE(tree.Within(1, 4));
  EXPECT_FALSE(tree.Within(99, 1));
  EXPECT_FALSE(tree.Within(1, 99));
  EXPECT_FALSE(tree.Within(99, 99));
  EXPECT_THAT(tree.Ancestors(4), ElementsAre(2, 1));
  EXPECT_THAT(tree.Ancestors(99), IsEmpty());
  EXPECT_THAT(Ids(tree.Children(1)), ElementsAre(2, 3));
  EXPECT_THAT(tree.Roots(), ElementsAre(1));
  EXPECT_EQ(tree.Name(4), "组织4");
  EXPECT_EQ(tree.Name(99), "");
}

TEST(OrgTree, GivesBackWhatWasPut) {
  OrgTree tree;
  OrgNode node = Org(7, 0, -3, "932");
  node.founded_on = absl::CivilDay(1949, 10, 1);
  node.revoked_on = absl::CivilDay(2026, 11, 23);
  ASSERT_TRUE(tree.Upsert(node).ok());
  EXPECT_EQ(tree.Node(7), node);
  EXPECT_EQ(tree.Node(8), std::nullopt);
  node.name = "另名";
  node.revoked_on.reset();
  ASSERT_TRUE(tree.Upsert(node).ok());
  EXPECT_EQ(tree.Node(7), node);
  EXPECT_EQ(tree.size(), 1u);
}

TEST(OrgTree, WalksInPreOrderAndGoesOnFromAnyPlace) {
  OrgTree tree;
  Fill(&tree);
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, 0, 100, All)), ElementsAre(1, 2, 4, 5, 3, 6));
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, 0, 2, All)), ElementsAre(1, 2));
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, 1, 2, All)), ElementsAre(2, 4));
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, 4, 2, All)), ElementsAre(5, 3));
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, 6, 2, All)), IsEmpty());
  EXPECT_THAT(Ids(tree.SubtreeWalk(2, 0, 100, All)), ElementsAre(2, 4, 5));
  EXPECT_THAT(Ids(tree.SubtreeWalk(2, 6, 100, All)), IsEmpty());
  EXPECT_THAT(Ids(tree.SubtreeWalk(99, 0, 100, All)), IsEmpty());
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, 0, 100, [](const OrgBrief& o) { return o.depth == 2; })),
              ElementsAre(4, 5, 6));
}

TEST(OrgTree, GoesOnAfterAPathThatIsGone) {
  OrgTree tree;
  Fill(&tree);
  const std::optional<OrgPath> path = tree.Path(1, 4);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(FormatPath(*path), "1.2/1.4");
  ASSERT_TRUE(tree.Upsert(Org(4, 3, 9)).ok());
  EXPECT_THAT(tree.SubtreeIds(1, path, 100, All), ElementsAre(5, 3, 6, 4));
  EXPECT_THAT(Ids(tree.SubtreeWalk(1, path, 1, All)), ElementsAre(5));
  EXPECT_EQ(tree.Path(2, 4), std::nullopt);
  EXPECT_EQ(tree.Path(2, 2), OrgPath());
}

TEST(OrgTree, PathsReadBackAsWritten) {
  for (const OrgPath& path :
       {OrgPath{}, OrgPath{{-3, 7}}, OrgPath{{1, 2}, {2147483647, 1LL << 62}}}) {
    OrgPath back;
    ASSERT_TRUE(ParsePath(FormatPath(path), &back).ok());
    EXPECT_EQ(back, path);
  }
  OrgPath path;
  for (const char* bad : {"", "1", "1.", ".1", "1.2/", "a.b", "1.2/3", "99999999999.1"}) {
    EXPECT_FALSE(ParsePath(bad, &path).ok()) << bad;
  }
}

TEST(OrgTree, RefusesCycles) {
  OrgTree tree;
  Fill(&tree);
  EXPECT_EQ(tree.Upsert(Org(1, 4)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(tree.Upsert(Org(2, 2)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(tree.Upsert(Org(9, 9)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(tree.Upsert(Org(0, 1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(tree.Ancestors(4), ElementsAre(2, 1));
}

TEST(OrgTree, ChildMayComeBeforeItsParent) {
  OrgTree tree;
  ASSERT_TRUE(tree.Upsert(Org(4, 2)).ok());
  tree.AddCount(4, 5, 1);
  EXPECT_FALSE(tree.Contains(2));
  EXPECT_FALSE(tree.Within(4, 2));
  ASSERT_TRUE(tree.Upsert(Org(2, 1, 0, "611")).ok());
  ASSERT_TRUE(tree.Upsert(Org(1, 0, 0, "611")).ok());
  EXPECT_TRUE(tree.Within(4, 1));
  EXPECT_EQ(tree.Count(1), (OrgCounts{5, 1, 3, 1}));
  EXPECT_THAT(tree.Roots(), ElementsAre(1));
}

TEST(OrgTree, CountsFollowMovesRevocationsAndKinds) {
  OrgTree tree;
  Fill(&tree);
  tree.AddCount(4, 10, 2);
  tree.AddCount(6, 3, 1);
  EXPECT_EQ(tree.Count(1), (OrgCounts{13, 3, 6, 3}));
  EXPECT_EQ(tree.Count(2), (OrgCounts{10, 2, 3, 2}));
  ASSERT_TRUE(tree.Upsert(Org(2, 3, 1, "611")).ok());
  EXPECT_EQ(tree.Count(3), (OrgCounts{13, 3, 5, 3}));
  EXPECT_EQ(tree.Count(1), (OrgCounts{13, 3, 6, 3}));
  OrgNode revoked = Org(5, 2, 2);
  revoked.revoked_on = absl::CivilDay(2026, 1, 1);
  ASSERT_TRUE(tree.Upsert(revoked).ok());
  EXPECT_EQ(tree.Count(1), (OrgCounts{13, 3, 5, 2}));
  ASSERT_TRUE(tree.Upsert(Org(6, 3, 1, "931")).ok());
  EXPECT_EQ(tree.Count(1), (OrgCounts{13, 3, 5, 1}));
  tree.SetCount(4, 1, 0);
  EXPECT_EQ(tree.Count(1), (OrgCounts{4, 1, 5, 1}));
  EXPECT_EQ(tree.OwnCount(4), (OrgCounts{1, 0, 1, 1}));
  EXPECT_EQ(tree.OwnCount(2), (OrgCounts{0, 0, 1, 0}));
}

// The same questions answered from a map of nodes by searching.
class NaiveTree {
 public:
  bool Put(const OrgNode& node) {
    for (int64_t up = node.parent; up != 0; up = Parent(up)) {
      if (up == node.id) return false;
    }
    nodes_[node.id] = node;
    return true;
  }
  void Add(int64_t id, int64_t full, int64_t probationary) {
    counts_[id].first += full;
    counts_[id].second += probationary;
  }
  int64_t Parent(int64_t id) const {
    const auto it = nodes_.find(id);
    return it == nodes_.end() ? 0 : it->second.parent;
  }
  bool Within(int64_t id, int64_t ancestor) const {
    if (!nodes_.count(id) || !nodes_.count(ancestor)) return false;
    while (id != 0 && id != ancestor) id = Parent(id);
    return id == ancestor;
  }
  void Walk(int64_t id, std::vector<int64_t>* out) const {
    out->push_back(id);
    std::vector<OrgKey> children;
    for (const auto& [child, node] : nodes_) {
      if (node.parent == id) children.push_back({node.sort, child});
    }
    std::sort(children.begin(), children.end());
    for (const OrgKey& key : children) Walk(key.id, out);
  }
  OrgCounts Count(int64_t id) const {
    std::vector<int64_t> ids;
    Walk(id, &ids);
    OrgCounts sum;
    for (const int64_t at : ids) {
      const auto count = counts_.find(at);
      if (count != counts_.end()) {
        sum.full += count->second.first;
        sum.probationary += count->second.second;
      }
      const auto node = nodes_.find(at);
      if (node == nodes_.end() || node->second.revoked_on.has_value()) continue;
      ++sum.organizations;
      if (node->second.kind == "631" || node->second.kind == "632") ++sum.branches;
    }
    return sum;
  }
  bool Known(int64_t id) const { return nodes_.count(id) > 0; }

 private:
  std::map<int64_t, OrgNode> nodes_;
  std::map<int64_t, std::pair<int64_t, int64_t>> counts_;
};

TEST(OrgTree, AgreesWithANaiveTreeUnderRandomChanges) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int64_t n) {
      return std::uniform_int_distribution<int64_t>(0, n - 1)(random);
    };
    OrgTree tree;
    NaiveTree naive;
    constexpr int64_t kIds = 40;
    const char* const kinds[] = {"611", "621", "631", "632", "931"};
    for (int step = 0; step < 400; ++step) {
      if (pick(3) == 0) {
        const int64_t id = 1 + pick(kIds);
        const int64_t full = pick(9) - 4;
        const int64_t probationary = pick(2);
        tree.AddCount(id, full, probationary);
        naive.Add(id, full, probationary);
      } else {
        OrgNode node =
            Org(1 + pick(kIds), pick(kIds + 1), static_cast<int32_t>(pick(4)), kinds[pick(5)]);
        if (pick(6) == 0) node.revoked_on = absl::CivilDay(2026, 1, 1);
        EXPECT_EQ(tree.Upsert(node).ok(), naive.Put(node)) << "seed " << seed << " step " << step;
      }
    }
    for (int64_t id = 1; id <= kIds; ++id) {
      ASSERT_EQ(tree.Contains(id), naive.Known(id));
      ASSERT_EQ(tree.Count(id), naive.Count(id)) << "seed " << seed << " id " << id;
      for (int64_t above = 1; above <= kIds; ++above) {
        ASSERT_EQ(tree.Within(id, above), naive.Within(id, above)) << "seed " << seed;
      }
      std::vector<int64_t> expected;
      if (naive.Known(id)) naive.Walk(id, &expected);
      ASSERT_EQ(tree.SubtreeIds(id, std::nullopt, 1000, All), expected) << "seed " << seed;
      std::vector<int64_t> paged;
      for (int64_t after = 0;;) {
        const std::vector<OrgNode> page = tree.SubtreeWalk(id, after, 3, All);
        for (const OrgNode& node : page) paged.push_back(node.id);
        if (page.empty()) break;
        after = page.back().id;
      }
      ASSERT_EQ(paged, expected) << "seed " << seed;
      paged.clear();
      for (std::optional<OrgPath> after;;) {
        const std::vector<OrgStop> page = tree.SubtreeStops(id, after, 2, All);
        for (const OrgStop& stop : page) paged.push_back(stop.id);
        if (page.empty()) break;
        after = page.back().path;
      }
      ASSERT_EQ(paged, expected) << "seed " << seed;
    }
  }
}

TEST(OrgTree, ReadersSeeAWholeTreeWhileASubtreeMoves) {
  OrgTree tree;
  Fill(&tree);
  tree.AddCount(4, 7, 0);
  std::atomic<bool> done = false;
  std::atomic<int64_t> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        if (!tree.Within(4, 1)) ++wrong;
        if (tree.Count(1).full != 7) ++wrong;
        if (tree.SubtreeIds(1, std::nullopt, 100, All).size() != 6) ++wrong;
      }
    });
  }
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(tree.Upsert(Org(2, i % 2 == 0 ? 3 : 1, 1, "611")).ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(OrgTree, HoldsAProvinceInAHundredMegabytes) {
  OrgTree tree;
  int64_t id = 0;
  ASSERT_TRUE(tree.Upsert(Org(++id, 0, 0, "611")).ok());
  for (int64_t city = 0; city < 14; ++city) {
    const int64_t city_id = ++id;
    ASSERT_TRUE(tree.Upsert(Org(city_id, 1, 0, "611")).ok());
    for (int64_t county = 0; county < 10; ++county) {
      const int64_t county_id = ++id;
      ASSERT_TRUE(tree.Upsert(Org(county_id, city_id, 0, "611")).ok());
      for (int64_t town = 0; town < 20; ++town) {
        const int64_t town_id = ++id;
        ASSERT_TRUE(tree.Upsert(Org(town_id, county_id, 0, "611")).ok());
        for (int64_t branch = 0; branch < 99; ++branch) {
          OrgNode node = Org(++id, town_id, static_cast<int32_t>(branch));
          node.name = "中共某某县某某镇某某村第" + std::to_string(branch) + "支部委员会";
          ASSERT_TRUE(tree.Upsert(node).ok());
        }
      }
    }
  }
  EXPECT_GE(tree.size(), 280'000u);
  EXPECT_LE(tree.MemoryBytes(), 100'000'000u);
  EXPECT_EQ(tree.Count(1).branches, 14 * 10 * 20 * 99);
}

}  // namespace
}  // namespace ronghe::org
