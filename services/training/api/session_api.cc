#include "services/training/api/session_api.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/rpc/field_mask.h"
#include "services/training/api/convert.h"
#include "services/training/store/account_store.h"
#include "services/training/store/session_store.h"

namespace ronghe::training {
namespace {

constexpr char kCollection[] = "sessions";
constexpr std::array<std::string_view, 5> kMutable = {"title", "form", "place", "description",
                                                      "days"};

absl::CivilDay Today(const rpc::Call& call) { return base::ShanghaiDay(call.now()); }

absl::StatusOr<Session> Loaded(absl::StatusOr<std::optional<Session>> session,
                               std::string_view name) {
  if (!session.ok()) return session.status();
  if (!session->has_value()) return errors::NotFound(name);
  return **std::move(session);
}

// Loads the session under a lock and checks the caller's permission on its organiser.
absl::StatusOr<Session> LockFor(service::WriteTx& tx, int64_t id, std::string_view name) {
  RONGHE_ASSIGN_OR_RETURN(Session session, Loaded(LockSession(tx.session(), id), name));
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(session.organization_id));
  return session;
}

// Counts the change and tells it to the audit trail and the feed.
absl::Status Save(service::WriteTx& tx, Session& session, bool days_changed,
                  std::vector<std::string> changed_fields) {
  session.updated = tx.now();
  ++session.etag;
  RONGHE_RETURN_IF_ERROR(UpdateSession(tx.session(), session, days_changed));
  tx.Audit(session.organization_id, session.name());
  tx.Emit({.type = "ronghe.training.session.changed",
           .subject = session.name(),
           .organization_id = session.organization_id,
           .data = {{"session", std::to_string(session.id)},
                    {"state", std::to_string(static_cast<int32_t>(session.state))}},
           .changed_fields = std::move(changed_fields)});
  return absl::OkStatus();
}

absl::Status Recount(sql::Session& sql, Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const AttendanceCounts counts, CountAttendances(sql, session.id));
  session.enrolled = static_cast<int32_t>(counts.enrolled);
  session.present = static_cast<int32_t>(counts.present);
  session.credited = static_cast<int32_t>(counts.credited);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Session> SessionApi::CreateSession(rpc::Call& call,
                                                      const v1::CreateSessionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization,
                          base::ParseName(request.parent(), "organizations"));
  if (!members_.Knows(call.deadline(), organization)) return errors::NotFound(request.parent());
  RONGHE_ASSIGN_OR_RETURN(Session session, FromProto(request.session()));
  session.organization_id = organization;
  RONGHE_RETURN_IF_ERROR(Complete(rules_, session));
  return writer_.Write<v1::Session>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Session> {
    session.id = tx.NextId();
    session.created = tx.now();
    session.updated = tx.now();
    RONGHE_RETURN_IF_ERROR(InsertSession(tx.session(), session));
    tx.Audit(organization, session.name());
    tx.Emit({.type = "ronghe.training.session.changed",
             .subject = session.name(),
             .organization_id = organization,
             .data = {{"session", std::to_string(session.id)},
                      {"state", std::to_string(static_cast<int32_t>(session.state))}}});
    return ToProto(session);
  });
}

absl::StatusOr<v1::Session> SessionApi::GetSession(rpc::Call& call,
                                                   const v1::GetSessionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(
      const Session session,
      Loaded(writer_.database().Read(call.deadline(),
                                     [id](sql::Session& sql) { return LoadSession(sql, id); }),
             request.name()));
  RONGHE_RETURN_IF_ERROR(call.Authorize(session.organization_id));
  return ToProto(session);
}

