#include "common/event/consumer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/log/log.h"
#include "common/rpc/convert.h"
#include "common/sql/database.h"

namespace ronghe::event {
namespace {

constexpr absl::Duration kApply = absl::Seconds(30);
constexpr char kBadToken[] = "RESUME_TOKEN_INVALID";
constexpr absl::Duration kTokenEvery = absl::Seconds(10);
// The source speaks every second; who heard a little longer ago that there is nothing new is not
// behind.
constexpr absl::Duration kHearing = absl::Seconds(3);

std::vector<v1::Event> Collect(const google::protobuf::RepeatedPtrField<v1::Event>& events) {
  return {events.begin(), events.end()};
}

}  // namespace

class Consumer::Turn {
 public:
  Turn(Consumer& consumer, absl::Time deadline) : consumer_(consumer) {
    const auto idle = [&consumer]()
                          ABSL_SHARED_LOCKS_REQUIRED(consumer.mutex_) { return !consumer.busy_; };
    absl::MutexLock lock(&consumer.mutex_);
    taken_ = consumer.mutex_.AwaitWithDeadline(absl::Condition(&idle), deadline);
    if (taken_) consumer.busy_ = true;
  }
  ~Turn() {
    if (!taken_) return;
    absl::MutexLock lock(&consumer_.mutex_);
    consumer_.busy_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  absl::Status status() const {
    return taken_ ? absl::OkStatus()
                  : absl::DeadlineExceededError("the consumer is applying other events");
  }
  State& state() { return consumer_.state_; }

 private:
  Consumer& consumer_;
  bool taken_ = false;
};

Consumer::Consumer(std::string source, v1::EventFeedServiceClient client, sql::Database& database,
                   Apply apply, AfterCommit after_commit, ConsumerOptions options,
                   const base::Clock& clock)
    : source_(std::move(source)),
      key_(options.name.empty() ? source_ : absl::StrCat(source_, "#", options.name)),
      client_(std::move(client)),
      database_(database),
      apply_(std::move(apply)),
      after_commit_(std::move(after_commit)),
      options_(std::move(options)),
      clock_(clock),
      lag_(metrics::Registry::Default().AddGauge(
          "ronghe_event_lag_seconds",
          "How far the consumer of a source is behind what the source has published.",
          {{"source", key_}})) {
  state_.at_head = clock.Now();
  const absl::MutexLock lock(&progress_mutex_);
  progress_.source = source_;
  progress_.name = options_.name;
  progress_.key = key_;
  up_to_date_ = state_.at_head;
}

Consumer::~Consumer() { Stop(); }

absl::Status Consumer::Load(absl::Time deadline) {
  Turn turn(*this, deadline);
  RONGHE_RETURN_IF_ERROR(turn.status());
  return LoadState(turn.state(), deadline);
}

absl::Status Consumer::LoadState(State& state, absl::Time deadline) {
  if (state.loaded) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const std::optional<PositionRow> row,
                          database_.Read(deadline, [this](sql::Session& session) {
                            return ReadPosition(session, key_);
                          }));
  if (row.has_value()) {
    state.seen = row->last_sequence;
    state.token = row->resume_token;
    position_ = state.seen;
  }
  state.loaded = true;
  return absl::OkStatus();
}

absl::Status Consumer::Take(State& state, std::span<const v1::Event> events, const Mark& mark,
                            absl::Time deadline) {
  const std::string& resume_token = mark.resume_token;
  const bool at_head = mark.at_head;
  const auto after = [events](int64_t sequence) {
    const auto first =
        std::find_if(events.begin(), events.end(),
                     [sequence](const v1::Event& event) { return event.sequence() > sequence; });
    return events.subspan(static_cast<size_t>(first - events.begin()));
  };
  const absl::Time now = clock_.Now();
  if (const std::span<const v1::Event> fresh = after(state.seen); !fresh.empty()) {
    const int64_t last = fresh.back().sequence();
    RONGHE_RETURN_IF_ERROR(database_.Transact(deadline, [&](sql::Session& session) -> absl::Status {
      RONGHE_ASSIGN_OR_RETURN(const PositionRow stored, LockPosition(session, key_, now));
      if (stored.last_sequence >= last) return absl::OkStatus();
      RONGHE_RETURN_IF_ERROR(apply_(session, after(stored.last_sequence)));
      return SavePosition(session, key_, last, resume_token, now);
    }));
    state.seen = last;
    state.token = resume_token;
    state.token_saved = now;
    position_ = last;
    if (after_commit_) after_commit_(fresh);
    const absl::StatusOr<absl::Time> time = rpc::FromProto(fresh.back().time());
    state.at_head = at_head || !time.ok() ? now : std::min(now, *time);
  } else {
    if (resume_token != state.token && now - state.token_saved >= kTokenEvery) {
      RONGHE_RETURN_IF_ERROR(database_.Transact(deadline, [&](sql::Session& session) {
        return SaveToken(session, key_, state.seen, resume_token, now);
      }));
      state.token_saved = now;
    }
    state.token = resume_token;
    if (at_head) state.at_head = now;
  }
  ReportLag(state, now);
  NoteProgress(state, events, mark);
  return absl::OkStatus();
}

void Consumer::NoteProgress(const State& state, std::span<const v1::Event> events,
                            const Mark& mark) {
  const int64_t looked_at = events.empty() ? state.seen : events.back().sequence();
  const absl::MutexLock lock(&progress_mutex_);
  progress_.newest = std::max({progress_.newest, mark.head, looked_at});
  progress_.behind = mark.at_head ? 0 : progress_.newest - looked_at;
  up_to_date_ = state.at_head;
}

void Consumer::NoteFailure(const absl::Status& status) {
  const absl::MutexLock lock(&progress_mutex_);
  progress_.last_failure = clock_.Now();
  progress_.last_failure_reason = error::ReasonOrCode(status);
}

ConsumerProgress Consumer::progress() const {
  const absl::MutexLock lock(&progress_mutex_);
  ConsumerProgress progress = progress_;
  progress.lag = clock_.Now() - up_to_date_;
  if (progress.behind == 0 && progress.lag < kHearing) progress.lag = absl::ZeroDuration();
  progress.lag = std::max(progress.lag, absl::ZeroDuration());
  return progress;
}

void Consumer::ReportLag(const State& state, absl::Time now) {
  lag_.Set(std::max(0.0, absl::ToDoubleSeconds(now - state.at_head)));
}

absl::Status Consumer::CatchUp(absl::Time deadline) {
  const absl::Time arrived = absl::Now();
  Turn turn(*this, deadline);
  RONGHE_RETURN_IF_ERROR(turn.status());
  State& state = turn.state();
  if (state.caught_up >= arrived) return absl::OkStatus();
  const absl::Time began = absl::Now();
  RONGHE_RETURN_IF_ERROR(LoadState(state, deadline));
  for (;;) {
    v1::ListEventsRequest request;
    request.set_source(source_);
    request.set_page_size(options_.batch);
    request.set_resume_token(state.token);
    request.mutable_types()->Add(options_.types.begin(), options_.types.end());
    rpc::Outgoing out = rpc::Outgoing::Background(deadline - absl::Now());
    out.cancel = cancel_;
    absl::StatusOr<v1::ListEventsResponse> response = client_.ListEvents(out, request);
    if (!response.ok()) {
      if (error::Reason(response.status()) == kBadToken && !state.token.empty()) {
        state.token.clear();
        continue;
      }
      return response.status();
    }
    const std::vector<v1::Event> events = Collect(response->events());
    RONGHE_RETURN_IF_ERROR(
        Take(state, events,
             {response->resume_token(), response->at_head(), response->head_sequence()}, deadline));
    if (response->at_head()) break;
  }
  state.caught_up = began;
  return absl::OkStatus();
}

absl::Status Consumer::Follow() {
  v1::WatchEventsRequest request;
  request.set_source(source_);
  request.mutable_types()->Add(options_.types.begin(), options_.types.end());
  {
    const absl::Time deadline = absl::Now() + kApply;
    Turn turn(*this, deadline);
    RONGHE_RETURN_IF_ERROR(turn.status());
    RONGHE_RETURN_IF_ERROR(LoadState(turn.state(), deadline));
    request.set_resume_token(turn.state().token);
  }
  rpc::Outgoing out = rpc::Outgoing::Background(options_.watch);
  out.cancel = cancel_;
  return client_.WatchEvents(
      out, request, [this](const v1::WatchEventsResponse& message) -> absl::Status {
        const std::vector<v1::Event> events = Collect(message.events());
        const absl::Time deadline = absl::Now() + kApply;
        Turn turn(*this, deadline);
        RONGHE_RETURN_IF_ERROR(turn.status());
        return Take(turn.state(), events,
                    {message.resume_token(), message.at_head(), message.head_sequence()}, deadline);
      });
}

void Consumer::Run() {
  absl::Duration pause = options_.min_backoff;
  for (;;) {
    const absl::Time began = absl::Now();
    const absl::Status status = Follow();
    const bool ended_well = status.ok() || absl::IsDeadlineExceeded(status);
    if (ended_well || absl::Now() - began >= options_.max_backoff) pause = options_.min_backoff;
    {
      Turn turn(*this, absl::InfiniteFuture());
      if (!ended_well) ReportLag(turn.state(), clock_.Now());
      if (error::Reason(status) == kBadToken) turn.state().token.clear();
    }
    absl::MutexLock lock(&stop_mutex_);
    if (stopping_) return;
    if (!ended_well) {
      NoteFailure(status);
      log::Warn("event_consumer_interrupted", {{"source", key_},
                                               {"code", absl::StatusCodeToString(status.code())},
                                               {"message", std::string(status.message())}});
    }
    if (stop_mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
    pause = std::min(pause * 2, options_.max_backoff);
  }
}

void Consumer::Start() {
  absl::MutexLock lock(&stop_mutex_);
  if (thread_.joinable() || stopping_) return;
  thread_ = std::thread([this] { Run(); });
}

void Consumer::Stop() {
  {
    absl::MutexLock lock(&stop_mutex_);
    stopping_ = true;
  }
  cancel_->Cancel();
  if (thread_.joinable()) thread_.join();
}

}  // namespace ronghe::event
