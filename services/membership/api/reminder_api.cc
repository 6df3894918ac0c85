#include "services/membership/api/reminder_api.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/approval/errors.h"
#include "common/approval/pending.h"
#include "common/approval/policy.h"
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

// Statements of one page whose rows are for others.
constexpr int kMaxStatements = 5;
// Requests that wait, read in one statement. They are narrow rows of the last three days.
constexpr int32_t kPendingRows = 2000;
constexpr char kSecondPerson[] = "SP-01";

// A place in a list by day and id.
struct DayCursor {
  absl::CivilDay day = absl::CivilDay(1000, 1, 1);
  int64_t id = 0;
};

std::string Format(const DayCursor& cursor) {
  return base::Cat(base::FormatDay(cursor.day), "|", cursor.id);
}

absl::StatusOr<DayCursor> ParseCursor(std::string_view day, std::string_view id) {
  DayCursor cursor;
  RONGHE_ASSIGN_OR_RETURN(cursor.day, base::ParseDay(day));
  if (!absl::SimpleAtoi(base::Sv(id), &cursor.id)) return absl::InvalidArgumentError("cursor");
  return cursor;
}

absl::StatusOr<DayCursor> OpenCursor(const rpc::PageTokens& tokens, std::string_view method,
                                     std::string_view filter, const std::string& token) {
  if (token.empty()) return DayCursor();
  RONGHE_ASSIGN_OR_RETURN(const std::string text, tokens.Open(method, filter, token));
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, '|');
  return ParseCursor(parts.first, parts.second);
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
  if (rule.waiting) return v1::REMINDER_KIND_WAITING;
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

v1::Reminder ToProto(std::string_view source, const approval::Pending& row,
                     const org::OrgTree& tree, absl::Time now) {
  const approval::Policy& policy = approval::BuiltinPolicy();
  const absl::CivilDay due_on = base::ShanghaiDay(row.expire_time);
  v1::Reminder reminder;
  reminder.set_code(kSecondPerson);
  reminder.set_title("以第二人身份审批");
  reminder.set_kind(v1::REMINDER_KIND_WAITING);
  reminder.set_subject(approval::Name(source, row.id));
  if (row.organization_id != 0) {
    reminder.set_organization(base::Name("organizations", row.organization_id));
    reminder.set_acting_organization(reminder.organization());
    reminder.set_acting_title(tree.Name(row.organization_id));
  }
  *reminder.mutable_due_on() = rpc::ToProto(due_on);
  reminder.set_days_left(static_cast<int32_t>(due_on - base::ShanghaiDay(now)));
  reminder.set_rule_id(policy.rule_id);
  reminder.set_rule_set(policy.version);
  reminder.set_source(policy.source);
  *reminder.mutable_raise_time() = rpc::ToProto(row.create_time);
  return reminder;
}

}  // namespace

// Where an inbox goes on: in the requests that wait, by expiry, or behind them.
struct ReminderApi::Position {
  bool pending = true;
  absl::Time expiry;
  int64_t approval_id = 0;
  DayCursor day;
  bool more = true;  // behind it

  std::string Text() const {
    return pending ? base::Cat("p|", absl::ToUnixMicros(expiry), "|", approval_id)
                   : base::Cat("r|", Format(day));
  }
  // Takes up what Text wrote.
  absl::Status Read(std::string_view text) {
    const std::vector<std::string> parts = absl::StrSplit(base::Sv(text), '|');
    if (parts.size() != 3) return absl::InvalidArgumentError("position");
    pending = parts[0] == "p";
    if (!pending) {
      RONGHE_ASSIGN_OR_RETURN(day, ParseCursor(parts[1], parts[2]));
      return absl::OkStatus();
    }
    int64_t micros = 0;
    if (!absl::SimpleAtoi(parts[1], &micros) || !absl::SimpleAtoi(parts[2], &approval_id)) {
      return absl::InvalidArgumentError("position");
    }
    expiry = absl::FromUnixMicros(micros);
    return absl::OkStatus();
  }
};

ReminderApi::ReminderApi(sql::Database& database, MembershipTree& tree,
                         const auth::RoleTable& roles, const DeadlineCatalogue& catalogue,
                         const rpc::PageTokens& tokens, std::string source)
    : database_(database),
      tree_(tree),
      authorizer_(roles, &tree),
      catalogue_(catalogue),
      tokens_(tokens),
      source_(std::move(source)) {}

bool ReminderApi::MayDecideSomewhere(const rpc::Call& call) const {
  return authorizer_.AllowsSomewhere(call.principal(), approval::kDecide, call.now());
}