absl::StatusOr<v1::ListSessionsResponse> SessionApi::ListSessions(
    rpc::Call& call, const v1::ListSessionsRequest& request) {
  SessionFilter filter;
  RONGHE_ASSIGN_OR_RETURN(filter.organization_id,
                          base::ParseName(request.parent(), "organizations"));
  filter.from = absl::CivilDay(1900, 1, 1);
  filter.to = absl::CivilDay(9999, 12, 31);
  if (request.has_start_date()) {
    RONGHE_ASSIGN_OR_RETURN(filter.from, rpc::FromProto(request.start_date()));
  }
  if (request.has_end_date()) {
    RONGHE_ASSIGN_OR_RETURN(filter.to, rpc::FromProto(request.end_date()));
  }
  filter.form = request.form();
  const std::string hash = base::Cat(request.parent(), "|", base::FormatDay(filter.from), "|",
                                     base::FormatDay(filter.to), "|", filter.form);
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), hash, request.page_token()));
    const std::vector<std::string> parts = absl::StrSplit(cursor, '|');
    int64_t id = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &id)) {
      return absl::InternalError("a sealed cursor that cannot be read");
    }
    RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, base::ParseDay(parts[0]));
    filter.before = {day, id};
  }
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(std::vector<Session> sessions,
                          writer_.database().Read(call.deadline(), [&](sql::Session& sql) {
                            return training::ListSessions(sql, filter, size + 1);
                          }));
  v1::ListSessionsResponse response;
  const bool more = sessions.size() > static_cast<size_t>(size);
  if (more) sessions.pop_back();
  for (const Session& session : sessions) *response.add_sessions() = ToProto(session);
  if (more) {
    const Session& last = sessions.back();
    response.set_next_page_token(tokens_.Seal(
        call.method(), hash, base::Cat(base::FormatDay(last.first_day()), "|", last.id)));
  }
  return response;
}

absl::StatusOr<v1::Session> SessionApi::UpdateSession(rpc::Call& call,
                                                      const v1::UpdateSessionRequest& request) {
  const std::string& name = request.session().name();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kCollection));
  RONGHE_RETURN_IF_ERROR(rpc::CheckMask(request.update_mask(), kMutable));
  google::protobuf::FieldMask mask;
  const auto* fields = v1::Session::descriptor();
  const auto* reflection = request.session().GetReflection();
  for (const std::string_view path : kMutable) {
    const auto* field = fields->FindFieldByName(std::string(path));
    const bool set = field->is_repeated() ? reflection->FieldSize(request.session(), field) > 0
                                          : reflection->HasField(request.session(), field);
    const bool wanted = request.update_mask().paths_size() == 0
                            ? set
                            : rpc::MaskCovers(request.update_mask(), path);
    if (wanted) mask.add_paths(std::string(path));
  }
  return writer_.Write<v1::Session>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Session> {
    RONGHE_ASSIGN_OR_RETURN(Session session, LockFor(tx, id, name));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.session().etag(), session.etag));
    RONGHE_RETURN_IF_ERROR(CheckUpdate(session));
    v1::Session target = ToProto(session);
    if (mask.paths_size() > 0) {
      RONGHE_RETURN_IF_ERROR(rpc::ApplyMask(mask, request.session(), &target));
    }
    RONGHE_ASSIGN_OR_RETURN(Session wanted, FromProto(target));
    RONGHE_RETURN_IF_ERROR(Complete(rules_, wanted));
    const bool days_changed = wanted.days != session.days;
    session.title = wanted.title;
    session.form = wanted.form;
    session.place = wanted.place;
    session.description = wanted.description;
    session.days = wanted.days;
    session.rule_version = wanted.rule_version;
    RONGHE_RETURN_IF_ERROR(
        Save(tx, session, days_changed, {mask.paths().begin(), mask.paths().end()}));
    return ToProto(session);
  });
}

absl::StatusOr<v1::Session> SessionApi::EnrolMembers(rpc::Call& call,
                                                     const v1::EnrolMembersRequest& request) {
  Wanted wanted;
  for (const std::string& name : request.members()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t member, base::ParseName(name, "members"));
    wanted[member] = AttendanceState::kEnrolled;
  }
  return Attend(call, request.name(), wanted, false);
}

absl::StatusOr<v1::Session> SessionApi::RecordAttendance(
    rpc::Call& call, const v1::RecordAttendanceRequest& request) {
  Wanted wanted;
  for (const v1::Attendance& attendance : request.attendances()) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t member, base::ParseName(attendance.member(), "members"));
    RONGHE_ASSIGN_OR_RETURN(const AttendanceState state, FromProto(attendance.state()));
    if (!wanted.emplace(member, state).second) {
      return error::InvalidFields({{"attendances", "同一名党员只能登记一次。"}});
    }
  }
  return Attend(call, request.name(), wanted, true);
}

