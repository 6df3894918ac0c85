#include "services/membership/store/events.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"

namespace ronghe::membership {
namespace {

// An event carries 8,000 bytes at most, an interval takes 70.
constexpr int32_t kIntervalsAnEvent = 100;

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

std::vector<event::Draft> OpenedEvents(std::span<const MemberIntervalRow> rows) {
  struct Part {
    int64_t organization_id = 0;
    int64_t full = 0;
    int64_t probationary = 0;
    int32_t count = 0;
    std::string list;
  };
  std::vector<Part> parts;
  absl::flat_hash_map<int64_t, size_t> open;  // the part of an organization that has room
  for (const MemberIntervalRow& row : rows) {
    const auto [found, fresh] = open.try_emplace(row.organization_id, parts.size());
    if (!fresh && parts[found->second].count == kIntervalsAnEvent) found->second = parts.size();
    if (found->second == parts.size()) parts.push_back({.organization_id = row.organization_id});
    Part& part = parts[found->second];
    if (row.open() && row.interval().membership.counted()) {
      ++(row.category == Category::kFull ? part.full : part.probationary);
    }
    absl::StrAppend(&part.list, part.count++ == 0 ? "" : ";", row.id, ",", row.member_id, ",",
                    Number(row.category), ",", Number(row.standing), ",", row.voting ? "1" : "0",
                    ",", base::FormatDay(row.valid_from), ",", End(row.valid_to));
  }
  std::vector<event::Draft> drafts;
  for (Part& part : parts) {
    event::Draft& draft = drafts.emplace_back(
        event::Draft{.type = std::string(kIntervalsOpened),
                     .subject = base::Name("organizations", part.organization_id),
                     .organization_id = part.organization_id});
    draft.data = {{"organization", absl::StrCat(part.organization_id)},
                  {"full", absl::StrCat(part.full)},
                  {"probationary", absl::StrCat(part.probationary)},
                  {"intervals", std::move(part.list)}};
  }
  return drafts;
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

event::Draft DocumentEvent(const DocumentRow& row, int64_t organization_id) {
  event::Draft draft{.type = std::string(kDocumentChanged),
                     .subject = base::Name("documents", row.id),
                     .organization_id = organization_id};
  draft.data = {{"document", absl::StrCat(row.id)},
                {"of", base::Name(row.subject_collection, row.subject_id)},
                {"organization", absl::StrCat(organization_id)},
                {"kind", row.kind},
                {"state", Number(row.state)}};
  return draft;
}

}  // namespace ronghe::membership
