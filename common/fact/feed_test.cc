#include "common/fact/feed.h"

#include <algorithm>
#include <atomic>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/rpc/convert.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"

namespace ronghe::fact {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;

constexpr absl::CivilDay kStart(2026, 7, 1);
constexpr absl::CivilDay kEnd(2026, 10, 1);

// Two indicators for every branch, and a third for every tenth. Evidence is twelve numbered
// records.
class CountingSource : public Source {
 public:
  std::vector<v1::Indicator> Indicators(absl::CivilDay day) const override {
    std::vector<v1::Indicator> indicators;
    for (const char* name : {"meeting.a", "meeting.b", "meeting.c"}) {
      v1::Indicator& indicator = indicators.emplace_back();
      indicator.set_name(name);
      indicator.set_title("指标");
      indicator.set_rule_id("B-30");
      indicator.set_rule_version(base::FormatDay(day));
    }
    return indicators;
  }

  absl::StatusOr<std::vector<Figure>> Figures(absl::Time, std::span<const int64_t> branches,
                                              const Period& period,
                                              std::span<const std::string> indicators) override {
    largest_ = std::max<size_t>(largest_, branches.size());
    EXPECT_EQ(period, (Period{kStart, kEnd}));
    std::vector<Figure> figures;
    for (const std::string& indicator : indicators) {
      for (const int64_t branch : branches) {
        if (indicator == "meeting.c" && branch % 10 != 0) continue;
        figures.push_back({branch, indicator, branch % 7, 7});
      }
    }
    return figures;
  }

  absl::StatusOr<EvidencePage> Evidence(absl::Time, int64_t organization,
                                        const EvidenceQuery& query, int32_t limit,
                                        std::string_view cursor) override {
    EXPECT_EQ(query, (EvidenceQuery{"meeting.a", {kStart, kEnd}}));
    EvidencePage page;
    int at = cursor.empty() ? 0 : std::stoi(std::string(cursor));
    for (; at < 12 && static_cast<int32_t>(page.records.size()) < limit; ++at) {
      v1::EvidenceRecord& record = page.records.emplace_back();
      record.set_name(absl::StrCat("meetings/", organization, "00", at));
      record.set_counted(at % 2 == 0);
    }
    if (at < 12) page.next = absl::StrCat(at);
    return page;
  }

  size_t largest() const { return largest_; }

 private:
  std::atomic<size_t> largest_ = 0;
};

class FactFeedTest : public ::testing::Test {
 protected:
  FactFeedTest()
      : tokens_("0123456789abcdef0123456789abcdef"),
        handler_("services/meeting", source_, tree_, tokens_, base::Clock::Real()),
        server_({v1::FactFeedServiceTable(handler_)}),
        client_(server_.channel()) {
    Put(1, 0, "611");
    for (int64_t town = 2; town <= 5; ++town) {
      Put(town, 1, "611");
      for (int64_t i = 0; i < 70; ++i) Put(town * 1000 + i, town, i % 9 == 0 ? "632" : "631");
    }
  }

  void Put(int64_t id, int64_t parent, std::string kind) {
    ASSERT_OK(tree_.Upsert({.id = id,
                            .parent = parent,
                            .kind = std::move(kind),
                            .name = "组织",
                            .code = "1",
                            .sort = static_cast<int32_t>(id % 1000)}));
  }

  v1::StreamFactsRequest Request() {
    v1::StreamFactsRequest request;
    request.set_source("services/meeting");
    request.set_organization("organizations/1");
    *request.mutable_start_date() = rpc::ToProto(kStart);
    *request.mutable_end_date() = rpc::ToProto(kEnd);
    return request;
  }

  absl::StatusOr<std::vector<v1::StreamFactsResponse>> Stream(
      const v1::StreamFactsRequest& request) {
    std::vector<v1::StreamFactsResponse> messages;
    absl::Status status = client_.StreamFacts(server_.AsService("evaluation"), request,
                                              [&](const v1::StreamFactsResponse& message) {
                                                messages.push_back(message);
                                                return absl::OkStatus();
                                              });
    if (!status.ok()) return status;
    return messages;
  }

  static std::vector<std::string> Keys(const std::vector<v1::StreamFactsResponse>& messages,
                                       size_t from = 0) {
    std::vector<std::string> keys;
    for (size_t i = from; i < messages.size(); ++i) {
      for (const v1::Fact& fact : messages[i].facts()) {
        keys.push_back(absl::StrCat(fact.organization(), " ", fact.indicator(), " ",
                                    fact.numerator(), "/", fact.denominator()));
      }
    }
    return keys;
  }

  CountingSource source_;
  org::OrgTree tree_;
  rpc::PageTokens tokens_;
  FeedHandler handler_;
  testing::TestServer server_;
  v1::FactFeedServiceClient client_;
};

TEST_F(FactFeedTest, StreamsAllBranchesInTreeOrderInSmallMessages) {
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::StreamFactsResponse> messages, Stream(Request()));
  std::vector<std::string> expected;
  for (const int64_t id : tree_.SubtreeIds(1, std::nullopt, 10000, [](const org::OrgBrief& o) {
         return org::IsBranchKind(o.kind);
       })) {
    for (const char* name : {"meeting.a", "meeting.b", "meeting.c"}) {
      if (std::string_view(name) == "meeting.c" && id % 10 != 0) continue;
      expected.push_back(absl::StrCat("organizations/", id, " ", name, " ", id % 7, "/7"));
    }
  }
  EXPECT_EQ(Keys(messages), expected);
  EXPECT_EQ(expected.size(), 4u * (70 * 2 + 7));
  for (const v1::StreamFactsResponse& message : messages) {
    EXPECT_LE(message.facts_size(), 200);
    EXPECT_FALSE(message.resume_token().empty());
    for (const v1::Fact& fact : message.facts()) {
      EXPECT_EQ(fact.evidence(), absl::StrCat(fact.indicator(), "|2026-07-01|2026-10-01"));
    }
  }
  EXPECT_LE(source_.largest(), 64u);
}

