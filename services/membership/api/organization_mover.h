// How do the members of an organization that is merged, split or dissolved move, all at once?
//
// One organization is one transaction: its members, intervals, posts, history and events, its
// groups and children, what it kept, and its end. A change of few members does all its sources in
// the transaction of the call; one of many leaves them to a job, one after the other, which goes on
// where it was killed. Locks are taken in the house's order: tree, organizations by id, members by
// id, so that a member who is being accepted elsewhere at the same moment moves once, either way.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_MOVER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_MOVER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "common/job/job_runner.h"
#include "common/service/write.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/organization_change_store.h"

namespace ronghe::membership {

// More members than this leave a call for the job.
inline constexpr int32_t kMaxMembersAtOnce = 1000;

inline constexpr char kOrganizationChangeJob[] = "organization.change";

// Thread-safe. The references must outlive it.
class OrganizationMover {
 public:
  OrganizationMover(service::Writer& writer, MembershipTree& tree,
                    const OrganizationRuleBook& kinds)
      : writer_(writer), tree_(tree), kinds_(kinds) {}

  // Locks the organizations of a change and looks whether it can be: all there and active, founded
  // by `day`, none of them under another change, members and children allowed where they go.
  // `target` 0: none. Answers the sources in the order of their ids.
  //
  // Errors: those of MergeOrganizations and DissolveOrganization.
  absl::StatusOr<std::vector<OrganizationRow>> LockForChange(service::WriteTx& tx,
                                                             OrganizationChangeKind kind,
                                                             std::vector<int64_t> sources,
                                                             int64_t target, absl::CivilDay day);

  // Moves everything out of a source and revokes it; writes source and counts of the change.
  absl::Status MoveSource(service::WriteTx& tx, OrganizationChangeRow& change,
                          ChangeSourceRow& source);

  // Moves named members and groups of a locked source to another organization.
  //
  // Errors: MEMBER_ELSEWHERE, GROUP_ELSEWHERE; those of ChangeMembership.
  absl::Status MovePart(service::WriteTx& tx, OrganizationChangeRow& change,
                        ChangeSourceRow& source, std::span<const int64_t> members,
                        std::span<const int64_t> groups);

  // Goes on with every running change until none is left or the run is cancelled. A change that the
  // rules refuse ends as FAILED, with its remaining sources untouched.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  absl::Status Continue(job::JobContext& context, int64_t change_id);
  absl::Status NextSource(job::JobContext& context, OrganizationChangeRow& change);
  absl::Status Fail(job::JobContext& context, int64_t change_id, const absl::Status& reason);
  absl::Status MoveMember(service::WriteTx& tx, const OrganizationChangeRow& change,
                          MemberRow& member);
  absl::Status MoveMembers(service::WriteTx& tx, const OrganizationChangeRow& change,
                           ChangeSourceRow& source);
  absl::Status MoveChildren(service::WriteTx& tx, const OrganizationChangeRow& change,
                            const OrganizationRow& source);

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& kinds_;
};

// Adds the job to `jobs`. `mover` must outlive the runner's threads.
void AddOrganizationChangeJob(job::JobRunner& jobs, OrganizationMover& mover);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_MOVER_H_
