#include "services/membership/jobs/organization_kind.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/personal_text.h"
#include "services/membership/domain/errors.h"
#include "services/membership/jobs/import_places.h"
#include "services/membership/store/events.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

namespace sheet = organization_sheet;

constexpr std::string_view kMethod = "/ronghe.membership.v1.ImportService/CommitImport";
constexpr std::string_view kCollection = "imports";
// By how much the time of a change may lie before its commit, and clocks may differ.
constexpr absl::Duration kMargin = absl::Minutes(5);

// A row, read and resolved. Its parent is an organization, or an earlier row that makes one.
struct Line {
  int32_t number = 0;
  OrganizationRecord record;
  std::vector<CellProblem> problems;
  int64_t id = 0;         // 0: not recorded yet
  int64_t parent_id = 0;  // 0: that of parent_line
  int32_t parent_line = -1;
  int32_t level = 0;  // of the tree, a root is 1
};

CellProblem ProblemOf(size_t column, const absl::Status& status) {
  return {column, error::MessageZh(status)};
}

void FindPersonalNumbers(const OrganizationRecord& record, std::vector<CellProblem>& problems) {
  const std::pair<size_t, std::string_view> texts[] = {{sheet::kTitle, record.title},
                                                       {sheet::kShortTitle, record.short_title}};
  for (const auto& [column, text] : texts) {
    const rpc::v1::PersonalNumber* const found = rpc::FindPersonalNumber(text);
    if (found != nullptr) problems.push_back({column, base::Cat("不能填写", found->title(), "。")});
  }
}

int32_t KindOf(const org::OrgNode& node) {
  int32_t kind = 0;
  static_cast<void>(absl::SimpleAtoi(node.kind, &kind));
  return kind;
}

// Resolves the rows of a file against the tree and each other.
class Resolver {
 public:
  Resolver(const org::OrgTree& tree, int64_t root, const OrganizationRules& rules)
      : tree_(tree), rules_(rules), places_(tree, root) {
    for (const org::OrgNode& node : places_.nodes()) {
      recorded_.emplace(ChildKey(base::Cat(node.parent), node.name), &node);
    }
    const int64_t above = static_cast<int64_t>(tree.Ancestors(root).size());
    levels_.emplace(root, static_cast<int32_t>(above) + 1);
  }

  void Resolve(std::vector<Line>& lines) {
    for (size_t i = 0; i < lines.size(); ++i) ResolveOne(lines, i);
  }

 private:
  static std::string ChildKey(std::string_view parent, std::string_view title) {
    return base::Cat(parent, "/", title);
  }

  int32_t LevelOf(const org::OrgNode& node) {
    const auto known = levels_.find(node.id);
    if (known != levels_.end()) return known->second;
    const auto level = static_cast<int32_t>(tree_.Ancestors(node.id).size()) + 1;
    levels_.emplace(node.id, level);
    return level;
  }

  // The row further up that makes the parent; -1 where the tree has it or nobody.
  int32_t ParentLine(const Line& line, std::vector<CellProblem>& problems) const {
    if (!line.record.parent_code.empty() || line.record.parent_title.empty()) return -1;
    const auto made = made_.find(line.record.parent_title);
    if (made == made_.end()) return -1;
    if (made->second.size() > 1 || places_.HasTitle(line.record.parent_title)) {
      problems.push_back({sheet::kParent, "有多个同名的党组织，请填写编码。"});
    }
    return made->second.front();
  }

