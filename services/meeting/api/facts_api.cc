#include "services/meeting/api/facts_api.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

constexpr std::string_view kGroupKind = "641";
constexpr size_t kListLimit = 256;

int32_t StateBit(State state) { return 1 << static_cast<int32_t>(state); }

// An indicator: either the duties under a rule, or the records, of which `numerator` count.
struct Spec {
  std::string_view name;
  std::string_view title;
  std::string_view rule_id;
  bool duties = false;
  int64_t (*numerator)(const RecordSumRow&) = nullptr;
  int64_t (*denominator)(const RecordSumRow&) = nullptr;
  bool (*counted)(const RecordRow&) = nullptr;
  std::string (*detail)(const RecordRow&) = nullptr;
  bool with_returned = false;  // returned records are due as well
  int32_t min_motions = 0;     // evidence: only records with so many motions
};

const std::array<Spec, 9>& Specs() {
  static const std::array<Spec, 9> kSpecs = {{
      {.name = "meeting.general_on_time",
       .title = "支部党员大会按期召开",
       .rule_id = "B-30",
       .duties = true},
      {.name = "meeting.committee_on_time",
       .title = "支部委员会会议按期召开",
       .rule_id = "B-31",
       .duties = true},
      {.name = "meeting.group_on_time",
       .title = "党小组会按期召开",
       .rule_id = "B-32",
       .duties = true},
      {.name = "meeting.theme_day_on_time",
       .title = "主题党日按期开展",
       .rule_id = "B-34",
       .duties = true},
      {.name = "meeting.record_complete",
       .title = "会议记录要素齐全",
       .rule_id = "1.4",
       .numerator = [](const RecordSumRow& row) { return row.complete; },
       .denominator = [](const RecordSumRow& row) { return row.submitted; },
       .counted = [](const RecordRow& row) { return row.missing_items == 0; },
       .detail =
           [](const RecordRow& row) {
             return row.missing_items == 0
                        ? std::string("要素齐全")
                        : Cat("缺少", RecordItems(row.missing_items).size(), "项要素");
           }},
      {.name = "meeting.on_time_entry",
       .title = "会议记录按时录入",
       .rule_id = "1.4/late_entry",
       .numerator = [](const RecordSumRow& row) { return row.in_time; },
       .denominator = [](const RecordSumRow& row) { return row.submitted; },
       .counted = [](const RecordRow& row) { return !row.late_entry; },
       .detail =
           [](const RecordRow& row) {
             return std::string(row.late_entry ? "超过期限补记" : "按时录入");
           }},
      {.name = "meeting.quorum_kept",
       .title = "表决符合法定人数",
       .rule_id = "Q-GEN",
       .numerator = [](const RecordSumRow& row) { return row.motions_quorate; },
       .denominator = [](const RecordSumRow& row) { return row.motions; },
       .counted = [](const RecordRow& row) { return row.motions_quorate == row.motion_count; },
       .detail =
           [](const RecordRow& row) {
             return Cat("表决", row.motion_count, "项,其中符合法定人数", row.motions_quorate, "项");
           },
       .min_motions = 1},
      {.name = "meeting.accepted",
       .title = "会议记录经上级审核通过",
       .rule_id = "1.4/accept",
       .numerator = [](const RecordSumRow& row) { return row.accepted; },
       .denominator = [](const RecordSumRow& row) { return row.submitted + row.returned; },
       .counted = [](const RecordRow& row) { return row.state == State::kAccepted; },
       .detail =
           [](const RecordRow& row) {
             return std::string(row.state == State::kAccepted   ? "已审核通过"
                                : row.state == State::kReturned ? "已退回"
                                                                : "待审核");
           },
       .with_returned = true},
      {.name = "meeting.attendance_rate",
       .title = "党员到会率",
       .rule_id = "B-44",
       .numerator = [](const RecordSumRow& row) { return row.attended; },
       .denominator = [](const RecordSumRow& row) { return row.expected; },
       .counted =
           [](const RecordRow& row) { return row.attended == row.should_attend - row.care_exempt; },
       .detail =
           [](const RecordRow& row) {
             return Cat("应到", row.should_attend, "人,其中年老体弱免到", row.care_exempt,
                        "人,实到", row.attended, "人");
           }},
  }};
  return kSpecs;
}

