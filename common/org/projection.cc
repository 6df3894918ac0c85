#include "common/org/projection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/base/status_macros.h"
#include "common/log/log.h"
#include "common/org/copy_store.h"
#include "common/org/event_data.h"
#include "common/org/interval_event.h"
#include "common/sql/statement.h"

namespace ronghe::org {
namespace {

constexpr char kSource[] = "services/membership";
constexpr char kOrganizationChanged[] = "ronghe.membership.organization.changed";
constexpr char kPostChanged[] = "ronghe.membership.post.changed";
constexpr int64_t kLoadPage = 1000;
constexpr absl::Duration kLoadTimeout = absl::Minutes(10);
constexpr absl::Duration kRefreshTimeout = absl::Seconds(10);
constexpr size_t kListLimit = 256;

struct OrgRow {
  int64_t id = 0;
  int64_t parent_id = 0;
  std::string kind;
  std::string name;
  std::string code;
  int32_t sort = 0;
  std::optional<absl::CivilDay> founded_on = std::nullopt;
  std::optional<absl::CivilDay> revoked_on = std::nullopt;
};

const sql::Query<OrgRow> kOrgPage(
    "org_copy.page",
    "SELECT id, parent_id, kind, name, code, sort, founded_on, revoked_on FROM org_copy "
    "WHERE id > ? ORDER BY id LIMIT ?");

const sql::Query<OrgRow> kOrgsById(
    "org_copy.by_ids",
    "SELECT id, parent_id, kind, name, code, sort, founded_on, revoked_on FROM org_copy "
    "WHERE id IN (?*)");

const sql::Query<OrgSizeRow> kOpenSizesPage(
    "interval_copy.open_sizes_page",
    "SELECT organization_id, COUNT(CASE WHEN category = 1 THEN 1 END), "
    "COUNT(CASE WHEN category = 2 THEN 1 END) FROM interval_copy "
    "WHERE organization_id > ? AND valid_to = '9999-12-31' AND standing = '10' "
    "GROUP BY organization_id ORDER BY organization_id LIMIT ?");

const sql::Query<OrgSizeRow> kOpenSizesOf(
    "interval_copy.open_sizes_of",
    "SELECT organization_id, COUNT(CASE WHEN category = 1 THEN 1 END), "
    "COUNT(CASE WHEN category = 2 THEN 1 END) FROM interval_copy "
    "WHERE organization_id IN (?*) AND valid_to = '9999-12-31' AND standing = '10' "
    "GROUP BY organization_id");

const sql::Command kPutOrg(
    "org_copy.put",
    "INSERT INTO org_copy (id, parent_id, kind, name, code, sort, founded_on, revoked_on) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE parent_id = VALUES(parent_id), "
    "kind = VALUES(kind), name = VALUES(name), code = VALUES(code), sort = VALUES(sort), "
    "founded_on = VALUES(founded_on), revoked_on = VALUES(revoked_on)");

const sql::Command kPutInterval(
    "interval_copy.put",
    "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting, "
    "valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "member_id = VALUES(member_id), organization_id = VALUES(organization_id), "
    "category = VALUES(category), standing = VALUES(standing), voting = VALUES(voting), "
    "valid_from = VALUES(valid_from), valid_to = VALUES(valid_to)");

const sql::Command kPutPost(
    "post_copy.put",
    "INSERT INTO post_copy (id, member_id, organization_id, post_code, valid_from, valid_to) "
    "VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE member_id = VALUES(member_id), "
    "organization_id = VALUES(organization_id), post_code = VALUES(post_code), "
    "valid_from = VALUES(valid_from), valid_to = VALUES(valid_to)");

OrgNode ToNode(OrgRow row) {
  return {.id = row.id,
          .parent = row.parent_id,
          .kind = std::move(row.kind),
          .name = std::move(row.name),
          .code = std::move(row.code),
          .sort = row.sort,
          .founded_on = row.founded_on,
          .revoked_on = row.revoked_on};
}

// The last row of each id, in order of first appearance.
template <class Row>
class LastRows {
 public:
  void Keep(Row row) {
    const auto [known, fresh] = places_.try_emplace(row.id, rows_.size());
    if (fresh) {
      rows_.push_back(std::move(row));
    } else {
      rows_[known->second] = std::move(row);
    }
  }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
  absl::flat_hash_map<int64_t, size_t> places_;
};

absl::Status Apply(sql::Session& session, std::span<const event::v1::Event> events) {
  LastRows<OrgRow> orgs;
  LastRows<IntervalRow> intervals;
  LastRows<PostRow> posts;
  for (const event::v1::Event& event : events) {
    EventData data(event);
    if (event.type() == kOrganizationChanged) {
      OrgRow row{.id = data.Id("organization"),
                 .parent_id = data.Id("parent"),
                 .kind = data.Text("kind"),
                 .name = data.Text("name"),
                 .code = data.Text("code"),
                 .sort = data.Int("sort"),
                 .founded_on = data.OptionalDay("founded_on"),
                 .revoked_on = data.OptionalDay("revoked_on")};
      RONGHE_RETURN_IF_ERROR(data.status());
      orgs.Keep(std::move(row));
    } else if (TellsIntervals(event)) {
      RONGHE_ASSIGN_OR_RETURN(std::vector<IntervalRow> told, IntervalsIn(event));
      for (IntervalRow& row : told) intervals.Keep(std::move(row));
    } else if (event.type() == kPostChanged) {
      PostRow row{.id = data.Id("post"),
                  .member_id = data.Id("member"),
                  .organization_id = data.Id("organization"),
                  .post_code = data.Text("post_code"),
                  .valid_from = data.Day("valid_from"),
                  .valid_to = data.OptionalDay("valid_to").value_or(kOpenEnd)};
      RONGHE_RETURN_IF_ERROR(data.status());
      posts.Keep(std::move(row));
    }
  }
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kPutOrg, orgs.rows()));
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kPutInterval, intervals.rows()));
  return session.InsertMany(kPutPost, posts.rows());
}

}  // namespace

