#include "services/meeting/api/duties_api.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/meeting/api/convert.h"
#include "services/meeting/domain/errors.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

const DutyRule* RuleOf(const RuleSets& rules, const DutyRow& row) {
  return rules.At(row.window_start).Duty(row.rule_id);
}

// How what reads as `state` in a window is stored; nothing where nothing does on that day.
std::optional<DutyStanding> StoredAs(DutyState state, const Window& window, absl::CivilDay today) {
  if (state == DutyState::kMet) return DutyStanding::kMet;
  if (state == DutyState::kExempt) return DutyStanding::kExempt;
  if (state != StateOn(DutyStanding::kOpen, window, today)) return std::nullopt;
  return DutyStanding::kOpen;
}

absl::Status BadCursor() {
  return error::Make(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID", "翻页标记无效。");
}

}  // namespace

absl::StatusOr<v1::DutyBoard> DutiesApi::GetDutyBoard(rpc::Call& call,
                                                      const v1::GetDutyBoardRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.organization(), "organizations"));
  if (!tree_.Contains(organization_id)) return errors::OrganizationNotFound(organization_id);
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  absl::CivilDay day = today;
  if (request.has_date()) {
    RONGHE_ASSIGN_OR_RETURN(day, DayFrom(request.date(), "date"));
  }
  v1::DutyBoard board;
  board.set_organization(request.organization());
  *board.mutable_date() = rpc::ToProto(day);
  for (const DutyWindow& window : DutyWindowsAt(rules_, day)) {
    if (window.window.end <= calendar_start_) continue;
    RONGHE_ASSIGN_OR_RETURN(
        const DutyCounts counts,
        board_.Count(call.deadline(), window.rule->id, window.window.start, organization_id));
    v1::DutyBoardRow* row = board.add_rows();
    row->set_rule(window.rule->id);
    row->set_kind(static_cast<v1::MeetingKind>(window.rule->kind));
    row->set_title(window.rule->title);
    row->set_source(window.rule->source);
    row->set_rule_set(window.rules->Name());
    *row->mutable_window_start_date() = rpc::ToProto(window.window.start);
    *row->mutable_window_end_date() = rpc::ToProto(window.window.end);
    row->set_met(counts.met);
    row->set_exempt(counts.exempt);
    if (StateOn(DutyStanding::kOpen, window.window, today) == DutyState::kOverdue) {
      row->set_overdue(counts.open);
    } else {
      row->set_due(counts.open);
    }
  }
  return board;
}

absl::StatusOr<v1::ListSubtreeDutiesResponse> DutiesApi::ListSubtreeDuties(
    rpc::Call& call, const v1::ListSubtreeDutiesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root,
                          base::ParseName(request.organization(), "organizations"));
  if (!tree_.Contains(root)) return errors::OrganizationNotFound(root);
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const DutyState wanted = request.state() == v1::DUTY_STATE_UNSPECIFIED
                               ? DutyState::kOverdue
                               : static_cast<DutyState>(request.state());
  const DutyRule* current = rules_.At(today).Duty(request.rule());
  absl::CivilDay day = today;
  if (request.has_date()) {
    RONGHE_ASSIGN_OR_RETURN(day, DayFrom(request.date(), "date"));
  } else if (current != nullptr && wanted == DutyState::kOverdue) {
    day = WindowBefore(current->window, WindowOf(current->window, today)).start;
  }
  std::optional<DutyWindow> window;
  for (const DutyWindow& candidate : DutyWindowsAt(rules_, day)) {
    if (candidate.rule->id == request.rule()) window = candidate;
  }
  if (!window.has_value()) return errors::RuleNotFound(request.rule());

  const std::string filter_hash =
      Cat(root, "|", request.rule(), "|", base::FormatDay(window->window.start), "|",
          static_cast<int32_t>(wanted));
  std::optional<org::OrgPath> after;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    org::OrgPath path;
    if (!org::ParsePath(cursor, &path).ok()) return BadCursor();
    after = path;
  }
  v1::ListSubtreeDutiesResponse response;
  const std::optional<DutyStanding> standing = StoredAs(wanted, window->window, today);
  if (!standing.has_value() || window->window.end <= calendar_start_) return response;
  const size_t page = static_cast<size_t>(rpc::PageSize(request.page_size()));
  std::vector<int64_t> organizations;
  RONGHE_RETURN_IF_ERROR(board_.WithStandings(
      call.deadline(), window->rule->id, window->window.start,
      [&](DutyBoard::StandingOf standing_of) {
        organizations =
            tree_.SubtreeIds(root, after, page + 1, [&](const org::OrgBrief& organization) {
              return standing_of(organization.id) == standing;
            });
      }));
  const bool more = organizations.size() > page;
  if (more) organizations.resize(page);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DutyRow> rows,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return store_.OfWindow(session, window->rule->id, window->window.start,
                                                   std::span<const int64_t>(organizations));
                          }));
  absl::flat_hash_map<int64_t, const DutyRow*> row_of;
  for (const DutyRow& row : rows) row_of[row.organization_id] = &row;
  for (int64_t organization_id : organizations) {
    const auto it = row_of.find(organization_id);
    // It may have been met since the board was read.
    if (it == row_of.end() || it->second->standing != *standing) continue;
    *response.add_duties() = ToProto(*it->second, window->rule, tree_.Name(organization_id), today);
  }
  if (more) {
    if (const auto path = tree_.Path(root, organizations.back()); path.has_value()) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), filter_hash, org::FormatPath(*path)));
    }
  }
  return response;
}

