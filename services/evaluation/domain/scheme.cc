#include "services/evaluation/domain/scheme.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace ronghe::evaluation {
namespace {

class Problems {
 public:
  void Add(std::string field, std::string description_zh) {
    found_.push_back({std::move(field), std::move(description_zh)});
  }
  void Unless(bool good, std::string field, std::string description_zh) {
    if (!good) Add(std::move(field), std::move(description_zh));
  }
  std::vector<error::FieldViolation> Take() { return std::move(found_); }

 private:
  std::vector<error::FieldViolation> found_;
};

template <class T>
const T* FindCode(const std::vector<T>& list, std::string_view code) {
  for (const T& item : list) {
    if (item.code == code) return &item;
  }
  return nullptr;
}

template <class T>
void CheckCodes(const std::vector<T>& list, const char* field, std::set<std::string>* taken,
                Problems* problems) {
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string path = absl::StrCat(field, "[", i, "].code");
    if (list[i].code.empty()) {
      problems->Add(path, "编码不能为空");
    } else if (!taken->insert(list[i].code).second) {
      problems->Add(path, absl::StrCat("编码重复:", list[i].code));
    }
  }
}

void CheckFact(const FactReference& fact, const std::string& path, Problems* problems) {
  constexpr std::string_view kPrefix = "services/";
  const bool named = fact.source.size() > kPrefix.size() && fact.source.rfind(kPrefix, 0) == 0;
  problems->Unless(named, path + ".source", "数据来源应为 services/<服务名>");
  if (!named) return;
  const std::string wanted = fact.source.substr(kPrefix.size()) + ".";
  problems->Unless(fact.indicator.size() > wanted.size() && fact.indicator.rfind(wanted, 0) == 0,
                   path + ".indicator", absl::StrCat("指标名应以 ", wanted, " 开头"));
}

}  // namespace

