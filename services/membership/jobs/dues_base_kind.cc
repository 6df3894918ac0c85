#include "services/membership/jobs/dues_base_kind.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/import/sheet.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/store/yearly_standard.h"

namespace ronghe::membership {
namespace {

namespace sheet = dues_base_sheet;

constexpr std::string_view kMethod = "/ronghe.membership.v1.ImportService/CommitImport";
constexpr std::string_view kCollection = "imports";

// A row of a chunk, read.
struct Line {
  int32_t number = 0;
  DuesBaseRecord record;
  std::vector<CellProblem> problems;
  std::string identity_index;
};

// What the rows of a chunk are decided by.
struct Recorded {
  absl::flat_hash_map<std::string, MemberRow> members;        // by blind index
  std::map<int32_t, std::vector<DuesStandardRow>> standards;  // by year
};

// The cell that a refusal of JudgeYearly is about.
CellProblem ProblemOf(const absl::Status& status) {
  const std::string reason = error::Reason(status);
  std::string message = error::MessageZh(status);
  if (reason == "DUES_STANDARD_EXISTS") return {sheet::kYear, std::move(message)};
  if (reason == "DUES_STANDARD_MISSING") return {sheet::kYear, "该党员在这个年度之后入党。"};
  if (reason == "DUES_BASE_REQUIRED") return {sheet::kBase, std::move(message)};
  if (reason == "DUES_FIXED_AMOUNT_OUT_OF_RANGE") return {sheet::kFixed, std::move(message)};
  if (reason == "MEMBER_LEFT") return {sheet::kIdentityNumber, std::move(message)};
  return {sheet::kCategory, std::move(message)};
}

class DuesBaseRun : public ImportRun {
 public:
  DuesBaseRun(Sheet file, MembershipTree& tree, const DuesRateBook& rates,
              const PersonalFields& fields, absl::CivilDay today)
      : file_(std::move(file)), tree_(tree), rates_(rates), fields_(fields), today_(today) {
    for (const TableRow& row : file_.rows) first_row_.try_emplace(KeyOf(ReadLine(row)), row.number);
  }

  int32_t rows() const override { return static_cast<int32_t>(file_.rows.size()); }

  void Prepare(const RosterImportRow&, RowRange range) override {
    lines_.clear();
    for (int32_t i = range.from; i < range.to; ++i) {
      Line line = ReadLine(file_.rows[static_cast<size_t>(i)]);
      if (line.problems.empty()) {
        const int32_t first = first_row_.at(KeyOf(line));
        if (first == line.number) {
          line.identity_index = fields_.IdentityIndex(line.record.identity_number);
        } else {
          line.problems.push_back({sheet::kYear, base::Cat("与第", first, "行重复。")});
        }
      }
      lines_.push_back(std::move(line));
    }
  }

  absl::Status Write(sql::Session& session, const RosterImportRow& import, bool check,
                     absl::Time now, ImportOutcome& outcome) override {
    RONGHE_ASSIGN_OR_RETURN(const Recorded recorded, Load(session));
    std::map<int32_t, std::vector<YearlyStandard>> fixed;  // by year
    for (const Line& line : lines_) {
      std::vector<CellProblem> problems = line.problems;
      if (problems.empty()) Decide(import, line, recorded, now, fixed, outcome, problems);
      if (problems.empty()) continue;
      ++outcome.failed;
      int32_t item = 0;
      for (const CellProblem& problem : problems) {
        AddError(import, line.number, ++item, sheet::Columns()[problem.column].title,
                 problem.message, outcome);
      }
    }
    if (check) return absl::OkStatus();
    for (const auto& [year, standards] : fixed) {
      RONGHE_RETURN_IF_ERROR(FixStandards(session, standards, now));
    }
    return absl::OkStatus();
  }

 private:
  // The same for rows that mean the same member and year.
  static std::string KeyOf(const Line& line) {
    return base::Cat(line.record.identity_number, "/", line.record.year);
  }

