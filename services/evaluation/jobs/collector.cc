#include "services/evaluation/jobs/collector.h"

#include <algorithm>
#include <set>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/convert.h"
#include "services/evaluation/domain/errors.h"

namespace ronghe::evaluation {
namespace {

constexpr int64_t kRowsATransaction = 1000;
constexpr absl::Duration kTransaction = absl::Seconds(30);
constexpr absl::Duration kStream = absl::Minutes(10);
constexpr absl::Duration kQuestion = absl::Seconds(2);

struct Stop {
  int64_t id;
  int32_t depth;
};

// A problem as a reader of the round's progress sees it.
std::string ProblemText(const absl::Status& status) {
  std::string text = error::MessageZh(status);
  if (text.empty()) {
    text = absl::IsUnavailable(status) ? "服务暂不可用,将自动重试" : "取数失败,将自动重试";
  }
  return std::string(base::Utf8Prefix(text, 300));
}

}  // namespace

absl::StatusOr<RoundRow> LockRound(job::JobContext& context, sql::Session& session,
                                   int64_t round_id, RoundState state) {
  RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
  RONGHE_ASSIGN_OR_RETURN(std::optional<RoundRow> round,
                          round_store::GetForUpdate(session, round_id));
  if (!round.has_value()) return RoundNotFound(base::Name("rounds", round_id));
  if (round->state != state) {
    return error::Make(absl::StatusCode::kFailedPrecondition, "ROUND_STATE", "考评轮次状态已变化",
                       {{"actual", std::string(StateName(round->state))},
                        {"required", std::string(StateName(state))}});
  }
  return *std::move(round);
}

Collector::Collector(const org::OrgTree& tree, FactSources sources, Identity identity,
                     CatchUp catch_up)
    : tree_(tree),
      sources_(std::move(sources)),
      identity_(std::move(identity)),
      catch_up_(std::move(catch_up)) {
  for (const auto& [source, channel] : sources_) {
    facts_[source] = &metrics::Registry::Default().AddCounter(
        "ronghe_evaluation_round_facts_total", "Facts received for rounds.", {{"source", source}});
  }
}

absl::Status Collector::Collect(job::JobContext& context, const Scheme& scheme, int64_t round_id) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<RoundRow> round,
      context.database().Read(context.DeadlineIn(kTransaction), [&](sql::Session& session) {
        return round_store::Get(session, round_id);
      }));
  if (!round.has_value()) return RoundNotFound(base::Name("rounds", round_id));
  if (!round->listed) RONGHE_RETURN_IF_ERROR(ListOrganizations(context, scheme, *round));

  std::map<std::string, std::vector<std::string>> wanted;
  for (const FactReference& fact : FactsOf(scheme)) wanted[fact.source].push_back(fact.indicator);
  absl::Status first;
  for (const auto& [source, indicators] : wanted) {
    if (context.cancelled()) return absl::CancelledError("the job ends");
    const absl::Status status = CollectSource(context, *round, source, indicators);
    if (status.ok()) continue;
    log::Warn("round_source_failed",
              {{"round", absl::StrCat(round_id)}, {"source", source}, {"error", status}});
    if (first.ok()) first = status;
  }
  return first;
}

