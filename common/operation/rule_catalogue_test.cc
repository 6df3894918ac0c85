#include "common/operation/rule_catalogue.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/strings.h"
#include "common/operation/rule_flattener.h"
#include "common/operation/rules_testing.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ronghe::operation {
namespace {

using ::testing::ElementsAre;

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// "key|rule id|title|value unit|source" of every figure.
std::vector<std::string> Lines(const RuleSet& set) {
  std::vector<std::string> lines;
  for (const Rule& rule : set.rules) {
    lines.push_back(absl::StrJoin(
        {rule.key, rule.rule_id, rule.title, base::Cat(rule.value, rule.unit), rule.source}, "|"));
  }
  return lines;
}

TEST(Flatten, ABookOfKeys) {
  const RuleSet set = Flatten(Parse<testing::Book>(R"(
    name: "admission/2014-05-28" title: "发展党员工作细则" source: "《细则》" approved_by: "中办"
    effective_from { year: 2014 month: 5 day: 28 }
    rules { id: "A-01" key: "admit.min_age" article: "第五条" number: 18 }
    rules { id: "A-02" key: "admit.place" article: "第六条" }
    rules { id: "A-07" key: "activist.kinds" codes: [611, 612] }
    rules { id: "X-01" key: "term.months" number: 60 codes: [631] }
    rules { id: "A-17" key: "vote.quorum" ratio { numerator: 1 denominator: 2 more_than: true } }
    rules { id: "A-18" key: "vote.pass" ratio { numerator: 2 denominator: 3 } })"));
  EXPECT_EQ(set.Id(), "admission@2014-05-28");
  EXPECT_EQ(set.title, "发展党员工作细则");
  EXPECT_EQ(set.source, "《细则》");
  EXPECT_EQ(set.approver, "中办");
  EXPECT_EQ(set.effective_from, absl::CivilDay(2014, 5, 28));
  EXPECT_EQ(set.effective_to, std::nullopt);
  EXPECT_THAT(
      Lines(set),
      ElementsAre("admit.min_age|A-01||18岁|《细则》第五条", "admit.place|A-02|||《细则》第六条",
                  "activist.kinds|A-07||611、612|《细则》", "term.months|X-01||60个月|《细则》",
                  "term.months.codes|X-01||631|《细则》", "vote.quorum|A-17||超过 1/2|《细则》",
                  "vote.pass|A-18||不少于 2/3|《细则》"));
}

TEST(Flatten, ASetOfFields) {
  const RuleSet set = Flatten(Parse<testing::Set>(R"text(
    id: "branch-work" version: "2018" effective_from: "2018-10-28" effective_to: "2030-01-01"
    late_entry_days: 7 late_entry_source: "(地方参数)" pro_rata_source: "折算办法"
    votes {
      id: "Q-GEN" source: "《条例》" secret: true kinds: ["GENERAL", "ORG_LIFE"]
      pass { numerator: 1 denominator: 2 comparison: COMPARISON_AT_LEAST }
    }
    forms { code: "01" title: "集中轮训" }
    min_length { value: 10 rule_id: "S-1" source: "GB/T" }
    brackets { up_to_fen: 300000 rate_bp: 50 }
    brackets { rate_bp: 100 }
    rounding: ROUNDING_HALF_UP)text"));
  EXPECT_EQ(set.Id(), "branch-work@2018");
  EXPECT_EQ(set.effective_from, absl::CivilDay(2018, 10, 28));
  EXPECT_EQ(set.effective_to, absl::CivilDay(2030, 1, 1));
  EXPECT_THAT(Lines(set),
              ElementsAre("late_entry_days|||7天|(地方参数)", "pro_rata||||折算办法",
                          "votes[Q-GEN].pass|Q-GEN||不少于 1/2|《条例》",
                          "votes[Q-GEN].secret|Q-GEN||是|《条例》",
                          "votes[Q-GEN].kinds|Q-GEN||GENERAL、ORG_LIFE|《条例》",
                          "forms[01]||集中轮训||", "min_length|S-1||10|GB/T",
                          "brackets[1].up_to_fen|||300000分|", "brackets[1].rate_bp|||50‱|",
                          "brackets[2].rate_bp|||100‱|", "rounding|||HALF_UP|"));
}

RuleSet Version(const std::string& name, int year) {
  return {.name = name,
          .version = std::to_string(year),
          .title = {},
          .source = {},
          .approver = {},
          .effective_from = absl::CivilDay(year),
          .effective_to = {},
          .rules = {}};
}

TEST(RuleCatalogue, AVersionEndsWhereTheNextBegins) {
  RuleCatalogue catalogue;
  for (const int year : {2020, 2030, 2010, 2025}) catalogue.Add(Version("b", year));
  catalogue.Add(Version("a", 2015));
  RuleSet ended = Version("c", 2001);
  ended.effective_to = absl::CivilDay(2002, 6, 1);
  catalogue.Add(ended);
  catalogue.Add(Version("c", 2010));
  std::vector<std::string> spans;
  for (const RuleSet& set : catalogue.all()) {
    spans.push_back(base::Cat(
        set.Id(), " ", set.effective_to ? absl::FormatCivilTime(*set.effective_to) : "in force"));
  }
  EXPECT_THAT(spans, ElementsAre("a@2015 in force", "b@2010 2020-01-01", "b@2020 2025-01-01",
                                 "b@2025 2030-01-01", "b@2030 in force", "c@2001 2002-06-01",
                                 "c@2010 in force"));
  ASSERT_NE(catalogue.Find("b@2025"), nullptr);
  EXPECT_EQ(catalogue.Find("b@2025")->version, "2025");
  EXPECT_EQ(catalogue.Find("b@2026"), nullptr);
  EXPECT_EQ(catalogue.Find("b"), nullptr);
}

TEST(RuleCatalogue, WhatAMessageDoesNotSayCanBeSaid) {
  RuleCatalogue catalogue;
  testing::Set set;
  set.set_version("2026-2");
  catalogue.Add(set, "login_policy", "登录策略");
  EXPECT_EQ(catalogue.all().front().Id(), "login_policy@2026-2");
  EXPECT_EQ(catalogue.all().front().title, "登录策略");
}

}  // namespace
}  // namespace ronghe::operation
