// How does a reader get from a list of scores to the records behind a point?
#ifndef RONGHE_SERVICES_EVALUATION_API_SCORES_API_H_
#define RONGHE_SERVICES_EVALUATION_API_SCORES_API_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/channel.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/evaluation/v1/score.ronghe.h"
#include "services/evaluation/store/round_store.h"
#include "services/evaluation/store/score_store.h"

namespace ronghe::evaluation {

// All references must outlive it. Errors are those that score.proto names.
class ScoresApi : public v1::ScoreServiceHandler {
 public:
  // `sources` are the services that own the records, by name ("services/meeting").
  ScoresApi(sql::Database& database, const rpc::PageTokens& tokens,
            std::map<std::string, std::shared_ptr<rpc::Channel>> sources)
      : database_(database), tokens_(tokens), sources_(std::move(sources)) {}

  absl::StatusOr<v1::ListScoresResponse> ListScores(rpc::Call& call,
                                                    const v1::ListScoresRequest& request) override;
  absl::StatusOr<v1::SummarizeScoresResponse> SummarizeScores(
      rpc::Call& call, const v1::SummarizeScoresRequest& request) override;
  absl::StatusOr<v1::Score> GetScore(rpc::Call& call, const v1::GetScoreRequest& request) override;
  absl::StatusOr<v1::ExplainScoreResponse> ExplainScore(
      rpc::Call& call, const v1::ExplainScoreRequest& request) override;
  absl::StatusOr<v1::ListScoreEvidenceResponse> ListScoreEvidence(
      rpc::Call& call, const v1::ListScoreEvidenceRequest& request) override;

 private:
  struct Opened {
    RoundRow round;
    v1::ScoreRecord record;
  };
  // The round, once the caller may read the scores of `organization_id` (0: the round's own) in it.
  absl::StatusOr<RoundRow> OpenRound(rpc::Call& call, sql::Session& session, int64_t round_id,
                                     int64_t organization_id);
  absl::StatusOr<Opened> OpenScore(rpc::Call& call, sql::Session& session, const std::string& name);

  sql::Database& database_;
  const rpc::PageTokens& tokens_;
  const std::map<std::string, std::shared_ptr<rpc::Channel>> sources_;
};

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_API_SCORES_API_H_