TEST_F(FactFeedTest, GoesOnAfterEveryMessageWithoutLossOrRepetition) {
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::StreamFactsResponse> all, Stream(Request()));
  ASSERT_GE(all.size(), 3u);
  for (size_t i = 0; i < all.size(); ++i) {
    v1::StreamFactsRequest request = Request();
    request.set_resume_token(all[i].resume_token());
    ASSERT_OK_AND_ASSIGN(const std::vector<v1::StreamFactsResponse> rest, Stream(request));
    EXPECT_EQ(Keys(rest), Keys(all, i + 1)) << "after message " << i;
  }
}

TEST_F(FactFeedTest, GivesOnlyTheIndicatorsAskedFor) {
  v1::StreamFactsRequest request = Request();
  request.add_indicators("meeting.c");
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::StreamFactsResponse> messages, Stream(request));
  EXPECT_EQ(Keys(messages).size(), 4u * 7);
  request.set_organization("organizations/3");
  ASSERT_OK_AND_ASSIGN(const std::vector<v1::StreamFactsResponse> town, Stream(request));
  EXPECT_EQ(Keys(town).size(), 7u);
}

TEST_F(FactFeedTest, RefusesWhatItCannotAnswer) {
  const auto refused = [&](void (*spoil)(v1::StreamFactsRequest*)) {
    v1::StreamFactsRequest request = Request();
    spoil(&request);
    return Stream(request).status();
  };
  EXPECT_THAT(refused([](auto* r) { r->set_source("services/training"); }),
              HasReason("SOURCE_UNKNOWN"));
  EXPECT_THAT(refused([](auto* r) { r->add_indicators("meeting.z"); }),
              HasReason("INDICATOR_UNKNOWN"));
  EXPECT_THAT(refused([](auto* r) { *r->mutable_end_date() = r->start_date(); }),
              HasReason("PERIOD_INVALID"));
  EXPECT_THAT(refused([](auto* r) { r->mutable_start_date()->set_year(1999); }),
              HasReason("PERIOD_INVALID"));
  EXPECT_THAT(refused([](auto* r) { r->set_resume_token("x"); }),
              HasReason("RESUME_TOKEN_INVALID"));
  EXPECT_THAT(refused([](auto* r) { r->set_organization("organizations/99"); }),
              StatusIs(absl::StatusCode::kNotFound));

  ASSERT_OK_AND_ASSIGN(const std::vector<v1::StreamFactsResponse> messages, Stream(Request()));
  v1::StreamFactsRequest other = Request();
  other.add_indicators("meeting.a");
  other.set_resume_token(messages[0].resume_token());
  EXPECT_THAT(Stream(other), HasReason("RESUME_TOKEN_INVALID"));  // of another request
}

TEST_F(FactFeedTest, OnlyThoseWithThePermissionMayAsk) {
  EXPECT_THAT(client_.StreamFacts(server_.As("branch_secretary", 2000), Request(),
                                  [](const v1::StreamFactsResponse&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(FactFeedTest, OpensAFactToItsRecordsPageByPage) {
  v1::ListEvidenceRequest request;
  request.set_source("services/meeting");
  request.set_organization("organizations/2000");
  request.set_evidence(FormatEvidence({"meeting.a", {kStart, kEnd}}));
  request.set_page_size(5);
  std::vector<int> sizes;
  std::vector<std::string> names;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const v1::ListEvidenceResponse page,
                         client_.ListEvidence(server_.As("branch_secretary", 2000), request));
    sizes.push_back(page.records_size());
    for (const v1::EvidenceRecord& record : page.records()) names.push_back(record.name());
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  EXPECT_THAT(sizes, ElementsAre(5, 5, 2));
  EXPECT_EQ(names.size(), 12u);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 12u);

  request.set_organization("organizations/2001");
  EXPECT_THAT(client_.ListEvidence(server_.As("branch_secretary", 2000), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(client_.ListEvidence(server_.As("branch_secretary", 2001), request),
              HasReason("PAGE_TOKEN_INVALID"));  // of another organization
  request.clear_page_token();
  for (const char* bad : {"meeting.a", "meeting.z|2026-07-01|2026-10-01",
                          "meeting.a|2026-10-01|2026-07-01", "meeting.a|2026-07-01|x"}) {
    request.set_evidence(bad);
    EXPECT_THAT(client_.ListEvidence(server_.As("branch_secretary", 2001), request),
                HasReason("EVIDENCE_INVALID"))
        << bad;
  }
}

TEST_F(FactFeedTest, ListsIndicatorsAsOfADay) {
  v1::ListIndicatorsRequest request;
  request.set_source("services/meeting");
  *request.mutable_date() = rpc::ToProto(absl::CivilDay(2026, 9, 30));
  ASSERT_OK_AND_ASSIGN(const v1::ListIndicatorsResponse response,
                       client_.ListIndicators(server_.AsService("evaluation"), request));
  ASSERT_EQ(response.indicators_size(), 3);
  EXPECT_EQ(response.indicators(0).rule_version(), "2026-09-30");
}

TEST(Evidence, ReadsBackAsWritten) {
  const EvidenceQuery query{"training.coverage", {kStart, kEnd}};
  EXPECT_EQ(FormatEvidence(query), "training.coverage|2026-07-01|2026-10-01");
  ASSERT_OK_AND_ASSIGN(const EvidenceQuery back, ParseEvidence(FormatEvidence(query)));
  EXPECT_EQ(back, query);
}

}  // namespace
}  // namespace ronghe::fact
