#include "services/membership/api/party_worker_api.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
#include "services/membership/api/request.h"
#include "services/membership/domain/member.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/party_worker_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/subtree_reader.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kReadOrganization = "membership.organization.read";
constexpr char kTrainingDeadline[] = "DL-22";
// What a page of a search looks at: organizations and entries a round, rounds a page.
constexpr size_t kOrganizations = 256;
constexpr int32_t kEntries = 256;
constexpr int kRounds = 4;

std::string WorkerName(const PartyWorkerRow& row) {
  return base::ChildName("members", row.member_id, "partyWorkers", row.id);
}

std::pair<absl::CivilDay, absl::CivilDay> DaysOf(int32_t year) {
  return {absl::CivilDay(year, 1, 1), absl::CivilDay(year, 12, 31)};
}

// An entry with everything that a search can ask about.
struct WorkerFacts {
  v1::PartyWorker shown;
  int64_t trained = 0;  // how often in the year that was asked about
};

// The entries as they are shown, in their order; those of at most 256 members.
absl::StatusOr<std::vector<WorkerFacts>> Describe(sql::Session& session,
                                                  std::span<const PartyWorkerRow> entries,
                                                  int32_t year, absl::CivilDay today) {
  std::vector<int64_t> ids;
  for (const PartyWorkerRow& entry : entries) ids.push_back(entry.member_id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());

  absl::flat_hash_map<int64_t, MemberRow> members;
  RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> rows, LoadMembers(session, ids));
  for (MemberRow& row : rows) members.emplace(row.id, std::move(row));
  absl::flat_hash_map<int64_t, std::vector<WorkDays>> work;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<PartyWorkerRow> all, PartyWorkOf(session, ids));
  for (const PartyWorkerRow& row : all) {
    work[row.member_id].push_back({row.started_on, row.ended_on});
  }
  absl::flat_hash_map<int64_t, std::vector<PostRow>> posts;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> open, OpenPosts(session, ids));
  for (const PostRow& row : open) posts[row.member_id].push_back(row);
  absl::flat_hash_map<int64_t, WorkerSummaryRow> summaries;
  const auto [first, last] = DaysOf(year);
  RONGHE_ASSIGN_OR_RETURN(const auto sums, WorkerSummaries(session, first, last, ids));
  for (const WorkerSummaryRow& row : sums) summaries[row.member_id] = row;

  std::vector<WorkerFacts> described;
  for (const PartyWorkerRow& entry : entries) {
    const MemberRow& member = members[entry.member_id];
    const WorkerSummaryRow& summary = summaries[entry.member_id];
    WorkerFacts& facts = described.emplace_back();
    facts.trained = summary.trained;
    v1::PartyWorker& shown = facts.shown;
    shown.set_name(WorkerName(entry));
    shown.set_member(base::Name("members", entry.member_id));
    shown.set_full_name(member.full_name);
    shown.set_organization(base::Name("organizations", entry.organization_id));
    shown.set_post(static_cast<v1::WorkerPost>(entry.post));
    shown.set_full_time(entry.full_time);
    *shown.mutable_started_on() = rpc::ToProto(entry.started_on);
    if (!entry.open()) *shown.mutable_ended_on() = rpc::ToProto(entry.ended_on);
    shown.set_years(YearsOfWork(work[entry.member_id], today));
    shown.set_age(AgeOn(member.birth_date, today));
    shown.set_education(member.education);
    for (const PostRow& post : posts[entry.member_id]) {
      shown.add_posts(static_cast<v1::PostCode>(post.code));
    }
    shown.set_certificates(static_cast<int32_t>(summary.certificates));
    if (summary.trained_on) *shown.mutable_trained_on() = rpc::ToProto(*summary.trained_on);
    shown.set_etag(rpc::EtagOf(entry.etag));
  }
  return described;
}

absl::StatusOr<v1::PartyWorker> DescribeOne(sql::Session& session, const PartyWorkerRow& entry,
                                            absl::CivilDay today) {
  RONGHE_ASSIGN_OR_RETURN(
      std::vector<WorkerFacts> facts,
      Describe(session, std::span(&entry, 1), static_cast<int32_t>(today.year()), today));
  return std::move(facts.front().shown);
}

