#include "services/membership/api/finding_api.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/setup_store.h"

namespace ronghe::membership {
namespace {

// What a page looks at: organizations a statement, batches a page, and rows that one statement may
// bring where an organization can have many.
constexpr size_t kBatch = 256;
constexpr int kBatches = 4;
constexpr int32_t kMaxRows = 2000;

// Where a page goes on: behind an organization; within `inside`, if that is the one that follows,
// behind so many of its findings.
struct Cursor {
  std::optional<org::OrgPath> behind = std::nullopt;
  int64_t inside = 0;
  size_t done = 0;
};

std::string Format(const Cursor& cursor) {
  return base::Cat(cursor.behind ? org::FormatPath(*cursor.behind) : std::string("-"), "|",
                   cursor.inside, "|", cursor.done);
}

absl::StatusOr<Cursor> Parse(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(text), '|');
  Cursor cursor;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &cursor.inside) ||
      !absl::SimpleAtoi(parts[2], &cursor.done)) {
    return absl::InvalidArgumentError("cursor");
  }
  if (parts[0] != "-") {
    RONGHE_RETURN_IF_ERROR(org::ParsePath(parts[0], &cursor.behind.emplace()));
  }
  return cursor;
}

FindingSet Wanted(const v1::ListFindingsRequest& request) {
  FindingSet wanted;
  if (request.codes().empty()) return wanted.set().reset(0);
  for (const int code : request.codes()) {
    if (code > 0 && code < kFindingCodes) wanted.set(static_cast<size_t>(code));
  }
  return wanted;
}

bool WantsAny(const FindingSet& wanted, std::initializer_list<FindingCode> codes) {
  return std::any_of(codes.begin(), codes.end(),
                     [&](FindingCode code) { return wanted.test(static_cast<size_t>(code)); });
}

v1::Finding ToProto(const Finding& finding, const org::OrgNode& node) {
  v1::Finding shown;
  shown.set_organization(base::Name("organizations", node.id));
  shown.set_title(node.name);
  shown.set_kind(static_cast<v1::OrganizationKind>(KindOf(node.kind)));
  shown.set_code(static_cast<v1::FindingCode>(finding.code));
  shown.set_rule_id(finding.rule_id);
  shown.set_rule_set(finding.rule_set);
  shown.set_source(finding.source);
  shown.set_required(finding.required);
  shown.set_actual(finding.actual);
  for (const int32_t kind : finding.offered) {
    shown.add_offered(static_cast<v1::OrganizationKind>(kind));
  }
  shown.set_subject(finding.subject);
  return shown;
}

LateFacts Late(const PassedDeadlineRow& row) {
  return {base::Name(row.subject_collection, row.subject_id), row.due_on, row.rule_id, row.rule_set,
          row.source};
}

// The facts that the tree in memory knows.
SetupFacts TreeFacts(const org::OrgTree& tree, const OrganizationRules& kinds, int64_t id) {
  SetupFacts facts;
  const std::optional<org::OrgNode> node = tree.Node(id);
  if (!node) return facts;
  facts.kind = KindOf(node->kind);
  facts.root = node->parent == 0;
  facts.revoked = node->revoked_on.has_value();
  if (const auto it = kinds.kinds.find(facts.kind); it != kinds.kinds.end()) {
    facts.holds_members = it->second.holds_members;
    facts.temporary = it->second.temporary;
  }
  const org::OrgCounts own = tree.OwnCount(id);
  facts.full = own.full;
  facts.probationary = own.probationary;
  const org::OrgCounts all = tree.Count(id);
  facts.subtree_members = all.full + all.probationary;
  if (IsBranchKind(facts.kind)) {
    for (const org::OrgNode& child : tree.Children(id)) {
      if (KindOf(child.kind) == kGroupKind && !child.revoked_on) ++facts.groups;
    }
  }
  return facts;
}

// Which facts belong to which organization of a batch.
class Batch {
 public:
  explicit Batch(std::span<const int64_t> organizations) {
    for (size_t i = 0; i < organizations.size(); ++i) index_[organizations[i]] = i;
    facts.resize(organizations.size());
  }

  SetupFacts& Of(int64_t organization) { return facts[index_.at(organization)]; }

  // Takes rows that come ordered by organization: where more may follow than `rows` holds, the last
  // organization's are not whole, and the batch ends before the first one that they don't cover.
  template <class Row>
  void Cut(const std::vector<Row>& rows) {
    if (rows.size() < static_cast<size_t>(kMaxRows)) return;
    for (const auto& [organization, index] : index_) {
      if (organization >= rows.back().organization_id) whole = std::min(whole, index);
    }
  }

