#include "common/event/feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/rpc/convert.h"
#include "common/sql/database.h"

namespace ronghe::event {
namespace {

constexpr char kTokenUse[] = "ronghe.event.v1.EventFeedService";
constexpr char kPermission[] = "event.feed.read";
constexpr int32_t kMaxBatch = 200;
constexpr absl::Duration kPoll = absl::Milliseconds(200);
constexpr absl::Duration kHeartbeat = absl::Seconds(1);
constexpr absl::Duration kQuery = absl::Seconds(5);

absl::Status CheckSource(std::string_view asked, std::string_view own) {
  if (asked == own) return absl::OkStatus();
  return error::Make(absl::StatusCode::kInvalidArgument, "SOURCE_UNKNOWN",
                     "此服务不提供所请求的事件来源。", {{"source", std::string(asked)}});
}

std::string FilterHash(std::string_view source, const std::vector<std::string>& types) {
  return absl::StrCat(base::Sv(source), "\n", absl::StrJoin(types, "\n"));
}

std::vector<std::string> Types(const google::protobuf::RepeatedPtrField<std::string>& types) {
  std::vector<std::string> result(types.begin(), types.end());
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

absl::StatusOr<int64_t> OpenToken(const rpc::PageTokens& tokens, std::string_view filter,
                                  std::string_view token) {
  if (token.empty()) return 0;
  const absl::StatusOr<std::string> cursor = tokens.Open(kTokenUse, filter, token);
  int64_t position = 0;
  if (!cursor.ok() || !absl::SimpleAtoi(*cursor, &position) || position < 0) {
    return error::Make(absl::StatusCode::kInvalidArgument, "RESUME_TOKEN_INVALID",
                       "续传标记无效或与请求的条件不符。");
  }
  return position;
}

absl::StatusOr<v1::Event> ToProto(const EventRow& row, const std::string& source) {
  v1::Event event;
  if (!event.ParseFromString(row.payload)) {
    return absl::InternalError(absl::StrCat("event ", row.id, " has an unreadable payload"));
  }
  event.set_id(absl::StrCat(row.id));
  event.set_sequence(row.sequence.value_or(0));
  event.set_source(source);
  event.set_type(row.type);
  event.set_subject(row.subject);
  if (row.organization_id != 0) {
    event.set_organization(base::Name("organizations", row.organization_id));
  }
  *event.mutable_time() = rpc::ToProto(row.time);
  return event;
}

}  // namespace

FeedHandler::FeedHandler(sql::Database& database, Publisher& publisher,
                         const rpc::PageTokens& tokens)
    : database_(database), publisher_(publisher), tokens_(tokens) {}

absl::StatusOr<FeedHandler::Batch> FeedHandler::ReadBatch(rpc::Call& call, absl::Time deadline,
                                                          int64_t position, int32_t limit,
                                                          const std::vector<std::string>& types) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<EventRow> rows,
                          database_.Read(deadline, [&](sql::Session& session) {
                            return EventsAfter(session, position, limit);
                          }));
  Batch batch{.position = position, .at_head = static_cast<int32_t>(rows.size()) < limit};
  for (const EventRow& row : rows) {
    batch.position = row.sequence.value_or(batch.position);
    if (!types.empty() && !std::binary_search(types.begin(), types.end(), row.type)) continue;
    const bool visible = row.organization_id == 0 ? call.HoldsEverywhere(kPermission)
                                                  : call.Holds(kPermission, row.organization_id);
    if (!visible) continue;
    RONGHE_ASSIGN_OR_RETURN(v1::Event event, ToProto(row, publisher_.source()));
    batch.events.push_back(std::move(event));
  }
  return batch;
}

absl::StatusOr<v1::ListEventsResponse> FeedHandler::ListEvents(
    rpc::Call& call, const v1::ListEventsRequest& request) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source(), publisher_.source()));
  const std::vector<std::string> types = Types(request.types());
  const std::string filter = FilterHash(request.source(), types);
  RONGHE_ASSIGN_OR_RETURN(const int64_t position,
                          OpenToken(tokens_, filter, request.resume_token()));
  const int32_t limit = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(Batch batch, ReadBatch(call, call.deadline(), position, limit, types));
  if (batch.at_head) {
    // Whoever numbers what is committed, this publisher or another: the second reading has it.
    RONGHE_RETURN_IF_ERROR(publisher_.PublishPending(call.deadline()).status());
    RONGHE_ASSIGN_OR_RETURN(batch, ReadBatch(call, call.deadline(), position, limit, types));
  }
  v1::ListEventsResponse response;
  for (v1::Event& event : batch.events) *response.add_events() = std::move(event);
  response.set_resume_token(tokens_.Seal(kTokenUse, filter, absl::StrCat(batch.position)));
  response.set_at_head(batch.at_head);
  response.set_head_sequence(std::max(publisher_.head(), batch.position));
  return response;
}

absl::Status FeedHandler::WatchEvents(rpc::Call& call, const v1::WatchEventsRequest& request,
                                      rpc::StreamWriter<v1::WatchEventsResponse>& out) {
  RONGHE_RETURN_IF_ERROR(CheckSource(request.source(), publisher_.source()));
  const std::vector<std::string> types = Types(request.types());
  const std::string filter = FilterHash(request.source(), types);
  RONGHE_ASSIGN_OR_RETURN(int64_t position, OpenToken(tokens_, filter, request.resume_token()));
  absl::Time spoke = absl::InfinitePast();
  bool told_head = false;
  while (!out.cancelled() && absl::Now() < call.deadline()) {
    RONGHE_ASSIGN_OR_RETURN(
        Batch batch, ReadBatch(call, std::min(call.deadline(), absl::Now() + kQuery), position,
                               kMaxBatch, types));
    position = batch.position;
    const absl::Time now = absl::Now();
    if (!batch.events.empty() || (batch.at_head && !told_head) || now - spoke >= kHeartbeat) {
      v1::WatchEventsResponse message;
      for (v1::Event& event : batch.events) *message.add_events() = std::move(event);
      message.set_resume_token(tokens_.Seal(kTokenUse, filter, absl::StrCat(position)));
      message.set_at_head(batch.at_head);
      message.set_head_sequence(std::max(publisher_.head(), position));
      RONGHE_RETURN_IF_ERROR(out.Write(message));
      spoke = now;
    }
    told_head = batch.at_head;
    if (!batch.at_head) continue;
    while (!out.cancelled() && absl::Now() < std::min(call.deadline(), spoke + kHeartbeat)) {
      if (publisher_.WaitBeyond(position, absl::Now() + kPoll)) break;
      RONGHE_ASSIGN_OR_RETURN(const int64_t head, publisher_.RefreshHead(absl::Now() + kQuery));
      if (head > position) break;
    }
  }
  return absl::OkStatus();
}

}  // namespace ronghe::event