absl::StatusOr<v1::Session> SessionApi::Attend(rpc::Call& call, const std::string& name,
                                               const Wanted& wanted, bool record) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kCollection));
  RONGHE_ASSIGN_OR_RETURN(
      const Session seen,
      Loaded(writer_.database().Read(call.deadline(),
                                     [id](sql::Session& sql) { return LoadSession(sql, id); }),
             name));
  RONGHE_RETURN_IF_ERROR(call.Authorize(seen.organization_id));
  std::vector<int64_t> members;
  for (const auto& [member, state] : wanted) members.push_back(member);
  const absl::CivilDay day = std::min(seen.last_day(), Today(call));
  RONGHE_ASSIGN_OR_RETURN(const auto organizations,
                          members_.OrganizationsOf(call.deadline(), members, day));
  for (const auto& [member, organization] : organizations) {
    if (members_.Within(organization, seen.organization_id)) continue;
    return call.Holds(call.permission(), organization)
               ? errors::MemberForeign(member, seen.organization_id, day)
               : errors::MemberUnknown(member);
  }
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.At(seen.first_day()));
  return writer_.Write<v1::Session>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Session> {
    RONGHE_ASSIGN_OR_RETURN(Session session, LockFor(tx, id, name));
    RONGHE_RETURN_IF_ERROR(record ? CheckRecord(session, Today(call)) : CheckEnrol(session));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<AttendanceRow> stored,
                            AttendancesOf(tx.session(), id, members));
    std::map<int64_t, AttendanceRow> known;
    for (const AttendanceRow& row : stored) known.emplace(row.member_id, row);
    std::vector<AttendanceRow> rows;
    for (const auto& [member, state] : wanted) {
      const auto old = known.find(member);
      if (old != known.end()) {
        if (!record || old->second.state == state) continue;
        if (old->second.credited) return errors::AttendanceConfirmed(name, member);
      }
      rows.push_back({.session_id = id,
                      .member_id = member,
                      .state = state,
                      .organization_id = organizations.at(member),
                      .credited = false,
                      .updated = tx.now()});
    }
    const int64_t total = session.enrolled + static_cast<int64_t>(wanted.size() - known.size());
    if (total > rules->max_attendance) {
      return errors::SessionFull(name, rules->max_attendance, total);
    }
    RONGHE_RETURN_IF_ERROR(SaveAttendances(tx.session(), rows));
    RONGHE_RETURN_IF_ERROR(Recount(tx.session(), session));
    RONGHE_RETURN_IF_ERROR(Save(tx, session, false, {"attendances"}));
    return ToProto(session);
  });
}

absl::StatusOr<v1::Session> SessionApi::ConfirmAttendance(
    rpc::Call& call, const v1::ConfirmAttendanceRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.Write<v1::Session>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Session> {
    RONGHE_ASSIGN_OR_RETURN(Session session, LockFor(tx, id, request.name()));
    const absl::CivilDay today = Today(call);
    RONGHE_RETURN_IF_ERROR(CheckConfirm(session, today));
    RONGHE_ASSIGN_OR_RETURN(std::vector<AttendanceRow> present,
                            UncreditedPresent(tx.session(), id));
    if (present.empty()) {
      if (session.state != SessionState::kConfirmed) return errors::NobodyPresent(session.name());
      tx.Audit(session.organization_id, session.name());
      return ToProto(session);
    }
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), session.etag));
    const std::string& confirmed_by = call.principal().subject;
    const std::vector<YearPart> parts = SplitByYear(session.days);
    std::vector<int64_t> members;
    std::vector<CreditRow> credits;
    int32_t half_hours = 0;
    for (const YearPart& part : parts) half_hours += part.half_hours;
    for (AttendanceRow& row : present) {
      members.push_back(row.member_id);
      row.credited = true;
      row.updated = tx.now();
      for (const YearPart& part : parts) {
        credits.push_back({.id = tx.NextId(),
                           .member_id = row.member_id,
                           .source_id = id,
                           .year = part.year,
                           .kind = CreditKind::kSession,
                           .day = part.last_day,
                           .half_hours = part.half_hours,
                           .form = session.form,
                           .organization_id = session.organization_id,
                           .verified_by = confirmed_by,
                           .created = tx.now()});
      }
      tx.Emit({.type = "ronghe.training.credit.granted",
               .subject = base::Name("members", row.member_id),
               .organization_id = row.organization_id,
               .data = {{"member", std::to_string(row.member_id)},
                        {"session", std::to_string(id)},
                        {"half_hours", std::to_string(half_hours)},
                        {"date", base::FormatDay(session.last_day())}}});
    }
    RONGHE_RETURN_IF_ERROR(InsertCredits(tx.session(), credits));
    RONGHE_RETURN_IF_ERROR(SaveAttendances(tx.session(), present));
    for (const YearPart& part : parts) {
      RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.OfYear(part.year));
      RONGHE_RETURN_IF_ERROR(
          RefreshAccounts(tx.session(), *rules, part.year, today, tx.now(), members).status());
    }
    if (session.state != SessionState::kConfirmed) {
      session.state = SessionState::kConfirmed;
      session.confirmed = tx.now();
      session.confirmed_by = confirmed_by;
    }
    RONGHE_RETURN_IF_ERROR(Recount(tx.session(), session));
    RONGHE_RETURN_IF_ERROR(Save(tx, session, false, {"state", "credited_count"}));
    return ToProto(session);
  });
}