bool Passes(const v1::SearchPartyWorkersRequest& request, const WorkerFacts& facts) {
  const v1::PartyWorker& worker = facts.shown;
  const auto contains = [](const auto& list, const auto& wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
  };
  return (request.post() == v1::WORKER_POST_UNSPECIFIED || request.post() == worker.post()) &&
         (request.min_age() == 0 || worker.age() >= request.min_age()) &&
         (request.max_age() == 0 || worker.age() <= request.max_age()) &&
         (request.educations().empty() || contains(request.educations(), worker.education())) &&
         worker.years() >= request.min_years() &&
         worker.certificates() >= request.min_certificates() &&
         (request.holds_post() == v1::POST_CODE_UNSPECIFIED ||
          contains(worker.posts(), static_cast<int>(request.holds_post()))) &&
         (request.untrained_year() == 0 || facts.trained == 0) &&
         (!request.full_time_only() || worker.full_time());
}

// Everything of a search but page size and token.
std::string FilterOf(const v1::SearchPartyWorkersRequest& request) {
  v1::SearchPartyWorkersRequest filter = request;
  filter.clear_page_size();
  filter.clear_page_token();
  return filter.SerializeAsString();
}

// One entry and the path of its organization.
struct FoundWorker {
  PartyWorkerRow row;
  org::OrgPath path;
};

// Reads the workers of a subtree in tree order, a bounded number at a time.
class WorkerReader {
 public:
  WorkerReader(const org::OrgTree& tree, int64_t root, SubtreeCursor cursor)
      : tree_(tree), root_(root), cursor_(std::move(cursor)) {}

  absl::StatusOr<std::vector<FoundWorker>> Next(sql::Session& session) {
    if (cursor_.after_id != 0) return Rest(session);
    std::vector<org::OrgStop> stops =
        tree_.SubtreeStops(root_, cursor_.path, kOrganizations,
                           [](const org::OrgBrief& brief) { return brief.active; });
    end_ = stops.empty();
    while (!stops.empty()) {
      std::vector<int64_t> ids;
      for (const org::OrgStop& stop : stops) ids.push_back(stop.id);
      RONGHE_ASSIGN_OR_RETURN(const auto rows, PartyWorkersOf(session, ids, 0, kEntries + 1));
      if (rows.size() <= static_cast<size_t>(kEntries)) {
        cursor_ = {stops.back().path, 0};
        return InOrder(rows, stops);
      }
      if (stops.size() == 1) {
        cursor_ = {stops.front().path, 0};
        return Part(rows, stops.front().path);
      }
      stops.resize(stops.size() / 2);
    }
    return std::vector<FoundWorker>();
  }

  bool end() const { return end_; }
  const SubtreeCursor& cursor() const { return cursor_; }

 private:
  // What follows of the organization in which the last page ended.
  absl::StatusOr<std::vector<FoundWorker>> Rest(sql::Session& session) {
    const org::OrgPath path = cursor_.path.value_or(org::OrgPath());
    const std::vector<int64_t> ids = {path.empty() ? root_ : path.back().id};
    RONGHE_ASSIGN_OR_RETURN(const auto rows,
                            PartyWorkersOf(session, ids, cursor_.after_id, kEntries + 1));
    cursor_.after_id = 0;
    return Part(rows, path);
  }

  std::vector<FoundWorker> Part(const std::vector<PartyWorkerRow>& rows, const org::OrgPath& path) {
    std::vector<FoundWorker> found;
    const size_t count = std::min(rows.size(), static_cast<size_t>(kEntries));
    for (size_t i = 0; i < count; ++i) found.push_back({rows[i], path});
    if (rows.size() > count) cursor_ = {path, rows[count - 1].id};
    return found;
  }

