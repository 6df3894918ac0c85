#include "services/membership/api/reminder_api.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/rpc/convert.h"
#include "common/sql/statement.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/reminder_store.h"

namespace ronghe::membership {
namespace {

// Statements of one page whose reminders are for other roles.
constexpr int kMaxStatements = 5;

// A place in a list by day and id.
struct DayCursor {
  absl::CivilDay day = absl::CivilDay(1000, 1, 1);
  int64_t id = 0;
};

std::string Format(const DayCursor& cursor) {
  return base::Cat(base::FormatDay(cursor.day), "|", cursor.id);
}

absl::StatusOr<DayCursor> OpenCursor(const rpc::PageTokens& tokens, std::string_view method,
                                     std::string_view filter, const std::string& token) {
  DayCursor cursor;
  if (token.empty()) return cursor;
  RONGHE_ASSIGN_OR_RETURN(const std::string text, tokens.Open(method, filter, token));
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, '|');
  RONGHE_ASSIGN_OR_RETURN(cursor.day, base::ParseDay(parts.first));
  static_cast<void>(absl::SimpleAtoi(parts.second, &cursor.id));
  return cursor;
}

// The organizations in which the caller holds roles, with the roles. A role held everywhere is held
// in the organizations without a parent.
using RolesByOrganization = std::map<int64_t, std::set<std::string>>;

RolesByOrganization RolesOf(const rpc::Call& call, const org::OrgTree& tree) {
  RolesByOrganization roles;
  for (const auth::Grant& grant : call.principal().grants) {
    if (grant.ends <= call.now()) continue;
    if (grant.organization_id != 0) {
      roles[grant.organization_id].insert(grant.role);
      continue;
    }
    for (const int64_t root : tree.Roots()) roles[root].insert(grant.role);
  }
  while (roles.size() > sql::kMaxList) roles.erase(std::prev(roles.end()));
  return roles;
}

std::vector<int64_t> Organizations(const RolesByOrganization& roles) {
  std::vector<int64_t> ids;
  for (const auto& [id, names] : roles) ids.push_back(id);
  return ids;
}

bool IsForCaller(const DeadlineCatalogue& catalogue, const RolesByOrganization& roles,
                 int64_t organization_id, std::string_view code, int32_t stage) {
  const auto it = roles.find(organization_id);
  if (it == roles.end()) return false;
  for (const std::string& role : it->second) {
    if (catalogue.IsFor(code, stage, role)) return true;
  }
  return false;
}

v1::ReminderKind KindOf(const DeadlineRule& rule, int32_t stage) {
  if (stage > kOverdue) return v1::REMINDER_KIND_ESCALATED;
  if (stage == kOverdue) return v1::REMINDER_KIND_OVERDUE;
  return rule.earliest ? v1::REMINDER_KIND_POSSIBLE : v1::REMINDER_KIND_DUE;
}

v1::Reminder ToProto(const InboxRow& row, const DeadlineRule& rule, const org::OrgTree& tree,
                     absl::CivilDay today) {
  v1::Reminder reminder;
  reminder.set_code(row.code);
  reminder.set_title(rule.title);
  reminder.set_kind(KindOf(rule, row.stage));
  reminder.set_subject(base::Name(row.subject_collection, row.subject_id));
  reminder.set_organization(base::Name("organizations", row.organization_id));
  reminder.set_acting_organization(base::Name("organizations", row.acting_organization_id));
  reminder.set_acting_title(tree.Name(row.acting_organization_id));
  *reminder.mutable_due_on() = rpc::ToProto(row.due_on);
  reminder.set_days_left(static_cast<int32_t>(row.due_on - today));
  reminder.set_rule_id(row.rule_id);
  reminder.set_rule_set(row.rule_set);
  reminder.set_source(row.source);
  *reminder.mutable_raise_time() = rpc::ToProto(row.raise_time);
  return reminder;
}

}  // namespace

ReminderApi::ReminderApi(sql::Database& database, const MembershipTree& tree,
                         const DeadlineCatalogue& catalogue, const rpc::PageTokens& tokens)
    : database_(database), tree_(tree), catalogue_(catalogue), tokens_(tokens) {}

