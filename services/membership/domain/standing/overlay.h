// What can lie over a standing without changing it? Intervals of days, at most one of a kind open.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_OVERLAY_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_OVERLAY_H_

#include <cstdint>

#include "absl/time/civil_time.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// Numbers as the proto has them.
enum class OverlayKind : int32_t {
  kFloating = 1,
  kOutOfContact = 2,
  kAbroad = 3,
  kInCorrection = 4,
  kExcused = 5,
};

enum class AbroadPurpose : int32_t { kStudy = 1, kPrivate = 2, kSettled = 3, kPosted = 4 };

// Kinds that are registered and ended by hand; the others begin and end with a case.
inline bool IsRegistered(OverlayKind kind) {
  return kind == OverlayKind::kFloating || kind == OverlayKind::kAbroad ||
         kind == OverlayKind::kExcused;
}

// Kinds with whose members the branch keeps contact (F-03, M-11).
inline bool KeepsContact(OverlayKind kind) {
  return kind == OverlayKind::kFloating || kind == OverlayKind::kAbroad;
}

// M-11 (DL-27): by when one who is abroad must have been contacted again.
absl::CivilDay NextContactDue(const RuleSet& rules, absl::CivilDay last);

// M-02 (DL-14): when the standing of one who left on `left` is to be reviewed.
absl::CivilDay AbroadReviewDue(const RuleSet& rules, absl::CivilDay left);

// F-01: from which day on one who left on `left` is a floating member by the definition.
absl::CivilDay FloatingFrom(const RuleSet& rules, absl::CivilDay left);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_OVERLAY_H_