  void ResolveOne(std::vector<Line>& lines, size_t index) {
    Line& line = lines[index];
    const OrganizationRecord& record = line.record;
    if (record.parent_code.empty() && record.parent_title.empty()) return;
    int32_t parent_kind = 0;
    line.parent_line = ParentLine(line, line.problems);
    std::string parent_key;
    if (line.parent_line >= 0) {
      const Line& parent = lines[static_cast<size_t>(line.parent_line)];
      parent_kind = parent.record.kind;
      line.level = parent.level + 1;
      parent_key = base::Cat("#", line.parent_line);
      if (!parent.problems.empty()) {
        line.problems.push_back({sheet::kParent, base::Cat("第", parent.number, "行有错误。")});
      }
    } else {
      const org::OrgNode* const node =
          places_.Find(record.parent_code, record.parent_title, sheet::kParentCode, sheet::kParent,
                       line.problems);
      if (node == nullptr) return;
      line.parent_id = node->id;
      parent_kind = KindOf(*node);
      line.level = LevelOf(*node) + 1;
      parent_key = base::Cat(node->id);
    }
    const std::string key = ChildKey(parent_key, record.title);
    const auto [first, fresh] = first_row_.emplace(key, line.number);
    if (!fresh) {
      line.problems.push_back({sheet::kTitle, base::Cat("与第", first->second, "行重复。")});
      return;
    }
    const auto recorded = recorded_.find(key);
    if (recorded != recorded_.end()) {
      line.id = recorded->second->id;
      if (record.kind != 0 && KindOf(*recorded->second) != record.kind) {
        line.problems.push_back({sheet::kKind, "与已登记的党组织类别不一致。"});
      }
      return;
    }
    if (record.kind != 0) {
      if (absl::Status status = CheckPlace(rules_, record.kind, parent_kind); !status.ok()) {
        line.problems.push_back(ProblemOf(sheet::kKind, status));
      }
    }
    if (line.level > kMaxLevels) {
      line.problems.push_back(ProblemOf(sheet::kParent, OrganizationTooDeep(kMaxLevels)));
    }
    made_[record.title].push_back(static_cast<int32_t>(index));
  }

  const org::OrgTree& tree_;
  const OrganizationRules& rules_;
  const ImportPlaces places_;
  absl::flat_hash_map<std::string, const org::OrgNode*> recorded_;  // by parent and title
  absl::flat_hash_map<int64_t, int32_t> levels_;
  absl::flat_hash_map<std::string, int32_t> first_row_;          // by parent and title
  absl::flat_hash_map<std::string, std::vector<int32_t>> made_;  // by title
};

// What a chunk does to organizations that are locked.
class ChunkWriter {
 public:
  ChunkWriter(const RosterImportRow& import, base::IdGenerator& ids, absl::Time now,
              ImportOutcome& outcome)
      : import_(import), ids_(ids), now_(now), outcome_(outcome) {}

  void Know(OrganizationRow row) { rows_.insert_or_assign(row.id, std::move(row)); }
  void KnowChild(const OrganizationRow& row) {
    children_.emplace(base::Cat(row.parent_id, "/", row.title), row.id);
    Know(row);
  }

  // Adds to `problems` what has changed since the file was resolved.
  void Write(Line& line, std::vector<CellProblem>& problems) {
    const auto parent = rows_.find(line.parent_id);
    if (parent == rows_.end() || parent->second.revoked_on) {
      problems.push_back({sheet::kParent, "上级党组织已经撤销。"});
      return;
    }
    if (line.id == 0) {
      const auto child = children_.find(base::Cat(line.parent_id, "/", line.record.title));
      if (child != children_.end()) line.id = child->second;
    }
    if (line.id == 0) {
      Create(line, parent->second, problems);
    } else {
      Update(line, problems);
    }
  }

  absl::Status Save(sql::Session& session) const {
    RONGHE_RETURN_IF_ERROR(InsertOrganizations(session, New()));
    for (const int64_t id : parents_) {
      if (created_.contains(id)) continue;
      RONGHE_RETURN_IF_ERROR(SetNextChild(session, id, rows_.at(id).next_child));
    }
    for (const OrganizationRow& row : updated_) {
      RONGHE_RETURN_IF_ERROR(UpdateOrganization(session, row));
    }
    return absl::OkStatus();
  }

 private:
  std::vector<OrganizationRow> New() const {
    std::vector<OrganizationRow> rows;
    for (const int64_t id : created_) rows.push_back(rows_.at(id));
    return rows;
  }

