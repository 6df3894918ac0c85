// How are calls about Party workers answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_PARTY_WORKER_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_PARTY_WORKER_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/party_worker.ronghe.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in party_worker.proto.
class PartyWorkerApi : public v1::PartyWorkerServiceHandler {
 public:
  PartyWorkerApi(service::Writer& writer, MembershipTree& tree, const rpc::PageTokens& tokens)
      : writer_(writer), tree_(tree), tokens_(tokens) {}

  absl::StatusOr<v1::PartyWorker> RegisterPartyWorker(
      rpc::Call& call, const v1::RegisterPartyWorkerRequest& request) override;
  absl::StatusOr<v1::PartyWorker> EndPartyWork(rpc::Call& call,
                                               const v1::EndPartyWorkRequest& request) override;
  absl::StatusOr<v1::PartyWorker> GetPartyWorker(rpc::Call& call,
                                                 const v1::GetPartyWorkerRequest& request) override;
  absl::StatusOr<v1::SearchPartyWorkersResponse> SearchPartyWorkers(
      rpc::Call& call, const v1::SearchPartyWorkersRequest& request) override;
  absl::StatusOr<v1::WorkerEvent> RecordWorkerEvent(
      rpc::Call& call, const v1::RecordWorkerEventRequest& request) override;
  absl::StatusOr<v1::WorkerExchange> RecordExchange(
      rpc::Call& call, const v1::RecordExchangeRequest& request) override;
  absl::StatusOr<v1::ListExchangesResponse> ListExchanges(
      rpc::Call& call, const v1::ListExchangesRequest& request) override;
  absl::StatusOr<v1::ListGrowthRecordsResponse> ListGrowthRecords(
      rpc::Call& call, const v1::ListGrowthRecordsRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_PARTY_WORKER_API_H_
