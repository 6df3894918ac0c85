// What does a standard scheme say, and is it one that can be used?
#ifndef RONGHE_SERVICES_EVALUATION_DOMAIN_SCHEME_H_
#define RONGHE_SERVICES_EVALUATION_DOMAIN_SCHEME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/error/error.h"

namespace ronghe::evaluation {

// Points are thousandths of a point everywhere ("milli"), shares and weights ten-thousandths.
inline constexpr int64_t kFullPart = 100'000;
inline constexpr int32_t kWhole = 10'000;

enum class IndicatorSource { kUnspecified = 0, kSystem = 1, kOnSite = 2, kBallot = 3 };
enum class Absence { kUnspecified = 0, kExclude = 1, kFull = 2, kZero = 3 };
enum class PartAbsence { kUnspecified = 0, kReweight = 1, kZero = 2 };

struct PeerClass {
  std::string code;
  std::string title;
  std::vector<std::string> organization_kinds;
};

struct Part {
  std::string code;
  std::string title;
  int32_t weight = 0;
  PartAbsence when_absent = PartAbsence::kUnspecified;
};

struct Category {
  std::string code;
  std::string title;
};

// A figure of another service: "services/meeting", "meeting.general_on_time".
struct FactReference {
  std::string source;
  std::string indicator;

  friend auto operator<=>(const FactReference&, const FactReference&) = default;
};

struct IndicatorRule {
  std::string code;
  std::string title;
  std::string category;
  std::string part;
  IndicatorSource source = IndicatorSource::kUnspecified;
  std::optional<FactReference> fact;
  int64_t points = 0;
  int32_t full_at = kWhole;
  int32_t zero_below = 0;
  Absence when_nothing_due = Absence::kUnspecified;
  Absence when_missing = Absence::kUnspecified;
};

struct DeductionRule {
  std::string code;
  std::string title;
  std::string part;
  std::optional<FactReference> fact;
  int64_t points_each = 0;
  int64_t max = 0;
};

struct BonusRule {
  std::string code;
  std::string title;
  std::string part;
  int64_t max = 0;
};

struct VetoRule {
  std::string code;
  std::string title;
  int32_t max_stars = 0;
};

struct Band {
  int32_t stars = 0;
  std::string title;
  int64_t from = 0;
};

struct Cap {
  int32_t stars = 0;
  int32_t share = 0;
};

struct Scheme {
  std::string code;
  std::string title;
  std::string source;
  absl::CivilDay effective;
  std::vector<PeerClass> peer_classes;
  std::vector<Part> parts;
  std::vector<Category> categories;
  std::vector<IndicatorRule> indicators;
  std::vector<DeductionRule> deductions;
  std::vector<BonusRule> bonuses;
  int64_t max_bonus = 0;
  std::vector<VetoRule> vetoes;
  std::vector<Band> bands;  // from the highest to the lowest
  std::vector<Cap> caps;
  int32_t min_system_share = 0;
};

// Everything wrong with a scheme, each with the path of its field; empty for a usable one. Besides
// the shape it checks the share of SYSTEM indicators (domain-rules 6.1, the burden rule): what the
// system already knows must not be asked for again.
std::vector<error::FieldViolation> Validate(const Scheme& scheme);

// The share of the weight that SYSTEM indicators carry, in ten-thousandths, rounded down.
int32_t SystemShare(const Scheme& scheme);

// The peer class of an organization kind; null when organizations of that kind get no score.
const PeerClass* PeerClassOf(const Scheme& scheme, std::string_view kind);

// The band with so many stars; null for none.
const Band* BandOf(const Scheme& scheme, int32_t stars);

// Every figure that the scheme reads, sorted, each once.
std::vector<FactReference> FactsOf(const Scheme& scheme);

// What a mark may be recorded for and the most points it may carry.
struct MarkItem {
  enum class Kind { kIndicator, kDeduction, kBonus, kVeto };
  Kind kind;
  int64_t max_points;  // 0 for a veto
};

// Nothing when the scheme has no item of that code that is marked by people.
std::optional<MarkItem> FindMarkItem(const Scheme& scheme, std::string_view code);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_DOMAIN_SCHEME_H_
