// How are calls about members answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_API_H_

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/member.ronghe.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/unmask.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in member.proto.
class MemberApi : public v1::MemberServiceHandler {
 public:
  MemberApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& rules,
            const RuleBooks& books, const UnmaskRuleBook& unmask_rules,
            const PersonalFields& fields, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::Member> CreateMember(rpc::Call& call,
                                          const v1::CreateMemberRequest& request) override;
  void GetMember(std::span<rpc::Coalesced<v1::GetMemberRequest, v1::Member>> batch) override;
  absl::StatusOr<v1::ListMembersResponse> ListMembers(
      rpc::Call& call, const v1::ListMembersRequest& request) override;
  absl::StatusOr<v1::SearchMembersResponse> SearchMembers(
      rpc::Call& call, const v1::SearchMembersRequest& request) override;
  absl::StatusOr<v1::Member> UpdateMember(rpc::Call& call,
                                          const v1::UpdateMemberRequest& request) override;
  absl::StatusOr<v1::Member> ChangeMemberCategory(
      rpc::Call& call, const v1::ChangeMemberCategoryRequest& request) override;
  absl::StatusOr<v1::Member> ChangeMemberStanding(
      rpc::Call& call, const v1::ChangeMemberStandingRequest& request) override;
  absl::StatusOr<v1::Member> MoveMember(rpc::Call& call,
                                        const v1::MoveMemberRequest& request) override;
  absl::StatusOr<v1::UnmaskedMember> UnmaskMember(rpc::Call& call,
                                                  const v1::UnmaskMemberRequest& request) override;
  absl::StatusOr<v1::ListMemberIntervalsResponse> ListMemberIntervals(
      rpc::Call& call, const v1::ListMemberIntervalsRequest& request) override;

 private:
  // What a change of membership needs to know.
  struct Change {
    int64_t member_id = 0;
    std::string_view etag;
    absl::CivilDay day;
    int64_t destination = 0;         // a branch to lock before the member; 0: none
    std::optional<ChangeCode> code;  // absent: what the change of standing is called
    std::string_view changed_field;
    // Whether the member as it is may be changed so; empty: whoever is a member may.
    std::function<absl::Status(sql::Session& session, const MemberRow& row)> check = nullptr;
    // Turns the present membership and row into the next.
    std::function<void(Membership& membership, MemberRow& row)> apply;
  };
  absl::StatusOr<v1::Member> ChangeMembership(rpc::Call& call, const Change& change);

  template <class Row>
  absl::StatusOr<v1::ListMembersResponse> Page(rpc::Call& call,
                                               const v1::ListMembersRequest& request);
  absl::StatusOr<v1::Member> Present(const MemberRow& row, v1::MemberView view,
                                     v1::MemberView otherwise, absl::Time now) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
  const RuleBook& transfer_rules_;
  const UnmaskRuleBook& unmask_rules_;
  const PersonalFields& fields_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MEMBER_API_H_
