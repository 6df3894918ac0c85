// How long must an audit row be kept, and what may be removed?
//
// The least times are data with their source (retention.textproto), chosen by the day of the row;
// the configuration may keep rows longer, never shorter.
#ifndef RONGHE_COMMON_AUDIT_RETENTION_H_
#define RONGHE_COMMON_AUDIT_RETENTION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/config/common.pb.h"

namespace ronghe::operation {
class RuleCatalogue;
}

namespace ronghe::audit {

enum class RowKind { kRoutine, kDecision };

// One duty of retention.textproto.
struct RetentionDuty {
  int32_t days = 0;
  std::string rule_id;
  std::string source;
};

// A successful call of a business service is a decision, also where it only read: telling the two
// apart would save little. Everything else is routine.
RowKind KindOf(const Entry& entry);

// The duty for rows of `day` (Cybersecurity Law art. 23, 180 days; decisions ten years).
const RetentionDuty& DutyOn(RowKind kind, absl::CivilDay day);

// Adds every version of the duties to those that are shown.
void ShowRetention(operation::RuleCatalogue& shown);

// What this deployment keeps: what the configuration says, or the least.
class Retention {
 public:
  explicit Retention(const config::v1::Audit& config)
      : routine_days_(config.retention_days()), decision_days_(config.decision_retention_days()) {}

  // Days for rows made on `day`.
  int32_t Days(RowKind kind, absl::CivilDay day) const;

  // Whether the row need no longer be kept at `now`.
  bool Expired(const Entry& entry, absl::Time now) const;

 private:
  const int32_t routine_days_;
  const int32_t decision_days_;
};

// INVALID_ARGUMENT, reason RETENTION_TOO_SHORT, naming rule and source, for a setting below the
// least for rows of `today`.
absl::Status CheckRetention(const config::v1::Audit& config, absl::CivilDay today);

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_RETENTION_H_