absl::Status Collector::ListOrganizations(job::JobContext& context, const Scheme& scheme,
                                          RoundRow round) {
  if (catch_up_ != nullptr) catch_up_(context.DeadlineIn(kTransaction));
  std::vector<Stop> stops;
  tree_.SubtreeIds(round.organization_id, std::nullopt, 1, [&](const org::OrgBrief& organization) {
    if (organization.active) stops.push_back({organization.id, organization.depth});
    return false;
  });
  if (stops.empty()) {
    return error::Make(absl::StatusCode::kUnavailable, "ORGANIZATION_UNKNOWN", "党组织数据尚未同步",
                       {{"organization", base::Name("organizations", round.organization_id)}});
  }
  const auto size = static_cast<int64_t>(stops.size());
  std::vector<int64_t> ends(stops.size(), size);
  std::vector<int64_t> open;
  for (int64_t i = 0; i < size; ++i) {
    while (!open.empty() && stops[open.back()].depth >= stops[i].depth) {
      ends[open.back()] = i;
      open.pop_back();
    }
    open.push_back(i);
  }

  // What an earlier start left behind.
  for (int64_t deleted = kRowsATransaction; deleted == kRowsATransaction;) {
    RONGHE_ASSIGN_OR_RETURN(
        deleted, context.database().Transact(
                     context.DeadlineIn(kTransaction),
                     [&](sql::Session& session) -> absl::StatusOr<int64_t> {
                       RONGHE_RETURN_IF_ERROR(
                           LockRound(context, session, round.id, RoundState::kCollecting).status());
                       return round_store::DeleteOrganizations(session, round.id,
                                                               kRowsATransaction);
                     }));
  }
  int64_t scored = 0;
  for (int64_t from = 0; from < size; from += kRowsATransaction) {
    if (context.cancelled()) return absl::CancelledError("the job ends");
    std::vector<RoundOrganizationRow> rows;
    for (int64_t i = from; i < std::min(size, from + kRowsATransaction); ++i) {
      std::optional<org::OrgNode> node = tree_.Node(stops[i].id);
      if (!node.has_value()) continue;
      const PeerClass* const peers = PeerClassOf(scheme, node->kind);
      if (peers != nullptr) ++scored;
      rows.push_back({.round_id = round.id,
                      .position = i,
                      .end_position = ends[i],
                      .organization_id = node->id,
                      .kind = std::move(node->kind),
                      .name = std::move(node->name),
                      .peer_class = peers == nullptr ? std::string() : peers->code});
    }
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kTransaction), [&](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(
              LockRound(context, session, round.id, RoundState::kCollecting).status());
          return round_store::InsertOrganizations(session, rows);
        }));
  }
  return context.database().Transact(
      context.DeadlineIn(kTransaction), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(RoundRow row,
                                LockRound(context, session, round.id, RoundState::kCollecting));
        row.listed = true;
        row.organizations = scored;
        return round_store::Update(session, row);
      });
}

absl::Status Collector::SnapshotIndicators(job::JobContext& context, const RoundRow& round,
                                           const std::string& source,
                                           const std::vector<std::string>& indicators,
                                           fact::v1::FactFeedServiceClient& client,
                                           const std::shared_ptr<rpc::CancelToken>& cancel) {
  fact::v1::ListIndicatorsRequest request;
  request.set_source(source);
  *request.mutable_date() = rpc::ToProto(round.end_date - 1);
  rpc::Outgoing out = identity_(kQuestion);
  out.cancel = cancel;
  RONGHE_ASSIGN_OR_RETURN(const fact::v1::ListIndicatorsResponse offered,
                          client.ListIndicators(out, request));
  std::vector<RoundIndicatorRow> rows;
  std::set<std::string> missing(indicators.begin(), indicators.end());
  for (const fact::v1::Indicator& indicator : offered.indicators()) {
    if (missing.erase(indicator.name()) == 0) continue;
    rows.push_back({.round_id = round.id,
                    .indicator = indicator.name(),
                    .source = source,
                    .title = indicator.title(),
                    .rule_id = indicator.rule_id(),
                    .rule_source = indicator.rule_source(),
                    .rule_version = indicator.rule_version()});
  }
  if (!missing.empty()) {
    return error::Make(absl::StatusCode::kInvalidArgument, "INDICATOR_UNKNOWN",
                       base::Cat("数据来源不提供指标 ", *missing.begin()),
                       {{"source", source}, {"indicator", *missing.begin()}});
  }
  return context.database().Transact(
      context.DeadlineIn(kTransaction), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            LockRound(context, session, round.id, RoundState::kCollecting).status());
        return round_store::PutIndicators(session, rows);
      });
}

