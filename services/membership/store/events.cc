#include "services/membership/store/events.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"

namespace ronghe::membership {
namespace {

std::string End(absl::CivilDay day) { return day == kOpenEnd ? "" : base::FormatDay(day); }

template <class Code>
std::string Number(Code code) {
  return absl::StrCat(static_cast<int32_t>(code));
}

}  // namespace

event::Draft OrganizationEvent(const OrganizationRow& row,
                               std::vector<std::string> changed_fields) {
  event::Draft draft{.type = std::string(kOrganizationChanged),
                     .subject = base::Name("organizations", row.id),
                     .organization_id = row.id,
                     .changed_fields = std::move(changed_fields)};
  draft.data = {{"organization", absl::StrCat(row.id)},
                {"parent", row.parent_id == 0 ? "" : absl::StrCat(row.parent_id)},
                {"kind", absl::StrCat(row.kind)},
                {"name", row.title},
                {"code", row.code},
                {"sort", absl::StrCat(row.sort)},
                {"founded_on", base::FormatDay(row.founded_on)},
                {"revoked_on", row.revoked_on ? base::FormatDay(*row.revoked_on) : ""}};
  return draft;
}

event::Draft IntervalEvent(const MemberIntervalRow& row, CountChange change) {
  event::Draft draft{.type = std::string(kIntervalChanged),
                     .subject = base::Name("members", row.member_id),
                     .organization_id = row.organization_id};
  const char* count = "0";
  if (row.interval().membership.counted()) {
    if (change == CountChange::kEnters) count = "1";
    if (change == CountChange::kLeaves) count = "-1";
  }
  draft.data = {{"interval", absl::StrCat(row.id)},
                {"member", absl::StrCat(row.member_id)},
                {"organization", absl::StrCat(row.organization_id)},
                {"category", Number(row.category)},
                {"standing", Number(row.standing)},
                {"voting", row.voting ? "1" : "0"},
                {"valid_from", base::FormatDay(row.valid_from)},
                {"valid_to", End(row.valid_to)},
                {"count", count}};
  return draft;
}

std::vector<event::Draft> AmendmentEvents(const MemberIntervalRow& before,
                                          const MemberIntervalRow& after) {
  MemberIntervalRow retracted = before;
  retracted.valid_to = retracted.valid_from;
  std::vector<event::Draft> drafts;
  drafts.push_back(IntervalEvent(retracted, CountChange::kLeaves));
  drafts.push_back(IntervalEvent(after, CountChange::kEnters));
  return drafts;
}

event::Draft InsertedEvent(const MemberIntervalRow& row) {
  return IntervalEvent(row, row.open() ? CountChange::kEnters : CountChange::kNone);
}

event::Draft ClosedEvent(const MemberIntervalRow& row) {
  return IntervalEvent(row, CountChange::kLeaves);
}

event::Draft PostEvent(const PostRow& row) {
  event::Draft draft{.type = std::string(kPostChanged),
                     .subject = base::ChildName("members", row.member_id, "posts", row.id),
                     .organization_id = row.organization_id};
  draft.data = {{"post", absl::StrCat(row.id)},
                {"member", absl::StrCat(row.member_id)},
                {"organization", absl::StrCat(row.organization_id)},
                {"post_code", PostCode(row.code)},
                {"valid_from", base::FormatDay(row.valid_from)},
                {"valid_to", End(row.valid_to)}};
  return draft;
}

event::Draft MemberEvent(const MemberRow& row, std::vector<std::string> changed_fields) {
  event::Draft draft{.type = std::string(kMemberChanged),
                     .subject = base::Name("members", row.id),
                     .organization_id = row.organization_id,
                     .changed_fields = std::move(changed_fields)};
  draft.data = {{"member", absl::StrCat(row.id)}};
  return draft;
}

event::Draft AdmissionEvent(const AdmissionCaseRow& row, const AdmissionEventRow& happened) {
  event::Draft draft{.type = std::string(kAdmissionChanged),
                     .subject = base::Name("admissionCases", row.id),
                     .organization_id = row.organization_id};
  draft.data = {{"case", absl::StrCat(row.id)},
                {"organization", absl::StrCat(row.organization_id)},
                {"kind", Number(row.kind)},
                {"event", Number(happened.kind)},
                {"day", base::FormatDay(happened.day)},
                {"state", Number(row.state)},
                {"member", row.member_id == 0 ? "" : absl::StrCat(row.member_id)}};
  return draft;
}

}  // namespace ronghe::membership
