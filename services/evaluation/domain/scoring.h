// How many points and stars does an organization get, given its figures and a scheme?
//
// All arithmetic is in integers (thousandths of a point), every division rounds half up, and
// nothing depends on anything but the arguments: the same figures and scheme give the same result.
#ifndef RONGHE_SERVICES_EVALUATION_DOMAIN_SCORING_H_
#define RONGHE_SERVICES_EVALUATION_DOMAIN_SCORING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/evaluation/domain/scheme.h"

namespace ronghe::evaluation {

// A figure as it was frozen.
struct Fact {
  int64_t numerator = 0;
  int64_t denominator = 0;
  std::string evidence;
};

// A finding recorded by people.
struct MarkValue {
  int64_t points = 0;
  std::string basis;
};

// Everything known about one organization in a round.
struct Figures {
  std::map<std::string, Fact> facts;       // by the service's indicator name
  std::map<std::string, MarkValue> marks;  // by the code of the scheme's item
};

enum class ItemKind { kIndicator = 1, kDeduction = 2, kBonus = 3, kVeto = 4 };
enum class ItemBasis { kFact = 1, kMark = 2, kNothingDue = 3, kMissing = 4 };

// What one item gave or took. `index` is its place in the scheme's list of its kind.
struct ItemScore {
  ItemKind kind = ItemKind::kIndicator;
  size_t index = 0;
  ItemBasis basis = ItemBasis::kMissing;
  int64_t numerator = 0;
  int64_t denominator = 0;
  int64_t points = 0;  // given, taken or added
  bool counted = true;
  std::string evidence;
  std::string mark_basis;
};

// The points of a part; in the order of the scheme.
struct PartScore {
  int32_t weight = 0;  // as used for this organization
  int64_t earned = 0;
  int64_t available = 0;
  int64_t deducted = 0;
  int64_t bonus = 0;
  int64_t points = 0;  // out of 100 points
  bool present = false;
};

struct OrganizationScore {
  bool rated = false;  // false when no part has a figure
  int64_t total = 0;
  int32_t stars_by_total = 0;             // 0 when not rated
  std::optional<int32_t> veto_max_stars;  // the strictest veto found
  std::vector<PartScore> parts;
  std::vector<ItemScore> items;  // indicators, deductions, bonuses, then vetoes that apply
};

// The points of one organization. `scheme` must be valid.
OrganizationScore ScoreOrganization(const Scheme& scheme, const Figures& figures);

// The points of an indicator for a share of numerator/denominator (denominator > 0): all from
// `full_at` on, none below `zero_below`, in between by proportion of `full_at`.
int64_t IndicatorPoints(const IndicatorRule& rule, int64_t numerator, int64_t denominator);

// The stars of the band that `total` falls in.
int32_t StarsByTotal(const Scheme& scheme, int64_t total);

enum class Note { kCapped = 1, kTiedAtCap = 2, kVetoed = 3, kNotRated = 4 };

// One organization of a peer class. The first three are given, the rest is found.
struct Ranked {
  bool rated = false;
  int64_t total = 0;
  int32_t stars_by_total = 0;
  std::optional<int32_t> veto_max_stars;

  int32_t stars = 0;  // 0 when not rated
  int32_t rank = 0;   // from 1; the same for the same total; 0 when not rated
  int32_t peers = 0;  // rated in the class
  std::vector<Note> notes;
};

// Ranks a peer class and gives the stars: first the vetoes, then the caps from the highest band
// down. A cap lets floor(share × rated) organizations into its band or above; those of the same
// total go in together or not at all, and nobody overtakes one with a greater total that did not
// get in (domain-rules 6.1). The order of `organizations` does not matter and is kept.
void RankPeers(const Scheme& scheme, std::span<Ranked> organizations);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_DOMAIN_SCORING_H_
