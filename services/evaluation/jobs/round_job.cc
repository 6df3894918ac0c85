#include "services/evaluation/jobs/round_job.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "services/evaluation/domain/errors.h"
#include "services/evaluation/store/scheme_codec.h"
#include "services/evaluation/store/scheme_store.h"

namespace ronghe::evaluation {
namespace {

constexpr int64_t kRoundsARun = 100;
constexpr absl::Duration kStep = absl::Seconds(30);

constexpr RoundState kStates[] = {RoundState::kDraft,     RoundState::kCollecting,
                                  RoundState::kFrozen,    RoundState::kScored,
                                  RoundState::kPublished, RoundState::kFailed};

// A refusal that asking again won't change.
bool Refused(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

RoundJob::RoundJob(const org::OrgTree& tree, FactSources sources, Identity identity,
                   CatchUp catch_up)
    : collector_(tree, std::move(sources), std::move(identity), std::move(catch_up)) {
  for (const RoundState state : kStates) {
    states_[static_cast<size_t>(state)] = &metrics::Registry::Default().AddGauge(
        "ronghe_evaluation_rounds", "Rounds by state.",
        {{"state", absl::AsciiStrToLower(base::Sv(StateName(state)))}});
  }
}

void RoundJob::AddTo(job::JobRunner& jobs, absl::Duration interval) {
  jobs.Add(kRoundJob, interval, [this](job::JobContext& context) { return Run(context); });
}

absl::Status RoundJob::Run(job::JobContext& context) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<RoundRow> rounds,
      context.database().Read(context.DeadlineIn(kStep), [](sql::Session& session) {
        return round_store::ListUnfinished(session, kRoundsARun);
      }));
  absl::Status first;
  for (const RoundRow& round : rounds) {
    if (context.cancelled()) return absl::OkStatus();
    const absl::Status status = Advance(context, round.id, round.scheme_id, round.state);
    if (!status.ok() && first.ok()) first = status;
  }
  CountStates(context);
  return context.cancelled() ? absl::OkStatus() : first;
}

absl::Status RoundJob::Advance(job::JobContext& context, int64_t round_id, int64_t scheme_id,
                               RoundState state) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<SchemeRow> stored,
      context.database().Read(context.DeadlineIn(kStep), [&](sql::Session& session) {
        return scheme_store::Get(session, scheme_id);
      }));
  if (!stored.has_value()) return SchemeNotFound(base::Name("schemes", scheme_id));
  RONGHE_ASSIGN_OR_RETURN(const Scheme scheme, FromBytes(stored->rules, scheme_id));

  if (state == RoundState::kCollecting) {
    const absl::Status collected = collector_.Collect(context, scheme, round_id);
    if (Refused(collected)) return Fail(context, round_id, collected);
    RONGHE_RETURN_IF_ERROR(collected);
    RONGHE_RETURN_IF_ERROR(context.database().Transact(
        context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
          RONGHE_ASSIGN_OR_RETURN(RoundRow round,
                                  LockRound(context, session, round_id, RoundState::kCollecting));
          round.state = RoundState::kFrozen;
          round.frozen_at = context.now();
          ++round.etag;
          return round_store::Update(session, round);
        }));
    log::Info("round_frozen", {{"round", absl::StrCat(round_id)}});
  }

  RONGHE_ASSIGN_OR_RETURN(const std::string facts_digest, scorer_.FactsDigest(context, round_id));
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(RoundRow round,
                                LockRound(context, session, round_id, RoundState::kFrozen));
        round.facts_digest = sql::Bytes(facts_digest);
        return round_store::Update(session, round);
      }));
  RONGHE_ASSIGN_OR_RETURN(const std::string results_digest,
                          scorer_.Score(context, scheme, round_id));
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(RoundRow round,
                                LockRound(context, session, round_id, RoundState::kFrozen));
        round.state = RoundState::kScored;
        round.results_digest = sql::Bytes(results_digest);
        round.scored_at = context.now();
        ++round.etag;
        return round_store::Update(session, round);
      }));
  log::Info("round_scored", {{"round", absl::StrCat(round_id)}});
  return absl::OkStatus();
}

absl::Status RoundJob::Fail(job::JobContext& context, int64_t round_id,
                            const absl::Status& reason) {
  log::Error("round_failed", {{"round", absl::StrCat(round_id)}, {"error", reason}});
  std::string text = error::MessageZh(reason);
  if (text.empty()) text = "数据来源服务拒绝提供数据";
  return context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(RoundRow round,
                                LockRound(context, session, round_id, RoundState::kCollecting));
        round.state = RoundState::kFailed;
        round.failure = std::string(base::Utf8Prefix(text, 300));
        ++round.etag;
        return round_store::Update(session, round);
      });
}

void RoundJob::CountStates(job::JobContext& context) {
  for (const RoundState state : kStates) {
    const absl::StatusOr<int64_t> count = context.database().Read(
        context.DeadlineIn(kStep),
        [&](sql::Session& session) { return round_store::CountInState(session, state); });
    if (count.ok()) states_[static_cast<size_t>(state)]->Set(static_cast<double>(*count));
  }
}

}  // namespace ronghe::evaluation
