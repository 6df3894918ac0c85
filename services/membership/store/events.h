// What does membership tell the other services, field by field?
//
// Ids, codes and dates only. Dates are YYYY-MM-DD; an end that is open is "".
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_EVENTS_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_EVENTS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/event/event.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {

inline constexpr std::string_view kOrganizationChanged = "ronghe.membership.organization.changed";
inline constexpr std::string_view kIntervalChanged = "ronghe.membership.interval.changed";
inline constexpr std::string_view kIntervalsOpened = "ronghe.membership.intervals.opened";
inline constexpr std::string_view kPostChanged = "ronghe.membership.post.changed";
inline constexpr std::string_view kMemberChanged = "ronghe.membership.member.changed";
inline constexpr std::string_view kAdmissionChanged = "ronghe.membership.admission.changed";
inline constexpr std::string_view kDocumentChanged = "ronghe.membership.document.changed";

// What an interval event does to the number of members that its organization has now.
enum class CountChange { kNone, kEnters, kLeaves };

// The organization as it is now.
event::Draft OrganizationEvent(const OrganizationRow& row,
                               std::vector<std::string> changed_fields = {});

// The interval as it is now. The data key "count" is "1", "-1" or "0": by how much the members of
// normal standing of its organization and category change, for whoever keeps counts.
event::Draft IntervalEvent(const MemberIntervalRow& row, CountChange change);

// The events of an amended interval: the old one, of no length, then the new one. A reader that
// keeps intervals by id ends with the new one.
std::vector<event::Draft> AmendmentEvents(const MemberIntervalRow& before,
                                          const MemberIntervalRow& after);

// The event of an interval that was just inserted or just closed.
event::Draft InsertedEvent(const MemberIntervalRow& row);
event::Draft ClosedEvent(const MemberIntervalRow& row);

// The events of the intervals of new members, in as few as possible: each of one organization. What
// they look like is written in common/org/interval_event.h.
std::vector<event::Draft> OpenedEvents(std::span<const MemberIntervalRow> rows);

event::Draft PostEvent(const PostRow& row);

// Which particulars of a member changed, without their values.
event::Draft MemberEvent(const MemberRow& row, std::vector<std::string> changed_fields);

// What happened in an admission case, as it is after it.
event::Draft AdmissionEvent(const AdmissionCaseRow& row, const AdmissionEventRow& happened);

// A file that lies with its subject now, or no longer does. `organization_id` is the subject's. A
// file that is still being uploaded is nobody else's business.
event::Draft DocumentEvent(const DocumentRow& row, int64_t organization_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_EVENTS_H_
