// How are calls about the yearly analysis of the activists answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ACTIVIST_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ACTIVIST_API_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/activist_analysis.ronghe.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/activist_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in
// activist_analysis.proto.
class ActivistApi : public v1::ActivistAnalysisServiceHandler {
 public:
  ActivistApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
              const rpc::PageTokens& tokens);

  absl::StatusOr<v1::ActivistAnalysis> RecordActivistAnalysis(
      rpc::Call& call, const v1::RecordActivistAnalysisRequest& request) override;
  absl::StatusOr<v1::ActivistAnalysis> GetActivistAnalysis(
      rpc::Call& call, const v1::GetActivistAnalysisRequest& request) override;
  absl::StatusOr<v1::ListActivistAnalysesResponse> ListActivistAnalyses(
      rpc::Call& call, const v1::ListActivistAnalysesRequest& request) override;

 private:
  // Counts the activists below the committee into the row.
  absl::Status Count(sql::Session& session, const RuleSet& rules, absl::CivilDay today,
                     ActivistAnalysisRow& row) const;
  v1::ActivistAnalysis ToProto(const ActivistAnalysisRow& row) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ACTIVIST_API_H_