  std::vector<SetupFacts> facts;
  size_t whole = kBatch;  // so many of the first organizations have all their facts

 private:
  absl::flat_hash_map<int64_t, size_t> index_;
};

absl::Status AddPosts(sql::Session& session, std::span<const int64_t> ids, absl::CivilDay day,
                      Batch& batch) {
  RONGHE_ASSIGN_OR_RETURN(const auto committees, CommitteeSizesAsOf(session, ids, day));
  for (const CommitteeSize& row : committees) batch.Of(row.organization_id).committee = row.members;
  RONGHE_ASSIGN_OR_RETURN(const auto secretaries, SecretariesAsOf(session, ids, day));
  for (const SecretaryRow& row : secretaries) {
    SetupFacts& facts = batch.Of(row.organization_id);
    if (facts.has_secretary) continue;
    facts.has_secretary = true;
    facts.secretary_post = base::ChildName("members", row.member_id, "posts", row.post_id);
    facts.secretary_converted_on = row.converted_on;
    facts.secretary_adjustment_months = row.adjustment_months;
  }
  return absl::OkStatus();
}

absl::Status AddFlags(sql::Session& session, std::span<const int64_t> ids, Batch& batch) {
  RONGHE_ASSIGN_OR_RETURN(const auto flags, SetupFlags(session, ids));
  for (const SetupFlagsRow& row : flags) {
    SetupFacts& facts = batch.Of(row.organization_id);
    facts.functional = row.functional;
    facts.scattered_sites = row.scattered_sites;
    facts.size_approved = row.size_approved;
    // Where no level is recorded, the root alone is taken for a local committee.
    facts.local = OfCountyOrAbove(row.level).value_or(facts.root);
  }
  return absl::OkStatus();
}

absl::Status AddTerms(sql::Session& session, std::span<const int64_t> ids, Batch& batch) {
  RONGHE_ASSIGN_OR_RETURN(const auto terms, RunningTerms(session, ids));
  for (const RunningTermRow& row : terms) {
    batch.Of(row.organization_id).term = LateFacts{base::Name("terms", row.term_id), row.expires_on,
                                                   row.rule_id, row.rule_set, row.source};
  }
  RONGHE_ASSIGN_OR_RETURN(const auto elections, OpenElections(session, ids));
  for (const OrganizationNumberRow& row : elections) {
    batch.Of(row.organization_id).election_open = true;
  }
  return absl::OkStatus();
}

absl::Status AddSites(sql::Session& session, std::span<const int64_t> ids, int64_t full,
                      absl::CivilDay day, Batch& batch) {
  RONGHE_ASSIGN_OR_RETURN(const auto sites, OpenSites(session, ids, full, day, kMaxRows));
  for (const OpenSiteRow& row : sites) {
    batch.Of(row.organization_id)
        .sites.push_back({base::ChildName("units", row.unit_id, "sites", row.site_id),
                          row.starts_on, row.ends_on, row.full_members});
  }
  batch.Cut(sites);
  return absl::OkStatus();
}

absl::Status AddStaffs(sql::Session& session, std::span<const int64_t> ids, Batch& batch) {
  RONGHE_ASSIGN_OR_RETURN(const auto staffs, UnitStaffs(session, ids, kMaxRows));
  for (const UnitStaffRow& row : staffs) {
    batch.Of(row.organization_id)
        .staffs.push_back(
            {base::Name("units", row.unit_id), row.nature, row.staff_count, row.full_time});
  }
  batch.Cut(staffs);
  return absl::OkStatus();
}

absl::Status AddLate(sql::Session& session, std::span<const int64_t> ids, absl::CivilDay day,
                     std::string_view code, std::vector<LateFacts> SetupFacts::*late,
                     Batch& batch) {
  RONGHE_ASSIGN_OR_RETURN(const auto rows, PassedDeadlines(session, ids, day, code, kMaxRows));
  for (const PassedDeadlineRow& row : rows) {
    (batch.Of(row.organization_id).*late).push_back(Late(row));
  }
  batch.Cut(rows);
  return absl::OkStatus();
}

}  // namespace

FindingApi::FindingApi(sql::Database& database, MembershipTree& tree,
                       const OrganizationRuleBook& kinds, const RuleBooks& books,
                       const rpc::PageTokens& tokens)
    : database_(database),
      tree_(tree),
      kinds_(kinds),
      setup_(books.Get("organization")),
      elections_(books.Get("election")),
      workers_(books.Get("party_worker")),
      tokens_(tokens) {}