  static std::vector<FoundWorker> InOrder(const std::vector<PartyWorkerRow>& rows,
                                          const std::vector<org::OrgStop>& stops) {
    absl::flat_hash_map<int64_t, size_t> order;
    for (size_t i = 0; i < stops.size(); ++i) order[stops[i].id] = i;
    std::vector<FoundWorker> found;
    for (const PartyWorkerRow& row : rows) {
      found.push_back({row, stops[order[row.organization_id]].path});
    }
    std::stable_sort(found.begin(), found.end(), [&](const FoundWorker& a, const FoundWorker& b) {
      return order[a.row.organization_id] < order[b.row.organization_id];
    });
    return found;
  }

  const org::OrgTree& tree_;
  const int64_t root_;
  SubtreeCursor cursor_;
  bool end_ = false;
};

// Lets through who may ask about the member.
absl::Status AuthorizeMember(rpc::Call& call, sql::Session& session, int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> members, LoadMembers(session, ids));
  if (members.empty()) return MemberNotFound(member_id);
  return call.Authorize(members.front().organization_id);
}

// Whether somebody is or was a Party worker, or holds a post.
absl::Status CheckWorks(sql::Session& session, int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const auto work, PartyWorkOf(session, ids));
  if (!work.empty()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const auto posts, OpenPosts(session, ids));
  return posts.empty() ? WorkerNotRegistered() : absl::OkStatus();
}

absl::Status MeetTraining(service::WriteTx& tx, int64_t member_id, absl::CivilDay day) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> posts, OpenPosts(tx.session(), ids));
  for (const PostRow& post : posts) {
    if (post.code != Post::kSecretary || day < post.valid_from) continue;
    RONGHE_RETURN_IF_ERROR(
        MeetDeadline(tx.session(), {"posts", post.id}, kTrainingDeadline, day, tx.now()));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReadDocument(service::WriteTx& tx, std::string_view name) {
  if (name.empty()) return 0;
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, "documents"));
  RONGHE_ASSIGN_OR_RETURN(const DocumentRow document, LockDocument(tx.session(), id));
  rpc::Call& call = tx.call();
  if (document.state == DocumentState::kRemoved ||
      !call.Holds(call.permission(), document.organization_id)) {
    return DocumentNotFound(id);
  }
  return id;
}

v1::WorkerExchange ToProto(const WorkerExchangeRow& row) {
  v1::WorkerExchange exchange;
  exchange.set_name(base::ChildName("members", row.member_id, "exchanges", row.id));
  exchange.set_from_organization(base::Name("organizations", row.from_organization_id));
  exchange.set_to_organization(base::Name("organizations", row.to_organization_id));
  *exchange.mutable_starts_on() = rpc::ToProto(row.starts_on);
  *exchange.mutable_ends_on() = rpc::ToProto(row.ends_on);
  return exchange;
}

v1::GrowthKind GrowthOf(WorkerEventKind kind) {
  switch (kind) {
    case WorkerEventKind::kTask:
      return v1::GROWTH_KIND_TASK;
    case WorkerEventKind::kTraining:
      return v1::GROWTH_KIND_TRAINING;
    case WorkerEventKind::kCertificate:
      return v1::GROWTH_KIND_CERTIFICATE;
    case WorkerEventKind::kCare:
      return v1::GROWTH_KIND_CARE;
  }
  return v1::GROWTH_KIND_UNSPECIFIED;
}

// A line of growth before it is shown. `to`: the last day; nothing while it goes on.
struct Growth {
  v1::GrowthKind kind = v1::GROWTH_KIND_UNSPECIFIED;
  std::string title;
  std::string subject;
  absl::CivilDay from;
  std::optional<absl::CivilDay> to;
  int64_t organization_id = 0;
};

std::optional<absl::CivilDay> LastDay(absl::CivilDay end) {
  if (end == kOpenEnd) return std::nullopt;
  return end - 1;
}