const Spec* Find(std::string_view name) {
  for (const Spec& spec : Specs()) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

// "2026-10-01|123": the day and id of the last record.
struct Cursor {
  absl::CivilDay day{1, 1, 1};
  int64_t id = 0;
};

absl::StatusOr<Cursor> ParseCursor(std::string_view text) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(text), '|');
  if (parts.size() == 2 && absl::SimpleAtoi(parts[1], &cursor.id)) {
    if (const auto day = base::ParseDay(parts[0]); day.ok()) {
      cursor.day = *day;
      return cursor;
    }
  }
  return error::Make(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID", "翻页标记无效。");
}

}  // namespace

std::vector<fact::v1::Indicator> FactsApi::Indicators(absl::CivilDay day) const {
  const RuleSet& rules = rules_.At(day);
  std::vector<fact::v1::Indicator> indicators;
  for (const Spec& spec : Specs()) {
    fact::v1::Indicator indicator;
    indicator.set_name(std::string(spec.name));
    indicator.set_title(std::string(spec.title));
    indicator.set_unit(fact::v1::INDICATOR_UNIT_RATIO);
    indicator.set_rule_id(std::string(spec.rule_id));
    indicator.set_rule_source(rules.source);
    if (const DutyRule* duty = rules.Duty(spec.rule_id); duty != nullptr) {
      indicator.set_rule_source(duty->source);
    } else if (spec.rule_id == "Q-GEN") {
      indicator.set_rule_source(rules.Vote(MotionKind::kGeneral)->source);
    } else if (spec.rule_id == "1.4/late_entry") {
      indicator.set_rule_source(rules.late_entry_source);
    }
    indicator.set_rule_version(rules.Name());
    indicators.push_back(std::move(indicator));
  }
  return indicators;
}

std::vector<int64_t> FactsApi::WithGroups(int64_t branch) const {
  std::vector<int64_t> organizations = {branch};
  for (const org::OrgNode& child : tree_.Children(branch)) {
    if (child.kind == kGroupKind && organizations.size() < kListLimit) {
      organizations.push_back(child.id);
    }
  }
  return organizations;
}

absl::StatusOr<std::vector<fact::Figure>> FactsApi::Figures(
    absl::Time deadline, std::span<const int64_t> branches, const fact::Period& period,
    std::span<const std::string> indicators) {
  std::vector<const Spec*> specs;
  bool duties = false;
  bool records = false;
  for (const std::string& name : indicators) {
    const Spec* spec = Find(name);
    if (spec == nullptr) continue;
    specs.push_back(spec);
    (spec->duties ? duties : records) = true;
  }
  // Each organization asked about, and the branch that its figures belong to.
  absl::flat_hash_map<int64_t, int64_t> branch_of;
  std::vector<int64_t> organizations;
  for (int64_t branch : branches) {
    for (int64_t organization : WithGroups(branch)) {
      if (branch_of.emplace(organization, branch).second) organizations.push_back(organization);
    }
  }
  absl::flat_hash_map<std::pair<int64_t, std::string>, std::pair<int64_t, int64_t>> duty_sums;
  absl::flat_hash_map<int64_t, RecordSumRow> record_sums;
  RONGHE_RETURN_IF_ERROR(
      database_.ReadSnapshot(deadline, [&](sql::Session& session) -> absl::Status {
        duty_sums.clear();
        record_sums.clear();
        for (size_t begin = 0; begin < organizations.size(); begin += kListLimit) {
          const std::span<const int64_t> ids =
              std::span<const int64_t>(organizations)
                  .subspan(begin, std::min(kListLimit, organizations.size() - begin));
          if (duties) {
            RONGHE_ASSIGN_OR_RETURN(const std::vector<DutySumRow> rows,
                                    store_.SumDuties(session, ids, period.start, period.end));
            for (const DutySumRow& row : rows) {
              auto& sum = duty_sums[{branch_of[row.organization_id], row.rule_id}];
              sum.first += row.met;
              sum.second += row.asked;
            }
          }
          if (records) {
            RONGHE_ASSIGN_OR_RETURN(const std::vector<RecordSumRow> rows,
                                    store_.SumRecords(session, ids, period.start, period.end));
            for (const RecordSumRow& row : rows) {
              RecordSumRow& sum = record_sums[branch_of[row.organization_id]];
              sum.submitted += row.submitted;
              sum.complete += row.complete;
              sum.in_time += row.in_time;
              sum.accepted += row.accepted;
              sum.returned += row.returned;
              sum.motions += row.motions;
              sum.motions_quorate += row.motions_quorate;
              sum.attended += row.attended;
              sum.expected += row.expected;
            }
          }
        }
        return absl::OkStatus();
      }));
  std::vector<fact::Figure> figures;
  figures.reserve(branches.size() * specs.size());
  for (int64_t branch : branches) {
    const RecordSumRow& sums = record_sums[branch];
    for (const Spec* spec : specs) {
      fact::Figure figure{branch, std::string(spec->name), 0, 0};
      if (spec->duties) {
        const auto it = duty_sums.find({branch, std::string(spec->rule_id)});
        if (it != duty_sums.end()) {
          figure.numerator = it->second.first;
          figure.denominator = it->second.second;
        }
      } else {
        figure.numerator = spec->numerator(sums);
        figure.denominator = spec->denominator(sums);
      }
      figures.push_back(std::move(figure));
    }
  }
  return figures;
}

