#include "common/operation/api.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/rpc/convert.h"

namespace ronghe::operation {
namespace {

constexpr std::string_view kRuleSets = "/ruleSets/";

// Leaves the field alone for what never happened.
void Set(absl::Time time, google::protobuf::Timestamp* (v1::Job::*field)(), v1::Job* job) {
  if (time != absl::InfinitePast()) *(job->*field)() = rpc::ToProto(time);
}

v1::Job ToProto(const job::JobState& state) {
  v1::Job job;
  job.set_name(state.name);
  *job.mutable_interval() = rpc::ToProto(state.interval);
  job.set_lease_held_here(state.held);
  job.set_running(state.running);
  Set(state.last_start, &v1::Job::mutable_last_start_time, &job);
  Set(state.last_end, &v1::Job::mutable_last_end_time, &job);
  Set(state.last_success, &v1::Job::mutable_last_success_time, &job);
  Set(state.last_failure, &v1::Job::mutable_last_failure_time, &job);
  job.set_last_failure_reason(state.last_failure_reason);
  job.set_succeeded(state.succeeded);
  job.set_failed(state.failed);
  job.set_skipped(state.skipped);
  return job;
}

// `position`: what the database holds of it; null before the first event.
v1::FollowedFeed ToProto(const event::ConsumerProgress& progress,
                         const event::PositionRow* position) {
  v1::FollowedFeed feed;
  feed.set_source(progress.source);
  feed.set_consumer(progress.name);
  if (position != nullptr) {
    feed.set_last_sequence(position->last_sequence);
    *feed.mutable_update_time() = rpc::ToProto(position->updated);
  }
  feed.set_newest_sequence(progress.newest);
  feed.set_lag_events(progress.behind);
  *feed.mutable_lag() = rpc::ToProto(progress.lag);
  if (progress.last_failure != absl::InfinitePast()) {
    *feed.mutable_last_failure_time() = rpc::ToProto(progress.last_failure);
  }
  feed.set_last_failure_reason(progress.last_failure_reason);
  return feed;
}

void AddRules(const RuleSet& from, v1::RuleSet* to) {
  for (const Rule& rule : from.rules) {
    v1::Rule* const shown = to->add_rules();
    shown->set_key(rule.key);
    shown->set_rule_id(rule.rule_id);
    shown->set_title(rule.title);
    shown->set_value(rule.value);
    shown->set_unit(rule.unit);
    shown->set_source(rule.source);
  }
}

}  // namespace

OperationApi::OperationApi(Parts parts) : parts_(std::move(parts)), started_(parts_.clock.Now()) {}

absl::Status OperationApi::CheckSource(const std::string& source) const {
  if (source == parts_.source) return absl::OkStatus();
  return error::Make(absl::StatusCode::kInvalidArgument, "SOURCE_UNKNOWN",
                     "此服务不提供所请求来源的运行情况。", {{"source", source}});
}

absl::StatusOr<v1::ListJobsResponse> OperationApi::ListJobs(rpc::Call& call,
                                                            const v1::ListJobsRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<job::Lease> leases,
                          parts_.database.Read(call.deadline(), job::ReadLeases));
  std::map<std::string, absl::Time> held_until;
  for (const job::Lease& lease : leases) held_until[lease.name] = lease.held_until;
  v1::ListJobsResponse response;
  for (const job::JobState& state : parts_.jobs.States()) {
    v1::Job& job = *response.add_jobs();
    job = ToProto(state);
    const auto lease = held_until.find(state.name);
    if (lease == held_until.end() || lease->second <= parts_.clock.Now()) continue;
    job.set_lease_held(true);
    *job.mutable_lease_end_time() = rpc::ToProto(lease->second);
  }
  *response.mutable_start_time() = rpc::ToProto(started_);
  return response;
}

absl::StatusOr<v1::ListEventLagResponse> OperationApi::ListEventLag(
    rpc::Call& call, const v1::ListEventLagRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  return parts_.database.Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ListEventLagResponse> {
        v1::ListEventLagResponse response;
        RONGHE_ASSIGN_OR_RETURN(const std::vector<event::PositionRow> positions,
                                event::ReadPositions(session));
        for (const event::Consumer* const consumer : consumers_) {
          const event::ConsumerProgress progress = consumer->progress();
          const auto position = std::find_if(
              positions.begin(), positions.end(),
              [&](const event::PositionRow& row) { return row.source == progress.key; });
          *response.add_feeds() =
              ToProto(progress, position == positions.end() ? nullptr : &*position);
        }
        RONGHE_ASSIGN_OR_RETURN(const int64_t head, event::ReadHead(session));
        RONGHE_ASSIGN_OR_RETURN(const event::OutboxRow waiting, event::ReadOutbox(session));
        v1::Outbox& outbox = *response.mutable_outbox();
        outbox.set_newest_sequence(head);
        outbox.set_unpublished(waiting.waiting);
        if (waiting.oldest) *outbox.mutable_oldest_time() = rpc::ToProto(*waiting.oldest);
        return response;
      });
}

v1::RuleSet OperationApi::Present(const RuleSet& set) const {
  v1::RuleSet shown;
  shown.set_name(base::Cat(parts_.source, kRuleSets, set.Id()));
  shown.set_rule_set(set.name);
  shown.set_version(set.version);
  shown.set_title(set.title);
  shown.set_source(set.source);
  shown.set_approver(set.approver);
  if (set.effective_from) *shown.mutable_effective_from() = rpc::ToProto(*set.effective_from);
  if (set.effective_to) *shown.mutable_effective_to() = rpc::ToProto(*set.effective_to);
  shown.set_rule_count(static_cast<int32_t>(set.rules.size()));
  return shown;
}

absl::StatusOr<v1::ListRuleSetsResponse> OperationApi::ListRuleSets(
    rpc::Call&, const v1::ListRuleSetsRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source()));
  v1::ListRuleSetsResponse response;
  for (const RuleSet& set : parts_.rules.all()) *response.add_rule_sets() = Present(set);
  return response;
}

absl::StatusOr<v1::RuleSet> OperationApi::GetRuleSet(rpc::Call&,
                                                     const v1::GetRuleSetRequest& request) {
  const std::string prefix = base::Cat(parts_.source, kRuleSets);
  const RuleSet* const set = request.name().starts_with(prefix)
                                 ? parts_.rules.Find(request.name().substr(prefix.size()))
                                 : nullptr;
  if (set == nullptr) {
    return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有这个版本的规则。",
                       {{"name", request.name()}});
  }
  v1::RuleSet shown = Present(*set);
  AddRules(*set, &shown);
  return shown;
}

}  // namespace ronghe::operation