Projection::Projection(sql::Database& database, std::shared_ptr<rpc::Channel> membership,
                       Listener listener, Follower follower)
    : database_(database),
      listener_(std::move(listener)),
      organizations_(metrics::Registry::Default().AddGauge(
          "ronghe_org_tree_organizations", "Organizations in the tree held in memory.", {})),
      tree_bytes_(metrics::Registry::Default().AddGauge("ronghe_org_tree_bytes",
                                                        "Bytes of the tree held in memory.", {})) {
  event::ConsumerOptions options;
  options.types = {kOrganizationChanged, kIntervalChanged, kIntervalsOpened, kPostChanged,
                   "ronghe.membership.member.changed"};
  consumer_ = std::make_unique<event::Consumer>(
      kSource, event::v1::EventFeedServiceClient(std::move(membership)), database_,
      [follower = std::move(follower)](sql::Session& session,
                                       std::span<const event::v1::Event> events) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(Apply(session, events));
        return follower == nullptr ? absl::OkStatus() : follower(session, events);
      },
      [this](std::span<const event::v1::Event> events) { AfterCommit(events); },
      std::move(options));
}

Projection::~Projection() { Stop(); }

absl::Status Projection::Start() {
  RONGHE_RETURN_IF_ERROR(consumer_->Load(absl::Now() + kRefreshTimeout));
  RONGHE_RETURN_IF_ERROR(Load());
  consumer_->Start();
  return absl::OkStatus();
}

void Projection::Stop() { consumer_->Stop(); }

