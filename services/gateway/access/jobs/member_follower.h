// What becomes of somebody's account when the member behind it moves or leaves? What hung on the
// old organization ends within seconds; who has left keeps nothing.
//
// Membership's events mark the members that have an account, in the transaction that copies them,
// so that no crash loses one; the job looks at the marked ones as they are by then. Doing it again
// changes nothing.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/auth/authorizer.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/sql/database.h"
#include "ronghe/event/v1/event_feed.pb.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/store/member_check_store.h"
#include "services/gateway/access/subject_changed.h"

namespace ronghe::gateway::access {

// Marks the members of `events` that an account belongs to. For org::Projection.
absl::Status MarkMembers(sql::Session& session, std::span<const ::ronghe::event::v1::Event> events);

class MemberFollower {
 public:
  struct Parts {
    base::IdGenerator& ids;
    auth::OrgScope& organizations;
    // OK when everything that membership has published is copied here.
    std::function<absl::Status(absl::Time deadline)> catch_up;
    SubjectChanged changed;
    // Called after a commit that emitted events; may be null.
    std::function<void()> nudge;
  };

  explicit MemberFollower(Parts parts) : parts_(std::move(parts)) {}

  // Looks at the marked members. One who is nowhere is judged to have left only once the copy is
  // complete and the mark a moment old: a move is two events, and the second may be on its way.
  // Errors: those of the database; what was not done stays marked.
  absl::Status Run(job::JobContext& job) const;

 private:
  enum class Verdict { kDone, kLater };

  absl::StatusOr<Verdict> Look(sql::Session& session, const MemberCheckRow& check, bool complete,
                               absl::Time now, bool* changed, std::string* subject) const;
  absl::StatusOr<bool> Moved(sql::Session& session, const AccountRow& account, int64_t member,
                             int64_t organization, absl::Time now) const;
  absl::StatusOr<bool> Left(sql::Session& session, AccountRow account, int64_t member,
                            absl::Time now) const;
  absl::Status EndGrants(sql::Session& session, std::vector<GrantRow> grants, EndReason reason,
                         int64_t member, absl::Time now) const;
  audit::Entry EntryFor(EndReason reason, int64_t member, absl::Time now) const;

  const Parts parts_;
};

}  // namespace ronghe::gateway::access
