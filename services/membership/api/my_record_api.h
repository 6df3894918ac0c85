// How are calls of a member about the own record answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MY_RECORD_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MY_RECORD_API_H_

#include "absl/status/statusor.h"
#include "common/auth/role_table.h"
#include "common/base/ids.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/membership/v1/my_record.ronghe.h"
#include "services/membership/domain/unmask.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"
#include "services/membership/store/unmask_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in my_record.proto.
class MyRecordApi : public v1::MyRecordServiceHandler {
 public:
  MyRecordApi(sql::Database& database, base::IdGenerator& ids, const MembershipTree& tree,
              const UnmaskRuleBook& rules, const PersonalFields& fields,
              const rpc::PageTokens& tokens, const auth::RoleTable& roles);

  absl::StatusOr<v1::MyRecord> GetMyRecord(rpc::Call& call,
                                           const v1::GetMyRecordRequest& request) override;
  absl::StatusOr<v1::ListMyRecordReadsResponse> ListMyRecordReads(
      rpc::Call& call, const v1::ListMyRecordReadsRequest& request) override;

 private:
  v1::RecordRead ToProto(const UnmaskReadRow& row) const;

  sql::Database& database_;
  base::IdGenerator& ids_;
  const MembershipTree& tree_;
  const UnmaskRuleBook& rules_;
  const PersonalFields& fields_;
  const rpc::PageTokens& tokens_;
  const auth::RoleTable& roles_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MY_RECORD_API_H_