absl::StatusOr<v1::ListOverdueDutiesResponse> DutiesApi::ListOverdueDuties(
    rpc::Call& call, const v1::ListOverdueDutiesRequest& request) {
  v1::ListSubtreeDutiesRequest subtree;
  subtree.set_organization(request.organization());
  subtree.set_rule(request.rule());
  if (request.has_date()) *subtree.mutable_date() = request.date();
  subtree.set_page_size(request.page_size());
  subtree.set_page_token(request.page_token());
  RONGHE_ASSIGN_OR_RETURN(v1::ListSubtreeDutiesResponse page, ListSubtreeDuties(call, subtree));
  v1::ListOverdueDutiesResponse response;
  response.mutable_duties()->Swap(page.mutable_duties());
  response.set_next_page_token(std::move(*page.mutable_next_page_token()));
  return response;
}

absl::StatusOr<v1::ListDutiesResponse> DutiesApi::ListDuties(rpc::Call& call,
                                                             const v1::ListDutiesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  if (!tree_.Contains(organization_id)) return errors::OrganizationNotFound(organization_id);
  absl::CivilDay from(1, 1, 1);
  absl::CivilDay to(9999, 12, 31);
  if (request.has_start_date()) {
    RONGHE_ASSIGN_OR_RETURN(from, DayFrom(request.start_date(), "start_date"));
  }
  if (request.has_end_date()) {
    RONGHE_ASSIGN_OR_RETURN(to, DayFrom(request.end_date(), "end_date"));
  }
  const std::string filter_hash =
      Cat(organization_id, "|", base::FormatDay(from), "|", base::FormatDay(to));
  absl::CivilDay after_window(9999, 12, 31);
  std::string after_rule;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter_hash, request.page_token()));
    const std::vector<std::string> parts = absl::StrSplit(cursor, '|');
    if (parts.size() != 2) return BadCursor();
    absl::StatusOr<absl::CivilDay> day = base::ParseDay(parts[0]);
    if (!day.ok()) return BadCursor();
    after_window = *day;
    after_rule = parts[1];
  }
  const int32_t page = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<DutyRow> rows, database_.Read(call.deadline(), [&](sql::Session& session) {
        return store_.List(session, organization_id, from, to, after_window, after_rule, page + 1);
      }));
  const bool more = rows.size() > static_cast<size_t>(page);
  if (more) rows.resize(page);
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const std::string name = tree_.Name(organization_id);
  v1::ListDutiesResponse response;
  for (const DutyRow& row : rows) {
    *response.add_duties() = ToProto(row, RuleOf(rules_, row), name, today);
  }
  if (more) {
    response.set_next_page_token(
        tokens_.Seal(call.method(), filter_hash,
                     Cat(base::FormatDay(rows.back().window_start), "|", rows.back().rule_id)));
  }
  return response;
}

absl::StatusOr<v1::Duty> DutiesApi::GetDuty(rpc::Call& call, const v1::GetDutyRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "duties"));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<DutyRow> row,
                          database_.Read(call.deadline(), [&](sql::Session& session) {
                            return store_.Load(session, id);
                          }));
  if (!row.has_value()) return errors::DutyNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return ToProto(*row, RuleOf(rules_, *row), tree_.Name(row->organization_id),
                 base::ShanghaiDay(call.now()));
}

}  // namespace ronghe::meeting