absl::StatusOr<v1::ListRemindersResponse> ReminderApi::ListReminders(
    rpc::Call& call, const v1::ListRemindersRequest& request) {
  const std::string filter = base::Cat(call.principal().subject, "|", request.kind());
  RONGHE_ASSIGN_OR_RETURN(DayCursor cursor,
                          OpenCursor(tokens_, call.method(), filter, request.page_token()));
  v1::ListRemindersResponse response;
  const RolesByOrganization roles = RolesOf(call, tree_.tree());
  if (roles.empty()) return response;
  const int32_t size = rpc::PageSize(request.page_size());
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const std::vector<int64_t> organizations = Organizations(roles);
  bool more = true;
  RONGHE_RETURN_IF_ERROR(
      database_.Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        for (int i = 0; more && i < kMaxStatements && response.reminders_size() < size; ++i) {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<InboxRow> rows,
                                  Inbox(session, organizations, cursor.day, cursor.id, size));
          more = rows.size() == static_cast<size_t>(size);
          for (const InboxRow& row : rows) {
            if (response.reminders_size() == size) {
              more = true;
              break;
            }
            cursor = {row.due_on, row.deadline_id};
            const DeadlineRule* const rule = catalogue_.Find(row.code);
            if (!IsForCaller(catalogue_, roles, row.organization_id, row.code, row.stage)) continue;
            v1::Reminder reminder = ToProto(row, *rule, tree_.tree(), today);
            if (request.kind() != v1::REMINDER_KIND_UNSPECIFIED &&
                request.kind() != reminder.kind()) {
              continue;
            }
            *response.add_reminders() = std::move(reminder);
          }
        }
        return absl::OkStatus();
      }));
  if (more) response.set_next_page_token(tokens_.Seal(call.method(), filter, Format(cursor)));
  return response;
}

absl::StatusOr<v1::ReminderCounts> ReminderApi::CountReminders(rpc::Call& call,
                                                               const v1::CountRemindersRequest&) {
  v1::ReminderCounts counts;
  const RolesByOrganization roles = RolesOf(call, tree_.tree());
  if (roles.empty()) return counts;
  const std::vector<int64_t> organizations = Organizations(roles);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ReminderCount> rows,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return membership::CountReminders(session, organizations);
                          }));
  for (const ReminderCount& row : rows) {
    if (!IsForCaller(catalogue_, roles, row.organization_id, row.code, row.stage)) continue;
    switch (KindOf(*catalogue_.Find(row.code), row.stage)) {
      case v1::REMINDER_KIND_DUE:
        counts.set_due(counts.due() + row.count);
        break;
      case v1::REMINDER_KIND_OVERDUE:
        counts.set_overdue(counts.overdue() + row.count);
        break;
      case v1::REMINDER_KIND_ESCALATED:
        counts.set_escalated(counts.escalated() + row.count);
        break;
      default:
        counts.set_possible(counts.possible() + row.count);
    }
  }
  return counts;
}

absl::StatusOr<v1::ListDeadlinesResponse> ReminderApi::ListDeadlines(
    rpc::Call& call, const v1::ListDeadlinesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      DayCursor cursor, OpenCursor(tokens_, call.method(), request.parent(), request.page_token()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> rows,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return OpenDeadlinesOf(session, id, cursor.day, cursor.id, size + 1);
                          }));
  v1::ListDeadlinesResponse response;
  for (const DeadlineRow& row : rows) {
    if (response.deadlines_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), request.parent(), Format(cursor)));
      break;
    }
    cursor = {row.due_on, row.id};
    v1::OpenDeadline& open = *response.add_deadlines();
    *open.mutable_deadline() = membership::ToProto(row);
    const DeadlineRule* const rule = catalogue_.Find(row.code);
    if (rule != nullptr) open.set_title(rule->title);
    open.set_subject(base::Name(row.subject_collection, row.subject_id));
  }
  return response;
}

}  // namespace ronghe::membership