absl::StatusOr<std::vector<Growth>> GrowthIn(sql::Session& session, int64_t member_id,
                                             absl::CivilDay first, absl::CivilDay last) {
  std::vector<Growth> growth;
  RONGHE_ASSIGN_OR_RETURN(const auto events, WorkerEventsOf(session, member_id, first, last));
  for (const WorkerEventRow& row : events) {
    growth.push_back({GrowthOf(row.kind), row.title,
                      base::ChildName("members", member_id, "workerEvents", row.id), row.from,
                      row.to, row.organization_id});
  }
  RONGHE_ASSIGN_OR_RETURN(const auto posts, PostsTouching(session, member_id, first, last));
  for (const HeldDaysRow& row : posts) {
    growth.push_back({v1::GROWTH_KIND_POST, std::string(NameOf(Posts(), PostCode(row.code))),
                      base::ChildName("members", member_id, "posts", row.id), row.valid_from,
                      LastDay(row.valid_to), row.organization_id});
  }
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const auto work, PartyWorkOf(session, ids));
  for (const PartyWorkerRow& row : work) {
    if (row.started_on > last || row.ended_on <= first) continue;
    growth.push_back({v1::GROWTH_KIND_WORK,
                      v1::WorkerPost_Name(static_cast<v1::WorkerPost>(row.post)), WorkerName(row),
                      row.started_on, LastDay(row.ended_on), row.organization_id});
  }
  RONGHE_ASSIGN_OR_RETURN(const auto exchanges, ExchangesTouching(session, member_id, first, last));
  for (const WorkerExchangeRow& row : exchanges) {
    growth.push_back({v1::GROWTH_KIND_EXCHANGE, "",
                      base::ChildName("members", member_id, "exchanges", row.id), row.starts_on,
                      row.ends_on, row.to_organization_id});
  }
  std::stable_sort(growth.begin(), growth.end(),
                   [](const Growth& a, const Growth& b) { return a.from < b.from; });
  return growth;
}

}  // namespace

absl::StatusOr<v1::PartyWorker> PartyWorkerApi::RegisterPartyWorker(
    rpc::Call& call, const v1::RegisterPartyWorkerRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, PastDay(call, request.has_started_on(),
                                                            request.started_on(), "started_on"));
  if (!v1::WorkerPost_IsValid(request.post())) {
    return error::InvalidFields({{"post", "党务岗位不在代码表中。"}});
  }
  return writer_.Write<v1::PartyWorker>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::PartyWorker> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const OrganizationRow organization,
                                LockOrganization(session, organization_id));
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(organization_id));
        if (!IsMember(member.standing)) return MemberLeft();
        if (organization.revoked_on) return OrganizationRevoked(organization_id);
        const PartyWorkerRow row{.id = tx.NextId(),
                                 .member_id = member_id,
                                 .organization_id = organization_id,
                                 .post = request.post(),
                                 .full_time = request.full_time(),
                                 .started_on = day,
                                 .create_time = tx.now(),
                                 .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertPartyWorker(session, row));
        tx.Audit(organization_id, WorkerName(row));
        return DescribeOne(session, row, base::ShanghaiDay(call.now()));
      });
}

absl::StatusOr<v1::PartyWorker> PartyWorkerApi::EndPartyWork(
    rpc::Call& call, const v1::EndPartyWorkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.name(), "members", "partyWorkers"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_ended_on(), request.ended_on(), "ended_on"));
  return writer_.Write<v1::PartyWorker>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::PartyWorker> {
        RONGHE_ASSIGN_OR_RETURN(PartyWorkerRow row, LockPartyWorker(tx.session(), name.second));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.member_id != name.first) return PartyWorkerNotFound(name.second);
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        if (!row.open()) return WorkerEnded();
        if (day < row.started_on) return EffectiveDateBeforeInterval(day, row.started_on);
        row.ended_on = day;
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(EndPartyWorker(tx.session(), row));
        tx.Audit(row.organization_id, WorkerName(row));
        return DescribeOne(tx.session(), row, base::ShanghaiDay(call.now()));
      });
}

