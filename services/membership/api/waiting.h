// Whom does a case wait for, when its next step is another organization's?
//
// What waits is a deadline of the organization that must act, like any other (11.3): the inbox
// shows it from the first day on, and the catalogue says to which roles. How many days are right is
// a local parameter, `waiting.days` of the case's rule book.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_WAITING_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_WAITING_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "common/service/write.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

// What is waited for, by its code in the deadline catalogue; kNobody where a case waits for none.
inline constexpr std::string_view kNobody;
inline constexpr std::string_view kReductionWaits = "WT-01";
inline constexpr std::string_view kRemittanceWaits = "WT-02";
inline constexpr std::string_view kFundRequestWaits = "WT-03";
inline constexpr std::string_view kCandidateWaits = "WT-04";
inline constexpr std::string_view kPreReviewWaits = "WT-05";
inline constexpr std::string_view kElectionWaits = "WT-06";
inline constexpr std::string_view kNomineesWait = "WT-07";
inline constexpr std::string_view kElectionResultWaits = "WT-08";
inline constexpr std::string_view kTransferOutWaits = "WT-09";
inline constexpr std::string_view kDispositionWaits = "WT-10";
inline constexpr std::string_view kRemovalWaits = "WT-11";

// What a case waits for after a step, and before it. Nothing is put before organization 0.
struct Wait {
  std::string_view before = kNobody;
  std::string_view after = kNobody;
  int64_t organization_id = 0;  // who must act now
};

// Ends what `subject` waited for and begins what it waits for now, in the transaction of the step.
//
// Errors: those of sql::Session.
absl::Status MoveWait(service::WriteTx& tx, const RuleSet& rules, const Subject& subject,
                      const Wait& wait);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_WAITING_H_
