#include "services/evaluation/domain/scoring.h"

#include <algorithm>
#include <numeric>

namespace ronghe::evaluation {
namespace {

// a × b / c, half up; c > 0, no negative numbers.
int64_t MulDiv(int64_t a, int64_t b, int64_t c) {
  const __int128 product = static_cast<__int128>(a) * b;
  return static_cast<int64_t>((2 * product + c) / (2 * static_cast<__int128>(c)));
}

size_t PartIndex(const Scheme& scheme, const std::string& code) {
  size_t index = 0;
  while (index < scheme.parts.size() && scheme.parts[index].code != code) ++index;
  return index;
}

// The points of an indicator without a figure; nothing when it is left out.
std::optional<int64_t> PointsWhenAbsent(const IndicatorRule& rule, Absence absence) {
  switch (absence) {
    case Absence::kFull:
      return rule.points;
    case Absence::kZero:
      return 0;
    case Absence::kExclude:
    case Absence::kUnspecified:
      return std::nullopt;
  }
  return std::nullopt;
}

const Fact* FindFact(const Figures& figures, const std::optional<FactReference>& reference) {
  if (!reference.has_value()) return nullptr;
  const auto it = figures.facts.find(reference->indicator);
  return it == figures.facts.end() ? nullptr : &it->second;
}

const MarkValue* FindMark(const Figures& figures, const std::string& code) {
  const auto it = figures.marks.find(code);
  return it == figures.marks.end() ? nullptr : &it->second;
}

ItemScore ScoreIndicator(const IndicatorRule& rule, size_t index, const Figures& figures) {
  ItemScore item{.kind = ItemKind::kIndicator, .index = index};
  std::optional<int64_t> points;
  if (rule.source == IndicatorSource::kSystem) {
    const Fact* const fact = FindFact(figures, rule.fact);
    if (fact == nullptr) {
      item.basis = ItemBasis::kMissing;
      points = PointsWhenAbsent(rule, rule.when_missing);
    } else {
      item.numerator = fact->numerator;
      item.denominator = fact->denominator;
      item.evidence = fact->evidence;
      if (fact->denominator <= 0) {
        item.basis = ItemBasis::kNothingDue;
        points = PointsWhenAbsent(rule, rule.when_nothing_due);
      } else {
        item.basis = ItemBasis::kFact;
        points = IndicatorPoints(rule, fact->numerator, fact->denominator);
      }
    }
  } else if (const MarkValue* const mark = FindMark(figures, rule.code); mark != nullptr) {
    item.basis = ItemBasis::kMark;
    item.mark_basis = mark->basis;
    points = std::clamp<int64_t>(mark->points, 0, rule.points);
  } else {
    item.basis = ItemBasis::kMissing;
    points = PointsWhenAbsent(rule, rule.when_missing);
  }
  item.counted = points.has_value();
  item.points = points.value_or(0);
  return item;
}

ItemScore ScoreDeduction(const DeductionRule& rule, size_t index, const Figures& figures) {
  ItemScore item{.kind = ItemKind::kDeduction, .index = index};
  if (rule.fact.has_value()) {
    const Fact* const fact = FindFact(figures, rule.fact);
    if (fact != nullptr) {
      item.basis = fact->denominator > 0 ? ItemBasis::kFact : ItemBasis::kNothingDue;
      item.numerator = fact->numerator;
      item.denominator = fact->denominator;
      item.evidence = fact->evidence;
      const int64_t missing = std::max<int64_t>(0, fact->denominator - fact->numerator);
      const __int128 taken = static_cast<__int128>(missing) * rule.points_each;
      item.points = static_cast<int64_t>(std::min<__int128>(taken, rule.max));
    }
  } else if (const MarkValue* const mark = FindMark(figures, rule.code); mark != nullptr) {
    item.basis = ItemBasis::kMark;
    item.mark_basis = mark->basis;
    item.points = std::clamp<int64_t>(mark->points, 0, rule.max);
  }
  item.counted = item.basis == ItemBasis::kFact || item.basis == ItemBasis::kMark;
  return item;
}

}  // namespace

int64_t IndicatorPoints(const IndicatorRule& rule, int64_t numerator, int64_t denominator) {
  const __int128 n = static_cast<__int128>(std::clamp<int64_t>(numerator, 0, denominator)) * kWhole;
  const __int128 d = denominator;
  if (n >= d * rule.full_at) return rule.points;
  if (n < d * rule.zero_below) return 0;
  const __int128 divisor = d * rule.full_at;
  return static_cast<int64_t>((2 * n * rule.points + divisor) / (2 * divisor));
}

int32_t StarsByTotal(const Scheme& scheme, int64_t total) {
  for (const Band& band : scheme.bands) {
    if (total >= band.from) return band.stars;
  }
  return scheme.bands.empty() ? 0 : scheme.bands.back().stars;
}

OrganizationScore ScoreOrganization(const Scheme& scheme, const Figures& figures) {
  OrganizationScore score;
  score.parts.resize(scheme.parts.size());
  for (size_t i = 0; i < scheme.indicators.size(); ++i) {
    const IndicatorRule& rule = scheme.indicators[i];
    ItemScore item = ScoreIndicator(rule, i, figures);
    if (item.counted) {
      PartScore& part = score.parts[PartIndex(scheme, rule.part)];
      part.present = true;
      part.earned += item.points;
      part.available += rule.points;
    }
    score.items.push_back(std::move(item));
  }
  for (size_t i = 0; i < scheme.deductions.size(); ++i) {
    ItemScore item = ScoreDeduction(scheme.deductions[i], i, figures);
    score.parts[PartIndex(scheme, scheme.deductions[i].part)].deducted += item.points;
    score.items.push_back(std::move(item));
  }
  for (size_t i = 0; i < scheme.bonuses.size(); ++i) {
    const BonusRule& rule = scheme.bonuses[i];
    ItemScore item{.kind = ItemKind::kBonus, .index = i};
    if (const MarkValue* const mark = FindMark(figures, rule.code); mark != nullptr) {
      item.basis = ItemBasis::kMark;
      item.mark_basis = mark->basis;
      item.points = std::clamp<int64_t>(mark->points, 0, rule.max);
    }
    item.counted = item.basis == ItemBasis::kMark;
    score.parts[PartIndex(scheme, rule.part)].bonus += item.points;
    score.items.push_back(std::move(item));
  }
  for (size_t i = 0; i < scheme.vetoes.size(); ++i) {
    const VetoRule& rule = scheme.vetoes[i];
    const MarkValue* const mark = FindMark(figures, rule.code);
    if (mark == nullptr) continue;
    ItemScore item{.kind = ItemKind::kVeto, .index = i, .basis = ItemBasis::kMark};
    item.mark_basis = mark->basis;
    score.items.push_back(std::move(item));
    score.veto_max_stars = std::min(score.veto_max_stars.value_or(rule.max_stars), rule.max_stars);
  }

  int64_t weights = 0;
  int64_t weighted = 0;
  for (size_t i = 0; i < score.parts.size(); ++i) {
    PartScore& part = score.parts[i];
    part.bonus = std::min(part.bonus, scheme.max_bonus);
    if (part.present) {
      const int64_t base = MulDiv(part.earned, kFullPart, part.available);
      part.points =
          std::clamp<int64_t>(base - part.deducted + part.bonus, 0, kFullPart + scheme.max_bonus);
      score.rated = true;
    }
    if (part.present || scheme.parts[i].when_absent == PartAbsence::kZero) {
      part.weight = scheme.parts[i].weight;
      weights += part.weight;
      weighted += part.weight * part.points;
    }
  }
  if (!score.rated) {
    for (PartScore& part : score.parts) part.weight = 0;
    return score;
  }
  score.total = MulDiv(weighted, 1, weights);
  for (PartScore& part : score.parts) {
    part.weight = static_cast<int32_t>(MulDiv(part.weight, kWhole, weights));
  }
  score.stars_by_total = StarsByTotal(scheme, score.total);
  return score;
}

void RankPeers(const Scheme& scheme, std::span<Ranked> organizations) {
  std::vector<Ranked*> rated;
  for (Ranked& organization : organizations) {
    organization.notes.clear();
    organization.stars = 0;
    organization.rank = 0;
    if (organization.rated) {
      rated.push_back(&organization);
    } else {
      organization.notes.push_back(Note::kNotRated);
    }
  }
  const auto peers = static_cast<int32_t>(rated.size());
  for (Ranked& organization : organizations) organization.peers = peers;
  std::stable_sort(rated.begin(), rated.end(),
                   [](const Ranked* a, const Ranked* b) { return a->total > b->total; });
  for (size_t i = 0; i < rated.size(); ++i) {
    Ranked& at = *rated[i];
    at.rank =
        i > 0 && rated[i - 1]->total == at.total ? rated[i - 1]->rank : static_cast<int32_t>(i + 1);
    at.stars = at.stars_by_total;
    if (at.veto_max_stars.has_value() && *at.veto_max_stars < at.stars) {
      at.stars = *at.veto_max_stars;
      at.notes.push_back(Note::kVetoed);
    }
  }

  for (size_t b = 0; b + 1 < scheme.bands.size(); ++b) {
    const int32_t stars = scheme.bands[b].stars;
    const auto cap = std::find_if(scheme.caps.begin(), scheme.caps.end(),
                                  [&](const Cap& c) { return c.stars == stars; });
    if (cap == scheme.caps.end()) continue;
    const int64_t room = static_cast<int64_t>(peers) * cap->share / kWhole;
    const int32_t below = scheme.bands[b + 1].stars;
    int64_t inside = 0;
    bool full = false;
    for (size_t from = 0; from < rated.size();) {
      size_t to = from;
      int64_t tied = 0;
      while (to < rated.size() && rated[to]->total == rated[from]->total) {
        if (rated[to]->stars >= stars) ++tied;
        ++to;
      }
      const bool fits = !full && inside + tied <= room;
      if (!fits && tied > 0) {
        const bool by_tie = !full && tied > 1 && inside < room;
        for (size_t i = from; i < to; ++i) {
          if (rated[i]->stars < stars) continue;
          rated[i]->stars = below;
          rated[i]->notes.push_back(by_tie ? Note::kTiedAtCap : Note::kCapped);
        }
        full = true;
      } else {
        inside += tied;
      }
      from = to;
    }
  }
}

}  // namespace ronghe::evaluation
