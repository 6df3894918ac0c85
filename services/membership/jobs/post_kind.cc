#include "services/membership/jobs/post_kind.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/errors.h"
#include "services/membership/jobs/import_places.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

namespace sheet = post_sheet;

constexpr std::string_view kMethod = "/ronghe.membership.v1.ImportService/CommitImport";
constexpr std::string_view kCollection = "imports";
constexpr int32_t kGroupKind = 641;

// A row of a chunk, read.
struct Line {
  int32_t number = 0;
  PostRecord record;
  std::vector<CellProblem> problems;
  int64_t place = 0;  // 0: the member's branch
  std::string identity_index;
};

CellProblem ProblemOf(size_t column, const absl::Status& status) {
  return {column, error::MessageZh(status)};
}

// What the rows of a chunk are decided by.
struct Recorded {
  absl::flat_hash_map<std::string, MemberRow> members;  // by blind index
  absl::flat_hash_map<int64_t, std::vector<PostRow>> posts;
  absl::flat_hash_map<int64_t, OrganizationRow> places;
};

// What a chunk writes.
struct Batch {
  std::vector<PostRow> added;
  std::map<absl::CivilDay, std::vector<int64_t>> ended;
};

class PostRun : public ImportRun {
 public:
  PostRun(Sheet file, int64_t organization_id, base::IdGenerator& ids, MembershipTree& tree,
          const OrganizationRuleBook& rules, const PersonalFields& fields, absl::CivilDay today)
      : file_(std::move(file)),
        places_(tree.tree(), organization_id),
        ids_(ids),
        tree_(tree),
        rules_(rules),
        fields_(fields),
        today_(today) {
    for (const TableRow& row : file_.rows) {
      first_row_.try_emplace(KeyOf(ReadLine(row)), row.number);
    }
  }

  int32_t rows() const override { return static_cast<int32_t>(file_.rows.size()); }

  void Prepare(const RosterImportRow&, RowRange range) override {
    lines_.clear();
    for (int32_t i = range.from; i < range.to; ++i) {
      Line line = ReadLine(file_.rows[static_cast<size_t>(i)]);
      const int32_t first = first_row_.at(KeyOf(line));
      if (first != line.number) {
        line.problems.push_back({sheet::kPost, base::Cat("与第", first, "行重复。")});
      }
      if (line.problems.empty()) {
        line.identity_index = fields_.IdentityIndex(line.record.identity_number);
      }
      lines_.push_back(std::move(line));
    }
  }

  absl::Status Write(sql::Session& session, const RosterImportRow& import, bool check, absl::Time,
                     ImportOutcome& outcome) override {
    RONGHE_ASSIGN_OR_RETURN(Recorded recorded, Load(session, check));
    Batch batch;
    for (const Line& line : lines_) {
      std::vector<CellProblem> problems = line.problems;
      if (problems.empty()) Decide(import, line, recorded, batch, outcome, problems);
      if (problems.empty()) continue;
      ++outcome.failed;
      int32_t item = 0;
      for (const CellProblem& problem : problems) {
        AddError(import, line.number, ++item, sheet::Columns()[problem.column].title,
                 problem.message, outcome);
      }
    }
    if (check) return absl::OkStatus();
    for (const auto& [day, ids] : batch.ended) {
      RONGHE_RETURN_IF_ERROR(EndPosts(session, ids, day));
    }
    return InsertPosts(session, batch.added);
  }

 private:
  // The same for rows that mean the same post.
  static std::string KeyOf(const Line& line) {
    return base::Cat(line.record.identity_number, "/", line.place, "/",
                     static_cast<int32_t>(line.record.post), "/",
                     line.record.valid_to ? base::FormatDay(*line.record.valid_to) : "");
  }

  Line ReadLine(const TableRow& row) const {
    Line line{.number = row.number};
    line.problems = ReadPostRow(file_.layout, row.cells, file_.date1904, today_, line.record);
    const PostRecord& record = line.record;
    if (record.organization_code.empty() && record.organization_title.empty()) return line;
    const org::OrgNode* const node =
        places_.Find(record.organization_code, record.organization_title, sheet::kOrganizationCode,
                     sheet::kOrganization, line.problems);
    if (node != nullptr) line.place = node->id;
    return line;
  }

