#include "services/membership/api/activist_api.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/sql/statement.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/admission/analysis.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

// The codes of the measures, each once, in their order.
absl::StatusOr<std::string> ReadMeasures(const v1::RecordActivistAnalysisRequest& request) {
  std::vector<int> codes;
  for (const int code : request.measures()) {
    if (code == 0 || !v1::AnalysisMeasure_IsValid(code)) {
      return error::InvalidFields({{"measures", "取值不在代码表中。"}});
    }
    codes.push_back(code);
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return absl::StrJoin(codes, ",");
}

// The year that a request is about: that of the day, or one before it.
absl::StatusOr<int32_t> ReadYear(const v1::RecordActivistAnalysisRequest& request,
                                 absl::CivilDay day) {
  if (request.year() == 0) return static_cast<int32_t>(day.year());
  if (request.year() > day.year()) {
    return error::InvalidFields({{"year", "只能分析当年或者以前年度。"}});
  }
  return request.year();
}

}  // namespace

ActivistApi::ActivistApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                         const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), rules_(books.Get("admission")), tokens_(tokens) {}

absl::StatusOr<v1::ActivistAnalysis> ActivistApi::RecordActivistAnalysis(
    rpc::Call& call, const v1::RecordActivistAnalysisRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_analysed_on(),
                                                            request.analysed_on(), "analysed_on"));
  RONGHE_ASSIGN_OR_RETURN(const std::string measures, ReadMeasures(request));
  RONGHE_ASSIGN_OR_RETURN(const int32_t year, ReadYear(request, day));
  const RuleSet& rules = rules_.On(day);
  tree_.AfterOwnWrites(call.deadline());
  return writer_.Write<v1::ActivistAnalysis>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::ActivistAnalysis> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow committee,
                                LockOrganization(session, organization));
        if (committee.revoked_on) return OrganizationRevoked(organization);
        RONGHE_RETURN_IF_ERROR(admission::CheckAnalyser(rules, committee.kind, committee.level));
        ActivistAnalysisRow row{.id = tx.NextId(),
                                .organization_id = organization,
                                .year = year,
                                .analysed_on = day,
                                .measures = measures,
                                .conclusion = request.conclusion(),
                                .rule_set = rules.name,
                                .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(Count(session, rules, base::ShanghaiDay(tx.now()), row));
        RONGHE_RETURN_IF_ERROR(InsertActivistAnalysis(session, row));
        RONGHE_RETURN_IF_ERROR(MeetRound(session, {"organizations", organization},
                                         admission::kAnalysisDeadline, year, day, tx.now()));
        tx.Audit(organization, row.subject().name());
        return ToProto(row);
      });
}

absl::Status ActivistApi::Count(sql::Session& session, const RuleSet& rules, absl::CivilDay today,
                                ActivistAnalysisRow& row) const {
  const ActivistDays days{
      .first = absl::CivilDay(row.year, 1, 1),
      .last = absl::CivilDay(row.year, 12, 31),
      .today = today,
      .ripe_since = base::AddMonths(today, -static_cast<int>(rules.Get("candidate.months").number)),
      .review_months = static_cast<int32_t>(rules.Get("activist.review_months").number)};
  const std::vector<int64_t> branches = tree_.tree().SubtreeIds(
      row.organization_id, std::nullopt, std::numeric_limits<size_t>::max(),
      [](const org::OrgBrief& brief) { return org::IsBranchKind(brief.kind); });
  ActivistFigures sums;
  for (size_t from = 0; from < branches.size(); from += sql::kMaxList) {
    const auto some = std::span<const int64_t>(branches).subspan(
        from, std::min(sql::kMaxList, branches.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const ActivistFigures counted, CountActivists(session, some, days));
    sums += counted;
  }
  row.activists = static_cast<int32_t>(sums.activists);
  row.new_activists = static_cast<int32_t>(sums.new_activists);
  row.ripe = static_cast<int32_t>(sums.ripe);
  row.examinations_overdue = static_cast<int32_t>(sums.examinations_overdue);
  row.without_cultivator = static_cast<int32_t>(sums.without_cultivator);
  row.new_candidates = static_cast<int32_t>(sums.new_candidates);
  row.branches = static_cast<int32_t>(sums.branches);
  return absl::OkStatus();
}

v1::ActivistAnalysis ActivistApi::ToProto(const ActivistAnalysisRow& row) const {
  v1::ActivistAnalysis analysis;
  analysis.set_name(row.subject().name());
  analysis.set_organization(base::Name("organizations", row.organization_id));
  analysis.set_year(row.year);
  *analysis.mutable_analysed_on() = rpc::ToProto(row.analysed_on);
  v1::ActivistFigures& figures = *analysis.mutable_figures();
  figures.set_activists(row.activists);
  figures.set_new_activists(row.new_activists);
  figures.set_ripe(row.ripe);
  figures.set_examinations_overdue(row.examinations_overdue);
  figures.set_without_cultivator(row.without_cultivator);
  figures.set_new_candidates(row.new_candidates);
  figures.set_branches(row.branches);
  for (const auto code : absl::StrSplit(row.measures, ',', absl::SkipEmpty())) {
    int32_t measure = 0;
    if (absl::SimpleAtoi(code, &measure)) {
      analysis.add_measures(static_cast<v1::AnalysisMeasure>(measure));
    }
  }
  analysis.set_conclusion(row.conclusion);
  const Rule& rule = admission::AnalysisRule(rules_.On(row.analysed_on));
  analysis.set_rule_id(rule.id);
  analysis.set_rule_set(row.rule_set);
  analysis.set_source(rule.source);
  *analysis.mutable_create_time() = rpc::ToProto(row.create_time);
  return analysis;
}

absl::StatusOr<v1::ActivistAnalysis> ActivistApi::GetActivistAnalysis(
    rpc::Call& call, const v1::GetActivistAnalysisRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kActivistAnalyses));
  v1::ActivistAnalysis analysis;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const ActivistAnalysisRow row, LoadActivistAnalysis(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        analysis = ToProto(row);
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> documents,
                                DocumentsOf(session, row.subject()));
        for (const DocumentRow& document : documents) {
          *analysis.add_documents() = membership::ToProto(document);
        }
        return absl::OkStatus();
      }));
  return analysis;
}

absl::StatusOr<v1::ListActivistAnalysesResponse> ActivistApi::ListActivistAnalyses(
    rpc::Call& call, const v1::ListActivistAnalysesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int32_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ActivistAnalysisRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return ActivistAnalysesOf(session, organization, before, size + 1);
                          }));
  v1::ListActivistAnalysesResponse response;
  for (const ActivistAnalysisRow& row : rows) {
    if (response.activist_analyses_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_activist_analyses() = ToProto(row);
    before = row.year;
  }
  return response;
}

}  // namespace ronghe::membership