absl::StatusOr<v1::PartyWorker> PartyWorkerApi::GetPartyWorker(
    rpc::Call& call, const v1::GetPartyWorkerRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.name(), "members", "partyWorkers"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::PartyWorker> {
        RONGHE_ASSIGN_OR_RETURN(const PartyWorkerRow row, LoadPartyWorker(session, name.second));
        if (row.member_id != name.first) return PartyWorkerNotFound(name.second);
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        return DescribeOne(session, row, base::ShanghaiDay(call.now()));
      });
}

absl::StatusOr<v1::SearchPartyWorkersResponse> PartyWorkerApi::SearchPartyWorkers(
    rpc::Call& call, const v1::SearchPartyWorkersRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  tree_.AfterOwnWrites(call.deadline());
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  const std::string filter = FilterOf(request);
  SubtreeCursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string opened,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, ParseCursor(opened));
  }
  const int size = rpc::PageSize(request.page_size());
  const int32_t year =
      request.untrained_year() == 0 ? static_cast<int32_t>(today.year()) : request.untrained_year();
  v1::SearchPartyWorkersResponse response;
  const auto next = [&](const org::OrgPath& path, int64_t after_id) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, FormatCursor(path, after_id)));
  };
  for (int round = 0; round < kRounds; ++round) {
    std::vector<FoundWorker> found;
    std::vector<WorkerFacts> facts;
    SubtreeCursor after;
    bool end = false;
    RONGHE_RETURN_IF_ERROR(writer_.database().ReadSnapshot(
        call.deadline(), [&](sql::Session& session) -> absl::Status {
          WorkerReader reader(tree_.tree(), root, cursor);
          RONGHE_ASSIGN_OR_RETURN(found, reader.Next(session));
          after = reader.cursor();
          end = reader.end();
          std::vector<PartyWorkerRow> rows;
          for (const FoundWorker& one : found) rows.push_back(one.row);
          RONGHE_ASSIGN_OR_RETURN(facts, Describe(session, rows, year, today));
          return absl::OkStatus();
        }));
    if (end) return response;
    cursor = std::move(after);
    for (size_t i = 0; i < found.size(); ++i) {
      if (!Passes(request, facts[i])) continue;
      *response.add_party_workers() = std::move(facts[i].shown);
      if (response.party_workers_size() == size) {
        next(found[i].path, found[i].row.id);
        return response;
      }
    }
  }
  next(cursor.path.value_or(org::OrgPath()), cursor.after_id);
  return response;
}

absl::StatusOr<v1::WorkerEvent> PartyWorkerApi::RecordWorkerEvent(
    rpc::Call& call, const v1::RecordWorkerEventRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay from,
                          PastDay(call, request.has_from(), request.from(), "from"));
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> to =
      ReadDay(request.has_to(), request.to(), "to", violations);
  if (to && *to < from) violations.push_back({"to", "结束日期不能早于开始日期。"});
  if (!v1::WorkerEventKind_IsValid(request.kind())) {
    violations.push_back({"kind", "记录类别不在代码表中。"});
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return writer_.Write<v1::WorkerEvent>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::WorkerEvent> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckWorks(session, member_id));
        RONGHE_ASSIGN_OR_RETURN(const int64_t document, ReadDocument(tx, request.document()));
        const WorkerEventRow row{.id = tx.NextId(),
                                 .member_id = member_id,
                                 .kind = static_cast<WorkerEventKind>(request.kind()),
                                 .title = std::string(Trim(request.title())),
                                 .from = from,
                                 .to = to,
                                 .document_id = document,
                                 .organization_id = member.organization_id,
                                 .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertWorkerEvent(session, row));
        if (row.kind == WorkerEventKind::kTraining) {
          RONGHE_RETURN_IF_ERROR(MeetTraining(tx, member_id, to.value_or(from)));
        }
        v1::WorkerEvent event;
        event.set_name(base::ChildName("members", member_id, "workerEvents", row.id));
        event.set_kind(request.kind());
        event.set_title(row.title);
        *event.mutable_from() = rpc::ToProto(from);
        if (to) *event.mutable_to() = rpc::ToProto(*to);
        event.set_document(request.document());
        event.set_organization(base::Name("organizations", row.organization_id));
        tx.Audit(member.organization_id, event.name());
        return event;
      });
}

