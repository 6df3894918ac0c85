// How does a membership begin, change and end, whoever decided it?
//
// Every path to it (direct entry, admission, transfer, standing, merged organizations) comes here,
// so that member row, interval, posts, history and events always change together.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MEMBERSHIP_WRITER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MEMBERSHIP_WRITER_H_

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/service/write.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/subject.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {

// Inserts a member with the intervals of `first` (the first days of membership, oldest first, the
// last one open) and notes `code` on the first day, and a conversion where the next interval
// begins. `row` is written as it is, with the membership of the last interval; its id must be set.
//
// Errors: MEMBER_EXISTS.
absl::Status BeginMembership(service::WriteTx& tx, MemberRow& row, std::span<const Interval> first,
                             ChangeCode code, const Subject& basis = {});

// What changes, from which day on, and why.
struct MembershipChange {
  Membership next;
  absl::CivilDay day;
  ChangeCode code = ChangeCode::kMoved;
  Subject basis;                   // the case that decided it
  std::string_view changed_field;  // of Member, for the event: "category"
};

// Changes the membership of a locked member: writes the row (with whatever else the caller changed
// in it, and the next etag), ends posts in an organization that was left and all posts of one who
// is no member any more. The caller has checked the destination.
//
// Errors: FAILED_PRECONDITION MEMBER_LEFT; those of PlanChange.
absl::Status ChangeMembership(service::WriteTx& tx, MemberRow& row, const MembershipChange& change);

// Begins the membership of a person who is on record but left, transferred out or was removed: a
// new interval from `change.day` on. `row` is locked.
//
// Errors: FAILED_PRECONDITION EFFECTIVE_DATE_IN_FUTURE, EFFECTIVE_DATE_BEFORE_INTERVAL when the
// last interval ended later; MEMBER_UNCHANGED when the person is a member.
absl::Status ResumeMembership(service::WriteTx& tx, MemberRow& row, const MembershipChange& change);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MEMBERSHIP_WRITER_H_
