// How do other services and departments read the events of this one?
#ifndef RONGHE_COMMON_EVENT_FEED_H_
#define RONGHE_COMMON_EVENT_FEED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/event/publisher.h"
#include "common/rpc/page_token.h"
#include "ronghe/event/v1/event_feed.ronghe.h"

namespace ronghe::event {

// Serves EventFeedService over the schema's own event table. Every event is checked against the
// caller's grants by its organization; events of other organizations are skipped, and the resume
// token moves past them. At the end of the feed ListEvents publishes what is committed but not
// yet numbered, so a caller who lists after its own write sees that write.
class FeedHandler : public v1::EventFeedServiceHandler {
 public:
  // All references must outlive the handler.
  FeedHandler(sql::Database& database, Publisher& publisher, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::ListEventsResponse> ListEvents(rpc::Call& call,
                                                    const v1::ListEventsRequest& request) override;
  absl::Status WatchEvents(rpc::Call& call, const v1::WatchEventsRequest& request,
                           rpc::StreamWriter<v1::WatchEventsResponse>& out) override;

 private:
  struct Batch {
    std::vector<v1::Event> events;
    int64_t position = 0;
    bool at_head = false;
  };
  absl::StatusOr<Batch> ReadBatch(rpc::Call& call, absl::Time deadline, int64_t position,
                                  int32_t limit, const std::vector<std::string>& types);

  sql::Database& database_;
  Publisher& publisher_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::event

#endif  // RONGHE_COMMON_EVENT_FEED_H_
