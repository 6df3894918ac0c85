// Which requests wait for somebody as a second person?
#ifndef RONGHE_COMMON_APPROVAL_PENDING_H_
#define RONGHE_COMMON_APPROVAL_PENDING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/sql/session.h"

namespace ronghe::approval {

inline constexpr std::string_view kDecide = "approval.request.decide";

// A request that nobody has decided on, without what it asks for.
struct Pending {
  int64_t id = 0;
  std::string subject;
  std::string on_behalf_of;
  int64_t organization_id = 0;  // 0: all
  absl::Time create_time;
  absl::Time expire_time;
};

// Up to `limit` pending requests that expire after `after_expiry`, or then with a greater id than
// `after_id`, by expiry and id.
//
// Errors: those of sql::Session.
absl::StatusOr<std::vector<Pending>> ListPending(sql::Session& session, absl::Time after_expiry,
                                                 int64_t after_id, int32_t limit);

// Whether who decides is one of those in whose name a request was made, or decides for one.
bool IsOwn(std::string_view requester, std::string_view requested_for, std::string_view decider,
           std::string_view decides_for);

// Whether `principal` may decide on a request at `now`, as ApproveRequest would say.
bool MayDecide(const auth::Authorizer& authorizer, const auth::Principal& principal,
               const Pending& pending, absl::Time now);

}  // namespace ronghe::approval

#endif  // RONGHE_COMMON_APPROVAL_PENDING_H_