  void Create(Line& line, OrganizationRow& parent, std::vector<CellProblem>& problems) {
    const absl::StatusOr<std::string> code = ChildCode(parent.code, parent.next_child);
    if (!code.ok()) {
      problems.push_back(ProblemOf(sheet::kParent, code.status()));
      return;
    }
    ++parent.next_child;
    parents_.insert(parent.id);
    OrganizationRow row{.id = ids_.Next(),
                        .parent_id = parent.id,
                        .kind = line.record.kind,
                        .code = *code,
                        .title = line.record.title,
                        .short_title = line.record.short_title,
                        .founded_on = line.record.founded_on.value_or(import_.effective_date),
                        .region_code = line.record.region_code,
                        .create_time = now_,
                        .update_time = now_};
    line.id = row.id;
    outcome_.drafts.push_back(OrganizationEvent(row));
    created_.insert(row.id);
    ++outcome_.created;
    KnowChild(row);
  }

  void Update(const Line& line, std::vector<CellProblem>& problems) {
    const auto found = rows_.find(line.id);
    if (found == rows_.end() || found->second.revoked_on) {
      problems.push_back({sheet::kTitle, "该党组织已经撤销。"});
      return;
    }
    OrganizationRow& row = found->second;
    std::vector<std::string> changed;
    const auto set = [&](bool given, const char* path, auto& field, const auto& value) {
      if (!given || field == value) return;
      field = value;
      changed.emplace_back(path);
    };
    const OrganizationRecord& record = line.record;
    set(!record.short_title.empty(), "short_title", row.short_title, record.short_title);
    set(!record.region_code.empty(), "region_code", row.region_code, record.region_code);
    set(record.founded_on.has_value(), "founded_on", row.founded_on,
        record.founded_on.value_or(row.founded_on));
    if (changed.empty()) {
      ++outcome_.unchanged;
      return;
    }
    ++row.etag;
    row.update_time = now_;
    outcome_.drafts.push_back(OrganizationEvent(row, std::move(changed)));
    updated_.push_back(row);
    ++outcome_.updated;
  }

  const RosterImportRow& import_;
  base::IdGenerator& ids_;
  const absl::Time now_;
  ImportOutcome& outcome_;
  absl::flat_hash_map<int64_t, OrganizationRow> rows_;
  absl::flat_hash_map<std::string, int64_t> children_;  // by parent and title
  std::set<int64_t> created_;                           // in order of their making
  std::set<int64_t> parents_;                           // whose next_child has changed
  std::vector<OrganizationRow> updated_;
};

class OrganizationRun : public ImportRun {
 public:
  // The file was resolved against what was recorded by `since`.
  OrganizationRun(std::vector<Line> lines, base::IdGenerator& ids, absl::Time since)
      : lines_(std::move(lines)), ids_(ids), since_(since) {}

  int32_t rows() const override { return static_cast<int32_t>(lines_.size()); }
  void Prepare(const RosterImportRow&, RowRange range) override {
    range_ = range;
    made_.clear();
  }

  absl::Status Write(sql::Session& session, const RosterImportRow& import, bool check,
                     absl::Time now, ImportOutcome& outcome) override {
    const std::span<Line> chunk = std::span(lines_).subspan(
        static_cast<size_t>(range_.from), static_cast<size_t>(range_.to - range_.from));
    // A transaction that runs again makes its organizations anew.
    for (const size_t index : made_) lines_[index].id = 0;
    made_.clear();
    ChunkWriter writer(import, ids_, now, outcome);
    RONGHE_RETURN_IF_ERROR(LoadFor(session, chunk, check, writer));
    for (size_t i = 0; i < chunk.size(); ++i) {
      Line& line = chunk[i];
      std::vector<CellProblem> problems = line.problems;
      if (problems.empty() && check && line.id == 0) {
        ++outcome.created;
        continue;
      }
      if (problems.empty()) {
        if (line.parent_line >= 0) {
          line.parent_id = lines_[static_cast<size_t>(line.parent_line)].id;
        }
        const bool fresh = line.id == 0;
        writer.Write(line, problems);
        if (fresh) made_.push_back(static_cast<size_t>(range_.from) + i);
      }
      if (problems.empty()) continue;
      ++outcome.failed;
      int32_t item = 0;
      for (const CellProblem& problem : problems) {
        AddError(import, line.number, ++item, sheet::Columns()[problem.column].title,
                 problem.message, outcome);
      }
    }
    return check ? absl::OkStatus() : writer.Save(session);
  }