absl::StatusOr<v1::WorkerExchange> PartyWorkerApi::RecordExchange(
    rpc::Call& call, const v1::RecordExchangeRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t from,
                          base::ParseName(request.from_organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t to,
                          base::ParseName(request.to_organization(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay first, rpc::FromProto(request.starts_on()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay last, rpc::FromProto(request.ends_on()));
  return writer_.Write<v1::WorkerExchange>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::WorkerExchange> {
        sql::Session& session = tx.session();
        // The member's row stands for all exchanges of the member.
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckWorks(session, member_id));
        // One out of sight is answered like one that is not there.
        for (const int64_t id : {from, to}) {
          if (!tree_.Contains(id) || !call.Holds(kReadOrganization, id)) {
            return OrganizationNotFound(id);
          }
        }
        RONGHE_ASSIGN_OR_RETURN(const auto touching,
                                ExchangesTouching(session, member_id, first, last));
        std::vector<Period> others;
        for (const WorkerExchangeRow& other : touching) {
          others.push_back({other.starts_on, other.ends_on});
        }
        RONGHE_RETURN_IF_ERROR(CheckExchange({first, last}, from, to, others));
        const WorkerExchangeRow row{tx.NextId(), member_id, from, to, first, last, tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertExchange(session, row));
        v1::WorkerExchange exchange = ToProto(row);
        tx.Audit(member.organization_id, exchange.name());
        return exchange;
      });
}

absl::StatusOr<v1::ListExchangesResponse> PartyWorkerApi::ListExchanges(
    rpc::Call& call, const v1::ListExchangesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  absl::CivilDay before_day = kOpenEnd;
  int64_t before_id = std::numeric_limits<int64_t>::max();
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string opened,
                            tokens_.Open(call.method(), request.parent(), request.page_token()));
    const std::pair<std::string, std::string> parts = absl::StrSplit(opened, '|');
    RONGHE_ASSIGN_OR_RETURN(before_day, base::ParseDay(parts.first));
    static_cast<void>(absl::SimpleAtoi(parts.second, &before_id));
  }
  const int size = rpc::PageSize(request.page_size());
  std::vector<WorkerExchangeRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(AuthorizeMember(call, session, member_id));
        RONGHE_ASSIGN_OR_RETURN(rows,
                                ExchangesOf(session, member_id, before_day, before_id, size + 1));
        return absl::OkStatus();
      }));
  v1::ListExchangesResponse response;
  for (const WorkerExchangeRow& row : rows) {
    if (response.exchanges_size() == size) {
      response.set_next_page_token(tokens_.Seal(
          call.method(), request.parent(), base::Cat(base::FormatDay(before_day), "|", before_id)));
      break;
    }
    *response.add_exchanges() = ToProto(row);
    before_day = row.starts_on;
    before_id = row.id;
  }
  return response;
}

absl::StatusOr<v1::ListGrowthRecordsResponse> PartyWorkerApi::ListGrowthRecords(
    rpc::Call& call, const v1::ListGrowthRecordsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  const auto [first, last] = DaysOf(request.year());
  std::vector<Growth> growth;
  RONGHE_RETURN_IF_ERROR(writer_.database().ReadSnapshot(
      call.deadline(), [&, first = first, last = last](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(AuthorizeMember(call, session, member_id));
        RONGHE_ASSIGN_OR_RETURN(growth, GrowthIn(session, member_id, first, last));
        return absl::OkStatus();
      }));
  v1::ListGrowthRecordsResponse response;
  for (const Growth& one : growth) {
    v1::GrowthRecord& record = *response.add_growth_records();
    record.set_kind(one.kind);
    record.set_title(one.title);
    record.set_subject(one.subject);
    *record.mutable_from() = rpc::ToProto(one.from);
    if (one.to) *record.mutable_to() = rpc::ToProto(*one.to);
    record.set_organization(base::Name("organizations", one.organization_id));
  }
  return response;
}

}  // namespace ronghe::membership
