// How are calls about overlays (floating, abroad, excused) answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_OVERLAY_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_OVERLAY_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/overlay.ronghe.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/overlay_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in overlay.proto.
class OverlayApi : public v1::OverlayServiceHandler {
 public:
  OverlayApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
             const rpc::PageTokens& tokens);

  absl::StatusOr<v1::Overlay> RegisterFloatingMember(
      rpc::Call& call, const v1::RegisterFloatingMemberRequest& request) override;
  absl::StatusOr<v1::Overlay> AcknowledgeFloatingMember(
      rpc::Call& call, const v1::AcknowledgeFloatingMemberRequest& request) override;
  absl::StatusOr<v1::Overlay> RegisterAbroad(rpc::Call& call,
                                             const v1::RegisterAbroadRequest& request) override;
  absl::StatusOr<v1::Overlay> ExcuseMember(rpc::Call& call,
                                           const v1::ExcuseMemberRequest& request) override;
  absl::StatusOr<v1::Overlay> RecordOverlayContact(
      rpc::Call& call, const v1::RecordOverlayContactRequest& request) override;
  absl::StatusOr<v1::Overlay> EndOverlay(rpc::Call& call,
                                         const v1::EndOverlayRequest& request) override;
  absl::StatusOr<v1::ListMemberOverlaysResponse> ListMemberOverlays(
      rpc::Call& call, const v1::ListMemberOverlaysRequest& request) override;
  absl::StatusOr<v1::ListOverlaysResponse> ListOverlays(
      rpc::Call& call, const v1::ListOverlaysRequest& request) override;

 private:
  // What an overlay that is registered by hand begins with.
  absl::StatusOr<v1::Overlay> Register(
      rpc::Call& call, const std::string& parent, absl::CivilDay day,
      absl::FunctionRef<absl::Status(service::WriteTx&, const MemberRow&, OverlayRow&)> part);
  // Changes an open overlay after the caller was authorized for its branch.
  absl::StatusOr<v1::Overlay> Change(
      rpc::Call& call, const std::string& name,
      absl::FunctionRef<absl::Status(service::WriteTx&, OverlayRow&)> part);

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_OVERLAY_API_H_
