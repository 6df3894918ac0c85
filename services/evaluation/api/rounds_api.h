// How are rounds created, started, followed and published, and marks recorded?
#ifndef RONGHE_SERVICES_EVALUATION_API_ROUNDS_API_H_
#define RONGHE_SERVICES_EVALUATION_API_ROUNDS_API_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/org/org_tree.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "common/sql/database.h"
#include "ronghe/evaluation/v1/round.ronghe.h"
#include "services/evaluation/domain/scheme.h"
#include "services/evaluation/store/round_store.h"

namespace ronghe::evaluation {

// All references must outlive it. Errors are those that round.proto names.
class RoundsApi : public v1::RoundServiceHandler {
 public:
  // `started` is called after a round was started: the background work may begin.
  RoundsApi(service::Writer& writer, const org::OrgTree& tree, const rpc::PageTokens& tokens,
            std::function<void()> started);

  absl::StatusOr<v1::Round> CreateRound(rpc::Call& call,
                                        const v1::CreateRoundRequest& request) override;
  absl::StatusOr<v1::Round> StartRound(rpc::Call& call,
                                       const v1::StartRoundRequest& request) override;
  absl::StatusOr<v1::Round> PublishRound(rpc::Call& call,
                                         const v1::PublishRoundRequest& request) override;
  absl::StatusOr<v1::Round> GetRound(rpc::Call& call, const v1::GetRoundRequest& request) override;
  absl::StatusOr<v1::ListRoundsResponse> ListRounds(rpc::Call& call,
                                                    const v1::ListRoundsRequest& request) override;
  absl::StatusOr<v1::Mark> RecordMark(rpc::Call& call,
                                      const v1::RecordMarkRequest& request) override;
  absl::StatusOr<v1::ListMarksResponse> ListMarks(rpc::Call& call,
                                                  const v1::ListMarksRequest& request) override;

 private:
  sql::Database& database_;
  service::Writer& writer_;
  const org::OrgTree& tree_;
  const rpc::PageTokens& tokens_;
  const std::function<void()> started_;
};

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_API_ROUNDS_API_H_
