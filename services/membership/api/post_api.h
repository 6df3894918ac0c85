// How are calls about posts answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_POST_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_POST_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in post.proto.
class PostApi : public v1::PostServiceHandler {
 public:
  // `workers` says when a new secretary is to be trained.
  PostApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& rules,
          const RuleBook& workers, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::Post> AppointPost(rpc::Call& call,
                                       const v1::AppointPostRequest& request) override;
  absl::StatusOr<v1::Post> EndPost(rpc::Call& call, const v1::EndPostRequest& request) override;
  absl::StatusOr<v1::ListPostsResponse> ListPosts(rpc::Call& call,
                                                  const v1::ListPostsRequest& request) override;
  absl::StatusOr<v1::ListMemberPostsResponse> ListMemberPosts(
      rpc::Call& call, const v1::ListMemberPostsRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
  const RuleBook& workers_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_POST_API_H_