absl::StatusOr<v1::Session> SessionApi::CancelSession(rpc::Call& call,
                                                      const v1::CancelSessionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kCollection));
  return writer_.Write<v1::Session>(call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Session> {
    RONGHE_ASSIGN_OR_RETURN(Session session, LockFor(tx, id, request.name()));
    RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), session.etag));
    RONGHE_RETURN_IF_ERROR(CheckCancel(session));
    session.state = SessionState::kCancelled;
    RONGHE_RETURN_IF_ERROR(Save(tx, session, false, {"state"}));
    return ToProto(session);
  });
}

absl::StatusOr<v1::ListAttendancesResponse> SessionApi::ListAttendances(
    rpc::Call& call, const v1::ListAttendancesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), kCollection));
  RONGHE_ASSIGN_OR_RETURN(
      const Session session,
      Loaded(writer_.database().Read(call.deadline(),
                                     [id](sql::Session& sql) { return LoadSession(sql, id); }),
             request.parent()));
  RONGHE_RETURN_IF_ERROR(call.Authorize(session.organization_id));
  RONGHE_ASSIGN_OR_RETURN(const int64_t after, tokens_.OpenNumber(call.method(), request.parent(),
                                                                  request.page_token(), 0));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(std::vector<AttendanceRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& sql) {
                            return training::ListAttendances(sql, id, after, size + 1);
                          }));
  v1::ListAttendancesResponse response;
  const bool more = rows.size() > static_cast<size_t>(size);
  if (more) rows.pop_back();
  for (const AttendanceRow& row : rows) *response.add_attendances() = ToProto(row);
  if (more) {
    response.set_next_page_token(
        tokens_.Seal(call.method(), request.parent(), std::to_string(rows.back().member_id)));
  }
  return response;
}

absl::StatusOr<v1::ListTrainingFormsResponse> SessionApi::ListTrainingForms(
    rpc::Call& call, const v1::ListTrainingFormsRequest& request) {
  absl::CivilDay day = Today(call);
  if (request.has_date()) {
    RONGHE_ASSIGN_OR_RETURN(day, rpc::FromProto(request.date()));
  }
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.At(day));
  v1::ListTrainingFormsResponse response;
  for (const Form& form : rules->forms) {
    v1::TrainingForm& item = *response.add_forms();
    item.set_code(form.code);
    item.set_title(form.title);
  }
  for (const HourUnit unit :
       {HourUnit::kFullDay, HourUnit::kHalfDay, HourUnit::kHour, HourUnit::kPracticeHalfDay}) {
    v1::HourConversion& item = *response.add_conversions();
    item.set_unit(static_cast<v1::HourUnit>(unit));
    item.set_half_hours(rules->Convert(unit, 2));
  }
  response.set_rule_version(rules->version);
  return response;
}

}  // namespace ronghe::training