std::vector<error::FieldViolation> Validate(const Scheme& scheme) {
  Problems problems;
  problems.Unless(!scheme.code.empty(), "code", "方案编码不能为空");
  problems.Unless(!scheme.title.empty(), "title", "方案名称不能为空");
  problems.Unless(!scheme.source.empty(), "source", "方案依据不能为空");

  problems.Unless(!scheme.peer_classes.empty(), "peer_classes", "至少要有一个同类组");
  std::set<std::string> class_codes;
  CheckCodes(scheme.peer_classes, "peer_classes", &class_codes, &problems);
  std::set<std::string> kinds;
  for (size_t i = 0; i < scheme.peer_classes.size(); ++i) {
    const std::string path = absl::StrCat("peer_classes[", i, "].organization_kinds");
    problems.Unless(!scheme.peer_classes[i].organization_kinds.empty(), path,
                    "同类组至少要有一种党组织类别");
    for (const std::string& kind : scheme.peer_classes[i].organization_kinds) {
      problems.Unless(kinds.insert(kind).second, path,
                      absl::StrCat("党组织类别只能属于一个同类组:", kind));
    }
  }

  problems.Unless(!scheme.parts.empty(), "parts", "至少要有一个组成部分");
  std::set<std::string> part_codes;
  CheckCodes(scheme.parts, "parts", &part_codes, &problems);
  int64_t weights = 0;
  for (size_t i = 0; i < scheme.parts.size(); ++i) {
    const Part& part = scheme.parts[i];
    weights += part.weight;
    problems.Unless(part.weight > 0, absl::StrCat("parts[", i, "].weight"), "权重应大于 0");
    problems.Unless(part.when_absent != PartAbsence::kUnspecified,
                    absl::StrCat("parts[", i, "].when_absent"), "应说明缺项时如何处理");
    const bool used =
        std::any_of(scheme.indicators.begin(), scheme.indicators.end(),
                    [&](const IndicatorRule& rule) { return rule.part == part.code; });
    problems.Unless(used, absl::StrCat("parts[", i, "]"), "组成部分没有指标");
  }
  problems.Unless(weights == kWhole, "parts", "各部分权重之和应为 10000");

  std::set<std::string> category_codes;
  CheckCodes(scheme.categories, "categories", &category_codes, &problems);

  std::set<std::string> items;
  CheckCodes(scheme.indicators, "indicators", &items, &problems);
  CheckCodes(scheme.deductions, "deductions", &items, &problems);
  CheckCodes(scheme.bonuses, "bonuses", &items, &problems);
  CheckCodes(scheme.vetoes, "vetoes", &items, &problems);
  for (size_t i = 0; i < scheme.indicators.size(); ++i) {
    const IndicatorRule& rule = scheme.indicators[i];
    const std::string path = absl::StrCat("indicators[", i, "]");
    problems.Unless(FindCode(scheme.parts, rule.part) != nullptr, path + ".part",
                    "没有这个组成部分");
    problems.Unless(FindCode(scheme.categories, rule.category) != nullptr, path + ".category",
                    "没有这个类目");
    problems.Unless(rule.points > 0, path + ".points_milli", "分值应大于 0");
    problems.Unless(rule.full_at >= 1 && rule.full_at <= kWhole, path + ".full_at",
                    "满分线应在 1 至 10000 之间");
    problems.Unless(rule.zero_below >= 0 && rule.zero_below <= rule.full_at, path + ".zero_below",
                    "零分线不能高于满分线");
    problems.Unless(rule.when_nothing_due != Absence::kUnspecified, path + ".when_nothing_due",
                    "应说明无应办事项时如何处理");
    problems.Unless(rule.when_missing != Absence::kUnspecified, path + ".when_missing",
                    "应说明缺数据时如何处理");
    switch (rule.source) {
      case IndicatorSource::kSystem:
        if (rule.fact.has_value()) {
          CheckFact(*rule.fact, path + ".fact", &problems);
        } else {
          problems.Add(path + ".fact", "系统取数的指标应指明数据来源");
        }
        break;
      case IndicatorSource::kOnSite:
      case IndicatorSource::kBallot:
        problems.Unless(!rule.fact.has_value(), path + ".fact", "人工评定的指标不取系统数据");
        break;
      case IndicatorSource::kUnspecified:
        problems.Add(path + ".source", "应说明指标的数据来源类别");
        break;
    }
  }
  for (size_t i = 0; i < scheme.deductions.size(); ++i) {
    const DeductionRule& rule = scheme.deductions[i];
    const std::string path = absl::StrCat("deductions[", i, "]");
    problems.Unless(FindCode(scheme.parts, rule.part) != nullptr, path + ".part",
                    "没有这个组成部分");
    problems.Unless(rule.max > 0, path + ".max_milli", "扣分上限应大于 0");
    if (rule.fact.has_value()) {
      CheckFact(*rule.fact, path + ".fact", &problems);
      problems.Unless(rule.points_each > 0, path + ".points_each_milli", "每项扣分应大于 0");
    }
  }
  for (size_t i = 0; i < scheme.bonuses.size(); ++i) {
    const BonusRule& rule = scheme.bonuses[i];
    const std::string path = absl::StrCat("bonuses[", i, "]");
    problems.Unless(FindCode(scheme.parts, rule.part) != nullptr, path + ".part",
                    "没有这个组成部分");
    problems.Unless(rule.max > 0, path + ".max_milli", "加分上限应大于 0");
  }
  problems.Unless(scheme.max_bonus >= 0, "max_bonus_milli", "加分总上限不能为负");

  problems.Unless(!scheme.bands.empty(), "bands", "至少要有一个等次");
  for (size_t i = 0; i < scheme.bands.size(); ++i) {
    const std::string path = absl::StrCat("bands[", i, "]");
    problems.Unless(scheme.bands[i].stars > 0, path + ".stars", "星级应大于 0");
    if (i == 0) continue;
    problems.Unless(scheme.bands[i].stars < scheme.bands[i - 1].stars, path + ".stars",
                    "等次应从高到低排列");
    problems.Unless(scheme.bands[i].from < scheme.bands[i - 1].from, path + ".from_milli",
                    "等次起点应从高到低排列");
  }
  if (!scheme.bands.empty()) {
    problems.Unless(scheme.bands.back().from == 0, "bands", "最低等次应从 0 分起");
  }
  std::set<int32_t> capped;
  for (size_t i = 0; i < scheme.caps.size(); ++i) {
    const Cap& cap = scheme.caps[i];
    const std::string path = absl::StrCat("caps[", i, "]");
    problems.Unless(BandOf(scheme, cap.stars) != nullptr, path + ".stars", "没有这个等次");
    problems.Unless(!scheme.bands.empty() && cap.stars != scheme.bands.back().stars,
                    path + ".stars", "最低等次不能设比例");
    problems.Unless(capped.insert(cap.stars).second, path + ".stars", "同一等次只能设一个比例");
    problems.Unless(cap.share >= 0 && cap.share <= kWhole, path + ".share",
                    "比例应在 0 至 10000 之间");
  }
  for (size_t i = 0; i < scheme.vetoes.size(); ++i) {
    problems.Unless(BandOf(scheme, scheme.vetoes[i].max_stars) != nullptr,
                    absl::StrCat("vetoes[", i, "].max_stars"), "没有这个等次");
  }

  std::vector<error::FieldViolation> found = problems.Take();
  if (found.empty() && SystemShare(scheme) < scheme.min_system_share) {
    found.push_back(
        {"indicators", absl::StrCat("系统取数指标的权重占比为万分之", SystemShare(scheme),
                                    ",低于方案要求的万分之", scheme.min_system_share)});
  }
  return found;
}

