#include "common/fact/feed.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"

namespace ronghe::fact {
namespace {

constexpr size_t kBranchesAtOnce = 64;
constexpr int kFactsAMessage = 200;
constexpr int64_t kLongestPeriod = 3700;  // days
constexpr absl::Duration kBatchTimeout = absl::Seconds(30);

absl::Status Invalid(std::string_view reason, std::string_view message_zh,
                     error::Metadata metadata = {}) {
  return error::Make(absl::StatusCode::kInvalidArgument, reason, message_zh, std::move(metadata));
}

// What a token is bound to: everything of the request but the token itself.
std::string FilterOf(v1::StreamFactsRequest request) {
  request.clear_resume_token();
  return request.SerializeAsString();
}

std::string FilterOf(v1::ListEvidenceRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return request.SerializeAsString();
}

}  // namespace

std::string FormatEvidence(const EvidenceQuery& query) {
  return absl::StrCat(query.indicator, "|", base::FormatDay(query.period.start), "|",
                      base::FormatDay(query.period.end));
}

absl::StatusOr<EvidenceQuery> ParseEvidence(std::string_view text) {
  const absl::Status invalid = Invalid("EVIDENCE_INVALID", "依据标识无效");
  const size_t first = text.find('|');
  const size_t second = first == std::string_view::npos ? first : text.find('|', first + 1);
  if (first == 0 || second == std::string_view::npos) return invalid;
  EvidenceQuery query;
  query.indicator = std::string(text.substr(0, first));
  const absl::StatusOr<absl::CivilDay> start =
      base::ParseDay(text.substr(first + 1, second - first - 1));
  const absl::StatusOr<absl::CivilDay> end = base::ParseDay(text.substr(second + 1));
  if (!start.ok() || !end.ok() || *start >= *end) return invalid;
  query.period = {*start, *end};
  return query;
}

FeedHandler::FeedHandler(std::string source_name, Source& source, const org::OrgTree& tree,
                         const rpc::PageTokens& tokens, const base::Clock& clock)
    : source_name_(std::move(source_name)),
      source_(source),
      tree_(tree),
      tokens_(tokens),
      clock_(clock) {}

absl::Status FeedHandler::CheckSource(std::string_view source) const {
  if (source == source_name_) return absl::OkStatus();
  return Invalid("SOURCE_UNKNOWN", "数据来源不存在", {{"source", std::string(source)}});
}

absl::Status FeedHandler::StreamFacts(rpc::Call& call, const v1::StreamFactsRequest& request,
                                      rpc::StreamWriter<v1::StreamFactsResponse>& out) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t root,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay start, rpc::FromProto(request.start_date()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay end, rpc::FromProto(request.end_date()));
  if (start >= end || end - start > kLongestPeriod) {
    return Invalid("PERIOD_INVALID", "起止日期无效",
                   {{"start_date", base::FormatDay(start)}, {"end_date", base::FormatDay(end)}});
  }
  const Period period{start, end};
  std::set<std::string> offered;
  for (const v1::Indicator& indicator : source_.Indicators(end - 1)) {
    offered.insert(indicator.name());
  }
  std::set<std::string> wanted(request.indicators().begin(), request.indicators().end());
  for (const std::string& name : wanted) {
    if (offered.count(name) == 0) {
      return Invalid("INDICATOR_UNKNOWN", "指标不存在", {{"indicator", name}});
    }
  }
  if (wanted.empty()) wanted = std::move(offered);
  const std::vector<std::string> indicators(wanted.begin(), wanted.end());
  if (!tree_.Contains(root)) {
    return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "党组织不存在",
                       {{"organization", request.organization()}});
  }

  const std::string filter = FilterOf(request);
  std::optional<org::OrgPath> after;
  if (!request.resume_token().empty()) {
    const absl::StatusOr<std::string> cursor =
        tokens_.Open(call.method(), filter, request.resume_token());
    after.emplace();
    if (!cursor.ok() || !org::ParsePath(*cursor, &*after).ok()) {
      return Invalid("RESUME_TOKEN_INVALID", "续传标识无效");
    }
  }

  while (true) {
    if (out.cancelled()) return absl::CancelledError("the caller went away");
    const std::vector<org::OrgStop> stops = tree_.SubtreeStops(
        root, after, kBranchesAtOnce,
        [](const org::OrgBrief& organization) { return org::IsBranchKind(organization.kind); });
    if (stops.empty()) return absl::OkStatus();
    std::vector<int64_t> branches;
    for (const org::OrgStop& stop : stops) branches.push_back(stop.id);
    RONGHE_ASSIGN_OR_RETURN(std::vector<Figure> figures,
                            source_.Figures(std::min(call.deadline(), absl::Now() + kBatchTimeout),
                                            branches, period, indicators));
    std::map<int64_t, std::vector<Figure>> by_branch;
    for (Figure& figure : figures) {
      if (wanted.count(figure.indicator) > 0) {
        by_branch[figure.organization].push_back(std::move(figure));
      }
    }

    v1::StreamFactsResponse message;
    for (size_t i = 0; i < stops.size(); ++i) {
      std::vector<Figure>& of_branch = by_branch[stops[i].id];
      std::sort(of_branch.begin(), of_branch.end(),
                [](const Figure& a, const Figure& b) { return a.indicator < b.indicator; });
      if (message.facts_size() > 0 &&
          message.facts_size() + static_cast<int>(of_branch.size()) > kFactsAMessage) {
        message.set_resume_token(
            tokens_.Seal(call.method(), filter, org::FormatPath(stops[i - 1].path)));
        RONGHE_RETURN_IF_ERROR(out.Write(message));
        message.Clear();
      }
      for (const Figure& figure : of_branch) {
        v1::Fact* const fact = message.add_facts();
        fact->set_organization(base::Name("organizations", figure.organization));
        fact->set_indicator(figure.indicator);
        fact->set_numerator(figure.numerator);
        fact->set_denominator(figure.denominator);
        fact->set_evidence(FormatEvidence({figure.indicator, period}));
      }
    }
    message.set_resume_token(
        tokens_.Seal(call.method(), filter, org::FormatPath(stops.back().path)));
    RONGHE_RETURN_IF_ERROR(out.Write(message));
    after = stops.back().path;
  }
}