 private:
  // Locks (a check only loads) parents and organizations of a chunk, in the order of their ids, and
  // finds what was made below the parents since the file was resolved.
  absl::Status LoadFor(sql::Session& session, std::span<Line> chunk, bool check,
                       ChunkWriter& writer) const {
    std::set<int64_t> ids;
    std::set<int64_t> parents;
    bool any_new = false;
    for (const Line& line : chunk) {
      if (!line.problems.empty()) continue;
      const int64_t parent =
          line.parent_line >= 0 ? lines_[static_cast<size_t>(line.parent_line)].id : line.parent_id;
      if (parent != 0) parents.insert(parent);
      if (line.id != 0) ids.insert(line.id);
      any_new = any_new || line.id == 0;
    }
    ids.insert(parents.begin(), parents.end());
    const std::vector<int64_t> all(ids.begin(), ids.end());
    for (size_t from = 0; from < all.size(); from += sql::kMaxList) {
      const auto part = std::span(all).subspan(from, std::min(sql::kMaxList, all.size() - from));
      RONGHE_ASSIGN_OR_RETURN(
          std::vector<OrganizationRow> rows,
          check ? LoadOrganizations(session, part)
                : LockOrganizations(session, std::vector<int64_t>(part.begin(), part.end())));
      for (OrganizationRow& row : rows) writer.Know(std::move(row));
    }
    if (check || !any_new || parents.empty()) return absl::OkStatus();
    const std::vector<int64_t> above(parents.begin(), parents.end());
    RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> children,
                            ChildrenSince(session, above, since_));
    for (const OrganizationRow& row : children) writer.KnowChild(row);
    return absl::OkStatus();
  }

  std::vector<Line> lines_;
  base::IdGenerator& ids_;
  const absl::Time since_;
  RowRange range_;
  std::vector<size_t> made_;  // lines whose organizations this transaction makes
};

class OrganizationKind : public ImportKindHandler {
 public:
  OrganizationKind(base::IdGenerator& ids, MembershipTree& tree, const OrganizationRuleBook& rules)
      : ids_(ids), tree_(tree), rules_(rules) {}

  std::string_view method() const override { return kMethod; }
  std::string_view collection() const override { return kCollection; }

  absl::StatusOr<std::unique_ptr<ImportRun>> Open(const RosterImportRow& import,
                                                  std::string_view bytes,
                                                  absl::CivilDay today) override {
    RONGHE_ASSIGN_OR_RETURN(const Sheet file, ReadSheet(sheet::Columns(), import.file_name, bytes));
    std::vector<Line> lines;
    lines.reserve(file.rows.size());
    for (const TableRow& row : file.rows) {
      Line& line = lines.emplace_back(Line{.number = row.number});
      line.problems =
          ReadOrganizationRow(file.layout, row.cells, file.date1904, today, line.record);
      FindPersonalNumbers(line.record, line.problems);
    }
    Resolver(tree_.tree(), import.organization_id, rules_.On(today)).Resolve(lines);
    return std::make_unique<OrganizationRun>(std::move(lines), ids_, import.update_time - kMargin);
  }

 private:
  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
};

}  // namespace

std::unique_ptr<ImportKindHandler> MakeOrganizationKind(base::IdGenerator& ids,
                                                        MembershipTree& tree,
                                                        const OrganizationRuleBook& rules) {
  return std::make_unique<OrganizationKind>(ids, tree, rules);
}

}  // namespace ronghe::membership