absl::StatusOr<v1::ListRemindersResponse> ReminderApi::ListReminders(
    rpc::Call& call, const v1::ListRemindersRequest& request) {
  const std::string filter = base::Cat(call.principal().subject, "|", request.kind());
  Position position{.expiry = call.now()};
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_RETURN_IF_ERROR(position.Read(text));
  }
  const bool wanted = request.kind() == v1::REMINDER_KIND_UNSPECIFIED ||
                      request.kind() == v1::REMINDER_KIND_WAITING;
  if (!wanted || !MayDecideSomewhere(call)) position.pending = false;
  const int32_t size = rpc::PageSize(request.page_size());
  v1::ListRemindersResponse response;
  RONGHE_RETURN_IF_ERROR(
      database_.Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        if (position.pending) {
          RONGHE_RETURN_IF_ERROR(AddPending(call, session, size, position, response));
        }
        if (position.pending) return absl::OkStatus();
        return AddRaised(call, session, request, size, position, response);
      }));
  if (position.more) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, position.Text()));
  }
  return response;
}

absl::Status ReminderApi::AddPending(const rpc::Call& call, sql::Session& session, int32_t size,
                                     Position& position,
                                     v1::ListRemindersResponse& response) const {
  for (int i = 0; i < kMaxStatements; ++i) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<approval::Pending> rows,
        approval::ListPending(session, position.expiry, position.approval_id, kPendingRows));
    for (const approval::Pending& row : rows) {
      if (response.reminders_size() == size) return absl::OkStatus();
      position.expiry = row.expire_time;
      position.approval_id = row.id;
      if (!approval::MayDecide(authorizer_, call.principal(), row, call.now())) continue;
      *response.add_reminders() = ToProto(source_, row, tree_.tree(), call.now());
    }
    if (rows.size() < static_cast<size_t>(kPendingRows)) {
      position.pending = false;
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

absl::Status ReminderApi::AddRaised(const rpc::Call& call, sql::Session& session,
                                    const v1::ListRemindersRequest& request, int32_t size,
                                    Position& position, v1::ListRemindersResponse& response) const {
  const RolesByOrganization roles = RolesOf(call, tree_.tree());
  const std::vector<int64_t> organizations = Organizations(roles);
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  position.more = !organizations.empty();
  for (int i = 0; position.more && i < kMaxStatements && response.reminders_size() < size; ++i) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<InboxRow> rows,
                            Inbox(session, organizations, position.day.day, position.day.id, size));
    position.more = rows.size() == static_cast<size_t>(size);
    for (const InboxRow& row : rows) {
      if (response.reminders_size() == size) {
        position.more = true;
        break;
      }
      position.day = {row.due_on, row.deadline_id};
      if (!IsForCaller(catalogue_, roles, row.organization_id, row.code, row.stage)) continue;
      v1::Reminder reminder = ToProto(row, *catalogue_.Find(row.code), tree_.tree(), today);
      const bool asked =
          request.kind() == v1::REMINDER_KIND_UNSPECIFIED || request.kind() == reminder.kind();
      if (asked) *response.add_reminders() = std::move(reminder);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReminderApi::CountPending(const rpc::Call& call,
                                                  sql::Session& session) const {
  if (!MayDecideSomewhere(call)) return 0;
  int64_t count = 0;
  absl::Time expiry = call.now();
  int64_t id = 0;
  for (int i = 0; i < kMaxStatements; ++i) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<approval::Pending> rows,
                            approval::ListPending(session, expiry, id, kPendingRows));
    count += std::count_if(rows.begin(), rows.end(), [&](const approval::Pending& row) {
      return approval::MayDecide(authorizer_, call.principal(), row, call.now());
    });
    if (rows.size() < static_cast<size_t>(kPendingRows)) break;
    expiry = rows.back().expire_time;
    id = rows.back().id;
  }
  return count;
}

absl::StatusOr<v1::ReminderCounts> ReminderApi::CountReminders(rpc::Call& call,
                                                               const v1::CountRemindersRequest&) {
  const RolesByOrganization roles = RolesOf(call, tree_.tree());
  const std::vector<int64_t> organizations = Organizations(roles);
  v1::ReminderCounts counts;
  std::vector<ReminderCount> rows;
  RONGHE_RETURN_IF_ERROR(
      database_.Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const int64_t pending, CountPending(call, session));
        counts.set_waiting(pending);
        if (organizations.empty()) return absl::OkStatus();
        RONGHE_ASSIGN_OR_RETURN(rows, membership::CountReminders(session, organizations));
        return absl::OkStatus();
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
      case v1::REMINDER_KIND_WAITING:
        counts.set_waiting(counts.waiting() + row.count);
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
