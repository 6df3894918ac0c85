// How are calls about measures of discipline answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DISCIPLINE_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DISCIPLINE_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/discipline.ronghe.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/standing/discipline.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in discipline.proto.
class DisciplineApi : public v1::DisciplineServiceHandler {
 public:
  DisciplineApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                MotionReader& motions, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::Discipline> RestoreMemberRights(
      rpc::Call& call, const v1::RestoreMemberRightsRequest& request) override;
  absl::StatusOr<v1::Discipline> RecordPastDiscipline(
      rpc::Call& call, const v1::RecordPastDisciplineRequest& request) override;
  absl::StatusOr<v1::ListMemberDisciplinesResponse> ListMemberDisciplines(
      rpc::Call& call, const v1::ListMemberDisciplinesRequest& request) override;
  absl::StatusOr<v1::ListDisciplinesResponse> ListDisciplines(
      rpc::Call& call, const v1::ListDisciplinesRequest& request) override;

 private:
  // Completes the row of a measure from paper and writes it with what follows from it today.
  absl::Status TakeOver(service::WriteTx& tx, const PastMeasure& past, absl::CivilDay today,
                        MemberRow& member, DisciplineRow& row);

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  MotionReader& motions_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DISCIPLINE_API_H_