absl::StatusOr<fact::EvidencePage> FactsApi::Evidence(absl::Time deadline, int64_t organization,
                                                      const fact::EvidenceQuery& query,
                                                      int32_t limit, std::string_view cursor) {
  const Spec* spec = Find(query.indicator);
  if (spec == nullptr) {
    return error::Make(absl::StatusCode::kInvalidArgument, "EVIDENCE_INVALID", "依据标记无效。");
  }
  RONGHE_ASSIGN_OR_RETURN(const Cursor after, ParseCursor(cursor));
  const std::vector<int64_t> ids = WithGroups(organization);
  const std::span<const int64_t> organizations(ids);
  fact::EvidencePage page;
  if (spec->duties) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<DutyRow> rows, database_.Read(deadline, [&](sql::Session& session) {
          return store_.Duties(session, organizations, spec->rule_id, query.period.start,
                               query.period.end, after.day, after.id, limit + 1);
        }));
    for (const DutyRow& row : rows) {
      if (page.records.size() == static_cast<size_t>(limit)) break;
      fact::v1::EvidenceRecord record;
      const bool met = row.standing == DutyStanding::kMet;
      record.set_name(met && row.met_by.has_value() ? base::Name("meetings", *row.met_by)
                                                    : base::Name("duties", row.id));
      record.set_title(Cat(spec->title, " ", base::FormatDay(row.window_start), "至",
                           base::FormatDay(row.window_end - 1)));
      record.set_counted(met);
      record.set_detail(met ? "已按期召开" : "未按期召开");
      page.records.push_back(std::move(record));
      page.next = Cat(base::FormatDay(row.window_start), "|", row.id);
    }
    if (rows.size() <= static_cast<size_t>(limit)) page.next.clear();
    return page;
  }
  int32_t states = StateBit(State::kSubmitted) | StateBit(State::kAccepted);
  if (spec->with_returned) states |= StateBit(State::kReturned);
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<RecordRow> rows, database_.Read(deadline, [&](sql::Session& session) {
        return store_.Records(session, organizations, states, spec->min_motions, query.period.start,
                              query.period.end, after.day, after.id, limit + 1);
      }));
  for (const RecordRow& row : rows) {
    if (page.records.size() == static_cast<size_t>(limit)) break;
    fact::v1::EvidenceRecord record;
    record.set_name(base::Name("meetings", row.id));
    record.set_title(Cat(base::FormatDay(row.event_day), " ", row.title));
    record.set_counted(spec->counted(row));
    record.set_detail(spec->detail(row));
    page.records.push_back(std::move(record));
    page.next = Cat(base::FormatDay(row.event_day), "|", row.id);
  }
  if (rows.size() <= static_cast<size_t>(limit)) page.next.clear();
  return page;
}

}  // namespace ronghe::meeting
