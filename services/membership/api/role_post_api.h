// How are calls about role posts answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ROLE_POST_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ROLE_POST_API_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/role_post.ronghe.h"
#include "services/membership/api/meeting_reader.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/role_post_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in role_post.proto.
class RolePostApi : public v1::RolePostServiceHandler {
 public:
  RolePostApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
              MeetingReader& meetings, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::RolePost> CreateRolePost(rpc::Call& call,
                                              const v1::CreateRolePostRequest& request) override;
  absl::StatusOr<v1::RolePost> SetRolePostHolders(
      rpc::Call& call, const v1::SetRolePostHoldersRequest& request) override;
  absl::StatusOr<v1::RolePost> ReviewRolePost(rpc::Call& call,
                                              const v1::ReviewRolePostRequest& request) override;
  absl::StatusOr<v1::RolePost> AdvanceBrandProject(
      rpc::Call& call, const v1::AdvanceBrandProjectRequest& request) override;
  absl::StatusOr<v1::RolePost> EndRolePost(rpc::Call& call,
                                           const v1::EndRolePostRequest& request) override;
  absl::StatusOr<v1::RolePost> GetRolePost(rpc::Call& call,
                                           const v1::GetRolePostRequest& request) override;
  absl::StatusOr<v1::ListRolePostsResponse> ListRolePosts(
      rpc::Call& call, const v1::ListRolePostsRequest& request) override;

 private:
  using Names = google::protobuf::RepeatedPtrField<std::string>;

  // Changes a role post that goes on: locks it, checks rights and etag, runs `change`, writes it.
  absl::StatusOr<v1::RolePost> Change(
      rpc::Call& call, const std::string& name, std::string_view etag,
      absl::FunctionRef<absl::Status(service::WriteTx&, RolePostRow&)> change);
  // Makes `names` the holders from `day` on, each checked by the rules.
  absl::Status AddHolders(service::WriteTx& tx, const RolePostRow& row, const Names& names,
                          absl::CivilDay day) const;
  // Asks for the review of a year, unless it was asked for.
  absl::Status AskForReview(service::WriteTx& tx, const RolePostRow& row, int32_t year) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  MeetingReader& meetings_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ROLE_POST_API_H_