absl::StatusOr<v1::ListEvidenceResponse> FeedHandler::ListEvidence(
    rpc::Call& call, const v1::ListEvidenceRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const EvidenceQuery query, ParseEvidence(request.evidence()));
  bool offered = false;
  for (const v1::Indicator& indicator : source_.Indicators(query.period.end - 1)) {
    offered = offered || indicator.name() == query.indicator;
  }
  if (!offered) return Invalid("EVIDENCE_INVALID", "依据标识无效");
  const std::string filter = FilterOf(request);
  std::string cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(cursor, tokens_.Open(call.method(), filter, request.page_token()));
  }
  RONGHE_ASSIGN_OR_RETURN(EvidencePage page,
                          source_.Evidence(call.deadline(), organization, query,
                                           rpc::PageSize(request.page_size()), cursor));
  v1::ListEvidenceResponse response;
  for (v1::EvidenceRecord& record : page.records) *response.add_records() = std::move(record);
  if (!page.next.empty()) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, page.next));
  }
  return response;
}

absl::StatusOr<v1::ListIndicatorsResponse> FeedHandler::ListIndicators(
    rpc::Call&, const v1::ListIndicatorsRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  absl::CivilDay day = base::ShanghaiDay(clock_.Now());
  if (request.has_date()) {
    RONGHE_ASSIGN_OR_RETURN(day, rpc::FromProto(request.date()));
  }
  v1::ListIndicatorsResponse response;
  for (v1::Indicator& indicator : source_.Indicators(day)) {
    *response.add_indicators() = std::move(indicator);
  }
  return response;
}

}  // namespace ronghe::fact