  Line ReadLine(const TableRow& row) const {
    Line line{.number = row.number};
    line.problems = ReadDuesBaseRow(file_.layout, row.cells, today_, line.record);
    return line;
  }

  absl::StatusOr<Recorded> Load(sql::Session& session) const {
    Recorded recorded;
    std::vector<std::string> indexes;
    std::set<int32_t> years;
    for (const Line& line : lines_) {
      if (!line.problems.empty()) continue;
      indexes.push_back(line.identity_index);
      years.insert(line.record.year);
    }
    RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> members, MembersByIdentity(session, indexes));
    std::vector<int64_t> ids;
    for (MemberRow& row : members) {
      ids.push_back(row.id);
      std::string index = row.identity_index;
      recorded.members.emplace(std::move(index), std::move(row));
    }
    for (const int32_t year : years) {
      RONGHE_ASSIGN_OR_RETURN(recorded.standards[year], StandardsOfYear(session, year, ids));
    }
    return recorded;
  }

  void Decide(const RosterImportRow& import, const Line& line, const Recorded& recorded,
              absl::Time now, std::map<int32_t, std::vector<YearlyStandard>>& fixed,
              ImportOutcome& outcome, std::vector<CellProblem>& problems) const {
    const DuesBaseRecord& record = line.record;
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
    if (!CollectsDues(tree_.tree(), member.organization_id)) {
      problems.push_back({sheet::kIdentityNumber, error::MessageZh(DuesTemporaryOrganization())});
    }
    const DuesBase base{.category = *DuesCategoryOf(record.category),
                        .base_fen = record.base_fen,
                        .fixed_fen = record.fixed_fen.value_or(0)};
    const absl::StatusOr<YearlyStandard> standard =
        JudgeYearly(rates_, member, record.year, base, recorded.standards.at(record.year), now);
    if (!standard.ok()) {
      problems.push_back(ProblemOf(standard.status()));
    } else if (record.base_fen != standard->row.base_fen) {
      problems.push_back({sheet::kBase, "该类别按固定数额交纳，基数应留空。"});
    } else if (record.fixed_fen && standard->row.rate_bp != 0) {
      problems.push_back({sheet::kFixed, "该类别按基数计算，固定数额应留空。"});
    }
    if (!problems.empty()) return;
    fixed[record.year].push_back(*standard);
    ++(standard->held ? outcome.unchanged : outcome.created);
  }

  const Sheet file_;
  MembershipTree& tree_;
  const DuesRateBook& rates_;
  const PersonalFields& fields_;
  const absl::CivilDay today_;
  absl::flat_hash_map<std::string, int32_t> first_row_;  // by member and year
  std::vector<Line> lines_;
};

class DuesBaseKind : public ImportKindHandler {
 public:
  DuesBaseKind(MembershipTree& tree, const DuesRateBook& rates, const PersonalFields& fields)
      : tree_(tree), rates_(rates), fields_(fields) {}

  std::string_view method() const override { return kMethod; }
  std::string_view collection() const override { return kCollection; }

  absl::StatusOr<std::unique_ptr<ImportRun>> Open(const RosterImportRow& import,
                                                  std::string_view bytes,
                                                  absl::CivilDay today) override {
    RONGHE_ASSIGN_OR_RETURN(Sheet file, ReadSheet(sheet::Columns(), import.file_name, bytes));
    return std::make_unique<DuesBaseRun>(std::move(file), tree_, rates_, fields_, today);
  }

 private:
  MembershipTree& tree_;
  const DuesRateBook& rates_;
  const PersonalFields& fields_;
};

}  // namespace

std::unique_ptr<ImportKindHandler> MakeDuesBaseKind(MembershipTree& tree, const DuesRateBook& rates,
                                                    const PersonalFields& fields) {
  return std::make_unique<DuesBaseKind>(tree, rates, fields);
}

}  // namespace ronghe::membership