  absl::StatusOr<Recorded> Load(sql::Session& session, bool check) const {
    Recorded recorded;
    std::vector<std::string> indexes;
    std::set<int64_t> places;
    for (const Line& line : lines_) {
      if (!line.problems.empty()) continue;
      indexes.push_back(line.identity_index);
      if (line.place != 0) places.insert(line.place);
    }
    std::vector<int64_t> ids;
    RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> members, MembersByIdentity(session, indexes));
    for (MemberRow& row : members) {
      ids.push_back(row.id);
      places.insert(row.organization_id);
      std::string index = row.identity_index;
      recorded.members.emplace(std::move(index), std::move(row));
    }
    // Locked, so that of two imports, or an import and a call, one waits for the other.
    const std::vector<int64_t> all(places.begin(), places.end());
    for (size_t from = 0; from < all.size(); from += sql::kMaxList) {
      const auto part = std::span(all).subspan(from, std::min(sql::kMaxList, all.size() - from));
      RONGHE_ASSIGN_OR_RETURN(
          const std::vector<OrganizationRow> rows,
          check ? LoadOrganizations(session, part)
                : LockOrganizations(session, std::vector<int64_t>(part.begin(), part.end())));
      for (const OrganizationRow& row : rows) recorded.places.emplace(row.id, row);
    }
    RONGHE_ASSIGN_OR_RETURN(const std::vector<PostRow> posts, PostsOfMembers(session, ids));
    for (const PostRow& row : posts) recorded.posts[row.member_id].push_back(row);
    return recorded;
  }

  void Decide(const RosterImportRow& import, const Line& line, Recorded& recorded, Batch& batch,
              ImportOutcome& outcome, std::vector<CellProblem>& problems) const {
    const PostRecord& record = line.record;
    const auto found = recorded.members.find(line.identity_index);
    if (found == recorded.members.end() ||
        !tree_.Within(found->second.organization_id, import.organization_id)) {
      problems.push_back({sheet::kIdentityNumber, "本次导入的范围内没有这名党员。"});
      return;
    }
    const MemberRow& member = found->second;
    if (member.full_name != record.full_name) {
      problems.push_back({sheet::kFullName, "与登记的姓名不一致。"});
    }
    if (!IsMember(member.standing)) {
      problems.push_back(ProblemOf(sheet::kIdentityNumber, MemberLeft()));
    }
    const int64_t place_id = line.place == 0 ? member.organization_id : line.place;
    const auto place = recorded.places.find(place_id);
    if (place == recorded.places.end() || place->second.revoked_on) {
      problems.push_back({sheet::kOrganization, "该党组织已经撤销。"});
      return;
    }
    CheckPlaceOf(member, place->second, record, import, problems);
    if (!problems.empty()) return;
    DecidePost(import, line, member, place_id, recorded.posts[member.id], batch, outcome, problems);
  }

  void CheckPlaceOf(const MemberRow& member, const OrganizationRow& place, const PostRecord& record,
                    const RosterImportRow& import, std::vector<CellProblem>& problems) const {
    const absl::CivilDay from = record.valid_from.value_or(import.effective_date);
    if (absl::Status status = CheckPost(rules_.On(from), place.kind, record.post); !status.ok()) {
      problems.push_back(ProblemOf(sheet::kPost, status));
    }
    // A group's leader belongs to the branch above the group.
    const bool inside = tree_.Within(member.organization_id, place.id) ||
                        (place.kind == kGroupKind && place.parent_id == member.organization_id);
    if (!inside) problems.push_back(ProblemOf(sheet::kOrganization, PostOutsideBranch()));
  }

  void DecidePost(const RosterImportRow& import, const Line& line, const MemberRow& member,
                  int64_t place, std::vector<PostRow>& posts, Batch& batch, ImportOutcome& outcome,
                  std::vector<CellProblem>& problems) const {
    const PostRecord& record = line.record;
    const auto is = [&](const PostRow& post, absl::CivilDay to) {
      return post.organization_id == place && post.code == record.post && post.valid_to == to;
    };
    const auto with = [&](absl::CivilDay to) {
      return std::find_if(posts.begin(), posts.end(),
                          [&](const PostRow& post) { return is(post, to); });
    };
    const absl::CivilDay to = record.valid_to.value_or(kOpenEnd);
    if (with(to) != posts.end()) {
      ++outcome.unchanged;
      return;
    }
    const auto held = with(kOpenEnd);
    if (record.valid_to && held != posts.end()) {
      if (*record.valid_to < held->valid_from) {
        problems.push_back({sheet::kValidTo, base::Cat("离任日期不能早于任职日期",
                                                       base::FormatDay(held->valid_from), "。")});
        return;
      }
      held->valid_to = *record.valid_to;
      batch.ended[*record.valid_to].push_back(held->id);
      outcome.drafts.push_back(PostEvent(*held));
      ++outcome.updated;
      return;
    }
    if (record.valid_to && !record.valid_from) {
      problems.push_back({sheet::kValidFrom, "该党员现在没有担任这一职务，请填写任职日期。"});
      return;
    }
    const PostRow post{ids_.Next(),
                       member.id,
                       place,
                       record.post,
                       record.valid_from.value_or(import.effective_date),
                       to};
    posts.push_back(post);
    batch.added.push_back(post);
    outcome.drafts.push_back(PostEvent(post));
    ++outcome.created;
  }

  const Sheet file_;
  const ImportPlaces places_;
  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
  const PersonalFields& fields_;
  const absl::CivilDay today_;
  absl::flat_hash_map<std::string, int32_t> first_row_;  // by post
  std::vector<Line> lines_;
};

class PostKind : public ImportKindHandler {
 public:
  PostKind(base::IdGenerator& ids, MembershipTree& tree, const OrganizationRuleBook& rules,
           const PersonalFields& fields)
      : ids_(ids), tree_(tree), rules_(rules), fields_(fields) {}

  std::string_view method() const override { return kMethod; }
  std::string_view collection() const override { return kCollection; }

  absl::StatusOr<std::unique_ptr<ImportRun>> Open(const RosterImportRow& import,
                                                  std::string_view bytes,
                                                  absl::CivilDay today) override {
    RONGHE_ASSIGN_OR_RETURN(Sheet file, ReadSheet(sheet::Columns(), import.file_name, bytes));
    return std::make_unique<PostRun>(std::move(file), import.organization_id, ids_, tree_, rules_,
                                     fields_, today);
  }

 private:
  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
  const PersonalFields& fields_;
};

}  // namespace

std::unique_ptr<ImportKindHandler> MakePostKind(base::IdGenerator& ids, MembershipTree& tree,
                                                const OrganizationRuleBook& rules,
                                                const PersonalFields& fields) {
  return std::make_unique<PostKind>(ids, tree, rules, fields);
}

}  // namespace ronghe::membership