absl::Status Projection::Load() {
  const absl::Time deadline = absl::Now() + kLoadTimeout;
  for (int64_t after = 0;;) {
    RONGHE_ASSIGN_OR_RETURN(std::vector<OrgRow> rows,
                            database_.Read(deadline, [&](sql::Session& session) {
                              return session.Select(kOrgPage, after, kLoadPage);
                            }));
    for (OrgRow& row : rows) {
      after = row.id;
      RONGHE_RETURN_IF_ERROR(tree_.Upsert(ToNode(std::move(row))));
    }
    if (static_cast<int64_t>(rows.size()) < kLoadPage) break;
  }
  for (int64_t after = 0;;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<OrgSizeRow> rows,
                            database_.Read(deadline, [&](sql::Session& session) {
                              return session.Select(kOpenSizesPage, after, kLoadPage);
                            }));
    for (const OrgSizeRow& row : rows) {
      after = row.organization_id;
      tree_.SetCount(row.organization_id, row.full, row.probationary);
    }
    if (static_cast<int64_t>(rows.size()) < kLoadPage) break;
  }
  organizations_.Set(static_cast<double>(tree_.size()));
  tree_bytes_.Set(static_cast<double>(tree_.MemoryBytes()));
  return absl::OkStatus();
}

// Events may arrive here again, and the copy may already be ahead of them: so what they touched is
// read whole from the copy instead of being changed by a difference.
void Projection::AfterCommit(std::span<const event::v1::Event> events) {
  for (const event::v1::Event& event : events) {
    EventData data(event);
    if (event.type() == kOrganizationChanged) {
      stale_organizations_.insert(data.Id("organization"));
    } else if (TellsIntervals(event)) {
      stale_counts_.insert(data.Id("organization"));
    }
  }
  const std::vector<int64_t> organizations(stale_organizations_.begin(),
                                           stale_organizations_.end());
  const std::vector<int64_t> counted(stale_counts_.begin(), stale_counts_.end());
  const absl::Status status = Refresh(organizations, counted);
  if (status.ok()) {
    stale_organizations_.clear();
    stale_counts_.clear();
  } else {
    log::Warn("org_tree_refresh_failed", {{"error", status}});
  }
  if (!organizations.empty()) organizations_.Set(static_cast<double>(tree_.size()));
  if (listener_ != nullptr) listener_(events);
}

absl::Status Projection::Refresh(const std::vector<int64_t>& organizations,
                                 const std::vector<int64_t>& counted) {
  const absl::Time deadline = absl::Now() + kRefreshTimeout;
  std::vector<OrgNode> moved;
  for (size_t from = 0; from < organizations.size(); from += kListLimit) {
    const auto part = std::span<const int64_t>(organizations)
                          .subspan(from, std::min(kListLimit, organizations.size() - from));
    RONGHE_ASSIGN_OR_RETURN(std::vector<OrgRow> rows,
                            database_.Read(deadline, [&](sql::Session& session) {
                              return session.Select(kOrgsById, part);
                            }));
    for (OrgRow& row : rows) moved.push_back(ToNode(std::move(row)));
  }
  // Two moves may depend on each other: repeat while it helps. What is left waits for the event of
  // the other organization.
  for (size_t left = moved.size() + 1; !moved.empty() && moved.size() < left;) {
    left = moved.size();
    std::erase_if(moved, [&](const OrgNode& node) { return tree_.Upsert(node).ok(); });
  }
  for (size_t from = 0; from < counted.size(); from += kListLimit) {
    const auto part = std::span<const int64_t>(counted).subspan(
        from, std::min(kListLimit, counted.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<OrgSizeRow> rows,
                            database_.Read(deadline, [&](sql::Session& session) {
                              return session.Select(kOpenSizesOf, part);
                            }));
    std::set<int64_t> empty(part.begin(), part.end());
    for (const OrgSizeRow& row : rows) {
      tree_.SetCount(row.organization_id, row.full, row.probationary);
      empty.erase(row.organization_id);
    }
    for (const int64_t id : empty) tree_.SetCount(id, 0, 0);
  }
  return absl::OkStatus();
}

bool Projection::Contains(int64_t org) { return tree_.Contains(org); }

bool Projection::Within(int64_t org, int64_t ancestor) { return tree_.Within(org, ancestor); }

absl::Status Projection::TryCatchUp(absl::Time deadline) { return consumer_->CatchUp(deadline); }

void Projection::CatchUp(absl::Time deadline) {
  const absl::Status status = TryCatchUp(deadline);
  if (!status.ok()) log::Warn("org_catch_up_failed", {{"error", status}});
}

}  // namespace ronghe::org