absl::StatusOr<std::vector<SetupFacts>> FindingApi::Gather(sql::Session& session,
                                                           std::span<const int64_t> organizations,
                                                           const FindingSet& wanted,
                                                           absl::CivilDay day) {
  using enum FindingCode;
  Batch batch(organizations);
  for (size_t i = 0; i < organizations.size(); ++i) {
    batch.facts[i] = TreeFacts(tree_.tree(), kinds_.On(day), organizations[i]);
  }
  if (WantsAny(wanted, {kCommitteeMissing, kCommitteeTooLarge, kCommitteeNotDue, kSecretaryMissing,
                        kSecretaryStanding})) {
    RONGHE_RETURN_IF_ERROR(AddPosts(session, organizations, day, batch));
  }
  if (WantsAny(wanted, {kBelowMinimum, kGeneralBranchSize, kCommitteeSize, kDelegatesAdvised,
                        kTermMissing})) {
    RONGHE_RETURN_IF_ERROR(AddFlags(session, organizations, batch));
  }
  if (WantsAny(wanted, {kTemporaryExceeded, kTermMissing, kTermExpired, kTermExpiring})) {
    RONGHE_RETURN_IF_ERROR(AddTerms(session, organizations, batch));
  }
  if (WantsAny(wanted, {kTooManyUnits})) {
    RONGHE_ASSIGN_OR_RETURN(const auto units, UnitCounts(session, organizations));
    for (const OrganizationNumberRow& row : units) batch.Of(row.organization_id).units = row.number;
  }
  if (WantsAny(wanted, {kFloatingBranchDue})) {
    RONGHE_ASSIGN_OR_RETURN(const auto floating, FloatingCounts(session, organizations));
    for (const OrganizationNumberRow& row : floating) {
      batch.Of(row.organization_id).floating = row.number;
    }
  }
  if (WantsAny(wanted, {kSiteWithoutBranch})) {
    RONGHE_RETURN_IF_ERROR(
        AddSites(session, organizations, setup_.On(day).Number("branch.min_full"), day, batch));
  }
  if (WantsAny(wanted, {kStaffingShort})) {
    RONGHE_RETURN_IF_ERROR(AddStaffs(session, organizations, batch));
  }
  if (WantsAny(wanted, {kFoundingReplyLate})) {
    RONGHE_RETURN_IF_ERROR(
        AddLate(session, organizations, day, "DL-12", &SetupFacts::replies_late, batch));
  }
  if (WantsAny(wanted, {kTrainingLate})) {
    RONGHE_RETURN_IF_ERROR(
        AddLate(session, organizations, day, "DL-22", &SetupFacts::trainings_late, batch));
  }
  // One organization alone is shown as far as a statement goes.
  if (batch.whole < batch.facts.size()) batch.facts.resize(std::max<size_t>(batch.whole, 1));
  return std::move(batch.facts);
}

absl::StatusOr<v1::ListFindingsResponse> FindingApi::ListFindings(
    rpc::Call& call, const v1::ListFindingsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t root, base::ParseName(request.parent(), "organizations"));
  tree_.AfterOwnWrites(call.deadline());
  const absl::CivilDay day = base::ShanghaiDay(call.now());
  const FindingSet wanted = Wanted(request);
  const std::string filter = base::Cat(root, "|", wanted.to_string());
  Cursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string opened,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, Parse(opened));
  }
  const SetupRules rules{setup_.On(day), elections_.On(day), workers_.On(day)};
  const int size = rpc::PageSize(request.page_size());
  v1::ListFindingsResponse response;
  const auto next = [&] {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, Format(cursor)));
  };
  for (int i = 0; i < kBatches; ++i) {
    const std::vector<org::OrgStop> stops = tree_.tree().SubtreeStops(
        root, cursor.behind, kBatch, [](const org::OrgBrief&) { return true; });
    if (stops.empty()) return response;
    std::vector<int64_t> ids;
    for (const org::OrgStop& stop : stops) ids.push_back(stop.id);
    RONGHE_ASSIGN_OR_RETURN(const std::vector<SetupFacts> facts,
                            database_.ReadSnapshot(call.deadline(), [&](sql::Session& session) {
                              return Gather(session, ids, wanted, day);
                            }));
    for (size_t k = 0; k < facts.size(); ++k) {
      const std::vector<Finding> findings = CheckSetup(rules, facts[k], day, wanted);
      const std::optional<org::OrgNode> node = tree_.tree().Node(stops[k].id);
      const size_t done = stops[k].id == cursor.inside ? cursor.done : 0;
      for (size_t n = done; node && n < findings.size(); ++n) {
        if (response.findings_size() == size) {
          cursor.inside = stops[k].id;
          cursor.done = n;
          next();
          return response;
        }
        *response.add_findings() = ToProto(findings[n], *node);
      }
      cursor = {.behind = stops[k].path};
    }
  }
  next();
  return response;
}

}  // namespace ronghe::membership
