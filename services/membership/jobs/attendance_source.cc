#include "services/membership/jobs/attendance_source.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "ronghe/meeting/v1/attendance.ronghe.h"

namespace ronghe::membership {
namespace {

constexpr size_t kOrganizationsAtATime = 100;
constexpr int32_t kPageSize = 1000;
constexpr char kGroupKind[] = "641";

class RemoteAttendance : public AttendanceSource {
 public:
  RemoteAttendance(std::shared_ptr<rpc::Channel> channel, const org::OrgTree& tree)
      : attendance_(std::move(channel)), tree_(tree) {}

  absl::StatusOr<std::map<MemberMonth, AttendanceFact>> Read(absl::Time deadline,
                                                             std::span<const CountedMember> members,
                                                             absl::CivilMonth first,
                                                             absl::CivilMonth last) override {
    std::set<int64_t> wanted;
    for (const CountedMember& member : members) wanted.insert(member.id);
    const std::vector<std::string> organizations = PlacesOf(members);
    std::map<MemberMonth, AttendanceFact> facts;
    for (size_t from = 0; from < organizations.size(); from += kOrganizationsAtATime) {
      meeting::v1::ListAttendanceRequest request;
      const size_t to = std::min(organizations.size(), from + kOrganizationsAtATime);
      for (size_t i = from; i < to; ++i) request.add_organizations(organizations[i]);
      *request.mutable_first_month() = rpc::ToProto(absl::CivilDay(first));
      *request.mutable_last_month() = rpc::ToProto(absl::CivilDay(last));
      request.set_page_size(kPageSize);
      RONGHE_RETURN_IF_ERROR(ReadPages(deadline, request, wanted, facts));
    }
    return facts;
  }

 private:
  // The branches of members, and the groups below them.
  std::vector<std::string> PlacesOf(std::span<const CountedMember> members) const {
    std::set<int64_t> ids;
    for (const CountedMember& member : members) ids.insert(member.organization_id);
    std::vector<std::string> names;
    for (const int64_t id : ids) {
      names.push_back(base::Name("organizations", id));
      for (const org::OrgNode& child : tree_.Children(id)) {
        if (child.kind == kGroupKind) names.push_back(base::Name("organizations", child.id));
      }
    }
    return names;
  }

  absl::Status ReadPages(absl::Time deadline, meeting::v1::ListAttendanceRequest& request,
                         const std::set<int64_t>& wanted,
                         std::map<MemberMonth, AttendanceFact>& facts) {
    do {
      RONGHE_ASSIGN_OR_RETURN(
          const meeting::v1::ListAttendanceResponse page,
          attendance_.ListAttendance(rpc::Outgoing{.deadline = deadline}, request));
      for (const meeting::v1::MemberMonth& row : page.months()) {
        RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(row.member(), "members"));
        if (!wanted.contains(member_id)) continue;
        RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay month, rpc::FromProto(row.month()));
        const AttendanceFact fact{
            .invited = row.meetings() > 0, .attended = row.attended(), .excused = row.excused()};
        const MemberMonth key{member_id, MonthCode(absl::CivilMonth(month))};
        const auto [it, added] = facts.emplace(key, fact);
        if (!added) it->second = Combine(it->second, fact);
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

  meeting::v1::AttendanceServiceClient attendance_;
  const org::OrgTree& tree_;
};

}  // namespace

AttendanceFact Combine(const AttendanceFact& a, const AttendanceFact& b) {
  if (!a.invited) {
    AttendanceFact other = b;
    other.attended = a.attended || b.attended;
    return other;
  }
  AttendanceFact both = a;
  both.attended = a.attended || b.attended;
  both.excused = a.excused && (b.excused || !b.invited);
  return both;
}

std::unique_ptr<AttendanceSource> MakeAttendanceSource(std::shared_ptr<rpc::Channel> channel,
                                                       const org::OrgTree& tree) {
  return std::make_unique<RemoteAttendance>(std::move(channel), tree);
}

}  // namespace ronghe::membership