int32_t SystemShare(const Scheme& scheme) {
  // Millionths, so that thirds of two parts that make a whole are not lost to rounding.
  constexpr int64_t kFine = 1'000'000;
  int64_t share = 0;
  for (const Part& part : scheme.parts) {
    int64_t all = 0;
    int64_t system = 0;
    for (const IndicatorRule& rule : scheme.indicators) {
      if (rule.part != part.code) continue;
      all += rule.points;
      if (rule.source == IndicatorSource::kSystem) system += rule.points;
    }
    if (all == 0) continue;
    share += static_cast<int64_t>(static_cast<__int128>(part.weight) * system * kFine / all);
  }
  return static_cast<int32_t>((share + static_cast<int64_t>(scheme.parts.size())) / kFine);
}

const PeerClass* PeerClassOf(const Scheme& scheme, std::string_view kind) {
  for (const PeerClass& peers : scheme.peer_classes) {
    for (const std::string& of : peers.organization_kinds) {
      if (of == kind) return &peers;
    }
  }
  return nullptr;
}

const Band* BandOf(const Scheme& scheme, int32_t stars) {
  for (const Band& band : scheme.bands) {
    if (band.stars == stars) return &band;
  }
  return nullptr;
}

std::vector<FactReference> FactsOf(const Scheme& scheme) {
  std::set<FactReference> facts;
  for (const IndicatorRule& rule : scheme.indicators) {
    if (rule.fact.has_value()) facts.insert(*rule.fact);
  }
  for (const DeductionRule& rule : scheme.deductions) {
    if (rule.fact.has_value()) facts.insert(*rule.fact);
  }
  return {facts.begin(), facts.end()};
}

std::optional<MarkItem> FindMarkItem(const Scheme& scheme, std::string_view code) {
  if (const IndicatorRule* rule = FindCode(scheme.indicators, code);
      rule != nullptr && !rule->fact.has_value()) {
    return MarkItem{MarkItem::Kind::kIndicator, rule->points};
  }
  if (const DeductionRule* rule = FindCode(scheme.deductions, code);
      rule != nullptr && !rule->fact.has_value()) {
    return MarkItem{MarkItem::Kind::kDeduction, rule->max};
  }
  if (const BonusRule* rule = FindCode(scheme.bonuses, code); rule != nullptr) {
    return MarkItem{MarkItem::Kind::kBonus, rule->max};
  }
  if (FindCode(scheme.vetoes, code) != nullptr) return MarkItem{MarkItem::Kind::kVeto, 0};
  return std::nullopt;
}

}  // namespace ronghe::evaluation