absl::Status Collector::StoreMessage(job::JobContext& context, int64_t round_id,
                                     const std::string& source,
                                     const fact::v1::StreamFactsResponse& message) {
  std::vector<RoundFactRow> rows;
  rows.reserve(message.facts_size());
  for (const fact::v1::Fact& fact : message.facts()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                            base::ParseName(fact.organization(), "organizations"));
    rows.push_back({.round_id = round_id,
                    .organization_id = organization,
                    .indicator = fact.indicator(),
                    .numerator = fact.numerator(),
                    .denominator = fact.denominator(),
                    .evidence = fact.evidence()});
  }
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kTransaction), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            LockRound(context, session, round_id, RoundState::kCollecting).status());
        RONGHE_ASSIGN_OR_RETURN(const std::vector<RoundSourceRow> known,
                                round_store::Sources(session, round_id));
        RoundSourceRow progress{.round_id = round_id, .source = source};
        for (const RoundSourceRow& row : known) {
          if (row.source == source) progress.facts = row.facts;
        }
        progress.facts += static_cast<int64_t>(rows.size());
        progress.resume_token = message.resume_token();
        RONGHE_RETURN_IF_ERROR(round_store::PutFacts(session, rows));
        return round_store::PutSource(session, progress);
      }));
  facts_.at(source)->Increment(static_cast<double>(rows.size()));
  return absl::OkStatus();
}

absl::Status Collector::CollectSource(job::JobContext& context, const RoundRow& round,
                                      const std::string& source,
                                      const std::vector<std::string>& indicators) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<RoundSourceRow> known,
      context.database().Read(context.DeadlineIn(kTransaction), [&](sql::Session& session) {
        return round_store::Sources(session, round.id);
      }));
  RoundSourceRow progress{.round_id = round.id, .source = source};
  for (const RoundSourceRow& row : known) {
    if (row.source == source) progress = row;
  }
  if (progress.done) return absl::OkStatus();

  const auto cancel = std::make_shared<rpc::CancelToken>();
  const std::stop_callback on_stop(context.stop_token(), [&] { cancel->Cancel(); });
  absl::Status status;
  if (const auto channel = sources_.find(source); channel == sources_.end()) {
    status = SourceNotConfigured(source);
  } else {
    fact::v1::FactFeedServiceClient client(channel->second);
    if (progress.resume_token.empty()) {
      status = SnapshotIndicators(context, round, source, indicators, client, cancel);
    }
    if (status.ok()) {
      fact::v1::StreamFactsRequest request;
      request.set_source(source);
      request.set_organization(base::Name("organizations", round.organization_id));
      for (const std::string& indicator : indicators) request.add_indicators(indicator);
      *request.mutable_start_date() = rpc::ToProto(round.start_date);
      *request.mutable_end_date() = rpc::ToProto(round.end_date);
      request.set_resume_token(progress.resume_token);
      rpc::Outgoing out = identity_(kStream);
      out.cancel = cancel;
      status = client.StreamFacts(out, request, [&](const fact::v1::StreamFactsResponse& message) {
        return StoreMessage(context, round.id, source, message);
      });
    }
  }
  if (context.cancelled()) return absl::CancelledError("the job ends");

  const absl::Status noted = context.database().Transact(
      context.DeadlineIn(kTransaction), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            LockRound(context, session, round.id, RoundState::kCollecting).status());
        RONGHE_ASSIGN_OR_RETURN(const std::vector<RoundSourceRow> now,
                                round_store::Sources(session, round.id));
        RoundSourceRow row{.round_id = round.id, .source = source};
        for (const RoundSourceRow& at : now) {
          if (at.source == source) row = at;
        }
        row.done = status.ok();
        row.problem = status.ok() ? std::string() : ProblemText(status);
        if (error::Reason(status) == "RESUME_TOKEN_INVALID") {
          row.resume_token.clear();
          row.facts = 0;
        }
        return round_store::PutSource(session, row);
      });
  if (!noted.ok()) return noted;
  if (error::Reason(status) == "RESUME_TOKEN_INVALID") {
    return absl::UnavailableError("the resume token is void; the source starts again");
  }
  return status;
}

}  // namespace ronghe::evaluation
