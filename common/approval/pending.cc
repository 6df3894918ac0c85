#include "common/approval/pending.h"

#include "common/sql/statement.h"

namespace ronghe::approval {
namespace {

const sql::Query<Pending> kPending(
    "approval.pending",
    "SELECT id, subject, on_behalf_of, organization_id, create_time, expire_time FROM approval "
    "WHERE state = 1 AND expire_time >= ? AND (expire_time > ? OR id > ?) "
    "ORDER BY expire_time, id LIMIT ?");

}  // namespace

absl::StatusOr<std::vector<Pending>> ListPending(sql::Session& session, absl::Time after_expiry,
                                                 int64_t after_id, int32_t limit) {
  return session.Select(kPending, after_expiry, after_expiry, after_id, limit);
}

bool IsOwn(std::string_view requester, std::string_view requested_for, std::string_view decider,
           std::string_view decides_for) {
  for (const std::string_view person : {requester, requested_for}) {
    if (!person.empty() && (decider == person || decides_for == person)) return true;
  }
  return false;
}

bool MayDecide(const auth::Authorizer& authorizer, const auth::Principal& principal,
               const Pending& pending, absl::Time now) {
  const auth::Grant* const grant =
      pending.organization_id == 0
          ? authorizer.FindEverywhere(principal, kDecide, now)
          : authorizer.Find(principal, kDecide, pending.organization_id, now);
  return grant != nullptr &&
         !IsOwn(pending.subject, pending.on_behalf_of, principal.subject, grant->on_behalf_of);
}

}  // namespace ronghe::approval
